//! Which values of a column moved: their parts of the population stability index.

use straingauge_api::{Cause, CauseKind};
use straingauge_charts::format::{percent, share_or_none, spaced};

use super::{Rows, cause};
use crate::math::ln;
use crate::profile::{ColumnFrame, ColumnProfile, numeric_labels, views};

/// Bins of a number.
const BINS: usize = 10;
/// Values that are told.
const MOST: usize = 5;
/// What a value without rows counts as, in rows.
const FLOOR: f64 = 0.5;

/// A value, or a bin of values.
struct Value {
    label: String,
    /// Weight on both sides.
    counts: (f64, f64),
    place: Place,
}

enum Place {
    /// A bin of numbers: above, up to.
    Between(f64, f64),
    Named(String),
}

/// The values that moved most, most first; `feature` is the place of the column among the features, where it is one.
pub(super) fn moved(
    name: &str,
    frame: &ColumnFrame,
    sides: (&ColumnProfile, &ColumnProfile),
    feature: Option<usize>,
    rows: Rows,
) -> Vec<Cause> {
    let (n, m) = (sides.0.present as f64, sides.1.present as f64);
    let mut causes: Vec<Cause> = missing(frame, sides, feature, rows).into_iter().collect();
    if n <= 0.0 || m <= 0.0 {
        return causes;
    }
    let scale =
        |weight: f64, of: &ColumnProfile| if of.present_weight > 0.0 { of.present as f64 / of.present_weight * weight } else { 0.0 };
    let values = values(frame, sides);
    let mut told: Vec<(f64, f64, f64, Value)> = values
        .into_iter()
        .map(|value| {
            let (x, y) = (scale(value.counts.0, sides.0), scale(value.counts.1, sides.1));
            let (p, q) = (x.max(FLOOR) / n, y.max(FLOOR) / m);
            ((q - p) * ln(q / p), x, y, value)
        })
        .collect();
    let total: f64 = told.iter().map(|t| t.0).sum();
    let sure = |x: f64, y: f64| {
        let pooled = (x + y) / (n + m);
        (y / m - x / n).abs() > 3.0 * (pooled * (1.0 - pooled) * (sides.0.deff() / n + sides.1.deff() / m)).sqrt()
    };
    told.retain(|t| total > 0.0 && sure(t.1, t.2));
    told.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.3.label.cmp(&b.3.label)));
    for (part, x, y, value) in told.into_iter().take(MOST) {
        let before = if x > 0.0 { format!("{} in the reference", percent(x / n)) } else { "the reference never has it".to_owned() };
        let sentence = format!(
            "{name} {} has {} of the values, {before}; that is {} of the drift.",
            value.label,
            percent(y / m),
            percent(part / total)
        );
        let examples = feature.map_or_else(Vec::new, |at| {
            rows.examples(at, |column, _| match &value.place {
                Place::Between(low, high) => {
                    let numbers = views::numbers(column).unwrap_or_default();
                    let within = numbers.iter().enumerate().filter(|(_, x)| **x > *low && **x <= *high);
                    within.map(|(row, _)| row as u32).take(super::EXAMPLES).collect()
                }
                Place::Named(name) => {
                    (0..column.rows() as u32).filter(|&r| column.cell(r as usize).as_deref() == Some(name)).take(super::EXAMPLES).collect()
                }
            })
        });
        causes.push(Cause {
            subset: Some(value.label),
            share: Some(part / total),
            rows: Some(y.round() as u64),
            examples,
            ..cause(CauseKind::Drift, [name.to_owned()], sentence)
        });
    }
    causes
}

fn values(frame: &ColumnFrame, sides: (&ColumnProfile, &ColumnProfile)) -> Vec<Value> {
    if let (Some(numeric), Some(a), Some(b)) = (frame.numeric(), sides.0.numeric(), sides.1.numeric()) {
        let coarse = numeric.bins(&a.mass, BINS);
        let bounds = |bin: usize| {
            let edge = |at: Option<usize>| at.and_then(|i| coarse.edges.get(i)).copied();
            (edge(bin.checked_sub(1)).unwrap_or(f64::NEG_INFINITY), edge(Some(bin)).unwrap_or(f64::INFINITY))
        };
        let counts = coarse.gather(&a.mass).into_iter().zip(coarse.gather(&b.mass));
        let bins = numeric_labels(&coarse.edges).into_iter().zip(counts).enumerate();
        return bins.map(|(bin, (label, counts))| Value { label, counts, place: Place::Between(bounds(bin).0, bounds(bin).1) }).collect();
    }
    let (Some(category), Some(a), Some(b)) = (frame.category(), sides.0.category(), sides.1.category()) else { return Vec::new() };
    let unseen_rows = b.unseen_rows() as f64;
    let known = category.names.iter().zip(a.mass.iter().zip(&b.mass)).map(|(name, (&x, &y))| (name, (x, y)));
    let unseen = b.unseen.iter().map(|(name, &rows)| (name, (0.0, rows as f64 * b.unseen_mass / unseen_rows)));
    known.chain(unseen).map(|(name, counts)| Value { label: format!("= {name}"), counts, place: Place::Named(name.clone()) }).collect()
}

/// That a column lacks more of its values, where it does.
pub(super) fn missing(frame: &ColumnFrame, sides: (&ColumnProfile, &ColumnProfile), feature: Option<usize>, rows: Rows) -> Option<Cause> {
    let share = |c: &ColumnProfile| c.absent() as f64 / c.rows as f64;
    let (p, q) = (share(sides.0), share(sides.1));
    let (n, m) = (sides.0.rows as f64, sides.1.rows as f64);
    let pooled = (p * n + q * m) / (n + m);
    let error = (pooled * (1.0 - pooled) * (sides.0.missing_deff() / n + sides.1.missing_deff() / m)).sqrt();
    if !(q - p > 3.0 * error && q - p > 0.01) {
        return None;
    }
    let most = sides.1.missing.iter().max_by_key(|(_, n)| **n).filter(|(spelling, _)| !spelling.is_empty());
    let spelt = most.map_or_else(String::new, |(spelling, n)| format!(", most often as {spelling} ({})", spaced(*n)));
    let sentence =
        format!("{} is missing in {} of the rows{spelt}, against {} in the reference.", frame.name, percent(q), share_or_none(p));
    let examples = feature.map_or_else(Vec::new, |at| rows.examples(at, |column, _| column.cells.missing.rows.clone()));
    Some(Cause {
        subset: Some("is missing".to_owned()),
        rows: Some(sides.1.absent()),
        examples,
        ..cause(CauseKind::Drift, [frame.name.clone()], sentence)
    })
}
