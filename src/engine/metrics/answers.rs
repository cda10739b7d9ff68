//! Predictions as evidence of which column is the truth.

use super::{PredictedValues, Predictions};
use crate::table::{AnswerForm, Answers};

impl Predictions {
    /// What the model answered, row by row, under the name of its column; `None` for lists of entities.
    pub fn answers(&self, name: &str) -> Option<Answers> {
        let class = |code: u32| self.classes.get(code as usize).cloned();
        let form = match &self.values {
            PredictedValues::Probabilities(values) => {
                let rows = values.chunks_exact(self.classes.len().max(1)).map(|row| {
                    let known = !row.iter().any(|p| p.is_nan());
                    let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
                    best.filter(|_| known).and_then(|(at, _)| class(at as u32))
                });
                AnswerForm::Classes(rows.collect())
            }
            PredictedValues::Score(values) => AnswerForm::Scores(values.clone()),
            PredictedValues::Numbers(values) => AnswerForm::Numbers(values.clone()),
            PredictedValues::Classes(codes) => AnswerForm::Classes(codes.iter().map(|&code| class(code)).collect()),
            PredictedValues::Entities(_) => return None,
        };
        Some(Answers { name: name.to_owned(), form })
    }
}
