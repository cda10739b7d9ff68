//! The desk: files that the reader dropped, what they turned out to be, and what they are taken for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{ApiError, Category, Inspection, ModelTask, Problem, ReadOptions, Sensitivity};

use crate::client::{self, TestChange};
use crate::memory::{self, Form};
use crate::pairing::{self, Candidate, Use};
use crate::params::Choice;
use crate::questions::{Answer, Asked};

thread_local! {
    // `File` objects belong to the browser; the desk's own records are plain data.
    static HANDLES: RefCell<BTreeMap<u32, web_sys::File>> = const { RefCell::new(BTreeMap::new()) };
}

/// How far a file has come.
#[derive(Debug, Clone, PartialEq)]
pub enum FileState {
    /// Being read: bytes done, bytes in all.
    Reading(u64, Option<u64>),
    /// Read.
    Read(Arc<Inspection>),
    /// Could not be read.
    Failed(ApiError),
}

/// A file on the desk.
#[derive(Debug, Clone, PartialEq)]
pub struct DeskFile {
    /// Names it on this page.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// What it is taken for.
    pub used_as: Use,
    /// Why.
    pub reason: String,
    /// Whether the reader chose.
    pub by_hand: bool,
    /// How it is read.
    pub read: ReadOptions,
    /// How far it has come.
    pub state: FileState,
}

impl DeskFile {
    /// What it turned out to be, once read.
    pub fn inspection(&self) -> Option<&Arc<Inspection>> {
        if let FileState::Read(inspection) = &self.state { Some(inspection) } else { None }
    }

    /// It as something to be paired, once read.
    pub fn candidate(&self) -> Option<Candidate<'_>> {
        self.inspection().map(|r| Candidate { name: &self.name, rows: r.rows, columns: &r.columns })
    }
}

/// The desk.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The files in the order they came.
    pub files: RwSignal<Vec<DeskFile>>,
    /// Roles that the reader set, by column; they hold for every data file.
    pub choices: RwSignal<BTreeMap<String, Choice>>,
    /// The reader's answers to questions about the project's files.
    pub answers: RwSignal<Vec<Answer>>,
    /// Questions that showed only when files were registered together.
    pub late_questions: RwSignal<Vec<Asked>>,
    /// The task, where the reader set it.
    pub task: RwSignal<Option<ModelTask>>,
    /// The project's name, for a project yet to be made.
    pub project_name: RwSignal<String>,
    /// The run's name; made up where empty.
    pub run_name: RwSignal<String>,
    /// The model's name.
    pub model_name: RwSignal<String>,
    /// How readily cases fail.
    pub sensitivity: RwSignal<Sensitivity>,
    /// The seed.
    pub seed: RwSignal<u64>,
    /// The class that binary metrics are about.
    pub positive_class: RwSignal<String>,
    /// The cut of binary scores.
    pub threshold: RwSignal<Option<f64>>,
    /// How one file alone is cut in two: `time`, `halves`, or `none` for tests of the data alone, uncut.
    pub split: RwSignal<String>,
    /// Whether predictions are left alone.
    pub data_only: RwSignal<bool>,
    /// What is changed about tests, by id.
    pub tests: RwSignal<BTreeMap<String, TestChange>>,
    /// Columns that no test is asked about.
    pub excluded: RwSignal<Vec<String>>,
    /// Categories that do not run.
    pub without: RwSignal<Vec<Category>>,
    /// Sets of protected features to cross.
    pub intersections: RwSignal<Vec<Vec<String>>>,
    /// True where roles or settings came back with the files.
    pub recalled: RwSignal<bool>,
    /// The earlier run whose failures are known, by id, or empty.
    pub baseline: RwSignal<String>,
    /// Problems that showed when files were registered for a run, by file.
    pub registered: RwSignal<Vec<(String, Vec<Problem>)>>,
    /// What the open project remembers of files, so that another file under an old name is noticed.
    pub known: RwSignal<Vec<Known>>,
    next: RwSignal<u32>,
    /// True for the desk whose roles and settings are remembered with the files.
    remembers: bool,
}

/// A file that a project remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What it was registered as.
    pub name: String,
    /// The file's name.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// What a file is to the project that is open: `Ok` with the name of the set that it was before, `Err` with the name of the set whose place it takes.
