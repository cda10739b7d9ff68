//! Truth and prediction of both sides of a run in one form, with one list of classes.

use std::collections::BTreeMap;

use straingauge_api::{ModelTask, PositiveClass, SideInfo};

use super::alignment::align;
use super::classes::{ClassIndex, MOST_CLASSES, by_position, labels_among, labels_of, sort};
use super::pairing::classes_do_not_match;
use super::polarity::{counterpart, positive_class};
use super::{ClassesFrom, NO_CLASS, Outcomes, PredictedValues, Prediction, Predictions, Truth};
use crate::table::{Categories, Dataset, Entity, MISSING_CODE, Values, entities, shared};
use crate::{Error, Result};

/// One side: a data set and a model's predictions for it.
pub type SideInput<'a> = (&'a Dataset, Option<&'a Predictions>);

/// The cut of binary scores where nobody says otherwise.
const DEFAULT_CUT: f64 = 0.5;

/// A side with the names that its predicted classes have among all of a run.
pub(super) struct Side<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) predictions: Option<&'a Predictions>,
    /// The names of the predictions' classes.
    pub(super) classes: Vec<String>,
}

impl<'a> Side<'a> {
    /// Names the predicted classes of a side as the sorted `labels` of all sides are named.
    pub(super) fn new((dataset, predictions): SideInput<'a>, labels: &[String]) -> Self {
        let classes = predictions.map(|p| match p.classes_from {
            ClassesFrom::Columns => align(&p.written, labels).map_or_else(|| p.classes.clone(), |found| found.names),
            ClassesFrom::Given | ClassesFrom::Labels | ClassesFrom::Positions => p.classes.clone(),
        });
        Self { dataset, predictions, classes: classes.unwrap_or_default() }
    }

    /// The predictions where they are probabilities.
    fn probabilities(&self) -> Option<&'a Predictions> {
        self.predictions.filter(|p| matches!(p.values, PredictedValues::Probabilities(_)))
    }

    /// Whether the names of the classes are those that somebody gave them.
    fn is_named(&self) -> bool {
        self.predictions.is_some_and(|p| matches!(p.classes_from, ClassesFrom::Given | ClassesFrom::Columns))
    }

    /// The decisions that stand beside scores, as codes of shared classes.
    fn decisions(&self, classes: &Classes) -> Option<Vec<u32>> {
        let decisions = self.predictions?.decisions.as_ref()?;
        let mut sorted = classes.names.clone();
        sort(&mut sorted);
        let names = align(&decisions.classes, &sorted)?.names;
        Some(recode(&decisions.codes, &classes.index.translate(&names)))
    }
}

/// Brings truth and predictions of both sides into one form: (reference, evaluation).
///
/// `positive_class` and `cut` override what the data sets' parameters say.
///
/// # Errors
/// Where labels or predictions cannot be those of `task`: `too_many_classes`, `label_not_numeric`, `predictions_do_not_fit`,
/// `class_counts_differ`, `unknown_class`, `no_query_column`.
pub fn outcomes(
    task: ModelTask,
    reference: SideInput<'_>,
    evaluation: SideInput<'_>,
    positive_class: Option<&str>,
    cut: Option<f64>,
) -> Result<(Outcomes, Outcomes)> {
    let mut sides = outcomes_of(task, &[reference, evaluation], positive_class, cut)?.into_iter();
    sides.next().zip(sides.next()).ok_or_else(|| does_not_fit(task, "missing"))
}

