//! Bytes of text into UTF-8, as a stream.

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use straingauge_api::{ErrorDetails, Problem, ProblemLevel};

use super::compression::Sink;
use crate::{Error, Result};

/// The encoding that an option names.
pub(crate) fn named(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        Error::new("unknown_encoding", format!("There is no encoding {label:?}."))
            .mend("Use a label such as utf-8, windows-1252 or utf-16le.")
    })
}

/// The encoding that the first bytes speak of, and the length of their mark; `None` where they are no text.
pub(crate) fn sniff(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    if let Some((encoding, length)) = Encoding::for_bom(head) {
        return Some((encoding, length));
    }
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    // UTF-16 of mostly Latin text has a zero in every other byte.
    if odd * 4 > head.len() && even * 20 < head.len() {
        return Some((UTF_16LE, 0));
    }
    if even * 4 > head.len() && odd * 20 < head.len() {
        return Some((UTF_16BE, 0));
    }
    let control = head.iter().filter(|&&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1B)).count();
    if even + odd > 0 || control * 20 > head.len() {
        return None;
    }
    Some((UTF_8, 0))
}

/// Decodes a stream to UTF-8.
///
/// Text without a mark is UTF-8 until it is not: at the first byte that cannot be, everything before it is either plain ASCII, and then the
/// file is read as Windows-1252 from there on; or it holds other characters in proper UTF-8, and then that place is damaged, replaced by
/// U+FFFD, and counted.
pub(crate) struct TextDecoder {
    state: State,
    encoding: &'static Encoding,
    /// The encoding was told by the reader or by a mark.
    certain: bool,
    offset: u64,
    beyond_ascii: bool,
    damaged: u64,
    first_damage: Option<u64>,
    out: Vec<u8>,
}

enum State {
    Utf8 { carry: Vec<u8> },
    Other(Box<Decoder>),
}

impl std::fmt::Debug for TextDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextDecoder").field("encoding", &self.encoding.name()).field("damaged", &self.damaged).finish_non_exhaustive()
    }
}

impl TextDecoder {
    pub(crate) fn new(encoding: &'static Encoding, certain: bool) -> Self {
        let state = if encoding == UTF_8 {
            State::Utf8 { carry: Vec::new() }
        } else {
            State::Other(Box::new(encoding.new_decoder_without_bom_handling()))
        };
        Self { state, encoding, certain, offset: 0, beyond_ascii: false, damaged: 0, first_damage: None, out: Vec::new() }
    }

    /// The encoding's name, as options take it.
    pub(crate) fn name(&self) -> String {
        self.encoding.name().to_ascii_lowercase()
    }

