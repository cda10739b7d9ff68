//! Slices of an evaluation set: searched on one seeded half of its labelled rows, counted on the other.

use std::collections::BTreeMap;

use super::search::{Coded, MEASURES, Search, Slice, search};
use crate::math::ln;
use crate::metrics::{NO_CLASS, Outcomes, Prediction, Truth};
use crate::profile::{NO_CELL, OutcomeTally, RowOutcomes, SubsetFrame, count_cells};
use crate::stress::Context;

/// The parameters of the search, by the names that a reader sets them by.
pub(super) const ID: &str = "subset_performance:worst_slices";
/// The weight of the error against the size, as in the paper's experiments.
const ALPHA: f64 = 0.95;
/// A slice has at least so many rows of the half that is searched …
const LEAST_ROWS: f64 = 32.0;
/// … and at least this share of them.
const LEAST_SHARE: f64 = 0.01;
/// Visits of a row that a search may take: what the third condition costs at most.
const VISITS: f64 = 3e8;
/// The search never looks at fewer rows than this, where there are as many.
const FEWEST: f64 = 5_000.0;
const MOST: f64 = 100_000.0;

/// A condition: a feature and the cell of its cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Condition {
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
    /// Truth and prediction on the half that judges.
    pub tally: OutcomeTally,
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
struct Cells<'a> {
    context: &'a Context,
    known: BTreeMap<usize, Vec<u16>>,
}

impl Cells<'_> {
    fn cut(&self, feature: usize) -> Option<&SubsetFrame> {
        self.context.frame.subsets.get(feature)?.as_ref()
    }

    fn of(&mut self, feature: usize) -> &[u16] {
        let context = self.context;
        self.known.entry(feature).or_insert_with(|| {
            let cut = context.frame.subsets.get(feature).and_then(Option::as_ref);
            let column = context.evaluation_rows().and_then(|evaluation| evaluation.columns.get(feature)?.as_ref());
            cut.zip(column).map(|(cut, column)| cut.cells_of(column)).unwrap_or_default()
        })
    }
}

