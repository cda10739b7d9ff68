//! What a textbook computes exactly is exact in a stress test, its unit is named, and rows come worst first.

use std::fmt::Write;

use straingauge_api::{Case, DataParams, Figure, ModelTask, OneOrMany, RunDocument, SubsetBar};
use straingauge_engine::math;
use straingauge_engine::random::Rng;
use straingauge_engine::stress::Run;

use crate::support::{config, read, run, side};

fn run_of(reference: &str, evaluation: &str, params: &DataParams, task: ModelTask) -> (Run, RunDocument) {
    let of = |text: &str| side("set", read("set.csv", text.as_bytes()), None, params, task);
    run(config("exact"), task, of(reference), of(evaluation))
}

fn params(label: Option<&str>, prediction: OneOrMany) -> DataParams {
    DataParams { label_col: label.map(str::to_owned), prediction_col: Some(prediction), ..DataParams::default() }
}

fn case<'a>(document: &'a RunDocument, id: &str) -> &'a Case {
    document.batches.iter().flat_map(|b| &b.cases).find(|c| c.id == id).unwrap_or_else(|| panic!("no case {id}"))
}

fn bars(case: &Case) -> &[SubsetBar] {
    match &case.figure {
        Some(Figure::SubsetBars { bars, .. }) => bars,
        other => panic!("no bars: {other:?}"),
    }
}

struct Scored {
    group: String,
    label: usize,
    scores: Vec<f64>,
}

/// The chance that a row of class `class` has a higher score for it than one of class `other`, ties counted half.
fn area(rows: &[&Scored], class: usize, other: usize) -> Option<f64> {
    let of = |wanted: usize| rows.iter().filter(move |r| r.label == wanted).map(move |r| r.scores[class.min(r.scores.len() - 1)]);
    let (mut wins, mut pairs) = (0.0, 0.0);
    for p in of(class) {
        for n in of(other) {
            wins += match p.total_cmp(&n) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
            pairs += 1.0;
        }
    }
    (pairs > 0.0).then(|| wins / pairs)
}

/// Σ (recall gained) · precision over the thresholds, as scikit-learn documents it.
fn average_precision(rows: &[&Scored]) -> f64 {
    let mut thresholds: Vec<f64> = rows.iter().map(|r| r.scores[0]).collect();
    thresholds.sort_by(|a, b| b.total_cmp(a));
    thresholds.dedup();
    let positives = rows.iter().filter(|r| r.label == 1).count() as f64;
    let (mut area, mut recall) = (0.0, 0.0);
    for t in thresholds {
        let said = rows.iter().filter(|r| r.scores[0] >= t).count() as f64;
        let right = rows.iter().filter(|r| r.scores[0] >= t && r.label == 1).count() as f64;
        area += (right / positives - recall) * right / said;
        recall = right / positives;
    }
    area
}

fn held_against(case: &Case, rows: &[Scored], of: impl Fn(&[&Scored]) -> f64) {
    assert!(!case.approximate, "{} is exact", case.id);
    let mut compared = 0;
    for bar in bars(case) {
        let inside = |r: &&Scored| match bar.label.as_str() {
            "has a value" => !r.group.is_empty(),
            "missing" => r.group.is_empty(),
            name => name == r.group,
        };
        let own: Vec<&Scored> = rows.iter().filter(inside).collect();
        let (got, want) = (bar.metric.value.expect("a value"), of(&own));
        assert!((got - want).abs() < 1e-9, "{} {}: {got} instead of {want} ({} rows)", case.id, bar.label, own.len());
        compared += 1;
    }
    assert!(compared >= 4, "{} has {compared} subsets: {:?}", case.id, bars(case).iter().map(|b| &b.label).collect::<Vec<_>>());
}

#[test]
fn areas_of_subsets_are_those_of_their_rows() {
    let mut rng = Rng::new(11, 1);
    let mut rows = |n: usize, twist: f64| -> Vec<Scored> {
        let one = |i: usize| {
            let group = ["north", "south", "east", ""][i % 4].to_owned();
            let label = rng.below(5).min(1) as usize ^ 1;
            let slope = if group == "south" { 0.2 - twist } else { 0.3 };
            let score = (0.4 + slope * (label as f64 - 0.5) + 0.2 * rng.normal()).clamp(0.0, 1.0);
            // Every third score is rounded, so that some tie.
            let score = if i.is_multiple_of(3) { (score * 20.0).round() / 20.0 } else { score };
            Scored { group, label, scores: vec![score] }
        };
        (0..n).map(one).collect()
    };
    let text = |rows: &[Scored]| {
        let mut out = "region,label,score\n".to_owned();
        for r in rows {
            writeln!(out, "{},{},{}", r.group, r.label, r.scores[0]).expect("text");
        }
        out
    };
    let (reference, evaluation) = (rows(1500, 0.0), rows(1300, 0.25));
    let params = params(Some("label"), OneOrMany::One("score".into()));
    let (_, document) = run_of(&text(&reference), &text(&evaluation), &params, ModelTask::BinaryClassification);
    for prefix in ["subset_performance:subset_", "subset_performance_degradation:subset_drift_"] {
        let of = |metric: &str| case(&document, &format!("{prefix}{metric}[region]"));
        held_against(of("auc"), &evaluation, |own| area(own, 1, 0).expect("both classes"));
        held_against(of("average_precision"), &evaluation, average_precision);
    }
    // Statistic and effect of one case are one difference.
    let auc = case(&document, "subset_performance:subset_auc[region]");
    let (statistic, effect) = (auc.statistic.expect("a statistic"), auc.effect.expect("an effect"));
    assert!((statistic - effect).abs() < 1e-9, "{statistic} {effect}");
}

