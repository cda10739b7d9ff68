//! Why an event happened: what of the change is explained by which rows, values, words or faults.
//!
//! Everything comes from the event's bins merged, beside the reference; example rows from the bins whose rows are loaded.

mod inputs;
mod parts;
mod values;
mod words;

use std::sync::Arc;

use straingauge_api::{CaseId, Cause, CauseKind, ExampleRow, Severity};
use straingauge_charts::format::{counted, percent, share_or_none, side_by_side, together};

use self::parts::{Bearing, Fall};
use super::Record;
use crate::profile::rules::{Rule, Whose, failing_rows};
use crate::stress::{Context, Side};
use crate::table::Column;
use crate::text::{Gram, TextFeature};

/// Causes that are told.
const MOST: usize = 8;
/// Parts of features among them.
const MOST_PARTS: usize = 5;
/// Example rows of a cause.
const EXAMPLES: usize = 5;
/// Standard errors below a cause's share by which it is ranked.
const SURE: f64 = 2.0;
/// What takes a rank behind all others.
const BEHIND: f64 = 1e6;
/// The share of a change from which a cause is told.
const TELLING: f64 = 0.05;

/// The loaded rows of some bins, each with its start.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rows<'a>(pub &'a [(i64, &'a Side)]);

impl<'a> Rows<'a> {
    /// The columns of the feature at a place.
    fn columns(self, at: usize) -> impl Iterator<Item = &'a Arc<Column>> {
        self.0.iter().filter_map(move |(_, side)| side.columns.get(at)?.as_ref())
    }

    /// The first rows that a choice over a feature's column takes.
    fn examples(self, at: usize, choose: impl Fn(&Column, &Side) -> Vec<u32>) -> Vec<ExampleRow> {
        let mut out = Vec::new();
        for (bin, side) in self.0 {
            let Some(column) = side.columns.get(at).and_then(Option::as_ref) else { continue };
            out.extend(choose(column, side).into_iter().map(|row| ExampleRow { bin: *bin, row }));
            if out.len() >= EXAMPLES {
                break;
            }
        }
        out.truncate(EXAMPLES);
        out
    }
}

/// What explains an event of a test about an object (a feature, two of them joined by a comma, or empty for the whole), most first.
///
/// `context` holds the event's bins merged, beside the reference; `records` what was judged of them.
pub fn of(context: &Context, records: &[Record], test: &str, object: &str, rows: Rows) -> Vec<Cause> {
    let at = context.feature(object);
    let mut causes = Vec::new();
    let quantity = parts::quantity(context, test, object);
    if let Some(fall) = quantity.and_then(|quantity| Fall::of(context, quantity)) {
        let only = at.filter(|_| test.starts_with("subset_performance"));
        let bearings = fall.bearings(only);
        let mut ranked: Vec<(f64, Cause)> = bearings.iter().take(MOST_PARTS).map(|b| (rank(&fall, b), borne(&fall, b, rows))).collect();
        ranked.extend(inputs::bearing(&fall, rows));
        ranked.extend(drifting(&fall, records, rows));
        // What is borne for sure: a part of few rows may seem to bear much.
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        causes.extend(ranked.into_iter().map(|(_, cause)| cause));
        keep_one_a_feature(&mut causes);
    }
    let own = match test.split_once(':') {
        Some(("drift" | "bias_and_fairness", "nulls_per_feature_drift")) => {
            column(context, at).and_then(|(f, a, b)| values::missing(f, (a, b), at, rows)).into_iter().collect()
        }
        Some(("drift", "nulls_per_row_drift")) => gaps(context, rows),
        Some(("drift", "character_drift" | "unigram_drift" | "bigram_drift")) => {
            let gram = if test.ends_with("unigram_drift") {
                Gram::Unigram
            } else if test.ends_with("bigram_drift") {
                Gram::Bigram
            } else {
                Gram::Character
            };
            at.and_then(|at| words::changed(context, at, gram, rows)).into_iter().collect()
        }
        Some(("drift" | "bias_and_fairness", name)) if name.ends_with("_drift") => {
            let moved = drifted(context, test, object, at);
            let name = |frame: &'_ crate::profile::ColumnFrame| if object.is_empty() { frame.name.clone() } else { object.to_owned() };
            moved.map_or_else(Vec::new, |(frame, a, b)| values::moved(&name(frame), frame, (a, b), at, rows))
        }
        Some(("abnormal_inputs", _)) => inputs::values(context, test, object, rows),
        _ if test == "abnormality_rate" => inputs::rules(context, records, rows),
        _ => Vec::new(),
    };
    // What moved in the predictions is a description; what made them move comes first.
    causes.extend(own);
    if causes.len() < MOST {
        let told: Vec<Vec<String>> = causes.iter().map(|c| c.features.clone()).collect();
        causes.extend(beside(context, records, test, object, rows).into_iter().filter(|c| !told.contains(&c.features)));
    }
    causes.truncate(MOST);
    causes
}

