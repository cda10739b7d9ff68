//! Some rows of a table as a table of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray, Float64Array, TimestampMillisecondArray};
use arrow::buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};

use super::{
    BadCell, Categories, Cells, Column, CommasRead, Dataset, DatesRead, Lists, MISSING_CODE, MissingCells, PointsRead, ReadAs, Table,
    Values,
};
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

impl Column {
    /// One value a row, each from the row of this column that `rows` names; missing where it names none.
    ///
    /// # Errors
    /// `split_failed` where there is no such row.
    pub fn gathered(&self, rows: &[Option<u32>]) -> Result<Self> {
        let named: Vec<u32> = rows.iter().filter_map(|&row| row).collect();
        check(self.rows(), &named)?;
        let at = |row: &Option<u32>| row.map(|row| row as usize).filter(|&row| self.cell_present(row));
        let valid: Vec<bool> = rows.iter().map(|row| at(row).is_some()).collect();
        let nulls = valid.contains(&false).then(|| NullBuffer::from(valid.clone()));
        let values = match &self.values {
            Values::Number { values, integer } => {
                let numbers: Vec<f64> =
                    rows.iter().map(|row| at(row).and_then(|row| values.values().get(row)).copied().unwrap_or(f64::NAN)).collect();
                Values::Number { values: Float64Array::new(numbers.into(), nulls), integer: *integer }
            }
            Values::Boolean(values) => {
                let bits: BooleanBuffer = rows.iter().map(|row| at(row).is_some_and(|row| values.value(row))).collect();
                Values::Boolean(BooleanArray::new(bits, nulls))
            }
            Values::Text(values) => Values::Text(rows.iter().map(|row| at(row).map(|row| values.value(row))).collect()),
            Values::Timestamp(values) => {
                let moments: Vec<i64> =
                    rows.iter().map(|row| at(row).and_then(|row| values.values().get(row)).copied().unwrap_or(i64::MIN)).collect();
                Values::Timestamp(TimestampMillisecondArray::new(moments.into(), nulls))
            }
            Values::Category(categories) => {
                let codes = rows.iter().map(|row| at(row).and_then(|row| categories.codes.get(row)).copied().unwrap_or(MISSING_CODE));
                Values::Category(Categories { codes: codes.collect(), names: categories.names.clone() })
            }
            Values::List(lists) => {
                let gap = vec![f64::NAN; lists.width];
                let numbers = rows.iter().flat_map(|row| at(row).map_or(gap.as_slice(), |row| lists.row(row)).iter().copied());
                Values::List(Lists { width: lists.width, values: numbers.collect() })
            }
        };
        let mut cells = Cells::default();
        let spelling = |row: &Option<u32>| {
            let found = row.and_then(|row| self.cells.missing.rows.binary_search(&row).ok());
            let code = found.and_then(|at| self.cells.missing.codes.get(at)).copied().unwrap_or(u8::MAX);
            self.cells.missing.spellings.get(usize::from(code)).map_or("", String::as_str)
        };
        let bad = |row: &Option<u32>| row.and_then(|row| self.cells.bad.iter().find(|cell| cell.row == row));
        for (place, row) in rows.iter().enumerate().filter(|(place, _)| valid.get(*place) == Some(&false)) {
            match bad(row) {
                Some(cell) => cells.bad.push(BadCell { row: place as u32, text: cell.text.clone() }),
                None => cells.missing.note(place as u32, spelling(row).as_bytes()),
            }
        }
        Ok(Self { name: self.name.clone(), values, cells })
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
    let wanted = rows;
    let place = |row: u32| rows.binary_search(&row).ok().map(|at| at as u32);
    // A year of days is cut 365 times: each looks at its own stretch of the file alone.
    let (first, last) = (rows.first().copied().unwrap_or(0), rows.last().copied().unwrap_or(0));
    let from = cells.missing.rows.partition_point(|&row| row < first);
    let own = cells.missing.rows.iter().zip(&cells.missing.codes).skip(from).take_while(|(row, _)| **row <= last);
    let missing = own.filter_map(|(&row, &code)| Some((place(row)?, code)));
    let (rows, codes): (Vec<u32>, Vec<u8>) = missing.unzip();
    let counts = (0..cells.missing.spellings.len()).map(|code| codes.iter().filter(|&&c| usize::from(c) == code).count() as u64).collect();
    let bad = cells.bad.iter().filter_map(|cell| Some(BadCell { row: place(cell.row)?, text: cell.text.clone() })).collect();
    let read = taken_reading(&cells.read, wanted);
    Cells { missing: MissingCells { spellings: cells.missing.spellings.clone(), counts, rows, codes }, bad, unit: cells.unit.clone(), read }
}

/// How the rows of the part were read, under their new numbers.
fn taken_reading(read: &ReadAs, rows: &[u32]) -> ReadAs {
    let (first, last) = (rows.first().copied().unwrap_or(0), rows.last().copied().unwrap_or(0));
    let placed = |assumed: &[u32]| -> Vec<u32> {
        let own = assumed.iter().skip(assumed.partition_point(|&row| row < first)).take_while(|row| **row <= last);
        own.filter_map(|row| rows.binary_search(row).ok().map(|at| at as u32)).collect()
    };
    let moments = |others: &[(u32, i64)]| -> Vec<(u32, i64)> {
        let own = others.iter().skip(others.partition_point(|(row, _)| *row < first)).take_while(|(row, _)| *row <= last);
        own.filter_map(|&(row, other)| Some((rows.binary_search(&row).ok()? as u32, other))).collect()
    };
    ReadAs {
        dates: read.dates.as_ref().map(|dates| DatesRead { others: moments(&dates.others), ..dates.clone() }),
        points: read.points.as_ref().map(|points| PointsRead { rows: placed(&points.rows), ..points.clone() }),
        commas: read.commas.as_ref().map(|commas| CommasRead { rows: placed(&commas.rows), ..commas.clone() }),
    }
}
