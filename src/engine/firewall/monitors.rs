//! The monitors that a firewall follows by itself, and the numbers behind them.
//!
//! A monitor is a test over time; where a test asks about features, each of them is a series of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use straingauge_api::{Better, CaseId, Category, Kind, Risk, Severity, Thresholds, Unit};

use super::{Bin, Record};
use crate::stats::fisher;
use crate::stats::proportions::newcombe;
use crate::stress::{Question, TestSpec, metric_of, questions, size, status, strain};
use crate::table::{Feature, FeatureKind};

/// The monitor of rows with any abnormality.
pub const ABNORMALITY: &str = "abnormality_rate";

/// Points from which the share of abnormal rows warns and alerts.
const ABNORMALITY_THRESHOLDS: Thresholds = Thresholds { warning: 0.01, alert: 0.05 };

/// The test whose numbers and categories are followed apart.
const FEATURE_DRIFT: &str = "drift:feature_drift";

/// The aspect of a case that tells what failing rows cost the model.
const IMPACT: &str = "performance_impact";

/// Rules whose cost for the model is followed beside the rows that fail them.
const COSTLY: [&str; 3] = ["numeric_outlier", "unseen_categorical", "rare_categories"];

/// The place of a bin, and what it says.
pub type Placed<'a> = (usize, Cow<'a, Record>);

/// One number over time, before it is drawn.
pub type Track<'a> = Vec<Placed<'a>>;

/// A monitor with its numbers.
#[derive(Debug)]
pub struct Followed<'a> {
    /// See [`straingauge_api::Monitor::id`].
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it follows.
    pub description: String,
    /// The test behind it.
    pub test: Option<String>,
    /// The test's category.
    pub category: Category,
    /// What is at risk.
    pub risk: Risk,
    /// Its numbers by what they are about; empty for all rows.
    pub tracks: BTreeMap<String, Track<'a>>,
}

/// What the monitors need beside the bins.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The features.
    pub features: &'a [Feature],
    /// Abnormal rows of the reference, and its rows.
    pub abnormal: Option<(u64, u64)>,
    /// The level of a bin's evidence.
    pub level: f64,
    /// The id of the metric that is asked of the task first.
    pub leading: &'static str,
}

/// The default monitors, in the order of the catalogue; only those that have a number.
pub fn default_monitors<'a>(bins: &'a [&Bin], about: About<'_>) -> Vec<Followed<'a>> {
    let specs: Vec<TestSpec> = questions().into_iter().flat_map(Question::tests).collect();
    let order: BTreeMap<&str, usize> = specs.iter().enumerate().map(|(i, spec)| (spec.id.as_str(), i)).collect();
    let mut found: BTreeMap<(usize, Part), Followed<'a>> = BTreeMap::new();
    for (at, bin) in bins.iter().enumerate() {
        // What had too few rows to be judged alone is followed all the same: several bins together may have enough.
        for record in bin.records.iter().filter(|r| r.value.is_some() && r.effect.is_some()) {
            let Some(&place) = order.get(record.test.as_str()) else { continue };
            let Some(spec) = specs.get(place) else { continue };
            let Some(part) = part(record, spec, about) else { continue };
            let followed = found.entry((place, part)).or_insert_with(|| follow(spec, part));
            let object = record.features.join(", ");
            followed.tracks.entry(object).or_default().push((at, Cow::Borrowed(record)));
        }
    }
    let mut out: Vec<Followed<'a>> = found.into_values().collect();
    out.extend(abnormality(bins, about));
    out
}

/// A part of a test that has a monitor of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The test itself.
    Whole,
    /// Drift of numbers.
    Numeric,
    /// Drift of categories and other features.
    Categorical,
    /// What rows that fail a rule cost the model.
    Impact,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Whole, Self::Numeric, Self::Categorical, Self::Impact];

    /// The part that a record is about.
    pub fn of(record: &Record, features: &[Feature]) -> Option<Self> {
        if record.test == FEATURE_DRIFT {
            let of = record.features.first().and_then(|name| features.iter().find(|f| f.name == *name))?;
            return Some(if of.kind == FeatureKind::Numeric { Self::Numeric } else { Self::Categorical });
        }
        // Other cases that are told apart within a test belong to nobody's series.
        match CaseId::aspect_of(&record.case) {
            None => Some(Self::Whole),
            Some(aspect) => (aspect == IMPACT).then_some(Self::Impact),
        }
    }

    /// Whether a test has such a part.
    pub fn is_of(self, spec: &TestSpec) -> bool {
        match self {
            Self::Whole => true,
            Self::Numeric | Self::Categorical => spec.id == FEATURE_DRIFT,
            Self::Impact => spec.category == Category::AbnormalInputs,
        }
    }

    /// The id of its monitor.
    pub fn id(self, spec: &TestSpec) -> String {
        format!("{}{}", spec.id, self.suffix())
    }

    /// The name of its monitor.
    pub fn name(self, spec: &TestSpec) -> String {
        match self {
            Self::Whole => spec.name.clone(),
            Self::Numeric => format!("Numeric {}", spec.name),
            Self::Categorical => format!("Categorical {}", spec.name),
            Self::Impact => format!("{}: Performance Impact", spec.name),
        }
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Numeric => "#numeric",
            Self::Categorical => "#categorical",
            Self::Impact => "#performance_impact",
        }
    }
}

