//! Predictions meet their rows: row i for row i, or by key.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use straingauge_api::{
    CellExample, DataParams, ErrorDetails, ModelTask, OneOrMany, Pairing, PredictionInfo, PredictionParams, Problem, ProblemLevel, Role,
};

use super::classes::{ClassIndex, by_position, labels_of, positions, sort, values_of};
use super::{ClassesFrom, NO_CLASS, PredictedValues, Predictions};
use crate::table::{Column, ColumnFacts, Dataset, Table, Values, class_of_probability_column, cut, roles};
use crate::{Error, Result};

/// Probabilities may miss a sum of 1 by what rounding to three digits can do, and by 0.001 at least.
const SUM_TOLERANCE: f64 = 1e-3;
/// The most that rounding is granted, whatever the number of classes.
const MOST_TOLERANCE: f64 = 0.02;
/// Examples kept a problem.
const EXAMPLES: usize = 5;
/// Whole numbers with more values than this are numbers, not classes, where no label says otherwise.
const FEW_CLASSES: usize = 30;

/// Pairs the predictions of `model` with the rows of `dataset`.
///
/// `source` is the predictions' own file; `None` where they stand in the data set's file (`dataset.params.prediction_col`).
/// Two files are joined by `params.id_col`, or by the data set's id column where the predictions have it too, else row by row.
///
/// A row whose prediction is not a number, or has a probability outside [0, 1], counts as one without prediction. Both, and
/// probabilities that do not sum to 1 within 0.001 (0.0005 a class beyond two), are counted among the problems.
///
/// # Errors
/// `length_mismatch`, `unknown_column`, `no_predictions`, `class_names_mismatch`, `not_numeric`, `not_probabilities`, `keys_do_not_match`.
pub fn pair(dataset: &Dataset, source: Option<&Table>, model: &str, params: &PredictionParams) -> Result<(Predictions, PredictionInfo)> {
    let table = source.unwrap_or(&dataset.table);
    let columns = prediction_columns(dataset, source, model, params)?;
    let mut problems = Vec::new();
    let (rows, pairing) = match source {
        None => (RowMap::Same, Pairing::SameFile),
        Some(source) => match_rows(dataset, source, params.id_col.as_deref(), &mut problems)?,
    };
    let reading =
        Reading { dataset, table, rows: &rows, class_names: params.class_names.as_deref().or(dataset.params.class_names.as_deref()) };
    let predictions = reading.read(&columns, &mut problems)?;
    reading.uncovered_classes(&predictions, &mut problems)?;
    problems.sort_by_key(|p| std::cmp::Reverse(p.level));
    let info = PredictionInfo {
        dataset: dataset.name.clone(),
        model: model.to_owned(),
        file: table.name.clone(),
        sha256: table.sha256.clone(),
        rows: predictions.present() as u64,
        kind: predictions.kind(),
        columns,
        classes: predictions.classes.clone(),
        task: suggested_task(dataset, &predictions)?,
        pairing,
        problems,
    };
    Ok((predictions, info))
}

/// Which row of the prediction file belongs to each row of the data.
enum RowMap {
    Same,
    Joined(Vec<Option<u32>>),
}

impl RowMap {
    fn source_row(&self, row: usize) -> Option<usize> {
        match self {
            Self::Same => Some(row),
            Self::Joined(rows) => rows.get(row).copied().flatten().map(|r| r as usize),
        }
    }
}

fn prediction_columns(dataset: &Dataset, source: Option<&Table>, model: &str, params: &PredictionParams) -> Result<Vec<String>> {
    let table = source.unwrap_or(&dataset.table);
    if let Some(said) = &params.prediction_col {
        for name in said.as_slice() {
            crate::table::position(table, name, "predictionCol")?;
        }
        return Ok(said.as_slice().to_vec());
    }
    let Some(source) = source else {
        let guessed = dataset.params.prediction_col.as_ref().map(|p| p.as_slice().to_vec());
        return guessed.ok_or_else(|| nothing_found(table, model));
    };
    if let Some(found) = guess_in(source, dataset, params, true)?.or(guess_in(source, dataset, params, false)?) {
        return Ok(found.as_slice().to_vec());
    }
    // A file of nothing but predictions may call them anything.
    let key = params.id_col.as_deref().or(dataset.params.id_col.as_deref());
    let others: Vec<&str> = source.columns.iter().map(|c| c.name.as_str()).filter(|n| Some(*n) != key).collect();
    match others.as_slice() {
        [one] => Ok(vec![(*one).to_owned()]),
        _ => Err(nothing_found(source, model)),
    }
}