/// A cause with everything else left open.
fn cause(kind: CauseKind, features: impl IntoIterator<Item = String>, sentence: String) -> Cause {
    Cause {
        kind,
        features: features.into_iter().collect(),
        subset: None,
        sentence,
        share: None,
        mix: None,
        within: None,
        rows: None,
        case: None,
        tokens: Vec::new(),
        examples: Vec::new(),
    }
}

type Sides<'a> = (&'a crate::profile::ColumnFrame, &'a crate::profile::ColumnProfile, &'a crate::profile::ColumnProfile);

fn column(context: &Context, at: Option<usize>) -> Option<Sides<'_>> {
    let at = at?;
    Some((context.frame.columns.get(at)?, context.reference.columns.get(at)?, context.evaluation.columns.get(at)?))
}

/// The column that a test of drift is about.
fn drifted<'a>(context: &'a Context, test: &str, object: &str, at: Option<usize>) -> Option<Sides<'a>> {
    let Context { frame, reference, evaluation, .. } = context;
    match test {
        "drift:label_drift" => Some((frame.label.as_ref()?, reference.label.as_ref()?, evaluation.label.as_ref()?)),
        "drift:predicted_label_drift" => {
            Some((frame.predicted_label.as_ref()?, reference.predicted_label.as_ref()?, evaluation.predicted_label.as_ref()?))
        }
        "drift:prediction_drift" => {
            let class = frame.predictions.iter().position(|f| object == format!("P({})", f.name)).unwrap_or(0);
            Some((frame.predictions.get(class)?, reference.predictions.get(class)?, evaluation.predictions.get(class)?))
        }
        _ => column(context, at),
    }
}

/// The share that a part bears for sure; classes describe what features explain, and stand behind them.
fn rank(fall: &Fall, b: &Bearing) -> f64 {
    b.share - SURE * b.error / fall.total.abs() - if b.feature.is_some() { 0.0 } else { BEHIND }
}

/// "Most of the fall".
fn part_of(share: f64) -> String {
    if share > 1.05 {
        "More than all".to_owned()
    } else if share > 0.995 {
        "All".to_owned()
    } else {
        percent(share)
    }
}

fn change_of(fall: &Fall) -> String {
    let (before, after) = fall.values;
    let word = if after < before { "fall" } else { "rise" };
    let unit = fall.quantity.unit();
    let [from, to] = together([before, after], unit);
    format!("the {word} of {} from {from} to {to}", fall.quantity.name(fall.frame))
}

/// The part of a feature that bears most of a change.
fn borne(fall: &Fall, b: &Bearing, rows: Rows) -> Cause {
    let unit = fall.quantity.unit();
    let is_new = b.feature.is_some() && b.cell.is_none();
    let (before, after) = b.values;
    let name = fall.quantity.name(fall.frame);
    let [own, was] = side_by_side([after, before].map(|v| v.unwrap_or(f64::NAN)), unit);
    let mostly_mix = b.mix.zip(b.within).is_some_and(|(mix, within)| mix.abs() > within.abs());
    let kind = if is_new {
        CauseKind::Abnormal
    } else if mostly_mix {
        CauseKind::Mix
    } else {
        CauseKind::Within
    };
    let was = before.map_or_else(String::new, |_| format!(" ({was} in the reference)"));
    let (p, q) = (share_or_none(b.shares.0), percent(b.shares.1));
    let (rows_of, part) = (counted(b.rows, "row"), format!("where {} {}", b.name, b.label));
    let borne = match kind {
        CauseKind::Abnormal => format!("comes from the {rows_of} {part}, which the reference never has: {name} is {own} there"),
        CauseKind::Mix => {
            let more = if b.shares.1 > b.shares.0 { "more" } else { "fewer" };
            format!("comes with {more} rows {part}: {q} of the rows, {p} in the reference; {name} is {own} there{was}")
        }
        _ => format!("comes from the {rows_of} {part}: {name} is {own} there{was}; that is {q} of the rows ({p} in the reference)"),
    };
    let sentence = format!("{} of {} {borne}.", part_of(b.share), change_of(fall));
    let examples = b.feature.map_or_else(Vec::new, |at| {
        let frame = &fall.context.frame;
        rows.examples(at, |column, side| match b.cell {
            Some(cell) => {
                let cells = frame.subsets.get(at).and_then(Option::as_ref).map(|s| s.cells_of(column)).unwrap_or_default();
                let own = cells.iter().enumerate().filter(|(_, c)| **c as usize == cell);
                own.map(|(row, _)| row as u32).take(EXAMPLES).collect()
            }
            None => failing(fall.context, at, &Rule::UnseenCategorical, column, side),
        })
    });
    Cause {
        subset: Some(b.label.clone()),
        share: Some(b.share),
        mix: b.mix,
        within: b.within,
        rows: Some(b.rows),
        case: is_new.then(|| format!("abnormal_inputs:unseen_categorical[{}]", b.name)),
        examples,
        ..cause(kind, [b.name.clone()], sentence)
    }
}

