//! Batches: taken in step by step, all or nothing.
//!
//! A batch is cut into bins, every bin's rows are counted in the baseline's frame, then every bin is judged. All of this happens beside
//! what the firewall holds; the new bins take the place of the old at the very end, so a batch that fails or is given up leaves no trace.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use straingauge_api::{
    BatchOptions, BatchReport, BatchValues, BinInfo, BinSource, Counts, ErrorDetails, FollowedMetric, Problem, ProblemLevel, Progress,
    Severity, Stage,
};

use super::baseline::{Counted, Counting};
use super::bins::{self, BinRows};
use super::{Bin, Firewall, custom_metrics, judging};
use crate::metrics;
use crate::stored::to_bytes;
use crate::stress::{Run, RunSide};
use crate::table::Follows;
use crate::{Error, Result};

/// Rows that are kept for looking at, over all bins; the oldest bins let theirs go first.
const MOST_ROWS: u64 = 300_000;
/// Families that one step asks.
const FAMILIES_A_STEP: usize = 32;

/// A batch under way.
pub(super) struct Intake {
    side: RunSide,
    source: BinSource,
    /// Parts of the batch that are still to be counted.
    waiting: VecDeque<BinRows>,
    counting: Option<(BinRows, RunSide, Box<Counting>)>,
    /// What custom metrics say of the batch's rows.
    measured: Vec<BatchValues>,
    /// All bins as they will be.
    bins: BTreeMap<i64, Bin>,
    report: BatchReport,
    judging: Rejudging,
    done: u64,
    total: u64,
}

/// Bins under judgement, one after the other.
#[derive(Default)]
pub(super) struct Rejudging {
    next: VecDeque<i64>,
    usual: Option<u64>,
    run: Option<(i64, Box<Run>)>,
}

impl Rejudging {
    /// The judgement of some of the bins.
    pub(super) fn of(starts: impl IntoIterator<Item = i64>, bins: &BTreeMap<i64, Bin>) -> Self {
        Self { next: starts.into_iter().collect(), usual: judging::usual_rows(bins.values()), run: None }
    }

    /// Takes a step; `None` when all are judged, else the bin that it was about.
    pub(super) fn step(&mut self, firewall: &Firewall, bins: &mut BTreeMap<i64, Bin>) -> Result<Option<i64>> {
        let Some((start, run)) = &mut self.run else {
            let Some(start) = self.next.pop_front() else { return Ok(None) };
            let Some(bin) = bins.get_mut(&start) else { return Ok(Some(start)) };
            match firewall.unjudged(bin, self.usual) {
                Some(reason) => judging::set_aside(bin, reason),
                None => self.run = Some((start, Box::new(firewall.run_over(&[bin])?))),
            }
            return Ok(Some(start));
        };
        let start = *start;
        for _ in 0..FAMILIES_A_STEP {
            run.step()?;
            if let Some(document) = run.document() {
                if let Some(bin) = bins.get_mut(&start) {
                    judging::take_over(bin, document);
                }
                self.run = None;
                break;
            }
        }
        Ok(Some(start))
    }
}

