//! The firewall: a promoted model watched over production data.

mod bins;
mod check;
mod custom;
mod event;
mod events;
mod feed;
mod monitors;
mod notes;
mod overview;
mod picture;
mod setup;

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{BinSize, Calendar, Outcome, RunDocument};
use straingauge_charts::calendar::{bin_end, span};

use crate::client::View;
use crate::element::{button, el, link, live, none, row};
use crate::format::counted;
use crate::parts::{Shape, empty, failure, loading, mark};
use crate::route::{Place, Route};
use crate::state::{App, Load};

/// The screens.
pub fn firewall(place: Place) -> AnyView {
    let app = App::here();
    match place {
        Place::Overview => opened(app, "Firewall", move |view| overview::screen(app, view)),
        Place::Promote => setup::screen(app),
        Place::Events(asked) => {
            let asked = events::Asked::new(asked);
            opened(app, "Events", move |view| events::screen(app, view, asked))
        }
        Place::Event(id) => opened(app, "Event", move |view| event::screen(app, view, &id)),
        Place::Check => {
            let tried = check::Tried::new();
            opened(app, "Try a row", move |view| check::screen(app, view, tried))
        }
    }
}

/// All monitors, or one of them.
pub fn monitors(id: Option<String>) -> AnyView {
    let app = App::here();
    let words = RwSignal::new(String::new());
    let object = RwSignal::new(None::<String>);
    opened(app, "Monitors", move |view| match &id {
        None => monitors::list(app, view, words),
        Some(id) => monitors::detail(app, view, id, object),
    })
}

/// What stands on a screen once the firewall of the open project is there; the way to one where there is none.
fn opened(app: App, title: &'static str, ready: impl Fn(&Arc<View>) -> AnyView + Send + 'static) -> AnyView {
    let head = move || el("h1", "").text(title).any();
    live(move || {
        if app.open.get().is_none() {
            if matches!(app.projects.get(), Load::Waiting) {
                return loading("Looking for your projects");
            }
            let sample = button("btn", "Try the sample project", move || app.live.run_sample(app)).testid("try-sample");
            let to_data = link("btn primary", &Route::Data.href(), "To data & model");
            let text = "A firewall watches a model of a project. Drop a reference and an evaluation set first, or try the sample project.";
            return row(vec![head(), empty("No project is open", text, row(vec![to_data.any(), sample.any()]))]);
        }
        app.watch.open(app);
        match app.watch.view.get() {
            Load::Waiting => row(vec![head(), loading("Opening the firewall")]),
            Load::Failed(error) => row(vec![head(), failure("The firewall cannot be opened.", &error)]),
            Load::Ready(None) => setup::screen(app),
            Load::Ready(Some(view)) => {
                let failed = move || app.watch.failed.get().map_or_else(none, |e| failure("Not done.", &e));
                row(vec![live(failed), ready(&view)])
            }
        }
    })
}

/// The way up, beside the project's name.
fn crumbs(app: App, here: &str, up: &[(Route, &str)]) -> AnyView {
    let name = app.open.get_untracked().map_or_else(|| "Project".to_owned(), |p| p.name);
    let crumbs = el("div", "crumbs").el(link("", "#/", &name));
    up.iter().fold(crumbs, |c, (to, name)| c.text(" / ").el(link("", &to.href(), name))).text(" / ").text(here).any()
}

/// What bins are called: their days.
pub fn bin_title(app: App, (from, to): (i64, Option<i64>)) -> String {
    app.watch.open(app);
    let size = app.watch.view.with(|v| if let Load::Ready(Some(view)) = v { view.size } else { BinSize::Calendar(Calendar::Day) });
    span(from, to.unwrap_or_else(|| bin_end(from, size)))
}

