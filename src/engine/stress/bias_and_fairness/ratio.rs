//! The mean of a quantity in groups: are they one, and how far below the rest is the lowest?
//!
//! Homogeneity by χ² with the pooled variance of all rows (for shares this is Pearson's χ² of the table of groups); the ratio of
//! each group to all other rows by Katz's interval on the logarithm (Katz 1978, Biometrics 34), for means by the same delta
//! method, at a level that pays for the number of groups (Holm's first step). Quantities that may be negative have no ratio:
//! there the difference from the rest counts, in standard deviations.

use crate::math::{exp, ln};
use crate::stats::proportions::katz;
use crate::stats::special::{chi_square_upper, normal_quantile};

/// The mean of a quantity over the rows of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GroupMean {
    /// Effective rows.
    pub n: f64,
    /// The mean.
    pub mean: f64,
    /// The rows' population variance.
    pub variance: f64,
    /// Whether every row has 0 or 1.
    pub share: bool,
}

impl GroupMean {
    /// Both groups as one.
    fn with(self, other: Self) -> Self {
        let n = self.n + other.n;
        if n <= 0.0 {
            return self;
        }
        let mean = (self.n * self.mean + other.n * other.mean) / n;
        let square = |g: Self| g.n * (g.variance + (g.mean - mean) * (g.mean - mean));
        Self { n, mean, variance: (square(self) + square(other)) / n, share: self.share && other.share }
    }

    /// The rows of several groups.
    pub fn pool(groups: impl Iterator<Item = Self>) -> Self {
        groups.fold(Self { n: 0.0, mean: 0.0, variance: 0.0, share: true }, Self::with)
    }
}

/// How the groups compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Disparity {
    /// One minus the smallest over the largest mean; or their difference in standard deviations.
    pub raw: f64,
    /// The group that is surest to fall behind the rest.
    pub lowest: usize,
    /// Its ratio to the rest, or its difference in standard deviations.
    pub ratio: f64,
    /// The effect and its interval: one minus the bounds of that ratio.
    pub interval: (f64, f64),
    /// What the sharpest comparison's standard error is, on the effect's scale.
    pub sharpest: f64,
    /// P-value of homogeneity.
    pub p: f64,
}

/// P(χ² of homogeneity this large or larger) for groups whose rows have one mean.
pub(super) fn homogeneity(groups: &[GroupMean]) -> f64 {
    let all = GroupMean::pool(groups.iter().copied());
    if all.variance <= 0.0 || groups.len() < 2 {
        return 1.0;
    }
    let statistic: f64 = groups.iter().map(|g| g.n * (g.mean - all.mean) * (g.mean - all.mean) / all.variance).sum();
    chi_square_upper(statistic, (groups.len() - 1) as f64)
}

/// Compares groups by the ratio of each to the rest (of the rest to each, where a `small` value is the better one, as a place in a
/// ranking); `comparisons` is what the level is divided by. `None` for fewer than two.
pub(super) fn ratios(groups: &[GroupMean], comparisons: f64, small: bool) -> Option<Disparity> {
    let level = 1.0 - 0.05 / comparisons.max(1.0);
    let of = |at: usize, g: GroupMean| {
        let rest = GroupMean::pool(groups.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, g)| *g));
        if g.share {
            let (low, high) = katz(rest.mean * rest.n, rest.n, g.mean * g.n, g.n, level);
            return (g.mean / rest.mean.max(f64::MIN_POSITIVE), low, high);
        }
        let relative = |g: GroupMean| if g.mean > 0.0 { g.variance / (g.n * g.mean * g.mean) } else { f64::INFINITY };
        let error = (relative(g) + relative(rest)).sqrt();
        let half = normal_quantile(0.5 * (1.0 + level)) * error;
        let log = ln(g.mean.max(f64::MIN_POSITIVE)) - ln(rest.mean.max(f64::MIN_POSITIVE));
        let sign = if small { -1.0 } else { 1.0 };
        (exp(sign * log), exp(sign * log - half), exp(sign * log + half))
    };
    let bounds: Vec<(f64, f64, f64)> = groups.iter().enumerate().map(|(i, g)| of(i, *g)).collect();
    let (smallest, largest) = ends(groups)?;
    let lowest = (0..groups.len()).min_by(|&a, &b| at(&bounds, a).2.total_cmp(&at(&bounds, b).2))?;
    let (ratio, low, high) = at(&bounds, lowest);
    let z = normal_quantile(0.5 * (1.0 + level));
    let errors = bounds.iter().map(|b| (ln(b.2) - ln(b.1)) / (2.0 * z)).filter(|e| e.is_finite());
    Some(Disparity {
        raw: if largest > 0.0 { 1.0 - smallest / largest } else { 0.0 },
        lowest,
        ratio,
        interval: ((1.0 - high).max(0.0), (1.0 - low).max(0.0)),
        sharpest: errors.fold(f64::INFINITY, f64::min),
        p: homogeneity(groups),
    })
}

