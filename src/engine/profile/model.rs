//! Truth and prediction of a whole side: what is learnt of them in the reference, and what is counted.

use straingauge_api::ModelTask;
use straingauge_charts::format::spaced;

use super::expected::Expected;
use super::row_outcomes::{RowOutcomes, count_cells};
use super::tally::OutcomeTally;
use super::{frames_differ, quantiles};
use crate::metrics::estimated::{Calibrator, Hit};
use crate::metrics::{NO_CLASS, Outcomes, Prediction, SortedScores, Truth};
use crate::{Result, metrics};

/// Cells of a score histogram.
pub const SCORE_CELLS: usize = 256;
/// Cells of a histogram of one class's probability.
pub const CLASS_SCORE_CELLS: usize = 64;
/// Up to so many classes every subset has its own confusion matrix.
const SUBSET_CONFUSION_CLASSES: usize = 64;
/// Up to so many classes the whole has one.
const WHOLE_CONFUSION_CLASSES: usize = 1024;
/// Up to so many classes every subset has the histograms of the one-vs-one AUC.
const SUBSET_AUC_CLASSES: usize = 16;
/// Calibration learns from so many scores at most, over all classes.
const CALIBRATION_NUMBERS: usize = 400_000;
/// Up to so many numbers the one-vs-one AUC of a whole set is exact.
const EXACT_AUC_NUMBERS: usize = 8_000_000;

/// The form in which the model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A class and nothing else.
    Classes,
    /// P(positive class).
    Score,
    /// A probability a class.
    Probabilities,
    /// A number.
    Numbers,
    /// A number that ranks the rows of a query; queries are what is counted.
    Queries,
    /// Named entities.
    Entities,
}

/// What is learnt of truth and prediction in the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFrame {
    /// The task.
    pub task: ModelTask,
    /// The form of the predictions.
    pub form: Form,
    /// The classes; for two, negative and positive.
    pub classes: Vec<String>,
    /// The cut of a score.
    pub cut: f64,
    /// Lower edges of the score cells but the first: cell k holds `edges[k-1] ≤ s < edges[k]`. Scores are P(positive class),
    /// over several classes the largest probability. The cut is an edge.
    pub score_edges: Vec<f64>,
    /// The same for each class's probability, over several classes.
    pub class_score_edges: Vec<Vec<f64>>,
    /// Share of the reference's rows of a true class (second index) below each cell (third) of a class's probability (first),
    /// rows of the cell counted half; flat.
    pub(super) below: Vec<f64>,
    /// The confidence from which a row counts as right for ATC; `None` without labels or confidences.
    pub confidence_threshold: Option<f64>,
    /// What turns scores into probabilities, a class each (for two classes: of the positive one); `None` without labels or scores.
    pub calibrators: Option<Vec<Calibrator>>,
    /// Places of a query that count for NDCG; infinite for all.
    pub ndcg_places: f64,
    /// Rows whose true class is among this many most probable count as hits.
    pub top_k: usize,
    /// Mean of the reference's labels, or of its predictions where [`Self::spread`] says so (numbers).
    pub label_mean: f64,
    /// Their population standard deviation; 1 where it is 0.
    pub label_sd: f64,
    /// The numbers whose mean and standard deviation these are.
    pub spread: Spread,
}

/// The numbers in whose standard deviations differences of numbers are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// The reference's labels.
    Labels,
    /// The reference's predictions: no label is known, or all are equal.
    Predictions,
}

impl ModelFrame {
    /// Learns the frame; `None` without predictions.
    pub fn learn(reference: &Outcomes) -> Option<Self> {
        Self::learn_for(reference, f64::INFINITY, SCORE_CELLS)
    }

