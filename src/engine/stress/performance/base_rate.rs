//! What a model's own probabilities, calibrated on other rows, expect of a part: so that precision or recall of a part with
//! another base rate is not blamed on the model.
//!
//! The calibration is isotonic over score cells (a model that gives classes only has two cells), fitted on the rows outside
//! the part. Given the scores, the numbers of true positives among the rows predicted positive (A) and of positives among the
//! others (B) are sums of independent draws; precision, recall, F1, false positive and false negative rate are below a value m
//! just where a linear form of A and B is below 0, so their p needs no delta method.

use straingauge_api::Weakness;

use super::gap::{Gap, direction, unit_of};
use super::null::Null;
use crate::math::ln;
use crate::metrics::{Margins, Metric, MetricDefinition, histogram_auc, histogram_average_precision};
use crate::profile::{Form, ModelFrame, OutcomeTally};
use crate::random::Rng;
use crate::stats::isotonic::isotonic;
use crate::stats::sequential::Sequential;

/// Calibrated probabilities by score cell: of the positive class for two classes, of being right for several.
#[derive(Debug, Clone)]
pub(crate) struct Calibrated {
    /// By cell.
    probability: Vec<f64>,
    /// Rows behind each cell's probability: those of its block of equal probabilities.
    behind: Vec<f64>,
    /// The block of each cell.
    block: Vec<usize>,
    cut: usize,
    form: Form,
}

/// What is expected of a metric in a part, and how the observed value compares.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    pub value: f64,
    pub standard_error: f64,
    pub p: f64,
}

/// (negative or wrong, positive or right) weights by score cell; by predicted class where there are no scores.
fn histograms(frame: &ModelFrame, tally: &OutcomeTally) -> Option<(Vec<f64>, Vec<f64>)> {
    match frame.form {
        Form::Score | Form::Probabilities => {
            let (a, b) = tally.histograms();
            Some((a.to_vec(), b.to_vec()))
        }
        Form::Classes if frame.classes.len() == 2 => match *tally.confusion.as_slice() {
            [tn, fp, fal, tp] => Some((vec![tn, fp], vec![fal, tp])),
            _ => None,
        },
        _ => None,
    }
}

impl Calibrated {
    /// Fits on the rows of a tally.
    pub(crate) fn on(frame: &ModelFrame, rows: &OutcomeTally) -> Option<Self> {
        let (negative, positive) = histograms(frame, rows)?;
        let weights: Vec<f64> = negative.iter().zip(&positive).map(|(a, b)| a + b).collect();
        if weights.iter().sum::<f64>() <= 0.0 {
            return None;
        }
        let means: Vec<f64> = positive.iter().zip(&weights).map(|(p, w)| if *w > 0.0 { p / w } else { 0.0 }).collect();
        let fitted = isotonic(&means, &weights);
        let mut block = Vec::with_capacity(fitted.len());
        let mut behind: Vec<f64> = Vec::new();
        let mut hits: Vec<f64> = Vec::new();
        let mut last = f64::NAN;
        for ((&p, &w), &hit) in fitted.iter().zip(&weights).zip(&positive) {
            if p != last {
                behind.push(0.0);
                hits.push(0.0);
                last = p;
            }
            if let Some((b, h)) = behind.last_mut().zip(hits.last_mut()) {
                *b += w;
                *h += hit;
            }
            block.push(behind.len() - 1);
        }
        // One half row of each kind in every block: a small block at the end is never certain.
        let at = |v: &[f64], b: usize| v.get(b).copied().unwrap_or(0.0);
        let probability = block.iter().map(|&b| (at(&hits, b) + 0.5) / (at(&behind, b) + 1.0)).collect();
        let cut = if frame.form == Form::Classes { 1 } else { frame.cut_cell() };
        let behind = block.iter().map(|&b| at(&behind, b).max(1.0)).collect();
        Some(Self { probability, behind, block, cut, form: frame.form })
    }

    fn cells<'a>(&'a self, weights: &'a [f64]) -> impl Iterator<Item = (usize, f64, f64)> + 'a {
        self.probability.iter().zip(weights).enumerate().map(|(i, (&p, &w))| (i, p, w))
    }

