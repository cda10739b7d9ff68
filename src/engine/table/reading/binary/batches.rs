//! Arrow record batches into columns.

use std::slice::IterMut;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, BinaryViewArray, GenericStringArray, LargeBinaryArray, OffsetSizeTrait,
    PrimitiveArray, RecordBatch,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Field, Fields, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::table::reading::bounds::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_LIST_LENGTH, MAX_NESTING, MAX_ROWS};
use crate::table::reading::builder::ColumnBuilder;
use crate::table::reading::missing::NULL;
use crate::table::reading::moment::DAY;
use crate::{Error, Result};

/// Forms in which typed moments would be written: a date, a time without a zone, a time in UTC.
const DATE: u8 = 0;
const LOCAL: u8 = 12;
const UTC: u8 = 13;

/// The largest integer below which an `f64` tells all integers apart.
const EXACT: u64 = 1 << 53;

/// Columns that record batches are added to; nested records are flattened.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    pub(crate) columns: Vec<ColumnBuilder>,
    pub(crate) rows: usize,
}

impl Batches {
    /// Columns for a schema.
    pub(crate) fn new(fields: &Fields) -> Result<Self> {
        let mut columns = Vec::new();
        for field in fields {
            add_columns(field, "", 1, &mut columns)?;
        }
        Ok(Self { columns, rows: 0 })
    }

    /// Adds the rows of a batch.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += batch.num_rows();
        if self.rows > MAX_ROWS {
            return Err(Error::new("too_many_rows", format!("The file has more than {MAX_ROWS} rows.")).mend("Split it into parts."));
        }
        let mut columns = self.columns.iter_mut();
        for array in batch.columns() {
            append(array, None, &mut columns)?;
        }
        for column in &mut self.columns {
            if !column.checkpoint() {
                return Err(Error::new("column_too_large", format!("The texts of {} take more than 2 GiB.", column.name))
                    .mend("Split the file into parts, or leave the column out.")
                    .in_column(column.name.clone()));
            }
        }
        Ok(())
    }
}

fn add_columns(field: &Field, prefix: &str, depth: usize, columns: &mut Vec<ColumnBuilder>) -> Result<()> {
    let name = format!("{prefix}{}", field.name());
    if depth > MAX_NESTING || columns.len() >= MAX_COLUMNS {
        return Err(Error::new(
            "bound_exceeded",
            format!("The schema has more than {MAX_COLUMNS} columns or {MAX_NESTING} levels of records."),
        )
        .mend("Leave columns out of the file."));
    }
    if let DataType::Struct(fields) = field.data_type() {
        let prefix = format!("{name}.");
        return fields.iter().try_for_each(|f| add_columns(f, &prefix, depth + 1, columns));
    }
    columns.push(ColumnBuilder::new(name));
    Ok(())
}

/// Adds the rows of an array to the next column, or to the next columns where it holds records.
fn append(array: &ArrayRef, outer: Option<&NullBuffer>, columns: &mut IterMut<'_, ColumnBuilder>) -> Result<()> {
    let nulls = NullBuffer::union(outer, array.logical_nulls().as_ref());
    if let Some(records) = array.as_struct_opt() {
        return records.columns().iter().try_for_each(|inner| append(inner, nulls.as_ref(), columns));
    }
    let Some(column) = columns.next() else {
        return Err(Error::new("damaged_file", "A batch has more columns than the schema.").mend("Write the file again."));
    };
    append_values(array, nulls.as_ref(), column)
}

