//! Rare categories: values that the reference hardly has.

use super::LearntRule;
use crate::profile::rules::RuleKind;

/// `abnormal_inputs:rare_categories`.
pub static RARE_CATEGORIES: LearntRule = LearntRule {
    kind: RuleKind::RareCategories,
    id: "rare_categories",
    name: "Rare Categories",
    default_on: true,
    checks: "Whether values that are rare in the reference set have become common: those with a share below 0.5 % divided by the number of distinct values.",
    matters: "From a handful of examples a model learns little, and what it learnt there was never measured.",
    decided: "Values that the reference lacks altogether have their own test.",
    words: |_, feature| {
        (
            format!("{feature} is not one of the reference's rare values"),
            format!("have a value of {feature} that is rare in the reference set"),
        )
    },
};
