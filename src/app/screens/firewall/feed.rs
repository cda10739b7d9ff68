//! Production data into the firewall: files dropped, or data sets that the project holds; and a firewall from its document.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::client::{self, DatasetRecord, View};
use crate::desk::{DeskFile, FileState};
use crate::element::{El, button, el, live, none, row};
use crate::format::{bytes, counted};
use crate::live::Standing;
use crate::pairing;
use crate::parts::{drop_zone, failure, problem_list};
use crate::state::App;
use crate::watch::JOINED;

const HINT: &str = "Rows with a timestamp, and the model’s predictions in the same file or in one of their own. Several days, weeks or months at once are cut into bins. Columns take the roles they have in the reference.";

/// The button that opens the panel.
pub fn opener(app: App) -> AnyView {
    button("btn primary", "Add production data", move || app.watch.feeding.update(|f| *f = !*f))
        .testid("add-data")
        .aria("aria-expanded", move || app.watch.feeding.get())
        .any()
}

/// The panel; always open where there is nothing yet.
pub fn panel(app: App, view: &View, always: bool) -> AnyView {
    let watch = app.watch;
    let sample = sample_weeks(app, view);
    let features = view.features.clone();
    live(move || {
        if watch.busy() {
            return progress(app);
        }
        let mut all = vec![clash(app), problems(app)];
        if matches!(watch.standing.get(), Standing::Cancelled) {
            all.push(
                el("p", "notice")
                    .attr("role", "status")
                    .testid("feed-cancelled")
                    .text("Stopped. What was taken in before stands; nothing of the rest was kept.")
                    .any(),
            );
        }
        if always || watch.feeding.get() {
            let zone = drop_zone("", "Drop production data here", HINT, move |files| {
                watch.desk.take(files);
                app.requests.opened();
            });
            let panel = el("section", "sheet").testid("feed").el(el("h2", "").text("Add production data"));
            let features = features.clone();
            all.push(panel.live(move || files(app, &features)).view(zone).view(held(app, sample)).any());
        }
        row(all)
    })
}

/// Weeks of the sample project that lie ready.
fn sample_weeks(app: App, view: &View) -> RwSignal<Vec<String>> {
    let found = RwSignal::new(Vec::new());
    let Some(project) = app.open.get_untracked() else { return found };
    let taken: Vec<String> = view.bins.iter().flat_map(|b| b.sources.iter().map(|s| s.dataset.clone())).collect();
    spawn_local(async move {
        if let Ok(project) = client::project(&project.id).await
            && let Ok(sets) = client::from_js::<Vec<DatasetRecord>>(project.datasets())
        {
            let weeks = sets.into_iter().filter(|d| d.loaded && d.name.starts_with("week_") && !taken.contains(&d.name));
            found.try_set(weeks.map(|d| d.name).collect());
        }
    });
    found
}

fn held(app: App, weeks: RwSignal<Vec<String>>) -> AnyView {
    live(move || {
        let names = weeks.get();
        if names.is_empty() || app.watch.desk.files.with(|f| !f.is_empty()) {
            return none();
        }
        let says = format!("No production data at hand? The sample project has {} ready.", counted(names.len() as u64, "week"));
        let add = button("btn primary", "Try the sample’s production data", move || app.watch.add_datasets(app, names.clone()));
        el("div", "after").el(el("p", "meta").text(&says)).el(add.testid("sample-production")).any()
    })
}

/// The files, what they are taken for, and the button that runs.
fn files(app: App, features: &[String]) -> AnyView {
    let desk = app.watch.desk;
    let files = desk.files.get();
    if files.is_empty() {
        return none();
    }
    let read: Vec<&DeskFile> = files.iter().filter(|f| f.inspection().is_some()).collect();
    let candidates: Vec<pairing::Candidate<'_>> = read.iter().filter_map(|f| f.candidate()).collect();
    let (batches, late) = pairing::batches(&candidates, features);
    let used_as = |id: u32| {
        let at = read.iter().position(|f| f.id == id)?;
        if late.contains(&at) {
            return Some("labels for data that came before".to_owned());
        }
        batches.iter().find_map(|b| {
            let name = |of: Option<usize>| of.map_or("in the same file, if any", |i| read[i].name.as_str());
            if b.data == at {
                return Some(format!("data · predictions {} · labels {}", name(b.predictions), name(b.labels)));
            }
            let what = if b.predictions == Some(at) { "predictions" } else { "labels" };
            (b.predictions == Some(at) || b.labels == Some(at)).then(|| format!("{what} for {}", read[b.data].name))
        })
    };
    let reading = files.iter().any(|f| matches!(f.state, FileState::Reading(..)));
    let items = files.iter().map(|f| {
        let says = match &f.state {
            FileState::Reading(..) => format!("{} · reading", bytes(f.bytes)),
            FileState::Failed(error) => error.message.clone(),
            FileState::Read(read) => {
                let rows = counted(read.rows, "row");
                format!("{} · {rows} · {}", bytes(f.bytes), used_as(f.id).unwrap_or_else(|| "not used".to_owned()))
            }
        };
        let (id, name) = (f.id, format!("Take {} off", f.name));
        let failed = if matches!(f.state, FileState::Failed(_)) { "meta alert" } else { "meta" };
        el("li", "accepted-row")
            .testid("production-file")
            .el(el("div", "card-text").el(el("strong", "").text(&f.name)).el(el("p", failed).text(&says)))
            .el(button("btn small quiet", "Remove", move || desk.remove(id)).attr("aria-label", &name))
    });
    let nothing = batches.is_empty() && late.is_empty();
    let days = if nothing && !reading { "No file here holds data: predictions alone cannot be judged." } else { "" };
    let run = button("btn primary", "Run continuous test", move || app.watch.add_files(app)).testid("run-batch");
    let run = if reading || nothing { run.attr("disabled", "") } else { run };
    el("div", "feed-files").el(el("ul", "").all(items)).el(el("div", "actions").el(run).el(el("p", "meta").text(days))).any()
}

