//! Predictions meet their rows: row i for row i, or by key.

use std::borrow::Cow;
use std::collections::BTreeMap;

use straingauge_api::{
    DataParams, ModelTask, Pairing, PredictionInfo, PredictionParams, Problem, ProblemLevel, Question, QuestionAbout, Reading as Meaning,
    Role,
};

use super::alignment::{MatchedBy, align};
use super::classes::{ClassIndex, labels_among, labels_of, sort, spelled_like, values_of};
use super::confidence::note;
use super::headers::with_the_rows_of;
use super::joining::{Brought, RowMap, match_rows};
use super::logged::{ReadPredictions, Reading};
use super::polarity::positive_class;
use super::{ClassesFrom, PredictedValues, Predictions};
use crate::table::{Column, ColumnFacts, Dataset, Table, Values, confidence_name, label_name, position, roles_for, words};
use crate::{Error, Result};

/// Names that a message lists.
const SHOWN: usize = 10;

/// Pairs the predictions of `model` with the rows of `dataset`.
///
/// `source` is the predictions' own file; `None` where they stand in the data set's file (`dataset.params.prediction_col`).
/// Two files are joined by `params.id_col`, by the data set's id column where both have the same keys, else row by row.
///
/// A row whose prediction is not a number, or has a probability outside [0, 1], counts as one without prediction. Both, and
/// probabilities that do not sum to 1 within 0.001 (0.0005 a class beyond two), are counted among the problems.
///
/// # Errors
/// `length_mismatch`, `unknown_column`, `no_predictions`, `class_names_mismatch`, `not_numeric`, `not_probabilities`, `keys_do_not_match`.
pub fn pair(dataset: &Dataset, source: Option<&Table>, model: &str, params: &PredictionParams) -> Result<(Predictions, PredictionInfo)> {
    let (mut problems, mut questions) = (Vec::new(), Vec::new());
    let header_said = params.read.as_ref().is_some_and(|read| read.header.is_some());
    let source = source.map(|source| {
        let corrected = if header_said { None } else { with_the_rows_of(dataset, source, params, &mut problems) };
        corrected.map_or(Cow::Borrowed(source), Cow::Owned)
    });
    let source = source.as_deref();
    let table = source.unwrap_or(&dataset.table);
    let Chosen { columns, beside } = prediction_columns(dataset, source, model, params)?;
    let (rows, pairing) = match source {
        None => (RowMap::Same, Pairing::SameFile),
        Some(source) => match_rows(dataset, source, params.id_col.as_deref(), Brought::Predictions, &mut problems, &mut questions)?,
    };
    let labels = labels_beside(dataset, table, columns.iter().chain(&beside), &mut problems);
    let class_names = params.class_names.as_deref().or(dataset.params.class_names.as_deref());
    let said = said_column(dataset, source, params);
    let reading = Reading { dataset, table, rows: &rows, class_names, labels: &labels, said: said.as_deref() };
    let ReadPredictions { mut predictions, columns, decisions } = reading.read(&columns, &beside, &mut problems, &mut questions)?;
    name_classes(&mut predictions, &labels, table, &mut problems, &mut questions);
    reading.uncovered_classes(&predictions, &mut problems)?;
    problems.sort_by_key(|p| std::cmp::Reverse(p.level));
    let task = dataset.task.unwrap_or_else(|| suggested_task(dataset, &predictions, &labels));
    let positive = positive_question(dataset, &predictions, &labels, task, &mut questions);
    let info = PredictionInfo {
        dataset: dataset.name.clone(),
        model: model.to_owned(),
        file: table.name.clone(),
        sha256: table.sha256.clone(),
        rows: predictions.present() as u64,
        kind: predictions.kind(),
        columns,
        decision_column: decisions,
        positive_class: positive,
        classes: predictions.classes.clone(),
        task,
        pairing,
        problems,
        questions,
    };
    Ok((predictions, info))
}

