//! JSON strings: where they end, and what their escapes mean.

/// Where a string ends, counted from behind its opening quote, and whether it has escapes. `None` where it does not end here,
/// `Some(Err(at))` where a line break within it shows that it never will.
#[inline]
pub(crate) fn end(text: &[u8]) -> Option<Result<(usize, bool), usize>> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    let mut escaped = false;
    loop {
        // Eight bytes at a time to the first quote, backslash or line break. A borrow may mark a byte behind a true one, never before it.
        while let Some(chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let word = u64::from_le_bytes(*chunk);
            let zero = |x: u64| x.wrapping_sub(LOW) & !x & HIGH;
            let found = zero(word ^ (LOW * b'"' as u64)) | zero(word ^ (LOW * b'\\' as u64)) | zero(word ^ (LOW * b'\n' as u64));
            if found != 0 {
                at += found.trailing_zeros() as usize / 8;
                break;
            }
            at += 8;
        }
        match text.get(at)? {
            b'"' => return Some(Ok((at, escaped))),
            b'\\' => {
                escaped = true;
                text.get(at + 1)?;
                at += 2;
            }
            b'\n' => return Some(Err(at)),
            _ => at += 1,
        }
    }
}

/// The text that a string's escapes stand for. Halves of surrogate pairs and unknown escapes become U+FFFD.
pub(crate) fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
        let escape = tail.get(1).copied().unwrap_or(b'\\');
        rest = tail.get(2..).unwrap_or_default();
        match escape {
            b'"' | b'\\' | b'/' => out.push(escape),
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => {
                let (character, after) = unicode(rest);
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            _ => out.extend_from_slice("\u{FFFD}".as_bytes()),
        }
    }
    out.extend_from_slice(rest);
}

/// The character of `XXXX` or `XXXX\uXXXX`, and what follows.
fn unicode(text: &[u8]) -> (char, &[u8]) {
    let Some((first, rest)) = unit(text) else { return (char::REPLACEMENT_CHARACTER, text) };
    if let Some(character) = char::from_u32(first) {
        return (character, rest);
    }
    if let Some((second, after)) = rest.strip_prefix(b"\\u").and_then(unit)
        && first < 0xDC00
        && (0xDC00..0xE000).contains(&second)
        && let Some(character) = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    {
        return (character, after);
    }
    (char::REPLACEMENT_CHARACTER, rest)
}

fn unit(text: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    let value = digits.iter().try_fold(0, |value, &b| Some(value * 16 + (b as char).to_digit(16)?))?;
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends() {
        assert_eq!(end(b"abc\" ,"), Some(Ok((3, false))));
        assert_eq!(end(b"a\\\"bc and much more\" ,"), Some(Ok((19, true))));
        assert_eq!(end(b"abc"), None);
        assert_eq!(end(b"abcdefghijklmnop\\"), None);
        assert_eq!(end(b"ab\nc\""), Some(Err(2)));
    }

    #[test]
    fn odd_escapes_become_replacement_characters() {
        let mut out = Vec::new();
        unescape(b"\\ud83d\\ude00 \\ud83d x \\q \\u12", &mut out);
        assert_eq!(String::from_utf8_lossy(&out), "😀 \u{FFFD} x \u{FFFD} \u{FFFD}12");
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_read(text in "\\PC{0,40}|[\"\\\\\n\t\u{1}é😀]{0,20}") {
            let json = serde_json::to_string(&text).expect("JSON");
            let inner = &json.as_bytes()[1..];
            let Some(Ok((length, escaped))) = end(inner) else { panic!("no end in {json}") };
            prop_assert_eq!(length + 2, json.len());
            let mut out = inner[..length].to_vec();
            if escaped {
                unescape(&inner[..length], &mut out);
            }
            prop_assert_eq!(String::from_utf8(out).expect("UTF-8"), text);
        }
    }
}
