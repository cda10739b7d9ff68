//! The evidence for a column's role, one kind after another.

use std::collections::{BTreeMap, BTreeSet};

use straingauge_api::{ColumnType, DataParams, OneOrMany, Question, Role, RoleGuess};

use super::facts::{ColumnFacts, is_probability_row};
use super::{Column, Table, Values, names, truth};

/// Rows looked at where columns are compared with each other.
const COMPARED_ROWS: usize = 5_000;
/// A name that is surer than this makes a label on its own; others are names of ordinary columns too.
const SURE_LABEL: f64 = 0.85;
/// A group of so few values is no owner of rows.
const FEW_OWNERS: u64 = 30;
/// Lists of so many numbers are taken for embeddings whatever their name.
const EMBEDDING_WIDTH: usize = 8;
/// Values of a label that are compared with names of columns.
const MOST_CLASSES: usize = 1_000;
/// Whole numbers with more values than this are no classes.
const FEW_NUMBERS: usize = 30;

/// Fills the slots that the reader left open, evidence after evidence.
pub struct Finder<'a> {
    table: &'a Table,
    facts: &'a [ColumnFacts],
    words: Vec<String>,
    guesses: &'a mut Vec<Option<RoleGuess>>,
}

/// Columns that may hold one probability a class, and what speaks for it.
struct NamedGroup<'o, 'a> {
    columns: Vec<&'o Open<'a>>,
    confidence: f64,
    why: &'static str,
}

/// A column that still has no role.
struct Open<'a> {
    at: usize,
    column: &'a Column,
    facts: &'a ColumnFacts,
    words: String,
}

impl<'a> Finder<'a> {
    /// Looks at the columns whose slot of `guesses` is empty.
    pub fn new(table: &'a Table, facts: &'a [ColumnFacts], guesses: &'a mut Vec<Option<RoleGuess>>) -> Self {
        Self { table, facts, words: table.columns.iter().map(|c| names::words(&c.name)).collect(), guesses }
    }

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

    /// Columns without a value are left out.
    pub fn empty_columns(&mut self) {
        for open in self.open() {
            if open.facts.present == 0 {
                // An empty column may still be the label of rows that have none yet.
                if names::label_name(&open.words) < 0.9 {
                    self.set(open.at, Role::Ignored, 0.9, "no row has a value");
                }
            }
        }
    }

