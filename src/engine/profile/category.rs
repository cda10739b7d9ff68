//! Categories: a dictionary learnt from the reference, counts over it, and the values that it lacks.

use std::collections::BTreeMap;

use super::{Clusters, MISSING_CELL, Sampling, frames_differ};
use crate::Result;
use crate::table::Categories;

/// So many values of a dictionary, the commonest, get a cell of their own; the others share [`CategoryFrame::OTHER_CELL`].
pub const OTHER_CELL_LIMIT: usize = 4094;

/// The values that the reference has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CategoryFrame {
    /// The values, sorted; the place of a value is its code.
    pub names: Vec<String>,
    /// The cell of each code: the code itself, save in dictionaries above [`OTHER_CELL_LIMIT`].
    pub cell_of: Vec<u16>,
    /// Cells of single values: `0..cells`.
    pub cells: usize,
}

/// Values with their row counts.
pub type ValueCounts = BTreeMap<String, u64>;

/// Rows by value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CategoryProfile {
    /// Rows of each value of the dictionary.
    pub counts: Vec<u64>,
    /// Weight of each value of the dictionary; the counts where nothing weighs.
    pub mass: Vec<f64>,
    /// Rows of each value that the dictionary lacks.
    pub unseen: ValueCounts,
    /// Weight of the rows whose value the dictionary lacks.
    pub unseen_mass: f64,
    /// Group sums over the values, where rows belong together.
    pub clusters: Option<Clusters>,
}

impl CategoryFrame {
    /// The cell of the values that share one.
    pub const OTHER_CELL: u16 = u16::MAX - 2;
    /// The cell of the values that the reference lacks.
    pub const UNSEEN_CELL: u16 = u16::MAX - 1;

    /// Learns the dictionary of a reference column: the values that at least one row has.
    pub fn learn(reference: &Categories) -> Self {
        let counts = local_counts(reference);
        let mut values: Vec<(&String, u64)> = reference.names.iter().zip(counts).filter(|v| v.1 > 0).collect();
        values.sort_unstable();
        let names: Vec<String> = values.iter().map(|v| v.0.clone()).collect();
        if names.len() <= OTHER_CELL_LIMIT {
            let cell_of = (0..names.len() as u16).collect();
            return Self { cells: names.len(), names, cell_of };
        }
        // The commonest keep a cell; equals are taken in the order of their names.
        let mut by_count: Vec<usize> = (0..values.len()).collect();
        by_count.sort_by_key(|&i| (std::cmp::Reverse(values.get(i).map_or(0, |v| v.1)), i));
        let mut cell_of = vec![Self::OTHER_CELL; names.len()];
        let mut kept: Vec<usize> = by_count.into_iter().take(OTHER_CELL_LIMIT).collect();
        kept.sort_unstable();
        for (cell, code) in kept.iter().enumerate() {
            if let Some(slot) = cell_of.get_mut(*code) {
                *slot = cell as u16;
            }
        }
        Self { names, cell_of, cells: OTHER_CELL_LIMIT }
    }

    /// The code of a value, `None` where the reference lacks it.
    pub fn code(&self, value: &str) -> Option<usize> {
        self.names.binary_search_by(|n| n.as_str().cmp(value)).ok()
    }

    /// The dictionary's code for each of a column's own codes; `None` where the reference lacks the value.
    pub fn translation(&self, column: &Categories) -> Vec<Option<usize>> {
        column.names.iter().map(|name| self.code(name)).collect()
    }

    /// The cell of each row.
    pub fn cells(&self, column: &Categories) -> Vec<u16> {
        let cell = |code: Option<usize>| code.map_or(Self::UNSEEN_CELL, |c| self.cell_of.get(c).copied().unwrap_or(Self::OTHER_CELL));
        let table: Vec<u16> = self.translation(column).into_iter().map(cell).collect();
        column.codes.iter().map(|&code| table.get(code as usize).copied().unwrap_or(MISSING_CELL)).collect()
    }

