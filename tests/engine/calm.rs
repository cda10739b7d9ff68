//! Calm and sharp: a clean pair of samples is left in peace, a planted weakness is found and comes first.

use std::fmt::Write;

use straingauge_api::{Case, DataParams, Kind, ModelTask, OneOrMany, RunDocument, Status};
use straingauge_engine::math::exp;
use straingauge_engine::random::Rng;

use crate::support::{config, read, run, side};

const WORDS: [&str; 12] =
    ["please", "refund", "order", "late", "broken", "thanks", "login", "password", "invoice", "again", "question", "parcel"];

/// A row of the generated world, before it is written.
struct Row {
    amount: f64,
    age: f64,
    visits: u64,
    channel: &'static str,
    city: String,
    text: String,
    /// Of the label; the model knows it up to noise.
    logit: f64,
    score: Option<f64>,
    missing_age: bool,
}

/// Rows drawn from one world; `change` plants what a test wants to find.
fn world(seed: u64, stream: u64, rows: usize, change: impl Fn(usize, &mut Rng, &mut Row)) -> Vec<u8> {
    let mut rng = Rng::new(seed, stream);
    let mut out = String::from("amount,age,visits,channel,city,text,label,score\n");
    for number in 0..rows {
        let amount = exp(3.0 + 0.8 * rng.normal());
        let age = 45.0 + 15.0 * rng.normal();
        // A few cities are common, most are rare: some that one sample has, the other lacks.
        let city = if rng.below(3) > 0 { format!("city {}", rng.below(6)) } else { format!("town {}", rng.below(400)) };
        let length = 3 + rng.below(12);
        let text: Vec<&str> = (0..length).map(|_| WORDS.get(rng.below(12) as usize).copied().unwrap_or("order")).collect();
        let mut row = Row {
            amount,
            age,
            visits: rng.below(5),
            channel: ["web", "app", "phone"][rng.below(3) as usize],
            city,
            text: text.join(" "),
            // Of no feature: the model is as good in every part of the world as in every other.
            logit: 1.5 * rng.normal(),
            score: None,
            missing_age: rng.below(20) == 0,
        };
        change(number, &mut rng, &mut row);
        let truth = 1.0 / (1.0 + exp(-row.logit));
        let label = u8::from(rng.uniform() < truth);
        let score = row.score.unwrap_or_else(|| 1.0 / (1.0 + exp(-(row.logit + 0.3 * rng.normal()))));
        let age = if row.missing_age { String::new() } else { format!("{:.1}", row.age) };
        writeln!(out, "{:.2},{age},{},{},{},{},{label},{score:.6}", row.amount, row.visits, row.channel, row.city, row.text).unwrap();
    }
    out.into_bytes()
}

fn judged(name: &str, reference: &[u8], evaluation: &[u8]) -> RunDocument {
    let params = DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        text_features: Some(vec!["text".into()]),
        categorical_features: Some(vec!["channel".into(), "city".into()]),
        ..DataParams::default()
    };
    let task = ModelTask::BinaryClassification;
    let part = |name: &str, bytes: &[u8]| side(name, read(name, bytes), None, &params, task);
    run(config(name), task, part("reference", reference), part("evaluation", evaluation)).1
}

fn failing(document: &RunDocument) -> Vec<&Case> {
    let cases = document.batches.iter().flat_map(|b| &b.cases);
    cases.filter(|c| c.kind == Kind::Difference && matches!(c.status, Status::Fail | Status::Warning)).collect()
}

/// Pairs of the calm check, and in how many of them a difference may be shown.
const PAIRS: u64 = 60;
const DISTURBED: usize = 3;

/// What a difference test shows in a clean pair.
fn disturbance(pair: u64) -> Option<String> {
    let (reference, evaluation) = (world(pair, 1, 1500, |_, _, _| {}), world(pair, 2, 800, |_, _, _| {}));
    let document = judged("Calm", &reference, &evaluation);
    let loud = failing(&document);
    let words = loud.iter().map(|c| format!("{} (q = {:?}, effect {:?}): {}", c.id, c.q_value, c.effect, c.sentence));
    (!loud.is_empty()).then(|| format!("pair {pair}: {}", words.collect::<Vec<_>>().join("; ")))
}

#[test]
fn clean_pairs_are_left_in_peace() {
    let half = |first: u64| (first..PAIRS).step_by(2).filter_map(disturbance).collect::<Vec<_>>();
    let disturbed = std::thread::scope(|scope| {
        let odd = scope.spawn(move || half(1));
        let mut all = half(0);
        all.extend(odd.join().expect("the other half"));
        all
    });
    println!("{} of {PAIRS} clean pairs disturbed", disturbed.len());
    assert!(disturbed.len() <= DISTURBED, "{} of {PAIRS} clean pairs disturbed:\n{}", disturbed.len(), disturbed.join("\n"));
}

/// What is planted in the evaluation set, and what the first finding must be about.
struct Plant {
    name: &'static str,
    change: fn(usize, &mut Rng, &mut Row),
    about: fn(&RunDocument) -> bool,
}

fn first_is_about(document: &RunDocument, feature: &str) -> bool {
    document.findings.first().is_some_and(|f| f.features.iter().any(|name| name == feature || name.starts_with(&format!("{feature}."))))
}

const PLANTS: [Plant; 6] = [
    Plant {
        name: "the scores of one channel are noise",
        change: |_, rng, row| {
            if row.channel == "phone" {
                row.score = Some(rng.uniform());
            }
        },
        about: |d| first_is_about(d, "channel"),
    },
    Plant {
        name: "visits move up",
        change: |_, rng, row| row.visits = 2 + rng.below(4) + rng.below(3),
        about: |d| first_is_about(d, "visits"),
    },
    Plant { name: "age goes missing", change: |_, rng, row| row.missing_age = rng.below(5) < 2, about: |d| first_is_about(d, "age") },
    Plant {
        name: "a channel that nobody knew",
        change: |_, rng, row| {
            if rng.below(6) == 0 {
                row.channel = "kiosk";
            }
        },
        about: |d| first_is_about(d, "channel"),
    },
    Plant { name: "texts grow", change: |_, _, row| row.text = format!("{0} {0} {0}", row.text), about: |d| first_is_about(d, "text") },
    Plant {
        name: "the model has forgotten most of what it knew",
        change: |_, rng, row| row.score = Some(1.0 / (1.0 + exp(-(0.2 * row.logit + rng.normal())))),
        about: |d| d.findings.first().is_some_and(|f| f.lead.starts_with("model_performance:") || f.lead.starts_with("drift:prediction")),
    },
];

#[test]
fn planted_defects_are_found_and_come_first() {
    let reference = world(77, 1, 3000, |_, _, _| {});
    for plant in &PLANTS {
        let document = judged(plant.name, &reference, &world(78, 2, 2000, plant.change));
        let found: Vec<String> =
            document.findings.iter().take(5).map(|f| format!("{} {:.2}: {}", f.lead, f.severity_score, f.sentence)).collect();
        assert!((plant.about)(&document), "{}: {found:#?}", plant.name);
    }
}
