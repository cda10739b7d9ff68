//! The firewall at one look.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Category, Insight, Severity};
use straingauge_charts::calendar::{bin_end, length, span};

use crate::client::{Monitor, View};
use crate::element::{El, button, el, link, live, none, row};
use crate::format::{count, counted};
use crate::parts::{Shape, download, empty, file_name, mark, menu, metrics, told};
use crate::route::{Place, Route};
use crate::screens::firewall::picture::series_chart;
use crate::screens::firewall::{bins, crumbs, every, feed};
use crate::screens::setup::{field, input, number, option, select};
use crate::state::App;
use crate::watch::Watch;

/// Insights shown before the rest goes behind a button.
const FIRST: usize = 5;

/// What a firewall can be saved as.
const KINDS: [(&str, &str, &str); 3] = [
    ("events-csv", "Events (CSV)", "a row an event, with its cause"),
    ("bins-csv", "Bins (CSV)", "a row a bin"),
    ("firewall-json", "Firewall (JSON)", "everything but rows; can be imported again"),
];

/// The screen.
pub fn screen(app: App, view: &Arc<View>) -> AnyView {
    let mut all = vec![head(app, view)];
    let empty_yet = view.bins.is_empty();
    all.push(feed::panel(app, view, empty_yet));
    if empty_yet {
        let text = "Drop a week of production data with the model’s predictions above: the same columns as the reference, with a timestamp. Labels are welcome and not needed.";
        all.push(empty("No production data yet", text, none()));
    } else {
        all.push(el("div", "cols").el(status(view)).el(last(view)).any());
        all.push(picture(app, view));
        all.push(bins::section(view));
    }
    all.push(evidence(app, view));
    row(all)
}

fn head(app: App, view: &View) -> AnyView {
    let model = if view.config.model.is_empty() { "data alone".to_owned() } else { format!("model {}", view.config.model) };
    let facts = format!(
        "{model} · reference {} · {} · at most {} false events a year over {}",
        view.reference.file,
        every(view.size),
        crate::format::number(view.config.false_events_a_year),
        counted(view.monitors.len() as u64, "monitor")
    );
    let facts = facts.replace("most 1 false events", "most 1 false event");
    let title = el("div", "").view(crumbs(app, "Firewall", &[])).el(el("h1", "").text("Firewall")).el(el("p", "meta").text(&facts));
    let failed = RwSignal::new(None);
    let save = move |kind: &'static str| {
        leptos::task::spawn_local(async move {
            failed.set(save(app, kind).await.err());
        });
    };
    let try_row = link("btn", &Route::Firewall(Place::Check).href(), "Try a row");
    let actions = el("div", "actions").el(try_row).view(menu(&KINDS, save, failed, Some(feed::import(app))));
    el("div", "head").el(title).el(actions.view(feed::opener(app))).any()
}

async fn save(app: App, kind: &'static str) -> crate::client::Answer<()> {
    let Some(firewall) = Watch::handle() else { return Ok(()) };
    let name = file_name(&app.open.get_untracked().map_or_else(|| "firewall".to_owned(), |p| p.name));
    let thrown = |e: wasm_bindgen::JsValue| crate::client::api_error(&e);
    let (text, ending, mime) = if kind == "firewall-json" {
        let document = crate::client::ask(&firewall, "toJSON", &[]).await?;
        (js_sys::JSON::stringify(&document).map_err(thrown)?.into(), "firewall.json", "application/json")
    } else {
        let (method, ending) = if kind == "events-csv" { ("events", "events.csv") } else { ("binsTable", "bins.csv") };
        let table = crate::client::ask(&firewall, method, &[]).await?;
        (crate::client::ask(&table, "toCSV", &[]).await?, ending, "text/csv")
    };
    download(&text, &format!("{name}.{ending}"), mime).map_err(thrown)
}

fn status(view: &View) -> El {
    let open = view.events.iter().filter(|e| e.open && e.resolved.is_none() && !e.muted).count();
    let shape: Shape = view.status.into();
    let says = el("p", "says").testid("firewall-headline").attr("data-status", shape.class());
    let says = says.el(el("span", shape.class()).view(mark(shape))).text(" ").text(&view.headline);
    let all = RwSignal::new(view.insights.len() <= FIRST + 1);
    let (count, insights) = (view.insights.len(), view.insights.clone());
    let list = move || {
        let limit = if all.get() { count } else { FIRST };
        row(insights.iter().take(limit).map(insight).collect())
    };
    let more = move || if all.get() { none() } else { button("link", &format!("Show all {count}"), move || all.set(true)).any() };
    let events = match view.events.len() as u64 {
        0 => el("p", "meta").text("No event so far."),
        n => {
            let name = format!("{} in all, {open} open", counted(n, "event"));
            el("p", "meta").el(link("", &Route::Firewall(Place::Events).href(), &name).testid("to-events"))
        }
    };
    el("section", "sheet verdict").el(says).el(el("ul", "findings").testid("insights").live(list)).live(more).el(events)
}

fn insight(insight: &Insight) -> AnyView {
    let to = match (&insight.event, &insight.monitor) {
        (Some(id), _) => Some(link("", &Route::Firewall(Place::Event(id.clone())).href(), "event")),
        (None, Some(id)) => Some(link("", &Route::Monitors(Some(id.clone())).href(), "monitor")),
        _ => None,
    };
    let about = if insight.detail.is_empty() || to.is_none() { insight.detail.clone() } else { format!("{} · ", insight.detail) };
    let says = el("div", "").el(el("p", "finding-says").text(&insight.text)).el(el("small", "").text(&about).all(to));
    el("li", "").testid("insight").view(told(insight.severity.into())).el(says).any()
}