    /// The same, with the places of a query that count for NDCG and the most cells of a score.
    pub fn learn_for(reference: &Outcomes, ndcg_places: f64, cells: usize) -> Option<Self> {
        let form = match reference.prediction {
            Prediction::None => return None,
            Prediction::Classes(_) => Form::Classes,
            Prediction::Score { .. } => Form::Score,
            Prediction::Probabilities { .. } => Form::Probabilities,
            Prediction::Numbers(_) => match reference.task {
                ModelTask::Ranking => Form::Queries,
                ModelTask::NamedEntityRecognition => Form::Entities,
                _ => Form::Numbers,
            },
        };
        let classes = reference.classes.len();
        let mut out = Self {
            task: reference.task,
            form,
            classes: reference.classes.clone(),
            cut: if let Prediction::Score { cut, .. } = reference.prediction { cut } else { 0.5 },
            score_edges: Vec::new(),
            class_score_edges: Vec::new(),
            below: Vec::new(),
            confidence_threshold: None,
            calibrators: learn_calibrators(reference),
            ndcg_places,
            top_k: if classes <= 3 { 2 } else { 3 },
            label_mean: 0.0,
            label_sd: 1.0,
            spread: Spread::Labels,
        };
        match &reference.prediction {
            Prediction::Score { score, cut, .. } => {
                out.score_edges = quantile_edges(score.iter().copied(), cells - 1);
                if !out.score_edges.contains(cut) {
                    out.score_edges.push(*cut);
                    out.score_edges.sort_by(f64::total_cmp);
                }
            }
            Prediction::Probabilities { values, class } => {
                out.score_edges = quantile_edges(confidences(values, class, classes), cells);
                if classes <= SUBSET_CONFUSION_CLASSES && !matches!(reference.truth, Truth::None) {
                    let of_class = |k: usize| values.chunks_exact(classes.max(1)).filter_map(move |row| row.get(k).copied());
                    out.class_score_edges = (0..classes).map(|k| quantile_edges(of_class(k), CLASS_SCORE_CELLS)).collect();
                    out.below = out.learn_placements(values, reference);
                }
            }
            Prediction::Numbers(predictions) => {
                let labels = if let Truth::Numbers(labels) = &reference.truth { location(labels) } else { None };
                let (from, spread) = match labels {
                    Some(of_labels) if of_labels.1 > 0.0 => (Some(of_labels), Spread::Labels),
                    _ => (location(predictions), Spread::Predictions),
                };
                if let Some((mean, sd)) = from {
                    (out.label_mean, out.label_sd) = (mean, if sd > 0.0 { sd } else { 1.0 });
                }
                out.spread = spread;
            }
            Prediction::None | Prediction::Classes(_) => {}
        }
        out.confidence_threshold = learn_confidence_threshold(reference);
        Some(out)
    }

    /// A number of what is counted, in words: rows, or the queries that they belong to.
    pub fn counted(&self, n: u64) -> String {
        match (self.form, n) {
            (Form::Queries, 1) => "1 query".to_owned(),
            (Form::Queries, _) => format!("{} queries", spaced(n)),
            (_, 1) => "1 row".to_owned(),
            _ => format!("{} rows", spaced(n)),
        }
    }

    /// Cells of the score histograms.
    pub fn score_cells(&self) -> usize {
        if matches!(self.form, Form::Score | Form::Probabilities) { self.score_edges.len() + 1 } else { 0 }
    }

    /// The first score cell whose rows are predicted positive.
    pub fn cut_cell(&self) -> usize {
        self.score_cell(self.cut)
    }

    pub(super) fn score_cell(&self, score: f64) -> usize {
        self.score_edges.partition_point(|&e| e <= score)
    }

    pub(super) fn placed_classes(&self) -> usize {
        self.class_score_edges.len()
    }

    pub(super) fn class_score_slots(&self) -> usize {
        let k = self.placed_classes();
        if k <= SUBSET_AUC_CLASSES { k * k * (CLASS_SCORE_CELLS + 1) } else { 0 }
    }

    pub(crate) fn subset_confusion(&self) -> bool {
        self.classes.len() <= SUBSET_CONFUSION_CLASSES
    }

    fn learn_placements(&self, values: &[f64], reference: &Outcomes) -> Vec<f64> {
        let k = self.classes.len();
        let cells = CLASS_SCORE_CELLS + 1;
        let mut counts = vec![0.0; k * k * cells];
        let Truth::Classes(truth) = &reference.truth else { return counts };
        for (row, &y) in values.chunks_exact(k.max(1)).zip(truth) {
            if y == NO_CLASS || row.first().is_none_or(|p| p.is_nan()) {
                continue;
            }
            for (c, (p, edges)) in row.iter().zip(&self.class_score_edges).enumerate() {
                let cell = edges.partition_point(|e| e <= p);
                if let Some(slot) = counts.get_mut((c * k + y as usize) * cells + cell) {
                    *slot += 1.0;
                }
            }
        }
        for histogram in counts.chunks_exact_mut(cells) {
            let total: f64 = histogram.iter().sum::<f64>().max(1.0);
            let mut before = 0.0;
            for slot in histogram {
                let n = *slot;
                *slot = (before + n / 2.0) / total;
                before += n;
            }
        }
        counts
    }
}

