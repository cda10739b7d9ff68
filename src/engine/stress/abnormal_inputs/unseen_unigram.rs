//! Texts of unusually many unknown tokens.

use super::LearntRule;
use crate::profile::rules::{Rule, RuleKind};
use straingauge_charts::format::percent;

/// `abnormal_inputs:unseen_unigram`.
pub static UNSEEN_UNIGRAM: LearntRule = LearntRule {
    kind: RuleKind::UnseenUnigram,
    id: "unseen_unigram",
    name: "Unseen Unigrams",
    default_on: true,
    checks: "Whether more texts than in the reference set consist largely of words that the reference set never used.",
    matters: "A model reads such a text with the words it knows and guesses the rest: another language, another field, or noise.",
    decided: "A text fails when its share of unknown tokens is above the reference's 0.995 quantile; a reference text is compared with all the others.",
    words: |rule, feature| {
        let Rule::UnseenUnigram { above } = rule else { return Default::default() };
        (
            format!("at most {} of the words of {feature} are unknown to the reference", percent(*above)),
            if *above > 0.0 {
                format!("have texts in {feature} with more than {} unknown words", percent(*above))
            } else {
                format!("have texts in {feature} with unknown words")
            },
        )
    },
};
