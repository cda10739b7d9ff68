//! Groups of rows by the values of several features at once: the crossings that fairness between intersections is asked of.
//!
//! A crossing is made of the cells that subsets already have. Only crossings that the reference knows well have a cell of their
//! own, so that a profile stays small however many values the features have.

use std::collections::BTreeMap;

use super::model::ModelFrame;
use super::row_outcomes::{NO_CELL, RowOutcomes, count_cells};
use super::subsets::{MIN_SAMPLE_SIZE, SubsetFrame, SubsetProfile};
use crate::table::{Column, Feature};

/// So many of the commonest crossings have a cell of their own.
const MOST_CROSSINGS: usize = 60;
/// Pairs of protected features that are crossed when the reader names no sets.
const MOST_SETS: usize = 15;

/// How several features together cut the rows. The last cell holds every other crossing.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFrame {
    /// The features, by their places.
    pub features: Vec<usize>,
    /// Their names.
    pub names: Vec<String>,
    /// The cells' names: `female · > 40`.
    pub labels: Vec<String>,
    /// From the features' own cells, as one number, to the cell.
    kept: BTreeMap<u64, u16>,
    /// Cells of each feature's cut.
    widths: Vec<u64>,
}

/// The sets of features to cross: those that the reader named, else every pair of protected features.
pub fn crossed(features: &[Feature], named: Option<&[Vec<String>]>) -> Vec<Vec<usize>> {
    let place = |name: &String| features.iter().position(|f| f.name == *name);
    let mut sets: Vec<Vec<usize>> = if let Some(sets) = named {
        sets.iter().filter_map(|set| set.iter().map(place).collect()).collect()
    } else {
        let protected: Vec<usize> = (0..features.len()).filter(|&i| features.get(i).is_some_and(|f| f.protected)).collect();
        let pairs = protected.iter().enumerate().flat_map(|(at, &a)| protected.iter().skip(at + 1).map(move |&b| vec![a, b]));
        pairs.take(MOST_SETS).collect()
    };
    sets.retain(|set| set.len() > 1);
    sets.dedup();
    sets
}

impl GroupFrame {
    /// Learns which crossings the reference has; `None` where a feature is not cut, or fewer than two crossings have
    /// [`MIN_SAMPLE_SIZE`] rows. `columns` are the reference's, one a feature of the set.
    pub fn learn(features: &[usize], cuts: &[&SubsetFrame], columns: &[&Column]) -> Option<Self> {
        let widths = cuts.iter().map(|cut| cut.cells() as u64).collect();
        let names = cuts.iter().map(|cut| cut.feature.clone()).collect();
        let mut out = Self { features: features.to_vec(), names, labels: Vec::new(), kept: BTreeMap::new(), widths };
        let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
        for code in out.codes(cuts, columns)?.into_iter().flatten() {
            *counts.entry(code).or_default() += 1;
        }
        let mut common: Vec<(u64, u64)> = counts.into_iter().filter(|c| c.1 >= MIN_SAMPLE_SIZE).collect();
        common.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        common.truncate(MOST_CROSSINGS);
        common.sort_unstable();
        for (cell, (code, _)) in (0u16..).zip(&common) {
            out.labels.push(out.label(*code, cuts));
            out.kept.insert(*code, cell);
        }
        out.labels.push("any other".to_owned());
        (common.len() > 1).then_some(out)
    }

    /// Cells, that of the other crossings included.
    pub fn cells(&self) -> usize {
        self.labels.len()
    }

    /// The cell of each row; `None` where a side lacks a feature.
    pub fn cells_of(&self, cuts: &[&SubsetFrame], columns: &[&Column]) -> Option<Vec<u16>> {
        let other = self.kept.len() as u16;
        let cell = |code: Option<u64>| code.map_or(NO_CELL, |c| self.kept.get(&c).copied().unwrap_or(other));
        Some(self.codes(cuts, columns)?.into_iter().map(cell).collect())
    }

