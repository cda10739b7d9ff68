//! Can a classifier tell the evaluation's rows from the reference's?

use std::collections::BTreeMap;

use straingauge_api::{CaseMetric, DistributionBin, Figure, Unit};
use straingauge_charts::format::{counted, number, spaced, value};

use super::hashed_logistic::{Places, fit, place};
use crate::Result;
use crate::profile::{Clusters, ColumnFrame, ColumnProfile, ValueFrame, views};
use crate::random::Rng;
use crate::stats::special::normal_upper;
use crate::stats::{delong, ranks};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, Scope, Side, TestSpec};
use crate::table::{Column, Values};
use crate::text::{text_at, token_hash, tokens};

const TEST: &str = "drift:domain_classifier";
/// Rows of a side that are looked at, half of them to learn from.
const MOST_ROWS: usize = 20_000;
/// Rows that are needed on both sides.
const LEAST: usize = 100;
/// Quantile bins of a number.
const BINS: usize = 16;
/// Bytes of a text that are looked at.
const LOOKED_AT: usize = 2_000;
/// Features that a sentence names.
const NAMED: usize = 3;
/// Features that are ranked.
const RANKED: usize = 30;
/// Bins of the figure.
const SHOWN: usize = 20;

/// Asks the whole set.
pub struct DomainClassifier;

impl Question for DomainClassifier {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "domain_classifier",
            "Domain Classifier",
            Needs::default(),
            (0.1, 0.25),
            [
                "Whether a classifier can tell which of the two sets a row comes from.",
                "Many small changes, each below its own threshold, can together make another world; a classifier adds them up and says which features give the sets apart.",
                "A logistic regression on hashed values (categories, 16 quantile bins a number, words of texts) learns on one half of at most 20 000 rows a side, drawn by the run's seed; the effect is the area under its ROC curve on the other half, less ½. The evidence is the Mann-Whitney test there, one-sided, corrected for the number of questions asked. Identifiers, moments, constants, labels, predictions and what is measured in texts are left out.",
            ],
        );
        vec![TestSpec { scope: Scope::Rows, effect_max: 0.5, unit: Unit::Score, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let any = !features(context).is_empty();
        any.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let Some(sides) = &context.rows else {
            return Ok(vec![Measurement::Skipped("Needs the loaded rows, not only their profiles.".to_owned())]);
        };
        let mut rng = context.rng(TEST, "");
        let (reference, evaluation) = (halves(&sides.0, &mut rng), halves(&sides.1, &mut rng));
        let fewest = [&reference, &evaluation].iter().map(|h| h.learn.len().min(h.judge.len()) * 2).min().unwrap_or(0);
        if fewest < LEAST {
            let (n, m) = (sides.0.dataset.rows(), sides.1.dataset.rows());
            return Ok(vec![Measurement::Skipped(format!(
                "There are {} and {}; {LEAST} on both sides, in halves of whole groups, are needed.",
                counted(n as u64, "reference row"),
                counted(m as u64, "evaluation row")
            ))]);
        }
        Ok(vec![Measurement::Measured(Box::new(judged(context, (&sides.0, &reference), (&sides.1, &evaluation), &mut rng)))])
    }
}

/// The rows of a side to learn from and to be judged by.
struct Halves {
    learn: Vec<u32>,
    judge: Vec<u32>,
}

/// Two random halves; rows that belong together go to one.
fn halves(side: &Side, rng: &mut Rng) -> Halves {
    let mut rows: Vec<u32> = (0..side.dataset.rows() as u32).collect();
    rng.shuffle(&mut rows);
    rows.truncate(MOST_ROWS);
    if let Some(groups) = &side.outcomes.groups {
        let group = |row: &u32| groups.get(*row as usize).copied().unwrap_or(u32::MAX);
        let sides: BTreeMap<u32, bool> =
            rows.iter().map(group).collect::<std::collections::BTreeSet<_>>().into_iter().map(|g| (g, rng.below(2) == 0)).collect();
        let (learn, judge) = rows.iter().partition(|row| sides.get(&group(row)).copied().unwrap_or(false));
        return Halves { learn, judge };
    }
    let judge = rows.split_off(rows.len() / 2);
    Halves { learn: rows, judge }
}

