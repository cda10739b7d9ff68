//! Planted causes of events are found, named, and told first.

use std::fmt::Write;

use straingauge_api::{Cause, CauseKind, DataParams, Event, ModelTask};
use straingauge_engine::firewall::causes::{self, Rows};
use straingauge_engine::random::Rng;
use straingauge_engine::stress::{Context, RunSide, Side};

use crate::sides::context;
use crate::support::{fraud, learnt, papers, take};

/// A row before it is written.
struct Row {
    browser: String,
    city: String,
    device: String,
    amount: f64,
    comment: String,
    /// How probable it is that the model is right.
    right: f64,
}

const WORDS: [&str; 10] = ["payment", "for", "the", "monthly", "invoice", "of", "a", "friend", "rent", "thanks"];

/// Rows of a model that is right nine times in ten, whatever the row; `plant` changes a row.
fn file(rows: usize, seed: u64, plant: impl Fn(&mut Row, &mut Rng)) -> Vec<u8> {
    let mut rng = Rng::new(seed, 21);
    let mut csv = String::from("browser,city,device,amount,comment,label,prediction\n");
    for at in 0..rows {
        let words: Vec<&str> = (0..4 + rng.below(5)).map(|_| WORDS[rng.below(10) as usize]).collect();
        let mut row = Row {
            browser: ["alpha", "beta", "gamma", "delta"][rng.below(4) as usize].to_owned(),
            city: ["Paris", "Lyon", "Rome"][rng.below(3) as usize].to_owned(),
            device: ["phone", "tablet", "desk"][rng.below(3) as usize].to_owned(),
            amount: 50.0 + 10.0 * rng.normal(),
            comment: format!("{} {at}", words.join(" ")),
            right: 0.9,
        };
        plant(&mut row, &mut rng);
        let label = rng.below(2);
        let score = 0.55 + 0.4 * rng.uniform();
        let hit = rng.uniform() < row.right;
        let score = if (label == 1) == hit { score } else { 1.0 - score };
        let Row { browser, city, device, amount, comment, .. } = row;
        writeln!(csv, "{browser},{city},{device},{amount:.2},{comment},{label},{score:.4}").unwrap();
    }
    csv.into_bytes()
}

fn plain(_: &mut Row, _: &mut Rng) {}

fn sides(before: impl Fn(&mut Row, &mut Rng), after: impl Fn(&mut Row, &mut Rng)) -> Context {
    let params = DataParams { label_col: Some("label".to_owned()), ..DataParams::default() };
    context(ModelTask::BinaryClassification, &file(4000, 1, before), &file(2000, 2, after), &params)
}

/// The causes of an event, with the evaluation's rows as those of one bin.
fn causes_of(context: &Context, test: &str, object: &str) -> Vec<Cause> {
    let bins: Vec<(i64, &Side)> = context.rows.iter().map(|(_, evaluation)| (86_400_000, evaluation)).collect();
    let causes = causes::of(context, &[], test, object, Rows(&bins));
    for cause in &causes {
        println!("{:?} {:?} {:?}: {}", cause.kind, cause.share, cause.subset, cause.sentence);
    }
    assert!(causes.len() <= 8);
    causes
}

#[track_caller]
fn first(causes: &[Cause], kind: CauseKind, feature: &str, subset: &str) -> Cause {
    let first = causes.first().expect("a cause");
    assert_eq!((first.kind, first.features.as_slice(), first.subset.as_deref()), (kind, [feature.to_owned()].as_slice(), Some(subset)));
    first.clone()
}

#[test]
fn a_new_value_that_is_always_wrong_bears_the_fall() {
    let context = sides(plain, |row, rng| {
        if rng.below(7) == 0 {
            (row.browser, row.right) = ("next-1".to_owned(), 0.0);
        }
    });
    let causes = causes_of(&context, "model_performance:accuracy", "");
    let cause = first(&causes, CauseKind::Abnormal, "browser", "= next-1");
    assert!((0.85..1.15).contains(&cause.share.unwrap()), "{cause:?}");
    assert!(cause.sentence.contains("= next-1, which the reference never has: accuracy is 0.000 there."), "{}", cause.sentence);
    assert_eq!(cause.case.as_deref(), Some("abnormal_inputs:unseen_categorical[browser]"));
    let (_, evaluation) = context.rows.as_ref().unwrap();
    let browser = evaluation.dataset.table.column("browser").unwrap();
    assert_eq!(cause.examples.len(), 5);
    assert!(cause.examples.iter().all(|e| e.bin == 86_400_000 && browser.cell(e.row as usize).as_deref() == Some("next-1")));
    assert!(causes.iter().skip(1).all(|c| c.share.is_none_or(|s| s < 0.5)), "noise does not rank beside it");
}

