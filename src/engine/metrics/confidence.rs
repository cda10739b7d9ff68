//! A class and a number beside it: the probability of the positive class, or how sure the model is of the class it names.

use straingauge_api::{ErrorDetails, Problem, ProblemLevel, Question, QuestionAbout, Reading};

use super::alignment::align;
use super::classes::sort;
use super::polarity::{counterpart, positive_class};
use super::{ClassesFrom, Decisions, NO_CLASS, PredictedValues, Predictions};
use crate::math::round12;
use crate::table::number_text;

/// Rows that may speak against a reading, as a share.
const ODD_ROWS: f64 = 0.01;
/// Rows that a cut of the scores must decide as the model did, for both to be one model's.
const ONE_MODEL: f64 = 0.9;

/// The same where a file has no other decision and no other score.
const MORE_THAN_CHANCE: f64 = 0.6;

/// A class and a score a row, as a file holds them.
pub struct ClassAndScore<'a> {
    /// Codes into `classes`; [`NO_CLASS`] where missing.
    pub codes: Vec<u32>,
    /// The classes, as the file writes them.
    pub classes: Vec<String>,
    /// One score a row, NaN where missing.
    pub scores: Vec<f64>,
    /// The sorted classes of the labels; empty where there are none.
    pub labels: &'a [String],
    /// The file.
    pub file: &'a str,
    /// The columns: of the class, of the score.
    pub columns: [&'a str; 2],
    /// Whether the score's name says a probability, rather than how sure the model is.
    pub says_probability: bool,
    /// Whether the file has no other decision and no other score.
    pub surely_together: bool,
    /// The one of the two that the reader named.
    pub said: Option<Said>,
}

/// The column that a reader named as the prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// That of the class: the score says how sure the model is of it.
    Class,
    /// That of the score: it is the probability of the positive class.
    Score,
}

/// A cut that parts the rows of two classes.
struct BestCut {
    /// The class above the cut.
    above: u32,
    /// The share of rows on the right side of it.
    agree: f64,
    /// The smallest score above it.
    cut: f64,
}

