//! The catalogue of tests, id by id, as the project's own plan lists it: what the code must ask, with which thresholds, and that
//! every test is seen to find something and to leave something in peace.
//!
//! Tests that need a model that can be called are left out; they come with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use straingauge_api::{Batch, Category, Kind, Risk, Status};
use straingauge_engine::stress::{TestSpec, questions};

use crate::support::Shown;

/// Ids of a category with kind and thresholds (0, 0 for logical tests).
type Section = (Category, &'static [(&'static [&'static str], Kind, f64, f64)]);

use Kind::{Difference as D, Logical as L, Property as P};

/// What is a score of a whole set, judged by its difference.
const SCORES: &[&str] = &[
    // two classes
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "average_precision",
    "matthews_corrcoef",
    "false_positive_rate",
    "false_negative_rate",
    // several classes
    "multiclass_accuracy",
    "macro_precision",
    "macro_recall",
    "macro_f1",
    "multiclass_auc",
    "top_k_accuracy",
    // numbers
    "r2",
    // ranking
    "mrr",
    "ndcg",
    "rank_correlation",
];

/// What is an error, judged relative to its value in the reference.
const ERRORS: &[&str] = &["log_loss", "brier_score", "mse", "rmse", "mae", "msle", "mape"];

/// Estimated without labels.
const ESTIMATES: &[&str] = &[
    "estimated_accuracy",
    "estimated_precision",
    "estimated_recall",
    "estimated_f1",
    "estimated_auc",
    "estimated_average_precision",
    "estimated_false_positive_rate",
    "estimated_macro_precision",
    "estimated_macro_recall",
    "estimated_macro_f1",
];

/// Without a good direction: asked of whole sets and of subsets over time, on the scale of each.
const LEVELS: &[&str] = &[
    "positive_prediction_rate",
    "average_prediction",
    "prediction_variance",
    "positive_prediction_variance",
    "negative_prediction_variance",
    "mean_error",
    "average_rank",
    "average_number_of_predicted_entities",
];

const CONFIDENCES: &[&str] = &["average_confidence", "average_thresholded_confidence"];
const CALIBRATION: &[&str] = &["calibration_comparison", "expected_calibration_error", "overconfidence", "underconfidence"];

const OTHERS: &[Section] = &[
    (
        Category::Drift,
        &[
            (&["feature_drift"], D, 0.2, 0.6),
            (&["prediction_drift", "predicted_label_drift", "label_drift"], D, 0.2, 0.4),
            (&["correlation_drift_feature_to_feature", "correlation_drift_feature_to_label"], D, 0.3, 0.5),
            (&["mutual_information_drift_feature_to_feature", "mutual_information_drift_feature_to_label"], D, 0.1, 0.2),
            (&["embedding_drift"], D, 0.1, 0.2),
            (&["nulls_per_feature_drift"], D, 0.05, 0.2),
            (&["nulls_per_row_drift"], D, 0.2, 0.6),
            (&["character_drift", "unigram_drift", "bigram_drift"], D, 0.1, 0.2),
            (&["domain_classifier"], D, 0.1, 0.25),
        ],
    ),
    (
        Category::AbnormalInputs,
        &[(
            &[
                "numeric_outlier",
                "unseen_categorical",
                "rare_categories",
                "out_of_range",
                "req_characters",
                "inconsistencies",
                "capitalization",
                "empty_string",
                "null_check",
                "feature_type_check",
                "embedding_anomalies",
                "unseen_unigram",
                "empty_text",
            ],
            D,
            0.01,
            0.05,
        )],
    ),
    (
        Category::DataCleanliness,
        &[
            (&["required_features", "class_coverage", "constant_feature"], L, 0.0, 0.0),
            (&["duplicate_rows"], P, 0.01, 0.05),
            (&["near_duplicate_texts"], P, 0.02, 0.10),
            (&["conflicting_labels"], P, 0.005, 0.02),
            (&["train_test_overlap"], D, 0.01, 0.05),
            (&["date_overlap"], P, 0.01, 0.10),
            (&["index_overlap"], P, 0.01, 0.05),
            (&["label_imbalance"], P, 0.6, 0.75),
            (&["high_feature_correlation"], P, 0.7, 0.9),
            (&["high_mutual_information_feature_to_label"], P, 0.7, 0.9),
            (&["mutual_information_decrease_feature_to_label"], D, 0.1, 0.2),
            (&["mixed_nulls", "mixed_types", "string_variants"], P, 0.005, 0.05),
            (&["special_characters"], P, 0.05, 0.20),
            (&["identifier_feature"], P, 0.1, 0.3),
            (&["outlier_rows"], P, 0.005, 0.02),
            (&["label_noise"], P, 0.03, 0.10),
        ],
    ),
    (
        Category::BiasAndFairness,
        &[
            (
                &[
                    "demographic_parity_pos_pred",
                    "demographic_parity_avg_pred",
                    "demographic_parity_avg_rank",
                    "intersectional_group_fairness_pos_pred",
                    "intersectional_group_fairness_avg_pred",
                    "intersectional_group_fairness_avg_rank",
                ],
                D,
                0.2,
                0.3,
            ),
            (&["equalized_odds", "equal_opportunity_recall", "equal_opportunity_macro_recall", "predictive_equality_fpr"], D, 0.1, 0.2),
            (&["class_imbalance"], P, 0.9, 0.96),
            (&["protected_feature_drift"], D, 0.2, 0.6),
            (&["discrimination_by_proxy"], P, 0.2, 0.4),
            (&["feature_independence"], D, 0.1, 0.3),
            (&["predict_protected_features"], P, 0.2, 0.4),
            (&["calibration_by_group"], D, 0.02, 0.06),
        ],
    ),
    (
        Category::DataPoisoningDetection,
        &[(&["exact_match_label_flipping"], D, 0.001, 0.005), (&["near_match_label_flipping"], D, 0.005, 0.02)],
    ),
    (
        Category::EvasionAttackDetection,
        &[(&["stateful_black_box_detection"], D, 0.005, 0.02), (&["row_wise_pii_detection", "row_wise_data_leakage"], P, 0.001, 0.01)],
    ),
];

/// Kind and thresholds by id; no thresholds where the catalogue leaves them to the metric's own scale.
fn expected() -> BTreeMap<String, (Kind, Option<(f64, f64)>)> {
    let mut out = BTreeMap::new();
    let mut add = |prefix: &str, names: &[&str], kind: Kind, thresholds: Option<(f64, f64)>| {
        for name in names {
            assert!(out.insert(format!("{prefix}{name}"), (kind, thresholds)).is_none(), "{prefix}{name} stands twice");
        }
    };
    add("model_performance:", SCORES, D, Some((0.03, 0.08)));
    add("model_performance:", ERRORS, D, Some((0.10, 0.25)));
    add("model_performance:", ESTIMATES, D, Some((0.05, 0.10)));
    add("model_performance:", CONFIDENCES, D, Some((0.05, 0.10)));
    add("model_performance:", CALIBRATION, D, Some((0.02, 0.06)));
    add("model_performance:", LEVELS, D, None);
    for prefix in ["subset_performance:subset_", "subset_performance_degradation:subset_drift_"] {
        add(prefix, SCORES, D, Some((0.05, 0.13)));
        add(prefix, ERRORS, D, Some((0.10, 0.25)));
        add(prefix, CONFIDENCES, D, Some((0.05, 0.13)));
    }
    for prefix in ["subset_performance:subset_", "subset_performance_degradation:subset_drift_"] {
        add(prefix, &["overconfidence", "underconfidence", "estimated_accuracy"], D, Some((0.05, 0.13)));
    }
    // A level that is neither good nor bad has no worst subset, only one that changed.
    add("subset_performance_degradation:subset_drift_", LEVELS, D, None);
    add("subset_performance:", &["worst_slices"], D, Some((0.05, 0.13)));
    add("subset_performance:", &["worst_slices_log_loss", "worst_slices_mae"], D, Some((0.10, 0.25)));
    add("subset_performance_degradation:", &["worst_slices"], D, Some((0.05, 0.13)));
    add("subset_performance_degradation:", &["worst_slices_log_loss", "worst_slices_mae"], D, Some((0.10, 0.25)));
    for (category, rows) in OTHERS {
        for (names, kind, warning, alert) in *rows {
            let thresholds = (*kind != L).then_some((*warning, *alert));
            add(&format!("{}:", category.id()), names, *kind, thresholds);
        }
    }
    out
}

fn specs() -> Vec<TestSpec> {
    questions().into_iter().flat_map(straingauge_engine::stress::Question::tests).collect()
}

#[test]
fn the_code_asks_what_the_catalogue_lists() {
    let wanted: BTreeSet<String> = expected().into_keys().collect();
    let specs = specs();
    let there: BTreeSet<String> = specs.iter().map(|s| s.id.clone()).collect();
    let missing: Vec<&String> = wanted.difference(&there).collect();
    let strange: Vec<&String> = there.difference(&wanted).collect();
    assert!(missing.is_empty() && strange.is_empty(), "missing {missing:#?}, not in the catalogue {strange:#?}");
    assert_eq!(there.len(), specs.len(), "an id stands twice");
}

#[test]
fn every_test_says_what_it_is_and_has_the_thresholds_of_the_catalogue() {
    let expected = expected();
    for spec in specs() {
        let id = &spec.id;
        let Some(&(kind, thresholds)) = expected.get(id) else { continue };
        assert_eq!(spec.kind, kind, "{id}");
        assert!(id.starts_with(&format!("{}:", spec.category.id())), "{id} is of {:?}", spec.category);
        let risk = match spec.category {
            Category::BiasAndFairness => Risk::Fairness,
            Category::DataPoisoningDetection | Category::EvasionAttackDetection | Category::Adversarial => Risk::Security,
            _ => Risk::Operational,
        };
        assert_eq!(spec.risk, risk, "{id}");
        match (spec.thresholds, kind) {
            (None, Kind::Logical) => {}
            (Some(t), Kind::Difference | Kind::Property) => {
                assert!(0.0 < t.warning && t.warning < t.alert && t.alert < spec.effect_max, "{id}: {t:?} of {}", spec.effect_max);
                if let Some((warning, alert)) = thresholds {
                    assert!((t.warning - warning).abs() < 1e-12 && (t.alert - alert).abs() < 1e-12, "{id}: {t:?}");
                }
            }
            other => panic!("{id}: {other:?}"),
        }
        assert_eq!(spec.needs.protected, spec.category == Category::BiasAndFairness, "{id}");
        assert_eq!(spec.default_on, !["out_of_range", "predict_protected_features"].iter().any(|off| id.ends_with(off)), "{id}");
        for (what, text) in
            [("name", &spec.name), ("checks", &spec.text.checks), ("matters", &spec.text.matters), ("decided", &spec.text.decided)]
        {
            assert!(text.chars().next().is_some_and(|c| !c.is_lowercase()) && text.len() > 1, "{id}: {what} is {text:?}");
            assert!(what == "name" || text.trim_end().ends_with('.'), "{id}: {what} is no sentence: {text:?}");
        }
    }
}

/// The modules that show what tests do, each run once.
pub fn shown() -> &'static [Shown] {
    static SHOWN: OnceLock<Vec<Shown>> = OnceLock::new();
    SHOWN.get_or_init(|| {
        let modules: &[fn() -> Vec<Shown>] = &[
            crate::metrics_shown::shown,
            crate::pairs_shown::shown,
            crate::slices_shown::shown,
            crate::text_shown::shown,
            crate::abnormal_shown::shown,
            crate::clean_shown::shown,
            crate::fair_shown::shown,
            crate::weakness::shown,
        ];
        // Two threads take turns: the runs are most of the suite's time.
        let half = |first: usize| modules.iter().skip(first).step_by(2).flat_map(|module| module()).collect::<Vec<_>>();
        std::thread::scope(|scope| {
            let odd = scope.spawn(move || half(1));
            let mut all = half(0);
            all.extend(odd.join().expect("the other half"));
            all
        })
    })
}

#[test]
fn every_test_is_seen_to_fail_and_to_pass() {
    let loud = |batch: &Batch| batch.cases.iter().any(|c| matches!(c.status, Status::Fail | Status::Warning));
    let quiet = |batch: &Batch| !loud(batch) && batch.cases.iter().any(|c| c.status == Status::Pass);
    let seen = |ids: fn(&Shown) -> &'static [&'static str], holds: &dyn Fn(&Batch) -> bool| -> BTreeSet<String> {
        let of = |shown: &'static Shown| ids(shown).iter().filter(|id| shown.document.batches.iter().any(|b| b.id == **id && holds(b)));
        shown().iter().flat_map(of).map(|id| (*id).to_owned()).collect()
    };
    let (fails, passes) = (seen(|s| s.fails, &loud), seen(|s| s.passes, &quiet));
    let unseen = |by: &BTreeSet<String>| -> Vec<String> { specs().into_iter().map(|s| s.id).filter(|id| !by.contains(id)).collect() };
    let (never_failed, never_passed) = (unseen(&fails), unseen(&passes));
    assert!(
        never_failed.is_empty() && never_passed.is_empty(),
        "never seen to fail {never_failed:#?}, never seen to pass {never_passed:#?}"
    );
}
