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
    // What has no value on the judged side (without labels there is no accuracy) comes last.
    let (valued, without): (Vec<_>, Vec<_>) = metrics.iter().partition(|m| m.evaluation.is_some());
    let rows = valued.into_iter().chain(without).enumerate().map(|(i, m)| {
        let change = m.evaluation.zip(m.reference).map(|(e, r)| e - r);
        let class = format!("n change{}", severity_class(m.severity, m.better, change));
        let (scale, power) = thousands([m.reference, m.evaluation].into_iter().flatten());
        let scaled = |v: Option<f64>| v.map(|v| v / scale);
        let [from, to, by] = match (scaled(m.reference), scaled(m.evaluation)) {
            (Some(reference), Some(evaluation)) => format::changed(reference, evaluation, m.unit),
            (reference, evaluation) => [format::value(reference, m.unit), format::value(evaluation, m.unit), "–".to_owned()],
        };
        let name = if power.is_empty() { m.name.clone() } else { format!("{}, in {power}", m.name) };
        let number = |v: Option<f64>, text: &str| {
            let cell = el("td", "n").text(text);
            if let Some(v) = v { cell.attr("data-value", &v.to_string()) } else { cell }
        };
        el("tr", "")
            .testid(&format!("metric-{}", m.id))
            .live_attr("class", move || (i >= FIRST && !all.get()).then(|| "folded".to_owned()))
            .el(el("th", "").attr("scope", "row").text(&name))
            .all([number(m.reference, &from), number(m.evaluation, &to)])
            .el(el("td", &class).text(&by))
    });
    let table = table("metrics", &["", ".reference", &format!(".{now}"), ".change"], el("tbody", "").all(rows));
    let more = move || {
        if all.get() { none() } else { button("link small", &format!("Show all {count} metrics"), move || all.set(true)).any() }
    };
    row(vec![crate::element::scroll("Model metrics", table).any(), live(more)])
}

/// What numbers too long to be read are divided by, and its name: squares of prices have ten digits and more.
fn thousands(values: impl Iterator<Item = f64>) -> (f64, &'static str) {
    let size = values.map(f64::abs).filter(|v| v.is_finite()).fold(0.0, f64::max);
    match size {
        s if s >= 1e15 => (1e15, "10¹⁵"),
        s if s >= 1e12 => (1e12, "10¹²"),
        s if s >= 1e9 => (1e9, "10⁹"),
        s if s >= 1e7 => (1e6, "10⁶"),
        _ => (1.0, ""),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_written_in_powers_of_a_thousand() {
        assert_eq!(thousands([2_478_518_827.0, 11_656_069_166.0].into_iter()), (1e9, "10⁹"));
        assert_eq!(thousands([-474_896.0].into_iter()), (1.0, ""));
        assert_eq!(thousands(std::iter::empty()), (1.0, ""));
    }
}
