//! Unseen values under exchangeability: had chance alone dealt the pooled rows to the two sides, how many evaluation rows
//! would have a value that the reference lacks?
//!
//! A value with c rows among all N is lacking in the reference when all c fall among the m evaluation rows, with probability
//! C(N − c, n)/C(N, n); it then adds c rows. The number of such rows is the sum over the values. Values are taken as
//! independent; in truth they are negatively dependent (the rows dealt are fixed in number), which makes the tail
//! a little too heavy, on the safe side.

use std::collections::BTreeMap;

use crate::math::{exp, ln_1p};
use crate::stats::special::{ln_factorial, normal_upper};

/// Steps that the exact distribution may take; beyond, a saddlepoint approximates the tail.
const MOST_STEPS: f64 = 4e6;

/// Probabilities below this are lost to rounding in the exact distribution.
const EXACT_FROM: f64 = 1e-10;

/// What chance would give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unseen {
    /// Rows expected.
    pub expected: f64,
    /// P(at least as many as observed).
    pub p_value: f64,
}

/// Values that occur equally often in the pool.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// Rows of each.
    rows: f64,
    /// How many values.
    values: f64,
    /// Log-odds that all rows of one fall on the evaluation's side.
    log_odds: f64,
}

impl Group {
    fn probability(&self) -> f64 {
        logistic(self.log_odds)
    }
}

fn logistic(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + exp(-x)) } else { exp(x) / (1.0 + exp(x)) }
}

fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + ln_1p(exp(-x)) } else { ln_1p(exp(x)) }
}

/// `pooled`: how many rows each value has on both sides together; `n`, `m`: rows with a value in reference and evaluation;
/// `observed`: evaluation rows whose value the reference lacks.
pub(super) fn unseen(pooled: impl Iterator<Item = u64>, n: u64, m: u64, observed: u64) -> Unseen {
    let mut sizes: BTreeMap<u64, u64> = BTreeMap::new();
    for rows in pooled.filter(|&r| r > 0) {
        *sizes.entry(rows).or_default() += 1;
    }
    let (n, m) = (n as f64, m as f64);
    let total = n + m;
    let groups: Vec<Group> = (sizes.into_iter())
        .filter(|&(rows, _)| rows as f64 <= m)
        .map(|(rows, values)| {
            let c = rows as f64;
            let ln_p = ln_factorial(total - c) + ln_factorial(m) - ln_factorial(m - c) - ln_factorial(total);
            // ln(p/(1 − p)); p is 1 only where the reference has no rows.
            let log_odds = if ln_p > -1e-12 { 30.0 } else { ln_p - crate::math::ln(-crate::math::exp_m1(ln_p)) };
            Group { rows: c, values: values as f64, log_odds }
        })
        .collect();
    let expected = groups.iter().map(|g| g.rows * g.values * g.probability()).sum();
    let observed = observed as f64;
    let p_value = if observed <= 0.0 {
        1.0
    } else {
        let exact = exact_tail(&groups, observed as usize);
        exact.filter(|&p| p > EXACT_FROM).unwrap_or_else(|| saddlepoint_tail(&groups, observed, expected)).clamp(0.0, 1.0)
    };
    Unseen { expected, p_value }
}

/// P(sum ≥ t) by convolution of the groups' binomials; `None` where that would take too long.
fn exact_tail(groups: &[Group], t: usize) -> Option<f64> {
    // Successes that a binomial can be seen to have.
    let reach = |g: &Group| {
        let (p, k) = (g.probability(), g.values);
        let most = k * p + 12.0 * (k * p * (1.0 - p)).sqrt() + 30.0;
        (k.min(most) as usize).min(((t - 1) as f64 / g.rows) as usize)
    };
    let steps: f64 = groups.iter().map(|g| t as f64 * (reach(g) as f64 + 1.0)).sum();
    if steps > MOST_STEPS {
        return None;
    }
    let mut below = vec![0.0f64; t];
    *below.first_mut()? = 1.0;
    for g in groups {
        let (p, k) = (g.probability(), g.values);
        if p < 1e-18 {
            continue;
        }
        let weights: Vec<f64> = (0..=reach(g)).map(|j| crate::stats::special::binomial_density(j as f64, k, p, 1.0 - p)).collect();
        let size = g.rows as usize;
        for at in (0..t).rev() {
            let sum: f64 = weights.iter().enumerate().filter_map(|(j, w)| below.get(at.checked_sub(j * size)?).map(|b| w * b)).sum();
            if let Some(slot) = below.get_mut(at) {
                *slot = sum;
            }
        }
    }
    Some(1.0 - below.iter().sum::<f64>())
}

