//! Rows that repeat: within the evaluation set, with other labels, and from the reference set.
//!
//! Few-valued tables repeat by nature, so each effect is what goes beyond the rate at which the reference repeats itself, taken at
//! the evaluation's size; above 20 % of repeated reference rows nothing is judged.

use std::ops::Range;

use straingauge_api::{Kind, Unit};
use straingauge_charts::format::{percent, spaced};

use super::row_keys;
use crate::Result;
use crate::math::{exp, ln_1p};
use crate::metrics::{Outcomes, Truth};
use crate::stats::fisher;
use crate::stats::proportions::clopper_pearson;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, Scope, TestSpec};

const DUPLICATES: &str = "data_cleanliness:duplicate_rows";
const CONFLICTS: &str = "data_cleanliness:conflicting_labels";
const OVERLAP: &str = "data_cleanliness:train_test_overlap";
/// Above this share of repeated reference rows repetition is the nature of the data.
const NATURAL: f64 = 0.20;
/// The label of a row without one.
const UNLABELLED: u32 = u32::MAX;

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
                    "The share of labelled rows outside the commonest label of their equals, beyond the same share in the reference; judged by the lower end of its 95 % interval. Not judged where more than 20 % of the reference rows repeat by nature.",
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
                        "The share of evaluation rows found in the reference, less the share of reference rows that are found among the other reference rows. The evidence is Fisher's exact test, one-sided, on counts thinned for rows that come in several copies. Not judged where more than 20 % of the reference rows repeat by nature.",
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
        let Some(rows) = &context.rows else { return Ok(skip("Needs the loaded rows.")) };
        let Some((reference, evaluation)) = row_keys::keys(context) else {
            return Ok(skip("The two sets share no feature that the model sees."));
        };
        let reference = Sorted::of(&reference, &rows.0.outcomes);
        let evaluation = Sorted::of(&evaluation, &rows.1.outcomes);
        if reference.rows.is_empty() || evaluation.rows.is_empty() {
            return Ok(skip("One of the two sets has no rows."));
        }
        let natural = reference.repeated();
        if natural > NATURAL {
            let reason = format!(
                "{} of the reference rows have an equal among the others: data with so few distinct rows repeat by nature.",
                percent(natural)
            );
            return Ok(skip(&reason));
        }
        let measure = |test: &String| match test.as_str() {
            DUPLICATES => Measurement::Measured(Box::new(duplicates(&reference, &evaluation))),
            CONFLICTS => conflicts(&reference, &evaluation),
            _ => Measurement::Measured(Box::new(overlap(&reference, &evaluation))),
        };
        Ok(family.tests.iter().map(measure).collect())
    }

    fn rows(&self, context: &Context, _: &Family, test: &str) -> Option<RowSet> {
        let (reference, evaluation) = row_keys::keys(context)?;
        let sides = context.rows.as_ref()?;
        let sorted = Sorted::of(&evaluation, &sides.1.outcomes);
        let other = Sorted::of(&reference, &sides.0.outcomes);
        let mut rows: Vec<u32> = match test {
            OVERLAP => sorted.matched(&other).flat_map(|(run, _)| sorted.numbers(run)).collect(),
            // A run is in row order: the first of it repeats nothing.
            DUPLICATES => sorted.runs().flat_map(|run| sorted.numbers(run.start + 1..run.end)).collect(),
            _ => sorted.runs().filter(|run| sorted.minority(run.clone()).0 > 0).flat_map(|run| sorted.numbers(run)).collect(),
        };
        rows.sort_unstable();
        Some(RowSet::Rows(rows))
    }
}

/// The rows of a side by key, then by row.
struct Sorted {
    rows: Vec<(u64, u32, u32)>,
}

impl Sorted {
    fn of(keys: &[Option<u64>], outcomes: &Outcomes) -> Self {
        let label = |row: usize| match &outcomes.truth {
            Truth::Classes(classes) => classes.get(row).copied().unwrap_or(UNLABELLED),
            _ => UNLABELLED,
        };
        let mut rows: Vec<(u64, u32, u32)> =
            keys.iter().enumerate().filter_map(|(row, key)| key.map(|k| (k, row as u32, label(row)))).collect();
        rows.sort_unstable();
        Self { rows }
    }

    fn key(&self, at: usize) -> Option<u64> {
        self.rows.get(at).map(|r| r.0)
    }

    /// Runs of equal rows.
    fn runs(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut at = 0;
        self.rows.chunk_by(|a, b| a.0 == b.0).map(move |run| {
            at += run.len();
            at - run.len()..at
        })
    }

