//! A table and what the reader says of it become a data set.

use std::sync::Arc;

use straingauge_api::{DataParams, DatasetInfo, ErrorDetails, ModelTask, Problem, ProblemLevel, Question, Role, RoleGuess};

use super::facts::{ColumnFacts, present_rows};
use super::inspection::{column_info, column_infos};
use super::reading::{Dated, to_moments};
use super::{Column, Dataset, Feature, FeatureKind, Roles, Table, Values, roles_for, truth};
use crate::{Error, Result};

/// Builds the data set `name` over `table`: roles set by `params`, the rest guessed.
///
/// Numbers that are categorical features become categories, categories that are text features become texts. A given
/// `task` is checked against the label.
///
/// # Errors
/// `unknown_column` where `params` names a column that the table lacks; `conflicting_roles` where it gives one column two
/// roles; `not_numeric` where a numeric feature holds no numbers; `empty_file` where there are no rows.
pub fn dataset(table: Arc<Table>, name: &str, params: &DataParams, task: Option<ModelTask>) -> Result<Dataset> {
    if table.rows == 0 {
        return Err(Error::new("empty_file", format!("{} has no rows.", table.name))
            .mend("A data set needs at least one row below its column names.")
            .in_file(&table.name));
    }
    let (table, dated) = timed(table, params)?;
    let facts: Vec<ColumnFacts> = table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
    let roles = roles_for(&table, &facts, params, task)?;
    let table = converted(table, &roles)?;
    let params = in_force(&table, &roles, params);
    let label = params.label_col.as_ref().and_then(|n| table.column(n));
    let labelled = label.map_or(0, |c| present_rows(c));
    let info = DatasetInfo {
        name: name.to_owned(),
        file: table.name.clone(),
        bytes: table.bytes,
        sha256: table.sha256.clone(),
        rows: table.rows as u64,
        labelled,
        columns: column_infos(&table, &facts, &roles.guesses),
        params: params.clone(),
        problems: label_problems(&table, label.map(AsRef::as_ref), labelled, task).into_iter().chain(dated).collect(),
        questions: question(&table, &facts, &roles, &params, task).into_iter().collect(),
        labels: None,
    };
    Ok(Dataset { name: name.to_owned(), features: features(&table, &roles), table, params, task, info })
}

/// The table with the column that `timestampCol` names read as dates, and what was assumed about it.
///
/// # Errors
/// `not_a_timestamp` where a cell of it is no date.
fn timed(table: Arc<Table>, params: &DataParams) -> Result<(Arc<Table>, Option<Problem>)> {
    let named = params.timestamp_col.as_ref().and_then(|name| table.columns.iter().position(|c| c.name == *name));
    let Some((at, column)) = named.and_then(|at| Some((at, table.columns.get(at)?))) else { return Ok((table, None)) };
    if matches!(column.values, Values::Timestamp(_)) {
        return Ok((table, None));
    }
    let Dated { column: dated, note } = to_moments(column).map_err(|found| {
        let row = found.row as u64 + 1;
        let cell = super::cut(&found.cell);
        let message = format!("Column {} of {}, which timestampCol names, holds no date in row {row}: “{cell}”.", column.name, table.name);
        Error::new("not_a_timestamp", message)
            .mend("Write dates as 2024-01-31 or 2024-01-31T10:00:00Z, leave cells without one empty, or name another column.")
            .in_file(&table.name)
            .at_row(row)
            .in_column(&column.name)
    })?;
    let mut columns = table.columns.clone();
    if let Some(place) = columns.get_mut(at) {
        *place = Arc::new(dated);
    }
    Ok((Arc::new(Table { columns, ..Table::clone(&table) }), note))
}

/// A data set over other columns or with other roles: the same names in the same order.
///
/// # Errors
/// `not_numeric` where a numeric feature holds no numbers.
pub fn rebuilt(old: &Dataset, table: Arc<Table>, guesses: Vec<RoleGuess>) -> Result<Dataset> {
    let roles = Roles { guesses, prediction: old.params.prediction_col.clone(), truth: None };
    let table = converted(table, &roles)?;
    let params = in_force(&table, &roles, &old.params);
    let label = params.label_col.as_ref().and_then(|n| table.column(n));
    let labelled = label.map_or(0, |c| present_rows(c));
    let mut info = old.info.clone();
    for (column, (info, guess)) in table.columns.iter().zip(info.columns.iter_mut().zip(&roles.guesses)) {
        if old.table.column(&column.name).is_some_and(|before| Arc::ptr_eq(before, column)) {
            info.role = guess.clone();
        } else {
            *info = column_info(column, &ColumnFacts::of(column), guess);
        }
    }
    info.problems.retain(|p| p.code != "missing_labels");
    info.problems.extend(label_problems(&table, label.map(AsRef::as_ref), labelled, old.task));
    (info.labelled, info.params) = (labelled, params.clone());
    Ok(Dataset { name: old.name.clone(), features: features(&table, &roles), table, params, task: old.task, info })
}

