//! Spellings of one value: what is left when case, space, punctuation and Unicode form are taken away.
//!
//! Covered: upper and lower case of every script; white space and zero-width characters; punctuation; full-width ASCII
//! (U+FF01–FF5E); Latin letters with an accent, whether written as one character (U+00C0–017F) or with a combining mark behind the
//! letter; the ligatures ﬀ to ﬆ. Accents themselves stay: *cote* is not *coté*. Kept, because they change what a value is: a
//! sign between or before digits (`1.5`, `-3`), a sign at the end (`A-`), and symbols (`C++`, `C#`, `<`, `%`).

/// Base letters of U+00C0–017F in lower case (a blank where a letter has no accent) …
const BASES: &[u8; 192] = b"aaaaaa ceeeeiiii nooooo  uuuuy  aaaaaa ceeeeiiii nooooo  uuuuy yaaaaaaccccccccdd  eeeeeeeeeegggggggghh  iiiiiiiii   jjkk llllll    nnnnnn   oooooo  rrrrrrsssssssstttt  uuuuuuuuuuuuwwyyyzzzzzz ";
/// … and their marks, as [`MARKS`] writes them.
const ACCENTS: &[u8; 192] = b"`'^~:o ,`'^:`'^: ~`'^~:  `'^:'  `'^~:o ,`'^:`'^: ~`'^~:  `'^:' :--uu;;''^^..vvvv  --uu..;;vv^^uu..,,^^  ~~--uu;;.   ^^,, '',,vv    '',,vv   --uu==  '',,vv''^^,,vv,,vv  ~~--uuoo==;;^^^^:''..vv ";
/// The combining marks U+0300–030C; a blank for those that none of these letters has.
const MARKS: &[u8; 13] = b"`'^~- u.: o=v";
/// ﬀ ﬁ ﬂ ﬃ ﬄ ﬅ ﬆ.
const LIGATURES: [&str; 7] = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"];

/// The form that all spellings of a value share.
pub(super) fn normal_form(value: &str) -> String {
    let mut folded: Vec<char> = Vec::with_capacity(value.len());
    for c in value.chars() {
        let c = if ('\u{ff01}'..='\u{ff5e}').contains(&c) { char::from_u32(c as u32 - 0xfee0).unwrap_or(c) } else { c };
        let at = c as usize;
        if let Some(ligature) = at.checked_sub(0xfb00).and_then(|i| LIGATURES.get(i)) {
            folded.extend(ligature.chars());
        } else if let Some((base, mark)) = accented(at) {
            folded.extend([base, mark]);
        } else if let Some(&mark) = at.checked_sub(0x300).and_then(|i| MARKS.get(i)).filter(|&&m| m != b' ') {
            folded.push(combining(mark));
        } else if at == 0x327 || at == 0x328 {
            folded.push(combining(if at == 0x327 { b',' } else { b';' }));
        } else if !c.is_control() && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') {
            folded.extend(c.to_lowercase());
        }
    }
    let solid = |at: usize| folded.get(at).is_some_and(|c| c.is_alphanumeric());
    let digit = |at: usize| folded.get(at).is_some_and(char::is_ascii_digit);
    let dropped = |at: usize, c: char| {
        let before = |is: &dyn Fn(usize) -> bool| at.checked_sub(1).is_some_and(is);
        c.is_whitespace() && !(before(&digit) && digit(at + 1))
            || matches!(
                c,
                '"' | '\'' | '(' | ')' | '[' | ']' | '{' | '}' | '?' | '!' | ';' | '\u{2018}'..='\u{201f}' | '«' | '»' | '¿' | '¡'
            )
            || matches!(c, '.' | ',' | ':' | '_' | '/' | '\\' | '·') && !(digit(at + 1) && (before(&digit) || at == 0))
            || matches!(c, '-' | '\u{2010}'..='\u{2015}') && before(&solid) && solid(at + 1) && !(before(&digit) && digit(at + 1))
            || matches!(c, '-' | '\u{2010}'..='\u{2015}') && before(&|i| folded.get(i).is_some_and(|c| c.is_whitespace())) && !digit(at + 1)
    };
    folded.iter().enumerate().filter(|&(at, &c)| !dropped(at, c)).map(|(_, &c)| c).collect()
}

fn accented(at: usize) -> Option<(char, char)> {
    let i = at.checked_sub(0xc0)?;
    let (base, mark) = (*BASES.get(i)?, *ACCENTS.get(i)?);
    (base != b' ').then(|| (char::from(base), combining(mark)))
}

/// A mark of the tables as a character that no text holds.
fn combining(mark: u8) -> char {
    char::from_u32(0xf_0000 + u32::from(mark)).unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_are_one() {
        for (a, b) in [
            ("New York", "new-york"),
            ("U.S.A.", "usa"),
            ("O'Hare", "O’HARE"),
            ("ＡＢＣ　１２", "abc 12"),
            ("Zürich", "ZU\u{308}RICH"),
            ("façade", "fac\u{327}ade"),
            ("o\u{fb03}ce", "office"),
            ("a\u{200b}b", "ab"),
            (" trailing ", "trailing"),
            ("ten - pin", "ten-pin"),
            ("Źdźbło", "Z\u{301}dz\u{301}bło"),
        ] {
            assert_eq!(normal_form(a), normal_form(b), "{a} {b}");
        }
    }

    #[test]
    fn composed_and_decomposed_letters_are_one() {
        let mut seen = std::collections::BTreeSet::new();
        for golden in super::super::goldens()["composed"].as_array().unwrap() {
            let (one, two) = (golden[0].as_str().unwrap(), golden[1].as_str().unwrap());
            assert_eq!(normal_form(one), normal_form(two), "{one}");
            seen.insert(normal_form(one));
        }
        // Upper and lower case share a form, and nothing else does.
        assert_eq!(seen.len(), 81);
    }

    #[test]
    fn what_changes_a_value_stays() {
        for (a, b) in [
            ("1.5", "15"),
            ("-3", "3"),
            ("1-2", "12"),
            ("A-", "A"),
            ("A+", "A"),
            ("C#", "C"),
            ("C++", "C"),
            ("< 5", "> 5"),
            ("cote", "coté"),
            ("côte", "coté"),
            ("1 2", "12"),
            (".5", "5"),
        ] {
            assert_ne!(normal_form(a), normal_form(b), "{a} {b}");
        }
    }
}
