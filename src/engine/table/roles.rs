//! What each column is for: said by the reader, else guessed with a reason.
//!
//! A guess weighs three kinds of evidence: the column's name, its type and values, and its agreement with other columns
//! (rows of numbers that sum to 1, a class that is always the most probable one).

use straingauge_api::{DataParams, ModelTask, OneOrMany, Question, Role, RoleGuess};

use super::facts::ColumnFacts;
use super::finder::Finder;
use super::{Table, names};
use crate::{Error, Result};

/// The roles of a table's columns.
#[derive(Debug, Clone)]
pub struct Roles {
    /// One guess a column, in file order.
    pub guesses: Vec<RoleGuess>,
    /// The columns that hold the prediction, the richest form where there are several.
    pub prediction: Option<OneOrMany>,
    /// Which column is the truth, where no name says so beyond doubt.
    pub truth: Option<Question>,
}

impl Roles {
    /// The first column of a role.
    pub fn first<'a>(&self, table: &'a Table, role: Role) -> Option<&'a str> {
        let at = self.guesses.iter().position(|g| g.role == role)?;
        table.columns.get(at).map(|c| c.name.as_str())
    }
}

/// Roles of a table's columns: those that `params` set, the rest guessed.
///
/// # Errors
/// `unknown_column` where `params` names a column that the table lacks, `conflicting_roles` where it gives a column two roles.
pub fn roles(table: &Table, facts: &[ColumnFacts], params: &DataParams) -> Result<Roles> {
    roles_for(table, facts, params, None)
}

/// The same for a task: a model of numbers has no probabilities.
///
/// # Errors
/// As [`roles`].
pub fn roles_for(table: &Table, facts: &[ColumnFacts], params: &DataParams, task: Option<ModelTask>) -> Result<Roles> {
    let mut guesses = set_by_reader(table, params)?;
    let said = |role: Role| guesses.iter().any(|g| g.as_ref().is_some_and(|g| g.role == role));
    let (label_said, prediction_said, time_said) = (params.label_col.is_some(), params.prediction_col.is_some(), said(Role::Timestamp));
    let singular_said: Vec<Role> = [Role::Id, Role::Group, Role::Weight, Role::QueryId].into_iter().filter(|&r| said(r)).collect();
    let of_numbers = matches!(task, Some(ModelTask::Regression | ModelTask::Ranking));
    let mut finder = Finder::new(table, facts, &mut guesses);

    finder.empty_columns();
    let mut prediction = params.prediction_col.clone().filter(|p| p.as_slice().iter().any(|name| !name.is_empty()));
    let declined = prediction_said && prediction.is_none();
    if !of_numbers {
        // What stands beside a prediction that the reader named is no feature either.
        let lists = if prediction_said { None } else { finder.probability_lists() };
        let columns = if lists.is_none() { finder.probability_columns(params.class_names.as_deref()) } else { None };
        prediction = prediction.or(lists).or(columns);
    }
    finder.embeddings();
    prediction = finder.entities(label_said, prediction);
    if !label_said {
        finder.label();
    }
    let named = finder.named_predictions(prediction.is_some(), of_numbers);
    prediction = prediction.or(named).filter(|_| !declined);
    finder.most_probable_class(prediction.as_ref());
    if !of_numbers {
        finder.confidences(prediction.as_ref());
    }
    let truth = if label_said { None } else { finder.truth(prediction.as_ref()) };
    if !time_said {
        finder.timestamp();
    }
    finder.keys(&singular_said);
    finder.the_rest(params);
    Ok(Roles { guesses: guesses.into_iter().flatten().collect(), prediction, truth })
}

