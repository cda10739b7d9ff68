//! A result as rows and columns.

use serde::{Deserialize, Serialize};

/// Named columns and rows of cells (null, boolean, number or string).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResultTable {
    /// Column names in order.
    pub columns: Vec<String>,
    /// Rows; each has a cell a column.
    pub rows: Vec<Vec<serde_json::Value>>,
}
