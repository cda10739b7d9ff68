//! Abnormal inputs: which evaluation rows are unlike what the reference taught?
//!
//! Every test is a rule that the reference teaches ([`crate::profile::rules`]), asked of every feature that it makes sense
//! of. The share of rows that fail is compared with the reference's own share under the same rule; what those rows cost the
//! model is a case of its own beside it.

mod capitalization;
mod embedding_anomalies;
mod empty_string;
mod empty_text;
mod exchangeability;
mod feature_type_check;
mod impact;
mod inconsistencies;
mod learnt_rule;
mod null_check;
mod numeric_outlier;
mod out_of_range;
mod rare_categories;
mod reasons;
mod req_characters;
mod unseen_categorical;
mod unseen_unigram;

pub use capitalization::CAPITALIZATION;
pub use embedding_anomalies::EmbeddingAnomalies;
pub(super) use embedding_anomalies::figure;
pub use empty_string::EMPTY_STRING;
pub use empty_text::EMPTY_TEXT;
pub use feature_type_check::FEATURE_TYPE_CHECK;
pub use inconsistencies::Inconsistencies;
pub use learnt_rule::LearntRule;
pub use null_check::NULL_CHECK;
pub use numeric_outlier::NUMERIC_OUTLIER;
pub use out_of_range::OUT_OF_RANGE;
pub use rare_categories::RARE_CATEGORIES;
pub use req_characters::REQ_CHARACTERS;
pub use unseen_categorical::UNSEEN_CATEGORICAL;
pub use unseen_unigram::UNSEEN_UNIGRAM;

use straingauge_api::{Category, Kind, Risk, StressTestConfig, TestText, Thresholds, Unit};

use super::plan::chosen;
use super::{Needs, Scope, Settings, TestSpec};
use crate::Result;
use crate::profile::Asked;
use crate::profile::rules::Rule;

/// How every test here is decided, after what is its own.
const DECIDED: &str = "The effect is the share of failing evaluation rows beyond the reference's own share under the same rule, in points; \
     a reference row is judged by what the other reference rows teach. The evidence is Fisher's exact test, one-sided, corrected for \
     the number of questions asked; the interval is Newcombe's. What the failing rows cost the model is a case of its own: the metric \
     over the rows that pass, less the metric over all rows.";

/// The tests of one learnt rule each.
const RULES: [&LearntRule; 11] = [
    &NUMERIC_OUTLIER,
    &UNSEEN_CATEGORICAL,
    &RARE_CATEGORIES,
    &OUT_OF_RANGE,
    &REQ_CHARACTERS,
    &CAPITALIZATION,
    &EMPTY_STRING,
    &NULL_CHECK,
    &FEATURE_TYPE_CHECK,
    &UNSEEN_UNIGRAM,
    &EMPTY_TEXT,
];

/// The test that asks a learnt rule, by its id behind the category; what it asks of a feature, and what rows that fail do, in words.
pub fn asked(rule: &Rule, feature: &str) -> (&'static str, String, String) {
    let test = of_rule(rule);
    let (asks, fails) = (test.words)(rule, feature);
    (test.id, asks, fails)
}

/// The test that asks a learnt rule, by its id behind the category.
pub fn test_of(rule: &Rule) -> &'static str {
    of_rule(rule).id
}

fn of_rule(rule: &Rule) -> &'static LearntRule {
    RULES.into_iter().find(|test| test.kind == rule.kind()).unwrap_or(&NULL_CHECK)
}

/// The rules that a configuration asks of single rows, by its tests of abnormal inputs.
///
/// # Errors
/// As [`chosen`].
pub(crate) fn asked_rules(config: &StressTestConfig, settings: &Settings) -> Result<Asked> {
    let mut asked = Asked::default();
    for spec in chosen(config, settings)?.into_iter().flat_map(|(_, specs)| specs) {
        let Some(test) = spec.id.strip_prefix("abnormal_inputs:") else { continue };
        let excluded = settings.tests.get(&spec.id).map(|c| c.exclude_columns.clone()).unwrap_or_default();
        match (RULES.iter().find(|rule| rule.id == test), test) {
            (Some(rule), _) => drop(asked.rules.insert(rule.kind, excluded)),
            (None, "inconsistencies") => asked.pairs = Some(excluded),
            (None, "embedding_anomalies") => asked.embeddings = Some(excluded),
            _ => {}
        }
    }
    Ok(asked)
}

/// A test of abnormal inputs: 1 and 5 points.
fn spec(test: &str, name: &str, default_on: bool, checks: &str, matters: &str, decided: &str) -> TestSpec {
    TestSpec {
        id: format!("abnormal_inputs:{test}"),
        name: name.to_owned(),
        category: Category::AbnormalInputs,
        risk: Risk::Operational,
        kind: Kind::Difference,
        scope: Scope::Profile,
        needs: Needs::default(),
        thresholds: Some(Thresholds { warning: 0.01, alert: 0.05 }),
        effect_max: 1.0,
        unit: Unit::Points,
        default_on,
        text: TestText {
            checks: checks.to_owned(),
            matters: matters.to_owned(),
            decided: format!("{decided} {DECIDED}").trim().to_owned(),
        },
    }
}
