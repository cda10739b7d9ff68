//! Failing cases that belong together, as one thing to look at.
//!
//! Two cases belong together when they are about the same features, or when at least 80 % of the rows of each are rows of the
//! other. A group is named after its most specific case: a slice before a feature, a feature before the whole.

use straingauge_api::{Case, Category, Finding, Regain, Suggestion};

use super::document::{Judged, worst_first};
use super::model_metrics::metric_of;
use super::rows::Bitmap;

/// The share of rows that two cases must share to be one finding.
const SHARED_ROWS: f64 = 0.8;

/// A failing case with the rows it is about.
pub struct Failing<'a> {
    /// The case.
    pub judged: &'a Judged,
    /// Its category.
    pub category: Category,
    /// The evaluation rows it is about; absent where it is about all or none in particular.
    pub rows: Option<&'a Bitmap>,
}

/// Groups failing cases, worst group first.
pub fn group(failing: &[Failing<'_>], metric_name: impl Fn(&str) -> String) -> Vec<Finding> {
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
    let mut findings: Vec<(Finding, &Case)> = (0..failing.len())
        .filter(|&i| find(&root, i) == i)
        .filter_map(|leader| {
            let mut members: Vec<&Failing<'_>> = failing.iter().zip(&root).filter(|&(_, &r)| r == leader).map(|(f, _)| f).collect();
            members.sort_by(|a, b| worst_first(&a.judged.case, &b.judged.case));
            finding(&members, &metric_name)
        })
        .collect();
    // Groups stand in the order of their worst case, whichever leads them.
    findings.sort_by(|(_, a), (_, b)| worst_first(a, b));
    findings.into_iter().map(|(finding, _)| finding).collect()
}

fn find(root: &[usize], i: usize) -> usize {
    root.get(i).copied().unwrap_or(i)
}

fn belong_together(a: &Failing<'_>, b: &Failing<'_>) -> bool {
    if a.judged.case.features == b.judged.case.features {
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

fn finding<'a>(members: &[&Failing<'a>], metric_name: &impl Fn(&str) -> String) -> Option<(Finding, &'a Case)> {
    let worst = members.first()?.judged.case.severity;
    let lead = members.iter().filter(|m| m.judged.case.severity == worst).min_by_key(|m| plainness(&m.judged.case))?;
    let case = &lead.judged.case;
    // Among equally specific cases the one that would lead, so that title and sentence name the same part.
    let specific = members
        .iter()
        .map(|m| &m.judged.case)
        .min_by_key(|c| (c.subset.is_none(), c.features.is_empty(), c.severity < worst, plainness(c)))?;
    let title = match (&specific.subset, specific.features.as_slice()) {
        (_, []) => "All rows".to_owned(),
        (Some(subset), [feature]) => condition(feature, subset),
        (_, features) => features.join(" × "),
    };
    // The lead's own metric where it has one; else that of the plainest case which knows.
    let plainest = || members.iter().filter(|m| m.judged.regain.is_some()).min_by_key(|m| plainness(&m.judged.case));
    let regain = lead.judged.regain.as_ref().or_else(|| plainest()?.judged.regain.as_ref());
    let mut features: Vec<String> = Vec::new();
    for feature in members.iter().flat_map(|m| &m.judged.case.features) {
        if !features.contains(feature) {
            features.push(feature.clone());
        }
    }
    let finding = Finding {
        title,
        sentence: case.sentence.clone(),
        severity: worst,
        severity_score: members.first()?.judged.case.severity_score,
        category: lead.category,
        lead: case.id.clone(),
        cases: members.iter().map(|m| m.judged.case.id.clone()).collect(),
        features,
        rows: lead.rows.map(Bitmap::count).or(case.rows.as_ref().map(|r| r.count)),
        regain: regain.map(|(metric, from, to)| Regain { metric: metric.clone(), name: metric_name(metric), from: *from, to: *to }),
    };
    Some((finding, &members.first()?.judged.case))
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
