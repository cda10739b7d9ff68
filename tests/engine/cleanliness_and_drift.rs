//! Drift and data cleanliness on planted and on real data.

use std::fmt::Write;
use std::io::Read;

use straingauge_api::{DataParams, ModelTask, OneOrMany};
use straingauge_engine::random::Rng;
use straingauge_engine::stress::data_cleanliness::{
    ClassCoverage, HighFeatureCorrelation, HighMutualInformation, LabelImbalance, MixedNulls, RepeatedRows, RequiredFeatures,
};
use straingauge_engine::stress::drift::{FeatureDrift, LabelDrift, NullsPerFeatureDrift, NullsPerRowDrift, PredictionDrift};
use straingauge_engine::stress::{Context, FamilySubject, Measurement, Question, RowSet};

use crate::sides::{ask, case, context};
use crate::support::real_file;

fn params() -> DataParams {
    DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        categorical_features: Some(vec!["place".into()]),
        ..DataParams::default()
    }
}

/// Rows of two numbers that follow each other, a place, a label and a score.
fn generated(seed: u64, rows: usize, change: impl Fn(usize, &mut [String; 6])) -> Vec<u8> {
    let mut rng = Rng::new(seed, 3);
    let mut out = String::from("amount,total,note,place,label,score\n");
    for row in 0..rows {
        let amount = 10.0 + 3.0 * rng.normal();
        let total = 2.0 * amount + rng.normal();
        let score = rng.uniform();
        let place = ["north", "south", "east", "west"][rng.below(4) as usize];
        let label = u8::from(rng.uniform() < score);
        let note = format!("{:.4}", rng.uniform());
        let mut cells = [amount.to_string(), total.to_string(), note, place.to_owned(), label.to_string(), score.to_string()];
        change(row, &mut cells);
        writeln!(out, "{}", cells.join(",")).unwrap();
    }
    out.into_bytes()
}

fn two(reference: &[u8], evaluation: &[u8]) -> Context {
    context(ModelTask::BinaryClassification, reference, evaluation, &params())
}

const QUESTIONS: [&dyn Question; 12] = [
    &FeatureDrift,
    &PredictionDrift,
    &LabelDrift,
    &NullsPerFeatureDrift,
    &NullsPerRowDrift,
    &RequiredFeatures,
    &ClassCoverage,
    &RepeatedRows,
    &LabelImbalance,
    &HighFeatureCorrelation,
    &HighMutualInformation,
    &MixedNulls,
];

#[test]
fn every_case_is_complete_and_clean_data_show_nothing() {
    let context = two(&generated(1, 3000, |_, _| {}), &generated(2, 1500, |_, _| {}));
    for question in QUESTIONS {
        let specs = question.tests();
        for (test, family, measurement) in ask(&context, question) {
            let spec = specs.iter().find(|s| s.id == test).unwrap_or_else(|| panic!("{test} is not among the question's tests"));
            let Measurement::Measured(m) = measurement else { panic!("{test} {family:?}: {measurement:?}") };
            assert!(m.sentence.ends_with('.') && !m.method.is_empty(), "{test}: {}", m.sentence);
            let Some(thresholds) = spec.thresholds else {
                assert_eq!(m.holds, Some(true), "{test} {family:?}: {}", m.sentence);
                continue;
            };
            let (effect, (low, high)) = (m.effect.unwrap(), m.interval.unwrap());
            assert!(low <= effect + 1e-12 && effect <= high + 1e-12, "{test} {family:?}: {low} {effect} {high}");
            assert!(m.statistic.is_some() && m.n_evaluation.is_some(), "{test}");
            // The two numbers were made to follow each other.
            let pair = family.subject == FamilySubject::Pair("amount".into(), "total".into());
            assert_eq!(low >= thresholds.warning, pair, "{test} {family:?}: {}", m.sentence);
            assert_eq!(m.p_value.is_some(), spec.kind == straingauge_api::Kind::Difference, "{test}");
        }
    }
}

