//! The same rows, or the same subset, in reference and evaluation.

use super::gap::{Gap, direction, unit_of};
use super::null::{DRAWN, Null, Urn, mean_of_part, part_p, split_nulls, upper_tail};
use super::part::{LEAST_CLASS_ROWS, auc_null, smoothed_error};
use crate::metrics::{Margins, Metric, MetricDefinition, Scale, keep_classes, ratio};
use crate::profile::{Form, Mean, ModelFrame, ModelProfile, OutcomeTally};
use crate::random::Rng;
use crate::stats::multiple::holm;
use crate::stats::special::normal_two_sided;

/// What confusion-matrix metrics of reference and evaluation differ by when the rows of both are dealt out at random to two sets
/// of their sizes: once for all metrics of a subset.
pub(crate) struct Splits(Vec<Split>);

struct Split {
    metric: Metric,
    null: Null,
    /// Reference − evaluation, with rare classes pooled as in the draws.
    observed: f64,
}

impl Splits {
    /// Deals out the rows of two tallies; classes of fewer than `least` true rows a side, on average, are pooled.
    pub(crate) fn new(frame: &ModelFrame, tallies: (&OutcomeTally, &OutcomeTally), metrics: &[Metric], least: f64, rng: &mut Rng) -> Self {
        let pooled = tallies.0.with(tallies.1);
        let classes = frame.classes.len();
        if pooled.confusion.is_empty() || pooled.labelled.rows == 0 {
            return Self(Vec::new());
        }
        let truth = Margins::of(&pooled.confusion, classes).truth;
        let kept: Vec<usize> = truth.iter().enumerate().filter(|t| *t.1 >= 2.0 * least).map(|t| t.0).collect();
        let collapse = |matrix: &[f64]| match classes - kept.len() {
            0 | 1 => (classes, matrix.to_vec()),
            _ => keep_classes(matrix, classes, &kept),
        };
        let (size, all) = collapse(&pooled.confusion);
        let margins = |tally: &OutcomeTally| Margins::of(&collapse(&tally.confusion).1, size);
        let (before, after) = (margins(tallies.0), margins(tallies.1));
        let observed = |metric: Metric| Some((metric, before.metric(metric)? - after.metric(metric)?));
        let wanted: Vec<(Metric, f64)> = metrics.iter().filter(|m| DRAWN.contains(m)).filter_map(|&m| observed(m)).collect();
        if wanted.is_empty() {
            return Self(Vec::new());
        }
        let (n, m) = (tallies.0.labelled.effective(), tallies.1.labelled.effective());
        let nulls = split_nulls(&Urn::new(&all, size, n + m), n, &wanted, rng);
        Self(wanted.iter().zip(nulls).map(|(&(metric, observed), null)| Split { metric, null, observed }).collect())
    }

    fn of(&self, metric: Metric) -> Option<&Split> {
        self.0.iter().find(|s| s.metric == metric)
    }
}

/// The change of one metric from a reference tally to an evaluation tally: gap and null, before any threshold.
struct Change {
    raw: f64,
    /// Of the raw gap, under "nothing changed", on the metric's scale.
    null: Null,
    /// Squared standard error of the raw gap as observed.
    variance: f64,
    /// One-sided p where one is exact.
    exact: Option<f64>,
    /// True for a share of so few rows that no formula gives the tail of its change: only `exact` does.
    few: bool,
}

/// Rows that the pool expects on either side of a share, for a formula to give the tail (Cochran 1954, Biometrics 10:417).
const LEAST_EXPECTED: f64 = 5.0;

/// Says whether a part's share counts rows of which the pool expects too few.
fn counts_few(part: &Mean, rest: &Mean, pool: &Mean) -> bool {
    pool.indicator && pool.mean.min(1.0 - pool.mean) * part.mass.effective().min(rest.mass.effective()) < LEAST_EXPECTED
}

