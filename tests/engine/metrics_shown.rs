//! Runs that show what every performance test finds, and what it leaves in peace.

use std::fmt::Write as _;

use straingauge_api::{Category, DataParams, ModelTask, StressTestConfig};
use straingauge_engine::random::Rng;

use crate::support::{Shown, config, read, run, side};

/// The three categories of performance, and no other.
fn performance(name: &str) -> StressTestConfig {
    let categories = vec![Category::ModelPerformance, Category::SubsetPerformance, Category::SubsetPerformanceDegradation];
    StressTestConfig { categories: Some(categories), ..config(name) }
}

fn pair_of(
    name: &'static str,
    task: ModelTask,
    (file, params): (&str, &DataParams),
    texts: [&str; 2],
    fails: &'static [&'static str],
    passes: &'static [&'static str],
) -> Shown {
    let [reference, evaluation] = texts;
    let part = |name: &str, text: &str| side(name, read(file, text.as_bytes()), None, params, task);
    let (_, document) = run(performance(name), task, part("reference", reference), part("evaluation", evaluation));
    Shown { name, fails, passes, document }
}

/// Queries of five rows whose score follows the relevance, but for noise; where `broken`, the score is noise alone and short
/// queries become long.
fn queries(n: usize, rng: &mut Rng, broken: impl Fn(&str) -> bool) -> String {
    let mut out = String::from("query_id,market,price,relevance,score\n");
    for query in 0..n {
        let market = ["north", "south", "east"][rng.below(3) as usize];
        let rows = if broken(market) { 9 } else { 5 };
        for row in 0..rows {
            let relevance = if row == 0 { 3 } else { rng.below(3) };
            let noise = rng.normal();
            let score = if broken(market) { noise } else { relevance as f64 + 0.6 * noise };
            writeln!(out, "q{query},{market},{:.3},{relevance},{score}", rng.uniform()).unwrap();
        }
    }
    out
}

const RANKING: [&str; 11] = [
    "model_performance:mrr",
    "model_performance:ndcg",
    "model_performance:rank_correlation",
    "model_performance:average_rank",
    "subset_performance:subset_mrr",
    "subset_performance:subset_ndcg",
    "subset_performance:subset_rank_correlation",
    "subset_performance_degradation:subset_drift_mrr",
    "subset_performance_degradation:subset_drift_ndcg",
    "subset_performance_degradation:subset_drift_rank_correlation",
    "subset_performance_degradation:subset_drift_average_rank",
];

fn ranking() -> Vec<Shown> {
    let mut rng = Rng::new(31, 1);
    let reference = queries(400, &mut rng, |_| false);
    let clean = queries(400, &mut rng, |_| false);
    let broken = queries(400, &mut rng, |market| market == "south");
    let file = ("ranked.csv", &DataParams::default());
    vec![
        pair_of("queries of one market are ranked by noise", ModelTask::Ranking, file, [&reference, &broken], &RANKING, &[]),
        pair_of("queries ranked as before", ModelTask::Ranking, file, [&reference, &clean], &[], &RANKING),
    ]
}

/// Documents with entities; where `broken`, the model misses half of them and invents as many again.
fn documents(n: usize, rng: &mut Rng, broken: impl Fn(&str) -> bool) -> String {
    let list = |kinds: &[Vec<u64>; 2]| {
        let mentions = |starts: &[u64]| {
            starts.iter().map(|s| format!("{{\"start_offset\":{s},\"end_offset\":{}}}", s + 4)).collect::<Vec<_>>().join(",")
        };
        let [people, places] = kinds;
        format!("[{{\"type\":\"person\",\"mentions\":[{}]}},{{\"type\":\"place\",\"mentions\":[{}]}}]", mentions(people), mentions(places))
    };
    let mut out = String::new();
    for _ in 0..n {
        let source = ["news", "mail", "web"][rng.below(3) as usize];
        let bad = broken(source);
        let (mut truth, mut said) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
        for at in 0..2 + rng.below(4) {
            let kind = rng.below(2) as usize;
            truth[kind].push(10 * at);
            if rng.uniform() < if bad { 0.5 } else { 0.9 } {
                said[kind].push(10 * at);
            }
            if rng.uniform() < if bad { 0.9 } else { 0.1 } {
                said[kind].push(10 * at + 5);
            }
        }
        let text = ["A short note", "Some longer words about people and places"][rng.below(2) as usize];
        writeln!(
            out,
            "{{\"text\":\"{text} {}\",\"source\":\"{source}\",\"entities\":{},\"predicted_entities\":{}}}",
            rng.below(1000),
            list(&truth),
            list(&said)
        )
        .unwrap();
    }
    out
}

