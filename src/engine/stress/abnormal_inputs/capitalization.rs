//! Capitalization: a known value in another case.

use super::LearntRule;
use crate::profile::rules::RuleKind;

/// `abnormal_inputs:capitalization`.
pub static CAPITALIZATION: LearntRule = LearntRule {
    kind: RuleKind::Capitalization,
    id: "capitalization",
    name: "Capitalization",
    default_on: true,
    checks: "Whether rows have a value that the reference set knows only in another case: \"usa\" for \"USA\".",
    matters: "To a model they are different values; what it knows of the one it does not apply to the other.",
    decided: "",
    words: |_, feature| {
        (
            format!("{feature} is written as in the reference"),
            format!("have a value of {feature} that the reference writes in another case"),
        )
    },
};
