//! What noise alone would give: tails of standardised statistics with skewness, and moments of confusion-matrix metrics over
//! same-size draws.

use crate::metrics::{Margins, Metric, pool_rare};
use crate::profile::{Mean, ModelFrame, OutcomeTally};
use crate::random::Rng;
use crate::stats::draws::multivariate_hypergeometric;
use crate::stats::fisher;
use crate::stats::special::{gamma_upper, normal_upper};

/// P(X ≥ z) of a standardised variable of this skewness, by a Pearson type III curve (Mielke and Berry 2007, ch. 2).
///
/// A negative skewness would give a tail that ends; estimated from few draws, that is more than can be known. It counts as 0.
pub fn upper_tail(z: f64, skewness: f64) -> f64 {
    if !z.is_finite() {
        return if z > 0.0 { 0.0 } else { 1.0 };
    }
    let g = if skewness.is_finite() { skewness.clamp(0.0, 4.0) } else { 0.0 };
    if g < 0.02 {
        // So close to the normal, the first term of Cornish and Fisher is enough.
        return normal_upper(z - g * (z * z - 1.0) / 6.0);
    }
    let shape = 4.0 / (g * g);
    gamma_upper(shape, (shape + z * shape.sqrt()).max(0.0))
}

/// Mean, variance and third central moment of a statistic under the null.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Null {
    /// Its mean.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
    /// Its third central moment.
    pub third: f64,
}

impl Null {
    /// P(statistic ≥ observed).
    pub fn upper(&self, observed: f64) -> f64 {
        if self.variance <= 0.0 {
            return if observed > self.mean + 1e-12 { 0.0 } else { 1.0 };
        }
        let sd = self.variance.sqrt();
        upper_tail((observed - self.mean) / sd, self.third / (self.variance * sd))
    }

    /// P(statistic ≤ observed).
    pub fn lower(&self, observed: f64) -> f64 {
        Self { mean: -self.mean, third: -self.third, ..*self }.upper(-observed)
    }

    /// Of the statistic plus an independent other one.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { mean: self.mean + other.mean, variance: self.variance + other.variance, third: self.third + other.third }
    }

    /// Of a multiple of the statistic.
    #[must_use]
    pub fn times(self, a: f64) -> Self {
        Self { mean: a * self.mean, variance: a * a * self.variance, third: a * a * a * self.third }
    }

    /// From draws.
    pub fn of_draws(draws: &[f64]) -> Self {
        let n = draws.len().max(1) as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let (mut second, mut third) = (0.0, 0.0);
        for d in draws {
            let d = d - mean;
            second += d * d;
            third += d * d * d;
        }
        Self { mean, variance: second / (n - 1.0).max(1.0), third: third / n }
    }
}

/// The mean of a part of `n` rows, drawn without replacement from the `pool` that holds it.
pub fn mean_of_part(n: f64, pool: &Mean) -> Null {
    let all = pool.mass.effective();
    if n <= 0.0 || all <= n + 1.0 || all <= 2.0 {
        return Null { mean: pool.mean, ..Null::default() };
    }
    let left = all - n;
    Null {
        mean: pool.mean,
        variance: pool.variance / n * left / (all - 1.0),
        third: pool.third / (n * n) * left * (all - 2.0 * n) / ((all - 1.0) * (all - 2.0)),
    }
}

/// One-sided p of a part's mean against the pool that holds it: exact (hypergeometric) for shares of equally weighted rows, else
/// by the three moments of the draw.
pub fn part_p(part: &Mean, pool: &Mean, worse_is_high: bool) -> f64 {
    let plain = |m: &Mean| m.indicator && m.mass.squares == m.mass.rows as f64 && m.mass.weight == m.mass.squares;
    if plain(part) && plain(pool) && pool.mass.rows > part.mass.rows {
        let hits = |m: &Mean| (m.mean * m.mass.weight).round() as u64;
        let (n, m) = (part.mass.rows, pool.mass.rows - part.mass.rows);
        let (a, b) = (hits(part), hits(pool).saturating_sub(hits(part)));
        return if worse_is_high { fisher::greater(b, m, a, n) } else { fisher::less(b, m, a, n) };
    }
    let null = mean_of_part(part.mass.effective(), pool);
    if null.variance <= 0.0 {
        return 1.0;
    }
    if worse_is_high { null.upper(part.mean) } else { null.lower(part.mean) }
}

/// The metrics whose value depends on the size of the sample and which a confusion matrix gives.
pub const DRAWN: [Metric; 10] = [
    Metric::BalancedAccuracy,
    Metric::MacroPrecision,
    Metric::MacroRecall,
    Metric::MacroF1,
    Metric::MatthewsCorrcoef,
    Metric::Precision,
    Metric::Recall,
    Metric::F1,
    Metric::FalsePositiveRate,
    Metric::FalseNegativeRate,
];

