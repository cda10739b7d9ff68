//! Rows that repeat: within the evaluation set, with other labels, and from the reference set.
//!
//! Few-valued tables repeat by nature, so each effect is what goes beyond the rate at which the reference repeats itself, taken at
//! the evaluation's size; above 20 % of repeated reference rows nothing is judged.

use straingauge_api::{Kind, Unit};
use straingauge_charts::format::{agreeing, out_of, share_or_none};

use crate::Result;
use crate::math::{exp, ln_1p};
use crate::metrics::Truth;
use crate::random::Rng;
use crate::stats::proportions::{clopper_pearson_upper, newcombe};
use crate::stress::likeness::dealing;
use crate::stress::likeness::equal_rows::{EqualRows, Likeness};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, Scope, TestSpec};

const DUPLICATES: &str = "data_cleanliness:duplicate_rows";
const CONFLICTS: &str = "data_cleanliness:conflicting_labels";
const OVERLAP: &str = "data_cleanliness:train_test_overlap";

/// Asks three things of equal rows, in one pass: equal in all features that the model sees.
pub struct RepeatedRows;

impl Question for RepeatedRows {
    fn tests(&self) -> Vec<TestSpec> {
        let rows = |spec: TestSpec| TestSpec { scope: Scope::Rows, ..spec };
        vec![
            rows(super::spec(
                "duplicate_rows",
                "Duplicate Rows",
                Kind::Property,
                Some((0.01, 0.05)),
                [
                    "How many rows of the evaluation set repeat an earlier one in every feature that the model sees.",
                    "Repeated rows count one mistake, or one success, many times over, and make every number look surer than it is.",
                    "The share of repeating rows beyond that which a sample of this size from the reference would have; judged by the lower end of its 95 % interval. Not judged where more than 20 % of the reference rows repeat by nature.",
                ],
            )),
            rows(super::spec(
                "conflicting_labels",
                "Conflicting Labels",
                Kind::Property,
                Some((0.005, 0.02)),
                [
                    "How many rows of the evaluation set have the same features as others but another label than most of them.",
                    "No model can be right about such rows: they are labelling errors, or a feature is missing that would tell them apart.",
                    "The share of labelled rows outside the most common label of their equals, beyond the same share in the reference; judged by the lower end of its 95 % interval. Not judged where more than 20 % of the reference rows repeat by nature.",
                ],
            )),
            rows(TestSpec {
                unit: Unit::Points,
                ..super::spec(
                    "train_test_overlap",
                    "Train Test Overlap",
                    Kind::Difference,
                    Some((0.01, 0.05)),
                    [
                        "How many rows of the evaluation set stand in the reference set already, equal in every feature that the model sees.",
                        "A model may have learnt these rows by heart; measured on them, it looks better than it will be.",
                        "The share of evaluation rows found in the reference, less the share of reference rows that are found among the other reference rows. The evidence is a bound on how often dealing the pooled rows at random would give as many. Not judged where more than 20 % of the reference rows repeat by nature.",
                    ],
                )
            }),
        ]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let Some((reference, evaluation)) = &context.rows else { return Vec::new() };
        let classes = [reference, evaluation].iter().all(|s| matches!(s.outcomes.truth, Truth::Classes(_)));
        let tests = [(DUPLICATES, true), (CONFLICTS, classes), (OVERLAP, true)];
        vec![Family { subject: FamilySubject::Whole, tests: tests.iter().filter(|t| t.1).map(|t| t.0.to_owned()).collect() }]
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let skip = |reason: &str| family.tests.iter().map(|_| Measurement::Skipped(reason.to_owned())).collect();
        let Some(rows) = context.equal_rows() else { return Ok(skip("The two sets share no feature that the model sees.")) };
        if let Some(reason) = rows.unfit() {
            return Ok(skip(&reason));
        }
        let measure = |test: &String| match test.as_str() {
            DUPLICATES => Measurement::Measured(Box::new(duplicates(rows))),
            CONFLICTS => conflicts(rows),
            _ => Measurement::Measured(Box::new(overlap(rows, &mut context.rng(OVERLAP, "")))),
        };
        Ok(family.tests.iter().map(measure).collect())
    }

    fn rows(&self, context: &Context, _: &Family, test: &str) -> Option<RowSet> {
        let both = context.equal_rows()?;
        let own = &both.evaluation;
        let mut rows: Vec<u32> = match test {
            OVERLAP => both.runs().filter(|(a, _)| !a.is_empty()).flat_map(|(_, b)| own.numbers(b)).collect(),
            DUPLICATES => own.repeats(),
            _ => own.runs().filter(|run| own.minority(run.clone()).0 > 0).flat_map(|run| own.numbers(run)).collect(),
        };
        rows.sort_unstable();
        Some(RowSet::Rows(rows))
    }
}

