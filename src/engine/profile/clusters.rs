//! What it costs that rows belong together: the design effect of a quantity.
//!
//! deff = 1 + (m̃ − 1)·ρ̂ with m̃ = Σ n_g²/n and ρ̂ the intraclass correlation from a one-way analysis of variance
//! (Donner 1986, Int. Stat. Rev. 54:67). For a category the analysis is summed over its indicators (Light and Margolin 1971,
//! JASA 66:534). Tests divide counts by it (Rao and Scott 1981, JASA 76:221, first order).

/// Sums over groups of rows. They add as long as no group stands in two of the merged batches; where one does, its rows count
/// as two groups.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Clusters {
    /// Groups.
    pub groups: f64,
    /// Rows in them.
    pub rows: f64,
    /// Σ n_g².
    pub sum_sq_sizes: f64,
    /// Σ S_g²/n_g, S_g the sum of the quantity over a group; summed over the indicators of a category.
    pub between: f64,
    /// Σ s².
    pub sum_sq: f64,
}

impl Clusters {
    /// The sums of a number a row; rows without one (`None`) are left out.
    pub fn of_scores(groups: &[u32], scores: impl Iterator<Item = Option<f64>>) -> Self {
        let size = groups.iter().max().map_or(0, |&g| g as usize + 1);
        let mut sums = vec![(0.0f64, 0.0f64); size];
        let mut sum_sq = 0.0;
        for (&group, score) in groups.iter().zip(scores) {
            if let (Some(s), Some(slot)) = (score, sums.get_mut(group as usize)) {
                slot.0 += 1.0;
                slot.1 += s;
                sum_sq += s * s;
            }
        }
        Self::from_groups(sums.into_iter(), sum_sq)
    }

    /// The sums of a category a row, as cell numbers; rows without one (`None`) are left out.
    pub fn of_categories(groups: &[u32], cells: impl Iterator<Item = Option<u32>>) -> Self {
        let mut pairs: Vec<(u32, u32)> = groups.iter().zip(cells).filter_map(|(&g, c)| c.map(|c| (g, c))).collect();
        pairs.sort_unstable();
        let mut out = Self { sum_sq: pairs.len() as f64, rows: pairs.len() as f64, ..Self::default() };
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            let n = group.len() as f64;
            out.groups += 1.0;
            out.sum_sq_sizes += n * n;
            out.between += group.chunk_by(|a, b| a == b).map(|same| (same.len() * same.len()) as f64).sum::<f64>() / n;
        }
        out
    }

    fn from_groups(groups: impl Iterator<Item = (f64, f64)>, sum_sq: f64) -> Self {
        groups.filter(|g| g.0 > 0.0).fold(Self { sum_sq, ..Self::default() }, |acc, (n, s)| Self {
            groups: acc.groups + 1.0,
            rows: acc.rows + n,
            sum_sq_sizes: acc.sum_sq_sizes + n * n,
            between: acc.between + s * s / n,
            sum_sq: acc.sum_sq,
        })
    }

    /// Adds another batch's sums.
    pub fn merge(&mut self, other: &Self) {
        self.groups += other.groups;
        self.rows += other.rows;
        self.sum_sq_sizes += other.sum_sq_sizes;
        self.between += other.between;
        self.sum_sq += other.sum_sq;
    }

    /// The design effect, at least 1, from the square of the quantity's total (for a category: the sum over its values of
    /// the squared counts).
    pub fn deff(&self, square_of_sum: f64) -> f64 {
        let (n, g) = (self.rows, self.groups);
        if g < 2.0 || n <= g {
            return 1.0;
        }
        let ms_between = ((self.between - square_of_sum / n) / (g - 1.0)).max(0.0);
        let ms_within = ((self.sum_sq - self.between) / (n - g)).max(0.0);
        let mean_size = self.sum_sq_sizes / n;
        let n0 = (n - mean_size) / (g - 1.0);
        let spread = ms_between + (n0 - 1.0) * ms_within;
        if spread <= 0.0 {
            return 1.0;
        }
        let rho = ((ms_between - ms_within) / spread).clamp(0.0, 1.0);
        1.0 + (mean_size - 1.0).max(0.0) * rho
    }
}

crate::stored::stored!(struct Clusters { groups, rows, sum_sq_sizes, between, sum_sq });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identical_rows_in_groups_of_four_count_a_quarter() {
        let groups: Vec<u32> = (0..400).map(|i| i / 4).collect();
        let scores: Vec<f64> = groups.iter().map(|g| f64::from(g % 2)).collect();
        let clusters = Clusters::of_scores(&groups, scores.iter().map(|&s| Some(s)));
        let total: f64 = scores.iter().sum();
        assert!((clusters.deff(total * total) - 4.0).abs() < 1e-9);
        let same = Clusters::of_categories(&groups, scores.iter().map(|&s| Some(s as u32)));
        let squares = total * total + (400.0 - total) * (400.0 - total);
        assert!((same.deff(squares) - 4.0).abs() < 1e-9);
    }

    #[test]
    fn independent_rows_count_fully() {
        let mut rng = crate::random::Rng::new(1, 2);
        let groups: Vec<u32> = (0..4000).map(|i| i / 4).collect();
        let scores: Vec<f64> = groups.iter().map(|_| rng.uniform()).collect();
        let total: f64 = scores.iter().sum();
        let deff = Clusters::of_scores(&groups, scores.iter().map(|&s| Some(s))).deff(total * total);
        assert!((1.0..1.1).contains(&deff), "{deff}");
    }

    #[test]
    fn whole_groups_merge_exactly() {
        let groups = [0, 0, 1, 1, 1, 2, 3, 3];
        let scores = [0.1, 0.4, 0.2, 0.9, 0.5, 0.5, 0.25, 1.0].map(Some);
        let whole = Clusters::of_scores(&groups, scores.iter().copied());
        let mut parts = Clusters::of_scores(&groups[..5], scores[..5].iter().copied());
        parts.merge(&Clusters::of_scores(&groups[5..], scores[5..].iter().copied()));
        assert_eq!(parts.groups, whole.groups);
        assert!((parts.between - whole.between).abs() < 1e-12);
    }
}
