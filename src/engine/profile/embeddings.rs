//! Embeddings: lists of numbers that stand for a row.
//!
//! Rows are centred on the reference's mean and brought to at most [`MOST`] numbers by a signed sparse projection, which keeps distances
//! (Charikar, Chen and Farach-Colton 2002; Clarkson and Woodruff 2013, arXiv:1207.6365). In that space lie a shrunken covariance for
//! Mahalanobis's distance, and random Fourier features (Rahimi and Recht 2007) for the distance of two distributions. Distances of
//! the reference's own rows come from the covariance of the other four fifths; equal rows stand in one fifth.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::rules::{self, RowsOf};
use super::{Clusters, RuleCount, Sampling, frames_differ};
use crate::Result;
use crate::random::Rng;
use crate::stats::ledoit_wolf::{Scatter, cholesky, mahalanobis};
use crate::table::{Column, Lists, Values};

/// Numbers a row after the projection.
pub const MOST: usize = 64;
/// Random Fourier features.
pub const WAVES: usize = 64;
/// Fifths.
const FOLDS: usize = 5;
/// Rows that the reference must have.
const LEAST: usize = 50;
/// The share of reference rows within the cut.
const WITHIN: f64 = 0.995;
/// Cells of the distances.
const CELLS: usize = 20;
/// The seed of the projection and of the waves: the same in every run, so that profiles of different runs can be merged.
const SEED: u64 = 0x656d_6265_6464;

/// What the reference teaches of an embedding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EmbeddingFrame {
    /// The column.
    pub name: String,
    /// Numbers a row.
    pub width: usize,
    /// The mean, in the space of the column.
    pub center: Vec<f64>,
    /// Numbers a row in the projected space.
    pub kept: usize,
    /// The mean there, about `center`.
    mean: Vec<f64>,
    /// The covariance's lower factor there, row by row.
    pub factor: Vec<f64>,
    /// The distance from which a row is an anomaly.
    pub cut: f64,
    /// Upper edges of the distances' cells but the last.
    pub edges: Vec<f64>,
    /// Frequencies of the waves, row by row, in turns.
    frequencies: Vec<f64>,
    phases: Vec<f64>,
}

/// What was counted of an embedding.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EmbeddingProfile {
    /// Rows with an embedding.
    pub rows: u64,
    /// Σ w and Σ w².
    pub weight: f64,
    /// Σ w².
    pub weight_sq: f64,
    /// Σ w·(x − center).
    pub sum: Vec<f64>,
    /// Σ w·‖x − center‖².
    pub norm: f64,
    /// Σ w·φ.
    pub waves: Vec<f64>,
    /// Σ w·φ·φᵀ, row by row, the upper triangle filled.
    pub products: Vec<f64>,
    /// Group sums of φ, where rows belong together.
    pub clusters: Option<Clusters>,
    /// Weight by cell of distance.
    pub distances: Vec<f64>,
    /// Rows beyond the cut.
    pub anomalies: RuleCount,
}

/// For each fifth of the reference, the mean and the covariance's factor of the other four.
pub type Fifths = Vec<(Vec<f64>, Vec<f64>)>;

/// The steps from a column to its profiles, in order; each goes over the rows in slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Mean,
    Scatter,
    Distances,
    Reference,
    Evaluation,
}

impl Stage {
    pub(super) const ALL: [Self; 5] = [Self::Mean, Self::Scatter, Self::Distances, Self::Reference, Self::Evaluation];
}

/// An embedding that both sides have, while it is being counted.
#[derive(Debug)]
pub(super) struct EmbeddingWork {
    columns: (Arc<Column>, Arc<Column>),
    pub(super) frame: EmbeddingFrame,
    pub(super) profiles: (EmbeddingProfile, EmbeddingProfile),
    seen: f64,
    folds: Vec<Scatter>,
    factors: Fifths,
    /// Whether the rows to count are some of the reference's own.
    own: bool,
    /// Distances of the rows of the side at hand, NaN where there is no embedding.
    distances: Vec<f64>,
    groups: BTreeMap<u32, (f64, Vec<f64>)>,
}

fn lists(column: &Column) -> Option<&Lists> {
    if let Values::List(lists) = &column.values { Some(lists) } else { None }
}

