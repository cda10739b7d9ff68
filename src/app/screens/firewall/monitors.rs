//! What a firewall follows: all monitors, and one of them with every object's series.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::client::{Monitor, Series, View};
use crate::element::{El, button, el, link, live, none, row, scroll, table};
use crate::format::{counted, value};
use crate::parts::{Shape, empty, label, search_field};
use crate::route::{Place, Route};
use crate::screens::firewall::crumbs;
use crate::screens::firewall::custom;
use crate::screens::firewall::notes::notes;
use crate::screens::firewall::picture::{series_chart, shape, sparkline};
use crate::state::{App, go};

fn events_of(view: &View, monitor: &Monitor) -> AnyView {
    let n = view.events.iter().filter(|e| e.monitor == monitor.id).count() as u64;
    if n == 0 { el("span", "meta").text("–").any() } else { el("span", "").text(&counted(n, "event")).any() }
}

/// A button that stays down while the monitor is pinned, or muted.
fn turn(app: App, monitor: &Monitor, on: bool, name: &str, methods: [&'static str; 2]) -> El {
    let id = monitor.id.clone();
    let about = format!("{name} {}", monitor.name);
    let method = methods[usize::from(on)];
    button("pick", name, move || app.watch.act(method, vec![JsValue::from_str(&id)], || ()))
        .attr("aria-pressed", if on { "true" } else { "false" })
        .attr("aria-label", &about)
        .testid(methods[0])
}

fn pinning(app: App, monitor: &Monitor) -> El {
    turn(app, monitor, monitor.pinned, "Pin", ["pin", "unpin"])
}

fn muting(app: App, monitor: &Monitor) -> El {
    turn(app, monitor, monitor.muted, "Mute", ["mute", "unmute"])
}

/// The list.
pub fn list(app: App, view: &Arc<View>, words: RwSignal<String>) -> AnyView {
    let says = format!(
        "{}: each follows one metric of one test over all bins, for all rows or a feature at a time.",
        counted(view.monitors.len() as u64, "monitor")
    );
    let title =
        el("div", "").view(crumbs(app, "Monitors", &[(Route::Firewall(Place::Overview), "Firewall")])).el(el("h1", "").text("Monitors"));
    let head = el("div", "head").el(title.el(el("p", "meta").text(&says)));
    let shown = view.clone();
    let rows = live(move || {
        let words = words.get().to_ascii_lowercase();
        let wanted = |m: &&Monitor| {
            let text = format!("{} {}", m.name, m.category.label()).to_ascii_lowercase();
            words.split_whitespace().all(|w| text.contains(w))
        };
        let rows: Vec<El> = shown.monitors.iter().filter(wanted).map(|m| monitor_row(app, &shown, m)).collect();
        if rows.is_empty() {
            return el("p", "none").attr("role", "status").text("No monitor like that.").any();
        }
        let heads = ["Status", "Monitor", "Worst series", ".Last", "Events", ""];
        scroll("Monitors", table("monitors", &heads, el("tbody", "").all(rows))).any()
    });
    let sheet = el("section", "sheet").el(el("div", "filter").el(search_field("Search monitors", words))).view(rows);
    if view.bins.is_empty() {
        let to = link("btn primary", &Route::Firewall(Place::Overview).href(), "To the firewall").any();
        return row(vec![
            head.any(),
            empty("Nothing to follow yet", "Monitors fill with the first production data.", to),
            custom::form(app, view),
        ]);
    }
    row(vec![head.any(), sheet.any(), custom::form(app, view)])
}

fn monitor_row(app: App, view: &View, monitor: &Monitor) -> El {
    let worst = monitor.series.first();
    let (picture, last) = worst.map_or((none(), None), |s| sparkline(view, monitor, s));
    let about = worst.map(|s| s.object.clone()).filter(|o| !o.is_empty());
    let kind = if monitor.custom.is_some() { "your own".to_owned() } else { monitor.category.label().to_owned() };
    let name = el("th", "")
        .attr("scope", "row")
        .el(link("", &Route::Monitors(Some(monitor.id.clone())).href(), &monitor.name))
        .el(el("small", "plain").text(&format!("{kind}{}", if monitor.muted { " · muted" } else { "" })));
    el("tr", "")
        .testid("monitor-row")
        .attr("data-id", &monitor.id)
        .el(el("td", "").view(label(status(monitor.status, monitor.muted))))
        .el(name)
        .el(el("td", "").view(picture).all(about.map(|o| el("small", "block").text(&o))))
        .el(el("td", "n").text(&value(last, monitor.unit)))
        .el(el("td", "").view(events_of(view, monitor)))
        .el(el("td", "n").el(pinning(app, monitor)))
}

fn status(severity: straingauge_api::Severity, muted: bool) -> Shape {
    shape(severity, muted && severity > straingauge_api::Severity::Pass)
}

/// One monitor.
pub fn detail(app: App, view: &Arc<View>, id: &str, object: RwSignal<Option<String>>) -> AnyView {
    let up = [(Route::Firewall(Place::Overview), "Firewall"), (Route::Monitors(None), "Monitors")];
    let Some(monitor) = view.monitors.iter().find(|m| m.id == id) else {
        let back = link("btn", &Route::Monitors(None).href(), "To the monitors").any();
        return row(vec![el("h1", "").text("Monitor").any(), empty("No such monitor", "It may have been removed.", back)]);
    };
    let title = el("div", "")
        .view(crumbs(app, &monitor.name, &up))
        .el(el("h1", "").text(&monitor.name))
        .el(el("p", "meta").view(label(status(monitor.status, monitor.muted))).text(&format!(" · {}", monitor.description)));
    let mut actions = el("div", "actions").el(pinning(app, monitor)).el(muting(app, monitor));
    if monitor.custom.is_some() {
        let id = monitor.id.clone();
        actions = actions.el(button("btn small danger", "Remove", move || {
            app.watch.act("removeMonitor", vec![JsValue::from_str(&id)], || go(&Route::Monitors(None)));
        }));
    }
    let at = monitor.id.clone();
    let shown = view.clone();
    let chart = live(move || {
        let Some(monitor) = shown.monitors.iter().find(|m| m.id == at) else { return none() };
        let wanted = object.get();
        let series = monitor.series.iter().find(|s| Some(&s.object) == wanted.as_ref()).or_else(|| monitor.series.first());
        let Some(series) = series else { return el("p", "none").text("No bin has a value yet.").any() };
        let title = if series.object.is_empty() { "All rows" } else { &series.object };
        el("section", "sheet").el(el("h2", "").text(title)).view(series_chart(&shown, monitor, series, |_| true, None)).any()
    });
    let rows = monitor.series.iter().map(|s| series_row(view, monitor, s, object));
    let heads = ["Status", "About", "Over time", ".Last", ".Reference"];
    let all = (monitor.series.len() > 1).then(|| {
        el("section", "sheet")
            .el(el("h2", "").text("Every series"))
            .el(scroll("Series", table("monitors", &heads, el("tbody", "").all(rows))))
            .any()
    });
    let events = view.events.iter().filter(|e| e.monitor == monitor.id).map(|e| {
        let to = link("", &Route::Firewall(Place::Event(e.id.clone())).href(), if e.object.is_empty() { "All rows" } else { &e.object });
        let says = el("div", "").el(el("p", "").el(to).text(" ").text(&e.sentence)).el(super::notes::facts(&super::events::facts(e)));
        el("li", "").view(crate::parts::told(shape(e.severity, e.resolved.is_some()))).el(says)
    });
    let events: Vec<El> = events.collect();
    let events = (!events.is_empty()).then(|| el("ul", "findings").all(events).any());
    let mut parts = vec![el("div", "head").el(title).el(actions).any(), chart];
    parts.extend(all);
    parts.push(super::notes::section("Events", events.into_iter().collect()));
    parts.push(notes(app, &monitor.id, &monitor.notes));
    row(parts)
}

fn series_row(view: &View, monitor: &Monitor, series: &Series, object: RwSignal<Option<String>>) -> El {
    let (picture, last) = sparkline(view, monitor, series);
    let (name, of) = (if series.object.is_empty() { "All rows" } else { &series.object }, series.object.clone());
    let show = button("link", name, move || {
        object.set(Some(of.clone()));
        window().scroll_to_with_x_and_y(0.0, 0.0);
    });
    el("tr", "")
        .testid("series-row")
        .el(el("td", "").view(label(status(series.status, monitor.muted))))
        .el(el("th", "").attr("scope", "row").el(show))
        .el(el("td", "").view(picture))
        .el(el("td", "n").text(&value(last, monitor.unit)))
        .el(el("td", "n").text(&value(series.reference, monitor.unit)))
}
