//! What a prediction is and how it meets its rows: small inputs that went wrong, each with its right value.

use std::fmt::Write as _;
use std::sync::Arc;

use straingauge_api::{
    DataParams, ModelTask, OneOrMany, Pairing, PredictionInfo, PredictionKind, PredictionParams, ProblemLevel, QuestionAbout, Role,
};
use straingauge_engine::metrics::{NO_CLASS, Outcomes, Prediction, Predictions, SortedScores, Truth, auc, outcomes, pair, positive_of};
use straingauge_engine::table::{Dataset, Table, dataset};

use crate::support::{case_file, read};

/// A data set with its predictions.
struct Paired {
    set: Dataset,
    predictions: Predictions,
    info: PredictionInfo,
}

/// What is said of a data set and of its predictions.
#[derive(Default)]
struct Said {
    data: DataParams,
    predictions: PredictionParams,
    task: Option<ModelTask>,
}

impl Said {
    fn task(task: ModelTask) -> Self {
        Self { task: Some(task), ..Self::default() }
    }

    fn label(name: &str) -> Self {
        Self { data: DataParams { label_col: Some(name.into()), ..DataParams::default() }, ..Self::default() }
    }
}

fn paired_tables(data: Arc<Table>, predictions: Option<Arc<Table>>, said: &Said) -> Paired {
    let set = dataset(data, "set", &said.data, said.task).unwrap();
    let (predictions, info) = pair(&set, predictions.as_deref(), "model", &said.predictions).unwrap();
    Paired { set, predictions, info }
}

fn csv(name: &str, text: &str) -> Arc<Table> {
    read(name, text.as_bytes())
}

fn both(data: &str, predictions: &str) -> Paired {
    paired_tables(csv("data.csv", data), Some(csv("predictions.csv", predictions)), &Said::default())
}

fn one_file(text: &str, said: &Said) -> Paired {
    paired_tables(csv("data.csv", text), None, said)
}

impl Paired {
    fn outcomes(&self, task: ModelTask) -> Outcomes {
        let side = (&self.set, Some(&self.predictions));
        outcomes(task, side, side, None, None).unwrap().0
    }

    fn refusal(&self, task: ModelTask) -> &'static str {
        let side = (&self.set, Some(&self.predictions));
        outcomes(task, side, side, None, None).unwrap_err().code
    }

    fn accuracy(&self, task: ModelTask) -> f64 {
        let outcomes = self.outcomes(task);
        let Truth::Classes(truth) = &outcomes.truth else { panic!("no labels") };
        let predicted = outcomes.predicted_classes().unwrap();
        truth.iter().zip(predicted).filter(|(t, p)| t == p && **t != NO_CLASS).count() as f64 / truth.len() as f64
    }

    fn auc(&self) -> f64 {
        let outcomes = self.outcomes(ModelTask::BinaryClassification);
        let (Truth::Classes(truth), Prediction::Score { score, .. }) = (&outcomes.truth, &outcomes.prediction) else { panic!("no scores") };
        let of = |class: u32| SortedScores::unweighted(truth.iter().zip(score).filter(|(t, _)| **t == class).map(|(_, s)| *s).collect());
        auc(&of(0), &of(1)).unwrap()
    }

    fn codes(&self) -> Vec<&str> {
        self.info.problems.iter().map(|p| p.code.as_str()).collect()
    }

    fn asks(&self, about: QuestionAbout) -> bool {
        self.info.questions.iter().any(|q| q.about == about && q.readings.len() > 1 && !q.reason.is_empty())
    }

    fn features(&self) -> Vec<&str> {
        self.set.features.iter().map(|f| f.name.as_str()).collect()
    }
}

fn file(name: &str) -> Option<Arc<Table>> {
    Some(read(name, &case_file(name)?))
}

const BINARY: ModelTask = ModelTask::BinaryClassification;
const MULTICLASS: ModelTask = ModelTask::MulticlassClassification;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-6, "{a} is not {b}");
}

// Hugging Face: a label and how sure the model is of it.

#[test]
fn a_label_with_its_score_is_confidence() {
    let (Some(data), Some(predictions)) = (file("01_hf_data.csv"), file("01_hf_label_score_read_as_P_positive.json")) else { return };
    let paired = paired_tables(data, Some(predictions), &Said::default());
    close(paired.accuracy(BINARY), 0.9);
    close(paired.auc(), 0.9);
    assert!(paired.codes().contains(&"score_is_confidence"), "{:?}", paired.info.problems);
    assert_eq!(paired.info.positive_class.map(|p| p.class), Some("POSITIVE".into()));
}

/// 40 rows of two classes, of which the model has every tenth wrong, with how sure it is.
fn sure(names: [&str; 2], labels: [&str; 2], line: impl Fn(&str, f64) -> String) -> (String, String) {
    let (mut data, mut said) = ("x,label\n".to_owned(), String::new());
    for row in 0..40usize {
        let truth = row % 2;
        let answer = if row % 10 == 3 { 1 - truth } else { truth };
        let _ = writeln!(data, "{},{}", row as f64 * 0.37, labels[truth]);
        said.push_str(&line(names[answer], 0.6 + 0.01 * (row % 31) as f64));
    }
    (data, said)
}

#[test]
fn every_spelling_of_a_label_and_its_score_is_read_alike() {
    let names = ["NEGATIVE", "POSITIVE"];
    for header in ["label,score", "prediction,confidence", "pred_label,pred_score", "class,probability"] {
        let (data, lines) = sure(names, names, |class, score| format!("{class},{score}\n"));
        let paired = both(&data, &format!("{header}\n{lines}"));
        close(paired.accuracy(BINARY), 0.9);
        assert_eq!(paired.info.kind, PredictionKind::Probabilities, "{header}");
        assert!(paired.codes().contains(&"score_is_confidence"), "{header}: {:?}", paired.codes());
    }
    let (data, lines) =
        sure(["LABEL_0", "LABEL_1"], ["ham", "spam"], |class, score| format!("{{\"label\":\"{class}\",\"score\":{score}}}\n"));
    let paired = paired_tables(csv("data.csv", &data), Some(read("p.jsonl", lines.as_bytes())), &Said::default());
    close(paired.accuracy(BINARY), 0.9);
    assert!(paired.codes().contains(&"class_order_assumed") && paired.asks(QuestionAbout::ClassNames), "{:?}", paired.codes());
    let (data, lines) = sure(["LABEL_0", "LABEL_1"], ["0", "1"], |class, score| format!("{class},{score}\n"));
    close(both(&data, &format!("label,score\n{lines}")).accuracy(BINARY), 0.9);
}

