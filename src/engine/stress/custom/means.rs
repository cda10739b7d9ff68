//! Means of a number a row, compared as the engine's own mean metrics are: parts drawn from the pool that holds them.

use straingauge_api::{Better, CustomMetric, Estimate, Unit};

use crate::math::finite;
use crate::profile::{Mass, Mean, Sampling};
use crate::stats::proportions::wilson;
use crate::stats::special::normal_two_sided;
use crate::stress::Side;
use crate::stress::performance::{Gap, Null, mean_of_part, part_p, smoothed_error, upper_tail};

/// What the numbers of some rows come to, around a fixed centre so that nothing cancels.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sums {
    /// Rows with a number.
    pub rows: u64,
    weight: f64,
    squares: f64,
    powers: [f64; 3],
}

impl Sums {
    /// The rows of both.
    pub fn plus(self, other: Self) -> Self {
        self.combined(other, 1.0)
    }

    /// The rows that are not among those of `part`.
    pub fn minus(self, part: Self) -> Self {
        self.combined(part, -1.0)
    }

    fn combined(self, other: Self, sign: f64) -> Self {
        let [a, b, c] = self.powers;
        let [d, e, f] = other.powers;
        Self {
            rows: if sign > 0.0 { self.rows + other.rows } else { self.rows.saturating_sub(other.rows) },
            weight: self.weight + sign * other.weight,
            squares: self.squares + sign * other.squares,
            powers: [a + sign * d, b + sign * e, c + sign * f],
        }
    }
}

/// One side's numbers.
struct Values<'a> {
    rows: &'a [Option<f64>],
    weights: Option<&'a [f64]>,
    /// Design effect of rows that belong together.
    design_effect: f64,
}

/// A metric as the mean of a number a row, on both sides.
pub struct Means<'a> {
    /// The metric.
    pub metric: &'a CustomMetric,
    sides: [Values<'a>; 2],
    /// All rows of reference and evaluation.
    pub whole: [Sums; 2],
    centre: f64,
    indicator: bool,
}

impl<'a> Means<'a> {
    /// The metric's numbers on both sides; `None` where it has none a row, or a side has no number at all.
    pub fn of(metric: &'a CustomMetric, sides: (&'a Side, &'a Side)) -> Option<Self> {
        let per_row = metric.per_row.as_ref()?;
        let values = |values: &'a [Option<f64>], side: &'a Side| {
            let sampling = Sampling { weights: None, groups: side.outcomes.groups.as_deref() };
            let total: f64 = values.iter().flatten().sum();
            let design_effect = sampling.clusters(values.iter().copied()).map_or(1.0, |c| c.deff(total * total));
            Values { rows: values, weights: side.outcomes.weights.as_deref(), design_effect }
        };
        let sides = [values(&per_row.reference, sides.0), values(&per_row.evaluation, sides.1)];
        let known = || sides.iter().flat_map(|s| s.rows).flatten();
        let count = known().count() as f64;
        let mut out = Self {
            metric,
            centre: known().sum::<f64>() / count.max(1.0),
            indicator: known().all(|&v| v == 0.0 || v == 1.0),
            whole: [Sums::default(); 2],
            sides,
        };
        out.whole = [0, 1].map(|side| out.cells(side, None, 1).first().copied().unwrap_or_default());
        out.whole.iter().all(|w| w.rows > 0).then_some(out)
    }

    /// The sums of one side by cell; all rows in one cell where `cells` is absent.
    pub fn cells(&self, side: usize, cells: Option<&[u16]>, count: usize) -> Vec<Sums> {
        let mut out = vec![Sums::default(); count];
        let Some(Values { rows, weights, design_effect }) = self.sides.get(side) else { return out };
        for (row, value) in rows.iter().enumerate() {
            let cell = cells.map_or(Some(0), |c| c.get(row).map(|&c| c as usize));
            let (Some(value), Some(sums)) = (value, cell.and_then(|c| out.get_mut(c))) else { continue };
            let w = weights.and_then(|w| w.get(row)).copied().unwrap_or(1.0);
            let d = value - self.centre;
            sums.rows += 1;
            sums.weight += w;
            sums.squares += w * w * design_effect;
            let [a, b, c] = sums.powers;
            sums.powers = [a + w * d, b + w * d * d, c + w * d * d * d];
        }
        out
    }

    /// Mean, variance and third moment.
    pub fn mean(&self, sums: Sums) -> Option<Mean> {
        if sums.weight <= 0.0 {
            return None;
        }
        let [a, b, c] = sums.powers.map(|p| p / sums.weight);
        let mass = Mass { rows: sums.rows, weight: sums.weight, squares: sums.squares };
        let (variance, third) = ((b - a * a).max(0.0), c - 3.0 * a * b + 2.0 * a * a * a);
        Some(Mean { mass, mean: self.centre + a, variance, third, indicator: self.indicator })
    }

    /// A mean with its 95 % interval: Wilson's for shares, else normal.
    pub fn estimate(&self, sums: Sums) -> Estimate {
        let Some(mean) = self.mean(sums) else { return Estimate::default() };
        let n = mean.mass.effective();
        let error = error(&mean);
        let (low, high) =
            if self.indicator { wilson(mean.mean * n, n, 0.95) } else { (mean.mean - 1.96 * error, mean.mean + 1.96 * error) };
        Estimate { value: finite(mean.mean), low: finite(low), high: finite(high) }
    }

