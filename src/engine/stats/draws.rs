//! Draws without replacement: how many of each kind a random subset holds.
//!
//! A seeded permutation of rows, seen through counts alone, is a multivariate hypergeometric draw; so same-size draws work
//! from merged profiles. Exact sampling: inversion from the mode where the spread is small, else the ratio-of-uniforms method HRUA*
//! of Stadlober (1990, J. Comput. Appl. Math. 31).

use super::special::{hypergeometric_density, ln_factorial};
use crate::math::ln;
use crate::random::Rng;

/// From this standard deviation on, rejection takes over from inversion.
const WIDE: f64 = 8.0;

/// How many marked items are among `n` drawn from `marked` and `others`. `n` beyond the population draws all.
pub fn hypergeometric(rng: &mut Rng, marked: u64, others: u64, n: u64) -> u64 {
    let total = marked + others;
    let n = n.min(total);
    // By symmetry draw the smaller half of the smaller kind, and turn the answer back.
    let (few, many) = (marked.min(others), marked.max(others));
    let half = n.min(total - n);
    let drawn = if few == 0 || half == 0 { 0 } else { sample(rng, few as f64, many as f64, half as f64) as u64 };
    let of_few = if n == half { drawn } else { few - drawn };
    if marked <= others { of_few } else { n - of_few }
}

fn sample(rng: &mut Rng, marked: f64, others: f64, n: f64) -> f64 {
    let total = marked + others;
    let (p, q) = (marked / total, others / total);
    let variance = (total - n) * n * p * q / (total - 1.0).max(1.0);
    if variance < WIDE * WIDE { invert(rng, marked, others, n) } else { reject(rng, marked, others, n, variance) }
}

/// Walks outwards from the mode, likelier side first, until the uniform is used up.
fn invert(rng: &mut Rng, marked: f64, others: f64, n: f64) -> f64 {
    let (low, high) = ((n - others).max(0.0), marked.min(n));
    let mode = ((n + 1.0) * (marked + 1.0) / (marked + others + 2.0)).floor().clamp(low, high);
    let mut left = rng.uniform();
    let density = hypergeometric_density(mode, marked, others, n);
    left -= density;
    let (mut down, mut up) = (mode, mode);
    let (mut down_density, mut up_density) = (density, density);
    while left >= 0.0 && (down > low || up < high) {
        if up < high {
            up_density *= (marked - up) * (n - up) / ((up + 1.0) * (others - n + up + 1.0));
            up += 1.0;
            left -= up_density;
            if left < 0.0 {
                return up;
            }
        }
        if down > low {
            down_density *= down * (others - n + down) / ((marked - down + 1.0) * (n - down + 1.0));
            down -= 1.0;
            left -= down_density;
            if left < 0.0 {
                return down;
            }
        }
        if up_density + down_density < 1e-18 {
            break;
        }
    }
    mode
}

/// Stadlober's table-mountain hat over the ratio of uniforms.
fn reject(rng: &mut Rng, marked: f64, others: f64, n: f64, variance: f64) -> f64 {
    // 2·√(2/e) and 3 − 2·√(3/e).
    const WIDTH: f64 = 1.715_527_769_921_413_5;
    const SHIFT: f64 = 0.898_916_162_058_898_8;
    let total = marked + others;
    let log_inverse = |x: f64| ln_factorial(x) + ln_factorial(marked - x) + ln_factorial(n - x) + ln_factorial(others - n + x);
    let centre = n * marked / total + 0.5;
    let deviation = (variance + 0.5).sqrt();
    let scale = WIDTH * deviation + SHIFT;
    let mode = ((n + 1.0) * (marked + 1.0) / (total + 2.0)).floor();
    let peak = log_inverse(mode);
    // 16 standard deviations: what lies beyond is below 1e-50.
    let end = (n.min(marked) + 1.0).min((centre + 16.0 * deviation).floor());
    let start = (n - others).max(0.0);
    loop {
        let (u, v) = (rng.uniform(), rng.uniform());
        let x = centre + scale * (v - 0.5) / u;
        if !(x >= start && x < end) {
            continue;
        }
        let k = x.floor();
        let gain = peak - log_inverse(k);
        if u * (4.0 - u) - 3.0 <= gain {
            return k;
        }
        if u * (u - gain) >= 1.0 {
            continue;
        }
        if 2.0 * ln(u) <= gain {
            return k;
        }
    }
}

