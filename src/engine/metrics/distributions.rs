//! Cells that list classes with their scores: `[{"label": "POSITIVE", "score": 0.98}, …]`, as Hugging Face pipelines give them.

use serde_json::Value;

use super::NO_CLASS;
use super::classes::{MOST_CLASSES, sort};
use crate::table::{Column, Values};

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
    // Python writes what it prints with other quotes.
    let value: Value = serde_json::from_str(text).or_else(|_| serde_json::from_str(&text.replace('\'', "\""))).ok()?;
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
            _ => labelled_score(&flat).map(|one| vec![one]),
        },
        _ => None,
    }
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
        let one = distributions(&text("p", &["{'label': 'a', 'score': 0.9}", r#"[{"label":"b","score":0.8}]"#])).unwrap();
        assert!(one.names_one());
        assert_eq!(one.singles(), (vec![0, 1], vec![0.9, 0.8]));
        assert!(distributions(&text("p", &["[0.1, 0.9]", "plain"])).is_none());
    }
}
