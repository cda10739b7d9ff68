//! Labels of a file of their own meet the rows of a data set, by key or row by row.

use std::collections::HashSet;
use std::sync::Arc;

use straingauge_api::{DataParams, LabelInfo, LabelParams, ModelTask, OneOrMany, Problem, Question, QuestionAbout, Reading, Role};

use super::counted::{Counted, warning};
use super::joining::{Brought, loosely, match_rows};
use crate::table::{self, Column, ColumnFacts, Dataset, Table, Values, position, roles};
use crate::{Error, Result};

/// A data set with the labels of `source` as its truth.
///
/// They take the name of the data set's label where it has one, else that of their own column; a column of that name is replaced, and
/// keeps its value only in rows for which `source` has none. Rows are matched by `params.id_col`, else by a column that both files have and
/// whose values never repeat where the files have different numbers of rows, else as predictions are.
///
/// # Errors
/// `no_label_column`, `unknown_column`, `length_mismatch`, `keys_do_not_match`.
pub fn labelled(dataset: &Dataset, source: &Table, params: &LabelParams, task: Option<ModelTask>) -> Result<(Dataset, LabelInfo)> {
    let key = params.id_col.clone().filter(|name| !name.is_empty()).or_else(|| shared_key(dataset, source, params));
    let (column, mut questions) = label_column(dataset, source, params, key.as_deref())?;
    let mut problems = Vec::new();
    let asked = key.as_deref().or(params.id_col.as_deref());
    let (rows, pairing) = match_rows(dataset, source, asked, Brought::Labels, &mut problems, &mut questions)?;
    let places: Vec<Option<u32>> = (0..dataset.rows()).map(|row| rows.source_row(row).map(|row| row as u32)).collect();
    let truth = column.gathered(&places)?;
    let rows = (0..truth.rows()).filter(|&row| truth.cell_present(row)).count() as u64;
    if rows == 0 {
        let message = format!("No row of {} has a label in {}.", dataset.info.file, source.name);
        return Err(Error::new("no_labels", message)
            .mend("Name the column of the truth in labelCol, and a key column of both files in idCol.")
            .in_file(&source.name)
            .in_column(&column.name));
    }
    let name = dataset.params.label_col.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| column.name.clone());
    let former = dataset.table.column(&name);
    let truth = match former {
        Some(former) => completed(truth, former, (dataset, source), &mut problems),
        None => truth,
    };
    problems.sort_by_key(|p| std::cmp::Reverse(p.level));
    let info = LabelInfo {
        dataset: dataset.name.clone(),
        file: source.name.clone(),
        sha256: source.sha256.clone(),
        rows,
        column: column.name.clone(),
        pairing,
        problems,
        questions,
    };
    Ok((with_truth(dataset, Column { name, ..truth }, info.clone(), task)?, info))
}

/// A column of both files that names the data's rows: none of its values repeats there, and some stand in both. Files of as many rows need no
/// key.
fn shared_key(dataset: &Dataset, source: &Table, params: &LabelParams) -> Option<String> {
    if source.rows == dataset.rows() || params.id_col.is_some() {
        return None;
    }
    let is_truth = |name: &str| params.label_col.as_deref() == Some(name) || dataset.params.label_col.as_deref() == Some(name);
    let shared = source.columns.iter().filter(|c| !is_truth(&c.name));
    let shared = shared.filter_map(|theirs| dataset.table.column(&theirs.name).map(|ours| (ours, theirs)));
    let keys = shared.filter(|(ours, theirs)| {
        let moments = matches!(theirs.values, Values::Timestamp(_));
        ColumnFacts::of(ours).unique && !moments && {
            let known: HashSet<String> = (0..ours.rows()).filter_map(|row| ours.cell(row)).map(|cell| loosely(&cell)).collect();
            (0..theirs.rows()).filter_map(|row| theirs.cell(row)).any(|cell| known.contains(&loosely(&cell)))
        }
    });
    keys.map(|(_, theirs)| theirs.name.clone()).next()
}