impl Intake {
    /// Cuts a batch, and checks that its bins may be filled.
    ///
    /// # Errors
    /// `bins_exist`, `batch_known`, `no_timestamp`, `too_many_bins`.
    pub(super) fn new(firewall: &Firewall, mut side: RunSide, options: &BatchOptions) -> Result<Self> {
        let baseline = firewall.learnt()?;
        let followed = side.dataset.following(&baseline.settled, &baseline.info.file, Follows::Reference)?;
        side.dataset = followed.dataset;
        let dataset = &side.dataset;
        let cut = bins::cut(dataset, firewall.config.bin_size)?;
        let source =
            BinSource { dataset: dataset.name.clone(), file: dataset.info.file.clone(), sha256: dataset.info.sha256.clone(), rows: 0 };
        let mut kept = firewall.bins.clone();
        if options.override_existing_bins {
            cut.bins.iter().for_each(|part| drop(kept.remove(&part.span.start)));
        } else {
            check_known(firewall, &source)?;
            check_free(firewall, &cut.bins)?;
        }
        let mut problems = followed.problems;
        if cut.timeless > 0 {
            let message = format!("{} rows of {} have no usable time; they belong to no bin.", cut.timeless, source.file);
            problems.push(problem("rows_without_time", message, cut.timeless));
        }
        // Of the whole batch, so that rows are numbered as in its file.
        problems.extend(metrics::outcomes_in(&baseline.form, (dataset, side.predictions.as_deref()))?.1);
        let starts: Vec<i64> = cut.bins.iter().map(|part| part.span.start).collect();
        Ok(Self {
            side,
            source,
            total: 2 * starts.len() as u64 + 1,
            waiting: cut.bins.into(),
            counting: None,
            measured: Vec::new(),
            bins: kept,
            report: BatchReport { bins: starts, problems },
            judging: Rejudging::default(),
            done: 0,
        })
    }

    /// Takes what custom metrics say of the batch's rows.
    pub(super) fn measure(&mut self, values: Vec<BatchValues>, followed: &[FollowedMetric]) -> Result<()> {
        let problems = custom_metrics::check_values(&values, followed, self.side.dataset.rows())?;
        self.report.problems.extend(problems);
        self.measured = values;
        Ok(())
    }

    /// Takes a step; the progress says [`Stage::Concluding`] when the new bins are ready.
    pub(super) fn step(&mut self, firewall: &Firewall) -> Result<Progress> {
        if let Some((part, _, counting)) = &mut self.counting {
            let label = format!("Counting {}", bins::name(part.span.start));
            if counting.step()?.is_none()
                && let Some((part, side, counting)) = self.counting.take()
            {
                self.count(firewall, &part, &side, *counting)?;
                self.done += 1;
                if self.waiting.is_empty() {
                    self.judging = Rejudging::of(self.report.bins.iter().copied(), &self.bins);
                }
            }
            return Ok(self.progress(Stage::Profiling, label));
        }
        if let Some(part) = self.waiting.pop_front() {
            let side = self.side.taken(&part.rows)?;
            let counting = Box::new(Counting::new(firewall.learnt()?, side.clone())?);
            let label = format!("Counting {}", bins::name(part.span.start));
            self.counting = Some((part, side, counting));
            return Ok(self.progress(Stage::Profiling, label));
        }
        match self.judging.step(firewall, &mut self.bins)? {
            Some(start) => {
                let judged = self.report.bins.iter().filter(|&&s| s < start).count();
                self.done = (self.report.bins.len() + judged) as u64;
                Ok(self.progress(Stage::Testing, format!("Judging {}", bins::name(start))))
            }
            None => Ok(self.progress(Stage::Concluding, "Following the series".to_owned())),
        }
    }

    fn progress(&self, stage: Stage, label: String) -> Progress {
        Progress { stage, done: self.done, total: Some(self.total), label, batches: Vec::new(), measured: Vec::new() }
    }

