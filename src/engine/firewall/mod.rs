//! A promoted model watched over bins of production data.
//!
//! Learns from a reference once, counts every bin once, judges it by the same tests and the same verdict code as a stress test, and
//! follows the results over time: monitors, events, what caused them. Keeps profiles, never rows.

mod alarm;
pub mod baseline;
mod batch;
mod bins;
pub mod causes;
pub mod check;
mod creeping;
mod custom;
mod custom_metrics;
mod document;
mod events;
mod explaining;
mod incidents;
mod insights;
mod judging;
pub mod ledger;
mod monitors;
mod record;
mod series;
mod view;

pub use record::{Bin, Record};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use straingauge_api::{
    BatchOptions, BatchReport, Cause, Decision, FirewallChange, FirewallConfig, FirewallMarks, FollowedMetric, ModelTask, Progress,
    RowPage, RunDocument, SideInfo, Stage,
};

use self::baseline::{Baseline, Learning};
use self::batch::{Intake, Rejudging};
use self::check::Checker;
use crate::metrics;
use crate::stress::{Run, RunSide, with_truth};
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
    /// What was learnt from it; `None` before that.
    baseline: Option<Arc<Baseline>>,
    /// What is under way.
    work: Work,
    /// The bins by their start. Whatever changes them makes new ones: a step that fails leaves these as they were.
    bins: BTreeMap<i64, Bin>,
    /// What the reader decided.
    marks: FirewallMarks,
    /// What explains the events, by their id.
    causes: BTreeMap<String, Vec<Cause>>,
    /// The custom metrics that are followed.
    custom: Vec<FollowedMetric>,
    /// What became of the last batch.
    report: Option<BatchReport>,
}

/// What a firewall is doing.
enum Work {
    Idle,
    Learning(Box<Learning>, u64),
    Batch(Box<Intake>),
}

impl Firewall {
    /// Starts to learn from a reference. Nothing is counted before the first [`Self::step`].
    ///
    /// # Errors
    /// Where the configuration cannot be followed, or the reference has no predictions to judge and no features.
    pub fn learn(config: FirewallConfig, task: ModelTask, reference: RunSide) -> Result<Self> {
        check_config(&config)?;
        let reference = with_truth(reference, &BTreeSet::new())?;
        let side = metrics::side_info((&reference.dataset, reference.predictions.as_deref()));
        let id = identity(&config, task, &reference)?;
        let learning = Learning::new(&judging::run_config(&config, ""), task, reference)?;
        Ok(Self {
            config,
            task,
            id,
            reference: side,
            baseline: None,
            work: Work::Learning(Box::new(learning), 0),
            bins: BTreeMap::new(),
            marks: FirewallMarks::default(),
            causes: BTreeMap::new(),
            custom: Vec::new(),
            report: None,
        })
    }

    /// Starts to take in a batch of production data.
    ///
    /// # Errors
    /// `bins_exist` where it reaches into bins that are filled, `batch_known` where its file was taken in before, both unless the options say
    /// that bins are to be replaced; `no_timestamp`, `too_many_bins`, `batch_under_way`; what makes its predictions those of another model.
    pub fn add(&mut self, batch: RunSide, options: BatchOptions) -> Result<()> {
        self.learnt()?;
        self.at_rest()?;
        self.work = Work::Batch(Box::new(Intake::new(self, batch, &options)?));
        Ok(())
    }

    /// Takes one short step of the learning or of the batch under way; [`Stage::Done`] when there is none left.
    ///
    /// # Errors
    /// What a test could not do. A batch that fails leaves the firewall as it was before.
    pub fn step(&mut self) -> Result<Progress> {
        let progress =
            |stage, done, total, label: String| Progress { stage, done, total, label, batches: Vec::new(), measured: Vec::new() };
        match std::mem::replace(&mut self.work, Work::Idle) {
            Work::Idle => {
                self.learnt()?;
                Ok(progress(Stage::Done, 1, Some(1), "Done".to_owned()))
            }
            Work::Learning(mut learning, done) => {
                let total = learning.steps() as u64;
                if let Some(label) = learning.step()? {
                    self.work = Work::Learning(learning, done + 1);
                    return Ok(progress(Stage::Profiling, done + 1, Some(total.max(done + 2)), label));
                }
                self.baseline = Some(Arc::new(learning.finish()?));
                Ok(progress(Stage::Done, done + 1, Some(done + 1), "Done".to_owned()))
            }
            Work::Batch(mut intake) => {
                let step = intake.step(self)?;
                if step.stage == Stage::Concluding {
                    return self.conclude(*intake, step);
                }
                self.work = Work::Batch(intake);
                Ok(step)
            }
        }
    }

    /// Gives up the batch under way; the firewall is as it was before.
    pub fn abandon(&mut self) {
        self.work = Work::Idle;
    }

    /// What became of the last batch (or of the last labels).
    pub fn report(&self) -> Option<&BatchReport> {
        self.report.as_ref()
    }

    /// The bins from `from` to `to` (milliseconds, exclusive) merged and judged as one run.
    ///
    /// # Errors
    /// `unknown_bin` where there is none.
    pub fn run(&self, from: i64, to: i64) -> Result<RunDocument> {
        let bins: Vec<&Bin> = if from < to { self.bins.range(from..to).map(|(_, bin)| bin).collect() } else { Vec::new() };
        let run = self.finished(&bins)?;
        run.document().cloned().ok_or_else(judging::unknown_bin)
    }

