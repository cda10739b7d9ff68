//! How people write "no value".

use super::super::MissingCells;

/// How a key that a JSON record does not have is written down.
pub(crate) const NO_KEY: &[u8] = b"(no key)";

/// A key that a JSON record does not have, while its column is read: no text of a file looks so.
pub(crate) const ABSENT_KEY: &[u8] = b"\0(no key)";

/// A null of a typed format, while its column is read: no text of a file looks so.
pub(crate) const NULL: &[u8] = b"\0null";

/// What is no number in a typed format, while its column is read.
pub(crate) const NOT_A_NUMBER: &[u8] = b"\0NaN";

/// What marks [`ABSENT_KEY`] and [`NULL`].
const MARK: char = '\0';

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
        return cell == b"0000-00-00 00:00:00";
    }
    let cell = trimmed(cell);
    match cell.len() {
        0 => true,
        1 => cell == b"?" || cell == b"-",
        2 => cell.eq_ignore_ascii_case(b"na"),
        3 => [b"n/a", b"nan", b"nat"].iter().any(|s| cell.eq_ignore_ascii_case(*s)),
        4 => [b"null", b"none", b"#n/a", b"<na>", NOT_A_NUMBER].iter().any(|s| cell.eq_ignore_ascii_case(s)),
        5 => cell == NULL,
        9 => cell == ABSENT_KEY,
        10 => cell == b"0000-00-00",
        _ => false,
    }
}

/// Whether a cell has no value in a format that has nulls, where words such as `none` are values: blank, null, absent.
#[inline]
pub(crate) fn is_absent(cell: &[u8]) -> bool {
    cell.trim_ascii().is_empty() || cell == NULL || cell == ABSENT_KEY || cell == NOT_A_NUMBER
}

/// A spelling that no person uses for a value: programs write it where there is none.
pub(crate) fn is_written_by_programs(spelling: &str) -> bool {
    spelling.starts_with("0000-00-00")
        || ["", "nan", "nat", "null", "#n/a", "<na>", "?", "-"].contains(&spelling.to_lowercase().as_str())
        || spelling.starts_with(MARK)
}

/// A spelling that is nobody's class: programs write it where a number or a date is missing.
pub(crate) fn is_nothing(spelling: &str) -> bool {
    ["", "nan", "nat", "#n/a", "<na>"].contains(&spelling.to_lowercase().as_str())
        || spelling.starts_with(MARK)
        || spelling.starts_with("0000-00")
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

    /// Adds cells, in ascending rows of their own.
    pub(crate) fn add(&mut self, cells: &[(u32, Vec<u8>)]) {
        if cells.is_empty() {
            return;
        }
        let before = std::mem::take(self);
        let mut added = cells.iter().peekable();
        for (i, &row) in before.rows.iter().enumerate() {
            while let Some((at, text)) = added.next_if(|(at, _)| *at < row) {
                self.note(*at, text);
            }
            self.note(row, before.spelling(i).as_bytes());
        }
        added.for_each(|(at, text)| self.note(*at, text));
    }

    /// Writes nulls and absent keys as they are shown.
    pub(crate) fn unmark(&mut self) {
        if !self.spellings.iter().any(|s| s.starts_with(MARK)) {
            return;
        }
        let shown: Vec<String> = self.spellings.iter().map(|s| s.trim_start_matches(MARK).to_owned()).collect();
        let mut plain = Self { rows: std::mem::take(&mut self.rows), ..Self::default() };
        let mut codes = Vec::new();
        for (spelling, count) in shown.iter().zip(&self.counts) {
            let at = plain.spellings.iter().position(|s| s == spelling).unwrap_or_else(|| {
                plain.spellings.push(spelling.clone());
                plain.counts.push(0);
                plain.spellings.len() - 1
            });
            if let Some(sum) = plain.counts.get_mut(at) {
                *sum += count;
            }
            codes.push(at as u8);
        }
        plain.codes = self.codes.iter().map(|&code| codes.get(usize::from(code)).copied().unwrap_or(0)).collect();
        *self = plain;
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
    fn nulls_are_told_from_words_and_shown_alike() {
        let mut cells = MissingCells::default();
        for (row, cell) in [NULL, b"null".as_slice(), ABSENT_KEY, NULL].into_iter().enumerate() {
            assert!(is_missing(cell));
            cells.note(row as u32, cell);
        }
        assert!(is_absent(NULL) && is_absent(b" ") && !is_absent(b"null") && !is_absent(b"none"));
        cells.add(&[(7, b".".to_vec())]);
        cells.unmark();
        assert_eq!(cells.spellings, ["null", "(no key)", "."]);
        assert_eq!((cells.counts.as_slice(), cells.codes.as_slice()), ([3, 1, 1].as_slice(), [0, 0, 1, 0, 2].as_slice()));
    }

    #[test]
    fn in_texts_words_stay_words() {
        assert!(!is_missing_text(b"None") && !is_missing_text(b"-") && !is_missing_text(b"?"));
        assert!(is_missing_text(b"") && is_missing_text(b"null") && is_missing_text(b"N/A"));
    }
}