/// The same of any number of sides: those of each.
pub(super) fn outcomes_of(
    task: ModelTask,
    sides: &[SideInput<'_>],
    positive_class: Option<&str>,
    cut: Option<f64>,
) -> Result<Vec<Outcomes>> {
    let hard = sides.iter().any(|s| matches!(s.1.map(|p| &p.values), Some(PredictedValues::Classes(_))));
    match task {
        ModelTask::Ranking if sides.iter().any(|s| s.0.params.query_col.is_none()) => {
            Err(Error::new("no_query_column", "Ranking needs a column that says which rows belong to one query.")
                .mend("Name it in queryCol."))
        }
        ModelTask::Regression | ModelTask::Ranking => sides.iter().map(|&side| numbers(task, side, number_labels(task, side.0)?)).collect(),
        ModelTask::BinaryClassification => {
            let (classes, named) = Classes::of(sides)?;
            let (classes, _) = classes.two(sides, positive_class)?;
            let said = cut.or_else(|| sides.iter().find_map(|s| s.0.params.decision_threshold));
            let with_cut = |cut: Option<f64>, said: bool| -> Result<Vec<Outcomes>> {
                let decide = Decide { cut: cut.unwrap_or(DEFAULT_CUT), by_cut: said, hard };
                named.iter().map(|side| binary(side, &classes, &decide)).collect()
            };
            let outcomes = with_cut(said, said.is_some())?;
            // Decisions that stand beside scores say at which cut they were made.
            let implied = if said.is_none() { implied_cut(&named, &outcomes) } else { None };
            if implied.is_some() { with_cut(implied, false) } else { Ok(outcomes) }
        }
        ModelTask::MulticlassClassification | ModelTask::NaturalLanguageInference => {
            let (classes, named) = Classes::of(sides)?;
            named.iter().map(|side| multiclass(task, side, &classes, hard)).collect()
        }
        ModelTask::NamedEntityRecognition => sides.iter().map(|&side| named_entities(side)).collect(),
    }
}

/// The class that binary metrics of a run are about, and why; `None` for other tasks.
///
/// # Errors
/// As [`outcomes`].
pub fn positive_of(
    task: ModelTask,
    reference: SideInput<'_>,
    evaluation: SideInput<'_>,
    positive_class: Option<&str>,
) -> Result<Option<PositiveClass>> {
    if task != ModelTask::BinaryClassification {
        return Ok(None);
    }
    let sides = [reference, evaluation];
    Ok(Some(Classes::of(&sides)?.0.two(&sides, positive_class)?.1))
}

/// The cut at which all decisions that stand beside scores were made; `None` where no cut gives them, or the usual one does.
fn implied_cut(sides: &[Side<'_>], outcomes: &[Outcomes]) -> Option<f64> {
    let (mut below, mut above) = (f64::NEG_INFINITY, f64::INFINITY);
    for (side, outcomes) in sides.iter().zip(outcomes) {
        if side.predictions.is_none_or(|p| p.decisions.is_none()) {
            continue;
        }
        let Prediction::Score { score, class, .. } = &outcomes.prediction else { continue };
        for (&score, &class) in score.iter().zip(class).filter(|(s, _)| !s.is_nan()) {
            match class {
                0 => below = below.max(score),
                1 => above = above.min(score),
                _ => {}
            }
        }
    }
    let parted = below < above && above.is_finite();
    (parted && !(below < DEFAULT_CUT && DEFAULT_CUT <= above)).then_some(above)
}

/// How binary classes are decided.
pub(super) struct Decide {
    /// The cut of the scores.
    pub(super) cut: f64,
    /// The cut decides even where decisions stand beside the scores.
    pub(super) by_cut: bool,
    /// Classes alone are compared, as one of the sides has no scores.
    pub(super) hard: bool,
}

/// What a run says of one of its sides.
pub fn side_info(side: SideInput<'_>) -> SideInfo {
    let (dataset, predictions) = side;
    SideInfo {
        dataset: dataset.name.clone(),
        file: dataset.info.file.clone(),
        sha256: dataset.info.sha256.clone(),
        rows: dataset.rows() as u64,
        labelled: dataset.info.labelled,
        predicted: predictions.map_or(0, |p| p.present() as u64),
    }
}

/// The classes of all sides.
pub(super) struct Classes {
    /// In the order of the probabilities, then by name.
    names: Vec<String>,
    /// Their codes.
    pub(super) index: ClassIndex,
}

impl Classes {
    /// A given list.
    pub(super) fn given(names: &[String]) -> Self {
        Self { names: names.to_vec(), index: ClassIndex::new(names) }
    }

    /// Their names.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    fn of<'a>(sides: &[SideInput<'a>]) -> Result<(Self, Vec<Side<'a>>)> {
        let mut labels: Vec<String> = Vec::new();
        for (dataset, _) in sides {
            labels.extend(labels_of(dataset)?.map(|(_, names)| names).unwrap_or_default());
        }
        // A spelling of the missing that another side or a model has as a class is one.
        let mut known = labels.clone();
        let predicted = sides.iter().filter_map(|s| s.1).filter(|p| matches!(p.values, PredictedValues::Classes(_)));
        known.extend(predicted.flat_map(|p| p.written.iter().cloned()));
        for (dataset, _) in sides {
            labels.extend(labels_among(dataset, &known)?.map(|(_, names)| names).unwrap_or_default());
        }
        sort(&mut labels);
        labels.dedup();
        let named: Vec<Side<'_>> = sides.iter().map(|&side| Side::new(side, &labels)).collect();
        let mut names = probability_classes(&named, &labels)?;
        let hard = |side: &&Side<'_>| side.predictions.is_some_and(|p| matches!(p.values, PredictedValues::Classes(_)));
        check_meeting(&named, &names, &labels)?;
        let mut index = ClassIndex::new(&names);
        let predicted: Vec<String> = named.iter().filter(hard).flat_map(|side| side.classes.iter().cloned()).collect();
        let mut others: Vec<String> = labels.into_iter().chain(predicted).collect();
        sort(&mut others);
        for name in others {
            if index.code(&name).is_none() {
                index.add(&name);
                names.push(name);
            }
        }
        if names.len() > MOST_CLASSES {
            return Err(Error::new("too_many_classes", format!("The labels and predictions have {} different classes.", names.len()))
                .mend("Choose a regression task, or name another column as the label."));
        }
        Ok((Self { names, index }, named))
    }

    /// Exactly two, the negative first, and why the other is the positive.
    fn two(mut self, sides: &[SideInput<'_>], positive: Option<&str>) -> Result<(Self, PositiveClass)> {
        let said = positive.or_else(|| sides.iter().find_map(|s| s.0.params.positive_class.as_deref()));
        if self.names.len() > 2 {
            let shown = self.names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
            let message = format!("A binary task has two classes, but the labels and predictions have {} ({shown}, …).", self.names.len());
            return Err(Error::new("too_many_classes", message).mend("Choose the multiclass task, or name another column as the label."));
        }
        if self.names.is_empty() {
            self.names = vec!["0".to_owned(), said.unwrap_or("1").to_owned()];
        } else if let [only] = self.names.as_slice() {
            // One class alone: its counterpart never occurs, and has to be called something.
            let opposite = counterpart(only, said);
            self.names.push(opposite);
        }
        sort(&mut self.names);
        let scored = sides.iter().find_map(|s| s.1?.score_of.as_deref());
        let positive = positive_class(&self.names, said, scored)?;
        if self.names.first() == Some(&positive.class) {
            self.names.reverse();
        }
        Ok((Self { index: ClassIndex::new(&self.names), names: self.names }, positive))
    }

    /// The code of every row of categories.
    fn codes(&self, categories: &Categories) -> Vec<u32> {
        let code_of = self.index.translate(&categories.names);
        let code = |c: &u32| if *c == MISSING_CODE { None } else { code_of.get(*c as usize).copied().flatten() };
        categories.codes.iter().map(|c| code(c).unwrap_or(NO_CLASS)).collect()
    }

    fn truth(&self, dataset: &Dataset) -> Result<Truth> {
        Ok(labels_among(dataset, &self.names)?.map_or(Truth::None, |(categories, _)| Truth::Classes(self.codes(&categories))))
    }

    /// Where each column of a side's probabilities goes.
    fn places(&self, side: &Side<'_>) -> Vec<usize> {
        let by_name = |class: &String| self.index.code(class).map(|c| c as usize);
        let places: Option<Vec<usize>> = if side.is_named() { side.classes.iter().map(by_name).collect() } else { None };
        places.unwrap_or_else(|| (0..side.classes.len()).collect())
    }
}

/// Fails where predictions name none of the classes that the labels have: no row could be right.
fn check_meeting(sides: &[Side<'_>], of_probabilities: &[String], labels: &[String]) -> Result<()> {
    if labels.is_empty() {
        return Ok(());
    }
    let index = ClassIndex::new(labels);
    for side in sides {
        let Some(predictions) = side.predictions.filter(|p| p.present() > 0) else { continue };
        let names = match predictions.values {
            PredictedValues::Classes(_) => side.classes.as_slice(),
            PredictedValues::Probabilities(_) if side.is_named() => side.classes.as_slice(),
            PredictedValues::Probabilities(_) => of_probabilities,
            PredictedValues::Score(_) | PredictedValues::Numbers(_) | PredictedValues::Entities(_) => continue,
        };
        // One class alone on either side may be wrong in every row.
        let alone = names.len() < 2 && labels.len() < 2;
        if !names.is_empty() && !alone && names.iter().all(|name| index.code(name).is_none()) {
            return Err(classes_do_not_match(names, labels, &side.dataset.info.file));
        }
    }
    Ok(())
}

/// The classes of the probabilities, from the strongest source of either side; empty where there are no probabilities.
fn probability_classes(sides: &[Side<'_>], labels: &[String]) -> Result<Vec<String>> {
    let with_probabilities: Vec<&Side<'_>> = sides.iter().filter(|s| s.probabilities().is_some()).collect();
    let Some(first) = with_probabilities.first() else { return Ok(Vec::new()) };
    let width = first.classes.len();
    if let Some(other) = with_probabilities.iter().find(|s| s.classes.len() != width) {
        let message = format!("The reference has {width} probabilities a row, the evaluation {}.", other.classes.len());
        return Err(Error::new("class_counts_differ", message).mend("Use predictions of one model for both sets."));
    }
    let strongest = with_probabilities.iter().min_by_key(|s| s.predictions.map(|p| p.classes_from)).unwrap_or(first);
    if strongest.is_named() {
        let mut names = strongest.classes.clone();
        let index = ClassIndex::new(&names);
        // A class that only the other side's columns name stands behind.
        let more = with_probabilities.iter().filter(|s| s.is_named());
        let more: Vec<String> = more.flat_map(|s| s.classes.iter().filter(|c| index.code(c).is_none()).cloned()).collect();
        names.extend(more);
        return Ok(names);
    }
    if let ([only], 2) = (labels, width) {
        let mut both = vec![only.clone(), counterpart(only, None)];
        sort(&mut both);
        return Ok(both);
    }
    Ok(by_position(labels, width).unwrap_or_else(|| strongest.classes.clone()))
}

pub(super) fn does_not_fit(task: ModelTask, what: &str) -> Error {
    Error::new("predictions_do_not_fit", format!("The predictions are {what}, which {} cannot use.", task.label().to_lowercase()))
        .mend("Choose another task, or name other prediction columns.")
}

pub(super) fn binary(side: &Side<'_>, classes: &Classes, decide: &Decide) -> Result<Outcomes> {
    let task = ModelTask::BinaryClassification;
    let decisions = if decide.by_cut { None } else { side.decisions(classes) };
    let scored = |score: Vec<f64>| {
        let by_cut = |s: f64| if s.is_nan() { NO_CLASS } else { u32::from(s >= decide.cut) };
        let class = score.iter().enumerate().map(|(row, &s)| {
            let decided = decisions.as_ref().and_then(|d| d.get(row)).copied().filter(|class| *class != NO_CLASS && !s.is_nan());
            decided.unwrap_or_else(|| by_cut(s))
        });
        let class: Vec<u32> = class.collect();
        if decide.hard { Prediction::Classes(class) } else { Prediction::Score { score, class, cut: decide.cut } }
    };
    let prediction = match side.predictions {
        None => Prediction::None,
        Some(p) => match &p.values {
            PredictedValues::Score(score) => {
                let of_the_other = p.score_of.as_ref().is_some_and(|class| classes.index.code(class) == Some(0));
                scored(if of_the_other { score.iter().map(|s| 1.0 - s).collect() } else { score.clone() })
            }
            PredictedValues::Numbers(numbers) if numbers.iter().all(|v| v.is_nan() || (0.0..=1.0).contains(v)) => scored(numbers.clone()),
            PredictedValues::Numbers(_) => return Err(does_not_fit(task, "numbers outside 0 to 1")),
            PredictedValues::Entities(_) => return Err(does_not_fit(task, "named entities")),
            PredictedValues::Classes(codes) => Prediction::Classes(recode(codes, &classes.index.translate(&side.classes))),
            PredictedValues::Probabilities(values) => {
                let width = p.classes.len();
                // `two` may have turned the classes round, so the column goes by the class's name.
                let at = positive_column(side, classes);
                scored(values.chunks_exact(width.max(1)).map(|row| row.get(at).copied().unwrap_or(f64::NAN)).collect())
            }
        },
    };
    finish(task, side.dataset, classes.names.clone(), classes.truth(side.dataset)?, prediction)
}

/// The column of the positive class among two probabilities.
fn positive_column(side: &Side<'_>, classes: &Classes) -> usize {
    let positive = classes.names.last().cloned().unwrap_or_default();
    let own = ClassIndex::new(&side.classes);
    // Classes by position follow the sorted labels, the order in which classifiers of most libraries log them.
    own.code(&positive).map_or_else(
        || {
            let mut sorted = classes.names.clone();
            sort(&mut sorted);
            sorted.iter().position(|name| *name == positive).unwrap_or(1)
        },
        |code| code as usize,
    )
}

pub(super) fn multiclass(task: ModelTask, side: &Side<'_>, classes: &Classes, hard: bool) -> Result<Outcomes> {
    let prediction = match side.predictions {
        None => Prediction::None,
        Some(p) => match &p.values {
            PredictedValues::Classes(codes) => Prediction::Classes(recode(codes, &classes.index.translate(&side.classes))),
            PredictedValues::Probabilities(values) => {
                let (values, mut class) = spread(values, p.classes.len(), &classes.places(side), classes.names.len());
                for (slot, decided) in class.iter_mut().zip(side.decisions(classes).unwrap_or_default()) {
                    if *slot != NO_CLASS && decided != NO_CLASS {
                        *slot = decided;
                    }
                }
                if hard { Prediction::Classes(class) } else { Prediction::Probabilities { values, class } }
            }
            PredictedValues::Score(_) => return Err(does_not_fit(task, "one score a row")),
            PredictedValues::Numbers(_) => return Err(does_not_fit(task, "numbers")),
            PredictedValues::Entities(_) => return Err(does_not_fit(task, "named entities")),
        },
    };
    finish(task, side.dataset, classes.names.clone(), classes.truth(side.dataset)?, prediction)
}

fn recode(codes: &[u32], code_of: &[Option<u32>]) -> Vec<u32> {
    codes.iter().map(|&c| code_of.get(c as usize).copied().flatten().unwrap_or(NO_CLASS)).collect()
}

/// Probabilities in the order of the shared classes, 0 for classes that have none, and the most probable class.
fn spread(values: &[f64], width: usize, places: &[usize], classes: usize) -> (Vec<f64>, Vec<u32>) {
    let in_order = width == classes && places.iter().enumerate().all(|(from, &to)| from == to);
    let mut out = Vec::with_capacity(values.len().checked_div(width).unwrap_or(0) * classes);
    let mut top = Vec::with_capacity(out.capacity().checked_div(classes).unwrap_or(0));
    let mut row_out = vec![0.0; classes];
    for row in values.chunks_exact(width.max(1)) {
        let from = out.len();
        if in_order {
            out.extend_from_slice(row);
        } else if row.iter().any(|p| p.is_nan()) {
            out.extend(std::iter::repeat_n(f64::NAN, classes));
        } else {
            row_out.fill(0.0);
            for (p, &to) in row.iter().zip(places) {
                if let Some(slot) = row_out.get_mut(to) {
                    *slot = *p;
                }
            }
            out.extend_from_slice(&row_out);
        }
        top.push(argmax(out.get(from..).unwrap_or(&[])));
    }
    (out, top)
}

/// The largest, the first of equals; [`NO_CLASS`] where a value is missing.
fn argmax(row: &[f64]) -> u32 {
    let mut best = (NO_CLASS, f64::NEG_INFINITY);
    for (at, &p) in row.iter().enumerate() {
        if p.is_nan() {
            return NO_CLASS;
        }
        if p > best.1 {
            best = (at as u32, p);
        }
    }
    best.0
}

/// The label as numbers.
fn number_labels(task: ModelTask, dataset: &Dataset) -> Result<Truth> {
    let label = dataset.named(dataset.params.label_col.as_ref()).filter(|_| dataset.info.labelled > 0);
    match label.map(|c| (&c.name, &c.values)) {
        None => Ok(Truth::None),
        Some((_, Values::Number { values, .. })) => Ok(Truth::Numbers(values.values().to_vec())),
        Some((name, _)) => {
            let message =
                format!("The label {name} of {} does not hold numbers, which {} needs.", dataset.info.file, task.label().to_lowercase());
            Err(Error::new("label_not_numeric", message)
                .mend("Name another label column, or choose a classification task.")
                .in_file(&dataset.info.file)
                .in_column(name))
        }
    }
}

pub(super) fn numbers(task: ModelTask, side: SideInput<'_>, truth: Truth) -> Result<Outcomes> {
    let (dataset, predictions) = side;
    let prediction = match predictions.map(|p| (p, &p.values)) {
        None => Prediction::None,
        Some((_, PredictedValues::Numbers(v) | PredictedValues::Score(v))) => Prediction::Numbers(v.clone()),
        Some((_, PredictedValues::Probabilities(_))) => return Err(does_not_fit(task, "probabilities of several classes")),
        Some((p, PredictedValues::Classes(codes))) => {
            let parsed: Option<Vec<f64>> = p.classes.iter().map(|c| c.parse().ok()).collect();
            let Some(parsed) = parsed else { return Err(does_not_fit(task, "classes")) };
            Prediction::Numbers(codes.iter().map(|&c| parsed.get(c as usize).copied().unwrap_or(f64::NAN)).collect())
        }
        Some((_, PredictedValues::Entities(_))) => return Err(does_not_fit(task, "named entities")),
    };
    finish(task, dataset, Vec::new(), truth, prediction)
}

/// How many entities are there, are named, and are named rightly, row by row.
pub(super) fn named_entities(side: SideInput<'_>) -> Result<Outcomes> {
    let (dataset, predictions) = side;
    let task = ModelTask::NamedEntityRecognition;
    let said = match predictions.map(|p| &p.values) {
        None => None,
        Some(PredictedValues::Entities(rows)) => Some(rows),
        Some(_) => {
            return Err(does_not_fit(task, "no lists of entities").mend(
                r#"A cell lists entities as [{"type": "person", "mentions": [{"start_offset": 0, "end_offset": 4}]}]; [] says that there is none."#,
            ));
        }
    };
    let size = |list: &Option<Vec<Entity>>| list.as_ref().map_or(f64::NAN, |l| l.len() as f64);
    let label = dataset.named(dataset.params.label_col.as_ref()).filter(|_| dataset.info.labelled > 0);
    let truth = label.map_or(Truth::None, |column| {
        let mut found = Vec::with_capacity(dataset.rows());
        let count = (0..dataset.rows()).map(|row| {
            let truth = column.cell(row).and_then(|cell| entities(&cell));
            let named = said.and_then(|rows| rows.get(row)?.as_ref());
            found.push(truth.as_ref().zip(named).map_or(0.0, |(t, s)| shared(s, t) as f64));
            size(&truth)
        });
        Truth::Entities { count: count.collect(), found }
    });
    let prediction = said.map_or(Prediction::None, |rows| Prediction::Numbers(rows.iter().map(size).collect()));
    finish(task, dataset, Vec::new(), truth, prediction)
}

fn finish(task: ModelTask, dataset: &Dataset, classes: Vec<String>, truth: Truth, prediction: Prediction) -> Result<Outcomes> {
    Ok(Outcomes { task, classes, truth, prediction, weights: weights(dataset)?, groups: groups(task, dataset) })
}

/// What each row counts; rows whose weight is missing count nothing.
fn weights(dataset: &Dataset) -> Result<Option<Vec<f64>>> {
    let Some(column) = dataset.named(dataset.params.weight_col.as_ref()) else { return Ok(None) };
    let wrong = |what: &str| {
        Error::new("bad_weights", format!("The weights {} of {} {what}.", column.name, dataset.info.file))
            .mend("Weights are numbers of 0 or more; name another column in weightCol.")
            .in_file(&dataset.info.file)
            .in_column(&column.name)
    };
    let Values::Number { values, .. } = &column.values else { return Err(wrong("do not hold numbers")) };
    if let Some(row) = values.values().iter().position(|w| *w < 0.0 || w.is_infinite()) {
        return Err(wrong("hold a negative or infinite number").at_row(row as u64 + 1));
    }
    Ok(Some(values.values().iter().map(|w| if w.is_nan() { 0.0 } else { *w }).collect()))
}

/// Rows that belong together, numbered by first appearance; a row without a group stands alone. The rows of a query do.
fn groups(task: ModelTask, dataset: &Dataset) -> Option<Vec<u32>> {
    let params = &dataset.params;
    let column = dataset.named(if task == ModelTask::Ranking { &params.query_col } else { &params.group_col }.as_ref())?;
    let mut number_of: BTreeMap<String, u32> = BTreeMap::new();
    let mut next = 0u32;
    let mut fresh = || {
        next += 1;
        next - 1
    };
    let numbers = (0..dataset.rows()).map(|row| match column.cell(row) {
        Some(name) => *number_of.entry(name).or_insert_with(&mut fresh),
        None => fresh(),
    });
    Some(numbers.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use straingauge_api::{DataParams, PredictionParams};

    use super::super::pair;
    use super::*;
    use crate::table::testing::{category, lists, number, table};
    use crate::table::{Column, dataset};

    fn set(columns: Vec<Column>, params: &DataParams) -> Dataset {
        dataset(Arc::new(table(columns)), "set", params, None).unwrap()
    }

    fn plain(columns: Vec<Column>) -> Dataset {
        set(columns, &DataParams::default())
    }

    fn predicted(dataset: &Dataset, column: Column) -> Predictions {
        pair(dataset, Some(&table(vec![column])), "m", &PredictionParams::default()).unwrap().0
    }

    #[test]
    fn a_label_that_only_one_side_has_joins_the_shared_classes() {
        let reference = plain(vec![category("label", &["a", "b", "c"])]);
        let evaluation = plain(vec![category("label", &["b", "z", ""])]);
        let (pr, pe) = (
            predicted(&reference, lists("p", 3, &[0.6, 0.2, 0.2, 0.2, 0.4, 0.4, 0.1, 0.1, 0.8])),
            predicted(&evaluation, lists("p", 3, &[0.6, 0.2, 0.2, 0.2, 0.4, 0.4, f64::NAN, f64::NAN, f64::NAN])),
        );
        // Four label values and three probabilities: by position, as nothing names them.
        let (r, e) = outcomes(ModelTask::MulticlassClassification, (&reference, Some(&pr)), (&evaluation, Some(&pe)), None, None).unwrap();
        assert_eq!(r.classes, ["a", "b", "c", "z"]);
        assert_eq!(e.classes, r.classes);
        let Prediction::Probabilities { values, class } = &e.prediction else { panic!() };
        assert_eq!(values[..8], [0.6, 0.2, 0.2, 0.0, 0.2, 0.4, 0.4, 0.0]);
        assert!(values[8..].iter().all(|v| v.is_nan()));
        assert_eq!(class[..], [0, 1, NO_CLASS]);
        assert!(matches!(&e.truth, Truth::Classes(c) if c[..] == [1, 3, NO_CLASS]));
    }

    #[test]
    fn two_probabilities_become_the_score_of_the_positive_class() {
        let p = || lists("p", 2, &[0.3, 0.7, 0.5, 0.5, 0.8, 0.2]);
        let side = plain(vec![category("label", &["yes", "no", "no"])]);
        let predictions = predicted(&side, p());
        let input = (&side, Some(&predictions));
        let (r, _) = outcomes(ModelTask::BinaryClassification, input, input, None, None).unwrap();
        assert_eq!(r.classes, ["no", "yes"]);
        assert!(
            matches!(&r.prediction, Prediction::Score { score, class, cut } if score[..] == [0.7, 0.5, 0.2] && class[..] == [1, 1, 0] && *cut == 0.5)
        );
        assert!(matches!(&r.truth, Truth::Classes(c) if c[..] == [1, 0, 0]));
        let (r, _) = outcomes(ModelTask::BinaryClassification, input, input, Some("no"), Some(0.6)).unwrap();
        assert_eq!(r.classes, ["yes", "no"]);
        assert!(matches!(&r.prediction, Prediction::Score { score, class, .. } if score[..] == [0.3, 0.5, 0.8] && class[..] == [0, 0, 1]));
        assert_eq!(outcomes(ModelTask::BinaryClassification, input, input, Some("maybe"), None).unwrap_err().code, "unknown_class");
    }

    #[test]
    fn a_score_without_labels_takes_the_classes_of_the_other_side() {
        let reference = plain(vec![category("label", &["ham", "spam"])]);
        let evaluation = plain(vec![number("x", &[1.5, 2.5])]);
        let score = || number("score", &[0.1, 0.9]);
        let (pr, pe) = (predicted(&reference, score()), predicted(&evaluation, score()));
        let (r, e) = outcomes(ModelTask::BinaryClassification, (&reference, Some(&pr)), (&evaluation, Some(&pe)), None, None).unwrap();
        assert_eq!((r.classes.clone(), e.classes), (vec!["ham".to_owned(), "spam".to_owned()], r.classes));
        assert!(matches!(e.truth, Truth::None));
    }

    #[test]
    fn unlike_predictions_meet_as_classes() {
        let reference = plain(vec![number("label", &[0.0, 1.0])]);
        let (pr, pe) = (predicted(&reference, number("score", &[0.2, 0.9])), predicted(&reference, number("pred", &[1.0, 1.0])));
        let (r, e) = outcomes(ModelTask::BinaryClassification, (&reference, Some(&pr)), (&reference, Some(&pe)), None, None).unwrap();
        assert!(matches!(&r.prediction, Prediction::Classes(c) if c[..] == [0, 1]));
        assert!(matches!(&e.prediction, Prediction::Classes(c) if c[..] == [1, 1]));
    }

    #[test]
    fn columns_in_another_order_are_put_in_order() {
        let side = plain(vec![category("label", &["a", "b"])]);
        let of = |first: &str, second: &str, values: [f64; 4]| {
            let source = table(vec![number(first, &[values[0], values[2]]), number(second, &[values[1], values[3]])]);
            pair(&side, Some(&source), "m", &PredictionParams::default()).unwrap().0
        };
        let (pr, pe) = (of("a", "b", [0.9, 0.1, 0.2, 0.8]), of("b", "a", [0.1, 0.9, 0.8, 0.2]));
        let (r, e) = outcomes(ModelTask::MulticlassClassification, (&side, Some(&pr)), (&side, Some(&pe)), None, None).unwrap();
        let values = |o: &Outcomes| if let Prediction::Probabilities { values, .. } = &o.prediction { values.clone() } else { panic!() };
        assert_eq!(values(&r), values(&e));
        let (r, e) = outcomes(ModelTask::BinaryClassification, (&side, Some(&pr)), (&side, Some(&pe)), None, None).unwrap();
        assert_eq!(r.predicted_classes(), e.predicted_classes());
    }

    #[test]
    fn numbers_weights_and_groups() {
        let params = DataParams { weight_col: Some("w".into()), group_col: Some("g".into()), ..DataParams::default() };
        let columns = vec![
            number("target", &[1.5, f64::NAN, 2.5]),
            number("w", &[1.0, f64::NAN, 2.0]),
            category("g", &["x", "", "x"]),
            number("prediction", &[1.0, 2.0, 3.0]),
        ];
        let side = set(columns, &params);
        let (predictions, info) = pair(&side, None, "m", &PredictionParams::default()).unwrap();
        assert_eq!(info.task, ModelTask::Regression);
        let (r, _) = outcomes(ModelTask::Regression, (&side, Some(&predictions)), (&side, Some(&predictions)), None, None).unwrap();
        assert_eq!(r.weights, Some(vec![1.0, 0.0, 2.0]));
        assert_eq!(r.groups, Some(vec![0, 1, 0]));
        assert!(matches!(&r.truth, Truth::Numbers(v) if v[0] == 1.5 && v[1].is_nan()));
        assert_eq!(
            outcomes(ModelTask::MulticlassClassification, (&side, Some(&predictions)), (&side, None), None, None).unwrap_err().code,
            "predictions_do_not_fit"
        );
    }
}
