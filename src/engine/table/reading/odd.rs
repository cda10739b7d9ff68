//! Cells in columns of numbers that programs write where there is no number.

/// What such a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Odd {
    /// An infinity of either sign: no statistic can hold it, so it counts as missing.
    Infinite,
    /// No value: SAS's point, Excel's errors, dashes, the C library's `1.#QNAN`.
    Missing,
}

/// The meaning of a cell that is no number; `None` where it is a number, a word or a plain spelling of a missing value.
pub(crate) fn parse(cell: &[u8]) -> Option<Odd> {
    let cell = cell.trim_ascii();
    if cell.is_empty() || cell.len() > 24 {
        return None;
    }
    let unsigned = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
    let unsigned = unsigned.strip_prefix("−".as_bytes()).unwrap_or(unsigned);
    let is = |text: &[u8], words: &[&str]| words.iter().any(|w| text.eq_ignore_ascii_case(w.as_bytes()));
    if is(unsigned, &["inf", "infinity", "1.#inf", "1.#infinity", "∞", "inf.", ".inf"]) || overflows(unsigned) {
        return Some(Odd::Infinite);
    }
    let dashes = cell.len() > 1 && cell.iter().all(|b| *b == b'-');
    let points = cell.len() <= 3 && cell.iter().all(|b| *b == b'.');
    let sheet_error = cell.first() == Some(&b'#')
        && cell.len() > 2
        && cell.iter().skip(1).all(|b| b.is_ascii_uppercase() || matches!(b, b'/' | b'!' | b'?' | b'0' | b' ' | b'_' | b'#'));
    let words = [
        "n.a.",
        "n.a",
        "n/a.",
        "n.d.",
        "n/d",
        "n.v.",
        "k.a.",
        "–",
        "—",
        "1.#qnan",
        "1.#ind",
        "1.#snan",
        "nan.",
        "nil",
        "nan(ind)",
        "na()",
        "*",
        "**",
        "***",
        "<null>",
        "(null)",
        "[null]",
        "\\n",
        "n/av",
        "n.m.",
        "…",
        ":",
        "unknown",
        "missing",
        "not available",
        "no data",
        "not reported",
        "undefined",
        "unbekannt",
        "keine angabe",
        "inconnu",
        "desconocido",
    ];
    (dashes || points || sheet_error || is(unsigned, &words) || is(cell, &words)).then_some(Odd::Missing)
}

/// Whether a cell is one of these.
pub(crate) fn is_odd(cell: &[u8]) -> bool {
    parse(cell).is_some()
}

/// A decimal number beyond what an `f64` holds (`1e999`).
fn overflows(unsigned: &[u8]) -> bool {
    let digits = unsigned.first().is_some_and(u8::is_ascii_digit);
    digits
        && unsigned.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
        && std::str::from_utf8(unsigned).ok().and_then(|t| t.parse::<f64>().ok()).is_some_and(f64::is_infinite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinities_and_no_values() {
        for cell in ["inf", "-inf", "Infinity", "+INF", "1.#INF", "-1.#INF", "∞", "-∞", "1e999", "-1e999"] {
            assert_eq!(parse(cell.as_bytes()), Some(Odd::Infinite), "{cell}");
        }
        for cell in [".", "N.A.", "n.a.", "--", "---", "#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#NAME?", "1.#QNAN", "-1.#IND", "—"] {
            assert_eq!(parse(cell.as_bytes()), Some(Odd::Missing), "{cell}");
        }
        for cell in ["", "12", "abc", "-", "informal", "1e9", "#", "# rooms", "A12", "n.a. sorry", "unknown quantity"] {
            assert_eq!(parse(cell.as_bytes()), None, "{cell}");
        }
    }
}
