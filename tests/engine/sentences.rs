//! The sentences of whole runs: their numbers are those of the fields, in one spelling, and their words are plain.

use std::fmt::Write as _;
use std::sync::Arc;

use straingauge_api::{Case, DataParams, Judgement, ModelTask, Outcome, RunDocument, Severity, Status, Unit};
use straingauge_engine::random::Rng;
use straingauge_engine::stress::{Run, RunSide};
use straingauge_engine::table;

use crate::lint::{Sentence, faults, sentences, unreadable};
use crate::support::{config, fraud, papers, read, run, side};

/// Tickets with a text, a way to pay that only later rows know, an amount, a group and a score.
fn tickets(n: usize, rng: &mut Rng, later: bool) -> String {
    let mut out = String::from("text,product,amount,age_group,tier,label,preds\n");
    let words = ["invoice", "login", "late", "parcel", "refund", "thanks", "please", "again"];
    for _ in 0..n {
        let pick = rng.below(10);
        let product = if later && pick == 0 { "Wallet" } else { ["Card", "Cash", "Loan"][rng.below(3) as usize] };
        let old = rng.below(4) == 0;
        let amount = 1_500.0 + 400.0 * rng.normal() + if later { 300.0 } else { 0.0 };
        let mut text: Vec<&str> = (0..4 + rng.below(6)).map(|_| words[rng.below(8) as usize]).collect();
        if later && rng.below(3) == 0 {
            text.push("wallet");
        }
        let tier = if later && rng.below(5) == 0 { "" } else { ["gold", "silver"][rng.below(2) as usize] };
        let truth = rng.uniform() < 0.4;
        let error = match (later, old, product == "Wallet") {
            (_, _, true) => 0.45,
            (true, true, _) => 0.4,
            _ => 0.12,
        };
        let right = rng.uniform() >= error;
        let score = 0.5 + if right == truth { 0.5 } else { -0.5 } * (0.2 + 0.8 * rng.uniform());
        writeln!(
            out,
            "{},{product},{amount:.2},{},{tier},{},{score:.4}",
            text.join(" "),
            if old { "65+" } else { "18-64" },
            u8::from(truth)
        )
        .unwrap();
    }
    out
}

fn params() -> DataParams {
    DataParams { label_col: Some("label".into()), protected_features: Some(vec!["age_group".into()]), ..DataParams::default() }
}

fn sides(seed: u64, sizes: (usize, usize), later: bool) -> (RunSide, RunSide) {
    let mut rng = Rng::new(seed, 5);
    let reference = tickets(sizes.0, &mut rng, false);
    let evaluation = tickets(sizes.1, &mut rng, later);
    let of = |name: &str, text: &str| {
        side(name, read(&format!("{name}.csv"), text.as_bytes()), None, &params(), ModelTask::BinaryClassification)
    };
    (of("reference", &reference), of("evaluation", &evaluation))
}

fn changed() -> RunDocument {
    let (reference, evaluation) = sides(3, (4_000, 3_000), true);
    run(config("changed"), ModelTask::BinaryClassification, reference, evaluation).1
}

fn cases(document: &RunDocument) -> impl Iterator<Item = &Case> {
    document.batches.iter().flat_map(|b| &b.cases)
}

/// A number as it stands in a sentence: its value, and half of its last digit.
#[derive(Debug, Clone, Copy)]
struct Quoted {
    value: f64,
    half: f64,
}

impl Quoted {
    fn is(self, value: f64) -> bool {
        (self.value - value.abs()).abs() <= self.half * 1.000_001
    }
}

/// The first number of a text; a percentage as a share.
fn number(text: &str) -> Option<Quoted> {
    let from = text.find(|c: char| c.is_ascii_digit())?;
    let rest = &text[from..];
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '\u{202f}')).unwrap_or(rest.len());
    let digits = rest[..end].trim_end_matches('.').replace('\u{202f}', "");
    let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len() as i32);
    let scale = if rest[end..].starts_with("\u{a0}%") { 0.01 } else { 1.0 };
    Some(Quoted { value: digits.parse::<f64>().ok()? * scale, half: 0.5 * 10f64.powi(-decimals) * scale })
}

