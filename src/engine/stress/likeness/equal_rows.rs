//! Rows that are equal in all features that the model sees, with their labels.

use std::ops::Range;

use super::row_keys::{self, Keys, mix};
use crate::metrics::{NO_CLASS, Outcomes, Truth};
use crate::stress::Context;

/// Above this share of repeated reference rows repetition is the nature of the data.
pub(in crate::stress) const NATURAL: f64 = 0.20;

/// The rows of a side by key, then by row: (key, row, label).
#[derive(Debug, Default)]
pub(in crate::stress) struct Sorted {
    pub rows: Vec<(u64, u32, u32)>,
}

/// The likeness of rows that share a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stress) enum Likeness {
    /// All features that the model sees.
    EqualRows,
    /// Texts that are nearly the same.
    NearTexts,
}

/// Both sides' rows by key.
#[derive(Debug)]
pub(in crate::stress) struct EqualRows {
    pub likeness: Likeness,
    pub reference: Sorted,
    pub evaluation: Sorted,
}

impl EqualRows {
    /// `None` without loaded rows, and where the two sides share no feature that the model sees.
    pub fn of(context: &Context) -> Option<Self> {
        let (reference, evaluation) = row_keys::keys(context)?;
        let rows = context.rows.as_ref()?;
        let (reference, evaluation) = (Sorted::of(&reference, &rows.0.outcomes), Sorted::of(&evaluation, &rows.1.outcomes));
        Some(Self { likeness: Likeness::EqualRows, reference, evaluation })
    }

    /// Rows grouped by nearness of their texts instead, in all of these features, by place. `None` where a side lacks one.
    pub fn of_texts(context: &Context, features: &[usize]) -> Option<Self> {
        let (reference, evaluation) = context.rows.as_ref()?;
        let mut keys: Option<(Keys, Keys)> = None;
        for &feature in features {
            let (a, b) = context.near_texts(feature)?;
            keys = Some(match keys {
                None => (a.clone(), b.clone()),
                Some((x, y)) => {
                    let both = |x: Keys, a: &Keys| x.into_iter().zip(a.iter().copied()).map(joined).collect();
                    (both(x, a), both(y, b))
                }
            });
        }
        let (a, b) = keys?;
        let (reference, evaluation) = (Sorted::of(&a, &reference.outcomes), Sorted::of(&b, &evaluation.outcomes));
        Some(Self { likeness: Likeness::NearTexts, reference, evaluation })
    }

    /// Why nothing can be judged of repetition; `None` where it can.
    pub fn unfit(&self) -> Option<String> {
        if self.reference.rows.is_empty() || self.evaluation.rows.is_empty() {
            return Some("One of the two sets has no rows.".to_owned());
        }
        let natural = self.reference.repeated();
        (natural > NATURAL).then(|| {
            let repeat = match self.likeness {
                Likeness::EqualRows => "rows are equal to another",
                Likeness::NearTexts => "texts are nearly the same as another",
            };
            format!("{} of the reference {repeat}: such data repeat by nature.", straingauge_charts::format::percent(natural))
        })
    }

    /// Runs of equal rows over both sides: (in the reference, in the evaluation), either may be empty.
    pub fn runs(&self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + '_ {
        let (mut a, mut b) = (self.reference.runs().peekable(), self.evaluation.runs().peekable());
        std::iter::from_fn(move || {
            let key = |side: &Sorted, run: Option<&Range<usize>>| run.and_then(|r| side.key(r.start));
            match (key(&self.reference, a.peek()), key(&self.evaluation, b.peek())) {
                (None, None) => None,
                (Some(x), Some(y)) if x == y => Some((a.next()?, b.next()?)),
                (Some(x), y) if y.is_none_or(|y| x < y) => Some((a.next()?, 0..0)),
                _ => Some((0..0, b.next()?)),
            }
        })
    }
}

/// One key of two; `None` where both are missing.
fn joined(keys: (Option<u64>, Option<u64>)) -> Option<u64> {
    (keys.0.is_some() || keys.1.is_some()).then(|| mix(keys.0.map_or(1, |k| mix(k + 2)) ^ keys.1.map_or(1, |k| k + 2)))
}