/// The column of the truth: as told, else by its name, else the only one that is neither a key nor a copy of what the data have.
fn label_column<'a>(
    dataset: &Dataset,
    source: &'a Table,
    params: &LabelParams,
    key: Option<&str>,
) -> Result<(&'a Arc<Column>, Vec<Question>)> {
    let at = |name: &str| position(source, name, "labelCol").ok().and_then(|at| source.columns.get(at));
    if let Some(name) = &params.label_col {
        position(source, name, "labelCol")?;
        return at(name).map(|column| (column, Vec::new())).ok_or_else(|| nothing_found(source));
    }
    if let Some(column) = dataset.params.label_col.as_deref().and_then(|name| source.column(name)) {
        return Ok((column, Vec::new()));
    }
    let facts: Vec<ColumnFacts> = source.columns.iter().map(|c| ColumnFacts::of(c)).collect();
    let said = DataParams { id_col: key.map(str::to_owned), ..DataParams::default() };
    let found = roles(source, &facts, &said)?;
    if let Some(column) = found.first(source, Role::Label).and_then(at) {
        return Ok((column, Vec::new()));
    }
    let predicted = found.prediction.as_ref().map(OneOrMany::as_slice).unwrap_or_default();
    let is_key = |column: &Column| key == Some(column.name.as_str()) || dataset.params.id_col.as_deref() == Some(column.name.as_str());
    let columns = source.columns.iter().zip(&found.guesses);
    let open = columns.filter(|(column, guess)| {
        !is_key(column) && !matches!(guess.role, Role::Id | Role::Timestamp | Role::Embedding) && !predicted.contains(&column.name)
    });
    let open: Vec<&Arc<Column>> = open.map(|(column, _)| column).collect();
    let fresh: Vec<&Arc<Column>> = open.iter().copied().filter(|column| dataset.table.column(&column.name).is_none()).collect();
    let candidates = if fresh.is_empty() { open } else { fresh };
    match candidates.as_slice() {
        [] => match source.columns.as_slice() {
            [one] => Ok((one, Vec::new())),
            _ => Err(nothing_found(source)),
        },
        [one] => Ok((one, Vec::new())),
        // The truth of a table stands last more often than anywhere else.
        [others @ .., last] => {
            let readings = std::iter::once(last).chain(others).map(|column| Reading {
                choice: column.name.clone(),
                cell: (0..column.rows()).find_map(|row| column.cell(row)).unwrap_or_default(),
                meaning: format!("{} is the truth", column.name),
            });
            let question = Question {
                column: String::new(),
                about: QuestionAbout::Label,
                readings: readings.collect(),
                reason: "no name says the truth; the last column that the data do not have is assumed".to_owned(),
            };
            Ok((last, vec![question]))
        }
    }
}

fn nothing_found(source: &Table) -> Error {
    let names: Vec<&str> = source.columns.iter().map(|c| c.name.as_str()).take(20).collect();
    Error::new("no_label_column", format!("No column of {} looks like labels.", source.name))
        .mend(format!("Name it in labelCol; the columns are {}.", names.join(", ")))
        .in_file(&source.name)
}

/// The labels, completed by those that the data had already; rows in which the two differ are told.
fn completed(truth: Column, former: &Column, (dataset, source): (&Dataset, &Table), problems: &mut Vec<Problem>) -> Column {
    let (mut own, mut differing) = (false, Counted::default());
    let mut cells = Vec::with_capacity(truth.rows());
    for row in 0..truth.rows() {
        let (new, old) = (truth.cell(row), former.cell(row));
        if let (Some(new), Some(old)) = (&new, &old)
            && new != old
        {
            differing.add(row, || format!("{old} in the data, {new} in the label file"));
        }
        own |= new.is_none() && old.is_some();
        cells.push(new.or(old));
    }
    if differing.count > 0 {
        let text =
            format!("{} labels of {} differ from those in {}; the label file's count.", differing.count, source.name, dataset.info.file);
        problems.push(warning("labels_differ", text, (&source.name, Some(&former.name)), "Leave the column that is wrong out.", differing));
    }
    if !own {
        return truth;
    }
    let text: Column =
        Column { name: truth.name.clone(), values: Values::Text(cells.into_iter().collect()), cells: table::Cells::default() };
    let numeric = matches!((&truth.values, &former.values), (Values::Number { .. }, Values::Number { .. }));
    if numeric { text.to_number() } else { text.to_category() }
}