impl ClassAndScore<'_> {
    /// Reads both as one prediction; `None` where they are not one model's.
    pub fn read(self, problems: &mut Vec<Problem>, questions: &mut Vec<Question>) -> Option<Predictions> {
        let rows: Vec<(u32, f64)> =
            self.codes.iter().copied().zip(self.scores.iter().copied()).filter(|(c, s)| *c != NO_CLASS && !s.is_nan()).collect();
        if rows.is_empty() || rows.iter().any(|(_, s)| !(0.0..=1.0).contains(s)) {
            return None;
        }
        let aligned = align(&self.classes, self.labels).map_or_else(|| self.classes.clone(), |a| a.names);
        let mut all = self.labels.to_vec();
        all.extend(aligned.iter().filter(|name| !self.labels.contains(name)).cloned());
        sort(&mut all);
        all.dedup();
        let least = 1.0 / all.len().max(2) as f64 - 1e-6;
        let below = rows.iter().filter(|(_, s)| *s < least).count() as f64 / rows.len() as f64;
        let sure = below <= ODD_ROWS;
        if self.classes.len() > 2 || all.len() > 2 {
            if !sure {
                return None;
            }
            let text = format!(
                "{} of {} says how sure the model is of the class in {}. The probabilities of the other classes are not in the file: what needs them (log-loss, AUC, calibration) is not computed.",
                self.columns[1], self.file, self.columns[0]
            );
            problems.push(self.note("score_is_confidence", text, "Log a probability for every class (`top_k=None`) to have it."));
            return Some(Predictions::of_classes(PredictedValues::Classes(self.codes), self.classes, ClassesFrom::Columns));
        }
        let cut = best_cut(&rows);
        let parted = cut.as_ref().is_some_and(|c| c.agree >= 1.0);
        if sure && !(parted && self.says_probability) {
            match self.said {
                Some(Said::Score) => return Some(self.of_the_positive(problems)),
                Some(Said::Class) => {}
                None => questions.push(self.question(&aligned, &all)),
            }
            return Some(self.confidence(problems));
        }
        let least = if self.surely_together { MORE_THAN_CHANCE } else { ONE_MODEL };
        if cut.as_ref().is_some_and(|c| c.agree < least) {
            return None;
        }
        Some(self.probability(&aligned, &all, cut.as_ref(), problems))
    }

    /// The score is of the positive class, because the reader named it alone.
    fn of_the_positive(self, problems: &mut Vec<Problem>) -> Predictions {
        let [decided, scored] = self.columns;
        let text = format!(
            "{scored} of {} is read as the probability of the positive class, as predictionCol says; decisions are taken from {decided}.",
            self.file
        );
        problems.push(self.note("decisions_and_scores", text, "Set decisionThreshold to decide by the scores instead."));
        let mut predictions = Predictions::plain(PredictedValues::Score(self.scores));
        predictions.decisions = Some(Decisions { codes: self.codes, classes: self.classes });
        predictions
    }

    /// Asks whether the score is of the class that the row names, or of the positive class: the metrics differ.
    fn question(&self, aligned: &[String], all: &[String]) -> Question {
        let [decided, scored] = self.columns;
        let positive = positive_class(all, None, None).ok().map(|p| p.class);
        let at = self.codes.iter().zip(&self.scores).position(|(&code, s)| {
            !s.is_nan() && aligned.get(code as usize).is_some_and(|name| positive.as_ref().is_some_and(|p| p != name))
        });
        let at = at.or_else(|| self.scores.iter().position(|s| !s.is_nan())).unwrap_or(0);
        let class = self.codes.get(at).and_then(|&code| aligned.get(code as usize)).map_or("", String::as_str);
        let score = self.scores.get(at).copied().unwrap_or(f64::NAN);
        let of = positive.as_deref().unwrap_or("the positive class");
        let reading = |choice: &str, share: f64, what: &str| Reading {
            choice: choice.to_owned(),
            cell: format!("{class}, {}", number_text(score)),
            meaning: format!("{scored} is {what}: here {of} has {}", number_text(round12(share))),
        };
        let own = if class == of { score } else { 1.0 - score };
        Question {
            column: scored.to_owned(),
            about: QuestionAbout::Prediction,
            readings: vec![
                reading(decided, own, &format!("how sure the model is of the class in {decided}")),
                reading(scored, score, &format!("the probability of {of}")),
            ],
            reason: format!("no {scored} is under 0.5, whichever class {decided} names"),
        }
    }

    /// The score is of the class that the row names.
    fn confidence(self, problems: &mut Vec<Problem>) -> Predictions {
        let text = format!(
            "{} of {} is read as how sure the model is of the class in {}: none of it is under 0.5. The other class has 1 less it.",
            self.columns[1], self.file, self.columns[0]
        );
        let mend = format!("Name {} alone in predictionCol if it is the probability of the positive class.", self.columns[1]);
        problems.push(self.note("score_is_confidence", text, &mend));
        let mut names = self.classes.clone();
        if let [only] = names.as_slice() {
            names.push(counterpart(only, None));
        }
        sort(&mut names);
        let place: Vec<usize> = self.classes.iter().map(|class| names.iter().position(|n| n == class).unwrap_or(0)).collect();
        let mut values = Vec::with_capacity(self.scores.len() * 2);
        for (&code, &score) in self.codes.iter().zip(&self.scores) {
            match place.get(code as usize) {
                Some(0) => values.extend([score, 1.0 - score]),
                Some(_) => values.extend([1.0 - score, score]),
                None => values.extend([f64::NAN; 2]),
            }
        }
        let mut predictions = Predictions::of_classes(PredictedValues::Probabilities(values), names, ClassesFrom::Columns);
        predictions.decisions = Some(Decisions { codes: self.codes, classes: self.classes });
        predictions
    }

    /// The score is of the class that has the higher ones, and the other column holds what was decided.
    fn probability(self, aligned: &[String], all: &[String], cut: Option<&BestCut>, problems: &mut Vec<Problem>) -> Predictions {
        let [decided, scored] = self.columns;
        let of = cut.and_then(|c| aligned.get(c.above as usize).cloned());
        let text = match cut {
            Some(cut) if cut.agree >= 1.0 => format!(
                "Decisions are taken from {decided} and scores from {scored} of {}: they agree at a cut of {}.",
                self.file,
                number_text(cut.cut)
            ),
            Some(cut) => format!(
                "Decisions are taken from {decided} and scores from {scored} of {}. No cut gives these decisions; {} gives {:.1} % of them.",
                self.file,
                number_text(cut.cut),
                cut.agree * 100.0
            ),
            None => format!("Decisions are taken from {decided} and scores from {scored} of {}; all decisions are one class.", self.file),
        };
        problems.push(self.note("decisions_and_scores", text, "Set decisionThreshold to decide by the scores instead."));
        // A model whose scores are of the other class is turned round when the positive class is chosen.
        let of = of.filter(|_| all.len() == 2 && positive_class(all, None, None).is_ok());
        let mut predictions = Predictions::plain(PredictedValues::Score(self.scores));
        predictions.decisions = Some(Decisions { codes: self.codes, classes: self.classes });
        predictions.score_of = of;
        predictions
    }

    fn note(&self, code: &str, message: String, mend: &str) -> Problem {
        note(code, message, self.file, Some(self.columns[1]), mend)
    }
}

