//! Data cleanliness, poisoning and evasion: what is planted is found, and clean data are left in peace.

use std::fmt::Write;

use straingauge_api::{Category, DataParams, ModelTask, OneOrMany, RunDocument, StressTestConfig};
use straingauge_engine::math::exp;
use straingauge_engine::random::Rng;

use crate::support::{Shown, config, read, run, side};

/// A row of requests: an id, a time in seconds, what was asked, the label and the model's score.
#[derive(Clone)]
struct Request {
    id: String,
    time: i64,
    amount: f64,
    age: f64,
    visits: u64,
    place: String,
    code: String,
    serial: i64,
    fixed: &'static str,
    note: String,
    label: String,
    score: f64,
}

const SUBJECTS: [&str; 16] = [
    "parcel", "invoice", "account", "payment", "contract", "delivery", "password", "order", "refund", "voucher", "address", "customer",
    "machine", "garden", "kitchen", "window",
];
const DEEDS: [&str; 16] = [
    "arrived",
    "vanished",
    "was doubled",
    "was opened",
    "cannot be found",
    "is too small",
    "came back",
    "looks wrong",
    "was promised",
    "is broken",
    "should be sent",
    "was cancelled",
    "has been paid",
    "needs repair",
    "is missing",
    "was exchanged",
];
const TIMES: [&str; 12] = [
    "yesterday",
    "last week",
    "in the morning",
    "before the holidays",
    "again",
    "without a word",
    "twice",
    "on Monday",
    "late at night",
    "this month",
    "since spring",
    "after the call",
];

/// Requests drawn from one world, in the order of their times.
fn requests(seed: u64, rows: usize, start: i64) -> Vec<Request> {
    let mut rng = Rng::new(seed, 21);
    let word = |list: &[&str], rng: &mut Rng| list[rng.below(list.len() as u64) as usize].to_owned();
    (0..rows)
        .map(|i| {
            let risk = 1.5 * rng.normal();
            let truth = 1.0 / (1.0 + exp(-risk));
            let sentence = |rng: &mut Rng| format!("my {} {} {}", word(&SUBJECTS, rng), word(&DEEDS, rng), word(&TIMES, rng));
            Request {
                id: format!("q{seed:02}x{i:06}"),
                time: start + 60 * i as i64,
                amount: exp(3.0 + 0.7 * rng.normal()),
                age: 40.0 + 12.0 * rng.normal(),
                visits: rng.below(6),
                place: word(&["north", "south", "east", "west"], &mut rng),
                code: ["web", "app", "phone", "New York"][rng.below(4) as usize].to_owned(),
                serial: 1_000_000 + (rng.below(1 << 40) as i64),
                fixed: ["a", "b"][rng.below(2) as usize],
                note: format!("{} and {}", sentence(&mut rng), sentence(&mut rng)),
                label: if rng.uniform() < truth { "bad" } else { "good" }.to_owned(),
                score: truth,
            }
        })
        .collect()
}

fn file(rows: &[Request]) -> Vec<u8> {
    let mut out = String::from("id,when,amount,age,visits,place,code,serial,fixed,note,label,score\n");
    for r in rows {
        let time = 1_600_000_000 + r.time;
        let (day, second) = (time.div_euclid(86_400), time.rem_euclid(86_400));
        let note = r.note.replace('"', "\"\"");
        let visits = if r.visits == u64::MAX { String::new() } else { r.visits.to_string() };
        // Days since 1970 of 2020 and 2021: enough of a calendar for a test.
        let stamp = format!("{}T{:02}:{:02}:{:02}", date(day), second / 3600, second / 60 % 60, second % 60);
        let serial = r.serial;
        writeln!(
            out,
            "{},{stamp},{:.4},{:.3},{visits},{},{},{serial},{},\"{note}\",{},{:.6}",
            r.id, r.amount, r.age, r.place, r.code, r.fixed, r.label, r.score
        )
        .unwrap();
    }
    out.into_bytes()
}

/// A day since 1970 as a date (Hinnant's algorithm).
fn date(day: i64) -> String {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    format!("{:04}-{month:02}-{:02}", yoe + era * 400 + i64::from(month <= 2), doy - (153 * mp + 2) / 5 + 1)
}