/// Lugannani and Rice (1980, Adv. Appl. Prob. 12:475) with the lattice correction of Daniels (1987, Int. Stat. Rev. 55:37).
fn saddlepoint_tail(groups: &[Group], t: f64, expected: f64) -> f64 {
    let slope = |s: f64| groups.iter().map(|g| g.rows * g.values * logistic(g.log_odds + g.rows * s)).sum::<f64>();
    let variance = |s: f64| {
        let one = |g: &Group| {
            let w = logistic(g.log_odds + g.rows * s);
            g.rows * g.rows * g.values * w * (1.0 - w)
        };
        groups.iter().map(one).sum::<f64>()
    };
    let sd = variance(0.0).sqrt();
    if (t - expected).abs() <= 0.5 * sd.max(1e-9) {
        return normal_upper((t - 0.5 - expected) / sd.max(1e-9));
    }
    // The slope rises with s: bracket, then halve.
    let (mut low, mut high) = (-1.0, 1.0);
    for _ in 0..60 {
        if slope(high) < t {
            high *= 2.0;
        } else if slope(low) > t {
            low *= 2.0;
        } else {
            break;
        }
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if slope(middle) < t {
            low = middle;
        } else {
            high = middle;
        }
    }
    let s = 0.5 * (low + high);
    let cumulant: f64 = groups.iter().map(|g| g.values * (softplus(g.log_odds + g.rows * s) - softplus(g.log_odds))).sum();
    let r = s.signum() * (2.0 * (s * t - cumulant)).max(0.0).sqrt();
    let u = (1.0 - exp(-s)) * variance(s).sqrt();
    if r.abs() < 1e-6 || u.abs() < 1e-12 {
        return normal_upper(r);
    }
    let density = exp(-0.5 * r * r) / (2.0 * std::f64::consts::PI).sqrt();
    normal_upper(r) + density * (1.0 / u - 1.0 / r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;
    use crate::stats::draws::multivariate_hypergeometric;

    /// P(sum ≥ t) by dealing the pool many times.
    fn dealt(pooled: &[u64], m: u64, t: u64, draws: u32) -> f64 {
        let mut rng = Rng::new(11, 12);
        let mut drawn = Vec::new();
        let hits = (0..draws)
            .filter(|_| {
                multivariate_hypergeometric(&mut rng, pooled, m, &mut drawn);
                pooled.iter().zip(&drawn).filter(|(all, d)| all == d).map(|(all, _)| all).sum::<u64>() >= t
            })
            .count();
        hits as f64 / f64::from(draws)
    }

    #[test]
    fn agrees_with_dealing_the_rows() {
        let pooled: Vec<u64> = (0..60).map(|i| 1 + i % 6).chain([200, 300, 150]).collect();
        let total: u64 = pooled.iter().sum();
        let m = total / 2;
        for t in [10, 25, 35, 45] {
            let ours = unseen(pooled.iter().copied(), total - m, m, t).p_value;
            let theirs = dealt(&pooled, m, t, 20_000);
            // Independence is on the safe side, and not far off.
            assert!(ours > theirs - 0.012 && ours < theirs * 1.25 + 0.012, "{t}: {ours} against {theirs}");
        }
    }

    #[test]
    fn one_value_alone() {
        // Five rows of one value, all on one of two equal sides: C(95, 50)/C(100, 50).
        let p = unseen([5, 95].into_iter(), 50, 50, 5).p_value;
        assert!((p - 50.0 * 49.0 * 48.0 * 47.0 * 46.0 / (100.0 * 99.0 * 98.0 * 97.0 * 96.0)).abs() < 1e-12);
        // A new value with many rows cannot be chance.
        assert!(unseen([4000, 30_000].into_iter(), 15_000, 19_000, 4000).p_value < 1e-100);
        assert_eq!(unseen([50, 50].into_iter(), 50, 50, 0).p_value, 1.0);
    }

    #[test]
    fn the_saddlepoint_meets_the_exact_tail() {
        let groups: Vec<Group> = [(1.0, 300.0, 0.3), (2.0, 100.0, 0.1), (3.0, 50.0, 0.03)]
            .map(|(rows, values, p): (f64, f64, f64)| Group { rows, values, log_odds: crate::math::ln(p / (1.0 - p)) })
            .to_vec();
        let expected: f64 = groups.iter().map(|g| g.rows * g.values * g.probability()).sum();
        for t in [100, 125, 140, 160] {
            let (exact, approximate) = (exact_tail(&groups, t).unwrap(), saddlepoint_tail(&groups, t as f64, expected));
            assert!((approximate / exact - 1.0).abs() < 0.03, "{t}: {approximate} against {exact}");
        }
    }
}
