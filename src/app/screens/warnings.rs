//! Everything that was found wrong with the files on the desk.

use leptos::prelude::*;
use straingauge_api::{Problem, ProblemLevel};

use crate::desk::FileState;
use crate::element::{el, link, live, row};
use crate::parts::{empty, failure, problem_list};
use crate::route::Route;
use crate::state::App;

/// The screen.
pub fn warnings() -> AnyView {
    let desk = App::here().desk;
    let body = move || {
        let files = desk.files.get();
        if files.is_empty() {
            let to = link("btn primary", &Route::Data.href(), "To data & model").any();
            return empty("No files on the desk", "What is wrong with a file shows here once it is read.", to);
        }
        let sheets = files.iter().map(|file| {
            let mut problems = file.inspection().map(|i| i.problems.clone()).unwrap_or_default();
            desk.registered.with(|all| {
                let later = all.iter().filter(|(name, _)| *name == file.name).flat_map(|(_, p)| p);
                problems.extend(later.filter(|p| !file.inspection().is_some_and(|i| i.problems.contains(p))).cloned());
            });
            let problems: Vec<Problem> = [ProblemLevel::Error, ProblemLevel::Warning, ProblemLevel::Note]
                .into_iter()
                .flat_map(|level| problems.iter().filter(move |p| p.level == level).cloned())
                .collect();
            let content = match &file.state {
                FileState::Reading(..) => el("p", "meta").text("Being read.").any(),
                FileState::Failed(error) => failure("This file cannot be read.", error),
                FileState::Read(_) if problems.is_empty() => el("p", "meta").text("Nothing was found wrong.").any(),
                FileState::Read(_) => problem_list(&problems),
            };
            el("section", "sheet").el(el("h2", "").text(&file.name)).view(content).any()
        });
        row(sheets.collect())
    };
    let crumbs = el("div", "crumbs").el(link("", &Route::Data.href(), "Data & model")).text(" / File warnings");
    let says = "A bad cell never stops a file: it is counted, shown, and left out of the tests that need it.";
    let title = el("div", "").el(crumbs).el(el("h1", "").text("File warnings")).el(el("p", "meta").text(says));
    row(vec![el("div", "head").el(title).any(), live(body)])
}
