//! The engine: files into tables, tables into profiles, profiles into judged tests, tests into reports.
//!
//! ```text
//! file → table → profile → stress test → verdict → run → report
//! ```
//!
//! One direction, no way back. Nothing here knows JavaScript, reads a clock, or draws a random number whose seed was not
//! passed in: the same bytes, configuration and seed give the same document, byte for byte.

// Data decide what happens here, so nothing may stop on them: every miss is a value or an error (tests are exempt, clippy.toml).
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod demo;
pub mod error;
pub mod firewall;
pub mod json;
pub mod math;
pub mod metrics;
pub mod profile;
pub mod random;
pub mod report;
pub mod session;
pub mod stats;
pub mod stored;
pub mod stress;
pub mod table;
pub mod text;

pub use error::{Error, Result};