#[test]
fn of_three_classes_with_their_score_the_decision_is_known() {
    let mut data = "x,label\n".to_owned();
    let mut said = "label,score\n".to_owned();
    for row in 0..60usize {
        let class = ["a", "b", "c"][row % 3];
        let answer = if row % 6 == 5 { "a" } else { class };
        let _ = (writeln!(data, "{row}.5,{class}"), writeln!(said, "{answer},{}", 0.4 + 0.005 * row as f64));
    }
    let paired = both(&data, &said);
    close(paired.accuracy(MULTICLASS), 50.0 / 60.0);
    assert_eq!((paired.info.task, paired.info.kind), (MULTICLASS, PredictionKind::Class));
}

#[test]
fn a_whole_distribution_is_read_from_cells() {
    let mut data = "x,label\n".to_owned();
    let mut said = "scores\n".to_owned();
    for row in 0..30usize {
        let class = ["a", "b", "c"][row % 3];
        let other = ["b", "c", "a"][row % 3];
        let third = ["c", "a", "b"][row % 3];
        let _ = writeln!(data, "{row}.5,{class}");
        let _ = writeln!(
            said,
            "\"[{{'label': '{class}', 'score': 0.6}}, {{'label': '{other}', 'score': 0.3}}, {{'label': '{third}', 'score': 0.1}}]\""
        );
    }
    let paired = both(&data, &said);
    close(paired.accuracy(MULTICLASS), 1.0);
    assert_eq!((paired.info.kind, paired.info.classes.clone()), (PredictionKind::Probabilities, vec!["a".into(), "b".into(), "c".into()]));
}

// Missing spellings that are classes.

#[test]
fn a_class_called_none_is_a_class() {
    let Some(table) = file("02_class_none_is_lost.json") else { return };
    let paired = paired_tables(table, None, &Said::default());
    close(paired.accuracy(MULTICLASS), 14.0 / 15.0);
    assert_eq!(paired.outcomes(MULTICLASS).classes.len(), 3);
}

#[test]
fn a_missing_spelling_is_a_class_where_the_other_side_has_it() {
    // Too rare in the label to be a value by itself; the predictions hold it as a text.
    let mut data = "x,label\n".to_owned();
    let mut said = String::new();
    for row in 0..100usize {
        let class = if row == 50 { "NA" } else { ["EU", "US"][row % 2] };
        let _ = (writeln!(data, "{row}.25,{class}"), writeln!(said, "{{\"pred\":\"{class}\"}}"));
    }
    let paired = paired_tables(csv("data.csv", &data), Some(read("p.jsonl", said.as_bytes())), &Said::default());
    close(paired.accuracy(MULTICLASS), 1.0);
    assert_eq!(paired.outcomes(MULTICLASS).classes, ["EU", "NA", "US"]);
}

// The positive class.

#[test]
fn the_larger_of_two_numbers_is_positive() {
    let Some(table) = file("03_labels_1_2_positive_is_1.csv") else { return };
    let paired = paired_tables(table, None, &Said::default());
    close(paired.accuracy(BINARY), 1.0);
    close(paired.auc(), 1.0);
    assert_eq!(paired.info.positive_class.as_ref().map(|p| p.class.as_str()), Some("2"));
    assert!(paired.asks(QuestionAbout::PositiveClass));
}

#[test]
fn words_say_which_class_is_positive() {
    for (yes, no) in
        [("yes", "no"), ("True", "False"), ("good", "bad"), ("Positive", "Negative"), ("fraud", "legit"), ("Churn", "No churn"), ("7", "3")]
    {
        let mut text = "x,label,score\n".to_owned();
        for row in 0..40usize {
            let _ = writeln!(text, "{row}.5,{},{}", [no, yes][row % 2], [0.2, 0.8][row % 2]);
        }
        let paired = one_file(&text, &Said::default());
        close(paired.auc(), 1.0);
        let side = (&paired.set, Some(&paired.predictions));
        let positive = positive_of(BINARY, side, side, None).unwrap().unwrap();
        // A column of yes and no is one of true and false.
        let read = |class: &str| match class {
            "yes" | "True" => "true".to_owned(),
            "no" | "False" => "false".to_owned(),
            other => other.to_owned(),
        };
        assert_eq!((positive.class, positive.others), (read(yes), vec![read(no)]));
        let turned = positive_of(BINARY, side, side, Some(no)).unwrap().unwrap();
        assert_eq!((turned.class, turned.reason.as_str()), (read(no), "set by you"));
    }
}

// Headers.

#[test]
fn a_row_too_many_or_too_few_is_a_header() {
    let (Some(data), Some(predictions)) = (file("05_data.csv"), file("05_predict_proba_header_0_1.csv")) else { return };
    let paired = paired_tables(data, Some(predictions), &Said::default());
    assert_eq!(paired.info.rows, 60);
    close(paired.accuracy(BINARY), 1.0);
    close(paired.auc(), 1.0);
}

#[test]
fn predictions_without_a_header_keep_their_first_row() {
    let mut data = "x,label\n".to_owned();
    let (mut classes, mut shares) = (String::new(), String::new());
    for row in 0..30usize {
        let class = ["cat", "dog"][row % 2];
        let _ = (writeln!(data, "{row}.5,{class}"), writeln!(classes, "{class}"));
        let _ = writeln!(shares, "{}", ["0.9,0.1", "0.2,0.8"][row % 2]);
    }
    close(both(&data, &classes).accuracy(BINARY), 1.0);
    close(both(&data, &shares).accuracy(BINARY), 1.0);
    let set = dataset(csv("data.csv", &data), "set", &DataParams::default(), None).unwrap();
    let short = csv("p.csv", "pred\ncat\ndog\n");
    assert_eq!(pair(&set, Some(&short), "m", &PredictionParams::default()).unwrap_err().code, "length_mismatch");
}

// Names of probabilities.

