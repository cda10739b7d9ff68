//! The list of questions. A new test is one file and one line here.

use straingauge_api::TestInfo;

use crate::metrics;

use super::Question;
use super::abnormal_inputs::{
    CAPITALIZATION, EMPTY_STRING, EMPTY_TEXT, EmbeddingAnomalies, FEATURE_TYPE_CHECK, Inconsistencies, NULL_CHECK, NUMERIC_OUTLIER,
    OUT_OF_RANGE, RARE_CATEGORIES, REQ_CHARACTERS, UNSEEN_CATEGORICAL, UNSEEN_UNIGRAM,
};
use super::bias_and_fairness::{
    CalibrationByGroup, ClassImbalance, DemographicParity, DiscriminationByProxy, EqualErrorRates, FeatureIndependence,
    IntersectionalGroupFairness, PredictProtectedFeatures, ProtectedFeatureDrift,
};
use super::data_cleanliness::{
    ClassCoverage, ConstantFeature, DateOverlap, HighFeatureCorrelation, HighMutualInformation, IdentifierFeature, IndexOverlap,
    LabelImbalance, LabelNoise, MixedNulls, MixedTypes, NearDuplicateTexts, OutlierRows, RepeatedRows, RequiredFeatures, SpecialCharacters,
    StringVariants,
};
use super::data_poisoning_detection::{ExactMatchLabelFlipping, NearMatchLabelFlipping};
use super::drift::{
    DomainClassifier, EmbeddingDrift, FeatureDrift, LabelDrift, NullsPerFeatureDrift, NullsPerRowDrift, PairDrift, PredictionDrift,
    TokenDrift,
};
use super::evasion_attack_detection::{RowWiseDataLeakage, RowWisePiiDetection, StatefulBlackBoxDetection};
use super::model_performance::{CalibrationComparison, ModelPerformance};
use super::parameters::parameters;
use super::subset_performance::{SubsetPerformance, WorstSlices};
use super::subset_performance_degradation::{SubsetDegradation, WorstFalls};

/// Every question of the catalogue, in the order in which they are asked.
pub fn questions() -> Vec<&'static dyn Question> {
    vec![
        // model performance
        &ModelPerformance,
        &CalibrationComparison,
        // subset performance
        &SubsetPerformance,
        &WorstSlices,
        &SubsetDegradation,
        &WorstFalls,
        // drift
        &FeatureDrift,
        &PredictionDrift,
        &LabelDrift,
        &PairDrift,
        &NullsPerFeatureDrift,
        &NullsPerRowDrift,
        &TokenDrift,
        &EmbeddingDrift,
        &DomainClassifier,
        // abnormal inputs
        &NUMERIC_OUTLIER,
        &UNSEEN_CATEGORICAL,
        &RARE_CATEGORIES,
        &OUT_OF_RANGE,
        &REQ_CHARACTERS,
        &Inconsistencies,
        &CAPITALIZATION,
        &EMPTY_STRING,
        &NULL_CHECK,
        &FEATURE_TYPE_CHECK,
        &UNSEEN_UNIGRAM,
        &EMPTY_TEXT,
        &EmbeddingAnomalies,
        // data cleanliness
        &RequiredFeatures,
        &ClassCoverage,
        &RepeatedRows,
        &NearDuplicateTexts,
        &DateOverlap,
        &IndexOverlap,
        &LabelImbalance,
        &HighFeatureCorrelation,
        &HighMutualInformation,
        &MixedNulls,
        &MixedTypes,
        &StringVariants,
        &SpecialCharacters,
        &ConstantFeature,
        &IdentifierFeature,
        &OutlierRows,
        &LabelNoise,
        // bias and fairness
        &DemographicParity,
        &IntersectionalGroupFairness,
        &EqualErrorRates,
        &ClassImbalance,
        &ProtectedFeatureDrift,
        &DiscriminationByProxy,
        &FeatureIndependence,
        &PredictProtectedFeatures,
        &CalibrationByGroup,
        // data poisoning
        &ExactMatchLabelFlipping,
        &NearMatchLabelFlipping,
        // evasion attacks
        &StatefulBlackBoxDetection,
        &RowWisePiiDetection,
        &RowWiseDataLeakage,
    ]
}

/// Every test of the catalogue, in that order.
pub fn tests() -> Vec<TestInfo> {
    let info = |question: &dyn Question, t: super::TestSpec| {
        let tasks = question.metric(&t.id).map(metrics::tasks_of).unwrap_or_default();
        TestInfo {
            tasks,
            parameters: parameters(&t.id, question.params_of(&t.id), t.unit),
            id: t.id,
            name: t.name,
            category: t.category,
            kind: t.kind,
            unit: t.unit,
            thresholds: t.thresholds,
            default_on: t.default_on,
        }
    };
    questions().into_iter().flat_map(|question| question.tests().into_iter().map(move |test| info(question, test))).collect()
}
