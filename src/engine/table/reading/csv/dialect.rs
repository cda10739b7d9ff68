//! Which characters separate fields and rows, and whether the first row holds names: told from the first rows.

use straingauge_api::ReadOptions;

use super::index::{Index, Scan, unquote};
use crate::table::reading::missing::is_missing;
use crate::table::reading::moment::IsoParser;
use crate::table::reading::number;

/// What separates fields and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) quote: u8,
    pub(crate) line_end: u8,
}

/// The first rows, each cell as text.
pub(crate) type Sample = Vec<Vec<Vec<u8>>>;

/// Rows that are looked at.
const SAMPLE_ROWS: usize = 200;

impl Dialect {
    /// The dialect in which the first rows agree best on their number of fields; more fields win among equals.
    pub(crate) fn sniff(text: &[u8], whole: bool, options: &ReadOptions) -> Self {
        let line_end = if text.contains(&b'\n') || !text.contains(&b'\r') { b'\n' } else { b'\r' };
        let quote = if !text.contains(&b'"') && surrounds(text, b'\'') { b'\'' } else { b'"' };
        let with = |delimiter: u8| Self { delimiter, quote, line_end };
        if let Some(delimiter) = options.delimiter {
            return with(delimiter as u8);
        }
        let mut best = (0.0, with(b','));
        for delimiter in [b',', b'\t', b';', b'|'] {
            let dialect = with(delimiter);
            let widths: Vec<usize> = dialect.sample(text, whole).iter().map(Vec::len).collect();
            let score = score(&widths);
            if score > best.0 {
                best = (score, dialect);
            }
        }
        best.1
    }

    /// The first rows of a text.
    pub(crate) fn sample(self, text: &[u8], whole: bool) -> Sample {
        let mut index = Index::default();
        // Sniffing looks at a part of what was read, so its last row may be cut.
        index.scan(text, Scan { dialect: &self, width: 0, last: whole, quotes: true });
        if index.rows == 0 {
            index.scan(text, Scan { dialect: &self, width: 0, last: true, quotes: false });
        }
        let mut fields = index.fields.iter();
        let cell = |field: &super::index::Field| {
            let (raw, quoted) = field.of(text);
            let mut out = raw.to_vec();
            if quoted {
                unquote(raw, self.quote, &mut out);
            }
            out
        };
        index.ragged.iter().take(SAMPLE_ROWS).map(|&(_, width)| fields.by_ref().take(width).map(cell).collect()).collect()
    }
}

/// Whether fields stand between two of `quote`.
fn surrounds(text: &[u8], quote: u8) -> bool {
    let opening = text.windows(2).filter(|w| matches!(w, [b',' | b';' | b'\t' | b'|' | b'\n', q] if *q == quote)).count();
    let closing = text.windows(2).filter(|w| matches!(w, [q, b',' | b';' | b'\t' | b'|' | b'\n' | b'\r'] if *q == quote)).count();
    opening > 1 && closing > 1 && opening.abs_diff(closing) * 10 <= opening
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

/// Whether the first row holds names: no cell of it is a value (number, moment, list), and none stands again below itself
/// in a column that repeats its values.
pub(crate) fn has_header(sample: &Sample) -> bool {
    let Some((first, rest)) = sample.split_first() else { return true };
    let mut parser = IsoParser::default();
    let mut is_value = |cell: &[u8]| number::parse(cell).is_some() || parser.parse(cell).is_some() || cell.first() == Some(&b'[');
    if first.iter().all(|cell| is_missing(cell)) {
        return false;
    }
    let values = first.iter().filter(|cell| is_value(cell)).count();
    if values > 0 {
        // Years and class numbers may be names, above a table in which those columns hold other things.
        return values < first.len() && rest.iter().all(|row| row.iter().zip(first).all(|(cell, name)| cell != name)) && {
            let below = rest.iter().flatten().filter(|cell| is_value(cell)).count();
            let total = rest.iter().map(Vec::len).sum::<usize>().max(1);
            (values as f64 / first.len() as f64) < 0.5 * below as f64 / total as f64
        };
    }
    let typed_below = rest.iter().any(|row| row.iter().any(|cell| is_value(cell)));
    let again = first.iter().enumerate().any(|(i, name)| !is_missing(name) && rest.iter().any(|row| row.get(i) == Some(name)));
    !again || (typed_below && rest.len() < 2)
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
        assert_eq!(sniff("a,b\n'x, y','z'\n'p','q, r'\n"), Dialect { delimiter: b',', quote: b'\'', line_end: b'\n' });
        assert_eq!(sniff("a,b\r1,2\r").line_end, b'\r');
    }

    #[test]
    fn headers_are_told_from_values() {
        let header = |text: &str| has_header(&sniff(text).sample(text.as_bytes(), true));
        assert!(header("a,b\n1,2\n"));
        assert!(header("text,label\nhello there,spam\nhi,ham\n"));
        assert!(!header("1,2\n3,4\n"));
        assert!(!header("paris,3.5\nrome,4.5\n"));
        assert!(!header("spam,hello\nham,hi\nspam,you\n"));
        assert!(!header("2024-01-01,x\n2024-01-02,y\n"));
    }
}