#[test]
fn sentence_statistic_and_effect_tell_one_number() {
    let document = changed();
    let (mut statistics, mut effects) = (0, 0);
    for case in cases(&document).filter(|c| c.status != Status::Skip) {
        let sentence = &case.sentence;
        let after = |words: &str| sentence.split_once(words).and_then(|(_, rest)| number(rest));
        let before = |words: &str| sentence.split_once(words).and_then(|(head, _)| number(head.rsplit([' ', ',', ':']).next()?));
        for words in
            [" between reference and evaluation is ", "that of all other rows is ", "two calibration curves is ", ", down ", ", up "]
        {
            if let Some(quoted) = after(words) {
                statistics += 1;
                assert!(quoted.is(case.statistic.unwrap()), "{}: {quoted:?}, {:?}: {sentence}", case.id, case.statistic);
            }
        }
        for words in [" of it beyond ", " worse than the change of all rows", " away from the change of all rows"] {
            if let Some(quoted) = before(words) {
                effects += 1;
                assert!(quoted.is(case.effect.unwrap()), "{}: {quoted:?}, {:?}: {sentence}", case.id, case.effect);
            }
        }
        if case.effect_unit == Unit::Distance && case.statistic_unit == Unit::Distance {
            let (effect, statistic) = (case.effect.unwrap(), case.statistic.unwrap());
            assert!(effect <= statistic + 1e-12, "{}: {effect} of {statistic}", case.id);
            assert!(case.ci_low.unwrap() <= effect && effect <= case.ci_high.unwrap(), "{}", case.id);
        }
    }
    assert!(statistics > 10 && effects > 10, "{statistics} {effects}");
}

/// Classes of parcels; on the isle more of the later ones are called slow.
fn parcels() -> RunDocument {
    let mut rng = Rng::new(31, 5);
    let mut table = |n: usize, later: bool| {
        let mut out = String::from("region,weight,label,preds\n");
        for _ in 0..n {
            let region = ["north", "south", "isle"][rng.below(3) as usize];
            let truth = ["express", "normal", "slow"][rng.below(3) as usize];
            let slow = later && region == "isle" && rng.below(3) == 0;
            let said = match rng.below(10) {
                _ if slow => "slow",
                0 => "normal",
                _ => truth,
            };
            writeln!(out, "{region},{:.2},{truth},{said}", 4.0 + rng.normal()).unwrap();
        }
        out
    };
    let (reference, evaluation) = (table(4_000, false), table(4_000, true));
    let of = |name: &str, text: &str| {
        let params = DataParams { label_col: Some("label".into()), ..DataParams::default() };
        side(name, read(&format!("{name}.csv"), text.as_bytes()), None, &params, ModelTask::MulticlassClassification)
    };
    run(config("parcels"), ModelTask::MulticlassClassification, of("reference", &reference), of("evaluation", &evaluation)).1
}

#[test]
fn the_class_whose_share_moved_is_told_with_its_numbers() {
    let document = parcels();
    let id = "subset_performance_degradation:subset_drift_positive_prediction_rate[region]";
    let case = cases(&document).find(|c| c.id == id).unwrap();
    assert!(case.sentence.starts_with("The share of rows predicted slow rises from 0."), "{}", case.sentence);
    assert!(case.sentence.contains("where region = isle ("), "{}", case.sentence);
    assert!(document.model_metrics.iter().all(|m| m.judged != Judgement::Accepted));
}

#[test]
fn sentences_are_spelt_in_one_way() {
    for document in [changed(), parcels(), houses(false)] {
        spelt_in_one_way(&document);
    }
}

fn spelt_in_one_way(document: &RunDocument) {
    let mut texts = sentences(document);
    // Titles and places are no sentences, and hold what sentences hold.
    let titles = document.findings.iter().map(|f| &f.title);
    let places = cases(document).flat_map(|c| c.subset.iter().chain(&c.related));
    let bad: Vec<String> = titles.chain(places).filter_map(|text| Some(format!("{}: {text}", unreadable(text)?))).collect();
    assert_eq!(bad, Vec::<String>::new());
    texts.retain(|t| !t.text.is_empty());
    assert_eq!(faults(&texts), Vec::<String>::new());
    // What a test is, is written once and holds dates and years; raw backticks and archaisms have no place in it either.
    let tests = document.batches.iter().flat_map(|b| [&b.text.checks, &b.text.matters, &b.text.decided]);
    let raw: Vec<&String> = tests.filter(|t| t.contains('`') || t.contains("commonest")).collect();
    assert_eq!(raw, Vec::<&String>::new());
}

