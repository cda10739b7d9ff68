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
    /// Says whether two points or more separate thousands: in no other reading is the cell a number.
    pub(crate) fn has_point_groups(self) -> bool {
        self.decimal && !self.thousands && !self.has_comma
    }

    /// The readings of a cell.
    pub(crate) fn of(cell: &[u8]) -> Self {
        let cell = cell.trim_ascii();
        // `2,39E+04`: an exponent follows a decimal mark.
        if let Some(at) = cell.iter().position(|b| matches!(b, b'e' | b'E')).filter(|at| *at > 0) {
            let (mantissa, exponent) = cell.split_at_checked(at).unwrap_or((cell, b""));
            let digits = exponent.get(1..).map(|e| e.strip_prefix(b"-").or_else(|| e.strip_prefix(b"+")).unwrap_or(e)).unwrap_or_default();
            let plain = (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
            let reading = Self::of(mantissa);
            return if plain { Self { thousands: reading.thousands && !reading.has_comma, ..reading } } else { Self::default() };
        }
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
    // In India the groups before the last are of two digits.
    let groups_fit = match rest.split_last() {
        Some((last, middle)) => {
            last.len() == 3 && (middle.iter().all(|g| g.len() == 3) || (first.len() <= 2 && middle.iter().all(|g| g.len() == 2)))
        }
        None => true,
    };
    groups_fit && if rest.is_empty() { !first.is_empty() || fraction.is_some() } else { (1..=3).contains(&first.len()) && first != b"0" }
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
    /// Three numbers of two digits, of which the last is read as the year: the first and the last.
    pub(crate) short: Option<(i64, i64)>,
    time: Option<Clock>,
}

/// A time of day, in microseconds after midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock {
    pub(crate) micros: i64,
    zoned: bool,
}

impl Clock {
    /// The form of a moment with this time: to the second, in UTC where a zone was named.
    pub(crate) fn form(self) -> moment::Form {
        if self.zoned { 13 } else { 15 }
    }
}

impl NumericDate {
    /// `03/04/2024`, `3.4.2024`, `03-04-2024`, `03/04/24`, `2024/04/03`, each perhaps with ` 17:30`, ` 17:30:00`, ` 5:30 PM`.
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
            (4, 1 | 2) => (c, b, a, true),
            // A version reads like `1.2.24`; people who put points write both digits.
            (2, 2) if separator != b'.' || cell.get(3..5).is_some_and(|d| d.iter().all(u8::is_ascii_digit)) => {
                (a, b, super::written::century(c), false)
            }
            (1, 2) if separator == b'/' => (a, b, super::written::century(c), false),
            _ => return None,
        };
        let time = match tail.split_first() {
            None => None,
            Some((b' ' | b'T' | b',', time)) => Some(clock(time)?),
            Some(_) => return None,
        };
        let short = (digits == 2 && !year_first).then_some((a, c));
        Some(Self { first, second, year, year_first, points: separator == b'.', short, time })
    }

    /// Whether the day and the month may change places, and make another date.
    pub(crate) fn is_open(self) -> bool {
        !self.year_first && self.first != self.second && self.iso(true).is_some() && self.iso(false).is_some()
    }

    /// The moment in microseconds and its form, with the day first or the month first; `None` where there is no such date.
    pub(crate) fn iso(self, day_first: bool) -> Option<(i64, moment::Form)> {
        let (day, month) = if self.year_first || day_first { (self.first, self.second) } else { (self.second, self.first) };
        let midnight = moment::days(self.year, month, day)? * moment::DAY;
        // Form 0 is a date alone.
        Some((midnight + self.time.map_or(0, |t| t.micros), self.time.map_or(0, Clock::form)))
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

/// A time in upper case, with `AM` for `a.m.` and colons for the points of `09.15.00.000000`.
fn plain_clock(text: &[u8]) -> Vec<u8> {
    let mut upper = text.trim_ascii().to_ascii_uppercase();
    for (spelled, plain) in [(b"A.M.", b"AM"), (b"P.M.", b"PM")] {
        if let Some(at) = upper.windows(4).position(|w| w == spelled) {
            upper.splice(at..at + 4, plain.iter().copied());
        }
    }
    if !upper.contains(&b':') && upper.iter().filter(|b| **b == b'.').nth(1).is_some() {
        upper.iter_mut().filter(|b| **b == b'.').take(2).for_each(|b| *b = b':');
    }
    upper
}

/// `17:30`, `17:30:00.5`, `5:30 PM`, each perhaps with a zone (`Z`, `+02:00`, `CET`) behind it.
pub(crate) fn clock(text: &[u8]) -> Option<Clock> {
    let upper = plain_clock(text);
    let end = upper.iter().position(|b| !(b.is_ascii_digit() || matches!(b, b':' | b'.'))).unwrap_or(upper.len());
    let (digits, rest) = upper.split_at_checked(end)?;
    let rest = rest.trim_ascii();
    let (afternoon, zone) = match (rest.strip_prefix(b"PM"), rest.strip_prefix(b"AM")) {
        (Some(zone), _) => (Some(true), zone.trim_ascii()),
        (_, Some(zone)) => (Some(false), zone.trim_ascii()),
        _ => (None, rest),
    };
    let offset = if zone.is_empty() { None } else { Some(moment::parse_offset(zone)?) };
    let mut halves = digits.splitn(2, |&b| b == b'.');
    let parts: Vec<i64> = halves.next()?.split(|&b| b == b':').map(small_number).collect::<Option<_>>()?;
    let mut micros = 0;
    for place in halves.next().into_iter().flat_map(|f| f.iter().copied().chain(std::iter::repeat(b'0')).take(6)) {
        micros = micros * 10 + i64::from(place.wrapping_sub(b'0'));
    }
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
    // Midnight at the end of a day is the next day's first.
    let last = hour == 24 && minute == 0 && second == 0 && afternoon.is_none();
    let seconds = ((hour < 24 || last) && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)?;
    Some(Clock { micros: (seconds - offset.unwrap_or(0) * 60) * 1_000_000 + micros, zoned: offset.is_some() })
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
        assert_eq!(day("01/31/24", false), Some((2024, 1, 31)));
        assert_eq!(day("31.12.99", true), Some((1999, 12, 31)));
        assert_eq!(day("2024-1-5", true), Some((2024, 1, 5)));
        assert_eq!((day("1.2.24", true), day("1-2-24", true)), (None, None));
        let open = |text: &str| NumericDate::parse(text.as_bytes()).is_some_and(NumericDate::is_open);
        assert!(open("03/04/2024") && !open("01/01/2024") && !open("01/31/24") && !open("2024/01/02"));
        let at = |text: &str| NumericDate::parse(text.as_bytes()).and_then(|d| d.time).map(|t| t.micros / 1_000_000);
        assert_eq!(at("1/2/2024 5:30 PM"), Some(63_000));
        assert_eq!(at("1/2/2024 12:00:01 am"), Some(1));
        assert_eq!(at("1/2/2024 13:00"), Some(46_800));
        assert_eq!(at("1/2/2024 13:00:00.25 +01:00"), Some(43_200));
        assert_eq!(at("1/2/2024 13:00 CET"), Some(43_200));
        assert_eq!(NumericDate::parse(b"1/2/2024 25:00"), None);
    }
}
