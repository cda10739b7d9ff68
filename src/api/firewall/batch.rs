//! A batch of production data, and the bins that it fills.

use serde::{Deserialize, Serialize};

use crate::{Counts, Problem, Risk, Severity};

/// How a continuous test treats a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct BatchOptions {
    /// Replaces bins that were filled before. Without, a batch that reaches into one is refused.
    pub override_existing_bins: bool,
}

/// A file that rows of a bin came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BinSource {
    /// The data set's name.
    pub dataset: String,
    /// Its file.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Rows of it in the bin.
    pub rows: u64,
}

/// A risk with the worst severity that a bin shows of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskSeverity {
    /// The risk.
    pub risk: Risk,
    /// The worst of its cases.
    pub severity: Severity,
}

/// A time bin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BinInfo {
    /// Where it begins, in milliseconds since 1970-01-01 UTC.
    pub start: i64,
    /// Where it ends, exclusive.
    pub end: i64,
    /// Rows.
    pub rows: u64,
    /// Rows with a label.
    pub labelled: u64,
    /// Rows with a prediction.
    pub predicted: u64,
    /// Whether the data reach its end; the last bin of a batch may be unfinished.
    pub complete: bool,
    /// Whether it was judged on its own.
    pub judged: bool,
    /// Why it was not.
    pub reason: Option<String>,
    /// The worst of its cases.
    pub severity: Severity,
    /// The same a risk.
    pub risks: Vec<RiskSeverity>,
    /// How many cases became what.
    pub counts: Counts,
    /// Rows with any abnormality; absent where abnormal inputs are not asked for.
    pub abnormal: Option<u64>,
    /// Where its rows came from.
    pub sources: Vec<BinSource>,
    /// The events that it belongs to, by id.
    pub events: Vec<String>,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchReport {
    /// The bins that it filled, by their start, in order of time.
    pub bins: Vec<i64>,
    /// What is wrong or odd: rows without a time, an unknown class, columns that the reference has and the batch lacks.
    pub problems: Vec<Problem>,
}
