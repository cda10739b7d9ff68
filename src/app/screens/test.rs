//! A test: what it checks, why it matters, how it is decided, and its cases.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Kind};

use crate::format::counted;
use crate::parts::{Filter, FilterBar, Shape, empty, failure, label, loading, shape_of};
use crate::route::{Listing, Route};
use crate::screens::case::CaseRow;
use crate::state::{App, Load, Shown};

/// Cases listed before the rest goes behind a button.
const FIRST: usize = 60;

/// The screen.
#[component]
pub fn Test(project: String, run: String, batch: String, case: Option<String>) -> impl IntoView {
    let app = App::here();
    app.show(project, run);
    let asked = StoredValue::new((batch, case));
    move || match app.shown.get() {
        Load::Waiting => loading("Opening the run"),
        Load::Failed(error) => view! { <h1>"Test"</h1>{failure("This run cannot be opened.", &error)} }.into_any(),
        Load::Ready(shown) => {
            let (batch, case) = asked.get_value();
            if shown.document.batches.iter().any(|b| b.id == batch) {
                page(&shown, &batch, case)
            } else {
                view! {
                    <h1>"Test"</h1>
                    {empty("No such test in this run", "It may not have been asked for, or is of another version.", view! { <a class="btn" href=back(&shown)>"To the run"</a> })}
                }
                .into_any()
            }
        }
    }
}

fn back(shown: &Shown) -> String {
    Route::Run { project: shown.project.clone(), run: shown.run.clone(), listing: Listing::All }.href()
}

fn page(shown: &Arc<Shown>, id: &str, case: Option<String>) -> AnyView {
    let Some(batch) = shown.document.batches.iter().find(|b| b.id == id) else { return ().into_any() };
    let judged = batch.counts.total > batch.counts.skip;
    let shape = if judged { batch.severity.into() } else { Shape::Skip };
    let kind = match batch.kind {
        Kind::Difference => "compares; judged by effect and evidence",
        Kind::Property => "a fact about one data set; judged by the lower bound of its effect",
        Kind::Logical => "holds or does not",
    };
    let counts = batch.counts;
    let tally = format!(
        "{} · {} alert, {} warn, {} pass{}",
        counted(counts.total, "case"),
        counts.fail,
        counts.warning,
        counts.pass,
        if counts.skip > 0 { format!(", {} not judged", counts.skip) } else { String::new() }
    );
    view! {
        <div class="head"><div>
            <div class="crumbs"><a href=Route::Tests.href()>"Stress tests"</a>" / "<a href=back(shown)>{shown.document.name.clone()}</a>" / "{batch.category.label()}</div>
            <h1>{batch.name.clone()}</h1>
            <p class="meta">{label(shape)}" · "{tally}" · "<code>{batch.id.clone()}</code></p>
        </div></div>
        {batch.reason.clone().map(|r| view! { <p class="notice note">{r}</p> })}
        <section class="sheet tells">
            <div><h2>"What it checks"</h2><p>{batch.text.checks.clone()}</p></div>
            <div><h2>"Why it matters"</h2><p>{batch.text.matters.clone()}</p></div>
            <div><h2>"How it is decided"</h2><p>{batch.text.decided.clone()}</p><p class="meta">{kind}</p></div>
        </section>
        {cases(shown, batch, case)}
    }
    .into_any()
}

fn cases(shown: &Arc<Shown>, batch: &Batch, asked: Option<String>) -> AnyView {
    if batch.cases.is_empty() {
        return view! { <section class="sheet"><h2>"Cases"</h2><p class="none">"This test has no case in this run."</p></section> }
            .into_any();
    }
    let filter = Filter::new();
    let all = RwSignal::new(batch.cases.iter().position(|c| Some(&c.id) == asked.as_ref()).is_some_and(|i| i >= FIRST));
    let of = |shape: Shape| batch.cases.iter().filter(|c| shape_of(c) == shape).count();
    let counts = [of(Shape::Alert), of(Shape::Warning), of(Shape::Pass), of(Shape::Skip)];
    let total = batch.cases.len();
    let id = batch.id.clone();
    let shown = shown.clone();
    // The worst case stands open unless another was asked for.
    let open =
        asked.or_else(|| batch.cases.first().filter(|_| total == 1 || of(Shape::Alert) + of(Shape::Warning) > 0).map(|c| c.id.clone()));
    let items = move || {
        let Some(batch) = shown.document.batches.iter().find(|b| b.id == id) else { return Vec::new() };
        let limit = if all.get() { total } else { FIRST };
        batch
            .cases
            .iter()
            .filter(|c| filter.shows(shape_of(c), &format!("{} {} {}", c.id, c.sentence, c.subset.as_deref().unwrap_or_default())))
            .take(limit)
            .map(|c| view! { <CaseRow shown=shown.clone() case=c.clone() open={Some(&c.id) == open.as_ref()} /> }.into_any())
            .collect::<Vec<_>>()
    };
    view! {
        <section class="sheet">
            <h2>"Cases"</h2>
            {(total > 6).then(|| view! { <FilterBar filter counts /> })}
            <ul class="cases">{items}</ul>
            {move || (total > FIRST && !all.get()).then(|| view! { <button type="button" class="link" on:click=move |_| all.set(true)>{format!("Show all {total} cases")}</button> })}
        </section>
    }
    .into_any()
}
