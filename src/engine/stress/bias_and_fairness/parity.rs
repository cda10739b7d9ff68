//! Demographic parity: does the model decide alike for the groups of a protected feature, or of a crossing of several?

use straingauge_api::{CaseMetric, Kind, Severity, Thresholds, Unit};
use straingauge_charts::format::{counted, together, value};

use super::group::{Groups, after_choice, protected, rows_of};
use super::ratio::{Disparity, GroupMean, differences, ratios};
use super::spec;
use crate::Result;
use crate::math::finite;
use crate::metrics::{Metric, MetricDefinition, by_id};
use crate::profile::{Form, Mean, ModelFrame, OutcomeTally};
use crate::stats::chi_square::independence;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, TestSpec};

/// Asks the groups of every protected feature.
pub struct DemographicParity;

/// Asks the groups of every pair of protected features, or of the sets that the reader named.
pub struct IntersectionalGroupFairness;

const PARITY: &str = "bias_and_fairness:demographic_parity_";
const CROSSED: &str = "bias_and_fairness:intersectional_group_fairness_";
/// Classes of fewer rows expected in the smallest group share a cell of the χ² table.
const EXPECTED: f64 = 5.0;

const VARIANTS: [(&str, &str, &str); 3] = [
    ("pos_pred", "Positive Prediction Rate", "the share of rows predicted positive (over several classes, of each class)"),
    ("avg_pred", "Average Prediction", "the mean prediction"),
    ("avg_rank", "Average Rank", "the mean place of the rows in the ranking of their query"),
];

fn tests(prefix: &str, name: &str, groups: &str) -> Vec<TestSpec> {
    let of = |(id, what, meaning): (&str, &str, &str)| {
        spec(
            prefix.strip_prefix("bias_and_fairness:").map_or(String::new(), |p| format!("{p}{id}")),
            format!("{name} ({what})"),
            Kind::Difference,
            Needs { predictions: true, ..Needs::default() },
            (0.2, 0.3),
            [
                format!("Whether {meaning} is the same in {groups}."),
                "A model that decides otherwise for one group than for the rest may discriminate against it, whatever the reason; the four-fifths rule of thumb draws the line at a ratio of 0.8.".to_owned(),
                "Each group of at least 20 rows is set against all other rows. The effect is one minus the upper bound of the lowest ratio (Katz's interval on the logarithm, corrected for the number of groups); the evidence is a χ² test of homogeneity. Predictions that may be negative are compared by differences in standard deviations. The statistic is one minus the smallest over the largest value.".to_owned(),
            ],
        )
    };
    VARIANTS.into_iter().map(of).collect()
}

/// Which of the variants exist for a model.
fn asked(frame: &ModelFrame, prefix: &str) -> Vec<String> {
    let exists = |id: &str| match id {
        "pos_pred" => matches!(frame.form, Form::Classes | Form::Score | Form::Probabilities) && frame.classes.len() > 1,
        "avg_rank" => frame.form == Form::Queries,
        _ => matches!(frame.form, Form::Score | Form::Numbers),
    };
    VARIANTS.iter().filter(|v| exists(v.0)).map(|v| format!("{prefix}{}", v.0)).collect()
}

impl Question for DemographicParity {
    fn tests(&self) -> Vec<TestSpec> {
        tests(PARITY, "Demographic Parity", "all groups of a protected feature")
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        protected(context, &context.frame.model.as_ref().map_or_else(Vec::new, |f| asked(f, PARITY)))
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        Ok(measure(context, family))
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        rows(context, family, test)
    }
}

impl Question for IntersectionalGroupFairness {
    fn tests(&self) -> Vec<TestSpec> {
        tests(
            CROSSED,
            "Intersectional Group Fairness",
            "all groups that two protected features (or the sets named in intersections) make together",
        )
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let tests = context.frame.model.as_ref().map_or_else(Vec::new, |f| asked(f, CROSSED));
        let of = |names: &Vec<String>| Family { subject: FamilySubject::Crossing(names.clone()), tests: tests.clone() };
        context.frame.groups.iter().map(|g| of(&g.names)).collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        Ok(measure(context, family))
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        rows(context, family, test)
    }
}

