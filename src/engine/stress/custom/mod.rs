//! Metrics and tests that the caller computes and the engine judges: in the same families, by the same verdict.

mod means;
mod metric;
mod test;

use std::collections::BTreeSet;

use straingauge_api::{CustomMetric, CustomTest, Kind, Thresholds};

use crate::{Error, Result};

pub use metric::{CustomMetrics, values};
pub use test::CustomTests;

/// What the caller has computed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Custom {
    /// Metrics.
    pub metrics: Vec<CustomMetric>,
    /// Tests.
    pub tests: Vec<CustomTest>,
}

impl Custom {
    /// The name of a metric.
    pub fn metric_name(&self, id: &str) -> Option<&str> {
        self.metrics.iter().find(|m| m.id == id).map(|m| m.name.as_str())
    }

    /// Whether ids, thresholds and numbers of rows are such as can be judged.
    ///
    /// # Errors
    /// `invalid_custom_metric`, `invalid_custom_test`.
    pub fn check(&self, rows: (usize, usize)) -> Result<()> {
        let mut ids = BTreeSet::new();
        for metric in &self.metrics {
            let wrong = |what: String, mend: &str| Err(Error::new("invalid_custom_metric", what).mend(mend));
            let id = &metric.id;
            if !is_snake_case(id) || crate::metrics::all().iter().any(|d| d.id == *id) || !ids.insert(id.clone()) {
                return wrong(format!("\"{id}\" cannot be the id of a custom metric."), "Give a snake_case name that no other metric has.");
            }
            if let Some(values) = &metric.per_row
                && (values.reference.len(), values.evaluation.len()) != rows
            {
                return wrong(format!("{id} has not one number a row."), "Give one, or null, for every row of both sets.");
            }
            if metric.per_row.is_none() && metric.per_set.is_none() && metric.skipped.is_none() {
                return wrong(format!("{id} has no numbers."), "Give a number a row, or a number a set.");
            }
            if !metric.thresholds.is_none_or(in_order) {
                return wrong(format!("{id} has thresholds out of order."), "Set 0 < warning < alert.");
            }
        }
        for test in &self.tests {
            let wrong = |what: String, mend: &str| Err(Error::new("invalid_custom_test", what).mend(mend));
            let id = &test.id;
            if !id.strip_prefix("custom:").is_some_and(is_snake_case) || !ids.insert(id.clone()) {
                return wrong(format!("\"{id}\" cannot be the id of a custom test."), "Write custom:name, in snake_case, each once.");
            }
            if test.kind != Kind::Logical && !test.thresholds.is_some_and(in_order) {
                return wrong(format!("{id} says not from which effect it warns and alerts."), "Set thresholds: 0 < warning < alert.");
            }
        }
        Ok(())
    }
}

fn in_order(t: Thresholds) -> bool {
    t.warning > 0.0 && t.warning < t.alert && t.alert.is_finite()
}

fn is_snake_case(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
