//! A metric in the subsets of one feature against the same metric over all evaluation rows.

use straingauge_api::{Better, CaseMetric, Category, Figure, Kind, Risk, Sensitivity, Severity, SubsetBar, Thresholds, Weakness};

use crate::Result;
use crate::math::finite;
use crate::metrics::{self, Metric, MetricDefinition, Scale};
use crate::profile::{Cut, ModelFrame, OutcomeTally, SubsetFrame, SubsetProfile};
use crate::stress::model_performance::{MOSTLY_LABELLED, both_labelled, definitions, effect_max, effect_unit, estimates, exists};
use crate::stress::performance::{
    DRAWN, Subset, Worst, compared, estimate, is_as_before, lower_first, part_gap, points, signed, spec_text, unit_of, weakness,
    worst_beyond,
};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, Scope, TestSpec, others};

/// Asks every metric of the task, in the subsets of every feature.
pub struct SubsetPerformance;

/// Subsets of a smaller share of the reference do not enter the plain statistic.
pub(crate) const MIN_FRQ: f64 = 0.01;
const PREFIX: &str = "subset_performance:subset_";

/// Metrics without a good direction are asked of subsets only as change.
fn asked(definition: &MetricDefinition) -> bool {
    definition.better != Better::Neutral && in_subsets(definition)
}

/// What is estimated without labels follows a subset's base rate like the metric itself, which nothing here could correct:
/// only accuracy is asked.
pub(crate) fn in_subsets(definition: &MetricDefinition) -> bool {
    definition.metric.estimates().is_none_or(|base| base == Metric::Accuracy)
}

/// Where labels are known they speak, and no estimates of them; of the model's confidence both do.
pub(crate) fn speaks(definition: &MetricDefinition, labelled: bool) -> bool {
    if labelled { definition.metric == Metric::AverageConfidence || !estimates(definition.metric) } else { !definition.labels }
}

/// The thresholds of a metric in a subset, with what the reader set for the test.
pub(crate) fn limits(context: &Context, spec: Option<TestSpec>, definition: &MetricDefinition) -> Thresholds {
    let (warning, alert) = if definition.scale == Scale::Absolute { (0.05, 0.13) } else { (0.10, 0.25) };
    let own = Thresholds { warning, alert };
    spec.and_then(|mut s| {
        s.thresholds = Some(own);
        s.effect_max = effect_max(definition);
        context.settings.thresholds(&s)
    })
    .unwrap_or(own)
}

impl Question for SubsetPerformance {
    fn tests(&self) -> Vec<TestSpec> {
        definitions()
            .into_iter()
            .filter(|d| asked(d))
            .map(|d| {
                let (warning, alert) = if d.scale == Scale::Absolute { (0.05, 0.13) } else { (0.10, 0.25) };
                let name = lower_first(d.name);
                let how = match d.metric {
                    Metric::Precision | Metric::Recall | Metric::F1 | Metric::FalsePositiveRate | Metric::FalseNegativeRate | Metric::AveragePrecision => {
                        "Because it follows the share of positive rows even for a flawless model, the effect is the shortfall beyond what the model's own probabilities, calibrated on the other rows, expect there."
                    }
                    m if DRAWN.contains(&m) => {
                        "Because it depends on the number of rows, the effect is the shortfall against random parts of the same size; classes of fewer than five rows are pooled."
                    }
                    _ => "The effect is the shortfall against all rows.",
                };
                TestSpec {
                    id: format!("{PREFIX}{}", d.id),
                    name: format!("Subset {}", d.name),
                    category: Category::SubsetPerformance,
                    risk: Risk::Operational,
                    kind: Kind::Difference,
                    scope: Scope::Profile,
                    needs: Needs { predictions: true, labels: d.labels, ..Needs::default() },
                    thresholds: Some(Thresholds { warning, alert }),
                    effect_max: effect_max(d),
                    unit: effect_unit(d),
                    default_on: true,
                    text: spec_text(
                        format!("Whether {name} is worse in some subset of the rows, cut by the values of one feature, than over all rows. It is {}.", d.meaning),
                        "A good average hides the customers, products or texts for which the model fails. Where such a subset can be named, it can be mended, watched, or routed to people.",
                        format!("The feature cuts the rows: a subset a category, at most ten quantile bins of the reference for numbers, missing values apart. {how} Every subset of at least 20 rows is tested; the case tells the worst one and corrects its evidence for the number of subsets (Holm)."),
                    ),
                }
            })
            .collect()
    }

