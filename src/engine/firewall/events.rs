//! Events: stretches of bins of one series in which something was wrong.

use straingauge_api::{BinSize, Calendar, Event, EventKind, FirewallMarks, Resolution, Severity, Thresholds, Unit};
use straingauge_charts::calendar;
use straingauge_charts::format::value as written;

use super::monitors::{Followed, Placed, Track};
use super::{Bin, Record, creeping, series};

/// What the events of a series need beside it.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The bins, judged or not, in order of time.
    pub bins: &'a [&'a Bin],
    /// Their length.
    pub size: BinSize,
    /// The level of a window in the search for creeping change.
    pub creeping_level: f64,
    /// What the reader decided.
    pub marks: &'a FirewallMarks,
}

/// A bin of a series, as an event sees it.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// What the bin says on its own.
    own: Severity,
    /// What windows say of it.
    crept: Severity,
    /// Whether it shows half of what it takes, with evidence: too little to begin an event, enough not to end one. Without this a change that
    /// stays near its threshold would be a new event every few days.
    lingers: bool,
}

/// The events of a series, in order of time.
pub fn events(monitor: &Followed<'_>, object: &str, track: &Track<'_>, about: About<'_>) -> Vec<Event> {
    let mut out = Vec::new();
    for part in without_gaps(track, about.bins) {
        let mut states: Vec<State> =
            part.iter().map(|(_, r)| State { own: r.severity, crept: Severity::Pass, lingers: lingers(r) }).collect();
        let noticed = part.last().and_then(|(_, r)| r.thresholds).map_or_else(Vec::new, |t| crept(part, t, about.creeping_level));
        for found in &noticed {
            for state in states.get_mut(found.from..=found.to).into_iter().flatten() {
                state.crept = state.crept.max(found.severity);
            }
        }
        let abnormal = |i: usize| states.get(i).is_some_and(|s| s.own.max(s.crept) > Severity::Pass);
        let mut at = 0;
        while at < part.len() {
            if !abnormal(at) {
                at += 1;
                continue;
            }
            // A single bin that looks normal does not end an event.
            let (mut last, mut reach) = (at, at);
            while let Some(next) = (reach + 1..=reach + 2).find(|&i| abnormal(i) || states.get(i).is_some_and(|s| s.lingers)) {
                reach = next;
                last = if abnormal(next) { next } else { last };
            }
            let next = reach + 1;
            let first_seen = noticed.iter().filter(|n| n.from <= last && n.to >= at).map(|n| n.at).min();
            let alone = (at..=last).find(|&i| states.get(i).is_some_and(|s| s.own > Severity::Pass));
            let creeps = first_seen.is_some_and(|seen| alone.is_none_or(|i| seen < i));
            let inside: Vec<usize> = (at..=last).filter(|&i| abnormal(i)).collect();
            let worst = (at..=last).filter_map(|i| states.get(i)).map(|s| s.own.max(s.crept)).max().unwrap_or_default();
            let kind = if creeps { EventKind::Creeping } else { EventKind::Abrupt };
            out.extend(event(monitor, object, (part, &inside, reach), (kind, worst), about));
            at = next;
        }
    }
    out
}

fn lingers(record: &Record) -> bool {
    record.evident && record.effect.zip(record.thresholds).is_some_and(|(effect, t)| effect >= t.warning / 2.0)
}

fn crept(part: &[Placed<'_>], thresholds: Thresholds, level: f64) -> Vec<creeping::Noticed> {
    let samples: Vec<Option<creeping::Sample>> = part.iter().map(|(_, r)| creeping::Sample::of(r)).collect();
    if samples.iter().all(Option::is_none) { Vec::new() } else { creeping::search(&samples, thresholds, level) }
}

/// Bins that may be missing within an event: nobody works on a long weekend.
const MISSING: i64 = 3;

/// The stretches of a track between which more bins are missing than a long weekend has.
fn without_gaps<'a, 'b>(track: &'b Track<'a>, bins: &[&Bin]) -> Vec<&'b [Placed<'a>]> {
    let info = |placed: &Placed<'_>| bins.get(placed.0).map(|b| &b.info);
    let joined = |a: &Placed<'_>, b: &Placed<'_>| {
        info(a).zip(info(b)).is_none_or(|(a, b)| b.start.saturating_sub(a.end) <= (a.end - a.start).saturating_mul(MISSING))
    };
    track.chunk_by(joined).collect()
}