/// Every sentence of every test, of what was planted for it and of what is clean, and of the sample, the papers and the fraud data.
#[test]
fn every_sentence_of_the_catalogue_is_spelt_in_one_way() {
    let mut texts: Vec<Sentence> = crate::catalogue::shown().iter().flat_map(|shown| sentences(&shown.document)).collect();
    let real = [
        papers(0).map(|sides| (ModelTask::MulticlassClassification, sides)),
        fraud().map(|sides| (ModelTask::BinaryClassification, sides)),
    ];
    for (task, (reference, evaluation)) in real.into_iter().flatten() {
        texts.extend(sentences(&run(config("real"), task, reference, evaluation).1));
    }
    texts.extend(sentences(&crate::planted::stress(straingauge_engine::demo::SEED)));
    if std::env::var_os("STRAINGAUGE_PRINT").is_some() {
        for Sentence { at, text, .. } in &texts {
            println!("{at}: {text}");
        }
    }
    assert!(texts.len() > 5_000, "{}", texts.len());
    assert_eq!(faults(&texts), Vec::<String>::new());
}

#[test]
fn a_value_that_only_the_evaluation_has_is_named() {
    let document = changed();
    let named = document.findings.iter().find(|f| f.title == "product = Wallet (new)");
    assert!(named.is_some(), "{:#?}", document.findings.iter().map(|f| &f.title).collect::<Vec<_>>());
    let weakest = cases(&document).find(|c| c.id == "subset_performance:subset_accuracy[product]").unwrap();
    assert_eq!((weakest.subset.as_deref(), weakest.severity > Severity::Pass), (Some("Wallet (new)"), true), "{}", weakest.sentence);
    assert!(weakest.sentence.contains("where product = Wallet (new) ("), "{}", weakest.sentence);
}

#[test]
fn suggestions_give_advice_and_do_not_repeat_what_was_seen() {
    let document = changed();
    assert!(!document.suggestions.is_empty());
    for suggestion in &document.suggestions {
        let finding = document.findings.iter().find(|f| f.lead == suggestion.case).unwrap();
        assert!(!suggestion.text.contains(&finding.sentence), "{}", suggestion.text);
    }
}

#[test]
fn a_model_that_was_not_asked_about_is_not_called_ready() {
    let (reference, evaluation) = sides(5, (1_500, 1_200), false);
    let of = |categories: &[&str]| {
        let mut config = config("part");
        config.categories = Some(categories.iter().map(|c| serde_json::from_value(serde_json::json!(c)).unwrap()).collect());
        run(config, ModelTask::BinaryClassification, reference.clone(), evaluation.clone()).1
    };
    let drift = of(&["drift"]);
    assert_eq!(drift.summary.outcome, Outcome::NotJudged);
    assert!(drift.summary.headline.contains(", which was not tested. "), "{}", drift.summary.headline);
    assert!(drift.model_metrics.iter().all(|m| m.judged == Judgement::NotJudged));
    let performance = of(&["model_performance"]);
    assert_eq!(performance.summary.outcome, Outcome::Ready, "{}", performance.summary.headline);
    assert!(performance.summary.headline.starts_with("Accuracy has not fallen: it is "), "{}", performance.summary.headline);
    assert!(performance.model_metrics.iter().any(|m| m.judged == Judgement::Holds));
    // Nothing to judge without a key: the test is asked, and no case comes of it.
    let leakage = of(&["evasion_attack_detection"]);
    assert_eq!(leakage.summary.outcome, Outcome::NotJudged, "{}", leakage.summary.headline);
}

#[test]
fn data_alone_are_called_data_alone() {
    let of = |later: bool| {
        let mut rng = Rng::new(8, 5);
        let (reference, evaluation) = (tickets(2_000, &mut rng, false), tickets(1_500, &mut rng, later));
        let bare = |name: &str, text: &str| {
            let cut: String = text.lines().map(|line| line.rsplitn(3, ',').nth(2).unwrap().to_owned() + "\n").collect();
            let dataset = table::dataset(read(&format!("{name}.csv"), cut.as_bytes()), name, &DataParams::default(), None).unwrap();
            RunSide { dataset: Arc::new(dataset), predictions: None, predictions_sha256: None }
        };
        run(config("bare"), ModelTask::BinaryClassification, bare("reference", &reference), bare("evaluation", &evaluation)).1
    };
    let alike = of(false);
    assert_eq!(alike.summary.outcome, Outcome::DataOnly, "{}", alike.summary.headline);
    assert!(alike.summary.headline.starts_with("No model was tested. "), "{}", alike.summary.headline);
    let other = of(true);
    assert_eq!(other.summary.outcome, Outcome::NotReady);
    assert!(other.summary.headline.starts_with("No model was tested; "), "{}", other.summary.headline);
}

