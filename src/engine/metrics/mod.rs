//! Performance metrics: classification, regression, calibration, estimated without labels.

mod alignment;
mod answers;
mod build;
mod classes;
mod confidence;
mod confusion;
mod counted;
mod curve;
mod definition;
mod distributions;
pub mod estimated;
mod form;
mod headers;
mod joining;
mod labels;
mod logged;
mod outcomes;
mod pairing;
mod polarity;
mod predictions;
pub mod ranking;

pub use build::{SideInput, outcomes, positive_of, side_info};
pub(crate) use confusion::ratio;
pub use confusion::{Margins, keep_classes, pool_rare};
pub use curve::{
    HistogramAuc, Placements, SortedScores, auc, average_precision, average_precision_variance, histogram_auc, histogram_average_precision,
};
pub use definition::{Metric, MetricDefinition, Scale, all, by_id, catalogue, leading, tasks_of};
pub use form::{OutcomeForm, outcomes_in, reference_outcomes};
pub use labels::labelled;
pub use outcomes::{NO_CLASS, Outcomes, Prediction, Truth};
pub use pairing::pair;
pub use polarity::positive_class;
pub use predictions::{ClassesFrom, Decisions, PredictedValues, Predictions};
