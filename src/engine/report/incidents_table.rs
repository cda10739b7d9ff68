//! A firewall's incidents as a table.

use serde_json::json;
use straingauge_api::{FirewallView, Incident, ResultTable};

use super::wording::{iso, standing};

const COLUMNS: [&str; 13] = [
    "id",
    "severity",
    "title",
    "status",
    "event_time_range.start_time",
    "event_time_range.end_time",
    "description",
    "root_cause",
    "features",
    "events",
    "bins",
    "rows",
    "muted",
];

/// A row an incident, in the order of the view. The end of a time range is exclusive.
pub fn incidents_table(view: &FirewallView) -> ResultTable {
    let row = |incident: &Incident| {
        vec![
            json!(incident.id),
            json!(incident.severity),
            json!(incident.title),
            json!(standing(incident.resolved.is_some(), incident.open)),
            json!(iso(incident.start)),
            json!(iso(incident.end)),
            json!(incident.sentence),
            json!(incident.cause.as_ref().map(|cause| cause.sentence.as_str())),
            json!(incident.features.join(", ")),
            json!(incident.events.join("; ")),
            json!(incident.bins),
            json!(incident.rows),
            json!(incident.muted),
        ]
    };
    ResultTable { columns: COLUMNS.map(str::to_owned).into(), rows: view.incidents.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn an_incident_is_a_row_with_its_events() {
        let table = incidents_table(&sample::view());
        assert!(table.rows.len() == 1 && table.rows[0].len() == table.columns.len());
        let cell = |name: &str| table.rows[0][table.columns.iter().position(|c| c == name).unwrap()].clone();
        assert_eq!([cell("title"), cell("status")], [json!("city = Oslo"), json!("open")]);
        assert_eq!(cell("event_time_range.end_time"), json!("2018-08-16T00:00:00Z"));
        assert_eq!([cell("root_cause"), cell("events")], [json!("city moved towards Oslo."), json!("e1; e2")]);
    }
}
