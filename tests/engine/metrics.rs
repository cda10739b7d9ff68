//! Metrics against the goldens that `tests/oracles/metrics.py` writes, and the laws that tallies keep.

use serde_json::Value;
use straingauge_api::ModelTask;
use straingauge_engine::metrics::{self, Metric, Outcomes, Prediction, Truth};
use straingauge_engine::profile::{ModelFrame, ModelProfile, RowOutcomes, Spread, count_cells};
use straingauge_engine::random::Rng;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().map(|v| v.as_f64().expect("a number")).collect()
}

fn classes(value: &Value) -> Vec<u32> {
    value.as_array().expect("labels").iter().map(|v| v.as_u64().expect("a class") as u32).collect()
}

fn outcomes(task: ModelTask, golden: &Value) -> Outcomes {
    let names = |k: usize| (0..k).map(|c| c.to_string()).collect::<Vec<_>>();
    let weights = golden["weights"].is_array().then(|| numbers(&golden["weights"]));
    let (names, truth, prediction) = match task {
        ModelTask::BinaryClassification => {
            let score = numbers(&golden["scores"]);
            let class = score.iter().map(|&s| u32::from(s >= 0.5)).collect();
            (names(2), Truth::Classes(classes(&golden["labels"])), Prediction::Score { score, class, cut: 0.5 })
        }
        ModelTask::Regression => {
            (Vec::new(), Truth::Numbers(numbers(&golden["labels"])), Prediction::Numbers(numbers(&golden["predictions"])))
        }
        _ => {
            let rows: Vec<Vec<f64>> = golden["probabilities"].as_array().expect("rows").iter().map(numbers).collect();
            let first_of_largest =
                |row: &Vec<f64>| (0..row.len()).rev().max_by(|&a, &b| row[a].total_cmp(&row[b])).expect("a class") as u32;
            let class = rows.iter().map(first_of_largest).collect();
            let k = rows[0].len();
            (names(k), Truth::Classes(classes(&golden["labels"])), Prediction::Probabilities { values: rows.concat(), class })
        }
    };
    Outcomes { task, classes: names, truth, prediction, weights, groups: None }
}

