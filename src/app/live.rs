//! The run under way: files are registered, the test is started, its steps are followed, and it can be stopped.

use std::cell::RefCell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, Batch, Category, ErrorDetails, Kind, LabelParams, PredictionParams, QuestionAbout, ReadOptions, Stage};

use crate::client::{self, Answer, ProjectInfo, Registered, RunConfig, js};
use crate::desk::{Desk, DeskFile};
use crate::pairing::Use;
use crate::params::{data_params, shared_choices};
use crate::questions::{Asked, answer_data, answer_predictions};
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
    /// How long the files of the last run were read, in milliseconds, by the run's id.
    pub read: RwSignal<(String, f64)>,
    began: RwSignal<f64>,
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
            read: RwSignal::new((String::new(), 0.0)),
            began: RwSignal::new(0.0),
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
                let config = config(app.desk, &project, self.named(&project, "").await?, sides, None).await?;
                self.test(turn, &project, &config).await
            }
            .await;
            self.end(turn, app, result);
        });
    }

    /// Registers the files on the desk and tests them.
    pub fn run_desk(self, app: App) {
        let desk = app.desk;
        let turn = self.begin("Stress test");
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
                let name = self.named(&project, &desk.run_name.get_untracked()).await?;
                let mut config = config(desk, &project, name, sides, desk.task.get_untracked()).await?;
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
        let turn = self.begin("Stress test");
        spawn_local(async move {
            let result = async {
                let handle = client::project(&project.id).await?;
                let name = self.named(&handle, &app.desk.run_name.get_untracked()).await?;
                let config = config(app.desk, &handle, name, sides, None).await?;
                self.test(turn, &handle, &config).await
            }
            .await;
            self.end(turn, app, result);
        });
    }

    fn begin(self, name: &str) -> u32 {
        self.turn.update(|t| *t += 1);
        self.began.set(js_sys::Date::now());
        JOB.set(None);
        self.name.set(name.to_owned());
        self.batches.set(Vec::new());
        self.step.set(first_step("Preparing"));
        self.standing.set(Standing::Running);
        go(&Route::Live);
        self.turn.get_untracked()
    }

    /// The given name, or the next number of the project's runs.
    async fn named(self, project: &js::Project, given: &str) -> Answer<String> {
        let given = given.trim();
        let name = if given.is_empty() {
            let runs = client::list_runs(project).await?;
            let taken = |name: &str| runs.iter().any(|r| r.name == name);
            let name = |n: usize| format!("Run {n}");
            (runs.len() + 1..=2 * runs.len() + 1).map(name).find(|n| !taken(n)).unwrap_or_default()
        } else {
            given.to_owned()
        };
        self.name.set(name.clone());
        Ok(name)
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
        let answers = desk.answers.get_untracked();
        let kinds: Vec<QuestionAbout> = untrack(|| desk.questions()).iter().map(|a| a.question.about).collect();
        let mut model = None;
        let mut asked: Vec<Asked> = Vec::new();
        let mut keep = |file: &DeskFile, registered: Registered| {
            let shown = |q: &straingauge_api::Question| file.inspection().is_some_and(|i| i.questions.contains(q));
            let new = registered.questions.into_iter().filter(|q| !shown(q));
            asked.extend(new.map(|question| Asked { file: Some(file.id), question }));
            desk.registered.update(|all| all.push((file.name.clone(), registered.problems)));
        };
        desk.registered.set(Vec::new());
        let mut sides = Sides { reference: "reference".to_owned(), evaluation: "evaluation".to_owned(), model: None };
        let only =
            if reference.is_none() || evaluation.is_none() { reference.as_ref().or(evaluation.as_ref()).map(|f| f.id) } else { None };
        for (file, name, predictions, labels) in [
            (&reference, "reference", Use::ReferencePredictions, Use::ReferenceLabels),
            (&evaluation, "evaluation", Use::EvaluationPredictions, Use::EvaluationLabels),
        ] {
            let Some(file) = file else { continue };
            let name = if only.is_some() { "data" } else { name };
            let (Some(handle), Some(inspection)) = (Desk::handle(file.id), file.inspection()) else { continue };
            let other = if name == "evaluation" { reference.as_ref().and_then(DeskFile::inspection) } else { None };
            let choices = desk.choices.get_untracked();
            let choices = other.map_or_else(|| choices.clone(), |other| shared_choices(&inspection.columns, &other.columns, &choices));
            let mut params = data_params(&inspection.columns, &choices, &file.read);
            params.positive_class.clone_from(&positive_class);
            params.decision_threshold = desk.threshold.get_untracked();
            answer_data(&answers, &inspection.columns, &mut params);
            let crossed: Vec<Vec<String>> = desk.intersections.get_untracked();
            let stands = |set: &Vec<String>| set.iter().all(|name| inspection.columns.iter().any(|c| c.name == *name));
            params.intersections = Some(crossed.into_iter().filter(stands).collect::<Vec<_>>()).filter(|all| !all.is_empty());
            let registered = client::register_dataset(project, name, &handle, &params, reading(format!("Reading {}", file.name))).await?;
            keep(file, registered);
            self.still(turn)?;
            if let Some(file) = standing(labels) {
                let Some(handle) = Desk::handle(file.id) else { continue };
                let id_col = answers.iter().find(|a| a.about == QuestionAbout::Join).map(|a| a.choice.clone());
                let params = LabelParams { read: said(&file.read), id_col, ..Default::default() };
                let reading = reading(format!("Reading {}", file.name));
                keep(&file, client::register_labels(project, name, &handle, &params, reading).await?);
                self.still(turn)?;
            }
            if let Some(file) = standing(predictions) {
                let Some(handle) = Desk::handle(file.id) else { continue };
                let model_name = desk.model_name.get_untracked();
                let mut params = PredictionParams { read: said(&file.read), ..Default::default() };
                answer_predictions(&answers, &mut params);
                let registered =
                    client::register_predictions(project, name, &model_name, &handle, &params, reading(format!("Reading {}", file.name)))
                        .await?;
                keep(&file, registered);
                self.still(turn)?;
                model = Some(model_name);
            }
        }
        let before = desk.late_questions.get_untracked();
        // What was asked on the page already, and was left open on purpose, does not stop the run.
        let asked_before = |a: &Asked| kinds.contains(&a.question.about) || before.contains(a);
        let new = |a: &Asked| stops_a_run(a.question.about) && !asked_before(a) && untrack(|| desk.answered(a)).is_none();
        let stop = asked.iter().any(new);
        desk.late_questions.set(asked);
        if stop {
            return Err(ApiError { code: QUESTIONS.to_owned(), message: String::new(), details: ErrorDetails::default() });
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
        let read = js_sys::Date::now() - self.began.get_untracked();
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
        self.read.set((run.id(), read));
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
            Err(error) if error.code == QUESTIONS => {
                self.standing.set(Standing::Idle);
                go(&Route::Data);
            }
            Err(error) => self.standing.set(Standing::Failed(error)),
        }
    }
}

