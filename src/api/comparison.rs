//! Two runs side by side.

use serde::{Deserialize, Serialize};

use crate::{Better, Category, Counts, Finding, Outcome, Sensitivity, Severity, SideInfo, Status, Unit};

/// A run as a comparison names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparedRun {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The model's name.
    pub model: Option<String>,
    /// How readily its cases fail.
    pub sensitivity: Sensitivity,
    /// The reference.
    pub reference: SideInfo,
    /// The evaluation.
    pub evaluation: SideInfo,
    /// In one word.
    pub outcome: Outcome,
    /// In one sentence.
    pub headline: String,
    /// How many cases became what.
    pub counts: Counts,
}

/// A metric's values in one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetricValues {
    /// In the reference.
    pub reference: Option<f64>,
    /// In the evaluation.
    pub evaluation: Option<f64>,
    /// What the test of it says.
    pub severity: Severity,
}

/// A metric in both runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricChange {
    /// The catalogue's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Which direction is good.
    pub better: Better,
    /// Its unit.
    pub unit: Unit,
    /// In the first run; absent where it has no such metric.
    pub before: Option<MetricValues>,
    /// In the second.
    pub after: Option<MetricValues>,
}

/// What became of a case from one run to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Fails or warns in the second run only.
    New,
    /// Warned, fails now.
    Worse,
    /// Fails or warns in both alike.
    Unchanged,
    /// Failed, warns now.
    Better,
    /// Fails or warns in the first run, passes in the second.
    Mended,
    /// Fails or warns in the first run; the second did not ask, or could not judge.
    Gone,
}

/// A case in one of the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseState {
    /// What became of it, acceptances and baselines apart.
    pub status: Status,
    /// How bad, likewise.
    pub severity: Severity,
    /// The strain.
    pub severity_score: f64,
    /// The effect.
    pub effect: Option<f64>,
    /// What was seen.
    pub sentence: String,
    /// Whether it was accepted or known from a baseline, so that the run did not fail for it.
    pub let_be: bool,
}

/// A case that fails or warns in one of the runs, or in both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseChange {
    /// Its id.
    pub id: String,
    /// Its test.
    pub test: String,
    /// The test's name.
    pub name: String,
    /// The test's category.
    pub category: Category,
    /// The features concerned.
    pub features: Vec<String>,
    /// The unit of the effect.
    pub effect_unit: Unit,
    /// What became of it.
    pub change: Change,
    /// In the first run; absent where it has no such case.
    pub before: Option<CaseState>,
    /// In the second.
    pub after: Option<CaseState>,
}

/// How many cases became what from one run to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeCounts {
    /// Fail or warn in the second run only.
    pub new: u64,
    /// Warned, fail now.
    pub worse: u64,
    /// Fail or warn in both alike.
    pub unchanged: u64,
    /// Failed, warn now.
    pub better: u64,
    /// Passed in the second run.
    pub mended: u64,
    /// Not asked or not judged in the second run.
    pub gone: u64,
    /// Cases of both runs that neither fail nor warn in either.
    pub calm: u64,
}

/// A finding of one run, and what the comparison says of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparedFinding {
    /// What became of its cases, by the one that matters most.
    pub change: Change,
    /// The finding.
    pub finding: Finding,
}

/// Two runs side by side: `before` and `after`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The first run.
    pub before: ComparedRun,
    /// The second.
    pub after: ComparedRun,
    /// What must be known first: other data, another model, another sensitivity.
    pub notes: Vec<String>,
    /// The model's metrics, in the order of the catalogue.
    pub metrics: Vec<MetricChange>,
    /// How many cases became what.
    pub counts: ChangeCounts,
    /// Cases that fail or warn in one of the runs: new, worse, unchanged, better, mended, gone; worst first in each.
    pub cases: Vec<CaseChange>,
    /// The first run's findings, worst first.
    pub findings_before: Vec<ComparedFinding>,
    /// The second run's findings, worst first.
    pub findings_after: Vec<ComparedFinding>,
}
