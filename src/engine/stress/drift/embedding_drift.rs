//! Embedding drift: do rows still lie where the reference's rows lie?

use straingauge_api::{CaseMetric, Unit};
use straingauge_charts::format::{counted, side_by_side, together};

use crate::Result;
use crate::profile::{EmbeddingFrame, EmbeddingProfile, WAVES};
use crate::stats::rao_scott::{Spread, mixture_upper};
use crate::stress::abnormal_inputs::figure;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, TestSpec};

const TEST: &str = "drift:embedding_drift";
/// Rows that are needed on both sides.
const LEAST: u64 = 100;

/// Asks every embedding.
pub struct EmbeddingDrift;

impl Question for EmbeddingDrift {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "embedding_drift",
            "Embedding Drift",
            Needs::default(),
            (0.1, 0.2),
            [
                "Whether the centre of an embedding's rows has moved between the reference set and the evaluation set.",
                "Embeddings carry what texts, images or users are like. Where they move, the inputs have become others, long before a label says so.",
                "The distance of the two centres, less what chance gives two samples of these sizes, over the typical distance of a reference row from its centre: the root of the sum of all variances, so that the effect does not depend on the embedding's scale or length. The evidence is the maximum mean discrepancy over 64 random Fourier features in at most 64 projected dimensions, which also sees changes of spread and shape; its null is a mixture of χ² with the features' covariance, corrected for the number of questions asked.",
            ],
        );
        vec![TestSpec { unit: Unit::Distance, ..spec }]
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let family = |f: &EmbeddingFrame| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![TEST.to_owned()] };
        context.frame.embeddings.iter().map(family).collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let at = context.frame.embeddings.iter().position(|f| f.name == *name);
        let both = at.and_then(|at| {
            Some((context.frame.embeddings.get(at)?, context.reference.embeddings.get(at)?, context.evaluation.embeddings.get(at)?))
        });
        let least = context.settings.param(TEST, "min_sample_size", LEAST as f64).max(2.0) as u64;
        Ok(vec![match both {
            Some((frame, a, b)) if a.rows.min(b.rows) >= least => Measurement::Measured(Box::new(measured(frame, a, b))),
            Some((_, a, b)) => Measurement::Skipped(format!(
                "{} and {} have {name}; {least} on both sides are needed.",
                counted(a.rows, "reference row"),
                counted(b.rows, "evaluation row")
            )),
            None => Measurement::Skipped(format!("There is no embedding {name}.")),
        }])
    }
}

/// The mean of a side and the sum of its variances.
fn center(profile: &EmbeddingProfile) -> (Vec<f64>, f64) {
    let weight = profile.weight.max(f64::MIN_POSITIVE);
    let mean: Vec<f64> = profile.sum.iter().map(|s| s / weight).collect();
    let square: f64 = mean.iter().map(|m| m * m).sum();
    (mean, (profile.norm / weight - square).max(0.0))
}

fn measured(frame: &EmbeddingFrame, reference: &EmbeddingProfile, evaluation: &EmbeddingProfile) -> Measured {
    let ((mean_a, variance_a), (mean_b, variance_b)) = (center(reference), center(evaluation));
    let (n, m) = (reference.effective().max(1.0), evaluation.effective().max(1.0));
    let gap: Vec<f64> = mean_b.iter().zip(&mean_a).map(|(b, a)| b - a).collect();
    let squared: f64 = gap.iter().map(|g| g * g).sum();
    let beyond = squared - variance_a / n - variance_b / m;
    let scale = variance_a.sqrt().max(f64::MIN_POSITIVE);
    // The spread of d²: 4·δᵀΣδ·u under a shift and 2·tr Σ²·u² without one, Σ the reference's in the projected space.
    let u = 1.0 / n + 1.0 / m;
    let mut projected = vec![0.0; frame.kept];
    let shifted: Vec<f64> = gap.iter().zip(&frame.center).map(|(g, c)| g + c).collect();
    frame.project(&shifted, &mut projected);
    let (along, squares) = quadratic(&frame.factor, &projected);
    let deviation = (4.0 * along * u + 2.0 * squares * u * u).sqrt();
    let root = |x: f64| x.max(0.0).sqrt() / scale;
    let (p_value, discrepancy) = discrepancy(reference, n, evaluation, m);
    let effect = root(beyond);
    let metric = |name: &str, value: f64| CaseMetric { kind: "DRIFT_STAT".to_owned(), metric: name.to_owned(), value: Some(value) };
    Measured {
        statistic: Some(squared.sqrt() / scale),
        effect: Some(effect),
        interval: Some((root(beyond - 1.96 * deviation), root(beyond + 1.96 * deviation))),
        p_value: Some(p_value),
        standard_error: Some(deviation / (2.0 * scale * beyond.max(0.0).sqrt().max(0.1 * scale))),
        method: format!(
            "Distance of the centres in {} dimensions over the reference's typical distance from its centre; p by the maximum mean discrepancy over {WAVES} random Fourier features",
            frame.width
        ),
        sentence: told(&frame.name, [squared.sqrt() / scale, effect], [variance_a.sqrt(), variance_b.sqrt()]),
        n_reference: Some(reference.rows),
        n_evaluation: Some(evaluation.rows),
        metrics: vec![metric("centroid_distance", squared.sqrt()), metric("mmd_squared", discrepancy)],
        figure: Some(figure(frame, reference, evaluation)),
        ..Measured::default()
    }
}

