//! Which column is the truth, where nobody said it: the evidence that predictions give.
//!
//! A column can be the truth of predictions when its values can be theirs: the classes that are predicted, two values beside scores, numbers on
//! the scale of predicted numbers. How well both agree, beyond chance, and whether the names belong together (`price` beside
//! `predicted_price`) decide whether the guess is acted on. Every guess is a question; the last reading is always that there is no truth.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use straingauge_api::{ModelTask, OneOrMany, Question, QuestionAbout, Reading, Role, RoleGuess};

use super::facts::ColumnFacts;
use super::{Column, Dataset, Table, Values, names};
use crate::Result;

/// How sure a truth is that nobody named: the page asks for a look.
pub const ASSUMED: f64 = 0.55;
/// Rows that are compared.
const COMPARED_ROWS: usize = 5_000;
/// Fewer rows with both values say nothing.
const LEAST_ROWS: usize = 20;
/// Columns of more values than this are no classes.
const MOST_CLASSES: u64 = 1_000;
/// Candidates that a question shows.
const SHOWN: usize = 4;
/// Agreement beyond chance from which values alone make a truth, where no other column comes near.
const ALONE: f64 = 0.4;
/// Agreement beyond chance that names which belong together need.
const NAMED: f64 = 0.1;
/// How far the first must be ahead of the second.
const AHEAD: f64 = 0.15;

/// What a model said, as far as a truth can be told by it.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The column (or the first of several), to show.
    pub name: String,
    /// The answers, one a row.
    pub form: AnswerForm,
}

/// The form of a model's answers.
#[derive(Debug, Clone)]
pub enum AnswerForm {
    /// A class a row, `None` where there is none.
    Classes(Vec<Option<String>>),
    /// A number a row that tells one of two classes from the other; NaN where there is none.
    Scores(Vec<f64>),
    /// A number a row; NaN where there is none.
    Numbers(Vec<f64>),
}

/// A column that may be the truth.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its place in the table.
    pub at: usize,
    /// Its name.
    pub name: String,
    /// Agreement beyond chance: kappa, 2·AUC − 1 or R² of the identity.
    pub agreement: f64,
    /// Whether its name and the prediction's belong together, or its name says a truth.
    pub named: bool,
    /// What speaks for it, after its name.
    pub because: String,
    /// Whether it always is what the model answers: then it is more likely the answer itself.
    pub echo: bool,
}

impl Candidate {
    /// What speaks for it, in a sentence without its end.
    pub fn reason(&self) -> String {
        format!("“{}” {}", self.name, self.because)
    }
}

/// What the weighing came to.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The column that is taken for the truth, where the evidence is strong.
    pub chosen: Option<Candidate>,
    /// The question to the reader.
    pub question: Question,
}

/// Weighs the columns that are no prediction against a model's answers; `None` where no column can be the truth and nothing is to ask.
///
/// `elsewhere` are the columns of the file that this one is compared with, where that is known: a column that it lacks is more likely the truth.
pub fn weigh(
    table: &Table,
    facts: &[ColumnFacts],
    guesses: &[Option<RoleGuess>],
    answers: &Answers,
    elsewhere: &BTreeSet<String>,
) -> Option<Verdict> {
    let mut found = candidates(table, facts, guesses, answers);
    if found.is_empty()
        && let AnswerForm::Scores(numbers) = &answers.form
    {
        // A share that is predicted looks like a probability.
        found = candidates(table, facts, guesses, &Answers { name: answers.name.clone(), form: AnswerForm::Numbers(numbers.clone()) });
    }
    for candidate in found.iter_mut().filter(|c| !elsewhere.is_empty() && !elsewhere.contains(&c.name)) {
        candidate.named = true;
        candidate.because.push_str(", and only this file has it");
    }
    found.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then(a.at.cmp(&b.at)));
    let second = found.iter().skip(1).map(|c| c.agreement).fold(0.0, f64::max);
    let chosen = found.first().filter(|first| !first.echo).filter(|first| {
        let named = first.named && first.agreement >= NAMED;
        named || (first.agreement >= ALONE && first.agreement >= second + AHEAD)
    });
    let chosen = chosen.cloned();
    let question = question(table, &found, chosen.as_ref(), answers);
    (!found.is_empty()).then_some(Verdict { chosen, question })
}

