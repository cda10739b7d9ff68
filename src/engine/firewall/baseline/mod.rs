//! What a firewall learns from its reference: everything that decides how a bin is counted and judged, and no rows.

mod counting;
#[cfg(test)]
mod laws;
mod learning;
mod typical;

use std::sync::Arc;

use straingauge_api::{DataParams, SettledColumn, SideInfo};

pub use counting::{Counted, Counting};
pub use learning::Learning;

use crate::Result;
use crate::metrics::OutcomeForm;
use crate::profile::{Asked, Frame, Profile};
use crate::stress::{Context, RunSide, Settings, Side};
use crate::table::Feature;
use crate::text::Vocabulary;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// What was learnt from a reference.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// The settings of the tests.
    pub settings: Settings,
    /// The task, the classes, the cut and the form of the predictions.
    pub form: OutcomeForm,
    /// The features: those of the reference in file order, what is measured in a text behind it.
    pub features: Vec<Feature>,
    /// What everything is counted in.
    pub frame: Arc<Frame>,
    /// The reference, counted and settled.
    pub reference: Arc<Profile>,
    /// The same for each day of the week, Monday first; where the reference's times span four weeks and every weekday has enough rows.
    /// Rows without a time are in none.
    pub weekdays: Option<Vec<Arc<Profile>>>,
    /// The vocabulary of each text column, by its place among the features.
    pub vocabularies: Vec<(usize, Arc<Vocabulary>)>,
    /// The roles of the reference's columns.
    pub params: DataParams,
    /// What the reference settled about its columns.
    pub settled: Vec<SettledColumn>,
    /// What a document says of the reference.
    pub info: SideInfo,
    /// The rules that make a row abnormal.
    pub asked: Asked,
    /// Rows of the reference that fail any of them, each judged by what the other rows teach; out of `reference.rows`. `None` where
    /// abnormal inputs are not asked for.
    pub abnormal: Option<u64>,
}

impl Baseline {
    /// Counts a bin in one go.
    ///
    /// # Errors
    /// As [`Counting::new`].
    pub fn count(self: &Arc<Self>, bin: RunSide) -> Result<Counted> {
        Counting::new(self, bin)?.finish()
    }

    /// What questions look at: the reference (of a weekday, Monday 0, where the baseline knows it) against a bin's profile, with the bin's
    /// rows where they are loaded.
    pub fn context(&self, profile: Profile, weekday: Option<usize>, rows: Option<Side>) -> Context {
        let day = weekday.and_then(|day| self.weekdays.as_ref()?.get(day));
        let reference = Arc::clone(day.unwrap_or(&self.reference));
        let mut context = Context::new(self.settings.clone(), self.features.clone(), Arc::clone(&self.frame), (reference, profile), None);
        context.bin_rows = rows;
        context.vocabularies.clone_from(&self.vocabularies);
        context
    }
}

/// The day of the week of a moment (milliseconds since 1970, UTC): 0 for Monday.
pub fn weekday(moment: i64) -> usize {
    // 1 January 1970 was a Thursday.
    (moment.div_euclid(DAY) + 3).rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use super::weekday;

    #[test]
    fn weekdays_begin_on_monday() {
        // 2024-01-01 was a Monday, 1969-12-31 a Wednesday.
        assert_eq!((weekday(1_704_067_200_000), weekday(1_704_067_199_999), weekday(-1)), (0, 6, 2));
    }
}
