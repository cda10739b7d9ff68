//! The worst slices: conjunctions of up to three conditions in which the model errs most.
//!
//! Searched exactly on one seeded half of the labelled evaluation rows, judged on the other, so that having looked at
//! thousands of slices costs no evidence.

mod distinct;
mod found;
mod measures;
mod search;

use straingauge_api::{Better, CaseMetric, Category, Figure, Severity, SubsetBar, Thresholds};
use straingauge_charts::format::{counted, spaced, together};

use super::subset::{limits, short_of_all};
use crate::Result;
use crate::math::finite;
use crate::metrics::MetricDefinition;
use crate::profile::{ModelFrame, OutcomeTally};
use crate::stress::performance::{estimate, is_as_before, part_gap, unit_of, weakness};
use crate::stress::{Context, Family, Measured, Measurement, Question, RowSet, Scope, TestSpec, others, size};
pub(crate) use distinct::Place;
pub(crate) use found::{Cells, Condition, LEAST_ROWS, LEAST_SHARE, Reach, Slices, VISITS, code, count, errors, open_features};
use found::{ID, Judged};
pub(crate) use measures::{LEAST_JUDGED, Measure, Ranked, SpecWords, families, judged, surest_first};
pub(crate) use search::{MEASURES, Objective, places};

/// Asks for the slices in which the model errs most.
pub struct WorstSlices;

const TESTS: [Measure; 3] = [
    Measure { id: ID, metrics: &["accuracy", "multiclass_accuracy"], at: 0 },
    Measure { id: "subset_performance:worst_slices_log_loss", metrics: &["log_loss"], at: 1 },
    Measure { id: "subset_performance:worst_slices_mae", metrics: &["mae"], at: 0 },
];

const WORDS: SpecWords = SpecWords {
    category: Category::SubsetPerformance,
    scope: Scope::EvaluationRows,
    name: "Worst Slices",
    checks: |by| {
        format!("In which combinations of up to three conditions (a value, a range of values, missing) the model errs most, by {by}.")
    },
    matters: "A model can do well for every value of every feature alone and still fail where two or three of them meet.",
    decided: "All combinations are searched, exactly, on one half of the labelled evaluation rows, drawn by the run's seed, and ranked by error and size (SliceLine, 2021; α 0.95; at least 32 rows and 1 % of them). The ten best places (of slices that share two thirds of their rows only one is kept, the others are named with it) are judged on the other half, against all of its rows, with evidence corrected for their number (Holm).",
};

impl Question for WorstSlices {
    fn tests(&self) -> Vec<TestSpec> {
        TESTS.iter().filter_map(|test| test.spec(&WORDS)).collect()
    }

    fn params(&self) -> &'static [&'static str] {
        &["k", "alpha", "max_conditions", "min_support"]
    }

    /// One search serves all measures, so its settings stand with the first.
    fn params_of(&self, test: &str) -> &'static [&'static str] {
        if test == ID { self.params() } else { &[] }
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        families(context, &TESTS)
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let specs = self.tests();
        let slices = if context.evaluation_rows().is_some() { context.slices() } else { None };
        let measured = |test: &String| {
            let measure = Measure::of(&TESTS, test)?;
            let definition = measure.definition(context.frame.model.as_ref()?.task)?;
            let spec = specs.iter().find(|s| s.id == *test).cloned();
            Some(judge(context, slices?, definition, measure.at, limits(context, spec, definition)))
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
        let measure = Measure::of(&TESTS, test)?;
        let definition = measure.definition(context.frame.model.as_ref()?.task)?;
        let ranked = rank(context, context.slices()?, definition, measure.at);
        let ranked = ranked.get(aspect.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(RowSet::Rows(ranked.slice.rows.clone()))
    }
}

/// The slices of a measure that can be judged, surest shortfall first.
fn rank<'a>(context: &'a Context, slices: &'a Slices, definition: &MetricDefinition, measure: usize) -> Vec<Ranked<'a, Judged>> {
    let Some(frame) = &context.frame.model else { return Vec::new() };
    let ranked = |slice: &'a Judged| Some(Ranked { slice, gap: part_gap(frame, definition, &slice.tally, &slices.whole, None)? });
    let found = slices.found.get(measure).into_iter().flatten();
    let mut out: Vec<_> = found.filter(|s| s.tally.labelled.rows >= LEAST_JUDGED).filter_map(ranked).collect();
    surest_first(&mut out, |slice| slice.score);
    out
}

fn judge(context: &Context, slices: &Slices, definition: &MetricDefinition, measure: usize, thresholds: Thresholds) -> Measurement {
    let ranked = rank(context, slices, definition, measure);
    let Some(frame) = &context.frame.model else { return Measurement::Skipped("There is no prediction.".to_owned()) };
    let rows = counted(slices.support.into(), "row");
    let none = Measured {
        method: method(slices, 0),
        sentence: format!("No combination of conditions with {rows} or more errs more than all rows do."),
        n_evaluation: Some(slices.whole.labelled.rows),
        ..Measured::default()
    };
    judged(&ranked, definition, thresholds, none, |ranked| describe(context, frame, slices, definition, ranked, thresholds))
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
    Ranked { slice, gap }: &Ranked<'_, Judged>,
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
    let mut bars = vec![bar(conditions.join(" ∧ "), &slice.tally, size(gap.effect, thresholds))];
    bars.extend(conditions.iter().zip(&slice.alone).map(|(c, tally)| bar(c.clone(), tally, Severity::Pass)));
    let at = |t: f64| overall.map(|o| if definition.better == Better::Lower { o + t * unit_of(frame, definition, o) } else { o - t });
    let place = format!("where {} ({} that the search had not seen)", conditions.join(" and "), frame.counted(slice.tally.labelled.rows));
    let values = [value(&slice.tally), overall];
    let sentence = if gap.effect > 0.0 {
        format!("{}.", short_of_all(frame, definition, &place, values, gap.statistic))
    } else {
        let [own, all] = together(values.map(|v| v.unwrap_or(f64::NAN)), definition.unit);
        format!("{} is {own} {place}, no worse than the {all} of all rows.", definition.name)
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
