//! Prediction drift: does the model still say the same things as often?

use super::attribution;
use super::change::Change;
use super::feature_drift::{PARAMS, drift, grain, told};
use crate::Result;
use crate::stress::{Context, Family, FamilySubject, Measurement, Needs, Question, TestSpec};

const SCORES: &str = "drift:prediction_drift";
const CLASSES: &str = "drift:predicted_label_drift";
/// Classes of which the probabilities are asked one by one.
const MOST_CLASSES: usize = 50;
/// The name of the predicted class among features.
const PREDICTED: &str = "the predicted class";

/// Asks the scores (one case for a score or a number, one a class for class probabilities), and the predicted class.
pub struct PredictionDrift;

impl Question for PredictionDrift {
    fn tests(&self) -> Vec<TestSpec> {
        let needs = Needs { predictions: true, ..Needs::default() };
        vec![
            super::spec(
                "prediction_drift",
                "Prediction Drift",
                needs,
                (0.2, 0.4),
                [
                    "Whether the model's scores are spread in the evaluation set as they were in the reference set: the score of the positive class, the predicted number, or the probability of each class.",
                    "Moving predictions are the first sign of moving inputs, and everything that is built on the scores (cut-offs, queues, prices) moves with them.",
                    "The population stability index over at most 20 reference quantiles, less what chance gives two samples of these sizes; the evidence is a Kolmogorov-Smirnov and a χ² test, corrected for the number of questions asked.",
                ],
            ),
            super::spec(
                "predicted_label_drift",
                "Predicted Label Drift",
                needs,
                (0.2, 0.4),
                [
                    "Whether the model predicts each class as often in the evaluation set as in the reference set.",
                    "A class that the model suddenly favours, or stops seeing, changes what happens downstream even where accuracy seems to hold.",
                    "The population stability index over the predicted classes (rare ones together), less what chance gives two samples of these sizes; the evidence is a χ² test, corrected for the number of questions asked.",
                ],
            ),
        ]
    }

    fn params(&self) -> &'static [&'static str] {
        &PARAMS
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let several = context.frame.predictions.len() > 1;
        let scores = context.frame.predictions.iter().take(MOST_CLASSES).map(|frame| Family {
            subject: if several { FamilySubject::Feature(probability_of(&frame.name)) } else { FamilySubject::Whole },
            tests: vec![SCORES.to_owned()],
        });
        let classes =
            context.frame.predicted_label.iter().map(|_| Family { subject: FamilySubject::Whole, tests: vec![CLASSES.to_owned()] });
        scores.chain(classes).collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let measure = |test: &String| {
            let (title, change) = if test == CLASSES {
                let parts = (context.frame.predicted_label.as_ref())
                    .zip(context.reference.predicted_label.as_ref().zip(context.evaluation.predicted_label.as_ref()));
                (PREDICTED.to_owned(), parts)
            } else {
                let at = match &family.subject {
                    FamilySubject::Feature(name) => context.frame.predictions.iter().position(|f| probability_of(&f.name) == *name),
                    _ => Some(0),
                };
                let parts = at.and_then(|i| {
                    let frame = context.frame.predictions.get(i)?;
                    Some((frame, (context.reference.predictions.get(i)?, context.evaluation.predictions.get(i)?)))
                });
                let title = match &family.subject {
                    FamilySubject::Feature(name) => name.clone(),
                    _ => "the prediction".to_owned(),
                };
                (title, parts)
            };
            let Some((frame, (a, b))) = change else {
                return Ok(Measurement::Skipped("Needs predictions of the same kind for both sets.".to_owned()));
            };
            let measurement = drift(context, test, &self.tests(), &title, Change::of(frame, a, b, grain(context, test)))?;
            Ok(if test == CLASSES {
                told(context, measurement, attribution::of_classes(context, true), "the predicted classes")
            } else {
                told(context, measurement, attribution::of_scores(context), "scores")
            })
        };
        family.tests.iter().map(measure).collect()
    }
}

/// The name under which a class's probability stands among features.
fn probability_of(class: &str) -> String {
    format!("P({class})")
}
