//! A result as rows and columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Named columns and rows of cells (null, boolean, number or string).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultTable {
    /// Column names in order.
    pub columns: Vec<String>,
    /// Rows; each has a cell a column.
    pub rows: Vec<Vec<serde_json::Value>>,
}

/// What brought a run about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestingType {
    /// A stress test.
    #[default]
    StressTest,
    /// A firewall that judged bins.
    ContinuousTest,
}

/// What a run cannot know of itself: the engine has no clock and no projects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunStamp {
    /// The project that holds the run.
    pub project_id: String,
    /// When it ended, ISO 8601.
    pub upload_time: String,
    /// How long it took.
    pub duration_millis: u64,
    /// How long each test took, by its id: the time of the steps that measured it, shared equally by the tests of a step.
    pub test_millis: BTreeMap<String, f64>,
    /// What brought it about.
    pub testing_type: TestingType,
}

/// The tables of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunTables {
    /// One row: the run.
    pub result: ResultTable,
    /// A row a category.
    pub categories: ResultTable,
    /// A row a test.
    pub batches: ResultTable,
    /// A row a case, with a sparse column for each further number (`PERFORMANCE_DIFF:accuracy`) at the end.
    pub cases: ResultTable,
    /// How many columns of `cases` stand before the sparse ones.
    pub plain_case_columns: usize,
}

/// A firewall at one look, with its tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FirewallLook {
    /// The firewall.
    pub view: crate::FirewallView,
    /// A row an event.
    pub events: ResultTable,
    /// Its incidents.
    pub incidents: ResultTable,
    /// A row a bin.
    pub bins: ResultTable,
}
