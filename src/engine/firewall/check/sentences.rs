//! Why a row broke a rule: its value, and what the reference has.

use straingauge_charts::format::{agreeing, counted, number, percent, spaced};

use crate::profile::rules::{Rule, shown};
use crate::profile::{ColumnFrame, ColumnProfile, views};
use crate::table::Column;

/// Dictionaries with more values are not searched for another case.
const SEARCHED: usize = 4096;

/// A rule of a feature, and the rows that it was asked of.
pub(super) struct Told<'a> {
    pub(super) rule: &'a Rule,
    pub(super) name: &'a str,
    pub(super) frame: &'a ColumnFrame,
    pub(super) profile: &'a ColumnProfile,
    pub(super) column: &'a Column,
    /// A text's shares of unknown words.
    pub(super) unseen: Option<&'a Column>,
}

impl Told<'_> {
    fn number(column: &Column, row: u32) -> f64 {
        views::numbers(column).and_then(|n| n.get(row as usize).copied()).unwrap_or(f64::NAN)
    }

    /// The sentence about a row.
    pub(super) fn sentence(&self, row: u32) -> String {
        let (name, value) = (self.name, shown(self.column, row));
        match self.rule {
            Rule::NumericOutlier { low, high, .. } => {
                let x = number(Self::number(self.column, row));
                let sd = self.profile.numeric().map_or(f64::NAN, |n| n.moments.sd());
                let k = number((high - low) / (2.0 * sd));
                format!("{name} is {x}, outside {} to {} (mean ± {k} sd of the reference).", number(*low), number(*high))
            }
            Rule::OutOfRange { high, .. } => {
                let x = number(Self::number(self.column, row));
                let range = if high.is_finite() { "between 0 and 1" } else { "0 or more" };
                format!("{name} is {x}; in the reference it is always {range}.")
            }
            Rule::UnseenCategorical => format!("{name} is {value}, which the reference never has."),
            Rule::RareCategories { .. } => {
                let code = self.frame.category().and_then(|c| c.code(&value));
                let count = code.and_then(|c| self.profile.category()?.counts.get(c).copied()).unwrap_or(0);
                let rows = counted(self.profile.present, "reference row");
                format!("{name} is {value}, which only {} of {rows} {}.", spaced(count), agreeing(count, "have"))
            }
            Rule::RequiredCharacters { characters, .. } => {
                let text = crate::text::text_at(self.column, row as usize).unwrap_or_default();
                let lacks: Vec<String> = characters.iter().filter(|&&c| !text.contains(c)).take(3).map(|c| format!("\"{c}\"")).collect();
                format!("{name} is {value}, without {}, which every reference value has.", lacks.join(", "))
            }
            Rule::Capitalization { .. } => {
                let lower = value.to_lowercase();
                let names = self.frame.category().map_or(&[][..], |c| &c.names);
                let known = names.iter().take(SEARCHED).find(|n| n.to_lowercase() == lower);
                let as_known = known.map_or_else(|| "in another case".to_owned(), |n| format!("as {n}"));
                format!("{name} is {value}, which the reference writes {as_known}.")
            }
            Rule::EmptyString => format!("{name} is empty; the reference never leaves it empty."),
            Rule::NullCheck => format!("{name} is missing ({value}); it never is in the reference."),
            Rule::FeatureType(form) => format!("{name} is {value}, which is not {}.", form.name()),
            Rule::UnseenUnigram { above } => {
                let share = self.unseen.map_or(f64::NAN, |c| Self::number(c, row));
                format!("{} of the words of {name} are unknown to the reference; at most {} usually are.", percent(share), percent(*above))
            }
            Rule::EmptyText => format!("{name} has no text."),
        }
    }
}

/// Two values that hardly stand together; `together`: reference rows that have both, and rows in all.
pub(super) fn pair(sides: [(&str, &Column); 2], row: u32, together: (f64, u64)) -> String {
    let [a, b] = sides.map(|(name, column)| format!("{name} {}", shown(column, row)));
    let rows = spaced(together.0.round() as u64);
    format!("{a} and {b} stand together in {rows} of {} reference rows, far fewer than their shares suggest.", spaced(together.1))
}

/// An embedding far from the reference's.
pub(super) fn embedding(name: &str, distance: f64, cut: f64) -> String {
    format!("{name} lies {} standard deviations from the reference's centre, beyond {}.", number(distance), number(cut))
}