/// Values, on the metric's scale, of evaluation against reference.
fn change(
    frame: &ModelFrame,
    definition: &MetricDefinition,
    values: (f64, f64),
    tallies: (&OutcomeTally, &OutcomeTally),
    unit: f64,
    splits: Option<&Splits>,
) -> Option<Change> {
    let metric = definition.metric;
    let sign = if direction(definition) == 0.0 { -1.0 } else { direction(definition) };
    let raw = sign * (values.0 - values.1) / unit;
    let errors = (frame.standard_error(tallies.0, metric)?, frame.standard_error(tallies.1, metric)?);
    let of_means = means(frame, metric, tallies);
    let shares = of_means.or_else(|| {
        Some((frame.rate(tallies.0, metric)?, frame.rate(tallies.1, metric)?, frame.rate(&tallies.0.with(tallies.1), metric)?))
    });
    let few = shares.as_ref().is_some_and(|(reference, evaluation, pool)| counts_few(evaluation, reference, pool));
    let (mut null, mut exact) = (Null::default(), None);
    if let Some((_, evaluation, pool)) = shares.as_ref().filter(|_| few || of_means.is_some()) {
        exact = match direction(definition) {
            s if s > 0.0 => Some(part_p(evaluation, pool, false)),
            s if s < 0.0 => Some(part_p(evaluation, pool, true)),
            _ => None,
        };
    }
    let mut errors = errors;
    if let Some(drawn) = splits.and_then(|s| s.of(metric)) {
        null = drawn.null.times(sign / unit);
        // What rare classes add to the raw gap counts as noise.
        null.mean += raw - sign * drawn.observed / unit;
    } else if metric == Metric::Auc {
        let pooled = frame.histogram_auc(&tallies.0.with(tallies.1))?;
        let counts = |t: &OutcomeTally| {
            let kish = ratio(t.labelled.effective(), t.labelled.weight);
            let (negative, positive) = t.histograms();
            (kish * negative.iter().sum::<f64>(), kish * positive.iter().sum::<f64>())
        };
        let ((a, b), (c, d)) = (counts(tallies.0), counts(tallies.1));
        if a.min(b).min(c).min(d) < LEAST_CLASS_ROWS {
            return None;
        }
        null = auc_null(&pooled, a, b, 1.0).plus(auc_null(&pooled, c, d, 1.0).times(-1.0)).times(sign / unit);
    } else if metric == Metric::MulticlassAuc {
        // Over the pairs of classes that have enough rows on both sides; the same for both values.
        let enough = ModelFrame::placed(tallies.0, LEAST_CLASS_ROWS);
        let present: Vec<usize> = ModelFrame::placed(tallies.1, LEAST_CLASS_ROWS).into_iter().filter(|c| enough.contains(c)).collect();
        let pooled = tallies.0.with(tallies.1);
        let (variance, third) = frame.placement_moments(&pooled, tallies.0, &present)?;
        let (other, other_third) = frame.placement_moments(&pooled, tallies.1, &present)?;
        null = Null { mean: 0.0, variance: variance + other, third: third - other_third }.times(sign / unit);
        let among = |t: &OutcomeTally| frame.multiclass_auc_among(t, &present);
        if let Some((a, b)) = among(tallies.0).zip(among(tallies.1)) {
            // What the classes of too few rows add to the raw gap counts as noise.
            null.mean = raw - sign * (a - b) / unit;
        }
    } else if let Some((of_reference, of_evaluation, pool)) = of_means {
        // What a reference of n rows and an evaluation of m differ by, both drawn from their pool; for root mean squared
        // error by the slope of the root.
        let slope = if metric == Metric::Rmse { 0.5 / pool.mean.sqrt().max(f64::MIN_POSITIVE) } else { 1.0 };
        let (own, all) = (of_evaluation.mass.effective(), pool.mass.effective());
        let part = mean_of_part(own, &pool);
        let shift = Null { mean: 0.0, ..part }.times(-slope * all / (all - own).max(1.0));
        null = shift.times(sign / unit);
        errors = (smoothed_error(&of_reference, errors.0), smoothed_error(&of_evaluation, errors.1));
    } else {
        let positives = |t: &OutcomeTally| t.histograms().1.iter().sum::<f64>();
        if metric == Metric::AveragePrecision && positives(tallies.0).min(positives(tallies.1)) < LEAST_CLASS_ROWS {
            return None;
        }
        // Under the null both sides have the pool's spread; a side without its rare large values would claim too little.
        let own = errors.0 * errors.0 + errors.1 * errors.1;
        let pool = frame.standard_error(&tallies.0.with(tallies.1), metric).unwrap_or(0.0);
        let (n, m) = (tallies.0.predicted.effective(), tallies.1.predicted.effective());
        let pooled = pool * pool * ((n + m) / n + (n + m) / m);
        null.variance = own.max(pooled) / (unit * unit);
    }
    // A gap relative to the reference's own value moves with it, too.
    let base = if definition.scale == Scale::Relative && unit == values.0.abs() { (values.1 / unit).abs().max(1.0) } else { 1.0 };
    let variance = (errors.0 * errors.0 * base * base + errors.1 * errors.1) / (unit * unit);
    Some(Change { raw, null, variance: variance.max(0.25 * null.variance), exact, few })
}

