//! Worst slices: a conjunction that no single feature shows is found, exactly and first; where errors fall anywhere nothing fails.

use std::fmt::Write;

use straingauge_api::{DataParams, ModelTask, OneOrMany, RunDocument};
use straingauge_engine::math::exp;
use straingauge_engine::random::Rng;

use crate::support::{Shown, config, read, run, side};

const TESTS: [&str; 2] = ["subset_performance:worst_slices", "subset_performance:worst_slices_log_loss"];
const MAE: &str = "subset_performance:worst_slices_mae";

const CHANNELS: [&str; 3] = ["web", "app", "phone"];
const REGIONS: [&str; 4] = ["north", "south", "east", "west"];

/// Rows in which label and score fall apart where the three conditions meet, if `planted`.
fn world(stream: u64, rows: usize, regression: bool, planted: bool) -> Vec<u8> {
    let mut rng = Rng::new(31, stream);
    let mut out = String::from("channel,region,plan,amount,age,label,score\n");
    for _ in 0..rows {
        let (channel, region, plan) = (rng.below(3) as usize, rng.below(4) as usize, rng.below(3));
        let (amount, age) = (exp(3.0 + 0.8 * rng.normal()), 40.0 + 12.0 * rng.normal());
        let inside = planted && channel == 2 && region == 1 && plan == 0;
        let signal = 4.0 * rng.normal();
        let (label, score) = if regression {
            let off = if inside { 4.0 } else { 1.0 };
            (10.0 + signal, 10.0 + signal + off * rng.normal())
        } else {
            let label = rng.uniform() < 1.0 / (1.0 + exp(-signal));
            let known = if inside { 4.0 * rng.normal() } else { signal + 0.3 * rng.normal() };
            (f64::from(u8::from(label)), 1.0 / (1.0 + exp(-known)))
        };
        let (channel, region) = (CHANNELS.get(channel).unwrap_or(&""), REGIONS.get(region).unwrap_or(&""));
        writeln!(out, "{channel},{region},plan {plan},{amount:.2},{age:.1},{label},{score:.6}").unwrap();
    }
    out.into_bytes()
}

fn judged(regression: bool, planted: bool) -> RunDocument {
    let task = if regression { ModelTask::Regression } else { ModelTask::BinaryClassification };
    let params =
        DataParams { label_col: Some("label".into()), prediction_col: Some(OneOrMany::One("score".into())), ..DataParams::default() };
    let part = |name: &str, stream, planted| side(name, read(name, &world(stream, 6000, regression, planted)), None, &params, task);
    let mut config = config("slices");
    config.categories = Some(vec![straingauge_api::Category::SubsetPerformance]);
    run(config, task, part("reference", 1, false), part("evaluation", 2, planted)).1
}

/// Three conditions that meet, and nothing.
pub fn shown() -> Vec<Shown> {
    vec![
        Shown { name: "three conditions meet", fails: &TESTS, passes: &[], document: judged(false, true) },
        Shown { name: "a number is far off where three conditions meet", fails: &[MAE], passes: &[], document: judged(true, true) },
        Shown { name: "errors anywhere", fails: &[], passes: &TESTS, document: judged(false, false) },
        Shown { name: "numbers off anywhere", fails: &[], passes: &[MAE], document: judged(true, false) },
    ]
}

#[test]
fn the_planted_predicate_is_returned_exactly_and_first() {
    let shown = shown();
    shown.iter().for_each(Shown::check);
    for (run, id) in [(0, TESTS[0]), (0, TESTS[1]), (1, MAE)] {
        let document = &shown.get(run).expect("a run").document;
        let batch = document.batches.iter().find(|b| b.id == id).expect("the test");
        let case = batch.cases.first().expect("a case");
        let parts: Vec<&str> = case.subset.as_deref().unwrap_or_default().split(" ∧ ").collect();
        assert_eq!(parts, ["channel = phone", "region = south", "plan = plan 0"], "{id}: {}", case.sentence);
        assert_eq!(case.features, ["channel", "region", "plan"]);
        let rows = case.rows.as_ref().expect("its rows");
        assert!((100..250).contains(&rows.count), "{id}: {} rows", rows.count);
        assert_eq!(document.findings.first().map(|f| f.features.clone()), Some(case.features.clone()), "{id}");
    }
}
