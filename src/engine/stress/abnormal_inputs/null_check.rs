//! Missing values, where the reference never has one.

use super::LearntRule;
use crate::profile::rules::RuleKind;

/// `abnormal_inputs:null_check`.
pub static NULL_CHECK: LearntRule = LearntRule {
    kind: RuleKind::NullCheck,
    id: "null_check",
    name: "Null Check",
    default_on: true,
    checks: "Whether values are missing in a feature that the reference set always fills.",
    matters: "A model that never met a gap in training either fails on it or fills it with a default that nobody chose.",
    decided: "Empty categories and texts have their own tests.",
    words: |_, feature| (format!("{feature} is never missing"), format!("have no value of {feature}")),
};
