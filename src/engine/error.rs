//! The engine's one error: what happened, where, and what mends it.

use straingauge_api::{ApiError, ErrorDetails};

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Something that could not be done.
///
/// An error stops what was asked for, never what was loaded before. Problems that leave the rest readable are not errors
/// but [`straingauge_api::Problem`]s: counted, sampled and shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", mend.as_ref().map(|m| format!(" {m}")).unwrap_or_default())]
pub struct Error {
    /// Stable, snake_case.
    pub code: &'static str,
    /// What happened, as a full sentence.
    pub message: String,
    /// What mends it, as a full sentence.
    pub mend: Option<String>,
    /// The file.
    pub file: Option<String>,
    /// The data row, from 1.
    pub row: Option<u64>,
    /// The column.
    pub column: Option<String>,
}

impl Error {
    /// An error with its stable code and its sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), mend: None, file: None, row: None, column: None }
    }

    /// Adds what mends it, as a full sentence.
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    /// Adds the file.
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Adds the data row, from 1.
    pub fn at_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// Adds the column.
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl From<Error> for ApiError {
    fn from(e: Error) -> Self {
        let message = e.to_string();
        let details = ErrorDetails { file: e.file, row: e.row, column: e.column, mend: e.mend };
        Self { code: e.code.to_owned(), message, details }
    }
}
