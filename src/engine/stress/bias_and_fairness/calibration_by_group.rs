//! Calibration by group: does a score mean the same for the members of every group?

use straingauge_api::{Better, CaseMetric, Estimate, Figure, Kind, Severity, SubsetBar, Unit};
use straingauge_charts::format::{counted, percent};

use super::group::{Groups, after_choice, protected, rows_of};
use super::spec;
use crate::Result;
use crate::math::finite;
use crate::profile::{Form, ModelProfile, OutcomeTally};
use crate::stats::multiple::holm;
use crate::stats::proportions::wilson;
use crate::stats::special::{chi_square_upper, normal_quantile};
use crate::stress::model_performance::{beyond_noise, both_labelled};
use crate::stress::row_order::losses;
use crate::stress::{Context, Family, Measured, Measurement, Needs, Question, RowSet, TestSpec};

const TEST: &str = "bias_and_fairness:calibration_by_group";
/// Rows that every bin must have in the group and outside it.
const LEAST_BIN_ROWS: f64 = 50.0;
/// Bins hold at least this share of the reference.
const LEAST_BIN_SHARE: f64 = 0.05;

/// Asks whether rows of the same score are right as often in every group.
pub struct CalibrationByGroup;

impl Question for CalibrationByGroup {
    fn tests(&self) -> Vec<TestSpec> {
        vec![spec(
            "calibration_by_group".to_owned(),
            "Calibration By Group".to_owned(),
            Kind::Difference,
            Needs { predictions: true, labels: true, ..Needs::default() },
            (0.02, 0.06),
            [
                "Whether rows of the same score are right (or positive) as often in every group of a protected feature.",
                "Where 0.8 means eight of ten for one group and six of ten for another, everybody who acts on the score wrongs one of them.",
                "Scores are cut into bins of the reference with at least 50 rows in the group and outside it. The effect is the weighted mean squared difference of the two calibration curves, less what noise gives; the evidence is a χ² test over the bins, corrected for the number of groups (Holm).",
            ]
            .map(str::to_owned),
        )]
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let scored = context.frame.model.as_ref().is_some_and(|f| matches!(f.form, Form::Score | Form::Probabilities));
        if scored && both_labelled(context) { protected(context, &[TEST.to_owned()]) } else { Vec::new() }
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let Some(groups) = Groups::of(context, family) else {
            return Ok(vec![Measurement::Skipped("The reference makes no groups of this feature.".to_owned())]);
        };
        let curves = curves(context, &groups);
        Ok(vec![match worst(&curves) {
            Some(at) => Measurement::Measured(Box::new(measured(context, &groups, &curves, at))),
            None => Measurement::Skipped(format!(
                "No group of {} has two bins of at least 50 labelled rows, with as many outside it.",
                groups.title
            )),
        }])
    }

    fn degrees(&self, context: &Context, _: &Family, _: &str, rows: &[u32]) -> Option<Vec<f64>> {
        Some(losses(&context.evaluation_rows()?.outcomes, rows))
    }

    fn rows(&self, context: &Context, family: &Family, _: &str) -> Option<RowSet> {
        let curves = curves(context, &Groups::of(context, family)?);
        rows_of(context, family, curves.get(worst(&curves)?)?.cell)
    }
}

/// How far the calibration curve of a group lies from that of all other rows.
#[derive(Debug, Clone, Copy)]
struct Curves {
    cell: usize,
    bins: usize,
    raw: f64,
    effect: f64,
    error: f64,
    p: f64,
}

/// Rows, hits and sum of scores of a bin.
#[derive(Debug, Clone, Copy, Default)]
struct Bin([f64; 3]);

impl Bin {
    fn add(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a += b);
    }

    /// Share of hits beyond the mean score.
    fn excess(self) -> f64 {
        let [rows, hits, scores] = self.0;
        (hits - scores) / rows.max(f64::MIN_POSITIVE)
    }
}