/// Whether the values of a column can be the truth of a model's answers, and agree with them.
pub fn fits(table: &Table, facts: &[ColumnFacts], at: usize, answers: &Answers) -> bool {
    let (Some(column), Some(facts)) = (table.columns.get(at), facts.get(at)) else { return false };
    agreement(column, facts, answers).is_some_and(|found| found.beyond_chance > 0.0)
}

/// A question that offers columns by their names alone, where the task wants a truth and no prediction speaks.
pub fn by_name(table: &Table, facts: &[ColumnFacts], guesses: &[RoleGuess], task: ModelTask) -> Option<Question> {
    let columns = || table.columns.iter().zip(facts).zip(guesses).map(|((column, facts), guess)| (column, facts, guess));
    let feature = |guess: &RoleGuess| matches!(guess.role, Role::Categorical | Role::Numeric | Role::Ignored);
    let possible = |column: &Column, facts: &ColumnFacts| match task {
        ModelTask::Regression | ModelTask::Ranking => matches!(column.values, Values::Number { .. }),
        ModelTask::BinaryClassification => facts.distinct <= 2,
        _ => facts.distinct <= 100,
    };
    let mut readings: Vec<Reading> = columns()
        .filter(|(column, facts, guess)| feature(guess) && possible(column, facts) && names::outcome_name(&names::words(&column.name)))
        .map(|(column, _, _)| reading(column, String::new()))
        .collect();
    let ends =
        columns().next_back().into_iter().filter(|(column, facts, guess)| feature(guess) && facts.distinct > 1 && possible(column, facts));
    for (column, ..) in ends {
        if readings.iter().all(|r| r.choice != column.name) {
            readings.push(reading(column, String::new()));
        }
    }
    if readings.is_empty() {
        return None;
    }
    readings.truncate(SHOWN);
    readings.insert(0, none());
    let reason = format!("{} needs a truth, and no column's name says that it is one", task.label());
    Some(Question { column: String::new(), about: QuestionAbout::Label, readings, reason })
}

/// A question about a column that is the truth by a name that ordinary columns have too.
pub fn doubted(table: &Table, at: usize, guess: &RoleGuess) -> Option<Question> {
    let column = table.columns.get(at)?;
    let readings = vec![reading(column, String::new()), none()];
    let reason = format!("its name is all that speaks for it: {}", guess.reason);
    Some(Question { column: column.name.clone(), about: QuestionAbout::Label, readings, reason })
}

fn rank(candidate: &Candidate) -> f64 {
    candidate.agreement + if candidate.named { 0.5 } else { 0.0 } - if candidate.echo { 1.0 } else { 0.0 }
}

fn candidates(table: &Table, facts: &[ColumnFacts], guesses: &[Option<RoleGuess>], answers: &Answers) -> Vec<Candidate> {
    let columns = table.columns.iter().zip(facts).zip(guesses).enumerate();
    let open = columns.filter(|(_, (_, guess))| guess.as_ref().is_none_or(may_be_truth));
    open.filter_map(|(at, ((column, facts), _))| {
        let found = agreement(column, facts, answers)?;
        let words = names::words(&column.name);
        let paired = names::belong_together(&words, &names::words(&answers.name));
        let named = paired || names::label_name(&words) >= 0.6 || names::outcome_name(&words);
        if !named && found.beyond_chance < NAMED {
            return None;
        }
        let because = if paired {
            ", and the names belong together"
        } else if named {
            ", and its name says an outcome"
        } else {
            ""
        };
        let because = format!("{}{because}", found.words);
        Some(Candidate { at, name: column.name.clone(), agreement: found.beyond_chance, named, because, echo: found.echo })
    })
    .collect()
}

/// A role that was guessed from weak evidence may give way to a truth.
fn may_be_truth(guess: &RoleGuess) -> bool {
    guess.confidence < 1.0 && matches!(guess.role, Role::Numeric | Role::Categorical | Role::Label)
}

/// How well a column agrees with a model's answers.
struct Agreement {
    beyond_chance: f64,
    words: String,
    echo: bool,
}