#[test]
fn probability_columns_meet_the_classes_by_name() {
    let Some(table) = file("06_probability_columns_not_named_like_classes.csv") else { return };
    let paired = paired_tables(table, None, &Said::default());
    close(paired.accuracy(MULTICLASS), 0.9);
    assert_eq!(paired.info.classes, ["a", "b", "c"]);
}

/// 60 rows of the classes a, b, c, of which every tenth is wrong, with three probabilities called as told, in one file and in two.
fn three(columns: [&str; 3]) -> [Paired; 2] {
    let (mut all, mut data) = (format!("x,y_true,{}\n", columns.join(",")), "x,y_true\n".to_owned());
    let mut said = format!("{}\n", columns.join(","));
    for row in 0..60usize {
        let class = row % 3;
        let answer = if row % 10 == 4 { (class + 1) % 3 } else { class };
        let line = ["0.8,0.15,0.05", "0.1,0.7,0.2", "0.05,0.15,0.8"][answer];
        let head = format!("{},{}", row as f64 * 0.31, ["a", "b", "c"][class]);
        let _ = (writeln!(all, "{head},{line}"), writeln!(data, "{head}"), writeln!(said, "{line}"));
    }
    [one_file(&all, &Said::default()), both(&data, &said)]
}

#[test]
fn all_usual_names_of_probabilities_meet_the_classes() {
    for names in [
        ["P(a)", "P(b)", "P(c)"],
        ["prob_a", "prob_b", "prob_c"],
        ["class_a", "class_b", "class_c"],
        ["a_prob", "b_prob", "c_prob"],
        ["Probability of a", "Probability of b", "Probability of c"],
        ["y_pred_proba_a", "y_pred_proba_b", "y_pred_proba_c"],
    ] {
        for paired in three(names) {
            close(paired.accuracy(MULTICLASS), 0.9);
            assert_eq!(paired.features(), ["x"], "{names:?}");
            assert!(!paired.codes().contains(&"class_order_assumed"));
        }
    }
    for names in [["p0", "p1", "p2"], ["0", "1", "2"], ["class_1", "class_2", "class_3"]] {
        for paired in three(names) {
            close(paired.accuracy(MULTICLASS), 0.9);
            assert!(paired.codes().contains(&"class_order_assumed") && paired.asks(QuestionAbout::ClassNames), "{names:?}");
        }
    }
}

#[test]
fn classes_that_share_nothing_with_the_labels_are_refused() {
    let [same, own] = three(["prob_x", "prob_y", "prob_z"]);
    for paired in [same, own] {
        assert_eq!(paired.refusal(MULTICLASS), "classes_do_not_match");
        let problem = paired.info.problems.iter().find(|p| p.code == "classes_do_not_match").unwrap();
        assert_eq!(problem.level, ProblemLevel::Error);
        assert!(problem.message.contains("x, ") && problem.message.contains("a, b, c"), "{}", problem.message);
        assert!(paired.asks(QuestionAbout::ClassNames));
    }
    let mut text = "x,label,pred\n".to_owned();
    for row in 0..30usize {
        let _ = writeln!(text, "{row}.5,{},{}", ["cat", "dog"][row % 2], ["apple", "pear"][row % 2]);
    }
    assert_eq!(one_file(&text, &Said::default()).refusal(BINARY), "classes_do_not_match");
}

#[test]
fn a_class_that_one_set_lacks_is_no_fault() {
    let mut reference = "x,label\n".to_owned();
    let mut evaluation = "x,label\n".to_owned();
    let (mut of_reference, mut of_evaluation) = (String::new(), String::new());
    for row in 0..30usize {
        let line = ["[0.8,0.1,0.1]", "[0.1,0.8,0.1]", "[0.1,0.1,0.8]"];
        let _ = (writeln!(reference, "{row}.5,{}", ["a", "b", "c"][row % 3]), writeln!(of_reference, "{{\"p\":{}}}", line[row % 3]));
        let _ = (writeln!(evaluation, "{row}.5,{}", ["a", "c"][row % 2]), writeln!(of_evaluation, "{{\"p\":{}}}", line[row % 2 * 2]));
    }
    let side = |data: &str, said: &str| paired_tables(csv("d.csv", data), Some(read("p.jsonl", said.as_bytes())), &Said::default());
    let (r, e) = (side(&reference, &of_reference), side(&evaluation, &of_evaluation));
    assert!(!e.codes().contains(&"classes_not_covered"), "{:?}", e.info.problems);
    let (_, of_e) = outcomes(MULTICLASS, (&r.set, Some(&r.predictions)), (&e.set, Some(&e.predictions)), None, None).unwrap();
    let Truth::Classes(truth) = &of_e.truth else { panic!("no labels") };
    assert_eq!(truth.as_slice(), of_e.predicted_classes().unwrap());
}

// The task decides.

#[test]
fn a_regression_whose_batch_has_labels_0_and_1_is_one() {
    let Some(table) = file("08_regression_batch_labels_0_1.csv") else { return };
    let said = Said { data: Said::label("demand").data, ..Said::task(ModelTask::Regression) };
    let paired = paired_tables(table, None, &said);
    close(mae(&paired), 1.085);
}

fn mae(paired: &Paired) -> f64 {
    let outcomes = paired.outcomes(ModelTask::Regression);
    let (Truth::Numbers(truth), Prediction::Numbers(said)) = (&outcomes.truth, &outcomes.prediction) else { panic!("no numbers") };
    truth.iter().zip(said).map(|(t, p)| (t - p).abs()).sum::<f64>() / truth.len() as f64
}

#[test]
fn the_task_decides_over_what_a_batch_looks_like() {
    let batch = |label: &dyn Fn(usize) -> String, pred: &dyn Fn(usize) -> String| {
        let rows: String = (0..40).map(|row| format!("{row}.5,{},{}\n", label(row), pred(row))).collect();
        format!("x,target,prediction\n{rows}")
    };
    let constant = batch(&|_| "3".into(), &|row| (row % 2).to_string());
    close(mae(&one_file(&constant, &Said::task(ModelTask::Regression))), 2.5);
    let two = batch(&|row| (row % 2).to_string(), &|row| (row % 2 + 1).to_string());
    close(mae(&one_file(&two, &Said::task(ModelTask::Regression))), 1.0);
    let negative = batch(&|_| "0".into(), &|row| if row == 3 { "1".into() } else { "0".into() });
    close(one_file(&negative, &Said::task(BINARY)).accuracy(BINARY), 39.0 / 40.0);
    let scored = batch(&|_| "no".into(), &|row| format!("0.{}", 1 + row % 4));
    close(one_file(&scored, &Said::task(BINARY)).accuracy(BINARY), 1.0);
}

