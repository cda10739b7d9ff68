//! Predictions read out of the columns that hold them, whatever form they were logged in.

use straingauge_api::Problem;

use super::classes::{ClassIndex, by_position, labels_of, positions, values_of};
use super::counted::{Counted, warning};
use super::joining::RowMap;
use super::{ClassesFrom, NO_CLASS, PredictedValues, Predictions};
use crate::math::round12;
use crate::table::{Column, Dataset, Table, Values, class_of_probability_column, entities, number_text};
use crate::{Error, Result};

/// Probabilities may miss a sum of 1 by what rounding to three digits can do, and by 0.001 at least.
const SUM_TOLERANCE: f64 = 1e-3;
/// The most that rounding is granted, whatever the number of classes.
const MOST_TOLERANCE: f64 = 0.02;
/// Whole numbers with more values than this are numbers, not classes, where no label says otherwise.
const FEW_CLASSES: usize = 30;

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
}

impl Reading<'_> {
    /// One prediction a row of the data set, from these columns; what is odd is added to `problems`.
    ///
    /// # Errors
    /// `class_names_mismatch`, `not_numeric`, `not_probabilities`.
    pub fn read(&self, names: &[String], problems: &mut Vec<Problem>) -> Result<Predictions> {
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
            Values::Category(_) | Values::Text(_) if column.lists_entities() => Ok(self.entities(column, problems)),
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
        Ok(Predictions { values: PredictedValues::Probabilities(values), classes, classes_from })
    }

    fn score_or_number(&self, column: &Column, numbers: &[f64], problems: &mut Vec<Problem>) -> Result<Predictions> {
        let present = || numbers.iter().filter(|v| !v.is_nan());
        let within = present().filter(|v| (0.0..=1.0).contains(*v)).count();
        let label = self.dataset.named(self.dataset.params.label_col.as_ref()).filter(|_| self.dataset.info.labelled > 0);
        let score = match label.map(|column| &column.values) {
            None => within == present().count(),
            // What ranks the rows of a query need not be a probability.
            _ if self.dataset.params.query_col.is_some() => false,
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
                outside.add(source_row.unwrap_or(at), || number_text(value));
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
        Predictions { values, classes: Vec::new(), classes_from: ClassesFrom::Positions }
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
                .mend("Put scores through the model's sigmoid or softmax first, or choose a regression task.")
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

    /// Label classes without a probability: such rows can only be wrong.
    pub fn uncovered_classes(&self, predictions: &Predictions, problems: &mut Vec<Problem>) -> Result<()> {
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
        problems.push(warning("classes_not_covered", text, (file, label), mend, rows));
        Ok(())
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
