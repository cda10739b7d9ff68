//! Zones that are named by their region (`Europe/Berlin`) or by letters that stand for several offsets (`IST`).
//!
//! A whole database of zones is not part of the download. Regions in wide use are known with the rule by which their clocks are put
//! forward, for the years in which that rule holds; all others, and letters of several zones, stay open: the time is read as if it
//! named no zone, and the reader is told and asked.

use super::moment::{DAY, date, days, parse_offset};

/// Microseconds of an hour, and of a minute.
const HOUR: i64 = 60 * MINUTE;
const MINUTE: i64 = 60_000_000;

/// Longest cell that is looked at, in bytes.
const LONGEST: usize = 96;

/// The rule by which clocks are put forward by an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Summer {
    /// Never.
    Never,
    /// From the last Sunday of March to that of October, at 01:00 UTC.
    Europe,
    /// From the second Sunday of March to the first of November, at 02:00 by the clock.
    America,
    /// From the first Sunday of October to that of April, at 02:00 standard time.
    Australia,
    /// From the last Sunday of September to the first of April, at 02:00 standard time.
    NewZealand,
}

/// A region: its cities or countries, its offset in winter in minutes, its summer, and the first year for which both hold.
type Region = (&'static [&'static str], i64, Summer, i64);

/// Regions by the end of their names. Sources: the IANA database, release 2024a.
const REGIONS: &[Region] = &[
    (&["UTC", "GMT", "UCT", "Zulu", "Universal", "Greenwich", "Reykjavik", "Abidjan", "Accra", "Dakar"], 0, Summer::Never, 1970),
    (
        &["London", "Dublin", "Lisbon", "Belfast", "Jersey", "Guernsey", "Isle_of_Man", "Faroe", "Canary", "Madeira"],
        0,
        Summer::Europe,
        1996,
    ),
    (
        &[
            "Berlin",
            "Paris",
            "Madrid",
            "Rome",
            "Vienna",
            "Zurich",
            "Amsterdam",
            "Brussels",
            "Copenhagen",
            "Stockholm",
            "Oslo",
            "Warsaw",
            "Prague",
            "Budapest",
            "Belgrade",
            "Zagreb",
            "Ljubljana",
            "Bratislava",
            "Luxembourg",
            "Monaco",
            "Malta",
            "Tirane",
            "Sarajevo",
            "Skopje",
            "Podgorica",
            "Andorra",
            "Vaduz",
            "San_Marino",
            "Vatican",
            "Gibraltar",
            "Busingen",
        ],
        60,
        Summer::Europe,
        1997,
    ),
    (
        &["Athens", "Helsinki", "Bucharest", "Sofia", "Kiev", "Kyiv", "Riga", "Tallinn", "Vilnius", "Mariehamn", "Nicosia"],
        120,
        Summer::Europe,
        2003,
    ),
    (&["Istanbul"], 180, Summer::Never, 2017),
    (&["Moscow", "Minsk"], 180, Summer::Never, 2015),
    (&["New_York", "Toronto", "Montreal", "Detroit", "Eastern"], -300, Summer::America, 2007),
    (&["Chicago", "Winnipeg", "Central"], -360, Summer::America, 2007),
    (&["Denver", "Edmonton", "Boise", "Mountain"], -420, Summer::America, 2007),
    (&["Los_Angeles", "Vancouver", "Pacific"], -480, Summer::America, 2007),
    (&["Anchorage", "Alaska"], -540, Summer::America, 2007),
    (&["Halifax", "Atlantic"], -240, Summer::America, 2007),
    (&["Phoenix", "Arizona"], -420, Summer::Never, 1970),
    (&["Regina", "Costa_Rica", "Guatemala", "El_Salvador"], -360, Summer::Never, 2007),
    (&["Mexico_City"], -360, Summer::Never, 2023),
    (&["Bogota", "Lima", "Panama", "Jamaica", "Guayaquil"], -300, Summer::Never, 1995),
    (&["Puerto_Rico", "La_Paz", "Santo_Domingo"], -240, Summer::Never, 2001),
    (&["Buenos_Aires", "Montevideo"], -180, Summer::Never, 2016),
    (&["Sao_Paulo"], -180, Summer::Never, 2020),
    (&["Honolulu", "Hawaii"], -600, Summer::Never, 1970),
    (&["Lagos", "Algiers", "Tunis"], 60, Summer::Never, 2009),
    (&["Johannesburg", "Harare", "Maputo", "Lusaka"], 120, Summer::Never, 1970),
    (&["Nairobi", "Addis_Ababa", "Riyadh", "Kuwait", "Qatar", "Bahrain", "Baghdad"], 180, Summer::Never, 2008),
    (&["Dubai", "Muscat", "Tbilisi", "Yerevan", "Baku"], 240, Summer::Never, 2017),
    (&["Tehran"], 210, Summer::Never, 2023),
    (&["Karachi", "Tashkent"], 300, Summer::Never, 2010),
    (&["Kolkata", "Calcutta", "Colombo"], 330, Summer::Never, 2007),
    (&["Kathmandu", "Katmandu"], 345, Summer::Never, 1987),
    (&["Dhaka"], 360, Summer::Never, 2010),
    (&["Bangkok", "Ho_Chi_Minh", "Saigon", "Jakarta"], 420, Summer::Never, 1976),
    (&["Shanghai", "Hong_Kong", "Singapore", "Taipei", "Manila", "Macau", "Kuala_Lumpur"], 480, Summer::Never, 1992),
    (&["Perth"], 480, Summer::Never, 2010),
    (&["Tokyo", "Seoul"], 540, Summer::Never, 1989),
    (&["Darwin"], 570, Summer::Never, 1970),
    (&["Adelaide"], 570, Summer::Australia, 2009),
    (&["Brisbane", "Guam"], 600, Summer::Never, 1993),
    (&["Sydney", "Melbourne", "Hobart", "Canberra"], 600, Summer::Australia, 2009),
    (&["Auckland"], 720, Summer::NewZealand, 2008),
];