/// Which of a test's monitors a record belongs to; `None` where nobody follows it by default.
fn part(record: &Record, spec: &TestSpec, about: About<'_>) -> Option<Part> {
    if record.kind == Kind::Logical {
        return None;
    }
    let part = Part::of(record, about.features)?;
    let costly = || COSTLY.iter().any(|rule| record.test.ends_with(rule));
    let follows = match spec.category {
        Category::AbnormalInputs => part != Part::Impact || costly(),
        Category::ModelPerformance | Category::Drift | Category::EvasionAttackDetection | Category::DataPoisoningDetection => true,
        // Facts of a data set, which the reference shares, are no change.
        Category::BiasAndFairness => record.kind == Kind::Difference,
        // Of the subsets the one metric that everybody asks for first; the others are a custom monitor away.
        Category::SubsetPerformanceDegradation => metric_of(&record.test) == about.leading,
        _ => false,
    };
    follows.then_some(part)
}

fn follow<'a>(spec: &TestSpec, part: Part) -> Followed<'a> {
    Followed {
        id: part.id(spec),
        name: part.name(spec),
        description: spec.text.checks.clone(),
        test: Some(spec.id.clone()),
        category: spec.category,
        risk: spec.risk,
        tracks: BTreeMap::new(),
    }
}

/// The share of rows with any abnormality, against the reference's own.
fn abnormality<'a>(bins: &[&Bin], about: About<'_>) -> Option<Followed<'a>> {
    let (failing, of) = about.abnormal.filter(|a| a.1 > 0)?;
    let record = |bin: &&Bin| {
        let (hits, rows) = (bin.info.abnormal?, bin.info.rows);
        if !bin.info.judged || rows == 0 {
            return None;
        }
        let share = |a: u64, n: u64| a as f64 / n as f64;
        let effect = share(hits, rows) - share(failing, of);
        let (low, high) = newcombe(failing as f64, of as f64, hits as f64, rows as f64, 0.95);
        let p = fisher::greater(failing, of, hits, rows);
        let evident = p <= about.level / super::alarm::families(bin).max(1) as f64;
        let t = ABNORMALITY_THRESHOLDS;
        let severity = if evident { size(effect, t) } else { Severity::Pass };
        Some(Record {
            case: ABNORMALITY.to_owned(),
            test: ABNORMALITY.to_owned(),
            features: Vec::new(),
            subset: None,
            kind: Kind::Difference,
            value: Some(share(hits, rows)),
            reference: Some(share(failing, of)),
            unit: Unit::Share,
            better: Better::Lower,
            realised: None,
            effect: Some(effect),
            effect_unit: Unit::Points,
            low: Some(low),
            high: Some(high),
            p: Some(p),
            q: None,
            thresholds: Some(t),
            n_reference: Some(of),
            n_evaluation: Some(rows),
            rows: Some(hits),
            share: Some(share(hits, rows)),
            status: status(severity),
            severity,
            evident,
            score: strain(effect, t, 1.0),
        })
    };
    let track: Track<'a> = bins.iter().enumerate().filter_map(|(at, bin)| Some((at, Cow::Owned(record(bin)?)))).collect();
    (!track.is_empty()).then(|| Followed {
        id: ABNORMALITY.to_owned(),
        name: "Abnormality Rate".to_owned(),
        description: "The share of rows that break any rule which the reference taught.".to_owned(),
        test: None,
        category: Category::AbnormalInputs,
        risk: Risk::Operational,
        tracks: BTreeMap::from([(String::new(), track)]),
    })
}
