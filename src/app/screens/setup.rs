//! The model, its task, the run's few settings, and the bar that starts it.

use leptos::prelude::*;
use straingauge_api::{ModelTask, TaskGuess};

use crate::desk::FileState;
use crate::element::{El, button, el, none, row};
use crate::format::counted;
use crate::live::project_name;
use crate::pairing::Use;
use crate::parts::{ticked, typed};
use crate::screens::settings::settings;
use crate::state::App;

const TASKS: [ModelTask; 6] = [
    ModelTask::BinaryClassification,
    ModelTask::MulticlassClassification,
    ModelTask::Regression,
    ModelTask::Ranking,
    ModelTask::NaturalLanguageInference,
    ModelTask::NamedEntityRecognition,
];
const SPLITS: [(&str, &str); 3] =
    [("halves", "Two halves, drawn by the seed"), ("time", "Earlier against later rows"), ("none", "Not cut: tests of the data alone")];

/// The task that the files suggest: the surest guess among those in use.
fn guessed_task(app: App) -> Option<TaskGuess> {
    app.desk.files.with(|files| {
        files
            .iter()
            .filter(|f| f.used_as != Use::Unused)
            .filter_map(|f| f.inspection().and_then(|i| i.task.clone()))
            .max_by(|a, b| a.confidence.total_cmp(&b.confidence))
    })
}

/// A labelled control.
pub fn field(name: &str, control: El) -> El {
    el("label", "field").el(el("span", "label").text(name)).el(control)
}

/// A text or number that is typed.
pub fn input(kind: &str, value: impl Fn() -> String + Send + 'static, set: impl Fn(String) + Send + 'static) -> El {
    // Numbers are taken when they are whole: a half-typed one is another number.
    let event = if kind == "text" { "input" } else { "change" };
    el("input", "").attr("type", kind).live_attr("value", move || Some(value())).on(event, move |ev| set(typed(&ev)))
}

/// One of several.
pub fn select(options: Vec<El>, value: impl Fn() -> String + Send + 'static, set: impl Fn(String) + Send + 'static) -> El {
    el("select", "").all(options).live_attr("value", move || Some(value())).on("change", move |ev| set(typed(&ev)))
}

/// One of them.
pub fn option(id: &str, name: &str) -> El {
    el("option", "").attr("value", id).text(name)
}

fn text(signal: RwSignal<String>) -> El {
    input("text", move || signal.get(), move |v| signal.set(v))
}

/// A number that was typed; the browser knows how to read it.
pub fn number(text: &str) -> Option<f64> {
    Some(js_sys::parse_float(text)).filter(|n| n.is_finite())
}

/// The section.
pub fn setup() -> AnyView {
    let app = App::here();
    let desk = app.desk;
    let guess = Memo::new(move |_| guessed_task(app));
    let alone = Memo::new(move |_| desk.standing_for(Use::Reference).is_none() != desk.standing_for(Use::Evaluation).is_none());
    let guessed_name = move || {
        desk.files.track();
        Some(project_name(desk))
    };
    let project = move || {
        if app.open.with(Option::is_some) {
            none()
        } else {
            field("Project", text(desk.project_name).live_attr("placeholder", guessed_name)).any()
        }
    };
    let task = move || {
        let first = guess.get().map_or_else(|| "Find out from the data".to_owned(), |g| format!("{} (guessed)", g.task.label()));
        let options = std::iter::once(option("", &first)).chain(TASKS.map(|t| option(t.id(), t.label()))).collect();
        let set = move |id: String| desk.task.set(TASKS.into_iter().find(|t| t.id() == id));
        let select = select(options, move || desk.task.get().map_or("", ModelTask::id).to_owned(), set).testid("task");
        let reason = guess.get().map(|g| el("small", "").text(&g.reason));
        field("Task", select).all(reason).any()
    };
    let split = move || {
        if !alone.get() {
            return none();
        }
        let options = SPLITS.map(|(id, name)| option(id, name)).into();
        let select = select(options, move || desk.split.get(), move |v| desk.split.set(v)).testid("split");
        let says = el("small", "").text("With one file only, it is cut in two, and the run says so; or the data are tested as they are.");
        field("One data file", select).el(says).any()
    };
    let data_only = el("input", "")
        .attr("type", "checkbox")
        .testid("data-only")
        .live_attr("checked", move || desk.data_only.get().then(String::new))
        .on("change", move |ev| desk.data_only.set(ticked(&ev)));
    let says = el("span", "").text("Data tests alone").el(el("small", "").text("Leaves the predictions out."));
    let fields = el("div", "fields")
        .live(project)
        .el(field("Model", text(desk.model_name).testid("model-name")))
        .live(task)
        .live(split)
        .el(el("label", "check field").el(data_only).el(says));
    let binary = move || desk.task.get().or_else(|| guess.get().map(|g| g.task)) == Some(ModelTask::BinaryClassification);
    el("section", "sheet").el(el("h2", "").text("Model and run")).el(fields).view(settings(app, true, binary)).any()
}

/// The bar that stays in sight: what will be compared, and the button.
pub fn run_bar() -> AnyView {
    let app = App::here();
    let desk = app.desk;
    let reading = Memo::new(move |_| desk.files.with(|f| f.iter().any(|f| matches!(f.state, FileState::Reading(..)))));
    let able = Memo::new(move |_| desk.standing_for(Use::Reference).or_else(|| desk.standing_for(Use::Evaluation)).is_some());
    let says = move || {
        let rows = |used_as| desk.standing_for(used_as).and_then(|f| f.inspection().map(|i| counted(i.rows, "row")));
        let predicted = desk.standing_for(Use::ReferencePredictions).is_some() || desk.standing_for(Use::EvaluationPredictions).is_some();
        match (rows(Use::Reference), rows(Use::Evaluation)) {
            _ if reading.get() => "Reading your files.".to_owned(),
            (Some(r), Some(e)) => format!("{e} to judge against {r} of reference{}.", if predicted { ", with predictions" } else { "" }),
            (Some(n), None) | (None, Some(n)) => format!("One data file with {n}."),
            (None, None) => "Which file is the data? Choose above.".to_owned(),
        }
    };
    let start = button("btn primary", "Run stress test", move || app.live.run_desk(app))
        .testid("start-run")
        .live_attr("disabled", move || (reading.get() || !able.get() || app.live.busy()).then(String::new));
    el("div", "runbar").el(el("p", "").attr("role", "status").live(move || row(vec![says().into_any()]))).el(start).any()
}