/// The bins of some rows, one a score cell. Within a cell the scores of all groups are alike: each counts with the mean over
/// all rows.
fn bins(tally: &OutcomeTally, whole: &ModelProfile) -> Vec<Bin> {
    let kish = if tally.labelled.weight > 0.0 { tally.labelled.effective() / tally.labelled.weight } else { 0.0 };
    let (negative, positive) = tally.histograms();
    let (all_negative, all_positive) = whole.tally.histograms();
    let all = all_negative.iter().zip(all_positive).map(|(a, b)| a + b);
    let mean = all.zip(&whole.score_sums).map(|(n, sum)| if n > 0.0 { sum / n } else { 0.0 });
    negative.iter().zip(positive).zip(mean).map(|((n, y), score)| Bin([kish * (n + y), kish * y, kish * (n + y) * score])).collect()
}

fn curves(context: &Context, groups: &Groups<'_>) -> Vec<Curves> {
    let (Some(whole), Some(reference)) = (&context.evaluation.model, &context.reference.model) else { return Vec::new() };
    let (negative, positive) = reference.tally.histograms();
    let known: Vec<f64> = negative.iter().zip(positive).map(|(a, b)| a + b).collect();
    let least = LEAST_BIN_SHARE * known.iter().sum::<f64>();
    let judged = groups.judged(context, TEST, true);
    let one = |&cell: &usize| {
        let tally = groups.cells.get(cell)?;
        let (own, rest) = (bins(tally, whole), bins(&groups.whole.without(tally), whole));
        let mut joined: Vec<(Bin, Bin)> = Vec::new();
        let (mut open, mut share) = ((Bin::default(), Bin::default()), 0.0);
        for ((a, b), r) in own.into_iter().zip(rest).zip(&known) {
            open.0.add(a);
            open.1.add(b);
            share += r;
            if share >= least && open.0.0[0] >= LEAST_BIN_ROWS && open.1.0[0] >= LEAST_BIN_ROWS {
                joined.push(std::mem::take(&mut open));
                share = 0.0;
            }
        }
        if let Some(last) = joined.last_mut() {
            last.0.add(open.0);
            last.1.add(open.1);
        }
        (joined.len() > 1).then(|| compare(cell, &joined))
    };
    judged.iter().filter_map(one).collect()
}

fn compare(cell: usize, bins: &[(Bin, Bin)]) -> Curves {
    let total: f64 = bins.iter().map(|b| b.0.0[0]).sum();
    let (mut raw, mut effect, mut chi, mut variance) = (0.0, 0.0, 0.0, 0.0);
    for (own, rest) in bins {
        let ([n, hits, _], [m, others, _]) = (own.0, rest.0);
        let gap = own.excess() - rest.excess();
        // Under the null both curves are one: the pooled share, shrunk off 0 and 1.
        let share = (hits + others + 0.5) / (n + m + 1.0);
        let v = share * (1.0 - share) * (1.0 / n + 1.0 / m);
        let w = n / total;
        raw += w * gap * gap;
        effect += w * (gap * gap - v);
        chi += gap * gap / v;
        variance += w * w * (4.0 * gap * gap * v + 2.0 * v * v);
    }
    Curves { cell, bins: bins.len(), raw, effect, error: variance.sqrt(), p: chi_square_upper(chi, bins.len() as f64) }
}

/// The group that is surest to be off.
fn worst(curves: &[Curves]) -> Option<usize> {
    let z = normal_quantile(1.0 - 0.025 / curves.len().max(1) as f64);
    let bound = |i: usize| curves.get(i).map_or(f64::NEG_INFINITY, |c| c.effect - z * c.error);
    (0..curves.len()).max_by(|&a, &b| bound(a).total_cmp(&bound(b)).then(b.cmp(&a)))
}

/// Describes how far a group's curve lies from that of the rest, and how many more or fewer of its rows are `hits` than scored.
fn told(place: &str, rows: u64, distance: [f64; 2], excess: f64, hits: &str) -> String {
    let share = percent(excess.abs());
    let than = match excess {
        x if x > 0.0 => format!("{share} more of these rows are {hits} than their scores say"),
        x if x < 0.0 => format!("{share} fewer of these rows are {hits} than their scores say"),
        _ => format!("as many of these rows are {hits} as their scores say"),
    };
    let (rows, distance) = (counted(rows, "row"), beyond_noise(distance));
    format!("The mean squared distance of the calibration curve where {place} ({rows}) from that of all other rows is {distance}; {than}.")
}

