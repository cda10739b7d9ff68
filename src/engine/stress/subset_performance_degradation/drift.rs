//! A metric in the subsets of one feature, evaluation against reference, beyond what the whole set changed.
//!
//! Besides the features, the true class and the predicted class cut the rows: by them only such metrics are asked as are fair
//! to ask there (a subset of one true class has no precision).

use straingauge_api::{Better, CaseMetric, Category, Figure, Kind, Risk, Thresholds};
use straingauge_charts::format::together;

use crate::Result;
use crate::math::finite;
use crate::metrics::{self, Metric, MetricDefinition, Scale};
use crate::profile::{ModelFrame, OutcomeTally, SubsetFrame};
use crate::stress::model_performance::{MOSTLY_LABELLED, both_labelled, definitions, effect_max, effect_unit, exists};
use crate::stress::performance::{
    DRAWN, LEAST_CLASS_ROWS, Splits, Subset, Worst, change_gap, class_rate_gap, lower_first, points, spec_text, worst,
};
use crate::stress::subset_performance::{MIN_FRQ, any_of, bars, in_subsets, limits, missing_skip, parts, rows_of, speaks};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, Scope, TestSpec, others};

/// Asks every metric of the task, in the subsets of every feature, over time.
pub struct SubsetDegradation;

const PREFIX: &str = "subset_performance_degradation:subset_drift_";
/// What the rows cut by their true class are called.
pub const TRUE_CLASS: &str = "true class";
/// What the rows cut by their predicted class are called.
pub const PREDICTED_CLASS: &str = "predicted class";

fn by_label(metric: Metric) -> bool {
    matches!(metric, Metric::Accuracy | Metric::MulticlassAccuracy | Metric::LogLoss | Metric::BrierScore | Metric::AverageConfidence)
}

fn by_predicted(metric: Metric) -> bool {
    matches!(metric, Metric::Accuracy | Metric::MulticlassAccuracy | Metric::Overconfidence | Metric::Underconfidence)
}

