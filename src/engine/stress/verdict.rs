//! The one place that decides.
//!
//! A case fails only when its effect is large **and** the data show it. Differences need the effect to reach a threshold and
//! the q-value to stay at or under α; properties are judged by the lower end of their interval; logical cases hold or do not.
//! A difference that passes without having had the power to fail is not a pass but a skip, and says so. A weakness that the model's own
//! calibrated probabilities expect is a limit of the model and no defect: it warns at most, unless the reader asks for more. The strain of what
//! warns stays under 1: a strain of 1 and more is that of a failure, or of what would be one if there were evidence.

use straingauge_api::{Kind, Sensitivity, Severity, Status, Thresholds, Unit, Weakness};
use straingauge_charts::format::{spaced, value};

use super::{Measured, TestSpec};
use crate::stats::special::normal_quantile;

/// Power asked of a pass.
const POWER: f64 = 0.80;

/// What became of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What became of it.
    pub status: Status,
    /// How bad.
    pub severity: Severity,
    /// The strain of the effect.
    pub strain: f64,
    /// The strain of the lower end of its interval.
    pub strain_low: f64,
    /// Whether there is evidence beyond noise.
    pub evident: bool,
    /// Why it was skipped, or why a large effect does not fail.
    pub reason: Option<String>,
}

/// The strain of an effect: 0.5 at the warning threshold, 1 at the alert threshold, 2 at the largest effect that can be shown.
///
/// `0.5·e/w` below w; `0.5 + 0.5·(e−w)/(a−w)` up to a; above, `1 + (1 − a/e)/(1 − a/e_max)`. Never negative.
pub fn strain(effect: f64, thresholds: Thresholds, effect_max: f64) -> f64 {
    let Thresholds { warning: w, alert: a } = thresholds;
    if effect.is_nan() || effect <= 0.0 {
        0.0
    } else if effect < w {
        0.5 * effect / w
    } else if effect < a {
        0.5 + 0.5 * (effect - w) / (a - w)
    } else {
        let reach = if effect_max.is_finite() { 1.0 - a / effect_max } else { 1.0 };
        let beyond = if effect.is_finite() { 1.0 - a / effect } else { 1.0 };
        if reach > 0.0 { (1.0 + beyond / reach).min(2.0) } else { 1.0 }
    }
}

/// The strain of an effect that warns and cannot fail, however large: as [`strain`] below the warning threshold w, from there on 1 − w/2e, which
/// stays under 1.
fn strain_of_warning(effect: f64, thresholds: Thresholds) -> f64 {
    /// Two decimals of it do not read as 1.
    const MOST: f64 = 0.99;
    let w = thresholds.warning;
    if effect < w || effect.is_nan() { strain(effect, thresholds, f64::INFINITY) } else { (1.0 - 0.5 * w / effect).min(MOST) }
}

/// The severity of an effect by its thresholds alone.
pub fn size(effect: f64, thresholds: Thresholds) -> Severity {
    if effect >= thresholds.alert {
        Severity::Alert
    } else if effect >= thresholds.warning {
        Severity::Warning
    } else {
        Severity::Pass
    }
}

/// What became of a case of that severity.
pub const fn status(severity: Severity) -> Status {
    match severity {
        Severity::Pass => Status::Pass,
        Severity::Warning => Status::Warning,
        Severity::Alert => Status::Fail,
    }
}

