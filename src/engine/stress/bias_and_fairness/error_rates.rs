//! Does the model err as often for one group as for the largest?
//!
//! The gaps are plain, as the definitions have them (Hardt, Price and Srebro 2016). What a subset's own scores lead one to expect is not
//! taken off here, as it is for subsets: where the scores of a group are too low or too high, that itself is the unfairness.

use straingauge_api::{Better, CaseMetric, Kind, Severity, Thresholds};
use straingauge_charts::format::{counted, together};

use super::group::{Groups, after_choice, protected, rows_of};
use super::spec;
use crate::Result;
use crate::math::finite;
use crate::metrics::{Metric, MetricDefinition, by_id};
use crate::profile::{ModelProfile, OutcomeTally};
use crate::stats::fisher;
use crate::stats::multiple::holm;
use crate::stats::special::normal_quantile;
use crate::stress::model_performance::both_labelled;
use crate::stress::performance::{Splits, whole_gap};
use crate::stress::row_order::losses;
use crate::stress::{Context, Family, Measured, Measurement, Needs, Question, RowSet, TestSpec};

/// Asks how far true and false positive rates, or macro recall, of the groups lie from those of the largest group.
pub struct EqualErrorRates;

const ODDS: &str = "bias_and_fairness:equalized_odds";
const RECALL: &str = "bias_and_fairness:equal_opportunity_recall";
const MACRO_RECALL: &str = "bias_and_fairness:equal_opportunity_macro_recall";
const FALSE_POSITIVES: &str = "bias_and_fairness:predictive_equality_fpr";

/// Rows of a group that a rate must be made of.
const LEAST_ROWS: f64 = 5.0;

/// The metrics that a test compares.
fn compared(test: &str) -> &'static [&'static str] {
    match test {
        ODDS => &["recall", "false_positive_rate"],
        RECALL => &["recall"],
        MACRO_RECALL => &["macro_recall"],
        _ => &["false_positive_rate"],
    }
}

impl Question for EqualErrorRates {
    fn tests(&self) -> Vec<TestSpec> {
        let of = |id: &str, name: &str, what: &str, how: &str| {
            spec(
                id.to_owned(),
                name.to_owned(),
                Kind::Difference,
                Needs { predictions: true, labels: true, ..Needs::default() },
                (0.1, 0.2),
                [
                    format!("Whether {what} in every group of a protected feature as in the largest one."),
                    "A model that misses or accuses the members of one group more often than others treats them worse, even where its overall accuracy is the same.".to_owned(),
                    format!("Each group of at least 20 labelled rows is set against the largest group. {how} Judged by the group with the largest lower bound, its evidence corrected for their number (Holm)."),
                ],
            )
        };
        let rates = "The effect is the gap between the two shares; the evidence is Fisher's exact test.";
        let drawn = "The effect is the gap less what a random split of both groups' rows shows.";
        vec![
            of("equalized_odds", "Equalized Odds", "positive rows are found, and negative rows called positive, as often", rates),
            of("equal_opportunity_recall", "Equal Opportunity (Recall)", "positive rows are found as often", rates),
            of(
                "equal_opportunity_macro_recall",
                "Equal Opportunity (Macro Recall)",
                "rows of each class are found as often, on the mean over the classes,",
                drawn,
            ),
            of("predictive_equality_fpr", "Predictive Equality (False Positive Rate)", "negative rows are called positive as often", rates),
        ]
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let Some(frame) = context.frame.model.as_ref().filter(|f| !f.classes.is_empty() && both_labelled(context)) else {
            return Vec::new();
        };
        let tests = [ODDS, RECALL, MACRO_RECALL, FALSE_POSITIVES];
        let exist = tests.into_iter().filter(|t| compared(t).iter().all(|m| by_id(frame.task, m).is_some()));
        protected(context, &exist.map(str::to_owned).collect::<Vec<_>>())
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let one = |test: &String| {
            let Some(groups) = Groups::of(context, family) else {
                return Measurement::Skipped("The reference makes no groups of this feature.".to_owned());
            };
            let found = gaps(context, &groups, test);
            match worst(&found) {
                Some(at) => Measurement::Measured(Box::new(measured(&groups, &found, at, super::limits(context, test, (0.1, 0.2))))),
                None => groups.too_few(context, test, "labelled rows that bear on this metric"),
            }
        };
        Ok(family.tests.iter().map(one).collect())
    }

    fn degrees(&self, context: &Context, _: &Family, _: &str, rows: &[u32]) -> Option<Vec<f64>> {
        Some(losses(&context.evaluation_rows()?.outcomes, rows))
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        let found = gaps(context, &Groups::of(context, family)?, test);
        rows_of(context, family, found.get(worst(&found)?)?.cell)
    }
}

/// A group against the largest one, by one metric.
#[derive(Debug, Clone, Copy)]
struct Gap {
    cell: usize,
    largest: usize,
    definition: &'static MetricDefinition,
    value: f64,
    base: f64,
    /// The size of the gap, less what noise gives where that depends on the number of rows.
    effect: f64,
    standard_error: f64,
    /// Two-sided.
    p: f64,
}

