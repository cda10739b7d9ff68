//! The reader: takes a file's bytes in slices and gives its table.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use straingauge_api::{Compression, ErrorDetails, Format, Problem, ProblemLevel, ReadOptions};

use super::binary::{Batches, read_arrow, read_parquet};
use super::bounds::MAX_BINARY_FILE_BYTES;
use super::builder::ColumnBuilder;
use super::compression::{self, Decompressor};
use super::csv::{CsvRead, CsvReader};
use super::encoding::{self, TextDecoder};
use super::json::{Framing, JsonInput};
use super::names::unique_names;
use super::points;
use super::settle::Settling;
use super::sniff::{self, SNIFFED_BYTES};
use crate::table::{Column, FirstLine, ReadFacts, Table};
use crate::{Error, Result};

/// Reads one file, pushed in slices of any size; where the slices are cut makes no difference to the result.
#[derive(Debug)]
pub struct Reader {
    name: String,
    /// Absent where whoever pushes the bytes takes their digest himself.
    digest: Option<Sha256>,
    bytes: u64,
    /// The first bytes, until there are enough to tell the compression.
    first: Vec<u8>,
    decompressor: Option<Decompressor>,
    compression: Compression,
    content: Content,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Read {
    /// Its columns.
    pub table: Table,
    /// What else the reading found out.
    pub facts: ReadFacts,
}

impl Reader {
    /// A reader of the file `name` (shown in messages; the format is told from the content).
    ///
    /// # Errors
    /// `unknown_encoding` where the options name an encoding that does not exist; `bad_delimiter` for a separator that
    /// is not one ASCII character.
    pub fn new(name: &str, options: &ReadOptions) -> Result<Self> {
        if let Some(label) = &options.encoding {
            encoding::named(label)?;
        }
        if options.delimiter.is_some_and(|d| !d.is_ascii() || matches!(d, '"' | '\n' | '\r')) {
            return Err(Error::new("bad_delimiter", "The delimiter must be one ASCII character, and neither a quote nor a line end.")
                .mend("Use a comma, a semicolon, a tab or a bar."));
        }
        Ok(Self {
            name: name.to_owned(),
            digest: Some(Sha256::new()),
            bytes: 0,
            first: Vec::new(),
            decompressor: None,
            compression: Compression::None,
            content: Content { options: options.clone(), stage: Stage::Head(Vec::new()) },
        })
    }

    /// Leaves `Table::sha256` empty: the caller fills it in. A host's own digest is many times quicker than one in wasm, which
    /// takes a third of the time of reading.
    pub fn without_digest(mut self) -> Self {
        self.digest = None;
        self
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// What makes the file unreadable: damage in its compression, a binary file, a bound that it exceeds.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        self.bytes += bytes.len() as u64;
        let name = self.name.clone();
        self.take(bytes).map_err(|e| e.in_file(name))
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(decompressor) = &mut self.decompressor {
            return decompressor.push(bytes, &mut |plain| self.content.push(plain));
        }
        self.first.extend_from_slice(bytes);
        if self.first.len() < 4 { Ok(()) } else { self.begin() }
    }

    fn begin(&mut self) -> Result<()> {
        let first = std::mem::take(&mut self.first);
        self.compression = compression::sniff(&first);
        let decompressor = self.decompressor.insert(Decompressor::new(self.compression));
        decompressor.push(&first, &mut |plain| self.content.push(plain))
    }

    /// The table, after the last slice.
    ///
    /// # Errors
    /// As [`Self::push`], and `empty_file`, `truncated_gzip`, `truncated_zstd`, `truncated_json` where the file ends too early.
    pub fn finish(self) -> Result<Read> {
        let name = self.name.clone();
        self.finish_table().map_err(|e| e.in_file(name))
    }

