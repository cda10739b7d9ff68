//! The worst slices: conjunctions of up to three conditions in which the model errs most.
//!
//! Searched exactly on one seeded half of the labelled evaluation rows, judged on the other, so that having looked at
//! thousands of slices costs no evidence.

mod distinct;
mod found;
mod search;

use straingauge_api::{Better, CaseMetric, Category, Figure, Kind, Risk, Severity, SubsetBar, Thresholds};
use straingauge_charts::format::spaced;

use super::subset::limits;
use crate::Result;
use crate::math::finite;
use crate::metrics::{self, MetricDefinition, Scale};
use crate::profile::{ModelFrame, OutcomeTally};
use crate::stats::multiple::holm;
use crate::stats::special::normal_quantile;
use crate::stress::model_performance::{both_labelled, effect_max, effect_unit, exists};
use crate::stress::performance::{Gap, compared, estimate, is_as_before, part_gap, points, signed, spec_text, unit_of, weakness};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, Scope, TestSpec, others};
pub(crate) use distinct::Place;
pub(crate) use found::{Cells, Condition, LEAST_ROWS, LEAST_SHARE, Reach, Slices, VISITS, code, count, errors, open_features};
use found::{ID, Judged};
pub(crate) use search::{MEASURES, Objective, places};

/// Asks for the slices in which the model errs most.
pub struct WorstSlices;

/// A test: what slices are ranked by, the metrics that may judge them, and the place of the measure.
const TESTS: [(&str, &[&str], usize); 3] = [
    (ID, &["accuracy", "multiclass_accuracy"], 0),
    ("subset_performance:worst_slices_log_loss", &["log_loss"], 1),
    ("subset_performance:worst_slices_mae", &["mae"], 0),
];

/// Slices of fewer rows on the half that judges are not judged.
const LEAST_JUDGED: u64 = 20;

/// The metric that judges a test's slices in a task.
fn definition(task: straingauge_api::ModelTask, test: &str) -> Option<(&'static MetricDefinition, usize)> {
    let (_, ids, measure) = TESTS.iter().find(|(id, ..)| *id == test)?;
    ids.iter().find_map(|id| metrics::by_id(task, id)).map(|d| (d, *measure))
}

impl Question for WorstSlices {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = |(id, ids, _): &(&str, &[&str], usize)| {
            let d = metrics::all().iter().find(|d| ids.contains(&d.id))?;
            let (warning, alert) = if d.scale == Scale::Absolute { (0.05, 0.13) } else { (0.10, 0.25) };
            let (name, by) = match d.id {
                "accuracy" => ("Worst Slices", "wrong predictions"),
                "log_loss" => ("Worst Slices by Log Loss", "log loss"),
                _ => ("Worst Slices by Mean Absolute Error", "absolute error"),
            };
            Some(TestSpec {
                id: (*id).to_owned(),
                name: name.to_owned(),
                category: Category::SubsetPerformance,
                risk: Risk::Operational,
                kind: Kind::Difference,
                scope: Scope::EvaluationRows,
                needs: Needs { predictions: true, labels: true, ..Needs::default() },
                thresholds: Some(Thresholds { warning, alert }),
                effect_max: effect_max(d),
                unit: effect_unit(d),
                default_on: true,
                text: spec_text(
                    format!("In which combinations of up to three conditions (a value, a range of values, missing) the model errs most, by {by}."),
                    "A model can do well for every value of every feature alone and still fail where two or three of them meet.",
                    "All combinations are searched, exactly, on one half of the labelled evaluation rows, drawn by the run's seed, and ranked by error and size (SliceLine, 2021; α 0.95; at least 32 rows and 1 % of them). The ten best places (of slices that share two thirds of their rows only one is kept, the others are named with it) are judged on the other half, against all of its rows, with evidence corrected for their number (Holm).".to_owned(),
                ),
            })
        };
        TESTS.iter().filter_map(spec).collect()
    }

    fn params(&self) -> &'static [&'static str] {
        &["k", "alpha", "max_conditions", "min_support"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let Some(frame) = context.frame.model.as_ref().filter(|_| both_labelled(context)) else { return Vec::new() };
        let asked = |id: &&str| definition(frame.task, id).is_some_and(|(d, _)| exists(frame, d));
        let tests: Vec<String> = TESTS.iter().map(|(id, ..)| *id).filter(asked).map(str::to_owned).collect();
        if tests.is_empty() { Vec::new() } else { vec![Family { subject: FamilySubject::Whole, tests }] }
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let specs = self.tests();
        let slices = if context.evaluation_rows().is_some() { context.slices() } else { None };
        let measured = |test: &String| {
            let task = context.frame.model.as_ref()?.task;
            let (definition, measure) = definition(task, test)?;
            let spec = specs.iter().find(|s| s.id == *test).cloned();
            let thresholds = limits(context, spec, definition);
            Some(judge(context, slices?, definition, measure, thresholds))
        };
        let skip = || {
            Measurement::Skipped(
                if context.evaluation_rows().is_some() {
                    "There is no labelled row with a feature that cuts slices."
                } else {
                    "Slices need the loaded rows."
                }
                .to_owned(),
            )
        };
        Ok(family.tests.iter().map(|test| measured(test).unwrap_or_else(skip)).collect())
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        self.rows_of_aspect(context, family, test, "1")
    }

    fn rows_of_aspect(&self, context: &Context, _: &Family, test: &str, aspect: &str) -> Option<RowSet> {
        let (definition, measure) = definition(context.frame.model.as_ref()?.task, test)?;
        let ranked = rank(context, context.slices()?, definition, measure);
        let (slice, _) = ranked.get(aspect.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(RowSet::Rows(slice.rows.clone()))
    }
}

/// The slices of a measure that can be judged, surest shortfall first.
fn rank<'a>(context: &'a Context, slices: &'a Slices, definition: &MetricDefinition, measure: usize) -> Vec<(&'a Judged, Gap)> {
    let Some(frame) = &context.frame.model else { return Vec::new() };
    let gap = |slice: &'a Judged| part_gap(frame, definition, &slice.tally, &slices.whole, None).map(|gap| (slice, gap));
    let found = slices.found.get(measure).into_iter().flatten();
    let mut out: Vec<_> = found.filter(|s| s.tally.labelled.rows >= LEAST_JUDGED).filter_map(gap).collect();
    let low = |gap: &Gap| gap.effect - 1.96 * gap.standard_error;
    out.sort_by(|a, b| low(&b.1).total_cmp(&low(&a.1)).then(b.0.score.total_cmp(&a.0.score)));
    out
}

