//! The form that a reference's truth and predictions have, and what further data come to in it.

use straingauge_api::{CellExample, ErrorDetails, ModelTask, PredictionKind, Problem, ProblemLevel};

use super::build::{Classes, Decide, Side, SideInput, binary, multiclass, named_entities, numbers, outcomes_of};
use super::classes::{labels_among, sort};
use super::pairing::classes_do_not_match;
use super::{ClassesFrom, NO_CLASS, Outcomes, PredictedValues, Prediction, Truth};
use crate::table::{Dataset, MISSING_CODE, Values};
use crate::{Error, Result};

/// Cells of an unknown class that are shown.
const EXAMPLES: usize = 5;

/// What a reference fixes for all data that are compared with it.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeForm {
    /// The task.
    pub task: ModelTask,
    /// The classes, as in [`Outcomes::classes`].
    pub classes: Vec<String>,
    /// The cut of binary scores.
    pub cut: f64,
    /// In which form the model answers; `None` where the reference has no predictions.
    pub predicted: Option<PredictionKind>,
    /// Probabilities a row, where it answers so.
    pub probabilities: usize,
}

/// Truth and prediction of a reference on its own, and the form that they have.
///
/// # Errors
/// As [`super::outcomes`].
pub fn reference_outcomes(
    task: ModelTask,
    reference: SideInput<'_>,
    positive_class: Option<&str>,
    cut: Option<f64>,
) -> Result<(Outcomes, OutcomeForm)> {
    let outcomes = outcomes_of(task, &[reference], positive_class, cut)?.pop();
    let outcomes = outcomes.ok_or_else(|| super::build::does_not_fit(task, "missing"))?;
    let form = OutcomeForm {
        task,
        classes: outcomes.classes.clone(),
        cut: outcomes.cut().or(cut).or(reference.0.params.decision_threshold).unwrap_or(0.5),
        predicted: kind(&outcomes),
        probabilities: width(reference).unwrap_or(0),
    };
    Ok((outcomes, form))
}

/// Truth and prediction of further data in a given form, and what does not fit: a class that the reference does not know is no class, and a
/// problem. Data without labels or predictions are fine.
///
/// # Errors
/// `class_counts_differ`, `unknown_class` and `predictions_do_not_fit` where the predictions are those of another model, `no_query_column`,
/// `bad_weights`.
pub fn outcomes_in(form: &OutcomeForm, side: SideInput<'_>) -> Result<(Outcomes, Vec<Problem>)> {
    let (dataset, predictions) = side;
    // A column of nothing but gaps says nothing of the form either.
    let predictions = predictions.filter(|p| form.predicted.is_some() && p.present() > 0);
    let side = (dataset, predictions);
    let mut problems = Vec::new();
    let hard = form.predicted == Some(PredictionKind::Class);
    let outcomes = match form.task {
        ModelTask::Ranking if dataset.params.query_col.is_none() => {
            return Err(Error::new("no_query_column", "Ranking needs a column that says which rows belong to one query.")
                .mend("Name it in queryCol."));
        }
        ModelTask::Regression | ModelTask::Ranking => {
            let truth = lenient_numbers(dataset, &mut problems);
            numbers(form.task, side, truth)?
        }
        ModelTask::NamedEntityRecognition => named_entities(side)?,
        ModelTask::BinaryClassification | ModelTask::MulticlassClassification | ModelTask::NaturalLanguageInference => {
            let classes = Classes::given(&form.classes);
            let mut sorted = form.classes.clone();
            sort(&mut sorted);
            let named = Side::new(side, &sorted);
            check_probabilities(form, &classes, &named)?;
            problems.extend(unknown_classes(&classes, &named)?);
            match form.task {
                ModelTask::BinaryClassification => {
                    binary(&named, &classes, &Decide { cut: form.cut, by_cut: dataset.params.decision_threshold.is_some(), hard })?
                }
                _ => multiclass(form.task, &named, &classes, hard)?,
            }
        }
    };
    if !matches!(outcomes.prediction, Prediction::None) && kind(&outcomes) != form.predicted {
        return Err(super::build::does_not_fit(form.task, "in another form than the reference's").in_file(&dataset.info.file));
    }
    Ok((filled(outcomes, form, dataset.rows()), problems))
}

/// Labels and predictions that a side lacks altogether, as rows that lack them: sides of one reference are counted alike, and add up.
fn filled(mut outcomes: Outcomes, form: &OutcomeForm, rows: usize) -> Outcomes {
    if matches!(outcomes.truth, Truth::None) {
        outcomes.truth = match form.task {
            ModelTask::Regression | ModelTask::Ranking => Truth::Numbers(vec![f64::NAN; rows]),
            ModelTask::NamedEntityRecognition => Truth::Entities { count: vec![f64::NAN; rows], found: vec![0.0; rows] },
            _ => Truth::Classes(vec![NO_CLASS; rows]),
        };
    }
    if matches!(outcomes.prediction, Prediction::None) {
        let class = vec![NO_CLASS; rows];
        outcomes.prediction = match form.predicted {
            None => Prediction::None,
            Some(PredictionKind::Class) => Prediction::Classes(class),
            Some(PredictionKind::Score) => Prediction::Score { score: vec![f64::NAN; rows], class, cut: form.cut },
            Some(PredictionKind::Probabilities) => Prediction::Probabilities { values: vec![f64::NAN; rows * form.classes.len()], class },
            Some(PredictionKind::Number | PredictionKind::Entities) => Prediction::Numbers(vec![f64::NAN; rows]),
        };
    }
    outcomes
}

