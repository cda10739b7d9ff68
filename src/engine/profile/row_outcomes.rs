//! Truth and prediction of each row, coded once in a frame, so that tallies of many partitions of the rows take one short
//! pass each.

use super::Sampling;
use super::areas::{ExactAreas, ScoreOrder};
use super::expected::{Collector, Expected};
use super::model::{CLASS_SCORE_CELLS, Form, ModelFrame};
use super::tally::sums::queries::PLACE;
use super::tally::{Mass, OutcomeTally, monomials};
use crate::math::{ln, ln_1p};
use crate::metrics::estimated::calibrate;
use crate::metrics::{NO_CLASS, Outcomes, Prediction, Truth, ranking};

/// A row that belongs to no cell.
pub const NO_CELL: u16 = u16::MAX;

const NOTHING: u32 = u32::MAX;
const UNLABELLED: u32 = 1 << 31;

/// Rows coded for counting. Transient: dropped when a side has been counted.
#[derive(Debug, Clone)]
pub struct RowOutcomes {
    form: Form,
    classes: usize,
    /// [`NOTHING`] without a prediction; true class · classes + predicted class; or [`UNLABELLED`] + predicted class.
    codes: Vec<u32>,
    /// Numbers a row, row after row, by form.
    losses: Vec<f64>,
    /// The score cell of rows with a score.
    score_cells: Vec<u16>,
    /// The cell of each class's probability, row after row.
    class_cells: Vec<u8>,
    /// Placements of labelled rows among the reference's other classes.
    placements: Vec<f64>,
    weights: Option<Vec<f64>>,
    /// The labelled rows in order of their scores, where exact areas are asked for.
    order_of_scores: Option<ScoreOrder>,
    /// The query of each row, its share of the query, and the rows query by query.
    queries: Vec<u32>,
    shares: Vec<f64>,
    order: Vec<u32>,
    /// What calibrated probabilities expect of all these rows.
    expected: Option<Expected>,
    confidence_threshold: f64,
    /// Design effect of the rows' groups on the loss; 1 without groups.
    design_effect: f64,
}

impl RowOutcomes {
    /// Codes a side.
    pub fn code(frame: &ModelFrame, outcomes: &Outcomes) -> Self {
        Self::code_rows(frame, outcomes, outcomes.rows())
    }

    /// The same for a side of so many rows, which may have neither labels nor predictions.
    pub fn code_rows(frame: &ModelFrame, outcomes: &Outcomes, rows: usize) -> Self {
        let classes = frame.classes.len();
        let mut out = Self {
            form: frame.form,
            classes,
            codes: class_codes(outcomes, classes, rows),
            losses: Vec::new(),
            score_cells: Vec::new(),
            class_cells: Vec::new(),
            placements: Vec::new(),
            weights: outcomes.weights.clone(),
            order_of_scores: None,
            queries: Vec::new(),
            shares: Vec::new(),
            order: Vec::new(),
            expected: None,
            confidence_threshold: frame.confidence_threshold.unwrap_or(f64::INFINITY),
            design_effect: 1.0,
        };
        match &outcomes.prediction {
            Prediction::Score { score, .. } if frame.form == Form::Score => out.code_scores(frame, score),
            Prediction::Probabilities { values, .. } if frame.form == Form::Probabilities => out.code_probabilities(frame, values),
            Prediction::Numbers(values) if frame.form == Form::Numbers => out.code_numbers(frame, values, &outcomes.truth),
            Prediction::Numbers(values) if frame.form == Form::Queries => out.code_queries(frame, values, outcomes),
            Prediction::Numbers(values) if frame.form == Form::Entities => out.code_entities(values, &outcomes.truth),
            Prediction::Classes(_) if frame.form == Form::Classes => {}
            // A side whose predictions have another form than the reference's cannot be counted in its frame.
            _ => out.codes = vec![NOTHING; rows],
        }
        out.design_effect = out.learn_design_effect(outcomes);
        out
    }

