//! Two runs side by side: their metrics, and what is new, worse, mended.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{CaseChange, CaseState, Change, ComparedRun, Comparison, MetricValues, Status};

use crate::client;
use crate::element::{El, button, el, link, live, none, row, scroll, table};
use crate::format::{self, count, counted, value};
use crate::parts::{Shape, failure, gauge, loading, mark, pick, severity_class, told};
use crate::route::{Asked, Listing, Route, batch_of};
use crate::screens::listing::nothing;
use crate::screens::tests::outcome;
use crate::state::Load;

/// Cases listed before the rest goes behind a button.
const FIRST: usize = 60;

const CHANGES: [(Change, &str, Option<Shape>); 6] = [
    (Change::New, "New", Some(Shape::Alert)),
    (Change::Worse, "Worse", Some(Shape::Alert)),
    (Change::Unchanged, "Unchanged", None),
    (Change::Better, "Better", Some(Shape::Pass)),
    (Change::Mended, "Mended", Some(Shape::Pass)),
    (Change::Gone, "Gone", Some(Shape::Skip)),
];

/// The screen.
pub fn compare(project: &str, before: String, after: String) -> AnyView {
    let load = RwSignal::new(Load::<Arc<Comparison>>::Waiting);
    let id = project.to_owned();
    let project = id.clone();
    spawn_local(async move {
        let compared = async { client::compare(&client::project(&id).await?, &before, &after).await.map(Arc::new) }.await;
        load.try_set(compared.into());
    });
    let crumbs = el("div", "crumbs").el(link("", &Route::Tests.href(), "Stress tests")).text(" / Compare");
    let head = el("div", "head").el(el("div", "").el(crumbs).el(el("h1", "").text("Two runs side by side")));
    let body = live(move || match load.get() {
        Load::Waiting => loading("Comparing"),
        Load::Failed(error) => failure("These runs cannot be compared.", &error),
        Load::Ready(comparison) => page(&project, &comparison),
    });
    row(vec![head.any(), body])
}

fn page(project: &str, comparison: &Arc<Comparison>) -> AnyView {
    let runs = el("div", "sides").el(side(project, "Before", &comparison.before)).el(side(project, "After", &comparison.after));
    let notes = comparison.notes.iter().map(|n| el("p", "notice").text(n).any());
    let mut all = vec![el("p", "lead").testid("compared").text(&told_change(comparison)).any(), runs.any()];
    all.extend(notes);
    all.push(metrics(comparison));
    all.push(cases(project, comparison));
    row(all)
}