/// The data set with a label column, all other roles as they are.
fn with_truth(dataset: &Dataset, truth: Column, labels: LabelInfo, task: Option<ModelTask>) -> Result<Dataset> {
    let name = truth.name.clone();
    let mut columns = dataset.table.columns.clone();
    let truth = Arc::new(truth);
    match columns.iter_mut().find(|column| column.name == name) {
        Some(slot) => *slot = truth,
        None => columns.push(truth),
    }
    let params = DataParams { label_col: Some(name.clone()), ..without(&dataset.params, &name) };
    let labelled = Arc::new(Table { columns, ..Table::clone(&dataset.table) });
    let mut made = table::dataset(labelled, &dataset.name, &params, task)?;
    for column in &mut made.info.columns {
        let before = dataset.info.columns.iter().find(|c| c.name == column.name && c.role.role == column.role.role);
        if let Some(before) = before {
            column.role = before.role.clone();
        }
        if column.name == name {
            column.role.reason = format!("the labels of {}", labels.file);
        }
    }
    let told: Vec<String> = made.info.problems.iter().map(|p| p.message.clone()).collect();
    let about_label = |p: &&Problem| matches!(p.code.as_str(), "missing_labels" | "label_not_numeric");
    let kept = dataset.info.problems.iter().filter(|p| !about_label(p) && !told.contains(&p.message));
    made.info.problems.extend(kept.cloned());
    made.info.questions = dataset.info.questions.iter().filter(|q| q.about != QuestionAbout::Label && q.column != name).cloned().collect();
    made.info.labels = Some(labels);
    Ok(made)
}

/// Parameters that say nothing of a column.
fn without(params: &DataParams, name: &str) -> DataParams {
    let mut params = params.clone();
    for list in [
        &mut params.text_features,
        &mut params.categorical_features,
        &mut params.numeric_features,
        &mut params.protected_features,
        &mut params.features_not_in_model,
        &mut params.embedding_cols,
        &mut params.ignore,
    ]
    .into_iter()
    .flatten()
    {
        list.retain(|column| column != name);
    }
    for role in [&mut params.timestamp_col, &mut params.query_col, &mut params.id_col, &mut params.group_col, &mut params.weight_col] {
        *role = role.take().filter(|column| column != name);
    }
    params.prediction_col = params.prediction_col.take().filter(|columns| !columns.as_slice().contains(&name.to_owned()));
    params
}

#[cfg(test)]
mod tests {
    use straingauge_api::Pairing;

    use super::*;
    use crate::table::testing::{category, number, table};
    use crate::table::{self as tables};

    fn set(columns: Vec<Column>) -> Dataset {
        tables::dataset(Arc::new(table(columns)), "week", &DataParams::default(), None).unwrap()
    }

    fn joined(dataset: &Dataset, columns: Vec<Column>, params: &LabelParams) -> Result<(Dataset, LabelInfo)> {
        labelled(dataset, &table(columns), params, None)
    }

    fn codes(info: &LabelInfo) -> Vec<(&str, u64)> {
        info.problems.iter().map(|p| (p.code.as_str(), p.count)).collect()
    }

    fn cells(dataset: &Dataset, name: &str) -> Vec<Option<String>> {
        let column = dataset.table.column(name).unwrap();
        (0..column.rows()).map(|row| column.cell(row)).collect()
    }

