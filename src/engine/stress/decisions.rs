//! What is decided about cases once they are judged: which are let be, and what the run then comes to.
//!
//! An acceptance and a baseline change what fails, never what is evident: q-values, intervals and groups are those of the run without
//! them. Everything here works on the document alone, so a run can be settled again, long after its data are gone.

use std::collections::{BTreeMap, BTreeSet};

use straingauge_api::{Acceptance, Accepted, Banner, Counts, Decisions, Known, RunDocument, Severity, Status};
use straingauge_charts::format::spaced;

use super::headline::Tested;
use super::model_metrics::judge_metrics;
use super::{document, findings, headline, questions};
use crate::{Error, Result};

/// Suggestions a category.
const SUGGESTIONS: usize = 3;
/// Banners that are made here.
const CODES: [&str; 4] = ["acceptance_expired", "acceptance_unknown_case", "accepted", "known"];

/// Whether decisions can be followed.
///
/// # Errors
/// `no_reason`, `invalid_date`, `no_today` where an acceptance expires and nobody said what day it is, `accepted_twice`.
pub fn check(decisions: &Decisions) -> Result<()> {
    let day = |date: &String, what: &str| {
        let wrong = || Error::new("invalid_date", format!("\"{date}\", {what}, is no day.")).mend("Write it as YYYY-MM-DD.");
        is_day(date).then_some(()).ok_or_else(wrong)
    };
    if let Some(today) = &decisions.today {
        day(today, "given as today")?;
    }
    let mut cases = BTreeSet::new();
    for Acceptance { case, reason, expires, .. } in &decisions.accepted {
        if reason.trim().is_empty() {
            return Err(Error::new("no_reason", format!("The acceptance of {case} says no reason.")).mend("Say why the case may fail."));
        }
        if !cases.insert(case) {
            return Err(Error::new("accepted_twice", format!("{case} is accepted twice.")).mend("Keep one of the two."));
        }
        if let Some(expires) = expires {
            day(expires, &format!("until which {case} is accepted"))?;
            if decisions.today.is_none() {
                return Err(Error::new("no_today", format!("The acceptance of {case} expires, but nobody said what day it is."))
                    .mend("Set `today` to YYYY-MM-DD."));
            }
        }
    }
    Ok(())
}

