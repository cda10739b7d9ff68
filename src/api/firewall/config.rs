//! How a firewall is set up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Action, Category, ModelTask, Sensitivity, TestConfig};

/// A length that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// From full hour to full hour.
    Hour,
    /// From midnight to midnight.
    Day,
    /// From Monday to Monday.
    Week,
    /// From the first of a month to the next.
    Month,
}

/// The length of a bin. Bins begin at UTC boundaries; those of a length in milliseconds at multiples of it since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BinSize {
    /// By the calendar.
    Calendar(Calendar),
    /// So many milliseconds.
    Millis(u64),
}

/// What a firewall is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct FirewallConfig {
    /// The model's name.
    pub model: String,
    /// The reference data set's name.
    pub reference: String,
    /// The length of a bin.
    pub bin_size: BinSize,
    /// False events that are accepted a year, over all monitors together.
    pub false_events_a_year: f64,
    /// Bins of fewer rows are kept, but not judged on their own.
    pub min_rows: u64,
    /// Categories to judge; those that make sense for continuous tests where absent.
    pub categories: Option<Vec<Category>>,
    /// Settings a test, as in a stress test.
    pub tests: BTreeMap<String, TestConfig>,
    /// How readily cases fail; here it moves the thresholds on the effect alone, evidence follows the budget.
    pub sensitivity: Sensitivity,
    /// The seed of everything random.
    pub seed: u64,
    /// Columns to leave out.
    pub exclude_columns: Vec<String>,
    /// The task; as the reference suggests where absent.
    pub model_task: Option<ModelTask>,
    /// The class that binary metrics are about.
    pub positive_class: Option<String>,
    /// The cut of binary scores.
    pub decision_threshold: Option<f64>,
    /// Whether rows are remembered (a keyed hash of the id, the prediction, cells of the subset features), so that labels that come
    /// later can be joined to them without the data.
    pub ledger: bool,
    /// The key of the ledger's hashes, 32 hexadecimal digits from the host's source of randomness; the engine has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger_key: Option<String>,
    /// What the single-row check does where a rule fires: by rule (`unseen_categorical`) or by rule and feature (`unseen_categorical[city]`).
    pub rules: BTreeMap<String, Action>,
}

impl Default for FirewallConfig {
    fn default() -> Self {
        Self {
            model: String::new(),
            reference: String::new(),
            bin_size: BinSize::Calendar(Calendar::Day),
            false_events_a_year: 1.0,
            min_rows: 30,
            categories: None,
            tests: BTreeMap::new(),
            sensitivity: Sensitivity::Default,
            seed: 0,
            exclude_columns: Vec::new(),
            model_task: None,
            positive_class: None,
            decision_threshold: None,
            ledger: false,
            ledger_key: None,
            rules: BTreeMap::new(),
        }
    }
}