/// Describes how far the centre has moved, how much of that noise does not explain, and the spread before and after.
fn told(name: &str, moved: [f64; 2], spread: [f64; 2]) -> String {
    let [distance, beyond] = side_by_side(moved, Unit::Distance);
    let beyond = if moved[1] > 0.0 { beyond } else { "none".to_owned() };
    let [before, after] = together(spread, Unit::Number);
    format!(
        "The centre of {name} lies {distance} of the typical row's distance away from the reference's, {beyond} of it beyond what noise alone would give; the spread of its rows goes from {before} to {after}."
    )
}

/// δᵀΣδ and tr Σ² of Σ = L·Lᵀ.
fn quadratic(factor: &[f64], delta: &[f64]) -> (f64, f64) {
    let k = delta.len().max(1);
    let mut along = vec![0.0; k];
    let mut squares = 0.0;
    for (i, (row, d)) in factor.chunks_exact(k).zip(delta).enumerate() {
        along.iter_mut().zip(row).for_each(|(slot, l)| *slot += l * d);
        for (j, other) in factor.chunks_exact(k).enumerate().take(i + 1) {
            let cell: f64 = row.iter().zip(other).take(j + 1).map(|(a, b)| a * b).sum();
            squares += if i == j { cell * cell } else { 2.0 * cell * cell };
        }
    }
    (along.iter().map(|x| x * x).sum(), squares)
}

/// P of a squared distance of the mean features as large, and that distance (with the factor 2/64 of the kernel's estimate).
fn discrepancy(reference: &EmbeddingProfile, n: f64, evaluation: &EmbeddingProfile, m: f64) -> (f64, f64) {
    let mean = |p: &EmbeddingProfile| p.waves.iter().map(|s| s / p.weight.max(f64::MIN_POSITIVE)).collect::<Vec<f64>>();
    let (a, b) = (mean(reference), mean(evaluation));
    let statistic: f64 = a.iter().zip(&b).map(|(x, y)| (x - y) * (x - y)).sum();
    let mut covariance = vec![0.0; WAVES * WAVES];
    let mut traces = [0.0; 2];
    for ((p, mean, rows), trace) in [(reference, &a, n), (evaluation, &b, m)].into_iter().zip(&mut traces) {
        for (i, row) in covariance.chunks_exact_mut(WAVES).enumerate() {
            for (j, slot) in row.iter_mut().enumerate() {
                let product = p.products.get(i.min(j) * WAVES + i.max(j)).copied().unwrap_or(0.0) / p.weight.max(f64::MIN_POSITIVE);
                let value = (product - mean.get(i).copied().unwrap_or(0.0) * mean.get(j).copied().unwrap_or(0.0)) / (rows - 1.0).max(1.0);
                *slot += value;
                *trace += if i == j { value } else { 0.0 };
            }
        }
    }
    let trace = traces[0] + traces[1];
    let (mut squares, mut cubes) = (0.0, 0.0);
    for row in covariance.chunks_exact(WAVES) {
        for (other, v) in covariance.chunks_exact(WAVES).zip(row) {
            squares += v * v;
            cubes += v * row.iter().zip(other).map(|(x, y)| x * y).sum::<f64>();
        }
    }
    // A covariance of few rows has eigenvalues further apart than the true one's.
    let own = traces[0] * traces[0] / n + traces[1] * traces[1] / m;
    let squares = squares - own;
    let cubes = cubes - 3.0 * squares * own / trace.max(f64::MIN_POSITIVE);
    let degrees = WAVES as f64;
    let spread = Spread::of(degrees, trace, squares, cubes);
    let p = if trace > 0.0 { mixture_upper(statistic / trace * degrees, degrees, spread) } else { 1.0 };
    (p, statistic * 2.0 / degrees)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            told("v", [0.412, 0.4], [4.486, 12.0]),
            "The centre of v lies 0.41 of the typical row's distance away from the reference's, 0.40 of it beyond what noise alone would give; the spread of its rows goes from 4.49 to 12.00."
        );
        assert!(
            told("v", [0.04, 0.0], [1.0, 1.0])
                .contains("lies 0.04 of the typical row's distance away from the reference's, none of it beyond")
        );
    }
}
