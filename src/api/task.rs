//! What a model is asked to do.

use serde::{Deserialize, Serialize};

/// The task of a model; decides which metrics exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelTask {
    /// Two classes; predictions are P(positive class), a class, or two probabilities.
    BinaryClassification,
    /// Three classes or more; predictions are a probability a class, or a class.
    MulticlassClassification,
    /// A number.
    Regression,
    /// An order of items within a query.
    Ranking,
    /// Text classification over two text columns.
    NaturalLanguageInference,
    /// Labels and predictions are lists of `{type, mentions: [{start_offset, end_offset}]}`.
    NamedEntityRecognition,
}

impl ModelTask {
    /// The id, as in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::BinaryClassification => "binary_classification",
            Self::MulticlassClassification => "multiclass_classification",
            Self::Regression => "regression",
            Self::Ranking => "ranking",
            Self::NaturalLanguageInference => "natural_language_inference",
            Self::NamedEntityRecognition => "named_entity_recognition",
        }
    }

    /// The name that a reader sees.
    pub const fn label(self) -> &'static str {
        match self {
            Self::BinaryClassification => "Binary classification",
            Self::MulticlassClassification => "Multiclass classification",
            Self::Regression => "Regression",
            Self::Ranking => "Ranking",
            Self::NaturalLanguageInference => "Natural language inference",
            Self::NamedEntityRecognition => "Named entity recognition",
        }
    }
}
