//! Failing cases that belong together, as one thing to look at.
//!
//! Two cases belong together when they are about the same features, or when at least 80 % of the rows of each are rows of the
//! other. A group is named after its most specific case: a slice before a feature, a feature before the whole.
//!
//! Groups are made of all cases that fail, whoever lets them be; findings are told of those in them that nobody does.

use std::collections::BTreeMap;

use straingauge_api::{Batch, Case, Category, Finding, Severity, Suggestion};

use super::document::worst_first;
use super::model_metrics::metric_of;
use super::rows::Bitmap;

/// The share of rows that two cases must share to be one finding.
const SHARED_ROWS: f64 = 0.8;

/// A failing case with the rows it is about.
pub struct Failing<'a> {
    /// The case.
    pub case: &'a Case,
    /// The evaluation rows it is about; absent where it is about all or none in particular.
    pub rows: Option<&'a Bitmap>,
}

/// Groups failing cases: their ids, group by group.
pub fn group(failing: &[Failing<'_>]) -> Vec<Vec<String>> {
    let mut root: Vec<usize> = (0..failing.len()).collect();
    for (i, a) in failing.iter().enumerate() {
        for (j, b) in failing.iter().enumerate().skip(i + 1) {
            if belong_together(a, b) {
                let (from, to) = (find(&root, j), find(&root, i));
                for r in root.iter_mut().filter(|r| **r == from) {
                    *r = to;
                }
            }
        }
    }
    let members = |leader| failing.iter().zip(&root).filter(move |&(_, &r)| r == leader).map(|(f, _)| f.case.id.clone());
    (0..failing.len()).filter(|&i| find(&root, i) == i).map(|leader| members(leader).collect()).collect()
}

/// What the groups come to, worst first, as far as their cases fail.
pub fn findings(groups: &[Vec<String>], batches: &[Batch]) -> Vec<Finding> {
    let failing =
        batches.iter().flat_map(|b| b.cases.iter().filter(|c| c.severity > Severity::Pass).map(|c| (c.id.as_str(), (c, b.category))));
    let by_id: BTreeMap<&str, Member<'_>> = failing.collect();
    let of_group = |ids: &Vec<String>| {
        let mut members: Vec<Member<'_>> = ids.iter().filter_map(|id| by_id.get(id.as_str()).copied()).collect();
        members.sort_by(|a, b| worst_first(a.0, b.0));
        Some((finding(&members)?, members.first()?.0))
    };
    let mut findings: Vec<(Finding, &Case)> = groups.iter().filter_map(of_group).collect();
    // Groups stand in the order of their worst case, whichever leads them.
    findings.sort_by(|(_, a), (_, b)| worst_first(a, b));
    findings.into_iter().map(|(finding, _)| finding).collect()
}

/// A case with its category.
type Member<'a> = (&'a Case, Category);

fn find(root: &[usize], i: usize) -> usize {
    root.get(i).copied().unwrap_or(i)
}

fn belong_together(a: &Failing<'_>, b: &Failing<'_>) -> bool {
    if a.case.features == b.case.features {
        return true;
    }
    match (a.rows, b.rows) {
        (Some(x), Some(y)) => {
            let both = x.count_both(y) as f64;
            both > 0.0 && both >= SHARED_ROWS * x.count().max(y.count()) as f64
        }
        _ => false,
    }
}

