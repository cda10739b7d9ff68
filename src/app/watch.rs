//! The firewall of the open project: opened, fed, changed.

use std::cell::RefCell;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, BatchReport, ErrorDetails, LabelParams, Point, PredictionParams, Problem, ReadOptions, Stage};
use wasm_bindgen::prelude::*;

use crate::client::{self, Answer, View, ask, js, value_of};
use crate::desk::{Desk, DeskFile};
use crate::live::{Standing, Step};
use crate::pairing;
use crate::route::{Place, Route};
use crate::state::{App, Load, go};

thread_local! {
    // The package's objects belong to the browser's thread.
    static FIREWALL: RefCell<Option<JsValue>> = const { RefCell::new(None) };
    static JOB: RefCell<Option<js::Job>> = const { RefCell::new(None) };
}

/// Where the page says what labels came to.
pub const JOINED: &str = "labels-joined";

/// What a model is called whose predictions stand in the data's own file.
pub const UNNAMED: &str = "model";

/// A model and the data set that it was tested against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// The model; empty where the data alone are watched.
    pub model: String,
    /// The reference data set.
    pub reference: String,
}

/// How a new firewall is set up, beside what the desk's settings say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Creation {
    /// False events that are accepted a year.
    pub budget: f64,
    /// Whether rows are remembered, so that labels that come later can be joined to them.
    pub ledger: bool,
}

/// A batch of production data: the data set's name, and its files where it does not stand in the project already.
#[derive(Debug, Clone, PartialEq)]
struct Batch {
    name: String,
    files: Option<Files>,
}

/// The files of a batch.
#[derive(Debug, Clone, PartialEq)]
struct Files {
    data: DeskFile,
    predictions: Option<DeskFile>,
    labels: Option<DeskFile>,
}

/// The firewall as the page knows it.
#[derive(Clone, Copy)]
pub struct Watch {
    /// Whether the reader wants to add data.
    pub feeding: RwSignal<bool>,
    /// What it looks like; `None` where the project has none.
    pub view: RwSignal<Load<Option<Arc<View>>>>,
    /// Files with production data.
    pub desk: Desk,
    /// Whether data are being taken in.
    pub standing: RwSignal<Standing>,
    /// The last step of that.
    pub step: RwSignal<Step>,
    /// What a batch that reaches into filled bins was answered.
    pub clash: RwSignal<Option<ApiError>>,
    /// What was wrong with the last batch.
    pub problems: RwSignal<Vec<Problem>>,
    /// What was done last, where that is worth a word.
    pub said: RwSignal<String>,
    /// What could not be done.
    pub failed: RwSignal<Option<ApiError>>,
    /// What a new firewall would watch.
    pub proposal: RwSignal<Option<Proposal>>,
    /// The monitor, the object and the days that the overview shows; empty for what matters most.
    pub picked: [RwSignal<String>; 3],
    of: RwSignal<String>,
    left: RwSignal<Vec<String>>,
    turn: RwSignal<u32>,
}

