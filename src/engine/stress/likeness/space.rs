//! Rows as points: numbers in reference standard deviations, categories as if one-hot, texts as hashed bags of words.
//!
//! The squared distance is the sum of squared differences of the numbers, 2 for each category that differs (as between two one-hot
//! vectors), and the squared distance of the texts' unit vectors of 32 signed buckets of token hashes (Weinberger and others 2009).

use super::row_keys::each_value;
use crate::profile::views;
use crate::stress::{Context, Side};
use crate::table::{Column, FeatureKind};
use crate::text::{text_at, token_hash, tokens};

/// Buckets of a text.
const BUCKETS: usize = 32;
/// Numbers that are subtracted at once: rows are filled up with zeros to a multiple.
const LANES: usize = 8;
/// Standard deviations beyond which a number is no farther.
const FAR: f64 = 8.0;

/// Rows of one side, row after row.
#[derive(Debug, Clone, Default)]
pub(in crate::stress) struct Points {
    /// Numbers a row, a multiple of [`LANES`].
    pub width: usize,
    numbers: Vec<f32>,
    /// Categories a row.
    pub kinds: usize,
    codes: Vec<u32>,
    rows: usize,
}

/// One row.
pub(in crate::stress) type Point<'a> = (&'a [f32], &'a [u32]);

/// Both sides over the features that the model sees and both sides have, ids and constants left out; `None` where there is none.
pub(in crate::stress) fn points(context: &Context) -> Option<(Points, Points)> {
    let (reference, evaluation) = context.rows.as_ref()?;
    let (mut left, mut right) = (Points::new(reference.dataset.rows()), Points::new(evaluation.dataset.rows()));
    let wanted = context.features.iter().zip(&context.frame.columns).enumerate();
    for (i, (feature, frame)) in wanted {
        let skipped = !feature.in_model || feature.measured_in.is_some() || frame.facts.unique || frame.facts.constant;
        let column = |side: &'_ Side| side.columns.get(i).cloned().flatten();
        let (Some(a), Some(b), false) = (column(reference), column(evaluation), skipped) else { continue };
        match feature.kind {
            FeatureKind::Numeric => {
                let (mean, sd) = scale(&a);
                left.add_numbers(&a, mean, sd);
                right.add_numbers(&b, mean, sd);
            }
            FeatureKind::Categorical => {
                left.add_codes(&a, feature.kind);
                right.add_codes(&b, feature.kind);
            }
            FeatureKind::Text => {
                left.add_text(&a);
                right.add_text(&b);
            }
        }
    }
    (left.width + left.kinds > 0).then(|| (left.by_row(), right.by_row()))
}

