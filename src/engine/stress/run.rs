//! A stress test, step by step.
//!
//! A run is a list of steps, each short, so that whoever drives it can show progress and cancel between any two: texts are
//! measured, columns profiled, families asked, failing rows gathered. Nothing here reads a clock; how many steps are taken
//! in a row is the caller's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use straingauge_api::{
    Banner, Batch, CaseId, CaseRows, Category, Counts, Decisions, ModelMetric, ModelTask, Outcome, PositiveClass, Problem, Progress,
    RUN_FORMAT, RowPage, RunDocument, Severity, SideInfo, Stage, Status, StressTestConfig, Summary,
};
use straingauge_charts::format::percent;

use super::agree::agree;
use super::decisions;
use super::document::{self, Judged};
use super::findings::{self, Failing};
use super::model_metrics;
use super::plan::{Plan, Planned};
use super::prepare::Preparation;
use super::row_order::losses;
use super::row_page::About;
use super::rows::Bitmap;
use super::{Context, RowSet, Settings};
use crate::math::round12;
use crate::metrics::{self, Outcomes, Predictions};
use crate::profile::Form;
use crate::table::Dataset;
use crate::{Error, Result};

/// One side of a run: its data and what the model said of them.
#[derive(Debug, Clone)]
pub struct RunSide {
    /// The data set.
    pub dataset: Arc<Dataset>,
    /// The model's predictions for it.
    pub predictions: Option<Arc<Predictions>>,
    /// SHA-256 of the predictions' file, where they came in their own.
    pub predictions_sha256: Option<String>,
}

impl RunSide {
    /// Some rows (ascending) of the side, with the roles of the whole.
    ///
    /// # Errors
    /// `split_failed` where there is no such row.
    pub fn taken(&self, rows: &[u32]) -> Result<Self> {
        Ok(Self {
            dataset: Arc::new(self.dataset.taken(rows)?),
            predictions: self.predictions.as_ref().map(|p| Arc::new(p.taken(rows))),
            predictions_sha256: self.predictions_sha256.clone(),
        })
    }
}

/// A stress test under way.
pub struct Run {
    config: StressTestConfig,
    task: ModelTask,
    id: String,
    reference: SideInfo,
    evaluation: SideInfo,
    /// The class that binary metrics are about, where the sides were there to say it.
    positive: Option<PositiveClass>,
    state: State,
    /// Steps taken so far.
    done: u64,
    /// Steps in all, as far as they are known.
    total: u64,
    /// Tests whose batch has been reported.
    reported: Vec<bool>,
    /// Rows with any abnormality, where they were counted before the run.
    abnormal: Option<u64>,
    /// Whether the rows of failing cases are gathered at the end.
    gathers: bool,
    /// What was settled before anything was measured, and its reader must know.
    banners: Vec<Banner>,
    /// What was aligned between the files.
    problems: Vec<Problem>,
}

enum State {
    Preparing(Box<Preparation>),
    Testing {
        context: Box<Context>,
        plan: Plan,
        next: usize,
    },
    Gathering {
        context: Box<Context>,
        plan: Plan,
        gathered: Gathered,
    },
    Done {
        context: Box<Context>,
        plan: Plan,
        document: Box<RunDocument>,
    },
    /// Between two states, and after an error.
    Broken,
}

/// The rows of failing and abnormal cases, as they are gathered.
struct Gathered {
    judged: Vec<Vec<Judged>>,
    /// Cases still to gather: test and case indices.
    queue: Vec<(usize, usize)>,
    rows: BTreeMap<(usize, usize), Bitmap>,
    abnormal: Option<Bitmap>,
}

/// Evaluation rows that are listed a case.
const SAMPLE_ROWS: usize = 50;