impl Watch {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            feeding: RwSignal::new(false),
            view: RwSignal::new(Load::Waiting),
            // Numbers of its files must not meet those of the other desk.
            desk: Desk::new(1 << 20),
            standing: RwSignal::new(Standing::Idle),
            step: RwSignal::new(crate::live::first_step("")),
            clash: RwSignal::new(None),
            problems: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            failed: RwSignal::new(None),
            proposal: RwSignal::new(None),
            picked: [(); 3].map(|()| RwSignal::new(String::new())),
            of: RwSignal::new(String::new()),
            left: RwSignal::new(Vec::new()),
            turn: RwSignal::new(0),
        }
    }

    /// Whether data are being taken in.
    pub fn busy(self) -> bool {
        self.standing.with(|s| matches!(s, Standing::Running | Standing::Stopping))
    }

    /// Opens the firewall of the open project, unless it is open.
    pub fn open(self, app: App) {
        let Some(project) = app.open.get_untracked().map(|p| p.id) else { return };
        if self.of.get_untracked() == project {
            return;
        }
        self.of.set(project.clone());
        self.turn.update(|t| *t += 1);
        FIREWALL.set(None);
        self.desk.clear();
        self.picked.iter().for_each(|p| p.set(String::new()));
        self.standing.set(Standing::Idle);
        self.failed.set(None);
        self.clash.set(None);
        self.problems.set(Vec::new());
        self.view.set(Load::Waiting);
        spawn_local(async move {
            let opened = async {
                let project = client::project(&project).await?;
                client::firewall_of(&project).await
            }
            .await;
            if self.of.get_untracked() != project {
                return;
            }
            match opened {
                Ok(firewall) => self.stand(firewall),
                Err(error) => self.view.set(Load::Failed(error)),
            }
        });
    }

    /// A firewall, or none, stands from now on.
    fn stand(self, firewall: Option<JsValue>) {
        let view = firewall.as_ref().map(client::view).transpose();
        FIREWALL.set(firewall);
        self.view.set(view.map(|v| v.map(Arc::new)).into());
    }

    /// A new firewall stands, unless the reader went elsewhere meanwhile.
    fn stands_now(self, turn: u32, firewall: JsValue) {
        if self.turn.get_untracked() == turn {
            self.proposal.set(None);
            self.stand(Some(firewall));
        }
    }

    /// The firewall as it stands.
    pub fn handle() -> Option<JsValue> {
        FIREWALL.with_borrow(Clone::clone)
    }

    /// The points of a series, of the last so many bins.
    pub fn points(monitor: &str, object: &str, last: u32) -> Vec<Point> {
        Self::handle().map(|f| client::points(&f, monitor, object, last)).unwrap_or_default()
    }

    /// What it looks like, where it stands.
    pub fn get(self) -> Option<Arc<View>> {
        self.view.with(|v| if let Load::Ready(Some(view)) = v { Some(view.clone()) } else { None })
    }

    /// Does something by the name of the package's method, then looks again; `then` runs when it is done.
    pub fn act(self, method: &'static str, args: Vec<JsValue>, then: impl FnOnce() + 'static) {
        let Some(firewall) = Self::handle() else { return };
        self.failed.set(None);
        spawn_local(async move {
            match ask(&firewall, method, &args).await {
                Ok(_) => {
                    then();
                    self.stand(Some(firewall));
                }
                Err(error) => self.failed.set(Some(error)),
            }
        });
    }

    /// Promotes the model and learns from the reference.
    ///
    /// The settings of the desk hold for its bins too: tests, thresholds, columns left out, sensitivity, positive class and cut.
    pub fn create(self, app: App, proposal: Proposal, bin_size: JsValue, creation: Creation) {
        let Some(project) = app.open.get_untracked() else { return };
        let turn = self.begin("Learning what is normal");
        spawn_local(async move {
            let made = async {
                let handle = client::project(&project.id).await?;
                let model = if proposal.model.is_empty() { JsValue::NULL } else { JsValue::from_str(&proposal.model) };
                if !proposal.model.is_empty() {
                    // A model whose predictions stand in the data's own file was never named.
                    ask(&handle, "registerModel", std::slice::from_ref(&model)).await?;
                    ask(&handle, "promoteModel", std::slice::from_ref(&model)).await?;
                }
                let mut options = settings(app.desk)?;
                options.extend([("binSize", bin_size), ("falseEventsAYear", creation.budget.into()), ("replace", true.into())]);
                if creation.ledger {
                    options.push(("ledger", true.into()));
                }
                let options = client::object(&options);
                let hooks =
                    client::Hooks::new(move |p| self.tell(turn, Step { stage: p.stage, done: p.done, total: p.total, label: p.label }));
                ask(&handle, "createFirewall", &[model, JsValue::from_str(&proposal.reference), options, hooks.value.clone()]).await
            }
            .await;
            let made = made.map(|firewall| self.stands_now(turn, firewall));
            if made.is_ok() && matches!(app.route.get_untracked(), Route::Firewall(Place::Promote)) {
                go(&Route::Firewall(Place::Overview));
            }
            self.end(turn, made);
        });
    }

    /// Takes a firewall from its document.
    pub fn import(self, app: App, file: web_sys::File) {
        let Some(project) = app.open.get_untracked() else { return };
        let turn = self.begin("Reading the firewall");
        spawn_local(async move {
            let made = async {
                let text = client::settle(file.text()).await?;
                let handle = client::project(&project.id).await?;
                let replace = client::object(&[("replace", true.into())]);
                ask(&handle, "importFirewall", &[text, replace]).await
            }
            .await;
            self.end(turn, made.map(|firewall| self.stands_now(turn, firewall)));
        });
    }

    /// Takes in the files on the desk, one batch after the other.
    pub fn add_files(self, app: App) {
        let files: Vec<DeskFile> = self.desk.files.get_untracked();
        let read: Vec<&DeskFile> = files.iter().filter(|f| f.inspection().is_some()).collect();
        let candidates: Vec<pairing::Candidate<'_>> = read.iter().filter_map(|f| f.candidate()).collect();
        let features = untrack(|| self.get()).map(|view| view.features.clone()).unwrap_or_default();
        let (batches, late) = pairing::batches(&candidates, &features);
        let file = |i: usize| read.get(i).map(|f| (*f).clone());
        let batches = batches.into_iter().filter_map(|b| {
            let (data, predictions, labels) = (file(b.data)?, b.predictions.and_then(file), b.labels.and_then(file));
            Some(Batch { name: stem(&data.name), files: Some(Files { data, predictions, labels }) })
        });
        let late = late.into_iter().filter_map(|i| Desk::handle(read.get(i)?.id)).collect();
        self.run(app, batches.collect(), late, false);
    }

    /// Joins a file of labels to rows that came before.
    pub fn add_labels(self, app: App, file: web_sys::File) {
        self.run(app, Vec::new(), vec![file], false);
    }

    /// Joins labels: to the rows that the ledger remembers, else to the data that are still loaded. Gives the bins that were judged anew.
    async fn join(self, turn: u32, project: &js::Project, firewall: &JsValue, file: &web_sys::File) -> Answer<usize> {
        let view = client::view(firewall)?;
        let inspection = client::inspect(file, &ReadOptions::default(), |_| ()).await?;
        let columns: Vec<&str> = inspection.columns.iter().map(|c| c.name.as_str()).collect();
        // Labels take the roles of the reference's columns: the id, and the label.
        let roles = client::roles(project, &view.config.reference, &columns, &ReadOptions::default())?;
        if view.ledger.is_some() {
            let name = stem(&file.name());
            ask(project, "registerDataset", &[JsValue::from_str(&name), file.into(), roles]).await?;
            let report: BatchReport = client::from_js(ask(firewall, "addLabels", &[JsValue::from_str(&name)]).await?)?;
            self.problems.update(|all| all.extend(report.problems));
            return Ok(report.bins.len());
        }
        let column = |key: &str| value_of(&roles, key).as_string();
        let params = LabelParams { label_col: column("labelCol"), id_col: column("idCol"), ..Default::default() };
        let filled_by = |name: &str| view.bins.iter().filter(|b| b.sources.iter().any(|s| s.dataset == name)).collect::<Vec<_>>();
        let sets: Vec<client::DatasetRecord> = client::from_js(project.datasets())?;
        let mut sets: Vec<_> = sets.into_iter().filter(|set| set.loaded && !filled_by(&set.name).is_empty()).collect();
        if columns.len() == 1 {
            // Without a key nothing but the number of rows says what the labels are of.
            sets.retain(|set| set.rows == inspection.rows);
        }
        let refuse = |text: String| Err(ApiError { code: "labels_not_joined".to_owned(), message: text, details: ErrorDetails::default() });
        match sets.as_slice() {
            [] if columns.len() == 1 => {
                return refuse(format!("No production data that this page holds have {} rows.", crate::format::count(inspection.rows)));
            }
            [] => return refuse("The rows that these labels belong to are not loaded: the page was reloaded, and rows are never stored. Add those data again together with the file of labels.".to_owned()),
            [_, _, ..] if columns.len() == 1 => {
                return refuse("Several data sets have as many rows as this file. Give it a column that names the rows.".to_owned());
            }
            _ => {}
        }
        let (mut joined, mut error) = (Vec::new(), None);
        for set in &sets {
            // A bin that other data fill too would lose their rows.
            if filled_by(&set.name).iter().any(|b| b.sources.iter().any(|s| s.dataset != set.name)) {
                let text = format!("Bins of {} hold other data too. Add all data of those days again, with their labels.", set.name);
                error = refuse(text).err();
                continue;
            }
            match client::register_labels(project, &set.name, file, &params, |_| ()).await {
                Ok(registered) => {
                    self.problems.update(|all| all.extend(registered.problems));
                    joined.push(set.name.clone());
                }
                Err(refused) => error = Some(refused),
            }
            self.still(turn)?;
        }
        if let (true, Some(error)) = (joined.is_empty(), error) {
            return Err(error);
        }
        let bins = joined.iter().map(|name| filled_by(name).len()).sum();
        self.take_in(turn, firewall, joined, true).await?;
        Ok(bins)
    }

    /// Takes in data sets that the project holds already.
    pub fn add_datasets(self, app: App, names: Vec<String>) {
        self.run(app, names.into_iter().map(|name| Batch { name, files: None }).collect(), Vec::new(), false);
    }

    /// Goes on where bins were filled already, replacing them.
    pub fn replace(self, app: App) {
        let batches = self.left.get_untracked().into_iter().map(|name| Batch { name, files: None }).collect();
        self.run(app, batches, Vec::new(), true);
    }

    /// Takes in batches, then labels of rows that came before.
    fn run(self, app: App, batches: Vec<Batch>, late: Vec<web_sys::File>, replace: bool) {
        let (Some(project), Some(firewall), Some(view)) = (app.open.get_untracked(), Self::handle(), untrack(|| self.get())) else {
            return;
        };
        let turn = self.begin("Reading");
        app.requests.opened();
        // Labels that were dropped in a place of their own leave the files of the panel alone.
        let on_desk = |file: &web_sys::File| self.desk.files.with_untracked(|all| all.iter().any(|f| f.name == file.name()));
        let clears = late.iter().all(on_desk);
        spawn_local(async move {
            let done = async {
                let handle = client::project(&project.id).await?;
                let mut names = Vec::new();
                for batch in &batches {
                    if let Some(files) = &batch.files {
                        self.register(turn, &handle, &view, &batch.name, files).await?;
                    }
                    names.push(batch.name.clone());
                }
                self.take_in(turn, &firewall, names, replace).await?;
                let labelled = |view: &View| view.bins.iter().map(|b| b.labelled).sum::<u64>();
                for file in &late {
                    self.tell(turn, crate::live::first_step(&format!("Reading {}", file.name())));
                    let before = labelled(&client::view(&firewall)?);
                    let bins = self.join(turn, &handle, &firewall, file).await?;
                    let new = labelled(&client::view(&firewall)?).saturating_sub(before);
                    let (new, bins) = (crate::format::counted(new, "row"), crate::format::counted(bins as u64, "bin"));
                    let says = format!("{}: {new} got a label, {bins} judged anew.", file.name());
                    self.said.update(|all| *all = if all.is_empty() { says } else { format!("{all} {says}") });
                }
                Ok(())
            }
            .await;
            // What was taken in before a later batch failed stands.
            if self.turn.get_untracked() == turn {
                self.stand(Some(firewall));
                // A bin that is shown may be another one now.
                app.shown.set(Load::Waiting);
            }
            // Data that overlap are registered all the same; whether they replace something is asked beside the panel.
            if clears && done.as_ref().map_or_else(overlaps, |()| true) {
                self.feeding.set(false);
                self.desk.clear();
            }
            if done.is_ok() && !late.is_empty() {
                crate::element::later(|| crate::element::show(JOINED));
            }
            self.end(turn, done);
        });
    }

    /// Cuts registered data sets into bins, one after the other.
    async fn take_in(self, turn: u32, firewall: &JsValue, mut names: Vec<String>, replace: bool) -> Answer<()> {
        while let Some(name) = names.first().cloned() {
            self.still(turn)?;
            self.left.set(names.clone());
            let options = client::object(&[("overrideExistingBins", replace.into())]);
            let job: js::Job = ask(firewall, "startContinuousTest", &[JsValue::from_str(&name), options]).await?.unchecked_into();
            JOB.set(Some(job.clone()));
            client::follow(&job, move |p| self.tell(turn, Step { stage: p.stage, done: p.done, total: p.total, label: p.label })).await?;
            let report: Option<BatchReport> = client::from_js(value_of(firewall, "lastReport"))?;
            self.problems.update(|all| all.extend(report.into_iter().flat_map(|r| r.problems)));
            names.remove(0);
        }
        Ok(())
    }

    /// Registers a data set with the roles that the reference's columns have.
    async fn register(self, turn: u32, project: &js::Project, view: &View, name: &str, files: &Files) -> Answer<()> {
        let Files { data, predictions, labels } = files;
        let reading = move |label: String| {
            move |p: straingauge_api::Progress| {
                self.tell(turn, Step { stage: Stage::Reading, done: p.done, total: p.total, label: label.clone() });
            }
        };
        let (Some(handle), Some(inspection)) = (Desk::handle(data.id), data.inspection()) else { return Ok(()) };
        let columns: Vec<&str> = inspection.columns.iter().map(|c| c.name.as_str()).collect();
        let params = client::roles(project, &view.config.reference, &columns, &data.read)?;
        let hooks = client::Hooks::new(reading(format!("Reading {}", data.name)));
        let registered = ask(project, "registerDataset", &[JsValue::from_str(name), handle.into(), params, hooks.value.clone()]).await?;
        let registered: client::Registered = client::from_js(registered)?;
        self.problems.update(|all| all.extend(registered.problems.into_iter().filter(|p| p.level > straingauge_api::ProblemLevel::Note)));
        self.still(turn)?;
        if let Some(file) = predictions {
            let Some(handle) = Desk::handle(file.id) else { return Ok(()) };
            let params = PredictionParams { read: Some(file.read.clone()).filter(|r| *r != ReadOptions::default()), ..Default::default() };
            client::register_predictions(project, name, &view.config.model, &handle, &params, reading(format!("Reading {}", file.name)))
                .await?;
            self.still(turn)?;
        }
        if let Some(file) = labels {
            let (Some(handle), Some(inspection)) = (Desk::handle(file.id), file.inspection()) else { return Ok(()) };
            let columns: Vec<&str> = inspection.columns.iter().map(|c| c.name.as_str()).collect();
            let roles = client::roles(project, &view.config.reference, &columns, &file.read)?;
            let read = Some(file.read.clone()).filter(|r| *r != ReadOptions::default());
            let params = LabelParams { read, label_col: value_of(&roles, "labelCol").as_string(), id_col: None };
            client::register_labels(project, name, &handle, &params, reading(format!("Reading {}", file.name))).await?;
        }
        Ok(())
    }

    /// Stops what goes on.
    pub fn cancel(self) {
        self.standing.set(Standing::Stopping);
        if let Some(job) = JOB.with_borrow(Clone::clone) {
            job.cancel();
        } else {
            self.turn.update(|t| *t += 1);
            self.standing.set(Standing::Cancelled);
        }
    }

    fn begin(self, label: &str) -> u32 {
        self.turn.update(|t| *t += 1);
        JOB.set(None);
        self.failed.set(None);
        self.clash.set(None);
        self.problems.set(Vec::new());
        self.said.set(String::new());
        self.step.set(crate::live::first_step(label));
        self.standing.set(Standing::Running);
        self.turn.get_untracked()
    }

    fn tell(self, turn: u32, step: Step) {
        if self.turn.get_untracked() == turn {
            self.step.set(step);
        }
    }

    fn still(self, turn: u32) -> Answer<()> {
        if self.turn.get_untracked() == turn && self.standing.get_untracked() == Standing::Running {
            return Ok(());
        }
        Err(ApiError { code: "cancelled".to_owned(), message: String::new(), details: ErrorDetails::default() })
    }

    fn end(self, turn: u32, done: Answer<()>) {
        if self.turn.get_untracked() != turn {
            return;
        }
        JOB.set(None);
        self.standing.set(Standing::Idle);
        match done {
            Ok(()) => {}
            Err(error) if error.code == "cancelled" => self.standing.set(Standing::Cancelled),
            Err(error) if overlaps(&error) => self.clash.set(Some(error)),
            Err(error) => self.failed.set(Some(error)),
        }
    }
}

/// What the settings of the desk say to a firewall.
fn settings(desk: Desk) -> Answer<Vec<(&'static str, JsValue)>> {
    let mut out =
        vec![("sensitivity", client::to_js(&desk.sensitivity.get_untracked())?), ("seed", (desk.seed.get_untracked() as f64).into())];
    let (tests, excluded) = (desk.tests.get_untracked(), desk.excluded.get_untracked());
    if !tests.is_empty() {
        out.push(("tests", client::to_js(&tests)?));
    }
    if !excluded.is_empty() {
        out.push(("excludeColumns", client::to_js(&excluded)?));
    }
    let class = desk.positive_class.get_untracked();
    if !class.is_empty() {
        out.push(("positiveClass", JsValue::from_str(&class)));
    }
    out.extend(desk.threshold.get_untracked().map(|cut| ("decisionThreshold", cut.into())));
    Ok(out)
}

/// Whether a batch reaches into bins that are filled, or was taken in before.
fn overlaps(error: &ApiError) -> bool {
    matches!(error.code.as_str(), "bins_exist" | "batch_known")
}

/// A file's name without what says its format.
fn stem(name: &str) -> String {
    name.split('.').next().filter(|s| !s.is_empty()).unwrap_or(name).to_owned()
}
