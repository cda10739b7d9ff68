//! Labels that come late, joined by the hash of the id.

use std::collections::{BTreeMap, BTreeSet};

use straingauge_api::{ErrorDetails, Problem, ProblemLevel};

use super::{Key, Ledger, coded};
use crate::firewall::baseline::Baseline;
use crate::metrics::{Truth, outcomes_in};
use crate::table::Dataset;
use crate::{Error, Result};

/// Labels by the hash of the id.
#[derive(Debug)]
pub struct Labels {
    by_id: BTreeMap<u64, f64>,
    problems: Vec<Problem>,
    joined: Joined,
    used: BTreeSet<u64>,
}

/// What became of labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Joined {
    /// Rows that got a label.
    pub rows: u64,
    /// Rows that have another label already, and keep it.
    pub conflicting: u64,
}

impl Labels {
    /// The labels of a data set.
    ///
    /// # Errors
    /// `no_id_column`; `no_label` where it has no labels; what makes them labels of another task.
    pub fn of(baseline: &Baseline, dataset: &Dataset, key: Key) -> Result<Self> {
        let ids = super::ids(baseline, dataset, key)?;
        let (outcomes, mut problems) = outcomes_in(&baseline.form, (dataset, None))?;
        let labels = match &outcomes.truth {
            Truth::Classes(class) => coded(class),
            Truth::Numbers(values) => values.clone(),
            Truth::None | Truth::Entities { .. } => Vec::new(),
        };
        if labels.iter().all(|label| label.is_nan()) {
            return Err(Error::new("no_label", format!("{} has no labels that this model's could be.", dataset.info.file))
                .mend("Set labelCol to the column that holds them.")
                .in_file(&dataset.info.file));
        }
        let (mut by_id, mut refused, mut nameless) = (BTreeMap::new(), BTreeSet::new(), 0);
        for (id, label) in ids.into_iter().zip(labels).filter(|(_, label)| !label.is_nan()) {
            if id == 0 {
                nameless += 1;
            } else if *by_id.entry(id).or_insert(label) != label {
                refused.insert(id);
            }
        }
        by_id.retain(|id, _| !refused.contains(id));
        let file = &dataset.info.file;
        problems.extend(problem("labels_without_id", nameless, format!("{nameless} labels of {file} have no id; they are left out.")));
        let n = refused.len() as u64;
        problems.extend(problem("conflicting_labels", n, format!("{n} ids of {file} have several labels; they are left out.")));
        Ok(Self { by_id, problems, joined: Joined::default(), used: BTreeSet::new() })
    }

    /// Gives the rows of a bin their labels; rows that have one keep it. The rows that got one.
    pub fn join(&mut self, ledger: &mut Ledger) -> u64 {
        let before = self.joined.rows;
        for (id, slot) in ledger.ids.iter().zip(&mut ledger.labels.0) {
            let Some(&label) = self.by_id.get(id) else { continue };
            self.used.insert(*id);
            if slot.is_nan() {
                *slot = label;
                self.joined.rows += 1;
            } else if *slot != label {
                self.joined.conflicting += 1;
            }
        }
        self.joined.rows - before
    }

    /// What is wrong or odd with them, once they were joined to all bins.
    pub fn problems(self) -> Vec<Problem> {
        let mut problems = self.problems;
        let unknown = (self.by_id.len() - self.used.len()) as u64;
        problems.extend(problem("unknown_ids", unknown, format!("{unknown} ids with a label belong to no row of any bin.")));
        let n = self.joined.conflicting;
        problems.extend(problem("labels_known", n, format!("{n} rows have another label already, and keep it.")));
        problems
    }
}

fn problem(code: &str, count: u64, message: String) -> Option<Problem> {
    let details = ErrorDetails::default();
    (count > 0).then(|| Problem { code: code.to_owned(), level: ProblemLevel::Warning, message, count, details, examples: Vec::new() })
}
