//! Predictions read out of the columns that hold them, whatever form they were logged in.

use straingauge_api::{ModelTask, Problem, ProblemLevel, Question};

use super::alignment::align;
use super::classes::{ClassIndex, by_position, labels_of, positions, spelled_like, values_among, values_of};
use super::confidence::{ClassAndScore, Said, note};
use super::counted::{Counted, warning};
use super::distributions::{Distributions, distributions, named_beside};
use super::joining::RowMap;
use super::{ClassesFrom, Decisions, NO_CLASS, PredictedValues, Predictions};
use crate::math::round12;
use crate::table::{Column, Dataset, Table, Values, entities, number_text, probability_name, says_percent, words};
use crate::{Error, Result};

/// Probabilities may miss a sum of 1 by what rounding to three digits can do, and by 0.001 at least.
const SUM_TOLERANCE: f64 = 1e-3;
/// The most that rounding is granted, whatever the number of classes.
const MOST_TOLERANCE: f64 = 0.02;
/// Whole numbers with more values than this are numbers, not classes, where no label says otherwise.
const FEW_CLASSES: usize = 30;

/// Scores from which it is odd that none is under a half.
const MANY_SCORES: u64 = 20;
/// Percentages are at least so many times as large as shares, by the largest of each.
const PERCENT_SCALE: f64 = 10.0;

/// Reads predictions out of the columns that hold them.
pub struct Reading<'a> {
    /// The data set.
    pub dataset: &'a Dataset,
    /// The table that holds the predictions.
    pub table: &'a Table,
    /// Which of its rows belongs to which.
    pub rows: &'a RowMap,
    /// The names that the reader gave the classes.
    pub class_names: Option<&'a [String]>,
    /// The sorted classes of the labels; empty where there are none.
    pub labels: &'a [String],
    /// The column that the reader named, where it is one.
    pub said: Option<&'a str>,
}

/// Predictions, and the columns that they were read from.
pub struct ReadPredictions {
    /// The predictions.
    pub predictions: Predictions,
    /// The columns of their scores, or of their classes.
    pub columns: Vec<String>,
    /// The column of the decisions, where scores stand in others.
    pub decisions: Option<String>,
}