/// The roles that the reader has set, one slot a column.
fn set_by_reader(table: &Table, params: &DataParams) -> Result<Vec<Option<RoleGuess>>> {
    let mut guesses: Vec<Option<RoleGuess>> = vec![None; table.columns.len()];
    // An empty name says that no column has the role.
    let one = |name: &Option<String>| name.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>();
    let many = |names: &Option<Vec<String>>| names.clone().unwrap_or_default();
    let mut prediction = params.prediction_col.as_ref().map(|p| p.as_slice().to_vec()).unwrap_or_default();
    prediction.retain(|name| !name.is_empty());
    let said = [
        (Role::Label, one(&params.label_col), "labelCol"),
        (Role::Prediction, prediction, "predictionCol"),
        (Role::Timestamp, one(&params.timestamp_col), "timestampCol"),
        (Role::QueryId, one(&params.query_col), "queryCol"),
        (Role::Id, one(&params.id_col), "idCol"),
        (Role::Group, one(&params.group_col), "groupCol"),
        (Role::Weight, one(&params.weight_col), "weightCol"),
        (Role::Embedding, many(&params.embedding_cols), "embeddingCols"),
        (Role::Text, many(&params.text_features), "textFeatures"),
        (Role::Categorical, many(&params.categorical_features), "categoricalFeatures"),
        (Role::Numeric, many(&params.numeric_features), "numericFeatures"),
        (Role::Ignored, many(&params.ignore), "ignore"),
    ];
    for (role, columns, option) in said {
        for name in columns {
            let at = position(table, &name, option)?;
            let Some(slot) = guesses.get_mut(at) else { continue };
            if let Some(before) = slot.as_ref().filter(|g| g.role != role) {
                let message = format!("Column {name} of {} has two roles: {:?} and {role:?}.", table.name, before.role);
                return Err(Error::new("conflicting_roles", message)
                    .mend(format!("Name it in {option} or in the other option, not in both."))
                    .in_file(&table.name)
                    .in_column(name));
            }
            *slot = Some(RoleGuess { role, protected: false, in_model: true, confidence: 1.0, reason: "set by you".to_owned() });
        }
    }
    let features = [(many(&params.protected_features), "protectedFeatures"), (many(&params.features_not_in_model), "featuresNotInModel")];
    let crossed = params.intersections.iter().flatten().map(|set| (set.clone(), "intersections"));
    for (columns, option) in features.into_iter().chain(crossed) {
        for name in columns {
            position(table, &name, option)?;
        }
    }
    Ok(guesses)
}

