//! Exact areas under the curves of many sets of rows at once, from one order of the rows by their scores.
//!
//! The area under the ROC curve is Mann and Whitney's, ties counted half; average precision is scikit-learn's sum over thresholds, rows
//! of one score entering together; over several classes each pair of classes has its area (Hand and Till 2001). A pass over the ordered
//! rows serves all cells of a cut. Areas of merged sets do not follow from their parts: there the score cells of a tally stand in.

/// Up to so many scores (rows, over several classes times classes) subsets have exact areas.
const MOST_SCORES: usize = 4_000_000;

/// Exact areas of a set of rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExactAreas {
    /// Under the ROC curve of two classes; `None` where one has no rows.
    pub roc: Option<f64>,
    /// Average precision of two classes; `None` without positive rows.
    pub precision: Option<f64>,
    /// Over several classes, flat by (class of the score, other class); NaN where one of them has no rows.
    pub pairs: Vec<f64>,
}

impl ExactAreas {
    /// One-vs-one AUC over the pairs of some of `all` classes; `None` where no pair has an area.
    pub fn among(&self, classes: &[usize], all: usize) -> Option<f64> {
        let of = |c: usize, l: usize| self.pairs.get(c * all + l).copied().filter(|a| c != l && !a.is_nan());
        let areas: Vec<f64> = classes.iter().flat_map(|&c| classes.iter().filter_map(move |&l| of(c, l))).collect();
        (!areas.is_empty()).then(|| areas.iter().sum::<f64>() / areas.len() as f64)
    }
}

/// A labelled row in the order of its scores.
#[derive(Debug, Clone, Copy)]
struct Place {
    row: u32,
    label: u16,
    /// Its score is that of the row before.
    tied: bool,
}

/// The labelled rows by descending score: once for two classes, else once a class.
#[derive(Debug, Clone)]
pub struct ScoreOrder {
    classes: usize,
    orders: Vec<Vec<Place>>,
}

impl ScoreOrder {
    /// Orders rows of two classes by P(positive). `label` is `None` for a row that has no label or no score.
    pub fn of_scores(scores: &[f64], label: impl Fn(usize) -> Option<u16>) -> Option<Self> {
        (scores.len() <= MOST_SCORES).then(|| Self { classes: 2, orders: vec![order(scores.iter().copied(), &label)] })
    }

    /// Orders rows of several classes by the probability of each.
    pub fn of_probabilities(values: &[f64], classes: usize, label: impl Fn(usize) -> Option<u16>) -> Option<Self> {
        let of = |class: usize| order(values.chunks_exact(classes.max(1)).map(|row| row.get(class).copied().unwrap_or(f64::NAN)), &label);
        (values.len() <= MOST_SCORES).then(|| Self { classes, orders: (0..classes).map(of).collect() })
    }

    /// The areas of each of `count` cells; rows of a cell beyond are in none.
    pub fn areas(&self, cells: &[u16], count: usize, weight: impl Fn(usize) -> f64) -> Vec<ExactAreas> {
        let k = self.classes;
        let several = self.orders.len() > 1;
        let mut out = vec![ExactAreas { pairs: vec![f64::NAN; if several { k * k } else { 0 }], ..ExactAreas::default() }; count];
        for (class, order) in self.orders.iter().enumerate() {
            let positive = if several { class } else { 1 };
            let mut curves = vec![Curve::new(k); count];
            let mut group = 0u32;
            for place in order {
                group += u32::from(!place.tied);
                let row = place.row as usize;
                if let Some(curve) = cells.get(row).and_then(|&cell| curves.get_mut(cell as usize)) {
                    curve.add(group, place.label as usize, positive, weight(row));
                }
            }
            for (areas, mut curve) in out.iter_mut().zip(curves) {
                curve.close_group(positive);
                if several {
                    areas.pairs.iter_mut().skip(class * k).zip(0..k).for_each(|(area, l)| *area = curve.area(l).unwrap_or(f64::NAN));
                } else {
                    (areas.roc, areas.precision) = (curve.area(0), curve.precision());
                }
            }
        }
        out
    }
}

