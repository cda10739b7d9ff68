//! How far two samples over the same cells lie apart: the distance, what noise alone would give, and its spread.
//!
//! Near the null every distance of the φ-divergence kind is c·(1/n + 1/m)·χ² with k − 1 degrees of freedom (Pardo 2006, "Statistical
//! Inference Based on Divergence Measures"), which gives the expectation under noise; away from it the delta method adds the
//! variance of the gradient. Both together are the variance of a noncentral χ², right at either end.

use crate::math::ln;
use crate::stats::special::bits;

/// A distance with what is needed to judge it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// The plain value.
    pub value: f64,
    /// What two samples of these sizes of one distribution show on average.
    pub noise: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Distance {
    /// The value beyond noise, never negative.
    pub fn effect(&self) -> f64 {
        (self.value - self.noise).max(0.0)
    }

    /// 95 % interval of the effect, never negative.
    pub fn interval(&self) -> (f64, f64) {
        let (centre, half) = (self.value - self.noise, 1.959_963_984_540_054 * self.standard_error);
        ((centre - half).max(0.0), (centre + half).max(0.0))
    }

    /// The same distance on a rooted scale: √value, with the error by the delta method.
    fn rooted(self) -> Self {
        let value = self.value.max(0.0).sqrt();
        let noise = self.noise.max(0.0).sqrt();
        // d√v = dv / 2√v; near 0 the noise keeps the slope finite.
        Self { value, noise, standard_error: self.standard_error / (2.0 * value.max(noise)).max(1e-12) }
    }
}

/// Two samples over the same cells: shares, sizes, effective sizes.
struct Pair {
    cells: Vec<(f64, f64)>,
    /// 1/n + 1/m, design effects included.
    unit: f64,
    one_over_n: f64,
    one_over_m: f64,
    used: f64,
}

impl Pair {
    /// `add` goes on every cell of both sides. Cells that are empty on both sides stay out of the degrees of freedom.
    fn of(reference: &[f64], evaluation: &[f64], add: f64, design_n: f64, design_m: f64) -> Option<Self> {
        let (n, m) = (reference.iter().sum::<f64>(), evaluation.iter().sum::<f64>());
        if n <= 0.0 || m <= 0.0 {
            return None;
        }
        let k = reference.len().min(evaluation.len()) as f64;
        let cells = reference.iter().zip(evaluation).map(|(a, b)| ((a + add) / (n + add * k), (b + add) / (m + add * k))).collect();
        let used = reference.iter().zip(evaluation).filter(|(a, b)| **a + **b > 0.0).count() as f64;
        let (one_over_n, one_over_m) = (design_n.max(1.0) / n, design_m.max(1.0) / m);
        Some(Self { cells, unit: one_over_n + one_over_m, one_over_n, one_over_m, used: used.max(1.0) })
    }

    /// Sums f(p, q) = (value, ∂/∂p, ∂/∂q) with p the reference's share, q the evaluation's; `c` scales χ².
    fn sum(&self, c: f64, f: impl Fn(f64, f64) -> (f64, f64, f64)) -> Distance {
        let (mut value, mut by_p, mut by_q) = (0.0, Moments::default(), Moments::default());
        for &(p, q) in &self.cells {
            if p + q > 0.0 {
                let (v, gp, gq) = f(p, q);
                value += v;
                by_p.add(p, gp);
                by_q.add(q, gq);
            }
        }
        let degrees = self.used - 1.0;
        let delta = by_p.variance() * self.one_over_n + by_q.variance() * self.one_over_m;
        let null = 2.0 * degrees * c * c * self.unit * self.unit;
        Distance { value: value.max(0.0), noise: c * degrees * self.unit, standard_error: (delta + null).sqrt() }
    }
}

/// Variance of a gradient under the shares.
#[derive(Default)]
struct Moments {
    mean: f64,
    square: f64,
}

impl Moments {
    fn add(&mut self, share: f64, gradient: f64) {
        if share > 0.0 {
            self.mean += share * gradient;
            self.square += share * gradient * gradient;
        }
    }

    fn variance(&self) -> f64 {
        (self.square - self.mean * self.mean).max(0.0)
    }
}

