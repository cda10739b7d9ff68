//! Where a change of the metric comes from: rows that moved between the parts of a set, or the model doing otherwise within them.
//!
//! Δ = Σ(w₁ − w₀)·m₀ (mix) + Σw₁·(m₁ − m₀) (within), over parts of weight w and metric m (Kitagawa 1955, JASA 50; Oaxaca 1973). It holds for
//! metrics that are means over rows: accuracy, absolute error.

use straingauge_api::{Better, CaseMetric};
use straingauge_charts::format::together;

use crate::metrics::{Metric, MetricDefinition, catalogue};
use crate::profile::{Form, Mean, ModelFrame, OutcomeTally, Profile};
use crate::stress::{Context, Measured};

/// A part of a set: the weight of its rows and the metric's mean over them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Part {
    /// Weight; in any unit, the same for all parts of a side.
    pub weight: f64,
    /// The metric over its rows; not looked at where it has none.
    pub metric: f64,
}

/// A change of a metric in two parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attribution {
    /// What the moved weights do, the reference's metric kept in every part.
    pub mix: f64,
    /// What the changed metric does within the parts, at the evaluation's weights.
    pub within: f64,
    /// What chance alone would scatter the mix by, one standard deviation.
    pub mix_error: f64,
}

impl Attribution {
    /// The whole change.
    pub fn total(&self) -> f64 {
        self.mix + self.within
    }

    /// Takes a change apart, over the same parts of both sides. Where the reference has no rows of a part its own mean stands in. `None`
    /// where a side has no rows.
    pub fn of(reference: &[Part], evaluation: &[Part]) -> Option<Self> {
        let total = |side: &[Part]| side.iter().map(|p| p.weight).sum::<f64>();
        let (n, m) = (total(reference), total(evaluation));
        if n <= 0.0 || m <= 0.0 {
            return None;
        }
        let share = |of: f64| reference.iter().filter(|p| p.weight > 0.0).map(|p| p.weight / n * (p.metric - of)).sum::<f64>() + of;
        let whole = share(0.0);
        let (mut mix, mut within, mut spread) = (0.0, 0.0, 0.0);
        for (a, b) in reference.iter().zip(evaluation) {
            let before = if a.weight > 0.0 { a.metric } else { whole };
            mix += (b.weight / m - a.weight / n) * before;
            within += if b.weight > 0.0 { b.weight / m * (b.metric - before) } else { 0.0 };
            spread += a.weight / n * (before - whole) * (before - whole);
        }
        Some(Self { mix, within, mix_error: (spread * (1.0 / n + 1.0 / m)).sqrt() })
    }
}

/// The metric that changes are taken apart for: accuracy, or absolute error.
fn headline(frame: &ModelFrame) -> Option<&'static MetricDefinition> {
    let wanted = [Metric::Accuracy, Metric::MulticlassAccuracy, Metric::Mae];
    catalogue(frame.task).find(|d| wanted.contains(&d.metric))
}

/// What a feature's subsets have to do with a change of the metric; `None` without labels and predictions on both sides.
pub fn of_feature(context: &Context, feature: &str) -> Option<Attribution> {
    of_subsets(context, feature, |parts| parts)
}

/// The same for two parts only: rows that have the feature, and rows that lack it.
pub fn of_presence(context: &Context, feature: &str) -> Option<Attribution> {
    of_subsets(context, feature, |mut parts| {
        let missing = parts.pop().unwrap_or_default();
        let known = parts.iter().filter(|p| p.weight > 0.0);
        let (weight, sum) = known.fold((0.0, 0.0), |(w, s), p| (w + p.weight, s + p.weight * p.metric));
        vec![Part { weight, metric: sum / weight }, missing]
    })
}

fn of_subsets(context: &Context, feature: &str, gather: impl Fn(Vec<Part>) -> Vec<Part>) -> Option<Attribution> {
    let frame = context.frame.model.as_ref()?;
    let (metric, at) = (headline(frame)?.metric, context.feature(feature)?);
    let parts = |profile: &Profile| parts(profile, at, &|tally| frame.mean(tally, metric)).map(&gather);
    Attribution::of(&parts(&context.reference)?, &parts(&context.evaluation)?)
}

/// What the subsets of the feature at a place have to do with a change of any mean over rows.
pub fn over_subsets(context: &Context, at: usize, mean: &dyn Fn(&OutcomeTally) -> Option<Mean>) -> Option<Attribution> {
    Attribution::of(&parts(&context.reference, at, mean)?, &parts(&context.evaluation, at, mean)?)
}