/// A confusion matrix as counts that can be drawn from, in as many rows as tell as much as the weighted ones do.
#[derive(Debug, Clone)]
pub struct Urn {
    classes: usize,
    cells: Vec<usize>,
    counts: Vec<u64>,
    /// Rows in it.
    pub total: u64,
}

impl Urn {
    /// The urn of a matrix, its weights scaled so that they sum to `rows`.
    pub fn new(matrix: &[f64], classes: usize, rows: f64) -> Self {
        let weight: f64 = matrix.iter().sum();
        let scale = if weight > 0.0 { rows / weight } else { 0.0 };
        // Rounding what has been passed so far keeps the total.
        let (mut passed, mut given) = (0.0, 0u64);
        let (mut cells, mut counts) = (Vec::new(), Vec::new());
        for (i, &w) in matrix.iter().enumerate() {
            passed += w * scale;
            let n = (passed.round() as u64).saturating_sub(given);
            if n > 0 {
                given += n;
                cells.push(i);
                counts.push(n);
            }
        }
        Self { classes, cells, counts, total: given }
    }

    /// How many cells are not empty: what a draw costs.
    pub fn size(&self) -> usize {
        self.counts.len()
    }

    /// Draws `n` rows without replacement into a matrix, and what is left into another.
    pub fn draw(&self, rng: &mut Rng, n: u64, drawn: &mut Vec<u64>, part: &mut Vec<f64>, rest: &mut Vec<f64>) {
        multivariate_hypergeometric(rng, &self.counts, n.min(self.total), drawn);
        for table in [&mut *part, &mut *rest] {
            table.clear();
            table.resize(self.classes * self.classes, 0.0);
        }
        for ((&cell, &taken), &all) in self.cells.iter().zip(drawn.iter()).zip(&self.counts) {
            if let (Some(p), Some(r)) = (part.get_mut(cell), rest.get_mut(cell)) {
                *p = taken as f64;
                *r = (all - taken) as f64;
            }
        }
    }
}

/// A metric of a matrix with its classes of fewer than `least` rows pooled.
pub fn pooled_metric(matrix: &[f64], classes: usize, least: f64, metric: Metric) -> Option<f64> {
    if classes <= 2 || least <= 0.0 {
        return Margins::of(matrix, classes).metric(metric);
    }
    let (pooled, size, small) = pool_rare(matrix, classes, least);
    if pooled < 2 { Margins::of(matrix, classes).metric(metric) } else { Margins::of(&small, size).metric(metric) }
}

/// Moments of drawn metrics over random parts of `n` rows, a few sizes apart; between sizes they are interpolated.
#[derive(Debug, Clone)]
pub struct PartNulls {
    metrics: Vec<Metric>,
    /// Sizes, ascending, with a moment triple a metric: mean, √n·sd, √n·skewness.
    nodes: Vec<(f64, Vec<[f64; 3]>)>,
}

/// Draws times cells that a curve may cost.
const DRAW_BUDGET: usize = 3_000_000;

impl PartNulls {
    /// The draws of a side's confusion matrix; `None` without one.
    pub fn of_tally(frame: &ModelFrame, tally: &OutcomeTally, rng: &mut Rng) -> Option<Self> {
        let rows = tally.labelled.effective();
        if tally.confusion.is_empty() || rows < 40.0 {
            return None;
        }
        let metrics: Vec<Metric> = crate::metrics::catalogue(frame.task).map(|d| d.metric).filter(|m| DRAWN.contains(m)).collect();
        let urn = Urn::new(&tally.confusion, frame.classes.len(), rows);
        Some(Self::new(&urn, &metrics, rows, super::part::LEAST_CLASS_ROWS, rng))
    }

