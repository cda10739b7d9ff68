//! Which characters separate fields and rows: told from the first rows.

use straingauge_api::ReadOptions;

use super::blanks::{Blanks, SEPARATOR};
use super::header;
use super::index::{Index, Scan, unquote};
use super::kinds::{ColumnKind, Kind};
use crate::table::reading::settle::shown;

/// What separates fields and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) quote: u8,
    pub(crate) line_end: u8,
    /// Runs of blanks separate the fields; they are rewritten to the delimiter before anything else looks at them.
    pub(crate) blanks: bool,
    /// A backslash before a quote makes it a character, as Spark and MySQL write it.
    pub(crate) backslash: bool,
}

/// One of the first rows.
#[derive(Debug, Clone)]
pub(crate) struct SampleRow {
    pub(crate) cells: Vec<Vec<u8>>,
    /// Where the text behind it begins; `usize::MAX` where its end was not seen.
    pub(crate) end: usize,
    /// Its text, cut for showing.
    pub(crate) line: String,
    /// A blank line stands before it.
    pub(crate) apart: bool,
}

/// The first rows, each cell as text.
pub(crate) type Sample = Vec<SampleRow>;

/// Rows that are looked at.
pub(crate) const SAMPLE_ROWS: usize = 200;

/// A score below this says that no separator fits well.
const POOR: f64 = 0.7;

impl Dialect {
    /// The dialect in which the first rows agree best on their number of fields; more fields win among equals.
    pub(crate) fn sniff(text: &[u8], whole: bool, options: &ReadOptions) -> Self {
        let line_end = if text.contains(&b'\n') || !text.contains(&b'\r') { b'\n' } else { b'\r' };
        let quote = if !text.contains(&b'"') && surrounds(text, b'\'') { b'\'' } else { b'"' };
        let backslash = escapes_by_backslash(text, quote);
        let with = |delimiter: u8| Self { delimiter, quote, line_end, blanks: false, backslash };
        match options.delimiter {
            Some(' ') => return Self { blanks: true, ..with(SEPARATOR) },
            Some(delimiter) => return with(delimiter as u8),
            None => {}
        }
        let mut best = (0.0, with(b','));
        for delimiter in [b',', b'\t', b';', b'|'] {
            let dialect = with(delimiter);
            let widths: Vec<usize> = dialect.sample(text, whole).iter().map(|r| r.cells.len()).collect();
            let score = score(&widths);
            if score > best.0 {
                best = (score, dialect);
            }
        }
        if best.0 < POOR {
            let spaced = Self { blanks: true, ..with(SEPARATOR) };
            let mut rewritten = Vec::new();
            Blanks::new(quote).push(text, &mut rewritten);
            if is_spaced(&spaced.sample(&rewritten, whole)) {
                return spaced;
            }
        }
        best.1
    }

    /// The separator as it is told to the reader.
    pub(crate) fn shown_delimiter(self) -> char {
        if self.blanks { ' ' } else { self.delimiter as char }
    }

    /// The first rows of a text.
    pub(crate) fn sample(self, text: &[u8], whole: bool) -> Sample {
        let mut index = Index::default();
        // Sniffing looks at a part of what was read, so its last row may be cut.
        index.scan(text, Scan { dialect: &self, width: 0, last: whole, quotes: true });
        let complete = index.rows > 0;
        if !complete {
            index.scan(text, Scan { dialect: &self, width: 0, last: true, quotes: false });
        }
        let mut sample: Sample = index.rows_of(text, self).take(SAMPLE_ROWS).collect();
        if !complete {
            for row in &mut sample {
                row.end = usize::MAX;
            }
        }
        sample
    }
}

impl Index {
    /// The rows of a scan of whatever width, with their texts.
    pub(crate) fn rows_of<'a>(&'a self, text: &'a [u8], dialect: Dialect) -> impl Iterator<Item = SampleRow> + 'a {
        let mut fields = self.fields.iter();
        let mut start = 0;
        self.ragged.iter().zip(&self.ends).map(move |(&(_, width), &end)| {
            let cell = |field: &super::index::Field| {
                let (raw, quoted) = field.of(text);
                let mut out = raw.to_vec();
                if quoted {
                    unquote(raw, dialect, &mut out);
                }
                out
            };
            let cells = fields.by_ref().take(width).map(cell).collect();
            let line = text.get(start..end).unwrap_or_default();
            let apart = line.iter().take_while(|b| b.is_ascii_whitespace()).any(|b| *b == dialect.line_end);
            start = end;
            let line = shown(line.trim_ascii());
            let line = if dialect.blanks { line.replace('\t', " ") } else { line };
            SampleRow { cells, end, line, apart }
        })
    }
}