fn agreement(column: &Column, facts: &ColumnFacts, answers: &Answers) -> Option<Agreement> {
    if facts.distinct < 2 || matches!(column.values, Values::List(_) | Values::Timestamp(_) | Values::Text(_)) {
        return None;
    }
    let few = facts.distinct <= MOST_CLASSES && !facts.unique;
    match &answers.form {
        AnswerForm::Classes(classes) if few => with_classes(column, classes, &answers.name),
        AnswerForm::Scores(scores) if facts.distinct == 2 => with_scores(column, scores, &answers.name),
        AnswerForm::Numbers(numbers) => with_numbers(column, numbers, &answers.name),
        _ => None,
    }
}

/// Every so many rows, so that a sorted file shows all of its values.
fn sampled(rows: usize) -> impl Iterator<Item = usize> {
    (0..rows).step_by(rows.div_ceil(COMPARED_ROWS).max(1))
}

/// A class as it is compared: whatever the case, and however truth is spelled.
fn class_key(cell: &str) -> String {
    let plain = cell.trim().to_lowercase();
    match plain.as_str() {
        "true" | "yes" | "1.0" => "1".to_owned(),
        "false" | "no" | "0.0" => "0".to_owned(),
        _ => plain,
    }
}

fn with_classes(column: &Column, classes: &[Option<String>], prediction: &str) -> Option<Agreement> {
    let cells = sampled(column.rows()).filter_map(|row| {
        let answer = classes.get(row)?.as_ref()?;
        Some((class_key(&column.cell(row)?), class_key(answer)))
    });
    let pairs: Vec<(String, String)> = cells.collect();
    if pairs.len() < LEAST_ROWS {
        return None;
    }
    let (mut truths, mut answers) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    let mut same = 0usize;
    for (truth, answer) in &pairs {
        *truths.entry(truth).or_default() += 1;
        *answers.entry(answer).or_default() += 1;
        same += usize::from(truth == answer);
    }
    let n = pairs.len() as f64;
    let shared: BTreeSet<&str> = truths.keys().copied().filter(|class| answers.contains_key(class)).collect();
    let covered =
        |counts: &BTreeMap<&str, usize>| counts.iter().filter(|(c, _)| shared.contains(*c)).map(|(_, k)| k).sum::<usize>() as f64 / n;
    // A truth knows the classes that are predicted, and most of its rows are of one that is.
    if covered(&answers) < 0.95 || covered(&truths) < 0.5 {
        return None;
    }
    let chance: f64 = truths.iter().map(|(c, k)| *k as f64 / n * (*answers.get(c).unwrap_or(&0) as f64 / n)).sum();
    let observed = same as f64 / n;
    let kappa = if chance < 1.0 { (observed - chance) / (1.0 - chance) } else { 0.0 };
    let words =
        format!("has the {} values that “{prediction}” predicts and agrees with it in {} of the rows", truths.len(), share(observed));
    Some(Agreement { beyond_chance: kappa, words, echo: same == pairs.len() })
}

