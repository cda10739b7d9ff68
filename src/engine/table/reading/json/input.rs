//! JSON text of any layout, pushed in slices.
//!
//! Where records follow each other, in an array or line by line, they are read as they come. Any other layout is told by what follows the
//! first value, so that value is awaited.

use straingauge_api::{Format, Problem};

use super::layout;
use super::reader::{Framing, JsonReader};
use super::scanner::{Stop, blank, skip};
use crate::table::reading::bounds::MAX_BINARY_FILE_BYTES;
use crate::table::reading::builder::ColumnBuilder;
use crate::table::reading::names::unique_names;
use crate::{Error, Result};

/// An array of records longer than this is one array of records, and no line of several such arrays.
const FIRST_ARRAY_BYTES: usize = 64 << 10;

/// JSON text, pushed in slices.
#[derive(Debug)]
pub(crate) struct JsonInput {
    /// How records follow each other where the text turns out to be nothing but records.
    framing: Framing,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The first value has not ended; it is tried again once there is twice as much text.
    First { text: Vec<u8>, tried: usize },
    /// One record after the other.
    Records(Box<JsonReader>),
    /// Another layout, held whole.
    Whole(Vec<u8>),
}

/// What the first value says of the layout.
enum Sign {
    Unsure,
    Records,
    Whole,
}

impl JsonInput {
    /// A reader of text that begins as `framing` says.
    pub(crate) fn new(framing: Framing) -> Self {
        Self { framing, stage: Stage::First { text: Vec::new(), tried: 0 } }
    }

    /// Rows read so far; 0 while the text is held.
    pub(crate) fn rows(&self) -> usize {
        if let Stage::Records(reader) = &self.stage { reader.rows() } else { 0 }
    }

    /// Takes more text.
    ///
    /// # Errors
    /// `malformed_json` where records are none; `too_large` for a layout that must be held whole.
    pub(crate) fn push(&mut self, slice: &[u8]) -> Result<()> {
        match &mut self.stage {
            Stage::Records(reader) => reader.push(slice),
            Stage::Whole(text) => hold(text, slice),
            Stage::First { text, tried } => {
                hold(text, slice)?;
                if text.len() < *tried {
                    return Ok(());
                }
                *tried = text.len() * 2;
                self.decide()
            }
        }
    }

    fn decide(&mut self) -> Result<()> {
        let Stage::First { text, .. } = &mut self.stage else { return Ok(()) };
        match sign(text) {
            Sign::Unsure => {}
            Sign::Whole => self.stage = Stage::Whole(std::mem::take(text)),
            Sign::Records => {
                let text = std::mem::take(text);
                let mut reader = JsonReader::new(self.framing);
                reader.push(&text)?;
                self.stage = Stage::Records(Box::new(reader));
            }
        }
        Ok(())
    }

    /// The columns, after the last text.
    ///
    /// # Errors
    /// As [`Self::push`]; `truncated_json` where the text ends too early, `unknown_json_layout` where it is no table.
    pub(crate) fn finish(mut self) -> Result<(Vec<ColumnBuilder>, Vec<Problem>, Format)> {
        self.decide()?;
        let text = match self.stage {
            Stage::Records(reader) => return reader.finish(),
            Stage::Whole(text) => text,
            // One object and nothing behind it, or damage: an array of records and lines of records tell of damage by row.
            Stage::First { text, .. } if self.framing == Framing::Lines && is_one_value(&text) => text,
            Stage::First { text, .. } => {
                let mut reader = JsonReader::new(self.framing);
                reader.push(&text)?;
                return reader.finish();
            }
        };
        let (columns, mut problems) = layout::read(&text)?;
        let (names, renamed) = unique_names(columns.iter().map(|c| c.name.clone()).collect(), true);
        problems.extend(renamed);
        let columns = columns.into_iter().zip(names).map(|(column, name)| column.renamed(name)).collect();
        Ok((columns, problems, Format::Json))
    }
}

fn hold(text: &mut Vec<u8>, slice: &[u8]) -> Result<()> {
    if text.len() + slice.len() > MAX_BINARY_FILE_BYTES {
        return Err(Error::new("too_large", format!("JSON in this layout is read up to {} GiB.", MAX_BINARY_FILE_BYTES >> 30))
            .mend("Write one record a line; in pandas: df.to_json(path, orient=\"records\", lines=True)."));
    }
    text.extend_from_slice(slice);
    Ok(())
}

fn is_one_value(text: &[u8]) -> bool {
    skip(text, 0).is_ok_and(|end| blank(text, end) == text.len())
}

fn sign(text: &[u8]) -> Sign {
    let start = blank(text, 0);
    match text.get(start) {
        Some(b'{') => match skip(text, start) {
            Ok(end) if blank(text, end) == text.len() => Sign::Unsure,
            Err(Stop::More) => Sign::Unsure,
            // Another record, or damage that lines of records tell by row.
            _ => Sign::Records,
        },
        Some(b'[') => match text.get(blank(text, start + 1)) {
            None => Sign::Unsure,
            Some(b'{') => match skip(text, start) {
                Ok(end) => match text.get(blank(text, end)) {
                    Some(b'[') => Sign::Whole,
                    Some(_) => Sign::Records,
                    None => Sign::Unsure,
                },
                Err(Stop::More) if text.len() < FIRST_ARRAY_BYTES => Sign::Unsure,
                Err(_) => Sign::Records,
            },
            Some(b']') => Sign::Records,
            Some(_) => Sign::Whole,
        },
        Some(_) => Sign::Records,
        None => Sign::Unsure,
    }
}

/// Whether two numbers follow each other without a comma, as numpy prints them.
fn numbers_between_blanks(text: &[u8]) -> bool {
    let number = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'e' | b'+')).count();
    let first = number(text);
    let next = blank(text, first);
    first > 0 && next > first && number(text.get(next..).unwrap_or_default()) > 0
}

/// Whether text that begins with a bracket is JSON, as far as it goes: numbers between blanks, as numpy prints them, are not.
pub(crate) fn begins_as_list(head: &[u8]) -> bool {
    match skip(head, 0) {
        Ok(end) => head.get(blank(head, end)).is_none_or(|next| *next == b'['),
        Err(Stop::More) => true,
        // No other format begins with two brackets, so what is wrong with it is told as of JSON.
        Err(Stop::Bad(_)) => head.starts_with(b"[[") && !head.get(2..).is_some_and(numbers_between_blanks),
    }
}