    /// Moments of the number of positives among cells from `from` to `to`: of their draws, and of the calibration's own error.
    fn positives(&self, weights: &[f64], from: usize, to: usize) -> Null {
        let mut out = Null::default();
        let mut blocks: Vec<(usize, f64, f64, f64)> = Vec::new();
        for (i, p, w) in self.cells(weights).filter(|c| c.0 >= from && c.0 < to && c.2 > 0.0) {
            let spread = p * (1.0 - p);
            out.mean += w * p;
            out.variance += w * spread;
            out.third += w * spread * (1.0 - 2.0 * p);
            let (block, behind) = (self.block.get(i).copied().unwrap_or(0), self.behind.get(i).copied().unwrap_or(1.0));
            match blocks.last_mut().filter(|b| b.0 == block) {
                Some(b) => b.1 += w,
                None => blocks.push((block, w, spread, behind)),
            }
        }
        out.variance += blocks.iter().map(|(_, w, spread, behind)| w * w * spread / behind).sum::<f64>();
        out
    }

    /// What is expected of a binary base-rate metric in a part; `None` where fewer than five rows bear on it.
    pub(crate) fn expect(&self, part: &OutcomeTally, metric: Metric) -> Option<Expected> {
        let margins = (!part.confusion.is_empty() && self.form != Form::Probabilities).then(|| Margins::of(&part.confusion, 2))?;
        let weights: Vec<f64> = if self.form == Form::Classes {
            margins.predicted.clone()
        } else {
            let (a, b) = part.histograms();
            a.iter().zip(b).map(|(a, b)| a + b).collect()
        };
        let said: f64 = weights.iter().skip(self.cut).sum();
        let unsaid: f64 = weights.iter().take(self.cut).sum();
        let hits = self.positives(&weights, self.cut, usize::MAX);
        let missed = self.positives(&weights, 0, self.cut);
        let observed = margins.metric(metric)?;
        let (a, b) = (hits.mean, missed.mean);
        // Each metric as (c₀ + c₁A + c₂B) / (d₀ + d₁A + d₂B).
        let (top, under) = match metric {
            Metric::Precision => ([0.0, 1.0, 0.0], [said, 0.0, 0.0]),
            Metric::Recall => ([0.0, 1.0, 0.0], [0.0, 1.0, 1.0]),
            Metric::FalseNegativeRate => ([0.0, 0.0, 1.0], [0.0, 1.0, 1.0]),
            Metric::F1 => ([0.0, 2.0, 0.0], [said, 1.0, 1.0]),
            Metric::FalsePositiveRate => ([said, -1.0, 0.0], [said + unsaid, -1.0, -1.0]),
            _ => return None,
        };
        let of = |c: [f64; 3]| {
            let [zero, one, two] = c;
            zero + one * a + two * b
        };
        let denominator = of(under);
        if denominator < super::part::LEAST_CLASS_ROWS {
            return None;
        }
        let value = of(top) / denominator;
        // L = top − observed·under: the metric is at most what was observed just where L ≤ 0.
        let ([t0, t1, t2], [u0, u1, u2]) = (top, under);
        let (l1, l2) = (t1 - observed * u1, t2 - observed * u2);
        let form = hits.times(l1).plus(missed.times(l2));
        let form = Null { mean: form.mean + t0 - observed * u0, ..form };
        let worse_is_high = matches!(metric, Metric::FalsePositiveRate | Metric::FalseNegativeRate);
        // Half a row of continuity, as the counts are whole.
        let half = 0.5 * l1.abs().max(l2.abs());
        let p = if worse_is_high { form.upper(-half) } else { form.lower(half) };
        let standard_error = {
            let (g1, g2) = ((t1 - value * u1) / denominator, (t2 - value * u2) / denominator);
            hits.times(g1).plus(missed.times(g2)).variance.sqrt()
        };
        Some(Expected { value, standard_error, p })
    }