impl Run {
    /// Starts a run.
    ///
    /// # Errors
    /// Where the configuration names an unknown test, or labels and predictions cannot be those of the task.
    pub fn new(mut config: StressTestConfig, task: ModelTask, reference: RunSide, evaluation: RunSide) -> Result<Self> {
        decisions::check(&decisions_of(&config))?;
        let settings = Settings::of(&config);
        super::plan::chosen(&config, &settings)?;
        settings.custom.check((reference.dataset.rows(), evaluation.dataset.rows()))?;
        let agreement = agree(reference, evaluation)?;
        let (reference, evaluation) = (agreement.reference, agreement.evaluation);
        let sides = [&reference, &evaluation].map(|side| metrics::side_info((&side.dataset, side.predictions.as_deref())));
        let id = identity(&config, task, &reference, &evaluation)?;
        let (of_reference, of_evaluation) = metrics::outcomes(
            task,
            (&reference.dataset, reference.predictions.as_deref()),
            (&evaluation.dataset, evaluation.predictions.as_deref()),
            config.positive_class.as_deref(),
            config.decision_threshold,
        )?;
        let positive = metrics::positive_of(
            task,
            (&reference.dataset, reference.predictions.as_deref()),
            (&evaluation.dataset, evaluation.predictions.as_deref()),
            config.positive_class.as_deref(),
        )?;
        // The settings hold the caller's numbers from here on.
        (config.custom_metrics, config.custom_tests) = (Vec::new(), Vec::new());
        let preparation = Preparation::new(settings, (reference.dataset, of_reference), (evaluation.dataset, of_evaluation))?;
        let [reference, evaluation] = sides;
        let total = preparation.steps() as u64 + 1;
        Ok(Self {
            config,
            task,
            id,
            reference,
            evaluation,
            positive,
            state: State::Preparing(Box::new(preparation)),
            done: 0,
            total,
            reported: Vec::new(),
            abnormal: None,
            gathers: true,
            banners: agreement.banners,
            problems: agreement.problems,
        })
    }

    /// A run over a context that is ready, its sides named; what a firewall asks of a bin. Nothing is said of single tests on the way.
    /// `abnormal` are the rows with any abnormality, counted before. Rows of cases are not gathered: the document is the same whether or not
    /// a bin's rows are loaded, and [`Self::rows`] finds those of a case when they are asked for.
    ///
    /// # Errors
    /// Where the configuration names an unknown test.
    pub fn over(
        context: Context,
        config: StressTestConfig,
        task: ModelTask,
        id: String,
        sides: [SideInfo; 2],
        abnormal: Option<u64>,
    ) -> Result<Self> {
        let plan = Plan::new(&context, task, &config)?;
        let [reference, evaluation] = sides;
        Ok(Self {
            config,
            task,
            id,
            reference,
            evaluation,
            positive: None,
            done: 0,
            total: plan.planned.len() as u64 + 2,
            reported: vec![true; plan.specs.len()],
            abnormal,
            gathers: false,
            banners: Vec::new(),
            problems: Vec::new(),
            state: State::Testing { context: Box::new(context), plan, next: 0 },
        })
    }

