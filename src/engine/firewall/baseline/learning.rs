//! Learning a baseline, in short steps: texts measured, the frame learnt, the reference counted, then each of its weekdays.

use std::collections::VecDeque;
use std::sync::Arc;

use straingauge_api::{ModelTask, StressTestConfig};

use super::{Baseline, DAY, weekday};
use crate::metrics::{self, OutcomeForm, Outcomes};
use crate::profile::rules::Grain;
use crate::profile::{Asked, Learnt, Profile, Profiler};
use crate::stress::{Aligned, RunSide, Settings, Side, TextWork, align, asked_rules, check_excluded, learn_options};
use crate::table::{Dataset, Feature, Values};
use crate::text::Vocabulary;
use crate::{Error, Result};

/// Days that the reference's times must span for its weekdays to be told apart.
const LEAST_DAYS: i64 = 28;
/// Rows that every weekday must have.
const LEAST_ROWS: usize = 100;

/// A baseline under way.
pub struct Learning {
    settings: Settings,
    form: OutcomeForm,
    asked: Asked,
    run_side: RunSide,
    outcomes: Arc<Outcomes>,
    aligned: Vec<Aligned>,
    texts: Vec<TextWork>,
    reference: Option<(Profiler, usize)>,
    learnt: Option<Learnt>,
    side: Option<Side>,
    /// Rows of the weekdays that are still to be counted, and the one that is.
    waiting: VecDeque<Vec<u32>>,
    weekday: Option<(Profiler, usize)>,
    weekdays: Vec<Arc<Profile>>,
}

impl Learning {
    /// Plans to learn from a reference.
    ///
    /// # Errors
    /// Where the configuration names unknown tests or columns, or labels and predictions cannot be those of the task.
    pub fn new(config: &StressTestConfig, task: ModelTask, reference: RunSide) -> Result<Self> {
        let settings = Settings::of(config);
        let asked = asked_rules(config, &settings)?;
        let input = (&*reference.dataset, reference.predictions.as_deref());
        let (outcomes, form) = metrics::reference_outcomes(task, input, config.positive_class.as_deref(), config.decision_threshold)?;
        let mut aligned = align(&reference.dataset, &reference.dataset);
        check_excluded(&settings, &aligned, [&reference.dataset, &reference.dataset])?;
        let excluded = |name: &String| settings.exclude_columns.contains(name);
        aligned.retain(|a| !excluded(&a.feature.name) && !a.feature.measured_in.as_ref().is_some_and(excluded));
        for feature in &mut aligned {
            feature.evaluation = None;
        }
        let texts = TextWork::all(&aligned, &[]);
        Ok(Self {
            settings,
            form,
            asked,
            run_side: reference,
            outcomes: Arc::new(outcomes),
            aligned,
            texts,
            reference: None,
            learnt: None,
            side: None,
            waiting: VecDeque::new(),
            weekday: None,
            weekdays: Vec::new(),
        })
    }

    /// Takes one short step and says what it was about; `None` when all is learnt.
    ///
    /// # Errors
    /// What a section of the profile could not count.
    pub fn step(&mut self) -> Result<Option<String>> {
        for text in &mut self.texts {
            if let Some(label) = text.step(&mut self.aligned) {
                return Ok(Some(label));
            }
        }
        if self.learnt.is_none() {
            self.learn()?;
            return Ok(Some("Learning the reference".to_owned()));
        }
        self.count_weekday()
    }

    /// Steps in all, as far as they are known.
    pub fn steps(&self) -> usize {
        let known = self.reference.as_ref().map_or(2 * self.aligned.len(), |(p, _)| p.steps());
        self.texts.iter().map(TextWork::steps).sum::<usize>() + known
    }

