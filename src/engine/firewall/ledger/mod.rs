//! The row ledger: what a bin remembers of its rows so that labels can be joined to them when they come, without the data.
//!
//! Of every row: a keyed hash of its id, what the model said, and into which cells it falls. That is all that counts of truth and prediction
//! are made of, so a bin whose labels came late is counted as one that had them from the start. Pearson's correlation with the label needs
//! the values themselves and is left out; nothing is judged by it.

mod firewall;
mod joining;
mod numbers;
mod siphash;

pub use firewall::key;
pub use joining::{Joined, Labels};
pub use siphash::Key;

use self::numbers::Numbers;
use super::baseline::Baseline;
use crate::metrics::{NO_CLASS, OutcomeForm, Outcomes, Prediction, Truth};
use crate::profile::rules::{Whose, failing_rows, tally};
use crate::profile::{
    Frame, ModelProfile, NO_CELL, PairFrame, PairRows, PairSide, Profile, RowOutcomes, Sampling, SubsetProfile, count_cells, label_column,
};
use crate::stress::Side;
use crate::table::{Column, Values};
use crate::text::TextFeature;
use crate::{Error, Result};

/// What the rows' predictions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    None,
    Classes,
    Score,
    Probabilities,
    Numbers,
}

/// What a bin remembers of its rows. Lists have an entry a row; those of features, rules and pairs are in the order of the frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// Hashes of the ids; 0 for a row without one.
    ids: Vec<u64>,
    said: Said,
    /// What the model said: a class's code, a score, a number, or so many probabilities a row.
    predictions: Numbers,
    /// Labels known so far: a class's code or a number.
    labels: Numbers,
    weights: Option<Numbers>,
    groups: Option<Vec<u32>>,
    /// Cells of the subsets by each feature; empty where there are none.
    subsets: Vec<Vec<u16>>,
    /// Cells of the crossings.
    crossings: Vec<Vec<u16>>,
    /// Cells of the features that are paired with the label.
    paired: Vec<Vec<u16>>,
    /// Rows that fail each rule of each feature, each pair's and each embedding's.
    failing: Vec<Vec<u32>>,
}

crate::stored::stored!(enum Said { 0 = None, 1 = Classes, 2 = Score, 3 = Probabilities, 4 = Numbers });
crate::stored::stored!(struct Ledger { ids, said, predictions, labels, weights, groups, subsets, crossings, paired, failing });

/// A code as a number; NaN for none.
fn coded(codes: &[u32]) -> Vec<f64> {
    codes.iter().map(|&c| if c == NO_CLASS { f64::NAN } else { f64::from(c) }).collect()
}

fn code(number: f64) -> u32 {
    if number.is_nan() { NO_CLASS } else { number as u32 }
}

fn labelled_pairs(frame: &Frame) -> impl Iterator<Item = (usize, &PairFrame, usize)> {
    frame.pairs.iter().enumerate().filter_map(|(at, pair)| match (pair.a, pair.b) {
        (PairSide::Feature(feature), PairSide::Label) => Some((at, pair, feature)),
        _ => None,
    })
}

