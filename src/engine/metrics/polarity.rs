//! Class names that say yes and no, and the class that binary metrics are about.

use straingauge_api::PositiveClass;

use super::classes::ClassIndex;
use crate::{Error, Result};

/// Names that say "yes" of a binary class.
const YES: &[&str] = &[
    "true",
    "yes",
    "y",
    "t",
    "1",
    "+1",
    "+",
    "positive",
    "pos",
    "present",
    "good",
    "high",
    "pass",
    "passed",
    "success",
    "approved",
    "accepted",
    "fraud",
    "fraudulent",
    "churn",
    "churned",
    "default",
    "defaulted",
    "spam",
    "malignant",
    "sick",
    "disease",
    "diseased",
    "abnormal",
    "anomaly",
    "anomalous",
    "attack",
    "event",
    "click",
    "clicked",
    "bought",
    "converted",
    "toxic",
    "hate",
    "fake",
    "malware",
    "phishing",
    "survived",
    "outlier",
    "case",
    "ja",
    "oui",
    "si",
    "sí",
    "sim",
    "da",
    "wahr",
    "vrai",
];
/// Names that say "no".
const NO: &[&str] = &[
    "false",
    "no",
    "n",
    "f",
    "0",
    "-1",
    "-",
    "negative",
    "neg",
    "none",
    "absent",
    "bad",
    "low",
    "fail",
    "failed",
    "failure",
    "rejected",
    "denied",
    "legit",
    "legitimate",
    "genuine",
    "stay",
    "stayed",
    "retained",
    "loyal",
    "paid",
    "ham",
    "benign",
    "healthy",
    "normal",
    "control",
    "safe",
    "clean",
    "real",
    "inlier",
    "neutral",
    "died",
    "nein",
    "non",
    "não",
    "nao",
    "net",
    "falsch",
    "faux",
];
/// What turns a word into its opposite.
const NEGATIONS: &[&str] = &["not ", "no ", "non ", "non", "never ", "un", "in", "il", "dis", "no", "not"];

/// True where a name says yes, false where it says no.
pub fn polarity(name: &str) -> Option<bool> {
    let word = folded(name);
    if YES.contains(&word.as_str()) {
        return Some(true);
    }
    let negated = || ["not ", "no ", "non "].iter().any(|no| word.strip_prefix(no).is_some_and(|rest| !rest.is_empty()));
    (NO.contains(&word.as_str()) || negated()).then_some(false)
}

fn folded(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    match lower.as_str() {
        // The sign is the name.
        "-" | "+" | "-1" | "+1" => lower,
        _ => lower.replace(['_', '-', '.'], " ").trim().to_owned(),
    }
}

/// The class that binary metrics are about, and why: the one that the reader names, else the larger of two numbers, else the one whose name
/// says yes or whose counterpart says no, else the one that the model's scores are of, else the last.
///
/// # Errors
/// `unknown_class` where no class has the given name.
pub fn positive_class(classes: &[String], said: Option<&str>, scored: Option<&str>) -> Result<PositiveClass> {
    let index = ClassIndex::new(classes);
    let find = |name: &str| index.code(name).and_then(|code| classes.get(code as usize)).cloned();
    let choose = |class: String, reason: String| {
        let others = classes.iter().filter(|c| **c != class).cloned().collect();
        Ok(PositiveClass { class, reason, others })
    };
    if let Some(said) = said {
        let found = find(said).ok_or_else(|| {
            Error::new("unknown_class", format!("No class is called {said}."))
                .mend(format!("positiveClass is one of {}.", classes.join(", ")))
        })?;
        return choose(found, "set by you".to_owned());
    }
    let numbers: Option<Vec<f64>> = classes.iter().map(|c| c.trim().parse().ok().filter(|v: &f64| v.is_finite())).collect();
    if let Some(numbers) = numbers.filter(|n| n.len() > 1)
        && let Some((class, _)) = classes.iter().zip(&numbers).reduce(|a, b| if b.1 > a.1 { b } else { a })
    {
        return choose(class.clone(), format!("{class} is the larger number, as scikit-learn takes it"));
    }
    if let [a, b] = classes {
        for (class, other) in [(a, b), (b, a)] {
            if is_negation(other, class) {
                return choose(class.clone(), format!("{other} is its opposite"));
            }
        }
        match (polarity(a), polarity(b)) {
            (Some(true), None | Some(false)) => return choose(a.clone(), format!("{a} says yes")),
            (None | Some(false), Some(true)) => return choose(b.clone(), format!("{b} says yes")),
            (Some(false), None) => return choose(b.clone(), format!("{a} says no")),
            (None, Some(false)) => return choose(a.clone(), format!("{b} says no")),
            _ => {}
        }
        match (larger_than(a), larger_than(b)) {
            (true, false) => return choose(a.clone(), format!("{a} is the larger range")),
            (false, true) => return choose(b.clone(), format!("{b} is the larger range")),
            _ => {}
        }
    }
    if let Some(class) = scored.and_then(find) {
        return choose(class.clone(), format!("the model's scores are higher where it says {class}"));
    }
    let last = classes.last().cloned().unwrap_or_default();
    choose(last.clone(), format!("{last} is the last of the sorted classes, as scikit-learn takes it"))
}

