//! Rows of the evaluation set as text, for the eye.

use straingauge_api::{RowPage, RowView};

use super::row_order::worst_first;
use super::{Context, RowReason, RowSet};
use crate::metrics::{NO_CLASS, Outcomes, Prediction, Truth};
use crate::table::{Column, Table};

/// Rows that a page holds at most.
const MOST: usize = 200;

/// What a case says of its rows.
pub struct About<'a> {
    /// The part of the data that it is about, if one.
    pub subset: Option<&'a str>,
    /// Whether it judges the model, so that a wrong class is marked too.
    pub judges_model: bool,
    /// Why each of some rows is among them.
    pub reasons: &'a dyn Fn(&[u32]) -> Vec<RowReason>,
    /// How bad each of some rows is, larger is worse; `None` where no row is worse than another.
    pub degrees: &'a dyn Fn(&[u32]) -> Option<Vec<f64>>,
}

/// A page of rows, worst first, equal ones in the order of the file: the case's features first, then label and prediction, then the other columns of the file. The cells that made a row
/// one of the case's are marked, with the reason in words.
pub fn page(context: &Context, features: &[String], set: Option<RowSet>, about: &About<'_>, offset: usize, limit: usize) -> RowPage {
    let Some(evaluation) = context.evaluation_rows() else {
        return RowPage { columns: Vec::new(), rows: Vec::new(), total: 0 };
    };
    let table: &Table = &evaluation.dataset.table;
    let set = set.unwrap_or(RowSet::All);
    let limit = limit.min(MOST);
    let every: Vec<u32>;
    let all: &[u32] = match &set {
        RowSet::All => {
            every = (0..table.rows as u32).collect();
            &every
        }
        RowSet::Rows(rows) => rows,
    };
    let total = all.len() as u64;
    let rows = match (about.degrees)(all) {
        Some(degrees) => worst_first(all, &degrees, offset, limit),
        None => all.iter().copied().skip(offset).take(limit).collect(),
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
    // What a case is about stands first; where it is about all rows, no cell is to blame.
    let marked: Vec<u32> = if matches!(set, RowSet::All) { Vec::new() } else { (0..leading.len() as u32).collect() };
    let mut reasons = (about.reasons)(&rows).into_iter();
    let mut view = |row: u32| {
        let at = row as usize;
        let mut cells: Vec<Option<String>> = leading.iter().map(|(_, c)| c.cell(at)).collect();
        cells.extend(has_truth.then(|| truth(outcomes, at)));
        cells.extend(has_prediction.then(|| prediction(outcomes, at)));
        cells.extend(rest.iter().map(|(_, c)| c.cell(at)));
        let RowReason { text, words } = reasons.next().unwrap_or_default();
        let subset = about.subset.filter(|_| text.is_empty() && !marked.is_empty());
        let mut reason = subset.map_or(text, |s| format!("in the subset {s}"));
        let mut marked = marked.clone();
        if let Some(wrong) = about.judges_model.then(|| wrong(outcomes, at)).flatten() {
            reason = if reason.is_empty() { wrong } else { format!("{wrong}; {reason}") };
            marked.push(leading.len() as u32 + 1);
        }
        RowView { row, cells, marked, words, reason: Some(reason).filter(|r| !r.is_empty()) }
    };
    RowPage { columns, rows: rows.into_iter().map(&mut view).collect(), total }
}

fn class(outcomes: &Outcomes, code: Option<&u32>) -> Option<String> {
    code.filter(|&&c| c != NO_CLASS).and_then(|&c| outcomes.classes.get(c as usize)).cloned()
}

/// What a wrong class of the model is, in words.
fn wrong(outcomes: &Outcomes, row: usize) -> Option<String> {
    let Truth::Classes(truths) = &outcomes.truth else { return None };
    let (Prediction::Classes(codes) | Prediction::Score { class: codes, .. } | Prediction::Probabilities { class: codes, .. }) =
        &outcomes.prediction
    else {
        return None;
    };
    let (is, said) = (class(outcomes, truths.get(row))?, class(outcomes, codes.get(row))?);
    (is != said).then(|| format!("predicted {said}, true {is}"))
}

fn truth(outcomes: &Outcomes, row: usize) -> Option<String> {
    match &outcomes.truth {
        Truth::None => None,
        Truth::Classes(codes) => class(outcomes, codes.get(row)),
        Truth::Numbers(values) | Truth::Entities { count: values, .. } => {
            values.get(row).filter(|v| !v.is_nan()).map(|v| straingauge_charts::format::number(*v))
        }
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
