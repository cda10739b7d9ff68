//! What a column's values say about its role: how many differ, their range, whether its lists are probabilities.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use arrow::array::Array;
use straingauge_api::ValueCount;

use super::cell::{moment_text, number_text};
use super::{Column, MISSING_CODE, Values};

/// Distinct values are counted up to here; beyond, the count is a lower bound.
const DISTINCT_LIMIT: usize = 100_000;
/// Numbers with at most this many values are shown with their counts.
const FEW_VALUES: usize = 20;
/// A probability vector may miss a sum of 1 by this much: probabilities are often logged with two or three digits.
pub const SUM_TOLERANCE: f64 = 0.02;

/// What was counted in a column.
#[derive(Debug, Clone, Default)]
pub struct ColumnFacts {
    /// Rows with a value.
    pub present: u64,
    /// Rows without one, bad cells included.
    pub missing: u64,
    /// Distinct values.
    pub distinct: u64,
    /// Whether `distinct` is exact.
    pub distinct_exact: bool,
    /// Whether all counted values differ.
    pub unique: bool,
    /// Whether every value is one more than the one before it.
    pub counts_up: bool,
    /// Smallest and largest number (milliseconds for moments).
    pub range: Option<(f64, f64)>,
    /// The same as text.
    pub range_text: Option<(String, String)>,
    /// The commonest values with counts (sets of values), or a few values (all else, count 0).
    pub examples: Vec<ValueCount>,
    /// Lists: the share of rows whose numbers lie in [0, 1] and sum to 1.
    pub probability_share: f64,
}

impl ColumnFacts {
    /// Counts in a column.
    pub fn of(column: &Column) -> Self {
        let mut facts = match &column.values {
            Values::Number { values, .. } => of_numbers(values.values()),
            Values::Boolean(values) => {
                let counts = values.iter().flatten().fold([0u64; 2], |[no, yes], v| if v { [no, yes + 1] } else { [no + 1, yes] });
                of_counts(&["false".to_owned(), "true".to_owned()], &counts)
            }
            Values::Category(categories) => {
                let mut counts = vec![0u64; categories.names.len()];
                for &code in &categories.codes {
                    if let Some(count) = counts.get_mut(code as usize) {
                        *count += 1;
                    }
                }
                of_counts(&categories.names, &counts)
            }
            Values::Text(values) => of_texts(values.iter().flatten()),
            Values::Timestamp(values) => {
                let mut facts = of_integers(values.values().iter().copied().filter(|&ms| ms != i64::MIN));
                facts.range_text = facts.range.map(|(lo, hi)| (moment_text(lo as i64), moment_text(hi as i64)));
                facts
            }
            Values::List(lists) => {
                let rows = (0..column.rows()).map(|row| lists.row(row)).filter(|row| row.iter().any(|v| !v.is_nan()));
                let (present, probable) = rows.fold((0u64, 0u64), |(n, k), row| (n + 1, k + u64::from(is_probability_row(row))));
                Self { present, probability_share: probable as f64 / present.max(1) as f64, distinct: present, ..Self::default() }
            }
        };
        facts.missing = column.rows() as u64 - facts.present;
        if facts.examples.is_empty() {
            let cells = (0..column.rows().min(1000)).filter_map(|row| column.cell(row));
            facts.examples = cells.take(3).map(|value| ValueCount { value: cut(&value), count: 0 }).collect();
        }
        facts
    }
}

/// Whether a row of numbers can be a probability a class.
pub fn is_probability_row(row: &[f64]) -> bool {
    row.iter().all(|p| (0.0..=1.0).contains(p)) && (row.iter().sum::<f64>() - 1.0).abs() <= SUM_TOLERANCE
}

/// A cell cut at 80 characters, for showing.
pub fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

fn of_numbers(values: &[f64]) -> ColumnFacts {
    let mut facts = ColumnFacts { counts_up: true, ..ColumnFacts::default() };
    let mut distinct = Distinct::default();
    // The counts of a few values; given up beyond that.
    let mut few: Vec<(f64, u64)> = Vec::new();
    let (mut low, mut high, mut last) = (f64::INFINITY, f64::NEG_INFINITY, f64::NAN);
    for &value in values.iter().filter(|v| !v.is_nan()) {
        facts.present += 1;
        (low, high) = (low.min(value), high.max(value));
        facts.counts_up &= last.is_nan() || value == last + 1.0;
        last = value;
        if few.len() <= FEW_VALUES {
            if let Some(entry) = few.iter_mut().find(|(v, _)| *v == value) {
                entry.1 += 1;
                distinct.repeat();
                continue;
            }
            few.push((value, 1));
        }
        distinct.add((value + 0.0).to_bits());
    }
    distinct.into_facts(&mut facts);
    if facts.present > 0 {
        facts.range = Some((low, high));
        facts.range_text = Some((number_text(low), number_text(high)));
    }
    if few.len() <= FEW_VALUES {
        few.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.total_cmp(&b.0)));
        facts.examples = few.iter().map(|&(value, count)| ValueCount { value: number_text(value), count }).collect();
    }
    facts
}

/// Distinct values counted up to [`DISTINCT_LIMIT`].
#[derive(Default)]
struct Distinct<T> {
    seen: HashSet<T, BuildHasherDefault<Mixer>>,
    /// Values looked at before the limit.
    counted: u64,
    full: bool,
}

impl<T: Eq + Hash> Distinct<T> {
    fn add(&mut self, value: T) {
        if self.seen.len() >= DISTINCT_LIMIT {
            self.full = true;
        } else {
            self.counted += 1;
            self.seen.insert(value);
        }
    }

