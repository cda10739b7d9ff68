//! The two sides of a run brought to one list of features.

use std::sync::Arc;

use crate::table::{Column, Dataset, Feature, FeatureKind};
use crate::text;

/// A feature of a run with its column on either side.
pub struct Aligned {
    /// The feature, as the reference has it (or the evaluation, where only that has it).
    pub feature: Feature,
    /// Its column in the reference.
    pub reference: Option<Arc<Column>>,
    /// Its column in the evaluation, in the reference's kind.
    pub evaluation: Option<Arc<Column>>,
}

/// The features of both sides: those of the reference in file order, each text column followed by what is measured in it,
/// then those that only the evaluation has. The measured columns are still empty.
pub fn align(reference: &Dataset, evaluation: &Dataset) -> Vec<Aligned> {
    let find = |dataset: &Dataset, name: &str| dataset.features.iter().find(|f| f.name == name).cloned();
    let mut aligned = Vec::new();
    let only_evaluation = evaluation.features.iter().filter(|f| find(reference, &f.name).is_none());
    for feature in reference.features.iter().chain(only_evaluation) {
        let column = |dataset: &Dataset| {
            let column = dataset.table.column(&feature.name)?;
            // A column without any value has no role of its own; where the other side has values, it is the same feature, and empty.
            let same = find(dataset, &feature.name).is_some() || column.cells.missing.rows.len() == dataset.rows();
            same.then(|| column.of_kind(feature.kind))
        };
        let entry = Aligned { feature: feature.clone(), reference: column(reference), evaluation: column(evaluation) };
        let measured = if feature.kind == FeatureKind::Text { text::features_of(&feature.name) } else { Vec::new() };
        aligned.push(entry);
        aligned.extend(measured.into_iter().map(|feature| Aligned { feature, reference: None, evaluation: None }));
    }
    aligned
}