#[test]
fn planted_drift_is_measured() {
    let evaluation = generated(2, 1500, |row, cells| {
        if row % 2 == 0 {
            cells[0] = format!("{}", 20.0 + row as f64 / 1000.0);
        }
        if row % 5 == 0 {
            cells[3] = "moon".into();
            cells[2] = String::new();
        }
        if row % 4 == 0 {
            cells[4] = "1".into();
            cells[5] = "0.999".into();
        }
    });
    let context = two(&generated(1, 3000, |_, _| {}), &evaluation);
    for (question, test, feature, least) in [
        (&FeatureDrift as &dyn Question, "drift:feature_drift", "amount", 0.6),
        (&FeatureDrift, "drift:feature_drift", "place", 0.6),
        (&NullsPerFeatureDrift, "drift:nulls_per_feature_drift", "note", 0.18),
        (&NullsPerRowDrift, "drift:nulls_per_row_drift", "", 0.6),
        (&PredictionDrift, "drift:prediction_drift", "", 0.3),
        (&PredictionDrift, "drift:predicted_label_drift", "", 0.05),
        (&LabelDrift, "drift:label_drift", "", 0.05),
    ] {
        let measured = case(&context, question, test, feature);
        assert!(measured.effect.unwrap() > least, "{test}[{feature}]: {}", measured.sentence);
        assert!(measured.p_value.unwrap() < 1e-6, "{test}[{feature}]: {:?}", measured.p_value);
        assert!(measured.figure.is_some());
    }
    let untouched = case(&context, &FeatureDrift, "drift:feature_drift", "total");
    assert!(untouched.effect.unwrap() < 0.05 && untouched.p_value.unwrap() > 0.001);
}

#[test]
fn planted_dirt_is_found_with_its_rows() {
    let reference = generated(1, 3000, |_, _| {});
    let line = |text: &[u8], at: usize| String::from_utf8_lossy(text).lines().nth(at).unwrap().to_owned();
    let mut evaluation = generated(2, 1000, |row, cells| {
        cells[2] = ["", "NA", "0.5"][row % 3].into();
        // The place gives the label away.
        cells[3] = if cells[4] == "1" { "north".into() } else { "south".into() };
    });
    // Rows 1000..1100 stand in the reference; 1100..1200 repeat rows of the evaluation with the other label.
    for i in 1..=100 {
        evaluation.extend(format!("{}\n", line(&reference, i)).bytes());
    }
    let text = evaluation.clone();
    for i in 1..=100 {
        let row = line(&text, i);
        let cells: Vec<&str> = row.split(',').collect();
        let other = if cells[4] == "1" { "0" } else { "1" };
        evaluation.extend(format!("{},{},{},{},{other},{}\n", cells[0], cells[1], cells[2], cells[3], cells[5]).bytes());
    }
    let context = two(&reference, &evaluation);
    let rows = |question: &dyn Question, test: &str| {
        let (_, family, _) = ask(&context, question).into_iter().find(|c| c.0 == test).unwrap();
        match question.rows(&context, &family, test) {
            Some(RowSet::Rows(rows)) => rows,
            other => panic!("{test}: {other:?}"),
        }
    };
    let overlap = case(&context, &RepeatedRows, "data_cleanliness:train_test_overlap", "");
    assert_eq!(overlap.row_count, Some(100));
    assert_eq!(rows(&RepeatedRows, "data_cleanliness:train_test_overlap"), (1000..1100).collect::<Vec<u32>>());
    assert!(overlap.p_value.unwrap() < 1e-10 && overlap.effect.unwrap() > 0.05);

    let twice = case(&context, &RepeatedRows, "data_cleanliness:duplicate_rows", "");
    assert_eq!(twice.row_count, Some(100));
    assert_eq!(rows(&RepeatedRows, "data_cleanliness:duplicate_rows"), (1100..1200).collect::<Vec<u32>>());

    let clash = case(&context, &RepeatedRows, "data_cleanliness:conflicting_labels", "");
    assert_eq!(clash.row_count, Some(200));
    assert_eq!(rows(&RepeatedRows, "data_cleanliness:conflicting_labels").len(), 200);

    let gaps = case(&context, &MixedNulls, "data_cleanliness:mixed_nulls", "note");
    assert!(gaps.effect.unwrap() > 0.2, "{}", gaps.sentence);
    assert_eq!(rows(&MixedNulls, "data_cleanliness:mixed_nulls").len() as u64, gaps.row_count.unwrap());

    let leak = case(&context, &HighMutualInformation, "data_cleanliness:high_mutual_information_feature_to_label", "place");
    let clean = case(&context, &HighMutualInformation, "data_cleanliness:high_mutual_information_feature_to_label", "amount");
    assert!(leak.effect.unwrap() > 0.3 && clean.effect.unwrap() < 0.05, "{} {}", leak.sentence, clean.sentence);
}