    /// Orders the rows by their scores, so that what is counted has exact areas under its curves. Nothing where there are no scores, or
    /// too many.
    pub fn order_scores(&mut self, frame: &ModelFrame, outcomes: &Outcomes) {
        let classes = self.classes.max(1) as u32;
        let label = |row: usize| self.codes.get(row).filter(|&&code| code < UNLABELLED).map(|code| (code / classes) as u16);
        self.order_of_scores = match (&outcomes.prediction, self.form) {
            (Prediction::Score { score, .. }, Form::Score) => ScoreOrder::of_scores(score, label),
            (Prediction::Probabilities { values, .. }, Form::Probabilities) if frame.class_score_slots() > 0 => {
                ScoreOrder::of_probabilities(values, self.classes, label)
            }
            _ => None,
        };
    }

    /// The exact areas of each of `count` cells, where the rows are ordered.
    pub fn exact_areas(&self, cells: &[u16], count: usize) -> Option<Vec<ExactAreas>> {
        self.order_of_scores.as_ref().map(|order| order.areas(cells, count, |row| self.weight(row)))
    }

    /// Some of the rows, in the given order.
    #[must_use]
    pub fn select(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy>(values: &[T], rows: &[u32], all: usize) -> Vec<T> {
            let width = values.len() / all.max(1);
            rows.iter().filter_map(|&r| values.get(r as usize * width..(r as usize + 1) * width)).flatten().copied().collect()
        }
        let all = self.rows();
        let queries = pick(&self.queries, rows, all);
        Self {
            codes: pick(&self.codes, rows, all),
            losses: pick(&self.losses, rows, all),
            score_cells: pick(&self.score_cells, rows, all),
            class_cells: pick(&self.class_cells, rows, all),
            placements: pick(&self.placements, rows, all),
            weights: self.weights.as_ref().map(|w| pick(w, rows, all)),
            order: query_order(&queries),
            shares: pick(&self.shares, rows, all),
            expected: None,
            order_of_scores: None,
            queries,
            ..*self
        }
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.codes.len()
    }

    /// What calibrated probabilities expect of the labels of these rows.
    pub fn expected(&self) -> Option<&Expected> {
        self.expected.as_ref()
    }

    /// Whether a row has a prediction and a label.
    pub fn is_labelled(&self, row: usize) -> bool {
        self.codes.get(row).is_some_and(|&c| c < UNLABELLED)
    }

    /// Whether a labelled row's predicted class is the true one.
    pub fn is_right(&self, row: usize) -> Option<bool> {
        let code = self.codes.get(row).copied().filter(|&c| c < UNLABELLED && self.classes > 0)? as usize;
        Some(code / self.classes.max(1) == code % self.classes.max(1))
    }

    /// Cells by true class.
    pub(super) fn true_classes(&self, classes: usize) -> Vec<u16> {
        let class = |&c: &u32| if c < UNLABELLED { (c as usize / classes.max(1)) as u16 } else { NO_CELL };
        self.codes.iter().map(class).collect()
    }

    /// Cells by predicted class.
    pub(super) fn predicted_classes(&self, classes: usize) -> Vec<u16> {
        let class = |&c: &u32| match c {
            NOTHING => NO_CELL,
            c if c >= UNLABELLED => (c - UNLABELLED) as u16,
            c => (c as usize % classes.max(1)) as u16,
        };
        self.codes.iter().map(class).collect()
    }

    /// Sum of the scores of labelled rows in each score cell.
    pub(super) fn score_sums(&self, frame: &ModelFrame) -> Vec<f64> {
        let mut out = vec![0.0; frame.score_cells()];
        let (width, at) = match self.form {
            Form::Score => (6, 2),
            Form::Probabilities => (5, 1),
            _ => return out,
        };
        for (i, ((row, &cell), &code)) in self.losses.chunks_exact(width).zip(&self.score_cells).zip(&self.codes).enumerate() {
            if let (true, Some(slot), Some(score)) = (code < UNLABELLED, out.get_mut(cell as usize), row.get(at)) {
                *slot += score * self.weight(i);
            }
        }
        out
    }

