//! Dates in words and in other forms that can be read in one way only.

use super::locale::clock;
use super::moment::{self, DAY, Form};

/// Longest cell that is looked at, in bytes.
const LONGEST: usize = 48;

/// Names of months and their short forms, in English, German, French, Spanish, Italian, Portuguese and Dutch. No short form stands for two.
const MONTHS: [&str; 12] = [
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari",
    "february feb februar février fevrier févr fév febrero febbraio fevereiro fev februari",
    "march mar märz mär mrz mars marzo março marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug août aout agosto ago augustus",
    "september sep sept septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Weekdays in German, French, Spanish and Italian, and their short forms.
const OTHER_WEEKDAYS: &str = "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so lundi mardi mercredi \
    jeudi vendredi samedi dimanche lun mer jeu ven sam dim lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom lunedì \
    martedì mercoledì giovedì venerdì sabato domenica gio sab";

/// Words that stand in a date without a meaning of their own.
const FILLERS: [&str; 8] = ["of", "at", "um", "de", "del", "à", "alle", "den"];

/// `Jan 01, 2024`, `1 January 2024`, `01-Jan-24`, `Mon, 01 Jan 2024 10:00:00 GMT`, `20240101T101500Z`: microseconds since 1970 and the
/// form in which [`moment::write`] would write them.
pub(crate) fn parse(cell: &[u8]) -> Option<(i64, Form)> {
    let cell = cell.trim_ascii();
    if cell.len() > LONGEST || cell.len() < 6 || !cell.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let text = std::str::from_utf8(cell).ok()?;
    compact(text).or_else(|| in_json(text)).or_else(|| year_first(text)).or_else(|| in_words(text))
}

/// `/Date(1704067200000)/`, as .NET writes JSON.
fn in_json(text: &str) -> Option<(i64, Form)> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let digits = inner.find(['+', '-']).filter(|at| *at > 0).map_or(inner, |at| inner.get(..at).unwrap_or(inner));
    // Form 13 is to the second, in UTC.
    Some((digits.parse::<i64>().ok()?.checked_mul(1_000)?, 13))
}

/// `2024年1月3日`, `2024년 1월 3일`, `2024. 01. 03.`, `2024 01 03`, each perhaps with a time behind it.
fn year_first(text: &str) -> Option<(i64, Form)> {
    let parting = |c: char| matches!(c, '年' | '月' | '日' | '년' | '월' | '일' | '.' | ' ');
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    if digits != 4 || !text.get(4..)?.starts_with(parting) {
        return None;
    }
    let mut parts = text.split(parting).filter(|p| !p.is_empty());
    let mut number = |most: usize| parts.next().filter(|p| p.len() <= most).and_then(|p| p.parse::<i64>().ok());
    let midnight = moment::days(number(4)?, number(2)?, number(2)?)? * DAY;
    let rest: Vec<&str> = parts.collect();
    if rest.is_empty() { Some((midnight, 0)) } else { with_clock(midnight, &rest.join(" ")) }
}

/// A month, quarter, week or year, read as its first day: `2024-01`, `2024/01`, `2024Q1`, `Q1 2024`, `2024-W05`, `2024`.
pub(crate) fn parse_period(cell: &[u8]) -> Option<(i64, Form)> {
    let text = std::str::from_utf8(cell).ok()?.trim().to_uppercase();
    let year = |digits: &str| digits.parse::<i64>().ok().filter(|y| digits.len() == 4 && (1900..=2100).contains(y));
    let first_day = |year: i64, month: i64| moment::days(year, month, 1).map(|day| (day * DAY, 0));
    if let Some(year) = year(&text) {
        return first_day(year, 1);
    }
    if let Some(day) = day_of_year(&text, &year).or_else(|| day_first_of_two_digits(&text)) {
        return Some((day * DAY, 0));
    }
    if let Some((month, quarter)) = month_of(&text, &year) {
        return first_day(quarter, month);
    }
    // `KW 05/2024` in German.
    let german = text.strip_prefix("KW").and_then(|t| t.trim_start().split_once('/')).map(|(week, whole)| (whole, week));
    let (whole, week) = german.or_else(|| text.split_once("-W")).or_else(|| text.split_once('W'))?;
    let (week, weekday) = week.split_once('-').unwrap_or((week, "1"));
    let weekday: i64 = weekday.parse().ok().filter(|d| (1..=7).contains(d))?;
    let week: i64 = week.parse().ok().filter(|w| (1..=53).contains(w))?;
    // Week 1 holds the year's first Thursday (ISO 8601); 1970-01-01 was one.
    let fourth = moment::days(year(whole)?, 1, 4)?;
    let monday = fourth - (fourth + 3).rem_euclid(7);
    Some(((monday + (week - 1) * 7 + weekday - 1) * DAY, 0))
}

