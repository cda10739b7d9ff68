//! Abnormal inputs: what every learnt rule finds, and that clean rows fail none.

use std::fmt::Write;

use straingauge_api::{Category, DataParams, ModelTask, OneOrMany, TestConfig};
use straingauge_engine::random::Rng;

use crate::support::{Shown, config, read, run, side};

const RULES: &[&str] = &[
    "abnormal_inputs:numeric_outlier",
    "abnormal_inputs:unseen_categorical",
    "abnormal_inputs:rare_categories",
    "abnormal_inputs:out_of_range",
    "abnormal_inputs:req_characters",
    "abnormal_inputs:inconsistencies",
    "abnormal_inputs:capitalization",
    "abnormal_inputs:empty_string",
    "abnormal_inputs:null_check",
    "abnormal_inputs:feature_type_check",
    "abnormal_inputs:unseen_unigram",
    "abnormal_inputs:empty_text",
];

/// Orders; where `faulty`, one row of 25 breaks each rule. Two rows of every file have a tier that hardly anybody has.
fn orders(seed: u64, faulty: bool) -> Vec<u8> {
    let mut rng = Rng::new(seed, 12);
    let mut out = String::from("amount,part,age,city,country,tier,mail,note,label,score\n");
    for i in 0..2500 {
        let (city, country) = [("Rome", "ITA"), ("Paris", "FRA"), ("Oslo", "NOR"), ("Graz", "AUT")][rng.below(4) as usize];
        let words = ["parcel", "arrived", "late", "and", "wet", "thank", "you", "very", "much", "the"];
        let note: Vec<&str> = (0..8).map(|_| words[rng.below(10) as usize]).collect();
        let label = rng.below(2);
        let score = if rng.uniform() < 0.8 { 0.9 - 0.8 * (1 - label) as f64 } else { 0.5 };
        let mut row = [
            format!("{:.2}", 100.0 + 15.0 * rng.normal()),
            format!("{:.3}", rng.uniform()),
            format!("{}", 20 + rng.below(50)),
            city.to_owned(),
            country.to_owned(),
            if i < 2 { "legacy" } else { ["basic", "plus", "pro", "team"][rng.below(4) as usize] }.to_owned(),
            format!("user{}@example.org", rng.below(400)),
            note.join(" "),
        ];
        let fault = if faulty { i % 25 } else { 0 };
        let broken = match fault {
            1 => Some((0, "9999".to_owned())),
            2 => Some((3, "Atlantis".to_owned())),
            3 => Some((5, "legacy".to_owned())),
            4 => Some((1, "1.7".to_owned())),
            5 => Some((6, row[6].replace('@', "."))),
            6 => Some((4, if country == "ITA" { "NOR" } else { "ITA" }.to_owned())),
            7 => Some((3, city.to_uppercase())),
            8 => Some((3, String::new())),
            9 => Some((2, "NA".to_owned())),
            10 => Some((0, "many".to_owned())),
            11 => Some((7, "zxq vbw kjh plo qqe rrt".to_owned())),
            12 => Some((7, String::new())),
            _ => None,
        };
        if let Some((at, with)) = broken {
            row[at] = with;
        }
        writeln!(out, "{},{label},{score}", row.join(",")).unwrap();
    }
    out.into_bytes()
}

/// What each rule finds, and what it leaves alone.
pub fn shown() -> Vec<Shown> {
    let task = ModelTask::BinaryClassification;
    let params = DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        text_features: Some(vec!["note".into()]),
        categorical_features: Some(["city", "country", "tier", "mail"].map(str::to_owned).to_vec()),
        ..DataParams::default()
    };
    let document = |name: &str, faulty: bool| {
        let part =
            |name: &str, seed: u64, faulty: bool| side(name, read(&format!("{name}.csv"), &orders(seed, faulty)), None, &params, task);
        let mut config = config(name);
        config.categories = Some(vec![Category::AbnormalInputs]);
        config.tests.insert("abnormal_inputs:out_of_range".to_owned(), TestConfig { run: Some(true), ..TestConfig::default() });
        run(config, task, part("reference", 1, false), part("evaluation", 2, faulty)).1
    };
    vec![
        Shown { name: "one row of 25 breaks each rule", fails: RULES, passes: &[], document: document("Faulty", true) },
        Shown { name: "no row breaks a rule", fails: &[], passes: RULES, document: document("Clean", false) },
    ]
}

#[test]
fn broken_rows_are_found_and_clean_rows_are_left_in_peace() {
    for shown in shown() {
        shown.check();
    }
}
