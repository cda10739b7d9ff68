//! Numbers from text, with what is needed to write the same text again.
//!
//! A column is read as numbers while it looks like numbers. Should it turn out to be something else, its earlier cells must
//! become text again, `1.50` and not `1.5`. So every number comes with its [`Form`].

/// How a number was written.
///
/// `0..=15`: the canonical decimal with so many digits after the point and at most 15 in all; an `f64` keeps 15 digits exactly, so
/// formatting with that precision gives the text back. Everything else is one of the constants below.
pub(crate) type Form = u8;

/// Sixteen or seventeen digits with a point: read back as the shortest text that gives the same number, which is what the
/// programs that write so many digits wrote.
pub(crate) const SHORTEST: Form = 0xF0;
/// Another way of writing a number (`1e-5`, `+3`, ` 4 `): the text is kept.
pub(crate) const KEPT: Form = 0xF1;
/// An integer with zeros before it (`00712`): likely a code, not a quantity. The text is kept.
pub(crate) const PADDED: Form = 0xF2;
/// An integer beyond 2^53, which an `f64` cannot tell from its neighbours: likely an identifier. The text is kept.
pub(crate) const WIDE: Form = 0xF3;

/// Powers of ten that an `f64` holds exactly.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

const EXACT_LIMIT: u64 = 1 << 53;

/// A decimal number. `None` for anything else, infinities and `NaN` among them.
///
/// Up to 15 digits the mantissa and the power of ten are both exact, so one division rounds correctly (Clinger 1990, "How to read
/// floating point numbers accurately"); the rest goes to the standard library.
#[inline]
pub(crate) fn parse(cell: &[u8]) -> Option<(f64, Form)> {
    let (negative, digits) = match cell.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, cell),
    };
    if digits.len() <= 8 {
        let Some((mantissa, fraction)) = short(digits) else { return parse_any(cell) };
        // Up to eight digits fit a signed word, whose conversion is the cheaper one.
        let value = mantissa as f64;
        let value = if fraction == 0 { value } else { value / POWERS.get(fraction).copied().unwrap_or(1.0) };
        return if negative && mantissa == 0 { parse_any(cell) } else { Some((if negative { -value } else { value }, fraction as Form)) };
    }
    if digits.len() > 16 {
        return parse_any(cell);
    }
    let mut mantissa = 0i64;
    let mut point = usize::MAX;
    for (i, &byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(i64::from(digit));
        } else if byte == b'.' && point == usize::MAX {
            point = i;
        } else {
            return parse_any(cell);
        }
    }
    let whole = point.min(digits.len());
    let fraction = (digits.len() - whole).saturating_sub(1);
    let has_point = usize::from(whole < digits.len());
    let canonical = whole + fraction <= 15
        && whole >= 1
        && (whole == 1 || digits.first() != Some(&b'0'))
        && fraction >= has_point
        && !(negative && mantissa == 0);
    let power = POWERS.get(fraction);
    match power {
        Some(power) if canonical => {
            let value = mantissa as f64 / power;
            Some((if negative { -value } else { value }, fraction as Form))
        }
        _ => parse_any(cell),
    }
}

