//! χ² tests on counts, with a design effect where rows are not independent.
//!
//! Pearson 1900; Yates 1934 (J. R. Stat. Soc. Suppl. 1); Rao and Scott 1981 (JASA 76): dividing χ² by the mean design effect
//! restores its distribution to first order.

use super::special::chi_square_upper;

/// A χ² statistic with its degrees of freedom and its tail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// The statistic, already divided by the design effect.
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees: f64,
    /// P(χ² ≥ statistic).
    pub p_value: f64,
}

impl ChiSquare {
    fn of(statistic: f64, degrees: f64) -> Self {
        Self { statistic, degrees, p_value: chi_square_upper(statistic, degrees) }
    }
}

/// Do two samples fall into the same cells with the same shares? Cells that are empty on both sides are left out.
///
/// `design_effect` ≥ 1 is that of both sides together ([`pooled_design_effect`]). No degrees of freedom, or an empty side: p = 1.
pub fn two_sample(reference: &[f64], evaluation: &[f64], design_effect: f64) -> ChiSquare {
    let (n, m) = (reference.iter().sum::<f64>(), evaluation.iter().sum::<f64>());
    if n <= 0.0 || m <= 0.0 {
        return ChiSquare::of(0.0, 0.0);
    }
    let (mut statistic, mut cells) = (0.0, 0.0);
    for (&a, &b) in reference.iter().zip(evaluation) {
        let both = a + b;
        if both > 0.0 {
            // The sum over both sides of (observed − expected)²/expected, in the form that does not cancel.
            let gap = a * m - b * n;
            statistic += gap * gap / (n * m * both);
            cells += 1.0;
        }
    }
    ChiSquare::of(statistic / design_effect.max(1.0), (cells - 1.0_f64).max(0.0))
}

/// A share in two samples, with Yates's continuity correction: hits of n against hits of m, two-sided.
pub fn yates(hits_n: f64, n: f64, hits_m: f64, m: f64, design_effect: f64) -> ChiSquare {
    let (rest_n, rest_m) = (n - hits_n, m - hits_m);
    let total = n + m;
    let margins = n * m * (hits_n + hits_m) * (rest_n + rest_m);
    if margins <= 0.0 {
        return ChiSquare::of(0.0, 0.0);
    }
    let gap = ((hits_n * rest_m - hits_m * rest_n).abs() - 0.5 * total).max(0.0);
    ChiSquare::of(total * gap * gap / margins / design_effect.max(1.0), 1.0)
}

/// Are rows and columns of a table independent? `table` holds rows of equal length; empty rows and columns are left out.
pub fn independence(table: &[Vec<f64>], design_effect: f64) -> ChiSquare {
    let width = table.iter().map(Vec::len).max().unwrap_or(0);
    let rows: Vec<f64> = table.iter().map(|r| r.iter().sum()).collect();
    let columns: Vec<f64> = (0..width).map(|j| table.iter().filter_map(|r| r.get(j)).sum()).collect();
    let total: f64 = rows.iter().sum();
    let mut statistic = 0.0;
    for (cells, &row) in table.iter().zip(&rows) {
        for (j, &column) in columns.iter().enumerate() {
            let expected = row * column / total;
            if expected > 0.0 {
                let gap = cells.get(j).copied().unwrap_or(0.0) - expected;
                statistic += gap * gap / expected;
            }
        }
    }
    let used = |margin: &[f64]| margin.iter().filter(|&&x| x > 0.0).count() as f64;
    ChiSquare::of(statistic / design_effect.max(1.0), ((used(&rows) - 1.0) * (used(&columns) - 1.0)).max(0.0))
}

/// Kish's design effect of unequal weights: n·Σw²/(Σw)², 1 where there are none.
pub fn weights_design_effect(n: f64, sum: f64, sum_of_squares: f64) -> f64 {
    if sum > 0.0 { (n * sum_of_squares / (sum * sum)).max(1.0) } else { 1.0 }
}

/// The design effect of rows that come in groups, for a mean: 1 + (m̃ − 1)·ρ̂ with m̃ = Σn_g²/n and ρ̂ the intraclass correlation by
/// one-way analysis of variance. `groups` yields (size, sum, sum of squares) a group.
pub fn groups_design_effect(groups: impl Iterator<Item = (f64, f64, f64)>) -> f64 {
    let (mut k, mut n, mut sizes, mut sum, mut squares, mut between) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (size, total, square) in groups.filter(|g| g.0 > 0.0) {
        k += 1.0;
        n += size;
        sizes += size * size;
        sum += total;
        squares += square;
        between += total * total / size;
    }
    if k < 2.0 || n <= k {
        return 1.0;
    }
    let mean_square_between = (between - sum * sum / n) / (k - 1.0);
    let mean_square_within = (squares - between).max(0.0) / (n - k);
    let typical = (n - sizes / n) / (k - 1.0);
    let spread = mean_square_between + (typical - 1.0) * mean_square_within;
    if spread <= 0.0 {
        return 1.0;
    }
    let correlation = ((mean_square_between - mean_square_within) / spread).clamp(0.0, 1.0);
    1.0 + (sizes / n - 1.0) * correlation
}

/// The design effect of a comparison of two samples: that of the variance of a difference, 1/n + 1/m.
pub fn pooled_design_effect(n: f64, effect_n: f64, m: f64, effect_m: f64) -> f64 {
    if n <= 0.0 || m <= 0.0 { effect_n.max(effect_m) } else { (effect_n / n + effect_m / m) / (1.0 / n + 1.0 / m) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reproduces_the_printed_nulls_example() {
        // 100 missing of 2 000 against 100 of 1 500: the catalogue prints p = .0425.
        let test = yates(100.0, 2000.0, 100.0, 1500.0, 1.0);
        assert!((test.p_value - 0.0425).abs() < 5e-5, "{}", test.p_value);
    }

    #[test]
    fn two_samples_are_a_table_of_two_rows() {
        let (a, b) = ([10.0, 0.0, 30.0, 5.0], [12.0, 0.0, 20.0, 9.0]);
        let one = two_sample(&a, &b, 1.0);
        let other = independence(&[a.to_vec(), b.to_vec()], 1.0);
        assert!((one.statistic - other.statistic).abs() < 1e-12);
        assert_eq!(one.degrees, other.degrees);
        assert!((two_sample(&a, &b, 2.0).statistic - one.statistic / 2.0).abs() < 1e-12);
        assert_eq!(two_sample(&[], &[], 1.0).p_value, 1.0);
    }

    #[test]
    fn design_effects_know_their_ends() {
        // Every group constant, groups of four: the group is the unit, so the effect is the group's size.
        let constant = (0..50).map(|g| (4.0, 4.0 * f64::from(g % 2), 4.0 * f64::from(g % 2)));
        assert!((groups_design_effect(constant) - 4.0).abs() < 1e-9);
        // Every group the same: no correlation within groups.
        assert_eq!(groups_design_effect((0..50).map(|_| (4.0, 2.0, 2.0))), 1.0);
        assert_eq!(weights_design_effect(10.0, 10.0, 10.0), 1.0);
        assert!((weights_design_effect(2.0, 4.0, 10.0) - 1.25).abs() < 1e-15);
    }
}
