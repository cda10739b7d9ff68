//! Moments of time as a reader sees them: in words, in UTC.

use straingauge_api::{BinSize, Calendar};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A moment by the Gregorian calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The year.
    pub year: i64,
    /// The month, from 1.
    pub month: i64,
    /// The day of the month, from 1.
    pub day: i64,
    /// Milliseconds since midnight.
    pub rest: i64,
}

/// The moment of milliseconds since 1970-01-01.
pub fn moment(ms: i64) -> Moment {
    // Years are counted from March, so that the leap day is the last of its year, in eras of 400 years that repeat.
    let days = ms.div_euclid(DAY) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    Moment { year: year + era * 400 + i64::from(month <= 2), month, day, rest: ms.rem_euclid(DAY) }
}

/// Milliseconds of the midnight at which a day of the calendar begins; months may run over the year.
pub fn midnight(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let year = year - i64::from(month <= 2);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    (year.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468) * DAY
}

/// About how long a bin is, in milliseconds; months differ.
pub const fn length(size: BinSize) -> i64 {
    match size {
        BinSize::Calendar(Calendar::Hour) => HOUR,
        BinSize::Calendar(Calendar::Day) => DAY,
        BinSize::Calendar(Calendar::Week) => 7 * DAY,
        BinSize::Calendar(Calendar::Month) => 30 * DAY,
        BinSize::Millis(ms) => ms as i64,
    }
}

/// Where the bin that begins at `start` ends.
pub fn bin_end(start: i64, size: BinSize) -> i64 {
    if size == BinSize::Calendar(Calendar::Month) {
        let at = moment(start);
        midnight(at.year, at.month + 1, 1)
    } else {
        start + length(size)
    }
}

fn month_name(month: i64) -> &'static str {
    MONTHS.get((month - 1).rem_euclid(12) as usize).copied().unwrap_or_default()
}

/// The first three letters of a month: `Aug`.
pub fn month_short(month: i64) -> &'static str {
    month_name(month).get(..3).unwrap_or_default()
}

/// `18 Aug`.
pub fn day_short(ms: i64) -> String {
    let at = moment(ms);
    format!("{} {}", at.day, month_short(at.month))
}

/// `06:30`.
pub fn clock(ms: i64) -> String {
    let rest = ms.rem_euclid(DAY);
    format!("{:02}:{:02}", rest / HOUR, rest % HOUR / 60_000)
}

/// `18 August 2026`; within a day `18 August 2026, 06:30`.
pub fn instant(ms: i64) -> String {
    let at = moment(ms);
    let day = format!("{} {} {}", at.day, month_name(at.month), at.year);
    if at.rest == 0 { day } else { format!("{day}, {}", clock(ms)) }
}

/// A stretch of time, the end exclusive: `18 August 2026`, `17 to 23 August 2026`, `August 2026`, `18 August 2026, 06:00 to 07:00`.
pub fn span(start: i64, end: i64) -> String {
    let (from, to) = (moment(start), moment((end - 1).max(start)));
    let date = |at: Moment| format!("{} {} {}", at.day, month_name(at.month), at.year);
    let next = moment(end);
    if from.rest != 0 || next.rest != 0 {
        let until = if (to.year, to.month, to.day) == (from.year, from.month, from.day) {
            // The day's last bin ends with the day.
            clock(end)
        } else {
            format!("{}, {}", date(next), clock(end))
        };
        return format!("{}, {} to {until}", date(from), clock(start));
    }
    if from.day == 1 && next.day == 1 && midnight(from.year, from.month + 1, 1) == end {
        return format!("{} {}", month_name(from.month), from.year);
    }
    if end - start <= DAY {
        date(from)
    } else if (from.year, from.month) == (to.year, to.month) {
        format!("{} to {}", from.day, date(to))
    } else if from.year == to.year {
        format!("{} {} to {}", from.day, month_name(from.month), date(to))
    } else {
        format!("{} to {}", date(from), date(to))
    }
}

/// The same for where there is little room: `18 – 24 Aug`, `30 Aug – 2 Sep`, `18 Aug 06:00`.
pub fn span_short(start: i64, end: i64) -> String {
    let (from, to) = (moment(start), moment((end - 1).max(start)));
    if from.rest != 0 || moment(end).rest != 0 {
        return format!("{} {}", day_short(start), clock(start));
    }
    if end - start <= DAY {
        day_short(start)
    } else if from.month == to.month && from.year == to.year {
        format!("{} – {}", from.day, day_short(end - 1))
    } else {
        format!("{} – {}", day_short(start), day_short(end - 1))
    }
}

