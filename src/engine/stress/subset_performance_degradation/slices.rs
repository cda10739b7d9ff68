//! The slices in which the model fell most: conjunctions of up to three conditions, from reference to evaluation.
//!
//! Searched exactly on one seeded half of the labelled rows of both sides, judged on the other two halves, so that having looked at
//! thousands of slices costs no evidence. A fall where two or three conditions meet hardly shows in any one of them.

use straingauge_api::{CaseMetric, Category, Figure, Severity, SubsetBar, Thresholds};
use straingauge_charts::format::counted;

use super::drift::moved;
use super::falls::{Falls, Sides};
use crate::Result;
use crate::math::finite;
use crate::metrics::MetricDefinition;
use crate::profile::{ModelFrame, OutcomeTally, RowOutcomes};
use crate::stress::performance::{Splits, change_gap, estimate};
use crate::stress::subset_performance::limits;
use crate::stress::subset_performance::slices::{
    Cells, Condition, LEAST_JUDGED, LEAST_ROWS, LEAST_SHARE, MEASURES, Measure, Place, Ranked, Reach, SpecWords, VISITS, code, count,
    errors, families, judged, open_features, place_of, places, surest_first, words,
};
use crate::stress::{Context, Family, Measured, Measurement, Question, RowSet, Scope, Side, TestSpec, size};

/// Asks for the slices in which the model fell most.
pub struct WorstFalls;

const ID: &str = "subset_performance_degradation:worst_slices";

const TESTS: [Measure; 3] = [
    Measure { id: ID, metrics: &["accuracy", "multiclass_accuracy"], at: 0 },
    Measure { id: "subset_performance_degradation:worst_slices_log_loss", metrics: &["log_loss"], at: 1 },
    Measure { id: "subset_performance_degradation:worst_slices_mae", metrics: &["mae"], at: 0 },
];

const WORDS: SpecWords = SpecWords {
    category: Category::SubsetPerformanceDegradation,
    scope: Scope::Rows,
    name: "Worst Slices Over Time",
    checks: |by| {
        format!(
            "In which combinations of up to three conditions (a value, a range of values, missing) the model has become worse from reference to evaluation, by {by}, beyond the change over all rows."
        )
    },
    matters: "What changes in the world often changes where two or three things meet. No feature alone shows it, and a weakness that was always there hides it.",
    decided: "All combinations are searched, exactly, on one half of the labelled rows of both sides, drawn by the run's seed, and ranked by their fall beyond the fall of all rows in standard errors (at least 32 rows and 1 % of each side). The ten best places (of slices that share two thirds of their rows only one is kept, the others are named with it) are judged on the other halves, each against the change of all rows there, one-sided, with evidence corrected for their number (Holm).",
};

impl Question for WorstFalls {
    fn tests(&self) -> Vec<TestSpec> {
        TESTS.iter().filter_map(|test| test.spec(&WORDS)).collect()
    }

    fn params(&self) -> &'static [&'static str] {
        &["k", "max_conditions", "min_support"]
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
        let fallen = context.fallen_slices();
        let measured = |test: &String| {
            let spec = specs.iter().find(|s| s.id == *test).cloned();
            let measure = Measure::of(&TESTS, test)?;
            let definition = measure.definition(context.frame.model.as_ref()?.task)?;
            Some(fallen?.judge(context, definition, measure.at, limits(context, spec, definition)))
        };
        let skip = || {
            let reason = if context.rows.is_some() {
                "There are no labelled rows on both sides with a feature that cuts slices."
            } else {
                "Slices over time need the loaded rows of both sides."
            };
            Measurement::Skipped(reason.to_owned())
        };
        Ok(family.tests.iter().map(|test| measured(test).unwrap_or_else(skip)).collect())
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        self.rows_of_aspect(context, family, test, "1")
    }

    fn rows_of_aspect(&self, context: &Context, _: &Family, test: &str, aspect: &str) -> Option<RowSet> {
        let measure = Measure::of(&TESTS, test)?;
        let definition = measure.definition(context.frame.model.as_ref()?.task)?;
        let ranked = context.fallen_slices()?.rank(context, definition, measure.at);
        let ranked = ranked.get(aspect.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(RowSet::Rows(ranked.slice.rows.clone()))
    }
}

