//! The projects kept in this browser; the welcome where there are none.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::ApiError;

use crate::client::{self, ProjectInfo};
use crate::format;
use crate::parts::{failure, files_zone, loading};
use crate::route::Route;
use crate::screens::welcome::Welcome;
use crate::state::{App, Load, go};

/// The screen.
#[component]
pub fn Projects() -> impl IntoView {
    let app = App::here();
    app.refresh_projects();
    move || {
        app.projects.with(|projects| match projects {
            Load::Ready(projects) if !projects.is_empty() => list(app, projects.clone()),
            // Storage may be shut (private windows); the page works all the same and keeps nothing.
            Load::Failed(error) => view! { {failure("Projects cannot be read.", error)} <Welcome /> }.into_any(),
            Load::Waiting => loading("Looking for your projects"),
            Load::Ready(_) => view! { <Welcome /> }.into_any(),
        })
    }
}

fn list(app: App, projects: Vec<ProjectInfo>) -> AnyView {
    let failed = RwSignal::new(None::<ApiError>);
    let items: Vec<_> = projects.into_iter().map(|p| card(app, p, failed)).collect();
    let fresh = move || {
        app.open.set(None);
        go(&Route::Data);
    };
    view! {
        <div class="head">
            <div><h1>"Projects"</h1><p class="meta">"Kept in this browser: names, fingerprints of files, and runs. Never rows."</p></div>
            <div class="actions"><button type="button" class="btn" data-testid="try-sample" on:click=move |_| app.live.run_sample(app)>"Try the sample project"</button></div>
        </div>
        {move || failed.get().map(|e| failure("Not done.", &e))}
        <ul class="cards">{items}</ul>
        <section class="sheet">
            <h2>"New project"</h2>
            <NewProject failed />
            {files_zone("", false, fresh)}
        </section>
    }
    .into_any()
}

fn card(app: App, project: ProjectInfo, failed: RwSignal<Option<ApiError>>) -> AnyView {
    let asking = RwSignal::new(false);
    let id = StoredValue::new(project.id.clone());
    let info = StoredValue::new(project.clone());
    let open = move |to: Route| {
        app.desk.clear();
        app.open_project(info.get_value());
        go(&to);
    };
    let delete = move |_| {
        spawn_local(async move {
            let done = client::delete_project(&id.get_value()).await;
            if app.open.with_untracked(|o| o.as_ref().is_some_and(|o| o.id == id.get_value())) {
                app.open.set(None);
            }
            failed.try_set(done.err());
            app.refresh_projects();
        });
    };
    let task = project.model_task.map_or("Task found with the data", straingauge_api::ModelTask::label);
    let current = move || app.open.with(|o| o.as_ref().is_some_and(|o| o.id == id.get_value()));
    view! {
        <li class="card" data-testid="project-row" class:current=current>
            <div class="card-text">
                <button type="button" class="link title" on:click=move |_| open(Route::Tests)>{project.name.clone()}</button>
                <p class="meta">{task}" · made "{format::moment(&project.created)}</p>
                {(!project.description.is_empty()).then(|| view! { <p>{project.description.clone()}</p> })}
            </div>
            <div class="actions">
                <button type="button" class="btn small" on:click=move |_| open(Route::Data)>"Data & model"</button>
                <button type="button" class="btn small" on:click=move |_| open(Route::Tests)>"Stress tests"</button>
                {move || if asking.get() {
                    view! {
                        <button type="button" class="btn small danger" data-testid="confirm-delete" on:click=delete>"Delete with its runs"</button>
                        <button type="button" class="btn small" on:click=move |_| asking.set(false)>"Keep"</button>
                    }.into_any()
                } else {
                    view! { <button type="button" class="btn small quiet" aria-label=format!("Delete {}", info.get_value().name) data-testid="delete-project" on:click=move |_| asking.set(true)>"Delete"</button> }.into_any()
                }}
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn NewProject(failed: RwSignal<Option<ApiError>>) -> impl IntoView {
    let app = App::here();
    let name = RwSignal::new(String::new());
    let create = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
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
    view! {
        <form class="inline" on:submit=create>
            <label><span class="label">"Name"</span>
                <input type="text" data-testid="project-name" placeholder="Ticket routing" prop:value=name on:input:target=move |ev| name.set(ev.target().value()) />
            </label>
            <button type="submit" class="btn" data-testid="create-project" disabled=move || name.with(|n| n.trim().is_empty())>"Create"</button>
        </form>
    }
}
