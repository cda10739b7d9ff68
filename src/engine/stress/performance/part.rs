//! A part of the evaluation set against the whole of it.

use super::base_rate::Calibrated;
use super::gap::{Gap, direction, unit_of};
use super::null::{Null, PartNulls, mean_of_part, part_p, pooled_metric};
use crate::metrics::{Metric, MetricDefinition, ratio};
use crate::profile::{ModelFrame, OutcomeTally};
use crate::random::Rng;
use crate::stats::draws::multivariate_hypergeometric;

/// Classes of fewer rows in a part are pooled, or left out of the pairs of classes.
pub(crate) const LEAST_CLASS_ROWS: f64 = 5.0;
/// Below this p, a part's classes are looked at, too.
const SUSPICIOUS: f64 = 0.1;
/// Draws times cells of a comparison with parts of the same classes.
const COMPOSED_BUDGET: usize = 100_000;

/// The shortfall of a part against the whole that holds it. `None` where the metric does not exist in the part, or where too
/// few of its rows bear on it.
///
/// `nulls` are the draws of the whole's confusion matrix.
pub(crate) fn part_gap(
    frame: &ModelFrame,
    definition: &MetricDefinition,
    part: &OutcomeTally,
    whole: &OutcomeTally,
    nulls: Option<&PartNulls>,
) -> Option<Gap> {
    let metric = definition.metric;
    let (value, base) = (frame.value(part, metric)?, frame.value(whole, metric)?);
    let sign = direction(definition);
    let unit = unit_of(frame, definition, base);
    let raw = sign * (base - value) / unit;
    let rest = whole.without(part);
    let outside = 1.0 - ratio(part.predicted.weight, whole.predicted.weight);
    if rest.predicted.rows == 0 {
        return None;
    }
    // A part differs from the whole by (1 − its share) times its difference from the rest, which is independent of it.
    let error_of = |tally: &OutcomeTally| frame.standard_error(tally, metric).filter(|e| e.is_finite());
    let apart = |own: f64, others: f64| outside * (own * own + others * others).sqrt() / unit;
    match metric {
        Metric::Precision | Metric::Recall | Metric::F1 | Metric::FalsePositiveRate | Metric::FalseNegativeRate => {
            let expected = Calibrated::on(frame, &rest)?.expect(part, metric)?;
            let beyond = sign * (expected.value - value);
            // Where the part does better than the whole there is no weakness, whatever was expected.
            Some(Gap { statistic: raw, effect: beyond.min(raw), standard_error: expected.standard_error, p: expected.p })
        }
        Metric::AveragePrecision => {
            let expected = Calibrated::on(frame, &rest)?.expect_average_precision(part)?;
            let beyond = expected.value - value;
            Some(Gap { statistic: raw, effect: beyond.min(raw), standard_error: expected.standard_error, p: expected.p })
        }
        Metric::BalancedAccuracy | Metric::MacroPrecision | Metric::MacroRecall | Metric::MacroF1 | Metric::MatthewsCorrcoef => {
            let classes = frame.classes.len();
            let n = part.labelled.effective();
            let null = nulls?.at(metric, n, whole.labelled.effective())?;
            let pooled = pooled_metric(&part.confusion, classes, LEAST_CLASS_ROWS, metric)?;
            let own = error_of(part)?.max(0.5 * null.variance.sqrt());
            let (mut effect, mut p) = (null.mean - pooled, null.lower(pooled));
            if p <= SUSPICIOUS {
                // A part that holds other classes than the whole has another value even where every class does as well as
                // anywhere: it must also fall short of parts that hold as many rows of each class.
                let alike = composed_null(part, whole, classes, metric);
                (effect, p) = (effect.min(alike.mean - pooled), p.max(alike.lower(pooled)));
            }
            Some(Gap { statistic: raw, effect, standard_error: apart(own, error_of(&rest).unwrap_or(0.0)), p })
        }
        Metric::Auc => {
            let of_whole = frame.histogram_auc(whole)?;
            let (negative, positive) = part.histograms();
            let kish = ratio(part.labelled.effective(), part.labelled.weight);
            let (n, p) = (kish * negative.iter().sum::<f64>(), kish * positive.iter().sum::<f64>());
            if n < LEAST_CLASS_ROWS || p < LEAST_CLASS_ROWS {
                return None;
            }
            let null = auc_null(&of_whole, n, p, outside);
            let own = error_of(part)?.max(0.5 * null.variance.sqrt());
            Some(Gap {
                statistic: raw,
                effect: base - value,
                standard_error: apart(own, error_of(&rest).unwrap_or(0.0)),
                p: null.lower(null.mean - (base - value)),
            })
        }
        Metric::MulticlassAuc => {
            let present = ModelFrame::placed(part, LEAST_CLASS_ROWS);
            if present.len() < 2 {
                return None;
            }
            let (of_whole, of_part) = (frame.multiclass_auc_among(whole, &present)?, frame.multiclass_auc_among(part, &present)?);
            let (variance, third) = frame.placement_moments(whole, part, &present)?;
            let null = Null { mean: of_whole, variance: variance * outside, third: third * outside };
            let sd = null.variance.sqrt();
            Some(Gap { statistic: raw, effect: of_whole - of_part, standard_error: sd, p: null.lower(of_part) })
        }
        Metric::R2 => {
            let pool = frame.unexplained(whole, value)?;
            // The part's own mean of the labels fits it better than the whole's: the null moves by that much.
            let n = part.labelled.effective();
            let null = mean_of_part(n, &pool);
            let own = error_of(part)?;
            // Where labels hardly vary there is little to explain: the errors must be larger, too.
            let (errors, all) = (frame.mean(part, Metric::Mse)?, frame.mean(whole, Metric::Mse)?);
            let unexplained = (errors.mean - all.mean) * (1.0 - value.min(base)).min(1.0 - base) / all.mean.max(f64::MIN_POSITIVE);
            let p = null.upper(0.0).max(part_p(&errors, &all, true));
            Some(Gap { statistic: raw, effect: raw.min(unexplained), standard_error: apart(own, error_of(&rest)?), p })
        }
        _ => {
            let linear = if metric == Metric::Rmse { Metric::Mse } else { metric };
            let (own, pool) = (frame.mean(part, linear)?, frame.mean(whole, linear)?);
            let own_error = smoothed_error(&own, error_of(part)?);
            let p = match sign {
                s if s > 0.0 => part_p(&own, &pool, false),
                s if s < 0.0 => part_p(&own, &pool, true),
                _ => (2.0 * part_p(&own, &pool, false).min(part_p(&own, &pool, true))).min(1.0),
            };
            let raw = if sign == 0.0 { (base - value).abs() / unit } else { raw };
            // A part that errs the other way is not too sure of itself only because the whole errs that way more.
            let errs = matches!(metric, Metric::Overconfidence | Metric::Underconfidence);
            let effect = if errs { raw.min(value) } else { raw };
            Some(Gap { statistic: raw, effect, standard_error: apart(own_error, error_of(&rest).unwrap_or(0.0)), p })
        }
    }
}