/// `2024-061`, the day of a year.
fn day_of_year(text: &str, year: &dyn Fn(&str) -> Option<i64>) -> Option<i64> {
    let (whole, day) = text.split_once('-').filter(|(_, day)| day.len() == 3)?;
    let day: i64 = day.parse().ok().filter(|d| (1..=366).contains(d))?;
    let first = moment::days(year(whole)?, 1, 1)?;
    let next = moment::days(year(whole)? + 1, 1, 1)?;
    (first + day - 1 < next).then_some(first + day - 1)
}

/// `3.1.24`, which elsewhere may be a version.
fn day_first_of_two_digits(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text.split('.').map(|p| p.parse().ok().filter(|_| (1..=2).contains(&p.len()))).collect::<Option<_>>()?;
    let [day, month, year] = parts.as_slice() else { return None };
    moment::days(century(*year), *month, *day)
}

/// The first month of a month or quarter, and its year.
fn month_of(text: &str, year: &dyn Fn(&str) -> Option<i64>) -> Option<(i64, i64)> {
    let parts = text.split(['-', '/', ' ']).filter(|p| !p.is_empty()).collect::<Vec<_>>();
    let quarter = |part: &str| part.strip_prefix('Q')?.parse::<i64>().ok().filter(|q| (1..=4).contains(q)).map(|q| q * 3 - 2);
    let month = |part: &str| part.parse::<i64>().ok().filter(|m| part.len() == 2 && (1..=12).contains(m));
    match parts.as_slice() {
        [whole] => {
            let (first, second) = whole.split_at_checked(4)?;
            Some((quarter(second).or_else(|| month(second))?, year(first)?))
        }
        [a, b] => {
            let named = |part: &str| part.chars().all(char::is_alphabetic).then(|| month_named(part)).flatten();
            if let Some(found) = named(a) {
                let short = || b.parse().ok().filter(|_| b.len() == 2).map(century);
                return Some((found, year(b).or_else(short)?));
            }
            if let Some(found) = month(a).and_then(|m| Some((m, year(b)?))) {
                return Some(found);
            }
            let ordered = year(a).and_then(|y| Some((quarter(b).or_else(|| month(b))?, y)));
            ordered.or_else(|| Some((quarter(a)?, year(b)?)))
        }
        _ => None,
    }
}

/// A calendar day in eight digits: `20240101`, of the years 1900 to 2100; with six more, the time of day.
pub(crate) fn in_digits(number: i64) -> Option<i64> {
    let (date, time) = if number > 9_999_999_999_999 { (number / 1_000_000, number % 1_000_000) } else { (number, 0) };
    let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100);
    let (hour, minute, second) = (time / 10_000, time / 100 % 100, time % 100);
    let fits = (1900..=2100).contains(&year) && hour < 24 && minute < 60 && second < 60;
    let days = moment::days(year, month, day).filter(|_| fits)?;
    Some(days * 86_400_000 + (hour * 3600 + minute * 60 + second) * 1_000)
}

/// `20240101T101500`, with `Z` or an offset behind it, or a blank for the `T`.
fn compact(text: &str) -> Option<(i64, Form)> {
    let (date, time) = text.split_once(['T', ' '])?;
    if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let midnight = in_digits(date.parse().ok()?)? * 1_000;
    let digits = time.find(|c: char| !c.is_ascii_digit()).unwrap_or(time.len());
    let (plain, zone) = time.split_at_checked(digits)?;
    let spelled = match plain.len() {
        4 | 6 => format!("{}:{}:{}{zone}", plain.get(..2)?, plain.get(2..4)?, plain.get(4..).filter(|s| !s.is_empty()).unwrap_or("00")),
        _ => time.to_owned(),
    };
    with_clock(midnight, &spelled)
}

fn with_clock(midnight: i64, time: &str) -> Option<(i64, Form)> {
    let clock = clock(time.as_bytes())?;
    Some((midnight + clock.micros, clock.form()))
}

