//! Parquet files.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, TimeUnit};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Type as Physical;

use super::Batches;
use crate::table::reading::bounds::{MAX_DECOMPRESSED_BYTES, MAX_ROWS};
use crate::{Error, Result};

/// Rows that are decoded at once.
const BATCH_ROWS: usize = 8_192;

/// Reads a Parquet file, row group by row group.
///
/// # Errors
/// `damaged_parquet`, `encrypted_parquet`, and what bounds are exceeded.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Batches> {
    if bytes.starts_with(b"PARE") {
        return Err(Error::new("encrypted_parquet", "The Parquet file is encrypted.").mend("Write it without encryption."));
    }
    if !bytes.ends_with(b"PAR1") {
        return Err(Error::new("truncated_parquet", "The Parquet file has no table of contents at its end.")
            .mend("Download or copy the file again; it is not complete."));
    }
    let bytes = Bytes::from(bytes);
    let metadata = wide_moments(ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new()).map_err(|e| damaged(&e))?)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata);
    let metadata = builder.metadata();
    let rows = metadata.file_metadata().num_rows();
    if rows < 0 || rows as u64 > MAX_ROWS as u64 {
        return Err(Error::new("too_many_rows", format!("The file says that it has {rows} rows; at most {MAX_ROWS} are read."))
            .mend("Split it into parts."));
    }
    let mut size = 0u64;
    for group in metadata.row_groups() {
        size = size.saturating_add(u64::try_from(group.total_byte_size()).unwrap_or(u64::MAX));
    }
    if size > MAX_DECOMPRESSED_BYTES {
        return Err(Error::new(
            "too_large",
            format!("The file says that it decompresses to more than {} GiB.", MAX_DECOMPRESSED_BYTES >> 30),
        )
        .mend("Split it into parts."));
    }
    let mut batches = Batches::new(&builder.schema().fields().clone())?;
    let reader = builder.with_batch_size(BATCH_ROWS).build().map_err(|e| damaged(&e))?;
    for batch in reader {
        batches.push(&batch.map_err(|e| damaged(&e))?)?;
    }
    Ok(batches)
}

/// INT96 moments as microseconds: nanoseconds in 64 bits end in 2262, and a later year would come out as an earlier one.
fn wide_moments(metadata: ArrowReaderMetadata) -> Result<ArrowReaderMetadata> {
    let leaves: Vec<bool> =
        metadata.metadata().file_metadata().schema_descr().columns().iter().map(|c| c.physical_type() == Physical::INT96).collect();
    if !leaves.contains(&true) {
        return Ok(metadata);
    }
    let fields = widened(metadata.schema().fields(), &mut leaves.into_iter());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(|e| damaged(&e))
}

/// The fields with microseconds for the leaves that are INT96; `leaves` tells them in file order.
fn widened(fields: &Fields, leaves: &mut dyn Iterator<Item = bool>) -> Fields {
    fields.iter().map(|field| widened_field(field, leaves)).collect()
}

fn widened_field(field: &FieldRef, leaves: &mut dyn Iterator<Item = bool>) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Struct(fields) => DataType::Struct(widened(fields, leaves)),
        DataType::List(item) => DataType::List(widened_field(item, leaves)),
        DataType::LargeList(item) => DataType::LargeList(widened_field(item, leaves)),
        DataType::Map(entries, sorted) => DataType::Map(widened_field(entries, leaves), *sorted),
        DataType::Timestamp(TimeUnit::Nanosecond, zone) if leaves.next() == Some(true) => {
            DataType::Timestamp(TimeUnit::Microsecond, zone.clone())
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => return Arc::clone(field),
        _ => {
            leaves.next();
            return Arc::clone(field);
        }
    };
    Arc::new(Field::clone(field).with_data_type(kind))
}

fn damaged(why: &dyn std::fmt::Display) -> Error {
    Error::new("damaged_parquet", format!("The Parquet file cannot be read: {why}."))
        .mend("Write it again; if another program reads it, tell us which one wrote it.")
}
