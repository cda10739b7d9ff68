//! A metric of the whole evaluation set against the same metric of the whole reference set.

use straingauge_api::{Better, CaseMetric, Estimate, Figure, Thresholds, Unit};
use straingauge_charts::format::{percent, together};

use crate::Result;
use crate::math::finite;
use crate::metrics::{self, Metric, MetricDefinition, Scale};
use crate::profile::{ModelFrame, ModelProfile};
use crate::stats::multiple::holm;
use crate::stress::performance::{Gap, Splits, compared, estimate, estimated_gap, lower_first, spec_text, unit_of, whole_gap};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, TestSpec};

/// Asks every metric of the task, over all rows.
pub struct ModelPerformance;

/// Beyond this, an estimate of accuracy without labels has shown that it does not hold here.
const UNRELIABLE: f64 = 0.05;
/// Under this share of labelled evaluation rows, labelled metrics describe too few rows.
pub(crate) const MOSTLY_LABELLED: f64 = 0.8;

const MATTERS: &str = "A model is chosen by what it did on its reference data. Where it does worse on new data, every decision that rests on it is worse than planned.";

/// The catalogue's definitions, each id once.
pub(crate) fn definitions() -> Vec<&'static MetricDefinition> {
    let mut out: Vec<&MetricDefinition> = Vec::new();
    for definition in metrics::all() {
        if !out.iter().any(|d| d.id == definition.id) {
            out.push(definition);
        }
    }
    out
}

/// The definition of a metric of this run's task.
pub(crate) fn definition_of(frame: &ModelFrame, id: &str) -> Option<&'static MetricDefinition> {
    metrics::by_id(frame.task, id)
}

/// Warning and alert of a metric over whole sets.
fn thresholds(definition: &MetricDefinition) -> (f64, f64) {
    match definition.metric {
        m if estimates(m) => (0.05, 0.10),
        _ if definition.scale == Scale::Absolute => (0.03, 0.08),
        _ => (0.10, 0.25),
    }
}

pub(crate) fn effect_unit(definition: &MetricDefinition) -> Unit {
    match definition.scale {
        Scale::Absolute => Unit::Score,
        Scale::Relative => Unit::Relative,
        Scale::LabelSd | Scale::LabelVariance => Unit::Number,
    }
}

pub(crate) fn effect_max(definition: &MetricDefinition) -> f64 {
    match (definition.scale, definition.metric) {
        (_, Metric::R2) => f64::INFINITY,
        (Scale::Absolute, Metric::MatthewsCorrcoef | Metric::RankCorrelation) => 2.0,
        (Scale::Absolute, _) => 1.0,
        _ => f64::INFINITY,
    }
}

impl Question for ModelPerformance {
    fn tests(&self) -> Vec<TestSpec> {
        definitions()
            .into_iter()
            .filter(|d| over_all_rows(d))
            .map(|d| {
                let way = match d.better {
                    Better::Higher => "has fallen",
                    Better::Lower => "has risen",
                    Better::Neutral => "has changed",
                };
                let how = match d.scale {
                    Scale::Absolute => "The effect is the difference",
                    Scale::Relative => "The effect is the rise relative to the reference's value",
                    Scale::LabelSd => "The effect is the difference in standard deviations of the reference's labels, or of its predictions where labels are missing",
                    Scale::LabelVariance => "The effect is the difference in variances of the reference's labels, or of its predictions where labels are missing",
                };
                let evidence = if estimates(d.metric) {
                    "Where both sets have labels, the estimate's error against the true value is shown, and beyond 0.05 it raises nothing."
                } else {
                    "Metrics that depend on the number of rows are compared with random splits of both sets at the same sizes."
                };
                super::spec(
                    d.id,
                    d.name,
                    d.labels,
                    thresholds(d),
                    effect_max(d),
                    effect_unit(d),
                    spec_text(
                        format!("Whether {} {way} from the reference set to the evaluation set. It is {}.", lower_first(d.name), d.meaning),
                        MATTERS,
                        format!("{how}. It fails when the effect passes the threshold and is more than two samples of one distribution would show. {evidence} A bound of your own is asked of the evaluation set alone."),
                    ),
                )
            })
            .collect()
    }

