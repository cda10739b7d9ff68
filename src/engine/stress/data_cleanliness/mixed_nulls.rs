//! Mixed nulls: is "missing" written in more than one way?

use straingauge_api::{FailingValue, Figure, Kind};
use straingauge_charts::format::{counted, percent, spaced};

use crate::Result;
use crate::profile::ColumnProfile;
use crate::stats::proportions::clopper_pearson;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, TestSpec};

const TEST: &str = "data_cleanliness:mixed_nulls";

/// Asks every feature of the evaluation set that is missing somewhere.
pub struct MixedNulls;

impl Question for MixedNulls {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "mixed_nulls",
            "Mixed Nulls",
            Kind::Property,
            Some((0.005, 0.05)),
            [
                "Whether the missing values of a column are written in several ways: an empty cell here, NA or null there.",
                "Two spellings usually mean two sources, and code that knows only one of them reads the other as a value.",
                "The share of rows whose missing value has one of the rarer spellings, judged by the lower end of its 95 % interval (Clopper and Pearson).",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter().zip(&context.evaluation.columns))
            .filter(|(feature, column)| feature.measured_in.is_none() && !column.missing.is_empty())
            .map(|(feature, _)| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let column = context.feature(name).and_then(|i| context.evaluation.columns.get(i));
        Ok(vec![match column {
            Some(column) if column.rows > 0 => Measurement::Measured(Box::new(mixture(name, column))),
            _ => Measurement::Skipped(format!("The evaluation set has no column {name}.")),
        }])
    }

    fn rows(&self, context: &Context, family: &Family, _: &str) -> Option<RowSet> {
        let FamilySubject::Feature(name) = &family.subject else { return None };
        let column = context.evaluation_rows()?.columns.get(context.feature(name)?)?.as_ref()?;
        let missing = &column.cells.missing;
        let (commonest, _) = missing.counts.iter().enumerate().max_by_key(|&(i, n)| (*n, std::cmp::Reverse(i)))?;
        let rare = missing.rows.iter().zip(&missing.codes).filter(|(_, code)| **code as usize != commonest);
        Some(RowSet::Rows(rare.map(|(row, _)| *row).collect()))
    }
}

fn mixture(name: &str, column: &ColumnProfile) -> Measured {
    let mut spellings: Vec<(&String, u64)> = column.missing.iter().map(|(s, n)| (s, *n)).filter(|s| s.1 > 0).collect();
    spellings.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let rare: u64 = spellings.iter().skip(1).map(|s| s.1).sum();
    let share = rare as f64 / column.rows as f64;
    let shown = |s: &str| if s.is_empty() { "an empty cell".to_owned() } else { format!("\"{s}\"") };
    let times = |n: u64| if n == 1 { "once".to_owned() } else { counted(n, "time") };
    let sentence = match spellings.as_slice() {
        [] => format!("{name} is never missing."),
        [(only, 1)] => format!("The only missing value of {name} is written as {}.", shown(only)),
        [(only, n)] => format!("All {} missing values of {name} are written as {}.", spaced(*n), shown(only)),
        all => {
            let list: Vec<String> = all.iter().take(5).map(|(s, n)| format!("{} {}", shown(s), times(*n))).collect();
            format!(
                "The missing values of {name} are written in {} ways: {}; {} of the rows have one of the rarer.",
                all.len(),
                list.join(", "),
                percent(share)
            )
        }
    };
    Measured {
        statistic: Some(share),
        effect: Some(share),
        interval: Some(clopper_pearson(rare as f64, column.rows as f64, 0.95)),
        method: "Share of the rarer spellings; Clopper-Pearson interval".to_owned(),
        sentence,
        n_evaluation: Some(column.rows),
        row_count: Some(rare),
        figure: (spellings.len() > 1).then(|| Figure::FailingValues {
            feature: name.to_owned(),
            rule: "missing values are written in one way".to_owned(),
            values: spellings.iter().take(20).map(|(s, n)| FailingValue { value: shown(s), count: *n }).collect(),
            more: spellings.len().saturating_sub(20) as u64,
        }),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_is_clean_and_two_are_counted() {
        let column = |missing: &[(&str, u64)]| ColumnProfile {
            rows: 1000,
            missing: missing.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect(),
            ..Default::default()
        };
        assert_eq!(mixture("x", &column(&[("", 400)])).effect, Some(0.0));
        let mixed = mixture("x", &column(&[("", 400), ("NA", 80), ("null", 20)]));
        assert_eq!((mixed.statistic, mixed.row_count), (Some(0.1), Some(100)));
        assert!(mixed.interval.unwrap().0 > 0.05);
        assert!(mixed.sentence.contains("3 ways: an empty cell 400 times, \"NA\" 80 times"), "{}", mixed.sentence);
    }

    #[test]
    fn sentences_are_read_aloud() {
        let of = |missing: &[(&str, u64)]| {
            let missing = missing.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect();
            mixture("x", &ColumnProfile { rows: 10_000, missing, ..Default::default() }).sentence
        };
        assert_eq!(of(&[]), "x is never missing.");
        assert_eq!(of(&[("", 1)]), "The only missing value of x is written as an empty cell.");
        assert_eq!(of(&[("NA", 1_200)]), "All 1\u{202f}200 missing values of x are written as \"NA\".");
        assert_eq!(
            of(&[("", 400), ("n/a", 1)]),
            "The missing values of x are written in 2 ways: an empty cell 400 times, \"n/a\" once; 0.01\u{a0}% of the rows have one of the rarer."
        );
    }
}
