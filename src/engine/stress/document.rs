//! Measurements and verdicts into the batches of a run document.

use std::cmp::Ordering;

use straingauge_api::{
    Batch, Better, Case, CaseId, CaseRows, Category, CategoryResult, Counts, Kind, Regain, Risk, RiskScore, Severity, Status, TestText,
    quoted_names,
};

use super::model_metrics::{definition, metric_name};
use super::plan::{Plan, Planned};
use super::verdict::{Verdict, judge};
use super::{Measured, Measurement, Settings, TestSpec};
use crate::math::{finite, round12};
use crate::stats::multiple;

/// A judged case with the places it came from.
pub struct Judged {
    /// The case as the reader sees it.
    pub case: Case,
    /// Its family, an index into [`Plan::planned`].
    pub planned: usize,
}

/// All cases of the plan's measured families, judged together, by test (index into [`Plan::specs`]).
///
/// Evidence is corrected over all families of the plan, measured or not, so a failure is never taken back later.
pub fn judge_all(plan: &Plan, settings: &Settings) -> Vec<Vec<Judged>> {
    let alpha = settings.alpha();
    let families = plan.families_with_evidence();
    let q_values = multiple::judge_families(&plan.evidence());
    let complete = plan.planned.iter().all(|p| p.results.is_some());
    let mut by_test: Vec<Vec<Judged>> = plan.specs.iter().map(|_| Vec::new()).collect();
    for (index, (planned, family_q)) in plan.planned.iter().zip(&q_values).enumerate() {
        let Some(results) = &planned.results else { continue };
        let mut q_values = family_q.iter().copied();
        for (&spec_index, result) in planned.specs.iter().zip(results) {
            let (Some(spec), Some(cases)) = (plan.specs.get(spec_index), by_test.get_mut(spec_index)) else { continue };
            match result {
                Measurement::Skipped(reason) => {
                    q_values.next();
                    let case = skipped(spec, planned, reason);
                    cases.push(Judged { case, planned: index });
                }
                Measurement::Measured(measured) => {
                    for m in std::iter::once(&**measured).chain(&measured.also) {
                        let thresholds = m.thresholds.or_else(|| settings.thresholds(spec));
                        let q = q_values.next().flatten();
                        let verdict = judge(spec, m, thresholds, q, alpha, families, settings.sensitivity);
                        if m.optional && verdict.status == Status::Skip {
                            continue;
                        }
                        let mut case = measured_case(spec, planned, m, &verdict, q);
                        if let Some(regain) = &mut case.regain
                            && let Some(name) = settings.custom.metric_name(&regain.metric)
                        {
                            name.clone_into(&mut regain.name);
                        }
                        case.thresholds = thresholds.filter(|_| spec.kind != Kind::Logical);
                        case.provisional = !complete && case.status == Status::Pass && spec.kind == Kind::Difference;
                        cases.push(Judged { case, planned: index });
                    }
                }
            }
        }
    }
    for cases in &mut by_test {
        cases.sort_by(|a, b| worst_first(&a.case, &b.case));
    }
    by_test
}

/// The order everywhere: severity; then what is new before what the reference shows as well, and before what the model expects; then
/// the strain of the interval's lower end, then the id; skipped cases last.
pub fn worst_first(a: &Case, b: &Case) -> Ordering {
    let rank = |case: &Case| if case.severity > Severity::Pass { case.rank() } else { 0 };
    (b.severity.cmp(&a.severity))
        .then((a.status == Status::Skip).cmp(&(b.status == Status::Skip)))
        .then(rank(a).cmp(&rank(b)))
        .then(b.severity_score_low.total_cmp(&a.severity_score_low))
        .then_with(|| a.id.cmp(&b.id))
}

fn case_id(spec: &TestSpec, planned: &Planned, aspect: Option<&str>) -> String {
    let aspect = aspect.map(|a| a.replace(' ', "_"));
    CaseId { test: spec.id.clone(), features: planned.family.subject.features(), aspect }.to_string()
}

fn skipped(spec: &TestSpec, planned: &Planned, reason: &str) -> Case {
    let nothing = Measured { sentence: reason.to_owned(), ..Measured::default() };
    let verdict = Verdict {
        status: Status::Skip,
        severity: Severity::Pass,
        strain: 0.0,
        strain_low: 0.0,
        evident: false,
        reason: Some(reason.to_owned()),
    };
    measured_case(spec, planned, &nothing, &verdict, None)
}