/// Whether one name is another's opposite: `no_churn` of `churn`, `unpaid` of `paid`.
fn is_negation(negated: &str, name: &str) -> bool {
    let (negated, name) = (folded(negated), folded(name));
    name.chars().count() > 2 && NEGATIONS.iter().any(|no| negated.strip_prefix(no).is_some_and(|rest| rest == name))
}

/// Whether a name is a range that is open above: `>50K`.
fn larger_than(name: &str) -> bool {
    name.trim().starts_with(['>', '≥'])
}

/// The name of the other class, where a class says it.
pub fn counterpart(only: &str, said: Option<&str>) -> String {
    let lower = only.trim().to_lowercase();
    if let Some(said) = said.filter(|s| s.trim().to_lowercase() != lower) {
        return said.to_owned();
    }
    let pairs = [
        ("1", "0"),
        ("true", "false"),
        ("yes", "no"),
        ("y", "n"),
        ("positive", "negative"),
        ("pos", "neg"),
        ("t", "f"),
        ("1", "-1"),
        ("label_1", "label_0"),
        ("good", "bad"),
        ("spam", "ham"),
        ("malignant", "benign"),
        ("pass", "fail"),
        ("high", "low"),
    ];
    let other = pairs.iter().find_map(|&(yes, no)| if lower == yes { Some(no) } else { (lower == no).then_some(yes) });
    let cased = |other: &str| {
        let letters = only.chars().any(char::is_alphabetic);
        let first_upper = only.chars().next().is_some_and(char::is_uppercase);
        if letters && only.chars().all(|c| !c.is_lowercase()) {
            other.to_uppercase()
        } else if first_upper {
            other.chars().take(1).flat_map(char::to_uppercase).chain(other.chars().skip(1)).collect()
        } else {
            other.to_owned()
        }
    };
    other.map_or_else(|| format!("not {only}"), cased)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(names: &[&str]) -> String {
        positive_class(&names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>(), None, None).unwrap().class
    }

    #[test]
    fn the_positive_class_is_the_larger_number_or_says_yes_or_stands_last() {
        assert_eq!((picked(&["0", "1"]), picked(&["1", "2"]), picked(&["-1", "1"])), ("1".to_owned(), "2".to_owned(), "1".to_owned()));
        assert_eq!(picked(&["True", "False"]), "True");
        assert_eq!(picked(&["no", "yes"]), "yes");
        assert_eq!(picked(&["fraud", "none"]), "fraud");
        assert_eq!(picked(&["bad", "good"]), "good");
        assert_eq!((picked(&["POSITIVE", "NEGATIVE"]), picked(&["Churn", "No churn"])), ("POSITIVE".to_owned(), "Churn".to_owned()));
        assert_eq!((picked(&["paid", "unpaid"]), picked(&["<=50K", ">50K"])), ("paid".to_owned(), ">50K".to_owned()));
        assert_eq!(picked(&["cat", "dog"]), "dog");
    }

    #[test]
    fn the_reader_and_the_scores_are_heard() {
        let names = ["cat".to_owned(), "dog".to_owned()];
        assert_eq!(positive_class(&names, Some("Cat"), None).unwrap().class, "cat");
        let scored = positive_class(&names, None, Some("cat")).unwrap();
        assert_eq!((scored.class.as_str(), scored.others.as_slice()), ("cat", &["dog".to_owned()][..]));
        assert_eq!(positive_class(&names, Some("bird"), None).unwrap_err().code, "unknown_class");
    }

    #[test]
    fn a_class_alone_has_a_counterpart() {
        assert_eq!((counterpart("POSITIVE", None), counterpart("Yes", None)), ("NEGATIVE".to_owned(), "No".to_owned()));
        assert_eq!((counterpart("LABEL_1", None), counterpart("ham", None)), ("LABEL_0".to_owned(), "spam".to_owned()));
        assert_eq!(counterpart("blue", None), "not blue");
    }
}
