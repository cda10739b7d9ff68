//! `docs/catalogue.md`: the catalogue's table as the code has it, with what words alone can say beside it.
//!
//! The test holds the file against the code. With `STRAINGAUGE_BLESS=1` in the environment it writes the file anew.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use straingauge_api::{Category, Kind, Unit};
use straingauge_engine::stress::{Needs, Question, Scope, TestSpec, questions};

const HEAD: &str = "# The catalogue of tests

This page is written by a test (`tests/engine/catalogue_page.rs`) from the specs in the code; `STRAINGAUGE_BLESS=1 cargo test -p
straingauge-engine --test engine catalogue_page` writes it anew. Do not edit it by hand.

A test compares evaluation with reference, or a part with the rest (*difference*: it fails only when its effect is large **and** the evidence,
corrected for all questions of the run, is there), states a fact of one data set (*property*: judged by the lower end of its effect's
95 % interval), or holds or does not (*logical*). It warns from w and alerts from a; both can be set a test, with `run`,
`excludeColumns` and the parameters of the last column. *Least n* is what a case needs to be judged at all; beyond that, a difference that
passes without having had 80 % power to show an alert is a skip that says so. A test whose needs are not met is skipped with the reason.
Scope *profile* works from merged profiles and so in every bin of a firewall; *rows* needs the loaded rows.
";

/// What the code does not say in a form of its own.
struct Words {
    evidence: &'static str,
    least: &'static str,
    skips: &'static str,
}

const fn words(evidence: &'static str, least: &'static str, skips: &'static str) -> Words {
    Words { evidence, least, skips }
}

const SIZE: &str = "20 rows in the subset";
const NO_P: &str = "none: lower end of the interval";
const LEARNT: &str = "one-sided Fisher, failing evaluation rows against the reference's by what its other rows teach";

/// By the metric's own name: the evidence over whole sets, and in a subset against all rows.
fn metric_words(metric: &str) -> Option<(Words, &'static str)> {
    Some(match metric {
        "accuracy" | "multiclass_accuracy" | "top_k_accuracy" | "average_thresholded_confidence" => {
            (words("hypergeometric test of two shares", "5 rows", "no class is known"), "hypergeometric against all rows")
        }
        "precision" | "recall" | "f1" => (
            words(
                "random splits of both sets at the same sizes, Pearson III tail (entities: permutation of documents, three moments)",
                "5 rows",
                "no class is known",
            ),
            "against isotonic probabilities of the other rows, Pearson III tail (entities: permutation of documents)",
        ),
        "false_positive_rate" | "false_negative_rate" => (
            words("random splits of both sets at the same sizes, Pearson III tail", "5 rows", "no negative (positive) row"),
            "against isotonic probabilities of the other rows, Pearson III tail",
        ),
        "balanced_accuracy" | "macro_precision" | "macro_recall" | "macro_f1" | "matthews_corrcoef" => (
            words(
                "random splits of both sets at the same sizes, Pearson III tail",
                "5 rows a class, rarer ones pooled",
                "more than 1 024 classes",
            ),
            "same-size draws of all rows, Pearson III tail",
        ),
        "auc" => (
            words("DeLong's placements, tail with skewness", "5 rows a class", "predictions are classes only"),
            "DeLong's placements of all rows, tail with skewness",
        ),
        "multiclass_auc" => (
            words("placements of the rows, by class", "5 rows a class", "predictions are classes only; more than 64 classes"),
            "placements of all rows, tail with skewness",
        ),
        "average_precision" => (
            words("binomial variance on the positives", "5 positive rows", "predictions are classes only"),
            "against isotonic probabilities of the other rows, sequential draws",
        ),
        "r2" => (
            words("normal test on the rows' influence", "5 rows", "the label does not vary"),
            "unexplained variance of all rows, three moments",
        ),
        "prediction_variance" | "positive_prediction_variance" | "negative_prediction_variance" => {
            (words("normal test on the rows' influence, two-sided", "5 rows", "predictions are classes only"), "")
        }
        "log_loss" | "brier_score" => (
            words("permutation test of two means by three moments (Pearson III)", "5 rows", "predictions are classes only"),
            "part of a finite population by three moments",
        ),
        "msle" => (
            words("permutation test of two means by three moments (Pearson III)", "5 rows", "a label or prediction of −1 or less"),
            "part of a finite population by three moments",
        ),
        "mape" => (
            words("permutation test of two means by three moments (Pearson III)", "5 rows", "a label of 0"),
            "part of a finite population by three moments",
        ),
        "mse" | "rmse" | "mae" | "average_confidence" => (
            words("permutation test of two means by three moments (Pearson III)", "5 rows", "no prediction of this form"),
            "part of a finite population by three moments",
        ),
        "positive_prediction_rate" | "mean_error" | "average_prediction" | "average_rank" | "average_number_of_predicted_entities" => {
            (words("two-sided test of two means", "5 rows", "no prediction of this form"), "")
        }
        "mrr" | "ndcg" | "rank_correlation" => (
            words(
                "permutation test of two means over queries, three moments",
                "5 queries",
                "no query has the value (no relevant row, or no order)",
            ),
            "part of a finite population of queries",
        ),
        "overconfidence" | "underconfidence" => (
            words("Spiegelhalter's z of both sides", "1 labelled row", "predictions are classes only"),
            "part of a finite population by three moments",
        ),
        _ if metric.starts_with("estimated_") => (
            words(
                "labels drawn from the calibrated probabilities",
                "5 rows",
                "no labelled set that is not training data; unreliable beyond an error of 0.05",
            ),
            "labels drawn from the calibrated probabilities",
        ),
        _ => return None,
    })
}

