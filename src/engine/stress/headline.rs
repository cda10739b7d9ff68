//! The run in one word and one sentence.
//!
//! The sentence is made of claims, and a claim is made of what the document says: nothing is said of a metric, a test or a model that was
//! not judged.

use std::fmt;

use straingauge_api::{
    Batch, Better, Case, Category, Finding, Judgement, Kind, ModelMetric, Outcome, Severity, SideInfo, Status, Unit, Weakness,
};
use straingauge_charts::format::{side_by_side, spaced, together};

use super::model_metrics::{WHOLE, definition, metric_of};
use super::performance::lower_first;
use crate::metrics::Metric;

/// The part of the model that a run judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tested {
    /// There was no model: a side has no predictions.
    NoModel,
    /// Predictions were there, but no metric of them was judged over all rows.
    NoMetric {
        /// Whether both sides have labels.
        labels: bool,
    },
    /// Metrics were judged that do without labels.
    Estimates,
    /// Metrics were judged that need labels, or that the caller brought.
    Metrics,
}

impl Tested {
    /// Reads it from what was judged.
    pub fn of(sides: [&SideInfo; 2], batches: &[Batch]) -> Self {
        if sides.iter().any(|s| s.predicted == 0) {
            return Self::NoModel;
        }
        // Subsets are held against all rows, or their change against that of all rows: whether the model as a whole is fit they do not say.
        let of_whole = |b: &&Batch| b.category == Category::ModelPerformance;
        let judged = batches.iter().filter(of_whole).filter(|b| b.cases.iter().any(|c| c.status != Status::Skip));
        // A metric without a good direction (the mean prediction) tells nothing of how well the model does.
        let needs_labels = judged.filter_map(|b| match definition(metric_of(&b.id)) {
            Some(d) => (d.better != Better::Neutral).then_some(d.labels),
            None => Some(true),
        });
        match needs_labels.max() {
            Some(true) => Self::Metrics,
            Some(false) => Self::Estimates,
            None => Self::NoMetric { labels: sides.iter().all(|s| s.labelled > 0) },
        }
    }
}

/// The run in one word: not ready where a case fails, caution where one warns (ready with limits where the model's own probabilities expect
/// all that warns), inconclusive where more differences could not be judged than
/// passed; ready only where the model was judged.
pub fn outcome(tested: Tested, batches: &[Batch]) -> Outcome {
    let cases = || batches.iter().flat_map(|b| &b.cases);
    let has = |status| cases().any(|c| c.status == status);
    let only_limits = cases().filter(|c| c.status == Status::Warning).all(|c| c.weakness == Some(Weakness::Expected));
    let of = |status| cases().filter(|c| c.kind == Kind::Difference && c.status == status).count();
    match tested {
        _ if has(Status::Fail) => Outcome::NotReady,
        _ if has(Status::Warning) && only_limits => Outcome::ReadyWithLimits,
        _ if has(Status::Warning) => Outcome::Caution,
        _ if of(Status::Skip) > of(Status::Pass) => Outcome::Inconclusive,
        _ if !has(Status::Pass) => Outcome::NotJudged,
        Tested::NoModel => Outcome::DataOnly,
        Tested::NoMetric { .. } => Outcome::NotJudged,
        Tested::Estimates | Tested::Metrics => Outcome::Ready,
    }
}

/// One thing that a headline says.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// No model was tested.
    NoModel,
    /// The model's performance over all rows was not tested.
    NoMetric {
        /// Whether both sides have labels.
        labels: bool,
    },
    /// Performance was judged without labels.
    OnlyEstimated,
    /// A metric stood or moved over all rows.
    Metric(MetricClaim),
    /// A part of the rows does worst.
    Weakest {
        /// The part: `age ≤ 25`.
        place: String,
        /// The subject of the clause: `it`, for a metric that was named before; another metric; `the model`.
        subject: String,
        /// In which way.
        way: Way,
    },
    /// Features have drifted.
    Drifted(Vec<String>),
    /// The model's output has drifted.
    OutputDrifted,
    /// Features have values that the reference did not lead to expect.
    Unusual(Vec<String>),
    /// The first finding, in its own words.
    First(String),
    /// Nothing was judged.
    NothingJudged,
    /// So many cases could not be judged.
    Skipped {
        /// Those that could not.
        skipped: u64,
        /// All.
        total: u64,
    },
    /// Nothing fails but what is accepted or known.
    OnlyWaived {
        /// Accepted cases.
        accepted: u64,
        /// Cases that the baseline knew.
        known: u64,
    },
    /// No difference among so many is evident.
    NoDifference {
        /// Differences that were judged.
        judged: u64,
    },
    /// The same where there was no model.
    DataAlike {
        /// Differences that were judged.
        judged: u64,
    },
    /// So many differences are evident and too small to warn.
    SmallDifferences(u64),
    /// None of so many cases warns or fails.
    NothingFails {
        /// Cases that were judged.
        judged: u64,
    },
}

/// In which way a part of the rows stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It does worse than all rows.
    Weak,
    /// It has become worse than before.
    Worsened,
    /// It has changed, neither for the better nor for the worse.
    Changed,
}

/// A metric over all rows, and what its test came to.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricClaim {
    /// The metric's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The unit of both values.
    pub unit: Unit,
    /// In the reference.
    pub reference: f64,
    /// In the evaluation.
    pub evaluation: f64,
    /// The direction in which it is better.
    pub better: Better,
    /// What its test came to.
    pub judged: Judgement,
}