/// Judges what was measured.
///
/// `q` is the case's q-value at the run's level `alpha`; `families` is the number of families with evidence in the plan, by
/// which the level of a single case is divided when its power is asked.
///
/// What the model expects fails only where `sensitivity` is [`Sensitivity::More`].
pub fn judge(
    spec: &TestSpec,
    measured: &Measured,
    thresholds: Option<Thresholds>,
    q: Option<f64>,
    alpha: f64,
    families: usize,
    sensitivity: Sensitivity,
) -> Verdict {
    let mut verdict = judge_size_and_evidence(spec, measured, thresholds, q, alpha, families);
    let is_limit = is_limit(measured, sensitivity);
    if verdict.severity == Severity::Alert && is_limit {
        (verdict.status, verdict.severity) = (Status::Warning, Severity::Warning);
        verdict.reason = Some(EXPECTED.to_owned());
    }
    if let Some(t) = thresholds.filter(|_| spec.kind != Kind::Logical) {
        let effect = measured.effect.unwrap_or(0.0);
        if is_limit {
            verdict.strain = strain_of_warning(effect, t);
            verdict.strain_low = strain_of_warning(measured.interval.map_or(effect, |(low, _)| low), t);
        } else if verdict.severity == Severity::Warning && verdict.strain >= 1.0 {
            verdict.strain = strain_of_warning(effect, t).max(verdict.strain_low);
        }
    }
    verdict
}

const EXPECTED: &str =
    "The model's own calibrated probabilities expect this weakness: it is a limit of the model, not a defect, and warns at most.";

/// Says whether what was measured is a limit that the model knows of.
pub fn is_limit(measured: &Measured, sensitivity: Sensitivity) -> bool {
    measured.weakness == Some(Weakness::Expected) && sensitivity != Sensitivity::More
}

fn judge_size_and_evidence(
    spec: &TestSpec,
    measured: &Measured,
    thresholds: Option<Thresholds>,
    q: Option<f64>,
    alpha: f64,
    families: usize,
) -> Verdict {
    let effect = measured.effect.unwrap_or(0.0);
    match (spec.kind, thresholds) {
        (Kind::Logical, _) | (_, None) => logical(measured.holds.unwrap_or(true)),
        (Kind::Property, Some(t)) => property(effect, measured.interval, t, spec.effect_max),
        (Kind::Difference, Some(t)) => {
            let mut verdict = difference(effect, measured.interval, t, spec.effect_max, q, alpha);
            let powerless = || detectable(measured.standard_error, alpha, families).filter(|&least| least > t.alert);
            if verdict.status == Status::Pass
                && !verdict.evident
                && let Some(least) = powerless()
            {
                verdict.status = Status::Skip;
                verdict.reason = Some(too_little(measured.n_evaluation, least, spec.unit));
            }
            verdict
        }
    }
}

fn logical(holds: bool) -> Verdict {
    let severity = if holds { Severity::Pass } else { Severity::Alert };
    let strain = if holds { 0.0 } else { 1.0 };
    Verdict { status: status(severity), severity, strain, strain_low: strain, evident: true, reason: None }
}

fn property(effect: f64, interval: Option<(f64, f64)>, t: Thresholds, effect_max: f64) -> Verdict {
    let low = interval.map_or(effect, |(low, _)| low);
    let severity = size(low, t);
    let reason = (size(effect, t) > severity).then(|| "The effect is large, but with so few rows it may be much smaller.".to_owned());
    Verdict {
        status: status(severity),
        severity,
        strain: strain(effect, t, effect_max),
        strain_low: strain(low, t, effect_max),
        evident: low > 0.0,
        reason,
    }
}

fn difference(effect: f64, interval: Option<(f64, f64)>, t: Thresholds, effect_max: f64, q: Option<f64>, alpha: f64) -> Verdict {
    let evident = q.is_some_and(|q| q <= alpha);
    let large = size(effect, t);
    let severity = if evident { large } else { Severity::Pass };
    let reason = (!evident && large > Severity::Pass)
        .then(|| "The effect is large, but after the correction for many tests noise alone would explain it.".to_owned());
    Verdict {
        status: status(severity),
        severity,
        strain: strain(effect, t, effect_max),
        strain_low: strain(interval.map_or(effect, |(low, _)| low), t, effect_max),
        evident,
        reason,
    }
}

