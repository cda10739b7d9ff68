//! Intervals for shares, for their differences and for their ratios.
//!
//! Clopper and Pearson 1934 (Biometrika 26); Wilson 1927 (JASA 22); Newcombe 1998 (Stat. Med. 17, method 10); Katz 1978
//! (Biometrics 34).

use super::special::{beta_quantile, normal_quantile};
use crate::math::{exp, ln};

/// Exact two-sided interval of a share; (0, 1) where n is 0. Counts may be effective sizes.
pub fn clopper_pearson(hits: f64, n: f64, level: f64) -> (f64, f64) {
    (clopper_pearson_lower(hits, n, 0.5 * (1.0 + level)), clopper_pearson_upper(hits, n, 0.5 * (1.0 + level)))
}

/// Exact one-sided lower bound of a share.
pub fn clopper_pearson_lower(hits: f64, n: f64, level: f64) -> f64 {
    if hits <= 0.0 || n <= 0.0 { 0.0 } else { beta_quantile(hits, n - hits + 1.0, 1.0 - level) }
}

/// Exact one-sided upper bound of a share.
pub fn clopper_pearson_upper(hits: f64, n: f64, level: f64) -> f64 {
    if hits >= n || n <= 0.0 { 1.0 } else { 1.0 - beta_quantile(n - hits, hits + 1.0, 1.0 - level) }
}

/// Wilson's score interval of a share; (0, 1) where n is 0.
pub fn wilson(hits: f64, n: f64, level: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z = normal_quantile(0.5 * (1.0 + level));
    let (p, square) = (hits / n, z * z);
    let centre = p + square / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    let scale = 1.0 + square / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

/// Newcombe's interval of share(m) − share(n), from Wilson's intervals of both.
pub fn newcombe(hits_n: f64, n: f64, hits_m: f64, m: f64, level: f64) -> (f64, f64) {
    let share = |hits: f64, n: f64| if n > 0.0 { hits / n } else { 0.0 };
    let (p, q) = (share(hits_m, m), share(hits_n, n));
    let ((p_low, p_high), (q_low, q_high)) = (wilson(hits_m, m, level), wilson(hits_n, n, level));
    let root = |a: f64, b: f64| (a * a + b * b).sqrt();
    (p - q - root(p - p_low, q_high - q), p - q + root(p_high - p, q - q_low))
}

/// Katz's interval of share(m)/share(n) on the logarithm; half a hit is added to both sides where one has none.
pub fn katz(hits_n: f64, n: f64, hits_m: f64, m: f64, level: f64) -> (f64, f64) {
    if n <= 0.0 || m <= 0.0 {
        return (0.0, f64::INFINITY);
    }
    let add = if hits_n <= 0.0 || hits_m <= 0.0 { 0.5 } else { 0.0 };
    let (a, b, n, m) = (hits_m + add, hits_n + add, n + add, m + add);
    let log = ln(a / m) - ln(b / n);
    let half = normal_quantile(0.5 * (1.0 + level)) * (1.0 / a - 1.0 / m + 1.0 / b - 1.0 / n).max(0.0).sqrt();
    (exp(log - half), exp(log + half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newcombe_1998_table_2() {
        // 56/70 − 48/80: 0.0524 to 0.3339 (method 10).
        let (low, high) = newcombe(48.0, 80.0, 56.0, 70.0, 0.95);
        assert!((low - 0.0524).abs() < 5e-5 && (high - 0.3339).abs() < 5e-5, "{low} {high}");
    }

    #[test]
    fn the_ends_are_inside() {
        assert_eq!(clopper_pearson(0.0, 10.0, 0.95).0, 0.0);
        assert_eq!(clopper_pearson(10.0, 10.0, 0.95).1, 1.0);
        // No hit in n rows: 1 − 0.025^(1/n).
        assert!((clopper_pearson(0.0, 10.0, 0.95).1 - (1.0 - crate::math::pow(0.025, 0.1))).abs() < 1e-12);
        assert_eq!(wilson(0.0, 0.0, 0.95), (0.0, 1.0));
        let (low, high) = katz(0.0, 100.0, 5.0, 100.0, 0.95);
        assert!(low > 0.0 && high.is_finite());
    }
}
