//! A case: its sentence; opened, its numbers, its chart, its rows.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Case, Kind, Weakness};

use crate::format::{count, interval, number, p_value, value};
use crate::parts::{FailingRows, Gauge, Shape, mark, shape_of};
use crate::scene::{Chart, chart_width};
use crate::state::Shown;

/// The row, and what it opens to.
#[component]
pub fn CaseRow(shown: Arc<Shown>, case: Case, open: bool) -> impl IntoView {
    let opened = RwSignal::new(open);
    let shape = shape_of(&case);
    let about = match (&case.subset, case.features.is_empty()) {
        (Some(subset), _) => format!("{} · {subset}", case.features.join(" × ")),
        (None, true) => "All rows".to_owned(),
        (None, false) => case.features.join(" × "),
    };
    let sentence = if case.sentence.is_empty() { case.reason.clone().unwrap_or_default() } else { case.sentence.clone() };
    let (strain, evident) = (case.severity_score, case.evident);
    let id = case.id.clone();
    let case = StoredValue::new(case);
    let shown = StoredValue::new(shown);
    view! {
        <li class="case" data-testid="case-row" data-id=id class:opened=opened>
            <button type="button" class="case-head" aria-expanded=move || if opened.get() { "true" } else { "false" } on:click=move |_| opened.update(|o| *o = !*o)>
                {mark(shape)}
                <span class="case-about"><span class="visually-hidden">{shape.word()}": "</span><b>{about}</b><span class="case-says">{sentence}</span></span>
                <Gauge strain shape evident />
                <svg class="chevron" viewBox="0 0 12 12" aria-hidden="true"><path d="M2.5 4.5 6 8l3.5-3.5" fill="none" stroke="currentColor" stroke-width="1.6" /></svg>
            </button>
            {move || opened.get().then(|| body(&shown.get_value(), &case.get_value()))}
        </li>
    }
}

fn body(shown: &Arc<Shown>, case: &Case) -> AnyView {
    let chart = case.figure.as_ref().map(|f| view! { <Chart scene=straingauge_charts::draw(f, chart_width(640.0)) /> });
    let rows = case.rows.as_ref().filter(|r| r.count > 0).map(|r| {
        let share = value(Some(r.share), straingauge_api::Unit::Share);
        view! {
            <h3>"Rows"</h3>
            <p class="meta">{format!("{} rows, {share} of the evaluation set. They are read from the loaded files and are no part of the run.", count(r.count))}</p>
            <FailingRows project=shown.project.clone() run=shown.run.clone() case=case.id.clone() total=r.count />
        }
    });
    view! {
        <div class="case-body">
            <div class="case-grid">
                <dl class="numbers">{numbers(case)}</dl>
                {chart}
            </div>
            {rows}
        </div>
    }
    .into_any()
}

fn numbers(case: &Case) -> Vec<AnyView> {
    let mut all: Vec<(&'static str, String)> = Vec::new();
    if let Some(statistic) = case.statistic {
        all.push(("Statistic", value(Some(statistic), case.statistic_unit)));
    }
    if let Some(effect) = case.effect {
        let within = interval(case.ci_low, case.ci_high, case.effect_unit).map(|i| format!(" (95 % interval {i})")).unwrap_or_default();
        all.push(("Effect, noise removed", format!("{}{within}", value(Some(effect), case.effect_unit))));
    }
    if let Some(t) = case.thresholds {
        all.push((
            "Warns from, alerts from",
            format!("{}, {}", value(Some(t.warning), case.effect_unit), value(Some(t.alert), case.effect_unit)),
        ));
    }
    match case.kind {
        Kind::Difference => {
            if case.p_value.is_some() {
                all.push(("p", p_value(case.p_value)));
                all.push(("q, corrected for all tests", p_value(case.q_value)));
            }
        }
        Kind::Property => all.push(("Evidence", "a property: judged by the lower bound of its effect".to_owned())),
        Kind::Logical => {}
    }
    if shape_of(case) != Shape::Skip {
        let low = if (case.severity_score_low - case.severity_score).abs() > 0.005 {
            format!(", at least {:.2}", case.severity_score_low)
        } else {
            String::new()
        };
        all.push(("Strain", format!("{:.2}{low}{}", case.severity_score, if case.evident { "" } else { ", no evidence beyond noise" })));
    }
    match case.weakness {
        Some(Weakness::Expected) => all.push(("Weakness", "expected: the model’s own probabilities say it is unsure here".to_owned())),
        Some(Weakness::Confident) => all.push(("Weakness", "confident: the model is sure here, and wrong".to_owned())),
        None => {}
    }
    let n = [case.n_reference.map(|n| format!("{} reference", count(n))), case.n_evaluation.map(|n| format!("{} evaluation", count(n)))];
    let n: Vec<String> = n.into_iter().flatten().collect();
    if !n.is_empty() {
        all.push(("Rows that entered", n.join(", ")));
    }
    if !case.method.is_empty() {
        all.push(("Method", case.method.clone()));
    }
    if let Some(reason) = &case.reason {
        all.push(("Why so", reason.clone()));
    }
    let mut shown: Vec<(String, String)> = all.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    shown.extend(case.metrics.iter().take(8).filter_map(|m| {
        let (kind, metric) = (m.kind.replace('_', " ").to_ascii_lowercase(), m.metric.replace('_', " "));
        m.value.map(|v| (format!("{kind}: {metric}"), number(v)))
    }));
    shown.push(("Id".to_owned(), case.id.clone()));
    shown.into_iter().map(|(name, text)| view! { <div><dt>{name}</dt><dd>{text}</dd></div> }.into_any()).collect()
}
