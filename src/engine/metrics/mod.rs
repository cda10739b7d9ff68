//! Performance metrics: classification, regression, calibration, estimated without labels.

mod outcomes;

pub use outcomes::{NO_CLASS, Outcomes, Prediction, Truth};
