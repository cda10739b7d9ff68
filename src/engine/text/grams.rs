//! What texts are counted by: characters, words, pairs of neighbouring words.

use super::{token_hash, tokens};

/// Bytes of a text that are looked at: more would not change what a document is like, and cost time in proportion.
const LOOKED_AT: usize = 4_000;

/// What a text is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gram {
    /// Characters (Unicode scalar values), case and white space included.
    Character,
    /// Tokens, without regard to case.
    Unigram,
    /// Two tokens, one behind the other, without regard to case.
    Bigram,
}

impl Gram {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Self; 3] = [Self::Character, Self::Unigram, Self::Bigram];

    /// The most that get a cell of their own.
    pub const fn most(self) -> usize {
        if matches!(self, Self::Character) { 256 } else { 2_000 }
    }

    /// How it is written, from where it stands in a text: `"ъ" (U+044A)`, `word`, `two words`.
    pub fn written(self, slice: &str) -> String {
        match (self, slice.chars().next()) {
            (Self::Character, Some(c)) if c.is_ascii_graphic() => format!("\"{c}\""),
            (Self::Character, Some(' ')) => "space".to_owned(),
            (Self::Character, Some(c)) if c.is_control() || c.is_whitespace() => format!("U+{:04X}", c as u32),
            (Self::Character, Some(c)) => format!("\"{c}\" (U+{:04X})", c as u32),
            _ => tokens(slice).map(str::to_lowercase).collect::<Vec<_>>().join(" "),
        }
    }
}

/// SplitMix64's mixer (Steele, Lea and Flood 2014).
fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Calls `see` with the kind, the key and the place of every gram of a text.
pub fn grams<'t>(text: &'t str, see: &mut dyn FnMut(Gram, u64, &'t str)) {
    let text = text.get(..text.floor_char_boundary(LOOKED_AT)).unwrap_or(text);
    for (at, c) in text.char_indices() {
        let key = mixed(u64::from(c as u32).wrapping_add(0x9e37_79b9_7f4a_7c15));
        see(Gram::Character, key, text.get(at..at + c.len_utf8()).unwrap_or_default());
    }
    let mut last: Option<(u64, usize)> = None;
    for token in tokens(text) {
        // Where the token stands: both are slices of one text.
        let from = token.as_ptr() as usize - text.as_ptr() as usize;
        let key = token_hash(token);
        see(Gram::Unigram, key, token);
        if let Some((before, at)) = last {
            let slice = text.get(at..from + token.len()).unwrap_or_default();
            see(Gram::Bigram, mixed(before.rotate_left(23).wrapping_add(key)), slice);
        }
        last = Some((key, from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_its_grams() {
        let mut seen = Vec::new();
        grams("To be, OR нot", &mut |gram, key, slice| seen.push((gram, key, gram.written(slice))));
        let of = |gram| seen.iter().filter(|s| s.0 == gram).map(|s| s.2.as_str()).collect::<Vec<_>>();
        assert_eq!(of(Gram::Unigram), ["to", "be", "or", "нot"]);
        assert_eq!(of(Gram::Bigram), ["to be", "be or", "or нot"]);
        assert_eq!(of(Gram::Character)[..3], ["\"T\"", "\"o\"", "space"]);
        assert!(of(Gram::Character).contains(&"\"н\" (U+043D)"));
        let mut again = Vec::new();
        grams("TO BE or NOT", &mut |gram, key, _| again.push((gram, key)));
        let keys = |gram| seen.iter().filter(|s| s.0 == gram).map(|s| s.1).take(2).collect::<Vec<_>>();
        assert_eq!(keys(Gram::Bigram), again.iter().filter(|s| s.0 == Gram::Bigram).map(|s| s.1).take(2).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_of_a_pair_counts() {
        let key = |text| {
            let mut out = 0;
            grams(text, &mut |gram, key, _| out = if gram == Gram::Bigram { key } else { out });
            out
        };
        assert_ne!(key("a b"), key("b a"));
        assert_eq!(key("a b"), key("A, B"));
    }
}
