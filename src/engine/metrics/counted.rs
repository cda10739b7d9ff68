//! What is odd about predictions: rows counted, the first few kept, told as a problem.

use straingauge_api::{CellExample, ErrorDetails, Problem, ProblemLevel};

use crate::table::cut;

/// Examples kept a problem.
const EXAMPLES: usize = 5;

/// Rows counted, the first few kept.
#[derive(Default)]
pub struct Counted {
    pub count: u64,
    pub examples: Vec<CellExample>,
}

impl Counted {
    /// Counts a row (from 0) with what stands there.
    pub fn add(&mut self, row: usize, text: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(CellExample { row: row as u64 + 1, text: cut(&text()) });
        }
    }
}

/// A warning about rows of a file, with its first rows and what mends it.
pub fn warning(code: &str, message: String, (file, column): (&str, Option<&str>), mend: &str, rows: Counted) -> Problem {
    let row = rows.examples.first().map(|e| e.row);
    let details = ErrorDetails { file: Some(file.to_owned()), row, column: column.map(str::to_owned), mend: Some(mend.to_owned()) };
    Problem { code: code.to_owned(), level: ProblemLevel::Warning, message, count: rows.count, details, examples: rows.examples }
}