impl Sorted {
    fn of(keys: &[Option<u64>], outcomes: &Outcomes) -> Self {
        let label = |row: usize| match &outcomes.truth {
            Truth::Classes(classes) => classes.get(row).copied().unwrap_or(NO_CLASS),
            _ => NO_CLASS,
        };
        let mut rows: Vec<(u64, u32, u32)> =
            keys.iter().enumerate().filter_map(|(row, key)| key.map(|k| (k, row as u32, label(row)))).collect();
        rows.sort_unstable();
        Self { rows }
    }

    fn key(&self, at: usize) -> Option<u64> {
        self.rows.get(at).map(|r| r.0)
    }

    /// Runs of equal rows.
    pub fn runs(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut at = 0;
        self.rows.chunk_by(|a, b| a.0 == b.0).map(move |run| {
            at += run.len();
            at - run.len()..at
        })
    }

    /// The row numbers of a run.
    pub fn numbers(&self, run: Range<usize>) -> impl Iterator<Item = u32> + '_ {
        self.rows.get(run).unwrap_or_default().iter().map(|r| r.1)
    }

    /// The rows that repeat an earlier one, ascending.
    pub fn repeats(&self) -> Vec<u32> {
        // A run is in row order: the first of it repeats nothing.
        let mut rows: Vec<u32> = self.runs().flat_map(|run| self.numbers(run.start + 1..run.end)).collect();
        rows.sort_unstable();
        rows
    }

    /// The labels of a run, those of rows without one left out.
    pub fn labels(&self, run: Range<usize>) -> Vec<u32> {
        self.rows.get(run).unwrap_or_default().iter().map(|r| r.2).filter(|&l| l != NO_CLASS).collect()
    }

    /// The share of rows that have an equal among the others.
    pub fn repeated(&self) -> f64 {
        self.runs().map(|r| r.len()).filter(|&c| c > 1).sum::<usize>() as f64 / self.rows.len().max(1) as f64
    }

    /// Of a run: rows outside its commonest label, and labelled rows.
    pub fn minority(&self, run: Range<usize>) -> (u64, u64) {
        let mut labels = self.labels(run);
        labels.sort_unstable();
        let most = labels.chunk_by(|a, b| a == b).map(<[u32]>::len).max().unwrap_or(0);
        ((labels.len() - most) as u64, labels.len() as u64)
    }

    /// Rows outside the commonest label of their equals, and labelled rows.
    pub fn conflicting(&self) -> (u64, u64) {
        self.runs().map(|run| self.minority(run)).fold((0, 0), |acc, x| (acc.0 + x.0, acc.1 + x.1))
    }
}

/// The evaluation labels that are not a commonest label of the reference's equals; none without labels there.
pub(in crate::stress) fn flipped(reference: &[u32], evaluation: &[u32]) -> Vec<bool> {
    let count = |label: u32| reference.iter().filter(|&&l| l == label).count();
    let most = reference.iter().map(|&l| count(l)).max().unwrap_or(0);
    evaluation.iter().map(|&l| most > 0 && count(l) < most).collect()
}

#[cfg(test)]
pub(in crate::stress) fn sorted(rows: &[(u64, u32)]) -> Sorted {
    let mut rows: Vec<(u64, u32, u32)> = rows.iter().enumerate().map(|(i, r)| (r.0, i as u32, r.1)).collect();
    rows.sort_unstable();
    Sorted { rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_over_both_sides_come_once_each() {
        let rows = EqualRows {
            likeness: Likeness::EqualRows,
            reference: sorted(&[(3, 0), (1, 0), (3, 1)]),
            evaluation: sorted(&[(2, 0), (3, 1), (9, 0), (9, 1)]),
        };
        let runs: Vec<(usize, usize)> = rows.runs().map(|(a, b)| (a.len(), b.len())).collect();
        assert_eq!(runs, [(1, 0), (0, 1), (2, 1), (0, 2)]);
        assert_eq!(rows.reference.conflicting(), (1, 3));
    }

    #[test]
    fn a_flip_is_a_label_that_the_reference_has_less_often() {
        assert_eq!(flipped(&[1, 1, 0], &[0, 1, 2]), [true, false, true]);
        assert_eq!(flipped(&[1, 0], &[0, 1, 2]), [false, false, true]);
        assert_eq!(flipped(&[], &[0]), [false]);
    }
}
