//! A data set: a table whose columns have roles, ready to be profiled.

use std::sync::Arc;

use straingauge_api::{DataParams, DatasetInfo, ModelTask};

use super::{Column, Table};

/// How a feature is treated by the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeatureKind {
    /// Numbers, timestamps that are features, numeric text features.
    Numeric,
    /// Categories and booleans (codes 0 = false, 1 = true).
    Categorical,
    /// Free text.
    Text,
}

/// A feature of a data set: one of the table's columns, or something measured in a text column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// `amount`, `text.TokenCount`.
    pub name: String,
    /// How it is treated.
    pub kind: FeatureKind,
    /// Whether the model sees it. Text features and metadata are not in the model.
    pub in_model: bool,
    /// Whether fairness is asked of it.
    pub protected: bool,
    /// The text column that it was measured in, for text features.
    pub measured_in: Option<String>,
}

/// A data set as a project holds it.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Its name in the project.
    pub name: String,
    /// Its rows.
    pub table: Arc<Table>,
    /// Columns with features' roles (numeric, categorical, text), in file order. Label, prediction, timestamp, id, group,
    /// weight, query, embedding and ignored columns are not among them.
    pub features: Vec<Feature>,
    /// The parameters in force, guesses filled in: `label_col`, `timestamp_col`, … name the special columns.
    pub params: DataParams,
    /// The project's task, where somebody named it: it decides how labels and predictions are read.
    pub task: Option<ModelTask>,
    /// What the reader is told of it.
    pub info: DatasetInfo,
}

impl Dataset {
    /// Rows.
    pub fn rows(&self) -> usize {
        self.table.rows
    }

    /// The column of a role that `params` names.
    pub fn named(&self, name: Option<&String>) -> Option<&Arc<Column>> {
        name.and_then(|n| self.table.column(n))
    }
}

crate::stored::stored!(enum FeatureKind { 0 = Numeric, 1 = Categorical, 2 = Text });
crate::stored::stored!(struct Feature { name, kind, in_model, protected, measured_in });
