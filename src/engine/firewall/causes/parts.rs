//! Which rows bear a change of a metric: without them on both sides, how much of it would be left?
//!
//! For a part of the rows with weight share w whose metric differs by g from the others', a mean over all rows differs from that over
//! the others by w·g; what the part adds to the change is w₁·g₁ − w₀·g₀ = (w₁ − w₀)·g₀ (mix) + w₁·(g₁ − g₀) (within; Kitagawa 1955,
//! JASA 50). A change that goes through all rows alike leaves every part with nothing, a new value that is always wrong bears all of its
//! own. The same difference of a metric with and without the part, taken from the tallies, serves metrics that are no means.

use straingauge_api::Unit;

use crate::metrics::{Margins, Metric, MetricDefinition};
use crate::profile::rules::Rule;
use crate::profile::{Mean, ModelFrame, OutcomeTally, Profile, SubsetFrame};
use crate::stress::drift::attribution::{self, Attribution};
use crate::stress::{Context, lower_first, subset_label};

/// From this share of labelled rows on, parts by the label are told.
const LABELLED: f64 = 0.8;
/// A part that is more of the rows on both sides is hardly a part.
const MOST_OF_ALL: f64 = 0.5;
/// Standard errors within which a part's contribution is noise, whatever the number of parts.
const NOISE: f64 = 2.0;

/// What changed: a metric, or the share of rows that are predicted to be of a class.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quantity {
    Metric(&'static MetricDefinition),
    Predicted(usize),
}

impl Quantity {
    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Metric(d) => d.unit,
            Self::Predicted(_) => Unit::Share,
        }
    }

    pub(super) fn name(self, frame: &ModelFrame) -> String {
        match self {
            Self::Metric(d) => lower_first(d.name),
            Self::Predicted(class) => format!("the share predicted as {}", frame.classes.get(class).map_or("", String::as_str)),
        }
    }

    fn mean(self, frame: &ModelFrame, tally: &OutcomeTally) -> Option<Mean> {
        match self {
            Self::Metric(d) => frame.mean(tally, d.metric),
            Self::Predicted(class) => frame.predicted_share(tally, class),
        }
    }

    /// Its value over some rows, as it is shown.
    pub(super) fn value(self, frame: &ModelFrame, tally: &OutcomeTally) -> Option<f64> {
        match self {
            Self::Metric(d) => frame.value(tally, d.metric).filter(|x| x.is_finite()),
            Self::Predicted(_) => self.mean(frame, tally).map(|m| m.mean),
        }
    }
}

/// Some rows of a side beside the others.
#[derive(Debug, Clone, Copy, Default)]
struct Beside {
    /// The part's share of the weight.
    share: f64,
    /// The metric over the part less that over the others, on the scale that adds up.
    gap: f64,
    /// The metric over all rows less that over the others.
    moves: f64,
    /// The variance of `moves`.
    variance: f64,
}

impl Beside {
    /// `None` where the part is all there is.
    fn of(quantity: Quantity, frame: &ModelFrame, whole: &OutcomeTally, part: &OutcomeTally) -> Option<Self> {
        if let Some(all) = quantity.mean(frame, whole) {
            let Some(own) = quantity.mean(frame, part) else { return Some(Self::default()) };
            let share = own.mass.weight / all.mass.weight;
            let rest = 1.0 - share;
            if rest <= 1e-9 {
                return None;
            }
            let of_rest = (all.mean - share * own.mean) / rest;
            let second = |m: &Mean| m.variance + m.mean * m.mean;
            let spread = ((second(&all) - share * second(&own)) / rest - of_rest * of_rest).max(0.0);
            let (n, gap) = (all.mass.effective(), own.mean - of_rest);
            let variance = share * share * (own.variance / own.mass.effective() + spread / (n * rest)) + share * rest / n * gap * gap;
            return Some(Self { share, gap, moves: share * gap, variance });
        }
        let Quantity::Metric(definition) = quantity else { return None };
        let weight = |t: &OutcomeTally| if definition.labels { t.labelled.weight } else { t.predicted.weight };
        let share = weight(part) / weight(whole);
        if share.is_nan() || share <= 0.0 {
            return Some(Self::default());
        }
        let others = whole.without(part);
        let (all, rest) = (quantity.value(frame, whole)?, quantity.value(frame, &others)?);
        let error = |t: &OutcomeTally| frame.standard_error(t, definition.metric).filter(|e| e.is_finite());
        let of_rest = error(&others)?;
        // A part too small or too uniform for an error of its own spreads as so many of the other rows would.
        let own = error(part).unwrap_or(0.0).max(of_rest * ((1.0 - share) / share).max(0.0).sqrt());
        let moves = all - rest;
        let variance = share * share * (own * own + of_rest * of_rest) + (1.0 - share) / (share * weight(whole).max(1.0)) * moves * moves;
        Some(Self { share, gap: moves / share, moves, variance })
    }
}

