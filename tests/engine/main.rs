//! Tests of the engine over its public API.

mod abnormal_inputs;
mod calm;
mod cleanliness_and_drift;
mod metrics;
mod outcomes;
mod performance;
mod planted;
mod reading;
mod sides;
mod stats;
mod support;
mod whole_runs;
