//! Two columns together: a table of counts, from which correlation and mutual information are read.
//!
//! Numbers enter in at most [`RANK_BINS`] reference quantile bins, so that Spearman's correlation of a table differs from
//! that of the values in the fourth digit at most, and is exact where there are few distinct values; categories enter value by
//! value. Pearson's correlation comes from exact sums.

use super::{CategoryFrame, Coarse, ColumnFrame, ColumnProfile, Sampling, ValueFrame, frames_differ};
use crate::Result;

/// Bins of a number for rank correlation; a multiple of [`INFORMATION_BINS`].
pub const RANK_BINS: usize = 60;

/// Bins of a number for mutual information.
pub const INFORMATION_BINS: usize = 10;

/// Tables with more cells are not counted: under five rows a cell on average nothing can be said.
pub const MOST_CELLS: usize = 1 << 16;

/// One side of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PairSide {
    /// A feature, by its place in `Context::features`.
    Feature(usize),
    /// The label.
    Label,
}

/// The cells of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct PairFrame {
    /// The rows of the table.
    pub a: PairSide,
    /// Its columns.
    pub b: PairSide,
    /// How rows of the table are formed.
    pub bins_a: Binning,
    /// How its columns are formed.
    pub bins_b: Binning,
}

/// How a column's cells become rows or columns of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Binning {
    /// From cell to bin.
    pub bin_of: Vec<u16>,
    /// How many bins. For categories the last one holds the values that share a cell or that the reference lacks.
    pub bins: usize,
    /// For numbers: from bin to information bin. For categories: none, the bins are the values.
    pub information: Option<Vec<u16>>,
    /// For numbers: where sums are centred.
    pub center: f64,
    /// Whether the bins have an order: numbers, and a label of two classes.
    pub ordered: bool,
}

/// A pair, counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PairProfile {
    /// Rows where both sides have a value.
    pub n: u64,
    /// The counts (weights, where rows weigh), row by row of the table. Empty where the table would have too many cells.
    pub table: Vec<Vec<f64>>,
    /// Sums of two numbers; `None` where a side is a category.
    pub moments: Option<JointMoments>,
}

/// Sums of two numbers about their centers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct JointMoments {
    /// Σ w.
    pub weight: f64,
    /// Σ w·x, Σ w·y.
    pub sums: (f64, f64),
    /// Σ w·x², Σ w·y².
    pub squares: (f64, f64),
    /// Σ w·x·y.
    pub product: f64,
}

impl JointMoments {
    /// Pearson's correlation; `None` where a side does not vary.
    pub fn pearson(&self) -> Option<f64> {
        let (x, y) = (self.sums.0 / self.weight, self.sums.1 / self.weight);
        let (xx, yy) = (self.squares.0 / self.weight - x * x, self.squares.1 / self.weight - y * y);
        (xx > 0.0 && yy > 0.0).then(|| ((self.product / self.weight - x * y) / (xx * yy).sqrt()).clamp(-1.0, 1.0))
    }

    fn merge(&mut self, other: &Self) {
        self.weight += other.weight;
        self.sums.0 += other.sums.0;
        self.sums.1 += other.sums.1;
        self.squares.0 += other.squares.0;
        self.squares.1 += other.squares.1;
        self.product += other.product;
    }
}

/// What is counted of one side of a pair: the cell of each row, and its numbers where it has any.
#[derive(Debug, Clone, Copy)]
pub struct PairRows<'a> {
    /// The cells of its column's frame.
    pub cells: &'a [u16],
    /// The numbers, for numbers.
    pub values: Option<&'a [f64]>,
}

impl Binning {
    /// The bins of a column; `None` for texts, absent and constant columns and those that name rows. Numbers get so many
    /// bins ([`RANK_BINS`] in a stress test) where ranks are asked of the pair, else [`INFORMATION_BINS`].
    pub fn of(frame: &ColumnFrame, reference: &ColumnProfile, ranks: Option<usize>) -> Option<Self> {
        if frame.facts.constant || frame.facts.unique {
            return None;
        }
        match &frame.values {
            ValueFrame::Numeric(numeric) => {
                let mass = &reference.numeric()?.mass;
                let fine = numeric.bins(mass, ranks.unwrap_or(INFORMATION_BINS));
                let by_bin = fine.gather(mass);
                let coarse = super::NumericFrame::from_edges(fine.edges.clone(), numeric.exact, numeric.min, numeric.max, numeric.center)
                    .bins(&by_bin, INFORMATION_BINS);
                Some(Self {
                    bins: fine.bins(),
                    bin_of: fine.bin_of,
                    information: Some(coarse.bin_of),
                    center: numeric.center,
                    ordered: true,
                })
            }
            ValueFrame::Category(category) => {
                let bin_of = (0..category.cells as u16).collect();
                Some(Self { bin_of, bins: category.cells + 1, information: None, center: 0.0, ordered: false })
            }
            ValueFrame::Text | ValueFrame::Absent => None,
        }
    }

    /// From cell to bin, behind the column's own cells those of [`slot`]'s three; one bin more takes the rows without a value.
    fn table(&self) -> Vec<u32> {
        // A number has no cell beyond its own but the missing one.
        let last = if self.information.is_some() { self.bins } else { self.bins - 1 } as u32;
        self.bin_of.iter().map(|&b| u32::from(b)).chain([last, last, self.bins as u32]).collect()
    }

    fn information_bins(&self) -> usize {
        self.information.as_ref().map_or(self.bins, |map| map.last().map_or(1, |&b| b as usize + 1))
    }

