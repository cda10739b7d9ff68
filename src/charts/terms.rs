//! Further numbers of a case in words: `SUBSET_DETAILS:overall_accuracy` is "accuracy over all rows".

use straingauge_api::CaseMetric;

use crate::format::{number, percent, value};

/// Names of metrics and statistics within a sentence, by their ids. A test of the engine holds them against its catalogue.
const NAMES: [(&str, &str); 62] = [
    ("accuracy", "accuracy"),
    ("multiclass_accuracy", "accuracy"),
    ("balanced_accuracy", "balanced accuracy"),
    ("precision", "precision"),
    ("recall", "recall"),
    ("f1", "F1"),
    ("macro_precision", "macro precision"),
    ("macro_recall", "macro recall"),
    ("macro_f1", "macro F1"),
    ("auc", "AUC"),
    ("multiclass_auc", "AUC (one against one)"),
    ("average_precision", "average precision"),
    ("log_loss", "log-loss"),
    ("brier_score", "Brier score"),
    ("matthews_corrcoef", "Matthews correlation"),
    ("false_positive_rate", "false positive rate"),
    ("false_negative_rate", "false negative rate"),
    ("top_k_accuracy", "top-k accuracy"),
    ("positive_prediction_rate", "positive prediction rate"),
    ("average_prediction", "average prediction"),
    ("prediction_variance", "prediction variance"),
    ("positive_prediction_variance", "prediction variance of positive rows"),
    ("negative_prediction_variance", "prediction variance of negative rows"),
    ("mse", "mean squared error"),
    ("rmse", "RMSE"),
    ("mae", "mean absolute error"),
    ("msle", "mean squared log error"),
    ("mape", "mean absolute percentage error"),
    ("r2", "R²"),
    ("mean_error", "mean error"),
    ("mrr", "mean reciprocal rank"),
    ("ndcg", "NDCG"),
    ("rank_correlation", "rank correlation"),
    ("average_rank", "average rank"),
    ("average_confidence", "average confidence"),
    ("psi", "PSI"),
    ("kl", "Kullback-Leibler divergence"),
    ("js", "Jensen-Shannon divergence"),
    ("hellinger", "Hellinger distance"),
    ("wasserstein", "Wasserstein distance"),
    ("ks", "Kolmogorov-Smirnov distance"),
    ("cramers_v", "Cramér's V"),
    ("pearson", "Pearson's correlation"),
    ("spearman", "Spearman's correlation"),
    ("mutual_information", "mutual information"),
    ("normalised_mutual_information", "normalised mutual information"),
    ("adjusted_mutual_information", "adjusted mutual information"),
    ("centroid_distance", "distance of the centres"),
    ("mmd_squared", "squared maximum mean discrepancy"),
    ("count", "failing rows"),
    ("share", "share of failing rows"),
    ("reference_share", "share of failing reference rows"),
    ("base_rate", "accuracy of always naming the largest group"),
    ("largest", "share of the largest class"),
    ("largest_difference_between_groups", "largest difference between groups"),
    ("smallest_to_largest", "smallest group relative to the largest"),
    ("share_beyond_score", "share of hits beyond the mean score"),
    ("probability_later", "share of pairs in which the evaluation row is later"),
    ("slice_score", "score of the slice in the search"),
    ("chi_squared", "χ²"),
    ("p_value", "p"),
    ("rows", "rows"),
];

/// The name of a metric or statistic within a sentence; an id that has none loses its underscores.
pub fn name(id: &str) -> String {
    if let Some(base) = id.strip_prefix("estimated_") {
        return format!("estimated {}", name(base));
    }
    NAMES.iter().find(|(known, _)| *known == id).map_or_else(|| id.replace('_', " "), |(_, name)| (*name).to_owned())
}