/// The column of the prediction, where the reader named one alone.
fn said_column(dataset: &Dataset, source: Option<&Table>, params: &PredictionParams) -> Option<String> {
    let of_data = || dataset.params.prediction_col.as_ref().filter(|_| source.is_none());
    let column = match params.prediction_col.as_ref().or_else(of_data)?.as_slice() {
        [one] => one.clone(),
        _ => return None,
    };
    let in_data = || dataset.info.columns.iter().any(|c| c.name == column && c.role.role == Role::Prediction && c.role.confidence >= 1.0);
    (params.prediction_col.is_some() || in_data()).then_some(column)
}

/// The sorted classes of the label, with spellings of the missing that a predicted class has.
fn labels_beside<'n>(
    dataset: &Dataset,
    table: &Table,
    predictions: impl Iterator<Item = &'n String>,
    problems: &mut Vec<Problem>,
) -> Vec<String> {
    if matches!(dataset.task, Some(ModelTask::Regression | ModelTask::Ranking | ModelTask::NamedEntityRecognition)) {
        return Vec::new();
    }
    let Some(label) = dataset.named(dataset.params.label_col.as_ref()) else { return Vec::new() };
    let named = predictions.filter_map(|name| table.column(name)).filter(|c| matches!(c.values, Values::Category(_)));
    let predicted: Vec<String> = named.filter_map(|c| values_of(c, &table.name).ok()).flat_map(|(_, names)| names).collect();
    for (spelling, count) in spelled_like(label, &predicted) {
        let text = format!(
            "{spelling:?} in {} of {} is one of the predicted classes and is read as a class ({count} rows).",
            label.name, dataset.info.file
        );
        let mend = "Say in read.missingValues if it means that nothing is there.";
        problems.push(note("missing_is_a_class", text, &dataset.info.file, Some(&label.name), mend));
    }
    // A label of more values than classes may have is a quantity: it names nothing.
    labels_among(dataset, &predicted).ok().flatten().map(|(_, names)| names).unwrap_or_default()
}

/// Gives predicted classes the names that the labels have, and says what that is founded on.
fn name_classes(
    predictions: &mut Predictions,
    labels: &[String],
    table: &Table,
    problems: &mut Vec<Problem>,
    questions: &mut Vec<Question>,
) {
    let by_class = matches!(predictions.values, PredictedValues::Probabilities(_) | PredictedValues::Classes(_));
    if !by_class || predictions.classes.is_empty() {
        return;
    }
    let counted = |names: &[String]| names.iter().enumerate().all(|(at, name)| *name == at.to_string());
    match predictions.classes_from {
        // Sorted labels that are not 0, 1, 2, … stand for the places that the file numbers.
        ClassesFrom::Labels if !counted(&predictions.classes) => {
            let (classes, written) = (predictions.classes.clone(), table.name.clone());
            questions.push(places_question(&classes, &classes, &written, problems));
        }
        ClassesFrom::Labels | ClassesFrom::Positions => {}
        ClassesFrom::Given | ClassesFrom::Columns => {
            if labels.is_empty() {
                predictions.classes = without_what_they_share(&predictions.written);
                return;
            }
            let given = predictions.classes_from == ClassesFrom::Given;
            match align(&predictions.written, labels) {
                Some(found) if !(given && found.by != MatchedBy::Names) => {
                    if found.by == MatchedBy::Places {
                        questions.push(places_question(&predictions.written, &found.names, &table.name, problems));
                    }
                    if found.by == MatchedBy::Words {
                        let pairs: Vec<String> =
                            predictions.written.iter().zip(&found.names).map(|(own, label)| format!("{own} is {label}")).collect();
                        let text = format!("Classes of {} have other names than the labels: {}.", table.name, pairs.join(", "));
                        problems.push(note(
                            "classes_named_otherwise",
                            text,
                            &table.name,
                            None,
                            "Name the classes in classNames if they are others.",
                        ));
                    }
                    problems.extend(partly_matching(&predictions.written, &found.names, labels, &table.name));
                    predictions.classes = found.names;
                }
                _ => {
                    // Rows of one class may all be taken for another; more that share none are not the same classes.
                    if labels.len() > 1 {
                        questions.push(classes_question(&predictions.written, labels));
                        problems.push(do_not_match(&predictions.written, labels, &table.name));
                    }
                }
            }
        }
    }
}

fn shown(names: &[String]) -> String {
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", "))
}

