//! The catalogue of metrics: ids, names, directions, units, and the tasks they belong to.

use straingauge_api::{Better, ModelTask, Unit};

/// A performance metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Share of rows whose predicted class is the true one (binary).
    Accuracy,
    /// Mean recall over the classes.
    BalancedAccuracy,
    /// TP / (TP + FP).
    Precision,
    /// TP / (TP + FN).
    Recall,
    /// 2·TP / (2·TP + FP + FN).
    F1,
    /// Area under the ROC curve.
    Auc,
    /// Area under the precision-recall curve, by steps.
    AveragePrecision,
    /// Mean of −ln p(true class).
    LogLoss,
    /// Mean squared error of the probability.
    BrierScore,
    /// Matthews' correlation coefficient.
    MatthewsCorrcoef,
    /// FP / (FP + TN).
    FalsePositiveRate,
    /// FN / (FN + TP).
    FalseNegativeRate,
    /// Share of rows predicted positive; over several classes, the class whose share moved most.
    PositivePredictionRate,
    /// Mean of the score or of the number.
    AveragePrediction,
    /// Population variance of the score or of the number.
    PredictionVariance,
    /// Population variance of the score over rows whose label is positive.
    PositivePredictionVariance,
    /// Population variance of the score over rows whose label is negative.
    NegativePredictionVariance,
    /// Share of rows whose predicted class is the true one (several classes).
    MulticlassAccuracy,
    /// Unweighted mean of the classes' precision.
    MacroPrecision,
    /// Unweighted mean of the classes' recall.
    MacroRecall,
    /// Unweighted mean of the classes' F1.
    MacroF1,
    /// One-vs-one AUC, averaged over the pairs of classes (Hand and Till 2001).
    MulticlassAuc,
    /// Share of rows whose true class is among the k most probable.
    TopKAccuracy,
    /// Mean squared error.
    Mse,
    /// Its root.
    Rmse,
    /// Mean absolute error.
    Mae,
    /// Mean squared difference of ln(1 + x).
    Msle,
    /// Mean absolute error relative to the label.
    Mape,
    /// 1 − squared error / squared deviation from the mean.
    R2,
    /// Mean of prediction − label.
    MeanError,
    /// Reciprocal rank of the first row of a query's highest relevance, averaged over queries.
    Mrr,
    /// Normalised discounted cumulative gain, averaged over queries.
    Ndcg,
    /// Spearman's correlation of score and relevance, averaged over queries.
    RankCorrelation,
    /// Mean place of a query's rows, averaged over queries.
    AverageRank,
    /// Share of the named entities that are there.
    EntityPrecision,
    /// Share of the true entities that are named.
    EntityRecall,
    /// Harmonic mean of the two.
    EntityF1,
    /// Entities named a document.
    AverageEntities,
    /// Mean of the largest class probability less accuracy.
    Overconfidence,
    /// Accuracy less mean of the largest class probability.
    Underconfidence,
    /// Mean of the largest class probability.
    AverageConfidence,
    /// Share of rows more confident than the threshold that gives the reference its accuracy (ATC).
    AverageThresholdedConfidence,
    /// Accuracy expected of the calibrated probabilities (CBPE); so are the following.
    EstimatedAccuracy,
    /// Precision.
    EstimatedPrecision,
    /// Recall.
    EstimatedRecall,
    /// F1.
    EstimatedF1,
    /// Area under the ROC curve; over several classes the mean of each against the rest.
    EstimatedAuc,
    /// Average precision.
    EstimatedAveragePrecision,
    /// False positive rate.
    EstimatedFalsePositiveRate,
    /// Macro precision.
    EstimatedMacroPrecision,
    /// Macro recall.
    EstimatedMacroRecall,
    /// Macro F1.
    EstimatedMacroF1,
}

impl Metric {
    /// The metric of which this is an estimate without labels (CBPE).
    pub fn estimates(self) -> Option<Self> {
        Some(match self {
            Self::EstimatedAccuracy => Self::Accuracy,
            Self::EstimatedPrecision => Self::Precision,
            Self::EstimatedRecall => Self::Recall,
            Self::EstimatedF1 => Self::F1,
            Self::EstimatedAuc => Self::Auc,
            Self::EstimatedAveragePrecision => Self::AveragePrecision,
            Self::EstimatedFalsePositiveRate => Self::FalsePositiveRate,
            Self::EstimatedMacroPrecision => Self::MacroPrecision,
            Self::EstimatedMacroRecall => Self::MacroRecall,
            Self::EstimatedMacroF1 => Self::MacroF1,
            _ => return None,
        })
    }
}