    /// Counts a value that is known to be there.
    fn repeat(&mut self) {
        self.counted += 1;
    }

    fn into_facts(self, facts: &mut ColumnFacts) {
        facts.distinct = self.seen.len() as u64;
        facts.distinct_exact = !self.full;
        facts.unique = facts.present > 1 && facts.distinct == self.counted;
    }
}

/// A quick hash: bytes in words of eight, each multiplied in with its high half folded back. Only counts depend on it.
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            self.write_u64(word.iter().fold(word.len() as u64, |acc, &b| (acc << 8) | u64::from(b)));
        }
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xd1b5_4a32_d192_ed03;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }

    fn write_i64(&mut self, word: i64) {
        self.write_u64(word as u64);
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }
}

fn of_integers(values: impl Iterator<Item = i64>) -> ColumnFacts {
    let mut facts = ColumnFacts::default();
    let (mut distinct, mut range) = (Distinct::default(), None::<(i64, i64)>);
    for value in values {
        facts.present += 1;
        range = Some(range.map_or((value, value), |(lo, hi)| (lo.min(value), hi.max(value))));
        distinct.add(value);
    }
    distinct.into_facts(&mut facts);
    facts.range = range.map(|(lo, hi)| (lo as f64, hi as f64));
    facts
}

fn of_texts<'a>(values: impl Iterator<Item = &'a str>) -> ColumnFacts {
    let mut facts = ColumnFacts::default();
    let mut distinct = Distinct::default();
    for value in values {
        facts.present += 1;
        distinct.add(value);
    }
    distinct.into_facts(&mut facts);
    facts
}

/// From the counts of a set of values; the commonest eight are the examples.
fn of_counts(names: &[String], counts: &[u64]) -> ColumnFacts {
    let mut seen: Vec<(&String, u64)> = names.iter().zip(counts.iter().copied()).filter(|(_, n)| *n > 0).collect();
    seen.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let present: u64 = seen.iter().map(|(_, n)| n).sum();
    ColumnFacts {
        present,
        distinct: seen.len() as u64,
        distinct_exact: true,
        unique: present > 1 && seen.len() as u64 == present,
        examples: seen.iter().take(8).map(|(name, count)| ValueCount { value: cut(name), count: *count }).collect(),
        ..ColumnFacts::default()
    }
}

/// How many rows of a column have a value.
pub fn present_rows(column: &Column) -> u64 {
    match &column.values {
        Values::Number { values, .. } => values.values().iter().filter(|v| !v.is_nan()).count() as u64,
        Values::Boolean(values) => (values.len() - values.null_count()) as u64,
        Values::Category(categories) => categories.codes.iter().filter(|&&c| c != MISSING_CODE).count() as u64,
        Values::Text(values) => (values.len() - values.null_count()) as u64,
        Values::Timestamp(values) => values.values().iter().filter(|&&ms| ms != i64::MIN).count() as u64,
        Values::List(_) => (0..column.rows()).filter(|&row| column.cell_present(row)).count() as u64,
    }
}

impl Column {
    /// Whether a row has a value.
    pub fn cell_present(&self, row: usize) -> bool {
        match &self.values {
            Values::Number { values, .. } => values.values().get(row).is_some_and(|v| !v.is_nan()),
            Values::Boolean(values) => row < values.len() && values.is_valid(row),
            Values::Category(categories) => categories.codes.get(row).is_some_and(|&c| c != MISSING_CODE),
            Values::Text(values) => row < values.len() && values.is_valid(row),
            Values::Timestamp(values) => values.values().get(row).is_some_and(|&ms| ms != i64::MIN),
            Values::List(lists) => lists.row(row).iter().any(|v| !v.is_nan()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{category, lists, moments, number, text};
    use super::*;

    #[test]
    fn counts_values_of_every_type() {
        let facts = ColumnFacts::of(&number("a", &[2.0, 1.0, 2.0, f64::NAN, -0.0, 0.0]));
        assert_eq!((facts.present, facts.missing, facts.distinct, facts.unique), (5, 1, 3, false));
        let counts: Vec<(&str, u64)> = facts.examples.iter().map(|e| (e.value.as_str(), e.count)).collect();
        assert_eq!(counts, [("0", 2), ("2", 2), ("1", 1)]);
        assert_eq!(facts.range_text, Some(("0".into(), "2".into())));
        let up = ColumnFacts::of(&number("b", &(0..50).map(f64::from).collect::<Vec<_>>()));
        assert!(up.counts_up && up.unique && up.distinct == 50 && up.distinct_exact);
        assert!(ColumnFacts::of(&text("t", &["a", "b", "c"])).unique);
        assert_eq!(ColumnFacts::of(&category("c", &["x", "", "x", "y"])).examples[0], ValueCount { value: "x".into(), count: 2 });
        assert_eq!(ColumnFacts::of(&moments("m", &[5, i64::MIN, 5])).distinct, 1);
        assert_eq!(ColumnFacts::of(&lists("l", 2, &[0.5, 0.5, 0.9, 0.9])).probability_share, 0.5);
    }

    #[test]
    fn distinct_values_beyond_the_limit_are_a_lower_bound() {
        let facts = ColumnFacts::of(&number("a", &(0..150_000).map(|i| f64::from(i) * 0.5).collect::<Vec<_>>()));
        assert_eq!((facts.distinct, facts.distinct_exact, facts.unique), (100_000, false, true));
    }
}