/// What is said of a test; a test of the catalogue without a row here fails the page's test.
fn said(id: &str) -> Option<Words> {
    let (category, name) = id.split_once(':')?;
    if category == "subset_performance" && !name.starts_with("worst_slices") {
        let (words, subset) = metric_words(name.strip_prefix("subset_")?)?;
        return Some(Words { evidence: subset, least: SIZE, ..words });
    }
    if category == "subset_performance_degradation" && name.starts_with("worst_slices") {
        return Some(words(
            "one-sided, on the halves of the rows that were not searched, Holm over ten",
            "support max(32, 1 % of the rows) on both sides",
            "no slice has the support",
        ));
    }
    if category == "subset_performance_degradation" {
        let (words, _) = metric_words(name.strip_prefix("subset_drift_")?)?;
        return Some(Words { least: "20 rows in the subset on both sides", ..words });
    }
    if let Some((words, _)) = metric_words(name).filter(|_| category == "model_performance") {
        return Some(words);
    }
    let rows = "100 rows with a value on both sides";
    let documents = "100 documents on both sides";
    Some(match name {
        "calibration_comparison" | "expected_calibration_error" => {
            words("χ² over the bins", "two bins of 50 labelled rows on both sides", "predictions are classes only")
        }
        "worst_slices" | "worst_slices_log_loss" | "worst_slices_mae" => words(
            "one-sided, on the half of the rows that was not searched, Holm over ten",
            "support max(32, 1 % of the rows)",
            "no slice has the support",
        ),
        "feature_drift" | "prediction_drift" | "label_drift" | "protected_feature_drift" => {
            words("2·min(KS, χ² over at most 10 bins); categories χ²", rows, "a side without values")
        }
        "predicted_label_drift" => words("χ²", rows, "a side without values"),
        "correlation_drift_feature_to_feature" | "correlation_drift_feature_to_label" => words(
            "difference of Fisher's z by the rows' influence",
            "30 rows with both values on both sides",
            "no side reaches min_correlation; a side that does not vary",
        ),
        "mutual_information_drift_feature_to_feature" | "mutual_information_drift_feature_to_label" => words(
            "difference of two gammas",
            "100 rows and 5 rows a cell on both sides",
            "no side reaches min_mutual_information; too many cells",
        ),
        "mutual_information_decrease_feature_to_label" => words(
            "difference of two gammas, one-sided",
            "100 rows and 5 rows a cell on both sides",
            "the reference has less than min_mutual_information",
        ),
        "embedding_drift" => words("random-Fourier MMD", "100 rows with a vector on both sides", "vectors of other lengths"),
        "nulls_per_feature_drift" => words("χ² 2×2 with Yates's correction", "1 row", "the evaluation lacks the column"),
        "nulls_per_row_drift" => words("2·min(KS, χ²) over counts a row", "100 rows on both sides", "no shared column"),
        "character_drift" | "unigram_drift" | "bigram_drift" => {
            words("χ² with Rao and Scott's correction from the documents", documents, "no token common enough")
        }
        "domain_classifier" => {
            words("Mann-Whitney on the half that was not learnt from", "100 rows on both sides", "no shared feature that varies")
        }
        "numeric_outlier" => words(LEARNT, "1 row", "unique, ascending and constant columns"),
        "unseen_categorical" => {
            words("exchangeability of the pooled value counts", "1 row", "more than a quarter of the reference's values are distinct")
        }
        "rare_categories" | "capitalization" => words(LEARNT, "1 row", "more than a quarter of the reference's values are distinct"),
        "out_of_range" => words(LEARNT, "enough reference rows", "reference values below 0; off unless asked for"),
        "req_characters" => words(LEARNT, "enough reference values", "no character that every value has"),
        "inconsistencies" => words(LEARNT, "5 rows expected of the pair", "no two categories that the reference all but rules out"),
        "empty_string" | "null_check" | "empty_text" | "feature_type_check" => {
            words(LEARNT, "1 row", "the reference has such cells itself")
        }
        "unseen_unigram" => words(LEARNT, "1 row", "columns without text"),
        "embedding_anomalies" => {
            words("Fisher, against held-out distances of the reference", "100 rows with a vector", "no embedding on both sides")
        }
        "required_features" => words("none: it holds or does not", "1 row", "never"),
        "constant_feature" => words("Fisher decides whether chance explains it", "20 rows with a value", "no value in the reference"),
        "class_coverage" => words("Fisher decides whether chance explains the absence", "1 row", "no classes"),
        "duplicate_rows" | "conflicting_labels" => {
            words(NO_P, "1 row", "more than a fifth of the reference's rows have an equal; no shared feature")
        }
        "near_duplicate_texts" => words(NO_P, "1 text", "more than a fifth of the reference's texts have a near equal"),
        "train_test_overlap" => words(
            "Chernoff bound over random dealings of the pooled rows",
            "1 row",
            "more than a fifth of the reference's rows have an equal",
        ),
        "date_overlap" => words(NO_P, "1 moment on both sides", "the evaluation is not later on the whole"),
        "index_overlap" => words(NO_P, "1 id on both sides", "ids repeat by nature"),
        "label_imbalance" => words(NO_P, "2 classes", "no classes"),
        "high_feature_correlation" => words(NO_P, "10 rows with both values", "a feature does not vary"),
        "high_mutual_information_feature_to_label" => words(NO_P, "5 rows a cell", "label without entropy"),
        "mixed_nulls" | "mixed_types" | "string_variants" | "special_characters" => words(NO_P, "1 value", "columns of another kind"),
        "identifier_feature" => words(NO_P, "5 rows a cell", "values that repeat"),
        "outlier_rows" => words(NO_P, "100 reference rows", "no numbers or categories that vary"),
        "label_noise" => words(NO_P, "50 labelled rows of whose class the model is confident", "predictions are classes only"),
        "demographic_parity_pos_pred" | "intersectional_group_fairness_pos_pred" => {
            words("χ² of homogeneity", "20 predicted rows in two groups", "fewer than two such groups")
        }
        "demographic_parity_avg_pred" | "intersectional_group_fairness_avg_pred" => {
            words("χ² of homogeneity by the pooled variance", "20 predicted rows in two groups", "predictions are classes only")
        }
        "demographic_parity_avg_rank" | "intersectional_group_fairness_avg_rank" => words(
            "χ² of homogeneity; rows within queries, queries among each other",
            "20 queries with a row of the group",
            "fewer than two such groups",
        ),
        "equalized_odds" | "equal_opportunity_recall" | "predictive_equality_fpr" => words(
            "Fisher, two-sided, Holm over groups and rates",
            "20 labelled rows in two groups, 5 that bear on the rate",
            "fewer than two such groups",
        ),
        "equal_opportunity_macro_recall" => {
            words("random splits of both groups' rows, Holm", "20 labelled rows in two groups", "fewer than two such groups")
        }
        "class_imbalance" => {
            words("none: Clopper and Pearson's lower end", "20 evaluation rows in two groups", "fewer than two such groups")
        }
        "discrimination_by_proxy" => words(NO_P, "5 rows a cell", "too many cells"),
        "feature_independence" => {
            words("χ² of independence", "20 predicted rows in two groups", "nearly all rows predicted to be of one class")
        }
        "predict_protected_features" => words(NO_P, "40 rows in two groups", "the model sees no other feature; off unless asked for"),
        "calibration_by_group" => words(
            "χ² over the bins, Holm over groups",
            "two bins of 50 labelled rows in and outside a group",
            "predictions are classes only",
        ),
        "exact_match_label_flipping" => words(
            "Chernoff bound over random dealings of the pooled rows",
            "1 row with an equal in the reference",
            "more than a fifth of the reference's rows have an equal; no shared feature",
        ),
        "near_match_label_flipping" => words(
            "one-sided Fisher, on counts thinned for rows near to each other",
            "1 row near to a reference row",
            "the reference's own rows are too near to each other",
        ),
        "stateful_black_box_detection" => words(
            "one-sided Fisher against the reference's own sequence",
            "100 rows on both sides",
            "no timestamps; more than 1 % of the reference's queries are as near by nature, or more than 20 % have an equal",
        ),
        "row_wise_pii_detection" => words(NO_P, "1 row", "no text or category"),
        "row_wise_data_leakage" => words(NO_P, "1 row", "no terms or patterns were given"),
        _ => return None,
    })
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Difference => "difference",
        Kind::Property => "property",
        Kind::Logical => "logical",
    }
}

