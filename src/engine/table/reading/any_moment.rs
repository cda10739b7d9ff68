//! A date in any of the forms that are read, from one cell.

use super::locale::NumericDate;
use super::moment::{self, Form, IsoParser};
use super::written;
use super::zones::Named;

/// A moment as a cell holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnyMoment {
    /// Microseconds since 1970, in UTC where a zone is known.
    pub(crate) micros: i64,
    /// The form in which [`moment::write`] would write it.
    pub(crate) form: Form,
    /// The zone that the cell names and that leaves its offset open.
    pub(crate) open_zone: Option<String>,
}

impl AnyMoment {
    /// The moment of a cell; months and weeks (`2024-01`) among them where `periods`.
    pub(crate) fn parse(cell: &[u8], day_first: bool, periods: bool) -> Option<Self> {
        let cell = cell.trim_ascii();
        if let Some((micros, form)) = plain(cell, day_first, periods) {
            return Some(Self { micros, form, open_zone: None });
        }
        let named = Named::parse(cell)?;
        let (local, form) = plain(named.local.as_bytes(), day_first, false).filter(|(_, form)| moment::lacks_zone(*form))?;
        Some(match named.utc(local) {
            // A form that names UTC.
            Some(micros) => Self { micros, form: 13, open_zone: None },
            None => Self { micros: local, form, open_zone: Some(named.name) },
        })
    }
}

/// A moment whose zone, if any, is told by its offset.
fn plain(cell: &[u8], day_first: bool, periods: bool) -> Option<(i64, Form)> {
    let iso = IsoParser::default().parse(cell);
    let numeric = || NumericDate::parse(cell).and_then(|d| d.iso(day_first));
    let period = || if periods { written::parse_period(cell) } else { None };
    iso.or_else(numeric).or_else(|| written::parse(cell)).or_else(period)
}