// Shares.

#[test]
fn shares_of_a_whole_are_features() {
    let Some(table) = file("10_shares_taken_for_predictions.csv") else { return };
    for task in [Some(ModelTask::Regression), None] {
        let set =
            dataset(Arc::clone(&table), "set", &DataParams { label_col: Some("yield_t".into()), ..DataParams::default() }, task).unwrap();
        assert_eq!(set.features.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["sand", "silt", "clay", "ph"]);
        assert_eq!(set.params.prediction_col, None);
    }
}

#[test]
fn shares_are_predictions_where_the_label_or_a_file_of_their_own_says_so() {
    let share = |row: usize| ["0.7,0.2,0.1", "0.1,0.7,0.2", "0.2,0.1,0.7"][row % 3];
    let soils = |row: usize| ["sand", "silt", "clay"][row % 3];
    let all: String = (0..30).map(|row| format!("{},{}\n", share(row), soils(row))).collect();
    let paired = one_file(&format!("sand,silt,clay,label\n{all}"), &Said::default());
    close(paired.accuracy(MULTICLASS), 1.0);
    let weights: String = (0..30).map(|row| format!("{},{row}.5\n", share(row))).collect();
    let set = dataset(csv("d.csv", &format!("stocks,bonds,cash,target\n{weights}")), "set", &DataParams::default(), None).unwrap();
    assert_eq!((set.features.len(), set.params.prediction_col), (3, None));
    let flags: String = (0..30).map(|row| format!("{},{row}.5\n", ["1,0,0", "0,1,0", "0,0,1"][row % 3])).collect();
    let set = dataset(csv("d.csv", &format!("class_a,class_b,class_c,target\n{flags}")), "set", &DataParams::default(), None).unwrap();
    assert_eq!(set.features.len(), 3);
}

// Joining.

#[test]
fn indexes_that_differ_are_no_keys() {
    let (Some(data), Some(predictions)) = (file("11_index_data.csv"), file("11_index_fresh_predictions_joined_by_count.csv")) else {
        return;
    };
    let paired = paired_tables(data, Some(predictions), &Said::default());
    close(paired.accuracy(BINARY), 1.0);
    assert_eq!(paired.info.pairing, Pairing::Row);
    assert!(paired.codes().contains(&"paired_by_row") && paired.asks(QuestionAbout::Join), "{:?}", paired.info.problems);
}

/// Data with a key and predictions with another, in the order given.
fn keyed(ours: &str, theirs: &str, key_of: impl Fn(usize) -> usize, order: impl Fn(usize) -> usize) -> Paired {
    let mut data = format!("{ours},x,label\n");
    let mut said = format!("{theirs},score\n");
    for row in 0..40usize {
        let _ = writeln!(data, "k{row},{row}.5,{}", row * 7 % 3 % 2);
        let at = order(row);
        let _ = writeln!(said, "k{},{}", key_of(at), if at * 7 % 3 % 2 == 1 { 0.8 } else { 0.2 });
    }
    both(&data, &said)
}

#[test]
fn equal_keys_join_and_unequal_ones_do_not() {
    let joined = keyed("ticket_id", "ticket_id", |row| row, |row| 39 - row);
    close(joined.accuracy(BINARY), 1.0);
    assert!(matches!(joined.info.pairing, Pairing::Id { .. }) && joined.asks(QuestionAbout::Join));
    let otherwise = keyed("id", "ID", |row| row, |row| 39 - row);
    close(otherwise.accuracy(BINARY), 1.0);
    assert!(otherwise.codes().contains(&"key_named_otherwise"), "{:?}", otherwise.codes());
    let shifted = keyed("ticket_id", "ticket_id", |row| row + 20, |row| row);
    close(shifted.accuracy(BINARY), 1.0);
    assert_eq!(shifted.info.pairing, Pairing::Row);
}

#[test]
fn the_reader_says_how_files_are_joined() {
    let mut data = "id,x,label\n".to_owned();
    let mut said = "id,score\n".to_owned();
    for row in 0..40usize {
        let _ = (writeln!(data, "k{row},{row}.5,{}", row % 2), writeln!(said, "k{},{}", 39 - row, if row % 2 == 1 { 0.8 } else { 0.2 }));
    }
    let with = |key: &str| {
        let predictions = PredictionParams { id_col: Some(key.into()), ..PredictionParams::default() };
        paired_tables(csv("d.csv", &data), Some(csv("p.csv", &said)), &Said { predictions, ..Said::default() })
    };
    close(with("").accuracy(BINARY), 1.0);
    close(with("id").accuracy(BINARY), 0.0);
}

// Decisions and scores.

#[test]
fn decisions_and_scores_are_both_used() {
    let Some(table) = file("17_unused_prediction_column_is_a_feature.csv") else { return };
    for named in [None, Some("y_pred"), Some("y_pred_proba")] {
        let data = DataParams { prediction_col: named.map(|n| OneOrMany::One(n.into())), ..DataParams::default() };
        let paired = paired_tables(Arc::clone(&table), None, &Said { data, ..Said::default() });
        close(paired.accuracy(BINARY), 0.8825);
        close(paired.auc(), 0.948_782);
        assert_eq!(paired.features(), ["x"], "{named:?}");
        assert_eq!(
            (paired.info.columns.clone(), paired.info.decision_column.as_deref()),
            (vec!["y_pred_proba".to_owned()], Some("y_pred"))
        );
        assert!(paired.set.info.columns.iter().filter(|c| c.role.role == Role::Prediction).count() == 2);
    }
}

