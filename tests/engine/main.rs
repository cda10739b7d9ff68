//! Tests of the engine over its public API.

mod stats;
