//! From files to truth and prediction, against the numbers that scikit-learn gives for the real data (`data/README.md`).

use std::sync::Arc;

use straingauge_api::{DataParams, ModelTask, Pairing, PredictionKind, PredictionParams, Role};
use straingauge_engine::demo;
use straingauge_engine::metrics::{Outcomes, Prediction, Predictions, Truth, outcomes, pair, side_info};
use straingauge_engine::table::{Dataset, ReadFacts, Table, dataset, inspection};

use crate::support::{read, real_file};

fn real(name: &str) -> Option<Arc<Table>> {
    Some(read(name, &real_file(name)?))
}

/// A data set with guessed roles and the predictions that belong to it.
fn side(name: &str, data: Arc<Table>, predictions: Option<Arc<Table>>) -> (Dataset, Predictions, straingauge_api::PredictionInfo) {
    let set = dataset(data, name, &DataParams::default(), None).unwrap();
    let (paired, info) = pair(&set, predictions.as_deref(), "model", &PredictionParams::default()).unwrap();
    (set, paired, info)
}

fn accuracy(outcomes: &Outcomes) -> f64 {
    let Truth::Classes(truth) = &outcomes.truth else { panic!("no labels") };
    let predicted = outcomes.predicted_classes().unwrap();
    truth.iter().zip(predicted).filter(|(t, p)| t == p).count() as f64 / truth.len() as f64
}

fn mean_confidence(outcomes: &Outcomes) -> f64 {
    let Prediction::Probabilities { values, class } = &outcomes.prediction else { panic!("no probabilities") };
    let rows = values.chunks(outcomes.classes.len()).zip(class);
    rows.map(|(row, &top)| row[top as usize]).sum::<f64>() / class.len() as f64
}

#[test]
fn arxiv_agrees_with_scikit_learn() {
    let files = ["arxiv/train.json.gz", "arxiv/train_preds.json.gz", "arxiv/val_0_with_label.json.gz", "arxiv/val_preds_0.json.gz"];
    let [Some(train), Some(train_preds), Some(val), Some(val_preds)] = files.map(real) else { return };
    let seen = inspection(&train, &ReadFacts::default());
    let roles: Vec<(&str, Role)> = seen.columns.iter().map(|c| (c.name.as_str(), c.role.role)).collect();
    assert_eq!(roles, [("label", Role::Label), ("timestamp", Role::Timestamp), ("text", Role::Text)]);
    let seen = inspection(&train_preds, &ReadFacts::default());
    assert_eq!((seen.columns.len(), seen.columns[0].role.role, seen.columns[0].width), (1, Role::Prediction, 10));
    assert_eq!(seen.task.map(|t| t.task), Some(ModelTask::MulticlassClassification));

    let (reference, rp, info) = side("train", train, Some(train_preds));
    assert_eq!((info.kind, info.task, info.rows), (PredictionKind::Probabilities, ModelTask::MulticlassClassification, 50_000));
    assert_eq!((info.pairing, info.problems), (Pairing::Row, Vec::new()));
    let (evaluation, ep, info) = side("val_0", val, Some(val_preds));
    assert_eq!(info.problems, Vec::new());
    let (r, e) = outcomes(ModelTask::MulticlassClassification, (&reference, Some(&rp)), (&evaluation, Some(&ep)), None, None).unwrap();
    assert_eq!(r.classes, (0..10).map(|c| c.to_string()).collect::<Vec<_>>());
    assert!((accuracy(&r) - 0.98512).abs() < 1e-12);
    assert!((accuracy(&e) - 0.610_395_480_225_988_7).abs() < 1e-12);
    assert!((mean_confidence(&r) - 0.840_774_765_021_053).abs() < 1e-9);
    assert!((mean_confidence(&e) - 0.692_834_442_785_678_5).abs() < 1e-9);
    let info = side_info((&evaluation, Some(&ep)));
    assert_eq!((info.rows, info.labelled, info.predicted), (4_425, 4_425, 4_425));
}

