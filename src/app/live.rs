//! The run under way: files are registered, the test is started, its steps are followed, and it can be stopped.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, Batch, Category, ErrorDetails, Kind, PredictionParams, ReadOptions, Stage};

use crate::client::{self, Answer, ProjectInfo, RunConfig, js};
use crate::desk::{Desk, DeskFile};
use crate::pairing::Use;
use crate::params::{data_params, shared_choices};
use crate::route::{Listing, Route};
use crate::state::{App, go};

thread_local! {
    static JOB: RefCell<Option<js::Job>> = const { RefCell::new(None) };
}

/// Where the run stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Standing {
    /// Nothing runs.
    #[default]
    Idle,
    /// It runs.
    Running,
    /// It was asked to stop.
    Stopping,
    /// It was stopped.
    Cancelled,
    /// It failed.
    Failed(ApiError),
}

/// The last step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// Steps taken.
    pub done: u64,
    /// Steps in all.
    pub total: Option<u64>,
    /// What is being done.
    pub label: String,
}

/// The run under way.
#[derive(Clone, Copy)]
pub struct Live {
    /// Where it stands.
    pub standing: RwSignal<Standing>,
    /// Its name.
    pub name: RwSignal<String>,
    /// The last step.
    pub step: RwSignal<Step>,
    /// Tests that have ended.
    pub batches: RwSignal<Vec<Batch>>,
    /// Counts the runs of this page, so that an old run's steps are not taken for the new one's.
    turn: RwSignal<u32>,
}

/// Data sets by name, ready to be tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Sides {
    /// The reference.
    pub reference: String,
    /// The evaluation.
    pub evaluation: String,
    /// The model.
    pub model: Option<String>,
}

impl Live {
    /// Nothing runs.
    pub fn new() -> Self {
        Self {
            standing: RwSignal::new(Standing::Idle),
            name: RwSignal::new(String::new()),
            step: RwSignal::new(first_step("Preparing")),
            batches: RwSignal::new(Vec::new()),
            turn: RwSignal::new(0),
        }
    }

    /// Whether a run is under way.
    pub fn busy(self) -> bool {
        self.standing.with(|s| matches!(s, Standing::Running | Standing::Stopping))
    }

    /// Stops the run.
    pub fn cancel(self) {
        if self.standing.get_untracked() == Standing::Running {
            self.standing.set(Standing::Stopping);
        }
        let job = JOB.with_borrow(Clone::clone);
        if let Some(job) = job {
            job.cancel();
        } else {
            // Nothing but files have been read so far: the next step finds that its turn is over.
            self.turn.update(|t| *t += 1);
            self.standing.set(Standing::Cancelled);
        }
    }

    /// Makes the sample project and tests it.
    pub fn run_sample(self, app: App) {
        let turn = self.begin("Sample project");
        app.requests.opened();
        spawn_local(async move {
            let result = async {
                let project = client::create_sample_project(move |p| {
                    self.tell(turn, Step { stage: p.stage, done: p.done, total: p.total, label: p.label });
                })
                .await?;
                let info: ProjectInfo = client::from_js(project.info())?;
                app.open_project(info);
                app.refresh_projects();
                let sides = sides_of(&project)?;
                let config = config(app.desk, "Stress test".to_owned(), sides, None);
                self.test(turn, &project, &config).await
            }
            .await;
            self.end(turn, app, result);
        });
    }

    /// Registers the files on the desk and tests them.
    pub fn run_desk(self, app: App) {
        let desk = app.desk;
        let name = run_name(desk);
        let turn = self.begin(&name);
        spawn_local(async move {
            let result = async {
                let project = if let Some(info) = app.open.get_untracked() {
                    client::project(&info.id).await?
                } else {
                    let project = client::create_project(&project_name(desk)).await?;
                    app.open_project(client::from_js(project.info())?);
                    app.refresh_projects();
                    project
                };
                let sides = self.register(turn, desk, &project).await?;
                let mut config = config(desk, name, sides, desk.task.get_untracked());
                if config.reference == config.evaluation {
                    of_one(&mut config).await?;
                }
                self.test(turn, &project, &config).await
            }
            .await;
            self.end(turn, app, result);
        });
    }

    /// Tests data sets that the open project holds.
    pub fn run_loaded(self, app: App, project: ProjectInfo, sides: Sides) {
        let name = format!("{} against {}", sides.evaluation, sides.reference);
        let turn = self.begin(&name);
        spawn_local(async move {
            let result = async {
                let handle = client::project(&project.id).await?;
                let config = config(app.desk, name, sides, None);
                self.test(turn, &handle, &config).await
            }
            .await;
            self.end(turn, app, result);
        });
    }