fn progress(app: App) -> AnyView {
    let cancel = button("btn", "Cancel", move || app.watch.cancel())
        .testid("cancel-feed")
        .live_attr("disabled", move || (app.watch.standing.get() == Standing::Stopping).then(String::new));
    crate::screens::live::progress(app.watch.step, || "Under way", cancel).any()
}

/// The question that overlapping data raise.
fn clash(app: App) -> AnyView {
    let Some(error) = app.watch.clash.get() else { return none() };
    let keep = button("btn", "Keep what is there", move || app.watch.clash.set(None)).testid("keep-bins");
    let replace = button("btn primary", "Replace those bins", move || app.watch.replace(app)).testid("replace-bins");
    let says = el("div", "")
        .el(el("p", "").el(el("strong", "").text("These days are filled already. ")).text(&error.message))
        .el(el("p", "").text("Replacing counts those bins anew from these data alone; keeping leaves the firewall as it is."))
        .el(el("div", "actions").el(replace).el(keep));
    el("div", "notice note").attr("role", "alert").testid("bins-exist").el(says).any()
}

fn problems(app: App) -> AnyView {
    let problems = app.watch.problems.get();
    if problems.is_empty() {
        return none();
    }
    el("details", "sheet more")
        .testid("batch-problems")
        .el(el("summary", "").text("What is odd about the last data"))
        .view(problem_list(&problems))
        .any()
}

/// Labels that come later: joined by the id where rows are remembered, else by giving the labelled file again.
pub fn labels(app: App, view: &View) -> AnyView {
    let unlabelled = view.bins.iter().any(|b| b.labelled < b.rows);
    if view.ledger.is_none() && !unlabelled && app.watch.said.with_untracked(String::is_empty) {
        return none();
    }
    let sheet = el("section", "sheet").testid("late-labels").el(el("h2", "").text("Labels that come later"));
    let says = match view.ledger {
        Some(rows) => format!(
            "{} are remembered by a keyed hash of their id. A file with the id column and the label column of the reference is joined to them, and the bins that get labels are judged anew.",
            counted(rows, "row")
        ),
        None => "A file of labels is joined to the production data that this page still holds, by the id or row by row, and their bins are judged anew. Once the page is reloaded those data have to be added again, together with the file: this firewall remembers no rows.".to_owned(),
    };
    let zone = drop_zone("", "Drop labels here", "A file with the id and the label of each row.", move |files| {
        if let Some(file) = files.into_iter().next() {
            app.watch.add_labels(app, file);
        }
    });
    let said = move || {
        let said = app.watch.said.get();
        if said.is_empty() {
            return none();
        }
        let says = el("p", "notice").attr("id", JOINED).attr("tabindex", "-1").attr("role", "status");
        says.testid("labels-joined").text(&said).any()
    };
    sheet.el(el("p", "meta").text(&says)).live(said).view(zone).any()
}

/// The way to import a firewall.
pub fn import(app: App) -> El {
    let input = el("input", "visually-hidden")
        .attr("type", "file")
        .attr("accept", ".json,application/json")
        .attr("tabindex", "-1")
        .attr("aria-label", "Firewall document")
        .testid("import-file")
        .on("change", move |ev| {
            if let Some(input) = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()) {
                let file = input.files().and_then(|l| l.get(0));
                input.set_value("");
                if let Some(file) = file {
                    app.watch.import(app, file);
                }
            }
        });
    let choose = button("link", "Import a firewall (JSON)", || {
        let input = document().query_selector("[data-testid=import-file]").ok().flatten();
        if let Some(input) = input.and_then(|i| i.dyn_into::<web_sys::HtmlElement>().ok()) {
            input.click();
        }
    });
    el("div", "import").el(choose).el(el("small", "").text("Takes the place of what this project has.")).el(input)
}

/// What could not be done, where no firewall stands yet.
pub fn failed(app: App) -> AnyView {
    live(move || app.watch.failed.get().map_or_else(none, |e| failure("Not done.", &e)))
}

/// The progress of what goes on, where something does.
pub fn underway(app: App) -> AnyView {
    live(move || if app.watch.busy() { progress(app) } else { none() })
}
