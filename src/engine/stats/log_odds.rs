//! Which words one corpus uses more than another: log-odds ratios with an informative Dirichlet prior.
//!
//! Monroe, Colaresi and Quinn 2008 (Political Analysis 16:372), equations 16 to 22; the prior is the two corpora's joint shares.

use crate::math::ln;

/// Words that the prior is worth.
pub const PRIOR: f64 = 500.0;

/// The z-score of a word: `count` of `total` in the second corpus against the first; positive where the second uses it more.
/// 0 where neither corpus has the word.
pub fn z_score((count_a, total_a): (f64, f64), (count_b, total_b): (f64, f64)) -> f64 {
    let prior = PRIOR * (count_a + count_b) / (total_a + total_b);
    if prior.is_nan() || prior <= 0.0 {
        return 0.0;
    }
    let log_odds = |count: f64, total: f64| ln((count + prior) / (total + PRIOR - count - prior).max(f64::MIN_POSITIVE));
    (log_odds(count_b, total_b) - log_odds(count_a, total_a)) / (1.0 / (count_a + prior) + 1.0 / (count_b + prior)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_are_no_news() {
        assert!(z_score((10.0, 1000.0), (30.0, 3000.0)).abs() < 1e-12);
        assert_eq!(z_score((0.0, 100.0), (0.0, 100.0)), 0.0);
        // Many rows of a common word tell more than a rare word's chance appearance.
        assert!(z_score((100.0, 10_000.0), (200.0, 10_000.0)) > z_score((0.0, 10_000.0), (3.0, 10_000.0)));
    }
}
