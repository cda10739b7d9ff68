//! What a question may look at: two sides in one frame, and the settings of the run.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use straingauge_api::{Sensitivity, StressTestConfig, TestConfig, Thresholds};

use super::likeness::equal_rows::EqualRows;
use super::likeness::minhash::near_keys;
use super::likeness::row_keys::Keys;
use super::parameters::default_of;
use super::performance::PartNulls;
use super::subset_performance::Slices;
use super::subset_performance_degradation::FallenSlices;
use super::{Custom, TestSpec};
use crate::Result;
use crate::metrics::Outcomes;
use crate::profile::{Frame, Profile};
use crate::random::Rng;
use crate::table::{Column, Dataset, Feature, FeatureKind};
use crate::text::Vocabulary;

/// Loaded rows of one side.
#[derive(Debug, Clone)]
pub struct Side {
    /// The data set.
    pub dataset: Arc<Dataset>,
    /// The columns of `Context::features`, in that order: the table's and those measured in its texts.
    /// `None` where this side lacks the feature.
    pub columns: Vec<Option<Arc<Column>>>,
    /// Truth and prediction.
    pub outcomes: Arc<Outcomes>,
}

impl Side {
    /// Some rows (ascending) of the side.
    ///
    /// # Errors
    /// `split_failed` where there is no such row.
    pub fn taken(&self, rows: &[u32]) -> Result<Self> {
        let column = |c: &Option<Arc<Column>>| c.as_ref().map(|c| Ok(Arc::new(c.taken(rows)?))).transpose();
        Ok(Self {
            dataset: Arc::new(self.dataset.taken(rows)?),
            columns: self.columns.iter().map(column).collect::<Result<_>>()?,
            outcomes: Arc::new(self.outcomes.select(rows)),
        })
    }
}

/// The settings of a run.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The seed of every draw.
    pub seed: u64,
    /// How readily cases fail.
    pub sensitivity: Sensitivity,
    /// Changes a test, by id.
    pub tests: BTreeMap<String, TestConfig>,
    /// Features that no test is asked about.
    pub exclude_columns: Vec<String>,
    /// What the caller has computed.
    pub custom: Arc<Custom>,
    /// The level of evidence, where it does not follow the sensitivity.
    pub level: Option<f64>,
}

impl Settings {
    /// The settings of a configuration.
    pub fn of(config: &StressTestConfig) -> Self {
        Self {
            seed: config.seed,
            sensitivity: config.sensitivity,
            tests: config.tests.clone(),
            exclude_columns: config.exclude_columns.clone(),
            level: None,
            custom: Arc::new(Custom { metrics: config.custom_metrics.clone(), tests: config.custom_tests.clone() }),
        }
    }

    /// The level α of the run.
    pub fn alpha(&self) -> f64 {
        self.level.unwrap_or(match self.sensitivity {
            Sensitivity::Less => 0.01,
            Sensitivity::Default => 0.05,
            Sensitivity::More => 0.10,
        })
    }

    /// The thresholds of a test: the reader's, else the catalogue's scaled by the sensitivity.
    ///
    /// Effects bounded by 1: 1 − (1 − w)/1.5 (less), w/2 (more); others ×1.5 and ×0.5.
    pub fn thresholds(&self, spec: &TestSpec) -> Option<Thresholds> {
        let scale = |t: f64| match self.sensitivity {
            Sensitivity::Default => t,
            Sensitivity::More => t / 2.0,
            Sensitivity::Less if spec.effect_max <= 1.0 => 1.0 - (1.0 - t) / 1.5,
            Sensitivity::Less => t * 1.5,
        };
        let own = self.tests.get(&spec.id);
        spec.thresholds.map(|t| Thresholds {
            warning: own.and_then(|c| c.warning).unwrap_or_else(|| scale(t.warning)),
            alert: own.and_then(|c| c.alert).unwrap_or_else(|| scale(t.alert)),
        })
    }

    /// A number that the reader set for a test, else `default`.
    pub fn param(&self, test: &str, name: &str, default: f64) -> f64 {
        // What a form says is in force where it is left empty has to be what is in force.
        debug_assert!(default_of(test, name).is_none_or(|said| said == default), "{name} of {test} is {default}");
        self.tests.get(test).and_then(|c| c.params.get(name)).and_then(serde_json::Value::as_f64).unwrap_or(default)
    }
}

