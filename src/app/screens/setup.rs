//! The model, its task, the run's few settings, and the bar that starts it.

use leptos::prelude::*;
use straingauge_api::{ModelTask, Sensitivity, TaskGuess};

use crate::desk::FileState;
use crate::format::counted;
use crate::live::project_name;
use crate::pairing::Use;
use crate::state::App;

const TASKS: [ModelTask; 3] = [ModelTask::BinaryClassification, ModelTask::MulticlassClassification, ModelTask::Regression];
const SENSITIVITIES: [(Sensitivity, &str, &str); 3] = [
    (Sensitivity::Less, "less", "Less: only strong evidence of large effects"),
    (Sensitivity::Default, "default", "Default"),
    (Sensitivity::More, "more", "More: smaller effects, weaker evidence"),
];

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

/// The section.
#[component]
pub fn Setup() -> impl IntoView {
    let app = App::here();
    let desk = app.desk;
    let guess = Memo::new(move |_| guessed_task(app));
    let alone = Memo::new(move |_| desk.standing_for(Use::Reference).is_none() != desk.standing_for(Use::Evaluation).is_none());
    let binary = move || desk.task.get().or_else(|| guess.get().map(|g| g.task)) == Some(ModelTask::BinaryClassification);
    let tasks: Vec<_> = TASKS
        .into_iter()
        .map(|t| view! { <option value=t.id() selected=move || desk.task.get() == Some(t)>{t.label()}</option> })
        .collect();
    let sensitivities: Vec<_> = SENSITIVITIES
        .into_iter()
        .map(|(s, id, label)| view! { <option value=id selected=move || desk.sensitivity.get() == s>{label}</option> })
        .collect();
    let guessed_name = move || {
        desk.files.track();
        project_name(desk)
    };
    view! {
        <section class="sheet">
            <h2>"Model and run"</h2>
            <div class="fields">
                {move || app.open.with(Option::is_none).then(|| view! {
                    <label class="field"><span class="label">"Project"</span>
                        <input type="text" placeholder=guessed_name prop:value=desk.project_name on:input:target=move |ev| desk.project_name.set(ev.target().value()) />
                    </label>
                })}
                <label class="field"><span class="label">"Model"</span>
                    <input type="text" data-testid="model-name" prop:value=desk.model_name on:input:target=move |ev| desk.model_name.set(ev.target().value()) />
                </label>
                <label class="field"><span class="label">"Task"</span>
                    <select data-testid="task" on:change:target=move |ev| { let id = ev.target().value(); desk.task.set(TASKS.into_iter().find(|t| t.id() == id)); }>
                        <option value="" selected=move || desk.task.get().is_none()>
                            {move || guess.get().map_or_else(|| "Find out from the data".to_owned(), |g| format!("{} (guessed)", g.task.label()))}
                        </option>
                        {tasks}
                    </select>
                    <small>{move || guess.get().map(|g| g.reason)}</small>
                </label>
                {move || alone.get().then(|| view! {
                    <label class="field"><span class="label">"One data file"</span>
                        <select data-testid="split" on:change:target=move |ev| desk.split.set(if ev.target().value() == "time" { "time" } else { "halves" })>
                            <option value="halves" selected=move || desk.split.get() == "halves">"Two halves, drawn by the seed"</option>
                            <option value="time" selected=move || desk.split.get() == "time">"Earlier against later rows"</option>
                        </select>
                        <small>"With one file only, it is cut in two; the run says so."</small>
                    </label>
                })}
            </div>
            <details class="more">
                <summary>"More settings"</summary>
                <div class="fields">
                    <label class="field"><span class="label">"Run name"</span>
                        <input type="text" data-testid="run-name" placeholder=guessed_name prop:value=desk.run_name on:input:target=move |ev| desk.run_name.set(ev.target().value()) />
                    </label>
                    <label class="field"><span class="label">"Sensitivity"</span>
                        <select on:change:target=move |ev| { let id = ev.target().value(); if let Some((s, ..)) = SENSITIVITIES.into_iter().find(|(_, i, _)| *i == id) { desk.sensitivity.set(s); } }>{sensitivities}</select>
                    </label>
                    <label class="field"><span class="label">"Seed"</span>
                        <input type="number" min="0" step="1" prop:value=move || desk.seed.get().to_string() on:change:target=move |ev| desk.seed.set(ev.target().value().parse().unwrap_or(42)) />
                        <small>"The same data, settings and seed give the same run, byte for byte."</small>
                    </label>
                    {move || binary().then(|| view! {
                        <label class="field"><span class="label">"Positive class"</span>
                            <input type="text" placeholder="guessed" prop:value=desk.positive_class on:change:target=move |ev| desk.positive_class.set(ev.target().value().trim().to_owned()) />
                        </label>
                        <label class="field"><span class="label">"Decision threshold"</span>
                            <input type="number" min="0" max="1" step="0.01" placeholder="0.5" prop:value=move || desk.threshold.get().map(|t| t.to_string()).unwrap_or_default()
                                on:change:target=move |ev| desk.threshold.set(Some(ev.target().value_as_number()).filter(|t| (0.0..=1.0).contains(t))) />
                        </label>
                    })}
                </div>
            </details>
        </section>
    }
}

/// The bar that stays in sight: what will be compared, and the button.
#[component]
pub fn RunBar() -> impl IntoView {
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
    view! {
        <div class="runbar">
            <p role="status">{says}</p>
            <button type="button" class="btn primary" data-testid="start-run" disabled=move || { reading.get() || !able.get() || app.live.busy() } on:click=move |_| app.live.run_desk(app)>
                "Run stress test"
            </button>
        </div>
    }
}
