//! Arrow IPC, file and stream.
//!
//! A stream is one message after the other; a file has a table of contents (its footer) that says where they stand, and may hold anything
//! between them, so it is read by its footer. Before Arrow's decoder sees a message, every size that the message declares is held
//! against what is really there: the decoder would reserve it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::buffer::Buffer;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::ipc::convert::try_fb_to_schema;
use arrow::ipc::reader::{read_dictionary, read_record_batch};
use arrow::ipc::{Block, MessageHeader, RecordBatch, root_as_footer, root_as_message};

use super::Batches;
use crate::table::reading::bounds::MAX_BINARY_FILE_BYTES;
use crate::{Error, Result};

/// The magic at both ends of a file.
const FILE_MAGIC: &[u8] = b"ARROW1";

/// Bytes behind a file's footer: its length and the magic.
const FILE_TAIL: usize = 4 + FILE_MAGIC.len();

/// Reads an Arrow IPC file or stream.
///
/// # Errors
/// `damaged_arrow`, `truncated_arrow`, `too_large`.
pub(crate) fn read(bytes: Vec<u8>) -> Result<Batches> {
    let bytes = Buffer::from_vec(bytes);
    if bytes.starts_with(FILE_MAGIC) { read_file(&bytes) } else { read_stream(&bytes) }
}

/// Reads the messages that the footer lists, dictionaries first.
fn read_file(bytes: &Buffer) -> Result<Batches> {
    let end = bytes.len().checked_sub(FILE_TAIL).filter(|_| bytes.ends_with(FILE_MAGIC)).ok_or_else(truncated)?;
    let length = bytes.get(end..).and_then(<[u8]>::first_chunk::<4>).map_or(0, |length| i32::from_le_bytes(*length));
    let start = usize::try_from(length).ok().and_then(|length| end.checked_sub(length));
    let footer = start.and_then(|start| bytes.get(start..end)).ok_or_else(|| damaged(&"a footer longer than the file"))?;
    let footer = root_as_footer(footer).map_err(|e| damaged(&e))?;
    let schema = footer.schema().ok_or_else(|| damaged(&"a footer without a schema"))?;
    let mut decoder = Decoder::new(try_fb_to_schema(schema).map_err(|e| damaged(&e))?)?;
    for block in footer.dictionaries().iter().flatten().chain(footer.recordBatches().iter().flatten()) {
        decoder.take_block(bytes, block)?;
    }
    Ok(decoder.batches)
}

/// Reads one message after the other; the first is the schema.
fn read_stream(bytes: &Buffer) -> Result<Batches> {
    let mut decoder: Option<Decoder> = None;
    let mut at = 0;
    while let Some(message) = next_message(bytes, at)? {
        at = message.body + message.body_length;
        let header = bytes.get(message.header..message.body).unwrap_or_default();
        if let Some(decoder) = &mut decoder {
            decoder.take(header, bytes.slice_with_length(message.body, message.body_length))?;
        } else {
            let root = root_as_message(header).map_err(|e| damaged(&e))?;
            let schema = root.header_as_schema().ok_or_else(|| damaged(&"a stream that does not begin with its schema"))?;
            decoder = Some(Decoder::new(try_fb_to_schema(schema).map_err(|e| damaged(&e))?)?);
        }
    }
    decoder.map(|decoder| decoder.batches).ok_or_else(truncated)
}

/// Where a message's parts stand; all of it is there.
struct MessagePlace {
    header: usize,
    body: usize,
    body_length: usize,
}

/// The message of a stream that begins at `at`; `None` at the end of the stream.
fn next_message(bytes: &[u8], at: usize) -> Result<Option<MessagePlace>> {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some((mark, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
    // Before version 0.15 the length stood without a mark.
    let (length, prefix) = if *mark == [0xFF; 4] { (rest.first_chunk::<4>().copied().ok_or_else(truncated)?, 8) } else { (*mark, 4) };
    let length = usize::try_from(i32::from_le_bytes(length)).map_err(|_| damaged(&"a message of negative length"))?;
    if length == 0 {
        return Ok(None);
    }
    let header = at + prefix;
    let message = root_as_message(bytes.get(header..header + length).ok_or_else(truncated)?).map_err(|e| damaged(&e))?;
    let body_length = usize::try_from(message.bodyLength()).map_err(|_| damaged(&"a body of negative length"))?;
    let body = header + length;
    if body_length > bytes.len() - body {
        return Err(truncated());
    }
    Ok(Some(MessagePlace { header, body, body_length }))
}

/// Messages into columns.
struct Decoder {
    schema: SchemaRef,
    dictionaries: HashMap<i64, ArrayRef>,
    batches: Batches,
    /// Bytes that all messages so far say they decompress to.
    declared: u64,
}

impl Decoder {
    fn new(schema: Schema) -> Result<Self> {
        let batches = Batches::new(schema.fields())?;
        Ok(Self { schema: Arc::new(schema), dictionaries: HashMap::new(), batches, declared: 0 })
    }

    /// Takes the message that a footer points at.
    fn take_block(&mut self, bytes: &Buffer, block: &Block) -> Result<()> {
        let outside = || damaged(&"a footer that points outside the file");
        let start = usize::try_from(block.offset()).map_err(|_| outside())?;
        let header_length = usize::try_from(block.metaDataLength()).map_err(|_| outside())?;
        let body_length = usize::try_from(block.bodyLength()).map_err(|_| outside())?;
        let header = bytes.get(start..).and_then(|rest| rest.get(..header_length)).ok_or_else(outside)?;
        let body = start + header_length;
        if body_length > bytes.len() - body {
            return Err(outside());
        }
        let prefix = if header.starts_with(&[0xFF; 4]) { 8 } else { 4 };
        self.take(header.get(prefix..).unwrap_or_default(), bytes.slice_with_length(body, body_length))
    }

    fn take(&mut self, header: &[u8], body: Buffer) -> Result<()> {
        let message = root_as_message(header).map_err(|e| damaged(&e))?;
        let dictionary = message.header_as_dictionary_batch().filter(|_| message.header_type() == MessageHeader::DictionaryBatch);
        let rows = message.header_as_record_batch().filter(|_| message.header_type() == MessageHeader::RecordBatch);
        if let Some(batch) = rows.or_else(|| dictionary.and_then(|d| d.data())) {
            self.declared = self.declared.saturating_add(declared(batch, &body)?);
            if self.declared > MAX_BINARY_FILE_BYTES as u64 * 4 {
                return Err(Error::new(
                    "too_large",
                    format!("The Arrow data say that they decompress to more than {} GiB.", MAX_BINARY_FILE_BYTES >> 28),
                )
                .mend("Split the file into parts."));
            }
        }
        if let Some(batch) = dictionary {
            read_dictionary(&body, batch, &self.schema, &mut self.dictionaries, &message.version()).map_err(|e| damaged(&e))?;
        }
        if let Some(batch) = rows {
            let batch = read_record_batch(&body, batch, Arc::clone(&self.schema), &self.dictionaries, None, &message.version());
            self.batches.push(&batch.map_err(|e| damaged(&e))?)?;
        }
        Ok(())
    }
}

fn damaged(why: &dyn std::fmt::Display) -> Error {
    Error::new("damaged_arrow", format!("The Arrow data cannot be read: {why}."))
        .mend("Write them again; if another program reads them, tell us which one wrote them.")
}

fn truncated() -> Error {
    Error::new("truncated_arrow", "The Arrow data end within a message.").mend("Download or copy the file again; it is not complete.")
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