impl Question for SubsetDegradation {
    fn tests(&self) -> Vec<TestSpec> {
        definitions()
            .into_iter()
            .filter(|d| in_subsets(d))
            .map(|d| {
                let (warning, alert) = if d.scale == Scale::Absolute { (0.05, 0.13) } else { (0.10, 0.25) };
                let way = match d.better {
                    Better::Higher => "has fallen more",
                    Better::Lower => "has risen more",
                    Better::Neutral => "has moved away",
                };
                TestSpec {
                    id: format!("{PREFIX}{}", d.id),
                    name: format!("Subset Drift of {}", d.name),
                    category: Category::SubsetPerformanceDegradation,
                    risk: Risk::Operational,
                    kind: Kind::Difference,
                    scope: Scope::Profile,
                    needs: Needs { predictions: true, labels: d.labels, ..Needs::default() },
                    thresholds: Some(Thresholds { warning, alert }),
                    effect_max: effect_max(d),
                    unit: effect_unit(d),
                    default_on: true,
                    text: spec_text(
                        format!("Whether {} {way} in some subset of the rows than over all rows, from reference to evaluation. It is {}.", lower_first(d.name), d.meaning),
                        "A model that ages does not age evenly. The subset that falls first tells what has changed in the world, and how long the rest will hold.",
                        "The same subset is compared in reference and evaluation; the effect is its change less the change of the whole, corrected for what the sizes alone would give. Every subset of at least 20 rows on both sides is tested; the case tells the worst one and corrects its evidence for the number of subsets (Holm).".to_owned(),
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
        let available: Vec<&MetricDefinition> =
            metrics::catalogue(frame.task).filter(|d| in_subsets(d) && exists(frame, d) && speaks(d, labelled)).collect();
        let tests = |asked: &dyn Fn(Metric) -> bool| -> Vec<String> {
            available.iter().filter(|d| asked(d.metric)).map(|d| format!("{PREFIX}{}", d.id)).collect()
        };
        let family = |name: &str, tests: Vec<String>| Family { subject: FamilySubject::Feature(name.to_owned()), tests };
        let mut out: Vec<Family> = context.frame.subsets.iter().flatten().map(|s| family(&s.feature, tests(&|_| true))).collect();
        let classes = |p: &crate::profile::Profile| p.model.as_ref().is_some_and(|m| m.by_label.len() > 1);
        if labelled && classes(&context.reference) {
            out.push(family(TRUE_CLASS, tests(&by_label)));
            out.push(family(PREDICTED_CLASS, tests(&by_predicted)));
        }
        out.retain(|f| !f.tests.is_empty());
        out
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let Some(subject) = Subject::of(context, family) else {
            return Ok(family.tests.iter().map(|_| Measurement::Skipped("The feature cuts no subsets.".to_owned())).collect());
        };
        let specs = self.tests();
        let spec = |test: &String| specs.iter().find(|s| s.id == *test).cloned();
        let splits = subject.splits(context);
        Ok(family.tests.iter().map(|test| subject.measure(context, test, spec(test), &splits)).collect())
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        let subject = Subject::of(context, family)?;
        let definition = metrics::by_id(subject.frame.task, test.strip_prefix(PREFIX)?)?;
        let limits = limits(context, self.tests().into_iter().find(|s| s.id == test), definition);
        let subsets = subject.subsets(context, definition, test, &subject.splits(context));
        let chosen = subsets.get(worst(&subsets, MIN_FRQ, context.settings.alpha(), limits)?.index)?;
        match subject.cut {
            Some(cut) => rows_of(context, cut, chosen.cell),
            None => class_rows(context, &subject.feature, chosen.cell?),
        }
    }
}

fn mostly_labelled(context: &Context) -> bool {
    context.evaluation.model.as_ref().is_some_and(|m| m.tally.labelled.rows as f64 >= MOSTLY_LABELLED * m.tally.predicted.rows as f64)
}

/// The evaluation rows of a true or predicted class.
fn class_rows(context: &Context, by: &str, class: usize) -> Option<RowSet> {
    let outcomes = &context.evaluation_rows()?.outcomes;
    let codes = match (&outcomes.truth, by == TRUE_CLASS) {
        (metrics::Truth::Classes(truth), true) => truth.as_slice(),
        (_, true) => return None,
        _ => outcomes.predicted_classes()?,
    };
    Some(RowSet::Rows(codes.iter().zip(0u32..).filter(|(c, _)| **c as usize == class).map(|(_, row)| row).collect()))
}

/// A subset on both sides.
struct Pair<'a> {
    cell: Option<usize>,
    label: String,
    reference_share: f64,
    reference: std::borrow::Cow<'a, OutcomeTally>,
    evaluation: std::borrow::Cow<'a, OutcomeTally>,
}

struct Subject<'a> {
    frame: &'a ModelFrame,
    feature: String,
    cut: Option<&'a SubsetFrame>,
    whole: (&'a OutcomeTally, &'a OutcomeTally),
    pairs: Vec<Pair<'a>>,
}

impl<'a> Subject<'a> {
    fn of(context: &'a Context, family: &Family) -> Option<Self> {
        let FamilySubject::Feature(feature) = &family.subject else { return None };
        let frame = context.frame.model.as_ref()?;
        let (reference, evaluation) = (context.reference.model.as_ref()?, context.evaluation.model.as_ref()?);
        let whole = (&reference.tally, &evaluation.tally);
        let by_class = |a: &'a [OutcomeTally], b: &'a [OutcomeTally]| -> Vec<Pair<'a>> {
            let total = whole.0.predicted.rows.max(1) as f64;
            let named = a.iter().zip(b).zip(&frame.classes).enumerate();
            named
                .map(|(class, ((a, b), name))| Pair {
                    cell: Some(class),
                    label: format!("= {name}"),
                    reference_share: a.rows as f64 / total,
                    reference: std::borrow::Cow::Borrowed(a),
                    evaluation: std::borrow::Cow::Borrowed(b),
                })
                .collect()
        };
        let Some(at) = context.feature(feature) else {
            let pairs = match feature.as_str() {
                TRUE_CLASS => by_class(&reference.by_label, &evaluation.by_label),
                PREDICTED_CLASS => by_class(&reference.by_predicted, &evaluation.by_predicted),
                _ => return None,
            };
            return Some(Self { frame, feature: feature.clone(), cut: None, whole, pairs });
        };
        let cut = context.frame.subsets.get(at)?.as_ref()?;
        let cells = |p: &'a crate::profile::Profile| p.subsets.get(at).and_then(Option::as_ref);
        let (before, after) = (parts(cut, cells(&context.reference)?), parts(cut, cells(&context.evaluation)?));
        let pairs = before.into_iter().filter_map(|a| {
            let b = after.iter().find(|b| b.cell == a.cell)?;
            let label = a.cell.map_or(a.label, |cell| others::label(context, at, cut, cell));
            Some(Pair { cell: a.cell, label, reference_share: a.reference_share, reference: a.tally, evaluation: b.tally.clone() })
        });
        Some(Self { frame, feature: feature.clone(), cut: Some(cut), whole, pairs: pairs.collect() })
    }

    /// Random splits of every subset's rows, once for all metrics.
    fn splits(&self, context: &Context) -> Vec<Splits> {
        let mut rng = context.rng("subset_performance_degradation", &self.feature);
        let drawn: Vec<Metric> =
            metrics::catalogue(self.frame.task).map(|d| d.metric).filter(|m| DRAWN.contains(m) && self.cut.is_some()).collect();
        self.pairs.iter().map(|p| Splits::new(self.frame, (&p.reference, &p.evaluation), &drawn, LEAST_CLASS_ROWS, &mut rng)).collect()
    }

    fn subsets(&self, context: &Context, definition: &MetricDefinition, test: &str, splits: &[Splits]) -> Vec<Subset> {
        let least = context.settings.param(test, "min_sample_size", 20.0);
        let rows = |t: &OutcomeTally| if definition.labels { t.labelled.rows } else { t.predicted.rows };
        let enough = |part: &OutcomeTally, whole: &OutcomeTally| rows(part) as f64 >= least && rows(part) < rows(whole);
        self.pairs
            .iter()
            .zip(splits)
            .filter(|(p, _)| enough(&p.reference, self.whole.0) && enough(&p.evaluation, self.whole.1))
            .filter_map(|(p, splits)| {
                let (mut label, rows) = (p.label.clone(), rows(&p.evaluation));
                let pair: (&OutcomeTally, &OutcomeTally) = (&p.reference, &p.evaluation);
                let gap = if definition.metric == Metric::PositivePredictionRate && self.frame.classes.len() > 2 {
                    let (class, gap) = class_rate_gap(self.frame, pair, self.whole)?;
                    label.push_str(&format!(", predicted {}", self.frame.classes.get(class)?));
                    gap
                } else {
                    change_gap(self.frame, definition, pair, self.whole, splits)?
                };
                gap.effect.is_finite().then_some(Subset { cell: p.cell, label, rows, reference_share: p.reference_share, gap })
            })
            .collect()
    }

    fn measure(&self, context: &Context, test: &str, spec: Option<TestSpec>, splits: &[Splits]) -> Measurement {
        let Some(definition) = test.strip_prefix(PREFIX).and_then(|id| metrics::by_id(self.frame.task, id)) else {
            return Measurement::Skipped(format!("{test} does not exist for this task."));
        };
        let limits = limits(context, spec, definition);
        let subsets = self.subsets(context, definition, test, splits);
        let min_frq = context.settings.param(test, "min_frq", MIN_FRQ);
        let picked = worst(&subsets, min_frq, context.settings.alpha(), limits).and_then(|w| subsets.get(w.index).cloned().map(|s| (w, s)));
        let pair = picked.as_ref().and_then(|(_, chosen)| self.pairs.iter().find(|p| p.cell == chosen.cell));
        let (Some((worst, chosen)), Some(pair)) = (&picked, pair) else {
            return missing_skip(&self.feature, context.settings.param(test, "min_sample_size", 20.0));
        };
        Measurement::Measured(Box::new(self.measured(definition, limits, &subsets, worst, chosen, pair)))
    }

    fn measured(
        &self,
        definition: &MetricDefinition,
        limits: Thresholds,
        subsets: &[Subset],
        worst: &Worst,
        chosen: &Subset,
        pair: &Pair,
    ) -> Measured {
        let metric = definition.metric;
        let class = self.class(definition, pair);
        let value = |t: &OutcomeTally| match class {
            Some(class) => self.frame.predicted_share(t, class).map(|share| share.mean),
            None => self.frame.value(t, metric),
        };
        let (before, after) = (value(&pair.reference), value(&pair.evaluation));
        let bars = bars(self.frame, definition, subsets, worst, |cell| {
            self.pairs.iter().find(|p| p.cell == cell).map(|p| (p.evaluation.as_ref(), value(&p.reference).and_then(finite)))
        });
        let rows = |t: &OutcomeTally| if definition.labels { t.labelled.rows } else { t.predicted.rows };
        let overall = value(self.whole.1);
        Measured {
            statistic: worst.statistic.or(Some(chosen.gap.statistic)).and_then(finite),
            statistic_unit: Some(effect_unit(definition)),
            effect: finite(chosen.gap.effect),
            interval: Some(worst.interval),
            p_value: Some(worst.p),
            standard_error: Some(worst.standard_error),
            thresholds: Some(limits),
            method: format!(
                "Worst of {} subsets, Holm; change of the subset less change of the rest, {}",
                subsets.len(),
                if DRAWN.contains(&metric) { "random splits at the same sizes" } else { "normal test on the rows' influence" }
            ),
            approximate: self.frame.approximates(&pair.reference, metric) || self.frame.approximates(&pair.evaluation, metric),
            sentence: self.sentence(
                definition,
                subsets.len(),
                chosen,
                &Moves { part: (before, after), whole: (value(self.whole.0), overall), label: &pair.label, class },
            ),
            n_reference: Some(rows(self.whole.0)),
            n_evaluation: Some(rows(self.whole.1)),
            subset: Some(chosen.name()),
            row_count: Some(pair.evaluation.rows),
            metrics: [
                ("reference_subset", before),
                ("evaluation_subset", after),
                ("reference", value(self.whole.0)),
                ("evaluation", overall),
            ]
            .into_iter()
            .map(|(of, value)| CaseMetric {
                kind: "SUBSET_DETAILS".to_owned(),
                metric: format!("{of}_{}", definition.id),
                value: value.and_then(finite),
            })
            .collect(),
            figure: Some(Figure::SubsetBars {
                feature: self.feature.clone(),
                metric: definition.name.to_owned(),
                unit: definition.unit,
                better: definition.better,
                bars,
                overall: overall.and_then(finite),
                threshold: None,
            }),
            regain: self.regain(definition, pair),
            ..Measured::default()
        }
    }

    /// The evaluation's metric now, and if the subset had changed no more than the rest.
    fn regain(&self, definition: &MetricDefinition, pair: &Pair) -> Option<(String, f64, f64)> {
        if definition.better == Better::Neutral {
            return None;
        }
        let mean = |t: &OutcomeTally| self.frame.mean(t, definition.metric);
        let (own, all) = (mean(&pair.evaluation)?, mean(self.whole.1)?);
        let (own_before, rest_before) = (mean(&pair.reference)?, mean(&self.whole.0.without(&pair.reference))?);
        let rest = mean(&self.whole.1.without(&pair.evaluation))?;
        let share = own.mass.weight / all.mass.weight;
        // Where the rest got better the subset is held to what it was: better than ever is no repair.
        let worse = rest.mean - rest_before.mean;
        let falls = if definition.better == Better::Higher && definition.metric != Metric::Rmse { worse.min(0.0) } else { worse.max(0.0) };
        let mended = own_before.mean + falls;
        let (now, mended) = (all.mean, all.mean + share * (mended - own.mean));
        // What is a mean of it is the squared error.
        let of = |mean: f64| if definition.metric == Metric::Rmse { mean.max(0.0).sqrt() } else { mean };
        Some((definition.id.to_owned(), of(now), of(mended)))
    }

    /// Of several classes, the one whose share of a subset's predictions moved most surely.
    fn class(&self, definition: &MetricDefinition, pair: &Pair) -> Option<usize> {
        let several = definition.metric == Metric::PositivePredictionRate && self.frame.classes.len() > 2;
        several.then(|| class_rate_gap(self.frame, (&pair.reference, &pair.evaluation), self.whole)).flatten().map(|(class, _)| class)
    }

    fn sentence(&self, definition: &MetricDefinition, k: usize, chosen: &Subset, moves: &Moves<'_>) -> String {
        let name = match moves.class.and_then(|class| self.frame.classes.get(class)) {
            Some(class) => format!("The share of rows predicted {class}"),
            None => definition.name.to_owned(),
        };
        // What rounding leaves of nothing is nothing.
        if chosen.gap.effect <= 1e-9 {
            return format!("{} has not changed more in {} of {} than over all rows.", definition.name, any_of(k), self.feature);
        }
        let place = format!("where {} {} ({})", self.feature, moves.label, self.frame.counted(chosen.rows));
        told(definition, &name, &place, moves, &points(self.frame, definition, chosen.gap.effect))
    }
}

/// How a metric moved in a subset and over all rows, reference first.
struct Moves<'a> {
    part: (Option<f64>, Option<f64>),
    whole: (Option<f64>, Option<f64>),
    label: &'a str,
    class: Option<usize>,
}

