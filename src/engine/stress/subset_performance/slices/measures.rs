//! The common parts of the tests of slices: the metrics that judge them, their specs and families, and the fields that all of their cases have.

use straingauge_api::{Category, Kind, ModelTask, Risk, Thresholds};

use crate::math::finite;
use crate::metrics::{self, MetricDefinition, Scale};
use crate::stats::multiple::holm;
use crate::stats::special::normal_quantile;
use crate::stress::model_performance::{both_labelled, effect_max, effect_unit, exists};
use crate::stress::performance::{Gap, spec_text};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Scope, TestSpec};

/// Slices of fewer rows on the half that judges are not judged.
pub(crate) const LEAST_JUDGED: u64 = 20;

/// A test of slices.
pub(crate) struct Measure {
    /// Its id.
    pub id: &'static str,
    /// The metrics that may judge its slices, one a task.
    pub metrics: &'static [&'static str],
    /// The place of the error by which slices are ranked.
    pub at: usize,
}

/// The words of a spec that differ between the tests of slices.
pub(crate) struct SpecWords {
    pub category: Category,
    pub scope: Scope,
    /// The test's name without the metric.
    pub name: &'static str,
    /// The sentence on what it checks, from the error in words.
    pub checks: fn(&str) -> String,
    pub matters: &'static str,
    pub decided: &'static str,
}

impl Measure {
    /// The test of an id.
    pub fn of<'a>(tests: &'a [Self], id: &str) -> Option<&'a Self> {
        tests.iter().find(|m| m.id == id)
    }

    /// The metric that judges its slices in a task.
    pub fn definition(&self, task: ModelTask) -> Option<&'static MetricDefinition> {
        self.metrics.iter().find_map(|id| metrics::by_id(task, id))
    }

    /// Its spec.
    pub fn spec(&self, words: &SpecWords) -> Option<TestSpec> {
        let d = metrics::all().iter().find(|d| self.metrics.contains(&d.id))?;
        let (warning, alert) = if d.scale == Scale::Absolute { (0.05, 0.13) } else { (0.10, 0.25) };
        let (metric, by) = match d.id {
            "accuracy" => ("", "wrong predictions"),
            "log_loss" => (" by Log Loss", "log loss"),
            _ => (" by Mean Absolute Error", "absolute error"),
        };
        Some(TestSpec {
            id: self.id.to_owned(),
            name: format!("{}{metric}", words.name),
            category: words.category,
            risk: Risk::Operational,
            kind: Kind::Difference,
            scope: words.scope,
            needs: Needs { predictions: true, labels: true, ..Needs::default() },
            thresholds: Some(Thresholds { warning, alert }),
            effect_max: effect_max(d),
            unit: effect_unit(d),
            default_on: true,
            text: spec_text((words.checks)(by), words.matters, words.decided.to_owned()),
        })
    }
}

/// The one family of the tests that exist for a model with labels on both sides.
pub(crate) fn families(context: &Context, tests: &[Measure]) -> Vec<Family> {
    let Some(frame) = context.frame.model.as_ref().filter(|_| both_labelled(context)) else { return Vec::new() };
    let exists = |m: &&Measure| m.definition(frame.task).is_some_and(|d| exists(frame, d));
    let tests: Vec<String> = tests.iter().filter(exists).map(|m| m.id.to_owned()).collect();
    if tests.is_empty() { Vec::new() } else { vec![Family { subject: FamilySubject::Whole, tests }] }
}

/// A slice with how far it falls short, or fell.
pub(crate) struct Ranked<'a, S> {
    pub slice: &'a S,
    pub gap: Gap,
}

/// Puts slices into order, surest first; `score` is what the search made of them.
pub(crate) fn surest_first<S>(ranked: &mut [Ranked<'_, S>], score: fn(&S) -> f64) {
    let low = |r: &Ranked<'_, S>| r.gap.effect - 1.96 * r.gap.standard_error;
    ranked.sort_by(|a, b| low(b).total_cmp(&low(a)).then(score(b.slice).total_cmp(&score(a.slice))));
}

/// A case a slice, evidence corrected for their number; `none` says it where there is no slice. `describe` gives the rest of a case.
pub(crate) fn judged<'a, S>(
    ranked: &'a [Ranked<'a, S>],
    definition: &MetricDefinition,
    thresholds: Thresholds,
    none: Measured,
    describe: impl Fn(&Ranked<'a, S>) -> Measured,
) -> Measurement {
    let z = normal_quantile(1.0 - 0.025 / ranked.len().max(1) as f64);
    let p_values = holm(&ranked.iter().map(|r| r.gap.p).collect::<Vec<_>>());
    let case = |(rank, (ranked, p)): (usize, (&'a Ranked<'a, S>, &f64))| {
        let gap = &ranked.gap;
        Measured {
            statistic: finite(gap.statistic),
            statistic_unit: Some(effect_unit(definition)),
            effect: finite(gap.effect),
            interval: Some((gap.effect - z * gap.standard_error, gap.effect + z * gap.standard_error)),
            p_value: Some(*p),
            standard_error: Some(gap.standard_error),
            thresholds: Some(thresholds),
            aspect: (rank > 0).then(|| (rank + 1).to_string()),
            optional: rank > 0,
            ..describe(ranked)
        }
    };
    let mut cases = ranked.iter().zip(&p_values).enumerate().map(case);
    let Some(mut first) = cases.next() else {
        return Measurement::Measured(Box::new(Measured { effect: Some(0.0), p_value: Some(1.0), ..none }));
    };
    first.also = cases.collect();
    Measurement::Measured(Box::new(first))
}
