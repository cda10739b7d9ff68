//! Columns read as another type: numbers that are names of things, values that are texts.

use std::collections::BTreeMap;

use arrow::array::StringArray;

use super::{Categories, Column, MISSING_CODE, Values};

impl Column {
    /// The column with its cells as categories, in order of first appearance.
    pub fn to_category(&self) -> Column {
        let categories = match &self.values {
            Values::Category(categories) => categories.clone(),
            Values::Boolean(values) => Categories {
                codes: values.iter().map(|v| v.map_or(MISSING_CODE, u32::from)).collect(),
                names: vec!["false".to_owned(), "true".to_owned()],
            },
            Values::Number { values, .. } => coded(values.values().iter().map(|v| (!v.is_nan()).then(|| (v + 0.0).to_bits())), |bits| {
                super::cell::number_text(f64::from_bits(bits))
            }),
            Values::Timestamp(values) => coded(values.values().iter().map(|&ms| (ms != i64::MIN).then_some(ms)), super::cell::moment_text),
            Values::Text(values) => coded(values.iter(), str::to_owned),
            Values::List(_) => coded((0..self.rows()).map(|row| self.cell(row)), |text| text),
        };
        Column { name: self.name.clone(), values: Values::Category(categories), cells: self.cells.clone() }
    }

    /// The column with its cells as texts.
    pub fn to_text(&self) -> Column {
        let values: StringArray = match &self.values {
            Values::Text(values) => values.clone(),
            Values::Category(categories) => (0..categories.codes.len()).map(|row| categories.name(row)).collect(),
            _ => (0..self.rows()).map(|row| self.cell(row)).collect(),
        };
        // Null slots of texts hold the empty string by contract, and `collect` leaves them so.
        Column { name: self.name.clone(), values: Values::Text(values), cells: self.cells.clone() }
    }
}

/// Codes by first appearance.
fn coded<T: Ord + Clone, F: Fn(T) -> String>(values: impl Iterator<Item = Option<T>>, name: F) -> Categories {
    let mut code_of: BTreeMap<T, u32> = BTreeMap::new();
    let mut names = Vec::new();
    let codes = values
        .map(|value| {
            let Some(value) = value else { return MISSING_CODE };
            if let Some(&code) = code_of.get(&value) {
                return code;
            }
            let code = names.len() as u32;
            names.push(name(value.clone()));
            code_of.insert(value, code);
            code
        })
        .collect();
    Categories { codes, names }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{category, number};
    use super::*;

    #[test]
    fn numbers_become_categories_by_first_appearance() {
        let Values::Category(c) = number("code", &[3.0, f64::NAN, -0.0, 3.0, 0.0, 1.5]).to_category().values else { unreachable!() };
        assert_eq!(c.names, ["3", "0", "1.5"]);
        assert_eq!(c.codes, [0, MISSING_CODE, 1, 0, 1, 2]);
    }

    #[test]
    fn categories_become_texts_and_stay_missing() {
        let text = category("t", &["a b", "", "c"]).to_text();
        assert_eq!((text.cell(0).as_deref(), text.cell(1), text.cell(2).as_deref()), (Some("a b"), None, Some("c")));
    }
}
