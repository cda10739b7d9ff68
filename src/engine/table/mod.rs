//! Files into typed columns: sniffing, readers, type inference, roles.

mod column;
mod dataset;

pub use column::{BadCell, Categories, Cells, Column, Lists, MISSING_CODE, MissingCells, Table, Values};
pub use dataset::{Dataset, Feature, FeatureKind};
