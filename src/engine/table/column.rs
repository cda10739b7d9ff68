//! A table: named, typed columns over Arrow arrays, with what was wrong in their cells.

use std::sync::Arc;

use arrow::array::{Array, BooleanArray, Float64Array, StringArray, TimestampMillisecondArray};
use straingauge_api::{ColumnType, Compression, Format};

use super::FirstLine;

/// The code of a missing category.
pub const MISSING_CODE: u32 = u32::MAX;

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Table {
    /// The file's name.
    pub name: String,
    /// Bytes of the file, before decompression.
    pub bytes: u64,
    /// SHA-256 of those bytes, hexadecimal.
    pub sha256: String,
    /// What it was.
    pub format: Format,
    /// What it was wrapped in.
    pub compression: Compression,
    /// Rows; at most `u32::MAX - 1`.
    pub rows: usize,
    /// Columns in file order, names unique; shared with whatever looks at them.
    pub columns: Vec<Arc<Column>>,
    /// The first line of delimited text; none in other formats.
    pub first_line: Option<FirstLine>,
}

impl Table {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&Arc<Column>> {
        self.columns.iter().find(|c| c.name == name)
    }
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name; nested records are joined with a point.
    pub name: String,
    /// Its values.
    pub values: Values,
    /// What was missing or wrong in its cells.
    pub cells: Cells,
}

/// Typed values, one a row.
///
/// Null slots hold a sentinel, so that loops may read the plain buffer: NaN in numbers, [`MISSING_CODE`] in categories,
/// `i64::MIN` in timestamps, NaN in every element of a list, the empty string in text, false in booleans.
#[derive(Debug, Clone)]
pub enum Values {
    /// Numbers; `integer` where every value is whole.
    Number {
        /// The values.
        values: Float64Array,
        /// Whether every value is whole.
        integer: bool,
    },
    /// True and false.
    Boolean(BooleanArray),
    /// Values from a set.
    Category(Categories),
    /// Free text.
    Text(StringArray),
    /// Moments, milliseconds since 1970 in UTC.
    Timestamp(TimestampMillisecondArray),
    /// Lists of numbers of one length.
    List(Lists),
}

/// Dictionary-coded categories.
#[derive(Debug, Clone)]
pub struct Categories {
    /// One code a row; [`MISSING_CODE`] where missing.
    pub codes: Vec<u32>,
    /// The values by code, in order of first appearance.
    pub names: Vec<String>,
}

/// Lists of numbers, all of one length, row after row.
#[derive(Debug, Clone)]
pub struct Lists {
    /// Numbers a row.
    pub width: usize,
    /// `rows × width` values; NaN throughout a missing row.
    pub values: Vec<f64>,
}

impl Lists {
    /// The numbers of a row; empty where there is no such row.
    pub fn row(&self, row: usize) -> &[f64] {
        self.values.get(row * self.width..(row + 1) * self.width).unwrap_or(&[])
    }
}

/// What was missing or wrong in a column's cells.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    /// Cells without a value.
    pub missing: MissingCells,
    /// Cells whose text does not fit the column's type, in row order; they count as missing in the tests.
    pub bad: Vec<BadCell>,
    /// The unit in which its numbers stand in the file (`$`, `kg`, `%`).
    pub unit: Option<String>,
    /// What was assumed, or is known, of texts that can be read in two ways.
    pub read: ReadAs,
}

/// How texts were read that can be read in two ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadAs {
    /// Dates in numbers, where there are any.
    pub dates: Option<DatesRead>,
    /// Numbers with commas, where there are any.
    pub commas: Option<CommasRead>,
    /// Numbers with a point before three digits, where there are no others with one.
    pub points: Option<PointsRead>,
}

/// How dates in numbers were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatesRead {
    /// Whether the day stands before the month.
    pub day_first: bool,
    /// Whether the file shows it, or its reader said it.
    pub proven: bool,
    /// The rows that the other order would read as another day, ascending, with that moment; empty where the order is proven.
    pub others: Vec<(u32, i64)>,
}

