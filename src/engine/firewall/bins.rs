//! Rows cut into bins by their timestamps.
//!
//! Timestamps are milliseconds in UTC once a file is read (an offset in the file is honoured there), so a bin is a stretch of
//! UTC. Bins without rows do not exist: a gap of a month leaves no trace but the gap.

use std::collections::BTreeMap;

use straingauge_api::{BinSize, Calendar};

use crate::table::{Dataset, Values, date, days};
use crate::{Error, Result};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The last moment that a JavaScript `Date` can show: 100 million days from 1970.
const LAST_MOMENT: i64 = 100_000_000 * DAY;
/// Days from 1970-01-01, a Thursday, to the first Monday.
const FIRST_MONDAY: i64 = 4;
/// Longest bin in milliseconds: ten years and a bit.
const LONGEST: u64 = 3_660 * DAY as u64;
/// Bins that one batch may fill: more than a year of hours.
const MOST_BINS: usize = 10_000;

/// A stretch of time: start, and end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first millisecond.
    pub start: i64,
    /// The first millisecond behind it.
    pub end: i64,
}

/// The rows of a batch that fall into one bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinRows {
    /// The bin.
    pub span: Span,
    /// Its rows, ascending.
    pub rows: Vec<u32>,
    /// Its first moment.
    pub first: i64,
    /// Its last.
    pub last: i64,
    /// Whether the batch reaches its end.
    pub complete: bool,
}

/// A batch cut into bins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CutBatch {
    /// The bins in order of time, none of them empty.
    pub bins: Vec<BinRows>,
    /// Rows without a time, or with one that no calendar shows; they belong to no bin.
    pub timeless: u64,
}

/// Checks a length.
///
/// # Errors
/// `invalid_bin_size` for no time at all and for more than ten years.
pub fn check(size: BinSize) -> Result<()> {
    match size {
        BinSize::Millis(length) if length == 0 || length > LONGEST => {
            Err(Error::new("invalid_bin_size", format!("A bin of {length} milliseconds cannot be filled."))
                .mend("Give `hour`, `day`, `week`, `month`, or between 1 and 316224000000 milliseconds."))
        }
        _ => Ok(()),
    }
}

