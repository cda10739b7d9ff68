//! Metrics of a confusion matrix, and how far one more row of a cell moves them.
//!
//! A matrix of K classes is a slice of K × K weights, true class by row. Macro means run over the union of true and predicted
//! classes; a class that is never true has recall 0, one that is never predicted has precision 0 (scikit-learn 1.9,
//! `zero_division=0`). The Matthews coefficient is Gorodkin's (2004, Comput. Biol. Chem. 28:367).

use super::Metric;

/// Row sums, column sums, diagonal and total of a confusion matrix.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Margins {
    /// Weight of each true class.
    pub truth: Vec<f64>,
    /// Weight of each predicted class.
    pub predicted: Vec<f64>,
    /// Weight that is right, a class.
    pub right: Vec<f64>,
    /// Total weight.
    pub total: f64,
}

impl Margins {
    /// The margins of a `classes × classes` matrix.
    pub fn of(matrix: &[f64], classes: usize) -> Self {
        let mut out = Self::default();
        out.fill(matrix, classes);
        out
    }

    /// Takes the margins of another matrix, in the place of those that were there.
    pub fn fill(&mut self, matrix: &[f64], classes: usize) {
        for margin in [&mut self.truth, &mut self.predicted, &mut self.right] {
            margin.clear();
            margin.resize(classes, 0.0);
        }
        for (i, (row, (truth, right))) in
            matrix.chunks_exact(classes.max(1)).zip(self.truth.iter_mut().zip(self.right.iter_mut())).enumerate()
        {
            *truth = row.iter().sum();
            *right = row.get(i).copied().unwrap_or(0.0);
            self.predicted.iter_mut().zip(row).for_each(|(p, w)| *p += w);
        }
        self.total = self.truth.iter().sum();
    }

    /// (true weight, predicted weight, right weight) of every class.
    fn each(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        self.truth.iter().zip(&self.predicted).zip(&self.right).map(|((t, p), r)| (*t, *p, *r))
    }

    /// Share of the weight that is right.
    pub fn accuracy(&self) -> f64 {
        ratio(self.right.iter().sum(), self.total)
    }

    fn present(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        self.each().filter(|c| c.0 > 0.0 || c.1 > 0.0)
    }

    fn macro_mean(&self, value: impl Fn((f64, f64, f64)) -> f64) -> f64 {
        let (sum, n) = self.present().fold((0.0, 0.0), |(sum, n), c| (sum + value(c), n + 1.0));
        ratio(sum, n)
    }

    fn positive(&self) -> (f64, f64, f64) {
        self.each().nth(1).unwrap_or((0.0, 0.0, 0.0))
    }

    /// The value of a metric that is a function of the confusion matrix; `None` for others and without rows.
    ///
    /// Binary metrics take class 1 as the positive one. A ratio without a denominator is 0, as in scikit-learn, except
    /// false positive and false negative rate, which do not exist without negative and positive rows.
    pub fn metric(&self, metric: Metric) -> Option<f64> {
        if self.total <= 0.0 {
            return None;
        }
        let (truth, predicted, right) = self.positive();
        Some(match metric {
            Metric::Accuracy | Metric::MulticlassAccuracy => self.accuracy(),
            Metric::Precision => ratio(right, predicted),
            Metric::Recall => ratio(right, truth),
            Metric::F1 => ratio(2.0 * right, truth + predicted),
            Metric::FalsePositiveRate => {
                let negative = self.total - truth;
                if negative <= 0.0 {
                    return None;
                }
                (predicted - right) / negative
            }
            Metric::FalseNegativeRate => {
                if truth <= 0.0 {
                    return None;
                }
                (truth - right) / truth
            }
            // Recall is only defined for classes that are true somewhere; scikit-learn leaves the others out.
            Metric::BalancedAccuracy => {
                let (sum, n) = self.each().filter(|c| c.0 > 0.0).fold((0.0, 0.0), |(s, n), c| (s + c.2 / c.0, n + 1.0));
                ratio(sum, n)
            }
            Metric::MacroPrecision => self.macro_mean(|(_, p, r)| ratio(r, p)),
            Metric::MacroRecall => self.macro_mean(|(t, _, r)| ratio(r, t)),
            Metric::MacroF1 => self.macro_mean(|(t, p, r)| ratio(2.0 * r, t + p)),
            Metric::MatthewsCorrcoef => {
                let (right, n): (f64, f64) = (self.right.iter().sum(), self.total);
                let (cross, tt, pp) = self.each().fold((0.0, 0.0, 0.0), |(x, tt, pp), (t, p, _)| (x + t * p, tt + t * t, pp + p * p));
                let spread = ((n * n - tt) * (n * n - pp)).sqrt();
                if spread > 0.0 { (right * n - cross) / spread } else { 0.0 }
            }
            _ => return None,
        })
    }

