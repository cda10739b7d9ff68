//! Areas under the ROC and precision-recall curves: exact from sorted scores, and from score histograms.
//!
//! AUC is the Mann-Whitney statistic with ties counted half; its variance is DeLong's (1988, Biometrics 44:837), from
//! *placements*: the share of negatives below a positive, the share of positives above a negative. Average precision is the
//! step-wise sum of scikit-learn 1.9. A histogram counts scores of one cell as ties.

/// Scores of rows of one class, ascending, with their weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SortedScores {
    /// The scores, ascending.
    pub scores: Vec<f64>,
    /// Their weights; empty where every row counts 1.
    pub weights: Vec<f64>,
}

impl SortedScores {
    /// Sorts scores with their weights.
    pub fn new(mut rows: Vec<(f64, f64)>, weighted: bool) -> Self {
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let weights = if weighted { rows.iter().map(|r| r.1).collect() } else { Vec::new() };
        Self { scores: rows.into_iter().map(|r| r.0).collect(), weights }
    }

    /// Sorts scores that all count 1.
    pub fn unweighted(mut scores: Vec<f64>) -> Self {
        scores.sort_unstable_by(f64::total_cmp);
        Self { scores, weights: Vec::new() }
    }

    /// (score, weight), ascending.
    fn rows(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> + '_ {
        self.scores.iter().enumerate().map(|(i, &s)| (s, self.weights.get(i).copied().unwrap_or(1.0)))
    }

    /// Joins two sorted lists.
    pub fn merge(&mut self, other: &Self) {
        let weighted = !self.weights.is_empty() || !other.weights.is_empty();
        let rows: Vec<(f64, f64)> = self.rows().chain(other.rows()).collect();
        *self = Self::new(rows, weighted);
    }
}

/// AUC of positives against negatives; `None` where one of them has no rows.
pub fn auc(negative: &SortedScores, positive: &SortedScores) -> Option<f64> {
    let mut below = 0.0;
    let mut wins = 0.0;
    let mut total = 0.0;
    let mut negatives = negative.rows().peekable();
    let mut positives = positive.rows().peekable();
    while let Some(&(score, _)) = positives.peek() {
        while let Some((_, w)) = negatives.next_if(|n| n.0 < score) {
            below += w;
        }
        let mut tied = 0.0;
        while let Some((_, w)) = negatives.next_if(|n| n.0 == score) {
            tied += w;
        }
        while let Some((_, w)) = positives.next_if(|p| p.0 == score) {
            wins += w * (below + tied / 2.0);
            total += w;
        }
        below += tied;
    }
    let all = below + negatives.map(|n| n.1).sum::<f64>();
    (all > 0.0 && total > 0.0).then(|| wins / (total * all))
}

/// Average precision; `None` without positives.
pub fn average_precision(negative: &SortedScores, positive: &SortedScores) -> Option<f64> {
    let mut negatives = negative.rows().rev().peekable();
    let mut positives = positive.rows().rev().peekable();
    let (mut tp, mut fp, mut area) = (0.0, 0.0, 0.0);
    while let Some(&(score, _)) = positives.peek() {
        while let Some((_, w)) = negatives.next_if(|n| n.0 >= score) {
            fp += w;
        }
        let before = tp;
        while let Some((_, w)) = positives.next_if(|p| p.0 == score) {
            tp += w;
        }
        area += (tp - before) * tp / (tp + fp);
    }
    (tp > 0.0).then(|| area / tp)
}

/// Moments of the placements of one class's rows among another's.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Placements {
    /// Their mean.
    pub mean: f64,
    /// Their population variance.
    pub variance: f64,
    /// Their third central moment.
    pub third: f64,
}

/// AUC of a pair of histograms over the same ascending cells, with the placements of positives and of negatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HistogramAuc {
    /// The area.
    pub auc: f64,
    /// Placements of the positives among the negatives.
    pub positive: Placements,
    /// Placements of the negatives among the positives.
    pub negative: Placements,
}

/// AUC and DeLong's placements from histograms; `None` where one has no weight.
pub fn histogram_auc(negative: &[f64], positive: &[f64]) -> Option<HistogramAuc> {
    let n: f64 = negative.iter().sum();
    let p: f64 = positive.iter().sum();
    if n <= 0.0 || p <= 0.0 {
        return None;
    }
    // A positive's placement is the share of negatives below it; a negative's the share of positives above it.
    let mut below_n = 0.0;
    let mut below_p = 0.0;
    let placements: Vec<(f64, f64, f64, f64)> = negative
        .iter()
        .zip(positive)
        .map(|(&a, &b)| {
            let out = (b, (below_n + a / 2.0) / n, a, 1.0 - (below_p + b / 2.0) / p);
            below_n += a;
            below_p += b;
            out
        })
        .collect();
    let auc = placements.iter().map(|r| r.0 * r.1).sum::<f64>() / p;
    let moments = |rows: &mut dyn Iterator<Item = (f64, f64)>, total: f64| {
        let (mut second, mut third) = (0.0, 0.0);
        for (w, v) in rows {
            let d = v - auc;
            second += w * d * d;
            third += w * d * d * d;
        }
        Placements { mean: auc, variance: second / total, third: third / total }
    };
    Some(HistogramAuc {
        auc,
        positive: moments(&mut placements.iter().map(|r| (r.0, r.1)), p),
        negative: moments(&mut placements.iter().map(|r| (r.2, r.3)), n),
    })
}

