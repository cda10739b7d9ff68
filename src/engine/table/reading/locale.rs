//! Numbers and dates whose reading depends on where they were written.

use super::moment;

/// How a number with commas can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CommaReading {
    pub(crate) has_comma: bool,
    /// A number where the comma is the decimal mark (and points, if any, separate thousands).
    pub(crate) decimal: bool,
    /// A number where commas, if any, separate thousands.
    pub(crate) thousands: bool,
}

impl CommaReading {
    /// The readings of a cell.
    pub(crate) fn of(cell: &[u8]) -> Self {
        let cell = cell.trim_ascii();
        let unsigned = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
        if unsigned.len() > 40
            || !unsigned.iter().any(u8::is_ascii_digit)
            || !unsigned.iter().all(|b| b.is_ascii_digit() || matches!(b, b',' | b'.'))
        {
            return Self::default();
        }
        Self { has_comma: unsigned.contains(&b','), decimal: grouped(unsigned, b'.', b','), thousands: grouped(unsigned, b',', b'.') }
    }
}

/// Digits in groups of three by `separator`, or in one group, then perhaps `mark` and more digits.
fn grouped(digits: &[u8], separator: u8, mark: u8) -> bool {
    let mut halves = digits.splitn(2, |&b| b == mark);
    let whole = halves.next().unwrap_or_default();
    let fraction = halves.next();
    if fraction.is_some_and(|f| f.is_empty() || !f.iter().all(u8::is_ascii_digit)) {
        return false;
    }
    let mut groups = whole.split(|&b| b == separator);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&[u8]> = groups.collect();
    rest.iter().all(|g| g.len() == 3)
        && if rest.is_empty() { !first.is_empty() || fraction.is_some() } else { (1..=3).contains(&first.len()) && first != b"0" }
}

/// The cell with a point as decimal mark and nothing between thousands.
pub(crate) fn with_point(cell: &[u8], decimal_comma: bool, out: &mut Vec<u8>) {
    out.clear();
    let (separator, mark) = if decimal_comma { (b'.', b',') } else { (b',', b'.') };
    out.extend(cell.trim_ascii().iter().filter(|&&b| b != separator).map(|&b| if b == mark { b'.' } else { b }));
}

/// A date in numbers, with what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NumericDate {
    first: i64,
    second: i64,
    year: i64,
    /// The year stands first, so the month is second.
    year_first: bool,
    /// Separated by points, which only those write who write the day first.
    pub(crate) points: bool,
    seconds: Option<i64>,
}

impl NumericDate {
    /// `03/04/2024`, `3.4.2024`, `03-04-2024`, `2024/04/03`, each perhaps with ` 17:30`, ` 17:30:00`, ` 5:30 PM`.
    pub(crate) fn parse(cell: &[u8]) -> Option<Self> {
        let cell = cell.trim_ascii();
        let (a, separator, rest) = leading_number(cell)?;
        if !matches!(separator, b'/' | b'.' | b'-') {
            return None;
        }
        let (b, second_separator, rest) = leading_number(rest)?;
        if second_separator != separator {
            return None;
        }
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (last, tail) = rest.split_at_checked(digits)?;
        let c = small_number(last)?;
        let (first, second, year, year_first) = match (cell.iter().take_while(|b| b.is_ascii_digit()).count(), digits) {
            (1 | 2, 4) => (a, b, c, false),
            (4, 1 | 2) if separator != b'-' => (c, b, a, true),
            _ => return None,
        };
        let seconds = if tail.is_empty() { None } else { Some(time_of_day(tail)?) };
        Some(Self { first, second, year, year_first, points: separator == b'.', seconds })
    }

    /// The moment in microseconds and its form, with the day first or the month first; `None` where there is no such date.
    pub(crate) fn iso(self, day_first: bool) -> Option<(i64, moment::Form)> {
        let (day, month) = if self.year_first || day_first { (self.first, self.second) } else { (self.second, self.first) };
        let midnight = moment::days(self.year, month, day)? * moment::DAY;
        // Form 12 is a time to the second without a zone, form 0 a date alone.
        Some((midnight + self.seconds.unwrap_or(0) * 1_000_000, if self.seconds.is_some() { 12 } else { 0 }))
    }
}

/// A number of at most four digits, the byte behind it, and what follows that.
fn leading_number(text: &[u8]) -> Option<(i64, u8, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(digits)?;
    let (separator, rest) = rest.split_first()?;
    Some((small_number(number)?, *separator, rest))
}

fn small_number(digits: &[u8]) -> Option<i64> {
    ((1..=4).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit))
        .then(|| digits.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
}

fn time_of_day(tail: &[u8]) -> Option<i64> {
    let tail = tail.strip_prefix(b" ").or_else(|| tail.strip_prefix(b"T"))?.trim_ascii();
    let upper = tail.to_ascii_uppercase();
    let (clock, afternoon) = match (upper.strip_suffix(b"PM"), upper.strip_suffix(b"AM")) {
        (Some(clock), _) => (clock.trim_ascii(), Some(true)),
        (_, Some(clock)) => (clock.trim_ascii(), Some(false)),
        _ => (upper.as_slice(), None),
    };
    let parts: Vec<i64> = clock.split(|&b| b == b':').map(small_number).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts.as_slice() {
        [h, m] => (*h, *m, 0),
        [h, m, s] => (*h, *m, *s),
        _ => return None,
    };
    let hour = match afternoon {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
        None => hour,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas() {
        for (cell, comma, decimal, thousands) in [
            ("1,5", true, true, false),
            ("1,234", true, true, true),
            ("1,234,567", true, false, true),
            ("1.234,5", true, true, false),
            ("1,234.5", true, false, true),
            ("12", false, true, true),
            ("1.5", false, false, true),
            ("0,123", true, true, false),
            ("-12,50", true, true, false),
            (",5", true, true, false),
            ("1,", true, false, false),
            ("a,b", false, false, false),
        ] {
            assert_eq!(CommaReading::of(cell.as_bytes()), CommaReading { has_comma: comma, decimal, thousands }, "{cell}");
        }
        let mut out = Vec::new();
        with_point(b" 1.234,5", true, &mut out);
        assert_eq!(out, b"1234.5");
        with_point(b"1,234.5", false, &mut out);
        assert_eq!(out, b"1234.5");
    }

    #[test]
    fn dates_in_numbers() {
        let day = |text: &str, day_first| {
            NumericDate::parse(text.as_bytes()).and_then(|d| d.iso(day_first)).map(|(m, _)| moment::date(m / moment::DAY))
        };
        assert_eq!(day("03/04/2024", true), Some((2024, 4, 3)));
        assert_eq!(day("03/04/2024", false), Some((2024, 3, 4)));
        assert_eq!(day("31/12/2024", false), None);
        assert_eq!(day("2024/04/03", false), Some((2024, 4, 3)));
        assert_eq!(day("3.4.2024", true), Some((2024, 4, 3)));
        assert_eq!(day("1/2", true), None);
        assert_eq!(day("192.168.0.1", true), None);
        let at = |text: &str| NumericDate::parse(text.as_bytes()).and_then(|d| d.seconds);
        assert_eq!(at("1/2/2024 5:30 PM"), Some(63_000));
        assert_eq!(at("1/2/2024 12:00:01 am"), Some(1));
        assert_eq!(at("1/2/2024 13:00"), Some(46_800));
        assert_eq!(NumericDate::parse(b"1/2/2024 25:00"), None);
    }
}
