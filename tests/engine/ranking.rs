//! Ranked queries, entities and calibration, from file to document, against the goldens of `tests/oracles/ranking.py`.

use std::fmt::Write as _;

use serde_json::Value;
use straingauge_api::{DataParams, ModelTask, RunDocument};

use crate::support::{config, read, run, side};

fn goldens() -> Value {
    serde_json::from_str(include_str!("../oracles/ranking.json")).expect("goldens are JSON")
}

/// A run of a file against itself, with a value of one parameter set.
fn itself(file: &str, text: &str, task: ModelTask, k: Option<f64>) -> RunDocument {
    let part = |name: &str| side(name, read(file, text.as_bytes()), None, &DataParams::default(), task);
    let mut config = config("golden");
    if let Some(k) = k {
        let own: straingauge_api::TestConfig = serde_json::from_value(serde_json::json!({ "k": k })).expect("a test");
        config.tests.insert("model_performance:ndcg".to_owned(), own);
    }
    run(config, task, part("reference"), part("evaluation")).1
}

fn check(document: &RunDocument, golden: &Value) {
    for (id, want) in golden.as_object().expect("metrics") {
        let metric = document.model_metrics.iter().find(|m| m.id == *id).unwrap_or_else(|| panic!("no {id}"));
        let (got, want) = (metric.evaluation.expect("a value"), want.as_f64().expect("a number"));
        assert!((got - want).abs() < 1e-9, "{id}: {got} instead of {want}");
    }
}

#[test]
fn rankings_equal_scikit_learn_from_file_to_document() {
    let golden = &goldens()["ranking"];
    let mut text = String::from("query_id,score,relevance\n");
    for row in golden["rows"].as_array().expect("rows") {
        writeln!(text, "q{},{},{}", row[0], row[1], row[2]).unwrap();
    }
    check(&itself("ranked.csv", &text, ModelTask::Ranking, None), &golden["metrics"]);
    let short = itself("ranked.csv", &text, ModelTask::Ranking, Some(3.0));
    let at_3 = short.model_metrics.iter().find(|m| m.id == "ndcg").and_then(|m| m.evaluation).expect("NDCG");
    assert!((at_3 - golden["ndcg_at_3"].as_f64().expect("a number")).abs() < 1e-9, "{at_3}");
}

/// The printed example: query 1 predictions 2 1, query 2 predictions 1 2, relevance 1 2 in both.
#[test]
fn the_printed_ranking_comes_out() {
    let table = |rows: &[&str]| format!("query_id,score,relevance\n{}", rows.join("\n"));
    let one = ["a,2,1", "a,1,2"];
    let all = ["a,2,1", "a,1,2", "b,1,1", "b,2,2"];
    for (rows, mrr, ndcg) in [(&one[..], 0.5, 0.86), (&all[..], 0.75, 0.93)] {
        let document = itself("ranked.csv", &table(rows), ModelTask::Ranking, None);
        let of = |id: &str| document.model_metrics.iter().find(|m| m.id == id).and_then(|m| m.evaluation).expect("a value");
        assert!((of("mrr") - mrr).abs() < 1e-12 && (of("ndcg") - ndcg).abs() < 0.005, "{} {}", of("mrr"), of("ndcg"));
    }
}

#[test]
fn entities_equal_scikit_learn_in_a_csv_cell() {
    let golden = &goldens()["entities"];
    let cell = |starts: &Value| {
        let mention = |s: &Value| format!("{{\"\"start_offset\"\":{s},\"\"end_offset\"\":{}}}", s.as_u64().expect("an offset") + 1);
        let mentions: Vec<String> = starts.as_array().expect("offsets").iter().map(mention).collect();
        format!("\"[{{\"\"type\"\":\"\"thing\"\",\"\"mentions\"\":[{}]}}]\"", mentions.join(","))
    };
    let mut text = String::from("entities,predicted_entities\n");
    for document in golden["documents"].as_array().expect("documents") {
        writeln!(text, "{},{}", cell(&document[0]), cell(&document[1])).unwrap();
    }
    check(&itself("documents.csv", &text, ModelTask::NamedEntityRecognition, None), &golden["metrics"]);
}

#[test]
fn the_calibration_error_equals_scikit_learn() {
    let golden = &goldens()["calibration"];
    let mut text = String::from("score,label\n");
    for (score, label) in golden["scores"].as_array().expect("scores").iter().zip(golden["labels"].as_array().expect("labels")) {
        writeln!(text, "{score},{label}").unwrap();
    }
    let document = itself("scores.csv", &text, ModelTask::BinaryClassification, None);
    let id = "model_performance:expected_calibration_error";
    let case = document.batches.iter().find(|b| b.id == id).and_then(|b| b.cases.first()).expect("a case");
    let (got, want) = (case.statistic.expect("a statistic"), golden["ece"].as_f64().expect("a number"));
    assert!((got - want).abs() < 1e-9, "{got} instead of {want}");
}
