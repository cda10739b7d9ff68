//! What the caller looks for in texts: terms, and patterns with wildcards.
//!
//! Both are found where they stand alone: no letter or digit before their beginning, none behind their end; case is not told
//! apart. In a pattern `#` is one digit, `?` one character that is not white space, `*` any number of those, none included;
//! everything else stands for itself. `PRJ-####` finds "prj-0815", `*@corp.example` finds every address there.

/// Something to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As the caller wrote it.
    pub written: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Exactly(char),
    Digit,
    One,
    Any,
}

impl Pattern {
    /// A term: every character stands for itself. `None` where it is empty.
    pub fn term(term: &str) -> Option<Self> {
        Self::of(term, Part::Exactly)
    }

    /// A pattern. `None` where it is empty or would match everything.
    pub fn wildcards(pattern: &str) -> Option<Self> {
        let out = Self::of(pattern, |c| match c {
            '#' => Part::Digit,
            '?' => Part::One,
            '*' => Part::Any,
            _ => Part::Exactly(c),
        })?;
        out.parts.iter().any(|p| matches!(p, Part::Exactly(_) | Part::Digit)).then_some(out)
    }

    fn of(written: &str, part: fn(char) -> Part) -> Option<Self> {
        let written = written.trim();
        let mut parts: Vec<Part> = written.chars().flat_map(char::to_lowercase).map(part).collect();
        parts.dedup_by(|a, b| *a == Part::Any && *b == Part::Any);
        (!parts.is_empty()).then(|| Self { written: written.to_owned(), parts })
    }

    /// Whether a text in lower case holds it.
    pub fn is_in(&self, text: &[char]) -> bool {
        let free = |at: usize| {
            at == 0 || !(text.get(at - 1).is_some_and(|c| c.is_alphanumeric()) && text.get(at).is_some_and(|c| c.is_alphanumeric()))
        };
        (0..text.len()).filter(|&at| free(at)).any(|at| self.matches(text, at, free))
    }

    /// Whether it stands from `start` on, to an end that is free. Backtracks to the last `*` alone, which is enough for these parts.
    fn matches(&self, text: &[char], start: usize, free: impl Fn(usize) -> bool) -> bool {
        let (mut at, mut part, mut star) = (start, 0, None::<(usize, usize)>);
        loop {
            let fits = match (self.parts.get(part), text.get(at)) {
                (None, _) if free(at) => return true,
                (Some(Part::Any), _) => {
                    star = Some((part, at));
                    part += 1;
                    continue;
                }
                (Some(Part::Exactly(c)), Some(t)) => c == t,
                (Some(Part::Digit), Some(t)) => t.is_ascii_digit(),
                (Some(Part::One), Some(t)) => !t.is_whitespace(),
                _ => false,
            };
            if fits {
                (at, part) = (at + 1, part + 1);
                continue;
            }
            // The star takes one character more.
            match star {
                Some((star_part, taken)) if text.get(taken).is_some_and(|c| !c.is_whitespace()) => {
                    star = Some((star_part, taken + 1));
                    (at, part) = (taken + 1, star_part + 1);
                }
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> bool {
        Pattern::wildcards(pattern).unwrap().is_in(&text.chars().flat_map(char::to_lowercase).collect::<Vec<_>>())
    }

    #[test]
    fn wildcards_match_what_they_say() {
        for (pattern, text) in [
            ("PRJ-####", "see prj-0815."),
            ("*@corp.example", "from anna.b@corp.example today"),
            ("ab?d", "(abcd)"),
            ("a*b*c", "aXbXbYc"),
            ("project x", "PROJECT X"),
            ("12*", "12345"),
            ("§ ##", "see § 15"),
        ] {
            assert!(found(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("PRJ-####", "prj-08155"),
            ("PRJ-####", "xprj-0815"),
            ("ab?d", "ab d"),
            ("a*c", "a b c"),
            ("cat", "concatenate"),
            ("##", "1a2"),
        ] {
            assert!(!found(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn terms_have_no_wildcards_and_nothing_matches_everything() {
        let of = |term: &str, text: &str| Pattern::term(term).unwrap().is_in(&text.chars().collect::<Vec<_>>());
        assert!(of("c*t", "a c*t") && !of("c*t", "a cat"));
        assert_eq!(Pattern::wildcards(" ** "), None);
        assert_eq!(Pattern::term("  "), None);
    }
}
