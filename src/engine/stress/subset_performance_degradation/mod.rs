//! Subset degradation: where has the model become worse than elsewhere?

mod drift;
mod falls;
mod slices;

pub use drift::SubsetDegradation;
pub(crate) use slices::FallenSlices;
pub use slices::WorstFalls;
