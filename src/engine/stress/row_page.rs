//! Rows of the evaluation set as text, for the eye.

use straingauge_api::{RowPage, RowView};

use super::{Context, RowSet};
use crate::metrics::{NO_CLASS, Outcomes, Prediction, Truth};
use crate::table::{Column, Table};

/// Rows that a page holds at most.
const MOST: usize = 200;

/// A page of rows: the case's features first, then label and prediction, then the other columns of the file.
pub fn page(context: &Context, features: &[String], set: Option<RowSet>, offset: usize, limit: usize) -> RowPage {
    let Some((_, evaluation)) = &context.rows else {
        return RowPage { columns: Vec::new(), rows: Vec::new(), total: 0 };
    };
    let table: &Table = &evaluation.dataset.table;
    let set = set.unwrap_or(RowSet::All);
    let limit = limit.min(MOST);
    let (total, rows): (u64, Vec<u32>) = match &set {
        RowSet::All => (table.rows as u64, (0..table.rows as u32).skip(offset).take(limit).collect()),
        RowSet::Rows(rows) => (rows.len() as u64, rows.iter().copied().skip(offset).take(limit).collect()),
    };
    let params = &evaluation.dataset.params;
    let label = params.label_col.as_deref();
    let mut leading: Vec<(String, &Column)> = Vec::new();
    for name in features {
        let column = context.feature(name).and_then(|i| evaluation.columns.get(i)).and_then(Option::as_deref);
        if let Some(column) = column.filter(|_| Some(name.as_str()) != label) {
            leading.push((name.clone(), column));
        }
    }
    let rest: Vec<(String, &Column)> = (table.columns.iter())
        .filter(|c| !features.contains(&c.name) && Some(c.name.as_str()) != label)
        .map(|c| (c.name.clone(), &**c))
        .collect();
    let outcomes = &evaluation.outcomes;
    let mut columns: Vec<String> = leading.iter().map(|(n, _)| n.clone()).collect();
    let has_truth = !matches!(outcomes.truth, Truth::None);
    let has_prediction = !matches!(outcomes.prediction, Prediction::None);
    columns.extend(has_truth.then(|| label.unwrap_or("label").to_owned()));
    columns.extend(has_prediction.then(|| "predicted".to_owned()));
    columns.extend(rest.iter().map(|(n, _)| n.clone()));
    let view = |row: u32| {
        let at = row as usize;
        let mut cells: Vec<Option<String>> = leading.iter().map(|(_, c)| c.cell(at)).collect();
        cells.extend(has_truth.then(|| truth(outcomes, at)));
        cells.extend(has_prediction.then(|| prediction(outcomes, at)));
        cells.extend(rest.iter().map(|(_, c)| c.cell(at)));
        RowView { row, cells }
    };
    RowPage { columns, rows: rows.into_iter().map(view).collect(), total }
}

fn class(outcomes: &Outcomes, code: Option<&u32>) -> Option<String> {
    code.filter(|&&c| c != NO_CLASS).and_then(|&c| outcomes.classes.get(c as usize)).cloned()
}

fn truth(outcomes: &Outcomes, row: usize) -> Option<String> {
    match &outcomes.truth {
        Truth::None => None,
        Truth::Classes(codes) => class(outcomes, codes.get(row)),
        Truth::Numbers(values) => values.get(row).filter(|v| !v.is_nan()).map(|v| straingauge_charts::format::number(*v)),
    }
}

fn prediction(outcomes: &Outcomes, row: usize) -> Option<String> {
    let probability = |p: f64| straingauge_charts::format::percent(p);
    match &outcomes.prediction {
        Prediction::None => None,
        Prediction::Classes(codes) => class(outcomes, codes.get(row)),
        Prediction::Score { score, class: codes, .. } => {
            let p = score.get(row).copied().filter(|p| !p.is_nan())?;
            Some(format!("{} ({})", class(outcomes, codes.get(row))?, straingauge_charts::format::number(p)))
        }
        Prediction::Probabilities { values, class: codes } => {
            let code = codes.get(row).copied().filter(|&c| c != NO_CLASS)?;
            let p = values.get(row * outcomes.classes.len() + code as usize).copied()?;
            Some(format!("{} ({})", class(outcomes, Some(&code))?, probability(p)))
        }
        Prediction::Numbers(values) => values.get(row).filter(|v| !v.is_nan()).map(|v| straingauge_charts::format::number(*v)),
    }
}
