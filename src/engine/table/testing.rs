//! Small tables for unit tests.

use std::sync::Arc;

use arrow::array::{Float64Array, StringArray, TimestampMillisecondArray};
use straingauge_api::{Compression, Format};

use super::{Categories, Cells, Column, Lists, MISSING_CODE, Table, Values};

/// A column of numbers, NaN where missing.
pub fn number(name: &str, values: &[f64]) -> Column {
    let integer = values.iter().all(|v| v.is_nan() || v.fract() == 0.0);
    let array = Float64Array::new(values.to_vec().into(), Some(values.iter().map(|v| !v.is_nan()).collect()));
    Column { name: name.into(), values: Values::Number { values: array, integer }, cells: Cells::default() }
}

/// A column of categories, missing where empty.
pub fn category(name: &str, values: &[&str]) -> Column {
    let mut names: Vec<String> = Vec::new();
    let codes = values
        .iter()
        .map(|v| {
            if v.is_empty() {
                return MISSING_CODE;
            }
            names.iter().position(|n| n == v).unwrap_or_else(|| {
                names.push((*v).to_owned());
                names.len() - 1
            }) as u32
        })
        .collect();
    Column { name: name.into(), values: Values::Category(Categories { codes, names }), cells: Cells::default() }
}

/// A column of texts.
pub fn text(name: &str, values: &[&str]) -> Column {
    Column { name: name.into(), values: Values::Text(StringArray::from(values.to_vec())), cells: Cells::default() }
}

/// A column of moments.
pub fn moments(name: &str, values: &[i64]) -> Column {
    Column { name: name.into(), values: Values::Timestamp(TimestampMillisecondArray::from(values.to_vec())), cells: Cells::default() }
}

/// A column of lists.
pub fn lists(name: &str, width: usize, values: &[f64]) -> Column {
    Column { name: name.into(), values: Values::List(Lists { width, values: values.to_vec() }), cells: Cells::default() }
}

/// A table of columns.
pub fn table(columns: Vec<Column>) -> Table {
    Table {
        name: "file.csv".into(),
        bytes: 0,
        sha256: String::new(),
        format: Format::Csv,
        compression: Compression::None,
        rows: columns.first().map_or(0, Column::rows),
        columns: columns.into_iter().map(Arc::new).collect(),
        first_line: None,
    }
}
