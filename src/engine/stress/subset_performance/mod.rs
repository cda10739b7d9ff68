//! Subset performance: where does the model fail?

pub(crate) mod slices;
mod subset;

pub(crate) use slices::Slices;
pub use slices::WorstSlices;
pub use subset::SubsetPerformance;
pub(crate) use subset::{MIN_FRQ, any_of, bars, in_subsets, limits, missing_skip, parts, rows_of, speaks};
