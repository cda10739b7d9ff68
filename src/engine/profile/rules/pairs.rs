//! Pairs of categories that hardly occur together.

use super::{RuleCount, Whose};
use crate::profile::{PairFrame, PairProfile};

/// A joint count below this share of what independence expects is inconsistent.
const LEAST_SHARE: f64 = 0.02;

/// Rows that independence must expect of a pair, for its absence to say anything.
const EXPECTED: f64 = 5.0;

/// The pairs of values of two categorical features that the reference all but rules out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PairRule {
    /// The place of the pair in `Frame::pairs`.
    pub pair: usize,
    /// By cell of the pair's table, row by row: inconsistent.
    pub fails: Vec<bool>,
    /// The same without one row of that cell, or without the rows that belong together with it.
    pub fails_left_out: Vec<bool>,
    /// Columns of the table.
    pub width: usize,
}

impl PairRule {
    /// Learns the rule from the reference's table; `None` where a side is a number or the table was too large.
    /// `unit` rows tell as much as one that stands alone: 1, or the design effect of rows that belong together.
    pub fn learn(pair: usize, frame: &PairFrame, reference: &PairProfile, unit: f64) -> Option<Self> {
        if frame.bins_a.information.is_some() || frame.bins_b.information.is_some() || reference.table.is_empty() {
            return None;
        }
        let width = frame.bins_b.bins;
        let rows: Vec<f64> = reference.table.iter().map(|r| r.iter().sum()).collect();
        let columns: Vec<f64> = (0..width).map(|j| reference.table.iter().filter_map(|r| r.get(j)).sum()).collect();
        let n: f64 = rows.iter().sum();
        let (last_row, last_column) = (rows.len() - 1, width - 1);
        let (mut fails, mut fails_left_out) = (Vec::new(), Vec::new());
        for (i, (cells, a)) in reference.table.iter().zip(&rows).enumerate() {
            for (j, (&count, b)) in cells.iter().zip(&columns).enumerate() {
                // The last row and column hold values without a cell of their own.
                let judged = i != last_row && j != last_column;
                let rare = |count: f64, a: f64, b: f64, n: f64| a * b >= EXPECTED * unit * n && count * n < LEAST_SHARE * a * b;
                fails.push(judged && rare(count, *a, *b, n));
                fails_left_out.push(judged && count >= 1.0 && rare((count - unit).max(0.0), a - unit, b - unit, n - unit));
            }
        }
        Some(Self { pair, fails, fails_left_out, width })
    }

    /// The reference's own rows that fail, each by what the others teach.
    pub fn count_reference(&self, reference: &PairProfile) -> RuleCount {
        let failing = reference.table.iter().flatten().zip(&self.fails_left_out).filter(|(_, fails)| **fails);
        let sum: f64 = failing.map(|(n, _)| n).sum();
        RuleCount { rows: reference.n, failing: sum.round() as u64, ..RuleCount::default() }
    }

    /// The rows whose pair of values fails, ascending, by the cells of both columns.
    pub fn failing_rows(&self, frame: &PairFrame, a: &[u16], b: &[u16], whose: Whose) -> Vec<u32> {
        let flags = if whose == Whose::Reference { &self.fails_left_out } else { &self.fails };
        let fails = |(&a, &b): (&u16, &u16)| {
            let (a, b) = (a as usize, b as usize);
            a + 1 < frame.bins_a.bins && b + 1 < self.width && flags.get(a * self.width + b).copied().unwrap_or(false)
        };
        a.iter().zip(b).enumerate().filter(|(_, cells)| fails(*cells)).map(|(row, _)| row as u32).collect()
    }
}

crate::stored::stored!(struct PairRule { pair, fails, fails_left_out, width });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Binning, PairSide};

    #[test]
    fn pairs_that_should_be_common_and_are_not() {
        let binning = Binning { bin_of: vec![0, 1], bins: 3, information: None, center: 0.0, ordered: false };
        let frame = PairFrame { a: PairSide::Feature(0), b: PairSide::Feature(1), bins_a: binning.clone(), bins_b: binning };
        // Rome is in Italy, London is not, save for one row.
        let table = vec![vec![500.0, 1.0, 0.0], vec![0.0, 400.0, 0.0], vec![0.0, 0.0, 3.0]];
        let reference = PairProfile { n: 904, table, moments: None };
        let rule = PairRule::learn(0, &frame, &reference, 1.0).unwrap();
        assert_eq!(rule.fails, [false, true, false, true, false, false, false, false, false]);
        assert_eq!(rule.count_reference(&reference).failing, 1);
        assert_eq!(rule.failing_rows(&frame, &[0, 0, 1, u16::MAX, 1], &[0, 1, 0, 1, 1], Whose::Other), [1, 2]);
    }

    #[test]
    fn rows_that_belong_together_teach_as_one() {
        let binning = Binning { bin_of: vec![0, 1], bins: 3, information: None, center: 0.0, ordered: false };
        let frame = PairFrame { a: PairSide::Feature(0), b: PairSide::Feature(1), bins_a: binning.clone(), bins_b: binning };
        // Ten rows of one query put London into Italy; without that query no row does.
        let table = vec![vec![5000.0, 10.0, 0.0], vec![0.0, 4000.0, 0.0], vec![0.0, 0.0, 30.0]];
        let reference = PairProfile { n: 9040, table, moments: None };
        assert_eq!(PairRule::learn(0, &frame, &reference, 10.0).unwrap().count_reference(&reference).failing, 10);
        // Three queries in which a value stands are too few for its absence elsewhere to say anything.
        let table = vec![vec![30.0, 0.0, 0.0], vec![50.0, 20.0, 0.0], vec![0.0, 0.0, 0.0]];
        let reference = PairProfile { n: 100, table, moments: None };
        let judged = |unit| PairRule::learn(0, &frame, &reference, unit).unwrap().fails.contains(&true);
        assert!(judged(1.0) && !judged(10.0));
    }
}