/// The place of a column that an option names.
///
/// # Errors
/// `unknown_column`, naming the nearest existing one.
pub fn position(table: &Table, name: &str, option: &str) -> Result<usize> {
    table.columns.iter().position(|c| c.name == name).ok_or_else(|| {
        let known = || table.columns.iter().map(|c| c.name.as_str());
        let mend = match names::nearest(name, known()) {
            Some(near) => format!("Did you mean {near}?"),
            None => format!("Its columns are {}.", known().take(20).collect::<Vec<_>>().join(", ")),
        };
        let message = format!("{} has no column {name}, which {option} names.", table.name);
        Error::new("unknown_column", message).mend(mend).in_file(&table.name).in_column(name)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{category, lists, moments, number, table, text};
    use super::*;
    use crate::table::Column;

    fn guessed(columns: Vec<Column>, params: &DataParams) -> (Vec<(Role, bool)>, Option<OneOrMany>) {
        let table = table(columns);
        let facts: Vec<ColumnFacts> = table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
        let roles = roles(&table, &facts, params).unwrap();
        assert_eq!(roles.guesses.len(), table.columns.len());
        (roles.guesses.iter().map(|g| (g.role, g.protected)).collect(), roles.prediction)
    }

    fn plain(columns: Vec<Column>) -> (Vec<Role>, Option<OneOrMany>) {
        let (roles, prediction) = guessed(columns, &DataParams::default());
        (roles.into_iter().map(|r| r.0).collect(), prediction)
    }

    /// A column of 60 values made from the row number.
    fn numbers(name: &str, f: impl Fn(usize) -> f64) -> Column {
        number(name, &(0..60).map(f).collect::<Vec<_>>())
    }

    fn categories(name: &str, f: impl Fn(usize) -> String) -> Column {
        let owned: Vec<String> = (0..60).map(f).collect();
        category(name, &owned.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn guesses_a_scored_table() {
        let (roles, prediction) = plain(vec![
            numbers("ticket_id", |i| 100.0 + i as f64),
            numbers("amount", |i| i as f64 * 0.7),
            category("gender", &["f"; 60]),
            moments("opened_at", &[5; 60]),
            moments("closed", &[6; 60]),
            numbers("label", |i| (i % 2) as f64),
            numbers("preds", |i| i as f64 / 60.0),
            numbers("sample_weight", |_| 1.5),
            numbers("nothing", |_| f64::NAN),
        ]);
        assert_eq!(
            roles,
            [
                Role::Id,
                Role::Numeric,
                Role::Categorical,
                Role::Timestamp,
                Role::Numeric,
                Role::Label,
                Role::Prediction,
                Role::Weight,
                Role::Ignored
            ]
        );
        assert_eq!(prediction, Some(OneOrMany::One("preds".into())));
    }

    #[test]
    fn protected_features_are_set_and_never_guessed() {
        let columns = || vec![category("gender", &["f", "m"]), category("plan", &["a", "b"])];
        assert_eq!(guessed(columns(), &DataParams::default()).0, [(Role::Categorical, false), (Role::Categorical, false)]);
        let table = table(columns());
        let facts: Vec<ColumnFacts> = table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
        let suggested = roles(&table, &facts, &DataParams::default()).unwrap().guesses;
        assert!(suggested[0].reason.contains("“gender” suggests a protected feature") && !suggested[1].reason.contains("protected"));
        let params = DataParams { protected_features: Some(vec!["plan".into()]), ..DataParams::default() };
        assert_eq!(guessed(columns(), &params).0, [(Role::Categorical, false), (Role::Categorical, true)]);
    }

    #[test]
    fn lists_are_probabilities_or_embeddings() {
        let few = [0.3, -0.75, 1.0, 2.0, 0.0, 0.1];
        let (roles, prediction) = plain(vec![
            lists("p", 2, &[0.25, 0.75, 1.0, 0.0, f64::NAN, f64::NAN]),
            lists("v", 8, &[0.3; 24]),
            lists("text_embedding", 2, &few),
            lists("place", 2, &few),
        ]);
        assert_eq!(roles, [Role::Prediction, Role::Embedding, Role::Embedding, Role::Ignored]);
        assert_eq!(prediction, Some(OneOrMany::One("p".into())));
    }

    #[test]
    fn columns_that_sum_to_one_are_probabilities_and_their_argmax_is_no_feature() {
        let p = |i: usize| (i as f64 * 0.37).fract();
        let (roles, prediction) = plain(vec![
            categories("label", |i| if i % 3 == 0 { "cat".into() } else { "dog".into() }),
            numbers("cat", p),
            numbers("dog", |i| 1.0 - p(i)),
            categories("answer", |i| if p(i) >= 0.5 { "cat".into() } else { "dog".into() }),
            numbers("share", |i| i as f64 / 100.0),
        ]);
        assert_eq!(roles, [Role::Label, Role::Prediction, Role::Prediction, Role::Prediction, Role::Numeric]);
        assert_eq!(prediction, Some(OneOrMany::Many(vec!["cat".into(), "dog".into()])));

        let (roles, prediction) = plain(vec![numbers("prob_a", p), numbers("prob_b", |i| 1.0 - p(i))]);
        assert_eq!(roles, [Role::Prediction, Role::Prediction]);
        assert_eq!(prediction.map(|p| p.as_slice().len()), Some(2));
    }

    #[test]
    fn the_reader_has_the_last_word() {
        let columns = || vec![numbers("label", |i| (i % 2) as f64), numbers("other", |i| (i % 3) as f64), numbers("id", |i| i as f64)];
        let params = DataParams { label_col: Some("other".into()), numeric_features: Some(vec!["id".into()]), ..DataParams::default() };
        assert_eq!(guessed(columns(), &params).0.iter().map(|r| r.0).collect::<Vec<_>>(), [Role::Numeric, Role::Label, Role::Numeric]);
    }

    #[test]
    fn unknown_and_conflicting_names_are_errors() {
        let table = table(vec![number("label", &[1.0, 0.0]), number("amount", &[1.0, 2.0])]);
        let facts: Vec<ColumnFacts> = table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
        let params = DataParams { label_col: Some("lable".into()), ..DataParams::default() };
        let error = roles(&table, &facts, &params).unwrap_err();
        assert_eq!(error.code, "unknown_column");
        assert_eq!(error.to_string(), "file.csv has no column lable, which labelCol names. Did you mean label?");
        let params = DataParams { label_col: Some("label".into()), ignore: Some(vec!["label".into()]), ..DataParams::default() };
        assert_eq!(roles(&table, &facts, &params).unwrap_err().code, "conflicting_roles");
    }

    #[test]
    fn texts_and_tokens_differ() {
        let texts: Vec<String> = (0..60).map(|i| format!("number {i}")).collect();
        let tokens: Vec<String> = (0..60).map(|i| format!("a-{i}")).collect();
        let of = |v: &[String]| v.iter().map(String::as_str).collect::<Vec<_>>().join("\u{0}");
        let (texts, tokens) = (of(&texts), of(&tokens));
        let split = |s: &'static str| s.split('\u{0}').collect::<Vec<_>>();
        let (texts, tokens) = (split(texts.leak()), split(tokens.leak()));
        let (roles, _) = plain(vec![text("body", &texts), category("token", &tokens)]);
        assert_eq!(roles, [Role::Text, Role::Id]);
    }
}