    /// Takes bytes, gives UTF-8.
    pub(crate) fn push(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<()> {
        let State::Utf8 { carry } = &mut self.state else {
            return self.push_other(bytes, false, sink);
        };
        if carry.is_empty() || bytes.is_empty() {
            return self.push_utf8(bytes, sink);
        }
        let mut joined = std::mem::take(carry);
        // At most three bytes wait; only so many are copied as complete their character.
        let (few, rest) = bytes.split_at_checked(4.min(bytes.len())).unwrap_or((bytes, &[]));
        joined.extend_from_slice(few);
        self.push_utf8(&joined, sink)?;
        match &mut self.state {
            State::Utf8 { carry } if !carry.is_empty() => self.push(rest, sink),
            State::Utf8 { .. } => self.push_utf8(rest, sink),
            State::Other(_) => self.push_other(rest, false, sink),
        }
    }

    fn push_utf8(&mut self, mut bytes: &[u8], sink: Sink<'_>) -> Result<()> {
        while !bytes.is_empty() {
            let error = match std::str::from_utf8(bytes) {
                Ok(text) => {
                    self.offset += text.len() as u64;
                    self.beyond_ascii = self.beyond_ascii || !text.is_ascii();
                    return sink(bytes);
                }
                Err(error) => error,
            };
            let (valid, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or((&[], bytes));
            self.offset += valid.len() as u64;
            self.beyond_ascii = self.beyond_ascii || !valid.is_ascii();
            if !valid.is_empty() {
                sink(valid)?;
            }
            let Some(length) = error.error_len() else {
                if let State::Utf8 { carry } = &mut self.state {
                    *carry = rest.to_vec();
                }
                return Ok(());
            };
            self.first_damage.get_or_insert(self.offset);
            if !self.beyond_ascii && !self.certain {
                self.encoding = WINDOWS_1252;
                self.state = State::Other(Box::new(WINDOWS_1252.new_decoder_without_bom_handling()));
                return self.push_other(rest, false, sink);
            }
            self.damaged += 1;
            self.offset += length as u64;
            sink("\u{FFFD}".as_bytes())?;
            bytes = rest.get(length..).unwrap_or_default();
        }
        Ok(())
    }

    fn push_other(&mut self, mut bytes: &[u8], last: bool, sink: Sink<'_>) -> Result<()> {
        let State::Other(decoder) = &mut self.state else { return Ok(()) };
        self.out.resize(64 << 10, 0);
        loop {
            let (result, read, written, replaced) = decoder.decode_to_utf8(bytes, &mut self.out, last);
            self.damaged += u64::from(replaced);
            if replaced {
                self.first_damage.get_or_insert(self.offset);
            }
            self.offset += read as u64;
            if written > 0 {
                sink(self.out.get(..written).unwrap_or_default())?;
            }
            bytes = bytes.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                return Ok(());
            }
        }
    }

    /// After the last bytes.
    pub(crate) fn finish(&mut self, sink: Sink<'_>) -> Result<()> {
        match &mut self.state {
            State::Other(_) => self.push_other(&[], true, sink),
            State::Utf8 { carry } if carry.is_empty() => Ok(()),
            State::Utf8 { carry } => {
                let carry = std::mem::take(carry);
                self.first_damage.get_or_insert(self.offset);
                if !self.beyond_ascii && !self.certain {
                    self.encoding = WINDOWS_1252;
                    self.state = State::Other(Box::new(WINDOWS_1252.new_decoder_without_bom_handling()));
                    return self.push_other(&carry, true, sink);
                }
                self.damaged += 1;
                sink("\u{FFFD}".as_bytes())
            }
        }
    }

    /// What was odd about the encoding.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let at = self.first_damage?;
        let name = self.name();
        let (code, message, mend) = if self.encoding == WINDOWS_1252 && !self.certain {
            let mend = "Save the file as UTF-8, or name its encoding.".to_owned();
            ("encoding_assumed", format!("The file is not UTF-8 (first at byte {at}); it is read as Windows-1252. {mend}"), mend)
        } else {
            let mend = "Save the file again in one encoding, or name the right one.".to_owned();
            (
                "invalid_text",
                format!("{} places of the file are not valid {name}, first at byte {at}; each is read as \u{FFFD}. {mend}", self.damaged),
                mend,
            )
        };
        Some(Problem {
            code: code.into(),
            level: ProblemLevel::Warning,
            message,
            count: self.damaged.max(1),
            details: ErrorDetails { mend: Some(mend), ..ErrorDetails::default() },
            examples: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8], cut: usize) -> (String, TextDecoder) {
        let (encoding, mark) = sniff(bytes).expect("text");
        let mut decoder = TextDecoder::new(encoding, mark > 0);
        let mut out = Vec::new();
        let mut sink = |b: &[u8]| {
            out.extend_from_slice(b);
            Ok(())
        };
        for slice in bytes[mark..].chunks(cut) {
            decoder.push(slice, &mut sink).expect("text");
        }
        decoder.finish(&mut sink).expect("text");
        (String::from_utf8(out).expect("UTF-8"), decoder)
    }

    #[test]
    fn encodings_are_told_and_decoded() {
        let utf16: Vec<u8> = "a,é\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16be: Vec<u8> = "a,é\n1,2\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for cut in [1, 2, 3, 100] {
            assert_eq!(decode("a,é\n".as_bytes(), cut).0, "a,é\n");
            assert_eq!(decode(b"\xEF\xBB\xBFa,b\n", cut).0, "a,b\n");
            assert_eq!(decode(&utf16, cut).0, "a,é\n1,2\n");
            assert_eq!(decode(&utf16be, cut).0, "a,é\n1,2\n");
            let (text, decoder) = decode(b"caf\xE9,\x80 5\n", cut);
            assert_eq!((text.as_str(), decoder.name().as_str()), ("café,€ 5\n", "windows-1252"));
            assert_eq!(decoder.problem().map(|p| p.code), Some("encoding_assumed".into()));
            let (text, decoder) = decode(b"caf\xC3\xA9,\x80 5\n\xC3", cut);
            assert_eq!(text, "café,\u{FFFD} 5\n\u{FFFD}");
            assert_eq!(decoder.problem().map(|p| (p.code, p.count)), Some(("invalid_text".into(), 2)));
        }
        assert!(sniff(b"\x00\x01\x02\x03\x04").is_none());
    }

    proptest! {
        #[test]
        fn slices_do_not_matter(bytes in prop::collection::vec(32u8.., 1..60), cut in 1usize..8) {
            prop_assert_eq!(decode(&bytes, cut).0, decode(&bytes, 1000).0);
        }
    }
}
