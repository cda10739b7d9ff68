//! Cells of the first rows by kind, as evidence about what the rows are.

use crate::table::reading::census::boolean;
use crate::table::reading::locale::NumericDate;
use crate::table::reading::missing::is_missing;
use crate::table::reading::moment::IsoParser;
use crate::table::reading::number;

/// The kind of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Missing,
    /// A number without a point or an exponent.
    Integer,
    /// Another number.
    Fraction,
    Moment,
    List,
    Boolean,
    Text,
}

impl Kind {
    pub(crate) fn of(cell: &[u8]) -> Self {
        let cell = cell.trim_ascii();
        if is_missing(cell) {
            return Self::Missing;
        }
        if number::parse(cell).is_some() {
            return if cell.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+')) { Self::Integer } else { Self::Fraction };
        }
        let dated = NumericDate::parse(cell).is_some_and(|d| d.iso(true).is_some() || d.iso(false).is_some());
        if dated || IsoParser::default().parse(cell).is_some() {
            return Self::Moment;
        }
        if number::parse_list(cell, &mut Vec::new()).is_some() {
            return Self::List;
        }
        if boolean(cell).is_some() { Self::Boolean } else { Self::Text }
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Fraction)
    }

    /// A number, moment, list or truth word.
    pub(crate) fn is_value(self) -> bool {
        !matches!(self, Self::Missing | Self::Text)
    }

    /// Whether both are numbers, or both of one kind.
    pub(crate) fn alike(self, other: Self) -> bool {
        self == other || (self.is_number() && other.is_number())
    }
}

/// What most cells of a column are, in rows that were looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColumnKind {
    /// Missing where no cell has a value; text where no kind prevails.
    pub(crate) kind: Kind,
    /// Cells with a value.
    pub(crate) present: usize,
    /// All its numbers are written with a point or an exponent.
    pub(crate) all_fractions: bool,
}

impl ColumnKind {
    /// The kind of column `at` in `rows`: what four of five cells with a value agree on.
    pub(crate) fn of(rows: &[&[Vec<u8>]], at: usize) -> Self {
        let kinds: Vec<Kind> =
            rows.iter().filter_map(|row| row.get(at)).map(|cell| Kind::of(cell)).filter(|k| *k != Kind::Missing).collect();
        let present = kinds.len();
        let prevails = |of: &dyn Fn(Kind) -> bool| present > 0 && kinds.iter().filter(|k| of(**k)).count() * 5 >= present * 4;
        let kind = if present == 0 {
            Kind::Missing
        } else if prevails(&Kind::is_number) {
            if kinds.contains(&Kind::Fraction) { Kind::Fraction } else { Kind::Integer }
        } else {
            [Kind::Moment, Kind::List, Kind::Boolean].into_iter().find(|k| prevails(&|seen| seen == *k)).unwrap_or(Kind::Text)
        };
        Self { kind, present, all_fractions: !kinds.contains(&Kind::Integer) }
    }
}
