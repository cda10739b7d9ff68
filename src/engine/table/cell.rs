//! A cell as text: for first rows, class names and keys.

use arrow::array::Array;

use super::{Categories, Column, Values};

impl Column {
    /// The cell of `row` as text; `None` where missing.
    ///
    /// Whole numbers carry no fraction (`3`, not `3.0`), so that a label reads the same from every file format.
    pub fn cell(&self, row: usize) -> Option<String> {
        match &self.values {
            Values::Number { values, .. } => values.values().get(row).filter(|v| !v.is_nan()).map(|&v| number_text(v)),
            Values::Boolean(values) => (row < values.len() && values.is_valid(row)).then(|| values.value(row).to_string()),
            Values::Category(categories) => categories.name(row).map(str::to_owned),
            Values::Text(values) => (row < values.len() && values.is_valid(row)).then(|| values.value(row).to_owned()),
            Values::Timestamp(values) => values.values().get(row).filter(|&&ms| ms != i64::MIN).map(|&ms| moment_text(ms)),
            Values::List(lists) => {
                let numbers = lists.row(row);
                let missing = numbers.iter().all(|v| v.is_nan());
                (!missing).then(|| format!("[{}]", numbers.iter().map(|&v| number_text(v)).collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// Whether the first cells list named entities, and at least one of them does list some.
    pub fn lists_entities(&self) -> bool {
        if !matches!(self.values, Values::Category(_) | Values::Text(_)) {
            return false;
        }
        let mut some = false;
        let mut cells = (0..self.rows().min(1000)).filter_map(|row| self.cell(row)).take(200);
        cells.all(|cell| {
            super::entities(&cell).is_some_and(|found| {
                some |= !found.is_empty();
                true
            })
        }) && some
    }

    /// Rows of the column.
    pub fn rows(&self) -> usize {
        match &self.values {
            Values::Number { values, .. } => values.len(),
            Values::Boolean(values) => values.len(),
            Values::Category(categories) => categories.codes.len(),
            Values::Text(values) => values.len(),
            Values::Timestamp(values) => values.len(),
            Values::List(lists) => lists.values.len().checked_div(lists.width).unwrap_or(0),
        }
    }
}

impl Categories {
    /// The value of a row; `None` where missing.
    pub fn name(&self, row: usize) -> Option<&str> {
        let code = *self.codes.get(row)?;
        self.names.get(code as usize).map(String::as_str)
    }
}

/// A number as a reader would write it.
pub fn number_text(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs();
    if (1e-5..1e15).contains(&size) { format!("{value}") } else { format!("{value:e}") }
}

/// A moment as `YYYY-MM-DD HH:MM:SS`, UTC; milliseconds only where there are any.
pub fn moment_text(ms: i64) -> String {
    let (days, within) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (year, month, day) = super::date(days);
    let seconds = within / 1000;
    let (hour, minute, second, milli) = (seconds / 3600, seconds / 60 % 60, seconds % 60, within % 1000);
    let whole = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
    if milli == 0 { whole } else { format!("{whole}.{milli:03}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_dates() {
        assert_eq!(moment_text(0), "1970-01-01 00:00:00");
        assert_eq!(moment_text(1_181_692_800_000), "2007-06-13 00:00:00");
        assert_eq!(moment_text(951_827_696_789), "2000-02-29 12:34:56.789");
        assert_eq!(moment_text(-1), "1969-12-31 23:59:59.999");
    }

    #[test]
    fn numbers_read_plainly() {
        assert_eq!(number_text(3.0), "3");
        assert_eq!(number_text(-0.0), "0");
        assert_eq!(number_text(0.25), "0.25");
        assert_eq!(number_text(1e300), "1e300");
    }
}