/// The code of a run that waits for an answer.
const QUESTIONS: &str = "questions_open";

/// Returns true for a question that is put to the reader once before the run goes on; the others can be answered beside its result.
const fn stops_a_run(about: QuestionAbout) -> bool {
    matches!(about, QuestionAbout::Label | QuestionAbout::Prediction | QuestionAbout::ClassNames | QuestionAbout::Join)
}

/// Options that say something.
fn said(read: &ReadOptions) -> Option<ReadOptions> {
    Some(read.clone()).filter(|r| *r != ReadOptions::default())
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

async fn config(
    desk: Desk,
    project: &js::Project,
    run_name: String,
    sides: Sides,
    model_task: Option<straingauge_api::ModelTask>,
) -> Answer<RunConfig> {
    // A baseline comes back with the files, and may be of another project or deleted since.
    let chosen = desk.baseline.get_untracked();
    let baseline =
        if chosen.is_empty() { None } else { client::list_runs(project).await?.into_iter().map(|r| r.id).find(|id| *id == chosen) };
    let without = desk.without.get_untracked();
    // All categories but some: only those that have tests can be asked for.
    let categories = if without.is_empty() {
        Vec::new()
    } else {
        let tests = client::catalogue().await?;
        let asked = |c: &Category| !without.contains(c) && tests.iter().any(|t| t.category == *c);
        Category::ALL.into_iter().filter(asked).map(Category::id).collect()
    };
    Ok(RunConfig {
        run_name,
        reference: sides.reference,
        evaluation: sides.evaluation,
        model: sides.model,
        data_only: desk.data_only.get_untracked(),
        categories,
        tests: desk.tests.get_untracked(),
        exclude_columns: desk.excluded.get_untracked(),
        baseline,
        model_task,
        sensitivity: desk.sensitivity.get_untracked(),
        seed: desk.seed.get_untracked(),
        positive_class: Some(desk.positive_class.get_untracked()).filter(|c| !c.is_empty()),
        decision_threshold: desk.threshold.get_untracked(),
    })
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

/// The given name, or what the names of the data files share.
pub fn project_name(desk: Desk) -> String {
    let given = desk.project_name.get_untracked();
    if !given.trim().is_empty() {
        return given.trim().to_owned();
    }
    let files: Vec<String> = untrack(|| {
        let sides = [desk.standing_for(Use::Reference), desk.standing_for(Use::Evaluation)];
        sides.into_iter().flatten().map(|f| f.name).collect()
    });
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    crate::pairing::common_name(&names).unwrap_or_else(|| "My project".to_owned())
}