/// Mean and population standard deviation of the finite numbers; `None` without any.
fn location(numbers: &[f64]) -> Option<(f64, f64)> {
    let known = || numbers.iter().copied().filter(|x| x.is_finite());
    let n = known().count() as f64;
    let mean = known().sum::<f64>() / n;
    (n > 0.0).then(|| (mean, (known().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt()))
}

/// The largest probability of each row that has one.
fn confidences<'a>(values: &'a [f64], class: &'a [u32], classes: usize) -> impl Iterator<Item = f64> + 'a {
    values.chunks_exact(classes.max(1)).zip(class).filter_map(|(row, &c)| row.get(c as usize).copied()).filter(|p| !p.is_nan())
}

/// At most `most` edges at the quantiles of the values, each a value: all distinct ones where there are few enough.
fn quantile_edges(values: impl Iterator<Item = f64>, most: usize) -> Vec<f64> {
    let sorted = quantiles::sorted(&values.collect::<Vec<f64>>());
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() <= most {
        return distinct;
    }
    let mut edges: Vec<f64> = (1..=most).filter_map(|j| sorted.get(j * sorted.len() / (most + 1)).copied()).collect();
    edges.dedup();
    edges
}

/// One calibrator a class that has scores. Beyond [`CALIBRATION_NUMBERS`] numbers every so-manieth row teaches.
fn learn_calibrators(reference: &Outcomes) -> Option<Vec<Calibrator>> {
    let Truth::Classes(truth) = &reference.truth else { return None };
    let (values, width) = match &reference.prediction {
        Prediction::Score { score, .. } => (score, 1),
        Prediction::Probabilities { values, .. } => (values, reference.classes.len().max(1)),
        _ => return None,
    };
    let step = values.len().div_ceil(CALIBRATION_NUMBERS).max(1);
    let weight = |i: usize| reference.weights.as_ref().map_or(1.0, |w| w.get(i).copied().unwrap_or(1.0));
    let rows = |class: usize, at: usize| -> Vec<Hit> {
        let each = values.chunks_exact(width).zip(truth).enumerate().step_by(step);
        each.filter(|(_, (_, y))| **y != NO_CLASS)
            .filter_map(|(i, (row, &y))| {
                let &score = row.get(at).filter(|s| !s.is_nan())?;
                Some(Hit { score, truth: f64::from(u8::from(y as usize == class)), weight: weight(i) })
            })
            .collect()
    };
    if truth.iter().all(|&y| y == NO_CLASS) {
        return None;
    }
    Some((0..width).map(|at| Calibrator::learn(rows(if width == 1 { 1 } else { at }, at))).collect())
}

/// The confidence from which as many reference rows are confident as are right (Garg et al. 2022, arXiv:2201.04234).
fn learn_confidence_threshold(reference: &Outcomes) -> Option<f64> {
    let Truth::Classes(truth) = &reference.truth else { return None };
    let class = reference.predicted_classes()?;
    let mut confident: Vec<f64> = Vec::new();
    let mut wrong = 0usize;
    let mut take = |confidence: f64, c: u32, y: u32| {
        if c != NO_CLASS && y != NO_CLASS && !confidence.is_nan() {
            confident.push(confidence);
            wrong += usize::from(c != y);
        }
    };
    match &reference.prediction {
        Prediction::Score { score, .. } => score.iter().zip(class).zip(truth).for_each(|((&s, &c), &y)| take(s.max(1.0 - s), c, y)),
        Prediction::Probabilities { values, .. } => {
            let k = reference.classes.len().max(1);
            for ((row, &c), &y) in values.chunks_exact(k).zip(class).zip(truth) {
                take(row.get(c as usize).copied().unwrap_or(f64::NAN), c, y);
            }
        }
        _ => return None,
    }
    if confident.is_empty() {
        return None;
    }
    if wrong >= confident.len() {
        return Some(f64::INFINITY);
    }
    let (_, threshold, _) = confident.select_nth_unstable_by(wrong, f64::total_cmp);
    Some(*threshold)
}

/// Exact areas under the curves of two classes; absent where a class has no rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Areas {
    /// Under the ROC curve.
    pub roc: Option<f64>,
    /// Average precision.
    pub precision: Option<f64>,
}