fn kind(outcomes: &Outcomes) -> Option<PredictionKind> {
    Some(match (&outcomes.prediction, outcomes.task) {
        (Prediction::None, _) => return None,
        (Prediction::Classes(_), _) => PredictionKind::Class,
        (Prediction::Score { .. }, _) => PredictionKind::Score,
        (Prediction::Probabilities { .. }, _) => PredictionKind::Probabilities,
        (Prediction::Numbers(_), ModelTask::NamedEntityRecognition) => PredictionKind::Entities,
        (Prediction::Numbers(_), _) => PredictionKind::Number,
    })
}

/// Probabilities a row.
fn width(side: SideInput<'_>) -> Option<usize> {
    side.1.filter(|p| matches!(p.values, PredictedValues::Probabilities(_))).map(|p| p.classes.len())
}

fn check_probabilities(form: &OutcomeForm, classes: &Classes, side: &Side<'_>) -> Result<()> {
    let Some(predictions) = side.predictions else { return Ok(()) };
    let file = &side.dataset.info.file;
    let meets = side.classes.iter().any(|class| classes.index.code(class).is_some());
    let hard = matches!(predictions.values, PredictedValues::Classes(_));
    if hard && side.classes.len() > 1 && !meets {
        return Err(classes_do_not_match(&side.classes, &form.classes, file));
    }
    let Some(width) = width((side.dataset, side.predictions)) else { return Ok(()) };
    let known = match form.probabilities {
        0 => form.classes.len(),
        known => known,
    };
    if width != known {
        let message = format!("The reference has {known} probabilities a row, {file} has {width}.");
        return Err(Error::new("class_counts_differ", message).mend("Use predictions of the model that the reference was scored with."));
    }
    let named = matches!(predictions.classes_from, ClassesFrom::Given | ClassesFrom::Columns);
    if named && !meets {
        return Err(classes_do_not_match(&side.classes, &form.classes, file));
    }
    match side.classes.iter().find(|class| named && classes.index.code(class).is_none()) {
        Some(class) => Err(Error::new("unknown_class", format!("The reference knows no class {class}, of which there are probabilities."))
            .mend(format!("The classes are {}.", form.classes.join(", ")))),
        None => Ok(()),
    }
}

/// Labels and predicted classes that the reference does not know.
fn unknown_classes(classes: &Classes, side: &Side<'_>) -> Result<Option<Problem>> {
    let mut rows: Vec<(u32, String)> = Vec::new();
    let mut look = |codes: &[u32], names: &[String]| {
        let unknown: Vec<bool> = names.iter().map(|name| classes.index.code(name).is_none()).collect();
        for (row, &code) in (0u32..).zip(codes).filter(|(_, code)| **code != MISSING_CODE) {
            if unknown.get(code as usize) == Some(&true) {
                rows.push((row, names.get(code as usize).cloned().unwrap_or_default()));
            }
        }
    };
    if let Some((categories, _)) = labels_among(side.dataset, classes.names())? {
        look(&categories.codes, &categories.names);
    }
    if let Some(PredictedValues::Classes(codes)) = side.predictions.map(|p| &p.values) {
        look(codes, &side.classes);
    }
    let Some((_, first)) = rows.first() else { return Ok(None) };
    let message = format!(
        "{} labels or predictions of {} name a class that the reference does not know, such as {first}; they count as absent.",
        rows.len(),
        side.dataset.info.file
    );
    let examples = rows.iter().take(EXAMPLES).map(|(row, name)| CellExample { row: u64::from(*row) + 1, text: name.clone() });
    Ok(Some(problem(
        "unknown_class",
        message,
        rows.len() as u64,
        examples.collect(),
        "Learn the firewall from a reference that has this class.",
    )))
}

/// The label as numbers; cells that are none count as unlabelled.
fn lenient_numbers(dataset: &Dataset, problems: &mut Vec<Problem>) -> Truth {
    let label = dataset.named(dataset.params.label_col.as_ref()).filter(|_| dataset.info.labelled > 0);
    let Some(label) = label else { return Truth::None };
    let numbers = label.to_number();
    let wrong = &numbers.cells.bad;
    if let Some(first) = wrong.first().filter(|_| !matches!(label.values, Values::Number { .. })) {
        let message =
            format!("{} labels of {} are no numbers, such as {}; they count as absent.", wrong.len(), dataset.info.file, first.text);
        let examples = wrong.iter().take(EXAMPLES).map(|b| CellExample { row: u64::from(b.row) + 1, text: b.text.clone() }).collect();
        problems.push(problem("label_not_numeric", message, wrong.len() as u64, examples, "Write labels as numbers."));
    }
    match numbers.values {
        Values::Number { values, .. } => Truth::Numbers(values.values().to_vec()),
        _ => Truth::None,
    }
}