    fn metric<'t>(&self, test: &'t str) -> Option<&'t str> {
        test.strip_prefix("model_performance:")
    }

    fn params(&self) -> &'static [&'static str] {
        &["bound", "k"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let Some(frame) = &context.frame.model else { return Vec::new() };
        let labelled = both_labelled(context);
        let tests = metrics::catalogue(frame.task).filter(|d| over_all_rows(d) && (labelled || !d.labels) && exists(frame, d));
        vec![Family { subject: FamilySubject::Whole, tests: tests.map(|d| format!("model_performance:{}", d.id)).collect() }]
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let (Some(frame), Some(reference), Some(evaluation)) = (&context.frame.model, &context.reference.model, &context.evaluation.model)
        else {
            return Ok(family.tests.iter().map(|_| Measurement::Skipped("Both sets need predictions.".to_owned())).collect());
        };
        let drawn: Vec<Metric> = metrics::catalogue(frame.task).map(|d| d.metric).collect();
        let splits = Splits::new(frame, (&reference.tally, &evaluation.tally), &drawn, 0.0, &mut context.rng("model_performance", ""));
        let sides = Sides { frame, reference, evaluation, splits };
        Ok(family.tests.iter().map(|test| sides.measure(context, test)).collect())
    }
}

/// Whether a metric is asked here of all rows; of calibration the question beside this one asks.
fn over_all_rows(definition: &MetricDefinition) -> bool {
    !matches!(definition.metric, Metric::Overconfidence | Metric::Underconfidence)
}

/// Whether a metric can exist with this form of prediction.
pub(crate) fn exists(frame: &ModelFrame, definition: &MetricDefinition) -> bool {
    use crate::profile::Form;
    match definition.metric {
        Metric::Auc
        | Metric::AveragePrecision
        | Metric::BrierScore
        | Metric::PredictionVariance
        | Metric::PositivePredictionVariance
        | Metric::NegativePredictionVariance
        | Metric::AveragePrediction => matches!(frame.form, Form::Score | Form::Numbers),
        Metric::LogLoss | Metric::AverageConfidence | Metric::Overconfidence | Metric::Underconfidence => {
            matches!(frame.form, Form::Score | Form::Probabilities)
        }
        Metric::AverageThresholdedConfidence => frame.confidence_threshold.is_some(),
        Metric::EstimatedAccuracy => frame.calibrators.is_some(),
        m if m.estimates().is_some() => frame.calibrators.is_some() && frame.classes.len() <= 64,
        Metric::MulticlassAuc | Metric::TopKAccuracy => frame.form == Form::Probabilities,
        _ => true,
    }
}

/// Whether a metric says what another one would be with labels.
pub(crate) fn estimates(metric: Metric) -> bool {
    matches!(metric, Metric::AverageConfidence | Metric::AverageThresholdedConfidence) || metric.estimates().is_some()
}

/// The name of what is estimated, within a sentence.
fn definition_of_base(base: Metric) -> String {
    metrics::all().iter().find(|d| d.metric == base).map_or_else(String::new, |d| lower_first(d.name))
}

/// Whether both sides have labelled rows.
pub(crate) fn both_labelled(context: &Context) -> bool {
    let labelled = |p: &crate::profile::Profile| p.model.as_ref().is_some_and(|m| m.tally.labelled.rows > 0);
    labelled(&context.reference) && labelled(&context.evaluation)
}

/// Of fewer rows, or queries, no metric says anything, and its own error is unknown.
const LEAST_ROWS: u64 = 5;

struct Sides<'a> {
    frame: &'a ModelFrame,
    reference: &'a ModelProfile,
    evaluation: &'a ModelProfile,
    splits: Splits,
}