impl EmbeddingWork {
    /// `None` where the two sides' lists differ in length or are no lists.
    pub(super) fn of(name: &str, reference: &Arc<Column>, evaluation: &Arc<Column>) -> Option<Self> {
        let width = lists(reference)?.width;
        if width == 0 || lists(evaluation)?.width != width {
            return None;
        }
        let frame =
            EmbeddingFrame { name: name.to_owned(), width, center: vec![0.0; width], kept: width.min(MOST), ..EmbeddingFrame::default() };
        Some(Self {
            columns: (Arc::clone(reference), Arc::clone(evaluation)),
            frame,
            profiles: Default::default(),
            seen: 0.0,
            folds: vec![Scatter::new(width.min(MOST)); FOLDS],
            factors: Vec::new(),
            own: false,
            distances: Vec::new(),
            groups: BTreeMap::new(),
        })
    }

    /// Counts a column in a given frame; `own` says that its rows are the reference's, and what its fifths taught.
    pub(super) fn counting(frame: &EmbeddingFrame, column: Option<&Arc<Column>>, own: Option<&Fifths>) -> Self {
        let fits = |column: &&Arc<Column>| lists(column).is_some_and(|l| l.width == frame.width);
        let lacking = || {
            let values = Values::List(Lists { width: frame.width, values: Vec::new() });
            Arc::new(Column { name: frame.name.clone(), values, cells: crate::table::Cells::default() })
        };
        let column = column.filter(fits).map_or_else(lacking, Arc::clone);
        Self {
            columns: (Arc::clone(&column), column),
            frame: frame.clone(),
            profiles: Default::default(),
            seen: 0.0,
            folds: Vec::new(),
            factors: own.cloned().unwrap_or_default(),
            own: own.is_some(),
            distances: Vec::new(),
            groups: BTreeMap::new(),
        }
    }

    /// What the fifths taught, and the frame.
    pub(super) fn into_learnt(self) -> (EmbeddingFrame, Fifths) {
        (self.frame, self.factors)
    }

    pub(super) fn name(&self) -> &str {
        &self.frame.name
    }

    /// The rows beyond the cut, of the side that was counted last.
    pub(super) fn beyond(&self) -> Vec<u32> {
        self.distances.iter().zip(0..).filter(|(d, _)| **d > self.frame.cut).map(|(_, row)| row).collect()
    }

    /// The distance of one of the reference's own rows.
    fn own_distance(&self, x: &[f64], projected: &mut [f64]) -> f64 {
        let Some((mean, factor)) = self.factors.get(fold(x)) else { return f64::NAN };
        projected.iter_mut().zip(mean).for_each(|(v, m)| *v -= m);
        mahalanobis(factor, projected).sqrt()
    }

    /// Rows that a stage goes over.
    pub(super) fn rows(&self, stage: Stage) -> usize {
        if stage == Stage::Evaluation { self.columns.1.rows() } else { self.columns.0.rows() }
    }

    /// Whether the reference had enough rows that vary.
    pub(super) fn is_learnt(&self) -> bool {
        !self.frame.factor.is_empty()
    }

    /// Takes some rows of a stage.
    pub(super) fn step(&mut self, stage: Stage, rows: std::ops::Range<usize>, of: RowsOf) {
        let whole = self.rows(stage);
        let column = Arc::clone(if stage == Stage::Evaluation { &self.columns.1 } else { &self.columns.0 });
        let Some(lists) = lists(&column) else { return };
        if rows.start == 0 {
            self.begin(stage, whole);
        }
        if matches!(stage, Stage::Distances | Stage::Reference | Stage::Evaluation) && !self.is_learnt() {
            return;
        }
        let sampling = Sampling::of(of.outcomes);
        let ended = rows.end >= whole;
        let mut projected = vec![0.0; self.frame.kept];
        let mut waves = vec![0.0; WAVES];
        for row in rows {
            let x = lists.row(row);
            if x.is_empty() || x.iter().any(|v| !v.is_finite()) {
                continue;
            }
            if stage == Stage::Mean {
                self.seen += 1.0;
                self.frame.center.iter_mut().zip(x).for_each(|(c, v)| *c += v);
                continue;
            }
            self.frame.project(x, &mut projected);
            match stage {
                Stage::Mean => {}
                Stage::Scatter => {
                    if let Some(fold) = self.folds.get_mut(fold(x)) {
                        fold.add(&projected);
                    }
                }
                Stage::Distances => {
                    let distance = self.own_distance(x, &mut projected);
                    if let Some(slot) = self.distances.get_mut(row) {
                        *slot = distance;
                    }
                }
                Stage::Reference | Stage::Evaluation => {
                    self.frame.waves(&projected, &mut waves);
                    let distance = if self.own {
                        self.own_distance(x, &mut projected)
                    } else if stage == Stage::Evaluation {
                        self.frame.distance_of(&mut projected)
                    } else {
                        self.distances.get(row).copied().unwrap_or(0.0)
                    };
                    if let Some(slot) = self.distances.get_mut(row) {
                        *slot = distance;
                    }
                    let profile = if stage == Stage::Evaluation { &mut self.profiles.1 } else { &mut self.profiles.0 };
                    profile.add(&self.frame, x, &waves, distance, sampling.weight(row));
                    if let Some(&group) = sampling.groups.and_then(|g| g.get(row)) {
                        let entry = self.groups.entry(group).or_insert_with(|| (0.0, vec![0.0; WAVES]));
                        entry.0 += 1.0;
                        entry.1.iter_mut().zip(&waves).for_each(|(s, w)| *s += w);
                    }
                }
            }
        }
        if ended {
            self.end(stage, of);
        }
    }