/// The population stability index Σ(q − p)·ln(q/p), half a row added to every cell of both sides.
pub fn psi(reference: &[f64], evaluation: &[f64], design_n: f64, design_m: f64) -> Option<Distance> {
    Pair::of(reference, evaluation, 0.5, design_n, design_m).map(|pair| {
        pair.sum(1.0, |p, q| {
            let log = ln(q / p);
            ((q - p) * log, -log + 1.0 - q / p, log + 1.0 - p / q)
        })
    })
}

/// The smallest share that the textbook formulas see: a logarithm of zero says nothing of how rare a value is.
const FLOOR: f64 = 1e-5;

/// The stability index as it is commonly reported: plain shares, those under 0.00001 taken as that.
pub fn textbook_psi(reference: &[f64], evaluation: &[f64]) -> Option<f64> {
    floored(reference, evaluation, |p, q| (q - p) * ln(q / p))
}

/// Kullback and Leibler's divergence Σ q·ln(q/p) of plain shares, those under 0.00001 taken as that.
pub fn textbook_kullback_leibler(reference: &[f64], evaluation: &[f64]) -> Option<f64> {
    floored(reference, evaluation, |p, q| q * ln(q / p))
}

fn floored(reference: &[f64], evaluation: &[f64], f: impl Fn(f64, f64) -> f64) -> Option<f64> {
    let pair = Pair::of(reference, evaluation, 0.0, 1.0, 1.0)?;
    Some(pair.cells.iter().filter(|(p, q)| p + q > 0.0).map(|&(p, q)| f(p.max(FLOOR), q.max(FLOOR))).sum())
}

/// Kullback and Leibler's divergence of the evaluation from the reference, Σ q·ln(q/p), in nats, half a row added to every cell.
pub fn kullback_leibler(reference: &[f64], evaluation: &[f64], design_n: f64, design_m: f64) -> Option<Distance> {
    Pair::of(reference, evaluation, 0.5, design_n, design_m).map(|pair| {
        pair.sum(0.5, |p, q| {
            let log = ln(q / p);
            (q * log, -q / p, log + 1.0)
        })
    })
}

/// Jensen and Shannon's divergence, in bits: between 0 and 1.
pub fn jensen_shannon(reference: &[f64], evaluation: &[f64], design_n: f64, design_m: f64) -> Option<Distance> {
    let part = |x: f64, middle: f64| if x > 0.0 { x * ln(x / middle) } else { 0.0 };
    let slope = |x: f64, middle: f64| if x > 0.0 { 0.5 * ln(x / middle) } else { 0.0 };
    Pair::of(reference, evaluation, 0.0, design_n, design_m).map(|pair| {
        pair.sum(bits(0.125), |p, q| {
            let middle = 0.5 * (p + q);
            (bits(0.5 * (part(p, middle) + part(q, middle))), bits(slope(p, middle)), bits(slope(q, middle)))
        })
    })
}

/// Hellinger's distance √(½·Σ(√p − √q)²): between 0 and 1.
pub fn hellinger(reference: &[f64], evaluation: &[f64], design_n: f64, design_m: f64) -> Option<Distance> {
    Pair::of(reference, evaluation, 0.0, design_n, design_m).map(|pair| {
        pair.sum(0.125, |p, q| {
            let (root_p, root_q) = (p.sqrt(), q.sqrt());
            let gap = root_p - root_q;
            let slope = |own: f64, other: f64| if own > 0.0 { 0.5 * (1.0 - other / own) } else { 0.0 };
            (0.5 * gap * gap, slope(root_p, root_q), slope(root_q, root_p))
        })
        .rooted()
    })
}

