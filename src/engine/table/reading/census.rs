//! What the cells of a column could be, counted over all of them.

use super::builder::{ColumnBuilder, Store, tokens};
use std::collections::BTreeMap;

use super::locale::{CommaReading, NumericDate};
use super::missing::is_missing;
use super::moment::IsoParser;
use super::zones::Named;
use super::{number, odd, quantity, written};

/// How many cells read as what.
#[derive(Debug, Clone, Default)]
pub(crate) struct Census {
    /// Cells with a value.
    pub(crate) present: u64,
    /// Distinct values; a lower bound for columns of plain text.
    pub(crate) distinct: u64,
    /// Tokens of all values.
    pub(crate) tokens: u64,
    pub(crate) numbers: u64,
    /// Numbers that look like codes: padded with zeros, or too wide.
    pub(crate) codes: u64,
    /// Numbers that are no integers.
    pub(crate) fractions: u64,
    /// Cells with a comma that are numbers in one reading of the comma.
    pub(crate) commas: u64,
    /// Numbers where the comma is the decimal mark.
    pub(crate) decimal_comma: u64,
    /// Numbers where the comma separates thousands.
    pub(crate) thousands_comma: u64,
    /// Numbers in which points separate thousands beyond doubt (`1.234.567`), and their digits, where all have as many.
    pub(crate) point_groups: u64,
    pub(crate) point_digits: Option<usize>,
    pub(crate) booleans: u64,
    pub(crate) moments: u64,
    /// Months (`2024-01`): dates only where the column's name says so.
    pub(crate) months: u64,
    /// Dates in numbers: of either order, day first, month first, year first.
    pub(crate) numeric_dates: u64,
    pub(crate) day_first: u64,
    pub(crate) month_first: u64,
    /// Dates of three numbers of two digits; a bit for every first number among them, and for every last.
    pub(crate) short_dates: u64,
    pub(crate) firsts: u128,
    pub(crate) lasts: u128,
    pub(crate) lists: u64,
    /// A cell with a comma, and a date in numbers whose readings differ, to show.
    pub(crate) comma_example: Option<String>,
    pub(crate) date_example: Option<String>,
    /// Cells that programs write where there is no number; not among `present`.
    pub(crate) odd: u64,
    /// Numbers with something around them, by their unit; the empty one for a mere sign, bracket or grouping.
    pub(crate) quantities: BTreeMap<String, Quantities>,
}

/// Numbers with one unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quantities {
    pub(crate) count: u64,
    /// Those that are numbers with a point, and with a comma in either reading.
    pub(crate) point: u64,
    pub(crate) commas: u64,
    pub(crate) decimal_comma: u64,
    pub(crate) thousands_comma: u64,
    /// Those in which points separate thousands beyond doubt.
    pub(crate) point_groups: u64,
    /// Digits of numbers in blank-parted groups, where all have as many: phone numbers.
    pub(crate) blank_digits: Option<usize>,
    pub(crate) blanks: u64,
    pub(crate) example: String,
    pub(crate) comma_example: Option<String>,
}

/// Whether a cell is one of the words for truth.
pub(crate) fn boolean(cell: &[u8]) -> Option<bool> {
    let is = |word: &[u8]| cell.eq_ignore_ascii_case(word);
    match cell.len() {
        2 if is(b"no") => Some(false),
        3 if is(b"yes") => Some(true),
        4 if is(b"true") => Some(true),
        5 if is(b"false") => Some(false),
        _ => None,
    }
}

impl Census {
    /// Says whether dates such as 24-01-31 begin with their year: the last numbers are days, and the first are too large or too few for days.
    pub(crate) fn has_short_years_first(&self) -> bool {
        let days = (1u128 << 32) - 2;
        let many = self.lasts.count_ones();
        self.short_dates > 0
            && self.short_dates == self.numeric_dates
            && self.lasts & !days == 0
            && (self.firsts & !days != 0 || (many >= 8 && self.firsts.count_ones() * 3 <= many))
    }

    /// Says whether points separate thousands in some numbers. Nine digits and more that are as many in every cell are phone numbers or addresses.
    pub(crate) fn has_point_groups(&self) -> bool {
        self.point_groups > 0 && !(self.point_groups == self.present && self.point_digits.is_some_and(|digits| digits >= 9))
    }

    /// Counts a column of texts.
    pub(crate) fn take(builder: &ColumnBuilder) -> Self {
        let mut census = Self::default();
        let mut parser = IsoParser::default();
        let mut scratch = Vec::new();
        match &builder.store {
            Store::Dictionary(dictionary) => {
                for (text, count) in dictionary.texts().zip(dictionary.counts()) {
                    census.count(text, count, &mut parser, &mut scratch);
                }
            }
            _ => builder.for_each_text(|text| census.count(text, 1, &mut parser, &mut scratch)),
        }
        census
    }

