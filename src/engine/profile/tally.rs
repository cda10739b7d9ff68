//! What is counted of truth and prediction in a set of rows: sums from which every metric and its standard error follow.
//!
//! Tallies of disjoint rows add, and a part may be taken from a whole: `tally(a ∪ b) = tally(a) + tally(b)`.

use super::areas::ExactAreas;
use super::model::{Form, ModelFrame};

/// Sums over rows of powers of their losses and predictions; the meaning of each place depends on the form of the prediction.
pub mod sums {
    /// Places for scores of two classes.
    pub mod score {
        /// Log-loss, squared, cubed.
        pub const LOG_LOSS: usize = 0;
        /// Brier loss, squared, cubed.
        pub const BRIER: usize = 3;
        /// Largest class probability, squared, cubed.
        pub const CONFIDENCE: usize = 6;
        /// Confident beyond the threshold.
        pub const CONFIDENT: usize = 9;
        /// Score, to the powers 1 to 4.
        pub const SCORE: usize = 10;
        /// The same where the label is positive.
        pub const POSITIVE: usize = 14;
        /// Calibrated probability that the prediction is right, squared, cubed.
        pub const EXPECTED: usize = 18;
        /// Largest class probability less 1 where the prediction is right, squared, cubed; over labelled rows.
        pub const OVERCONFIDENCE: usize = 21;
        /// Score, to the powers 1 to 4, where the label is negative.
        pub const NEGATIVE: usize = 24;
        /// Places.
        pub const LEN: usize = 28;
        /// Places in version 1 of the stored form, which summed the powers by predicted class.
        pub const LEN_OF_VERSION_1: usize = 24;
    }
    /// Places for a probability a class.
    pub mod probabilities {
        /// Log-loss, squared, cubed.
        pub const LOG_LOSS: usize = 0;
        /// Largest class probability, squared, cubed.
        pub const CONFIDENCE: usize = 3;
        /// Confident beyond the threshold.
        pub const CONFIDENT: usize = 6;
        /// True class among the k most probable.
        pub const TOP_K: usize = 7;
        /// Calibrated probability that the prediction is right, squared, cubed.
        pub const EXPECTED: usize = 8;
        /// Largest class probability less 1 where the prediction is right, squared, cubed; over labelled rows.
        pub const OVERCONFIDENCE: usize = 11;
        /// Places.
        pub const LEN: usize = 14;
    }
    /// Places for numbers: e is prediction − label, z the label and q the prediction in label sds around the reference's mean.
    pub mod numbers {
        /// e, e², e³.
        pub const ERROR: usize = 0;
        /// e², e⁴, e⁶.
        pub const SQUARED: usize = 3;
        /// |e|, e², |e|³.
        pub const ABSOLUTE: usize = 6;
        /// Squared difference of ln(1 + x), squared, cubed.
        pub const LOGARITHMIC: usize = 9;
        /// |e / label|, squared, cubed.
        pub const PERCENTAGE: usize = 12;
        /// z to the powers 1 to 6.
        pub const LABEL: usize = 15;
        /// e²·z to the powers 1 to 4.
        pub const SQUARED_LABEL: usize = 21;
        /// e⁴·z, e⁴·z².
        pub const FOURTH_LABEL: usize = 25;
        /// q to the powers 1 to 4.
        pub const PREDICTION: usize = 27;
        /// Places.
        pub const LEN: usize = 31;
    }
    /// Places for queries; a query's part in a cell weighs as much as its share w of the query's rows.
    pub mod queries {
        /// w, w², w·x, w·x², w·x³ of the reciprocal rank x.
        pub const RECIPROCAL_RANK: usize = 0;
        /// The same of NDCG.
        pub const NDCG: usize = 5;
        /// The same of the rank correlation.
        pub const RANK_CORRELATION: usize = 10;
        /// w·x, w·x², w·x³ of the mean place x of the part's rows.
        pub const PLACE: usize = 15;
        /// Places.
        pub const LEN: usize = 18;
    }
    /// Places for named entities.
    pub mod entities {
        /// Monomials of degree 1 to 3 of entities found, named and true, over labelled rows (see `monomials`).
        pub const FOUND: usize = 0;
        /// Entities named, squared, cubed, over all rows.
        pub const NAMED: usize = 19;
        /// Places.
        pub const LEN: usize = 22;
    }
}