    /// What is expected of average precision in a part: draws of labels by cell.
    pub(crate) fn expect_average_precision(&self, part: &OutcomeTally) -> Option<Expected> {
        if self.form != Form::Score {
            return None;
        }
        let (negative, positive) = part.histograms();
        if positive.iter().sum::<f64>() < super::part::LEAST_CLASS_ROWS {
            return None;
        }
        let observed = histogram_average_precision(negative, positive)?;
        let weights: Vec<f64> = negative.iter().zip(positive).map(|(a, b)| a + b).collect();
        let expected_positive: Vec<f64> = self.cells(&weights).map(|(_, p, w)| p * w).collect();
        let expected_negative: Vec<f64> = self.cells(&weights).map(|(_, p, w)| (1.0 - p) * w).collect();
        let value = histogram_average_precision(&expected_negative, &expected_positive)?;
        // The draws are of the part's own scores: the seed may be its size, as nothing else of the run enters.
        let mut rng = Rng::new(weights.iter().sum::<f64>() as u64, 17);
        let mut sequence = Sequential::new(-observed, 20, 400);
        let (mut drawn_negative, mut drawn_positive) = (vec![0.0; weights.len()], vec![0.0; weights.len()]);
        loop {
            let mut block = (usize::MAX, 0.0);
            for (((i, p, w), n), y) in self.cells(&weights).zip(&mut drawn_negative).zip(&mut drawn_positive) {
                let (this, behind) = (self.block.get(i).copied().unwrap_or(0), self.behind.get(i).copied().unwrap_or(1.0));
                if this != block.0 {
                    // The calibration's own error, one draw a block.
                    block = (this, rng.normal() * (p * (1.0 - p) / behind).sqrt());
                }
                *y = binomial(&mut rng, w, (p + block.1).clamp(0.0, 1.0));
                *n = w - *y;
            }
            let draw = histogram_average_precision(&drawn_negative, &drawn_positive).unwrap_or(value);
            if !sequence.add(-draw) {
                break;
            }
        }
        // A draw's label counts are only approximately whole for weighted rows; their mean stands for the expectation.
        Some(Expected { value: -sequence.mean(), standard_error: sequence.deviation(), p: sequence.p_value() })
    }

    /// The value that is expected of a metric in a part; `None` where score cells do not tell it.
    fn expected(&self, frame: &ModelFrame, part: &OutcomeTally, metric: Metric) -> Option<f64> {
        let (a, b) = histograms(frame, part)?;
        let weights: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let total: f64 = weights.iter().sum();
        let mean = |of: fn(f64) -> f64| (total > 0.0).then(|| self.cells(&weights).map(|(_, p, w)| w * of(p)).sum::<f64>() / total);
        match metric {
            Metric::Accuracy | Metric::MulticlassAccuracy => self.expected_accuracy(frame, part),
            Metric::LogLoss => mean(|p| -p * ln(p) - (1.0 - p) * ln(1.0 - p)),
            Metric::BrierScore if self.form == Form::Score => mean(|p| p * (1.0 - p)),
            _ if self.form != Form::Score => None,
            Metric::Auc => {
                let (negative, positive): (Vec<f64>, Vec<f64>) = self.cells(&weights).map(|(_, p, w)| ((1.0 - p) * w, p * w)).unzip();
                histogram_auc(&negative, &positive).map(|h| h.auc)
            }
            _ => {
                let mut confusion = [0.0; 4];
                let [tn, fp, fal, tp] = &mut confusion;
                for (cell, p, w) in self.cells(&weights) {
                    let (negative, positive) = if cell >= self.cut { (&mut *fp, &mut *tp) } else { (&mut *tn, &mut *fal) };
                    *negative += (1.0 - p) * w;
                    *positive += p * w;
                }
                Margins::of(&confusion, 2).metric(metric)
            }
        }
    }

    /// The same for a part, where metrics of the confusion matrix are drawn: with few positives they are neither linear nor normal.
    fn drawn(&self, frame: &ModelFrame, part: &OutcomeTally, metric: Metric) -> Option<Drawn> {
        let plain = Drawn { value: self.expected(frame, part, metric)?, standard_error: 0.0 };
        if self.form != Form::Score || matches!(metric, Metric::Accuracy | Metric::LogLoss | Metric::BrierScore | Metric::Auc) {
            return Some(plain);
        }
        let (a, b) = part.histograms();
        let weights: Vec<f64> = a.iter().zip(b).map(|(a, b)| a + b).collect();
        let (said, unsaid): (f64, f64) = (weights.iter().skip(self.cut).sum(), weights.iter().take(self.cut).sum());
        let hits = self.positives(&weights, self.cut, usize::MAX);
        let missed = self.positives(&weights, 0, self.cut);
        // The draws are of the part's own scores: the seed may be its size, as nothing else of the run enters.
        let mut rng = Rng::new(part.rows, 29);
        let mut count = |null: &Null, most: f64| (null.mean + rng.normal() * null.variance.sqrt()).clamp(0.0, most);
        let values: Vec<f64> = (0..DRAWS)
            .filter_map(|_| {
                let (hit, miss) = (count(&hits, said), count(&missed, unsaid));
                Margins::of(&[unsaid - miss, said - hit, miss, hit], 2).metric(metric)
            })
            .collect();
        let null = Null::of_draws(&values);
        Some(Drawn { value: null.mean, standard_error: null.variance.sqrt() })
    }

