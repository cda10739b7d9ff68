//! Counting a bin in a baseline's frame.

use std::sync::Arc;

use straingauge_api::{ErrorDetails, Problem, ProblemLevel};

use super::Baseline;
use super::learning::steps_at_once;
use crate::Result;
use crate::metrics::{Outcomes, outcomes_in};
use crate::profile::{Profile, Profiler};
use crate::stress::{Aligned, RunSide, Side, TextWork};
use crate::table::Dataset;

/// A bin under way.
pub struct Counting {
    baseline: Arc<Baseline>,
    dataset: Arc<Dataset>,
    outcomes: Arc<Outcomes>,
    aligned: Vec<Aligned>,
    texts: Vec<TextWork>,
    profiler: Option<(Profiler, Side, usize)>,
    problems: Vec<Problem>,
}

/// A bin, counted.
#[derive(Debug)]
pub struct Counted {
    /// What was counted, settled.
    pub profile: Profile,
    /// Its rows, with the baseline's features.
    pub side: Side,
    /// Rows that fail any of the baseline's rules; `None` where abnormal inputs are not asked for.
    pub abnormal: Option<u64>,
    /// What is wrong with it: columns that it lacks, classes that the reference does not know.
    pub problems: Vec<Problem>,
}

impl Counting {
    /// Plans to count a bin. Its columns are brought into the kinds of the baseline's features; those that it lacks are absent, others are
    /// left alone.
    ///
    /// # Errors
    /// As [`outcomes_in`].
    pub fn new(baseline: &Arc<Baseline>, bin: RunSide) -> Result<Self> {
        let (outcomes, mut problems) = outcomes_in(&baseline.form, (&bin.dataset, bin.predictions.as_deref()))?;
        let mut missing = Vec::new();
        let mut aligned = Vec::with_capacity(baseline.features.len());
        for feature in &baseline.features {
            // What is measured in a text follows from it.
            let own = feature.measured_in.is_none();
            let column = bin.dataset.table.column(&feature.name).filter(|_| own).map(|c| c.of_kind(feature.kind));
            if own && column.is_none() {
                missing.push(feature.name.clone());
            }
            aligned.push(Aligned { feature: feature.clone(), reference: None, evaluation: column });
        }
        missing.extend(baseline.frame.embeddings.iter().map(|e| &e.name).filter(|e| bin.dataset.table.column(e).is_none()).cloned());
        problems.extend(missing_columns(&missing, &bin.dataset));
        let texts = TextWork::all(&aligned, &baseline.vocabularies);
        Ok(Self {
            baseline: Arc::clone(baseline),
            dataset: bin.dataset,
            outcomes: Arc::new(outcomes),
            aligned,
            texts,
            profiler: None,
            problems,
        })
    }

    /// Takes one short step and says what it was about; `None` when all is counted.
    ///
    /// # Errors
    /// What a section of the profile could not count.
    pub fn step(&mut self) -> Result<Option<String>> {
        for text in &mut self.texts {
            if let Some(label) = text.step(&mut self.aligned) {
                return Ok(Some(label));
            }
        }
        let (profiler, _, next) = self.profiler.get_or_insert_with(|| {
            let columns = self.aligned.iter_mut().map(|a| a.evaluation.take()).collect();
            let side = Side { dataset: Arc::clone(&self.dataset), columns, outcomes: Arc::clone(&self.outcomes) };
            let (frame, asked) = (Arc::clone(&self.baseline.frame), &self.baseline.asked);
            (Profiler::counting(self.baseline.features.clone(), frame, side.clone(), None, asked), side, 0)
        });
        if *next >= profiler.steps() {
            return Ok(None);
        }
        let end = (*next + steps_at_once(self.dataset.rows())).min(profiler.steps());
        for step in *next..end {
            profiler.step(step)?;
        }
        *next = end;
        Ok(Some("Counting columns".to_owned()))
    }

    /// The bin, counted and settled.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn finish(mut self) -> Result<Counted> {
        while self.step()?.is_some() {}
        let Some((profiler, side, _)) = self.profiler else {
            return Err(crate::Error::new("firewall_not_ready", "The bin is not counted yet."));
        };
        let (mut profile, abnormal) = profiler.counted();
        profile.settle();
        Ok(Counted { profile, side, abnormal: self.baseline.asked.any().then_some(abnormal), problems: self.problems })
    }
}

/// Columns that the reference has and a bin lacks.
fn missing_columns(missing: &[String], bin: &Dataset) -> Option<Problem> {
    let first = missing.first()?;
    let more = if missing.len() > 1 { format!(" and {} more columns", missing.len() - 1) } else { String::new() };
    Some(Problem {
        code: "missing_columns".to_owned(),
        level: ProblemLevel::Warning,
        message: format!("{} lacks {first}{more} of the reference; what is asked of them is skipped.", bin.info.file),
        count: missing.len() as u64,
        details: ErrorDetails {
            file: Some(bin.info.file.clone()),
            column: Some(first.clone()),
            mend: Some(format!("The reference has {}.", missing.join(", "))),
            ..ErrorDetails::default()
        },
        examples: Vec::new(),
    })
}
