//! What a run will ask, fixed before anything is measured.
//!
//! Families, and with them the number of questions that the evidence is corrected for, depend on the columns and the
//! configuration alone, never on what was found.

use std::collections::BTreeSet;

use straingauge_api::{Kind, ModelTask, StressTestConfig};

use super::custom::{CustomMetrics, CustomTests};
use super::model_metrics::metric_of;
use super::{Context, Family, Measurement, Question, Scope, Settings, TestSpec, configuration, questions};
use crate::Result;
use crate::metrics::{Outcomes, Prediction, Truth, all, by_id};
use crate::profile::Profile;
use crate::stats::multiple::Evidence;

/// A family with its question, and what was measured once it has been.
pub struct Planned {
    /// Who measures it.
    pub question: &'static dyn Question,
    /// What is asked of whom.
    pub family: Family,
    /// The tests of `family.tests`, as indices into [`Plan::specs`].
    pub specs: Vec<usize>,
    /// One measurement a test, once measured.
    pub results: Option<Vec<Measurement>>,
}

/// What a run will ask.
pub struct Plan {
    /// The tests of the run in catalogue order.
    pub specs: Vec<TestSpec>,
    /// Why a test of `specs` is not asked at all.
    pub unmet: Vec<(usize, String)>,
    /// Tests of `specs` that do not exist for these data.
    pub absent: BTreeSet<usize>,
    /// The families in the order in which they are measured: question after question.
    pub planned: Vec<Planned>,
}

