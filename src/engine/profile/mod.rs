//! Summaries that merge.
//!
//! `profile(a) ⊕ profile(b) = profile(a ++ b)`, whatever the batch boundaries. A profile is built in a *frame* taken from a
//! reference (bin edges, dictionaries, vocabulary, learnt rules); merging asks for equal frames.
//!
//! Every section stands in its own file and owns its part of the frame and of the profile.

/// What profiles are built in: everything learnt from the reference that decides into which cell a value falls.
#[derive(Debug, Clone, Default)]
pub struct Frame {}

/// What was counted in a data set, cell by cell of a frame.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Rows.
    pub rows: u64,
}
