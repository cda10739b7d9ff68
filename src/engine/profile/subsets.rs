//! Subsets of the rows by the value of one feature: how the reference cuts them, and what is counted in each.

use std::collections::BTreeMap;

use super::areas::ExactAreas;
use super::model::ModelFrame;
use super::row_outcomes::{NO_CELL, RowOutcomes, count_cells};
use super::tally::OutcomeTally;
use super::{frames_differ, quantiles};
use crate::Result;
use crate::table::{Column, Feature, FeatureKind, Values};

/// Numeric features are cut into at most so many bins.
pub const NUM_SUBSETS: usize = 10;
/// Values of fewer reference rows share one subset.
pub const MIN_SAMPLE_SIZE: u64 = 20;
/// So many of the commonest values have a subset of their own.
const MOST_VALUES: usize = 200;
/// So many values that are common in the evaluation alone have one, too.
const MOST_NEW_VALUES: usize = 20;

/// How a feature's rows are cut into subsets.
#[derive(Debug, Clone, PartialEq)]
pub enum Cut {
    /// Cell i holds `edges[i-1] < x ≤ edges[i]`; the first and the last are open.
    Numeric {
        /// The edges, ascending: values of the reference.
        edges: Vec<f64>,
    },
    /// A cell a value, then one for all other values.
    Values {
        /// The values with a cell of their own, sorted, with the cell.
        values: BTreeMap<String, u16>,
    },
    /// One cell for all rows that have a value.
    Presence,
}

/// How a feature's rows are cut, and what the parts are called. The last cell is the missing ones.
#[derive(Debug, Clone, PartialEq)]
pub struct SubsetFrame {
    /// The feature.
    pub feature: String,
    /// The cut.
    pub cut: Cut,
    /// The cells' names, as they complete "rows where <feature> …": `≤ 4.6`, `= Travel`, `is missing`.
    pub labels: Vec<String>,
    /// Rows of the reference in each cell.
    pub reference_rows: Vec<u64>,
}

/// What was counted in each of a feature's subsets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SubsetProfile {
    /// One a cell of the frame.
    pub cells: Vec<OutcomeTally>,
    /// Exact areas of the rows of all cells but the last, which do not follow from the cells'; `None` after a merge.
    pub present: Option<ExactAreas>,
}

impl SubsetFrame {
    /// Learns how the reference cuts a feature; `None` where it cuts nothing (a constant without missing values, a free text
    /// that is always there, a list).
    pub fn learn(feature: &Feature, column: &Column) -> Option<Self> {
        Self::learn_with(feature, column, None)
    }

    /// The same, where the evaluation is known: a value that is common in it has a subset of its own, and a name, however rare it was.
    pub fn learn_with(feature: &Feature, column: &Column, evaluation: Option<&Column>) -> Option<Self> {
        let (cut, mut labels) = match &column.values {
            Values::Text(_) => (Cut::Presence, vec!["is present".to_owned()]),
            Values::List(_) => return None,
            values if feature.kind == FeatureKind::Numeric => {
                let numbers = numbers(values)?;
                let edges = quantile_edges(numbers);
                let labels = numeric_labels(&edges);
                (Cut::Numeric { edges }, labels)
            }
            values => {
                let mut kept = common_values(values)?;
                let news = evaluation.and_then(|column| common_values(&column.values)).unwrap_or_default();
                let news: Vec<String> = news.into_iter().filter(|value| !kept.contains(value)).take(MOST_NEW_VALUES).collect();
                kept.extend(news);
                kept.sort();
                let mut labels: Vec<String> = kept.iter().map(|v| format!("= {v}")).collect();
                labels.push("is any other value".to_owned());
                (Cut::Values { values: kept.into_iter().zip(0u16..).collect() }, labels)
            }
        };
        labels.push("is missing".to_owned());
        let mut out = Self { feature: feature.name.clone(), cut, labels, reference_rows: Vec::new() };
        let mut rows = vec![0u64; out.cells()];
        for cell in out.cells_of(column) {
            if let Some(slot) = rows.get_mut(cell as usize) {
                *slot += 1;
            }
        }
        out.reference_rows = rows;
        if let Cut::Values { values } = &out.cut {
            for &cell in values.values() {
                if let (Some(label), Some(0)) = (out.labels.get_mut(cell as usize), out.reference_rows.get(cell as usize)) {
                    label.push_str(" (new)");
                }
            }
        }
        (out.reference_rows.iter().filter(|&&n| n > 0).count() > 1).then_some(out)
    }

