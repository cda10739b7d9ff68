//! The worst of k subsets: all are tested, Holm over k; the case's subset is the one with the largest simultaneous lower bound.

use straingauge_api::{Severity, Thresholds};

use super::gap::Gap;
use crate::stats::multiple::holm;
use crate::stats::special::normal_quantile;

/// One tested subset.
#[derive(Debug, Clone)]
pub(crate) struct Subset {
    /// Its cell in the frame; `None` for all rows that have a value.
    pub cell: Option<usize>,
    /// How it completes "rows where <feature> …".
    pub label: String,
    /// Evaluation rows.
    pub rows: u64,
    /// Its share of the reference's rows.
    pub reference_share: f64,
    /// The gap.
    pub gap: Gap,
}

impl Subset {
    /// Its name alone, without the word that joins it to the feature: `≤ 4.6`, `Travel`, `missing`.
    pub(crate) fn name(&self) -> String {
        let label = ["= ", "in ", "is "].iter().find_map(|joint| self.label.strip_prefix(joint)).unwrap_or(&self.label);
        label.to_owned()
    }
}

/// The worst subset, with evidence that counts that it was picked.
#[derive(Debug, Clone)]
pub(crate) struct Worst {
    /// Its place among the subsets given.
    pub index: usize,
    /// Its p after Holm.
    pub p: f64,
    /// Its simultaneous 95 % interval.
    pub interval: (f64, f64),
    /// The largest plain shortfall among subsets of at least the asked share of the reference.
    pub statistic: Option<f64>,
    /// A standard error that says what the sharpest of the subsets could show, the correction over k included.
    pub standard_error: f64,
    /// What each subset alone comes to, after Holm.
    pub severities: Vec<Severity>,
}

/// Picks the worst of the subsets; `None` without any.
pub(crate) fn worst(subsets: &[Subset], min_frq: f64, alpha: f64, thresholds: Thresholds) -> Option<Worst> {
    worst_beyond(subsets, min_frq, alpha, thresholds, |_| false)
}

/// Picks the worst of the subsets. One that is a limit, because the model's own probabilities expect it, warns at most and stands behind the
/// others that warn or fail.
pub(crate) fn worst_beyond(
    subsets: &[Subset],
    min_frq: f64,
    alpha: f64,
    thresholds: Thresholds,
    is_limit: impl Fn(&Subset) -> bool,
) -> Option<Worst> {
    let k = subsets.len();
    if k == 0 {
        return None;
    }
    let adjusted = holm(&subsets.iter().map(|s| s.gap.p).collect::<Vec<_>>());
    let z = normal_quantile(1.0 - 0.025 / k as f64);
    let lower = |s: &Subset| s.gap.effect - z * s.gap.standard_error;
    let severity = |(s, &p): (&Subset, &f64)| match s.gap.effect {
        e if p <= alpha && e >= thresholds.alert => Severity::Alert,
        e if p <= alpha && e >= thresholds.warning => Severity::Warning,
        _ => Severity::Pass,
    };
    let mut severities: Vec<Severity> = subsets.iter().zip(&adjusted).map(severity).collect();
    let limits: Vec<bool> = subsets.iter().zip(&severities).map(|(s, &severity)| severity > Severity::Pass && is_limit(s)).collect();
    for (severity, _) in severities.iter_mut().zip(&limits).filter(|(_, limit)| **limit) {
        *severity = Severity::Warning;
    }
    let surest = |among: &dyn Fn(usize) -> bool| {
        let bound = |i: usize| subsets.get(i).map_or(f64::NEG_INFINITY, lower);
        (0..k).filter(|&i| among(i)).max_by(|&a, &b| bound(a).total_cmp(&bound(b)).then(b.cmp(&a)))
    };
    let of_all = surest(&|_| true)?;
    let defect = |i: usize| severities.get(i).is_some_and(|&s| s > Severity::Pass) && limits.get(i) == Some(&false);
    let index = if limits.get(of_all) == Some(&true) { surest(&defect).unwrap_or(of_all) } else { of_all };
    let chosen = subsets.get(index)?;
    let (zk, z1, power) = (normal_quantile(1.0 - 0.05 / k as f64), normal_quantile(0.95), normal_quantile(0.8));
    let sharpest = subsets.iter().map(|s| s.gap.standard_error).fold(f64::INFINITY, f64::min);
    Some(Worst {
        index,
        p: adjusted.get(index).copied().unwrap_or(1.0),
        interval: (lower(chosen), chosen.gap.effect + z * chosen.gap.standard_error),
        statistic: subsets.iter().filter(|s| s.reference_share >= min_frq).map(|s| s.gap.statistic).max_by(f64::total_cmp),
        standard_error: sharpest * (zk + power) / (z1 + power),
        severities,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subset(effect: f64, standard_error: f64, p: f64, reference_share: f64) -> Subset {
        let gap = Gap { statistic: effect, effect, standard_error, p };
        Subset { cell: None, label: String::new(), rows: 100, reference_share, gap }
    }

    #[test]
    fn the_surest_shortfall_is_picked_over_the_largest() {
        let thresholds = Thresholds { warning: 0.05, alert: 0.13 };
        let subsets = [subset(0.3, 0.2, 0.07, 0.005), subset(0.2, 0.02, 1e-12, 0.2), subset(-0.1, 0.02, 1.0, 0.5)];
        let worst = worst(&subsets, 0.01, 0.05, thresholds).unwrap();
        assert_eq!(worst.index, 1);
        assert!((worst.p - 3e-12).abs() < 1e-20);
        // The largest shortfall of all stands in too few reference rows.
        assert_eq!(worst.statistic, Some(0.2));
        assert_eq!(worst.severities, [Severity::Pass, Severity::Alert, Severity::Pass]);
    }

    #[test]
    fn a_limit_warns_and_stands_behind_a_defect() {
        let thresholds = Thresholds { warning: 0.05, alert: 0.13 };
        let subsets = [subset(0.3, 0.02, 1e-20, 0.2), subset(0.15, 0.02, 1e-9, 0.2), subset(0.01, 0.02, 0.3, 0.2)];
        let beyond = worst_beyond(&subsets, 0.01, 0.05, thresholds, |s| s.gap.effect > 0.2).unwrap();
        assert_eq!(beyond.index, 1);
        assert_eq!(beyond.severities, [Severity::Warning, Severity::Alert, Severity::Pass]);
        assert_eq!(worst(&subsets, 0.01, 0.05, thresholds).unwrap().index, 0);
        assert_eq!(worst_beyond(&subsets[..1], 0.01, 0.05, thresholds, |_| true).unwrap().index, 0);
    }
}