    /// The row numbers of a run.
    fn numbers(&self, run: Range<usize>) -> impl Iterator<Item = u32> + '_ {
        self.rows.get(run).unwrap_or_default().iter().map(|r| r.1)
    }

    /// The share of rows that have an equal among the others.
    fn repeated(&self) -> f64 {
        self.runs().map(|r| r.len()).filter(|&c| c > 1).sum::<usize>() as f64 / self.rows.len().max(1) as f64
    }

    /// Runs whose rows stand in another side too, with the length of the run there.
    fn matched<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (Range<usize>, usize)> + 'a {
        let mut runs = other.runs().peekable();
        self.runs().filter_map(move |run| {
            let key = self.key(run.start)?;
            while runs.peek().is_some_and(|r| other.key(r.start).is_some_and(|k| k < key)) {
                runs.next();
            }
            let equal = runs.peek().filter(|r| other.key(r.start) == Some(key))?;
            Some((run, equal.len()))
        })
    }

    /// Of a run: rows outside its commonest label, and labelled rows.
    fn minority(&self, run: Range<usize>) -> (u64, u64) {
        let mut labels: Vec<u32> = self.rows.get(run).unwrap_or_default().iter().map(|r| r.2).filter(|&l| l != UNLABELLED).collect();
        labels.sort_unstable();
        let most = labels.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0);
        ((labels.len() - most) as u64, labels.len() as u64)
    }

    /// Rows outside the commonest label of their equals, and labelled rows.
    fn conflicting(&self) -> (u64, u64) {
        self.runs().map(|run| self.minority(run)).fold((0, 0), |acc, x| (acc.0 + x.0, acc.1 + x.1))
    }
}

fn duplicates(reference: &Sorted, evaluation: &Sorted) -> Measured {
    let (n, m) = (reference.rows.len() as f64, evaluation.rows.len() as f64);
    let repeats = evaluation.rows.len() - evaluation.runs().count();
    // Distinct rows in a draw of a share f of the reference: a value of c rows is seen with 1 − (1 − f)^c.
    let f = (m / n).min(1.0);
    let distinct: f64 = reference.runs().map(|run| if f < 1.0 { 1.0 - exp(run.len() as f64 * ln_1p(-f)) } else { 1.0 }).sum();
    let natural = (1.0 - distinct / (f * n)).max(0.0);
    let share = repeats as f64 / m;
    let (low, high) = clopper_pearson(repeats as f64, m, 0.95);
    Measured {
        statistic: Some(share),
        effect: Some((share - natural).max(0.0)),
        interval: Some(((low - natural).max(0.0), (high - natural).max(0.0))),
        method: "Share of rows that repeat an earlier one, less that of the reference at the same size; Clopper-Pearson interval"
            .to_owned(),
        sentence: format!(
            "{} of {} evaluation rows ({}) repeat an earlier row; the reference would give {} at this size.",
            spaced(repeats as u64),
            spaced(evaluation.rows.len() as u64),
            percent(share),
            percent(natural)
        ),
        n_reference: Some(reference.rows.len() as u64),
        n_evaluation: Some(evaluation.rows.len() as u64),
        row_count: Some(repeats as u64),
        ..Measured::default()
    }
}

fn conflicts(reference: &Sorted, evaluation: &Sorted) -> Measurement {
    let ((a, n), (b, m)) = (reference.conflicting(), evaluation.conflicting());
    if m == 0 {
        return Measurement::Skipped("The evaluation set has no labels.".to_owned());
    }
    let share = |hits: u64, of: u64| if of > 0 { hits as f64 / of as f64 } else { 0.0 };
    let (natural, found) = (share(a, n), share(b, m));
    let (low, high) = clopper_pearson(b as f64, m as f64, 0.95);
    let rows: usize = evaluation.runs().filter(|run| evaluation.minority(run.clone()).0 > 0).map(|run| run.len()).sum();
    Measurement::Measured(Box::new(Measured {
        statistic: Some(found),
        effect: Some((found - natural).max(0.0)),
        interval: Some(((low - natural).max(0.0), (high - natural).max(0.0))),
        method: "Share of rows outside the commonest label of their equals, less that of the reference; Clopper-Pearson interval"
            .to_owned(),
        sentence: format!(
            "{} of {} labelled evaluation rows ({}) contradict the commonest label of rows with the same features; in the reference it is {}.",
            spaced(b),
            spaced(m),
            percent(found),
            percent(natural)
        ),
        n_reference: Some(n),
        n_evaluation: Some(m),
        row_count: Some(rows as u64),
        ..Measured::default()
    }))
}

