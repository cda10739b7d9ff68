//! Out of range: beyond the range that the reference suggests.

use super::LearntRule;
use crate::profile::rules::{Rule, RuleKind};

/// `abnormal_inputs:out_of_range`, off by default.
pub static OUT_OF_RANGE: LearntRule = LearntRule {
    kind: RuleKind::OutOfRange,
    id: "out_of_range",
    name: "Out Of Range",
    default_on: false,
    checks: "Whether numbers leave the natural range that all reference values keep: from 0 to 1, or from 0 up.",
    matters: "A negative age or a share of 130 % is an error of whoever made the data, and the model takes it at its word.",
    decided: "The range is a guess from the reference, so this test runs only when it is asked for.",
    words: |rule, feature| {
        let Rule::OutOfRange { high, .. } = rule else { return Default::default() };
        if high.is_finite() {
            (format!("{feature} is between 0 and 1"), format!("have {feature} outside 0 – 1"))
        } else {
            (format!("{feature} is not negative"), format!("have a negative value of {feature}"))
        }
    },
};
