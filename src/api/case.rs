//! A case: one judged question about one feature, one pair, one text column, or the whole set.

use serde::{Deserialize, Serialize};

use crate::{Accepted, Figure, Known, Regain};

/// What a case compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Evaluation against reference, or a part against the rest. Has a p-value.
    Difference,
    /// A fact of one data set. No p-value; judged by the lower bound of its effect.
    Property,
    /// Holds or does not.
    Logical,
}

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Nothing to worry about.
    Pass,
    /// Size and evidence pass the warning threshold.
    Warning,
    /// Size and evidence pass the alert threshold.
    Fail,
    /// Could not be judged; the reason says why.
    Skip,
}

/// How bad, from good to worst.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// Nothing to worry about, or not judged.
    #[default]
    Pass,
    /// Look at it.
    Warning,
    /// Mend it.
    Alert,
}

/// The effects from which a case warns and alerts, in the test's unit, 0 < warning < alert.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Warns from here.
    pub warning: f64,
    /// Alerts from here.
    pub alert: f64,
}

/// The unit of a statistic and of its effect; decides how numbers are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A metric between 0 and 1 (accuracy, AUC): 0.61.
    #[default]
    Score,
    /// A share of rows: 12.5 %.
    Share,
    /// A difference of shares: 2.1 points.
    Points,
    /// A distance between distributions (PSI).
    Distance,
    /// Relative to the reference: +25 %.
    Relative,
    /// A plain number in the data's own unit.
    Number,
    /// A count of rows.
    Count,
    /// Holds or does not.
    Logical,
}

/// Whether a weakness was to be expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weakness {
    /// The model's own probabilities say that it is unsure there.
    Expected,
    /// It is sure, and wrong.
    Confident,
}

/// Rows that a case is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseRows {
    /// How many.
    pub count: u64,
    /// Their share of the evaluation set.
    pub share: f64,
    /// Row numbers (from 0) of the first of them, at most 50. The texts stay with the loaded data.
    #[serde(default)]
    pub sample: Vec<u32>,
}

/// A further number of a case: `PERFORMANCE_DIFF:accuracy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseMetric {
    /// `FAILING_INPUTS`, `DRIFT_STAT`, `PERFORMANCE_DIFF`, `STATISTICAL_DEPENDENCE`, `FEATURE`, `SUBSET_DETAILS`,
    /// `PERFORMANCE_METRIC_VALUE`, …
    pub kind: String,
    /// The metric's id.
    pub metric: String,
    /// Its value.
    pub value: Option<f64>,
}

impl CaseMetric {
    /// Kinds whose metrics are named by the data: tokens, columns, groups.
    pub const NAMED_BY_DATA: [&'static str; 3] = ["LOG_ODDS_Z", "FEATURE", "FAIRNESS_GROUP"];

    /// Whether the data name it, so that no table can have a column for it.
    pub fn is_named_by_data(&self) -> bool {
        Self::NAMED_BY_DATA.contains(&self.kind.as_str())
    }
}

/// One judged question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// `category:test[feature]`, `category:test[a, b]`, or `category:test` for the whole set: a [`CaseId`](crate::CaseId) as text.
    pub id: String,
    /// The features concerned; empty for the whole set.
    pub features: Vec<String>,
    /// The family it was judged in: one question about one feature.
    pub family: String,
    /// What it compares.
    pub kind: Kind,
    /// What became of it.
    pub status: Status,
    /// How bad.
    pub severity: Severity,
    /// Passed for now, while other families are still to be judged.
    #[serde(default)]
    pub provisional: bool,
    /// Why it was skipped, or why a large effect does not fail.
    pub reason: Option<String>,
    /// What was seen, in one sentence with its numbers.
    pub sentence: String,
    /// The raw statistic: what a textbook or scipy reproduces.
    pub statistic: Option<f64>,
    /// The unit of `statistic`.
    pub statistic_unit: Unit,
    /// The effect, larger is worse, corrected for what noise alone would give.
    pub effect: Option<f64>,
    /// The unit of `effect` and of the thresholds.
    pub effect_unit: Unit,
    /// Lower end of the effect's 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// Evidence against "no difference".
    pub p_value: Option<f64>,
    /// The same after the correction for many tests.
    pub q_value: Option<f64>,
    /// From which effects it warns and alerts.
    pub thresholds: Option<Thresholds>,
    /// The strain: 0.5 at the warning threshold, 1 at the alert threshold, 2 the worst that can be shown; of what warns it stays under 1.
    pub severity_score: f64,
    /// The strain of the interval's lower end.
    pub severity_score_low: f64,
    /// Whether there is evidence beyond noise (solid mark) or not (hollow).
    pub evident: bool,
    /// How it was computed: estimator, test, interval.
    pub method: String,
    /// Its statistic comes from counts in cells of the scores, not from the scores: exact to some 1e-4, shown with ≈.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
    /// Reference rows that entered.
    pub n_reference: Option<u64>,
    /// Evaluation rows that entered.
    pub n_evaluation: Option<u64>,
    /// The most specific part it is about: `≤ 4.6`, `category = Travel`.
    pub subset: Option<String>,
    /// Whether the weakness was to be expected.
    pub weakness: Option<Weakness>,
    /// The same subset of the reference is as weak: nothing new.
    #[serde(default)]
    pub as_before: bool,
    /// Subsets of much the same rows, which this case stands for: `channel = chat ∧ words ≤ 8`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<String>,
    /// Rows that fail or that the case is about.
    pub rows: Option<CaseRows>,
    /// Further numbers.
    #[serde(default)]
    pub metrics: Vec<CaseMetric>,
    /// The numbers of its chart.
    pub figure: Option<Figure>,
    /// What would be regained if its rows did as well as the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regain: Option<Regain>,
    /// Somebody lets it be: it passes, and this is what it would have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// It failed in the baseline already: it passes, and this is what it would have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
}

impl Case {
    /// The place among cases of one severity: what is new and no limit that the model knows of stands before the others.
    pub fn rank(&self) -> u8 {
        2 * u8::from(self.weakness == Some(Weakness::Expected)) + u8::from(self.as_before)
    }

    /// What became of it and how bad it is, acceptances and baselines apart.
    pub fn judged(&self) -> (Status, Severity) {
        let accepted = self.accepted.as_ref().map(|a| (a.status, a.severity));
        accepted.or_else(|| self.known.as_ref().map(|k| (k.status, k.severity))).unwrap_or((self.status, self.severity))
    }
}