/// Every group of enough rows against the largest, by every metric of a test.
fn gaps(context: &Context, groups: &Groups<'_>, test: &str) -> Vec<Gap> {
    let judged = groups.judged(context, test, true);
    let Some((&largest, others)) = judged.split_first() else { return Vec::new() };
    let Some(base) = groups.cells.get(largest) else { return Vec::new() };
    let definitions: Vec<&'static MetricDefinition> = compared(test).iter().filter_map(|id| by_id(groups.frame.task, id)).collect();
    let one = |cell: usize, definition: &'static MetricDefinition| {
        let tally = groups.cells.get(cell)?;
        let metric = definition.metric;
        let (value, base_value) = (groups.frame.value(tally, metric)?, groups.frame.value(base, metric)?);
        let gap = |effect: f64, standard_error: f64, p: f64| Gap {
            cell,
            largest,
            definition,
            value,
            base: base_value,
            effect,
            standard_error,
            p,
        };
        if metric == Metric::MacroRecall {
            return drawn(context, groups, test, definition, (base, tally)).map(|(effect, error, p)| gap(effect, error, p));
        }
        let (own, rest) = (share(tally, metric)?, share(base, metric)?);
        let p = fisher::two_sided(rest.0.round() as u64, rest.1.round() as u64, own.0.round() as u64, own.1.round() as u64);
        // As if one more row had been right and one wrong, so that no share counts as certain (Agresti and Coull 1998).
        let variance = |(hits, n): (f64, f64)| (hits + 1.0) * (n - hits + 1.0) / ((n + 2.0) * (n + 2.0) * (n + 2.0));
        Some(gap((value - base_value).abs(), (variance(own) + variance(rest)).sqrt(), p))
    };
    others.iter().flat_map(|&cell| definitions.iter().map(move |&d| (cell, d))).filter_map(|(cell, d)| one(cell, d)).collect()
}

/// Hits and rows that a rate is made of, in effective rows; `None` for fewer than five.
fn share(tally: &OutcomeTally, metric: Metric) -> Option<(f64, f64)> {
    let &[tn, fp, fal, tp] = tally.confusion.as_slice() else { return None };
    let kish = tally.labelled.effective() / tally.labelled.weight.max(f64::MIN_POSITIVE);
    let (hits, others) = if metric == Metric::Recall { (tp, fal) } else { (fp, tn) };
    let n = kish * (hits + others);
    (n >= LEAST_ROWS).then_some((kish * hits, n))
}

/// Effect, standard error and two-sided p of a metric that depends on the number of rows, by random splits of both groups' rows.
fn drawn(
    context: &Context,
    groups: &Groups<'_>,
    test: &str,
    definition: &'static MetricDefinition,
    pair: (&OutcomeTally, &OutcomeTally),
) -> Option<(f64, f64, f64)> {
    let side = |t: &OutcomeTally| ModelProfile { tally: t.clone(), ..ModelProfile::default() };
    let of = |a: &OutcomeTally, b: &OutcomeTally| {
        let splits = Splits::new(groups.frame, (a, b), &[definition.metric], 5.0, &mut context.rng(test, &groups.title));
        whole_gap(groups.frame, definition, &side(a), &side(b), &splits).map(|g| g.2)
    };
    let (worse, better) = (of(pair.0, pair.1)?, of(pair.1, pair.0)?);
    let gap = if worse.effect >= better.effect { worse } else { better };
    Some((gap.effect.max(0.0), gap.standard_error, (2.0 * worse.p.min(better.p)).min(1.0)))
}

/// The gap that is surest to be there.
fn worst(gaps: &[Gap]) -> Option<usize> {
    let z = normal_quantile(1.0 - 0.025 / gaps.len().max(1) as f64);
    let bound = |g: &Gap| g.effect - z * g.standard_error;
    (0..gaps.len()).max_by(|&a, &b| {
        let of = |i: usize| gaps.get(i).map_or(f64::NEG_INFINITY, bound);
        of(a).total_cmp(&of(b)).then(b.cmp(&a))
    })
}

/// `Recall is 0.600 where age = 65+ (40 rows): 0.200 below the 0.800 of the largest group (18-64).`
fn told(gap: &Gap, place: &str, rows: u64, largest: &str) -> String {
    let plain = (gap.value - gap.base).abs();
    let [value, base, apart] = together([gap.value, gap.base, plain], gap.definition.unit);
    let beyond = match plain - gap.effect {
        by if by < 0.005 => String::new(),
        _ if gap.effect > 0.0 => format!(", {} of it beyond what chance gives", together([gap.effect], gap.definition.unit).concat()),
        _ => ", none of it beyond what chance gives".to_owned(),
    };
    let against = if gap.value > gap.base {
        format!("{apart} above the {base}")
    } else if gap.value < gap.base {
        format!("{apart} below the {base}")
    } else {
        "the same as that".to_owned()
    };
    format!(
        "{} is {value} where {place} ({}): {against} of the largest group ({largest}){beyond}.",
        gap.definition.name,
        counted(rows, "row")
    )
}

