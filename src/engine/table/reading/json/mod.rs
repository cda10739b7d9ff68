//! JSON: an array of records, or one record after the other (JSON Lines).
//!
//! A record is read where it stands: no tree is built. Each value is noted by where it begins and ends, and once the record is
//! complete the notes join a batch, from which each column then reads its values in one go.

mod reader;
mod record;
mod shape;
mod strings;

pub(crate) use reader::{Framing, JsonReader};
