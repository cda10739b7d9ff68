//! Drift of columns and of pairs of columns: what is planted is found, what is clean is left in peace, and the numbers are those of scipy
//! and scikit-learn.

use std::fmt::Write;

use serde_json::Value;
use straingauge_api::{Case, Category, DataParams, ModelTask, OneOrMany, RunDocument, Status};
use straingauge_engine::math::exp;
use straingauge_engine::random::Rng;
use straingauge_engine::stress::drift::{FeatureDrift, LabelDrift, PairDrift, PredictionDrift};
use straingauge_engine::stress::{Measured, Measurement};

use crate::sides::{ask, case, context};
use crate::support::{Shown, config, read, real_file, run, side};

const COLUMNS: [&str; 9] = [
    "drift:feature_drift",
    "drift:prediction_drift",
    "drift:predicted_label_drift",
    "drift:label_drift",
    "drift:nulls_per_feature_drift",
    "drift:nulls_per_row_drift",
    "drift:correlation_drift_feature_to_label",
    "drift:mutual_information_drift_feature_to_label",
    "data_cleanliness:mutual_information_decrease_feature_to_label",
];
const PAIRS: [&str; 2] = ["drift:correlation_drift_feature_to_feature", "drift:mutual_information_drift_feature_to_feature"];
const MARGINS: [&str; 4] = ["drift:feature_drift", "drift:nulls_per_feature_drift", "drift:nulls_per_row_drift", "drift:label_drift"];

/// How the generated world is.
#[derive(Clone, Copy)]
struct World {
    /// Correlation of x and y, both standard normal whatever it is.
    tie: f64,
    /// How often the group follows x, and is drawn from its shares otherwise.
    grouped: f64,
    /// How often label and mark follow each other and x.
    known: f64,
    /// Share of rows of the second class.
    positive: f64,
    /// Added to x.
    shift: f64,
    /// Share of rows without a note.
    gaps: f64,
}

const CLEAN: World = World { tie: 0.75, grouped: 0.9, known: 0.9, positive: 0.5, shift: 0.0, gaps: 0.05 };

fn rows(seed: u64, stream: u64, n: usize, world: World) -> Vec<u8> {
    let mut rng = Rng::new(seed, stream);
    let mut out = String::from("x,y,group,mark,note,depth,label,score\n");
    for _ in 0..n {
        let x = rng.normal();
        let y = world.tie * x + (1.0 - world.tie * world.tie).sqrt() * rng.normal();
        let of_x = [-0.84, -0.25, 0.25, 0.84].iter().filter(|&&edge| x > edge).count() as u64;
        let group = if rng.uniform() < world.grouped { of_x } else { rng.below(5) };
        let label = if rng.uniform() < world.known { u64::from(x > 0.0) } else { rng.below(2) };
        let label = if rng.uniform() < 2.0 * (world.positive - 0.5) { 1 } else { label };
        let mark = if rng.uniform() < world.known { label } else { rng.below(2) };
        let score = 1.0 / (1.0 + exp(-(2.0 * (x + world.shift) + 0.5 * rng.normal())));
        let note = if rng.uniform() < world.gaps { String::new() } else { format!("{:.2}", rng.uniform()) };
        let depth = if rng.uniform() < world.gaps { String::new() } else { format!("{:.2}", exp(1.5 * rng.normal())) };
        let (x, group, mark) = (x + world.shift, ["a", "b", "c", "d", "e"][group as usize], ["low", "high"][mark as usize]);
        writeln!(out, "{x:.5},{y:.5},{group},{mark},{note},{depth},{label},{score:.5}").unwrap();
    }
    out.into_bytes()
}

fn params() -> DataParams {
    DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        categorical_features: Some(vec!["group".into(), "mark".into()]),
        ..DataParams::default()
    }
}

fn judged(name: &str, reference: &[u8], evaluation: &[u8], change: impl Fn(&mut straingauge_api::StressTestConfig)) -> RunDocument {
    let task = ModelTask::BinaryClassification;
    let part = |name: &str, bytes: &[u8]| side(name, read(name, bytes), None, &params(), task);
    let mut config = config(name);
    config.categories = Some(vec![Category::Drift, Category::DataCleanliness]);
    change(&mut config);
    run(config, task, part("reference", reference), part("evaluation", evaluation)).1
}

