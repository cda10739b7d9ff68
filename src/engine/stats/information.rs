//! Information that one column gives of another: entropy, mutual information, and what chance alone would give.
//!
//! Shannon 1948; normalised 2·I/(H + H); adjusted for chance under fixed margins (Vinh, Epps and Bailey 2010, JMLR 11). The
//! same numbers as scikit-learn's `normalized_mutual_info_score` and `adjusted_mutual_info_score` with arithmetic means.

use super::special::hypergeometric_density;
use crate::math::ln;

/// The standard deviation from which a hypergeometric bell is known by its moments instead of walked.
const WIDE: f64 = 10.0;

/// What two columns tell of each other, in nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Information {
    /// Rows.
    pub n: f64,
    /// I: mutual information.
    pub mutual: f64,
    /// I expected of columns with the same margins and nothing in common.
    pub expected: f64,
    /// H of the rows of the table.
    pub entropy_rows: f64,
    /// H of its columns.
    pub entropy_columns: f64,
    /// Variance of I: delta method, and the χ² that is left of it where nothing is shared.
    pub variance: f64,
    /// Degrees of freedom: 2n·I is χ² with so many where nothing is shared.
    pub degrees: f64,
    /// Variance over the rows of the adjusted information's influence function, less what chance adds to it.
    pub spread: f64,
}

impl Information {
    fn mean_entropy(&self) -> f64 {
        0.5 * (self.entropy_rows + self.entropy_columns)
    }