#[test]
fn an_unlabelled_week_pairs_too() {
    let [Some(week), Some(preds)] = ["arxiv/val_1.json.gz", "arxiv/val_preds_1.json.gz"].map(real) else { return };
    let (week, predictions, info) = side("val_1", week, Some(preds));
    assert_eq!((week.info.labelled, week.params.label_col.clone(), predictions.present()), (0, None, 6_779));
    assert_eq!((info.classes.len(), info.task), (10, ModelTask::MulticlassClassification));
}

#[test]
fn fraud_scores_stand_in_the_data_file() {
    let [Some(reference), Some(evaluation)] = ["fraud/fraud_ref.csv.gz", "fraud/fraud_eval.csv.gz"].map(real) else { return };
    let seen = inspection(&evaluation, &ReadFacts::default());
    let of = |name: &str| seen.columns.iter().find(|c| c.name == name).map(|c| c.role.role);
    assert_eq!((of("label"), of("preds"), of("timestamp")), (Some(Role::Label), Some(Role::Prediction), Some(Role::Timestamp)));
    assert_eq!((of("transaction_amount"), of("city")), (Some(Role::Numeric), Some(Role::Categorical)));
    assert_eq!(seen.task.map(|t| t.task), Some(ModelTask::BinaryClassification));

    let (reference, rp, info) = side("ref", reference, None);
    assert_eq!((info.kind, info.pairing, info.columns), (PredictionKind::Score, Pairing::SameFile, vec!["preds".to_owned()]));
    let features: Vec<&str> = reference.features.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(features, ["category", "card_type", "card_company", "transaction_amount", "city", "browser_version", "country"]);
    let (evaluation, ep, _) = side("eval", evaluation, None);
    assert!(evaluation.features.iter().all(|f| f.name != "timestamp"));
    let (r, e) = outcomes(ModelTask::BinaryClassification, (&reference, Some(&rp)), (&evaluation, Some(&ep)), None, None).unwrap();
    assert_eq!(r.classes, ["0", "1"]);
    assert!(matches!((&r.prediction, &e.prediction), (Prediction::Score { .. }, Prediction::Score { .. })));
    // The first and the last day of the evaluation, as `catalogue.md` prints them.
    let hits = |o: &Outcomes, rows: std::ops::Range<usize>| {
        let Truth::Classes(truth) = &o.truth else { panic!("no labels") };
        let predicted = o.predicted_classes().unwrap();
        rows.clone().filter(|&row| truth[row] == predicted[row]).count() as f64 / rows.len() as f64
    };
    assert!((hits(&e, 0..1000) - 0.69).abs() < 0.03, "{}", hits(&e, 0..1000));
    assert!((hits(&e, 28_000..29_000) - 0.54).abs() < 0.03, "{}", hits(&e, 28_000..29_000));
}

#[test]
fn the_sample_project_is_read_as_it_is_meant() {
    let sets = demo::sample(demo::SEED);
    let read_set = |at: usize| {
        let set = &sets[at];
        side(&set.name, read(&set.data_name, &set.data), Some(read(&set.predictions_name, &set.predictions)))
    };
    let (reference, rp, info) = read_set(0);
    assert_eq!(info.problems, Vec::new());
    assert_eq!(info.classes, ["account", "billing", "bug", "cancellation", "feature_request", "shipping"]);
    let roles: Vec<Role> = reference.info.columns.iter().map(|c| c.role.role).collect();
    use Role::{Categorical as C, Id, Label, Numeric as N, Text, Timestamp};
    assert_eq!(roles, [Id, Timestamp, C, C, C, C, C, N, N, Text, Label]);
    // What looks protected is suggested; the reader says what is.
    assert_eq!(reference.params.protected_features, Some(Vec::new()));
    let (evaluation, ep, _) = read_set(1);
    let (r, e) = outcomes(ModelTask::MulticlassClassification, (&reference, Some(&rp)), (&evaluation, Some(&ep)), None, None).unwrap();
    assert!((0.78..0.86).contains(&accuracy(&r)), "{}", accuracy(&r));
    assert!((0.02..0.07).contains(&(accuracy(&r) - accuracy(&e))), "{} {}", accuracy(&r), accuracy(&e));
    let (week, _, info) = read_set(2);
    assert_eq!((week.params.label_col.clone(), info.task), (None, ModelTask::MulticlassClassification));
}
