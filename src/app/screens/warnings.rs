//! Everything that was found wrong with the files on the desk.

use leptos::prelude::*;
use straingauge_api::ProblemLevel;

use crate::desk::FileState;
use crate::parts::{ProblemList, empty, failure};
use crate::route::Route;
use crate::state::App;

/// The screen.
#[component]
pub fn Warnings() -> impl IntoView {
    let desk = App::here().desk;
    let body = move || {
        let files = desk.files.get();
        if files.is_empty() {
            return empty(
                "No files on the desk",
                "What is wrong with a file shows here once it is read.",
                view! { <a class="btn primary" href=Route::Data.href()>"To data & model"</a> },
            );
        }
        files
            .into_iter()
            .map(|file| {
                let mut problems = file.inspection().map(|i| i.problems.clone()).unwrap_or_default();
                let later = desk
                    .registered
                    .with(|all| all.iter().filter(|(name, _)| *name == file.name).flat_map(|(_, p)| p.clone()).collect::<Vec<_>>());
                problems.extend(later.into_iter().filter(|p| !file.inspection().is_some_and(|i| i.problems.contains(p))));
                let problems: Vec<_> = [ProblemLevel::Error, ProblemLevel::Warning, ProblemLevel::Note]
                    .into_iter()
                    .flat_map(|level| problems.iter().filter(move |p| p.level == level).cloned())
                    .collect();
                let content = match &file.state {
                    FileState::Reading(..) => view! { <p class="meta">"Being read."</p> }.into_any(),
                    FileState::Failed(error) => failure("This file cannot be read.", error),
                    FileState::Read(_) if problems.is_empty() => view! { <p class="meta">"Nothing was found wrong."</p> }.into_any(),
                    FileState::Read(_) => view! { <ProblemList problems /> }.into_any(),
                };
                view! { <section class="sheet"><h2>{file.name}</h2>{content}</section> }
            })
            .collect::<Vec<_>>()
            .into_any()
    };
    view! {
        <div class="head"><div>
            <div class="crumbs"><a href=Route::Data.href()>"Data & model"</a>" / File warnings"</div>
            <h1>"File warnings"</h1>
            <p class="meta">"A bad cell never stops a file: it is counted, shown, and left out of the tests that need it."</p>
        </div></div>
        {body}
    }
}
