//! Events: stretches of time in which something was wrong, and why.

use serde::{Deserialize, Serialize};

use crate::{Category, Risk, Severity};

/// How an event was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Single bins show it.
    Abrupt,
    /// No single bin showed it when it began; several together did.
    Creeping,
}

/// What a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// Rows moved between the parts of a feature.
    Mix,
    /// The model does otherwise within a part.
    Within,
    /// The feature's values are distributed otherwise.
    Drift,
    /// Rows are unlike what the reference taught.
    Abnormal,
    /// The words of a text changed.
    Tokens,
}

/// A row to look at; its cells come from the loaded data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExampleRow {
    /// The bin, by its start.
    pub bin: i64,
    /// The row within the bin, from 0.
    pub row: u32,
}

/// A word whose share of texts changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenChange {
    /// The word.
    pub token: String,
    /// Share of the reference's texts.
    pub reference: f64,
    /// Share of the event's texts.
    pub event: f64,
}

/// Something that goes some way to explain an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// What it is.
    pub kind: CauseKind,
    /// The features concerned.
    pub features: Vec<String>,
    /// The part that bears most of it: `= next-1`.
    pub subset: Option<String>,
    /// In one sentence with its numbers.
    pub sentence: String,
    /// The part of the change that it explains; may be negative, absent where the change is no sum.
    pub share: Option<f64>,
    /// What moved rows do to the metric, in its unit.
    pub mix: Option<f64>,
    /// What the model's doing otherwise does to it.
    pub within: Option<f64>,
    /// Rows concerned.
    pub rows: Option<u64>,
    /// The case behind it, by id.
    pub case: Option<String>,
    /// The words that changed most.
    #[serde(default)]
    pub tokens: Vec<TokenChange>,
    /// Rows to look at.
    #[serde(default)]
    pub examples: Vec<ExampleRow>,
}

/// That somebody has dealt with an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When, as `YYYY-MM-DD`.
    pub on: String,
    /// What was done.
    pub note: String,
    /// Where the event ended by then; the firewall fills it in, and what goes on after it is open again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// One contiguous stretch of abnormal bins of one monitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Stable: of the monitor, the object and the start.
    pub id: String,
    /// The monitor, by id.
    pub monitor: String,
    /// Its name.
    pub monitor_name: String,
    /// The feature, pair or subset that it is about; empty for all rows.
    pub object: String,
    /// How it was noticed.
    pub kind: EventKind,
    /// The test's category.
    pub category: Category,
    /// What is at risk.
    pub risk: Risk,
    /// The worst of its bins.
    pub severity: Severity,
    /// Where its first abnormal bin begins, in milliseconds since 1970-01-01 UTC.
    pub start: i64,
    /// Where its last abnormal bin ends.
    pub end: i64,
    /// Its worst bin, by start.
    pub worst: i64,
    /// Abnormal bins.
    pub bins: u64,
    /// Rows in them.
    pub rows: u64,
    /// Whether it still goes on in the last bin.
    pub open: bool,
    /// In one sentence: metric, feature, level, threshold, interval.
    pub sentence: String,
    /// The value over the event's bins together.
    pub value: Option<f64>,
    /// The reference's.
    pub reference: Option<f64>,
    /// What explains it, most first.
    pub causes: Vec<Cause>,
    /// Other events in the same bins, by id: possible causes, or consequences.
    pub together: Vec<String>,
    /// Who dealt with it, if anybody.
    pub resolved: Option<Resolution>,
    /// The reader's notes, oldest first.
    pub notes: Vec<crate::Note>,
    /// Whether its monitor is muted.
    pub muted: bool,
    /// The incident that it is part of, by id.
    #[serde(default)]
    pub incident: String,
}

/// Events of one cause over one stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Incident {
    /// Stable as far as those of its events are: of what it is about, and of its start.
    pub id: String,
    /// The worst of its events that are neither muted nor resolved; of all, where none is left.
    pub severity: Severity,
    /// Where its first abnormal bin begins, in milliseconds since 1970-01-01 UTC.
    pub start: i64,
    /// Where its last abnormal bin ends.
    pub end: i64,
    /// Whether any of its events still goes on in the last bin.
    pub open: bool,
    /// The part of the data that it is about (`product = Wallet`), or the metric.
    pub title: String,
    /// The sentence of the event that tells most.
    pub sentence: String,
    /// The cause of it that explains most.
    pub cause: Option<Cause>,
    /// Its events by id, the one that tells most first.
    pub events: Vec<String>,
    /// The features that its events are about or that their first causes name; a text stands for all that is measured in it.
    pub features: Vec<String>,
    /// Abnormal bins.
    pub bins: u64,
    /// Rows in them.
    pub rows: u64,
    /// The last resolution, where every event of it was dealt with.
    pub resolved: Option<Resolution>,
    /// Whether all of its events are muted.
    pub muted: bool,
}
