//! What the package remembers of projects, data sets and runs, and what it is asked to run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use straingauge_api::{Counts, ModelTask, Outcome, Problem, Question, Sensitivity};

/// A project.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectInfo {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its task, once known.
    pub model_task: Option<ModelTask>,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// When it was made, ISO 8601.
    #[serde(default)]
    pub created: String,
    /// True for the sample project, whose rows can be made again.
    #[serde(default)]
    pub sample: bool,
}

/// What the page reads of a data set or of predictions that were just registered.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Registered {
    /// What is wrong or odd, beyond what the file showed alone: length mismatches, another file than before.
    #[serde(default)]
    pub problems: Vec<Problem>,
    /// What can be read in several ways.
    #[serde(default)]
    pub questions: Vec<Question>,
}

/// A data set, remembered over a reload; its rows are not.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DatasetRecord {
    /// Its name in the project.
    pub name: String,
    /// The file it came from.
    pub file: String,
    /// Bytes of that file.
    #[serde(default)]
    pub bytes: u64,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Its rows.
    pub rows: u64,
    /// Rows with a label.
    #[serde(default)]
    pub labelled: u64,
    /// Whether its rows are in memory.
    pub loaded: bool,
}

/// Predictions, remembered over a reload.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PredictionRecord {
    /// The data set.
    pub dataset: String,
    /// The model.
    pub model: String,
    /// The file they came from.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Whether they are in memory.
    pub loaded: bool,
}

/// Labels from a file of their own, remembered over a reload.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LabelRecord {
    /// The data set.
    pub dataset: String,
    /// The file they came from.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// True where they are in memory.
    pub loaded: bool,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ModelRecord {
    /// Its name.
    pub name: String,
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestRunInfo {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The model.
    pub model: Option<String>,
    /// The reference set.
    pub reference: String,
    /// The evaluation set.
    pub evaluation: String,
    /// When it ended, ISO 8601.
    pub upload_time: String,
    /// How long it took.
    pub duration_millis: f64,
    /// In one word.
    pub outcome: Outcome,
    /// In one sentence.
    pub headline: String,
    /// How many cases became what.
    pub counts: Counts,
}

/// What is changed about a test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct TestChange {
    /// Whether it runs, where that differs from the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<bool>,
    /// The effect from which it warns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<f64>,
    /// The effect from which it alerts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<f64>,
    /// Columns that it leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_columns: Vec<String>,
    /// What the test takes besides, by name.
    #[serde(flatten)]
    pub parameters: BTreeMap<String, Given>,
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// A number.
    Number(f64),
    /// A word.
    Word(String),
    /// Words or patterns.
    Words(Vec<String>),
}

/// What the page asks of a stress test: of the package's configuration the part that the page can set.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunConfig {
    /// The run's name.
    pub run_name: String,
    /// The reference set.
    pub reference: String,
    /// The evaluation set.
    pub evaluation: String,
    /// The model; absent where predictions stand in the data files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether predictions are left alone, wherever they stand: the package's `model: null`.
    #[serde(skip)]
    pub data_only: bool,
    /// Categories; all whose needs are met where empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<&'static str>,
    /// Changes tests, by id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tests: BTreeMap<String, TestChange>,
    /// Features that no test is asked about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude_columns: Vec<String>,
    /// An earlier run whose failures are known, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// The task, where the reader set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_task: Option<ModelTask>,
    /// How readily cases fail.
    pub sensitivity: Sensitivity,
    /// The seed.
    pub seed: u64,
    /// The class that binary metrics are about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive_class: Option<String>,
    /// The cut of binary scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_threshold: Option<f64>,
}