    /// Whether the document is ready.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done { .. })
    }

    /// Takes one step. After the last one it does nothing.
    ///
    /// # Errors
    /// What a question could not do; the run is over then.
    pub fn step(&mut self) -> Result<Progress> {
        let state = std::mem::replace(&mut self.state, State::Broken);
        let (state, progress) = match state {
            State::Preparing(mut preparation) => {
                if let Some(label) = preparation.step()? {
                    if let Some(left) = preparation.left() {
                        self.total = self.done + left as u64 + 2;
                    }
                    (State::Preparing(preparation), self.progress(Stage::Profiling, label, Vec::new()))
                } else {
                    let context = Box::new(preparation.finish()?);
                    let plan = Plan::new(&context, self.task, &self.config)?;
                    self.total = self.done + plan.planned.len() as u64 + 2;
                    self.reported = vec![false; plan.specs.len()];
                    let progress = self.progress(Stage::Testing, "The questions are fixed".to_owned(), Vec::new());
                    (State::Testing { context, plan, next: 0 }, progress)
                }
            }
            State::Testing { context, mut plan, next } => {
                let label = ask(&context, &mut plan, next)?;
                let batches = self.completed(&context, &plan, next);
                let mut progress = self.progress(Stage::Testing, label, batches);
                progress.measured = plan.planned.get(next).map(|p| p.family.tests.clone()).unwrap_or_default();
                if next + 1 < plan.planned.len() {
                    (State::Testing { context, plan, next: next + 1 }, progress)
                } else {
                    let gathered = Gathered::new(&context, &plan, self.gathers);
                    self.total = self.done + gathered.queue.len() as u64 + 1;
                    (State::Gathering { context, plan, gathered }, progress)
                }
            }
            State::Gathering { context, plan, mut gathered } => {
                if gathered.step(&context, &plan) {
                    let progress = self.progress(Stage::Concluding, "Gathering failing rows".to_owned(), Vec::new());
                    (State::Gathering { context, plan, gathered }, progress)
                } else {
                    let document = Box::new(self.conclude(&context, &plan, gathered)?);
                    self.total = self.done + 1;
                    let progress = self.progress(Stage::Done, "Done".to_owned(), Vec::new());
                    (State::Done { context, plan, document }, progress)
                }
            }
            done @ State::Done { .. } => {
                self.done = self.total.saturating_sub(1);
                (done, self.progress(Stage::Done, "Done".to_owned(), Vec::new()))
            }
            State::Broken => return Err(Error::new("run_failed", "This run ended with an error.").mend("Start a new one.")),
        };
        self.state = state;
        Ok(progress)
    }

    /// The document, once done.
    pub fn document(&self) -> Option<&RunDocument> {
        match &self.state {
            State::Done { document, .. } => Some(document),
            _ => None,
        }
    }

    /// A page of the evaluation rows that a case is about, as text.
    ///
    /// # Errors
    /// `run_not_done` before the end, `unknown_case` for an id that the run does not have.
    pub fn rows(&self, case: &str, offset: usize, limit: usize) -> Result<RowPage> {
        let State::Done { context, plan, document } = &self.state else {
            return Err(Error::new("run_not_done", "The rows of a case are there once the run has ended."));
        };
        let subset = document.batches.iter().flat_map(|b| &b.cases).find(|c| c.id == case).and_then(|c| c.subset.as_deref());
        page(context, plan, case, subset, offset, limit)
    }

    /// The same of a run that was asked nothing, by whoever knows the subset that the case is about.
    ///
    /// # Errors
    /// `run_not_done` while sides are prepared, `unknown_case`.
    pub fn rows_of_subset(&self, case: &str, subset: Option<&str>, offset: usize, limit: usize) -> Result<RowPage> {
        match &self.state {
            State::Testing { context, plan, .. } => page(context, plan, case, subset, offset, limit),
            _ => self.rows(case, offset, limit),
        }
    }

    fn progress(&mut self, stage: Stage, label: String, batches: Vec<Batch>) -> Progress {
        self.done += 1;
        Progress { stage, done: self.done, total: Some(self.total.max(self.done)), label, batches, measured: Vec::new() }
    }

    /// Batches of the tests that ended with this family.
    fn completed(&mut self, context: &Context, plan: &Plan, family: usize) -> Vec<Batch> {
        let specs = plan.planned.get(family).map(|p| p.specs.clone()).unwrap_or_default();
        let ended: Vec<usize> = specs.into_iter().filter(|&s| self.reported.get(s) == Some(&false) && plan.is_complete(s)).collect();
        if ended.is_empty() {
            return Vec::new();
        }
        for &s in &ended {
            if let Some(flag) = self.reported.get_mut(s) {
                *flag = true;
            }
        }
        let judged = document::judge_all(plan, &context.settings);
        (judged.into_iter().enumerate())
            .filter(|(s, _)| ended.contains(s))
            .filter_map(|(s, cases)| Some(document::batch(plan.specs.get(s)?, cases.into_iter().map(|j| j.case).collect(), None)))
            .collect()
    }

    fn conclude(&self, context: &Context, plan: &Plan, gathered: Gathered) -> Result<RunDocument> {
        let n = self.evaluation.rows;
        let Gathered { mut judged, rows, abnormal, .. } = gathered;
        for ((test, case), bitmap) in &rows {
            if let Some(judged) = judged.get_mut(*test).and_then(|cases| cases.get_mut(*case)) {
                let count = bitmap.count();
                judged.case.rows = Some(CaseRows { count, share: 0.0, sample: bitmap.iter().take(SAMPLE_ROWS).collect() });
            }
        }
        for rows in judged.iter_mut().flatten().filter_map(|j| j.case.rows.as_mut()) {
            rows.share = if n > 0 { round12(rows.count as f64 / n as f64) } else { 0.0 };
        }
        let failing: Vec<Failing<'_>> = (judged.iter().enumerate())
            .flat_map(|(test, cases)| cases.iter().enumerate().map(move |(case, judged)| ((test, case), &judged.case)))
            .filter(|(_, case)| case.severity > Severity::Pass)
            .map(|(at, case)| Failing { case, rows: rows.get(&at) })
            .collect();
        let text_of = |name: &str| context.feature(name).and_then(|at| context.features.get(at)?.measured_in.clone());
        let groups = findings::group(&failing, &text_of);
        let batches: Vec<Batch> = (judged.into_iter().enumerate())
            .filter(|(s, _)| !plan.absent.contains(s))
            .filter_map(|(s, cases)| {
                let unmet = plan.unmet.iter().find(|(spec, _)| *spec == s).map(|(_, reason)| reason.clone());
                Some(document::batch(plan.specs.get(s)?, cases.into_iter().map(|j| j.case).collect(), unmet))
            })
            .collect();
        let abnormal = self.abnormal.or_else(|| abnormal.as_ref().map(Bitmap::count));
        let failing_inputs = abnormal.unwrap_or(0);
        // What follows from the cases is filled in by `settle`.
        let mut summary = Summary {
            outcome: Outcome::Ready,
            headline: String::new(),
            counts: Counts::default(),
            batches_pass: 0,
            batches_warning: 0,
            batches_alert: 0,
            num_inputs: n,
            num_failing_inputs: failing_inputs,
            abnormality_rate: abnormal.is_some().then(|| if n > 0 { round12(failing_inputs as f64 / n as f64) } else { 0.0 }),
            risks: Vec::new(),
            banners: self.banners(context),
            accepted: 0,
            known: 0,
        };
        let outcomes = context.rows.as_ref().map(|(reference, _)| Arc::clone(&reference.outcomes));
        let model = context.frame.model.as_ref();
        let classes = outcomes.as_ref().map(|o| o.classes.clone()).or_else(|| model.map(|m| m.classes.clone())).unwrap_or_default();
        let model_metrics = model_metrics::model_metrics(context, self.task);
        summary.banners.extend(other_class_banner(&model_metrics, self.positive.as_ref()));
        let mut document = RunDocument {
            format: RUN_FORMAT,
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            id: self.id.clone(),
            name: self.config.run_name.clone(),
            model_task: self.task,
            model: self.config.model.clone(),
            seed: self.config.seed,
            sensitivity: self.config.sensitivity,
            positive_class: classes.last().filter(|_| self.task == ModelTask::BinaryClassification).cloned(),
            positive: self.positive.clone(),
            decision_threshold: outcomes.map_or_else(|| model.filter(|m| m.form == Form::Score).map(|m| m.cut), |o| o.cut()),
            classes,
            reference: self.reference.clone(),
            evaluation: self.evaluation.clone(),
            summary,
            model_metrics,
            findings: Vec::new(),
            suggestions: Vec::new(),
            categories: Vec::new(),
            batches,
            decisions: None,
            groups,
            problems: self.problems.clone(),
            // Of a firewall's bins no rows are gathered.
            production: !self.gathers,
        };
        decisions::settle(&mut document, decisions_of(&self.config))?;
        Ok(document)
    }

    fn banners(&self, context: &Context) -> Vec<Banner> {
        let mut banners = self.banners.clone();
        let mut say = |code: &str, text: String| banners.push(Banner { code: code.to_owned(), text });
        if let Some(text) = super::model_performance::looks_like_training(context) {
            say("reference_looks_like_training_data", text);
        }
        let share = self.evaluation.labelled as f64 / self.evaluation.rows.max(1) as f64;
        if self.evaluation.labelled > 0 && share < 0.8 {
            say(
                "partly_labelled",
                format!(
                    "Only {} of the evaluation rows have a label; what concerns all rows is judged by the model's own confidence.",
                    percent(share)
                ),
            );
        }
        if self.reference.sha256 == self.evaluation.sha256 && self.reference.file == self.evaluation.file {
            say("split_from_one_file", format!("Reference and evaluation come from one file, {}.", self.reference.file));
        }
        banners
    }
}