    fn begin(self, name: &str) -> u32 {
        self.turn.update(|t| *t += 1);
        JOB.set(None);
        self.name.set(name.to_owned());
        self.batches.set(Vec::new());
        self.step.set(first_step("Preparing"));
        self.standing.set(Standing::Running);
        go(&Route::Live);
        self.turn.get_untracked()
    }

    fn tell(self, turn: u32, step: Step) {
        if self.turn.get_untracked() == turn {
            self.step.set(step);
        }
    }

    async fn register(self, turn: u32, desk: Desk, project: &js::Project) -> Answer<Sides> {
        let standing = |used_as| untrack(|| desk.standing_for(used_as));
        let (reference, evaluation) = (standing(Use::Reference), standing(Use::Evaluation));
        let reading = move |label: String| {
            self.tell(turn, first_step(&label));
            move |p: straingauge_api::Progress| {
                self.tell(turn, Step { stage: Stage::Reading, done: p.done, total: p.total, label: label.clone() });
            }
        };
        let positive_class = Some(desk.positive_class.get_untracked()).filter(|c| !c.is_empty());
        let mut model = None;
        desk.registered.set(Vec::new());
        let mut sides = Sides { reference: "reference".to_owned(), evaluation: "evaluation".to_owned(), model: None };
        let only =
            if reference.is_none() || evaluation.is_none() { reference.as_ref().or(evaluation.as_ref()).map(|f| f.id) } else { None };
        for (file, name, predictions) in
            [(&reference, "reference", Use::ReferencePredictions), (&evaluation, "evaluation", Use::EvaluationPredictions)]
        {
            let Some(file) = file else { continue };
            let name = if only.is_some() { "data" } else { name };
            let (Some(handle), Some(inspection)) = (Desk::handle(file.id), file.inspection()) else { continue };
            let other = if name == "evaluation" { reference.as_ref().and_then(DeskFile::inspection) } else { None };
            let choices = desk.choices.get_untracked();
            let choices = other.map_or_else(|| choices.clone(), |other| shared_choices(&inspection.columns, &other.columns, &choices));
            let mut params = data_params(&inspection.columns, &choices, &file.read);
            params.positive_class.clone_from(&positive_class);
            params.decision_threshold = desk.threshold.get_untracked();
            let registered = client::register_dataset(project, name, &handle, &params, reading(format!("Reading {}", file.name))).await?;
            desk.registered.update(|all| all.push((file.name.clone(), registered.problems)));
            self.still(turn)?;
            if let Some(file) = standing(predictions) {
                let Some(handle) = Desk::handle(file.id) else { continue };
                let model_name = desk.model_name.get_untracked();
                let params =
                    PredictionParams { read: Some(file.read.clone()).filter(|r| *r != ReadOptions::default()), ..Default::default() };
                let registered =
                    client::register_predictions(project, name, &model_name, &handle, &params, reading(format!("Reading {}", file.name)))
                        .await?;
                desk.registered.update(|all| all.push((file.name.clone(), registered.problems)));
                self.still(turn)?;
                model = Some(model_name);
            }
        }
        if only.is_some() {
            let by = desk.split.get_untracked();
            if by == "none" {
                return Ok(Sides { reference: "data".to_owned(), evaluation: "data".to_owned(), model: None });
            }
            self.tell(turn, first_step("Splitting the file"));
            client::split_dataset(project, "data", &by).await?;
            "data (reference)".clone_into(&mut sides.reference);
            "data (evaluation)".clone_into(&mut sides.evaluation);
        }
        sides.model = model;
        Ok(sides)
    }

    async fn test(self, turn: u32, project: &js::Project, config: &RunConfig) -> Answer<(String, js::TestRun)> {
        self.still(turn)?;
        let job = client::start(project, config)?;
        JOB.set(Some(job.clone()));
        let run = client::follow(&job, move |progress| {
            if self.turn.get_untracked() == turn {
                self.step.set(Step { stage: progress.stage, done: progress.done, total: progress.total, label: progress.label });
                if !progress.batches.is_empty() {
                    self.batches.update(|all| {
                        // A test may be told again once more is known of it.
                        all.retain(|b| !progress.batches.iter().any(|new| new.id == b.id));
                        all.extend(progress.batches);
                    });
                }
            }
        })
        .await?;
        let info: ProjectInfo = client::from_js(project.info())?;
        Ok((info.id, run))
    }

