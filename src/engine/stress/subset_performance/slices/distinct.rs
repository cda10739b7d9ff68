//! Slices that are different places: of much the same rows only one is kept.
//!
//! The best slices of a search are mostly one place under many names: a condition beside a dozen stand-ins for another. Slices are taken best
//! first. One that shares two thirds of the smaller one's rows with a slice that is kept is *related* to it, and so is one that is no worse
//! than the whole without the rows of the slices that are kept. The more general of two related slices stands for the place where it explains it: it
//! says the same in fewer conditions and nearly as strongly, the rows that it adds are nearly half as bad, or it holds several places, none
//! of which alone makes it bad. All this happens on the rows that were searched, so it costs no evidence on those that judge, and
//! fewer places are corrected for.

use super::search::{Coded, Objective, Slice};
use crate::stress::RowSet;
use crate::stress::rows::Bitmap;

/// The share of the smaller slice's rows from which two slices are one place.
const SHARED: f64 = 2.0 / 3.0;
/// The share of a slice's excess that the rows around it must have for the larger slice to stand for both.
const EXPLAINED: f64 = 0.4;
/// The share of the mean excess of the places that a slice holds which it must have itself to stand for them …
const HOLDS: f64 = 0.35;
/// … and the share of its own that it must keep without any one of them.
const LEFT: f64 = 0.5;
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
        let mut others: Vec<(Slice, Bitmap)> = Vec::new();
        for slice in slices {
            let rows = Bitmap::new(&RowSet::Rows(self.coded.rows_where(&slice.conditions, self.rows.len())), self.rows.len());
            if let Some(at) = kept.iter().position(|k| is_one_place(&k.rows, &rows)) {
                let mut own = kept.remove(at);
                if self.stands_for(&slice, &rows, &own) {
                    own.rows = rows;
                    let former = std::mem::replace(&mut own.place.slice, slice);
                    own.place.add(former);
                    own.absorb(&mut kept);
                } else {
                    own.place.add(slice.clone());
                    others.push((slice, rows));
                }
                kept.insert(at.min(kept.len()), own);
            } else if self.is_explained(&rows, &kept) {
                if let Some(nearest) = kept.iter_mut().max_by_key(|k| k.rows.count_both(&rows)) {
                    nearest.place.add(slice.clone());
                }
                others.push((slice, rows));
            } else if kept.len() < k {
                kept.push(Kept { place: Place { slice, related: Vec::new() }, rows });
            }
        }
        for (slice, rows) in others {
            self.join(&mut kept, slice, rows);
        }
        kept.into_iter().map(|k| k.place).collect()
    }

    /// Lets a slice stand for the places that it holds, where it may.
    fn join(&self, kept: &mut Vec<Kept>, slice: Slice, rows: Bitmap) {
        let is_held = |k: &Kept| k.rows.count() < rows.count() && k.rows.count_both(&rows) as f64 >= SHARED * k.rows.count() as f64;
        let held: Vec<&Kept> = kept.iter().filter(|k| is_held(k)).collect();
        let Some(own) = self.excess(rows.iter()).filter(|_| held.len() > 1) else { return };
        let mean = held.iter().filter_map(|k| self.excess(k.rows.iter())).sum::<f64>() / held.len() as f64;
        let left = |k: &&Kept| self.excess(rows.iter().filter(|&row| !k.rows.holds(row)));
        if own < HOLDS * mean || held.iter().any(|k| left(k).is_none_or(|left| left < LEFT * own)) {
            return;
        }
        let (inside, outside): (Vec<Kept>, Vec<Kept>) = kept.drain(..).partition(is_held);
        let mut place = Place { slice, related: Vec::new() };
        let conditions = place.slice.conditions.clone();
        let (slices, related): (Vec<Slice>, Vec<Vec<Slice>>) = inside.into_iter().map(|k| (k.place.slice, k.place.related)).unzip();
        slices.into_iter().chain(related.into_iter().flatten()).filter(|s| s.conditions != conditions).for_each(|s| place.add(s));
        *kept = outside;
        kept.insert(0, Kept { place, rows });
    }

    /// The excess of some rows; `None` where they are too few.
    fn excess(&self, rows: impl Iterator<Item = u32>) -> Option<f64> {
        let mut sums = O::Sums::default();
        rows.filter_map(|row| self.rows.get(row as usize)).for_each(|row| O::add(&mut sums, row));
        self.objective.is_supported(&sums).then(|| self.objective.excess(self.measure, &sums))
    }

    /// Says whether a slice is hardly worse than the whole without the rows of the places that are kept.
    fn is_explained(&self, rows: &Bitmap, kept: &[Kept]) -> bool {
        let mut around = rows.iter().filter(|&row| !kept.iter().any(|k| k.rows.holds(row))).peekable();
        let own = self.excess(rows.iter()).unwrap_or(0.0);
        kept.iter().any(|k| k.rows.count_both(rows) > 0)
            && (around.peek().is_none() || self.excess(around).is_none_or(|left| left < EXPLAINED * own))
    }

    /// Says whether a slice of a lower score is the more general one of a place, and explains it.
    fn stands_for(&self, slice: &Slice, rows: &Bitmap, of_place: &Kept) -> bool {
        if rows.count() < of_place.rows.count() {
            return false;
        }
        let place = &of_place.place.slice;
        let says_the_same = slice.conditions.len() < place.conditions.len() && slice.score >= NEARLY * place.score;
        let around = self.excess(rows.iter().filter(|&row| !of_place.rows.holds(row)));
        let within = self.excess(of_place.rows.iter());
        says_the_same || around.zip(within).is_some_and(|(around, within)| around >= EXPLAINED * within)
    }
}

