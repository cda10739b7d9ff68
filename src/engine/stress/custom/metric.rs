//! A custom metric: over whole sets, and, where it is the mean of a number a row, in subsets and over time.

use straingauge_api::{Better, CaseMetric, Category, CustomMetric, Estimate, Figure, Kind, Risk, SetValues, SubsetBar, Thresholds, Unit};
use straingauge_charts::format::{counted, together};

use super::means::{Means, Sums, is_absolute};
use crate::Result;
use crate::math::finite;
use crate::profile::Cut;
use crate::stats::special::t_upper;
use crate::stress::performance::{Gap, Subset, spec_text, worst};
use crate::stress::subset_performance::{MIN_FRQ, missing_skip, rows_of};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, Scope, TestSpec, others};

/// Asks the metrics that the caller has computed.
pub struct CustomMetrics;

/// Prefix, category and relative thresholds of a metric's three tests.
const WHOLE: &str = "model_performance:";
const SUBSET: &str = "subset_performance:subset_";
const DRIFT: &str = "subset_performance_degradation:subset_drift_";

impl CustomMetrics {
    /// The tests of some metrics.
    pub fn specs(metrics: &[CustomMetric]) -> Vec<TestSpec> {
        let asked =
            |m: &CustomMetric, prefix: &str| prefix == WHOLE || m.per_row.is_some() && (prefix == DRIFT || m.better != Better::Neutral);
        [(WHOLE, Category::ModelPerformance), (SUBSET, Category::SubsetPerformance), (DRIFT, Category::SubsetPerformanceDegradation)]
            .iter()
            .flat_map(|&(prefix, category)| metrics.iter().filter(move |m| asked(m, prefix)).map(move |m| spec(m, prefix, category)))
            .collect()
    }
}

fn spec(metric: &CustomMetric, prefix: &str, category: Category) -> TestSpec {
    let CustomMetric { id, name, unit, .. } = metric;
    let absolute = is_absolute(*unit);
    let (warning, alert) = match (prefix == WHOLE, absolute) {
        (true, true) => (0.03, 0.08),
        (false, true) => (0.05, 0.13),
        (_, false) => (0.10, 0.25),
    };
    let (label, checks, decided) = match prefix {
        WHOLE => {
            (name.clone(), "is worse in the evaluation set than in the reference", "The evaluation set is compared with the reference.")
        }
        SUBSET => (
            format!("Subset {name}"),
            "is worse in some subset of the rows than over all rows",
            "Every subset of at least 20 rows is compared with all rows; the case tells the worst and corrects its evidence for their number (Holm).",
        ),
        _ => (
            format!("Subset Drift of {name}"),
            "has become worse in some subset of the rows than over all rows",
            "The change of every subset is compared with that of the whole; the case tells the worst and corrects its evidence for their number (Holm).",
        ),
    };
    let scale = if absolute {
        "The effect is the difference."
    } else {
        "The effect is the difference relative to the value that it is taken from."
    };
    let described = metric.description.as_deref().map(|d| format!(" {d}")).unwrap_or_default();
    TestSpec {
        id: format!("{prefix}{id}"),
        name: label,
        category,
        risk: Risk::Operational,
        kind: Kind::Difference,
        scope: Scope::Rows,
        needs: Needs::default(),
        thresholds: Some(metric.thresholds.unwrap_or(Thresholds { warning, alert })),
        effect_max: if absolute { 1.0 } else { f64::INFINITY },
        unit: if absolute { Unit::Score } else { Unit::Relative },
        default_on: true,
        text: spec_text(
            format!("Whether {name} {checks}.{described}"),
            "Somebody computes this metric because the catalogue's own do not say it.",
            format!("{decided} {scale}"),
        ),
    }
}

impl Question for CustomMetrics {
    fn tests(&self) -> Vec<TestSpec> {
        Vec::new()
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size", "min_frq"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let tests = |prefix: &str| -> Vec<String> {
            let specs = Self::specs(&context.settings.custom.metrics).into_iter();
            specs.map(|s| s.id).filter(|id| id.starts_with(prefix)).collect()
        };
        let cut = context.frame.subsets.iter().flatten();
        let whole = Family { subject: FamilySubject::Whole, tests: tests(WHOLE) };
        let parts =
            cut.flat_map(|cut| [SUBSET, DRIFT].map(|p| Family { subject: FamilySubject::Feature(cut.feature.clone()), tests: tests(p) }));
        std::iter::once(whole).chain(parts).filter(|f| !f.tests.is_empty()).collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let of = |test: &String| measure(context, family, test).unwrap_or_else(Measurement::Skipped);
        Ok(family.tests.iter().map(of).collect())
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        let FamilySubject::Feature(feature) = &family.subject else { return None };
        let cut = context.frame.subsets.get(context.feature(feature)?)?.as_ref()?;
        let (_, metric) = metric_of(context, test)?;
        let means = means(context, metric)?;
        let picked = Picked::of(context, &means, feature, test)?;
        rows_of(context, cut, picked.subsets.get(picked.worst.index)?.cell)
    }

    fn degrees(&self, context: &Context, _: &Family, test: &str, rows: &[u32]) -> Option<Vec<f64>> {
        let (_, metric) = metric_of(context, test)?;
        let values = &metric.per_row.as_ref()?.evaluation;
        let sign = match metric.better {
            Better::Higher => -1.0,
            Better::Lower => 1.0,
            Better::Neutral => return None,
        };
        let degree = |row: &u32| values.get(*row as usize).copied().flatten().map_or(f64::NEG_INFINITY, |x| sign * x);
        Some(rows.iter().map(degree).collect())
    }
}

