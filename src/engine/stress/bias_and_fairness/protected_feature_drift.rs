//! Protected feature drift: do the groups come in the shares in which the model met them?

use straingauge_api::{Kind, Unit};

use super::spec;
use crate::Result;
use crate::profile::ValueFrame;
use crate::stress::drift::{PARAMS, column_drift};
use crate::stress::{Context, Family, FamilySubject, Measurement, Needs, Question, TestSpec};

const TEST: &str = "bias_and_fairness:protected_feature_drift";

/// Asks every protected feature, as feature drift asks all features.
pub struct ProtectedFeatureDrift;

impl Question for ProtectedFeatureDrift {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = spec(
            "protected_feature_drift".to_owned(),
            "Protected Feature Drift".to_owned(),
            Kind::Difference,
            Needs::default(),
            (0.2, 0.6),
            [
                "Whether the groups of a protected feature come in the same shares as in the reference set.",
                "A model that was found fair for one mix of people need not be for another; a group that grows is often the one it knows least.",
                "As feature drift: the population stability index over the same bins, less what two samples of these sizes differ by chance; the evidence is a χ² test, for numbers with a Kolmogorov-Smirnov test.",
            ]
            .map(str::to_owned),
        );
        vec![TestSpec { unit: Unit::Distance, effect_max: f64::INFINITY, ..spec }]
    }

    fn params(&self) -> &'static [&'static str] {
        &PARAMS
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter().zip(&context.frame.columns))
            .filter(|(f, c)| f.protected && matches!(c.values, ValueFrame::Numeric(_) | ValueFrame::Category(_)) && !c.facts.unique)
            .map(|(f, _)| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        family.subject.features().iter().map(|name| column_drift(context, TEST, &self.tests(), name)).collect()
    }
}
