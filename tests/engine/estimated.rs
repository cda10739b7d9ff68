//! Performance estimated without labels against NannyML's CBPE: `tests/oracles/cbpe.py` wrote the goldens.

use serde_json::Value;
use straingauge_api::ModelTask;
use straingauge_engine::metrics::estimated::{Calibrator, Hit};
use straingauge_engine::metrics::{self, Outcomes, Prediction, Truth};
use straingauge_engine::profile::{ModelFrame, ModelProfile, RowOutcomes};

fn goldens() -> Value {
    serde_json::from_str(include_str!("../oracles/cbpe.json")).expect("goldens are JSON")
}

/// The generator that the oracle states.
struct Lcg(u64);

impl Lcg {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

fn scored(score: Vec<f64>, truth: Truth) -> Outcomes {
    let class = score.iter().map(|&s| u32::from(s >= 0.5)).collect();
    Outcomes {
        task: ModelTask::BinaryClassification,
        classes: vec!["0".to_owned(), "1".to_owned()],
        truth,
        prediction: Prediction::Score { score, class, cut: 0.5 },
        weights: None,
        groups: None,
    }
}

fn probable(values: Vec<f64>, classes: &[&str], truth: Truth) -> Outcomes {
    let first_of_largest = |row: &[f64]| (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).expect("a class") as u32;
    let class = values.chunks(classes.len()).map(first_of_largest).collect();
    Outcomes {
        task: ModelTask::MulticlassClassification,
        classes: classes.iter().map(|c| (*c).to_owned()).collect(),
        truth,
        prediction: Prediction::Probabilities { values, class },
        weights: None,
        groups: None,
    }
}

fn binary(seed: u64, later: bool, honest: bool) -> Outcomes {
    let mut lcg = Lcg(seed);
    let (score, truth) = (0..4000)
        .map(|_| {
            let (u, v) = (lcg.next(), lcg.next());
            let s = if later { u.sqrt() } else { u };
            (s, u32::from(v < if honest { s } else { s * s }))
        })
        .unzip();
    scored(score, Truth::Classes(truth))
}

fn three(seed: u64, later: bool) -> Outcomes {
    let mut lcg = Lcg(seed);
    let (mut values, mut truth) = (Vec::new(), Vec::new());
    for _ in 0..4000 {
        let (a, b, c, v) = (lcg.next(), lcg.next(), lcg.next(), lcg.next());
        let (a, b, c) = (if later { a * a } else { a } + 0.05, b + 0.05, c + 0.05);
        let total = a + b + c;
        let (a, b, c) = (a / total, b / total, c / total);
        let squares = a * a + b * b + c * c;
        values.extend([a, b, c]);
        truth.push(if v < a * a / squares {
            0
        } else if v < (a * a + b * b) / squares {
            1
        } else {
            2
        });
    }
    probable(values, &["a", "b", "c"], Truth::Classes(truth))
}

/// The calibrators that NannyML fitted: isotonic or none, as it decided.
fn calibrators(reference: &Outcomes, decided: &Value) -> Vec<Calibrator> {
    let Truth::Classes(truth) = &reference.truth else { panic!("no labels") };
    let of = |scores: Vec<f64>, class: u32, wanted: bool| {
        let hit = |(score, &y): (f64, &u32)| Hit { score, truth: f64::from(u8::from(y == class)), weight: 1.0 };
        if wanted { Calibrator::isotonic(scores.into_iter().zip(truth).map(hit).collect()) } else { Calibrator::default() }
    };
    match &reference.prediction {
        Prediction::Score { score, .. } => vec![of(score.clone(), 1, decided.as_bool().expect("a decision"))],
        Prediction::Probabilities { values, .. } => (0..reference.classes.len())
            .map(|k| {
                let scores = values.chunks(reference.classes.len()).map(|row| row[k]).collect();
                of(scores, k as u32, decided[&reference.classes[k]].as_bool().expect("a decision"))
            })
            .collect(),
        _ => panic!("no scores"),
    }
}

/// The largest difference to the golden over all chunks, by metric.
fn differences(golden: &Value, frame: &ModelFrame, sets: &[&Outcomes]) -> Vec<(String, f64)> {
    let chunk = golden["chunk"].as_u64().expect("rows") as usize;
    let mut out: Vec<(String, f64)> = Vec::new();
    for (set, estimates) in sets.iter().zip(golden["estimates"].as_array().expect("sets")) {
        let rows: Vec<u32> = (0..set.rows() as u32).collect();
        let mut chunks: Vec<Vec<u32>> = rows.chunks(chunk).map(<[u32]>::to_vec).collect();
        // What is left over joins the last chunk that is whole.
        if let Some(left) = chunks.pop_if(|c| c.len() < chunk) {
            chunks.last_mut().expect("a chunk").extend(left);
        }
        for (at, rows) in chunks.iter().enumerate() {
            let part = set.select(rows);
            let profile = ModelProfile::count(frame, &part, &RowOutcomes::code(frame, &part));
            for (metric, values) in estimates.as_object().expect("metrics") {
                let two = set.classes.len() == 2;
                let id = match metric.as_str() {
                    "roc_auc" => "estimated_auc".to_owned(),
                    "specificity" => "estimated_false_positive_rate".to_owned(),
                    "precision" | "recall" | "f1" if !two => format!("estimated_macro_{metric}"),
                    other => format!("estimated_{other}"),
                };
                let definition = metrics::by_id(set.task, &id).unwrap_or_else(|| panic!("no {id}"));
                let value = frame.whole_value(&profile, definition.metric).unwrap_or_else(|| panic!("{id} has no value"));
                let value = if metric == "specificity" { 1.0 - value } else { value };
                let Some(want) = values[at].as_f64() else { continue };
                match out.iter_mut().find(|d| d.0 == id) {
                    Some(d) => d.1 = d.1.max((value - want).abs()),
                    None => out.push((id, (value - want).abs())),
                }
            }
        }
    }
    out
}

#[test]
fn estimates_equal_nannyml() {
    let goldens = &goldens()["generated"];
    for (name, reference, later) in [
        ("misled", binary(11, false, false), binary(12, true, false)),
        ("honest", binary(11, false, true), binary(12, true, true)),
        ("three", three(13, false), three(14, true)),
    ] {
        let golden = &goldens[name];
        let found = differences(golden, &ModelFrame::learn(&reference).expect("a frame"), &[&reference, &later]);
        println!("{name} {found:?} {}", golden["calibrated"]);
        assert!(found.iter().all(|d| d.1 < 1e-6), "{name} {found:?}");
    }
}

/// Columns of a CSV without quotes.
fn columns(path: &std::path::Path, names: &[&str]) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("a file");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let at: Vec<usize> = names.iter().map(|n| header.iter().position(|h| h == n).expect("a column")).collect();
    lines.map(|line| line.split(',').collect::<Vec<_>>()).map(|cells| at.iter().map(|&i| cells[i].to_owned()).collect()).collect()
}