#[test]
fn a_missing_column_and_a_new_class_do_not_hold() {
    let reference = generated(1, 2000, |_, _| {});
    let without: String = String::from_utf8(generated(2, 800, |row, cells| {
        if row % 10 == 0 {
            cells[4] = "2".into();
        }
    }))
    .unwrap()
    .lines()
    .map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{},{},{},{},{}\n", cells[0], cells[2], cells[3], cells[4], cells[5])
    })
    .collect();
    let params = DataParams { prediction_col: None, ignore: Some(vec!["score".into()]), ..params() };
    let context = context(ModelTask::MulticlassClassification, &reference, without.as_bytes(), &params);
    assert_eq!(case(&context, &RequiredFeatures, "data_cleanliness:required_features", "total").holds, Some(false));
    assert_eq!(case(&context, &RequiredFeatures, "data_cleanliness:required_features", "amount").holds, Some(true));
    let classes = case(&context, &ClassCoverage, "data_cleanliness:class_coverage", "");
    assert_eq!((classes.holds, classes.row_count), (Some(false), Some(80)), "{}", classes.sentence);
}

/// PSI by day and feature on the real fraud data: the printed days on which it first exceeds 0.2.
#[test]
fn the_fraud_data_drift_on_the_printed_days() {
    let (Some(reference), Some(evaluation)) = (real_file("fraud/fraud_ref.csv.gz"), real_file("fraud/fraud_eval.csv.gz")) else { return };
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&evaluation[..]).read_to_string(&mut text).unwrap();
    let (head, rows) = text.split_once('\n').unwrap();
    let params = DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("preds".into())),
        timestamp_col: None,
        ..DataParams::default()
    };
    let mut by_day: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for row in rows.lines() {
        let day = row.split(',').find(|c| c.starts_with("2018-08-")).unwrap();
        let file = by_day.entry(day.get(8..10).unwrap().to_owned()).or_insert_with(|| format!("{head}\n"));
        file.push_str(row);
        file.push('\n');
    }
    let psi = |context: &Context, feature: &str| case(context, &FeatureDrift, "drift:feature_drift", feature).statistic.unwrap();
    let mut first: std::collections::BTreeMap<&str, String> = std::collections::BTreeMap::new();
    let mut browser = std::collections::BTreeMap::new();
    for (day, file) in by_day.iter().take(12) {
        let context = context(ModelTask::BinaryClassification, &reference, file.as_bytes(), &params);
        for feature in ["city", "country", "browser_version"] {
            let value = psi(&context, feature);
            if value > 0.2 {
                first.entry(feature).or_insert_with(|| day.clone());
            }
            if feature == "browser_version" {
                browser.insert(day.clone(), value);
            }
        }
    }
    assert_eq!(first.get("city").map(String::as_str), Some("05"));
    assert_eq!(first.get("country").map(String::as_str), Some("05"));
    assert_eq!(first.get("browser_version").map(String::as_str), Some("09"));
    // Printed: it steps from 0.24 to 1.49 on 11 August.
    let values: Vec<String> = browser.values().map(|v| format!("{v:.2}")).collect();
    assert_eq!((values[9].as_str(), values[10].as_str()), ("0.24", "1.49"), "{values:?}");
}