    /// Cells, the missing one included.
    pub fn cells(&self) -> usize {
        self.labels.len()
    }

    /// The cell of missing values.
    pub fn missing_cell(&self) -> usize {
        self.cells().saturating_sub(1)
    }

    /// The cell of each row of a column.
    pub fn cells_of(&self, column: &Column) -> Vec<u16> {
        let missing = self.missing_cell() as u16;
        match &self.cut {
            Cut::Numeric { edges } => {
                let cell = |x: f64| if x.is_finite() { edges.iter().map(|&e| u16::from(x > e)).sum() } else { missing };
                match numbers(&column.values) {
                    Some(Numbers::Floats(values)) => values.iter().map(|&x| cell(x)).collect(),
                    Some(Numbers::Moments(values)) => {
                        values.iter().map(|&t| if t == i64::MIN { missing } else { cell(t as f64) }).collect()
                    }
                    None => vec![NO_CELL; rows_of(&column.values)],
                }
            }
            Cut::Values { values } => {
                let other = missing.saturating_sub(1);
                let of = |name: &str| values.get(name).copied().unwrap_or(other);
                match &column.values {
                    Values::Category(categories) => {
                        let table: Vec<u16> = categories.names.iter().map(|n| of(n)).collect();
                        categories.codes.iter().map(|&c| table.get(c as usize).copied().unwrap_or(missing)).collect()
                    }
                    Values::Boolean(flags) => {
                        let (yes, no) = (of("true"), of("false"));
                        flags.iter().map(|flag| flag.map_or(missing, |f| if f { yes } else { no })).collect()
                    }
                    Values::Number { values: numbers, .. } => {
                        numbers.values().iter().map(|&x| if x.is_nan() { missing } else { of(&number_name(x)) }).collect()
                    }
                    Values::Text(texts) => texts.iter().map(|text| text.map_or(missing, of)).collect(),
                    Values::Timestamp(_) | Values::List(_) => vec![NO_CELL; rows_of(&column.values)],
                }
            }
            Cut::Presence => match &column.values {
                Values::Text(texts) => texts.iter().map(|text| u16::from(text.is_none_or(str::is_empty))).collect(),
                _ => vec![NO_CELL; rows_of(&column.values)],
            },
        }
    }

    /// Counts a side's rows; a side without the feature has no rows in any cell.
    pub fn count(&self, model: &ModelFrame, column: Option<&Column>, rows: &RowOutcomes) -> SubsetProfile {
        let cells = column.map_or_else(|| vec![NO_CELL; rows.rows()], |c| self.cells_of(c));
        let missing = self.missing_cell() as u16;
        let present = cells.contains(&missing).then(|| {
            let inside: Vec<u16> = cells.iter().map(|&cell| if cell < missing { 0 } else { NO_CELL }).collect();
            rows.exact_areas(&inside, 1)?.pop()
        });
        SubsetProfile { cells: count_cells(model, rows, &cells, self.cells(), model.subset_confusion()), present: present.flatten() }
    }
}

impl SubsetProfile {
    /// Adds another batch of the same side.
    ///
    /// # Errors
    /// `frames_differ` where the two were not counted in one frame.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.cells.len() != other.cells.len() {
            return Err(frames_differ("the subsets of a feature"));
        }
        self.cells.iter_mut().zip(&other.cells).for_each(|(a, b)| a.add(b));
        self.present = None;
        Ok(())
    }
}

