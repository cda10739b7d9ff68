//! Label drift: does the truth itself come in other shares?

use super::attribution;
use super::change::Change;
use super::feature_drift::{PARAMS, drift, grain, told};
use crate::Result;
use crate::stress::{Context, Family, FamilySubject, Measurement, Needs, Question, TestSpec};

const TEST: &str = "drift:label_drift";

/// Asks the label, class by class or as a number, over the labelled rows.
pub struct LabelDrift;

impl Question for LabelDrift {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "label_drift",
            "Label Drift",
            Needs { labels: true, ..Needs::default() },
            (0.2, 0.4),
            [
                "Whether the labels come in the same shares (or, for numbers, over the same range) in both sets.",
                "When the base rates move, scores calibrated on the old ones are off, and precision changes even for a model that has learnt everything else right.",
                "The population stability index over the classes, or over at most 20 reference quantiles of a number, less what chance gives two samples of these sizes; the evidence is a χ² test (for numbers with a Kolmogorov-Smirnov test), corrected for the number of questions asked. Rows without a label are left out.",
            ],
        )]
    }

    fn params(&self) -> &'static [&'static str] {
        &PARAMS
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        context.frame.label.iter().map(|_| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let parts = context.frame.label.as_ref().zip(context.reference.label.as_ref().zip(context.evaluation.label.as_ref()));
        Ok(vec![match parts {
            None => Measurement::Skipped("Needs labels in both sets.".to_owned()),
            Some((frame, (a, b))) => {
                let change = drift(context, TEST, &self.tests(), "the label", Change::of(frame, a, b, grain(context, TEST)))?;
                told(context, change, attribution::of_classes(context, false), "the classes")
            }
        }])
    }
}
