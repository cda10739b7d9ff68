//! Learning rules from a reference column.

use super::{Form, Rule};
use crate::profile::{CategoryProfile, ColumnFrame, ColumnProfile, ValueProfile, views};
use crate::table::{Categories, Column, FeatureKind, Values};

/// Rows with a value that it takes to learn a rule of form.
const ENOUGH_ROWS: u64 = 100;

/// Distinct values that it takes to learn which characters all of them have: of a handful, some are shared by chance.
const ENOUGH_VALUES: usize = 10;

/// The share of a column's rows that may miss its form: the profiling default of a numeric column.
const VIOLATIONS: f64 = 0.01;

/// The share of distinct values above which a category is free to take new ones.
const FREE_SHARE: f64 = 0.25;

/// A share below this, divided by the number of distinct values, is rare.
const RARE: f64 = 0.005;

/// The rules of one feature.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureRules {
    /// In the order of the catalogue.
    pub rules: Vec<Rule>,
    /// By code of the dictionary: one reference row alone has the value, or rows of one group alone.
    pub once: Vec<bool>,
}

/// What the reader may change.
#[derive(Debug, Clone, Copy)]
pub struct LearnOptions {
    /// Standard deviations within which a number is no outlier.
    pub bound_multiplier: f64,
    /// Places that count for NDCG.
    pub ndcg_places: f64,
    /// How finely things are counted.
    pub grain: Grain,
}

/// How many cells a frame gets: fine where profiles live as long as a run, coarse where many are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grain {
    /// The most fine cells of a number; a multiple of 100, so that those quantiles are exact.
    pub fine: usize,
    /// Bins of a number for rank correlation; a multiple of [`crate::profile::INFORMATION_BINS`].
    pub ranks: usize,
    /// The most cells of a score.
    pub scores: usize,
}

impl Grain {
    /// That of a stress test.
    pub const FINE: Self = Self { fine: crate::profile::FINE_CELLS, ranks: crate::profile::RANK_BINS, scores: crate::profile::SCORE_CELLS };
    /// That of a firewall, which stores a profile a bin.
    pub const COARSE: Self = Self { fine: 200, ranks: 10, scores: 64 };
}

impl Default for LearnOptions {
    fn default() -> Self {
        Self { bound_multiplier: 3.0, ndcg_places: f64::INFINITY, grain: Grain::FINE }
    }
}

/// Learns the rules of a feature from the reference: its column, the column's frame and profile, and, for a text, the profile
/// and frame of its share of unseen tokens.
pub fn learn(
    kind: FeatureKind,
    column: Option<&Column>,
    frame: &ColumnFrame,
    reference: &ColumnProfile,
    unseen_tokens: Option<(&ColumnFrame, &ColumnProfile)>,
    options: LearnOptions,
) -> FeatureRules {
    let mut out = FeatureRules::default();
    let Some(column) = column else { return out };
    if reference.present == 0 {
        return out;
    }
    match kind {
        FeatureKind::Numeric => {
            out.rules.extend(outlier(frame, reference, options.bound_multiplier));
            out.rules.extend(range(frame, reference));
        }
        FeatureKind::Categorical => {
            if let (Some(dictionary), ValueProfile::Category(counts)) = (frame.category(), &reference.values) {
                let unit = counts.group_deff();
                out.once = counts.counts.iter().map(|&n| n > 0 && (n as f64) < 1.5 * unit).collect();
                if dictionary.names.len() as f64 <= FREE_SHARE * reference.present as f64 {
                    out.rules.push(Rule::UnseenCategorical);
                    out.rules.push(rare(counts, reference.present));
                }
                if let Some(categories) = views::categories(column) {
                    out.rules.extend(required_characters(&Strings::Dictionary(&categories), unit));
                }
                if dictionary.names.len() as f64 <= FREE_SHARE * reference.present as f64 {
                    let mut folded: Vec<String> = dictionary.names.iter().map(|n| n.to_lowercase()).collect();
                    folded.sort_unstable();
                    out.rules.push(Rule::Capitalization { folded });
                }
            }
        }
        FeatureKind::Text => {
            if let Values::Text(texts) = &column.values {
                out.rules.extend(required_characters(&Strings::Rows(texts), 1.0));
            }
        }
    }
    // Each missing cell is asked about by one rule: `""` by this one (for texts by `EmptyText`), the others by the next.
    let empty = reference.missing.get("").copied().unwrap_or(0);
    let null: u64 = reference.missing.values().sum::<u64>() - empty;
    if kind == FeatureKind::Categorical && empty == 0 {
        out.rules.push(Rule::EmptyString);
    }
    if null == 0 && empty == 0 {
        out.rules.push(Rule::NullCheck);
    }
    out.rules.extend(form(kind, column, frame, reference).map(Rule::FeatureType));
    if kind == FeatureKind::Text {
        if let Some((frame, profile)) = unseen_tokens {
            out.rules.extend(unseen_unigram(frame, profile));
        }
        out.rules.push(Rule::EmptyText);
    }
    out
}

