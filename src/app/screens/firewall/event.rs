//! An event: what happened, when, what explains it, and what was done about it.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Cause, CauseKind, Event, Incident, Unit};

use crate::client::View;
use crate::element::{El, el, link, row, scroll, svg, table};
use crate::format::{changed, counted, value};
use crate::parts::{empty, failing_rows, mark};
use crate::route::{Place, Route};
use crate::screens::firewall::events::{events_of, facts, incident_facts, standing};
use crate::screens::firewall::notes::{self, notes, resolution, section};
use crate::screens::firewall::picture::{series_chart, shape};
use crate::screens::firewall::{crumbs, titled};
use crate::state::App;

/// The screen.
pub fn screen(app: App, view: &Arc<View>, id: &str) -> AnyView {
    let up = [(Route::Firewall(Place::Overview), "Firewall"), (Route::events(), "Events")];
    let Some(event) = view.events.iter().find(|e| e.id == id) else {
        let back = link("btn", &Route::events().href(), "To the events").any();
        let text = "It may have changed with the bins that it was made of.";
        return row(vec![el("h1", "").text("Event").any(), empty("No such event", text, back)]);
    };
    let name = titled(&event.monitor_name, &event.object);
    let title = el("div", "").view(crumbs(app, &name, &up)).el(el("h1", "").text(&name)).el(notes::facts(&facts(event)));
    let mut actions = el("div", "actions");
    if event.bins > 1 {
        let to = Route::bins(event.start, Some(event.end)).href();
        actions = actions.el(link("btn", &to, "Its bins together"));
    }
    let worst = link("btn", &Route::bins(event.worst, None).href(), "Its worst bin");
    let monitor = link("", &Route::Monitors(Some(event.monitor.clone())).href(), "All of this monitor");
    let says = el("section", "sheet verdict")
        .testid("event-says")
        .el(el("p", "says").view(standing(event.severity, event.resolved.as_ref(), event.muted)).text(" ").text(&event.sentence))
        .el(el("p", "meta").el(monitor))
        .view(resolution(app, &event.id, event.resolved.as_ref(), "Resolve"));
    let chart = view.series(&event.monitor, &event.object).map(|(monitor, series)| {
        let chart = series_chart(view, monitor, series, |_| true, Some(event.worst));
        el("section", "sheet").el(el("h2", "").text(&name)).view(chart).any()
    });
    let mut all = vec![el("div", "head").el(title).el(actions.el(worst)).any(), says.any()];
    all.extend(chart);
    all.push(causes(app, view, event));
    let incident = view.incidents.iter().find(|i| i.id == event.incident);
    all.extend(incident.filter(|i| i.events.len() > 1).map(|i| same_incident(app, view, event, i)));
    all.push(together(view, event));
    all.push(notes(app, &event.id, &event.notes));
    row(all)
}

fn causes(app: App, view: &View, event: &Event) -> AnyView {
    let unit = view.series(&event.monitor, &event.object).map_or(Unit::Score, |(monitor, _)| monitor.unit);
    let project = app.open.get_untracked().map(|p| p.id).unwrap_or_default();
    let items = event.causes.iter().map(|c| cause(c, unit, &project));
    let list = el("ol", "causes").testid("causes").all(items).any();
    let says = "Ranked by how much of the change they explain. Mix: rows moved between the parts of a feature. Within: the model does otherwise in the same part.";
    let title = "What explains it";
    if event.causes.is_empty() {
        return section(title, vec![el("p", "meta").text("Nothing that was measured explains more of it than the rest.").any()]);
    }
    section(title, vec![el("p", "meta").text(says).any(), list])
}

const fn kind(kind: CauseKind) -> &'static str {
    match kind {
        CauseKind::Mix => "Mix",
        CauseKind::Within => "Within",
        CauseKind::Drift => "Drift",
        CauseKind::Abnormal => "Abnormal rows",
        CauseKind::Tokens => "Words",
    }
}

