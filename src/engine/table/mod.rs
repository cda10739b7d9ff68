//! Files into typed columns: sniffing, readers, type inference, roles.

mod agreement;
mod build;
mod cell;
mod column;
mod convert;
mod dataset;
mod entities;
mod facts;
mod finder;
mod first_line;
mod inspection;
mod names;
mod reading;
mod roles;
mod taken;
mod task;
#[cfg(test)]
pub(crate) mod testing;
mod truth;

pub use agreement::{Followed, Follows};
pub use build::dataset;
pub use cell::{moment_text, number_text};
pub(crate) use column::regrouped;
pub use column::{
    BadCell, Categories, Cells, Column, CommasRead, DatesRead, Lists, MISSING_CODE, MissingCells, PointsRead, ReadAs, Table, Values,
};
pub use dataset::{Dataset, Feature, FeatureKind};
pub use entities::{Entity, entities, shared};
pub use facts::ColumnFacts;
pub(crate) use facts::cut;
pub use first_line::FirstLine;
pub use inspection::{ReadFacts, inspection};
pub(crate) use names::{ProbabilityName, confidence_name, label_name, nearest, prediction_name, probability_name, says_percent, words};
pub(crate) use reading::{IsoParser, NO_KEY, boolean, records};
pub use reading::{Read, Reader};
pub(crate) use reading::{date, days};
pub use roles::{Roles, position, roles, roles_for};
pub use task::task;
pub use truth::{AnswerForm, Answers};
pub(crate) use truth::{taken_for_truth, weighed};
