//! A mechanical reader: words, signs and disagreements in number that no sentence of ours may hold.

use straingauge_api::{Cause, FirewallView, RunDocument};

/// A text with what it is called in a failure.
pub struct Sentence {
    /// Where it stands: a case's id, `headline`, ….
    pub at: String,
    /// As it is read.
    pub text: String,
    /// Names with which it may begin, as they are written in the data.
    pub names: Vec<String>,
}

impl Sentence {
    fn new(at: &str, text: &str, names: &[String]) -> Self {
        Self { at: at.to_owned(), text: text.to_owned(), names: names.to_vec() }
    }
}

/// Every sentence of a document.
pub fn sentences(document: &RunDocument) -> Vec<Sentence> {
    let all: Vec<String> = document.batches.iter().flat_map(|b| &b.cases).flat_map(|c| c.features.clone()).collect();
    let mut out = vec![Sentence::new("headline", &document.summary.headline, &all)];
    out.extend(document.summary.banners.iter().map(|b| Sentence::new(&b.code, &b.text, &all)));
    out.extend(document.findings.iter().map(|f| Sentence::new(&format!("finding {}", f.lead), &f.sentence, &f.features)));
    out.extend(document.suggestions.iter().map(|s| Sentence::new(&format!("suggestion {}", s.case), &s.text, &all)));
    for batch in &document.batches {
        out.extend(batch.reason.as_ref().map(|reason| Sentence::new(&batch.id, reason, &all)));
        for case in &batch.cases {
            out.push(Sentence::new(&case.id, &case.sentence, &case.features));
            out.extend(case.reason.as_ref().map(|reason| Sentence::new(&format!("{} (reason)", case.id), reason, &case.features)));
        }
    }
    out
}

/// Every sentence of a firewall's view.
pub fn sentences_of_view(view: &FirewallView) -> Vec<Sentence> {
    let mut out = vec![Sentence::new("headline", &view.headline, &[])];
    let causes = |at: &str, causes: &[Cause]| -> Vec<Sentence> {
        causes.iter().map(|c| Sentence::new(&format!("{at}, a cause"), &c.sentence, &c.features)).collect()
    };
    for event in &view.events {
        out.push(Sentence::new(&event.id, &event.sentence, std::slice::from_ref(&event.object)));
        out.extend(causes(&event.id, &event.causes));
    }
    for incident in &view.incidents {
        out.push(Sentence::new(&incident.id, &incident.sentence, &incident.features));
        out.extend(causes(&incident.id, incident.cause.as_slice()));
    }
    for insight in &view.insights {
        out.push(Sentence::new("insight", &insight.text, &[]));
        out.push(Sentence::new("insight (detail)", &insight.detail, &view.events.iter().map(|e| e.object.clone()).collect::<Vec<_>>()));
    }
    out
}

/// The faults of texts, each with the text.
pub fn faults(texts: &[Sentence]) -> Vec<String> {
    let mut out: Vec<String> = texts.iter().filter_map(|t| Some(format!("{} | {}: {}", fault(t)?, t.at, t.text))).collect();
    out.sort();
    out.dedup();
    out
}

/// The first fault of a whole sentence.
fn fault(Sentence { text, names, .. }: &Sentence) -> Option<String> {
    let begins = text.chars().next().is_some_and(|c| !c.is_lowercase()) || names.iter().any(|name| text.starts_with(name.as_str()));
    if !begins {
        return Some("does not begin like a sentence".to_owned());
    }
    if !text.ends_with(['.', '!', '?']) || text.ends_with("..") {
        return Some("does not end like a sentence".to_owned());
    }
    unreadable(text)
}

/// Words and signs that no reader should meet.
const WORDS: &[&str] = &[
    "let be",
    "ommonest",
    "odder",
    "unlike the reference",
    "holds values",
    "any other value",
    "`",
    "protectedFeatures",
    "idCol",
    "labelCol",
    "positiveClass",
    "min_sample_size",
    "NaN",
    "inf ",
    "null",
    "  ",
    " ,",
    " .",
    "( ",
    " )",
    "()",
    ",,",
    ";;",
    "%%",
    " the the ",
    " of of ",
    "such as such",
];

/// Nouns that are counted, and verbs of many.
const NOUNS: &[&str] = &[
    "rows",
    "cases",
    "values",
    "texts",
    "words",
    "groups",
    "classes",
    "features",
    "subsets",
    "bins",
    "events",
    "incidents",
    "queries",
    "times",
    "conditions",
    "terms",
    "columns",
    "differences",
    "predictions",
    "labels",
    "comparisons",
];
const VERBS: &[&str] = &["are", "have", "hold", "repeat", "leave", "combine", "come", "lie", "do", "nearly repeat", "were"];

