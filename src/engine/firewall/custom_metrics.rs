//! Custom metrics over time: means of a number a row that the caller computes.
//!
//! The caller's functions never reach the engine. It gives a number a row, of the reference when the firewall is made and of each batch when it
//! is taken in; what is kept of a bin are moments, which add up over bins as counts do. A bin's mean is held against the reference's (of the
//! same weekday where bins are) by the t statistic with the pooled variance, as a part drawn from the rows of both; the interval is Welch's.

use std::borrow::Cow;
use std::collections::BTreeMap;

use straingauge_api::{
    BatchValues, Better, Category, CustomMetric, FollowedMetric, Kind, Moments, Problem, Risk, Severity, Thresholds, Unit,
};

use super::baseline::weekday;
use super::monitors::{About, Followed, Track};
use super::{Bin, Firewall, Record, Work, alarm, batch, bins};
use crate::metrics::Outcomes;
use crate::profile::Sampling;
use crate::stats::special::t_upper;
use crate::stress::{size, status, strain};
use crate::table::{Dataset, Values};
use crate::{Error, Result};

/// Rows with a number that a bin and the reference need at least.
const LEAST: u64 = 10;
/// Standard normal quantile of a 95 % interval.
const NORMAL: f64 = 1.96;

impl Firewall {
    /// Follows custom metrics: their numbers a reference row stand in `per_row.reference`. To be called before the reference is learnt.
    ///
    /// # Errors
    /// `firewall_exists` once it is learnt, `invalid_custom_metric`.
    pub fn follow(&mut self, metrics: &[CustomMetric]) -> Result<()> {
        let Work::Learning(learning, _) = &self.work else {
            return Err(Error::new("firewall_exists", "The firewall has learnt its reference already.")
                .mend("Custom metrics are followed from the making of a firewall on: make a new one."));
        };
        let (dataset, outcomes) = learning.rows();
        let followed: Vec<FollowedMetric> = metrics.iter().map(|m| learnt(m, dataset, outcomes)).collect::<Result<_>>()?;
        for (at, metric) in followed.iter().enumerate() {
            let known = crate::metrics::all().iter().any(|d| d.id == metric.id);
            if known || followed.iter().skip(at + 1).any(|other| other.id == metric.id) {
                return Err(invalid(&format!("\"{}\" cannot be the id of a custom metric.", metric.id)).mend("Give one that no other has."));
            }
        }
        self.custom = followed;
        Ok(())
    }

    /// Takes what custom metrics say of the rows of the batch under way.
    ///
    /// # Errors
    /// `no_batch` without one, `invalid_custom_metric` where there is not a number (or null) a row.
    pub fn measure(&mut self, values: Vec<BatchValues>) -> Result<()> {
        match &mut self.work {
            Work::Batch(intake) => intake.measure(values, &self.custom),
            _ => Err(Error::new("no_batch", "No batch is being taken in.")),
        }
    }
}

fn invalid(message: &str) -> Error {
    Error::new("invalid_custom_metric", message)
}

/// A metric with what the reference's rows come to.
fn learnt(metric: &CustomMetric, dataset: &Dataset, outcomes: &Outcomes) -> Result<FollowedMetric> {
    let CustomMetric { id, name, better, unit, thresholds, description, per_row, skipped, .. } = metric;
    let set = "It is a number of a whole set, which does not add up over bins. A number a row (perRow) can be followed over time.";
    let values: &[Option<f64>] = per_row.as_ref().map_or(&[], |values| &values.reference);
    let skipped = skipped.clone().or_else(|| per_row.is_none().then(|| set.to_owned()));
    if skipped.is_none() && values.len() != dataset.rows() {
        return Err(invalid(&format!("{id} has {} numbers for {} reference rows.", values.len(), dataset.rows()))
            .mend("Give one, or null, for every row."));
    }
    let of = |rows: &[u32]| moments_of(values, rows, rows, Sampling::of(outcomes));
    let all: Vec<u32> = (0..values.len() as u32).collect();
    let weekdays = by_weekday(dataset, values.len()).map_or_else(Vec::new, |days| days.iter().map(|rows| of(rows)).collect());
    Ok(FollowedMetric {
        id: id.clone(),
        name: name.clone(),
        better: *better,
        unit: *unit,
        thresholds: *thresholds,
        description: description.clone(),
        skipped,
        reference: of(&all),
        weekdays,
    })
}

