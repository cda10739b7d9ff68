//! Metrics and tests that the caller computes and the engine judges.

use serde::{Deserialize, Serialize};

use crate::{Better, Category, Kind, Risk, TestText, Thresholds, Unit};

/// A number a row on both sides; absent where there is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RowValues {
    /// One a reference row.
    pub reference: Vec<Option<f64>>,
    /// One an evaluation row.
    pub evaluation: Vec<Option<f64>>,
}

/// A number a side, with what it came to in resampled rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetValues {
    /// Over all reference rows.
    pub reference: f64,
    /// Over all evaluation rows.
    pub evaluation: f64,
    /// Over reference rows drawn with replacement.
    pub reference_resampled: Vec<f64>,
    /// Over evaluation rows drawn with replacement.
    pub evaluation_resampled: Vec<f64>,
}

/// A metric that the caller computes: a mean of a number a row (then subsets are tested, too), or a number a set of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomMetric {
    /// snake_case; its tests are `model_performance:<id>`, `subset_performance:subset_<id>`, `subset_performance_degradation:subset_drift_<id>`.
    pub id: String,
    /// Its name in title case.
    pub name: String,
    /// Which direction is good.
    pub better: Better,
    /// Its unit. Scores and shares are compared as they are, other numbers relative to the reference's.
    #[serde(default)]
    pub unit: Unit,
    /// From which effects it warns and alerts, on that scale; 0.03 and 0.08 over all rows and 0.05 and 0.13 in subsets where absent; relative, 0.10 and 0.25.
    #[serde(default)]
    pub thresholds: Option<Thresholds>,
    /// What it measures, in a sentence.
    #[serde(default)]
    pub description: Option<String>,
    /// A number a row.
    #[serde(default)]
    pub per_row: Option<RowValues>,
    /// A number a side.
    #[serde(default)]
    pub per_set: Option<SetValues>,
    /// Why it could not be computed: its tests skip with this.
    #[serde(default)]
    pub skipped: Option<String>,
}

/// A case of a custom test, measured by the caller.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CustomCase {
    /// The feature it is about; all rows where absent.
    pub feature: Option<String>,
    /// The part of the feature it is about; tells cases about one feature apart.
    pub subset: Option<String>,
    /// The raw statistic.
    pub statistic: Option<f64>,
    /// The effect, larger is worse; the statistic where absent.
    pub effect: Option<f64>,
    /// Lower end of the effect's 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The evidence; a difference needs it.
    pub p_value: Option<f64>,
    /// For logical tests: does it hold?
    pub holds: Option<bool>,
    /// What was seen, in one sentence with its numbers.
    pub sentence: String,
    /// The evaluation rows it is about, by number from 0.
    pub rows: Option<Vec<u32>>,
    /// Why it could not be measured.
    pub skipped: Option<String>,
}

/// A test that the caller measures: its cases are judged with all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomTest {
    /// `custom:<snake_case>`.
    pub id: String,
    /// Its name in title case.
    pub name: String,
    /// Where it is listed.
    #[serde(default)]
    pub category: Category,
    /// What a failure puts at risk.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// What its cases compare.
    pub kind: Kind,
    /// The unit of effect and thresholds.
    #[serde(default)]
    pub unit: Unit,
    /// From which effects it warns and alerts; logical tests have none.
    #[serde(default)]
    pub thresholds: Option<Thresholds>,
    /// The largest effect that can be; unbounded where absent.
    #[serde(default)]
    pub effect_max: Option<f64>,
    /// What it checks, why, how.
    #[serde(default)]
    pub text: Option<TestText>,
    /// How its cases were measured, in a few words.
    #[serde(default)]
    pub method: Option<String>,
    /// Its cases.
    #[serde(default)]
    pub cases: Vec<CustomCase>,
}