/// The bin that a moment falls into; `None` for moments that no calendar shows.
pub fn span_of(size: BinSize, time: i64) -> Option<Span> {
    if !(-LAST_MOMENT..=LAST_MOMENT).contains(&time) {
        return None;
    }
    let every = |length: i64, from: i64| {
        let start = (time - from).div_euclid(length) * length + from;
        Span { start, end: start + length }
    };
    Some(match size {
        BinSize::Calendar(Calendar::Hour) => every(HOUR, 0),
        BinSize::Calendar(Calendar::Day) => every(DAY, 0),
        BinSize::Calendar(Calendar::Week) => every(7 * DAY, FIRST_MONDAY * DAY),
        BinSize::Calendar(Calendar::Month) => {
            let (year, month, _) = date(time.div_euclid(DAY));
            let (after, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            Span { start: days(year, month, 1)? * DAY, end: days(after, next, 1)? * DAY }
        }
        BinSize::Millis(length) => every(i64::try_from(length).ok().filter(|&l| l > 0)?, 0),
    })
}

/// Bins a year of 365.25 days.
pub fn a_year(size: BinSize) -> f64 {
    let year = 365.25 * DAY as f64;
    match size {
        BinSize::Calendar(Calendar::Hour) => year / HOUR as f64,
        BinSize::Calendar(Calendar::Day) => 365.25,
        BinSize::Calendar(Calendar::Week) => 365.25 / 7.0,
        BinSize::Calendar(Calendar::Month) => 12.0,
        BinSize::Millis(length) => year / length.max(1) as f64,
    }
}

/// The day of the week of a bin, Monday 0; `None` where the bin is longer than a day.
pub fn weekday(span: Span) -> Option<usize> {
    let day = span.start.div_euclid(DAY);
    ((span.end - 1).div_euclid(DAY) == day).then(|| (day - FIRST_MONDAY).rem_euclid(7) as usize)
}

/// A bin as its reader names it: by its day, and by its time where it does not begin at midnight.
pub fn name(start: i64) -> String {
    let (year, month, day) = date(start.div_euclid(DAY));
    let minutes = start.rem_euclid(DAY) / 60_000;
    let time = if start.rem_euclid(DAY) == 0 { String::new() } else { format!(" {:02}:{:02}", minutes / 60, minutes % 60) };
    format!("{year:04}-{month:02}-{day:02}{time}")
}

/// Cuts the rows of a batch into bins.
///
/// Rows need no order. A bin is complete where the batch has rows in a later bin, or where its last moment reaches the bin's last tenth.
/// A moment reaches as far as the batch's resolution: in a file that gives days only, the last day reaches to its midnight.
///
/// # Errors
/// `no_timestamp` without a timestamp column or where no row has a time, `too_many_bins` beyond 10 000, `invalid_bin_size`.
pub fn cut(dataset: &Dataset, size: BinSize) -> Result<CutBatch> {
    check(size)?;
    let column = dataset.named(dataset.params.timestamp_col.as_ref());
    let Some(Values::Timestamp(times)) = column.map(|c| &c.values) else {
        return Err(Error::new("no_timestamp", format!("{} has no timestamp column, so its rows belong to no bin.", dataset.name))
            .mend("Name one with `timestampCol`."));
    };
    let mut out = CutBatch::default();
    let mut bins: BTreeMap<Span, BinRows> = BTreeMap::new();
    let (mut last, mut resolution) = (i64::MIN, DAY);
    // Files are mostly in order, so the bin of the row before is tried first.
    let mut current: Option<Span> = None;
    for (row, &time) in times.values().iter().enumerate() {
        let span = current.filter(|s| (s.start..s.end).contains(&time)).or_else(|| span_of(size, time));
        let Some(span) = span else {
            out.timeless += 1;
            continue;
        };
        current = Some(span);
        last = last.max(time);
        while time.rem_euclid(resolution) != 0 {
            resolution = match resolution {
                DAY => HOUR,
                HOUR => 60_000,
                60_000 => 1_000,
                _ => 1,
            };
        }
        let bin = bins.entry(span).or_insert_with(|| BinRows { span, rows: Vec::new(), first: time, last: time, complete: false });
        bin.rows.push(row as u32);
        (bin.first, bin.last) = (bin.first.min(time), bin.last.max(time));
        if bins.len() > MOST_BINS {
            return Err(Error::new("too_many_bins", format!("{} fills more than {MOST_BINS} bins.", dataset.name))
                .mend("Choose longer bins, or give the batch in parts."));
        }
    }
    if bins.is_empty() {
        return Err(Error::new("no_timestamp", format!("No row of {} has a time.", dataset.name))
            .mend("Check that `timestampCol` names the column with the times."));
    }
    let reach = last.saturating_add(resolution);
    let complete = |span: Span| last >= span.end || reach >= span.end - (span.end - span.start) / 10;
    out.bins = bins.into_values().map(|bin| BinRows { complete: complete(bin.span), ..bin }).collect();
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use straingauge_api::{DataParams, ReadOptions};

    use super::*;
    use crate::table::{self, Reader};

    fn batch(times: &[&str]) -> Dataset {
        let text: String = times.iter().enumerate().map(|(i, t)| format!("{t},{}\n", i % 3)).collect();
        let mut reader = Reader::new("batch.csv", &ReadOptions::default()).unwrap();
        reader.push(format!("when,x\n{text}").as_bytes()).unwrap();
        let params = DataParams { timestamp_col: Some("when".into()), ..DataParams::default() };
        table::dataset(Arc::new(reader.finish().unwrap().table), "batch", &params, None).unwrap()
    }

    fn cut_into(size: Calendar, times: &[&str]) -> Vec<(String, Vec<u32>, bool)> {
        let out = cut(&batch(times), BinSize::Calendar(size)).unwrap();
        out.bins.into_iter().map(|b| (name(b.span.start), b.rows, b.complete)).collect()
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        let at =
            |size, y, m, d| span_of(BinSize::Calendar(size), days(y, m, d).unwrap() * DAY + 5 * HOUR).map(|s| (name(s.start), name(s.end)));
        let span = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(at(Calendar::Week, 2018, 8, 5), span("2018-07-30", "2018-08-06"));
        assert_eq!(at(Calendar::Week, 2018, 8, 6), span("2018-08-06", "2018-08-13"));
        assert_eq!(at(Calendar::Month, 2024, 2, 29), span("2024-02-01", "2024-03-01"));
        assert_eq!(at(Calendar::Month, 2023, 12, 31), span("2023-12-01", "2024-01-01"));
        assert_eq!(at(Calendar::Day, 1969, 12, 31), span("1969-12-31", "1970-01-01"));
        assert_eq!(at(Calendar::Week, 1969, 12, 31), span("1969-12-29", "1970-01-05"));
        assert_eq!(span_of(BinSize::Millis(90 * 60_000), -1), Some(Span { start: -90 * 60_000, end: 0 }));
        assert_eq!(name(-90 * 60_000), "1969-12-31 22:30");
    }

    #[test]
    fn weekdays_are_those_of_bins_within_a_day() {
        let of = |size, y, m, d| weekday(span_of(BinSize::Calendar(size), days(y, m, d).unwrap() * DAY).unwrap());
        // 2018-08-05 was a Sunday.
        assert_eq!(of(Calendar::Day, 2018, 8, 5), Some(6));
        assert_eq!(of(Calendar::Hour, 2018, 8, 6), Some(0));
        assert_eq!(of(Calendar::Week, 2018, 8, 6), None);
        assert_eq!(of(Calendar::Day, 1969, 12, 29), Some(0));
    }

    #[test]
    fn rows_need_no_order_and_a_gap_makes_no_bins() {
        let rows = ["2024-03-01 23:59:59", "2024-01-31 00:00:00", "2024-03-01 23:59:59", "2024-01-31 12:00:00", "2024-03-01 00:00:00"];
        let day = |n: &str, rows: &[u32]| (n.to_owned(), rows.to_vec(), true);
        assert_eq!(cut_into(Calendar::Day, &rows), [day("2024-01-31", &[1, 3]), day("2024-03-01", &[0, 2, 4])]);
    }

    #[test]
    fn offsets_in_the_file_are_honoured() {
        // Half past midnight in Delhi, and late evening in New York, are both the day before or after in UTC.
        let rows = ["2024-05-02T00:30:00+05:30", "2024-05-01T22:00:00-04:00", "2024-05-01T12:00:00Z"];
        let bins = cut_into(Calendar::Day, &rows);
        let shown: Vec<(&str, &[u32])> = bins.iter().map(|(n, r, _)| (n.as_str(), r.as_slice())).collect();
        assert_eq!(shown, [("2024-05-01", &[0, 2][..]), ("2024-05-02", &[1][..])]);
    }

    #[test]
    fn rows_without_a_time_are_counted_and_left_out() {
        let out =
            cut(&batch(&["2024-05-01 10:00:00", "", "2024-05-01 11:00:00", "2024-05-01 11:00:00", ""]), BinSize::Calendar(Calendar::Day))
                .unwrap();
        assert_eq!((out.timeless, out.bins.len(), out.bins[0].rows.len()), (2, 1, 3));
    }

    #[test]
    fn the_last_bin_is_complete_where_the_data_reach_its_last_tenth() {
        let last = |rows: &[&str], size| cut_into(size, rows).last().unwrap().2;
        assert!(!last(&["2024-05-01 03:00:00", "2024-05-02 12:00:00"], Calendar::Day));
        assert!(last(&["2024-05-01 03:00:00", "2024-05-02 21:40:00"], Calendar::Day));
        // Files that give days only: the day reaches to its midnight, six days of seven do not reach the week's last tenth.
        assert!(last(&["2024-05-01", "2024-05-02"], Calendar::Day));
        assert!(!last(&["2024-05-06", "2024-05-11"], Calendar::Week));
        assert!(last(&["2024-05-06", "2024-05-12"], Calendar::Week));
    }

    #[test]
    fn lengths_have_bounds() {
        let data = batch(&["2024-05-01 03:00:00", "2024-05-02 12:00:00"]);
        let code = |size| cut(&data, size).unwrap_err().code;
        assert_eq!(code(BinSize::Millis(0)), "invalid_bin_size");
        assert_eq!(code(BinSize::Millis(u64::MAX)), "invalid_bin_size");
        assert_eq!(cut(&data, BinSize::Millis(1)).unwrap().bins.len(), 2);
        assert_eq!(span_of(BinSize::Calendar(Calendar::Month), i64::MAX), None);
        assert_eq!(span_of(BinSize::Calendar(Calendar::Day), i64::MIN), None);
        let none = Dataset { params: DataParams::default(), ..data };
        assert_eq!(cut(&none, BinSize::Millis(1000)).unwrap_err().code, "no_timestamp");
    }
}