/// The metric that a test is about, and the test's prefix.
fn metric_of<'a>(context: &'a Context, test: &str) -> Option<(&'static str, &'a CustomMetric)> {
    let (prefix, id) = [WHOLE, SUBSET, DRIFT].into_iter().rev().find_map(|p| Some((p, test.strip_prefix(p)?)))?;
    Some((prefix, context.settings.custom.metrics.iter().find(|m| m.id == id)?))
}

fn means<'a>(context: &'a Context, metric: &'a CustomMetric) -> Option<Means<'a>> {
    let (reference, evaluation) = context.rows.as_ref()?;
    Means::of(metric, (reference, evaluation))
}

/// The value of a metric on both sides.
pub fn values(context: &Context, metric: &CustomMetric) -> (Option<f64>, Option<f64>) {
    if let Some(set) = &metric.per_set {
        return (finite(set.reference), finite(set.evaluation));
    }
    let Some(means) = means(context, metric) else { return (None, None) };
    let of = |side: usize| means.whole.get(side).and_then(|&s| means.mean(s)).and_then(|m| finite(m.mean));
    (of(0), of(1))
}

fn measure(context: &Context, family: &Family, test: &str) -> Result<Measurement, String> {
    let (prefix, metric) = metric_of(context, test).ok_or_else(|| format!("There is no metric of {test}."))?;
    if let Some(why) = &metric.skipped {
        return Err(why.clone());
    }
    if let Some(set) = &metric.per_set {
        return whole_set(metric, set);
    }
    let means = means(context, metric).ok_or_else(|| format!("{} has no number on one of the sides.", metric.name))?;
    if prefix == WHOLE {
        return whole(&means).ok_or_else(|| format!("{} cannot be compared: too few rows have a number.", metric.name));
    }
    let FamilySubject::Feature(feature) = &family.subject else { return Err("It asks for a feature.".to_owned()) };
    let least = context.settings.param(test, "min_sample_size", 20.0);
    let Some(picked) = Picked::of(context, &means, feature, test) else { return Ok(missing_skip(feature, least)) };
    picked.measured(&means, feature, prefix == DRIFT).ok_or_else(|| format!("{feature} cuts no subsets."))
}

/// A metric that is the mean of a number a row, over all rows.
fn whole(means: &Means<'_>) -> Option<Measurement> {
    let metric = means.metric;
    let gap = means.change()?;
    let [reference, evaluation] = means.whole.map(|s| means.estimate(s));
    let rows = means.whole.map(|s| s.rows);
    let unit = means.unit(reference.value?);
    Some(pair(
        metric,
        gap,
        (reference, evaluation),
        unit,
        Some(rows),
        "Mean of a number a row; both sets as parts of their pool, three moments (Pearson III)".to_owned(),
    ))
}

/// A metric of sets of rows: its noise is that of resampled rows.
fn whole_set(metric: &CustomMetric, set: &SetValues) -> Result<Measurement, String> {
    let spread = |values: &[f64]| -> Option<f64> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
        (n >= 2.0 && variance.is_finite()).then_some(variance)
    };
    let why = || format!("{} could not be computed for resampled rows of both sets.", metric.name);
    let (a, b) = spread(&set.reference_resampled).zip(spread(&set.evaluation_resampled)).ok_or_else(why)?;
    let unit = if is_absolute(metric.unit) { 1.0 } else { set.reference.abs().max(f64::MIN_POSITIVE) };
    let sign = if metric.better == Better::Higher { 1.0 } else { -1.0 };
    let raw = sign * (set.reference - set.evaluation) / unit;
    let error = (a + b).sqrt() / unit;
    if !(raw.is_finite() && error.is_finite()) {
        return Err(why());
    }
    // The standard error itself is known from so many draws only.
    let draws = set.reference_resampled.len().min(set.evaluation_resampled.len());
    let neutral = metric.better == Better::Neutral;
    let (effect, tails) = if neutral { (raw.abs(), 2.0) } else { (raw, 1.0) };
    let p = if error > 0.0 { (tails * t_upper(effect / error, draws as f64 - 1.0)).min(1.0) } else { f64::from(u8::from(effect <= 0.0)) };
    let estimate = |v: f64, variance: f64| Estimate {
        value: finite(v),
        low: finite(v - 1.96 * variance.sqrt()),
        high: finite(v + 1.96 * variance.sqrt()),
    };
    let gap = Gap { statistic: effect, effect, standard_error: error, p };
    let method = format!("Standard error from {draws} resamples of each set's rows, t test");
    Ok(pair(metric, gap, (estimate(set.reference, a), estimate(set.evaluation, b)), unit, None, method))
}

