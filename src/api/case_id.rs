//! The id of a case: which test asked what about which features.

use std::fmt::{self, Display, Formatter, Write};
use std::str::FromStr;

/// The parts of a case's id. As text: `category:test`, `category:test[feature]`, `category:test[a, b]#aspect`.
///
/// A name that holds a mark of this form (`#`, `[`, `]`, `,`, a quote, a backslash, a control character), that begins or ends with a
/// blank or is empty stands in quotes, with backslashes before quotes and backslashes; every other name stands as it is.
///
/// ```
/// use straingauge_api::CaseId;
///
/// let id: CaseId = r##"drift:feature_drift["# rooms"]"##.parse().unwrap();
/// assert_eq!(id.features, ["# rooms"]);
/// assert_eq!(id.aspect, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId {
    /// The test: `category:test`.
    pub test: String,
    /// The features concerned; empty for the whole set.
    pub features: Vec<String>,
    /// What the case asks beside the test's own question (`performance_impact`, a class).
    pub aspect: Option<String>,
}

/// A text that is no id of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCaseId;

impl CaseId {
    /// The aspect of an id given as text; `None` where it has none, or where the text is no id.
    pub fn aspect_of(id: &str) -> Option<String> {
        id.parse::<Self>().ok()?.aspect
    }
}

impl Display for CaseId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.test)?;
        for (at, name) in self.features.iter().enumerate() {
            f.write_str(if at == 0 { "[" } else { ", " })?;
            write_name(name, f)?;
        }
        if !self.features.is_empty() {
            f.write_char(']')?;
        }
        match &self.aspect {
            Some(aspect) => write!(f, "#{aspect}"),
            None => Ok(()),
        }
    }
}

/// Names as they stand between the brackets of an id.
pub fn quoted_names(names: &[String]) -> String {
    let mut out = String::new();
    for (at, name) in names.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        let written = write_name(name, &mut out);
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    out
}

fn write_name(name: &str, out: &mut impl Write) -> fmt::Result {
    let marks = |c: char| matches!(c, '#' | '[' | ']' | ',' | '"' | '\\') || c.is_control();
    if !name.is_empty() && name.trim() == name && !name.contains(marks) {
        return out.write_str(name);
    }
    out.write_char('"')?;
    for c in name.chars() {
        match c {
            '"' | '\\' => {
                out.write_char('\\')?;
                out.write_char(c)?;
            }
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            c => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

impl FromStr for CaseId {
    type Err = NoCaseId;

    fn from_str(text: &str) -> Result<Self, NoCaseId> {
        let end = text.find(['[', '#']).unwrap_or(text.len());
        let (test, mut rest) = text.split_at(end);
        let mut features = Vec::new();
        if let Some(names) = rest.strip_prefix('[') {
            rest = read_names(names, &mut features).ok_or(NoCaseId)?;
        }
        let aspect = match rest.strip_prefix('#') {
            Some(aspect) => Some(aspect.to_owned()),
            None if rest.is_empty() => None,
            None => return Err(NoCaseId),
        };
        Ok(Self { test: test.to_owned(), features, aspect })
    }
}

/// Reads names up to the closing bracket; gives what stands behind it.
fn read_names<'a>(mut text: &'a str, names: &mut Vec<String>) -> Option<&'a str> {
    loop {
        if let Some(quoted) = text.strip_prefix('"') {
            let (name, rest) = read_quoted(quoted)?;
            names.push(name);
            text = rest;
        } else {
            let (name, _) = text.split_at(text.find([',', ']'])?);
            names.push(name.to_owned());
            text = text.get(name.len()..)?;
        }
        match text.strip_prefix(", ") {
            Some(more) => text = more,
            None => return text.strip_prefix(']'),
        }
    }
}

fn read_quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((name, text.get(at + 1..)?)),
            '\\' => name.push(match chars.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                c => c,
            }),
            c => name.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(features: &[&str], aspect: Option<&str>) -> CaseId {
        CaseId { test: "a:b".into(), features: features.iter().map(|f| (*f).to_owned()).collect(), aspect: aspect.map(str::to_owned) }
    }

    #[test]
    fn plain_names_stand_as_they_are() {
        assert_eq!(
            id(&["age", "marital status", "unnamed: 0", "text.TokenCount"], Some("x")).to_string(),
            "a:b[age, marital status, unnamed: 0, text.TokenCount]#x"
        );
        assert_eq!(id(&[], None).to_string(), "a:b");
    }

    #[test]
    fn any_name_comes_back() {
        let odd =
            ["# rooms", "a, b", "x]", "[y", "\"q\"", "back\\slash", "line\nbreak", "tab\t", "", " ", "ü ", "item #", "#performance_impact"];
        for (i, a) in odd.iter().enumerate() {
            for b in &odd[i..] {
                for aspect in [None, Some("performance_impact"), Some("class #1[x]")] {
                    for id in [id(&[a], aspect), id(&[a, b], aspect)] {
                        assert_eq!(id.to_string().parse(), Ok(id.clone()), "{id}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["a:b[", "a:b[x", "a:b[\"x]", "a:b[x]y", "a:b[x,y]"] {
            assert_eq!(text.parse::<CaseId>(), Err(NoCaseId), "{text}");
        }
    }
}
