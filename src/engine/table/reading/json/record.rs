//! One JSON record: where each of its values stands.

use super::shape::Shape;
use super::strings;
use crate::table::reading::bounds::{MAX_COLUMNS, MAX_NESTING};

/// Where a value stands in the text, and of which kind it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// The three highest bits are the kind.
    start: u32,
    end: u32,
}

/// The kind of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The record does not have the key.
    Absent,
    /// A number or a list.
    Plain,
    /// `true`, `false`, or a string without escapes.
    Word,
    /// `null` or `NaN`, which no string is.
    Null,
    /// A string with escapes.
    Escaped,
}

/// Positions take 29 bits: windows of text stay under 512 MiB.
const POSITION: u32 = (1 << 29) - 1;

impl Span {
    pub(crate) const ABSENT: Self = Self { start: 0, end: 0 };

    fn new(kind: Kind, start: usize, end: usize) -> Self {
        let kind = match kind {
            Kind::Absent => 0,
            Kind::Plain => 1,
            Kind::Word => 2,
            Kind::Escaped => 3u32,
            Kind::Null => 4,
        };
        Self { start: start as u32 | kind << 29, end: end as u32 }
    }

    /// Its kind and its text.
    #[inline]
    pub(crate) fn of(self, text: &[u8]) -> (Kind, &[u8]) {
        let kind = match self.start >> 29 {
            0 => Kind::Absent,
            1 => Kind::Plain,
            2 => Kind::Word,
            3 => Kind::Escaped,
            _ => Kind::Null,
        };
        (kind, text.get((self.start & POSITION) as usize..self.end as usize).unwrap_or_default())
    }
}

/// Why a record could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The text ends within it.
    More,
    /// It is no JSON, from this position on.
    Bad(usize, String),
    /// It exceeds a bound; what it says is the whole message.
    Bound(String),
}

/// Reads the record that begins at `at`, whose first byte is `{`; gives the position behind it.
/// Values go to `cells` by column; new keys get columns in `shape`, and `cells` grows with them.
pub(crate) fn read(text: &[u8], at: usize, shape: &mut Shape, cells: &mut Vec<Span>, scratch: &mut Vec<u8>) -> Result<usize, Stop> {
    let mut parser = Parser { text, at, shape, cells, scratch };
    parser.object(Shape::ROOT, 1)?;
    Ok(parser.at)
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    shape: &'a mut Shape,
    cells: &'a mut Vec<Span>,
    scratch: &'a mut Vec<u8>,
}

impl<'a> Parser<'a> {
    #[inline]
    fn peek(&self) -> Result<u8, Stop> {
        self.text.get(self.at).copied().ok_or(Stop::More)
    }