#[test]
fn a_small_difference_among_many_rows_is_not_called_noise() {
    let mut rng = Rng::new(11, 5);
    let mut table = |n: usize, shift: f64| {
        let mut out = String::from("a,b,label,preds\n");
        for _ in 0..n {
            let truth = rng.uniform() < 0.5;
            let score = if (rng.uniform() < 0.85) == truth { 0.8 } else { 0.2 } + 0.1 * rng.uniform();
            writeln!(out, "{:.4},{:.4},{},{score:.3}", shift + rng.normal(), rng.normal(), u8::from(truth)).unwrap();
        }
        out
    };
    let (reference, evaluation) = (table(30_000, 0.0), table(30_000, 0.2));
    let of = |name: &str, text: &str| {
        let params = DataParams { label_col: Some("label".into()), ..DataParams::default() };
        side(name, read(&format!("{name}.csv"), text.as_bytes()), None, &params, ModelTask::BinaryClassification)
    };
    let (_, document) = run(config("large"), ModelTask::BinaryClassification, of("reference", &reference), of("evaluation", &evaluation));
    let summary = &document.summary;
    assert_eq!(summary.outcome, Outcome::Ready, "{}", summary.headline);
    assert!(summary.headline.contains("large enough to matter"), "{}", summary.headline);
}

#[test]
fn a_selection_without_tests_is_refused_before_the_run() {
    let (reference, evaluation) = sides(5, (200, 200), false);
    let refused = |change: serde_json::Value| {
        let mut config = serde_json::to_value(config("none")).unwrap();
        config.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let config = serde_json::from_value(config).unwrap();
        Run::new(config, ModelTask::BinaryClassification, reference.clone(), evaluation.clone()).err().map(|e| e.code)
    };
    assert_eq!(refused(serde_json::json!({ "categories": ["adversarial"] })), Some("category_without_tests"));
    assert_eq!(refused(serde_json::json!({ "categories": ["drift", "transformations"] })), Some("category_without_tests"));
    assert_eq!(refused(serde_json::json!({ "categories": [] })), Some("no_tests"));
    assert_eq!(refused(serde_json::json!({ "categories": ["drift"] })), None);
}

/// A regression whose errors grow tenfold in one region, or everywhere.
fn houses(everywhere: bool) -> RunDocument {
    let mut rng = Rng::new(21, 5);
    let mut table = |n: usize, later: bool| {
        let mut out = String::from("region,size,longitude,label,prediction\n");
        for _ in 0..n {
            let region = ["north", "south", "east", "west", "isle"][rng.below(5) as usize];
            let price = 300_000.0 + 80_000.0 * rng.normal();
            let spread = if later && (everywhere || region == "isle") { 90_000.0 } else { 9_000.0 };
            let (size, longitude) = (80.0 + 20.0 * rng.normal(), -121.0 + rng.normal() - f64::from(u8::from(later)));
            writeln!(out, "{region},{size:.1},{longitude:.3},{price:.0},{:.0}", price + spread * rng.normal()).unwrap();
        }
        out
    };
    let (reference, evaluation) = (table(3_000, false), table(2_500, true));
    let of = |name: &str, text: &str| {
        let params = DataParams { label_col: Some("label".into()), ..DataParams::default() };
        side(name, read(&format!("{name}.csv"), text.as_bytes()), None, &params, ModelTask::Regression)
    };
    run(config("houses"), ModelTask::Regression, of("reference", &reference), of("evaluation", &evaluation)).1
}

#[test]
fn one_region_accuses_no_reference_of_being_training_data() {
    let accused = |document: &RunDocument| document.summary.banners.iter().any(|b| b.code == "reference_looks_like_training_data");
    let (region, everywhere) = (houses(false), houses(true));
    assert!(!accused(&region) && accused(&everywhere));
    for document in [region, everywhere] {
        let headline = &document.summary.headline;
        assert!(headline.starts_with("RMSE rises from ") && headline.contains('\u{202f}'), "{headline}");
        assert_eq!(unreadable(headline), None, "{headline}");
    }
}
