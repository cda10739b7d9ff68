//! What to read first: the state in one sentence, and the few events that matter, told with their cause.

use straingauge_api::{BinSize, Event, Insight, Severity};
use straingauge_charts::calendar;

use super::events::bins_in_words;

/// How many insights are shown.
const MOST: usize = 5;

/// Events that count: neither muted nor dealt with.
fn counts(event: &Event) -> bool {
    !event.muted && event.resolved.is_none()
}

/// The state in one sentence.
pub fn headline(events: &[Event], judged: u64, size: BinSize) -> String {
    let bins = bins_in_words(judged, size);
    if judged == 0 {
        return "No production data has been judged yet.".to_owned();
    }
    let (open, over): (Vec<&Event>, Vec<&Event>) = events.iter().filter(|e| counts(e)).partition(|e| e.open);
    let number = |n: usize| match n {
        1 => "One event".to_owned(),
        n => format!("{n} events"),
    };
    if let Some(first) = open.iter().min_by_key(|e| e.start) {
        let since = calendar::instant(first.start);
        let (is, which) = if open.len() == 1 { ("is", "since") } else { ("are", "the first since") };
        return format!("{} {is} open, {which} {since}, in {bins}.", number(open.len()));
    }
    match over.len() {
        0 => format!("Healthy: no event in {bins}."),
        n => format!("Healthy again: {}, over by now, in {bins}.", number(n).to_lowercase()),
    }
}

/// The events that matter most, those that tell of one thing together.
pub fn insights(events: &[Event]) -> Vec<Insight> {
    let mut of: Vec<&Event> = events.iter().filter(|e| counts(e)).collect();
    // What has happened to the model comes before what has happened to its inputs.
    of.sort_by_key(|e| (!e.open, std::cmp::Reverse(e.severity), !e.object.is_empty(), !leads(e), e.start));
    let mut groups: Vec<Vec<&Event>> = Vec::new();
    for event in of {
        match groups.iter_mut().find(|group| group.iter().any(|other| together(event, other))) {
            Some(group) => group.push(event),
            None => groups.push(vec![event]),
        }
    }
    groups.iter().take(MOST).filter_map(|group| insight(group)).collect()
}

/// Whether an event's metric is the one that everybody asks for first.
fn leads(event: &Event) -> bool {
    const FIRST: [&str; 5] = ["accuracy", "multiclass_accuracy", "mae", "ndcg", "entity_f1"];
    event.monitor.strip_prefix("model_performance:").is_some_and(|metric| FIRST.contains(&metric))
}

/// Whether two events tell of one thing: at the same time, about one feature, or in one way about the model as a whole; or one monitor saw
/// both begin within a bin of each other.
fn together(a: &Event, b: &Event) -> bool {
    let length = (a.end - a.start) / i64::try_from(a.bins.max(1)).unwrap_or(1);
    let overlap = a.start < b.end && b.start < a.end;
    let one_subject = a.object == b.object && (!a.object.is_empty() || a.category == b.category);
    overlap && one_subject || a.monitor == b.monitor && (a.start - b.start).abs() <= length
}

fn insight(group: &[&Event]) -> Option<Insight> {
    let (lead, others) = group.split_first()?;
    let mut detail: Vec<String> = lead.causes.first().map(|cause| cause.sentence.clone()).into_iter().collect();
    if !others.is_empty() {
        let name =
            |e: &&&Event| if e.object == lead.object { e.monitor_name.clone() } else { format!("{} of {}", e.monitor_name, e.object) };
        let mut names: Vec<String> = Vec::new();
        for name in others.iter().map(|e| name(&e)).filter(|name| *name != lead.monitor_name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let more = names.len().saturating_sub(3);
        names.truncate(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        if !names.is_empty() {
            detail.push(format!("The same shows in {}{more}.", names.join(", ")));
        }
    }
    detail.push(if lead.open { "It goes on.".to_owned() } else { "It is over.".to_owned() });
    Some(Insight {
        severity: group.iter().map(|e| e.severity).max().unwrap_or(Severity::Warning),
        text: lead.sentence.clone(),
        detail: detail.join(" "),
        event: Some(lead.id.clone()),
        monitor: Some(lead.monitor.clone()),
    })
}

#[cfg(test)]
mod tests {
    use straingauge_api::{Calendar, Category, EventKind, Risk};

    use super::*;

    const DAY: i64 = 86_400_000;
    /// 5 August 2018.
    const FIFTH: i64 = 1_533_427_200_000;
    const DAILY: BinSize = BinSize::Calendar(Calendar::Day);

    fn event(monitor: &str, object: &str, start: i64, open: bool) -> Event {
        Event {
            id: format!("{monitor}[{object}]@{start}"),
            monitor: monitor.to_owned(),
            monitor_name: monitor.to_owned(),
            object: object.to_owned(),
            kind: EventKind::Abrupt,
            category: if object.is_empty() { Category::ModelPerformance } else { Category::Drift },
            risk: Risk::Operational,
            severity: Severity::Alert,
            start,
            end: start + 3 * DAY,
            worst: start,
            bins: 3,
            rows: 300,
            open,
            sentence: format!("{monitor} of {object}."),
            value: None,
            reference: None,
            causes: Vec::new(),
            together: Vec::new(),
            resolved: None,
            notes: Vec::new(),
            muted: false,
        }
    }

    #[test]
    fn the_headline_counts_what_is_open() {
        assert_eq!(headline(&[], 29, DAILY), "Healthy: no event in 29 daily bins.");
        assert_eq!(headline(&[], 0, DAILY), "No production data has been judged yet.");
        let (open, over) = (event("a", "", FIFTH, true), event("b", "", FIFTH - DAY, false));
        assert_eq!(headline(&[open.clone(), over.clone()], 9, DAILY), "One event is open, since 5 August 2018, in 9 daily bins.");
        let other = Event { start: FIFTH + DAY, ..open.clone() };
        assert_eq!(headline(&[other, open.clone()], 9, DAILY), "2 events are open, the first since 5 August 2018, in 9 daily bins.");
        assert_eq!(headline(&[over], 9, DAILY), "Healthy again: one event, over by now, in 9 daily bins.");
        let hour = headline(&[Event { start: FIFTH + DAY / 4, ..open }], 9, BinSize::Calendar(Calendar::Hour));
        assert!(hour.contains("since 5 August 2018, 06:00, in 9 hourly bins"), "{hour}");
    }

    #[test]
    fn what_tells_of_one_thing_is_one_insight() {
        let events = [
            event("drift", "city", FIFTH, true),
            event("unseen", "city", FIFTH + DAY, true),
            event("drift", "country", FIFTH, true),
            event("accuracy", "", FIFTH + 9 * DAY, true),
            Event { muted: true, ..event("drift", "quiet", FIFTH, true) },
            event("drift", "past", FIFTH - 9 * DAY, false),
        ];
        let found = insights(&events);
        let texts: Vec<&str> = found.iter().map(|i| i.text.as_str()).collect();
        assert_eq!(texts, ["accuracy of .", "drift of city.", "drift of past."]);
        let detail = &found[1].detail;
        assert!(detail.contains("unseen") && detail.contains("of country") && detail.contains("goes on"), "{detail}");
        assert!(found[2].detail.contains("over"));
        let many: Vec<Event> = (0..9).map(|i| event(&format!("m{i}"), &format!("f{i}"), FIFTH, true)).collect();
        assert_eq!(insights(&many).len(), MOST);
    }
}