impl Kept {
    /// Takes over the places that are one with it.
    fn absorb(&mut self, kept: &mut Vec<Self>) {
        let (same, different): (Vec<Self>, Vec<Self>) = kept.drain(..).partition(|k| is_one_place(&k.rows, &self.rows));
        *kept = different;
        let (slices, related): (Vec<Slice>, Vec<Vec<Slice>>) = same.into_iter().map(|k| (k.place.slice, k.place.related)).unzip();
        slices.into_iter().chain(related.into_iter().flatten()).for_each(|s| self.place.add(s));
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
    fn a_slice_stands_for_the_places_that_it_holds() {
        // Where the first feature is 1, two of the four values of the second are bad.
        let ids: Vec<u16> = (0..4000u16).flat_map(|row| [u16::from(row % 4 == 1), 2 + row / 4 % 4, 6 + row / 16 % 3]).collect();
        let coded = Coded { ids, width: 3, starts: vec![0, 2, 6, 9] };
        let error = |row: usize| row as f64 / 1e6 + if row % 4 == 1 && row / 4 % 4 < 2 { 0.9 } else { 0.1 };
        let errors: Vec<[f64; MEASURES]> = (0..4000).map(|row| [error(row), 0.0]).collect();
        let [places, _] = search(&coded, &errors, Search { k: 10, alpha: 0.95, support: 32, depth: 3 });
        let conditions: Vec<&[u16]> = places.iter().map(|p| p.slice.conditions.as_slice()).collect();
        assert_eq!(conditions, [&[1][..]], "{places:?}");
        let related: Vec<&[u16]> = places.iter().flat_map(|p| &p.related).map(|s| s.conditions.as_slice()).collect();
        assert!(related.contains(&[1, 2].as_slice()) && related.contains(&[1, 3].as_slice()), "{related:?}");
    }

    /// The mean of an error beyond that of all rows.
    struct Mean(f64);

    impl Objective for Mean {
        type Sums = (u32, f64);

        fn add(sums: &mut (u32, f64), row: &(u32, f64)) {
            *sums = (sums.0 + row.0, sums.1 + row.1);
        }

        fn rows(sums: &(u32, f64)) -> u32 {
            sums.0
        }

        fn is_supported(&self, sums: &(u32, f64)) -> bool {
            sums.0 > 0
        }

        fn is_open(&self, _: usize) -> bool {
            true
        }

        fn score(&self, _: usize, sums: &(u32, f64)) -> f64 {
            sums.1
        }

        fn bound(&self, _: usize, sums: &(u32, f64)) -> f64 {
            sums.1
        }

        fn excess(&self, _: usize, sums: &(u32, f64)) -> f64 {
            sums.1 / f64::from(sums.0) - self.0
        }

        fn is_same(a: &(u32, f64), b: &(u32, f64)) -> bool {
            a == b
        }
    }

    #[test]
    fn a_general_slice_that_takes_over_one_place_absorbs_the_others_within_it() {
        // The first half of the rows err; two of its four parts somewhat more, and they come first.
        let ids: Vec<u16> = (0..1000u16).flat_map(|row| [u16::from(row < 500), 2 + row / 125 % 4]).collect();
        let coded = Coded { ids, width: 2, starts: vec![0, 2, 6] };
        let rows: Vec<(u32, f64)> = (0..1000).map(|row| (1, if row < 250 { 1.3 } else { f64::from(u8::from(row < 500)) })).collect();
        let slice = |conditions: &[u16], rows, score| Slice { conditions: conditions.to_vec(), rows, score };
        let distinct = Distinct { coded: &coded, rows: &rows, objective: &Mean(0.575), measure: 0 };
        let found = vec![slice(&[1, 2], 125, 3.0), slice(&[1, 3], 125, 2.9), slice(&[1], 500, 2.8), slice(&[0, 2], 125, 0.1)];
        let places = distinct.places(found, 10);
        let told: Vec<(&[u16], usize)> = places.iter().map(|p| (p.slice.conditions.as_slice(), p.related.len())).collect();
        assert_eq!(told, [(&[1][..], 2), (&[0, 2][..], 0)]);
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
