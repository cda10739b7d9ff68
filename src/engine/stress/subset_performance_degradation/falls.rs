//! Slices by how far the model fell in them beyond its fall over all rows.
//!
//! With n₀, n₁ rows of a slice in reference and evaluation, mean errors ē₀, ē₁ there and Ē₀, Ē₁ over all rows, the fall beyond the fall of all
//! rows is f = (ē₁ − ē₀) − (Ē₁ − Ē₀). A slice scores f over its standard error √(v₀/n₀ + v₁/n₁): the size counts as much as it bears on
//! evidence. Each side's variance v is that of the slice's rows together with [`PRIOR`] rows of the whole, so that no slice of few, equal rows
//! looks certain.

use crate::stress::subset_performance::slices::{MEASURES, Objective};

/// Rows with the variance of the whole that are added to a slice's.
const PRIOR: f64 = 10.0;

/// Rows, sums of their errors, and of the errors' squares.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Errors {
    rows: u32,
    sum: [f64; MEASURES],
    squares: [f64; MEASURES],
}

impl Errors {
    fn of(errors: &[f64; MEASURES]) -> Self {
        Self { rows: 1, sum: *errors, squares: errors.map(|e| e * e) }
    }

    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.sum.iter_mut().zip(&other.sum).for_each(|(a, b)| *a += b);
        self.squares.iter_mut().zip(&other.squares).for_each(|(a, b)| *a += b);
    }

    fn mean(&self, measure: usize) -> f64 {
        self.sum.get(measure).copied().unwrap_or(0.0) / f64::from(self.rows.max(1))
    }

    fn variance(&self, measure: usize) -> f64 {
        let mean = self.mean(measure);
        (self.squares.get(measure).copied().unwrap_or(0.0) / f64::from(self.rows.max(1)) - mean * mean).max(0.0)
    }

    /// The squared standard error of the mean, with the prior rows of the whole.
    fn error(&self, measure: usize, whole: &Self) -> f64 {
        let n = f64::from(self.rows);
        (n * self.variance(measure) + PRIOR * whole.variance(measure)) / (n + PRIOR) / n.max(1.0)
    }
}

/// The errors of a slice on both sides; of a row, on its own.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sides {
    reference: Errors,
    evaluation: Errors,
}

impl Sides {
    /// A reference row.
    pub fn reference(errors: &[f64; MEASURES]) -> Self {
        Self { reference: Errors::of(errors), ..Self::default() }
    }

    /// An evaluation row.
    pub fn evaluation(errors: &[f64; MEASURES]) -> Self {
        Self { evaluation: Errors::of(errors), ..Self::default() }
    }
}

/// The fall beyond that of all rows, in standard errors.
pub(super) struct Falls {
    whole: Sides,
    support: u32,
}

impl Falls {
    /// Over these rows; slices have at least `support` of them on both sides.
    pub fn over(rows: &[Sides], support: u32) -> Self {
        let mut whole = Sides::default();
        for row in rows {
            Self::add(&mut whole, row);
        }
        Self { whole, support: support.max(1) }
    }
}

impl Objective for Falls {
    type Sums = Sides;

    fn add(sums: &mut Sides, row: &Sides) {
        sums.reference.add(&row.reference);
        sums.evaluation.add(&row.evaluation);
    }

    fn rows(sums: &Sides) -> u32 {
        sums.reference.rows + sums.evaluation.rows
    }

    fn is_supported(&self, sums: &Sides) -> bool {
        sums.reference.rows >= self.support && sums.evaluation.rows >= self.support
    }

    fn is_open(&self, measure: usize) -> bool {
        self.whole.evaluation.mean(measure) > 0.0
    }

    fn score(&self, measure: usize, sums: &Sides) -> f64 {
        let Sides { reference, evaluation } = &self.whole;
        let error = sums.evaluation.error(measure, evaluation) + sums.reference.error(measure, reference);
        if error > 0.0 { self.excess(measure, sums) / error.sqrt() } else { 0.0 }
    }

    fn excess(&self, measure: usize, sums: &Sides) -> f64 {
        let fall = |s: &Sides| s.evaluation.mean(measure) - s.reference.mean(measure);
        fall(sums) - fall(&self.whole)
    }

    /// A part of a slice may have fallen as far as can be.
    fn bound(&self, _: usize, _: &Sides) -> f64 {
        f64::INFINITY
    }

    /// Slices of equal sums on both sides are the same rows.
    fn is_same(a: &Sides, b: &Sides) -> bool {
        let equal = |a: &Errors, b: &Errors| a.rows == b.rows && a.sum == b.sum && a.sum.iter().any(|e| e.fract() != 0.0);
        equal(&a.reference, &b.reference) && equal(&a.evaluation, &b.evaluation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fall_is_counted_beyond_that_of_all_rows() {
        let rows = |wrong: usize, of: usize| (0..of).map(move |i| [f64::from(u8::from(i < wrong)), 0.0]);
        let sums = |before: usize, after: usize, of: usize| {
            let reference = rows(before, of).map(|e| Sides::reference(&e));
            reference.chain(rows(after, of).map(|e| Sides::evaluation(&e))).collect::<Vec<_>>()
        };
        // Over all rows 10 % of errors become 15 %.
        let all = sums(100, 150, 1000);
        let falls = Falls::over(&all, 30);
        let total = |rows: &[Sides]| {
            rows.iter().fold(Sides::default(), |mut sum, row| {
                Falls::add(&mut sum, row);
                sum
            })
        };
        let score = |before, after| falls.score(0, &total(&sums(before, after, 100)));
        assert!(score(10, 15).abs() < 1e-12);
        // 0.20 beyond 0.05, with variances of 0.2·0.8 and 0.4·0.6 over 100 rows and ten of the whole's.
        let error = ((100.0 * 0.16 + 10.0 * 0.09) + (100.0 * 0.24 + 10.0 * 0.1275)) / 110.0 / 100.0;
        let expected = 0.15 / f64::sqrt(error);
        assert!((score(20, 40) - expected).abs() < 1e-9, "{} {expected}", score(20, 40));
        assert!(!falls.is_supported(&total(&sums(1, 1, 29))) && falls.is_open(0) && !falls.is_open(1));
    }
}