    #[inline]
    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w.get(row).copied().unwrap_or(1.0))
    }

    fn code_scores(&mut self, frame: &ModelFrame, scores: &[f64]) {
        self.losses.reserve_exact(6 * scores.len());
        self.score_cells.reserve_exact(scores.len());
        let calibrator = frame.calibrators.as_ref().and_then(|c| c.first());
        let mut expected = calibrator.map(|_| Collector::new(frame, scores.len()));
        for (i, &score) in scores.iter().enumerate() {
            let weight = self.weight(i);
            let Some(code) = self.codes.get_mut(i) else { continue };
            if score.is_nan() {
                *code = NOTHING;
            }
            let positive = match *code {
                NOTHING => {
                    self.losses.extend([0.0; 6]);
                    self.score_cells.push(0);
                    continue;
                }
                c if c >= UNLABELLED => c - UNLABELLED,
                c => c % 2,
            };
            let (log_loss, brier) = match *code {
                c if c >= UNLABELLED => (0.0, 0.0),
                c if c / 2 == 1 => (-ln(clipped(score)), (1.0 - score) * (1.0 - score)),
                _ => (-ln(clipped(1.0 - score)), score * score),
            };
            let cell = frame.score_cell(score);
            let p = calibrator.map_or(0.0, |c| c.probability(score));
            if let Some(expected) = &mut expected {
                expected.add(positive as usize, &[1.0 - p, p], weight);
                expected.add_score(0, (cell, score), p, weight);
            }
            let over = overconfidence(*code, 2, score.max(1.0 - score));
            let truth = if *code >= UNLABELLED { f64::NAN } else { f64::from(*code / 2) };
            self.losses.extend([log_loss, brier, score, truth, if positive == 1 { p } else { 1.0 - p }, over]);
            self.score_cells.push(cell as u16);
        }
        self.expected = expected.map(Collector::finish);
    }

    fn code_probabilities(&mut self, frame: &ModelFrame, values: &[f64]) {
        let k = self.classes.max(1);
        let placed = frame.placed_classes() > 0;
        let cells = CLASS_SCORE_CELLS + 1;
        self.losses.reserve_exact(5 * self.codes.len());
        let calibrators = frame.calibrators.as_deref();
        let mut expected = calibrators.map(|_| Collector::new(frame, self.codes.len()));
        let mut calibrated = Vec::with_capacity(k);
        for (i, row) in values.chunks_exact(k).enumerate() {
            let weight = self.weight(i);
            let Some(code) = self.codes.get_mut(i) else { continue };
            if row.first().is_none_or(|p| p.is_nan()) {
                *code = NOTHING;
            }
            let predicted = if *code >= UNLABELLED { code.wrapping_sub(UNLABELLED) as usize } else { *code as usize % k };
            let known = *code != NOTHING;
            let confidence = row.get(predicted).copied().unwrap_or(0.0);
            let truth = (*code < UNLABELLED).then_some(*code as usize / k);
            let (log_loss, hit) = truth.map_or((0.0, 0.0), |y| {
                let p = row.get(y).copied().unwrap_or(0.0);
                let above = row.iter().enumerate().filter(|&(j, &q)| q > p || (q == p && j < y)).count();
                (-ln(clipped(p)), f64::from(u8::from(above < frame.top_k)))
            });
            if let (Some(calibrators), true) = (calibrators, known) {
                calibrate(calibrators, row, &mut calibrated);
            }
            let right = calibrated.get(predicted).copied().filter(|_| known).unwrap_or(0.0);
            self.losses.extend([log_loss, confidence, hit, right, overconfidence(*code, k as u32, confidence)]);
            self.score_cells.push(frame.score_cell(confidence) as u16);
            if let Some(expected) = expected.as_mut().filter(|_| known && placed) {
                expected.add(predicted, &calibrated, weight);
            }
            if !placed {
                continue;
            }
            let start = self.class_cells.len();
            self.class_cells.extend(row.iter().zip(&frame.class_score_edges).map(|(p, edges)| edges.partition_point(|e| e <= p) as u8));
            let own = self.class_cells.get(start..).unwrap_or(&[]);
            if let Some(expected) = expected.as_mut().filter(|_| known) {
                for (class, ((&cell, &score), &p)) in own.iter().zip(row).zip(&calibrated).enumerate() {
                    expected.add_score(class, (cell as usize, score), p, weight);
                }
            }
            let placement = truth.map_or(0.0, |y| {
                let at = |class: usize, label: usize| {
                    let cell = own.get(class).map_or(0, |&c| c as usize);
                    frame.below.get((class * k + label) * cells + cell).copied().unwrap_or(0.5)
                };
                (0..k).filter(|&l| l != y).map(|l| at(y, l) + 1.0 - at(l, l)).sum()
            });
            self.placements.push(placement);
        }
        self.expected = expected.map(Collector::finish);
    }

    fn code_numbers(&mut self, frame: &ModelFrame, values: &[f64], truth: &Truth) {
        let none = Vec::new();
        let labels = if let Truth::Numbers(labels) = truth { labels } else { &none };
        self.losses.reserve_exact(5 * values.len());
        for (i, (&value, code)) in values.iter().zip(&mut self.codes).enumerate() {
            let label = labels.get(i).copied().unwrap_or(f64::NAN);
            *code = if !value.is_finite() {
                NOTHING
            } else if label.is_finite() {
                0
            } else {
                UNLABELLED
            };
            let q = (value - frame.label_mean) / frame.label_sd;
            self.losses.extend(match *code {
                NOTHING => [0.0; 5],
                UNLABELLED => [0.0, 0.0, 0.0, 0.0, q],
                _ => {
                    // Outside their domain the logarithmic and the relative error poison their sums: the metric is then skipped.
                    let d = if label > -1.0 && value > -1.0 { ln_1p(value) - ln_1p(label) } else { f64::NAN };
                    let relative = if label == 0.0 { f64::NAN } else { ((value - label) / label).abs() };
                    [value - label, d * d, relative, (label - frame.label_mean) / frame.label_sd, q]
                }
            });
        }
    }

    fn code_queries(&mut self, frame: &ModelFrame, scores: &[f64], outcomes: &Outcomes) {
        let rows = scores.len();
        let none = Vec::new();
        let labels = if let Truth::Numbers(labels) = &outcomes.truth { labels } else { &none };
        let label = |row: u32| labels.get(row as usize).copied().filter(|y| y.is_finite());
        self.queries = outcomes.groups.clone().unwrap_or_else(|| (0..rows as u32).collect());
        self.order = query_order(&self.queries);
        (self.losses, self.shares) = (vec![f64::NAN; 4 * rows], vec![0.0; rows]);
        self.codes = vec![NOTHING; rows];
        let order = std::mem::take(&mut self.order);
        for query in self.runs(&order) {
            let ranked: Vec<(u32, f64)> =
                query.iter().filter_map(|&r| scores.get(r as usize).filter(|s| s.is_finite()).map(|&s| (r, s))).collect();
            let places = ranking::places(&ranked.iter().map(|r| r.1).collect::<Vec<f64>>());
            // A row without a label cannot be told from one that is missing: the labelled ones are ranked among themselves.
            let (relevance, known): (Vec<f64>, Vec<f64>) = ranked.iter().filter_map(|&(r, s)| label(r).map(|y| (y, s))).unzip();
            let values = ranking::query(&relevance, &ranking::places(&known), frame.ndcg_places);
            for (&(row, _), place) in ranked.iter().zip(places) {
                let at = row as usize;
                let weight = self.weight(at);
                if let (Some(code), Some(share), Some(numbers)) =
                    (self.codes.get_mut(at), self.shares.get_mut(at), self.losses.get_mut(4 * at..4 * at + 4))
                {
                    *code = if label(row).is_some() { 0 } else { UNLABELLED };
                    *share = weight / ranked.len() as f64;
                    numbers.copy_from_slice(&[values.reciprocal_rank, values.ndcg, values.rank_correlation, place]);
                }
            }
        }
        self.order = order;
    }

    /// The rows of each query, given the rows query by query.
    fn runs(&self, order: &[u32]) -> Vec<Vec<u32>> {
        let query = |row: u32| self.queries.get(row as usize);
        order.chunk_by(|&a, &b| query(a) == query(b)).map(<[u32]>::to_vec).collect()
    }

    fn code_entities(&mut self, named: &[f64], truth: &Truth) {
        self.losses.reserve_exact(4 * named.len());
        for (i, (&named, code)) in named.iter().zip(&mut self.codes).enumerate() {
            let known = match truth {
                Truth::Entities { count, found } => count.get(i).copied().zip(found.get(i).copied()).filter(|t| !t.0.is_nan()),
                _ => None,
            };
            *code = match known {
                _ if named.is_nan() => NOTHING,
                Some(_) => 0,
                None => UNLABELLED,
            };
            let said = if named.is_nan() { 0.0 } else { named };
            self.losses.extend(known.map_or([0.0, 0.0, 0.0, said], |(count, found)| [found, said, count, said]));
        }
    }

    /// The design effect of the rows' loss: an error 0 or 1, or the absolute error.
    fn learn_design_effect(&self, outcomes: &Outcomes) -> f64 {
        if self.form == Form::Queries {
            return 1.0;
        }
        let sampling = Sampling { weights: None, groups: outcomes.groups.as_deref() };
        let loss = |i: usize| match self.form {
            Form::Entities => self.losses.get(4 * i..4 * i + 3).filter(|_| self.is_labelled(i)).map(|l| match l {
                [found, named, count] if named + count > 0.0 => 1.0 - 2.0 * found / (named + count),
                _ => 0.0,
            }),
            Form::Numbers => self.is_labelled(i).then(|| self.losses.get(5 * i).map_or(0.0, |e| e.abs())),
            _ => self.is_right(i).map(|right| f64::from(u8::from(!right))),
        };
        sampling.clusters((0..self.rows()).map(loss)).map_or(1.0, |clusters| {
            let total: f64 = (0..self.rows()).filter_map(loss).sum();
            clusters.deff(total * total)
        })
    }
}

