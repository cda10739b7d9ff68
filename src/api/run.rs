//! A run: everything that a stress test found, as one document.

use serde::{Deserialize, Serialize};

use crate::{Better, Case, Category, Decisions, Kind, ModelTask, PositiveClass, Problem, Risk, Sensitivity, Severity, Status, Unit};

/// The document's own format version; readers refuse a newer one.
pub const RUN_FORMAT: u32 = 1;

/// One side of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SideInfo {
    /// The data set's name.
    pub dataset: String,
    /// Its file.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Rows.
    pub rows: u64,
    /// Rows with a label.
    pub labelled: u64,
    /// Rows with a prediction.
    pub predicted: u64,
}

/// What a test is, in plain words. Page, report and docs use the same text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestText {
    /// What it checks.
    pub checks: String,
    /// Why it matters.
    pub matters: String,
    /// How it is decided.
    pub decided: String,
}

/// How many cases became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All cases.
    pub total: u64,
    /// Passed.
    pub pass: u64,
    /// Warn.
    pub warning: u64,
    /// Fail.
    pub fail: u64,
    /// Could not be judged.
    pub skip: u64,
}

impl Counts {
    /// Counts one more case.
    pub fn add(&mut self, status: Status) {
        self.total += 1;
        match status {
            Status::Pass => self.pass += 1,
            Status::Warning => self.warning += 1,
            Status::Fail => self.fail += 1,
            Status::Skip => self.skip += 1,
        }
    }
}

/// One test of the catalogue with its cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// `category:test`.
    pub id: String,
    /// The test's name.
    pub name: String,
    /// Its category.
    pub category: Category,
    /// What a failure puts at risk.
    pub risk: Risk,
    /// What its cases compare.
    pub kind: Kind,
    /// What it checks, why, how.
    pub text: TestText,
    /// The severity of its worst case.
    pub severity: Severity,
    /// The strain of its worst case.
    pub severity_score: f64,
    /// How many cases became what.
    pub counts: Counts,
    /// Why the whole test did not run.
    pub reason: Option<String>,
    /// The cases, worst first.
    pub cases: Vec<Case>,
}

/// A metric of the model on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelMetric {
    /// The catalogue's id: `macro_f1`.
    pub id: String,
    /// The name: `Macro F1`.
    pub name: String,
    /// Which direction is good.
    pub better: Better,
    /// Its unit.
    pub unit: Unit,
    /// In the reference.
    pub reference: Option<f64>,
    /// In the evaluation.
    pub evaluation: Option<f64>,
    /// The severity of the test of it; `PASS` where nothing fails or warns, judged or not.
    pub severity: Severity,
    /// What the test of it came to.
    #[serde(default)]
    pub judged: Judgement,
}

/// What the test of a metric came to, over all rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Nobody asked, or the test was skipped.
    #[default]
    NotJudged,
    /// It passes, without evidence of a difference.
    Holds,
    /// It passes: a difference is evident, and too small to warn.
    Small,
    /// It warns.
    Warns,
    /// It fails.
    Fails,
    /// It would warn or fail, and is accepted.
    Accepted,
    /// It would warn or fail, and did in the baseline.
    Known,
}

/// A category with its worst batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryResult {
    /// The category.
    pub category: Category,
    /// Its worst batch's severity.
    pub severity: Severity,
    /// Its worst strain.
    pub severity_score: f64,
    /// How many cases became what.
    pub counts: Counts,
    /// Tests in it, by id.
    pub tests: Vec<String>,
    /// Tests in it that fail or warn.
    pub failing_tests: Vec<String>,
}

/// Mean over its tests of pass 0, warning 0.5, alert 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskScore {
    /// The risk.
    pub risk: Risk,
    /// Between 0 and 1.
    pub score: f64,
    /// Tests that were judged.
    pub tests: u64,
}

/// What would be regained if a finding were mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regain {
    /// The metric's id.
    pub metric: String,
    /// The metric's name.
    pub name: String,
    /// Now, over all evaluation rows.
    pub from: f64,
    /// If the rows did as well as the rest.
    pub to: f64,
}

