//! Names of predicted classes brought to the names that the labels have.
//!
//! A model's output often names its classes otherwise than the data: `LABEL_1`, `y_pred_proba_cat`, `P(cat)`, `1` for `yes`.
//! Names are tried first, then names without what they share, then words for yes and no, then places in the order of the sorted labels.

use super::classes::{ClassIndex, sort};
use super::polarity::polarity;

/// Names from which what they share is looked for.
const LOOKED_AT: usize = 20;

/// Predicted classes under the labels' names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    /// One name a predicted class, in its order; its own where the labels have none for it.
    pub names: Vec<String>,
    /// What they were matched by.
    pub by: MatchedBy,
}

/// What predicted classes were matched with labels by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedBy {
    /// They have the same names.
    Names,
    /// They have the same names without what all of them share.
    PartsOfNames,
    /// They say yes and no in other words.
    Words,
    /// Nothing but their places: the labels are sorted.
    Places,
}

/// Brings the names of predicted classes to those of the labels; `None` where nothing matches them, or there are no labels.
pub fn align(predicted: &[String], labels: &[String]) -> Option<Alignment> {
    if predicted.is_empty() || labels.is_empty() {
        return None;
    }
    let index = ClassIndex::new(labels);
    let places = by_places(predicted, labels);
    let shifted = are_shifted(predicted, labels);
    let alignment = |names, by| Alignment { names, by };
    if !shifted && predicted.iter().any(|name| index.code(name).is_some()) {
        return Some(alignment(with_the_other(predicted.to_vec(), labels, &index), MatchedBy::Names));
    }
    if !shifted && let Some(names) = by_parts(predicted, labels) {
        return Some(alignment(with_the_other(names, labels, &index), MatchedBy::PartsOfNames));
    }
    if !shifted && let Some(names) = by_numbers(predicted, labels) {
        return Some(alignment(names, MatchedBy::PartsOfNames));
    }
    if let Some(names) = by_words(predicted, labels) {
        return Some(alignment(names, MatchedBy::Words));
    }
    places.map(|names| alignment(names, MatchedBy::Places))
}

/// Says whether names count from 0 what the labels count from 1, or from 1 what they count from 0: columns 0, 1, 2 over labels 1, 2, 3 are places,
/// and so are `column_1` and `column_2` over 0 and 1, though names meet labels.
fn are_shifted(predicted: &[String], labels: &[String]) -> bool {
    // A column of false and true counts from 0 too.
    let value = |label: &String| match label.as_str() {
        "false" => "0".to_owned(),
        "true" => "1".to_owned(),
        other => other.to_owned(),
    };
    let values: Vec<String> = labels.iter().map(value).collect();
    let counted = |from: usize| labels.len() > 1 && (from..from + labels.len()).all(|number| values.contains(&number.to_string()));
    let Some((around, numbers)) = numbered(predicted) else { return false };
    let all = predicted.len() == labels.len();
    // Bare numbers may be classes of their own, unless all places are there.
    let led = (!around.before.is_empty() && labels.len() > 2) || all;
    let from_zero = led && numbers.contains(&0) && numbers.iter().all(|number| *number < labels.len());
    let from_one = all && (1..=labels.len()).all(|number| numbers.contains(&number));
    (from_zero && counted(1) && !counted(0)) || (from_one && counted(0) && !counted(1))
}

/// Where one of two names is one of two labels, the other is the other.
fn with_the_other(mut names: Vec<String>, labels: &[String], index: &ClassIndex) -> Vec<String> {
    let ([_, _], [first, second]) = (names.as_slice(), labels) else { return names };
    let codes: Vec<Option<u32>> = names.iter().map(|name| index.code(name)).collect();
    let other = |code: u32| if code == 0 { second.clone() } else { first.clone() };
    match (codes.as_slice(), names.as_mut_slice()) {
        ([Some(code), None], [_, open]) | ([None, Some(code)], [open, _]) => *open = other(*code),
        _ => {}
    }
    names
}

/// Lower case, with one sign for all that separates words.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().chars().map(|c| if c.is_whitespace() || matches!(c, '-' | '.' | ':') { '_' } else { c }).collect()
}

/// What stands before and after the class in each of several names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Around {
    before: String,
    after: String,
}

impl Around {
    /// The class in a name that has the same around it.
    fn inner<'n>(&self, name: &'n str) -> Option<&'n str> {
        name.strip_prefix(self.before.as_str())?.strip_suffix(self.after.as_str()).filter(|inner| !inner.is_empty())
    }

    /// Whether a word ends and another begins on either side of the class.
    fn is_apart(&self, class: &str) -> bool {
        let letter = |c: char| c.is_alphanumeric();
        let digit_follows = class.starts_with(|c: char| c.is_ascii_digit()) && !self.before.ends_with(|c: char| c.is_ascii_digit());
        (self.before.is_empty() || !self.before.ends_with(letter) || digit_follows)
            && (self.after.is_empty() || !self.after.starts_with(letter))
    }
}

