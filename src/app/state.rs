//! What the page knows, as signals that every screen shares.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, RunDocument, TestInfo};

use crate::client::{self, ProjectInfo};
use crate::desk::Desk;
use crate::live::Live;
use crate::requests::Requests;
use crate::route::{Asked, Listing, Route, bins_of};
use crate::watch::Watch;

/// Something that comes from the engine or from storage.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Load<T> {
    /// Not there yet.
    #[default]
    Waiting,
    /// There.
    Ready(T),
    /// Could not be had.
    Failed(ApiError),
}

impl<T> From<Result<T, ApiError>> for Load<T> {
    fn from(result: Result<T, ApiError>) -> Self {
        match result {
            Ok(value) => Self::Ready(value),
            Err(error) => Self::Failed(error),
        }
    }
}

/// A finished run with what the package knows beside the document.
#[derive(Debug)]
pub struct Shown {
    /// The project's id.
    pub project: String,
    /// The run's id.
    pub run: String,
    /// How long it took.
    pub duration_millis: f64,
    /// When it ended, ISO 8601.
    pub upload_time: String,
    /// The run.
    pub document: RunDocument,
}

impl Shown {
    /// The link to a case within its test.
    pub fn case_href(&self, case: &str) -> String {
        let (project, run) = (self.project.clone(), self.run.clone());
        Route::Test { project, run, batch: crate::route::batch_of(case).to_owned(), case: Some(case.to_owned()) }.href()
    }

    /// The link to the run, listed in a way.
    pub fn run_href(&self, listing: Listing) -> String {
        Route::Run { project: self.project.clone(), run: self.run.clone(), listing, asked: Asked::default() }.href()
    }
}

/// The page's state. Copied into every screen: signals are handles.
#[derive(Clone, Copy)]
pub struct App {
    /// The view.
    pub route: RwSignal<Route>,
    /// All projects.
    pub projects: RwSignal<Load<Vec<ProjectInfo>>>,
    /// The project that is open.
    pub open: RwSignal<Option<ProjectInfo>>,
    /// The files that lie open and what they are taken for.
    pub desk: Desk,
    /// The run under way.
    pub live: Live,
    /// The firewall of the open project.
    pub watch: Watch,
    /// The finished run that is shown.
    pub shown: RwSignal<Load<Arc<Shown>>>,
    /// The case that was decided about last, by id; it stays open.
    pub decided: RwSignal<String>,
    /// The engine's tests, once somebody asked for them.
    pub catalogue: RwSignal<Option<Load<Vec<TestInfo>>>>,
    /// Counts how often rows of the open project came back.
    pub restored: RwSignal<u32>,
    /// True after files were dropped on a screen that has no place for them: where nothing of the project comes back, they lead to the desk.
    pub dropped: RwSignal<bool>,
    /// True while files are dragged over the window.
    pub dragging: RwSignal<bool>,
    /// The count of network requests.
    pub requests: Requests,
}

impl App {
    /// The state of a page that was just opened.
    pub fn start() -> Self {
        let app = Self {
            route: RwSignal::new(location_route()),
            projects: RwSignal::new(Load::Waiting),
            open: RwSignal::new(None),
            desk: Desk::new(0),
            live: Live::new(),
            watch: Watch::new(),
            shown: RwSignal::new(Load::Waiting),
            decided: RwSignal::new(String::new()),
            catalogue: RwSignal::new(None),
            restored: RwSignal::new(0),
            dropped: RwSignal::new(false),
            dragging: RwSignal::new(false),
            requests: Requests::start(),
        };
        app.refresh_projects();
        crate::memory::keep_up(app.desk);
        app.restore_rows();
        app
    }

