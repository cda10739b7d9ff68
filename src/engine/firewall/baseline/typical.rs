//! What the features usually are: a row to begin with, for whoever tries the check of single rows.

use straingauge_api::Typical;

use super::Baseline;
use crate::profile::{ColumnFrame, ColumnProfile};
use crate::text::Gram;

/// Words of a text that is put together.
const WORDS: usize = 8;

impl Baseline {
    /// The commonest value or the median of every feature that is a column of the data; of free text its commonest words.
    pub fn typical(&self) -> Vec<Typical> {
        let columns = self.frame.columns.iter().zip(&self.reference.columns);
        let own = self.features.iter().zip(columns).enumerate().filter(|(_, (feature, _))| feature.measured_in.is_none());
        own.map(|(at, (feature, (frame, profile)))| Typical {
            feature: feature.name.clone(),
            value: value(frame, profile).or_else(|| self.words(at)),
        })
        .collect()
    }

    fn words(&self, feature: usize) -> Option<String> {
        let text = self.frame.texts.iter().find(|t| t.feature == feature)?;
        let words = Gram::ALL.iter().zip(&text.grams).find(|(gram, _)| **gram == Gram::Unigram)?.1;
        Some(words.names.iter().take(WORDS).map(String::as_str).collect::<Vec<_>>().join(" "))
    }
}

fn value(frame: &ColumnFrame, profile: &ColumnProfile) -> Option<String> {
    if let (Some(frame), Some(profile)) = (frame.category(), profile.category()) {
        // Of equally common values the first.
        let most = (0..profile.counts.len()).rev().max_by_key(|&i| profile.counts.get(i))?;
        return frame.names.get(most).cloned();
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