    fn begin(&mut self, stage: Stage, rows: usize) {
        if matches!(stage, Stage::Distances | Stage::Evaluation) {
            self.distances = vec![f64::NAN; rows];
        }
        if matches!(stage, Stage::Reference | Stage::Evaluation) {
            self.groups.clear();
            let profile = if stage == Stage::Evaluation { &mut self.profiles.1 } else { &mut self.profiles.0 };
            *profile = EmbeddingProfile {
                sum: vec![0.0; self.frame.width],
                waves: vec![0.0; WAVES],
                products: vec![0.0; WAVES * WAVES],
                distances: vec![0.0; self.frame.edges.len() + 1],
                ..EmbeddingProfile::default()
            };
        }
    }

    fn end(&mut self, stage: Stage, of: RowsOf) {
        match stage {
            Stage::Mean => {
                let seen = self.seen.max(1.0);
                self.frame.center.iter_mut().for_each(|c| *c /= seen);
            }
            Stage::Scatter => {
                let k = self.frame.kept;
                let learnt = |folds: &mut dyn Iterator<Item = &Scatter>| {
                    let mut sum = Scatter::new(k);
                    folds.for_each(|f| sum.merge(f));
                    let factor = cholesky(&sum.shrunk().0, k);
                    factor.map(|factor| (sum.mean(), factor))
                };
                let whole = learnt(&mut self.folds.iter());
                let parts: Vec<_> = (0..FOLDS)
                    .filter_map(|out| learnt(&mut self.folds.iter().enumerate().filter(|(i, _)| *i != out).map(|f| f.1)))
                    .collect();
                if let (Some((mean, factor)), true) = (whole, parts.len() == FOLDS && self.seen >= LEAST as f64) {
                    self.frame.set_waves(&factor);
                    (self.frame.mean, self.frame.factor, self.factors) = (mean, factor, parts);
                }
            }
            Stage::Distances => self.frame.cut(&self.distances),
            Stage::Reference | Stage::Evaluation => {
                let failing = self.beyond();
                let profile = if stage == Stage::Evaluation { &mut self.profiles.1 } else { &mut self.profiles.0 };
                profile.anomalies = rules::count(&failing, profile.rows, |_| "beyond the cut".to_owned(), of);
                profile.clusters = of.outcomes.groups.as_ref().map(|_| clusters(&self.groups, &profile.products));
            }
        }
    }
}

/// The group sums of all waves together.
fn clusters(groups: &BTreeMap<u32, (f64, Vec<f64>)>, products: &[f64]) -> Clusters {
    let start = Clusters { sum_sq: products.iter().step_by(WAVES + 1).sum(), ..Clusters::default() };
    groups.values().fold(start, |acc, (n, sums)| Clusters {
        groups: acc.groups + 1.0,
        rows: acc.rows + n,
        sum_sq_sizes: acc.sum_sq_sizes + n * n,
        between: acc.between + sums.iter().map(|s| s * s).sum::<f64>() / n,
        sum_sq: acc.sum_sq,
    })
}

/// The fifth of a row, from its numbers.
fn fold(x: &[f64]) -> usize {
    let mix = |hash: u64, v: &f64| (hash ^ v.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    ((x.iter().take(8).fold(0, mix) >> 33) % FOLDS as u64) as usize
}

/// The cosine of a number of turns, to 4e-6, from arithmetic alone: the same everywhere, and quick.
fn wave(turns: f64) -> f64 {
    let part = turns - (turns + 0.5).floor();
    let angle = std::f64::consts::TAU * (0.25 - part.abs());
    let s = angle * angle;
    angle * (1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0))))
}

