//! How rows count: their weights, and which of them belong together.

use super::Clusters;
use crate::metrics::Outcomes;

/// What each row counts and which rows belong together, over a whole side.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sampling<'a> {
    /// What each row counts; 1 where absent.
    pub weights: Option<&'a [f64]>,
    /// Rows that belong together share a number; every row on its own where absent.
    pub groups: Option<&'a [u32]>,
}

impl<'a> Sampling<'a> {
    /// The weights and groups of a side.
    pub fn of(outcomes: &'a Outcomes) -> Self {
        Self { weights: outcomes.weights.as_deref(), groups: outcomes.groups.as_deref() }
    }

    /// What a row counts.
    #[inline]
    pub fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |w| w.get(row).copied().unwrap_or(1.0))
    }

    /// The clusters of a number between 0 and 1 a row, `None` for rows that it does not have. Without groups: `None`.
    pub fn clusters(&self, score: impl Iterator<Item = Option<f64>>) -> Option<Clusters> {
        self.groups.map(|groups| Clusters::of_scores(groups, score))
    }
}
