//! Counts of parts of units (words of documents) in two samples: χ² corrected for units that are no simple random samples of parts.
//!
//! Rao and Scott 1981 (JASA 76:221) with Satterthwaite's second order, as in Rao and Scott 1984 (Ann. Stat. 12:46): the statistic is
//! distributed as Σλᵢχ²₁, λ the eigenvalues of D^(−½)·V·D^(−½), taken as a multiple of χ² with (Σλ)²/Σλ² degrees of freedom.

use super::special::chi_square_upper;

/// Sums over the units of a side of one cell, c the unit's count in it and x the unit's count in all cells.
#[derive(Debug, Clone, Copy, Default)]
pub struct CellSums {
    /// Σ c.
    pub count: f64,
    /// Σ c².
    pub square: f64,
    /// Σ c·x.
    pub cross: f64,
}

/// A side of the comparison.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// Units.
    pub units: f64,
    /// Σ x².
    pub square: f64,
    /// The cells, which together hold every part.
    pub cells: Vec<CellSums>,
}

impl Side {
    /// Parts in all.
    pub fn total(&self) -> f64 {
        self.cells.iter().map(|c| c.count).sum()
    }

    /// Σ V_jj/p_j over the cells, V the estimated covariance of the shares as ratios (Cochran 1977, ch. 2.11) and p the shares of
    /// `common`: the trace of D^(−½)·V·D^(−½).
    pub fn trace(&self, common: &[f64]) -> f64 {
        let total = self.total();
        if total <= 0.0 || self.units <= 1.0 {
            return 0.0;
        }
        let spread = |c: &CellSums| {
            let share = c.count / total;
            (c.square - 2.0 * share * c.cross + share * share * self.square).max(0.0)
        };
        let sum: f64 = self.cells.iter().zip(common).filter(|(_, p)| **p > 0.0).map(|(c, p)| spread(c) / p).sum();
        sum * self.units / (self.units - 1.0) / (total * total)
    }

    /// The mean design effect over the cells: 1 where every unit is a simple random sample of parts.
    pub fn design_effect(&self, common: &[f64]) -> f64 {
        let degrees = common.iter().filter(|p| **p > 0.0).count() as f64 - 1.0;
        if degrees > 0.0 { self.trace(common) * self.total() / degrees } else { 1.0 }
    }
}

/// The shares of both sides together.
pub fn pooled_shares(a: &Side, b: &Side) -> Vec<f64> {
    let total = (a.total() + b.total()).max(f64::MIN_POSITIVE);
    a.cells.iter().zip(&b.cells).map(|(x, y)| (x.count + y.count) / total).collect()
}

/// χ² of homogeneity over the same cells, as (statistic, degrees of freedom, tail): the statistic divided by the mean design effect of
/// a difference, and both brought to the degrees of freedom that `unevenness` = (number of λ)·Σλ²/(Σλ)² leaves, at least 1.
pub fn homogeneity(a: &Side, b: &Side, unevenness: f64) -> (f64, f64, f64) {
    let common = pooled_shares(a, b);
    let (n, m) = (a.total(), b.total());
    let degrees = common.iter().filter(|p| **p > 0.0).count() as f64 - 1.0;
    if n <= 0.0 || m <= 0.0 || degrees < 1.0 {
        return (0.0, 0.0, 1.0);
    }
    let gap = |x: &CellSums, y: &CellSums| x.count / n - y.count / m;
    let cells = a.cells.iter().zip(&b.cells).zip(&common).filter(|(_, p)| **p > 0.0);
    let gaps: f64 = cells.map(|((x, y), p)| gap(x, y) * gap(x, y) / p).sum();
    // Never below the design effect of independent parts: units that are more alike than chance are taken for luck.
    let trace = (a.design_effect(&common).max(1.0) / n + b.design_effect(&common).max(1.0) / m) * degrees;
    let effective = (degrees / unevenness.max(1.0)).max(1.0);
    let statistic = gaps / trace * effective;
    (statistic, effective, chi_square_upper(statistic, effective))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A side from the units' counts.
    fn side(units: &[[f64; 3]]) -> Side {
        let mut out = Side { units: units.len() as f64, square: 0.0, cells: vec![CellSums::default(); 3] };
        for unit in units {
            let all: f64 = unit.iter().sum();
            out.square += all * all;
            for (cell, &c) in out.cells.iter_mut().zip(unit) {
                cell.count += c;
                cell.square += c * c;
                cell.cross += c * all;
            }
        }
        out
    }

    #[test]
    fn agrees_with_a_table_worked_by_hand() {
        // Four documents of four tokens, shares ½, ¼, ¼: residuals c − p·x of 2, −1, −1, 0; −1, 1, 0, 0; −1, 0, 1, 0.
        let side = side(&[[4.0, 0.0, 0.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0], [2.0, 1.0, 1.0]]);
        let shares = pooled_shares(&side, &side);
        assert_eq!(shares, [0.5, 0.25, 0.25]);
        let by_hand = (6.0 / 0.5 + 2.0 / 0.25 + 2.0 / 0.25) * (4.0 / 3.0) / 256.0;
        assert!((side.trace(&shares) - by_hand).abs() < 1e-15);
        assert!((side.design_effect(&shares) - by_hand * 16.0 / 2.0).abs() < 1e-14);
    }

    #[test]
    fn copies_of_every_unit_add_no_evidence() {
        // Units of five like parts: the units are the sample, so χ² is a fifth of the plain one.
        let units = |cells: &[usize]| cells.iter().map(|&c| [0, 1, 2].map(|i| if i == c { 5.0 } else { 0.0 })).collect::<Vec<_>>();
        let (a, b) = (side(&units(&[0, 0, 1, 1, 2, 0, 2, 1])), side(&units(&[2, 1, 1, 2, 2, 2, 1, 0, 2, 2])));
        let (statistic, degrees, p) = homogeneity(&a, &b, 1.0);
        let count = |s: &Side| s.cells.iter().map(|c| c.count).collect::<Vec<f64>>();
        let plain = crate::stats::chi_square::two_sample(&count(&a), &count(&b), 5.0);
        // n/(n − 1) a side and the sides' own shares make up the rest.
        assert!((statistic / plain.statistic - 1.0).abs() < 0.1 && degrees == 2.0 && p > plain.p_value, "{statistic} {plain:?}");
    }
}
