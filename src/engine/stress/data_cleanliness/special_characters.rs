//! Special characters: are texts made of something else than words?

use straingauge_api::Kind;
use straingauge_charts::format::{agreeing, out_of};

use crate::Result;
use crate::profile::{ColumnProfile, ValueProfile};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, TestSpec};
use crate::table::FeatureKind;
use crate::text::{mostly_special, text_at};

const TEST: &str = "data_cleanliness:special_characters";

/// Asks every text column of the evaluation set.
pub struct SpecialCharacters;

impl Question for SpecialCharacters {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "special_characters",
            "Special Characters",
            Kind::Property,
            Some((0.05, 0.20)),
            [
                "How many texts consist of special characters to more than a fifth: symbols, emoji, control and replacement characters.",
                "Such texts are often markup, code or the rubble of a wrong encoding, of which a language model makes little.",
                "Letters, digits, white space and the punctuation of ordinary writing are not special. The share of texts with more than 20 % special characters is judged by the lower end of its 95 % interval (Clopper and Pearson).",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter())
            .filter(|feature| feature.kind == FeatureKind::Text)
            .map(|feature| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let column = context.feature(name).and_then(|i| context.evaluation.columns.get(i));
        Ok(vec![match column {
            Some(ColumnProfile { values: ValueProfile::Text(texts), present, .. }) if *present > 0 => {
                Measurement::Measured(Box::new(Measured {
                    method: "Share of texts with more than 20 % special characters; Clopper-Pearson interval".to_owned(),
                    sentence: told(name, texts.special, *present),
                    ..super::share(texts.special, *present)
                }))
            }
            _ => Measurement::Skipped(format!("The evaluation set has no texts in {name}.")),
        }])
    }

    fn rows(&self, context: &Context, family: &Family, _: &str) -> Option<RowSet> {
        let FamilySubject::Feature(name) = &family.subject else { return None };
        let column = context.evaluation_rows()?.columns.get(context.feature(name)?)?.as_deref()?;
        let rows = (0..column.rows()).filter(|&row| text_at(column, row).is_some_and(mostly_special));
        Some(RowSet::Rows(rows.map(|row| row as u32).collect()))
    }
}

fn told(name: &str, special: u64, all: u64) -> String {
    let of = out_of(special, all, &format!("value of {name}"));
    format!("{of} {} more than 20\u{a0}% special characters.", agreeing(special, "have"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(told("note", 1, 300), "1 of 300 values of note (0.33\u{a0}%) has more than 20\u{a0}% special characters.");
        assert_eq!(told("note", 0, 1), "None of 1 value of note have more than 20\u{a0}% special characters.");
        assert_eq!(
            told("Proof of life", 12_000, 20_000),
            "12\u{202f}000 of 20\u{202f}000 values of Proof of life (60.0\u{a0}%) have more than 20\u{a0}% special characters."
        );
    }
}
