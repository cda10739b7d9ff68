//! Metrics and tests of the reader's own: judged like the engine's, found where planted, calm where nothing is.

use serde_json::{Value, json};
use straingauge_api::{DataParams, ModelTask, RunDocument, Status, StressTestConfig};
use straingauge_engine::random::Rng;
use straingauge_engine::stress::{Run, RunSide};

use crate::support::{read, run, side};

/// Rows of a city, a size, a label and a score, and a cost a row; `dear` multiplies what Oslo costs.
fn world(name: &str, rows: usize, seed: u64, dear: f64) -> (RunSide, Vec<Value>) {
    let mut rng = Rng::new(seed, 7);
    let (mut csv, mut costs) = ("city,size,label,score\n".to_owned(), Vec::new());
    for row in 0..rows {
        let city = ["Oslo", "Lima", "Pune", "Kyiv"][rng.below(4) as usize];
        let (size, p) = (rng.normal(), rng.uniform());
        let label = u8::from(rng.uniform() < p);
        csv.push_str(&format!("{city},{size:.4},{label},{p:.4}\n"));
        // Heavy-tailed, as costs are.
        let z = rng.normal();
        let cost = z * z * z.abs() * if city == "Oslo" { dear } else { 1.0 };
        costs.push(if row % 50 == 0 { Value::Null } else { json!(cost) });
    }
    let params: DataParams = serde_json::from_value(json!({ "labelCol": "label", "predictionCol": "score" })).unwrap();
    let table = read(&format!("{name}.csv"), csv.as_bytes());
    (side(name, table, None, &params, ModelTask::BinaryClassification), costs)
}

fn config(metrics: Value, tests: Value) -> StressTestConfig {
    let config = json!({
        "runName": "custom", "reference": "reference", "evaluation": "evaluation", "model": "m", "seed": 1, "customMetrics": metrics, "customTests": tests,
        "categories": ["model_performance", "subset_performance", "subset_performance_degradation", "custom"],
    });
    serde_json::from_value(config).unwrap()
}

fn with_cost(rows: (usize, usize), seed: u64, dear: f64) -> RunDocument {
    let (reference, a) = world("reference", rows.0, seed, 1.0);
    let (evaluation, b) = world("evaluation", rows.1, seed + 1, dear);
    let cost =
        json!([{ "id": "cost", "name": "Cost", "better": "lower", "unit": "number", "perRow": { "reference": a, "evaluation": b } }]);
    run(config(cost, json!([])), ModelTask::BinaryClassification, reference, evaluation).1
}

const TESTS: [&str; 3] = ["model_performance:cost", "subset_performance:subset_cost", "subset_performance_degradation:subset_drift_cost"];

#[test]
fn a_metric_by_row_is_found_where_it_is_worse() {
    let document = with_cost((3000, 3000), 5, 2.5);
    for test in TESTS {
        let batch = document.batches.iter().find(|b| b.id == test).unwrap_or_else(|| panic!("no {test}"));
        assert_eq!(batch.cases[0].status, Status::Fail, "{test}: {:?}", batch.cases[0]);
        assert!(batch.cases.iter().all(|c| c.features != ["size"] || matches!(c.status, Status::Pass | Status::Skip)), "{test}");
    }
    let subset = document.batches.iter().find(|b| b.id == TESTS[1]).and_then(|b| b.cases.iter().find(|c| c.features == ["city"])).unwrap();
    assert_eq!(subset.subset.as_deref(), Some("Oslo"));
    assert_eq!(subset.regain.as_ref().map(|r| r.name.as_str()), Some("Cost"));
    assert!(subset.rows.as_ref().is_some_and(|r| r.count > 600 && r.count < 900 && r.sample.len() == 50));
    let metric = document.model_metrics.iter().find(|m| m.id == "cost").unwrap();
    assert!(metric.evaluation.unwrap() > 1.2 * metric.reference.unwrap());
}

#[test]
fn the_mean_and_its_interval_are_those_of_the_rows() {
    let (_, costs) = world("reference", 500, 3, 1.0);
    let known: Vec<f64> = costs.iter().filter_map(Value::as_f64).collect();
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let error = (known.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n / n).sqrt();
    let document = with_cost((500, 500), 3, 1.0);
    let case = &document.batches.iter().find(|b| b.id == TESTS[0]).unwrap().cases[0];
    assert_eq!((case.n_reference, case.n_evaluation), (Some(490), Some(490)));
    let Some(straingauge_api::Figure::MetricPair { reference, .. }) = &case.figure else { panic!("no pair") };
    assert!((reference.value.unwrap() - mean).abs() < 1e-9);
    assert!((reference.low.unwrap() - (mean - 1.96 * error)).abs() < 1e-9);
}

/// Over clean pairs of any sizes nothing may fail; p-values of the whole are uniform.
#[test]
fn clean_pairs_are_left_in_peace() {
    let (mut small, mut failing) = (0, Vec::new());
    let pairs = 60;
    for seed in 0..pairs {
        let sizes = [(200, 200), (2000, 300), (300, 2000)][seed as usize % 3];
        let document = with_cost(sizes, 100 + 2 * seed, 1.0);
        let of = |test: &str| document.batches.iter().filter(|b| b.id == test).flat_map(|b| b.cases.clone()).collect::<Vec<_>>();
        small += usize::from(of(TESTS[0])[0].p_value.unwrap() < 0.1);
        failing.extend(
            TESTS
                .iter()
                .flat_map(|t| of(t))
                .filter(|c| matches!(c.status, Status::Fail | Status::Warning))
                .map(|c| (seed, c.id, c.q_value)),
        );
    }
    // Binomial(60, 0.1): more than 14 happens once in a thousand times.
    assert!(small <= 14, "{small} of {pairs} p-values under 0.1");
    assert!(failing.len() <= 3, "{failing:?}");
}

