//! Numbers that count time: seconds to nanoseconds since 1970, or a calendar day in eight digits.

use straingauge_api::{ErrorDetails, Problem, ProblemLevel};

use super::moment;
use super::settle::hints_at_time;
use super::written;

/// How the numbers of a column count time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeNumbers {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    /// `20240101`, perhaps with the time of day in six more digits.
    Digits,
    /// Days since the end of 1899, with the time of day as a fraction, as spreadsheets count them: `45000.25`.
    Spreadsheet,
}

/// Day numbers of spreadsheets: of 1982, of 2064, and of 1970-01-01.
const FROM_DAY: f64 = 30_000.0;
const TO_DAY: f64 = 60_000.0;
const EPOCH_DAY: f64 = 25_569.0;

/// Words in a name that speak of a day; `time` may be a span, and many spans are as large.
const DAY_WORDS: [&str; 14] =
    ["date", "datetime", "timestamp", "day", "datum", "tag", "fecha", "jour", "dato", "dt", "created", "updated", "modified", "when"];

/// Seconds since 1970 of the years 1990 and 2100: numbers between them count time where all of a column do.
const FROM: f64 = 631_152_000.0;
const TO: f64 = 4_102_444_800.0;

/// Calendar days in digits that by their number alone are no chance: one number of some fifty between 19000101 and 21001231 is one.
const TELLING_DAYS: usize = 20;

impl TimeNumbers {
    /// The reading in which all numbers (NaN aside) are moments between 1990 and 2100, or calendar days.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let present = || values.iter().copied().filter(|v| !v.is_nan());
        let first = present().next()?;
        let all = [Self::Seconds, Self::Milliseconds, Self::Microseconds, Self::Nanoseconds, Self::Digits, Self::Spreadsheet];
        let reading = all.into_iter().find(|r| r.fits(first))?;
        present().all(|v| reading.fits(v)).then_some(reading)
    }

    /// How many of its units a second has; none for digits.
    fn a_second(self) -> Option<f64> {
        match self {
            Self::Seconds => Some(1.0),
            Self::Milliseconds => Some(1e3),
            Self::Microseconds => Some(1e6),
            Self::Nanoseconds => Some(1e9),
            Self::Digits | Self::Spreadsheet => None,
        }
    }

    fn fits(self, value: f64) -> bool {
        match self.a_second() {
            Some(units) => (FROM * units..TO * units).contains(&value) && (self == Self::Seconds || value.fract() == 0.0),
            None if self == Self::Spreadsheet => (FROM_DAY..TO_DAY).contains(&value),
            None => self.millis(value).is_some(),
        }
    }

    /// Milliseconds since 1970; `None` for NaN and for digits that are no day.
    pub(crate) fn millis(self, value: f64) -> Option<i64> {
        if value.is_nan() {
            return None;
        }
        match self.a_second() {
            Some(units) => Some((value / units * 1e3).round() as i64),
            None if self == Self::Spreadsheet => Some(((value - EPOCH_DAY) * 86_400_000.0).round() as i64),
            None => (value.fract() == 0.0 && value < 1e15).then_some(value as i64).and_then(written::in_digits),
        }
    }

    /// Whether the numbers are time without somebody saying so: the column's name does, or they are many days in digits.
    pub(crate) fn speaks_for_itself(self, values: &[f64], name: &str) -> bool {
        let days = self == Self::Digits && {
            let mut days: Vec<u64> = values.iter().filter(|v| !v.is_nan()).take(10_000).map(|v| *v as u64).collect();
            days.sort_unstable();
            days.dedup();
            days.len() >= TELLING_DAYS
        };
        match self {
            Self::Spreadsheet => {
                let name = name.to_lowercase();
                name.split(|c: char| !c.is_alphanumeric()).any(|word| DAY_WORDS.contains(&word))
            }
            _ => days || self.counts_days(values) || hints_at_time(name),
        }
    }

    /// Says whether all are midnights, and many: so pandas writes days as JSON, under whatever name.
    fn counts_days(self, values: &[f64]) -> bool {
        let Some(units) = self.a_second() else { return false };
        let present = || values.iter().copied().filter(|v| !v.is_nan());
        present().all(|v| v % (units * 86_400.0) == 0.0) && present().take(TELLING_DAYS).count() == TELLING_DAYS
    }

    /// What was assumed, with an example.
    pub(crate) fn note(self, name: &str, values: &[f64]) -> Option<Problem> {
        let example = values.iter().copied().find(|v| !v.is_nan())?;
        let mut meaning = String::new();
        let whole = self == Self::Spreadsheet && values.iter().all(|v| v.is_nan() || v.fract() == 0.0);
        let form = if whole || (self == Self::Digits && example < 1e9) { 0 } else { 13 };
        moment::write(self.millis(example)? * 1_000, form, &mut meaning);
        let held = match self {
            Self::Seconds => "numbers that are read as seconds since 1970 in UTC",
            Self::Milliseconds => "numbers that are read as milliseconds since 1970 in UTC",
            Self::Microseconds => "numbers that are read as microseconds since 1970 in UTC",
            Self::Nanoseconds => "numbers that are read as nanoseconds since 1970 in UTC",
            Self::Digits => "numbers that are read as calendar days",
            Self::Spreadsheet => "numbers that are read as days as spreadsheets count them, from the end of 1899",
        };
        let mend = "Set the column's type to integer.".to_owned();
        Some(Problem {
            code: "epoch_assumed".into(),
            level: ProblemLevel::Note,
            message: format!("{name} holds {held} ({example} is {meaning}). If they are plain numbers, set the column's type to integer."),
            count: values.len() as u64,
            details: ErrorDetails { column: Some(name.to_owned()), mend: Some(mend), ..ErrorDetails::default() },
            examples: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_by_size() {
        let at = 1_704_067_200_000;
        for (value, reading) in [
            (1_704_067_200.0, TimeNumbers::Seconds),
            (1_704_067_200_000.0, TimeNumbers::Milliseconds),
            (1.704_067_2e15, TimeNumbers::Microseconds),
            (1.704_067_2e18, TimeNumbers::Nanoseconds),
            (20_240_101.0, TimeNumbers::Digits),
            (20_240_101_000_000.0, TimeNumbers::Digits),
        ] {
            assert_eq!(TimeNumbers::of(&[f64::NAN, value, value]), Some(reading), "{value}");
            assert_eq!(reading.millis(value), Some(at), "{value}");
        }
        assert_eq!(
            (TimeNumbers::of(&[1.0, 2.0]), TimeNumbers::of(&[20_240_101.0, 20_240_132.0]), TimeNumbers::of(&[])),
            (None, None, None)
        );
        let days: Vec<f64> = (1..=25).map(|d| f64::from(20_240_100 + d)).collect();
        assert!(TimeNumbers::Digits.speaks_for_itself(&days, "x") && !TimeNumbers::Digits.speaks_for_itself(&days[..5], "x"));
        assert!(TimeNumbers::Digits.speaks_for_itself(&days[..5], "date"));
    }
}