/// Code of truth and predicted class of every row; numbers are coded later.
fn class_codes(outcomes: &Outcomes, classes: usize, rows: usize) -> Vec<u32> {
    let Some(predicted) = outcomes.predicted_classes() else { return vec![NOTHING; rows] };
    let k = classes as u32;
    let code = |(i, &p): (usize, &u32)| {
        let truth = if let Truth::Classes(truth) = &outcomes.truth { truth.get(i).copied().unwrap_or(NO_CLASS) } else { NO_CLASS };
        match (p < k, truth < k) {
            (false, _) => NOTHING,
            (true, true) => truth * k + p,
            (true, false) => UNLABELLED + p,
        }
    };
    predicted.iter().enumerate().map(code).collect()
}

/// Confidence less 1 where a labelled row's prediction is right; 0 without a label.
fn overconfidence(code: u32, classes: u32, confidence: f64) -> f64 {
    if code >= UNLABELLED { 0.0 } else { confidence - f64::from(u8::from(code / classes == code % classes)) }
}

/// scikit-learn's log-loss clips probabilities to [ε, 1 − ε], ε the spacing of f64 at 1.
fn clipped(p: f64) -> f64 {
    p.clamp(f64::EPSILON, 1.0 - f64::EPSILON)
}

/// Counts rows by cell: one tally a cell. Rows with a cell beyond `count` (as [`NO_CELL`]) are left out.
///
/// `cells` has one entry a row. With `confusion`, each tally has its confusion matrix.
pub fn count_cells(frame: &ModelFrame, rows: &RowOutcomes, cells: &[u16], count: usize, confusion: bool) -> Vec<OutcomeTally> {
    let mut out: Vec<OutcomeTally> = (0..count).map(|_| OutcomeTally::of_shape(frame, confusion)).collect();
    count_masses(rows, cells, &mut out);
    match rows.form {
        Form::Classes => {}
        Form::Queries => count_queries(rows, cells, &mut out),
        Form::Entities => add_sums::<4, { super::tally::sums::entities::LEN }>(rows, cells, &mut out, |&[found, named, count, said]| {
            let mut out = [0.0; super::tally::sums::entities::LEN];
            let powers = [said, said * said, said * said * said];
            out.iter_mut().zip(monomials([found, named, count]).into_iter().chain(powers)).for_each(|(o, m)| *o = m);
            out
        }),
        Form::Score => {
            let threshold = rows.confidence_threshold;
            add_sums::<6, { super::tally::sums::score::LEN }>(rows, cells, &mut out, |&[l, b, s, truth, right, over]| {
                let c = s.max(1.0 - s);
                let s2 = s * s;
                let p = if truth == 1.0 { s } else { 0.0 };
                let n = if truth == 0.0 { s } else { 0.0 };
                let confident = f64::from(u8::from(c >= threshold));
                [
                    l,
                    l * l,
                    l * l * l,
                    b,
                    b * b,
                    b * b * b,
                    c,
                    c * c,
                    c * c * c,
                    confident,
                    s,
                    s2,
                    s2 * s,
                    s2 * s2,
                    p,
                    p * s,
                    p * s2,
                    p * s2 * s,
                    right,
                    right * right,
                    right * right * right,
                    over,
                    over * over,
                    over * over * over,
                    n,
                    n * s,
                    n * s2,
                    n * s2 * s,
                ]
            });
        }
        Form::Probabilities => {
            let threshold = rows.confidence_threshold;
            add_sums::<5, { super::tally::sums::probabilities::LEN }>(rows, cells, &mut out, |&[l, c, hit, right, over]| {
                let confident = f64::from(u8::from(c >= threshold));
                [
                    l,
                    l * l,
                    l * l * l,
                    c,
                    c * c,
                    c * c * c,
                    confident,
                    hit,
                    right,
                    right * right,
                    right * right * right,
                    over,
                    over * over,
                    over * over * over,
                ]
            });
        }
        Form::Numbers => add_sums::<5, { super::tally::sums::numbers::LEN }>(rows, cells, &mut out, |&[e, l, p, z, q]| {
            let (e2, z2, q2, a) = (e * e, z * z, q * q, e.abs());
            let (e4, z4) = (e2 * e2, z2 * z2);
            [
                e,
                e2,
                e2 * e,
                e2,
                e4,
                e4 * e2,
                a,
                e2,
                e2 * a,
                l,
                l * l,
                l * l * l,
                p,
                p * p,
                p * p * p,
                z,
                z2,
                z2 * z,
                z4,
                z4 * z,
                z4 * z2,
                e2 * z,
                e2 * z2,
                e2 * z2 * z,
                e2 * z4,
                e4 * z,
                e4 * z2,
                q,
                q2,
                q2 * q,
                q2 * q2,
            ]
        }),
    }
    count_classes(frame, rows, cells, &mut out, confusion);
    count_scores(frame, rows, cells, &mut out);
    count_class_scores(frame, rows, cells, &mut out);
    if let Some(areas) = rows.exact_areas(cells, count) {
        out.iter_mut().zip(areas).for_each(|(tally, areas)| tally.areas = Some(areas));
    }
    out
}