    /// Counts a side's rows; a side without one of the features has no rows in any cell.
    pub fn count(&self, model: &ModelFrame, cells: Option<Vec<u16>>, rows: &RowOutcomes) -> SubsetProfile {
        let cells = cells.unwrap_or_else(|| vec![NO_CELL; rows.rows()]);
        SubsetProfile { cells: count_cells(model, rows, &cells, self.cells(), model.subset_confusion()), present: None }
    }

    /// The features' own cells of each row as one number.
    fn codes(&self, cuts: &[&SubsetFrame], columns: &[&Column]) -> Option<Vec<Option<u64>>> {
        if columns.len() != self.widths.len() || cuts.len() != self.widths.len() {
            return None;
        }
        let mut codes: Vec<Option<u64>> = Vec::new();
        for ((cut, column), width) in cuts.iter().zip(columns).zip(&self.widths) {
            let cells = cut.cells_of(column);
            if codes.is_empty() {
                codes = vec![Some(0); cells.len()];
            }
            for (code, cell) in codes.iter_mut().zip(cells) {
                *code = code.filter(|_| cell != NO_CELL).map(|c| c * width + u64::from(cell));
            }
        }
        Some(codes)
    }

    fn label(&self, code: u64, cuts: &[&SubsetFrame]) -> String {
        let mut rest = code;
        let mut parts: Vec<String> = Vec::new();
        for (cut, width) in cuts.iter().zip(&self.widths).rev() {
            parts.push(short_label(cut.labels.get((rest % width) as usize).map_or("", String::as_str)).to_owned());
            rest /= width;
        }
        parts.reverse();
        parts.join(" · ")
    }
}

/// A cell's name without the word that joins it to the feature: `≤ 4.6`, `Travel`, `missing`.
pub(crate) fn short_label(label: &str) -> &str {
    ["= ", "in ", "is "].iter().find_map(|joint| label.strip_prefix(joint)).unwrap_or(label)
}

crate::stored::stored!(struct GroupFrame { features, names, labels, kept, widths });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Categories, Cells, FeatureKind, MISSING_CODE, Values};

    fn feature(name: &str, protected: bool) -> Feature {
        Feature { name: name.to_owned(), kind: FeatureKind::Categorical, in_model: true, protected, measured_in: None }
    }

    fn column(codes: Vec<u32>) -> Column {
        let names = ["a", "b"].map(str::to_owned).to_vec();
        Column { name: String::new(), values: Values::Category(Categories { codes, names }), cells: Cells::default() }
    }

    #[test]
    fn all_pairs_or_what_the_reader_names() {
        let features = [feature("sex", true), feature("age", true), feature("city", false), feature("faith", true)];
        assert_eq!(crossed(&features, None), [vec![0, 1], vec![0, 3], vec![1, 3]]);
        let named = [vec!["city".to_owned(), "sex".to_owned(), "faith".to_owned()], vec!["nobody".to_owned(), "sex".to_owned()]];
        assert_eq!(crossed(&features, Some(&named)), [vec![2, 0, 3]]);
    }

    #[test]
    fn crossings_of_enough_rows_have_a_cell() {
        // a·a 30 rows, a·missing 40, b·a 25, b·b 5.
        let sex: Vec<u32> = (0..100).map(|i| u32::from(i >= 70)).collect();
        let other: Vec<u32> = (0..100).map(|i| if (30..70).contains(&i) { MISSING_CODE } else { u32::from(i >= 95) }).collect();
        let (x, y) = (column(sex), column(other));
        let cut = |name: &str, c: &Column| SubsetFrame::learn(&feature(name, true), c).unwrap();
        let cuts = [&cut("sex", &x), &cut("faith", &y)];
        let frame = GroupFrame::learn(&[0, 1], &cuts, &[&x, &y]).unwrap();
        assert_eq!(frame.labels, ["a · a", "a · missing", "b · a", "any other"]);
        let cells = frame.cells_of(&cuts, &[&x, &y]).unwrap();
        assert_eq!([0, 1, 2, 3].map(|c| cells.iter().filter(|&&x| x == c).count()), [30, 40, 25, 5]);
        assert!(frame.cells_of(&cuts, &[&x]).is_none());
    }
}