/// A share of evaluation rows beyond a natural one, which is itself known up to `natural_high` only.
fn excess(hits: u64, rows: u64, natural: f64, natural_high: f64) -> Measured {
    let raw = super::share(hits, rows);
    let share = hits as f64 / rows.max(1) as f64;
    let (low, high) = raw.interval.unwrap_or((share, share));
    let (down, slack) = (share - low, (natural_high - natural).max(0.0));
    let low = share - natural - (down * down + slack * slack).sqrt();
    Measured { effect: Some((share - natural).max(0.0)), interval: Some((low.max(0.0), (high - natural).max(0.0))), ..raw }
}

pub(super) fn duplicates(rows: &EqualRows) -> Measured {
    let (unit, repeat) = match rows.likeness {
        Likeness::EqualRows => ("row", "repeat an earlier row"),
        Likeness::NearTexts => ("text", "nearly repeat an earlier text"),
    };
    let (reference, evaluation) = (&rows.reference, &rows.evaluation);
    let (n, m) = (reference.rows.len() as f64, evaluation.rows.len() as f64);
    let repeats = evaluation.rows.len() - evaluation.runs().count();
    // Two random rows are equal with the probability pairs/all: what that gives at the evaluation's size, at most.
    let lengths = || reference.runs().map(|run| run.len() as f64);
    let (pairs, all) = (lengths().map(|c| 0.5 * c * (c - 1.0)).sum::<f64>(), (0.5 * n * (n - 1.0)).max(1.0));
    let at_size = |collision: f64| (0.5 * collision * (m - 1.0)).min(1.0);
    // Distinct rows in a draw of a share f of the reference: a value of c rows is seen with 1 − (1 − f)^c.
    let f = m / n;
    let natural = if f < 1.0 {
        let distinct: f64 = lengths().map(|c| 1.0 - exp(c * ln_1p(-f))).sum();
        (1.0 - distinct / m).max(0.0)
    } else {
        at_size(pairs / all)
    };
    let slack = at_size(clopper_pearson_upper(pairs, all, 0.975)) - at_size(pairs / all);
    Measured {
        method: "Share of rows that repeat an earlier one, less that of the reference at the same size; Clopper-Pearson intervals"
            .to_owned(),
        sentence: format!(
            "{} {}; among as many reference {unit}s {} would.",
            out_of(repeats as u64, evaluation.rows.len() as u64, &format!("evaluation {unit}")),
            agreeing(repeats as u64, repeat),
            share_or_none(natural)
        ),
        n_reference: Some(reference.rows.len() as u64),
        ..excess(repeats as u64, evaluation.rows.len() as u64, natural, natural + slack)
    }
}

fn conflicts(rows: &EqualRows) -> Measurement {
    let (reference, evaluation) = (&rows.reference, &rows.evaluation);
    let ((a, n), (b, m)) = (reference.conflicting(), evaluation.conflicting());
    if m == 0 {
        return Measurement::Skipped("The evaluation set has no labels.".to_owned());
    }
    // The more rows, the more of them meet an equal: their share grows no faster than the rows.
    let growth = (m as f64 / n.max(1) as f64).max(1.0);
    let natural = a as f64 / n.max(1) as f64 * growth;
    let natural_high = if n > 0 { clopper_pearson_upper(a as f64, n as f64, 0.975) * growth } else { 0.0 };
    let concerned: usize = evaluation.runs().filter(|run| evaluation.minority(run.clone()).0 > 0).map(|run| run.len()).sum();
    Measurement::Measured(Box::new(Measured {
        method: "Share of rows outside the most common label of their equals, less that of the reference; Clopper-Pearson intervals"
            .to_owned(),
        sentence: format!(
            "{} {} another label than most rows with the same features; of the reference rows {} have.",
            out_of(b, m, "labelled evaluation row"),
            agreeing(b, "have"),
            share_or_none(a as f64 / n.max(1) as f64)
        ),
        n_reference: Some(n),
        row_count: Some(concerned as u64),
        ..excess(b, m, natural, natural_high)
    }))
}