/// Something worth knowing of a file.
pub fn note(code: &str, message: String, file: &str, column: Option<&str>, mend: &str) -> Problem {
    let details = ErrorDetails { file: Some(file.to_owned()), row: None, column: column.map(str::to_owned), mend: Some(mend.to_owned()) };
    Problem { code: code.to_owned(), level: ProblemLevel::Note, message, count: 0, details, examples: Vec::new() }
}

/// The cut that parts two classes best; `None` where the rows have only one.
fn best_cut(rows: &[(u32, f64)]) -> Option<BestCut> {
    let (first, second) = (rows.first()?.0, rows.iter().find(|(c, _)| Some(*c) != rows.first().map(|r| r.0))?.0);
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    let total = sorted.len();
    let above_all = sorted.iter().filter(|(c, _)| *c == second).count();
    // Rows below the cut that are of the first class, and rows above it that are of the second: `right`.
    let mut best: Option<BestCut> = None;
    let (mut right, mut before) = (above_all, f64::NEG_INFINITY);
    let mut keep = |above: u32, right: usize, cut: f64| {
        let agree = right as f64 / total.max(1) as f64;
        if best.as_ref().is_none_or(|b| agree > b.agree) {
            best = Some(BestCut { above, agree, cut });
        }
    };
    for &(class, score) in &sorted {
        if score > before {
            keep(second, right, score);
            keep(first, total - right, score);
            before = score;
        }
        if class == first {
            right += 1;
        } else {
            right -= 1;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(classes: &[&str], rows: &[(u32, f64)], labels: &[String]) -> (Option<Predictions>, Vec<Problem>) {
        let mut problems = Vec::new();
        let both = ClassAndScore {
            codes: rows.iter().map(|r| r.0).collect(),
            classes: classes.iter().map(|c| (*c).to_owned()).collect(),
            scores: rows.iter().map(|r| r.1).collect(),
            labels,
            file: "p.csv",
            columns: ["label", "score"],
            says_probability: false,
            surely_together: false,
            said: None,
        };
        (both.read(&mut problems, &mut Vec::new()), problems)
    }

    #[test]
    fn a_score_never_under_a_half_is_confidence() {
        let (read, problems) = read(&["POSITIVE", "NEGATIVE"], &[(0, 0.9), (1, 0.8), (1, 0.6), (0, 0.55)], &[]);
        let predictions = read.unwrap();
        assert_eq!(predictions.classes, ["NEGATIVE", "POSITIVE"]);
        let PredictedValues::Probabilities(values) = predictions.values else { panic!() };
        assert!((values[1] - 0.9).abs() < 1e-12 && (values[3] - 0.2).abs() < 1e-12);
        assert_eq!(problems[0].code, "score_is_confidence");
    }

    #[test]
    fn a_score_on_both_sides_of_a_half_is_of_one_class() {
        let rows = [(0, 0.1), (0, 0.4), (0, 0.59), (1, 0.6), (1, 0.95)];
        let (read, problems) = read(&["no", "yes"], &rows, &[]);
        let predictions = read.unwrap();
        assert_eq!((predictions.score_of.as_deref(), predictions.decisions.map(|d| d.codes)), (Some("yes"), Some(vec![0, 0, 0, 1, 1])));
        assert!(problems[0].message.contains("a cut of 0.6"), "{}", problems[0].message);
    }

    #[test]
    fn strangers_are_not_read_together() {
        let rows: Vec<(u32, f64)> = (0..100u32).map(|i| (i % 2, f64::from(i) / 100.0)).collect();
        assert!(read(&["no", "yes"], &rows, &[]).0.is_none());
    }

    #[test]
    fn of_several_classes_only_the_decision_is_known() {
        let (read, problems) = read(&["a", "b", "c"], &[(0, 0.4), (1, 0.5), (2, 0.9)], &[]);
        assert!(matches!(read.unwrap().values, PredictedValues::Classes(_)));
        assert!(problems[0].message.contains("AUC"));
    }
}
