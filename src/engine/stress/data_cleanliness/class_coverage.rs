//! Class coverage: does one side know classes that the other lacks?

use straingauge_api::{FailingValue, Figure, Kind};
use straingauge_charts::format::{agreeing, all_of, counted};

use crate::Result;
use crate::metrics::Truth;
use crate::profile::{CategoryFrame, CategoryProfile, ColumnFrame, ColumnProfile};
use crate::stats::fisher;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, TestSpec};

const TEST: &str = "data_cleanliness:class_coverage";
/// Classes named in a sentence.
const NAMED: usize = 5;

/// Asks labels and predicted classes.
pub struct ClassCoverage;

impl Question for ClassCoverage {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "class_coverage",
            "Class Coverage",
            Kind::Logical,
            None,
            [
                "Whether labels or predicted classes occur that only one of the two sets has.",
                "A class that the model never saw cannot be predicted right, and one that has vanished takes part of the measured performance with it.",
                "It does not hold when a class is missing on one side although, at its share on the other, chance would hardly leave it out (Fisher's exact test at 5 %, divided by the number of classes). Classes that are merely rare are not held against the data.",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let classes = sides(context).iter().any(|(_, part)| part.is_some());
        classes.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let mut cases = sides(context).into_iter().filter_map(|(what, part)| {
            let (frame, a, b) = part?;
            Some(Measured { aspect: Some(what.to_owned()), ..coverage(what, frame, a, b) })
        });
        let Some(mut first) = cases.next() else {
            return Ok(vec![Measurement::Skipped("Needs labels or predicted classes on both sides.".to_owned())]);
        };
        first.also = cases.collect();
        Ok(vec![Measurement::Measured(Box::new(first))])
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        self.rows_of_aspect(context, family, test, "labels")
    }

    fn rows_of_aspect(&self, context: &Context, _: &Family, _: &str, aspect: &str) -> Option<RowSet> {
        let sides = sides(context);
        let (frame, reference, _) = sides.into_iter().find(|(what, _)| *what == aspect)?.1?;
        let outcomes = &context.evaluation_rows()?.outcomes;
        let codes = match &outcomes.truth {
            Truth::Classes(codes) if aspect == "labels" => codes,
            _ => outcomes.predicted_classes().filter(|_| aspect != "labels")?,
        };
        let known = |name: &String| frame.code(name).and_then(|code| reference.counts.get(code)).is_some_and(|&n| n > 0);
        let new: Vec<bool> = outcomes.classes.iter().map(|name| !known(name)).collect();
        let rows = codes.iter().zip(0u32..).filter(|(code, _)| new.get(**code as usize) == Some(&true));
        Some(RowSet::Rows(rows.map(|(_, row)| row).collect()))
    }
}

/// Frame, reference and evaluation of a column of classes.
type Part<'a> = (&'a CategoryFrame, &'a CategoryProfile, &'a CategoryProfile);

fn sides(context: &Context) -> [(&'static str, Option<Part<'_>>); 2] {
    let (frame, a, b) = (&context.frame, &context.reference, &context.evaluation);
    [
        ("labels", part(frame.label.as_ref(), a.label.as_ref(), b.label.as_ref())),
        ("predictions", part(frame.predicted_label.as_ref(), a.predicted_label.as_ref(), b.predicted_label.as_ref())),
    ]
}

fn part<'a>(frame: Option<&'a ColumnFrame>, a: Option<&'a ColumnProfile>, b: Option<&'a ColumnProfile>) -> Option<Part<'a>> {
    let parts = (frame?.category()?, a?.category()?, b?.category()?);
    (parts.1.rows() > 0 && parts.2.rows() > 0).then_some(parts)
}

