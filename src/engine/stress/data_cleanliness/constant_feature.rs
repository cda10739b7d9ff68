//! Constant feature: does a feature have one value in all rows?

use straingauge_api::Kind;
use straingauge_charts::format::{all_of, number, percent, spaced};

use crate::Result;
use crate::profile::{ColumnFrame, ColumnProfile};
use crate::stats::fisher;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, TestSpec};
use crate::table::FeatureKind;

const TEST: &str = "data_cleanliness:constant_feature";
/// Fewer rows, both sides together, say nothing of constancy.
const LEAST_ROWS: u64 = 20;

/// Asks every number and category that the model sees.
pub struct ConstantFeature;

impl Question for ConstantFeature {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "constant_feature",
            "Constant Feature",
            Kind::Logical,
            None,
            [
                "Whether a feature of the model has the same value in all rows of the evaluation set.",
                "A constant tells the model nothing: the column was never filled, or a step before the model has stopped working.",
                "It does not hold where the evaluation set knows a single value and the reference does too, or knows others so often that chance would hardly leave them out (Fisher's exact test at 5 %, divided by the number of features).",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter().zip(&context.evaluation.columns))
            .filter(|(f, column)| f.in_model && f.measured_in.is_none() && f.kind != FeatureKind::Text && column.present > 0)
            .map(|(f, _)| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let sides = context
            .feature(name)
            .and_then(|i| Some((context.frame.columns.get(i)?, context.reference.columns.get(i)?, context.evaluation.columns.get(i)?)));
        Ok(vec![match sides {
            Some((frame, a, b)) if a.present + b.present >= LEAST_ROWS => {
                Measurement::Measured(Box::new(constancy(name, frame, a, b, context.features.len())))
            }
            _ => Measurement::Skipped(format!("{name} has a value in fewer than {LEAST_ROWS} rows.")),
        }])
    }
}

/// The only value of the evaluation set, and the reference rows that have another.
fn only_value(frame: &ColumnFrame, reference: &ColumnProfile, evaluation: &ColumnProfile) -> Option<(String, u64)> {
    if let Some(own) = evaluation.numeric() {
        let value = (own.min == own.max).then_some(own.min)?;
        let others = match (reference.numeric(), frame.numeric()) {
            (Some(other), Some(_)) if (other.min, other.max) == (value, value) => 0,
            (Some(other), Some(cells)) => {
                let here = cells.edges.partition_point(|&e| e < value);
                let share = other.mass.get(here).copied().unwrap_or(0.0) / reference.present_weight.max(f64::MIN_POSITIVE);
                ((1.0 - share).max(0.0) * reference.present as f64).round() as u64
            }
            _ => 0,
        };
        return Some((number(value), others));
    }
    let own = evaluation.category()?;
    let names = frame.category().map_or(&[][..], |c| &c.names);
    let seen = names.iter().zip(&own.counts).chain(&own.unseen);
    let mut present = seen.filter(|(_, n)| **n > 0).map(|(name, _)| name);
    let (first, second) = (present.next()?, present.next());
    let alike = reference.category().zip(names.iter().position(|n| n == first)).and_then(|(c, at)| c.counts.get(at));
    second.is_none().then(|| (first.clone(), reference.present - alike.copied().unwrap_or(0).min(reference.present)))
}

fn constancy(name: &str, frame: &ColumnFrame, reference: &ColumnProfile, evaluation: &ColumnProfile, asked: usize) -> Measured {
    let (n, m) = (reference.present, evaluation.present);
    let level = 0.05 / asked.max(1) as f64;
    let (holds, sentence) = match only_value(frame, reference, evaluation) {
        None if m == 0 => (true, format!("{name} has no values in the evaluation set.")),
        None => (true, format!("{name} has more than one value in the {} evaluation rows that have any.", spaced(m))),
        Some((value, 0)) if n > 0 => {
            (false, format!("{name} is {value} in {} and in {}.", all_of(m, "evaluation row"), all_of(n, "reference row")))
        }
        Some((value, others)) => {
            let share = percent(others as f64 / n.max(1) as f64);
            (
                // Whatever the first row has is its value: the others are what could have shown another.
                n > 0 && fisher::less(others, n, 0, m.saturating_sub(1)) > level,
                format!("{name} is {value} in {}; {share} of the reference rows have another value.", all_of(m, "evaluation row")),
            )
        }
    };
    Measured {
        holds: Some(holds),
        method: "Distinct values; Fisher's exact test against chance".to_owned(),
        sentence,
        n_reference: Some(n),
        n_evaluation: Some(m),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Sampling;
    use crate::table::testing::{category, number};

    fn holds(reference: &crate::table::Column, evaluation: &crate::table::Column, kind: FeatureKind) -> Option<bool> {
        let frame = ColumnFrame::learn("x", kind, Some(reference));
        let count = |c| frame.count(Some(c), &Sampling::default()).0;
        constancy("x", &frame, &count(reference), &count(evaluation), 10).holds
    }

    #[test]
    fn a_constant_is_no_accident() {
        let (flat, varied) = (vec![3.0; 300], (0..300).map(f64::from).collect::<Vec<_>>());
        assert_eq!(holds(&number("x", &flat), &number("x", &flat), FeatureKind::Numeric), Some(false));
        assert_eq!(holds(&number("x", &varied), &number("x", &flat), FeatureKind::Numeric), Some(false));
        assert_eq!(holds(&number("x", &flat), &number("x", &varied), FeatureKind::Numeric), Some(true));
        let words = |rare: usize, n: usize| category("x", &(0..n).map(|i| if i < rare { "rare" } else { "usual" }).collect::<Vec<_>>());
        assert_eq!(holds(&words(100, 300), &words(0, 100), FeatureKind::Categorical), Some(false));
    }

    #[test]
    fn a_rare_value_may_be_absent_by_chance() {
        let words = |rare: usize, n: usize| category("x", &(0..n).map(|i| if i < rare { "rare" } else { "usual" }).collect::<Vec<_>>());
        assert_eq!(holds(&words(3, 1000), &words(0, 200), FeatureKind::Categorical), Some(true));
        // One row has one value.
        assert_eq!(holds(&words(100, 300), &words(0, 1), FeatureKind::Categorical), Some(true));
        let numbers = |rare: usize, n: usize| number("x", &(0..n).map(|i| f64::from(u8::from(i < rare))).collect::<Vec<_>>());
        assert_eq!(holds(&numbers(3, 1000), &numbers(0, 200), FeatureKind::Numeric), Some(true));
        assert_eq!(holds(&numbers(400, 1000), &numbers(0, 200), FeatureKind::Numeric), Some(false));
    }

    #[test]
    fn sentences_are_read_aloud() {
        let of = |reference: &[f64], evaluation: &[f64]| {
            let (a, b) = (number("x", reference), number("x", evaluation));
            let frame = ColumnFrame::learn("x", FeatureKind::Numeric, Some(&a));
            let count = |c| frame.count(Some(c), &Sampling::default()).0;
            constancy("x", &frame, &count(&a), &count(&b), 10).sentence
        };
        let varied: Vec<f64> = (0..300).map(f64::from).collect();
        assert_eq!(of(&[3.0; 300], &[3.0; 1]), "x is 3 in the only evaluation row and in all 300 reference rows.");
        assert_eq!(
            of(&varied, &[3.0; 2_000]),
            "x is 3 in all 2\u{202f}000 evaluation rows; 99.7\u{a0}% of the reference rows have another value."
        );
        assert_eq!(of(&varied, &varied), "x has more than one value in the 300 evaluation rows that have any.");
    }
}
