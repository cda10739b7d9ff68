//! Slices of an evaluation set: searched on one seeded half of its labelled rows, counted on the other.

use std::collections::BTreeMap;

use super::distinct::Place;
use super::search::{Coded, MEASURES, Search, Slice, search};
use crate::math::ln;
use crate::metrics::{NO_CLASS, Outcomes, Prediction, Truth};
use crate::profile::{ModelFrame, NO_CELL, OutcomeTally, RowOutcomes, SubsetFrame, count_cells};
use crate::stress::{Context, Side};

/// The parameters of the search, by the names that a reader sets them by.
pub(super) const ID: &str = "subset_performance:worst_slices";
/// The weight of the error against the size, as in the paper's experiments.
const ALPHA: f64 = 0.95;
/// A slice has at least so many rows of the half that is searched …
pub(crate) const LEAST_ROWS: f64 = 32.0;
/// … and at least this share of them.
pub(crate) const LEAST_SHARE: f64 = 0.01;
/// Visits of a row that a search may take: what the third condition costs at most.
pub(crate) const VISITS: f64 = 3e8;
/// The search never looks at fewer rows than this, where there are as many.
pub(crate) const FEWEST: f64 = 5_000.0;
pub(crate) const MOST: f64 = 100_000.0;

/// A condition: a feature and the cell of its cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Condition {
    /// The feature, by its place.
    pub feature: usize,
    /// The cell.
    pub cell: u16,
}

/// A slice with what was counted of it on the half that judges.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    /// What holds for its rows.
    pub conditions: Vec<Condition>,
    /// Its score on the half that was searched.
    pub score: f64,
    /// Slices of much the same rows, for which it stands.
    pub related: Vec<Vec<Condition>>,
    /// Truth and prediction on the half that judges.
    pub tally: OutcomeTally,
    /// The same of the reference's rows; absent where they are not loaded.
    pub reference: Option<OutcomeTally>,
    /// Each condition alone, there.
    pub alone: Vec<OutcomeTally>,
    /// Its rows, on both halves.
    pub rows: Vec<u32>,
}

/// Everything that the search found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slices {
    /// By measure: wrong classes or absolute errors first, then log-losses.
    pub(super) found: [Vec<Judged>; MEASURES],
    /// All rows of the half that judges.
    pub(super) whole: OutcomeTally,
    /// Rows that were searched.
    pub(super) searched: usize,
    /// Features whose values could be conditions.
    pub(super) features: usize,
    /// Conditions of a slice, at most.
    pub(super) depth: usize,
    /// Slices were to have as many rows of the half that was searched.
    pub(super) support: u32,
}

/// The cell of each row in the features that can be conditions, made when first asked for.
pub(crate) struct Cells<'a> {
    context: &'a Context,
    side: &'a Side,
    known: BTreeMap<usize, Vec<u16>>,
}

impl<'a> Cells<'a> {
    /// The rows of a side.
    pub(crate) fn new(context: &'a Context, side: &'a Side) -> Self {
        Self { context, side, known: BTreeMap::new() }
    }

    /// The cell of each row.
    pub(crate) fn of(&mut self, feature: usize) -> &[u16] {
        let (context, side) = (self.context, self.side);
        self.known.entry(feature).or_insert_with(|| {
            let cut = context.frame.subsets.get(feature).and_then(Option::as_ref);
            let column = side.columns.get(feature).and_then(Option::as_ref);
            cut.zip(column).map(|(cut, column)| cut.cells_of(column)).unwrap_or_default()
        })
    }

    /// The rows for which conditions hold.
    pub(crate) fn rows_where(&mut self, conditions: &[Condition]) -> Vec<bool> {
        let mut holds: Option<Vec<bool>> = None;
        for condition in conditions {
            let cells = self.of(condition.feature);
            match &mut holds {
                None => holds = Some(cells.iter().map(|&c| c == condition.cell).collect()),
                Some(holds) => holds.iter_mut().zip(cells).for_each(|(holds, &c)| *holds &= c == condition.cell),
            }
        }
        holds.unwrap_or_default()
    }
}

/// Counts truth and prediction of the rows of a side that hold.
pub(crate) fn count(frame: &ModelFrame, counted: &RowOutcomes, holds: impl Iterator<Item = bool>) -> OutcomeTally {
    let own: Vec<u16> = holds.map(|holds| if holds { 0 } else { NO_CELL }).collect();
    count_cells(frame, counted, &own, 1, false).pop().unwrap_or_default()
}

