//! A firewall's bins as a table.

use serde_json::{Value, json};
use straingauge_api::{BinInfo, FirewallView, ResultTable, Risk};

use super::wording::iso;

const COLUMNS: [&str; 20] = [
    "start_time",
    "end_time",
    "num_inputs",
    "num_labelled",
    "num_predicted",
    "complete",
    "judged",
    "severity",
    "operational",
    "fairness",
    "security",
    "summary_counts.total",
    "summary_counts.pass",
    "summary_counts.warning",
    "summary_counts.fail",
    "summary_counts.skip",
    "num_abnormal",
    "events",
    "sources",
    "reason",
];

/// A row a bin, in order of time. A risk that no test of the bin is about has no severity.
pub fn bins_table(view: &FirewallView) -> ResultTable {
    ResultTable { columns: COLUMNS.map(str::to_owned).into(), rows: view.bins.iter().map(row).collect() }
}

fn row(bin: &BinInfo) -> Vec<Value> {
    let risk = |risk: Risk| json!(bin.risks.iter().find(|r| r.risk == risk).map(|r| r.severity));
    let sources: Vec<&str> = bin.sources.iter().map(|source| source.dataset.as_str()).collect();
    vec![
        json!(iso(bin.start)),
        json!(iso(bin.end)),
        json!(bin.rows),
        json!(bin.labelled),
        json!(bin.predicted),
        json!(bin.complete),
        json!(bin.judged),
        json!(bin.severity),
        risk(Risk::Operational),
        risk(Risk::Fairness),
        risk(Risk::Security),
        json!(bin.counts.total),
        json!(bin.counts.pass),
        json!(bin.counts.warning),
        json!(bin.counts.fail),
        json!(bin.counts.skip),
        json!(bin.abnormal),
        json!(bin.events.join(", ")),
        json!(sources.join(", ")),
        json!(bin.reason),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_bin_is_a_row_with_its_risks() {
        let table = bins_table(&sample::view());
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
        assert_eq!(table.rows[0][..2], [json!("2018-08-14T00:00:00Z"), json!("2018-08-15T00:00:00Z")]);
        assert_eq!(table.rows[0][7..11], [json!("ALERT"), json!("ALERT"), Value::Null, json!("WARNING")]);
        assert_eq!(table.rows[0][17..], [json!("e1, e2"), json!("august"), Value::Null]);
        assert_eq!(table.rows[1][19], json!("12 rows are fewer than 30."));
    }
}