fn do_not_match(predicted: &[String], labels: &[String], file: &str) -> Problem {
    let message = format!("No class of {file} ({}) is a class of the labels ({}).", shown(predicted), shown(labels));
    let mend =
        "Name the labels' classes in classNames, in the order of the probabilities, or write predictions and labels with the same names.";
    Problem { level: ProblemLevel::Error, count: predicted.len() as u64, ..note("classes_do_not_match", message, file, None, mend) }
}

/// Some predicted classes are no label's, while as many labels and more are never predicted: they may be the same under other names.
fn partly_matching(written: &[String], named: &[String], labels: &[String], file: &str) -> Option<Problem> {
    let strange: Vec<String> = written.iter().zip(named).filter(|(_, name)| !labels.contains(name)).map(|(own, _)| own.clone()).collect();
    let unmet: Vec<String> = labels.iter().filter(|label| !named.contains(label)).cloned().collect();
    if strange.is_empty() || unmet.len() < strange.len() {
        return None;
    }
    let message = format!(
        "Classes of {file} ({}) are no classes of the labels, and classes of the labels ({}) are never predicted; if they are the same, their rows count as wrong.",
        shown(&strange),
        shown(&unmet)
    );
    let mend = "Write predictions and labels with the same names, if these are the same classes.";
    Some(Problem { level: ProblemLevel::Warning, count: strange.len() as u64, ..note("classes_partly_match", message, file, None, mend) })
}

/// The error of a run over predictions that share no class with the labels.
pub fn classes_do_not_match(predicted: &[String], labels: &[String], file: &str) -> Error {
    let problem = do_not_match(predicted, labels, file);
    Error::new("classes_do_not_match", problem.message).mend(problem.details.mend.unwrap_or_default()).in_file(file)
}

fn json(names: &[String]) -> String {
    serde_json::to_string(names).unwrap_or_default()
}

fn class_reading(names: &[String], meaning: String) -> Meaning {
    Meaning { choice: json(names), cell: shown(names), meaning }
}

/// Places in the order of the sorted labels: an assumption, and the other ways to read it.
fn places_question(written: &[String], named: &[String], file: &str, problems: &mut Vec<Problem>) -> Question {
    let places: Vec<String> = (written.iter().zip(named).enumerate())
        .map(|(at, (own, label))| if own == label { format!("{} is {label}", at + 1) } else { format!("{own} is {label}") })
        .take(SHOWN)
        .collect();
    let reason =
        format!("The classes of {file} are taken in the order of the sorted labels, as scikit-learn writes them: {}.", places.join(", "));
    let mend = "Name the classes in classNames, in the order of the probabilities, if it is another.";
    problems.push(note("class_order_assumed", reason.clone(), file, None, mend));
    let mut backwards = named.to_vec();
    backwards.reverse();
    let readings = vec![
        class_reading(named, "The classes stand in this order, that of the sorted labels.".to_owned()),
        class_reading(&backwards, "The classes stand in this order.".to_owned()),
    ];
    Question { column: String::new(), about: QuestionAbout::ClassNames, readings, reason }
}

/// Predicted classes that share nothing with the labels: the labels may be paired with them by place.
fn classes_question(predicted: &[String], labels: &[String]) -> Question {
    let mut sorted = labels.to_vec();
    sort(&mut sorted);
    let mut readings = vec![class_reading(predicted, "The predicted classes are others than the labels: no run is possible.".to_owned())];
    if sorted.len() == predicted.len() {
        readings.push(class_reading(&sorted, format!("{} are {}, in this order.", shown(predicted), shown(&sorted))));
    }
    let reason = format!("The predictions name {}, the labels {}.", shown(predicted), shown(labels));
    Question { column: String::new(), about: QuestionAbout::ClassNames, readings, reason }
}

/// Names without the words of a probability that stand around all of them.
fn without_what_they_share(names: &[String]) -> Vec<String> {
    let found: Option<Vec<crate::table::ProbabilityName>> = names.iter().map(|name| crate::table::probability_name(name)).collect();
    match found {
        Some(found) if found.len() > 1 && found.iter().all(|f| found.first().is_some_and(|first| first.around == f.around)) => {
            found.into_iter().map(|f| f.class).collect()
        }
        _ => names.to_vec(),
    }
}