fn cause(cause: &Cause, unit: Unit, project: &str) -> El {
    let mut about: Vec<String> = Vec::new();
    about.extend(cause.share.map(|s| format!("{} of the change", value(Some(s), Unit::Share))));
    let part = |v: f64| {
        let [_, _, part] = changed(0.0, v, unit);
        part
    };
    about.extend(cause.mix.map(|v| format!("mix {}", part(v))));
    about.extend(cause.within.map(|v| format!("within {}", part(v))));
    about.extend(cause.rows.map(|n| counted(n, "row")));
    let says = el("div", "")
        .el(el("p", "").el(el("span", "chip").text(kind(cause.kind))).el(el("span", "finding-says").text(&cause.sentence)))
        .all(cause.share.map(|share| bar(share, cause.mix, cause.within)))
        .el(notes::facts(&about));
    let tokens = (!cause.tokens.is_empty()).then(|| {
        let rows = cause.tokens.iter().map(|t| {
            let share = |v: f64| el("td", "n").text(&value(Some(v), Unit::Share));
            el("tr", "").el(el("th", "").attr("scope", "row").el(el("code", "").text(&t.token))).el(share(t.reference)).el(share(t.event))
        });
        scroll("Words", table("tokens", &["Word", ".reference", ".event"], el("tbody", "").all(rows)))
    });
    let rows = cause.examples.first().zip(cause.case.as_ref()).map(|(first, case)| {
        // The rows of one bin, which the firewall reads from the loaded data.
        failing_rows(project, &format!("bins:{}", first.bin), case, cause.rows.unwrap_or(cause.examples.len() as u64))
    });
    el("li", "cause").testid("cause").el(says.all(tokens).maybe(rows))
}

/// The share of the change, divided into what mix and what within do.
fn bar(share: f64, mix: Option<f64>, within: Option<f64>) -> El {
    let wide = 240.0;
    let length = share.abs().min(1.0) * wide;
    let (a, b) = (mix.unwrap_or(0.0).abs(), within.unwrap_or(0.0).abs());
    let part = if a + b > 0.0 { a / (a + b) } else { 0.0 };
    let piece = |class: &str, x: f64, w: f64| {
        svg("rect", class)
            .attr("x", &format!("{x:.1}"))
            .attr("y", "1")
            .attr("width", &format!("{w:.1}"))
            .attr("height", "8")
            .attr("rx", "1")
    };
    svg("svg", "share")
        .attr("viewBox", "0 0 240 10")
        .attr("width", "240")
        .attr("height", "10")
        .attr("aria-hidden", "true")
        .el(piece("whole", 0.0, wide))
        .el(piece(if share < 0.0 { "against" } else { "mix" }, 0.0, length * part))
        .el(piece(if share < 0.0 { "against" } else { "within" }, length * part, length * (1.0 - part)))
}

/// The incident that the event is part of, with its other events.
fn same_incident(app: App, view: &View, event: &Event, incident: &Incident) -> AnyView {
    let others = events_of(view, incident).filter(|e| e.id != event.id).map(listed);
    let about = el("p", "").el(el("strong", "").text(&incident.title));
    let does = notes::resolution(app, &incident.id, incident.resolved.as_ref(), "Resolve all");
    let parts = vec![
        about.any(),
        notes::facts(&incident_facts(incident)).any(),
        el("ul", "findings").testid("incident").all(others).any(),
        el("div", "actions after-rows").testid("resolve-incident").view(does).any(),
    ];
    section("The same incident", parts)
}

fn together(view: &View, event: &Event) -> AnyView {
    let others = view.events.iter().filter(|e| event.together.contains(&e.id) && (e.incident != event.incident || e.incident.is_empty()));
    let items: Vec<El> = others.map(listed).collect();
    let list = (!items.is_empty()).then(|| el("ul", "findings").testid("together").all(items).any());
    section("At the same time", list.into_iter().collect())
}

fn listed(event: &Event) -> El {
    let to = link("", &Route::Firewall(Place::Event(event.id.clone())).href(), &titled(&event.monitor_name, &event.object));
    let says = el("div", "").el(el("p", "").el(to)).el(notes::facts(&facts(event)));
    el("li", "").view(mark(shape(event.severity, event.resolved.is_some()))).el(says)
}