fn measure(context: &Context, family: &Family) -> Vec<Measurement> {
    let one = |test: &String| {
        let Some(groups) = Groups::of(context, family) else {
            return Measurement::Skipped("The reference makes no groups of this feature.".to_owned());
        };
        match Parity::of(context, &groups, test) {
            Some(parity) => Measurement::Measured(Box::new(parity.measured(&groups, super::limits(context, test, (0.2, 0.3))))),
            None => groups.too_few(context, test, "rows with a prediction"),
        }
    };
    family.tests.iter().map(one).collect()
}

fn rows(context: &Context, family: &Family, test: &str) -> Option<RowSet> {
    let parity = Parity::of(context, &Groups::of(context, family)?, test)?;
    rows_of(context, family, parity.cell()?)
}

/// How the groups of a family compare by one quantity.
struct Parity {
    judged: Vec<usize>,
    means: Vec<GroupMean>,
    found: Disparity,
    definition: &'static MetricDefinition,
    /// The class whose share is the most uneven, over several classes.
    class: Option<usize>,
    comparisons: f64,
    by_ratio: bool,
}

fn group_mean(mean: &Mean) -> GroupMean {
    GroupMean { n: mean.mass.effective(), mean: mean.mean, variance: mean.variance, share: mean.indicator }
}

/// The mean place of a group's rows. Rows of one query share its places: what the lengths of the queries add to the spread is counted by
/// queries, the order within them by rows (a place of L has variance (L² − 1)/12, and the mean place y of a query says L = 2y − 1).
fn places(frame: &ModelFrame, whole: &OutcomeTally, group: &OutcomeTally) -> Option<GroupMean> {
    let (all, own) = (frame.mean(whole, Metric::AverageRank)?, frame.mean(group, Metric::AverageRank)?);
    let order = (all.variance + all.mean * all.mean - all.mean).max(0.0) / 3.0;
    let variance = order + all.variance;
    let error = order / group.rows.max(1) as f64 + all.variance / own.mass.effective();
    (error > 0.0).then(|| GroupMean { n: variance / error, mean: own.mean, variance, share: false })
}

impl Parity {
    fn of(context: &Context, groups: &Groups<'_>, test: &str) -> Option<Self> {
        let frame = groups.frame;
        let judged = groups.judged(context, test, false);
        let means = |of: &dyn Fn(&OutcomeTally) -> Option<Mean>| -> Option<Vec<GroupMean>> {
            judged.iter().map(|&cell| of(groups.cells.get(cell)?).as_ref().map(group_mean)).collect()
        };
        if judged.len() < 2 {
            return None;
        }
        if test.ends_with("avg_pred") {
            let definition = by_id(frame.task, "average_prediction")?;
            let means = means(&|t| frame.mean(t, Metric::AveragePrediction))?;
            let by_ratio = frame.form == Form::Score || never_negative(context);
            let comparisons = means.len() as f64;
            let found = if by_ratio { ratios(&means, comparisons, false) } else { differences(&means, comparisons) }?;
            return Some(Self { judged, means, found, definition, class: None, comparisons, by_ratio });
        }
        if test.ends_with("avg_rank") {
            let definition = by_id(frame.task, "average_rank")?;
            let means: Option<Vec<GroupMean>> = judged.iter().map(|&cell| places(frame, groups.whole, groups.cells.get(cell)?)).collect();
            let (means, comparisons) = (means?, judged.len() as f64);
            let found = ratios(&means, comparisons, true)?;
            return Some(Self { judged, means, found, definition, class: None, comparisons, by_ratio: true });
        }
        let definition = by_id(frame.task, "positive_prediction_rate")?;
        let classes: Vec<usize> = if frame.classes.len() == 2 { vec![1] } else { (0..frame.classes.len()).collect() };
        let comparisons = (judged.len() * classes.len()) as f64;
        let several = classes.len() > 1;
        let of_class = |class: usize| {
            let means = means(&|t| frame.predicted_share(t, class))?;
            let found = ratios(&means, comparisons, false)?;
            Some((class, means, found))
        };
        let worst = classes.iter().filter_map(|&c| of_class(c)).min_by(|a, b| b.2.interval.0.total_cmp(&a.2.interval.0));
        let (class, means, mut found) = worst?;
        if several {
            found.p = independence(&table(groups, &judged), 1.0).p_value;
        }
        Some(Self { judged, means, found, definition, class: several.then_some(class), comparisons, by_ratio: true })
    }

