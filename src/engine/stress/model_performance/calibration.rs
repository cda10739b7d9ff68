//! Calibration: are rows of the same confidence right as often as they were?

use straingauge_api::{CalibrationBin, Estimate, Figure, Unit};
use straingauge_charts::format::{counted, side_by_side, spaced, together};

use super::metric::both_labelled;
use crate::Result;
use crate::math::finite;
use crate::metrics::Metric;
use crate::profile::{Form, ModelFrame, ModelProfile};
use crate::stats::proportions::wilson;
use crate::stats::special::{chi_square_upper, normal_two_sided, normal_upper};
use crate::stress::performance::spec_text;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, TestSpec};

/// Asks whether the calibration curve has moved, and how far the evaluation's lies from the diagonal.
pub struct CalibrationComparison;

const COMPARISON: &str = "model_performance:calibration_comparison";
const ECE: &str = "model_performance:expected_calibration_error";
const OVER: &str = "model_performance:overconfidence";
const UNDER: &str = "model_performance:underconfidence";

/// Rows that every bin must have on both sides.
const LEAST_BIN_ROWS: f64 = 50.0;
const MOST_BINS: usize = 20;

/// Rows between two edges of the score.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    rows: f64,
    hits: f64,
    scores: f64,
}

impl Bin {
    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.hits += other.hits;
        self.scores += other.scores;
    }

    fn observed(&self) -> f64 {
        self.hits / self.rows.max(f64::MIN_POSITIVE)
    }

    fn confidence(&self) -> f64 {
        self.scores / self.rows.max(f64::MIN_POSITIVE)
    }

    /// Share of hits beyond the mean score.
    fn excess(&self) -> f64 {
        self.observed() - self.confidence()
    }
}

impl Question for CalibrationComparison {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = |id: &str, name: &str, checks: &str, decided: &str| {
            super::spec(
                id,
                name,
                true,
                (0.02, 0.06),
                1.0,
                Unit::Score,
                spec_text(
                    checks.to_owned(),
                    "Whoever acts on a probability (sets a cut, weighs a cost, sends the unsure cases to people) needs 0.8 to mean eight of ten.",
                    decided.to_owned(),
                ),
            )
        };
        vec![
            spec(
                "calibration_comparison",
                "Calibration Comparison",
                "Whether rows of the same score are right as often in the evaluation set as they were in the reference set.",
                "Scores are cut into bins of equal mass in the reference, at least 50 rows a bin on both sides. The effect is the weighted mean squared difference of the two calibration curves, less what noise gives; the evidence is a χ² test over the bins.",
            ),
            spec(
                "expected_calibration_error",
                "Expected Calibration Error",
                "How much farther the share of right rows lies from the score in the evaluation set than in the reference set.",
                "The root mean squared distance between score and share over bins of equal mass, less what noise gives, evaluation minus reference; the evidence is a χ² test of the evaluation's bins.",
            ),
            spec(
                "overconfidence",
                "Overconfidence",
                "Whether the model has become surer than it is right: mean confidence above accuracy, more than in the reference.",
                "Mean confidence minus accuracy, evaluation minus reference; the evidence is Spiegelhalter's z of both sides.",
            ),
            spec(
                "underconfidence",
                "Underconfidence",
                "Whether the model has become less sure than it is right: accuracy above mean confidence, more than in the reference.",
                "Accuracy minus mean confidence, evaluation minus reference; the evidence is Spiegelhalter's z of both sides.",
            ),
        ]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let scored = context.frame.model.as_ref().is_some_and(|f| matches!(f.form, Form::Score | Form::Probabilities));
        if !scored || !both_labelled(context) {
            return Vec::new();
        }
        vec![Family { subject: FamilySubject::Whole, tests: [COMPARISON, ECE, OVER, UNDER].map(str::to_owned).to_vec() }]
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let (Some(frame), Some(reference), Some(evaluation)) = (&context.frame.model, &context.reference.model, &context.evaluation.model)
        else {
            return Ok(family.tests.iter().map(|_| Measurement::Skipped("Both sets need predictions.".to_owned())).collect());
        };
        let bins = bins(reference, evaluation);
        Ok(family
            .tests
            .iter()
            .map(|test| match test.as_str() {
                COMPARISON => comparison(frame, &bins, reference, evaluation),
                ECE => expected_error(&bins, reference, evaluation),
                OVER => confidence(frame, reference, evaluation, 1.0),
                _ => confidence(frame, reference, evaluation, -1.0),
            })
            .collect())
    }
}

