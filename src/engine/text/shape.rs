//! Everything that one pass over a text's characters can count.

use super::tokens::is_apostrophe;

/// Counts of one text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// Characters.
    pub characters: u32,
    /// Tokens.
    pub tokens: u32,
    /// Characters in tokens.
    pub token_characters: u32,
    /// Characters of the longest token.
    pub longest_token: u32,
    /// Sentences: stretches with a token that end with `.`, `!`, `?`, `…` or their East Asian forms before white space, or
    /// with the text.
    pub sentences: u32,
    /// Letters.
    pub letters: u32,
    /// Upper-case letters.
    pub uppercase: u32,
    /// Digits of any script.
    pub digits: u32,
    /// Neither alphanumeric nor white space.
    pub punctuation: u32,
    /// Beyond ASCII.
    pub non_ascii: u32,
    /// Groups of vowels, a silent final e not counted, at least one a token: syllables of English, nearly.
    pub syllables: u32,
    /// Web addresses: `http://`, `https://` or `www.` at the beginning of a word.
    pub urls: u32,
}

/// Counts a text.
pub fn shape(text: &str) -> Shape {
    let mut out = Shape::default();
    let mut token = Token::default();
    let mut tokens_before_sentence = 0;
    let mut ending = false;
    let mut at_word = true;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        out.characters += 1;
        if !c.is_ascii() {
            out.non_ascii += 1;
        }
        if c.is_alphanumeric() {
            if at_word && matches!(c, 'h' | 'H' | 'w' | 'W') && starts_url(text.as_bytes().get(at..).unwrap_or_default()) {
                out.urls += 1;
            }
            if c.is_numeric() {
                out.digits += 1;
            } else {
                out.letters += 1;
                out.uppercase += u32::from(c.is_uppercase());
            }
            token.add(c);
            (ending, at_word) = (false, false);
            continue;
        }
        if is_apostrophe(c) && token.length > 0 && chars.peek().is_some_and(|&(_, next)| next.is_alphanumeric()) {
            out.punctuation += 1;
            token.add(c);
            continue;
        }
        token.finish(&mut out);
        if c.is_whitespace() {
            at_word = true;
            if ending && out.tokens > tokens_before_sentence {
                out.sentences += 1;
                tokens_before_sentence = out.tokens;
            }
            ending = false;
        } else {
            at_word = !matches!(c, '/' | '.' | '@' | '-' | '_');
            out.punctuation += 1;
            ending = matches!(c, '.' | '!' | '?' | '…') || (ending && matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»'));
            // These end a sentence by themselves: no space follows them.
            if matches!(c, '。' | '！' | '？') && out.tokens > tokens_before_sentence {
                out.sentences += 1;
                tokens_before_sentence = out.tokens;
            }
        }
    }
    token.finish(&mut out);
    out.sentences += u32::from(out.tokens > tokens_before_sentence);
    out
}

/// The token being read.
#[derive(Debug, Default)]
struct Token {
    length: u32,
    vowel_groups: u32,
    in_vowels: bool,
    last: char,
    before_last_is_vowel: bool,
}

impl Token {
    #[inline]
    fn add(&mut self, c: char) {
        let vowel = matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        self.vowel_groups += u32::from(vowel && !self.in_vowels);
        self.before_last_is_vowel = self.in_vowels;
        self.in_vowels = vowel;
        self.last = c;
        self.length += 1;
    }

    #[inline]
    fn finish(&mut self, out: &mut Shape) {
        if self.length == 0 {
            return;
        }
        let silent = matches!(self.last, 'e' | 'E') && !self.before_last_is_vowel && self.vowel_groups > 1;
        out.syllables += (self.vowel_groups - u32::from(silent)).max(1);
        out.tokens += 1;
        out.token_characters += self.length;
        out.longest_token = out.longest_token.max(self.length);
        *self = Self::default();
    }
}

fn starts_url(bytes: &[u8]) -> bool {
    let begins = |with: &str| bytes.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with.as_bytes()));
    begins("http://") || begins("https://") || begins("www.")
}

impl Shape {
    /// Mean characters a token; NaN without tokens.
    pub fn average_token_length(&self) -> f64 {
        f64::from(self.token_characters) / f64::from(self.tokens)
    }

    /// Flesch's reading ease (1948, J. Appl. Psychol. 32:221): 206.835 − 1.015·words/sentences − 84.6·syllables/words. NaN
    /// without tokens. Made for English; elsewhere it still tells long words and sentences from short ones.
    pub fn reading_ease(&self) -> f64 {
        let words = f64::from(self.tokens);
        206.835 - 1.015 * words / f64::from(self.sentences) - 84.6 * f64::from(self.syllables) / words
    }

    /// A count as a share of all characters; NaN of an empty text.
    pub fn share(&self, count: u32) -> f64 {
        f64::from(count) / f64::from(self.characters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    #[test]
    fn counts_a_plain_sentence() {
        let s = shape("The cat sat on the mat. It's 12 o'clock!");
        assert_eq!((s.tokens, s.sentences, s.digits, s.uppercase), (9, 2, 2, 2));
        assert_eq!((s.characters, s.letters, s.punctuation), (40, 26, 4));
        // 9 words, 2 sentences; The-cat-sat-on-the-mat-It's-12-o'clock: 10 syllables.
        assert_eq!(s.syllables, 10);
        assert!((s.reading_ease() - (206.835 - 1.015 * 4.5 - 84.6 * 10.0 / 9.0)).abs() < 1e-12);
    }

    #[test]
    fn tokens_are_those_of_the_tokenizer() {
        for text in ["Don't panic: it's 3-D (naïve)…", "'quoted' words'", "a'' b", "東京 is Tokyo。本当？", "", "…", "x.y.z e.g. 3.14"]
        {
            let s = shape(text);
            let lengths: Vec<u32> = tokens(text).map(|t| t.chars().count() as u32).collect();
            assert_eq!((s.tokens, s.token_characters), (lengths.len() as u32, lengths.iter().sum()), "{text}");
            assert_eq!(s.longest_token, lengths.iter().copied().max().unwrap_or(0));
            assert_eq!(s.characters as usize, text.chars().count());
        }
    }

    #[test]
    fn sentences_and_addresses() {
        assert_eq!(shape("One. Two! Three? Four").sentences, 4);
        assert_eq!(shape("Version 3.14 is out").sentences, 1);
        assert_eq!(shape("He said \"no.\" She left.").sentences, 2);
        assert_eq!(shape("本当？はい。").sentences, 2);
        assert_eq!(shape("see https://a.example/x, (www.b.example) or HTTP://c").urls, 3);
        assert_eq!(shape("mywww.x nohttp://y").urls, 0);
    }

    #[test]
    fn an_empty_text_has_no_shares() {
        assert!(shape("").share(0).is_nan() && shape("").average_token_length().is_nan() && shape("?").reading_ease().is_nan());
    }
}
