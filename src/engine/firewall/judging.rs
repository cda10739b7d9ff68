//! A bin, or several merged, judged as a stress test would be.
//!
//! The questions, their evidence and the verdicts are those of a stress test; the reference enters by its profile alone, and the level of
//! evidence follows from the budget of false events. What is judged is always the stored form of a profile, so that a bin is judged alike
//! before and after a reload.

use std::collections::BTreeMap;
use std::sync::Arc;

use straingauge_api::{Category, Counts, FirewallConfig, Risk, RiskSeverity, RunDocument, Severity, SideInfo, Status, StressTestConfig};
use straingauge_charts::format::{counted, spaced};

use super::{Bin, Firewall, Record, bins};
use crate::profile::Profile;
use crate::stress::{Context, Run};
use crate::{Error, Result};

/// What a bin is asked where the reader does not say: everything that makes sense without the reference's rows.
const CATEGORIES: [Category; 6] = [
    Category::ModelPerformance,
    Category::SubsetPerformanceDegradation,
    Category::Drift,
    Category::AbnormalInputs,
    Category::BiasAndFairness,
    Category::EvasionAttackDetection,
];

/// The largest level, however large the budget.
const MOST_LENIENT: f64 = 0.2;
/// An unfinished bin is judged from this part of a usual bin's rows on.
const USUAL: f64 = 0.5;

/// The stress test that a firewall asks of a bin.
pub fn run_config(config: &FirewallConfig, name: &str) -> StressTestConfig {
    StressTestConfig {
        run_name: name.to_owned(),
        reference: config.reference.clone(),
        evaluation: name.to_owned(),
        model: Some(config.model.clone()).filter(|m| !m.is_empty()),
        model_task: config.model_task,
        categories: Some(config.categories.clone().unwrap_or_else(|| CATEGORIES.to_vec())),
        tests: config.tests.clone(),
        sensitivity: config.sensitivity,
        seed: config.seed,
        positive_class: config.positive_class.clone(),
        decision_threshold: config.decision_threshold,
        exclude_columns: config.exclude_columns.clone(),
        accepted: Vec::new(),
        today: None,
        baseline: None,
        custom_metrics: Vec::new(),
        custom_tests: Vec::new(),
    }
}

/// The counts of several bins together.
///
/// # Errors
/// `unknown_bin` without any, `frames_differ` where they are not of one firewall.
pub fn merged(bins: &[&Bin]) -> Result<Profile> {
    let (first, rest) = bins.split_first().ok_or_else(unknown_bin)?;
    let mut profile = first.profile()?;
    rest.iter().try_for_each(|bin| profile.merge(&bin.profile()?))?;
    Ok(profile)
}

/// The error of a time at which there is no bin.
pub fn unknown_bin() -> Error {
    Error::new("unknown_bin", "The firewall has no bin there.").mend("Take a start from the list of its bins.")
}

/// The level of evidence of a bin: with the Benjamini-Hochberg procedure at this level a bin without any change shows something in at most
/// this share of cases, so 0.8 of the budget goes to single bins; the rest is for creeping change.
pub fn level(config: &FirewallConfig) -> f64 {
    (0.8 * config.false_events_a_year / bins::a_year(config.bin_size)).min(MOST_LENIENT)
}

impl Firewall {
    /// What the questions look at, over some bins; with their rows where it is one and they are loaded.
    ///
    /// A bin is held against the reference's rows of its weekday where those are known apart; several bins, where they share one.
    pub(super) fn context(&self, bins: &[&Bin]) -> Result<Context> {
        let (first, rest) = bins.split_first().ok_or_else(unknown_bin)?;
        let weekday = |bin: &Bin| bins::weekday(bins::Span { start: bin.info.start, end: bin.info.end });
        let shared = weekday(first).filter(|day| rest.iter().all(|bin| weekday(bin) == Some(*day)));
        let rows = if rest.is_empty() { first.rows.clone() } else { None };
        let mut context = self.learnt()?.context(merged(bins)?, shared, rows);
        context.settings.level = Some(level(&self.config));
        Ok(context)
    }

    /// A run over some bins, every question still to be asked.
    pub(super) fn run_over(&self, bins: &[&Bin]) -> Result<Run> {
        let side = side_info(bins).ok_or_else(unknown_bin)?;
        let config = run_config(&self.config, &side.dataset);
        let id = format!("{}-{}", self.id, side.dataset.replace(' ', "-"));
        let abnormal = bins.iter().map(|b| b.info.abnormal).sum();
        Run::over(self.context(bins)?, config, self.task, id, [self.reference.clone(), side], abnormal)
    }