    /// Lists of numbers that sum to 1, or that are named like a prediction; the best of them is the prediction.
    pub fn probability_lists(&mut self) -> Option<OneOrMany> {
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

    /// Columns of numbers that sum to 1 together and whose names say a model's classes: one word around each class, the label's
    /// own values, or the places 0, 1, 2, …. Shares of a whole (sand, silt, clay) sum to 1 too; without such names they are features,
    /// and so are whole numbers that say which of several things a row is.
    pub fn probability_columns(&mut self, class_names: Option<&[String]>) -> Option<OneOrMany> {
        let open: Vec<Open<'_>> = self.open().into_iter().filter(|o| is_share(o.column, o.facts)).collect();
        if open.len() < 2 {
            return None;
        }
        if self.label_is_quantity() {
            return None;
        }
        let mut classes: BTreeSet<String> = class_names.into_iter().flatten().cloned().collect();
        let labels = self.table.columns.iter().zip(self.guesses.iter()).filter(|(column, guess)| {
            guess.as_ref().map_or_else(|| names::label_name(&names::words(&column.name)) > 0.0, |g| g.role == Role::Label)
        });
        for (label, _) in labels {
            classes.extend(class_values(label));
        }
        let named: Vec<(Option<names::ProbabilityName>, &Open<'_>)> =
            open.iter().map(|o| (names::probability_name(&o.column.name), o)).collect();
        let arounds: BTreeSet<&(String, String)> = named.iter().filter_map(|(name, _)| name.as_ref()).map(|n| &n.around).collect();
        let like = |around: &(String, String)| -> Vec<&Open<'_>> {
            named.iter().filter(|(name, _)| name.as_ref().is_some_and(|n| n.around == *around)).map(|(_, o)| *o).collect()
        };
        let mut groups: Vec<NamedGroup<'_, '_>> = arounds
            .into_iter()
            .map(|around| NamedGroup { columns: like(around), confidence: 0.95, why: "one name around each class" })
            .collect();
        let of_classes = open.iter().filter(|o| classes.contains(&o.column.name)).collect();
        groups.push(NamedGroup { columns: of_classes, confidence: 0.95, why: "named like the classes" });
        let places = open.iter().filter(|o| o.column.name.parse::<usize>().is_ok_and(|p| p < open.len() && p.to_string() == o.column.name));
        groups.push(NamedGroup { columns: places.collect(), confidence: 0.8, why: "named by the places of the classes" });
        let NamedGroup { columns, confidence, why } =
            groups.into_iter().find(|g| g.columns.len() > 1 && !are_flags(&g.columns) && sum_to_one(&g.columns))?;
        let reason = format!("one of {} columns that sum to 1 ({why}): one probability a class", columns.len());
        let chosen: Vec<(usize, String)> = columns.iter().map(|o| (o.at, o.column.name.clone())).collect();
        for (at, _) in &chosen {
            self.set(*at, Role::Prediction, confidence, reason.clone());
        }
        Some(OneOrMany::Many(chosen.into_iter().map(|(_, name)| name).collect()))
    }

    /// Whether the label, said or by its name, holds fractions: no probabilities of classes stand beside a quantity.
    fn label_is_quantity(&self) -> bool {
        let columns = self.table.columns.iter().zip(self.facts).zip(self.words.iter().zip(self.guesses.iter()));
        let label = columns
            .map(|((column, facts), (words, guess))| match guess {
                Some(guess) if guess.role == Role::Label => (2.0, column, facts),
                Some(_) => (0.0, column, facts),
                None => (names::label_name(words), column, facts),
            })
            .filter(|(sure, ..)| *sure > 0.0)
            .reduce(|a, b| if b.0 > a.0 { b } else { a });
        label.is_some_and(|(_, column, facts)| matches!(column.values, Values::Number { integer: false, .. }) && facts.distinct > 2)
    }

    /// How sure the model is of the class that another column names, where its own name is too weak to say so alone.
    pub fn confidences(&mut self, prediction: Option<&OneOrMany>) {
        let Some([name]) = prediction.map(OneOrMany::as_slice) else { return };
        let Some(column) = self.table.column(name) else { return };
        let classes = class_values(column);
        if classes.len() < 2 {
            return;
        }
        let least = 1.0 / classes.len() as f64 - 1e-6;
        for open in self.open() {
            let unit = open.facts.range.is_some_and(|(lo, hi)| lo >= 0.0 && hi <= 1.0 && hi > lo);
            let number = matches!(open.column.values, Values::Number { integer: false, .. });
            if !number || !unit || !names::confidence_name(&open.words) {
                continue;
            }
            if open.facts.range.is_some_and(|(lo, _)| lo >= least) || parts(column, open.column) {
                self.set(open.at, Role::Prediction, 0.75, format!("goes with {name}, and its name says how sure the model is"));
            }
        }
    }

    /// All other lists: embeddings where they are named so or long enough, else nothing that a test could use.
    pub fn embeddings(&mut self) {
        for open in self.open() {
            if let Values::List(list) = &open.column.values {
                let named = matches!(names::other_role(&open.words), Some((Role::Embedding, _)));
                if named || list.width >= EMBEDDING_WIDTH {
                    let reason = format!("lists of {} numbers that are not probabilities", list.width);
                    self.set(open.at, Role::Embedding, if named { 0.95 } else { 0.75 }, reason);
                } else {
                    let reason = format!("lists of only {} numbers; name it in embeddingCols if they stand for the row", list.width);
                    self.set(open.at, Role::Ignored, 0.6, reason);
                }
            }
        }
    }

    /// Lists of named entities: the truth, and what a model said of it.
    pub fn entities(&mut self, label_said: bool, mut prediction: Option<OneOrMany>) -> Option<OneOrMany> {
        let mut labelled = label_said;
        for open in self.open().into_iter().filter(|o| o.column.lists_entities()) {
            let named = open.words.contains("pred") || names::prediction_name(&open.words) > 0.0;
            let role = match (named, labelled, &prediction) {
                (false, false, _) => Role::Label,
                (_, _, None) => Role::Prediction,
                _ => Role::Ignored,
            };
            labelled |= role == Role::Label;
            if role == Role::Prediction {
                prediction = Some(OneOrMany::One(open.column.name.clone()));
            }
            self.set(open.at, role, if named { 0.95 } else { 0.85 }, "lists of named entities");
        }
        prediction
    }

    /// The truth, by a name that leaves no doubt.
    pub fn label(&mut self) {
        if let Some((confidence, open)) = self.named_label().filter(|(confidence, _)| *confidence >= SURE_LABEL) {
            self.set(open.at, Role::Label, confidence, format!("its name says the truth; {}", values_in_words(&open)));
        }
    }

    /// The open column whose name says the truth most surely; none where there is a label.
    fn named_label(&self) -> Option<(f64, Open<'a>)> {
        let confidence = |o: &Open<'_>| match &o.column.values {
            Values::Timestamp(_) | Values::List(_) => 0.0,
            // Free text is rarely a truth that can be compared, unless the name leaves no doubt.
            Values::Text(_) => names::label_name(&o.words) - 0.5,
            _ => names::label_name(&o.words),
        };
        if self.guesses.iter().flatten().any(|g| g.role == Role::Label) {
            return None;
        }
        self.open().into_iter().map(|o| (confidence(&o), o)).filter(|(c, _)| *c > 0.0).reduce(|a, b| if b.0 > a.0 { b } else { a })
    }

