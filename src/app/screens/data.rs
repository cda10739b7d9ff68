//! Data & model: files in, what they are, how they are read, and the way to a run.

use leptos::prelude::*;

use crate::element::{button, el, link, live, none, row};
use crate::pairing::Use;
use crate::parts::{files_zone, problem_list};
use crate::route::Route;
use crate::screens::columns::columns;
use crate::screens::file_card::file_card;
use crate::screens::loaded::loaded;
use crate::screens::setup::{run_bar, setup};
use crate::state::App;

/// The screen.
pub fn data() -> AnyView {
    let app = App::here();
    let desk = app.desk;
    let some = Memo::new(move |_| desk.files.with(|f| !f.is_empty()));
    let ids = Memo::new(move |_| desk.files.with(|f| f.iter().map(|f| f.id).collect::<Vec<_>>()));
    let title =
        move || el("span", "").text(&app.open.with(|o| o.as_ref().map_or_else(|| "Data & model".to_owned(), |p| p.name.clone()))).any();
    let crumbs = el("div", "crumbs").el(link("", "#/", "Projects")).text(" / Data & model");
    let head = el("div", "head").el(el("div", "").el(crumbs).el(el("h1", "").live(title)));
    // A card keeps its state for as long as its file lies on the desk.
    let cards = view! { <For each=move || ids.get() key=|id| *id let:id>{file_card(id)}</For> }.into_any();
    let sample = move || {
        if some.get() {
            return none();
        }
        let sample = button("link", "Try the sample project", move || app.live.run_sample(app)).testid("try-sample");
        el("p", "meta after").text("No data at hand? ").el(sample).text(", generated on this machine.").any()
    };
    let files = el("section", "sheet")
        .el(el("h2", "").text("Files"))
        .el(el("ul", "files").view(cards))
        .live(move || files_zone(if some.get() { "" } else { "large" }, some.get(), || ()))
        .live(sample);
    row(vec![
        head.any(),
        live(move || if some.get() { none() } else { loaded() }),
        files.any(),
        live(move || if some.get() { row(vec![pairing(), columns(), setup(), run_bar()]) } else { none() }),
    ])
}

/// What is wrong between the files rather than within one.
fn pairing() -> AnyView {
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
    live(move || {
        let problems = mismatches.get();
        if problems.is_empty() {
            return none();
        }
        el("section", "sheet")
            .el(el("h2", "").text("Between the files"))
            .view(problem_list(&problems))
            .el(el("p", "meta").el(link("", &Route::Warnings.href(), "All file warnings")))
            .any()
    })
}