fn measured(groups: &Groups<'_>, gaps: &[Gap], at: usize, limits: Thresholds) -> Measured {
    let adjusted = holm(&gaps.iter().map(|g| g.p).collect::<Vec<_>>());
    let p = adjusted.get(at).copied().unwrap_or(1.0);
    let Some(gap) = gaps.get(at).copied() else { return Measured::default() };
    let (k, definition) = (gaps.len() as f64, gap.definition);
    let z = normal_quantile(1.0 - 0.025 / k);
    let tally = groups.cells.get(gap.cell);
    let sentence = told(&gap, &groups.place(gap.cell), tally.map_or(0, |t| t.labelled.rows), groups.name(gap.largest));
    let bad: Vec<(usize, Severity)> = gaps
        .iter()
        .zip(&adjusted)
        .filter(|(g, p)| g.definition.id == definition.id && **p <= 0.05 && g.effect >= limits.warning)
        .map(|(g, _)| (g.cell, if g.effect >= limits.alert { Severity::Alert } else { Severity::Warning }))
        .collect();
    let mut judged: Vec<usize> = gaps.iter().map(|g| g.cell).chain([gap.largest]).collect();
    judged.sort_unstable();
    judged.dedup();
    let warns = if definition.better == Better::Lower { gap.base + limits.warning } else { gap.base - limits.warning };
    let largest_gap = |id: &str| {
        let values = || gaps.iter().filter(|g| g.definition.id == id).flat_map(|g| [g.value, g.base]);
        values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
    };
    let mut ids: Vec<&str> = gaps.iter().map(|g| g.definition.id).collect();
    ids.dedup();
    let between = ids.iter().map(|id| largest_gap(id)).fold(0.0, f64::max);
    let metric = |metric: String, value: f64| CaseMetric { kind: "FAIRNESS".to_owned(), metric, value: finite(value) };
    Measured {
        statistic: finite(gaps.iter().map(|g| (g.value - g.base).abs()).fold(0.0, f64::max)),
        effect: finite(gap.effect),
        interval: Some(((gap.effect - z * gap.standard_error).max(0.0), gap.effect + z * gap.standard_error)),
        p_value: Some(p),
        standard_error: Some(after_choice(gaps.iter().map(|g| g.standard_error).fold(f64::INFINITY, f64::min), k)),
        thresholds: Some(limits),
        method: if definition.metric == Metric::MacroRecall {
            format!("Worst of {k} gaps to the largest group, Holm; random splits of both groups' rows")
        } else {
            format!("Worst of {k} gaps to the largest group, Holm; Fisher's exact test of two shares")
        },
        sentence,
        n_evaluation: Some(groups.whole.labelled.rows),
        subset: Some(groups.name(gap.cell).to_owned()),
        row_count: tally.map(|t| t.rows),
        metrics: vec![
            metric(format!("group_{}", definition.id), gap.value),
            metric(format!("largest_group_{}", definition.id), gap.base),
            metric("largest_difference_between_groups".to_owned(), between),
        ],
        figure: Some(groups.figure(definition, &judged, &bad, Some(warns))),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let of = |id: &str, value: f64, base: f64, effect: f64, rows| {
            let definition = crate::metrics::all().iter().find(|d| d.id == id).unwrap();
            told(&Gap { cell: 1, largest: 0, definition, value, base, effect, standard_error: 0.0, p: 1.0 }, "age ≤ 24", rows, "> 65")
        };
        assert_eq!(
            of("recall", 0.253, 0.746, 0.493, 1),
            "Recall is 0.253 where age ≤ 24 (1 row): 0.493 below the 0.746 of the largest group (> 65)."
        );
        assert_eq!(
            of("false_positive_rate", 0.351, 0.219, 0.132, 1_234),
            "False positive rate is 0.351 where age ≤ 24 (1\u{202f}234 rows): 0.132 above the 0.219 of the largest group (> 65)."
        );
        assert_eq!(
            of("recall", 0.5, 0.5, 0.0, 30),
            "Recall is 0.500 where age ≤ 24 (30 rows): the same as that of the largest group (> 65)."
        );
        assert_eq!(
            of("macro_recall", 0.4, 0.5, 0.06, 30),
            "Macro recall is 0.400 where age ≤ 24 (30 rows): 0.100 below the 0.500 of the largest group (> 65), 0.060 of it beyond what chance gives."
        );
        assert_eq!(
            of("macro_recall", 0.45, 0.5, 0.0, 30),
            "Macro recall is 0.450 where age ≤ 24 (30 rows): 0.050 below the 0.500 of the largest group (> 65), none of it beyond what chance gives."
        );
    }
}
