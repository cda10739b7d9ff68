//! What calibrated probabilities expect of the labels of a whole side: a confusion matrix and score histograms in which every
//! row counts as each class in part. Metrics of these are the metrics estimated without labels.

use super::model::{CLASS_SCORE_CELLS, Form, ModelFrame};
use super::tally::OutcomeTally;
use crate::metrics::{self, HistogramAuc, Margins, Metric, SortedScores, average_precision, histogram_auc};

/// Up to so many numbers the area under the curves is exact.
const EXACT_NUMBERS: usize = 500_000;

/// Expected counts of a side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// Confusion matrix, true class by row.
    pub confusion: Vec<f64>,
    /// For each class that has scores (two classes: the positive one), histograms of its score over rows expected of other
    /// classes, then over rows expected of it.
    pub scores: Vec<Vec<f64>>,
    /// Mean area under the classes' ROC curves, each against the rest, and mean average precision; `None` after a merge,
    /// where the histograms give them.
    pub areas: Option<(f64, f64)>,
}

/// Collects one side's expected counts, row by row.
pub(super) struct Collector {
    out: Expected,
    classes: usize,
    /// (score, weight, weight × probability) of each row, by class with scores.
    rows: Option<Vec<Vec<(f64, f64, f64)>>>,
}

impl Collector {
    pub(super) fn new(frame: &ModelFrame, rows: usize) -> Self {
        let classes = frame.classes.len();
        let (scored, cells) =
            if frame.form == Form::Score { (1, frame.score_cells()) } else { (frame.placed_classes(), CLASS_SCORE_CELLS + 1) };
        let exact = rows * scored <= EXACT_NUMBERS;
        let confusion = vec![0.0; if frame.form == Form::Score || scored > 0 { classes * classes } else { 0 }];
        Self {
            out: Expected { confusion, scores: vec![vec![0.0; 2 * cells]; scored], areas: None },
            classes,
            rows: exact.then(|| vec![Vec::with_capacity(rows); scored]),
        }
    }

    /// Adds a row: the predicted class, each class's probability.
    pub(super) fn add(&mut self, predicted: usize, probabilities: &[f64], weight: f64) {
        for (row, p) in self.out.confusion.chunks_exact_mut(self.classes).zip(probabilities) {
            if let Some(slot) = row.get_mut(predicted) {
                *slot += weight * p;
            }
        }
    }

    /// Adds a row's score of a class: its cell, the score, the calibrated probability.
    pub(super) fn add_score(&mut self, class: usize, (cell, score): (usize, f64), probability: f64, weight: f64) {
        if let Some(histograms) = self.out.scores.get_mut(class) {
            let cells = histograms.len() / 2;
            for (at, w) in [(cell, weight * (1.0 - probability)), (cells + cell, weight * probability)] {
                if let Some(slot) = histograms.get_mut(at) {
                    *slot += w;
                }
            }
        }
        if let Some(rows) = self.rows.as_mut().and_then(|r| r.get_mut(class)) {
            rows.push((score, weight, weight * probability));
        }
    }

    pub(super) fn finish(mut self) -> Expected {
        let area = |mut rows: Vec<(f64, f64, f64)>| {
            rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.2.total_cmp(&b.2)));
            let of = |weight: fn(&(f64, f64, f64)) -> f64| SortedScores {
                scores: rows.iter().map(|r| r.0).collect(),
                weights: rows.iter().map(weight).collect(),
            };
            let (negative, positive) = (of(|r| r.1 - r.2), of(|r| r.2));
            Some((metrics::auc(&negative, &positive)?, average_precision(&negative, &positive)?))
        };
        let areas: Option<Vec<(f64, f64)>> = self.rows.take().and_then(|rows| rows.into_iter().map(area).collect());
        self.out.areas = areas.filter(|a| !a.is_empty()).map(|areas| {
            let n = areas.len() as f64;
            (areas.iter().map(|a| a.0).sum::<f64>() / n, areas.iter().map(|a| a.1).sum::<f64>() / n)
        });
        self.out
    }
}

impl Expected {
    /// Adds another batch of the same side.
    pub(super) fn merge(&mut self, other: &Self) {
        let each = |a: &mut Vec<f64>, b: &Vec<f64>| a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        each(&mut self.confusion, &other.confusion);
        self.scores.iter_mut().zip(&other.scores).for_each(|(a, b)| each(a, b));
        self.areas = None;
    }

    /// A metric that is estimated; `None` where these counts do not give it.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Auc => self.areas.map(|a| a.0).or_else(|| mean(self.one_against_rest().map(|h| Some(h?.auc)))),
            Metric::AveragePrecision => self.areas.map(|a| a.1).or_else(|| {
                mean(self.scores.iter().map(|s| {
                    let (negative, positive) = s.split_at(s.len() / 2);
                    metrics::histogram_average_precision(negative, positive)
                }))
            }),
            _ if self.confusion.is_empty() => None,
            _ => Margins::of(&self.confusion, self.confusion.len().isqrt()).metric(metric),
        }
    }

    /// The area of each class's score against the rest, with its placements.
    fn one_against_rest(&self) -> impl Iterator<Item = Option<HistogramAuc>> + '_ {
        self.scores.iter().map(|s| {
            let (negative, positive) = s.split_at(s.len() / 2);
            histogram_auc(negative, positive)
        })
    }

    /// The standard error of the mean area against the rest if the labels were drawn; the classes' errors add up at most.
    pub fn area_error(&self) -> Option<f64> {
        let sums = self.scores.iter().map(|s| {
            let (negative, positive) = s.split_at(s.len() / 2);
            (negative.iter().sum::<f64>(), positive.iter().sum::<f64>())
        });
        mean(self.one_against_rest().zip(sums).map(|(h, (n, p))| {
            let h = h?;
            Some((h.positive.variance / p + h.negative.variance / n).sqrt())
        }))
    }

    /// The counts as a tally whose rows are all labelled, from what was counted in fact.
    pub fn tally(&self, frame: &ModelFrame, counted: &OutcomeTally) -> OutcomeTally {
        let k = frame.classes.len();
        OutcomeTally {
            rows: counted.rows,
            labelled: counted.predicted,
            predicted: counted.predicted,
            correct: self.confusion.iter().step_by(k + 1).sum(),
            confusion: self.confusion.clone(),
            predicted_as: counted.predicted_as.clone(),
            scores: self.scores.first().filter(|_| frame.form == Form::Score).cloned().unwrap_or_default(),
            ..OutcomeTally::default()
        }
    }
}

fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

crate::stored::stored!(struct Expected { confusion, scores, areas });
