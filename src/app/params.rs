//! From the roles that the reader sees and sets to the parameters of a data set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use straingauge_api::{ColumnInfo, ColumnType, ColumnTypeChoice, DataParams, OneOrMany, ReadOptions, Role};

/// What the reader, or the other file, says of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The role.
    pub role: Role,
    /// Fairness is asked of it.
    pub protected: bool,
    /// The model sees it.
    pub in_model: bool,
}

impl Choice {
    /// The guess as a choice.
    pub fn guessed(column: &ColumnInfo) -> Self {
        Self { role: column.role.role, protected: column.role.protected, in_model: column.role.in_model }
    }
}

/// Roles with ids and names, in the order of the list.
pub const ROLES: [(Role, &str, &str); 12] = [
    (Role::Label, "label", "Label"),
    (Role::Prediction, "prediction", "Prediction"),
    (Role::Numeric, "numeric", "Numeric feature"),
    (Role::Categorical, "categorical", "Categorical feature"),
    (Role::Text, "text", "Text"),
    (Role::Timestamp, "timestamp", "Timestamp"),
    (Role::Id, "id", "Row id"),
    (Role::Group, "group", "Group"),
    (Role::Weight, "weight", "Weight"),
    (Role::QueryId, "query_id", "Query id"),
    (Role::Embedding, "embedding", "Embedding"),
    (Role::Ignored, "ignored", "Ignored"),
];

/// The id of a role.
pub fn role_id(role: Role) -> &'static str {
    ROLES.iter().find(|(r, ..)| *r == role).map_or("ignored", |(_, id, _)| id)
}

/// The role of an id.
pub fn role_from(id: &str) -> Option<Role> {
    ROLES.iter().find(|(_, i, _)| *i == id).map(|(r, ..)| *r)
}

/// Roles that a type can take.
pub fn possible(kind: ColumnType, role: Role) -> bool {
    match role {
        Role::Ignored => true,
        Role::Embedding => kind == ColumnType::List,
        Role::Prediction => kind != ColumnType::Timestamp,
        _ if kind == ColumnType::List => false,
        Role::Timestamp => matches!(kind, ColumnType::Timestamp | ColumnType::Integer | ColumnType::Text | ColumnType::Category),
        Role::Text => matches!(kind, ColumnType::Text | ColumnType::Category),
        Role::Weight => matches!(kind, ColumnType::Integer | ColumnType::Float),
        _ => true,
    }
}

/// The parameters of a data set: only what differs from the engine's own guess is said, so that guesses stay guesses.
pub fn data_params(columns: &[ColumnInfo], choices: &BTreeMap<String, Choice>, read: &ReadOptions) -> DataParams {
    let chosen = |column: &ColumnInfo| choices.get(&column.name).cloned().unwrap_or_else(|| Choice::guessed(column));
    let mut touched: Vec<Role> = Vec::new();
    let mut params = DataParams::default();
    let mut read = read.clone();
    let (mut protected, mut in_model) = (false, false);
    for column in columns {
        let (guess, choice) = (Choice::guessed(column), chosen(column));
        if guess.role != choice.role {
            touched.extend([guess.role, choice.role]);
            let kind = match choice.role {
                Role::Numeric | Role::Weight if !matches!(column.kind, ColumnType::Integer | ColumnType::Float) => Some(ColumnType::Float),
                Role::Text if column.kind != ColumnType::Text => Some(ColumnType::Text),
                Role::Timestamp if column.kind != ColumnType::Timestamp => Some(ColumnType::Timestamp),
                _ => None,
            };
            if let Some(kind) = kind {
                read.column_types.retain(|c| c.column != column.name);
                read.column_types.push(ColumnTypeChoice { column: column.name.clone(), kind });
            }
        }
        protected |= guess.protected != choice.protected;
        in_model |= guess.in_model != choice.in_model;
    }
    let all = |role: Role| -> Vec<String> { columns.iter().filter(|c| chosen(c).role == role).map(|c| c.name.clone()).collect() };
    let list = |role: Role| touched.contains(&role).then(|| all(role));
    let one = |role: Role| if touched.contains(&role) { all(role).into_iter().next() } else { None };
    params.label_col = one(Role::Label);
    params.prediction_col = list(Role::Prediction).and_then(|names| match names.len() {
        0 => None,
        1 => names.into_iter().next().map(OneOrMany::One),
        _ => Some(OneOrMany::Many(names)),
    });
    params.timestamp_col = one(Role::Timestamp);
    params.query_col = one(Role::QueryId);
    params.id_col = one(Role::Id);
    params.group_col = one(Role::Group);
    params.weight_col = one(Role::Weight);
    params.text_features = list(Role::Text);
    params.categorical_features = list(Role::Categorical);
    params.embedding_cols = list(Role::Embedding);
    params.ignore = list(Role::Ignored);
    let marked = |mark: &dyn Fn(&Choice) -> bool| columns.iter().filter(|c| mark(&chosen(c))).map(|c| c.name.clone()).collect();
    params.protected_features = protected.then(|| marked(&|c| c.protected));
    params.features_not_in_model = in_model.then(|| marked(&|c| !c.in_model));
    params.read = (read != ReadOptions::default()).then_some(read);
    params
}

