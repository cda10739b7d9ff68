//! Delimited text, pushed in slices, into columns.

use straingauge_api::{CellExample, DecimalMark, ErrorDetails, Problem, ProblemLevel, ReadOptions};

use super::dialect::{Dialect, Sample, has_header};
use super::index::{Index, Scan, unquote};
use crate::table::reading::bounds::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_RECORD_BYTES, MAX_ROWS};
use crate::table::reading::builder::ColumnBuilder;
use crate::table::reading::names::unique_names;
use crate::{Error, Result};

/// Text that is looked at before the dialect is decided.
const SNIFFED_BYTES: usize = 256 << 10;

/// Text that is indexed at once: its index and the columns' ends then stay in the processor's cache.
const BATCH_BYTES: usize = 128 << 10;

/// Delimited text, pushed in slices.
#[derive(Debug)]
pub(crate) struct CsvReader {
    options: ReadOptions,
    /// Text that is not in the columns yet.
    text: Vec<u8>,
    dialect: Option<Dialect>,
    columns: Vec<ColumnBuilder>,
    index: Index,
    rows: usize,
    /// A row was not complete in so much text: not tried again before there is twice as much.
    tried: usize,
    quotes: bool,
    scratch: Vec<u8>,
    ragged: u64,
    ragged_examples: Vec<CellExample>,
    renamed: Option<Problem>,
    unclosed: Option<u64>,
}

impl CsvReader {
    pub(crate) fn new(options: &ReadOptions) -> Self {
        Self {
            options: options.clone(),
            text: Vec::new(),
            dialect: None,
            columns: Vec::new(),
            index: Index::default(),
            rows: 0,
            tried: 0,
            quotes: true,
            scratch: Vec::new(),
            ragged: 0,
            ragged_examples: Vec::new(),
            renamed: None,
            unclosed: None,
        }
    }

    /// Rows in the columns so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Takes more text.
    pub(crate) fn push(&mut self, text: &[u8]) -> Result<()> {
        self.text.extend_from_slice(text);
        if self.dialect.is_none() {
            let blank = self.text.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
            self.text.drain(..blank);
            if self.text.len() < SNIFFED_BYTES {
                return Ok(());
            }
            self.begin(false)?;
        }
        self.take_rows(false)
    }

    /// The columns, after the last text.
    pub(crate) fn finish(mut self) -> Result<(Vec<ColumnBuilder>, Vec<Problem>, Option<char>)> {
        if self.dialect.is_none() {
            self.begin(true)?;
        }
        self.take_rows(true)?;
        let problems = self.problems();
        Ok((self.columns, problems, self.dialect.map(|d| d.delimiter as char)))
    }

    /// Decides the dialect and makes the columns.
    fn begin(&mut self, whole: bool) -> Result<()> {
        let head = self.text.get(..self.text.len().min(SNIFFED_BYTES)).unwrap_or_default();
        let dialect = Dialect::sniff(head, whole, &self.options);
        self.dialect = Some(dialect);
        let mut sample: Sample = dialect.sample(head, whole);
        let header = self.options.header.unwrap_or_else(|| has_header(&sample));
        let width = if header { sample.first().map_or(0, Vec::len) } else { commonest_width(&sample) };
        if width > MAX_COLUMNS {
            return Err(Error::new(
                "too_many_columns",
                format!("The first row has {width} fields; at most {MAX_COLUMNS} columns are read."),
            )
            .mend("Check the delimiter, or leave columns out of the file."));
        }
        let names = if header && !sample.is_empty() { sample.remove(0) } else { Vec::new() };
        let names: Vec<String> =
            (0..width).map(|i| names.get(i).map_or_else(String::new, |n| String::from_utf8_lossy(n).trim().to_owned())).collect();
        let (names, renamed) = unique_names(names, header);
        self.renamed = renamed;
        self.columns = names
            .into_iter()
            .enumerate()
            .map(|(i, name)| {
                let mut column = ColumnBuilder::new(name, true);
                if self.options.decimal == Some(DecimalMark::Comma) {
                    column = column.texts_only();
                }
                let cells: Vec<&[u8]> = sample.iter().filter_map(|row| row.get(i).map(Vec::as_slice)).collect();
                column.bet(&cells);
                column
            })
            .collect();
        if header {
            self.skip_header(whole)?;
        }
        Ok(())
    }

    fn skip_header(&mut self, whole: bool) -> Result<()> {
        let Some(dialect) = self.dialect else { return Ok(()) };
        // The header is the first row that is not blank; its end is found by scanning ever longer beginnings.
        let mut length = 1 << 10;
        loop {
            let head = self.text.get(..length.min(self.text.len())).unwrap_or_default();
            let all = head.len() == self.text.len();
            for quotes in [true, false] {
                self.index.scan(head, Scan { dialect: &dialect, width: 0, last: all && whole, quotes });
                if self.index.rows > 0 || !all {
                    break;
                }
            }
            if self.index.rows > 0 {
                self.text.drain(..self.index.first_row_end);
                return Ok(());
            }
            if all {
                return if whole { Ok(()) } else { Err(too_long(1)) };
            }
            length *= 2;
        }
    }

