//! Outlier rows: combinations of values that the reference hardly knows.

use std::collections::BTreeMap;

use straingauge_api::{Kind, Unit};
use straingauge_charts::format::{agreeing, out_of, share_or_none, spaced, value};

use super::isolation::Forest;
use crate::Result;
use crate::profile::views;
use crate::stress::likeness::{compared, sample};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, Scope, TestSpec};
use crate::table::{Column, FeatureKind};

const TEST: &str = "data_cleanliness:outlier_rows";
/// Rows scored a side.
const SCORED: usize = 10_000;
/// Fewer reference rows say nothing of one in a thousand.
const LEAST_ROWS: usize = 100;

/// Asks all numbers and categories that the model sees, together.
pub struct OutlierRows;

impl Question for OutlierRows {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "outlier_rows",
            "Outlier Rows",
            Kind::Property,
            Some((0.005, 0.02)),
            [
                "How many rows of the evaluation set are more unusual, taken as a whole, than nearly all of the reference.",
                "A row may be unusual though each of its values is common. A model has to guess there.",
                "An isolation forest of 100 trees of 256 rows each (Liu, Ting and Zhou 2008) over numbers and categories, these as the share of the reference that has them; gaps stand at the middle. One half of a sample of at most 10 000 reference rows is scored by a forest of the other; the cut is their 99.9 % quantile. The share of evaluation rows (at most 10 000, drawn with the run's seed) beyond it, less the reference's own, is judged by the lower end of its 95 % interval (Newcombe).",
            ],
        );
        vec![TestSpec { scope: Scope::Rows, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let any = context.features.iter().any(|f| f.in_model && f.measured_in.is_none() && f.kind != FeatureKind::Text);
        (any && context.rows.is_some())
            .then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] })
            .into_iter()
            .collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let Some(scores) = Scores::of(context) else {
            return Ok(vec![Measurement::Skipped(format!(
                "Needs numbers or categories that vary and stand in both sets, and {LEAST_ROWS} reference rows."
            ))]);
        };
        let count = |of: &[f64]| of.iter().filter(|&&s| s > scores.cut).count() as u64;
        let (own, found) = (count(&scores.reference), count(&scores.evaluation));
        let (n, m) = (scores.reference.len() as u64, scores.evaluation.len() as u64);
        Ok(vec![Measurement::Measured(Box::new(Measured {
            p_value: None,
            standard_error: None,
            method: format!(
                "Isolation forest, {} and {} rows scored; share beyond the reference's 99.9 % quantile less the reference's own; Newcombe's interval",
                spaced(n),
                spaced(m)
            ),
            sentence: told((found, m), scores.cut, own as f64 / n.max(1) as f64),
            ..compared((own, n), (found, m))
        }))])
    }

    fn rows(&self, context: &Context, _: &Family, _: &str) -> Option<RowSet> {
        let scores = Scores::of(context)?;
        let odd = scores.evaluation.iter().zip(&scores.rows).filter(|(s, _)| **s > scores.cut);
        Some(RowSet::Rows(odd.map(|(_, row)| *row).collect()))
    }

    fn degrees(&self, context: &Context, _: &Family, _: &str, rows: &[u32]) -> Option<Vec<f64>> {
        let scores = Scores::of(context)?;
        let of: BTreeMap<u32, f64> = scores.rows.iter().copied().zip(scores.evaluation.iter().copied()).collect();
        Some(rows.iter().map(|row| of.get(row).copied().unwrap_or(f64::NEG_INFINITY)).collect())
    }
}

/// Anomaly scores of the rows that were drawn.
struct Scores {
    cut: f64,
    reference: Vec<f64>,
    evaluation: Vec<f64>,
    /// The row of each of `evaluation`.
    rows: Vec<u32>,
}

