//! Texts, embeddings and rows as a whole: what their drift tests find, and what they leave in peace.

use std::fmt::Write;

use std::sync::Arc;

use straingauge_api::{Category, DataParams, ModelTask, RunDocument};
use straingauge_engine::math::exp;
use straingauge_engine::random::Rng;
use straingauge_engine::stress::RunSide;
use straingauge_engine::table;

use crate::support::{Shown, config, read, run};

/// The run of two files without predictions, asked for the given categories.
fn judged(name: &str, file: &str, reference: &[u8], evaluation: &[u8], params: &DataParams, categories: &[Category]) -> RunDocument {
    let task = ModelTask::BinaryClassification;
    let part = |bytes: &[u8]| {
        let dataset = table::dataset(read(file, bytes), name, params, Some(task)).expect("a data set");
        RunSide { dataset: Arc::new(dataset), predictions: None, predictions_sha256: None }
    };
    let mut config = config(name);
    config.categories = Some(categories.to_vec());
    run(config, task, part(reference), part(evaluation)).1
}

const SUBJECTS: [&str; 16] = [
    "network", "protein", "galaxy", "market", "language", "climate", "robot", "theorem", "signal", "enzyme", "graph", "planet", "lattice",
    "vaccine", "neuron", "plasma",
];
const ADJECTIVES: [&str; 10] =
    ["deep", "sparse", "robust", "quantum", "random", "efficient", "local", "stochastic", "nonlinear", "scalable"];

/// A title with a function word or two.
fn title(rng: &mut Rng) -> String {
    let (a, b) = (SUBJECTS[rng.below(16) as usize], SUBJECTS[rng.below(16) as usize]);
    let adjective = ADJECTIVES[rng.below(10) as usize];
    match rng.below(4) {
        0 => format!("On the {adjective} structure of {a} and {b} models"),
        1 => format!("A {adjective} approach to {a} analysis with {b} data"),
        2 => format!("How {adjective} is the {a}? Lessons from {b} studies"),
        _ => format!("Learning {adjective} {a} representations for {b} prediction"),
    }
}

fn german(rng: &mut Rng) -> String {
    let (a, b) = (SUBJECTS[rng.below(16) as usize], SUBJECTS[rng.below(16) as usize]);
    format!("Über die Struktur von {a} und {b}: eine Untersuchung mit dem neuen Verfahren")
}

/// A file of texts.
fn texts(seed: u64, rows: usize, text: impl Fn(&mut Rng) -> String) -> Vec<u8> {
    let mut rng = Rng::new(seed, 31);
    let mut out = String::from("id,text\n");
    for row in 0..rows {
        writeln!(out, "{row},\"{}\"", text(&mut rng)).unwrap();
    }
    out.into_bytes()
}

fn of_texts(name: &str, seed: u64, sizes: (usize, usize), changed: impl Fn(&mut Rng) -> String) -> RunDocument {
    let params = DataParams { text_features: Some(vec!["text".into()]), ..DataParams::default() };
    let (reference, evaluation) = (texts(seed, sizes.0, title), texts(seed + 1000, sizes.1, changed));
    judged(name, "texts.csv", &reference, &evaluation, &params, &[Category::Drift])
}

/// Letters that look like Latin ones.
fn homoglyphs(text: &str) -> String {
    text.chars().map(|c| if let Some(at) = "aeopc".find(c) { "аеорс".chars().nth(at).unwrap_or(c) } else { c }).collect()
}

const TOKENS: &[&str] = &["drift:character_drift", "drift:unigram_drift", "drift:bigram_drift"];

/// A table of mixed columns; `shift` moves ten of them a little.
fn table(seed: u64, rows: usize, shift: f64) -> Vec<u8> {
    let mut rng = Rng::new(seed, 32);
    let mut out = String::from("row");
    for i in 0..10 {
        write!(out, ",n{i},c{i}").unwrap();
    }
    out.push('\n');
    for row in 0..rows {
        write!(out, "{row}").unwrap();
        for i in 0..10 {
            let x = shift + rng.normal();
            let x = if i % 3 == 0 { exp(x) } else { x };
            // Half the values are of a few kinds, the others of many: most of those stand once.
            let kinds = if rng.below(2) == 0 { 4 } else { 50 * (i as u64 + 1) };
            let category = rng.below(kinds);
            if rng.below(20) == 0 {
                write!(out, ",,v{category}").unwrap();
            } else {
                write!(out, ",{x:.4},v{category}").unwrap();
            }
        }
        out.push('\n');
    }
    out.into_bytes()
}

