//! Performance metrics: classification, regression, calibration, estimated without labels.

mod build;
mod classes;
mod outcomes;
mod pairing;
mod predictions;

pub use build::{SideInput, outcomes, positive_class, side_info};
pub use outcomes::{NO_CLASS, Outcomes, Prediction, Truth};
pub use pairing::pair;
pub use predictions::{ClassesFrom, PredictedValues, Predictions};
