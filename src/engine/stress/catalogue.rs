//! The list of questions. A new test is one file and one line here.

use super::Question;
use super::data_cleanliness::{
    ClassCoverage, HighFeatureCorrelation, HighMutualInformation, LabelImbalance, MixedNulls, RepeatedRows, RequiredFeatures,
};
use super::drift::{FeatureDrift, LabelDrift, NullsPerFeatureDrift, NullsPerRowDrift, PredictionDrift};

/// Every question of the catalogue, in the order in which they are asked.
pub fn questions() -> Vec<&'static dyn Question> {
    vec![
        // model performance
        // subset performance
        // drift
        &FeatureDrift,
        &PredictionDrift,
        &LabelDrift,
        &NullsPerFeatureDrift,
        &NullsPerRowDrift,
        // abnormal inputs
        // data cleanliness
        &RequiredFeatures,
        &ClassCoverage,
        &RepeatedRows,
        &LabelImbalance,
        &HighFeatureCorrelation,
        &HighMutualInformation,
        &MixedNulls,
    ]
}