/// Mean ± k population sd. A reference row's own part is taken out in closed form: |x − mean₋ᵢ| > k·sd₋ᵢ just where
/// (x − mean)² > k²·variance·(n − 1)/(n + k²).
fn outlier(frame: &ColumnFrame, reference: &ColumnProfile, k: f64) -> Option<Rule> {
    let numeric = reference.numeric()?;
    if frame.facts.unique || frame.facts.ascending || frame.facts.constant {
        return None;
    }
    let (mean, sd, n) = (numeric.moments.mean(), numeric.moments.sd(), reference.present as f64);
    if sd <= 0.0 || !sd.is_finite() {
        return None;
    }
    let out = k * sd * ((n - 1.0) / (n + k * k)).max(0.0).sqrt();
    Some(Rule::NumericOutlier { low: mean - k * sd, high: mean + k * sd, left_out: (mean - out, mean + out) })
}

fn range(frame: &ColumnFrame, reference: &ColumnProfile) -> Option<Rule> {
    let numeric = frame.numeric()?;
    if numeric.min < 0.0 || reference.present < ENOUGH_ROWS {
        return None;
    }
    // Counts and codes of 0 and 1 say nothing of a range up to 1.
    let unit = numeric.max <= 1.0 && frame.facts.distinct > 2;
    Some(Rule::OutOfRange { low: 0.0, high: if unit { 1.0 } else { f64::INFINITY } })
}

fn rare(counts: &CategoryProfile, present: u64) -> Rule {
    let (n, unit) = (present as f64, counts.group_deff());
    let share = RARE / counts.counts.len().max(1) as f64;
    let is_rare = |count: f64, n: f64| count >= 0.5 * unit && count < share * n;
    Rule::RareCategories {
        rare: counts.counts.iter().map(|&c| is_rare(c as f64, n)).collect(),
        rare_left_out: counts.counts.iter().map(|&c| is_rare(c as f64 - unit, n - unit)).collect(),
    }
}

/// Strings row by row, or value by value.
pub(super) enum Strings<'a> {
    /// Values with codes.
    Dictionary(&'a Categories),
    /// A text a row.
    Rows(&'a arrow::array::StringArray),
}

impl Strings<'_> {
    /// Every value with its rows, until `f` wants no more.
    fn each(&self, mut f: impl FnMut(&str, u64) -> bool) {
        match self {
            Self::Dictionary(categories) => {
                let mut counts = vec![0u64; categories.names.len()];
                for &code in &categories.codes {
                    if let Some(slot) = counts.get_mut(code as usize) {
                        *slot += 1;
                    }
                }
                let mut present = categories.names.iter().zip(counts).filter(|v| v.1 > 0);
                let _ = present.all(|(name, n)| f(name, n));
            }
            Self::Rows(texts) => {
                let _ = texts.iter().flatten().all(|text| f(text, 1));
            }
        }
    }
}

/// `unit` rows tell as much as one that stands alone.
fn required_characters(strings: &Strings, unit: f64) -> Option<Rule> {
    let one = (1.5 * unit) as u64;
    // A character that all values but at most one row have is in the first or in the second value.
    let mut candidates: Vec<(char, u64)> = Vec::new();
    let (mut values, mut rows) = (0usize, 0u64);
    strings.each(|text, n| {
        if values < 2 {
            for c in text.chars() {
                if !candidates.iter().any(|k| k.0 == c) {
                    // The first value's rows lack what only the second one has.
                    candidates.push((c, if values == 1 { rows } else { 0 }));
                }
            }
        }
        values += 1;
        rows += n;
        for (c, lacking) in &mut candidates {
            if !text.contains(*c) {
                *lacking += n;
            }
        }
        candidates.retain(|k| k.1 <= one);
        values < 2 || !candidates.is_empty()
    });
    if values < ENOUGH_VALUES || rows < ENOUGH_ROWS {
        return None;
    }
    candidates.sort_unstable();
    let (all, but): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|c| c.1 == 0);
    let characters: Vec<char> = all.into_iter().map(|c| c.0).collect();
    (!characters.is_empty()).then(|| Rule::RequiredCharacters { characters, but_one: but.into_iter().map(|c| c.0).collect() })
}

/// The form that a column has, save for a few rows.
fn form(kind: FeatureKind, column: &Column, frame: &ColumnFrame, reference: &ColumnProfile) -> Option<Form> {
    if kind == FeatureKind::Numeric {
        return matches!(column.values, Values::Number { .. }).then_some(if frame.facts.integer { Form::Integer } else { Form::Float });
    }
    if reference.present < ENOUGH_ROWS {
        return None;
    }
    let most = (VIOLATIONS * reference.present as f64) as u64;
    Form::OF_TEXT.into_iter().find(|form| {
        let mut violations = 0;
        let mut count = |text: &str, n: u64| {
            violations += if form.matches(text) { 0 } else { n };
            violations <= most
        };
        match &column.values {
            Values::Text(texts) => Strings::Rows(texts).each(&mut count),
            Values::Category(categories) => Strings::Dictionary(categories).each(&mut count),
            _ => return false,
        }
        violations <= most
    })
}

fn unseen_unigram(frame: &ColumnFrame, reference: &ColumnProfile) -> Option<Rule> {
    let (numeric, profile) = (frame.numeric()?, reference.numeric()?);
    let total: f64 = profile.mass.iter().sum();
    let mut cumulative = 0.0;
    let cell = profile.mass.iter().position(|m| {
        cumulative += m;
        cumulative >= 0.995 * total - 1e-9 * total
    })?;
    Some(Rule::UnseenUnigram { above: numeric.edges.get(cell).copied().unwrap_or(numeric.max) })
}

crate::stored::stored!(struct FeatureRules { rules, once });
