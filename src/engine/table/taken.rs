//! Some rows of a table as a table of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, StringArray, TimestampMillisecondArray, UInt32Array};
use arrow::compute::take;

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
        Ok(Self { name: self.name.clone(), table, features: self.features.clone(), params: self.params.clone(), info })
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
        let values = match &self.values {
            Values::Number { values, integer } => {
                Values::Number { values: array(values, rows, |a: &Float64Array| a.clone())?, integer: *integer }
            }
            Values::Boolean(values) => Values::Boolean(array(values, rows, |a: &BooleanArray| a.clone())?),
            Values::Text(values) => Values::Text(array(values, rows, |a: &StringArray| a.clone())?),
            Values::Timestamp(values) => Values::Timestamp(array(values, rows, |a: &TimestampMillisecondArray| a.clone())?),
            Values::Category(categories) => Values::Category(taken_categories(categories, rows)),
            Values::List(lists) => {
                let values = rows.iter().flat_map(|&row| lists.row(row as usize).iter().copied()).collect();
                Values::List(Lists { width: lists.width, values })
            }
        };
        Ok(Self { name: self.name.clone(), values, cells: taken_cells(&self.cells, rows) })
    }
}

fn array<A: arrow::array::Array + Clone + 'static>(values: &A, rows: &[u32], copy: impl Fn(&A) -> A) -> Result<A> {
    let indices = UInt32Array::from_iter_values(rows.iter().copied());
    let out: ArrayRef = take(values, &indices, None).map_err(|e| Error::new("split_failed", format!("The rows could not be cut: {e}.")))?;
    out.as_any().downcast_ref::<A>().map(copy).ok_or_else(|| Error::new("split_failed", "A column changed its type while it was cut."))
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
    let missing = cells.missing.rows.iter().zip(&cells.missing.codes).filter_map(|(&row, &code)| Some((place(row)?, code)));
    let (rows, codes): (Vec<u32>, Vec<u8>) = missing.unzip();
    let counts = (0..cells.missing.spellings.len()).map(|code| codes.iter().filter(|&&c| usize::from(c) == code).count() as u64).collect();
    let bad = cells.bad.iter().filter_map(|cell| Some(BadCell { row: place(cell.row)?, text: cell.text.clone() })).collect();
    Cells { missing: MissingCells { spellings: cells.missing.spellings.clone(), counts, rows, codes }, bad }
}
