//! The single-row check: may this row go to the model?

use serde::{Deserialize, Serialize};

/// What happens to a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It goes through.
    #[default]
    Allow,
    /// It goes through, and somebody should look at it.
    Flag,
    /// It does not go through.
    Block,
}

/// A rule that the reference taught, with what happens where it fires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckRule {
    /// `unseen_categorical`, `numeric_outlier`, `feature_type_check`, …
    pub rule: String,
    /// The features it is asked of; two for inconsistencies.
    pub features: Vec<String>,
    /// What it asks, in words: `within 0 to 1`, `one of 12 known values`.
    pub asks: String,
    /// What happens where it fires.
    pub action: Action,
    /// The share of reference rows that would have fired it.
    pub reference_share: f64,
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// `unseen_categorical`, …
    pub rule: String,
    /// The features.
    pub features: Vec<String>,
    /// What it asks for.
    pub action: Action,
    /// Why, in one sentence: `city is Atlantis, which the reference never has.`
    pub sentence: String,
}

/// What is decided about a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The strictest of the rules that fired.
    pub action: Action,
    /// The rules that fired, strictest first.
    pub rules: Vec<Fired>,
}