/// What was counted of a slice, or of all rows, on the halves that judge.
#[derive(Debug, Clone, Default)]
struct Halves {
    reference: OutcomeTally,
    evaluation: OutcomeTally,
}

/// A slice with what was counted of it.
#[derive(Debug, Clone)]
struct Fallen {
    conditions: Vec<Condition>,
    /// Slices of much the same rows.
    related: Vec<Vec<Condition>>,
    /// Its score on the halves that were searched.
    score: f64,
    halves: Halves,
    /// Each condition alone.
    alone: Vec<Halves>,
    /// Its evaluation rows, on both halves.
    rows: Vec<u32>,
}

/// Everything that the search found.
#[derive(Debug, Clone, Default)]
pub(crate) struct FallenSlices {
    /// By measure: wrong classes or absolute errors first, then log-losses.
    found: [Vec<Fallen>; MEASURES],
    /// All rows of the halves that judge.
    whole: Halves,
    /// Rows that were searched, of both sides.
    searched: usize,
    /// Features whose values could be conditions.
    features: usize,
    /// Conditions of a slice, at most.
    depth: usize,
    /// Slices were to have as many rows of each half that was searched.
    support: u32,
}

/// The labelled rows of a side: those that are searched with their errors, and those that judge.
struct Dealt {
    searched: Vec<u32>,
    errors: Vec<[f64; MEASURES]>,
    judges: Vec<bool>,
}

impl Dealt {
    fn deal(context: &Context, side: &Side, name: &str, cap: f64) -> Self {
        let errors = errors(&side.outcomes);
        let labelled = errors.iter().flatten().count();
        let part = (cap / labelled.max(1) as f64).min(0.5);
        let mut rng = context.rng(ID, name);
        let mut dealt = Self { searched: Vec::new(), errors: Vec::new(), judges: Vec::with_capacity(errors.len()) };
        for (row, error) in (0u32..).zip(&errors) {
            let draw = rng.uniform();
            dealt.judges.push(error.is_some() && draw >= 0.5);
            if let Some(error) = error.filter(|_| draw < part) {
                dealt.searched.push(row);
                dealt.errors.push(error);
            }
        }
        dealt
    }
}

/// A side whose rows are counted where they judge.
struct Counting<'a> {
    frame: &'a ModelFrame,
    rows: RowOutcomes,
    judges: &'a [bool],
}

impl<'a> Counting<'a> {
    fn new(frame: &'a ModelFrame, side: &Side, judges: &'a [bool]) -> Self {
        Self { frame, rows: RowOutcomes::code(frame, &side.outcomes), judges }
    }

    fn tally(&self, holds: &[bool]) -> OutcomeTally {
        count(self.frame, &self.rows, self.judges.iter().zip(holds).map(|(j, h)| *j && *h))
    }
}