/// Says that scores which rank worse than chance on both sides may be of the other class.
fn other_class_banner(metrics: &[ModelMetric], positive: Option<&PositiveClass>) -> Option<Banner> {
    let auc = metrics.iter().find(|m| m.id == "auc")?;
    let (reference, evaluation) = (auc.reference?, auc.evaluation?);
    let positive = positive?;
    let other = positive.others.first()?;
    (reference < 0.5 && evaluation < 0.5).then(|| Banner {
        code: "positive_class_may_be_the_other".to_owned(),
        text: format!(
            "AUC is under 0.5 on both sides ({reference:.3} and {evaluation:.3}): the positive class may be {other}, not {} ({}). Choose the positive class among the settings if so.",
            positive.class, positive.reason
        ),
    })
}

/// Asks the next family.
fn ask(context: &Context, plan: &mut Plan, index: usize) -> Result<String> {
    let Some(planned) = plan.planned.get_mut(index) else { return Ok("Nothing to ask".to_owned()) };
    let results = planned.question.measure(context, &planned.family)?;
    if results.len() != planned.family.tests.len() {
        return Err(Error::new(
            "incomplete_family",
            format!("{} measured {} of its {} cases.", planned.family.tests.join(", "), results.len(), planned.family.tests.len()),
        ));
    }
    planned.results = Some(results);
    let name = planned.specs.first().and_then(|&s| plan.specs.get(s)).map_or("", |s| s.category.label());
    let features = planned.family.subject.features();
    Ok(if features.is_empty() { name.to_owned() } else { format!("{name} · {}", features.join(" × ")) })
}

