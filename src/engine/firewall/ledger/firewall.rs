//! The firewall's side of the ledger: remembering rows, and joining labels to them.

use std::sync::Arc;

use straingauge_api::{BatchReport, FirewallConfig};

use super::{Key, Labels, Ledger};
use crate::firewall::Firewall;
use crate::firewall::batch::Rejudging;
use crate::stored::to_bytes;
use crate::stress::Side;
use crate::table::Dataset;
use crate::{Error, Result};

/// The key of a configuration's ledger.
///
/// # Errors
/// `no_ledger` where it has none, `invalid_ledger_key`.
pub fn key(config: &FirewallConfig) -> Result<Key> {
    if !config.ledger {
        return Err(Error::new("no_ledger", "This firewall remembers no rows, so labels cannot be joined to them.")
            .mend("Drop the labelled file again as a batch, with overrideExistingBins; or set ledger when a firewall is made."));
    }
    Key::of(config.ledger_key.as_deref().unwrap_or_default())
}

impl Firewall {
    /// What is remembered of a bin's rows; `None` without a ledger.
    pub(in crate::firewall) fn remembers(&self, side: &Side) -> Result<Option<Ledger>> {
        self.config.ledger.then(|| Ledger::of(self.learnt()?, side, key(&self.config)?)).transpose()
    }

    /// Rows that are remembered; `None` without a ledger.
    pub fn remembered(&self) -> Option<u64> {
        let rows = self.bins.values().filter(|bin| bin.ledger.is_some()).map(|bin| bin.info.rows);
        self.config.ledger.then(|| rows.sum())
    }

    /// Joins labels that came later to the rows that the ledger remembers, by the id column, and judges their bins anew. Rows that have a
    /// label keep it.
    ///
    /// # Errors
    /// `no_ledger`, `no_id_column`, `no_label`, `batch_under_way`; what makes the labels those of another task. Nothing has changed then.
    pub fn labels(&mut self, labels: &Dataset) -> Result<BatchReport> {
        let baseline = Arc::clone(self.learnt()?);
        self.at_rest()?;
        let mut labels = Labels::of(&baseline, labels, key(&self.config)?)?;
        let mut bins = self.bins.clone();
        let mut touched = Vec::new();
        for (start, bin) in &mut bins {
            let Some(mut ledger) = bin.ledger()? else { continue };
            if labels.join(&mut ledger) == 0 {
                continue;
            }
            let mut profile = bin.profile()?;
            ledger.recount(&baseline, &mut profile);
            bin.counts = Arc::new(to_bytes(&profile));
            bin.info.labelled = ledger.labelled();
            if let Some(side) = &mut bin.rows {
                side.outcomes = Arc::new(ledger.outcomes(&baseline.form));
            }
            bin.ledger = Some(Arc::new(to_bytes(&ledger)));
            touched.push(*start);
        }
        let mut judging = Rejudging::of(touched.iter().copied(), &bins);
        while judging.step(self, &mut bins)?.is_some() {}
        self.put(bins, Some(&touched))?;
        let report = BatchReport { bins: touched, problems: labels.problems() };
        self.report = Some(report.clone());
        Ok(report)
    }
}