/// The first parts of regions' names.
const AREAS: &[&str] = &[
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Brazil",
    "Canada",
    "Chile",
    "Etc",
    "Europe",
    "Indian",
    "Mexico",
    "Pacific",
    "US",
];

/// Letters of zones, with every offset in minutes that they stand for.
const SEVERAL: &[(&str, &[i64])] = &[
    ("IST", &[330, 120, 60]),
    ("CST", &[-360, 480, -300]),
    ("BST", &[60, 360]),
    ("AST", &[-240, 180]),
    ("ADT", &[-180]),
    ("GST", &[240, -120]),
    ("SST", &[-660, 480]),
    ("AMT", &[-240, 240]),
    ("ECT", &[-300, -240]),
    ("WST", &[480, 780]),
    ("ACT", &[-300, 480]),
    ("COT", &[-300]),
    ("CLT", &[-240]),
    ("CLST", &[-180]),
    ("PET", &[-300]),
    ("VET", &[-240]),
    ("TRT", &[180]),
    ("IRST", &[210]),
    ("ICT", &[420]),
    ("CHST", &[600]),
];

/// A zone as a cell names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// Ahead of UTC by so many minutes, all year.
    Minutes(i64),
    /// A region whose clocks are known, at its place among [`REGIONS`].
    Region(usize),
    /// It can be several zones, or one that is not known.
    Open,
}

/// A cell without the zone that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The date and the time.
    pub(crate) local: String,
    /// The zone's name.
    pub(crate) name: String,
    zone: Zone,
}

