//! What to read first: the state in one sentence, and the few events that matter, told with their cause.

use straingauge_api::{BinSize, Event, Incident, Insight};
use straingauge_charts::calendar;
use straingauge_charts::format::spaced;

use super::events::bins_in_words;

/// How many insights are shown.
const MOST: usize = 5;
/// Events of an incident that are named beside the first.
const NAMED: usize = 3;

/// Bins that could not be judged are spoken of where they are more than one in so many.
const SPOKEN_OF: u64 = 10;

/// Incidents that count: neither muted nor dealt with.
fn counts(incident: &Incident) -> bool {
    !incident.muted && incident.resolved.is_none()
}

/// The state in one sentence.
pub fn headline(incidents: &[Incident], judged: u64, unjudged: u64, size: BinSize) -> String {
    let mut bins = bins_in_words(judged, size);
    // The bin that is not full yet, or a day off, is nothing to speak of.
    if unjudged * SPOKEN_OF > judged + unjudged {
        bins += &format!("; {} more could not be judged", spaced(unjudged));
    }
    if judged == 0 {
        return "No production data has been judged yet.".to_owned();
    }
    let (open, over): (Vec<&Incident>, Vec<&Incident>) = incidents.iter().filter(|i| counts(i)).partition(|i| i.open);
    let number = |n: usize| match n {
        1 => "One incident".to_owned(),
        n => format!("{n} incidents"),
    };
    if let Some(first) = open.iter().min_by_key(|i| i.start) {
        let since = calendar::instant(first.start);
        let (is, which) = if open.len() == 1 { ("is", "since") } else { ("are", "the first since") };
        return format!("{} {is} open, {which} {since}, in {bins}.", number(open.len()));
    }
    match over.len() {
        0 if unjudged > judged => format!("No incident in {bins}."),
        0 => format!("Healthy: no incident in {bins}."),
        n => format!("Healthy again: {}, over by now, in {bins}.", number(n).to_lowercase()),
    }
}

/// The incidents that matter most, each told by the event that tells most of it.
pub fn insights(incidents: &[Incident], events: &[Event]) -> Vec<Insight> {
    let mut of: Vec<&Incident> = incidents.iter().filter(|i| counts(i)).collect();
    of.sort_by_key(|i| (!i.open, std::cmp::Reverse(i.severity), i.start));
    of.into_iter().take(MOST).filter_map(|incident| insight(incident, events)).collect()
}

fn insight(incident: &Incident, events: &[Event]) -> Option<Insight> {
    let mut of = incident.events.iter().filter_map(|id| events.iter().find(|e| e.id == *id));
    let lead = of.next()?;
    let mut detail: Vec<String> = incident.cause.iter().map(|cause| cause.sentence.clone()).collect();
    let mut names: Vec<String> = Vec::new();
    for other in of.filter(|e| !e.muted && e.resolved.is_none()) {
        let plain = other.object == lead.object || other.object.is_empty();
        let name = if plain { other.monitor_name.clone() } else { format!("{} of {}", other.monitor_name, other.object) };
        if name != lead.monitor_name && !names.contains(&name) {
            names.push(name);
        }
    }
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    if !names.is_empty() {
        detail.push(format!("The same shows in {}{more}.", names.join(", ")));
    }
    detail.push(if incident.open { "It goes on.".to_owned() } else { "It is over.".to_owned() });
    Some(Insight {
        severity: incident.severity,
        text: lead.sentence.clone(),
        detail: detail.join(" "),
        incident: Some(incident.id.clone()),
        event: Some(lead.id.clone()),
        monitor: Some(lead.monitor.clone()),
    })
}

#[cfg(test)]
mod tests {
    use straingauge_api::{Calendar, Category, EventKind, Resolution, Risk, Severity};

    use super::*;

    const DAY: i64 = 86_400_000;
    /// 5 August 2018.
    const FIFTH: i64 = 1_533_427_200_000;
    const DAILY: BinSize = BinSize::Calendar(Calendar::Day);