    fn metric<'t>(&self, test: &'t str) -> Option<&'t str> {
        test.strip_prefix(PREFIX)
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size", "min_frq"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let Some(frame) = &context.frame.model else { return Vec::new() };
        let labelled = both_labelled(context) && mostly_labelled(context);
        let tests: Vec<String> = metrics::catalogue(frame.task)
            .filter(|d| asked(d) && exists(frame, d))
            .filter(|d| speaks(d, labelled))
            .map(|d| format!("{PREFIX}{}", d.id))
            .collect();
        let cut = context.frame.subsets.iter().flatten();
        cut.map(|s| Family { subject: FamilySubject::Feature(s.feature.clone()), tests: tests.clone() }).collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let Some(subject) = Subject::of(context, family) else {
            return Ok(family.tests.iter().map(|_| Measurement::Skipped("The feature cuts no subsets.".to_owned())).collect());
        };
        let specs = self.tests();
        let spec = |test: &String| specs.iter().find(|s| s.id == *test).cloned();
        Ok(family.tests.iter().map(|test| subject.measure(context, test, spec(test))).collect())
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        let subject = Subject::of(context, family)?;
        let spec = self.tests().into_iter().find(|s| s.id == test);
        let (definition, limits) = subject.definition(context, test, spec)?;
        let subsets = subject.subsets(context, definition, test);
        let chosen = subsets.get(subject.worst(context, &subsets, MIN_FRQ, definition, limits)?.index)?;
        rows_of(context, subject.cut, chosen.cell)
    }
}

/// The evaluation rows of a cell; of all cells with a value for `None`.
pub(crate) fn rows_of(context: &Context, cut: &SubsetFrame, cell: Option<usize>) -> Option<RowSet> {
    let at = context.feature(&cut.feature)?;
    let evaluation = context.evaluation_rows()?;
    let column = evaluation.columns.get(at)?.as_ref()?;
    let missing = cut.missing_cell();
    let belongs = |c: u16| cell.map_or((c as usize) < missing, |wanted| c as usize == wanted);
    let cells = cut.cells_of(column);
    Some(RowSet::Rows(cells.into_iter().zip(0u32..).filter(|(c, _)| belongs(*c)).map(|(_, row)| row).collect()))
}

fn mostly_labelled(context: &Context) -> bool {
    context.evaluation.model.as_ref().is_some_and(|m| m.tally.labelled.rows as f64 >= MOSTLY_LABELLED * m.tally.predicted.rows as f64)
}

/// A part of a side: which cell, what it is called, its rows' share of the reference, and what was counted.
pub(crate) struct Part<'a> {
    pub cell: Option<usize>,
    pub label: String,
    pub reference_share: f64,
    pub tally: std::borrow::Cow<'a, OutcomeTally>,
}

/// The parts that a feature cuts a side into; where values are missing, also all rows that have one.
pub(crate) fn parts<'a>(cut: &SubsetFrame, profile: &'a SubsetProfile) -> Vec<Part<'a>> {
    let cells = profile.cells.as_slice();
    let total = cut.reference_rows.iter().sum::<u64>().max(1) as f64;
    let share = |cell: usize| cut.reference_rows.get(cell).copied().unwrap_or(0) as f64 / total;
    let of = |(cell, tally): (usize, &'a OutcomeTally)| Part {
        cell: Some(cell),
        label: cut.labels.get(cell).cloned().unwrap_or_default(),
        reference_share: share(cell),
        tally: std::borrow::Cow::Borrowed(tally),
    };
    let mut out: Vec<Part<'a>> = cells.iter().enumerate().map(of).collect();
    let missing = cut.missing_cell();
    if cells.get(missing).is_some_and(|t| t.rows > 0) && cells.len() > 2 && !matches!(cut.cut, Cut::Presence) {
        let mut present = cells.iter().take(missing);
        if let Some(first) = present.next() {
            let mut all = first.clone();
            present.for_each(|t| all.add(t));
            all.areas.clone_from(&profile.present);
            out.push(Part {
                cell: None,
                label: "has a value".to_owned(),
                reference_share: 1.0 - share(missing),
                tally: std::borrow::Cow::Owned(all),
            });
        }
    }
    out
}