/// Guesses the prediction's columns in its own file; columns that the data have too are more likely copies.
fn guess_in(source: &Table, dataset: &Dataset, params: &PredictionParams, skip_copies: bool) -> Result<Option<OneOrMany>> {
    let copies = source.columns.iter().filter(|c| skip_copies && dataset.table.column(&c.name).is_some());
    let is_key = |name: &str| params.id_col.as_deref() == Some(name);
    let said = DataParams {
        class_names: params.class_names.clone(),
        id_col: params.id_col.clone(),
        ignore: Some(copies.filter(|c| !is_key(&c.name)).map(|c| c.name.clone()).collect()),
        ..DataParams::default()
    };
    let facts: Vec<ColumnFacts> = source.columns.iter().map(|c| ColumnFacts::of(c)).collect();
    let found = roles(source, &facts, &said)?;
    // In a file of predictions, `label` is the model's.
    let labelled = || found.first(source, Role::Label).filter(|_| skip_copies).map(|n| OneOrMany::One(n.to_owned()));
    Ok(found.prediction.clone().or_else(labelled))
}

fn nothing_found(table: &Table, model: &str) -> Error {
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).take(20).collect();
    Error::new("no_predictions", format!("No column of {} looks like predictions of {model}.", table.name))
        .mend(format!("Name it in predictionCol; the columns are {}.", names.join(", ")))
        .in_file(&table.name)
}

fn match_rows(dataset: &Dataset, source: &Table, id_col: Option<&str>, problems: &mut Vec<Problem>) -> Result<(RowMap, Pairing)> {
    let shared = || dataset.params.id_col.as_deref().filter(|name| source.column(name).is_some());
    if let Some(key) = id_col.or_else(shared) {
        return join(dataset, source, key, problems);
    }
    if source.rows != dataset.rows() {
        let message = format!("{} has {} predictions, but {} has {} rows.", source.name, source.rows, dataset.info.file, dataset.rows());
        return Err(Error::new("length_mismatch", message)
            .mend("Give one prediction a row, in the same order, or name a key column of both files in idCol.")
            .in_file(&source.name));
    }
    Ok((RowMap::Same, Pairing::Row))
}

fn join(dataset: &Dataset, source: &Table, key: &str, problems: &mut Vec<Problem>) -> Result<(RowMap, Pairing)> {
    crate::table::position(&dataset.table, key, "idCol")?;
    crate::table::position(source, key, "idCol")?;
    let (Some(ours), Some(theirs)) = (dataset.table.column(key), source.column(key)) else { return Ok((RowMap::Same, Pairing::Row)) };
    let mut row_of: HashMap<String, u32> = HashMap::new();
    let (mut duplicate, mut first_duplicate) = (0u64, Vec::new());
    for row in 0..source.rows {
        let Some(cell) = theirs.cell(row) else { continue };
        match row_of.entry(cell) {
            Entry::Vacant(slot) => {
                slot.insert(row as u32);
            }
            Entry::Occupied(slot) => {
                duplicate += 1;
                note(&mut first_duplicate, row, slot.key());
            }
        }
    }
    let mut used = vec![false; source.rows];
    let (mut missing, mut first_missing) = (0u64, Vec::new());
    let mut joined = Vec::with_capacity(dataset.rows());
    for row in 0..dataset.rows() {
        let cell = ours.cell(row);
        let found = cell.as_ref().and_then(|c| row_of.get(c)).copied();
        if let Some(slot) = found.and_then(|at| used.get_mut(at as usize)) {
            *slot = true;
        } else {
            missing += 1;
            note(&mut first_missing, row, cell.as_deref().unwrap_or(""));
        }
        joined.push(found);
    }
    if missing == dataset.rows() as u64 {
        let message = format!("No value of {key} in {} is one of {}.", source.name, dataset.info.file);
        return Err(Error::new("keys_do_not_match", message)
            .mend("Name a key column that both files share in idCol, or leave idCol out where rows stand in the same order.")
            .in_file(&source.name)
            .in_column(key));
    }
    let firsts: std::collections::BTreeSet<u32> = row_of.into_values().collect();
    let extra_rows = firsts.into_iter().filter(|&row| used.get(row as usize) == Some(&false));
    let (mut extra, mut first_extra) = (0u64, Vec::new());
    for row in extra_rows {
        extra += 1;
        note(&mut first_extra, row as usize, &theirs.cell(row as usize).unwrap_or_default());
    }
    let mut report = |code: &str, count: u64, file: &str, what: String, mend: &str, examples: Vec<CellExample>| {
        if count > 0 {
            problems.push(problem(code, ProblemLevel::Warning, what, count, (file, Some(key)), mend, examples));
        }
    };
    let data = dataset.info.file.as_str();
    let text = format!("{missing} rows of {data} have no prediction in {}; they count as rows without prediction.", source.name);
    report("missing_keys", missing, data, text, "Add the predictions of these rows.", first_missing);
    let text = format!("{extra} predictions of {} belong to no row of {data}; they are left out.", source.name);
    report("extra_keys", extra, &source.name, text, "Nothing, if the data are a part of what was predicted.", first_extra);
    let text = format!("{duplicate} predictions of {} repeat a key; the first of each counts.", source.name);
    report("duplicate_keys", duplicate, &source.name, text, "Keep one prediction a key.", first_duplicate);
    Ok((RowMap::Joined(joined), Pairing::Id { column: key.to_owned(), missing, extra, duplicate }))
}

