//! Tests of the engine over its public API.

mod abnormal_inputs;
mod outcomes;
mod reading;
mod stats;
mod support;
mod whole_runs;
