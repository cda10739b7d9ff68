//! A run under way: how far it is, what has come out so far, and the way to stop it.

use leptos::prelude::*;
use straingauge_api::{Batch, Category, Severity, Stage};

use crate::element::{El, button, el, link, live, none, row, table};
use crate::format::counted;
use crate::live::{Standing, Step};
use crate::parts::{empty, failure, gauge, label};
use crate::route::Route;
use crate::state::App;

/// The screen.
pub fn live_run() -> AnyView {
    let app = App::here();
    let run = app.live;
    let body = move || match run.standing.get() {
        Standing::Idle => {
            let to = link("btn primary", &Route::Tests.href(), "To the stress tests").any();
            empty("Nothing is running", "A run shows here while it goes on.", to)
        }
        Standing::Failed(error) => {
            let to = el("div", "actions").el(link("btn primary", &Route::Data.href(), "Back to data & model")).any();
            row(vec![failure("The run failed.", &error), to])
        }
        Standing::Cancelled => {
            let to = link("btn primary", &Route::Data.href(), "Back to data & model").testid("cancelled").any();
            empty("Cancelled", "The run was stopped; nothing of it was kept. Your files are still on the desk.", to)
        }
        Standing::Running | Standing::Stopping => underway(app),
    };
    let crumbs = el("div", "crumbs").el(link("", &Route::Tests.href(), "Stress tests")).text(" / running");
    let title = el("h1", "").live(move || el("span", "").text(&run.name.get()).any());
    row(vec![el("div", "head").el(el("div", "").el(crumbs).el(title)).any(), live(body)])
}

/// How far something is, and the way to stop it.
pub fn progress(step: RwSignal<Step>, stage: impl Fn() -> &'static str + Send + 'static, cancel: El) -> El {
    let number = |v: Option<u64>| v.map(|v| v.to_string());
    let bar = el("progress", "")
        .attr("aria-label", "Progress")
        .live_attr("max", move || step.with(|s| number(s.total.filter(|t| *t > 0))))
        .live_attr("value", move || step.with(|s| number(s.total.filter(|t| *t > 0).map(|_| s.done))));
    let says = el("p", "says").attr("role", "status").live(move || el("strong", "").text(stage()).any());
    let label = el("p", "meta").testid("step").live(move || el("span", "").text(&step.with(|s| s.label.clone())).any());
    el("section", "sheet progress-sheet")
        .attr("aria-busy", "true")
        .el(el("div", "progress-head").el(el("div", "").el(says).el(label)).el(cancel))
        .el(bar)
}

fn underway(app: App) -> AnyView {
    let run = app.live;
    let stopping = move || run.standing.get() == Standing::Stopping;
    let stage = move || match run.step.with(|s| s.stage) {
        _ if stopping() => "Stopping",
        Stage::Reading => "Reading",
        Stage::Profiling => "Summarising columns",
        Stage::Testing => "Testing",
        Stage::Concluding => "Drawing conclusions",
        Stage::Done => "Done",
    };
    let cancel =
        button("btn", "Cancel", move || run.cancel()).testid("cancel-run").live_attr("disabled", move || stopping().then(String::new));
    let results = move || run.batches.with(|batches| if batches.is_empty() { none() } else { results(batches) });
    row(vec![progress(run.step, stage, cancel).any(), live(results)])
}

fn results(batches: &[Batch]) -> AnyView {
    let categories = Category::ALL.into_iter().filter_map(|category| {
        let of = || batches.iter().filter(|b| b.category == category);
        let worst = of().map(|b| b.severity).max()?;
        let strain = of().map(|b| b.severity_score).fold(0.0, f64::max);
        let so_far = if worst == Severity::Pass { " so far" } else { "" };
        let row = el("tr", "")
            .testid("category-row")
            .el(el("th", "").attr("scope", "row").text(category.label()))
            .el(el("td", "").view(label(worst.into())).text(so_far))
            .el(el("td", "").view(gauge(strain, worst.into(), true)))
            .el(el("td", "n").text(&counted(of().count() as u64, "test")));
        Some(row)
    });
    let failing =
        [Severity::Alert, Severity::Warning].into_iter().flat_map(|severity| batches.iter().filter(move |b| b.severity == severity));
    let first = failing.take(6).map(|b| {
        let sentence = b.cases.first().map_or("", |c| c.sentence.as_str());
        let says = el("div", "").el(el("span", "finding-title").text(&b.name)).el(el("p", "finding-says").text(sentence));
        el("li", "").testid("early-result").view(crate::parts::mark(b.severity.into())).el(says)
    });
    let says = "A failure shown here is final. A pass is provisional until all tests are judged together.";
    let first =
        el("section", "sheet").el(el("h2", "").text("First results")).el(el("p", "meta").text(says)).el(el("ul", "findings").all(first));
    let list = table("", &["Category", "Worst", "Strain", ".Ended"], el("tbody", "").all(categories));
    let by_category = el("section", "sheet").el(el("h2", "").text("By category")).el(el("div", "scroll").el(list));
    el("div", "cols").el(first).el(by_category).any()
}