fn needs(needs: Needs) -> String {
    let all = [
        (needs.predictions, "predictions"),
        (needs.labels, "labels"),
        (needs.timestamps, "timestamps"),
        (needs.protected, "protected features"),
        (needs.model, "a model"),
    ];
    let named: Vec<&str> = all.into_iter().filter(|n| n.0).map(|n| n.1).collect();
    if named.is_empty() { "data".to_owned() } else { named.join(", ") }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Score => "score",
        Unit::Share => "share of rows",
        Unit::Points => "points",
        Unit::Distance => "distance",
        Unit::Relative => "relative",
        Unit::Number => "label units",
        Unit::Count => "rows",
        Unit::Logical => "–",
    }
}

/// The parameters that a test reads, of those of its question.
fn params<'a>(question: &'a dyn Question, spec: &'a TestSpec) -> impl Iterator<Item = &'static str> + 'a {
    // What only one test of a question reads.
    let own = |param: &str| match param {
        "k" => spec.id.ends_with(":ndcg") || spec.id.contains(":worst_slices"),
        "bound_multiplier" => spec.id.ends_with(":numeric_outlier"),
        _ => true,
    };
    question.params_of(&spec.id).iter().copied().filter(move |p| own(p))
}

fn row(out: &mut String, question: &dyn Question, spec: &TestSpec) {
    let words = said(&spec.id).unwrap_or_else(|| panic!("{} has no words on the page: add them to `said`", spec.id));
    let (w, a) = spec.thresholds.map_or(("–".to_owned(), "–".to_owned()), |t| (t.warning.to_string(), t.alert.to_string()));
    let params: Vec<String> = params(question, spec).map(|p| format!("`{p}`")).collect();
    let off = if spec.default_on { "" } else { " (off)" };
    writeln!(
        out,
        "| `{}`{off} | {} | {} | {} | {} | {} | {w} | {a} | {} | {} | {} | {} |",
        spec.id.split_once(':').map_or(spec.id.as_str(), |id| id.1),
        spec.name,
        kind(spec.kind),
        if spec.scope == Scope::Profile { "profile" } else { "rows" },
        needs(spec.needs),
        unit(spec.unit),
        if spec.kind == Kind::Property { NO_P } else { words.evidence },
        words.least,
        words.skips,
        params.join(", "),
    )
    .unwrap();
}

