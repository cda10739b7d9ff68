//! From two data sets to a context: texts measured, frame learnt, both sides counted, in short steps.

use std::sync::Arc;

use super::sides::{Aligned, align};
use super::{Context, Settings, Side};
use crate::metrics::Outcomes;
use crate::profile::Profiler;
use crate::profile::rules::{Grain, LearnOptions};
use crate::table::{Column, Dataset, FeatureKind, nearest};
use crate::text::{Measurer, Vocabulary, Whose};
use crate::{Error, Result};

/// Rows of a text column that one step measures.
const TEXT_ROWS: usize = 2_000;

/// The work before the first question.
pub struct Preparation {
    settings: Settings,
    datasets: (Arc<Dataset>, Arc<Dataset>),
    outcomes: (Arc<Outcomes>, Arc<Outcomes>),
    aligned: Vec<Aligned>,
    texts: Vec<TextWork>,
    profiler: Option<(Profiler, usize)>,
}

/// A text column that is being measured, first its vocabulary in the reference, then both sides.
pub(crate) struct TextWork {
    /// Its place among the aligned features; what is measured in it follows.
    index: usize,
    vocabulary: Arc<Vocabulary>,
    /// Rows of the reference that the vocabulary holds.
    learnt: usize,
    sides: Vec<SideWork>,
}

struct SideWork {
    whose: Whose,
    column: Arc<Column>,
    measurer: Measurer,
    next: usize,
}

impl Preparation {
    /// Plans the work for two sides: each a data set with its truth and predictions.
    ///
    /// # Errors
    /// `unknown_column` where the settings leave out what neither side has.
    pub fn new(settings: Settings, reference: (Arc<Dataset>, Outcomes), evaluation: (Arc<Dataset>, Outcomes)) -> Result<Self> {
        let mut aligned = align(&reference.0, &evaluation.0);
        check_excluded(&settings, &aligned, [&reference.0, &evaluation.0])?;
        let excluded = |name: &String| settings.exclude_columns.contains(name);
        // What is measured in a text goes with it.
        aligned.retain(|a| !excluded(&a.feature.name) && !a.feature.measured_in.as_ref().is_some_and(excluded));
        let texts = TextWork::all(&aligned, &[]);
        Ok(Self {
            settings,
            datasets: (reference.0, evaluation.0),
            outcomes: (Arc::new(reference.1), Arc::new(evaluation.1)),
            aligned,
            texts,
            profiler: None,
        })
    }

    /// Steps in all, as far as they are known before the columns are counted.
    pub fn steps(&self) -> usize {
        self.texts.iter().map(TextWork::steps).sum::<usize>() + 2 * self.aligned.len()
    }

    /// Takes one step and says what it was about; `None` when all is prepared.
    ///
    /// # Errors
    /// What a section of the profile could not count.
    pub fn step(&mut self) -> Result<Option<String>> {
        for text in &mut self.texts {
            if let Some(label) = text.step(&mut self.aligned) {
                return Ok(Some(label));
            }
        }
        let (profiler, next) = self.profiler.get_or_insert_with(|| {
            let features = self.aligned.iter().map(|a| a.feature.clone()).collect();
            let side = |dataset: &Arc<Dataset>, outcomes: &Arc<Outcomes>, columns| Side {
                dataset: Arc::clone(dataset),
                outcomes: Arc::clone(outcomes),
                columns,
            };
            let reference = side(&self.datasets.0, &self.outcomes.0, self.aligned.iter().map(|a| a.reference.clone()).collect());
            let evaluation = side(&self.datasets.1, &self.outcomes.1, self.aligned.iter().map(|a| a.evaluation.clone()).collect());
            let options = learn_options(&self.settings, Grain::FINE);
            (Profiler::new(features, reference, evaluation).learning(options).with_exact_areas().naming_new_values(), 0)
        });
        if *next >= profiler.steps() {
            return Ok(None);
        }
        profiler.step(*next)?;
        *next += 1;
        Ok(Some("Counting columns".to_owned()))
    }

    /// Steps still to come, once the columns are being counted.
    pub fn left(&self) -> Option<usize> {
        self.profiler.as_ref().map(|(profiler, next)| profiler.steps().saturating_sub(*next))
    }