/// Products of up to three of three numbers, in the order x, y, z, xx, xy, xz, yy, yz, zz, xxx, xxy, xxz, xyy, xyz, xzz, yyy, yyz, yzz, zzz.
pub fn monomials(numbers: [f64; 3]) -> [f64; 19] {
    let [x, y, z] = numbers;
    let (xx, yy, zz) = (x * x, y * y, z * z);
    let (xy, xz, yz) = (x * y, x * z, y * z);
    [x, y, z, xx, xy, xz, yy, yz, zz, xx * x, xx * y, xx * z, x * yy, xy * z, x * zz, yy * y, yy * z, y * zz, zz * z]
}

/// Σh, Σh², Σh³ of the linear form h with these coefficients, from sums of [`monomials`].
pub fn form_powers(sums: &[f64], coefficients: [f64; 3]) -> [f64; 3] {
    const TIMES: [f64; 19] = [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 1.0, 2.0, 1.0, 1.0, 3.0, 3.0, 3.0, 6.0, 3.0, 1.0, 3.0, 3.0, 1.0];
    let mut out = [0.0; 3];
    for (i, ((sum, c), times)) in sums.iter().zip(monomials(coefficients)).zip(TIMES).enumerate() {
        let degree = if i < 3 { 0 } else { 1 + usize::from(i >= 9) };
        if let Some(slot) = out.get_mut(degree) {
            *slot += sum * c * times;
        }
    }
    out
}

/// How many rows, and how much they count.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mass {
    /// Rows.
    pub rows: u64,
    /// Sum of their weights.
    pub weight: f64,
    /// Sum of their squared weights, times the design effect of their grouping.
    pub squares: f64,
}

impl Mass {
    /// The number of independent, equally weighted rows that would tell as much (Kish 1965).
    pub fn effective(&self) -> f64 {
        if self.squares > 0.0 { self.weight * self.weight / self.squares } else { 0.0 }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.weight += other.weight;
        self.squares += other.squares;
    }

    fn take(&mut self, other: &Self) {
        self.rows = self.rows.saturating_sub(other.rows);
        self.weight = (self.weight - other.weight).max(0.0);
        self.squares = (self.squares - other.squares).max(0.0);
    }
}

/// Truth and prediction of a set of rows, as sums.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutcomeTally {
    /// All rows, with or without outcome.
    pub rows: u64,
    /// Rows with a prediction and a label.
    pub labelled: Mass,
    /// Rows with a prediction.
    pub predicted: Mass,
    /// Weight of the rows whose predicted class is the true one.
    pub correct: f64,
    /// Sums by place, see [`sums`].
    pub sums: Vec<f64>,
    /// Confusion matrix, true class by row; empty where there are too many classes.
    pub confusion: Vec<f64>,
    /// Weight of the predicted rows by predicted class.
    pub predicted_as: Vec<f64>,
    /// Score histogram, first of rows that are negative (two classes) or wrong (several), then of those positive or right.
    pub scores: Vec<f64>,
    /// Histograms of each class's probability by true class, class by class; empty where there are too many classes.
    pub class_scores: Vec<f64>,
    /// Weight, Σu, Σu², Σu³ by true class, u a row's placements among the reference's other classes (for the one-vs-one AUC).
    pub placements: Vec<[f64; 4]>,
    /// Exact areas under the curves, where the scores were at hand; `None` after a sum or a difference.
    pub areas: Option<ExactAreas>,
}

impl OutcomeTally {
    /// A tally of no rows.
    pub fn empty(frame: &ModelFrame) -> Self {
        Self::of_shape(frame, frame.subset_confusion())
    }

    pub(super) fn of_shape(frame: &ModelFrame, confusion: bool) -> Self {
        let classes = frame.classes.len();
        let cells = frame.score_cells();
        let placed = frame.placed_classes();
        Self {
            sums: vec![0.0; frame.form.places()],
            confusion: vec![0.0; if confusion { classes * classes } else { 0 }],
            predicted_as: vec![0.0; classes],
            scores: vec![0.0; 2 * cells],
            class_scores: vec![0.0; frame.class_score_slots()],
            placements: vec![[0.0; 4]; placed],
            ..Self::default()
        }
    }

