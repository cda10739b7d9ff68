//! Mixed types: do numbers and words stand in one column?

use straingauge_api::Kind;
use straingauge_charts::format::{counted, out_of};

use crate::Result;
use crate::profile::{ColumnFrame, ColumnProfile, ValueProfile};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, TestSpec};
use crate::table::{Column, Values};
use crate::text::{is_number, text_at};

const TEST: &str = "data_cleanliness:mixed_types";

/// Asks every feature of the evaluation set.
pub struct MixedTypes;

impl Question for MixedTypes {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "mixed_types",
            "Mixed Types",
            Kind::Property,
            Some((0.005, 0.05)),
            [
                "Whether a column of the evaluation set holds values of two types: words among numbers or dates, numbers among words.",
                "The rarer type is often an entry error, or stands for \"missing\", and is lost or misread when the column is converted.",
                "The share of the values that are of the rarer type, judged by the lower end of its 95 % interval (Clopper and Pearson).",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter().zip(&context.evaluation.columns))
            .filter(|(feature, column)| feature.measured_in.is_none() && column.present + column.bad > 0)
            .map(|(feature, _)| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let found = context.feature(name).and_then(|i| Some((context.frame.columns.get(i)?, context.evaluation.columns.get(i)?)));
        let Some((frame, profile)) = found else { return Ok(vec![Measurement::Skipped(format!("There is no feature {name}."))]) };
        let mut measured = mixture(name, frame, profile);
        let column = context.evaluation_rows().and_then(|side| side.columns.get(context.feature(name)?)?.as_deref());
        if let Some(column) = column.filter(|_| measured.row_count != Some(0)) {
            let rows = rarer_rows(frame, profile, column);
            measured.figure = Some(super::failing_values(name, "all values are of one type", rows.iter().map(|r| shown(column, *r))));
        }
        Ok(vec![Measurement::Measured(Box::new(measured))])
    }

    fn rows(&self, context: &Context, family: &Family, _: &str) -> Option<RowSet> {
        let FamilySubject::Feature(name) = &family.subject else { return None };
        let at = context.feature(name)?;
        let column = context.evaluation_rows()?.columns.get(at)?.as_deref()?;
        Some(RowSet::Rows(rarer_rows(context.frame.columns.get(at)?, context.evaluation.columns.get(at)?, column)))
    }
}

/// Values that have the type of most numbers, dates or flags, and the rest.
fn counts(frame: &ColumnFrame, profile: &ColumnProfile) -> (u64, u64) {
    match &profile.values {
        ValueProfile::Category(own) => {
            let names = frame.category().map_or(&[][..], |c| &c.names);
            let seen = names.iter().zip(&own.counts).chain(&own.unseen);
            let numbers = seen.filter(|(name, _)| is_number(name)).map(|(_, n)| n).sum();
            (numbers, (profile.present + profile.bad).saturating_sub(numbers))
        }
        ValueProfile::Text(own) => (own.numbers, profile.present.saturating_sub(own.numbers)),
        ValueProfile::Numeric(_) | ValueProfile::Absent => (profile.present, profile.bad),
    }
}

fn mixture(name: &str, frame: &ColumnFrame, profile: &ColumnProfile) -> Measured {
    let (numbers, words) = counts(frame, profile);
    let (rarer, all) = (numbers.min(words), numbers + words);
    let measured = super::share(rarer, all);
    let (usual, [one, many]) = match (&profile.values, numbers >= words) {
        (ValueProfile::Numeric(_), true) => ("numbers or moments", ["is not", "are not"]),
        (_, true) => ("numbers", ["is a word", "are words"]),
        (_, false) => ("words", ["is a number", "are numbers"]),
    };
    let sentence = if rarer == 0 {
        format!("The values of {name} are all of one type ({}).", counted(all, "value"))
    } else {
        format!("Most values of {name} are {usual}; {} {}.", out_of(rarer, all, "value"), if rarer == 1 { one } else { many })
    };
    Measured { method: "Share of the rarer type; Clopper-Pearson interval".to_owned(), sentence, ..measured }
}