impl Named {
    /// Takes a cell apart into date and time and its zone; `None` where it names no zone, or its offset stands beside the name.
    pub(crate) fn parse(cell: &[u8]) -> Option<Self> {
        if cell.len() > LONGEST || !cell.contains(&b':') || !cell.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        let text = std::str::from_utf8(cell).ok()?.trim();
        // `GMT+0100 (Central European Standard Time)`: the words say it again.
        let text = text.split_once('(').filter(|(_, words)| words.contains(' ')).map_or(text, |(before, _)| before.trim_end());
        let plain: String = text.chars().map(|c| if matches!(c, '[' | '(' | ']' | ')') { ' ' } else { c }).collect();
        let tokens: Vec<&str> = plain.split_whitespace().collect();
        let is_clock = |token: &str| token.contains(':') || ["AM", "PM", "A.M.", "P.M."].iter().any(|m| token.eq_ignore_ascii_case(m));
        let at = (1..tokens.len()).find(|&at| {
            tokens.get(at - 1).is_some_and(|before| is_clock(before)) && tokens.get(at).is_some_and(|token| zone_of(token).is_some())
        })?;
        let name = (*tokens.get(at)?).to_owned();
        let local = tokens.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, token)| *token).collect::<Vec<_>>().join(" ");
        Some(Self { local, zone: zone_of(&name)?, name })
    }

    /// The moment in UTC of a time by the zone's clocks, in microseconds; `None` where the zone is open, or was another in that year.
    pub(crate) fn utc(&self, local: i64) -> Option<i64> {
        match self.zone {
            Zone::Minutes(minutes) => Some(local - minutes * MINUTE),
            Zone::Region(at) => {
                let (_, standard, summer, since) = REGIONS.get(at)?;
                let (year, ..) = date(local.div_euclid(DAY));
                if year < *since {
                    return None;
                }
                let winter = local - standard * MINUTE;
                // In the hour that clocks show twice the first is meant.
                Some(if is_summer(*summer, year, local, winter - HOUR)? { winter - HOUR } else { winter })
            }
            Zone::Open => None,
        }
    }
}

/// The offsets that letters may stand for; empty where they are not known.
pub(crate) fn offsets(name: &str) -> &'static [i64] {
    SEVERAL.iter().find(|(letters, _)| *letters == name).map_or(&[], |(_, offsets)| offsets)
}

fn zone_of(token: &str) -> Option<Zone> {
    if let Some((area, place)) = token.split_once('/') {
        if !AREAS.contains(&area) || !place.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '-' | '+')) {
            return None;
        }
        // `Etc/GMT+5` is five hours behind, unlike everything else.
        if let Some(hours) = place.strip_prefix("GMT").filter(|h| !h.is_empty()) {
            return Some(parse_offset(hours.as_bytes()).map_or(Zone::Open, |minutes| Zone::Minutes(-minutes)));
        }
        let city = place.rsplit('/').next().unwrap_or(place);
        return Some(REGIONS.iter().position(|(cities, ..)| cities.contains(&city)).map_or(Zone::Open, Zone::Region));
    }
    match offsets(token) {
        [] => parse_offset(token.as_bytes()).map(Zone::Minutes),
        [only] => Some(Zone::Minutes(*only)),
        _ => Some(Zone::Open),
    }
}

/// Says whether clocks are put forward at a moment that is `local` by the clock and, if they are, `utc`.
fn is_summer(rule: Summer, year: i64, local: i64, utc: i64) -> Option<bool> {
    let at = |day: i64, hours: i64| day * DAY + hours * HOUR;
    Some(match rule {
        Summer::Never => false,
        Summer::Europe => (at(last_sunday(year, 3)?, 1)..at(last_sunday(year, 10)?, 1)).contains(&utc),
        Summer::America => (at(sunday(year, 3, 2)?, 2)..at(sunday(year, 11, 1)?, 2)).contains(&local),
        Summer::Australia => !(at(sunday(year, 4, 1)?, 3)..at(sunday(year, 10, 1)?, 2)).contains(&local),
        Summer::NewZealand => !(at(sunday(year, 4, 1)?, 3)..at(last_sunday(year, 9)?, 2)).contains(&local),
    })
}