impl MetricClaim {
    /// Says whether the evaluation is visibly better: by 0.03 of a score, by a tenth of another number. "Holds" would hide it.
    fn is_better(&self) -> bool {
        let gain = match self.better {
            Better::Higher => self.evaluation - self.reference,
            Better::Lower => self.reference - self.evaluation,
            Better::Neutral => 0.0,
        };
        gain >= if matches!(self.unit, Unit::Score | Unit::Share) { 0.03 } else { 0.1 * self.reference.abs() } && gain > 0.0
    }
}

impl fmt::Display for MetricClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        let [from, to] = &together([self.reference, self.evaluation], self.unit);
        let moved = if from == to {
            format!("{name} is {to} in both sets")
        } else {
            let way = if self.evaluation > self.reference { "rises" } else { "falls" };
            format!("{name} {way} from {from} to {to}")
        };
        match self.judged {
            Judgement::NotJudged => {
                let [from, to] = side_by_side([self.reference, self.evaluation], self.unit);
                write!(f, "{name} is {to} (reference {from}), which was not tested")
            }
            Judgement::Holds => {
                let [from, to] = side_by_side([self.reference, self.evaluation], self.unit);
                match (self.is_better(), self.better) {
                    (true, Better::Lower) => write!(f, "{name} has not risen: it is {to} (reference {from})"),
                    (true, _) => write!(f, "{name} has not fallen: it is {to} (reference {from})"),
                    (false, _) => write!(f, "{name} holds at {to} (reference {from})"),
                }
            }
            Judgement::Small => write!(f, "{moved}, too little to matter"),
            Judgement::Warns | Judgement::Fails => f.write_str(&moved),
            Judgement::Accepted => write!(f, "{moved}, which is accepted"),
            Judgement::Known => write!(f, "{moved}, which is known from the baseline"),
        }
    }
}

impl Claim {
    /// Whether it can stand behind another one in the same sentence.
    const fn is_clause(&self) -> bool {
        matches!(self, Self::Weakest { .. } | Self::Drifted(_) | Self::OutputDrifted | Self::Unusual(_))
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel => f.write_str("No model was tested"),
            Self::NoMetric { labels: true } => f.write_str("The model's performance over all rows was not tested"),
            Self::NoMetric { labels: false } => {
                f.write_str("Without labels in both sets the model's performance over all rows was not tested")
            }
            Self::OnlyEstimated => f.write_str("Performance is estimated without labels"),
            Self::Metric(metric) => metric.fmt(f),
            Self::Weakest { place, subject, way: Way::Weak } if subject == "it" || subject == THE_MODEL => {
                write!(f, "{subject} is weakest where {place}")
            }
            Self::Weakest { place, subject, way: Way::Weak } => write!(f, "{subject} is worst where {place}"),
            Self::Weakest { place, subject, way: Way::Worsened } => write!(f, "{subject} worsens most where {place}"),
            Self::Weakest { place, subject, way: Way::Changed } => write!(f, "{subject} changes most where {place}"),
            Self::Drifted(names) => write!(f, "{} {} drifted", listed(names), plural(names.len() as u64, "has", "have")),
            Self::OutputDrifted => f.write_str("the model's output has drifted"),
            Self::Unusual(names) => write!(f, "{} {} unusual values", listed(names), plural(names.len() as u64, "has", "have")),
            Self::First(sentence) => f.write_str(sentence.trim_end_matches('.')),
            Self::NothingJudged => f.write_str("No case could be judged: too few rows, or nothing to compare"),
            Self::Skipped { skipped, total } => write!(f, "{} of {} cases could not be judged", spaced(*skipped), spaced(*total)),
            Self::OnlyWaived { accepted, known } => {
                let cases = plural(accepted + known, "case", "cases");
                let is = plural(accepted + known, "is", "are");
                match (accepted, known) {
                    (n, 0) => write!(f, "Nothing fails beyond {} {cases} that {is} accepted", spaced(*n)),
                    (0, n) => write!(f, "Nothing fails beyond {} {cases} that {is} known from the baseline", spaced(*n)),
                    (a, k) => write!(f, "Nothing fails beyond {} accepted and {} known {cases}", spaced(*a), spaced(*k)),
                }
            }
            Self::NoDifference { judged } => write!(f, "{}", none_differs(*judged, "None")),
            Self::DataAlike { judged } => write!(f, "The data look alike: {}", none_differs(*judged, "none")),
            Self::SmallDifferences(1) => f.write_str("1 difference is real, but not large enough to matter"),
            Self::SmallDifferences(n) => write!(f, "{} differences are real, none is large enough to matter", spaced(*n)),
            Self::NothingFails { judged: 1 } => f.write_str("The only judged case passes"),
            Self::NothingFails { judged } => write!(f, "None of {} judged cases fails or warns", spaced(*judged)),
        }
    }
}

fn none_differs(judged: u64, none: &str) -> String {
    match judged {
        1 => format!("{} one judged comparison shows no difference larger than noise", if none == "None" { "The" } else { "the" }),
        n => format!("{none} of {} judged comparisons shows a difference larger than noise", spaced(n)),
    }
}