/// Half the sum of |p − q|: the share of rows that would have to move.
pub fn total_variation(reference: &[f64], evaluation: &[f64], design_n: f64, design_m: f64) -> Option<Distance> {
    Pair::of(reference, evaluation, 0.0, design_n, design_m).map(|pair| {
        // Under noise each gap is normal: E|gap| = √(2/π)·sd.
        let mut noise = 0.0;
        let mut distance = pair.sum(0.0, |p, q| {
            let sign = (q - p).signum();
            (0.5 * (q - p).abs(), -0.5 * sign, 0.5 * sign)
        });
        for &(p, q) in &pair.cells {
            let pooled = (p * pair.one_over_m + q * pair.one_over_n) / pair.unit;
            noise += 0.5 * (std::f64::consts::FRAC_2_PI * pooled * (1.0 - pooled) * pair.unit).max(0.0).sqrt();
        }
        distance.noise = noise;
        distance
    })
}

/// Cramér's V of side against cell, √(χ²/(n + m)): between 0 and 1. The noise is that of χ² with k − 1 degrees of freedom.
pub fn cramers_v(reference: &[f64], evaluation: &[f64], design_n: f64, design_m: f64) -> Option<Distance> {
    Pair::of(reference, evaluation, 0.0, design_n, design_m).map(|pair| {
        // χ²/(n + m) = Σ w·v·(p − q)²/(w·p + v·q), w and v the sides' shares of all rows.
        let (n, m) = (reference.iter().sum::<f64>(), evaluation.iter().sum::<f64>());
        let (w, v) = (n / (n + m), m / (n + m));
        pair.sum(w * v, |p, q| {
            let (gap, pooled) = (p - q, w * p + v * q);
            let value = w * v * gap * gap / pooled;
            let common = w * v * gap / (pooled * pooled);
            (value, common * (2.0 * pooled - w * gap), -common * (2.0 * pooled + v * gap))
        })
        .rooted()
    })
}

/// The earth mover's distance between two samples over ordered cells, in the unit of `positions` (one a cell: its mean value).
pub fn wasserstein(reference: &[f64], evaluation: &[f64], positions: &[f64], design_n: f64, design_m: f64) -> Option<Distance> {
    let pair = Pair::of(reference, evaluation, 0.0, design_n, design_m)?;
    let (mut value, mut noise, mut below_p, mut below_q) = (0.0, 0.0, 0.0, 0.0);
    // ∂/∂(share of cell i) = Σ over gaps right of i of sign·width; gathered from the right below.
    let mut widths = Vec::with_capacity(pair.cells.len());
    for (&(p, q), ends) in pair.cells.iter().zip(positions.windows(2)) {
        below_p += p;
        below_q += q;
        let width = match ends {
            [from, to] => (to - from).max(0.0),
            _ => 0.0,
        };
        let gap: f64 = below_q - below_p;
        value += gap.abs() * width;
        let pooled: f64 = (below_p * pair.one_over_m + below_q * pair.one_over_n) / pair.unit;
        noise += width * (std::f64::consts::FRAC_2_PI * pooled * (1.0 - pooled) * pair.unit).max(0.0).sqrt();
        widths.push(gap.signum() * width);
    }
    let (mut by_p, mut by_q, mut slope) = (Moments::default(), Moments::default(), 0.0);
    for (i, &(p, q)) in pair.cells.iter().enumerate().rev() {
        slope += widths.get(i).copied().unwrap_or(0.0);
        by_p.add(p, -slope);
        by_q.add(q, slope);
    }
    let variance = by_p.variance() * pair.one_over_n + by_q.variance() * pair.one_over_m;
    Some(Distance { value, noise, standard_error: variance.sqrt() })
}

