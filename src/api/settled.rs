//! What one file settled about its columns, for the files that are compared with it.

use serde::{Deserialize, Serialize};

use crate::{ColumnType, DateOrder, DecimalMark, Role};

/// How a column was read, so that a column of the same name in a later file is read alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettledColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Its role.
    pub role: Role,
    /// Whether the reader set the role.
    #[serde(default)]
    pub said: bool,
    /// The order of day and month in dates that are written in numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_order: Option<Settled<DateOrder>>,
    /// The decimal mark of numbers that have commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Settled<DecimalMark>>,
    /// The unit in which its numbers stand, empty where there is none; absent where nobody noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How false and true are written, where the column holds nothing else: `["0", "1"]`, `["no", "yes"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth_words: Option<[String; 2]>,
    /// Values that other files take for missing ones: `none`, `NA`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values_like_missing: Vec<String>,
}

/// A reading, and whether the file proves it (or its reader said it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled<T> {
    /// The reading.
    pub reading: T,
    /// Whether it is known, and not assumed.
    pub proven: bool,
}
