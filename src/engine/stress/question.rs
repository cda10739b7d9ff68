//! What a test of the catalogue has to say about itself, and what it measures.

use straingauge_api::{CaseMetric, Category, Figure, Kind, Risk, TestText, Thresholds, Unit, Weakness};

use super::Context;
use crate::Result;

/// Whether a test judges from merged profiles or needs the loaded rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Works from profiles, so in every bin of a firewall.
    Profile,
    /// Needs the rows of both sides; skips with that reason over merged profiles.
    Rows,
    /// Needs the evaluation's rows alone.
    EvaluationRows,
}

/// What must be there for a test to be asked at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// Predictions on both sides.
    pub predictions: bool,
    /// Labels on both sides.
    pub labels: bool,
    /// A timestamp column.
    pub timestamps: bool,
    /// Protected features.
    pub protected: bool,
    /// A model that can be called.
    pub model: bool,
}

/// One test of the catalogue.
#[derive(Debug, Clone)]
pub struct TestSpec {
    /// `category:test`.
    pub id: String,
    /// Its name in title case: `Feature Drift`.
    pub name: String,
    /// Its category.
    pub category: Category,
    /// What a failure puts at risk.
    pub risk: Risk,
    /// What its cases compare.
    pub kind: Kind,
    /// Profiles or rows.
    pub scope: Scope,
    /// What must be there.
    pub needs: Needs,
    /// The catalogue's thresholds on the effect; `None` for logical tests.
    pub thresholds: Option<Thresholds>,
    /// The largest effect that can be shown; infinite where there is none.
    pub effect_max: f64,
    /// The unit of effect and thresholds.
    pub unit: Unit,
    /// Whether it runs when the reader says nothing.
    pub default_on: bool,
    /// What it checks, why, how. The page, the report and the docs use this text.
    pub text: TestText,
}

/// What a family is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FamilySubject {
    /// All rows.
    Whole,
    /// A feature, by name.
    Feature(String),
    /// A pair of features, by name.
    Pair(String, String),
    /// The crossing of several features, by name.
    Crossing(Vec<String>),
}

impl FamilySubject {
    /// The features' names.
    pub fn features(&self) -> Vec<String> {
        match self {
            Self::Whole => Vec::new(),
            Self::Feature(name) => vec![name.clone()],
            Self::Pair(a, b) => vec![a.clone(), b.clone()],
            Self::Crossing(names) => names.clone(),
        }
    }
}

/// One question about one feature: the unit of work, of progress and of multiple testing. Fixed before the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// What it is about.
    pub subject: FamilySubject,
    /// The tests (by id) that have a case in it, in catalogue order.
    pub tests: Vec<String>,
}

/// A set of rows of the evaluation set (or of the reference, where a test is about it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowSet {
    /// Every row.
    All,
    /// These, ascending.
    Rows(Vec<u32>),
}

/// Why a row is one of a case's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowReason {
    /// In a few words: `value not in the reference: Opera 12`.
    pub text: String,
    /// The words of a text that are to blame, as they stand there.
    pub words: Vec<String>,
}

