//! A reference that the model was trained on makes every comparison look like a fall.

use super::metric::both_labelled;
use crate::metrics::Metric;
use crate::profile::Form;
use crate::stress::Context;

/// The sentence of the banner, where the reference does so much better than the evaluation set that it looks like the data
/// the model was trained on: errors at least twice as common (or, for numbers, twice as large), by at least ten points, far
/// beyond chance.
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
    let suspicious = if frame.form == Form::Numbers {
        to >= 2.0 * from && to - from >= 0.1 * frame.label_sd
    } else {
        from - to >= 0.1 && 1.0 - to >= 2.0 * (1.0 - from)
    };
    if !suspicious || (from - to).abs() < 5.0 * noise {
        return None;
    }
    Some(if frame.form == Form::Numbers {
        format!(
            "The reference looks like training data: the model's RMSE is {from:.3} there and {to:.3} on the evaluation set. A held-out reference would show what has really changed."
        )
    } else {
        format!(
            "The reference looks like training data: the model is right on {:.1} % of its rows and on {:.1} % of the evaluation set's. A held-out reference would show what has really changed.",
            100.0 * from,
            100.0 * to
        )
    })
}