    /// An error when another turn has begun, or the run was stopped, meanwhile.
    fn still(self, turn: u32) -> Answer<()> {
        if self.turn.get_untracked() == turn && self.standing.get_untracked() == Standing::Running {
            return Ok(());
        }
        Err(ApiError { code: "cancelled".to_owned(), message: String::new(), details: ErrorDetails::default() })
    }

    fn end(self, turn: u32, app: App, result: Answer<(String, js::TestRun)>) {
        if self.turn.get_untracked() != turn {
            return;
        }
        JOB.set(None);
        match result {
            Ok((project, run)) => {
                self.standing.set(Standing::Idle);
                let on_screen = app.route.get_untracked() == Route::Live;
                if on_screen {
                    // Back from the run should not lead to an empty progress view.
                    let href = Route::Run { project, run: run.id(), listing: Listing::All, asked: crate::route::Asked::default() }.href();
                    let _ = window().location().replace(&href);
                }
            }
            Err(error) if error.code == "cancelled" => self.standing.set(Standing::Cancelled),
            Err(error) => self.standing.set(Standing::Failed(error)),
        }
    }
}

/// Nothing done yet.
pub fn first_step(label: &str) -> Step {
    Step { stage: Stage::Reading, done: 0, total: None, label: label.to_owned() }
}

/// Tests of data cleanliness that lay two sets side by side, beside those that compare: of one set alone they can say nothing.
const OF_TWO: [&str; 4] = ["required_features", "class_coverage", "date_overlap", "index_overlap"];

/// Leaves to a set that stands alone the tests that can say something about it.
async fn of_one(config: &mut RunConfig) -> Answer<()> {
    for test in client::catalogue().await?.into_iter().filter(|t| t.category == Category::DataCleanliness) {
        let of_two = OF_TWO.iter().any(|id| test.id.ends_with(id));
        if of_two || test.kind == Kind::Difference {
            config.tests.entry(test.id).or_default().run = Some(false);
        }
    }
    config.tests.retain(|id, _| id.starts_with(Category::DataCleanliness.id()));
    config.categories = vec![Category::DataCleanliness.id()];
    config.data_only = true;
    Ok(())
}

fn config(desk: Desk, run_name: String, sides: Sides, model_task: Option<straingauge_api::ModelTask>) -> RunConfig {
    RunConfig {
        run_name,
        reference: sides.reference,
        evaluation: sides.evaluation,
        model: sides.model,
        data_only: desk.data_only.get_untracked(),
        categories: Vec::new(),
        tests: desk.tests.get_untracked(),
        exclude_columns: desk.excluded.get_untracked(),
        baseline: Some(desk.baseline.get_untracked()).filter(|b| !b.is_empty()),
        model_task,
        sensitivity: desk.sensitivity.get_untracked(),
        seed: desk.seed.get_untracked(),
        positive_class: Some(desk.positive_class.get_untracked()).filter(|c| !c.is_empty()),
        decision_threshold: desk.threshold.get_untracked(),
    }
}

/// The sample project's reference and evaluation set and its model.
fn sides_of(project: &js::Project) -> Answer<Sides> {
    let datasets: Vec<client::DatasetRecord> = client::from_js(project.datasets())?;
    let models: Vec<client::ModelRecord> = client::from_js(project.models())?;
    let named = |word: &str, otherwise: usize| {
        datasets.iter().find(|d| d.name.contains(word)).or_else(|| datasets.get(otherwise)).map(|d| d.name.clone()).unwrap_or_default()
    };
    Ok(Sides { reference: named("ref", 0), evaluation: named("eval", 1), model: models.into_iter().next().map(|m| m.name) })
}

fn run_name(desk: Desk) -> String {
    let given = desk.run_name.get_untracked();
    if given.trim().is_empty() { project_name(desk) } else { given.trim().to_owned() }
}

/// The given name, or one from the evaluation file.
pub fn project_name(desk: Desk) -> String {
    let given = desk.project_name.get_untracked();
    if !given.trim().is_empty() {
        return given.trim().to_owned();
    }
    let file = untrack(|| desk.standing_for(Use::Evaluation).or_else(|| desk.standing_for(Use::Reference)));
    file.map_or_else(|| "My model".to_owned(), |f| f.name.split('.').next().unwrap_or_default().replace(['_', '-'], " "))
}
