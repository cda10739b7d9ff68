//! JSON text, pushed in slices, into columns.

use straingauge_api::{CellExample, ErrorDetails, Format, Problem, ProblemLevel};

use super::record::{self, Kind, Span, Stop};
use super::shape::Shape;
use super::strings::unescape;
use crate::table::reading::bounds::{MAX_CELLS, MAX_RECORD_BYTES, MAX_ROWS};
use crate::table::reading::builder::{ColumnBuilder, Store};
use crate::table::reading::missing::{ABSENT_KEY, NOT_A_NUMBER, NULL};
use crate::table::reading::names::unique_names;
use crate::table::reading::settle::shown;
use crate::{Error, Result};

/// Text whose records go to the columns at once.
const BATCH_BYTES: usize = 256 << 10;

/// Text that positions in a batch are counted in.
const WINDOW_BYTES: usize = 256 << 20;

/// How records follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// In one array.
    Array,
    /// One after the other.
    Lines,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Bracket,
    FirstRecord,
    Record,
    Comma,
    Nothing,
}

/// JSON text, pushed in slices.
#[derive(Debug)]
pub(crate) struct JsonReader {
    framing: Framing,
    expect: Expect,
    text: Vec<u8>,
    /// A record was not complete in so much text: not tried again before there is twice as much.
    tried: usize,
    shape: Shape,
    columns: Vec<ColumnBuilder>,
    /// Values of the batch, one a column and row.
    batch: Vec<Span>,
    batch_rows: usize,
    cells: Vec<Span>,
    scratch: Vec<u8>,
    rows: usize,
    bad: u64,
    bad_examples: Vec<CellExample>,
    trailing: bool,
}

impl JsonReader {
    pub(crate) fn new(framing: Framing) -> Self {
        Self {
            framing,
            expect: if framing == Framing::Array { Expect::Bracket } else { Expect::FirstRecord },
            text: Vec::new(),
            tried: 0,
            shape: Shape::default(),
            columns: Vec::new(),
            batch: Vec::new(),
            batch_rows: 0,
            cells: Vec::new(),
            scratch: Vec::new(),
            rows: 0,
            bad: 0,
            bad_examples: Vec::new(),
            trailing: false,
        }
    }

    /// Rows in the columns so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Takes more text.
    pub(crate) fn push(&mut self, text: &[u8]) -> Result<()> {
        self.text.extend_from_slice(text);
        self.take_records(false)
    }

    /// The columns, after the last text.
    ///
    /// # Errors
    /// `truncated_json` where the text ends within a record or before the array's end.
    pub(crate) fn finish(mut self) -> Result<(Vec<ColumnBuilder>, Vec<Problem>, Format)> {
        self.take_records(true)?;
        if self.framing == Framing::Array && self.expect != Expect::Nothing {
            return Err(self.truncated());
        }
        let problems = self.problems();
        // A key that held null before it held records left a column without any value.
        let ambiguous = self.shape.ambiguous();
        let columns = self.columns.into_iter().enumerate().filter(|(i, c)| !(ambiguous.contains(i) && matches!(c.store, Store::Empty)));
        let mut columns: Vec<ColumnBuilder> = columns.map(|(_, c)| c).collect();
        let (names, renamed) = unique_names(columns.iter().map(|c| c.name.clone()).collect(), true);
        for (column, name) in columns.iter_mut().zip(names) {
            column.name = name;
        }
        let format = if self.framing == Framing::Array { Format::Json } else { Format::Jsonl };
        Ok((columns, problems.into_iter().chain(renamed).collect(), format))
    }

    fn truncated(&self) -> Error {
        let row = self.rows as u64 + 1;
        Error::new("truncated_json", format!("The JSON text ends within row {row}, after {} complete rows.", self.rows))
            .mend("Download or export the file again; it is not complete.")
            .at_row(row)
    }

    fn malformed(&self, text: &[u8], at: usize, expected: &str) -> Error {
        let row = (self.rows + self.batch_rows) as u64 + 1;
        let found = shown(text.get(at..(at + 24).min(text.len())).unwrap_or_default());
        Error::new("malformed_json", format!("Row {row} is not JSON: {expected} is expected where {found:?} stands."))
            .mend("Write the file with a JSON library.")
            .at_row(row)
    }