fn note(examples: &mut Vec<CellExample>, row: usize, text: &str) {
    if examples.len() < EXAMPLES {
        examples.push(CellExample { row: row as u64 + 1, text: cut(text) });
    }
}

fn problem(
    code: &str,
    level: ProblemLevel,
    message: String,
    count: u64,
    (file, column): (&str, Option<&str>),
    mend: &str,
    examples: Vec<CellExample>,
) -> Problem {
    let row = examples.first().map(|e| e.row);
    let details = ErrorDetails { file: Some(file.to_owned()), row, column: column.map(str::to_owned), mend: Some(mend.to_owned()) };
    Problem { code: code.to_owned(), level, message, count, details, examples }
}

/// Reads predictions out of the columns that hold them.
struct Reading<'a> {
    dataset: &'a Dataset,
    table: &'a Table,
    rows: &'a RowMap,
    class_names: Option<&'a [String]>,
}

impl Reading<'_> {
    fn read(&self, names: &[String], problems: &mut Vec<Problem>) -> Result<Predictions> {
        let columns: Vec<&Column> = names.iter().filter_map(|n| self.table.column(n)).map(AsRef::as_ref).collect();
        let [column] = columns.as_slice() else {
            let numbers = columns.iter().map(|c| self.numbers_of(c)).collect::<Result<Vec<_>>>()?;
            let width = numbers.len();
            let row = |at: usize, out: &mut Vec<f64>| out.extend(numbers.iter().map(|n| n.get(at).copied().unwrap_or(f64::NAN)));
            let (classes, from) = match self.given(width, names)? {
                Some(given) => (given, ClassesFrom::Given),
                None => (class_names_of_columns(names), ClassesFrom::Columns),
            };
            return self.probabilities(width, row, classes, from, &names.join(", "), problems);
        };
        match &column.values {
            Values::List(list) if list.width > 1 => {
                let labels = labels_of(self.dataset)?.map(|(_, names)| names).unwrap_or_default();
                let (classes, from) = match (self.given(list.width, names)?, by_position(&labels, list.width)) {
                    (Some(given), _) => (given, ClassesFrom::Given),
                    (None, Some(classes)) => (classes, ClassesFrom::Labels),
                    (None, None) => (positions(list.width), ClassesFrom::Positions),
                };
                let row = |at: usize, out: &mut Vec<f64>| out.extend_from_slice(list.row(at));
                self.probabilities(list.width, row, classes, from, &column.name, problems)
            }
            Values::List(list) => self.score_or_number(column, &list.values, problems),
            Values::Number { .. } if self.are_classes(column) => self.classes(column, problems),
            Values::Number { values, .. } => self.score_or_number(column, values.values(), problems),
            Values::Boolean(_) | Values::Category(_) | Values::Text(_) => self.classes(column, problems),
            Values::Timestamp(_) => Err(self.not_numeric(column)),
        }
    }

    fn given(&self, width: usize, columns: &[String]) -> Result<Option<Vec<String>>> {
        let Some(given) = self.class_names else { return Ok(None) };
        if given.len() == width {
            return Ok(Some(given.to_vec()));
        }
        let message = format!(
            "{} class names are given, but {} of {} holds {width} probabilities a row.",
            given.len(),
            columns.join(", "),
            self.table.name
        );
        Err(Error::new("class_names_mismatch", message)
            .mend("Name each class once in classNames, in the order of the probabilities.")
            .in_file(&self.table.name))
    }

    fn numbers_of<'c>(&self, column: &'c Column) -> Result<&'c [f64]> {
        match &column.values {
            Values::Number { values, .. } => Ok(values.values()),
            _ => Err(self.not_numeric(column)),
        }
    }

    fn not_numeric(&self, column: &Column) -> Error {
        Error::new(
            "not_numeric",
            format!("Column {} of {} does not hold numbers and cannot be a prediction.", column.name, self.table.name),
        )
        .mend("Name another column in predictionCol.")
        .in_file(&self.table.name)
        .in_column(&column.name)
    }

    /// Whether whole numbers are classes: the label's values, or few where there is no label.
    fn are_classes(&self, column: &Column) -> bool {
        if !matches!(column.values, Values::Number { integer: true, .. }) {
            return false;
        }
        let Ok((_, values)) = values_of(column, &self.table.name) else { return false };
        let label = self.dataset.named(self.dataset.params.label_col.as_ref());
        let labels = if label.is_some() { labels_of(self.dataset).unwrap_or(None) } else { None };
        match (label.map(|l| &l.values), labels) {
            // A label of many numbers, or with fractions, is a quantity.
            (Some(Values::Number { integer: false, .. }), _) => false,
            (Some(_), Some((_, labels))) => {
                let index = ClassIndex::new(&labels);
                labels.len() <= FEW_CLASSES && values.iter().filter(|v| index.code(v).is_some()).count() * 2 >= values.len()
            }
            _ => values.len() <= FEW_CLASSES,
        }
    }

    fn probabilities(
        &self,
        width: usize,
        fill: impl Fn(usize, &mut Vec<f64>),
        classes: Vec<String>,
        classes_from: ClassesFrom,
        columns: &str,
        problems: &mut Vec<Problem>,
    ) -> Result<Predictions> {
        let tolerance = (width as f64 * 0.0005).clamp(SUM_TOLERANCE, MOST_TOLERANCE);
        let mut values = Vec::with_capacity(self.dataset.rows() * width);
        let mut row = Vec::with_capacity(width);
        let (mut missing, mut outside, mut unsummed) = (Counted::default(), Counted::default(), Counted::default());
        for at in 0..self.dataset.rows() {
            row.clear();
            let source_row = self.rows.source_row(at);
            if let Some(source_row) = source_row {
                fill(source_row, &mut row);
            }
            let sum: f64 = row.iter().sum();
            let bad = if row.len() != width || row.iter().any(|p| p.is_nan()) {
                if let Some(source_row) = source_row {
                    missing.add(source_row, String::new);
                }
                true
            } else if let Some(p) = row.iter().find(|p| !(0.0..=1.0).contains(*p)) {
                outside.add(source_row.unwrap_or(at), || crate::table::number_text(*p));
                true
            } else {
                if (sum - 1.0).abs() > tolerance {
                    unsummed.add(source_row.unwrap_or(at), || format!("sum {}", crate::table::number_text(crate::math::round12(sum))));
                }
                false
            };
            if bad {
                values.extend(std::iter::repeat_n(f64::NAN, width));
            } else {
                values.extend_from_slice(&row);
            }
        }
        self.report_missing(missing, columns, problems);
        self.report_outside(outside, columns, problems)?;
        let (count, file) = (unsummed.count, &self.table.name);
        if count > 0 {
            let text = format!("{count} rows of {file} have probabilities that do not sum to 1 ({columns}); they are used as they stand.");
            let mend = "Log probabilities after the softmax, one for each class.";
            let place = (file.as_str(), Some(columns));
            problems.push(problem("probabilities_do_not_sum", ProblemLevel::Warning, text, count, place, mend, unsummed.examples));
        }
        Ok(Predictions { values: PredictedValues::Probabilities(values), classes, classes_from })
    }

    fn score_or_number(&self, column: &Column, numbers: &[f64], problems: &mut Vec<Problem>) -> Result<Predictions> {
        let present = || numbers.iter().filter(|v| !v.is_nan());
        let within = present().filter(|v| (0.0..=1.0).contains(*v)).count();
        let label = self.dataset.named(self.dataset.params.label_col.as_ref()).filter(|_| self.dataset.info.labelled > 0);
        let score = match label.map(|column| &column.values) {
            None => within == present().count(),
            // A label with fractions is a quantity, and so are predictions of it.
            Some(Values::Number { integer: false, .. }) => false,
            Some(_) => labels_of(self.dataset).unwrap_or(None).is_some_and(|(_, names)| names.len() <= 2),
        };
        let mut values = Vec::with_capacity(self.dataset.rows());
        let (mut missing, mut outside) = (Counted::default(), Counted::default());
        for at in 0..self.dataset.rows() {
            let source_row = self.rows.source_row(at);
            let value = source_row.and_then(|r| numbers.get(r)).copied().unwrap_or(f64::NAN);
            let kept = if value.is_nan() {
                if let Some(source_row) = source_row {
                    missing.add(source_row, String::new);
                }
                f64::NAN
            } else if score && !(0.0..=1.0).contains(&value) {
                outside.add(source_row.unwrap_or(at), || crate::table::number_text(value));
                f64::NAN
            } else {
                value
            };
            values.push(kept);
        }
        self.report_missing(missing, &column.name, problems);
        self.report_outside(outside, &column.name, problems)?;
        let values = if score { PredictedValues::Score(values) } else { PredictedValues::Numbers(values) };
        Ok(Predictions { values, classes: Vec::new(), classes_from: ClassesFrom::Positions })
    }

    fn classes(&self, column: &Column, problems: &mut Vec<Problem>) -> Result<Predictions> {
        let (categories, sorted) = values_of(column, &self.table.name)?;
        let index = ClassIndex::new(&sorted);
        let codes = index.translate(&categories.names);
        let mut missing = Counted::default();
        let values = (0..self.dataset.rows())
            .map(|at| {
                let source_row = self.rows.source_row(at)?;
                let code = categories.codes.get(source_row).and_then(|&c| codes.get(c as usize).copied().flatten());
                if code.is_none() {
                    missing.add(source_row, String::new);
                }
                code
            })
            .map(|code| code.unwrap_or(NO_CLASS))
            .collect();
        self.report_missing(missing, &column.name, problems);
        Ok(Predictions { values: PredictedValues::Classes(values), classes: sorted, classes_from: ClassesFrom::Columns })
    }

    fn report_missing(&self, missing: Counted, columns: &str, problems: &mut Vec<Problem>) {
        if missing.count > 0 {
            let (file, count) = (self.table.name.as_str(), missing.count);
            let text =
                format!("{count} rows of {file} have no number for a prediction ({columns}); they count as rows without prediction.");
            let mend = "Log a prediction for every row, or leave these rows out of both files.";
            problems.push(problem(
                "missing_predictions",
                ProblemLevel::Warning,
                text,
                count,
                (file, Some(columns)),
                mend,
                missing.examples,
            ));
        }
    }

    fn report_outside(&self, outside: Counted, columns: &str, problems: &mut Vec<Problem>) -> Result<()> {
        let (file, count) = (self.table.name.as_str(), outside.count);
        if count * 2 > self.dataset.rows() as u64 {
            let first = outside.examples.first();
            let value = first.map(|e| e.text.clone()).unwrap_or_default();
            let message = format!("{columns} of {file} does not hold probabilities: {count} rows lie outside 0 to 1, such as {value}.");
            return Err(Error::new("not_probabilities", message)
                .mend("Put scores through the model's sigmoid or softmax first, or choose a regression task.")
                .in_file(file)
                .in_column(columns)
                .at_row(first.map_or(1, |e| e.row)));
        }
        if count > 0 {
            let text =
                format!("{count} rows of {file} have a probability outside 0 to 1 ({columns}); they count as rows without prediction.");
            let mend = "Log probabilities, not scores before the sigmoid or softmax.";
            problems.push(problem(
                "probabilities_out_of_range",
                ProblemLevel::Warning,
                text,
                count,
                (file, Some(columns)),
                mend,
                outside.examples,
            ));
        }
        Ok(())
    }

    /// Label classes without a probability: such rows can only be wrong.
    fn uncovered_classes(&self, predictions: &Predictions, problems: &mut Vec<Problem>) -> Result<()> {
        if !matches!(predictions.values, PredictedValues::Probabilities(_)) {
            return Ok(());
        }
        let Some((labels, names)) = labels_of(self.dataset)? else { return Ok(()) };
        let index = ClassIndex::new(&predictions.classes);
        let uncovered: Vec<&String> = names.iter().filter(|n| index.code(n).is_none()).collect();
        if uncovered.is_empty() {
            return Ok(());
        }
        let lacks: Vec<bool> = labels.names.iter().map(|n| uncovered.contains(&n)).collect();
        let mut rows = Counted::default();
        for (row, &code) in labels.codes.iter().enumerate() {
            if lacks.get(code as usize) == Some(&true) {
                rows.add(row, || labels.names.get(code as usize).cloned().unwrap_or_default());
            }
        }
        let shown: Vec<&str> = uncovered.iter().take(5).map(|n| n.as_str()).collect();
        let more = if uncovered.len() > 5 { ", …" } else { "" };
        let (file, label) = (self.dataset.info.file.as_str(), self.dataset.params.label_col.as_deref());
        let text = format!(
            "{} label classes of {file} have no probability in {} ({}{more}); their {} rows can only count as wrong.",
            uncovered.len(),
            self.table.name,
            shown.join(", "),
            rows.count
        );
        let mend = "Name the classes in the order of the probabilities in classNames, or log a probability for every class.";
        problems.push(problem("classes_not_covered", ProblemLevel::Warning, text, rows.count, (file, label), mend, rows.examples));
        Ok(())
    }
}