#[test]
fn decisions_beside_probabilities_of_every_class_are_used() {
    let mut text = "x,label,predicted_class,prob_a,prob_b,prob_c\n".to_owned();
    for row in 0..60usize {
        let class = row % 3;
        // The decision is not always the most probable class.
        let decided = if row % 12 == 5 { (class + 1) % 3 } else { class };
        let _ = writeln!(
            text,
            "{row}.5,{},{},{}",
            ["a", "b", "c"][class],
            ["a", "b", "c"][decided],
            ["0.6,0.3,0.1", "0.2,0.5,0.3", "0.3,0.2,0.5"][class]
        );
    }
    for named in [None, Some("predicted_class")] {
        let data = DataParams { prediction_col: named.map(|n| OneOrMany::One(n.into())), ..DataParams::default() };
        let paired = one_file(&text, &Said { data, ..Said::default() });
        close(paired.accuracy(MULTICLASS), 55.0 / 60.0);
        assert_eq!((paired.features(), paired.info.kind), (vec!["x"], PredictionKind::Probabilities));
        assert_eq!(paired.info.decision_column.as_deref(), Some("predicted_class"));
    }
}

#[test]
fn a_decision_threshold_of_the_readers_decides() {
    let mut text = "x,label,prediction,probability\n".to_owned();
    for row in 0..40usize {
        let score = row as f64 / 40.0;
        let _ = writeln!(text, "{row}.5,{},{},{score}", u8::from(score >= 0.3), u8::from(score >= 0.7));
    }
    close(one_file(&text, &Said::default()).accuracy(BINARY), 1.0 - 16.0 / 40.0);
    let data = DataParams { decision_threshold: Some(0.3), ..DataParams::default() };
    close(one_file(&text, &Said { data, ..Said::default() }).accuracy(BINARY), 1.0);
}

// Percent.

#[test]
fn percentages_are_read_as_such() {
    let Some(table) = file("20_percent_predictions_run_is_ready.csv") else { return };
    let paired = paired_tables(table, None, &Said::default());
    close(paired.accuracy(BINARY), 1.0);
    close(paired.auc(), 1.0);
}

#[test]
fn numbers_up_to_100_are_percent_where_their_name_or_sum_says_so() {
    let mut text = "x,label,score_percent\n".to_owned();
    let mut sums = "x,label,prob_no,prob_yes\n".to_owned();
    for row in 0..40usize {
        let _ = writeln!(text, "{row}.5,{},{}", row % 2, if row % 2 == 1 { 88.5 } else { 12.5 });
        let _ = writeln!(sums, "{row}.5,{},{}", ["no", "yes"][row % 2], ["80.5,19.5", "30.5,69.5"][row % 2]);
    }
    for text in [text, sums] {
        let paired = one_file(&text, &Said::task(BINARY));
        close(paired.accuracy(BINARY), 1.0);
        assert!(paired.codes().contains(&"percent_predictions"), "{:?}", paired.codes());
    }
}

// Arrays of records.

#[test]
fn lines_of_arrays_are_predictions() {
    let (Some(data), Some(predictions)) = (file("05_data.csv"), file("21_jsonl_of_arrays_first_line_only.jsonl")) else { return };
    let paired = paired_tables(data, Some(predictions), &Said::default());
    assert_eq!(paired.info.rows, 60);
    close(paired.accuracy(BINARY), 1.0);
    close(paired.auc(), 1.0);
}

// Whole runs.

/// A run over two sides of 200 rows with scores that rank as told.
fn run_of(score: impl Fn(usize, usize) -> f64, positive: Option<&str>) -> straingauge_api::RunDocument {
    let side = |name: &str, shift: usize| {
        let mut text = "x,label,score\n".to_owned();
        for row in 0..200usize {
            let class = (row * 7 + shift) % 3 % 2;
            let _ = writeln!(text, "{}.5,{},{}", (row * 13 + shift) % 97, ["cat", "dog"][class], score(row, class));
        }
        let table = read(&format!("{name}.csv"), text.as_bytes());
        crate::support::side(name, table, None, &DataParams::default(), BINARY)
    };
    let mut config = crate::support::config("r");
    config.positive_class = positive.map(str::to_owned);
    crate::support::run(config, BINARY, side("reference", 0), side("evaluation", 1)).1
}

#[test]
fn a_run_says_its_positive_class_and_that_it_may_be_the_other() {
    // Scores of a cat, where the dog stands last.
    let of_cat = |row: usize, class: usize| if class == 0 { 0.6 + 0.001 * (row % 100) as f64 } else { 0.1 + 0.006 * (row % 100) as f64 };
    let banner =
        |document: &straingauge_api::RunDocument| document.summary.banners.iter().any(|b| b.code == "positive_class_may_be_the_other");
    let document = run_of(of_cat, None);
    let positive = document.positive.clone().unwrap();
    assert_eq!((positive.class.as_str(), positive.others.as_slice()), ("dog", &["cat".to_owned()][..]));
    assert!(positive.reason.contains("last") && banner(&document), "{:?}", document.summary.banners);
    assert!(!banner(&run_of(of_cat, Some("cat"))));
}

// More of each kind, in files as people have them.

/// Lines made of 60 rows, below a header.
fn lines(header: &str, line: impl Fn(usize) -> String) -> String {
    let rows: String = (0..60).map(|row| line(row) + "\n").collect();
    format!("{header}\n{rows}")
}

/// Every tenth of 60 rows is wrong.
fn answer(row: usize, classes: usize) -> usize {
    if row % 10 == 7 { (row + 1) % classes } else { row % classes }
}

#[test]
fn a_written_index_does_not_hide_a_label_and_its_score() {
    let data = lines("x,label", |row| format!("{}.5,{}", row * 3 % 17, ["ham", "spam"][row % 2]));
    let said = lines(",label,score", |row| format!("{row},{},0.{}", ["ham", "spam"][answer(row, 2)], 61 + row % 30));
    let paired = both(&data, &said);
    close(paired.accuracy(BINARY), 0.9);
    assert_eq!(paired.info.kind, PredictionKind::Probabilities);
    // A model that is always right writes what the data say.
    let said = lines("label,score", |row| format!("{},0.{}", ["ham", "spam"][row % 2], 61 + row % 30));
    let paired = both(&data, &said);
    close(paired.accuracy(BINARY), 1.0);
    assert_eq!(paired.info.decision_column.as_deref(), Some("label"));
}

