//! A firewall's events as a table. The first columns carry the names that users of such products know; ours stand behind them.

use serde_json::json;
use straingauge_api::{Event, FirewallView, ResultTable, Risk};

use super::wording::{iso, standing};

const COLUMNS: [&str; 17] = [
    "id",
    "event_type",
    "severity",
    "event_object_name",
    "monitor_id",
    "risk_category_type",
    "test_category",
    "event_time_range.start_time",
    "event_time_range.end_time",
    "description",
    "root_cause",
    "monitor_name",
    "kind",
    "status",
    "worst_bin",
    "rows",
    "incident",
];

/// A row an event, in the order of the view. The end of a time range is exclusive.
pub fn events_table(view: &FirewallView) -> ResultTable {
    let row = |event: &Event| {
        let causes: Vec<&str> = event.causes.iter().map(|cause| cause.sentence.as_str()).collect();
        vec![
            json!(event.id),
            json!(if event.risk == Risk::Security { "security" } else { "metric_degradation" }),
            json!(event.severity),
            json!(event.object),
            json!(event.monitor),
            json!(event.risk),
            json!(event.category),
            json!(iso(event.start)),
            json!(iso(event.end)),
            json!(event.sentence),
            json!(causes.join(" ")),
            json!(event.monitor_name),
            json!(event.kind),
            json!(standing(event.resolved.is_some(), event.open)),
            json!(iso(event.worst)),
            json!(event.rows),
            json!(event.incident),
        ]
    };
    ResultTable { columns: COLUMNS.map(str::to_owned).into(), rows: view.events.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn an_event_is_a_row_with_times_and_causes() {
        let table = events_table(&sample::view());
        assert_eq!(table.columns.len(), 17);
        assert!(table.rows.iter().all(|row| row.len() == 17));
        let cell = |row: usize, name: &str| table.rows[row][table.columns.iter().position(|c| c == name).unwrap()].clone();
        assert_eq!(cell(0, "event_time_range.start_time"), json!("2018-08-14T00:00:00Z"));
        assert_eq!(cell(0, "event_time_range.end_time"), json!("2018-08-16T00:00:00Z"));
        assert_eq!(cell(0, "root_cause"), json!("city moved towards Oslo. 3 cities were never seen."));
        assert_eq!(
            ["status", "kind", "event_type"].map(|name| cell(0, name)),
            [json!("open"), json!("creeping"), json!("metric_degradation")]
        );
        assert_eq!(["status", "kind", "event_type"].map(|name| cell(1, name)), [json!("resolved"), json!("abrupt"), json!("security")]);
    }
}