impl Ledger {
    /// Remembers the rows of a bin.
    ///
    /// # Errors
    /// `no_id_column` where the data do not have one; `ledger_unsupported` for named entities, whose labels are spans of a text that is not
    /// kept.
    pub fn of(baseline: &Baseline, side: &Side, key: Key) -> Result<Self> {
        let (frame, outcomes) = (&*baseline.frame, &*side.outcomes);
        if matches!(outcomes.truth, Truth::Entities { .. })
            || frame.model.as_ref().is_some_and(|m| m.form == crate::profile::Form::Entities)
        {
            return Err(Error::new("ledger_unsupported", "A ledger cannot remember named entities: their labels are spans of the text.")
                .mend("Drop the labelled file again instead."));
        }
        let ids = ids(baseline, &side.dataset, key)?;
        let (said, predictions) = match &outcomes.prediction {
            Prediction::None => (Said::None, Vec::new()),
            Prediction::Classes(class) => (Said::Classes, coded(class)),
            Prediction::Score { score, .. } => (Said::Score, score.clone()),
            Prediction::Probabilities { values, .. } => (Said::Probabilities, values.clone()),
            Prediction::Numbers(values) => (Said::Numbers, values.clone()),
        };
        let labels = match &outcomes.truth {
            Truth::Classes(class) => coded(class),
            Truth::Numbers(values) => values.clone(),
            Truth::None | Truth::Entities { .. } => vec![f64::NAN; ids.len()],
        };
        let column = |at: usize| side.columns.get(at).and_then(Option::as_deref);
        let cells = |at: usize| frame.columns.get(at).map(|f| f.count(column(at), &Sampling::default()).1).unwrap_or_default();
        let subset = |(at, cut): (usize, &Option<_>)| {
            let cut: Option<&crate::profile::SubsetFrame> = Option::as_ref(cut);
            cut.zip(column(at)).map(|(cut, column)| cut.cells_of(column)).unwrap_or_default()
        };
        let crossing = |group: &crate::profile::GroupFrame| {
            let cuts: Vec<_> = group.features.iter().filter_map(|&i| frame.subsets.get(i)?.as_ref()).collect();
            let columns: Vec<&Column> = group.features.iter().filter_map(|&i| column(i)).collect();
            group.cells_of(&cuts, &columns).unwrap_or_default()
        };
        let mut failing = Vec::new();
        for ((at, rules), of) in frame.rules.features.iter().enumerate().zip(&frame.columns) {
            let unseen = TextFeature::UnseenTokenShare.column(&of.name);
            let unseen = baseline.features.iter().position(|f| f.name == unseen).and_then(column);
            let rows = |rule| column(at).map(|values| failing_rows(rule, rules, of, values, unseen, Whose::Other).0);
            failing.extend(rules.rules.iter().map(|rule| rows(rule).unwrap_or_default()));
        }
        for rule in &frame.rules.pairs {
            let sides = frame.pairs.get(rule.pair).and_then(|pair| match (pair.a, pair.b) {
                (PairSide::Feature(a), PairSide::Feature(b)) => Some(rule.failing_rows(pair, &cells(a), &cells(b), Whose::Other)),
                _ => None,
            });
            failing.push(sides.unwrap_or_default());
        }
        for embedding in &frame.embeddings {
            let lists = side.dataset.table.column(&embedding.name).map(|c| &c.values);
            let beyond = |row: &u32| matches!(lists, Some(Values::List(l)) if embedding.distance(l.row(*row as usize)) > embedding.cut);
            failing.push((0..ids.len() as u32).filter(beyond).collect());
        }
        Ok(Self {
            ids,
            said,
            predictions: Numbers(predictions),
            labels: Numbers(labels),
            weights: outcomes.weights.clone().map(Numbers),
            groups: outcomes.groups.clone(),
            subsets: frame.subsets.iter().enumerate().map(subset).collect(),
            crossings: frame.groups.iter().map(crossing).collect(),
            paired: labelled_pairs(frame).map(|(_, _, feature)| cells(feature)).collect(),
            failing,
        })
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.ids.len()
    }

    /// Rows with a label.
    pub fn labelled(&self) -> u64 {
        self.labels.0.iter().filter(|x| !x.is_nan()).count() as u64
    }