fn means(frame: &ModelFrame, metric: Metric, tallies: (&OutcomeTally, &OutcomeTally)) -> Option<(Mean, Mean, Mean)> {
    let metric = if metric == Metric::Rmse { Metric::Mse } else { metric };
    let of = |t: &OutcomeTally| frame.mean(t, metric);
    Some((of(tallies.0)?, of(tallies.1)?, of(&tallies.0.with(tallies.1))?))
}

/// The change of a metric that is estimated without labels: the metric of expected counts. Labels drawn from the probabilities
/// would vary more than what is expected of them, so evidence and interval are on the safe side.
pub(crate) fn estimated_gap(
    frame: &ModelFrame,
    definition: &MetricDefinition,
    base: Metric,
    sides: (&ModelProfile, &ModelProfile),
    rng: &mut Rng,
) -> Option<(f64, f64, Gap)> {
    let values = (frame.whole_value(sides.0, definition.metric)?, frame.whole_value(sides.1, definition.metric)?);
    let expected = (sides.0.expected.as_ref()?, sides.1.expected.as_ref()?);
    let change = if base == Metric::Auc && frame.form == Form::Probabilities {
        let errors = (expected.0.area_error()?, expected.1.area_error()?);
        let variance = errors.0 * errors.0 + errors.1 * errors.1;
        Change { raw: values.0 - values.1, null: Null { variance, ..Null::default() }, variance, exact: None, few: false }
    } else {
        let tallies = (expected.0.tally(frame, &sides.0.tally), expected.1.tally(frame, &sides.1.tally));
        let tallies = (&tallies.0, &tallies.1);
        let splits = Splits::new(frame, tallies, &[base], 0.0, rng);
        change(frame, &MetricDefinition { metric: base, ..*definition }, values, tallies, 1.0, Some(&splits))?
    };
    Some((values.0, values.1, change.gap(definition)))
}

/// The change of a metric over whole sides: (reference value, evaluation value, gap). `None` where a side lacks the metric.
pub(crate) fn whole_gap(
    frame: &ModelFrame,
    definition: &MetricDefinition,
    reference: &ModelProfile,
    evaluation: &ModelProfile,
    splits: &Splits,
) -> Option<(f64, f64, Gap)> {
    let values = (frame.whole_value(reference, definition.metric)?, frame.whole_value(evaluation, definition.metric)?);
    let unit = unit_of(frame, definition, values.0);
    let change = change(frame, definition, values, (&reference.tally, &evaluation.tally), unit, Some(splits))?;
    Some((values.0, values.1, change.gap(definition)))
}

impl Change {
    fn gap(&self, definition: &MetricDefinition) -> Gap {
        let effect = self.raw - self.null.mean;
        let p = if direction(definition) == 0.0 {
            normal_two_sided(effect / self.null.variance.sqrt().max(f64::MIN_POSITIVE))
        } else {
            self.exact.unwrap_or_else(|| self.null.upper(self.raw))
        };
        let (statistic, effect) = if direction(definition) == 0.0 { (self.raw.abs(), effect.abs()) } else { (self.raw, effect) };
        Gap { statistic, effect, standard_error: self.variance.sqrt(), p }
    }
}