fn params(text: bool) -> DataParams {
    let mut ignore = Vec::new();
    if !text {
        ignore.push("note".to_owned());
    }
    DataParams {
        id_col: Some("id".into()),
        timestamp_col: Some("when".into()),
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        text_features: text.then(|| vec!["note".into()]),
        categorical_features: Some(vec!["place".into(), "code".into(), "fixed".into()]),
        numeric_features: Some(vec!["amount".into(), "age".into(), "visits".into(), "serial".into()]),
        ignore: Some(ignore),
        ..DataParams::default()
    }
}

fn settings() -> StressTestConfig {
    let mut config = config("Clean");
    config.categories = Some(vec![Category::DataCleanliness, Category::DataPoisoningDetection, Category::EvasionAttackDetection]);
    config.positive_class = Some("bad".into());
    let leak = serde_json::json!({ "terms": ["project falcon"], "patterns": ["PRJ-####"] });
    config.tests.insert("evasion_attack_detection:row_wise_data_leakage".into(), serde_json::from_value(leak).unwrap());
    config.tests.insert(
        "data_cleanliness:mutual_information_decrease_feature_to_label".into(),
        serde_json::from_value(serde_json::json!({ "run": false })).unwrap(),
    );
    config
}

fn judged(reference: &[Request], evaluation: &[Request], text: bool) -> RunDocument {
    judged_files(&file(reference), &file(evaluation), &params(text))
}

fn judged_files(reference: &[u8], evaluation: &[u8], params: &DataParams) -> RunDocument {
    let task = ModelTask::BinaryClassification;
    let part = |name: &str, bytes: &[u8]| side(name, read(name, bytes), None, params, task);
    let mut settings = settings();
    let known: Vec<String> = straingauge_engine::stress::questions().iter().flat_map(|q| q.tests()).map(|t| t.id).collect();
    settings.tests.retain(|id, _| known.contains(id));
    run(settings, task, part("reference", reference), part("evaluation", evaluation)).1
}

const DAY: i64 = 86_400;

/// Every test of the three categories, planted and clean.
pub fn shown() -> Vec<Shown> {
    let reference = requests(1, 2000, 0);
    let later = 2000 * 60 + DAY;
    let clean = requests(2, 2000, later);
    vec![
        Shown {
            name: "two samples of one world, one after the other",
            fails: &[],
            passes: &[
                "data_cleanliness:required_features",
                "data_cleanliness:class_coverage",
                "data_cleanliness:duplicate_rows",
                "data_cleanliness:conflicting_labels",
                "data_cleanliness:train_test_overlap",
                "data_cleanliness:date_overlap",
                "data_cleanliness:index_overlap",
                "data_cleanliness:label_imbalance",
                "data_cleanliness:high_feature_correlation",
                "data_cleanliness:high_mutual_information_feature_to_label",
                "data_cleanliness:mixed_types",
                "data_cleanliness:string_variants",
                "data_cleanliness:constant_feature",
                "data_cleanliness:identifier_feature",
                "data_cleanliness:outlier_rows",
                "data_cleanliness:label_noise",
                "data_poisoning_detection:exact_match_label_flipping",
                "data_poisoning_detection:near_match_label_flipping",
                "evasion_attack_detection:stateful_black_box_detection",
                "evasion_attack_detection:row_wise_pii_detection",
                "evasion_attack_detection:row_wise_data_leakage",
            ],
            document: judged(&reference, &clean, false),
        },
        Shown {
            name: "the same with texts, and gaps of one spelling",
            fails: &[],
            passes: &[
                "data_cleanliness:near_duplicate_texts",
                "data_cleanliness:special_characters",
                "data_cleanliness:mixed_nulls",
                "data_poisoning_detection:near_match_label_flipping",
                "evasion_attack_detection:row_wise_pii_detection",
                "evasion_attack_detection:row_wise_data_leakage",
            ],
            document: judged(&reference, &gaps(&clean), true),
        },
        dirty_columns(&reference, &clean),
        dirty_rows(&reference, &clean),
        dirty_texts(&reference, &clean),
        probed(&reference, &clean),
    ]
}

fn gaps(rows: &[Request]) -> Vec<Request> {
    let mut rows = rows.to_vec();
    rows.iter_mut().step_by(20).for_each(|r| r.visits = u64::MAX);
    rows
}