    /// Moves all complete records of the text into the columns.
    fn take_records(&mut self, last: bool) -> Result<()> {
        if !last && self.text.len() < self.tried {
            return Ok(());
        }
        let text = std::mem::take(&mut self.text);
        let mut base = 0;
        let done = loop {
            let rest = text.get(base..).unwrap_or_default();
            let window = rest.get(..rest.len().min(WINDOW_BYTES)).unwrap_or_default();
            let mut at = 0;
            let step = self.take_window(window, &mut at, last && window.len() == rest.len());
            if let Err(e) = step.and_then(|()| self.take_batch(window)) {
                break Err(e);
            }
            base += at;
            if at == 0 || base >= text.len() {
                break Ok(());
            }
        };
        self.text = text;
        self.text.drain(..base.min(self.text.len()));
        self.tried = if self.text.is_empty() { 0 } else { self.text.len() * 2 };
        done
    }

    /// Reads records of a window until a batch is full or no complete record is left; `at` is where it stopped.
    fn take_window(&mut self, text: &[u8], at: &mut usize, last: bool) -> Result<()> {
        while *at < BATCH_BYTES {
            let Some(&byte) = text.get(*at) else { return Ok(()) };
            match (byte, self.expect) {
                (b' ' | b'\n' | b'\r' | b'\t', _) => *at += 1,
                (b'[', Expect::Bracket) => {
                    self.expect = Expect::FirstRecord;
                    *at += 1;
                }
                (b']', Expect::FirstRecord | Expect::Comma) if self.framing == Framing::Array => {
                    self.expect = Expect::Nothing;
                    *at += 1;
                }
                (b',', Expect::Comma) => {
                    self.expect = Expect::Record;
                    *at += 1;
                }
                (b'{', Expect::FirstRecord | Expect::Record) => {
                    if !self.take_record(text, at, last)? {
                        return Ok(());
                    }
                }
                (_, Expect::Nothing) => {
                    self.trailing = true;
                    *at = text.len();
                }
                _ if self.framing == Framing::Lines => {
                    if !self.skip_line(text, at, last) {
                        return Ok(());
                    }
                }
                (_, Expect::Comma) => return Err(self.malformed(text, *at, "a comma or a closing bracket")),
                _ => return Err(self.malformed(text, *at, "a record in braces")),
            }
        }
        Ok(())
    }

    /// Reads the record at `at`. False where it is not complete.
    fn take_record(&mut self, text: &[u8], at: &mut usize, last: bool) -> Result<bool> {
        self.cells.clear();
        self.cells.resize(self.shape.columns.len(), Span::ABSENT);
        match record::read(text, *at, &mut self.shape, &mut self.cells, &mut self.scratch) {
            Ok(end) => {
                if end - *at > MAX_RECORD_BYTES {
                    return Err(self.too_long());
                }
                if self.rows + self.batch_rows >= MAX_ROWS {
                    return Err(
                        Error::new("too_many_rows", format!("The file has more than {MAX_ROWS} rows.")).mend("Split it into parts.")
                    );
                }
                check_cells(self.shape.columns.len(), self.rows + self.batch_rows + 1, MAX_CELLS)?;
                if self.shape.columns.len() > self.columns.len() {
                    self.take_batch(text)?;
                    self.add_columns();
                }
                self.cells.resize(self.columns.len(), Span::ABSENT);
                self.batch.extend_from_slice(&self.cells);
                self.batch_rows += 1;
                *at = end;
                if self.framing == Framing::Array {
                    self.expect = Expect::Comma;
                }
                Ok(true)
            }
            Err(Stop::More) if text.len() - *at > MAX_RECORD_BYTES => Err(self.too_long()),
            Err(Stop::More) if last => {
                self.take_batch(text)?;
                Err(self.truncated())
            }
            Err(Stop::More) => Ok(false),
            Err(Stop::Bound(message)) => Err(Error::new("bound_exceeded", message)
                .mend("Leave out what is nested so deep, or write it as text.")
                .at_row((self.rows + self.batch_rows) as u64 + 1)),
            Err(Stop::Bad(..)) if self.framing == Framing::Lines => Ok(self.skip_line(text, at, last)),
            Err(Stop::Bad(position, expected)) => Err(self.malformed(text, position, &expected)),
        }
    }

