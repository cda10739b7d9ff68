//! Tests on ranks: Mann-Whitney, Spearman.
//!
//! Mann and Whitney 1947; Bonett and Wright 2000 (Psychometrika 65) for Spearman's variance (1 + ρ²/2)/(n − 3) on Fisher's z.

use super::special::{normal_quantile, normal_two_sided, normal_upper};
use crate::math::{atanh, exp};

/// The Mann-Whitney test of two samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// P(evaluation > reference) + ½·P(equal): the area under the curve.
    pub area: f64,
    /// The standardised statistic, with correction for ties and continuity.
    pub z: f64,
    /// P(area as large or larger): are the evaluation's values larger?
    pub p_greater: f64,
    /// Two-sided.
    pub p_value: f64,
}

/// From counts of both samples over the same ordered cells; values of one cell are tied. Area ½ and p 1 where a side is empty.
pub fn mann_whitney(reference: &[f64], evaluation: &[f64]) -> MannWhitney {
    let (n, m) = (reference.iter().sum::<f64>(), evaluation.iter().sum::<f64>());
    if n <= 0.0 || m <= 0.0 {
        return MannWhitney { area: 0.5, z: 0.0, p_greater: 1.0, p_value: 1.0 };
    }
    let (mut wins, mut below, mut ties) = (0.0, 0.0, 0.0);
    for (&a, &b) in reference.iter().zip(evaluation) {
        wins += b * (below + 0.5 * a);
        below += a;
        let both = a + b;
        ties += both * both * both - both;
    }
    let total = n + m;
    let variance = n * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    let difference = wins - 0.5 * n * m;
    let standard = |d: f64| if variance > 0.0 { d / variance.sqrt() } else { 0.0 };
    let z = standard(difference.signum() * (difference.abs() - 0.5).max(0.0));
    MannWhitney {
        area: wins / (n * m),
        z,
        p_greater: if variance > 0.0 { normal_upper(standard(difference - 0.5)) } else { 1.0 },
        p_value: normal_two_sided(z),
    }
}

/// Ranks from 1, ties by their mean rank. NaN ranks last.
pub fn mean_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or_else(|| a.0.is_nan().cmp(&b.0.is_nan())));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for run in order.chunk_by(|a, b| a.0 == b.0) {
        let rank = before as f64 + 0.5 * (run.len() as f64 + 1.0);
        for &(_, i) in run {
            if let Some(slot) = ranks.get_mut(i) {
                *slot = rank;
            }
        }
        before += run.len();
    }
    ranks
}

/// Pearson's correlation; `None` where a side does not vary.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len().min(y.len()) as f64;
    let mean = |v: &[f64]| v.iter().take(n as usize).sum::<f64>() / n;
    let (mx, my) = (mean(x), mean(y));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        xx += (a - mx) * (a - mx);
        yy += (b - my) * (b - my);
        xy += (a - mx) * (b - my);
    }
    (xx > 0.0 && yy > 0.0).then(|| (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0))
}

/// Spearman's correlation of values; `None` where a side does not vary.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&mean_ranks(x), &mean_ranks(y))
}

/// Spearman's correlation from a table of counts over ordered cells; `None` where a side does not vary.
pub fn spearman_of_table(table: &[Vec<f64>]) -> Option<f64> {
    spearman_with_spread(table).map(|s| s.0)
}

/// Spearman's correlation from a table of counts over ordered cells, and the variance of its influence function over the rows: divided by
/// the number of rows, that of the correlation, whatever the shape of the dependence (the textbook's variance asks for a normal one: where
/// the spread of one number follows the size of the other it is half of the truth). `None` where a side does not vary.
pub fn spearman_with_spread(table: &[Vec<f64>]) -> Option<(f64, f64)> {
    let width = table.iter().map(Vec::len).max().unwrap_or(0);
    let total: f64 = table.iter().flatten().sum();
    let share = |count: f64| count / total;
    let rows: Vec<f64> = table.iter().map(|r| share(r.iter().sum())).collect();
    let columns: Vec<f64> = (0..width).map(|j| share(table.iter().filter_map(|r| r.get(j)).sum())).collect();
    // Mean ranks of the cells as shares, centred: before + share/2 − 1/2.
    let centred = |margin: &[f64]| -> Vec<f64> {
        let mut before = -0.5;
        margin
            .iter()
            .map(|&share| {
                before += share;
                before - 0.5 * share
            })
            .collect()
    };
    let (u, v) = (centred(&rows), centred(&columns));
    let spread = |margin: &[f64], ranks: &[f64]| margin.iter().zip(ranks).map(|(c, r)| c * r * r).sum::<f64>();
    let (xx, yy) = (spread(&rows, &u), spread(&columns, &v));
    if total <= 0.0 || xx <= 0.0 || yy <= 0.0 {
        return None;
    }
    // Σ over a row's (column's) cells of share × the other side's rank.
    let by_row: Vec<f64> = table.iter().map(|r| r.iter().zip(&v).map(|(&c, b)| share(c) * b).sum()).collect();
    let mut by_column = vec![0.0; width];
    for (cells, a) in table.iter().zip(&u) {
        by_column.iter_mut().zip(cells).for_each(|(slot, &c)| *slot += share(c) * a);
    }
    let xy: f64 = by_row.iter().zip(&u).map(|(w, a)| w * a).sum();
    let rho = (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0);
    // What one more row in a cell does to the ranks of all others: those above it rise, those beside it by half.
    let above = |weights: Vec<f64>| -> Vec<f64> {
        let mut rest: f64 = weights.iter().sum();
        weights
            .iter()
            .map(|w| {
                rest -= w;
                rest + 0.5 * w
            })
            .collect()
    };
    let own = |margin: &[f64], ranks: &[f64], variance: f64| -> Vec<f64> {
        let pull = above(margin.iter().zip(ranks).map(|(c, r)| c * r).collect());
        ranks.iter().zip(pull).map(|(r, p)| 0.5 * rho * ((r * r + 2.0 * p) / variance - 3.0)).collect()
    };
    let (own_u, own_v) = (own(&rows, &u, xx), own(&columns, &v, yy));
    let (pull_u, pull_v) = (above(by_row), above(by_column));
    let scale = 1.0 / (xx * yy).sqrt();
    let (mut mean, mut square) = (0.0, 0.0);
    for (((cells, a), pull_a), own_a) in table.iter().zip(&u).zip(&pull_u).zip(&own_u) {
        for (((&count, b), pull_b), own_b) in cells.iter().zip(&v).zip(&pull_v).zip(&own_v) {
            if count > 0.0 {
                let influence = (a * b + pull_a + pull_b - 3.0 * xy) * scale - own_a - own_b;
                mean += share(count) * influence;
                square += share(count) * influence * influence;
            }
        }
    }
    Some((rho, (square - mean * mean).max(0.0)))
}