    /// 2·I/(H + H), between 0 and 1; 0 where neither side varies.
    pub fn normalised(&self) -> f64 {
        if self.mean_entropy() > 0.0 { (self.mutual / self.mean_entropy()).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// (I − E)/(mean H − E): 0 for chance, 1 for a copy; 0 where neither side varies.
    pub fn adjusted(&self) -> f64 {
        let room = self.mean_entropy() - self.expected;
        if room > 1e-12 { ((self.mutual - self.expected) / room).min(1.0) } else { 0.0 }
    }

    /// What a perfect copy would have beyond chance: mean H − E, in nats; never negative.
    pub fn room(&self) -> f64 {
        (self.mean_entropy() - self.expected).max(0.0)
    }

    /// The standard error of [`Self::adjusted`] over `n` rows: delta method, with the null's own spread where I is near its expectation.
    pub fn adjusted_standard_error(&self, n: f64) -> f64 {
        if self.room() > 1e-12 { (self.spread / n + 0.5 * self.degrees / (n * n)).sqrt() / self.room() } else { 0.0 }
    }
}

/// Entropy of counts, in nats.
pub fn entropy(counts: &[f64]) -> f64 {
    let n: f64 = counts.iter().sum();
    if n <= 0.0 {
        return 0.0;
    }
    -counts.iter().filter(|&&c| c > 0.0).map(|&c| c / n * ln(c / n)).sum::<f64>()
}

/// Entropy over the largest possible for this many cells: 1 where all are equally common, 0 for a single one.
pub fn normalised_entropy(counts: &[f64]) -> f64 {
    if counts.len() < 2 { 0.0 } else { entropy(counts) / ln(counts.len() as f64) }
}

/// 2·I/(H + H) of a table of counts, rows of equal length; `None` where neither side varies.
pub fn normalised(table: &[Vec<f64>]) -> Option<f64> {
    let rows: Vec<f64> = table.iter().map(|r| r.iter().sum()).collect();
    let columns: Vec<f64> = (0..table.first()?.len()).map(|j| table.iter().filter_map(|r| r.get(j)).sum()).collect();
    let margins = entropy(&rows) + entropy(&columns);
    // I = H(rows) + H(columns) − H(cells).
    let cells = entropy(&table.iter().flatten().copied().collect::<Vec<f64>>());
    (margins > 0.0).then(|| (2.0 * (margins - cells) / margins).clamp(0.0, 1.0))
}

/// Everything from a table of counts, rows of equal length. `None` where it is empty.
pub fn information(table: &[Vec<f64>]) -> Option<Information> {
    let width = table.iter().map(Vec::len).max().unwrap_or(0);
    let rows: Vec<f64> = table.iter().map(|r| r.iter().sum()).collect();
    let columns: Vec<f64> = (0..width).map(|j| table.iter().filter_map(|r| r.get(j)).sum()).collect();
    let n: f64 = rows.iter().sum();
    if n <= 0.0 {
        return None;
    }
    let (entropy_rows, entropy_columns) = (entropy(&rows), entropy(&columns));
    let expected = expected(&rows, &columns, n);
    // Σ share·(ln of the ratio to independence − slope·surprise of the margins), and of its square.
    let moments = |slope: f64| {
        let (mut mean, mut square) = (0.0, 0.0);
        for (cells, &row) in table.iter().zip(&rows) {
            for (&count, &column) in cells.iter().zip(&columns) {
                if count > 0.0 {
                    let surprise = if slope == 0.0 { 0.0 } else { -0.5 * ln(row * column / (n * n)) };
                    let x = ln(count * n / (row * column)) - slope * surprise;
                    mean += count / n * x;
                    square += count / n * x * x;
                }
            }
        }
        (mean, square)
    };
    let used = |margin: &[f64]| margin.iter().filter(|&&x| x > 0.0).count() as f64;
    let degrees = (used(&rows) - 1.0) * (used(&columns) - 1.0);
    // Chance alone gives the logarithms a variance of degrees / n, which the term of χ² accounts for already.
    let own = |(mean, square): (f64, f64)| (square - mean * mean - degrees / n).max(0.0);
    let (mutual, square) = moments(0.0);
    let mut out = Information {
        n,
        mutual: mutual.max(0.0),
        expected,
        entropy_rows,
        entropy_columns,
        variance: own((mutual, square)) / n + 0.5 * degrees / (n * n),
        degrees,
        spread: 0.0,
    };
    out.spread = own(moments(out.adjusted().max(0.0)));
    Some(out)
}

/// The expectation of I over all tables with these margins: every cell is hypergeometric.
fn expected(rows: &[f64], columns: &[f64], n: f64) -> f64 {
    let n = n.round();
    let mut sum = 0.0;
    for a in rows.iter().map(|x| x.round()).filter(|&x| x > 0.0) {
        for b in columns.iter().map(|x| x.round()).filter(|&x| x > 0.0) {
            sum += expected_cell(a, b, n);
        }
    }
    sum
}

/// Σ over x of density(x)·x/n·ln(n·x/(a·b)), outwards from the mode until the density no longer counts; by its moments where the bell is wide.
fn expected_cell(a: f64, b: f64, n: f64) -> f64 {
    let variance = a * b / n * (n - a) / n * (n - b) / (n - 1.0).max(1.0);
    if variance > WIDE * WIDE {
        return expected_of_moments(a, b, n, variance);
    }
    let (low, high) = ((a + b - n).max(0.0), a.min(b));
    let mode = ((a + 1.0) * (b + 1.0) / (n + 2.0)).floor().clamp(low, high);
    let gain = |x: f64| if x > 0.0 { x / n * ln(n * x / (a * b)) } else { 0.0 };
    let peak = hypergeometric_density(mode, a, n - a, b);
    let mut sum = peak * gain(mode);
    let (mut density, mut x) = (peak, mode);
    while x < high && density > peak * 1e-18 {
        density *= (a - x) * (b - x) / ((x + 1.0) * (n - a - b + x + 1.0));
        x += 1.0;
        sum += density * gain(x);
    }
    (density, x) = (peak, mode);
    while x > low && density > peak * 1e-18 {
        density *= x * (n - a - b + x) / ((a - x + 1.0) * (b - x + 1.0));
        x -= 1.0;
        sum += density * gain(x);
    }
    sum
}

/// The same to 3e-8 of itself at the narrowest: (1 + δ)·ln(1 + δ), δ the deviation from the mean μ in means, to the eighth power, with the
/// hypergeometric's cumulants up to the fourth (Kendall and Stuart 1977, 5.18).
fn expected_of_moments(a: f64, b: f64, n: f64, v: f64) -> f64 {
    let mean = a * b / n;
    let third = v * (n - 2.0 * a) * (n - 2.0 * b) / (n * (n - 2.0));
    let (pairs_a, pairs_b) = (a * (n - a), b * (n - b));
    let excess = ((n - 1.0) * n * n * (n * (n + 1.0) - 6.0 * pairs_a - 6.0 * pairs_b) + 6.0 * pairs_a * pairs_b * (5.0 * n - 6.0))
        / (pairs_a * pairs_b * (n - 2.0) * (n - 3.0));
    let fourth = excess * v * v;
    // Central moments 2 to 8; what the fifth cumulant and those above it add is too small to count, but for the fifth itself.
    let moments = [
        v,
        third,
        3.0 * v * v + fourth,
        10.0 * v * third + third,
        15.0 * v * v * v + 15.0 * v * fourth + 10.0 * third * third,
        105.0 * v * v * third,
        105.0 * v * v * v * v + 210.0 * v * v * fourth + 280.0 * v * third * third,
    ];
    // (1 + δ)·ln(1 + δ) = δ + Σ (−δ)ᵏ/(k·(k − 1)), k from 2; the mean is taken off once, for x = μ·(1 + δ).
    let (mut sum, mut power, mut k) = (0.0, -1.0, 2.0);
    for moment in moments {
        power /= -mean;
        sum += power * moment / (k * (k - 1.0));
        k += 1.0;
    }
    sum / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_tells_everything_and_chance_nothing() {
        let copy = information(&[vec![40.0, 0.0], vec![0.0, 60.0]]).unwrap();
        assert!((copy.normalised() - 1.0).abs() < 1e-12 && (copy.adjusted() - 1.0).abs() < 1e-12);
        let chance = information(&[vec![20.0, 30.0], vec![20.0, 30.0]]).unwrap();
        assert!(chance.normalised().abs() < 1e-12 && chance.adjusted() < 0.0);
        assert_eq!(information(&[vec![9.0]]).unwrap().adjusted(), 0.0);
        assert!(information(&[]).is_none());
    }

    #[test]
    fn entropies() {
        assert!((normalised_entropy(&[5.0, 5.0, 5.0]) - 1.0).abs() < 1e-12);
        assert_eq!(normalised_entropy(&[5.0, 0.0]), 0.0);
        assert_eq!(entropy(&[]), 0.0);
    }

    #[test]
    fn moments_give_what_the_walk_gives() {
        // scipy 1.17: Σ hypergeom.pmf(x, n, a, b)·x/n·ln(n·x/(a·b)).
        for (a, b, n, sum) in [
            (400.0, 600.0, 2000.0, 0.000_140_304_971_882_6),
            (30_000.0, 500.0, 100_000.0, 3.487_581_496_762_5e-6),
            (5000.0, 5000.0, 10_000.0, 1.250_187_533_342e-5),
        ] {
            let ours = expected_of_moments(a, b, n, a * b / n * (n - a) / n * (n - b) / (n - 1.0));
            assert!((ours / sum - 1.0).abs() < 4e-8, "{a} {b} {n}: {ours} against {sum}");
        }
    }

    #[test]
    fn many_rows_take_no_longer_than_their_spread() {
        // A million rows over 20 × 10 cells: walked in well under a second even unoptimised.
        let table: Vec<Vec<f64>> = (0..20).map(|i| (0..10).map(|j| 5000.0 + f64::from((i * j) % 7)).collect()).collect();
        let info = information(&table).unwrap();
        // 2n·E ≈ (r − 1)(c − 1).
        assert!((info.expected * 2.0 * info.n / 171.0 - 1.0).abs() < 1e-3);
    }
}
