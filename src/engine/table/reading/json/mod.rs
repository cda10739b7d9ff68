//! JSON: an array of records, one record after the other (JSON Lines), or what pandas and model servers write instead.
//!
//! A record is read where it stands: no tree is built. Each value is noted by where it begins and ends, and once the record is
//! complete the notes join a batch, from which each column then reads its values in one go. Other layouts are held whole ([`layout`]).

mod input;
mod layout;
mod reader;
mod record;
mod scanner;
mod shape;
mod strings;

pub(crate) use input::{JsonInput, begins_as_list};
pub(crate) use reader::{Framing, JsonReader};
