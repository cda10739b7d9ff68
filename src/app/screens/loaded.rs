//! What the open project remembers: its data sets, and whether their rows are in memory. After a reload the files are asked for again.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::{self, Answer, DatasetRecord, LabelRecord, ModelRecord, PredictionRecord};
use crate::desk::Known;
use crate::element::{El, button, el, live, none, scroll, table};
use crate::format::{bytes, counted};
use crate::live::Sides;
use crate::parts::{failure, loading};
use crate::screens::setup::{field, option, select};
use crate::state::{App, Load};

#[derive(Debug, Clone, PartialEq)]
struct Kept {
    datasets: Vec<DatasetRecord>,
    labels: Vec<LabelRecord>,
    predictions: Vec<PredictionRecord>,
    models: Vec<ModelRecord>,
}

async fn kept(id: &str) -> Answer<Kept> {
    let project = client::project(id).await?;
    Ok(Kept {
        datasets: client::from_js(project.datasets())?,
        labels: client::from_js(project.labels())?,
        predictions: client::from_js(project.predictions())?,
        models: client::from_js(project.models())?,
    })
}

/// The section; nothing where no project is open or it holds no data.
pub fn loaded() -> AnyView {
    let app = App::here();
    let load = RwSignal::new(Load::<Kept>::Waiting);
    Effect::new(move |_| {
        let Some(project) = app.open.get() else { return };
        app.restored.track();
        spawn_local(async move {
            let kept = kept(&project.id).await;
            if let Ok(kept) = &kept {
                let known = |name: String, file: &str, sha256: &str| Known { name, file: file.to_owned(), sha256: sha256.to_owned() };
                let mut all: Vec<Known> = kept.datasets.iter().map(|d| known(d.name.clone(), &d.file, &d.sha256)).collect();
                all.extend(kept.labels.iter().map(|l| known(format!("labels for {}", l.dataset), &l.file, &l.sha256)));
                all.extend(kept.predictions.iter().map(|p| known(format!("predictions for {}", p.dataset), &p.file, &p.sha256)));
                app.desk.known.set(all);
            }
            load.try_set(kept.into());
        });
    });
    live(move || {
        if app.open.get().is_none() {
            return none();
        }
        match load.get() {
            Load::Waiting => loading("Looking for this project’s data"),
            Load::Failed(error) => failure("This project cannot be opened.", &error),
            Load::Ready(kept) if kept.datasets.is_empty() => none(),
            Load::Ready(kept) => section(app, &kept),
        }
    })
}

fn section(app: App, kept: &Kept) -> AnyView {
    let any_lost =
        kept.datasets.iter().any(|d| !d.loaded) || kept.labels.iter().any(|l| !l.loaded) || kept.predictions.iter().any(|p| !p.loaded);
    let mut rows: Vec<El> = kept
        .datasets
        .iter()
        .map(|d| row(&d.name, &d.file, &format!("{} · {}", counted(d.rows, "row"), bytes(d.bytes)), &d.sha256, d.loaded))
        .collect();
    rows.extend(kept.labels.iter().map(|l| row(&l.dataset, &l.file, "labels", &l.sha256, l.loaded)));
    rows.extend(kept.predictions.iter().map(|p| row(&format!("{} · {}", p.model, p.dataset), &p.file, "predictions", &p.sha256, p.loaded)));
    let lost = "The page was reloaded, and rows are never stored. Drop the same files again to run new tests or to see failing rows; earlier runs can be read as they are. Another file under an old name is noticed.";
    let list = table("", &["Name", "File", "Size", "SHA-256", "Rows"], el("tbody", "").all(rows));
    el("section", "sheet")
        .el(el("h2", "").text("Data of this project"))
        .all(any_lost.then(|| el("div", "notice").el(el("div", "").el(el("p", "").text(lost)).maybe(sample_again(app)))))
        .el(scroll("Data of this project", list))
        .maybe((kept.datasets.iter().filter(|d| d.loaded).count() >= 2).then(|| again(app, kept)))
        .any()
}

/// The way back to the rows of the sample project, which came from no file; nothing for other projects.
pub fn sample_again(app: App) -> Option<AnyView> {
    let project = app.open.get_untracked().filter(|p| p.sample)?;
    let (busy, failed) = (RwSignal::new(false), RwSignal::new(None::<straingauge_api::ApiError>));
    let again = move || {
        busy.set(true);
        let id = project.id.clone();
        spawn_local(async move {
            failed.try_set(client::restore_sample(&id).await.err());
            busy.try_set(false);
            app.restored.update(|n| *n += 1);
        });
    };
    let name = el("button", "btn small")
        .attr("type", "button")
        .text("Make the sample’s rows again")
        .testid("sample-again")
        .on("click", move |_| again())
        .live_attr("disabled", move || busy.get().then(String::new));
    Some(el("div", "actions").el(name).live(move || failed.get().map_or_else(none, |e| failure("Not done.", &e))).any())
}

fn row(name: &str, file: &str, size: &str, sha: &str, loaded: bool) -> El {
    let short = format!("{}…", sha.get(..12).unwrap_or(sha));
    el("tr", "")
        .testid("remembered")
        .el(el("th", "").attr("scope", "row").text(name))
        .el(el("td", "").text(file))
        .el(el("td", "").text(size))
        .el(el("td", "").attr("title", sha).el(el("code", "").text(&short)))
        .el(el("td", "").text(if loaded { "in memory" } else { "drop the file again" }))
}

/// A run on data that are loaded already: other weeks of the sample project, say.
fn again(app: App, kept: &Kept) -> AnyView {
    let loaded: Vec<&str> = kept.datasets.iter().filter(|d| d.loaded).map(|d| d.name.as_str()).collect();
    let pick = |word: &str, otherwise: usize| {
        RwSignal::new(
            loaded.iter().find(|n| n.contains(word)).or_else(|| loaded.get(otherwise)).map_or_else(String::new, |n| (*n).to_owned()),
        )
    };
    let (reference, evaluation) = (pick("ref", 0), pick("eval", 1));
    let model = StoredValue::new(kept.models.first().map(|m| m.name.clone()));
    let choose = |label: &str, value: RwSignal<String>| {
        field(label, select(loaded.iter().map(|n| option(n, n)).collect(), move || value.get(), move |v| value.set(v)))
    };
    let start = button("btn primary", "Run stress test", move || {
        if let Some(project) = app.open.get_untracked() {
            let sides = Sides { reference: reference.get_untracked(), evaluation: evaluation.get_untracked(), model: model.get_value() };
            app.live.run_loaded(app, project, sides);
        }
    });
    let start =
        start.testid("start-run").live_attr("disabled", move || (app.live.busy() || reference.get() == evaluation.get()).then(String::new));
    let fields = el("div", "fields row").el(choose("Reference", reference)).el(choose("Evaluation", evaluation)).el(start);
    crate::element::row(vec![
        fields.any(),
        crate::screens::settings::settings(app, false, move || app.open.with(|o| o.as_ref().and_then(|p| p.model_task))),
    ])
}