/// What was counted of truth and prediction in a whole side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelProfile {
    /// All rows.
    pub tally: OutcomeTally,
    /// Sum of the scores in each score cell, over labelled rows.
    pub score_sums: Vec<f64>,
    /// Rows by true class.
    pub by_label: Vec<OutcomeTally>,
    /// Rows by predicted class.
    pub by_predicted: Vec<OutcomeTally>,
    /// The scores of negative and of positive rows (two classes); `None` once settled.
    pub sorted: Option<(SortedScores, SortedScores)>,
    /// What they came to, once settled: area under the ROC curve and average precision. `None` after a merge.
    pub areas: Option<Areas>,
    /// What calibrated probabilities expect of the labels; `None` where the frame has no calibrators.
    pub expected: Option<Expected>,
    /// The one-vs-one AUC, exact; `None` after a merge, where histograms give it.
    pub multiclass_auc: Option<f64>,
}

impl ModelProfile {
    /// Counts a side.
    pub fn count(frame: &ModelFrame, outcomes: &Outcomes, rows: &RowOutcomes) -> Self {
        let n = rows.rows();
        let mut wholes = count_cells(frame, rows, &vec![0u16; n], 1, frame.classes.len() <= WHOLE_CONFUSION_CLASSES);
        let classes = frame.classes.len();
        let few = (1..=256).contains(&classes);
        let by = |codes: Vec<u16>| if few { count_cells(frame, rows, &codes, classes, false) } else { Vec::new() };
        Self {
            tally: wholes.pop().unwrap_or_default(),
            score_sums: rows.score_sums(frame),
            by_label: by(rows.true_classes(classes)),
            by_predicted: by(rows.predicted_classes(classes)),
            sorted: sorted_scores(outcomes),
            areas: None,
            expected: rows.expected().cloned(),
            multiclass_auc: exact_multiclass_auc(outcomes),
        }
    }

    /// Adds another batch of the same side.
    ///
    /// # Errors
    /// `frames_differ` where the two were not counted in one frame.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.tally.sums.len() != other.tally.sums.len()
            || self.tally.scores.len() != other.tally.scores.len()
            || self.by_label.len() != other.by_label.len()
        {
            return Err(frames_differ("the model's classes or scores"));
        }
        self.merge_exact(other);
        self.tally.add(&other.tally);
        self.score_sums.iter_mut().zip(&other.score_sums).for_each(|(a, b)| *a += b);
        self.by_label.iter_mut().zip(&other.by_label).for_each(|(a, b)| a.add(b));
        self.by_predicted.iter_mut().zip(&other.by_predicted).for_each(|(a, b)| a.add(b));
        Ok(())
    }

    /// What does not add. A batch without labels or predictions takes nothing away from one that has them.
    fn merge_exact(&mut self, other: &Self) {
        let labelled = (self.tally.labelled.rows > 0, other.tally.labelled.rows > 0);
        if labelled.0 && labelled.1 {
            match (&mut self.sorted, &other.sorted) {
                (Some(a), Some(b)) => {
                    a.0.merge(&b.0);
                    a.1.merge(&b.1);
                }
                _ => self.sorted = None,
            }
            (self.areas, self.multiclass_auc) = (None, None);
        } else if labelled.1 {
            self.sorted.clone_from(&other.sorted);
            (self.areas, self.multiclass_auc) = (other.areas, other.multiclass_auc);
        }
        let predicted = (self.tally.predicted.rows > 0, other.tally.predicted.rows > 0);
        match (&mut self.expected, &other.expected) {
            (Some(a), Some(b)) if predicted.0 && predicted.1 => a.merge(b),
            (mine, others) if !predicted.0 => mine.clone_from(others),
            (mine, None) if predicted.1 => *mine = None,
            _ => {}
        }
    }

    /// Drops what grows with the rows; exact areas stay as numbers.
    pub fn settle(&mut self) {
        if let Some((negative, positive)) = self.sorted.take() {
            self.areas =
                Some(Areas { roc: metrics::auc(&negative, &positive), precision: metrics::average_precision(&negative, &positive) });
        }
    }
}

fn sorted_scores(outcomes: &Outcomes) -> Option<(SortedScores, SortedScores)> {
    let (Prediction::Score { score, .. }, Truth::Classes(truth)) = (&outcomes.prediction, &outcomes.truth) else { return None };
    let of = |class: u32| {
        let rows = score.iter().zip(truth).enumerate().filter(move |(_, (s, y))| **y == class && !s.is_nan());
        match &outcomes.weights {
            None => {
                let scores: Vec<f64> = rows.map(|(_, (s, _))| *s).collect();
                SortedScores { scores: quantiles::sorted(&scores), weights: Vec::new() }
            }
            Some(weights) => SortedScores::new(rows.map(|(i, (s, _))| (*s, weights.get(i).copied().unwrap_or(1.0))).collect(), true),
        }
    };
    Some((of(0), of(1)))
}