fn judge(context: &Context, slices: &Slices, definition: &MetricDefinition, measure: usize, thresholds: Thresholds) -> Measurement {
    let ranked = rank(context, slices, definition, measure);
    let k = ranked.len();
    let z = normal_quantile(1.0 - 0.025 / k.max(1) as f64);
    let p_values = holm(&ranked.iter().map(|(_, gap)| gap.p).collect::<Vec<_>>());
    let Some(frame) = &context.frame.model else { return Measurement::Skipped("There is no prediction.".to_owned()) };
    let case = |(rank, ((slice, gap), p)): (usize, (&(&Judged, Gap), &f64))| Measured {
        statistic: finite(gap.statistic),
        statistic_unit: Some(effect_unit(definition)),
        effect: finite(gap.effect),
        interval: Some((gap.effect - z * gap.standard_error, gap.effect + z * gap.standard_error)),
        p_value: Some(*p),
        standard_error: Some(gap.standard_error),
        thresholds: Some(thresholds),
        aspect: (rank > 0).then(|| (rank + 1).to_string()),
        optional: rank > 0,
        ..describe(context, frame, slices, definition, slice, gap, thresholds)
    };
    let mut cases = ranked.iter().zip(&p_values).enumerate().map(case);
    let Some(mut first) = cases.next() else {
        let text = format!("No combination of conditions with {} rows or more errs more than all rows do.", spaced(slices.support.into()));
        return Measurement::Measured(Box::new(Measured {
            effect: Some(0.0),
            p_value: Some(1.0),
            method: method(slices, 0),
            sentence: text,
            n_evaluation: Some(slices.whole.labelled.rows),
            ..Measured::default()
        }));
    };
    first.also = cases.collect();
    Measurement::Measured(Box::new(first))
}

fn method(slices: &Slices, k: usize) -> String {
    let Slices { searched, features, depth, support, .. } = slices;
    format!(
        "SliceLine over {features} features, up to {depth} conditions, {} rows or more of {} searched; {k} judged on the other half, Holm",
        spaced((*support).into()),
        spaced(*searched as u64)
    )
}

/// `channel = phone`, `amount ≤ 4.6`.
pub(crate) fn words(context: &Context, condition: &Condition) -> String {
    let name = context.features.get(condition.feature).map_or("", |f| f.name.as_str());
    let cut = context.frame.subsets.get(condition.feature).and_then(Option::as_ref);
    format!("{name} {}", cut.map(|c| others::label(context, condition.feature, c, condition.cell as usize)).unwrap_or_default())
}

