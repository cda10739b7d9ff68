//! Incidents: the events of one cause over one stretch of time.
//!
//! An outage of one column shows as empty values, as missing values, in the rows that any rule fails, and in the model. Each is an event of its
//! own monitor; together they are one thing to look at, and to deal with. What belongs together follows from the events and their first causes:
//!
//! 1. Events about one column (or about what is measured in one text) that touch in time are one incident.
//! 2. Two of those are one where the causes name the same part of the data, where one test saw both columns change within a bin of each other,
//!    or where both began in the same bin in one way (both abnormal, both drifting).
//! 3. Events about the model, about all rows and about pairs join the incident whose column they are about or their first causes name. Where no
//!    cause is named they join what the other metrics of the model tell at that time.
//!
//! An event about a pair, or about the model, never makes two incidents one: it may have several causes.

use std::collections::BTreeSet;

use straingauge_api::{BinSize, Category, Cause, Event, EventKind, Incident};
use straingauge_charts::calendar;

use super::Bin;
use super::events::stamp;
use crate::stress::metric_of;
use crate::table::Feature;

/// The part of the largest cause's share from which another cause counts.
const NEARLY: f64 = 0.5;

/// What is known beside the events.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The features, what is measured in a text among them.
    pub features: &'a [Feature],
    /// The bins in order of time.
    pub bins: &'a [&'a Bin],
    /// Their length.
    pub size: BinSize,
    /// The id of the metric that the task's reader asks for first.
    pub leading: &'a str,
}

/// A part of the data that a cause names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    /// The column of the feature.
    column: String,
    feature: String,
    subset: String,
}

/// An event with what it is about.
#[derive(Debug, Clone)]
struct Told<'a> {
    event: &'a Event,
    /// The columns that it is about; none for all rows.
    own: Vec<String>,
    /// The columns that its first causes name, the first first.
    blamed: Vec<String>,
    /// The part that its first cause names.
    part: Option<Part>,
}

/// Events that belong together.
#[derive(Debug, Default)]
struct Group<'a> {
    told: Vec<Told<'a>>,
    /// The columns that it is about, the first one first.
    columns: Vec<String>,
}

/// The incidents of some events: open ones first, then the worst, then the latest.
pub fn incidents(events: &[Event], known: Known<'_>) -> Vec<Incident> {
    let mut all: Vec<Told<'_>> = events.iter().map(|event| told(event, known.features)).collect();
    all.sort_by(|a, b| a.event.start.cmp(&b.event.start).then_with(|| a.event.id.cmp(&b.event.id)));
    let (anchors, others): (Vec<Told<'_>>, Vec<Told<'_>>) = all.into_iter().partition(|t| t.own.len() == 1 && is_input(t.event.category));
    let mut groups: Vec<Group<'_>> = Vec::new();
    for anchor in anchors {
        let columns = anchor.own.clone();
        gather(&mut groups, Group { told: vec![anchor], columns }, |a, b| a.columns.iter().any(|c| b.columns.contains(c)));
    }
    let mut joined: Vec<Group<'_>> = Vec::new();
    for group in groups {
        gather(&mut joined, group, |a, b| a.same_part(b) || a.began_with(b, known));
    }
    let (named, nameless): (Vec<Told<'_>>, Vec<Told<'_>>) = others.into_iter().partition(|t| !t.own.is_empty() || !t.blamed.is_empty());
    for event in named {
        if let Some(group) = home(&joined, &event).and_then(|at| joined.get_mut(at)) {
            group.told.push(event);
        } else {
            let columns = if event.own.is_empty() { event.blamed.iter().take(1).cloned().collect() } else { event.own.clone() };
            joined.push(Group { told: vec![event], columns });
        }
    }
    for event in nameless {
        let alike = |t: &Told<'_>| t.own.is_empty() && t.event.category == event.event.category;
        let beside = |group: &Group<'_>| group.told.iter().filter(|t| alike(t)).filter_map(|t| shared(t.event, event.event)).max();
        let best = joined.iter().enumerate().filter_map(|(at, group)| Some((beside(group)?, at)));
        // Of equals the one that stands first.
        let place = best.max_by_key(|&(overlap, at)| (overlap, std::cmp::Reverse(at))).map(|(_, at)| at);
        if let Some(group) = place.and_then(|at| joined.get_mut(at)) {
            group.told.push(event);
        } else {
            joined.push(Group { told: vec![event], columns: Vec::new() });
        }
    }
    let mut out: Vec<Incident> = joined.iter().filter_map(|group| group.incident(known)).collect();
    out.sort_by(|a, b| (b.open.cmp(&a.open)).then(b.severity.cmp(&a.severity)).then(b.start.cmp(&a.start)).then_with(|| a.id.cmp(&b.id)));
    out
}

