//! Texts without text.

use super::LearntRule;
use crate::profile::rules::RuleKind;

/// `abnormal_inputs:empty_text`.
pub static EMPTY_TEXT: LearntRule = LearntRule {
    kind: RuleKind::EmptyText,
    id: "empty_text",
    name: "Empty Text",
    default_on: true,
    checks: "Whether more texts are empty, or nothing but white space, than in the reference set.",
    matters: "The model answers all the same, and its answer says nothing about the row.",
    decided: "",
    words: |_, feature| (format!("{feature} has text"), format!("have no text in {feature}")),
};