/// One to eight characters, digits and at most one point, in canonical form: all digits as one integer, and how many stand behind the
/// point. All at once in one word: no loop whose length the processor would have to guess.
#[inline]
fn short(digits: &[u8]) -> Option<(i64, usize)> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const POINTS: u64 = 0x2E2E_2E2E_2E2E_2E2E;
    const SEVEN: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let length = digits.len() as u32;
    let word = if let (Some(head), Some(tail)) = (digits.first_chunk::<4>(), digits.last_chunk::<4>()) {
        // The halves overlap where there are fewer than eight, in bytes that are equal.
        u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*tail)) << (8 * (length - 4))
    } else {
        match digits {
            [a] => u64::from(*a),
            [a, b] => u64::from(*a) | u64::from(*b) << 8,
            [a, b, c] => u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16,
            _ => return None,
        }
    };
    // Characters move to the high end, zeros stand before them.
    let mut word = word << (64 - 8 * length) | ZEROS >> (4 * length) >> (4 * length);
    // The high bit of each byte that is a point.
    let from_point = word ^ POINTS;
    let points = !(((from_point & SEVEN) + SEVEN) | from_point | SEVEN);
    let mut fraction = 0;
    if points != 0 {
        let at = points.trailing_zeros() / 8;
        fraction = 7 - at as usize;
        if fraction == 0 || at == 8 - length {
            return None;
        }
        // Digits before the point move up by one byte, over it. A second point fails the test for digits below.
        let below = word & ((1 << (8 * at)) - 1);
        word = (word >> (8 * at + 8) << (8 * at + 8)) | below << 8 | u64::from(b'0');
    }
    let values = word ^ ZEROS;
    if (values.wrapping_add(0x7676_7676_7676_7676) | values) & !SEVEN != 0 {
        return None;
    }
    let whole = digits.len() - fraction - usize::from(fraction > 0);
    if whole > 1 && digits.first() == Some(&b'0') {
        return None;
    }
    // Neighbouring digits into pairs, pairs into fours, fours into one number.
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_FFFF_0000_FFFF;
    let all = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xFFFF_FFFF;
    Some((all as i64, fraction))
}