/// The features that are looked at, by place.
fn features(context: &Context) -> Vec<usize> {
    let usable = |at: usize| {
        let (feature, frame) = (context.features.get(at)?, context.frame.columns.get(at)?);
        let (reference, evaluation) = context.rows.as_ref()?;
        let column = |side: &Side| side.columns.get(at).cloned().flatten();
        let moments =
            matches!(column(reference)?.values, Values::Timestamp(_)) || matches!(column(evaluation)?.values, Values::Timestamp(_));
        let facts = &frame.facts;
        let plain = feature.measured_in.is_none() && !moments && !facts.constant && !facts.unique && !facts.ascending;
        (plain && !matches!(frame.values, ValueFrame::Absent)).then_some(at)
    };
    (0..context.features.len()).filter_map(usable).collect()
}

/// The values of some rows of both sides as places: first the reference's rows, then the evaluation's.
fn coded(context: &Context, at: usize, sides: [(&Side, &[u32]); 2]) -> Places {
    let mut out = Places::default();
    let frame = context.frame.columns.get(at).zip(context.reference.columns.get(at));
    for (side, rows) in sides {
        let column = side.columns.get(at).and_then(Option::as_deref);
        let values = column.zip(frame).map(|(column, (frame, profile))| value_words(column, frame, profile));
        let mut places = Vec::new();
        for &row in rows {
            match (&values, column) {
                (Some(Words::Each(words)), _) => places.push(place(at, words.get(row as usize).copied().unwrap_or(MISSING))),
                (Some(Words::Text), Some(column)) => match text_at(column, row as usize) {
                    None => places.push(place(at, MISSING)),
                    Some(text) => {
                        let text = text.get(..text.floor_char_boundary(LOOKED_AT)).unwrap_or(text);
                        places.extend(tokens(text).map(|token| place(at, token_hash(token))));
                    }
                },
                _ => places.push(place(at, MISSING)),
            }
            out.push(&mut places);
        }
    }
    out
}

/// The word of a missing value.
const MISSING: u64 = 0x6d69_7373;

/// What the rows of a column are hashed from.
enum Words {
    /// A word a row.
    Each(Vec<u64>),
    /// The tokens of its texts.
    Text,
}

fn value_words(column: &Column, frame: &ColumnFrame, profile: &ColumnProfile) -> Words {
    match (&frame.values, profile.numeric()) {
        (ValueFrame::Text, _) => Words::Text,
        (ValueFrame::Numeric(numeric), Some(counted)) => {
            let edges = numeric.bins(&counted.mass, BINS).edges;
            let bin = |x: &f64| if x.is_nan() { MISSING } else { edges.partition_point(|e| e < x) as u64 };
            Words::Each(views::numbers(column).unwrap_or_default().iter().map(bin).collect())
        }
        _ => {
            let Some(categories) = views::categories(column) else { return Words::Each(Vec::new()) };
            let words: Vec<u64> = categories.names.iter().map(|name| crate::profile::text_word(name)).collect();
            Words::Each(categories.codes.iter().map(|&code| words.get(code as usize).copied().unwrap_or(MISSING)).collect())
        }
    }
}

