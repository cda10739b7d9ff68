//! Custom metrics over time: what a firewall keeps of the numbers that the caller computes.

use serde::{Deserialize, Serialize};

use crate::{Better, Category, Thresholds, Unit};

/// A number a row of some rows, as sums that add up over bins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moments {
    /// Rows with a number.
    pub rows: u64,
    /// What they count together.
    pub weight: f64,
    /// The sum of the squares of what each counts, times the design effect of rows that belong together.
    pub squares: f64,
    /// The mean.
    pub mean: f64,
    /// The weighted sum of squared deviations from it.
    pub spread: f64,
}

/// A custom metric that a firewall follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FollowedMetric {
    /// Its id; its monitor is `model_performance:<id>`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Which direction is good.
    pub better: Better,
    /// Its unit.
    pub unit: Unit,
    /// From which effects it warns and alerts, where its author said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Thresholds>,
    /// What it measures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Why it cannot be followed over time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// The reference's rows.
    pub reference: Moments,
    /// The same for each day of the week, Monday first; empty where the reference has no times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<Moments>,
}

/// What a custom metric says of the rows of a batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchValues {
    /// The metric.
    pub id: String,
    /// A number a row, absent where there is none.
    pub values: Vec<Option<f64>>,
}

/// A number that a monitor of the reader's own can follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MonitorChoice {
    /// What [`crate::CustomMonitor::test`] names: a test's id, with `#` and the part that is meant where it has several; `abnormality_rate`.
    pub test: String,
    /// Its name.
    pub name: String,
    /// The test's category.
    pub category: Category,
    /// The unit of its values.
    pub unit: Unit,
    /// Which direction of the values is good.
    pub better: Better,
    /// The features, pairs or scores that it has numbers of; empty where it is about all rows.
    pub objects: Vec<String>,
    /// Whether it cuts features into subsets, so that one subset can be followed.
    pub subsets: bool,
    /// Whether a monitor follows it already.
    pub followed: bool,
}