/// The smallest effect that a one-sided normal test at α/F finds with 80 % power: `(z(1 − α/F) + z(0.8)) · se`.
fn detectable(standard_error: Option<f64>, alpha: f64, families: usize) -> Option<f64> {
    let se = standard_error.filter(|s| s.is_finite() && *s > 0.0)?;
    let level = alpha / families.max(1) as f64;
    Some((normal_quantile(1.0 - level) + normal_quantile(POWER)) * se)
}

fn too_little(n: Option<u64>, least: f64, unit: Unit) -> String {
    let rows = n.map_or_else(|| "so few rows".to_owned(), |n| format!("n = {}", spaced(n)));
    let least = match unit {
        Unit::Points | Unit::Share => value(Some(least), Unit::Points),
        Unit::Relative => value(Some(least), unit).trim_start_matches('+').to_owned(),
        _ => value(Some(least), Unit::Distance),
    };
    format!("With {rows} only a difference of {least} or more could be seen.")
}

#[cfg(test)]
mod tests {
    use straingauge_api::{Category, Risk, TestText};

    use super::*;
    use crate::stress::{Needs, Scope};

    const T: Thresholds = Thresholds { warning: 0.05, alert: 0.13 };

    fn spec(kind: Kind) -> TestSpec {
        TestSpec {
            id: "drift:example".into(),
            name: "Example".into(),
            category: Category::Drift,
            risk: Risk::Operational,
            kind,
            scope: Scope::Profile,
            needs: Needs::default(),
            thresholds: Some(T),
            effect_max: 1.0,
            unit: Unit::Score,
            default_on: true,
            text: TestText { checks: String::new(), matters: String::new(), decided: String::new() },
        }
    }

    fn measured(effect: f64, interval: (f64, f64)) -> Measured {
        Measured { effect: Some(effect), interval: Some(interval), n_evaluation: Some(41), ..Measured::default() }
    }

    #[test]
    fn strain_has_its_anchors_and_never_falls() {
        assert_eq!(strain(-0.2, T, 1.0), 0.0);
        assert_eq!(strain(0.05, T, 1.0), 0.5);
        assert_eq!(strain(0.13, T, 1.0), 1.0);
        assert!((strain(1.0, T, 1.0) - 2.0).abs() < 1e-12);
        assert!((strain(f64::INFINITY, T, f64::INFINITY) - 2.0).abs() < 1e-12);
        let steps: Vec<f64> = (0..=1000).map(|i| strain(f64::from(i) / 1000.0, T, 1.0)).collect();
        assert!(steps.windows(2).all(|w| w[0] <= w[1]));
    }

    #[test]
    fn a_difference_fails_only_by_size_and_evidence() {
        let s = spec(Kind::Difference);
        let of =
            |effect, q| judge(&s, &measured(effect, (effect - 0.04, effect + 0.04)), Some(T), q, 0.05, 10, Sensitivity::Default).status;
        assert_eq!(of(0.20, Some(0.01)), Status::Fail);
        assert_eq!(of(0.20, Some(0.06)), Status::Pass);
        assert_eq!(of(0.20, None), Status::Pass);
        assert_eq!(of(0.06, Some(0.01)), Status::Warning);
        assert_eq!(of(0.01, Some(0.000_1)), Status::Pass);
        let hollow = judge(&s, &measured(0.2, (0.0, 0.4)), Some(T), Some(0.5), 0.05, 10, Sensitivity::Default);
        assert!(!hollow.evident && hollow.reason.is_some() && hollow.strain > 1.0);
    }