    fn incident(title: &str, start: i64, open: bool, events: &[&str]) -> Incident {
        Incident {
            id: format!("incident:{title}@{start}"),
            severity: Severity::Alert,
            start,
            end: start + 3 * DAY,
            open,
            title: title.to_owned(),
            sentence: String::new(),
            cause: None,
            events: events.iter().map(|id| (*id).to_owned()).collect(),
            features: Vec::new(),
            bins: 3,
            rows: 300,
            resolved: None,
            muted: false,
        }
    }

    fn event(monitor: &str, object: &str) -> Event {
        Event {
            id: format!("{monitor}[{object}]"),
            monitor: monitor.to_owned(),
            monitor_name: monitor.to_owned(),
            object: object.to_owned(),
            kind: EventKind::Abrupt,
            category: Category::Drift,
            risk: Risk::Operational,
            severity: Severity::Alert,
            start: FIFTH,
            end: FIFTH + 3 * DAY,
            worst: FIFTH,
            bins: 3,
            rows: 300,
            open: true,
            sentence: format!("{monitor} of {object}."),
            value: None,
            reference: None,
            causes: Vec::new(),
            together: Vec::new(),
            resolved: None,
            notes: Vec::new(),
            muted: false,
            incident: String::new(),
        }
    }

    #[test]
    fn the_headline_counts_what_is_open() {
        assert_eq!(headline(&[], 29, 0, DAILY), "Healthy: no incident in 29 daily bins.");
        assert_eq!(headline(&[], 0, 0, DAILY), "No production data has been judged yet.");
        assert_eq!(headline(&[], 29, 1, DAILY), "Healthy: no incident in 29 daily bins.");
        assert_eq!(headline(&[], 40, 20, DAILY), "Healthy: no incident in 40 daily bins; 20 more could not be judged.");
        assert_eq!(headline(&[], 10, 74, DAILY), "No incident in 10 daily bins; 74 more could not be judged.");
        let (open, over) = (incident("a", FIFTH, true, &[]), incident("b", FIFTH - DAY, false, &[]));
        assert_eq!(headline(&[open.clone(), over.clone()], 9, 0, DAILY), "One incident is open, since 5 August 2018, in 9 daily bins.");
        let other = incident("c", FIFTH + DAY, true, &[]);
        assert_eq!(headline(&[other, open.clone()], 9, 0, DAILY), "2 incidents are open, the first since 5 August 2018, in 9 daily bins.");
        assert_eq!(headline(std::slice::from_ref(&over), 9, 0, DAILY), "Healthy again: one incident, over by now, in 9 daily bins.");
        let hour = headline(&[Incident { start: FIFTH + DAY / 4, ..open.clone() }], 9, 0, BinSize::Calendar(Calendar::Hour));
        assert!(hour.contains("since 5 August 2018, 06:00, in 9 hourly bins"), "{hour}");
        let done = Some(Resolution { on: "2018-08-20".into(), note: String::new(), until: None });
        let quiet = [Incident { resolved: done, ..open }, Incident { muted: true, ..over }];
        assert_eq!(headline(&quiet, 9, 0, DAILY), "Healthy: no incident in 9 daily bins.");
    }

    #[test]
    fn an_insight_tells_an_incident_by_its_first_event() {
        let events = [event("drift", "city"), event("unseen", "city"), event("drift", "country"), event("accuracy", "")];
        let all: Vec<&str> = events.iter().map(|e| e.id.as_str()).collect();
        let found = insights(&[incident("past", FIFTH - 9 * DAY, false, &all[3..]), incident("city", FIFTH, true, &all[..3])], &events);
        let texts: Vec<&str> = found.iter().map(|i| i.text.as_str()).collect();
        assert_eq!(texts, ["drift of city.", "accuracy of ."]);
        assert_eq!(found[0].detail, "The same shows in unseen, drift of country. It goes on.");
        assert_eq!((found[0].event.as_deref(), found[0].incident.as_deref()), (Some("drift[city]"), Some("incident:city@1533427200000")));
        assert_eq!(found[1].detail, "It is over.");
        let many: Vec<Incident> = (0..9).map(|at| incident("many", FIFTH + at * DAY, true, &all[..1])).collect();
        assert_eq!(insights(&many, &events).len(), MOST);
    }
}