/// A side's subsets by a feature.
fn parts(profile: &Profile, at: usize, mean: &dyn Fn(&OutcomeTally) -> Option<Mean>) -> Option<Vec<Part>> {
    let cells = &profile.subsets.get(at)?.as_ref()?.cells;
    let part = |tally| mean(tally).map_or_else(Part::default, |m| Part { weight: m.mass.weight, metric: m.mean });
    Some(cells.iter().map(part).collect())
}

/// The same for the label's classes, the predicted classes (`predicted`).
pub fn of_classes(context: &Context, predicted: bool) -> Option<Attribution> {
    of_whole(context, |frame, tally| {
        let k = frame.classes.len();
        let cell = |i: usize, j: usize| tally.confusion.get(i * k + j).copied().unwrap_or(0.0);
        let part = |c: usize| {
            let weight: f64 = (0..k).map(|other| if predicted { cell(other, c) } else { cell(c, other) }).sum();
            Part { weight, metric: cell(c, c) / weight }
        };
        (!tally.confusion.is_empty()).then(|| (0..k).map(part).collect())
    })
}

/// The same for the scores of a model of two classes.
pub fn of_scores(context: &Context) -> Option<Attribution> {
    of_whole(context, |frame, tally| {
        let (negative, positive) = tally.histograms();
        let cut = frame.score_edges.partition_point(|&edge| edge < frame.cut);
        let part = |(cell, (n, p)): (usize, (&f64, &f64))| Part { weight: n + p, metric: if cell > cut { *p } else { *n } / (n + p) };
        (frame.form == Form::Score).then(|| negative.iter().zip(positive).enumerate().map(part).collect())
    })
}

fn of_whole(context: &Context, parts: impl Fn(&ModelFrame, &OutcomeTally) -> Option<Vec<Part>>) -> Option<Attribution> {
    let frame = context.frame.model.as_ref().filter(|f| f.form != Form::Numbers)?;
    let of = |profile: &Profile| parts(frame, &profile.model.as_ref()?.tally);
    Attribution::of(&of(&context.reference)?, &of(&context.evaluation)?)
}

/// Adds the parts to a case, and says them where the mix is beyond chance and at least one point (or five per cent of the reference's error).
pub(super) fn tell(context: &Context, measured: &mut Measured, attribution: Option<Attribution>, parts: &str) {
    let Some((a, definition)) = attribution.zip(context.frame.model.as_ref().and_then(headline)) else { return };
    let values = [("total", a.total()), ("mix", a.mix), ("within", a.within)];
    measured.metrics.extend(values.map(|(part, value)| CaseMetric {
        kind: "PERFORMANCE_DIFF".to_owned(),
        metric: format!("{part}:{}", definition.id),
        value: Some(value),
    }));
    let value = |p: &Profile| context.frame.model.as_ref().zip(p.model.as_ref()).and_then(|(f, m)| f.value(&m.tally, definition.metric));
    let least = if definition.better == Better::Lower { 0.05 * value(&context.reference).unwrap_or(f64::INFINITY) } else { 0.01 };
    if a.mix.abs() >= least && a.mix.abs() >= 3.0 * a.mix_error {
        let [total, mix, within] = together([a.total(), a.mix, a.within], definition.unit);
        measured.sentence +=
            &format!(" {} changes by {total}: {mix} because rows moved between {parts}, {within} within them.", definition.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(of: &[(f64, f64)]) -> Vec<Part> {
        of.iter().map(|&(weight, metric)| Part { weight, metric }).collect()
    }

    #[test]
    fn a_change_is_the_sum_of_its_parts() {
        // Half of the rows at 0.9 and half at 0.5; then a quarter and three quarters, and the second part falls to 0.4.
        let a = Attribution::of(&parts(&[(50.0, 0.9), (50.0, 0.5)]), &parts(&[(10.0, 0.9), (30.0, 0.4)])).unwrap();
        assert!((a.mix - -0.1).abs() < 1e-15 && (a.within - -0.075).abs() < 1e-15);
        assert!((a.total() - (0.525 - 0.7)).abs() < 1e-15);
        // sd of 0.9 and 0.5 is 0.2.
        assert!((a.mix_error - 0.2 * (0.01f64 + 0.025).sqrt()).abs() < 1e-15);
    }

    #[test]
    fn parts_that_one_side_lacks_still_add_up() {
        let nan = f64::NAN;
        let a = Attribution::of(&parts(&[(100.0, 0.8), (0.0, nan)]), &parts(&[(0.0, nan), (40.0, 0.5)])).unwrap();
        assert!((a.total() - -0.3).abs() < 1e-15 && a.mix.abs() < 1e-15, "{a:?}");
        assert_eq!(Attribution::of(&parts(&[(0.0, nan)]), &parts(&[(1.0, 0.5)])), None);
    }
}