    #[test]
    fn what_the_model_expects_warns_at_most_unless_more_is_asked() {
        let s = spec(Kind::Difference);
        let of = |weakness, sensitivity| {
            let measured = Measured { weakness, ..measured(0.2, (0.16, 0.24)) };
            judge(&s, &measured, Some(T), Some(0.001), 0.05, 10, sensitivity)
        };
        let limit = of(Some(Weakness::Expected), Sensitivity::Default);
        assert_eq!((limit.status, limit.severity), (Status::Warning, Severity::Warning));
        assert!(limit.reason.is_some_and(|r| r.contains("expect")) && limit.evident);
        // 1 − 0.05/(2 · 0.2) and 1 − 0.05/(2 · 0.16).
        assert_eq!((limit.strain, limit.strain_low), (0.875, 0.843_75));
        assert!(of(Some(Weakness::Expected), Sensitivity::More).strain > 1.0 && of(None, Sensitivity::Default).strain > 1.0);
        assert_eq!(of(Some(Weakness::Expected), Sensitivity::Less).status, Status::Warning);
        assert_eq!(of(Some(Weakness::Expected), Sensitivity::More).status, Status::Fail);
        assert_eq!(of(Some(Weakness::Confident), Sensitivity::Default).status, Status::Fail);
        assert_eq!(of(None, Sensitivity::Default).status, Status::Fail);
    }

    #[test]
    fn the_strain_of_a_warning_stays_under_one() {
        let steps: Vec<f64> = (0..=4000).map(|i| strain_of_warning(f64::from(i) / 1000.0, T)).collect();
        assert!(steps.windows(2).all(|w| w[0] <= w[1]) && steps.last().is_some_and(|&most| most < 1.0));
        assert_eq!((strain_of_warning(0.05, T), strain_of_warning(0.025, T)), (0.5, 0.25));
        assert_eq!((strain_of_warning(f64::INFINITY, T), strain_of_warning(f64::NAN, T)), (0.99, 0.0));
        let property = judge(&spec(Kind::Property), &measured(0.2, (0.129, 0.3)), Some(T), None, 0.05, 10, Sensitivity::Default);
        assert_eq!(property.status, Status::Warning);
        assert!(property.strain_low <= property.strain && property.strain < 1.0, "{property:?}");
    }

    #[test]
    fn a_pass_without_power_is_a_skip_and_a_failure_with_evidence_is_not() {
        let s = spec(Kind::Difference);
        let weak = Measured { standard_error: Some(0.1), ..measured(0.02, (-0.18, 0.22)) };
        let verdict = judge(&s, &weak, Some(T), Some(0.9), 0.05, 50, Sensitivity::Default);
        assert_eq!(verdict.status, Status::Skip);
        // z(1 − 0.001) + z(0.8) = 3.0902 + 0.8416.
        assert_eq!(verdict.reason.as_deref(), Some("With n = 41 only a difference of 0.39 or more could be seen."));
        let strong = Measured { standard_error: Some(0.1), ..measured(0.7, (0.5, 0.9)) };
        assert_eq!(judge(&s, &strong, Some(T), Some(0.001), 0.05, 50, Sensitivity::Default).status, Status::Fail);
    }

    #[test]
    fn a_property_is_judged_by_its_lower_end() {
        let s = spec(Kind::Property);
        assert_eq!(judge(&s, &measured(0.2, (0.14, 0.3)), Some(T), None, 0.05, 10, Sensitivity::Default).status, Status::Fail);
        assert_eq!(judge(&s, &measured(0.2, (0.06, 0.3)), Some(T), None, 0.05, 10, Sensitivity::Default).status, Status::Warning);
        assert_eq!(judge(&s, &measured(0.2, (0.0, 0.5)), Some(T), None, 0.05, 10, Sensitivity::Default).status, Status::Pass);
    }

    #[test]
    fn a_logical_case_holds_or_alerts() {
        let s = spec(Kind::Logical);
        let of = |holds| judge(&s, &Measured { holds: Some(holds), ..Measured::default() }, None, None, 0.05, 1, Sensitivity::Default);
        assert_eq!((of(true).status, of(true).strain), (Status::Pass, 0.0));
        assert_eq!((of(false).status, of(false).strain), (Status::Fail, 1.0));
    }
}
