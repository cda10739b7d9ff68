//! The firewall over NannyML's `mc` sets, where `NANNYML_DATA` names the folder that holds them: production without labels, in which the
//! model becomes worse with November 2020. Their estimates by day stand in `tests/oracles/cbpe.json`.

use straingauge_api::{BatchOptions, DataParams, FirewallConfig, ModelTask, OneOrMany};
use straingauge_engine::firewall::Firewall;

use crate::support::{self, drive};

/// Midnight of 1 November 2020, UTC.
const NOVEMBER: i64 = 1_604_188_800_000;
const DAY: i64 = 86_400_000;

#[test]
fn one_event_begins_with_november() {
    let Some(folder) = std::env::var_os("NANNYML_DATA").map(std::path::PathBuf::from) else {
        println!("skipped: NANNYML_DATA does not name the data sets of the nannyml package");
        return;
    };
    let classes = ["prepaid_card", "highstreet_card", "upmarket_card"];
    let params = |label: bool| DataParams {
        label_col: label.then(|| "y_true".to_owned()),
        prediction_col: Some(OneOrMany::Many(classes.map(|c| format!("y_pred_proba_{c}")).to_vec())),
        class_names: Some(classes.map(str::to_owned).to_vec()),
        timestamp_col: Some("timestamp".to_owned()),
        id_col: Some("id".to_owned()),
        ignore: Some(vec!["y_pred".to_owned()]),
        ..DataParams::default()
    };
    let side = |file: &str, label: bool| {
        let bytes = std::fs::read(folder.join(file)).expect("a file");
        support::side(file, support::read(file, &bytes), None, &params(label), ModelTask::MulticlassClassification)
    };
    let config = FirewallConfig { model: "model".to_owned(), reference: "mc_reference.csv".to_owned(), ..FirewallConfig::default() };
    let mut firewall = Firewall::learn(config, ModelTask::MulticlassClassification, side("mc_reference.csv", true)).expect("a firewall");
    drive(&mut firewall);
    firewall.add(side("mc_analysis.csv", false), BatchOptions::default()).expect("a batch");
    drive(&mut firewall);
    let view = firewall.view().expect("a view");
    let goldens: serde_json::Value = serde_json::from_str(include_str!("../oracles/cbpe.json")).expect("goldens are JSON");
    let days = goldens["own"]["mc"]["days"].as_array().expect("days");
    assert_eq!(view.bins.len(), days.len());
    let estimated = view.monitors.iter().find(|m| m.id == "model_performance:estimated_accuracy").expect("the estimated accuracy");
    let mut largest: f64 = 0.0;
    for ((bin, point), day) in view.bins.iter().zip(&estimated.series[0].points).zip(days) {
        assert_eq!((bin.rows, bin.start), (day[2].as_u64().expect("rows"), point.bin));
        largest = largest.max((point.value.expect("an estimate") - day[3].as_f64().expect("a golden")).abs());
    }
    println!("estimated accuracy differs by {largest} at most; {} events", view.events.len());
    // Whether a class is calibrated is decided by ten systematic folds here, by random folds there; with their decision the values are equal
    // to 1e-6 (see `estimated.rs`).
    assert!(largest < 0.01, "{largest}");
    for event in &view.events {
        println!("{:?} {}", event.kind, event.sentence);
    }
    let of: Vec<_> = view.events.iter().filter(|e| e.monitor == estimated.id).collect();
    assert_eq!(of.len(), 1);
    assert!((of[0].start - NOVEMBER).abs() <= DAY && of[0].open, "{:?}", of[0]);
    assert!(view.events.iter().all(|e| e.start >= NOVEMBER - DAY), "an event before anything changed");
    assert!(!of[0].causes.is_empty(), "no cause");
}