impl Sides<'_> {
    fn measure(&self, context: &Context, test: &str) -> Measurement {
        let id = test.strip_prefix("model_performance:").unwrap_or(test);
        let Some(definition) = definition_of(self.frame, id) else {
            return Measurement::Skipped(format!("{test} does not exist for this task."));
        };
        let spec = ModelPerformance.tests().into_iter().find(|s| s.id == test);
        let (warning, alert) = thresholds(definition);
        let limits = spec.and_then(|mut s| {
            s.thresholds = Some(Thresholds { warning, alert });
            s.effect_max = effect_max(definition);
            context.settings.thresholds(&s)
        });
        let limits = limits.unwrap_or(Thresholds { warning, alert });
        let (reference, evaluation) = (self.reference, self.evaluation);
        let rows = |p: &ModelProfile| if definition.labels { p.tally.labelled.rows } else { p.tally.predicted.rows };
        if rows(reference).min(rows(evaluation)) < LEAST_ROWS {
            return Measurement::Skipped(format!("{} needs at least {} on both sides.", definition.name, self.frame.counted(LEAST_ROWS)));
        }
        if definition.metric == Metric::PositivePredictionRate && self.frame.classes.len() != 2 {
            return self.class_rates(definition, limits);
        }
        let gap = match definition.metric.estimates().filter(|&base| base != Metric::Accuracy) {
            Some(base) => estimated_gap(self.frame, definition, base, (reference, evaluation), &mut context.rng("model_performance", id)),
            None => whole_gap(self.frame, definition, reference, evaluation, &self.splits),
        };
        let Some((from, to, gap)) = gap else {
            return Measurement::Skipped(Self::why_not(definition));
        };
        let mut measured = self.measured(definition, limits, from, to, gap);
        if estimates(definition.metric) {
            self.add_realised_error(definition, to, &mut measured);
        }
        if let Some(bound) = context.settings.tests.get(test).and_then(|c| c.bound) {
            measured.also.push(self.bound(definition, limits, bound, to));
        }
        Measurement::Measured(Box::new(measured))
    }

    fn why_not(definition: &MetricDefinition) -> String {
        match definition.metric {
            Metric::Msle => "The mean squared log error needs labels and predictions above −1 on both sides.".to_owned(),
            Metric::Mape => "The mean absolute percentage error needs labels other than 0 on both sides.".to_owned(),
            Metric::Auc | Metric::AveragePrecision => {
                format!("{} needs at least five positive and five negative rows on both sides.", definition.name)
            }
            _ => format!("{} cannot be computed on both sides: too few rows bear on it.", definition.name),
        }
    }

    fn estimates(&self, definition: &MetricDefinition, from: f64, to: f64) -> (Estimate, Estimate) {
        let of = |profile: &ModelProfile, value| match definition.metric.estimates().zip(profile.expected.as_ref()) {
            // The interval is of what labels would show.
            Some((Metric::Auc, expected)) if self.frame.classes.len() > 2 => {
                let half = 1.96 * expected.area_error().unwrap_or(0.0);
                Estimate { value: finite(value), low: finite((value - half).max(0.0)), high: finite((value + half).min(1.0)) }
            }
            Some((base, expected)) => {
                let base = MetricDefinition { metric: base, ..*definition };
                estimate(self.frame, &expected.tally(self.frame, &profile.tally), &base, Some(value))
            }
            None => estimate(self.frame, &profile.tally, definition, Some(value)),
        };
        (of(self.reference, from), of(self.evaluation, to))
    }

    fn measured(&self, definition: &MetricDefinition, limits: Thresholds, from: f64, to: f64, gap: Gap) -> Measured {
        let (reference, evaluation) = self.estimates(definition, from, to);
        let sign = match definition.better {
            Better::Lower => 1.0,
            Better::Higher => -1.0,
            Better::Neutral => 0.0,
        };
        let at = |t: f64| finite(from + sign * t * unit_of(self.frame, definition, from)).filter(|_| sign != 0.0);
        let rows = |p: &ModelProfile| if definition.labels { p.tally.labelled.rows } else { p.tally.predicted.rows };
        Measured {
            statistic: finite(gap.statistic),
            statistic_unit: Some(effect_unit(definition)),
            effect: finite(gap.effect),
            interval: Some((gap.effect - 1.96 * gap.standard_error, gap.effect + 1.96 * gap.standard_error)),
            p_value: Some(gap.p),
            standard_error: Some(gap.standard_error),
            thresholds: Some(limits),
            method: method(definition.metric).to_owned(),
            approximate: [self.reference, self.evaluation].iter().any(|p| self.frame.approximates_whole(p, definition.metric)),
            sentence: self.sentence(definition, from, to, gap),
            n_reference: Some(rows(self.reference)),
            n_evaluation: Some(rows(self.evaluation)),
            metrics: vec![
                CaseMetric {
                    kind: "PERFORMANCE_METRIC_VALUE".to_owned(),
                    metric: format!("reference_{}", definition.id),
                    value: finite(from),
                },
                CaseMetric {
                    kind: "PERFORMANCE_METRIC_VALUE".to_owned(),
                    metric: format!("evaluation_{}", definition.id),
                    value: finite(to),
                },
            ],
            figure: Some(Figure::MetricPair {
                metric: definition.name.to_owned(),
                unit: definition.unit,
                better: definition.better,
                reference,
                evaluation,
                warning: at(limits.warning),
                alert: at(limits.alert),
            }),
            ..Measured::default()
        }
    }

    fn sentence(&self, definition: &MetricDefinition, from: f64, to: f64, gap: Gap) -> String {
        let tally = &self.evaluation.tally;
        let labelled = tally.labelled.rows as f64 / tally.predicted.rows.max(1) as f64;
        let few = (definition.labels && labelled < MOSTLY_LABELLED).then_some(labelled);
        told(definition.name, &compared(self.frame, definition, [to, from], gap.statistic), to > from, few)
    }

    /// With labels on both sides an estimate is held against what it estimates.
    fn add_realised_error(&self, definition: &MetricDefinition, estimated: f64, measured: &mut Measured) {
        let base = definition.metric.estimates().unwrap_or(Metric::Accuracy);
        let value = |p: &ModelProfile| self.frame.realised(p, base);
        let tally = &self.evaluation.tally;
        if (tally.labelled.rows as f64) < MOSTLY_LABELLED * tally.predicted.rows as f64 {
            // A few labels are as uncertain as what they would be held against.
            return;
        }
        let (Some(_), Some(realised)) = (value(self.reference), value(self.evaluation)) else { return };
        let name = match base {
            Metric::Auc if self.frame.classes.len() > 2 => "AUC (each class against the rest)".to_owned(),
            base => definition_of_base(base),
        };
        let error = estimated - realised;
        measured.metrics.push(CaseMetric {
            kind: "MODEL_ERROR".to_owned(),
            metric: format!("{}_realised_error", definition.id),
            value: finite(error),
        });
        if error.abs() > UNRELIABLE {
            // What has failed where it could be checked must not raise alarms: p = 1.
            measured.p_value = Some(1.0);
        }
        measured.sentence = with_labels(&measured.sentence, &name, [realised, error], definition.unit);
    }

    /// The evaluation's value against a bound that the reader set.
    fn bound(&self, definition: &MetricDefinition, limits: Thresholds, bound: f64, to: f64) -> Measured {
        let unit = unit_of(self.frame, definition, bound);
        let error = self.frame.standard_error(&self.evaluation.tally, definition.metric).unwrap_or(0.0) / unit;
        let effect = match definition.better {
            Better::Higher => bound - to,
            Better::Lower => to - bound,
            Better::Neutral => (to - bound).abs(),
        } / unit;
        let p = if error > 0.0 { crate::stats::special::normal_upper(effect / error) } else { f64::from(u8::from(effect <= 0.0)) };
        Measured {
            statistic: finite(effect),
            statistic_unit: Some(effect_unit(definition)),
            effect: finite(effect),
            interval: Some((effect - 1.96 * error, effect + 1.96 * error)),
            p_value: Some(p),
            standard_error: Some(error),
            thresholds: Some(limits),
            method: "Normal interval from the rows' influence".to_owned(),
            sentence: against_bound(definition.name, [to, bound], definition.unit, effect <= 0.0),
            n_evaluation: Some(self.evaluation.tally.labelled.rows),
            aspect: Some("bound".to_owned()),
            ..Measured::default()
        }
    }

    /// Over several classes, the class whose share of the predictions moved most, Holm over the classes.
    fn class_rates(&self, definition: &MetricDefinition, limits: Thresholds) -> Measurement {
        let share = |p: &ModelProfile, class| self.frame.predicted_share(&p.tally, class);
        let mut rates: Vec<(usize, f64, f64, f64, f64)> = Vec::new();
        for class in 0..self.frame.classes.len() {
            let (Some(a), Some(b)) = (share(self.reference, class), share(self.evaluation, class)) else { continue };
            let (n, m) = (a.mass.effective(), b.mass.effective());
            let pooled = (a.mean * n + b.mean * m) / (n + m);
            let null = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
            if null > 0.0 {
                let error = (a.variance / n + b.variance / m).sqrt().max(0.5 * null);
                rates.push((class, a.mean, b.mean, error, crate::stats::special::normal_two_sided((b.mean - a.mean) / null)));
            }
        }
        let adjusted = holm(&rates.iter().map(|r| r.4).collect::<Vec<_>>());
        let moved = |r: &(usize, f64, f64, f64, f64)| (r.2 - r.1).abs();
        let most = rates.iter().zip(adjusted).max_by(|a, b| moved(a.0).total_cmp(&moved(b.0)));
        let Some((&(class, from, to, error, _), p)) = most else {
            return Measurement::Skipped("No class is predicted on both sides.".to_owned());
        };
        let name = self.frame.classes.get(class).cloned().unwrap_or_default();
        let gap = Gap { statistic: (to - from).abs(), effect: (to - from).abs(), standard_error: error, p };
        let mut measured = self.measured(definition, limits, from, to, gap);
        measured.sentence = of_class(&name, [from, to]);
        "Normal test of two shares, Holm over the classes".clone_into(&mut measured.method);
        measured.subset = Some(name);
        if let Some(Figure::MetricPair { reference, evaluation, .. }) = &mut measured.figure {
            let around = |value: f64, profile: &ModelProfile| {
                let n = profile.tally.predicted.effective();
                let (low, high) = crate::stats::proportions::wilson(value * n, n, 0.95);
                Estimate { value: finite(value), low: finite(low), high: finite(high) }
            };
            (*reference, *evaluation) = (around(from, self.reference), around(to, self.evaluation));
        }
        Measurement::Measured(Box::new(measured))
    }
}