    /// The cell of the group that falls behind.
    fn cell(&self) -> Option<usize> {
        self.judged.get(self.found.lowest).copied()
    }

    fn measured(&self, groups: &Groups<'_>, limits: Thresholds) -> Measured {
        let found = &self.found;
        let cell = self.cell().unwrap_or(0);
        let own = self.means.get(found.lowest).copied();
        let rest = GroupMean::pool(self.means.iter().enumerate().filter(|(i, _)| *i != found.lowest).map(|(_, g)| *g));
        let unit = if self.definition.metric == Metric::PositivePredictionRate { Unit::Share } else { self.definition.unit };
        let class = self.class.and_then(|c| groups.frame.classes.get(c));
        let what = match class {
            Some(class) => format!("The share of rows predicted {class}"),
            None => self.definition.name.to_owned(),
        };
        let tally = groups.cells.get(cell);
        let rows = tally.map_or(0, |t| t.predicted.rows);
        let compared = if self.by_ratio { Compared::Ratio(found.ratio) } else { Compared::Deviations(found.ratio) };
        let means = [own.map_or(f64::NAN, |g| g.mean), rest.mean];
        let sentence = told(&what, &groups.place(cell), rows, means, unit, compared);
        let severity = match found.interval.0 {
            e if e >= limits.alert => Severity::Alert,
            e if e >= limits.warning => Severity::Warning,
            _ => Severity::Pass,
        };
        let small = self.definition.metric == Metric::AverageRank;
        let warns = if small { rest.mean / (1.0 - limits.warning) } else { rest.mean * (1.0 - limits.warning) };
        let threshold = (self.by_ratio && self.class.is_none()).then_some(warns);
        let metric = |metric: &str, value: f64| CaseMetric { kind: "FAIRNESS".to_owned(), metric: metric.to_owned(), value: finite(value) };
        Measured {
            statistic: finite(found.raw),
            effect: finite(found.interval.0),
            interval: Some(found.interval),
            p_value: Some(found.p),
            standard_error: Some(after_choice(found.sharpest, self.comparisons)),
            thresholds: Some(limits),
            method: if self.by_ratio {
                format!("Upper bound of the lowest of {} ratios to the rest (Katz, Holm); χ² of homogeneity", self.comparisons)
            } else {
                format!("Lower bound of the largest of {} differences from the rest (Holm); χ² of homogeneity", self.comparisons)
            },
            sentence,
            n_evaluation: Some(groups.whole.predicted.rows),
            subset: Some(groups.name(cell).to_owned()),
            row_count: tally.map(|t| t.rows),
            metrics: vec![
                metric(if self.by_ratio { "ratio_to_the_rest" } else { "difference_in_sd" }, found.ratio),
                metric("smallest_to_largest", 1.0 - found.raw),
            ],
            figure: Some(groups.figure(self.definition, &self.judged, &[(cell, severity)], threshold)),
            ..Measured::default()
        }
    }
}