#[test]
fn rows_that_moved_are_told_from_a_model_that_changed() {
    let weak = |row: &mut Row, _: &mut Rng| row.right = if row.city == "Rome" { 0.6 } else { 0.98 };
    let moved = |row: &mut Row, rng: &mut Rng| {
        if rng.below(2) == 0 {
            row.city = "Rome".to_owned();
        }
        weak(row, rng);
    };
    let context = sides(weak, moved);
    let cause = first(&causes_of(&context, "model_performance:accuracy", ""), CauseKind::Mix, "city", "= Rome");
    assert!((0.8..1.2).contains(&cause.share.unwrap()) && cause.mix.unwrap() < 3.0 * cause.within.unwrap().min(0.0), "{cause:?}");

    let broken = |row: &mut Row, _: &mut Rng| row.right = if row.device == "phone" { 0.5 } else { 0.9 };
    let context = sides(plain, broken);
    let cause = first(&causes_of(&context, "model_performance:accuracy", ""), CauseKind::Within, "device", "= phone");
    assert!((0.8..1.2).contains(&cause.share.unwrap()) && cause.within.unwrap() < -0.08, "{cause:?}");
    // Metrics that are no means are taken apart by what is left without the part.
    for test in ["model_performance:auc", "model_performance:f1"] {
        let cause = first(&causes_of(&context, test, ""), CauseKind::Within, "device", "= phone");
        assert!((0.6..1.3).contains(&cause.share.unwrap()) && cause.mix.is_none(), "{test}: {cause:?}");
    }
    let causes = causes_of(&context, "model_performance:balanced_accuracy", "");
    first(&causes, CauseKind::Within, "device", "= phone");
    let of_feature = causes_of(&context, "subset_performance_degradation:subset_accuracy", "device");
    first(&of_feature, CauseKind::Within, "device", "= phone");
}

#[test]
fn what_estimates_accuracy_without_labels_is_taken_apart_too() {
    let params = DataParams { label_col: Some("label".to_owned()), ..DataParams::default() };
    let blurred = String::from_utf8(file(2000, 2, plain)).unwrap();
    // The scores of phones lose half of their distance from one half; no row has a label.
    let blurred: Vec<String> = blurred
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let Ok(score) = cells[6].parse::<f64>() else { return line.to_owned() };
            let score = if cells[2] == "phone" { 0.5 + (score - 0.5) / 2.0 } else { score };
            format!("{},,{score:.4}", cells[..5].join(","))
        })
        .collect();
    let evaluation = blurred.join("\n").into_bytes();
    let context = context(ModelTask::BinaryClassification, &file(4000, 1, plain), &evaluation, &params);
    for metric in ["average_confidence", "average_thresholded_confidence"] {
        let causes = causes_of(&context, &format!("model_performance:{metric}"), "");
        let cause = first(&causes, CauseKind::Within, "device", "= phone");
        assert!((0.9..1.1).contains(&cause.share.unwrap()), "{metric}: {cause:?}");
    }
    let causes = causes_of(&context, "drift:prediction_drift", "");
    assert!(!causes.is_empty() && causes.iter().any(|c| c.kind == CauseKind::Drift), "{causes:?}");
}

#[test]
fn a_fall_that_goes_through_all_rows_has_no_part_to_blame() {
    let context = sides(plain, |row, _| row.right = 0.7);
    let causes = causes_of(&context, "model_performance:accuracy", "");
    assert!(causes.iter().all(|c| c.share.is_none_or(|s| s < 0.3)), "{causes:?}");
    let calm = sides(plain, plain);
    let causes = causes_of(&calm, "model_performance:accuracy", "");
    assert!(causes.is_empty(), "noise has no causes: {causes:?}");
}