/// The tally of the rows for which `keep` holds, and of the others.
pub fn split(frame: &ModelFrame, rows: &RowOutcomes, keep: impl Fn(usize) -> bool) -> (OutcomeTally, OutcomeTally) {
    let cells: Vec<u16> = (0..rows.rows()).map(|i| u16::from(!keep(i))).collect();
    let mut tallies = count_cells(frame, rows, &cells, 2, frame.subset_confusion());
    let others = tallies.pop().unwrap_or_default();
    (tallies.pop().unwrap_or_default(), others)
}

fn count_masses(rows: &RowOutcomes, cells: &[u16], out: &mut [OutcomeTally]) {
    // [all, predicted, labelled] a cell; weights and their squares only where rows have weights.
    let mut counts = vec![[0u64; 3]; out.len()];
    let mut weights = vec![[0.0f64; 4]; if rows.weights.is_some() { out.len() } else { 0 }];
    for (i, (&cell, &code)) in cells.iter().zip(&rows.codes).enumerate() {
        if let Some([all, predicted, labelled]) = counts.get_mut(cell as usize) {
            *all += 1;
            *predicted += u64::from(code != NOTHING);
            *labelled += u64::from(code < UNLABELLED);
        }
        if let Some([p, p2, l, l2]) = weights.get_mut(cell as usize) {
            let w = rows.weight(i);
            if code != NOTHING {
                *p += w;
                *p2 += w * w;
            }
            if code < UNLABELLED {
                *l += w;
                *l2 += w * w;
            }
        }
    }
    let deff = rows.design_effect;
    for (i, (tally, [all, predicted, labelled])) in out.iter_mut().zip(counts).enumerate() {
        let [p, p2, l, l2] = weights.get(i).copied().unwrap_or([predicted as f64, predicted as f64, labelled as f64, labelled as f64]);
        tally.rows = all;
        tally.predicted = Mass { rows: predicted, weight: p, squares: p2 * deff };
        tally.labelled = Mass { rows: labelled, weight: l, squares: l2 * deff };
    }
}