/// Fisher's z of a Spearman correlation with its variance (1 + ρ²/2)/(n − 3). `None` under 4 rows or at |ρ| = 1.
pub fn spearman_z(rho: f64, n: f64) -> Option<(f64, f64)> {
    (n > 3.0 && rho.abs() < 1.0).then(|| (atanh(rho), (1.0 + 0.5 * rho * rho) / (n - 3.0)))
}

/// The two-sided interval of a Spearman correlation; (−1, 1) where there is too little to say.
pub fn spearman_interval(rho: f64, n: f64, level: f64) -> (f64, f64) {
    if rho.abs() >= 1.0 && n > 3.0 {
        return (rho, rho);
    }
    let Some((z, variance)) = spearman_z(rho, n) else { return (-1.0, 1.0) };
    let half = normal_quantile(0.5 * (1.0 + level)) * variance.sqrt();
    let tanh = |x: f64| {
        let e = exp(-2.0 * x.abs());
        x.signum() * (1.0 - e) / (1.0 + e)
    };
    (tanh(z - half), tanh(z + half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_share_ties() {
        assert_eq!(mean_ranks(&[3.0, 1.0, 3.0, f64::NAN]), [2.5, 1.0, 2.5, 4.0]);
    }

    #[test]
    fn a_table_says_what_its_rows_say() {
        let (x, y) = ([1.0, 1.0, 2.0, 3.0, 3.0, 2.0], [5.0, 6.0, 6.0, 7.0, 5.0, 7.0]);
        let mut table = vec![vec![0.0; 3]; 3];
        for (a, b) in x.iter().zip(&y) {
            table[*a as usize - 1][*b as usize - 5] += 1.0;
        }
        let (from_rows, from_table) = (spearman(&x, &y).unwrap(), spearman_of_table(&table).unwrap());
        assert!((from_rows - from_table).abs() < 1e-14);
        assert_eq!(spearman(&[1.0, 1.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn the_spread_is_that_of_repeated_samples() {
        let mut rng = crate::random::Rng::new(4, 2);
        for hidden in [0.0, 0.7] {
            let (mut sum, mut square, mut spread) = (0.0, 0.0, 0.0);
            for _ in 0..400 {
                let mut table = vec![vec![0.0; 12]; 12];
                for _ in 0..300 {
                    let x = rng.normal();
                    // The spread of y follows the size of x.
                    let y = hidden * x + x * rng.normal();
                    let cell = |z: f64| ((z * 2.0 + 6.0).max(0.0) as usize).min(11);
                    table[cell(x)][cell(y)] += 1.0;
                }
                let (rho, s) = spearman_with_spread(&table).unwrap();
                sum += rho / 400.0;
                square += rho * rho / 400.0;
                spread += s / 300.0 / 400.0;
            }
            let ratio = spread / (square - sum * sum);
            assert!((ratio - 1.0).abs() < 0.2, "{hidden}: {ratio}");
        }
        assert_eq!(spearman_with_spread(&[vec![3.0, 4.0]]), None);
    }

    #[test]
    fn the_interval_holds_the_value() {
        let (low, high) = spearman_interval(0.6, 50.0, 0.95);
        assert!(low < 0.6 && 0.6 < high && low > 0.3 && high < 0.8);
        assert_eq!(spearman_interval(0.6, 3.0, 0.95), (-1.0, 1.0));
    }

    #[test]
    fn the_area_is_that_of_pairs() {
        let test = mann_whitney(&[1.0, 2.0, 0.0], &[0.0, 1.0, 2.0]);
        // 9 pairs: the tied evaluation value wins 1 + 2·½, the two large ones 3 each.
        assert!((test.area - 8.0 / 9.0).abs() < 1e-15);
        assert_eq!(mann_whitney(&[5.0], &[7.0]).p_value, 1.0);
    }
}
