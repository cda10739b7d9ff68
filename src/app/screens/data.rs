//! Data & model: files in, what they are, how they are read, and the way to a run.

use leptos::prelude::*;

use crate::pairing::Use;
use crate::parts::{ProblemList, files_zone};
use crate::route::Route;
use crate::screens::columns::Columns;
use crate::screens::file_card::FileCard;
use crate::screens::loaded::Loaded;
use crate::screens::setup::{run_bar, setup};
use crate::state::App;

/// The screen.
#[component]
pub fn Data() -> impl IntoView {
    let app = App::here();
    let desk = app.desk;
    let some = Memo::new(move |_| desk.files.with(|f| !f.is_empty()));
    let ids = Memo::new(move |_| desk.files.with(|f| f.iter().map(|f| f.id).collect::<Vec<_>>()));
    let title = move || app.open.with(|o| o.as_ref().map_or_else(|| "Data & model".to_owned(), |p| p.name.clone()));
    view! {
        <div class="head"><div>
            <div class="crumbs"><a href="#/">"Projects"</a>" / Data & model"</div>
            <h1>{title}</h1>
        </div></div>
        {move || (!some.get()).then(|| view! { <Loaded /> })}
        <section class="sheet">
            <h2>"Files"</h2>
            <ul class="files">
                <For each=move || ids.get() key=|id| *id let:id><FileCard id /></For>
            </ul>
            {move || files_zone(if some.get() { "" } else { "large" }, some.get(), || ())}
            {move || (!some.get()).then(|| view! {
                <p class="meta after">
                    "No data at hand? "
                    <button type="button" class="link" data-testid="try-sample" on:click=move |_| app.live.run_sample(app)>"Try the sample project"</button>
                    ", generated on this machine."
                </p>
            })}
        </section>
        {move || some.get().then(|| view! { <Pairing /> <Columns /> {setup()} {run_bar()} })}
    }
}

/// What is wrong between the files rather than within one.
#[component]
fn Pairing() -> impl IntoView {
    let desk = App::here().desk;
    let mismatches = Memo::new(move |_| {
        desk.files.with(|files| {
            let of = |used_as: Use| files.iter().find(|f| f.used_as == used_as);
            [(Use::ReferencePredictions, Use::Reference), (Use::EvaluationPredictions, Use::Evaluation)]
                .into_iter()
                .filter_map(|(predictions, data)| {
                    let (predictions, data) = (of(predictions)?, of(data)?);
                    let (a, b) = (predictions.inspection()?, data.inspection()?);
                    let id = a.columns.iter().any(|c| c.role.role == straingauge_api::Role::Id && b.columns.iter().any(|d| d.name == c.name));
                    (a.rows != b.rows && !id).then(|| straingauge_api::Problem {
                        code: "length_mismatch".to_owned(),
                        level: straingauge_api::ProblemLevel::Error,
                        message: format!(
                            "{} has {} predictions, {} has {} rows. Row i of one must belong to row i of the other: choose the matching file, or give both an id column.",
                            predictions.name,
                            crate::format::count(a.rows),
                            data.name,
                            crate::format::count(b.rows)
                        ),
                        count: a.rows.abs_diff(b.rows),
                        details: straingauge_api::ErrorDetails::default(),
                        examples: Vec::new(),
                    })
                })
                .collect::<Vec<_>>()
        })
    });
    move || {
        let problems = mismatches.get();
        (!problems.is_empty()).then(|| {
            view! {
                <section class="sheet">
                    <h2>"Between the files"</h2>
                    <ProblemList problems />
                    <p class="meta"><a href=Route::Warnings.href()>"All file warnings"</a></p>
                </section>
            }
        })
    }
}
