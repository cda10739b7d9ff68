//! Logistic regression on hashed features, made to tell two data sets apart.
//!
//! Values are hashed into one table of weights (Weinberger et al. 2009, arXiv:0902.2206) and fitted by AdaGrad (Duchi, Hazan and Singer
//! 2011) under a normal prior whose variance is learnt a feature, by the method of moments, from the log-odds of its values: features
//! that do not differ by more than noise stay out, so that many of them do not drown the few that do.

use std::collections::BTreeMap;

use crate::math::exp;
use crate::random::Rng;

/// Places of the table of weights.
pub(super) const PLACES: usize = 1 << 16;
/// Passes over the rows.
const PASSES: usize = 6;
/// The first step of AdaGrad.
const STEP: f64 = 0.3;

/// The hashed values of one feature: the places of each row.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// By row, its first entry in `places`; one more than rows.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Places {
    /// Adds a row.
    pub(super) fn push(&mut self, places: &mut Vec<u32>) {
        places.sort_unstable();
        places.dedup();
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.places.append(places);
        self.starts.push(self.places.len() as u32);
    }

    fn row(&self, row: u32) -> &[u32] {
        let end = |at: u32| self.starts.get(at as usize).map_or(0, |&s| s as usize);
        self.places.get(end(row)..end(row + 1)).unwrap_or_default()
    }

    /// What a row's places add to its score: the sum of their weights over the root of their number.
    pub(super) fn score(&self, row: u32, weights: &[f64]) -> f64 {
        let places = self.row(row);
        let sum: f64 = places.iter().filter_map(|&p| weights.get(p as usize)).sum();
        sum * scale(places)
    }
}

fn scale(places: &[u32]) -> f64 {
    if places.len() > 1 { 1.0 / (places.len() as f64).sqrt() } else { 1.0 }
}

/// The place of a value of a feature.
pub(super) fn place(feature: usize, value: u64) -> u32 {
    let word = (value ^ (feature as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (word >> 48) as u32 % PLACES as u32
}

/// The variance of the prior of a feature's weights: that of its values' log-odds beyond noise, 0 where there is none.
fn prior_variance(feature: &Places, rows: &[(u32, bool)]) -> f64 {
    let mut counts: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
    let mut totals = [0.5; 2];
    for &(row, second) in rows {
        for &p in feature.row(row) {
            let side = usize::from(second);
            if let (Some(count), Some(total)) = (counts.entry(p).or_insert([0.5; 2]).get_mut(side), totals.get_mut(side)) {
                *count += 1.0;
                *total += 1.0;
            }
        }
    }
    let [all_a, all_b] = totals;
    let (mut chi, mut information) = (0.0, 0.0);
    for [a, b] in counts.values() {
        let gap = crate::math::ln(b / all_b * all_a / a);
        let weight = a * b / (a + b);
        chi += gap * gap * weight;
        information += weight;
    }
    let degrees = (counts.len() as f64 - 1.0).max(1.0);
    // One standard deviation beyond what noise gives: most features of equal sets stay out.
    ((chi - degrees - (2.0 * degrees).sqrt()) / information.max(1.0)).max(0.0)
}

/// Weights by place that tell the second set's rows (`true`) from the first's.
pub(super) fn fit(features: &[Places], rows: &[(u32, bool)], rng: &mut Rng) -> Vec<f64> {
    let mut weights = vec![0.0; PLACES];
    let variances: Vec<f64> = features.iter().map(|f| prior_variance(f, rows)).collect();
    let chosen: Vec<(&Places, f64)> = features.iter().zip(variances).filter(|(_, v)| *v > 0.0).collect();
    if chosen.is_empty() {
        return weights;
    }
    let mut seen = vec![0.0f64; PLACES];
    for place in rows.iter().flat_map(|&(row, _)| chosen.iter().flat_map(move |(f, _)| f.row(row))) {
        if let Some(count) = seen.get_mut(*place as usize) {
            *count += 1.0;
        }
    }
    let mut squares = vec![1e-8f64; PLACES];
    let (mut bias, mut bias_squares) = (0.0, 1e-8f64);
    let mut order = rows.to_vec();
    for _ in 0..PASSES {
        rng.shuffle(&mut order);
        for &(row, second) in &order {
            let score: f64 = bias + chosen.iter().map(|(f, _)| f.score(row, &weights)).sum::<f64>();
            let error = 1.0 / (1.0 + exp(-score)) - f64::from(u8::from(second));
            bias_squares += error * error;
            bias -= STEP * error / bias_squares.sqrt();
            for (feature, variance) in &chosen {
                let places = feature.row(row);
                let part = error * scale(places);
                for &p in places {
                    let at = p as usize;
                    let (Some(w), Some(g), Some(count)) = (weights.get_mut(at), squares.get_mut(at), seen.get(at)) else { continue };
                    // The prior's pull is spread over the rows that have the value.
                    let gradient = part + *w / (variance * count);
                    *g += gradient * gradient;
                    *w -= STEP * gradient / g.sqrt();
                }
            }
        }
    }
    weights
}
