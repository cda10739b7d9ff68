//! What each column is for: said by the reader, else guessed with a reason.
//!
//! A guess weighs three kinds of evidence: the column's name, its type and values, and its agreement with other columns
//! (rows of numbers that sum to 1, a class that is always the most probable one).

use std::collections::BTreeSet;

use straingauge_api::{ColumnType, DataParams, OneOrMany, Role, RoleGuess};

use super::facts::{ColumnFacts, is_probability_row};
use super::names;
use super::{Column, Table, Values};
use crate::{Error, Result};

/// Rows looked at where columns are compared with each other.
const COMPARED_ROWS: usize = 5_000;

/// The roles of a table's columns.
#[derive(Debug, Clone)]
pub struct Roles {
    /// One guess a column, in file order.
    pub guesses: Vec<RoleGuess>,
    /// The columns that hold the prediction, the richest form where there are several.
    pub prediction: Option<OneOrMany>,
}

impl Roles {
    /// The first column of a role.
    pub fn first<'a>(&self, table: &'a Table, role: Role) -> Option<&'a str> {
        let at = self.guesses.iter().position(|g| g.role == role)?;
        table.columns.get(at).map(|c| c.name.as_str())
    }
}

/// Roles of a table's columns: those that `params` set, the rest guessed.
///
/// # Errors
/// `unknown_column` where `params` names a column that the table lacks, `conflicting_roles` where it gives a column two roles.
pub fn roles(table: &Table, facts: &[ColumnFacts], params: &DataParams) -> Result<Roles> {
    let mut guesses = set_by_reader(table, params)?;
    let said = |role: Role| guesses.iter().any(|g| g.as_ref().is_some_and(|g| g.role == role));
    let (label_said, prediction_said, time_said) = (params.label_col.is_some(), params.prediction_col.is_some(), said(Role::Timestamp));
    let singular_said: Vec<Role> = [Role::Id, Role::Group, Role::Weight, Role::QueryId].into_iter().filter(|&r| said(r)).collect();
    let mut finder = Finder { table, facts, words: table.columns.iter().map(|c| names::words(&c.name)).collect(), guesses: &mut guesses };

    finder.empty_columns();
    let mut prediction = params.prediction_col.clone();
    if !prediction_said {
        prediction = finder.probability_lists();
        prediction = prediction.or_else(|| finder.probability_columns(params.class_names.as_deref()));
    }
    finder.embeddings();
    if !label_said {
        finder.label();
    }
    if !prediction_said {
        let named = finder.named_predictions(prediction.is_some());
        prediction = prediction.or(named);
    }
    finder.most_probable_class(prediction.as_ref());
    if !time_said {
        finder.timestamp();
    }
    finder.keys(&singular_said);
    finder.the_rest(params);
    Ok(Roles { guesses: guesses.into_iter().flatten().collect(), prediction })
}

