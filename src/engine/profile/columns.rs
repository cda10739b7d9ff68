//! One column: its values in cells, its missing and bad cells, and what the reference says of it as a whole.

use std::collections::BTreeMap;

use super::{CategoryFrame, CategoryProfile, NumericFrame, NumericProfile, frames_differ};
use crate::Result;

/// Facts of a reference column that decide whether a test makes sense of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// Distinct values; for numbers that are not whole it stops counting at [`super::FINE_CELLS`].
    pub distinct: u64,
    /// Rows with a value.
    pub present: u64,
    /// At most one distinct value.
    pub constant: bool,
    /// Whole numbers or categories of which at least 99 % are distinct: they name rows.
    pub unique: bool,
    /// Numbers that never fall from row to row, and are not constant.
    pub ascending: bool,
    /// Whole numbers throughout.
    pub integer: bool,
}

/// The frame of a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ColumnFrame {
    /// The feature's name.
    pub name: String,
    /// Facts of the reference.
    pub facts: Facts,
    /// The cells of its values.
    pub values: ValueFrame,
}

/// The cells of a column's values.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ValueFrame {
    /// The reference lacks the column, or all its cells are missing.
    #[default]
    Absent,
    /// Numbers.
    Numeric(NumericFrame),
    /// Values from a set.
    Category(CategoryFrame),
    /// Free text; what can be measured in it are columns of their own.
    Text,
}

/// What was counted in a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ColumnProfile {
    /// All rows, whether they have a value or not. 0 where this side lacks the column.
    pub rows: u64,
    /// Sum of the weights of all rows.
    pub weight: f64,
    /// Sum of the squared weights of all rows.
    pub weight_sq: f64,
    /// Rows with a value: not missing, not bad, a finite number.
    pub present: u64,
    /// Their weight.
    pub present_weight: f64,
    /// Their squared weights.
    pub present_weight_sq: f64,
    /// Missing cells by spelling.
    pub missing: BTreeMap<String, u64>,
    /// Cells whose text does not fit the column's type.
    pub bad: u64,
    /// Infinite numbers.
    pub infinite: u64,
    /// Group sums of "has no value", where rows belong together.
    pub missing_clusters: Option<super::Clusters>,
    /// The values.
    pub values: ValueProfile,
}

/// The values of a column, counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum ValueProfile {
    /// The frame has no cells, or this side lacks the column.
    #[default]
    Absent,
    /// Numbers.
    Numeric(NumericProfile),
    /// Values from a set.
    Category(CategoryProfile),
    /// Free text.
    Text(TextProfile),
}

/// What is counted of a text column itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextProfile {
    /// Texts of nothing but white space.
    pub blank: u64,
    /// Texts of special characters to more than a fifth.
    pub special: u64,
    /// Texts that are a number and nothing else.
    pub numbers: u64,
}

impl ColumnFrame {
    /// The frame of its numbers.
    pub fn numeric(&self) -> Option<&NumericFrame> {
        if let ValueFrame::Numeric(f) = &self.values { Some(f) } else { None }
    }

    /// The frame of its categories.
    pub fn category(&self) -> Option<&CategoryFrame> {
        if let ValueFrame::Category(f) = &self.values { Some(f) } else { None }
    }
}

impl ColumnProfile {
    /// Its numbers.
    pub fn numeric(&self) -> Option<&NumericProfile> {
        if let ValueProfile::Numeric(p) = &self.values { Some(p) } else { None }
    }

    /// Its categories.
    pub fn category(&self) -> Option<&CategoryProfile> {
        if let ValueProfile::Category(p) = &self.values { Some(p) } else { None }
    }

    /// Rows without a value: missing, bad, infinite.
    pub fn absent(&self) -> u64 {
        self.rows - self.present
    }

    /// The design effect of its values: Kish's for weights, times that of rows that belong together.
    pub fn deff(&self) -> f64 {
        let groups = match &self.values {
            ValueProfile::Numeric(p) => p.group_deff(),
            ValueProfile::Category(p) => p.group_deff(),
            ValueProfile::Text(_) | ValueProfile::Absent => 1.0,
        };
        kish(self.present, self.present_weight, self.present_weight_sq) * groups
    }

    /// The design effect of the share of rows without a value.
    pub fn missing_deff(&self) -> f64 {
        let absent = self.absent() as f64;
        kish(self.rows, self.weight, self.weight_sq) * self.missing_clusters.map_or(1.0, |c| c.deff(absent * absent))
    }

    /// Adds what another profile of the same frame counted.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        self.rows += other.rows;
        self.weight += other.weight;
        self.weight_sq += other.weight_sq;
        self.present += other.present;
        self.present_weight += other.present_weight;
        self.present_weight_sq += other.present_weight_sq;
        for (spelling, n) in &other.missing {
            *self.missing.entry(spelling.clone()).or_default() += n;
        }
        self.bad += other.bad;
        self.infinite += other.infinite;
        if let (Some(a), Some(b)) = (&mut self.missing_clusters, &other.missing_clusters) {
            a.merge(b);
        }
        match (&mut self.values, &other.values) {
            (ValueProfile::Numeric(a), ValueProfile::Numeric(b)) => a.merge(b),
            (ValueProfile::Category(a), ValueProfile::Category(b)) => a.merge(b),
            (ValueProfile::Text(a), ValueProfile::Text(b)) => {
                a.blank += b.blank;
                a.special += b.special;
                a.numbers += b.numbers;
                Ok(())
            }
            (ValueProfile::Absent, ValueProfile::Absent) => Ok(()),
            _ => Err(frames_differ("the kinds of a column")),
        }
    }
}

/// Kish's design effect of unequal weights, n Σw²/(Σw)² (Kish 1965, Survey Sampling, 11.7).
pub(super) fn kish(n: u64, weight: f64, weight_sq: f64) -> f64 {
    if weight > 0.0 { (n as f64 * weight_sq / (weight * weight)).max(1.0) } else { 1.0 }
}

crate::stored::stored!(struct Facts { distinct, present, constant, unique, ascending, integer });
crate::stored::stored!(struct ColumnFrame { name, facts, values });
crate::stored::stored!(enum ValueFrame { 0 = Absent, 1 = Numeric(frame), 2 = Category(frame), 3 = Text });
crate::stored::stored!(struct ColumnProfile { rows, weight, weight_sq, present, present_weight, present_weight_sq, missing, bad, infinite, missing_clusters, values });
crate::stored::stored!(enum ValueProfile { 0 = Absent, 1 = Numeric(profile), 2 = Category(profile), 3 = Text(profile) });
crate::stored::stored!(struct TextProfile { blank, special, numbers });