fn compared(name: &'static str, world: World, fails: &'static [&'static str], passes: &'static [&'static str]) -> Shown {
    let document = judged(name, &rows(1, 1, 2500, CLEAN), &rows(1, 2, 2000, world), |_| {});
    Shown { name, fails, passes, document }
}

/// Planted and clean runs of every drift test of columns and pairs.
pub fn shown() -> Vec<Shown> {
    const CLEAN_IDS: [&str; 11] = {
        let mut all = [""; 11];
        let mut i = 0;
        while i < 11 {
            all[i] = if i < 9 { COLUMNS[i] } else { PAIRS[i - 9] };
            i += 1;
        }
        all
    };
    let label_ids: &'static [&'static str] = COLUMNS.split_at(6).1;
    vec![
        compared("two samples of one world", CLEAN, &[], &CLEAN_IDS),
        compared("features come apart, each as it was", World { tie: 0.0, grouped: 0.0, ..CLEAN }, &PAIRS, &MARGINS),
        compared("the label is no longer what the features say", World { known: 0.0, ..CLEAN }, label_ids, &MARGINS),
        compared("every column moves", World { shift: 1.2, positive: 0.9, gaps: 0.4, ..CLEAN }, COLUMNS.split_at(6).0, &[]),
    ]
}

#[test]
fn drift_is_found_where_it_is_and_nowhere_else() {
    for shown in shown() {
        shown.check();
    }
}

fn found<'a>(document: &'a RunDocument, id: &str) -> &'a Case {
    let case = document.batches.iter().flat_map(|b| &b.cases).find(|c| c.id == id);
    case.unwrap_or_else(|| panic!("no case {id}"))
}

#[test]
fn a_correlation_that_changes_by_half_as_much_again_as_the_threshold_is_found() {
    // The effect on any number of rows is 0.73 (Spearman's of a normal 0.75), 1.46 times the threshold; no column moves.
    let document = judged("apart", &rows(5, 1, 2000, CLEAN), &rows(5, 2, 2000, World { tie: 0.0, ..CLEAN }), |_| {});
    let case = found(&document, "drift:correlation_drift_feature_to_feature[x, y]");
    assert_eq!(case.status, Status::Fail, "{case:?}");
    assert!(case.effect.unwrap() > 0.6 && case.p_value.unwrap() < 1e-20, "{case:?}");
    let first = document.findings.first().expect("a finding");
    assert!(first.features.iter().any(|f| f == "x" || f == "y"), "{first:?}");
    assert!(!document.batches.iter().any(|b| b.id == "drift:feature_drift" && b.counts.fail + b.counts.warning > 0));
}

#[test]
fn columns_that_move_together_are_no_news_of_the_pair() {
    // More of the second class, everything else of a row as its class has it: the label drifts, what it means does not.
    let text = String::from_utf8(rows(8, 2, 6000, CLEAN)).unwrap();
    let mut kept = 0;
    let line = |line: &&str| {
        kept += usize::from(line.split(',').nth(6) == Some("0"));
        line.split(',').nth(6) != Some("0") || kept % 20 == 0
    };
    let moved: String = text.lines().filter(line).flat_map(|l| [l, "\n"]).collect();
    let context = context(ModelTask::BinaryClassification, &rows(8, 1, 3000, CLEAN), moved.as_bytes(), &params());
    let drift = case(&context, &LabelDrift, "drift:label_drift", "");
    assert!(drift.effect.unwrap() > 0.4, "{}", drift.sentence);
    for (test, family, measurement) in ask(&context, &PairDrift) {
        if let Measurement::Measured(m) = measurement {
            let alert = if test.contains("correlation") { 0.3 } else { 0.1 };
            assert!(m.effect.unwrap() < alert, "{test} {family:?} {:?}: {}", m.effect, m.sentence);
        }
    }
}

/// Every measured difference of pairs between two samples of one world.
fn clean_cases(seed: u64, n: usize, m: usize) -> Vec<(String, Measured)> {
    let context = context(ModelTask::BinaryClassification, &rows(seed, 1, n, CLEAN), &rows(seed, 2, m, CLEAN), &params());
    let cases = ask(&context, &PairDrift).into_iter();
    cases.filter_map(|(test, _, m)| if let Measurement::Measured(m) = m { Some((test, *m)) } else { None }).collect()
}

