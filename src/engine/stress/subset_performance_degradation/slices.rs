//! The slices in which the model fell most: conjunctions of up to three conditions, from reference to evaluation.
//!
//! Searched exactly on one seeded half of the labelled rows of both sides, judged on the other two halves, so that having looked at
//! thousands of slices costs no evidence. A fall where two or three conditions meet hardly shows in any one of them.

use straingauge_api::{CaseMetric, Category, Figure, Kind, ModelTask, Risk, Severity, SubsetBar, Thresholds};

use super::falls::{Falls, Sides};
use crate::Result;
use crate::math::finite;
use crate::metrics::{self, MetricDefinition, Scale};
use crate::profile::{ModelFrame, OutcomeTally, RowOutcomes};
use crate::stats::multiple::holm;
use crate::stats::special::normal_quantile;
use crate::stress::model_performance::{both_labelled, effect_max, effect_unit, exists};
use crate::stress::performance::{Gap, Splits, change_gap, estimate, lower_first, spec_text, value_text};
use crate::stress::subset_performance::limits;
use crate::stress::subset_performance::slices::{
    Cells, Condition, LEAST_ROWS, LEAST_SHARE, MEASURES, Place, Reach, VISITS, code, count, errors, open_features, place_of, places, words,
};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, Scope, Side, TestSpec};

/// Asks for the slices in which the model fell most.
pub struct WorstFalls;

const ID: &str = "subset_performance_degradation:worst_slices";

/// A test: the metrics that may judge its slices, and the place of the error by which they are ranked.
struct Measure {
    id: &'static str,
    metrics: &'static [&'static str],
    at: usize,
}

const TESTS: [Measure; 3] = [
    Measure { id: ID, metrics: &["accuracy", "multiclass_accuracy"], at: 0 },
    Measure { id: "subset_performance_degradation:worst_slices_log_loss", metrics: &["log_loss"], at: 1 },
    Measure { id: "subset_performance_degradation:worst_slices_mae", metrics: &["mae"], at: 0 },
];

/// Slices of fewer rows on a half that judges are not judged.
const LEAST_JUDGED: u64 = 20;

impl Measure {
    fn of(test: &str) -> Option<&'static Self> {
        TESTS.iter().find(|m| m.id == test)
    }

    fn definition(&self, task: ModelTask) -> Option<&'static MetricDefinition> {
        self.metrics.iter().find_map(|id| metrics::by_id(task, id))
    }

    fn spec(&self) -> Option<TestSpec> {
        let d = metrics::all().iter().find(|d| self.metrics.contains(&d.id))?;
        let (warning, alert) = if d.scale == Scale::Absolute { (0.05, 0.13) } else { (0.10, 0.25) };
        let (name, by) = match d.id {
            "accuracy" => ("Worst Slices Over Time", "wrong predictions"),
            "log_loss" => ("Worst Slices Over Time by Log Loss", "log loss"),
            _ => ("Worst Slices Over Time by Mean Absolute Error", "absolute error"),
        };
        Some(TestSpec {
            id: self.id.to_owned(),
            name: name.to_owned(),
            category: Category::SubsetPerformanceDegradation,
            risk: Risk::Operational,
            kind: Kind::Difference,
            scope: Scope::Rows,
            needs: Needs { predictions: true, labels: true, ..Needs::default() },
            thresholds: Some(Thresholds { warning, alert }),
            effect_max: effect_max(d),
            unit: effect_unit(d),
            default_on: true,
            text: spec_text(
                format!("In which combinations of up to three conditions (a value, a range of values, missing) the model has become worse from reference to evaluation, by {by}, beyond the change over all rows."),
                "What changes in the world often changes where two or three things meet. No feature alone shows it, and a weakness that was always there hides it.",
                "All combinations are searched, exactly, on one half of the labelled rows of both sides, drawn by the run's seed, and ranked by their fall beyond the fall of all rows in standard errors (at least 32 rows and 1 % of each side). The ten best places (of slices that share two thirds of their rows only one is kept, the others are named with it) are judged on the other halves, each against the change of all rows there, one-sided, with evidence corrected for their number (Holm).".to_owned(),
            ),
        })
    }
}

impl Question for WorstFalls {
    fn tests(&self) -> Vec<TestSpec> {
        TESTS.iter().filter_map(Measure::spec).collect()
    }

