//! The stress test: questions of the catalogue, asked of two sides, judged in one place.
//!
//! A *question* (one file) owns one or more tests of the catalogue and knows how to measure them. A *family* is one question
//! about one feature; all of a family's cases are measured together, by one call. The *run* asks family after family,
//! and [`verdict`] alone turns measurements into verdicts.

pub mod abnormal_inputs;
mod agree;
pub mod bias_and_fairness;
mod catalogue;
mod compare;
mod configuration;
mod context;
mod custom;
pub mod data_cleanliness;
pub mod data_poisoning_detection;
mod decisions;
mod document;
pub mod drift;
pub mod evasion_attack_detection;
mod findings;
mod headline;
mod likeness;
mod model_metrics;
pub mod model_performance;
mod others;
mod parameters;
mod performance;
mod plan;
mod prepare;
mod question;
mod row_order;
mod row_page;
mod rows;
mod run;
mod sides;
pub mod subset_performance;
pub mod subset_performance_degradation;
mod verdict;

pub(crate) use abnormal_inputs::asked_rules;
pub(crate) use agree::with_truth;
pub use catalogue::{questions, tests};
pub use compare::compare;
pub use context::{Context, Settings, Side};
pub use custom::Custom;
pub use decisions::settle;
pub use model_metrics::metric_of;
pub(crate) use model_metrics::of_status;
pub(crate) use others::label as subset_label;
pub(crate) use performance::lower_first;
#[cfg(test)]
pub(crate) use prepare::Preparation;
pub(crate) use prepare::{TextWork, check_excluded, learn_options};
pub use question::{Family, FamilySubject, Measured, Measurement, Needs, Question, RowReason, RowSet, Scope, TestSpec};
pub use run::{Run, RunSide};
pub(crate) use sides::{Aligned, align};
pub(crate) use verdict::{size, status, strain};