/// Two-sample KS distance as a [`Distance`]; its noise is the mean of Kolmogorov's distribution, √(π/2)·ln 2.
pub fn kolmogorov(reference: &[f64], evaluation: &[f64], design_n: f64, design_m: f64) -> Option<Distance> {
    let pair = Pair::of(reference, evaluation, 0.0, design_n, design_m)?;
    let (mut best, mut at, mut below_p, mut below_q) = (0.0_f64, (0.0, 0.0), 0.0, 0.0);
    for &(p, q) in &pair.cells {
        below_p += p;
        below_q += q;
        if (below_q - below_p).abs() > best {
            best = (below_q - below_p).abs();
            at = (below_p, below_q);
        }
    }
    let spread = |share: f64, one_over: f64| (share * (1.0 - share)).max(0.0) * one_over;
    let standard_error = (spread(at.0, pair.one_over_n) + spread(at.1, pair.one_over_m)).sqrt();
    Some(Distance { value: best, noise: 0.868_731_160_636_159_3 * pair.unit.sqrt(), standard_error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;

    type Measure = fn(&[f64], &[f64], f64, f64) -> Option<Distance>;
    const ALL: [(&str, Measure); 6] = [
        ("psi", psi),
        ("kl", kullback_leibler),
        ("js", jensen_shannon),
        ("hellinger", hellinger),
        ("tv", total_variation),
        ("v", cramers_v),
    ];

    fn sample(rng: &mut Rng, shares: &[f64], n: usize) -> Vec<f64> {
        let mut counts = vec![0.0; shares.len()];
        for _ in 0..n {
            let mut u = rng.uniform();
            let cell = shares.iter().position(|s| {
                u -= s;
                u < 0.0
            });
            counts[cell.unwrap_or(shares.len() - 1)] += 1.0;
        }
        counts
    }

    #[test]
    fn noise_is_what_equal_samples_show_on_average() {
        let mut rng = Rng::new(5, 1);
        let shares = [0.05, 0.1, 0.2, 0.3, 0.15, 0.1, 0.1];
        for (name, measure) in ALL {
            let mut ratio = 0.0;
            for _ in 0..300 {
                let d = measure(&sample(&mut rng, &shares, 800), &sample(&mut rng, &shares, 500), 1.0, 1.0).unwrap();
                ratio += d.value / d.noise / 300.0;
            }
            assert!((ratio - 1.0).abs() < 0.12, "{name}: {ratio}");
        }
        let positions: Vec<f64> = (0..7).map(f64::from).collect();
        let mut ratio = [0.0; 2];
        for _ in 0..300 {
            let (a, b) = (sample(&mut rng, &shares, 800), sample(&mut rng, &shares, 500));
            let d = wasserstein(&a, &b, &positions, 1.0, 1.0).unwrap();
            ratio[0] += d.value / d.noise / 300.0;
            let d = kolmogorov(&a, &b, 1.0, 1.0).unwrap();
            ratio[1] += d.value / d.noise / 300.0;
        }
        // Few cells make KS smaller than in the continuum: the correction may be too large, not too small.
        assert!((ratio[0] - 1.0).abs() < 0.12 && ratio[1] < 1.1 && ratio[1] > 0.6, "{ratio:?}");
    }

    #[test]
    fn intervals_cover_the_true_distance() {
        let mut rng = Rng::new(6, 1);
        let (p, q) = ([0.4, 0.3, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25]);
        let big = |s: &[f64]| s.iter().map(|x| x * 1e12).collect::<Vec<f64>>();
        for (name, measure) in ALL {
            let truth = measure(&big(&p), &big(&q), 1.0, 1.0).unwrap().value;
            let covered = (0..400)
                .filter(|_| {
                    let d = measure(&sample(&mut rng, &p, 600), &sample(&mut rng, &q, 400), 1.0, 1.0).unwrap();
                    // Rooted and absolute distances carry little bias away from the null: judge the plain value's spread.
                    (d.value - truth).abs() <= 1.96 * d.standard_error + d.noise
                })
                .count();
            assert!(covered >= 370, "{name}: {covered} of 400");
        }
    }

    #[test]
    fn disjoint_samples_reach_the_ends() {
        let (a, b) = ([10.0, 0.0], [0.0, 10.0]);
        assert!((jensen_shannon(&a, &b, 1.0, 1.0).unwrap().value - 1.0).abs() < 1e-12);
        assert!((hellinger(&a, &b, 1.0, 1.0).unwrap().value - 1.0).abs() < 1e-12);
        assert!((cramers_v(&a, &b, 1.0, 1.0).unwrap().value - 1.0).abs() < 1e-12);
        assert_eq!(total_variation(&a, &b, 1.0, 1.0).unwrap().value, 1.0);
        assert_eq!(wasserstein(&a, &b, &[2.0, 5.0], 1.0, 1.0).unwrap().value, 3.0);
        assert!(psi(&a, &[0.0, 0.0], 1.0, 1.0).is_none());
    }
}