/// A page of the rows of a case.
fn page(context: &Context, plan: &Plan, case: &str, subset: Option<&str>, offset: usize, limit: usize) -> Result<RowPage> {
    let Ok(id) = case.parse::<CaseId>() else { return Err(unknown_case(case)) };
    for planned in &plan.planned {
        let features = planned.family.subject.features();
        if let Some(test) = planned.family.tests.iter().find(|test| **test == id.test && features == id.features) {
            let set = rows_of(context, planned, test, id.aspect.as_deref());
            let reasons = |rows: &[u32]| planned.question.reasons(context, &planned.family, test, rows);
            let judges_model = test.contains("performance");
            let degrees = |rows: &[u32]| {
                let own = planned.question.degrees(context, &planned.family, test, rows);
                own.or_else(|| judges_model.then(|| Some(losses(&context.evaluation_rows()?.outcomes, rows))).flatten())
            };
            let about = About { subset, judges_model, reasons: &reasons, degrees: &degrees };
            return Ok(super::row_page::page(context, &features, set, &about, offset, limit));
        }
    }
    Err(unknown_case(case))
}

fn unknown_case(case: &str) -> Error {
    Error::new("unknown_case", format!("This run has no case \"{case}\"."))
}

/// The evaluation rows that a case is about.
fn rows_of(context: &Context, planned: &Planned, test: &str, aspect: Option<&str>) -> Option<RowSet> {
    let (question, family) = (planned.question, &planned.family);
    aspect.map_or_else(|| question.rows(context, family, test), |aspect| question.rows_of_aspect(context, family, test, aspect))
}

