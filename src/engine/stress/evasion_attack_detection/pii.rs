//! Personal data row by row.

use straingauge_api::{FailingValue, Figure, Kind};
use straingauge_charts::format::{agreeing, out_of, spaced};

use super::personal::{Personal, personal};
use super::{column_of, scan, worded};
use crate::Result;
use crate::stress::data_cleanliness::share;
use crate::stress::{Context, Family, Measured, Measurement, Question, RowReason, RowSet, TestSpec};
use crate::text::text_at;

const TEST: &str = "evasion_attack_detection:row_wise_pii_detection";

/// Asks every text and every category of the evaluation set.
pub struct RowWisePiiDetection;

impl Question for RowWisePiiDetection {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "row_wise_pii_detection",
            "Row Wise PII Detection",
            Kind::Property,
            (0.001, 0.01),
            [
                "How many rows hold personal data: e-mail addresses, telephone numbers, payment cards, bank accounts, national identity numbers.",
                "What a model is fed ends up in logs, in training sets and in answers. Personal data there are a leak, and often against the law.",
                "Found by form and check digit: cards by Luhn, IBAN and French NIR modulo 97, Spanish DNI modulo 23; US social security, UK national insurance and telephone numbers by form. The share of rows is judged by the lower end of its 95 % interval (Clopper and Pearson). What was found is never shown in the report.",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        worded(context, TEST)
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let Some((name, column, _)) = column_of(context, family) else {
            return Ok(vec![Measurement::Skipped("There is no such column.".to_owned())]);
        };
        let found: Vec<u8> = scan(column, personal).into_iter().flatten().collect();
        if found.is_empty() {
            return Ok(vec![Measurement::Skipped(format!("{name} has no values in the evaluation set."))]);
        }
        Ok(vec![Measurement::Measured(Box::new(held(name, &found)))])
    }

    fn rows(&self, context: &Context, family: &Family, _: &str) -> Option<RowSet> {
        let (_, column, _) = column_of(context, family)?;
        let found = scan(column, personal).into_iter().zip(0u32..).filter(|(bits, _)| bits.is_some_and(|b| b != 0));
        Some(RowSet::Rows(found.map(|(_, row)| row).collect()))
    }

    fn reasons(&self, context: &Context, family: &Family, _: &str, rows: &[u32]) -> Vec<RowReason> {
        let Some((_, column, _)) = column_of(context, family) else { return Vec::new() };
        let held = |row: &u32| {
            let bits = text_at(column, *row as usize).map_or(0, personal);
            let kinds = Personal::ALL.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
            RowReason { text: kinds.map(|(_, kind)| kind.name()).collect::<Vec<_>>().join(", "), words: Vec::new() }
        };
        rows.iter().map(held).collect()
    }
}

fn held(name: &str, found: &[u8]) -> Measured {
    let hits = found.iter().filter(|&&bits| bits != 0).count() as u64;
    let mut kinds: Vec<FailingValue> = (Personal::ALL.iter().enumerate())
        .map(|(i, kind)| FailingValue {
            value: kind.name().to_owned(),
            count: found.iter().filter(|&&bits| bits >> i & 1 == 1).count() as u64,
        })
        .filter(|kind| kind.count > 0)
        .collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    let list: Vec<String> = kinds.iter().map(|kind| format!("{} in {}", kind.value, spaced(kind.count))).collect();
    let colon = if list.is_empty() { String::new() } else { format!(": {}", list.join(", ")) };
    Measured {
        method: "Share of rows with personal data, by form and check digit; Clopper-Pearson interval".to_owned(),
        sentence: format!(
            "{} {} personal data{colon}.",
            out_of(hits, found.len() as u64, &format!("value of {name}")),
            agreeing(hits, "hold")
        ),
        figure: (hits > 0).then(|| Figure::FailingValues {
            feature: name.to_owned(),
            rule: "holds no personal data".to_owned(),
            values: kinds,
            more: 0,
        }),
        ..share(hits, found.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let email = 1;
        assert_eq!(held("note", &[0, 0]).sentence, "None of 2 values of note hold personal data.");
        assert_eq!(held("note", &[email, 0]).sentence, "1 of 2 values of note (50.0\u{a0}%) holds personal data: e-mail address in 1.");
        let many: Vec<u8> = (0..2_500).map(|i| if i < 20 { email | 2 } else { 0 }).collect();
        assert!(held("note", &many).sentence.starts_with("20 of 2\u{202f}500 values of note (0.80\u{a0}%) hold personal data: "));
    }
}
