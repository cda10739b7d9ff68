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

/// Every run.
pub fn shown() -> Vec<Shown> {
    [ranking(), entities()].into_iter().flatten().collect()
}

#[test]
fn rankings_are_shown() {
    ranking().iter().for_each(Shown::check);
}

#[test]
fn entities_are_shown() {
    entities().iter().for_each(Shown::check);
}
