//! p-values from draws that stop as soon as enough is known, with a fitted tail where few draws reach the observed value.
//!
//! Besag and Clifford 1991 (Biometrika 78): stop at h exceedances, p = h/draws. Knijnenburg and others 2009 (Bioinformatics
//! 25): below 10 exceedances fit a generalised Pareto tail to the largest draws; here by probability-weighted moments
//! (Hosking and Wallis 1987, Technometrics 29), with a shape that is never lighter than exponential, so that p never reaches 0.

use crate::math::{exp, ln, pow};

/// Draws kept for the tail.
const TAIL: usize = 250;

/// A one-sided p-value being drawn: large statistics speak against the null.
#[derive(Debug, Clone)]
pub struct Sequential {
    observed: f64,
    enough: u32,
    most: u32,
    hits: u32,
    draws: u32,
    values: Vec<f64>,
}

impl Sequential {
    /// Stops at `enough` draws that reach `observed`, or at `most` draws.
    pub fn new(observed: f64, enough: u32, most: u32) -> Self {
        Self { observed, enough: enough.max(1), most: most.max(1), hits: 0, draws: 0, values: Vec::new() }
    }

    /// Takes a draw from the null. `true` while more are wanted.
    pub fn add(&mut self, draw: f64) -> bool {
        self.draws += 1;
        if draw >= self.observed {
            self.hits += 1;
        }
        self.values.push(draw);
        self.wants_more()
    }

    /// Whether another draw would be of use.
    pub fn wants_more(&self) -> bool {
        self.hits < self.enough && self.draws < self.most
    }

    /// Draws taken.
    pub fn draws(&self) -> u32 {
        self.draws
    }

    /// Mean of the draws; 0 before the first.
    pub fn mean(&self) -> f64 {
        if self.values.is_empty() { 0.0 } else { self.values.iter().sum::<f64>() / self.values.len() as f64 }
    }

    /// Standard deviation of the draws; 0 under two of them.
    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        if self.values.len() < 2 {
            return 0.0;
        }
        (self.values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (self.values.len() - 1) as f64).sqrt()
    }

    /// The p-value: h/draws where stopped early; (hits + 1)/(draws + 1) at the end, or the fitted tail below 10 hits.
    pub fn p_value(&self) -> f64 {
        if self.draws == 0 {
            return 1.0;
        }
        if self.hits >= self.enough {
            return f64::from(self.hits) / f64::from(self.draws);
        }
        let counted = f64::from(self.hits + 1) / f64::from(self.draws + 1);
        if self.hits >= 10 || self.values.len() < 4 * 20 {
            return counted;
        }
        let mut sorted = self.values.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        // The most cautious of three depths: a tail that has not settled shows as disagreement.
        let deepest = TAIL.min(sorted.len() / 4);
        let fitted = [deepest, deepest * 3 / 4, deepest / 2]
            .into_iter()
            .filter_map(|depth| tail(&sorted, depth, self.observed))
            .fold(None, |worst: Option<f64>, p| Some(worst.map_or(p, |w| w.max(p))));
        fitted.map_or(counted, |p| p.min(counted))
    }
}

/// P(draw ≥ observed) by a generalised Pareto fit to the `depth` largest of descending draws.
fn tail(sorted: &[f64], depth: usize, observed: f64) -> Option<f64> {
    if depth < 10 {
        return None;
    }
    // Between the last value inside the tail and the first outside.
    let threshold = 0.5 * (sorted.get(depth - 1)? + sorted.get(depth)?);
    let beyond = observed - threshold;
    if beyond <= 0.0 {
        return None;
    }
    let n = depth as f64;
    let excesses = sorted.iter().take(depth).map(|v| (v - threshold).max(0.0));
    // Descending order: the i-th largest (from 0) exceeds a share (i + 0.35)/n, Hosking's plotting position.
    let (mut mean, mut weighted) = (0.0, 0.0);
    for (i, excess) in excesses.enumerate() {
        mean += excess / n;
        weighted += excess * (i as f64 + 0.35) / n / n;
    }
    if mean <= 0.0 {
        return None;
    }
    // Shape ξ and scale σ; ξ < 0 (a bounded tail) is taken as the exponential with the same mean.
    let ratio = mean / (mean - 2.0 * weighted);
    let shape = 2.0 - ratio;
    let survival = if shape > 1e-6 && shape < 0.9 {
        let scale = 2.0 * mean * weighted / (mean - 2.0 * weighted);
        pow(1.0 + shape * beyond / scale, -1.0 / shape)
    } else if shape >= 0.9 {
        return None;
    } else {
        exp(-beyond / mean)
    };
    let share = n / sorted.len() as f64;
    Some(exp(ln(share) + ln(survival.max(f64::MIN_POSITIVE))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;
    use crate::stats::special::normal_upper;

    fn p_of(observed: f64, most: u32, seed: u64) -> Sequential {
        let (mut rng, mut run) = (Rng::new(seed, 1), Sequential::new(observed, 20, most));
        while run.add(rng.normal()) {}
        run
    }

    #[test]
    fn stops_early_where_nothing_is_to_be_seen() {
        let run = p_of(0.0, 1000, 5);
        assert!(run.draws() < 80);
        assert!((run.p_value() - 0.5).abs() < 0.2);
    }

    #[test]
    fn the_tail_is_cautious_and_of_the_right_size() {
        for seed in 0..20 {
            for z in [3.0, 4.0, 5.0] {
                let p = p_of(z, 1000, seed).p_value();
                let truth = normal_upper(z);
                assert!(p < 1.1e-2 && p > truth / 3.0, "{z}: {p} against {truth}");
                assert!(p < (truth * 3000.0).max(6e-3), "{z}: {p} against {truth}");
            }
        }
        assert!(p_of(9.0, 1000, 1).p_value() < 1e-4);
        assert!(p_of(9.0, 1000, 1).p_value() > 0.0);
    }

    #[test]
    fn p_is_valid_under_the_null() {
        let mut rng = Rng::new(11, 2);
        let ps: Vec<f64> = (0..2000).map(|i| p_of(rng.normal(), 200, 1000 + i).p_value()).collect();
        for level in [0.01, 0.05, 0.2] {
            let share = ps.iter().filter(|&&p| p <= level).count() as f64 / 2000.0;
            assert!(share < level + 3.0 * (level / 2000.0).sqrt(), "{level}: {share}");
        }
    }
}