#[test]
fn a_copy_of_the_truth_is_no_decision() {
    let data = lines("id,x,label", |row| format!("k{row},{}.5,{}", row * 3 % 17, row % 2));
    let score = |row: usize| if answer(row, 2) == 1 { 0.51 + 0.004 * row as f64 } else { 0.49 - 0.004 * row as f64 };
    let said = lines("id,label,score", |row| format!("k{row},{},{}", row % 2, score(row)));
    close(both(&data, &said).accuracy(BINARY), 0.9);
    let said = lines("id,y_true,y_pred,y_pred_proba", |row| format!("k{row},{},{},{}", row % 2, answer(row, 2), score(row)));
    let paired = both(&data, &said);
    close(paired.accuracy(BINARY), 0.9);
    assert_eq!((paired.info.columns.clone(), paired.info.decision_column.as_deref()), (vec!["y_pred_proba".to_owned()], Some("y_pred")));
}

#[test]
fn cards_and_their_probabilities_are_paired() {
    let cards = ["highstreet_card", "prepaid_card", "upmarket_card"];
    let names: Vec<String> = cards.iter().rev().map(|card| format!("y_pred_proba_{card}")).collect();
    let share = ["0.1,0.2,0.7", "0.2,0.6,0.2", "0.8,0.1,0.1"];
    let text = lines(&format!("x,{},y_pred,y_true", names.join(",")), |row| {
        format!("{}.5,{},{},{}", row * 3 % 17, share[answer(row, 3)], cards[answer(row, 3)], cards[row % 3])
    });
    for named in [None, Some("y_pred")] {
        let data = DataParams { prediction_col: named.map(|n| OneOrMany::One(n.into())), ..DataParams::default() };
        let paired = one_file(&text, &Said { data, ..Said::default() });
        close(paired.accuracy(MULTICLASS), 0.9);
        assert_eq!((paired.features(), paired.info.kind), (vec!["x"], PredictionKind::Probabilities));
        assert_eq!(paired.info.decision_column.as_deref(), Some("y_pred"));
        let mut classes = paired.outcomes(MULTICLASS).classes;
        classes.sort();
        assert_eq!(classes, cards);
    }
}

#[test]
fn codes_of_classes_stand_for_sorted_labels() {
    let labels = ["apple", "fig", "pear"];
    let text = lines("x,label,pred", |row| format!("{}.5,{},{}", row * 3 % 17, labels[row % 3], answer(row, 3)));
    let paired = one_file(&text, &Said::default());
    close(paired.accuracy(MULTICLASS), 0.9);
    assert!(paired.codes().contains(&"class_order_assumed") && paired.asks(QuestionAbout::ClassNames), "{:?}", paired.codes());
    let text = lines("x,label,pred", |row| format!("{}.5,{},{}", row * 3 % 17, ["no", "yes"][row % 2], answer(row, 2)));
    close(one_file(&text, &Said::default()).accuracy(BINARY), 0.9);
    let data = lines("x,label", |row| format!("{}.5,{}", row * 3 % 17, row % 3 + 1));
    let said = lines("p0,p1,p2", |row| ["0.7,0.2,0.1", "0.1,0.7,0.2", "0.1,0.2,0.7"][answer(row, 3)].to_owned());
    close(both(&data, &said).accuracy(MULTICLASS), 0.9);
}

#[test]
fn one_score_of_a_named_class_is_turned_to_the_positive() {
    let score = |row: usize| if answer(row, 2) == 0 { 0.9 } else { 0.2 };
    for (name, no, yes) in [("prob_legit", "legit", "fraud"), ("P(0)", "0", "1"), ("negative_probability", "negative", "positive")] {
        let text = lines(&format!("x,label,{name}"), |row| format!("{}.5,{},{}", row * 3 % 17, [no, yes][row % 2], score(row)));
        let data = DataParams { prediction_col: Some(OneOrMany::One(name.into())), ..DataParams::default() };
        let paired = one_file(&text, &Said { data, ..Said::default() });
        close(paired.accuracy(BINARY), 0.9);
        assert_eq!(paired.info.positive_class.map(|p| p.class), Some(yes.to_owned()));
    }
}

#[test]
fn shares_of_time_beside_a_quantity_are_features_even_if_called_p() {
    let text = lines("p_day,p_night,label", |row| format!("{:.2},{:.2},{}.25", 0.01 * row as f64, 1.0 - 0.01 * row as f64, row * 3 % 17));
    let set = dataset(csv("d.csv", &text), "set", &DataParams::default(), None).unwrap();
    assert_eq!((set.features.len(), set.params.prediction_col), (2, None));
}

#[test]
fn scores_up_to_100_without_a_word_are_refused_with_the_mend() {
    let text = lines("x,label,score", |row| format!("{}.5,{},{}", row * 3 % 17, row % 2, 20 + row));
    let data = DataParams { prediction_col: Some(OneOrMany::One("score".into())), ..DataParams::default() };
    let set = dataset(csv("d.csv", &text), "set", &data, Some(BINARY)).unwrap();
    let error = pair(&set, None, "m", &PredictionParams::default()).unwrap_err();
    assert_eq!(error.code, "not_probabilities");
    assert!(error.to_string().contains("divide percentages by 100"), "{error}");
}

#[test]
fn a_second_model_is_told_and_not_mixed_in() {
    let text = lines("x,label,pred_a,pred_b", |row| format!("{}.5,{},{},{}", row * 3 % 17, row % 2, answer(row, 2), (row / 3) % 2));
    let data = DataParams { prediction_col: Some(OneOrMany::One("pred_a".into())), ..DataParams::default() };
    let paired = one_file(&text, &Said { data, ..Said::default() });
    close(paired.accuracy(BINARY), 0.9);
    assert_eq!(paired.features(), ["x"]);
    assert!(paired.codes().contains(&"prediction_columns_unused"), "{:?}", paired.codes());
}

#[test]
fn entities_that_are_none_are_refused_with_the_form_they_have() {
    let text = lines("x,label,pred", |row| format!("{row}.5,{},{}", ["a", "b"][row % 2], ["a", "b"][row % 2]));
    let paired = one_file(&text, &Said::default());
    let side = (&paired.set, Some(&paired.predictions));
    let error = outcomes(ModelTask::NamedEntityRecognition, side, side, None, None).unwrap_err();
    assert!(error.to_string().contains("start_offset") && error.to_string().contains("mentions"), "{error}");
}