/// Hand and Till's AUC over all pairs of classes that are both present; as scikit-learn's `multi_class="ovo"`, `average="macro"`.
pub fn exact_multiclass_auc(outcomes: &Outcomes) -> Option<f64> {
    let (Prediction::Probabilities { values, .. }, Truth::Classes(truth)) = (&outcomes.prediction, &outcomes.truth) else { return None };
    let k = outcomes.classes.len();
    if values.len() > EXACT_AUC_NUMBERS {
        return None;
    }
    let mut by_label: Vec<Vec<usize>> = vec![Vec::new(); k];
    for (i, (row, &y)) in values.chunks_exact(k.max(1)).zip(truth).enumerate() {
        if row.first().is_some_and(|p| !p.is_nan())
            && let Some(rows) = by_label.get_mut(y as usize)
        {
            rows.push(i);
        }
    }
    let present: Vec<usize> = (0..k).filter(|&c| by_label.get(c).is_some_and(|rows| !rows.is_empty())).collect();
    let (mut sum, mut pairs) = (0.0, 0.0);
    for &c in &present {
        let scores = |label: usize| {
            let rows = by_label.get(label).into_iter().flatten();
            let taken = rows.filter_map(|&i| {
                let weight = outcomes.weights.as_ref().map_or(1.0, |w| w.get(i).copied().unwrap_or(1.0));
                values.get(i * k + c).map(|&p| (p, weight))
            });
            SortedScores::new(taken.collect(), outcomes.weights.is_some())
        };
        let own = scores(c);
        for &other in present.iter().filter(|&&o| o != c) {
            if let Some(area) = metrics::auc(&scores(other), &own) {
                sum += area;
                pairs += 1.0;
            }
        }
    }
    (pairs > 0.0).then(|| sum / pairs)
}

crate::stored::stored!(enum Form { 0 = Classes, 1 = Score, 2 = Probabilities, 3 = Numbers, 4 = Queries, 5 = Entities });
crate::stored::stored!(enum Spread { 0 = Labels, 1 = Predictions });
crate::stored::stored!(struct ModelFrame {
    task, form, classes, cut, score_edges, class_score_edges, below, confidence_threshold, calibrators, ndcg_places, top_k, label_mean, label_sd
} since 2 { spread: Spread::Labels });
crate::stored::stored!(struct Areas { roc, precision });
crate::stored::stored!(struct ModelProfile {
    tally, score_sums, by_label, by_predicted, areas, expected, multiclass_auc
} without { sorted: None });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_multiclass_auc() {
        let outcomes = Outcomes {
            task: ModelTask::MulticlassClassification,
            classes: ["a", "b", "c"].map(String::from).to_vec(),
            truth: Truth::Classes(vec![0, 0, 2]),
            prediction: Prediction::Probabilities { values: vec![0.9, 0.1, 0.0, 0.1, 0.9, 0.0, 0.2, 0.1, 0.7], class: vec![0, 1, 2] },
            weights: None,
            groups: None,
        };
        assert_eq!(exact_multiclass_auc(&outcomes), Some(0.75));
    }

    #[test]
    fn the_confidence_threshold_gives_the_accuracy() {
        let score = vec![0.9, 0.8, 0.7, 0.4, 0.45];
        let outcomes = Outcomes {
            task: ModelTask::BinaryClassification,
            classes: vec!["0".into(), "1".into()],
            truth: Truth::Classes(vec![1, 1, 0, 0, 1]),
            prediction: Prediction::Score { class: vec![1, 1, 1, 0, 0], score, cut: 0.5 },
            weights: None,
            groups: None,
        };
        // Confidences .9 .8 .7 .6 .55; two of five are wrong, so the third smallest is the threshold.
        assert_eq!(ModelFrame::learn(&outcomes).unwrap().confidence_threshold, Some(0.7));
    }

    #[test]
    fn edges_are_the_values_where_they_are_few() {
        assert_eq!(quantile_edges([0.2, 0.1, 0.2].into_iter(), 4), [0.1, 0.2]);
        assert_eq!(quantile_edges((0..1000).map(f64::from), 3).len(), 3);
    }
}