const ENTITIES: [&str; 11] = [
    "model_performance:precision",
    "model_performance:recall",
    "model_performance:f1",
    "model_performance:average_number_of_predicted_entities",
    "subset_performance:subset_precision",
    "subset_performance:subset_recall",
    "subset_performance:subset_f1",
    "subset_performance_degradation:subset_drift_precision",
    "subset_performance_degradation:subset_drift_recall",
    "subset_performance_degradation:subset_drift_f1",
    "subset_performance_degradation:subset_drift_average_number_of_predicted_entities",
];

fn entities() -> Vec<Shown> {
    let mut rng = Rng::new(32, 1);
    let reference = documents(600, &mut rng, |_| false);
    let clean = documents(600, &mut rng, |_| false);
    let broken = documents(600, &mut rng, |source| source == "web");
    let file = ("documents.jsonl", &DataParams::default());
    let task = ModelTask::NamedEntityRecognition;
    vec![
        pair_of("entities of one source are missed and invented", task, file, [&reference, &broken], &ENTITIES, &[]),
        pair_of("entities named as before", task, file, [&reference, &clean], &[], &ENTITIES),
    ]
}

/// A column of values and a region that cuts them: north and south 45 % each, isle the rest.
fn region(rng: &mut Rng) -> &'static str {
    match rng.uniform() {
        u if u < 0.45 => "north",
        u if u < 0.9 => "south",
        _ => "isle",
    }
}

fn chance(rng: &mut Rng, p: f64) -> bool {
    rng.uniform() < p
}

/// How a binary evaluation set differs from its reference.
#[derive(Clone, Copy, PartialEq)]
enum Binary {
    /// Not at all: scores near 0.2 and 0.8 that hold what they promise.
    Clean,
    /// All but the isle have other scores; in the south, labels are the other way round.
    Broken,
    /// In the south every prediction is right, which the scores do not say.
    Unsure,
    /// Scores near 0 and 1, which hold what they promise, all but in the isle.
    Extreme,
    /// In the south labels are at random, and scores near 0 and 1.
    Noise,
    /// As clean, with two scores alone: two bins of many rows show small errors of calibration.
    Two,
    /// In the south scores lie near the middle.
    Vague,
    /// All but the isle have one score, below the middle.
    Low,
}

fn binary_rows(n: usize, rng: &mut Rng, how: Binary, labels: bool) -> String {
    let mut out = String::from(if labels { "region,label,score\n" } else { "region,score\n" });
    for _ in 0..n {
        let place = region(rng);
        let south = place == "south";
        let changed = place != "isle";
        let spread = if how == Binary::Two { 0.0 } else { 0.01 };
        let jitter = spread * rng.uniform();
        let score = match how {
            Binary::Broken if changed => {
                let sure = chance(rng, 0.5);
                if chance(rng, if south { 0.5 } else { 0.25 }) {
                    if sure { 0.985 } else { 0.505 }
                } else if sure {
                    0.005
                } else {
                    0.485
                }
            }
            Binary::Extreme if changed => {
                if chance(rng, 0.5) {
                    0.97
                } else {
                    0.02
                }
            }
            Binary::Low if changed => 0.38,
            Binary::Noise if south => {
                if chance(rng, 0.5) {
                    0.98
                } else {
                    0.01
                }
            }
            Binary::Vague if south => {
                if chance(rng, 0.5) {
                    0.54
                } else {
                    0.45
                }
            }
            _ => {
                if chance(rng, 0.5) {
                    0.795
                } else {
                    0.195
                }
            }
        } + jitter;
        let label = match how {
            Binary::Broken if south => chance(rng, 1.0 - score),
            Binary::Noise if south => chance(rng, 0.5),
            Binary::Unsure if south => score >= 0.5,
            _ => chance(rng, score),
        };
        rng.uniform();
        out.push_str(place);
        if labels {
            write!(out, ",{}", u8::from(label)).unwrap();
        }
        writeln!(out, ",{score}").unwrap();
    }
    out
}

