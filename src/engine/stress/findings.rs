//! Failing cases that belong together, as one thing to look at.
//!
//! Two cases belong together when
//! - they are about the same feature, or about measures of the same text and of the same realm (a change of the data, a weakness
//!   of the model): a text that changes changes in all its measures at once;
//! - they are about all rows and say the same: how the model does with its labels and predictions is one thing, every other
//!   test of all rows its own;
//! - at least 80 % of the rows of each are rows of the other.
//!
//! A weakness whose rows lie, to 80 %, within those of another weakness of at most half of all rows is explained by it, and joins the worst
//! such one: a slice within a subset, a stand-in for a condition.
//!
//! Rows that somebody planted (probes, flipped labels) lie where the row lies of which they are copies: a weakness that holds nearly all of
//! them, and consists of them to a fifth, is a consequence, and they lead the group.
//!
//! Where a subset of at most half of the rows makes three quarters of a change over all rows, that change is a consequence, and the subset leads;
//! unless the labels or the model's answers have moved as a whole.
//!
//! A case about several features (a pair that no longer goes together, a slice of two conditions) joins the worst case about
//! one of them, since a feature that changed has changed in all its pairs; without such a case it joins others that share a
//! feature. What sums up all columns joins the worst of those columns. A group is named after its most specific case: a slice
//! before a feature, a feature before the whole.
//!
//! Groups are made of all cases that fail, whoever lets them be; findings are told of those in them that nobody does.

use std::collections::BTreeMap;

use straingauge_api::{Batch, Case, Category, Finding, Severity, Suggestion, Unit};
use straingauge_charts::format::together;

use super::document::worst_first;
use super::model_metrics::{definition, metric_of};
use super::performance::lower_first;
use super::rows::Bitmap;

/// The share of rows that two cases must share to be one finding.
const SHARED_ROWS: f64 = 0.8;

/// The largest share of all rows whose weakness can explain another: within more than half of the rows nearly everything lies.
const EXPLAINS: f64 = 0.5;

/// The share of a weakness's rows from which on planted rows among them explain it.
const PLANTED_SHARE: f64 = 0.2;

/// The share of a change over all rows that a subset must make to explain it.
const EXPLAINED: f64 = 0.75;

/// A failing case with the rows it is about.
pub struct Failing<'a> {
    /// The case.
    pub case: &'a Case,
    /// The evaluation rows it is about; absent where it is about all or none in particular.
    pub rows: Option<&'a Bitmap>,
}

