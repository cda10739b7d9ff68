//! A part of the evaluation set against the whole of it.

use super::base_rate::Calibrated;
use super::gap::{Gap, direction, unit_of};
use super::null::{Null, PartNulls, mean_of_part, part_p, pooled_metric};
use crate::metrics::{Metric, MetricDefinition, ratio};
use crate::profile::{ModelFrame, OutcomeTally};

/// Classes of fewer rows in a part are pooled, or left out of the pairs of classes.
pub(crate) const LEAST_CLASS_ROWS: f64 = 5.0;

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
            Some(Gap {
                statistic: raw,
                effect: null.mean - pooled,
                standard_error: apart(own, error_of(&rest).unwrap_or(0.0)),
                p: null.lower(pooled),
            })
        }
        Metric::Auc => {
            let (of_whole, of_part) = (frame.histogram_auc(whole)?, frame.histogram_auc(part)?);
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
                effect: of_whole.auc - of_part.auc,
                standard_error: apart(own, error_of(&rest).unwrap_or(0.0)),
                p: null.lower(of_part.auc),
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
            Some(Gap { statistic: raw, effect: raw, standard_error: apart(own, error_of(&rest)?), p: null.upper(0.0) })
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
            Some(Gap { statistic: raw, effect: raw, standard_error: apart(own_error, error_of(&rest).unwrap_or(0.0)), p })
        }
    }
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