#[test]
fn stars_of_a_model_meet_ratings() {
    let names = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"];
    let data = lines("x,label", |row| format!("{}.5,{}", row * 3 % 17, row % 5 + 1));
    let said = lines("label,score", |row| format!("{},0.{}", names[answer(row, 5)], 41 + row % 50));
    close(both(&data, &said).accuracy(MULTICLASS), 0.9);
    let labels = ["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4"];
    let said = lines("label,score", |row| format!("{},0.{}", labels[answer(row, 5)], 41 + row % 50));
    let paired = both(&data, &said);
    close(paired.accuracy(MULTICLASS), 0.9);
    assert!(paired.codes().contains(&"class_order_assumed"));
}

#[test]
fn a_confidence_without_a_class_is_a_feature() {
    let text = lines("x,label,confidence", |row| format!("{}.5,{},0.{}", row * 3 % 17, row % 2, 50 + row % 50));
    let set = dataset(csv("d.csv", &text), "set", &DataParams::default(), None).unwrap();
    assert_eq!((set.features.len(), set.params.prediction_col), (2, None));
    let text =
        lines("x,label,predicted_class,confidence", |row| format!("{}.5,{},{},0.{}", row * 3 % 17, row % 2, answer(row, 2), 51 + row % 48));
    let paired = one_file(&text, &Said::default());
    close(paired.accuracy(BINARY), 0.9);
    assert_eq!((paired.features(), paired.info.kind), (vec!["x"], PredictionKind::Probabilities));
}

#[test]
fn whole_numbers_of_texts_and_of_numbers_are_one_class() {
    let data: String = (0..60).map(|row| format!("{{\"x\":{row}.5,\"label\":\"{}.0\",\"pred\":{}}}\n", row % 2, answer(row, 2))).collect();
    let paired = paired_tables(read("d.jsonl", data.as_bytes()), None, &Said::default());
    close(paired.accuracy(BINARY), 0.9);
}

// Readings that decide numbers are asked for, and each can be confirmed or turned.

fn with(predictions: PredictionParams) -> Said {
    Said { predictions, ..Said::default() }
}

fn named(column: &str) -> Said {
    with(PredictionParams { prediction_col: Some(OneOrMany::One(column.into())), ..PredictionParams::default() })
}

#[test]
fn a_score_that_may_be_confidence_is_asked_for_and_either_answer_holds() {
    let (data, lines) = sure(["no", "yes"], ["no", "yes"], |class, score| format!("{class},{score}\n"));
    let files = || (csv("data.csv", &data), Some(csv("predictions.csv", &format!("label,score\n{lines}"))));
    let (d, p) = files();
    let open = paired_tables(d, p, &Said::default());
    let asked = open.info.questions.iter().find(|q| q.about == QuestionAbout::Prediction).expect("a question");
    let choices: Vec<&str> = asked.readings.iter().map(|r| r.choice.as_str()).collect();
    assert_eq!((asked.column.as_str(), choices), ("score", vec!["label", "score"]));
    assert!(asked.readings[0].meaning.contains("has 0.4") && asked.readings[1].meaning.contains("has 0.6"), "{asked:?}");
    let (d, p) = files();
    let confirmed = paired_tables(d, p, &named("label"));
    assert!(!confirmed.asks(QuestionAbout::Prediction) && confirmed.codes().contains(&"score_is_confidence"));
    close(confirmed.auc(), open.auc());
    let (d, p) = files();
    let turned = paired_tables(d, p, &named("score"));
    assert!(!turned.asks(QuestionAbout::Prediction) && turned.info.kind == PredictionKind::Score, "{:?}", turned.info);
    assert!(turned.auc() < 0.6, "{}", turned.auc());
    // Alone, such a score is suspicious.
    let alone: String = lines.lines().map(|line| format!("{}\n", line.split(',').next_back().unwrap())).collect();
    assert!(both(&data, &format!("score\n{alone}")).codes().contains(&"scores_above_half"));
}

#[test]
fn classes_that_share_one_name_alone_are_told() {
    let (mut data, mut said) = ("x,label\n".to_owned(), "pred\n".to_owned());
    for row in 0..30usize {
        let _ = (writeln!(data, "{row}.5,{}", ["low", "medium", "high"][row % 3]), writeln!(said, "{}", ["low", "mid", "hi"][row % 3]));
    }
    let paired = both(&data, &said);
    let told = paired.info.problems.iter().find(|p| p.code == "classes_partly_match").expect("a finding");
    assert!(told.message.contains("hi, mid") && told.message.contains("high, medium"), "{}", told.message);
}

/// 60 rows of a key and a 0/1 truth, and predictions that are right but for every tenth, in another order under other keys.
fn keyed_files(ours: &dyn Fn(usize) -> String, theirs: &dyn Fn(usize) -> String, names: [&str; 2]) -> (String, String) {
    let truth = |row: usize| usize::from(row * 7 % 11 < 5);
    let data: String = (0..60).map(|row| format!("{},{}.5,{}\n", ours(row), row * 13 % 17, truth(row))).collect();
    let place = |at: usize| at * 23 % 60;
    let said: String = (0..60).map(place).map(|row| format!("{},{}\n", theirs(row), truth(row) ^ usize::from(row % 10 == 3))).collect();
    (format!("{},x,label\n{data}", names[0]), format!("{},pred\n{said}", names[1]))
}

#[test]
fn keys_that_differ_in_case_zeros_or_name_are_keys() {
    let plain = |row: usize| format!("K{row}");
    for (ours, theirs, names) in [
        (&plain as &dyn Fn(usize) -> String, &(|row: usize| format!(" k{row} ")) as &dyn Fn(usize) -> String, ["kunde_id", "Kunde_ID"]),
        (&|row: usize| row.to_string(), &|row: usize| format!("{row:05}"), ["id", "id"]),
        (&|row: usize| format!("{:03}", row + 100), &|row: usize| format!("{}.0", row + 100), ["id", "id"]),
        (&plain, &plain, ["customer_id", "id"]),
    ] {
        let (data, said) = keyed_files(ours, theirs, names);
        let paired = both(&data, &said);
        assert!(matches!(paired.info.pairing, Pairing::Id { missing: 0, extra: 0, .. }), "{names:?} {:?}", paired.info.problems);
        close(paired.accuracy(BINARY), 0.9);
        assert!(paired.asks(QuestionAbout::Join), "{names:?}");
        // Either answer closes the question.
        for answer in ["", names[0]] {
            let said_so = with(PredictionParams { id_col: Some(answer.into()), ..PredictionParams::default() });
            if names[0] != names[1] && !answer.is_empty() && !names[0].eq_ignore_ascii_case(names[1]) {
                continue;
            }
            let answered = paired_tables(csv("data.csv", &data), Some(csv("p.csv", &said)), &said_so);
            assert!(!answered.asks(QuestionAbout::Join), "{names:?} {answer:?}");
            assert_eq!(matches!(answered.info.pairing, Pairing::Row), answer.is_empty());
        }
    }
}