/// Why no subset of a feature could be judged.
pub(crate) fn missing_skip(feature: &str, least: f64) -> Measurement {
    Measurement::Skipped(format!("No subset of {feature} has {least} rows that bear on this metric, and as many outside it."))
}

struct Subject<'a> {
    frame: &'a ModelFrame,
    whole: &'a OutcomeTally,
    cut: &'a SubsetFrame,
    parts: Vec<Part<'a>>,
}

impl<'a> Subject<'a> {
    fn of(context: &'a Context, family: &Family) -> Option<Self> {
        let FamilySubject::Feature(feature) = &family.subject else { return None };
        let at = context.feature(feature)?;
        let cut = context.frame.subsets.get(at)?.as_ref()?;
        let profile = context.evaluation.subsets.get(at)?.as_ref()?;
        let whole = &context.evaluation.model.as_ref()?.tally;
        let mut parts = parts(cut, profile);
        for part in &mut parts {
            part.label = part.cell.map_or_else(|| part.label.clone(), |cell| others::label(context, at, cut, cell));
        }
        Some(Self { frame: context.frame.model.as_ref()?, whole, cut, parts })
    }

    fn definition(&self, context: &Context, test: &str, spec: Option<TestSpec>) -> Option<(&'static MetricDefinition, Thresholds)> {
        let definition = metrics::by_id(self.frame.task, test.strip_prefix(PREFIX)?)?;
        Some((definition, limits(context, spec, definition)))
    }

    fn subsets(&self, context: &Context, definition: &MetricDefinition, test: &str) -> Vec<Subset> {
        let least = context.settings.param(test, "min_sample_size", 20.0);
        let rows = |t: &OutcomeTally| if definition.labels { t.labelled.rows } else { t.predicted.rows };
        let nulls = if DRAWN.contains(&definition.metric) { context.part_nulls() } else { None };
        let enough = self.parts.iter().filter(|p| rows(&p.tally) as f64 >= least && rows(&p.tally) < rows(self.whole));
        enough
            .filter_map(|part| {
                let gap = part_gap(self.frame, definition, &part.tally, self.whole, nulls)?;
                let (label, rows) = (part.label.clone(), rows(&part.tally));
                gap.effect.is_finite().then_some(Subset { cell: part.cell, label, rows, reference_share: part.reference_share, gap })
            })
            .collect()
    }

    fn measure(&self, context: &Context, test: &str, spec: Option<TestSpec>) -> Measurement {
        let Some((definition, limits)) = self.definition(context, test, spec) else {
            return Measurement::Skipped(format!("{test} does not exist for this task."));
        };
        let subsets = self.subsets(context, definition, test);
        let min_frq = context.settings.param(test, "min_frq", MIN_FRQ);
        let worst = self.worst(context, &subsets, min_frq, definition, limits);
        let picked = worst.and_then(|w| subsets.get(w.index).cloned().map(|s| (w, s)));
        let Some((worst, chosen)) = picked else {
            return missing_skip(&self.cut.feature, context.settings.param(test, "min_sample_size", 20.0));
        };
        let Some(tally) = self.parts.iter().find(|p| p.cell == chosen.cell).map(|p| p.tally.as_ref()) else {
            return missing_skip(&self.cut.feature, 20.0);
        };
        let mut measured = self.measured(definition, limits, &subsets, &worst, &chosen, tally);
        if chosen.gap.effect >= limits.warning
            && worst.p <= context.settings.alpha()
            && self.was_as_weak(context, definition, &chosen, limits)
        {
            measured.as_before = true;
            measured.sentence.push_str(" The same rows of the reference are as weak.");
        }
        Measurement::Measured(Box::new(measured))
    }

