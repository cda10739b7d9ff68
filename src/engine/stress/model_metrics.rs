//! The model's metrics on both sides, for the first screen.

use straingauge_api::{Better, ModelMetric, ModelTask, Severity, Unit};

use super::Context;
use crate::math::finite;
use crate::metrics::{MetricDefinition, all, catalogue};

/// How much larger the evaluation's error must be than the reference's before the reference looks like training data.
const TRAINING_ERROR_RATIO: f64 = 2.0;
/// The least fall of a score that raises that suspicion: the alert threshold of the performance tests.
const TRAINING_FALL: f64 = 0.08;

/// Every metric that the data allow, in catalogue order, with what its test says.
pub fn model_metrics(context: &Context, task: ModelTask, severity: impl Fn(&str) -> Severity) -> Vec<ModelMetric> {
    catalogue(task)
        .filter_map(|d| {
            let (reference, evaluation) = values(context, d);
            (reference.is_some() || evaluation.is_some()).then(|| ModelMetric {
                id: d.id.to_owned(),
                name: d.name.to_owned(),
                better: d.better,
                unit: d.unit,
                reference: reference.and_then(finite),
                evaluation: evaluation.and_then(finite),
                severity: severity(d.id),
            })
        })
        .collect()
}

/// The name of a metric by its id; the id itself where there is none.
pub fn metric_name(id: &str) -> String {
    all().iter().find(|d| d.id == id).map_or_else(|| id.to_owned(), |d| d.name.to_owned())
}

/// Why the reference looks like data that the model was trained on, as a sentence; `None` where it does not.
pub fn looks_like_training(context: &Context, task: ModelTask) -> Option<String> {
    let d = catalogue(task).find(|d| d.labels)?;
    let (reference, evaluation) = values(context, d);
    let (reference, evaluation) = (reference?, evaluation?);
    let suspicious = match (d.better, d.unit) {
        (Better::Higher, Unit::Score) => {
            reference - evaluation >= TRAINING_FALL && 1.0 - evaluation >= TRAINING_ERROR_RATIO * (1.0 - reference)
        }
        (Better::Lower, _) => evaluation >= TRAINING_ERROR_RATIO * TRAINING_ERROR_RATIO * reference.max(f64::MIN_POSITIVE),
        _ => false,
    };
    suspicious.then(|| {
        format!(
            "The reference looks like training data: {} is {reference:.3} there and {evaluation:.3} in the evaluation set. \
             Compare with a set that the model has not seen before reading the falls below as changes of the world.",
            lower_first(d.name)
        )
    })
}

fn values(context: &Context, d: &MetricDefinition) -> (Option<f64>, Option<f64>) {
    let Some(frame) = &context.frame.model else { return (None, None) };
    let of = |profile: &crate::profile::Profile| profile.model.as_ref().and_then(|m| frame.whole_value(m, d.metric));
    (of(&context.reference), of(&context.evaluation))
}

/// The name inside a sentence: lower case, but for abbreviations.
fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_within_a_sentence() {
        assert_eq!(lower_first("Accuracy"), "accuracy");
        assert_eq!(lower_first("AUC"), "AUC");
        assert_eq!(metric_name("macro_f1"), "Macro F1");
    }
}
