//! A file of predictions that has one row more or less than its data: its first line was read for what it is not.

use std::sync::Arc;

use arrow::array::{BooleanArray, Float64Array};
use straingauge_api::{Format, PredictionParams, Problem};

use super::confidence::note;
use crate::table::{Categories, Column, Dataset, MISSING_CODE, Table, Values};

/// The file with its first line as a row, or its first row as names, where that gives it as many rows as the data have and its cells allow
/// it; `None` where the file is right as it stands.
pub fn with_the_rows_of(dataset: &Dataset, source: &Table, params: &PredictionParams, problems: &mut Vec<Problem>) -> Option<Table> {
    let named = params.prediction_col.is_some() || params.id_col.as_ref().is_some_and(|key| !key.is_empty());
    let key = dataset.params.id_col.as_deref().is_some_and(|key| source.column(key).is_some());
    if named || key || source.format != Format::Csv {
        return None;
    }
    let (corrected, text) = if source.rows + 1 == dataset.rows() {
        (first_line_as_row(source)?, "Its first line is read as a row, not as names")
    } else if source.rows == dataset.rows() + 1 {
        (first_row_as_names(source)?, "Its first line is read as names, not as a row")
    } else {
        return None;
    };
    let text = format!("{} then has {} predictions, as many as {} has rows. {text}.", source.name, corrected.rows, dataset.info.file);
    problems.push(note("header_by_row_count", text, &source.name, None, "Set read.header to say whether the first line holds names."));
    Some(corrected)
}

fn first_line_as_row(source: &Table) -> Option<Table> {
    let columns = source.columns.iter().enumerate().map(|(at, column)| {
        let cell = source.first_line.as_ref().and_then(|line| line.cells.get(at)).unwrap_or(&column.name);
        let values = with_first(&column.values, cell)?;
        let mut cells = column.cells.clone();
        cells.missing.rows.iter_mut().for_each(|row| *row += 1);
        cells.bad.iter_mut().for_each(|bad| bad.row += 1);
        Some(Arc::new(Column { name: format!("column_{}", at + 1), values, cells }))
    });
    Some(Table { rows: source.rows + 1, columns: columns.collect::<Option<_>>()?, ..source.clone() })
}

/// The values with that of a cell before them; `None` where the cell is no value of the column.
fn with_first(values: &Values, cell: &str) -> Option<Values> {
    // A name that another column has too was numbered: `0.5_2`.
    let bare = || cell.rsplit_once('_').map_or(cell, |(bare, _)| bare);
    match values {
        Values::Number { values, integer } => {
            let first: f64 = cell.trim().parse().or_else(|_| bare().trim().parse()).ok().filter(|v: &f64| v.is_finite())?;
            let all: Vec<f64> = std::iter::once(first).chain(values.values().iter().copied()).collect();
            let valid = all.iter().map(|v| !v.is_nan()).collect();
            Some(Values::Number { values: Float64Array::new(all.into(), Some(valid)), integer: *integer && first.fract() == 0.0 })
        }
        Values::Category(categories) => {
            let find = |name: &str| categories.names.iter().position(|n| n == name);
            let code = find(cell).or_else(|| find(bare()))? as u32;
            let codes = std::iter::once(code).chain(categories.codes.iter().copied()).collect();
            Some(Values::Category(Categories { codes, names: categories.names.clone() }))
        }
        Values::Boolean(values) => {
            let first = match cell.trim().to_lowercase().as_str() {
                "true" => true,
                "false" => false,
                _ => return None,
            };
            let all: BooleanArray = std::iter::once(Some(first)).chain(values.iter()).collect();
            Some(Values::Boolean(all))
        }
        Values::Text(_) | Values::Timestamp(_) | Values::List(_) => None,
    }
}

fn first_row_as_names(source: &Table) -> Option<Table> {
    // Names that the file gave stay.
    if !source.columns.iter().enumerate().all(|(at, column)| column.name == format!("column_{}", at + 1)) {
        return None;
    }
    let name_of = |column: &Column| {
        let bad = column.cells.bad.first().filter(|bad| bad.row == 0).map(|bad| bad.text.clone());
        bad.or_else(|| column.cell(0))
    };
    let names: Vec<String> = source.columns.iter().map(|c| name_of(c)).collect::<Option<_>>()?;
    let repeated = names.iter().enumerate().any(|(at, name)| names.iter().skip(at + 1).any(|other| other == name));
    if repeated {
        return None;
    }
    let rest: Vec<u32> = (1..u32::try_from(source.rows).ok()?).collect();
    let table = source.taken(&rest).ok()?;
    let columns = table.columns.iter().zip(names).map(|(column, name)| Arc::new(Column { name, ..retyped(column) }));
    Some(Table { columns: columns.collect(), ..table })
}

/// A column whose type its first cell had spoilt.
fn retyped(column: &Column) -> Column {
    match &column.values {
        Values::Number { values, .. } => {
            let integer = values.values().iter().all(|v| v.is_nan() || v.fract() == 0.0);
            Column { values: Values::Number { values: values.clone(), integer }, ..column.clone() }
        }
        Values::Category(categories) if categories.codes.iter().any(|c| *c != MISSING_CODE) => {
            let numbers = column.to_number();
            if numbers.cells.bad.len() == column.cells.bad.len() { numbers } else { column.clone() }
        }
        _ => column.clone(),
    }
}

#[cfg(test)]
mod tests {
    use straingauge_api::DataParams;

    use super::super::super::table::dataset;
    use super::super::super::table::testing::{category, number, table};
    use super::*;

    fn data(rows: usize) -> Dataset {
        let labels: Vec<f64> = (0..rows).map(|row| (row % 2) as f64).collect();
        dataset(Arc::new(table(vec![number("label", &labels)])), "set", &DataParams::default(), None).unwrap()
    }

    fn corrected(rows: usize, columns: Vec<Column>) -> Option<Table> {
        with_the_rows_of(&data(rows), &table(columns), &PredictionParams::default(), &mut Vec::new())
    }

    #[test]
    fn a_first_line_of_values_is_a_row() {
        let found = corrected(3, vec![number("0.9", &[0.2, 0.4]), number("0.1", &[0.8, 0.6])]).unwrap();
        assert_eq!((found.rows, found.columns[0].cell(0).as_deref(), found.columns[1].name.as_str()), (3, Some("0.9"), "column_2"));
        assert!(corrected(3, vec![category("cat", &["cat", "dog"])]).is_some());
        assert!(corrected(3, vec![category("answer", &["cat", "dog"])]).is_none());
        assert!(corrected(2, vec![number("0.9", &[0.2, 0.4])]).is_none());
    }

    #[test]
    fn a_first_row_of_class_numbers_is_names() {
        let found = corrected(2, vec![number("column_1", &[0.0, 0.2, 0.4]), number("column_2", &[1.0, 0.8, 0.6])]).unwrap();
        assert_eq!((found.rows, found.columns[0].name.as_str(), found.columns[1].name.as_str()), (2, "0", "1"));
        assert_eq!(found.columns[0].cell(0), Some("0.2".to_owned()));
        assert!(corrected(2, vec![number("score", &[0.0, 0.2, 0.4])]).is_none());
    }
}
