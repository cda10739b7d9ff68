//! Subset degradation: where has the model become worse than elsewhere?

mod drift;

pub use drift::SubsetDegradation;