/// The later run against the earlier one, in a sentence.
fn told_change(comparison: &Comparison) -> String {
    let counts = comparison.counts;
    let is = |n: u64, one: &str, many: &str| {
        (n > 0).then(|| if n == 1 { format!("1 case {one}") } else { format!("{} cases {many}", count(n)) })
    };
    let parts: Vec<String> = [
        is(counts.new, "fails anew", "fail anew"),
        is(counts.worse, "is worse", "are worse"),
        is(counts.better, "is better", "are better"),
        is(counts.mended, "fails no more", "fail no more"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let cases = if parts.is_empty() { "no case fails anew or no more".to_owned() } else { parts.join(", ") };
    let metric = comparison.metrics.iter().find_map(|m| {
        let (before, after) = (m.before?.evaluation?, m.after?.evaluation?);
        let (old, new) = (value(Some(before), m.unit), value(Some(after), m.unit));
        Some(if old == new { format!(" {} stays at {new}.", m.name) } else { format!(" {} goes from {old} to {new}.", m.name) })
    });
    format!("Compared with {}: {cases}.{}", comparison.before.name, metric.unwrap_or_default())
}

fn side(project: &str, word: &str, run: &ComparedRun) -> El {
    let (shape, outcome) = outcome(run.outcome);
    let href = Route::Run { project: project.to_owned(), run: run.id.clone(), listing: Listing::All, asked: Asked::default() }.href();
    let facts = format!(
        "{} judged against {}{} · {}, {}",
        run.evaluation.dataset,
        run.reference.dataset,
        run.model.as_ref().filter(|m| *m != "model").map(|m| format!(" · model {m}")).unwrap_or_default(),
        counted(run.counts.fail, "alert"),
        counted(run.counts.warning, "warning")
    );
    el("section", "sheet")
        .testid("compared-run")
        .el(el("p", "label").text(word))
        .el(el("h2", "").el(link("", &href, &run.name)))
        .el(el("p", "").el(el("span", &format!("sev {}", shape.class())).view(mark(shape)).text(outcome)).text(" ").text(&run.headline))
        .el(el("p", "meta").text(&facts))
}

fn metrics(comparison: &Comparison) -> AnyView {
    if comparison.metrics.is_empty() {
        return none();
    }
    let rows = comparison.metrics.iter().map(|m| {
        let of = |values: &Option<MetricValues>| values.and_then(|v| v.evaluation);
        let change = of(&m.after).zip(of(&m.before)).map(|(a, b)| a - b);
        let severity = m.after.map(|a| a.severity).unwrap_or_default();
        let class = format!("n change{}", severity_class(severity, m.better, change));
        // Before, after and their difference are written with the same digits.
        let [before, after, changed] = match (of(&m.before), of(&m.after)) {
            (Some(before), Some(after)) => format::changed(before, after, m.unit),
            (before, after) => [value(before, m.unit), value(after, m.unit), "–".to_owned()],
        };
        el("tr", "")
            .testid("compared-metric")
            .el(el("th", "").attr("scope", "row").text(&m.name))
            .all([before, after].map(|text| el("td", "n").text(&text)))
            .el(el("td", &class).text(&changed))
    });
    let table = table("metrics compared", &["", ".before", ".after", ".change"], el("tbody", "").all(rows));
    let says = "Both over the run’s own evaluation set.";
    el("section", "sheet").el(el("h2", "").text("Model metrics")).el(el("p", "meta").text(says)).el(scroll("Model metrics", table)).any()
}

fn cases(project: &str, comparison: &Arc<Comparison>) -> AnyView {
    let chosen = RwSignal::new(None::<Change>);
    let whole = RwSignal::new(false);
    let counts = comparison.counts;
    let number = |change: Change| match change {
        Change::New => counts.new,
        Change::Worse => counts.worse,
        Change::Unchanged => counts.unchanged,
        Change::Better => counts.better,
        Change::Mended => counts.mended,
        Change::Gone => counts.gone,
    };
    let all = pick("All", comparison.cases.len() as u64, None, move || chosen.get().is_none(), move || chosen.set(None));
    let picks = CHANGES.into_iter().filter(|c| number(c.0) > 0).map(|(change, name, shape)| {
        pick(name, number(change), shape, move || chosen.get() == Some(change), move || chosen.set(Some(change)))
    });
    let calm = format!("{} of both runs neither fail nor warn in either.", counted(counts.calm, "case"));
    let ids = (project.to_owned(), comparison.before.id.clone(), comparison.after.id.clone());
    let comparison = comparison.clone();
    let list = move || {
        let wanted = comparison.cases.iter().filter(|c| chosen.get().is_none_or(|w| w == c.change));
        let wanted: Vec<&CaseChange> = wanted.collect();
        if wanted.is_empty() {
            return nothing();
        }
        let limit = if whole.get() { wanted.len() } else { FIRST };
        let rows = wanted.iter().take(limit).map(|c| case(&ids, c));
        let list = scroll("Cases", table("compare", &["Change", "Case", "Before", "After"], el("tbody", "").all(rows)));
        let more = button("link", &format!("Show all {}", counted(wanted.len() as u64, "case")), move || whole.set(true));
        row(vec![list.any(), if wanted.len() > limit { more.any() } else { none() }])
    };
    el("section", "sheet")
        .el(el("h2", "").text("What changed"))
        .el(el("div", "picks").attr("role", "group").attr("aria-label", "Change").el(all).all(picks))
        .live(list)
        .el(el("p", "meta after-rows").text(&calm))
        .any()
}

fn case((project, before, after): &(String, String, String), change: &CaseChange) -> El {
    let word = CHANGES.iter().find(|c| c.0 == change.change).map_or("", |c| c.1);
    let about = if change.features.is_empty() { "all rows".to_owned() } else { change.features.join(" × ") };
    let state = |run: &str, state: &Option<CaseState>| {
        let Some(state) = state else { return el("td", "").el(el("span", "meta").text("not asked")) };
        let shape: Shape = if state.status == Status::Skip { Shape::Skip } else { state.severity.into() };
        let href = Route::Test {
            project: project.clone(),
            run: run.to_owned(),
            batch: batch_of(&change.id).to_owned(),
            case: Some(change.id.clone()),
        };
        let effect = state.effect.map_or_else(|| shape.word().to_owned(), |e| value(Some(e), change.effect_unit));
        let link = link("", &href.href(), &effect).attr("title", &state.sentence);
        let tag = state.let_be.then(|| el("span", "chip").text("accepted or known"));
        el("td", "").el(el("span", "state").view(told(shape)).el(link).all(tag)).view(gauge(state.severity_score, shape, true))
    };
    let says = change.after.as_ref().or(change.before.as_ref()).map_or("", |s| s.sentence.as_str());
    el("tr", "")
        .testid("compared-case")
        .attr("data-change", word)
        .el(el("td", "").el(el("span", &format!("change-word {}", word.to_ascii_lowercase())).text(word)))
        .el(el("th", "")
            .attr("scope", "row")
            .el(el("b", "").text(&change.name))
            .text(" · ")
            .text(&about)
            .el(el("span", "case-says").text(says)))
        .el(state(before, &change.before))
        .el(state(after, &change.after))
}
