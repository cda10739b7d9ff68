//! The Kolmogorov-Smirnov test of two samples from counts in ordered cells.
//!
//! Smirnov 1939. Values that share a cell count as tied, which makes the test conservative, never liberal.

use super::special::kolmogorov_upper;

/// The largest gap between two distribution functions, where it is, and its tail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kolmogorov {
    /// D: the largest gap, at most 1.
    pub statistic: f64,
    /// The cell after which the gap is largest.
    pub cell: usize,
    /// Evaluation minus reference there: negative where the evaluation's values are larger.
    pub signed: f64,
    /// Asymptotic two-sided tail with n·m/(n+m) effective rows.
    pub p_value: f64,
}

/// Compares counts over the same ordered cells. `design_effect` ≥ 1 divides the effective size.
pub fn two_sample(reference: &[f64], evaluation: &[f64], design_effect: f64) -> Kolmogorov {
    let (n, m) = (reference.iter().sum::<f64>(), evaluation.iter().sum::<f64>());
    let mut best = Kolmogorov { statistic: 0.0, cell: 0, signed: 0.0, p_value: 1.0 };
    if n <= 0.0 || m <= 0.0 {
        return best;
    }
    let (mut below_n, mut below_m) = (0.0, 0.0);
    for (cell, (&a, &b)) in reference.iter().zip(evaluation).enumerate() {
        below_n += a;
        below_m += b;
        let gap: f64 = below_m / m - below_n / n;
        if gap.abs() > best.statistic {
            best = Kolmogorov { statistic: gap.abs(), cell, signed: gap, p_value: 1.0 };
        }
    }
    best.p_value = kolmogorov_upper(best.statistic * (n * m / (n + m) / design_effect.max(1.0)).sqrt());
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_a_shift_and_its_direction() {
        let test = two_sample(&[50.0, 50.0, 0.0], &[0.0, 50.0, 50.0], 1.0);
        assert_eq!(test.statistic, 0.5);
        assert!(test.signed < 0.0);
        assert!(test.p_value < 1e-10);
        assert!(two_sample(&[50.0, 50.0, 0.0], &[0.0, 50.0, 50.0], 4.0).p_value > test.p_value);
    }

    #[test]
    fn equal_or_empty_samples_show_nothing() {
        assert_eq!(two_sample(&[1.0, 2.0], &[10.0, 20.0], 1.0).p_value, 1.0);
        assert_eq!(two_sample(&[], &[], 1.0).p_value, 1.0);
    }
}
