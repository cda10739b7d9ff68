//! Truth and prediction of both sides of a run in one form, with one list of classes.

use straingauge_api::{ModelTask, SideInfo};

use super::{Outcomes, Predictions};
use crate::table::Dataset;
use crate::{Error, Result};

/// One side: a data set and a model's predictions for it.
pub type SideInput<'a> = (&'a Dataset, Option<&'a Predictions>);

/// Brings truth and predictions of both sides into one form: (reference, evaluation).
///
/// `positive_class` and `cut` override what the reference's parameters say.
///
/// # Errors
/// Where labels or predictions cannot be those of `task`.
pub fn outcomes(
    task: ModelTask,
    reference: SideInput<'_>,
    evaluation: SideInput<'_>,
    positive_class: Option<&str>,
    cut: Option<f64>,
) -> Result<(Outcomes, Outcomes)> {
    let _ = (reference, evaluation, positive_class, cut);
    Err(Error::new("task_not_supported", format!("{} cannot be tested yet.", task.label())))
}

/// What a run says of one of its sides.
pub fn side_info(side: SideInput<'_>) -> SideInfo {
    let (dataset, predictions) = side;
    SideInfo {
        dataset: dataset.name.clone(),
        file: dataset.info.file.clone(),
        sha256: dataset.info.sha256.clone(),
        rows: dataset.rows() as u64,
        labelled: dataset.info.labelled,
        predicted: predictions.map_or(0, |p| p.present() as u64),
    }
}