/// The features whose values can be conditions of a test's slices.
pub(crate) fn open_features(context: &Context, test: &str) -> Vec<usize> {
    let excluded = context.settings.tests.get(test).map(|c| c.exclude_columns.as_slice()).unwrap_or_default();
    let open = |name: &str| !excluded.iter().any(|e| e == name);
    (context.features.iter().enumerate())
        .filter(|(i, f)| open(&f.name) && context.frame.subsets.get(*i).is_some_and(Option::is_some))
        .map(|(i, _)| i)
        .collect()
}

impl Slices {
    /// Searches and counts; `None` without labelled rows.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        let frame = context.frame.model.as_ref()?;
        let evaluation = context.evaluation_rows()?;
        let outcomes = &evaluation.outcomes;
        let errors = errors(outcomes);
        let labelled = errors.iter().flatten().count();
        let features = open_features(context, ID);
        if labelled == 0 || features.is_empty() {
            return None;
        }
        let param = |name: &str, default: f64| context.settings.param(ID, name, default);
        let Reach { depth, cap } = Reach::of(features.len(), param("max_conditions", 3.0), VISITS);
        // Half of the rows are searched, or as many as can be; the others judge, except those that a capped search leaves over.
        let part = (cap / labelled as f64).min(0.5);
        let mut rng = context.rng(ID, "half");
        let draws: Vec<f64> = errors.iter().map(|_| rng.uniform()).collect();
        let taken = || errors.iter().zip(&draws).zip(0u32..).filter(|((e, u), _)| e.is_some() && **u < part);
        let rows: Vec<u32> = taken().map(|(_, row)| row).collect();
        let searched: Vec<[f64; MEASURES]> = taken().filter_map(|((e, _), _)| *e).collect();
        let support = LEAST_ROWS.max((param("min_support", LEAST_SHARE) * rows.len() as f64).ceil()) as u32;
        let mut cells = Cells::new(context, evaluation);
        let own = (&mut cells, rows.as_slice());
        let (coded, conditions) = code(context, &mut [own], &features, support);
        let k = param("k", 10.0).max(1.0) as usize;
        let places = search(&coded, &searched, Search { k, alpha: param("alpha", ALPHA), support, depth });
        let judges: Vec<bool> = errors.iter().zip(&draws).map(|(e, &u)| e.is_some() && u >= 0.5).collect();
        let counted = RowOutcomes::code(frame, outcomes);
        let judging = |holds: &[bool]| count(frame, &counted, judges.iter().zip(holds).map(|(j, h)| *j && *h));
        let before = context.rows.as_ref().map(|(reference, _)| RowOutcomes::code(frame, &reference.outcomes));
        let mut cells_before = context.rows.as_ref().map(|(reference, _)| Cells::new(context, reference));
        let named =
            |slice: &Slice| -> Vec<Condition> { slice.conditions.iter().filter_map(|&id| conditions.get(id as usize).copied()).collect() };
        let mut judged = |place: &Place| {
            let own = named(&place.slice);
            let holds = cells.rows_where(&own);
            let alone = own.iter().map(|&c| judging(&cells.rows_where(&[c])));
            let alone = if own.len() > 1 { alone.collect() } else { Vec::new() };
            let reference =
                before.as_ref().zip(cells_before.as_mut()).map(|(rows, cells)| count(frame, rows, cells.rows_where(&own).into_iter()));
            Judged {
                score: place.slice.score,
                related: place.related.iter().map(named).collect(),
                tally: judging(&holds),
                reference,
                alone,
                rows: holds.iter().zip(0u32..).filter(|(h, _)| **h).map(|(_, row)| row).collect(),
                conditions: own,
            }
        };
        Some(Self {
            found: places.map(|kept| kept.iter().map(&mut judged).collect()),
            whole: count(frame, &counted, judges.iter().copied()),
            searched: rows.len(),
            features: features.len(),
            depth,
            support,
        })
    }
}

/// How far a search goes within a number of visits.
pub(crate) struct Reach {
    /// Conditions of a slice, at most.
    pub depth: usize,
    /// Rows that are searched, at most.
    pub cap: f64,
}

