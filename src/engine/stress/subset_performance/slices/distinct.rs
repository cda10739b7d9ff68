//! Slices that are different places: of much the same rows only one is kept.
//!
//! The best slices of a search are mostly one place under many names: a condition beside a dozen stand-ins for another. Slices are taken best
//! first; one that shares two thirds of the smaller one's rows with a slice that is kept is *related* to it, and stands for the place where it is
//! the more general of the two and explains it: the rows that it adds are nearly half as bad, or it says the same in fewer conditions and
//! nearly as strongly. All this happens on the rows that were searched, so it costs no evidence on those that judge, and fewer places
//! are corrected for.

use super::search::{Coded, Objective, Slice};
use crate::stress::RowSet;
use crate::stress::rows::Bitmap;

/// The share of the smaller slice's rows from which two slices are one place.
const SHARED: f64 = 2.0 / 3.0;
/// The share of a slice's excess that the rows around it must have for the larger slice to stand for both.
const EXPLAINED: f64 = 0.4;
/// The share of the score that a slice of fewer conditions must keep to stand for the place.
const NEARLY: f64 = 0.85;
/// Related slices that are named.
const NAMED: usize = 9;

/// A place with the slices that it stands for.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The slice that is kept.
    pub slice: Slice,
    /// The others, best first.
    pub related: Vec<Slice>,
}

/// A place with its rows.
struct Kept {
    place: Place,
    rows: Bitmap,
}

/// Tells places apart by the rows that were searched.
pub(super) struct Distinct<'a, O: Objective> {
    /// The rows as conditions.
    pub coded: &'a Coded,
    /// What each row adds.
    pub rows: &'a [O::Sums],
    /// What slices are sought for.
    pub objective: &'a O,
    /// By which measure.
    pub measure: usize,
}

impl<O: Objective> Distinct<'_, O> {
    /// The first `k` different places among slices, best first.
    pub fn places(&self, slices: Vec<Slice>, k: usize) -> Vec<Place> {
        let mut kept: Vec<Kept> = Vec::new();
        for slice in slices {
            let rows = Bitmap::new(&RowSet::Rows(self.coded.rows_where(&slice.conditions, self.rows.len())), self.rows.len());
            let Some(first) = kept.iter().position(|k| is_one_place(&k.rows, &rows)) else {
                if kept.len() < k {
                    kept.push(Kept { place: Place { slice, related: Vec::new() }, rows });
                }
                continue;
            };
            let Some(own) = kept.get_mut(first) else { continue };
            if !self.stands_for(&slice, &rows, own) {
                own.place.add(slice);
                continue;
            }
            let former = std::mem::replace(&mut own.place.slice, slice);
            own.place.add(former);
            own.rows = rows.clone();
            // What else lies in the larger place belongs to it.
            let (inside, outside): (Vec<Kept>, Vec<Kept>) =
                kept.drain(..).enumerate().fold((Vec::new(), Vec::new()), |(mut inside, mut outside), (at, k)| {
                    if at > first && is_one_place(&k.rows, &rows) {
                        inside.push(k)
                    } else {
                        outside.push(k)
                    }
                    (inside, outside)
                });
            kept = outside;
            if let Some(own) = kept.get_mut(first) {
                inside.into_iter().flat_map(|k| std::iter::once(k.place.slice).chain(k.place.related)).for_each(|s| own.place.add(s));
            }
        }
        kept.into_iter().map(|k| k.place).collect()
    }

    /// Says whether a slice of a lower score is the more general one of a place, and explains it.
    fn stands_for(&self, slice: &Slice, rows: &Bitmap, of_place: &Kept) -> bool {
        if rows.count() < of_place.rows.count() {
            return false;
        }
        let place = &of_place.place.slice;
        let says_the_same = slice.conditions.len() < place.conditions.len() && slice.score >= NEARLY * place.score;
        let excess = |rows: &mut dyn Iterator<Item = u32>| {
            let mut sums = O::Sums::default();
            rows.filter_map(|row| self.rows.get(row as usize)).for_each(|row| O::add(&mut sums, row));
            self.objective.is_supported(&sums).then(|| self.objective.excess(self.measure, &sums))
        };
        let around = excess(&mut rows.iter().filter(|&row| !of_place.rows.holds(row)));
        let within = excess(&mut of_place.rows.iter());
        says_the_same || around.zip(within).is_some_and(|(around, within)| around >= EXPLAINED * within)
    }
}

impl Place {
    fn add(&mut self, related: Slice) {
        if self.related.len() < NAMED {
            self.related.push(related);
        }
    }
}

fn is_one_place(a: &Bitmap, b: &Bitmap) -> bool {
    a.count_both(b) as f64 >= SHARED * a.count().min(b.count()) as f64
}

#[cfg(test)]
mod tests {
    use super::super::search::{MEASURES, Search, search};
    use super::*;

    /// Three features of two conditions each; the second and the third are the same but for one row in ten.
    fn stand_ins(rows: usize) -> Coded {
        let ids: Vec<u16> = (0..rows)
            .flat_map(|row| {
                let (a, b) = (u16::from(row % 2 == 1), u16::from(row % 4 > 1));
                [a, 2 + b, 4 + if row % 10 == 0 { 1 - b } else { b }]
            })
            .collect();
        Coded { ids, width: 3, starts: vec![0, 2, 4, 6] }
    }

    fn found(errors: impl Fn(usize) -> f64) -> Vec<(Vec<u16>, usize)> {
        let coded = stand_ins(2000);
        let errors: Vec<[f64; MEASURES]> = (0..2000).map(|row| [errors(row), 0.0]).collect();
        let [places, _] = search(&coded, &errors, Search { k: 10, alpha: 0.95, support: 32, depth: 3 });
        places.into_iter().map(|p| (p.slice.conditions, p.related.len())).collect()
    }

    #[test]
    fn one_place_under_many_names_is_kept_once() {
        let places = found(|row| f64::from(u8::from(row % 4 == 3)) + 0.1);
        let (conditions, related) = places.first().unwrap();
        assert_eq!((conditions.as_slice(), *related > 0), (&[1, 3][..], true), "{places:?}");
        assert_eq!(places.len(), 1, "{places:?}");
    }

    #[test]
    fn the_general_slice_stands_for_a_worse_one_within_it() {
        // All odd rows err, a quarter of all somewhat more.
        let places = found(|row| match row % 4 {
            3 => 1.3,
            1 => 1.0,
            _ => 0.0,
        });
        assert_eq!(places.first().unwrap().0, [1], "{places:?}");
    }
}
