//! Index overlap: do ids of the reference come again in the evaluation set?

use straingauge_api::Kind;
use straingauge_charts::format::{agreeing, out_of, percent, share_or_none};

use crate::Result;
use crate::stress::likeness::row_keys::column_keys;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, Scope, TestSpec};

const TEST: &str = "data_cleanliness:index_overlap";
/// Above this share of repeated reference ids they name no rows.
const NATURAL: f64 = 0.20;

/// Asks the id columns of both sides.
pub struct IndexOverlap;

impl Question for IndexOverlap {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "index_overlap",
            "Index Overlap",
            Kind::Property,
            Some((0.01, 0.05)),
            [
                "How many rows of the evaluation set have an id that the reference has too.",
                "The same customer, document or case on both sides lets a model be tested on what it has learnt by heart.",
                "The share of evaluation rows whose id stands in the reference, less the share of reference rows whose id comes again there; judged by the lower end of its 95 % interval (Clopper and Pearson). Not judged where ids count the rows of each file from the same start, or where more than 20 % of the reference ids repeat.",
            ],
        );
        vec![TestSpec { scope: Scope::Rows, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let Some((reference, evaluation)) = &context.rows else { return Vec::new() };
        let both = reference.dataset.params.id_col.as_ref().filter(|_| evaluation.dataset.params.id_col.is_some());
        both.map(|id| Family { subject: FamilySubject::Feature(id.clone()), tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let skip = |reason: String| Ok(vec![Measurement::Skipped(reason)]);
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let Some((a, b)) = ids(context) else { return skip("Needs an id column in both sets.".to_owned()) };
        let (mut known, rows) = (a.iter().flatten().copied().collect::<Vec<u64>>(), b.iter().flatten().count() as u64);
        if known.is_empty() || rows == 0 {
            return skip(format!("{name} is empty in one of the two sets."));
        }
        // Row numbers: as far as both files go, they hold the same ids in the same order.
        let alike = a.iter().zip(&b).filter(|(x, y)| x.is_some() && x == y).count();
        if alike > 1 && alike * 10 >= a.len().min(b.len()) * 9 {
            return skip(format!("{name} counts the rows of each file from the same start, and names nothing."));
        }
        known.sort_unstable();
        let repeated = known.chunk_by(|x, y| x == y).filter(|run| run.len() > 1).map(<[u64]>::len).sum::<usize>();
        let natural = repeated as f64 / known.len() as f64;
        if natural > NATURAL {
            return skip(format!("{} of the reference rows share their {name} with others: it names no rows.", percent(natural)));
        }
        let found = b.iter().flatten().filter(|id| known.binary_search(id).is_ok()).count() as u64;
        let raw = super::share(found, rows);
        Ok(vec![Measurement::Measured(Box::new(Measured {
            method: "Share of evaluation ids found in the reference, less the reference's own repetition; Clopper-Pearson interval"
                .to_owned(),
            sentence: told(name, found, rows, natural),
            n_reference: Some(known.len() as u64),
            ..super::beyond(raw, natural)
        }))])
    }

    fn rows(&self, context: &Context, _: &Family, _: &str) -> Option<RowSet> {
        let (a, b) = ids(context)?;
        let mut known: Vec<u64> = a.into_iter().flatten().collect();
        known.sort_unstable();
        let found = b.iter().zip(0u32..).filter(|(id, _)| id.is_some_and(|id| known.binary_search(&id).is_ok()));
        Some(RowSet::Rows(found.map(|(_, row)| row).collect()))
    }
}

/// The key of each row's id; `None` where it has none.
type Keys = Vec<Option<u64>>;

/// The ids of both sides as keys.
fn ids(context: &Context) -> Option<(Keys, Keys)> {
    let (reference, evaluation) = context.rows.as_ref()?;
    let column = |side: &crate::stress::Side| side.dataset.named(side.dataset.params.id_col.as_ref()).cloned();
    Some((column_keys(&*column(reference)?), column_keys(&*column(evaluation)?)))
}

fn told(name: &str, found: u64, rows: u64, natural: f64) -> String {
    format!(
        "{} {} a value of {name} that the reference has too; of the reference rows {} share theirs with another.",
        out_of(found, rows, "evaluation row"),
        agreeing(found, "have"),
        share_or_none(natural)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            told("id", 1, 2_000, 0.0),
            "1 of 2\u{202f}000 evaluation rows (0.05\u{a0}%) has a value of id that the reference has too; of the reference rows none share theirs with another."
        );
        assert_eq!(
            told("id", 0, 1, 0.012),
            "None of 1 evaluation row have a value of id that the reference has too; of the reference rows 1.2\u{a0}% share theirs with another."
        );
    }
}
