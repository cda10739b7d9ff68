//! Tests of the engine over its public API.

mod cleanliness_and_drift;
mod performance;
mod sides;
mod stats;
mod support;
mod whole_runs;
