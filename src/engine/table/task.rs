//! Which task a label and a prediction suggest.

use straingauge_api::{ColumnType, ModelTask, OneOrMany, Role, TaskGuess};

use super::facts::ColumnFacts;
use super::{Roles, Table, Values};

/// Whole numbers with at most this many values are classes where nothing says otherwise.
const FEW_CLASSES: u64 = 30;

/// What a prediction looks like, as far as the task depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Probabilities of so many classes.
    Probabilities(usize),
    /// Numbers between 0 and 1.
    Unit,
    /// Values from a set of so many.
    Classes(u64),
    /// Other numbers.
    Numbers,
}

/// Guesses the task from the columns that are label and prediction; `None` where there is neither.
pub fn task(table: &Table, facts: &[ColumnFacts], roles: &Roles) -> Option<TaskGuess> {
    let columns = || table.columns.iter().zip(facts).zip(&roles.guesses);
    let label = columns().find(|(_, guess)| guess.role == Role::Label).map(|((column, facts), _)| (column.kind(), facts));
    let form = roles.prediction.as_ref().and_then(|p| form(table, facts, p));
    let ranked = roles.guesses.iter().any(|g| g.role == Role::QueryId);
    let guess = |task, confidence, reason: String| Some(TaskGuess { task, confidence, reason });
    let classes = |n: u64| if n > 2 { ModelTask::MulticlassClassification } else { ModelTask::BinaryClassification };

    if let Some((column, _)) = columns().find(|((c, _), g)| matches!(g.role, Role::Label | Role::Prediction) && c.lists_entities()) {
        let reason = format!("{} lists named entities", column.0.name);
        return guess(ModelTask::NamedEntityRecognition, 0.97, reason);
    }
    if let Some((kind, facts)) = label.filter(|(_, f)| f.present > 0) {
        let numeric = matches!(kind, ColumnType::Integer | ColumnType::Float);
        if ranked && numeric {
            return guess(ModelTask::Ranking, 0.85, "a query column and a number to rank by".to_owned());
        }
        if let Some(Form::Probabilities(width)) = form {
            return guess(classes(width as u64), 0.97, format!("the prediction has {width} probabilities a row"));
        }
        let distinct = facts.distinct;
        return match kind {
            ColumnType::Category | ColumnType::Boolean | ColumnType::Text => {
                guess(classes(distinct), 0.9, format!("the label has {distinct} different values"))
            }
            ColumnType::Integer if distinct <= 2 => guess(ModelTask::BinaryClassification, 0.95, "the label has two values".to_owned()),
            ColumnType::Integer if matches!(form, Some(Form::Numbers)) && distinct > 5 => {
                guess(ModelTask::Regression, 0.75, "label and prediction are numbers".to_owned())
            }
            ColumnType::Integer if distinct <= FEW_CLASSES && distinct * 5 <= facts.present => {
                guess(ModelTask::MulticlassClassification, 0.8, format!("the label is one of {distinct} whole numbers"))
            }
            ColumnType::Float if distinct <= 2 => guess(ModelTask::BinaryClassification, 0.85, "the label has two values".to_owned()),
            ColumnType::Integer | ColumnType::Float => guess(ModelTask::Regression, 0.85, "the label is a number".to_owned()),
            ColumnType::Timestamp | ColumnType::List => None,
        };
    }
    match form? {
        Form::Probabilities(width) => guess(classes(width as u64), 0.9, format!("the prediction has {width} probabilities a row")),
        Form::Unit => guess(ModelTask::BinaryClassification, 0.7, "the prediction lies between 0 and 1".to_owned()),
        Form::Classes(n) => guess(classes(n), 0.7, format!("the prediction has {n} different values")),
        Form::Numbers => guess(ModelTask::Regression, 0.65, "the prediction is a number".to_owned()),
    }
}

fn form(table: &Table, facts: &[ColumnFacts], prediction: &OneOrMany) -> Option<Form> {
    let names = prediction.as_slice();
    if names.len() > 1 {
        return Some(Form::Probabilities(names.len()));
    }
    let name = names.first()?;
    let (column, facts) = table.columns.iter().zip(facts).find(|(c, _)| &c.name == name)?;
    let unit = facts.range.is_some_and(|(lo, hi)| lo >= 0.0 && hi <= 1.0);
    Some(match &column.values {
        Values::List(list) if list.width > 1 => Form::Probabilities(list.width),
        Values::Number { integer: false, .. } | Values::List(_) if unit => Form::Unit,
        Values::Number { integer: true, .. } if facts.distinct <= FEW_CLASSES => Form::Classes(facts.distinct),
        Values::Number { .. } | Values::List(_) | Values::Timestamp(_) => Form::Numbers,
        Values::Boolean(_) | Values::Category(_) | Values::Text(_) => Form::Classes(facts.distinct),
    })
}

#[cfg(test)]
mod tests {
    use straingauge_api::DataParams;

    use super::super::testing::{category, lists, number, table};
    use super::super::{Column, roles};
    use super::*;

    fn guessed(columns: Vec<Column>) -> Option<ModelTask> {
        let table = table(columns);
        let facts: Vec<ColumnFacts> = table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
        let roles = roles(&table, &facts, &DataParams::default()).unwrap();
        task(&table, &facts, &roles).map(|g| g.task)
    }

    fn numbers(name: &str, f: impl Fn(usize) -> f64) -> Column {
        number(name, &(0..100).map(f).collect::<Vec<_>>())
    }

    #[test]
    fn label_and_prediction_suggest_the_task() {
        assert_eq!(guessed(vec![numbers("x", |i| i as f64 * 0.5)]), None);
        assert_eq!(
            guessed(vec![numbers("label", |i| (i % 2) as f64), numbers("preds", |i| i as f64 / 100.0)]),
            Some(ModelTask::BinaryClassification)
        );
        assert_eq!(guessed(vec![numbers("label", |i| (i % 7) as f64)]), Some(ModelTask::MulticlassClassification));
        assert_eq!(guessed(vec![numbers("target", |i| i as f64 * 1.25), numbers("prediction", |i| i as f64)]), Some(ModelTask::Regression));
        assert_eq!(
            guessed(vec![numbers("target", |i| (i % 12) as f64), numbers("prediction", |i| i as f64 * 0.11)]),
            Some(ModelTask::Regression)
        );
        assert_eq!(guessed(vec![category("label", &["a", "b", "c"])]), Some(ModelTask::MulticlassClassification));
        assert_eq!(guessed(vec![lists("probabilities", 3, &[0.2, 0.3, 0.5])]), Some(ModelTask::MulticlassClassification));
        assert_eq!(
            guessed(vec![numbers("query_id", |i| (i / 5) as f64), numbers("relevance", |i| (i % 3) as f64)]),
            Some(ModelTask::Ranking)
        );
    }
}
