//! A column's cells as codes into the list of its distinct texts.

/// What lookup compares before it touches the text: length, first and last eight bytes. For texts up to 16 bytes that is all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    head: u64,
    tail: u64,
    start: u32,
    length: u32,
}

/// Distinct texts with their codes, in order of first appearance.
#[derive(Debug, Clone)]
pub(crate) struct Dictionary {
    /// One code a row.
    pub(crate) codes: Vec<u32>,
    entries: Vec<Entry>,
    bytes: Vec<u8>,
    /// Open addressing; a slot holds a code plus one, or 0.
    slots: Vec<u32>,
    /// The longest chain of occupied slots that a lookup followed.
    longest_probe: usize,
}

/// A chain this long does not happen by chance at a load of one half; somebody chose the texts.
const HOSTILE_PROBE: usize = 1_024;

/// Odd multiplier with well-mixed high bits (2^64 over the golden ratio).
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// First and last eight bytes; short texts are packed so that equal pairs mean equal texts.
#[inline]
fn ends(text: &[u8]) -> (u64, u64) {
    if let (Some(head), Some(tail)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        return (u64::from_le_bytes(*head), u64::from_le_bytes(*tail));
    }
    if let (Some(head), Some(tail)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return (u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*tail)) << 32, 0);
    }
    match text {
        [] => (0, 0),
        [a] => (u64::from(*a), 0),
        [a, b] => (u64::from(*a) | u64::from(*b) << 8, 0),
        [a, b, c, ..] => (u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16, 0),
    }
}

#[inline]
fn hash(text: &[u8], head: u64, tail: u64) -> u64 {
    let mut h = (head ^ (text.len() as u64)).wrapping_mul(MIX);
    h = (h.rotate_left(25) ^ tail).wrapping_mul(MIX);
    if text.len() > 16 {
        for word in text.get(8..text.len() - 8).unwrap_or_default().chunks(8) {
            let (middle, _) = ends(word);
            h = (h.rotate_left(25) ^ middle).wrapping_mul(MIX);
        }
    }
    // Last characters sit in the highest bits, which multiplication alone never brings down.
    (h ^ (h >> 32)).wrapping_mul(MIX) >> 20
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { codes: Vec::new(), entries: Vec::new(), bytes: Vec::new(), slots: vec![0; 64], longest_probe: 0 }
    }
}

impl Dictionary {
    /// Adds a row. False where the text is new and there is no room for it: 2 GiB of distinct texts.
    #[inline]
    pub(crate) fn push(&mut self, text: &[u8]) -> bool {
        match self.code(text) {
            Some(code) => {
                self.codes.push(code);
                true
            }
            None => false,
        }
    }

    /// The code of a text, new or known.
    #[inline]
    pub(crate) fn code(&mut self, text: &[u8]) -> Option<u32> {
        let (head, tail) = ends(text);
        let length = text.len() as u32;
        let mask = self.slots.len() - 1;
        let mut slot = hash(text, head, tail) as usize & mask;
        let mut probe = 0;
        loop {
            match self.slots.get(slot) {
                Some(0) | None => break,
                Some(&code) => {
                    if let Some(entry) = self.entries.get(code as usize - 1)
                        && entry.head == head
                        && entry.tail == tail
                        && entry.length == length
                        && (length <= 16 || self.text(code - 1) == text)
                    {
                        return Some(code - 1);
                    }
                }
            }
            slot = (slot + 1) & mask;
            probe += 1;
        }
        self.longest_probe = self.longest_probe.max(probe);
        self.insert(text, head, tail, slot)
    }

    #[cold]
    fn insert(&mut self, text: &[u8], head: u64, tail: u64, slot: usize) -> Option<u32> {
        if self.bytes.len() + text.len() > super::bounds::MAX_COLUMN_TEXT_BYTES {
            return None;
        }
        let code = self.entries.len() as u32;
        self.entries.push(Entry { head, tail, start: self.bytes.len() as u32, length: text.len() as u32 });
        self.bytes.extend_from_slice(text);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = code + 1;
        }
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        Some(code)
    }

    fn grow(&mut self) {
        let size = self.slots.len() * 4;
        let mut slots = vec![0u32; size];
        for (code, entry) in self.entries.iter().enumerate() {
            let mut slot = hash(self.text(code as u32), entry.head, entry.tail) as usize & (size - 1);
            while slots.get(slot).is_some_and(|&s| s != 0) {
                slot = (slot + 1) & (size - 1);
            }
            if let Some(place) = slots.get_mut(slot) {
                *place = code as u32 + 1;
            }
        }
        self.slots = slots;
    }

    /// Distinct texts.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The text of a code.
    #[inline]
    pub(crate) fn text(&self, code: u32) -> &[u8] {
        self.entries
            .get(code as usize)
            .and_then(|e| self.bytes.get(e.start as usize..e.start as usize + e.length as usize))
            .unwrap_or_default()
    }

    /// Distinct texts by code.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.entries.len() as u32).map(|code| self.text(code))
    }

    /// How often each code stands.
    pub(crate) fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0u64; self.entries.len()];
        for &code in &self.codes {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// Whether the texts look chosen to make lookups slow.
    pub(crate) fn hostile(&self) -> bool {
        self.longest_probe > HOSTILE_PROBE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn codes_are_as_a_map_would_give(texts in prop::collection::vec("[ab]{0,20}", 0..400)) {
            let mut dictionary = Dictionary::default();
            let mut model = BTreeMap::new();
            for text in &texts {
                dictionary.push(text.as_bytes());
                let next = model.len() as u32;
                let code = *model.entry(text.clone()).or_insert(next);
                prop_assert_eq!(dictionary.codes.last(), Some(&code));
                prop_assert_eq!(dictionary.text(code), text.as_bytes());
            }
            prop_assert_eq!(dictionary.len(), model.len());
        }
    }

    #[test]
    fn many_distinct_texts_keep_chains_short() {
        let mut dictionary = Dictionary::default();
        for i in 0..200_000 {
            dictionary.push(format!("user-{i:07}").as_bytes());
        }
        assert_eq!(dictionary.len(), 200_000);
        assert!(dictionary.longest_probe < 200, "{}", dictionary.longest_probe);
    }
}