fn test_of(kind: &str, cases: Value) -> Value {
    json!([{ "id": "custom:mine", "name": "Mine", "kind": kind, "unit": "number", "thresholds": { "warning": 1.0, "alert": 2.0 }, "cases": cases }])
}

fn judged(kind: &str, cases: Value) -> Vec<(String, Status)> {
    let ((reference, _), (evaluation, _)) = (world("reference", 300, 1, 1.0), world("evaluation", 300, 2, 1.0));
    let document = run(config(json!([]), test_of(kind, cases)), ModelTask::BinaryClassification, reference, evaluation).1;
    let batch = document.batches.into_iter().find(|b| b.id == "custom:mine").unwrap();
    batch.cases.into_iter().map(|c| (c.id, c.status)).collect()
}

#[test]
fn a_custom_test_is_judged_by_size_and_evidence() {
    let cases = json!([
        { "feature": "city", "effect": 3.0, "low": 2.5, "high": 3.5, "pValue": 1e-9, "sentence": "Large and sure." },
        { "feature": "size", "effect": 3.0, "low": -1.0, "high": 7.0, "pValue": 0.4, "sentence": "Large by chance." },
        { "effect": 0.1, "low": 0.0, "high": 0.2, "pValue": 1e-9, "sentence": "Sure and small." },
        { "feature": "city", "subset": "Lima", "effect": 1.5, "pValue": 1e-9, "sentence": "A further one.", "rows": [5, 3, 3] },
    ]);
    let found = judged("difference", cases);
    let of = |id: &str| found.iter().find(|c| c.0 == id).map(|c| c.1);
    assert_eq!(of("custom:mine[city]"), Some(Status::Fail));
    assert_eq!(of("custom:mine[city]#Lima"), Some(Status::Warning));
    assert_eq!(of("custom:mine"), Some(Status::Pass));
    assert!(matches!(of("custom:mine[size]"), Some(Status::Pass | Status::Skip)));
    assert_eq!(judged("difference", json!([{ "effect": 9.0, "sentence": "No evidence." }])), [("custom:mine".to_owned(), Status::Skip)]);
    assert_eq!(
        judged("property", json!([{ "effect": 3.0, "low": 1.2, "high": 5.0, "sentence": "s" }])),
        [("custom:mine".to_owned(), Status::Warning)]
    );
    assert_eq!(judged("logical", json!([{ "holds": false, "sentence": "s" }])), [("custom:mine".to_owned(), Status::Fail)]);
    assert_eq!(judged("logical", json!([{ "holds": true, "sentence": "s" }])), [("custom:mine".to_owned(), Status::Pass)]);
    assert_eq!(judged("logical", json!([{ "skipped": "It broke.", "sentence": "" }])), [("custom:mine".to_owned(), Status::Skip)]);
}

/// More questions make every answer dearer: custom tests are part of the plan that evidence is corrected for.
#[test]
fn custom_tests_are_families_like_any_other() {
    let cases = |n: usize| -> Value {
        (0..n)
            .map(|i| json!({ "feature": format!("f{i}"), "effect": 3.0, "pValue": if i == 0 { 0.004 } else { 0.9 }, "sentence": "s" }))
            .collect()
    };
    let alone = |n| judged("difference", cases(n)).into_iter().find(|c| c.0 == "custom:mine[f0]").map(|c| c.1);
    let ((reference, _), (evaluation, _)) = (world("reference", 300, 1, 1.0), world("evaluation", 300, 2, 1.0));
    let mut only = config(json!([]), test_of("difference", cases(5)));
    only.categories = Some(vec![straingauge_api::Category::Custom]);
    let document = run(only, ModelTask::BinaryClassification, reference, evaluation).1;
    let case = document.batches[0].cases.iter().find(|c| c.id == "custom:mine[f0]").unwrap();
    // Five families of one case each: 0.004 · 5 = 0.02.
    assert!((case.q_value.unwrap() - 0.02).abs() < 1e-12 && case.status == Status::Fail, "{case:?}");
    assert_eq!(alone(40), Some(Status::Pass));
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let refused = |metrics: Value, tests: Value| {
        let ((reference, _), (evaluation, _)) = (world("reference", 200, 1, 1.0), world("evaluation", 200, 2, 1.0));
        Run::new(config(metrics, tests), ModelTask::BinaryClassification, reference, evaluation).err().map(|e| e.code)
    };
    let metric = |id: &str, n: usize| json!([{ "id": id, "name": "M", "better": "lower", "perRow": { "reference": vec![1.0; n], "evaluation": vec![1.0; 200] } }]);
    assert_eq!(refused(metric("cost", 200), json!([])), None);
    assert_eq!(refused(metric("cost", 199), json!([])), Some("invalid_custom_metric"));
    assert_eq!(refused(metric("accuracy", 200), json!([])), Some("invalid_custom_metric"));
    assert_eq!(refused(metric("Cost", 200), json!([])), Some("invalid_custom_metric"));
    assert_eq!(refused(json!([]), test_of("difference", json!([]))), None);
    assert_eq!(refused(json!([]), json!([{ "id": "mine", "name": "M", "kind": "logical" }])), Some("invalid_custom_test"));
    assert_eq!(refused(json!([]), json!([{ "id": "custom:mine", "name": "M", "kind": "difference" }])), Some("invalid_custom_test"));
}
