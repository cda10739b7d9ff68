//! Data poisoning: were labels tampered with?

mod exact_flips;
mod near_flips;

pub use exact_flips::ExactMatchLabelFlipping;
pub use near_flips::NearMatchLabelFlipping;

use straingauge_api::{Category, Risk, TestText, Thresholds, Unit};

use super::{Needs, Scope, TestSpec};

/// A test of poisoning; effects are shares of evaluation rows.
fn spec(test: &str, name: &str, thresholds: (f64, f64), text: [&str; 3]) -> TestSpec {
    let [checks, matters, decided] = text.map(str::to_owned);
    TestSpec {
        id: format!("data_poisoning_detection:{test}"),
        name: name.to_owned(),
        category: Category::DataPoisoningDetection,
        risk: Risk::Security,
        kind: straingauge_api::Kind::Difference,
        scope: Scope::Rows,
        needs: Needs { labels: true, ..Needs::default() },
        thresholds: Some(Thresholds { warning: thresholds.0, alert: thresholds.1 }),
        effect_max: 1.0,
        unit: Unit::Points,
        default_on: true,
        text: TestText { checks, matters, decided },
    }
}
