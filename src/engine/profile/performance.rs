//! What a tally says of a metric: its value, its moments where it is a mean, its standard error.

use super::model::{CLASS_SCORE_CELLS, Form, ModelFrame, ModelProfile};
use super::tally::{Mass, OutcomeTally, form_powers, sums};
use crate::metrics::{self, Margins, Metric, ratio};

/// A metric that is a mean over rows: its first three moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The rows that it is a mean over.
    pub mass: Mass,
    /// The mean.
    pub mean: f64,
    /// The rows' population variance.
    pub variance: f64,
    /// The rows' third central moment.
    pub third: f64,
    /// Whether every row has 0 or 1.
    pub indicator: bool,
}

impl Mean {
    fn from_powers(mass: Mass, first: f64, second: f64, third: f64) -> Option<Self> {
        if mass.weight <= 0.0 || !(first + second + third).is_finite() {
            return None;
        }
        let (m, m2, m3) = (first / mass.weight, second / mass.weight, third / mass.weight);
        Some(Self { mass, mean: m, variance: (m2 - m * m).max(0.0), third: m3 - 3.0 * m * m2 + 2.0 * m * m * m, indicator: false })
    }

    fn share(mass: Mass, part: f64) -> Option<Self> {
        (mass.weight > 0.0).then(|| {
            let p = (part / mass.weight).clamp(0.0, 1.0);
            Self { mass, mean: p, variance: p * (1.0 - p), third: p * (1.0 - p) * (1.0 - 2.0 * p), indicator: true }
        })
    }
}

/// The mean of a metric over the queries that have it.
fn query_mean(tally: &OutcomeTally, at: usize) -> Option<Mean> {
    let &[weight, squares, first, second, third] = tally.sums.get(at..at + 5)? else { return None };
    Mean::from_powers(Mass { rows: tally.labelled.rows, weight, squares }, first, second, third)
}

/// `times` the entities found over a weighted sum of found, named and true ones: a ratio of sums over documents, whose influence is
/// h = times·found − r·under. Its mass is the sum below, as documents with many entities bear more on it.
fn entity_ratio(tally: &OutcomeTally, times: f64, under: [f64; 3]) -> Option<Mean> {
    let sums = tally.sums.get(sums::entities::FOUND..sums::entities::NAMED)?;
    let below: f64 = sums.iter().zip(under).map(|(s, u)| s * u).sum();
    if below <= 0.0 {
        return None;
    }
    let ratio_of = times * sums.first()? / below;
    let [_, named, truth] = under.map(|u| -ratio_of * u);
    let [_, second, third] = form_powers(sums, [times, named, truth]);
    let kish = ratio(tally.labelled.effective(), tally.labelled.weight).max(f64::MIN_POSITIVE);
    let mass = Mass { rows: tally.labelled.rows, weight: below, squares: below / kish };
    Some(Mean { mass, mean: ratio_of, variance: second / below, third: third / below, indicator: false })
}

/// Four moments of predictions.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    /// The weight of the rows.
    weight: f64,
    /// By how many independent rows of weight 1 a unit of weight counts.
    kish: f64,
    variance: f64,
    /// Variance of a row's squared deviation.
    squared_deviation_variance: f64,
}

