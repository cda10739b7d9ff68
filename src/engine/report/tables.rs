//! A run as result tables. The names of their columns are those that users of such products know; ours stand behind them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use straingauge_api::{Batch, Case, CategoryResult, ResultTable, Risk, RunDocument, RunStamp, RunTables, Severity, Status};

use super::wording;
use crate::math::round12;

/// All tables of a run.
pub fn tables(run: &RunDocument, stamp: &RunStamp) -> RunTables {
    let cases = cases(run);
    RunTables {
        result: result(run, stamp),
        categories: categories(run),
        batches: batches(run, stamp),
        cases,
        plain_case_columns: CASE_COLUMNS.len(),
    }
}

const CASE_COLUMNS: [&str; 21] = [
    "test_run_id",
    "features",
    "test_batch_type",
    "status",
    "severity",
    "importance_score",
    "test_category",
    "kind",
    "statistic",
    "severity_score",
    "p_value",
    "q_value",
    "ci_low",
    "ci_high",
    "reason",
    "case_id",
    "subset",
    "sentence",
    "failing_rows",
    "failing_share",
    "approximate",
];

/// Behind the plain columns: what is named by the data (tokens, columns, groups), as JSON by kind and name.
const DETAILS: &str = "details";

const BATCH_COLUMNS: [&str; 13] = [
    "test_run_id",
    "test_type",
    "test_name",
    "test_category",
    "duration_in_millis",
    "severity",
    "failing_features",
    "description",
    "summary_counts.total",
    "summary_counts.pass",
    "summary_counts.warning",
    "summary_counts.fail",
    "summary_counts.skip",
];

const CATEGORY_COLUMNS: [&str; 10] = [
    "id",
    "severity",
    "test_batch_types",
    "failing_test_types",
    "category_importance",
    "risk_category",
    "test_category",
    "num_pass",
    "num_warning",
    "num_alert",
];