const BINARY_BROKEN: &[&str] = &[
    "model_performance:accuracy",
    "model_performance:balanced_accuracy",
    "model_performance:precision",
    "model_performance:recall",
    "model_performance:f1",
    "model_performance:auc",
    "model_performance:average_precision",
    "model_performance:log_loss",
    "model_performance:brier_score",
    "model_performance:matthews_corrcoef",
    "model_performance:false_positive_rate",
    "model_performance:false_negative_rate",
    "model_performance:positive_prediction_rate",
    "model_performance:average_prediction",
    "model_performance:positive_prediction_variance",
    "model_performance:negative_prediction_variance",
    "model_performance:calibration_comparison",
    "model_performance:overconfidence",
    "subset_performance:subset_accuracy",
    "subset_performance:subset_balanced_accuracy",
    "subset_performance:subset_precision",
    "subset_performance:subset_recall",
    "subset_performance:subset_f1",
    "subset_performance:subset_auc",
    "subset_performance:subset_log_loss",
    "subset_performance:subset_brier_score",
    "subset_performance:subset_matthews_corrcoef",
    "subset_performance:subset_false_positive_rate",
    "subset_performance:subset_false_negative_rate",
    "subset_performance:subset_overconfidence",
    "subset_performance_degradation:subset_drift_accuracy",
    "subset_performance_degradation:subset_drift_balanced_accuracy",
    "subset_performance_degradation:subset_drift_precision",
    "subset_performance_degradation:subset_drift_recall",
    "subset_performance_degradation:subset_drift_f1",
    "subset_performance_degradation:subset_drift_auc",
    "subset_performance_degradation:subset_drift_average_precision",
    "subset_performance_degradation:subset_drift_log_loss",
    "subset_performance_degradation:subset_drift_brier_score",
    "subset_performance_degradation:subset_drift_matthews_corrcoef",
    "subset_performance_degradation:subset_drift_false_positive_rate",
    "subset_performance_degradation:subset_drift_false_negative_rate",
    "subset_performance_degradation:subset_drift_positive_prediction_rate",
    "subset_performance_degradation:subset_drift_average_prediction",
    "subset_performance_degradation:subset_drift_negative_prediction_variance",
    "subset_performance_degradation:subset_drift_overconfidence",
];

const BINARY_NOISE: &[&str] =
    &["subset_performance:subset_average_precision", "subset_performance_degradation:subset_drift_positive_prediction_variance"];

const CALIBRATION: &[&str] = &["model_performance:expected_calibration_error"];

const BINARY_UNSURE: &[&str] = &[
    "model_performance:underconfidence",
    "subset_performance:subset_underconfidence",
    "subset_performance_degradation:subset_drift_underconfidence",
];

const BINARY_EXTREME: &[&str] =
    &["model_performance:prediction_variance", "subset_performance_degradation:subset_drift_prediction_variance"];

const CONFIDENCE: &[&str] = &[
    "model_performance:average_confidence",
    "model_performance:average_thresholded_confidence",
    "model_performance:estimated_accuracy",
    "subset_performance:subset_average_confidence",
    "subset_performance:subset_average_thresholded_confidence",
    "subset_performance:subset_estimated_accuracy",
    "subset_performance_degradation:subset_drift_average_confidence",
    "subset_performance_degradation:subset_drift_average_thresholded_confidence",
    "subset_performance_degradation:subset_drift_estimated_accuracy",
];

const BINARY_ORDER: &[&str] = &["model_performance:estimated_average_precision"];

const BINARY_ESTIMATED: &[&str] = &[
    "model_performance:estimated_precision",
    "model_performance:estimated_recall",
    "model_performance:estimated_f1",
    "model_performance:estimated_auc",
    "model_performance:estimated_false_positive_rate",
];

