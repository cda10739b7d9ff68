//! What a stress test is asked to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Acceptance, Baseline, CustomMetric, CustomTest, Kind, ModelTask, Thresholds, Unit};

/// A category of the catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Does the model do worse than it did?
    ModelPerformance,
    /// Where does it fail?
    SubsetPerformance,
    /// Where has it become worse?
    SubsetPerformanceDegradation,
    /// What has changed?
    Drift,
    /// Which rows are unlike what the reference taught?
    AbnormalInputs,
    /// What is wrong with the data themselves?
    DataCleanliness,
    /// Is it fair?
    BiasAndFairness,
    /// Does it survive harmless edits?
    Transformations,
    /// Does it survive an adversary?
    Adversarial,
    /// Were labels tampered with?
    DataPoisoningDetection,
    /// Is somebody probing it?
    EvasionAttackDetection,
    /// What the caller asks himself.
    #[default]
    Custom,
}

impl Category {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 12] = [
        Self::ModelPerformance,
        Self::SubsetPerformance,
        Self::SubsetPerformanceDegradation,
        Self::Drift,
        Self::AbnormalInputs,
        Self::DataCleanliness,
        Self::BiasAndFairness,
        Self::Transformations,
        Self::Adversarial,
        Self::DataPoisoningDetection,
        Self::EvasionAttackDetection,
        Self::Custom,
    ];

    /// The id, as in JSON and in test ids.
    pub const fn id(self) -> &'static str {
        match self {
            Self::ModelPerformance => "model_performance",
            Self::SubsetPerformance => "subset_performance",
            Self::SubsetPerformanceDegradation => "subset_performance_degradation",
            Self::Drift => "drift",
            Self::AbnormalInputs => "abnormal_inputs",
            Self::DataCleanliness => "data_cleanliness",
            Self::BiasAndFairness => "bias_and_fairness",
            Self::Transformations => "transformations",
            Self::Adversarial => "adversarial",
            Self::DataPoisoningDetection => "data_poisoning_detection",
            Self::EvasionAttackDetection => "evasion_attack_detection",
            Self::Custom => "custom",
        }
    }

    /// The name that a reader sees.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ModelPerformance => "Model performance",
            Self::SubsetPerformance => "Subset performance",
            Self::SubsetPerformanceDegradation => "Subset degradation",
            Self::Drift => "Drift",
            Self::AbnormalInputs => "Abnormal inputs",
            Self::DataCleanliness => "Data cleanliness",
            Self::BiasAndFairness => "Bias and fairness",
            Self::Transformations => "Transformations",
            Self::Adversarial => "Adversarial",
            Self::DataPoisoningDetection => "Data poisoning",
            Self::EvasionAttackDetection => "Evasion attacks",
            Self::Custom => "Custom tests",
        }
    }
}

/// What a failure of a test puts at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// The model does not do its job.
    Operational,
    /// It does its job unevenly.
    Fairness,
    /// Somebody makes it fail.
    Security,
}

/// How readily cases fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// α 0.01, larger effects.
    Less,
    /// α 0.05, thresholds of the catalogue.
    #[default]
    Default,
    /// α 0.10, smaller effects.
    More,
}

/// A test of the catalogue, for whoever wants to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestInfo {
    /// `category:test`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: Category,
    /// What its cases compare.
    pub kind: Kind,
    /// The unit of its effect and thresholds.
    pub unit: Unit,
    /// The catalogue's thresholds; absent for logical tests.
    pub thresholds: Option<Thresholds>,
    /// Whether it runs when nobody says anything.
    pub default_on: bool,
    /// The tasks for which it can be asked; empty where it can be for all.
    #[serde(default)]
    pub tasks: Vec<ModelTask>,
    /// What it takes besides thresholds and columns.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
}

/// A number or words that a test takes, for whoever makes a form of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    /// The name by which `TestConfig` takes it.
    pub name: String,
    /// The name that a reader sees.
    pub label: String,
    /// The effect of it, in a sentence.
    pub help: String,
    /// What can be given.
    pub form: ParameterForm,
}

/// What can be given for a parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ParameterForm {
    /// A number.
    Number {
        /// The smallest.
        least: f64,
        /// The largest; absent where there is none.
        most: Option<f64>,
        /// True where fractions make no sense.
        whole: bool,
        /// In force where nothing is said; absent where the test has a value of its own.
        default: Option<f64>,
        /// The unit.
        unit: Unit,
    },
    /// One of some words.
    Choice {
        /// The words.
        of: Vec<String>,
        /// In force where nothing is said.
        default: String,
    },
    /// A list of words or patterns.
    Words,
}

/// What to change about one test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TestConfig {
    /// Run it at all? The catalogue's default where absent.
    pub run: Option<bool>,
    /// The effect from which it warns.
    pub warning: Option<f64>,
    /// The effect from which it alerts.
    pub alert: Option<f64>,
    /// Columns that it leaves out.
    pub exclude_columns: Vec<String>,
    /// An absolute bound that the evaluation's metric must keep (performance tests).
    pub bound: Option<f64>,
    /// The test's own numbers by their catalogue names (`num_bins`, `min_sample_size`, …).
    #[serde(flatten)]
    pub params: BTreeMap<String, serde_json::Value>,
}

/// A stress test to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StressTestConfig {
    /// The run's name.
    pub run_name: String,
    /// The reference set, by name.
    pub reference: String,
    /// The evaluation set, by name.
    pub evaluation: String,
    /// The model whose predictions are judged; data tests alone where absent.
    #[serde(default)]
    pub model: Option<String>,
    /// The task; guessed from label and prediction where absent.
    #[serde(default)]
    pub model_task: Option<ModelTask>,
    /// Categories to run; all whose needs are met where absent.
    #[serde(default)]
    pub categories: Option<Vec<Category>>,
    /// Changes a test, by test id (`drift:feature_drift`).
    #[serde(default)]
    pub tests: BTreeMap<String, TestConfig>,
    /// How readily cases fail.
    #[serde(default)]
    pub sensitivity: Sensitivity,
    /// The seed of every draw.
    #[serde(default)]
    pub seed: u64,
    /// The class that binary metrics are about, where it differs from the data set's.
    #[serde(default)]
    pub positive_class: Option<String>,
    /// The cut of binary scores, where it differs from the data set's. Re-judges without reading again.
    #[serde(default)]
    pub decision_threshold: Option<f64>,
    /// Features that no test is asked about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude_columns: Vec<String>,
    /// Cases that are let be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Acceptance>,
    /// The day of the run, `YYYY-MM-DD`: the engine has no clock. Needed where an acceptance expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<String>,
    /// An earlier run whose failures are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Metrics that the caller has computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_metrics: Vec<CustomMetric>,
    /// Tests that the caller has measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custom_tests: Vec<CustomTest>,
}
