//! Files into typed columns: sniffing, readers, type inference, roles.

mod build;
mod column;
mod dataset;
mod inspection;
mod reading;

pub use build::dataset;
pub use column::{BadCell, Categories, Cells, Column, Lists, MISSING_CODE, MissingCells, Table, Values};
pub use dataset::{Dataset, Feature, FeatureKind};
pub use inspection::{ReadFacts, inspection};
pub use reading::{Read, Reader};