/// The rows of each weekday, Monday first.
fn by_weekday(dataset: &Dataset, rows: usize) -> Option<Vec<Vec<u32>>> {
    let Values::Timestamp(times) = &dataset.named(dataset.params.timestamp_col.as_ref())?.values else { return None };
    let mut days: Vec<Vec<u32>> = vec![Vec::new(); 7];
    // Null slots hold the least moment, by the contract of `Values`.
    for (row, &moment) in (0u32..).zip(times.values()).take(rows).filter(|(_, moment)| **moment != i64::MIN) {
        if let Some(day) = days.get_mut(weekday(moment)) {
            day.push(row);
        }
    }
    Some(days)
}

/// Checks what was computed for a batch; a metric that is followed and was not computed is a problem, not an error.
pub fn check_values(values: &[BatchValues], followed: &[FollowedMetric], rows: usize) -> Result<Vec<Problem>> {
    for BatchValues { id, values } in values {
        if !followed.iter().any(|m| m.id == *id) {
            return Err(invalid(&format!("This firewall follows no custom metric \"{id}\".")).mend("Make a new firewall to follow it."));
        }
        if values.len() != rows {
            return Err(invalid(&format!("{id} has {} numbers for {rows} rows.", values.len())).mend("Give one, or null, for every row."));
        }
    }
    let missing = |m: &&FollowedMetric| m.skipped.is_none() && !values.iter().any(|v| v.id == m.id);
    let problem = |m: &FollowedMetric| {
        let message =
            format!("{} was not computed for this batch, so its bins have no value of it. Register the metric again first.", m.name);
        batch::problem("custom_metric_missing", message, 1)
    };
    Ok(followed.iter().filter(missing).map(problem).collect())
}

/// What a batch's numbers come to in a bin whose rows of the batch are `rows`; `outcomes` are those of the bin.
pub fn moments(values: &[BatchValues], rows: &[u32], outcomes: &Outcomes) -> BTreeMap<String, Moments> {
    let own: Vec<u32> = (0..rows.len() as u32).collect();
    values.iter().map(|v| (v.id.clone(), moments_of(&v.values, rows, &own, Sampling::of(outcomes)))).collect()
}

/// Adds what an unfinished bin held before.
pub fn merge(into: &mut BTreeMap<String, Moments>, earlier: &BTreeMap<String, Moments>) {
    for (id, moments) in earlier {
        let both = into.get(id).map_or(*moments, |later| plus(*moments, *later));
        into.insert(id.clone(), both);
    }
}

/// The moments of the values at `rows`; `own` are the places of the same rows among the weights and groups.
fn moments_of(values: &[Option<f64>], rows: &[u32], own: &[u32], sampling: Sampling<'_>) -> Moments {
    let value = |row: &u32| values.get(*row as usize).copied().flatten().filter(|v| v.is_finite());
    let weight = |place: &u32| sampling.weights.and_then(|w| w.get(*place as usize)).copied().unwrap_or(1.0);
    let known: Vec<(f64, f64)> = rows.iter().zip(own).filter_map(|(row, place)| Some((value(row)?, weight(place)))).collect();
    let total: f64 = known.iter().map(|(_, w)| w).sum();
    if total <= 0.0 {
        return Moments::default();
    }
    let mean = known.iter().map(|(v, w)| v * w).sum::<f64>() / total;
    let groups: Option<Vec<u32>> =
        sampling.groups.map(|groups| own.iter().map(|p| groups.get(*p as usize).copied().unwrap_or(*p)).collect());
    let clusters = Sampling { weights: None, groups: groups.as_deref() }.clusters(rows.iter().map(value));
    let sum: f64 = known.iter().map(|(v, _)| v).sum();
    Moments {
        rows: known.len() as u64,
        weight: total,
        squares: known.iter().map(|(_, w)| w * w).sum::<f64>() * clusters.map_or(1.0, |c| c.deff(sum * sum)),
        mean,
        spread: known.iter().map(|(v, w)| w * (v - mean) * (v - mean)).sum(),
    }
}

