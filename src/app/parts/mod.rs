//! The pieces that screens are made of.

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

pub use drop_zone::DropZone;
pub use export_menu::ExportMenu;
pub use failing_rows::FailingRows;
pub use filter::{Filter, FilterBar};
pub use findings::Findings;
pub use gauge::Gauge;
pub use metrics::Metrics;
pub use notice::{empty, failure, loading};
pub use problems::ProblemList;
pub use rail::Rail;
pub use severity::{Shown as Shape, label, mark, shape_of};
