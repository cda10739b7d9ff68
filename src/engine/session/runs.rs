//! Stress tests of a session: started, driven step by step, asked for their document and their rows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use straingauge_api::{Banner, ModelTask, Problem, ProblemLevel, Progress, RowPage, RunDocument, Severity, StressTestConfig};

use super::{Session, unknown};
use crate::stress::{Run, RunSide};
use crate::table::{self, ColumnFacts};
use crate::{Error, Result};

/// Rows of a case that a report shows.
const SAMPLE_ROWS: usize = 10;

/// One side of a run by the numbers of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideHandles {
    /// The data set.
    pub dataset: u32,
    /// The predictions to judge; data tests alone where absent.
    pub predictions: Option<u32>,
}

impl Session {
    /// Starts a stress test. Nothing is measured before the first [`Self::step`].
    ///
    /// # Errors
    /// As [`Run::new`].
    pub fn start(&mut self, config: StressTestConfig, reference: SideHandles, evaluation: SideHandles) -> Result<u32> {
        let task = self.task(config.model_task, reference, evaluation);
        let run = Run::new(config, task, self.side(reference)?, self.side(evaluation)?)?;
        let id = self.runs.put(run);
        let mut banners: Vec<Banner> = self.split_banner(reference.dataset, evaluation.dataset).into_iter().collect();
        banners.extend(self.pairing_banners([reference, evaluation]));
        self.banners.insert(id, banners);
        Ok(id)
    }

    /// Takes one step of a run; its progress says when it is done.
    ///
    /// # Errors
    /// What a test could not do. The run is over then; forget it.
    pub fn step(&mut self, run: u32) -> Result<Progress> {
        self.runs.get_mut(run).ok_or_else(|| unknown("run", run))?.step()
    }

    /// The document of a run that is done.
    ///
    /// # Errors
    /// `run_not_done` before its last step.
    pub fn document(&self, run: u32) -> Result<Cow<'_, RunDocument>> {
        let held = self.runs.get(run).ok_or_else(|| unknown("run", run))?;
        let document = held.document().ok_or_else(|| Error::new("run_not_done", "The run has steps to take before it has a document."))?;
        let Some(banners) = self.banners.get(&run).filter(|banners| !banners.is_empty()) else { return Ok(Cow::Borrowed(document)) };
        let mut document = document.clone();
        document.summary.banners.extend(banners.iter().cloned());
        Ok(Cow::Owned(document))
    }

    /// Files whose rows were paired by their place although keys speak against it.
    fn pairing_banners(&self, sides: [SideHandles; 2]) -> Vec<Banner> {
        let mut banners: Vec<Banner> = Vec::new();
        for side in sides {
            let predictions = side.predictions.and_then(|id| self.predictions.get(id)).map(|held| &held.info.problems);
            let labels = self.datasets.get(side.dataset).and_then(|held| held.info.labels.as_ref()).map(|labels| &labels.problems);
            let against = |p: &&Problem| p.code == "paired_by_row" && p.level == ProblemLevel::Warning;
            for problem in predictions.into_iter().chain(labels).flatten().filter(against) {
                let banner = Banner { code: "paired_by_row".to_owned(), text: problem.message.clone() };
                if !banners.contains(&banner) {
                    banners.push(banner);
                }
            }
        }
        banners
    }

    /// A page of the evaluation rows that a case is about.
    ///
    /// # Errors
    /// As [`Run::rows`].
    pub fn rows(&self, run: u32, case: &str, offset: usize, limit: usize) -> Result<RowPage> {
        self.runs.get(run).ok_or_else(|| unknown("run", run))?.rows(case, offset, limit)
    }

    /// The first rows of every case that warns or fails: what a report carries when its reader asked for rows.
    ///
    /// # Errors
    /// As [`Self::document`] and [`Run::rows`].
    pub fn samples(&self, run: u32) -> Result<BTreeMap<String, RowPage>> {
        let held = self.runs.get(run).ok_or_else(|| unknown("run", run))?;
        let document = self.document(run)?;
        let cases = document.batches.iter().flat_map(|batch| &batch.cases);
        let concerned = cases.filter(|case| case.severity > Severity::Pass && case.rows.is_some());
        concerned.map(|case| Ok((case.id.clone(), held.rows(&case.id, 0, SAMPLE_ROWS)?))).collect()
    }

    pub(super) fn side(&self, handles: SideHandles) -> Result<RunSide> {
        let dataset = Arc::clone(self.datasets.get(handles.dataset).ok_or_else(|| unknown("data set", handles.dataset))?);
        let paired = handles.predictions.map(|id| self.predictions.get(id).ok_or_else(|| unknown("predictions", id))).transpose()?;
        Ok(RunSide {
            dataset,
            predictions: paired.map(|p| Arc::clone(&p.predictions)),
            predictions_sha256: paired.filter(|p| p.own_file).map(|p| p.info.sha256.clone()),
        })
    }

    /// The task: as told, else as the predictions suggest (the reference's first), else as the label does.
    pub(super) fn task(&self, told: Option<ModelTask>, reference: SideHandles, evaluation: SideHandles) -> ModelTask {
        let sides = [reference, evaluation];
        let predicted = || sides.iter().find_map(|side| self.predictions.get(side.predictions?)).map(|p| p.info.task);
        let labelled = || {
            sides.iter().find_map(|side| {
                let dataset = self.datasets.get(side.dataset)?;
                let facts: Vec<ColumnFacts> = dataset.table.columns.iter().map(|c| ColumnFacts::of(c)).collect();
                let roles = table::roles(&dataset.table, &facts, &dataset.params).ok()?;
                table::task(&dataset.table, &facts, &roles).map(|guess| guess.task)
            })
        };
        told.or_else(predicted).or_else(labelled).unwrap_or(ModelTask::MulticlassClassification)
    }
}