impl FallenSlices {
    /// Searches and counts; `None` without labelled rows on both sides.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        let frame = context.frame.model.as_ref()?;
        let (reference, evaluation) = context.rows.as_ref()?;
        let features = open_features(context, ID);
        if features.is_empty() {
            return None;
        }
        let param = |name: &str, default: f64| context.settings.param(ID, name, default);
        let Reach { depth, cap } = Reach::of(features.len(), param("max_conditions", 3.0), 0.5 * VISITS);
        let before = Dealt::deal(context, reference, "half of the reference", 0.5 * cap);
        let after = Dealt::deal(context, evaluation, "half of the evaluation", 0.5 * cap);
        if before.searched.is_empty() || after.searched.is_empty() {
            return None;
        }
        let least = before.searched.len().min(after.searched.len()) as f64;
        let support = LEAST_ROWS.max((param("min_support", LEAST_SHARE) * least).ceil()) as u32;
        let (mut of_reference, mut of_evaluation) = (Cells::new(context, reference), Cells::new(context, evaluation));
        let sides = &mut [(&mut of_reference, before.searched.as_slice()), (&mut of_evaluation, after.searched.as_slice())];
        let (coded, conditions) = code(context, sides, &features, support);
        let rows: Vec<Sides> = before.errors.iter().map(Sides::reference).chain(after.errors.iter().map(Sides::evaluation)).collect();
        let k = param("k", 10.0).max(1.0) as usize;
        let places = places(&coded, &rows, &Falls::over(&rows, support), k, depth);
        let count_before = Counting::new(frame, reference, &before.judges);
        let count_after = Counting::new(frame, evaluation, &after.judges);
        let named = |ids: &[u16]| -> Vec<Condition> { ids.iter().filter_map(|&id| conditions.get(id as usize).copied()).collect() };
        let mut fallen = |place: &Place| {
            let own = named(&place.slice.conditions);
            let mut halves = |conditions: &[Condition]| Halves {
                reference: count_before.tally(&of_reference.rows_where(conditions)),
                evaluation: count_after.tally(&of_evaluation.rows_where(conditions)),
            };
            let of_slice = halves(&own);
            let alone = if own.len() > 1 { own.iter().map(|&c| halves(&[c])).collect() } else { Vec::new() };
            let rows = of_evaluation.rows_where(&own).iter().zip(0u32..).filter(|(h, _)| **h).map(|(_, row)| row).collect();
            Fallen {
                related: place.related.iter().map(|s| named(&s.conditions)).collect(),
                score: place.slice.score,
                halves: of_slice,
                alone,
                rows,
                conditions: own,
            }
        };
        let found = places.map(|kept| kept.iter().map(&mut fallen).collect());
        let all = |counting: &Counting<'_>| counting.tally(counting.judges);
        Some(Self {
            found,
            whole: Halves { reference: all(&count_before), evaluation: all(&count_after) },
            searched: rows.len(),
            features: features.len(),
            depth,
            support,
        })
    }

    /// The slices of a measure that can be judged, surest fall first.
    fn rank<'a>(&'a self, context: &'a Context, definition: &MetricDefinition, measure: usize) -> Vec<Ranked<'a, Fallen>> {
        let Some(frame) = &context.frame.model else { return Vec::new() };
        let pair = |halves: &'a Halves| (&halves.reference, &halves.evaluation);
        let ranked = |slice: &'a Fallen| {
            let (before, after) = pair(&slice.halves);
            if before.labelled.rows.min(after.labelled.rows) < LEAST_JUDGED {
                return None;
            }
            let none = Splits::new(frame, (before, after), &[], 0.0, &mut context.rng(ID, "no splits"));
            let gap = change_gap(frame, definition, (before, after), pair(&self.whole), &none)?;
            Some(Ranked { slice, gap })
        };
        let mut out: Vec<Ranked<'a, Fallen>> = self.found.get(measure).into_iter().flatten().filter_map(ranked).collect();
        surest_first(&mut out, |slice| slice.score);
        out
    }

    fn judge(&self, context: &Context, definition: &MetricDefinition, measure: usize, thresholds: Thresholds) -> Measurement {
        let Some(frame) = &context.frame.model else { return Measurement::Skipped("There is no prediction.".to_owned()) };
        let ranked = self.rank(context, definition, measure);
        let none = Measured {
            method: self.method(0),
            sentence: format!(
                "No combination of conditions with {} or more on both sides fell further than all rows.",
                counted(self.support.into(), "row")
            ),
            n_reference: Some(self.whole.reference.labelled.rows),
            n_evaluation: Some(self.whole.evaluation.labelled.rows),
            ..Measured::default()
        };
        let method = self.method(ranked.len());
        judged(&ranked, definition, thresholds, none, |ranked| Measured {
            method: method.clone(),
            ..self.describe(context, frame, definition, ranked, thresholds)
        })
    }

    fn method(&self, k: usize) -> String {
        let Self { searched, features, depth, support, .. } = self;
        format!(
            "Falls in standard errors over {features} features, up to {depth} conditions, {} or more of each side, {} searched; {k} judged on the other halves against the change of the rest, Holm",
            counted((*support).into(), "row"),
            counted(*searched as u64, "row"),
        )
    }

    fn describe(
        &self,
        context: &Context,
        frame: &ModelFrame,
        definition: &MetricDefinition,
        ranked: &Ranked<'_, Fallen>,
        thresholds: Thresholds,
    ) -> Measured {
        let Ranked { slice, gap } = ranked;
        let value = |tally: &OutcomeTally| frame.value(tally, definition.metric);
        let bar = |label: String, halves: &Halves, severity| SubsetBar {
            label,
            n: halves.evaluation.labelled.rows,
            metric: estimate(frame, &halves.evaluation, definition, value(&halves.evaluation)),
            reference: value(&halves.reference).and_then(finite),
            severity,
        };
        let severity = size(gap.effect, thresholds);
        let subset = place_of(context, &slice.conditions);
        let mut bars = vec![bar(subset.clone(), &slice.halves, severity)];
        bars.extend(slice.conditions.iter().zip(&slice.alone).map(|(c, halves)| bar(words(context, c), halves, Severity::Pass)));
        let moves = [&slice.halves, &self.whole].map(|halves| value(&halves.reference).zip(value(&halves.evaluation)));
        let rows = frame.counted(slice.halves.evaluation.labelled.rows);
        let sentence = told(definition, &subset.replace(" ∧ ", " and "), &rows, moves, gap.effect > 0.0);
        let metric = |of: &str, value: Option<f64>| CaseMetric {
            kind: "SUBSET_DETAILS".to_owned(),
            metric: format!("{of}_{}", definition.id),
            value: value.and_then(finite),
        };
        let overall = value(&self.whole.evaluation);
        Measured {
            sentence,
            subset: Some(subset),
            related: slice.related.iter().map(|conditions| place_of(context, conditions)).collect(),
            features: slice.conditions.iter().filter_map(|c| context.features.get(c.feature)).map(|f| f.name.clone()).collect(),
            n_reference: Some(self.whole.reference.labelled.rows),
            n_evaluation: Some(self.whole.evaluation.labelled.rows),
            row_count: Some(slice.rows.len() as u64),
            metrics: vec![
                metric("reference_subset", value(&slice.halves.reference)),
                metric("evaluation_subset", value(&slice.halves.evaluation)),
                metric("reference", value(&self.whole.reference)),
                metric("evaluation", overall),
            ],
            figure: Some(Figure::SubsetBars {
                feature: "slice".to_owned(),
                metric: definition.name.to_owned(),
                unit: definition.unit,
                better: definition.better,
                bars,
                overall: overall.and_then(finite),
                threshold: None,
            }),
            ..Measured::default()
        }
    }
}