/// Adds N sums of the B numbers of each row.
fn add_sums<const B: usize, const N: usize>(
    rows: &RowOutcomes,
    cells: &[u16],
    out: &mut [OutcomeTally],
    f: impl Fn(&[f64; B]) -> [f64; N],
) {
    let mut sums = vec![[0.0f64; N]; out.len()];
    let (numbers, _) = rows.losses.as_chunks::<B>();
    for (i, ((numbers, &cell), &code)) in numbers.iter().zip(cells).zip(&rows.codes).enumerate() {
        if code == NOTHING {
            continue;
        }
        if let Some(sums) = sums.get_mut(cell as usize) {
            let values = f(numbers);
            if rows.weights.is_none() {
                sums.iter_mut().zip(values).for_each(|(s, v)| *s += v);
            } else {
                let w = rows.weight(i);
                sums.iter_mut().zip(values).for_each(|(s, v)| *s += w * v);
            }
        }
    }
    out.iter_mut().zip(sums).for_each(|(tally, sums)| tally.sums = sums.to_vec());
}

/// The rows, query by query.
fn query_order(queries: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..queries.len() as u32).collect();
    if !queries.is_sorted() {
        order.sort_by_key(|&row| queries.get(row as usize));
    }
    order
}

/// Counts queries: each lies in a cell with the share of its rows that do.
fn count_queries(rows: &RowOutcomes, cells: &[u16], out: &mut [OutcomeTally]) {
    let query = |row: u32| rows.queries.get(row as usize);
    for tally in out.iter_mut() {
        (tally.predicted, tally.labelled) = (Mass::default(), Mass::default());
    }
    // Of the open query, by cell: the share of labelled rows, of all rows, and their places.
    let mut open = vec![[0.0f64; 3]; out.len()];
    let mut touched: Vec<u16> = Vec::new();
    for run in rows.order.chunk_by(|&a, &b| query(a) == query(b)) {
        let mut values: &[f64] = &[];
        for &row in run {
            let at = row as usize;
            let (Some(&cell), Some(&share), Some(&code)) = (cells.get(at), rows.shares.get(at), rows.codes.get(at)) else { continue };
            let Some([labelled, all, places]) = open.get_mut(cell as usize).filter(|_| share > 0.0 && code != NOTHING) else { continue };
            if *all == 0.0 {
                touched.push(cell);
            }
            *all += share;
            *places += share * rows.losses.get(4 * at + 3).copied().unwrap_or(0.0);
            if code < UNLABELLED {
                *labelled += share;
                values = rows.losses.get(4 * at..4 * at + 3).unwrap_or(&[]);
            }
        }
        for cell in touched.drain(..) {
            let (Some(tally), Some(parts)) = (out.get_mut(cell as usize), open.get_mut(cell as usize)) else { continue };
            let [labelled, all, places] = std::mem::take(parts);
            let mut add = |at: usize, numbers: &[f64]| {
                tally.sums.iter_mut().skip(at).zip(numbers).for_each(|(s, x)| *s += x);
            };
            let place = places / all;
            add(PLACE, &[places, places * place, places * place * place]);
            if labelled > 0.0 {
                for (m, &x) in values.iter().enumerate().filter(|v| !v.1.is_nan()) {
                    let l = labelled;
                    add(5 * m, &[l, l * l, l * x, l * x * x, l * x * x * x]);
                }
                tally.labelled.add(&Mass { rows: 1, weight: labelled, squares: labelled * labelled });
            }
            tally.predicted.add(&Mass { rows: 1, weight: all, squares: all * all });
        }
    }
}

