//! What a text is made of: words, signs, a number.

/// A text is *mostly special* above this share of special characters.
const SPECIAL_SHARE: f64 = 0.2;

/// Whether a character is special: neither letter, digit, white space, nor the punctuation of ordinary writing. Combining
/// marks belong to their letters.
pub fn is_special(c: char) -> bool {
    !(c.is_alphanumeric()
        || c.is_whitespace()
        || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '"' | '(' | ')' | '-' | '/' | '…' | '«' | '»' | '¿' | '¡' | '·')
        // Typographic dashes and quotes; East Asian punctuation; marks of Latin, Hebrew, Arabic, Indic and Thai letters.
        || matches!(c, '\u{2010}'..='\u{201f}' | '\u{3001}'..='\u{3011}' | '\u{ff01}' | '\u{ff0c}' | '\u{ff1a}'..='\u{ff1f}' | '\u{300}'..='\u{36f}')
        || matches!(c, '\u{591}'..='\u{5c7}' | '\u{600}'..='\u{6ff}' | '\u{900}'..='\u{dff}' | '\u{e00}'..='\u{eff}' | '\u{200c}' | '\u{200d}'))
}

/// Whether more than a fifth of a text's characters are special.
pub fn mostly_special(text: &str) -> bool {
    let (special, all) = text.chars().fold((0u32, 0u32), |(special, all), c| (special + u32::from(is_special(c)), all + 1));
    f64::from(special) > SPECIAL_SHARE * f64::from(all)
}

/// Whether a text is a number and nothing else.
pub fn is_number(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_is_not_special_and_rubble_is() {
        for text in ["A plain (short) title: why not?", "Größe – “quoted”…", "नमस्ते दुनिया", "สวัสดีชาวโลก", "本当？はい。", "العربية"]
        {
            assert!(!mostly_special(text), "{text}");
        }
        for text in ["@@##!! $$", "<b>$x^{2}$</b>", "😀😀 ok", "\u{fffd}\u{fffd}\u{fffd} lost"] {
            assert!(mostly_special(text), "{text}");
        }
        assert!(!mostly_special(""));
        assert!(is_number("-1.5e3") && is_number(" 12 ") && !is_number("12 kg") && !is_number("nan") && !is_number("infinity"));
    }
}
