//! The model's metrics on both sides, for the first screen.

use straingauge_api::{ModelMetric, ModelTask, Severity};

use super::{Context, custom};
use crate::math::finite;
use crate::metrics::{Metric, MetricDefinition, all, catalogue};

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
            }
        }))
        .collect()
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