/// The part of the data that an id speaks of, by its prefix or suffix, with what is left.
fn part(id: &str) -> Option<(&str, &'static str)> {
    const BEFORE: [(&str, &str); 8] = [
        ("reference_subset_", "in the subset of the reference"),
        ("evaluation_subset_", "in the subset of the evaluation set"),
        ("largest_group_", "of the largest group"),
        ("group_", "of the group"),
        ("subset_", "in the subset"),
        ("overall_", "over all rows"),
        ("reference_", "in the reference"),
        ("evaluation_", "in the evaluation set"),
    ];
    const AFTER: [(&str, &str); 3] =
        [("_realised_error", "less what the labels give"), ("_reference", "in the reference"), ("_evaluation", "in the evaluation set")];
    let before = || BEFORE.iter().find_map(|(prefix, words)| Some((id.strip_prefix(prefix)?, *words)));
    let after = || AFTER.iter().find_map(|(suffix, words)| Some((id.strip_suffix(suffix)?, *words)));
    if NAMES.iter().any(|(known, _)| *known == id) { None } else { before().or_else(after) }
}

/// A further number's name in words, as it stands before the number.
pub fn term(metric: &CaseMetric) -> String {
    let id = metric.metric.as_str();
    let of = |id: &str| part(id).map_or_else(|| name(id), |(rest, place)| format!("{} {place}", name(rest)));
    let words = match metric.kind.as_str() {
        "LOG_ODDS_Z" => return format!("“{id}”: z of the log-odds"),
        "FEATURE" => return format!("{id}: what it adds to telling the sets apart"),
        "FAIRNESS_GROUP" => return format!("{id}: imbalance to the largest group"),
        "PERFORMANCE_DIFF" => match id.split_once(':') {
            Some(("total", base)) => format!("change of {}", name(base)),
            Some(("mix", base)) => format!("change of {} by the mix of the rows", name(base)),
            Some(("within", base)) => format!("change of {} within the parts", name(base)),
            _ => format!("{} of all rows less that of the passing rows", of(id)),
        },
        _ => of(id),
    };
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Its value: shares as percentages, counts whole, everything else with about four digits.
pub fn term_value(metric: &CaseMetric) -> Option<String> {
    let x = metric.value.filter(|x| x.is_finite())?;
    Some(match metric.metric.as_str() {
        "share" | "reference_share" | "largest" | "probability_later" | "base_rate" => percent(x),
        "count" | "rows" => value(Some(x), straingauge_api::Unit::Count),
        _ => number(x),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, metric: &str, value: f64) -> (String, Option<String>) {
        let metric = CaseMetric { kind: kind.into(), metric: metric.into(), value: Some(value) };
        (term(&metric), term_value(&metric))
    }

    #[test]
    fn keys_are_words() {
        let said = |kind, metric| of(kind, metric, 0.1).0;
        assert_eq!(said("SUBSET_DETAILS", "overall_multiclass_accuracy"), "Accuracy over all rows");
        assert_eq!(said("SUBSET_DETAILS", "evaluation_subset_auc"), "AUC in the subset of the evaluation set");
        assert_eq!(said("PERFORMANCE_METRIC_VALUE", "reference_r2"), "R² in the reference");
        assert_eq!(said("PERFORMANCE_DIFF", "macro_f1"), "Macro F1 of all rows less that of the passing rows");
        assert_eq!(said("PERFORMANCE_DIFF", "mix:accuracy"), "Change of accuracy by the mix of the rows");
        assert_eq!(said("DRIFT_STAT", "cramers_v"), "Cramér's V");
        assert_eq!(said("STATISTICAL_DEPENDENCE", "spearman_evaluation"), "Spearman's correlation in the evaluation set");
        assert_eq!(said("LOG_ODDS_Z", "A"), "“A”: z of the log-odds");
        assert_eq!(said("MODEL_ERROR", "estimated_f1_realised_error"), "Estimated F1 less what the labels give");
        assert_eq!(said("PERFORMANCE_METRIC_VALUE", "reference_my_own"), "My own in the reference");
    }

    #[test]
    fn shares_are_percentages_and_counts_whole() {
        assert_eq!(of("FAILING_INPUTS", "share", 0.1), ("Share of failing rows".to_owned(), Some("10.0\u{a0}%".to_owned())));
        assert_eq!(of("FAILING_INPUTS", "count", 1241.0).1, Some("1\u{202f}241".to_owned()));
        assert_eq!(of("DRIFT_STAT", "psi", f64::NAN).1, None);
        assert_eq!(of("DRIFT_STAT", "psi", -0.25).1, Some("\u{2212}0.25".to_owned()));
    }
}
