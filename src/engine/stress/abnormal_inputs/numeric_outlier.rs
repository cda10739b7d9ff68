//! Numeric outliers: outside mean ± 3 sd of the reference.

use super::LearntRule;
use crate::profile::rules::{Rule, RuleKind};
use straingauge_charts::format::number;

/// `abnormal_inputs:numeric_outlier`.
pub static NUMERIC_OUTLIER: LearntRule = LearntRule {
    kind: RuleKind::NumericOutlier,
    id: "numeric_outlier",
    name: "Numeric Outliers",
    default_on: true,
    checks: "Whether more values lie far from the reference's mean than the reference's own do: beyond three standard deviations (bound_multiplier).",
    matters: "Far from what it has learnt from, a model extrapolates, and nothing in its score says so.",
    decided: "Columns that name rows or only ever rise are left out: they leave any range by nature.",
    words: |rule, feature| {
        let Rule::NumericOutlier { low, high, .. } = rule else { return Default::default() };
        (
            format!("{feature} is between {} and {}", number(*low), number(*high)),
            format!("have {feature} below {} or above {}", number(*low), number(*high)),
        )
    },
};
