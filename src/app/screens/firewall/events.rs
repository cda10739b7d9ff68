//! All events: stretches of time in which something was wrong.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Event, EventKind, Risk};
use straingauge_charts::calendar::span;

use crate::client::View;
use crate::element::{El, button, el, link, live, none, row};
use crate::format::counted;
use crate::parts::{Shape, empty, label, mark, pick, tally};
use crate::route::{Place, Route};
use crate::screens::firewall::{crumbs, notes, titled};
use crate::screens::setup::{option, select};
use crate::state::App;

/// Events listed before the rest goes behind a button.
const FIRST: usize = 40;

const STATES: [&str; 4] = ["All", "Open", "Over", "Resolved"];

/// What is asked of the list; it outlives what is done in it.
#[derive(Clone, Copy)]
pub struct Asked {
    state: RwSignal<&'static str>,
    shape: RwSignal<Option<Shape>>,
    /// Risk, monitor, feature.
    by: [RwSignal<String>; 3],
    all: RwSignal<bool>,
}

impl Asked {
    /// Everything.
    pub fn new() -> Self {
        Self {
            state: RwSignal::new(STATES[0]),
            shape: RwSignal::new(None),
            by: [(); 3].map(|()| RwSignal::new(String::new())),
            all: RwSignal::new(false),
        }
    }
}

/// Whether it goes on, in a word.
pub fn state(event: &Event) -> &'static str {
    if event.resolved.is_some() {
        STATES[3]
    } else if event.open {
        STATES[1]
    } else {
        STATES[2]
    }
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
        state(event).to_ascii_lowercase(),
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

/// The screen.
pub fn screen(app: App, view: &Arc<View>, asked: Asked) -> AnyView {
    let up = [(Route::Firewall(Place::Overview), "Firewall")];
    let head = el("div", "head").el(el("div", "").view(crumbs(app, "Events", &up)).el(el("h1", "").text("Events")));
    if view.events.is_empty() {
        let back = link("btn", &Route::Firewall(Place::Overview).href(), "To the firewall").any();
        let text =
            "An event is a stretch of bins in which a monitor is abnormal, or change that creeps in over several. None has been found.";
        return row(vec![head.any(), empty("No event", text, back)]);
    }
    let states = STATES.into_iter().map(|name| {
        let count = view.events.iter().filter(|e| name == STATES[0] || state(e) == name).count();
        pick(name, count as u64, None, move || asked.state.get() == name, move || asked.state.set(name)).testid(&format!("events-{name}"))
    });
    let [alert, warning, ..] = tally(view.events.iter().map(|e| e.severity.into()));
    let severities = [(Shape::Alert, alert), (Shape::Warning, warning)].map(|(shape, count)| {
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
    let bar =
        el("div", "filter")
            .el(group("State", states.collect()))
            .el(group("Severity", severities.into()))
            .el(el("div", "actions pickers").all(selects));
    let view = view.clone();
    let events = live(move || {
        let [risk, monitor, feature] = asked.by.map(|s| s.get());
        let is = |wanted: &str, v: &str| wanted.is_empty() || wanted == v;
        let wanted = |e: &&Event| {
            let (name, shape) = (asked.state.get(), asked.shape.get());
            (name == STATES[0] || state(e) == name)
                && shape.is_none_or(|s| s == e.severity.into())
                && is(&risk, risk_name(e.risk))
                && is(&monitor, &e.monitor_name)
                && is(&feature, &e.object)
        };
        let found: Vec<&Event> = view.events.iter().filter(wanted).collect();
        if found.is_empty() {
            return el("p", "none").attr("role", "status").text("No event like that.").any();
        }
        let limit = if asked.all.get() { found.len() } else { FIRST };
        let items = found.iter().take(limit).map(|e| item(app, e));
        let more = if found.len() > limit {
            button("link", &format!("Show all {}", found.len()), move || asked.all.set(true)).any()
        } else {
            none()
        };
        row(vec![el("ul", "cases").all(items).any(), more])
    });
    row(vec![head.any(), el("section", "sheet").el(bar).view(events).any()])
}

/// The severity; that it was dealt with where it was.
pub fn standing(event: &Event, shape: Shape) -> AnyView {
    if event.resolved.is_none() {
        return label(shape);
    }
    el("span", "sev skip").view(mark(shape)).text("Resolved").any()
}

fn item(app: App, event: &Event) -> El {
    let shape = super::picture::shape(event.severity, event.resolved.is_some());
    let to = link("title", &Route::Firewall(Place::Event(event.id.clone())).href(), &titled(&event.monitor_name, &event.object));
    let cause = event.causes.first().map(|c| el("p", "case-says").text("Most of it: ").text(&c.sentence));
    let about = el("div", "card-text")
        .el(el("p", "").view(standing(event, shape)).text(" ").el(to))
        .el(el("p", "").text(&event.sentence))
        .all(cause)
        .el(notes::facts(&facts(event)));
    el("li", "accepted-row")
        .testid("event-row")
        .attr("data-id", &event.id)
        .el(about)
        .el(el("div", "actions").view(notes::resolution(app, event)))
}