/// Which column is the truth, where that is open.
fn question(table: &Table, facts: &[ColumnFacts], roles: &Roles, said: &DataParams, task: Option<ModelTask>) -> Option<Question> {
    let by_name = || {
        let open = said.label_col.is_none() && roles.prediction.is_none() && roles.first(table, Role::Label).is_none();
        task.filter(|_| open).and_then(|task| truth::by_name(table, facts, &roles.guesses, task))
    };
    roles.truth.clone().or_else(by_name)
}

/// The table with columns in the type that their role asks for.
fn converted(table: Arc<Table>, roles: &Roles) -> Result<Arc<Table>> {
    let wanted = table.columns.iter().zip(&roles.guesses).map(|(column, guess)| match (guess.role, &column.values) {
        (Role::Categorical, Values::Number { .. } | Values::Text(_) | Values::Timestamp(_) | Values::List(_)) => {
            Ok(Some(Arc::new(column.to_category())))
        }
        (Role::Text, Values::Text(_)) => Ok(None),
        (Role::Text, _) => Ok(Some(Arc::new(column.to_text()))),
        (Role::Numeric, Values::Category(_) | Values::Text(_) | Values::List(_) | Values::Boolean(_)) => Err(not_numeric(&table, column)),
        _ => Ok(None),
    });
    let wanted: Vec<Option<Arc<Column>>> = wanted.collect::<Result<_>>()?;
    if wanted.iter().all(Option::is_none) {
        return Ok(table);
    }
    let columns = table.columns.iter().zip(wanted).map(|(column, new)| new.unwrap_or_else(|| Arc::clone(column))).collect();
    Ok(Arc::new(Table { columns, ..Table::clone(&table) }))
}

fn not_numeric(table: &Table, column: &Column) -> Error {
    Error::new("not_numeric", format!("Column {} of {} does not hold numbers.", column.name, table.name))
        .mend("Leave it out of numericFeatures, or set its type in read.columnTypes.")
        .in_file(&table.name)
        .in_column(&column.name)
}

/// The parameters with the guesses filled in.
fn in_force(table: &Table, roles: &Roles, said: &DataParams) -> DataParams {
    let named = |role: Role| -> Vec<String> {
        table.columns.iter().zip(&roles.guesses).filter(|(_, g)| g.role == role).map(|(c, _)| c.name.clone()).collect()
    };
    let first = |role: Role| roles.first(table, role).map(str::to_owned);
    let flagged = |flag: fn(&straingauge_api::RoleGuess) -> bool| -> Vec<String> {
        table.columns.iter().zip(&roles.guesses).filter(|(_, g)| flag(g)).map(|(c, _)| c.name.clone()).collect()
    };
    DataParams {
        label_col: first(Role::Label).or_else(|| said.label_col.clone().filter(String::is_empty)),
        prediction_col: roles.prediction.clone(),
        timestamp_col: first(Role::Timestamp),
        text_features: Some(named(Role::Text)),
        categorical_features: Some(named(Role::Categorical)),
        numeric_features: Some(named(Role::Numeric)),
        protected_features: Some(flagged(|g| g.protected)),
        features_not_in_model: Some(flagged(|g| !g.in_model)),
        query_col: first(Role::QueryId),
        embedding_cols: Some(named(Role::Embedding)),
        id_col: first(Role::Id),
        group_col: first(Role::Group),
        weight_col: first(Role::Weight),
        ignore: Some(named(Role::Ignored)),
        ..said.clone()
    }
}

fn features(table: &Table, roles: &Roles) -> Vec<Feature> {
    let kind = |role: Role| match role {
        Role::Numeric => Some(FeatureKind::Numeric),
        Role::Categorical => Some(FeatureKind::Categorical),
        Role::Text => Some(FeatureKind::Text),
        _ => None,
    };
    let columns = table.columns.iter().zip(&roles.guesses);
    let features = columns.filter_map(|(column, guess)| {
        kind(guess.role).map(|kind| Feature {
            name: column.name.clone(),
            kind,
            in_model: guess.in_model,
            protected: guess.protected,
            measured_in: None,
        })
    });
    features.collect()
}