/// How the difference of two values of a metric is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As it is: 0.61 against 0.98 is 0.37.
    Absolute,
    /// Relative to the value it is compared with, or to a floor where that is smaller.
    Relative,
    /// In standard deviations of the reference's labels, or of its predictions where labels are missing.
    LabelSd,
    /// In variances of the same.
    LabelVariance,
}

/// What the catalogue says of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricDefinition {
    /// The metric.
    pub metric: Metric,
    /// Its id: `macro_f1`.
    pub id: &'static str,
    /// Its name at the beginning of a sentence: `Macro F1`.
    pub name: &'static str,
    /// Which direction is good.
    pub better: Better,
    /// The unit of its value.
    pub unit: Unit,
    /// How two values are compared.
    pub scale: Scale,
    /// Whether it needs labels.
    pub labels: bool,
    /// The tasks that have it.
    pub tasks: &'static [ModelTask],
    /// What it is, as the end of the sentence "It is …".
    pub meaning: &'static str,
}

use ModelTask::{
    BinaryClassification as B, MulticlassClassification as M, NamedEntityRecognition as E, NaturalLanguageInference as N, Ranking as Q,
    Regression as R,
};

const fn score(
    metric: Metric,
    id: &'static str,
    name: &'static str,
    tasks: &'static [ModelTask],
    meaning: &'static str,
) -> MetricDefinition {
    MetricDefinition { metric, id, name, better: Better::Higher, unit: Unit::Score, scale: Scale::Absolute, labels: true, tasks, meaning }
}

const fn error(
    metric: Metric,
    id: &'static str,
    name: &'static str,
    tasks: &'static [ModelTask],
    meaning: &'static str,
) -> MetricDefinition {
    MetricDefinition { metric, id, name, better: Better::Lower, unit: Unit::Number, scale: Scale::Relative, labels: true, tasks, meaning }
}

const fn level(
    metric: Metric,
    id: &'static str,
    name: &'static str,
    scale: Scale,
    tasks: &'static [ModelTask],
    meaning: &'static str,
) -> MetricDefinition {
    MetricDefinition { metric, id, name, better: Better::Neutral, unit: Unit::Number, scale, labels: false, tasks, meaning }
}

const fn labelled_level(metric: Metric, id: &'static str, name: &'static str, meaning: &'static str) -> MetricDefinition {
    MetricDefinition { labels: true, ..level(metric, id, name, Scale::Absolute, &[B], meaning) }
}

const fn estimate(metric: Metric, id: &'static str, name: &'static str, tasks: &'static [ModelTask]) -> MetricDefinition {
    let meaning =
        "what the model's probabilities, calibrated on the reference's labels, expect of these rows without looking at their labels";
    MetricDefinition { labels: false, ..score(metric, id, name, tasks, meaning) }
}

const fn rate(metric: Metric, id: &'static str, name: &'static str, meaning: &'static str) -> MetricDefinition {
    MetricDefinition { better: Better::Lower, ..score(metric, id, name, &[B], meaning) }
}