fn is_day(text: &str) -> bool {
    let parts: Vec<u32> = text.split('-').filter_map(|p| p.parse().ok()).collect();
    let shape = text.len() == 10 && text.bytes().enumerate().all(|(i, b)| if matches!(i, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    match parts.as_slice() {
        [year, month, day] if shape => {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let days = match month {
                1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
                4 | 6 | 9 | 11 => 30,
                2 => 28 + u32::from(leap),
                _ => 0,
            };
            (1..=days).contains(day)
        }
        _ => false,
    }
}

/// Applies decisions to a document, taking back those it was settled by before: cases, batches, findings, summary.
///
/// # Errors
/// As [`check`].
pub fn settle(run: &mut RunDocument, decisions: Decisions) -> Result<()> {
    check(&decisions)?;
    let found = || run.findings.iter().map(|f| f.cases.clone()).collect();
    let mut groups: Vec<Vec<String>> = if run.groups.is_empty() { found() } else { std::mem::take(&mut run.groups) };
    // However the run came here, its groups stand in one order.
    for group in &mut groups {
        group.sort_unstable();
    }
    groups.sort_unstable();
    let banners = apply(run, &decisions, &groups);
    for batch in &mut run.batches {
        document::tally(batch);
    }
    run.batches.sort_by(document::batches_worst_first);
    let batches = &run.batches;
    judge_metrics(&mut run.model_metrics, batches);
    run.findings = findings::findings(&groups, batches);
    run.suggestions = findings::suggestions(&run.findings, SUGGESTIONS);
    run.categories = document::categories(batches);
    let mut counts = Counts::default();
    for case in batches.iter().flat_map(|b| &b.cases) {
        counts.add(case.status);
    }
    let of = |severity| batches.iter().filter(|b| b.counts.total > b.counts.skip && b.severity == severity).count() as u64;
    let summary = &mut run.summary;
    let tested = Tested::of([&run.reference, &run.evaluation], batches);
    summary.outcome = headline::outcome(tested, batches);
    summary.headline = headline::text(&headline::claims(tested, &run.model_metrics, &run.findings, batches));
    (summary.batches_pass, summary.batches_warning, summary.batches_alert) =
        (of(Severity::Pass), of(Severity::Warning), of(Severity::Alert));
    summary.counts = counts;
    summary.risks = document::risks(batches);
    summary.banners.retain(|b| !CODES.contains(&b.code.as_str()));
    summary.banners.splice(0..0, banners);
    if summary.accepted + summary.known > 0 {
        run.groups = groups;
    }
    run.decisions = (decisions != Decisions::default()).then_some(decisions);
    Ok(())
}

/// Marks the cases that are let be; gives what must be said of it.
fn apply(run: &mut RunDocument, decisions: &Decisions, groups: &[Vec<String>]) -> Vec<Banner> {
    let today = decisions.today.as_deref().unwrap_or_default();
    let expired = |a: &&Acceptance| a.expires.as_deref().is_some_and(|day| day < today);
    let mut accepted: BTreeMap<&str, &Acceptance> =
        decisions.accepted.iter().filter(|a| !expired(a)).map(|a| (a.case.as_str(), a)).collect();
    // A case's own acceptance stands before one that covers it.
    for acceptance in decisions.accepted.iter().filter(|a| !expired(a)) {
        let of_finding = groups.iter().filter(|g| acceptance.covers.is_finding() && g.contains(&acceptance.case)).flatten();
        for case in of_finding.chain(acceptance.covers.cases()) {
            accepted.entry(case).or_insert(acceptance);
        }
    }
    let known: BTreeMap<&str, Severity> = decisions.baseline.iter().flat_map(|b| &b.cases).map(|c| (c.id.as_str(), c.severity)).collect();
    let (mut n_accepted, mut n_known) = (0, 0);
    for case in run.batches.iter_mut().flat_map(|b| &mut b.cases) {
        let (status, severity) = case.judged();
        (case.status, case.severity, case.accepted, case.known) = (status, severity, None, None);
        if severity == Severity::Pass {
            continue;
        }
        if let Some(Acceptance { case: lead, reason, expires, .. }) = accepted.get(case.id.as_str()) {
            let through = (*lead != case.id).then(|| lead.clone());
            case.accepted = Some(Accepted { reason: reason.clone(), expires: expires.clone(), through, status, severity });
            n_accepted += 1;
        } else if known.get(case.id.as_str()).is_some_and(|&was| severity <= was) {
            case.known = Some(Known { status, severity });
            n_known += 1;
        } else {
            continue;
        }
        (case.status, case.severity) = (Status::Pass, Severity::Pass);
    }
    (run.summary.accepted, run.summary.known) = (n_accepted, n_known);
    let mut banners = Vec::new();
    let mut say = |code: &str, text: String| banners.push(Banner { code: code.to_owned(), text });
    for Acceptance { case, reason, expires, .. } in decisions.accepted.iter().filter(expired) {
        let day = expires.as_deref().unwrap_or_default();
        say("acceptance_expired", format!("The acceptance of {case} ended on {day} ({reason}); the case counts again."));
    }
    for Acceptance { case, .. } in &decisions.accepted {
        if is_lost(run, case) {
            say("acceptance_unknown_case", format!("{case} is accepted, but these data give no such case any more."));
        }
    }
    let cases = |n: u64| if n == 1 { "1 case is".to_owned() } else { format!("{} cases are", spaced(n)) };
    if n_accepted > 0 {
        say("accepted", format!("{} accepted and not counted as failing.", cases(n_accepted)));
    }
    if let Some(baseline) = &decisions.baseline {
        let name = if baseline.name.is_empty() { &baseline.run } else { &baseline.name };
        let all = spaced(baseline.cases.len() as u64);
        say(
            "known",
            format!(
                "{} known from the baseline {name} (which has {all} that fail or warn): only what is new or worse fails here.",
                cases(n_known)
            ),
        );
    }
    banners
}

/// Whether a case that somebody accepted should be here and is not: its test ran, or is none at all. What this run did not ask may well be
/// there in another.
fn is_lost(run: &RunDocument, case: &str) -> bool {
    let test = case.split(['[', '#']).next().unwrap_or(case);
    match run.batches.iter().find(|b| b.id == test) {
        Some(batch) => batch.reason.is_none() && batch.cases.iter().all(|c| c.id != case),
        None => !test.starts_with("custom:") && !questions().iter().any(|q| q.tests().iter().any(|t| t.id == test)),
    }
}

#[cfg(test)]
mod tests {
    use straingauge_api::{Covers, CoversWord};

    use super::*;

    fn accept(case: &str, expires: Option<&str>) -> Acceptance {
        Acceptance { case: case.into(), reason: "known".into(), expires: expires.map(Into::into), covers: Covers::default() }
    }

    #[test]
    fn days_are_days() {
        assert!(is_day("2024-02-29") && is_day("2026-12-31") && is_day("2000-02-29"));
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-04-31",
            "24-04-01",
            "2024-4-1",
            "2024-04-1x",
            "+024-04-01",
            "20240401",
            "",
        ] {
            assert!(!is_day(text), "{text}");
        }
    }

    #[test]
    fn decisions_say_why_and_until_when() {
        let of = |accepted: Vec<Acceptance>, today: Option<&str>| {
            check(&Decisions { accepted, today: today.map(Into::into), baseline: None }).err().map(|e| e.code)
        };
        assert_eq!(of(vec![accept("a", None)], None), None);
        assert_eq!(of(vec![accept("a", Some("2026-01-01"))], Some("2026-01-01")), None);
        assert_eq!(of(vec![accept("a", Some("2026-01-01"))], None), Some("no_today"));
        assert_eq!(of(vec![accept("a", Some("soon"))], Some("2026-01-01")), Some("invalid_date"));
        assert_eq!(of(vec![], Some("today")), Some("invalid_date"));
        assert_eq!(of(vec![accept("a", None), accept("a", None)], None), Some("accepted_twice"));
        assert_eq!(of(vec![Acceptance { reason: " ".into(), ..accept("a", None) }], None), Some("no_reason"));
    }

    const ACCURACY: &str = "model_performance:accuracy";

    fn settled(run: &RunDocument, decisions: Decisions) -> RunDocument {
        let mut run = run.clone();
        settle(&mut run, decisions).unwrap();
        run
    }

    #[test]
    fn an_accepted_case_stays_visible_and_fails_nothing_until_its_last_day() {
        let plain = settled(&crate::report::sample::run(), Decisions::default());
        assert_eq!((plain.summary.counts.fail, plain.summary.outcome), (1, straingauge_api::Outcome::NotReady));
        let of = |today: &str| {
            let accepted = vec![accept(ACCURACY, Some("2026-03-31"))];
            settled(&plain, Decisions { accepted, today: Some(today.into()), baseline: None })
        };
        let codes = |run: &RunDocument| run.summary.banners.iter().map(|b| b.code.clone()).collect::<Vec<_>>();
        let run = of("2026-03-31");
        let batch = run.batches.iter().find(|b| b.id == ACCURACY).unwrap();
        let case = batch.cases.first().unwrap();
        assert_eq!((case.status, case.severity, batch.severity, batch.severity_score), (Status::Pass, Severity::Pass, Severity::Pass, 0.0));
        assert_eq!(
            case.accepted.as_ref().map(|a| (a.status, a.severity, a.reason.as_str())),
            Some((Status::Fail, Severity::Alert, "known"))
        );
        assert_eq!((run.summary.counts.fail, run.summary.accepted, run.summary.outcome), (0, 1, straingauge_api::Outcome::Caution));
        assert!(run.findings.iter().all(|f| !f.cases.contains(&ACCURACY.to_owned())));
        assert!(run.model_metrics.iter().all(|m| m.severity == Severity::Pass));
        assert_eq!(codes(&run), ["accepted", "reference_looks_like_training_data"]);
        // What was measured is untouched.
        let evidence = |run: &RunDocument| -> BTreeSet<String> {
            run.batches
                .iter()
                .flat_map(|b| &b.cases)
                .map(|c| format!("{} {:?} {:?} {}", c.id, c.q_value, c.ci_low, c.severity_score))
                .collect()
        };
        assert_eq!(evidence(&run), evidence(&plain));
        let late = of("2026-04-01");
        assert_eq!(
            (late.summary.counts, late.summary.outcome, late.findings.len()),
            (plain.summary.counts, plain.summary.outcome, plain.findings.len())
        );
        assert_eq!(codes(&late), ["acceptance_expired", "reference_looks_like_training_data"]);
        // Taken back, the run is what it was, byte for byte.
        let text = |run: &RunDocument| crate::json::to_string(run).unwrap();
        assert_eq!(text(&settled(&run, Decisions::default())), text(&plain));
    }

    #[test]
    fn an_acceptance_covers_what_the_run_groups_or_what_it_names() {
        let mut plain = crate::report::sample::run();
        let drifted = "drift:feature_drift[city]";
        let mut second = plain.batches.iter().find(|b| b.id == ACCURACY).unwrap().clone();
        second.id = "drift:feature_drift".into();
        for case in &mut second.cases {
            case.id = drifted.into();
        }
        plain.batches.retain(|b| b.id != second.id);
        plain.batches.push(second);
        plain.groups = vec![vec![drifted.into(), ACCURACY.into()]];
        let of = |covers: Covers| {
            let run =
                settled(&plain, Decisions { accepted: vec![Acceptance { covers, ..accept(ACCURACY, None) }], ..Decisions::default() });
            let other = run.batches.iter().flat_map(|b| &b.cases).find(|c| c.id == drifted).unwrap().clone();
            (run.summary.accepted, run.findings.iter().filter(|f| f.cases.iter().any(|c| c == drifted)).count(), other.accepted)
        };
        let (accepted, findings, other) = of(Covers::default());
        assert_eq!((accepted, findings, other), (1, 1, None));
        for covers in [Covers::Word(CoversWord::Finding), Covers::Cases(vec![drifted.into()])] {
            let (accepted, findings, other) = of(covers);
            assert_eq!((accepted, findings), (2, 0));
            assert_eq!(other.and_then(|a| a.through).as_deref(), Some(ACCURACY));
        }
        let read: Acceptance = serde_json::from_value(serde_json::json!({ "case": "a", "reason": "b", "covers": "finding" })).unwrap();
        assert!(read.covers.is_finding());
    }

    #[test]
    fn an_acceptance_of_no_case_is_said_not_refused() {
        let of = |case: &str| {
            let run = settled(&crate::report::sample::run(), Decisions { accepted: vec![accept(case, None)], ..Decisions::default() });
            run.summary.banners.iter().filter(|b| b.code == "acceptance_unknown_case").count()
        };
        assert_eq!(of("drift:feature_drift[gone]"), 1);
        assert_eq!(of("drift:no_such_test[x]"), 1);
        // This run did not ask it: no news.
        assert_eq!(of("drift:label_drift"), 0);
        assert_eq!(of(ACCURACY), 0);
    }

    #[test]
    fn only_what_is_new_or_worse_than_the_baseline_fails() {
        let baseline = |severity| straingauge_api::Baseline {
            run: "r0".into(),
            name: "last week".into(),
            cases: vec![straingauge_api::BaselineCase { id: ACCURACY.into(), severity }],
        };
        let of =
            |severity| settled(&crate::report::sample::run(), Decisions { baseline: Some(baseline(severity)), ..Decisions::default() });
        let case = |run: &RunDocument| run.batches.iter().find(|b| b.id == ACCURACY).unwrap().cases[0].clone();
        let known = of(Severity::Alert);
        assert_eq!((case(&known).status, case(&known).known.map(|k| k.status), known.summary.known), (Status::Pass, Some(Status::Fail), 1));
        assert!(known.summary.banners.iter().any(|b| b.code == "known" && b.text.starts_with("1 case is known")));
        let worse = of(Severity::Warning);
        assert_eq!((case(&worse).status, case(&worse).known, worse.summary.known), (Status::Fail, None, 0));
    }
}
