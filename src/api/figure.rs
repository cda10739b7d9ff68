//! The numbers of a chart. `straingauge-charts` draws them; nothing here knows colours or pixels.

use serde::{Deserialize, Serialize};

use crate::{Severity, Unit};

/// Which direction of a metric is good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Larger is better.
    #[default]
    Higher,
    /// Smaller is better.
    Lower,
    /// Neither.
    Neutral,
}

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// One bar of a subset chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubsetBar {
    /// `≤ 4.6`, `4.6 – 5.0`, `Travel`, `missing`.
    pub label: String,
    /// Rows.
    pub n: u64,
    /// The metric in the subset, with its interval.
    pub metric: Estimate,
    /// The same subset in the reference (degradation charts).
    pub reference: Option<f64>,
    /// How bad.
    pub severity: Severity,
}

/// A category of a distribution chart, or a bin of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DistributionBin {
    /// The value, or the bin as text.
    pub label: String,
    /// Lower edge of a numeric bin; absent where open.
    pub from: Option<f64>,
    /// Upper edge of a numeric bin; absent where open.
    pub to: Option<f64>,
    /// Share of the reference rows.
    pub reference: f64,
    /// Share of the evaluation rows.
    pub evaluation: f64,
}

/// One bin of a calibration chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalibrationBin {
    /// Mean confidence in the bin.
    pub confidence: f64,
    /// Share that was right, with its interval.
    pub observed: Estimate,
    /// Rows.
    pub n: u64,
}

/// A value that failed, with its count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailingValue {
    /// The value as text.
    pub value: String,
    /// Rows.
    pub count: u64,
}

/// One row of a breakdown: counts by what became of the cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakdownRow {
    /// A category, a feature.
    pub label: String,
    /// Cases that passed.
    pub pass: u64,
    /// Cases that warn.
    pub warning: u64,
    /// Cases that fail.
    pub fail: u64,
    /// Cases that could not be judged.
    pub skip: u64,
}

/// One mark of the strain chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StrainMark {
    /// The case that it opens.
    pub case_id: String,
    /// What it says on hover: test, feature, strain.
    pub label: String,
    /// The strain.
    pub strain: f64,
    /// How bad.
    pub severity: Severity,
    /// Solid where there is evidence.
    pub evident: bool,
}

/// One category of the strain chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StrainRow {
    /// The category's name.
    pub label: String,
    /// Its cases, worst first.
    pub marks: Vec<StrainMark>,
}

/// The numbers of a chart, by its form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Figure {
    /// A bar a subset with intervals, the overall line and the threshold.
    SubsetBars {
        /// The feature.
        feature: String,
        /// The metric's name.
        metric: String,
        /// Its unit.
        unit: Unit,
        /// Which direction is good.
        better: Better,
        /// The bars, in the order of the bins.
        bars: Vec<SubsetBar>,
        /// The metric over all rows.
        overall: Option<f64>,
        /// The value from which a subset warns.
        threshold: Option<f64>,
    },
    /// Reference and evaluation over the same bins.
    Distributions {
        /// The feature.
        feature: String,
        /// Numeric bins (true) or values (false).
        numeric: bool,
        /// Bins in order; values by the size of their change.
        bins: Vec<DistributionBin>,
        /// What the shares are shares of, where not of the rows: `words`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
    },
    /// A metric in reference and evaluation, with the values from which it warns and alerts.
    MetricPair {
        /// The metric's name.
        metric: String,
        /// Its unit.
        unit: Unit,
        /// Which direction is good.
        better: Better,
        /// In the reference.
        reference: Estimate,
        /// In the evaluation.
        evaluation: Estimate,
        /// The value from which it warns.
        warning: Option<f64>,
        /// The value from which it alerts.
        alert: Option<f64>,
    },
    /// Confidence against the share that was right.
    Calibration {
        /// Bins of the reference; empty without labels there.
        reference: Vec<CalibrationBin>,
        /// Bins of the evaluation.
        evaluation: Vec<CalibrationBin>,
    },
    /// The values that failed a rule, most common first.
    FailingValues {
        /// The feature.
        feature: String,
        /// What the rule asks, in words.
        rule: String,
        /// The values.
        values: Vec<FailingValue>,
        /// Distinct values beyond those listed.
        more: u64,
    },
    /// Counts by what became of the cases.
    Breakdown {
        /// The rows.
        rows: Vec<BreakdownRow>,
    },
    /// Every case of a run at its strain.
    Strain {
        /// A row a category.
        rows: Vec<StrainRow>,
    },
}