/// `falls from 0.800 to 0.600`, `stays at 0.800`.
pub(super) fn moved(definition: &MetricDefinition, from: f64, to: f64) -> String {
    let [a, b] = together([from, to], definition.unit);
    if a == b { format!("stays at {b}") } else { format!("{} from {a} to {b}", if to > from { "rises" } else { "falls" }) }
}

/// `F1 falls from 0.800 to 0.600 where x = a (40 rows) while it rises from 0.700 to 0.710 over all rows: 0.190 worse than all rows.`
fn told(definition: &MetricDefinition, name: &str, place: &str, moves: &Moves<'_>, effect: &str) -> String {
    let than = match definition.better {
        Better::Higher | Better::Lower => "worse than the change of all rows",
        Better::Neutral => "away from the change of all rows",
    };
    let both = |side: (Option<f64>, Option<f64>)| side.0.zip(side.1);
    match (both(moves.part), both(moves.whole)) {
        (Some((a, b)), Some((c, d))) => {
            format!("{name} {} {place}, while over all rows it {}: {effect} {than}.", moved(definition, a, b), moved(definition, c, d))
        }
        (Some((a, b)), None) => format!("{name} {} {place}, {effect} {than}.", moved(definition, a, b)),
        _ => format!(
            "{name} {place} has changed by {effect} {}.",
            if definition.better == Better::Neutral {
                "beyond the change of all rows"
            } else {
                "for the worse, beyond the change of all rows"
            }
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_and_rises_are_read_aloud() {
        let of = |id: &str, part, whole, effect: &str| {
            let definition = metrics::all().iter().find(|d| d.id == id).unwrap();
            told(definition, definition.name, "where age = 65+ (1 row)", &Moves { part, whole, label: "", class: None }, effect)
        };
        assert_eq!(
            of("false_positive_rate", (Some(0.338), Some(0.619)), (Some(0.25), Some(0.125)), "0.406"),
            "False positive rate rises from 0.338 to 0.619 where age = 65+ (1 row), while over all rows it falls from 0.250 to 0.125: 0.406 worse than the change of all rows."
        );
        assert_eq!(
            of("accuracy", (Some(0.8), Some(0.6)), (Some(0.8), Some(0.8)), "0.200"),
            "Accuracy falls from 0.800 to 0.600 where age = 65+ (1 row), while over all rows it stays at 0.800: 0.200 worse than the change of all rows."
        );
        assert_eq!(
            of("positive_prediction_rate", (Some(0.1), Some(0.3)), (Some(0.2), Some(0.25)), "0.150"),
            "Positive prediction rate rises from 0.100 to 0.300 where age = 65+ (1 row), while over all rows it rises from 0.200 to 0.250: 0.150 away from the change of all rows."
        );
        assert_eq!(
            of("accuracy", (None, None), (None, None), "0.200"),
            "Accuracy where age = 65+ (1 row) has changed by 0.200 for the worse, beyond the change of all rows."
        );
    }
}