    /// Picks the worst subset; what the model's own probabilities expect stands behind the others that warn or fail.
    fn worst(
        &self,
        context: &Context,
        subsets: &[Subset],
        min_frq: f64,
        definition: &MetricDefinition,
        limits: Thresholds,
    ) -> Option<Worst> {
        let expects = |subset: &Subset| {
            let part = self.parts.iter().find(|p| p.cell == subset.cell);
            let weakness = part.and_then(|p| weakness(self.frame, definition, &p.tally, self.whole, &subset.gap, limits.warning));
            weakness == Some(Weakness::Expected) && context.settings.sensitivity != Sensitivity::More
        };
        worst_beyond(subsets, min_frq, context.settings.alpha(), limits, expects)
    }

    /// Says whether the same subset of the reference is as weak.
    fn was_as_weak(&self, context: &Context, definition: &MetricDefinition, chosen: &Subset, limits: Thresholds) -> bool {
        let gap = || {
            let before = parts(self.cut, context.reference.subsets.get(context.feature(&self.cut.feature)?)?.as_ref()?);
            let part = before.iter().find(|p| p.cell == chosen.cell)?;
            let nulls = if DRAWN.contains(&definition.metric) { context.reference_nulls() } else { None };
            part_gap(self.frame, definition, &part.tally, &context.reference.model.as_ref()?.tally, nulls)
        };
        gap().is_some_and(|before| is_as_before(&chosen.gap, &before, limits.warning, context.settings.alpha()))
    }

    fn measured(
        &self,
        definition: &MetricDefinition,
        limits: Thresholds,
        subsets: &[Subset],
        worst: &Worst,
        chosen: &Subset,
        tally: &OutcomeTally,
    ) -> Measured {
        let metric = definition.metric;
        let overall = self.frame.value(self.whole, metric);
        let value = self.frame.value(tally, metric);
        let rest = self.frame.value(&self.whole.without(tally), metric);
        let at =
            |t: f64| overall.map(|o| if definition.better == Better::Lower { o + t * unit_of(self.frame, definition, o) } else { o - t });
        let bars = bars(self.frame, definition, subsets, worst, |cell| {
            self.parts.iter().find(|p| p.cell == cell).map(|p| (p.tally.as_ref(), None))
        });
        Measured {
            statistic: worst.statistic.or(Some(chosen.gap.statistic)).and_then(finite),
            statistic_unit: Some(effect_unit(definition)),
            effect: finite(chosen.gap.effect),
            interval: Some(worst.interval),
            p_value: Some(worst.p),
            standard_error: Some(worst.standard_error),
            thresholds: Some(limits),
            method: format!("Worst of {} subsets, Holm; {}", subsets.len(), method(metric)),
            approximate: self.frame.approximates(tally, metric),
            sentence: self.sentence(definition, subsets.len(), chosen, value, overall),
            n_reference: None,
            n_evaluation: Some(if definition.labels { self.whole.labelled.rows } else { self.whole.predicted.rows }),
            subset: Some(chosen.name()),
            weakness: weakness(self.frame, definition, tally, self.whole, &chosen.gap, limits.warning),
            row_count: Some(tally.rows),
            metrics: [("subset", value), ("overall", overall)]
                .into_iter()
                .map(|(of, value)| CaseMetric {
                    kind: "SUBSET_DETAILS".to_owned(),
                    metric: format!("{of}_{}", definition.id),
                    value: value.and_then(finite),
                })
                .collect(),
            figure: Some(Figure::SubsetBars {
                feature: self.cut.feature.clone(),
                metric: definition.name.to_owned(),
                unit: definition.unit,
                better: definition.better,
                bars,
                overall: overall.and_then(finite),
                threshold: at(limits.warning).and_then(finite),
            }),
            regain: overall.zip(rest).map(|(from, to)| (definition.id.to_owned(), from, to)),
            ..Measured::default()
        }
    }

    fn sentence(&self, definition: &MetricDefinition, k: usize, chosen: &Subset, value: Option<f64>, overall: Option<f64>) -> String {
        let place = format!("where {} {} ({})", self.cut.feature, chosen.label, self.frame.counted(chosen.rows));
        if chosen.gap.statistic <= 1e-9 && chosen.gap.effect <= 1e-9 {
            return format!("{} is no worse in {} of {} than over all rows.", definition.name, any_of(k), self.cut.feature);
        }
        let mut out = short_of_all(self.frame, definition, &place, [value, overall], chosen.gap.statistic);
        if (chosen.gap.statistic - chosen.gap.effect).abs() >= 0.005 && definition.scale == Scale::Absolute {
            let why = match definition.metric {
                m if DRAWN.contains(&m) && metrics_depend_on_size(m) => "more than parts of this size show by chance",
                _ => "more than the model's own probabilities expect there",
            };
            // What rounding leaves of nothing is nothing.
            if chosen.gap.effect >= 0.000_5 {
                out.push_str(&format!(", {} {why}", points(self.frame, definition, chosen.gap.effect)));
            } else {
                out.push_str(&format!(", not {why}"));
            }
        }
        out.push('.');
        out
    }
}

