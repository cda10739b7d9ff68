//! Data sets and predictions as a project knows them.

use serde::{Deserialize, Serialize};

use crate::{ColumnInfo, ModelTask, Problem, Question, ReadOptions};

/// One column name, or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One column.
    One(String),
    /// Several columns, in the order of the classes.
    Many(Vec<String>),
}

impl OneOrMany {
    /// The names as a slice.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

/// What a data set's columns are for. Whatever is absent is guessed; a name that no column has is an error.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DataParams {
    /// How to read the file.
    pub read: Option<ReadOptions>,
    /// The truth; an empty name says that there is none.
    pub label_col: Option<String>,
    /// The prediction: one name, or one a class.
    pub prediction_col: Option<OneOrMany>,
    /// When the row happened.
    pub timestamp_col: Option<String>,
    /// Free texts.
    pub text_features: Option<Vec<String>>,
    /// Numbers that are names of things, or categories that were taken for text.
    pub categorical_features: Option<Vec<String>>,
    /// Numbers that were taken for something else (an id, a group).
    pub numeric_features: Option<Vec<String>>,
    /// Features of which fairness is asked.
    pub protected_features: Option<Vec<String>>,
    /// Sets of protected features to cross.
    pub intersections: Option<Vec<Vec<String>>>,
    /// Metadata that the model does not see.
    pub features_not_in_model: Option<Vec<String>>,
    /// The query of a ranked item.
    pub query_col: Option<String>,
    /// Vectors that stand for the row.
    pub embedding_cols: Option<Vec<String>>,
    /// Names of the classes, in the order of the probabilities.
    pub class_names: Option<Vec<String>>,
    /// Names the row; predictions with the same column are joined by it.
    pub id_col: Option<String>,
    /// Rows of one group belong together.
    pub group_col: Option<String>,
    /// How much the row counts.
    pub weight_col: Option<String>,
    /// The class that binary metrics are about.
    pub positive_class: Option<String>,
    /// The cut of binary scores; 0.5 where absent.
    pub decision_threshold: Option<f64>,
    /// Columns to leave out.
    pub ignore: Option<Vec<String>>,
}

/// What a prediction file's columns are for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PredictionParams {
    /// How to read the file.
    pub read: Option<ReadOptions>,
    /// The prediction: one name, or one a class. Guessed where absent.
    pub prediction_col: Option<OneOrMany>,
    /// Names of the classes, in the order of the probabilities.
    pub class_names: Option<Vec<String>>,
    /// Joins by this column of both files instead of by row; an empty name pairs row by row.
    pub id_col: Option<String>,
}

/// What a label file's columns are for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LabelParams {
    /// How to read the file.
    pub read: Option<ReadOptions>,
    /// The truth. Found by its name where absent, or because the file holds nothing else.
    pub label_col: Option<String>,
    /// Joins by this column of both files; an empty name joins row by row.
    pub id_col: Option<String>,
}

/// Labels of a data set that came in a file of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LabelInfo {
    /// The data set.
    pub dataset: String,
    /// The file they came from.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Labels that met a row.
    pub rows: u64,
    /// The column that they were read from.
    pub column: String,
    /// How they met their rows.
    pub pairing: Pairing,
    /// What is wrong or odd.
    pub problems: Vec<Problem>,
    /// What can be read in several ways; the first reading of each is in force.
    #[serde(default)]
    pub questions: Vec<Question>,
}

/// A data set that a project holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatasetInfo {
    /// Its name in the project.
    pub name: String,
    /// The file it came from.
    pub file: String,
    /// Bytes of that file.
    pub bytes: u64,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Data rows.
    pub rows: u64,
    /// Rows with a label.
    pub labelled: u64,
    /// Columns with the roles in force (confidence 1 where the reader set them).
    pub columns: Vec<ColumnInfo>,
    /// The parameters in force, guesses filled in.
    pub params: DataParams,
    /// What is wrong or odd.
    pub problems: Vec<Problem>,
    /// What can be read in several ways; the first reading of each is in force.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// The labels that came in a file of their own, where they did.
    #[serde(default)]
    pub labels: Option<LabelInfo>,
}

/// What predictions look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PredictionKind {
    /// One probability a class.
    Probabilities,
    /// P(positive class).
    Score,
    /// A class.
    Class,
    /// A number.
    Number,
    /// Lists of named entities.
    Entities,
}

/// How predictions met their rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Pairing {
    /// They stand in the same file.
    SameFile,
    /// Row i belongs to row i.
    Row,
    /// By a column of both files.
    Id {
        /// The column.
        column: String,
        /// Data rows that no prediction names.
        missing: u64,
        /// Predictions whose key no row has.
        extra: u64,
        /// Predictions whose key came before.
        duplicate: u64,
    },
}

/// The class that binary metrics are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositiveClass {
    /// The class.
    pub class: String,
    /// The evidence for it, in a few words: `set by you`, `2 is the larger number, as scikit-learn takes it`.
    pub reason: String,
    /// The classes that it could be instead.
    pub others: Vec<String>,
}

/// Predictions of a model for a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PredictionInfo {
    /// The data set.
    pub dataset: String,
    /// The model.
    pub model: String,
    /// The file they came from.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
    /// Predictions that met a row.
    pub rows: u64,
    /// What they look like.
    pub kind: PredictionKind,
    /// The columns they were read from.
    pub columns: Vec<String>,
    /// The column of the model's decisions, where scores stand in others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_column: Option<String>,
    /// The class that binary metrics are about, as far as this data set tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive_class: Option<PositiveClass>,
    /// The classes, in the order of the probabilities; empty for numbers.
    pub classes: Vec<String>,
    /// The task they suggest.
    pub task: ModelTask,
    /// How they met their rows.
    pub pairing: Pairing,
    /// What is wrong or odd.
    pub problems: Vec<Problem>,
    /// What can be read in several ways; the first reading of each is in force.
    #[serde(default)]
    pub questions: Vec<Question>,
}
