//! Tests of the engine over its public API.

mod outcomes;
mod stats;
mod support;
mod whole_runs;