/// The number of fields that most rows have.
pub(crate) fn commonest_width(sample: &[SampleRow]) -> usize {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    for row in sample {
        *counts.entry(row.cells.len()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|&(width, count)| (count, width)).map_or(0, |(width, _)| width)
}

/// Whether blanks separate the fields of a table: its rows agree on their number, one column at least holds no words, and the lines are
/// not values themselves (`2024-01-01 10:00`, `[0.4 0.6]`, `12 kg`).
fn is_spaced(sample: &[SampleRow]) -> bool {
    let width = commonest_width(sample);
    let Some(first) = sample.iter().position(|r| r.cells.len() == width) else { return false };
    let body: Vec<&SampleRow> = sample.iter().skip(first).collect();
    let steady = body.iter().filter(|r| r.cells.len() == width).count() * 10 >= body.len() * 9 && body.len() >= 2;
    if width < 2 || !steady || first > 20 {
        return false;
    }
    let rows: Vec<&[Vec<u8>]> = body.iter().skip(1).map(|r| r.cells.as_slice()).collect();
    let typed = (0..width).any(|at| ColumnKind::of(&rows, at).kind.is_value());
    let lines = body.iter().filter(|r| {
        let line = r.cells.join(&b' ');
        Kind::of(&line).is_value() || crate::table::reading::quantity::is_quantity(&line)
    });
    let whole_lines = lines.count() * 2 >= body.len();
    // Lines of equally many words are a table where names stand over columns of another kind, or where most columns hold values.
    let whole: Vec<&[Vec<u8>]> = body.iter().map(|r| r.cells.as_slice()).collect();
    let named = header::guess(&whole).sure;
    let row_names = width > 2 && first.checked_sub(1).and_then(|at| sample.get(at)).is_some_and(|r| r.cells.len() + 1 == width);
    let values = (0..width).filter(|&at| ColumnKind::of(&whole, at).kind.is_value()).count();
    let mostly_values = if first == 0 { values * 2 >= width } else { values == width };
    typed && !whole_lines && (named || row_names || mostly_values)
}

/// Whether fields stand between two of `quote`.
fn surrounds(text: &[u8], quote: u8) -> bool {
    let opening = text.windows(2).filter(|w| matches!(w, [b',' | b';' | b'\t' | b'|' | b'\n', q] if *q == quote)).count();
    let closing = text.windows(2).filter(|w| matches!(w, [q, b',' | b';' | b'\t' | b'|' | b'\n' | b'\r'] if *q == quote)).count();
    opening > 1 && closing > 1 && opening.abs_diff(closing) * 10 <= opening
}

/// Says whether quotes within quotes have a backslash before them, and none is doubled. A backslash before the quote that ends a field is the end of
/// a path.
fn escapes_by_backslash(text: &[u8], quote: u8) -> bool {
    let parts = |byte: Option<&u8>| byte.is_none_or(|b| matches!(b, b',' | b';' | b'\t' | b'|' | b'\n' | b'\r'));
    let around = |at: usize| (at.checked_sub(1).and_then(|before| text.get(before)), text.get(at + 2));
    let pairs =
        |first: u8| text.windows(2).enumerate().filter(move |(_, pair)| pair.first() == Some(&first) && pair.get(1) == Some(&quote));
    let within = pairs(b'\\').any(|(at, _)| !parts(around(at).1));
    let doubled = pairs(quote).any(|(at, _)| {
        let (before, after) = around(at);
        !(parts(before) && parts(after)) && before != Some(&b'\\')
    });
    within && !doubled
}

/// How well rows agree on more than one field: the share of the commonest width, then the width.
fn score(widths: &[usize]) -> f64 {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    for &width in widths {
        *counts.entry(width).or_default() += 1;
    }
    match counts.iter().max_by_key(|(_, count)| **count) {
        Some((&width, &count)) if width > 1 => {
            let share = count as f64 / widths.len() as f64;
            share * share * share * (1.0 + (width as f64).min(1_000.0) / 1_000.0)
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(text: &str) -> Dialect {
        Dialect::sniff(text.as_bytes(), true, &ReadOptions::default())
    }

    #[test]
    fn delimiters_are_told_apart() {
        assert_eq!(sniff("a,b\n1,2\n").delimiter, b',');
        assert_eq!(sniff("a;b\n1,5;2,5\n3,1;4,1\n").delimiter, b';');
        assert_eq!(sniff("a\tb c, d\n1\t2, 3\n1\tx\n").delimiter, b'\t');
        assert_eq!(sniff("a|b|c\n1|2|3\n").delimiter, b'|');
        assert_eq!(sniff("text\nhello, world\nfine\n").delimiter, b',');
        assert_eq!(
            sniff("a,b\n'x, y','z'\n'p','q, r'\n"),
            Dialect { delimiter: b',', quote: b'\'', line_end: b'\n', blanks: false, backslash: false }
        );
        assert!(sniff("a,b\n1,\"he said \\\"yes, sir\\\" twice\"\n2,\"\"\n").backslash);
        for text in ["a,b\n\"C:\\dir\\\",1\n", "a,b\n\"x \"\"y\\\"\" z\",1\n", "a,b\n\"\",1\n"] {
            assert!(!sniff(text).backslash, "{text}");
        }
        assert_eq!(sniff("a,b\r1,2\r").line_end, b'\r');
    }

    #[test]
    fn runs_of_blanks_are_told_from_words() {
        assert!(sniff("alpha  beta\n  0.00  0\n 10.00  1\n").blanks);
        assert!(sniff("a b c\n1 x 2\n2 y 3\n").blanks);
        for text in ["text\nhello there\nhi you\n", "at\n2024-01-01 10:00\n2024-01-02 11:00\n", "w\n12 kg\n13 kg\n", "a b,c\n1 2,3\n"] {
            assert!(!sniff(text).blanks, "{text}");
        }
    }
}
