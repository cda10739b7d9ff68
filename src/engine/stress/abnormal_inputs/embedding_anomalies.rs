//! Embedding anomalies: rows further from the reference than its own rows are.

use straingauge_api::{DistributionBin, Figure};
use straingauge_charts::format::number;

use super::learnt_rule::compare;
use super::{impact, spec};
use crate::Result;
use crate::profile::{EmbeddingFrame, EmbeddingProfile};
use crate::stress::{Context, Family, FamilySubject, Measurement, Question, RowReason, RowSet, TestSpec};
use crate::table::Values;

/// `abnormal_inputs:embedding_anomalies`.
pub struct EmbeddingAnomalies;

impl EmbeddingAnomalies {
    fn spec() -> TestSpec {
        spec(
            "embedding_anomalies",
            "Embedding Anomalies",
            true,
            "Whether more rows than in the reference set have an embedding far from where the reference's rows lie.",
            "A row far from everything that the model has learnt from is answered by extrapolation, whatever its score says.",
            "A row fails when its Mahalanobis distance, with a Ledoit-Wolf covariance in at most 64 projected dimensions, is beyond the \
             0.995 quantile of the reference's own distances, each measured from the other four fifths of the reference.",
        )
    }
}

/// The distances of the evaluation's rows, NaN where there is none.
fn distances(context: &Context, name: &str) -> Option<(f64, Vec<f64>)> {
    let frame = context.frame.embeddings.iter().find(|f| f.name == name)?;
    let column = context.evaluation_rows()?.dataset.table.column(name)?;
    let Values::List(lists) = &column.values else { return None };
    Some((frame.cut, (0..column.rows()).map(|row| frame.distance(lists.row(row))).collect()))
}

impl Question for EmbeddingAnomalies {
    fn tests(&self) -> Vec<TestSpec> {
        vec![Self::spec()]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let family = |f: &EmbeddingFrame| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![Self::spec().id] };
        context.frame.embeddings.iter().map(family).collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let at = context.frame.embeddings.iter().position(|f| f.name == *name);
        let both = at.and_then(|at| {
            Some((context.frame.embeddings.get(at)?, context.reference.embeddings.get(at)?, context.evaluation.embeddings.get(at)?))
        });
        let Some((frame, reference, evaluation)) = both.filter(|b| b.1.anomalies.rows > 0 && b.2.anomalies.rows > 0) else {
            return Ok(vec![Measurement::Skipped(format!("No evaluation row has a value of {name}."))]);
        };
        let asks = format!("{name} is at most {} standard deviations from the reference's centre", number(frame.cut));
        let fails = format!("have {name} further than {} standard deviations from the reference's centre", number(frame.cut));
        let mut measured = compare(name, &asks, &fails, &reference.anomalies, &evaluation.anomalies);
        measured.figure = Some(figure(frame, reference, evaluation));
        measured.metrics.extend(impact::differences(context, &evaluation.anomalies));
        measured.also.extend(impact::measure(context, &Self::spec(), &evaluation.anomalies, &fails));
        Ok(vec![Measurement::Measured(Box::new(measured))])
    }

    fn rows(&self, context: &Context, family: &Family, _test: &str) -> Option<RowSet> {
        let FamilySubject::Feature(name) = &family.subject else { return None };
        let (cut, distances) = distances(context, name)?;
        Some(RowSet::Rows(distances.iter().enumerate().filter(|(_, d)| **d > cut).map(|(row, _)| row as u32).collect()))
    }

    fn degrees(&self, context: &Context, family: &Family, _test: &str, rows: &[u32]) -> Option<Vec<f64>> {
        let FamilySubject::Feature(name) = &family.subject else { return None };
        let (_, distances) = distances(context, name)?;
        Some(rows.iter().map(|&row| distances.get(row as usize).copied().unwrap_or(f64::NEG_INFINITY)).collect())
    }

    fn reasons(&self, context: &Context, family: &Family, _test: &str, rows: &[u32]) -> Vec<RowReason> {
        let FamilySubject::Feature(name) = &family.subject else { return Vec::new() };
        let Some((cut, distances)) = distances(context, name) else { return Vec::new() };
        let reason = |row: &u32| {
            let distance = distances.get(*row as usize).copied().unwrap_or(f64::NAN);
            let text = format!("{} standard deviations from the reference's centre, beyond {}", number(distance), number(cut));
            RowReason { text, words: Vec::new() }
        };
        rows.iter().map(reason).collect()
    }
}

/// The distances of both sides.
pub(in crate::stress) fn figure(frame: &EmbeddingFrame, reference: &EmbeddingProfile, evaluation: &EmbeddingProfile) -> Figure {
    let total = |p: &EmbeddingProfile| p.distances.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let (all_a, all_b) = (total(reference), total(evaluation));
    let edge = |i: usize| frame.edges.get(i).copied();
    let bins = (reference.distances.iter().zip(&evaluation.distances).enumerate())
        .map(|(i, (a, b))| {
            let (from, to) = (i.checked_sub(1).and_then(edge), edge(i));
            let label = match (from, to) {
                (Some(f), Some(t)) => format!("{} – {}", number(f), number(t)),
                (Some(f), None) => format!("> {}", number(f)),
                (None, Some(t)) => format!("≤ {}", number(t)),
                (None, None) => "all".to_owned(),
            };
            DistributionBin { label, from, to, reference: a / all_a, evaluation: b / all_b }
        })
        .collect();
    Figure::Distributions { feature: format!("{}: Mahalanobis distance from the reference", frame.name), numeric: true, bins, of: None }
}
