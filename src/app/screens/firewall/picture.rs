//! A series as a picture with its events; a click on a bin or an event opens it.

use leptos::prelude::*;
use straingauge_api::{Point, Severity};
use straingauge_charts::calendar::span_short;
use straingauge_charts::series::{self, Input, Stretch};

use crate::client::{Monitor, Series, View};
use crate::element::{el, svg};
use crate::parts::Shape;
use crate::route::{Place, Route};
use crate::scene::{chart, chart_width, marks};
use crate::state::go;
use crate::watch::Watch;

/// The chart of a series, of the bins that `shown` wants.
pub fn series_chart(view: &View, monitor: &Monitor, series: &Series, shown: impl Fn(&Point) -> bool, selected: Option<i64>) -> AnyView {
    let mut points = Watch::points(&monitor.id, &series.object, u32::MAX);
    points.retain(shown);
    let of = view.events.iter().filter(|e| e.monitor == monitor.id && e.object == series.object);
    let labels: Vec<String> = of.clone().map(|e| format!("{} · {}", Shape::from(e.severity).word(), span_short(e.start, e.end))).collect();
    let mut events: Vec<Stretch<'_>> = of
        .zip(&labels)
        .map(|(e, label)| Stretch {
            opens: &e.id,
            label,
            severity: e.severity,
            quiet: e.resolved.is_some() || e.muted,
            start: e.start,
            end: e.end,
        })
        .collect();
    events.sort_by_key(|e| e.start);
    let input = Input {
        name: &super::titled(&monitor.name, &series.object),
        unit: monitor.unit,
        better: monitor.better,
        points: &points,
        size: view.size,
        reference: series.reference,
        warning: &series.warning,
        alert: &series.alert,
        events: &events,
        selected,
    };
    let open = Callback::new(|id: String| {
        go(&id.parse().map_or_else(|_| Route::Firewall(Place::Event(id)), |start| Route::bins(start, None)));
    });
    let drawn = chart(series::draw(&input, chart_width(1500.0)), Some(open), "series-chart");
    let realised = points.iter().any(|p| p.realised.is_some());
    let mut legend = "Points with 95 % intervals; the line across is the reference, dashed lines warn and alert, shaded stretches are events. A column opens its bin.".to_owned();
    if realised {
        legend.push_str(" Hollow: realised by labels that came later.");
    }
    el("div", "").view(drawn).el(el("p", "meta legend").text(&legend)).any()
}

/// A small picture of a series, with its last value.
pub fn sparkline(view: &View, monitor: &Monitor, series: &Series) -> (AnyView, Option<f64>) {
    let points = Watch::points(&monitor.id, &series.object, 60);
    let last = points.iter().rev().find_map(|p| p.value);
    let scene = series::sparkline(&points, series.reference, view.size, 120.0, 26.0);
    let picture = svg("svg", "scene sparkline")
        .attr("viewBox", "0 0 120 26")
        .attr("width", "120")
        .attr("height", "26")
        .attr("aria-hidden", "true")
        .all(marks(scene.marks));
    (picture.any(), last)
}

/// The shape of what is open or over: quiet things are not judged any more.
pub fn shape(severity: Severity, quiet: bool) -> Shape {
    if quiet { Shape::Skip } else { severity.into() }
}