/// Whether a category's events are about the columns themselves, not about what the model does with them.
fn is_input(category: Category) -> bool {
    !matches!(category, Category::ModelPerformance | Category::SubsetPerformance | Category::SubsetPerformanceDegradation)
}

/// What an event is about.
fn told<'a>(event: &'a Event, features: &[Feature]) -> Told<'a> {
    let most = event.causes.iter().filter_map(|c| c.share).fold(0.0, f64::max);
    let counts = |(at, cause): &(usize, &Cause)| *at == 0 || cause.share.is_some_and(|share| share > 0.0 && share >= NEARLY * most);
    let mut blamed = Vec::new();
    for (_, cause) in event.causes.iter().enumerate().filter(counts) {
        for feature in &cause.features {
            if let Some(column) = column_of(feature, features) {
                add(&mut blamed, column);
            }
        }
    }
    let part = event.causes.first().and_then(|cause| match (cause.features.as_slice(), &cause.subset) {
        ([feature], Some(subset)) => {
            column_of(feature, features).map(|column| Part { column, feature: feature.clone(), subset: subset.clone() })
        }
        _ => None,
    });
    Told { event, own: columns_in(&event.object, features), blamed, part }
}

/// The column of a feature: the text that it is measured in, or itself; `None` for what is no feature, such as the score of a class.
fn column_of(feature: &str, features: &[Feature]) -> Option<String> {
    features.iter().find(|f| f.name == feature).map(column)
}

fn column(feature: &Feature) -> String {
    feature.measured_in.clone().unwrap_or_else(|| feature.name.clone())
}

/// The columns that an event's object names: a feature, or several joined by a comma. A feature's name may hold a comma itself, so the longest
/// name that fits is taken. None where the object is no feature, such as the score of a class.
fn columns_in(object: &str, features: &[Feature]) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = object;
    while !rest.is_empty() {
        let after = |f: &Feature| {
            let after = rest.strip_prefix(f.name.as_str())?;
            if after.is_empty() { Some(after) } else { after.strip_prefix(", ").or_else(|| after.starts_with(' ').then_some("")) }
        };
        let fits = features.iter().filter_map(|f| Some((f, after(f)?.len())));
        let Some((feature, left)) = fits.max_by_key(|(f, _)| f.name.len()) else { break };
        add(&mut out, column(feature));
        rest = rest.get(rest.len() - left..).unwrap_or_default();
    }
    out
}

fn add(to: &mut Vec<String>, value: String) {
    if !to.contains(&value) {
        to.push(value);
    }
}

/// How long two events go on together; `None` where they do not even touch.
fn shared(a: &Event, b: &Event) -> Option<i64> {
    let overlap = a.end.min(b.end).saturating_sub(a.start.max(b.start));
    (overlap >= 0).then_some(overlap)
}

/// Adds a group to others, all of those that it belongs to becoming one, in the place of the first.
fn gather<'a>(groups: &mut Vec<Group<'a>>, mut group: Group<'a>, alike: impl Fn(&Group<'a>, &Group<'a>) -> bool) {
    let mut kept: Vec<Group<'a>> = Vec::new();
    let mut place = None;
    for other in groups.drain(..) {
        if other.touches(&group) && alike(&other, &group) {
            place = place.or(Some(kept.len()));
            group = other.with(group);
        } else {
            kept.push(other);
        }
    }
    let place = place.unwrap_or(kept.len());
    kept.insert(place, group);
    *groups = kept;
}