/// A part of the rows and what it bears of a change.
#[derive(Debug, Clone)]
pub(super) struct Bearing {
    /// The feature's place; `None` for the label and the predicted class.
    pub(super) feature: Option<usize>,
    /// The feature's name.
    pub(super) name: String,
    /// The cell of the feature's subsets; `None` for the values that the reference never has.
    pub(super) cell: Option<usize>,
    /// `= Travel`.
    pub(super) label: String,
    /// The change less what would be left of it without the part.
    pub(super) contribution: f64,
    /// Its standard error.
    pub(super) error: f64,
    /// The contribution over the change.
    pub(super) share: f64,
    /// Because rows moved; absent for metrics that are no means.
    pub(super) mix: Option<f64>,
    /// Because the metric moved within.
    pub(super) within: Option<f64>,
    /// The evaluation's rows.
    pub(super) rows: u64,
    /// Shares of the rows on both sides.
    pub(super) shares: (f64, f64),
    /// The metric over the part on both sides.
    pub(super) values: (Option<f64>, Option<f64>),
}

/// A change of a metric, ready to be taken apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fall<'a> {
    pub(super) context: &'a Context,
    pub(super) quantity: Quantity,
    pub(super) frame: &'a ModelFrame,
    pub(super) sides: (&'a OutcomeTally, &'a OutcomeTally),
    /// The change on the scale that adds up.
    pub(super) total: f64,
    /// The value on both sides, as it is shown.
    pub(super) values: (f64, f64),
}

impl<'a> Fall<'a> {
    /// `None` where a side does not have the metric, or nothing changed.
    pub(super) fn of(context: &'a Context, quantity: Quantity) -> Option<Self> {
        let frame = context.frame.model.as_ref()?;
        let sides = (&context.reference.model.as_ref()?.tally, &context.evaluation.model.as_ref()?.tally);
        let values = (quantity.value(frame, sides.0)?, quantity.value(frame, sides.1)?);
        let scaled = |t| quantity.mean(frame, t).map(|m| m.mean);
        let total = scaled(sides.1).unwrap_or(values.1) - scaled(sides.0).unwrap_or(values.0);
        (total != 0.0).then_some(Self { context, quantity, frame, sides, total, values })
    }

    /// The part of each feature that bears most, those first that bear most for sure.
    pub(super) fn bearings(&self, only: Option<usize>) -> Vec<Bearing> {
        let Context { features, frame, reference, evaluation, .. } = self.context;
        let mut all: Vec<Vec<Bearing>> = Vec::new();
        for (at, feature) in features.iter().enumerate().filter(|(at, _)| only.is_none_or(|o| o == *at)) {
            let mut own = Vec::new();
            let unseen = self.unseen(at);
            let cut = frame.subsets.get(at).and_then(Option::as_ref);
            let cells = |p: &'a Profile| p.subsets.get(at).and_then(Option::as_ref).map(|s| &s.cells);
            if let (Some(cut), Some(a), Some(b)) = (cut, cells(reference), cells(evaluation)) {
                for (cell, ((label, a), b)) in cut.labels.iter().zip(a).zip(b).enumerate() {
                    // The rows of new values stand among the other values'; they are a part of their own.
                    let new = unseen.as_ref().is_some_and(|u| is_other(cut, cell) && 2 * u.rows >= b.rows);
                    if !new {
                        let label = if is_other(cut, cell) { subset_label(self.context, at, cut, cell) } else { label.clone() };
                        own.extend(self.bearing(Some(at), &feature.name, Some(cell), &label, (Some(a), b)));
                    }
                }
            }
            own.extend(unseen);
            all.push(own);
        }
        if only.is_none() {
            all.extend(self.classes());
        }
        // The largest of k noises reaches about √(2 ln k) standard errors.
        let parts: usize = all.iter().map(Vec::len).sum();
        let least = NOISE.max((2.0 * crate::math::ln(parts.max(1) as f64)).sqrt() + 0.5);
        let sure = |b: &Bearing| b.contribution * self.total.signum() - least * b.error;
        let told = |b: &Bearing| sure(b) > 0.0 && b.share > super::TELLING && b.shares.0.min(b.shares.1) < MOST_OF_ALL;
        let most = |of: Vec<Bearing>| of.into_iter().filter(told).max_by(|p, q| sure(p).total_cmp(&sure(q)));
        let mut out: Vec<Bearing> = match only {
            None => all.into_iter().filter_map(most).collect(),
            Some(_) => all.into_iter().flatten().filter(told).collect(),
        };
        // Classes describe what features explain.
        out.sort_by(|p, q| {
            q.feature.is_some().cmp(&p.feature.is_some()).then(sure(q).total_cmp(&sure(p))).then_with(|| p.name.cmp(&q.name))
        });
        out
    }

