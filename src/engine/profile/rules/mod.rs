//! Rules that the reference teaches: never missing, always has an "@", within mean ± 3 sd, nothing but known values.
//!
//! A rule learnt from n rows fits them better than any other rows. So that the two sides stay comparable, a reference row is
//! judged by the rule that the *other* reference rows teach (leave one out): a value that one row alone has is unseen there,
//! as it would be if that row had arrived later. Rows that belong together (`groupCol`, the items of a query) are left out
//! together: as many as tell what one row alone does, the design effect of the column.

mod count;
mod failing;
mod forms;
mod learn;
mod pairs;

pub use count::{MOST_VALUES, RowsOf, clusters, count, tally};
pub use failing::{Whose, failing_rows, shown};
pub use forms::Form;
pub use learn::{FeatureRules, Grain, LearnOptions, learn};
pub use pairs::PairRule;

use super::{Clusters, OutcomeTally, ValueCounts, frames_differ};
use crate::Result;

/// A rule that a feature's values should keep.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Within mean ± k sd.
    NumericOutlier {
        /// The smallest value that passes.
        low: f64,
        /// The largest value that passes.
        high: f64,
        /// The bounds by which reference rows are judged, each without its own part in mean and sd.
        left_out: (f64, f64),
    },
    /// Within the range that the reference suggests.
    OutOfRange {
        /// Its lower end.
        low: f64,
        /// Its upper end, infinite where open.
        high: f64,
    },
    /// A value that the reference has.
    UnseenCategorical,
    /// Not one of the reference's rare values.
    RareCategories {
        /// By code of the dictionary: rare.
        rare: Vec<bool>,
        /// The same without one row of that value, or without the rows that belong together with it.
        rare_left_out: Vec<bool>,
    },
    /// Has every one of these characters.
    RequiredCharacters {
        /// Characters that every reference value has, ascending.
        characters: Vec<char>,
        /// Characters that all reference rows but one have, or but those of one group.
        but_one: Vec<char>,
    },
    /// Not a known value in another case.
    Capitalization {
        /// The reference's values in lower case, ascending.
        folded: Vec<String>,
    },
    /// Not an empty string.
    EmptyString,
    /// Not missing.
    NullCheck,
    /// Of this form.
    FeatureType(Form),
    /// At most this share of tokens that the reference lacks.
    UnseenUnigram {
        /// The reference's 0.995 quantile.
        above: f64,
    },
    /// Has text.
    EmptyText,
}

/// Failing values of a rule that a stored profile keeps.
const SETTLED_VALUES: usize = 50;

/// The kinds of rules, in the order of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// [`Rule::NumericOutlier`].
    NumericOutlier,
    /// [`Rule::UnseenCategorical`].
    UnseenCategorical,
    /// [`Rule::RareCategories`].
    RareCategories,
    /// [`Rule::OutOfRange`].
    OutOfRange,
    /// [`Rule::RequiredCharacters`].
    RequiredCharacters,
    /// [`Rule::Capitalization`].
    Capitalization,
    /// [`Rule::EmptyString`].
    EmptyString,
    /// [`Rule::NullCheck`].
    NullCheck,
    /// [`Rule::FeatureType`].
    FeatureType,
    /// [`Rule::UnseenUnigram`].
    UnseenUnigram,
    /// [`Rule::EmptyText`].
    EmptyText,
}

impl Rule {
    /// Its kind.
    pub fn kind(&self) -> RuleKind {
        match self {
            Self::NumericOutlier { .. } => RuleKind::NumericOutlier,
            Self::OutOfRange { .. } => RuleKind::OutOfRange,
            Self::UnseenCategorical => RuleKind::UnseenCategorical,
            Self::RareCategories { .. } => RuleKind::RareCategories,
            Self::RequiredCharacters { .. } => RuleKind::RequiredCharacters,
            Self::Capitalization { .. } => RuleKind::Capitalization,
            Self::EmptyString => RuleKind::EmptyString,
            Self::NullCheck => RuleKind::NullCheck,
            Self::FeatureType(_) => RuleKind::FeatureType,
            Self::UnseenUnigram { .. } => RuleKind::UnseenUnigram,
            Self::EmptyText => RuleKind::EmptyText,
        }
    }
}