/// The roles that the reader has set, one slot a column.
fn set_by_reader(table: &Table, params: &DataParams) -> Result<Vec<Option<RoleGuess>>> {
    let mut guesses: Vec<Option<RoleGuess>> = vec![None; table.columns.len()];
    let one = |name: &Option<String>| name.iter().cloned().collect::<Vec<_>>();
    let many = |names: &Option<Vec<String>>| names.clone().unwrap_or_default();
    let prediction = params.prediction_col.as_ref().map(|p| p.as_slice().to_vec()).unwrap_or_default();
    let said = [
        (Role::Label, one(&params.label_col), "labelCol"),
        (Role::Prediction, prediction, "predictionCol"),
        (Role::Timestamp, one(&params.timestamp_col), "timestampCol"),
        (Role::QueryId, one(&params.query_col), "queryCol"),
        (Role::Id, one(&params.id_col), "idCol"),
        (Role::Group, one(&params.group_col), "groupCol"),
        (Role::Weight, one(&params.weight_col), "weightCol"),
        (Role::Embedding, many(&params.embedding_cols), "embeddingCols"),
        (Role::Text, many(&params.text_features), "textFeatures"),
        (Role::Categorical, many(&params.categorical_features), "categoricalFeatures"),
        (Role::Numeric, many(&params.numeric_features), "numericFeatures"),
        (Role::Ignored, many(&params.ignore), "ignore"),
    ];
    for (role, columns, option) in said {
        for name in columns {
            let at = position(table, &name, option)?;
            let Some(slot) = guesses.get_mut(at) else { continue };
            if let Some(before) = slot.as_ref().filter(|g| g.role != role) {
                let message = format!("Column {name} of {} has two roles: {:?} and {role:?}.", table.name, before.role);
                return Err(Error::new("conflicting_roles", message)
                    .mend(format!("Name it in {option} or in the other option, not in both."))
                    .in_file(&table.name)
                    .in_column(name));
            }
            *slot = Some(RoleGuess { role, protected: false, in_model: true, confidence: 1.0, reason: "set by you".to_owned() });
        }
    }
    let features = [(many(&params.protected_features), "protectedFeatures"), (many(&params.features_not_in_model), "featuresNotInModel")];
    let crossed = params.intersections.iter().flatten().map(|set| (set.clone(), "intersections"));
    for (columns, option) in features.into_iter().chain(crossed) {
        for name in columns {
            position(table, &name, option)?;
        }
    }
    Ok(guesses)
}

/// The place of a column that an option names.
///
/// # Errors
/// `unknown_column`, naming the nearest existing one.
pub fn position(table: &Table, name: &str, option: &str) -> Result<usize> {
    table.columns.iter().position(|c| c.name == name).ok_or_else(|| {
        let known = || table.columns.iter().map(|c| c.name.as_str());
        let mend = match names::nearest(name, known()) {
            Some(near) => format!("Did you mean {near}?"),
            None => format!("Its columns are {}.", known().take(20).collect::<Vec<_>>().join(", ")),
        };
        let message = format!("{} has no column {name}, which {option} names.", table.name);
        Error::new("unknown_column", message).mend(mend).in_file(&table.name).in_column(name)
    })
}

/// Fills the slots that the reader left open, evidence after evidence.
struct Finder<'a> {
    table: &'a Table,
    facts: &'a [ColumnFacts],
    words: Vec<String>,
    guesses: &'a mut Vec<Option<RoleGuess>>,
}

/// A column that still has no role.
struct Open<'a> {
    at: usize,
    column: &'a Column,
    facts: &'a ColumnFacts,
    words: String,
}