impl ModelFrame {
    /// The metric as a mean over rows, where it is one. Root mean squared error is judged by its square.
    pub fn mean(&self, tally: &OutcomeTally, metric: Metric) -> Option<Mean> {
        let powers = |mass: Mass, at: usize| {
            let place = |i: usize| tally.sums.get(at + i).copied();
            Mean::from_powers(mass, place(0)?, place(1)?, place(2)?)
        };
        let share = |mass: Mass, at: usize| Mean::share(mass, tally.sums.get(at).copied()?);
        let (labelled, predicted) = (tally.labelled, tally.predicted);
        match (metric, self.form) {
            (Metric::Accuracy | Metric::MulticlassAccuracy, Form::Classes | Form::Score | Form::Probabilities) => {
                Mean::share(labelled, tally.correct)
            }
            (Metric::LogLoss, Form::Score) => powers(labelled, sums::score::LOG_LOSS),
            (Metric::LogLoss, Form::Probabilities) => powers(labelled, sums::probabilities::LOG_LOSS),
            (Metric::BrierScore, Form::Score) => powers(labelled, sums::score::BRIER),
            (Metric::TopKAccuracy, Form::Probabilities) => share(labelled, sums::probabilities::TOP_K),
            (Metric::AverageConfidence, Form::Score) => powers(predicted, sums::score::CONFIDENCE),
            (Metric::AverageConfidence, Form::Probabilities) => powers(predicted, sums::probabilities::CONFIDENCE),
            (Metric::AverageThresholdedConfidence, Form::Score) => {
                self.confidence_threshold.and_then(|_| share(predicted, sums::score::CONFIDENT))
            }
            (Metric::AverageThresholdedConfidence, Form::Probabilities) => {
                self.confidence_threshold.and_then(|_| share(predicted, sums::probabilities::CONFIDENT))
            }
            (Metric::Overconfidence, Form::Score) => powers(labelled, sums::score::OVERCONFIDENCE),
            (Metric::Overconfidence, Form::Probabilities) => powers(labelled, sums::probabilities::OVERCONFIDENCE),
            (Metric::Underconfidence, _) => self.mean(tally, Metric::Overconfidence).map(|m| m.scaled(-1.0, 0.0)),
            (Metric::EstimatedAccuracy, Form::Score) if self.calibrators.is_some() => powers(predicted, sums::score::EXPECTED),
            (Metric::EstimatedAccuracy, Form::Probabilities) if self.calibrators.is_some() => {
                powers(predicted, sums::probabilities::EXPECTED)
            }
            (Metric::PositivePredictionRate, Form::Classes | Form::Score | Form::Probabilities) if self.classes.len() == 2 => {
                Mean::share(predicted, tally.predicted_as.get(1).copied()?)
            }
            (Metric::AveragePrediction, Form::Score) => powers(predicted, sums::score::SCORE),
            (Metric::AveragePrediction, Form::Numbers) => {
                // Kept in label sds around the reference's mean.
                powers(predicted, sums::numbers::PREDICTION).map(|m| m.scaled(self.label_sd, self.label_mean))
            }
            (Metric::Mse | Metric::Rmse, Form::Numbers) => powers(labelled, sums::numbers::SQUARED),
            (Metric::Mae, Form::Numbers) => powers(labelled, sums::numbers::ABSOLUTE),
            (Metric::Msle, Form::Numbers) => powers(labelled, sums::numbers::LOGARITHMIC),
            (Metric::Mape, Form::Numbers) => powers(labelled, sums::numbers::PERCENTAGE),
            (Metric::MeanError, Form::Numbers) => powers(labelled, sums::numbers::ERROR),
            (Metric::Mrr, Form::Queries) => query_mean(tally, sums::queries::RECIPROCAL_RANK),
            (Metric::Ndcg, Form::Queries) => query_mean(tally, sums::queries::NDCG),
            (Metric::RankCorrelation, Form::Queries) => query_mean(tally, sums::queries::RANK_CORRELATION),
            (Metric::AverageRank, Form::Queries) => powers(predicted, sums::queries::PLACE),
            (Metric::EntityPrecision, Form::Entities) => entity_ratio(tally, 1.0, [0.0, 1.0, 0.0]),
            (Metric::EntityRecall, Form::Entities) => entity_ratio(tally, 1.0, [0.0, 0.0, 1.0]),
            (Metric::EntityF1, Form::Entities) => entity_ratio(tally, 2.0, [0.0, 1.0, 1.0]),
            (Metric::AverageEntities, Form::Entities) => powers(predicted, sums::entities::NAMED),
            _ => None,
        }
    }

