//! Cells that list classes with their scores: `[{"label": "POSITIVE", "score": 0.98}, …]`, as Hugging Face pipelines give them.

use serde_json::Value;

use super::NO_CLASS;
use super::classes::{MOST_CLASSES, sort};
use crate::table::{Column, Table, Values};

/// Cells looked at before a column is taken for such lists.
const LOOKED_AT: usize = 50;

/// Classes with scores, a row each.
pub struct Distributions {
    /// The classes, sorted.
    pub classes: Vec<String>,
    /// What each row lists; empty where missing.
    pub rows: Vec<Vec<(u32, f64)>>,
}

impl Distributions {
    /// Whether every row names one class alone.
    pub fn names_one(&self) -> bool {
        self.rows.iter().all(|row| row.len() <= 1)
    }

    /// The class and the score of rows that name one.
    pub fn singles(&self) -> (Vec<u32>, Vec<f64>) {
        self.rows.iter().map(|row| row.first().copied().unwrap_or((NO_CLASS, f64::NAN))).unzip()
    }

    /// Writes the row's scores in the order of the classes; classes that it does not list have 0.
    pub fn fill(&self, row: usize, out: &mut Vec<f64>) {
        let Some(listed) = self.rows.get(row).filter(|listed| !listed.is_empty()) else { return };
        let from = out.len();
        out.resize(from + self.classes.len(), 0.0);
        for &(class, score) in listed {
            if let Some(slot) = out.get_mut(from + class as usize) {
                *slot = score;
            }
        }
    }
}

/// Reads the cells of a column of texts; `None` where the first of them are no such lists.
pub fn distributions(column: &Column) -> Option<Distributions> {
    if !matches!(column.values, Values::Category(_) | Values::Text(_)) {
        return None;
    }
    let cells = || (0..column.rows()).map(|row| column.cell(row));
    let mut first = cells().take(1000).flatten().take(LOOKED_AT).peekable();
    first.peek()?;
    if !first.all(|cell| listed(&cell).is_some()) {
        return None;
    }
    let read: Vec<Vec<(String, f64)>> = cells().map(|cell| cell.and_then(|c| listed(&c)).unwrap_or_default()).collect();
    let mut classes: Vec<String> = Vec::new();
    for (class, _) in read.iter().flatten() {
        if !classes.contains(class) {
            classes.push(class.clone());
            if classes.len() > MOST_CLASSES {
                return None;
            }
        }
    }
    sort(&mut classes);
    let code = |class: &str| classes.iter().position(|c| c == class).map_or(NO_CLASS, |at| at as u32);
    let rows = read.iter().map(|row| row.iter().map(|(class, score)| (code(class), *score)).collect()).collect();
    Some(Distributions { classes, rows })
}

/// The classes and scores of a cell.
fn listed(cell: &str) -> Option<Vec<(String, f64)>> {
    let text = cell.trim();
    if !text.starts_with(['[', '{']) {
        return None;
    }
    let value: Value = parsed(text)?;
    let flat = match value {
        // One text in a list of texts of its own.
        Value::Array(mut one) if one.len() == 1 && one.first().is_some_and(Value::is_array) => one.pop()?,
        other => other,
    };
    match &flat {
        Value::Array(items) => {
            let found: Option<Vec<(String, f64)>> = items.iter().map(labelled_score).collect();
            found.filter(|f| !f.is_empty())
        }
        Value::Object(fields) => match (fields.get("labels"), fields.get("scores")) {
            // Zero-shot classification.
            (Some(Value::Array(labels)), Some(Value::Array(scores))) if labels.len() == scores.len() => {
                labels.iter().zip(scores).map(|(label, score)| Some((text_of(label)?, score.as_f64()?))).collect()
            }
            _ => labelled_score(&flat).map(|one| vec![one]).or_else(|| by_name(fields)),
        },
        _ => None,
    }
}

/// JSON, or what Python prints: other quotes, numbers as keys, `np.float64(0.2)`.
fn parsed(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut plain = text.replace('\'', "\"");
    for wrapper in ["np.float64(", "np.float32(", "numpy.float64("] {
        if plain.contains(wrapper) {
            plain = plain.replace(wrapper, "").replace(')', "");
        }
    }
    serde_json::from_str(&plain).ok().or_else(|| serde_json::from_str(&with_quoted_keys(&plain)).ok())
}

