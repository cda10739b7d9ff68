//! Some rows of a table as a table of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray, Float64Array, TimestampMillisecondArray};
use arrow::buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};

use super::{BadCell, Categories, Cells, Column, Dataset, Lists, MISSING_CODE, MissingCells, Table, Values};
use crate::{Error, Result};

impl Dataset {
    /// Some rows (ascending), with the roles and features of the whole.
    ///
    /// # Errors
    /// `split_failed` where there is no such row.
    pub fn taken(&self, rows: &[u32]) -> Result<Self> {
        let table = Arc::new(self.table.taken(rows)?);
        let mut info = self.info.clone();
        info.rows = rows.len() as u64;
        if let Some(label) = self.params.label_col.as_ref().and_then(|name| table.column(name)) {
            info.labelled = super::facts::present_rows(label);
        }
        Ok(Self { name: self.name.clone(), table, features: self.features.clone(), params: self.params.clone(), task: self.task, info })
    }
}

impl Table {
    /// Some rows (ascending), as a table of the same file.
    ///
    /// # Errors
    /// `split_failed` where there is no such row.
    pub fn taken(&self, rows: &[u32]) -> Result<Self> {
        let columns = self.columns.iter().map(|column| Ok(Arc::new(column.taken(rows)?))).collect::<Result<_>>()?;
        Ok(Self { rows: rows.len(), columns, ..self.clone() })
    }
}

impl Column {
    /// Some rows (ascending), as a column.
    ///
    /// # Errors
    /// `split_failed` where there is no such row.
    pub fn taken(&self, rows: &[u32]) -> Result<Self> {
        // Arrow's own kernel does this for every type there is; the four that our columns have are a tenth of its code.
        let valid = |array: &dyn Array| array.nulls().map(|n| NullBuffer::new(picked(n.inner(), rows)));
        let values = match &self.values {
            Values::Number { values, integer } => {
                let numbers: ScalarBuffer<f64> = copied(values.values(), rows)?.into();
                Values::Number { values: Float64Array::new(numbers, valid(values)), integer: *integer }
            }
            Values::Boolean(values) => {
                check(values.len(), rows)?;
                Values::Boolean(BooleanArray::new(picked(values.values(), rows), valid(values)))
            }
            Values::Text(values) => {
                check(values.len(), rows)?;
                let text = |&row: &u32| values.is_valid(row as usize).then(|| values.value(row as usize));
                Values::Text(rows.iter().map(text).collect())
            }
            Values::Timestamp(values) => {
                let moments: ScalarBuffer<i64> = copied(values.values(), rows)?.into();
                Values::Timestamp(TimestampMillisecondArray::new(moments, valid(values)))
            }
            Values::Category(categories) => Values::Category(taken_categories(categories, rows)),
            Values::List(lists) => {
                let values = rows.iter().flat_map(|&row| lists.row(row as usize).iter().copied()).collect();
                Values::List(Lists { width: lists.width, values })
            }
        };
        Ok(Self { name: self.name.clone(), values, cells: taken_cells(&self.cells, rows) })
    }
}

fn copied<T: Copy>(values: &[T], rows: &[u32]) -> Result<Vec<T>> {
    check(values.len(), rows)?;
    Ok(rows.iter().filter_map(|&row| values.get(row as usize).copied()).collect())
}

fn picked(bits: &BooleanBuffer, rows: &[u32]) -> BooleanBuffer {
    rows.iter().map(|&row| (row as usize) < bits.len() && bits.value(row as usize)).collect()
}

fn check(length: usize, rows: &[u32]) -> Result<()> {
    if rows.iter().all(|&row| (row as usize) < length) {
        return Ok(());
    }
    Err(Error::new("split_failed", "The rows could not be cut: there are fewer than asked for."))
}

/// Values that no row of the part has are left out: a category is a value that stands somewhere.
fn taken_categories(categories: &Categories, rows: &[u32]) -> Categories {
    let mut codes_here: BTreeMap<u32, u32> = BTreeMap::new();
    let mut names = Vec::new();
    let codes = rows.iter().map(|&row| {
        let code = categories.codes.get(row as usize).copied().unwrap_or(MISSING_CODE);
        let Some(name) = categories.names.get(code as usize) else { return MISSING_CODE };
        *codes_here.entry(code).or_insert_with(|| {
            names.push(name.clone());
            names.len() as u32 - 1
        })
    });
    Categories { codes: codes.collect(), names }
}

/// What was missing or wrong in the rows of the part, under their new numbers.
fn taken_cells(cells: &Cells, rows: &[u32]) -> Cells {
    let place = |row: u32| rows.binary_search(&row).ok().map(|at| at as u32);
    // A year of days is cut 365 times: each looks at its own stretch of the file alone.
    let (first, last) = (rows.first().copied().unwrap_or(0), rows.last().copied().unwrap_or(0));
    let from = cells.missing.rows.partition_point(|&row| row < first);
    let own = cells.missing.rows.iter().zip(&cells.missing.codes).skip(from).take_while(|(row, _)| **row <= last);
    let missing = own.filter_map(|(&row, &code)| Some((place(row)?, code)));
    let (rows, codes): (Vec<u32>, Vec<u8>) = missing.unzip();
    let counts = (0..cells.missing.spellings.len()).map(|code| codes.iter().filter(|&&c| usize::from(c) == code).count() as u64).collect();
    let bad = cells.bad.iter().filter_map(|cell| Some(BadCell { row: place(cell.row)?, text: cell.text.clone() })).collect();
    Cells { missing: MissingCells { spellings: cells.missing.spellings.clone(), counts, rows, codes }, bad }
}