/// `Accuracy is 0.600 where x = a (40 rows), 0.200 below the 0.800 of all rows`, of a part's value and that of all rows.
pub(crate) fn short_of_all(
    frame: &ModelFrame,
    definition: &MetricDefinition,
    place: &str,
    [value, overall]: [Option<f64>; 2],
    gap: f64,
) -> String {
    let below = signed(definition, gap);
    match value.zip(overall) {
        Some((v, o)) => {
            let [value, overall, gap] = compared(frame, definition, [v, o], gap);
            told(definition.name, place, Some([&value, &overall]), &gap, below)
        }
        None => told(definition.name, place, None, &points(frame, definition, gap), below),
    }
}

fn told(name: &str, place: &str, values: Option<[&str; 2]>, gap: &str, below: &str) -> String {
    match values {
        Some([value, overall]) => format!("{name} is {value} {place}, {gap} {below} the {overall} of all rows"),
        None => format!("{name} {place} is {gap} {below} that of all rows"),
    }
}

/// `any of 4 subsets`, `the one subset`.
pub(crate) fn any_of(k: usize) -> String {
    if k == 1 { "the one subset".to_owned() } else { format!("any of {k} subsets") }
}

fn metrics_depend_on_size(metric: Metric) -> bool {
    !matches!(metric, Metric::Precision | Metric::Recall | Metric::F1 | Metric::FalsePositiveRate | Metric::FalseNegativeRate)
}

/// The bars of the judged subsets, in the order of the cells.
pub(crate) fn bars<'a>(
    frame: &ModelFrame,
    definition: &MetricDefinition,
    subsets: &[Subset],
    worst: &Worst,
    tally: impl Fn(Option<usize>) -> Option<(&'a OutcomeTally, Option<f64>)>,
) -> Vec<SubsetBar> {
    subsets
        .iter()
        .zip(&worst.severities)
        .filter_map(|(subset, &severity): (&Subset, &Severity)| {
            let (tally, reference) = tally(subset.cell)?;
            let metric = estimate(frame, tally, definition, frame.value(tally, definition.metric));
            Some(SubsetBar { label: subset.name(), n: subset.rows, metric, reference, severity })
        })
        .collect()
}

/// How a metric's evidence in subsets is found.
fn method(metric: Metric) -> &'static str {
    match metric {
        Metric::Precision | Metric::Recall | Metric::F1 | Metric::FalsePositiveRate | Metric::FalseNegativeRate => {
            "against isotonic probabilities of the other rows, Pearson III tail"
        }
        Metric::AveragePrecision => "against isotonic probabilities of the other rows, sequential draws",
        m if DRAWN.contains(&m) => "same-size draws of all rows, Pearson III tail",
        Metric::Auc | Metric::MulticlassAuc => "DeLong's placements of all rows, tail with skewness",
        Metric::R2 => "unexplained variance of all rows, three moments",
        Metric::Accuracy | Metric::MulticlassAccuracy | Metric::TopKAccuracy | Metric::AverageThresholdedConfidence => {
            "hypergeometric against all rows"
        }
        _ => "part of a finite population by three moments (Pearson III)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let place = "where city = \"Rio\" ∧ (empty) (1 row)";
        assert_eq!(
            told("Accuracy", place, Some(["0.255", "0.527"]), "0.272", "below"),
            format!("Accuracy is 0.255 {place}, 0.272 below the 0.527 of all rows")
        );
        assert_eq!(told("RMSE", place, None, "38\u{a0}%", "above"), format!("RMSE {place} is 38\u{a0}% above that of all rows"));
        assert_eq!([1, 4].map(any_of), ["the one subset", "any of 4 subsets"]);
    }
}