/// The claims of a run: how the model does, where it is weakest, what has changed; or that nothing fails, and how far that goes.
pub fn claims(tested: Tested, metrics: &[ModelMetric], findings: &[Finding], batches: &[Batch]) -> Vec<Claim> {
    let mut claims = of_model(tested, metrics);
    let serious: Vec<&Finding> = findings.iter().filter(|f| f.severity > Severity::Pass).collect();
    if serious.is_empty() {
        claims.extend(of_calm(tested, batches));
        return claims;
    }
    let before = claims.len();
    let weak = |c: Category| matches!(c, Category::SubsetPerformance | Category::SubsetPerformanceDegradation);
    let weakest = serious.iter().find(|f| weak(f.category)).map(|f| weakest(f, &claims, metrics));
    claims.extend(weakest);
    // The model's output is no feature.
    let (outputs, inputs): (Vec<&Finding>, Vec<&Finding>) = serious.iter().copied().partition(|f| is_of_output(&f.lead));
    claims.extend(named(&inputs, Category::Drift).map(Claim::Drifted));
    claims.extend((!outputs.is_empty()).then_some(Claim::OutputDrifted));
    claims.extend(named(&serious, Category::AbnormalInputs).map(Claim::Unusual));
    // What has been said of a metric is not said again.
    let is_said = |f: &Finding| claims.iter().any(|c| matches!(c, Claim::Metric(m) if f.lead == format!("{WHOLE}{}", m.id)));
    if claims.len() == before {
        let first = serious.iter().find(|f| !is_said(f)).map(|f| Claim::First(f.sentence.clone()));
        claims.extend(first);
    }
    claims
}

/// The part that a finding names, and what is weakest there.
fn weakest(finding: &Finding, before: &[Claim], metrics: &[ModelMetric]) -> Claim {
    let id = weak_metric(&finding.lead);
    let known = metrics.iter().find(|m| m.id == id).map(|m| (m.name.as_str(), m.better));
    let metric = known.or_else(|| definition(id).map(|d| (d.name, d.better)));
    let is_named = |name: &str| before.iter().any(|c| matches!(c, Claim::Metric(m) if m.name == name));
    let subject = match metric {
        Some((name, _)) if is_named(name) => "it".to_owned(),
        Some((name, _)) => lower_first(name),
        None => THE_MODEL.to_owned(),
    };
    let way = match (finding.category, metric) {
        (Category::SubsetPerformanceDegradation, Some((_, Better::Neutral))) => Way::Changed,
        (Category::SubsetPerformanceDegradation, _) => Way::Worsened,
        _ => Way::Weak,
    };
    Claim::Weakest { place: finding.title.clone(), subject, way }
}

const THE_MODEL: &str = "the model";

/// The metric that a finding's first case is about; of slices, the one that judges them.
fn weak_metric(lead: &str) -> &str {
    match metric_of(lead) {
        "worst_slices" => "accuracy",
        other => other.strip_prefix("worst_slices_").unwrap_or(other),
    }
}

fn of_model(tested: Tested, metrics: &[ModelMetric]) -> Vec<Claim> {
    let leading = leading(metrics).map(Claim::Metric);
    match tested {
        Tested::NoModel => vec![Claim::NoModel],
        Tested::NoMetric { labels } => vec![leading.unwrap_or(Claim::NoMetric { labels })],
        Tested::Estimates => std::iter::once(Claim::OnlyEstimated).chain(leading).collect(),
        Tested::Metrics => leading.into_iter().collect(),
    }
}

/// The metric that a headline names: one that was judged before one that was not, one that says how good the model is before one that only
/// describes it, one in the data's own unit before a squared one, and what the model is right about before how sure it is.
fn leading(metrics: &[ModelMetric]) -> Option<MetricClaim> {
    let rank = |m: &ModelMetric| {
        let known = definition(&m.id).map(|d| d.metric);
        let squared = matches!(known, Some(Metric::Mse | Metric::Msle));
        let confidence = matches!(known, Some(Metric::AverageConfidence | Metric::AverageThresholdedConfidence));
        (m.judged == Judgement::NotJudged, m.better == Better::Neutral, squared, confidence)
    };
    let speaks = |m: &ModelMetric| m.better != Better::Neutral || matches!(m.judged, Judgement::Warns | Judgement::Fails);
    let claim = |m: &ModelMetric| {
        Some(MetricClaim {
            id: m.id.clone(),
            name: m.name.clone(),
            unit: m.unit,
            reference: m.reference?,
            evaluation: m.evaluation?,
            better: m.better,
            judged: m.judged,
        })
    };
    let both = |m: &&ModelMetric| m.reference.is_some() && m.evaluation.is_some();
    metrics.iter().filter(both).filter(|m| speaks(m)).min_by_key(|m| rank(m)).and_then(claim)
}

