//! Data leakage row by row: terms and patterns that the caller does not want to see.

use straingauge_api::{FailingValue, Figure, Kind};
use straingauge_charts::format::{agreeing, out_of, spaced};

use super::patterns::Pattern;
use super::{column_of, scan, worded};
use crate::Result;
use crate::stress::data_cleanliness::share;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowReason, RowSet, Settings, TestSpec};
use crate::text::text_at;

const TEST: &str = "evasion_attack_detection:row_wise_data_leakage";
/// Values that the figure lists.
const SHOWN: usize = 20;

/// Asks every text and every category of the evaluation set.
pub struct RowWiseDataLeakage;

impl Question for RowWiseDataLeakage {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "row_wise_data_leakage",
            "Row Wise Data Leakage",
            Kind::Property,
            (0.001, 0.01),
            [
                "How many rows hold one of your own terms or patterns: names of projects, contract numbers, internal addresses.",
                "What must not leave the house must not reach a model, nor whatever logs its inputs.",
                "Give the terms (a list of words or phrases) or the patterns (a list in which # is a digit, ? a character, * any characters but white space) for this test; case is not told apart, and only what stands alone counts. The share of rows is judged by the lower end of its 95 % interval (Clopper and Pearson).",
            ],
        )]
    }

    fn params(&self) -> &'static [&'static str] {
        &["terms", "patterns"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        if wanted(&context.settings).is_empty() {
            return vec![Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }];
        }
        worded(context, TEST)
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let patterns = wanted(&context.settings);
        let skip = |reason: String| Ok(vec![Measurement::Skipped(reason)]);
        if patterns.is_empty() {
            return skip("Needs terms or patterns to look for: set them for this test.".to_owned());
        }
        let Some((name, column, _)) = column_of(context, family) else { return skip("There is no such column.".to_owned()) };
        let mut counts = vec![0u64; patterns.len()];
        let found: Vec<u8> = scan(column, |text| first_of(&patterns, text)).into_iter().flatten().collect();
        for &which in found.iter().filter(|&&w| w > 0) {
            if let Some(count) = counts.get_mut(usize::from(which) - 1) {
                *count += 1;
            }
        }
        let (hits, rows) = (counts.iter().sum::<u64>(), found.len() as u64);
        if rows == 0 {
            return skip(format!("{name} has no values in the evaluation set."));
        }
        let mut values: Vec<FailingValue> = (patterns.iter().zip(counts).filter(|(_, n)| *n > 0))
            .map(|(pattern, count)| FailingValue { value: pattern.written.clone(), count })
            .collect();
        values.sort_by_key(|v| std::cmp::Reverse(v.count));
        let most = values.first().map_or_else(String::new, |v| format!(", most often \"{}\" ({})", v.value, spaced(v.count)));
        let more = values.len().saturating_sub(SHOWN) as u64;
        values.truncate(SHOWN);
        Ok(vec![Measurement::Measured(Box::new(Measured {
            method: "Share of rows that hold a term or pattern; Clopper-Pearson interval".to_owned(),
            sentence: told(name, (hits, rows), patterns.len(), &most),
            figure: (hits > 0).then(|| Figure::FailingValues {
                feature: name.to_owned(),
                rule: "holds none of the terms and patterns".to_owned(),
                values,
                more,
            }),
            ..share(hits, rows)
        }))])
    }

    fn rows(&self, context: &Context, family: &Family, _: &str) -> Option<RowSet> {
        let patterns = wanted(&context.settings);
        let (_, column, _) = column_of(context, family)?;
        let found =
            scan(column, |text| first_of(&patterns, text)).into_iter().zip(0u32..).filter(|(which, _)| which.is_some_and(|w| w > 0));
        Some(RowSet::Rows(found.map(|(_, row)| row).collect()))
    }

    fn reasons(&self, context: &Context, family: &Family, _: &str, rows: &[u32]) -> Vec<RowReason> {
        let (patterns, Some((_, column, _))) = (wanted(&context.settings), column_of(context, family)) else { return Vec::new() };
        let held = |row: &u32| {
            let which = text_at(column, *row as usize).map_or(0, |text| first_of(&patterns, text));
            let pattern = usize::from(which).checked_sub(1).and_then(|at| patterns.get(at));
            RowReason { text: pattern.map_or_else(String::new, |p| format!("holds \"{}\"", p.written)), words: Vec::new() }
        };
        rows.iter().map(held).collect()
    }
}

/// The caller's terms and patterns; at most 255, each once.
fn wanted(settings: &Settings) -> Vec<Pattern> {
    let list = |name: &str| settings.tests.get(TEST).and_then(|c| c.params.get(name)).and_then(serde_json::Value::as_array);
    let texts = |name: &str| list(name).into_iter().flatten().filter_map(serde_json::Value::as_str);
    let mut out: Vec<Pattern> = texts("terms").filter_map(Pattern::term).collect();
    out.extend(texts("patterns").filter_map(Pattern::wildcards));
    out.truncate(usize::from(u8::MAX));
    out
}

/// The first pattern that a text holds, counted from 1; 0 for none.
fn first_of(patterns: &[Pattern], text: &str) -> u8 {
    let lower: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    patterns.iter().position(|p| p.is_in(&lower)).map_or(0, |at| at as u8 + 1)
}

fn told(name: &str, (hits, rows): (u64, u64), patterns: usize, most: &str) -> String {
    let of = out_of(hits, rows, &format!("value of {name}"));
    let what = if patterns == 1 { "what is looked for".to_owned() } else { format!("one of {patterns} terms and patterns") };
    format!("{of} {} {what}{most}.", agreeing(hits, "hold"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(told("note", (0, 300), 1, ""), "None of 300 values of note hold what is looked for.");
        assert_eq!(
            told("note", (1, 300), 2, ", most often \"PRJ-####\" (1)"),
            "1 of 300 values of note (0.33\u{a0}%) holds one of 2 terms and patterns, most often \"PRJ-####\" (1)."
        );
    }
}
