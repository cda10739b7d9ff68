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
use crate::screens::firewall::events::incident_link;
use crate::screens::firewall::picture::series_chart;
use crate::screens::firewall::{bins, crumbs, every, feed};
use crate::screens::setup::{field, input, number, option, select};
use crate::state::App;
use crate::watch::Watch;

/// Insights shown before the rest goes behind a button.
const FIRST: usize = 5;

/// What a firewall can be saved as.
const KINDS: [(&str, &str, &str); 4] = [
    ("incidents-csv", "Incidents (CSV)", "a row an incident: events of one cause"),
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
        // While data are read, the progress says what there is.
        all.push(live(move || if app.watch.busy() { none() } else { empty("No production data yet", text, none()) }));
    } else {
        all.push(el("div", "cols").el(status(view)).el(last(view)).any());
        all.push(picture(app, view));
        all.push(bins::section(view));
        all.push(feed::labels(app, view));
    }
    all.push(evidence(app, view));
    all.push(settings(view));
    row(all)
}

fn head(app: App, view: &View) -> AnyView {
    let model = if view.config.model.is_empty() { "data alone".to_owned() } else { format!("model {}", view.config.model) };
    let budget = view.config.false_events_a_year;
    let events = if (budget - 1.0).abs() < f64::EPSILON { "false event" } else { "false events" };
    let mut facts = format!(
        "{model} · reference {} · {} · at most {} {events} a year",
        view.reference.file,
        every(view.size),
        crate::format::number(budget)
    );
    // Before there are data nothing is followed yet.
    if !view.monitors.is_empty() {
        facts.push_str(&format!(" over {}", counted(view.monitors.len() as u64, "monitor")));
    }
    let title = el("div", "").view(crumbs(app, "Firewall", &[])).el(el("h1", "").text("Firewall")).el(el("p", "meta").text(&facts));
    let failed = RwSignal::new(None);
    let save = move |kind: &'static str| {
        leptos::task::spawn_local(async move {
            failed.set(save(app, kind).await.err());
        });
    };
    let try_row = link("btn", &Route::Firewall(Place::Check).href(), "Try a row");
    let actions = el("div", "actions").el(try_row).view(menu(&KINDS, save, failed, Some(feed::import(app))));
    // The panel stands open where there is nothing yet.
    let opener = if view.bins.is_empty() { none() } else { feed::opener(app) };
    el("div", "head").el(title).el(actions.view(opener)).any()
}

async fn save(app: App, kind: &'static str) -> crate::client::Answer<()> {
    let Some(firewall) = Watch::handle() else { return Ok(()) };
    let name = file_name(&app.open.get_untracked().map_or_else(|| "firewall".to_owned(), |p| p.name));
    let thrown = |e: wasm_bindgen::JsValue| crate::client::api_error(&e);
    let (text, ending, mime) = if kind == "firewall-json" {
        let document = crate::client::ask(&firewall, "toJSON", &[]).await?;
        (js_sys::JSON::stringify(&document).map_err(thrown)?.into(), "firewall.json", "application/json")
    } else {
        let (method, ending) = match kind {
            "incidents-csv" => ("incidents", "incidents.csv"),
            "events-csv" => ("events", "events.csv"),
            _ => ("binsTable", "bins.csv"),
        };
        let table = crate::client::ask(&firewall, method, &[]).await?;
        (crate::client::ask(&table, "toCSV", &[]).await?, ending, "text/csv")
    };
    download(&text, &format!("{name}.{ending}"), mime).map_err(thrown)
}

fn status(view: &Arc<View>) -> El {
    let open = view.incidents.iter().filter(|i| i.open && i.resolved.is_none() && !i.muted).count();
    let shape: Shape = view.status.into();
    let says = el("p", "says").testid("firewall-headline").attr("data-status", shape.class());
    let says = says.el(el("span", shape.class()).view(mark(shape))).text(" ").text(&view.headline);
    let all = RwSignal::new(view.insights.len() <= FIRST + 1);
    let (count, shown) = (view.insights.len(), view.clone());
    let list = move || {
        let limit = if all.get() { count } else { FIRST };
        row(shown.insights.iter().take(limit).map(|i| insight(&shown, i)).collect())
    };
    let more = move || if all.get() { none() } else { button("link", &format!("Show all {count}"), move || all.set(true)).any() };
    let events = match view.incidents.len() as u64 {
        0 => el("p", "meta").text("No event so far."),
        n => {
            let name = format!("{} in all ({}), {open} open", counted(n, "incident"), counted(view.events.len() as u64, "event"));
            el("p", "meta").el(link("", &Route::events().href(), &name).testid("to-events"))
        }
    };
    el("section", "sheet verdict").el(says).el(el("ul", "findings").testid("insights").live(list)).live(more).el(events)
}