fn append_values(array: &ArrayRef, nulls: Option<&NullBuffer>, column: &mut ColumnBuilder) -> Result<()> {
    match array.data_type() {
        DataType::Null => (0..array.len()).for_each(|_| column.push_string(NULL)),
        DataType::Boolean => {
            let values = array.as_boolean();
            each(array.len(), nulls, column, |column, row| column.push_string(if values.value(row) { b"true" } else { b"false" }));
        }
        DataType::Int8 => numbers::<Int8Type>(array, nulls, column, |v| Ok(f64::from(v))),
        DataType::Int16 => numbers::<Int16Type>(array, nulls, column, |v| Ok(f64::from(v))),
        DataType::Int32 => numbers::<Int32Type>(array, nulls, column, |v| Ok(f64::from(v))),
        DataType::Int64 => {
            numbers::<Int64Type>(array, nulls, column, |v| exact(v.unsigned_abs()).map(|_| v as f64).ok_or_else(|| v.to_string()));
        }
        DataType::UInt8 => numbers::<UInt8Type>(array, nulls, column, |v| Ok(f64::from(v))),
        DataType::UInt16 => numbers::<UInt16Type>(array, nulls, column, |v| Ok(f64::from(v))),
        DataType::UInt32 => numbers::<UInt32Type>(array, nulls, column, |v| Ok(f64::from(v))),
        DataType::UInt64 => numbers::<UInt64Type>(array, nulls, column, |v| exact(v).ok_or_else(|| v.to_string())),
        DataType::Float16 => numbers::<Float16Type>(array, nulls, column, |v| Ok(f64::from(v))),
        DataType::Float32 => numbers::<Float32Type>(array, nulls, column, |v| Ok(f64::from(v))),
        DataType::Float64 => numbers::<Float64Type>(array, nulls, column, Ok),
        DataType::Date32 => moments::<Date32Type>(array, nulls, column, DATE, |v| i64::from(v).checked_mul(DAY)),
        DataType::Date64 => moments::<Date64Type>(array, nulls, column, DATE, |v| v.checked_mul(1_000)),
        DataType::Timestamp(unit, zone) => {
            let form = if zone.is_some() { UTC } else { LOCAL };
            match unit {
                TimeUnit::Second => moments::<TimestampSecondType>(array, nulls, column, form, |v| v.checked_mul(1_000_000)),
                TimeUnit::Millisecond => moments::<TimestampMillisecondType>(array, nulls, column, form, |v| v.checked_mul(1_000)),
                TimeUnit::Microsecond => moments::<TimestampMicrosecondType>(array, nulls, column, form, Some),
                TimeUnit::Nanosecond => moments::<TimestampNanosecondType>(array, nulls, column, form, |v| Some(v.div_euclid(1_000))),
            }
        }
        DataType::Utf8 => texts(array.as_string::<i32>(), nulls, column),
        DataType::LargeUtf8 => texts(array.as_string::<i64>(), nulls, column),
        DataType::Utf8View => {
            let values = array.as_string_view();
            each(array.len(), nulls, column, |column, row| column.push_string(cut(values.value(row).as_bytes())));
        }
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => bytes(array, nulls, column),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => {
            display(array, nulls, column, ColumnBuilder::push)?;
        }
        DataType::Dictionary(..) => dictionary(array, nulls, column)?,
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => lists(array, nulls, column)?,
        // Times of day, durations, maps, unions: read as text, as Arrow writes them.
        _ => display(array, nulls, column, ColumnBuilder::push_string)?,
    }
    Ok(())
}

/// An integer that an `f64` holds exactly, and tells from its neighbours.
fn exact(value: u64) -> Option<f64> {
    (value < EXACT).then_some(value as f64)
}

fn each(rows: usize, nulls: Option<&NullBuffer>, column: &mut ColumnBuilder, mut push: impl FnMut(&mut ColumnBuilder, usize)) {
    for row in 0..rows {
        if nulls.is_some_and(|n| n.is_null(row)) {
            column.push_string(NULL);
        } else {
            push(column, row);
        }
    }
}

/// Numbers; those that an `f64` cannot hold exactly come as text.
fn numbers<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    nulls: Option<&NullBuffer>,
    column: &mut ColumnBuilder,
    convert: impl Fn(T::Native) -> Result<f64, String>,
) {
    let values: &PrimitiveArray<T> = array.as_primitive();
    each(array.len(), nulls, column, |column, row| match convert(values.value(row)) {
        Ok(value) => column.push_number(value),
        Err(text) => column.push(text.as_bytes()),
    });
}

/// Moments in microseconds; those beyond 290 000 years are no moments.
fn moments<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    nulls: Option<&NullBuffer>,
    column: &mut ColumnBuilder,
    form: u8,
    convert: impl Fn(T::Native) -> Option<i64>,
) {
    let values: &PrimitiveArray<T> = array.as_primitive();
    each(array.len(), nulls, column, |column, row| match convert(values.value(row)).filter(|m| m.unsigned_abs() < i64::MAX as u64 / 2) {
        Some(micros) => column.push_moment(micros, form),
        None => column.push_string(b"out of range"),
    });
}

fn texts<O: OffsetSizeTrait>(values: &GenericStringArray<O>, nulls: Option<&NullBuffer>, column: &mut ColumnBuilder) {
    each(values.len(), nulls, column, |column, row| column.push_string(cut(values.value(row).as_bytes())));
}

