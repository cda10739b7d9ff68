//! What can be measured in a text.
//!
//! Every text column of a run becomes columns named `<text>.<Feature>`, which then enter the tabular tests. A *token* is a
//! maximal run of alphanumeric characters (Unicode), with apostrophes inside it; tokens are compared without regard to case.

mod features;
mod grams;
mod language;
mod measure;
mod shape;
mod special;
mod tokens;
mod vocabulary;

pub use features::{TextFeature, features_of};
pub use grams::{Gram, grams};
pub use language::language;
pub use measure::{Measurer, measure, text_at};
pub use shape::{Shape, shape};
pub use special::{is_number, is_special, mostly_special};
pub use tokens::{token_hash, tokens};
pub use vocabulary::{Hashed, Vocabulary, Whose};
