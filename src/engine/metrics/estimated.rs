//! Performance without labels: confidence-based estimation (CBPE).
//!
//! Scores become probabilities by isotonic regression on labelled rows, linear between its knots and flat beyond them, where
//! that brings them nearer to the truth; a row of calibrated probability p then counts p as a positive and 1 − p as a negative one. The
//! same as NannyML 0.13.1, but for the split on which it decides whether calibration helps: there ten random tenths by numpy's generator,
//! here ten tenths that take turns along the sorted scores of each class, so that no order of rows changes them. (On tied scores NannyML's
//! decision hangs on where numpy's unstable sort leaves ties: for one class of its `mc` set the one order says yes, the other no.)

use super::{SortedScores, auc};
use crate::stats::isotonic::isotonic;

/// Tenths that take turns in being tested.
const FOLDS: usize = 10;
/// Bins of equal size in which calibration is measured.
const BINS: usize = 10;
/// Scores that part the classes so well need no calibration.
const PERFECT_AUC: f64 = 0.999;

/// A labelled score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The score.
    pub score: f64,
    /// 1 where the row is of the class, else 0.
    pub truth: f64,
    /// What the row counts.
    pub weight: f64,
}

/// Turns scores into probabilities. Without knots it leaves them as they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calibrator {
    /// (score, probability), both ascending.
    knots: Vec<(f64, f64)>,
}

impl Calibrator {
    /// Fits to labelled scores where that helps; else the scores stand for themselves.
    pub fn learn(mut rows: Vec<Hit>) -> Self {
        ascend(&mut rows);
        if helps(&rows) { Self::fit(rows.iter()) } else { Self::default() }
    }

    /// Fits to labelled scores in any case.
    pub fn isotonic(mut rows: Vec<Hit>) -> Self {
        ascend(&mut rows);
        Self::fit(rows.iter())
    }