/// A text cut to the bound of a cell, at the beginning of a character.
fn cut(text: &[u8]) -> &[u8] {
    if text.len() <= MAX_CELL_BYTES {
        return text;
    }
    let end = (MAX_CELL_BYTES - 4..=MAX_CELL_BYTES).rev().find(|&i| text.get(i).is_some_and(|b| b & 0xC0 != 0x80)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// Bytes that are UTF-8 are text; other bytes are shown with U+FFFD.
fn bytes(array: &ArrayRef, nulls: Option<&NullBuffer>, column: &mut ColumnBuilder) {
    let push = |column: &mut ColumnBuilder, value: &[u8]| column.push_string(cut(String::from_utf8_lossy(value).as_bytes()));
    if let Some(values) = array.as_any().downcast_ref::<BinaryArray>() {
        each(array.len(), nulls, column, |column, row| push(column, values.value(row)));
    } else if let Some(values) = array.as_any().downcast_ref::<LargeBinaryArray>() {
        each(array.len(), nulls, column, |column, row| push(column, values.value(row)));
    } else if let Some(values) = array.as_any().downcast_ref::<BinaryViewArray>() {
        each(array.len(), nulls, column, |column, row| push(column, values.value(row)));
    }
}

/// Dictionary-coded values: the distinct ones are read once, into a column of their own, and written out by key.
fn dictionary(array: &ArrayRef, nulls: Option<&NullBuffer>, column: &mut ColumnBuilder) -> Result<()> {
    let Some(coded) = array.as_any_dictionary_opt() else { return Ok(()) };
    if coded.values().is_empty() {
        (0..array.len()).for_each(|_| column.push_string(NULL));
        return Ok(());
    }
    let mut distinct = ColumnBuilder::new("");
    append_values(coded.values(), coded.values().logical_nulls().as_ref(), &mut distinct)?;
    let mut texts = Vec::new();
    distinct.for_each_text(|text| texts.push(text.to_vec()));
    let keys = coded.normalized_keys();
    // Of a dictionary the keys are integers and the values what they are.
    let are_numbers = coded.values().data_type().is_numeric();
    each(array.len(), nulls, column, |column, row| {
        let text = keys.get(row).and_then(|&key| texts.get(key)).map_or(NULL, Vec::as_slice);
        if are_numbers { column.push(text) } else { column.push_string(text) }
    });
    Ok(())
}

fn lists(array: &ArrayRef, nulls: Option<&NullBuffer>, column: &mut ColumnBuilder) -> Result<()> {
    let item = |row: usize| -> Option<ArrayRef> {
        match array.data_type() {
            DataType::List(_) => array.as_list_opt::<i32>().map(|l| l.value(row)),
            DataType::LargeList(_) => array.as_list_opt::<i64>().map(|l| l.value(row)),
            _ => array.as_fixed_size_list_opt().map(|l| l.value(row)),
        }
    };
    let numeric = match array.data_type() {
        DataType::List(f) | DataType::LargeList(f) | DataType::FixedSizeList(f, _) => {
            f.data_type().is_numeric()
                && !matches!(
                    f.data_type(),
                    DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..)
                )
        }
        _ => false,
    };
    if !numeric {
        return display(array, nulls, column, ColumnBuilder::push_string);
    }
    let mut scratch = Vec::new();
    for row in 0..array.len() {
        match item(row).filter(|_| nulls.is_none_or(|n| n.is_valid(row))) {
            None => column.push_string(NULL),
            Some(list) if list.len() > MAX_LIST_LENGTH => {
                return Err(Error::new(
                    "bound_exceeded",
                    format!("A list of {} has {} numbers; at most {MAX_LIST_LENGTH} are read.", column.name, list.len()),
                )
                .mend("Leave the column out.")
                .at_row(u64::from(column.rows) + 1)
                .in_column(column.name.clone()));
            }
            Some(list) => {
                scratch.clear();
                floats(&list, &mut scratch);
                column.push_numbers(&scratch);
            }
        }
    }
    Ok(())
}

/// The numbers of an array; NaN where there is none.
fn floats(array: &ArrayRef, out: &mut Vec<f64>) {
    fn of<T: ArrowPrimitiveType>(array: &ArrayRef, out: &mut Vec<f64>, convert: impl Fn(T::Native) -> f64) {
        out.extend(array.as_primitive::<T>().iter().map(|v| v.map_or(f64::NAN, &convert)));
    }
    match array.data_type() {
        DataType::Float64 => of::<Float64Type>(array, out, |v| v),
        DataType::Float32 => of::<Float32Type>(array, out, f64::from),
        DataType::Float16 => of::<Float16Type>(array, out, f64::from),
        DataType::Int8 => of::<Int8Type>(array, out, f64::from),
        DataType::Int16 => of::<Int16Type>(array, out, f64::from),
        DataType::Int32 => of::<Int32Type>(array, out, f64::from),
        DataType::Int64 => of::<Int64Type>(array, out, |v| v as f64),
        DataType::UInt8 => of::<UInt8Type>(array, out, f64::from),
        DataType::UInt16 => of::<UInt16Type>(array, out, f64::from),
        DataType::UInt32 => of::<UInt32Type>(array, out, f64::from),
        DataType::UInt64 => of::<UInt64Type>(array, out, |v| v as f64),
        _ => {}
    }
}

/// Values as Arrow writes them.
fn display(array: &ArrayRef, nulls: Option<&NullBuffer>, column: &mut ColumnBuilder, push: fn(&mut ColumnBuilder, &[u8])) -> Result<()> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array, &options).map_err(|e| {
        Error::new("unsupported_type", format!("{} has the type {}, which cannot be read: {e}.", column.name, array.data_type()))
            .mend("Leave the column out, or cast it to a number or a string.")
            .in_column(column.name.clone())
    })?;
    each(array.len(), nulls, column, |column, row| {
        let text = formatter.value(row).try_to_string().unwrap_or_else(|e| format!("unreadable: {e}"));
        push(column, cut(text.as_bytes()));
    });
    Ok(())
}
