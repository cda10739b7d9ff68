//! The numbers of a monitor as a chart wants them: values with their intervals, and the lines from which they warn and alert.

use straingauge_api::{Better, Kind, Point, Series, Severity, Unit};

use super::monitors::{Placed, Track};
use super::{Bin, Record};

/// A track as points.
pub fn series(object: &str, track: &Track<'_>, bins: &[&Bin], status: Severity) -> Series {
    let last = track.last().map(|(_, record)| &**record);
    let lines = |alert: bool| last.map_or_else(Vec::new, |record| lines(record, alert));
    let point = |(at, record): &Placed<'_>| {
        let (low, high) = value_interval(record).map_or((None, None), |(low, high)| (Some(low), Some(high)));
        Some(Point {
            bin: bins.get(*at)?.info.start,
            value: record.value,
            low,
            high,
            realised: record.realised,
            effect: record.effect,
            severity: record.severity,
            n: record.n_evaluation.unwrap_or(0),
        })
    };
    Series {
        object: object.to_owned(),
        reference: last.and_then(|record| record.reference),
        warning: lines(false),
        alert: lines(true),
        status,
        points: track.iter().filter_map(point).collect(),
    }
}

/// The values at which a case would reach a threshold, noise apart; none where its effect is no plain difference of values.
pub fn lines(record: &Record, alert: bool) -> Vec<f64> {
    let Some(thresholds) = record.thresholds else { return Vec::new() };
    let threshold = if alert { thresholds.alert } else { thresholds.warning };
    // Bounds are on the value itself.
    if record.kind == Kind::Property {
        return vec![threshold];
    }
    let Some(reference) = record.reference else { return Vec::new() };
    let Some(step) = step(record, reference) else { return Vec::new() };
    match record.better {
        Better::Higher => vec![reference - threshold * step],
        Better::Lower => vec![reference + threshold * step],
        Better::Neutral => vec![reference - threshold * step, reference + threshold * step],
    }
}

/// What one unit of the effect is on the scale of the values; `None` where that differs from bin to bin.
fn step(record: &Record, reference: f64) -> Option<f64> {
    let of_whole = !record.test.starts_with("subset_performance_degradation:");
    match record.effect_unit {
        Unit::Relative => Some(reference.abs()),
        Unit::Score | Unit::Points | Unit::Share | Unit::Distance if of_whole => Some(1.0),
        _ => None,
    }
}

/// The 95 % interval of the value.
pub fn value_interval(record: &Record) -> Option<(f64, f64)> {
    let (value, half) = (record.value?, own_half_width(record)?);
    let bounded = matches!(record.unit, Unit::Score | Unit::Share | Unit::Distance) && value >= 0.0;
    let low = if bounded { (value - half).max(0.0) } else { value - half };
    let high = if record.unit == Unit::Share { (value + half).min(1.0) } else { value + half };
    Some((low, high))
}

/// Half of it: what the bin's rows bear of the difference's interval, by the numbers of rows on both sides. A distance is a number of both.
pub fn own_half_width(record: &Record) -> Option<f64> {
    Some(half_width(record)? * own_part(record).sqrt())
}

/// The part of a difference's variance that the bin's rows bear.
pub fn own_part(record: &Record) -> f64 {
    let counts = record.n_reference.zip(record.n_evaluation).filter(|(n, m)| n + m > 0 && record.unit != Unit::Distance);
    counts.map_or(1.0, |(n, m)| n as f64 / (n + m) as f64)
}

/// Half of the 95 % interval of the difference, on the scale of the values.
pub fn half_width(record: &Record) -> Option<f64> {
    let half = (record.high? - record.low?) / 2.0 * step(record, record.reference.unwrap_or(0.0))?;
    (half.is_finite() && half >= 0.0).then_some(half)
}

#[cfg(test)]
mod tests {
    use straingauge_api::{Status, Thresholds};

    use super::*;

    fn record(better: Better, effect_unit: Unit) -> Record {
        Record {
            case: String::new(),
            test: "model_performance:mae".into(),
            features: Vec::new(),
            subset: None,
            kind: Kind::Difference,
            value: Some(0.6),
            reference: Some(0.5),
            unit: Unit::Score,
            better,
            realised: None,
            effect: Some(0.2),
            effect_unit,
            low: Some(0.1),
            high: Some(0.3),
            p: None,
            q: None,
            thresholds: Some(Thresholds { warning: 0.1, alert: 0.25 }),
            n_reference: Some(1),
            n_evaluation: Some(1),
            rows: None,
            share: None,
            status: Status::Pass,
            severity: Severity::Pass,
            evident: false,
            score: 0.0,
        }
    }

    #[test]
    fn lines_stand_on_the_bad_side_of_the_reference() {
        let close = |a: Vec<f64>, b: &[f64]| assert!(a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?}");
        close(lines(&record(Better::Higher, Unit::Score), false), &[0.4]);
        close(lines(&record(Better::Lower, Unit::Relative), true), &[0.625]);
        close(lines(&record(Better::Neutral, Unit::Score), false), &[0.4, 0.6]);
        close(lines(&record(Better::Lower, Unit::Number), false), &[]);
        let (low, high) = value_interval(&record(Better::Lower, Unit::Relative)).unwrap();
        // As many rows on both sides: each bears half of the variance.
        let half = 0.05 * 0.5f64.sqrt();
        assert!((low - 0.6 + half).abs() < 1e-12 && (high - 0.6 - half).abs() < 1e-12);
    }
}