fn order(scores: impl Iterator<Item = f64>, label: &impl Fn(usize) -> Option<u16>) -> Vec<Place> {
    let mut rows: Vec<(f64, u32, u16)> = scores
        .enumerate()
        .filter(|(_, score)| !score.is_nan())
        .filter_map(|(row, score)| label(row).map(|label| (score, row as u32, label)))
        .collect();
    rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut before = f64::NAN;
    rows.into_iter()
        .map(|(score, row, label)| {
            let tied = score == before;
            before = score;
            Place { row, label, tied }
        })
        .collect()
}

/// The curves of one set of rows, from the highest score down.
#[derive(Debug, Clone)]
struct Curve {
    group: u32,
    /// Weight of the positive rows above the open group of ties, and in it.
    positive: f64,
    tied: f64,
    /// The same of each class's rows; that of the positive class stays 0.
    others: Vec<Other>,
    /// Classes with rows in the open group.
    touched: Vec<u16>,
    /// Σ weight of positive rows times the precision at their threshold.
    precision: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Other {
    above: f64,
    tied: f64,
    /// Pairs in which the positive row is above, ties counted half.
    wins: f64,
}

impl Curve {
    fn new(classes: usize) -> Self {
        Self { group: 0, positive: 0.0, tied: 0.0, others: vec![Other::default(); classes], touched: Vec::new(), precision: 0.0 }
    }

    fn add(&mut self, group: u32, label: usize, positive: usize, weight: f64) {
        if self.group != group {
            self.close_group(positive);
            self.group = group;
        }
        if label == positive {
            self.tied += weight;
        } else if let Some(other) = self.others.get_mut(label) {
            if other.tied == 0.0 {
                self.touched.push(label as u16);
            }
            other.tied += weight;
        }
    }

    fn close_group(&mut self, positive: usize) {
        for label in self.touched.drain(..) {
            if let Some(other) = self.others.get_mut(label as usize) {
                other.wins += other.tied * (self.positive + self.tied / 2.0);
                other.above += std::mem::take(&mut other.tied);
            }
        }
        if self.tied > 0.0 {
            self.positive += self.tied;
            // Of two classes the other one is all that is not positive.
            let negative = self.others.get(1 - positive.min(1)).map_or(0.0, |o| o.above);
            self.precision += self.tied * self.positive / (self.positive + negative);
            self.tied = 0.0;
        }
    }

    fn area(&self, other: usize) -> Option<f64> {
        let other = self.others.get(other)?;
        (self.positive > 0.0 && other.above > 0.0).then(|| other.wins / (self.positive * other.above))
    }

    fn precision(&self) -> Option<f64> {
        (self.positive > 0.0).then(|| self.precision / self.positive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{SortedScores, auc, average_precision};
    use crate::random::Rng;

    #[test]
    fn areas_of_cells_are_those_of_their_rows_alone() {
        let mut rng = Rng::new(3, 1);
        for round in 0..40 {
            let n = 5 + rng.below(300) as usize;
            // Many ties in every second round.
            let score: Vec<f64> = (0..n).map(|_| if round % 2 == 0 { rng.below(7) as f64 / 7.0 } else { rng.uniform() }).collect();
            let label: Vec<Option<u16>> = (0..n).map(|_| (rng.uniform() > 0.1).then(|| rng.below(2) as u16)).collect();
            let weights: Vec<f64> = (0..n).map(|_| if round % 3 == 0 { 1.0 } else { 0.1 + rng.uniform() }).collect();
            let cells: Vec<u16> = (0..n).map(|_| rng.below(4) as u16).collect();
            let order = ScoreOrder::of_scores(&score, |row| label[row]).unwrap();
            let got = order.areas(&cells, 3, |row| weights[row]);
            for (cell, areas) in got.iter().enumerate() {
                let of = |class: u16| {
                    let rows = (0..n).filter(|&i| cells[i] as usize == cell && label[i] == Some(class));
                    SortedScores::new(rows.map(|i| (score[i], weights[i])).collect(), true)
                };
                let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-12,
                    (a, b) => a == b,
                };
                assert!(near(areas.roc, auc(&of(0), &of(1))), "{areas:?}");
                assert!(near(areas.precision, average_precision(&of(0), &of(1))), "{areas:?}");
            }
        }
    }

    #[test]
    fn zero_of_either_sign_is_one_score() {
        let order = ScoreOrder::of_scores(&[0.0, -0.0], |row| Some(row as u16)).unwrap();
        assert_eq!(order.areas(&[0, 0], 1, |_| 1.0)[0].roc, Some(0.5));
    }
}