    fn finish_table(mut self) -> Result<Read> {
        if self.bytes == 0 {
            return Err(Error::new("empty_file", "The file is empty.").mend("Choose another file, or export it again."));
        }
        if self.decompressor.is_none() {
            self.begin()?;
        }
        let mut facts = ReadFacts::default();
        if let Some(decompressor) = &mut self.decompressor {
            let ignored = decompressor.finish(&mut |plain| self.content.push(plain))?;
            if ignored > 0 {
                facts.problems.push(Problem {
                    code: "trailing_bytes".into(),
                    level: ProblemLevel::Warning,
                    message: format!("{ignored} bytes behind the compressed data are left out. Compress the file again."),
                    count: ignored,
                    details: ErrorDetails::default(),
                    examples: Vec::new(),
                });
            }
        }
        let options = self.content.options.clone();
        let Outcome { format, columns, first_line } = self.content.finish(&mut facts)?;
        let rows = columns.first().map_or(0, |c| c.rows as usize);
        if rows == 0 {
            return Err(Error::new("empty_file", "The file has no rows.").mend("Choose another file, or export it again."));
        }
        let mut settling = Settling {
            options: &options,
            delimiter: facts.delimiter,
            problems: std::mem::take(&mut facts.problems),
            questions: std::mem::take(&mut facts.questions),
            spelled_missing: format == Format::Csv,
        };
        let mut columns = columns.into_iter().map(|c| settling.settle(c)).collect::<Result<Vec<_>>>()?;
        points::agree(&mut columns, options.decimal, facts.delimiter, &mut settling.questions);
        let columns: Vec<Arc<Column>> = columns.into_iter().map(Arc::new).collect();
        facts.problems = settling.problems;
        facts.problems.sort_by_key(|p| std::cmp::Reverse(p.level));
        facts.questions = settling.questions;
        let hex = |digest: Sha256| {
            digest.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
                let done = write!(hex, "{byte:02x}");
                debug_assert!(done.is_ok(), "writing to a String cannot fail");
                hex
            })
        };
        let sha256 = self.digest.map(hex).unwrap_or_default();
        let table = Table { name: self.name, bytes: self.bytes, sha256, format, compression: self.compression, rows, columns, first_line };
        Ok(Read { table, facts })
    }

    /// Bytes taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        self.content.rows() as u64
    }
}

/// The plain bytes of the file, on their way into columns.
#[derive(Debug)]
struct Content {
    options: ReadOptions,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The first bytes, until there are enough to tell the format.
    Head(Vec<u8>),
    /// Delimited text.
    Csv(TextDecoder, Box<CsvReader>),
    /// JSON.
    Json(TextDecoder, Box<JsonInput>),
    /// Parquet and Arrow, whose bytes are held.
    Binary(Format, Vec<u8>),
}

/// Signs that part fields now and then; nobody is taken to mean them without saying so.
const RARE_DELIMITERS: [char; 6] = [':', '~', '^', '!', '#', '/'];
/// Cells of a single column that are looked at.
const LOOKED_AT: usize = 200;

/// A single column whose name and cells all have a sign as often: it may part the fields.
fn parted_otherwise(column: &ColumnBuilder) -> Option<Problem> {
    let mut cells: Vec<String> = Vec::new();
    column.for_each_text(|text| {
        if cells.len() < LOOKED_AT && !text.is_empty() {
            cells.push(String::from_utf8_lossy(text).into_owned());
        }
    });
    let sign = RARE_DELIMITERS.into_iter().find(|&sign| {
        let count = column.name.matches(sign).count();
        count > 0 && cells.len() > 1 && cells.iter().all(|cell| cell.matches(sign).count() == count)
    })?;
    let mend = format!("Set read.delimiter to {sign:?} if it does.");
    Some(Problem {
        code: "one_column".into(),
        level: ProblemLevel::Warning,
        message: format!(
            "The file is read as one column, {:?}; {sign:?} stands as often in every line and may part its fields. {mend}",
            column.name
        ),
        count: u64::from(column.rows),
        details: ErrorDetails { column: Some(column.name.clone()), mend: Some(mend), ..ErrorDetails::default() },
        examples: Vec::new(),
    })
}

/// Bytes that go through decoding and reading at once, so that they stay in the processor's cache.
const SLICE: usize = 1 << 20;

/// What a format's reader gives.
struct Outcome {
    format: Format,
    columns: Vec<ColumnBuilder>,
    first_line: Option<FirstLine>,
}

