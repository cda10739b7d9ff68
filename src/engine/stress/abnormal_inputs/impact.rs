//! What failing rows cost the model: the metric over the rows that pass, less the metric over all rows.

use straingauge_api::{Better, CaseMetric, Thresholds, Unit};
use straingauge_charts::format::{agreeing, counted, together};

use crate::metrics::{Metric, MetricDefinition, catalogue};
use crate::profile::{ModelFrame, OutcomeTally, RuleCount};
use crate::stats::fisher;
use crate::stats::special::{normal_quantile, normal_upper};
use crate::stress::{Context, Measured, TestSpec};

/// The effects from which it warns and alerts: of scores, and of errors relative to the passing rows' own.
const SCORES: Thresholds = Thresholds { warning: 0.03, alert: 0.08 };
const ERRORS: Thresholds = Thresholds { warning: 0.10, alert: 0.25 };

/// The share of evaluation rows that must have a label for the labels to speak.
const LABELLED: f64 = 0.8;

/// The metric that the impact is judged on: accuracy or absolute error; without labels the model's confidence.
fn judged(frame: &ModelFrame, whole: &OutcomeTally) -> Option<&'static MetricDefinition> {
    let labelled = whole.labelled.rows as f64 >= LABELLED * whole.rows as f64 && whole.labelled.rows > 0;
    let wanted: &[Metric] = if labelled {
        &[Metric::Accuracy, Metric::MulticlassAccuracy, Metric::Mae, Metric::Ndcg, Metric::EntityF1]
    } else {
        &[Metric::AverageConfidence]
    };
    catalogue(frame.task).find(|d| wanted.contains(&d.metric) && frame.mean(whole, d.metric).is_some())
}

/// `PERFORMANCE_DIFF:<metric>` = metric(all rows) − metric(passing rows), for every metric that the data allow.
pub(super) fn differences(context: &Context, count: &RuleCount) -> Vec<CaseMetric> {
    let Some((frame, model, failing)) = parts(context, count) else { return Vec::new() };
    let (model, passing) = (model.by_cells(), model.without(failing));
    (catalogue(frame.task))
        .filter_map(|d| {
            let difference = frame.value(&model, d.metric)? - frame.value(&passing, d.metric)?;
            difference.is_finite().then(|| CaseMetric {
                kind: "PERFORMANCE_DIFF".to_owned(),
                metric: d.id.to_owned(),
                value: Some(difference),
            })
        })
        .collect()
}

fn parts<'a>(context: &'a Context, count: &'a RuleCount) -> Option<(&'a ModelFrame, &'a OutcomeTally, &'a OutcomeTally)> {
    let frame = context.frame.model.as_ref()?;
    let whole = &context.evaluation.model.as_ref()?.tally;
    let failing = count.outcomes.as_ref().filter(|t| t.rows > 0 && t.rows < whole.rows)?;
    Some((frame, whole, failing))
}

/// The case of the performance impact; `fails` completes "12 rows that …". `None` without predictions, or without failing or passing rows that have them.
pub(super) fn measure(context: &Context, spec: &TestSpec, count: &RuleCount, fails: &str) -> Option<Measured> {
    let (frame, whole, failing) = parts(context, count)?;
    let definition = judged(frame, whole)?;
    let passing_tally = whole.without(failing);
    let of = |tally| frame.mean(tally, definition.metric);
    let (all, bad, good) = (of(whole)?, of(failing)?, of(&passing_tally)?);
    let (n_bad, n_good) = (bad.mass.effective(), good.mass.effective());
    let share = bad.mass.weight / all.mass.weight;
    // Positive where failing rows do worse.
    let sign = if definition.better == Better::Lower { 1.0 } else { -1.0 };
    let relative = definition.better == Better::Lower;
    let scale = if relative { 1.0 / good.mean.max(0.01 * frame.label_sd) } else { 1.0 };
    let effect = share * sign * (bad.mean - good.mean) * scale;
    let half = normal_quantile(0.975) * share * scale * (bad.variance / n_bad + good.variance / n_good).max(0.0).sqrt();
    let (low, high) = if bad.indicator {
        // Failing rows are few: the difference of two shares by Newcombe, scaled by their part of all rows.
        let wrong = |m: &crate::profile::Mean, n: f64| (1.0 - m.mean) * n;
        let (low, high) = crate::stats::proportions::newcombe(wrong(&good, n_good), n_good, wrong(&bad, n_bad), n_bad, 0.95);
        (share * low, share * high)
    } else {
        (effect - half, effect + half)
    };
    let null = (all.variance * (1.0 / n_bad + 1.0 / n_good)).max(0.0).sqrt();
    let p_value = if bad.indicator {
        let wrong = |m: &crate::profile::Mean, n: f64| ((1.0 - m.mean) * n).round() as u64;
        fisher::greater(wrong(&good, n_good), n_good.round() as u64, wrong(&bad, n_bad), n_bad.round() as u64)
    } else if null > 0.0 {
        normal_upper(sign * (bad.mean - good.mean) / null)
    } else {
        1.0
    };
    let own = Thresholds { ..if relative { ERRORS } else { SCORES } };
    let scaled = TestSpec { id: format!("{}#performance_impact", spec.id), thresholds: Some(own), ..spec.clone() };
    let (value_all, value_passing) = (all.mean, good.mean);
    Some(Measured {
        aspect: Some("performance impact".to_owned()),
        statistic: Some(value_all - value_passing),
        statistic_unit: Some(if relative { Unit::Number } else { Unit::Score }),
        effect: Some(effect),
        interval: Some((low, high)),
        p_value: Some(p_value),
        standard_error: Some(share * scale * null),
        thresholds: context.settings.thresholds(&scaled),
        method: if bad.indicator {
            "Metric over passing rows less metric over all rows; Fisher's exact test of failing against passing rows; Newcombe's interval"
        } else {
            "Metric over passing rows less metric over all rows; normal test of failing against passing rows"
        }
        .to_owned(),
        sentence: told(definition.name, [bad.mean, value_passing, value_all], definition.unit, bad.mass.rows, fails),
        n_reference: Some(good.mass.rows),
        n_evaluation: Some(bad.mass.rows),
        row_count: Some(count.failing),
        metrics: differences(context, count),
        regain: Some((definition.id.to_owned(), value_all, value_passing)),
        ..Measured::default()
    })
}

/// A metric over the rows that fail, over those that pass and over all.
fn told(name: &str, values: [f64; 3], unit: Unit, rows: u64, fails: &str) -> String {
    let [failing, passing, all] = together(values, unit);
    let (rows, fails) = (counted(rows, "row"), agreeing(rows, fails));
    format!("{name} is {failing} over the {rows} that {fails} and {passing} over the others; over all rows it is {all}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            told("Accuracy", [0.65, 0.812, 0.79], Unit::Score, 637, "leave tier empty"),
            "Accuracy is 0.650 over the 637 rows that leave tier empty and 0.812 over the others; over all rows it is 0.790."
        );
        assert_eq!(
            told("Mean absolute error", [12_000.0, 800.7, 812.0], Unit::Number, 1, "have no value of age"),
            "Mean absolute error is 12\u{202f}000 over the 1 row that has no value of age and 801 over the others; over all rows it is 812."
        );
    }
}