static CATALOGUE: &[MetricDefinition] = &[
    score(Metric::Accuracy, "accuracy", "Accuracy", &[B], "the share of rows whose predicted class is the true one"),
    score(
        Metric::MulticlassAccuracy,
        "multiclass_accuracy",
        "Accuracy",
        &[M, N],
        "the share of rows whose predicted class is the true one",
    ),
    score(
        Metric::BalancedAccuracy,
        "balanced_accuracy",
        "Balanced accuracy",
        &[B, M, N],
        "the mean of the classes' recall, each class counting the same",
    ),
    score(Metric::Precision, "precision", "Precision", &[B], "the share of positive predictions that are right"),
    score(Metric::Recall, "recall", "Recall", &[B], "the share of positive rows that the model finds"),
    score(Metric::F1, "f1", "F1", &[B], "the harmonic mean of precision and recall"),
    score(
        Metric::MacroPrecision,
        "macro_precision",
        "Macro precision",
        &[M, N],
        "the mean over the classes of the share of their predictions that are right",
    ),
    score(
        Metric::MacroRecall,
        "macro_recall",
        "Macro recall",
        &[M, N],
        "the mean over the classes of the share of their rows that the model finds",
    ),
    score(Metric::MacroF1, "macro_f1", "Macro F1", &[M, N], "the mean over the classes of the harmonic mean of precision and recall"),
    score(Metric::Auc, "auc", "AUC", &[B], "the chance that a positive row has a higher score than a negative one"),
    score(
        Metric::MulticlassAuc,
        "multiclass_auc",
        "AUC (one against one)",
        &[M, N],
        "the chance that the model tells rows of two classes apart, averaged over the pairs of classes",
    ),
    score(
        Metric::AveragePrecision,
        "average_precision",
        "Average precision",
        &[B],
        "precision averaged over the recalls that the score allows",
    ),
    error(Metric::LogLoss, "log_loss", "Log-loss", &[B, M, N], "the mean of −ln of the probability that the model gave to the truth"),
    error(Metric::BrierScore, "brier_score", "Brier score", &[B], "the mean squared distance between score and truth"),
    score(Metric::MatthewsCorrcoef, "matthews_corrcoef", "Matthews correlation", &[B], "the correlation of predicted and true class"),
    rate(
        Metric::FalsePositiveRate,
        "false_positive_rate",
        "False positive rate",
        "the share of negative rows that the model calls positive",
    ),
    rate(Metric::FalseNegativeRate, "false_negative_rate", "False negative rate", "the share of positive rows that the model misses"),
    score(
        Metric::TopKAccuracy,
        "top_k_accuracy",
        "Top-k accuracy",
        &[M, N],
        "the share of rows whose true class is among the k most probable ones (k = 3, or 2 of three classes)",
    ),
    MetricDefinition {
        unit: Unit::Score,
        ..level(
            Metric::PositivePredictionRate,
            "positive_prediction_rate",
            "Positive prediction rate",
            Scale::Absolute,
            &[B, M, N],
            "the share of rows that the model assigns to the class",
        )
    },
    level(Metric::AveragePrediction, "average_prediction", "Average prediction", Scale::Absolute, &[B], "the mean score"),
    level(Metric::PredictionVariance, "prediction_variance", "Prediction variance", Scale::Absolute, &[B], "the variance of the score"),
    labelled_level(
        Metric::PositivePredictionVariance,
        "positive_prediction_variance",
        "Prediction variance of positive rows",
        "the variance of the score over rows whose label is positive",
    ),
    labelled_level(
        Metric::NegativePredictionVariance,
        "negative_prediction_variance",
        "Prediction variance of negative rows",
        "the variance of the score over rows whose label is negative",
    ),
    error(Metric::Mse, "mse", "Mean squared error", &[R], "the mean of the squared errors"),
    error(Metric::Rmse, "rmse", "RMSE", &[R], "the root of the mean squared error"),
    error(Metric::Mae, "mae", "Mean absolute error", &[R], "the mean of the errors' absolute values"),
    error(Metric::Msle, "msle", "Mean squared log error", &[R], "the mean squared difference of ln(1 + x) of prediction and label"),
    error(Metric::Mape, "mape", "Mean absolute percentage error", &[R], "the mean of the absolute errors, each relative to its label"),
    MetricDefinition {
        unit: Unit::Number,
        ..score(Metric::R2, "r2", "R²", &[R], "the share of the label's variance that the model explains")
    },
    MetricDefinition {
        labels: true,
        ..level(Metric::MeanError, "mean_error", "Mean error", Scale::LabelSd, &[R], "the mean of prediction minus label")
    },
    level(Metric::AveragePrediction, "average_prediction", "Average prediction", Scale::LabelSd, &[R], "the mean prediction"),
    level(
        Metric::PredictionVariance,
        "prediction_variance",
        "Prediction variance",
        Scale::LabelVariance,
        &[R],
        "the variance of the predictions",
    ),
    score(Metric::Mrr, "mrr", "Mean reciprocal rank", &[Q], "the mean over queries of 1 / the place of the first most relevant row"),
    score(
        Metric::Ndcg,
        "ndcg",
        "NDCG",
        &[Q],
        "the mean over queries of the gain of the model's order, a place counting less the lower it is, relative to the best order's",
    ),
    score(
        Metric::RankCorrelation,
        "rank_correlation",
        "Rank correlation",
        &[Q],
        "the mean over queries of Spearman's correlation of score and relevance",
    ),
    level(
        Metric::AverageRank,
        "average_rank",
        "Average rank",
        Scale::Relative,
        &[Q],
        "the mean place of the rows in their query's order, 1 being the top, averaged over queries",
    ),
    score(
        Metric::EntityPrecision,
        "precision",
        "Precision",
        &[E],
        "the share of the named entities that are there, with this type and these offsets",
    ),
    score(
        Metric::EntityRecall,
        "recall",
        "Recall",
        &[E],
        "the share of the true entities that are named, with this type and these offsets",
    ),
    score(Metric::EntityF1, "f1", "F1", &[E], "the harmonic mean of precision and recall over entities"),
    level(
        Metric::AverageEntities,
        "average_number_of_predicted_entities",
        "Average number of predicted entities",
        Scale::Relative,
        &[E],
        "the mean number of entities named in a document",
    ),
    MetricDefinition {
        labels: false,
        ..score(
            Metric::AverageConfidence,
            "average_confidence",
            "Average confidence",
            &[B, M, N],
            "the mean of the largest class probability",
        )
    },
    MetricDefinition {
        labels: false,
        ..score(
            Metric::AverageThresholdedConfidence,
            "average_thresholded_confidence",
            "Average thresholded confidence",
            &[B, M, N],
            "the share of rows more confident than the cut at which the reference's share equals its accuracy; an estimate of accuracy without labels",
        )
    },
    MetricDefinition {
        better: Better::Lower,
        ..score(Metric::Overconfidence, "overconfidence", "Overconfidence", &[B, M, N], "mean confidence less accuracy")
    },
    MetricDefinition {
        better: Better::Lower,
        ..score(Metric::Underconfidence, "underconfidence", "Underconfidence", &[B, M, N], "accuracy less mean confidence")
    },
    estimate(Metric::EstimatedAccuracy, "estimated_accuracy", "Estimated accuracy", &[B, M, N]),
    estimate(Metric::EstimatedPrecision, "estimated_precision", "Estimated precision", &[B]),
    estimate(Metric::EstimatedRecall, "estimated_recall", "Estimated recall", &[B]),
    estimate(Metric::EstimatedF1, "estimated_f1", "Estimated F1", &[B]),
    estimate(Metric::EstimatedAuc, "estimated_auc", "Estimated AUC", &[B, M, N]),
    estimate(Metric::EstimatedAveragePrecision, "estimated_average_precision", "Estimated average precision", &[B]),
    MetricDefinition {
        better: Better::Lower,
        ..estimate(Metric::EstimatedFalsePositiveRate, "estimated_false_positive_rate", "Estimated false positive rate", &[B])
    },
    estimate(Metric::EstimatedMacroPrecision, "estimated_macro_precision", "Estimated macro precision", &[M, N]),
    estimate(Metric::EstimatedMacroRecall, "estimated_macro_recall", "Estimated macro recall", &[M, N]),
    estimate(Metric::EstimatedMacroF1, "estimated_macro_f1", "Estimated macro F1", &[M, N]),
];