/// `{0: 0.2, 1: 0.8}` with its keys in quotes.
fn with_quoted_keys(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (at, piece) in text.split_inclusive(['{', ',']).enumerate() {
        let bare = piece.trim_start();
        match bare.split_once(':').filter(|(key, _)| at > 0 && !key.is_empty() && key.trim().parse::<f64>().is_ok()) {
            Some((key, rest)) => {
                out.push('"');
                out.push_str(key.trim());
                out.push_str("\":");
                out.push_str(rest);
            }
            None => out.push_str(piece),
        }
    }
    out
}

/// `{"cat": 0.2, "dog": 0.8}`: two classes and more, each with a share of 1.
fn by_name(fields: &serde_json::Map<String, Value>) -> Option<Vec<(String, f64)>> {
    let found: Vec<(String, f64)> = fields.iter().map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect::<Option<_>>()?;
    let sum: f64 = found.iter().map(|(_, score)| score).sum();
    let shares = found.iter().all(|(_, score)| (0.0..=1.0).contains(score)) && (sum - 1.0).abs() <= 0.02;
    (found.len() > 1 && shares).then_some(found)
}

/// Scores of a column of lists under the classes that the same row names in another column: `labels` and `scores` of zero-shot
/// classification, `classes` and `scores` of model servers.
pub fn named_beside(table: &Table, scores: &Column) -> Option<Distributions> {
    let Values::List(lists) = &scores.values else { return None };
    table.columns.iter().find_map(|column| {
        let Values::Category(categories) = &column.values else { return None };
        let names: Vec<Vec<String>> = categories.names.iter().map(|cell| names_in(cell, lists.width)).collect::<Option<_>>()?;
        let mut classes: Vec<String> = Vec::new();
        for name in names.iter().flatten() {
            if !classes.contains(name) {
                classes.push(name.clone());
            }
        }
        if classes.is_empty() || classes.len() > MOST_CLASSES {
            return None;
        }
        sort(&mut classes);
        let code = |class: &String| classes.iter().position(|c| c == class).map_or(NO_CLASS, |at| at as u32);
        let row = |row: usize| -> Vec<(u32, f64)> {
            let named = categories.codes.get(row).and_then(|code| names.get(*code as usize));
            named.into_iter().flatten().map(code).zip(lists.row(row).iter().copied()).filter(|(_, score)| !score.is_nan()).collect()
        };
        let rows = (0..scores.rows()).map(row).collect();
        Some(Distributions { classes, rows })
    })
}

/// The texts of a JSON list of as many.
fn names_in(cell: &str, width: usize) -> Option<Vec<String>> {
    let Value::Array(items) = parsed(cell.trim()).filter(|_| cell.trim_start().starts_with('['))? else { return None };
    let names: Vec<String> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>()?;
    (names.len() == width).then_some(names)
}

fn labelled_score(item: &Value) -> Option<(String, f64)> {
    let field = |names: &[&str]| names.iter().find_map(|name| item.get(*name));
    let label = field(&["label", "class", "prediction"]).and_then(text_of)?;
    let score = field(&["score", "probability", "confidence", "prob"])?;
    Some((label, score.as_f64()?))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::table::testing::text;
    use super::*;

    #[test]
    fn cells_of_pipelines_are_read() {
        let cells = [
            r#"[{"label":"b","score":0.7},{"label":"a","score":0.3}]"#,
            "[{'label': 'a', 'score': 0.9}, {'label': 'b', 'score': 0.1}]",
            r#"[[{"label":"a","score":0.5},{"label":"b","score":0.5}]]"#,
        ];
        let read = distributions(&text("p", &cells)).unwrap();
        let mut row = Vec::new();
        read.fill(0, &mut row);
        assert_eq!((read.classes.clone(), row), (vec!["a".to_owned(), "b".to_owned()], vec![0.3, 0.7]));
        assert!(!read.names_one());
        for cells in [[r#"{"a": 0.25, "b": 0.75}"#, "{'b': 0.5, 'a': 0.5}"], ["{0: 0.25, 1: 0.75}", "{1: 0.5, 0: 0.5}"]] {
            let read = distributions(&text("p", &cells)).unwrap_or_else(|| panic!("{cells:?}"));
            let mut row = Vec::new();
            read.fill(0, &mut row);
            assert_eq!((read.classes.len(), row), (2, vec![0.25, 0.75]), "{cells:?}");
        }
        let one = distributions(&text("p", &["{'label': 'a', 'score': 0.9}", r#"[{"label":"b","score":0.8}]"#])).unwrap();
        assert!(one.names_one());
        assert_eq!(one.singles(), (vec![0, 1], vec![0.9, 0.8]));
        assert!(distributions(&text("p", &["[0.1, 0.9]", "plain"])).is_none());
    }
}
