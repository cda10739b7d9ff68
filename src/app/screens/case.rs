//! A case: its sentence; opened, its numbers, its chart, its rows.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Case, Kind, Unit, Weakness};
use straingauge_charts::terms::{term, term_value};

use crate::element::{El, el, link, svg};
use crate::format::{count, counted, interval, p_value, value};
use crate::parts::{Shape, acceptance, failing_rows, gauge, shape_of, told};
use crate::scene::{chart, chart_width};
use crate::state::{App, Shown};

/// What a case is about, in a few words.
pub fn about(case: &Case) -> String {
    let features = case.features.join(" × ");
    match &case.subset {
        // A slice says its features itself.
        Some(subset) if case.features.is_empty() || subset.contains(case.features[0].as_str()) => subset.clone(),
        Some(subset) => format!("{features} · {subset}"),
        None if features.is_empty() => "All rows".to_owned(),
        None => features,
    }
}

/// What it says: its sentence, or why it could not be judged.
pub fn says(case: &Case) -> &str {
    if case.sentence.is_empty() { case.reason.as_deref().unwrap_or_default() } else { &case.sentence }
}

/// A word for cases that fail no longer because somebody lets them be.
pub fn let_be(case: &Case) -> Option<&'static str> {
    if case.accepted.is_some() { Some("accepted") } else { case.known.as_ref().map(|_| "known") }
}

/// The small arrow of what opens.
pub fn chevron() -> El {
    let path =
        svg("path", "").attr("d", "M2.5 4.5 6 8l3.5-3.5").attr("fill", "none").attr("stroke", "currentColor").attr("stroke-width", "1.6");
    svg("svg", "chevron").attr("viewBox", "0 0 12 12").attr("aria-hidden", "true").el(path)
}

/// The row, and what it opens to. `titled` says the test too, in a list of cases of many tests.
pub fn case_row(shown: &Arc<Shown>, batch: &Batch, case: &Case, titled: bool, open: bool) -> El {
    let lead = el("b", "").text(&if titled { format!("{} · {}", batch.name, about(case)) } else { about(case) });
    case_with(shown, batch, case, lead, says(case), titled, open)
}

/// The same with another lead.
pub fn case_with(shown: &Arc<Shown>, batch: &Batch, case: &Case, lead: El, says: &str, titled: bool, open: bool) -> El {
    let opened = RwSignal::new(open || App::here().decided.with_untracked(|id| *id == case.id));
    let shape = shape_of(case);
    let tag = let_be(case).map(|word| el("span", "chip").text(word));
    let head = el("button", "case-head")
        .attr("type", "button")
        .attr("data-case", &case.id)
        .aria("aria-expanded", move || opened.get())
        .on("click", move |_| opened.update(|o| *o = !*o))
        .el(el("span", "case-mark").view(told(shape)))
        .el(el("span", "case-about").el(lead).all(tag).el(el("span", "case-says").text(says)))
        .view(gauge(case.severity_score, shape, case.evident))
        .el(chevron());
    let (batch, id) = (batch.id.clone(), case.id.clone());
    let shown = shown.clone();
    el("li", "")
        .testid("case-row")
        .attr("data-id", &case.id)
        .live_attr("class", move || Some(if opened.get() { "case opened" } else { "case" }.to_owned()))
        .el(head)
        .live(move || {
            let case = shown.document.batches.iter().filter(|b| b.id == batch).flat_map(|b| &b.cases).find(|c| c.id == id);
            case.filter(|_| opened.get()).map_or_else(crate::element::none, |case| body(&shown, case, titled))
        })
}

fn body(shown: &Arc<Shown>, case: &Case, titled: bool) -> AnyView {
    let figure = case.figure.as_ref().map(|f| chart(straingauge_charts::draw(f, chart_width(640.0)), None, ""));
    let mut body = el("div", "case-body")
        .view(acceptance(shown, case))
        .el(el("div", "case-grid").el(el("dl", "numbers").all(numbers(case))).maybe(figure));
    if let Some(rows) = case.rows.as_ref().filter(|r| r.count > 0) {
        let share = value(Some(rows.share), Unit::Share);
        let says =
            format!("{}, {share} of the evaluation set, read from the loaded files; no part of the run.", counted(rows.count, "row"));
        body = body.el(el("h3", "").text("Rows")).el(el("p", "meta").text(&says)).view(failing_rows(
            &shown.project,
            &shown.run,
            &case.id,
            rows.count,
        ));
    }
    if titled {
        body = body.el(el("p", "meta after-rows").el(link("", &shown.case_href(&case.id), "Open the test")));
    }
    body.any()
}

fn numbers(case: &Case) -> Vec<El> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut say = |name: &str, text: String| all.push((name.to_owned(), text));
    if let Some(statistic) = case.statistic {
        let about = if case.approximate { "≈\u{202f}" } else { "" };
        say("Statistic", format!("{about}{}", value(Some(statistic), case.statistic_unit)));
    }
    if let Some(effect) = case.effect {
        let within = interval(case.ci_low, case.ci_high, case.effect_unit).map(|i| format!(" (95 % interval {i})")).unwrap_or_default();
        say("Effect, noise removed", format!("{}{within}", value(Some(effect), case.effect_unit)));
    }
    if let Some(t) = case.thresholds {
        let text = format!("{}, {}", value(Some(t.warning), case.effect_unit), value(Some(t.alert), case.effect_unit));
        say("Warns from, alerts from", text);
    }
    match case.kind {
        Kind::Difference => {
            if case.p_value.is_some() {
                say("p", p_value(case.p_value));
                say("q, corrected for all tests", p_value(case.q_value));
            }
        }
        Kind::Property => say("Evidence", "a property: judged by the lower bound of its effect".to_owned()),
        Kind::Logical => {}
    }
    if shape_of(case) != Shape::Skip {
        let low = if (case.severity_score_low - case.severity_score).abs() > 0.005 {
            format!(", at least {:.2}", case.severity_score_low)
        } else {
            String::new()
        };
        say("Strain", format!("{:.2}{low}{}", case.severity_score, if case.evident { "" } else { ", no evidence beyond noise" }));
    }
    match case.weakness {
        Some(Weakness::Expected) => say("Weakness", "expected: the model’s own probabilities say it is unsure here".to_owned()),
        Some(Weakness::Confident) => say("Weakness", "confident: the model is sure here, and wrong".to_owned()),
        None => {}
    }
    let n = [case.n_reference.map(|n| format!("{} reference", count(n))), case.n_evaluation.map(|n| format!("{} evaluation", count(n)))];
    let n: Vec<String> = n.into_iter().flatten().collect();
    if !n.is_empty() {
        say("Rows that entered", n.join(", "));
    }
    if !case.method.is_empty() {
        say("Method", case.method.clone());
    }
    if let Some(reason) = &case.reason {
        say("Why so", reason.clone());
    }
    for m in case.metrics.iter().take(8) {
        if let Some(number) = term_value(m) {
            say(&term(m), number);
        }
    }
    say("Id", case.id.clone());
    all.into_iter().map(|(name, text)| el("div", "").el(el("dt", "").text(&name)).el(el("dd", "").text(&text))).collect()
}