/// What became of a bin, in words: a day is no model that is ready or not.
pub const fn outcome(outcome: Outcome) -> (Shape, &'static str) {
    match outcome {
        Outcome::Ready => (Shape::Pass, "Normal"),
        Outcome::ReadyWithLimits | Outcome::Caution => (Shape::Warning, "Unusual"),
        Outcome::NotReady => (Shape::Alert, "Abnormal"),
        Outcome::DataOnly => (Shape::Skip, "Data alone judged"),
        Outcome::Inconclusive | Outcome::NotJudged => (Shape::Skip, "Not judged"),
    }
}

/// Beside the run of some bins: which reference it is held against, the events that it belongs to, and the bins before and after.
pub fn beside(app: App, (from, to): (i64, Option<i64>), document: &RunDocument) -> AnyView {
    app.watch.open(app);
    let rows = document.reference.rows;
    live(move || {
        let Load::Ready(Some(view)) = app.watch.view.get() else { return none() };
        let end = to.unwrap_or_else(|| bin_end(from, view.size));
        let mut says = Vec::new();
        let inside: Vec<&straingauge_api::BinInfo> = view.bins.iter().filter(|b| (from..end).contains(&b.start)).collect();
        let days: Vec<&str> = inside.iter().map(|b| weekday(b.start)).collect();
        let one_day = days.first().filter(|first| days.iter().all(|day| day == *first));
        match one_day.filter(|_| view.alarm.weekdays && bins::within_a_day(view.size)) {
            Some(day) => says.push(format!(
                "Held against the {day}s of the reference: its values here are those of {day}s alone, not of all {}.",
                counted(rows, "row")
            )),
            None if view.alarm.weekdays => says.push(format!("Held against the whole reference, {}.", counted(rows, "row"))),
            None => {}
        }
        let incidents = view.incidents.iter().filter(|i| i.start < end && i.end > from);
        let item = |i: &straingauge_api::Incident| {
            let shape = picture::shape(i.severity, i.resolved.is_some());
            let to = link("", &events::incident_link(i).href(), &i.title).testid("bin-incident");
            el("li", "").view(mark(shape)).el(el("div", "").el(to)).any()
        };
        let incidents: Vec<AnyView> = incidents.map(item).collect();
        if incidents.is_empty() {
            says.push("It belongs to no incident.".to_owned());
        } else {
            says.push("It belongs to:".to_owned());
        }
        let before = view.bins.iter().rev().find(|b| b.start < from);
        let after = view.bins.iter().find(|b| b.start >= end);
        let step = |bin: Option<&straingauge_api::BinInfo>, word: &str, id: &str| {
            bin.map(|b| {
                let name = format!("{word}: {}", span(b.start, b.end));
                link("btn small", &Route::bins(b.start, None).href(), &name).testid(id)
            })
        };
        let steps = el("div", "actions").all(step(before, "Previous", "bin-before")).all(step(after, "Next", "bin-after"));
        let says = el("p", "meta").testid("bin-beside").text(&says.join(" "));
        el("div", "bin-beside").el(steps).el(says).el(el("ul", "findings").view(row(incidents))).any()
    })
}

/// The day of the week of a moment.
fn weekday(moment: i64) -> &'static str {
    // 1 January 1970 was a Thursday.
    let day = (moment.div_euclid(86_400_000) + 3).rem_euclid(7);
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].get(day as usize).copied().unwrap_or_default()
}

/// How long bins are, as an adverb where there is one.
fn every(size: BinSize) -> String {
    match size {
        BinSize::Calendar(Calendar::Hour) => "hourly bins".to_owned(),
        BinSize::Calendar(Calendar::Day) => "daily bins".to_owned(),
        BinSize::Calendar(Calendar::Week) => "weekly bins".to_owned(),
        BinSize::Calendar(Calendar::Month) => "monthly bins".to_owned(),
        BinSize::Millis(ms) => format!("bins of {}", crate::format::duration(ms as f64)),
    }
}

/// A monitor's name with what it is about.
fn titled(name: &str, object: &str) -> String {
    if object.is_empty() { name.to_owned() } else { format!("{name} · {object}") }
}
