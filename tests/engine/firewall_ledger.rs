//! Labels that come late are worth as much as labels that were there.

use std::fmt::Write;

use straingauge_api::{BatchOptions, Category, DataParams, FirewallConfig, ModelTask, Stage};
use straingauge_engine::firewall::Firewall;
use straingauge_engine::random::Rng;
use straingauge_engine::stress::RunSide;
use straingauge_engine::table::{self, Dataset};

use crate::support::{read, side};

const DAY: i64 = 86_400_000;
const KEY: &str = "000102030405060708090a0b0c0d0e0f";

/// Rows of some days, with their labels where `labelled`; `wrong` is the share of new browsers that the model gets wrong.
fn file(days: u64, seed: u64, labelled: bool, broken: bool) -> Vec<u8> {
    let mut rng = Rng::new(seed, 4);
    let mut csv = String::from("id,timestamp,browser,sex,amount,visits,score,label\n");
    for day in 0..days {
        for row in 0..400 {
            let new = broken && rng.below(5) == 0;
            let browser = if new { "next-1" } else { ["alpha", "beta", "gamma"][rng.below(3) as usize] };
            let label = rng.below(2);
            let right = rng.uniform() < if new { 0.3 } else { 0.9 };
            let score = 0.52 + 0.45 * rng.uniform();
            let score = if (label == 1) == right { score } else { 1.0 - score };
            let amount = 50.0 + 10.0 * rng.normal() + 5.0 * label as f64;
            let label = if labelled { label.to_string() } else { String::new() };
            writeln!(
                csv,
                "r{seed}-{day}-{row},2024-03-{:02}T{:02}:10:00Z,{browser},{},{amount:.3},{},{score:.4},{label}",
                day + 1,
                row % 24,
                ["female", "male"][rng.below(2) as usize],
                rng.below(12),
            )
            .unwrap();
        }
    }
    csv.into_bytes()
}

fn params() -> DataParams {
    DataParams {
        label_col: Some("label".to_owned()),
        id_col: Some("id".to_owned()),
        timestamp_col: Some("timestamp".to_owned()),
        prediction_col: Some(straingauge_api::OneOrMany::One("score".to_owned())),
        ..DataParams::default()
    }
}

fn batch(name: &str, csv: &[u8]) -> RunSide {
    side(name, read(&format!("{name}.csv"), csv), None, &params(), ModelTask::BinaryClassification)
}

fn labels(csv: &[u8]) -> Dataset {
    table::dataset(read("labels.csv", csv), "labels", &params(), Some(ModelTask::BinaryClassification)).unwrap()
}

fn finish(firewall: &mut Firewall) {
    while firewall.step().unwrap().stage != Stage::Done {}
}

fn firewall() -> Firewall {
    let config = FirewallConfig {
        model: "model".to_owned(),
        reference: "reference".to_owned(),
        ledger: true,
        ledger_key: Some(KEY.to_owned()),
        ..FirewallConfig::default()
    };
    let mut firewall = Firewall::learn(config, ModelTask::BinaryClassification, batch("reference", &file(10, 1, true, false))).unwrap();
    finish(&mut firewall);
    firewall
}

fn with(csv: &[u8]) -> Firewall {
    let mut firewall = firewall();
    firewall.add(batch("batch", csv), BatchOptions::default()).unwrap();
    finish(&mut firewall);
    firewall
}

/// What was judged of a day: every case with what it rests on.
fn judged(firewall: &Firewall, day: i64) -> Vec<String> {
    let start = 1_709_251_200_000 + day * DAY;
    let document = firewall.run(start, start + DAY).unwrap();
    let case = |c: &straingauge_api::Case| {
        format!("{} {:?} {:?} {:?} {:?} {:?} {:?}", c.id, c.status, c.statistic, c.effect, c.p_value, c.q_value, c.n_evaluation)
    };
    // Probing and leaks are asked of loaded rows, which a copy does not have.
    let asked = document.batches.iter().filter(|b| b.category != Category::EvasionAttackDetection);
    asked.flat_map(|b| &b.cases).map(case).collect()
}

#[track_caller]
fn same(these: &[String], those: &[String]) {
    let differing: Vec<(&String, &String)> = these.iter().zip(those).filter(|(a, b)| a != b).collect();
    assert!(these.len() == those.len() && differing.is_empty(), "{} and {} cases: {differing:#?}", these.len(), those.len());
}