    /// A rate of two classes as the share that it is: of the rows that are, or are predicted, positive or negative, those that are wrong or right.
    pub fn rate(&self, tally: &OutcomeTally, metric: Metric) -> Option<Mean> {
        let &[negatives, false_positives, false_negatives, positives] = tally.confusion.as_slice() else { return None };
        let (part, of) = match metric {
            Metric::Precision => (positives, positives + false_positives),
            Metric::Recall => (positives, positives + false_negatives),
            Metric::FalsePositiveRate => (false_positives, false_positives + negatives),
            Metric::FalseNegativeRate => (false_negatives, false_negatives + positives),
            _ => return None,
        };
        let Mass { rows, weight, squares } = tally.labelled;
        let share = if weight > 0.0 { of / weight } else { 0.0 };
        Mean::share(Mass { rows: (rows as f64 * share).round() as u64, weight: of, squares: squares * share }, part)
    }

    /// The share of rows that are predicted to be of a class.
    pub fn predicted_share(&self, tally: &OutcomeTally, class: usize) -> Option<Mean> {
        Mean::share(tally.predicted, tally.predicted_as.get(class).copied()?)
    }

    /// The value of a metric over the rows of a tally; `None` where the task, the form of the prediction or the rows do not
    /// allow it. Areas under curves are exact where the tally has them, else they come from its histograms, see [`Self::approximates`].
    pub fn value(&self, tally: &OutcomeTally, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Auc if tally.areas.is_some() => tally.areas.as_ref()?.roc,
            Metric::AveragePrecision if tally.areas.is_some() => tally.areas.as_ref()?.precision,
            Metric::Rmse => self.mean(tally, Metric::Mse).map(|m| m.mean.sqrt()),
            Metric::R2 => self.explained(tally).map(|(mse, variance)| 1.0 - mse / variance),
            Metric::Auc => self.histogram_auc(tally).map(|h| h.auc),
            Metric::AveragePrecision if self.form == Form::Score => {
                let (negative, positive) = tally.histograms();
                metrics::histogram_average_precision(negative, positive)
            }
            Metric::MulticlassAuc => self.multiclass_auc(tally),
            Metric::PredictionVariance | Metric::PositivePredictionVariance | Metric::NegativePredictionVariance => {
                self.spread(tally, metric).map(|s| s.variance)
            }
            _ => self.mean(tally, metric).map(|m| m.mean).or_else(|| self.margins(tally)?.metric(metric)),
        }
    }

    /// Whether the value of a metric comes from cells of scores and not from the scores themselves.
    pub fn approximates(&self, tally: &OutcomeTally, metric: Metric) -> bool {
        matches!(metric, Metric::Auc | Metric::AveragePrecision | Metric::MulticlassAuc) && tally.areas.is_none()
    }

    /// The value of a metric over a whole side, exact where the scores are at hand.
    pub fn whole_value(&self, profile: &ModelProfile, metric: Metric) -> Option<f64> {
        let exact = match (metric, &profile.sorted) {
            (Metric::Auc, Some((negative, positive))) => metrics::auc(negative, positive),
            (Metric::AveragePrecision, Some((negative, positive))) => metrics::average_precision(negative, positive),
            (Metric::Auc, None) => profile.areas.and_then(|a| a.roc),
            (Metric::AveragePrecision, None) => profile.areas.and_then(|a| a.precision),
            (Metric::MulticlassAuc, _) => profile.multiclass_auc,
            (m, _) => m.estimates().filter(|&base| base != Metric::Accuracy).and_then(|base| profile.expected.as_ref()?.value(base)),
        };
        exact.or_else(|| self.value(&profile.tally, metric))
    }

    /// Whether [`Self::whole_value`] comes from cells of scores, as after a merge.
    pub fn approximates_whole(&self, profile: &ModelProfile, metric: Metric) -> bool {
        let exact = match metric {
            Metric::MulticlassAuc => profile.multiclass_auc.is_some(),
            _ => profile.sorted.is_some() || profile.areas.is_some(),
        };
        !exact && self.approximates(&profile.tally, metric)
    }

    /// The margins of the confusion matrix of the labelled rows; `None` without one.
    pub fn margins(&self, tally: &OutcomeTally) -> Option<Margins> {
        (!tally.confusion.is_empty()).then(|| Margins::of(&tally.confusion, self.classes.len()))
    }

    /// AUC of two classes from the score histograms.
    pub fn histogram_auc(&self, tally: &OutcomeTally) -> Option<metrics::HistogramAuc> {
        let (negative, positive) = (self.form == Form::Score).then(|| tally.histograms())?;
        metrics::histogram_auc(negative, positive)
    }

    /// What an estimated metric comes to where labels are known; over several classes, areas are each against the rest.
    pub fn realised(&self, profile: &ModelProfile, base: Metric) -> Option<f64> {
        let tally = &profile.tally;
        if base == Metric::Auc && self.form == Form::Probabilities {
            let (k, bins) = (self.placed_classes(), CLASS_SCORE_CELLS + 1);
            let of = |class: usize| {
                let labels = tally.class_scores.get(class * k * bins..(class + 1) * k * bins)?;
                let (mut negative, mut positive) = (vec![0.0; bins], vec![0.0; bins]);
                for (label, histogram) in labels.chunks_exact(bins).enumerate() {
                    let into = if label == class { &mut positive } else { &mut negative };
                    into.iter_mut().zip(histogram).for_each(|(a, b)| *a += b);
                }
                Some(metrics::histogram_auc(&negative, &positive)?.auc)
            };
            let areas: Vec<f64> = (0..k).map(of).collect::<Option<_>>()?;
            return (k > 0).then(|| areas.iter().sum::<f64>() / k as f64);
        }
        (tally.labelled.rows > 0).then(|| self.whole_value(profile, base)).flatten()
    }

    /// Area of the score of class `c` between rows of class `c` and of class `l`.
    fn pair_auc(&self, tally: &OutcomeTally, c: usize, l: usize) -> Option<f64> {
        let (k, bins) = (self.placed_classes(), CLASS_SCORE_CELLS + 1);
        let of = |label: usize| tally.class_scores.get((c * k + label) * bins..(c * k + label + 1) * bins);
        metrics::histogram_auc(of(l)?, of(c)?).map(|h| h.auc)
    }

    fn multiclass_auc(&self, tally: &OutcomeTally) -> Option<f64> {
        self.multiclass_auc_among(tally, &Self::placed(tally, 0.0))
    }

    /// One-vs-one AUC over the pairs of these classes.
    pub fn multiclass_auc_among(&self, tally: &OutcomeTally, classes: &[usize]) -> Option<f64> {
        if let Some(areas) = &tally.areas {
            return areas.among(classes, self.placed_classes());
        }
        let (mut sum, mut pairs) = (0.0, 0.0);
        for &c in classes {
            for &l in classes.iter().filter(|&&l| l != c) {
                if let Some(area) = self.pair_auc(tally, c, l) {
                    sum += area;
                    pairs += 1.0;
                }
            }
        }
        (pairs > 0.0).then(|| sum / pairs)
    }

    /// The classes of at least `least` rows.
    pub fn placed(tally: &OutcomeTally, least: f64) -> Vec<usize> {
        tally.placements.iter().enumerate().filter(|(_, s)| s.first().is_some_and(|&w| w > 0.0 && w >= least)).map(|(i, _)| i).collect()
    }

    /// Mean squared error, and variance of the label, over the labelled rows.
    fn explained(&self, tally: &OutcomeTally) -> Option<(f64, f64)> {
        let place = |i: usize| tally.sums.get(i).copied().filter(|_| self.form == Form::Numbers);
        let w = tally.labelled.weight;
        let (z, z2) = (place(sums::numbers::LABEL)? / w, place(sums::numbers::LABEL + 1)? / w);
        let variance = (z2 - z * z) * self.label_sd * self.label_sd;
        (w > 0.0 && variance > 1e-12 * self.label_sd * self.label_sd).then_some((place(sums::numbers::SQUARED)? / w, variance))
    }

    /// Moments of h = e² − (1 − r)·(y − ȳ)², ȳ the mean of the tally's labels: R² ≤ r just where its mean is not negative.
    pub fn unexplained(&self, tally: &OutcomeTally, r: f64) -> Option<Mean> {
        let w = tally.labelled.weight;
        if self.form != Form::Numbers || w <= 0.0 {
            return None;
        }
        let at = |i: usize| tally.sums.get(i).map_or(f64::NAN, |s| s / w);
        let z = |power: usize| if power == 0 { 1.0 } else { at(sums::numbers::LABEL + power - 1) };
        let ez = |power: usize| if power == 0 { at(sums::numbers::SQUARED) } else { at(sums::numbers::SQUARED_LABEL + power - 1) };
        let fz = |power: usize| if power == 0 { at(sums::numbers::SQUARED + 1) } else { at(sums::numbers::FOURTH_LABEL + power - 1) };
        let sixth = at(sums::numbers::SQUARED + 2);
        let c = (1.0 - r) * self.label_sd * self.label_sd;
        let m = z(1);
        // (z − m)^p of the label's part, for p = 2, 4, 6, by binomials.
        let centred = |of: &dyn Fn(usize) -> f64, p: usize| -> f64 {
            let binomial = match p {
                2 => [1.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0],
                4 => [1.0, 4.0, 6.0, 4.0, 1.0, 0.0, 0.0],
                _ => [1.0, 6.0, 15.0, 20.0, 15.0, 6.0, 1.0],
            };
            let mut power_of_m = 1.0;
            let mut sum = 0.0;
            for (j, b) in binomial.iter().take(p + 1).enumerate() {
                sum += b * power_of_m * of(p - j);
                power_of_m *= -m;
            }
            sum
        };
        let first = ez(0) - c * centred(&z, 2);
        let second = fz(0) - 2.0 * c * centred(&ez, 2) + c * c * centred(&z, 4);
        let third = sixth - 3.0 * c * centred(&fz, 2) + 3.0 * c * c * centred(&ez, 4) - c * c * c * centred(&z, 6);
        Mean::from_powers(tally.labelled, first * w, second * w, third * w)
    }

    fn spread(&self, tally: &OutcomeTally, metric: Metric) -> Option<Spread> {
        let powers = |at: usize| -> Option<[f64; 4]> { tally.sums.get(at..at + 4)?.try_into().ok() };
        let (negative, positive) = tally.histograms();
        let (all, labelled) = (tally.predicted, tally.labelled);
        let (mass, weight, [a, b, c, d], unit) = match (metric, self.form) {
            (Metric::PredictionVariance, Form::Score) => (all, all.weight, powers(sums::score::SCORE)?, 1.0),
            (Metric::PositivePredictionVariance, Form::Score) => (labelled, positive.iter().sum(), powers(sums::score::POSITIVE)?, 1.0),
            (Metric::NegativePredictionVariance, Form::Score) => (labelled, negative.iter().sum(), powers(sums::score::NEGATIVE)?, 1.0),
            (Metric::PredictionVariance, Form::Numbers) => {
                (all, all.weight, powers(sums::numbers::PREDICTION)?, self.label_sd * self.label_sd)
            }
            _ => return None,
        };
        if weight <= 0.0 || !(a + b + c + d).is_finite() {
            return None;
        }
        let (m, m2, m3, m4) = (a / weight, b / weight, c / weight, d / weight);
        // What rounding leaves of equal predictions is no spread.
        let variance = Some(m2 - m * m).filter(|v| *v > 1e-12 * m2).unwrap_or(0.0);
        let fourth = m4 - 4.0 * m * m3 + 6.0 * m * m * m2 - 3.0 * m * m * m * m;
        Some(Spread {
            weight,
            kish: ratio(mass.effective(), mass.weight),
            variance: variance * unit,
            squared_deviation_variance: (fourth - variance * variance).max(0.0) * unit * unit,
        })
    }

    /// The standard error of a metric over the rows of a tally, from the influence of its rows.
    pub fn standard_error(&self, tally: &OutcomeTally, metric: Metric) -> Option<f64> {
        let n = tally.labelled.effective();
        let kish = ratio(tally.labelled.effective(), tally.labelled.weight);
        match metric {
            Metric::Rmse => {
                let m = self.mean(tally, Metric::Mse)?;
                Some(ratio((m.variance / n).sqrt(), 2.0 * m.mean.sqrt()))
            }
            Metric::R2 => {
                let (mse, variance) = self.explained(tally)?;
                Some((self.unexplained(tally, 1.0 - mse / variance)?.variance / n).sqrt() / variance)
            }
            Metric::Auc => {
                let h = self.histogram_auc(tally)?;
                let (negative, positive) = tally.histograms();
                let count = |v: &[f64]| kish * v.iter().sum::<f64>();
                Some((ratio(h.positive.variance, count(positive)) + ratio(h.negative.variance, count(negative))).sqrt())
            }
            Metric::AveragePrecision => {
                let (negative, positive) = (self.form == Form::Score).then(|| tally.histograms())?;
                Some((metrics::average_precision_variance(negative, positive) / kish).sqrt())
            }
            Metric::MulticlassAuc => Some(self.placement_moments(tally, tally, &Self::placed(tally, 0.0))?.0.sqrt()),
            Metric::PredictionVariance | Metric::PositivePredictionVariance | Metric::NegativePredictionVariance => {
                let s = self.spread(tally, metric)?;
                Some((s.squared_deviation_variance / (s.weight * s.kish)).sqrt())
            }
            _ => match self.mean(tally, metric) {
                Some(m) => Some((m.variance / m.mass.effective()).sqrt()),
                None => Some((self.margins(tally)?.influence_variance(&tally.confusion, metric)? / n).sqrt()),
            },
        }
    }

    /// Variance and third cumulant of the one-vs-one AUC over the pairs of some classes: rows as many as in `part`, each
    /// class's placements in the reference spread as in `spread`.
    pub fn placement_moments(&self, spread: &OutcomeTally, part: &OutcomeTally, classes: &[usize]) -> Option<(f64, f64)> {
        let k = classes.len() as f64;
        // A placement sums over all other classes of the frame, of which the pairs take k − 1.
        let others = self.placed_classes() as f64 - 1.0;
        if k < 2.0 || others < 1.0 {
            return None;
        }
        let kish = ratio(part.labelled.effective(), part.labelled.weight);
        let scale = k * others;
        let (mut variance, mut third) = (0.0, 0.0);
        for &y in classes {
            let &[w, a, b, c] = spread.placements.get(y)?;
            let n = kish * part.placements.get(y)?.first()?;
            if w <= 0.0 || n <= 0.0 {
                return None;
            }
            let (m, m2, m3) = (a / w, b / w, c / w);
            variance += (m2 - m * m).max(0.0) / n;
            third += (m3 - 3.0 * m * m2 + 2.0 * m * m * m) / (n * n);
        }
        Some((variance / (scale * scale), third / (scale * scale * scale)))
    }
}

impl Mean {
    /// The moments of a·x + b.
    fn scaled(self, a: f64, b: f64) -> Self {
        Self { mean: a * self.mean + b, variance: a * a * self.variance, third: a * a * a * self.third, ..self }
    }
}
