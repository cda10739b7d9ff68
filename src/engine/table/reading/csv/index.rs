//! The index of a batch: where every field of every row begins and ends.

use super::blocks::{Block, positions};
use super::dialect::Dialect;

/// A field of the batch's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    start: u32,
    end: u32,
}

/// Set in `Field::start` where quotes must still be taken out of the text.
const QUOTED: u32 = 1 << 31;

impl Field {
    const EMPTY: Self = Self { start: 0, end: 0 };

    /// Its text as it stands, and whether quotes must still be taken out.
    #[inline]
    pub(crate) fn of(self, text: &[u8]) -> (&[u8], bool) {
        let start = (self.start & !QUOTED) as usize;
        (text.get(start..self.end as usize).unwrap_or_default(), self.start & QUOTED != 0)
    }
}

/// Takes the quotes out of a field: doubled ones become one, as do those with a backslash before them where the dialect has such; the pair
/// around it goes; text after the closing quote stays.
pub(crate) fn unquote(field: &[u8], dialect: Dialect, out: &mut Vec<u8>) {
    let quote = dialect.quote;
    out.clear();
    let mut rest = field.strip_prefix(&[quote]).unwrap_or(field);
    let mut open = rest.len() < field.len();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if dialect.backslash
            && byte == b'\\'
            && open
            && let Some((&escaped, after)) = rest.split_first().filter(|(b, _)| **b == quote || **b == b'\\')
        {
            out.push(escaped);
            rest = after;
        } else if byte != quote || !open {
            out.push(byte);
        } else if let Some(after) = rest.strip_prefix(&[quote]) {
            out.push(quote);
            rest = after;
        } else {
            open = false;
        }
    }
}

/// Where the scanner is with respect to quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    Outside,
    Inside,
    /// Inside, and the last byte was a quote: the next one tells whether it was doubled.
    Closing(u32),
}

/// The fields of a batch, `width` a row.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) fields: Vec<Field>,
    pub(crate) rows: usize,
    /// Where the text behind the last complete row begins.
    pub(crate) consumed: usize,
    /// Where the text behind the first row that is not blank begins.
    pub(crate) first_row_end: usize,
    /// Rows of this batch whose number of fields is not `width`, with that number.
    pub(crate) ragged: Vec<(usize, usize)>,
    /// Where the text behind each row begins; filled only where `width` is 0.
    pub(crate) ends: Vec<usize>,
    /// Lines without anything in them.
    pub(crate) blank: u64,
    /// The text ends inside quotes.
    pub(crate) open_quote: bool,
}

/// What a scan is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan<'a> {
    pub(crate) dialect: &'a Dialect,
    /// Fields a row; 0 takes what comes, for sniffing.
    pub(crate) width: usize,
    /// The text ends with the file, so the last row needs no line end.
    pub(crate) last: bool,
    /// Quotes mean something.
    pub(crate) quotes: bool,
}

impl Index {
    /// Indexes all complete rows of `text`, which begins at the beginning of a row.
    pub(crate) fn scan(&mut self, text: &[u8], scan: Scan<'_>) {
        self.fields.clear();
        self.ragged.clear();
        self.ends.clear();
        (self.rows, self.consumed, self.first_row_end, self.blank, self.open_quote) = (0, 0, 0, 0, false);
        let Scan { dialect, .. } = scan;
        let (delimiter, line_end) = (dialect.delimiter, dialect.line_end);
        let mut row = Row { scan, start: 0, first: 0 };
        let mut quoting = Quoting::Outside;
        let mut messy = false;

        let (blocks, tail) = text.as_chunks::<64>();
        let mut padded: Block = [0; 64];
        if let Some(head) = padded.get_mut(..tail.len()) {
            head.copy_from_slice(tail);
        }
        let real_tail = if tail.is_empty() { 0 } else { u64::MAX >> (64 - tail.len()) };
        let all = blocks.iter().map(|b| (b, u64::MAX)).chain(std::iter::once((&padded, real_tail)));
        for (number, (block, real)) in all.enumerate() {
            let base = (number * 64) as u32;
            let ends = positions(block, line_end) & real;
            let mut marks = (positions(block, delimiter) & real) | ends;
            let quotes = if scan.quotes { positions(block, dialect.quote) & real } else { 0 };
            let quotes = if dialect.backslash { without_escaped(text, base, quotes) } else { quotes };
            if quotes == 0 && quoting == Quoting::Outside && !messy {
                while marks != 0 {
                    let bit = marks.trailing_zeros();
                    let at = base + bit;
                    marks &= marks - 1;
                    if ends >> bit & 1 == 0 {
                        self.fields.push(Field { start: row.start, end: at });
                        row.start = at + 1;
                    } else {
                        row.finish(self, text, at, false);
                    }
                }
                continue;
            }
            marks |= quotes;
            while marks != 0 {
                let bit = marks.trailing_zeros();
                let at = base + bit;
                marks &= marks - 1;
                let is_quote = quotes >> bit & 1 == 1;
                if let Quoting::Closing(before) = quoting {
                    if is_quote && at == before + 1 {
                        quoting = Quoting::Inside;
                        continue;
                    }
                    quoting = Quoting::Outside;
                }
                if is_quote {
                    match quoting {
                        Quoting::Inside => quoting = Quoting::Closing(at),
                        _ if at == row.start => {
                            quoting = Quoting::Inside;
                            messy = true;
                        }
                        // A quote within an unquoted field is an ordinary character.
                        _ => {}
                    }
                } else if quoting == Quoting::Outside {
                    if ends >> bit & 1 == 0 {
                        self.fields.push(tidy(text, row.start, at, messy, *dialect));
                        row.start = at + 1;
                    } else {
                        row.finish(self, text, at, messy);
                    }
                    messy = false;
                }
            }
        }
        let length = text.len() as u32;
        self.open_quote = quoting == Quoting::Inside;
        if scan.last && !self.open_quote && (row.start < length || self.fields.len() > row.first) {
            row.finish(self, text, length, messy);
            self.consumed = text.len();
        }
        self.fields.truncate(row.first);
    }
}