impl EmbeddingFrame {
    /// Brings a row to the projected space.
    pub fn project(&self, x: &[f64], out: &mut [f64]) {
        if self.width <= MOST {
            out.iter_mut().zip(x.iter().zip(&self.center)).for_each(|(slot, (v, c))| *slot = v - c);
            return;
        }
        out.fill(0.0);
        for (j, (v, c)) in x.iter().zip(&self.center).enumerate() {
            // A sign by SplitMix64's mixer of the place; the slots in turns, so that each holds as many numbers.
            let word = ((j as u64) ^ SEED).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let word = (word ^ (word >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
            if let Some(slot) = out.get_mut(j % MOST) {
                *slot += if word >> 40 & 1 == 1 { v - c } else { c - v };
            }
        }
    }

    /// The distance of a row from the reference's mean, in its standard deviations; NaN without an embedding.
    pub fn distance(&self, x: &[f64]) -> f64 {
        if x.len() != self.width || x.iter().any(|v| !v.is_finite()) {
            return f64::NAN;
        }
        let mut projected = vec![0.0; self.kept];
        self.project(x, &mut projected);
        self.distance_of(&mut projected)
    }

    fn distance_of(&self, projected: &mut [f64]) -> f64 {
        projected.iter_mut().zip(&self.mean).for_each(|(v, m)| *v -= m);
        mahalanobis(&self.factor, projected).sqrt()
    }

    /// Draws the waves: normal frequencies whose kernel is as wide as the typical row is far from the mean.
    fn set_waves(&mut self, factor: &[f64]) {
        let width = factor.iter().map(|l| l * l).sum::<f64>().sqrt();
        let mut rng = Rng::new(SEED, WAVES as u64);
        self.phases = (0..WAVES).map(|_| rng.uniform()).collect();
        self.frequencies = (0..WAVES * self.kept).map(|_| rng.normal() / (width * std::f64::consts::TAU)).collect();
    }

    fn waves(&self, projected: &[f64], out: &mut [f64]) {
        let frequencies = self.frequencies.chunks_exact(self.kept.max(1));
        for ((slot, frequency), phase) in out.iter_mut().zip(frequencies).zip(&self.phases) {
            *slot = wave(phase + frequency.iter().zip(projected).map(|(a, b)| a * b).sum::<f64>());
        }
    }

    fn cut(&mut self, distances: &[f64]) {
        let mut sorted: Vec<f64> = distances.iter().copied().filter(|d| !d.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len();
        // The smallest distance with so many at or below it.
        let quantile =
            |share: f64| sorted.get(((share * n as f64).ceil() as usize).clamp(1, n.max(1)) - 1).copied().unwrap_or(f64::INFINITY);
        self.cut = quantile(WITHIN);
        self.edges = (1..CELLS).map(|i| quantile(i as f64 / CELLS as f64)).collect();
        self.edges.dedup();
    }
}

impl EmbeddingProfile {
    fn add(&mut self, frame: &EmbeddingFrame, x: &[f64], waves: &[f64], distance: f64, weight: f64) {
        self.rows += 1;
        self.weight += weight;
        self.weight_sq += weight * weight;
        for (slot, (v, c)) in self.sum.iter_mut().zip(x.iter().zip(&frame.center)) {
            *slot += weight * (v - c);
            self.norm += weight * (v - c) * (v - c);
        }
        for (i, (&a, sum)) in waves.iter().zip(&mut self.waves).enumerate() {
            *sum += weight * a;
            let row = self.products.get_mut(i * WAVES..(i + 1) * WAVES).unwrap_or_default();
            row.iter_mut().zip(waves).skip(i).for_each(|(slot, b)| *slot += weight * a * b);
        }
        if let Some(slot) = self.distances.get_mut(frame.edges.partition_point(|e| *e < distance)) {
            *slot += weight;
        }
    }

    /// Rows that count fully (Kish), less what it costs that rows belong together.
    pub fn effective(&self) -> f64 {
        let kish = if self.weight_sq > 0.0 { self.weight * self.weight / self.weight_sq } else { 0.0 };
        let square: f64 = self.waves.iter().map(|s| s * s).sum();
        kish / self.clusters.map_or(1.0, |c| c.deff(square))
    }

    /// Adds what another profile of the same frame counted.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.sum.len() != other.sum.len() || self.distances.len() != other.distances.len() {
            return Err(frames_differ("an embedding's"));
        }
        self.rows += other.rows;
        self.weight += other.weight;
        self.weight_sq += other.weight_sq;
        self.norm += other.norm;
        let add = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        add(&mut self.sum, &other.sum);
        add(&mut self.waves, &other.waves);
        add(&mut self.products, &other.products);
        add(&mut self.distances, &other.distances);
        if let (Some(a), Some(b)) = (&mut self.clusters, &other.clusters) {
            a.merge(b);
        }
        self.anomalies.merge(&other.anomalies);
        Ok(())
    }
}

crate::stored::stored!(struct EmbeddingFrame { name, width, center, kept, mean, factor, cut, edges, frequencies, phases });
crate::stored::stored!(struct EmbeddingProfile { rows, weight, weight_sq, sum, norm, waves, products, clusters, distances, anomalies });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Outcomes, Prediction, Truth};
    use crate::table::Cells;

    fn column(rng: &mut Rng, rows: usize, width: usize, shift: f64) -> Arc<Column> {
        let values = (0..rows * width).map(|i| shift + rng.normal() * if i % width == 0 { 3.0 } else { 1.0 }).collect();
        Arc::new(Column { name: "e".to_owned(), values: Values::List(Lists { width, values }), cells: Cells::default() })
    }

    fn outcomes(groups: Option<Vec<u32>>) -> Outcomes {
        Outcomes {
            task: straingauge_api::ModelTask::BinaryClassification,
            classes: Vec::new(),
            truth: Truth::None,
            prediction: Prediction::None,
            weights: None,
            groups,
        }
    }

    fn counted(reference: &Arc<Column>, evaluation: &Arc<Column>, groups: Option<Vec<u32>>) -> EmbeddingWork {
        let mut work = EmbeddingWork::of("e", reference, evaluation).unwrap();
        for stage in Stage::ALL {
            let rows = work.rows(stage);
            for from in (0..rows).step_by(70) {
                let groups = groups.clone().filter(|_| stage == Stage::Evaluation);
                work.step(stage, from..(from + 70).min(rows), RowsOf { outcomes: &outcomes(groups), model: None });
            }
        }
        work
    }

    #[test]
    fn batches_add_up_to_the_whole() {
        let mut rng = Rng::new(3, 5);
        for width in [9, 300] {
            let reference = column(&mut rng, 400, width, 0.0);
            let evaluation = column(&mut rng, 200, width, 0.2);
            let part = |rows: std::ops::Range<usize>| {
                let Values::List(lists) = &evaluation.values else { panic!("lists") };
                let values = lists.values[rows.start * width..rows.end * width].to_vec();
                Arc::new(Column { name: "e".to_owned(), values: Values::List(Lists { width, values }), cells: Cells::default() })
            };
            let groups = |n: usize| Some((0..n as u32).map(|i| i / 4).collect::<Vec<u32>>());
            let whole = counted(&reference, &evaluation, groups(200));
            let (mut a, b) = (counted(&reference, &part(0..80), groups(80)), counted(&reference, &part(80..200), groups(120)));
            assert_eq!(a.frame, whole.frame);
            a.profiles.1.merge(&b.profiles.1).unwrap();
            let (mine, whole) = (&a.profiles.1, &whole.profiles.1);
            assert_eq!((mine.rows, mine.anomalies.failing, &mine.distances), (whole.rows, whole.anomalies.failing, &whole.distances));
            let near = |x: &[f64], y: &[f64]| x.iter().zip(y).all(|(a, b)| (a - b).abs() < 1e-9 * b.abs().max(1.0));
            assert!(near(&mine.sum, &whole.sum) && near(&mine.waves, &whole.waves) && near(&mine.products, &whole.products));
            assert!((mine.effective() - whole.effective()).abs() < 1e-9);
        }
    }

    #[test]
    fn one_reference_row_in_two_hundred_is_beyond_the_cut() {
        let mut rng = Rng::new(3, 6);
        let (reference, evaluation) = (column(&mut rng, 2000, 80, 0.0), column(&mut rng, 2000, 80, 0.0));
        let work = counted(&reference, &evaluation, None);
        assert_eq!((work.profiles.0.anomalies.failing, work.profiles.0.anomalies.rows), (10, 2000));
        assert!(work.profiles.1.anomalies.failing <= 22, "{}", work.profiles.1.anomalies.failing);
        // The mean squared distance of a row is the number of dimensions.
        assert!((work.frame.cut / 64f64.sqrt() - 1.3).abs() < 0.15, "{}", work.frame.cut);
    }

    #[test]
    fn a_wave_is_a_cosine() {
        for i in -300..300 {
            let turns = f64::from(i) * 0.013;
            assert!((wave(turns) - crate::math::cos(turns * std::f64::consts::TAU)).abs() < 4e-6);
        }
    }
}
