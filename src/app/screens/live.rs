//! A run under way: how far it is, what has come out so far, and the way to stop it.

use leptos::prelude::*;
use straingauge_api::{Batch, Category, Severity, Stage};

use crate::format::counted;
use crate::live::Standing;
use crate::parts::{empty, failure, gauge, label};
use crate::route::Route;
use crate::state::App;

/// The screen.
#[component]
pub fn LiveRun() -> impl IntoView {
    let app = App::here();
    let live = app.live;
    let body = move || match live.standing.get() {
        Standing::Idle => empty(
            "Nothing is running",
            "A run shows here while it goes on.",
            view! { <a class="btn primary" href=Route::Tests.href()>"To the stress tests"</a> },
        ),
        Standing::Failed(error) => view! {
            {failure("The run failed.", &error)}
            <div class="actions"><a class="btn primary" href=Route::Data.href()>"Back to data & model"</a></div>
        }
        .into_any(),
        Standing::Cancelled => empty(
            "Cancelled",
            "The run was stopped; nothing of it was kept. Your files are still on the desk.",
            view! { <a class="btn primary" data-testid="cancelled" href=Route::Data.href()>"Back to data & model"</a> },
        ),
        Standing::Running | Standing::Stopping => view! { <Underway /> }.into_any(),
    };
    view! {
        <div class="head"><div><div class="crumbs"><a href=Route::Tests.href()>"Stress tests"</a>" / running"</div><h1>{live.name}</h1></div></div>
        {body}
    }
}

#[component]
fn Underway() -> impl IntoView {
    let live = App::here().live;
    let stopping = move || live.standing.get() == Standing::Stopping;
    let step = live.step;
    let stage = move || match step.with(|s| s.stage) {
        Stage::Reading => "Reading",
        Stage::Profiling => "Summarising columns",
        Stage::Testing => "Testing",
        Stage::Concluding => "Drawing conclusions",
        Stage::Done => "Done",
    };
    let max = move || step.with(|s| s.total.filter(|t| *t > 0).map(|t| t.to_string()));
    let done = move || step.with(|s| s.total.filter(|t| *t > 0).map(|_| s.done.to_string()));
    let categories = move || {
        live.batches.with(|batches| {
            Category::ALL
                .into_iter()
                .filter_map(|category| {
                    let of: Vec<&Batch> = batches.iter().filter(|b| b.category == category).collect();
                    let worst = of.iter().map(|b| b.severity).max()?;
                    let strain = of.iter().map(|b| b.severity_score).fold(0.0, f64::max);
                    Some(view! {
                        <tr data-testid="category-row">
                            <th scope="row">{category.label()}</th>
                            <td>{label(worst.into())}{(worst == Severity::Pass).then_some(" so far")}</td>
                            <td>{gauge(strain, worst.into(), true)}</td>
                            <td class="n">{counted(of.len() as u64, "test")}</td>
                        </tr>
                    })
                })
                .collect::<Vec<_>>()
        })
    };
    let first = move || {
        live.batches.with(|batches| {
            [Severity::Alert, Severity::Warning]
                .into_iter()
                .flat_map(|severity| batches.iter().filter(move |b| b.severity == severity))
                .take(6)
                .map(|b| {
                    let sentence = b.cases.first().map(|c| c.sentence.clone()).unwrap_or_default();
                    view! { <li data-testid="early-result">{crate::parts::mark(b.severity.into())}<div><span class="finding-title">{b.name.clone()}</span><p class="finding-says">{sentence}</p></div></li> }
                })
                .collect::<Vec<_>>()
        })
    };
    let any = Memo::new(move |_| live.batches.with(|b| !b.is_empty()));
    view! {
        <section class="sheet progress-sheet" aria-busy="true">
            <div class="progress-head">
                <div>
                    <p class="says" role="status"><strong>{move || if stopping() { "Stopping" } else { stage() }}</strong></p>
                    <p class="meta" data-testid="step">{move || step.with(|s| s.label.clone())}</p>
                </div>
                <button type="button" class="btn" data-testid="cancel-run" disabled=stopping on:click=move |_| live.cancel()>"Cancel"</button>
            </div>
            <progress max=max value=done aria-label="Progress"></progress>
        </section>
        {move || any.get().then(|| view! {
            <div class="cols">
                <section class="sheet">
                    <h2>"First results"</h2>
                    <p class="meta">"A failure shown here is final. A pass is provisional until all tests are judged together."</p>
                    <ul class="findings">{first}</ul>
                </section>
                <section class="sheet">
                    <h2>"By category"</h2>
                    <div class="scroll">
                        <table><thead><tr><th scope="col">"Category"</th><th scope="col">"Worst"</th><th scope="col">"Strain"</th><th scope="col" class="n">"Ended"</th></tr></thead><tbody>{categories}</tbody></table>
                    </div>
                </section>
            </div>
        })}
    }
}