/// The quotes of a block without those that a backslash makes characters.
fn without_escaped(text: &[u8], base: u32, quotes: u64) -> u64 {
    let (mut left, mut kept) = (quotes, quotes);
    while left != 0 {
        let bit = left.trailing_zeros();
        left &= left - 1;
        let before = text.get(..(base + bit) as usize).unwrap_or_default();
        // Two backslashes are one, and escape nothing.
        if before.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1 {
            kept &= !(1 << bit);
        }
    }
    kept
}

/// The row that is being indexed.
struct Row<'a> {
    scan: Scan<'a>,
    /// Where its current field begins.
    start: u32,
    /// Its first field in the index.
    first: usize,
}

impl Row<'_> {
    /// Ends the row at `at`, brings it to the table's width and begins the next one.
    #[inline]
    fn finish(&mut self, index: &mut Index, text: &[u8], at: u32, messy: bool) {
        let before = (at as usize).checked_sub(1).and_then(|i| text.get(i));
        let carriage = at > self.start && before == Some(&b'\r');
        let end = at - u32::from(carriage);
        let alone = index.fields.len() == self.first;
        let blank = alone && text.get(self.start as usize..end as usize).is_some_and(|line| line.trim_ascii().is_empty());
        if messy {
            index.fields.push(tidy(text, self.start, end, true, *self.scan.dialect));
        } else {
            index.fields.push(Field { start: self.start, end });
        }
        self.start = at + 1;
        index.consumed = (at as usize + 1).min(text.len());
        let width = index.fields.len() - self.first;
        if blank {
            index.fields.truncate(self.first);
            index.blank += 1;
            return;
        }
        if width != self.scan.width && self.scan.width > 0 {
            index.ragged.push((index.rows, width));
            index.fields.resize(self.first + self.scan.width, Field::EMPTY);
        } else if self.scan.width == 0 {
            index.ragged.push((index.rows, width));
            index.ends.push(index.consumed);
        }
        if index.rows == 0 {
            index.first_row_end = index.consumed;
        }
        index.rows += 1;
        self.first = index.fields.len();
    }
}

/// A field that may stand in quotes: where they only surround it, it is cut to what is within.
fn tidy(text: &[u8], start: u32, end: u32, messy: bool, dialect: Dialect) -> Field {
    let quote = dialect.quote;
    if !messy {
        return Field { start, end };
    }
    let field = text.get(start as usize..end as usize).unwrap_or_default();
    match field {
        [first, inner @ .., last]
            if *first == quote && *last == quote && !inner.contains(&quote) && !(dialect.backslash && inner.contains(&b'\\')) =>
        {
            Field { start: start + 1, end: end - 1 }
        }
        _ => Field { start: start | QUOTED, end },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str, width: usize) -> Vec<Vec<String>> {
        let dialect = Dialect { delimiter: b',', quote: b'"', line_end: b'\n', blanks: false, backslash: false };
        let mut index = Index::default();
        index.scan(text.as_bytes(), Scan { dialect: &dialect, width, last: true, quotes: true });
        let cell = |field: &Field| {
            let (raw, quoted) = field.of(text.as_bytes());
            let mut out = raw.to_vec();
            if quoted {
                unquote(raw, dialect, &mut out);
            }
            String::from_utf8(out).expect("UTF-8")
        };
        if width == 0 {
            let mut fields = index.fields.iter();
            return index.ragged.iter().map(|&(_, n)| fields.by_ref().take(n).map(cell).collect()).collect();
        }
        index.fields.chunks(width).map(|row| row.iter().map(cell).collect()).collect()
    }

    #[test]
    fn quotes_line_ends_and_raggedness() {
        assert_eq!(rows("a,b\r\n1,2\r\n", 2), [["a", "b"], ["1", "2"]]);
        assert_eq!(rows("a,\"b,\n\"\"c\"\"\"\n\"\",x", 2), [["a", "b,\n\"c\""], ["", "x"]]);
        assert_eq!(rows("1\n1,2,3\n\n,\n", 2), [["1", ""], ["1", "2"], ["", ""]]);
        assert_eq!(rows("5\" screen,\"x\"y\n", 2), [["5\" screen", "xy"]]);
        assert_eq!(rows("\"a\"\r\n\"b\"\r\n", 1), [["a"], ["b"]]);
        assert_eq!(rows("a,b,", 3), [["a", "b", ""]]);
    }

    proptest! {
        /// Whatever is written with every field quoted comes back, wherever the 64-byte blocks fall.
        #[test]
        fn quoted_fields_come_back(cells in prop::collection::vec(("[a\",\n ]{0,40}", "[a\"]{0,3}|[b,\r]{0,90}"), 1..30)) {
            let quoted = |s: &str| format!("\"{}\"", s.replace('"', "\"\""));
            let text: String = cells.iter().map(|(a, b)| [quoted(a), ",".into(), quoted(b), "\r\n".into()].concat()).collect();
            let expected: Vec<Vec<String>> = cells.iter().map(|(a, b)| vec![a.clone(), b.clone()]).collect();
            prop_assert_eq!(rows(&text, 2), expected);
        }

        #[test]
        fn plain_fields_are_split_as_the_standard_library_would(lines in prop::collection::vec(prop::collection::vec("[a-c1-3]{0,30}", 3), 1..40)) {
            let text: String = lines.iter().map(|l| l.join(",") + "\n").collect();
            prop_assert_eq!(rows(&text, 3), lines);
        }
    }
}
