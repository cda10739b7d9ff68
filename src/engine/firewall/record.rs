//! What a bin keeps of every case that was judged in it, and the bin itself.
//!
//! Monitors and events are functions of records alone, so a firewall that was read back follows its series as the one that was
//! written did.

use std::collections::BTreeMap;
use std::sync::Arc;

use straingauge_api::{Batch, Better, BinInfo, Case, CaseId, Category, Figure, Kind, Moments, Severity, Status, Thresholds, Unit};

use super::ledger::Ledger;
use crate::Result;
use crate::profile::Profile;
use crate::stored::from_bytes;
use crate::stress::{Side, metric_of};

/// A judged case in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The case's id: `drift:feature_drift[city]`, `model_performance:accuracy`, `…[city]#performance_impact`.
    pub case: String,
    /// Its test: `drift:feature_drift`.
    pub test: String,
    /// What it is about; empty for the whole.
    pub features: Vec<String>,
    /// The part that it is about, where its test looks for the worst of several: `= Travel`.
    pub subset: Option<String>,
    /// What it compares.
    pub kind: Kind,
    /// The bin's number: the metric, the share of failing rows, the distance from the reference.
    pub value: Option<f64>,
    /// The reference's; 0 for distances, absent where the test has none.
    pub reference: Option<f64>,
    /// The unit of both.
    pub unit: Unit,
    /// Which direction of the value is good.
    pub better: Better,
    /// What labels say, where `value` is estimated without them and they are there.
    pub realised: Option<f64>,
    /// The effect that is held against the thresholds; larger is worse.
    pub effect: Option<f64>,
    /// The unit of effect, interval and thresholds.
    pub effect_unit: Unit,
    /// Lower end of the effect's 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Evidence against "no difference", where the case carries evidence.
    pub p: Option<f64>,
    /// The same after the correction for the bin's families.
    pub q: Option<f64>,
    /// From which effects it warns and alerts.
    pub thresholds: Option<Thresholds>,
    /// Reference rows that entered.
    pub n_reference: Option<u64>,
    /// The bin's rows that entered.
    pub n_evaluation: Option<u64>,
    /// Rows that fail, or that the case is about.
    pub rows: Option<u64>,
    /// Their share of `n_evaluation`.
    pub share: Option<f64>,
    /// What became of it.
    pub status: Status,
    /// How bad.
    pub severity: Severity,
    /// Whether there is evidence beyond noise.
    pub evident: bool,
    /// The strain of the effect: 0.5 at the warning threshold, 1 at the alert threshold, at most 2.
    pub score: f64,
}

/// A time bin: what it is, what was counted in it, what was judged of it.
#[derive(Debug, Clone)]
pub struct Bin {
    /// What it is.
    pub info: BinInfo,
    /// Its last moment, by which a later batch is told to continue it.
    pub last: i64,
    /// Its counts in the baseline's frame, in the binary form: unfolded a year of bins would fill the memory. See [`Bin::profile`].
    pub counts: Arc<Vec<u8>>,
    /// Its cases in the order of the catalogue; none where it was not judged on its own.
    pub records: Arc<Vec<Record>>,
    /// Its rows, where they are loaded; row numbers in them are those within the bin.
    pub rows: Option<Side>,
    /// What custom metrics say of its rows, by their id.
    pub measured: BTreeMap<String, Moments>,
    /// What it remembers of its rows, so that labels can be joined to them, in the binary form; absent without a ledger.
    pub ledger: Option<Arc<Vec<u8>>>,
}

impl Bin {
    /// What was counted in it.
    ///
    /// # Errors
    /// `invalid_document` where the bytes are not those of a profile.
    pub fn profile(&self) -> Result<Profile> {
        from_bytes(&self.counts)
    }

    /// What it remembers of its rows.
    ///
    /// # Errors
    /// `invalid_document` where the bytes are not those of a ledger.
    pub fn ledger(&self) -> Result<Option<Ledger>> {
        self.ledger.as_ref().map(|ledger| from_bytes(ledger)).transpose()
    }
}

