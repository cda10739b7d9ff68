//! The slices of a table with the highest score, exactly: conjunctions of up to a few conditions, a condition a feature.
//!
//! Slices are grown depth first from lists of rows: one pass over a list counts all conditions that could be added to it, and a list is only
//! cut further where the bound on what its parts can score beats the worst slice kept so far. What is summed over rows, and what a slice
//! scores, is an [`Objective`]: errors by the score of `SliceLine` here, falls in `subset_performance_degradation`.

use super::distinct::{Distinct, Place};

/// Errors by which slices are ranked, at most two at a time.
pub(crate) const MEASURES: usize = 2;

/// Rows as the conditions that hold for them.
#[derive(Debug, Default)]
pub(crate) struct Coded {
    /// The condition that holds for a row in each feature, row after row; [`Coded::none`] where none does.
    pub ids: Vec<u16>,
    /// Features.
    pub width: usize,
    /// The first condition of each feature, and behind the last feature the number of all conditions.
    pub starts: Vec<u16>,
}

impl Coded {
    /// Stands for "no condition".
    pub fn none(&self) -> u16 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The rows, of so many, for which conditions hold.
    pub fn rows_where(&self, conditions: &[u16], rows: usize) -> Vec<u32> {
        let holds = |row: &u32| {
            let at = *row as usize * self.width;
            self.ids.get(at..at + self.width).is_some_and(|own| conditions.iter().all(|c| own.contains(c)))
        };
        (0..rows as u32).filter(holds).collect()
    }

    fn start(&self, feature: usize) -> usize {
        self.starts.get(feature).copied().unwrap_or(0) as usize
    }
}

/// What is asked of the search.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search {
    /// Slices kept a measure.
    pub k: usize,
    /// The weight of the error against the size.
    pub alpha: f64,
    /// Slices of fewer rows are none.
    pub support: u32,
    /// Conditions of a slice, at most.
    pub depth: usize,
}

/// A slice that was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slice {
    /// Its conditions, a feature each, in the order of the features.
    pub conditions: Vec<u16>,
    /// Its rows.
    pub rows: u32,
    /// Its score.
    pub score: f64,
}

/// What is summed over the rows of a slice, and what that scores.
pub(crate) trait Objective {
    /// Sums over rows; those of one row are what the row adds.
    type Sums: Copy + Default;

    /// Adds a row.
    fn add(sums: &mut Self::Sums, row: &Self::Sums);

    /// Rows in the sums.
    fn rows(sums: &Self::Sums) -> u32;

    /// Says whether a slice has enough rows.
    fn is_supported(&self, sums: &Self::Sums) -> bool;

    /// Says whether there is anything to rank by a measure.
    fn is_open(&self, measure: usize) -> bool;

    /// The score by a measure, larger is worse.
    fn score(&self, measure: usize, sums: &Self::Sums) -> f64;

    /// The most that a part of a slice can score.
    fn bound(&self, measure: usize, sums: &Self::Sums) -> f64;

    /// The excess that a slice is sought for, whatever its size: errors, or a fall, beyond those of all rows.
    fn excess(&self, measure: usize, sums: &Self::Sums) -> f64;

    /// Says whether two slices are surely the same rows under two names.
    fn is_same(a: &Self::Sums, b: &Self::Sums) -> bool;
}

/// Rows and the sums of their errors.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Errors {
    rows: u32,
    errors: [f64; MEASURES],
}

/// Many errors, by the score of `SliceLine` (Sagadeeva and Boehm 2021, SIGMOD): with n rows, mean error ē, and a slice of s rows with error
/// sum E, the score is α·((E/s)/ē − 1) − (1 − α)·(n/s − 1).
struct ManyErrors {
    alpha: f64,
    support: u32,
    rows: f64,
    mean: [f64; MEASURES],
    /// The largest error of a row.
    largest: [f64; MEASURES],
}

impl ManyErrors {
    fn of(errors: &[Errors], asked: Search) -> Self {
        let of = |measure: usize| errors.iter().filter_map(move |e| e.errors.get(measure).copied());
        let rows = errors.len() as f64;
        Self {
            alpha: asked.alpha,
            support: asked.support.max(1),
            rows,
            mean: std::array::from_fn(|m| of(m).sum::<f64>() / rows.max(1.0)),
            largest: std::array::from_fn(|m| of(m).fold(0.0, f64::max)),
        }
    }

