//! Drift: what has changed between reference and evaluation?

pub mod attribution;
mod change;
mod domain_classifier;
mod embedding_drift;
mod feature_drift;
mod hashed_logistic;
mod label_drift;
mod measure;
mod nulls_per_feature_drift;
mod nulls_per_row_drift;
mod pair_change;
mod pair_drift;
mod prediction_drift;
mod token_drift;

pub use domain_classifier::DomainClassifier;
pub use embedding_drift::EmbeddingDrift;
pub use feature_drift::FeatureDrift;
pub(super) use feature_drift::{PARAMS, column_drift};
pub use label_drift::LabelDrift;
pub use nulls_per_feature_drift::NullsPerFeatureDrift;
pub use nulls_per_row_drift::NullsPerRowDrift;
pub use pair_drift::PairDrift;
pub use prediction_drift::PredictionDrift;
pub use token_drift::TokenDrift;

use straingauge_api::{Category, Kind, Risk, TestText, Thresholds, Unit};

use super::{Needs, Scope, TestSpec};

/// A drift test; effects are distances unless said otherwise.
fn spec(test: &str, name: &str, needs: Needs, thresholds: (f64, f64), text: [&str; 3]) -> TestSpec {
    let [checks, matters, decided] = text.map(str::to_owned);
    TestSpec {
        id: format!("drift:{test}"),
        name: name.to_owned(),
        category: Category::Drift,
        risk: Risk::Operational,
        kind: Kind::Difference,
        scope: Scope::Profile,
        needs,
        thresholds: Some(Thresholds { warning: thresholds.0, alert: thresholds.1 }),
        effect_max: f64::INFINITY,
        unit: Unit::Distance,
        default_on: true,
        text: TestText { checks, matters, decided },
    }
}