#[test]
fn clean_pairs_have_even_p_values_and_no_effect() {
    for (n, m, seeds) in [(200, 200, 60), (200, 2000, 40), (2000, 200, 40), (2000, 2000, 30), (20_000, 20_000, 4)] {
        let cases: Vec<(String, Measured)> = (0..seeds).flat_map(|seed| clean_cases(100 + seed, n, m)).collect();
        for kind in ["correlation_drift", "mutual_information"] {
            let p: Vec<f64> = cases.iter().filter(|c| c.0.contains(kind)).filter_map(|c| c.1.p_value).collect();
            let share = |level: f64| p.iter().filter(|&&p| p <= level).count() as f64 / p.len() as f64;
            println!("{kind} {n} {m}: {} cases, {:.4} {:.4} {:.4}", p.len(), share(0.05), share(0.01), share(0.001));
            // Cases of one pair of samples hang together: three standard deviations of as many independent ones, twice.
            let most = |level: f64| level + 6.0 * (level * (1.0 - level) / p.len() as f64).sqrt();
            assert!(p.len() > 30 && [0.05, 0.01, 0.001].iter().all(|&l| share(l) <= most(l)), "{kind} {n} {m}");
        }
        for (test, measured) in &cases {
            let alert = if test.contains("correlation") { 0.5 } else { 0.2 };
            assert!(measured.effect.unwrap() < alert, "{test} {n} {m}: {}", measured.sentence);
        }
    }
}

fn goldens() -> Value {
    serde_json::from_str(include_str!("../oracles/drift.json")).expect("goldens are JSON")
}

#[track_caller]
fn same(what: &str, measured: &Measured, metric: &str, golden: &Value) {
    let ours = measured.metrics.iter().find(|m| m.metric == metric).and_then(|m| m.value);
    let (ours, golden) = (ours.unwrap_or_else(|| panic!("{what} has no {metric}")), golden.as_f64().expect("a number"));
    assert!((ours - golden).abs() <= 1e-9 * golden.abs().max(1e-3), "{what} {metric}: {ours:e} against {golden:e}");
}

#[test]
fn the_numbers_are_those_of_scipy_and_scikit_learn() {
    let goldens = goldens();
    let bytes = |side: &str| goldens[side].as_str().expect("a file").as_bytes().to_vec();
    let params = DataParams { categorical_features: Some(vec!["city".into()]), ..params() };
    let context = context(ModelTask::BinaryClassification, &bytes("reference"), &bytes("evaluation"), &params);
    let each = |section: &str| goldens[section].as_object().expect("a section").clone();
    for (section, test) in [("correlation", "correlation_drift"), ("information", "mutual_information_drift")] {
        for (pair, golden) in each(section) {
            let (a, b) = pair.split_once(',').expect("a pair");
            let (feature, whom) = if b == "label" { (a.to_owned(), "label") } else { (format!("{a}, {b}"), "feature") };
            let measured = case(&context, &PairDrift, &format!("drift:{test}_feature_to_{whom}"), &feature);
            for (metric, golden) in golden.as_object().expect("metrics") {
                same(&pair, &measured, metric, golden);
            }
        }
    }
    let measured = case(&context, &PairDrift, "drift:mutual_information_drift_feature_to_label", "city");
    for (metric, at) in [("adjusted_mutual_information_reference", 0), ("adjusted_mutual_information_evaluation", 1)] {
        same("city and label", &measured, metric, &goldens["adjusted"]["city,label"][at]);
    }
    for (feature, distances) in each("distances") {
        let measured = match feature.as_str() {
            "label" => case(&context, &LabelDrift, "drift:label_drift", ""),
            name => case(&context, &FeatureDrift, "drift:feature_drift", name),
        };
        for (metric, golden) in distances.as_object().expect("distances") {
            same(&feature, &measured, metric, golden);
        }
    }
    for (part, golden) in each("attribution") {
        let measured = match part.as_str() {
            "label" => case(&context, &LabelDrift, "drift:label_drift", ""),
            "predicted" => case(&context, &PredictionDrift, "drift:predicted_label_drift", ""),
            name => case(&context, &FeatureDrift, "drift:feature_drift", name),
        };
        for (metric, golden) in golden.as_object().expect("parts") {
            same(&part, &measured, &format!("{metric}:accuracy"), golden);
        }
    }
    // Scores fall into cells; whatever those are, mix and within add up to the whole change.
    let measured = case(&context, &PredictionDrift, "drift:prediction_drift", "");
    same("scores", &measured, "total:accuracy", &goldens["attribution"]["label"]["total"]);
}