/// Failing cases that share a feature, or most of their rows, as one thing to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// A few words: the slice, the feature, or the whole.
    pub title: String,
    /// The sentence that tells it, with its numbers.
    pub sentence: String,
    /// The worst severity in the group.
    pub severity: Severity,
    /// The worst strain in the group.
    pub severity_score: f64,
    /// The category of the case that leads.
    pub category: Category,
    /// The case that leads, by id.
    pub lead: String,
    /// All its cases by id, worst first.
    pub cases: Vec<String>,
    /// The features they share.
    pub features: Vec<String>,
    /// Evaluation rows affected.
    pub rows: Option<u64>,
    /// What would be regained.
    pub regain: Option<Regain>,
}

/// A hint that a category makes from its findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The category.
    pub category: Category,
    /// The sentence: what is weak, where, and what to do about it.
    pub text: String,
    /// The case behind it, by id.
    pub case: String,
}

/// The run in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The model was judged, and no case warns or fails.
    Ready,
    /// All that warns is a weakness that the model's own calibrated probabilities expect: limits that are known, no defect.
    ReadyWithLimits,
    /// Cases warn, none fails.
    Caution,
    /// Cases fail.
    NotReady,
    /// Too little data to say.
    Inconclusive,
    /// No case warns or fails, but there was no model: only the data were judged.
    DataOnly,
    /// No case warns or fails, but no metric of the model was judged, or no case at all.
    NotJudged,
}

/// Something that a reader must know before reading the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Banner {
    /// Stable: `reference_looks_like_training_data`, `positive_class_may_be_the_other`, `partly_labelled`, `split_from_one_file`, `sampled`, `accepted`,
    /// `acceptance_expired`, `acceptance_unknown_case`, `known`.
    pub code: String,
    /// The sentence.
    pub text: String,
}

/// The run at one look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// In one word.
    pub outcome: Outcome,
    /// In one sentence.
    pub headline: String,
    /// How many cases became what.
    pub counts: Counts,
    /// How many batches have which severity.
    pub batches_pass: u64,
    /// Batches that warn.
    pub batches_warning: u64,
    /// Batches that alert.
    pub batches_alert: u64,
    /// Evaluation rows.
    pub num_inputs: u64,
    /// Evaluation rows with any abnormality.
    pub num_failing_inputs: u64,
    /// Their share.
    pub abnormality_rate: Option<f64>,
    /// A score a risk.
    pub risks: Vec<RiskScore>,
    /// What must be known first.
    pub banners: Vec<Banner>,
    /// Cases that would fail or warn, and are accepted.
    #[serde(default)]
    pub accepted: u64,
    /// Cases that would fail or warn, and did in the baseline.
    #[serde(default)]
    pub known: u64,
}

/// Everything that a stress test found. The same bytes, configuration and seed give the same document, byte for byte.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDocument {
    /// [`RUN_FORMAT`].
    pub format: u32,
    /// The engine's version.
    pub engine: String,
    /// A hash of the data, the predictions and the configuration.
    pub id: String,
    /// The run's name.
    pub name: String,
    /// The task.
    pub model_task: ModelTask,
    /// The model's name.
    pub model: Option<String>,
    /// The seed.
    pub seed: u64,
    /// How readily cases fail.
    pub sensitivity: Sensitivity,
    /// The class that binary metrics are about.
    pub positive_class: Option<String>,
    /// The evidence for that class, and the one that it could be instead; absent for other tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<PositiveClass>,
    /// The cut of binary scores.
    pub decision_threshold: Option<f64>,
    /// The classes.
    pub classes: Vec<String>,
    /// The reference.
    pub reference: SideInfo,
    /// The evaluation.
    pub evaluation: SideInfo,
    /// At one look.
    pub summary: Summary,
    /// The model's metrics on both sides.
    pub model_metrics: Vec<ModelMetric>,
    /// What to look at, worst first.
    pub findings: Vec<Finding>,
    /// Hints, worst first.
    pub suggestions: Vec<Suggestion>,
    /// Categories in the order of the page.
    pub categories: Vec<CategoryResult>,
    /// Tests, worst first.
    pub batches: Vec<Batch>,
    /// What was decided about cases after they were judged; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decisions: Option<Decisions>,
    /// Failing cases that belong together, those among them that are let be included; absent where none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Vec<String>>,
    /// What was aligned between the files before anything was measured, and what could not be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// True where the evaluation is production over some time, as a firewall keeps it: normal or abnormal rather than ready or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub production: bool,
}