fn overlap(rows: &EqualRows, rng: &mut Rng) -> Measured {
    let (n, m) = (rows.reference.rows.len() as f64, rows.evaluation.rows.len() as f64);
    let (mut own, mut found, mut pooled) = (0, 0, Vec::new());
    for (a, b) in rows.runs() {
        own += if a.len() > 1 { a.len() } else { 0 };
        found += if a.is_empty() { 0 } else { b.len() };
        if a.len() + b.len() > 1 {
            pooled.push((vec![0; a.len()], vec![0; b.len()]));
        }
    }
    let count = |reference: &[u32], evaluation: &[u32]| if reference.is_empty() { 0 } else { evaluation.len() };
    let (natural, share) = (own as f64 / n, found as f64 / m);
    let (low, high) = newcombe(own as f64, n, found as f64, m, 0.95);
    let smoothed = (own + found + 1) as f64 / (n + m + 2.0);
    Measured {
        statistic: Some(share),
        effect: Some((share - natural).max(0.0)),
        interval: Some((low.max(0.0), high.max(0.0))),
        p_value: Some(dealing::p_value(&pooled, m / (n + m), rng, &count)),
        standard_error: Some((smoothed * (1.0 - smoothed) * (1.0 / n + 1.0 / m)).sqrt()),
        method: "Share of evaluation rows found in the reference, less the reference's own leave-one-out share; Chernoff bound over random dealings of the pooled rows"
            .to_owned(),
        sentence: format!(
            "{} {} in the reference set already; of the reference rows {} are equal to another.",
            out_of(found as u64, m as u64, "evaluation row"),
            agreeing(found as u64, "are"),
            share_or_none(natural)
        ),
        n_reference: Some(n as u64),
        n_evaluation: Some(m as u64),
        row_count: Some(found as u64),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stress::likeness::equal_rows::sorted;

    fn drawn(rng: &mut Rng, n: usize, values: u64) -> Vec<(u64, u32)> {
        (0..n).map(|_| (rng.below(values), 0)).collect()
    }

    #[test]
    fn samples_of_one_population_show_no_excess() {
        let mut rng = Rng::new(4, 4);
        // About one row in ten has an equal; the evaluation is smaller, as large, larger.
        for m in [300, 2000, 6000] {
            let (mut low, mut alarms) = (0, 0);
            for _ in 0..200 {
                let rows = EqualRows {
                    likeness: Likeness::EqualRows,
                    reference: sorted(&drawn(&mut rng, 2000, 20_000)),
                    evaluation: sorted(&drawn(&mut rng, m, 20_000)),
                };
                low += usize::from(overlap(&rows, &mut Rng::new(1, 1)).p_value.unwrap() <= 0.05);
                alarms += usize::from(duplicates(&rows).interval.unwrap().0 > 0.01);
            }
            assert!(low <= 19 && alarms <= 2, "{m}: {low} {alarms}");
        }
    }

    #[test]
    fn planted_repeats_and_leaks_are_counted() {
        let reference: Vec<(u64, u32)> = (0..1000).map(|i| (i, 0)).collect();
        let mut evaluation: Vec<(u64, u32)> = (5000..5300).map(|i| (i, 0)).collect();
        evaluation.extend((0..60).map(|i| (i, 0)));
        evaluation.extend((5000..5040).map(|i| (i, 1)));
        let rows = EqualRows { likeness: Likeness::EqualRows, reference: sorted(&reference), evaluation: sorted(&evaluation) };
        let leak = overlap(&rows, &mut Rng::new(1, 1));
        assert_eq!((leak.row_count, leak.statistic), (Some(60), Some(0.15)));
        assert!(leak.p_value.unwrap() < 1e-10 && leak.interval.unwrap().0 > 0.1);
        let twice = duplicates(&rows);
        assert_eq!((twice.row_count, twice.statistic), (Some(40), Some(0.1)));
        let Measurement::Measured(clash) = conflicts(&rows) else { panic!() };
        // Forty pairs with two labels: one row of each contradicts the other.
        assert_eq!((clash.row_count, clash.statistic), (Some(80), Some(0.1)));
    }

    #[test]
    fn sentences_are_read_aloud() {
        let plain: Vec<(u64, u32)> = (0..1000).map(|i| (i, 0)).collect();
        let rows = |likeness, reference: &[(u64, u32)], evaluation: &[(u64, u32)]| EqualRows {
            likeness,
            reference: sorted(reference),
            evaluation: sorted(evaluation),
        };
        let of = |evaluation: &[(u64, u32)]| {
            let rows = rows(Likeness::EqualRows, &plain, evaluation);
            let Measurement::Measured(clash) = conflicts(&rows) else { panic!() };
            [duplicates(&rows).sentence, clash.sentence, overlap(&rows, &mut Rng::new(1, 1)).sentence]
        };
        assert_eq!(
            of(&[(5000, 0), (5001, 0)]),
            [
                "None of 2 evaluation rows repeat an earlier row; among as many reference rows none would.",
                "None of 2 labelled evaluation rows have another label than most rows with the same features; of the reference rows none have.",
                "None of 2 evaluation rows are in the reference set already; of the reference rows none are equal to another."
            ]
        );
        assert_eq!(
            of(&[(5000, 0), (5000, 0), (5000, 1), (7, 0)]),
            [
                "2 of 4 evaluation rows (50.0\u{a0}%) repeat an earlier row; among as many reference rows none would.",
                "1 of 4 labelled evaluation rows (25.0\u{a0}%) has another label than most rows with the same features; of the reference rows none have.",
                "1 of 4 evaluation rows (25.0\u{a0}%) is in the reference set already; of the reference rows none are equal to another."
            ]
        );
        let texts = rows(Likeness::NearTexts, &plain, &[(5, 0), (5, 0)]);
        assert_eq!(
            duplicates(&texts).sentence,
            "1 of 2 evaluation texts (50.0\u{a0}%) nearly repeats an earlier text; among as many reference texts none would."
        );
        let same: Vec<(u64, u32)> = (0..1000).map(|i| (i / 4, 0)).collect();
        let unfit = |likeness| rows(likeness, &same, &plain).unfit().unwrap();
        assert_eq!(unfit(Likeness::EqualRows), "100\u{a0}% of the reference rows are equal to another: such data repeat by nature.");
        assert_eq!(
            unfit(Likeness::NearTexts),
            "100\u{a0}% of the reference texts are nearly the same as another: such data repeat by nature."
        );
    }
}