/// The moments of the rows of both (Chan, Golub and LeVeque 1983, Am. Stat. 37:242).
fn plus(a: Moments, b: Moments) -> Moments {
    let weight = a.weight + b.weight;
    if weight <= 0.0 {
        return Moments::default();
    }
    let step = b.mean - a.mean;
    Moments {
        rows: a.rows + b.rows,
        weight,
        squares: a.squares + b.squares,
        mean: a.mean + step * b.weight / weight,
        spread: a.spread + b.spread + step * step * a.weight * b.weight / weight,
    }
}

/// A monitor a metric.
pub fn follow<'a>(metrics: &[FollowedMetric], bins: &[&'a Bin], about: About<'_>, weekdays: bool) -> Vec<Followed<'a>> {
    let monitor = |metric: &FollowedMetric| {
        let number = |(at, bin): (usize, &&Bin)| {
            let info = &bin.info;
            let own = bin.measured.get(&metric.id).filter(|_| info.judged)?;
            let day = bins::weekday(bins::Span { start: info.start, end: info.end }).filter(|_| weekdays);
            let reference = day.and_then(|day| metric.weekdays.get(day)).unwrap_or(&metric.reference);
            let level = about.level / (alarm::families(bin) as usize + metrics.len()).max(1) as f64;
            Some((at, Cow::Owned(record(metric, *reference, *own, level)?)))
        };
        let track: Track<'a> = bins.iter().enumerate().filter_map(number).collect();
        (!track.is_empty()).then(|| Followed {
            id: test_of(metric),
            name: metric.name.clone(),
            description: metric.description.clone().unwrap_or_else(|| format!("The mean of {}, a metric of your own.", metric.name)),
            test: Some(test_of(metric)),
            category: Category::ModelPerformance,
            risk: Risk::Operational,
            tracks: BTreeMap::from([(String::new(), track)]),
        })
    };
    metrics.iter().filter_map(monitor).collect()
}

/// The test that a stress test asks of the same metric.
pub fn test_of(metric: &FollowedMetric) -> String {
    format!("{}:{}", Category::ModelPerformance.id(), metric.id)
}

/// From which effects a metric warns and alerts: as in a stress test over all rows.
fn thresholds(metric: &FollowedMetric, absolute: bool) -> Thresholds {
    let usual = if absolute { Thresholds { warning: 0.03, alert: 0.08 } } else { Thresholds { warning: 0.10, alert: 0.25 } };
    metric.thresholds.unwrap_or(usual)
}

