//! Why a row fails a learnt rule, in a few words for the table of failing rows.

use std::sync::Arc;

use straingauge_charts::format::number;

use crate::profile::rules::{Rule, shown};
use crate::profile::views;
use crate::stress::{Context, RowReason};
use crate::text::{TextFeature, Vocabulary, text_at, tokens};

/// By how much each row breaks the rule: how far a number is beyond its bound, which share of a text's words is new. `None` where a
/// row breaks a rule or does not.
pub(super) fn degrees(context: &Context, at: usize, rule: &Rule, rows: &[u32]) -> Option<Vec<f64>> {
    let evaluation = context.evaluation_rows()?;
    let column = |at: usize| evaluation.columns.get(at).and_then(Option::as_deref);
    let (numbers, low, high) = match rule {
        Rule::NumericOutlier { low, high, .. } | Rule::OutOfRange { low, high } => (views::numbers(column(at)?)?, *low, *high),
        Rule::UnseenUnigram { .. } => {
            let name = TextFeature::UnseenTokenShare.column(&context.features.get(at)?.name);
            (views::numbers(column(context.feature(&name)?)?)?, f64::NEG_INFINITY, 0.0)
        }
        _ => return None,
    };
    let beyond = |row: &u32| numbers.get(*row as usize).map_or(f64::NEG_INFINITY, |&x| (low - x).max(x - high));
    Some(rows.iter().map(beyond).collect())
}

/// The reason of each row of `rows`, by the rule that the reference taught for the feature at place `at`.
pub(super) fn of(context: &Context, at: usize, rule: &Rule, rows: &[u32]) -> Vec<RowReason> {
    let Some(evaluation) = context.evaluation_rows() else { return Vec::new() };
    let side = |columns: &[Option<std::sync::Arc<crate::table::Column>>]| columns.get(at).cloned().flatten();
    let Some(column) = side(&evaluation.columns) else { return Vec::new() };
    // Which words are new is asked of the few rows on show, so a stress test learns the vocabulary again rather than keep it.
    let kept = || context.vocabularies.iter().find(|(place, _)| *place == at).map(|(_, known)| Arc::clone(known));
    let learnt = || context.rows.as_ref().and_then(|(reference, _)| side(&reference.columns)).map(|c| Arc::new(Vocabulary::of(&c)));
    let known = matches!(rule, Rule::UnseenUnigram { .. }).then(|| kept().or_else(learnt)).flatten();
    let numbers = views::numbers(&column);
    let bounds = |row: u32, low: f64, high: f64| {
        let x = numbers.as_ref().and_then(|n| n.get(row as usize)).copied().unwrap_or(f64::NAN);
        let (word, bound) = if x < low { ("below", low) } else { ("above", high) };
        format!("{} is {word} {}", number(x), number(bound))
    };
    let reason = |&row: &u32| {
        let text = text_at(&column, row as usize);
        let mut words = Vec::new();
        let said = match rule {
            Rule::NumericOutlier { low, high, .. } | Rule::OutOfRange { low, high } => bounds(row, *low, *high),
            Rule::UnseenCategorical => format!("value not in the reference: {}", shown(&column, row)),
            Rule::RareCategories { .. } => format!("rare in the reference: {}", shown(&column, row)),
            Rule::RequiredCharacters { characters, .. } => {
                let lacks = characters.iter().filter(|&&c| !text.is_some_and(|t| t.contains(c)));
                let lacks: Vec<String> = lacks.take(3).map(|c| if *c == ' ' { "a space".to_owned() } else { format!("\"{c}\"") }).collect();
                format!("lacks {}", lacks.join(", "))
            }
            Rule::Capitalization { .. } => format!("the reference writes it in another case: {}", shown(&column, row)),
            Rule::EmptyString => "empty; never so in the reference".to_owned(),
            Rule::NullCheck => "missing; never so in the reference".to_owned(),
            Rule::FeatureType(form) => format!("not {}: {}", form.name(), shown(&column, row)),
            Rule::UnseenUnigram { .. } => {
                let all: Vec<&str> = text.map(|t| tokens(t).collect()).unwrap_or_default();
                let new: Vec<&str> = all.iter().filter(|t| known.as_ref().is_some_and(|k| k.document_frequency(t) == 0)).copied().collect();
                words = new.iter().map(|t| (*t).to_owned()).collect();
                words.sort_unstable();
                words.dedup();
                format!("{} of {} words are new", new.len(), all.len())
            }
            Rule::EmptyText => "no text".to_owned(),
        };
        RowReason { text: said, words }
    };
    rows.iter().map(reason).collect()
}