/// The positive class of a binary model, and the question which it is, unless the reader said it.
fn positive_question(
    dataset: &Dataset,
    predictions: &Predictions,
    labels: &[String],
    task: ModelTask,
    questions: &mut Vec<Question>,
) -> Option<straingauge_api::PositiveClass> {
    if task != ModelTask::BinaryClassification {
        return None;
    }
    let mut classes = if labels.is_empty() { predictions.classes.clone() } else { labels.to_vec() };
    sort(&mut classes);
    if classes.len() != 2 {
        return None;
    }
    let said = dataset.params.positive_class.as_deref();
    let positive = positive_class(&classes, said, predictions.score_of.as_deref()).ok()?;
    // Nobody takes 0 or false for yes.
    let plain = [["0", "1"], ["false", "true"]].iter().any(|pair| classes.iter().map(String::as_str).eq(pair.iter().copied()));
    if said.is_none() && !plain {
        let reading = |class: &String| Meaning {
            choice: class.clone(),
            cell: class.clone(),
            meaning: format!("Precision, recall and the score are about {class}."),
        };
        let readings = std::iter::once(&positive.class).chain(&positive.others).map(reading).collect();
        let column = dataset.params.label_col.clone().unwrap_or_default();
        questions.push(Question { column, about: QuestionAbout::PositiveClass, readings, reason: positive.reason.clone() });
    }
    Some(positive)
}

/// The columns that hold a model's answers: the main ones, and those that may go with them.
struct Chosen {
    columns: Vec<String>,
    beside: Vec<String>,
}

fn prediction_columns(dataset: &Dataset, source: Option<&Table>, model: &str, params: &PredictionParams) -> Result<Chosen> {
    let table = source.unwrap_or(&dataset.table);
    if let Some(said) = &params.prediction_col {
        for name in said.as_slice() {
            position(table, name, "predictionCol")?;
        }
    }
    let said = params.prediction_col.as_ref().map(|said| said.as_slice().to_vec());
    let Some(source) = source else {
        let guessed = dataset.params.prediction_col.as_ref().map(|p| p.as_slice().to_vec());
        let columns = said.or(guessed).ok_or_else(|| nothing_found(table, model))?;
        let others = dataset.info.columns.iter().filter(|c| c.role.role == Role::Prediction && !columns.contains(&c.name));
        return Ok(Chosen { beside: others.map(|c| c.name.clone()).collect(), columns });
    };
    // A file of a class and of how sure the model is of it, whatever else the data call so.
    let pair = class_and_score(source, dataset, params);
    if let Some(columns) = said {
        let guess = guess_in(source, dataset, params, false)?;
        let mut beside = guess.map(|g| g.all).unwrap_or_default();
        beside.extend(pair.into_iter().flatten());
        beside.dedup();
        beside.retain(|name| !columns.contains(name));
        return Ok(Chosen { columns, beside });
    }
    let guess = guess_in(source, dataset, params, true)?;
    let strong = guess.as_ref().is_some_and(|g| g.main.len() > 1);
    if let Some([class, score]) = pair.filter(|_| !strong) {
        return Ok(Chosen { columns: vec![class], beside: vec![score] });
    }
    let guess = match guess {
        Some(found) => Some(found),
        None => guess_in(source, dataset, params, false)?,
    };
    if let Some(Guess { main, all }) = guess {
        return Ok(Chosen { beside: all.into_iter().filter(|name| !main.contains(name)).collect(), columns: main });
    }
    // A file of nothing but predictions may call them anything.
    let key = params.id_col.as_deref().or(dataset.params.id_col.as_deref());
    let keys: Vec<&str> = dataset.info.columns.iter().filter(|c| c.role.role == Role::Id).map(|c| c.name.as_str()).collect();
    let is_key = |name: &str| Some(name) == key || keys.contains(&name) || counts_rows(source, name);
    let others: Vec<&str> = source.columns.iter().map(|c| c.name.as_str()).filter(|n| !is_key(n)).collect();
    if others.len() > 1 && dataset.task != Some(ModelTask::Regression) && sum_to_one(source, &others) {
        return Ok(Chosen { columns: others.into_iter().map(str::to_owned).collect(), beside: Vec::new() });
    }
    match others.as_slice() {
        [one] => Ok(Chosen { columns: vec![(*one).to_owned()], beside: Vec::new() }),
        _ => Err(nothing_found(source, model)),
    }
}