    /// Adds the rows of another tally of the same frame.
    pub fn add(&mut self, other: &Self) {
        if self.rows == 0 {
            self.areas.clone_from(&other.areas);
        } else if other.rows > 0 {
            self.areas = None;
        }
        self.rows += other.rows;
        self.labelled.add(&other.labelled);
        self.predicted.add(&other.predicted);
        self.correct += other.correct;
        let each = |a: &mut Vec<f64>, b: &Vec<f64>| a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        each(&mut self.sums, &other.sums);
        each(&mut self.confusion, &other.confusion);
        each(&mut self.predicted_as, &other.predicted_as);
        each(&mut self.scores, &other.scores);
        each(&mut self.class_scores, &other.class_scores);
        for (a, b) in self.placements.iter_mut().zip(&other.placements) {
            a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        }
        if self.confusion.len() != other.confusion.len() {
            self.confusion.clear();
        }
    }

    /// The rows of `self` that are not among those of `part`, which must all be rows of `self`.
    #[must_use]
    pub fn without(&self, part: &Self) -> Self {
        let mut out = self.clone();
        if part.rows > 0 {
            out.areas = None;
        }
        out.rows = out.rows.saturating_sub(part.rows);
        out.labelled.take(&part.labelled);
        out.predicted.take(&part.predicted);
        out.correct = (out.correct - part.correct).max(0.0);
        out.sums.iter_mut().zip(&part.sums).for_each(|(a, b)| *a -= b);
        let each = |a: &mut Vec<f64>, b: &Vec<f64>| a.iter_mut().zip(b).for_each(|(x, y)| *x = (*x - y).max(0.0));
        each(&mut out.confusion, &part.confusion);
        each(&mut out.predicted_as, &part.predicted_as);
        each(&mut out.scores, &part.scores);
        each(&mut out.class_scores, &part.class_scores);
        for (a, b) in out.placements.iter_mut().zip(&part.placements) {
            a.iter_mut().zip(b).for_each(|(x, y)| *x -= y);
        }
        if out.confusion.len() != part.confusion.len() {
            out.confusion.clear();
        }
        out
    }

    /// The rows of both.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let mut out = self.clone();
        out.add(other);
        out
    }

    /// Powers of scores that version 1 summed by predicted class are unknown by true class.
    fn bring_up(&mut self, version: u8) {
        if version < 2 && self.sums.len() == sums::score::LEN_OF_VERSION_1 {
            self.sums.resize(sums::score::LEN, f64::NAN);
            self.sums.iter_mut().skip(sums::score::POSITIVE).take(4).for_each(|s| *s = f64::NAN);
        }
    }

    /// The same rows without their exact areas, to be compared with a sum or a difference.
    #[must_use]
    pub fn by_cells(&self) -> Self {
        Self { areas: None, ..self.clone() }
    }

    /// The score histograms of negative (wrong) and of positive (right) rows.
    pub fn histograms(&self) -> (&[f64], &[f64]) {
        self.scores.split_at(self.scores.len() / 2)
    }
}

impl Form {
    /// Places of [`OutcomeTally::sums`].
    pub fn places(self) -> usize {
        match self {
            Self::Classes => 0,
            Self::Score => sums::score::LEN,
            Self::Probabilities => sums::probabilities::LEN,
            Self::Numbers => sums::numbers::LEN,
            Self::Queries => sums::queries::LEN,
            Self::Entities => sums::entities::LEN,
        }
    }
}

crate::stored::stored!(struct Mass { rows, weight, squares });
crate::stored::stored!(struct OutcomeTally {
    rows, labelled, predicted, correct, sums, confusion, predicted_as, scores, class_scores, placements
} without { areas: None } brought_up_by bring_up);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_a_linear_form() {
        let rows = [[1.0, 2.0, 3.0], [0.0, 1.0, 4.0], [2.0, 2.0, 2.0]];
        let mut sums = [0.0; 19];
        for row in rows {
            sums.iter_mut().zip(monomials(row)).for_each(|(s, m)| *s += m);
        }
        let h = rows.map(|[x, y, z]| 2.0 * x - 0.5 * y - 0.25 * z);
        let want: Vec<f64> = [|h: f64| h, |h: f64| h * h, |h: f64| h * h * h].map(|power| h.into_iter().map(power).sum()).to_vec();
        form_powers(&sums, [2.0, -0.5, -0.25]).iter().zip(want).for_each(|(a, b)| assert!((a - b).abs() < 1e-12, "{a} {b}"));
    }
}