fn insight(view: &View, insight: &Insight) -> AnyView {
    let incident = view.incidents.iter().find(|i| Some(&i.id) == insight.incident.as_ref());
    let title = incident.map(|i| el("p", "").el(link("title", &incident_link(i).href(), &i.title)));
    let says = el("div", "").all(title).el(el("p", "finding-says").text(&insight.text)).el(el("small", "").text(&insight.detail));
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
    let often = |level: f64| format!("1 in {}", count((1.0 / level.max(f64::MIN_POSITIVE)).round() as u64));
    let budget = format!("At most {} in a year without any change.", counted(alarm.budget.round().max(1.0) as u64, "false event"));
    let judged = if alarm.families == 0 {
        "How much evidence a single question then needs follows from the first production data.".to_owned()
    } else {
        format!(
            "A year has {} bins. The {} of a bin are judged together: without any change {} bins shows something. A change that creeps in over several bins needs evidence that chance brings about once in {} looks.",
            count(alarm.bins_a_year.round() as u64),
            counted(alarm.families, "question"),
            often(alarm.level),
            count((1.0 / alarm.creeping_level.max(f64::MIN_POSITIVE)).round() as u64),
        )
    };
    let days = if alarm.weekdays { " A day is held against the same weekday of the reference." } else { "" };
    let says = format!(
        "{budget} {judged}{days} Bins of fewer than {} are kept, and judged together with others only.",
        counted(view.config.min_rows, "row")
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

/// How the firewall is set up, beside the budget.
fn settings(view: &View) -> AnyView {
    let config = &view.config;
    let mut rows: Vec<(&str, String)> = vec![("Sensitivity", config.sensitivity.clone())];
    if !config.exclude_columns.is_empty() {
        rows.push(("Columns left out", config.exclude_columns.join(", ")));
    }
    rows.extend(config.positive_class.clone().map(|class| ("Positive class", class)));
    rows.extend(config.decision_threshold.map(|cut| ("Decision threshold", crate::format::number(cut))));
    for (id, test) in &config.tests {
        let mut says = Vec::new();
        says.extend(test.run.map(|run| if run { "on".to_owned() } else { "off".to_owned() }));
        says.extend(test.warning.map(|v| format!("warns from {}", crate::format::number(v))));
        says.extend(test.alert.map(|v| format!("alerts from {}", crate::format::number(v))));
        if says.is_empty() {
            says.push("other parameters".to_owned());
        }
        rows.push((id, says.join(", ")));
    }
    let ledger = view.ledger.map_or_else(
        || "Off: labels that come later are read from the whole file again.".to_owned(),
        |rows| format!("On: {} are remembered by a keyed hash of their id.", counted(rows, "row")),
    );
    rows.push(("Late labels", ledger));
    for metric in &view.custom_metrics {
        rows.push((&metric.name, metric.skipped.clone().unwrap_or_else(|| "followed: a metric of your own".to_owned())));
    }
    let rows =
        rows.into_iter().map(|(name, says)| el("tr", "").el(el("th", "").attr("scope", "row").text(name)).el(el("td", "").text(&says)));
    let says = "Set when the firewall was made, from the settings of the stress test. A new firewall takes others.";
    el("details", "sheet more")
        .testid("firewall-settings")
        .el(el("summary", "").text("Settings"))
        .el(el("p", "meta").text(says))
        .el(el("table", "risks").el(el("tbody", "").all(rows)))
        .any()
}

/// About how many bins a week has; 1 where bins are as long.
pub fn bins_a_week(view: &View) -> usize {
    (7 * 86_400_000 / length(view.size).max(1)).max(1) as usize
}