/// NannyML's own sets, where `NANNYML_DATA` names the folder that holds them.
#[test]
fn estimates_of_nannyml_s_own_sets() {
    let Some(folder) = std::env::var_os("NANNYML_DATA").map(std::path::PathBuf::from) else {
        println!("skipped: NANNYML_DATA does not name the data sets of the nannyml package");
        return;
    };
    let goldens = &goldens()["own"];
    let number = |cell: &String| cell.parse::<f64>().expect("a number");
    let loan = |file: &str, label: bool| {
        let rows = columns(&folder.join(file), if label { &["y_pred_proba", "y_pred", "repaid"] } else { &["y_pred_proba", "y_pred"] });
        let truth = if label { Truth::Classes(rows.iter().map(|r| number(&r[2]) as u32).collect()) } else { Truth::None };
        let mut out = scored(rows.iter().map(|r| number(&r[0])).collect(), truth);
        if let Prediction::Score { class, .. } = &mut out.prediction {
            *class = rows.iter().map(|r| number(&r[1]) as u32).collect();
        }
        out
    };
    let classes = ["highstreet_card", "prepaid_card", "upmarket_card"];
    let probabilities = classes.map(|c| format!("y_pred_proba_{c}"));
    let mc = |file: &str, label: bool| {
        let mut names: Vec<&str> = probabilities.iter().map(String::as_str).collect();
        names.push("y_pred");
        names.extend(label.then_some("y_true"));
        let rows = columns(&folder.join(file), &names);
        let class = |name: &String| classes.iter().position(|c| c == name).expect("a class") as u32;
        let truth = if label { Truth::Classes(rows.iter().map(|r| class(&r[4])).collect()) } else { Truth::None };
        let mut out = probable(rows.iter().flat_map(|r| r[..3].iter().map(number)).collect(), &classes, truth);
        // The file says which class was predicted; of equal probabilities it is not always the first.
        if let Prediction::Probabilities { class: said, .. } = &mut out.prediction {
            *said = rows.iter().map(|r| class(&r[3])).collect();
        }
        out
    };
    let mut wrong = Vec::new();
    for (name, reference, analysis) in [
        ("mc", mc("mc_reference.csv", true), mc("mc_analysis.csv", false)),
        ("synthetic_car_loan", loan("synthetic_car_loan_reference.csv", true), loan("synthetic_car_loan_analysis.csv", false)),
    ] {
        let mut frame = ModelFrame::learn(&reference).expect("a frame");
        frame.calibrators = Some(calibrators(&reference, &goldens[name]["calibrated"]));
        // By day, as a firewall cuts it.
        for day in goldens[name]["days"].as_array().into_iter().flatten() {
            let at = |i: usize| day[i].as_u64().expect("a row") as u32;
            let part = analysis.select(&(at(1)..at(1) + at(2)).collect::<Vec<u32>>());
            let profile = ModelProfile::count(&frame, &part, &RowOutcomes::code(&frame, &part));
            let value = frame.whole_value(&profile, metrics::Metric::EstimatedAccuracy).expect("an estimate");
            assert!((value - day[3].as_f64().expect("a golden")).abs() < 1e-6, "{name} {day} {value}");
        }
        let found = differences(&goldens[name], &frame, &[&analysis]);
        println!("{name} {found:?} {}", goldens[name]["calibrated"]);
        // Tied scores: where one score stands for several calibrated probabilities, NannyML's area and average precision depend on the
        // order in which numpy leaves ties; ours takes ties together.
        wrong.extend(
            found.into_iter().filter(|d| d.1 > if d.0.ends_with("auc") || d.0.ends_with("average_precision") { 1e-3 } else { 1e-6 }),
        );
    }
    assert_eq!(wrong, Vec::new());
}