/// Whether a column counts the rows, as an index that was written with them does.
fn counts_rows(table: &Table, name: &str) -> bool {
    let Some(Values::Number { values, .. }) = table.column(name).map(|c| &c.values) else { return false };
    values.values().len() > 2 && values.values().windows(2).all(|pair| matches!(pair, [a, b] if *b == *a + 1.0))
}

/// Whether the numbers of all these columns sum to 1, or to 100, in most rows.
fn sum_to_one(table: &Table, names: &[&str]) -> bool {
    let columns: Option<Vec<&[f64]>> = names
        .iter()
        .map(|name| match table.column(name).map(|c| &c.values) {
            Some(Values::Number { values, .. }) => Some(values.values().as_ref()),
            _ => None,
        })
        .collect();
    let Some(columns) = columns else { return false };
    let (mut seen, mut fit) = (0usize, 0usize);
    for row in 0..table.rows.min(5_000) {
        let values: Vec<f64> = columns.iter().filter_map(|c| c.get(row).copied()).filter(|v| !v.is_nan()).collect();
        if values.len() == columns.len() {
            let sum: f64 = values.iter().sum();
            seen += 1;
            fit += usize::from(values.iter().all(|v| *v >= 0.0) && ((sum - 1.0).abs() <= 0.02 || (sum - 100.0).abs() <= 2.0));
        }
    }
    seen > 0 && fit * 10 >= seen * 9
}

/// A column of classes and one of scores, where a file of predictions has just these two: `label` and `score`, `prediction` and `confidence`.
fn class_and_score(source: &Table, dataset: &Dataset, params: &PredictionParams) -> Option<[String; 2]> {
    let key = params.id_col.as_deref().or(dataset.params.id_col.as_deref());
    let truth = dataset.params.label_col.as_deref().and_then(|name| dataset.table.column(name));
    let candidates = source.columns.iter().filter(|c| Some(c.name.as_str()) != key && !counts_rows(source, &c.name));
    let (mut classes, mut scores) = (Vec::new(), Vec::new());
    for column in candidates {
        let words = words(&column.name);
        let classy = label_name(&words) > 0.0 || crate::table::prediction_name(&words) > 0.0 || words == "decision";
        match &column.values {
            Values::Number { values, integer: false } if confidence_name(&words) && is_unit(values.values()) => scores.push(column),
            Values::Category(_) | Values::Boolean(_) | Values::Text(_) if classy => classes.push(column),
            Values::Number { integer: true, .. } if classy && values_of(column, &source.name).is_ok_and(|(_, names)| names.len() <= 30) => {
                classes.push(column);
            }
            _ => {}
        }
    }
    // A copy of the truth is no answer of the model, unless the file has nothing else.
    let copy =
        |column: &Column| truth.is_some_and(|t| t.rows() == column.rows() && (0..t.rows()).all(|row| t.cell(row) == column.cell(row)));
    if classes.len() > 1 {
        classes.retain(|column| !copy(column));
    }
    // A column called like a truth may be one: the score has to say that it goes with it.
    let is_answer = |class: &Column, score: &Column| {
        let named = crate::table::prediction_name(&words(&class.name)) > 0.0;
        (named && !copy(class)) || goes_with(class, score, dataset)
    };
    match (classes.as_slice(), scores.as_slice()) {
        ([class], [score]) if is_answer(class, score) => Some([class.name.clone(), score.name.clone()]),
        _ => None,
    }
}

/// Whether numbers lie between 0 and 1.
fn is_unit(values: &[f64]) -> bool {
    values.iter().all(|v| v.is_nan() || (0.0..=1.0).contains(v))
}