    fn count(&mut self, text: &[u8], count: u64, parser: &mut IsoParser, scratch: &mut Vec<f64>) {
        if count == 0 || is_missing(text) {
            return;
        }
        if odd::is_odd(text) {
            self.odd += count;
            return;
        }
        self.present += count;
        self.distinct += 1;
        self.tokens += tokens(text) as u64 * count;
        let Some(first) = text.trim_ascii().first().copied() else { return };
        if number::may_be_list(text) {
            scratch.clear();
            if number::parse_list(text, scratch).is_some_and(|length| length > 0) {
                self.lists += count;
                // `(1,234.50)` reads like two numbers, and is a minus.
                if first == b'(' {
                    self.count_quantity(text, count);
                }
                return;
            }
        }
        // A zone that is named by its region or letters is no part of the date's form.
        let named = Named::parse(text);
        let text = named.as_ref().map_or(text, |named| named.local.as_bytes());
        if first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.' | b',') {
            self.count_numeric(text, count, parser);
        } else if boolean(text.trim_ascii()).is_some() {
            self.booleans += count;
        } else if written::parse(text).is_some() {
            self.moments += count;
        } else {
            self.count_quantity(text, count);
        }
    }

    fn count_quantity(&mut self, text: &[u8], count: u64) {
        let Some(found) = quantity::parse(text) else { return };
        let reading = CommaReading::of(found.core.as_bytes());
        let seen = self.quantities.entry(found.unit).or_default();
        let shown = || String::from_utf8_lossy(text).trim().to_owned();
        if seen.count == 0 {
            seen.example = shown();
            seen.blank_digits = Some(found.blank_digits).filter(|&d| d > 0);
        }
        seen.count += count;
        seen.point += count * u64::from(number::parse(found.core.as_bytes()).is_some());
        seen.decimal_comma += count * u64::from(reading.decimal);
        seen.thousands_comma += count * u64::from(reading.thousands);
        seen.point_groups += count * u64::from(reading.has_point_groups());
        seen.blanks += count * u64::from(found.blank_digits > 0);
        if seen.blank_digits != Some(found.blank_digits) {
            seen.blank_digits = None;
        }
        if reading.has_comma {
            seen.commas += count;
            seen.comma_example.get_or_insert_with(shown);
        }
    }

    fn count_numeric(&mut self, text: &[u8], count: u64, parser: &mut IsoParser) {
        let reading = CommaReading::of(text);
        self.decimal_comma += count * u64::from(reading.decimal);
        self.thousands_comma += count * u64::from(reading.thousands);
        if reading.has_point_groups() {
            let digits = Some(text.iter().filter(|b| b.is_ascii_digit()).count());
            self.point_digits = if self.point_groups == 0 || self.point_digits == digits { digits } else { None };
            self.point_groups += count;
        }
        if reading.has_comma && (reading.decimal || reading.thousands) {
            self.commas += count;
            self.comma_example.get_or_insert_with(|| String::from_utf8_lossy(text).into_owned());
        }
        if let Some((_, form)) = number::parse(text) {
            self.numbers += count;
            if form == number::PADDED || form == number::WIDE {
                self.codes += count;
            }
            if form != 0 && text.iter().any(|b| matches!(b, b'.' | b'e' | b'E')) {
                self.fractions += count;
            }
        } else if parser.parse(text).is_some() {
            self.moments += count;
        } else if let Some(date) = NumericDate::parse(text) {
            let (day_first, month_first) = (date.iso(true).is_some(), date.iso(false).is_some());
            self.numeric_dates +=
                count * u64::from(day_first || month_first || date.short.is_some_and(|(first, last)| first > 31 && last <= 31));
            self.day_first += count * u64::from(day_first);
            self.month_first += count * u64::from(month_first);
            if let Some((first, last)) = date.short {
                self.short_dates += count;
                self.firsts |= 1 << first.clamp(0, 127);
                self.lasts |= 1 << last.clamp(0, 127);
            }
            if date.is_open() {
                self.date_example.get_or_insert_with(|| String::from_utf8_lossy(text).into_owned());
            }
        } else if written::parse(text).is_some() {
            self.moments += count;
        } else if !(reading.decimal || reading.thousands) {
            self.months += count * u64::from(text.len() != 4 && written::parse_period(text).is_some());
            self.count_quantity(text, count);
        } else if reading.decimal && !reading.thousands {
            self.months += count * u64::from(written::parse_period(text).is_some());
        }
    }
}
