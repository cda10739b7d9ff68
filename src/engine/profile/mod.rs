//! Summaries that merge.
//!
//! `profile(a) ⊕ profile(b) = profile(a ++ b)`, whatever the batch boundaries. A profile is built in a *frame* taken from a
//! reference (bin edges, dictionaries, vocabulary, learnt rules); merging asks for equal frames.
//!
//! Every section stands in its own file and owns its part of the frame and of the profile.

mod abnormal;
mod areas;
mod category;
mod clusters;
mod columns;
mod counting;
mod embeddings;
mod expected;
mod groups;
#[cfg(test)]
pub(crate) mod laws;
mod model;
mod nulls;
mod numeric;
mod pairs;
mod performance;
mod profiler;
mod quantiles;
mod row_outcomes;
pub mod rules;
mod sampling;
mod subsets;
mod tally;
mod tokens;
pub mod views;

pub use abnormal::Asked;
pub use areas::{ExactAreas, ScoreOrder};
pub use category::{CategoryFrame, CategoryProfile, OTHER_CELL_LIMIT, ValueCounts};
pub use clusters::Clusters;
pub use columns::{ColumnFrame, ColumnProfile, Facts, TextProfile, ValueFrame, ValueProfile};
pub use counting::Cells;
pub use embeddings::{EmbeddingFrame, EmbeddingProfile, Fifths, WAVES};
pub use expected::Expected;
pub(crate) use groups::short_label;
pub use groups::{GroupFrame, crossed};
pub use model::{Areas, Form, ModelFrame, ModelProfile, SCORE_CELLS, Spread, exact_multiclass_auc};
pub use nulls::NullsProfile;
pub use numeric::{Coarse, FINE_CELLS, MISSING_CELL, Moments, NumericFrame, NumericProfile};
pub use pairs::{Binning, INFORMATION_BINS, JointMoments, PairFrame, PairProfile, PairRows, PairSide, RANK_BINS};
pub use performance::Mean;
pub(crate) use profiler::label_column;
pub use profiler::{Learnt, MOST_PAIRS, Profiler};
pub use row_outcomes::{NO_CELL, RowOutcomes, count_cells, split};
pub use rules::{RuleCount, RulesFrame, RulesProfile};
pub use sampling::Sampling;
pub use subsets::{Cut, MIN_SAMPLE_SIZE, NUM_SUBSETS, SubsetFrame, SubsetProfile};
pub(crate) use subsets::{numeric_labels, short_number};
pub use tally::{Mass, OutcomeTally, sums};
pub use tokens::{SKETCH, TokenCounter, TokenFrame, TokenLearner, TokenProfile};

use crate::{Error, Result};

/// What profiles are built in: everything learnt from the reference that decides into which cell a value falls.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// One a feature, in the order of `Context::features`.
    pub columns: Vec<ColumnFrame>,
    /// The label: classes as a category, numbers as a number. `None` without labels in the reference.
    pub label: Option<ColumnFrame>,
    /// The predicted class. `None` for regression and without predictions in the reference.
    pub predicted_label: Option<ColumnFrame>,
    /// What the model said, as numbers: one column named `prediction` for a score or a number, one a class, named after it,
    /// for class probabilities. Empty where the model gives classes only.
    pub predictions: Vec<ColumnFrame>,
    /// Pairs of columns, each with its cells.
    pub pairs: Vec<PairFrame>,
    /// Truth and prediction; `None` without predictions in the reference.
    pub model: Option<ModelFrame>,
    /// Subsets by each of `Context::features`; `None` where a feature cuts nothing.
    pub subsets: Vec<Option<SubsetFrame>>,
    /// Crossings of protected features.
    pub groups: Vec<GroupFrame>,
    /// What the reference teaches of single values.
    pub rules: RulesFrame,
    /// The tokens of text columns.
    pub texts: Vec<TextFrame>,
    /// The embeddings that both sides have.
    pub embeddings: Vec<EmbeddingFrame>,
}

/// What was counted in a data set, cell by cell of a frame.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Profile {
    /// [`Frame::fingerprint`] of the frame that it was counted in.
    pub frame: u64,
    /// Rows.
    pub rows: u64,
    /// Sum of the rows' weights; the rows where nothing weighs.
    pub weight: f64,
    /// One a feature, in the order of `Context::features`.
    pub columns: Vec<ColumnProfile>,
    /// The label, over the labelled rows.
    pub label: Option<ColumnProfile>,
    /// The predicted class.
    pub predicted_label: Option<ColumnProfile>,
    /// What the model said, as numbers; in the order of [`Frame::predictions`].
    pub predictions: Vec<ColumnProfile>,
    /// Missing values per row.
    pub nulls: NullsProfile,
    /// Pairs of columns, in the order of [`Frame::pairs`].
    pub pairs: Vec<PairProfile>,
    /// Truth and prediction; `None` where the frame has none.
    pub model: Option<ModelProfile>,
    /// Subsets by each of `Context::features`.
    pub subsets: Vec<Option<SubsetProfile>>,
    /// Crossings of protected features, in the order of [`Frame::groups`].
    pub groups: Vec<SubsetProfile>,
    /// How those rules fared.
    pub rules: RulesProfile,
    /// The tokens of text columns, in the order of [`Frame::texts`], each by [`crate::text::Gram`].
    pub texts: Vec<Vec<TokenProfile>>,
    /// The embeddings, in the order of [`Frame::embeddings`].
    pub embeddings: Vec<EmbeddingProfile>,
}

