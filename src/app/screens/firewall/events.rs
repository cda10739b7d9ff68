//! All incidents, each with its events: stretches of time in which something was wrong.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Event, EventKind, Incident, Resolution, Risk, Severity};
use straingauge_charts::calendar::span;

use crate::client::View;
use crate::element::{El, button, el, link, live, none, row};
use crate::format::counted;
use crate::parts::{Shape, empty, label, mark, pick, tally};
use crate::route::{AskedEvents, Place, Route};
use crate::screens::firewall::{crumbs, notes, titled};
use crate::screens::setup::{option, select};
use crate::state::{App, replace_link};

/// Incidents listed before the rest goes behind a button.
const FIRST: usize = 40;

const STATES: [&str; 4] = ["All", "Open", "Over", "Resolved"];
const SHAPES: [Shape; 2] = [Shape::Alert, Shape::Warning];

/// The list's filters; they outlive what is done in the list, and stand in the link.
#[derive(Clone, Copy)]
pub struct Asked {
    state: RwSignal<&'static str>,
    shape: RwSignal<Option<Shape>>,
    /// Risk, monitor, feature.
    by: [RwSignal<String>; 3],
    all: RwSignal<bool>,
}

impl Asked {
    /// The filters of a link, which follows them from then on.
    pub fn new(asked: AskedEvents) -> Self {
        let state = STATES.into_iter().find(|name| *name == asked.state).unwrap_or(STATES[0]);
        let shape = SHAPES.into_iter().find(|shape| shape.class() == asked.severity);
        let this =
            Self { state: RwSignal::new(state), shape: RwSignal::new(shape), by: asked.by.map(RwSignal::new), all: RwSignal::new(false) };
        Effect::new(move |_| this.into_link());
        this
    }

    fn into_link(self) {
        let state = Some(self.state.get()).filter(|name| *name != STATES[0]).unwrap_or_default().to_owned();
        let severity = self.shape.get().map(Shape::class).unwrap_or_default().to_owned();
        replace_link(&Route::Firewall(Place::Events(AskedEvents { state, severity, by: self.by.map(|s| s.get()) })));
    }
}

/// Whether something goes on, in a word.
const fn state(resolved: bool, open: bool) -> &'static str {
    if resolved {
        STATES[3]
    } else if open {
        STATES[1]
    } else {
        STATES[2]
    }
}

/// The same of an incident.
fn state_of(incident: &Incident) -> &'static str {
    state(incident.resolved.is_some(), incident.open)
}

/// A risk in a word.
pub const fn risk_name(risk: Risk) -> &'static str {
    match risk {
        Risk::Operational => "Operational",
        Risk::Fairness => "Fairness",
        Risk::Security => "Security",
    }
}

/// When, how long, how it was noticed.
pub fn facts(event: &Event) -> Vec<String> {
    let mut facts = vec![
        span(event.start, event.end),
        state(event.resolved.is_some(), event.open).to_ascii_lowercase(),
        counted(event.bins, "abnormal bin"),
        counted(event.rows, "row"),
    ];
    if event.kind == EventKind::Creeping {
        facts.push("crept in".to_owned());
    }
    facts.push(format!("{} risk", risk_name(event.risk).to_ascii_lowercase()));
    if event.muted {
        facts.push("muted".to_owned());
    }
    facts
}

/// When an incident was, whether it goes on, and how much it holds.
pub fn incident_facts(incident: &Incident) -> Vec<String> {
    let mut facts = vec![
        span(incident.start, incident.end),
        state_of(incident).to_ascii_lowercase(),
        counted(incident.events.len() as u64, "event"),
        counted(incident.bins, "bin"),
        counted(incident.rows, "row"),
    ];
    if incident.muted {
        facts.push("muted".to_owned());
    }
    facts
}

/// The events of an incident, the one that tells most first.
pub fn events_of<'a>(view: &'a View, incident: &'a Incident) -> impl Iterator<Item = &'a Event> {
    incident.events.iter().filter_map(|id| view.events.iter().find(|e| e.id == *id))
}

/// The way to an incident: to the event that tells most of it.
pub fn incident_link(incident: &Incident) -> Route {
    Route::Firewall(Place::Event(incident.events.first().cloned().unwrap_or_default()))
}

