//! A model's predictions for a data set: one a row, in whatever form the file had them.

use straingauge_api::PredictionKind;

use crate::table::Entity;

/// Predictions that have met their rows.
#[derive(Debug, Clone)]
pub struct Predictions {
    /// One prediction a row of the data set.
    pub values: PredictedValues,
    /// The classes, in the order of the probabilities or of the codes; empty for scores and numbers whose classes only the
    /// labels know.
    pub classes: Vec<String>,
    /// Where `classes` come from.
    pub classes_from: ClassesFrom,
    /// The same classes as the file calls them: what the labels of another file are compared with.
    pub written: Vec<String>,
    /// The classes that the model decided for, where the file holds them beside scores.
    pub decisions: Option<Decisions>,
    /// The class that scores are of, where something says so.
    pub score_of: Option<String>,
}

/// The classes that a model decided for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decisions {
    /// Codes into `classes`, one a row; [`super::NO_CLASS`] where missing.
    pub codes: Vec<u32>,
    /// Their names, as the file writes them.
    pub classes: Vec<String>,
}

/// What was predicted, one entry a row of the data set.
#[derive(Debug, Clone)]
pub enum PredictedValues {
    /// `rows × classes.len()` probabilities; NaN throughout a missing row.
    Probabilities(Vec<f64>),
    /// P(positive class); NaN where missing.
    Score(Vec<f64>),
    /// Codes into `classes`; [`super::NO_CLASS`] where missing.
    Classes(Vec<u32>),
    /// Numbers; NaN where missing.
    Numbers(Vec<f64>),
    /// Named entities, sorted; `None` where missing.
    Entities(Vec<Option<Vec<Entity>>>),
}

/// Where the names of the classes come from, from the strongest to the weakest source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClassesFrom {
    /// The reader named them.
    Given,
    /// The prediction's columns or values are named like them.
    Columns,
    /// The sorted values of the label, as many as there are probabilities.
    Labels,
    /// Nobody: 0, 1, 2, … by position.
    Positions,
}

impl Predictions {
    /// Predictions without classes of their own.
    pub(super) fn plain(values: PredictedValues) -> Self {
        Self::of_classes(values, Vec::new(), ClassesFrom::Positions)
    }

    /// Predictions of classes that are called what the file calls them.
    pub(super) fn of_classes(values: PredictedValues, classes: Vec<String>, classes_from: ClassesFrom) -> Self {
        Self { values, written: classes.clone(), classes, classes_from, decisions: None, score_of: None }
    }

    /// Rows with a prediction.
    pub fn present(&self) -> usize {
        match &self.values {
            PredictedValues::Probabilities(values) => {
                values.chunks_exact(self.classes.len().max(1)).filter(|row| row.first().is_some_and(|p| !p.is_nan())).count()
            }
            PredictedValues::Score(values) | PredictedValues::Numbers(values) => values.iter().filter(|v| !v.is_nan()).count(),
            PredictedValues::Entities(rows) => rows.iter().flatten().count(),
            PredictedValues::Classes(codes) => codes.iter().filter(|&&c| c != super::NO_CLASS).count(),
        }
    }

    /// Those for some rows, in the given order.
    #[must_use]
    pub fn taken(&self, rows: &[u32]) -> Self {
        fn picked<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().filter_map(|&row| values.get(row as usize).copied()).collect()
        }
        let values = match &self.values {
            PredictedValues::Probabilities(values) => {
                let width = self.classes.len().max(1);
                let row = |&row: &u32| values.get(row as usize * width..(row as usize + 1) * width).unwrap_or(&[]).iter().copied();
                PredictedValues::Probabilities(rows.iter().flat_map(row).collect())
            }
            PredictedValues::Score(values) => PredictedValues::Score(picked(values, rows)),
            PredictedValues::Numbers(values) => PredictedValues::Numbers(picked(values, rows)),
            PredictedValues::Classes(codes) => PredictedValues::Classes(picked(codes, rows)),
            PredictedValues::Entities(entities) => {
                PredictedValues::Entities(rows.iter().map(|&row| entities.get(row as usize).cloned().flatten()).collect())
            }
        };
        let decided = |d: &Decisions| Decisions { codes: picked(&d.codes, rows), classes: d.classes.clone() };
        let decisions = self.decisions.as_ref().map(decided);
        Self { values, decisions, ..self.without_values() }
    }

    /// The same without a row.
    fn without_values(&self) -> Self {
        Self {
            values: PredictedValues::Numbers(Vec::new()),
            classes: self.classes.clone(),
            classes_from: self.classes_from,
            written: self.written.clone(),
            decisions: None,
            score_of: self.score_of.clone(),
        }
    }

    /// What they look like.
    pub fn kind(&self) -> PredictionKind {
        match self.values {
            PredictedValues::Probabilities(_) => PredictionKind::Probabilities,
            PredictedValues::Score(_) => PredictionKind::Score,
            PredictedValues::Classes(_) => PredictionKind::Class,
            PredictedValues::Numbers(_) => PredictionKind::Number,
            PredictedValues::Entities(_) => PredictionKind::Entities,
        }
    }
}