    #[test]
    fn keys_join_labels_in_any_order_and_count_what_does_not_fit() {
        let data = set(vec![number("id", &[1.0, 2.0, 3.0, 4.0]), number("income", &[10.0, 20.0, 30.0, 40.0])]);
        let source = vec![number("id", &[4.0, 2.0, 9.0, 4.0, 1.0]), number("repaid", &[1.0, 0.0, 1.0, 0.0, 1.0])];
        let (made, info) = joined(&data, source, &LabelParams::default()).unwrap();
        assert_eq!((info.column.as_str(), info.rows), ("repaid", 3));
        assert_eq!(info.pairing, Pairing::Id { column: "id".into(), missing: 1, extra: 1, duplicate: 1 });
        assert_eq!(codes(&info), [("missing_keys", 1), ("extra_keys", 1), ("duplicate_keys", 1)]);
        assert!(info.problems[0].message.contains("1 rows of file.csv have no label in file.csv"), "{}", info.problems[0].message);
        assert_eq!(cells(&made, "repaid"), [Some("1".into()), Some("0".into()), None, Some("1".into())]);
        assert_eq!((made.params.label_col.as_deref(), made.info.labelled), (Some("repaid"), 3));
        assert!(made.features.iter().all(|f| f.name != "repaid"));
    }

    #[test]
    fn files_of_as_many_rows_meet_row_by_row() {
        let data = set(vec![number("income", &[10.0, 20.0, 30.0])]);
        let (made, info) = joined(&data, vec![category("work_home_actual", &["a", "b", "a"])], &LabelParams::default()).unwrap();
        assert_eq!((info.pairing, info.rows), (Pairing::Row, 3));
        assert_eq!(made.params.label_col.as_deref(), Some("work_home_actual"));
        let error = joined(&data, vec![category("truth", &["a", "b"])], &LabelParams::default()).unwrap_err();
        assert_eq!(error.code, "length_mismatch");
        assert!(error.to_string().contains("2 labels"), "{error}");
    }

    #[test]
    fn labels_fill_the_gaps_of_a_label_that_is_there_and_differences_are_told() {
        let data = set(vec![number("id", &[1.0, 2.0, 3.0]), number("label", &[1.0, f64::NAN, 0.0]), number("x", &[5.0, 6.0, 7.0])]);
        let source = vec![number("id", &[2.0, 3.0]), number("late", &[1.0, 1.0])];
        let (made, info) = joined(&data, source, &LabelParams::default()).unwrap();
        assert_eq!(cells(&made, "label"), [Some("1".into()), Some("1".into()), Some("1".into())]);
        assert_eq!(made.info.labelled, 3);
        assert!(matches!(made.table.column("label").unwrap().values, Values::Number { integer: true, .. }));
        assert_eq!(codes(&info).into_iter().find(|(code, _)| *code == "labels_differ"), Some(("labels_differ", 1)));
    }

    #[test]
    fn a_file_that_leaves_the_truth_open_asks() {
        let data = set(vec![number("id", &[1.0, 2.0, 3.0])]);
        let source = || vec![number("id", &[1.0, 2.0, 3.0]), category("note", &["x", "y", "z"]), number("repaid", &[1.0, 0.0, 1.0])];
        let (_, info) = joined(&data, source(), &LabelParams::default()).unwrap();
        let choices: Vec<&str> = info.questions[0].readings.iter().map(|r| r.choice.as_str()).collect();
        assert_eq!((info.column.as_str(), choices), ("repaid", vec!["repaid", "note"]));
        let params = LabelParams { label_col: Some("note".into()), ..LabelParams::default() };
        let (_, info) = joined(&data, source(), &params).unwrap();
        assert_eq!((info.column.as_str(), info.questions.len()), ("note", 0));
        let params = LabelParams { label_col: Some("repayed".into()), ..LabelParams::default() };
        assert_eq!(joined(&data, source(), &params).unwrap_err().code, "unknown_column");
    }
}
