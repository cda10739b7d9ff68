//! Model performance: does the model do worse on the evaluation set than it did on the reference set?

mod calibration;
mod metric;
mod training;

pub use calibration::CalibrationComparison;
pub(crate) use calibration::beyond_noise;
pub use metric::ModelPerformance;
pub(crate) use metric::{MOSTLY_LABELLED, both_labelled, definitions, effect_max, effect_unit, estimates, exists};
pub use training::looks_like_training;

use straingauge_api::{Category, Kind, Risk, TestText, Thresholds, Unit};

use super::{Needs, Scope, TestSpec};

fn spec(test: &str, name: &str, labels: bool, thresholds: (f64, f64), effect_max: f64, unit: Unit, text: TestText) -> TestSpec {
    TestSpec {
        id: format!("model_performance:{test}"),
        name: name.to_owned(),
        category: Category::ModelPerformance,
        risk: Risk::Operational,
        kind: Kind::Difference,
        scope: Scope::Profile,
        needs: Needs { predictions: true, labels, ..Needs::default() },
        thresholds: Some(Thresholds { warning: thresholds.0, alert: thresholds.1 }),
        effect_max,
        unit,
        default_on: true,
        text,
    }
}