enum Numbers<'a> {
    Floats(&'a [f64]),
    Moments(&'a [i64]),
}

fn numbers(values: &Values) -> Option<Numbers<'_>> {
    match values {
        Values::Number { values, .. } => Some(Numbers::Floats(values.values())),
        Values::Timestamp(moments) => Some(Numbers::Moments(moments.values())),
        _ => None,
    }
}

fn rows_of(values: &Values) -> usize {
    use arrow::array::Array;
    match values {
        Values::Number { values, .. } => values.len(),
        Values::Boolean(values) => values.len(),
        Values::Category(categories) => categories.codes.len(),
        Values::Text(values) => values.len(),
        Values::Timestamp(values) => values.len(),
        Values::List(lists) => lists.values.len() / lists.width.max(1),
    }
}

/// The quantiles j/10 of the finite values by the inverse of their distribution function, tied ones merged; the largest value
/// is no edge.
fn quantile_edges(numbers: Numbers<'_>) -> Vec<f64> {
    let sorted = match numbers {
        Numbers::Floats(values) => quantiles::sorted(values),
        Numbers::Moments(values) => quantiles::sorted(&values.iter().filter(|&&t| t != i64::MIN).map(|&t| t as f64).collect::<Vec<f64>>()),
    };
    let n = sorted.len();
    let Some(&largest) = sorted.last() else { return Vec::new() };
    let at = |j: usize| sorted.get((j * n).div_ceil(NUM_SUBSETS).saturating_sub(1)).copied();
    let mut edges: Vec<f64> = (1..NUM_SUBSETS).filter_map(at).filter(|&e| e < largest).collect();
    edges.dedup();
    edges
}

/// The values of at least [`MIN_SAMPLE_SIZE`] rows, the commonest [`MOST_VALUES`] of them, sorted.
fn common_values(values: &Values) -> Option<Vec<String>> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    match values {
        Values::Category(categories) => {
            let mut by_code = vec![0u64; categories.names.len()];
            for &code in &categories.codes {
                if let Some(slot) = by_code.get_mut(code as usize) {
                    *slot += 1;
                }
            }
            counts.extend(categories.names.iter().cloned().zip(by_code));
        }
        Values::Boolean(flags) => {
            for flag in flags.iter().flatten() {
                *counts.entry(flag.to_string()).or_default() += 1;
            }
        }
        Values::Number { values, .. } => {
            for x in values.values().iter().filter(|x| !x.is_nan()) {
                *counts.entry(number_name(*x)).or_default() += 1;
            }
        }
        Values::Text(_) | Values::Timestamp(_) | Values::List(_) => return None,
    }
    let mut kept: Vec<(u64, String)> = counts.into_iter().filter(|c| c.1 >= MIN_SAMPLE_SIZE).map(|(v, n)| (n, v)).collect();
    kept.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    kept.truncate(MOST_VALUES);
    let mut names: Vec<String> = kept.into_iter().map(|k| k.1).collect();
    names.sort();
    Some(names)
}

fn number_name(x: f64) -> String {
    format!("{x}")
}

/// `≤ 1`, `1 – 3`, `> 3`: each bin holds its upper edge.
pub(crate) fn numeric_labels(edges: &[f64]) -> Vec<String> {
    let Some((first, last)) = edges.first().zip(edges.last()) else { return vec!["has a value".to_owned()] };
    // The number next below 0 cuts off what is negative.
    let cuts_negative = |edge: f64| edge < 0.0 && edge > -f64::MIN_POSITIVE;
    let mut labels = vec![if cuts_negative(*first) { "< 0".to_owned() } else { format!("≤ {}", short_number(*first)) }];
    labels.extend(edges.windows(2).map(|pair| match pair {
        [low, high] if cuts_negative(*low) && *high == 0.0 => "= 0".to_owned(),
        [low, high] => format!("in {} – {}", short_number(*low), short_number(*high)),
        _ => String::new(),
    }));
    labels.push(format!("> {}", short_number(*last)));
    labels
}