/// Columns: one is gone, one stands still, spellings and types are mixed, ids tell the label.
fn dirty_columns(reference: &[Request], clean: &[Request]) -> Shown {
    let mut first = reference.to_vec();
    let mut rows = clean.to_vec();
    for (i, r) in first.iter_mut().chain(&mut rows).enumerate() {
        // Serial numbers were given out class by class, and one amount follows the other.
        r.serial = if r.label == "bad" { 2_000_000 } else { 1_000_000 } + i as i64;
        r.age = r.amount * 2.0;
    }
    for (i, r) in rows.iter_mut().enumerate() {
        r.fixed = "a";
        r.place = if r.label == "bad" { "north" } else { "south" }.into();
        if i % 10 == 0 {
            r.code = "new-york".into();
        }
        if i % 10 == 5 {
            r.code = "17".into();
        }
        // Four of a hundred labels are "bad", two are a class that nobody knew.
        r.label = if i % 50 == 0 {
            "maybe"
        } else if i % 25 == 1 {
            "bad"
        } else {
            "good"
        }
        .into();
        r.place = if r.label == "good" { "south" } else { "north" }.into();
    }
    let evaluation = String::from_utf8(file(&gaps(&rows))).unwrap();
    let mut line = 0;
    // The column "amount" is not there, and every other gap of "visits" is written NA.
    let evaluation: String = evaluation
        .lines()
        .map(|text| {
            let mut cells: Vec<&str> = text.split(',').collect();
            line += 1;
            if cells[4].is_empty() && line % 40 == 2 {
                cells[4] = "NA";
            }
            cells.remove(2);
            cells.join(",") + "\n"
        })
        .collect();
    let params =
        DataParams { numeric_features: None, prediction_col: None, ignore: Some(vec!["note".into(), "score".into()]), ..params(false) };
    let task = ModelTask::MulticlassClassification;
    let side = |name: &'static str, bytes: &[u8]| {
        let params = if name == "reference" { params.clone() } else { DataParams { ..params.clone() } };
        let dataset = straingauge_engine::table::dataset(read(name, bytes), name, &params, Some(task)).unwrap();
        straingauge_engine::stress::RunSide { dataset: std::sync::Arc::new(dataset), predictions: None, predictions_sha256: None }
    };
    let mut settings = settings();
    settings.model = None;
    settings.positive_class = None;
    let known: Vec<String> = straingauge_engine::stress::questions().iter().flat_map(|q| q.tests()).map(|t| t.id).collect();
    settings.tests.retain(|id, _| known.contains(id));
    let (_, document) = run(settings, task, side("reference", &file(&first)), side("evaluation", evaluation.as_bytes()));
    Shown {
        name: "columns that went, stand still, mix types and spellings, give the label away",
        fails: &[
            "data_cleanliness:required_features",
            "data_cleanliness:class_coverage",
            "data_cleanliness:label_imbalance",
            "data_cleanliness:high_mutual_information_feature_to_label",
            "data_cleanliness:mixed_nulls",
            "data_cleanliness:mixed_types",
            "data_cleanliness:string_variants",
            "data_cleanliness:constant_feature",
        ],
        passes: &[],
        document,
    }
}