/// Rows counted, the first few kept.
#[derive(Default)]
struct Counted {
    count: u64,
    examples: Vec<CellExample>,
}

impl Counted {
    fn add(&mut self, row: usize, text: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(CellExample { row: row as u64 + 1, text: cut(&text()) });
        }
    }
}

/// Classes from column names: without the prefix that all of them share.
fn class_names_of_columns(names: &[String]) -> Vec<String> {
    let split: Option<Vec<(&str, &str)>> = names.iter().map(|n| class_of_probability_column(n)).collect();
    match split {
        Some(split) if split.iter().all(|(prefix, _)| split.first().is_some_and(|(first, _)| first == prefix)) => {
            split.into_iter().map(|(_, class)| class.to_owned()).collect()
        }
        _ => names.to_vec(),
    }
}

fn suggested_task(dataset: &Dataset, predictions: &Predictions) -> Result<ModelTask> {
    let by_count = |n: usize| if n > 2 { ModelTask::MulticlassClassification } else { ModelTask::BinaryClassification };
    Ok(match &predictions.values {
        PredictedValues::Probabilities(_) => by_count(predictions.classes.len()),
        PredictedValues::Score(_) => ModelTask::BinaryClassification,
        PredictedValues::Classes(_) => {
            let mut names = labels_of(dataset)?.map(|(_, names)| names).unwrap_or_default();
            let index = ClassIndex::new(&names);
            names.extend(predictions.classes.iter().filter(|c| index.code(c).is_none()).cloned());
            sort(&mut names);
            by_count(names.len())
        }
        PredictedValues::Numbers(_) if dataset.params.query_col.is_some() => ModelTask::Ranking,
        PredictedValues::Numbers(_) => ModelTask::Regression,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use straingauge_api::PredictionKind;

    use super::*;
    use crate::table::dataset;
    use crate::table::testing::{category, lists, number, table};

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
        assert_eq!(codes(&info), [("missing_predictions", 1), ("probabilities_out_of_range", 1), ("probabilities_do_not_sum", 1)]);
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
        let (predictions, info) = paired(&side, source).unwrap();
        assert!(matches!(&predictions.values, PredictedValues::Score(s) if s[..3] == [0.1, 0.2, 0.3] && s[3].is_nan()));
        assert_eq!(info.pairing, Pairing::Id { column: "ticket_id".into(), missing: 1, extra: 1, duplicate: 1 });
        assert_eq!(codes(&info), [("missing_keys", 1), ("extra_keys", 1), ("duplicate_keys", 1)]);
        let strangers = vec![category("ticket_id", &["x", "y", "z", "w"]), number("preds", &[0.1; 4])];
        assert_eq!(paired(&side, strangers).unwrap_err().code, "keys_do_not_match");
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
}
