//! Weak now, and as weak in the reference: nothing new.

use super::gap::Gap;
use crate::stats::special::normal_quantile;

/// A subset that has grown weaker by less than this share of the warning threshold is as weak as before, however sure the growth.
const GROWTH: f64 = 0.5;

/// Says whether a shortfall of the evaluation is that of the same subset in the reference: there, too, it reaches the warning threshold with
/// evidence at `alpha`, and it has not grown since, or not with evidence, or by less than half of that threshold.
///
/// The two sides are independent, so their difference has the sum of their variances. The subset is one, named beforehand: no correction.
pub(crate) fn is_as_before(now: &Gap, reference: &Gap, warning: f64, alpha: f64) -> bool {
    let growth = now.effect - reference.effect;
    let error = (now.standard_error * now.standard_error + reference.standard_error * reference.standard_error).sqrt();
    let has_grown = growth >= GROWTH * warning && growth > normal_quantile(1.0 - alpha) * error;
    reference.effect >= warning && reference.p <= alpha && !has_grown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::special::normal_upper;

    fn gap(effect: f64, standard_error: f64) -> Gap {
        Gap { statistic: effect, effect, standard_error, p: normal_upper(effect / standard_error) }
    }

    #[test]
    fn as_weak_as_before_is_nothing_new() {
        let of = |now: f64, before: f64, error: f64| is_as_before(&gap(now, error), &gap(before, error), 0.05, 0.05);
        assert!(of(0.20, 0.19, 0.02));
        assert!(of(0.20, 0.22, 0.02));
        // It has grown: the difference of 0.12 has a standard error of 0.028.
        assert!(!of(0.20, 0.08, 0.02));
        // It has grown with evidence, but hardly.
        assert!(of(0.20, 0.18, 0.001));
        // The reference is not weak, or nobody knows.
        assert!(!of(0.06, 0.04, 0.01));
        assert!(!of(0.20, 0.10, 0.10));
    }
}
