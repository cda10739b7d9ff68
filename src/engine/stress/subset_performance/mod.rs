//! Subset performance: where does the model fail?

mod subset;

pub use subset::SubsetPerformance;
pub(crate) use subset::{MIN_FRQ, bars, limits, missing_skip, parts, rows_of};