fn last(view: &View) -> El {
    let bin = view.bins.iter().rev().find(|b| b.judged).or(view.bins.last());
    let title = bin.map_or_else(String::new, |b| span(b.start, b.end));
    let sheet = el("section", "sheet").el(el("h2", "").text(&format!("Last bin, {title}")));
    let sheet = if view.last_metrics.is_empty() {
        let judged = view.bins.iter().any(|b| b.judged);
        let says = if judged { "No predictions, so no metrics." } else { "No bin was judged on its own yet: each has too few rows." };
        sheet.el(el("p", "meta").text(says))
    } else {
        sheet.view(metrics(&view.last_metrics, "bin"))
    };
    sheet.all(bin.map(|b| el("p", "meta after-rows").el(link("", &Route::bins(b.start, None).href(), "Open this bin"))))
}

/// The monitor that the reader wants to see, or the one that matters most.
fn chosen(view: &View, id: &str) -> Option<usize> {
    let of = |id: &str| view.monitors.iter().position(|m| m.id == id);
    let told = || view.insights.iter().filter(|i| i.severity > Severity::Pass).find_map(|i| i.monitor.as_deref().and_then(of));
    let performance = || view.monitors.iter().position(|m| m.category == Category::ModelPerformance);
    of(id).or_else(told).or_else(performance).or_else(|| (!view.monitors.is_empty()).then_some(0))
}

fn picture(app: App, view: &Arc<View>) -> AnyView {
    let [metric, object, days] = app.watch.picked;
    let view = view.clone();
    live(move || {
        let Some(monitor) = chosen(&view, &metric.get()).and_then(|at| view.monitors.get(at)) else { return none() };
        let series = monitor.series.iter().find(|s| s.object == object.get()).or_else(|| monitor.series.first());
        let Some(series) = series else { return none() };
        let title = super::titled(&monitor.name, &series.object);
        let day = 86_400_000;
        let (first, end) = (view.bins.first().map_or(0, |b| b.start), view.bins.last().map_or(0, |b| b.end));
        let from = number(&days.get()).map_or(i64::MIN, |d| end - d as i64 * day);
        let id = monitor.id.clone();
        let metrics = view.monitors.iter().map(|m| option(&m.id, &m.name)).collect();
        let set = move |id: String| {
            object.set(String::new());
            metric.set(id);
        };
        let mut picks = el("div", "actions pickers").el(labelled("Metric", select(metrics, move || id.clone(), set).testid("pick-metric")));
        if monitor.series.len() > 1 {
            let now = series.object.clone();
            picks =
                picks.el(labelled("Feature", select(objects(monitor), move || now.clone(), move |v| object.set(v)).testid("pick-object")));
        }
        let spans = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "a year")];
        let spans = spans.into_iter().filter(|(d, _)| number(d).is_some_and(|d| (d as i64) * day < end - first));
        let spans: Vec<El> = std::iter::once(("", "All bins")).chain(spans).map(|(id, name)| option(id, name)).collect();
        if spans.len() > 1 {
            picks = picks.el(labelled("Time", select(spans, move || days.get(), move |v| days.set(v)).testid("pick-time")));
        }
        let about = link("", &Route::Monitors(Some(monitor.id.clone())).href(), &title);
        el("section", "sheet")
            .el(el("div", "head").el(el("div", "").el(el("h2", "").el(about)).el(el("p", "meta").text(&monitor.description))).el(picks))
            .view(series_chart(&view, monitor, series, |p| bin_end(p.bin, view.size) > from, None))
            .any()
    })
}

fn labelled(name: &str, select: El) -> El {
    el("label", "").el(el("span", "visually-hidden").text(name)).el(select)
}

fn objects(monitor: &Monitor) -> Vec<El> {
    monitor.series.iter().map(|s| option(&s.object, if s.object.is_empty() { "All rows" } else { &s.object })).collect()
}

/// How evidence is judged, and the one number that decides it.
fn evidence(app: App, view: &View) -> AnyView {
    let alarm = view.alarm;
    let says = format!(
        "At most {} in a year without any change: {} bins of {} questions each are judged together at a level of {}, and change that creeps over several bins at {} a window.{} Bins of fewer than {} rows are kept, and judged together with others only.",
        counted(alarm.budget.round() as u64, "false event"),
        count(alarm.bins_a_year.round() as u64),
        count(alarm.families),
        crate::format::number(alarm.level),
        crate::format::number(alarm.creeping_level),
        if alarm.weekdays { " A day is held against the same weekday of the reference." } else { "" },
        view.config.min_rows
    );
    let budget = RwSignal::new(view.config.false_events_a_year);
    let value = input(
        "number",
        move || budget.get().to_string(),
        move |v| {
            if let Some(v) = number(&v).filter(|v| *v > 0.0) {
                budget.set(v);
            }
        },
    );
    let value = value.attr("min", "0.01").attr("step", "any");
    let judge = button("btn", "Judge all bins anew", move || {
        app.watch.act("setBudget", vec![budget.get_untracked().into()], move || app.shown.set(crate::state::Load::Waiting));
    });
    el("section", "sheet")
        .el(el("h2", "").text("How evidence is judged"))
        .el(el("p", "meta").text(&says))
        .el(el("div", "fields row")
            .el(field("False events a year", value))
            .el(el("div", "").el(judge.live_attr("disabled", move || app.watch.busy().then(String::new)))))
        .any()
}

/// About how many bins a week has; 1 where bins are as long.
pub fn bins_a_week(view: &View) -> usize {
    (7 * 86_400_000 / length(view.size).max(1)).max(1) as usize
}
