//! Moments from ISO 8601 text, with what is needed to write the same text again.

use std::fmt::Write;

/// How a moment was written: `precision * 6 + separator * 3 + zone`.
///
/// Precision 0 is a date alone, 1 to the minute, 2 to the second, 3 to 8 with one to six digits of the second's fraction;
/// separator 0 is `T`, 1 a blank; zone 0 none, 1 `Z`, 2 `+00:00`.
pub(crate) type Form = u8;

/// Another ISO form (an offset, nine digits of fraction): the text is kept.
pub(crate) const KEPT: Form = 0xF1;
/// As [`KEPT`], and the text names no zone.
pub(crate) const KEPT_ZONELESS: Form = 0xF2;

/// Microseconds of a day.
pub(crate) const DAY: i64 = 86_400_000_000;

/// Whether a moment of this form names a time but no zone.
pub(crate) fn lacks_zone(form: Form) -> bool {
    form == KEPT_ZONELESS || ((6..KEPT).contains(&form) && form.is_multiple_of(3))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; `None` where there is no such date.
///
/// Years are counted from March, so that the leap day is the last of its year; the 153-day rhythm of five months gives the day.
pub(crate) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if day < 1 || day > length {
        return None;
    }
    let from_march = (month + 9) % 12;
    let year = year - i64::from(month <= 2);
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    Some(year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468)
}