/// Claims where nothing warns or fails.
fn of_calm(tested: Tested, batches: &[Batch]) -> Vec<Claim> {
    let cases = || batches.iter().flat_map(|b| &b.cases);
    let count = |holds: &dyn Fn(&Case) -> bool| cases().filter(|c| holds(c)).count() as u64;
    let waived = |c: &Case| c.accepted.is_some() || c.known.is_some();
    let judged = count(&|c| c.status != Status::Skip);
    let (accepted, known) = (count(&|c| c.accepted.is_some()), count(&|c| c.known.is_some() && c.accepted.is_none()));
    let passes = |c: &Case| c.kind == Kind::Difference && c.status == Status::Pass && !waived(c);
    let (differences, small) = (count(&passes), count(&|c| passes(c) && c.evident));
    let skipped = count(&|c| c.kind == Kind::Difference && c.status == Status::Skip);
    if judged == 0 {
        return vec![Claim::NothingJudged];
    }
    let mut claims = Vec::new();
    if accepted + known > 0 {
        claims.push(Claim::OnlyWaived { accepted, known });
    }
    match (small, differences) {
        (0, 0) if accepted + known == 0 => claims.push(Claim::NothingFails { judged }),
        (0, n) if n > 0 && accepted + known == 0 && tested == Tested::NoModel => claims.push(Claim::DataAlike { judged: n }),
        (0, n) if n > 0 && accepted + known == 0 => claims.push(Claim::NoDifference { judged: n }),
        (0, _) => {}
        (n, _) => claims.push(Claim::SmallDifferences(n)),
    }
    if skipped > count(&|c| c.kind == Kind::Difference && c.status == Status::Pass) {
        claims.push(Claim::Skipped { skipped: count(&|c| c.status == Status::Skip), total: count(&|_| true) });
    }
    claims
}

/// Claims as they are read: whole sentences, clauses behind the last of them.
pub fn text(claims: &[Claim]) -> String {
    let (clauses, sentences): (Vec<&Claim>, Vec<&Claim>) = claims.iter().partition(|c| c.is_clause());
    let mut sentences: Vec<String> = sentences.iter().map(ToString::to_string).collect();
    let clause_texts: Vec<String> = clauses.iter().map(ToString::to_string).collect();
    let joined = match clause_texts.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        [most @ .., last] => Some(format!("{}, and {last}", most.join(", "))),
    };
    match (joined, sentences.last_mut()) {
        (Some(joined), Some(last)) => last.push_str(&format!("; {joined}")),
        // A feature's name stays as it is written, even at the beginning of a sentence.
        (Some(joined), None) if matches!(clauses.first(), Some(Claim::Weakest { .. } | Claim::OutputDrifted)) => {
            sentences.push(capitalised(&joined));
        }
        (Some(joined), None) => sentences.push(joined),
        (None, _) => {}
    }
    sentences.iter().map(|s| format!("{s}.")).collect::<Vec<_>>().join(" ")
}

/// Says whether a case is about the model's output.
fn is_of_output(case: &str) -> bool {
    ["drift:prediction_drift", "drift:predicted_label_drift"].iter().any(|test| case.starts_with(test))
}

/// The features that findings of a category are about, in their order, each once.
fn named(findings: &[&Finding], category: Category) -> Option<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for f in findings.iter().filter(|f| f.category == category) {
        names.extend(f.features.first().filter(|n| !names.contains(n)).cloned());
    }
    (!names.is_empty()).then_some(names)
}

/// `a`, `a and b`, `a and 2 more features`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        [a, rest @ ..] => format!("{a} and {} more features", spaced(rest.len() as u64)),
    }
}