/// Compares groups by the difference of each from the rest, in standard deviations of all rows. `None` for fewer than two, or
/// where nothing varies.
pub(super) fn differences(groups: &[GroupMean], comparisons: f64) -> Option<Disparity> {
    let z = normal_quantile(1.0 - 0.025 / comparisons.max(1.0));
    let sd = GroupMean::pool(groups.iter().copied()).variance.sqrt();
    let (smallest, largest) = ends(groups).filter(|_| sd > 0.0)?;
    let of = |at: usize, g: GroupMean| {
        let rest = GroupMean::pool(groups.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, g)| *g));
        ((g.mean - rest.mean) / sd, (g.variance / g.n + rest.variance / rest.n).sqrt() / sd, 0.0)
    };
    let gaps: Vec<(f64, f64, f64)> = groups.iter().enumerate().map(|(i, g)| of(i, *g)).collect();
    let bound = |i: usize| at(&gaps, i).0.abs() - z * at(&gaps, i).1;
    let lowest = (0..groups.len()).max_by(|&a, &b| bound(a).total_cmp(&bound(b)).then(b.cmp(&a)))?;
    let (gap, error, _) = at(&gaps, lowest);
    Some(Disparity {
        raw: (largest - smallest) / sd,
        lowest,
        ratio: gap,
        interval: ((gap.abs() - z * error).max(0.0), gap.abs() + z * error),
        sharpest: gaps.iter().map(|g| g.1).fold(f64::INFINITY, f64::min),
        p: homogeneity(groups),
    })
}

fn at(bounds: &[(f64, f64, f64)], i: usize) -> (f64, f64, f64) {
    bounds.get(i).copied().unwrap_or((f64::NAN, 0.0, f64::INFINITY))
}