/// The fall of a subset from reference to evaluation beyond the fall of the whole.
///
/// A subset's fall differs from the whole's by (1 − its share) times its difference from the rest's, which is independent.
pub(crate) fn change_gap(
    frame: &ModelFrame,
    definition: &MetricDefinition,
    part: (&OutcomeTally, &OutcomeTally),
    whole: (&OutcomeTally, &OutcomeTally),
    splits: &Splits,
) -> Option<Gap> {
    let metric = definition.metric;
    let value = |t: &OutcomeTally| frame.value(t, metric);
    let rest = (whole.0.without(part.0), whole.1.without(part.1));
    let overall = (value(whole.0)?, value(whole.1)?);
    // Errors are relative to what the whole evaluation set comes to: a subset that was almost free of errors does not stand
    // out by having the usual ones now.
    let unit = unit_of(frame, definition, overall.1);
    let of_part = change(frame, definition, (value(part.0)?, value(part.1)?), part, unit, Some(splits))?;
    let of_rest = change(frame, definition, (value(&rest.0)?, value(&rest.1)?), (&rest.0, &rest.1), unit, None)?;
    let share = 0.5 * (ratio(part.0.predicted.weight, whole.0.predicted.weight) + ratio(part.1.predicted.weight, whole.1.predicted.weight));
    let outside = 1.0 - share;
    let beyond = outside * ((of_part.raw - of_part.null.mean) - (of_rest.raw - of_rest.null.mean));
    let whole_raw = {
        let sign = if direction(definition) == 0.0 { -1.0 } else { direction(definition) };
        sign * (overall.0 - overall.1) / unit
    };
    let null = of_part.null.plus(of_rest.null.times(-1.0)).times(outside);
    let observed_variance = outside * outside * (of_part.variance + of_rest.variance);
    // Where rows of the two sides differ in spread, the pooled null may be too narrow: the wider of the two decides.
    let sd = null.variance.max(observed_variance).sqrt();
    if sd <= 0.0 {
        return None;
    }
    let skewness = null.third / (null.variance * null.variance.sqrt()).max(f64::MIN_POSITIVE);
    let neutral = direction(definition) == 0.0;
    let p = if neutral { normal_two_sided(beyond / sd) } else { upper_tail(beyond / sd, skewness) };
    // Two rows of two that are wrong now are 4 standard errors, and one chance in a hundred.
    let p = if of_part.few { of_part.exact.map_or(p, |exact| p.max(exact)) } else { p };
    let raw = of_part.raw - whole_raw;
    let (statistic, effect) = if neutral { (raw.abs(), beyond.abs()) } else { (raw, beyond) };
    // A subset that errs the other way has not become too sure (or unsure) of itself.
    let errs = matches!(metric, Metric::Overconfidence | Metric::Underconfidence);
    let effect = if errs { effect.min(value(part.1)?) } else { effect };
    Some(Gap { statistic, effect, standard_error: observed_variance.sqrt(), p })
}

/// The class whose share of a subset's predictions moved most surely beyond the share's move over the other rows, and by how much;
/// Holm over the classes.
pub(crate) fn class_rate_gap(
    frame: &ModelFrame,
    part: (&OutcomeTally, &OutcomeTally),
    whole: (&OutcomeTally, &OutcomeTally),
) -> Option<(usize, Gap)> {
    let rest = (whole.0.without(part.0), whole.1.without(part.1));
    let outside =
        1.0 - 0.5 * (ratio(part.0.predicted.weight, whole.0.predicted.weight) + ratio(part.1.predicted.weight, whole.1.predicted.weight));
    let move_of = |pair: (&OutcomeTally, &OutcomeTally), class: usize| {
        let (a, b) = (frame.predicted_share(pair.0, class)?, frame.predicted_share(pair.1, class)?);
        let (n, m) = (a.mass.effective(), b.mass.effective());
        let pooled = (a.mean * n + b.mean * m) / (n + m);
        Some((b.mean - a.mean, (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).max(a.variance / n + b.variance / m)))
    };
    let gaps: Vec<(usize, Gap)> = (0..frame.classes.len())
        .filter_map(|class| {
            let (own, other) = (move_of(part, class)?, move_of((&rest.0, &rest.1), class)?);
            let (beyond, sd) = (outside * (own.0 - other.0), outside * (own.1 + other.1).sqrt());
            let gap = Gap { statistic: beyond.abs(), effect: beyond.abs(), standard_error: sd, p: normal_two_sided(beyond / sd) };
            (sd > 0.0).then_some((class, gap))
        })
        .collect();
    let adjusted = holm(&gaps.iter().map(|g| g.1.p).collect::<Vec<_>>());
    let (&(class, gap), p) = gaps.iter().zip(adjusted).min_by(|a, b| a.1.total_cmp(&b.1).then(b.0.1.effect.total_cmp(&a.0.1.effect)))?;
    Some((class, Gap { p, ..gap }))
}