impl Content {
    fn push(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.stage {
            Stage::Head(head) => {
                head.extend_from_slice(bytes);
                if head.len() < SNIFFED_BYTES { Ok(()) } else { self.begin() }
            }
            Stage::Csv(decoder, reader) => bytes.chunks(SLICE).try_for_each(|slice| decoder.push(slice, &mut |text| reader.push(text))),
            Stage::Json(decoder, reader) => bytes.chunks(SLICE).try_for_each(|slice| decoder.push(slice, &mut |text| reader.push(text))),
            Stage::Binary(_, held) => {
                if held.len() + bytes.len() > MAX_BINARY_FILE_BYTES {
                    return Err(Error::new(
                        "too_large",
                        format!("Parquet and Arrow files are read up to {} GiB.", MAX_BINARY_FILE_BYTES >> 30),
                    )
                    .mend("Split the file into parts."));
                }
                held.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Tells the format from the first bytes, and gives them to its reader.
    fn begin(&mut self) -> Result<()> {
        let Stage::Head(head) = &mut self.stage else { return Ok(()) };
        let head = std::mem::take(head);
        let start = head.get(..head.len().min(SNIFFED_BYTES)).unwrap_or_default();
        if let Some(format) = sniff::binary(start).filter(|_| self.options.encoding.is_none()) {
            self.stage = Stage::Binary(format, Vec::new());
            return self.push(&head);
        }
        sniff::refuse_others(start)?;
        let (encoding, mark, certain) = match &self.options.encoding {
            Some(label) => {
                let named = encoding::named(label)?;
                (named, encoding_rs::Encoding::for_bom(start).filter(|(e, _)| *e == named).map_or(0, |(_, length)| length), true)
            }
            None => encoding::sniff(start).map(|(encoding, mark)| (encoding, mark, mark > 0)).ok_or_else(sniff::not_text)?,
        };
        let decoder = TextDecoder::new(encoding, certain);
        let (readable, _) = encoding.decode_without_bom_handling(start.get(mark..).unwrap_or_default());
        if self.options.format.is_none() {
            sniff::refuse_texts(readable.as_bytes())?;
        }
        self.stage = match self.options.format.unwrap_or_else(|| sniff::text(readable.as_bytes())) {
            Format::Json => Stage::Json(decoder, Box::new(JsonInput::new(Framing::Array))),
            Format::Jsonl => Stage::Json(decoder, Box::new(JsonInput::new(Framing::Lines))),
            Format::Csv => Stage::Csv(decoder, Box::new(CsvReader::new(&self.options))),
            Format::Parquet | Format::ArrowFile | Format::ArrowStream => return Err(sniff::not_text()),
        };
        self.push(head.get(mark..).unwrap_or_default())
    }

    fn finish(mut self, facts: &mut ReadFacts) -> Result<Outcome> {
        if matches!(self.stage, Stage::Head(_)) {
            self.begin()?;
        }
        match self.stage {
            Stage::Csv(mut decoder, mut reader) => {
                decoder.finish(&mut |text| reader.push(text))?;
                facts.encoding = Some(decoder.name());
                facts.problems.extend(decoder.problem());
                let CsvRead { columns, problems, question, delimiter, first_line } = reader.finish()?;
                facts.delimiter = delimiter;
                facts.problems.extend(problems);
                facts.problems.extend(columns.first().filter(|_| columns.len() == 1).and_then(parted_otherwise));
                facts.questions.extend(question);
                Ok(Outcome { format: Format::Csv, columns, first_line })
            }
            Stage::Json(mut decoder, mut reader) => {
                decoder.finish(&mut |text| reader.push(text))?;
                facts.encoding = Some(decoder.name());
                facts.problems.extend(decoder.problem());
                let (columns, problems, format) = reader.finish()?;
                facts.problems.extend(problems);
                Ok(Outcome { format, columns, first_line: None })
            }
            Stage::Binary(format, held) => {
                let Batches { columns, .. } = if format == Format::Parquet { read_parquet(held)? } else { read_arrow(held)? };
                let (names, renamed) = unique_names(columns.iter().map(|c| c.name.clone()).collect(), true);
                facts.problems.extend(renamed);
                let columns = columns.into_iter().zip(names).map(|(c, name)| c.renamed(name)).collect();
                Ok(Outcome { format, columns, first_line: None })
            }
            Stage::Head(_) => Err(sniff::not_text()),
        }
    }

    fn rows(&self) -> usize {
        match &self.stage {
            Stage::Head(_) | Stage::Binary(..) => 0,
            Stage::Json(_, reader) => reader.rows(),
            Stage::Csv(_, reader) => reader.rows(),
        }
    }
}