/// A number with four significant digits, whole where it is large.
pub(crate) fn short_number(x: f64) -> String {
    let size = x.abs();
    let decimals = match size {
        _ if x.fract() == 0.0 => 0,
        s if s < f64::MIN_POSITIVE => return "0".to_owned(),
        s if s >= 1000.0 => 0,
        s if s >= 100.0 => 1,
        s if s >= 10.0 => 2,
        s if s >= 1.0 => 3,
        s if s >= 0.1 => 4,
        s if s >= 1e-4 => 6,
        _ => return straingauge_charts::format::number(x),
    };
    straingauge_charts::format::trimmed(x, decimals)
}

crate::stored::stored!(enum Cut { 0 = Numeric { edges }, 1 = Values { values }, 2 = Presence });
crate::stored::stored!(struct SubsetFrame { feature, cut, labels, reference_rows });
crate::stored::stored!(struct SubsetProfile { cells } without { present: None });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_hold_their_upper_edge() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let edges = quantile_edges(Numbers::Floats(&values));
        assert_eq!(edges, [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]);
        // Half of the rows are 0: the tied edges are one.
        let tied: Vec<f64> = (0..100).map(|i| f64::from((i - 50).max(0))).collect();
        assert_eq!(quantile_edges(Numbers::Floats(&tied)), [0.0, 9.0, 19.0, 29.0, 39.0]);
        assert_eq!(quantile_edges(Numbers::Floats(&[3.0; 10])), Vec::<f64>::new());
    }

    #[test]
    fn a_value_that_only_the_evaluation_has_is_named() {
        let column = |values: &[(&str, usize)]| {
            let codes = values.iter().zip(0u32..).flat_map(|(&(_, n), code)| std::iter::repeat_n(code, n)).collect();
            let names = values.iter().map(|(v, _)| (*v).to_owned()).collect();
            Column {
                name: "product".to_owned(),
                values: Values::Category(crate::table::Categories { codes, names }),
                cells: crate::table::Cells::default(),
            }
        };
        let (before, after) =
            (column(&[("Card", 60), ("Loan", 60), ("Gold", 5)]), column(&[("Card", 50), ("Wallet", 30), ("Gold", 25), ("Cheque", 3)]));
        let feature =
            Feature { name: "product".to_owned(), kind: FeatureKind::Categorical, in_model: true, protected: false, measured_in: None };
        let alone = SubsetFrame::learn(&feature, &before).unwrap();
        assert_eq!(alone.labels, ["= Card", "= Loan", "is any other value", "is missing"]);
        let both = SubsetFrame::learn_with(&feature, &before, Some(&after)).unwrap();
        assert_eq!(both.labels, ["= Card", "= Gold", "= Loan", "= Wallet (new)", "is any other value", "is missing"]);
        assert_eq!(both.reference_rows, [60, 5, 60, 0, 0, 0]);
        let cells = both.cells_of(&after);
        assert_eq!((cells.iter().filter(|&&c| c == 3).count(), cells.iter().filter(|&&c| c == 4).count()), (30, 3));
    }

    #[test]
    fn labels_read_after_the_feature() {
        assert_eq!(numeric_labels(&[4.612_34, 1234.56]), ["≤ 4.612", "in 4.612 – 1\u{202f}235", "> 1\u{202f}235"]);
        assert_eq!(numeric_labels(&[-f64::from_bits(1), 0.0, 0.5]), ["< 0", "= 0", "in 0 – 0.5", "> 0.5"]);
        assert_eq!(short_number(-0.05), "\u{2212}0.05");
        assert_eq!(short_number(-121.2), "\u{2212}121.2");
        assert_eq!(short_number(1_484_705.0), "1\u{202f}484\u{202f}705");
        assert_eq!(short_number(0.000_02), "2.00e\u{2212}5");
        assert_eq!(short_number(0.0), "0");
    }
}