/// What a test measured of one case. The verdict is not its business.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// The raw statistic.
    pub statistic: Option<f64>,
    /// Its unit, where it differs from the test's.
    pub statistic_unit: Option<Unit>,
    /// The effect, corrected for noise, larger is worse.
    pub effect: Option<f64>,
    /// The effect's 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// The p-value, for differences.
    pub p_value: Option<f64>,
    /// The smallest effect detectable at 80 % power at a given level α, where the test can say:
    /// the standard error of the effect, for a one-sided normal test.
    pub standard_error: Option<f64>,
    /// Thresholds for this case, where they differ from the test's.
    pub thresholds: Option<Thresholds>,
    /// For logical tests: does it hold?
    pub holds: Option<bool>,
    /// Estimator, test, interval, in a few words: `PSI over 20 reference quantile bins; KS and χ²`.
    pub method: String,
    /// The statistic comes from cells of scores and not from the scores.
    pub approximate: bool,
    /// What was seen, in one sentence with its numbers. No verdict in it.
    pub sentence: String,
    /// Reference rows that entered.
    pub n_reference: Option<u64>,
    /// Evaluation rows that entered.
    pub n_evaluation: Option<u64>,
    /// The part it is about: `≤ 4.6`, `Travel`.
    pub subset: Option<String>,
    /// Whether the weakness was to be expected.
    pub weakness: Option<Weakness>,
    /// The same subset of the reference is as weak.
    pub as_before: bool,
    /// Subsets of much the same rows, which this case stands for.
    pub related: Vec<String>,
    /// Left out, instead of skipped, where it cannot be judged: one of several places that the same search found.
    pub optional: bool,
    /// How many evaluation rows fail or are concerned.
    pub row_count: Option<u64>,
    /// Further numbers.
    pub metrics: Vec<CaseMetric>,
    /// The numbers of the chart.
    pub figure: Option<Figure>,
    /// What the evaluation's metric would be if the rows concerned did as well as the rest: (metric id, from, to).
    pub regain: Option<(String, f64, f64)>,
    /// What this case asks beyond the test's first question (`performance impact`); part of its id.
    pub aspect: Option<String>,
    /// The features that this case is about, where they are not the family's (the conditions of a slice).
    pub features: Vec<String>,
    /// Further cases of the same test and family, each with its own `aspect`, thresholds and evidence.
    pub also: Vec<Measured>,
}

/// A case as its question leaves it.
#[derive(Debug, Clone)]
pub enum Measurement {
    /// It was measured.
    Measured(Box<Measured>),
    /// It could not be judged, and why, as a full sentence.
    Skipped(String),
}

/// One question of the catalogue. Adding one is one file and one line in `catalogue.rs`.
pub trait Question: Sync {
    /// The tests that it owns, in catalogue order. Constant: the same for every run.
    fn tests(&self) -> Vec<TestSpec>;

    /// Further settings of its tests by their catalogue names: numbers (read by [`super::Settings::param`]), words, or `bound`. What is not
    /// listed here is refused.
    fn params(&self) -> &'static [&'static str] {
        &[]
    }

    /// Those of one of its tests, where they are not of all.
    fn params_of(&self, _test: &str) -> &'static [&'static str] {
        self.params()
    }

    /// The id of the metric that a test is about, where it is about one: it can be asked for the metric's tasks only.
    fn metric<'t>(&self, _test: &'t str) -> Option<&'t str> {
        None
    }

    /// The families to ask, given the two sides. Called once, before anything is measured. Tests that the reader has
    /// switched off, and features that he excluded, are left out by the caller.
    fn families(&self, context: &Context) -> Vec<Family>;

    /// Measures all cases of a family: one measurement a test of `family.tests`, in that order.
    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>>;

    /// The evaluation rows that a case is about, from the loaded rows. Called for failing cases when a run ends, and when a
    /// reader opens a case. `None` where the case is about all rows or about none in particular.
    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        let _ = (context, family, test);
        None
    }

    /// Why each of `rows`, taken from [`Question::rows`], is one of them; nothing where the case's subset says it all.
    fn reasons(&self, context: &Context, family: &Family, test: &str, rows: &[u32]) -> Vec<RowReason> {
        let _ = (context, family, test, rows);
        Vec::new()
    }

    /// How bad each of `rows` is, larger is worse: the order in which they are shown. `None` where no row is worse than another, or where
    /// the model is judged and its loss tells.
    fn degrees(&self, context: &Context, family: &Family, test: &str, rows: &[u32]) -> Option<Vec<f64>> {
        let _ = (context, family, test, rows);
        None
    }

    /// The rows of a further case of the test: `aspect` as it stands in the case's id.
    fn rows_of_aspect(&self, context: &Context, family: &Family, test: &str, aspect: &str) -> Option<RowSet> {
        let _ = aspect;
        self.rows(context, family, test)
    }
}
