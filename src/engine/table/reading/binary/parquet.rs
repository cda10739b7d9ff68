//! Parquet files.

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

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
    let builder = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).map_err(|e| damaged(&e))?;
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

fn damaged(why: &dyn std::fmt::Display) -> Error {
    Error::new("damaged_parquet", format!("The Parquet file cannot be read: {why}."))
        .mend("Write it again; if another program reads it, tell us which one wrote it.")
}
