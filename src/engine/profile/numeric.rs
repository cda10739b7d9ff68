//! Numbers: fine cells between reference quantiles, and exact moments.
//!
//! Cell i holds the numbers x with `edges[i-1] < x ≤ edges[i]`; the first and the last cell are open. Edges are values of the
//! reference: all of them where it has at most so many distinct ones as there may be cells ([`FINE_CELLS`] in a stress test), else
//! its quantiles by the inverse of its distribution function. Coarser bins (PSI, subsets, χ²) are unions of fine cells.

use super::{Clusters, Sampling, frames_differ};
use crate::Result;

/// The most fine cells that a numeric column gets. A multiple of 10, 16, 20, 50 and 100, so that those quantiles are exact.
pub const FINE_CELLS: usize = 2000;

/// The cell of a row without a value.
pub const MISSING_CELL: u16 = u16::MAX;

/// Buckets of the search table: some per edge, small enough for the first-level cache.
const BUCKETS: usize = 8192;

/// Rows summed plainly before their sums are added with compensation.
const CHUNK: usize = 1024;

/// The fine cells of a numeric column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NumericFrame {
    /// Upper edges of all cells but the last, ascending: `cells() - 1` of them.
    pub edges: Vec<f64>,
    /// Whether every cell holds one distinct reference value.
    pub exact: bool,
    /// The smallest reference value.
    pub min: f64,
    /// The largest reference value.
    pub max: f64,
    /// About where the reference's middle is; moments are summed about it.
    pub center: f64,
    /// Reference cells' mid-ranks as shares of the whole (ridits), the scores of rank statistics.
    pub ridits: Vec<f64>,
    search: Search,
}

/// A table that leads from a number to the few edges near it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Search {
    low: f64,
    scale: f64,
    /// By bucket: edges in earlier buckets. One more entry than buckets.
    starts: Vec<u16>,
}

/// Sums about a center.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    /// The center.
    pub center: f64,
    /// Σ w.
    pub weight: f64,
    /// Σ w·(x − center).
    pub sum: f64,
    /// Σ w·(x − center)².
    pub sum_sq: f64,
}

/// Rows by fine cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NumericProfile {
    /// Weight of each cell; row counts where nothing weighs.
    pub mass: Vec<f64>,
    /// Σ w·x of each cell.
    pub sums: Vec<f64>,
    /// Exact moments.
    pub moments: Moments,
    /// The smallest value; infinite where there is none.
    pub min: f64,
    /// The largest value; negative infinite where there is none.
    pub max: f64,
    /// Group sums of the ridits, where rows belong together.
    pub clusters: Option<Clusters>,
    /// Σ of the ridits, unweighted; with `clusters`.
    pub ridit_sum: f64,
}

/// Fine cells gathered into fewer bins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coarse {
    /// The bin of each fine cell, ascending.
    pub bin_of: Vec<u16>,
    /// Upper edges of all bins but the last, ascending.
    pub edges: Vec<f64>,
}

impl Coarse {
    /// How many bins.
    pub fn bins(&self) -> usize {
        self.edges.len() + 1
    }

    /// Sums something by cell into the bins.
    pub fn gather(&self, by_cell: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.bins()];
        for (&bin, &value) in self.bin_of.iter().zip(by_cell) {
            if let Some(slot) = out.get_mut(bin as usize) {
                *slot += value;
            }
        }
        out
    }
}

impl NumericFrame {
    /// A frame from its edges, ascending and distinct, and the reference's extremes and middle.
    pub fn from_edges(edges: Vec<f64>, exact: bool, min: f64, max: f64, center: f64) -> Self {
        let search = Search::over(&edges);
        Self { edges, exact, min, max, center, ridits: Vec::new(), search }
    }

    /// Whether the reference has one value only, in the middle one of three cells. Frames stored before had one cell for everything.
    pub fn is_constant(&self) -> bool {
        self.min == self.max && self.cells() == 3
    }

    /// How many cells.
    pub fn cells(&self) -> usize {
        self.edges.len() + 1
    }

    /// The cell of a number that is not NaN.
    #[inline]
    pub fn cell(&self, x: f64) -> u16 {
        let bucket = self.search.bucket(x);
        let (Some(&from), Some(&to)) = (self.search.starts.get(bucket), self.search.starts.get(bucket + 1)) else { return 0 };
        let mut cell = from;
        let mut len = to - from;
        // Edges of earlier buckets lie below x, those of later ones above: halve what is left.
        while len > 0 {
            let half = len / 2;
            let below = self.edges.get((cell + half) as usize).is_some_and(|&e| e < x);
            if below {
                cell += half + 1;
                len -= half + 1;
            } else {
                len = half;
            }
        }
        cell
    }

    /// The cell of each row; [`MISSING_CELL`] where a number is not finite.
    pub fn cells_of(&self, values: &[f64]) -> Vec<u16> {
        values.iter().map(|&x| if x.is_finite() { self.cell(x) } else { MISSING_CELL }).collect()
    }