impl Reach {
    /// The reach over so many features.
    pub(crate) fn of(features: usize, most: f64, visits: f64) -> Self {
        let m = features as f64;
        let (pairs, triples) = (m * (m - 1.0) / 2.0, m * (m - 1.0) * (m - 2.0) / 6.0);
        let deep = triples * FEWEST <= 2.0 * visits;
        let depth = (most as usize).clamp(1, if deep { 3 } else { 2 });
        let each = if depth == 3 { triples.max(pairs) } else { pairs };
        Self { depth, cap: (visits / each.max(1.0)).clamp(FEWEST, MOST) }
    }
}

/// The conditions that enough of the searched rows of every side meet, and which of them each row meets, side after side.
pub(crate) fn code(context: &Context, sides: &mut [(&mut Cells<'_>, &[u32])], features: &[usize], support: u32) -> (Coded, Vec<Condition>) {
    let mut conditions: Vec<Condition> = Vec::new();
    let mut columns: Vec<(Vec<u16>, Vec<u16>)> = Vec::new();
    let mut starts = vec![0u16];
    for &feature in features {
        let cells = context.frame.subsets.get(feature).and_then(Option::as_ref).map_or(0, SubsetFrame::cells);
        let before = conditions.len();
        let mut own: Vec<u16> = Vec::new();
        let mut may = vec![true; cells];
        for (side, rows) in sides.iter_mut() {
            let all = side.of(feature);
            let from = own.len();
            own.extend(rows.iter().map(|&r| all.get(r as usize).copied().unwrap_or(NO_CELL)));
            let mut sizes = vec![0u32; cells];
            for &cell in own.get(from..).unwrap_or_default() {
                if let Some(size) = sizes.get_mut(cell as usize) {
                    *size += 1;
                }
            }
            // What nearly all rows meet is no condition.
            let fits = |size: u32| size >= support && (rows.len() as u32).saturating_sub(size) >= support;
            may.iter_mut().zip(sizes).for_each(|(may, size)| *may &= fits(size));
        }
        let mut ids = vec![u16::MAX; cells];
        for ((cell, may), id) in may.into_iter().enumerate().zip(&mut ids) {
            if may && conditions.len() < usize::from(u16::MAX) - 1 {
                *id = conditions.len() as u16;
                conditions.push(Condition { feature, cell: cell as u16 });
            }
        }
        if conditions.len() > before {
            columns.push((own, ids));
            starts.push(conditions.len() as u16);
        }
    }
    let none = conditions.len() as u16;
    let rows: usize = sides.iter().map(|(_, rows)| rows.len()).sum();
    let mut ids = Vec::with_capacity(rows * columns.len());
    for row in 0..rows {
        for (own, table) in &columns {
            let cell = own.get(row).copied().unwrap_or(NO_CELL) as usize;
            ids.push(table.get(cell).copied().unwrap_or(u16::MAX).min(none));
        }
    }
    (Coded { ids, width: columns.len(), starts }, conditions)
}

/// A labelled row's errors: the class is wrong, or how far the number is off; then its log-loss.
pub(crate) fn errors(outcomes: &Outcomes) -> Vec<Option<[f64; MEASURES]>> {
    let loss = |p: f64| -ln(p.clamp(1e-15, 1.0));
    match (&outcomes.truth, &outcomes.prediction) {
        (Truth::Numbers(labels), Prediction::Numbers(values)) => {
            let known = |(y, v): (&f64, &f64)| (y.is_finite() && v.is_finite()).then(|| [(y - v).abs(), 0.0]);
            labels.iter().zip(values).map(known).collect()
        }
        (Truth::Classes(labels), prediction) => {
            let Some(predicted) = outcomes.predicted_classes() else { return Vec::new() };
            let k = outcomes.classes.len().max(1);
            let of = |row: usize, y: u32| match prediction {
                Prediction::Score { score, .. } => score.get(row).map_or(f64::NAN, |&s| loss(if y == 1 { s } else { 1.0 - s })),
                Prediction::Probabilities { values, .. } => values.get(row * k + y as usize).map_or(f64::NAN, |&p| loss(p)),
                _ => 0.0,
            };
            let known = |(row, (&y, &c)): (usize, (&u32, &u32))| {
                let log_loss = of(row, y);
                (y != NO_CLASS && c != NO_CLASS && !log_loss.is_nan()).then(|| [f64::from(u8::from(y != c)), log_loss])
            };
            labels.iter().zip(predicted).enumerate().map(known).collect()
        }
        _ => Vec::new(),
    }
}
