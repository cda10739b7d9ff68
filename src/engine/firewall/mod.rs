//! A promoted model watched over bins of production data.
//!
//! Learns from a reference once, counts every bin once, judges it by the same tests and the same verdict code as a stress test, and
//! follows the results over time: monitors, events, what caused them. Keeps profiles, never rows.

pub mod baseline;
mod bins;
pub mod check;
mod record;

pub use record::{Bin, Record};

use std::collections::BTreeMap;

use straingauge_api::{
    BatchOptions, BatchReport, Cause, Decision, FirewallChange, FirewallConfig, FirewallDocument, FirewallMarks, FirewallView, ModelTask,
    Progress, RowPage, RunDocument, SideInfo, StoredBin,
};

use crate::metrics;
use crate::stress::RunSide;
use crate::table::Dataset;
use crate::{Error, Result};

/// A firewall. Monitors, events, causes and marks are `impl` blocks of their own files.
pub struct Firewall {
    /// How it is set up; the budget and the rules of the check may be changed later.
    config: FirewallConfig,
    /// The task.
    task: ModelTask,
    /// A hash of the reference and the configuration that it began with.
    id: String,
    /// The reference.
    reference: SideInfo,
    /// The bins by their start. Whatever changes them makes new ones: a step that fails leaves these as they were.
    bins: BTreeMap<i64, Bin>,
    /// What the reader decided.
    marks: FirewallMarks,
    /// What explains the events, by their id.
    causes: BTreeMap<String, Vec<Cause>>,
    /// What became of the last batch.
    report: Option<BatchReport>,
}

impl Firewall {
    /// Starts to learn from a reference. Nothing is counted before the first [`Self::step`].
    ///
    /// # Errors
    /// Where the configuration cannot be followed, or the reference has no predictions to judge and no features.
    pub fn learn(config: FirewallConfig, task: ModelTask, reference: RunSide) -> Result<Self> {
        let side = metrics::side_info((&reference.dataset, reference.predictions.as_deref()));
        Ok(Self {
            config,
            task,
            id: String::new(),
            reference: side,
            bins: BTreeMap::new(),
            marks: FirewallMarks::default(),
            causes: BTreeMap::new(),
            report: None,
        })
    }

    /// Starts to take in a batch of production data.
    ///
    /// # Errors
    /// `bins_exist` where it reaches into bins that are filled and the options do not say that they are to be replaced; `no_timestamp`.
    pub fn add(&mut self, batch: RunSide, options: BatchOptions) -> Result<()> {
        let _ = (batch, options);
        Err(missing())
    }

    /// Takes one short step of the learning or of the batch under way; [`straingauge_api::Stage::Done`] when there is none left.
    ///
    /// # Errors
    /// What a test could not do. A batch that fails leaves the firewall as it was before.
    pub fn step(&mut self) -> Result<Progress> {
        Err(missing())
    }

    /// Gives up the batch under way; the firewall is as it was before.
    pub fn abandon(&mut self) {}

    /// What became of the last batch (or of the last labels).
    pub fn report(&self) -> Option<&BatchReport> {
        self.report.as_ref()
    }

    /// The firewall at one look.
    ///
    /// # Errors
    /// `firewall_not_ready` before the reference is learnt.
    pub fn view(&self) -> Result<FirewallView> {
        Err(missing())
    }

    /// The bins from `from` to `to` (milliseconds, exclusive) merged and judged as one run.
    ///
    /// # Errors
    /// `unknown_bin` where there is none.
    pub fn run(&self, from: i64, to: i64) -> Result<RunDocument> {
        let _ = (from, to);
        Err(missing())
    }

    /// Rows of a bin that a case of its run is about, while its data are loaded.
    ///
    /// # Errors
    /// `rows_not_loaded`, `unknown_bin`, `unknown_case`.
    pub fn rows(&self, bin: i64, case: &str, offset: usize, limit: usize) -> Result<RowPage> {
        let _ = (bin, case, offset, limit);
        Err(missing())
    }

    /// Does what the reader decided.
    ///
    /// # Errors
    /// `unknown_monitor`, `unknown_event`, `invalid_monitor`, `unknown_rule`.
    pub fn change(&mut self, change: FirewallChange) -> Result<()> {
        let _ = change;
        Err(missing())
    }

    /// Decides about rows, given as a JSON array of records.
    ///
    /// # Errors
    /// Where the text is no array of records.
    pub fn check(&self, rows: &str) -> Result<Vec<Decision>> {
        let _ = rows;
        Err(missing())
    }

    /// Joins labels that came later to the rows that the ledger remembers, by the id column.
    ///
    /// # Errors
    /// `no_ledger`, `no_id_column`, `no_label`.
    pub fn labels(&mut self, labels: &Dataset) -> Result<BatchReport> {
        let _ = labels;
        Err(missing())
    }

    /// The whole as one document.
    ///
    /// # Errors
    /// `firewall_not_ready` before the reference is learnt.
    pub fn export(&self) -> Result<FirewallDocument> {
        Err(missing())
    }

    /// The document without its bins, for a store that keeps them apart.
    ///
    /// # Errors
    /// As [`Self::export`].
    pub fn header(&self) -> Result<FirewallDocument> {
        Err(missing())
    }

    /// One bin as it stands in the document.
    ///
    /// # Errors
    /// `unknown_bin`.
    pub fn bin(&self, start: i64) -> Result<StoredBin> {
        let _ = start;
        Err(missing())
    }

    /// A firewall from its document.
    ///
    /// # Errors
    /// `newer_format`, `invalid_document`.
    pub fn import(document: FirewallDocument) -> Result<Self> {
        let FirewallDocument { config, model_task, id, reference, marks, .. } = document;
        Ok(Self { config, task: model_task, id, reference, bins: BTreeMap::new(), marks, causes: BTreeMap::new(), report: None })
    }

    /// How it is set up.
    pub fn config(&self) -> &FirewallConfig {
        &self.config
    }
}

fn missing() -> Error {
    Error::new("firewall_not_ready", "The firewall has not learnt its reference yet.")
}