impl Reading<'_> {
    /// One prediction a row of the data set, from these columns and from those that go `beside` them (a decision beside scores); what is
    /// odd is added to `problems`.
    ///
    /// # Errors
    /// `class_names_mismatch`, `not_numeric`, `not_probabilities`.
    pub fn read(
        &self,
        names: &[String],
        beside: &[String],
        problems: &mut Vec<Problem>,
        questions: &mut Vec<Question>,
    ) -> Result<ReadPredictions> {
        let mut own = Vec::new();
        let alone = self.read_alone(names, &mut own, questions);
        if self.of_numbers() {
            problems.append(&mut own);
            return Ok(ReadPredictions { predictions: alone?, columns: names.to_vec(), decisions: None });
        }
        let others: Vec<&Column> = beside.iter().filter_map(|name| self.table.column(name)).map(AsRef::as_ref).collect();
        let main = names.first().filter(|_| names.len() == 1).and_then(|name| self.table.column(name)).map(AsRef::as_ref);
        let is_class = |predictions: &Predictions| matches!(predictions.values, PredictedValues::Classes(_));
        if let (Some(main), Ok(predictions)) = (main, &alone) {
            let found = if is_class(predictions) {
                self.probabilities_beside(main, &others, problems).or_else(|| self.score_beside(main, &others, problems, questions))
            } else if matches!(predictions.values, PredictedValues::Score(_)) {
                others.iter().find_map(|decided| self.class_and_score(decided, main, others.len() == 1, problems, questions))
            } else {
                None
            };
            if let Some(found) = found {
                return Ok(found);
            }
        }
        problems.append(&mut own);
        let mut predictions = alone?;
        let mut decisions: Option<String> = None;
        if matches!(predictions.values, PredictedValues::Probabilities(_))
            && let Some((name, decided)) = others.iter().find_map(|c| Some((c.name.clone(), self.decisions_of(c, &predictions)?)))
        {
            predictions.decisions = Some(decided);
            decisions = Some(name);
        }
        let unused: Vec<&str> = others.iter().map(|c| c.name.as_str()).filter(|name| decisions.as_deref() != Some(*name)).collect();
        if !unused.is_empty() {
            let text = format!(
                "{} of {} look like predictions too and are not used: the predictions are {}.",
                unused.join(", "),
                self.table.name,
                names.join(", ")
            );
            let mend = "Name the columns of the predictions in predictionCol.";
            problems.push(note("prediction_columns_unused", text, &self.table.name, unused.first().copied(), mend));
        }
        Ok(ReadPredictions { predictions, columns: names.to_vec(), decisions })
    }

    /// Whether the task is about numbers, whatever this batch looks like.
    fn of_numbers(&self) -> bool {
        matches!(self.dataset.task, Some(ModelTask::Regression | ModelTask::Ranking))
    }

    fn of_classes(&self) -> bool {
        matches!(
            self.dataset.task,
            Some(ModelTask::BinaryClassification | ModelTask::MulticlassClassification | ModelTask::NaturalLanguageInference)
        )
    }

    /// Predictions from these columns alone.
    fn read_alone(&self, names: &[String], problems: &mut Vec<Problem>, questions: &mut Vec<Question>) -> Result<Predictions> {
        let columns: Vec<&Column> = names.iter().filter_map(|n| self.table.column(n)).map(AsRef::as_ref).collect();
        let [column] = columns.as_slice() else {
            let numbers = columns.iter().map(|c| self.numbers_of(c)).collect::<Result<Vec<_>>>()?;
            let width = numbers.len();
            let row = |at: usize, out: &mut Vec<f64>| out.extend(numbers.iter().map(|n| n.get(at).copied().unwrap_or(f64::NAN)));
            let (classes, from) = match self.given(width, names)? {
                Some(given) => (given, ClassesFrom::Given),
                None => (names.to_vec(), ClassesFrom::Columns),
            };
            return self.probabilities(width, row, classes, from, &names.join(", "), problems);
        };
        if self.of_numbers() && self.dataset.task == Some(ModelTask::Regression) && !matches!(column.values, Values::List(_)) {
            return self.numbers(column, problems);
        }
        if let Some(listed) = distributions(column).or_else(|| named_beside(self.table, column)) {
            return self.distributions(column, &listed, problems, questions);
        }
        match &column.values {
            Values::List(list) if list.width > 1 => {
                let (classes, from) = match (self.given(list.width, names)?, by_position(self.labels, list.width)) {
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
            Values::Category(_) | Values::Text(_) if column.lists_entities() => Ok(self.entities(column, problems)),
            Values::Boolean(_) | Values::Category(_) | Values::Text(_) => self.classes(column, problems),
            Values::Timestamp(_) => Err(self.not_numeric(column)),
        }
    }

    /// Lists of classes with their scores.
    fn distributions(
        &self,
        column: &Column,
        listed: &Distributions,
        problems: &mut Vec<Problem>,
        questions: &mut Vec<Question>,
    ) -> Result<Predictions> {
        if !listed.names_one() {
            let row = |at: usize, out: &mut Vec<f64>| listed.fill(at, out);
            return self.probabilities(listed.classes.len(), row, listed.classes.clone(), ClassesFrom::Columns, &column.name, problems);
        }
        let (codes, scores) = listed.singles();
        let (codes, scores) = (self.by_row(&codes, NO_CLASS), self.by_row(&scores, f64::NAN));
        let both = ClassAndScore {
            codes: codes.clone(),
            classes: listed.classes.clone(),
            scores,
            labels: self.labels,
            file: &self.table.name,
            columns: [&column.name, &column.name],
            says_probability: false,
            surely_together: true,
            said: Some(Said::Class),
        };
        let read = both.read(problems, questions);
        Ok(read.unwrap_or_else(|| Predictions::of_classes(PredictedValues::Classes(codes), listed.classes.clone(), ClassesFrom::Columns)))
    }

    /// What a column of the predictions' table has for each row of the data.
    fn by_row<T: Copy>(&self, values: &[T], missing: T) -> Vec<T> {
        let of = |row: usize| self.rows.source_row(row).and_then(|source| values.get(source).copied());
        (0..self.dataset.rows()).map(|row| of(row).unwrap_or(missing)).collect()
    }

    /// The classes that a column names, where it names any.
    fn coded(&self, column: &Column) -> Option<(Vec<u32>, Vec<String>)> {
        let few = match &column.values {
            Values::Boolean(_) | Values::Category(_) | Values::Text(_) => true,
            Values::Number { integer, .. } => *integer,
            Values::List(_) | Values::Timestamp(_) => false,
        };
        if !few {
            return None;
        }
        let (categories, sorted) = values_among(column, &self.table.name, self.labels).ok()?;
        if sorted.len() > FEW_CLASSES.max(self.labels.len()) {
            return None;
        }
        let codes = ClassIndex::new(&sorted).translate(&categories.names);
        let codes: Vec<u32> = categories.codes.iter().map(|&c| codes.get(c as usize).copied().flatten().unwrap_or(NO_CLASS)).collect();
        Some((self.by_row(&codes, NO_CLASS), sorted))
    }

    /// A class and a score of one model, in whichever order they were named.
    fn class_and_score(
        &self,
        decided: &Column,
        scored: &Column,
        alone: bool,
        problems: &mut Vec<Problem>,
        questions: &mut Vec<Question>,
    ) -> Option<ReadPredictions> {
        let Values::Number { values, integer: false } = &scored.values else { return None };
        let (codes, classes) = self.coded(decided)?;
        let mut scores = self.by_row(values.values(), f64::NAN);
        let percent = scores.iter().any(|s| *s > 1.0) && says_percent(&scored.name);
        if percent {
            for score in &mut scores {
                *score /= 100.0;
            }
        }
        let last = words(&scored.name);
        let last = last.rsplit(' ').next().unwrap_or_default();
        let missing = scores.iter().zip(&codes).enumerate().filter(|(_, (s, c))| s.is_nan() || **c == NO_CLASS);
        let mut absent = Counted::default();
        missing.for_each(|(row, _)| absent.add(row, String::new));
        let both = ClassAndScore {
            codes,
            classes,
            scores,
            labels: self.labels,
            file: &self.table.name,
            columns: [&decided.name, &scored.name],
            says_probability: matches!(last, "proba" | "prob" | "probability" | "probs"),
            surely_together: alone,
            said: match self.said {
                Some(name) if name == decided.name => Some(Said::Class),
                Some(name) if name == scored.name => Some(Said::Score),
                _ => None,
            },
        };
        let predictions = both.read(problems, questions)?;
        if percent {
            problems.push(self.percent_note(&scored.name));
        }
        self.report_missing(absent, &format!("{}, {}", decided.name, scored.name), problems);
        let (columns, decisions) = match predictions.values {
            PredictedValues::Classes(_) => (vec![decided.name.clone()], None),
            _ => (vec![scored.name.clone()], Some(decided.name.clone())),
        };
        Some(ReadPredictions { predictions, columns, decisions })
    }

    /// A score beside a column of classes.
    fn score_beside(
        &self,
        decided: &Column,
        others: &[&Column],
        problems: &mut Vec<Problem>,
        questions: &mut Vec<Question>,
    ) -> Option<ReadPredictions> {
        others.iter().find_map(|scored| self.class_and_score(decided, scored, others.len() == 1, problems, questions))
    }

    /// A probability a class beside a column of classes.
    fn probabilities_beside(&self, decided: &Column, others: &[&Column], problems: &mut Vec<Problem>) -> Option<ReadPredictions> {
        let lists = others.iter().filter(|c| matches!(&c.values, Values::List(l) if l.width > 1)).map(|c| vec![c.name.clone()]);
        let shares = others.iter().filter(|c| matches!(c.values, Values::Number { integer: false, .. })).map(|c| c.name.clone());
        let together: Vec<String> = shares.collect();
        let groups = lists.chain((together.len() > 1).then_some(together));
        for names in groups {
            let mut odd = Vec::new();
            let Ok(mut predictions) = self.read_alone(&names, &mut odd, &mut Vec::new()) else { continue };
            if odd.iter().any(|p| p.code == "probabilities_do_not_sum" && p.count * 2 > self.dataset.rows() as u64) {
                continue;
            }
            if let Some(decided_for) = self.decisions_of(decided, &predictions) {
                predictions.decisions = Some(decided_for);
                problems.append(&mut odd);
                return Some(ReadPredictions { predictions, columns: names, decisions: Some(decided.name.clone()) });
            }
        }
        None
    }

    /// The decisions in a column beside probabilities, where its classes are those of the probabilities.
    fn decisions_of(&self, column: &Column, predictions: &Predictions) -> Option<Decisions> {
        let PredictedValues::Probabilities(values) = &predictions.values else { return None };
        let (codes, classes) = self.coded(column)?;
        let named = |written: &[String]| align(written, self.labels).map_or_else(|| written.to_vec(), |a| a.names);
        let (own, theirs) = (named(&classes), named(&predictions.written));
        let names = align(&own, &theirs)?.names;
        let index = ClassIndex::new(&theirs);
        let place: Vec<Option<u32>> = index.translate(&names);
        let (mut seen, mut agree) = (0usize, 0usize);
        for (row, code) in values.chunks_exact(theirs.len().max(1)).zip(&codes).filter(|(_, code)| **code != NO_CLASS) {
            let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let own = place.get(*code as usize).copied().flatten().and_then(|at| row.get(at as usize)).copied().unwrap_or(f64::NAN);
            if row.iter().all(|p| !p.is_nan()) {
                seen += 1;
                agree += usize::from(own >= most);
            }
        }
        (seen > 0 && agree * 2 > seen).then_some(Decisions { codes, classes })
    }

    /// Numbers, whatever they look like: what a task of numbers asks for.
    fn numbers(&self, column: &Column, problems: &mut Vec<Problem>) -> Result<Predictions> {
        let column = match &column.values {
            Values::Number { .. } => column.clone(),
            Values::Timestamp(_) => return Err(self.not_numeric(column)),
            _ => column.to_number(),
        };
        let Values::Number { values, .. } = &column.values else { return Err(self.not_numeric(&column)) };
        if values.values().iter().all(|v| v.is_nan()) && column.rows() > 0 {
            return Err(self.not_numeric(&column));
        }
        let mut values = self.by_row(values.values(), f64::NAN);
        if self.stands_in_percent(&column, &values) {
            for value in &mut values {
                *value /= 100.0;
            }
            problems.push(self.percent_note(&column.name));
        }
        let mut missing = Counted::default();
        for (row, _) in values.iter().enumerate().filter(|(_, v)| v.is_nan()) {
            if let Some(source_row) = self.rows.source_row(row) {
                missing.add(source_row, String::new);
            }
        }
        self.report_missing(missing, &column.name, problems);
        Ok(Predictions::plain(PredictedValues::Numbers(values)))
    }

    /// Says whether the label stands in percent, which is read as shares, and the numbers are percentages without the sign.
    fn stands_in_percent(&self, column: &Column, values: &[f64]) -> bool {
        let Some(label) = self.dataset.named(self.dataset.params.label_col.as_ref()) else { return false };
        let Values::Number { values: labels, .. } = &label.values else { return false };
        let most = |values: &[f64]| values.iter().filter(|v| !v.is_nan()).fold(0.0f64, |most, v| most.max(v.abs()));
        let percent = |column: &Column| column.cells.unit.as_deref() == Some("%");
        percent(label) && !percent(column) && most(values) > most(labels.values()) * PERCENT_SCALE
    }

    fn percent_note(&self, columns: &str) -> Problem {
        let text = format!("{columns} of {} is read in percent: 100 means 1.", self.table.name);
        note("percent_predictions", text, &self.table.name, Some(columns), "Log probabilities between 0 and 1 to say so in the file.")
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

    /// Whether whole numbers are classes: the label's values, or few where there is no label or the task says so.
    fn are_classes(&self, column: &Column) -> bool {
        if !matches!(column.values, Values::Number { integer: true, .. }) || self.of_numbers() {
            return false;
        }
        let Ok((_, values)) = values_of(column, &self.table.name) else { return false };
        let label = self.dataset.named(self.dataset.params.label_col.as_ref());
        let labels = if label.is_some() { labels_of(self.dataset).unwrap_or(None) } else { None };
        match (label.map(|l| &l.values), labels) {
            // A label of many numbers, or with fractions, is a quantity.
            (Some(Values::Number { integer: false, .. }), _) => false,
            _ if self.of_classes() => values.len() <= FEW_CLASSES.max(self.labels.len()),
            // Of classes with names, whole numbers can only be the codes.
            (Some(Values::Category(_) | Values::Boolean(_)), Some(_)) if values.len() <= self.labels.len().max(2) => true,
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
        let percent = self.in_percent(width, &fill);
        let mut values = Vec::with_capacity(self.dataset.rows() * width);
        let mut row = Vec::with_capacity(width);
        let (mut missing, mut outside, mut unsummed) = (Counted::default(), Counted::default(), Counted::default());
        for at in 0..self.dataset.rows() {
            row.clear();
            let source_row = self.rows.source_row(at);
            if let Some(source_row) = source_row {
                fill(source_row, &mut row);
            }
            if percent {
                for p in &mut row {
                    *p /= 100.0;
                }
            }
            let sum: f64 = row.iter().sum();
            let bad = if row.len() != width || row.iter().any(|p| p.is_nan()) {
                if let Some(source_row) = source_row {
                    missing.add(source_row, String::new);
                }
                true
            } else if let Some(p) = row.iter().find(|p| !(0.0..=1.0).contains(*p)) {
                outside.add(source_row.unwrap_or(at), || number_text(*p));
                true
            } else {
                if (sum - 1.0).abs() > tolerance {
                    unsummed.add(source_row.unwrap_or(at), || format!("sum {}", number_text(round12(sum))));
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
            problems.push(warning("probabilities_do_not_sum", text, place, mend, unsummed));
        }
        if percent {
            problems.push(self.percent_note(columns));
        }
        Ok(Predictions::of_classes(PredictedValues::Probabilities(values), classes, classes_from))
    }

    /// Whether most rows sum to 100, as percentages do.
    fn in_percent(&self, width: usize, fill: &impl Fn(usize, &mut Vec<f64>)) -> bool {
        let (mut seen, mut fit) = (0usize, 0usize);
        let mut row = Vec::with_capacity(width);
        for at in (0..self.table.rows).take(1000) {
            row.clear();
            fill(at, &mut row);
            if row.len() == width && row.iter().all(|p| !p.is_nan()) {
                seen += 1;
                let sum: f64 = row.iter().sum();
                fit += usize::from((sum - 100.0).abs() <= 2.0 && row.iter().all(|p| (0.0..=100.0).contains(p)));
            }
        }
        seen > 0 && fit * 10 >= seen * 9
    }

    fn score_or_number(&self, column: &Column, numbers: &[f64], problems: &mut Vec<Problem>) -> Result<Predictions> {
        let present = || numbers.iter().filter(|v| !v.is_nan());
        let within = present().filter(|v| (0.0..=1.0).contains(*v)).count();
        let hundred = says_percent(&column.name) && present().all(|v| (0.0..=100.0).contains(v)) && present().any(|v| *v > 1.0);
        let label = self.dataset.named(self.dataset.params.label_col.as_ref()).filter(|_| self.dataset.info.labelled > 0);
        let score = match label.map(|column| &column.values) {
            _ if self.of_numbers() => false,
            _ if self.of_classes() => true,
            None => within == present().count(),
            // What ranks the rows of a query need not be a probability.
            _ if self.dataset.params.query_col.is_some() => false,
            // A label with fractions is a quantity, and so are predictions of it.
            Some(Values::Number { integer: false, .. }) => false,
            Some(_) => labels_of(self.dataset).unwrap_or(None).is_some_and(|(_, names)| names.len() <= 2),
        };
        let percent = score && hundred;
        let mut values = Vec::with_capacity(self.dataset.rows());
        let (mut missing, mut outside) = (Counted::default(), Counted::default());
        for at in 0..self.dataset.rows() {
            let source_row = self.rows.source_row(at);
            let value = source_row.and_then(|r| numbers.get(r)).copied().unwrap_or(f64::NAN) / if percent { 100.0 } else { 1.0 };
            let kept = if value.is_nan() {
                if let Some(source_row) = source_row {
                    missing.add(source_row, String::new);
                }
                f64::NAN
            } else if score && !(0.0..=1.0).contains(&value) {
                outside.add(source_row.unwrap_or(at), || number_text(value));
                f64::NAN
            } else {
                value
            };
            values.push(kept);
        }
        self.report_missing(missing, &column.name, problems);
        self.report_outside(outside, &column.name, problems)?;
        if percent {
            problems.push(self.percent_note(&column.name));
        }
        if score && self.labels.len() == 2 {
            self.report_above_half(&values, &column.name, problems);
        }
        let mut read = Predictions::plain(if score { PredictedValues::Score(values) } else { PredictedValues::Numbers(values) });
        // `prob_fraud` is the probability of fraud.
        let class = probability_name(&column.name).map(|name| name.class).filter(|_| score && self.labels.len() == 2);
        read.score_of =
            class.and_then(|class| ClassIndex::new(self.labels).code(&class)).and_then(|c| self.labels.get(c as usize)).cloned();
        Ok(read)
    }

    /// Scores that are never under a half say nothing of the other class: they may be how sure a model is of whichever class it named.
    fn report_above_half(&self, scores: &[f64], column: &str, problems: &mut Vec<Problem>) {
        let (mut seen, mut above) = (0u64, 0u64);
        for score in scores.iter().filter(|s| !s.is_nan()) {
            seen += 1;
            above += u64::from(*score >= 0.5);
        }
        if seen < MANY_SCORES || above < seen {
            return;
        }
        let text = format!(
            "None of the {seen} scores in {column} of {} is under 0.5. They are read as the probability of the positive class; if they say how sure the model is of \
             the class that it predicts, that class is missing.",
            self.table.name
        );
        let mend = "Keep the predicted class beside its score, or write the probability of the positive class.";
        let told = note("scores_above_half", text, &self.table.name, Some(column), mend);
        problems.push(Problem { level: ProblemLevel::Warning, count: seen, ..told });
    }

    fn classes(&self, column: &Column, problems: &mut Vec<Problem>) -> Result<Predictions> {
        let (categories, sorted) = values_among(column, &self.table.name, self.labels)?;
        for (spelling, count) in spelled_like(column, self.labels) {
            let text = format!(
                "{spelling:?} in {} of {} is one of the label's classes and is read as a class ({count} rows).",
                column.name, self.table.name
            );
            problems.push(note(
                "missing_is_a_class",
                text,
                &self.table.name,
                Some(&column.name),
                "Say in read.missingValues if it means that nothing is there.",
            ));
        }
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
        Ok(Predictions::of_classes(PredictedValues::Classes(values), sorted, ClassesFrom::Columns))
    }

    fn entities(&self, column: &Column, problems: &mut Vec<Problem>) -> Predictions {
        let mut missing = Counted::default();
        let rows = (0..self.dataset.rows()).map(|at| {
            let source_row = self.rows.source_row(at)?;
            let found = column.cell(source_row).and_then(|cell| entities(&cell));
            if found.is_none() {
                missing.add(source_row, || column.cell(source_row).unwrap_or_default());
            }
            found
        });
        let values = PredictedValues::Entities(rows.collect());
        self.report_missing(missing, &column.name, problems);
        Predictions::plain(values)
    }

    fn report_missing(&self, missing: Counted, columns: &str, problems: &mut Vec<Problem>) {
        if missing.count > 0 {
            let (file, count) = (self.table.name.as_str(), missing.count);
            let text = format!("{count} rows of {file} have nothing for a prediction ({columns}); they count as rows without prediction.");
            let mend = "Log a prediction for every row, or leave these rows out of both files.";
            problems.push(warning("missing_predictions", text, (file, Some(columns)), mend, missing));
        }
    }

    fn report_outside(&self, outside: Counted, columns: &str, problems: &mut Vec<Problem>) -> Result<()> {
        let (file, count) = (self.table.name.as_str(), outside.count);
        if count * 2 > self.dataset.rows() as u64 {
            let first = outside.examples.first();
            let value = first.map(|e| e.text.clone()).unwrap_or_default();
            let message = format!("{columns} of {file} does not hold probabilities: {count} rows lie outside 0 to 1, such as {value}.");
            return Err(Error::new("not_probabilities", message)
                .mend("Put scores through the model's sigmoid or softmax first, divide percentages by 100, or choose a regression task.")
                .in_file(file)
                .in_column(columns)
                .at_row(first.map_or(1, |e| e.row)));
        }
        if count > 0 {
            let text =
                format!("{count} rows of {file} have a probability outside 0 to 1 ({columns}); they count as rows without prediction.");
            let mend = "Log probabilities, not scores before the sigmoid or softmax.";
            problems.push(warning("probabilities_out_of_range", text, (file, Some(columns)), mend, outside));
        }
        Ok(())
    }

    /// Label classes without a probability: such rows can only be wrong. Where the probabilities have no names, more classes than this data
    /// set has are no fault: the other one may have them.
    pub fn uncovered_classes(&self, predictions: &Predictions, problems: &mut Vec<Problem>) -> Result<()> {
        let named = matches!(predictions.classes_from, ClassesFrom::Given | ClassesFrom::Columns);
        let more_labels = self.labels.len() > predictions.classes.len();
        let index = ClassIndex::new(&predictions.classes);
        let meets = self.labels.iter().any(|name| index.code(name).is_some());
        if !matches!(predictions.values, PredictedValues::Probabilities(_)) || !meets || !(named || more_labels) {
            return Ok(());
        }
        let Some((labels, names)) = labels_of(self.dataset)? else { return Ok(()) };
        let uncovered: Vec<&String> = names.iter().filter(|name| index.code(name).is_none()).collect();
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
        problems.push(warning("classes_not_covered", text, (file, label), mend, rows));
        Ok(())
    }
}
