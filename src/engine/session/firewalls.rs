//! Firewalls of a session: learnt from a reference, fed with batches, asked.

use std::sync::Arc;

use straingauge_api::{
    BatchOptions, BatchReport, BatchValues, CustomMetric, Decision, FirewallChange, FirewallConfig, FirewallDocument, FirewallView,
    MonitorChoice, Progress, RowPage, RunDocument, StoredBin,
};

use super::{Session, SideHandles, unknown};
use crate::firewall::Firewall;
use crate::{Error, Result};

impl Session {
    /// Starts a firewall over a reference. It learns by [`Self::firewall_step`].
    ///
    /// # Errors
    /// As [`Firewall::learn`].
    pub fn firewall(&mut self, config: FirewallConfig, reference: SideHandles) -> Result<u32> {
        let task = self.task(config.model_task, reference, reference);
        let firewall = Firewall::learn(config, task, self.side(reference)?)?;
        Ok(self.firewalls.put(firewall))
    }

    /// A firewall from its document.
    ///
    /// # Errors
    /// As [`Firewall::import`].
    pub fn firewall_import(&mut self, document: FirewallDocument) -> Result<u32> {
        Ok(self.firewalls.put(Firewall::import(document)?))
    }

    /// Follows custom metrics over time, before the reference is learnt.
    ///
    /// # Errors
    /// As [`Firewall::follow`].
    pub fn firewall_follow(&mut self, firewall: u32, metrics: &[CustomMetric]) -> Result<()> {
        self.firewall_mut(firewall)?.follow(metrics)
    }

    /// Takes what custom metrics say of the rows of the batch under way.
    ///
    /// # Errors
    /// As [`Firewall::measure`].
    pub fn firewall_measure(&mut self, firewall: u32, values: Vec<BatchValues>) -> Result<()> {
        self.firewall_mut(firewall)?.measure(values)
    }

    /// What a monitor of the reader's own can follow.
    ///
    /// # Errors
    /// As [`Firewall::choices`].
    pub fn firewall_choices(&self, firewall: u32) -> Result<Vec<MonitorChoice>> {
        self.firewall_ref(firewall)?.choices()
    }

    /// Starts to take in a batch.
    ///
    /// # Errors
    /// As [`Firewall::add`].
    pub fn firewall_add(&mut self, firewall: u32, batch: SideHandles, options: BatchOptions) -> Result<()> {
        let side = self.side(batch)?;
        self.firewall_mut(firewall)?.add(side, options)
    }

    /// Takes one step of the learning or of the batch under way.
    ///
    /// # Errors
    /// As [`Firewall::step`].
    pub fn firewall_step(&mut self, firewall: u32) -> Result<Progress> {
        self.firewall_mut(firewall)?.step()
    }

    /// Gives up the batch under way.
    ///
    /// # Errors
    /// `unknown_handle`.
    pub fn firewall_abandon(&mut self, firewall: u32) -> Result<()> {
        self.firewall_mut(firewall)?.abandon();
        Ok(())
    }

    /// What became of the last batch.
    ///
    /// # Errors
    /// `no_batch` where none was taken in.
    pub fn firewall_report(&self, firewall: u32) -> Result<&BatchReport> {
        self.firewall_ref(firewall)?.report().ok_or_else(|| Error::new("no_batch", "No batch was taken in yet."))
    }

    /// A firewall at one look.
    ///
    /// # Errors
    /// As [`Firewall::view`].
    pub fn firewall_view(&self, firewall: u32) -> Result<FirewallView> {
        self.firewall_ref(firewall)?.view()
    }

    /// Bins merged and judged as one run.
    ///
    /// # Errors
    /// As [`Firewall::run`].
    pub fn firewall_run(&self, firewall: u32, from: i64, to: i64) -> Result<RunDocument> {
        self.firewall_ref(firewall)?.run(from, to)
    }

    /// Rows of a bin that a case of its run is about.
    ///
    /// # Errors
    /// As [`Firewall::rows`].
    pub fn firewall_rows(&self, firewall: u32, bin: i64, case: &str, offset: usize, limit: usize) -> Result<RowPage> {
        self.firewall_ref(firewall)?.rows(bin, case, offset, limit)
    }

    /// Does what the reader decided.
    ///
    /// # Errors
    /// As [`Firewall::change`].
    pub fn firewall_change(&mut self, firewall: u32, change: FirewallChange) -> Result<()> {
        self.firewall_mut(firewall)?.change(change)
    }

    /// Decides about rows.
    ///
    /// # Errors
    /// As [`Firewall::check`].
    pub fn firewall_check(&self, firewall: u32, rows: &str) -> Result<Vec<Decision>> {
        self.firewall_ref(firewall)?.check(rows)
    }

    /// Joins labels that came later.
    ///
    /// # Errors
    /// As [`Firewall::labels`].
    pub fn firewall_labels(&mut self, firewall: u32, dataset: u32) -> Result<BatchReport> {
        let labels = Arc::clone(self.datasets.get(dataset).ok_or_else(|| unknown("data set", dataset))?);
        self.firewall_mut(firewall)?.labels(&labels)
    }

    /// The whole as one document.
    ///
    /// # Errors
    /// As [`Firewall::export`].
    pub fn firewall_export(&self, firewall: u32) -> Result<FirewallDocument> {
        self.firewall_ref(firewall)?.export()
    }

    /// The document without its bins.
    ///
    /// # Errors
    /// As [`Firewall::header`].
    pub fn firewall_header(&self, firewall: u32) -> Result<FirewallDocument> {
        self.firewall_ref(firewall)?.header()
    }

    /// One bin as it stands in the document.
    ///
    /// # Errors
    /// As [`Firewall::bin`].
    pub fn firewall_bin(&self, firewall: u32, start: i64) -> Result<StoredBin> {
        self.firewall_ref(firewall)?.bin(start)
    }

    fn firewall_ref(&self, firewall: u32) -> Result<&Firewall> {
        self.firewalls.get(firewall).ok_or_else(|| unknown("firewall", firewall))
    }

    fn firewall_mut(&mut self, firewall: u32) -> Result<&mut Firewall> {
        self.firewalls.get_mut(firewall).ok_or_else(|| unknown("firewall", firewall))
    }
}
