//! The list of text features.

use crate::table::{Feature, FeatureKind};

/// Something measured in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextFeature {
    /// Mean characters a token.
    AverageTokenLength,
    /// Characters of the longest token.
    MaxTokenLength,
    /// Tokens.
    TokenCount,
    /// Characters (Unicode scalar values), white space included.
    CharacterCount,
    /// Sentences.
    SentenceCount,
    /// The language, by its English name.
    DetectedLanguage,
    /// Share of characters that are neither alphanumeric nor white space.
    PunctuationShare,
    /// Share of letters that are upper-case.
    UppercaseShare,
    /// Share of characters that are digits.
    DigitShare,
    /// Share of characters beyond ASCII.
    NonAsciiShare,
    /// Share of tokens that no other text of the reference has.
    UnseenTokenShare,
    /// Web addresses.
    UrlCount,
    /// Flesch's reading ease.
    ReadingEase,
}

impl TextFeature {
    /// All of them, in the order of their columns.
    pub const ALL: [Self; 13] = [
        Self::AverageTokenLength,
        Self::MaxTokenLength,
        Self::TokenCount,
        Self::CharacterCount,
        Self::SentenceCount,
        Self::DetectedLanguage,
        Self::PunctuationShare,
        Self::UppercaseShare,
        Self::DigitShare,
        Self::NonAsciiShare,
        Self::UnseenTokenShare,
        Self::UrlCount,
        Self::ReadingEase,
    ];

    /// The name behind the point.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AverageTokenLength => "AverageTokenLength",
            Self::MaxTokenLength => "MaxTokenLength",
            Self::TokenCount => "TokenCount",
            Self::CharacterCount => "CharacterCount",
            Self::SentenceCount => "SentenceCount",
            Self::DetectedLanguage => "DetectedLanguage",
            Self::PunctuationShare => "PunctuationShare",
            Self::UppercaseShare => "UppercaseShare",
            Self::DigitShare => "DigitShare",
            Self::NonAsciiShare => "NonAsciiShare",
            Self::UnseenTokenShare => "UnseenTokenShare",
            Self::UrlCount => "UrlCount",
            Self::ReadingEase => "ReadingEase",
        }
    }

    /// How the tests treat it.
    pub const fn kind(self) -> FeatureKind {
        if matches!(self, Self::DetectedLanguage) { FeatureKind::Categorical } else { FeatureKind::Numeric }
    }

    /// Whether it counts something.
    pub const fn is_count(self) -> bool {
        matches!(self, Self::MaxTokenLength | Self::TokenCount | Self::CharacterCount | Self::SentenceCount | Self::UrlCount)
    }

    /// The name of its column for a text column.
    pub fn column(self, text: &str) -> String {
        format!("{text}.{}", self.name())
    }
}

/// The features measured in a text column, in the order of [`super::measure()`]'s columns. The model does not see them.
pub fn features_of(text: &str) -> Vec<Feature> {
    TextFeature::ALL
        .iter()
        .map(|f| Feature { name: f.column(text), kind: f.kind(), in_model: false, protected: false, measured_in: Some(text.to_owned()) })
        .collect()
}