    /// Counts a column in this frame.
    pub fn count(&self, column: &Categories, sampling: &Sampling) -> CategoryProfile {
        let own_counts = local_counts(column);
        let own_mass: Vec<f64> = match sampling.weights {
            None => own_counts.iter().map(|&n| n as f64).collect(),
            Some(weights) => {
                let mut mass = vec![0.0; column.names.len()];
                for (&code, &w) in column.codes.iter().zip(weights) {
                    if let Some(slot) = mass.get_mut(code as usize) {
                        *slot += w;
                    }
                }
                mass
            }
        };
        let mut out = CategoryProfile { counts: vec![0; self.names.len()], mass: vec![0.0; self.names.len()], ..Default::default() };
        for ((code, name), (n, w)) in self.translation(column).into_iter().zip(&column.names).zip(own_counts.into_iter().zip(own_mass)) {
            match code.and_then(|c| out.counts.get_mut(c).zip(out.mass.get_mut(c))) {
                Some((count, mass)) => {
                    *count += n;
                    *mass += w;
                }
                None if n > 0 => {
                    *out.unseen.entry(name.clone()).or_default() += n;
                    out.unseen_mass += w;
                }
                None => {}
            }
        }
        out.clusters = sampling.groups.map(|groups| {
            let present = |code: &u32| ((*code as usize) < column.names.len()).then_some(*code);
            Clusters::of_categories(groups, column.codes.iter().map(present))
        });
        out
    }
}

/// Rows of each of a column's own codes.
fn local_counts(column: &Categories) -> Vec<u64> {
    let mut counts = vec![0u64; column.names.len()];
    for &code in &column.codes {
        if let Some(slot) = counts.get_mut(code as usize) {
            *slot += 1;
        }
    }
    counts
}

impl CategoryProfile {
    /// Rows with a value, seen or unseen.
    pub fn rows(&self) -> u64 {
        self.counts.iter().sum::<u64>() + self.unseen_rows()
    }

    /// Rows whose value the reference lacks.
    pub fn unseen_rows(&self) -> u64 {
        self.unseen.values().sum()
    }

    /// The design effect of rows that belong together; 1 where they do not.
    pub fn group_deff(&self) -> f64 {
        let squares: f64 = self.counts.iter().chain(self.unseen.values()).map(|&n| (n as f64) * (n as f64)).sum();
        self.clusters.map_or(1.0, |c| c.deff(squares))
    }

    /// Adds what another profile of the same frame counted.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.counts.len() != other.counts.len() {
            return Err(frames_differ("the values of a category"));
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self.mass.iter_mut().zip(&other.mass).for_each(|(a, b)| *a += b);
        for (value, n) in &other.unseen {
            *self.unseen.entry(value.clone()).or_default() += n;
        }
        self.unseen_mass += other.unseen_mass;
        if let (Some(a), Some(b)) = (&mut self.clusters, &other.clusters) {
            a.merge(b);
        }
        Ok(())
    }
}

crate::stored::stored!(struct CategoryFrame { names, cell_of, cells });
crate::stored::stored!(struct CategoryProfile { counts, mass, unseen, unseen_mass, clusters });

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[&str]) -> Categories {
        let mut names: Vec<String> = Vec::new();
        let codes = values
            .iter()
            .map(|v| {
                if *v == "-" {
                    return crate::table::MISSING_CODE;
                }
                names.iter().position(|n| n == v).unwrap_or_else(|| {
                    names.push((*v).to_owned());
                    names.len() - 1
                }) as u32
            })
            .collect();
        Categories { codes, names }
    }

    #[test]
    fn counts_in_the_reference_dictionary() {
        let frame = CategoryFrame::learn(&column(&["b", "a", "b", "-"]));
        assert_eq!(frame.names, ["a", "b"]);
        let evaluation = column(&["b", "c", "-", "c", "a"]);
        let profile = frame.count(&evaluation, &Sampling::default());
        assert_eq!((profile.counts.as_slice(), profile.unseen_rows(), profile.rows()), ([1, 1].as_slice(), 2, 4));
        assert_eq!(frame.cells(&evaluation), [1, CategoryFrame::UNSEEN_CELL, MISSING_CELL, CategoryFrame::UNSEEN_CELL, 0]);
    }

    #[test]
    fn a_large_dictionary_keeps_cells_for_its_commonest() {
        let mut values: Vec<String> = (0..5000).map(|i| format!("v{i:05}")).collect();
        values.push("v04999".to_owned());
        let frame = CategoryFrame::learn(&column(&values.iter().map(String::as_str).collect::<Vec<_>>()));
        assert_eq!(frame.cells, OTHER_CELL_LIMIT);
        assert_eq!(frame.cell_of.iter().filter(|&&c| c == CategoryFrame::OTHER_CELL).count(), 5000 - OTHER_CELL_LIMIT);
        assert_eq!(frame.cell_of[4999] as usize, OTHER_CELL_LIMIT - 1);
    }
}