fn page() -> String {
    let mut by_category: BTreeMap<Category, Vec<(&dyn Question, TestSpec)>> = BTreeMap::new();
    for question in questions() {
        for spec in question.tests() {
            by_category.entry(spec.category).or_default().push((question, spec));
        }
    }
    let mut out = HEAD.to_owned();
    for (category, rows) in &by_category {
        let risk = rows.first().map_or(String::new(), |r| format!("{:?}", r.1.risk));
        writeln!(out, "\n## {}\n\nIds start with `{}:`. Risk: {}.\n", category.label(), category.id(), risk.to_lowercase()).unwrap();
        out.push_str("| id | name | kind | scope | needs | effect in | w | a | p from | least n | skips when | parameters |\n");
        out.push_str("|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        for (question, spec) in rows {
            row(&mut out, *question, spec);
        }
    }
    out
}

/// `TestParameters` of the package's types: a line a test.
#[test]
fn the_types_are_what_the_code_gives() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../pkg/index.d.ts");
    let there = std::fs::read_to_string(&file).expect("the package's types");
    let (open, close) = ("export interface TestParameters {\n", "}\n");
    let (head, rest) = there.split_once(open).expect("TestParameters");
    let (listed, tail) = rest.split_once(&format!("\n{close}")).expect("the end of TestParameters");
    let mut by_category: BTreeMap<Category, Vec<(&dyn Question, TestSpec)>> = BTreeMap::new();
    for question in questions() {
        question.tests().into_iter().for_each(|spec| by_category.entry(spec.category).or_default().push((question, spec)));
    }
    let line = |(question, spec): &(&dyn Question, TestSpec)| {
        let names: Vec<String> = params(*question, spec).map(|p| format!("'{p}'")).collect();
        format!("  '{}': {};", spec.id, if names.is_empty() { "never".to_owned() } else { names.join(" | ") })
    };
    let wanted: Vec<String> = by_category.values().flatten().map(line).collect();
    if std::env::var_os("STRAINGAUGE_BLESS").is_some() {
        std::fs::write(&file, format!("{head}{open}{}\n{close}{tail}", wanted.join("\n"))).expect("writable types");
        return;
    }
    let differs = listed.lines().zip(&wanted).find(|(a, b)| a != b);
    assert!(listed == wanted.join("\n"), "pkg/index.d.ts is not what the code gives (STRAINGAUGE_BLESS=1 writes it): {differs:?}");
    // Every parameter has a type.
    let (_, types) = head.split_once("export interface Parameters {").expect("Parameters");
    for name in by_category.values().flatten().flat_map(|(question, spec)| params(*question, spec)) {
        assert!(types.contains(&format!("  {name}?:")), "Parameters has no {name}");
    }
}

#[test]
fn the_page_is_what_the_code_gives() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/catalogue.md");
    let page = page();
    if std::env::var_os("STRAINGAUGE_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder for the docs");
        std::fs::write(&file, &page).expect("a writable page");
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = there.lines().zip(page.lines()).find(|(a, b)| a != b);
    assert!(there == page, "docs/catalogue.md is not what the code gives (STRAINGAUGE_BLESS=1 writes it): {differs:?}");
}
