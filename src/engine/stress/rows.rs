//! Sets of rows.

use super::RowSet;

/// A set of row numbers as bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
    count: u64,
    rows: usize,
}

impl Bitmap {
    /// The set over `rows` rows; numbers beyond are left out.
    pub fn new(set: &RowSet, rows: usize) -> Self {
        let mut words = vec![0u64; rows.div_ceil(64)];
        match set {
            RowSet::All => {
                words.fill(u64::MAX);
                if let (Some(last), rest @ 1..) = (words.last_mut(), rows % 64) {
                    *last = (1 << rest) - 1;
                }
            }
            RowSet::Rows(list) => {
                for &row in list.iter().filter(|&&r| (r as usize) < rows) {
                    if let Some(word) = words.get_mut(row as usize / 64) {
                        *word |= 1 << (row % 64);
                    }
                }
            }
        }
        let count = words.iter().map(|w| u64::from(w.count_ones())).sum();
        Self { words, count, rows }
    }

    /// The rows that there are, in the set or not.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many rows.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many rows are in both.
    pub fn count_both(&self, other: &Self) -> u64 {
        self.words.iter().zip(&other.words).map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }

    /// Says whether a row is in the set.
    pub fn holds(&self, row: u32) -> bool {
        self.words.get(row as usize / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Adds the rows of another set over the same rows.
    pub fn add(&mut self, other: &Self) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a |= b;
        }
        self.count = self.words.iter().map(|w| u64::from(w.count_ones())).sum();
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (self.words.iter().zip(0u32..))
            .flat_map(|(&word, index)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| index * 64 + bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_lists() {
        let some = Bitmap::new(&RowSet::Rows(vec![0, 63, 64, 129, 500]), 130);
        assert_eq!((some.count(), some.iter().collect::<Vec<_>>()), (4, vec![0, 63, 64, 129]));
        let all = Bitmap::new(&RowSet::All, 130);
        assert_eq!((all.count(), all.count_both(&some)), (130, 4));
        assert_eq!(Bitmap::new(&RowSet::All, 128).count(), 128);
    }
}
