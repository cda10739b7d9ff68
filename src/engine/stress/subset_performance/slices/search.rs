//! The slices of a table with the highest score, exactly: conjunctions of up to a few conditions, a condition a feature.
//!
//! Score and bound are those of `SliceLine` (Sagadeeva and Boehm 2021, SIGMOD): with n rows, mean error ē, and a slice of s rows
//! with error sum E, the score is α·((E/s)/ē − 1) − (1 − α)·(n/s − 1). Slices are grown depth first from lists of rows: one
//! pass over a list counts all conditions that could be added to it, and a list is only cut further where the bound on what
//! its parts can score beats the worst slice kept so far.

/// Errors by which slices are ranked, at most two at a time.
pub(super) const MEASURES: usize = 2;

/// Rows as the conditions that hold for them.
#[derive(Debug, Default)]
pub(super) struct Coded {
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

    fn start(&self, feature: usize) -> usize {
        self.starts.get(feature).copied().unwrap_or(0) as usize
    }
}

/// What is asked of the search.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
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
pub(super) struct Slice {
    /// Its conditions, a feature each, in the order of the features.
    pub conditions: Vec<u16>,
    /// Its rows.
    pub rows: u32,
    /// Its score.
    pub score: f64,
    /// Sums of its rows' errors, by measure.
    errors: [f64; MEASURES],
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    rows: u32,
    errors: [f64; MEASURES],
}

/// The best slices by one measure, best first.
struct Best {
    measure: usize,
    kept: Vec<Slice>,
    k: usize,
    alpha: f64,
    rows: f64,
    mean: f64,
    /// The largest error of a row.
    largest: f64,
}

impl Best {
    fn score(&self, error: f64, rows: f64) -> f64 {
        self.alpha * (error / rows / self.mean - 1.0) - (1.0 - self.alpha) * (self.rows / rows - 1.0)
    }

    /// What a slice has to beat.
    fn bar(&self) -> f64 {
        if self.kept.len() < self.k { 0.0 } else { self.kept.last().map_or(0.0, |s| s.score) }
    }

    /// The most that a part of a slice can score: its size anywhere between the support and the slice's, its error the slice's
    /// whole error or the largest for every row.
    fn bound(&self, cell: &Cell, support: f64) -> f64 {
        let error = cell.errors.get(self.measure).copied().unwrap_or(0.0);
        let most = f64::from(cell.rows);
        let full = (error / self.largest).clamp(support, most);
        let at = |s: f64| self.score(error.min(s * self.largest), s);
        at(support).max(at(full)).max(at(most))
    }

    fn offer(&mut self, prefix: &[u16], id: u16, cell: &Cell) {
        if self.mean <= 0.0 {
            return;
        }
        let score = self.score(cell.errors.get(self.measure).copied().unwrap_or(0.0), f64::from(cell.rows));
        if score <= self.bar() {
            return;
        }
        // Equal sums of errors that are no counts are the same rows under another name; the first, which is the shorter, stands.
        let known = |s: &Slice| s.rows == cell.rows && s.errors == cell.errors && cell.errors.iter().any(|e| e.fract() != 0.0);
        if self.kept.iter().any(known) {
            return;
        }
        let at = self.kept.partition_point(|s| s.score >= score);
        let conditions = prefix.iter().copied().chain([id]).collect();
        self.kept.insert(at, Slice { conditions, rows: cell.rows, score, errors: cell.errors });
        self.kept.truncate(self.k);
    }
}

/// The best slices by each measure, best first. `errors` has a row's errors, none negative; an unused measure is 0 everywhere.
pub(super) fn search(coded: &Coded, errors: &[[f64; MEASURES]], asked: Search) -> [Vec<Slice>; MEASURES] {
    let rows = errors.len() as f64;
    let best = |measure: usize| {
        let of = || errors.iter().filter_map(move |e| e.get(measure).copied());
        let mean = of().sum::<f64>() / rows.max(1.0);
        Best { measure, kept: Vec::new(), k: asked.k, alpha: asked.alpha, rows, mean, largest: of().fold(0.0, f64::max) }
    };
    let mut state = Growing {
        coded,
        errors,
        asked,
        best: std::array::from_fn(best),
        cells: vec![vec![Cell::default(); coded.none() as usize + 1]; asked.depth],
        lists: vec![Vec::new(); asked.depth],
    };
    let all: Vec<u32> = (0..errors.len() as u32).collect();
    state.grow(&all, 0, &mut Vec::new());
    state.best.map(|b| b.kept)
}

struct Growing<'a> {
    coded: &'a Coded,
    errors: &'a [[f64; MEASURES]],
    asked: Search,
    best: [Best; MEASURES],
    /// Counts of every condition in a list, a buffer a depth.
    cells: Vec<Vec<Cell>>,
    /// Rows of a list by the condition of one feature, a buffer a depth.
    lists: Vec<Vec<u32>>,
}

impl Growing<'_> {
    /// Counts what each condition of the features from `first` on makes of a list of rows, and grows on where it may pay.
    fn grow(&mut self, list: &[u32], first: usize, prefix: &mut Vec<u16>) {
        let depth = prefix.len();
        let (Some(mut cells), Some(mut sorted)) =
            (self.cells.get_mut(depth).map(std::mem::take), self.lists.get_mut(depth).map(std::mem::take))
        else {
            return;
        };
        self.count(list, first, &mut cells);
        let support = self.asked.support.max(1);
        let start = self.coded.start(first);
        for (id, cell) in cells.iter().enumerate().take(self.coded.none() as usize).skip(start) {
            if cell.rows >= support {
                self.best.iter_mut().for_each(|b| b.offer(prefix, id as u16, cell));
            }
        }
        if depth + 1 < self.asked.depth {
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
    fn pays(&self, cell: &Cell) -> bool {
        let support = f64::from(self.asked.support.max(1));
        f64::from(cell.rows) >= support && self.best.iter().any(|b| b.mean > 0.0 && b.bound(cell, support) > b.bar())
    }

    fn count(&self, list: &[u32], first: usize, cells: &mut [Cell]) {
        let (width, start) = (self.coded.width, self.coded.start(first));
        if let Some(open) = cells.get_mut(start..) {
            open.fill(Cell::default());
        }
        for &row in list {
            let at = row as usize * width;
            let (Some(ids), Some(errors)) = (self.coded.ids.get(at + first..at + width), self.errors.get(row as usize)) else { continue };
            for &id in ids {
                if let Some(cell) = cells.get_mut(id as usize) {
                    cell.rows += 1;
                    cell.errors.iter_mut().zip(errors).for_each(|(sum, e)| *sum += e);
                }
            }
        }
    }

    /// Puts the rows of a list in the order of one feature's conditions, and says where each ends.
    fn sort(&self, list: &[u32], feature: usize, own: &[Cell], sorted: &mut Vec<u32>) -> Vec<usize> {
        let start = self.coded.start(feature);
        let mut next: Vec<usize> = Vec::with_capacity(own.len());
        let mut total = 0;
        for cell in own {
            next.push(total);
            total += cell.rows as usize;
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
            let found = search(&coded, &errors, asked);
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
        let [slices, none] = search(&coded, &errors, Search { k: 10, alpha: 0.95, support: 32, depth: 3 });
        assert_eq!(slices[0].conditions, planted);
        assert!(none.is_empty());
    }
}
