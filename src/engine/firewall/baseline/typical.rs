//! What the features usually are: a row to begin with, for whoever tries the check of single rows.

use straingauge_api::Typical;

use super::Baseline;
use crate::profile::{ColumnFrame, ColumnProfile};
use crate::text::Gram;

/// Words of a text that are told.
const WORDS: usize = 8;
/// Values of a category that are told.
const VALUES: usize = 100;

impl Baseline {
    /// The commonest value or the median of every feature that is a column of the data, with the values that a category has; of free text its
    /// commonest words.
    pub fn typical(&self) -> Vec<Typical> {
        let columns = self.frame.columns.iter().zip(&self.reference.columns);
        let own = self.features.iter().zip(columns).enumerate().filter(|(_, (feature, _))| feature.measured_in.is_none());
        own.map(|(at, (feature, (frame, profile)))| {
            let words = self.words(at);
            Typical {
                feature: feature.name.clone(),
                value: value(frame, profile),
                values: values(frame, profile),
                words: words.unwrap_or_default(),
            }
        })
        .collect()
    }

    fn words(&self, feature: usize) -> Option<Vec<String>> {
        let text = self.frame.texts.iter().find(|t| t.feature == feature)?;
        let words = Gram::ALL.iter().zip(&text.grams).find(|(gram, _)| **gram == Gram::Unigram)?.1;
        Some(words.names.iter().take(WORDS).cloned().collect())
    }
}

/// The values of a category, the commonest first.
fn values(frame: &ColumnFrame, profile: &ColumnProfile) -> Vec<String> {
    let (Some(frame), Some(profile)) = (frame.category(), profile.category()) else { return Vec::new() };
    let mut known: Vec<(&String, &u64)> = frame.names.iter().zip(&profile.counts).collect();
    known.sort_by(|a, b| b.1.cmp(a.1));
    known.into_iter().take(VALUES).map(|(name, _)| name.clone()).collect()
}

fn value(frame: &ColumnFrame, profile: &ColumnProfile) -> Option<String> {
    if let Some(commonest) = values(frame, profile).into_iter().next() {
        return Some(commonest);
    }
    let numbers = profile.numeric()?;
    let half = numbers.mass.iter().sum::<f64>() / 2.0;
    let mut below = 0.0;
    let (mass, sum) = numbers.mass.iter().zip(&numbers.sums).find(|(mass, _)| {
        below += **mass;
        **mass > 0.0 && below >= half
    })?;
    let median = sum / mass;
    // A cell's mean has digits that no value of it has.
    Some(if frame.facts.integer {
        format!("{}", median.round())
    } else {
        straingauge_charts::format::number(median).replace('\u{2212}', "-").replace('\u{202f}', "")
    })
}
