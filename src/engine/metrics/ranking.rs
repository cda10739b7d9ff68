//! What a model's order of a query's rows is worth.
//!
//! Larger scores stand first, ties at their mean rank. NDCG has linear gain and a log2 discount (Järvelin and Kekäläinen 2002;
//! scikit-learn 1.9 `ndcg_score` where no scores tie); the reciprocal rank is that of the first row of the query's highest
//! relevance; the rank correlation is Spearman's.

use crate::math::log2;

/// The values of one query; NaN where the query does not have one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueryValues {
    /// Reciprocal rank; NaN where every row has relevance 0.
    pub reciprocal_rank: f64,
    /// Normalised discounted cumulative gain; NaN where no order gains anything.
    pub ndcg: f64,
    /// Spearman's correlation of score and relevance; NaN where either is constant.
    pub rank_correlation: f64,
}

/// The place of every value, from 1, the largest first; ties have their mean place.
pub fn places(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |i: usize| values.get(i).copied().unwrap_or(0.0);
    order.sort_unstable_by(|&a, &b| value(b).total_cmp(&value(a)).then(a.cmp(&b)));
    let mut out = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| value(a) == value(b)) {
        let place = before as f64 + f64::midpoint(tied.len() as f64, 1.0);
        for &row in tied {
            if let Some(slot) = out.get_mut(row) {
                *slot = place;
            }
        }
        before += tied.len();
    }
    out
}

/// The values of a query whose rows have these relevances and stand at these `places`; gains beyond place `k` do not count.
pub fn query(relevance: &[f64], places_of_rows: &[f64], k: f64) -> QueryValues {
    let highest = relevance.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let relevant = relevance.iter().any(|&r| r != 0.0);
    let rows = || relevance.iter().zip(places_of_rows);
    let first = rows().filter(|r| *r.0 == highest).map(|r| *r.1).fold(f64::INFINITY, f64::min);
    let gain = |(r, place): (f64, f64)| if place <= k { r / log2(1.0 + place) } else { 0.0 };
    let gained: f64 = rows().map(|(&r, &place)| gain((r, place))).sum();
    let mut sorted = relevance.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let best: f64 = sorted.iter().zip(1u32..).map(|(&r, place)| gain((r, f64::from(place)))).sum();
    QueryValues {
        reciprocal_rank: if relevant { 1.0 / first } else { f64::NAN },
        ndcg: if best > 0.0 { gained / best } else { f64::NAN },
        rank_correlation: correlation(&places(relevance), places_of_rows),
    }
}

/// Pearson's correlation; NaN where one of the two is constant.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - ma) * (y - mb);
        aa += (x - ma) * (x - ma);
        bb += (y - mb) * (y - mb);
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_example() {
        // Query 1: predictions 2 1, relevance 1 2; query 2: predictions 1 2, relevance 1 2.
        let one = query(&[1.0, 2.0], &places(&[2.0, 1.0]), f64::INFINITY);
        let two = query(&[1.0, 2.0], &places(&[1.0, 2.0]), f64::INFINITY);
        assert_eq!((one.reciprocal_rank, f64::midpoint(one.reciprocal_rank, two.reciprocal_rank)), (0.5, 0.75));
        assert!((one.ndcg - 0.86).abs() < 0.005 && (f64::midpoint(one.ndcg, two.ndcg) - 0.93).abs() < 0.005);
        assert_eq!((one.rank_correlation, two.rank_correlation), (-1.0, 1.0));
    }

    #[test]
    fn ties_have_their_mean_place() {
        assert_eq!(places(&[0.5, 0.9, 0.5, 0.1]), [2.5, 1.0, 2.5, 4.0]);
        let tied = query(&[1.0, 0.0, 0.0], &places(&[1.0, 1.0, 1.0]), f64::INFINITY);
        assert_eq!(tied.reciprocal_rank, 0.5);
        assert!((tied.ndcg - 1.0 / log2(3.0)).abs() < 1e-15 && tied.rank_correlation.is_nan());
    }

    #[test]
    fn what_a_query_does_not_have() {
        let nothing = query(&[0.0, 0.0], &places(&[1.0, 2.0]), f64::INFINITY);
        assert!(nothing.reciprocal_rank.is_nan() && nothing.ndcg.is_nan() && nothing.rank_correlation.is_nan());
        // The only relevant row stands third: within the first two there is nothing to gain.
        assert_eq!(query(&[0.0, 0.0, 1.0], &[1.0, 2.0, 3.0], 2.0).ndcg, 0.0);
    }
}