fn coverage(what: &str, frame: &CategoryFrame, reference: &CategoryProfile, evaluation: &CategoryProfile) -> Measured {
    let (n, m) = (reference.rows(), evaluation.rows());
    let seen = frame.names.iter().zip(reference.counts.iter().zip(&evaluation.counts)).map(|(name, (a, b))| (name, *a, *b));
    let classes: Vec<(&String, u64, u64)> = seen.chain(evaluation.unseen.iter().map(|(name, b)| (name, 0, *b))).collect();
    let level = 0.05 / classes.len().max(1) as f64;
    // Chance of leaving a class out on one side, given how often it occurs on both.
    let new: Vec<_> = classes.iter().filter(|c| c.1 == 0 && c.2 > 0 && fisher::greater(0, n, c.2, m) <= level).collect();
    let gone: Vec<_> = classes.iter().filter(|c| c.2 == 0 && c.1 > 0 && fisher::less(c.1, n, 0, m) <= level).collect();
    let rare = classes.iter().filter(|c| (c.1 == 0) != (c.2 == 0)).count() - new.len() - gone.len();
    let list = |of: &[&(&String, u64, u64)], count: fn(&(&String, u64, u64)) -> u64| {
        let mut names: Vec<String> = of.iter().take(NAMED).map(|c| format!("{} ({})", c.0, counted(count(c), "row"))).collect();
        if of.len() > NAMED {
            names.push(format!("{} more", of.len() - NAMED));
        }
        names.join(", ")
    };
    let mut parts = Vec::new();
    if !new.is_empty() {
        parts.push(format!("only the evaluation set has {}", list(&new, |c| c.2)));
    }
    if !gone.is_empty() {
        parts.push(format!("only the reference set has {}", list(&gone, |c| c.1)));
    }
    if parts.is_empty() {
        let both = (classes.len() - rare) as u64;
        parts.push(format!("{} {} on both sides", all_of(both, "class"), agreeing(both, "occur")));
    }
    if rare > 0 {
        let (are, their) = if rare == 1 { ("is", "its") } else { ("are", "their") };
        parts.push(format!("{rare} more {are} too rare for {their} absence on one side to mean anything"));
    }
    let values = new.iter().map(|c| (c.0, c.2)).chain(gone.iter().map(|c| (c.0, c.1)));
    let figure = Figure::FailingValues {
        feature: what.to_owned(),
        rule: "occurs on both sides".to_owned(),
        values: values.map(|(value, count)| FailingValue { value: value.clone(), count }).collect(),
        more: 0,
    };
    let holds = new.is_empty() && gone.is_empty();
    Measured {
        holds: Some(holds),
        method: "Classes on one side only; Fisher's exact test against chance".to_owned(),
        sentence: format!("Among the {what}, {}.", parts.join("; ")),
        n_reference: Some(n),
        n_evaluation: Some(m),
        row_count: Some(new.iter().map(|c| c.2).sum()),
        figure: (!holds).then_some(figure),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(reference: &[u64], evaluation: &[u64], unseen: &[(&str, u64)]) -> Measured {
        let frame = CategoryFrame { names: (0..reference.len()).map(|i| format!("c{i}")).collect(), ..Default::default() };
        let profile = |counts: &[u64], unseen: &[(&str, u64)]| CategoryProfile {
            counts: counts.to_vec(),
            unseen: unseen.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect(),
            ..Default::default()
        };
        coverage("labels", &frame, &profile(reference, &[]), &profile(evaluation, unseen))
    }

    #[test]
    fn a_rare_class_may_be_absent_by_chance() {
        assert_eq!(judged(&[900, 95, 5], &[190, 10, 0], &[]).holds, Some(true));
        assert_eq!(judged(&[900, 100], &[190, 10], &[("odd", 1)]).holds, Some(true));
    }

    #[test]
    fn a_class_that_came_or_went_is_named() {
        let new = judged(&[900, 100], &[190, 10], &[("odd", 20)]);
        assert_eq!((new.holds, new.row_count), (Some(false), Some(20)));
        assert!(new.sentence.contains("only the evaluation set has odd (20 rows)"), "{}", new.sentence);
        let gone = judged(&[500, 500], &[200, 0], &[]);
        assert!(gone.holds == Some(false) && gone.sentence.contains("only the reference set has c1 (500 rows)"));
    }

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(judged(&[900, 100], &[190, 10], &[]).sentence, "Among the labels, all 2 classes occur on both sides.");
        assert_eq!(judged(&[900], &[190], &[]).sentence, "Among the labels, the only class occurs on both sides.");
        assert_eq!(
            judged(&[900, 95, 5], &[190, 10, 0], &[]).sentence,
            "Among the labels, all 2 classes occur on both sides; 1 more is too rare for its absence on one side to mean anything."
        );
        assert_eq!(
            judged(&[500, 500, 1], &[2_000, 0, 0], &[("odd", 1), ("\"new\"", 40)]).sentence,
            "Among the labels, only the evaluation set has \"new\" (40 rows); only the reference set has c1 (500 rows); 2 more are too rare for their absence on one side to mean anything."
        );
    }
}