/// Digits of a number with decimals beyond which nobody compares.
const MOST_DIGITS: usize = 6;

/// The first fault of a text, whole sentence or not.
pub fn unreadable(text: &str) -> Option<String> {
    if let Some(word) = WORDS.iter().find(|w| text.contains(**w)) {
        return Some(format!("“{word}”"));
    }
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or(' ');
    for i in 0..chars.len() {
        let before = if i == 0 { ' ' } else { at(i - 1) };
        if at(i) == '-' && at(i + 1).is_ascii_digit() && matches!(before, ' ' | '(' | '[') {
            return Some("a hyphen for a minus".to_owned());
        }
        if at(i) == '%' && before != '\u{a0}' {
            return Some("no no-break space before %".to_owned());
        }
        if at(i).is_ascii_digit() && !before.is_alphanumeric() && !matches!(before, '.' | '_' | '\u{202f}' | '-' | ':') {
            let number: String = (i..chars.len()).map(at).take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '\u{202f}')).collect();
            let number = number.trim_end_matches('.');
            if number.chars().take(5).filter(char::is_ascii_digit).count() == 5 {
                return Some(format!("{number} has no thin spaces"));
            }
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            if number.contains('.') && digits.trim_start_matches('0').len() > MOST_DIGITS {
                return Some(format!("{number} has more digits than anybody compares"));
            }
            let after = i + number.chars().count();
            if at(after) == 'e' && (at(after + 1).is_ascii_digit() || matches!(at(after + 1), '-' | '\u{2212}' | '+')) {
                return Some(format!("{number} has an exponent"));
            }
        }
    }
    number_of_nouns(text)
}

/// `1 rows`, and `1 of 20 rows have`.
fn number_of_nouns(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let word = |i: usize| words.get(i).copied().unwrap_or("").trim_matches([',', '.', ';', ':', '(', ')']);
    for i in 0..words.len() {
        if !matches!(words[i].trim_start_matches('('), "1") {
            continue;
        }
        for j in [i + 1, i + 2, i + 3] {
            if word(i + 1) != "of" && NOUNS.contains(&word(j)) && (i + 1..j).all(|k| word(k).chars().all(char::is_alphabetic)) {
                return Some(format!("“1 {}”", words[i + 1..=j].join(" ")));
            }
        }
        if word(i + 1) == "of" && word(i + 2).chars().next().is_some_and(|c| c.is_ascii_digit()) {
            let Some(noun) =
                (i + 3..words.len().min(i + 8)).find(|&j| NOUNS.contains(&word(j)) || NOUNS.contains(&format!("{}s", word(j)).as_str()))
            else {
                continue;
            };
            let verb = (noun + 1..words.len()).find(|&j| !words[j].starts_with('(') && !words[j].ends_with(')')).unwrap_or(words.len());
            if VERBS.contains(&word(verb)) {
                return Some(format!("“1 of … {} {}”", word(noun), word(verb)));
            }
        }
    }
    None
}

#[test]
fn the_reader_knows_a_fault_when_it_sees_one() {
    for text in [
        "There are 1 rows.",
        "It saw 1 evaluation rows.",
        "1 of 20 rows (5.0\u{a0}%) have none.",
        "1 of 20 evaluation rows leave tier empty.",
        "It falls by -3.",
        "It is 12345 there.",
        "It is 5.0 % there.",
        "Set `today`.",
        "It is 0.1234567 there.",
        "It is 1.2e\u{2212}5 there.",
        "Two  spaces.",
        "Empty ().",
    ] {
        assert!(unreadable(text).is_some(), "{text}");
    }
    for text in [
        "1 of 20 rows (5.0\u{a0}%) has none.",
        "There is 1 row.",
        "x is −3 in 12\u{202f}345 rows, 0.123 of it on 2018-08-12 10:00.",
        "v00077 goes from 0.0\u{a0}% to 3.1\u{a0}%.",
        "Log loss is 0.432 (1\u{202f}234 rows).",
    ] {
        assert_eq!(unreadable(text), None, "{text}");
    }
    let whole = |text: &str, names: &[String]| faults(&[Sentence::new("here", text, names)]).len();
    assert_eq!([whole("it is.", &[]), whole("It is", &[]), whole("It is..", &[]), whole("It is.", &[])], [1, 1, 1, 0]);
    assert_eq!(whole("city moves.", &["city".to_owned()]), 0);
}