#[test]
fn the_fraud_data_give_the_printed_change() {
    let (Some(reference), Some(evaluation)) = (real_file("fraud/fraud_ref.csv.gz"), real_file("fraud/fraud_eval.csv.gz")) else { return };
    let params = DataParams { prediction_col: Some(OneOrMany::One("preds".into())), categorical_features: None, ..params() };
    let context = context(ModelTask::BinaryClassification, &reference, &evaluation, &params);
    let measured = case(&context, &PairDrift, "drift:mutual_information_drift_feature_to_label", "city");
    let statistic = measured.statistic.unwrap().abs();
    assert_eq!(format!("{statistic:.6}"), "0.000358", "{}", measured.sentence);
}

#[test]
fn a_test_is_judged_by_the_distance_that_is_chosen() {
    let (reference, evaluation) = (rows(7, 1, 1500, CLEAN), rows(7, 2, 1500, World { shift: 0.5, ..CLEAN }));
    for (statistic, alert) in
        [("psi", 0.6), ("kl", 0.2), ("js", 0.1), ("hellinger", 0.2), ("wasserstein", 0.3), ("ks", 0.25), ("cramers_v", 0.25)]
    {
        let document = judged(statistic, &reference, &evaluation, |config| {
            config.categories = Some(vec![Category::Drift]);
            let own = serde_json::json!({ "statistic": statistic, "num_bins": 50 });
            config.tests.insert("drift:feature_drift".to_owned(), serde_json::from_value(own).unwrap());
        });
        let case = found(&document, "drift:feature_drift[x]");
        let metric = case.metrics.iter().find(|m| m.metric == statistic).and_then(|m| m.value);
        let gap = case.statistic.unwrap() - metric.unwrap();
        assert!(gap.abs() < 1e-11, "{statistic}: {case:?}");
        assert_eq!(case.thresholds.map(|t| t.alert), Some(alert), "{statistic}");
        assert!(case.effect.unwrap() > 0.0 && case.q_value.unwrap() < 0.001, "{case:?}");
        if statistic == "wasserstein" {
            assert_eq!(case.status, Status::Fail, "a shift of half a standard deviation: {}", case.sentence);
            assert!((case.statistic.unwrap() - 0.5).abs() < 0.1, "{}", case.sentence);
        }
    }
}

/// Seconds that this thread has computed, whatever else the machine does.
fn computed() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells what a thread computed");
    text.split(' ').next().and_then(|t| t.parse::<f64>().ok()).expect("nanoseconds") / 1e9
}

/// Prints what pairs cost; `cargo test --test engine -- --ignored cost_of_pairs --nocapture`.
#[test]
#[ignore = "a measurement"]
fn cost_of_pairs() {
    for (n, columns) in [(20_000, 20), (100_000, 20), (100_000, 60)] {
        let file = |seed: u64| {
            let mut rng = Rng::new(seed, 9);
            let names: Vec<String> = (0..columns).map(|c| format!("{}{c}", if c % 5 < 3 { "n" } else { "k" })).collect();
            let mut out = format!("{},label\n", names.join(","));
            for _ in 0..n {
                let common = rng.normal();
                for c in 0..columns {
                    let x = common + rng.normal();
                    match c % 5 {
                        0..3 => write!(out, "{:.3},", exp(x)).unwrap(),
                        3 => write!(out, "v{},", ((x + 5.0).abs() * 3.0) as u32).unwrap(),
                        _ => write!(out, "w{},", rng.below(300)).unwrap(),
                    }
                }
                writeln!(out, "{}", u8::from(common > 0.0)).unwrap();
            }
            out.into_bytes()
        };
        let params = DataParams { label_col: Some("label".into()), ..DataParams::default() };
        let (a, b) = (file(1), file(2));
        let start = computed();
        let context = context(ModelTask::BinaryClassification, &a, &b, &params);
        let profiled = computed();
        let cases = ask(&context, &PairDrift);
        println!(
            "{n} × {columns}: profiles (with reading) {:.2} s, {} cases in {:.3} s",
            profiled - start,
            cases.len(),
            computed() - profiled
        );
    }
}