/// A class as it is written, and as other tools write the same: a column of yes and no is one of true and false.
fn spellings(class: &str) -> Vec<String> {
    let same = [["true", "yes", "1"], ["false", "no", "0"]].into_iter().find(|all| all.contains(&class));
    let others = same.into_iter().flatten().filter(|other| *other != class).map(str::to_owned);
    std::iter::once(class.to_owned()).chain(others).collect()
}

fn by_parts(predicted: &[String], labels: &[String]) -> Option<Vec<String>> {
    // A sign is part of a name (`score_-1`), or separates it (`score-1`): both are tried.
    let lower = |name: &String| name.trim().to_lowercase();
    [&lower as &dyn Fn(&String) -> String, &|name| plain(name)].into_iter().find_map(|written| {
        let names: Vec<String> = predicted.iter().map(written).collect();
        let spelled =
            |(at, label): (usize, &String)| spellings(&written(label)).into_iter().map(move |spelling| (spelling, at)).collect::<Vec<_>>();
        let classes: Vec<(String, usize)> = labels.iter().enumerate().flat_map(spelled).collect();
        let mut arounds: Vec<Around> = Vec::new();
        for name in names.iter().take(LOOKED_AT) {
            for (class, _) in classes.iter().filter(|(class, _)| !class.is_empty()) {
                for (at, _) in name.match_indices(class.as_str()) {
                    let around = Around {
                        before: name.get(..at).unwrap_or_default().to_owned(),
                        after: name.get(at + class.len()..).unwrap_or_default().to_owned(),
                    };
                    if around.is_apart(class) && !arounds.contains(&around) {
                        arounds.push(around);
                    }
                }
            }
        }
        let read = |around: &Around| -> Option<(usize, Vec<String>)> {
            let mut met = 0;
            let inner: Vec<String> = (names.iter().zip(predicted))
                .map(|(name, own)| {
                    let inner = around.inner(name)?;
                    let label = classes.iter().find(|(c, _)| c == inner).and_then(|(_, at)| labels.get(*at));
                    met += usize::from(label.is_some());
                    Some(label.cloned().unwrap_or_else(|| if inner.is_empty() { own.clone() } else { inner.to_owned() }))
                })
                .collect::<Option<_>>()?;
            (met > 0 && met * 2 >= predicted.len().min(labels.len())).then_some((met, inner))
        };
        // The most matches; of equals the shortest surroundings.
        let size = |around: &Around| around.before.len() + around.after.len();
        let best = arounds.iter().filter_map(|around| Some((read(around)?, around)));
        best.min_by(|((a, _), x), ((b, _), y)| b.cmp(a).then_with(|| size(x).cmp(&size(y)))).map(|((_, names), _)| names)
    })
}

/// Names that differ in more than the class: `1 star`, `2 stars` over labels 1 and 2. The only number in each is the class.
fn by_numbers(predicted: &[String], labels: &[String]) -> Option<Vec<String>> {
    let only_number = |name: &String| {
        let mut numbers = name.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        let number = numbers.next()?.to_owned();
        numbers.next().is_none().then_some(number)
    };
    let names: Vec<String> = predicted.iter().map(only_number).collect::<Option<_>>()?;
    let distinct = names.iter().enumerate().all(|(at, name)| !names.iter().skip(at + 1).any(|other| other == name));
    let met = names.iter().filter(|name| labels.contains(name)).count();
    (distinct && met > 0 && met * 2 >= predicted.len().min(labels.len())).then_some(names)
}

fn by_words(predicted: &[String], labels: &[String]) -> Option<Vec<String>> {
    if predicted.len() > 2 || labels.len() > 2 {
        return None;
    }
    let said = |names: &[String]| names.iter().map(|name| polarity(name)).collect::<Option<Vec<bool>>>();
    let (ours, theirs) = (said(labels)?, said(predicted)?);
    let differ = |all: &[bool]| all.len() < 2 || all.first() != all.last();
    if !differ(&ours) || !differ(&theirs) {
        return None;
    }
    let label = |yes: &bool| ours.iter().position(|own| own == yes).and_then(|at| labels.get(at)).cloned();
    let named: Vec<String> = (theirs.iter().zip(predicted)).map(|(yes, own)| label(yes).unwrap_or_else(|| own.clone())).collect();
    named.iter().any(|name| labels.contains(name)).then_some(named)
}

/// The numbers in names that are alike but for them, and what stands around the numbers.
fn numbered(names: &[String]) -> Option<(Around, Vec<usize>)> {
    let number = |name: &String| {
        let name = plain(name);
        let end = name.trim_end_matches(|c: char| !c.is_ascii_digit()).len();
        let start = name.get(..end)?.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let around = Around { before: name.get(..start)?.to_owned(), after: name.get(end..)?.to_owned() };
        Some((around, name.get(start..end)?.parse::<usize>().ok()?))
    };
    let found: Vec<(Around, usize)> = names.iter().map(number).collect::<Option<_>>()?;
    let around = found.first()?.0.clone();
    let alike = found.iter().all(|(other, _)| *other == around);
    alike.then(|| (around, found.into_iter().map(|(_, number)| number).collect()))
}