/// Which tests a configuration asks for.
///
/// # Errors
/// As [`configuration::check`]; `category_without_tests` and `no_tests` where nothing would be asked.
pub fn chosen(config: &StressTestConfig, settings: &Settings) -> Result<Vec<(&'static dyn Question, Vec<TestSpec>)>> {
    let mut all: Vec<(&'static dyn Question, Vec<TestSpec>)> = questions().into_iter().map(|q| (q, q.tests())).collect();
    all.push((&CustomMetrics, CustomMetrics::specs(&settings.custom.metrics)));
    all.push((&CustomTests, CustomTests::specs(&settings.custom.tests)));
    configuration::check(config, settings, &all)?;
    let wanted = |spec: &TestSpec| {
        let own = config.tests.get(&spec.id).and_then(|c| c.run);
        let category = config.categories.as_ref().is_none_or(|c| c.contains(&spec.category));
        category && own.unwrap_or(spec.default_on)
    };
    let specs = || all.iter().flat_map(|(_, specs)| specs);
    configuration::check_categories(config, specs())?;
    configuration::check_selection(specs().any(wanted))?;
    Ok(all
        .into_iter()
        .map(|(q, specs)| (q, specs.into_iter().filter(wanted).collect::<Vec<_>>()))
        .filter(|(_, specs)| !specs.is_empty())
        .collect())
}

impl Plan {
    /// Fixes what is asked of two sides.
    pub fn new(context: &Context, task: ModelTask, config: &StressTestConfig) -> Result<Self> {
        // A metric of other tasks is not a question that lacks something; it does not exist here.
        let foreign = |spec: &TestSpec| {
            let metric = metric_of(&spec.id);
            all().iter().any(|d| d.id == metric) && by_id(task, metric).is_none()
        };
        let mut plan = Self { specs: Vec::new(), unmet: Vec::new(), absent: BTreeSet::new(), planned: Vec::new() };
        for (question, specs) in chosen(config, &context.settings)? {
            let first = plan.specs.len();
            let mut open = Vec::new();
            for (i, spec) in specs.iter().enumerate() {
                match unmet(context, spec) {
                    Some(reason) => plan.unmet.push((first + i, reason)),
                    None => open.push(first + i),
                }
            }
            let families = if open.is_empty() { Vec::new() } else { question.families(context) };
            // A variant that no family asks, where others of its question are asked, does not exist for these data (precision for
            // a regression); it is left out. A test that stands alone stays, and says that there was nothing to ask.
            let asked: BTreeSet<&str> = families.iter().flat_map(|f| f.tests.iter().map(String::as_str)).collect();
            let exists = |i: usize, spec: &TestSpec| {
                !foreign(spec) && (families.is_empty() || asked.contains(spec.id.as_str()) || !open.contains(&(first + i)))
            };
            let kept: BTreeSet<usize> = specs.iter().enumerate().filter(|(i, s)| exists(*i, s)).map(|(i, _)| first + i).collect();
            plan.absent.extend((first..first + specs.len()).filter(|i| !kept.contains(i)));
            plan.specs.extend(specs);
            for family in families {
                let features = family.subject.features();
                let excluded = |id: &str| config.tests.get(id).is_some_and(|c| features.iter().any(|f| c.exclude_columns.contains(f)));
                let asked: Vec<usize> = (family.tests.iter())
                    .filter(|id| !excluded(id))
                    .filter_map(|id| open.iter().copied().find(|&s| plan.specs.get(s).is_some_and(|spec| spec.id == **id)))
                    .collect();
                if !asked.is_empty() {
                    let tests = asked.iter().filter_map(|&s| plan.specs.get(s)).map(|s| s.id.clone()).collect();
                    plan.planned.push(Planned { question, family: Family { tests, ..family }, specs: asked, results: None });
                }
            }
        }
        Ok(plan)
    }

    /// Families that carry evidence: those with a difference in them.
    pub fn families_with_evidence(&self) -> usize {
        self.planned.iter().filter(|p| self.has_evidence(p)).count()
    }

    fn has_evidence(&self, planned: &Planned) -> bool {
        planned.specs.iter().filter_map(|&s| self.specs.get(s)).any(|s| s.kind == Kind::Difference)
    }

    /// The evidence of every family's cases, in the order of its tests, a further aspect behind its test.
    pub fn evidence(&self) -> Vec<Vec<Evidence>> {
        let of_test = |planned: &Planned, i: usize, spec: usize| -> Vec<Evidence> {
            let difference = self.specs.get(spec).is_some_and(|s| s.kind == Kind::Difference);
            let result = planned.results.as_ref().map(|r| r.get(i));
            match result {
                Some(Some(Measurement::Measured(m))) => {
                    let p_values = std::iter::once(m.p_value).chain(m.also.iter().map(|a| a.p_value));
                    p_values.map(|p| p.filter(|_| difference).map_or(Evidence::Excluded, Evidence::P)).collect()
                }
                None if difference => vec![Evidence::Pending],
                _ => vec![Evidence::Excluded],
            }
        };
        let of_family = |planned: &Planned| (planned.specs.iter().enumerate()).flat_map(|(i, &spec)| of_test(planned, i, spec)).collect();
        self.planned.iter().map(of_family).collect()
    }

    /// Whether every family that asks this test has been measured.
    pub fn is_complete(&self, spec: usize) -> bool {
        self.planned.iter().filter(|p| p.specs.contains(&spec)).all(|p| p.results.is_some())
    }
}

/// What a test lacks, as a sentence; `None` where all its needs are met.
fn unmet(context: &Context, spec: &TestSpec) -> Option<String> {
    let needs = spec.needs;
    let loaded = match spec.scope {
        Scope::Profile => true,
        Scope::Rows => context.rows.is_some(),
        Scope::EvaluationRows => context.evaluation_rows().is_some(),
    };
    if !loaded {
        return Some("Needs the loaded rows.".to_owned());
    }
    // Where rows are loaded on both sides they say what is there, else the profiles do.
    let all = |of_rows: fn(&Outcomes) -> bool, of_profile: fn(&Profile) -> bool| match &context.rows {
        Some((reference, evaluation)) => of_rows(&reference.outcomes) && of_rows(&evaluation.outcomes),
        None => of_profile(&context.reference) && of_profile(&context.evaluation),
    };
    if needs.model {
        return Some("Needs a model that can be called.".to_owned());
    }
    if needs.predictions
        && !all(|o| !matches!(o.prediction, Prediction::None), |p| p.model.as_ref().is_some_and(|m| m.tally.predicted.rows > 0))
    {
        return Some("Needs predictions for both sets.".to_owned());
    }
    if needs.labels && !all(|o| !matches!(o.truth, Truth::None), |p| p.label.as_ref().is_some_and(|l| l.present > 0)) {
        return Some("Needs labels in both sets.".to_owned());
    }
    if needs.timestamps && !context.rows.as_ref().is_some_and(|(r, e)| [r, e].iter().all(|s| s.dataset.params.timestamp_col.is_some())) {
        return Some("Needs a timestamp column in both sets.".to_owned());
    }
    (needs.protected && !context.features.iter().any(|f| f.protected)).then(|| "Needs a protected feature.".to_owned())
}