/// The slow way, for every spelling of a finite decimal number.
#[cold]
fn parse_any(cell: &[u8]) -> Option<(f64, Form)> {
    let text = cell.trim_ascii();
    let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let digits = unsigned.iter().filter(|b| b.is_ascii_digit()).count();
    let plain = unsigned.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    let decimal = plain || unsigned.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if digits == 0 || !decimal || !unsigned.first().is_some_and(|b| b.is_ascii_digit() || *b == b'.') {
        return None;
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    if !value.is_finite() {
        return None;
    }
    let untouched = text.len() == cell.len() && text.first() != Some(&b'+');
    let padded = unsigned.len() > 1 && unsigned.first() == Some(&b'0') && unsigned.get(1).is_some_and(u8::is_ascii_digit);
    let integer = digits == unsigned.len();
    let form = if integer && padded {
        PADDED
    } else if integer && value.abs() >= EXACT_LIMIT as f64 {
        WIDE
    } else if integer && untouched && value != 0.0 {
        0
    } else if plain && untouched && !padded && (16..=17).contains(&digits) && format!("{value}").as_bytes() == text {
        SHORTEST
    } else {
        KEPT
    };
    Some((value, form))
}

/// Writes a number as it stood in the file. Forms whose text is kept elsewhere are written as the shortest decimal.
pub(crate) fn write(value: f64, form: Form, out: &mut String) {
    use std::fmt::Write;
    let done = if form <= 15 { write!(out, "{value:.*}", form as usize) } else { write!(out, "{value}") };
    debug_assert!(done.is_ok(), "writing to a String cannot fail");
}

/// Whether a cell begins as a list of numbers does.
pub(crate) fn may_be_list(cell: &[u8]) -> bool {
    match cell.trim_ascii_start().first() {
        Some(b'[' | b'(' | b'{') => true,
        Some(b'a' | b't' | b'n' | b'T' | b'A' | b'D') => WRAPPERS.iter().any(|w| cell.trim_ascii_start().starts_with(w)),
        _ => false,
    }
}

/// What numpy, PyTorch, TensorFlow and JAX print around a list.
const WRAPPERS: [&[u8]; 8] =
    [b"array(", b"tensor(", b"np.array(", b"numpy.array(", b"tf.Tensor(", b"Array(", b"DeviceArray(", b"torch.tensor("];

/// What numpy and PyTorch print around a number in a list.
const NUMBER_WRAPPERS: [&[u8]; 8] =
    [b"np.float64(", b"np.float32(", b"np.float16(", b"np.int64(", b"np.int32(", b"numpy.float64(", b"numpy.float32(", b"tensor("];

/// A list of numbers: `[0.1, 0.2]`, also with blanks between (`[0.1 0.2]`, as numpy prints), in round or curly brackets
/// (`(0.1, 0.2)`), in `array(…)` or `tensor(…)`, each number perhaps in `np.float64(…)`. `null` and `NaN` inside become NaN.
/// Appends to `out` and gives the count; leaves `out` as it was where the cell is no such list.
pub(crate) fn parse_list(cell: &[u8], out: &mut Vec<f64>) -> Option<usize> {
    let start = out.len();
    let cell = cell.trim_ascii();
    let plain = cell.strip_prefix(b"[").and_then(|c| c.strip_suffix(b"]"));
    let done = match plain {
        Some(inner) => append_list(inner, out, start).or_else(|| {
            out.truncate(start);
            append_list(&unwrapped(inner)?, out, start)
        }),
        None => append_other_list(cell, out, start),
    };
    if done.is_none() {
        out.truncate(start);
    }
    done
}

/// Numbers without the calls around each of them, and one pair of brackets more.
fn unwrapped(inner: &[u8]) -> Option<Vec<u8>> {
    let inner = inner.trim_ascii();
    let single = inner.strip_prefix(b"[").and_then(|i| i.strip_suffix(b"]")).filter(|i| !i.contains(&b'['));
    let mut rest = single.unwrap_or(inner);
    let mut plain = Vec::with_capacity(rest.len());
    let mut wrapped = single.is_some();
    while !rest.is_empty() {
        if let Some(after) = NUMBER_WRAPPERS.iter().find_map(|w| rest.strip_prefix(*w)) {
            let end = after.iter().position(|b| *b == b')')?;
            plain.extend_from_slice(after.get(..end)?);
            rest = after.get(end + 1..)?;
            wrapped = true;
        } else if let Some((&byte, after)) = rest.split_first() {
            plain.push(byte);
            rest = after;
        }
    }
    wrapped.then_some(plain)
}

#[cold]
fn append_other_list(cell: &[u8], out: &mut Vec<f64>, start: usize) -> Option<usize> {
    let called = WRAPPERS.iter().find_map(|w| cell.strip_prefix(*w)).and_then(|c| c.strip_suffix(b")"));
    if let Some(call) = called {
        // Behind the list may stand a type or a device.
        let end = call.iter().rposition(|b| *b == b']')?;
        let behind = call.get(end + 1..)?.trim_ascii();
        let told = behind.first() == Some(&b',') && behind.contains(&b'=');
        if !(behind.is_empty() || told) {
            return None;
        }
        return parse_list(call.get(..=end)?, out).filter(|_| out.len() > start);
    }
    let round = cell.strip_prefix(b"(").and_then(|c| c.strip_suffix(b")"));
    let curly = || cell.strip_prefix(b"{").and_then(|c| c.strip_suffix(b"}"));
    let inner = round.or_else(curly).filter(|i| i.contains(&b','))?;
    // Python writes a comma behind the only member of a tuple.
    let inner = inner.trim_ascii();
    let inner = inner.strip_suffix(b",").unwrap_or(inner);
    append_list(inner, out, start).or_else(|| {
        out.truncate(start);
        append_list(&unwrapped(inner)?, out, start)
    })
}

fn append_list(inner: &[u8], out: &mut Vec<f64>, start: usize) -> Option<usize> {
    let mut rest = inner.trim_ascii();
    while !rest.is_empty() {
        let end = rest.iter().position(|b| matches!(b, b',' | b' ' | b'\n' | b'\r' | b'\t')).unwrap_or(rest.len());
        let (number, tail) = rest.split_at_checked(end)?;
        out.push(match parse(number) {
            Some((value, _)) => value,
            None if number.eq_ignore_ascii_case(b"nan") || number == b"null" || number == b"None" => f64::NAN,
            None => return None,
        });
        if out.len() - start > super::bounds::MAX_LIST_LENGTH {
            return None;
        }
        rest = tail.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(b",") {
            rest = after.trim_ascii_start();
            if rest.is_empty() {
                return None;
            }
        }
    }
    Some(out.len() - start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_what_is_none() {
        for (text, value, form) in [
            ("0", 0.0, 0),
            ("12", 12.0, 0),
            ("-3.50", -3.5, 2),
            ("0.1", 0.1, 1),
            ("1e-5", 1e-5, KEPT),
            ("+3", 3.0, KEPT),
            (" 4 ", 4.0, KEPT),
            (".5", 0.5, KEPT),
            ("5.", 5.0, KEPT),
            ("-0", 0.0, KEPT),
            ("00712", 712.0, PADDED),
            ("9007199254740993", 9007199254740992.0, WIDE),
            ("1234567890123456789", 1234567890123456789.0, WIDE),
            ("0.5978037676780419", 0.5978037676780419, SHORTEST),
        ] {
            let (got, how) = parse(text.as_bytes()).unwrap_or_else(|| panic!("{text} is a number"));
            assert_eq!(got, value, "{text}");
            assert_eq!(how, form, "{text}");
        }
        for text in ["", "-", ".", "inf", "-Infinity", "NaN", "1e999", "1,5", "1 2", "0x10", "1_000", "abc", "--1", "1-2", "e5", "+-3"] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        /// The way that takes all characters at once agrees with the standard library on what is a number at all.
        #[test]
        fn short_cells_are_numbers_where_they_are(text in "[-0-9.]{1,9}|[0-9.,:a /]{1,8}") {
            let expected = text.trim().parse::<f64>().ok();
            prop_assert_eq!(parse(text.as_bytes()).map(|p| p.0), expected, "{}", text);
        }
    }

    #[test]
    fn lists() {
        let mut out = Vec::new();
        assert_eq!(parse_list(b"[0.1, 0.2,3]", &mut out), Some(3));
        assert_eq!(out, [0.1, 0.2, 3.0]);
        assert_eq!(parse_list(b"[]", &mut out), Some(0));
        assert_eq!(parse_list(b"[ 1. 2. ]", &mut out), Some(2));
        assert_eq!(parse_list(b"[1, \"a\"]", &mut out), None);
        assert_eq!(parse_list(b"[1,]", &mut out), None);
        assert_eq!(out.len(), 5);
        assert_eq!(parse_list(b"[null, NaN]", &mut out), Some(2));
        for text in [
            "(0.4, 0.6)",
            "[np.float64(0.4), np.float64(0.6)]",
            "(np.float32(0.4), np.float32(0.6))",
            "[0.4\n 0.6]",
            "[[0.4 0.6]]",
            "tensor([0.4, 0.6])",
            "tensor([[0.4, 0.6]], device='cuda:0', grad_fn=<SoftmaxBackward0>)",
            "[tensor(0.4), tensor(0.6)]",
            "array([0.4, 0.6], dtype=float32)",
            "{0.4,0.6}",
        ] {
            out.clear();
            assert_eq!(parse_list(text.as_bytes(), &mut out), Some(2), "{text}");
            assert_eq!(out, [0.4, 0.6], "{text}");
        }
        out.clear();
        for text in ["(12)", "(a, b)", "[0.1 ... 0.9]", "tensor(0.4)", "array of things", "[[1, 2], [3, 4]]", "{\"a\": 1, \"b\": 2}"] {
            assert_eq!(parse_list(text.as_bytes(), &mut out), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library_and_writes_the_text_back(text in "-?[0-9]{1,20}(\\.[0-9]{1,20})?|-?[0-9]{1,5}\\.[0-9]{1,4}|[0-9]{1,8}") {
            let (value, form) = parse(text.as_bytes()).expect("a number");
            prop_assert_eq!(value, text.parse::<f64>().expect("a number"));
            if form <= 15 || form == SHORTEST {
                let mut back = String::new();
                write(value, form, &mut back);
                prop_assert_eq!(back, text);
            }
        }
    }
}
