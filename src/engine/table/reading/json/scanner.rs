//! JSON values by where they stand: stepped over, never built.

use super::strings;
use crate::table::reading::bounds::MAX_NESTING;

/// Why a value could not be stepped over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The text ends within it.
    More,
    /// It is no JSON, from this position on.
    Bad(usize),
}

/// The position behind the value that begins at or behind `at`.
pub(super) fn skip(text: &[u8], at: usize) -> Result<usize, Stop> {
    // One bracket a level: true for records.
    let mut open: Vec<bool> = Vec::new();
    let mut at = blank(text, at);
    loop {
        match peek(text, at)? {
            bracket @ (b'{' | b'[') => {
                if open.len() >= MAX_NESTING {
                    return Err(Stop::Bad(at));
                }
                let record = bracket == b'{';
                at = blank(text, at + 1);
                if peek(text, at)? == if record { b'}' } else { b']' } {
                    at += 1;
                } else {
                    open.push(record);
                    if record {
                        at = skip_key(text, at)?;
                    }
                    continue;
                }
            }
            b'"' => at = skip_string(text, at)?,
            _ => at = skip_bare(text, at)?,
        }
        // Behind a value: the next of its list or record, or the ends of both.
        loop {
            let Some(&record) = open.last() else { return Ok(at) };
            at = blank(text, at);
            match (peek(text, at)?, record) {
                (b',', true) => at = skip_key(text, blank(text, at + 1))?,
                (b',', false) => at = blank(text, at + 1),
                (b'}', true) | (b']', false) => {
                    open.pop();
                    at += 1;
                    continue;
                }
                _ => return Err(Stop::Bad(at)),
            }
            break;
        }
    }
}

/// The position of the first byte that is no blank.
pub(super) fn blank(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| matches!(b, b' ' | b'\n' | b'\r' | b'\t')).count()
}

fn peek(text: &[u8], at: usize) -> Result<u8, Stop> {
    text.get(at).copied().ok_or(Stop::More)
}

fn skip_string(text: &[u8], at: usize) -> Result<usize, Stop> {
    match strings::end(text.get(at + 1..).unwrap_or_default()) {
        Some(Ok((length, _))) => Ok(at + length + 2),
        Some(Err(_)) => Err(Stop::Bad(at)),
        None => Err(Stop::More),
    }
}

/// Steps over a key, its colon, and the blanks before its value.
fn skip_key(text: &[u8], at: usize) -> Result<usize, Stop> {
    if peek(text, at)? != b'"' {
        return Err(Stop::Bad(at));
    }
    let colon = blank(text, skip_string(text, at)?);
    if peek(text, colon)? != b':' {
        return Err(Stop::Bad(colon));
    }
    Ok(blank(text, colon + 1))
}

/// Steps over a number or one of the words `true`, `false`, `null`, `NaN`, `Infinity`.
fn skip_bare(text: &[u8], at: usize) -> Result<usize, Stop> {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.')).count();
    let token = rest.get(..length).unwrap_or_default();
    if length == rest.len() && length > 0 {
        return Err(Stop::More);
    }
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let number =
        digits.first().is_some_and(u8::is_ascii_digit) && !digits.iter().any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E'));
    let word = matches!(token, b"true" | b"false" | b"null" | b"NaN" | b"Infinity" | b"-Infinity");
    if number || word { Ok(at + length) } else { Err(Stop::Bad(at)) }
}

/// The values of a list, or the keys and values of a record, one after the other. The text must have been stepped over before.
#[derive(Debug, Clone)]
pub(super) struct Items<'a> {
    text: &'a [u8],
    at: usize,
    record: bool,
}

/// A value of a list (whose key is empty) or of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    /// The key as it stands between its quotes, escapes and all.
    pub(super) key: &'a [u8],
    /// The value as it stands.
    pub(super) value: &'a [u8],
}

impl<'a> Items<'a> {
    /// Begins at the first item of the list or record whose text this is.
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: blank(text, 1), record: text.first() == Some(&b'{') }
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let (mut start, mut key) = (self.at, &[][..]);
        if self.record {
            let end = skip_string(self.text, start).ok()?;
            key = self.text.get(start + 1..end - 1)?;
            start = skip_key(self.text, start).ok()?;
        }
        let end = skip(self.text, start).ok()?;
        let value = self.text.get(start..end)?;
        let comma = blank(self.text, end);
        self.at = blank(self.text, comma + 1);
        Some(Item { key, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String)> {
        let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Items::new(text.as_bytes()).map(|item| (show(item.key), show(item.value))).collect()
    }

    #[test]
    fn values_are_stepped_over() {
        for text in ["{}", "[]", r#"{"a": [1, {"b": "]}"}], "c": null}"#, "[-1.5e3, true, NaN]", "\"a\\\"b\"", "[[[]], {}]"] {
            assert_eq!(skip(format!(" {text} ,").as_bytes(), 0), Ok(text.len() + 1), "{text}");
        }
        for text in ["{", "[1, 2", "\"a", r#"{"a""#, r#"{"a": 1"#, "12"] {
            assert_eq!(skip(text.as_bytes(), 0), Err(Stop::More), "{text}");
        }
        for text in ["[0.1 0.2]", "[a]", "{a: 1}", "[1}", r#"{"a" 1}"#, "[1,]", "]"] {
            assert!(matches!(skip(text.as_bytes(), 0), Err(Stop::Bad(_))), "{text}");
        }
        assert!(matches!(skip("[".repeat(100).as_bytes(), 0), Err(Stop::Bad(_))));
    }

    #[test]
    fn items_come_with_their_keys() {
        assert_eq!(values(r#"{ "a" : 1 , "b\n": [2, 3]}"#), [("a".into(), "1".into()), ("b\\n".into(), "[2, 3]".into())]);
        assert_eq!(values("[ 1, \"x\" ,{}]"), [("", "1"), ("", "\"x\""), ("", "{}")].map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(values("[]").is_empty() && values("{ }").is_empty());
    }
}
