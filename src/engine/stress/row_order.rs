//! The order in which the rows of a case are shown: worst first.

use crate::math::ln;
use crate::metrics::{NO_CLASS, Outcomes, Prediction, Truth};

/// How wrong the model is about each of some rows, larger is worse: −ln of the true class's probability, the absolute error of a number,
/// 1 − F1 of a document's entities. Without labels, how unsure it is of its class. Rows that tell nothing come last.
pub(crate) fn losses(outcomes: &Outcomes, rows: &[u32]) -> Vec<f64> {
    rows.iter().map(|&row| loss(outcomes, row as usize).unwrap_or(f64::NEG_INFINITY)).collect()
}

fn loss(outcomes: &Outcomes, row: usize) -> Option<f64> {
    let unlabelled = matches!(outcomes.truth, Truth::None);
    let class = || if let Truth::Classes(truth) = &outcomes.truth { truth.get(row).copied().filter(|&c| c != NO_CLASS) } else { None };
    let of_probability = |p: f64| (!p.is_nan()).then(|| -ln(p.max(f64::MIN_POSITIVE)));
    match &outcomes.prediction {
        Prediction::None => None,
        Prediction::Classes(said) => Some(f64::from(u8::from(*said.get(row)? != class()?))),
        Prediction::Score { score, .. } => {
            let score = *score.get(row)?;
            if unlabelled {
                of_probability(score.max(1.0 - score))
            } else {
                of_probability(if class()? == 1 { score } else { 1.0 - score })
            }
        }
        Prediction::Probabilities { values, class: said } => {
            let shown = if unlabelled { said.get(row).copied().filter(|&c| c != NO_CLASS)? } else { class()? };
            of_probability(*values.get(row * outcomes.classes.len() + shown as usize)?)
        }
        Prediction::Numbers(values) => {
            let value = *values.get(row)?;
            let loss = match &outcomes.truth {
                Truth::Numbers(labels) => (value - labels.get(row)?).abs(),
                Truth::Entities { count, found } => match value + count.get(row)? {
                    all if all > 0.0 => 1.0 - 2.0 * found.get(row)? / all,
                    all => all,
                },
                _ => return None,
            };
            (!loss.is_nan()).then_some(loss)
        }
    }
}

/// The rows from `offset` on, at most `limit`, of `rows` ordered by falling `degree`; equal ones stay in their order.
pub(crate) fn worst_first(rows: &[u32], degrees: &[f64], offset: usize, limit: usize) -> Vec<u32> {
    let worse = |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    let mut order: Vec<(f64, u32)> = degrees.iter().copied().zip(rows.iter().copied()).collect();
    let end = offset.saturating_add(limit).min(order.len());
    if end < order.len() {
        order.select_nth_unstable_by(end, worse);
        order.truncate(end);
    }
    order.sort_unstable_by(worse);
    order.into_iter().skip(offset).map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;
    use straingauge_api::ModelTask;

    fn outcomes(task: ModelTask, truth: Truth, prediction: Prediction) -> Outcomes {
        let names: &[&str] = match &prediction {
            Prediction::Numbers(_) => &[],
            Prediction::Probabilities { .. } => &["a", "b", "c"],
            _ => &["no", "yes"],
        };
        Outcomes { task, classes: names.iter().map(|&n| n.to_owned()).collect(), truth, prediction, weights: None, groups: None }
    }

    fn order(outcomes: &Outcomes) -> Vec<u32> {
        let rows: Vec<u32> = (0..outcomes.rows() as u32).collect();
        worst_first(&rows, &losses(outcomes, &rows), 0, rows.len())
    }

    #[test]
    fn the_surest_mistakes_come_first() {
        let scores =
            || Prediction::Score { score: vec![0.9, 0.2, 0.9, f64::NAN, 0.4, 0.99], class: vec![1, 0, 1, NO_CLASS, 0, 1], cut: 0.5 };
        let truth = Truth::Classes(vec![0, 1, 1, 1, NO_CLASS, 0]);
        assert_eq!(order(&outcomes(ModelTask::BinaryClassification, truth, scores())), [5, 0, 1, 2, 3, 4]);
        // Without labels, the least sure.
        assert_eq!(order(&outcomes(ModelTask::BinaryClassification, Truth::None, scores())), [4, 1, 0, 2, 5, 3]);
        let values = vec![0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4];
        let prediction = Prediction::Probabilities { values, class: vec![0, 1, 2] };
        assert_eq!(order(&outcomes(ModelTask::MulticlassClassification, Truth::Classes(vec![0, 2, 1]), prediction)), [1, 2, 0]);
        let numbers = Prediction::Numbers(vec![5.0, 5.0, 5.0]);
        assert_eq!(order(&outcomes(ModelTask::Regression, Truth::Numbers(vec![4.0, f64::NAN, 9.0]), numbers)), [2, 0, 1]);
        let classes = Prediction::Classes(vec![0, 1, 1]);
        assert_eq!(order(&outcomes(ModelTask::BinaryClassification, Truth::Classes(vec![0, 0, 1]), classes)), [1, 0, 2]);
    }

    #[test]
    fn pages_are_cuts_of_one_order() {
        let mut rng = Rng::new(2, 2);
        let rows: Vec<u32> = (0..500).map(|i| 3 * i).collect();
        let degrees: Vec<f64> = rows.iter().map(|_| rng.below(40) as f64).collect();
        let all = worst_first(&rows, &degrees, 0, 500);
        let paged: Vec<u32> = (0..8).flat_map(|page| worst_first(&rows, &degrees, 70 * page, 70)).collect();
        assert_eq!(paged, all);
        let degree = |row: &u32| degrees[*row as usize / 3];
        assert!(all.windows(2).all(|w| degree(&w[0]) > degree(&w[1]) || (degree(&w[0]) == degree(&w[1]) && w[0] < w[1])));
        assert!(worst_first(&rows, &degrees, 600, 70).is_empty() && worst_first(&[], &[], 0, 5).is_empty());
    }
}