/// How a metric's evidence is found.
pub(crate) fn method(metric: Metric) -> &'static str {
    match metric {
        Metric::Auc => "Exact area; DeLong's variance, tail with skewness",
        Metric::MulticlassAuc => "Hand and Till's area; variance from the rows' placements, by class",
        Metric::AveragePrecision => "Step-wise area; binomial variance on the positives",
        Metric::EstimatedAccuracy => "Isotonic calibration on the reference; permutation test of two means by three moments (Pearson III)",
        m if m.estimates().is_some() => "Isotonic calibration on the reference; expected counts tested as if they were seen",
        m if crate::stress::performance::DRAWN.contains(&m) => "Random splits of both sets at the same sizes; Pearson III tail",
        Metric::Accuracy | Metric::MulticlassAccuracy | Metric::TopKAccuracy | Metric::AverageThresholdedConfidence => {
            "Hypergeometric test of two shares"
        }
        Metric::EntityPrecision | Metric::EntityRecall | Metric::EntityF1 => {
            "Permutation test of two ratios over documents by three moments (Pearson III)"
        }
        Metric::R2 | Metric::PredictionVariance | Metric::PositivePredictionVariance | Metric::NegativePredictionVariance => {
            "Normal test on the rows' influence"
        }
        _ => "Permutation test of two means by three moments (Pearson III)",
    }
}

