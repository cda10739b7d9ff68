//! A column that is said to hold dates, read as dates whatever it was read as before.

use arrow::array::TimestampMillisecondArray;
use straingauge_api::Problem;

use super::any_moment::AnyMoment;
use super::locale::NumericDate;
use super::time_numbers::TimeNumbers;
use crate::table::{Cells, Column, Values};

/// A column read as moments.
#[derive(Debug)]
pub(crate) struct Dated {
    pub(crate) column: Column,
    /// What was assumed.
    pub(crate) note: Option<Problem>,
}

/// A cell that is no date.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoDate {
    /// The row, from 0.
    pub(crate) row: usize,
    pub(crate) cell: String,
}

/// Reads a column's values as moments.
///
/// # Errors
/// The first cell that is none.
pub(crate) fn to_moments(column: &Column) -> Result<Dated, NoDate> {
    let cells: Vec<Option<String>> = (0..column.rows()).map(|row| column.cell(row)).collect();
    let first_bad = column.cells.bad.first().map(|bad| NoDate { row: bad.row as usize, cell: bad.text.clone() });
    if let Some(bad) = first_bad {
        return Err(bad);
    }
    let numbers: Vec<f64> = cells.iter().map(|cell| cell.as_ref().and_then(|c| c.parse().ok()).unwrap_or(f64::NAN)).collect();
    let counted = numbers.iter().zip(&cells).all(|(number, cell)| number.is_nan() == cell.is_none());
    if let Some(reading) = TimeNumbers::of(&numbers).filter(|_| counted) {
        let millis = numbers.iter().map(|&v| reading.millis(v)).collect();
        return Ok(Dated { column: moments(column, millis), note: reading.note(&column.name, &numbers) });
    }
    let month_first = cells.iter().flatten().all(|c| NumericDate::parse(c.as_bytes()).is_none_or(|d| d.iso(false).is_some()));
    let mut millis = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let Some(cell) = cell else {
            millis.push(None);
            continue;
        };
        match AnyMoment::parse(cell.as_bytes(), !month_first, true) {
            Some(moment) => millis.push(Some(moment.micros.div_euclid(1_000))),
            None => return Err(NoDate { row, cell: cell.clone() }),
        }
    }
    Ok(Dated { column: moments(column, millis), note: None })
}

fn moments(column: &Column, millis: Vec<Option<i64>>) -> Column {
    let (values, valid): (Vec<i64>, Vec<bool>) = millis.into_iter().map(|ms| (ms.unwrap_or(i64::MIN), ms.is_some())).unzip();
    let nulls = valid.contains(&false).then(|| valid.into());
    let values = Values::Timestamp(TimestampMillisecondArray::new(values.into(), nulls));
    Column { name: column.name.clone(), values, cells: Cells { unit: None, ..column.cells.clone() } }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{category, number};
    use super::*;

    #[test]
    fn what_is_said_to_be_a_date_is_read_as_one() {
        let first = |column: &Column| to_moments(column).map(|d| d.column.cell(0).unwrap_or_default());
        for column in [
            number("d", &[20_240_101.0, f64::NAN]),
            number("d", &[1_704_067_200.0, f64::NAN]),
            category("d", &["1704067200000000000", ""]),
            category("d", &["2024-01", ""]),
            category("d", &["2024Q1", ""]),
            category("d", &["Jan 01, 2024", ""]),
            number("d", &[2024.0, f64::NAN]),
        ] {
            assert_eq!(first(&column).as_deref(), Ok("2024-01-01 00:00:00"), "{column:?}");
        }
        assert_eq!(first(&category("d", &["2024-01", "soon"])), Err(NoDate { row: 1, cell: "soon".into() }));
        assert_eq!(first(&number("d", &[1.5])), Err(NoDate { row: 0, cell: "1.5".into() }));
    }
}
