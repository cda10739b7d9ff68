//! The first line of delimited text: names or values, and what a table is where it was taken for the wrong one.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray, Float64Array, StringArray, TimestampMillisecondArray};

use super::{BadCell, Categories, Column, Lists, MISSING_CODE, Table, Values};
use crate::Result;

/// The first line of delimited text that is no comment and no title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstLine {
    /// It was read as the header.
    pub header: bool,
    /// The other reading is likely enough to be asked for.
    pub open: bool,
    /// Its fields.
    pub cells: Vec<String>,
}

impl Table {
    /// The table with its header read as a row of values: one row more. `None` where there is no header.
    pub fn with_header_as_row(&self) -> Option<Self> {
        let line = self.first_line.as_ref().filter(|line| line.header)?;
        let columns = self.columns.iter().enumerate().map(|(at, column)| {
            let cell = line.cells.get(at).map_or("", String::as_str);
            Arc::new(Column { name: format!("column_{}", at + 1), ..column.with_cell_before(cell) })
        });
        let first_line = Some(FirstLine { header: false, ..line.clone() });
        Some(Self { rows: self.rows + 1, columns: columns.collect(), first_line, ..self.clone() })
    }

    /// The table with its first row read as the header: one row less. `None` where there is a header, or only one row.
    ///
    /// # Errors
    /// `split_failed`, which cannot be: the rows exist.
    pub fn with_row_as_header(&self) -> Result<Option<Self>> {
        let Some(line) = self.first_line.as_ref().filter(|line| !line.header && self.rows > 1) else { return Ok(None) };
        let rows: Vec<u32> = (1..self.rows as u32).collect();
        let mut table = self.taken(&rows)?;
        let names: Vec<String> = (0..table.columns.len()).map(|at| line.cells.get(at).cloned().unwrap_or_default()).collect();
        let (names, _) = super::reading::unique_names(names, true);
        table.columns =
            (table.columns.iter().zip(names)).map(|(column, name)| Arc::new(Column { name, ..Column::clone(column) })).collect();
        table.first_line = Some(FirstLine { header: true, ..line.clone() });
        Ok(Some(table))
    }
}

impl Column {
    /// The column with a row of this text before the others, as its type reads it.
    fn with_cell_before(&self, cell: &str) -> Self {
        let text = cell.trim();
        let missing = super::reading::is_missing(text.as_bytes());
        let mut cells = self.cells.clone();
        cells.missing.rows.iter_mut().for_each(|row| *row += 1);
        cells.bad.iter_mut().for_each(|bad| bad.row += 1);
        let mut fits = true;
        let values = match &self.values {
            Values::Number { values, integer } => {
                let number: Option<f64> = text.parse().ok().filter(|x: &f64| x.is_finite());
                fits = number.is_some();
                let all = std::iter::once(number).chain((0..values.len()).map(|i| values.is_valid(i).then(|| values.value(i))));
                let (plain, valid): (Vec<f64>, Vec<bool>) = all.map(|v| (v.unwrap_or(f64::NAN), v.is_some())).unzip();
                let integer = *integer && number.is_none_or(|x| x.fract() == 0.0);
                Values::Number { values: Float64Array::new(plain.into(), Some(valid.into())), integer }
            }
            Values::Boolean(values) => {
                let truth = super::boolean(text.as_bytes());
                fits = truth.is_some();
                Values::Boolean(std::iter::once(truth).chain(values.iter()).collect::<BooleanArray>())
            }
            Values::Category(categories) => {
                let mut names = categories.names.clone();
                let code = if missing {
                    MISSING_CODE
                } else {
                    names.iter().position(|n| n == text).unwrap_or_else(|| {
                        names.push(text.to_owned());
                        names.len() - 1
                    }) as u32
                };
                Values::Category(Categories { codes: std::iter::once(code).chain(categories.codes.iter().copied()).collect(), names })
            }
            Values::Text(values) => {
                let first = (!missing).then_some(text);
                Values::Text(std::iter::once(first).chain(values.iter()).collect::<StringArray>())
            }
            Values::Timestamp(values) => {
                let at = super::IsoParser::default().parse(text.as_bytes()).map(|(micros, _)| micros.div_euclid(1_000));
                fits = at.is_some();
                let all = std::iter::once(at).chain((0..values.len()).map(|i| values.is_valid(i).then(|| values.value(i))));
                let (plain, valid): (Vec<i64>, Vec<bool>) = all.map(|v| (v.unwrap_or(i64::MIN), v.is_some())).unzip();
                Values::Timestamp(TimestampMillisecondArray::new(plain.into(), Some(valid.into())))
            }
            Values::List(lists) => {
                let mut all = Vec::new();
                fits = super::reading::parse_list(text.as_bytes(), &mut all) == Some(lists.width);
                all.resize(lists.width, f64::NAN);
                if !fits {
                    all.fill(f64::NAN);
                }
                all.extend_from_slice(&lists.values);
                Values::List(Lists { width: lists.width, values: all })
            }
        };
        if missing {
            cells.missing.note_first(text);
        } else if !fits {
            cells.bad.insert(0, BadCell { row: 0, text: super::cut(text) });
        }
        Self { name: self.name.clone(), values, cells }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{category, number, table};
    use super::*;

    #[test]
    fn a_header_may_be_a_row_and_a_row_a_header() {
        let mut read = table(vec![number("0", &[0.9, 0.1]), category("a", &["b", "a"])]);
        read.first_line = Some(FirstLine { header: true, open: true, cells: vec!["0".into(), "a".into()] });
        let longer = read.with_header_as_row().unwrap();
        assert_eq!((longer.rows, longer.columns[0].name.as_str()), (3, "column_1"));
        assert_eq!((longer.columns[0].cell(0), longer.columns[1].cell(0)), (Some("0".into()), Some("a".into())));
        assert_eq!(longer.columns[1].cell(2).as_deref(), Some("a"));
        let back = longer.with_row_as_header().unwrap().unwrap();
        assert_eq!((back.rows, back.columns[0].name.as_str(), back.columns[1].cell(1)), (2, "0", Some("a".into())));
        assert!(back.with_row_as_header().unwrap().is_none() && longer.with_header_as_row().is_none());
    }
}