/// `channel = chat ∧ words ≤ 8`.
pub(crate) fn place_of(context: &Context, conditions: &[Condition]) -> String {
    conditions.iter().map(|c| words(context, c)).collect::<Vec<_>>().join(" ∧ ")
}

fn describe(
    context: &Context,
    frame: &ModelFrame,
    slices: &Slices,
    definition: &MetricDefinition,
    slice: &Judged,
    gap: &Gap,
    thresholds: Thresholds,
) -> Measured {
    let value = |tally: &OutcomeTally| frame.value(tally, definition.metric);
    let overall = value(&slices.whole);
    let conditions: Vec<String> = slice.conditions.iter().map(|c| words(context, c)).collect();
    let bar = |label: String, tally: &OutcomeTally, severity| SubsetBar {
        label,
        n: tally.labelled.rows,
        metric: estimate(frame, tally, definition, value(tally)),
        reference: None,
        severity,
    };
    let severity = if gap.effect >= thresholds.alert {
        Severity::Alert
    } else if gap.effect >= thresholds.warning {
        Severity::Warning
    } else {
        Severity::Pass
    };
    let mut bars = vec![bar(conditions.join(" ∧ "), &slice.tally, severity)];
    bars.extend(conditions.iter().zip(&slice.alone).map(|(c, tally)| bar(c.clone(), tally, Severity::Pass)));
    let at = |t: f64| overall.map(|o| if definition.better == Better::Lower { o + t * unit_of(frame, definition, o) } else { o - t });
    let (numbers, by) = match (value(&slice.tally), overall) {
        (Some(v), Some(o)) => {
            let [value, overall, by] = compared(frame, definition, [v, o], gap.statistic);
            (format!("{value} against {overall}"), by)
        }
        _ => ("unknown".to_owned(), points(frame, definition, gap.statistic)),
    };
    let place = conditions.join(" and ");
    let n = frame.counted(slice.tally.labelled.rows);
    let sentence = if gap.effect > 0.0 {
        format!(
            "{} is {by} {} all rows where {place} ({numbers}, on {n} that the search had not seen).",
            definition.name,
            signed(definition, gap.statistic)
        )
    } else {
        format!("Where {place}, {} is no worse than over all rows ({numbers}, on {n} that the search had not seen).", definition.name)
    };
    let kept = slices.found.iter().map(Vec::len).max().unwrap_or(0);
    let alpha = context.settings.alpha();
    let before = || {
        let whole = &context.reference.model.as_ref()?.tally;
        part_gap(frame, definition, slice.reference.as_ref()?, whole, None)
    };
    let as_before = gap.effect >= thresholds.warning
        && gap.p <= alpha
        && before().is_some_and(|before| is_as_before(gap, &before, thresholds.warning, alpha));
    let again = if as_before { " The same rows of the reference are as weak." } else { "" };
    Measured {
        method: method(slices, kept),
        sentence: format!("{sentence}{again}"),
        as_before,
        related: slice.related.iter().map(|conditions| place_of(context, conditions)).collect(),
        n_evaluation: Some(slices.whole.labelled.rows),
        subset: Some(conditions.join(" ∧ ")),
        features: slice.conditions.iter().filter_map(|c| context.features.get(c.feature)).map(|f| f.name.clone()).collect(),
        weakness: weakness(frame, definition, &slice.tally, &slices.whole, gap, thresholds.warning),
        row_count: Some(slice.rows.len() as u64),
        metrics: vec![
            CaseMetric { kind: "SUBSET_DETAILS".to_owned(), metric: "slice_score".to_owned(), value: finite(slice.score) },
            CaseMetric {
                kind: "SUBSET_DETAILS".to_owned(),
                metric: format!("subset_{}", definition.id),
                value: value(&slice.tally).and_then(finite),
            },
            CaseMetric { kind: "SUBSET_DETAILS".to_owned(), metric: format!("overall_{}", definition.id), value: overall.and_then(finite) },
        ],
        figure: Some(Figure::SubsetBars {
            feature: "slice".to_owned(),
            metric: definition.name.to_owned(),
            unit: definition.unit,
            better: definition.better,
            bars,
            overall: overall.and_then(finite),
            threshold: at(thresholds.warning).and_then(finite),
        }),
        regain: overall.zip(value(&slices.whole.without(&slice.tally))).map(|(from, to)| (definition.id.to_owned(), from, to)),
        ..Measured::default()
    }
}
