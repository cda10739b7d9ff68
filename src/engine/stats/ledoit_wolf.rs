//! Means and covariances from sums that add, shrunk so that they can be inverted.
//!
//! Ledoit and Wolf 2004 (J. Multivariate Anal. 88:365); agrees with scikit-learn's `ledoit_wolf`, which divides by the rows.

/// Sums over rows of numbers, about whatever origin the caller has chosen near their mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scatter {
    /// Rows.
    pub rows: f64,
    sum: Vec<f64>,
    /// Σ x·xᵀ, row by row, all of it.
    second: Vec<f64>,
    /// Σ ‖x‖², Σ ‖x‖⁴, Σ ‖x‖²·x.
    norm: f64,
    norm_sq: f64,
    normed: Vec<f64>,
}

impl Scatter {
    /// No rows yet, of so many numbers.
    pub fn new(width: usize) -> Self {
        Self { sum: vec![0.0; width], second: vec![0.0; width * width], normed: vec![0.0; width], ..Self::default() }
    }

    /// Adds a row.
    pub fn add(&mut self, x: &[f64]) {
        let norm: f64 = x.iter().map(|v| v * v).sum();
        self.rows += 1.0;
        self.norm += norm;
        self.norm_sq += norm * norm;
        for (i, (&v, (sum, normed))) in x.iter().zip(self.sum.iter_mut().zip(&mut self.normed)).enumerate() {
            *sum += v;
            *normed += norm * v;
            let row = self.second.get_mut(i * x.len()..(i + 1) * x.len()).unwrap_or_default();
            // The lower triangle follows from the upper one.
            row.iter_mut().zip(x).skip(i).for_each(|(slot, w)| *slot += v * w);
        }
    }

    /// Adds another's rows.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.norm += other.norm;
        self.norm_sq += other.norm_sq;
        let add = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        add(&mut self.sum, &other.sum);
        add(&mut self.second, &other.second);
        add(&mut self.normed, &other.normed);
    }

    /// The mean.
    pub fn mean(&self) -> Vec<f64> {
        self.sum.iter().map(|s| s / self.rows.max(1.0)).collect()
    }

    /// The covariance (divided by the rows) shrunk towards its mean variance, row by row, and how far: 0 not at all, 1 all the way.
    pub fn shrunk(&self) -> (Vec<f64>, f64) {
        let (k, n, mean) = (self.sum.len(), self.rows.max(1.0), self.mean());
        let at = |i: usize, j: usize| self.second.get(i.min(j) * k + i.max(j)).copied().unwrap_or(0.0) / n;
        let m = |i: usize| mean.get(i).copied().unwrap_or(0.0);
        let mut covariance: Vec<f64> = (0..k * k).map(|cell| at(cell / k, cell % k) - m(cell / k) * m(cell % k)).collect();
        let p = k.max(1) as f64;
        let mean_variance = covariance.iter().step_by(k + 1).sum::<f64>() / p;
        let squares: f64 = covariance.iter().map(|c| c * c).sum();
        // Σ‖x − m‖⁴ from the sums.
        let c: f64 = mean.iter().map(|x| x * x).sum();
        let along: f64 = (0..k).map(|i| m(i) * (0..k).map(|j| at(i, j) * m(j)).sum::<f64>()).sum();
        let normed: f64 = self.normed.iter().zip(&mean).map(|(a, b)| a * b).sum();
        let fourth = self.norm_sq / n + 4.0 * along - 4.0 * normed / n + 2.0 * c * self.norm / n - 3.0 * c * c;
        let distance = (squares - p * mean_variance * mean_variance) / p;
        let noise = ((fourth - squares) / (p * n)).min(distance);
        let shrinkage = if noise > 0.0 && distance > 0.0 { noise / distance } else { 0.0 };
        for x in &mut covariance {
            *x *= 1.0 - shrinkage;
        }
        covariance.iter_mut().step_by(k + 1).for_each(|x| *x += shrinkage * mean_variance);
        (covariance, shrinkage)
    }
}

/// The lower triangular factor L of a covariance C = L·Lᵀ, row by row. Directions without variance get a trifle of the mean one;
/// `None` where nothing varies.
pub fn cholesky(covariance: &[f64], k: usize) -> Option<Vec<f64>> {
    let mean = covariance.iter().step_by(k + 1).sum::<f64>() / k.max(1) as f64;
    if mean.is_nan() || mean <= 0.0 {
        return None;
    }
    let mut factor = vec![0.0; k * k];
    for i in 0..k {
        for j in 0..=i {
            let (a, b) = (factor.get(i * k..i * k + j)?, factor.get(j * k..j * k + j)?);
            let rest = covariance.get(i * k + j)? - a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
            let value = if i == j { rest.max(1e-9 * mean).sqrt() } else { rest / factor.get(j * k + j)? };
            *factor.get_mut(i * k + j)? = value;
        }
    }
    Some(factor)
}

/// ‖L⁻¹·x‖²: Mahalanobis's distance of x, squared. `x` is spoilt.
pub fn mahalanobis(factor: &[f64], x: &mut [f64]) -> f64 {
    let k = x.len();
    let mut sum = 0.0;
    for (i, row) in factor.chunks_exact(k.max(1)).enumerate() {
        let (before, rest) = x.split_at_mut(i.min(k));
        let inner: f64 = row.iter().zip(before.iter()).map(|(a, b)| a * b).sum();
        if let (Some(slot), Some(diagonal)) = (rest.first_mut(), row.get(i)) {
            *slot = (*slot - inner) / diagonal;
            sum += *slot * *slot;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_measures_what_the_inverse_would() {
        // C = [[4, 2], [2, 3]], inverse [[3, −2], [−2, 4]]/8.
        let factor = cholesky(&[4.0, 2.0, 2.0, 3.0], 2).unwrap();
        assert_eq!(factor[0], 2.0);
        let by_hand = (3.0 * 1.0 - 2.0 * 2.0 * 1.0 * 5.0 + 4.0 * 25.0) / 8.0;
        assert!((mahalanobis(&factor, &mut [1.0, 5.0]) - by_hand).abs() < 1e-12);
        assert!(cholesky(&[0.0, 0.0, 0.0, 0.0], 2).is_none());
    }

    #[test]
    fn parts_add_up() {
        let rows = [[1.0, 2.0], [0.5, -1.0], [3.0, 0.0], [-2.0, 1.5]];
        let of = |rows: &[[f64; 2]]| {
            let mut s = Scatter::new(2);
            for row in rows {
                s.add(row);
            }
            s
        };
        let mut parts = of(&rows[..1]);
        parts.merge(&of(&rows[1..]));
        let (a, b) = (parts.shrunk(), of(&rows).shrunk());
        assert!(a.0.iter().zip(&b.0).all(|(x, y)| (x - y).abs() < 1e-12) && (a.1 - b.1).abs() < 1e-12);
    }
}