    /// Why a bin is not judged on its own; `usual` is the median of the rows of complete bins.
    pub(super) fn unjudged(&self, bin: &Bin, usual: Option<u64>) -> Option<String> {
        let rows = bin.info.rows;
        let least = self.config.min_rows;
        if rows < least {
            return Some(format!("{}; a bin is judged from {} on.", counted(rows, "row"), spaced(least)));
        }
        let usual = usual.filter(|&usual| !bin.info.complete && (rows as f64) < USUAL * usual as f64)?;
        Some(format!("Unfinished: {} so far, {} in a usual bin.", counted(rows, "row"), spaced(usual)))
    }
}

/// The median of the rows of complete bins.
pub fn usual_rows<'a>(bins: impl Iterator<Item = &'a Bin>) -> Option<u64> {
    let mut rows: Vec<u64> = bins.filter(|b| b.info.complete).map(|b| b.info.rows).collect();
    rows.sort_unstable();
    rows.get(rows.len() / 2).copied()
}

/// Bins as a side of a run.
fn side_info(bins: &[&Bin]) -> Option<SideInfo> {
    let (first, last) = (bins.first()?, bins.last()?);
    let dataset = if bins.len() == 1 {
        format!("bin {}", bins::name(first.info.start))
    } else {
        format!("bins {} to {}", bins::name(first.info.start), bins::name(last.info.start))
    };
    let mut sources: Vec<(&str, &str)> = bins.iter().flat_map(|b| &b.info.sources).map(|s| (s.file.as_str(), s.sha256.as_str())).collect();
    sources.dedup();
    let (files, hashes): (Vec<&str>, Vec<&str>) = sources.into_iter().unzip();
    let sum = |of: fn(&Bin) -> u64| bins.iter().map(|b| of(b)).sum();
    Some(SideInfo {
        dataset,
        file: files.join(", "),
        sha256: hashes.join(", "),
        rows: sum(|b| b.info.rows),
        labelled: sum(|b| b.info.labelled),
        predicted: sum(|b| b.info.predicted),
    })
}

/// The cases of a run in numbers, by case id; those that say nothing are left out.
pub fn records(document: &RunDocument) -> Vec<Record> {
    let told = |r: &Record| r.status != Status::Skip || r.value.is_some();
    let of = |batch| move |case| Record::of(case, batch);
    let mut records: Vec<Record> = document.batches.iter().flat_map(|batch| batch.cases.iter().map(of(batch))).filter(told).collect();
    records.sort_by(|a, b| a.case.cmp(&b.case));
    records
}

/// Puts into a bin what its run found. Cases that only rows can show stay as they were where the rows are gone.
pub fn take_over(bin: &mut Bin, document: &RunDocument) {
    let of_rows = |test: &str| test.starts_with(Category::EvasionAttackDetection.id());
    let mut records = records(document);
    if bin.rows.is_none() {
        records.retain(|r| !of_rows(&r.test));
        records.extend(bin.records.iter().filter(|r| of_rows(&r.test)).cloned());
        records.sort_by(|a, b| a.case.cmp(&b.case));
    }
    let (mut counts, mut risks) = (Counts::default(), BTreeMap::new());
    let from_profile =
        document.batches.iter().filter(|b| !of_rows(&b.id)).flat_map(|b| b.cases.iter().map(|c| (b.risk, c.status, c.severity)));
    let from_rows = records.iter().filter(|r| of_rows(&r.test)).map(|r| (Risk::Security, r.status, r.severity));
    for (risk, status, severity) in from_profile.chain(from_rows) {
        counts.add(status);
        if status != Status::Skip {
            let worst = risks.entry(risk).or_insert(severity);
            *worst = severity.max(*worst);
        }
    }
    let info = &mut bin.info;
    (info.judged, info.reason, info.counts) = (true, None, counts);
    info.severity = risks.values().copied().max().unwrap_or_default();
    info.risks = risks.into_iter().map(|(risk, severity)| RiskSeverity { risk, severity }).collect();
    bin.records = Arc::new(records);
}

/// Leaves a bin without a judgement of its own.
pub fn set_aside(bin: &mut Bin, reason: String) {
    let info = &mut bin.info;
    (info.judged, info.reason, info.severity) = (false, Some(reason), Severity::Pass);
    info.risks.clear();
    info.counts = Counts::default();
    bin.records = Arc::default();
}