/// Roles for a file whose columns stand in another file too: the reader's choices first, then the other file's guesses.
pub fn shared_choices(columns: &[ColumnInfo], other: &[ColumnInfo], set: &BTreeMap<String, Choice>) -> BTreeMap<String, Choice> {
    let mut choices = set.clone();
    for theirs in other {
        let differs =
            columns.iter().any(|c| c.name == theirs.name && c.role.role != theirs.role.role && possible(c.kind, theirs.role.role));
        if differs {
            choices.entry(theirs.name.clone()).or_insert_with(|| Choice::guessed(theirs));
        }
    }
    choices
}

#[cfg(test)]
mod tests {
    use straingauge_api::RoleGuess;

    use super::*;

    fn column(name: &str, kind: ColumnType, role: Role) -> ColumnInfo {
        ColumnInfo {
            name: name.into(),
            kind,
            width: 0,
            role: RoleGuess { role, protected: false, in_model: true, confidence: 1.0, reason: String::new() },
            missing: 0,
            missing_spellings: vec![],
            bad_cells: 0,
            unit: None,
            distinct: 2,
            distinct_exact: true,
            range: None,
            examples: vec![],
        }
    }

    #[test]
    fn untouched_guesses_are_left_to_the_engine() {
        let columns = [column("a", ColumnType::Float, Role::Numeric), column("y", ColumnType::Integer, Role::Label)];
        assert_eq!(data_params(&columns, &BTreeMap::new(), &ReadOptions::default()), DataParams::default());
    }

    #[test]
    fn a_changed_role_says_the_whole_list() {
        let columns = [
            column("city", ColumnType::Text, Role::Text),
            column("note", ColumnType::Text, Role::Text),
            column("kind", ColumnType::Category, Role::Categorical),
        ];
        let choice = Choice { role: Role::Categorical, protected: true, in_model: true };
        let params = data_params(&columns, &BTreeMap::from([("city".to_owned(), choice)]), &ReadOptions::default());
        assert_eq!(params.text_features, Some(vec!["note".to_owned()]));
        assert_eq!(params.categorical_features, Some(vec!["city".to_owned(), "kind".to_owned()]));
        assert_eq!(params.protected_features, Some(vec!["city".to_owned()]));
        assert_eq!(params.read, None);
    }

    #[test]
    fn a_number_read_as_text_is_read_again() {
        let columns = [column("v", ColumnType::Text, Role::Text)];
        let choice = Choice { role: Role::Numeric, protected: false, in_model: true };
        let params = data_params(&columns, &BTreeMap::from([("v".to_owned(), choice)]), &ReadOptions::default());
        assert_eq!(params.read.unwrap().column_types, vec![ColumnTypeChoice { column: "v".into(), kind: ColumnType::Float }]);
    }

    #[test]
    fn the_reference_speaks_for_the_evaluation_where_they_differ() {
        let evaluation = [column("city", ColumnType::Text, Role::Text), column("v", ColumnType::List, Role::Embedding)];
        let reference = [column("city", ColumnType::Category, Role::Categorical), column("v", ColumnType::Text, Role::Text)];
        let choices = shared_choices(&evaluation, &reference, &BTreeMap::new());
        assert_eq!(choices.len(), 1);
        assert_eq!(choices["city"].role, Role::Categorical);
    }
}
