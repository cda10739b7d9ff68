//! What was true and what the model said, row by row, in one form a task.

use straingauge_api::ModelTask;

/// The code of a row without a class.
pub const NO_CLASS: u32 = u32::MAX;

/// Truth and prediction of every row of a data set.
#[derive(Debug, Clone)]
pub struct Outcomes {
    /// The task.
    pub task: ModelTask,
    /// The classes, shared by both sides of a run: in the order of the probabilities, then by name. Empty for numbers.
    /// Binary: the negative class first, the positive second.
    pub classes: Vec<String>,
    /// The truth.
    pub truth: Truth,
    /// What the model said.
    pub prediction: Prediction,
    /// What each row counts; 1 where absent.
    pub weights: Option<Vec<f64>>,
    /// Rows that belong together share a number; every row on its own where absent. For ranking, the rows of a query.
    pub groups: Option<Vec<u32>>,
}

/// The truth of every row.
#[derive(Debug, Clone)]
pub enum Truth {
    /// No labels at all.
    None,
    /// Codes into `classes`; [`NO_CLASS`] where a row has no label.
    Classes(Vec<u32>),
    /// Numbers; NaN where a row has no label.
    Numbers(Vec<f64>),
    /// Named entities: how many a row has (NaN where it has no label), and how many of those the prediction names.
    Entities {
        /// Entities of the row.
        count: Vec<f64>,
        /// Those that the model found: same type, same offsets.
        found: Vec<f64>,
    },
}

/// What the model said of every row.
#[derive(Debug, Clone)]
pub enum Prediction {
    /// No predictions.
    None,
    /// Codes into `classes`; [`NO_CLASS`] where a row has no prediction.
    Classes(Vec<u32>),
    /// P(positive class), NaN where missing, and the class at the cut (score ≥ cut is positive).
    Score {
        /// P(positive class).
        score: Vec<f64>,
        /// The class at the cut.
        class: Vec<u32>,
        /// The cut.
        cut: f64,
    },
    /// A probability a class, row after row, and the most probable class (the first of equals).
    Probabilities {
        /// `rows × classes.len()` values; NaN throughout a missing row.
        values: Vec<f64>,
        /// The most probable class.
        class: Vec<u32>,
    },
    /// Numbers, or how many entities are named; NaN where missing.
    Numbers(Vec<f64>),
}

impl Outcomes {
    /// Rows.
    pub fn rows(&self) -> usize {
        match (&self.prediction, &self.truth) {
            (Prediction::Classes(c) | Prediction::Score { class: c, .. } | Prediction::Probabilities { class: c, .. }, _)
            | (Prediction::None, Truth::Classes(c)) => c.len(),
            (Prediction::Numbers(v), _) | (Prediction::None, Truth::Numbers(v) | Truth::Entities { count: v, .. }) => v.len(),
            (Prediction::None, Truth::None) => 0,
        }
    }

    /// Some of the rows, in the given order; row numbers beyond the last are left out.
    pub fn select(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().filter_map(|&row| values.get(row as usize).copied()).collect()
        }
        let truth = match &self.truth {
            Truth::None => Truth::None,
            Truth::Classes(codes) => Truth::Classes(pick(codes, rows)),
            Truth::Numbers(values) => Truth::Numbers(pick(values, rows)),
            Truth::Entities { count, found } => Truth::Entities { count: pick(count, rows), found: pick(found, rows) },
        };
        let prediction = match &self.prediction {
            Prediction::None => Prediction::None,
            Prediction::Classes(codes) => Prediction::Classes(pick(codes, rows)),
            Prediction::Score { score, class, cut } => Prediction::Score { score: pick(score, rows), class: pick(class, rows), cut: *cut },
            Prediction::Probabilities { values, class } => {
                let width = self.classes.len();
                let of = |row: &u32| values.get(*row as usize * width..(*row as usize + 1) * width).unwrap_or(&[]);
                Prediction::Probabilities { values: rows.iter().flat_map(of).copied().collect(), class: pick(class, rows) }
            }
            Prediction::Numbers(values) => Prediction::Numbers(pick(values, rows)),
        };
        Self {
            task: self.task,
            classes: self.classes.clone(),
            truth,
            prediction,
            weights: self.weights.as_ref().map(|w| pick(w, rows)),
            groups: self.groups.as_ref().map(|g| pick(g, rows)),
        }
    }

    /// The predicted class of every row, where the task has classes.
    pub fn predicted_classes(&self) -> Option<&[u32]> {
        match &self.prediction {
            Prediction::Classes(class) | Prediction::Score { class, .. } | Prediction::Probabilities { class, .. } => Some(class),
            Prediction::None | Prediction::Numbers(_) => None,
        }
    }
}
