//! Near duplicates: texts of the evaluation set that nearly repeat an earlier one.

use straingauge_api::Kind;

use super::repeated_rows::duplicates;
use crate::Result;
use crate::stress::likeness::equal_rows::EqualRows;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, Scope, TestSpec};
use crate::table::FeatureKind;

const TEST: &str = "data_cleanliness:near_duplicate_texts";

/// Asks every text column that both sides have.
pub struct NearDuplicateTexts;

impl Question for NearDuplicateTexts {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "near_duplicate_texts",
            "Near Duplicate Texts",
            Kind::Property,
            Some((0.02, 0.10)),
            [
                "How many texts of the evaluation set nearly repeat an earlier one: a word more, a typing error, another punctuation.",
                "Templates, reposts and crawled copies count one mistake, or one success, many times over, and make every number look surer than it is.",
                "Two texts are nearly the same where they share at least 90 % of their three-character pieces, as estimated from 64 minima (MinHash); texts linked by such pairs form one group. The share of texts that repeat an earlier one of their group, beyond that which the reference would have at this size, is judged by the lower end of its 95 % interval. Not judged where more than 20 % of the reference texts have a near duplicate.",
            ],
        );
        vec![TestSpec { scope: Scope::Rows, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let Some((a, b)) = &context.rows else { return Vec::new() };
        (context.features.iter().zip(a.columns.iter().zip(&b.columns)))
            .filter(|(f, (a, b))| f.kind == FeatureKind::Text && a.is_some() && b.is_some())
            .map(|(f, _)| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let Some(rows) = near(context, family) else { return Ok(vec![Measurement::Skipped("Needs the loaded texts.".to_owned())]) };
        if let Some(reason) = rows.unfit() {
            return Ok(vec![Measurement::Skipped(reason)]);
        }
        Ok(vec![Measurement::Measured(Box::new(Measured {
            method: "Share of texts that nearly repeat an earlier one (MinHash of 64, 0.9 or more), less that of the reference at the same size; Clopper-Pearson intervals".to_owned(),
            ..duplicates(&rows)
        }))])
    }

    fn rows(&self, context: &Context, family: &Family, _: &str) -> Option<RowSet> {
        Some(RowSet::Rows(near(context, family)?.evaluation.repeats()))
    }
}

/// The texts of a family's column, grouped by nearness.
fn near(context: &Context, family: &Family) -> Option<EqualRows> {
    let FamilySubject::Feature(name) = &family.subject else { return None };
    EqualRows::of_texts(context, &[context.feature(name)?])
}