/// How numbers with commas were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommasRead {
    /// Whether the comma is the decimal mark; else it separates thousands.
    pub decimal: bool,
    /// Whether the file shows it, or its reader said it.
    pub proven: bool,
    /// The rows that the other reading would read as another number, ascending; empty where the mark is proven.
    pub rows: Vec<u32>,
}

/// The reading of numbers in which a point stands before three digits (`1.234`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointsRead {
    /// True where the point separates thousands; else it is the decimal mark.
    pub thousands: bool,
    /// True where the reader of the file said it.
    pub proven: bool,
    /// The rows with such a point, ascending.
    pub rows: Vec<u32>,
}

/// Cells without a value, by the way they were written.
#[derive(Debug, Clone, Default)]
pub struct MissingCells {
    /// The spellings as they stand in the file (`""`, `NA`, `null`), in order of first appearance; at most 255.
    pub spellings: Vec<String>,
    /// How often each stands.
    pub counts: Vec<u64>,
    /// The rows, ascending.
    pub rows: Vec<u32>,
    /// The spelling of each of `rows`.
    pub codes: Vec<u8>,
}

/// A cell that does not fit its column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCell {
    /// The row, from 0.
    pub row: u32,
    /// Its text, cut at 80 characters.
    pub text: String,
}

impl Column {
    /// Its type.
    pub fn kind(&self) -> ColumnType {
        match &self.values {
            Values::Number { integer: true, .. } => ColumnType::Integer,
            Values::Number { .. } => ColumnType::Float,
            Values::Boolean(_) => ColumnType::Boolean,
            Values::Category(_) => ColumnType::Category,
            Values::Text(_) => ColumnType::Text,
            Values::Timestamp(_) => ColumnType::Timestamp,
            Values::List(_) => ColumnType::List,
        }
    }
}

/// Moments with day and month the other way round in the rows that were read by an assumption.
pub fn swapped(column: &Column, read: &DatesRead, day_first: bool) -> Option<Column> {
    let Values::Timestamp(moments) = &column.values else { return None };
    let mut values = moments.values().to_vec();
    let mut others = read.others.clone();
    for (row, other) in &mut others {
        if let Some(slot) = values.get_mut(*row as usize).filter(|ms| **ms != i64::MIN) {
            std::mem::swap(slot, other);
        }
    }
    let values = TimestampMillisecondArray::new(values.into(), moments.nulls().cloned());
    let mut cells = column.cells.clone();
    cells.read.dates = Some(DatesRead { day_first, others, ..read.clone() });
    Some(Column { name: column.name.clone(), values: Values::Timestamp(values), cells })
}

/// Numbers with the comma read the other way in the rows that were read by an assumption: in each, three digits stand behind the comma.
pub fn rescaled(column: &Column, read: &CommasRead, decimal: bool) -> Option<Column> {
    let mut scaled = scaled(column, &read.rows, !decimal)?;
    scaled.cells.read.commas = Some(CommasRead { decimal, ..read.clone() });
    Some(scaled)
}

/// Numbers with the point before three digits read the other way.
pub fn regrouped(column: &Column, read: &PointsRead, thousands: bool) -> Option<Column> {
    let mut scaled = scaled(column, &read.rows, thousands)?;
    scaled.cells.read.points = Some(PointsRead { thousands, ..read.clone() });
    Some(scaled)
}

/// A thousand times the numbers of some rows, or a thousandth of them.
fn scaled(column: &Column, rows: &[u32], up: bool) -> Option<Column> {
    let Values::Number { values: numbers, .. } = &column.values else { return None };
    let mut values = numbers.values().to_vec();
    for &row in rows {
        if let Some(slot) = values.get_mut(row as usize).filter(|x| !x.is_nan()) {
            *slot = if up { (*slot * 1_000.0).round() } else { *slot / 1_000.0 };
        }
    }
    let integer = values.iter().all(|x| x.is_nan() || x.fract() == 0.0);
    let values = Values::Number { values: Float64Array::new(values.into(), numbers.nulls().cloned()), integer };
    Some(Column { name: column.name.clone(), values, cells: column.cells.clone() })
}