    /// At most `k` bins at the quantiles of the given fine masses (the reference's): bin i ends at the first fine cell by which
    /// i/k of the mass is reached. Tied edges are merged; bins without mass do not occur but at the open ends.
    pub fn coarse(&self, mass: &[f64], k: usize) -> Coarse {
        let total: f64 = mass.iter().sum();
        let step = total / k.max(1) as f64;
        let mut out = Coarse { bin_of: Vec::with_capacity(self.cells()), edges: Vec::new() };
        let (mut cumulative, mut next) = (0.0, 1usize);
        for (cell, m) in mass.iter().enumerate() {
            out.bin_of.push(out.edges.len() as u16);
            cumulative += m;
            let mut ends = false;
            // The tolerance forgives the rounding of weights, far below half a row.
            while next < k && cumulative >= step * next as f64 - 1e-9 * total {
                next += 1;
                ends = true;
            }
            if let (true, Some(&edge)) = (ends && cumulative < total * (1.0 - 1e-12), self.edges.get(cell)) {
                out.edges.push(edge);
            }
        }
        out
    }

    /// One bin a fine cell.
    pub fn fine(&self) -> Coarse {
        Coarse { bin_of: (0..self.cells() as u16).collect(), edges: self.edges.clone() }
    }

    /// Counts rows whose cells are known; `values` and `cells` have a row each.
    pub fn count(&self, values: &[f64], cells: &[u16], sampling: &Sampling) -> NumericProfile {
        let mut out = NumericProfile {
            mass: vec![0.0; self.cells()],
            sums: vec![0.0; self.cells()],
            moments: Moments { center: self.center, ..Moments::default() },
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            ..NumericProfile::default()
        };
        let (mut sum, mut sum_sq, mut weight) = (Compensated::default(), Compensated::default(), Compensated::default());
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        for (at, (xs, cs)) in values.chunks(CHUNK).zip(cells.chunks(CHUNK)).enumerate() {
            let (mut s, mut q, mut total) = (0.0, 0.0, 0.0);
            for (i, (&x, &cell)) in xs.iter().zip(cs).enumerate() {
                let w = sampling.weight(at * CHUNK + i);
                if let (Some(mass), Some(cell_sum)) = (out.mass.get_mut(cell as usize), out.sums.get_mut(cell as usize)) {
                    let d = x - self.center;
                    *mass += w;
                    *cell_sum += w * x;
                    s += w * d;
                    q += w * d * d;
                    total += w;
                    min = if x < min { x } else { min };
                    max = if x > max { x } else { max };
                }
            }
            sum.add(s);
            sum_sq.add(q);
            weight.add(total);
        }
        (out.min, out.max) = (min, max);
        out.moments = Moments { center: self.center, weight: weight.total(), sum: sum.total(), sum_sq: sum_sq.total() };
        out
    }

    /// Adds the group sums to a count, once the ridits are known.
    pub fn count_groups(&self, profile: &mut NumericProfile, cells: &[u16], sampling: &Sampling) {
        if let Some(groups) = sampling.groups {
            let ridit = |cell: &u16| self.ridits.get(*cell as usize).copied();
            profile.clusters = Some(Clusters::of_scores(groups, cells.iter().map(ridit)));
            profile.ridit_sum = cells.iter().filter_map(ridit).sum();
        }
    }

    /// Takes the ridits from the reference's masses.
    pub fn set_ridits(&mut self, mass: &[f64]) {
        let total: f64 = mass.iter().sum();
        let mut before = 0.0;
        self.ridits = mass
            .iter()
            .map(|m| {
                let ridit = (before + m / 2.0) / total.max(f64::MIN_POSITIVE);
                before += m;
                ridit
            })
            .collect();
    }
}

impl Search {
    fn over(edges: &[f64]) -> Self {
        let (low, high) = (edges.first().copied().unwrap_or(0.0), edges.last().copied().unwrap_or(0.0));
        let span = high - low;
        let scale = if span > 0.0 && span.is_finite() { (BUCKETS - 1) as f64 / span } else { 0.0 };
        let mut out = Self { low, scale: if scale.is_finite() { scale } else { 0.0 }, starts: vec![0; BUCKETS + 1] };
        for &edge in edges {
            let next = out.bucket(edge) + 1;
            if let Some(slot) = out.starts.get_mut(next) {
                *slot += 1;
            }
        }
        let mut before = 0;
        for slot in &mut out.starts {
            before += *slot;
            *slot = before;
        }
        out
    }

    /// Never falls when x rises, which is all that the search needs; the cast saturates, NaN gives 0.
    #[inline]
    fn bucket(&self, x: f64) -> usize {
        (((x - self.low) * self.scale) as u32).min(BUCKETS as u32 - 1) as usize
    }
}

