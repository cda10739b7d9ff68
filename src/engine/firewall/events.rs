//! Events: stretches of bins of one series in which something was wrong.

use straingauge_api::{BinSize, Calendar, Event, EventKind, FirewallMarks, Kind, Note, Resolution, Severity, Thresholds, Unit};
use straingauge_charts::calendar;
use straingauge_charts::format::{side_by_side, spaced, value as written};

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
            // A change that a bin shows at once may seem to begin one bin earlier by chance.
            let creeps = !(at..=last).take(2).any(|i| states.get(i).is_some_and(|s| s.own > Severity::Pass));
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
    record.evident && record.p.is_some() && record.effect.zip(record.thresholds).is_some_and(|(effect, t)| effect >= t.warning / 2.0)
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
        notes: notes(about.marks, &id, (first.start, last.end)),
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
        incident: String::new(),
    })
}

/// An event's id: the monitor, the object, and when it began.
pub fn id(monitor: &str, object: &str, start: i64) -> String {
    let of = if object.is_empty() { String::new() } else { format!("[{object}]") };
    format!("{monitor}{of}@{}", stamp(start))
}

/// The part of an event's id that its whole series shares.
pub fn series_of(id: &str) -> &str {
    id.rsplit_once('@').map_or(id, |(series, _)| series)
}

/// The resolution of an event. An event whose beginning has moved since is the same where the stretches overlap; one that has gone on since is
/// open again.
fn resolution(marks: &FirewallMarks, id: &str, start: i64, end: i64) -> Option<Resolution> {
    // What began only after this one was over is another event of the series.
    let began = |key: &str| key.rsplit_once('@').is_none_or(|(_, day)| day < stamp(end).as_str());
    let of_series = marks.resolved.iter().filter(|(key, _)| series_of(key) == series_of(id) && began(key));
    let known = |r: &&Resolution| r.until.is_some_and(|until| until > start && until >= end);
    of_series.map(|(_, r)| r).find(known).cloned()
}

/// The notes beside an event. More data may show that it began earlier, which changes its id: what was written beside one that began within
/// it is its own.
fn notes(marks: &FirewallMarks, id: &str, (start, end): (i64, i64)) -> Vec<Note> {
    let began = |key: &str| key.rsplit_once('@').is_some_and(|(_, day)| day >= stamp(start).as_str() && day < stamp(end).as_str());
    let own = marks.notes.iter().filter(|(key, _)| key.contains('@') && series_of(key) == series_of(id) && began(key));
    own.flat_map(|(_, notes)| notes.iter().cloned()).collect()
}

/// A moment as ids have it; their order is that of time.
pub fn stamp(time: i64) -> String {
    super::bins::name(time).replace(' ', "T")
}

