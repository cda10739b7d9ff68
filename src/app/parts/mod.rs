//! The pieces that screens are made of.

mod acceptance;
mod drop_zone;
mod export_menu;
mod failing_rows;
mod filter;
mod findings;
mod gauge;
mod metrics;
mod notice;
mod problems;
mod rail;
mod severity;

pub use acceptance::{accept_finding, acceptance};
pub use drop_zone::{drop_veil, drop_zone, files_zone, listen_for_drops};
pub use export_menu::{download, export_menu, file_name, menu};
pub use failing_rows::failing_rows;
pub use filter::{Filter, filter_bar, pick, search_field, ticked, typed};
pub use findings::findings;
pub use gauge::gauge;
pub use metrics::{metrics, severity_class};
pub use notice::{empty, failure, loading};
pub use problems::problem_list;
pub use rail::rail;
pub use severity::{Shown as Shape, label, mark, shape_of, shape_of_batch, tally, told};
