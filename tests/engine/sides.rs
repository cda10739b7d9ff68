//! Two CSV files as the context of a run.

use std::sync::Arc;

use straingauge_api::{DataParams, ModelTask, PredictionParams};
use straingauge_engine::metrics::{self, Predictions};
use straingauge_engine::profile::Profiler;
use straingauge_engine::stress::{Context, Family, Measured, Measurement, Question, Settings, Side};
use straingauge_engine::table::{self, Dataset};

use crate::support::read;

/// A data set from the bytes of a file, with its predictions where it has any.
pub fn dataset(name: &str, bytes: &[u8], params: &DataParams) -> (Arc<Dataset>, Option<Predictions>) {
    let dataset = table::dataset(read(name, bytes), name, params, None).unwrap();
    let predictions =
        dataset.params.prediction_col.is_some().then(|| metrics::pair(&dataset, None, "model", &PredictionParams::default()).unwrap().0);
    (Arc::new(dataset), predictions)
}

/// Profiles of both files in the reference's frame. Texts are left as they are: nothing is measured in them.
pub fn context(task: ModelTask, reference: &[u8], evaluation: &[u8], params: &DataParams) -> Context {
    let (reference, evaluation) = (dataset("reference.csv", reference, params), dataset("evaluation.csv", evaluation, params));
    let sides = ((&*reference.0, reference.1.as_ref()), (&*evaluation.0, evaluation.1.as_ref()));
    let outcomes = metrics::outcomes(task, sides.0, sides.1, None, None).unwrap();
    let features = reference.0.features.clone();
    let side = |dataset: &Arc<Dataset>, outcomes| Side {
        dataset: dataset.clone(),
        columns: features.iter().map(|f| dataset.table.column(&f.name).cloned()).collect(),
        outcomes: Arc::new(outcomes),
    };
    let (reference, evaluation) = (side(&reference.0, outcomes.0), side(&evaluation.0, outcomes.1));
    let mut profiler = Profiler::new(features.clone(), reference.clone(), evaluation.clone());
    for step in 0..profiler.steps() {
        profiler.step(step).unwrap();
    }
    let (frame, of_reference, of_evaluation) = profiler.finish();
    Context::new(Settings::default(), features, frame, (of_reference, of_evaluation), Some((reference, evaluation)))
}

/// What a question measures, case by case.
pub fn ask(context: &Context, question: &dyn Question) -> Vec<(String, Family, Measurement)> {
    let families = question.families(context);
    families
        .into_iter()
        .flat_map(|family| {
            let measured = question.measure(context, &family).unwrap();
            assert_eq!(measured.len(), family.tests.len(), "one measurement a test: {family:?}");
            family.tests.clone().into_iter().zip(measured).map(move |(test, m)| (test, family.clone(), m)).collect::<Vec<_>>()
        })
        .collect()
}

/// The case of a test about a feature (about the whole set where `feature` is empty).
#[track_caller]
pub fn case(context: &Context, question: &dyn Question, test: &str, feature: &str) -> Measured {
    let found = ask(context, question).into_iter().find(|(id, family, _)| id == test && family.subject.features().join(", ") == feature);
    match found.unwrap_or_else(|| panic!("no case {test}[{feature}]")).2 {
        Measurement::Measured(measured) => *measured,
        Measurement::Skipped(reason) => panic!("{test}[{feature}] was skipped: {reason}"),
    }
}