fn in_words(text: &str) -> Option<(i64, Form)> {
    if !text.chars().any(char::is_alphabetic) {
        return None;
    }
    let (mut month, mut numbers, mut time) = (None, Vec::new(), String::new());
    // `[03/Jan/2024:09:15:00 +0000]`: web servers part date and time by a colon.
    let logged = text.trim_matches(['[', ']']);
    let spaced = logged.split_once(':').filter(|(date, _)| date.matches('/').count() == 2).map(|(date, time)| format!("{date} {time}"));
    for token in spaced.as_deref().unwrap_or(text).split([' ', ',']).filter(|t| !t.is_empty()) {
        let dotted = token.split('.').count() == 4 && token.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if token.contains(':') || (dotted && time.is_empty() && month.is_some()) || (!time.is_empty() && !is_year(token)) {
            if !time.is_empty() {
                time.push(' ');
            }
            time.push_str(token);
            continue;
        }
        for part in token.split(['-', '/', '.']).filter(|p| !p.is_empty()) {
            if let Some(number) = ordinal(part) {
                numbers.push((number, part.len()));
            } else if let Some(found) = month_named(part) {
                if month.replace(found).is_some() {
                    return None;
                }
            } else if !(is_weekday(part) || FILLERS.contains(&part.to_lowercase().as_str())) {
                return None;
            }
        }
    }
    let month = month?;
    let (day, year) = match numbers.as_slice() {
        [(year, 4)] => (1, *year),
        [(day, 1..=4), (year, 4)] | [(year, 4), (day, 1..=4)] if *day <= 31 => (*day, *year),
        [(day, 1 | 2), (year, 2)] => (*day, century(*year)),
        _ => return None,
    };
    let midnight = moment::days(year, month, day)? * DAY;
    if time.is_empty() { Some((midnight, 0)) } else { with_clock(midnight, &time) }
}

/// The year of two digits: 69 to 99 are of the twentieth century, as POSIX has it.
pub(crate) fn century(year: i64) -> i64 {
    if year >= 69 { 1900 + year } else { 2000 + year }
}

fn is_year(token: &str) -> bool {
    token.len() == 4 && token.bytes().all(|b| b.is_ascii_digit())
}

/// `1`, `01`, `1st`, `22nd`, `2024`.
fn ordinal(part: &str) -> Option<i64> {
    let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = part.get(digits.len()..)?;
    if digits.len() > 4 || !(suffix.is_empty() || ["st", "nd", "rd", "th"].contains(&suffix)) {
        return None;
    }
    digits.parse().ok()
}

fn month_named(part: &str) -> Option<i64> {
    let word = part.to_lowercase();
    let at = MONTHS.iter().position(|names| names.split(' ').any(|name| name == word))?;
    Some(at as i64 + 1)
}

fn is_weekday(part: &str) -> bool {
    let word = part.to_lowercase();
    (word.len() >= 3 && WEEKDAYS.iter().any(|day| day.starts_with(&word))) || OTHER_WEEKDAYS.split_whitespace().any(|day| day == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(found: Option<(i64, Form)>) -> String {
        let mut out = String::new();
        if let Some((micros, form)) = found {
            moment::write(micros, form, &mut out);
        }
        out
    }

    #[test]
    fn dates_in_words() {
        for (text, iso) in [
            ("Jan 01, 2024", "2024-01-01"),
            ("1 January 2024", "2024-01-01"),
            ("January 1st, 2024", "2024-01-01"),
            ("01-Jan-2024", "2024-01-01"),
            ("31-Dec-99", "1999-12-31"),
            ("2024-Feb-29", "2024-02-29"),
            ("1. März 2024", "2024-03-01"),
            ("Sept 2024", "2024-09-01"),
            ("Mon, 01 Jan 2024 10:00:00 GMT", "2024-01-01T10:00:00Z"),
            ("Mon Jan  1 10:00:00 2024", "2024-01-01 10:00:00"),
            ("Jan 1, 2024 5:30 PM", "2024-01-01 17:30:00"),
            ("1 Jan 2024 10:00:00 -0500", "2024-01-01T15:00:00Z"),
            ("20240101T101500Z", "2024-01-01T10:15:00Z"),
            ("20240101 10:15", "2024-01-01 10:15:00"),
        ] {
            assert_eq!(shown(parse(text.as_bytes())), iso, "{text}");
        }
        for text in [
            "May 12",
            "Jan",
            "30 Feb 2024",
            "Model 2024",
            "1 2 2024",
            "A-12-2024",
            "Jan Feb 2024",
            "20241301T10",
            "12 March",
            "march 20245",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn periods_begin_on_their_first_day() {
        for (text, iso) in [
            ("2024-01", "2024-01-01"),
            ("2024/11", "2024-11-01"),
            ("2024Q2", "2024-04-01"),
            ("2024-Q3", "2024-07-01"),
            ("Q4 2024", "2024-10-01"),
            ("2024-W01", "2024-01-01"),
            ("2021-W01", "2021-01-04"),
            ("2024", "2024-01-01"),
        ] {
            assert_eq!(shown(parse_period(text.as_bytes())), iso, "{text}");
        }
        for text in ["2024-13", "12-34", "1234-05", "2024Q5", "Q1", "20240", "2024-W60"] {
            assert_eq!(parse_period(text.as_bytes()), None, "{text}");
        }
        assert_eq!(in_digits(20_240_229), Some(1_709_164_800_000));
        assert_eq!(in_digits(20_240_101_101_500), Some(1_704_104_100_000));
        assert_eq!((in_digits(20_240_230), in_digits(18_990_101), in_digits(12)), (None, None, None));
    }
}