/// Neumaier's compensated sum (1974, ZAMM 54:39).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    pub(super) fn add(&mut self, x: f64) {
        let t = self.sum + x;
        self.lost += if self.sum.abs() >= x.abs() { (self.sum - t) + x } else { (x - t) + self.sum };
        self.sum = t;
    }

    pub(super) fn total(self) -> f64 {
        self.sum + self.lost
    }
}

impl Moments {
    /// The mean; NaN of nothing.
    pub fn mean(&self) -> f64 {
        self.center + self.sum / self.weight
    }

    /// The population variance; NaN of nothing.
    pub fn variance(&self) -> f64 {
        let mean = self.sum / self.weight;
        (self.sum_sq / self.weight - mean * mean).max(0.0)
    }

    /// The population standard deviation.
    pub fn sd(&self) -> f64 {
        self.variance().sqrt()
    }
}

impl NumericProfile {
    /// The design effect of rows that belong together; 1 where they do not.
    pub fn group_deff(&self) -> f64 {
        self.clusters.map_or(1.0, |c| c.deff(self.ridit_sum * self.ridit_sum))
    }

    /// Adds what another profile of the same frame counted.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.mass.len() != other.mass.len() || self.moments.center != other.moments.center {
            return Err(frames_differ("the cells of a number"));
        }
        self.mass.iter_mut().zip(&other.mass).for_each(|(a, b)| *a += b);
        self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| *a += b);
        self.moments.weight += other.moments.weight;
        self.moments.sum += other.moments.sum;
        self.moments.sum_sq += other.moments.sum_sq;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.ridit_sum += other.ridit_sum;
        if let (Some(a), Some(b)) = (&mut self.clusters, &other.clusters) {
            a.merge(b);
        }
        Ok(())
    }
}

impl crate::stored::Stored for NumericFrame {
    fn write(&self, out: &mut crate::stored::Writer) {
        // The search table follows from the edges.
        (self.edges.clone(), self.ridits.clone()).write(out);
        ((self.exact, self.center), (self.min, self.max)).write(out);
    }

    fn read(from: &mut crate::stored::Reader<'_>) -> Result<Self> {
        let (edges, ridits): (Vec<f64>, Vec<f64>) = crate::stored::Stored::read(from)?;
        let ((exact, center), (min, max)) = crate::stored::Stored::read(from)?;
        Ok(Self { ridits, ..Self::from_edges(edges, exact, min, max, center) })
    }
}

crate::stored::stored!(struct Moments { center, weight, sum, sum_sq });
crate::stored::stored!(struct NumericProfile { mass, sums, moments, min, max, clusters, ridit_sum });

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(edges: &[f64]) -> NumericFrame {
        NumericFrame::from_edges(edges.to_vec(), false, edges[0] - 1.0, edges[edges.len() - 1] + 1.0, 0.0)
    }

    #[test]
    fn the_search_finds_what_a_plain_search_finds() {
        let mut rng = crate::random::Rng::new(7, 1);
        // Heavy tails crowd most edges into few buckets.
        let mut edges: Vec<f64> = (0..1999).map(|_| crate::math::exp(4.0 * rng.normal())).collect();
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        let frame = frame(&edges);
        for i in 0..20_000 {
            let x = match i % 3 {
                0 => edges[rng.below(edges.len() as u64) as usize],
                1 => 5.0 * rng.normal(),
                _ => crate::math::exp(5.0 * rng.normal()),
            };
            assert_eq!(frame.cell(x) as usize, edges.partition_point(|&e| e < x), "{x}");
        }
        assert_eq!(frame.cell(f64::MAX) as usize, edges.len());
        assert_eq!(frame.cell(f64::MIN), 0);
    }

    #[test]
    fn coarse_bins_end_where_their_share_is_reached() {
        let frame = frame(&[1.0, 2.0, 3.0, 4.0]);
        // One value holds half of the rows: its edges are tied and merge.
        let coarse = frame.coarse(&[2.0, 10.0, 3.0, 3.0, 2.0], 5);
        assert_eq!(coarse.edges, [2.0, 4.0]);
        assert_eq!(coarse.bin_of, [0, 0, 1, 1, 2]);
        assert_eq!(coarse.gather(&[2.0, 10.0, 3.0, 3.0, 2.0]), [12.0, 6.0, 2.0]);
    }

    #[test]
    fn moments_are_those_of_the_values() {
        let frame = NumericFrame::from_edges(vec![1e9], false, 1e9, 1e9 + 3.0, 1e9);
        let values = [1e9, 1e9 + 1.0, f64::NAN, 1e9 + 3.0];
        let profile = frame.count(&values, &frame.cells_of(&values), &Sampling::default());
        assert_eq!(profile.mass, [1.0, 2.0]);
        assert!((profile.moments.mean() - (1e9 + 4.0 / 3.0)).abs() < 1e-6);
        assert!((profile.moments.variance() - 14.0 / 9.0).abs() < 1e-12);
    }
}
