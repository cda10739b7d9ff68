//! Many tests at once: corrections of p-values, and the two-level procedure of a run.
//!
//! Simes 1986 (Biometrika 73), Holm 1979 (Scand. J. Statist. 6), Benjamini and Hochberg 1995 (JRSS B 57), Benjamini and
//! Bogomolov 2014 (JRSS B 76): families first, then the cases inside those that stand out, at a level that pays for the choice.

use std::cmp::Ordering;

/// What a case brings to the procedure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Evidence {
    /// Its p-value.
    P(f64),
    /// Planned, not judged yet: counts as p = 1, so that a failure shown early is never taken back.
    Pending,
    /// Has no p-value and never will (a property, a skipped case): does not count at all.
    Excluded,
}

/// q-values of all cases of a run: for each case the smallest level α at which the two-level procedure rejects it.
///
/// At level α: the p-value of a family is Simes' over its cases; Benjamini-Hochberg over the F families at α rejects R of
/// them; inside a rejected family Benjamini-Hochberg at α·R/F rejects cases. A family whose cases are all excluded is no
/// family. The result has the shape of the input; `None` where a case is excluded, 1 where it is pending.
///
/// With t the case's adjusted p-value inside its family (never below the family's Simes p) and a(r) the smallest α at which r families are
/// rejected, the case is rejected as soon as α ≥ a(r) and α·r/F ≥ t for some r: q = min over r of max(a(r), t·F/r), exactly.
/// A pending case that becomes judged or excluded never raises any q.
pub fn judge_families(families: &[Vec<Evidence>]) -> Vec<Vec<Option<f64>>> {
    let inside: Vec<Vec<Option<f64>>> = families.iter().map(|cases| adjust_counted(cases)).collect();
    let mut simes: Vec<f64> = inside.iter().filter_map(|cases| cases.iter().flatten().copied().min_by(f64::total_cmp)).collect();
    simes.sort_by(f64::total_cmp);
    let count = simes.len() as f64;
    // a(r), r = 1..=F: non-decreasing.
    let reached = step_up(&simes);
    let q_of = |t: f64| {
        // t·F/r falls with r while a(r) rises: the minimum of the larger of both lies where they cross.
        let crossing = partition(&reached, |rank, a| a < t * count / rank as f64);
        [crossing, crossing + 1]
            .into_iter()
            .filter_map(|rank| Some(reached.get(rank.checked_sub(1)?)?.max(t * count / rank as f64)))
            .fold(1.0, f64::min)
    };
    inside.into_iter().map(|cases| cases.into_iter().map(|t| t.map(q_of)).collect()).collect()
}

/// Simes' p-value of the hypothesis that every case of a family is null: min over i of m·p(i)/i. 1 for no case.
pub fn simes(p: &[f64]) -> f64 {
    benjamini_hochberg(p).into_iter().fold(1.0, f64::min)
}

/// Benjamini-Hochberg adjusted p-values, in the order of the input. NaN counts as 1.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let order = ascending(p);
    let sorted: Vec<f64> = order.iter().filter_map(|&i| p.get(i).map(|&x| sane(x))).collect();
    put_back(&order, &step_up(&sorted))
}

/// Holm's adjusted p-values, in the order of the input. NaN counts as 1.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let order = ascending(p);
    let mut largest = 0.0_f64;
    let adjusted: Vec<f64> = order
        .iter()
        .filter_map(|&i| p.get(i))
        .enumerate()
        .map(|(rank, &x)| {
            largest = largest.max((sane(x) * (p.len() - rank) as f64).min(1.0));
            largest
        })
        .collect();
    put_back(&order, &adjusted)
}

/// Bonferroni's adjusted p-values, in the order of the input. NaN counts as 1.
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    p.iter().map(|&x| (sane(x) * p.len() as f64).min(1.0)).collect()
}

/// Adjusts inside a family; pending cases stand as 1, excluded ones are left out.
fn adjust_counted(cases: &[Evidence]) -> Vec<Option<f64>> {
    let counted: Vec<f64> = cases
        .iter()
        .filter_map(|case| match case {
            Evidence::P(p) => Some(*p),
            Evidence::Pending => Some(1.0),
            Evidence::Excluded => None,
        })
        .collect();
    let mut adjusted = benjamini_hochberg(&counted).into_iter();
    cases.iter().map(|case| if *case == Evidence::Excluded { None } else { adjusted.next() }).collect()
}

/// min over j ≥ i of m·p(j)/j for ascending p-values.
fn step_up(sorted: &[f64]) -> Vec<f64> {
    let m = sorted.len() as f64;
    let mut smallest = 1.0_f64;
    let mut adjusted: Vec<f64> = sorted
        .iter()
        .enumerate()
        .rev()
        .map(|(i, &p)| {
            smallest = smallest.min(p * (m / (i + 1) as f64));
            smallest
        })
        .collect();
    adjusted.reverse();
    adjusted
}

