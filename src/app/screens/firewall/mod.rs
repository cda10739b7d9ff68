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
use straingauge_api::{BinSize, Calendar};
use straingauge_charts::calendar::{bin_end, span};

use crate::client::View;
use crate::element::{button, el, link, live, none, row};
use crate::parts::{empty, failure, loading};
use crate::route::{Place, Route};
use crate::state::{App, Load};

/// The screens.
pub fn firewall(place: Place) -> AnyView {
    let app = App::here();
    match place {
        Place::Overview => opened(app, "Firewall", move |view| overview::screen(app, view)),
        Place::Promote => setup::screen(app),
        Place::Events => {
            let asked = events::Asked::new();
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
