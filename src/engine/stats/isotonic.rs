//! Isotonic regression: the non-decreasing step function nearest to weighted means.
//!
//! Pool adjacent violators (Ayer and others 1955); the same as scikit-learn's `IsotonicRegression` on these means.

/// Fits one value a cell, non-decreasing over the cells, least squares under the weights. Cells without weight take the value
/// of the cell before them (the first: of the cell after).
pub fn isotonic(means: &[f64], weights: &[f64]) -> Vec<f64> {
    // Blocks of (mean, weight, cells), means ascending.
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(means.len());
    for (&mean, &weight) in means.iter().zip(weights) {
        if weight <= 0.0 {
            match blocks.last_mut() {
                Some(last) => last.2 += 1,
                None => blocks.push((f64::NEG_INFINITY, 0.0, 1)),
            }
            continue;
        }
        let mut block = (mean, weight, 1);
        while let Some(&(before, w, cells)) = blocks.last() {
            if w > 0.0 && before < block.0 {
                break;
            }
            let total = w + block.1;
            // Empty cells at the front have no mean of their own.
            let pooled = if w > 0.0 { (before * w + block.0 * block.1) / total } else { block.0 };
            block = (pooled, total, cells + block.2);
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks.into_iter().flat_map(|(mean, _, cells)| std::iter::repeat_n(if mean.is_finite() { mean } else { 0.0 }, cells)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pools_what_falls() {
        assert_eq!(isotonic(&[1.0, 3.0, 2.0, 4.0], &[1.0, 1.0, 3.0, 1.0]), [1.0, 2.25, 2.25, 4.0]);
        assert_eq!(isotonic(&[9.0, 3.0, 0.0], &[0.0, 1.0, 0.0]), [3.0, 3.0, 3.0]);
        assert!(isotonic(&[], &[]).is_empty());
    }

    proptest! {
        #[test]
        fn never_falls_and_keeps_the_mean(cells in prop::collection::vec((0.0..1.0_f64, 0.1..9.0_f64), 1..40)) {
            let (means, weights): (Vec<f64>, Vec<f64>) = cells.into_iter().unzip();
            let fit = isotonic(&means, &weights);
            prop_assert_eq!(fit.len(), means.len());
            prop_assert!(fit.windows(2).all(|w| w[0] <= w[1]));
            let sum = |v: &[f64]| v.iter().zip(&weights).map(|(a, w)| a * w).sum::<f64>();
            prop_assert!((sum(&fit) - sum(&means)).abs() < 1e-9);
        }
    }
}