/// `Accuracy falls from 0.800 to 0.600 where x = a and y = b (40 rows that the search had not seen), while over all rows it stays at 0.800.`
fn told(definition: &MetricDefinition, place: &str, rows: &str, [part, whole]: [Option<(f64, f64)>; 2], fell: bool) -> String {
    let name = definition.name;
    let (Some((a, b)), Some((c, d))) = (part, whole) else {
        return format!("{name} is unknown on one side where {place} ({rows}).");
    };
    let seen = format!("{rows} that the search had not seen");
    let (there, all) = (moved(definition, a, b), moved(definition, c, d));
    if fell {
        format!("{name} {there} where {place} ({seen}), while over all rows it {all}.")
    } else {
        format!("{name} {there} where {place} ({seen}), which is no worse than the change over all rows: it {all}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let of = |id: &str, part, whole, fell| {
            let definition = crate::metrics::all().iter().find(|d| d.id == id).unwrap();
            told(definition, "channel = \"chat\" and plan =  (empty)", "1 row", [part, whole], fell)
        };
        let place = "where channel = \"chat\" and plan =  (empty) (1 row that the search had not seen)";
        assert_eq!(
            of("accuracy", Some((0.8, 0.6)), Some((0.8, 0.8)), true),
            format!("Accuracy falls from 0.800 to 0.600 {place}, while over all rows it stays at 0.800.")
        );
        assert_eq!(
            of("mae", Some((9_000.0, 91_234.0)), Some((9_000.2, 12_000.0)), true),
            format!(
                "Mean absolute error rises from 9\u{202f}000 to 91\u{202f}234 {place}, while over all rows it rises from 9\u{202f}000 to 12\u{202f}000."
            )
        );
        assert_eq!(
            of("log_loss", Some((0.5, 0.4)), Some((0.5, 0.45)), false),
            format!(
                "Log-loss falls from 0.500 to 0.400 {place}, which is no worse than the change over all rows: it falls from 0.500 to 0.450."
            )
        );
        assert!(of("accuracy", None, Some((0.8, 0.8)), true).starts_with("Accuracy is unknown on one side where channel"));
    }
}