    /// Registers files with the open project again as soon as they are read, where it knows them: rows of earlier runs can be seen then.
    fn restore_rows(self) {
        let tried = RwSignal::new(std::collections::BTreeSet::<(String, u32)>::new());
        Effect::new(move |_| {
            let project = self.open.with(|o| o.as_ref().map(|o| o.id.clone()));
            let files: Vec<u32> = self.desk.files.with(|all| all.iter().filter(|f| f.inspection().is_some()).map(|f| f.id).collect());
            let waiting = self.desk.files.with(|all| all.iter().any(|f| matches!(f.state, crate::desk::FileState::Reading(..))));
            let new = |id: &u32| project.as_ref().is_none_or(|p| !tried.with_untracked(|t| t.contains(&(p.clone(), *id))));
            let new: Vec<u32> = files.into_iter().filter(new).collect();
            if waiting || self.live.busy() {
                return;
            }
            if new.is_empty() {
                // Files that could not be read say so on the desk.
                if self.dropped.get_untracked() {
                    self.dropped.set(false);
                    go(&Route::Data);
                }
                return;
            }
            spawn_local(async move {
                let mut back = false;
                if let Some(project) = &project {
                    for id in new {
                        tried.update_untracked(|t| {
                            t.insert((project.clone(), id));
                        });
                        let Some(file) = Desk::handle(id) else { continue };
                        // What cannot come back is said where its rows are asked for.
                        back |= client::restore(project, &file).await.is_ok_and(|names| !names.is_empty());
                    }
                }
                if back {
                    self.restored.update(|n| *n += 1);
                } else if self.dropped.get_untracked() {
                    go(&Route::Data);
                }
                self.dropped.set(false);
            });
        });
    }

    /// Asks for the engine's tests, once.
    pub fn ask_catalogue(self) {
        if self.catalogue.with_untracked(Option::is_none) {
            self.catalogue.set(Some(Load::Waiting));
            spawn_local(async move { self.catalogue.set(Some(client::catalogue().await.into())) });
        }
    }

    /// The state, from inside a component.
    pub fn here() -> Self {
        expect_context()
    }

    /// Reads the list of projects again and opens the one that was open last.
    pub fn refresh_projects(self) {
        spawn_local(async move {
            let listed = client::list_projects().await;
            if let Ok(projects) = &listed {
                let last = self.open.get_untracked().map(|p| p.id).or_else(remembered);
                let open = projects.iter().find(|p| Some(&p.id) == last.as_ref()).cloned();
                if open != self.open.get_untracked() {
                    self.open.set(open);
                }
            }
            self.projects.set(listed.into());
        });
    }

    /// Opens a project; the next visit finds it open.
    pub fn open_project(self, project: ProjectInfo) {
        if let Some(storage) = storage() {
            let _ = storage.set_item(OPEN, &project.id);
        }
        self.open.set(Some(project));
    }

    /// Shows a run that was judged again, with the case in question open.
    pub fn shown_again(self, project: String, run: String, test_run: &client::js::TestRun, document: RunDocument, case: &str) {
        let shown = Shown { duration_millis: test_run.duration_millis(), upload_time: test_run.upload_time(), project, run, document };
        if let Route::Test { .. } = self.route.get_untracked() {
            let route = Route::parse(&shown.case_href(case));
            if route != self.route.get_untracked() {
                go(&route);
            }
        }
        self.decided.set(case.to_owned());
        self.shown.set(Load::Ready(Arc::new(shown)));
    }

    /// Loads a run unless it is the one shown.
    pub fn show(self, project: String, run: String) {
        // Bins belong to the project that is open, once it is known.
        let project = if bins_of(&run).is_some() { self.open.get().map(|p| p.id).unwrap_or_default() } else { project };
        if project.is_empty() {
            return;
        }
        let same = self.shown.with_untracked(|s| matches!(s, Load::Ready(s) if s.project == project && s.run == run));
        if same {
            return;
        }
        self.shown.set(Load::Waiting);
        spawn_local(async move {
            let loaded = async {
                let handle = client::project(&project).await?;
                let (test_run, document) = client::run(&handle, &run).await?;
                let info: ProjectInfo = client::from_js(handle.info())?;
                let (duration_millis, upload_time) = (test_run.duration_millis(), test_run.upload_time());
                Ok((info, Shown { project, run, duration_millis, upload_time, document }))
            }
            .await;
            match loaded {
                Ok((info, shown)) => {
                    self.open_project(info);
                    self.shown.set(Load::Ready(Arc::new(shown)));
                }
                Err(error) => self.shown.set(Load::Failed(error)),
            }
        });
    }
}

const OPEN: &str = "straingauge-open-project";

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn remembered() -> Option<String> {
    storage()?.get_item(OPEN).ok().flatten()
}

/// The view that the location names.
pub fn location_route() -> Route {
    Route::parse(&window().location().hash().unwrap_or_default())
}

/// Lets the link say what a view is asked, without a step in the history for every letter.
pub fn replace_link(route: &Route) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&route.href()));
    }
}

/// Goes to a view.
pub fn go(route: &Route) {
    let _ = window().location().set_hash(&route.href());
}
