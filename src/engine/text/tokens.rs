//! Tokens.

/// The tokens of a text, in order.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.find(char::is_alphanumeric)?;
        let tail = rest.get(start..)?;
        let mut end = tail.len();
        let mut chars = tail.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let inner = is_apostrophe(c) && chars.peek().is_some_and(|&(_, next)| next.is_alphanumeric());
            if !c.is_alphanumeric() && !inner {
                end = at;
                break;
            }
        }
        let (token, after) = tail.split_at_checked(end)?;
        rest = after;
        Some(token)
    })
}

/// An apostrophe, straight or curved.
#[inline]
pub(super) fn is_apostrophe(c: char) -> bool {
    c == '\'' || c == '\u{2019}'
}

/// A 64-bit hash of a token without regard to case: FNV-1a (Fowler, Noll and Vo) over its lower-case form, finished by
/// SplitMix64's mixer (Steele, Lea and Flood 2014). Two of a million tokens share one with a chance of 3 in 10⁸.
pub fn token_hash(token: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    if token.is_ascii() {
        token.bytes().for_each(|b| eat(b.to_ascii_lowercase()));
    } else {
        let mut buffer = [0; 4];
        token.chars().flat_map(char::to_lowercase).for_each(|c| c.encode_utf8(&mut buffer).bytes().for_each(&mut eat));
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_alphanumeric_runs() {
        let all = |text| tokens(text).collect::<Vec<_>>();
        assert_eq!(all("Don't panic: it's 3-D (naïve)…"), ["Don't", "panic", "it's", "3", "D", "naïve"]);
        assert_eq!(all("'quoted' words'"), ["quoted", "words"]);
        assert!(all(" —?! ").is_empty() && all("").is_empty());
    }

    #[test]
    fn case_does_not_tell_tokens_apart() {
        assert_eq!(token_hash("Straße"), token_hash("STRAßE"));
        assert_eq!(token_hash("ÉCOLE"), token_hash("école"));
        assert_eq!(token_hash("Cat"), token_hash("cAT"));
        assert_ne!(token_hash("cat"), token_hash("cats"));
    }
}