impl<'a> Finder<'a> {
    fn open(&self) -> Vec<Open<'a>> {
        let columns = self.table.columns.iter().zip(self.facts).zip(self.words.iter().zip(self.guesses.iter()));
        let open = columns.enumerate().filter(|(_, (_, (_, guess)))| guess.is_none());
        open.map(|(at, ((column, facts), (words, _)))| Open { at, column, facts, words: words.clone() }).collect()
    }

    fn set(&mut self, at: usize, role: Role, confidence: f64, reason: impl Into<String>) {
        if let Some(slot) = self.guesses.get_mut(at) {
            *slot = Some(RoleGuess { role, protected: false, in_model: true, confidence, reason: reason.into() });
        }
    }

    fn empty_columns(&mut self) {
        for open in self.open() {
            if open.facts.present == 0 {
                // An empty column may still be the label of rows that have none yet.
                if names::label_name(&open.words) < 0.9 {
                    self.set(open.at, Role::Ignored, 0.9, "no row has a value");
                }
            }
        }
    }

    fn probability_lists(&mut self) -> Option<OneOrMany> {
        let lists: Vec<Open<'_>> = self.open().into_iter().filter(|o| matches!(&o.column.values, Values::List(l) if l.width > 1)).collect();
        let mut best: Option<(f64, &str)> = None;
        for open in lists.iter().filter(|o| o.facts.probability_share >= 0.9) {
            let Values::List(list) = &open.column.values else { continue };
            let named = names::prediction_name(&open.words) > 0.0;
            let confidence = if named { 0.97 } else { 0.85 };
            let reason = format!("lists of {} numbers that sum to 1{}", list.width, if named { ", and its name" } else { "" });
            self.set(open.at, Role::Prediction, confidence, reason);
            if best.is_none_or(|(c, _)| confidence > c) {
                best = Some((confidence, &open.column.name));
            }
        }
        // Probabilities that do not sum to 1 are a problem of the file, not a reason to take them for an embedding.
        for open in lists.iter().filter(|o| o.facts.probability_share < 0.9 && names::prediction_name(&o.words) > 0.0) {
            self.set(open.at, Role::Prediction, 0.75, "lists of numbers, and its name; not all of them sum to 1");
            best = best.or(Some((0.75, &open.column.name)));
        }
        best.map(|(_, name)| OneOrMany::One(name.to_owned()))
    }

    /// Columns of numbers that sum to 1 together: named like classes, with one prefix, or all that the file has. Whole
    /// numbers do so too where they say which of several things a row is; those are features.
    fn probability_columns(&mut self, class_names: Option<&[String]>) -> Option<OneOrMany> {
        let between = |f: &ColumnFacts| f.range.is_some_and(|(lo, hi)| lo >= 0.0 && hi <= 1.0);
        let open: Vec<Open<'_>> = self
            .open()
            .into_iter()
            .filter(|o| matches!(o.column.values, Values::Number { integer: false, .. }) && between(o.facts))
            .collect();
        if open.len() < 2 {
            return None;
        }
        let mut classes: BTreeSet<String> = class_names.into_iter().flatten().cloned().collect();
        let labels = self.table.columns.iter().filter(|c| names::label_name(&names::words(&c.name)) > 0.0);
        for label in labels {
            if let Values::Category(categories) = &label.values {
                classes.extend(categories.names.iter().take(1000).cloned());
            }
        }
        let prefixed = |prefix: &str| {
            let fits = |o: &&Open<'_>| names::class_of_probability_column(&o.column.name).is_some_and(|(p, _)| p == prefix);
            open.iter().filter(fits).collect::<Vec<_>>()
        };
        let prefixes: BTreeSet<&str> =
            open.iter().filter_map(|o| names::class_of_probability_column(&o.column.name)).map(|(p, _)| p).collect();
        let mut groups: Vec<(Vec<&Open<'_>>, f64, &str)> =
            prefixes.into_iter().map(|p| (prefixed(p), 0.95, "one name before each class")).collect();
        groups.push((open.iter().filter(|o| classes.contains(&o.column.name)).collect(), 0.95, "named like the classes"));
        groups.push((open.iter().collect(), 0.8, "all numbers of the file"));
        let (columns, confidence, why) = groups.into_iter().find(|(columns, _, _)| columns.len() > 1 && sum_to_one(columns))?;
        let reason = format!("one of {} columns that sum to 1 ({why}): one probability a class", columns.len());
        let chosen: Vec<(usize, String)> = columns.iter().map(|o| (o.at, o.column.name.clone())).collect();
        for (at, _) in &chosen {
            self.set(*at, Role::Prediction, confidence, reason.clone());
        }
        Some(OneOrMany::Many(chosen.into_iter().map(|(_, name)| name).collect()))
    }

    fn embeddings(&mut self) {
        for open in self.open() {
            if let Values::List(list) = &open.column.values {
                let named = matches!(names::other_role(&open.words), Some((Role::Embedding, _)));
                let reason = format!("lists of {} numbers that are not probabilities", list.width);
                self.set(open.at, Role::Embedding, if named { 0.95 } else { 0.75 }, reason);
            }
        }
    }

    fn label(&mut self) {
        let confidence = |o: &Open<'_>| match &o.column.values {
            Values::Timestamp(_) | Values::List(_) => 0.0,
            // Free text is rarely a truth that can be compared, unless the name leaves no doubt.
            Values::Text(_) => names::label_name(&o.words) - 0.5,
            _ => names::label_name(&o.words),
        };
        let best =
            self.open().into_iter().map(|o| (confidence(&o), o)).filter(|(c, _)| *c > 0.0).reduce(|a, b| if b.0 > a.0 { b } else { a });
        if let Some((confidence, open)) = best {
            self.set(open.at, Role::Label, confidence, format!("its name says the truth; {}", values_in_words(&open)));
        }
    }

    fn named_predictions(&mut self, have_one: bool) -> Option<OneOrMany> {
        let plausible = |o: &Open<'_>| !matches!(o.column.values, Values::Timestamp(_) | Values::Text(_) | Values::List(_));
        let mut best: Option<(f64, Open<'_>)> = None;
        for open in self.open().into_iter().filter(plausible) {
            let numeric = matches!(open.column.values, Values::Number { .. });
            let unit = open.facts.range.is_some_and(|(lo, hi)| lo >= 0.0 && hi <= 1.0);
            let confidence = names::prediction_name(&open.words);
            // `score` may be a feature; as a prediction it is a number between 0 and 1.
            if confidence == 0.0 || (confidence < 0.8 && (have_one || !(numeric && unit))) {
                continue;
            }
            // A score tells more than a class: prefer numbers between 0 and 1.
            let rank = confidence + if numeric && unit { 0.1 } else { 0.0 };
            let reason = format!("its name says a prediction; {}", values_in_words(&open));
            self.set(open.at, Role::Prediction, confidence, reason);
            if best.as_ref().is_none_or(|(r, _)| rank > *r) {
                best = Some((rank, open));
            }
        }
        best.map(|(_, open)| OneOrMany::One(open.column.name.clone()))
    }

    /// A column that always names the most probable class is the model's answer, not a feature.
    fn most_probable_class(&mut self, prediction: Option<&OneOrMany>) {
        let Some(prediction) = prediction else { return };
        let columns: Vec<&Column> = prediction.as_slice().iter().filter_map(|n| self.table.column(n)).map(AsRef::as_ref).collect();
        let tops = top_positions(&columns, self.table.rows.min(COMPARED_ROWS));
        if tops.iter().flatten().take(20).count() < 20 {
            return;
        }
        for open in self.open() {
            let few = open.facts.distinct > 1 && open.facts.distinct <= 1000;
            if few && follows(open.column, &tops) {
                self.set(open.at, Role::Prediction, 0.85, "always the most probable class of the prediction");
            }
        }
    }

    fn timestamp(&mut self) {
        let moments = self.open().into_iter().filter(|o| matches!(o.column.values, Values::Timestamp(_)));
        let best = moments.map(|o| (names::timestamp_name(&o.words), o)).reduce(|a, b| if b.0 > a.0 { b } else { a });
        if let Some((named, open)) = best {
            let reason = if named > 0.0 { "moments, and its name" } else { "the only moments of the file" };
            self.set(open.at, Role::Timestamp, if named > 0.0 { named } else { 0.65 }, reason);
        }
    }

    fn keys(&mut self, singular_said: &[Role]) {
        let mut taken: Vec<Role> = singular_said.to_vec();
        for open in self.open() {
            let kind = open.column.kind();
            let repeats = !open.facts.unique;
            let countable = matches!(kind, ColumnType::Integer | ColumnType::Category | ColumnType::Text);
            let (role, confidence, reason) = match names::other_role(&open.words) {
                Some((Role::QueryId, c)) if repeats && countable && kind != ColumnType::Text => (Role::QueryId, c, "its name says a query"),
                Some((Role::Group, c)) if repeats && countable => {
                    (Role::Group, c, "its name says an owner of several rows; rows of one value are judged together")
                }
                Some((Role::Weight, c))
                    if open.facts.range.is_some_and(|(lo, _)| lo >= 0.0) && matches!(kind, ColumnType::Float | ColumnType::Integer) =>
                {
                    (Role::Weight, c, "its name says a row's weight")
                }
                Some((Role::Id | Role::Group | Role::QueryId, _)) if countable && !repeats => {
                    (Role::Id, 0.95, "its name says a key, and no value repeats")
                }
                Some((Role::Id, _)) if countable && open.facts.distinct * 10 >= open.facts.present * 9 && open.facts.present >= 20 => {
                    (Role::Id, 0.8, "its name says a key, and few values repeat")
                }
                Some((Role::Id, _)) if kind == ColumnType::Integer => {
                    (Role::Categorical, 0.6, "its name says a key of something that repeats")
                }
                _ if kind == ColumnType::Integer && open.facts.counts_up && open.facts.present >= 20 => (Role::Id, 0.85, "counts the rows"),
                _ if matches!(kind, ColumnType::Category | ColumnType::Text) && is_token_key(open.facts) => {
                    (Role::Id, 0.7, "no value repeats, and none has a space")
                }
                _ => continue,
            };
            if role != Role::Categorical && taken.contains(&role) {
                if role == Role::Id {
                    self.set(open.at, Role::Ignored, 0.7, "another key of the row");
                }
                continue;
            }
            taken.push(role);
            self.set(open.at, role, confidence, reason);
        }
    }

    fn the_rest(&mut self, params: &DataParams) {
        for open in self.open() {
            let (role, confidence) = match open.column.kind() {
                ColumnType::Integer | ColumnType::Float | ColumnType::Timestamp => (Role::Numeric, 0.9),
                ColumnType::Boolean => (Role::Categorical, 0.95),
                ColumnType::Category => (Role::Categorical, 0.9),
                ColumnType::Text => (Role::Text, 0.9),
                ColumnType::List => (Role::Embedding, 0.75),
            };
            let mut reason = values_in_words(&open);
            if open.words == "weight" && role == Role::Numeric {
                reason.push_str("; name it in weightCol if it says how much a row counts");
            }
            self.set(open.at, role, confidence, reason);
        }
        let not_in_model = params.features_not_in_model.as_deref();
        for ((guess, words), column) in self.guesses.iter_mut().zip(&self.words).zip(&self.table.columns) {
            let Some(guess) = guess.as_mut().filter(|g| matches!(g.role, Role::Numeric | Role::Categorical | Role::Text)) else { continue };
            guess.in_model = match not_in_model {
                Some(said) => !said.contains(&column.name),
                None => !(words.starts_with("meta ") || words.starts_with("metadata ")),
            };
            match &params.protected_features {
                Some(said) => guess.protected = said.contains(&column.name),
                None => {
                    if let Some(word) = names::protected_word(words).filter(|_| guess.role != Role::Text) {
                        guess.protected = true;
                        guess.reason.push_str(&format!("; “{word}” suggests that fairness is asked of it"));
                    }
                }
            }
        }
    }
}

