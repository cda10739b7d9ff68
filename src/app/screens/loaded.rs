//! What the open project remembers: its data sets, and whether their rows are in memory. After a reload the files are asked for again.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::{self, Answer, DatasetRecord, ModelRecord, PredictionRecord};
use crate::desk::Known;
use crate::format::{bytes, count};
use crate::live::Sides;
use crate::parts::{failure, loading};
use crate::state::{App, Load};

#[derive(Debug, Clone, PartialEq)]
struct Kept {
    datasets: Vec<DatasetRecord>,
    predictions: Vec<PredictionRecord>,
    models: Vec<ModelRecord>,
}

async fn kept(id: &str) -> Answer<Kept> {
    let project = client::project(id).await?;
    Ok(Kept {
        datasets: client::from_js(project.datasets())?,
        predictions: client::from_js(project.predictions())?,
        models: client::from_js(project.models())?,
    })
}

/// The section; nothing where no project is open or it holds no data.
#[component]
pub fn Loaded() -> impl IntoView {
    let app = App::here();
    let load = RwSignal::new(Load::<Kept>::Waiting);
    Effect::new(move |_| {
        let Some(project) = app.open.get() else { return };
        spawn_local(async move {
            let kept = kept(&project.id).await;
            if let Ok(kept) = &kept {
                let sets = kept.datasets.iter().map(|d| Known { name: d.name.clone(), file: d.file.clone(), sha256: d.sha256.clone() });
                let predictions = kept.predictions.iter().map(|p| Known {
                    name: format!("predictions for {}", p.dataset),
                    file: p.file.clone(),
                    sha256: p.sha256.clone(),
                });
                app.desk.known.set(sets.chain(predictions).collect());
            }
            load.try_set(kept.into());
        });
    });
    move || {
        app.open.get()?;
        Some(match load.get() {
            Load::Waiting => loading("Looking for this project’s data"),
            Load::Failed(error) => failure("This project cannot be opened.", &error),
            Load::Ready(kept) if kept.datasets.is_empty() => ().into_any(),
            Load::Ready(kept) => section(app, kept),
        })
    }
}

fn section(app: App, kept: Kept) -> AnyView {
    let any_lost = kept.datasets.iter().any(|d| !d.loaded) || kept.predictions.iter().any(|p| !p.loaded);
    let rows: Vec<_> = kept
        .datasets
        .iter()
        .map(|d| row(&d.name, &d.file, &format!("{} rows · {}", count(d.rows), bytes(d.bytes)), &d.sha256, d.loaded))
        .chain(kept.predictions.iter().map(|p| row(&format!("{} · {}", p.model, p.dataset), &p.file, "predictions", &p.sha256, p.loaded)))
        .collect();
    let run = (kept.datasets.iter().filter(|d| d.loaded).count() >= 2).then(|| again(app, &kept));
    view! {
        <section class="sheet">
            <h2>"Data of this project"</h2>
            {any_lost.then(|| view! {
                <p class="notice note">"The page was reloaded, and rows are never stored. Drop the same files again to run new tests or to see failing rows; earlier runs can be read as they are. Another file under an old name is noticed."</p>
            })}
            <div class="scroll" tabindex="0" role="region" aria-label="Data of this project">
                <table><thead><tr><th scope="col">"Name"</th><th scope="col">"File"</th><th scope="col">"Size"</th><th scope="col">"SHA-256"</th><th scope="col">"Rows"</th></tr></thead><tbody>{rows}</tbody></table>
            </div>
            {run}
        </section>
    }
    .into_any()
}

fn row(name: &str, file: &str, size: &str, sha: &str, loaded: bool) -> AnyView {
    let short = sha.get(..12).unwrap_or(sha).to_owned();
    view! {
        <tr data-testid="remembered">
            <th scope="row">{name.to_owned()}</th>
            <td>{file.to_owned()}</td>
            <td>{size.to_owned()}</td>
            <td title=sha.to_owned()><code>{short}"…"</code></td>
            <td>{if loaded { "in memory" } else { "drop the file again" }}</td>
        </tr>
    }
    .into_any()
}

/// A run on data that are loaded already: other weeks of the sample project, say.
fn again(app: App, kept: &Kept) -> AnyView {
    let loaded: Vec<String> = kept.datasets.iter().filter(|d| d.loaded).map(|d| d.name.clone()).collect();
    let pick = |word: &str, otherwise: usize| {
        loaded.iter().find(|n| n.contains(word)).or_else(|| loaded.get(otherwise)).cloned().unwrap_or_default()
    };
    let reference = RwSignal::new(pick("ref", 0));
    let evaluation = RwSignal::new(pick("eval", 1));
    let model = StoredValue::new(kept.models.first().map(|m| m.name.clone()));
    let select = |label: &'static str, value: RwSignal<String>| {
        let options: Vec<_> =
            loaded.iter().map(|n| view! { <option value=n.clone() selected=*n == value.get_untracked()>{n.clone()}</option> }).collect();
        view! { <label class="field"><span class="label">{label}</span><select on:change:target=move |ev| value.set(ev.target().value())>{options}</select></label> }
    };
    view! {
        <div class="fields row">
            {select("Reference", reference)}
            {select("Evaluation", evaluation)}
            <button type="button" class="btn primary" data-testid="start-run"
                disabled=move || { app.live.busy() || reference.get() == evaluation.get() }
                on:click=move |_| if let Some(project) = app.open.get_untracked() {
                    let sides = Sides { reference: reference.get_untracked(), evaluation: evaluation.get_untracked(), model: model.get_value() };
                    app.live.run_loaded(app, project, sides);
                }
            >"Run stress test"</button>
        </div>
        {crate::screens::settings::settings(app, false, || false)}
    }
    .into_any()
}
