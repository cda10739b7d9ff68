//! Predictions meet their rows: row i for row i, or by key.

use straingauge_api::{DataParams, ModelTask, OneOrMany, Pairing, PredictionInfo, PredictionParams, Role};

use super::classes::{ClassIndex, labels_of};
use super::joining::{RowMap, match_rows};
use super::logged::Reading;
use super::{PredictedValues, Predictions};
use crate::table::{ColumnFacts, Dataset, Table, Values, position, roles};
use crate::{Error, Result};

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
        questions: Vec::new(),
    };
    Ok((predictions, info))
}

fn prediction_columns(dataset: &Dataset, source: Option<&Table>, model: &str, params: &PredictionParams) -> Result<Vec<String>> {
    let table = source.unwrap_or(&dataset.table);
    if let Some(said) = &params.prediction_col {
        for name in said.as_slice() {
            position(table, name, "predictionCol")?;
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

fn suggested_task(dataset: &Dataset, predictions: &Predictions) -> Result<ModelTask> {
    let by_count = |n: usize| if n > 2 { ModelTask::MulticlassClassification } else { ModelTask::BinaryClassification };
    let label = dataset.named(dataset.params.label_col.as_ref());
    let ranked = dataset.params.query_col.is_some() && label.is_none_or(|c| matches!(c.values, Values::Number { .. }));
    Ok(match &predictions.values {
        PredictedValues::Probabilities(_) => by_count(predictions.classes.len()),
        PredictedValues::Numbers(_) | PredictedValues::Score(_) | PredictedValues::Classes(_) if ranked => ModelTask::Ranking,
        PredictedValues::Score(_) => ModelTask::BinaryClassification,
        PredictedValues::Classes(_) => {
            let mut names = labels_of(dataset)?.map(|(_, names)| names).unwrap_or_default();
            let index = ClassIndex::new(&names);
            names.extend(predictions.classes.iter().filter(|c| index.code(c).is_none()).cloned());
            by_count(names.len())
        }
        PredictedValues::Entities(_) => ModelTask::NamedEntityRecognition,
        PredictedValues::Numbers(_) => ModelTask::Regression,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use straingauge_api::{CellExample, PredictionKind};

    use super::super::NO_CLASS;
    use super::*;
    use crate::table::testing::{category, lists, number, table};
    use crate::table::{Column, dataset};

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