fn measured_case(spec: &TestSpec, planned: &Planned, m: &Measured, verdict: &Verdict, q: Option<f64>) -> Case {
    let of_family = planned.family.subject.features();
    let question = spec.id.split_once(':').map_or(spec.id.as_str(), |(category, _)| category);
    Case {
        id: case_id(spec, planned, m.aspect.as_deref()),
        family: format!("{question}[{}]", quoted_names(&of_family)),
        features: if m.features.is_empty() { of_family } else { m.features.clone() },
        kind: spec.kind,
        status: verdict.status,
        severity: verdict.severity,
        provisional: false,
        reason: verdict.reason.clone(),
        sentence: m.sentence.clone(),
        statistic: m.statistic.and_then(finite),
        statistic_unit: m.statistic_unit.unwrap_or(spec.unit),
        effect: m.effect.and_then(finite),
        effect_unit: spec.unit,
        ci_low: m.interval.and_then(|(low, _)| finite(low)),
        ci_high: m.interval.and_then(|(_, high)| finite(high)),
        p_value: m.p_value.and_then(finite),
        q_value: q.and_then(finite),
        thresholds: None,
        severity_score: round12(verdict.strain),
        severity_score_low: round12(verdict.strain_low),
        evident: verdict.evident,
        method: m.method.clone(),
        approximate: m.approximate,
        n_reference: m.n_reference,
        n_evaluation: m.n_evaluation,
        subset: m.subset.clone(),
        weakness: m.weakness,
        as_before: m.as_before,
        related: m.related.clone(),
        rows: m.row_count.map(|count| CaseRows { count, share: 0.0, sample: Vec::new() }),
        metrics: m.metrics.clone(),
        figure: m.figure.clone(),
        // Without a weak part most metrics rise; an AUC can fall, and nobody would repair anything for that.
        regain: m.regain.as_ref().filter(|(metric, from, to)| is_gain(metric, *from, *to)).map(|(metric, from, to)| Regain {
            metric: metric.clone(),
            name: metric_name(metric),
            from: *from,
            to: *to,
        }),
        accepted: None,
        known: None,
    }
}

/// Says whether a metric that goes from one value to another gets better, as far as it has a good direction.
fn is_gain(metric: &str, from: f64, to: f64) -> bool {
    match definition(metric).map(|d| d.better) {
        Some(Better::Higher) => to > from,
        Some(Better::Lower) => to < from,
        Some(Better::Neutral) | None => true,
    }
}

/// A test with its judged cases.
pub fn batch(spec: &TestSpec, cases: Vec<Case>, reason: Option<String>) -> Batch {
    let mut batch = Batch {
        id: spec.id.clone(),
        name: spec.name.clone(),
        category: spec.category,
        risk: spec.risk,
        kind: spec.kind,
        text: TestText { ..spec.text.clone() },
        severity: Severity::Pass,
        severity_score: 0.0,
        counts: Counts::default(),
        reason: reason.or_else(|| cases.is_empty().then(|| "Nothing in these data can be tested for this.".to_owned())),
        cases,
    };
    tally(&mut batch);
    batch
}

/// Puts a test's cases into order, counts them, and takes over the severity of the worst. What is let be does not count as it was.
pub fn tally(batch: &mut Batch) {
    batch.cases.sort_by(worst_first);
    batch.counts = Counts::default();
    for case in &batch.cases {
        batch.counts.add(case.status);
    }
    batch.severity = batch.cases.iter().map(|c| c.severity).max().unwrap_or_default();
    let own = |c: &&Case| c.status != Status::Skip && c.severity == batch.severity && c.accepted.is_none() && c.known.is_none();
    batch.severity_score = batch.cases.iter().filter(own).map(|c| c.severity_score).fold(0.0, f64::max);
}

/// The order of batches: severity, then their worst case's lower strain, then id; tests that did not run last.
pub fn batches_worst_first(a: &Batch, b: &Batch) -> Ordering {
    let low = |batch: &Batch| batch.cases.first().map_or(-1.0, |c| c.severity_score_low);
    let idle = |batch: &Batch| batch.counts.total == batch.counts.skip;
    (b.severity.cmp(&a.severity)).then(idle(a).cmp(&idle(b))).then(low(b).total_cmp(&low(a))).then_with(|| a.id.cmp(&b.id))
}

/// Categories in the order of the page, each with its worst batch.
pub fn categories(batches: &[Batch]) -> Vec<CategoryResult> {
    let of = |category: Category| {
        let tests: Vec<&Batch> = batches.iter().filter(|b| b.category == category).collect();
        let first = tests.first()?;
        let mut counts = Counts::default();
        for case in tests.iter().flat_map(|b| &b.cases) {
            counts.add(case.status);
        }
        Some(CategoryResult {
            category,
            severity: tests.iter().map(|b| b.severity).max().unwrap_or_default(),
            severity_score: tests.iter().filter(|b| b.severity == first.severity).map(|b| b.severity_score).fold(0.0, f64::max),
            counts,
            failing_tests: tests.iter().filter(|b| b.severity > Severity::Pass).map(|b| b.id.clone()).collect(),
            tests: tests.iter().map(|b| b.id.clone()).collect(),
        })
    };
    Category::ALL.into_iter().filter_map(of).collect()
}

/// A score a risk: the mean over its judged tests of pass 0, warning 0.5, alert 1.
pub fn risks(batches: &[Batch]) -> Vec<RiskScore> {
    [Risk::Operational, Risk::Fairness, Risk::Security]
        .into_iter()
        .filter_map(|risk| {
            let judged: Vec<f64> = (batches.iter())
                .filter(|b| b.risk == risk && b.counts.total > b.counts.skip)
                .map(|b| match b.severity {
                    Severity::Pass => 0.0,
                    Severity::Warning => 0.5,
                    Severity::Alert => 1.0,
                })
                .collect();
            let tests = judged.len() as u64;
            (tests > 0).then(|| RiskScore { risk, score: round12(judged.iter().sum::<f64>() / tests as f64), tests })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gets_worse_without_a_part_is_no_gain() {
        assert!(is_gain("accuracy", 0.7, 0.8) && !is_gain("auc", 0.729, 0.722));
        assert!(is_gain("rmse", 2.0, 1.5) && !is_gain("log_loss", 0.5, 0.6));
    }
}