impl Scores {
    fn of(context: &Context) -> Option<Self> {
        let (reference, evaluation) = context.rows.as_ref()?;
        let mut rng = context.rng(TEST, "");
        let (own, rows) = (sample(reference.dataset.rows(), SCORED, &mut rng), sample(evaluation.dataset.rows(), SCORED, &mut rng));
        if own.len() < LEAST_ROWS || rows.is_empty() {
            return None;
        }
        let mut columns: Vec<(Vec<f32>, Vec<f32>)> = Vec::new();
        for (i, (feature, frame)) in context.features.iter().zip(&context.frame.columns).enumerate() {
            let skipped = !feature.in_model || feature.measured_in.is_some() || frame.facts.constant || frame.facts.unique;
            let columns_of = reference.columns.get(i).and_then(Option::as_deref).zip(evaluation.columns.get(i).and_then(Option::as_deref));
            if let Some((a, b)) = columns_of.filter(|_| !skipped) {
                columns.extend(coded(feature.kind, a, b, &own, &rows));
            }
        }
        let width = columns.len();
        if width == 0 {
            return None;
        }
        let (mut left, mut right) = (vec![0.0f32; own.len() * width], vec![0.0f32; rows.len() * width]);
        for (at, (a, b)) in columns.iter().enumerate() {
            let put = |matrix: &mut [f32], values: &[f32]| {
                matrix.iter_mut().skip(at).step_by(width).zip(values).for_each(|(slot, x)| *slot = *x);
            };
            put(&mut left, a);
            put(&mut right, b);
        }
        // Each half is scored by the other's forest, so that no row helped to grow what judges it.
        let mut order: Vec<u32> = (0..own.len() as u32).collect();
        rng.shuffle(&mut order);
        let (first, second) = order.split_at(order.len() / 2);
        let forests = [Forest::grow(&left, width, first, &mut rng), Forest::grow(&left, width, second, &mut rng)];
        let row_of = |matrix: &'_ [f32], row: usize, forest: &Forest| {
            matrix.get(row * width..(row + 1) * width).map_or(0.0, |row| forest.score(row))
        };
        let [by_first, by_second] = &forests;
        let scored = |rows: &[u32], forest: &Forest| rows.iter().map(|&r| row_of(&left, r as usize, forest)).collect::<Vec<f64>>();
        let mut of_reference = scored(second, by_first);
        of_reference.extend(scored(first, by_second));
        let of_evaluation = (0..rows.len()).map(|r| row_of(&right, r, if r % 2 == 0 { by_first } else { by_second })).collect();
        let mut sorted = of_reference.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let cut = sorted.get(sorted.len().div_ceil(1000).saturating_sub(1)).copied()?;
        Some(Self { cut, reference: of_reference, evaluation: of_evaluation, rows })
    }
}

/// A feature's numbers in the drawn rows of both sides; a category stands as the share of the reference that has it.
fn coded(kind: FeatureKind, a: &Column, b: &Column, own: &[u32], rows: &[u32]) -> Option<(Vec<f32>, Vec<f32>)> {
    let picked = |values: &[f64], rows: &[u32], gap: f64| {
        let value = |row: &u32| values.get(*row as usize).copied().filter(|x| x.is_finite()).unwrap_or(gap) as f32;
        rows.iter().map(value).collect::<Vec<f32>>()
    };
    let (left, right): (Vec<f64>, Vec<f64>) = match kind {
        FeatureKind::Text => return None,
        FeatureKind::Numeric => (views::numbers(a)?.into_owned(), views::numbers(b)?.into_owned()),
        FeatureKind::Categorical => {
            let (a, b) = (views::categories(a)?, views::categories(b)?);
            let mut counts = vec![0.0; a.names.len()];
            for &code in &a.codes {
                if let Some(count) = counts.get_mut(code as usize) {
                    *count += 1.0;
                }
            }
            let total = counts.iter().sum::<f64>().max(1.0);
            let of_name: BTreeMap<&str, f64> = a.names.iter().map(String::as_str).zip(counts.iter().map(|c| c / total)).collect();
            let shares = |c: &crate::table::Categories| {
                let by_code: Vec<f64> = c.names.iter().map(|n| of_name.get(n.as_str()).copied().unwrap_or(0.0)).collect();
                c.codes.iter().map(|&code| by_code.get(code as usize).copied().unwrap_or(f64::NAN)).collect::<Vec<f64>>()
            };
            (shares(&a), shares(&b))
        }
    };
    let mut known: Vec<f64> = own.iter().filter_map(|&row| left.get(row as usize).copied()).filter(|x| x.is_finite()).collect();
    known.sort_by(f64::total_cmp);
    let gap = known.get(known.len() / 2).copied()?;
    Some((picked(&left, own, gap), picked(&right, rows, gap)))
}

fn told((found, rows): (u64, u64), cut: f64, before: f64) -> String {
    format!(
        "{} {} an anomaly score above {}; of the reference rows {} have.",
        out_of(found, rows, "evaluation row"),
        agreeing(found, "have"),
        value(Some(cut), Unit::Score),
        share_or_none(before)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            told((1, 2_000), 0.684_7, 0.000_8),
            "1 of 2\u{202f}000 evaluation rows (0.05\u{a0}%) has an anomaly score above 0.685; of the reference rows 0.08\u{a0}% have."
        );
        assert_eq!(
            told((0, 40), 0.7, 0.0),
            "None of 40 evaluation rows have an anomaly score above 0.700; of the reference rows none have."
        );
    }
}