fn count_classes(frame: &ModelFrame, rows: &RowOutcomes, cells: &[u16], out: &mut [OutcomeTally], confusion: bool) {
    let k = frame.classes.len();
    if k == 0 {
        return;
    }
    // One flat table: the confusion matrix (or one place where it is too large), then the unlabelled by predicted class,
    // then the labelled by predicted class, then the right ones.
    let matrix = if confusion { k * k } else { 0 };
    let width = matrix + k + 1;
    let mut flat = vec![0.0f64; width * out.len()];
    for (i, (&cell, &code)) in cells.iter().zip(&rows.codes).enumerate() {
        if code == NOTHING || cell as usize >= out.len() {
            continue;
        }
        let w = rows.weight(i);
        let base = cell as usize * width;
        let mut add = |place: usize| {
            if let Some(slot) = flat.get_mut(base + place) {
                *slot += w;
            }
        };
        if code >= UNLABELLED {
            add(matrix + (code - UNLABELLED) as usize);
        } else if confusion {
            add(code as usize);
        } else {
            let (truth, predicted) = (code as usize / k, code as usize % k);
            add(matrix + predicted);
            if truth == predicted {
                add(matrix + k);
            }
        }
    }
    for (tally, table) in out.iter_mut().zip(flat.chunks_exact(width)) {
        let (cells, rest) = table.split_at(matrix);
        tally.predicted_as.copy_from_slice(rest.get(..k).unwrap_or(&[]));
        tally.correct = rest.get(k).copied().unwrap_or(0.0);
        if confusion {
            tally.confusion.copy_from_slice(cells);
            for (i, row) in cells.chunks_exact(k).enumerate() {
                tally.correct += row.get(i).copied().unwrap_or(0.0);
                tally.predicted_as.iter_mut().zip(row).for_each(|(p, w)| *p += w);
            }
        }
    }
}