fn together(lists: &[&[&'static str]]) -> &'static [&'static str] {
    lists.concat().leak()
}

fn binary() -> Vec<Shown> {
    let mut rng = Rng::new(33, 1);
    let mut rows = |how, labels| binary_rows(if how == Binary::Two { 12_000 } else { 3000 }, &mut rng, how, labels);
    let reference = rows(Binary::Clean, true);
    let sets = [
        (
            "other scores, and in one region labels the other way round",
            rows(Binary::Broken, true),
            together(&[BINARY_BROKEN, CALIBRATION]),
            &[][..],
        ),
        ("one region where the model is better than it says", rows(Binary::Unsure, true), BINARY_UNSURE, &[]),
        ("one region with labels at random", rows(Binary::Noise, true), BINARY_NOISE, &[]),
        ("scores near 0 and 1", rows(Binary::Extreme, true), BINARY_EXTREME, &[]),
        ("as before", rows(Binary::Clean, true), &[], together(&[BINARY_BROKEN, BINARY_NOISE, BINARY_UNSURE, BINARY_EXTREME])),
        (
            "no labels, and one region with scores near the middle",
            rows(Binary::Vague, false),
            together(&[CONFIDENCE, BINARY_ESTIMATED]),
            &[],
        ),
        ("no labels, as before", rows(Binary::Clean, false), &[], together(&[CONFIDENCE, BINARY_ESTIMATED, BINARY_ORDER])),
        ("no labels, and hardly any high score", rows(Binary::Low, false), BINARY_ORDER, &[]),
        ("two scores that hold what they promise", rows(Binary::Two, true), &[], CALIBRATION),
    ];
    let file = ("scored.csv", &DataParams::default());
    let task = ModelTask::BinaryClassification;
    sets.into_iter().map(|(name, set, fails, passes)| pair_of(name, task, file, [&reference, &set], fails, passes)).collect()
}

/// Four classes, the most probable at about 0.8; where `broken`, labels are at random and one class is favoured; where `vague`, the
/// most probable class has 0.4.
fn class_rows(n: usize, rng: &mut Rng, broken: bool, vague: bool, labels: bool) -> String {
    let mut out = String::from(if labels { "region,x,p_a,p_b,p_c,p_d,label\n" } else { "region,x,p_a,p_b,p_c,p_d\n" });
    for _ in 0..n {
        let place = region(rng);
        let south = place == "south";
        let said = if broken && south && chance(rng, 0.6) { 0 } else { rng.below(4) as usize };
        let top = if vague && south { 0.4 } else { 0.78 } + 0.04 * rng.uniform();
        let mut others: Vec<f64> = (0..3).map(|_| 1.0 + 0.2 * rng.uniform()).collect();
        let sum: f64 = others.iter().sum();
        for p in &mut others {
            *p *= (1.0 - top) / sum;
        }
        others.insert(said, top);
        let mut u = rng.uniform();
        let drawn = others.iter().position(|p| {
            u -= p;
            u < 0.0
        });
        let label = if broken && south { rng.below(4) as usize } else { drawn.unwrap_or(said) };
        write!(out, "{place},{:.4}", rng.uniform()).unwrap();
        for p in &others {
            write!(out, ",{p}").unwrap();
        }
        if labels {
            write!(out, ",{}", ["a", "b", "c", "d"][label]).unwrap();
        }
        out.push('\n');
    }
    out
}

const CLASSES_BROKEN: &[&str] = &[
    "model_performance:multiclass_accuracy",
    "model_performance:macro_precision",
    "model_performance:macro_recall",
    "model_performance:macro_f1",
    "model_performance:multiclass_auc",
    "model_performance:log_loss",
    "model_performance:top_k_accuracy",
    "model_performance:positive_prediction_rate",
    "model_performance:overconfidence",
    "subset_performance:subset_multiclass_accuracy",
    "subset_performance:subset_macro_precision",
    "subset_performance:subset_macro_recall",
    "subset_performance:subset_macro_f1",
    "subset_performance:subset_multiclass_auc",
    "subset_performance:subset_log_loss",
    "subset_performance:subset_top_k_accuracy",
    "subset_performance:subset_overconfidence",
    "subset_performance_degradation:subset_drift_multiclass_accuracy",
    "subset_performance_degradation:subset_drift_macro_precision",
    "subset_performance_degradation:subset_drift_macro_recall",
    "subset_performance_degradation:subset_drift_macro_f1",
    "subset_performance_degradation:subset_drift_multiclass_auc",
    "subset_performance_degradation:subset_drift_log_loss",
    "subset_performance_degradation:subset_drift_top_k_accuracy",
    "subset_performance_degradation:subset_drift_positive_prediction_rate",
];

const CLASSES_ESTIMATED: &[&str] = &[
    "model_performance:estimated_macro_precision",
    "model_performance:estimated_macro_recall",
    "model_performance:estimated_macro_f1",
    "model_performance:estimated_auc",
];

fn classes() -> Vec<Shown> {
    let mut rng = Rng::new(34, 1);
    let mut rows = |broken, vague, labels| class_rows(3000, &mut rng, broken, vague, labels);
    let reference = rows(false, false, true);
    let sets = [
        ("one region with labels at random and a favoured class", rows(true, false, true), CLASSES_BROKEN, &[][..]),
        ("classes as before", rows(false, false, true), &[], CLASSES_BROKEN),
        ("no labels, and one region without a favourite", rows(false, true, false), together(&[CONFIDENCE, CLASSES_ESTIMATED]), &[]),
        ("no labels, classes as before", rows(false, false, false), &[], together(&[CONFIDENCE, CLASSES_ESTIMATED])),
    ];
    let file = ("classes.csv", &DataParams::default());
    let task = ModelTask::MulticlassClassification;
    sets.into_iter().map(|(name, set, fails, passes)| pair_of(name, task, file, [&reference, &set], fails, passes)).collect()
}

/// Numbers whose prediction errs by 4; where `broken`, in the south by 12, and by 12 too much.
fn number_rows(n: usize, rng: &mut Rng, broken: bool) -> String {
    let mut out = String::from("region,x,target,prediction\n");
    for _ in 0..n {
        let place = region(rng);
        let truth = (60.0 + 10.0 * rng.normal()).max(5.0);
        let bad = broken && place == "south";
        let said = (truth + if bad { 12.0 + 12.0 * rng.normal() } else { 4.0 * rng.normal() }).max(0.0);
        writeln!(out, "{place},{:.4},{truth},{said}", rng.uniform()).unwrap();
    }
    out
}

const NUMBERS: &[&str] = &[
    "model_performance:mse",
    "model_performance:rmse",
    "model_performance:mae",
    "model_performance:msle",
    "model_performance:mape",
    "model_performance:r2",
    "model_performance:mean_error",
    "model_performance:prediction_variance",
    "model_performance:average_prediction",
    "subset_performance:subset_mse",
    "subset_performance:subset_rmse",
    "subset_performance:subset_mae",
    "subset_performance:subset_msle",
    "subset_performance:subset_mape",
    "subset_performance:subset_r2",
    "subset_performance_degradation:subset_drift_mse",
    "subset_performance_degradation:subset_drift_rmse",
    "subset_performance_degradation:subset_drift_mae",
    "subset_performance_degradation:subset_drift_msle",
    "subset_performance_degradation:subset_drift_mape",
    "subset_performance_degradation:subset_drift_r2",
    "subset_performance_degradation:subset_drift_mean_error",
    "subset_performance_degradation:subset_drift_prediction_variance",
    "subset_performance_degradation:subset_drift_average_prediction",
];

fn numbers() -> Vec<Shown> {
    let mut rng = Rng::new(35, 1);
    let mut rows = |broken| number_rows(2500, &mut rng, broken);
    let (reference, broken, clean) = (rows(false), rows(true), rows(false));
    let file = ("numbers.csv", &DataParams::default());
    vec![
        pair_of("numbers of one region are far off", ModelTask::Regression, file, [&reference, &broken], NUMBERS, &[]),
        pair_of("numbers predicted as before", ModelTask::Regression, file, [&reference, &clean], &[], NUMBERS),
    ]
}

/// Every run.
pub fn shown() -> Vec<Shown> {
    [ranking(), entities(), binary(), classes(), numbers()].into_iter().flatten().collect()
}

#[test]
fn rankings_are_shown() {
    ranking().iter().for_each(Shown::check);
}

#[test]
fn entities_are_shown() {
    entities().iter().for_each(Shown::check);
}

#[test]
fn binary_metrics_are_shown() {
    binary().iter().for_each(Shown::check);
}

#[test]
fn metrics_of_several_classes_are_shown() {
    classes().iter().for_each(Shown::check);
}

#[test]
fn metrics_of_numbers_are_shown() {
    numbers().iter().for_each(Shown::check);
}