    /// The truth by a weaker name, or by what the predictions say; and the question that this leaves.
    ///
    /// A name such as `class` or `y` is one of ordinary columns too: where predictions are there its values must be able to be theirs.
    pub fn truth(&mut self, prediction: Option<&OneOrMany>) -> Option<Question> {
        if self.guesses.iter().flatten().any(|g| g.role == Role::Label) {
            return None;
        }
        let answers = prediction.and_then(|prediction| truth::answers_in(self.table, self.facts, prediction));
        let named = self.named_label();
        let Some(answers) = answers else {
            let (confidence, open) = named?;
            let reason = format!("its name says the truth; {}", values_in_words(&open));
            let coordinates = open.words == "y" && self.words.iter().any(|words| words == "x");
            if coordinates {
                return None;
            }
            let doubt = confidence < 0.75;
            self.set(open.at, Role::Label, confidence, reason);
            return self
                .guesses
                .get(open.at)
                .and_then(Option::as_ref)
                .filter(|_| doubt)
                .and_then(|g| truth::doubted(self.table, open.at, g));
        };
        // A score ranks the rows of a query on a scale of its own, so it says nothing against a relevance.
        let ranked = self.words.iter().any(|words| matches!(names::other_role(words), Some((Role::QueryId, _))));
        if let Some((confidence, open)) =
            named.as_ref().filter(|(_, open)| ranked || truth::fits(self.table, self.facts, open.at, &answers))
        {
            self.set(open.at, Role::Label, *confidence, format!("its name says the truth; {}", values_in_words(open)));
            return None;
        }
        let verdict = truth::weigh(self.table, self.facts, self.guesses, &answers, &BTreeSet::new());
        let Some(verdict) = verdict else {
            // Too few rows to compare: the name is all that there is.
            let (confidence, open) = named.filter(|(_, open)| truth::untold(open.column, &answers))?;
            self.set(open.at, Role::Label, confidence, format!("its name says the truth; {}", values_in_words(&open)));
            return None;
        };
        if let Some(chosen) = &verdict.chosen {
            self.set(chosen.at, Role::Label, truth::ASSUMED, chosen.reason());
        }
        Some(verdict.question)
    }