    /// Rows of a bin that a case of its run is about, while its data are loaded.
    ///
    /// # Errors
    /// `rows_not_loaded`, `unknown_bin`, `unknown_case`.
    pub fn rows(&self, bin: i64, case: &str, offset: usize, limit: usize) -> Result<RowPage> {
        let bin = self.bins.get(&bin).ok_or_else(judging::unknown_bin)?;
        if bin.rows.is_none() {
            return Err(Error::new("rows_not_loaded", format!("The rows of the bin {} are not loaded.", bins::name(bin.info.start)))
                .mend("A firewall keeps no rows; add the file again with overrideExistingBins to look at them."));
        }
        let subset = bin.records.iter().find(|r| r.case == case).and_then(|r| r.subset.as_deref());
        self.run_over(&[bin])?.rows_of_subset(case, subset, offset, limit)
    }

    /// Does what the reader decided.
    ///
    /// # Errors
    /// `unknown_monitor`, `unknown_event`, `invalid_monitor`, `unknown_rule`, `invalid_budget`, `batch_under_way`.
    pub fn change(&mut self, change: FirewallChange) -> Result<()> {
        match change {
            FirewallChange::Budget { false_events_a_year } => {
                self.at_rest()?;
                let before = std::mem::replace(&mut self.config.false_events_a_year, false_events_a_year);
                let judged = check_config(&self.config).and_then(|()| self.judge_anew());
                if judged.is_err() {
                    self.config.false_events_a_year = before;
                }
                judged
            }
            FirewallChange::Rule { rule, action } => {
                if !self.checker()?.knows(&rule) {
                    return Err(Error::new("unknown_rule", format!("The reference taught no rule \"{rule}\"."))
                        .mend("Take a name from the rules of the firewall, such as `unseen_categorical`."));
                }
                self.config.rules.insert(rule, action);
                Ok(())
            }
            other => {
                self.mark(other)?;
                // A monitor of the reader's own may bring events; those that were there keep their causes.
                self.causes = self.explain(&self.events()?, Some(&[]))?;
                Ok(())
            }
        }
    }

    /// Decides about rows, given as a JSON array of records.
    ///
    /// # Errors
    /// Where the text is no array of records.
    pub fn check(&self, rows: &str) -> Result<Vec<Decision>> {
        self.checker()?.check(rows)
    }

    /// The rules of the single-row check.
    fn check_rules(&self) -> Result<Vec<straingauge_api::CheckRule>> {
        Ok(self.checker()?.rules().collect())
    }

    /// How it is set up.
    pub fn config(&self) -> &FirewallConfig {
        &self.config
    }

    /// What was learnt.
    fn learnt(&self) -> Result<&Arc<Baseline>> {
        self.baseline.as_ref().ok_or_else(not_ready)
    }

    /// Whether bins may be changed: what a batch under way has begun with must not change under it.
    fn at_rest(&self) -> Result<()> {
        match self.work {
            Work::Batch(_) => Err(Error::new("batch_under_way", "A batch is being taken in.").mend("Wait for it, or give it up.")),
            _ => Ok(()),
        }
    }

    /// The run over some bins, to its end.
    fn finished(&self, bins: &[&Bin]) -> Result<Run> {
        let mut run = self.run_over(bins)?;
        while !run.is_done() {
            run.step()?;
        }
        Ok(run)
    }

    /// The single-row check.
    fn checker(&self) -> Result<Checker<'_>> {
        Ok(Checker::new(self.learnt()?, &self.config))
    }

    /// Puts new bins in the place of the old; where that fails, nothing has changed.
    fn put(&mut self, bins: BTreeMap<i64, Bin>, fresh: Option<&[i64]>) -> Result<()> {
        let before = std::mem::replace(&mut self.bins, bins);
        match self.events().and_then(|events| self.explain(&events, fresh)) {
            Ok(causes) => self.causes = causes,
            Err(error) => {
                self.bins = before;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Judges all bins from their stored counts.
    fn judge_anew(&mut self) -> Result<()> {
        let mut bins = self.bins.clone();
        let mut judging = Rejudging::of(bins.keys().copied(), &bins);
        while judging.step(self, &mut bins)?.is_some() {}
        self.put(bins, None)
    }
}

/// Whether a configuration can be followed.
fn check_config(config: &FirewallConfig) -> Result<()> {
    bins::check(config.bin_size)?;
    if config.ledger {
        ledger::key(config)?;
    }
    let budget = config.false_events_a_year;
    if budget.is_finite() && budget > 0.0 {
        return Ok(());
    }
    Err(Error::new("invalid_budget", format!("{budget} false events a year cannot be kept.")).mend("Give a number above 0, such as 1."))
}

/// A hash of the reference and the configuration.
fn identity(config: &FirewallConfig, task: ModelTask, reference: &RunSide) -> Result<String> {
    let mut hash = Sha256::new();
    for part in [
        task.id(),
        &crate::json::to_string(config)?,
        &reference.dataset.table.sha256,
        &crate::json::to_string(&reference.dataset.params)?,
        reference.predictions_sha256.as_deref().unwrap_or("same file"),
        reference.dataset.info.labels.as_ref().map_or("", |labels| labels.sha256.as_str()),
    ] {
        hash.update(part);
    }
    Ok(hash.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect())
}

fn not_ready() -> Error {
    Error::new("firewall_not_ready", "The firewall has not learnt its reference yet.")
}
