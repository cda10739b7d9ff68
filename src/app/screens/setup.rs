//! The model, its task, the run's few settings, and the bar that starts it.

use leptos::prelude::*;
use straingauge_api::{ModelTask, TaskGuess, TestInfo};

use crate::desk::FileState;
use crate::element::{El, button, el, none, row};
use crate::format::{capital, counted};
use crate::live::project_name;
use crate::pairing::Use;
use crate::parts::{Shape, mark, ticked, typed};
use crate::questions::legend;
use crate::screens::data::mismatches;
use crate::screens::question::anchor;
use crate::screens::settings::settings;
use crate::state::{App, Load};

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
        let reason = guess.get().map(|g| el("small", "").text(&capital(&g.reason)));
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
    let task_in_force = move || desk.task.get().or_else(|| guess.get().map(|g| g.task));
    el("section", "sheet").el(el("h2", "").text("Model and run")).el(fields).view(settings(app, true, task_in_force)).any()
}

/// The bar that stays in sight: what will be compared, what is still open, and the button.
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
    let blocked = Memo::new(move |_| blocked(app));
    let open = Memo::new(move |_| desk.open_questions());
    let questions = move || {
        let open = open.get();
        if open.is_empty() || reading.get() {
            return none();
        }
        let links = open.iter().map(|asked| {
            let about = if asked.question.column.is_empty() { String::new() } else { format!(" ({})", asked.question.column) };
            let name = format!("{}{about}", legend(asked.question.about));
            let id = anchor(asked);
            el("li", "").el(button("link", &name, move || crate::element::show(&id)))
        });
        let lead = if open.len() == 1 {
            "A question is open, and numbers depend on it:"
        } else {
            "Questions are open, and numbers depend on them:"
        };
        el("div", "open-questions").testid("open-questions").view(mark(Shape::Warning)).text(lead).el(el("ul", "").all(links)).any()
    };
    let reason = move || match blocked.get() {
        Some(reason) if !reading.get() => el("p", "blocked").testid("blocked").view(mark(Shape::Alert)).text(&reason).any(),
        _ => none(),
    };
    let start =
        button("btn primary", "Run stress test", move || app.live.run_desk(app)).testid("start-run").live_attr("disabled", move || {
            (reading.get() || !able.get() || blocked.with(Option::is_some) || app.live.busy()).then(String::new)
        });
    let words = el("div", "run-says")
        .el(el("p", "").attr("role", "status").live(move || row(vec![says().into_any()])))
        .live(reason)
        .live(questions);
    el("div", "runbar").el(words).el(start).any()
}

/// The reason why a run could only fail, where there is one.
fn blocked(app: App) -> Option<String> {
    let desk = app.desk;
    if let Some(problem) = mismatches(desk).into_iter().next() {
        return Some(problem.message);
    }
    let chosen = |t: &TestInfo| {
        let on = desk.tests.with(|all| all.get(&t.id).and_then(|c| c.run)).unwrap_or(t.default_on);
        on && desk.without.with(|without| !without.contains(&t.category))
    };
    let none = app.catalogue.with(|c| if let Some(Load::Ready(tests)) = c { !tests.iter().any(chosen) } else { false });
    none.then(|| "No test is chosen: switch a category or a test on under More settings.".to_owned())
}