/// Rows: repeated, relabelled, from the reference, from its time, with its ids, odd, mislabelled.
fn dirty_rows(reference: &[Request], clean: &[Request]) -> Shown {
    let other = |label: &str| if label == "bad" { "good" } else { "bad" }.to_owned();
    let (mut first, mut rows) = (reference.to_vec(), clean.to_vec());
    for r in first.iter_mut().chain(&mut rows) {
        r.age = r.amount * 2.0 + 1.0;
    }
    for i in 0..160 {
        // From the reference, a quarter of them relabelled and a quarter of them all but the same.
        rows[i] = Request { time: rows[i].time, ..first[i].clone() };
        if i < 60 {
            rows[i].label = other(&first[i].label);
            rows[i].amount += 0.0002 * f64::from(u8::from(i % 2 == 0));
        }
        // Repeated within the set, relabelled.
        rows[200 + i] = Request { label: other(&rows[400 + i].label), ..rows[400 + i].clone() };
        // Odd in many ways.
        if i < 120 {
            rows[600 + i] =
                Request { amount: 900.0 + i as f64, age: -300.0, visits: 900, serial: -5_000_000_000_000, ..rows[600 + i].clone() };
        }
        // From before the end of the reference.
        rows[800 + i].time = 60 * i as i64;
    }
    // Mislabelled where the model is sure.
    for r in rows.iter_mut().skip(1000).filter(|r| (r.score - 0.5).abs() > 0.3).step_by(2) {
        r.label = other(&r.label);
    }
    // Ids that were given out class by class.
    for (i, r) in first.iter_mut().chain(&mut rows).enumerate() {
        r.visits = r.visits.min(900);
        r.serial += if r.label == "bad" { 1 << 41 } else { 0 } * i64::from(i >= 2000);
    }
    Shown {
        name: "rows that come again, relabelled, from the reference's time, odd, mislabelled",
        fails: &[
            "data_cleanliness:date_overlap",
            "data_cleanliness:index_overlap",
            "data_cleanliness:outlier_rows",
            "data_cleanliness:label_noise",
            "data_cleanliness:identifier_feature",
        ],
        passes: &["data_cleanliness:mixed_types"],
        document: judged(&first, &rows, false),
    }
}

/// Texts: nearly repeated, made of signs, with personal data and secrets; and repeated rows.
fn dirty_texts(reference: &[Request], clean: &[Request]) -> Shown {
    let other = |label: &str| if label == "bad" { "good" } else { "bad" }.to_owned();
    let (mut first, mut rows) = (reference.to_vec(), clean.to_vec());
    // One number follows the other.
    for r in first.iter_mut().chain(&mut rows) {
        r.age = r.amount * 2.0;
    }
    for i in 0..300 {
        // Nearly the text of a later row.
        rows[i].note = rows[1000 + i].note.replacen("my", "My", 1) + "!";
        if i < 60 {
            rows[400 + i].note = format!("{} mail anna.{i}@mail.example", rows[400 + i].note);
            rows[500 + i].note = format!("{} for Project Falcon, PRJ-0815", rows[500 + i].note);
        }
        // Rows of the reference, the first ones relabelled; rows of the set itself, relabelled.
        if i < 120 {
            rows[1400 + i] = Request { id: rows[1400 + i].id.clone(), time: rows[1400 + i].time, ..first[i].clone() };
            if i < 60 {
                rows[1400 + i].label = other(&first[i].label);
            }
            rows[1600 + i] = Request { label: other(&rows[1800 + i].label), time: rows[1600 + i].time, ..rows[1800 + i].clone() };
        }
    }
    for r in rows.iter_mut().skip(600).take(400).step_by(2) {
        r.note = format!("{} <<<{{{{####}}}}>>> $$$ @@@ ~~~ ^^^ ||| === +++ ***", &r.note[..20]);
    }
    Shown {
        name: "texts that nearly repeat, hold signs, addresses and secrets; rows that come again",
        fails: &[
            "data_cleanliness:high_feature_correlation",
            "data_cleanliness:near_duplicate_texts",
            "data_cleanliness:special_characters",
            "data_cleanliness:duplicate_rows",
            "data_cleanliness:conflicting_labels",
            "data_cleanliness:train_test_overlap",
            "data_poisoning_detection:exact_match_label_flipping",
            "data_poisoning_detection:near_match_label_flipping",
            "evasion_attack_detection:row_wise_pii_detection",
            "evasion_attack_detection:row_wise_data_leakage",
        ],
        passes: &["data_cleanliness:constant_feature"],
        document: judged(&first, &rows, true),
    }
}

/// Somebody asks about one row again and again, changing it a little each time; somebody else resubmits known rows, all but the same,
/// with other labels.
fn probed(reference: &[Request], clean: &[Request]) -> Shown {
    let mut rng = Rng::new(9, 9);
    let mut rows = clean.to_vec();
    let target = rows[700].clone();
    for (i, r) in rows.iter_mut().enumerate().skip(900).take(150) {
        *r = Request { id: r.id.clone(), time: r.time, label: r.label.clone(), ..target.clone() };
        r.amount += 0.05 * rng.normal() * (i % 7) as f64;
        r.age += 0.05 * rng.normal();
    }
    for i in 0..70 {
        let known = &reference[50 + i];
        let label = if known.label == "bad" { "good" } else { "bad" }.to_owned();
        rows[1500 + i] =
            Request { id: rows[1500 + i].id.clone(), time: rows[1500 + i].time, label, amount: known.amount + 0.01, ..known.clone() };
    }
    Shown {
        name: "a model is probed, and known rows come back with other labels",
        fails: &["evasion_attack_detection:stateful_black_box_detection", "data_poisoning_detection:near_match_label_flipping"],
        passes: &["data_cleanliness:string_variants"],
        document: judged(reference, &rows, false),
    }
}