    /// Moves all complete rows of the text into the columns.
    fn take_rows(&mut self, last: bool) -> Result<()> {
        let Some(dialect) = self.dialect else { return Ok(()) };
        let text = std::mem::take(&mut self.text);
        let mut at = 0;
        let mut batch = BATCH_BYTES;
        let done = loop {
            let rest = text.get(at..).unwrap_or_default();
            if rest.is_empty() || (!last && rest.len() < self.tried) {
                break Ok(());
            }
            let window = rest.get(..batch.min(rest.len())).unwrap_or_default();
            let whole = window.len() == rest.len();
            let scan = Scan { dialect: &dialect, width: self.columns.len(), last: last && whole, quotes: self.quotes };
            self.index.scan(window, scan);
            if self.index.consumed == 0 {
                if window.len() > MAX_RECORD_BYTES {
                    break Err(too_long(self.rows as u64 + 1));
                }
                if !whole {
                    batch *= 2;
                    continue;
                }
                if last && self.index.open_quote && self.quotes {
                    // A quote that nothing closes is not a quote. Only what follows it is read again without quotes.
                    self.unclosed = Some(self.rows as u64 + 1);
                    self.quotes = false;
                    continue;
                }
                self.tried = rest.len() * 2;
                break Ok(());
            }
            at += self.index.consumed;
            batch = BATCH_BYTES;
            self.tried = 0;
            if let Err(e) = self.take_batch(window, dialect) {
                break Err(e);
            }
        };
        self.text = text;
        self.text.drain(..at.min(self.text.len()));
        done
    }

    /// Moves the indexed rows into the columns.
    fn take_batch(&mut self, text: &[u8], dialect: Dialect) -> Result<()> {
        let width = self.columns.len();
        if width == 0 {
            return Ok(());
        }
        if self.rows + self.index.rows > MAX_ROWS {
            return Err(Error::new("too_many_rows", format!("The file has more than {MAX_ROWS} rows.")).mend("Split it into parts."));
        }
        for &(row, fields) in &self.index.ragged {
            self.ragged += 1;
            if self.ragged_examples.len() < 5 {
                let text = format!("{fields} fields");
                self.ragged_examples.push(CellExample { row: (self.rows + row) as u64 + 1, text });
            }
        }
        for (i, column) in self.columns.iter_mut().enumerate() {
            for field in self.index.fields.iter().skip(i).step_by(width) {
                let (cell, quoted) = field.of(text);
                if quoted {
                    unquote(cell, dialect.quote, &mut self.scratch);
                    column.push(&self.scratch);
                } else {
                    column.push(cell);
                }
                if cell.len() > MAX_CELL_BYTES {
                    return Err(Error::new(
                        "cell_too_large",
                        format!("A cell of {} has {} bytes; at most {MAX_CELL_BYTES} are read.", column.name, cell.len()),
                    )
                    .mend("Look for a quote that is not closed.")
                    .at_row(u64::from(column.rows))
                    .in_column(column.name.clone()));
                }
            }
            if !column.checkpoint() {
                return Err(Error::new("column_too_large", format!("The texts of {} take more than 2 GiB.", column.name))
                    .mend("Split the file into parts, or leave the column out.")
                    .in_column(column.name.clone()));
            }
        }
        self.rows += self.index.rows;
        Ok(())
    }

    fn problems(&mut self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.renamed.take().into_iter().collect();
        if self.ragged > 0 {
            let first = self.ragged_examples.first().map_or(0, |e| e.row);
            let width = self.columns.len();
            let mend = "Quote fields that hold the delimiter, or correct these rows.".to_owned();
            problems.push(Problem {
                code: "ragged_rows".into(),
                level: ProblemLevel::Warning,
                message: format!(
                    "{} rows do not have {width} fields, first row {first}. Missing fields are read as empty, further ones are left out. {mend}",
                    self.ragged
                ),
                count: self.ragged,
                details: ErrorDetails { row: Some(first), mend: Some(mend), ..ErrorDetails::default() },
                examples: std::mem::take(&mut self.ragged_examples),
            });
        }
        if let Some(row) = self.unclosed {
            let mend = "Close the quote, or double it where it is meant as a character.".to_owned();
            problems.push(Problem {
                code: "unclosed_quote".into(),
                level: ProblemLevel::Warning,
                message: format!("A quote in row {row} is never closed; from there on quotes are read as ordinary characters. {mend}"),
                count: 1,
                details: ErrorDetails { row: Some(row), mend: Some(mend), ..ErrorDetails::default() },
                examples: Vec::new(),
            });
        }
        problems
    }
}

fn too_long(row: u64) -> Error {
    Error::new("row_too_long", format!("Row {row} is longer than {} MiB.", MAX_RECORD_BYTES >> 20))
        .mend("Look for a quote that is not closed.")
        .at_row(row)
}

fn commonest_width(sample: &Sample) -> usize {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    for row in sample {
        *counts.entry(row.len()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|&(width, count)| (count, width)).map_or(0, |(width, _)| width)
}