    /// The parts by true and by predicted class; for a macro metric what each class's own rate bears.
    fn classes(&self) -> Vec<Vec<Bearing>> {
        let Context { frame, reference, evaluation, .. } = self.context;
        let (Some(a), Some(b)) = (&reference.model, &evaluation.model) else { return Vec::new() };
        let label = frame.label.as_ref().map_or("the label", |l| &l.name);
        // The model's answers alone do not change by class but by themselves.
        if !matches!(self.quantity, Quantity::Metric(d) if d.labels) {
            return Vec::new();
        }
        if self.is_mean() {
            let by = [(label, &a.by_label, &b.by_label), ("the predicted class", &a.by_predicted, &b.by_predicted)];
            // Where hardly any row has a label, its classes have not become fewer.
            let labelled = b.tally.labelled.rows as f64 >= LABELLED * b.tally.rows as f64;
            let of = |(name, a, b): (&str, &Vec<OutcomeTally>, &Vec<OutcomeTally>)| {
                let classes = self.frame.classes.iter().zip(a.iter().zip(b));
                classes.filter_map(|(class, (a, b))| self.bearing(None, name, None, &format!("= {class}"), (Some(a), b))).collect()
            };
            return by.into_iter().skip(usize::from(!labelled)).map(of).collect();
        }
        let margins = (self.frame.margins(&a.tally), self.frame.margins(&b.tally));
        let (Quantity::Metric(definition), (Some(a), Some(b))) = (self.quantity, margins) else { return Vec::new() };
        let k = a.truth.iter().zip(&b.truth).filter(|(a, b)| **a > 0.0 && **b > 0.0).count().max(1) as f64;
        let of = |(at, class): (usize, &String)| {
            let rate = |m: &Margins| {
                let (truth, predicted, right) = (*m.truth.get(at)?, *m.predicted.get(at)?, *m.right.get(at)?);
                let (part, over) = match definition.metric {
                    Metric::MacroRecall | Metric::BalancedAccuracy => (right, truth),
                    Metric::MacroPrecision => (right, predicted),
                    Metric::MacroF1 => (2.0 * right, truth + predicted),
                    _ => return None,
                };
                (truth > 0.0 && over > 0.0).then(|| (part / over, truth, truth / m.total))
            };
            let ((before, n, was), (after, m, is)) = (rate(&a)?, rate(&b)?);
            let contribution = (after - before) / k;
            let noise = |p: f64, n: f64| (p * (1.0 - p)).max(0.25 / n) / n;
            Some(Bearing {
                feature: None,
                name: label.to_owned(),
                cell: None,
                label: format!("= {class}"),
                contribution,
                error: (noise(before, n) + noise(after, m)).sqrt() / k,
                share: contribution / self.total,
                mix: None,
                within: None,
                rows: m.round() as u64,
                shares: (was, is),
                values: (Some(before), Some(after)),
            })
        };
        vec![self.frame.classes.iter().enumerate().filter_map(of).collect()]
    }

    fn is_mean(&self) -> bool {
        self.quantity.mean(self.frame, self.sides.1).is_some()
    }