const fn plural<'a>(n: u64, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use straingauge_api::{Acceptance, Accepted, Baseline, BaselineCase, Decisions, Known, RunDocument};

    use super::*;
    use crate::report::sample;
    use crate::stress::{settle, status};

    fn metric(id: &str, name: &str, better: Better, values: (f64, f64), judged: Judgement) -> ModelMetric {
        ModelMetric {
            id: id.into(),
            name: name.into(),
            better,
            unit: if better == Better::Lower { Unit::Number } else { Unit::Score },
            reference: Some(values.0),
            evaluation: Some(values.1),
            severity: Severity::Pass,
            judged,
        }
    }

    fn accuracy(reference: f64, evaluation: f64, judged: Judgement) -> ModelMetric {
        metric("accuracy", "Accuracy", Better::Higher, (reference, evaluation), judged)
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

    fn told(tested: Tested, metrics: &[ModelMetric], findings: &[Finding], batches: &[Batch]) -> String {
        text(&claims(tested, metrics, findings, batches))
    }

    #[test]
    fn tells_the_fall_the_place_and_the_change() {
        let findings = [finding(Category::SubsetPerformance, "words ≤ 4.6", "words"), finding(Category::Drift, "city", "city")];
        let text = told(Tested::Metrics, &[accuracy(0.985, 0.61, Judgement::Fails)], &findings, &[]);
        assert_eq!(text, "Accuracy falls from 0.985 to 0.610; the model is weakest where words ≤ 4.6, and city has drifted.");
        let text = told(Tested::NoMetric { labels: false }, &[], &findings, &[]);
        assert_eq!(
            text,
            "Without labels in both sets the model's performance over all rows was not tested; the model is weakest where words ≤ 4.6, and city has drifted."
        );
    }

    #[test]
    fn what_is_weakest_is_named_unless_it_was_named_before() {
        let of = |lead: &str, category| {
            let found = Finding { lead: lead.into(), ..finding(category, "region = isle", "region") };
            told(Tested::Metrics, &[accuracy(0.985, 0.61, Judgement::Fails)], &[found], &[])
        };
        let (weak, fell) = (Category::SubsetPerformance, Category::SubsetPerformanceDegradation);
        for (lead, category, words) in [
            ("subset_performance:subset_accuracy[region]", weak, "it is weakest"),
            ("subset_performance:worst_slices#2", weak, "it is weakest"),
            ("subset_performance:subset_brier_score[region]", weak, "Brier score is worst"),
            ("subset_performance:worst_slices_log_loss", weak, "log-loss is worst"),
            ("subset_performance_degradation:subset_drift_accuracy[region]", fell, "it worsens most"),
            ("subset_performance_degradation:subset_drift_f1[region]", fell, "F1 worsens most"),
            ("subset_performance_degradation:subset_drift_positive_prediction_rate[region]", fell, "positive prediction rate changes most"),
        ] {
            assert_eq!(of(lead, category), format!("Accuracy falls from 0.985 to 0.610; {words} where region = isle."), "{lead}");
        }
        let found = Finding { lead: "subset_performance:subset_mae[x]".into(), ..finding(weak, "x ≤ 3", "x") };
        assert_eq!(told(Tested::Metrics, &[], &[found], &[]), "Mean absolute error is worst where x ≤ 3.");
        assert_eq!(told(Tested::Metrics, &[], &[finding(Category::Drift, "city", "city")], &[]), "city has drifted.");
        assert_eq!(text(&[Claim::OutputDrifted]), "The model's output has drifted.");
    }

    #[test]
    fn a_metric_that_is_better_does_not_just_hold() {
        let of = |name: &str, better, values| told(Tested::Metrics, &[metric(name, name, better, values, Judgement::Holds)], &[], &[]);
        assert!(of("Accuracy", Better::Higher, (0.8, 0.888)).starts_with("Accuracy has not fallen: it is 0.888 (reference 0.800). "));
        assert!(of("Accuracy", Better::Higher, (0.800_25, 0.800_33)).starts_with("Accuracy holds at 0.800 (reference 0.800). "));
        assert!(of("RMSE", Better::Lower, (12.0, 3.0)).starts_with("RMSE has not risen: it is 3 (reference 12). "));
        assert!(of("RMSE", Better::Lower, (12.0, 11.5)).starts_with("RMSE holds at 11.50 (reference 12.00). "));
    }

    #[test]
    fn every_judgement_of_a_metric_has_its_own_words() {
        let of = |judged| told(Tested::Metrics, &[accuracy(0.985, 0.61, judged)], &[finding(Category::Drift, "city", "city")], &[]);
        let tail = "; city has drifted.";
        for (judged, words) in [
            (Judgement::Holds, "Accuracy holds at 0.610 (reference 0.985)"),
            (Judgement::Small, "Accuracy falls from 0.985 to 0.610, too little to matter"),
            (Judgement::Warns, "Accuracy falls from 0.985 to 0.610"),
            (Judgement::Fails, "Accuracy falls from 0.985 to 0.610"),
            (Judgement::Accepted, "Accuracy falls from 0.985 to 0.610, which is accepted"),
            (Judgement::Known, "Accuracy falls from 0.985 to 0.610, which is known from the baseline"),
            (Judgement::NotJudged, "Accuracy is 0.610 (reference 0.985), which was not tested"),
        ] {
            assert_eq!(of(judged), format!("{words}{tail}"));
        }
        let rises = told(Tested::Metrics, &[metric("rmse", "RMSE", Better::Lower, (8_703.2, 21_649.0), Judgement::Fails)], &[], &[]);
        assert!(rises.starts_with("RMSE rises from 8\u{202f}703 to 21\u{202f}649. "), "{rises}");
    }

    #[test]
    fn a_regression_is_told_by_its_rmse_and_an_unlabelled_model_by_what_is_estimated() {
        let lower = |id: &str, name: &str| metric(id, name, Better::Lower, (75_745_553.222, 468_684_014.836), Judgement::Fails);
        let text = told(Tested::Metrics, &[lower("mse", "Mean squared error"), lower("rmse", "RMSE")], &[], &[]);
        assert!(text.starts_with("RMSE rises from"), "{text}");
        let confidence = metric("average_confidence", "Average confidence", Better::Higher, (0.9, 0.9), Judgement::Holds);
        let estimated = metric("estimated_accuracy", "Estimated accuracy", Better::Higher, (0.8, 0.79), Judgement::Holds);
        let text = told(Tested::Estimates, &[confidence, estimated], &[], &[]);
        assert!(
            text.starts_with("Performance is estimated without labels. Estimated accuracy holds at 0.790 (reference 0.800). "),
            "{text}"
        );
    }

    #[test]
    fn features_are_counted_in_the_right_number() {
        let of = |names: &[&str], category| {
            let findings: Vec<Finding> = names.iter().map(|name| finding(category, name, name)).collect();
            told(Tested::NoModel, &[], &findings, &[])
        };
        let drift = Category::Drift;
        assert_eq!(of(&["a"], drift), "No model was tested; a has drifted.");
        assert_eq!(of(&["a", "b"], drift), "No model was tested; a and b have drifted.");
        assert_eq!(of(&["a", "b", "c"], drift), "No model was tested; a and 2 more features have drifted.");
        let unusual = Category::AbnormalInputs;
        assert_eq!(of(&["tier"], unusual), "No model was tested; tier has unusual values.");
        assert_eq!(of(&["tier", "plan"], unusual), "No model was tested; tier and plan have unusual values.");
        assert_eq!(of(&["tier", "plan", "age"], unusual), "No model was tested; tier and 2 more features have unusual values.");
        assert_eq!(of(&["x"], Category::DataCleanliness), "No model was tested. It is so.");
        // The probability of a class is no feature.
        let output = Finding { lead: "drift:prediction_drift[P(0)]".into(), ..finding(drift, "P(0)", "P(0)") };
        let text = |findings: &[Finding]| told(Tested::NoModel, &[], findings, &[]);
        assert_eq!(text(std::slice::from_ref(&output)), "No model was tested; the model's output has drifted.");
        assert_eq!(text(&[finding(drift, "a", "a"), output]), "No model was tested; a has drifted, and the model's output has drifted.");
    }

    /// A test with cases of these statuses; evident where asked.
    fn batch(id: &str, category: Category, cases: Vec<Case>) -> Batch {
        let mut batch = sample::run().batches.remove(1);
        (batch.id, batch.category, batch.kind) = (id.to_owned(), category, cases.first().map_or(Kind::Difference, |c| c.kind));
        batch.cases = cases;
        batch
    }

    fn case(id: &str, kind: Kind, status: Status, evident: bool) -> Case {
        let mut case = sample::run().batches.remove(0).cases.remove(0);
        let severity = match status {
            Status::Fail => Severity::Alert,
            Status::Warning => Severity::Warning,
            Status::Pass | Status::Skip => Severity::Pass,
        };
        (case.id, case.kind, case.status, case.severity, case.evident) = (id.to_owned(), kind, status, severity, evident);
        case.features = id.split_once('[').map(|(_, rest)| vec![rest.trim_end_matches(']').to_owned()]).unwrap_or_default();
        case
    }

    #[test]
    fn calm_says_no_more_than_was_seen() {
        let of = |tested, cases: Vec<Case>| {
            let batches = [batch("drift:feature_drift", Category::Drift, cases)];
            (outcome(tested, &batches), told(tested, &[], &[], &batches))
        };
        let many = |n: usize, evident: usize| -> Vec<Case> {
            (0..n).map(|i| case(&format!("drift:feature_drift[f{i}]"), Kind::Difference, Status::Pass, i < evident)).collect()
        };
        let (word, text) = of(Tested::NoModel, many(38, 0));
        assert_eq!(
            (word, text.as_str()),
            (
                Outcome::DataOnly,
                "No model was tested. The data look alike: none of 38 judged comparisons shows a difference larger than noise."
            )
        );
        let (word, text) = of(Tested::Metrics, many(309, 16));
        assert_eq!((word, text.as_str()), (Outcome::Ready, "16 differences are real, none is large enough to matter."));
        assert_eq!(of(Tested::Metrics, many(9, 1)).1, "1 difference is real, but not large enough to matter.");
        let (word, text) = of(Tested::NoMetric { labels: true }, many(1_234, 0));
        assert_eq!(
            (word, text.as_str()),
            (
                Outcome::NotJudged,
                "The model's performance over all rows was not tested. None of 1\u{202f}234 judged comparisons shows a difference larger than noise."
            )
        );
        let (word, text) = of(Tested::Metrics, vec![]);
        assert_eq!((word, text.as_str()), (Outcome::NotJudged, "No case could be judged: too few rows, or nothing to compare."));
        let skipped = vec![
            case("drift:feature_drift[a]", Kind::Difference, Status::Skip, false),
            case("drift:feature_drift[b]", Kind::Difference, Status::Skip, false),
            case("drift:feature_drift[c]", Kind::Difference, Status::Pass, false),
        ];
        let (word, text) = of(Tested::Metrics, skipped);
        assert_eq!(
            (word, text.as_str()),
            (Outcome::Inconclusive, "The one judged comparison shows no difference larger than noise. 2 of 3 cases could not be judged.")
        );
        let (word, text) = of(Tested::Metrics, vec![case("data_cleanliness:x", Kind::Property, Status::Pass, true)]);
        assert_eq!((word, text.as_str()), (Outcome::Ready, "The only judged case passes."));
    }

    const TESTS: [(&str, Category, Kind); 10] = [
        ("model_performance:accuracy", Category::ModelPerformance, Kind::Difference),
        ("model_performance:macro_f1", Category::ModelPerformance, Kind::Difference),
        ("model_performance:average_confidence", Category::ModelPerformance, Kind::Difference),
        ("model_performance:average_prediction", Category::ModelPerformance, Kind::Difference),
        ("model_performance:my_cost", Category::ModelPerformance, Kind::Difference),
        ("subset_performance:subset_accuracy", Category::SubsetPerformance, Kind::Difference),
        ("drift:feature_drift", Category::Drift, Kind::Difference),
        ("abnormal_inputs:empty_string", Category::AbnormalInputs, Kind::Difference),
        ("data_cleanliness:duplicate_rows", Category::DataCleanliness, Kind::Property),
        ("data_cleanliness:required_features", Category::DataCleanliness, Kind::Logical),
    ];

    /// What becomes of a case: asked at all, judged how, and waived how.
    #[derive(Debug, Clone, Copy)]
    struct Fate {
        status: Status,
        evident: bool,
        accepted: bool,
        known: bool,
    }

    fn fate() -> impl Strategy<Value = Fate> {
        let status = prop_oneof![4 => Just(Status::Pass), 2 => Just(Status::Skip), 1 => Just(Status::Warning), 1 => Just(Status::Fail)];
        // Half of all runs would never be calm otherwise.
        (status, any::<bool>(), proptest::bool::weighted(0.6), proptest::bool::weighted(0.3)).prop_map(
            |(status, evident, accepted, known)| {
                let evident = evident && status != Status::Skip || matches!(status, Status::Warning | Status::Fail);
                Fate { status, evident, accepted, known }
            },
        )
    }

    /// A judged document: each test absent, or with up to three cases; sides with and without predictions and labels.
    fn documents() -> impl Strategy<Value = RunDocument> {
        let tests = proptest::collection::vec(proptest::option::weighted(0.6, proptest::collection::vec(fate(), 0..4)), TESTS.len());
        let values = proptest::collection::vec((proptest::option::weighted(0.9, 0.0..1.0), proptest::option::weighted(0.9, 0.0..1.0)), 5);
        (tests, values, any::<[bool; 4]>()).prop_map(|(tests, values, there)| {
            let mut run = sample::run();
            (run.summary.banners, run.decisions) = (Vec::new(), None);
            let rows = |there: bool| if there { 100 } else { 0 };
            (run.reference.predicted, run.evaluation.predicted) = (rows(there[0] || there[1]), rows(there[1]));
            (run.reference.labelled, run.evaluation.labelled) = (rows(there[2]), rows(there[3]));
            let mut decisions = Decisions { today: None, ..Decisions::default() };
            let mut baseline = Baseline { run: "r0".into(), name: "before".into(), cases: Vec::new() };
            run.batches = Vec::new();
            for ((id, category, kind), fates) in TESTS.into_iter().zip(tests) {
                let Some(fates) = fates else { continue };
                let whole = category == Category::ModelPerformance || kind != Kind::Difference;
                let cases: Vec<Case> = (fates.iter().take(if whole { 1 } else { 3 }).enumerate())
                    .map(|(i, fate)| {
                        let name = if whole { id.to_owned() } else { format!("{id}[f{i}]") };
                        if fate.accepted {
                            decisions.accepted.push(Acceptance {
                                case: name.clone(),
                                reason: "so it is".into(),
                                expires: None,
                                covers: straingauge_api::Covers::default(),
                            });
                        }
                        if fate.known {
                            baseline.cases.push(BaselineCase { id: name.clone(), severity: Severity::Alert });
                        }
                        case(&name, kind, fate.status, fate.evident)
                    })
                    .collect();
                run.batches.push(batch(id, category, cases));
            }
            run.groups = (run.batches.iter().flat_map(|b| &b.cases))
                .filter(|c| matches!(c.status, Status::Fail | Status::Warning))
                .map(|c| vec![c.id.clone()])
                .collect();
            run.findings = Vec::new();
            decisions.baseline = (!baseline.cases.is_empty()).then_some(baseline);
            run.model_metrics = TESTS[..5]
                .iter()
                .zip(values)
                .map(|((id, ..), (reference, evaluation))| {
                    let id = metric_of(id);
                    let better = if id == "average_prediction" { Better::Neutral } else { Better::Higher };
                    ModelMetric { reference, evaluation, ..metric(id, id, better, (0.0, 0.0), Judgement::NotJudged) }
                })
                .collect();
            settle(&mut run, decisions).unwrap();
            run
        })
    }

    /// What a claim says, asked of the document once more, case by case.
    fn is_true(claim: &Claim, run: &RunDocument) -> Result<(), TestCaseError> {
        let cases: Vec<(&Batch, &Case)> = run.batches.iter().flat_map(|b| b.cases.iter().map(move |c| (b, c))).collect();
        let count = |holds: &dyn Fn(&Case) -> bool| cases.iter().filter(|(_, c)| holds(c)).count() as u64;
        let judged = |c: &Case| c.status != Status::Skip;
        let waived = |c: &Case| c.accepted.is_some() || c.known.is_some();
        let difference = |c: &Case| c.kind == Kind::Difference && judged(c) && !waived(c);
        let calm = count(&|c| matches!(c.status, Status::Fail | Status::Warning)) == 0;
        match claim {
            Claim::NoModel => prop_assert!(run.evaluation.predicted == 0 || run.reference.predicted == 0),
            Claim::NoMetric { labels } => {
                let of_model = |b: &Batch| b.category == Category::ModelPerformance && b.id != "model_performance:average_prediction";
                prop_assert!(!cases.iter().any(|(b, c)| of_model(b) && judged(c)));
                prop_assert_eq!(*labels, run.evaluation.labelled > 0 && run.reference.labelled > 0);
            }
            Claim::OnlyEstimated => {
                let by_labels = ["model_performance:accuracy", "model_performance:macro_f1", "model_performance:my_cost"];
                prop_assert!(!cases.iter().any(|(b, c)| by_labels.contains(&b.id.as_str()) && judged(c)));
            }
            Claim::Metric(metric) => {
                let known = run.model_metrics.iter().find(|m| m.id == metric.id).unwrap();
                prop_assert_eq!((known.reference, known.evaluation), (Some(metric.reference), Some(metric.evaluation)));
                let own = cases.iter().find(|(b, _)| b.id == format!("model_performance:{}", metric.id)).map(|(_, c)| *c);
                let (was, _) = own.map_or((Status::Skip, Severity::Pass), Case::judged);
                match metric.judged {
                    Judgement::NotJudged => prop_assert!(was == Status::Skip),
                    Judgement::Holds => prop_assert!(own.is_some_and(|c| was == Status::Pass && !c.evident && !waived(c))),
                    Judgement::Small => prop_assert!(own.is_some_and(|c| was == Status::Pass && c.evident && !waived(c))),
                    Judgement::Warns => prop_assert!(own.is_some_and(|c| was == Status::Warning && !waived(c))),
                    Judgement::Fails => prop_assert!(own.is_some_and(|c| was == Status::Fail && !waived(c))),
                    Judgement::Accepted => prop_assert!(own.is_some_and(|c| c.accepted.is_some())),
                    Judgement::Known => prop_assert!(own.is_some_and(|c| c.known.is_some())),
                }
            }
            Claim::Weakest { place, .. } => {
                let there = |c: &Case| c.features.first().is_some_and(|f| place.contains(f.as_str())) && c.severity > Severity::Pass;
                prop_assert!(cases.iter().any(|(b, c)| b.id.contains("performance") && there(c)));
            }
            Claim::Drifted(names) | Claim::Unusual(names) => {
                let category = if matches!(claim, Claim::Drifted(_)) { Category::Drift } else { Category::AbnormalInputs };
                for name in names {
                    prop_assert!(
                        cases
                            .iter()
                            .any(|(b, c)| b.category == category && c.features.first() == Some(name) && c.severity > Severity::Pass)
                    );
                }
            }
            Claim::OutputDrifted => {
                prop_assert!(cases.iter().any(|(_, c)| is_of_output(&c.id) && c.severity > Severity::Pass));
            }
            Claim::First(sentence) => prop_assert!(cases.iter().any(|(_, c)| c.severity > Severity::Pass && c.sentence == *sentence)),
            Claim::NothingJudged => prop_assert_eq!(count(&judged), 0),
            Claim::Skipped { skipped, total } => {
                prop_assert_eq!((*skipped, *total), (run.summary.counts.skip, run.summary.counts.total));
            }
            Claim::OnlyWaived { accepted, known } => {
                prop_assert!(calm && accepted + known > 0);
                prop_assert_eq!((*accepted, *known), (run.summary.accepted, run.summary.known));
            }
            Claim::NoDifference { judged } | Claim::DataAlike { judged } => {
                prop_assert!(calm && run.summary.accepted + run.summary.known == 0);
                prop_assert_eq!((count(&|c| difference(c) && c.evident), count(&difference)), (0, *judged));
            }
            Claim::SmallDifferences(n) => {
                prop_assert!(calm);
                prop_assert_eq!(count(&|c| difference(c) && c.evident), *n);
            }
            Claim::NothingFails { judged: n } => {
                prop_assert!(calm && run.summary.accepted + run.summary.known == 0);
                prop_assert_eq!(count(&judged), *n);
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Whatever was judged, skipped, accepted or known: each claim of the sentence is true of the document, and green needs a judged model.
        #[test]
        fn every_claim_is_true_of_the_document(run in documents()) {
            let tested = Tested::of([&run.reference, &run.evaluation], &run.batches);
            let claims = claims(tested, &run.model_metrics, &run.findings, &run.batches);
            prop_assert!(!claims.is_empty());
            prop_assert_eq!(&text(&claims), &run.summary.headline);
            for claim in &claims {
                is_true(claim, &run)?;
            }
            let held = |m: &ModelMetric| m.judged != Judgement::NotJudged;
            let loud = run.batches.iter().flat_map(|b| &b.cases).any(|c| c.severity > Severity::Pass);
            let judged_model = run.batches.iter().any(|b| b.category == Category::ModelPerformance && b.cases.iter().any(|c| c.status != Status::Skip));
            match run.summary.outcome {
                Outcome::Ready => prop_assert!(!loud && judged_model && run.evaluation.predicted > 0 && run.reference.predicted > 0),
                Outcome::ReadyWithLimits | Outcome::Caution | Outcome::NotReady => prop_assert!(loud),
                Outcome::DataOnly => prop_assert!(!loud && claims[0] == Claim::NoModel),
                Outcome::NotJudged => prop_assert!(!loud && !run.model_metrics.iter().any(|m| held(m) && m.better != Better::Neutral)),
                Outcome::Inconclusive => prop_assert!(!loud),
            }
        }
    }

    /// The states that the property test walks through are those of a settled document.
    #[test]
    fn waived_cases_are_told_apart() {
        let mut waived = case("model_performance:accuracy", Kind::Difference, Status::Fail, true);
        waived.accepted =
            Some(Accepted { reason: "r".into(), expires: None, through: None, status: Status::Fail, severity: Severity::Alert });
        (waived.status, waived.severity) = (status(Severity::Pass), Severity::Pass);
        let mut known = case("drift:feature_drift[a]", Kind::Difference, Status::Pass, true);
        known.known = Some(Known { status: Status::Warning, severity: Severity::Warning });
        let both = [
            batch("model_performance:accuracy", Category::ModelPerformance, vec![waived]),
            batch("drift:feature_drift", Category::Drift, vec![known]),
        ];
        assert_eq!(told(Tested::Metrics, &[], &[], &both[..1]), "Nothing fails beyond 1 case that is accepted.");
        assert_eq!(told(Tested::Metrics, &[], &[], &both[1..]), "Nothing fails beyond 1 case that is known from the baseline.");
        assert_eq!(told(Tested::Metrics, &[], &[], &both), "Nothing fails beyond 1 accepted and 1 known cases.");
    }
}