impl Slices {
    /// Searches and counts; `None` without labelled rows.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        let frame = context.frame.model.as_ref()?;
        let evaluation = context.evaluation_rows()?;
        let outcomes = &evaluation.outcomes;
        let errors = errors(outcomes);
        let labelled = errors.iter().flatten().count();
        let excluded = context.settings.tests.get(ID).map(|c| c.exclude_columns.as_slice()).unwrap_or_default();
        let open = |name: &str| !excluded.iter().any(|e| e == name);
        let features: Vec<usize> = (context.features.iter().enumerate())
            .filter(|(i, f)| open(&f.name) && context.frame.subsets.get(*i).is_some_and(Option::is_some))
            .map(|(i, _)| i)
            .collect();
        if labelled == 0 || features.is_empty() {
            return None;
        }
        let param = |name: &str, default: f64| context.settings.param(ID, name, default);
        let m = features.len() as f64;
        let (pairs, triples) = (m * (m - 1.0) / 2.0, m * (m - 1.0) * (m - 2.0) / 6.0);
        let deep = triples * FEWEST <= 2.0 * VISITS;
        let depth = (param("max_conditions", 3.0) as usize).clamp(1, if deep { 3 } else { 2 });
        let visits = if depth == 3 { triples.max(pairs) } else { pairs };
        let cap = (VISITS / visits.max(1.0)).clamp(FEWEST, MOST);
        // Half of the rows are searched, or as many as can be; the others judge, except those that a capped search leaves over.
        let part = (cap / labelled as f64).min(0.5);
        let mut rng = context.rng(ID, "half");
        let draws: Vec<f64> = errors.iter().map(|_| rng.uniform()).collect();
        let taken = || errors.iter().zip(&draws).zip(0u32..).filter(|((e, u), _)| e.is_some() && **u < part);
        let rows: Vec<u32> = taken().map(|(_, row)| row).collect();
        let searched: Vec<[f64; MEASURES]> = taken().filter_map(|((e, _), _)| *e).collect();
        let support = LEAST_ROWS.max((param("min_support", LEAST_SHARE) * rows.len() as f64).ceil()) as u32;
        let mut cells = Cells { context, known: BTreeMap::new() };
        let (coded, conditions) = code(&mut cells, &features, &rows, support);
        let asked = Search { k: param("k", 10.0).max(1.0) as usize, alpha: param("alpha", ALPHA), support, depth };
        let slices = search(&coded, &searched, asked);
        let judges: Vec<bool> = errors.iter().zip(&draws).map(|(e, &u)| e.is_some() && u >= 0.5).collect();
        let counted = RowOutcomes::code(frame, outcomes);
        let tally = |holds: &dyn Fn(usize) -> bool| {
            let own: Vec<u16> = judges.iter().enumerate().map(|(row, &j)| if j && holds(row) { 0 } else { NO_CELL }).collect();
            count_cells(frame, &counted, &own, 1, false).pop().unwrap_or_default()
        };
        let mut judged = |slice: &Slice| {
            let own: Vec<Condition> = slice.conditions.iter().filter_map(|&id| conditions.get(id as usize).copied()).collect();
            let columns: Vec<(Vec<u16>, u16)> = own.iter().map(|c| (cells.of(c.feature).to_vec(), c.cell)).collect();
            let is = |(column, cell): &(Vec<u16>, u16), row: usize| column.get(row) == Some(cell);
            let all = |row: usize| columns.iter().all(|c| is(c, row));
            Judged {
                conditions: own,
                score: slice.score,
                tally: tally(&all),
                alone: if columns.len() > 1 { columns.iter().map(|c| tally(&|row| is(c, row))).collect() } else { Vec::new() },
                rows: (0..errors.len()).filter(|&row| all(row)).map(|row| row as u32).collect(),
            }
        };
        Some(Self {
            found: slices.map(|kept| kept.iter().map(&mut judged).collect()),
            whole: tally(&|_| true),
            searched: rows.len(),
            features: features.len(),
            depth,
            support,
        })
    }
}

/// The conditions that enough of the searched rows meet, and which of them each row meets.
fn code(cells: &mut Cells<'_>, features: &[usize], rows: &[u32], support: u32) -> (Coded, Vec<Condition>) {
    let mut conditions: Vec<Condition> = Vec::new();
    let mut columns: Vec<(Vec<u16>, Vec<u16>)> = Vec::new();
    let mut starts = vec![0u16];
    for &feature in features {
        let count = cells.cut(feature).map_or(0, SubsetFrame::cells);
        let own: Vec<u16> = {
            let all = cells.of(feature);
            rows.iter().map(|&r| all.get(r as usize).copied().unwrap_or(NO_CELL)).collect()
        };
        let mut sizes = vec![0u32; count];
        for &cell in &own {
            if let Some(size) = sizes.get_mut(cell as usize) {
                *size += 1;
            }
        }
        let before = conditions.len();
        let mut ids = vec![u16::MAX; count];
        for ((cell, &size), id) in sizes.iter().enumerate().zip(&mut ids) {
            // What nearly all rows meet is no condition.
            if size >= support && (rows.len() as u32).saturating_sub(size) >= support && conditions.len() < usize::from(u16::MAX) - 1 {
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
    let mut ids = Vec::with_capacity(rows.len() * columns.len());
    for row in 0..rows.len() {
        for (own, table) in &columns {
            let cell = own.get(row).copied().unwrap_or(NO_CELL) as usize;
            ids.push(table.get(cell).copied().unwrap_or(u16::MAX).min(none));
        }
    }
    (Coded { ids, width: columns.len(), starts }, conditions)
}

/// A labelled row's errors: the class is wrong, or how far the number is off; then its log-loss.
fn errors(outcomes: &Outcomes) -> Vec<Option<[f64; MEASURES]>> {
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
