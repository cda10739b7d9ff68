//! Performance metrics: classification, regression, calibration, estimated without labels.

mod build;
mod classes;
mod confusion;
mod counted;
mod curve;
mod definition;
pub mod estimated;
mod form;
mod joining;
mod logged;
mod outcomes;
mod pairing;
mod predictions;
pub mod ranking;

pub use build::{SideInput, outcomes, positive_class, side_info};
pub(crate) use confusion::ratio;
pub use confusion::{Margins, keep_classes, pool_rare};
pub use curve::{
    HistogramAuc, Placements, SortedScores, auc, average_precision, average_precision_variance, histogram_auc, histogram_average_precision,
};
pub use definition::{Metric, MetricDefinition, Scale, all, by_id, catalogue};
pub use form::{OutcomeForm, outcomes_in, reference_outcomes};
pub use outcomes::{NO_CLASS, Outcomes, Prediction, Truth};
pub use pairing::pair;
pub use predictions::{ClassesFrom, PredictedValues, Predictions};