    /// What a difference is divided by: 1 for scores and shares, else the value that it is taken from, but no less than a tenth of the rows'
    /// spread in the reference, below which even large ratios mean little.
    pub fn unit(&self, base: f64) -> f64 {
        if is_absolute(self.metric.unit) {
            return 1.0;
        }
        let spread = self.mean(self.whole[0]).map_or(0.0, |m| m.variance.sqrt());
        base.abs().max(0.1 * spread).max(f64::MIN_POSITIVE)
    }

    /// From reference to evaluation.
    pub fn change(&self) -> Option<Gap> {
        let step = self.step(self.whole, self.unit(self.mean(self.whole[0])?.mean))?;
        let own = self.whole[1];
        let p = self.p(&self.mean(own)?, &self.mean(self.whole[0].plus(own))?);
        Some(self.gap(step.raw, step.raw, step.variance.sqrt(), p))
    }

    /// A part of the evaluation against the whole that holds it.
    pub fn shortfall(&self, part: Sums) -> Option<Gap> {
        let rest = self.whole[1].minus(part);
        let [own, pool, rest] = [self.mean(part)?, self.mean(self.whole[1])?, self.mean(rest)?];
        let unit = self.unit(pool.mean);
        let raw = self.sign() * (pool.mean - own.mean) / unit;
        let outside = rest.mass.weight / pool.mass.weight;
        let error = outside * (squared_error(&own) + squared_error(&rest)).sqrt() / unit;
        Some(self.gap(raw, raw, error, self.p(&own, &pool)))
    }

    /// The change of a part beyond the change of the rest, (1 − its share) times which is its change beyond the whole's.
    pub fn change_beyond(&self, part: [Sums; 2]) -> Option<Gap> {
        let rest = [self.whole[0].minus(part[0]), self.whole[1].minus(part[1])];
        let overall = [self.mean(self.whole[0])?, self.mean(self.whole[1])?];
        let unit = self.unit(overall[1].mean);
        let (of_part, of_rest) = (self.step(part, unit)?, self.step(rest, unit)?);
        let outside = 0.5 * (rest[0].weight / self.whole[0].weight + rest[1].weight / self.whole[1].weight);
        let beyond = outside * (of_part.raw - of_rest.raw);
        let null = of_part.null.plus(of_rest.null.times(-1.0)).times(outside);
        let observed = outside * outside * (of_part.variance + of_rest.variance);
        // Where rows of the two sides differ in spread, the pooled null may be too narrow: the wider of the two decides.
        let sd = null.variance.max(observed).sqrt();
        if sd <= 0.0 {
            return None;
        }
        let skewness = null.third / (null.variance * null.variance.sqrt()).max(f64::MIN_POSITIVE);
        let neutral = self.metric.better == Better::Neutral;
        let p = if neutral { normal_two_sided(beyond / sd) } else { upper_tail(beyond / sd, skewness) };
        let raw = of_part.raw - self.sign() * (overall[0].mean - overall[1].mean) / unit;
        Some(self.gap(raw, beyond, observed.sqrt(), p))
    }

    /// A change of some rows, and what it comes to where nothing has changed: both sides drawn from their pool.
    fn step(&self, sides: [Sums; 2], unit: f64) -> Option<Step> {
        let [a, b, pool] = [self.mean(sides[0])?, self.mean(sides[1])?, self.mean(sides[0].plus(sides[1]))?];
        let (own, all) = (b.mass.effective(), pool.mass.effective());
        let drawn = Null { mean: 0.0, ..mean_of_part(own, &pool) };
        let null = drawn.times(-self.sign() / unit * all / (all - own).max(1.0));
        let variance = (squared_error(&a) + squared_error(&b)) / (unit * unit);
        Some(Step { raw: self.sign() * (a.mean - b.mean) / unit, variance: variance.max(0.25 * null.variance), null })
    }

    /// +1 where a larger value is better; −1 else, so that a rise counts as a gap.
    pub fn sign(&self) -> f64 {
        if self.metric.better == Better::Higher { 1.0 } else { -1.0 }
    }

    fn p(&self, own: &Mean, pool: &Mean) -> f64 {
        match self.metric.better {
            Better::Higher => part_p(own, pool, false),
            Better::Lower => part_p(own, pool, true),
            Better::Neutral => (2.0 * part_p(own, pool, false).min(part_p(own, pool, true))).min(1.0),
        }
    }

    fn gap(&self, raw: f64, effect: f64, standard_error: f64, p: f64) -> Gap {
        let size = |x: f64| if self.metric.better == Better::Neutral { x.abs() } else { x };
        Gap { statistic: size(raw), effect: size(effect), standard_error, p }
    }
}

struct Step {
    raw: f64,
    null: Null,
    variance: f64,
}

/// The standard error of a mean.
fn error(mean: &Mean) -> f64 {
    smoothed_error(mean, (mean.variance / mean.mass.effective().max(1.0)).sqrt())
}

fn squared_error(mean: &Mean) -> f64 {
    error(mean) * error(mean)
}

/// Whether differences of a unit are taken as they are.
pub const fn is_absolute(unit: Unit) -> bool {
    matches!(unit, Unit::Score | Unit::Share | Unit::Points)
}