#[test]
fn metrics_equal_scikit_learn() {
    let goldens: Value = serde_json::from_str(include_str!("../oracles/metrics.json")).expect("goldens are JSON");
    let mut compared = 0;
    for (task, name) in [
        (ModelTask::BinaryClassification, "binary"),
        (ModelTask::MulticlassClassification, "multiclass"),
        (ModelTask::Regression, "regression"),
    ] {
        for golden in goldens[name].as_array().expect("cases") {
            let outcomes = outcomes(task, golden);
            let frame = ModelFrame::learn(&outcomes).expect("a frame");
            let profile = ModelProfile::count(&frame, &outcomes, &RowOutcomes::code(&frame, &outcomes));
            for (id, want) in golden["metrics"].as_object().expect("metrics") {
                let definition = metrics::by_id(task, id).unwrap_or_else(|| panic!("no {id}"));
                let got = frame.whole_value(&profile, definition.metric).unwrap_or_else(|| panic!("{id} has no value"));
                let want = want.as_f64().expect("a number");
                assert!((got - want).abs() <= 1e-9 * want.abs().max(1e-3), "{name} {id}: {got} instead of {want}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 2 * 18 + 9 + 8 + 2 * 9);
}

#[test]
fn printed_regression_example() {
    let of = |rows: usize| {
        let (labels, predictions) = ([0.5, 1.0, 1.5, 1.5, 1.5], [0.3, 0.4, 0.8, 0.8, 0.9]);
        let outcomes = Outcomes {
            task: ModelTask::Regression,
            classes: Vec::new(),
            truth: Truth::Numbers(labels[..rows].to_vec()),
            prediction: Prediction::Numbers(predictions[..rows].to_vec()),
            weights: None,
            groups: None,
        };
        let frame = ModelFrame::learn(&outcomes).expect("a frame");
        let profile = ModelProfile::count(&frame, &outcomes, &RowOutcomes::code(&frame, &outcomes));
        [Metric::Rmse, Metric::Mae, Metric::Mse, Metric::Msle].map(|m| frame.whole_value(&profile, m).expect("a value"))
    };
    for (got, want) in of(2).into_iter().zip([0.45, 0.4, 0.2, 0.07]).chain(of(5).into_iter().zip([0.59, 0.56, 0.35, 0.09])) {
        assert!((got - want).abs() < 0.0051, "{got} instead of {want}");
    }
}

#[test]
fn printed_average_confidence() {
    // Scores .3 .51 .7 .49 .9 .58; the cats are the first, third and fifth row.
    let score = vec![0.3, 0.51, 0.7, 0.49, 0.9, 0.58];
    let outcomes = Outcomes {
        task: ModelTask::BinaryClassification,
        classes: vec!["0".into(), "1".into()],
        truth: Truth::Classes(vec![1, 0, 1, 0, 0, 1]),
        prediction: Prediction::Score { class: score.iter().map(|&s| u32::from(s >= 0.5)).collect(), score, cut: 0.5 },
        weights: None,
        groups: None,
    };
    let frame = ModelFrame::learn(&outcomes).expect("a frame");
    let rows = RowOutcomes::code(&frame, &outcomes);
    let cells = count_cells(&frame, &rows, &[0, 1, 0, 1, 0, 1], 2, true);
    let profile = ModelProfile::count(&frame, &outcomes, &rows);
    let confidence = |tally| frame.value(tally, Metric::AverageConfidence).expect("a value");
    assert!((confidence(&cells[0]) - 0.77).abs() < 0.005 && (confidence(&profile.tally) - 0.65).abs() < 0.005);
    assert_eq!(frame.value(&cells[0], Metric::Auc), Some(0.0));
    assert!((frame.value(&cells[0], Metric::FalseNegativeRate).expect("a value") - 0.5).abs() < 1e-12);
}

#[test]
fn printed_prediction_variances_are_over_labelled_rows() {
    // Values cat dog cat dog cat dog; the variance of the cats' positive rows .3 and .7 is .04, of their only negative row 0.
    let score = vec![0.3, 0.51, 0.7, 0.49, 0.9, 0.48];
    let of = |truth: Vec<u32>, weights: Option<Vec<f64>>| Outcomes {
        task: ModelTask::BinaryClassification,
        classes: vec!["0".into(), "1".into()],
        truth: Truth::Classes(truth),
        prediction: Prediction::Score { class: score.iter().map(|&s| u32::from(s >= 0.5)).collect(), score: score.clone(), cut: 0.5 },
        weights,
        groups: None,
    };
    let cats = |outcomes: &Outcomes| {
        let frame = ModelFrame::learn(outcomes).expect("a frame");
        let cells = count_cells(&frame, &RowOutcomes::code(&frame, outcomes), &[0, 1, 0, 1, 0, 1], 2, true);
        [Metric::PositivePredictionVariance, Metric::NegativePredictionVariance].map(|m| frame.value(&cells[0], m))
    };
    let [positive, negative] = cats(&of(vec![1, 0, 1, 0, 0, 0], None));
    assert!((positive.expect("two rows") - 0.04).abs() < 1e-12, "{positive:?}");
    assert_eq!(negative, Some(0.0), "one row has no spread");
    // Rows without a label are in neither; weights of less than 1 in all are rows as well.
    let [positive, negative] = cats(&of(vec![1, 0, 1, 0, metrics::NO_CLASS, 0], Some(vec![0.2; 6])));
    assert!((positive.expect("two rows") - 0.04).abs() < 1e-12 && negative.is_none(), "{positive:?} {negative:?}");
}

#[test]
fn numbers_without_labels_are_measured_in_their_own_spread() {
    let of = |labels: Vec<f64>, predictions: Vec<f64>| Outcomes {
        task: ModelTask::Regression,
        classes: Vec::new(),
        truth: if labels.is_empty() { Truth::None } else { Truth::Numbers(labels) },
        prediction: Prediction::Numbers(predictions),
        weights: None,
        groups: None,
    };
    let prices = vec![200_000.0, 240_000.0, 280_000.0, f64::NAN, 320_000.0];
    let spread = |labels: Vec<f64>| {
        let frame = ModelFrame::learn(&of(labels, prices.clone())).expect("a frame");
        (frame.spread, frame.label_mean, frame.label_sd)
    };
    let own = (Spread::Predictions, 260_000.0, 2e9_f64.sqrt());
    assert_eq!(spread(Vec::new()), own);
    assert_eq!(spread(vec![f64::NAN; 5]), own, "labels that are all missing");
    assert_eq!(spread(vec![5.0, f64::NAN, 5.0, 5.0, f64::NAN]), own, "labels that are all equal");
    assert_eq!(spread(vec![1.0, 3.0, f64::NAN, f64::NAN, f64::NAN]), (Spread::Labels, 2.0, 1.0));
}

#[test]
fn areas_of_subsets_equal_scikit_learn() {
    let goldens: Value = serde_json::from_str(include_str!("../oracles/metrics.json")).expect("goldens are JSON");
    let (mut compared, mut absent, mut furthest_by_cells) = (0, 0, 0.0_f64);
    for (task, name) in [(ModelTask::BinaryClassification, "subsets"), (ModelTask::MulticlassClassification, "subsets_of_classes")] {
        for golden in goldens[name].as_array().expect("cases") {
            let outcomes = outcomes(task, golden);
            let frame = ModelFrame::learn(&outcomes).expect("a frame");
            let mut rows = RowOutcomes::code(&frame, &outcomes);
            rows.order_scores(&frame, &outcomes);
            let cells: Vec<u16> = numbers(&golden["cells"]).into_iter().map(|c| c as u16).collect();
            let areas = golden["areas"].as_array().expect("cells");
            let tallies = count_cells(&frame, &rows, &cells, areas.len(), true);
            for (tally, areas) in tallies.iter().zip(areas) {
                for (id, want) in areas.as_object().expect("areas") {
                    let metric = metrics::by_id(task, id).expect("a metric").metric;
                    let got = frame.value(tally, metric);
                    assert!(!frame.approximates(tally, metric) && frame.approximates(&tally.by_cells(), metric));
                    let Some(want) = want.as_f64() else {
                        assert_eq!(got, None, "{id} without a class");
                        absent += 1;
                        continue;
                    };
                    let got = got.unwrap_or_else(|| panic!("{id} has no value"));
                    assert!((got - want).abs() <= 1e-9, "{name} {id}: {got} instead of {want}");
                    furthest_by_cells = furthest_by_cells.max((frame.value(&tally.by_cells(), metric).expect("cells") - want).abs());
                    compared += 1;
                }
            }
        }
    }
    assert_eq!((compared, absent), (4 * 11 + 2 * 4, 4));
    // The cells alone would not pass this test.
    assert!(furthest_by_cells > 1e-6 && furthest_by_cells < 1e-2, "{furthest_by_cells}");
}

/// Outcomes of each form, partly without labels or predictions, weighted or not.
fn generated(form: u64, n: usize, rng: &mut Rng) -> Outcomes {
    let weights = rng.below(2).eq(&1).then(|| (0..n).map(|_| 0.1 + rng.uniform()).collect());
    let class = |rng: &mut Rng, k: u64| if rng.uniform() < 0.1 { metrics::NO_CLASS } else { rng.below(k) as u32 };
    match form {
        0 => {
            let score: Vec<f64> = (0..n).map(|_| if rng.uniform() < 0.1 { f64::NAN } else { rng.uniform() }).collect();
            let said = score.iter().map(|s| if s.is_nan() { metrics::NO_CLASS } else { u32::from(*s >= 0.5) }).collect();
            Outcomes {
                task: ModelTask::BinaryClassification,
                classes: vec!["0".into(), "1".into()],
                truth: Truth::Classes((0..n).map(|_| class(rng, 2)).collect()),
                prediction: Prediction::Score { score, class: said, cut: 0.5 },
                weights,
                groups: None,
            }
        }
        1 => {
            let values: Vec<f64> = (0..n)
                .flat_map(|_| {
                    let a = [rng.uniform(), rng.uniform(), rng.uniform()];
                    let total: f64 = a.iter().sum();
                    a.map(|x| x / total)
                })
                .collect();
            let said = values.chunks(3).map(|r| (0..3).max_by(|&a, &b| r[a].total_cmp(&r[b])).expect("a class") as u32).collect();
            Outcomes {
                task: ModelTask::MulticlassClassification,
                classes: ["a", "b", "c"].map(String::from).to_vec(),
                truth: Truth::Classes((0..n).map(|_| class(rng, 3)).collect()),
                prediction: Prediction::Probabilities { values, class: said },
                weights,
                groups: None,
            }
        }
        _ => Outcomes {
            task: ModelTask::Regression,
            classes: Vec::new(),
            truth: Truth::Numbers((0..n).map(|_| if rng.uniform() < 0.1 { f64::NAN } else { 5.0 + rng.normal() }).collect()),
            prediction: Prediction::Numbers((0..n).map(|_| if rng.uniform() < 0.1 { f64::NAN } else { 5.0 + rng.normal() }).collect()),
            weights,
            groups: None,
        },
    }
}

/// The rows from `from` to `to`.
fn slice(outcomes: &Outcomes, from: usize, to: usize) -> Outcomes {
    let k = outcomes.classes.len();
    Outcomes {
        truth: match &outcomes.truth {
            Truth::Classes(c) => Truth::Classes(c[from..to].to_vec()),
            Truth::Numbers(v) => Truth::Numbers(v[from..to].to_vec()),
            Truth::None | Truth::Entities { .. } => Truth::None,
        },
        prediction: match &outcomes.prediction {
            Prediction::Score { score, class, cut } => {
                Prediction::Score { score: score[from..to].to_vec(), class: class[from..to].to_vec(), cut: *cut }
            }
            Prediction::Probabilities { values, class } => {
                Prediction::Probabilities { values: values[from * k..to * k].to_vec(), class: class[from..to].to_vec() }
            }
            Prediction::Numbers(v) => Prediction::Numbers(v[from..to].to_vec()),
            other => other.clone(),
        },
        weights: outcomes.weights.as_ref().map(|w| w[from..to].to_vec()),
        ..outcomes.clone()
    }
}

/// Areas under curves come from histograms where profiles were merged.
fn exact_after_merge(metric: Metric) -> bool {
    metric != Metric::MulticlassAuc && !matches!(metric.estimates(), Some(Metric::Auc | Metric::AveragePrecision))
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-11 * a.abs().max(1e-3) || (a.is_nan() && b.is_nan()),
        (a, b) => a == b,
    }
}

#[test]
fn batches_merge_into_the_whole_wherever_they_are_cut() {
    for seed in 0..60u64 {
        let mut rng = Rng::new(seed, 9);
        let n = 50 + rng.below(200) as usize;
        let whole = generated(seed % 3, n, &mut rng);
        let frame = ModelFrame::learn(&whole).expect("a frame");
        let count = |outcomes: &Outcomes| ModelProfile::count(&frame, outcomes, &RowOutcomes::code(&frame, outcomes));
        let all = count(&whole);
        let at = rng.below(n as u64 + 1) as usize;
        let mut merged = count(&slice(&whole, 0, at));
        merged.merge(&count(&slice(&whole, at, n))).expect("one frame");
        assert_eq!(merged.tally.rows, all.tally.rows);
        assert_eq!(merged.tally.labelled.rows, all.tally.labelled.rows);
        for definition in metrics::catalogue(whole.task).filter(|d| exact_after_merge(d.metric)) {
            let (a, b) = (frame.whole_value(&merged, definition.metric), frame.whole_value(&all, definition.metric));
            assert!(close(a, b), "seed {seed} {}: {a:?} {b:?}", definition.id);
            let (a, b) = (frame.standard_error(&merged.tally, definition.metric), frame.standard_error(&all.tally, definition.metric));
            assert!(close(a.map(|x| x.max(1e-6)), b.map(|x| x.max(1e-6))), "seed {seed} error of {}: {a:?} {b:?}", definition.id);
        }
        // A part and the rest of it are the whole again, and the rest is what is left of the whole.
        let cells: Vec<u16> = (0..n).map(|_| rng.below(3) as u16).collect();
        let rows = RowOutcomes::code(&frame, &whole);
        let parts = count_cells(&frame, &rows, &cells, 3, true);
        let together = parts[0].with(&parts[1]).with(&parts[2]);
        let rest = all.tally.without(&parts[0]);
        let others = parts[1].with(&parts[2]);
        for definition in metrics::catalogue(whole.task) {
            let value = |tally| frame.value(tally, definition.metric);
            assert!(close(value(&together), value(&all.tally)), "seed {seed} {}", definition.id);
            let (a, b) = (value(&rest), value(&others));
            assert!(a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-8), "seed {seed} {}: {a:?} {b:?}", definition.id);
        }
    }
}

#[test]
fn the_order_of_rows_does_not_matter() {
    for seed in 0..30u64 {
        let mut rng = Rng::new(seed, 11);
        let n = 80;
        let outcomes = generated(seed % 3, n, &mut rng);
        let frame = ModelFrame::learn(&outcomes).expect("a frame");
        let count = |outcomes: &Outcomes| ModelProfile::count(&frame, outcomes, &RowOutcomes::code(&frame, outcomes));
        let mut turned = count(&slice(&outcomes, 30, n));
        turned.merge(&count(&slice(&outcomes, 0, 30))).expect("one frame");
        let all = count(&outcomes);
        for definition in metrics::catalogue(outcomes.task).filter(|d| exact_after_merge(d.metric)) {
            let (a, b) = (frame.whole_value(&turned, definition.metric), frame.whole_value(&all, definition.metric));
            assert!(close(a, b), "seed {seed} {}: {a:?} {b:?}", definition.id);
        }
    }
}

/// The standard errors of the catalogue against the spread of the metric over many samples.
#[test]
fn standard_errors_are_those_of_repeated_samples() {
    let sample = |task: ModelTask, rng: &mut Rng| {
        let n = 400;
        if task == ModelTask::Regression {
            let truth: Vec<f64> = (0..n).map(|_| 5.0 + rng.normal()).collect();
            let said = truth.iter().map(|y| y + 0.6 * rng.normal()).collect();
            let (truth, prediction) = (Truth::Numbers(truth), Prediction::Numbers(said));
            return Outcomes { task, classes: Vec::new(), truth, prediction, weights: None, groups: None };
        }
        let truth: Vec<u32> = (0..n).map(|_| u32::from(rng.uniform() < 0.3)).collect();
        let score: Vec<f64> = truth.iter().map(|&y| (0.3 + 0.3 * f64::from(y) + 0.2 * rng.normal()).clamp(0.01, 0.99)).collect();
        let class = score.iter().map(|&s| u32::from(s >= 0.5)).collect();
        let classes = vec!["0".into(), "1".into()];
        Outcomes {
            task,
            classes,
            truth: Truth::Classes(truth),
            prediction: Prediction::Score { score, class, cut: 0.5 },
            weights: None,
            groups: None,
        }
    };
    for task in [ModelTask::BinaryClassification, ModelTask::Regression] {
        let mut rng = Rng::new(3, 13);
        let frame = ModelFrame::learn(&sample(task, &mut rng)).expect("a frame");
        let profiles: Vec<ModelProfile> = (0..400)
            .map(|_| {
                let outcomes = sample(task, &mut rng);
                ModelProfile::count(&frame, &outcomes, &RowOutcomes::code(&frame, &outcomes))
            })
            .collect();
        // What is expected of drawn labels varies less than its error says, on purpose.
        for definition in metrics::catalogue(task).filter(|d| d.metric.estimates().is_none_or(|m| m == Metric::Accuracy)) {
            let values: Vec<f64> = profiles.iter().filter_map(|p| frame.whole_value(p, definition.metric)).collect();
            let errors: Vec<f64> = profiles.iter().filter_map(|p| frame.standard_error(&p.tally, definition.metric)).collect();
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let spread = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
            let typical = errors.iter().sum::<f64>() / n;
            // 400 samples know a spread to 3.5 %.
            assert!((typical / spread - 1.0).abs() < 0.15, "{}: {typical} against {spread}", definition.id);
        }
    }
}