fn judged(context: &Context, reference: (&Side, &Halves), evaluation: (&Side, &Halves), rng: &mut Rng) -> Measured {
    let rows = |h: &Halves| h.learn.iter().chain(&h.judge).copied().collect::<Vec<u32>>();
    let (of_a, of_b) = (rows(reference.1), rows(evaluation.1));
    let names: Vec<usize> = features(context);
    let places: Vec<Places> =
        names.iter().map(|&at| coded(context, at, [(reference.0, of_a.as_slice()), (evaluation.0, of_b.as_slice())])).collect();
    let (n, m) = (of_a.len() as u32, reference.1.learn.len() as u32);
    let learn: Vec<(u32, bool)> = (0..m).map(|i| (i, false)).chain((n..n + evaluation.1.learn.len() as u32).map(|i| (i, true))).collect();
    let weights = fit(&places, &learn, rng);
    let (held_a, held_b) = (m..n, n + evaluation.1.learn.len() as u32..n + of_b.len() as u32);
    let mut parts: Vec<(usize, Vec<f64>)> = (names.iter().zip(&places))
        .map(|(&at, p)| (at, held_a.clone().chain(held_b.clone()).map(|row| p.score(row, &weights)).collect::<Vec<f64>>()))
        .filter(|(_, part)| part.iter().any(|&x| x != 0.0))
        .collect();
    let mut scores = vec![0.0; held_a.len() + held_b.len()];
    for (_, part) in &parts {
        scores.iter_mut().zip(part).for_each(|(s, x)| *s += x);
    }
    // What a feature adds is only taken away again where it adds much.
    let weight = |part: &[f64]| part.iter().map(|x| x * x).sum::<f64>();
    parts.sort_by(|a, b| weight(&b.1).total_cmp(&weight(&a.1)).then(a.0.cmp(&b.0)));
    parts.truncate(RANKED);
    let split = held_a.len();
    let cells = tied(&scores, split);
    let test = ranks::mann_whitney(&cells.0, &cells.1);
    let area = delong::area(&cells.1, &cells.0);
    let design = design_effect(&scores, [reference, evaluation], split);
    let p_value = if design > 1.0 { normal_upper(test.z / design.sqrt()) } else { test.p_greater };
    let (a, b) = (split as f64, held_b.len() as f64);
    let null = ((a + b + 1.0) / (12.0 * a * b) * design).sqrt();
    let spread = area.filter(|x| x.variance.is_finite() && x.variance > 0.0).map_or(null, |x| (x.variance * design).sqrt());
    let effect = (test.area - 0.5).max(0.0);
    let without = |part: &[f64]| {
        let rest: Vec<f64> = scores.iter().zip(part).map(|(s, x)| s - x).collect();
        let cells = tied(&rest, split);
        test.area - ranks::mann_whitney(&cells.0, &cells.1).area
    };
    let name = |at: usize| context.features.get(at).map_or_else(String::new, |f| f.name.clone());
    let mut telling: Vec<(String, f64)> =
        parts.iter().map(|(at, part)| (name(*at), without(part))).filter(|(_, drop)| *drop > 0.0).collect();
    telling.sort_by(|x, y| y.1.total_cmp(&x.1).then_with(|| x.0.cmp(&y.0)));
    let listed: Vec<String> =
        telling.iter().take(NAMED).map(|(name, drop)| format!("{name} ({})", value(Some(*drop), Unit::Score))).collect();
    Measured {
        statistic: Some(test.area),
        statistic_unit: Some(Unit::Score),
        effect: Some(effect),
        interval: Some(((test.area - 0.5 - 1.96 * spread).max(0.0), (test.area - 0.5 + 1.96 * spread).clamp(0.0, 0.5))),
        p_value: Some(p_value),
        standard_error: Some(null),
        method: format!(
            "Area under the ROC curve of a hashed logistic regression on {} held-out rows, learnt on {} others; Mann-Whitney, one-sided; DeLong's interval",
            spaced(scores.len() as u64),
            spaced(learn.len() as u64)
        ),
        sentence: told(test.area, &listed, effect > 0.0),
        n_reference: Some(n.into()),
        n_evaluation: Some(of_b.len() as u64),
        metrics: telling
            .iter()
            .map(|(name, drop)| CaseMetric { kind: "FEATURE".to_owned(), metric: name.clone(), value: Some(*drop) })
            .collect(),
        figure: Some(figure(&scores, split)),
        ..Measured::default()
    }
}