    fn score_of(&self, mean: f64, error: f64, rows: f64) -> f64 {
        self.alpha * (error / rows / mean - 1.0) - (1.0 - self.alpha) * (self.rows / rows - 1.0)
    }
}

fn at(values: &[f64; MEASURES], measure: usize) -> f64 {
    values.get(measure).copied().unwrap_or(0.0)
}

impl Objective for ManyErrors {
    type Sums = Errors;

    fn add(sums: &mut Errors, row: &Errors) {
        sums.rows += row.rows;
        sums.errors.iter_mut().zip(&row.errors).for_each(|(sum, e)| *sum += e);
    }

    fn rows(sums: &Errors) -> u32 {
        sums.rows
    }

    fn is_supported(&self, sums: &Errors) -> bool {
        sums.rows >= self.support
    }

    fn is_open(&self, measure: usize) -> bool {
        at(&self.mean, measure) > 0.0
    }

    fn score(&self, measure: usize, sums: &Errors) -> f64 {
        self.score_of(at(&self.mean, measure), at(&sums.errors, measure), f64::from(sums.rows))
    }

    /// A part's size lies anywhere between the support and the slice's, its error is the slice's whole error or the largest for every row.
    fn bound(&self, measure: usize, sums: &Errors) -> f64 {
        let (error, mean, largest) = (at(&sums.errors, measure), at(&self.mean, measure), at(&self.largest, measure));
        let (support, most) = (f64::from(self.support), f64::from(sums.rows));
        let full = (error / largest).clamp(support, most);
        let of = |s: f64| self.score_of(mean, error.min(s * largest), s);
        of(support).max(of(full)).max(of(most))
    }

    fn excess(&self, measure: usize, sums: &Errors) -> f64 {
        at(&sums.errors, measure) / f64::from(sums.rows.max(1)) - at(&self.mean, measure)
    }

    /// Equal sums of errors that are no counts are the same rows.
    fn is_same(a: &Errors, b: &Errors) -> bool {
        a == b && a.errors.iter().any(|e| e.fract() != 0.0)
    }
}

/// A slice that is kept, with its sums.
struct Kept<S> {
    slice: Slice,
    sums: S,
}

/// The best slices by one measure, best first.
struct Best<S> {
    measure: usize,
    kept: Vec<Kept<S>>,
    k: usize,
}

impl<S: Copy> Best<S> {
    /// What a slice has to beat.
    fn bar(&self) -> f64 {
        if self.kept.len() < self.k { 0.0 } else { self.kept.last().map_or(0.0, |k| k.slice.score) }
    }

    fn offer<O: Objective<Sums = S>>(&mut self, objective: &O, prefix: &[u16], id: u16, sums: &S) {
        if !objective.is_open(self.measure) {
            return;
        }
        let score = objective.score(self.measure, sums);
        // The first of the same rows, which has the fewest conditions, stands.
        if score.is_nan() || score <= self.bar() || self.kept.iter().any(|k| O::is_same(&k.sums, sums)) {
            return;
        }
        let at = self.kept.partition_point(|k| k.slice.score >= score);
        let conditions = prefix.iter().copied().chain([id]).collect();
        self.kept.insert(at, Kept { slice: Slice { conditions, rows: O::rows(sums), score }, sums: *sums });
        self.kept.truncate(self.k);
    }
}

/// The places with the most errors by each measure, best first. `errors` has a row's errors, none negative; an unused measure is 0 everywhere.
pub(super) fn search(coded: &Coded, errors: &[[f64; MEASURES]], asked: Search) -> [Vec<Place>; MEASURES] {
    let rows: Vec<Errors> = errors.iter().map(|&errors| Errors { rows: 1, errors }).collect();
    places(coded, &rows, &ManyErrors::of(&rows, asked), asked.k, asked.depth)
}

/// So many times as many slices are searched as places are kept: most of them are much the same rows.
const SEARCHED: usize = 10;

/// The `k` best places of at most `depth` conditions by each measure of an objective, best first.
pub(crate) fn places<O: Objective>(coded: &Coded, rows: &[O::Sums], objective: &O, k: usize, depth: usize) -> [Vec<Place>; MEASURES] {
    let mut measures = 0..MEASURES;
    best(coded, rows, objective, k * SEARCHED, depth).map(|slices| {
        let measure = measures.next().unwrap_or_default();
        Distinct { coded, rows, objective, measure }.places(slices, k)
    })
}