/// All metrics of all tasks, in the order of the catalogue. A metric that two tasks define differently stands twice.
pub fn all() -> &'static [MetricDefinition] {
    CATALOGUE
}

/// The tasks that have a metric of this id, in the order of the catalogue.
pub fn tasks_of(id: &str) -> Vec<ModelTask> {
    let mut out: Vec<ModelTask> = Vec::new();
    for task in CATALOGUE.iter().filter(|d| d.id == id).flat_map(|d| d.tasks) {
        if !out.contains(task) {
            out.push(*task);
        }
    }
    out
}

/// The metrics of a task, in the order of the catalogue.
pub fn catalogue(task: ModelTask) -> impl Iterator<Item = &'static MetricDefinition> {
    CATALOGUE.iter().filter(move |d| d.tasks.contains(&task))
}

/// The metric of a task by its id.
pub fn by_id(task: ModelTask, id: &str) -> Option<&'static MetricDefinition> {
    catalogue(task).find(|d| d.id == id)
}

/// The metric that is asked of a task first, by its id.
pub fn leading(task: ModelTask) -> &'static str {
    let metric = match task {
        B => Metric::Accuracy,
        M | N => Metric::MulticlassAccuracy,
        R => Metric::Mae,
        Q => Metric::Ndcg,
        E => Metric::EntityF1,
    };
    catalogue(task).find(|d| d.metric == metric).map_or("", |d| d.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_name_metrics_as_the_catalogue_does() {
        for d in all() {
            let first_upper =
                |text: &str| text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).collect::<String>();
            assert_eq!(first_upper(&straingauge_charts::terms::name(d.id)), d.name, "{}", d.id);
        }
    }

    #[test]
    fn every_task_has_a_leading_metric() {
        let leading = [B, M, N, R, Q, E].map(leading);
        assert_eq!(leading, ["accuracy", "multiclass_accuracy", "multiclass_accuracy", "mae", "ndcg", "f1"]);
    }

    #[test]
    fn ids_are_unique_within_a_task() {
        for task in [B, M, R, N, Q, E] {
            let mut ids: Vec<_> = catalogue(task).map(|d| d.id).collect();
            let n = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), n, "{task:?}");
        }
        assert_eq!(catalogue(B).count(), 28);
        assert_eq!(catalogue(M).count(), 18);
        assert_eq!(catalogue(R).count(), 9);
    }
}