/// The day of a month's n-th Sunday, counted from 1970-01-01, which was a Thursday.
fn sunday(year: i64, month: i64, nth: i64) -> Option<i64> {
    let first = days(year, month, 1)?;
    Some(first + (3 - first).rem_euclid(7) + (nth - 1) * 7)
}

/// The day of the last Sunday of a month of 31 days, or of September.
fn last_sunday(year: i64, month: i64) -> Option<i64> {
    let last = days(year, month, if month == 9 { 30 } else { 31 })?;
    Some(last - (last - 3).rem_euclid(7))
}

#[cfg(test)]
mod tests {
    use super::super::moment::IsoParser;
    use super::*;

    /// The moment of a cell in UTC, as Python's zoneinfo has it.
    fn utc(cell: &str) -> Option<String> {
        let named = Named::parse(cell.as_bytes())?;
        let (local, _) = IsoParser::default().parse(named.local.as_bytes())?;
        let mut out = String::new();
        super::super::moment::write(named.utc(local)?, 13, &mut out);
        Some(out)
    }

    #[test]
    fn regions_have_their_winters_and_summers() {
        for (cell, moment) in [
            ("2024-03-01 10:00 Europe/Berlin", "2024-03-01T09:00:00Z"),
            ("2024-07-01T10:00:00[Europe/Berlin]", "2024-07-01T08:00:00Z"),
            ("2024-03-31 01:59:59 Europe/Berlin", "2024-03-31T00:59:59Z"),
            ("2024-03-31 03:00 Europe/Berlin", "2024-03-31T01:00:00Z"),
            ("2024-10-27 02:30 Europe/Berlin", "2024-10-27T00:30:00Z"),
            ("2024-10-27 03:00 Europe/Berlin", "2024-10-27T02:00:00Z"),
            ("2024-07-01 10:00 Europe/London", "2024-07-01T09:00:00Z"),
            ("2024-03-10 01:59 America/New_York", "2024-03-10T06:59:00Z"),
            ("2024-03-10 03:00 America/New_York", "2024-03-10T07:00:00Z"),
            ("2024-11-03 01:30 US/Eastern", "2024-11-03T05:30:00Z"),
            ("2024-11-03 02:00 US/Eastern", "2024-11-03T07:00:00Z"),
            ("2024-07-01 10:00 America/Argentina/Buenos_Aires", "2024-07-01T13:00:00Z"),
            ("2024-01-15 10:00 Australia/Sydney", "2024-01-14T23:00:00Z"),
            ("2024-07-15 10:00 Australia/Sydney", "2024-07-15T00:00:00Z"),
            ("2024-07-15 10:00 Pacific/Auckland", "2024-07-14T22:00:00Z"),
            ("2024-07-15 10:00 Asia/Kolkata", "2024-07-15T04:30:00Z"),
            ("2024-07-15 10:00 Etc/GMT+5", "2024-07-15T15:00:00Z"),
        ] {
            assert_eq!(utc(cell).as_deref(), Some(moment), "{cell}");
        }
    }

    #[test]
    fn what_is_not_known_stays_open() {
        for cell in ["2024-07-15 10:00 IST", "2024-07-15 10:00 Africa/Cairo", "1980-07-15 10:00 Europe/Berlin", "2024-07-15 10:00 (CST)"] {
            let named = Named::parse(cell.as_bytes()).unwrap_or_else(|| panic!("{cell} names a zone"));
            assert_eq!(utc(cell), None, "{named:?}");
        }
        for cell in ["2024-07-15 10:00", "2024-07-15 10:00 FAIL", "10:30 PM", "a:b Road/Street", "2024-07-15 IST"] {
            assert!(Named::parse(cell.as_bytes()).is_none_or(|n| n.utc(0).is_some()), "{cell}");
        }
    }
}