/// Neighbouring score cells joined until each bin has its share of the reference and enough rows on both sides.
fn bins(reference: &ModelProfile, evaluation: &ModelProfile) -> Vec<(Bin, Bin)> {
    let cells = |p: &ModelProfile| -> Vec<Bin> {
        let kish = p.tally.labelled.effective() / p.tally.labelled.weight.max(f64::MIN_POSITIVE);
        let (negative, positive) = p.tally.histograms();
        let counts = negative.iter().zip(positive).zip(&p.score_sums);
        counts.map(|((n, y), s)| Bin { rows: kish * (n + y), hits: kish * y, scores: kish * s }).collect()
    };
    let (a, b) = (cells(reference), cells(evaluation));
    let total: f64 = a.iter().map(|c| c.rows).sum();
    let least = LEAST_BIN_ROWS.max(total / MOST_BINS as f64);
    let mut out: Vec<(Bin, Bin)> = Vec::new();
    let mut open = (Bin::default(), Bin::default());
    for (x, y) in a.iter().zip(&b) {
        open.0.add(x);
        open.1.add(y);
        if open.0.rows >= least && open.1.rows >= LEAST_BIN_ROWS {
            out.push(std::mem::take(&mut open));
        }
    }
    if let Some(last) = out.last_mut() {
        last.0.add(&open.0);
        last.1.add(&open.1);
    }
    out
}

fn figure(bins: &[(Bin, Bin)]) -> Figure {
    let bin = |b: &Bin| {
        let (low, high) = wilson(b.hits, b.rows, 0.95);
        let observed = Estimate { value: finite(b.observed()), low: finite(low), high: finite(high) };
        CalibrationBin { confidence: crate::math::round12(b.confidence()), observed, n: b.rows.round() as u64 }
    };
    Figure::Calibration { reference: bins.iter().map(|b| bin(&b.0)).collect(), evaluation: bins.iter().map(|b| bin(&b.1)).collect() }
}

fn too_few(reference: &ModelProfile, evaluation: &ModelProfile) -> Measurement {
    Measurement::Skipped(format!(
        "A calibration curve needs two bins of at least 50 labelled rows on both sides; the reference has {} and the evaluation {}.",
        counted(reference.tally.labelled.rows, "such row"),
        spaced(evaluation.tally.labelled.rows)
    ))
}

