//! Delimited text (RFC 4180 and what people make of it).
//!
//! In two steps, a batch of some hundred kilobytes at a time: first an index of where every field begins and ends, 64 bytes
//! at a stroke; then each column reads its fields of all rows in one go, so that one kind of parsing stays in one loop.

mod blanks;
mod blocks;
mod dialect;
mod header;
mod index;
mod kinds;
mod layout;
mod reader;

pub(crate) use reader::{CsvRead, CsvReader};
