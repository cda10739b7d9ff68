//! Empty strings, where the reference never has one.

use super::LearntRule;
use crate::profile::rules::RuleKind;

/// `abnormal_inputs:empty_string`.
pub static EMPTY_STRING: LearntRule = LearntRule {
    kind: RuleKind::EmptyString,
    id: "empty_string",
    name: "Empty String",
    default_on: true,
    checks: "Whether a category is empty although the reference set never leaves it empty.",
    matters: "An empty cell that never occurred in training is a fault upstream, and the model's answer to it was never tested.",
    decided: "Cells that are missing in another spelling (NA, null) are asked about by the null check.",
    words: |_, feature| (format!("{feature} is never empty"), format!("leave {feature} empty")),
};
