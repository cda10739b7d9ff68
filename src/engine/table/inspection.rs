//! What a reader sees of a file before anything is tested.

use straingauge_api::{ColumnInfo, DataParams, Inspection, Problem, Question, RoleGuess, ValueCount};

use super::facts::{ColumnFacts, cut};
use super::{Column, Roles, Table, Values, roles, task};

/// Rows shown in the preview.
const FIRST_ROWS: usize = 20;

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
    let columns: Vec<ColumnFacts> = table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
    // Without parameters there is no name that could be unknown.
    let roles = roles(table, &columns, &DataParams::default()).unwrap_or(Roles { guesses: Vec::new(), prediction: None, truth: None });
    let mut problems = facts.problems.clone();
    problems.sort_by_key(|p| std::cmp::Reverse(p.level));
    Inspection {
        name: table.name.clone(),
        bytes: table.bytes,
        sha256: table.sha256.clone(),
        format: table.format,
        compression: table.compression,
        encoding: facts.encoding.clone(),
        delimiter: facts.delimiter,
        rows: table.rows as u64,
        columns: column_infos(table, &columns, &roles.guesses),
        first_rows: (0..table.rows.min(FIRST_ROWS))
            .map(|row| table.columns.iter().map(|c| c.cell(row).map(|t| cut(&t))).collect())
            .collect(),
        problems,
        questions: facts.questions.iter().chain(&roles.truth).cloned().collect(),
        task: task(table, &columns, &roles),
    }
}

/// Every column with its summary and its role.
pub fn column_infos(table: &Table, facts: &[ColumnFacts], guesses: &[RoleGuess]) -> Vec<ColumnInfo> {
    table.columns.iter().zip(facts).zip(guesses).map(|((column, facts), guess)| column_info(column, facts, guess)).collect()
}

/// A column with its summary and its role.
pub fn column_info(column: &Column, facts: &ColumnFacts, guess: &RoleGuess) -> ColumnInfo {
    let spelled = column.cells.missing.spellings.iter().zip(&column.cells.missing.counts);
    let mut missing_spellings: Vec<ValueCount> = spelled.map(|(value, &count)| ValueCount { value: value.clone(), count }).collect();
    missing_spellings.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let bad_cells = column.cells.bad.len() as u64;
    ColumnInfo {
        name: column.name.clone(),
        kind: column.kind(),
        width: if let Values::List(list) = &column.values { list.width as u32 } else { 0 },
        role: guess.clone(),
        missing: facts.missing.saturating_sub(bad_cells),
        missing_spellings,
        bad_cells,
        unit: column.cells.unit.clone(),
        distinct: facts.distinct,
        distinct_exact: facts.distinct_exact,
        range: facts.range_text.clone(),
        examples: facts.examples.clone(),
    }
}

#[cfg(test)]
mod tests {
    use straingauge_api::{ModelTask, Role};

    use super::super::testing::{category, lists, moments, table, text};
    use super::*;

    #[test]
    fn a_file_is_shown_with_roles_rows_and_task() {
        let mut columns = vec![
            category("label", &["a", "b", "a", ""]),
            text("text", &["one two", "three four", "x", "y z"]),
            moments("timestamp", &[0, 1000, i64::MIN, 3000]),
        ];
        columns.push(lists("probabilities", 3, &[0.1, 0.2, 0.7, 0.3, 0.3, 0.4, 1.0, 0.0, 0.0, f64::NAN, f64::NAN, f64::NAN]));
        let seen = inspection(&table(columns), &ReadFacts::default());
        let roles: Vec<Role> = seen.columns.iter().map(|c| c.role.role).collect();
        assert_eq!(roles, [Role::Label, Role::Text, Role::Timestamp, Role::Prediction]);
        assert_eq!(seen.task.map(|t| t.task), Some(ModelTask::MulticlassClassification));
        assert_eq!(seen.columns.iter().map(|c| c.missing).collect::<Vec<_>>(), [1, 0, 1, 1]);
        assert_eq!(seen.columns[3].width, 3);
        assert_eq!(seen.columns[2].range, Some(("1970-01-01 00:00:00".into(), "1970-01-01 00:00:03".into())));
        assert_eq!(
            seen.first_rows[0],
            [Some("a".into()), Some("one two".into()), Some("1970-01-01 00:00:00".into()), Some("[0.1, 0.2, 0.7]".into())]
        );
        assert_eq!(seen.first_rows[3][0], None);
    }
}
