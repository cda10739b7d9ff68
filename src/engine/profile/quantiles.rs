//! A numeric frame from reference values: distinct values where they are few, else exact quantiles by radix sort.

use super::{Facts, NumericFrame};

/// Bits of a digit of the radix sort: 2048 counters stay in the first-level cache.
const DIGIT: u32 = 11;

/// Digits that are sorted by counting; what they leave in disorder is sorted by comparison.
const DIGITS: u32 = 3;

/// Slots of the set that looks for few distinct values; four times as many as it may hold.
const SLOTS: usize = 8192;

/// The share of distinct values from which whole numbers name rows.
pub(super) const UNIQUE_SHARE: f64 = 0.99;

/// The frame of at most `cells` cells and the facts of a reference column; `None` where no value is finite.
pub(super) fn learn(values: &[f64], cells: usize) -> Option<(NumericFrame, Facts)> {
    let mut facts = Facts { integer: true, ascending: true, ..Facts::default() };
    let (mut min, mut max, mut last) = (f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
    for &x in values {
        if x.is_finite() {
            facts.present += 1;
            facts.integer &= x.floor() == x;
            facts.ascending &= x >= last;
            last = x;
            min = min.min(x);
            max = max.max(x);
        }
    }
    if facts.present == 0 {
        return None;
    }
    let mut sorted = None;
    let (edges, exact) = if let Some(distinct) = few_distinct(values, cells) {
        facts.distinct = distinct.len() as u64;
        (distinct, true)
    } else {
        let sorted = sorted.insert(sorted_keys(values));
        facts.distinct = if facts.integer { sorted.chunk_by(|a, b| a == b).count() as u64 } else { cells as u64 + 1 };
        (quantiles(sorted, cells), false)
    };
    let center = edges.get(edges.len() / 2).copied().unwrap_or(min);
    facts.constant = facts.distinct <= 1;
    // The last cell is open above: no edge at the largest value. A constant has a cell of its own, so that whatever differs from it shows.
    let edges: Vec<f64> = if facts.constant { vec![min.next_down(), min] } else { edges.into_iter().filter(|&e| e < max).collect() };
    facts.ascending &= !facts.constant && facts.present > 2;
    facts.unique = facts.integer && !facts.constant && facts.distinct as f64 >= UNIQUE_SHARE * facts.present as f64 && facts.present > 20;
    let mut frame = NumericFrame::from_edges(edges, exact, min, max, center);
    let mass = match sorted {
        Some(sorted) => masses_of_sorted(&sorted, &frame.edges),
        None => masses(&frame, values),
    };
    frame.set_ridits(&mass);
    Some((frame, facts))
}

/// Rows in each cell.
fn masses(frame: &NumericFrame, values: &[f64]) -> Vec<f64> {
    let mut mass = vec![0.0; frame.cells()];
    for &x in values.iter().filter(|x| x.is_finite()) {
        if let Some(slot) = mass.get_mut(frame.cell(x) as usize) {
            *slot += 1.0;
        }
    }
    mass
}

/// Keys in each cell, where they are sorted: a search an edge instead of one a row.
fn masses_of_sorted(sorted: &[u64], edges: &[f64]) -> Vec<f64> {
    let mut before = 0;
    let ends = edges.iter().map(|&edge| sorted.partition_point(|&k| k <= key(edge))).chain([sorted.len()]);
    ends.map(|end| (end - std::mem::replace(&mut before, end)) as f64).collect()
}

/// The distinct finite values, ascending; `None` where there are more than `most`, which is at most a quarter of [`SLOTS`].
fn few_distinct(values: &[f64], most: usize) -> Option<Vec<f64>> {
    // Open addressing over bit patterns; NaN's pattern marks a free slot.
    let mut slots = vec![f64::NAN.to_bits(); SLOTS];
    let mut found = Vec::new();
    let mut last = f64::NAN;
    for &x in values {
        if x == last || !x.is_finite() {
            continue;
        }
        last = x;
        let bits = (x + 0.0).to_bits();
        let mut at = (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 51) as usize;
        loop {
            let slot = slots.get_mut(at % SLOTS)?;
            if *slot == bits {
                break;
            }
            if *slot == f64::NAN.to_bits() {
                if found.len() == most {
                    return None;
                }
                *slot = bits;
                found.push(x + 0.0);
                break;
            }
            at += 1;
        }
    }
    found.sort_by(f64::total_cmp);
    Some(found)
}

/// A key that orders as the number does.
fn key(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

/// The number of a key.
fn number(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// The keys of the finite values, ascending.
fn sorted_keys(values: &[f64]) -> Vec<u64> {
    let mut keys: Vec<u64> = values.iter().filter(|x| x.is_finite()).map(|&x| key(x)).collect();
    let (low, high) = keys.iter().fold((u64::MAX, 0), |(lo, hi), &k| (lo.min(k), hi.max(k)));
    // The bits that all keys share say nothing; the next 33 order nearly all of them.
    let shift = (64 - (low ^ high).leading_zeros()).saturating_sub(DIGIT * DIGITS);
    let mut scratch = vec![0u64; keys.len()];
    let digit_of = |k: u64, digit: u32| ((k >> (shift + digit * DIGIT)) & ((1 << DIGIT) - 1)) as usize;
    // All digits are counted in one pass: the keys' order does not matter for that.
    let mut counts = vec![vec![0u32; 1 << DIGIT]; DIGITS as usize];
    for &k in &keys {
        for (digit, counts) in (0..).zip(&mut counts) {
            if let Some(n) = counts.get_mut(digit_of(k, digit)) {
                *n += 1;
            }
        }
    }
    for (digit, mut starts) in (0..).zip(counts) {
        let at = |k: u64| digit_of(k, digit);
        if starts.contains(&(keys.len() as u32)) {
            continue;
        }
        let mut before = 0;
        for n in &mut starts {
            before += std::mem::replace(n, before);
        }
        for &k in &keys {
            if let Some(start) = starts.get_mut(at(k)) {
                if let Some(slot) = scratch.get_mut(*start as usize) {
                    *slot = k;
                }
                *start += 1;
            }
        }
        std::mem::swap(&mut keys, &mut scratch);
    }
    if shift > 0 {
        for run in keys.chunk_by_mut(|a, b| a >> shift == b >> shift) {
            run.sort_unstable();
        }
    }
    keys
}

/// The finite values, ascending.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    sorted_keys(values).into_iter().map(number).collect()
}

/// The distinct quantiles j/`cells` of sorted keys, by the inverse of their distribution function.
fn quantiles(sorted: &[u64], cells: usize) -> Vec<f64> {
    let mut edges: Vec<f64> =
        (1..=cells).filter_map(|j| sorted.get((j * sorted.len()).div_ceil(cells).max(1) - 1)).map(|&k| number(k)).collect();
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::FINE_CELLS;
    use crate::random::Rng;

    #[test]
    fn keys_sort_as_numbers_do() {
        let mut rng = Rng::new(3, 4);
        for scale in [1.0, 1e-300, 1e300] {
            let mut values: Vec<f64> = (0..5000).map(|_| rng.normal() * scale).collect();
            values.extend([0.0, -0.0, f64::NAN, f64::INFINITY]);
            let keys = sorted_keys(&values);
            values.retain(|x| x.is_finite());
            values.sort_by(f64::total_cmp);
            assert_eq!(keys.iter().map(|&k| number(k)).collect::<Vec<_>>(), values);
        }
        // Close values, told apart by their last bits only.
        let values: Vec<f64> = (0..4000).map(|i| 1.0 + f64::from((i * 7919) % 4000) * f64::EPSILON).chain([-1e9]).collect();
        let mut expected = values.clone();
        expected.sort_by(f64::total_cmp);
        assert_eq!(sorted_keys(&values).into_iter().map(number).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn few_values_get_a_cell_each() {
        let values = [3.0, 1.0, f64::NAN, 2.0, 3.0, -0.0, 0.0];
        let (frame, facts) = learn(&values, FINE_CELLS).unwrap();
        assert_eq!((frame.edges.as_slice(), frame.exact), ([0.0, 1.0, 2.0].as_slice(), true));
        assert_eq!((facts.distinct, facts.present, facts.integer, facts.ascending), (4, 6, true, false));
        assert_eq!(frame.ridits, [1.0 / 6.0, 2.5 / 6.0, 3.5 / 6.0, 5.0 / 6.0]);
    }

    #[test]
    fn a_constant_has_a_cell_of_its_own() {
        for constant in [0.0, -3.5, 1e300, -1e-300] {
            let (frame, facts) = learn(&[constant, constant, f64::NAN], FINE_CELLS).unwrap();
            assert!(facts.constant && frame.is_constant());
            let cells = [constant - constant.abs().max(1.0), constant, constant + constant.abs().max(1.0)].map(|x| frame.cell(x));
            assert_eq!((cells, frame.ridits.as_slice()), ([0, 1, 2], [0.0, 0.5, 1.0].as_slice()), "{constant}");
        }
    }

    #[test]
    fn many_values_get_equal_cells() {
        let mut rng = Rng::new(5, 6);
        let values: Vec<f64> = (0..50_000).map(|_| crate::math::exp(rng.normal())).collect();
        let (frame, facts) = learn(&values, FINE_CELLS).unwrap();
        assert_eq!(frame.cells(), FINE_CELLS);
        assert!(!facts.unique && !facts.integer && !facts.constant);
        let profile = frame.count(&values, &frame.cells_of(&values), &crate::profile::Sampling::default());
        assert!(profile.mass.iter().all(|&m| m == 25.0));
        assert!((frame.ridits[10] - 10.5 / 2000.0).abs() < 1e-12);
        // scipy 1.17: numpy.quantile(x, [0.1, 0.2, …], method="inverted_cdf") are values of the data.
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let coarse = frame.coarse(&profile.mass, 10);
        assert_eq!(coarse.edges, (1..10).map(|i| sorted[i * 5000 - 1]).collect::<Vec<_>>());
    }

    #[test]
    fn whole_numbers_that_name_rows_are_found() {
        let ids: Vec<f64> = (0..5000).map(|i| f64::from((i * 7919) % 5003) + 1e6).collect();
        let (_, facts) = learn(&ids, FINE_CELLS).unwrap();
        assert!(facts.unique && !facts.ascending);
        let (_, facts) = learn(&(0..30).map(f64::from).collect::<Vec<_>>(), FINE_CELLS).unwrap();
        assert!(facts.unique && facts.ascending);
    }
}