/// Mean and standard deviation of a column's finite numbers; (0, 1) where there are none or they do not vary.
fn scale(column: &Column) -> (f64, f64) {
    let values = views::numbers(column).unwrap_or_default();
    let known = || values.iter().filter(|x| x.is_finite());
    let n = known().count().max(1) as f64;
    let mean = known().sum::<f64>() / n;
    let sd = (known().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt();
    (mean, if sd > 0.0 && sd.is_finite() { sd } else { 1.0 })
}

impl Points {
    fn new(rows: usize) -> Self {
        Self { rows, ..Self::default() }
    }

    /// Rows of numbers, for tests.
    #[cfg(test)]
    pub fn of_numbers(rows: &[Vec<f32>]) -> Self {
        let width = rows.first().map_or(0, Vec::len).next_multiple_of(LANES);
        let filled = |row: &Vec<f32>| row.iter().copied().chain(std::iter::repeat(0.0)).take(width).collect::<Vec<f32>>();
        Self { width, numbers: rows.iter().flat_map(filled).collect(), rows: rows.len(), ..Self::default() }
    }

    // Columns are added one behind the other, and turned into rows once all are there.

    fn add_numbers(&mut self, column: &Column, mean: f64, sd: f64) {
        let values = views::numbers(column).unwrap_or_default();
        let place = |x: f64| if x.is_finite() { ((x - mean) / sd).clamp(-FAR, FAR) as f32 } else { 0.0 };
        self.numbers.extend((0..self.rows).map(|row| values.get(row).map_or(0.0, |&x| place(x))));
        self.width += 1;
    }

    fn add_codes(&mut self, column: &Column, kind: FeatureKind) {
        let from = self.codes.len();
        self.codes.resize(from + self.rows, 0);
        each_value(column, kind, |row, value| {
            if let (Some(slot), Some(value)) = (self.codes.get_mut(from + row), value) {
                *slot = (value >> 32) as u32;
            }
        });
        self.kinds += 1;
    }

    fn add_text(&mut self, column: &Column) {
        let from = self.numbers.len();
        self.numbers.resize(from + BUCKETS * self.rows, 0.0);
        for row in 0..self.rows {
            let Some(text) = text_at(column, row) else { continue };
            let mut bag = [0.0f32; BUCKETS];
            for token in tokens(text) {
                let hash = token_hash(token);
                if let Some(slot) = bag.get_mut((hash >> 59) as usize) {
                    *slot += if hash & 1 == 1 { 1.0 } else { -1.0 };
                }
            }
            let norm = bag.iter().map(|x| x * x).sum::<f32>().sqrt().max(1.0);
            for (bucket, x) in bag.iter().enumerate() {
                if let Some(slot) = self.numbers.get_mut(from + bucket * self.rows + row) {
                    *slot = x / norm;
                }
            }
        }
        self.width += BUCKETS;
    }

    fn by_row(mut self) -> Self {
        fn turned<T: Copy + Default>(columns: &[T], width: usize, rows: usize) -> Vec<T> {
            let mut out = vec![T::default(); width * rows];
            for (at, column) in columns.chunks_exact(rows.max(1)).enumerate() {
                for (row, &value) in column.iter().enumerate() {
                    if let Some(slot) = out.get_mut(row * width + at) {
                        *slot = value;
                    }
                }
            }
            out
        }
        self.width = self.width.next_multiple_of(LANES);
        self.numbers = turned(&self.numbers, self.width, self.rows);
        self.codes = turned(&self.codes, self.kinds, self.rows);
        self
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A row.
    #[inline]
    pub fn point(&self, row: usize) -> Point<'_> {
        let of = |width: usize| row * width..(row + 1) * width;
        (self.numbers.get(of(self.width)).unwrap_or_default(), self.codes.get(of(self.kinds)).unwrap_or_default())
    }

    /// Some of the rows, in the given order.
    pub fn select(&self, rows: &[u32]) -> Self {
        let mut out = Self { width: self.width, kinds: self.kinds, rows: rows.len(), ..Self::default() };
        for &row in rows {
            let (numbers, codes) = self.point(row as usize);
            out.numbers.extend_from_slice(numbers);
            out.codes.extend_from_slice(codes);
        }
        out
    }

    /// The rows of another side behind these.
    pub fn append(&mut self, other: &Self) {
        self.numbers.extend_from_slice(&other.numbers);
        self.codes.extend_from_slice(&other.codes);
        self.rows += other.rows;
    }
}

/// The squared distance of two rows, or some number above `bound` where it is above that.
#[inline]
pub(in crate::stress) fn distance(a: Point, b: Point, bound: f32) -> f32 {
    let sum = 2.0 * a.1.iter().zip(b.1).filter(|(x, y)| x != y).count() as f32;
    if sum > bound {
        return sum;
    }
    // Eight sums side by side, which a processor adds at once.
    let mut lanes = [0.0f32; LANES];
    for (x, y) in a.0.chunks_exact(LANES).zip(b.0.chunks_exact(LANES)) {
        for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += (x - y) * (x - y);
        }
    }
    sum + lanes.iter().sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::testing::{category, number, text};

    #[test]
    fn distances_add_up() {
        let mut points = Points::new(3);
        points.add_numbers(&number("x", &[0.0, 3.0, f64::NAN]), 1.0, 2.0);
        points.add_codes(&category("c", &["a", "b", "a"]), FeatureKind::Categorical);
        points.add_text(&text("t", &["cat dog", "dog cat", "cat"]));
        let points = points.by_row();
        let of = |a, b| distance(points.point(a), points.point(b), f32::INFINITY);
        // (−0.5 − 1)² and one category; the same words in another order are the same.
        assert!((of(0, 1) - 4.25).abs() < 1e-6);
        // A gap stands at the mean; of two words one is shared: |u − v|² = 2 − 2/√2 (or 2 where the words share a bucket).
        assert!((of(0, 2) - (0.25 + 2.0 - 2.0_f32.sqrt())).abs() < 1e-6, "{}", of(0, 2));
        assert_eq!(points.select(&[2, 0]).point(1), points.point(0));
    }
}
