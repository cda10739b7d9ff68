//! What chance alone would give, had it dealt the pooled rows to the two sides.
//!
//! Equal rows form runs. Had chance decided which rows of a run fall to the evaluation, each with probability q = m/(n + m), a count
//! over the runs (rows found in the reference, labels that differ from theirs) would be a sum of independent terms, whose
//! distribution is known run by run. Its upper tail is bounded by Chernoff's min over s of E(exp(s·(sum − observed))), which is
//! never too small, exact where the count is the largest that can be, and takes rows that come in several copies together as they
//! are. Fisher's test of the two shares would take them for independent.
//!
//! Two nulls are asked: all runs, and those with a row in the reference, dealt so that one falls there. The first is the sharper
//! one; the second does not take rows that were copied inside the evaluation for a sign that rows repeat by nature. p is twice the
//! smaller.

use std::collections::BTreeMap;

use crate::math::{exp, ln};
use crate::random::Rng;

/// Runs up to this size are dealt in all ways, larger ones in so many as this many bits count.
const BITS: u32 = 8;

/// One kind of run: how many there are, and how its count is distributed.
#[derive(Debug)]
struct Kind {
    runs: f64,
    /// (count, probability), by count.
    counts: Vec<(f64, f64)>,
}

/// The null distribution of a count over runs of equal rows.
#[derive(Debug, Default)]
struct Dealing {
    kinds: Vec<Kind>,
}

/// P(count at least as large as seen), bounded from above. `runs`: the labels of each run of equal rows in the reference and in the
/// evaluation; `q`: a row's chance to fall to the evaluation; `count`: what is counted in a run.
pub(in crate::stress) fn p_value(runs: &[(Vec<u32>, Vec<u32>)], q: f64, rng: &mut Rng, count: &dyn Fn(&[u32], &[u32]) -> usize) -> f64 {
    let seen = runs.iter().map(|(a, b)| count(a, b)).sum::<usize>() as f64;
    let pooled = |least: usize| runs.iter().filter(move |(a, _)| a.len() >= least).map(|(a, b)| [a.as_slice(), b].concat());
    let mut tail = |together: bool| {
        let all = Dealing::of(&mut pooled(0), q, rng, together, &|a, b| Some(count(a, b)));
        let known = Dealing::of(&mut pooled(1), q, rng, together, &|a, b| (!a.is_empty()).then(|| count(a, b)));
        (2.0 * all.p_value(seen).min(known.p_value(seen))).min(1.0)
    };
    tail(false).max(tail(true))
}

/// What is counted in a run that was dealt into two.
type Count<'a> = dyn Fn(&[u32], &[u32]) -> Option<usize> + 'a;

impl Dealing {
    /// `runs`: the labels of each run of pooled rows; which row has which does not matter. `count`: what is counted in a run; `None` for
    /// a dealing that cannot be.
    ///
    /// A large run counts row by row, with the rate that was drawn; or, `together`, as it was drawn. The first has a tail where few draws
    /// have none; the second knows that all of a run can turn at once, as where few reference rows get its commonest label wrong.
    fn of(runs: &mut dyn Iterator<Item = Vec<u32>>, q: f64, rng: &mut Rng, together: bool, count: &Count<'_>) -> Self {
        let mut shapes: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        for run in runs {
            *shapes.entry(shape(run)).or_default() += 1.0;
        }
        let mut out = Self::default();
        for (labels, runs) in shapes {
            let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
            let (mut left, mut right) = (Vec::new(), Vec::new());
            let all_ways = labels.len() <= BITS as usize;
            let ways = 1u32 << BITS.min(labels.len() as u32);
            for way in 0..ways {
                left.clear();
                right.clear();
                let mut weight = if all_ways { 1.0 } else { 1.0 / f64::from(ways) };
                for (i, &label) in labels.iter().enumerate() {
                    let here = if all_ways { way >> i & 1 == 1 } else { rng.uniform() < q };
                    if all_ways {
                        weight *= if here { q } else { 1.0 - q };
                    }
                    if here { right.push(label) } else { left.push(label) }
                }
                if let Some(counted) = count(&left, &right) {
                    *counts.entry(counted).or_default() += weight;
                }
            }
            let total: f64 = counts.values().sum();
            let mut counts: Vec<(f64, f64)> = counts.into_iter().map(|(c, p)| (c as f64, p / total)).collect();
            let mut runs = runs;
            if !all_ways && !together {
                let rows = labels.len() as f64;
                let rate = counts.iter().map(|(c, p)| c * p).sum::<f64>() / rows;
                (counts, runs) = (vec![(0.0, 1.0 - rate), (1.0, rate)], runs * rows);
            }
            if counts.iter().any(|&(c, p)| c > 0.0 && p > 0.0) {
                out.kinds.push(Kind { runs, counts });
            }
        }
        out
    }