    /// Predictions by their names; the best of them, where there is none yet.
    pub fn named_predictions(&mut self, have_one: bool, of_numbers: bool) -> Option<OneOrMany> {
        let plausible = |o: &Open<'_>| !matches!(o.column.values, Values::Timestamp(_) | Values::Text(_) | Values::List(_));
        let ranked = self.words.iter().any(|words| matches!(names::other_role(words), Some((Role::QueryId, _))));
        let mut best: Option<(f64, Open<'_>)> = None;
        for open in self.open().into_iter().filter(plausible) {
            let numeric = matches!(open.column.values, Values::Number { .. });
            let most = if names::says_percent(&open.column.name) { 100.0 } else { 1.0 };
            let unit = open.facts.range.is_some_and(|(lo, hi)| lo >= 0.0 && hi <= most);
            let confidence = names::prediction_name(&open.words);
            // `score` may be a feature; as a prediction it is a number between 0 and 1, or ranks the rows of a query, or is what the
            // task asks for.
            let fits = if of_numbers { numeric } else { numeric && (unit || ranked) };
            if confidence == 0.0 || (confidence < 0.8 && (have_one || !fits)) {
                continue;
            }
            // A score tells more than a class: prefer numbers between 0 and 1.
            let rank = confidence + if numeric && unit && !of_numbers { 0.1 } else { 0.0 };
            let reason = format!("its name says a prediction; {}", values_in_words(&open));
            self.set(open.at, Role::Prediction, confidence, reason);
            if best.as_ref().is_none_or(|(r, _)| rank > *r) {
                best = Some((rank, open));
            }
        }
        best.map(|(_, open)| OneOrMany::One(open.column.name.clone()))
    }

    /// A column that always names the most probable class is the model's answer, not a feature.
    pub fn most_probable_class(&mut self, prediction: Option<&OneOrMany>) {
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

    /// The moments that order the rows.
    pub fn timestamp(&mut self) {
        let moments = self.open().into_iter().filter(|o| matches!(o.column.values, Values::Timestamp(_)));
        let best = moments.map(|o| (names::timestamp_name(&o.words), o)).reduce(|a, b| if b.0 > a.0 { b } else { a });
        if let Some((named, open)) = best {
            let reason = if named > 0.0 { "dates and times, as its name says" } else { "the only dates and times of the file" };
            self.set(open.at, Role::Timestamp, if named > 0.0 { named } else { 0.65 }, reason);
        }
    }

    /// Keys, groups, queries and weights; `singular_said` are roles that the reader has given away.
    pub fn keys(&mut self, singular_said: &[Role]) {
        let mut taken: Vec<Role> = singular_said.to_vec();
        for open in self.open() {
            let kind = open.column.kind();
            let repeats = !open.facts.unique;
            let countable = matches!(kind, ColumnType::Integer | ColumnType::Category | ColumnType::Text);
            let (role, confidence, reason) = match names::other_role(&open.words) {
                Some((Role::QueryId, c)) if repeats && countable && kind != ColumnType::Text => (Role::QueryId, c, "its name says a query"),
                Some((Role::Group, _)) if repeats && kind != ColumnType::Text && few_owners(&open) => (
                    Role::Categorical,
                    0.6,
                    "its name may say an owner of several rows, but it has few values; name it in groupCol if it is one",
                ),
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

    /// Features by their type, and which of them are protected or unknown to the model.
    pub fn the_rest(&mut self, params: &DataParams) {
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
                    // A suggestion, no more: whether fairness is asked of it is for the reader to say.
                    if let Some(word) = names::protected_word(words).filter(|_| guess.role != Role::Text) {
                        guess.reason.push_str(&format!("; “{word}” suggests a protected feature: mark it as protected if it is one"));
                    }
                }
            }
        }
    }
}

/// Whether numbers can be shares of 1, or of 100.
fn is_share(column: &Column, facts: &ColumnFacts) -> bool {
    matches!(column.values, Values::Number { .. }) && facts.range.is_some_and(|(low, high)| low >= 0.0 && high <= 100.0)
}

/// Whether columns only ever say 0 or 1: which of several things a row is.
fn are_flags(columns: &[&Open<'_>]) -> bool {
    let flag = |o: &&Open<'_>| matches!(o.column.values, Values::Number { integer: true, .. }) && o.facts.range.is_some_and(|r| r.1 <= 1.0);
    columns.iter().all(flag)
}

/// The classes that a column names; empty where it has too many values, or fractions.
fn class_values(column: &Column) -> BTreeSet<String> {
    match &column.values {
        Values::Category(categories) => categories.names.iter().take(MOST_CLASSES).cloned().collect(),
        Values::Boolean(_) => ["false", "true"].map(str::to_owned).into(),
        Values::Number { values, integer: true } => {
            let mut found = BTreeSet::new();
            for value in values.values().iter().take(COMPARED_ROWS).filter(|v| !v.is_nan()) {
                found.insert(super::number_text(*value));
                if found.len() > FEW_NUMBERS {
                    return BTreeSet::new();
                }
            }
            found
        }
        _ => BTreeSet::new(),
    }
}

/// Whether a number parts two classes: all rows of one lie above all rows of the other.
fn parts(classes: &Column, numbers: &Column) -> bool {
    let Values::Number { values, .. } = &numbers.values else { return false };
    let mut ranges: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for (row, &value) in values.values().iter().enumerate().take(COMPARED_ROWS).filter(|(_, v)| !v.is_nan()) {
        let Some(class) = classes.cell(row) else { continue };
        let range = ranges.entry(class).or_insert((value, value));
        *range = (range.0.min(value), range.1.max(value));
    }
    match ranges.values().collect::<Vec<_>>().as_slice() {
        [a, b] => a.1 < b.0 || b.1 < a.0,
        _ => false,
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
        let percent = || values.iter().map(|v| v / 100.0).collect::<Vec<f64>>();
        fit += usize::from(is_probability_row(&values) || is_probability_row(&percent()));
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
    let mut value_of: BTreeMap<usize, String> = BTreeMap::new();
    for (row, top) in tops.iter().enumerate() {
        let (Some(top), Some(cell)) = (top, column.cell(row)) else { continue };
        if value_of.entry(*top).or_insert_with(|| cell.clone()) != &cell {
            return false;
        }
    }
    let different: BTreeSet<&String> = value_of.values().collect();
    different.len() > 1 && different.len() == value_of.len()
}
/// Whether a group has so few values, each in so many rows, that it is a property of rows and no owner of them.
fn few_owners(open: &Open<'_>) -> bool {
    let plain = matches!(open.words.as_str(), "group" | "cluster" | "group id" | "cluster id");
    plain && open.facts.distinct <= FEW_OWNERS && open.facts.present >= 5 * open.facts.distinct
}