fn finding(members: &[Member<'_>]) -> Option<Finding> {
    let worst = members.first()?.0.severity;
    let &(case, category) = members.iter().filter(|m| m.0.severity == worst).min_by_key(|m| plainness(m.0))?;
    let cases = || members.iter().map(|m| m.0);
    // Among equally specific cases the one that would lead, so that title and sentence name the same part.
    let specific = cases().min_by_key(|c| (c.subset.is_none(), c.features.is_empty(), c.severity < worst, plainness(c)))?;
    let title = match (&specific.subset, specific.features.as_slice()) {
        (_, []) => "All rows".to_owned(),
        (Some(subset), [feature]) => condition(feature, subset),
        (_, features) => features.join(" × "),
    };
    // The lead's own metric where it has one; else that of the plainest case which knows.
    let plainest = || cases().filter(|c| c.regain.is_some()).min_by_key(|c| plainness(c));
    let regain = case.regain.as_ref().or_else(|| plainest()?.regain.as_ref());
    let mut features: Vec<String> = Vec::new();
    for feature in cases().flat_map(|c| &c.features) {
        if !features.contains(feature) {
            features.push(feature.clone());
        }
    }
    Some(Finding {
        title,
        sentence: case.sentence.clone(),
        severity: worst,
        severity_score: members.first()?.0.severity_score,
        category,
        lead: case.id.clone(),
        cases: cases().map(|c| c.id.clone()).collect(),
        features,
        rows: case.rows.as_ref().map(|r| r.count),
        regain: regain.cloned(),
    })
}

/// How far a case is from what a reader cares about most, within one severity: how often the model is right, or how far it is
/// off, comes first; other metrics by labels next; the model's own confidence last. Equals keep the order of severity.
fn plainness(case: &Case) -> u8 {
    match metric_of(&case.id) {
        "accuracy" | "multiclass_accuracy" | "rmse" => 0,
        "f1" | "macro_f1" | "mae" => 1,
        "average_confidence" | "average_thresholded_confidence" => 3,
        _ => 2,
    }
}

/// `feature ≤ 4.6`, `feature = Travel`.
fn condition(feature: &str, subset: &str) -> String {
    let is_range = subset.starts_with(['≤', '>', '<', '≥']) || subset.contains(" – ");
    match subset {
        "missing" => format!("{feature} missing"),
        "present" => format!("{feature} present"),
        _ if is_range => format!("{feature} {subset}"),
        _ => format!("{feature} = {subset}"),
    }
}

/// One hint a finding: its sentence and what to do about it, worst first, at most `most` a category.
pub fn suggestions(findings: &[Finding], most: usize) -> Vec<Suggestion> {
    let mut given = std::collections::BTreeMap::<Category, usize>::new();
    (findings.iter())
        .filter(|f| {
            let n = given.entry(f.category).or_default();
            *n += 1;
            *n <= most
        })
        .map(|f| Suggestion { category: f.category, text: format!("{} {}", f.sentence, advice(f)), case: f.lead.clone() })
        .collect()
}

fn advice(finding: &Finding) -> String {
    let what = finding.features.first().map_or("the data", String::as_str);
    match finding.category {
        Category::ModelPerformance => {
            "Check first that both sets are what they should be: a reference that the model was trained on makes any honest evaluation look bad.".to_owned()
        }
        Category::SubsetPerformance => {
            let gain = finding.regain.as_ref().map(|r| format!(" If they did as well as the rest, {} would go from {:.3} to {:.3}.", r.name, r.from, r.to));
            format!("Look at these rows, then collect more like them or give the model a feature that tells them apart.{}", gain.unwrap_or_default())
        }
        Category::SubsetPerformanceDegradation => "Find out what changed for these rows since the reference was taken, before retraining on them.".to_owned(),
        Category::Drift => format!("Ask whether {what} is still collected the same way; if the change is real, retrain or reweight."),
        Category::AbnormalInputs => format!("Decide what the model should do with such values of {what}: repair them upstream, or refuse them."),
        Category::DataCleanliness => "Mend the data before reading anything into the model's figures.".to_owned(),
        Category::BiasAndFairness => "Look at who is behind this group before changing a threshold for it.".to_owned(),
        Category::Transformations | Category::Adversarial => "Train with such edits, or normalise texts before the model sees them.".to_owned(),
        Category::DataPoisoningDetection | Category::EvasionAttackDetection => "Trace where these rows came from.".to_owned(),
        Category::Custom => "Ask what this check was written for.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_leads_and_confidence_comes_last() {
        let of = |id: &str| {
            let case = serde_json::json!({
                "id": id, "features": [], "family": "", "kind": "difference", "status": "FAIL", "severity": "ALERT", "reason": null, "sentence": "",
                "statistic": null, "statisticUnit": "score", "effect": null, "effectUnit": "score", "ciLow": null, "ciHigh": null, "pValue": null,
                "qValue": null, "thresholds": null, "severityScore": 1.0, "severityScoreLow": 1.0, "evident": true, "method": "",
                "nReference": null, "nEvaluation": null, "subset": null, "weakness": null, "rows": null, "figure": null
            });
            plainness(&serde_json::from_value(case).unwrap())
        };
        assert_eq!(of("subset_performance:subset_multiclass_accuracy[text.TokenCount]"), 0);
        assert_eq!(of("subset_performance_degradation:subset_drift_macro_f1[city]"), 1);
        assert_eq!(of("model_performance:log_loss"), 2);
        assert_eq!(of("subset_performance:subset_average_confidence[city]"), 3);
    }

    #[test]
    fn conditions_read_well() {
        assert_eq!(condition("x", "≤ 4.6"), "x ≤ 4.6");
        assert_eq!(condition("x", "4.6 – 5"), "x 4.6 – 5");
        assert_eq!(condition("city", "Lima"), "city = Lima");
        assert_eq!(condition("city", "missing"), "city missing");
    }
}
