//! What a firewall's monitors followed over time, as one long table.

use serde_json::json;
use straingauge_api::{FirewallView, Monitor, Point, ResultTable, Series};

use super::wording::iso;

const COLUMNS: [&str; 17] = [
    "monitor_id",
    "monitor_name",
    "test_category",
    "event_object_name",
    "bin",
    "value",
    "ci_low",
    "ci_high",
    "realised",
    "effect",
    "severity",
    "n",
    "reference",
    "warning_low",
    "warning_high",
    "alert_low",
    "alert_high",
];

/// A row a bin of a series, monitor by monitor; of one monitor alone where `monitor` names it.
pub fn series_table(view: &FirewallView, monitor: Option<&str>) -> ResultTable {
    let wanted = view.monitors.iter().filter(|m| monitor.is_none_or(|id| m.id == id));
    let rows = wanted.flat_map(|m| m.series.iter().flat_map(move |series| series.points.iter().map(move |point| row(m, series, point))));
    ResultTable { columns: COLUMNS.map(str::to_owned).into(), rows: rows.collect() }
}

fn row(monitor: &Monitor, series: &Series, point: &Point) -> Vec<serde_json::Value> {
    let ([warning_low, warning_high], [alert_low, alert_high]) = (sides(&series.warning, series), sides(&series.alert, series));
    vec![
        json!(monitor.id),
        json!(monitor.name),
        json!(monitor.category),
        json!(series.object),
        json!(iso(point.bin)),
        json!(point.value),
        json!(point.low),
        json!(point.high),
        json!(point.realised),
        json!(point.effect),
        json!(point.severity),
        json!(point.n),
        json!(series.reference),
        json!(warning_low),
        json!(warning_high),
        json!(alert_low),
        json!(alert_high),
    ]
}

/// The thresholds below and above the reference. A lone one without a reference is an upper bound.
fn sides(thresholds: &[f64], series: &Series) -> [Option<f64>; 2] {
    let below = |value: f64| series.reference.is_some_and(|reference| value < reference);
    [thresholds.iter().copied().find(|&t| below(t)), thresholds.iter().copied().find(|&t| !below(t))]
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::sample;
    use super::*;

    #[test]
    fn a_point_is_a_row_with_its_thresholds() {
        let view = sample::view();
        let all = series_table(&view, None);
        assert_eq!(all.rows.len(), 3);
        assert!(all.rows.iter().all(|row| row.len() == all.columns.len()));
        assert_eq!(all.rows[0][4..6], [json!("2018-08-14T00:00:00Z"), json!(0.8)]);
        assert_eq!(all.rows[0][12..], [json!(0.9), json!(0.87), Value::Null, json!(0.82), Value::Null]);
        assert_eq!(all.rows[2][12..], [Value::Null, Value::Null, json!(0.1), Value::Null, json!(0.2)]);
        assert_eq!(series_table(&view, Some("abnormality_rate")).rows.len(), 1);
        assert_eq!(series_table(&view, Some("nothing")).rows.len(), 0);
    }
}