    fn params(&self) -> &'static [&'static str] {
        &["k", "max_conditions", "min_support"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let Some(frame) = context.frame.model.as_ref().filter(|_| both_labelled(context)) else { return Vec::new() };
        let asked = |m: &&Measure| m.definition(frame.task).is_some_and(|d| exists(frame, d));
        let tests: Vec<String> = TESTS.iter().filter(asked).map(|m| m.id.to_owned()).collect();
        if tests.is_empty() { Vec::new() } else { vec![Family { subject: FamilySubject::Whole, tests }] }
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let specs = self.tests();
        let fallen = context.fallen_slices();
        let measured = |test: &String| {
            let spec = specs.iter().find(|s| s.id == *test).cloned();
            let measure = Measure::of(test)?;
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
        let measure = Measure::of(test)?;
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

/// A slice with its fall.
struct Ranked<'a> {
    slice: &'a Fallen,
    gap: Gap,
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
    fn rank<'a>(&'a self, context: &'a Context, definition: &MetricDefinition, measure: usize) -> Vec<Ranked<'a>> {
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
        let mut out: Vec<Ranked<'a>> = self.found.get(measure).into_iter().flatten().filter_map(ranked).collect();
        let low = |r: &Ranked<'_>| r.gap.effect - 1.96 * r.gap.standard_error;
        out.sort_by(|a, b| low(b).total_cmp(&low(a)).then(b.slice.score.total_cmp(&a.slice.score)));
        out
    }

    fn judge(&self, context: &Context, definition: &MetricDefinition, measure: usize, thresholds: Thresholds) -> Measurement {
        let Some(frame) = &context.frame.model else { return Measurement::Skipped("There is no prediction.".to_owned()) };
        let ranked = self.rank(context, definition, measure);
        let k = ranked.len();
        let z = normal_quantile(1.0 - 0.025 / k.max(1) as f64);
        let p_values = holm(&ranked.iter().map(|r| r.gap.p).collect::<Vec<_>>());
        let case = |(rank, (ranked, p)): (usize, (&Ranked<'_>, &f64))| {
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
                method: self.method(k),
                ..self.describe(context, frame, definition, ranked, thresholds)
            }
        };
        let mut cases = ranked.iter().zip(&p_values).enumerate().map(case);
        let Some(mut first) = cases.next() else {
            return Measurement::Measured(Box::new(Measured {
                effect: Some(0.0),
                p_value: Some(1.0),
                method: self.method(0),
                sentence: format!("No combination of conditions with {} rows on both sides fell further than all rows.", self.support),
                n_reference: Some(self.whole.reference.labelled.rows),
                n_evaluation: Some(self.whole.evaluation.labelled.rows),
                ..Measured::default()
            }));
        };
        first.also = cases.collect();
        Measurement::Measured(Box::new(first))
    }

    fn method(&self, k: usize) -> String {
        let Self { searched, features, depth, support, .. } = self;
        format!(
            "Falls in standard errors over {features} features, up to {depth} conditions, {support} rows or more of each side, {searched} rows searched; {k} judged on the other halves against the change of the rest, Holm"
        )
    }

    fn describe(
        &self,
        context: &Context,
        frame: &ModelFrame,
        definition: &MetricDefinition,
        ranked: &Ranked<'_>,
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
        let severity = if gap.effect >= thresholds.alert {
            Severity::Alert
        } else if gap.effect >= thresholds.warning {
            Severity::Warning
        } else {
            Severity::Pass
        };
        let subset = place_of(context, &slice.conditions);
        let mut bars = vec![bar(subset.clone(), &slice.halves, severity)];
        bars.extend(slice.conditions.iter().zip(&slice.alone).map(|(c, halves)| bar(words(context, c), halves, Severity::Pass)));
        let went = |halves: &Halves| match (value(&halves.reference), value(&halves.evaluation)) {
            (Some(b), Some(a)) => format!("went from {} to {}", value_text(definition, b), value_text(definition, a)),
            _ => "is unknown on one side".to_owned(),
        };
        let place = subset.replace(" ∧ ", " and ");
        let n = frame.counted(slice.halves.evaluation.labelled.rows);
        let fell = if gap.effect > 0.0 { "" } else { "no further than elsewhere: " };
        let sentence = format!(
            "Where {place}, {fell}{} {} ({n} that the search had not seen), while over all rows it {}.",
            lower_first(definition.name),
            went(&slice.halves),
            went(&self.whole)
        );
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