pub fn seen_before<'a>(known: &'a [Known], file: &str, sha256: &str) -> Option<Result<&'a str, &'a str>> {
    let same = known.iter().find(|k| k.sha256 == sha256);
    let other = || known.iter().find(|k| k.file == file);
    same.map(|k| Ok(k.name.as_str())).or_else(|| other().map(|k| Err(k.name.as_str())))
}

impl Desk {
    /// An empty desk whose files are numbered from `first`.
    pub fn new(first: u32) -> Self {
        Self {
            files: RwSignal::new(Vec::new()),
            choices: RwSignal::new(BTreeMap::new()),
            answers: RwSignal::new(Vec::new()),
            late_questions: RwSignal::new(Vec::new()),
            task: RwSignal::new(None),
            project_name: RwSignal::new(String::new()),
            run_name: RwSignal::new(String::new()),
            model_name: RwSignal::new("model".to_owned()),
            sensitivity: RwSignal::new(Sensitivity::Default),
            seed: RwSignal::new(42),
            positive_class: RwSignal::new(String::new()),
            threshold: RwSignal::new(None),
            split: RwSignal::new("halves".to_owned()),
            data_only: RwSignal::new(false),
            tests: RwSignal::new(BTreeMap::new()),
            excluded: RwSignal::new(Vec::new()),
            without: RwSignal::new(Vec::new()),
            intersections: RwSignal::new(Vec::new()),
            recalled: RwSignal::new(false),
            baseline: RwSignal::new(String::new()),
            registered: RwSignal::new(Vec::new()),
            known: RwSignal::new(Vec::new()),
            next: RwSignal::new(first),
            remembers: first == 0,
        }
    }

    /// Takes files and begins to read them.
    pub fn take(self, files: impl IntoIterator<Item = web_sys::File>) {
        for file in files {
            let id = self.next.get_untracked();
            self.next.set(id + 1);
            let (name, bytes) = (file.name(), file.size() as u64);
            HANDLES.with_borrow_mut(|h| h.insert(id, file));
            self.files.update(|all| {
                // The same name again is the same file, dropped once more.
                all.retain(|f| f.name != name);
                all.push(DeskFile {
                    id,
                    name,
                    bytes,
                    used_as: Use::Unused,
                    reason: String::new(),
                    by_hand: false,
                    read: ReadOptions::default(),
                    state: FileState::Reading(0, Some(bytes)),
                });
            });
            self.read(id);
        }
    }

    /// Takes a file off the desk.
    pub fn remove(self, id: u32) {
        HANDLES.with_borrow_mut(|h| h.remove(&id));
        self.files.update(|all| all.retain(|f| f.id != id));
        self.guess_uses();
    }

    /// Clears the desk, for another project.
    pub fn clear(self) {
        let ids: Vec<u32> = self.files.with_untracked(|all| all.iter().map(|f| f.id).collect());
        HANDLES.with_borrow_mut(|h| h.retain(|id, _| !ids.contains(id)));
        self.files.set(Vec::new());
        self.late_questions.set(Vec::new());
        self.registered.set(Vec::new());
        self.known.set(Vec::new());
        self.project_name.set(String::new());
        self.run_name.set(String::new());
        self.fill(Form::default());
        self.recalled.set(false);
    }

    /// All that the reader said of the files and of the run.
    pub fn form(self) -> Form {
        Form {
            choices: self.choices.get(),
            answers: self.answers.get(),
            task: self.task.get(),
            model_name: self.model_name.get(),
            sensitivity: self.sensitivity.get(),
            seed: self.seed.get(),
            positive_class: self.positive_class.get(),
            threshold: self.threshold.get(),
            split: self.split.get(),
            data_only: self.data_only.get(),
            tests: self.tests.get(),
            excluded: self.excluded.get(),
            without: self.without.get(),
            intersections: self.intersections.get(),
            baseline: self.baseline.get(),
        }
    }

