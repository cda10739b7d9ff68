//! The area under the ROC curve with its variance, from score histograms by label.
//!
//! DeLong, DeLong and Clarke-Pearson 1988 (Biometrics 44): the variance of placements. Scores that share a cell count as tied;
//! with one cell a distinct score this is exact.

/// An area under the curve and what is needed to compare it.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// P(positive's score > negative's) + ½·P(equal).
    pub value: f64,
    /// DeLong's variance; infinite where a class has one row.
    pub variance: f64,
    /// Placement of a positive in each cell: the share of negatives below it, ties by half.
    pub positive_placements: Vec<f64>,
    /// Placement of a negative in each cell: the share of positives above it, ties by half.
    pub negative_placements: Vec<f64>,
}

/// From counts over the same ascending score cells. `None` where a class is absent.
pub fn area(positives: &[f64], negatives: &[f64]) -> Option<Area> {
    let (m, n) = (positives.iter().sum::<f64>(), negatives.iter().sum::<f64>());
    if m <= 0.0 || n <= 0.0 {
        return None;
    }
    let mut below = 0.0;
    let positive_placements: Vec<f64> = negatives
        .iter()
        .map(|&count| {
            let placement = (below + 0.5 * count) / n;
            below += count;
            placement
        })
        .collect();
    let mut above = m;
    let negative_placements: Vec<f64> = positives
        .iter()
        .map(|&count| {
            let placement = (above - 0.5 * count) / m;
            above -= count;
            placement
        })
        .collect();
    let value = weighted_mean(positives, &positive_placements, m);
    let variance = spread(positives, &positive_placements, value, m) / m + spread(negatives, &negative_placements, value, n) / n;
    Some(Area { value, variance, positive_placements, negative_placements })
}

fn weighted_mean(counts: &[f64], placements: &[f64], total: f64) -> f64 {
    counts.iter().zip(placements).map(|(c, v)| c * v).sum::<f64>() / total
}

fn spread(counts: &[f64], placements: &[f64], mean: f64, total: f64) -> f64 {
    let squares: f64 = counts.iter().zip(placements).map(|(c, v)| c * (v - mean) * (v - mean)).sum();
    if total > 1.0 { squares / (total - 1.0) } else { f64::INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_example() {
        // Scores .3 .51 .7 .49 .9 .58 with labels 1 0 1 0 0 1: AUC .44.
        let area = area(&[1.0, 0.0, 0.0, 1.0, 1.0, 0.0], &[0.0, 1.0, 1.0, 0.0, 0.0, 1.0]).unwrap();
        assert!((area.value - 4.0 / 9.0).abs() < 1e-15);
        // Placements by hand, as sample variances over their class sizes.
        let (v10, v01) = ([0.0, 2.0 / 3.0, 2.0 / 3.0], [2.0 / 3.0, 2.0 / 3.0, 0.0]);
        let sample = |v: [f64; 3]| v.iter().map(|x| (x - 4.0 / 9.0) * (x - 4.0 / 9.0)).sum::<f64>() / 2.0;
        assert!((area.variance - (sample(v10) + sample(v01)) / 3.0).abs() < 1e-15);
    }

    #[test]
    fn ends() {
        assert!(area(&[0.0], &[3.0]).is_none());
        assert_eq!(area(&[0.0, 2.0], &[2.0, 0.0]).unwrap().value, 1.0);
        assert_eq!(area(&[2.0], &[2.0]).unwrap().value, 0.5);
        assert!(area(&[1.0, 0.0], &[0.0, 5.0]).unwrap().variance.is_infinite());
    }
}
