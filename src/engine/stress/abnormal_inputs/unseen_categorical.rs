//! Unseen categories: values that the reference lacks.

use super::LearntRule;
use crate::profile::rules::RuleKind;

/// `abnormal_inputs:unseen_categorical`.
pub static UNSEEN_CATEGORICAL: LearntRule = LearntRule {
    kind: RuleKind::UnseenCategorical,
    id: "unseen_categorical",
    name: "Unseen Categorical",
    default_on: true,
    checks: "Whether rows have a value that the reference set never had.",
    matters: "Of a value that it has never seen a model knows nothing; most encoders quietly treat it as \"none of the known\".",
    decided: "The statistic is the number of such rows. Chance gives some too: had the rows of both sets been dealt at random, rare values \
              would fall on one side only. The effect is the share beyond that, and the evidence is the probability of as many such rows in a random \
              deal; both replace Fisher's test here. Columns in which more than a quarter of the values are distinct are left out.",
    words: |_, feature| {
        (format!("{feature} has only values that the reference has"), format!("have a value of {feature} that the reference set never had"))
    },
};