/// Everything that a question may look at.
#[derive(Debug)]
pub struct Context {
    /// The settings.
    pub settings: Settings,
    /// The features of the run: those of the reference in file order with its text features behind each text column, then
    /// those that only the evaluation has.
    pub features: Vec<Feature>,
    /// The reference's bin edges, dictionaries, rules: what profiles are built in.
    pub frame: Arc<Frame>,
    /// The reference's profile.
    pub reference: Arc<Profile>,
    /// The evaluation's profile, in the reference's frame.
    pub evaluation: Profile,
    /// The loaded rows (reference, evaluation), for row tests and for showing rows. Absent over merged profiles.
    pub rows: Option<(Side, Side)>,
    /// The evaluation's loaded rows where the reference's are not: a bin's. [`Self::evaluation_rows`] gives them in either case.
    pub bin_rows: Option<Side>,
    /// The reference's vocabularies by the place of the text column, where its rows are not loaded.
    pub vocabularies: Vec<(usize, Arc<Vocabulary>)>,
    /// Same-size draws of the evaluation's confusion matrix, made on first need: all subsets of one size share them.
    pub(crate) part_nulls: OnceLock<Option<PartNulls>>,
    /// The same of the reference's.
    pub(crate) reference_nulls: OnceLock<Option<PartNulls>>,
    /// The worst slices, searched on first need.
    pub(crate) slices: OnceLock<Option<Slices>>,
    /// The slices in which the model fell most, searched on first need.
    pub(crate) fallen_slices: OnceLock<Option<FallenSlices>>,
    /// Both sides' rows by what they hold, sorted on first need.
    pub(super) equal_rows: OnceLock<Option<EqualRows>>,
    /// Keys that nearly equal texts share, by the place of the text column; made on first need.
    near_texts: OnceLock<BTreeMap<usize, (Keys, Keys)>>,
}

impl Context {
    /// Two profiles in one frame, of `features` in their order, with the loaded rows where there are any.
    pub fn new(
        settings: Settings,
        features: Vec<Feature>,
        frame: impl Into<Arc<Frame>>,
        profiles: (impl Into<Arc<Profile>>, Profile),
        rows: Option<(Side, Side)>,
    ) -> Self {
        let (reference, evaluation) = profiles;
        Self {
            settings,
            features,
            frame: frame.into(),
            reference: reference.into(),
            evaluation,
            rows,
            bin_rows: None,
            vocabularies: Vec::new(),
            part_nulls: OnceLock::new(),
            reference_nulls: OnceLock::new(),
            slices: OnceLock::new(),
            fallen_slices: OnceLock::new(),
            equal_rows: OnceLock::new(),
            near_texts: OnceLock::new(),
        }
    }

    /// The evaluation's loaded rows.
    pub fn evaluation_rows(&self) -> Option<&Side> {
        self.rows.as_ref().map(|(_, evaluation)| evaluation).or(self.bin_rows.as_ref())
    }

    /// The index of a feature by name.
    pub fn feature(&self, name: &str) -> Option<usize> {
        self.features.iter().position(|f| f.name == name)
    }

    /// What metrics of random parts of the evaluation set come to, by size.
    pub(crate) fn part_nulls(&self) -> Option<&PartNulls> {
        let draw = || {
            let (frame, tally) = (self.frame.model.as_ref()?, &self.evaluation.model.as_ref()?.tally);
            PartNulls::of_tally(frame, tally, &mut self.rng("subset_performance", "same-size draws"))
        };
        self.part_nulls.get_or_init(draw).as_ref()
    }

    /// What metrics of random parts of the reference come to, by size.
    pub(crate) fn reference_nulls(&self) -> Option<&PartNulls> {
        let draw = || {
            let (frame, tally) = (self.frame.model.as_ref()?, &self.reference.model.as_ref()?.tally);
            PartNulls::of_tally(frame, tally, &mut self.rng("subset_performance", "same-size draws of the reference"))
        };
        self.reference_nulls.get_or_init(draw).as_ref()
    }

    /// The worst slices of the evaluation set.
    pub(crate) fn slices(&self) -> Option<&Slices> {
        self.slices.get_or_init(|| Slices::of(self)).as_ref()
    }

    /// The slices in which the model fell most from reference to evaluation.
    pub(crate) fn fallen_slices(&self) -> Option<&FallenSlices> {
        self.fallen_slices.get_or_init(|| FallenSlices::of(self)).as_ref()
    }

    /// Rows of both sides that are equal in all features that the model sees.
    pub(super) fn equal_rows(&self) -> Option<&EqualRows> {
        self.equal_rows.get_or_init(|| EqualRows::of(self)).as_ref()
    }

    /// The keys of a text column on both sides, equal for texts that are nearly the same.
    pub(super) fn near_texts(&self, feature: usize) -> Option<&(Keys, Keys)> {
        let of = |i: usize| {
            let (reference, evaluation) = self.rows.as_ref()?;
            let column = |side: &Side| side.columns.get(i).cloned().flatten();
            Some((i, near_keys(&*column(reference)?, &*column(evaluation)?)))
        };
        let texts = || self.features.iter().enumerate().filter(|(_, f)| f.kind == FeatureKind::Text).filter_map(|(i, _)| of(i)).collect();
        self.near_texts.get_or_init(texts).get(&feature)
    }

    /// The random stream of a case.
    pub fn rng(&self, test: &str, feature: &str) -> Rng {
        Rng::for_case(self.settings.seed, test, feature)
    }
}
