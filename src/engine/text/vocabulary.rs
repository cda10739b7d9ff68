//! The tokens of a reference, with the number of texts that have each.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::measure::text_at;
use super::{token_hash, tokens};
use crate::table::Column;

/// Token hashes with document frequencies.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// By hash: texts that have the token, and the last of them.
    frequencies: HashMap<u64, (u32, u32), BuildHasherDefault<Hashed>>,
    documents: u32,
}

/// Whether a text belongs to the vocabulary's own reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// It is one of the reference's texts: a token that it alone has counts as unseen, as it would if the text were new.
    /// Else the reference would look more familiar than any other sample of the same texts.
    Reference,
    /// It is another text.
    Other,
}

impl Vocabulary {
    /// The vocabulary of a whole column.
    pub fn of(column: &Column) -> Self {
        let mut out = Self::default();
        out.add(column, 0..crate::profile::views::rows(column));
        out
    }

    /// Adds some rows of a column; each row once.
    pub fn add(&mut self, column: &Column, rows: Range<usize>) {
        for row in rows {
            let Some(text) = text_at(column, row) else { continue };
            self.documents += 1;
            let document = self.documents;
            for token in tokens(text) {
                let entry = self.frequencies.entry(token_hash(token)).or_default();
                if entry.1 != document {
                    *entry = (entry.0 + 1, document);
                }
            }
        }
    }

    /// How many texts have the token.
    pub fn document_frequency(&self, token: &str) -> u32 {
        self.frequencies.get(&token_hash(token)).map_or(0, |f| f.0)
    }

    /// Texts that were added.
    pub fn documents(&self) -> u32 {
        self.documents
    }

    /// Distinct tokens.
    pub fn len(&self) -> usize {
        self.frequencies.len()
    }

    /// Whether no token was added.
    pub fn is_empty(&self) -> bool {
        self.frequencies.is_empty()
    }

    /// The share of a text's tokens that no (other) text of the reference has; NaN without tokens.
    pub fn unseen_share(&self, text: &str, whose: Whose) -> f64 {
        let known_from = if whose == Whose::Reference { 2 } else { 1 };
        let (mut all, mut unseen) = (0u32, 0u32);
        for token in tokens(text) {
            all += 1;
            unseen += u32::from(self.document_frequency(token) < known_from);
        }
        f64::from(unseen) / f64::from(all)
    }
}

/// The keys are hashes already.
#[derive(Debug, Default)]
pub struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(b);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

impl crate::stored::Stored for Vocabulary {
    fn write(&self, out: &mut crate::stored::Writer) {
        // Which text had a token last matters only while texts are added. Hashes in order: the same vocabulary, the same bytes.
        let frequencies: std::collections::BTreeMap<u64, u32> = self.frequencies.iter().map(|(&hash, &(n, _))| (hash, n)).collect();
        (frequencies, self.documents).write(out);
    }

    fn read(from: &mut crate::stored::Reader<'_>) -> crate::Result<Self> {
        let (frequencies, documents): (std::collections::BTreeMap<u64, u32>, u32) = crate::stored::Stored::read(from)?;
        Ok(Self { frequencies: frequencies.into_iter().map(|(hash, n)| (hash, (n, 0))).collect(), documents })
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;
    use crate::table::{Cells, Values};

    fn column(texts: &[Option<&str>]) -> Column {
        Column { name: "t".to_owned(), values: Values::Text(StringArray::from(texts.to_vec())), cells: Cells::default() }
    }

    #[test]
    fn a_text_is_not_its_own_witness() {
        let reference = column(&[Some("red green"), Some("green blue blue"), None]);
        let vocabulary = Vocabulary::of(&reference);
        assert_eq!((vocabulary.documents(), vocabulary.len()), (2, 3));
        assert_eq!(vocabulary.document_frequency("Blue"), 1);
        assert_eq!(vocabulary.unseen_share("red green", Whose::Reference), 0.5);
        assert_eq!(vocabulary.unseen_share("red green", Whose::Other), 0.0);
        assert_eq!(vocabulary.unseen_share("green, violet", Whose::Other), 0.5);
        assert!(vocabulary.unseen_share("?", Whose::Other).is_nan());
    }

    #[test]
    fn two_halves_of_one_sample_look_alike() {
        let mut rng = crate::random::Rng::new(8, 9);
        // Zipf-like words: most texts have some that few others share.
        let mut text = || (0..8).map(|_| format!("w{}", crate::math::pow(rng.uniform() + 1e-5, -2.0) as u64)).collect::<Vec<_>>().join(" ");
        let sides: Vec<Vec<String>> = (0..2).map(|_| (0..3000).map(|_| text()).collect()).collect();
        let vocabulary = Vocabulary::of(&column(&sides[0].iter().map(|t| Some(t.as_str())).collect::<Vec<_>>()));
        let mean = |side: &[String], whose| side.iter().map(|t| vocabulary.unseen_share(t, whose)).sum::<f64>() / 3000.0;
        let (own, other) = (mean(&sides[0], Whose::Reference), mean(&sides[1], Whose::Other));
        assert!(own > 0.02 && (own - other).abs() < 0.005, "{own} {other}");
    }
}
