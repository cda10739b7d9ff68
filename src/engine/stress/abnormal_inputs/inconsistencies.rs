//! Inconsistencies: pairs of categories that the reference all but rules out.

use super::learnt_rule::compare;
use super::{impact, spec};
use crate::Result;
use crate::profile::PairSide;
use crate::profile::rules::{PairRule, Whose};
use crate::stress::{Context, Family, FamilySubject, Measurement, Question, RowReason, RowSet, TestSpec};

/// `abnormal_inputs:inconsistencies`.
pub struct Inconsistencies;

impl Inconsistencies {
    fn spec() -> TestSpec {
        spec(
            "inconsistencies",
            "Inconsistencies",
            true,
            "Whether rows combine two values that hardly ever stand together in the reference set, such as a city with the wrong country.",
            "Each value is fine by itself; together they tell of a mistake, and of a part of the input space that the model never saw.",
            "A pair of values fails when its share in the reference is below 2 % of what the product of the two values' shares gives; pairs \
             that the product would put in fewer than five reference rows are left alone.",
        )
    }
}

/// The features of a pair of the frame, by place.
fn places(context: &Context, rule: &PairRule) -> Option<(usize, usize)> {
    let pair = context.frame.pairs.get(rule.pair)?;
    if let (PairSide::Feature(a), PairSide::Feature(b)) = (pair.a, pair.b) { Some((a, b)) } else { None }
}

/// The place of the rule about two features.
fn find(context: &Context, a: &str, b: &str) -> Option<usize> {
    let wanted = (context.feature(a)?, context.feature(b)?);
    context.frame.rules.pairs.iter().position(|rule| places(context, rule) == Some(wanted))
}

impl Question for Inconsistencies {
    fn tests(&self) -> Vec<TestSpec> {
        vec![Self::spec()]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let name = |at: usize| context.features.get(at).map(|f| f.name.clone());
        (context.frame.rules.pairs.iter())
            .filter_map(|rule| {
                let (a, b) = places(context, rule)?;
                // What is measured in a text may go with anything.
                let measured = [a, b].iter().any(|&at| context.features.get(at).is_none_or(|f| f.measured_in.is_some()));
                (!measured).then_some(())?;
                Some(Family { subject: FamilySubject::Pair(name(a)?, name(b)?), tests: vec![Self::spec().id] })
            })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Pair(a, b) = &family.subject else { return Ok(Vec::new()) };
        let counts = find(context, a, b).and_then(|at| context.reference.rules.pairs.get(at).zip(context.evaluation.rules.pairs.get(at)));
        let Some((reference, evaluation)) = counts.filter(|(r, e)| r.rows > 0 && e.rows > 0) else {
            return Ok(vec![Measurement::Skipped(format!("No evaluation row has both {a} and {b}."))]);
        };
        let feature = format!("{a} and {b}");
        let asks = format!("{a} and {b} stand together in the reference at least a fiftieth as often as chance would put them");
        let fails = format!("combine {feature} as the reference set hardly ever does");
        let mut measured = compare(&feature, &asks, &fails, reference, evaluation);
        measured.metrics.extend(impact::differences(context, evaluation));
        measured.also.extend(impact::measure(context, &Self::spec(), evaluation, &fails));
        Ok(vec![Measurement::Measured(Box::new(measured))])
    }

    fn rows(&self, context: &Context, family: &Family, _test: &str) -> Option<RowSet> {
        let FamilySubject::Pair(a, b) = &family.subject else { return None };
        let rule = context.frame.rules.pairs.get(find(context, a, b)?)?;
        let evaluation = context.evaluation_rows()?;
        let cells = |name: &str| {
            let at = context.feature(name)?;
            let column = evaluation.columns.get(at)?.as_deref()?;
            let categories = crate::profile::views::categories(column)?;
            Some(context.frame.columns.get(at)?.category()?.cells(&categories))
        };
        Some(RowSet::Rows(rule.failing_rows(context.frame.pairs.get(rule.pair)?, &cells(a)?, &cells(b)?, Whose::Other)))
    }

    fn reasons(&self, _: &Context, _: &Family, _: &str, rows: &[u32]) -> Vec<RowReason> {
        let text = "hardly ever together in the reference";
        rows.iter().map(|_| RowReason { text: text.to_owned(), words: Vec::new() }).collect()
    }
}