fn record(metric: &FollowedMetric, reference: Moments, own: Moments, level: f64) -> Option<Record> {
    if reference.rows < LEAST || own.rows < LEAST {
        return None;
    }
    let absolute = matches!(metric.unit, Unit::Score | Unit::Share);
    let scale = if absolute { 1.0 } else { reference.mean.abs() };
    if scale <= 0.0 {
        return None;
    }
    let difference = own.mean - reference.mean;
    let effect = match metric.better {
        Better::Higher => -difference,
        Better::Lower => difference,
        Better::Neutral => difference.abs(),
    } / scale;
    let effective = |m: Moments| m.weight * m.weight / m.squares;
    let (n, m) = (effective(reference), effective(own));
    let error = (reference.spread / reference.weight / n + own.spread / own.weight / m).sqrt();
    let both = plus(reference, own);
    let pooled = (both.spread / both.weight * (1.0 / n + 1.0 / m)).sqrt();
    let t = effect * scale / pooled;
    let tails = if metric.better == Better::Neutral { 2.0 } else { 1.0 };
    let p = if pooled > 0.0 { (tails * t_upper(t, (n + m - 2.0).max(1.0))).min(1.0) } else { 1.0 };
    let limits = thresholds(metric, absolute);
    let evident = p <= level;
    let severity = if evident { size(effect, limits) } else { Severity::Pass };
    let half = NORMAL * error / scale;
    Some(Record {
        case: test_of(metric),
        test: test_of(metric),
        features: Vec::new(),
        subset: None,
        kind: Kind::Difference,
        value: Some(own.mean),
        reference: Some(reference.mean),
        unit: metric.unit,
        better: metric.better,
        realised: None,
        effect: Some(effect),
        effect_unit: if absolute { Unit::Score } else { Unit::Relative },
        low: Some(effect - half),
        high: Some(effect + half),
        p: Some(p),
        q: None,
        thresholds: Some(limits),
        n_reference: Some(reference.rows),
        n_evaluation: Some(own.rows),
        rows: None,
        share: None,
        status: status(severity),
        severity,
        evident,
        score: strain(effect.max(0.0), limits, f64::INFINITY),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Moments {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        let rows: Vec<u32> = (0..values.len() as u32).collect();
        moments_of(&values, &rows, &rows, Sampling::default())
    }

    fn metric(better: Better, unit: Unit) -> FollowedMetric {
        FollowedMetric {
            id: "cost".into(),
            name: "Cost".into(),
            better,
            unit,
            thresholds: None,
            description: None,
            skipped: None,
            reference: Moments::default(),
            weekdays: Vec::new(),
        }
    }

    #[test]
    fn moments_add_up() {
        let (a, b) = ([1.0, 2.5, 4.0, 1e6], [3.0, -7.0, 1e6 + 1.0]);
        let (both, whole) = (plus(of(&a), of(&b)), of(&[a.as_slice(), &b].concat()));
        assert_eq!((both.rows, both.weight), (7, 7.0));
        assert!((both.mean / whole.mean - 1.0).abs() < 1e-12 && (both.spread / whole.spread - 1.0).abs() < 1e-12);
        assert_eq!(plus(Moments::default(), Moments::default()), Moments::default());
        let mut bins = BTreeMap::from([("cost".to_owned(), of(&a))]);
        merge(&mut bins, &BTreeMap::from([("cost".to_owned(), of(&b)), ("other".to_owned(), of(&b))]));
        assert!(bins["cost"].rows == 7 && bins["other"].rows == 3);
    }

    #[test]
    fn a_bin_is_held_against_the_reference_by_the_t_test() {
        let reference = of(&(0..40).map(f64::from).collect::<Vec<_>>());
        let bin = of(&(0..20).map(|v| f64::from(v) + 20.0).collect::<Vec<_>>());
        let record = record(&metric(Better::Lower, Unit::Number), reference, bin, 0.01).expect("enough rows");
        assert_eq!((record.value, record.reference, record.effect_unit), (Some(29.5), Some(19.5), Unit::Relative));
        assert!((record.effect.unwrap() - 10.0 / 19.5).abs() < 1e-12);
        // The variance of all sixty rows, by n: (40·133.25 + 20·33.25)/60 + 10²·(40·20)/60² = 122.1388…, and t = 10/√(122.1388·(1/40 + 1/20)).
        let t = 10.0 / (122.138_888_888_888_89f64 * (1.0 / 40.0 + 1.0 / 20.0)).sqrt();
        assert!((record.p.unwrap() - t_upper(t, 58.0)).abs() < 1e-12 && record.severity == Severity::Alert);
        let good = super::record(&metric(Better::Higher, Unit::Number), reference, bin, 0.01).expect("enough rows");
        assert!(good.severity == Severity::Pass && good.effect.unwrap() < 0.0);
        assert!(super::record(&metric(Better::Lower, Unit::Number), reference, of(&[1.0]), 0.01).is_none());
    }
}
