//! Reading: bytes of a file, in slices, into a [`Table`](super::Table).
//!
//! ```text
//! bytes → digest → decompression → encoding → format → cells → columns
//! ```
//!
//! Every stage takes what it is given and keeps only what it cannot pass on yet, so a file is never held whole unless its
//! format asks for it (Parquet's table of contents stands at the end).

mod any_moment;
mod binary;
mod bounds;
mod builder;
mod census;
mod compression;
mod csv;
mod dated;
mod dictionary;
mod encoding;
mod forms;
mod json;
mod locale;
mod missing;
mod moment;
mod names;
mod number;
mod odd;
mod points;
mod quantity;
mod reader;
mod records;
mod settle;
mod sniff;
mod texts;
mod time_numbers;
mod written;
mod zones;

pub(crate) use any_moment::AnyMoment;
pub(crate) use census::boolean;
pub(crate) use dated::{Dated, to_moments};
pub(crate) use locale::with_point;
pub(crate) use missing::{NO_KEY, is_missing};
pub(crate) use moment::{IsoParser, date, days};
pub use reader::{Read, Reader};
pub(crate) use records::records;