/// A metric's value now and before and what it moved by; `labelled`: the share of rows with a label, where it is small.
fn told(name: &str, [to, from, gap]: &[String; 3], rises: bool, labelled: Option<f64>) -> String {
    let moved = if to == from {
        format!("{name} is {to} in both sets")
    } else {
        format!("{name} is {to} in the evaluation set, {} {gap} from {from} in the reference", if rises { "up" } else { "down" })
    };
    let few = labelled.map_or_else(String::new, |share| format!("; only {} of the evaluation rows have a label", percent(share)));
    format!("{moved}{few}.")
}

/// An estimate's sentence with what it estimates.
fn with_labels(sentence: &str, name: &str, [realised, error]: [f64; 2], unit: Unit) -> String {
    let sentence = sentence.trim_end_matches('.');
    let [real, by] = together([realised, error.abs()], unit);
    if error.abs() > UNRELIABLE {
        format!("{sentence}; it misses the {name} of {real} by {by}, so it is not a reliable estimate here.")
    } else {
        format!("{sentence}; with the labels the {name} is {}.", together([realised], unit).concat())
    }
}

fn against_bound(name: &str, values: [f64; 2], unit: Unit, kept: bool) -> String {
    let [to, bound] = together(values, unit);
    format!("{name} is {to} in the evaluation set and {} the bound of {bound}.", if kept { "keeps" } else { "misses" })
}

