//! String variants: is one value written in several ways?

use std::collections::BTreeMap;

use straingauge_api::{FailingValue, Figure, Kind};
use straingauge_charts::format::{agreeing, counted, out_of, spaced};

use super::spelling::normal_form;
use crate::Result;
use crate::profile::{CategoryFrame, CategoryProfile};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, TestSpec};
use crate::table::Values;

const TEST: &str = "data_cleanliness:string_variants";

/// Asks every category of the evaluation set.
pub struct StringVariants;

impl Question for StringVariants {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "string_variants",
            "String Variants",
            Kind::Property,
            Some((0.005, 0.05)),
            [
                "Whether a category has values that differ only in case, space, punctuation or Unicode form: \"New York\" and \"new-york\".",
                "To a model they are different values, so that it knows less of each, and each count by value is wrong.",
                "The share of the rows that have one of the rarer spellings of a value, judged by the lower end of its 95 % interval (Clopper and Pearson). Full-width letters, ligatures and combining accents over Latin letters are folded; signs that change a value (1.5, A−, C++) and accents are not.",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter().zip(&context.evaluation.columns))
            .filter(|(feature, column)| feature.measured_in.is_none() && column.category().is_some_and(|c| c.rows() > 0))
            .map(|(feature, _)| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let found = parts(context, name);
        Ok(vec![found.map_or_else(
            || Measurement::Skipped(format!("{name} has no values in the evaluation set.")),
            |(frame, profile)| Measurement::Measured(Box::new(variants(name, frame, profile))),
        )])
    }

    fn rows(&self, context: &Context, family: &Family, _: &str) -> Option<RowSet> {
        let FamilySubject::Feature(name) = &family.subject else { return None };
        let (frame, profile) = parts(context, name)?;
        let column = context.evaluation_rows()?.columns.get(context.feature(name)?)?.as_deref()?;
        let Values::Category(categories) = &column.values else { return None };
        let groups = spellings(frame, profile);
        let rarer: std::collections::BTreeSet<&String> = groups.iter().flat_map(|g| g.iter().skip(1)).map(|s| s.0).collect();
        let odd: Vec<bool> = categories.names.iter().map(|n| rarer.contains(n)).collect();
        let rows = categories.codes.iter().zip(0u32..).filter(|(code, _)| odd.get(**code as usize) == Some(&true));
        Some(RowSet::Rows(rows.map(|(_, row)| row).collect()))
    }
}

fn parts<'a>(context: &'a Context, name: &str) -> Option<(&'a CategoryFrame, &'a CategoryProfile)> {
    let at = context.feature(name)?;
    Some((context.frame.columns.get(at)?.category()?, context.evaluation.columns.get(at)?.category()?))
}

/// The values that have several spellings, each with its spellings, commonest first; those with the most rows astray first.
fn spellings<'a>(frame: &'a CategoryFrame, profile: &'a CategoryProfile) -> Vec<Vec<(&'a String, u64)>> {
    let mut by_form: BTreeMap<String, Vec<(&String, u64)>> = BTreeMap::new();
    let seen = frame.names.iter().zip(&profile.counts).chain(&profile.unseen);
    for (name, &n) in seen.filter(|(_, n)| **n > 0) {
        let form = normal_form(name);
        // Nothing but signs: "?" and "!" are not one value.
        if !form.is_empty() {
            by_form.entry(form).or_default().push((name, n));
        }
    }
    let mut groups: Vec<_> = by_form.into_values().filter(|g| g.len() > 1).collect();
    for group in &mut groups {
        group.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    }
    groups.sort_by_key(|g| std::cmp::Reverse(astray(g)));
    groups
}

/// Rows with one of the rarer spellings.
fn astray(group: &[(&String, u64)]) -> u64 {
    group.iter().skip(1).map(|s| s.1).sum()
}

fn variants(name: &str, frame: &CategoryFrame, profile: &CategoryProfile) -> Measured {
    let groups = spellings(frame, profile);
    let (rare, rows) = (groups.iter().map(|g| astray(g)).sum::<u64>(), profile.rows());
    let list = |g: &[(&String, u64)]| g.iter().take(4).map(|(s, n)| format!("\"{s}\" ({})", spaced(*n))).collect::<Vec<_>>().join(", ");
    let sentence = groups.first().map_or_else(
        || format!("No two values of {name} are spellings of one."),
        |first| {
            let many = groups.len() as u64;
            let such_as = if many == 1 { ":" } else { ", such as" };
            format!(
                "{} of {name} {} spelt in several ways{such_as} {}; {} {} a rarer spelling.",
                counted(many, "value"),
                agreeing(many, "are"),
                list(first),
                out_of(rare, rows, "row"),
                agreeing(rare, "have")
            )
        },
    );
    let values = groups.iter().take(super::SHOWN).map(|g| FailingValue { value: list(g), count: astray(g) }).collect();
    Measured {
        method: "Share of the rarer spellings; Clopper-Pearson interval".to_owned(),
        sentence,
        figure: (!groups.is_empty()).then(|| Figure::FailingValues {
            feature: name.to_owned(),
            rule: "a value is spelt in one way".to_owned(),
            values,
            more: groups.len().saturating_sub(super::SHOWN) as u64,
        }),
        ..super::share(rare, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rarer_spellings_are_counted() {
        let frame = CategoryFrame { names: ["Rome", "USA", "usa"].map(String::from).to_vec(), ..Default::default() };
        let profile = |unseen: &[(&str, u64)]| CategoryProfile {
            counts: vec![100, 800, 60],
            unseen: unseen.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect(),
            ..Default::default()
        };
        let found = variants("country", &frame, &profile(&[("U.S.A.", 40)]));
        assert_eq!((found.statistic, found.row_count), (Some(0.1), Some(100)));
        assert!(found.sentence.contains("\"USA\" (800), \"usa\" (60), \"U.S.A.\" (40)"), "{}", found.sentence);
        let clean = CategoryProfile { counts: vec![100, 800, 0], ..Default::default() };
        assert_eq!(variants("country", &frame, &clean).effect, Some(0.0));
    }

    #[test]
    fn sentences_are_read_aloud() {
        let of = |counts: &[(&str, u64)]| {
            let frame = CategoryFrame { names: counts.iter().map(|c| c.0.to_owned()).collect(), ..CategoryFrame::default() };
            let profile = CategoryProfile { counts: counts.iter().map(|c| c.1).collect(), ..CategoryProfile::default() };
            variants("country", &frame, &profile).sentence
        };
        assert_eq!(
            of(&[("USA", 299), ("usa", 1)]),
            "1 value of country is spelt in several ways: \"USA\" (299), \"usa\" (1); 1 of 300 rows (0.33\u{a0}%) has a rarer spelling."
        );
        assert_eq!(
            of(&[("USA", 5_000), ("usa", 40), ("U.K.", 60), ("uk", 30)]),
            "2 values of country are spelt in several ways, such as \"USA\" (5\u{202f}000), \"usa\" (40); 70 of 5\u{202f}130 rows (1.4\u{a0}%) have a rarer spelling."
        );
        assert_eq!(of(&[("a", 3), ("b", 2)]), "No two values of country are spellings of one.");
    }
}
