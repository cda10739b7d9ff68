//! The page's memory of files by their fingerprints: roles, settings and answers come back with the same files after a reload.

use std::collections::BTreeMap;

use gloo_storage::{LocalStorage, Storage};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use straingauge_api::{Category, ModelTask, ReadOptions, Sensitivity};

use crate::client::TestChange;
use crate::desk::Desk;
use crate::pairing::Use;
use crate::params::Choice;
use crate::questions::Answer;

const KEY: &str = "straingauge-files";

/// Sets of files that are remembered; the oldest go first.
const MOST: usize = 24;

/// All that the reader says of files and of the run that they are for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Roles by column.
    pub choices: BTreeMap<String, Choice>,
    /// Answers to questions.
    pub answers: Vec<Answer>,
    /// The task.
    pub task: Option<ModelTask>,
    /// The model's name.
    pub model_name: String,
    /// How readily cases fail.
    pub sensitivity: Sensitivity,
    /// The seed.
    pub seed: u64,
    /// The class that binary metrics are about.
    pub positive_class: String,
    /// The cut of binary scores.
    pub threshold: Option<f64>,
    /// How one file alone is cut in two.
    pub split: String,
    /// True where predictions are left alone.
    pub data_only: bool,
    /// Changes of tests, by id.
    pub tests: BTreeMap<String, TestChange>,
    /// Columns that no test is asked about.
    pub excluded: Vec<String>,
    /// Categories that do not run.
    pub without: Vec<Category>,
    /// Sets of protected features to cross.
    pub intersections: Vec<Vec<String>>,
    /// The earlier run whose failures are known, by id; empty for none.
    pub baseline: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            choices: BTreeMap::new(),
            answers: Vec::new(),
            task: None,
            model_name: "model".to_owned(),
            sensitivity: Sensitivity::Default,
            seed: 42,
            positive_class: String::new(),
            threshold: None,
            split: "halves".to_owned(),
            data_only: false,
            tests: BTreeMap::new(),
            excluded: Vec::new(),
            without: Vec::new(),
            intersections: Vec::new(),
            baseline: String::new(),
        }
    }
}

/// A file of a remembered set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KeptFile {
    sha256: String,
    /// The use that the reader chose; empty where it was guessed.
    used_as: String,
    #[serde(default)]
    read: ReadOptions,
}

/// A remembered set of files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    files: Vec<KeptFile>,
    form: Form,
}

fn all() -> Vec<Kept> {
    // Storage may be shut, or hold what another version wrote: nothing is remembered then.
    LocalStorage::get(KEY).unwrap_or_default()
}

fn put(all: &[Kept]) {
    let _ = LocalStorage::set(KEY, all);
}

fn same_files(a: &[KeptFile], b: &[KeptFile]) -> bool {
    a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| x.sha256 == y.sha256))
}

/// Brings back what was said of a file that was just read.
pub fn recall(desk: Desk, id: u32) {
    let Some((sha256, read, by_hand)) = desk.files.with_untracked(|all| {
        let file = all.iter().find(|f| f.id == id)?;
        Some((file.inspection()?.sha256.clone(), file.read.clone(), file.by_hand))
    }) else {
        return;
    };
    // The set with most of the files on the desk; the newest of several.
    let here: Vec<String> = desk.files.with_untracked(|all| all.iter().filter_map(|f| f.inspection().map(|i| i.sha256.clone())).collect());
    let shared = |kept: &Kept| kept.files.iter().filter(|f| here.contains(&f.sha256)).count();
    let known = |kept: &Kept| kept.files.iter().any(|f| f.sha256 == sha256);
    let Some(kept) = all().into_iter().filter(known).reduce(|best, next| if shared(&next) > shared(&best) { next } else { best }) else {
        return;
    };
    let Some(file) = kept.files.into_iter().find(|f| f.sha256 == sha256) else { return };
    if !by_hand && !file.used_as.is_empty() {
        desk.use_as(id, Use::from_id(&file.used_as));
    }
    if desk.form() == Form::default() && kept.form != Form::default() {
        desk.fill(kept.form);
        desk.recalled.set(true);
    }
    if read == ReadOptions::default() && file.read != ReadOptions::default() {
        desk.recalled.set(true);
        desk.read_as(id, |read| *read = file.read);
    }
}

/// Keeps what is said of the files on the desk, whenever it changes.
pub fn keep_up(desk: Desk) {
    Effect::new(move |_| {
        let form = desk.form();
        let files: Option<Vec<KeptFile>> = desk.files.with(|all| {
            let kept = |f: &crate::desk::DeskFile| {
                let used_as = if f.by_hand { f.used_as.id().to_owned() } else { String::new() };
                Some(KeptFile { sha256: f.inspection()?.sha256.clone(), used_as, read: f.read.clone() })
            };
            all.iter().filter(|f| !matches!(f.state, crate::desk::FileState::Failed(_))).map(kept).collect()
        });
        let Some(files) = files.filter(|f| !f.is_empty()) else { return };
        let silent = form == Form::default() && files.iter().all(|f| f.used_as.is_empty() && f.read == ReadOptions::default());
        let mut kept = all();
        let before = kept.iter().position(|k| same_files(&k.files, &files)).map(|at| kept.remove(at));
        let now = Kept { files, form };
        if before.as_ref() == Some(&now) || (silent && before.is_none()) {
            return;
        }
        if !silent {
            kept.insert(0, now);
        }
        kept.truncate(MOST);
        put(&kept);
    });
}

/// Forgets what was said of the files on the desk, and begins anew.
pub fn forget(desk: Desk) {
    desk.recalled.set(false);
    desk.fill(Form::default());
    let read: Vec<u32> = desk
        .files
        .with_untracked(|all| all.iter().filter(|f| f.inspection().is_some() && f.read != ReadOptions::default()).map(|f| f.id).collect());
    desk.files.update(|all| all.iter_mut().for_each(|f| f.by_hand = false));
    for id in read {
        desk.read_as(id, |read| *read = ReadOptions::default());
    }
    desk.guess_uses();
}