fn overlap(reference: &Sorted, evaluation: &Sorted) -> Measured {
    let (n, m) = (reference.rows.len() as f64, evaluation.rows.len() as f64);
    // Hits, and their squares by run: rows that come in several copies are found, or not, together.
    let sum = |lengths: &mut dyn Iterator<Item = usize>| lengths.fold((0.0, 0.0), |acc, c| (acc.0 + c as f64, acc.1 + (c * c) as f64));
    let own = sum(&mut reference.runs().map(|r| r.len()).filter(|&c| c > 1));
    let found = sum(&mut evaluation.matched(reference).map(|(run, _)| run.len()));
    let (natural, share) = (own.0 / n, found.0 / m);
    let copies = ((own.1 + found.1) / (own.0 + found.0).max(1.0)).max(1.0);
    let thin = |x: f64| (x / copies).round() as u64;
    let p_value = fisher::greater(thin(own.0), thin(n).max(1), thin(found.0), thin(m).max(1));
    let effect = share - natural;
    let error = ((natural * (1.0 - natural) / n + share * (1.0 - share) / m) * copies).sqrt();
    let (low, high) = crate::stats::proportions::newcombe(own.0 / copies, n / copies, found.0 / copies, m / copies, 0.95);
    Measured {
        statistic: Some(share),
        effect: Some(effect.max(0.0)),
        interval: Some((low.max(0.0), high.max(0.0))),
        p_value: Some(p_value),
        standard_error: Some(error),
        method:
            "Share of evaluation rows found in the reference, less the reference's own leave-one-out share; Fisher's exact test, one-sided"
                .to_owned(),
        sentence: format!(
            "{} of {} evaluation rows ({}) stand in the reference set already; {} of the reference rows have an equal among the others.",
            spaced(found.0 as u64),
            spaced(evaluation.rows.len() as u64),
            percent(share),
            percent(natural)
        ),
        n_reference: Some(reference.rows.len() as u64),
        n_evaluation: Some(evaluation.rows.len() as u64),
        row_count: Some(found.0 as u64),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;

    fn sorted(rows: &[(u64, u32)]) -> Sorted {
        let mut rows: Vec<(u64, u32, u32)> = rows.iter().enumerate().map(|(i, r)| (r.0, i as u32, r.1)).collect();
        rows.sort_unstable();
        Sorted { rows }
    }

    fn drawn(rng: &mut Rng, n: usize, values: u64) -> Vec<(u64, u32)> {
        (0..n).map(|_| (rng.below(values), 0)).collect()
    }

    #[test]
    fn samples_of_one_population_show_no_excess() {
        let mut rng = Rng::new(4, 4);
        let (mut low, mut effects) = (0, 0.0);
        for _ in 0..200 {
            // About one row in ten has an equal.
            let (a, b) = (sorted(&drawn(&mut rng, 2000, 20_000)), sorted(&drawn(&mut rng, 800, 20_000)));
            low += usize::from(overlap(&a, &b).p_value.unwrap() <= 0.05);
            effects += duplicates(&a, &b).effect.unwrap() / 200.0;
        }
        assert!(low <= 19, "{low}");
        assert!(effects < 0.01, "{effects}");
    }

    #[test]
    fn planted_repeats_and_leaks_are_counted() {
        let reference: Vec<(u64, u32)> = (0..1000).map(|i| (i, 0)).collect();
        let mut evaluation: Vec<(u64, u32)> = (5000..5300).map(|i| (i, 0)).collect();
        evaluation.extend((0..60).map(|i| (i, 0)));
        evaluation.extend((5000..5040).map(|i| (i, 1)));
        let (a, b) = (sorted(&reference), sorted(&evaluation));
        let leak = overlap(&a, &b);
        assert_eq!((leak.row_count, leak.statistic), (Some(60), Some(0.15)));
        assert!(leak.p_value.unwrap() < 1e-20 && leak.interval.unwrap().0 > 0.1);
        let twice = duplicates(&a, &b);
        assert_eq!((twice.row_count, twice.statistic), (Some(40), Some(0.1)));
        let Measurement::Measured(clash) = conflicts(&a, &b) else { panic!() };
        // Forty pairs with two labels: one row of each contradicts the other.
        assert_eq!((clash.row_count, clash.statistic), (Some(80), Some(0.1)));
    }
}
