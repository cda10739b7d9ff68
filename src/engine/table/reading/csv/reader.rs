//! Delimited text, pushed in slices, into columns.

use straingauge_api::{CellExample, DecimalMark, ErrorDetails, Problem, ProblemLevel, Question, ReadOptions};

use super::blanks::Blanks;
use super::dialect::{Dialect, Sample};
use super::index::{Index, Scan, unquote};
use super::kinds::{ColumnKind, Kind};
use super::layout::{FOOTER_ROWS, LastRow, Layout, footer_rows, skipped_problem};
use crate::table::FirstLine;
use crate::table::reading::bounds::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_RECORD_BYTES, MAX_ROWS};
use crate::table::reading::builder::ColumnBuilder;
use crate::table::reading::names::unique_names;
use crate::table::reading::settle::shown;
use crate::{Error, Result};

/// Text that is looked at before the dialect is decided.
const SNIFFED_BYTES: usize = 256 << 10;

/// Text that is indexed at once: its index and the columns' ends then stay in the processor's cache.
const BATCH_BYTES: usize = 128 << 10;

/// Text at the end that waits for the end of the file: lines that are no rows stand there.
const HELD_BYTES: usize = 4 << 10;

/// What the text held.
#[derive(Debug)]
pub(crate) struct CsvRead {
    pub(crate) columns: Vec<ColumnBuilder>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) question: Option<Question>,
    pub(crate) delimiter: Option<char>,
    pub(crate) first_line: Option<FirstLine>,
}

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
    /// Rewrites runs of blanks, where they separate the fields.
    blanks: Option<Blanks>,
    first_line: Option<FirstLine>,
    question: Option<Question>,
    /// Lines above the first row, between rows and at the end that are no rows.
    above: Vec<String>,
    between: Vec<String>,
    below: Vec<String>,
    /// Blanks around cells only align them.
    ruled: bool,
    /// The kind of the first column, as the first rows show it.
    first_kind: Kind,
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
            blanks: None,
            first_line: None,
            question: None,
            above: Vec::new(),
            between: Vec::new(),
            below: Vec::new(),
            ruled: false,
            first_kind: Kind::Missing,
        }
    }

    /// Rows in the columns so far.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Takes more text.
    pub(crate) fn push(&mut self, text: &[u8]) -> Result<()> {
        match &mut self.blanks {
            Some(blanks) => blanks.push(text, &mut self.text),
            None => self.text.extend_from_slice(text),
        }
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
    pub(crate) fn finish(mut self) -> Result<CsvRead> {
        if self.dialect.is_none() {
            self.begin(true)?;
        }
        self.take_rows(false)?;
        self.cut_footer();
        self.take_rows(true)?;
        Ok(CsvRead {
            problems: self.problems(),
            columns: self.columns,
            question: self.question,
            delimiter: self.dialect.map(Dialect::shown_delimiter),
            first_line: self.first_line,
        })
    }

    /// Takes the line `sep=;` off, by which Excel is told the separator.
    fn take_separator_line(&mut self) {
        let line = self.text.split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default();
        let bare = line.trim_ascii_end().strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or(line);
        let mark = match bare.split_at_checked(4) {
            Some((word, [mark])) if word.eq_ignore_ascii_case(b"sep=") && mark.is_ascii() && *mark != b'"' => *mark,
            _ => return,
        };
        self.options.delimiter.get_or_insert(mark as char);
        self.above.push(shown(line));
        let end = line.len() + self.text.iter().skip(line.len()).take_while(|b| matches!(b, b'\n' | b'\r')).count();
        self.text.drain(..end);
    }

    /// Decides the dialect, tells the lines above the rows apart and makes the columns.
    fn begin(&mut self, whole: bool) -> Result<()> {
        self.take_separator_line();
        let head = self.text.get(..self.text.len().min(SNIFFED_BYTES)).unwrap_or_default();
        let dialect = Dialect::sniff(head, whole, &self.options);
        self.dialect = Some(dialect);
        if dialect.blanks {
            let text = std::mem::take(&mut self.text);
            self.blanks.insert(Blanks::new(dialect.quote)).push(&text, &mut self.text);
        }
        let head = self.text.get(..self.text.len().min(SNIFFED_BYTES)).unwrap_or_default();
        let mut sample: Sample = dialect.sample(head, whole);
        let layout = Layout::of(&sample, whole, &self.options);
        let Layout { header, width, .. } = layout;
        if width > MAX_COLUMNS {
            return Err(Error::new(
                "too_many_columns",
                format!("The first row has {width} fields; at most {MAX_COLUMNS} columns are read."),
            )
            .mend("Check the delimiter, or leave columns out of the file."));
        }
        let end = layout.above.checked_sub(1).and_then(|last| sample.get(last)).map(|row| row.end);
        sample.drain(..layout.above.min(sample.len()));
        let names: Vec<String> =
            (0..width).map(|i| layout.names.get(i).map_or_else(String::new, |n| String::from_utf8_lossy(n).trim().to_owned())).collect();
        let (names, renamed) = unique_names(names, header);
        self.renamed = renamed;
        let rows: Vec<&[Vec<u8>]> = sample.iter().map(|r| r.cells.as_slice()).collect();
        self.first_kind = ColumnKind::of(&rows, 0).kind;
        self.columns = names
            .into_iter()
            .enumerate()
            .map(|(i, name)| {
                let mut column = ColumnBuilder::new(name);
                if self.options.decimal == Some(DecimalMark::Comma) {
                    column = column.texts_only();
                }
                let cells: Vec<&[u8]> = sample.iter().filter_map(|row| row.cells.get(i).map(Vec::as_slice)).collect();
                column.bet(&cells);
                column.unit = layout.units.get(i).and_then(|u| plain_unit(u));
                column
            })
            .collect();
        self.above.extend(layout.skipped);
        self.ruled = layout.ruled;
        self.first_line = Some(layout.first_line);
        self.question = layout.question;
        match end {
            None => Ok(()),
            Some(end) if end <= self.text.len() => {
                self.text.drain(..end);
                Ok(())
            }
            Some(_) => self.skip_header(whole),
        }
    }

    /// Cuts the lines off the end of the text that are no rows: totals, counts of rows, remarks.
    fn cut_footer(&mut self) {
        let Some(dialect) = self.dialect else { return };
        let width = self.columns.len();
        self.index.scan(&self.text, Scan { dialect: &dialect, width: 0, last: true, quotes: self.quotes });
        if self.index.open_quote || self.index.rows + self.rows < 2 {
            return;
        }
        let rows: Vec<_> = self.index.rows_of(&self.text, dialect).collect();
        let starts = std::iter::once(0).chain(self.index.ends.iter().copied());
        let held = self.text.len().saturating_sub(HELD_BYTES);
        let most = FOOTER_ROWS.min(rows.len() + self.rows - 1);
        let last: Vec<LastRow> = rows
            .iter()
            .zip(starts)
            .skip(rows.len().saturating_sub(most))
            .filter(|(_, start)| *start >= held)
            .map(|(row, start)| LastRow { cells: row.cells.clone(), start, line: row.line.clone(), apart: row.apart })
            .collect();
        let again = |cell: &[u8]| {
            let mut found = rows.iter().take(rows.len() - last.len()).any(|r| r.cells.first().is_some_and(|c| c.trim_ascii() == cell));
            if let Some(column) = self.columns.first() {
                column.for_each_text(|text| found |= text.trim_ascii() == cell);
            }
            found
        };
        let count = footer_rows(&last, width, self.first_kind, &again);
        let footer = last.get(last.len() - count..).unwrap_or_default();
        if let Some(first) = footer.first() {
            self.below = footer.iter().map(|row| row.line.clone()).collect();
            self.text.truncate(first.start);
        }
    }

    /// Takes comments out of the indexed rows: they begin with `#` and have not as many fields as a row.
    fn drop_comments(&mut self, text: &[u8]) {
        let width = self.columns.len();
        let comments: Vec<usize> = (self.index.ragged.iter())
            .filter(|(row, _)| {
                let first = self.index.fields.get(row * width).map(|f| f.of(text).0);
                first.is_some_and(|cell| cell.trim_ascii_start().first() == Some(&b'#'))
            })
            .map(|&(row, _)| row)
            .collect();
        for &row in comments.iter().rev() {
            let cells = self.index.fields.drain(row * width..(row + 1) * width);
            let line = cells.map(|f| shown(f.of(text).0)).filter(|c| !c.is_empty()).collect::<Vec<_>>().join(", ");
            self.between.push(line);
        }
        self.index.rows -= comments.len();
        self.index.ragged.retain(|(row, _)| !comments.contains(row));
        for (row, _) in &mut self.index.ragged {
            *row -= comments.iter().filter(|c| *c < row).count();
        }
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
        let offered = if last { text.len() } else { text.len().saturating_sub(HELD_BYTES) };
        let mut at = 0;
        let mut batch = BATCH_BYTES;
        let done = loop {
            let rest = text.get(at..offered).unwrap_or_default();
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
        if !self.index.ragged.is_empty() {
            self.drop_comments(text);
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
                    unquote(cell, dialect, &mut self.scratch);
                    column.push(&self.scratch);
                } else if self.ruled {
                    column.push(cell.trim_ascii());
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
        self.between.truncate(1_000);
        problems.extend(skipped_problem(
            "lines_above",
            "above the first row",
            &self.above,
            "If one of them holds the names, remove the others.",
        ));
        problems.extend(skipped_problem("comments", "that begin with #", &self.between, "If they are rows, give them all their fields."));
        problems.extend(skipped_problem(
            "lines_below",
            "below the last row",
            &self.below,
            "If one of them is a row, give it all its fields.",
        ));
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

/// A unit without the brackets around it; none where it says nothing.
fn plain_unit(cell: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(cell);
    let inner = text.trim().trim_start_matches(['(', '[']).trim_end_matches([')', ']']).trim();
    (!inner.is_empty() && inner.chars().any(|c| c.is_alphabetic() || matches!(c, '%' | '$' | '€' | '£' | '°'))).then(|| inner.to_owned())
}