/// The date of a day counted from 1970-01-01: year, month, day.
pub(crate) fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[inline]
fn two(bytes: &[u8], at: usize) -> Option<i64> {
    let tens = bytes.get(at)?.wrapping_sub(b'0');
    let ones = bytes.get(at + 1)?.wrapping_sub(b'0');
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// The day of `YYYY-MM-DD`.
#[inline]
pub(crate) fn parse_date(bytes: &[u8; 10]) -> Option<i64> {
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    days(two(bytes, 0)? * 100 + two(bytes, 2)?, two(bytes, 5)?, two(bytes, 8)?)
}

/// Reads ISO 8601 moments; remembers the last date, since neighbouring rows share theirs.
#[derive(Debug, Clone, Default)]
pub(crate) struct IsoParser {
    last: [u8; 10],
    last_day: i64,
}

impl IsoParser {
    /// A moment in microseconds since 1970 (UTC where it names no zone) and its form.
    #[inline]
    pub(crate) fn parse(&mut self, cell: &[u8]) -> Option<(i64, Form)> {
        let (head, rest) = cell.split_first_chunk::<10>()?;
        if *head != self.last {
            self.last_day = parse_date(head)?;
            self.last = *head;
        }
        let midnight = self.last_day * DAY;
        let Some((separator, time)) = rest.split_first() else {
            return Some((midnight, 0));
        };
        let separator = match separator {
            b'T' => 0,
            b' ' => 1,
            _ => return None,
        };
        let (micros, form) = parse_time(time)?;
        Some((midnight + micros, if form >= KEPT { form } else { form + separator * 3 }))
    }
}

/// `HH:MM[:SS[.fraction]][zone]`: microseconds after midnight UTC, and the form without its separator.
#[inline]
fn parse_time(time: &[u8]) -> Option<(i64, Form)> {
    let (hour, minute) = (two(time, 0)?, two(time, 3)?);
    if time.get(2) != Some(&b':') || hour > 23 || minute > 59 {
        return None;
    }
    let mut micros = (hour * 60 + minute) * 60_000_000;
    let mut rest = time.get(5..)?;
    let mut precision: Form = 1;
    if rest.first() == Some(&b':') {
        let second = two(rest, 1)?;
        // A leap second counts as the first of the next minute.
        if second > 60 {
            return None;
        }
        micros += second * 1_000_000;
        precision = if second == 60 { KEPT } else { 2 };
        rest = rest.get(3..)?;
        if matches!(rest.first(), Some(b'.' | b',')) {
            let comma = rest.first() == Some(&b',');
            let digits = rest.iter().skip(1).take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            let mut fraction = 0i64;
            for place in 0..6 {
                let digit = if place < digits { rest.get(1 + place).map_or(0, |b| i64::from(b - b'0')) } else { 0 };
                fraction = fraction * 10 + digit;
            }
            micros += fraction;
            precision = if comma || digits > 6 || precision == KEPT { KEPT } else { 2 + digits as Form };
            rest = rest.get(1 + digits..)?;
        }
    }
    match rest {
        [] if precision == KEPT => Some((micros, KEPT_ZONELESS)),
        [] => Some((micros, precision * 6)),
        b"Z" if precision != KEPT => Some((micros, precision * 6 + 1)),
        b"+00:00" if precision != KEPT => Some((micros, precision * 6 + 2)),
        _ => Some((micros - parse_offset(rest)? * 60_000_000, KEPT)),
    }
}

/// Abbreviations of zones, with their offsets in minutes. Those that stand for several zones are not among them.
const ZONES: [(&str, i64); 44] = [
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("EST", -300),
    ("EDT", -240),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("NST", -210),
    ("NDT", -150),
    ("BRT", -180),
    ("ART", -180),
    ("SAST", 120),
    ("CAT", 120),
    ("WAT", 60),
    ("EAT", 180),
    ("PKT", 300),
    ("NPT", 345),
    ("WIB", 420),
    ("HKT", 480),
    ("SGT", 480),
    ("PHT", 480),
    ("AWST", 480),
    ("ACST", 570),
];

/// `Z`, `UTC`, `CET`, `+02`, `+0200`, `+02:00`, `UTC+2`, each perhaps with a name behind it (`+01:00[Europe/Berlin]`, `+0000 UTC`), in
/// minutes.
pub(crate) fn parse_offset(zone: &[u8]) -> Option<i64> {
    let zone = zone.trim_ascii();
    let bare = zone.split(|b| matches!(b, b'[' | b' ' | b'(')).next().unwrap_or_default();
    let (bare, named) = (if bare.is_empty() { zone } else { bare }, bare.len() < zone.len());
    if let Some(&(_, minutes)) = ZONES.iter().find(|(name, _)| bare.eq_ignore_ascii_case(name.as_bytes())) {
        // `Z[UTC]` is how Java writes it; `UTC and more` is no zone.
        return (!named || zone.get(bare.len()) == Some(&b'[')).then_some(minutes);
    }
    let bare = bare.strip_prefix(b"UTC").or_else(|| bare.strip_prefix(b"GMT")).unwrap_or(bare);
    let (sign, rest) = bare.split_first()?;
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        1 => (i64::from(rest.first()?.wrapping_sub(b'0')), 0),
        2 => (two(rest, 0)?, 0),
        4 => (two(rest, 0)?, two(rest, 2)?),
        5 if rest.get(2) == Some(&b':') => (two(rest, 0)?, two(rest, 3)?),
        _ => return None,
    };
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// Writes a moment as it stood in the file. Forms whose text is kept elsewhere are written to the microsecond.
pub(crate) fn write(micros: i64, form: Form, out: &mut String) {
    let form = if form >= KEPT { 8 * 6 + 1 } else { form };
    let (year, month, day) = date(micros.div_euclid(DAY));
    let of_day = micros.rem_euclid(DAY);
    let (precision, separator, zone) = (form / 6, form % 6 / 3, form % 3);
    let seconds = of_day / 1_000_000;
    let mut done = write!(out, "{year:04}-{month:02}-{day:02}");
    if precision >= 1 {
        let separator = if separator == 0 { 'T' } else { ' ' };
        done = done.and(write!(out, "{separator}{:02}:{:02}", seconds / 3600, seconds / 60 % 60));
    }
    if precision >= 2 {
        done = done.and(write!(out, ":{:02}", seconds % 60));
    }
    if precision >= 3 {
        let fraction = format!("{:06}", of_day % 1_000_000);
        done = done.and(write!(out, ".{}", fraction.get(..precision as usize - 2).unwrap_or(&fraction)));
    }
    done = done.and(out.write_str(["", "Z", "+00:00"].get(zone as usize).unwrap_or(&"")));
    debug_assert!(done.is_ok(), "writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<(i64, Form)> {
        IsoParser::default().parse(text.as_bytes())
    }

    // Reference values: Python's datetime.timestamp().
    #[test]
    fn moments_of_known_seconds() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2007-05-23 00:00:00", 1_179_878_400),
            ("2024-02-29T12:34:56Z", 1_709_210_096),
            ("2024-02-29T12:34", 1_709_210_040),
            ("1969-12-31 23:59:59", -1),
            ("2024-01-01T00:00:00+02:00", 1_704_060_000),
            ("2024-01-01 00:00:00-0530", 1_704_087_000),
            ("1900-03-01", -2_203_891_200),
        ] {
            assert_eq!(parse(text).map(|(m, _)| m), Some(seconds * 1_000_000), "{text}");
        }
        assert_eq!(parse("1970-01-01T00:00:00.25").map(|(m, _)| m), Some(250_000));
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-01-32",
            "24-01-01",
            "2024/01/01",
            "2024-01-01T25:00",
            "2024-01-01x",
            "2024-01-01T10",
            "2024-01-01T10:00:00+xx",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn canonical_forms_are_written_back() {
        for text in [
            "2024-02-29",
            "2024-02-29T01:02",
            "2024-02-29 01:02:03",
            "2024-02-29T01:02:03.5Z",
            "1960-02-29 01:02:03.123456+00:00",
            "2024-02-29T01:02:03.120",
        ] {
            let (micros, form) = parse(text).expect("a moment");
            assert!(form < KEPT, "{text}");
            let mut back = String::new();
            write(micros, form, &mut back);
            assert_eq!(back, text);
        }
        assert_eq!(parse("2024-01-01T00:00:00.123456789").map(|p| p.1), Some(KEPT_ZONELESS));
    }

    #[test]
    fn every_day_of_five_centuries_goes_there_and_back() {
        for day in -100_000..100_000 {
            let (y, m, d) = date(day);
            assert_eq!(days(y, m, d), Some(day));
        }
    }

    #[test]
    fn zones() {
        for (text, lacks) in
            [("2024-01-01", false), ("2024-01-01 10:00", true), ("2024-01-01T10:00:00Z", false), ("2024-01-01T10:00:00.5", true)]
        {
            assert_eq!(lacks_zone(parse(text).expect("a moment").1), lacks, "{text}");
        }
    }
}