#[test]
fn drift_is_told_by_its_values() {
    let context = sides(plain, |row, rng| {
        if rng.below(3) == 0 {
            row.city = "Oslo".to_owned();
        }
        if rng.below(4) == 0 {
            row.amount = f64::NAN;
        } else {
            row.amount += 15.0;
        }
    });
    let causes = causes_of(&context, "drift:feature_drift", "city");
    let oslo = first(&causes, CauseKind::Drift, "city", "= Oslo");
    assert!(oslo.share.unwrap() > 0.6 && oslo.sentence.contains("the reference never has it"), "{oslo:?}");
    assert!(oslo.rows.unwrap() > 500 && oslo.examples.len() == 5);
    let causes = causes_of(&context, "drift:feature_drift", "amount");
    assert_eq!(causes[0].subset.as_deref(), Some("is missing"));
    assert!(causes[1].subset.as_deref().unwrap().starts_with("> "), "{causes:?}");
    let missing = causes_of(&context, "drift:nulls_per_feature_drift", "amount");
    assert!(missing[0].sentence.starts_with("amount is missing in 2"), "{missing:?}");
    assert!(causes_of(&context, "drift:feature_drift", "device").is_empty());
}

#[test]
fn words_and_faulty_values_are_named() {
    let context = sides(plain, |row, rng| {
        if rng.below(3) == 0 {
            row.comment = format!("refund {}", row.comment.replace("payment", "chargeback"));
        }
        if rng.below(20) == 0 {
            row.amount = 9999.0;
        }
    });
    let causes = causes_of(&context, "drift:unigram_drift", "comment");
    let words = causes.first().unwrap();
    assert_eq!(words.kind, CauseKind::Tokens);
    let refund = words.tokens.iter().find(|t| t.token == "refund").unwrap();
    assert!(refund.reference < 0.01 && (0.28..0.39).contains(&refund.event), "{refund:?}");
    assert!(words.tokens.iter().any(|t| t.token == "chargeback"), "{words:?}");
    let causes = causes_of(&context, "abnormal_inputs:numeric_outlier", "amount");
    let cause = first(&causes, CauseKind::Abnormal, "amount", "= 9\u{202f}999");
    assert!(cause.share.unwrap() > 0.8 && cause.examples.len() == 5, "{cause:?}");
    let causes = causes_of(&context, "abnormality_rate", "");
    assert_eq!(causes[0].case.as_deref(), Some("abnormal_inputs:numeric_outlier[amount]"));
}

/// The events of a batch held against a reference.
fn events(task: ModelTask, reference: RunSide, batch: RunSide) -> Vec<Event> {
    let events = take(&mut learnt(task, reference), batch).events;
    for event in &events {
        println!("{} [{}] {:?} {} bins: {}", event.monitor, event.object, event.kind, event.bins, event.sentence);
        for cause in &event.causes {
            println!(
                "    {:?} {:?}: {} ({} examples, {} words)",
                cause.kind,
                cause.share,
                cause.sentence,
                cause.examples.len(),
                cause.tokens.len()
            );
        }
    }
    events
}

#[test]
fn what_broke_in_the_fraud_data_is_named() {
    let Some((reference, batch)) = fraud() else { return };
    let events = events(ModelTask::BinaryClassification, reference, batch);
    for feature in ["city", "country", "browser_version"] {
        let event = events.iter().find(|e| e.monitor.starts_with("drift:feature_drift") && e.object == feature).expect(feature);
        let cause = event.causes.first().expect("a cause");
        assert_eq!((cause.kind, cause.features.as_slice()), (CauseKind::Drift, [feature.to_owned()].as_slice()));
    }
    let broken = ["city", "country", "browser_version"];
    let about = |e: &&Event| e.monitor.starts_with("model_performance:") && !e.causes.is_empty();
    let blamed = events.iter().filter(about).any(|e| e.causes.iter().any(|c| c.features.iter().any(|f| broken.contains(&f.as_str()))));
    assert!(blamed, "what changed is a cause of what the model does");
}

#[test]
fn what_changed_in_the_papers_is_named() {
    let Some((reference, batch)) = papers(1) else { return };
    let events = events(ModelTask::MulticlassClassification, reference, batch);
    let words = events.iter().flat_map(|e| &e.causes).filter(|c| c.kind == CauseKind::Tokens);
    assert!(words.clone().all(|c| !c.tokens.is_empty() && c.sentence.starts_with("In ")), "{:?}", words.collect::<Vec<_>>());
    assert!(events.iter().any(|e| !e.causes.is_empty()));
}