    /// The context of the run.
    ///
    /// # Errors
    /// What a section of the profile could not count.
    pub fn finish(mut self) -> Result<Context> {
        while self.step()?.is_some() {}
        let columns = |of: fn(&Aligned) -> &Option<Arc<Column>>| self.aligned.iter().map(|a| of(a).clone()).collect();
        let reference = Side { dataset: self.datasets.0, columns: columns(|a| &a.reference), outcomes: self.outcomes.0 };
        let evaluation = Side { dataset: self.datasets.1, columns: columns(|a| &a.evaluation), outcomes: self.outcomes.1 };
        let (frame, of_reference, of_evaluation) = self.profiler.map(|(p, _)| p.finish()).unwrap_or_default();
        let features = self.aligned.into_iter().map(|a| a.feature).collect();
        Ok(Context::new(self.settings, features, frame, (of_reference, of_evaluation), Some((reference, evaluation))))
    }
}

/// What the reader's settings change in what is learnt.
pub(crate) fn learn_options(settings: &Settings, grain: Grain) -> LearnOptions {
    LearnOptions {
        bound_multiplier: settings.param("abnormal_inputs:numeric_outlier", "bound_multiplier", 3.0),
        ndcg_places: settings.param("model_performance:ndcg", "k", f64::INFINITY),
        grain,
    }
}

/// Columns that are to be left out exist; one that is no feature (a label, an id) may be named all the same.
pub(crate) fn check_excluded(settings: &Settings, aligned: &[Aligned], sides: [&Arc<Dataset>; 2]) -> Result<()> {
    let columns = sides.iter().flat_map(|d| &d.table.columns).map(|c| c.name.as_str());
    let known: Vec<&str> = aligned.iter().map(|a| a.feature.name.as_str()).chain(columns).collect();
    let mut named = settings.exclude_columns.iter().chain(settings.tests.values().flat_map(|t| &t.exclude_columns));
    let Some(unknown) = named.find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let error = Error::new("unknown_column", format!("There is no column \"{unknown}\" to leave out.")).in_column(unknown);
    Err(match nearest(unknown, known.into_iter()) {
        Some(near) => error.mend(format!("Did you mean \"{near}\"?")),
        None => error,
    })
}

impl TextWork {
    /// The work on each text among aligned features. A text whose vocabulary is given (by its place) is measured with it, any other's
    /// is learnt from its reference column first.
    pub(crate) fn all(aligned: &[Aligned], known: &[(usize, Arc<Vocabulary>)]) -> Vec<Self> {
        let side = |whose, column: &Option<Arc<Column>>| {
            column.as_ref().map(|c| SideWork { whose, measurer: Measurer::new(c), column: Arc::clone(c), next: 0 })
        };
        let texts = aligned.iter().enumerate().filter(|(_, a)| a.feature.kind == FeatureKind::Text);
        let work = texts.map(|(index, a)| Self {
            index,
            vocabulary: known.iter().find(|(at, _)| *at == index).map(|(_, v)| Arc::clone(v)).unwrap_or_default(),
            learnt: 0,
            sides: [side(Whose::Reference, &a.reference), side(Whose::Other, &a.evaluation)].into_iter().flatten().collect(),
        });
        work.collect()
    }

    /// Steps in all.
    pub(crate) fn steps(&self) -> usize {
        self.sides.iter().map(|s| s.column.rows().div_ceil(TEXT_ROWS)).sum()
    }

    /// The text's place and its vocabulary.
    pub(crate) fn into_vocabulary(self) -> (usize, Arc<Vocabulary>) {
        (self.index, self.vocabulary)
    }

    /// Takes a step; `None` when nothing is left.
    pub(crate) fn step(&mut self, aligned: &mut [Aligned]) -> Option<String> {
        let name = aligned.get(self.index).map(|a| a.feature.name.clone())?;
        let label = Some(format!("Measuring {name}"));
        if let Some(reference) = self.sides.first().filter(|s| matches!(s.whose, Whose::Reference)) {
            let end = (self.learnt + TEXT_ROWS * 4).min(reference.column.rows());
            if self.learnt < end {
                Arc::make_mut(&mut self.vocabulary).add(&reference.column, self.learnt..end);
                self.learnt = end;
                return label;
            }
        }
        let side = self.sides.first_mut()?;
        let end = (side.next + TEXT_ROWS).min(side.column.rows());
        side.measurer.measure(&side.column, side.next..end, Some((&self.vocabulary, side.whose)));
        side.next = end;
        if end == side.column.rows() {
            let done = self.sides.remove(0);
            let measured = done.measurer.finish();
            for (slot, column) in aligned.iter_mut().skip(self.index + 1).zip(measured) {
                let place = if matches!(done.whose, Whose::Reference) { &mut slot.reference } else { &mut slot.evaluation };
                *place = Some(Arc::new(column));
            }
        }
        label
    }
}