#[test]
fn keys_of_which_some_are_strangers_are_asked_for_with_figures() {
    let (data, said) =
        keyed_files(&|row| format!("K{row}"), &|row| if row % 10 == 0 { format!("X{row}") } else { format!("K{row}") }, ["id", "id"]);
    let paired = both(&data, &said);
    assert_eq!(paired.info.pairing, Pairing::Row);
    let asked = paired.info.questions.iter().find(|q| q.about == QuestionAbout::Join).expect("a question");
    assert!(
        asked.reason.contains("54 of 60 values of id stand in both files") && asked.reason.contains("in other rows"),
        "{}",
        asked.reason
    );
    let told = paired.info.problems.iter().find(|p| p.code == "paired_by_row").unwrap();
    assert_eq!(told.level, ProblemLevel::Warning);
    let by_key = with(PredictionParams { id_col: Some("id".into()), ..PredictionParams::default() });
    let joined = paired_tables(csv("data.csv", &data), Some(csv("p.csv", &said)), &by_key);
    assert!(matches!(joined.info.pairing, Pairing::Id { missing: 6, extra: 6, .. }));
    // Fewer predictions, of which some are strangers, are refused with the same figures.
    let fewer: String = said.lines().take(41).map(|line| format!("{line}\n")).collect();
    let set = dataset(csv("data.csv", &data), "set", &DataParams::default(), None).unwrap();
    let error = pair(&set, Some(&csv("p.csv", &fewer)), "m", &PredictionParams::default()).unwrap_err();
    assert!(error.to_string().contains("name id in idCol to join by it: 36 of its values"), "{error}");
}

#[test]
fn classes_named_beside_their_scores_are_theirs() {
    let classes = ["low", "medium", "high"];
    let (mut data, mut servers, mut dicts) = ("x,label\n".to_owned(), String::new(), "probs\n".to_owned());
    for row in 0..60usize {
        let (truth, answer) = (row % 3, (row + usize::from(row % 10 == 4)) % 3);
        let order = [answer, (answer + 1) % 3, (answer + 2) % 3].map(|at| classes[at]);
        let _ = writeln!(data, "{row}.5,{}", classes[truth]);
        let _ =
            writeln!(servers, r#"{{"sequence":"t{row}","labels":["{}","{}","{}"],"scores":[0.7,0.2,0.1]}}"#, order[0], order[1], order[2]);
        let _ = writeln!(dicts, "\"{{'{}': 0.1, '{}': 0.7, '{}': 0.2}}\"", order[2], order[0], order[1]);
    }
    let listed = paired_tables(csv("data.csv", &data), Some(read("p.jsonl", servers.as_bytes())), &Said::default());
    close(listed.accuracy(MULTICLASS), 0.9);
    assert!(!listed.codes().contains(&"class_order_assumed"));
    close(both(&data, &dicts).accuracy(MULTICLASS), 0.9);
}

#[test]
fn columns_that_count_from_one_are_places() {
    let mut shares = String::new();
    for row in 0..40usize {
        let class = row % 2;
        let answer = if row % 10 == 3 { 1 - class } else { class };
        let _ = writeln!(shares, "{}", ["0.9,0.1", "0.2,0.8"][answer]);
    }
    for (header, labels) in
        [("", ["0", "1"]), ("p1,p2\n", ["0", "1"]), ("", ["no", "yes"]), ("p0,p1\n", ["1", "2"]), ("class_1,class_2\n", ["False", "True"])]
    {
        let data: String = (0..40usize).map(|row| format!("{row}.5,{}\n", labels[row % 2])).collect();
        let data = format!("x,label\n{data}");
        let paired = both(&data, &format!("{header}{shares}"));
        close(paired.accuracy(BINARY), 0.9);
        assert!(paired.asks(QuestionAbout::ClassNames), "{header}");
    }
}

#[test]
fn percentages_meet_labels_in_percent() {
    let data: String = (0..60).map(|row| format!("{row},{}%\n", row + 20)).collect();
    let said: String = (0..60).map(|row| format!("{}.5\n", row + 20)).collect();
    let task = Said { data: DataParams { label_col: Some("rate".into()), ..DataParams::default() }, ..Said::task(ModelTask::Regression) };
    let paired = paired_tables(csv("data.csv", &format!("x,rate\n{data}")), Some(csv("p.csv", &format!("pred\n{said}"))), &task);
    let outcomes = paired.outcomes(ModelTask::Regression);
    let (Truth::Numbers(truth), Prediction::Numbers(answers)) = (&outcomes.truth, &outcomes.prediction) else { panic!("no numbers") };
    assert!(truth.iter().zip(answers).all(|(t, p)| (t - p).abs() < 0.006), "{truth:?} {answers:?}");
    assert!(paired.codes().contains(&"percent_predictions"));
}

#[test]
fn a_third_class_of_a_truth_is_one_however_it_is_spelled() {
    for third in ["n/a", "?", "-", "null", "none"] {
        let text: String = (0..60usize)
            .map(|row| {
                let classes = [third, "yes", "no"];
                format!("{row}.5,{},{}\n", classes[row % 3], classes[(row + usize::from(row % 10 == 4)) % 3])
            })
            .collect();
        let paired = one_file(&format!("x,label,pred\n{text}"), &Said::default());
        assert_eq!(paired.outcomes(MULTICLASS).classes.len(), 3, "{third}");
        close(paired.accuracy(MULTICLASS), 0.9);
    }
}