/// Whether a score is how sure a model is of the class beside it, or is cut into these classes without an exception.
fn goes_with(class: &Column, score: &Column, dataset: &Dataset) -> bool {
    let Values::Number { values, .. } = &score.values else { return false };
    let Ok((categories, mut names)) = values_of(class, "") else { return false };
    let labels = labels_of(dataset).ok().flatten().map(|(_, names)| names).unwrap_or_default();
    if labels.len() > names.len() {
        names = labels;
    }
    let least = 1.0 / names.len().max(2) as f64 - 1e-6;
    let rows = || values.values().iter().zip(&categories.codes).filter(|(v, _)| !v.is_nan());
    let seen = rows().count();
    if seen > 0 && rows().filter(|(v, _)| **v < least).count() * 100 <= seen {
        return true;
    }
    let mut ranges: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for (&value, &code) in rows() {
        let range = ranges.entry(code).or_insert((value, value));
        *range = (range.0.min(value), range.1.max(value));
    }
    matches!(ranges.into_values().collect::<Vec<_>>().as_slice(), [a, b] if a.1 < b.0 || b.1 < a.0)
}

/// Columns of a file that look like predictions.
struct Guess {
    main: Vec<String>,
    all: Vec<String>,
}

/// Guesses the prediction's columns in its own file; columns that the data have too are more likely copies.
fn guess_in(source: &Table, dataset: &Dataset, params: &PredictionParams, skip_copies: bool) -> Result<Option<Guess>> {
    let copies = source.columns.iter().filter(|c| skip_copies && dataset.table.column(&c.name).is_some());
    let is_key = |name: &str| params.id_col.as_deref() == Some(name);
    let labels = labels_of(dataset).ok().flatten().map(|(_, names)| names);
    let said = DataParams {
        class_names: params.class_names.clone().or(labels),
        id_col: params.id_col.clone().filter(|key| source.column(key).is_some()),
        ignore: Some(copies.filter(|c| !is_key(&c.name)).map(|c| c.name.clone()).collect()),
        ..DataParams::default()
    };
    let facts: Vec<ColumnFacts> = source.columns.iter().map(|c| ColumnFacts::of(c)).collect();
    let found = roles_for(source, &facts, &said, dataset.task)?;
    let of = |role: Role| source.columns.iter().zip(&found.guesses).filter(move |(_, g)| g.role == role).map(|(c, _)| c.name.clone());
    let mut all: Vec<String> = of(Role::Prediction).collect();
    // In a file of predictions, `label` is the model's.
    let labelled = of(Role::Label).next().filter(|_| skip_copies);
    let main = found.prediction.as_ref().map(|p| p.as_slice().to_vec()).or_else(|| labelled.clone().map(|name| vec![name]));
    if found.prediction.is_none() {
        all.extend(labelled);
    }
    Ok(main.map(|main| Guess { main, all }))
}

fn nothing_found(table: &Table, model: &str) -> Error {
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).take(20).collect();
    Error::new("no_predictions", format!("No column of {} looks like predictions of {model}.", table.name))
        .mend(format!("Name it in predictionCol; the columns are {}.", names.join(", ")))
        .in_file(&table.name)
}