fn count_scores(frame: &ModelFrame, rows: &RowOutcomes, cells: &[u16], out: &mut [OutcomeTally]) {
    let bins = frame.score_cells();
    if bins == 0 {
        return;
    }
    let k = frame.classes.len().max(1) as u32;
    let two = rows.form == Form::Score;
    let mut flat = vec![0.0f64; 2 * bins * out.len()];
    for (i, ((&cell, &code), &bin)) in cells.iter().zip(&rows.codes).zip(&rows.score_cells).enumerate() {
        if code >= UNLABELLED || cell as usize >= out.len() {
            continue;
        }
        let upper = if two { code / 2 == 1 } else { code / k == code % k };
        if let Some(slot) = flat.get_mut((2 * cell as usize + usize::from(upper)) * bins + bin as usize) {
            *slot += rows.weight(i);
        }
    }
    for (tally, table) in out.iter_mut().zip(flat.chunks_exact(2 * bins)) {
        tally.scores.copy_from_slice(table);
    }
}

fn count_class_scores(frame: &ModelFrame, rows: &RowOutcomes, cells: &[u16], out: &mut [OutcomeTally]) {
    let k = frame.placed_classes();
    if k == 0 {
        return;
    }
    let bins = CLASS_SCORE_CELLS + 1;
    let histograms = frame.class_score_slots() > 0;
    for (i, ((&cell, &code), class_cells)) in cells.iter().zip(&rows.codes).zip(rows.class_cells.chunks_exact(k)).enumerate() {
        let Some(tally) = out.get_mut(cell as usize).filter(|_| code < UNLABELLED) else { continue };
        let w = rows.weight(i);
        let y = code as usize / k;
        let u = rows.placements.get(i).copied().unwrap_or(0.0);
        if let Some(sums) = tally.placements.get_mut(y) {
            sums.iter_mut().zip([1.0, u, u * u, u * u * u]).for_each(|(s, v)| *s += w * v);
        }
        if histograms {
            for (c, &bin) in class_cells.iter().enumerate() {
                if let Some(slot) = tally.class_scores.get_mut((c * k + y) * bins + bin as usize) {
                    *slot += w;
                }
            }
        }
    }
}