#[test]
fn what_is_planted_is_found_and_what_is_clean_passes() {
    for shown in shown() {
        println!("{}: {:?}", shown.name, shown.document.summary.counts);
        shown.check();
    }
}

/// How long each question takes: `cargo test --test engine -- --ignored --nocapture clean_shown::seconds`.
#[test]
#[ignore = "a measurement"]
fn seconds() {
    use straingauge_engine::stress::Question;
    use straingauge_engine::stress::data_cleanliness as clean;
    use straingauge_engine::stress::data_poisoning_detection as poison;
    use straingauge_engine::stress::evasion_attack_detection as evasion;

    let wide = |seed: u64| {
        let mut rng = Rng::new(seed, 77);
        let names: Vec<String> = (0..14).map(|i| format!("n{i}")).chain((0..6).map(|i| format!("c{i}"))).collect();
        let mut out = format!("when,label,score,{}\n", names.join(","));
        for row in 0..100_000 {
            let score = rng.uniform();
            write!(out, "{},{},{score:.4}", 1_600_000_000 + row, u8::from(rng.uniform() < score)).unwrap();
            (0..14).for_each(|_| write!(out, ",{:.4}", rng.normal()).unwrap());
            (0..6).for_each(|i| write!(out, ",v{}", rng.below(3 + 5 * i)).unwrap());
            out.push('\n');
        }
        out.into_bytes()
    };
    let titles = |seed: u64| {
        let mut rng = Rng::new(seed, 78);
        let mut out = String::from("label,score,title\n");
        for _ in 0..50_000 {
            let score = rng.uniform();
            let words: Vec<String> = (0..10).map(|_| format!("w{}", exp(9.0 * rng.uniform()) as u64)).collect();
            writeln!(out, "{},{score:.4},{}", u8::from(rng.uniform() < score), words.join(" ")).unwrap();
        }
        out.into_bytes()
    };
    let questions: [(&str, &dyn Question); 16] = [
        ("repeated rows", &clean::RepeatedRows),
        ("near duplicates", &clean::NearDuplicateTexts),
        ("date overlap", &clean::DateOverlap),
        ("constant", &clean::ConstantFeature),
        ("identifier", &clean::IdentifierFeature),
        ("mixed types", &clean::MixedTypes),
        ("string variants", &clean::StringVariants),
        ("special characters", &clean::SpecialCharacters),
        ("outlier rows", &clean::OutlierRows),
        ("label noise", &clean::LabelNoise),
        ("index overlap", &clean::IndexOverlap),
        ("exact flips", &poison::ExactMatchLabelFlipping),
        ("near flips", &poison::NearMatchLabelFlipping),
        ("probing", &evasion::StatefulBlackBoxDetection),
        ("pii", &evasion::RowWisePiiDetection),
        ("leakage", &evasion::RowWiseDataLeakage),
    ];
    let of = |text: bool| DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        timestamp_col: (!text).then(|| "when".into()),
        text_features: text.then(|| vec!["title".into()]),
        ..DataParams::default()
    };
    for (name, a, b, text) in [("100k x 20", wide(1), wide(2), false), ("50k titles", titles(1), titles(2), true)] {
        let context = crate::sides::context(ModelTask::BinaryClassification, &a, &b, &of(text));
        for (question, asked) in questions {
            let begin = std::time::Instant::now();
            let cases = crate::sides::ask(&context, asked);
            println!("{name:12} {question:20} {:7.3} s  {} cases", begin.elapsed().as_secs_f64(), cases.len());
            for (test, _, measured) in cases.iter().take(2) {
                println!("    {test}: {measured:?}");
            }
        }
    }
}