fn of_class(name: &str, [from, to]: [f64; 2]) -> String {
    let way = if to > from { "up" } else { "down" };
    let gone = to <= 0.0;
    let [from, to] = together([from, to], Unit::Share);
    let to = if gone { "None".to_owned() } else { to };
    format!("{to} of the evaluation rows are predicted to be {name}, {way} from {from} in the reference: the class whose share moved most.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let of = |texts: [&str; 3], rises, labelled| told("Accuracy", &texts.map(str::to_owned), rises, labelled);
        assert_eq!(
            of(["0.534", "0.809", "0.275"], false, None),
            "Accuracy is 0.534 in the evaluation set, down 0.275 from 0.809 in the reference."
        );
        assert_eq!(
            of(["0.811", "0.809", "0.002"], true, Some(0.123)),
            "Accuracy is 0.811 in the evaluation set, up 0.002 from 0.809 in the reference; only 12.3\u{a0}% of the evaluation rows have a label."
        );
        assert_eq!(of(["0.800", "0.800", "0.000"], true, None), "Accuracy is 0.800 in both sets.");
        let estimated = "Estimated accuracy is 0.800 in both sets.";
        assert_eq!(
            with_labels(estimated, "accuracy", [0.61, 0.19], Unit::Score),
            "Estimated accuracy is 0.800 in both sets; it misses the accuracy of 0.610 by 0.190, so it is not a reliable estimate here."
        );
        assert_eq!(
            with_labels(estimated, "accuracy", [0.79, -0.01], Unit::Score),
            "Estimated accuracy is 0.800 in both sets; with the labels the accuracy is 0.790."
        );
        assert_eq!(
            against_bound("RMSE", [12_345.6, 9_000.0], Unit::Number, false),
            "RMSE is 12\u{202f}346 in the evaluation set and misses the bound of 9\u{202f}000."
        );
        assert_eq!(against_bound("F1", [0.9, 0.85], Unit::Score, true), "F1 is 0.900 in the evaluation set and keeps the bound of 0.850.");
        assert_eq!(
            of_class("c", [0.323, 0.0]),
            "None of the evaluation rows are predicted to be c, down from 32.3\u{a0}% in the reference: the class whose share moved most."
        );
        assert_eq!(
            of_class("\"a\"", [0.255, 0.459]),
            "45.9\u{a0}% of the evaluation rows are predicted to be \"a\", up from 25.5\u{a0}% in the reference: the class whose share moved most."
        );
    }
}
