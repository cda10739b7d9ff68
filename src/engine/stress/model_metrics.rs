//! The model's metrics on both sides, for the first screen.

use straingauge_api::{Batch, Judgement, ModelMetric, ModelTask, Severity, Status};

use super::{Context, custom};
use crate::math::finite;
use crate::metrics::{Metric, MetricDefinition, all, catalogue};

/// Tests of a metric over all rows have this before the metric's id.
pub const WHOLE: &str = "model_performance:";

/// Every metric that the data allow, in catalogue order; what its test says is filled in later.
pub fn model_metrics(context: &Context, task: ModelTask) -> Vec<ModelMetric> {
    catalogue(task)
        .filter(|d| d.metric != Metric::Underconfidence)
        .filter_map(|d| {
            let (reference, evaluation) = values(context, d);
            (reference.is_some() || evaluation.is_some()).then(|| ModelMetric {
                id: d.id.to_owned(),
                name: d.name.to_owned(),
                better: d.better,
                unit: d.unit,
                reference: reference.and_then(finite),
                evaluation: evaluation.and_then(finite),
                severity: Severity::Pass,
                judged: Judgement::NotJudged,
            })
        })
        .chain(context.settings.custom.metrics.iter().map(|m| {
            let (reference, evaluation) = custom::values(context, m);
            ModelMetric {
                id: m.id.clone(),
                name: m.name.clone(),
                better: m.better,
                unit: m.unit,
                reference,
                evaluation,
                severity: Severity::Pass,
                judged: Judgement::NotJudged,
            }
        }))
        .collect()
}

/// Writes into each metric what its test over all rows came to.
pub fn judge_metrics(metrics: &mut [ModelMetric], batches: &[Batch]) {
    for metric in metrics {
        let test = format!("{WHOLE}{}", metric.id);
        let batch = batches.iter().find(|b| b.id == test);
        metric.severity = batch.map_or(Severity::Pass, |b| b.severity);
        metric.judged = batch.map_or(Judgement::NotJudged, judgement);
    }
}

/// What a test of a metric says of the change over all rows. A bound that the reader set is another question.
fn judgement(batch: &Batch) -> Judgement {
    let Some(case) = batch.cases.iter().find(|c| c.id == batch.id) else { return Judgement::NotJudged };
    match (&case.accepted, &case.known) {
        (Some(_), _) => Judgement::Accepted,
        (None, Some(_)) => Judgement::Known,
        (None, None) => of_status(case.status, case.evident),
    }
}

/// What a case says of its metric, waivers apart.
pub const fn of_status(status: Status, evident: bool) -> Judgement {
    match status {
        Status::Skip => Judgement::NotJudged,
        Status::Fail => Judgement::Fails,
        Status::Warning => Judgement::Warns,
        Status::Pass if evident => Judgement::Small,
        Status::Pass => Judgement::Holds,
    }
}

/// The definition of a metric by its id; of a custom metric there is none.
pub fn definition(id: &str) -> Option<&'static MetricDefinition> {
    all().iter().find(|d| d.id == id)
}

/// The name of a metric by its id; the id itself where there is none.
pub fn metric_name(id: &str) -> String {
    all().iter().find(|d| d.id == id).map_or_else(|| id.to_owned(), |d| d.name.to_owned())
}

fn values(context: &Context, d: &MetricDefinition) -> (Option<f64>, Option<f64>) {
    let Some(frame) = &context.frame.model else { return (None, None) };
    let of = |profile: &crate::profile::Profile| profile.model.as_ref().and_then(|m| frame.whole_value(m, d.metric));
    (of(&context.reference), of(&context.evaluation))
}

/// The metric that a test or a case is about, by its id: `macro_f1` for `subset_performance:subset_macro_f1[city]`. What is no
/// performance test gives the test's own name.
pub fn metric_of(id: &str) -> &str {
    let test = id.split(['[', '#']).next().unwrap_or(id);
    let name = test.split_once(':').map_or(test, |(_, name)| name);
    name.strip_prefix("subset_drift_").or_else(|| name.strip_prefix("subset_")).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_have_names() {
        assert_eq!(metric_name("macro_f1"), "Macro F1");
    }
}
