//! Cells that say what the reference says in other words: `true` for 1, a date for its milliseconds.

use arrow::array::Float64Array;

use crate::profile::ColumnFrame;
use crate::table::{Column, IsoParser, Values, boolean};

/// Milliseconds since 1970 are beyond this from 1973 on, and hardly anything else that is counted in whole numbers is.
const MOMENTS: f64 = 1e11;

/// Reads what is bad in a column of numbers, and truth words in a category of `false` and `true`, as the reference would.
pub(super) fn read_as_the_reference(column: &mut Column, frame: &ColumnFrame) {
    if let (Some(category), Values::Category(values)) = (frame.category(), &mut column.values) {
        if category.names.iter().all(|name| boolean(name.as_bytes()).is_some()) {
            for name in &mut values.names {
                // 1 and 0 are what some writers make of truth values.
                let said = boolean(name.trim().as_bytes()).or(if name == "1" { Some(true) } else { (name == "0").then_some(false) });
                if let Some(known) = said.map(|v| v.to_string()).filter(|v| category.code(name).is_none() && category.code(v).is_some()) {
                    *name = known;
                }
            }
        }
        return;
    }
    let Some(numeric) = frame.numeric().filter(|_| !column.cells.bad.is_empty()) else { return };
    let Values::Number { values, integer } = &column.values else { return };
    let flags = numeric.min >= 0.0 && numeric.max <= 1.0;
    let moments = frame.facts.integer && numeric.min >= MOMENTS;
    let mut parser = IsoParser::default();
    let mut numbers: Vec<f64> = values.values().to_vec();
    column.cells.bad.retain(|cell| {
        let text = cell.text.trim().as_bytes();
        let truth = boolean(text).filter(|_| flags).map(|v| f64::from(u8::from(v)));
        let read = truth.or_else(|| parser.parse(text).filter(|_| moments).map(|(micros, _)| micros.div_euclid(1_000) as f64));
        if let Some((slot, value)) = numbers.get_mut(cell.row as usize).zip(read) {
            *slot = value;
        }
        read.is_none()
    });
    let valid: Vec<bool> = numbers.iter().map(|x| !x.is_nan()).collect();
    column.values = Values::Number { values: Float64Array::new(numbers.into(), Some(valid.into())), integer: *integer };
}
