//! The run in one word and one sentence.

use straingauge_api::{Batch, Better, Category, Counts, Finding, Kind, ModelMetric, Outcome, Severity, Status};
use straingauge_charts::format::spaced;

/// The run in one word: not ready where a case fails, caution where one warns, inconclusive where more differences could
/// not be judged than passed, else ready.
pub fn outcome(batches: &[Batch]) -> Outcome {
    let cases = || batches.iter().flat_map(|b| &b.cases);
    if cases().any(|c| c.status == Status::Fail) {
        return Outcome::NotReady;
    }
    if cases().any(|c| c.status == Status::Warning) {
        return Outcome::Caution;
    }
    let of = |status| cases().filter(|c| c.kind == Kind::Difference && c.status == status).count();
    if of(Status::Skip) > of(Status::Pass) { Outcome::Inconclusive } else { Outcome::Ready }
}

/// The run in one sentence: how the model does, where it is weakest, what has changed. `let_be` cases would fail, but are accepted or known.
pub fn headline(metrics: &[ModelMetric], findings: &[Finding], counts: Counts, let_be: u64) -> String {
    let performance = metrics.iter().find(|m| m.reference.is_some() && m.evaluation.is_some()).map(describe);
    let serious = findings.iter().any(|f| f.severity > Severity::Pass);
    if !serious {
        let judged = counts.total - counts.skip;
        let calm = match judged {
            0 => "No case could be judged: too few rows, or nothing to compare.".to_owned(),
            _ if let_be > 0 => format!(
                "Nothing fails beyond the {} {} accepted or known.",
                spaced(let_be),
                plural(let_be, "case that is", "cases that are")
            ),
            n => format!("None of {} judged {} shows a difference larger than noise.", spaced(n), plural(n, "case", "cases")),
        };
        return performance.map_or(calm.clone(), |p| format!("{p}. {calm}"));
    }
    let mut parts: Vec<String> = Vec::new();
    let first = |categories: &[Category]| findings.iter().find(|f| categories.contains(&f.category));
    if let Some(weak) = first(&[Category::SubsetPerformance, Category::SubsetPerformanceDegradation]) {
        parts.push(format!("it is weakest where {}", weak.title));
    }
    let drifted: Vec<&str> = named(findings, Category::Drift);
    match drifted.as_slice() {
        [] => {}
        [one] => parts.push(format!("{one} has drifted")),
        [a, b] => parts.push(format!("{a} and {b} have drifted")),
        [a, rest @ ..] => parts.push(format!("{a} and {} more have drifted", rest.len())),
    }
    match named(findings, Category::AbnormalInputs).as_slice() {
        [] => {}
        [one] => parts.push(format!("{one} holds values unlike the reference's")),
        [a, rest @ ..] => {
            let hold = plural(rest.len() as u64, "holds", "hold");
            parts.push(format!("{a} and {} more {hold} values unlike the reference's", rest.len()));
        }
    }
    if let Some(f) = findings.first().filter(|_| parts.is_empty()) {
        let sentence = f.sentence.trim_end_matches('.');
        return match performance {
            Some(p) => format!("{p}. {sentence}."),
            None => format!("{sentence}."),
        };
    }
    let joined = match parts.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
    };
    match performance {
        Some(p) => format!("{p}; {joined}."),
        None => format!("{}.", capitalised(&joined)),
    }
}

/// The features that findings of a category are about, in their order, each once.
fn named(findings: &[Finding], category: Category) -> Vec<&str> {
    let mut names = Vec::new();
    for f in findings.iter().filter(|f| f.category == category && f.severity > Severity::Pass) {
        if let Some(name) = f.features.first().map(String::as_str).filter(|n| !names.contains(n)) {
            names.push(name);
        }
    }
    names
}

fn describe(metric: &ModelMetric) -> String {
    let (from, to) = (metric.reference.unwrap_or(f64::NAN), metric.evaluation.unwrap_or(f64::NAN));
    let (name, worse) = (&metric.name, metric.severity > Severity::Pass);
    match (worse, metric.better) {
        (true, Better::Lower) => format!("{name} rises from {from:.3} to {to:.3}"),
        (true, _) if to > from => format!("{name} goes from {from:.3} to {to:.3}"),
        (true, _) => format!("{name} falls from {from:.3} to {to:.3}"),
        (false, _) => format!("{name} holds at {to:.3} (reference {from:.3})"),
    }
}

const fn plural<'a>(n: u64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use straingauge_api::Unit;

    use super::*;

    fn accuracy(reference: f64, evaluation: f64, severity: Severity) -> ModelMetric {
        ModelMetric {
            id: "accuracy".into(),
            name: "Accuracy".into(),
            better: Better::Higher,
            unit: Unit::Score,
            reference: Some(reference),
            evaluation: Some(evaluation),
            severity,
        }
    }

    fn finding(category: Category, title: &str, feature: &str) -> Finding {
        Finding {
            title: title.into(),
            sentence: "It is so.".into(),
            severity: Severity::Alert,
            severity_score: 1.2,
            category,
            lead: "x".into(),
            cases: vec![],
            features: vec![feature.into()],
            rows: None,
            regain: None,
        }
    }

    #[test]
    fn tells_the_fall_the_place_and_the_change() {
        let findings = [finding(Category::SubsetPerformance, "words ≤ 4.6", "words"), finding(Category::Drift, "city", "city")];
        let text = headline(&[accuracy(0.985, 0.61, Severity::Alert)], &findings, Counts::default(), 0);
        assert_eq!(text, "Accuracy falls from 0.985 to 0.610; it is weakest where words ≤ 4.6, and city has drifted.");
    }

    #[test]
    fn is_calm_where_nothing_fails() {
        let text = headline(&[accuracy(0.81, 0.809, Severity::Pass)], &[], Counts { total: 1240, skip: 6, ..Counts::default() }, 0);
        assert_eq!(
            text,
            "Accuracy holds at 0.809 (reference 0.810). None of 1\u{202f}234 judged cases shows a difference larger than noise."
        );
    }
}