fn of_tables(name: &str, seed: u64, sizes: (usize, usize), shift: f64) -> RunDocument {
    let said = |stem: &str| Some((0..10).map(|i| format!("{stem}{i}")).collect::<Vec<_>>());
    let params = DataParams { numeric_features: said("n"), categorical_features: said("c"), ..DataParams::default() };
    let (reference, evaluation) = (table(seed, sizes.0, 0.0), table(seed + 1000, sizes.1, shift));
    judged(name, "table.csv", &reference, &evaluation, &params, &[Category::Drift])
}

/// Rows of an embedding, as JSON lines: two clusters in `width` numbers, the first `moved` of which move; `far` rows lie elsewhere.
fn vectors(seed: u64, rows: usize, width: usize, (moved, shift): (usize, f64), far: f64) -> Vec<u8> {
    let mut rng = Rng::new(seed, 33);
    let mut out = String::new();
    for row in 0..rows {
        let cluster = if rng.below(2) == 0 { -0.7 } else { 0.7 };
        let out_of_the_way = rng.uniform() < far;
        let numbers: Vec<String> = (0..width)
            .map(|i| {
                let scale = if i % 4 == 0 { 2.0 } else { 0.5 };
                let x = cluster + scale * rng.normal() + if i < moved { shift } else { 0.0 };
                format!("{:.4}", if out_of_the_way { 6.0 * (x - cluster) } else { x })
            })
            .collect();
        writeln!(out, "{{\"row\": {row}, \"size\": {}, \"v\": [{}]}}", rng.below(5), numbers.join(", ")).unwrap();
    }
    out.into_bytes()
}

fn of_vectors(name: &str, seed: u64, width: usize, moved: (usize, f64), far: f64) -> RunDocument {
    let (reference, evaluation) = (vectors(seed, 1500, width, (0, 0.0), 0.0), vectors(seed + 1000, 800, width, moved, far));
    let categories = [Category::Drift, Category::AbnormalInputs];
    judged(name, "vectors.jsonl", &reference, &evaluation, &DataParams::default(), &categories)
}

pub fn shown() -> Vec<Shown> {
    vec![
        Shown { name: "titles as before", fails: &[], passes: TOKENS, document: of_texts("titles", 1, (1500, 800), title) },
        Shown {
            name: "three titles in ten are German",
            fails: &["drift:character_drift", "drift:unigram_drift", "drift:bigram_drift", "drift:feature_drift"],
            passes: &[],
            document: of_texts("German", 2, (1500, 800), |rng| if rng.below(10) < 3 { german(rng) } else { title(rng) }),
        },
        Shown {
            name: "one title in three is written with letters that only look right",
            fails: &["drift:character_drift", "drift:unigram_drift"],
            passes: &[],
            document: of_texts("Homoglyphs", 3, (1500, 800), |rng| {
                let plain = title(rng);
                if rng.below(3) == 0 { homoglyphs(&plain) } else { plain }
            }),
        },
        Shown {
            name: "a table as before",
            fails: &[],
            passes: &["drift:domain_classifier"],
            document: of_tables("table", 4, (1500, 800), 0.0),
        },
        Shown {
            name: "ten numbers move by a quarter of a standard deviation",
            fails: &["drift:domain_classifier"],
            passes: &[],
            document: of_tables("moved table", 5, (2000, 2000), 0.25),
        },
        Shown {
            name: "embeddings as before",
            fails: &[],
            passes: &["drift:embedding_drift", "abnormal_inputs:embedding_anomalies"],
            document: of_vectors("embeddings", 8, 12, (0, 0.0), 0.0),
        },
        Shown {
            name: "embeddings of 96 numbers move by a fifth of their spread",
            fails: &["drift:embedding_drift"],
            passes: &["abnormal_inputs:embedding_anomalies"],
            document: of_vectors("moved embeddings", 9, 96, (96, 0.28), 0.0),
        },
        Shown {
            name: "one embedding in ten is far from all others",
            fails: &["abnormal_inputs:embedding_anomalies"],
            passes: &[],
            document: of_vectors("far embeddings", 10, 96, (0, 0.0), 0.1),
        },
    ]
}

#[test]
fn texts_and_whole_rows_are_shown() {
    shown().iter().for_each(Shown::check);
}

fn case<'a>(document: &'a RunDocument, id: &str) -> &'a straingauge_api::Case {
    document.batches.iter().flat_map(|b| &b.cases).find(|c| c.id == id).unwrap_or_else(|| panic!("no case {id}"))
}