fn result(run: &RunDocument, stamp: &RunStamp) -> ResultTable {
    let summary = &run.summary;
    let counts = &summary.counts;
    let mut cells: Vec<(String, Value)> = [
        ("test_run_id", json!(run.id)),
        ("name", json!(run.name)),
        ("project_id", json!(stamp.project_id)),
        ("model_task", json!(run.model_task)),
        ("testing_type", json!(stamp.testing_type)),
        ("upload_time", json!(stamp.upload_time)),
        ("metrics.duration_millis", json!(stamp.duration_millis)),
        ("metrics.num_inputs", json!(summary.num_inputs)),
        ("metrics.num_failing_inputs", json!(summary.num_failing_inputs)),
        ("metrics.summary_counts.total", json!(counts.total)),
        ("metrics.summary_counts.pass", json!(counts.pass)),
        ("metrics.summary_counts.warning", json!(counts.warning)),
        ("metrics.summary_counts.fail", json!(counts.fail)),
        ("metrics.summary_counts.skip", json!(counts.skip)),
        ("metrics.severity_counts.pass", json!(summary.batches_pass)),
        ("metrics.severity_counts.warning", json!(summary.batches_warning)),
        ("metrics.severity_counts.alert", json!(summary.batches_alert)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let by_name: BTreeMap<&str, _> = run.model_metrics.iter().map(|m| (m.id.as_str(), m)).collect();
    for (id, metric) in by_name {
        cells.push((format!("metrics.model_perf.{id}.ref_metric"), json!(metric.reference)));
        cells.push((format!("metrics.model_perf.{id}.eval_metric"), json!(metric.evaluation)));
    }
    let (columns, row) = cells.into_iter().unzip();
    ResultTable { columns, rows: vec![row] }
}

fn cases(run: &RunDocument) -> ResultTable {
    let all = || run.batches.iter().flat_map(|batch| batch.cases.iter().map(move |case| (batch, case)));
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (_, case) in all() {
        places.extend(case.metrics.iter().filter(|m| !m.is_named_by_data()).map(|m| (format!("{}:{}", m.kind, m.metric), 0)));
    }
    for (place, (_, at)) in places.iter_mut().enumerate() {
        *at = place;
    }
    let rows = all().map(|(batch, case)| case_row(run, batch, case, &places)).collect();
    let columns = CASE_COLUMNS.iter().map(|&name| name.to_owned()).chain([DETAILS.to_owned()]).chain(places.into_keys()).collect();
    ResultTable { columns, rows }
}

fn case_row(run: &RunDocument, batch: &Batch, case: &Case, places: &BTreeMap<String, usize>) -> Vec<Value> {
    let mut row = vec![
        json!(run.id),
        json!(case.features.join(", ")),
        json!(batch.id),
        json!(case.status),
        json!(case.severity),
        json!(case.effect),
        json!(batch.category),
        json!(case.kind),
        json!(case.statistic),
        json!(case.severity_score),
        json!(case.p_value),
        json!(case.q_value),
        json!(case.ci_low),
        json!(case.ci_high),
        json!(wording::let_be(case).or_else(|| case.reason.clone())),
        json!(case.id),
        json!(case.subset),
        json!(case.sentence),
        json!(case.rows.as_ref().map(|rows| rows.count)),
        json!(case.rows.as_ref().map(|rows| rows.share)),
        json!(case.approximate),
        details(case),
    ];
    let mut sparse = vec![Value::Null; places.len()];
    for metric in &case.metrics {
        if let Some(cell) = places.get(&format!("{}:{}", metric.kind, metric.metric)).and_then(|&at| sparse.get_mut(at)) {
            *cell = json!(metric.value);
        }
    }
    row.append(&mut sparse);
    row
}

/// The numbers that bear names of the data, as JSON in one cell; null without any.
fn details(case: &Case) -> Value {
    let mut kinds: BTreeMap<&str, BTreeMap<&str, Option<f64>>> = BTreeMap::new();
    for metric in case.metrics.iter().filter(|m| m.is_named_by_data()) {
        kinds.entry(&metric.kind).or_default().insert(&metric.metric, metric.value.map(round12));
    }
    if kinds.is_empty() { Value::Null } else { json!(json!(kinds).to_string()) }
}

fn batches(run: &RunDocument, stamp: &RunStamp) -> ResultTable {
    let rows = run.batches.iter().map(|batch| {
        let mut failing: Vec<&str> = Vec::new();
        for case in batch.cases.iter().filter(|c| matches!(c.status, Status::Warning | Status::Fail)) {
            for feature in case.features.iter().filter(|f| !failing.contains(&f.as_str())).map(String::as_str).collect::<Vec<_>>() {
                failing.push(feature);
            }
        }
        vec![
            json!(run.id),
            json!(batch.id),
            json!(batch.name),
            json!(batch.category),
            json!(stamp.test_millis.get(&batch.id).map(|millis| millis.round() as u64)),
            json!(batch.severity),
            json!(failing.join(", ")),
            json!(batch.text.checks),
            json!(batch.counts.total),
            json!(batch.counts.pass),
            json!(batch.counts.warning),
            json!(batch.counts.fail),
            json!(batch.counts.skip),
        ]
    });
    ResultTable { columns: BATCH_COLUMNS.map(str::to_owned).into(), rows: rows.collect() }
}

fn categories(run: &RunDocument) -> ResultTable {
    let row = |result: &CategoryResult| {
        let tests: Vec<&Batch> = run.batches.iter().filter(|b| b.category == result.category && b.counts.skip < b.counts.total).collect();
        let count = |severity: Severity| tests.iter().filter(|b| b.severity == severity).count();
        let risk = run.batches.iter().find(|b| b.category == result.category).map_or(Risk::Operational, |b| b.risk);
        vec![
            json!(format!("{}:{}", run.id, result.category.id())),
            json!(result.severity),
            json!(result.tests.join(", ")),
            json!(result.failing_tests.join(", ")),
            json!(result.severity_score),
            json!(risk),
            json!(result.category),
            json!(count(Severity::Pass)),
            json!(count(Severity::Warning)),
            json!(count(Severity::Alert)),
        ]
    };
    ResultTable { columns: CATEGORY_COLUMNS.map(str::to_owned).into(), rows: run.categories.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> RunDocument {
        let case = |id: &str, feature: &str, status: &str, severity: &str, metrics: Value| {
            json!({
                "id": id, "features": [feature], "family": id, "kind": "difference", "status": status, "severity": severity, "sentence": "",
                "statistic": 0.25, "statisticUnit": "distance", "effect": 0.2, "effectUnit": "distance", "severityScore": 0.5, "severityScoreLow": 0.4,
                "evident": true, "method": "", "metrics": metrics
            })
        };
        let counts = json!({"total": 2, "pass": 1, "warning": 1, "fail": 0, "skip": 0});
        serde_json::from_value(json!({
            "format": 1, "engine": "0", "id": "r1", "name": "first", "modelTask": "regression", "seed": 0, "sensitivity": "default", "classes": [],
            "reference": {"dataset": "a", "file": "a.csv", "sha256": "", "rows": 9, "labelled": 9, "predicted": 9},
            "evaluation": {"dataset": "b", "file": "b.csv", "sha256": "", "rows": 8, "labelled": 8, "predicted": 8},
            "summary": {"outcome": "caution", "headline": "", "counts": counts, "batchesPass": 0, "batchesWarning": 1, "batchesAlert": 0,
                        "numInputs": 8, "numFailingInputs": 2, "risks": [], "banners": []},
            "modelMetrics": [
                {"id": "rmse", "name": "RMSE", "better": "lower", "unit": "number", "reference": 1.0, "evaluation": 2.0, "severity": "PASS"},
                {"id": "mae", "name": "MAE", "better": "lower", "unit": "number", "reference": 0.5, "evaluation": null, "severity": "PASS"}],
            "findings": [], "suggestions": [],
            "categories": [{"category": "drift", "severity": "WARNING", "severityScore": 0.5, "counts": counts, "tests": ["drift:feature_drift"],
                            "failingTests": ["drift:feature_drift"]}],
            "batches": [{"id": "drift:feature_drift", "name": "Feature Drift", "category": "drift", "risk": "operational", "kind": "difference",
                         "text": {"checks": "Checks.", "matters": "", "decided": ""}, "severity": "WARNING", "severityScore": 0.5, "counts": counts,
                         "cases": [
                             case("drift:feature_drift[city]", "city", "WARNING", "WARNING", json!([{"kind": "DRIFT_STAT", "metric": "psi", "value": 0.25}])),
                             case("drift:feature_drift[age]", "age", "PASS", "PASS", json!([{"kind": "DRIFT_STAT", "metric": "ks", "value": null}]))]}]
        }))
        .unwrap()
    }

    #[test]
    fn the_run_is_one_row_with_metrics_in_order_of_name() {
        let stamp =
            RunStamp { project_id: "p".into(), upload_time: "2024-01-01T00:00:00.000Z".into(), duration_millis: 7, ..RunStamp::default() };
        let table = tables(&run(), &stamp).result;
        let at = |name: &str| table.columns.iter().position(|c| c == name).unwrap();
        assert_eq!(
            &table.columns[17..],
            ["mae.ref", "mae.eval", "rmse.ref", "rmse.eval"].map(|m| format!("metrics.model_perf.{m}_metric"))
        );
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0][at("metrics.duration_millis")], json!(7));
        assert_eq!(table.rows[0][at("metrics.severity_counts.warning")], json!(1));
        assert_eq!(table.rows[0][at("metrics.model_perf.mae.eval_metric")], Value::Null);
        assert_eq!(table.rows[0][at("model_task")], json!("regression"));
    }

    #[test]
    fn cases_have_sparse_columns_behind_the_plain_ones() {
        let all = tables(&run(), &RunStamp::default());
        assert_eq!(&all.cases.columns[all.plain_case_columns..], ["details", "DRIFT_STAT:ks", "DRIFT_STAT:psi"]);
        assert_eq!(all.cases.rows[0][all.plain_case_columns..], [Value::Null, Value::Null, json!(0.25)]);
        assert_eq!(all.cases.rows[1][1..5], [json!("age"), json!("drift:feature_drift"), json!("PASS"), json!("PASS")]);
        assert!(all.cases.rows.iter().all(|row| row.len() == all.cases.columns.len()));
    }

    #[test]
    fn a_case_says_what_tells_it_from_its_neighbours() {
        let mut run = run();
        let case = &mut run.batches[0].cases[0];
        case.subset = Some("city = Rome and age > 40".into());
        case.sentence = "It moved.".into();
        case.rows = Some(straingauge_api::CaseRows { count: 12, share: 0.25, sample: vec![3] });
        let table = tables(&run, &RunStamp::default()).cases;
        let of = |row: usize, name: &str| table.rows[row][table.columns.iter().position(|c| c == name).unwrap()].clone();
        assert_eq!(of(0, "case_id"), json!("drift:feature_drift[city]"));
        assert_eq!((of(0, "subset"), of(0, "sentence")), (json!("city = Rome and age > 40"), json!("It moved.")));
        assert_eq!((of(0, "failing_rows"), of(0, "failing_share"), of(1, "failing_rows")), (json!(12), json!(0.25), Value::Null));
    }

    #[test]
    fn names_of_the_data_share_one_column() {
        let mut run = run();
        let metric = |kind: &str, metric: &str, value| straingauge_api::CaseMetric { kind: kind.into(), metric: metric.into(), value };
        let named =
            [metric("LOG_ODDS_Z", "wallet", Some(7.5)), metric("LOG_ODDS_Z", "a \"b\", c", None), metric("FEATURE", "age", Some(0.1))];
        run.batches[0].cases[0].metrics.extend(named);
        let table = tables(&run, &RunStamp::default());
        let columns = &table.cases.columns[table.plain_case_columns..];
        assert_eq!(columns, ["details", "DRIFT_STAT:ks", "DRIFT_STAT:psi"]);
        let details: Value = serde_json::from_str(table.cases.rows[0][table.plain_case_columns].as_str().unwrap()).unwrap();
        assert_eq!(details, json!({"FEATURE": {"age": 0.1}, "LOG_ODDS_Z": {"a \"b\", c": null, "wallet": 7.5}}));
    }

    #[test]
    fn a_test_takes_as_long_as_its_driver_says() {
        let stamp = RunStamp { test_millis: [("drift:feature_drift".to_owned(), 41.6)].into(), ..RunStamp::default() };
        let table = tables(&run(), &stamp).batches;
        assert_eq!(table.rows[0][4], json!(42));
        assert_eq!(tables(&run(), &RunStamp::default()).batches.rows[0][4], Value::Null);
    }

    #[test]
    fn tests_and_categories_name_what_fails() {
        let all = tables(&run(), &RunStamp::default());
        assert_eq!(all.batches.rows[0][6], json!("city"));
        assert_eq!(all.categories.rows[0][7..], [json!(0), json!(1), json!(0)]);
        assert_eq!(all.categories.rows[0][0], json!("r1:drift"));
    }
}