    /// The next byte that is no blank.
    #[inline]
    fn next(&mut self) -> Result<u8, Stop> {
        loop {
            match self.peek()? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Ok(byte),
            }
        }
    }

    fn bad<T>(&self, expected: &str) -> Result<T, Stop> {
        Err(Stop::Bad(self.at, expected.to_owned()))
    }

    fn object(&mut self, node: usize, depth: usize) -> Result<(), Stop> {
        if depth > MAX_NESTING {
            return Err(Stop::Bound(format!("Records are nested deeper than {MAX_NESTING} levels.")));
        }
        self.at += 1;
        if self.next()? == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.next()? != b'"' {
                return self.bad("a key in quotes");
            }
            let (name, escaped) = self.string()?;
            let key = if escaped {
                strings::unescape(name, self.scratch);
                self.shape.key(node, self.scratch)
            } else {
                self.shape.key(node, name)
            };
            if self.next()? != b':' {
                return self.bad("a colon");
            }
            self.at += 1;
            let first = self.next()?;
            let start = self.at;
            let span = match first {
                b'"' => {
                    let (_, escaped) = self.string()?;
                    Span::new(if escaped { Kind::Escaped } else { Kind::Word }, start + 1, self.at - 1)
                }
                b'{' => {
                    let child = self.shape.child(key);
                    self.object(child, depth + 1)?;
                    Span::ABSENT
                }
                b'[' => {
                    self.array(depth)?;
                    Span::new(Kind::Plain, start, self.at)
                }
                _ => self.bare()?,
            };
            let skipped = first == b'{' || (first == b'n' && self.shape.is_record_only(key));
            if !skipped {
                let column = self.shape.column(key);
                if column >= self.cells.len() {
                    if column >= MAX_COLUMNS {
                        return Err(Stop::Bound(format!("The records have more than {MAX_COLUMNS} different keys.")));
                    }
                    self.cells.resize(column + 1, Span::ABSENT);
                }
                if let Some(cell) = self.cells.get_mut(column) {
                    *cell = span;
                }
            }
            match self.next()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.bad("a comma or a closing brace"),
            }
        }
    }

    /// The string at `at`, without its quotes, and whether it has escapes.
    #[inline]
    fn string(&mut self) -> Result<(&'a [u8], bool), Stop> {
        let inner = self.text.get(self.at + 1..).unwrap_or_default();
        match strings::end(inner) {
            Some(Ok((length, escaped))) => {
                self.at += length + 2;
                Ok((inner.get(..length).unwrap_or_default(), escaped))
            }
            Some(Err(at)) => Err(Stop::Bad(self.at + 1 + at, "the end of the string before the line ends".into())),
            None => Err(Stop::More),
        }
    }

    /// Skips a list.
    fn array(&mut self, depth: usize) -> Result<(), Stop> {
        let mut open = 0;
        loop {
            match self.peek()? {
                b'[' | b'{' => {
                    open += 1;
                    if open + depth > MAX_NESTING {
                        return Err(Stop::Bound(format!("Lists are nested deeper than {MAX_NESTING} levels.")));
                    }
                }
                b']' | b'}' => {
                    open -= 1;
                    if open == 0 {
                        self.at += 1;
                        return Ok(());
                    }
                }
                b'"' => {
                    self.string()?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// A number or one of the words `true`, `false`, `null`, `NaN`, `Infinity`.
    #[inline]
    fn bare(&mut self) -> Result<Span, Stop> {
        let start = self.at;
        while matches!(self.peek()?, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E' | b'a'..=b'z' | b'A'..=b'Z') {
            self.at += 1;
        }
        let token = self.text.get(start..self.at).unwrap_or_default();
        match token {
            [b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..] if !token.iter().any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E')) => {
                Ok(Span::new(Kind::Plain, start, self.at))
            }
            b"null" | b"NaN" => Ok(Span::new(Kind::Null, start, self.at)),
            b"true" | b"false" | b"Infinity" | b"-Infinity" => Ok(Span::new(Kind::Word, start, self.at)),
            _ => {
                self.at = start;
                self.bad("a value")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(text: &str) -> Result<Vec<(String, String)>, Stop> {
        let (mut shape, mut cells, mut scratch) = (Shape::default(), Vec::new(), Vec::new());
        let end = read(text.as_bytes(), 0, &mut shape, &mut cells, &mut scratch)?;
        assert_eq!(end, text.trim_end().len());
        cells.resize(shape.columns.len(), Span::ABSENT);
        Ok(shape.columns.iter().cloned().zip(cells.iter().map(|c| String::from_utf8_lossy(c.of(text.as_bytes()).1).into_owned())).collect())
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|&(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    #[test]
    fn records_are_flattened() {
        let text = r#"{"a": 1, "meta": {"Reason": "x", "deep": {"b": [1, [2, "]"]]}}, "c\n": null} "#;
        assert_eq!(read_one(text), Ok(pairs(&[("a", "1"), ("meta.Reason", "x"), ("meta.deep.b", "[1, [2, \"]\"]]"), ("c\n", "null")])));
        assert_eq!(read_one("{}"), Ok(Vec::new()));
    }

    #[test]
    fn damage_is_told_from_incompleteness() {
        for text in [r#"{"a": 1"#, r#"{"a": "x"#, r#"{"a": [1, "#, r"{", r#"{"a"#, r#"{"a": tr"#] {
            assert_eq!(read_one(text), Err(Stop::More), "{text}");
        }
        for text in ["{a: 1}", r#"{"a" 1}"#, r#"{"a": x}"#, r#"{"a": 1 "b": 2}"#, r#"{"a": 12abc}"#, "{\"a\": \"x\n\"}", r#"{"a": }"#] {
            assert!(matches!(read_one(text), Err(Stop::Bad(..))), "{text}");
        }
        assert!(matches!(read_one(&"{\"a\":".repeat(100)), Err(Stop::Bound(_))));
        assert!(matches!(read_one(&format!("{{\"a\":{}", "[".repeat(100))), Err(Stop::Bound(_))));
    }
}
