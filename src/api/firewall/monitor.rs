//! Monitors: numbers that are followed over time.

use serde::{Deserialize, Serialize};

use crate::{Better, Category, Risk, Severity, Unit};

/// One bin of a series.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// The bin, by its start.
    pub bin: i64,
    /// The value; absent where the bin has none.
    pub value: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The realised value, where `value` is estimated without labels and labels are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub realised: Option<f64>,
    /// The effect that is held against the thresholds.
    pub effect: Option<f64>,
    /// What the bin says on its own.
    pub severity: Severity,
    /// Rows behind it.
    pub n: u64,
}

/// One number over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    /// The feature, pair or subset that it is about; empty for all rows.
    pub object: String,
    /// The reference's value.
    pub reference: Option<f64>,
    /// Values from which it warns, on the scale of the values: one, or one below and one above the reference.
    pub warning: Vec<f64>,
    /// Values from which it alerts.
    pub alert: Vec<f64>,
    /// The worst severity of its open events.
    pub status: Severity,
    /// The bins in order of time.
    pub points: Vec<Point>,
}

/// What the reader wrote beside something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When, as `YYYY-MM-DD`.
    pub on: String,
    /// The note.
    pub text: String,
}

/// A monitor: one metric of one test, for the whole or for each feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Monitor {
    /// Stable: the test's id, `abnormality_rate`, or `custom:<slug>`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it follows, in one sentence.
    pub description: String,
    /// The test behind it.
    pub test: Option<String>,
    /// The test's category.
    pub category: Category,
    /// What is at risk.
    pub risk: Risk,
    /// Which direction is good.
    pub better: Better,
    /// The unit of the values.
    pub unit: Unit,
    /// How it was set up, where the reader did.
    pub custom: Option<CustomMonitor>,
    /// Whether the reader wants it on top.
    pub pinned: bool,
    /// Whether its events are kept quiet.
    pub muted: bool,
    /// The reader's notes, oldest first.
    pub notes: Vec<Note>,
    /// The worst severity of its open events.
    pub status: Severity,
    /// The series, worst first.
    pub series: Vec<Series>,
}

/// What a custom monitor takes from a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// The metric's value, or the raw statistic.
    #[default]
    Value,
    /// The effect.
    Effect,
    /// Rows that fail.
    Rows,
}

/// How the bins of a window become one number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Their mean, each bin by its rows.
    #[default]
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Their sum.
    Sum,
}

/// What a custom monitor's number is held against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The reference.
    #[default]
    Reference,
    /// The window before this one.
    PreviousWindow,
    /// Nothing: the thresholds are bounds on the number itself.
    Nothing,
}

/// A monitor of the reader's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomMonitor {
    /// Its name; must differ from the others'.
    pub name: String,
    /// The test whose cases it follows, by id, or `abnormality_rate`.
    pub test: String,
    /// One feature; each of them where absent.
    #[serde(default)]
    pub feature: Option<String>,
    /// One subset of it, as the page names it (`= Travel`), for tests that cut features into subsets.
    #[serde(default)]
    pub subset: Option<String>,
    /// What it takes from a case.
    #[serde(default)]
    pub quantity: Quantity,
    /// How the bins of a window become one number.
    #[serde(default)]
    pub aggregate: Aggregate,
    /// Bins in a window; 1 for every bin on its own.
    #[serde(default = "one")]
    pub window: u32,
    /// What the number is held against.
    #[serde(default)]
    pub against: Against,
    /// Which direction is bad: larger (`lower` is better), smaller (`higher` is better), or both.
    #[serde(default)]
    pub better: Better,
    /// The difference (or the number) from which it warns.
    pub warning: f64,
    /// From which it alerts.
    pub alert: f64,
}

const fn one() -> u32 {
    1
}