fn measured(context: &Context, groups: &Groups<'_>, curves: &[Curves], at: usize) -> Measured {
    let adjusted = holm(&curves.iter().map(|c| c.p).collect::<Vec<_>>());
    let (Some(found), Some(whole)) = (curves.get(at).copied(), &context.evaluation.model) else { return Measured::default() };
    let k = curves.len() as f64;
    let z = normal_quantile(1.0 - 0.025 / k);
    let limits = super::limits(context, TEST, (0.02, 0.06));
    let bar = |(curve, p): (&Curves, &f64)| {
        let tally = groups.cells.get(curve.cell)?;
        let mut all = Bin::default();
        for bin in bins(tally, whole) {
            all.add(bin);
        }
        let [rows, hits, scores] = all.0;
        let (low, high) = wilson(hits, rows, 0.95);
        let mean = scores / rows.max(f64::MIN_POSITIVE);
        let severity = match curve.effect {
            e if *p <= 0.05 && e >= limits.alert => Severity::Alert,
            e if *p <= 0.05 && e >= limits.warning => Severity::Warning,
            _ => Severity::Pass,
        };
        let metric = Estimate { value: finite(all.excess()), low: finite(low - mean), high: finite(high - mean) };
        Some(SubsetBar { label: groups.name(curve.cell).to_owned(), n: tally.labelled.rows, metric, reference: None, severity })
    };
    let mut bars: Vec<(usize, SubsetBar)> = curves.iter().zip(&adjusted).filter_map(|c| Some((c.0.cell, bar(c)?))).collect();
    bars.sort_by_key(|b| b.0);
    let tally = groups.cells.get(found.cell);
    let hits = if groups.frame.form == Form::Score { "positive" } else { "right" };
    let excess = bars.iter().find(|b| b.0 == found.cell).and_then(|b| b.1.metric.value).unwrap_or(0.0);
    Measured {
        statistic: finite(found.raw),
        effect: finite(found.effect),
        interval: Some((found.effect - z * found.error, found.effect + z * found.error)),
        p_value: adjusted.get(at).copied(),
        standard_error: Some(after_choice(curves.iter().map(|c| c.error).fold(f64::INFINITY, f64::min), k)),
        method: format!("Worst of {k} groups, Holm; squared difference of calibration curves over {} bins, χ² test", found.bins),
        sentence: told(&groups.place(found.cell), tally.map_or(0, |t| t.labelled.rows), [found.raw, found.effect], excess, hits),
        n_evaluation: Some(groups.whole.labelled.rows),
        subset: Some(groups.name(found.cell).to_owned()),
        row_count: tally.map(|t| t.rows),
        metrics: vec![CaseMetric { kind: "FAIRNESS".to_owned(), metric: "share_beyond_score".to_owned(), value: finite(excess) }],
        figure: Some(Figure::SubsetBars {
            feature: groups.title.clone(),
            metric: format!("Share {hits} beyond the mean score"),
            unit: Unit::Score,
            better: Better::Neutral,
            bars: bars.into_iter().map(|b| b.1).collect(),
            overall: None,
            threshold: None,
        }),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let of = |rows, distance, excess| told("gender = f", rows, distance, excess, "positive");
        let head = "The mean squared distance of the calibration curve where gender = f";
        let rest = "from that of all other rows is";
        assert_eq!(
            of(1, [0.084, 0.08], 0.279),
            format!(
                "{head} (1 row) {rest} 0.084, 0.080 of it beyond noise; 27.9\u{a0}% more of these rows are positive than their scores say."
            )
        );
        assert_eq!(
            of(1_500, [0.01, 0.0], -0.002),
            format!("{head} (1\u{202f}500 rows) {rest} 0.010; 0.20\u{a0}% fewer of these rows are positive than their scores say.")
        );
        assert_eq!(
            of(40, [0.01, 0.0], 0.0),
            format!("{head} (40 rows) {rest} 0.010; as many of these rows are positive as their scores say.")
        );
    }
}