    fn information_bin(&self, bin: usize) -> usize {
        self.information.as_ref().map_or(bin, |map| map.get(bin).map_or(0, |&b| b as usize))
    }
}

/// The place of a cell in a table of `cells` entries and the three of categories: other, unseen, missing.
#[inline]
fn slot(cell: u16, cells: usize) -> usize {
    if cell >= CategoryFrame::OTHER_CELL { cells + (cell - CategoryFrame::OTHER_CELL) as usize } else { cell as usize }
}

impl PairFrame {
    /// Whether both sides are numbers.
    pub fn numeric(&self) -> bool {
        self.bins_a.information.is_some() && self.bins_b.information.is_some()
    }

    /// Whether the pair has a rank correlation: two numbers, or a number and a label of two classes.
    pub fn ranked(&self) -> bool {
        self.bins_a.ordered && self.bins_b.ordered
    }

    /// The table over ordered cells, of which ranks are taken: what stands in no class of the label is left out.
    pub fn rank_table(&self, profile: &PairProfile) -> Vec<Vec<f64>> {
        let keep = if self.bins_b.information.is_some() { self.bins_b.bins } else { self.bins_b.bins - 1 };
        profile.table.iter().map(|row| row.iter().take(keep).copied().collect()).collect()
    }

    /// Counts a side's rows.
    pub fn count(&self, a: PairRows, b: PairRows, sampling: &Sampling) -> PairProfile {
        let mut out = PairProfile::default();
        let width = self.bins_b.bins;
        if self.bins_a.bins * width <= MOST_CELLS {
            // One more row and column take the rows without a value, so that the loop does not branch.
            let (of_a, of_b) = (self.bins_a.table(), self.bins_b.table());
            let (cells_a, cells_b) = (self.bins_a.bin_of.len(), self.bins_b.bin_of.len());
            let mut flat = vec![0.0f64; (self.bins_a.bins + 1) * (width + 1)];
            for (row, (&ca, &cb)) in a.cells.iter().zip(b.cells).enumerate() {
                let (Some(&ia), Some(&ib)) = (of_a.get(slot(ca, cells_a)), of_b.get(slot(cb, cells_b))) else { continue };
                if let Some(cell) = flat.get_mut(ia as usize * (width + 1) + ib as usize) {
                    *cell += sampling.weight(row);
                }
            }
            out.table = flat.chunks(width + 1).take(self.bins_a.bins).map(|r| r.iter().take(width).copied().collect()).collect();
        }
        if let (Some(xs), Some(ys)) = (a.values, b.values) {
            let mut sums = JointMoments::default();
            for (row, (&x, &y)) in xs.iter().zip(ys).enumerate() {
                let (x, y) = (x - self.bins_a.center, y - self.bins_b.center);
                if x.is_finite() && y.is_finite() {
                    let w = sampling.weight(row);
                    sums.weight += w;
                    sums.sums.0 += w * x;
                    sums.sums.1 += w * y;
                    sums.squares.0 += w * x * x;
                    sums.squares.1 += w * y * y;
                    sums.product += w * x * y;
                }
            }
            out.moments = Some(sums);
        }
        let missing = super::MISSING_CELL;
        out.n = a.cells.iter().zip(b.cells).filter(|&(&x, &y)| x != missing && y != missing).count() as u64;
        out
    }

    /// The table for mutual information: numbers in at most [`INFORMATION_BINS`] bins, categories value by value.
    pub fn information_table(&self, profile: &PairProfile) -> Vec<Vec<f64>> {
        let mut out = vec![vec![0.0; self.bins_b.information_bins()]; self.bins_a.information_bins()];
        if profile.table.is_empty() {
            return Vec::new();
        }
        for (i, row) in profile.table.iter().enumerate() {
            if let Some(target) = out.get_mut(self.bins_a.information_bin(i)) {
                for (j, &count) in row.iter().enumerate() {
                    if let Some(slot) = target.get_mut(self.bins_b.information_bin(j)) {
                        *slot += count;
                    }
                }
            }
        }
        out
    }
}

impl PairProfile {
    /// Adds what another profile of the same frame counted.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let width = |p: &Self| p.table.first().map_or(0, Vec::len);
        if self.table.len() != other.table.len() || width(self) != width(other) {
            return Err(frames_differ("the cells of a pair"));
        }
        // A batch that lacks a side counted nothing.
        if self.n == 0 {
            self.moments = other.moments;
        } else if let (Some(a), Some(b)) = (&mut self.moments, &other.moments) {
            a.merge(b);
        }
        self.n += other.n;
        for (mine, theirs) in self.table.iter_mut().zip(&other.table) {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
        Ok(())
    }
}

impl super::NumericFrame {
    /// Every cell its own bin where there are at most `k`, else [`Self::coarse`].
    pub fn bins(&self, mass: &[f64], k: usize) -> Coarse {
        if self.cells() <= k {
            return Coarse { bin_of: (0..self.cells() as u16).collect(), edges: self.edges.clone() };
        }
        self.coarse(mass, k)
    }
}

crate::stored::stored!(enum PairSide { 0 = Feature(place), 1 = Label });
crate::stored::stored!(struct PairFrame { a, b, bins_a, bins_b });
crate::stored::stored!(struct Binning { bin_of, bins, information, center, ordered });
crate::stored::stored!(struct PairProfile { n, table, moments });
crate::stored::stored!(struct JointMoments { weight, sums, squares, product });
