//! Isolation forest: rows that few random cuts set apart from the rest (Liu, Ting and Zhou 2008, ICDM).
//!
//! A row that was not there when a tree grew may lie outside what a node saw. Had it been there, the cut would have fallen into
//! the gap with the probability gap/(gap + range) (Guha and others 2016, ICML: robust random cut forests), and the row would have
//! been alone; so its path is the expectation over that. Within the range it is the published path.

use crate::math::{exp, ln};
use crate::random::Rng;

/// Trees.
const TREES: usize = 100;
/// Rows a tree, at most.
const SUBSAMPLE: usize = 256;
const LEAF: u16 = u16::MAX;

/// The mean path of an unsuccessful search in a binary tree of n rows, c(n) = 2·H(n − 1) − 2·(n − 1)/n.
pub(super) fn mean_path(n: usize) -> f64 {
    let n = n as f64;
    if n < 2.0 {
        0.0
    } else if n < 3.0 {
        1.0
    } else {
        2.0 * (ln(n - 1.0) + 0.577_215_664_901_532_9) - 2.0 * (n - 1.0) / n
    }
}

/// A cut (or a leaf, where the path of what is left in it stands in `cut`).
#[derive(Debug, Clone, Copy)]
struct Node {
    feature: u16,
    cut: f32,
    /// What the node saw of the feature.
    low: f32,
    high: f32,
    /// The child below the cut; the other one follows it.
    below: u32,
}

/// Random trees over some rows.
#[derive(Debug)]
pub(super) struct Forest {
    nodes: Vec<Node>,
    roots: Vec<u32>,
    norm: f64,
}

impl Forest {
    /// Grows trees over `rows` of a matrix with `width` numbers a row.
    pub fn grow(matrix: &[f32], width: usize, rows: &[u32], rng: &mut Rng) -> Self {
        let size = SUBSAMPLE.min(rows.len());
        let limit = size.max(2).next_power_of_two().trailing_zeros();
        let mut out = Self { nodes: Vec::new(), roots: Vec::new(), norm: mean_path(size).max(1.0) };
        for _ in 0..TREES {
            let mut own: Vec<u32> = rows.to_vec();
            for i in 0..size {
                let j = i + rng.below((own.len() - i) as u64) as usize;
                own.swap(i, j);
            }
            own.truncate(size);
            let root = out.nodes.len();
            out.nodes.push(Node { feature: LEAF, cut: 0.0, low: 0.0, high: 0.0, below: 0 });
            out.roots.push(root as u32);
            out.split(root, own, limit, &|row, feature| matrix.get(row as usize * width + feature).copied().unwrap_or(0.0), width, rng);
        }
        out
    }

    fn split(&mut self, at: usize, mut rows: Vec<u32>, limit: u32, value: &dyn Fn(u32, usize) -> f32, width: usize, rng: &mut Rng) {
        let range = |feature: usize| {
            rows.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &row| {
                let x = value(row, feature);
                (low.min(x), high.max(x))
            })
        };
        // A feature that varies here: any, else the next one that does.
        let first = rng.below(width.max(1) as u64) as usize;
        let varying = (0..width).map(|i| (first + i) % width).map(|f| (f, range(f))).find(|(_, (low, high))| low < high);
        let (Some((feature, (low, high))), true) = (varying, limit > 0 && rows.len() > 1) else {
            if let Some(node) = self.nodes.get_mut(at) {
                node.cut = mean_path(rows.len()) as f32;
            }
            return;
        };
        let cut = low + (high - low) * rng.uniform() as f32;
        // Below the largest, so that neither side is empty.
        let cut = if cut < high { cut.max(low) } else { low };
        let above: Vec<u32> = rows.iter().copied().filter(|&row| value(row, feature) > cut).collect();
        rows.retain(|&row| value(row, feature) <= cut);
        let below = self.nodes.len();
        self.nodes.extend([Node { feature: LEAF, cut: 0.0, low: 0.0, high: 0.0, below: 0 }; 2]);
        if let Some(node) = self.nodes.get_mut(at) {
            *node = Node { feature: feature as u16, cut, low, high, below: below as u32 };
        }
        self.split(below, rows, limit - 1, value, width, rng);
        self.split(below + 1, above, limit - 1, value, width, rng);
    }

    /// The anomaly score of a row, 2^(−E(path)/c): near 1 for what is set apart at once, 0.5 for what is like the rest.
    pub fn score(&self, row: &[f32]) -> f64 {
        let path = |root: u32| {
            // What is expected so far, and the chance that the row is not alone yet.
            let (mut at, mut depth, mut path, mut left) = (root, 0.0, 0.0, 1.0);
            loop {
                let Some(node) = self.nodes.get(at as usize) else { return path };
                let x = row.get(node.feature as usize).copied();
                let Some(x) = x.filter(|_| node.feature != LEAF) else { return path + left * (depth + f64::from(node.cut)) };
                depth += 1.0;
                let gap = (node.low - x).max(x - node.high).max(0.0);
                let alone = f64::from(gap / (gap + node.high - node.low));
                path += left * alone * depth;
                left *= 1.0 - alone;
                at = node.below + u32::from(x > node.cut);
            }
        };
        let mean = self.roots.iter().map(|&root| path(root)).sum::<f64>() / self.roots.len().max(1) as f64;
        exp(-std::f64::consts::LN_2 * mean / self.norm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_path_is_the_published_one() {
        for golden in super::super::goldens()["paths"].as_array().unwrap() {
            let (n, c) = (golden[0].as_u64().unwrap() as usize, golden[1].as_f64().unwrap());
            assert!((mean_path(n) - c).abs() < 1e-9, "{n}: {} against {c}", mean_path(n));
        }
    }

    #[test]
    fn one_row_far_away_is_cut_off_first() {
        let mut rng = Rng::new(8, 8);
        let mut matrix: Vec<f32> = (0..2000).map(|_| rng.normal() as f32).collect();
        matrix.extend([9.0, -9.0]);
        let rows: Vec<u32> = (0..1000).collect();
        let forest = Forest::grow(&matrix, 2, &rows, &mut rng);
        let score = |row: usize| forest.score(&matrix[row * 2..row * 2 + 2]);
        let usual = (0..1000).map(score).sum::<f64>() / 1000.0;
        assert!((0.35..0.55).contains(&usual), "{usual}");
        assert!(score(1000) > 0.75 && (0..1000).all(|row| score(row) < score(1000)), "{}", score(1000));
    }

    #[test]
    fn a_tree_of_two_rows_has_a_path_of_one() {
        let mut rng = Rng::new(1, 2);
        let forest = Forest::grow(&[0.0, 1.0], 1, &[0, 1], &mut rng);
        // Each row is alone after one cut: 2^(−1/c(2)) = 1/2.
        assert!((forest.score(&[0.0]) - 0.5).abs() < 1e-12 && (forest.score(&[1.0]) - 0.5).abs() < 1e-12);
    }
}