#[test]
fn another_language_is_drift_of_the_detected_language() {
    use straingauge_api::Status;
    let document = of_texts("German", 6, (1500, 800), |rng| if rng.below(10) < 3 { german(rng) } else { title(rng) });
    let language = case(&document, "drift:feature_drift[text.DetectedLanguage]");
    assert_eq!(language.status, Status::Fail, "{}", language.sentence);
    assert!(language.sentence.contains("German"), "{}", language.sentence);
    let words = case(&document, "drift:unigram_drift[text]");
    assert!(words.sentence.contains("more common now") && words.sentence.contains("eine"), "{}", words.sentence);
    let accented = |rng: &mut Rng| if rng.below(8) == 0 { format!("{} (Poincaré)", title(rng)) } else { title(rng) };
    let params = DataParams { text_features: Some(vec!["text".into()]), ..DataParams::default() };
    let (reference, evaluation) = (texts(7, 1500, accented), texts(1007, 800, |rng| homoglyphs(&accented(rng))));
    let document = judged("Homoglyphs", "texts.csv", &reference, &evaluation, &params, &[Category::Drift]);
    assert_eq!(case(&document, "drift:feature_drift[text.NonAsciiShare]").status, Status::Fail);
    let characters = case(&document, "drift:character_drift[text]");
    assert!(characters.sentence.contains("U+0435"), "{}", characters.sentence);
}

#[test]
fn anomalies_are_the_rows_that_lie_elsewhere() {
    let document = of_vectors("far embeddings", 11, 12, (0, 0.0), 0.1);
    let case = case(&document, "abnormal_inputs:embedding_anomalies[v]");
    let rows = case.rows.as_ref().expect("rows");
    assert!((60..=110).contains(&rows.count), "{}", case.sentence);
    // The lists of 12 numbers were taken for an embedding, though nobody said so.
    assert!(document.batches.iter().all(|b| b.cases.iter().all(|c| !c.id.starts_with("drift:feature_drift[v"))));
}

/// Prints how often p falls under a level in clean pairs; `cargo test --test engine -- --ignored p_of_the_domain --nocapture`.
#[test]
#[ignore = "a measurement"]
fn p_of_the_domain_classifier() {
    for (sizes, pairs) in [((200, 200), 200), ((2000, 2000), 60), ((1500, 800), 60)] {
        let mut shares = [0.0; 3];
        let mut largest: f64 = 0.0;
        for pair in 0..pairs {
            let document = of_tables("null", 100 + pair, sizes, 0.0);
            let case = case(&document, "drift:domain_classifier");
            for (slot, level) in shares.iter_mut().zip([0.05, 0.01, 0.001]) {
                *slot += f64::from(u8::from(case.p_value.unwrap() <= level)) / pairs as f64;
            }
            largest = largest.max(case.effect.unwrap());
        }
        println!("{sizes:?}: {shares:?}, largest effect {largest:.3}");
    }
    for shift in [0.05, 0.1, 0.15, 0.25] {
        for sizes in [(200, 200), (2000, 2000)] {
            let document = of_tables("shifted", 5, sizes, shift);
            let case = case(&document, "drift:domain_classifier");
            println!("shift {shift} {sizes:?}: {:?} p {:?}: {}", case.effect, case.p_value, case.sentence);
        }
    }
    for (width, sizes) in [(12, 200), (96, 200), (12, 2000)] {
        let mut found = [[0u32; 3]; 2];
        for pair in 0..100 {
            let (a, b) = (vectors(pair, sizes, width, (0, 0.0), 0.0), vectors(pair + 5000, sizes, width, (0, 0.0), 0.0));
            let document = judged("null", "v.jsonl", &a, &b, &DataParams::default(), &[Category::Drift, Category::AbnormalInputs]);
            for (slots, id) in found.iter_mut().zip(["drift:embedding_drift[v]", "abnormal_inputs:embedding_anomalies[v]"]) {
                let case = case(&document, id);
                for (slot, level) in slots.iter_mut().zip([0.05, 0.01, 0.001]) {
                    *slot += u32::from(case.p_value.unwrap() <= level);
                }
                slots[2] = slots[2].max((case.effect.unwrap() * 1000.0) as u32);
            }
        }
        println!("embeddings of {width}, {sizes} rows a side: {found:?} of 100 under 0.05, 0.01; largest effect in thousandths");
    }
}