/// How often each score stands on both sides, the scores ascending.
fn tied(scores: &[f64], split: usize) -> (Vec<f64>, Vec<f64>) {
    let mut sorted: Vec<(f64, bool)> = scores.iter().enumerate().map(|(i, &s)| (s, i >= split)).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let count = |run: &[(f64, bool)]| {
        let second = run.iter().filter(|s| s.1).count();
        ((run.len() - second) as f64, second as f64)
    };
    sorted.chunk_by(|a, b| a.0 == b.0).map(count).unzip()
}

/// What it costs that rows belong together: the design effect of the ranks of their scores.
fn design_effect(scores: &[f64], sides: [(&Side, &Halves); 2], split: usize) -> f64 {
    let ranks = ranks::mean_ranks(scores);
    let (first, second) = ranks.split_at_checked(split).unwrap_or_default();
    let of = |((side, halves), ranks): ((&Side, &Halves), &[f64])| {
        let groups = side.outcomes.groups.as_ref()?;
        let own: Vec<u32> = halves.judge.iter().map(|&row| groups.get(row as usize).copied().unwrap_or(0)).collect();
        let total: f64 = ranks.iter().sum();
        Some(Clusters::of_scores(&own, ranks.iter().map(|&r| Some(r))).deff(total * total))
    };
    sides.into_iter().zip([first, second]).filter_map(of).fold(1.0, f64::max)
}

/// Both sides over quantile bins of the held-out scores.
fn figure(scores: &[f64], split: usize) -> Figure {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..SHOWN).filter_map(|i| sorted.get(sorted.len() * i / SHOWN)).copied().collect();
    edges.dedup();
    let mut counts = vec![[0.0; 2]; edges.len() + 1];
    let sizes = [split.max(1) as f64, (scores.len() - split).max(1) as f64];
    for (i, s) in scores.iter().enumerate() {
        let side = usize::from(i >= split);
        if let (Some(slot), Some(size)) = (counts.get_mut(edges.partition_point(|e| e < s)).and_then(|c| c.get_mut(side)), sizes.get(side))
        {
            *slot += 1.0 / size;
        }
    }
    let at = |i: usize| edges.get(i).copied();
    let bins = counts.iter().enumerate().map(|(i, [reference, evaluation])| {
        let (from, to) = (i.checked_sub(1).and_then(at), at(i));
        let label = match (from, to) {
            (Some(f), Some(t)) => format!("{} – {}", number(f), number(t)),
            (None, Some(t)) => format!("≤ {}", number(t)),
            (Some(f), None) => format!("> {}", number(f)),
            (None, None) => "all".to_owned(),
        };
        DistributionBin { label, from, to, reference: *reference, evaluation: *evaluation }
    });
    Figure::Distributions { feature: "log-odds of being an evaluation row".to_owned(), numeric: true, bins: bins.collect(), of: None }
}

/// `listed`: the features that it rests on, each with what the probability loses without it.
fn told(area: f64, listed: &[String], evident: bool) -> String {
    let tells = match listed {
        [] => String::new(),
        _ if !evident => String::new(),
        _ => format!("; it rests most on {} (in brackets, how much lower the probability is without it)", listed.join(", ")),
    };
    format!(
        "A classifier that has learnt to tell evaluation from reference ranks a held-out evaluation row above a reference row with probability {}{tells}.",
        value(Some(area), Unit::Score)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let head = "A classifier that has learnt to tell evaluation from reference ranks a held-out evaluation row above a reference row with probability";
        assert_eq!(told(0.485, &["x (0.001)".to_owned()], false), format!("{head} 0.485."));
        assert_eq!(
            told(0.8, &["x (0.210)".to_owned(), "y (0.030)".to_owned()], true),
            format!("{head} 0.800; it rests most on x (0.210), y (0.030) (in brackets, how much lower the probability is without it).")
        );
    }
}