/// The metric of random parts of the whole that hold as many rows of each true class as this one.
fn composed_null(part: &OutcomeTally, whole: &OutcomeTally, classes: usize, metric: Metric) -> Null {
    let kish = |t: &OutcomeTally| ratio(t.labelled.effective(), t.labelled.weight);
    let counts = |row: &[f64], k: f64| -> Vec<u64> { row.iter().map(|w| (w * k).round() as u64).collect() };
    let (of_part, of_whole) = (kish(part), kish(whole));
    let urns: Vec<(Vec<u64>, u64)> = (whole.confusion.chunks_exact(classes.max(1)).zip(part.confusion.chunks_exact(classes.max(1))))
        .map(|(all, own)| {
            let all = counts(all, of_whole);
            let n = ((own.iter().sum::<f64>() * of_part).round() as u64).min(all.iter().sum());
            (all, n)
        })
        .collect();
    let filled = whole.confusion.iter().filter(|w| **w > 0.0).count();
    // The draws are of the whole's own rows: the seed may be the part's size, as nothing else of the run enters.
    let mut rng = Rng::new(part.rows, 23);
    let mut drawn = Vec::new();
    let mut values = Vec::new();
    for _ in 0..(COMPOSED_BUDGET / filled.max(1)).clamp(60, 300) {
        let mut matrix = Vec::with_capacity(classes * classes);
        for (urn, n) in &urns {
            multivariate_hypergeometric(&mut rng, urn, *n, &mut drawn);
            matrix.extend(drawn.iter().map(|&w| w as f64));
        }
        values.extend(pooled_metric(&matrix, classes, LEAST_CLASS_ROWS, metric));
    }
    Null::of_draws(&values)
}

/// The standard error of a share, never 0: as if one more row had been right and one wrong (Agresti and Coull 1998).
pub(crate) fn smoothed_error(mean: &crate::profile::Mean, error: f64) -> f64 {
    if !mean.indicator {
        return error;
    }
    let n = mean.mass.effective();
    let p = (mean.mean * n + 1.0) / (n + 2.0);
    (p * (1.0 - p) / (n + 2.0)).sqrt()
}

/// The AUC of a random part with `n` negative and `p` positive rows, `outside` of the whole left: DeLong's variance with the
/// term of the pairs themselves, and the placements' skewness.
pub(super) fn auc_null(of: &crate::metrics::HistogramAuc, n: f64, p: f64, outside: f64) -> Null {
    let pairs = (of.auc * (1.0 - of.auc) - of.positive.variance - of.negative.variance).max(0.0) / (n * p);
    Null {
        mean: of.auc,
        variance: outside * (of.positive.variance / p + of.negative.variance / n + pairs),
        third: outside * (of.positive.third / (p * p) + of.negative.third / (n * n)),
    }
}