/// `Positive prediction rate is 20.0 % where age = 65+ (40 rows), against 40.0 % in all other groups: a ratio of 0.500.`
fn told(what: &str, place: &str, rows: u64, [own, rest]: [f64; 2], unit: Unit, compared: Compared) -> String {
    let [own_text, rest_text] = together([own, rest], unit);
    let rows = counted(rows, "row");
    if own_text == rest_text {
        return format!("{what} is {own_text} where {place} ({rows}), as in all other groups.");
    }
    let compared = match compared {
        Compared::Ratio(ratio) => format!("a ratio of {}", value(Some(ratio), Unit::Score)),
        Compared::Deviations(apart) => format!("{} standard deviations apart", value(Some(apart.abs()), Unit::Distance)),
    };
    format!("{what} is {own_text} where {place} ({rows}), against {rest_text} in all other groups: {compared}.")
}

/// A group's mean against that of the rest.
#[derive(Debug, Clone, Copy)]
enum Compared {
    Ratio(f64),
    /// In standard deviations of all rows.
    Deviations(f64),
}

/// Rows by group and predicted class, brought to effective counts; classes too rare for χ² share a column.
pub(super) fn table(groups: &Groups<'_>, judged: &[usize]) -> Vec<Vec<f64>> {
    let tallies: Vec<&OutcomeTally> = judged.iter().filter_map(|&cell| groups.cells.get(cell)).collect();
    let scale = |t: &OutcomeTally| if t.predicted.weight > 0.0 { t.predicted.effective() / t.predicted.weight } else { 0.0 };
    let total: f64 = tallies.iter().map(|t| t.predicted.effective()).sum();
    let smallest = tallies.iter().map(|t| t.predicted.effective()).fold(f64::INFINITY, f64::min);
    let column = |class: usize| tallies.iter().map(|t| scale(t) * t.predicted_as.get(class).copied().unwrap_or(0.0)).sum::<f64>();
    let common: Vec<bool> = (0..groups.frame.classes.len()).map(|c| column(c) * smallest >= EXPECTED * total).collect();
    let row = |t: &&OutcomeTally| {
        let mut out: Vec<f64> = Vec::new();
        let mut rare = 0.0;
        for (&weight, &common) in t.predicted_as.iter().zip(&common) {
            if common {
                out.push(weight * scale(t));
            } else {
                rare += weight * scale(t);
            }
        }
        out.push(rare);
        out
    };
    tallies.iter().map(row).collect()
}

/// Whether no prediction of either side is below 0, so that a ratio means something.
fn never_negative(context: &Context) -> bool {
    let least = |p: &crate::profile::Profile| p.predictions.first().and_then(|c| c.numeric()).map(|n| n.min);
    [&context.reference, &context.evaluation].into_iter().all(|p| least(p).is_some_and(|m| m >= 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let of = |rows, means, unit, compared| told("Positive prediction rate", "city = \"Rio\" ∧ (empty)", rows, means, unit, compared);
        assert_eq!(
            of(1, [0.136, 0.508], Unit::Share, Compared::Ratio(0.267_7)),
            "Positive prediction rate is 13.6\u{a0}% where city = \"Rio\" ∧ (empty) (1 row), against 50.8\u{a0}% in all other groups: a ratio of 0.268."
        );
        assert_eq!(
            of(12_345, [0.0, 0.000_4], Unit::Share, Compared::Ratio(0.0)),
            "Positive prediction rate is 0.00\u{a0}% where city = \"Rio\" ∧ (empty) (12\u{202f}345 rows), against 0.04\u{a0}% in all other groups: a ratio of 0.000."
        );
        assert_eq!(
            of(40, [0.0, 0.0], Unit::Share, Compared::Ratio(0.0)),
            "Positive prediction rate is 0.0\u{a0}% where city = \"Rio\" ∧ (empty) (40 rows), as in all other groups."
        );
        assert_eq!(
            of(40, [-250_000.0, 1_000_000.5], Unit::Number, Compared::Deviations(-0.412)),
            "Positive prediction rate is \u{2212}250\u{202f}000 where city = \"Rio\" ∧ (empty) (40 rows), against 1\u{202f}000\u{202f}000 in all other groups: 0.41 standard deviations apart."
        );
    }
}