/// The tokens of a text column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextFrame {
    /// The column's place in `Context::features`.
    pub feature: usize,
    /// The cells, in the order of [`crate::text::Gram::ALL`].
    pub grams: Vec<TokenFrame>,
}

impl Frame {
    /// A hash of the cells, dictionaries and rules: equal frames have the same, and no two others that somebody meets.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = 0u64;
        // SplitMix64's mixer (Steele, Lea and Flood 2014) over every word.
        let mut eat = |word: u64| {
            hash = (hash ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
            hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            hash ^= hash >> 27;
        };
        for column in self.columns.iter().chain(&self.label).chain(&self.predicted_label).chain(&self.predictions) {
            eat(text_word(&column.name));
            match &column.values {
                ValueFrame::Absent => eat(0),
                ValueFrame::Text => eat(1),
                ValueFrame::Numeric(numeric) => numeric.edges.iter().for_each(|edge| eat(edge.to_bits())),
                ValueFrame::Category(category) => category.names.iter().for_each(|name| eat(text_word(name))),
            }
        }
        let sections = [
            self.pairs.len(),
            self.subsets.len(),
            self.groups.iter().map(GroupFrame::cells).sum(),
            self.rules.features.iter().map(|f| f.rules.len()).sum(),
        ];
        for n in sections {
            eat(n as u64);
        }
        for tokens in self.texts.iter().flat_map(|t| &t.grams) {
            eat(tokens.word());
        }
        for embedding in &self.embeddings {
            embedding.center.iter().for_each(|x| eat(x.to_bits()));
        }
        hash
    }
}

/// FNV-1a of a text.
pub(crate) fn text_word(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

impl Profile {
    /// Adds what another profile of the same frame counted.
    ///
    /// # Errors
    /// `frames_differ` where the two were not counted in one frame; `self` is then not to be used any more.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.frame != other.frame {
            return Err(frames_differ("cells or dictionaries"));
        }
        self.rows += other.rows;
        self.weight += other.weight;
        merge_each(&mut self.columns, &other.columns)?;
        merge_each(&mut self.predictions, &other.predictions)?;
        if self.pairs.len() != other.pairs.len() {
            return Err(frames_differ("their pairs"));
        }
        self.pairs.iter_mut().zip(&other.pairs).try_for_each(|(a, b)| a.merge(b))?;
        self.nulls.merge(&other.nulls)?;
        match (&mut self.model, &other.model) {
            (Some(a), Some(b)) => a.merge(b)?,
            (None, None) => {}
            _ => return Err(frames_differ("predictions")),
        }
        for (mine, others) in self.subsets.iter_mut().zip(&other.subsets) {
            match (mine, others) {
                (Some(a), Some(b)) => a.merge(b)?,
                (None, None) => {}
                _ => return Err(frames_differ("the subsets of a feature")),
            }
        }
        if self.groups.len() != other.groups.len() {
            return Err(frames_differ("their crossings"));
        }
        self.groups.iter_mut().zip(&other.groups).try_for_each(|(a, b)| a.merge(b))?;
        self.rules.merge(&other.rules)?;
        self.texts.iter_mut().flatten().zip(other.texts.iter().flatten()).try_for_each(|(a, b)| a.merge(b))?;
        self.embeddings.iter_mut().zip(&other.embeddings).try_for_each(|(a, b)| a.merge(b))?;
        merge_option(&mut self.label, other.label.as_ref())?;
        merge_option(&mut self.predicted_label, other.predicted_label.as_ref())
    }
}

impl Profile {
    /// Drops what grows with the rows, so that the profile can be stored: sorted scores become areas, long lists of values their commonest.
    pub fn settle(&mut self) {
        if let Some(model) = &mut self.model {
            model.settle();
        }
        self.rules.settle();
    }
}

/// The error of a merge over different frames; `what` names the section.
pub(crate) fn frames_differ(what: &str) -> Error {
    Error::new("frames_differ", format!("The two profiles were not counted in the same frame: {what} differ."))
        .mend("Count both data sets in the frame of one reference.")
}

fn merge_each(mine: &mut [ColumnProfile], others: &[ColumnProfile]) -> Result<()> {
    if mine.len() != others.len() {
        return Err(frames_differ("their columns"));
    }
    mine.iter_mut().zip(others).try_for_each(|(a, b)| a.merge(b))
}

fn merge_option(mine: &mut Option<ColumnProfile>, other: Option<&ColumnProfile>) -> Result<()> {
    match (mine, other) {
        (Some(a), Some(b)) => a.merge(b),
        (None, None) => Ok(()),
        _ => Err(frames_differ("labels or predictions")),
    }
}

crate::stored::stored!(struct Frame { columns, label, predicted_label, predictions, pairs, model, subsets, groups, rules, texts, embeddings });
crate::stored::stored!(struct Profile {
    frame, rows, weight, columns, label, predicted_label, predictions, nulls, pairs, model, subsets, groups, rules, texts, embeddings
});
crate::stored::stored!(struct TextFrame { feature, grams });
