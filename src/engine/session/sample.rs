//! The sample project as files and parameters, so that it takes the same way into the engine as anybody's data.

use serde::Serialize;
use straingauge_api::{DataParams, ModelTask};

use crate::demo;

/// Everything that the sample project is made of.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleProject {
    /// The project's name.
    pub name: &'static str,
    /// What it is about.
    pub description: &'static str,
    /// Its task.
    pub model_task: ModelTask,
    /// The model's name.
    pub model: &'static str,
    /// Its data sets, the reference first.
    pub sets: Vec<SampleFiles>,
}

/// One data set with its predictions, as the text of two files.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleFiles {
    /// The data set's name.
    pub name: String,
    /// The data's file name.
    pub data_file: String,
    /// The data.
    pub data: String,
    /// The predictions' file name.
    pub predictions_file: String,
    /// The predictions, row for row.
    pub predictions: String,
    /// What its columns are for.
    pub params: DataParams,
}

/// The sample project that everybody sees.
pub fn sample() -> SampleProject {
    let files = |set: demo::SampleSet| SampleFiles {
        name: set.name,
        data_file: set.data_name,
        data: text(set.data),
        predictions_file: set.predictions_name,
        predictions: text(set.predictions),
        params: DataParams { protected_features: Some(vec!["customer_age_group".to_owned()]), ..DataParams::default() },
    };
    SampleProject {
        name: "Support tickets (sample)",
        description: "Generated tickets with a model's predictions, and weaknesses planted on purpose.",
        model_task: ModelTask::MulticlassClassification,
        model: "ticket-router",
        sets: demo::sample(demo::SEED).into_iter().map(files).collect(),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictions_stand_row_for_row() {
        let sample = sample();
        assert_eq!(sample.sets.first().map(|s| s.name.as_str()), Some("reference"));
        for set in &sample.sets {
            assert_eq!(set.data.lines().count(), set.predictions.lines().count(), "{}", set.name);
        }
    }
}
