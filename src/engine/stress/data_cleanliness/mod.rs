//! Data cleanliness: what is wrong with the data themselves?
//!
//! Facts of one data set are asked of the evaluation set, and of the reference where the evaluation has no labels to ask.

mod class_coverage;
mod confident;
mod constant_feature;
pub(super) mod date_overlap;
mod feature_correlation;
mod identifier_feature;
mod index_overlap;
mod isolation;
mod label_imbalance;
mod label_information;
mod label_noise;
mod mixed_nulls;
mod mixed_types;
mod near_duplicates;
mod outlier_rows;
mod repeated_rows;
mod required_features;
mod special_characters;
mod spelling;
mod string_variants;

pub use class_coverage::ClassCoverage;
pub use constant_feature::ConstantFeature;
pub use date_overlap::DateOverlap;
pub use feature_correlation::HighFeatureCorrelation;
pub use identifier_feature::IdentifierFeature;
pub use index_overlap::IndexOverlap;
pub use label_imbalance::LabelImbalance;
pub use label_information::HighMutualInformation;
pub use label_noise::LabelNoise;
pub use mixed_nulls::MixedNulls;
pub use mixed_types::MixedTypes;
pub use near_duplicates::NearDuplicateTexts;
pub use outlier_rows::OutlierRows;
pub use repeated_rows::RepeatedRows;
pub use required_features::RequiredFeatures;
pub use special_characters::SpecialCharacters;
pub use string_variants::StringVariants;

use std::collections::BTreeMap;

use straingauge_api::{Category, FailingValue, Figure, Kind, Risk, TestText, Thresholds, Unit};

use super::{Measured, Needs, Scope, TestSpec};
use crate::stats::proportions::clopper_pearson;

/// Values that a figure lists.
const SHOWN: usize = 20;

/// A test of data cleanliness; shares of rows unless said otherwise.
fn spec(test: &str, name: &str, kind: Kind, thresholds: Option<(f64, f64)>, text: [&str; 3]) -> TestSpec {
    let [checks, matters, decided] = text.map(str::to_owned);
    TestSpec {
        id: format!("data_cleanliness:{test}"),
        name: name.to_owned(),
        category: Category::DataCleanliness,
        risk: Risk::Operational,
        kind,
        scope: Scope::Profile,
        needs: Needs::default(),
        thresholds: thresholds.map(|(warning, alert)| Thresholds { warning, alert }),
        effect_max: 1.0,
        unit: if kind == Kind::Logical { Unit::Logical } else { Unit::Share },
        default_on: true,
        text: TestText { checks, matters, decided },
    }
}

/// A share of evaluation rows with its exact interval.
pub(super) fn share(hits: u64, rows: u64) -> Measured {
    let share = hits as f64 / rows.max(1) as f64;
    Measured {
        statistic: Some(share),
        effect: Some(share),
        interval: Some(clopper_pearson(hits as f64, rows as f64, 0.95)),
        n_evaluation: Some(rows),
        row_count: Some(hits),
        ..Measured::default()
    }
}

/// The same beyond a share that is natural.
pub(super) fn beyond(measured: Measured, natural: f64) -> Measured {
    let less = |x: f64| (x - natural).max(0.0);
    Measured { effect: measured.effect.map(less), interval: measured.interval.map(|(low, high)| (less(low), less(high))), ..measured }
}

/// The values of failing rows, commonest first.
pub(super) fn failing_values(feature: &str, rule: &str, values: impl Iterator<Item = String>) -> Figure {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let more = counts.len().saturating_sub(SHOWN) as u64;
    let mut values: Vec<FailingValue> = counts.into_iter().map(|(value, count)| FailingValue { value, count }).collect();
    values.sort_by_key(|v| std::cmp::Reverse(v.count));
    values.truncate(SHOWN);
    Figure::FailingValues { feature: feature.to_owned(), rule: rule.to_owned(), values, more }
}

/// What `tests/oracles/cleanliness.py` wrote.
#[cfg(test)]
fn goldens() -> serde_json::Value {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/oracles/cleanliness.json"));
    serde_json::from_str(text).expect("goldens are JSON")
}