impl Gathered {
    fn new(context: &Context, plan: &Plan, gathers: bool) -> Self {
        let judged = document::judge_all(plan, &context.settings);
        let mut queue = Vec::new();
        for (test, cases) in judged.iter().enumerate() {
            let abnormal = plan.specs.get(test).is_some_and(|s| s.category == Category::AbnormalInputs);
            for (case, judged) in cases.iter().enumerate() {
                let has_rows = abnormal && judged.case.status != Status::Skip && judged.case.rows.as_ref().is_some_and(|r| r.count > 0);
                if gathers && context.evaluation_rows().is_some() && (judged.case.severity > Severity::Pass || has_rows) {
                    queue.push((test, case));
                }
            }
        }
        queue.reverse();
        let rows = context.evaluation_rows().filter(|_| gathers).map(|evaluation| evaluation.dataset.rows());
        let asked = plan.specs.iter().any(|s| s.category == Category::AbnormalInputs);
        let abnormal = rows.filter(|_| asked).map(|n| Bitmap::new(&RowSet::Rows(Vec::new()), n));
        Self { judged, queue, rows: BTreeMap::new(), abnormal }
    }

    /// Gathers the rows of one more case; false when there is none left.
    fn step(&mut self, context: &Context, plan: &Plan) -> bool {
        let Some((test, index)) = self.queue.pop() else { return false };
        let Some(evaluation) = context.evaluation_rows() else { return false };
        let (Some(spec), Some(judged)) = (plan.specs.get(test), self.judged.get(test).and_then(|c| c.get(index))) else { return true };
        let Some(planned) = plan.planned.get(judged.planned) else { return true };
        let aspect = CaseId::aspect_of(&judged.case.id);
        if let Some(set) = rows_of(context, planned, &spec.id, aspect.as_deref()) {
            let bitmap = Bitmap::new(&set, evaluation.dataset.rows());
            if let Some(abnormal) = self.abnormal.as_mut().filter(|_| spec.category == Category::AbnormalInputs) {
                abnormal.add(&bitmap);
            }
            if judged.case.severity > Severity::Pass {
                self.rows.insert((test, index), bitmap);
            }
        }
        true
    }
}

fn decisions_of(config: &StressTestConfig) -> Decisions {
    Decisions { accepted: config.accepted.clone(), today: config.today.clone(), baseline: config.baseline.clone() }
}

/// A hash of the data, the predictions and the configuration: the same run has the same id. Acceptances come and go without making it
/// another run.
fn identity(config: &StressTestConfig, task: ModelTask, reference: &RunSide, evaluation: &RunSide) -> Result<String> {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    hash.update(task.id());
    hash.update(crate::json::to_string(&StressTestConfig { accepted: Vec::new(), today: None, ..config.clone() })?);
    for side in [reference, evaluation] {
        hash.update(&side.dataset.table.sha256);
        hash.update(crate::json::to_string(&side.dataset.params)?);
        hash.update(side.predictions_sha256.as_deref().unwrap_or("same file"));
        hash.update(side.dataset.info.labels.as_ref().map_or("", |labels| labels.sha256.as_str()));
    }
    let digest = hash.finalize();
    Ok(digest.iter().take(8).map(|b| format!("{b:02x}")).collect())
}

impl Outcomes {
    /// The cut of binary scores.
    pub fn cut(&self) -> Option<f64> {
        match &self.prediction {
            metrics::Prediction::Score { cut, .. } => Some(*cut),
            _ => None,
        }
    }
}