    /// Makes a bin of what was counted, or adds it to the unfinished one that it continues.
    fn count(&mut self, firewall: &Firewall, part: &BinRows, side: &RunSide, counting: Counting) -> Result<()> {
        let Counted { mut profile, side: rows, abnormal, problems } = counting.finish()?;
        let known = |code: &str| self.report.problems.iter().any(|p| p.code == code);
        let fresh: Vec<Problem> = problems.into_iter().filter(|p| !known(&p.code)).collect();
        self.report.problems.extend(fresh);
        let mut info = BinInfo {
            start: part.span.start,
            end: part.span.end,
            rows: part.rows.len() as u64,
            labelled: side.dataset.info.labelled,
            predicted: side.predictions.as_ref().map_or(0, |p| p.present() as u64),
            complete: part.complete,
            judged: false,
            reason: None,
            severity: Severity::Pass,
            risks: Vec::new(),
            counts: Counts::default(),
            abnormal,
            sources: vec![BinSource { rows: part.rows.len() as u64, ..self.source.clone() }],
            events: Vec::new(),
        };
        let mut ledger = firewall.remembers(&rows)?;
        let mut measured = custom_metrics::moments(&self.measured, &part.rows, &rows.outcomes);
        let mut rows = Some(rows);
        if let Some(earlier) = self.bins.remove(&info.start) {
            // The earlier rows first, as they would stand in one file.
            ledger = earlier.ledger()?.zip(ledger).map(|(earlier, ledger)| earlier.with(ledger));
            let mut both = earlier.profile()?;
            both.merge(&profile)?;
            profile = both;
            custom_metrics::merge(&mut measured, &earlier.measured);
            info.rows += earlier.info.rows;
            info.labelled += earlier.info.labelled;
            info.predicted += earlier.info.predicted;
            info.abnormal = info.abnormal.zip(earlier.info.abnormal).map(|(a, b)| a + b);
            info.sources.splice(0..0, earlier.info.sources);
            rows = None;
        }
        let ledger = ledger.map(|ledger| Arc::new(to_bytes(&ledger)));
        let counts = Arc::new(to_bytes(&profile));
        self.bins.insert(info.start, Bin { info, last: part.last, counts, records: Arc::default(), rows, measured, ledger });
        Ok(())
    }
}

impl Firewall {
    /// Takes over the bins of a batch.
    pub(super) fn conclude(&mut self, intake: Intake, progress: Progress) -> Result<Progress> {
        let Intake { mut bins, report, total, .. } = intake;
        let_go(&mut bins);
        self.put(bins, Some(&report.bins))?;
        self.report = Some(report);
        Ok(Progress { stage: Stage::Done, done: total, label: "Done".to_owned(), ..progress })
    }
}

/// Lets go of the rows of the oldest bins where there are too many.
fn let_go(bins: &mut BTreeMap<i64, Bin>) {
    let mut held = 0;
    for bin in bins.values_mut().rev().filter(|b| b.rows.is_some()) {
        held += bin.info.rows;
        if held > MOST_ROWS {
            bin.rows = None;
        }
    }
}

/// A file that was taken in before is refused by name.
fn check_known(firewall: &Firewall, source: &BinSource) -> Result<()> {
    let filled: Vec<i64> =
        (firewall.bins.values()).filter(|b| b.info.sources.iter().any(|s| s.sha256 == source.sha256)).map(|b| b.info.start).collect();
    let Some(named) = named(&filled) else { return Ok(()) };
    Err(Error::new("batch_known", format!("{} was taken in before: it filled {named}.", source.file))
        .mend("Set overrideExistingBins to count it again.")
        .in_file(&source.file))
}

/// Bins that are filled are refused, save an unfinished one that the batch continues.
fn check_free(firewall: &Firewall, parts: &[BinRows]) -> Result<()> {
    let taken = |part: &&BinRows| firewall.bins.get(&part.span.start).is_some_and(|b| b.info.complete || part.first < b.last);
    let filled: Vec<i64> = parts.iter().filter(taken).map(|part| part.span.start).collect();
    let Some(named) = named(&filled) else { return Ok(()) };
    Err(Error::new("bins_exist", format!("Rows of this batch fall into {named}, filled before."))
        .mend("Set overrideExistingBins to replace what is there, or leave out those rows."))
}

/// Bins in words: first, last, how many.
fn named(starts: &[i64]) -> Option<String> {
    let (first, last) = (starts.first()?, starts.last()?);
    Some(match starts.len() {
        1 => format!("the bin {}", bins::name(*first)),
        n => format!("{n} bins from {} to {}", bins::name(*first), bins::name(*last)),
    })
}

pub(super) fn problem(code: &str, message: String, count: u64) -> Problem {
    Problem { code: code.to_owned(), level: ProblemLevel::Warning, message, count, details: ErrorDetails::default(), examples: Vec::new() }
}
