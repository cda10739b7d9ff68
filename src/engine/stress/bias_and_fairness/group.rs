//! The groups that a protected feature, or a crossing of several, makes of the evaluation's rows.

use straingauge_api::{Better, Figure, Severity, SubsetBar};

use crate::math::finite;
use crate::metrics::MetricDefinition;
use crate::profile::{ModelFrame, OutcomeTally, short_label};
use crate::stats::special::normal_quantile;
use crate::stress::performance::estimate;
use crate::stress::{Context, Family, FamilySubject, Measurement, RowSet, others};

/// Rows that a group must have to be judged, where the reader says nothing.
const MIN_SAMPLE_SIZE: f64 = 20.0;

/// The groups of a family, with what was counted in each.
pub(super) struct Groups<'a> {
    pub frame: &'a ModelFrame,
    /// `gender`, `gender × age`.
    pub title: String,
    /// One a cell.
    pub labels: Vec<String>,
    /// One a cell, over the evaluation set.
    pub cells: &'a [OutcomeTally],
    /// All rows of the evaluation set.
    pub whole: &'a OutcomeTally,
}

impl<'a> Groups<'a> {
    /// The groups that a family is about; `None` where the reference does not cut the feature.
    pub fn of(context: &'a Context, family: &Family) -> Option<Self> {
        let (labels, cells) = match &family.subject {
            FamilySubject::Feature(name) => {
                let at = context.feature(name)?;
                let cut = context.frame.subsets.get(at)?.as_ref()?;
                let labels = (0..cut.cells()).map(|cell| others::label(context, at, cut, cell)).collect();
                (labels, &context.evaluation.subsets.get(at)?.as_ref()?.cells)
            }
            FamilySubject::Crossing(names) => {
                let at = context.frame.groups.iter().position(|g| g.names == *names)?;
                (context.frame.groups.get(at)?.labels.clone(), &context.evaluation.groups.get(at)?.cells)
            }
            FamilySubject::Whole | FamilySubject::Pair(..) => return None,
        };
        let whole = &context.evaluation.model.as_ref()?.tally;
        let title = family.subject.features().join(" × ");
        Some(Self { frame: context.frame.model.as_ref()?, title, labels, cells, whole })
    }

    /// The cells of enough rows, largest first: with a label where `labelled`, else with a prediction.
    pub fn judged(&self, context: &Context, test: &str, labelled: bool) -> Vec<usize> {
        let least = least(context, test);
        let rows = |i: usize| self.cells.get(i).map_or(0, |t| if labelled { t.labelled.rows } else { t.predicted.rows });
        let mut out: Vec<usize> = (0..self.cells.len()).filter(|&i| rows(i) as f64 >= least).collect();
        out.sort_by_key(|&i| (std::cmp::Reverse(rows(i)), i));
        out
    }

    /// A group's name: `female`, `≤ 30 · male`, `missing`.
    pub fn name(&self, cell: usize) -> &str {
        short_label(self.labels.get(cell).map_or("", String::as_str))
    }

    /// A group within a sentence: `gender = female`.
    pub fn place(&self, cell: usize) -> String {
        let label = self.labels.get(cell).map_or("", String::as_str);
        if self.title.contains(" × ") { format!("{label} ({})", self.title) } else { format!("{} {label}", self.title) }
    }

    /// Why nothing could be judged.
    pub fn too_few(&self, context: &Context, test: &str, what: &str) -> Measurement {
        Measurement::Skipped(format!("{} makes no two groups of {} {what} or more.", self.title, least(context, test)))
    }

    /// A bar a group, in the order of the cells.
    pub fn figure(&self, definition: &MetricDefinition, judged: &[usize], bad: &[(usize, Severity)], threshold: Option<f64>) -> Figure {
        let mut cells = judged.to_vec();
        cells.sort_unstable();
        let bars = cells.iter().filter_map(|&cell| {
            let tally = self.cells.get(cell)?;
            let value = self.frame.value(tally, definition.metric);
            Some(SubsetBar {
                label: self.name(cell).to_owned(),
                n: if definition.labels { tally.labelled.rows } else { tally.predicted.rows },
                metric: estimate(self.frame, tally, definition, value),
                reference: None,
                severity: bad.iter().find(|b| b.0 == cell).map_or(Severity::Pass, |b| b.1),
            })
        });
        Figure::SubsetBars {
            feature: self.title.clone(),
            metric: definition.name.to_owned(),
            unit: definition.unit,
            better: if definition.labels { definition.better } else { Better::Neutral },
            bars: bars.collect(),
            overall: self.frame.value(self.whole, definition.metric).and_then(finite),
            threshold: threshold.and_then(finite),
        }
    }
}

/// Rows that a group must have.
pub(super) fn least(context: &Context, test: &str) -> f64 {
    context.settings.param(test, "min_sample_size", MIN_SAMPLE_SIZE)
}

/// The evaluation rows of a cell.
pub(super) fn rows_of(context: &Context, family: &Family, cell: usize) -> Option<RowSet> {
    let evaluation = context.evaluation_rows()?;
    let column = |place: usize| evaluation.columns.get(place)?.as_deref();
    let cut = |place: usize| context.frame.subsets.get(place)?.as_ref();
    let cells = match &family.subject {
        FamilySubject::Feature(name) => {
            let at = context.feature(name)?;
            cut(at)?.cells_of(column(at)?)
        }
        FamilySubject::Crossing(names) => {
            let frame = context.frame.groups.iter().find(|g| g.names == *names)?;
            let cuts: Vec<_> = frame.features.iter().filter_map(|&i| cut(i)).collect();
            let columns: Vec<_> = frame.features.iter().filter_map(|&i| column(i)).collect();
            frame.cells_of(&cuts, &columns)?
        }
        FamilySubject::Whole | FamilySubject::Pair(..) => return None,
    };
    Some(RowSet::Rows((0u32..).zip(cells).filter(|c| c.1 as usize == cell).map(|c| c.0).collect()))
}

/// The standard error that says what the sharpest of k comparisons could show, the correction over k included.
pub(super) fn after_choice(sharpest: f64, k: f64) -> f64 {
    let (chosen, alone, power) = (normal_quantile(1.0 - 0.05 / k.max(1.0)), normal_quantile(0.95), normal_quantile(0.8));
    sharpest * (chosen + power) / (alone + power)
}

/// The families of a test that asks every protected feature that the reference cuts.
pub(super) fn protected(context: &Context, tests: &[String]) -> Vec<Family> {
    if tests.is_empty() {
        return Vec::new();
    }
    let cut = context.features.iter().zip(&context.frame.subsets).filter(|(f, s)| f.protected && s.is_some());
    cut.map(|(f, _)| Family { subject: FamilySubject::Feature(f.name.clone()), tests: tests.to_vec() }).collect()
}
