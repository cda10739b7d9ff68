//! Which rows fail a rule.

use super::learn::FeatureRules;
use super::{Form, Rule};
use crate::profile::{CategoryFrame, ColumnFrame, short_number, views};
use crate::table::{Column, Values};

/// Whose rows are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The reference's own: each by what the others teach.
    Reference,
    /// Anybody else's.
    Other,
}

/// The rows that fail a rule, ascending, and how many it was asked of.
///
/// `unseen_tokens` is the text's column of unseen token shares.
pub fn failing_rows(
    rule: &Rule,
    rules: &FeatureRules,
    frame: &ColumnFrame,
    column: &Column,
    unseen_tokens: Option<&Column>,
    whose: Whose,
) -> (Vec<u32>, u64) {
    let own = whose == Whose::Reference;
    match rule {
        Rule::NumericOutlier { low, high, left_out } => {
            let (low, high) = if own { *left_out } else { (*low, *high) };
            numbers(column, |x| x < low || x > high)
        }
        Rule::OutOfRange { low, high } => numbers(column, |x| x < *low || x > *high),
        Rule::UnseenUnigram { above } => unseen_tokens.map_or((Vec::new(), 0), |c| numbers(c, |x| x > *above)),
        Rule::UnseenCategorical => by_code(column, frame, |_, code| code.is_none_or(|c| own && flag(&rules.once, c))),
        Rule::RareCategories { rare, rare_left_out } => {
            let flags = if own { rare_left_out } else { rare };
            by_code(column, frame, |_, code| code.is_some_and(|c| flag(flags, c)))
        }
        Rule::Capitalization { folded } => by_code(column, frame, |name, code| {
            // In the reference: a value that one row alone has, beside another that differs by case only.
            let others = if own { 2 } else { 1 };
            let new = code.is_none_or(|c| own && flag(&rules.once, c));
            new && {
                let lower = name.to_lowercase();
                let from = folded.partition_point(|f| *f < lower);
                folded.iter().skip(from).take_while(|f| **f == lower).count() >= others
            }
        }),
        Rule::RequiredCharacters { characters, but_one } => {
            let lacks = |text: &str| characters.iter().any(|&c| !text.contains(c)) || (own && but_one.iter().any(|&c| !text.contains(c)));
            strings(column, lacks)
        }
        Rule::FeatureType(form @ (Form::Integer | Form::Float)) => {
            let (mut rows, mut asked) = numbers(column, |x| *form == Form::Integer && x.floor() != x);
            asked += column.cells.bad.len() as u64;
            if !matches!(column.values, Values::Number { .. } | Values::Timestamp(_)) {
                // Read as text: whatever is no number fails.
                return strings(column, |text| !form.matches(text));
            }
            rows.extend(column.cells.bad.iter().map(|b| b.row));
            rows.sort_unstable();
            rows.dedup();
            (rows, asked)
        }
        Rule::FeatureType(form) => {
            let (mut rows, asked) = strings(column, |text| !form.matches(text));
            rows.extend(column.cells.bad.iter().map(|b| b.row));
            rows.sort_unstable();
            rows.dedup();
            (rows, asked + column.cells.bad.len() as u64)
        }
        Rule::EmptyString => (missing(column, str::is_empty), views::rows(column) as u64),
        Rule::NullCheck => {
            let text = !matches!(column.values, Values::Number { .. } | Values::Timestamp(_));
            (missing(column, |s| !text || !s.is_empty()), views::rows(column) as u64)
        }
        Rule::EmptyText => {
            let mut rows = missing(column, str::is_empty);
            rows.extend(strings(column, |text| text.trim().is_empty()).0);
            rows.sort_unstable();
            rows.dedup();
            (rows, views::rows(column) as u64)
        }
    }
}

fn flag(flags: &[bool], code: usize) -> bool {
    flags.get(code).copied().unwrap_or(false)
}

fn numbers(column: &Column, fails: impl Fn(f64) -> bool) -> (Vec<u32>, u64) {
    let Some(values) = views::numbers(column) else { return (Vec::new(), 0) };
    let mut asked = 0;
    let mut rows = Vec::new();
    for (row, &x) in values.iter().enumerate() {
        if x.is_finite() {
            asked += 1;
            if fails(x) {
                rows.push(row as u32);
            }
        }
    }
    (rows, asked)
}

/// Rows of a category by a judgement of each value: its name and its code in the dictionary.
fn by_code(column: &Column, frame: &ColumnFrame, fails: impl Fn(&str, Option<usize>) -> bool) -> (Vec<u32>, u64) {
    let empty = CategoryFrame::default();
    let dictionary = frame.category().unwrap_or(&empty);
    let Some(categories) = views::categories(column) else { return (Vec::new(), 0) };
    let flags: Vec<bool> = categories.names.iter().map(|name| fails(name, dictionary.code(name))).collect();
    of_codes(&categories.codes, &flags)
}

fn of_codes(codes: &[u32], flags: &[bool]) -> (Vec<u32>, u64) {
    let mut asked = 0;
    let mut rows = Vec::new();
    for (row, &code) in codes.iter().enumerate() {
        if let Some(&fails) = flags.get(code as usize) {
            asked += 1;
            if fails {
                rows.push(row as u32);
            }
        }
    }
    (rows, asked)
}

/// Rows of texts or categories by a judgement of the string.
fn strings(column: &Column, fails: impl Fn(&str) -> bool) -> (Vec<u32>, u64) {
    if let Values::Text(texts) = &column.values {
        let mut asked = 0;
        let rows = texts.iter().enumerate().filter_map(|(row, text)| {
            let text = text?;
            asked += 1;
            fails(text).then_some(row as u32)
        });
        let rows = rows.collect();
        return (rows, asked);
    }
    let Some(categories) = views::categories(column) else { return (Vec::new(), 0) };
    let flags: Vec<bool> = categories.names.iter().map(|name| fails(name)).collect();
    of_codes(&categories.codes, &flags)
}

/// A cell as text, for the list of failing values; at most 80 characters.
pub fn shown(column: &Column, row: u32) -> String {
    let missing = &column.cells.missing;
    if let Ok(at) = missing.rows.binary_search(&row) {
        let spelling = missing.codes.get(at).and_then(|&c| missing.spellings.get(c as usize));
        return spelling.filter(|s| !s.is_empty()).cloned().unwrap_or_else(|| "(empty)".to_owned());
    }
    if let Ok(at) = column.cells.bad.binary_search_by_key(&row, |b| b.row) {
        return column.cells.bad.get(at).map_or_else(String::new, |b| b.text.clone());
    }
    if let Some(text) = crate::text::text_at(column, row as usize) {
        return if text.trim().is_empty() { "(blank)".to_owned() } else { text.chars().take(80).collect() };
    }
    match &column.values {
        Values::Boolean(values) => values.iter().nth(row as usize).flatten().map_or_else(String::new, |v| v.to_string()),
        Values::Number { values, .. } => values.values().get(row as usize).map_or_else(String::new, |&x| short_number(x)),
        Values::Timestamp(values) => values.values().get(row as usize).map_or_else(String::new, ToString::to_string),
        _ => String::new(),
    }
}

/// Rows that are missing in one of the spellings.
fn missing(column: &Column, spelled: impl Fn(&str) -> bool) -> Vec<u32> {
    let cells = &column.cells.missing;
    let flags: Vec<bool> = cells.spellings.iter().map(|s| spelled(s)).collect();
    cells.rows.iter().zip(&cells.codes).filter(|(_, code)| flag(&flags, **code as usize)).map(|(&row, _)| row).collect()
}