fn pair(metric: &CustomMetric, gap: Gap, values: (Estimate, Estimate), unit: f64, rows: Option<[u64; 2]>, method: String) -> Measurement {
    let (reference, evaluation) = values;
    let limits = spec(metric, WHOLE, Category::ModelPerformance).thresholds;
    let worse = match metric.better {
        Better::Higher => -1.0,
        Better::Lower => 1.0,
        Better::Neutral => 0.0,
    };
    let at = |t: fn(&Thresholds) -> f64| {
        limits.as_ref().zip(reference.value).filter(|_| worse != 0.0).map(|(l, from)| from + worse * t(l) * unit)
    };
    let metrics = [("reference", reference.value), ("evaluation", evaluation.value)];
    Measurement::Measured(Box::new(Measured {
        sentence: told(&metric.name, [evaluation.value, reference.value], metric.unit),
        n_reference: rows.map(|r| r[0]),
        n_evaluation: rows.map(|r| r[1]),
        figure: Some(Figure::MetricPair {
            metric: metric.name.clone(),
            unit: metric.unit,
            better: metric.better,
            warning: at(|t| t.warning),
            alert: at(|t| t.alert),
            reference,
            evaluation,
        }),
        ..base(
            gap,
            gap.standard_error,
            (gap.effect - 1.96 * gap.standard_error, gap.effect + 1.96 * gap.standard_error),
            method,
            &metric.id,
            &metrics,
        )
    }))
}

/// What every case of a metric has.
fn base(gap: Gap, standard_error: f64, interval: (f64, f64), method: String, id: &str, metrics: &[(&str, Option<f64>)]) -> Measured {
    let metric = |&(of, value): &(&str, Option<f64>)| CaseMetric {
        kind: "PERFORMANCE_METRIC_VALUE".to_owned(),
        metric: format!("{of}_{id}"),
        value,
    };
    Measured {
        statistic: finite(gap.statistic),
        effect: finite(gap.effect),
        interval: Some(interval),
        p_value: Some(gap.p),
        standard_error: Some(standard_error),
        method,
        metrics: metrics.iter().map(metric).collect(),
        ..Measured::default()
    }
}

/// The subsets of a feature, and the worst of them.
struct Picked {
    /// Sums of reference and evaluation, a subset.
    sums: Vec<[Sums; 2]>,
    subsets: Vec<Subset>,
    worst: crate::stress::performance::Worst,
}

impl Picked {
    fn of(context: &Context, means: &Means<'_>, feature: &str, test: &str) -> Option<Self> {
        let at = context.feature(feature)?;
        let cut = context.frame.subsets.get(at)?.as_ref()?;
        let (reference, evaluation) = context.rows.as_ref()?;
        let column = |side: &crate::stress::Side| side.columns.get(at).cloned().flatten().map(|c| cut.cells_of(&c));
        let (a, b) = (column(reference)?, column(evaluation)?);
        let cells = [means.cells(0, Some(&a), cut.cells()), means.cells(1, Some(&b), cut.cells())];
        let total = cut.reference_rows.iter().sum::<u64>().max(1) as f64;
        let mut parts: Vec<(Option<usize>, String, u64, [Sums; 2])> = Vec::new();
        let (mut present, missing) = ([Sums::default(); 2], cut.missing_cell());
        for (cell, (&a, &b)) in cells[0].iter().zip(&cells[1]).enumerate() {
            if cell != missing {
                present = [present[0].plus(a), present[1].plus(b)];
            }
            let rows = cut.reference_rows.get(cell).copied().unwrap_or(0);
            parts.push((Some(cell), others::label(context, at, cut, cell), rows, [a, b]));
        }
        if cut.cells() > 2 && !matches!(cut.cut, Cut::Presence) && cells[1].get(missing).is_some_and(|s| s.rows > 0) {
            let rows = cut.reference_rows.iter().take(missing).sum();
            parts.push((None, "has a value".to_owned(), rows, present));
        }
        let least = context.settings.param(test, "min_sample_size", 20.0);
        let drift = test.starts_with(DRIFT);
        let enough = |part: Sums, whole: Sums| part.rows as f64 >= least && part.rows < whole.rows;
        let (mut sums, mut subsets) = (Vec::new(), Vec::new());
        for (cell, label, rows, of) in parts {
            if !enough(of[1], means.whole[1]) || drift && !enough(of[0], means.whole[0]) {
                continue;
            }
            let gap = if drift { means.change_beyond(of) } else { means.shortfall(of[1]) };
            if let Some(gap) = gap.filter(|g| g.effect.is_finite()) {
                sums.push(of);
                subsets.push(Subset { cell, label, rows: of[1].rows, reference_share: rows as f64 / total, gap });
            }
        }
        let spec = CustomMetrics::specs(std::slice::from_ref(means.metric)).into_iter().find(|s| s.id == test)?;
        let limits = context.settings.thresholds(&spec)?;
        let worst = worst(&subsets, context.settings.param(test, "min_frq", MIN_FRQ), context.settings.alpha(), limits)?;
        Some(Self { sums, subsets, worst })
    }