    /// The baseline, settled.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn finish(mut self) -> Result<Baseline> {
        while self.step()?.is_some() {}
        let Learnt { frame, mut profile, abnormal, .. } = self.learnt.unwrap_or_default();
        profile.settle();
        let input = (&*self.run_side.dataset, self.run_side.predictions.as_deref());
        let vocabularies: Vec<(usize, Arc<Vocabulary>)> = self.texts.into_iter().map(TextWork::into_vocabulary).collect();
        Ok(Baseline {
            form: self.form,
            features: self.aligned.into_iter().map(|a| a.feature).collect(),
            frame,
            reference: Arc::new(profile),
            weekdays: (self.weekdays.len() == 7).then_some(self.weekdays),
            vocabularies,
            params: self.run_side.dataset.params.clone(),
            settled: self.run_side.dataset.settled(),
            info: metrics::side_info(input),
            abnormal: self.asked.any().then_some(abnormal),
            settings: self.settings,
            asked: self.asked,
        })
    }

    /// The reference's rows and what they count.
    pub fn rows(&self) -> (&Dataset, &Outcomes) {
        (&self.run_side.dataset, &self.outcomes)
    }

    fn features(&self) -> Vec<Feature> {
        self.aligned.iter().map(|a| a.feature.clone()).collect()
    }

    fn learn(&mut self) -> Result<()> {
        let (mut profiler, next) = if let Some(under_way) = self.reference.take() {
            under_way
        } else {
            let side = Side {
                dataset: Arc::clone(&self.run_side.dataset),
                columns: self.aligned.iter().map(|a| a.reference.clone()).collect(),
                outcomes: Arc::clone(&self.outcomes),
            };
            self.side = Some(side.clone());
            let options = learn_options(&self.settings, Grain::COARSE);
            (Profiler::reference(self.features(), side, &self.asked).learning(options), 0)
        };
        if next < profiler.steps() {
            profiler.step(next)?;
            self.reference = Some((profiler, next + 1));
        } else {
            self.learnt = Some(profiler.learnt());
            self.waiting = weekdays_of(&self.run_side.dataset).unwrap_or_default().into();
        }
        Ok(())
    }

    fn count_weekday(&mut self) -> Result<Option<String>> {
        let label = Some("Counting the reference's weekdays".to_owned());
        if let Some((profiler, next)) = &mut self.weekday {
            let end = (*next + steps_at_once(profiler.rows())).min(profiler.steps());
            for step in *next..end {
                profiler.step(step)?;
            }
            *next = end;
            if end == profiler.steps()
                && let Some((done, _)) = self.weekday.take()
            {
                let mut profile = done.counted().0;
                profile.settle();
                self.weekdays.push(Arc::new(profile));
            }
            return Ok(label);
        }
        let Some(rows) = self.waiting.pop_front() else { return Ok(None) };
        let (Some(side), Some(learnt)) = (&self.side, &self.learnt) else {
            return Err(Error::new("firewall_not_ready", "The reference is not learnt yet."));
        };
        let part = side.taken(&rows)?;
        let frame = Arc::clone(&learnt.frame);
        self.weekday = Some((Profiler::counting(self.features(), frame, part, Some(&learnt.fifths), &Asked::default()), 0));
        Ok(label)
    }
}

/// Profiler steps that are taken together over so few rows that each alone is nothing.
pub(super) fn steps_at_once(rows: usize) -> usize {
    200_000 / rows.max(1_000) + 1
}

/// The rows of each weekday, Monday first, where the times span enough days and each has enough rows.
fn weekdays_of(reference: &Dataset) -> Option<Vec<Vec<u32>>> {
    let Values::Timestamp(times) = &reference.named(reference.params.timestamp_col.as_ref())?.values else { return None };
    let mut days: Vec<Vec<u32>> = vec![Vec::new(); 7];
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    for (row, &moment) in (0u32..).zip(times.values()) {
        // Null slots hold this, by the contract of `Values`.
        if moment == i64::MIN {
            continue;
        }
        (first, last) = (first.min(moment), last.max(moment));
        if let Some(day) = days.get_mut(weekday(moment)) {
            day.push(row);
        }
    }
    // From the beginning of the first day to the end of the last.
    let spans = last.div_euclid(DAY).saturating_sub(first.div_euclid(DAY)).saturating_add(1) >= LEAST_DAYS;
    (spans && days.iter().all(|rows| rows.len() >= LEAST_ROWS)).then_some(days)
}
