//! Counts of parts of units (words of documents) in two samples: χ² corrected for units that are no simple random samples of parts.
//!
//! Rao and Scott 1981 (JASA 76:221): the statistic is distributed as Σλχ²₁, λ the eigenvalues of D^(−½)·V·D^(−½). Their mean is the
//! first-order correction; topics and templates drive them apart, so the second and third moment enter too.

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

/// How far the eigenvalues λ lie apart, k of them: k·Σλ²/(Σλ)² and k²·Σλ³/(Σλ)³, both 1 where all are equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// k·Σλ²/(Σλ)².
    pub second: f64,
    /// k²·Σλ³/(Σλ)³.
    pub third: f64,
}

impl Spread {
    /// From k and the sums of λ, λ² and λ³, estimates of the latter two brought to what is possible.
    pub fn of(k: f64, sum: f64, squares: f64, cubes: f64) -> Self {
        if k < 1.0 || sum <= 0.0 {
            return Self { second: 1.0, third: 1.0 };
        }
        let squares = squares.min(sum * sum).max(sum * sum / k);
        let cubes = cubes.min(squares * squares.sqrt()).max(squares * squares / sum);
        Self { second: k * squares / (sum * sum), third: k * k * cubes / (sum * sum * sum) }
    }
}

/// P(Σλχ²₁ ≥ x) for `degrees` eigenvalues of mean 1: the three-moment χ² of Hall (1983) and Buckley and Eagleson (1988, Austral. J.
/// Statist. 30A:150).
pub fn mixture_upper(x: f64, degrees: f64, spread: Spread) -> f64 {
    // A spread estimated over more cells than are compared may be more than so few eigenvalues can have: of one alone there is none.
    let second = spread.second.min(degrees).max(1.0);
    let third = spread.third.min((degrees * second * second * second).sqrt()).max(second * second);
    let (squares, cubes) = (degrees * second, degrees * third);
    let matched = squares * squares * squares / (cubes * cubes);
    let z = (x - degrees) / (2.0 * squares).sqrt();
    chi_square_upper((matched + (2.0 * matched).sqrt() * z).max(0.0), matched)
}

/// χ² of homogeneity over the same cells, as (statistic, degrees of freedom, tail): the statistic divided by the mean design effect of
/// a difference, its tail that of a sum of `degrees` χ²₁ of the given spread.
pub fn homogeneity(a: &Side, b: &Side, spread: Spread) -> (f64, f64, f64) {
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
    let statistic = gaps / (a.design_effect(&common).max(1.0) / n + b.design_effect(&common).max(1.0) / m);
    (statistic, degrees, mixture_upper(statistic, degrees, spread))
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
        let (statistic, degrees, p) = homogeneity(&a, &b, Spread { second: 1.0, third: 1.0 });
        let count = |s: &Side| s.cells.iter().map(|c| c.count).collect::<Vec<f64>>();
        let plain = crate::stats::chi_square::two_sample(&count(&a), &count(&b), 5.0);
        // n/(n − 1) a side and the sides' own shares make up the rest.
        assert!((statistic / plain.statistic - 1.0).abs() < 0.1 && degrees == 2.0 && p > plain.p_value, "{statistic} {plain:?}");
    }

    #[test]
    fn one_eigenvalue_has_no_spread() {
        let wide = Spread { second: 40.0, third: 2_000.0 };
        assert!((mixture_upper(3.841_458_820_694_124, 1.0, wide) - 0.05).abs() < 1e-9);
    }

    #[test]
    fn the_tail_of_a_mixture_is_that_of_its_draws() {
        // One eigenvalue of 30 beside 60 of ½, brought to mean 1 over 61.
        let lambda: Vec<f64> = std::iter::once(30.0).chain([0.5; 60]).collect();
        let k = 61.0;
        let power = |e: usize| lambda.iter().map(|&l| vec![l; e].iter().product::<f64>()).sum::<f64>();
        let spread = Spread::of(k, power(1), power(2), power(3));
        let mut rng = crate::random::Rng::new(4, 4);
        let mean = power(1) / k;
        let draws: Vec<f64> = (0..40_000)
            .map(|_| {
                lambda
                    .iter()
                    .map(|l| {
                        let z = rng.normal();
                        l / mean * z * z
                    })
                    .sum()
            })
            .collect();
        for (x, tolerance) in [(130.0, 0.06), (250.0, 0.2), (400.0, 0.6)] {
            let share = draws.iter().filter(|d| **d >= x).count() as f64 / 40_000.0;
            let p = mixture_upper(x, k, spread);
            assert!((p / share - 1.0).abs() < tolerance, "{x}: {p} against {share}");
        }
        let equal = Spread { second: 1.0, third: 1.0 };
        assert!((mixture_upper(80.0, k, equal) - chi_square_upper(80.0, k)).abs() < 1e-12);
    }
}