fn with_scores(column: &Column, scores: &[f64], prediction: &str) -> Option<Agreement> {
    let rows = sampled(column.rows()).filter_map(|row| {
        let score = *scores.get(row).filter(|s| !s.is_nan())?;
        Some((column.cell(row)?, score))
    });
    let pairs: Vec<(String, f64)> = rows.collect();
    let classes: BTreeSet<&str> = pairs.iter().map(|(cell, _)| cell.as_str()).collect();
    let [first, second] = classes.into_iter().collect::<Vec<_>>()[..] else { return None };
    if pairs.len() < LEAST_ROWS {
        return None;
    }
    // Numbers and words of truth say themselves which of them is meant; of other words either may be.
    let ordered = |cell: &str| class_key(cell).parse::<f64>().ok();
    let (known, positive) = match (ordered(first), ordered(second)) {
        (Some(a), Some(b)) => (true, if a > b { first } else { second }),
        _ => (false, second),
    };
    let mut sorted: Vec<(f64, bool)> = pairs.iter().map(|(cell, score)| (*score, cell == positive)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = sorted.iter().filter(|(_, p)| *p).count() as f64;
    let (mut below, mut wins, mut at) = (0.0, 0.0, 0);
    while let Some(&(score, _)) = sorted.get(at) {
        let tied = sorted.iter().skip(at).take_while(|(s, _)| *s == score);
        let (n, k) = tied.fold((0.0, 0.0), |(n, k), (_, p)| (n + 1.0, k + f64::from(u8::from(*p))));
        wins += k * (below + (n - k) / 2.0);
        below += n - k;
        at += n as usize;
    }
    let auc = wins / (positives * (sorted.len() as f64 - positives)).max(1.0);
    let (auc, positive) = if known || auc >= 0.5 { (auc, positive) } else { (1.0 - auc, first) };
    let cut = |score: f64| score >= 0.5;
    let right = pairs.iter().filter(|(cell, score)| (cell == positive) == cut(*score)).count() as f64 / pairs.len() as f64;
    let words =
        format!("has two values, as “{prediction}” predicts, and agrees with it in {} of the rows (AUC {})", share(right), rounded(auc));
    Some(Agreement { beyond_chance: 2.0 * auc - 1.0, words, echo: auc >= 1.0 })
}

fn with_numbers(column: &Column, numbers: &[f64], prediction: &str) -> Option<Agreement> {
    let Values::Number { values, .. } = &column.values else { return None };
    let rows = sampled(column.rows()).filter_map(|row| {
        let (truth, answer) = (*values.values().get(row)?, *numbers.get(row)?);
        (truth.is_finite() && answer.is_finite()).then_some((truth, answer))
    });
    let pairs: Vec<(f64, f64)> = rows.collect();
    if pairs.len() < LEAST_ROWS {
        return None;
    }
    let n = pairs.len() as f64;
    let mean = pairs.iter().map(|(truth, _)| truth).sum::<f64>() / n;
    let spread: f64 = pairs.iter().map(|(truth, _)| (truth - mean) * (truth - mean)).sum();
    let errors: f64 = pairs.iter().map(|(truth, answer)| (truth - answer) * (truth - answer)).sum();
    if spread <= 0.0 {
        return None;
    }
    let explained = 1.0 - errors / spread;
    let words = format!("is on the scale of “{prediction}”, which explains {} of its variance", share(explained));
    (explained > 0.0).then_some(Agreement { beyond_chance: explained, words, echo: errors == 0.0 })
}

fn share(value: f64) -> String {
    format!("{:.0} %", value * 100.0)
}

fn rounded(value: f64) -> String {
    format!("{value:.2}")
}

fn question(table: &Table, found: &[Candidate], chosen: Option<&Candidate>, answers: &Answers) -> Question {
    let columns =
        found.iter().filter_map(|candidate| table.columns.get(candidate.at).map(|column| reading(column, candidate.because.clone())));
    let mut readings: Vec<Reading> = columns.take(SHOWN).collect();
    let reason = match (chosen, found.first()) {
        (Some(chosen), _) => format!("No column was named as the truth. {}", chosen.reason()),
        (None, Some(first)) if first.echo => {
            format!("No column was named as the truth. {}, so it may as well be what the model answered", first.reason())
        }
        (None, Some(first)) => {
            format!("No column was named as the truth, and none agrees well enough with “{}”: {}", answers.name, first.reason())
        }
        (None, None) => "No column was named as the truth".to_owned(),
    };
    readings.insert(if chosen.is_some() { readings.len() } else { 0 }, none());
    let column = chosen.map(|c| c.name.clone()).unwrap_or_default();
    Question { column, about: QuestionAbout::Label, readings, reason }
}

fn reading(column: &Column, because: String) -> Reading {
    let cell = (0..column.rows()).find_map(|row| column.cell(row)).unwrap_or_default();
    let meaning = if because.is_empty() {
        format!("“{}” is the truth", column.name)
    } else {
        format!("“{}” is the truth: it {because}", column.name)
    };
    Reading { choice: column.name.clone(), cell, meaning }
}

fn none() -> Reading {
    Reading {
        choice: String::new(),
        cell: String::new(),
        meaning: "there is none: the data and the predictions are tested without a truth".to_owned(),
    }
}

/// A model's answers in columns of the table itself; `None` where they cannot be compared with a truth.
pub fn answers_in(table: &Table, facts: &[ColumnFacts], prediction: &OneOrMany) -> Option<Answers> {
    let columns: Vec<&Arc<Column>> = prediction.as_slice().iter().filter_map(|name| table.column(name)).collect();
    let first = *columns.first()?;
    let name = first.name.clone();
    let most_probable = |probabilities: &[f64], classes: &[String]| {
        let known = !probabilities.iter().any(|p| p.is_nan());
        let best = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0))).map(|(at, _)| at);
        best.filter(|_| known).and_then(|at| classes.get(at)).cloned()
    };
    if columns.len() > 1 {
        let classes: Vec<String> =
            columns.iter().map(|c| names::probability_name(&c.name).map_or_else(|| c.name.clone(), |named| named.class)).collect();
        let at = |row: usize| -> Vec<f64> {
            let value = |c: &&Arc<Column>| match &c.values {
                Values::Number { values, .. } => values.values().get(row).copied().unwrap_or(f64::NAN),
                _ => f64::NAN,
            };
            columns.iter().map(value).collect()
        };
        let rows = (0..table.rows).map(|row| most_probable(&at(row), &classes));
        return Some(Answers { name, form: AnswerForm::Classes(rows.collect()) });
    }
    let facts = table.columns.iter().zip(facts).find(|(c, _)| c.name == name).map(|(_, facts)| facts)?;
    let unit = facts.range.is_some_and(|(low, high)| low >= 0.0 && high <= 1.0);
    let form = match &first.values {
        Values::Number { values, integer: false } if unit => AnswerForm::Scores(values.values().to_vec()),
        Values::Number { integer: true, .. } if facts.distinct <= 30 => {
            AnswerForm::Classes((0..table.rows).map(|row| first.cell(row)).collect())
        }
        Values::Number { values, .. } => AnswerForm::Numbers(values.values().to_vec()),
        Values::Boolean(_) | Values::Category(_) => AnswerForm::Classes((0..table.rows).map(|row| first.cell(row)).collect()),
        Values::List(lists) => {
            let classes: Vec<String> = (0..lists.width).map(|class| class.to_string()).collect();
            AnswerForm::Classes((0..table.rows).map(|row| most_probable(lists.row(row), &classes)).collect())
        }
        Values::Text(_) | Values::Timestamp(_) => return None,
    };
    Some(Answers { name, form })
}