/// Groups failing cases: their ids, group by group. `text_of` names the text column in which a feature is measured.
pub fn group(failing: &[Failing<'_>], text_of: &dyn Fn(&str) -> Option<String>) -> Vec<Vec<String>> {
    let mut root: Vec<usize> = (0..failing.len()).collect();
    let join = |root: &mut Vec<usize>, a: usize, b: usize| {
        let (from, to) = (find(root, a.max(b)), find(root, a.min(b)));
        for r in root.iter_mut().filter(|r| **r == from) {
            *r = to;
        }
    };
    let about: Vec<Vec<String>> =
        failing.iter().map(|f| f.case.features.iter().map(|name| text_of(name).unwrap_or_else(|| name.clone())).collect()).collect();
    let hosts: Vec<Option<usize>> = (0..failing.len()).map(|i| host(failing, &about, i)).collect();
    for (i, (a, on_a)) in failing.iter().zip(&about).enumerate() {
        if let Some(Some(host)) = hosts.get(i) {
            join(&mut root, i, *host);
        }
        for (j, (b, on_b)) in failing.iter().zip(&about).enumerate().skip(i + 1) {
            let (x, y) = (a.case, b.case);
            let free = || matches!((hosts.get(i), hosts.get(j)), (Some(None), Some(None))) && realm(x) == realm(y);
            let alike = x.features == y.features && (!x.features.is_empty() || topic(x) == topic(y));
            let same = alike
                || match (x.features.len(), y.features.len()) {
                    (1, 1) => realm(x) == realm(y) && on_a == on_b,
                    (0 | 1, _) | (_, 0 | 1) => false,
                    _ => free() && on_a.iter().any(|name| on_b.contains(name)),
                };
            if same || share_rows(a, b) {
                join(&mut root, i, j);
            }
        }
    }
    if let Some((whole, part)) = explained(failing) {
        join(&mut root, whole, part);
    }
    let members = |leader| failing.iter().zip(&root).filter(move |&(_, &r)| r == leader).map(|(f, _)| f.case.id.clone());
    (0..failing.len()).filter(|&i| find(&root, i) == i).map(|leader| members(leader).collect()).collect()
}

/// The worst case about one feature of which case `at`, about several or about all, is a consequence.
fn host(failing: &[Failing<'_>], about: &[Vec<String>], at: usize) -> Option<usize> {
    let own = failing.get(at)?;
    if let Some(planted) = failing.iter().position(|other| consists_of_planted(own, other)) {
        return Some(planted);
    }
    let (case, names) = (own.case, about.get(at)?);
    let fits = |other: &Case, on: &[String]| match (names.as_slice(), test_of(&case.id)) {
        ([], "drift:nulls_per_row_drift") => test_of(&other.id) == "drift:nulls_per_feature_drift",
        ([], "drift:domain_classifier") => other.id.starts_with("drift:") && !on.is_empty(),
        ([_, _, ..], _) => realm(other) == realm(case) && on.iter().all(|name| names.contains(name)),
        _ => false,
    };
    let singles = failing.iter().zip(about).enumerate().filter(|(_, (f, on))| f.case.features.len() == 1 && fits(f.case, on));
    let of_feature = singles.min_by(|a, b| worst_first(a.1.0.case, b.1.0.case)).map(|(i, _)| i);
    of_feature.or_else(|| {
        let around = failing.iter().enumerate().filter(|(i, other)| *i != at && lies_within(own, other));
        around.min_by(|a, b| worst_first(a.1.case, b.1.case)).map(|(i, _)| i)
    })
}

/// Says whether a weakness lies within the rows of another, larger one.
fn lies_within(own: &Failing<'_>, other: &Failing<'_>) -> bool {
    match (own.rows, other.rows) {
        (Some(a), Some(b)) if is_weakness(own.case) && is_weakness(other.case) => {
            let (own, around) = (a.count() as f64, b.count() as f64);
            own > 0.0 && own < around && around <= EXPLAINS * b.rows() as f64 && a.count_both(b) as f64 >= SHARED_ROWS * own
        }
        _ => false,
    }
}

/// The places of the leading change over all rows and of the worst subset that explains it.
fn explained(failing: &[Failing<'_>]) -> Option<(usize, usize)> {
    let of_all = || failing.iter().enumerate().filter(|(_, f)| is_whole(f.case));
    if of_all().any(|(_, f)| f.case.id.starts_with("drift:")) {
        return None;
    }
    let (whole, lead) = of_all().min_by_key(|(_, f)| (std::cmp::Reverse(f.case.severity), plainness(f.case)))?;
    let parts = failing.iter().enumerate().filter(|(_, f)| {
        let rows = f.rows.is_some_and(|rows| rows.count() as f64 <= EXPLAINS * rows.rows() as f64);
        rows && part_of_change(f.case, metric_of(&lead.case.id)) >= EXPLAINED
    });
    parts.min_by(|a, b| worst_first(a.1.case, b.1.case)).map(|(part, _)| (whole, part))
}

/// The share of a metric's change over all rows that would not be there had a subset changed no more than the rest; 0 where it is not known.
fn part_of_change(case: &Case, metric: &str) -> f64 {
    let before = case.metrics.iter().find(|m| m.metric.strip_prefix("reference_") == Some(metric)).and_then(|m| m.value);
    match (&case.regain, before) {
        (Some(regain), Some(before)) if regain.metric == metric && regain.from != before => {
            (regain.from - regain.to) / (regain.from - before)
        }
        _ => 0.0,
    }
}

/// Says whether a case is about rows that somebody planted.
fn is_planted(case: &Case) -> bool {
    case.id.starts_with("evasion_attack_detection:stateful_black_box_detection") || case.id.starts_with("data_poisoning_detection:")
}

/// Says whether a weakness comes of planted rows among its own.
fn consists_of_planted(own: &Failing<'_>, planted: &Failing<'_>) -> bool {
    match (own.rows, planted.rows) {
        (Some(a), Some(b)) if is_weakness(own.case) && is_planted(planted.case) => {
            let both = a.count_both(b) as f64;
            both > 0.0 && both >= SHARED_ROWS * b.count() as f64 && both >= PLANTED_SHARE * a.count() as f64
        }
        _ => false,
    }
}

fn is_whole(case: &Case) -> bool {
    case.features.is_empty() && topic(case) == "model_performance"
}

fn is_weakness(case: &Case) -> bool {
    case.id.starts_with("subset_performance")
}

fn test_of(id: &str) -> &str {
    id.split(['[', '#']).next().unwrap_or(id)
}

/// Whether a case is about the model (where it is weak or unfair) or about the data (what changed, what is wrong with them).
fn realm(case: &Case) -> bool {
    ["model_performance:", "subset_performance", "bias_and_fairness:"].iter().any(|category| case.id.starts_with(category))
}

/// What a case about all rows says.
fn topic(case: &Case) -> &str {
    match test_of(&case.id) {
        "drift:label_drift" | "drift:prediction_drift" | "drift:predicted_label_drift" => "model_performance",
        test if test.starts_with("model_performance:") => "model_performance",
        test => test,
    }
}

fn share_rows(a: &Failing<'_>, b: &Failing<'_>) -> bool {
    match (a.rows, b.rows) {
        (Some(x), Some(y)) => {
            let both = x.count_both(y) as f64;
            both > 0.0 && both >= SHARED_ROWS * x.count().max(y.count()) as f64
        }
        _ => false,
    }
}

/// What the groups come to, worst first, as far as their cases fail.
pub fn findings(groups: &[Vec<String>], batches: &[Batch]) -> Vec<Finding> {
    let failing = batches.iter().flat_map(|b| b.cases.iter().filter(|c| c.severity > Severity::Pass).map(move |c| (c.id.as_str(), (c, b))));
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

/// A case with its test.
type Member<'a> = (&'a Case, &'a Batch);

fn find(root: &[usize], i: usize) -> usize {
    root.get(i).copied().unwrap_or(i)
}

fn finding(members: &[Member<'_>]) -> Option<Finding> {
    let worst = members.first()?.0.severity;
    // A subset stands before the whole that it explains.
    let leads = |m: &&Member<'_>| (is_whole(m.0) && members.iter().any(|o| is_weakness(o.0) && o.0.severity == worst), plainness(m.0));
    let &(case, batch) = members.iter().filter(|m| m.0.severity == worst).min_by_key(leads)?;
    let cases = || members.iter().map(|m| m.0);
    // Among equally specific cases the one that would lead, so that title and sentence name the same part: a weakness of short texts is no
    // name for a text whose letters changed. A cause gives its own name.
    let named = || cases().filter(|c| realm(c) == realm(case) || c.features == case.features);
    let most_specific = || named().min_by_key(|c| (c.subset.is_none(), c.features.is_empty(), c.severity < worst, plainness(c)));
    let specific = if is_planted(case) { case } else { most_specific()? };
    let title = match (&specific.subset, specific.features.as_slice()) {
        (_, []) if topic(case) == "model_performance" => "All rows".to_owned(),
        (_, []) => batch.name.clone(),
        (Some(subset), [feature]) => condition(feature, subset),
        // A slice says all of its conditions, a crossing its values alone.
        (Some(subset), [first, ..]) if subset.contains(first.as_str()) => subset.replace(" ∧ ", " and "),
        (Some(subset), features) => format!("{} = {subset}", features.join(" × ")),
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
        category: batch.category,
        lead: case.id.clone(),
        cases: cases().map(|c| c.id.clone()).collect(),
        features,
        rows: case.rows.as_ref().map(|r| r.count),
        regain: regain.cloned(),
    })
}

/// How far a case is from what a reader cares about most, within one severity: how often the model is right, or how far it is
/// off, comes first; other metrics by labels next; the model's own confidence last. Equals keep the order of severity. Planted rows stand
/// before what they cause.
fn plainness(case: &Case) -> u8 {
    match metric_of(&case.id) {
        _ if is_planted(case) => 0,
        "accuracy" | "multiclass_accuracy" | "rmse" => 1,
        "f1" | "macro_f1" | "mae" => 2,
        "average_confidence" | "average_thresholded_confidence" => 4,
        _ => 3,
    }
}

/// `feature ≤ 4.6`, `feature in 4.6 – 5`, `feature = Travel`.
fn condition(feature: &str, subset: &str) -> String {
    let is_bound = subset.starts_with(['≤', '>', '<', '≥']);
    match subset {
        "missing" => format!("{feature} is missing"),
        "present" => format!("{feature} is present"),
        _ if is_bound => format!("{feature} {subset}"),
        _ if subset.contains(" – ") => format!("{feature} in {subset}"),
        _ => format!("{feature} = {subset}"),
    }
}

/// One hint a finding: what to do about it, worst first, at most `most` a category. The finding itself says what was seen.
pub fn suggestions(findings: &[Finding], most: usize) -> Vec<Suggestion> {
    let mut given = std::collections::BTreeMap::<Category, usize>::new();
    (findings.iter())
        .filter(|f| {
            let n = given.entry(f.category).or_default();
            *n += 1;
            *n <= most
        })
        .map(|f| Suggestion { category: f.category, text: advice(f), case: f.lead.clone() })
        .collect()
}

fn advice(finding: &Finding) -> String {
    let what = finding.features.first().map_or("the data", String::as_str);
    let place = &finding.title;
    match finding.category {
        Category::ModelPerformance => {
            "Check first that both sets are what they should be: a reference that the model was trained on makes any honest evaluation look bad.".to_owned()
        }
        Category::SubsetPerformance => {
            let gain = finding.regain.as_ref().map(|r| {
                let [from, to] = together([r.from, r.to], unit_of(&r.metric));
                format!(" If they did as well as the rest, {} would go from {from} to {to}.", lower_first(&r.name))
            });
            format!("Look at the rows where {place}, then collect more like them or give the model a feature that tells them apart.{}", gain.unwrap_or_default())
        }
        Category::SubsetPerformanceDegradation => {
            format!("Find out what changed for the rows where {place} since the reference was taken, before you retrain on them.")
        }
        Category::Drift => match test_of(&finding.lead) {
            "drift:prediction_drift" | "drift:predicted_label_drift" => {
                "The model's own output has moved: look at the features that have drifted and, where there are labels, at its performance.".to_owned()
            }
            "drift:label_drift" => {
                "Ask whether labels are still given the same way; if the change is real, recalibrate the model or train it again.".to_owned()
            }
            _ => {
                let is = if finding.features.is_empty() { "are" } else { "is" };
                format!("Ask whether {what} {is} still collected the same way; if the change is real, retrain or reweight.")
            }
        },
        Category::AbnormalInputs => format!("Decide what the model should do with such values of {what}: repair them upstream, or refuse them."),
        Category::DataCleanliness => format!("Repair the data first ({place}): what the model's figures say rests on them."),
        Category::BiasAndFairness => format!("Look at who is behind {place} before you change a threshold."),
        Category::Transformations | Category::Adversarial => "Train with such edits, or normalise texts before the model sees them.".to_owned(),
        Category::DataPoisoningDetection | Category::EvasionAttackDetection => "Trace where these rows came from.".to_owned(),
        Category::Custom => format!("Ask what this check was written for ({place})."),
    }
}

/// The unit of a metric by its id; a custom metric's numbers are plain.
fn unit_of(metric: &str) -> Unit {
    definition(metric).map_or(Unit::Number, |d| d.unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: &str, strain: f64) -> Case {
        let features: Vec<&str> = id
            .split_once('[')
            .map_or(Vec::new(), |(_, rest)| rest.split([']', ',']).map(str::trim).filter(|name| !name.is_empty()).collect());
        let case = serde_json::json!({
            "id": id, "features": features, "family": "", "kind": "difference", "status": "FAIL", "severity": "ALERT", "reason": null,
            "sentence": "", "statistic": null, "statisticUnit": "score", "effect": null, "effectUnit": "score", "ciLow": null, "ciHigh": null,
            "pValue": null, "qValue": null, "thresholds": null, "severityScore": strain, "severityScoreLow": strain, "evident": true,
            "method": "", "nReference": null, "nEvaluation": null, "subset": null, "weakness": null, "rows": null, "figure": null
        });
        serde_json::from_value(case).unwrap()
    }

    /// Groups by id alone, each worst first.
    fn grouped(cases: &[(&str, f64)]) -> Vec<Vec<String>> {
        let cases: Vec<Case> = cases.iter().map(|(id, strain)| case(id, *strain)).collect();
        let failing: Vec<Failing<'_>> = cases.iter().map(|case| Failing { case, rows: None }).collect();
        group(&failing, &|name| name.split_once('.').map(|(text, _)| text.to_owned()))
    }

    #[test]
    fn a_text_that_changes_is_one_finding_and_its_weakness_another() {
        let groups = grouped(&[
            ("drift:feature_drift[text.TokenCount]", 1.5),
            ("drift:feature_drift[text.DigitShare]", 1.2),
            ("abnormal_inputs:unseen_unigram[text]", 1.1),
            ("subset_performance:subset_accuracy[text.UrlCount]", 1.3),
            ("subset_performance:subset_accuracy[text.ReadingEase]", 1.3),
            ("drift:feature_drift[city]", 1.3),
        ]);
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2, 1]);
    }

    #[test]
    fn pairs_and_slices_join_the_worst_of_their_features() {
        let groups = grouped(&[
            ("drift:feature_drift[mass]", 1.2),
            ("drift:feature_drift[age]", 1.6),
            ("drift:correlation_drift_feature_to_feature[mass, age]", 1.8),
            ("drift:correlation_drift_feature_to_feature[height, mass]", 1.9),
            ("drift:correlation_drift_feature_to_feature[rate, income]", 1.9),
            ("drift:mutual_information_drift_feature_to_feature[rate, visits]", 1.9),
            ("subset_performance:worst_slices[age, plan]", 1.9),
            ("subset_performance:subset_accuracy[plan]", 1.1),
        ]);
        let ends: Vec<Vec<&str>> = groups.iter().map(|g| g.iter().map(|id| id.split_once('[').unwrap().1).collect()).collect();
        assert_eq!(
            ends,
            [
                vec!["mass]", "height, mass]"],
                vec!["age]", "mass, age]"],
                vec!["rate, income]", "rate, visits]"],
                vec!["age, plan]", "plan]"]
            ]
        );
    }

    #[test]
    fn a_weakness_within_another_is_explained_by_it() {
        let ids =
            ["subset_performance:subset_accuracy[channel]", "subset_performance:subset_accuracy[length]", "drift:feature_drift[city]"];
        let cases: Vec<Case> = ids.iter().zip([1.4, 1.9, 1.2]).map(|(id, strain)| case(id, strain)).collect();
        let rows = |from: u32, to: u32| Bitmap::new(&super::super::RowSet::Rows((from..to).collect()), 1000);
        let of = |sets: [Bitmap; 3]| {
            let failing: Vec<Failing<'_>> = cases.iter().zip(&sets).map(|(case, rows)| Failing { case, rows: Some(rows) }).collect();
            group(&failing, &|_| None).len()
        };
        // Ninety of a hundred rows lie within the three hundred: one weakness. What changed in the data within them is another thing.
        assert_eq!(of([rows(0, 300), rows(210, 310), rows(0, 60)]), 2);
        assert_eq!(of([rows(0, 300), rows(230, 330), rows(900, 950)]), 3);
        // Within most of all rows everything lies.
        assert_eq!(of([rows(0, 600), rows(200, 300), rows(900, 950)]), 3);
    }

    #[test]
    fn a_subset_that_makes_the_change_of_all_rows_leads_it() {
        let moved = |id: &str, strain: f64, to: f64| Case {
            regain: serde_json::from_value(serde_json::json!({ "metric": "accuracy", "name": "Accuracy", "from": 0.8, "to": to })).unwrap(),
            metrics: serde_json::from_value(
                serde_json::json!([{ "kind": "SUBSET_DETAILS", "metric": "reference_accuracy", "value": 0.9 }]),
            )
            .unwrap(),
            ..case(id, strain)
        };
        let of = |to: f64, rows: u32, others: &[&str]| {
            let mut cases = vec![
                case("model_performance:accuracy", 1.9),
                moved("subset_performance_degradation:subset_drift_accuracy[region]", 1.2, to),
            ];
            cases.extend(others.iter().map(|id| case(id, 1.0)));
            let bitmap = Bitmap::new(&super::super::RowSet::Rows((0..rows).collect()), 1000);
            let failing: Vec<Failing<'_>> =
                cases.iter().enumerate().map(|(i, case)| Failing { case, rows: (i == 1).then_some(&bitmap) }).collect();
            group(&failing, &|_| None).len()
        };
        assert_eq!(of(0.89, 300, &[]), 1);
        // Half of the fall; most of the rows; a fall that comes with other labels.
        assert_eq!(of(0.85, 300, &[]), 2);
        assert_eq!(of(0.89, 600, &[]), 2);
        assert_eq!(of(0.89, 300, &["drift:label_drift"]), 2);
    }

    #[test]
    fn planted_rows_lead_the_weaknesses_that_they_make() {
        let ids = ["evasion_attack_detection:stateful_black_box_detection", "subset_performance:subset_accuracy[device]"];
        let cases: Vec<Case> = ids.iter().zip([1.2, 1.9]).map(|(id, strain)| case(id, strain)).collect();
        let rows = |from: u32, to: u32| Bitmap::new(&super::super::RowSet::Rows((from..to).collect()), 1000);
        let of = |sets: [Bitmap; 2]| {
            let failing: Vec<Failing<'_>> = cases.iter().zip(&sets).map(|(case, rows)| Failing { case, rows: Some(rows) }).collect();
            group(&failing, &|_| None).len()
        };
        assert_eq!(of([rows(300, 360), rows(200, 400)]), 1);
        // Half of the probes are elsewhere; or a subset of a thousand rows that hardly notices them.
        assert_eq!(of([rows(370, 430), rows(200, 400)]), 2);
        assert_eq!(of([rows(300, 360), rows(0, 1000)]), 2);
    }

    #[test]
    fn what_concerns_all_rows_is_told_apart() {
        let groups = grouped(&[
            ("model_performance:accuracy", 1.2),
            ("drift:label_drift", 1.5),
            ("data_cleanliness:duplicate_rows", 1.4),
            ("drift:nulls_per_row_drift", 1.9),
            ("drift:nulls_per_feature_drift[rate]", 1.1),
        ]);
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 2]);
    }

    #[test]
    fn a_title_names_what_the_sentence_is_about() {
        let run = crate::report::sample::run();
        let letters = case("drift:character_drift[text]", 1.8);
        let mut short = case("subset_performance:subset_multiclass_accuracy[text.TokenCount]", 1.2);
        short.severity = Severity::Warning;
        short.subset = Some("≤ 4".into());
        let titled = |cases: [&Case; 2]| finding(&cases.map(|c| (c, &run.batches[1]))).map(|f| f.title);
        assert_eq!(titled([&letters, &short]).as_deref(), Some("text"));
        // Where the weakness leads, it gives its name; and a part of the same feature may name what changed in it.
        short.severity = Severity::Alert;
        assert_eq!(titled([&short, &case("drift:feature_drift[city]", 1.0)]).as_deref(), Some("text.TokenCount ≤ 4"));
    }

    #[test]
    fn accuracy_leads_and_confidence_comes_last() {
        let of = |id: &str| plainness(&case(id, 1.0));
        let order = [
            "evasion_attack_detection:stateful_black_box_detection",
            "subset_performance:subset_multiclass_accuracy[text.TokenCount]",
            "subset_performance_degradation:subset_drift_macro_f1[city]",
            "model_performance:log_loss",
            "subset_performance:subset_average_confidence[city]",
        ];
        assert!(order.is_sorted_by_key(|id| of(id)) && of(order[1]) < of(order[2]));
    }

    #[test]
    fn advice_does_not_repeat_the_finding_and_fits_what_it_is_about() {
        let of = |lead: &str, category, features: &[&str], title: &str| {
            let finding = Finding {
                title: title.into(),
                sentence: "It was seen.".into(),
                severity: Severity::Alert,
                severity_score: 1.0,
                category,
                lead: lead.into(),
                cases: vec![],
                features: features.iter().map(|&f| f.into()).collect(),
                rows: None,
                regain: None,
            };
            let text = suggestions(&[finding], 3).remove(0).text;
            assert!(!text.contains("It was seen"), "{text}");
            text
        };
        let output = of("drift:prediction_drift[P(0)]", Category::Drift, &["P(0)"], "P(0)");
        assert!(output.starts_with("The model's own output has moved") && !output.contains("collected"), "{output}");
        let label = of("drift:label_drift", Category::Drift, &[], "Label Drift");
        assert!(label.starts_with("Ask whether labels are still given the same way"), "{label}");
        assert!(of("drift:feature_drift[age]", Category::Drift, &["age"], "age").starts_with("Ask whether age is still collected"));
        assert!(of("drift:domain_classifier", Category::Drift, &[], "Domain").starts_with("Ask whether the data are still collected"));
        let slice = of("subset_performance:subset_accuracy[age]", Category::SubsetPerformance, &["age"], "age = 65+");
        assert!(slice.starts_with("Look at the rows where age = 65+, "), "{slice}");
    }

    #[test]
    fn conditions_read_well() {
        assert_eq!(condition("x", "≤ 4.6"), "x ≤ 4.6");
        assert_eq!(condition("x", "4.6 – 5"), "x in 4.6 – 5");
        assert_eq!(condition("city", "Lima"), "city = Lima");
        assert_eq!(condition("city", "missing"), "city is missing");
    }
}