#[test]
fn late_labels_are_judged_as_early_ones() {
    let early = with(&file(3, 2, true, true));
    let mut late = with(&file(3, 2, false, true));
    assert_eq!(late.remembered(), Some(1200));
    assert_ne!(judged(&early, 1), judged(&late, 1), "without labels less can be judged");
    let report = late.labels(&labels(&file(3, 2, true, true))).unwrap();
    assert_eq!((report.bins.len(), report.problems.as_slice()), (3, [].as_slice()));
    for day in 0..3 {
        same(&judged(&late, day), &judged(&early, day));
    }
    let fails = |c: &String| c.starts_with("model_performance:") && c.contains(" Fail ");
    assert!(judged(&late, 1).iter().any(fails), "what the model gets wrong shows");
    // The records that the bin keeps are those of the judged cases, and a copy from the document goes on alike.
    let copy = Firewall::import(late.export().unwrap()).unwrap();
    same(&judged(&copy, 1), &judged(&early, 1));
    assert_eq!(copy.remembered(), Some(1200));
}

#[test]
fn labels_in_two_files_and_after_a_reload_add_up() {
    let all = file(3, 2, true, true);
    let text = String::from_utf8(all.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let part = |rows: &[&str]| format!("{}\n{}\n", lines[0], rows.join("\n")).into_bytes();
    let mut firewall = with(&file(3, 2, false, true));
    firewall.labels(&labels(&part(&lines[1..700]))).unwrap();
    let mut firewall = Firewall::import(firewall.export().unwrap()).unwrap();
    let report = firewall.labels(&labels(&part(&lines[600..]))).unwrap();
    assert!(report.problems.is_empty(), "labels that are known already and the same are no problem: {report:?}");
    same(&judged(&firewall, 1), &judged(&with(&all), 1));
}

#[test]
fn odd_labels_are_counted() {
    let mut firewall = with(&file(1, 2, false, false));
    let csv = "id,label\nr2-0-0,1\nr2-0-1,0\nr2-0-1,1\nr2-0-2,1\nr2-0-2,1\nnobody,1\n,0\nr2-0-3,\n";
    let only = DataParams { label_col: Some("label".into()), id_col: Some("id".into()), ..DataParams::default() };
    let few = |csv: &str| table::dataset(read("labels.csv", csv.as_bytes()), "labels", &only, None).unwrap();
    let report = firewall.labels(&few(csv)).unwrap();
    let mut problems: Vec<(String, u64)> = report.problems.iter().map(|p| (p.code.clone(), p.count)).collect();
    problems.sort();
    let want = [("conflicting_labels", 1), ("labels_without_id", 1), ("unknown_ids", 1)];
    assert_eq!(problems, want.map(|(code, n)| (code.to_owned(), n)));
    assert_eq!(firewall.export().unwrap().bins[0].info.labelled, 2);
    // What is known stays.
    let report = firewall.labels(&few("id,label\nr2-0-0,0\nr2-0-9,0\n")).unwrap();
    assert_eq!(report.problems.iter().map(|p| (p.code.as_str(), p.count)).collect::<Vec<_>>(), [("labels_known", 1)]);
    assert_eq!(firewall.export().unwrap().bins[0].info.labelled, 3);
    let nothing = firewall.labels(&few("id,label\nelsewhere,1\nnowhere,0\n")).unwrap();
    assert!(nothing.bins.is_empty());
}

#[test]
fn a_ledger_asks_for_its_key_and_for_ids() {
    let reference = || batch("reference", &file(2, 1, true, false));
    let learn = |ledger: bool, key: Option<&str>| {
        let config = FirewallConfig { ledger, ledger_key: key.map(str::to_owned), ..FirewallConfig::default() };
        Firewall::learn(config, ModelTask::BinaryClassification, reference())
    };
    assert_eq!(learn(true, None).err().unwrap().code, "invalid_ledger_key");
    assert_eq!(learn(true, Some("secret")).err().unwrap().code, "invalid_ledger_key");
    let mut without = learn(false, None).unwrap();
    finish(&mut without);
    assert_eq!(without.labels(&labels(&file(1, 2, true, false))).unwrap_err().code, "no_ledger");
    assert_eq!(without.remembered(), None);
    let mut firewall = firewall();
    assert_eq!(firewall.labels(&labels(&file(1, 2, false, false))).unwrap_err().code, "no_label");
}

#[test]
fn a_ledger_holds_no_cell_of_the_data() {
    let document = straingauge_engine::json::to_string(&with(&file(1, 2, false, false)).export().unwrap().bins).unwrap();
    assert!(!document.contains("r2-0-"), "no id");
    let stored = with(&file(1, 2, false, false)).export().unwrap().bins.remove(0).ledger.unwrap();
    let bytes = stored.len() * 3 / 4 / 400;
    println!("{bytes} bytes a row");
    assert!(bytes < 60, "{bytes} bytes a row");
}