    /// The influence of a row of cell (true class, predicted class) on a metric, up to a constant: how its value would move,
    /// times the total, if the cell's weight grew by one. `None` for metrics that are not functions of the matrix.
    pub fn influence(&self, metric: Metric, truth: usize, predicted: usize) -> Option<f64> {
        let class = |k: usize| {
            let at = |v: &[f64]| v.get(k).copied().unwrap_or(0.0);
            (at(&self.truth), at(&self.predicted), at(&self.right))
        };
        let hit = f64::from(u8::from(truth == predicted));
        let (t, _, r) = class(truth);
        let (_, p, q) = class(predicted);
        let present = self.present().count() as f64;
        let scaled = |x: f64, over: f64| if over > 0.0 { self.total * x / over } else { 0.0 };
        let pos = self.positive();
        let (is_true, is_predicted) = (f64::from(u8::from(truth == 1)), f64::from(u8::from(predicted == 1)));
        Some(match metric {
            Metric::Accuracy | Metric::MulticlassAccuracy => hit,
            Metric::Precision => is_predicted * scaled(is_true - ratio(pos.2, pos.1), pos.1),
            Metric::Recall => is_true * scaled(is_predicted - ratio(pos.2, pos.0), pos.0),
            Metric::FalseNegativeRate => -is_true * scaled(is_predicted - ratio(pos.2, pos.0), pos.0),
            Metric::FalsePositiveRate => {
                let negative = self.total - pos.0;
                (1.0 - is_true) * scaled(is_predicted - ratio(pos.1 - pos.2, negative), negative)
            }
            Metric::F1 => {
                let f1 = ratio(2.0 * pos.2, pos.0 + pos.1);
                scaled(2.0 * is_true * is_predicted - f1 * (is_true + is_predicted), pos.0 + pos.1)
            }
            Metric::BalancedAccuracy => {
                let with_rows = self.truth.iter().filter(|&&t| t > 0.0).count() as f64;
                scaled(hit - ratio(r, t), t) / with_rows.max(1.0)
            }
            Metric::MacroRecall => scaled(hit - ratio(r, t), t) / present.max(1.0),
            Metric::MacroPrecision => scaled(hit - ratio(q, p), p) / present.max(1.0),
            Metric::MacroF1 => {
                let part = |k: usize| {
                    let (t, p, r) = class(k);
                    scaled(hit - ratio(2.0 * r, t + p), t + p)
                };
                // For a hit both parts are the same class: 2·1 − F1·2 over t + p.
                (part(truth) + part(predicted)) / present.max(1.0)
            }
            Metric::MatthewsCorrcoef => {
                let n = self.total;
                let right: f64 = self.right.iter().sum();
                let (cross, tt, pp) = self.each().fold((0.0, 0.0, 0.0), |(x, tt, pp), (t, p, _)| (x + t * p, tt + t * t, pp + p * p));
                let (a, b) = (n * n - tt, n * n - pp);
                let spread = (a * b).sqrt();
                if spread <= 0.0 {
                    return Some(0.0);
                }
                let value = (right * n - cross) / spread;
                let p_of_truth = class(truth).1;
                let t_of_predicted = class(predicted).0;
                let d_top = hit * n + right - p_of_truth - t_of_predicted;
                let (d_a, d_b) = (2.0 * n - 2.0 * t, 2.0 * n - 2.0 * p);
                n * (d_top / spread - value * (d_a / (2.0 * a) + d_b / (2.0 * b)))
            }
            _ => return None,
        })
    }

    /// The variance of a row's influence: the metric's variance times the number of rows (delta method).
    pub fn influence_variance(&self, matrix: &[f64], metric: Metric) -> Option<f64> {
        let classes = self.truth.len().max(1);
        let (mut sum, mut squares) = (0.0, 0.0);
        for (i, row) in matrix.chunks_exact(classes).enumerate() {
            for (j, &w) in row.iter().enumerate().filter(|c| *c.1 > 0.0) {
                let psi = self.influence(metric, i, j)?;
                sum += w * psi;
                squares += w * psi * psi;
            }
        }
        let mean = ratio(sum, self.total);
        Some((ratio(squares, self.total) - mean * mean).max(0.0))
    }
}

/// The matrix with all classes of fewer than `least` true rows as one class; the number of classes pooled, those left with the
/// pool, and the matrix.
pub fn pool_rare(matrix: &[f64], classes: usize, least: f64) -> (usize, usize, Vec<f64>) {
    let truth: Vec<f64> = matrix.chunks_exact(classes.max(1)).map(|row| row.iter().sum()).collect();
    let kept: Vec<usize> = truth.iter().enumerate().filter(|t| *t.1 >= least).map(|t| t.0).collect();
    let (size, pooled) = keep_classes(matrix, classes, &kept);
    (classes - kept.len(), size, pooled)
}

