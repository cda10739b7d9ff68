//! Data cleanliness: what is wrong with the data themselves?
//!
//! Facts of one data set are asked of the evaluation set, and of the reference where the evaluation has no labels to ask.

mod class_coverage;
mod feature_correlation;
mod label_imbalance;
mod label_information;
mod mixed_nulls;
mod repeated_rows;
mod required_features;
mod row_keys;

pub use class_coverage::ClassCoverage;
pub use feature_correlation::HighFeatureCorrelation;
pub use label_imbalance::LabelImbalance;
pub use label_information::HighMutualInformation;
pub use mixed_nulls::MixedNulls;
pub use repeated_rows::RepeatedRows;
pub use required_features::RequiredFeatures;

use straingauge_api::{Category, Kind, Risk, TestText, Thresholds, Unit};

use super::{Needs, Scope, TestSpec};

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
