//! The runs of the open project.

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::Outcome;

use crate::client::{self, TestRunInfo};
use crate::format::{count, duration, moment};
use crate::parts::{Shape, empty, failure, loading, mark};
use crate::route::{Listing, Route};
use crate::state::{App, Load};

/// The outcome in words, with the shape that goes with it.
pub fn outcome(outcome: Outcome) -> (Shape, &'static str) {
    match outcome {
        Outcome::Ready => (Shape::Pass, "Ready"),
        Outcome::Caution => (Shape::Warning, "With caution"),
        Outcome::NotReady => (Shape::Alert, "Not ready"),
        Outcome::Inconclusive => (Shape::Skip, "Inconclusive"),
    }
}

/// The screen.
#[component]
pub fn Tests() -> impl IntoView {
    let app = App::here();
    let runs = RwSignal::new(Load::<Vec<TestRunInfo>>::Waiting);
    let turn = RwSignal::new(0_u32);
    Effect::new(move |_| {
        turn.track();
        let Some(project) = app.open.get() else { return };
        spawn_local(async move {
            let listed = async { client::list_runs(&client::project(&project.id).await?).await }.await;
            runs.try_set(listed.into());
        });
    });
    let title = move || app.open.with(|o| o.as_ref().map_or_else(|| "Stress tests".to_owned(), |p| p.name.clone()));
    let begin = || view! { <a class="btn primary" href=Route::Data.href()>"To data & model"</a> };
    let body = move || {
        let Some(project) = app.open.get() else {
            if matches!(app.projects.get(), Load::Waiting) {
                return loading("Looking for your projects");
            }
            return empty(
                "No project is open",
                "A stress test compares an evaluation set with a reference. Drop both, or try the sample project.",
                view! {
                    <a class="btn primary" href=Route::Data.href()>"To data & model"</a>
                    <button type="button" class="btn" data-testid="try-sample" on:click=move |_| app.live.run_sample(app)>"Try the sample project"</button>
                },
            );
        };
        match runs.get() {
            Load::Waiting => loading("Looking for runs"),
            Load::Failed(error) => failure("The runs cannot be read.", &error),
            Load::Ready(runs) if runs.is_empty() => empty(
                "No run yet",
                "Drop a reference and an evaluation set with the model’s predictions, look at the guessed roles, and run.",
                begin(),
            ),
            Load::Ready(runs) => {
                let items: Vec<_> = runs.into_iter().map(|r| card(&project.id, r, turn)).collect();
                view! { <ul class="cards">{items}</ul> }.into_any()
            }
        }
    };
    view! {
        <div class="head">
            <div><div class="crumbs"><a href="#/">"Projects"</a>" / Stress tests"</div><h1>{title}</h1></div>
            <div class="actions">{move || app.open.with(Option::is_some).then(|| view! { <a class="btn primary" href=Route::Data.href()>"New stress test"</a> })}</div>
        </div>
        {body}
    }
}

fn card(project: &str, run: TestRunInfo, turn: RwSignal<u32>) -> AnyView {
    let (shape, word) = outcome(run.outcome);
    let link = Route::Run { project: project.to_owned(), run: run.id.clone(), listing: Listing::All }.href();
    let ids = StoredValue::new((project.to_owned(), run.id.clone()));
    let asking = RwSignal::new(false);
    let delete = move |_| {
        spawn_local(async move {
            let (project, run) = ids.get_value();
            if let Ok(project) = client::project(&project).await {
                let _ = client::delete_run(&project, &run).await;
            }
            turn.try_update(|t| *t += 1);
        });
    };
    let counts = run.counts;
    view! {
        <li class="card" data-testid="run-row">
            <div class="card-text">
                <a class="title" href=link>{run.name.clone()}</a>
                <p><span class=format!("sev {}", shape.class())>{mark(shape)}{word}</span>" "{run.headline}</p>
                <p class="meta">
                    {format!("{} against {}", run.evaluation, run.reference)}
                    {run.model.map(|m| format!(" · {m}"))}
                    {format!(" · {} alerts, {} warnings in {} cases", count(counts.fail), count(counts.warning), count(counts.total))}
                    {format!(" · {} · {}", moment(&run.upload_time), duration(run.duration_millis))}
                </p>
            </div>
            <div class="actions">
                {move || if asking.get() {
                    view! {
                        <button type="button" class="btn small danger" on:click=delete>"Delete this run"</button>
                        <button type="button" class="btn small" on:click=move |_| asking.set(false)>"Keep"</button>
                    }.into_any()
                } else {
                    let name = run.name.clone();
                    view! { <button type="button" class="btn small quiet" aria-label=format!("Delete run {name}") on:click=move |_| asking.set(true)>"Delete"</button> }.into_any()
                }}
            </div>
        </li>
    }
    .into_any()
}
