//! Forms that a text can have throughout a column.

/// The form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// `https://…`, `http://…`, `ftp://…`.
    Url,
    /// `name@host.tld`.
    Email,
    /// `host.tld`.
    Domain,
    /// `2024-12-31`, with `-`, `/` or `.` and the year first or last.
    Date,
}

impl Form {
    /// The forms of text, the more special first.
    pub const OF_TEXT: [Self; 4] = [Self::Url, Self::Email, Self::Date, Self::Domain];

    /// The name in a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Url => "a web address",
            Self::Email => "an e-mail address",
            Self::Domain => "a domain name",
            Self::Date => "a date",
        }
    }

    /// Whether a text has this form.
    pub fn matches(self, text: &str) -> bool {
        let text = text.trim();
        match self {
            Self::Integer => text.parse::<f64>().is_ok_and(|x| x.floor() == x && x.is_finite()),
            Self::Float => text.parse::<f64>().is_ok_and(f64::is_finite),
            Self::Url => ["http://", "https://", "ftp://"].iter().any(|scheme| {
                text.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme))
                    && text.get(scheme.len()..).is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
            }),
            Self::Email => text
                .split_once('@')
                .is_some_and(|(name, host)| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '@') && is_domain(host)),
            Self::Domain => is_domain(text),
            Self::Date => is_date(text),
        }
    }
}

/// Labels of letters, digits and inner hyphens, at least two, the last of two letters or more.
fn is_domain(text: &str) -> bool {
    let label = |l: &str| {
        !l.is_empty() && l.len() <= 63 && !l.starts_with('-') && !l.ends_with('-') && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let Some((rest, last)) = text.rsplit_once('.') else { return false };
    last.chars().count() >= 2 && last.chars().all(char::is_alphabetic) && rest.split('.').all(label)
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split(['-', '/', '.']);
    let (Some(a), Some(b), Some(c), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { return false };
    let number = |s: &str, lengths: std::ops::RangeInclusive<usize>, range: std::ops::RangeInclusive<u32>| {
        lengths.contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit()) && s.parse().is_ok_and(|n| range.contains(&n))
    };
    let year = |s| number(s, 4..=4, 1..=9999);
    let (day, month) = (|s| number(s, 1..=2, 1..=31), |s| number(s, 1..=2, 1..=12));
    (year(a) && month(b) && day(c)) || (year(c) && ((day(a) && month(b)) || (month(a) && day(b))))
}

crate::stored::stored!(enum Form { 0 = Integer, 1 = Float, 2 = Url, 3 = Email, 4 = Domain, 5 = Date });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_know_their_own() {
        for (form, yes, no) in [
            (Form::Url, "https://a.example/x?y=1", "a.example/x"),
            (Form::Email, "jo.doe+x@mail.example", "jo@doe@x.example"),
            (Form::Domain, "shop.example", "shop."),
            (Form::Date, "2018-08-01", "2018-13-41"),
            (Form::Date, "31/12/1999", "31/12/99"),
            (Form::Integer, "-12", "1.5"),
            (Form::Float, "1.5e3", "1,5"),
        ] {
            assert!(form.matches(yes), "{form:?} {yes}");
            assert!(!form.matches(no), "{form:?} {no}");
        }
    }
}
