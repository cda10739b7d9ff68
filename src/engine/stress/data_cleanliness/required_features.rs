//! Required features: does the evaluation set have every column that the model needs?

use straingauge_api::Kind;
use straingauge_charts::format::{all_of, counted};

use crate::Result;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, TestSpec};

const TEST: &str = "data_cleanliness:required_features";

/// Asks every feature that the model sees and the reference has.
pub struct RequiredFeatures;

impl Question for RequiredFeatures {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "required_features",
            "Required Features",
            Kind::Logical,
            None,
            [
                "Whether every feature that the model sees is there in the evaluation set, with at least one value.",
                "A missing column is the plainest way to break a model, and a default value filled in for it hides the break.",
                "It holds when the column exists and is not empty throughout. There is nothing to estimate, so there is no threshold.",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter().zip(&context.reference.columns))
            .filter(|(feature, column)| feature.in_model && feature.measured_in.is_none() && column.present > 0)
            .map(|(feature, _)| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let sides = context.feature(name).and_then(|i| context.reference.columns.get(i).zip(context.evaluation.columns.get(i)));
        let Some((reference, evaluation)) = sides else {
            return Ok(vec![Measurement::Skipped(format!("There is no feature {name}."))]);
        };
        let sentence = if evaluation.rows == 0 {
            format!("The evaluation set has no column {name}.")
        } else if evaluation.present == 0 {
            format!("{name} is empty in {}.", all_of(evaluation.rows, "evaluation row"))
        } else {
            format!("{name} is there, with {}.", counted(evaluation.present, "value"))
        };
        Ok(vec![Measurement::Measured(Box::new(Measured {
            holds: Some(evaluation.present > 0),
            method: "Presence of the column".to_owned(),
            sentence,
            n_reference: Some(reference.rows),
            n_evaluation: Some(evaluation.rows),
            ..Measured::default()
        }))])
    }
}
