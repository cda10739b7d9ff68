//! Nulls per row: do rows come with more, or fewer, gaps than they did?

use super::change::Change;
use super::feature_drift::drift;
use crate::Result;
use crate::profile::Profile;
use crate::stress::{Context, Family, FamilySubject, Measurement, Needs, Question, TestSpec};

const TEST: &str = "drift:nulls_per_row_drift";

/// Asks the whole set: how many of its features are missing, row by row.
pub struct NullsPerRowDrift;

impl Question for NullsPerRowDrift {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "nulls_per_row_drift",
            "Nulls Per Row Drift",
            Needs::default(),
            (0.2, 0.6),
            [
                "Whether the number of missing values in a row is spread in the evaluation set as it was in the reference set.",
                "Rows with many gaps at once come from a broken join or a new source; feature by feature each gap may look small.",
                "The population stability index over the number of missing values a row (rare numbers together with their neighbours), less what chance gives two samples of these sizes; the evidence is a Kolmogorov-Smirnov and a χ² test, corrected for the number of questions asked. Only features that both sets have are counted.",
            ],
        )]
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size", "statistic"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let anything = context.reference.nulls.counts.len() > 1;
        anything.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let least = context.settings.param(TEST, "min_sample_size", 100.0).max(2.0) as u64;
        let (a, b) = (&context.reference, &context.evaluation);
        let change = Change::counted((&a.nulls.mass, a.rows), (&b.nulls.mass, b.rows), (design(a), design(b)), least, "missing values");
        Ok(vec![drift(context, TEST, &self.tests(), "the number of missing values per row", change)?])
    }
}

/// The design effect of a row's gaps: the largest of its features', which is cautious.
fn design(profile: &Profile) -> f64 {
    profile.columns.iter().filter(|c| c.rows > 0).map(crate::profile::ColumnProfile::missing_deff).fold(1.0, f64::max)
}