fn problem(code: &str, message: String, count: u64, examples: Vec<CellExample>, mend: &str) -> Problem {
    let details = ErrorDetails { mend: Some(mend.to_owned()), ..ErrorDetails::default() };
    Problem { code: code.to_owned(), level: ProblemLevel::Warning, message, count, details, examples }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use straingauge_api::{DataParams, PredictionParams};

    use super::super::{NO_CLASS, Predictions, pair};
    use super::*;
    use crate::table::testing::{category, lists, number, table};
    use crate::table::{Column, dataset};

    fn set(columns: Vec<Column>) -> Dataset {
        dataset(Arc::new(table(columns)), "set", &DataParams::default(), None).unwrap()
    }

    fn predicted(dataset: &Dataset, columns: Vec<Column>) -> Predictions {
        pair(dataset, Some(&table(columns)), "m", &PredictionParams::default()).unwrap().0
    }

    fn three() -> OutcomeForm {
        let reference = set(vec![category("label", &["a", "b", "c"])]);
        let columns = vec![number("a", &[0.6, 0.2, 0.1]), number("b", &[0.2, 0.5, 0.1]), number("c", &[0.2, 0.3, 0.8])];
        let predictions = predicted(&reference, columns);
        reference_outcomes(ModelTask::MulticlassClassification, (&reference, Some(&predictions)), None, None).unwrap().1
    }

    #[test]
    fn a_class_that_the_reference_does_not_know_is_none() {
        let bin = set(vec![category("label", &["b", "z", "", "z"])]);
        let columns = vec![number("c", &[0.1, 0.2, 0.3, 0.1]), number("b", &[0.8, 0.2, 0.3, 0.1]), number("a", &[0.1, 0.6, 0.4, 0.8])];
        let predictions = predicted(&bin, columns);
        let (outcomes, problems) = outcomes_in(&three(), (&bin, Some(&predictions))).unwrap();
        assert!(matches!(&outcomes.truth, Truth::Classes(c) if c[..] == [1, NO_CLASS, NO_CLASS, NO_CLASS]));
        // Columns go by their names, whatever their order.
        assert_eq!(outcomes.predicted_classes(), Some(&[1, 0, 0, 0][..]));
        let [problem] = &problems[..] else { panic!("{problems:?}") };
        assert_eq!((problem.code.as_str(), problem.count), ("unknown_class", 2));
        assert_eq!(problem.examples.iter().map(|e| (e.row, e.text.as_str())).collect::<Vec<_>>(), [(2, "z"), (4, "z")]);
    }

    #[test]
    fn probabilities_of_another_number_of_classes_are_another_models() {
        let bin = set(vec![category("label", &["a", "b"])]);
        let predictions = predicted(&bin, vec![lists("p", 2, &[0.5, 0.5, 0.1, 0.9])]);
        assert_eq!(outcomes_in(&three(), (&bin, Some(&predictions))).unwrap_err().code, "class_counts_differ");
        let columns = vec![number("a", &[0.5, 0.2]), number("b", &[0.3, 0.2]), number("z", &[0.2, 0.6])];
        let unknown = predicted(&bin, columns);
        assert_eq!(outcomes_in(&three(), (&bin, Some(&unknown))).unwrap_err().code, "unknown_class");
    }

    #[test]
    fn classes_of_a_batch_go_by_the_names_of_the_reference() {
        let bin = set(vec![number("x", &[1.5, 2.5])]);
        let columns = |names: [&str; 3]| {
            let values = [[0.1, 0.8], [0.2, 0.1], [0.7, 0.1]];
            names.iter().zip(values).map(|(name, values)| number(name, &values)).collect::<Vec<Column>>()
        };
        let predictions = predicted(&bin, columns(["prob_b", "prob_c", "prob_a"]));
        let (outcomes, _) = outcomes_in(&three(), (&bin, Some(&predictions))).unwrap();
        assert_eq!(outcomes.predicted_classes(), Some(&[0, 1][..]));
        let strangers = predicted(&bin, columns(["prob_x", "prob_y", "prob_z"]));
        assert_eq!(outcomes_in(&three(), (&bin, Some(&strangers))).unwrap_err().code, "classes_do_not_match");
    }

    #[test]
    fn what_is_not_there_yet_is_missing() {
        let bin = set(vec![number("x", &[1.0, 2.0])]);
        let (outcomes, problems) = outcomes_in(&three(), (&bin, None)).unwrap();
        assert!(problems.is_empty() && outcomes.rows() == 2);
        assert!(matches!(&outcomes.truth, Truth::Classes(c) if c[..] == [NO_CLASS, NO_CLASS]));
        assert!(matches!(&outcomes.prediction, Prediction::Probabilities { values, .. } if values.len() == 6 && values[0].is_nan()));
    }
}
