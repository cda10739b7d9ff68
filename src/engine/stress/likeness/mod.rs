//! Rows that are equal, or near each other.

pub(super) mod dealing;
pub(super) mod equal_rows;
pub(super) mod minhash;
pub(super) mod row_keys;
pub(super) mod space;

use crate::random::Rng;
use crate::stats::fisher;
use crate::stats::proportions::newcombe;

use super::Measured;

/// At most `most` of the numbers `0..n`, drawn at random, ascending.
pub(super) fn sample(n: usize, most: usize, rng: &mut Rng) -> Vec<u32> {
    let mut all: Vec<u32> = (0..n as u32).collect();
    if n > most {
        for i in 0..most {
            let j = i + rng.below((n - i) as u64) as usize;
            all.swap(i, j);
        }
        all.truncate(most);
        all.sort_unstable();
    }
    all
}

/// The least of the reference's values is unusual up to here: its 0.1 % quantile, one of the values.
pub(super) fn lowest_thousandth(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted.get(values.len().div_ceil(1000).saturating_sub(1)).copied().unwrap_or(f32::NEG_INFINITY)
}

/// Two shares of unusual rows compared: (hits, rows) of the reference and of the evaluation. Fisher's exact test, one-sided.
pub(super) fn compared(reference: (u64, u64), evaluation: (u64, u64)) -> Measured {
    let ((a, n), (b, m)) = (reference, evaluation);
    let share = |hits: u64, rows: u64| hits as f64 / rows.max(1) as f64;
    let (low, high) = newcombe(a as f64, n as f64, b as f64, m as f64, 0.95);
    let smoothed = (a + b + 1) as f64 / (n + m + 2) as f64;
    let effect = (share(b, m) - share(a, n)).max(0.0);
    Measured {
        statistic: Some(share(b, m)),
        effect: Some(effect),
        interval: Some((low.clamp(0.0, effect), high.max(effect))),
        p_value: Some(fisher::greater(a, n, b, m)),
        standard_error: Some((smoothed * (1.0 - smoothed) * (1.0 / n.max(1) as f64 + 1.0 / m.max(1) as f64)).sqrt()),
        n_reference: Some(n),
        n_evaluation: Some(m),
        row_count: Some(b),
        ..Measured::default()
    }
}
