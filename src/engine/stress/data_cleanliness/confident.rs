//! Confident learning: which labels a model contradicts with confidence (Northcutt, Jiang and Chuang 2021, JAIR 70).
//!
//! A class's threshold is the mean of its probability over the rows that have it for a label. A row is confidently of a class where its
//! probability reaches the class's threshold (of several, the most probable class). Counts by label and confident class, each label's
//! row brought to the label's own count, estimate the joint distribution of given and true labels; what lies off its
//! diagonal is label noise. As cleanlab 2.7's `estimate_joint`.

use crate::metrics::NO_CLASS;

/// What labels and probabilities say of each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Confident {
    /// Labelled rows with probabilities.
    pub rows: u64,
    /// Those that are confidently of some class.
    pub sure: u64,
    /// True where labels have more probability than they would if labels and probabilities were independent; else the probabilities say
    /// nothing of labels.
    pub knows: bool,
    /// The estimated share of wrong labels.
    pub noise: f64,
    /// The same, had each label been drawn with the model's probabilities.
    pub expected: f64,
    /// Rows confidently of another class than their label: (row, label, class).
    pub contradicted: Vec<(u32, u32, u32)>,
}

impl Confident {
    /// `probabilities`: `classes` a row; rows without a label or a probability are left out.
    pub fn of(labels: &[u32], probabilities: &[f64], classes: usize) -> Self {
        let rows = || {
            let rows = labels.iter().zip(probabilities.chunks_exact(classes.max(1))).zip(0u32..);
            rows.filter(|((label, p), _)| **label != NO_CLASS && p.iter().all(|x| !x.is_nan())).map(|((label, p), row)| (*label, p, row))
        };
        let (mut sums, mut counts) = (vec![0.0; classes], vec![0.0; classes]);
        for (label, p, _) in rows() {
            if let (Some(sum), Some(count), Some(own)) =
                (sums.get_mut(label as usize), counts.get_mut(label as usize), p.get(label as usize))
            {
                *sum += own;
                *count += 1.0;
            }
        }
        let threshold = |(sum, count): (&f64, &f64)| if *count > 0.0 { (sum / count).max(1e-6) - 1e-6 } else { f64::INFINITY };
        let thresholds: Vec<f64> = sums.iter().zip(&counts).map(threshold).collect();
        let mut out = Self::default();
        let (mut joint, mut soft) = (vec![0.0; classes * classes], vec![0.0; classes * classes]);
        let mut masses = vec![0.0; classes];
        for (label, p, row) in rows() {
            out.rows += 1;
            masses.iter_mut().zip(p).for_each(|(mass, x)| *mass += x);
            let mut reached = p.iter().zip(&thresholds).enumerate().filter(|(_, (x, t))| x >= t).map(|(class, _)| class);
            let class = match (reached.next(), reached.next()) {
                (None, _) => continue,
                (Some(only), None) => only,
                _ => p.iter().enumerate().fold((0, f64::NEG_INFINITY), |best, (c, &x)| if x > best.1 { (c, x) } else { best }).0,
            };
            out.sure += 1;
            if let Some(cell) = joint.get_mut(label as usize * classes + class) {
                *cell += 1.0;
            }
            for (given, x) in p.iter().enumerate() {
                if let Some(cell) = soft.get_mut(given * classes + class) {
                    *cell += x;
                }
            }
            if class as u32 != label {
                out.contradicted.push((row, label, class as u32));
            }
        }
        // A label that is never confirmed is taken to be confirmed once.
        for class in 0..classes {
            if let Some(cell) = joint.get_mut(class * classes + class) {
                *cell = f64::max(*cell, 1.0);
            }
        }
        let rows = (out.rows as f64).max(1.0);
        let by_chance: f64 = counts.iter().zip(&masses).map(|(count, mass)| count / rows * mass / rows).sum();
        out.knows = sums.iter().sum::<f64>() / rows > by_chance + 1e-9;
        out.noise = off_diagonal(&joint, &counts);
        out.expected = off_diagonal(&soft, &masses);
        out
    }
}

/// The share of the rows off the diagonal, once each row of the table has its own total.
fn off_diagonal(table: &[f64], totals: &[f64]) -> f64 {
    let classes = totals.len();
    let (mut off, mut all) = (0.0, 0.0);
    for (class, (row, total)) in table.chunks_exact(classes.max(1)).zip(totals).enumerate() {
        let sum: f64 = row.iter().sum();
        if sum > 0.0 {
            off += total * (1.0 - row.get(class).copied().unwrap_or(0.0) / sum);
            all += total;
        }
    }
    if all > 0.0 { off / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;

    /// Labels drawn with the probabilities; a share of them then flipped.
    fn world(flip: f64, seed: u64) -> Confident {
        let mut rng = Rng::new(seed, 1);
        let (mut labels, mut probabilities) = (Vec::new(), Vec::new());
        for _ in 0..3000 {
            let p = 1.0 / (1.0 + crate::math::exp(-3.0 * rng.normal()));
            let label = u32::from(rng.uniform() < p);
            labels.push(if rng.uniform() < flip { 1 - label } else { label });
            probabilities.extend([1.0 - p, p]);
        }
        Confident::of(&labels, &probabilities, 2)
    }

    #[test]
    fn the_estimate_is_the_published_one() {
        for golden in super::super::goldens()["noise"].as_array().unwrap() {
            let list = |name: &str| golden[name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<f64>>();
            let labels: Vec<u32> = list("labels").into_iter().map(|x| x as u32).collect();
            let found = Confident::of(&labels, &list("probabilities"), golden["classes"].as_u64().unwrap() as usize);
            assert!((found.noise - golden["noise"].as_f64().unwrap()).abs() < 1e-9);
            assert_eq!(Some(found.sure), golden["confident"].as_u64());
            let rows: Vec<f64> = found.contradicted.iter().map(|c| f64::from(c.0)).collect();
            assert_eq!(rows, list("contradicted"));
        }
    }

    #[test]
    fn what_the_model_itself_expects_is_no_noise() {
        for seed in 0..20 {
            let clean = world(0.0, seed);
            assert!((clean.noise - clean.expected).abs() < 0.012, "{} {}", clean.noise, clean.expected);
            let noisy = world(0.15, seed);
            assert!(noisy.noise - noisy.expected > 0.08, "{} {}", noisy.noise, noisy.expected);
        }
    }

    #[test]
    fn probabilities_that_know_nothing_say_nothing_of_labels() {
        let labels: Vec<u32> = (0..100).map(|i| u32::from(i % 3 == 0)).collect();
        let knows = |of: &dyn Fn(usize) -> f64| {
            let both: Vec<f64> = (0..100).flat_map(|i| [1.0 - of(i), of(i)]).collect();
            Confident::of(&labels, &both, 2).knows
        };
        assert!(knows(&|i| if i % 3 == 0 { 0.8 } else { 0.3 }));
        assert!(!knows(&|_| 0.7) && !knows(&|i| if i % 3 == 0 { 0.2 } else { 0.6 }));
    }
}
