//! How people write "no value".

use super::super::MissingCells;

/// How a key that a JSON record does not have is written down.
pub(crate) const NO_KEY: &[u8] = b"(no key)";

/// How a null of a typed format is written down.
pub(crate) const NULL: &[u8] = b"null";

/// A cell without the blanks around it.
#[inline]
pub(crate) fn trimmed(cell: &[u8]) -> &[u8] {
    cell.trim_ascii()
}

/// Whether a cell says that it has no value: blank, `NA`, `N/A`, `#N/A`, `<NA>`, `null`, `None`, `NaN`, `NaT`, `?`, `-`, in any case.
#[inline]
pub(crate) fn is_missing(cell: &[u8]) -> bool {
    // Blanks around the longest spelling would still be few; anything longer is a value, unless it is all blanks.
    if cell.len() > 12 && !cell.first().is_some_and(u8::is_ascii_whitespace) {
        return false;
    }
    let cell = trimmed(cell);
    match cell.len() {
        0 => true,
        1 => cell == b"?" || cell == b"-",
        2 => cell.eq_ignore_ascii_case(b"na"),
        3 => [b"n/a", b"nan", b"nat"].iter().any(|s| cell.eq_ignore_ascii_case(*s)),
        4 => [b"null", b"none", b"#n/a", b"<na>"].iter().any(|s| cell.eq_ignore_ascii_case(*s)),
        8 => cell == NO_KEY,
        _ => false,
    }
}

/// Whether a cell of a free text has no value. `None`, `?` and `-` may be what somebody wrote ("Any complaints?" "None"), so in a
/// column of texts they are texts.
#[inline]
pub(crate) fn is_missing_text(cell: &[u8]) -> bool {
    is_missing(cell) && {
        let cell = trimmed(cell);
        !(cell == b"?" || cell == b"-" || cell.eq_ignore_ascii_case(b"none"))
    }
}

impl MissingCells {
    /// Notes a cell without a value. Rows come in ascending order.
    pub(crate) fn note(&mut self, row: u32, cell: &[u8]) {
        let spelling = trimmed(cell);
        let known = self.spellings.iter().position(|s| s.as_bytes() == spelling);
        let code = known.unwrap_or_else(|| {
            // Two hundred spellings are more than the cases of the known ones, so the limit is never met; the last one would be shared.
            if self.spellings.len() < 255 {
                self.spellings.push(String::from_utf8_lossy(spelling).into_owned());
                self.counts.push(0);
            }
            self.spellings.len() - 1
        });
        if let Some(count) = self.counts.get_mut(code) {
            *count += 1;
        }
        self.rows.push(row);
        self.codes.push(code as u8);
    }

    /// The spelling of the `index`-th missing cell.
    pub(crate) fn spelling(&self, index: usize) -> &str {
        self.codes.get(index).and_then(|&c| self.spellings.get(c as usize)).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_known_in_any_case_and_with_blanks_around() {
        for cell in
            ["", "  ", "NA", "na", "N/A", "n/a", "null", "NULL", "None", "none", "NaN", "nan", "?", "-", " NA ", "#N/A", "<NA>", "NaT"]
        {
            assert!(is_missing(cell.as_bytes()), "{cell:?}");
        }
        for cell in ["0", "no", "nano", "--", "n.a. sorry", "nonexistent value", "N"] {
            assert!(!is_missing(cell.as_bytes()), "{cell:?}");
        }
    }

    #[test]
    fn in_texts_words_stay_words() {
        assert!(!is_missing_text(b"None") && !is_missing_text(b"-") && !is_missing_text(b"?"));
        assert!(is_missing_text(b"") && is_missing_text(b"null") && is_missing_text(b"N/A"));
    }
}
