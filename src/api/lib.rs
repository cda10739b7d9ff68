//! Every request and result of Straingauge as plain serde types. No logic beyond what a type needs to be honest about itself.
//!
//! JSON is camelCase, with two exceptions that follow the field's own spelling: ids of tests, tasks and metrics are snake_case
//! strings (`drift:feature_drift`), and columns of result tables carry the names that users of such products know.
//! A number that does not exist (not a number, infinite, not computed) is `null`, never a magic value.

mod acceptance;
mod case;
mod case_id;
mod comparison;
mod config;
mod custom;
mod data;
mod error;
mod figure;
mod firewall;
mod inspection;
mod progress;
mod result_table;
mod rows;
mod run;
mod settled;
mod task;

pub use acceptance::*;
pub use case::*;
pub use case_id::*;
pub use comparison::*;
pub use config::*;
pub use custom::*;
pub use data::*;
pub use error::*;
pub use figure::*;
pub use firewall::*;
pub use inspection::*;
pub use progress::*;
pub use result_table::*;
pub use rows::*;
pub use run::*;
pub use settled::*;
pub use task::*;