    /// The share of a part that is expected to be right.
    fn expected_accuracy(&self, frame: &ModelFrame, part: &OutcomeTally) -> Option<f64> {
        let (a, b) = histograms(frame, part)?;
        let weights: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let total: f64 = weights.iter().sum();
        let right = |i: usize, p: f64| if self.form == Form::Probabilities || i >= self.cut { p } else { 1.0 - p };
        (total > 0.0).then(|| self.cells(&weights).map(|(i, p, w)| w * right(i, p)).sum::<f64>() / total)
    }
}

/// A binomial number of hits among `n` rows: drawn row by row where they are few, else from the normal.
fn binomial(rng: &mut Rng, n: f64, p: f64) -> f64 {
    if n <= 0.0 {
        return 0.0;
    }
    if n <= 24.0 {
        let whole = n.floor();
        let hits = (0..whole as u32).filter(|_| rng.uniform() < p).count() as f64;
        return hits + (n - whole) * p;
    }
    (n * p + rng.normal() * (n * p * (1.0 - p)).sqrt()).round().clamp(0.0, n)
}

/// Draws of a confusion matrix.
const DRAWS: usize = 200;

/// A value that is expected, and how far draws of it lie apart.
#[derive(Debug, Clone, Copy)]
struct Drawn {
    value: f64,
    standard_error: f64,
}

/// Expected weaknesses leave at most this many standard errors unexplained.
const UNEXPLAINED: f64 = 3.0;

/// Says whether the model's own probabilities, calibrated on the other rows, foretold that a part does worse.
///
/// *Expected* where they explain at least half of the plain shortfall, and where what they leave unexplained is below the warning threshold or
/// within three of its standard errors. What is measured without labels is the model's own word and always expected. Metrics whose effect is
/// already what lies beyond the expectation (precision, recall, …) are never expected. `None` below the warning threshold, or where the
/// model gives no probabilities.
pub(crate) fn weakness(
    frame: &ModelFrame,
    definition: &MetricDefinition,
    part: &OutcomeTally,
    whole: &OutcomeTally,
    gap: &Gap,
    warning: f64,
) -> Option<Weakness> {
    if gap.effect < warning || !matches!(frame.form, Form::Score | Form::Probabilities) {
        return None;
    }
    if !definition.labels {
        return Some(Weakness::Expected);
    }
    let Explained { fall: explained, error } = explained(frame, definition, part, whole).unwrap_or_default();
    let left = gap.statistic - explained;
    let is_expected = explained >= 0.5 * gap.statistic && (left < warning || left < UNEXPLAINED * error.max(gap.standard_error));
    Some(if is_expected { Weakness::Expected } else { Weakness::Confident })
}

/// The part of a plain shortfall that the calibrated probabilities expect, on the metric's scale.
#[derive(Debug, Clone, Copy, Default)]
struct Explained {
    fall: f64,
    /// The standard deviation of what labels drawn from them come to, where it was drawn.
    error: f64,
}

fn explained(frame: &ModelFrame, definition: &MetricDefinition, part: &OutcomeTally, whole: &OutcomeTally) -> Option<Explained> {
    let calibrated = Calibrated::on(frame, &whole.without(part))?;
    let metric = definition.metric;
    match metric {
        Metric::Precision
        | Metric::Recall
        | Metric::F1
        | Metric::FalsePositiveRate
        | Metric::FalseNegativeRate
        | Metric::AveragePrecision => {
            return None;
        }
        Metric::Overconfidence | Metric::Underconfidence => return None,
        _ => {}
    }
    if let Some((of_part, of_whole)) = calibrated.drawn(frame, part, metric).zip(calibrated.expected(frame, whole, metric)) {
        let unit = unit_of(frame, definition, of_whole);
        return Some(Explained { fall: direction(definition) * (of_whole - of_part.value) / unit, error: of_part.standard_error / unit });
    }
    // Other metrics of several classes: the same share as of the fall in accuracy.
    let (of_part, of_whole) = (calibrated.expected_accuracy(frame, part)?, calibrated.expected_accuracy(frame, whole)?);
    let share = |t: &OutcomeTally| t.correct / t.labelled.weight.max(f64::MIN_POSITIVE);
    let (expected, fall) = ((of_whole - of_part).max(0.0), share(whole) - share(part));
    let plain = direction(definition) * (frame.value(whole, metric)? - frame.value(part, metric)?);
    let unit = unit_of(frame, definition, frame.value(whole, metric)?);
    Some(Explained { fall: plain / unit * expected / fall.max(expected).max(0.01), error: 0.0 })
}