fn event(
    monitor: &Followed<'_>,
    object: &str,
    (part, inside, reach): (&[Placed<'_>], &[usize], usize),
    (kind, severity): (EventKind, Severity),
    about: About<'_>,
) -> Option<Event> {
    let record = |i: usize| part.get(i).map(|(at, r)| (*at, &**r));
    let records: Vec<(usize, &Record)> = inside.iter().filter_map(|&i| record(i)).collect();
    let bin = |at: usize| about.bins.get(at).map(|b| &b.info);
    let (first, last) = (bin(records.first()?.0)?, bin(records.last()?.0)?);
    let worst = records
        .iter()
        .max_by(|a, b| (a.1.severity, a.1.score).partial_cmp(&(b.1.severity, b.1.score)).unwrap_or(std::cmp::Ordering::Equal))?;
    let id = id(&monitor.id, object, first.start);
    let newest = about.bins.iter().rposition(|b| b.info.judged)?;
    let open = reach + 2 >= part.len() && part.last()?.0 == newest;
    let resolved = resolution(about.marks, &id, first.start, last.end);
    Some(Event {
        sentence: sentence(monitor, object, &records, kind, (first.start, last.end), about.size),
        notes: about.marks.notes.get(&id).cloned().unwrap_or_default(),
        id,
        monitor: monitor.id.clone(),
        monitor_name: monitor.name.clone(),
        object: object.to_owned(),
        kind,
        category: monitor.category,
        risk: monitor.risk,
        severity,
        start: first.start,
        end: last.end,
        worst: bin(worst.0)?.start,
        bins: records.len() as u64,
        rows: records.iter().filter_map(|(at, _)| Some(bin(*at)?.rows)).sum(),
        open,
        value: pooled(&records).map(|p| p.0),
        reference: records.last()?.1.reference,
        causes: Vec::new(),
        together: Vec::new(),
        resolved,
        muted: about.marks.muted.contains(&monitor.id),
    })
}

/// An event's id: the monitor, the object, and when it began.
pub fn id(monitor: &str, object: &str, start: i64) -> String {
    let of = if object.is_empty() { String::new() } else { format!("[{object}]") };
    format!("{monitor}{of}@{}", super::bins::name(start).replace(' ', "T"))
}

/// The part of an event's id that its whole series shares.
pub fn series_of(id: &str) -> &str {
    id.rsplit_once('@').map_or(id, |(series, _)| series)
}

/// The resolution of an event. An event whose beginning has moved since is the same where the stretches overlap; one that has gone on since is
/// open again.
fn resolution(marks: &FirewallMarks, id: &str, start: i64, end: i64) -> Option<Resolution> {
    let of_series = marks.resolved.iter().filter(|(key, _)| series_of(key) == series_of(id));
    let known = |r: &&Resolution| r.until.is_some_and(|until| until > start && until >= end);
    of_series.map(|(_, r)| r).find(known).cloned()
}

/// The value over some bins, each by its rows, and half of its 95 % interval.
fn pooled(records: &[(usize, &Record)]) -> Option<(f64, Option<f64>)> {
    let (mut sum, mut rows, mut squares) = (0.0, 0.0, Some(0.0));
    for (_, record) in records {
        let Some(value) = record.value else { continue };
        let n = record.n_evaluation.unwrap_or(1).max(1) as f64;
        sum += n * value;
        rows += n;
        squares = squares.zip(series::half_width(record)).map(|(s, half)| s + n * half * n * half);
    }
    (rows > 0.0).then(|| (sum / rows, squares.map(|s: f64| s.sqrt() / rows)))
}

/// How many bins, in words: `12 daily bins`.
pub fn bins_in_words(n: u64, size: BinSize) -> String {
    let length = match size {
        BinSize::Calendar(Calendar::Hour) => "hourly ",
        BinSize::Calendar(Calendar::Day) => "daily ",
        BinSize::Calendar(Calendar::Week) => "weekly ",
        BinSize::Calendar(Calendar::Month) => "monthly ",
        BinSize::Millis(_) => "",
    };
    if n == 1 { format!("1 {length}bin") } else { format!("{n} {length}bins") }
}

fn sentence(
    monitor: &Followed<'_>,
    object: &str,
    records: &[(usize, &Record)],
    kind: EventKind,
    (start, end): (i64, i64),
    size: BinSize,
) -> String {
    let Some((_, last)) = records.last() else { return String::new() };
    let (value, half) = pooled(records).unwrap_or((f64::NAN, None));
    let unit = last.unit;
    let distance = last.reference == Some(0.0) && unit == Unit::Distance;
    let moved = match last.reference {
        Some(reference) if !distance && value < reference => "fell to",
        Some(reference) if !distance && value > reference => "rose to",
        _ => "was",
    };
    let subject = if object.is_empty() { monitor.name.clone() } else { format!("{} of {object}", monitor.name) };
    let mut out = format!("{subject} {moved} {}", written(Some(value), unit));
    if let Some(half) = half {
        let low = if unit == Unit::Number || value < 0.0 { value - half } else { (value - half).max(0.0) };
        out.push_str(&format!(" (95 % {} to {})", written(Some(low), unit), written(Some(value + half), unit)));
    }
    if let Some(reference) = last.reference.filter(|_| !distance) {
        out.push_str(&format!(", from {} in the reference,", written(Some(reference), unit)));
    }
    out.push_str(&format!(" in {}, {}", bins_in_words(records.len() as u64, size), calendar::span(start, end)));
    let lines = series::lines(last, false);
    match (lines.as_slice(), last.thresholds) {
        ([line], _) => out.push_str(&format!("; it warns from {}.", written(Some(*line), unit))),
        ([low, high], _) => {
            out.push_str(&format!("; it warns under {} and over {}.", written(Some(*low), unit), written(Some(*high), unit)))
        }
        (_, Some(t)) => out.push_str(&format!("; it warns from an effect of {}.", written(Some(t.warning), last.effect_unit))),
        _ => out.push('.'),
    }
    if kind == EventKind::Creeping {
        out.push_str(" When it began no single bin showed it; several together did.");
    }
    out
}

/// Names the events that share bins with each.
pub fn join(events: &mut [Event]) {
    let spans: Vec<(String, i64, i64)> = events.iter().map(|e| (e.id.clone(), e.start, e.end)).collect();
    for event in events {
        let shares = |(id, start, end): &&(String, i64, i64)| *id != event.id && *start < event.end && *end > event.start;
        event.together = spans.iter().filter(shares).map(|(id, ..)| id.clone()).collect();
    }
}