/// Average precision from histograms, scores of one cell counted as ties; `None` without positives.
pub fn histogram_average_precision(negative: &[f64], positive: &[f64]) -> Option<f64> {
    let (mut tp, mut fp, mut area) = (0.0, 0.0, 0.0);
    for (&n, &p) in negative.iter().zip(positive).rev() {
        tp += p;
        fp += n;
        if p > 0.0 {
            area += p * tp / (tp + fp);
        }
    }
    (tp > 0.0).then(|| area / tp)
}

/// The variance of average precision from histograms over the same ascending cells, by the delta method over the cells' counts.
pub fn average_precision_variance(negative: &[f64], positive: &[f64]) -> f64 {
    let total: f64 = positive.iter().sum();
    let Some(area) = histogram_average_precision(negative, positive) else { return f64::NAN };
    // From the highest cell down: true and false positives at its cut.
    let (mut tp, mut fp) = (0.0, 0.0);
    let cuts: Vec<(f64, f64, f64, f64)> = positive
        .iter()
        .zip(negative)
        .rev()
        .map(|(&y, &n)| {
            tp += y;
            fp += n;
            (y, n, tp, fp)
        })
        .collect();
    // A row moves the precision at its own cut and at all below.
    let (mut gain, mut loss, mut variance) = (0.0, 0.0, 0.0);
    for &(y, n, tp, fp) in cuts.iter().rev().filter(|c| c.2 + c.3 > 0.0) {
        let all = tp + fp;
        gain += y * fp / (all * all);
        loss += y * tp / (all * all);
        let of_positive = (tp / all + gain - area) / total;
        let of_negative = -loss / total;
        variance += y * of_positive * of_positive + n * of_negative * of_negative;
    }
    variance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(scores: &[f64]) -> SortedScores {
        SortedScores::unweighted(scores.to_vec())
    }

    #[test]
    fn printed_example() {
        // Labels 1 0 1 0 0 1 of .3 .51 .7 .49 .9 .58; the cats are rows 1, 3, 5.
        let all = auc(&sorted(&[0.51, 0.49, 0.9]), &sorted(&[0.3, 0.7, 0.58])).unwrap();
        assert!((all - 4.0 / 9.0).abs() < 1e-15);
        assert_eq!(auc(&sorted(&[0.9]), &sorted(&[0.3, 0.7])), Some(0.0));
        assert_eq!(auc(&sorted(&[]), &sorted(&[0.3])), None);
    }

    #[test]
    fn ties_count_half() {
        assert_eq!(auc(&sorted(&[0.5, 0.5]), &sorted(&[0.5, 0.7])), Some(0.75));
        // sklearn 1.9: average_precision_score([0, 0, 1, 1], [.1, .4, .35, .8]) = 0.8333…
        assert!((average_precision(&sorted(&[0.1, 0.4]), &sorted(&[0.35, 0.8])).unwrap() - 0.833_333_333_333_333_3).abs() < 1e-15);
    }

    #[test]
    fn weights_are_repetitions() {
        let twice = SortedScores::new(vec![(0.2, 2.0), (0.6, 1.0)], true);
        let repeated = sorted(&[0.2, 0.2, 0.6]);
        let positive = sorted(&[0.1, 0.3, 0.6]);
        assert_eq!(auc(&twice, &positive), auc(&repeated, &positive));
        assert_eq!(average_precision(&twice, &positive), average_precision(&repeated, &positive));
    }

    #[test]
    fn histograms_of_single_values_are_exact() {
        // Cells .3 .49 .51 .58 .7 .9
        let negative = [0.0, 1.0, 1.0, 0.0, 0.0, 1.0];
        let positive = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
        let h = histogram_auc(&negative, &positive).unwrap();
        assert!((h.auc - 4.0 / 9.0).abs() < 1e-15);
        let exact = average_precision(&sorted(&[0.51, 0.49, 0.9]), &sorted(&[0.3, 0.7, 0.58])).unwrap();
        assert!((histogram_average_precision(&negative, &positive).unwrap() - exact).abs() < 1e-15);
    }

    #[test]
    fn merging_is_sorting_together() {
        let mut a = sorted(&[0.1, 0.5]);
        a.merge(&sorted(&[0.3]));
        assert_eq!(a, sorted(&[0.1, 0.3, 0.5]));
    }
}
