//! Two runs side by side: what is new, worse, mended or gone.
//!
//! Status and severity are compared as they were judged; that somebody lets a case be does not make it better.

use std::collections::BTreeMap;

use straingauge_api::{
    Batch, Case, CaseChange, CaseState, Change, ChangeCounts, ComparedFinding, ComparedRun, Comparison, MetricChange, MetricValues,
    ModelMetric, RunDocument, Severity, Status,
};

/// Compares an earlier run with a later one.
pub fn compare(before: &RunDocument, after: &RunDocument) -> Comparison {
    let mut counts = ChangeCounts::default();
    let (old, new) = (by_id(before), by_id(after));
    let mut ids: Vec<&str> = old.keys().chain(new.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut cases = Vec::new();
    for id in ids {
        let (was, is) = (old.get(id).copied(), new.get(id).copied());
        let Some((batch, case)) = is.or(was) else { continue };
        let Some(change) = change(was.map(|w| w.1), is.map(|i| i.1)) else {
            counts.calm += u64::from(was.is_some() && is.is_some());
            continue;
        };
        *count(&mut counts, change) += 1;
        cases.push(CaseChange {
            id: id.to_owned(),
            test: batch.id.clone(),
            name: batch.name.clone(),
            category: batch.category,
            features: case.features.clone(),
            effect_unit: case.effect_unit,
            change,
            before: was.map(|w| state(w.1)),
            after: is.map(|i| state(i.1)),
        });
    }
    cases.sort_by(|a, b| rank(a.change).cmp(&rank(b.change)).then_with(|| worst(b).total_cmp(&worst(a))).then_with(|| a.id.cmp(&b.id)));
    let became: BTreeMap<&str, Change> = cases.iter().map(|c| (c.id.as_str(), c.change)).collect();
    let (findings_before, findings_after) = (findings(before, &became), findings(after, &became));
    Comparison {
        before: compared(before),
        after: compared(after),
        notes: notes(before, after),
        metrics: metrics(before, after),
        counts,
        findings_before,
        findings_after,
        cases,
    }
}

fn by_id(run: &RunDocument) -> BTreeMap<&str, (&Batch, &Case)> {
    run.batches.iter().flat_map(|b| b.cases.iter().map(move |c| (c.id.as_str(), (b, c)))).collect()
}

/// What became of a case; `None` where it neither fails nor warns in either run.
fn change(before: Option<&Case>, after: Option<&Case>) -> Option<Change> {
    let severity = |case: Option<&Case>| case.map_or(Severity::Pass, |c| c.judged().1);
    let judged = after.is_some_and(|c| c.judged().0 != Status::Skip);
    Some(match (severity(before), severity(after)) {
        (Severity::Pass, Severity::Pass) => return None,
        (Severity::Pass, _) => Change::New,
        (_, Severity::Pass) if judged => Change::Mended,
        (_, Severity::Pass) => Change::Gone,
        (was, is) if is > was => Change::Worse,
        (was, is) if is < was => Change::Better,
        _ => Change::Unchanged,
    })
}

/// The order of a comparison.
const fn rank(change: Change) -> u8 {
    match change {
        Change::New => 0,
        Change::Worse => 1,
        Change::Unchanged => 2,
        Change::Better => 3,
        Change::Mended => 4,
        Change::Gone => 5,
    }
}

const fn count(counts: &mut ChangeCounts, change: Change) -> &mut u64 {
    match change {
        Change::New => &mut counts.new,
        Change::Worse => &mut counts.worse,
        Change::Unchanged => &mut counts.unchanged,
        Change::Better => &mut counts.better,
        Change::Mended => &mut counts.mended,
        Change::Gone => &mut counts.gone,
    }
}

fn state(case: &Case) -> CaseState {
    let (status, severity) = case.judged();
    CaseState {
        status,
        severity,
        severity_score: case.severity_score,
        effect: case.effect,
        sentence: case.sentence.clone(),
        let_be: case.accepted.is_some() || case.known.is_some(),
    }
}

fn worst(case: &CaseChange) -> f64 {
    case.after.as_ref().or(case.before.as_ref()).map_or(0.0, |s| s.severity_score)
}

fn findings(run: &RunDocument, became: &BTreeMap<&str, Change>) -> Vec<ComparedFinding> {
    let of = |ids: &[String]| ids.iter().filter_map(|id| became.get(id.as_str()).copied()).min_by_key(|&c| rank(c));
    run.findings.iter().map(|f| ComparedFinding { change: of(&f.cases).unwrap_or(Change::Unchanged), finding: f.clone() }).collect()
}

fn compared(run: &RunDocument) -> ComparedRun {
    ComparedRun {
        id: run.id.clone(),
        name: run.name.clone(),
        model: run.model.clone(),
        sensitivity: run.sensitivity,
        reference: run.reference.clone(),
        evaluation: run.evaluation.clone(),
        outcome: run.summary.outcome,
        headline: run.summary.headline.clone(),
        counts: run.summary.counts,
    }
}

/// Metrics of both, in the order of the later run, then those that only the earlier one has.
fn metrics(before: &RunDocument, after: &RunDocument) -> Vec<MetricChange> {
    let find = |run: &RunDocument, id: &str| {
        let values = |m: &ModelMetric| MetricValues { reference: m.reference, evaluation: m.evaluation, severity: m.severity };
        run.model_metrics.iter().find(|m| m.id == id).map(values)
    };
    let gone = before.model_metrics.iter().filter(|m| !after.model_metrics.iter().any(|a| a.id == m.id));
    after
        .model_metrics
        .iter()
        .chain(gone)
        .map(|m| MetricChange {
            id: m.id.clone(),
            name: m.name.clone(),
            better: m.better,
            unit: m.unit,
            before: find(before, &m.id),
            after: find(after, &m.id),
        })
        .collect()
}

fn notes(before: &RunDocument, after: &RunDocument) -> Vec<String> {
    let mut notes = Vec::new();
    for (what, a, b) in [("reference", &before.reference, &after.reference), ("evaluation", &before.evaluation, &after.evaluation)] {
        if a.sha256 != b.sha256 || a.rows != b.rows {
            notes.push(format!("The {what} sets differ: {} ({} rows), then {} ({} rows).", a.file, a.rows, b.file, b.rows));
        }
    }
    if before.model_task != after.model_task {
        notes.push(format!("The tasks differ: {}, then {}.", before.model_task.label(), after.model_task.label()));
    }
    if before.model != after.model {
        let name = |run: &RunDocument| run.model.clone().unwrap_or_else(|| "none".to_owned());
        notes.push(format!("The models differ: {}, then {}.", name(before), name(after)));
    }
    if before.sensitivity != after.sensitivity {
        notes.push("The runs differ in sensitivity, so that the same effect may fail in one and pass in the other.".to_owned());
    }
    if before.engine != after.engine {
        notes.push(format!("The runs were made by engines {} and {}.", before.engine, after.engine));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_run_compared_with_itself_has_changed_nothing() {
        let run = sample::run();
        let same = compare(&run, &run);
        assert_eq!((same.counts.unchanged, same.cases.len()), (2, 2));
        assert!(same.notes.is_empty() && same.cases.iter().all(|c| c.before == c.after));
        assert!(same.findings_after.iter().all(|f| f.change == Change::Unchanged) && !same.findings_after.is_empty());
        let cases: u64 = run.batches.iter().map(|b| b.cases.len() as u64).sum();
        assert_eq!(same.counts.calm, cases - 2);
    }

    #[test]
    fn changes_are_told_by_what_was_judged() {
        let before = sample::run();
        let mut after = before.clone();
        let mut wanted = Vec::new();
        for case in after.batches.iter_mut().flat_map(|b| &mut b.cases) {
            match case.judged() {
                (Status::Fail, _) => {
                    (case.status, case.severity) = (Status::Warning, Severity::Warning);
                    wanted.push((case.id.clone(), Change::Better, Change::Worse));
                }
                (Status::Warning, _) => {
                    (case.status, case.severity) = (Status::Skip, Severity::Pass);
                    wanted.push((case.id.clone(), Change::Gone, Change::New));
                }
                _ => {}
            }
        }
        let there = compare(&before, &after);
        let back = compare(&after, &before);
        for (id, forth, reverse) in wanted {
            let of = |c: &Comparison| c.cases.iter().find(|c| c.id == id).map(|c| c.change);
            assert_eq!((of(&there), of(&back)), (Some(forth), Some(reverse)), "{id}");
        }
        // Mended: it was judged, and passes.
        for case in after.batches.iter_mut().flat_map(|b| &mut b.cases) {
            (case.status, case.severity) = (Status::Pass, Severity::Pass);
        }
        let mended = compare(&before, &after);
        assert!(mended.cases.iter().all(|c| c.change == Change::Mended) && mended.counts.mended == 2);
    }
}
