//! Counting the rows that fail a rule.

use std::collections::HashMap;

use super::RuleCount;
use crate::metrics::Outcomes;
use crate::profile::{Clusters, ModelFrame, OutcomeTally, RowOutcomes, ValueCounts, count_cells};

/// Failing values that are kept, the commonest first.
pub const MOST_VALUES: usize = 1000;

/// What is known of the rows of a side besides their values.
#[derive(Debug, Clone, Copy)]
pub struct RowsOf<'a> {
    /// Truth and prediction.
    pub outcomes: &'a Outcomes,
    /// The model's frame and the coded rows; absent for the reference, whose failing rows are not tallied.
    pub model: Option<(&'a ModelFrame, &'a RowOutcomes)>,
}

/// Counts failing rows: how many, their values, their truth and prediction.
pub fn count(failing: &[u32], asked: u64, value: impl Fn(u32) -> String, of: RowsOf) -> RuleCount {
    let mut values: HashMap<String, u64> = HashMap::new();
    for &row in failing {
        *values.entry(value(row)).or_default() += 1;
    }
    let mut sorted: Vec<(String, u64)> = values.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more_values = sorted.len().saturating_sub(MOST_VALUES) as u64;
    sorted.truncate(MOST_VALUES);
    let clusters = clusters(failing, of.outcomes);
    let outcomes = of.model.map(|(model, coded)| tally(model, coded, failing));
    RuleCount {
        rows: asked,
        failing: failing.len() as u64,
        values: sorted.into_iter().collect::<ValueCounts>(),
        more_values,
        outcomes,
        clusters,
    }
}

/// Group sums of "fails", where rows belong together.
pub fn clusters(failing: &[u32], outcomes: &Outcomes) -> Option<Clusters> {
    let groups = outcomes.groups.as_ref()?;
    let mut fails = vec![false; groups.len()];
    for &row in failing {
        if let Some(slot) = fails.get_mut(row as usize) {
            *slot = true;
        }
    }
    Some(Clusters::of_scores(groups, fails.iter().map(|&f| Some(f64::from(u8::from(f))))))
}

/// Truth and prediction of some rows.
pub fn tally(model: &ModelFrame, coded: &RowOutcomes, rows: &[u32]) -> OutcomeTally {
    if rows.is_empty() {
        return OutcomeTally::empty(model);
    }
    let tallies = count_cells(model, &coded.select(rows), &vec![0u16; rows.len()], 1, model.subset_confusion());
    tallies.into_iter().next().unwrap_or_else(|| OutcomeTally::empty(model))
}