/// The data set with the column as its truth that a model's answers speak for; `None` where it has one, where its reader said that it has
/// none, and where no column is good enough.
///
/// # Errors
/// What makes a data set of its columns impossible.
pub fn taken_for_truth(dataset: &Dataset, answers: &Answers, elsewhere: &BTreeSet<String>) -> Result<Option<Arc<Dataset>>> {
    let Some(Verdict { chosen: Some(chosen), question }) = weighed(dataset, answers, elsewhere) else { return Ok(None) };
    let mut guesses: Vec<RoleGuess> = dataset.info.columns.iter().map(|c| c.role.clone()).collect();
    if let Some(slot) = guesses.get_mut(chosen.at) {
        *slot = RoleGuess { role: Role::Label, confidence: ASSUMED, reason: chosen.reason(), ..slot.clone() };
    }
    let mut found = super::build::rebuilt(dataset, Arc::clone(&dataset.table), guesses)?;
    found.info.questions.retain(|q| q.about != QuestionAbout::Label);
    found.info.questions.insert(0, question);
    Ok(Some(Arc::new(found)))
}

/// What a model's answers say about the truth of a data set that names none.
pub fn weighed(dataset: &Dataset, answers: &Answers, elsewhere: &BTreeSet<String>) -> Option<Verdict> {
    if dataset.params.label_col.is_some() {
        return None;
    }
    let facts: Vec<ColumnFacts> = dataset.table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
    let guesses: Vec<Option<RoleGuess>> = dataset.info.columns.iter().map(|c| Some(c.role.clone())).collect();
    weigh(&dataset.table, &facts, &guesses, answers, elsewhere)
}

/// Whether too few rows have both values for a comparison.
pub fn untold(column: &Column, answers: &Answers) -> bool {
    let answered = |row: usize| match &answers.form {
        AnswerForm::Classes(rows) => rows.get(row).is_some_and(Option::is_some),
        AnswerForm::Scores(rows) | AnswerForm::Numbers(rows) => rows.get(row).is_some_and(|x| !x.is_nan()),
    };
    (0..column.rows()).filter(|&row| column.cell_present(row) && answered(row)).take(LEAST_ROWS).count() < LEAST_ROWS
}