/// Moments between two others that divide the time into about `n` parts: hours, days, weeks from Monday, months or years, each with
/// its words. `step` is the length of what stands on the axis; no tick is finer.
pub fn ticks(from: i64, to: i64, n: usize, step: i64) -> Vec<(i64, String)> {
    let most = n.max(1) as i64;
    let fits = |length: i64| (to - from) / length <= most;
    let week = 7 * DAY;
    // 1970-01-01 was a Thursday: weeks that begin on Monday are four days off.
    let even = [(HOUR, 0), (3 * HOUR, 0), (6 * HOUR, 0), (12 * HOUR, 0), (DAY, 0), (2 * DAY, 0), (week, 4 * DAY), (2 * week, 4 * DAY)];
    if let Some((length, offset)) = even.into_iter().find(|(length, _)| *length >= step.min(week) && fits(*length)) {
        let first = (from - offset + length - 1).div_euclid(length) * length + offset;
        let words = |at: i64| if at.rem_euclid(DAY) == 0 { day_short(at) } else { clock(at) };
        return (0..=(to - first).div_euclid(length)).map(|i| first + i * length).map(|at| (at, words(at))).collect();
    }
    let months = [1, 3, 6, 12, 24, 60, 120].into_iter().find(|m| fits(m * 30 * DAY)).unwrap_or(240);
    let first = moment(from);
    let start = (first.year * 12).div_euclid(months) * months;
    (0..)
        .map(|i| start + i * months)
        .map(|at| (midnight(at.div_euclid(12), at.rem_euclid(12) + 1, 1), at))
        .skip_while(|(ms, _)| *ms < from)
        .take_while(|(ms, _)| *ms <= to)
        .map(|(ms, at)| {
            let (year, month) = (at.div_euclid(12), at.rem_euclid(12) + 1);
            let words = match month {
                1 => year.to_string(),
                _ => month_short(month).to_owned(),
            };
            (ms, words)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUGUST: i64 = 1_785_542_400_000; // date -u -d 2026-08-01 +%s

    #[test]
    fn days_and_moments_are_each_others_inverse() {
        assert_eq!(midnight(2026, 8, 1), AUGUST);
        assert_eq!(midnight(1970, 1, 1), 0);
        assert_eq!(midnight(2025, 20, 1), AUGUST);
        for day in (-800_000..800_000).step_by(97) {
            let at = moment(day * DAY + 5);
            assert_eq!((midnight(at.year, at.month, at.day), at.rest), (day * DAY, 5));
        }
        // `date -u -d @-1 +%F`, and a leap day.
        assert_eq!(moment(-1), Moment { year: 1969, month: 12, day: 31, rest: DAY - 1 });
        assert_eq!(moment(951_782_400_000), Moment { year: 2000, month: 2, day: 29, rest: 0 });
    }

    #[test]
    fn spans_in_words() {
        let day = |n: i64| AUGUST + (n - 1) * DAY;
        assert_eq!(span(day(18), day(19)), "18 August 2026");
        assert_eq!(span(day(17), day(24)), "17 to 23 August 2026");
        assert_eq!(span(day(30), day(34)), "30 August to 2 September 2026");
        assert_eq!(span(day(1), day(32)), "August 2026");
        assert_eq!(span(day(18) + 6 * HOUR, day(18) + 7 * HOUR), "18 August 2026, 06:00 to 07:00");
        assert_eq!(span(day(18) + 23 * HOUR, day(19)), "18 August 2026, 23:00 to 00:00");
        assert_eq!(span(midnight(2026, 12, 30), midnight(2027, 1, 3)), "30 December 2026 to 2 January 2027");
        assert_eq!([instant(day(18)), instant(day(18) + 6 * HOUR)], ["18 August 2026", "18 August 2026, 06:00"]);
        assert_eq!(span_short(day(18), day(25)), "18 – 24 Aug");
        assert_eq!(span_short(day(30), day(34)), "30 Aug – 2 Sep");
        assert_eq!(span_short(day(18), day(19)), "18 Aug");
    }

    #[test]
    fn ticks_are_round_by_the_calendar() {
        let day = |n: i64| AUGUST + (n - 1) * DAY;
        let words = |from, to, n, step| ticks(from, to, n, step).into_iter().map(|t| t.1).collect::<Vec<_>>();
        // 3 August 2026 is a Monday.
        assert_eq!(words(day(1), day(29), 6, DAY), ["3 Aug", "10 Aug", "17 Aug", "24 Aug"]);
        assert_eq!(words(day(1), day(2), 5, HOUR), ["1 Aug", "06:00", "12:00", "18:00", "2 Aug"]);
        assert_eq!(words(day(1), day(400), 6, DAY), ["Oct", "2027", "Apr", "Jul"]);
        assert_eq!(words(day(1), day(8), 8, DAY).len(), 8);
        assert_eq!(words(day(1), day(1), 8, DAY), ["1 Aug"]);
        assert_eq!(words(midnight(2001, 5, 1), midnight(2026, 1, 1), 6, 30 * DAY), ["2005", "2010", "2015", "2020", "2025"]);
    }
}