/// How many leading ranks (from 1) satisfy a condition that holds up to some rank and not beyond it.
fn partition(values: &[f64], holds: impl Fn(usize, f64) -> bool) -> usize {
    let (mut low, mut high) = (0, values.len());
    while low < high {
        let middle = low.midpoint(high);
        if values.get(middle).is_some_and(|&v| holds(middle + 1, v)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Positions by ascending p; equal values keep their order.
fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<(usize, f64)> = p.iter().map(|&x| sane(x)).enumerate().collect();
    order.sort_by(|a, b| a.1.partial_cmp(&b.1).unwrap_or(Ordering::Equal));
    order.into_iter().map(|(i, _)| i).collect()
}

/// Values by rank back into the order of the input.
fn put_back(order: &[usize], by_rank: &[f64]) -> Vec<f64> {
    let mut back = vec![1.0; order.len()];
    for (&i, &value) in order.iter().zip(by_rank) {
        if let Some(slot) = back.get_mut(i) {
            *slot = value;
        }
    }
    back
}

fn sane(p: f64) -> f64 {
    if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        for (x, y) in a.iter().zip(b) {
            assert!((x - y).abs() <= 1e-12, "{a:?} against {b:?}");
        }
    }

    #[test]
    fn agrees_with_statsmodels() {
        // statsmodels 0.15 multipletests; Benjamini and Hochberg 1995, table 1.
        let p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        let q = benjamini_hochberg(&p);
        close(&q[..5], &[0.0015, 0.003, 0.0095, 0.035625, 0.0603]);
        let h = holm(&p);
        close(&h[..4], &[0.0015, 0.0056, 0.0247, 0.114]);
        close(&bonferroni(&[0.01, 0.6]), &[0.02, 1.0]);
        assert!((simes(&[0.03, 0.04]) - 0.04).abs() < 1e-15);
        assert_eq!(simes(&[]), 1.0);
    }

    /// The procedure as the paper states it, at one level.
    fn rejected(families: &[Vec<Evidence>], alpha: f64) -> Vec<Vec<bool>> {
        let p = |c: &Evidence| match c {
            Evidence::P(p) => Some(*p),
            Evidence::Pending => Some(1.0),
            Evidence::Excluded => None,
        };
        let inside: Vec<Vec<f64>> = families.iter().map(|f| f.iter().filter_map(p).collect()).collect();
        let family_p: Vec<f64> = inside.iter().filter(|f| !f.is_empty()).map(|f| simes(f)).collect();
        let r = benjamini_hochberg(&family_p).iter().filter(|&&q| q <= alpha).count();
        let level = alpha * r as f64 / family_p.len().max(1) as f64;
        families
            .iter()
            .zip(&inside)
            .map(|(cases, ps)| {
                let q = benjamini_hochberg(ps);
                let selected = !ps.is_empty() && r > 0 && simes(ps) <= level;
                let mut q = q.into_iter();
                cases.iter().map(|c| p(c).is_some() && q.next().is_some_and(|q| selected && q <= level)).collect()
            })
            .collect()
    }

    fn evidence() -> impl Strategy<Value = Evidence> {
        prop_oneof![
            4 => (0.0..1.0_f64).prop_map(Evidence::P),
            4 => (0.0..0.02_f64).prop_map(Evidence::P),
            1 => Just(Evidence::P(0.01)),
            1 => Just(Evidence::Pending),
            1 => Just(Evidence::Excluded),
        ]
    }

    fn run() -> impl Strategy<Value = Vec<Vec<Evidence>>> {
        prop::collection::vec(prop::collection::vec(evidence(), 0..5), 0..12)
    }

    proptest! {
        #[test]
        fn q_is_the_smallest_level_that_rejects(families in run()) {
            let q = judge_families(&families);
            for alpha in [0.001, 0.01, 0.05, 0.1, 0.3, 0.9] {
                for (case_q, case_r) in q.iter().flatten().zip(rejected(&families, alpha).iter().flatten()) {
                    match case_q {
                        // Within rounding of the level itself either answer is right.
                        Some(v) if (v - alpha).abs() > 1e-12 => prop_assert_eq!(*v <= alpha, *case_r),
                        Some(_) => {}
                        None => prop_assert!(!case_r),
                    }
                }
            }
        }

        #[test]
        fn judging_a_pending_case_never_raises_a_q(families in run(), new in prop_oneof![(0.0..=1.0_f64).prop_map(Evidence::P), Just(Evidence::Excluded)], at in 0usize..60) {
            let mut after = families.clone();
            let pending: Vec<(usize, usize)> = families.iter().enumerate()
                .flat_map(|(f, cases)| cases.iter().enumerate().filter(|(_, c)| **c == Evidence::Pending).map(move |(c, _)| (f, c)))
                .collect();
            prop_assume!(!pending.is_empty());
            let (f, c) = pending[at % pending.len()];
            after[f][c] = new;
            for (before, now) in judge_families(&families).iter().flatten().zip(judge_families(&after).iter().flatten()) {
                if let (Some(before), Some(now)) = (before, now) {
                    prop_assert!(*now <= before + 1e-12);
                }
            }
        }

        #[test]
        fn order_does_not_matter(families in run()) {
            let q = judge_families(&families);
            let turned: Vec<Vec<Evidence>> = families.iter().rev().map(|f| f.iter().rev().copied().collect()).collect();
            let back: Vec<Vec<Option<f64>>> = judge_families(&turned).into_iter().rev().map(|f| f.into_iter().rev().collect()).collect();
            prop_assert_eq!(q, back);
        }
    }
}