/// What a column's values are, in a few words.
fn values_in_words(open: &Open<'_>) -> String {
    let distinct = open.facts.distinct;
    let at_least = if open.facts.distinct_exact { "" } else { "at least " };
    match open.column.kind() {
        ColumnType::Integer => format!("whole numbers, {at_least}{distinct} different"),
        ColumnType::Float => "numbers".to_owned(),
        ColumnType::Boolean => "true or false".to_owned(),
        ColumnType::Category => format!("{at_least}{distinct} different values"),
        ColumnType::Text => "free text".to_owned(),
        ColumnType::Timestamp => "moments".to_owned(),
        ColumnType::List => "lists of numbers".to_owned(),
    }
}

/// Whether values look like keys: all different, enough of them, no spaces.
fn is_token_key(facts: &ColumnFacts) -> bool {
    facts.unique && facts.present >= 50 && facts.examples.iter().all(|e| !e.value.contains(' '))
}

/// Whether the numbers of these columns sum to 1 in nearly every row.
fn sum_to_one(columns: &[&Open<'_>]) -> bool {
    let numbers: Vec<&[f64]> = columns
        .iter()
        .filter_map(|o| if let Values::Number { values, .. } = &o.column.values { Some(values.values().as_ref()) } else { None })
        .collect();
    let rows = numbers.first().map_or(0, |n| n.len().min(COMPARED_ROWS));
    let (mut seen, mut fit) = (0usize, 0usize);
    for row in 0..rows {
        let values: Vec<f64> = numbers.iter().filter_map(|n| n.get(row).copied()).collect();
        if values.iter().any(|v| v.is_nan()) {
            continue;
        }
        seen += 1;
        fit += usize::from(is_probability_row(&values));
    }
    seen > 0 && fit * 10 >= seen * 9
}

/// The position of the largest number of each row (the first of equals); `None` where missing.
fn top_positions(columns: &[&Column], rows: usize) -> Vec<Option<usize>> {
    let row_of = |row: usize| -> Vec<f64> {
        let cells = columns.iter().flat_map(|c| match &c.values {
            Values::List(list) => list.row(row).to_vec(),
            Values::Number { values, .. } => values.values().get(row).copied().into_iter().collect(),
            _ => Vec::new(),
        });
        cells.collect()
    };
    (0..rows)
        .map(|row| {
            let numbers = row_of(row);
            // One number is a score: its class is on either side of the middle.
            if let [score] = numbers.as_slice() {
                return (!score.is_nan()).then_some(usize::from(*score >= 0.5));
            }
            numbers.iter().enumerate().filter(|(_, v)| !v.is_nan()).reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(at, _)| at)
        })
        .collect()
}

