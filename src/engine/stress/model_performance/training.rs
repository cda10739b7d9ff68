//! A reference that the model was trained on makes every comparison look like a fall.

use straingauge_api::Unit;
use straingauge_charts::format::together;

use super::metric::both_labelled;
use crate::metrics::Metric;
use crate::profile::{Form, OutcomeTally};
use crate::stress::Context;

/// The sentence of the banner, where the reference does so much better than the evaluation set that it looks like the data
/// the model was trained on: errors at least twice as common (or, for numbers, twice as large), by at least ten points, far
/// beyond chance, and so everywhere: where one part of the evaluation rows makes all the difference, that part is the matter.
pub fn looks_like_training(context: &Context) -> Option<String> {
    if !both_labelled(context) {
        return None;
    }
    let frame = context.frame.model.as_ref()?;
    let (reference, evaluation) = (context.reference.model.as_ref()?, context.evaluation.model.as_ref()?);
    let metric = match frame.form {
        Form::Numbers => Metric::Rmse,
        Form::Queries | Form::Entities => return None,
        _ if frame.classes.len() == 2 => Metric::Accuracy,
        _ => Metric::MulticlassAccuracy,
    };
    let (from, to) = (frame.value(&reference.tally, metric)?, frame.value(&evaluation.tally, metric)?);
    let error = |tally| frame.standard_error(tally, metric).unwrap_or(f64::INFINITY);
    let noise = (error(&reference.tally) * error(&reference.tally) + error(&evaluation.tally) * error(&evaluation.tally)).sqrt();
    let suspicious = |to: f64| {
        if frame.form == Form::Numbers {
            to >= 2.0 * from && to - from >= 0.1 * frame.label_sd
        } else {
            from - to >= 0.1 && 1.0 - to >= 2.0 * (1.0 - from)
        }
    };
    if !suspicious(to) || (from - to).abs() < 5.0 * noise {
        return None;
    }
    let all = evaluation.tally.labelled.rows;
    let mut parts = context.evaluation.subsets.iter().flatten().flat_map(|s| &s.cells).filter(|cell| 2 * cell.labelled.rows <= all);
    let without = |cell: &OutcomeTally| frame.value(&evaluation.tally.without(cell), metric);
    if parts.any(|cell| without(cell).is_some_and(|rest| !suspicious(rest))) {
        return None;
    }
    Some(if frame.form == Form::Numbers {
        let [from, to] = together([from, to], Unit::Number);
        format!(
            "The reference looks like training data: the model's RMSE is {from} there and {to} on the evaluation set. A held-out reference would show what has really changed."
        )
    } else {
        let [from, to] = together([from, to], Unit::Share);
        format!(
            "The reference looks like training data: the model is right on {from} of its rows and on {to} of the evaluation set's. A held-out reference would show what has really changed."
        )
    })
}
