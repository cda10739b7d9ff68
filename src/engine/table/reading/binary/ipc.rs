//! Arrow IPC, file and stream.
//!
//! A file is a stream with a magic before it and a table of contents behind it, so both are read as streams. Before Arrow's reader sees a
//! message, every size that the message declares is held against what is really there: the reader would reserve it.

use std::io::Cursor;

use arrow::ipc::reader::StreamReader;
use arrow::ipc::{MessageHeader, RecordBatch, root_as_message};

use super::Batches;
use crate::table::reading::bounds::MAX_BINARY_FILE_BYTES;
use crate::{Error, Result};

/// The magic of a file and its padding.
const FILE_MAGIC: &[u8] = b"ARROW1\0\0";

/// Reads an Arrow IPC file or stream.
///
/// # Errors
/// `damaged_arrow`, `truncated_arrow`, `too_large`.
pub(crate) fn read(bytes: &[u8]) -> Result<Batches> {
    let stream = bytes.strip_prefix(FILE_MAGIC).unwrap_or(bytes);
    let end = check(stream)?;
    let stream = stream.get(..end).unwrap_or_default();
    let reader = StreamReader::try_new(Cursor::new(stream), None).map_err(|e| damaged(&e))?;
    let mut batches = Batches::new(reader.schema().fields())?;
    for batch in reader {
        batches.push(&batch.map_err(|e| damaged(&e))?)?;
    }
    Ok(batches)
}

fn damaged(why: &dyn std::fmt::Display) -> Error {
    Error::new("damaged_arrow", format!("The Arrow data cannot be read: {why}."))
        .mend("Write them again; if another program reads them, tell us which one wrote them.")
}

fn truncated() -> Error {
    Error::new("truncated_arrow", "The Arrow data end within a message.").mend("Download or copy the file again; it is not complete.")
}

/// Walks over the messages and checks the sizes that they declare. Gives the length of the stream.
fn check(stream: &[u8]) -> Result<usize> {
    let mut at = 0;
    let mut decompressed = 0u64;
    loop {
        let rest = stream.get(at..).unwrap_or_default();
        let Some((mark, rest)) = rest.split_first_chunk::<4>() else { return Ok(at) };
        // Before version 0.15 the length stood without a mark.
        let (length, prefix) = if *mark == [0xFF; 4] { (rest.first_chunk::<4>().copied().ok_or_else(truncated)?, 8) } else { (*mark, 4) };
        let length = usize::try_from(i32::from_le_bytes(length)).map_err(|_| damaged(&"a message of negative length"))?;
        if length == 0 {
            return Ok(at + prefix);
        }
        let header = stream.get(at + prefix..).and_then(|s| s.get(..length)).ok_or_else(truncated)?;
        let message = root_as_message(header).map_err(|e| damaged(&e))?;
        let body_length = usize::try_from(message.bodyLength()).map_err(|_| damaged(&"a body of negative length"))?;
        let body = stream.get(at + prefix + length..).and_then(|s| s.get(..body_length)).ok_or_else(truncated)?;
        let batch = match message.header_type() {
            MessageHeader::RecordBatch => message.header_as_record_batch(),
            MessageHeader::DictionaryBatch => message.header_as_dictionary_batch().and_then(|d| d.data()),
            _ => None,
        };
        if let Some(batch) = batch {
            decompressed = decompressed.saturating_add(declared(batch, body)?);
            if decompressed > MAX_BINARY_FILE_BYTES as u64 * 4 {
                return Err(Error::new(
                    "too_large",
                    format!("The Arrow data say that they decompress to more than {} GiB.", MAX_BINARY_FILE_BYTES >> 28),
                )
                .mend("Split the file into parts."));
            }
        }
        at += prefix + length + body_length;
    }
}

/// The bytes that a batch's buffers say they decompress to.
fn declared(batch: RecordBatch<'_>, body: &[u8]) -> Result<u64> {
    let mut sum = 0u64;
    for buffer in batch.buffers().into_iter().flatten() {
        let start = usize::try_from(buffer.offset()).map_err(|_| damaged(&"a buffer of negative offset"))?;
        let length = usize::try_from(buffer.length()).map_err(|_| damaged(&"a buffer of negative length"))?;
        let bytes = body.get(start..).and_then(|b| b.get(..length)).ok_or_else(|| damaged(&"a buffer outside its message"))?;
        if batch.compression().is_none() {
            continue;
        }
        if let Some(size) = bytes.first_chunk::<8>().map(|s| i64::from_le_bytes(*s)) {
            // -1 says that the buffer is not compressed after all.
            if size < -1 || size > MAX_BINARY_FILE_BYTES as i64 {
                return Err(damaged(&format!("a buffer that says it decompresses to {size} bytes")));
            }
            sum = sum.saturating_add(size.max(0) as u64);
        }
    }
    Ok(sum)
}
