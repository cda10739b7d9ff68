//! Bias and fairness: does the model treat the groups of a protected feature alike?
//!
//! All but the properties of the features themselves are asked of the evaluation set, group by group: the values of a protected
//! feature, or the bins of its subsets where it is a number; missing values are a group of their own.

mod calibration_by_group;
mod class_imbalance;
mod discrimination_by_proxy;
mod error_rates;
mod feature_independence;
mod group;
mod parity;
mod predict_protected_features;
mod protected_feature_drift;
mod ratio;

pub use calibration_by_group::CalibrationByGroup;
pub use class_imbalance::ClassImbalance;
pub use discrimination_by_proxy::DiscriminationByProxy;
pub use error_rates::EqualErrorRates;
pub use feature_independence::FeatureIndependence;
pub use parity::{DemographicParity, IntersectionalGroupFairness};
pub use predict_protected_features::PredictProtectedFeatures;
pub use protected_feature_drift::ProtectedFeatureDrift;

use straingauge_api::{Category, Kind, Risk, TestText, Thresholds, Unit};

use super::{Context, Needs, Scope, TestSpec};

/// A test of fairness; effects lie between 0 and 1 unless said otherwise. All of them need a protected feature.
fn spec(test: String, name: String, kind: Kind, needs: Needs, thresholds: (f64, f64), text: [String; 3]) -> TestSpec {
    let [checks, matters, decided] = text;
    TestSpec {
        id: format!("bias_and_fairness:{test}"),
        name,
        category: Category::BiasAndFairness,
        risk: Risk::Fairness,
        kind,
        scope: Scope::Profile,
        needs: Needs { protected: true, ..needs },
        thresholds: Some(Thresholds { warning: thresholds.0, alert: thresholds.1 }),
        effect_max: 1.0,
        unit: Unit::Score,
        default_on: true,
        text: TestText { checks, matters, decided },
    }
}

/// The thresholds of a test whose effect is bounded by 1, as the reader and the sensitivity set them.
fn limits(context: &Context, test: &str, thresholds: (f64, f64)) -> Thresholds {
    let id = test.strip_prefix("bias_and_fairness:").unwrap_or(test).to_owned();
    let spec = spec(id, String::new(), Kind::Difference, Needs::default(), thresholds, Default::default());
    context.settings.thresholds(&spec).unwrap_or(Thresholds { warning: thresholds.0, alert: thresholds.1 })
}