fn suggested_task(dataset: &Dataset, predictions: &Predictions, labels: &[String]) -> ModelTask {
    let by_count = |n: usize| if n > 2 { ModelTask::MulticlassClassification } else { ModelTask::BinaryClassification };
    let label = dataset.named(dataset.params.label_col.as_ref());
    let ranked = dataset.params.query_col.is_some() && label.is_none_or(|c| matches!(c.values, Values::Number { .. }));
    match &predictions.values {
        PredictedValues::Probabilities(_) => by_count(predictions.classes.len().max(labels.len())),
        PredictedValues::Numbers(_) | PredictedValues::Score(_) | PredictedValues::Classes(_) if ranked => ModelTask::Ranking,
        PredictedValues::Score(_) => ModelTask::BinaryClassification,
        PredictedValues::Classes(_) => {
            let mut names = labels.to_vec();
            let index = ClassIndex::new(&names);
            names.extend(predictions.classes.iter().filter(|c| index.code(c).is_none()).cloned());
            by_count(names.len())
        }
        PredictedValues::Entities(_) => ModelTask::NamedEntityRecognition,
        PredictedValues::Numbers(_) => ModelTask::Regression,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use straingauge_api::{CellExample, OneOrMany, PredictionKind};

    use super::super::NO_CLASS;
    use super::*;
    use crate::table::testing::{category, lists, number, table};
    use crate::table::{MissingCells, dataset};

    fn set(columns: Vec<Column>) -> Dataset {
        dataset(Arc::new(table(columns)), "set", &DataParams::default(), None).unwrap()
    }

    fn paired(dataset: &Dataset, columns: Vec<Column>) -> Result<(Predictions, PredictionInfo)> {
        pair(dataset, Some(&table(columns)), "m", &PredictionParams::default())
    }

    fn codes(info: &PredictionInfo) -> Vec<(&str, u64)> {
        info.problems.iter().map(|p| (p.code.as_str(), p.count)).collect()
    }

    #[test]
    fn a_length_mismatch_names_both_counts_and_the_mend() {
        let error = paired(&set(vec![category("label", &["a", "b", "c"])]), vec![lists("p", 3, &[0.2, 0.3, 0.5])]).unwrap_err();
        assert_eq!(error.code, "length_mismatch");
        assert_eq!(
            error.to_string(),
            "file.csv has 1 predictions, but file.csv has 3 rows. Give one prediction a row, in the same order, or name a key column of both files in idCol."
        );
    }

    #[test]
    fn impossible_probabilities_are_counted_and_left_out() {
        let values = [0.5, 0.5, 0.5, 0.4, 1.2, -0.2, f64::NAN, 1.0, 0.25, 0.75];
        let side = set(vec![category("label", &["a", "b", "a", "b", "a"])]);
        let (predictions, info) = paired(&side, vec![lists("p", 2, &values)]).unwrap();
        let expected =
            [("missing_predictions", 1), ("probabilities_out_of_range", 1), ("probabilities_do_not_sum", 1), ("class_order_assumed", 0)];
        assert_eq!(codes(&info), expected);
        assert_eq!(info.problems[2].examples, [CellExample { row: 2, text: "sum 0.9".into() }]);
        assert_eq!(info.problems[2].details.row, Some(2));
        assert_eq!((info.rows, info.kind, info.classes.clone()), (3, PredictionKind::Probabilities, vec!["a".to_owned(), "b".to_owned()]));
        let PredictedValues::Probabilities(read) = predictions.values else { panic!() };
        assert_eq!(read[2..4], [0.5, 0.4]);
        assert!(read[4..8].iter().all(|p| p.is_nan()));
    }

    #[test]
    fn logits_are_refused_with_the_mend() {
        let error = paired(&set(vec![number("label", &[0.0, 1.0])]), vec![number("score", &[-2.5, 3.5])]).unwrap_err();
        assert_eq!((error.code, error.row), ("not_probabilities", Some(1)));
        assert!(error.to_string().contains("sigmoid"));
    }

    #[test]
    fn label_classes_without_a_probability_are_told() {
        let side = set(vec![number("label", &[0.0, 1.0, 5.0, 5.0, 2.0])]);
        let (_, info) = paired(&side, vec![lists("p", 3, &[1.0, 0.0, 0.0].repeat(5))]).unwrap();
        assert_eq!(codes(&info), [("classes_not_covered", 2)]);
        assert!(info.problems[0].message.contains("(5)"), "{}", info.problems[0].message);
        assert_eq!(info.classes, ["0", "1", "2"]);
    }

    #[test]
    fn keys_join_files_in_any_order() {
        let side = set(vec![category("ticket_id", &["t1", "t2", "t3", "t4"]), number("label", &[0.0, 1.0, 1.0, 0.0])]);
        let source = vec![category("ticket_id", &["t3", "t1", "t9", "t3", "t2"]), number("preds", &[0.3, 0.1, 0.9, 0.35, 0.2])];
        assert_eq!(paired(&side, source.clone()).unwrap_err().code, "length_mismatch");
        let by_key = PredictionParams { id_col: Some("ticket_id".into()), ..PredictionParams::default() };
        let (predictions, info) = pair(&side, Some(&table(source)), "m", &by_key).unwrap();
        assert!(matches!(&predictions.values, PredictedValues::Score(s) if s[..3] == [0.1, 0.2, 0.3] && s[3].is_nan()));
        assert_eq!(info.pairing, Pairing::Id { column: "ticket_id".into(), missing: 1, extra: 1, duplicate: 1 });
        assert_eq!(codes(&info), [("missing_keys", 1), ("extra_keys", 1), ("duplicate_keys", 1)]);
        let strangers = vec![category("ticket_id", &["x", "y", "z", "w"]), number("preds", &[0.1; 4])];
        assert_eq!(pair(&side, Some(&table(strangers)), "m", &by_key).unwrap_err().code, "keys_do_not_match");
    }

    #[test]
    fn whole_numbers_are_classes_where_the_label_says_so() {
        let side = set(vec![number("label", &[0.0, 1.0, 2.0])]);
        let (predictions, info) = paired(&side, vec![number("pred", &[2.0, 1.0, f64::NAN])]).unwrap();
        assert!(matches!(&predictions.values, PredictedValues::Classes(c) if c[..] == [1, 0, NO_CLASS]));
        assert_eq!((info.classes, info.kind), (vec!["1".to_owned(), "2".to_owned()], PredictionKind::Class));
        let quantity = set(vec![number("label", &[0.5, 1.0, 2.25])]);
        let (_, info) = paired(&quantity, vec![number("pred", &[2.0, 1.0, 3.0])]).unwrap();
        assert_eq!((info.kind, info.task), (PredictionKind::Number, ModelTask::Regression));
    }

    #[test]
    fn nothing_that_looks_like_predictions_is_an_error() {
        let side = set(vec![number("label", &[0.0, 1.0])]);
        let error = paired(&side, vec![category("a", &["x", "y"]), category("b", &["x", "y"])]).unwrap_err();
        assert_eq!((error.code, error.to_string().ends_with("the columns are a, b.")), ("no_predictions", true));
        let params = PredictionParams { prediction_col: Some(OneOrMany::One("pp".into())), ..PredictionParams::default() };
        let error = pair(&side, Some(&table(vec![number("p", &[0.1, 0.2])])), "m", &params).unwrap_err();
        assert_eq!(error.to_string(), "file.csv has no column pp, which predictionCol names. Did you mean p?");
    }

    #[test]
    fn given_class_names_must_be_as_many() {
        let side = set(vec![category("label", &["a", "b"])]);
        let params = PredictionParams { class_names: Some(vec!["a".into(), "b".into(), "c".into()]), ..PredictionParams::default() };
        let source = table(vec![lists("p", 2, &[0.5, 0.5, 0.1, 0.9])]);
        assert_eq!(pair(&side, Some(&source), "m", &params).unwrap_err().code, "class_names_mismatch");
    }
    #[test]
    fn a_missing_spelling_that_the_other_file_has_as_a_class_is_one() {
        let spelled = |values: &[&str], rows: &[u32]| {
            let mut column = category("label", values);
            column.cells.missing = MissingCells {
                spellings: vec!["none".into()],
                counts: vec![rows.len() as u64],
                rows: rows.to_vec(),
                codes: vec![0; rows.len()],
            };
            column
        };
        let params = || PredictionParams { prediction_col: Some(OneOrMany::One("label".into())), ..PredictionParams::default() };
        let (label, all) = (spelled(&["mild", "", "severe", ""], &[1, 3]), category("label", &["mild", "none", "severe", "mild"]));
        for (truth, said) in [(label.clone(), all.clone()), (all, label)] {
            let side = set(vec![truth]);
            let (predictions, info) = pair(&side, Some(&table(vec![said])), "m", &params()).unwrap();
            assert!(codes(&info).iter().any(|(code, _)| *code == "missing_is_a_class"), "{:?}", info.problems);
            let input = (&side, Some(&predictions));
            let found = super::super::outcomes(ModelTask::MulticlassClassification, input, input, None, None).unwrap().0;
            assert_eq!((found.classes.len(), predictions.present()), (3, 4));
            let super::super::Truth::Classes(truth) = &found.truth else { panic!() };
            let right = truth.iter().zip(found.predicted_classes().unwrap()).filter(|(t, p)| t == p && **t != NO_CLASS).count();
            assert_eq!(right, 3);
        }
        // A spelling that no class has stays missing.
        let side = set(vec![spelled(&["mild", "", "severe", ""], &[1, 3])]);
        let (_, info) = pair(&side, Some(&table(vec![category("label", &["mild", "mild", "severe", "mild"])])), "m", &params()).unwrap();
        assert_eq!(codes(&info), []);
    }
}