    /// Log of the moment generating function at s, and its slope.
    fn cumulant(&self, s: f64) -> (f64, f64) {
        self.kinds.iter().fold((0.0, 0.0), |(value, slope), kind| {
            let most = kind.counts.last().map_or(0.0, |c| c.0);
            // The largest term is taken out, so that nothing overflows.
            let terms = kind.counts.iter().map(|&(c, p)| (c, p * exp(s * (c - most))));
            let (sum, first) = terms.fold((0.0, 0.0), |(sum, first), (c, w)| (sum + w, first + c * w));
            (value + kind.runs * (ln(sum) + s * most), slope + kind.runs * first / sum)
        })
    }

    /// The count expected.
    fn expected(&self) -> f64 {
        self.cumulant(0.0).1
    }

    /// A bound on P(count ≥ observed), never too small.
    fn p_value(&self, observed: f64) -> f64 {
        if observed <= self.expected() {
            return 1.0;
        }
        let (mut low, mut high) = (0.0, 1.0);
        while self.cumulant(high).1 < observed && high < 64.0 {
            (low, high) = (high, high * 2.0);
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.cumulant(middle).1 < observed {
                low = middle;
            } else {
                high = middle;
            }
        }
        exp(self.cumulant(high).0 - high * observed).clamp(0.0, 1.0)
    }
}

/// Labels numbered by how often they occur: runs of one shape are dealt alike.
fn shape(mut run: Vec<u32>) -> Vec<u32> {
    run.sort_unstable();
    let mut sizes: Vec<usize> = run.chunk_by(|a, b| a == b).map(<[u32]>::len).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes.into_iter().zip(0u32..).flat_map(|(size, label)| std::iter::repeat_n(label, size)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::special::binomial_density;

    fn found(reference: &[u32], evaluation: &[u32]) -> usize {
        if reference.is_empty() { 0 } else { evaluation.len() }
    }

    #[test]
    fn copies_inside_the_evaluation_do_not_hide_a_leak() {
        let (split, inside) = ((vec![0], vec![0]), (vec![], vec![0, 0]));
        let runs: Vec<_> = std::iter::repeat_n(split, 60).chain(std::iter::repeat_n(inside, 60)).collect();
        // Given a row in the reference, a pair is split with probability 2q/(1 + q).
        let p = p_value(&runs, 0.5, &mut Rng::new(1, 1), &found);
        assert!((p / (2.0 * crate::math::pow(2.0 / 3.0, 60.0)) - 1.0).abs() < 1e-3, "{p}");
    }

    #[test]
    fn pairs_are_a_binomial() {
        // 40 pairs, dealt with q = 1/2: each is split with probability 1/2, and then counts one row.
        let mut rng = Rng::new(1, 1);
        let dealing = Dealing::of(&mut (0..40).map(|_| vec![0, 0]), 0.5, &mut rng, false, &|a, b| Some(found(a, b)));
        assert!((dealing.expected() - 20.0).abs() < 1e-9);
        let exact = |t: u32| (t..=40).map(|k| binomial_density(f64::from(k), 40.0, 0.5, 0.5)).sum::<f64>();
        for t in [22, 25, 30, 35, 39] {
            let p = dealing.p_value(f64::from(t));
            assert!(p >= exact(t) && p < 12.0 * exact(t), "{t}: {p} {}", exact(t));
        }
        assert!((dealing.p_value(40.0) / crate::math::pow(0.5, 40.0) - 1.0).abs() < 1e-6);
        assert_eq!(dealing.p_value(20.0), 1.0);
    }

    #[test]
    fn shapes_forget_which_label_is_which() {
        assert_eq!(shape(vec![7, 3, 7]), [0, 0, 1]);
        assert_eq!(shape(vec![3, 7, 3]), shape(vec![9, 9, 1]));
    }
}
