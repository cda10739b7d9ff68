//! The one error of the API.

use serde::{Deserialize, Serialize};

/// Something that could not be done: a stable code for programs, a message for people, and where it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    /// Stable, snake_case: `truncated_gzip`, `length_mismatch`, `unknown_column`, …
    pub code: String,
    /// What happened, where, and what mends it, in one or two sentences.
    pub message: String,
    /// The parts of the message for programs.
    #[serde(default)]
    pub details: ErrorDetails,
}

/// Where an error happened, and what mends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorDetails {
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The data row, counted from 1 (the header is not a row).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}
