//! The words that the text forms of a report share.

use straingauge_api::{Case, Judgement, ModelMetric, Outcome, Regain, RunDocument, Severity, Status, Unit};
use straingauge_charts::format;

use crate::stress::lower_first;
use crate::table::moment_text;

/// A moment in milliseconds since 1970-01-01 UTC, as ISO 8601 has it.
pub fn iso(ms: i64) -> String {
    moment_text(ms).replacen(' ', "T", 1) + "Z"
}

/// The run in one word, as a reader sees it. Production is normal or not; it is no model that is ready.
pub const fn outcome(run: &RunDocument) -> &'static str {
    match run.summary.outcome {
        Outcome::Ready if run.production => "Normal",
        Outcome::ReadyWithLimits | Outcome::Caution if run.production => "Unusual",
        Outcome::NotReady if run.production => "Abnormal",
        Outcome::DataOnly if run.production => "Data alone judged",
        Outcome::Ready => "Ready",
        Outcome::ReadyWithLimits => "Ready, with limits",
        Outcome::Caution => "Caution",
        Outcome::NotReady => "Not ready",
        Outcome::Inconclusive => "Inconclusive",
        Outcome::DataOnly => "Data only",
        Outcome::NotJudged => "Not judged",
    }
}

/// A severity as a reader sees it.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Pass => "Pass",
        Severity::Warning => "Warning",
        Severity::Alert => "Alert",
    }
}

/// What the test of a metric came to, as a reader sees it.
pub const fn judgement(metric: &ModelMetric) -> &'static str {
    match metric.judged {
        Judgement::NotJudged => "Not judged",
        Judgement::Holds => "Holds",
        Judgement::Small => "Small change",
        Judgement::Warns => "Warning",
        Judgement::Fails => "Alert",
        Judgement::Accepted => "Accepted",
        Judgement::Known => "Known",
    }
}

/// What became of a case, as a reader sees it.
pub const fn status(status: Status) -> &'static str {
    match status {
        Status::Pass => "Pass",
        Status::Warning => "Warning",
        Status::Fail => "Alert",
        Status::Skip => "Not judged",
    }
}

/// The state of an event or an incident, in a word.
pub const fn standing(resolved: bool, open: bool) -> &'static str {
    match (resolved, open) {
        (true, _) => "resolved",
        (false, true) => "open",
        (false, false) => "over",
    }
}

/// Why a case that would fail is let be, and what it would have been.
pub fn let_be(case: &Case) -> Option<String> {
    let would = |s: Severity| severity(s).to_lowercase();
    let accepted = case.accepted.as_ref().map(|a| format!("Accepted (it would be {}): {}", would(a.severity), a.reason.trim()));
    accepted.or_else(|| case.known.as_ref().map(|k| format!("Known from the baseline (it would be {}).", would(k.severity))))
}

/// The gain if a finding were repaired, within a sentence: `accuracy would go from 0.784 to 0.806`.
pub fn regain(run: &RunDocument, regain: &Regain) -> String {
    let unit = run.model_metrics.iter().find(|m| m.id == regain.metric).map_or(Unit::Number, |m| m.unit);
    let [from, to] = format::together([regain.from, regain.to], unit);
    format!("{} would go from {from} to {to}", lower_first(&regain.name))
}

/// What a case is about: its subset, its features, or all rows.
pub fn subject(case: &Case) -> String {
    match (&case.subset, case.features.as_slice()) {
        (None, []) => "all rows".to_owned(),
        (Some(subset), []) => subset.clone(),
        (None, features) => features.join(" × "),
        (Some(subset), features) => {
            let features = features.join(" × ");
            match subset.chars().next() {
                _ if subset.contains(&features) => subset.clone(),
                Some('<' | '>' | '=' | '≤' | '≥') => format!("{features} {subset}"),
                _ => format!("{features}: {subset}"),
            }
        }
    }
}

/// The evidence behind a case in a few words: interval, q, rows.
pub fn evidence(case: &Case) -> String {
    let mut words = Vec::new();
    if let Some(interval) = format::interval(case.ci_low, case.ci_high, case.effect_unit) {
        words.push(format!("95 % interval {interval}"));
    }
    if case.q_value.is_some() {
        let q = format::p_value(case.q_value);
        words.push(if q.starts_with('<') { format!("q {q}") } else { format!("q = {q}") });
    }
    if let Some(rows) = &case.rows {
        words.push(format!("{} rows ({})", format::spaced(rows.count), format::percent(rows.share)));
    }
    words.join(" · ")
}

/// Where the run's data come from, in one line.
pub fn provenance(run: &RunDocument) -> String {
    let side = |name: &str, side: &straingauge_api::SideInfo| {
        let file = if side.file.is_empty() { &side.dataset } else { &side.file };
        format!("{name} {file}, {} rows", format::spaced(side.rows))
    };
    let mut words = vec![side("Reference", &run.reference), side("evaluation", &run.evaluation)];
    words.extend(run.model.as_ref().map(|model| format!("model {model}")));
    words.push(run.model_task.label().to_lowercase());
    words.push(format!("seed {}", run.seed));
    words.push(format!("{} cases", format::spaced(run.summary.counts.total)));
    words.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_case_is_named_by_its_most_specific_part() {
        let run = sample::run();
        let mut case = run.batches[1].cases[0].clone();
        assert_eq!(subject(&case), "city × country");
        case.features = vec!["age".into()];
        case.subset = Some("≤ 4.6".into());
        assert_eq!(subject(&case), "age ≤ 4.6");
        case.subset = Some("3 – 4".into());
        assert_eq!(subject(&case), "age: 3 – 4");
        case.subset = Some("age ≤ 4.6".into());
        assert_eq!(subject(&case), "age ≤ 4.6");
        assert_eq!(subject(&run.batches[0].cases[0]), "all rows");
    }

    #[test]
    fn evidence_names_only_what_there_is() {
        let run = sample::run();
        assert_eq!(evidence(&run.batches[0].cases[0]), "95 % interval 0.360 to 0.390 · q <\u{202f}0.001");
        assert_eq!(evidence(&run.batches[1].cases[1]), "");
    }

    #[test]
    fn provenance_names_files_rows_and_seed() {
        let line = provenance(&sample::run());
        assert!(
            line.starts_with(
                "Reference train.json.gz, 50\u{202f}000 rows · evaluation val_0.json.gz, 4\u{202f}425 rows · model distilbert"
            ),
            "{line}"
        );
        assert!(line.ends_with("seed 42 · 3 cases"), "{line}");
    }
}