/// Rows that a rule is asked of, and those that fail it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleCount {
    /// Rows that it was asked of.
    pub rows: u64,
    /// Rows that fail.
    pub failing: u64,
    /// The failing rows' values: the [`MOST_VALUES`] commonest.
    pub values: ValueCounts,
    /// Distinct values beyond those; after a merge at most so many.
    pub more_values: u64,
    /// Truth and prediction of the failing rows, on the evaluation's side. `None` without predictions.
    pub outcomes: Option<OutcomeTally>,
    /// Group sums of "fails", where rows belong together.
    pub clusters: Option<Clusters>,
}

impl RuleCount {
    /// The design effect of rows that belong together; 1 where they do not.
    pub fn group_deff(&self) -> f64 {
        let n = self.failing as f64;
        self.clusters.map_or(1.0, |c| c.deff(n * n))
    }

    /// Keeps the commonest values only.
    fn settle(&mut self) {
        let mut values: Vec<(String, u64)> = std::mem::take(&mut self.values).into_iter().collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        self.more_values += values.len().saturating_sub(SETTLED_VALUES) as u64;
        values.truncate(SETTLED_VALUES);
        self.values = values.into_iter().collect();
    }

    /// Adds what another profile of the same frame counted.
    pub fn merge(&mut self, other: &Self) {
        // A batch that the rule was not asked of has tallied nothing.
        if self.rows == 0 && self.outcomes.is_none() {
            self.outcomes.clone_from(&other.outcomes);
        } else if let (Some(a), Some(b)) = (&mut self.outcomes, &other.outcomes) {
            a.add(b);
        }
        self.rows += other.rows;
        self.failing += other.failing;
        for (value, n) in &other.values {
            *self.values.entry(value.clone()).or_default() += n;
        }
        self.more_values += other.more_values;
        if let (Some(a), Some(b)) = (&mut self.clusters, &other.clusters) {
            a.merge(b);
        }
    }
}

/// What the reference teaches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RulesFrame {
    /// By feature, in the order of `Context::features`.
    pub features: Vec<FeatureRules>,
    /// Pairs of categories that hardly occur together.
    pub pairs: Vec<PairRule>,
}

/// How the rules fared on a side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RulesProfile {
    /// By feature and rule, in the order of [`RulesFrame::features`].
    pub features: Vec<Vec<RuleCount>>,
    /// By pair, in the order of [`RulesFrame::pairs`].
    pub pairs: Vec<RuleCount>,
}

impl RulesProfile {
    /// Keeps the commonest failing values only.
    pub(super) fn settle(&mut self) {
        self.features.iter_mut().flatten().chain(&mut self.pairs).for_each(RuleCount::settle);
    }

    /// Adds what another profile of the same frame counted.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let lengths = |p: &Self| (p.pairs.len(), p.features.iter().map(Vec::len).collect::<Vec<_>>());
        if lengths(self) != lengths(other) {
            return Err(frames_differ("the learnt rules"));
        }
        let mine = self.features.iter_mut().flatten().chain(&mut self.pairs);
        mine.zip(other.features.iter().flatten().chain(&other.pairs)).for_each(|(a, b)| a.merge(b));
        Ok(())
    }
}

crate::stored::stored!(enum Rule {
    0 = NumericOutlier { low, high, left_out },
    1 = OutOfRange { low, high },
    2 = UnseenCategorical,
    3 = RareCategories { rare, rare_left_out },
    4 = RequiredCharacters { characters, but_one },
    5 = Capitalization { folded },
    6 = EmptyString,
    7 = NullCheck,
    8 = FeatureType(form),
    9 = UnseenUnigram { above },
    10 = EmptyText
});
crate::stored::stored!(struct RuleCount { rows, failing, values, more_values, outcomes, clusters });
crate::stored::stored!(struct RulesFrame { features, pairs });
crate::stored::stored!(struct RulesProfile { features, pairs });
