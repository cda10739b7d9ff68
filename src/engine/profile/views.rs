//! A column seen as its feature's kind asks: numbers of timestamps, categories of booleans, numbers written as text.
//!
//! Types are inferred file by file, so that the two sides of a run may differ: the reference decides, and a cell that cannot
//! be read its way is a bad cell.

use std::borrow::Cow;
use std::collections::HashMap;

use arrow::array::Array;

use crate::table::{Categories, Column, MISSING_CODE, Values};

/// A column's numbers, NaN where it has none; `None` for lists.
pub fn numbers(column: &Column) -> Option<Cow<'_, [f64]>> {
    Some(match &column.values {
        // Null slots hold NaN, by the contract of `Values`.
        Values::Number { values, .. } => Cow::Borrowed(values.values().as_ref()),
        Values::Timestamp(values) => Cow::Owned(values.iter().map(|v| v.map_or(f64::NAN, |ms| ms as f64)).collect()),
        Values::Boolean(values) => Cow::Owned(values.iter().map(|v| v.map_or(f64::NAN, f64::from)).collect()),
        Values::Category(categories) => {
            let parsed: Vec<f64> = categories.names.iter().map(|name| parse(name)).collect();
            Cow::Owned(categories.codes.iter().map(|&code| parsed.get(code as usize).copied().unwrap_or(f64::NAN)).collect())
        }
        Values::Text(texts) => Cow::Owned(texts.iter().map(|t| t.map_or(f64::NAN, parse)).collect()),
        Values::List(_) => return None,
    })
}

/// A column's categories; `None` for lists.
pub fn categories(column: &Column) -> Option<Cow<'_, Categories>> {
    Some(match &column.values {
        Values::Category(categories) => Cow::Borrowed(categories),
        Values::Boolean(values) => Cow::Owned(Categories {
            codes: values.iter().map(|v| v.map_or(MISSING_CODE, u32::from)).collect(),
            names: vec!["false".to_owned(), "true".to_owned()],
        }),
        Values::Number { values, .. } => {
            Cow::Owned(dictionary(values.iter().map(|v| v.filter(|x| !x.is_nan()).map(|x| (x + 0.0).to_bits())), |&bits| {
                f64::from_bits(bits).to_string()
            }))
        }
        Values::Timestamp(values) => Cow::Owned(dictionary(values.iter(), i64::to_string)),
        Values::Text(texts) => Cow::Owned(dictionary(texts.iter(), |t| (*t).to_owned())),
        Values::List(_) => return None,
    })
}

/// A category's text as a number; NaN where it is none.
fn parse(text: &str) -> f64 {
    text.trim().parse().unwrap_or(f64::NAN)
}

/// Codes in order of first appearance.
fn dictionary<K: std::hash::Hash + Eq>(values: impl Iterator<Item = Option<K>>, name: impl Fn(&K) -> String) -> Categories {
    let mut known: HashMap<K, u32> = HashMap::new();
    let mut names = Vec::new();
    let codes = values
        .map(|value| {
            value.map_or(MISSING_CODE, |v| {
                let next = names.len() as u32;
                *known.entry(v).or_insert_with_key(|v| {
                    names.push(name(v));
                    next
                })
            })
        })
        .collect();
    Categories { codes, names }
}

/// Rows of a column.
pub fn rows(column: &Column) -> usize {
    match &column.values {
        Values::Number { values, .. } => values.len(),
        Values::Boolean(values) => values.len(),
        Values::Category(categories) => categories.codes.len(),
        Values::Text(texts) => texts.len(),
        Values::Timestamp(values) => values.len(),
        Values::List(lists) => lists.values.len().checked_div(lists.width).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{BooleanArray, Float64Array};

    use super::*;

    fn column(values: Values) -> Column {
        Column { name: "x".to_owned(), values, cells: crate::table::Cells::default() }
    }

    #[test]
    fn numbers_and_categories_of_each_other() {
        let text = column(Values::Category(Categories { codes: vec![0, 1, MISSING_CODE], names: vec!["1.5".into(), "x".into()] }));
        let seen = numbers(&text).unwrap();
        assert!(seen[0] == 1.5 && seen[1].is_nan() && seen[2].is_nan());
        let number = column(Values::Number { values: Float64Array::from(vec![Some(2.0), None, Some(0.5), Some(2.0)]), integer: false });
        let seen = categories(&number).unwrap();
        assert_eq!(
            (seen.codes.as_slice(), seen.names.as_slice()),
            ([0, MISSING_CODE, 1, 0].as_slice(), ["2".to_owned(), "0.5".to_owned()].as_slice())
        );
        let flags = column(Values::Boolean(BooleanArray::from(vec![Some(true), None])));
        assert_eq!(categories(&flags).unwrap().codes, [1, MISSING_CODE]);
    }
}