/// Whether a column's value is decided by the position, one value a position, in every row, and more than one occurs.
fn follows(column: &Column, tops: &[Option<usize>]) -> bool {
    let mut value_of: std::collections::BTreeMap<usize, String> = std::collections::BTreeMap::new();
    for (row, top) in tops.iter().enumerate() {
        let (Some(top), Some(cell)) = (top, column.cell(row)) else { continue };
        if value_of.entry(*top).or_insert_with(|| cell.clone()) != &cell {
            return false;
        }
    }
    let different: BTreeSet<&String> = value_of.values().collect();
    different.len() > 1 && different.len() == value_of.len()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{category, lists, moments, number, table, text};
    use super::*;

    fn guessed(columns: Vec<Column>, params: &DataParams) -> (Vec<(Role, bool)>, Option<OneOrMany>) {
        let table = table(columns);
        let facts: Vec<ColumnFacts> = table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
        let roles = roles(&table, &facts, params).unwrap();
        assert_eq!(roles.guesses.len(), table.columns.len());
        (roles.guesses.iter().map(|g| (g.role, g.protected)).collect(), roles.prediction)
    }

    fn plain(columns: Vec<Column>) -> (Vec<Role>, Option<OneOrMany>) {
        let (roles, prediction) = guessed(columns, &DataParams::default());
        (roles.into_iter().map(|r| r.0).collect(), prediction)
    }

    /// A column of 60 values made from the row number.
    fn numbers(name: &str, f: impl Fn(usize) -> f64) -> Column {
        number(name, &(0..60).map(f).collect::<Vec<_>>())
    }

    fn categories(name: &str, f: impl Fn(usize) -> String) -> Column {
        let owned: Vec<String> = (0..60).map(f).collect();
        category(name, &owned.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn guesses_a_scored_table() {
        let (roles, prediction) = plain(vec![
            numbers("ticket_id", |i| 100.0 + i as f64),
            numbers("amount", |i| i as f64 * 0.7),
            category("gender", &["f"; 60]),
            moments("opened_at", &[5; 60]),
            moments("closed", &[6; 60]),
            numbers("label", |i| (i % 2) as f64),
            numbers("preds", |i| i as f64 / 60.0),
            numbers("sample_weight", |_| 1.5),
            numbers("nothing", |_| f64::NAN),
        ]);
        assert_eq!(
            roles,
            [
                Role::Id,
                Role::Numeric,
                Role::Categorical,
                Role::Timestamp,
                Role::Numeric,
                Role::Label,
                Role::Prediction,
                Role::Weight,
                Role::Ignored
            ]
        );
        assert_eq!(prediction, Some(OneOrMany::One("preds".into())));
    }

    #[test]
    fn protected_features_are_suggested_or_set() {
        let columns = || vec![category("gender", &["f", "m"]), category("plan", &["a", "b"])];
        assert_eq!(guessed(columns(), &DataParams::default()).0, [(Role::Categorical, true), (Role::Categorical, false)]);
        let params = DataParams { protected_features: Some(vec!["plan".into()]), ..DataParams::default() };
        assert_eq!(guessed(columns(), &params).0, [(Role::Categorical, false), (Role::Categorical, true)]);
    }

    #[test]
    fn lists_are_probabilities_or_embeddings() {
        let (roles, prediction) =
            plain(vec![lists("p", 2, &[0.25, 0.75, 1.0, 0.0, f64::NAN, f64::NAN]), lists("e", 2, &[0.3, -0.75, 1.0, 2.0, 0.0, 0.1])]);
        assert_eq!(roles, [Role::Prediction, Role::Embedding]);
        assert_eq!(prediction, Some(OneOrMany::One("p".into())));
    }

    #[test]
    fn columns_that_sum_to_one_are_probabilities_and_their_argmax_is_no_feature() {
        let p = |i: usize| (i as f64 * 0.37).fract();
        let (roles, prediction) = plain(vec![
            categories("label", |i| if i % 3 == 0 { "cat".into() } else { "dog".into() }),
            numbers("cat", p),
            numbers("dog", |i| 1.0 - p(i)),
            categories("answer", |i| if p(i) >= 0.5 { "cat".into() } else { "dog".into() }),
            numbers("share", |i| i as f64 / 100.0),
        ]);
        assert_eq!(roles, [Role::Label, Role::Prediction, Role::Prediction, Role::Prediction, Role::Numeric]);
        assert_eq!(prediction, Some(OneOrMany::Many(vec!["cat".into(), "dog".into()])));

        let (roles, prediction) = plain(vec![numbers("prob_a", p), numbers("prob_b", |i| 1.0 - p(i))]);
        assert_eq!(roles, [Role::Prediction, Role::Prediction]);
        assert_eq!(prediction.map(|p| p.as_slice().len()), Some(2));
    }

    #[test]
    fn the_reader_has_the_last_word() {
        let columns = || vec![numbers("label", |i| (i % 2) as f64), numbers("other", |i| (i % 3) as f64), numbers("id", |i| i as f64)];
        let params = DataParams { label_col: Some("other".into()), numeric_features: Some(vec!["id".into()]), ..DataParams::default() };
        assert_eq!(guessed(columns(), &params).0.iter().map(|r| r.0).collect::<Vec<_>>(), [Role::Numeric, Role::Label, Role::Numeric]);
    }

    #[test]
    fn unknown_and_conflicting_names_are_errors() {
        let table = table(vec![number("label", &[1.0, 0.0]), number("amount", &[1.0, 2.0])]);
        let facts: Vec<ColumnFacts> = table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
        let params = DataParams { label_col: Some("lable".into()), ..DataParams::default() };
        let error = roles(&table, &facts, &params).unwrap_err();
        assert_eq!(error.code, "unknown_column");
        assert_eq!(error.to_string(), "file.csv has no column lable, which labelCol names. Did you mean label?");
        let params = DataParams { label_col: Some("label".into()), ignore: Some(vec!["label".into()]), ..DataParams::default() };
        assert_eq!(roles(&table, &facts, &params).unwrap_err().code, "conflicting_roles");
    }

    #[test]
    fn texts_and_tokens_differ() {
        let texts: Vec<String> = (0..60).map(|i| format!("number {i}")).collect();
        let tokens: Vec<String> = (0..60).map(|i| format!("a-{i}")).collect();
        let of = |v: &[String]| v.iter().map(String::as_str).collect::<Vec<_>>().join("\u{0}");
        let (texts, tokens) = (of(&texts), of(&tokens));
        let split = |s: &'static str| s.split('\u{0}').collect::<Vec<_>>();
        let (texts, tokens) = (split(texts.leak()), split(tokens.leak()));
        let (roles, _) = plain(vec![text("body", &texts), category("token", &tokens)]);
        assert_eq!(roles, [Role::Text, Role::Id]);
    }
}