impl Record {
    /// What a firewall keeps of a case.
    pub fn of(case: &Case, batch: &Batch) -> Self {
        let find = |name: &str| case.metrics.iter().find(|m| m.metric == name).and_then(|m| m.value);
        let rows = case.rows.as_ref().map(|r| r.count);
        let over = |rows: u64| case.n_evaluation.filter(|&n| n > 0).map(|n| rows as f64 / n as f64);
        let (mut unit, mut better) = (case.statistic_unit, Better::Lower);
        if let Some(Figure::MetricPair { unit: u, better: b, .. } | Figure::SubsetBars { unit: u, better: b, .. }) = &case.figure {
            (unit, better) = (*u, *b);
        }
        let metric = metric_of(&case.id);
        let part = if batch.category == Category::SubsetPerformanceDegradation { "subset_" } else { "" };
        let (value, reference) = match (&case.figure, batch.category) {
            (_, Category::ModelPerformance | Category::SubsetPerformanceDegradation) => {
                (find(&format!("evaluation_{part}{metric}")), find(&format!("reference_{part}{metric}")))
            }
            (_, Category::AbnormalInputs) if CaseId::aspect_of(&case.id).is_none() => {
                unit = Unit::Share;
                (find("share"), find("reference_share"))
            }
            // A correlation: its values say more than their difference.
            (Some(Figure::MetricPair { reference, evaluation, .. }), _) => {
                unit = Unit::Score;
                (evaluation.value, reference.value)
            }
            (_, Category::Drift) if find("missing_share_evaluation").is_some() => {
                (unit, better) = (Unit::Share, Better::Neutral);
                (find("missing_share_evaluation"), find("missing_share_reference"))
            }
            (_, Category::Drift) => (case.statistic, case.statistic.map(|_| 0.0)),
            _ => (case.statistic, None),
        };
        let error = case.metrics.iter().find(|m| m.kind == "MODEL_ERROR").and_then(|m| m.value);
        Self {
            case: case.id.clone(),
            test: batch.id.clone(),
            features: case.features.clone(),
            subset: case.subset.clone(),
            kind: case.kind,
            value: value.or(case.statistic),
            reference,
            unit,
            better,
            realised: value.zip(error).map(|(estimate, error)| estimate - error),
            effect: case.effect,
            effect_unit: case.effect_unit,
            low: case.ci_low,
            high: case.ci_high,
            p: case.p_value,
            q: case.q_value,
            thresholds: case.thresholds,
            n_reference: case.n_reference,
            n_evaluation: case.n_evaluation,
            rows,
            share: rows.and_then(over),
            status: case.status,
            severity: case.severity,
            evident: case.evident,
            score: case.severity_score,
        }
    }
}

#[cfg(test)]
mod tests {
    use straingauge_api::{CaseMetric, Counts, Risk, TestText};

    use super::*;

    fn batch(id: &str, category: Category) -> Batch {
        Batch {
            id: id.into(),
            name: String::new(),
            category,
            risk: Risk::Operational,
            kind: Kind::Difference,
            text: TestText { checks: String::new(), matters: String::new(), decided: String::new() },
            severity: Severity::Pass,
            severity_score: 0.0,
            counts: Counts::default(),
            reason: None,
            cases: Vec::new(),
        }
    }

    fn case(id: &str, statistic: f64, metrics: &[(&str, &str, f64)]) -> Case {
        let metric =
            |&(kind, metric, value): &(&str, &str, f64)| CaseMetric { kind: kind.into(), metric: metric.into(), value: Some(value) };
        Case {
            id: id.into(),
            features: Vec::new(),
            family: String::new(),
            kind: Kind::Difference,
            status: Status::Pass,
            severity: Severity::Pass,
            provisional: false,
            reason: None,
            sentence: String::new(),
            statistic: Some(statistic),
            statistic_unit: Unit::Score,
            effect: Some(0.1),
            effect_unit: Unit::Score,
            ci_low: None,
            ci_high: None,
            p_value: None,
            q_value: None,
            thresholds: None,
            severity_score: 0.2,
            severity_score_low: 0.0,
            evident: false,
            method: String::new(),
            approximate: false,
            n_reference: Some(100),
            n_evaluation: Some(50),
            subset: None,
            weakness: None,
            as_before: false,
            related: Vec::new(),
            rows: Some(straingauge_api::CaseRows { count: 5, share: 0.0, sample: Vec::new() }),
            metrics: metrics.iter().map(metric).collect(),
            figure: None,
            regain: None,
            accepted: None,
            known: None,
        }
    }

    #[test]
    fn a_metric_is_followed_by_its_value_and_not_by_the_gap() {
        let metrics = [
            ("PERFORMANCE_METRIC_VALUE", "reference_estimated_accuracy", 0.7),
            ("PERFORMANCE_METRIC_VALUE", "evaluation_estimated_accuracy", 0.6),
            ("MODEL_ERROR", "estimated_accuracy_realised_error", 0.05),
        ];
        let id = "model_performance:estimated_accuracy";
        let record = Record::of(&case(id, -0.1, &metrics), &batch(id, Category::ModelPerformance));
        assert_eq!((record.value, record.reference), (Some(0.6), Some(0.7)));
        assert!((record.realised.unwrap() - 0.55).abs() < 1e-12);
        assert_eq!(record.share, Some(0.1));
    }

    #[test]
    fn rules_are_followed_by_shares_and_drift_by_its_distance() {
        let shares = [("FAILING_INPUTS", "share", 0.1), ("FAILING_INPUTS", "reference_share", 0.01)];
        let id = "abnormal_inputs:unseen_categorical";
        let rule = Record::of(&case(&format!("{id}[city]"), 5.0, &shares), &batch(id, Category::AbnormalInputs));
        assert_eq!((rule.value, rule.reference, rule.unit), (Some(0.1), Some(0.01), Unit::Share));
        let id = "drift:categorical_feature_drift";
        let drift = Record::of(&case(&format!("{id}[city]"), 0.4, &[]), &batch(id, Category::Drift));
        assert_eq!((drift.value, drift.reference), (Some(0.4), Some(0.0)));
    }
}
