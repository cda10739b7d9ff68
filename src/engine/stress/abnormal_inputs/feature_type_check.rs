//! Types: values that are not what the column holds.

use super::LearntRule;
use crate::profile::rules::{Rule, RuleKind};

/// `abnormal_inputs:feature_type_check`.
pub static FEATURE_TYPE_CHECK: LearntRule = LearntRule {
    kind: RuleKind::FeatureType,
    id: "feature_type_check",
    name: "Feature Type Check",
    default_on: true,
    checks: "Whether values are of the type that the reference column has: a whole number, a number, a web address, an e-mail address, a domain name, a date.",
    matters: "A word in a column of numbers breaks a pipeline, or becomes a missing value that nobody notices.",
    decided: "The type is the one that at least 99 % of the reference's values have.",
    words: |rule, feature| {
        let Rule::FeatureType(form) = rule else { return Default::default() };
        (format!("{feature} is {}", form.name()), format!("have a value of {feature} that is not {}", form.name()))
    },
};
