//! The scale on which two values of a metric are compared.

use straingauge_api::{Better, Estimate};

use crate::math::finite;
use crate::metrics::{Metric, MetricDefinition, Scale};
use crate::profile::{ModelFrame, OutcomeTally};
use crate::stats::proportions::wilson;

/// How much worse one value is than another, on the metric's scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gap {
    /// The plain difference on the metric's scale.
    pub statistic: f64,
    /// The same, less what noise or the base rate alone would give.
    pub effect: f64,
    /// The standard error of the effect.
    pub standard_error: f64,
    /// One-sided p; two-sided for metrics without a good direction.
    pub p: f64,
}

/// +1 where a larger value is better: a gap is then base − value; −1 where smaller is; 0 where any change counts.
pub(crate) fn direction(definition: &MetricDefinition) -> f64 {
    match definition.better {
        Better::Higher => 1.0,
        Better::Lower => -1.0,
        Better::Neutral => 0.0,
    }
}

/// The smallest base that an error is taken relative to: below it, even large ratios mean little.
pub(crate) fn floor(frame: &ModelFrame, metric: Metric) -> f64 {
    let sd = 0.01 * frame.label_sd;
    match metric {
        Metric::LogLoss => 0.05,
        Metric::BrierScore => 0.02,
        Metric::Mse => sd * sd,
        Metric::Rmse | Metric::Mae => sd,
        Metric::Msle => 1e-4,
        Metric::Mape => 0.01,
        _ => 0.0,
    }
}

/// What a difference is divided by, given the value that it is taken from.
pub(crate) fn unit_of(frame: &ModelFrame, definition: &MetricDefinition, base: f64) -> f64 {
    match definition.scale {
        Scale::Absolute => 1.0,
        Scale::Relative => base.abs().max(floor(frame, definition.metric)).max(f64::MIN_POSITIVE),
        Scale::LabelSd => frame.label_sd,
        Scale::LabelVariance => frame.label_sd * frame.label_sd,
    }
}

/// The value of a metric over a tally with its 95 % interval: Wilson's for shares, else normal.
pub(crate) fn estimate(frame: &ModelFrame, tally: &OutcomeTally, definition: &MetricDefinition, value: Option<f64>) -> Estimate {
    let metric = definition.metric;
    let Some(value) = value else { return Estimate::default() };
    if let Some(mean) = frame.mean(tally, metric).filter(|m| m.indicator) {
        let n = mean.mass.effective();
        let (low, high) = wilson(value * n, n, 0.95);
        return Estimate { value: finite(value), low: finite(low), high: finite(high) };
    }
    let Some(error) = frame.standard_error(tally, metric).filter(|e| e.is_finite()) else {
        return Estimate { value: finite(value), ..Estimate::default() };
    };
    let (mut low, mut high) = (value - 1.96 * error, value + 1.96 * error);
    if definition.unit == straingauge_api::Unit::Score
        && !matches!(metric, Metric::MatthewsCorrcoef | Metric::RankCorrelation | Metric::Overconfidence | Metric::Underconfidence)
    {
        (low, high) = (low.max(0.0), high.min(1.0));
    }
    Estimate { value: finite(value), low: finite(low), high: finite(high) }
}