    /// Puts everything as the form has it.
    pub fn fill(self, form: Form) {
        self.choices.set(form.choices);
        self.answers.set(form.answers);
        self.task.set(form.task);
        self.model_name.set(form.model_name);
        self.sensitivity.set(form.sensitivity);
        self.seed.set(form.seed);
        self.positive_class.set(form.positive_class);
        self.threshold.set(form.threshold);
        self.split.set(form.split);
        self.data_only.set(form.data_only);
        self.tests.set(form.tests);
        self.excluded.set(form.excluded);
        self.without.set(form.without);
        self.intersections.set(form.intersections);
        self.baseline.set(form.baseline);
    }

    /// Reads a file again in another way.
    pub fn read_as(self, id: u32, change: impl FnOnce(&mut ReadOptions)) {
        self.files.update(|all| {
            if let Some(file) = all.iter_mut().find(|f| f.id == id) {
                change(&mut file.read);
                file.state = FileState::Reading(0, Some(file.bytes));
            }
        });
        self.read(id);
    }

    /// Sets what a file is taken for. Another file that stood for the same is put aside.
    pub fn use_as(self, id: u32, used_as: Use) {
        self.files.update(|all| {
            for file in all.iter_mut() {
                if file.id == id {
                    file.used_as = used_as;
                    file.by_hand = true;
                    "You chose this.".clone_into(&mut file.reason);
                } else if used_as != Use::Unused && file.used_as == used_as {
                    file.used_as = Use::Unused;
                    "Another file took its place.".clone_into(&mut file.reason);
                }
            }
        });
    }

    /// The file that stands for something.
    pub fn standing_for(self, used_as: Use) -> Option<DeskFile> {
        self.files.with(|all| all.iter().find(|f| f.used_as == used_as).cloned())
    }

    /// Its `File`.
    pub fn handle(id: u32) -> Option<web_sys::File> {
        HANDLES.with_borrow(|h| h.get(&id).cloned())
    }

    fn read(self, id: u32) {
        let Some(handle) = Self::handle(id) else { return };
        let options = self.files.with_untracked(|all| all.iter().find(|f| f.id == id).map(|f| f.read.clone())).unwrap_or_default();
        spawn_local(async move {
            let set = move |state: FileState| {
                // The file may have been taken off the desk, and the page may have gone on, while it was read.
                self.files.try_update(|all| {
                    if let Some(file) = all.iter_mut().find(|f| f.id == id) {
                        file.state = state;
                    }
                });
            };
            let read = client::inspect(&handle, &options, move |progress| set(FileState::Reading(progress.done, progress.total))).await;
            set(match read {
                Ok(inspection) => FileState::Read(Arc::new(inspection)),
                Err(error) => FileState::Failed(error),
            });
            self.guess_uses();
            if self.remembers {
                untrack(|| memory::recall(self, id));
            }
        });
    }

    /// Guesses again what every file is, but leaves what the reader chose.
    pub fn guess_uses(self) {
        self.files.update(|all| {
            let read: Vec<(usize, Arc<Inspection>)> =
                all.iter().enumerate().filter_map(|(i, f)| f.inspection().map(|r| (i, r.clone()))).collect();
            let candidates: Vec<Candidate<'_>> =
                read.iter().map(|(i, r)| Candidate { name: &all[*i].name, rows: r.rows, columns: &r.columns }).collect();
            let guesses = pairing::guess(&candidates);
            let chosen: Vec<Use> = all.iter().filter(|f| f.by_hand).map(|f| f.used_as).collect();
            for ((i, _), guess) in read.iter().zip(guesses) {
                let file = &mut all[*i];
                if file.by_hand {
                    continue;
                }
                let taken = guess.used_as != Use::Unused && chosen.contains(&guess.used_as);
                file.used_as = if taken { Use::Unused } else { guess.used_as };
                file.reason = if taken { "Another file took its place.".to_owned() } else { guess.reason };
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_under_an_old_name_is_noticed() {
        let known = [Known { name: "reference".into(), file: "train.csv".into(), sha256: "aa".into() }];
        assert_eq!(seen_before(&known, "train.csv", "aa"), Some(Ok("reference")));
        assert_eq!(seen_before(&known, "renamed.csv", "aa"), Some(Ok("reference")));
        assert_eq!(seen_before(&known, "train.csv", "bb"), Some(Err("reference")));
        assert_eq!(seen_before(&known, "new.csv", "bb"), None);
    }
}