    /// These rows, and behind them those of another batch of the same bin.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        let (n, m) = (self.rows(), other.rows());
        // What one of them lacks is missing in its rows.
        let width = |l: &Self, rows: usize| l.predictions.0.len() / rows.max(1);
        let wide = width(&self, n).max(width(&other, m));
        let padded = |numbers: &mut Vec<f64>, rows: usize| numbers.resize(rows * wide, f64::NAN);
        padded(&mut self.predictions.0, n);
        self.predictions.0.extend(other.predictions.0);
        padded(&mut self.predictions.0, n + m);
        self.said = self.said.max(other.said);
        self.labels.0.extend(other.labels.0);
        if self.weights.is_some() || other.weights.is_some() {
            let mut weights = self.weights.take().map_or_else(|| vec![1.0; n], |w| w.0);
            weights.extend(other.weights.map_or_else(|| vec![1.0; m], |w| w.0));
            self.weights = Some(Numbers(weights));
        }
        if let (Some(mine), Some(theirs)) = (&mut self.groups, other.groups) {
            // Groups are numbered batch by batch.
            let next = mine.iter().max().map_or(0, |g| g + 1);
            mine.extend(theirs.into_iter().map(|g| g + next));
        } else {
            self.groups = None;
        }
        let lists = [(&mut self.subsets, other.subsets), (&mut self.crossings, other.crossings), (&mut self.paired, other.paired)];
        for (mine, theirs) in lists {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                if !mine.is_empty() || !theirs.is_empty() {
                    mine.resize(n, NO_CELL);
                    mine.extend(theirs);
                    mine.resize(n + m, NO_CELL);
                }
            }
        }
        for (mine, theirs) in self.failing.iter_mut().zip(other.failing) {
            mine.extend(theirs.into_iter().map(|row| row + n as u32));
        }
        self.ids.extend(other.ids);
        self
    }

    /// Truth and prediction of the rows, in the form of the baseline.
    pub fn outcomes(&self, form: &OutcomeForm) -> Outcomes {
        let numbers = &self.predictions.0;
        let codes = |numbers: &[f64]| numbers.iter().map(|&x| code(x)).collect::<Vec<u32>>();
        let prediction = match self.said {
            Said::None => Prediction::None,
            Said::Classes => Prediction::Classes(codes(numbers)),
            Said::Score => {
                let class = |&s: &f64| if s.is_nan() { NO_CLASS } else { u32::from(s >= form.cut) };
                Prediction::Score { class: numbers.iter().map(class).collect(), score: numbers.clone(), cut: form.cut }
            }
            Said::Probabilities => {
                let most = |row: &[f64]| {
                    let of = row.iter().enumerate().filter(|(_, p)| !p.is_nan());
                    // The first of equals.
                    of.reduce(|a, b| if b.1 > a.1 { b } else { a }).map_or(NO_CLASS, |(class, _)| class as u32)
                };
                let class = numbers.chunks_exact(form.classes.len().max(1)).map(most).collect();
                Prediction::Probabilities { values: numbers.clone(), class }
            }
            Said::Numbers => Prediction::Numbers(numbers.clone()),
        };
        let truth = match (self.labelled(), form.classes.is_empty()) {
            (0, _) => Truth::None,
            (_, true) => Truth::Numbers(self.labels.0.clone()),
            (_, false) => Truth::Classes(codes(&self.labels.0)),
        };
        Outcomes {
            task: form.task,
            classes: form.classes.clone(),
            truth,
            prediction,
            weights: self.weights.as_ref().map(|w| w.0.clone()),
            groups: self.groups.clone(),
        }
    }

    /// Counts anew what labels have a part in, in the profile of these rows, and settles it.
    pub fn recount(&self, baseline: &Baseline, profile: &mut Profile) {
        let (frame, outcomes) = (&*baseline.frame, self.outcomes(&baseline.form));
        let sampling = Sampling::of(&outcomes);
        let mut label_cells = Vec::new();
        if let Some(label) = &frame.label {
            let (counted, cells) = label.count(label_column(&outcomes).as_deref(), &sampling);
            (profile.label, label_cells) = (Some(counted), cells);
        }
        for ((at, pair, _), cells) in labelled_pairs(frame).zip(&self.paired) {
            let rows = |cells| PairRows { cells, values: None };
            if let Some(slot) = profile.pairs.get_mut(at) {
                *slot = pair.count(rows(cells), rows(&label_cells), &sampling);
            }
        }
        let Some(model) = &frame.model else { return };
        let coded = RowOutcomes::code_rows(model, &outcomes, self.rows());
        profile.model = Some(ModelProfile::count(model, &outcomes, &coded));
        for ((slot, cut), cells) in profile.subsets.iter_mut().zip(&frame.subsets).zip(&self.subsets) {
            if let (Some(slot), Some(cut)) = (slot, cut) {
                let nowhere = vec![NO_CELL; self.rows()];
                let cells = if cells.is_empty() { &nowhere } else { cells };
                *slot = SubsetProfile { cells: count_cells(model, &coded, cells, cut.cells(), model.subset_confusion()), present: None };
            }
        }
        for ((slot, group), cells) in profile.groups.iter_mut().zip(&frame.groups).zip(&self.crossings) {
            *slot = group.count(model, Some(cells.clone()).filter(|c| !c.is_empty()), &coded);
        }
        let rules = profile.rules.features.iter_mut().flatten().chain(&mut profile.rules.pairs);
        let counts = rules.chain(profile.embeddings.iter_mut().map(|e| &mut e.anomalies));
        for (count, rows) in counts.zip(&self.failing) {
            if count.outcomes.is_some() {
                count.outcomes = Some(tally(model, &coded, rows));
            }
        }
        profile.settle();
    }
}

/// Hashes of the ids of a data set.
fn ids(baseline: &Baseline, dataset: &crate::table::Dataset, key: Key) -> Result<Vec<u64>> {
    let named = dataset.named(dataset.params.id_col.as_ref()).or_else(|| dataset.named(baseline.params.id_col.as_ref()));
    let column = named.ok_or_else(|| {
        Error::new("no_id_column", format!("{} has no column that names its rows; a ledger needs one.", dataset.info.file))
            .mend("Set idCol, or turn the ledger off.")
            .in_file(&dataset.info.file)
    })?;
    // 0 is kept for rows without an id.
    Ok((0..dataset.rows()).map(|row| column.cell(row).map_or(0, |id| key.hash(id.trim().as_bytes()).max(1))).collect())
}
