//! Columns read as another type: numbers that are names of things, values that are texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Float64Array, StringArray};
use arrow::buffer::NullBuffer;

use super::{BadCell, Categories, Cells, Column, FeatureKind, MISSING_CODE, Values};

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

impl Column {
    /// The column with its cells as numbers. A cell that is none is kept as a bad cell and counts as missing.
    pub fn to_number(&self) -> Column {
        let mut bad = self.cells.bad.clone();
        let parsed: Vec<f64> = match &self.values {
            Values::Number { values, .. } => values.values().to_vec(),
            Values::Boolean(values) => values.iter().map(|v| v.map_or(f64::NAN, |b| f64::from(u8::from(b)))).collect(),
            Values::Timestamp(values) => values.values().iter().map(|&ms| if ms == i64::MIN { f64::NAN } else { ms as f64 }).collect(),
            Values::Category(_) | Values::Text(_) | Values::List(_) => (0..self.rows())
                .map(|row| {
                    let Some(text) = self.cell(row) else { return f64::NAN };
                    text.trim().parse().ok().filter(|x: &f64| x.is_finite()).unwrap_or_else(|| {
                        bad.push(BadCell { row: row as u32, text: super::cut(&text) });
                        f64::NAN
                    })
                })
                .collect(),
        };
        bad.sort_by_key(|cell| cell.row);
        let integer = parsed.iter().all(|x| x.is_nan() || x.floor() == *x);
        let valid: Vec<bool> = parsed.iter().map(|x| !x.is_nan()).collect();
        let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
        let values = Values::Number { values: Float64Array::new(parsed.into(), nulls), integer };
        Column { name: self.name.clone(), values, cells: Cells { bad, ..self.cells.clone() } }
    }

    /// The column as a feature of this kind; the same column where it is one already.
    pub fn of_kind(self: &Arc<Self>, kind: FeatureKind) -> Arc<Self> {
        let fits = matches!(
            (&self.values, kind),
            (Values::Number { .. }, FeatureKind::Numeric)
                | (Values::Category(_), FeatureKind::Categorical)
                | (Values::Text(_), FeatureKind::Text)
        );
        if fits {
            return Arc::clone(self);
        }
        Arc::new(match kind {
            FeatureKind::Numeric => self.to_number(),
            FeatureKind::Categorical => self.to_category(),
            FeatureKind::Text => self.to_text(),
        })
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