/// Rows of a column that fail a rule of its feature.
fn failing(context: &Context, at: usize, rule: &Rule, column: &Column, side: &Side) -> Vec<u32> {
    let Some((rules, frame)) = context.frame.rules.features.get(at).zip(context.frame.columns.get(at)) else { return Vec::new() };
    let unseen = context.feature(&TextFeature::UnseenTokenShare.column(&frame.name));
    let unseen = unseen.and_then(|i| side.columns.get(i)?.as_deref());
    failing_rows(rule, rules, frame, column, unseen, Whose::Other).0
}

/// Features that drift in the same bins, by what moved rows do to the metric.
fn drifting(fall: &Fall, records: &[Record], rows: Rows) -> Vec<(f64, Cause)> {
    let of = |record: &Record| {
        let [feature] = record.features.as_slice() else { return None };
        let at = fall.context.feature(feature).filter(|_| record.test == "drift:feature_drift" && record.severity > Severity::Pass)?;
        let a = fall.attribution(at)?;
        let share = a.mix / fall.total;
        let told = a.mix.abs() > 2.0 * a.mix_error && share > TELLING;
        let moved =
            || column(fall.context, Some(at)).and_then(|(f, a, b)| values::moved(feature, f, (a, b), Some(at), rows).into_iter().next());
        let cause = || Cause {
            examples: moved().map_or_else(Vec::new, |most| most.examples),
            share: Some(share),
            mix: Some(a.mix),
            within: Some(a.within),
            case: Some(record.case.clone()),
            ..cause(
                CauseKind::Mix,
                [feature.clone()],
                format!(
                    "{feature} drifts in the same bins; {} of {} comes from rows that moved between its values.",
                    part_of(share),
                    change_of(fall)
                ),
            )
        };
        told.then(|| (share - SURE * a.mix_error / fall.total.abs(), cause()))
    };
    records.iter().filter_map(of).collect()
}

/// Of several causes about one feature the first stays, with the case that any of them has.
fn keep_one_a_feature(causes: &mut Vec<Cause>) {
    let mut kept: Vec<Cause> = Vec::new();
    for cause in causes.drain(..) {
        match kept.iter_mut().find(|k| k.features == cause.features) {
            Some(known) => known.case = known.case.take().or(cause.case),
            None => kept.push(cause),
        }
    }
    *causes = kept;
}

/// Features that miss more of their values, those with most rows first.
fn gaps(context: &Context, rows: Rows) -> Vec<Cause> {
    let of = |at: usize| {
        let (frame, a, b) = column(context, Some(at))?;
        context.features.get(at).filter(|f| f.measured_in.is_none())?;
        values::missing(frame, (a, b), Some(at), rows)
    };
    let mut causes: Vec<Cause> = (0..context.features.len()).filter_map(of).collect();
    causes.sort_by_key(|c| std::cmp::Reverse(c.rows));
    causes
}

/// What else is wrong in the same bins: features that drift, faulty inputs, words; by their strain.
fn beside(context: &Context, records: &[Record], test: &str, object: &str, rows: Rows) -> Vec<Cause> {
    let names = |record: &Record| record.features.join(", ");
    let worth = |r: &&Record| {
        let watched = ["drift:feature_drift", "drift:unigram_drift", "drift:nulls_per_feature_drift"].contains(&r.test.as_str())
            || (r.test.starts_with("abnormal_inputs:") && CaseId::aspect_of(&r.case).is_none());
        let measured = context.features.iter().any(|f| f.measured_in.is_some() && r.features.contains(&f.name));
        watched && !measured && r.severity > Severity::Pass && !(r.test == test && names(r) == object)
    };
    let mut found: Vec<&Record> = records.iter().filter(worth).collect();
    // Tests about one object say what happened to it; its own neighbours are listed as events of the same bins.
    let of_inputs = test.starts_with("drift:") || test.starts_with("abnormal_inputs:");
    if of_inputs && context.feature(object).is_some() {
        found.retain(|r| r.features.iter().any(|f| f == object));
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.case.cmp(&b.case)));
    let told = |record: &&Record| {
        let at = context.feature(record.features.first()?);
        let mut told = match record.test.as_str() {
            "drift:unigram_drift" => words::changed(context, at?, Gram::Unigram, rows)?,
            "drift:feature_drift" => {
                let (frame, a, b) = column(context, at)?;
                let most = values::moved(&frame.name, frame, (a, b), at, rows).into_iter().next()?;
                Cause { share: None, sentence: format!("{} drifts in the same bins: {}", names(record), most.sentence), ..most }
            }
            "drift:nulls_per_feature_drift" => column(context, at).and_then(|(f, a, b)| values::missing(f, (a, b), at, rows))?,
            _ => inputs::told(context, record, rows)?,
        };
        told.case = Some(record.case.clone());
        Some(told)
    };
    let mut causes: Vec<Cause> = found.iter().filter_map(told).collect();
    keep_one_a_feature(&mut causes);
    causes
}