/// The matrix with all classes but those `kept` (ascending) as one class, the last: its size, and the matrix.
pub fn keep_classes(matrix: &[f64], classes: usize, kept: &[usize]) -> (usize, Vec<f64>) {
    let size = kept.len() + 1;
    let places: Vec<usize> = (0..classes).map(|class| kept.binary_search(&class).unwrap_or(kept.len())).collect();
    let mut pooled = vec![0.0; size * size];
    for (row, &i) in matrix.chunks_exact(classes.max(1)).zip(&places) {
        for (&w, &j) in row.iter().zip(&places) {
            if let Some(slot) = pooled.get_mut(i * size + j) {
                *slot += w;
            }
        }
    }
    (size, pooled)
}

pub(crate) fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels 1 0 1 0 0 1, predictions .3 .51 .7 .49 .9 .58 at the cut 0.5; the printed example of the catalogue.
    const ALL: [f64; 4] = [1.0, 2.0, 1.0, 2.0];
    const CATS: [f64; 4] = [0.0, 1.0, 1.0, 1.0];

    #[test]
    fn printed_binary_example() {
        let all = Margins::of(&ALL, 2);
        let cats = Margins::of(&CATS, 2);
        let close = |m: &Margins, metric, want: f64| {
            let got = m.metric(metric).unwrap();
            assert!((got - want).abs() < 0.005, "{metric:?}: {got} instead of {want}");
        };
        for (metric, cat, overall) in [
            (Metric::FalseNegativeRate, 0.5, 0.33),
            (Metric::FalsePositiveRate, 1.0, 0.67),
            (Metric::Precision, 0.5, 0.5),
            (Metric::Recall, 0.5, 0.67),
            (Metric::F1, 0.5, 0.57),
            (Metric::Accuracy, 0.33, 0.5),
        ] {
            close(&cats, metric, cat);
            close(&all, metric, overall);
        }
    }

    #[test]
    fn printed_multiclass_example() {
        // True 0 0 2, predicted 0 1 2.
        let m = Margins::of(&[1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0], 3);
        for (metric, want) in
            [(Metric::MacroRecall, 0.5), (Metric::MacroPrecision, 0.67), (Metric::MacroF1, 0.56), (Metric::MulticlassAccuracy, 0.67)]
        {
            assert!((m.metric(metric).unwrap() - want).abs() < 0.005, "{metric:?}");
        }
    }

    #[test]
    fn influence_is_the_derivative() {
        let matrix = [40.0, 7.0, 3.0, 5.0, 30.0, 2.0, 1.0, 6.0, 20.0];
        let m = Margins::of(&matrix, 3);
        let binary = [50.0, 12.0, 9.0, 31.0];
        let b = Margins::of(&binary, 2);
        let check = |margins: &Margins, matrix: &[f64], k: usize, metric: Metric| {
            let before = margins.metric(metric).unwrap();
            for i in 0..k {
                for j in 0..k {
                    let mut moved = matrix.to_vec();
                    moved[i * k + j] += 1e-4;
                    let after = Margins::of(&moved, k).metric(metric).unwrap();
                    let slope = (after - before) / 1e-4 * margins.total;
                    let psi = margins.influence(metric, i, j).unwrap();
                    // Accuracy's influence is given up to its constant.
                    let psi = if matches!(metric, Metric::Accuracy) { psi - before } else { psi };
                    assert!((slope - psi).abs() < 1e-3, "{metric:?} {i} {j}: {slope} {psi}");
                }
            }
        };
        for metric in [Metric::MacroF1, Metric::MacroPrecision, Metric::MacroRecall, Metric::BalancedAccuracy, Metric::MatthewsCorrcoef] {
            check(&m, &matrix, 3, metric);
        }
        for metric in [
            Metric::Accuracy,
            Metric::Precision,
            Metric::Recall,
            Metric::F1,
            Metric::FalsePositiveRate,
            Metric::FalseNegativeRate,
            Metric::MatthewsCorrcoef,
        ] {
            check(&b, &binary, 2, metric);
        }
    }

    #[test]
    fn rare_classes_are_pooled() {
        let (pooled, size, matrix) = pool_rare(&[8.0, 1.0, 1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 1.0], 3, 5.0);
        assert_eq!((pooled, size), (2, 2));
        assert_eq!(matrix, [8.0, 2.0, 1.0, 3.0]);
    }
}