/// The value over some bins, each by its rows, and half of its 95 % interval.
fn pooled(records: &[(usize, &Record)]) -> Option<(f64, Option<f64>)> {
    let (mut sum, mut rows, mut squares) = (0.0, 0.0, Some(0.0));
    for (_, record) in records {
        let Some(value) = record.value else { continue };
        let n = record.n_evaluation.unwrap_or(1).max(1) as f64;
        sum += n * value;
        rows += n;
        squares = squares.zip(series::own_half_width(record)).map(|(s, half)| s + n * half * n * half);
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
    if n == 1 { format!("1 {length}bin") } else { format!("{} {length}bins", spaced(n)) }
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
    // What moved both ways is where it was on the average: its worst bin tells.
    let lines = series::lines(last, false);
    let cancels = matches!(lines.as_slice(), [low, high] if (*low..=*high).contains(&value));
    let worst = records.iter().map(|(_, r)| *r).max_by(|a, b| a.score.total_cmp(&b.score)).filter(|_| cancels);
    let (last, value, half) = worst.map_or((*last, value, half), |r| (r, r.value.unwrap_or(value), series::own_half_width(r)));
    let unit = last.unit;
    let distance = (last.reference == Some(0.0) && unit == Unit::Distance) || last.kind == Kind::Property;
    let moved = match last.reference {
        Some(reference) if !distance && value < reference => "fell to",
        Some(reference) if !distance && value > reference => "rose to",
        _ => "was",
    };
    let subject = if object.is_empty() { monitor.name.clone() } else { format!("{} of {object}", monitor.name) };
    let low = half.map(|half| if unit == Unit::Number || value < 0.0 { value - half } else { (value - half).max(0.0) });
    let high = half.map(|half| if unit == Unit::Share { (value + half).min(1.0) } else { value + half });
    let compared = last.reference.filter(|_| !distance);
    let [now, before, low_text, high_text] = side_by_side([Some(value), compared, low, high].map(|x| x.unwrap_or(f64::NAN)), unit);
    let mut out = format!("{subject} {moved} {now}");
    if cancels {
        out.push_str(" at worst");
    }
    if half.is_some() {
        out.push_str(&format!(" (95\u{a0}% {low_text} to {high_text})"));
    }
    if compared.is_some() {
        out.push_str(&format!(", from {before} in the reference,"));
    }
    out.push_str(&format!(" in {}, {}", bins_in_words(records.len() as u64, size), calendar::span(start, end)));
    let lines = series::lines(last, false);
    match (lines.as_slice(), last.thresholds) {
        ([line], _) => out.push_str(&format!("; it warns from {}.", written(Some(*line), unit))),
        ([low, high], _) => {
            out.push_str(&format!("; it warns under {} and over {}.", written(Some(*low), unit), written(Some(*high), unit)));
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

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use straingauge_api::{Better, BinInfo, Category, Counts, Risk, Status};

    use super::*;

    const DAY: i64 = 86_400_000;
    /// 1 August 2018.
    const AUGUST: i64 = 1_533_081_600_000;

    fn bin(day: i64) -> Bin {
        let start = AUGUST + (day - 1) * DAY;
        Bin {
            info: BinInfo {
                start,
                end: start + DAY,
                rows: 1000,
                labelled: 1000,
                predicted: 1000,
                complete: true,
                judged: true,
                reason: None,
                severity: Severity::Pass,
                risks: Vec::new(),
                counts: Counts::default(),
                abnormal: None,
                sources: Vec::new(),
                events: Vec::new(),
            },
            last: start + DAY - 1,
            counts: Arc::default(),
            records: Arc::default(),
            rows: None,
            measured: BTreeMap::new(),
            ledger: None,
        }
    }

    fn record(value: f64, evident: bool) -> Record {
        let effect = 0.69 - value;
        let severity = match effect {
            e if evident && e >= 0.08 => Severity::Alert,
            e if evident && e >= 0.03 => Severity::Warning,
            _ => Severity::Pass,
        };
        Record {
            case: "model_performance:accuracy".into(),
            test: "model_performance:accuracy".into(),
            features: Vec::new(),
            subset: None,
            kind: Kind::Difference,
            value: Some(value),
            reference: Some(0.69),
            unit: Unit::Score,
            better: Better::Higher,
            realised: None,
            effect: Some(effect),
            effect_unit: Unit::Score,
            low: Some(effect - 0.03),
            high: Some(effect + 0.03),
            p: None,
            q: None,
            thresholds: Some(Thresholds { warning: 0.03, alert: 0.08 }),
            n_reference: Some(10_000),
            n_evaluation: Some(1000),
            rows: None,
            share: None,
            status: Status::Pass,
            severity,
            evident,
            score: effect.max(0.0),
        }
    }

    /// The events of days of August with their accuracies.
    fn of(days: &[(i64, f64)], evident: bool, marks: &FirewallMarks) -> Vec<Event> {
        let bins: Vec<Bin> = days.iter().map(|(day, _)| bin(*day)).collect();
        let bins: Vec<&Bin> = bins.iter().collect();
        let track: Track<'_> = days.iter().enumerate().map(|(at, (_, value))| (at, Cow::Owned(record(*value, evident)))).collect();
        let monitor = Followed {
            id: "model_performance:accuracy".into(),
            name: "Accuracy".into(),
            description: String::new(),
            test: None,
            category: Category::ModelPerformance,
            risk: Risk::Operational,
            tracks: BTreeMap::new(),
        };
        events(&monitor, "", &track, About { bins: &bins, size: BinSize::Calendar(Calendar::Day), creeping_level: 1e-6, marks })
    }

    const GOOD: f64 = 0.69;

    #[test]
    fn one_good_day_ends_no_event_and_two_do() {
        let days = [(1, GOOD), (2, 0.5), (3, GOOD), (4, 0.6), (5, GOOD), (6, GOOD), (7, 0.55), (8, GOOD), (9, GOOD)];
        let events = of(&days, true, &FirewallMarks::default());
        let spans: Vec<_> = events.iter().map(|e| ((e.start - AUGUST) / DAY + 1, (e.end - AUGUST) / DAY, e.bins, e.open)).collect();
        assert_eq!(spans, [(2, 4, 2, false), (7, 7, 1, false)]);
        assert!(events.iter().all(|e| e.kind == EventKind::Abrupt && e.severity == Severity::Alert));
        assert_eq!((events[0].worst - AUGUST) / DAY + 1, 2);
        assert_eq!(events[0].id, "model_performance:accuracy@2018-08-02");
    }

    #[test]
    fn a_gap_of_a_month_ends_an_event_and_a_missing_day_does_not() {
        let days = [(1, 0.5), (3, 0.5), (40, 0.5), (41, 0.5)];
        let events = of(&days, true, &FirewallMarks::default());
        let spans: Vec<_> = events.iter().map(|e| ((e.start - AUGUST) / DAY + 1, (e.end - AUGUST) / DAY, e.open)).collect();
        assert_eq!(spans, [(1, 3, false), (40, 41, true)]);
    }

    #[test]
    fn the_sentence_names_value_interval_reference_and_threshold() {
        let days = [(8, GOOD), (9, 0.60), (10, 0.62), (11, GOOD), (12, GOOD)];
        let events = of(&days, true, &FirewallMarks::default());
        assert_eq!(
            events[0].sentence,
            "Accuracy fell to 0.610 (95\u{a0}% 0.590 to 0.630), from 0.690 in the reference, in 2 daily bins, 9 to 10 August 2018; it warns from 0.660."
        );
        assert!((events[0].value.unwrap() - 0.61).abs() < 1e-12);
    }

    #[test]
    fn what_no_day_shows_creeps() {
        // Without evidence of their own, ten days of four points and then a recovery.
        let days: Vec<(i64, f64)> = (1..=30).map(|day| (day, if (11..=20).contains(&day) { 0.63 } else { GOOD })).collect();
        let events = of(&days, false, &FirewallMarks::default());
        assert_eq!(events.len(), 1);
        let event = &events[0];
        assert_eq!((event.kind, event.severity), (EventKind::Creeping, Severity::Warning));
        assert_eq!(((event.start - AUGUST) / DAY + 1, (event.end - AUGUST) / DAY, event.open), (11, 20, false));
    }

    #[test]
    fn what_was_resolved_opens_again_when_it_goes_on_and_keeps_its_notes() {
        let days = [(1, GOOD), (2, GOOD), (3, 0.5), (4, 0.5)];
        let mut marks = FirewallMarks::default();
        let until = Some(AUGUST + 4 * DAY);
        marks.resolved.insert("model_performance:accuracy@2018-08-03".into(), Resolution { on: String::new(), note: "done".into(), until });
        marks.notes.insert("model_performance:accuracy@2018-08-04".into(), vec![Note { on: "2018-08-04".into(), text: "seen".into() }]);
        marks.notes.insert("model_performance:accuracy@2018-08-09".into(), vec![Note { on: "2018-08-09".into(), text: "another".into() }]);
        let events = of(&days, true, &marks);
        assert!(events[0].open && events[0].resolved.is_some());
        assert_eq!(events[0].notes.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(), ["seen"]);
        let longer = [days.as_slice(), &[(5, 0.5)]].concat();
        assert!(of(&longer, true, &marks)[0].resolved.is_none());
    }
}