fn comparison(frame: &ModelFrame, bins: &[(Bin, Bin)], reference: &ModelProfile, evaluation: &ModelProfile) -> Measurement {
    if bins.len() < 2 {
        return too_few(reference, evaluation);
    }
    let total: f64 = bins.iter().map(|b| b.0.rows).sum();
    let (mut raw, mut effect, mut chi, mut variance) = (0.0, 0.0, 0.0, 0.0);
    for (r, e) in bins {
        let d = e.excess() - r.excess();
        // Under the null both curves are one: the pooled share, shrunk off 0 and 1.
        let p = (r.hits + e.hits + 0.5) / (r.rows + e.rows + 1.0);
        let v = p * (1.0 - p) * (1.0 / r.rows + 1.0 / e.rows);
        let w = r.rows / total;
        raw += w * d * d;
        effect += w * (d * d - v);
        chi += d * d / v;
        variance += w * w * (4.0 * d * d * v + 2.0 * v * v);
    }
    let error = variance.sqrt();
    let hits = if frame.form == Form::Score { "positive" } else { "right" };
    let worst = bins.iter().max_by(|a, b| gap(a).abs().total_cmp(&gap(b).abs()));
    let tail = worst.map_or(String::new(), |w| {
        let [evaluation, reference] = together([w.1.observed(), w.0.observed()], Unit::Share);
        format!(" Most at a score of {:.2}: {evaluation} are {hits} in the evaluation set, {reference} in the reference.", w.1.confidence())
    });
    Measurement::Measured(Box::new(Measured {
        statistic: finite(raw),
        effect: finite(effect),
        interval: Some((effect - 1.96 * error, effect + 1.96 * error)),
        p_value: Some(chi_square_upper(chi, bins.len() as f64)),
        standard_error: Some(error),
        method: format!("Mean squared difference of two calibration curves over {} bins of the reference; χ² test", bins.len()),
        sentence: format!("The mean squared distance of the two calibration curves is {}.{tail}", beyond_noise([raw, effect])),
        n_reference: Some(reference.tally.labelled.rows),
        n_evaluation: Some(evaluation.tally.labelled.rows),
        figure: Some(figure(bins)),
        ..Measured::default()
    }))
}

/// A distance and what of it noise does not explain, in words: `0.044, 0.041 of it beyond noise`.
pub(crate) fn beyond_noise([raw, effect]: [f64; 2]) -> String {
    let [raw_text, effect_text] = together([raw, effect.max(0.0)], Unit::Score);
    if raw_text == effect_text || effect <= 0.0 { raw_text } else { format!("{raw_text}, {effect_text} of it beyond noise") }
}

fn gap(bin: &(Bin, Bin)) -> f64 {
    bin.1.excess() - bin.0.excess()
}

/// Debiased root mean squared distance of score and share, its raw value, χ² over the bins, and a standard error.
fn distance(bins: impl Iterator<Item = Bin> + Clone) -> (f64, f64, f64, f64) {
    let total: f64 = bins.clone().map(|b| b.rows).sum();
    let (mut raw, mut squared, mut chi, mut variance) = (0.0, 0.0, 0.0, 0.0);
    for b in bins {
        let p = (b.scores + 0.5) / (b.rows + 1.0);
        let v = p * (1.0 - p) / b.rows;
        let (w, d) = (b.rows / total, b.excess());
        raw += w * d.abs();
        squared += w * (d * d - v);
        chi += d * d / v;
        variance += w * w * (4.0 * d * d * v + 2.0 * v * v);
    }
    let effect = squared.max(0.0).sqrt();
    // The root's slope; near 0 the square's own spread.
    let error = if effect > variance.sqrt().sqrt() { variance.sqrt() / (2.0 * effect) } else { variance.sqrt().sqrt() };
    (raw, effect, chi, error)
}

fn expected_error(bins: &[(Bin, Bin)], reference: &ModelProfile, evaluation: &ModelProfile) -> Measurement {
    if bins.len() < 2 {
        return too_few(reference, evaluation);
    }
    let (raw_r, effect_r, _, error_r) = distance(bins.iter().map(|b| b.0));
    let (raw_e, effect_e, _, error_e) = distance(bins.iter().map(|b| b.1));
    let effect = effect_e - effect_r;
    let error = (error_r * error_r + error_e * error_e).sqrt();
    // Evidence of a change of the curve, counted only where the distance grew.
    let chi: f64 = bins
        .iter()
        .map(|b| {
            let p = (b.0.hits + b.1.hits + 0.5) / (b.0.rows + b.1.rows + 1.0);
            gap(b) * gap(b) / (p * (1.0 - p) * (1.0 / b.0.rows + 1.0 / b.1.rows))
        })
        .sum();
    let p =
        if effect > 0.0 { chi_square_upper(chi, bins.len() as f64).max(normal_upper(effect / error.max(f64::MIN_POSITIVE))) } else { 1.0 };
    Measurement::Measured(Box::new(Measured {
        statistic: finite(raw_e),
        effect: finite(effect),
        interval: Some((effect - 1.96 * error, effect + 1.96 * error)),
        p_value: Some(p),
        standard_error: Some(error),
        method: format!("Root mean squared calibration error over {} bins, noise removed; χ² test", bins.len()),
        sentence: apart([raw_e, raw_r]),
        n_reference: Some(reference.tally.labelled.rows),
        n_evaluation: Some(evaluation.tally.labelled.rows),
        figure: Some(figure(bins)),
        ..Measured::default()
    }))
}

