//! Rows of the loaded data, for the eye. They come from the engine on demand and are never part of a run.

use serde::{Deserialize, Serialize};

/// A page of rows that a case is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowPage {
    /// Columns shown: row number, the case's features, label, prediction, then the rest.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<RowView>,
    /// How many rows the case is about.
    pub total: u64,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowView {
    /// The row number, from 0.
    pub row: u32,
    /// Cells as text, in the order of the columns; absent where missing.
    pub cells: Vec<Option<String>>,
    /// Columns, by their place, whose cells made the row one of these.
    #[serde(default)]
    pub marked: Vec<u32>,
    /// Words of the marked cells that are to blame, as they stand there; empty where the whole cell is.
    #[serde(default)]
    pub words: Vec<String>,
    /// Why the row is one of these: `value not in the reference: Opera 12`.
    #[serde(default)]
    pub reason: Option<String>,
}
