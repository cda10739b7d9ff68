//! Rows of a data set as records, for metrics and tests that a caller computes himself.

use std::sync::Arc;

use arrow::array::Array;
use serde_json::{Map, Value, json};

use super::{Session, unknown};
use crate::Result;
use crate::metrics::{PredictedValues, Predictions};
use crate::table::{Column, Entity, Values};

impl Session {
    /// Rows from `offset` on, at most `limit`, as `[{ truth, prediction, row }]`. Numbers are not rounded.
    ///
    /// # Errors
    /// `unknown_handle` for a number that stands for nothing.
    pub fn records(&self, dataset: u32, predictions: Option<u32>, offset: usize, limit: usize) -> Result<Vec<Value>> {
        let dataset = self.datasets.get(dataset).ok_or_else(|| unknown("data set", dataset))?;
        let paired = predictions.map(|id| self.predictions.get(id).ok_or_else(|| unknown("predictions", id))).transpose()?;
        let label = dataset.named(dataset.params.label_col.as_ref());
        let record = |row: usize| {
            let cells = dataset.table.columns.iter().map(|c| (c.name.clone(), cell(c, row)));
            json!({
                "truth": label.map_or(Value::Null, |c: &Arc<Column>| cell(c, row)),
                "prediction": paired.map_or(Value::Null, |p| prediction(&p.predictions, row)),
                "row": cells.collect::<Map<String, Value>>(),
            })
        };
        Ok((offset..dataset.rows().min(offset.saturating_add(limit))).map(record).collect())
    }
}

fn cell(column: &Column, row: usize) -> Value {
    match &column.values {
        Values::Number { values, .. } => number(values.values().get(row)),
        Values::Boolean(values) => {
            if row < values.len() && values.is_valid(row) {
                json!(values.value(row))
            } else {
                Value::Null
            }
        }
        Values::List(lists) => {
            let numbers = lists.row(row);
            if numbers.iter().all(|x| x.is_nan()) { Value::Null } else { json!(numbers) }
        }
        Values::Category(_) | Values::Text(_) | Values::Timestamp(_) => json!(column.cell(row)),
    }
}

fn number(value: Option<&f64>) -> Value {
    value.filter(|x| x.is_finite()).map_or(Value::Null, |&x| json!(x))
}

fn prediction(predictions: &Predictions, row: usize) -> Value {
    match &predictions.values {
        PredictedValues::Probabilities(values) => {
            let width = predictions.classes.len();
            let of_row = values.get(row * width..(row + 1) * width).filter(|p| p.iter().all(|x| !x.is_nan()));
            of_row.map_or(Value::Null, |p| json!(p))
        }
        PredictedValues::Score(values) | PredictedValues::Numbers(values) => number(values.get(row)),
        PredictedValues::Classes(codes) => json!(codes.get(row).and_then(|&c| predictions.classes.get(c as usize))),
        PredictedValues::Entities(rows) => {
            let mention = |(name, start, end): &Entity| json!({ "type": name, "start_offset": start, "end_offset": end });
            rows.get(row).and_then(Option::as_ref).map_or(Value::Null, |m| m.iter().map(mention).collect())
        }
    }
}