/// Confidence against accuracy: `sign` 1 asks for too much of it, −1 for too little.
fn confidence(frame: &ModelFrame, reference: &ModelProfile, evaluation: &ModelProfile, sign: f64) -> Measurement {
    let accuracy = if frame.classes.len() == 2 { Metric::Accuracy } else { Metric::MulticlassAccuracy };
    let over = |p: &ModelProfile| {
        let confidence = frame.mean(&p.tally, Metric::AverageConfidence)?;
        let (over, right) = (frame.mean(&p.tally, Metric::Overconfidence)?, frame.mean(&p.tally, accuracy)?);
        // Spiegelhalter's variance of Σ(confidence − right) if the confidences are true: Σ c(1 − c).
        let unsure = confidence.mean - confidence.mean * confidence.mean - confidence.variance;
        let n = right.mass.effective();
        Some((over.mean + right.mean, right.mean, unsure.max(0.0) / n, over.variance / n))
    };
    let (Some((c0, a0, u0, v0)), Some((c1, a1, u1, v1))) = (over(reference), over(evaluation)) else {
        return Measurement::Skipped("Confidence and accuracy need scores and labels on both sides.".to_owned());
    };
    let raw = sign * (c1 - a1);
    let effect = raw - sign * (c0 - a0);
    let error = (v0.max(u0) + v1.max(u1)).sqrt();
    // A side that errs the other way has nothing to grow from: the evaluation must itself be too sure.
    let effect = effect.min(raw);
    let p = if error > 0.0 { normal_two_sided(effect / error) / 2.0 } else { 1.0 };
    let p = if effect > 0.0 { p } else { 1.0 - p };
    Measurement::Measured(Box::new(Measured {
        statistic: finite(raw),
        effect: finite(effect),
        interval: Some((effect - 1.96 * error, effect + 1.96 * error)),
        p_value: Some(p),
        standard_error: Some(error),
        method: "Mean confidence minus accuracy; Spiegelhalter's z of both sides".to_owned(),
        sentence: confidence_at([c1, a1, c0, a0]),
        n_reference: Some(reference.tally.labelled.rows),
        n_evaluation: Some(evaluation.tally.labelled.rows),
        ..Measured::default()
    }))
}

fn apart(values: [f64; 2]) -> String {
    let [now, before] = side_by_side(values, Unit::Score);
    format!("Score and share of hits lie {now} apart on average in the evaluation set, {before} in the reference.")
}

/// Confidence and accuracy, of the evaluation and of the reference.
fn confidence_at(values: [f64; 4]) -> String {
    let [c1, a1, c0, a0] = side_by_side(values, Unit::Score);
    format!("Mean confidence is {c1} at an accuracy of {a1} in the evaluation set, {c0} at {a0} in the reference.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            apart([0.032_4, 0.0]),
            "Score and share of hits lie 0.032 apart on average in the evaluation set, 0.000 in the reference."
        );
        assert_eq!(
            confidence_at([0.751, 0.527, 0.8, 0.800_02]),
            "Mean confidence is 0.751 at an accuracy of 0.527 in the evaluation set, 0.800 at 0.800 in the reference."
        );
        assert_eq!(beyond_noise([0.084, 0.08]), "0.084, 0.080 of it beyond noise");
        assert_eq!(beyond_noise([0.004, -0.1]), "0.004");
    }
}