/// Draws `n` items from cells with these counts: how many fall into each. `n` beyond the population draws all.
pub fn multivariate_hypergeometric(rng: &mut Rng, counts: &[u64], n: u64, drawn: &mut Vec<u64>) {
    drawn.clear();
    let mut rest: u64 = counts.iter().sum();
    let mut left = n.min(rest);
    for &count in counts {
        rest -= count;
        let k = hypergeometric(rng, count, rest, left);
        drawn.push(k);
        left -= k;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of many draws against theory, within five standard errors.
    fn fits(marked: u64, others: u64, n: u64) {
        let mut rng = Rng::new(7, marked + others + n);
        let draws = 20_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..draws {
            let k = hypergeometric(&mut rng, marked, others, n) as f64;
            assert!(k <= marked.min(n) as f64 && k >= n.saturating_sub(others) as f64);
            sum += k;
            squares += k * k;
        }
        let (mean, variance) = (sum / f64::from(draws), squares / f64::from(draws) - sum / f64::from(draws) * sum / f64::from(draws));
        let (m, o, size) = (marked as f64, others as f64, n as f64);
        let total = m + o;
        let theory = size * m / total;
        let spread = (size * m / total * o / total * (total - size) / (total - 1.0).max(1.0)).max(1e-12);
        assert!((mean - theory).abs() <= 5.0 * (spread / f64::from(draws)).sqrt() + 1e-9, "{marked} {others} {n}: mean {mean} {theory}");
        assert!((variance / spread - 1.0).abs() < 0.08 || spread < 1e-6, "{marked} {others} {n}: variance {variance} {spread}");
    }

    #[test]
    fn moments_on_both_methods_and_all_sides() {
        for (marked, others, n) in [
            (5, 7, 4),
            (7, 5, 9),
            (3, 1000, 500),
            (1000, 3, 900),
            (50_000, 20_000, 900),
            (600, 90_000, 60_000),
            (400_000, 600_000, 500_000),
        ] {
            fits(marked, others, n);
        }
    }

    #[test]
    fn shares_of_small_draws_follow_the_density() {
        let mut rng = Rng::new(1, 1);
        let mut seen = [0.0; 5];
        for _ in 0..50_000 {
            seen[hypergeometric(&mut rng, 4, 6, 5) as usize] += 1.0 / 50_000.0;
        }
        for (k, share) in seen.iter().enumerate() {
            assert!((share - hypergeometric_density(k as f64, 4.0, 6.0, 5.0)).abs() < 0.01);
        }
    }

    #[test]
    fn shares_of_wide_draws_follow_the_density() {
        let (mut rng, mut seen) = (Rng::new(1, 2), vec![0.0; 900]);
        for _ in 0..100_000 {
            seen[hypergeometric(&mut rng, 1000, 1500, 900) as usize] += 1.0;
        }
        let chi: f64 = (280..440)
            .map(|k| (seen[k], 100_000.0 * hypergeometric_density(k as f64, 1000.0, 1500.0, 900.0)))
            .filter(|&(_, e)| e > 5.0)
            .map(|(o, e)| (o - e) * (o - e) / e)
            .sum();
        assert!(chi < 150.0, "{chi}");
    }

    #[test]
    fn all_cells_together_hold_n() {
        let mut rng = Rng::new(3, 3);
        let mut drawn = Vec::new();
        multivariate_hypergeometric(&mut rng, &[10, 0, 500, 3, 90_000], 700, &mut drawn);
        assert_eq!(drawn.iter().sum::<u64>(), 700);
        multivariate_hypergeometric(&mut rng, &[2, 3], 99, &mut drawn);
        assert_eq!(drawn, [2, 3]);
    }
}
