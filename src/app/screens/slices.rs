//! The weakest parts of the data: conjunctions of up to three conditions, worst first.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Better, Case, Figure, Severity, SubsetBar, Unit};

use crate::element::{El, el, row, svg};
use crate::format::{counted, interval, value};
use crate::parts::shape_of_batch;
use crate::screens::case::case_with;
use crate::state::Shown;

/// The tests that search for slices, by error, log loss or absolute error.
const TESTS: &str = "subset_performance:worst_slices";

/// The view.
pub fn view(shown: &Arc<Shown>) -> AnyView {
    let batches: Vec<&Batch> = shown.document.batches.iter().filter(|b| b.id.starts_with(TESTS)).collect();
    let Some(first) = batches.first() else {
        return missing("This run did not look for slices. It takes predictions and labels, and the test Worst Slices switched on.");
    };
    let found: Vec<AnyView> = batches.iter().filter_map(|b| of_test(shown, b)).collect();
    if found.is_empty() {
        let lead = first.cases.first();
        let says = first.reason.as_deref().or_else(|| lead.map(crate::screens::case::says)).filter(|s| !s.is_empty());
        return missing(says.unwrap_or("No part of the data stands out."));
    }
    let says = "The weakest parts of the data, as combinations of up to three conditions. They were searched for in one half of the rows and judged on the other, so the figures are not flattered by the search.";
    let mut all = vec![el("p", "meta").text(says).any()];
    all.extend(found);
    row(all)
}

fn of_test(shown: &Arc<Shown>, batch: &Batch) -> Option<AnyView> {
    let slices: Vec<&Case> = batch.cases.iter().filter(|c| c.subset.is_some()).collect();
    if slices.is_empty() {
        return None;
    }
    let failing = slices.iter().filter(|c| c.severity > Severity::Pass).count();
    let items = slices.iter().enumerate().map(|(i, case)| {
        let chips = conditions(case).into_iter().enumerate().flat_map(|(i, c)| {
            let and = (i > 0).then(|| el("span", "and").text("and"));
            and.into_iter().chain([el("span", "chip").text(c)])
        });
        let lead =
            el("b", "slice").el(el("span", "rank").text(&(i + 1).to_string())).all(chips).el(el("span", "slice-bar").maybe(bar(case)));
        case_with(shown, batch, case, lead, if case.figure.is_some() { "" } else { crate::screens::case::says(case) }, true, false)
            .testid("slice")
    });
    let head = el("div", "group-head")
        .el(el("h3", "").text(&batch.name))
        .view(crate::parts::label(shape_of_batch(batch)))
        .el(el("span", "meta").text(&format!("{failing} of {} fail or warn", slices.len())));
    Some(el("section", "group").el(head).el(el("ol", "cases slices").testid("slices").all(items)).any())
}

fn missing(says: &str) -> AnyView {
    el("p", "none").attr("role", "status").testid("no-slices").text(says).any()
}

fn conditions(case: &Case) -> Vec<&str> {
    case.subset.as_deref().unwrap_or_default().split(" ∧ ").collect()
}

/// The slice's metric with its interval beside the line of all rows.
fn bar(case: &Case) -> Option<AnyView> {
    let Some(Figure::SubsetBars { metric, unit, better, bars, overall, .. }) = &case.figure else { return None };
    let bar = bars.iter().find(|b| Some(&b.label) == case.subset.as_ref()).or_else(|| bars.first())?;
    Some(row(vec![picture(bar, *overall, *unit, *better), numbers(bar, metric, *overall, *unit).any()]))
}

fn numbers(bar: &SubsetBar, metric: &str, overall: Option<f64>, unit: Unit) -> El {
    let within = interval(bar.metric.low, bar.metric.high, unit).map(|i| format!(" ({i})")).unwrap_or_default();
    let rest = format!(" against {}, {}", value(overall, unit), counted(bar.n, "row"));
    el("small", "").text(&format!("{metric} ")).el(el("strong", "").text(&value(bar.metric.value, unit))).text(&within).text(&rest)
}

fn picture(bar: &SubsetBar, overall: Option<f64>, unit: Unit, better: Better) -> AnyView {
    let ends = [bar.metric.value, bar.metric.low, bar.metric.high, overall];
    let top = ends.into_iter().flatten().fold(if unit == Unit::Score && better == Better::Higher { 1.0 } else { 1e-9 }, f64::max);
    let x = |v: f64| format!("{:.1}", 1.0 + 158.0 * (v / top).clamp(0.0, 1.0));
    let line = |class: &str, from: &str, to: &str, y1: &str, y2: &str| {
        svg("line", class).attr("x1", from).attr("x2", to).attr("y1", y1).attr("y2", y2)
    };
    let class = match bar.severity {
        Severity::Alert => "bar alert",
        Severity::Warning => "bar warning",
        Severity::Pass => "bar quiet",
    };
    let width = x(bar.metric.value.unwrap_or_default());
    let frame =
        svg("svg", "scene mini").attr("viewBox", "0 0 160 18").attr("width", "160").attr("height", "18").attr("aria-hidden", "true");
    let frame = frame.el(svg("rect", class).attr("x", "1").attr("y", "5").attr("width", &width).attr("height", "8"));
    let whisker = bar.metric.low.zip(bar.metric.high).map(|(l, h)| line("whisker", &x(l), &x(h), "9", "9"));
    let all = overall.map(|o| line("overall", &x(o), &x(o), "0", "18"));
    frame.all(whisker).all(all).any()
}