    /// Draws parts of sizes from 20 to `largest` out of an urn.
    pub fn new(urn: &Urn, metrics: &[Metric], largest: f64, least: f64, rng: &mut Rng) -> Self {
        let mut sizes = Vec::new();
        let mut size = 20.0;
        while size < largest.min(urn.total as f64 / 2.0) {
            sizes.push(size);
            size *= 2.0;
        }
        sizes.push(largest.min(urn.total as f64 * 0.75).max(20.0));
        let draws = (DRAW_BUDGET / (sizes.len() * urn.size().max(4))).clamp(40, 400);
        let (mut drawn, mut part, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        let nodes = sizes
            .into_iter()
            .map(|n| {
                let mut values = vec![Vec::with_capacity(draws); metrics.len()];
                for _ in 0..draws {
                    urn.draw(rng, n as u64, &mut drawn, &mut part, &mut rest);
                    for (values, &metric) in values.iter_mut().zip(metrics) {
                        values.extend(pooled_metric(&part, urn.classes, least, metric));
                    }
                }
                // A part of f of the whole varies less than a sample by √(1 − f): kept apart for the interpolation.
                let left = (1.0 - n / urn.total as f64).max(1e-9);
                let moments = values.iter().map(|v| {
                    let null = Null::of_draws(v);
                    let sd = null.variance.sqrt();
                    let skewness = if sd > 0.0 { null.third / (sd * sd * sd) } else { 0.0 };
                    [null.mean, sd * (n / left).sqrt(), skewness * n.sqrt()]
                });
                (n, moments.collect())
            })
            .collect();
        Self { metrics: metrics.to_vec(), nodes }
    }

    /// The moments at a size.
    pub fn at(&self, metric: Metric, n: f64, total: f64) -> Option<Null> {
        let index = self.metrics.iter().position(|&m| m == metric)?;
        let node = |i: usize| self.nodes.get(i).and_then(|(size, moments)| Some((*size, *moments.get(index)?)));
        let above = self.nodes.partition_point(|node| node.0 < n);
        let (low, high) = (node(above.saturating_sub(1))?, node(above.min(self.nodes.len() - 1))?);
        // Biases fall as 1/n: the mean is linear in 1/n between two sizes.
        let share = if high.0 > low.0 { ((1.0 / low.0 - 1.0 / n) / (1.0 / low.0 - 1.0 / high.0)).clamp(0.0, 1.0) } else { 0.0 };
        let mix = |a: f64, b: f64| a + share * (b - a);
        let mut it = low.1.iter().zip(high.1).map(|(&a, b)| mix(a, b));
        let (mean, spread, skewness) = (it.next()?, it.next()?, it.next()?);
        let variance = spread * spread / n * (1.0 - n / total).max(0.0);
        Some(Null { mean, variance, third: skewness / n.sqrt() * variance * variance.sqrt() })
    }
}

/// Moments of metric(first) − metric(second) over random splits of pooled rows into two sets of these sizes.
///
/// Draws few splits first, and more where one of the `observed` differences lies beyond two standard deviations.
pub fn split_nulls(urn: &Urn, first: f64, metrics: &[(Metric, f64)], rng: &mut Rng) -> Vec<Null> {
    const FEW: usize = 60;
    let most = (DRAW_BUDGET / (20 * urn.size().max(4))).clamp(FEW, 600);
    let n = (first.round() as u64).min(urn.total);
    let (mut drawn, mut part, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    let mut margins = (Margins::default(), Margins::default());
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); metrics.len()];
    for i in 0..most {
        if i == FEW {
            let unclear = values.iter().zip(metrics).any(|(v, &(_, observed))| {
                let null = Null::of_draws(v);
                (observed - null.mean).abs() > 1.8 * null.variance.sqrt()
            });
            if !unclear {
                break;
            }
        }
        urn.draw(rng, n, &mut drawn, &mut part, &mut rest);
        margins.0.fill(&part, urn.classes);
        margins.1.fill(&rest, urn.classes);
        for (values, &(metric, _)) in values.iter_mut().zip(metrics) {
            values.extend(margins.0.metric(metric).zip(margins.1.metric(metric)).map(|(a, b)| a - b));
        }
    }
    values.iter().map(|v| Null::of_draws(v)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Mass;

    #[test]
    fn tails_of_a_gamma_are_exact() {
        // Gamma(4): mean 4, sd 2, skewness 1; scipy 1.16: gamma.sf(8, 4) = 0.042380111991684
        assert!((upper_tail(2.0, 1.0) - 0.042_380_111_991_684).abs() < 1e-12);
        assert!((upper_tail(3.0, -1.0) - normal_upper(3.0)).abs() < 1e-15);
        assert!((upper_tail(1.959_963_984_540_054, 0.0) - 0.025).abs() < 1e-12);
    }

    #[test]
    fn a_share_is_tested_exactly() {
        let mean = |hits: f64, n: u64| {
            let p = hits / n as f64;
            Mean {
                mass: Mass { rows: n, weight: n as f64, squares: n as f64 },
                mean: p,
                variance: p * (1.0 - p),
                third: 0.0,
                indicator: true,
            }
        };
        // scipy 1.16: hypergeom.cdf(12, 200, 150, 20) = 0.09942…
        let p = part_p(&mean(12.0, 20), &mean(150.0, 200), false);
        assert!((p - fisher::less(138, 180, 12, 20)).abs() < 1e-15 && p > 0.05 && p < 0.15, "{p}");
    }

    #[test]
    fn draws_without_noise_agree_with_the_formula() {
        // Accuracy by draws has the hypergeometric's mean and variance.
        let matrix = [400.0, 50.0, 30.0, 520.0];
        let urn = Urn::new(&matrix, 2, 1000.0);
        let nulls = PartNulls::new(&urn, &[Metric::Recall], 400.0, 0.0, &mut Rng::new(1, 1));
        let null = nulls.at(Metric::Recall, 100.0, 1000.0).unwrap();
        let recall: f64 = 520.0 / 550.0;
        assert!((null.mean - recall).abs() < 0.01);
        let expected = (recall * (1.0 - recall) / 55.0 * 0.9).sqrt();
        assert!((null.variance.sqrt() / expected - 1.0).abs() < 0.15, "{} {expected}", null.variance.sqrt());
    }
}