    fn measured(&self, means: &Means<'_>, feature: &str, drift: bool) -> Option<Measurement> {
        let metric = means.metric;
        let (chosen, sums) = (self.subsets.get(self.worst.index)?, self.sums.get(self.worst.index)?);
        let mean = |s: Sums| means.mean(s).and_then(|m| finite(m.mean));
        let overall = mean(means.whole[1]);
        let bars = self.subsets.iter().zip(&self.sums).zip(&self.worst.severities).map(|((s, sums), &severity)| SubsetBar {
            label: s.name(),
            n: s.rows,
            metric: means.estimate(sums[1]),
            reference: mean(sums[0]).filter(|_| drift),
            severity,
        });
        let other = if drift { sums[0] } else { means.whole[1] };
        let method = format!(
            "Worst of {} subsets, Holm; mean of a number a row, part of a finite population by three moments (Pearson III)",
            self.subsets.len()
        );
        let gap = Gap { statistic: self.worst.statistic.unwrap_or(chosen.gap.statistic), p: self.worst.p, ..chosen.gap };
        let values = [("subset", mean(sums[1])), ("reference_subset", mean(sums[0])), ("overall", overall)];
        Some(Measurement::Measured(Box::new(Measured {
            sentence: told_of_part(
                &metric.name,
                &format!("{feature} {}", chosen.label),
                chosen.rows,
                [mean(sums[1]), mean(other)],
                metric.unit,
                drift,
            ),
            n_reference: Some(means.whole[0].rows).filter(|_| drift),
            n_evaluation: Some(means.whole[1].rows),
            subset: Some(chosen.name()),
            row_count: Some(chosen.rows),
            figure: Some(Figure::SubsetBars {
                feature: feature.to_owned(),
                metric: metric.name.clone(),
                unit: metric.unit,
                better: metric.better,
                bars: bars.collect(),
                overall,
                threshold: None,
            }),
            regain: overall.zip(mean(means.whole[1].minus(sums[1]))).filter(|_| !drift).map(|(from, to)| (metric.id.clone(), from, to)),
            ..base(gap, self.worst.standard_error, self.worst.interval, method, &metric.id, &values)
        })))
    }
}

fn told(name: &str, values: [Option<f64>; 2], unit: Unit) -> String {
    let [now, before] = together(values.map(|v| v.unwrap_or(f64::NAN)), unit);
    format!("{name} is {now} in the evaluation set and {before} in the reference.")
}

/// A part's value `against` its own before (where it may have moved) or that of all rows.
fn told_of_part(name: &str, place: &str, rows: u64, values: [Option<f64>; 2], unit: Unit, moved: bool) -> String {
    let [now, against] = together(values.map(|v| v.unwrap_or(f64::NAN)), unit);
    let of = if moved { "in the reference" } else { "over all rows" };
    format!("{name} is {now} where {place} ({}), against {against} {of}.", counted(rows, "row"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            told("Cost", [Some(12_345.6), Some(9.0)], Unit::Number),
            "Cost is 12\u{202f}346 in the evaluation set and 9 in the reference."
        );
        assert_eq!(told("Cost", [None, Some(0.5)], Unit::Share), "Cost is – in the evaluation set and 50.0\u{a0}% in the reference.");
        assert_eq!(
            told_of_part("Cost", "city = \"Rio\"", 1, [Some(3.0), Some(2.5)], Unit::Number, true),
            "Cost is 3.000 where city = \"Rio\" (1 row), against 2.500 in the reference."
        );
        assert_eq!(
            told_of_part("Cost", "city is missing", 1_200, [Some(0.1), Some(0.2)], Unit::Score, false),
            "Cost is 0.100 where city is missing (1\u{202f}200 rows), against 0.200 over all rows."
        );
    }
}