fn by_places(predicted: &[String], labels: &[String]) -> Option<Vec<String>> {
    let (_, numbers) = numbered(predicted)?;
    if labels.len() < 2 {
        return None;
    }
    let mut sorted = labels.to_vec();
    sort(&mut sorted);
    let (least, most) = (numbers.iter().copied().min()?, numbers.iter().copied().max()?);
    let from = if most < sorted.len() {
        0
    } else if least >= 1 && most == sorted.len() {
        1
    } else {
        return None;
    };
    numbers.iter().map(|at| sorted.get(at - from).cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    fn aligned(predicted: &[&str], labels: &[&str]) -> Option<(Vec<String>, MatchedBy)> {
        align(&owned(predicted), &owned(labels)).map(|a| (a.names, a.by))
    }

    #[test]
    fn names_without_what_they_share_meet_the_labels() {
        let abc = &["a", "b", "c"];
        for predicted in [
            ["y_pred_proba_a", "y_pred_proba_b", "y_pred_proba_c"],
            ["P(a)", "P(b)", "P(c)"],
            ["a_prob", "b_prob", "c_prob"],
            ["Probability of a", "Probability of b", "Probability of c"],
            ["class.A", "class.B", "class.C"],
        ] {
            assert_eq!(aligned(&predicted, abc), Some((owned(abc), MatchedBy::PartsOfNames)), "{predicted:?}");
        }
        let cards = &["prepaid card", "upmarket card"];
        let columns = ["proba_upmarket_card", "proba_prepaid_card"];
        assert_eq!(aligned(&columns, cards).map(|a| a.0), Some(owned(&["upmarket card", "prepaid card"])));
        assert_eq!(aligned(&["p_cat_a", "p_cat_b"], &["cat_a", "cat_b"]).map(|a| a.0), Some(owned(&["cat_a", "cat_b"])));
        assert_eq!(aligned(&["score_1", "score_-1"], &["-1", "1"]).map(|a| a.0), Some(owned(&["1", "-1"])));
        assert_eq!(aligned(&["1 star", "2 stars", "3 stars"], &["1", "2", "3"]).map(|a| a.0), Some(owned(&["1", "2", "3"])));
        assert_eq!(aligned(&["prob_no", "prob_yes"], &["false", "true"]).map(|a| a.0), Some(owned(&["false", "true"])));
        assert_eq!(aligned(&["LABEL_1", "LABEL_0"], &["0", "1"]).map(|a| a.0), Some(owned(&["1", "0"])));
    }

    #[test]
    fn places_follow_the_sorted_labels() {
        let expect = |names: &[&str]| Some((owned(names), MatchedBy::Places));
        assert_eq!(aligned(&["LABEL_1", "LABEL_0"], &["neg", "spam"]), expect(&["spam", "neg"]));
        assert_eq!(aligned(&["p0", "p1", "p2"], &["a", "b", "c"]), expect(&["a", "b", "c"]));
        assert_eq!(aligned(&["1", "3"], &["a", "b", "c"]), expect(&["a", "c"]));
        assert_eq!(aligned(&["0", "1", "2"], &["1", "2", "3"]), expect(&["1", "2", "3"]));
        assert_eq!(aligned(&["LABEL_0", "LABEL_4"], &["1", "2", "3", "4", "5"]), expect(&["1", "5"]));
        assert_eq!(aligned(&["column_1", "column_2"], &["0", "1"]), expect(&["0", "1"]));
        assert_eq!(aligned(&["p2", "p1"], &["false", "true"]), expect(&["true", "false"]));
        assert_eq!(aligned(&["prob_1", "prob_2", "prob_3"], &["0", "1", "2"]), expect(&["0", "1", "2"]));
        assert_eq!(aligned(&["p0", "p1"], &["1", "2"]), expect(&["1", "2"]));
        assert_eq!(aligned(&["p1", "p2"], &["1", "2"]).map(|a| a.0), Some(owned(&["1", "2"])));
        assert_eq!(aligned(&["LABEL_3"], &["a", "b"]), None);
    }

    #[test]
    fn yes_and_no_meet_in_other_words() {
        assert_eq!(aligned(&["positive", "negative"], &["no", "yes"]), Some((owned(&["yes", "no"]), MatchedBy::Words)));
        assert_eq!(aligned(&["1", "0"], &["no", "yes"]).map(|a| a.1), Some(MatchedBy::Names));
        assert_eq!(aligned(&["POSITIVE"], &["0", "1"]).map(|a| a.0), Some(owned(&["1"])));
        assert_eq!(aligned(&["fraud", "other"], &["fraud", "legit"]).map(|a| a.0), Some(owned(&["fraud", "legit"])));
    }

    #[test]
    fn strangers_stay_strangers() {
        assert_eq!(aligned(&["cat", "dog"], &["apple", "pear"]), None);
        assert_eq!(aligned(&["banana", "cherry"], &["a", "e"]), None);
    }
}
