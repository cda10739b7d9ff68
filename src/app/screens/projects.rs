//! The projects kept in this browser; the welcome where there are none.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::ApiError;

use crate::client::{self, ProjectInfo, TestRunInfo};
use crate::element::{El, button, el, live, none, row};
use crate::format::{self, counted};
use crate::parts::{failure, files_zone, loading, mark};
use crate::route::{Place, Route};
use crate::screens::setup::input;
use crate::screens::tests::outcome;
use crate::screens::welcome::welcome;
use crate::state::{App, Load, go};

/// The screen.
pub fn projects() -> AnyView {
    let app = App::here();
    app.refresh_projects();
    live(move || {
        app.projects.with(|projects| match projects {
            Load::Ready(projects) if !projects.is_empty() => list(app, projects),
            // Storage may be shut (private windows); the page works all the same and keeps nothing.
            Load::Failed(error) => row(vec![failure("Projects cannot be read.", error), welcome()]),
            Load::Waiting => loading("Looking for your projects"),
            Load::Ready(_) => welcome(),
        })
    })
}

fn list(app: App, projects: &[ProjectInfo]) -> AnyView {
    let failed = RwSignal::new(None::<ApiError>);
    let fresh = move || {
        app.open.set(None);
        go(&Route::Data);
    };
    let says = "Kept in this browser: names, fingerprints of files, runs and firewalls. Never rows.";
    let sample = button("btn", "Try the sample project", move || app.live.run_sample(app)).testid("try-sample");
    let head = el("div", "head")
        .el(el("div", "").el(el("h1", "").text("Projects")).el(el("p", "meta").text(says)))
        .el(el("div", "actions").el(sample));
    let new = el("section", "sheet").el(el("h2", "").text("New project")).el(new_project(app, failed)).view(files_zone("", false, fresh));
    row(vec![
        head.any(),
        live(move || failed.get().map_or_else(none, |e| failure("Not done.", &e))),
        el("ul", "cards").all(projects.iter().map(|p| card(app, p, failed))).any(),
        new.any(),
    ])
}

fn card(app: App, project: &ProjectInfo, failed: RwSignal<Option<ApiError>>) -> El {
    let asking = RwSignal::new(false);
    let info = StoredValue::new(project.clone());
    let id = move || info.with_value(|p| p.id.clone());
    let open = move |to: &Route| {
        app.desk.clear();
        app.open_project(info.get_value());
        go(to);
    };
    let delete = move || {
        spawn_local(async move {
            let done = client::delete_project(&id()).await;
            if app.open.with_untracked(|o| o.as_ref().is_some_and(|o| o.id == id())) {
                app.open.set(None);
            }
            failed.try_set(done.err());
            app.refresh_projects();
        });
    };
    let task = project.model_task.map_or("Task found with the data", straingauge_api::ModelTask::label);
    let facts = format!("{task} · made {}", format::moment(&project.created));
    let held = RwSignal::new(None::<Vec<TestRunInfo>>);
    spawn_local(async move {
        let runs = async { client::list_runs(&client::project(&id()).await?).await };
        // What cannot be read is said where the project is opened.
        held.try_set(runs.await.ok());
    });
    let last = move || held.with(|runs| runs.as_deref().map_or_else(none, last_run));
    let current = move || app.open.with(|o| o.as_ref().is_some_and(|o| o.id == id()));
    let text = el("div", "card-text")
        .el(button("link title", &project.name, move || open(&Route::Tests)))
        .live(last)
        .el(el("p", "meta").text(&facts))
        .all((!project.description.is_empty()).then(|| el("p", "").text(&project.description)));
    let about = format!("Delete {}", project.name);
    let removing = move || {
        if asking.get() {
            let sure = button("btn small danger", "Delete with its runs", delete).testid("confirm-delete");
            row(vec![sure.any(), button("btn small", "Keep", move || asking.set(false)).any()])
        } else {
            button("btn small quiet", "Delete", move || asking.set(true)).attr("aria-label", &about).testid("delete-project").any()
        }
    };
    let to = |name: &str, to: Route| button("btn small", name, move || open(&to));
    let actions = el("div", "actions")
        .el(to("Data & model", Route::Data))
        .el(to("Stress tests", Route::Tests))
        .el(to("Firewall", Route::Firewall(Place::Overview)))
        .live(removing);
    el("li", "")
        .testid("project-row")
        .live_attr("class", move || Some(if current() { "card current" } else { "card" }.to_owned()))
        .el(text)
        .el(actions)
}

/// The outcome of the project's last run, and the number of runs.
fn last_run(runs: &[TestRunInfo]) -> AnyView {
    let Some(last) = runs.first() else { return el("p", "meta").testid("last-run").text("No run yet.").any() };
    let (shape, word) = outcome(last.outcome);
    let outcome = el("span", &format!("sev {}", shape.class())).view(mark(shape)).text(word);
    let others = if runs.len() > 1 { format!(", the last of {}", counted(runs.len() as u64, "run")) } else { String::new() };
    let counts = format!("{} and {} in {}", counted(last.counts.fail, "alert"), counted(last.counts.warning, "warning"), last.name);
    el("p", "").testid("last-run").el(outcome).text(" ").el(el("span", "meta").text(&format!("{counts}{others}"))).any()
}

fn new_project(app: App, failed: RwSignal<Option<ApiError>>) -> El {
    let name = RwSignal::new(String::new());
    let create = move || {
        let given = name.get_untracked();
        if given.trim().is_empty() {
            return;
        }
        spawn_local(async move {
            let made = async {
                let project = client::create_project(given.trim()).await?;
                client::from_js(project.info())
            }
            .await;
            match made {
                Ok(info) => {
                    app.desk.clear();
                    app.open_project(info);
                    app.refresh_projects();
                    go(&Route::Data);
                }
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    let field = input("text", move || name.get(), move |v| name.set(v)).testid("project-name").attr("placeholder", "Ticket routing");
    let save = el("button", "btn").attr("type", "submit").text("Create").testid("create-project");
    el("form", "inline")
        .on("submit", move |ev| {
            ev.prevent_default();
            create();
        })
        .el(el("label", "").el(el("span", "label").text("Name")).el(field))
        .el(save.live_attr("disabled", move || name.with(|n| n.trim().is_empty()).then(String::new)))
}