    fn too_long(&self) -> Error {
        let row = (self.rows + self.batch_rows) as u64 + 1;
        Error::new("row_too_long", format!("Row {row} is longer than {} MiB.", MAX_RECORD_BYTES >> 20))
            .mend("Look for a brace or a quote that is not closed.")
            .at_row(row)
    }

    /// Leaves a line out that is no record. False where its end has not come.
    fn skip_line(&mut self, text: &[u8], at: &mut usize, last: bool) -> bool {
        let line = text.get(*at..).unwrap_or_default();
        let end = match memchr::memchr(b'\n', line) {
            Some(end) => end + 1,
            None if last => line.len(),
            None => return false,
        };
        self.bad += 1;
        if self.bad_examples.len() < 5 {
            let row = (self.rows + self.batch_rows) as u64 + 1;
            self.bad_examples.push(CellExample { row, text: shown(line.get(..end).unwrap_or_default().trim_ascii()) });
        }
        *at += end;
        true
    }

    fn add_columns(&mut self) {
        for name in self.shape.columns.iter().skip(self.columns.len()) {
            let mut column = ColumnBuilder::new(name.clone());
            (0..self.rows).for_each(|_| column.push_string(ABSENT_KEY));
            self.columns.push(column);
        }
    }

    /// Moves the batch into the columns.
    fn take_batch(&mut self, text: &[u8]) -> Result<()> {
        let width = self.columns.len();
        for (i, column) in self.columns.iter_mut().enumerate() {
            for span in self.batch.iter().skip(i).step_by(width) {
                let (kind, value) = span.of(text);
                column.check_size(value)?;
                match kind {
                    Kind::Plain => column.push(value),
                    Kind::Word => column.push_string(value),
                    Kind::Escaped => {
                        unescape(value, &mut self.scratch);
                        column.push_string(&self.scratch);
                    }
                    Kind::Absent => column.push_string(ABSENT_KEY),
                    Kind::Null => column.push_string(if value == b"null" { NULL } else { NOT_A_NUMBER }),
                }
            }
            if !column.checkpoint() {
                return Err(Error::new("column_too_large", format!("The texts of {} take more than 2 GiB.", column.name))
                    .mend("Split the file into parts, or leave the column out.")
                    .in_column(column.name.clone()));
            }
        }
        self.rows += self.batch_rows;
        self.batch_rows = 0;
        self.batch.clear();
        Ok(())
    }

    fn problems(&mut self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.bad > 0 {
            let row = self.bad_examples.first().map_or(0, |e| e.row);
            let mend = "Write the file with a JSON library, one record a line.".to_owned();
            problems.push(Problem {
                code: "bad_records".into(),
                level: ProblemLevel::Warning,
                message: format!("{} lines are not JSON records and are left out, first before row {row}. {mend}", self.bad),
                count: self.bad,
                details: ErrorDetails { row: Some(row), mend: Some(mend), ..ErrorDetails::default() },
                examples: std::mem::take(&mut self.bad_examples),
            });
        }
        if self.trailing {
            problems.push(Problem {
                code: "trailing_text".into(),
                level: ProblemLevel::Warning,
                message: "There is text behind the array's closing bracket; it is left out.".into(),
                count: 1,
                details: ErrorDetails::default(),
                examples: Vec::new(),
            });
        }
        problems
    }
}

/// # Errors
/// `bound_exceeded` where a table of so many columns and rows has more cells than are read.
fn check_cells(columns: usize, rows: usize, most: usize) -> Result<()> {
    if columns.saturating_mul(rows) <= most {
        return Ok(());
    }
    Err(Error::new("bound_exceeded", format!("The records have {columns} different keys over {rows} rows; at most {most} cells are read."))
        .mend("Write keys that differ from row to row as values, one record each.")
        .at_row(rows as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_in_every_row_are_bounded() {
        assert!(check_cells(20, 10_000_000, MAX_CELLS).is_ok());
        let error = check_cells(20_000, 20_001, MAX_CELLS).expect_err("too many cells");
        assert_eq!((error.code, error.row), ("bound_exceeded", Some(20_001)));
    }
}