fn rarer_rows(frame: &ColumnFrame, profile: &ColumnProfile, column: &Column) -> Vec<u32> {
    let (numbers, words) = counts(frame, profile);
    let bad = column.cells.bad.iter().map(|cell| cell.row);
    if matches!(column.values, Values::Category(_) | Values::Text(_)) {
        let wanted = numbers < words;
        let kinds: Option<Vec<bool>> =
            if let Values::Category(c) = &column.values { Some(c.names.iter().map(|n| is_number(n)).collect()) } else { None };
        let of = |row: usize| match (&kinds, &column.values) {
            (Some(kinds), Values::Category(c)) => c.codes.get(row).and_then(|&code| kinds.get(code as usize).copied()),
            _ => text_at(column, row).map(is_number),
        };
        let mut rows: Vec<u32> = (0..column.rows()).filter(|&row| of(row) == Some(wanted)).map(|row| row as u32).collect();
        if !wanted {
            rows.extend(bad);
            rows.sort_unstable();
        }
        return rows;
    }
    if words <= numbers {
        return bad.collect();
    }
    (0..column.rows()).filter(|&row| column.cell_present(row)).map(|row| row as u32).collect()
}

fn shown(column: &Column, row: u32) -> String {
    let bad = column.cells.bad.binary_search_by_key(&row, |cell| cell.row).ok().and_then(|at| column.cells.bad.get(at));
    bad.map_or_else(|| column.cell(row as usize).unwrap_or_default(), |cell| cell.text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Sampling;
    use crate::table::{BadCell, FeatureKind, testing};

    fn asked(column: &Column, kind: FeatureKind) -> (Measured, Vec<u32>) {
        let frame = ColumnFrame::learn("x", kind, Some(column));
        let profile = frame.count(Some(column), &Sampling::default()).0;
        (mixture("x", &frame, &profile), rarer_rows(&frame, &profile, column))
    }

    #[test]
    fn words_among_numbers_and_numbers_among_words() {
        let words: Vec<String> = (0..200).map(|i| if i % 10 == 0 { format!("{i}") } else { "word".to_owned() }).collect();
        let (mixed, rows) = asked(&testing::category("x", &words.iter().map(String::as_str).collect::<Vec<_>>()), FeatureKind::Categorical);
        assert_eq!((mixed.statistic, rows.len(), rows.get(1)), (Some(0.1), 20, Some(&10)));
        let mut numbers = testing::number("x", &(0..99).map(f64::from).chain([f64::NAN]).collect::<Vec<_>>());
        numbers.cells.bad.push(BadCell { row: 99, text: "12 kg".into() });
        let (mixed, rows) = asked(&numbers, FeatureKind::Numeric);
        assert_eq!((mixed.statistic, rows), (Some(0.01), vec![99]));
        assert!(mixed.sentence.contains("1 of 100"), "{}", mixed.sentence);
    }

    #[test]
    fn one_type_is_clean() {
        let (clean, rows) = asked(&testing::category("x", &["a", "b", "a1"]), FeatureKind::Categorical);
        assert_eq!((clean.effect, rows.len()), (Some(0.0), 0));
    }

    #[test]
    fn sentences_are_read_aloud() {
        let of = |cells: &[&str]| asked(&testing::category("x", cells), FeatureKind::Categorical).0.sentence;
        assert_eq!(of(&["a", "b", "1"]), "Most values of x are words; 1 of 3 values (33.3\u{a0}%) is a number.");
        assert_eq!(of(&["1", "2", "3", "a", "b"]), "Most values of x are numbers; 2 of 5 values (40.0\u{a0}%) are words.");
        assert_eq!(of(&["a"]), "The values of x are all of one type (1 value).");
    }
}
