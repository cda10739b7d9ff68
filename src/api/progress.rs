//! What a job says while it runs.

use serde::{Deserialize, Serialize};

use crate::Batch;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A file is being read.
    Reading,
    /// Columns are being summarised.
    Profiling,
    /// Tests are being judged.
    Testing,
    /// Findings are being grouped.
    Concluding,
    /// All is done.
    Done,
}

/// A step that a job took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Where it stands.
    pub stage: Stage,
    /// Steps taken (bytes while reading).
    pub done: u64,
    /// Steps in all; absent where not yet known.
    pub total: Option<u64>,
    /// What is being done, for people.
    pub label: String,
    /// Tests that ended with this step. A pass shown here is provisional; a failure is final.
    #[serde(default)]
    pub batches: Vec<Batch>,
    /// Tests that this step measured, by id: whoever has a clock may add up their times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<String>,
}