/// The group that an event belongs to: by the column that it is about, else by the first of its causes that names a group's column; of several
/// the one with which it shares most time.
fn home(groups: &[Group<'_>], event: &Told<'_>) -> Option<usize> {
    let of = |column: &String| {
        let about = groups.iter().enumerate().filter(|(_, group)| group.columns.contains(column));
        let beside = about.filter_map(|(at, group)| Some((group.told.iter().filter_map(|t| shared(t.event, event.event)).max()?, at)));
        beside.max_by_key(|&(overlap, at)| (overlap, std::cmp::Reverse(at))).map(|(_, at)| at)
    };
    event.own.iter().chain(&event.blamed).find_map(of)
}

impl Group<'_> {
    fn with(mut self, other: Self) -> Self {
        self.told.extend(other.told);
        for column in other.columns {
            add(&mut self.columns, column);
        }
        self
    }

    /// Whether an event of one touches one of the other in time.
    fn touches(&self, other: &Self) -> bool {
        self.told.iter().any(|a| other.told.iter().any(|b| shared(a.event, b.event).is_some()))
    }

    /// Whether first causes of both name the same part of the data.
    fn same_part(&self, other: &Self) -> bool {
        let parts: BTreeSet<&Part> = self.told.iter().filter_map(|t| t.part.as_ref()).collect();
        other.told.iter().filter_map(|t| t.part.as_ref()).any(|part| parts.contains(part))
    }

    /// Whether one monitor saw a change begin in both within a bin, or one category's tests in the same bin. What began with the very first bin
    /// began before anybody looked.
    fn began_with(&self, other: &Self, known: Known<'_>) -> bool {
        let first = known.bins.iter().find(|b| b.info.judged).map_or(i64::MIN, |b| b.info.start);
        let begins = |t: &&Told<'_>| t.event.kind == EventKind::Abrupt && t.event.start > first;
        let together = |a: &Told<'_>, b: &Told<'_>| {
            let apart = a.event.start.saturating_sub(b.event.start).abs();
            a.event.monitor == b.event.monitor && apart <= calendar::length(known.size)
                || a.event.category == b.event.category && apart == 0
        };
        self.told.iter().filter(begins).any(|a| other.told.iter().filter(begins).any(|b| together(a, b)))
    }

    fn incident(&self, known: Known<'_>) -> Option<Incident> {
        let mut events: Vec<&Event> = self.told.iter().map(|t| t.event).collect();
        // What has happened to the model comes before what has happened to its inputs.
        events.sort_by_key(|e| {
            let quiet = e.muted || e.resolved.is_some();
            (quiet, !e.open, std::cmp::Reverse(e.severity), !e.object.is_empty(), !leads(e, known.leading), e.start, e.id.as_str())
        });
        let lead = events.first()?;
        let first = self.told.iter().min_by_key(|t| t.event.start)?.event;
        let counting = || events.iter().filter(|e| !e.muted && e.resolved.is_none());
        let severity = counting().map(|e| e.severity).max().or_else(|| events.iter().map(|e| e.severity).max())?;
        let inside = |bin: &&&Bin| {
            let info = &bin.info;
            info.judged && events.iter().any(|e| e.start <= info.start && info.start < e.end)
        };
        let bins: Vec<&Bin> = known.bins.iter().filter(inside).copied().collect();
        let subject = self.columns.first().map_or_else(|| first.category.id().to_owned(), Clone::clone);
        let mut features: Vec<String> = self.columns.clone();
        for column in self.told.iter().flat_map(|t| &t.own) {
            add(&mut features, column.clone());
        }
        let resolved = events.iter().map(|e| e.resolved.as_ref()).collect::<Option<Vec<_>>>();
        Some(Incident {
            id: format!("incident:{subject}@{}", stamp(first.start)),
            severity,
            start: first.start,
            end: events.iter().map(|e| e.end).max()?,
            open: events.iter().any(|e| e.open),
            title: self.title(lead),
            sentence: lead.sentence.clone(),
            cause: lead.causes.first().or_else(|| events.iter().find_map(|e| e.causes.first())).cloned(),
            events: events.iter().map(|e| e.id.clone()).collect(),
            features,
            bins: bins.len() as u64,
            rows: bins.iter().map(|b| b.info.rows).sum(),
            resolved: resolved.and_then(|all| all.into_iter().max_by(|a, b| a.on.cmp(&b.on))).cloned(),
            muted: events.iter().all(|e| e.muted),
        })
    }

    /// The part that most first causes name, of the first column where no other is named twice; else the columns; else the metric.
    fn title(&self, lead: &Event) -> String {
        let parts: Vec<&Part> = self.told.iter().filter_map(|t| t.part.as_ref()).filter(|p| self.columns.contains(&p.column)).collect();
        let votes = |part: &Part| parts.iter().filter(|p| **p == part).count();
        let first = |part: &Part| self.columns.first() == Some(&part.column);
        // Of equals one of the first column, and of those the first.
        let most = parts.iter().rev().max_by_key(|part| (votes(part), first(part)));
        match (most, self.columns.as_slice()) {
            (Some(part), _) if first(part) || votes(part) > 1 => format!("{} {}", part.feature, part.subset),
            (_, []) if lead.object.is_empty() => lead.monitor_name.clone(),
            (_, []) => format!("{} of {}", lead.monitor_name, lead.object),
            (_, [one]) => one.clone(),
            (_, [one, two]) => format!("{one} and {two}"),
            (_, [one, two, rest @ ..]) => format!("{one}, {two} and {} more", rest.len()),
        }
    }
}

/// Whether an event's metric is the one that is asked of the task first.
fn leads(event: &Event, leading: &str) -> bool {
    event.category == Category::ModelPerformance && metric_of(&event.monitor) == leading
}