/// What is odd about the label: missing in some rows, or not what the task needs.
fn label_problems(table: &Table, label: Option<&Column>, labelled: u64, task: Option<ModelTask>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Some(label) = label else { return problems };
    let rows = table.rows as u64;
    let details = |mend: &str| ErrorDetails {
        file: Some(table.name.clone()),
        row: None,
        column: Some(label.name.clone()),
        mend: Some(mend.to_owned()),
    };
    if labelled < rows {
        problems.push(Problem {
            code: "missing_labels".to_owned(),
            level: ProblemLevel::Note,
            message: format!(
                "{} of {rows} rows of {} have no label; metrics that need labels use the other {labelled}.",
                rows - labelled,
                table.name
            ),
            count: rows - labelled,
            details: details("Nothing, if these labels are still to come."),
            examples: Vec::new(),
        });
    }
    let numeric = matches!(label.values, Values::Number { .. });
    if matches!(task, Some(ModelTask::Regression | ModelTask::Ranking)) && !numeric {
        problems.push(Problem {
            code: "label_not_numeric".to_owned(),
            level: ProblemLevel::Error,
            message: format!("The label {} of {} does not hold numbers, which the task needs.", label.name, table.name),
            count: labelled,
            details: details("Name another label column, or set the column's type in read.columnTypes."),
            examples: Vec::new(),
        });
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::testing::{category, moments, number, table, text};
    use super::*;

    fn built(params: &DataParams) -> Result<Dataset> {
        let columns = vec![
            number("zip", &[10115.0, 20095.0, 10115.0]),
            category("note", &["a", "b", ""]),
            text("body", &["one two", "three", "four"]),
            moments("timestamp", &[1, 2, 3]),
            category("label", &["x", "", "y"]),
            number("meta.cost", &[0.5, 1.5, 2.5]),
        ];
        dataset(Arc::new(table(columns)), "reference", params, None)
    }

    #[test]
    fn features_stand_in_file_order_without_the_special_columns() {
        let set = built(&DataParams::default()).unwrap();
        let seen: Vec<(&str, FeatureKind, bool)> = set.features.iter().map(|f| (f.name.as_str(), f.kind, f.in_model)).collect();
        assert_eq!(
            seen,
            [
                ("zip", FeatureKind::Numeric, true),
                ("note", FeatureKind::Categorical, true),
                ("body", FeatureKind::Text, true),
                ("meta.cost", FeatureKind::Numeric, false)
            ]
        );
        assert_eq!((set.params.label_col.as_deref(), set.params.timestamp_col.as_deref()), (Some("label"), Some("timestamp")));
        assert_eq!((set.info.rows, set.info.labelled), (3, 2));
        assert_eq!(set.info.problems[0].code, "missing_labels");
    }

    #[test]
    fn the_reader_turns_numbers_into_categories_and_categories_into_texts() {
        let said = |c: &str| Some(vec![c.to_owned()]);
        let params = DataParams {
            categorical_features: said("zip"),
            text_features: said("note"),
            ignore: said("meta.cost"),
            ..DataParams::default()
        };
        let set = built(&params).unwrap();
        assert!(matches!(&set.table.column("zip").unwrap().values, Values::Category(c) if c.names == ["10115", "20095"]));
        assert!(matches!(set.table.column("note").unwrap().values, Values::Text(_)));
        assert!(set.features.iter().all(|f| f.name != "meta.cost"));
        let wrong = DataParams { numeric_features: said("note"), ..DataParams::default() };
        assert_eq!(built(&wrong).unwrap_err().code, "not_numeric");
    }

    #[test]
    fn a_file_without_rows_is_refused() {
        let error = dataset(Arc::new(table(vec![number("a", &[])])), "r", &DataParams::default(), None).unwrap_err();
        assert_eq!(error.code, "empty_file");
    }

    #[test]
    fn a_label_that_cannot_be_the_tasks_is_told() {
        let set = dataset(Arc::new(table(vec![category("label", &["x", "y"])])), "r", &DataParams::default(), Some(ModelTask::Regression))
            .unwrap();
        assert_eq!((set.info.problems[0].code.as_str(), set.info.problems[0].level), ("label_not_numeric", ProblemLevel::Error));
    }
}