/// The `k` best slices of at most `depth` conditions by each measure of an objective, best first.
fn best<O: Objective>(coded: &Coded, rows: &[O::Sums], objective: &O, k: usize, depth: usize) -> [Vec<Slice>; MEASURES] {
    let mut state = Growing {
        coded,
        rows,
        objective,
        depth,
        best: std::array::from_fn(|measure| Best { measure, kept: Vec::new(), k }),
        cells: vec![vec![O::Sums::default(); coded.none() as usize + 1]; depth],
        lists: vec![Vec::new(); depth],
    };
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    state.grow(&all, 0, &mut Vec::new());
    state.best.map(|b| b.kept.into_iter().map(|k| k.slice).collect())
}

struct Growing<'a, O: Objective> {
    coded: &'a Coded,
    rows: &'a [O::Sums],
    objective: &'a O,
    depth: usize,
    best: [Best<O::Sums>; MEASURES],
    /// Sums of every condition in a list, a buffer a depth.
    cells: Vec<Vec<O::Sums>>,
    /// Rows of a list by the condition of one feature, a buffer a depth.
    lists: Vec<Vec<u32>>,
}

impl<O: Objective> Growing<'_, O> {
    /// Counts what each condition of the features from `first` on makes of a list of rows, and grows on where it may pay.
    fn grow(&mut self, list: &[u32], first: usize, prefix: &mut Vec<u16>) {
        let depth = prefix.len();
        let (Some(mut cells), Some(mut sorted)) =
            (self.cells.get_mut(depth).map(std::mem::take), self.lists.get_mut(depth).map(std::mem::take))
        else {
            return;
        };
        self.count(list, first, &mut cells);
        let start = self.coded.start(first);
        for (id, cell) in cells.iter().enumerate().take(self.coded.none() as usize).skip(start) {
            if self.objective.is_supported(cell) {
                self.best.iter_mut().for_each(|b| b.offer(self.objective, prefix, id as u16, cell));
            }
        }
        if depth + 1 < self.depth {
            for feature in first..self.coded.width.saturating_sub(1) {
                let ids = self.coded.start(feature)..self.coded.start(feature + 1);
                let Some(own) = cells.get(ids.clone()) else { continue };
                if own.iter().any(|cell| self.pays(cell)) {
                    let ends = self.sort(list, feature, own, &mut sorted);
                    let mut from = 0;
                    for ((id, cell), end) in ids.zip(own).zip(ends) {
                        if self.pays(cell)
                            && let Some(rows) = sorted.get(from..end)
                        {
                            prefix.push(id as u16);
                            self.grow(rows, feature + 1, prefix);
                            prefix.pop();
                        }
                        from = end;
                    }
                }
            }
        }
        if let (Some(a), Some(b)) = (self.cells.get_mut(depth), self.lists.get_mut(depth)) {
            (*a, *b) = (cells, sorted);
        }
    }

    /// Whether some part of a slice may be among the best.
    fn pays(&self, sums: &O::Sums) -> bool {
        let objective = self.objective;
        let may = |b: &Best<O::Sums>| objective.is_open(b.measure) && objective.bound(b.measure, sums) > b.bar();
        objective.is_supported(sums) && self.best.iter().any(may)
    }

    fn count(&self, list: &[u32], first: usize, cells: &mut [O::Sums]) {
        let (width, start) = (self.coded.width, self.coded.start(first));
        if let Some(open) = cells.get_mut(start..) {
            open.fill(O::Sums::default());
        }
        for &row in list {
            let at = row as usize * width;
            let (Some(ids), Some(sums)) = (self.coded.ids.get(at + first..at + width), self.rows.get(row as usize)) else { continue };
            for &id in ids {
                if let Some(cell) = cells.get_mut(id as usize) {
                    O::add(cell, sums);
                }
            }
        }
    }

    /// Puts the rows of a list in the order of one feature's conditions, and says where each ends.
    fn sort(&self, list: &[u32], feature: usize, own: &[O::Sums], sorted: &mut Vec<u32>) -> Vec<usize> {
        let start = self.coded.start(feature);
        let mut next: Vec<usize> = Vec::with_capacity(own.len());
        let mut total = 0;
        for cell in own {
            next.push(total);
            total += O::rows(cell) as usize;
        }
        sorted.clear();
        sorted.resize(total, 0);
        for &row in list {
            let id = self.coded.ids.get(row as usize * self.coded.width + feature).copied().unwrap_or(u16::MAX) as usize;
            if let Some(place) = id.checked_sub(start).and_then(|i| next.get_mut(i)) {
                if let Some(slot) = sorted.get_mut(*place) {
                    *slot = row;
                }
                *place += 1;
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;

    /// Rows over features of `values` conditions each, where some rows satisfy none.
    fn table(rows: usize, width: usize, values: u16, rng: &mut Rng) -> Coded {
        let none = width as u16 * values;
        let ids = (0..rows * width)
            .map(|i| {
                let value = rng.below(u64::from(values) + 1) as u16;
                if value == values { none } else { (i % width) as u16 * values + value }
            })
            .collect();
        Coded { ids, width, starts: (0..=width as u16).map(|f| f * values).collect() }
    }

    fn holds(coded: &Coded, row: usize, conditions: &[u16]) -> bool {
        let own = &coded.ids[row * coded.width..(row + 1) * coded.width];
        conditions.iter().all(|c| own.contains(c))
    }

    /// Every conjunction, one after the other.
    fn by_force(coded: &Coded, errors: &[[f64; MEASURES]], measure: usize, asked: Search) -> Vec<(f64, Vec<u16>)> {
        let n = errors.len() as f64;
        let mean = errors.iter().map(|e| e[measure]).sum::<f64>() / n;
        let feature = |id: u16| coded.starts.iter().filter(|&&s| s <= id).count();
        let mut all: Vec<Vec<u16>> = vec![Vec::new()];
        for _ in 0..asked.depth {
            let longer: Vec<Vec<u16>> = (all.iter())
                .flat_map(|c| (0..coded.none()).map(move |id| c.iter().copied().chain([id]).collect::<Vec<u16>>()))
                .filter(|c| c.windows(2).all(|w| feature(w[0]) < feature(w[1])))
                .collect();
            all.extend(longer);
        }
        all.sort();
        all.dedup();
        let mut scored: Vec<(f64, Vec<u16>)> = (all.into_iter().filter(|c| !c.is_empty()))
            .filter_map(|c| {
                let rows: Vec<usize> = (0..errors.len()).filter(|&r| holds(coded, r, &c)).collect();
                let (s, e) = (rows.len() as f64, rows.iter().map(|&r| errors[r][measure]).sum::<f64>());
                let score = asked.alpha * (e / s / mean - 1.0) - (1.0 - asked.alpha) * (n / s - 1.0);
                (s >= f64::from(asked.support) && score > 0.0).then_some((score, c))
            })
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.truncate(asked.k);
        scored
    }

    #[test]
    fn what_pruning_leaves_is_what_brute_force_finds() {
        for seed in 0..6 {
            let mut rng = Rng::new(seed, 1);
            let coded = table(400, 5, 3, &mut rng);
            let errors: Vec<[f64; MEASURES]> = (0..400).map(|_| [rng.uniform() * rng.uniform(), f64::from(rng.below(5) == 0)]).collect();
            let asked = Search { k: 10, alpha: 0.95, support: 12, depth: 3 };
            let rows: Vec<Errors> = errors.iter().map(|&errors| Errors { rows: 1, errors }).collect();
            let found = best(&coded, &rows, &ManyErrors::of(&rows, asked), asked.k, asked.depth);
            for (measure, slices) in found.iter().enumerate() {
                let expected = by_force(&coded, &errors, measure, asked);
                let scores: Vec<f64> = slices.iter().map(|s| s.score).collect();
                assert_eq!(scores.len(), expected.len(), "seed {seed}");
                for (a, (b, _)) in scores.iter().zip(&expected) {
                    assert!((a - b).abs() < 1e-9, "seed {seed}, measure {measure}: {scores:?} {expected:?}");
                }
            }
        }
    }

    #[test]
    fn a_planted_conjunction_comes_first() {
        let mut rng = Rng::new(5, 2);
        let coded = table(6000, 8, 2, &mut rng);
        let planted = [3, 8, 13];
        let error = |row: usize, rng: &mut Rng| f64::from(rng.uniform() < if holds(&coded, row, &planted) { 0.8 } else { 0.1 });
        let errors: Vec<[f64; MEASURES]> = (0..6000).map(|row| [error(row, &mut rng), 0.0]).collect();
        let [places, none] = search(&coded, &errors, Search { k: 10, alpha: 0.95, support: 32, depth: 3 });
        assert_eq!(places[0].slice.conditions, planted);
        assert!(none.is_empty());
    }
}
