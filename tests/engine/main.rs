//! Tests of the engine over its public API.

mod performance;
mod stats;
mod support;
mod whole_runs;