fn ends(groups: &[GroupMean]) -> Option<(f64, f64)> {
    let means = || groups.iter().map(|g| g.mean);
    (groups.len() > 1).then(|| (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;

    fn share(hits: f64, n: f64) -> GroupMean {
        let p = hits / n;
        GroupMean { n, mean: p, variance: p * (1.0 - p), share: true }
    }

    fn number(mean: f64, sd: f64, n: f64) -> GroupMean {
        GroupMean { n, mean, variance: sd * sd, share: false }
    }

    #[test]
    fn homogeneity_of_shares_is_pearsons() {
        let groups = [share(30.0, 100.0), share(60.0, 120.0), share(10.0, 40.0)];
        let table: Vec<Vec<f64>> = [(30.0, 100.0), (60.0, 120.0), (10.0, 40.0)].iter().map(|&(h, n)| vec![h, n - h]).collect();
        assert!((homogeneity(&groups) - crate::stats::chi_square::independence(&table, 1.0).p_value).abs() < 1e-12);
        assert_eq!(homogeneity(&groups[..1]), 1.0);
        assert_eq!(homogeneity(&[share(0.0, 50.0), share(0.0, 70.0)]), 1.0);
    }

    #[test]
    fn the_lowest_group_is_named() {
        let found = ratios(&[share(300.0, 600.0), share(60.0, 300.0), share(50.0, 100.0)], 3.0, false).unwrap();
        assert_eq!((found.lowest, found.raw), (1, 0.6));
        assert!((found.ratio - 0.4).abs() < 1e-12 && found.interval.0 > 0.45 && found.interval.1 < 0.72 && found.p < 1e-9);
        // The same by the delta method, for numbers with the same spread.
        let plain = |g: GroupMean| GroupMean { share: false, ..g };
        let numbers = ratios(&[share(300.0, 600.0), share(60.0, 300.0), share(50.0, 100.0)].map(plain), 3.0, false).unwrap();
        assert!((numbers.interval.0 - found.interval.0).abs() < 1e-9 && (numbers.sharpest - found.sharpest).abs() < 1e-9);
    }

    #[test]
    fn a_larger_place_is_the_worse_one() {
        let places = [number(3.0, 1.2, 500.0), number(4.0, 1.2, 100.0)];
        let found = ratios(&places, 2.0, true).unwrap();
        assert_eq!(found.lowest, 1);
        assert!((found.ratio - 0.75).abs() < 1e-12 && found.interval.0 > 0.18 && found.interval.0 < 0.25 && found.interval.1 > 0.26);
        assert_eq!(ratios(&places, 2.0, false).unwrap().lowest, 0);
    }

    #[test]
    fn numbers_that_may_be_negative_are_compared_in_standard_deviations() {
        let found = differences(&[number(0.1, 1.0, 900.0), number(-0.7, 1.0, 400.0)], 2.0).unwrap();
        assert!(found.raw > 0.7 && found.raw < 0.8 && found.interval.0 > 0.55);
        assert!(differences(&[number(0.0, 0.0, 900.0), number(0.0, 0.0, 400.0)], 2.0).is_none());
    }

    /// How often the p of `draw` stays under 0.05 and under 0.001, and how often it goes with an effect of 0.2.
    fn levels(mut draw: impl FnMut() -> Disparity) -> (f64, f64, usize) {
        let (mut common, mut rare, mut loud) = (0, 0, 0);
        for _ in 0..4000 {
            let found = draw();
            common += usize::from(found.p <= 0.05);
            rare += usize::from(found.p <= 0.001);
            loud += usize::from(found.p <= 0.05 && found.interval.0 >= 0.2);
        }
        (common as f64 / 4000.0, rare as f64 / 4000.0, loud)
    }

    #[test]
    fn groups_of_one_kind_keep_their_levels() {
        let mut rng = Rng::new(3, 14);
        for (k, n) in [(2, 200.0), (4, 200.0), (8, 2000.0), (8, 20_000.0)] {
            // Sizes 1, 1/2, 1/3, …, at least 20 rows.
            let total: f64 = (1..=k).map(|i| 1.0 / f64::from(i)).sum();
            let sizes: Vec<f64> = (1..=k).map(|i| (n / f64::from(i) / total).round().max(20.0)).collect();
            for rate in [0.5, 0.1, 0.02] {
                let mut hits = |n: f64| (0..n as u32).filter(|_| rng.uniform() < rate).count() as f64;
                if rate * n * 4000.0 > 4e6 {
                    continue;
                }
                let (common, rare, loud) = levels(|| {
                    let groups: Vec<GroupMean> = sizes.iter().map(|&n| share(hits(n), n)).collect();
                    ratios(&groups, groups.len() as f64, false).unwrap()
                });
                println!("{k} groups, {n} rows, rate {rate}: {common:.4} {rare:.5} loud {loud}");
                assert!(common < 0.075 && rare < 0.008 && loud <= 60, "{k} groups, {n} rows, rate {rate}: {common} {rare} {loud}");
            }
            let mut mean = |n: f64| {
                let values: Vec<f64> = (0..n as u32).map(|_| exp(rng.normal())).collect();
                let mean = values.iter().sum::<f64>() / n;
                number(mean, (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt(), n)
            };
            if n < 5000.0 {
                let (common, rare, loud) = levels(|| {
                    let groups: Vec<GroupMean> = sizes.iter().map(|&n| mean(n)).collect();
                    ratios(&groups, groups.len() as f64, false).unwrap()
                });
                println!("{k} groups, {n} rows, lognormal: {common:.4} {rare:.5} loud {loud}");
                assert!(common < 0.075 && rare < 0.008 && loud <= 60, "{k} groups, {n} rows, lognormal: {common} {rare} {loud}");
            }
        }
    }
}
