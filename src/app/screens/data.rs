//! Data & model: files in, what they are, how they are read, and the way to a run.

use leptos::prelude::*;
use straingauge_api::{ErrorDetails, Problem, ProblemLevel};

use crate::desk::Desk;
use crate::element::{button, el, link, live, none, row};
use crate::format::counted;
use crate::pairing::{Use, shared_key};
use crate::parts::{files_zone, problem_list};
use crate::route::Route;
use crate::screens::columns::columns;
use crate::screens::file_card::file_card;
use crate::screens::loaded::loaded;
use crate::screens::question::{on_card, shared_questions};
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
        recalled(desk),
        live(move || if some.get() { row(vec![between(), columns(), setup(), run_bar()]) } else { none() }),
    ])
}

/// A word that roles and settings came back, and the way to begin anew.
fn recalled(desk: Desk) -> AnyView {
    live(move || {
        if !desk.recalled.get() {
            return none();
        }
        let says = el("p", "").text("Roles, settings and answers came back with these files. ");
        let anew = button("link", "Begin anew", move || crate::memory::forget(desk)).testid("forget");
        el("div", "notice").testid("recalled").el(says.el(anew)).any()
    })
}

/// What is open or wrong between the files rather than within one.
fn between() -> AnyView {
    let desk = App::here().desk;
    let some = Memo::new(move |_| !mismatches(desk).is_empty() || desk.questions().iter().any(|a| !on_card(desk, a)));
    live(move || {
        if !some.get() {
            return none();
        }
        let problems = live(move || {
            let problems = mismatches(desk);
            if problems.is_empty() { none() } else { problem_list(&problems) }
        });
        el("section", "sheet between")
            .el(el("h2", "").text("Between the files"))
            .view(shared_questions())
            .view(problems)
            .el(el("p", "meta").el(link("", &Route::Warnings.href(), "All file warnings")))
            .any()
    })
}

/// Files whose rows cannot be laid beside those of the data that they go with.
pub fn mismatches(desk: Desk) -> Vec<Problem> {
    const PAIRS: [(Use, Use, &str); 4] = [
        (Use::ReferencePredictions, Use::Reference, "prediction"),
        (Use::EvaluationPredictions, Use::Evaluation, "prediction"),
        (Use::ReferenceLabels, Use::Reference, "label"),
        (Use::EvaluationLabels, Use::Evaluation, "label"),
    ];
    desk.files.with(|files| {
        let of = |used_as: Use| files.iter().find(|f| f.used_as == used_as);
        let mismatch = |(with, data, noun): (Use, Use, &str)| {
            let (with, data) = (of(with)?, of(data)?);
            let (a, b) = (with.candidate()?, data.candidate()?);
            if a.rows == b.rows || shared_key(&a, &b).is_some() {
                return None;
            }
            let (has, rows) = (counted(a.rows, noun), counted(b.rows, "row"));
            let says = "Row i of one must belong to row i of the other: choose the matching file, or give both an id column.";
            Some(Problem {
                code: "length_mismatch".to_owned(),
                level: ProblemLevel::Error,
                message: format!("{} has {has}, {} has {rows}. {says}", with.name, data.name),
                count: a.rows.abs_diff(b.rows),
                details: ErrorDetails::default(),
                examples: Vec::new(),
            })
        };
        PAIRS.into_iter().filter_map(mismatch).collect()
    })
}
