//! Texts one after the other in one buffer, laid out as Arrow wants them.

use super::bounds::MAX_COLUMN_TEXT_BYTES;

/// Texts, one a row.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    pub(crate) bytes: Vec<u8>,
    /// Where each text starts, and where the last one ends.
    pub(crate) offsets: Vec<i32>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { bytes: Vec::new(), offsets: vec![0] }
    }
}

impl Texts {
    /// Adds a row; false where there is no room for it.
    #[inline]
    pub(crate) fn push(&mut self, text: &[u8]) -> bool {
        if self.bytes.len() + text.len() > MAX_COLUMN_TEXT_BYTES {
            return false;
        }
        self.bytes.extend_from_slice(text);
        self.offsets.push(self.bytes.len() as i32);
        true
    }

    /// Rows.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The text of a row.
    pub(crate) fn get(&self, row: usize) -> &[u8] {
        match (self.offsets.get(row), self.offsets.get(row + 1)) {
            (Some(&start), Some(&end)) => self.bytes.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// All texts in row order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|row| self.get(row))
    }
}

/// Texts of a few rows: cells that their column's typed values cannot give back.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeptTexts {
    /// The rows, ascending.
    pub(crate) rows: Vec<u32>,
    /// Their texts.
    pub(crate) texts: Texts,
}

impl KeptTexts {
    /// Keeps the text of a row.
    pub(crate) fn push(&mut self, row: u32, text: &[u8]) -> bool {
        self.rows.push(row);
        self.texts.push(text)
    }
}
