//! From a column to its frame, its profile, and the cell of each of its rows.

use arrow::array::Array;

use super::{
    CategoryFrame, Clusters, ColumnFrame, ColumnProfile, Facts, MISSING_CELL, Sampling, TextProfile, ValueFrame, ValueProfile, quantiles,
    views,
};
use crate::table::{Categories, Column, FeatureKind, Values};
use crate::text::{is_number, mostly_special};

/// The cell of each row of a column in its frame; empty for texts and for columns that a side lacks.
pub type Cells = Vec<u16>;

impl ColumnFrame {
    /// Learns the frame of a reference column.
    pub fn learn(name: &str, kind: FeatureKind, column: Option<&Column>) -> Self {
        Self::learn_in(name, kind, column, super::FINE_CELLS)
    }

    /// The same, with at most so many cells for a number.
    pub fn learn_in(name: &str, kind: FeatureKind, column: Option<&Column>, cells: usize) -> Self {
        let mut out = Self { name: name.to_owned(), ..Self::default() };
        match (kind, column) {
            (_, None) => {}
            (FeatureKind::Numeric, Some(column)) => {
                if let Some((frame, facts)) = views::numbers(column).and_then(|values| quantiles::learn(&values, cells)) {
                    out.facts = facts;
                    out.values = ValueFrame::Numeric(frame);
                }
            }
            (FeatureKind::Categorical, Some(column)) => {
                if let Some(categories) = views::categories(column) {
                    let frame = CategoryFrame::learn(&categories);
                    let present = categories.codes.iter().filter(|&&c| (c as usize) < categories.names.len()).count() as u64;
                    let distinct = frame.names.len() as u64;
                    out.facts = Facts {
                        distinct,
                        present,
                        constant: distinct <= 1,
                        unique: present > 20 && distinct as f64 >= quantiles::UNIQUE_SHARE * present as f64,
                        ..Facts::default()
                    };
                    if distinct > 0 {
                        out.values = ValueFrame::Category(frame);
                    }
                }
            }
            (FeatureKind::Text, Some(column)) => {
                out.facts.present = texts(column).map_or(0, |t| (t.len() - t.null_count()) as u64);
                out.values = ValueFrame::Text;
            }
        }
        out
    }

    /// Counts a side's column, and codes its rows.
    pub fn count(&self, column: Option<&Column>, sampling: &Sampling) -> (ColumnProfile, Cells) {
        let mut out = ColumnProfile::default();
        let rows = column.map_or(0, views::rows);
        if let Some(column) = column {
            for (spelling, &n) in column.cells.missing.spellings.iter().zip(&column.cells.missing.counts) {
                *out.missing.entry(spelling.clone()).or_default() += n;
            }
            out.bad = column.cells.bad.len() as u64;
        }
        let mut cells = match &self.values {
            ValueFrame::Numeric(frame) => {
                let values = column.and_then(views::numbers).unwrap_or_default();
                let cells = frame.cells_of(&values);
                let mut profile = frame.count(&values, &cells, sampling);
                frame.count_groups(&mut profile, &cells, sampling);
                out.infinite = values.iter().filter(|x| x.is_infinite()).count() as u64;
                out.values = ValueProfile::Numeric(profile);
                cells
            }
            ValueFrame::Category(frame) => {
                let empty = Categories { codes: Vec::new(), names: Vec::new() };
                let categories = column.and_then(views::categories);
                let categories = categories.as_deref().unwrap_or(&empty);
                out.values = ValueProfile::Category(frame.count(categories, sampling));
                frame.cells(categories)
            }
            ValueFrame::Text => {
                let mut counted = TextProfile::default();
                for text in column.and_then(texts).into_iter().flat_map(|t| t.iter().flatten()) {
                    counted.blank += u64::from(text.trim().is_empty());
                    counted.special += u64::from(mostly_special(text));
                    counted.numbers += u64::from(is_number(text));
                }
                out.values = ValueProfile::Text(counted);
                column.map_or_else(Cells::new, presence)
            }
            ValueFrame::Absent => column.map_or_else(Cells::new, presence),
        };
        out.rows = rows as u64;
        out.count_presence(&cells, rows, sampling);
        if matches!(self.values, ValueFrame::Text | ValueFrame::Absent) {
            cells = Cells::new();
        }
        // A number that stands as text in a column that was read otherwise is a bad cell of the reference's type.
        if matches!(self.values, ValueFrame::Numeric(_)) {
            let known = out.missing.values().sum::<u64>() + out.infinite;
            if let Some(Values::Category(_) | Values::Text(_)) = column.map(|c| &c.values) {
                out.bad = (out.rows - out.present).saturating_sub(known);
            }
        }
        (out, cells)
    }
}

impl ColumnProfile {
    fn count_presence(&mut self, cells: &[u16], rows: usize, sampling: &Sampling) {
        self.present = cells.iter().filter(|&&c| c != MISSING_CELL).count() as u64;
        if let Some(weights) = sampling.weights {
            for (&w, &cell) in weights.iter().zip(cells) {
                self.weight += w;
                self.weight_sq += w * w;
                if cell != MISSING_CELL {
                    self.present_weight += w;
                    self.present_weight_sq += w * w;
                }
            }
        } else {
            (self.weight, self.weight_sq) = (rows as f64, rows as f64);
            (self.present_weight, self.present_weight_sq) = (self.present as f64, self.present as f64);
        }
        let missing = |&cell: &u16| Some(f64::from(u8::from(cell == MISSING_CELL)));
        self.missing_clusters = sampling.groups.map(|groups| Clusters::of_scores(groups, cells.iter().map(missing)));
    }
}

/// The texts of a text column.
fn texts(column: &Column) -> Option<&arrow::array::StringArray> {
    if let Values::Text(texts) = &column.values { Some(texts) } else { None }
}

/// 0 where a row has a value, [`MISSING_CELL`] where it has none.
fn presence(column: &Column) -> Cells {
    let of = |valid: bool| if valid { 0 } else { MISSING_CELL };
    match &column.values {
        Values::Number { values, .. } => values.iter().map(|v| of(v.is_some_and(f64::is_finite))).collect(),
        Values::Boolean(values) => values.iter().map(|v| of(v.is_some())).collect(),
        Values::Category(categories) => categories.codes.iter().map(|&c| of((c as usize) < categories.names.len())).collect(),
        Values::Text(texts) => texts.iter().map(|t| of(t.is_some())).collect(),
        Values::Timestamp(values) => values.iter().map(|v| of(v.is_some())).collect(),
        Values::List(lists) => lists.values.chunks(lists.width.max(1)).map(|row| of(row.iter().all(|x| !x.is_nan()))).collect(),
    }
}