#[test]
fn one_against_one_areas_of_subsets_are_those_of_their_rows() {
    let mut rng = Rng::new(12, 1);
    let mut rows = |n: usize| -> Vec<Scored> {
        let one = |i: usize| {
            let group = ["a", "b", "c", "d", ""][i % 5].to_owned();
            let label = rng.below(3) as usize;
            let raw: Vec<f64> = (0..3).map(|c| math::exp(f64::from(u8::from(c == label)) + rng.normal())).collect();
            let total: f64 = raw.iter().sum();
            Scored { group, label, scores: raw.into_iter().map(|x| x / total).collect() }
        };
        (0..n).map(one).collect()
    };
    let text = |rows: &[Scored]| {
        let mut out = "region,label,x,y,z\n".to_owned();
        for r in rows {
            let [x, y, z] = r.scores[..] else { panic!("three scores") };
            writeln!(out, "{},{},{x},{y},{z}", r.group, ["x", "y", "z"][r.label]).expect("text");
        }
        out
    };
    let (reference, evaluation) = (rows(1200), rows(1000));
    let params = params(Some("label"), OneOrMany::Many(["x", "y", "z"].map(str::to_owned).into()));
    let (_, document) = run_of(&text(&reference), &text(&evaluation), &params, ModelTask::MulticlassClassification);
    held_against(case(&document, "subset_performance:subset_multiclass_auc[region]"), &evaluation, |own| {
        let pairs = [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1)];
        pairs.iter().map(|&(c, l)| area(own, c, l).expect("all classes")).sum::<f64>() / 6.0
    });
}

/// Prices in the hundred thousands, predicted without a label: the spread is theirs, not 1.
fn prices(shift: f64, labelled: bool, seed: u64) -> String {
    let mut rng = Rng::new(seed, 7);
    let mut out = if labelled { "rooms,price,predicted_price\n" } else { "rooms,predicted_price\n" }.to_owned();
    for i in 0..800 {
        let price = 260_000.0 + 90_000.0 * rng.normal();
        let predicted = price + shift + 20_000.0 * rng.normal();
        let label = if labelled { format!("{},", price.round()) } else { String::new() };
        writeln!(out, "{},{label}{}", i % 40, predicted.round()).expect("text");
    }
    out
}

#[test]
fn numbers_without_labels_are_judged_in_their_own_spread() {
    let file = params(None, OneOrMany::One("predicted_price".into()));
    let (_, small) = run_of(&prices(0.0, false, 1), &prices(3_000.0, false, 2), &file, ModelTask::Regression);
    let case_of = |document| case(document, "model_performance:average_prediction").clone();
    let average = case_of(&small);
    assert!(average.statistic.expect("a statistic") < 0.2 && !average.sentence.contains("labels"), "{}", average.sentence);
    let (_, large) = run_of(&prices(0.0, false, 1), &prices(90_000.0, false, 2), &file, ModelTask::Regression);
    let average = case_of(&large);
    assert!((average.statistic.expect("a statistic") - 1.0).abs() < 0.15, "{}", average.sentence);
    assert!(average.sentence.contains("standard deviations of the reference's predictions"), "{}", average.sentence);
    for case in large.batches.iter().flat_map(|b| &b.cases) {
        assert!(!case.sentence.contains("label standard deviations"), "{}", case.sentence);
        assert!(case.effect.is_none_or(|e| !case.id.contains("prediction") || e < 100.0), "{} {:?}", case.id, case.effect);
    }
    // With labels the spread is theirs, and the sentence says so.
    let labelled = params(Some("price"), OneOrMany::One("predicted_price".into()));
    let (_, document) = run_of(&prices(0.0, true, 1), &prices(90_000.0, true, 2), &labelled, ModelTask::Regression);
    let average = case_of(&document);
    assert!(average.sentence.contains("standard deviations of the reference's labels"), "{}", average.sentence);
}

#[test]
fn rows_come_worst_first() {
    let labelled = params(Some("price"), OneOrMany::One("predicted_price".into()));
    let mut evaluation = prices(0.0, true, 4);
    evaluation.push_str("3,200000,2000000\n99,250000,240000\n2,260000,900000\n-40,260000,250000\n");
    let (run, document) = run_of(&prices(0.0, true, 3), &evaluation, &labelled, ModelTask::Regression);
    // The largest error of all stands first, wherever it stands in the file.
    let page = run.rows("model_performance:mae", 0, 5).expect("rows");
    assert_eq!(page.rows.iter().map(|r| r.row).take(2).collect::<Vec<_>>(), [800, 802]);
    assert_eq!(page.total, 804);
    let next = run.rows("model_performance:mae", 1, 3).expect("rows");
    assert_eq!(next.rows.iter().map(|r| r.row).collect::<Vec<_>>(), page.rows.iter().skip(1).take(3).map(|r| r.row).collect::<Vec<_>>());
    // The value furthest out of its bounds stands first.
    let outliers = case(&document, "abnormal_inputs:numeric_outlier[rooms]");
    let page = run.rows(&outliers.id, 0, 5).expect("rows");
    assert_eq!(page.rows.iter().map(|r| r.row).collect::<Vec<_>>(), [801, 803], "{:?}", page.rows);
}
