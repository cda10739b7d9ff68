//! Feature drift: do the values of a feature still come from the distribution that the model was built on?

use super::attribution::{self, Attribution};
use super::change::{Change, Grain};
use super::measure::Measure;
use crate::Result;
use crate::profile::ValueFrame;
use crate::stress::{Context, Family, FamilySubject, Measurement, Needs, Question, TestSpec};

const TEST: &str = "drift:feature_drift";
/// What can be set for a test of one column.
pub(in crate::stress) const PARAMS: [&str; 3] = ["num_bins", "min_sample_size", "statistic"];

/// Asks every numeric and categorical feature.
pub struct FeatureDrift;

impl Question for FeatureDrift {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "feature_drift",
            "Feature Drift",
            Needs::default(),
            (0.2, 0.6),
            [
                "Whether the values of a feature are spread in the evaluation set as they were in the reference set.",
                "A model knows the world of its reference data. Where the inputs move, its past performance stops being a promise, often before labels arrive that could show it.",
                "Both sets are counted over the same bins (at most 20 quantiles of the reference; a category's own values, rare ones together) and compared by the population stability index, less what two samples of these sizes would differ by chance. It fails when that effect passes the threshold and the evidence holds: a Kolmogorov-Smirnov and a χ² test for numbers, χ² for categories, corrected for the number of questions asked. Another distance can be chosen, each with its own thresholds.",
            ],
        )]
    }

    fn params(&self) -> &'static [&'static str] {
        &PARAMS
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter().zip(&context.frame.columns))
            .filter(|(_, frame)| matches!(frame.values, ValueFrame::Numeric(_) | ValueFrame::Category(_)) && !frame.facts.unique)
            .map(|(feature, _)| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        Ok(vec![column_drift(context, TEST, &self.tests(), name)?])
    }
}

/// The drift of a feature's column, under the settings of a test.
pub(in crate::stress) fn column_drift(context: &Context, test: &str, specs: &[TestSpec], name: &str) -> Result<Measurement> {
    let at = context.feature(name);
    let column =
        at.and_then(|i| Some((context.frame.columns.get(i)?, context.reference.columns.get(i)?, context.evaluation.columns.get(i)?)));
    let Some((frame, reference, evaluation)) = column else {
        return Ok(Measurement::Skipped(format!("There is no feature {name}.")));
    };
    let change = Change::of(frame, reference, evaluation, grain(context, test));
    let measurement = drift(context, test, specs, name, change)?;
    Ok(told(context, measurement, attribution::of_feature(context, name), &format!("the values of {name}")))
}

/// The bins and rows that a test asks for: `num_bins` (2 to 100), `min_sample_size`.
pub(super) fn grain(context: &Context, test: &str) -> Grain {
    Grain {
        bins: context.settings.param(test, "num_bins", 20.0).clamp(2.0, 100.0) as usize,
        least: context.settings.param(test, "min_sample_size", 100.0).max(2.0) as u64,
    }
}

/// A change as a measurement, by the distance that the reader chose for the test.
pub(super) fn drift(context: &Context, test: &str, specs: &[TestSpec], title: &str, change: Result<Change, String>) -> Result<Measurement> {
    let chosen = Measure::chosen(&context.settings, test)?;
    Ok(match change {
        Err(reason) => Measurement::Skipped(reason),
        Ok(change) => {
            let (mut measured, used) = change.measured(title, chosen);
            measured.thresholds = specs.iter().find(|s| s.id == test).and_then(|s| used.thresholds(&context.settings, s));
            Measurement::Measured(Box::new(measured))
        }
    })
}

/// Adds to a measured case what the parts that drifted have to do with the model's change.
pub(super) fn told(context: &Context, mut measurement: Measurement, attribution: Option<Attribution>, parts: &str) -> Measurement {
    if let Measurement::Measured(measured) = &mut measurement {
        attribution::tell(context, measured, attribution, parts);
    }
    measurement
}
