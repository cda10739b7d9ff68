//! The model's metrics, reference against evaluation.

use leptos::prelude::*;
use straingauge_api::{Better, ModelMetric, Severity};

use crate::element::{button, el, live, none, row, table};
use crate::format;

/// Metrics shown before the rest goes behind a button.
const FIRST: usize = 10;

/// The table of metrics; `now` names the side that is judged.
pub fn metrics(metrics: &[ModelMetric], now: &str) -> AnyView {
    if metrics.is_empty() {
        return el("p", "meta").text("No predictions, so no metrics: this run tests the data alone.").any();
    }
    let count = metrics.len();
    let all = RwSignal::new(count <= FIRST + 2);
    let rows = metrics.iter().enumerate().map(|(i, m)| {
        let change = m.evaluation.zip(m.reference).map(|(e, r)| e - r);
        let class = format!("n change{}", severity_class(m.severity, m.better, change));
        let [from, to, by] = match (m.reference, m.evaluation) {
            (Some(reference), Some(evaluation)) => format::changed(reference, evaluation, m.unit),
            _ => [format::value(m.reference, m.unit), format::value(m.evaluation, m.unit), "–".to_owned()],
        };
        let number = |v: Option<f64>, text: &str| {
            let cell = el("td", "n").text(text);
            if let Some(v) = v { cell.attr("data-value", &v.to_string()) } else { cell }
        };
        el("tr", "")
            .testid(&format!("metric-{}", m.id))
            .live_attr("class", move || (i >= FIRST && !all.get()).then(|| "folded".to_owned()))
            .el(el("th", "").attr("scope", "row").text(&m.name))
            .all([number(m.reference, &from), number(m.evaluation, &to)])
            .el(el("td", &class).text(&by))
    });
    let table = table("metrics", &["", ".reference", &format!(".{now}"), ".change"], el("tbody", "").all(rows));
    let more = move || {
        if all.get() { none() } else { button("link small", &format!("Show all {count} metrics"), move || all.set(true)).any() }
    };
    row(vec![table.any(), live(more)])
}

/// The class of a change for the worse of which a test says something.
pub fn severity_class(severity: Severity, better: Better, change: Option<f64>) -> &'static str {
    let worse = change.is_some_and(|c| match better {
        Better::Higher => c < 0.0,
        Better::Lower => c > 0.0,
        Better::Neutral => false,
    });
    match severity {
        Severity::Alert if worse => " alert",
        Severity::Warning if worse => " warn",
        _ => "",
    }
}