    /// Isotonic regression on rows that ascend by score.
    fn fit<'a>(rows: impl Iterator<Item = &'a Hit>) -> Self {
        let mut cells: Vec<(f64, f64, f64)> = Vec::new();
        for row in rows.filter(|r| r.weight > 0.0) {
            match cells.last_mut().filter(|c| c.0 == row.score) {
                Some((_, hits, weight)) => {
                    *hits += row.weight * row.truth;
                    *weight += row.weight;
                }
                None => cells.push((row.score, row.weight * row.truth, row.weight)),
            }
        }
        let means: Vec<f64> = cells.iter().map(|c| c.1 / c.2).collect();
        let weights: Vec<f64> = cells.iter().map(|c| c.2).collect();
        let mut knots: Vec<(f64, f64)> = Vec::new();
        let mut flat = false;
        for (cell, probability) in cells.iter().zip(isotonic(&means, &weights)) {
            // Of a run of equal values the first and the last say all.
            let same = knots.last().is_some_and(|k| k.1 == probability);
            if same && flat {
                knots.pop();
            }
            flat = same;
            knots.push((cell.0, probability));
        }
        Self { knots }
    }

    /// The probability of a score.
    pub fn probability(&self, score: f64) -> f64 {
        let above = self.knots.partition_point(|k| k.0 < score);
        match (above.checked_sub(1).and_then(|i| self.knots.get(i)), self.knots.get(above)) {
            (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * ((score - x0) / (x1 - x0)),
            (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
            (None, None) => score,
        }
    }
}

fn ascend(rows: &mut [Hit]) {
    rows.sort_unstable_by(|a, b| a.score.total_cmp(&b.score).then(a.truth.total_cmp(&b.truth)));
}

/// Whether calibration brings scores nearer to the truth on rows that it has not seen.
fn helps(rows: &[Hit]) -> bool {
    let of = |truth: f64| {
        let (scores, weights) = rows.iter().filter(|r| r.truth == truth).map(|r| (r.score, r.weight)).unzip();
        SortedScores { scores, weights }
    };
    if auc(&of(0.0), &of(1.0)).is_none_or(|area| area > PERFECT_AUC) {
        return false;
    }
    let mut turns = [0usize; 2];
    let folds: Vec<usize> = rows
        .iter()
        .map(|row| {
            let turn = if row.truth > 0.0 { &mut turns[1] } else { &mut turns[0] };
            *turn += 1;
            *turn % FOLDS
        })
        .collect();
    let mut calibrated = rows.to_vec();
    for fold in 0..FOLDS {
        let fitted = Calibrator::fit(rows.iter().zip(&folds).filter(|r| *r.1 != fold).map(|r| r.0));
        for (row, _) in calibrated.iter_mut().zip(&folds).filter(|r| *r.1 == fold) {
            row.score = fitted.probability(row.score);
        }
    }
    calibrated.sort_by(|a, b| a.score.total_cmp(&b.score));
    calibration_error(rows) > calibration_error(&calibrated)
}

/// Mean distance of score and truth over bins of equally many rows, which ascend by score.
fn calibration_error(rows: &[Hit]) -> f64 {
    let size = rows.len().div_ceil(BINS).max(1);
    let gap = |bin: &[Hit]| bin.iter().map(|r| r.weight * (r.score - r.truth)).sum::<f64>().abs();
    rows.chunks(size).map(gap).sum()
}

/// Probabilities of all classes, each by its own calibrator, scaled to sum to 1; all the same where all are 0.
pub fn calibrate(calibrators: &[Calibrator], row: &[f64], out: &mut Vec<f64>) {
    out.clear();
    out.extend(row.iter().zip(calibrators).map(|(&p, c)| c.probability(p)));
    let (sum, n): (f64, f64) = (out.iter().sum(), out.len() as f64);
    for p in out {
        *p = if sum > 0.0 { *p / sum } else { 1.0 / n };
    }
}

crate::stored::stored!(struct Calibrator { knots });

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(rows: &[(f64, f64)]) -> Vec<Hit> {
        rows.iter().map(|&(score, truth)| Hit { score, truth, weight: 1.0 }).collect()
    }

    #[test]
    fn isotonic_between_its_knots() {
        // scikit-learn 1.9: IsotonicRegression(out_of_bounds="clip") on these gives 0, .5, .5, 1 at the scores.
        let fitted = Calibrator::fit(hits(&[(0.1, 0.0), (0.3, 1.0), (0.5, 0.0), (0.8, 1.0)]).iter());
        assert_eq!([0.0, 0.1, 0.3, 0.5, 0.8, 0.9].map(|s| fitted.probability(s)), [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]);
        assert!((fitted.probability(0.2) - 0.25).abs() < 1e-15 && (fitted.probability(0.65) - 0.75).abs() < 1e-15);
    }

    #[test]
    fn only_scores_that_mislead_are_calibrated() {
        let mut rng = crate::random::Rng::new(5, 5);
        let mut drawn = |truth_of: fn(f64) -> f64| -> Vec<Hit> {
            (0..4000)
                .map(|_| {
                    let score = rng.uniform();
                    Hit { score, truth: f64::from(u8::from(rng.uniform() < truth_of(score))), weight: 1.0 }
                })
                .collect()
        };
        let squared = Calibrator::learn(drawn(|s| s * s));
        assert!((squared.probability(0.5) - 0.25).abs() < 0.06 && !squared.knots.is_empty());
        // All of one class, or told apart without an error: as they are.
        assert_eq!(Calibrator::learn(drawn(|_| 1.0)), Calibrator::default());
        assert_eq!(Calibrator::learn(drawn(|s| f64::from(u8::from(s > 0.5)))), Calibrator::default());
    }

    #[test]
    fn probabilities_sum_to_one() {
        let mut out = Vec::new();
        calibrate(&[Calibrator::default(), Calibrator::default()], &[0.2, 0.6], &mut out);
        out.iter().zip([0.25, 0.75]).for_each(|(p, want): (&f64, f64)| assert!((p - want).abs() < 1e-15));
        calibrate(&[Calibrator::default(), Calibrator::default()], &[0.0, 0.0], &mut out);
        assert_eq!(out, [0.5, 0.5]);
    }
}