/// The screen.
pub fn screen(app: App, view: &Arc<View>, asked: Asked) -> AnyView {
    let up = [(Route::Firewall(Place::Overview), "Firewall")];
    let head = el("div", "head").el(el("div", "").view(crumbs(app, "Events", &up)).el(el("h1", "").text("Events")));
    if view.events.is_empty() {
        let back = link("btn", &Route::Firewall(Place::Overview).href(), "To the firewall").any();
        let text = "An event is a stretch of bins in which a monitor is abnormal, or a change that creeps in over several bins. None has been found.";
        return row(vec![head.any(), empty("No event", text, back)]);
    }
    let states = STATES.into_iter().map(|name| {
        let count = view.incidents.iter().filter(|i| name == STATES[0] || state_of(i) == name).count();
        pick(name, count as u64, None, move || asked.state.get() == name, move || asked.state.set(name)).testid(&format!("events-{name}"))
    });
    let [alert, warning, ..] = tally(view.incidents.iter().map(|i| i.severity.into()));
    let severities = SHAPES.into_iter().zip([alert, warning]).map(|(shape, count)| {
        let turn = move || asked.shape.update(|s| *s = if *s == Some(shape) { None } else { Some(shape) });
        pick(shape.word(), count as u64, Some(shape), move || asked.shape.get() == Some(shape), turn)
    });
    let list = |of: &dyn Fn(&Event) -> String| {
        let mut all: Vec<String> = Vec::new();
        for value in view.events.iter().map(of) {
            if !value.is_empty() && !all.contains(&value) {
                all.push(value);
            }
        }
        all
    };
    let by = [
        ("Any risk", list(&|e| risk_name(e.risk).to_owned())),
        ("Any monitor", list(&|e| e.monitor_name.clone())),
        ("Any feature", list(&|e| e.object.clone())),
    ];
    let selects = by.into_iter().zip(asked.by).filter(|((_, all), _)| all.len() > 1).map(|((any, all), chosen)| {
        let options = std::iter::once(option("", any)).chain(all.iter().map(|v| option(v, v))).collect();
        select(options, move || chosen.get(), move |v| chosen.set(v)).attr("aria-label", any).testid(&format!("by-{any}"))
    });
    let group = |name: &str, picks: Vec<El>| el("div", "picks").attr("role", "group").attr("aria-label", name).all(picks);
    let pickers = el("div", "actions pickers").all(selects);
    let bar = el("div", "filter").el(group("State", states.collect())).el(group("Severity", severities.collect())).el(pickers);
    let view = view.clone();
    let incidents = live(move || {
        let [risk, monitor, feature] = asked.by.map(|s| s.get());
        let is = |wanted: &str, v: &str| wanted.is_empty() || wanted == v;
        let wanted = |e: &&Event| is(&risk, risk_name(e.risk)) && is(&monitor, &e.monitor_name) && is(&feature, &e.object);
        let found: Vec<(&Incident, Vec<&Event>)> = view
            .incidents
            .iter()
            .filter(|i| asked.state.get() == STATES[0] || state_of(i) == asked.state.get())
            .filter(|i| asked.shape.get().is_none_or(|s| s == i.severity.into()))
            .map(|i| (i, events_of(&view, i).filter(wanted).collect::<Vec<_>>()))
            .filter(|(_, events)| !events.is_empty())
            .collect();
        if found.is_empty() {
            return el("p", "none").attr("role", "status").text("No event like that.").any();
        }
        let limit = if asked.all.get() { found.len() } else { FIRST };
        let items = found.iter().take(limit).map(|(incident, events)| incident_item(app, incident, events));
        let more = if found.len() > limit {
            button("link", &format!("Show all {}", counted(found.len() as u64, "incident")), move || asked.all.set(true)).any()
        } else {
            none()
        };
        row(vec![el("ul", "cases").all(items).any(), more])
    });
    let says = "What belongs to one cause over one stretch of time is one incident. Resolving it resolves all of its events.";
    row(vec![head.any(), el("section", "sheet").el(el("p", "meta").text(says)).el(bar).view(incidents).any()])
}

/// The severity; that it was dealt with where it was.
pub fn standing(severity: Severity, resolved: Option<&Resolution>, muted: bool) -> AnyView {
    let shape = super::picture::shape(severity, resolved.is_some() || muted);
    if resolved.is_none() {
        return label(shape);
    }
    el("span", "sev skip").view(mark(shape)).text("Resolved").any()
}

fn incident_item(app: App, incident: &Incident, events: &[&Event]) -> El {
    let resolved = incident.resolved.as_ref();
    let to = link("title", &incident_link(incident).href(), &incident.title);
    let cause = incident.cause.as_ref().map(|c| el("p", "case-says").text("Most of it: ").text(&c.sentence));
    let inside = (incident.events.len() > 1).then(|| {
        let name = if events.len() == incident.events.len() {
            counted(events.len() as u64, "event")
        } else {
            format!("{} of {}", events.len(), counted(incident.events.len() as u64, "event"))
        };
        let items = events.iter().map(|e| item(app, e));
        el("details", "more").testid("incident-events").el(el("summary", "").text(&name)).el(el("ul", "cases").all(items))
    });
    let about = el("div", "card-text")
        .el(el("p", "").view(standing(incident.severity, resolved, incident.muted)).text(" ").el(to))
        .el(el("p", "").text(&incident.sentence))
        .all(cause)
        .el(notes::facts(&incident_facts(incident)))
        .all(inside);
    let does = if incident.events.len() > 1 { "Resolve all" } else { "Resolve" };
    el("li", "accepted-row")
        .testid("incident-row")
        .attr("data-id", &incident.id)
        .el(about)
        .el(el("div", "actions").view(notes::resolution(app, &incident.id, resolved, does)))
}

fn item(app: App, event: &Event) -> El {
    let to = link("title", &Route::Firewall(Place::Event(event.id.clone())).href(), &titled(&event.monitor_name, &event.object));
    let about = el("div", "card-text")
        .el(el("p", "").view(standing(event.severity, event.resolved.as_ref(), event.muted)).text(" ").el(to))
        .el(el("p", "").text(&event.sentence))
        .el(notes::facts(&facts(event)));
    el("li", "accepted-row").testid("event-row").attr("data-id", &event.id).el(about).el(el("div", "actions").view(notes::resolution(
        app,
        &event.id,
        event.resolved.as_ref(),
        "Resolve",
    )))
}