    /// The rows with values that the reference never has.
    fn unseen(&self, at: usize) -> Option<Bearing> {
        let Context { features, frame, evaluation, .. } = self.context;
        let place = frame.rules.features.get(at)?.rules.iter().position(|r| matches!(r, Rule::UnseenCategorical))?;
        let count = evaluation.rules.features.get(at)?.get(place)?;
        let tally = count.outcomes.as_ref().filter(|t| t.rows > 0)?;
        let (value, rows) = count.values.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)))?;
        let others = count.values.len() as u64 - 1 + count.more_values;
        let label = match others {
            0 => format!("= {value}"),
            _ if 2 * rows >= count.failing => format!("= {value} or {others} other new value{}", if others == 1 { "" } else { "s" }),
            _ => format!("is one of {} new values", others + 1),
        };
        self.bearing(Some(at), &features.get(at)?.name, None, &label, (None, tally))
    }

    fn bearing(
        &self,
        feature: Option<usize>,
        name: &str,
        cell: Option<usize>,
        label: &str,
        (before, after): (Option<&OutcomeTally>, &OutcomeTally),
    ) -> Option<Bearing> {
        let beside = |whole, part| Beside::of(self.quantity, self.frame, whole, part);
        let a = before.map_or(Some(Beside::default()), |part| beside(self.sides.0, part))?;
        let b = beside(self.sides.1, after)?;
        if a.share == 0.0 && b.share == 0.0 {
            return None;
        }
        let contribution = b.moves - a.moves;
        let is_mean = self.is_mean();
        let mix = (b.share - a.share) * a.gap;
        let value = |t: &OutcomeTally| self.quantity.value(self.frame, t);
        Some(Bearing {
            feature,
            name: name.to_owned(),
            cell,
            label: label.to_owned(),
            contribution,
            error: (a.variance + b.variance).sqrt(),
            share: contribution / self.total,
            mix: is_mean.then_some(mix),
            within: is_mean.then_some(contribution - mix),
            rows: after.rows,
            shares: (a.share, b.share),
            values: (before.filter(|_| a.share > 0.0).and_then(value), value(after)),
        })
    }

    /// What some of the evaluation's rows bear that the reference has hardly any of: its estimate and standard error.
    pub(super) fn borne_by(&self, part: &OutcomeTally) -> Option<(f64, f64)> {
        let b = Beside::of(self.quantity, self.frame, self.sides.1, part)?;
        (b.share > 0.0).then(|| (b.moves, b.variance.sqrt()))
    }

    /// Mix and within over all subsets of a feature; `None` for metrics that are no means.
    pub(super) fn attribution(&self, at: usize) -> Option<Attribution> {
        attribution::over_subsets(self.context, at, &|tally| self.quantity.mean(self.frame, tally))
    }
}

/// Whether a cell takes all values without a cell of their own.
pub(super) fn is_other(cut: &SubsetFrame, cell: usize) -> bool {
    matches!(cut.cut, crate::profile::Cut::Values { .. }) && cell + 2 == cut.cells()
}

/// What a test measures, where it is a metric of the model; `None` for others. Estimates are taken apart by the estimated accuracy, whose
/// expectation is a mean over rows.
pub(super) fn quantity(context: &Context, test: &str, object: &str) -> Option<Quantity> {
    let frame = context.frame.model.as_ref()?;
    let by_metric = |metric: Metric| crate::metrics::catalogue(frame.task).find(|d| d.metric == metric).map(Quantity::Metric);
    let class = || {
        let named = frame.classes.iter().position(|class| object == format!("P({class})"));
        let shift = |class: usize| {
            let share = |p: &Profile| Some(frame.predicted_share(&p.model.as_ref()?.tally, class)?.mean);
            Some((share(&context.evaluation)? - share(&context.reference)?).abs())
        };
        let moved = (0..frame.classes.len()).filter_map(|class| Some((shift(class)?, class)));
        named.or_else(|| moved.max_by(|p, q| p.0.total_cmp(&q.0)).map(|(_, class)| class)).map(Quantity::Predicted)
    };
    match test {
        "drift:predicted_label_drift" => class(),
        "drift:prediction_drift" => by_metric(Metric::AveragePrediction).filter(|q| Fall::of(context, *q).is_some()).or_else(class),
        "model_performance:positive_prediction_rate" if frame.classes.len() > 2 => class(),
        _ if test.starts_with("model_performance:estimated_") => by_metric(Metric::EstimatedAccuracy),
        _ if test.starts_with("model_performance:") || test.starts_with("subset_performance") => {
            crate::metrics::by_id(frame.task, crate::stress::metric_of(test)).map(Quantity::Metric)
        }
        _ => None,
    }
}
