//! Missing values per row.

use super::{Sampling, frames_differ};
use crate::Result;
use crate::table::Column;

/// How many of the features are missing or bad, row by row. Text features are not counted: they miss where their text does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NullsProfile {
    /// Rows with 0, 1, 2, … missing values; one entry more than features.
    pub counts: Vec<u64>,
    /// The weight of those rows.
    pub mass: Vec<f64>,
}

impl NullsProfile {
    /// Counts the columns that both sides have, out of so many features that could miss.
    pub fn count<'a>(columns: impl Iterator<Item = &'a Column>, features: usize, rows: usize, sampling: &Sampling) -> Self {
        let mut missing = vec![0u16; rows];
        for column in columns {
            let bad = column.cells.bad.iter().map(|b| b.row);
            for row in column.cells.missing.rows.iter().copied().chain(bad) {
                if let Some(n) = missing.get_mut(row as usize) {
                    *n = n.saturating_add(1);
                }
            }
        }
        let mut out = Self { counts: vec![0; features + 1], mass: vec![0.0; features + 1] };
        for (row, &n) in missing.iter().enumerate() {
            if let (Some(count), Some(mass)) = (out.counts.get_mut(n as usize), out.mass.get_mut(n as usize)) {
                *count += 1;
                *mass += sampling.weight(row);
            }
        }
        out
    }

    /// Adds what another profile of the same features counted.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.counts.len() != other.counts.len() {
            return Err(frames_differ("the features whose missing values are counted"));
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self.mass.iter_mut().zip(&other.mass).for_each(|(a, b)| *a += b);
        Ok(())
    }
}

crate::stored::stored!(struct NullsProfile { counts, mass });
