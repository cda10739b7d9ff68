//! Learns the frame and counts both sides, in steps small enough that a run can answer between them.

use std::sync::Arc;

use super::abnormal::{AbnormalRows, Asked};
use super::counting::Cells;
use super::embeddings::{EmbeddingWork, Fifths, Stage};
use super::pairs::{Binning, PairFrame, PairProfile, PairRows, PairSide};
use super::rules::{self, LearnOptions, PairRule, RowsOf, Whose};
use super::{
    ColumnFrame, ColumnProfile, Frame, ModelFrame, ModelProfile, NullsProfile, Profile, RowOutcomes, Sampling, SubsetFrame, TokenCounter,
    TokenLearner, ValueProfile, views,
};
use crate::Result;
use crate::metrics::{Outcomes, Prediction, Truth};
use crate::stress::Side;
use crate::table::{Categories, Column, Feature, FeatureKind, MISSING_CODE, Values};
use crate::text::TextFeature;

/// Pairs of features that are counted, at most.
pub const MOST_PAIRS: usize = 200;

/// A column that is profiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// A feature, by its place.
    Feature(usize),
    /// The label.
    Label,
    /// The predicted class.
    PredictedLabel,
    /// What the model said, as numbers: a class's probability, by its place, or the only one.
    Prediction(usize),
}

/// One step of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Learns a column's frame from the reference and counts the reference in it.
    Reference(Slot),
    /// Counts the evaluation in that frame.
    Evaluation(Slot),
    /// Codes truth and prediction of one side's rows; the reference comes first and learns the model's frame.
    Outcomes(Which),
    /// Counts truth and prediction of one whole side.
    Model(Which),
    /// Counts them in the subsets of a feature, by its place; the reference comes first and learns the cut.
    Subsets(usize, Which),
    /// Counts a crossing of protected features, by its place in the plan; the reference comes first and learns the cells.
    Groups(usize, Which),
    /// Counts missing values per row of one side.
    Nulls(Which),
    /// Counts a pair on one side; the reference comes first and learns the pair's frame.
    Pair(PairSide, PairSide, Which),
    /// Counts the rows that fail a feature's rules, by its place; the reference comes first and learns the rules.
    Rules(usize, Which),
    /// Learns the commonest tokens of a text column, by its place, from some rows of the reference.
    Tokens(usize, usize),
    /// Counts the tokens of some rows of one side.
    Documents(usize, Which, usize),
    /// Takes some rows of an embedding, by its place, through a stage.
    Embedding(usize, Stage, usize),
}

impl Step {
    /// The side that it looks at.
    fn side(self) -> Which {
        match self {
            Self::Evaluation(_) | Self::Embedding(_, Stage::Evaluation, _) => Which::Evaluation,
            Self::Reference(_) | Self::Tokens(..) | Self::Embedding(..) => Which::Reference,
            Self::Outcomes(which)
            | Self::Model(which)
            | Self::Subsets(_, which)
            | Self::Groups(_, which)
            | Self::Nulls(which)
            | Self::Pair(_, _, which)
            | Self::Rules(_, which)
            | Self::Documents(_, which, _) => which,
        }
    }
}

/// Rows whose tokens one step looks at.
const TEXT_ROWS: usize = 2_000;

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// What is learnt from.
    Reference,
    /// What is judged.
    Evaluation,
}

/// Builds the frame and the two profiles of a run, step by step.
#[derive(Debug)]
pub struct Profiler {
    pub(super) features: Vec<Feature>,
    pub(super) reference: Side,
    pub(super) evaluation: Side,
    plan: Vec<Step>,
    pub(super) frame: Arc<Frame>,
    pub(super) profiles: (Profile, Profile),
    /// The cell of each row, by feature: what every later section reads instead of the values.
    pub(super) feature_cells: (Vec<Arc<Cells>>, Vec<Arc<Cells>>),
    pub(super) label_cells: (Arc<Cells>, Arc<Cells>),
    pairs: (Vec<PairProfile>, Vec<PairProfile>),
    learning: LearnOptions,
    /// Whether values that are common in the evaluation alone have subsets of their own.
    names_new_values: bool,
    /// The sets of features that are crossed.
    crossed: Vec<Vec<usize>>,
    pub(super) row_outcomes: (Option<Arc<RowOutcomes>>, Option<Arc<RowOutcomes>>),
    exact_areas: bool,
    texts: TextsAtHand,
    embeddings: Vec<EmbeddingWork>,
    /// By which rules the evaluation's rows are judged.
    whose: Whose,
    /// Rows that fail any rule, of the only side that there is.
    abnormal: AbnormalRows,
}

/// What a reference alone teaches.
#[derive(Debug, Default)]
pub struct Learnt {
    /// The frame.
    pub frame: Arc<Frame>,
    /// The reference in it.
    pub profile: Profile,
    /// What the fifths of each of the frame's embeddings taught.
    pub fifths: Vec<Fifths>,
    /// Rows that fail any of the rules that were asked.
    pub abnormal: u64,
}

impl Profiler {
    /// Plans the work for two sides whose columns are those of `features`.
    pub fn new(features: Vec<Feature>, reference: Side, evaluation: Side) -> Self {
        let mut plan = Vec::new();
        let mut slots: Vec<Slot> = (0..features.len()).map(Slot::Feature).collect();
        if !matches!(reference.outcomes.truth, Truth::None) {
            slots.push(Slot::Label);
        }
        if reference.outcomes.predicted_classes().is_some() {
            slots.push(Slot::PredictedLabel);
        }
        let predictions = match &reference.outcomes.prediction {
            Prediction::Score { .. } | Prediction::Numbers(_) => 1,
            Prediction::Probabilities { .. } => reference.outcomes.classes.len(),
            Prediction::Classes(_) | Prediction::None => 0,
        };
        slots.extend((0..predictions).map(Slot::Prediction));
        for slot in slots {
            plan.extend([Step::Reference(slot), Step::Evaluation(slot)]);
        }
        if !matches!(reference.outcomes.prediction, Prediction::None) {
            plan.extend([Step::Outcomes(Which::Reference), Step::Outcomes(Which::Evaluation)]);
            plan.extend([Step::Model(Which::Reference), Step::Model(Which::Evaluation)]);
            plan.extend((0..features.len()).flat_map(|i| [Step::Subsets(i, Which::Reference), Step::Subsets(i, Which::Evaluation)]));
        }
        let mut crossed = Vec::new();
        if !matches!(reference.outcomes.prediction, Prediction::None) {
            crossed = super::crossed(&features, reference.dataset.params.intersections.as_deref());
            plan.extend((0..crossed.len()).flat_map(|i| [Step::Groups(i, Which::Reference), Step::Groups(i, Which::Evaluation)]));
        }
        plan.extend([Step::Nulls(Which::Reference), Step::Nulls(Which::Evaluation)]);
        let labelled = !matches!(reference.outcomes.truth, Truth::None);
        for (a, b) in planned_pairs(&features, labelled) {
            plan.extend([Step::Pair(a, b, Which::Reference), Step::Pair(a, b, Which::Evaluation)]);
        }
        plan.extend((0..features.len()).flat_map(|i| [Step::Rules(i, Which::Reference), Step::Rules(i, Which::Evaluation)]));
        for (i, _) in features.iter().enumerate().filter(|(_, f)| f.kind == FeatureKind::Text) {
            let slices = |side: &Side| 0..side.columns.get(i).and_then(Option::as_deref).map_or(0, views::rows).div_ceil(TEXT_ROWS);
            // A column that a side lacks has nothing to be compared with.
            if slices(&reference).is_empty() || slices(&evaluation).is_empty() {
                continue;
            }
            plan.extend(slices(&reference).map(|slice| Step::Tokens(i, slice)));
            plan.extend(slices(&reference).map(|slice| Step::Documents(i, Which::Reference, slice)));
            plan.extend(slices(&evaluation).map(|slice| Step::Documents(i, Which::Evaluation, slice)));
        }
        let embeddings = embeddings(&reference, &evaluation);
        for (i, work) in embeddings.iter().enumerate() {
            let stages = Stage::ALL.into_iter();
            plan.extend(
                stages.flat_map(|stage| (0..work.rows(stage).div_ceil(TEXT_ROWS)).map(move |slice| Step::Embedding(i, stage, slice))),
            );
        }
        let empty = || features.iter().map(|_| Arc::default()).collect::<Vec<Arc<Cells>>>();
        let side = |s: &Side| {
            let weight = s.outcomes.weights.as_ref().map_or(s.dataset.rows() as f64, |w| w.iter().sum());
            Profile { rows: s.dataset.rows() as u64, weight, ..Profile::default() }
        };
        Self {
            profiles: (side(&reference), side(&evaluation)),
            feature_cells: (empty(), empty()),
            label_cells: <_>::default(),
            pairs: <_>::default(),
            learning: LearnOptions::default(),
            names_new_values: false,
            crossed,
            row_outcomes: (None, None),
            exact_areas: false,
            texts: TextsAtHand::of(&features, &reference, &evaluation),
            embeddings,
            whose: Whose::Other,
            abnormal: AbnormalRows::default(),
            frame: Arc::default(),
            features,
            reference,
            evaluation,
            plan,
        }
    }

    /// Plans the work of a reference without another side. `asked` names the rules whose failing rows are gathered.
    pub fn reference(features: Vec<Feature>, reference: Side, asked: &Asked) -> Self {
        let rows = reference.dataset.rows();
        let mut out = Self::new(features, reference.clone(), reference);
        out.plan.retain(|step| step.side() == Which::Reference);
        out.abnormal = AbnormalRows::new(asked, rows);
        out
    }

    /// Plans to count a side in a given frame. Rows of the reference itself are judged by what the others teach, and need what the fifths
    /// of its embeddings taught.
    pub fn counting(features: Vec<Feature>, frame: Arc<Frame>, side: Side, own: Option<&[Fifths]>, asked: &Asked) -> Self {
        let rows = side.dataset.rows();
        let mut slots: Vec<Slot> = (0..features.len()).map(Slot::Feature).collect();
        slots.extend(frame.label.iter().map(|_| Slot::Label));
        slots.extend(frame.predicted_label.iter().map(|_| Slot::PredictedLabel));
        slots.extend((0..frame.predictions.len()).map(Slot::Prediction));
        let mut plan: Vec<Step> = slots.into_iter().map(Step::Evaluation).collect();
        let this = Which::Evaluation;
        let crossed: Vec<Vec<usize>> = frame.groups.iter().map(|g| g.features.clone()).collect();
        if frame.model.is_some() {
            plan.extend([Step::Outcomes(this), Step::Model(this)]);
            plan.extend((0..features.len()).map(|i| Step::Subsets(i, this)));
            plan.extend((0..crossed.len()).map(|i| Step::Groups(i, this)));
        }
        plan.push(Step::Nulls(this));
        plan.extend(frame.pairs.iter().map(|pair| Step::Pair(pair.a, pair.b, this)));
        plan.extend((0..features.len()).map(|i| Step::Rules(i, this)));
        // A side without rows takes a step all the same: its profile has the cells of all others.
        let slices = |rows: usize| 0..rows.div_ceil(TEXT_ROWS).max(1);
        for text in &frame.texts {
            plan.extend(slices(rows).map(|slice| Step::Documents(text.feature, this, slice)));
        }
        let mut embeddings = Vec::new();
        for (i, embedding) in frame.embeddings.iter().enumerate() {
            let work = EmbeddingWork::counting(embedding, side.dataset.table.column(&embedding.name), own.and_then(|o| o.get(i)));
            plan.extend(slices(work.rows(Stage::Evaluation)).map(|slice| Step::Embedding(i, Stage::Evaluation, slice)));
            embeddings.push(work);
        }
        let mut out = Self::new(Vec::new(), side.clone(), side.clone());
        out.feature_cells.1 = features.iter().map(|_| Arc::default()).collect();
        out.texts = TextsAtHand::of(&features, &side, &side);
        (out.features, out.frame, out.plan, out.crossed, out.embeddings) = (features, frame, plan, crossed, embeddings);
        out.whose = if own.is_some() { Whose::Reference } else { Whose::Other };
        out.abnormal = AbnormalRows::new(asked, rows);
        out
    }

    /// Asks for exact areas under the curves in every subset, for profiles that are never merged.
    #[must_use]
    pub fn with_exact_areas(mut self) -> Self {
        self.exact_areas = true;
        self
    }

    /// Gives values that are common in the evaluation alone subsets of their own, so that they have a name.
    #[must_use]
    pub fn naming_new_values(mut self) -> Self {
        self.names_new_values = true;
        self
    }

    /// Changes how rules are learnt; to be called before the first step.
    #[must_use]
    pub fn learning(mut self, options: LearnOptions) -> Self {
        self.learning = options;
        self
    }

    /// Rows of the side that is judged.
    pub fn rows(&self) -> usize {
        self.evaluation.dataset.rows()
    }

    /// How many steps there are.
    pub fn steps(&self) -> usize {
        self.plan.len()
    }

    /// Takes one step; they are taken in order, each once.
    ///
    /// # Errors
    /// None today; sections to come may have some.
    pub fn step(&mut self, index: usize) -> Result<()> {
        match self.plan.get(index).copied() {
            Some(Step::Reference(slot)) => self.learn(slot),
            Some(Step::Evaluation(slot)) => self.count(slot),
            Some(Step::Outcomes(which)) => self.outcomes(which),
            Some(Step::Model(which)) => self.model(which),
            Some(Step::Subsets(feature, which)) => self.subsets(feature, which),
            Some(Step::Groups(set, which)) => self.groups(set, which),
            Some(Step::Nulls(which)) => self.nulls(which),
            Some(Step::Pair(a, b, which)) => self.pair(a, b, which),
            Some(Step::Rules(feature, which)) => self.rules(feature, which),
            Some(Step::Tokens(feature, slice)) => self.tokens(feature, slice),
            Some(Step::Documents(feature, which, slice)) => self.documents(feature, which, slice),
            Some(Step::Embedding(place, stage, slice)) => self.embedding(place, stage, slice),
            None => {}
        }
        Ok(())
    }

    /// The frame, the reference's profile and the evaluation's.
    pub fn finish(self) -> (Arc<Frame>, Profile, Profile) {
        let (learnt, evaluation) = self.both();
        (learnt.frame, learnt.profile, evaluation)
    }

    /// What the reference alone taught.
    pub fn learnt(self) -> Learnt {
        self.both().0
    }

    fn both(mut self) -> (Learnt, Profile) {
        (self.profiles.0.pairs, self.profiles.1.pairs) = self.pairs;
        let mut fifths = Vec::new();
        let frame = Arc::make_mut(&mut self.frame);
        for mut work in self.embeddings.into_iter().filter(EmbeddingWork::is_learnt) {
            let (reference, evaluation) = std::mem::take(&mut work.profiles);
            self.profiles.0.embeddings.push(reference);
            self.profiles.1.embeddings.push(evaluation);
            let (embedding, taught) = work.into_learnt();
            frame.embeddings.push(embedding);
            fifths.push(taught);
        }
        let fingerprint = frame.fingerprint();
        (self.profiles.0.frame, self.profiles.1.frame) = (fingerprint, fingerprint);
        let learnt = Learnt { frame: self.frame, profile: self.profiles.0, fifths, abnormal: self.abnormal.count() };
        (learnt, self.profiles.1)
    }

    /// The profile of the side that was counted in a given frame, and its rows that fail any of the rules that were asked.
    pub fn counted(mut self) -> (Profile, u64) {
        self.profiles.1.pairs = self.pairs.1;
        self.profiles.1.embeddings.extend(self.embeddings.into_iter().map(|work| work.profiles.1));
        self.profiles.1.frame = self.frame.fingerprint();
        (self.profiles.1, self.abnormal.count())
    }

    fn learn(&mut self, slot: Slot) {
        let reference = self.reference.clone();
        let column = slot_column(slot, &reference, None);
        let (name, kind) = match slot {
            Slot::Feature(i) => self.features.get(i).map_or(("", FeatureKind::Numeric), |f| (f.name.as_str(), f.kind)),
            Slot::Label => ("label", kind_of(&reference.outcomes)),
            Slot::PredictedLabel => ("predicted label", FeatureKind::Categorical),
            Slot::Prediction(k) => match &reference.outcomes.prediction {
                Prediction::Probabilities { .. } => {
                    (reference.outcomes.classes.get(k).map_or("prediction", String::as_str), FeatureKind::Numeric)
                }
                _ => ("prediction", FeatureKind::Numeric),
            },
        };
        let frame = ColumnFrame::learn_in(name, kind, column.as_deref(), self.learning.grain.fine);
        let (profile, cells) = frame.count(column.as_deref(), &Sampling::of(&reference.outcomes));
        let learnt = Arc::make_mut(&mut self.frame);
        match slot {
            Slot::Feature(i) => {
                learnt.columns.push(frame);
                set(&mut self.feature_cells.0, i, cells);
            }
            Slot::Label => {
                learnt.label = Some(frame);
                self.label_cells.0 = Arc::new(cells);
            }
            Slot::PredictedLabel => learnt.predicted_label = Some(frame),
            Slot::Prediction(_) => learnt.predictions.push(frame),
        }
        place(&mut self.profiles.0, slot, profile);
    }

    fn count(&mut self, slot: Slot) {
        let frame = match slot {
            Slot::Feature(i) => self.frame.columns.get(i),
            Slot::Label => self.frame.label.as_ref(),
            Slot::PredictedLabel => self.frame.predicted_label.as_ref(),
            Slot::Prediction(k) => self.frame.predictions.get(k),
        };
        let Some(frame) = frame else { return };
        let column = slot_column(slot, &self.evaluation, Some(&self.reference.outcomes));
        let (profile, cells) = frame.count(column.as_deref(), &Sampling::of(&self.evaluation.outcomes));
        match slot {
            Slot::Feature(i) => set(&mut self.feature_cells.1, i, cells),
            Slot::Label => self.label_cells.1 = Arc::new(cells),
            Slot::PredictedLabel | Slot::Prediction(_) => {}
        }
        place(&mut self.profiles.1, slot, profile);
    }

    fn outcomes(&mut self, which: Which) {
        if which == Which::Reference {
            let options = self.learning;
            Arc::make_mut(&mut self.frame).model =
                ModelFrame::learn_for(&self.reference.outcomes, options.ndcg_places, options.grain.scores);
        }
        let Some(frame) = &self.frame.model else { return };
        let code = |side: &Side| {
            let mut rows = RowOutcomes::code_rows(frame, &side.outcomes, side.dataset.rows());
            if self.exact_areas {
                rows.order_scores(frame, &side.outcomes);
            }
            Some(Arc::new(rows))
        };
        match which {
            Which::Reference => self.row_outcomes.0 = code(&self.reference),
            Which::Evaluation => self.row_outcomes.1 = code(&self.evaluation),
        }
    }

    fn model(&mut self, which: Which) {
        let Some(frame) = &self.frame.model else { return };
        let (side, rows, profile) = match which {
            Which::Reference => (&self.reference, &self.row_outcomes.0, &mut self.profiles.0),
            Which::Evaluation => (&self.evaluation, &self.row_outcomes.1, &mut self.profiles.1),
        };
        profile.model = rows.as_ref().map(|rows| ModelProfile::count(frame, &side.outcomes, rows));
    }

    fn subsets(&mut self, feature: usize, which: Which) {
        if which == Which::Reference {
            let column = self.reference.columns.get(feature).and_then(Option::as_deref);
            let evaluation = self.evaluation.columns.get(feature).and_then(Option::as_deref).filter(|_| self.names_new_values);
            let learnt = self.features.get(feature).zip(column).and_then(|(f, c)| SubsetFrame::learn_with(f, c, evaluation));
            Arc::make_mut(&mut self.frame).subsets.push(learnt);
        }
        let Some(model) = &self.frame.model else { return };
        let (side, rows, profile) = match which {
            Which::Reference => (&self.reference, &self.row_outcomes.0, &mut self.profiles.0),
            Which::Evaluation => (&self.evaluation, &self.row_outcomes.1, &mut self.profiles.1),
        };
        let column = side.columns.get(feature).and_then(Option::as_deref);
        let cut = self.frame.subsets.get(feature).and_then(Option::as_ref);
        profile.subsets.push(cut.zip(rows.as_ref()).map(|(cut, rows)| cut.count(model, column, rows)));
    }

    fn groups(&mut self, set: usize, which: Which) {
        let Some(places) = self.crossed.get(set) else { return };
        if which == Which::Reference {
            let frame = Arc::make_mut(&mut self.frame);
            let cuts: Vec<_> = places.iter().filter_map(|&i| frame.subsets.get(i)?.as_ref()).collect();
            let columns: Vec<&Column> = places.iter().filter_map(|&i| self.reference.columns.get(i)?.as_deref()).collect();
            if cuts.len() == places.len() && columns.len() == places.len() {
                let learnt = super::GroupFrame::learn(places, &cuts, &columns);
                frame.groups.extend(learnt);
            }
        }
        let Some(model) = &self.frame.model else { return };
        let (side, rows, profile) = match which {
            Which::Reference => (&self.reference, &self.row_outcomes.0, &mut self.profiles.0),
            Which::Evaluation => (&self.evaluation, &self.row_outcomes.1, &mut self.profiles.1),
        };
        let cuts: Vec<_> = places.iter().filter_map(|&i| self.frame.subsets.get(i)?.as_ref()).collect();
        let columns: Vec<&Column> = places.iter().filter_map(|&i| side.columns.get(i)?.as_deref()).collect();
        let Some((frame, rows)) = self.frame.groups.iter().rfind(|f| f.features == *places).zip(rows.as_ref()) else { return };
        profile.groups.push(frame.count(model, frame.cells_of(&cuts, &columns), rows));
    }

    fn nulls(&mut self, which: Which) {
        let shared: Vec<usize> = (0..self.features.len())
            .filter(|&i| self.features.get(i).is_some_and(|f| f.measured_in.is_none()))
            .filter(|&i| self.counts_alone() || self.sides().iter().all(|s| s.columns.get(i).is_some_and(Option::is_some)))
            .collect();
        let count = |side: &Side| {
            let columns = shared.iter().filter_map(|&i| side.columns.get(i)).filter_map(Option::as_deref);
            NullsProfile::count(columns, shared.len(), side.dataset.rows(), &Sampling::of(&side.outcomes))
        };
        match which {
            Which::Reference => self.profiles.0.nulls = count(&self.reference),
            Which::Evaluation => self.profiles.1.nulls = count(&self.evaluation),
        }
    }

    fn sides(&self) -> [&Side; 2] {
        [&self.reference, &self.evaluation]
    }

    /// Whether a side is counted in a frame that was learnt before.
    fn counts_alone(&self) -> bool {
        !self.plan.iter().any(|step| step.side() == Which::Reference)
    }

    fn pair(&mut self, a: PairSide, b: PairSide, which: Which) {
        if which == Which::Reference {
            let ranks = self.rankable(a) && self.rankable(b);
            let (Some(bins_a), Some(bins_b)) = (self.binning(a, ranks), self.binning(b, ranks)) else { return };
            Arc::make_mut(&mut self.frame).pairs.push(PairFrame { a, b, bins_a, bins_b });
        }
        // Each side counts the pairs in the order of the frame.
        let at = if which == Which::Reference { self.pairs.0.len() } else { self.pairs.1.len() };
        let Some(frame) = self.frame.pairs.get(at).filter(|f| (f.a, f.b) == (a, b)) else { return };
        let side = if which == Which::Reference { &self.reference } else { &self.evaluation };
        let (columns_a, columns_b) = (pair_column(a, side), pair_column(b, side));
        let cells = |side: PairSide| match (side, which) {
            (PairSide::Feature(i), Which::Reference) => self.feature_cells.0.get(i).cloned().unwrap_or_default(),
            (PairSide::Feature(i), Which::Evaluation) => self.feature_cells.1.get(i).cloned().unwrap_or_default(),
            (PairSide::Label, Which::Reference) => self.label_cells.0.clone(),
            (PairSide::Label, Which::Evaluation) => self.label_cells.1.clone(),
        };
        let (cells_a, cells_b) = (cells(a), cells(b));
        let ranked = frame.ranked();
        // A label of two classes counts as 0 and 1.
        let classes = (ranked && frame.bins_b.information.is_none())
            .then(|| cells_b.iter().map(|&c| if c < 2 { f64::from(c) } else { f64::NAN }).collect::<Vec<f64>>());
        let numbers = |column| Option::as_deref(column).filter(|_| ranked).and_then(views::numbers);
        let (values_a, values_b) = (numbers(&columns_a), if classes.is_some() { None } else { numbers(&columns_b) });
        let rows_a = PairRows { cells: &cells_a, values: values_a.as_deref() };
        let rows_b = PairRows { cells: &cells_b, values: classes.as_deref().or(values_b.as_deref()) };
        let profile = frame.count(rows_a, rows_b, &Sampling::of(&side.outcomes));
        let unit = |side| {
            if let PairSide::Feature(i) = side {
                self.profiles.0.columns.get(i)?.category().map(crate::profile::CategoryProfile::group_deff)
            } else {
                None
            }
        };
        let learnt = (which == Which::Reference)
            .then(|| PairRule::learn(at, frame, &profile, unit(a).into_iter().chain(unit(b)).fold(1.0, f64::max)))
            .flatten();
        let own = which == Which::Reference || self.whose == Whose::Reference;
        if let Some(rule) = learnt.as_ref().or_else(|| self.frame.rules.pairs.iter().rfind(|r| r.pair == at)) {
            let asks = |side| if let PairSide::Feature(i) = side { self.features.get(i) } else { None };
            let asked = asks(a).zip(asks(b)).is_some_and(|(a, b)| self.abnormal.asks_pair(a, b));
            let failing = if asked || !own || side.outcomes.groups.is_some() {
                rule.failing_rows(frame, &cells_a, &cells_b, if own { Whose::Reference } else { Whose::Other })
            } else {
                Vec::new()
            };
            if asked {
                self.abnormal.add(&failing);
            }
            if own {
                let count = rules::RuleCount { clusters: rules::clusters(&failing, &side.outcomes), ..rule.count_reference(&profile) };
                let counts = if which == Which::Reference { &mut self.profiles.0 } else { &mut self.profiles.1 };
                counts.rules.pairs.push(count);
            } else {
                let rows = RowsOf { outcomes: &side.outcomes, model: self.frame.model.as_ref().zip(self.row_outcomes.1.as_deref()) };
                let value = |column: &Option<Arc<Column>>, row| column.as_deref().map_or_else(String::new, |c| rules::shown(c, row));
                let values = |row| format!("{} · {}", value(&columns_a, row), value(&columns_b, row));
                self.profiles.1.rules.pairs.push(rules::count(&failing, profile.n, values, rows));
            }
        }
        Arc::make_mut(&mut self.frame).rules.pairs.extend(learnt);
        if which == Which::Reference { &mut self.pairs.0 } else { &mut self.pairs.1 }.push(profile);
    }

    fn rules(&mut self, feature: usize, which: Which) {
        let Some(described) = self.features.get(feature) else { return };
        let (side, whose) = match which {
            Which::Reference => (&self.reference, Whose::Reference),
            Which::Evaluation => (&self.evaluation, self.whose),
        };
        let unseen = TextFeature::UnseenTokenShare.column(&described.name);
        let unseen = self.features.iter().position(|f| described.kind == FeatureKind::Text && f.name == unseen);
        let column = |i: usize| side.columns.get(i).and_then(Option::as_deref);
        if which == Which::Reference {
            let profiles = &self.profiles.0.columns;
            let unseen = unseen.and_then(|i| self.frame.columns.get(i).zip(profiles.get(i)));
            let learnt = match self.frame.columns.get(feature).zip(profiles.get(feature)) {
                // What is measured in a text is not an input of its own.
                Some((frame, profile)) if described.measured_in.is_none() => {
                    rules::learn(described.kind, column(feature), frame, profile, unseen, self.learning)
                }
                _ => rules::FeatureRules::default(),
            };
            Arc::make_mut(&mut self.frame).rules.features.push(learnt);
        }
        let Some((frame, learnt)) = self.frame.columns.get(feature).zip(self.frame.rules.features.get(feature)) else { return };
        let model = self.frame.model.as_ref().zip(if whose == Whose::Reference { None } else { self.row_outcomes.1.as_deref() });
        let mut counts = Vec::new();
        for rule in &learnt.rules {
            let Some(values) = column(feature) else {
                counts.push(super::RuleCount::default());
                continue;
            };
            let (failing, asked) = rules::failing_rows(rule, learnt, frame, values, unseen.and_then(column), whose);
            if self.abnormal.asks(rule.kind(), &described.name) {
                self.abnormal.add(&failing);
            }
            counts.push(rules::count(&failing, asked, |row| rules::shown(values, row), RowsOf { outcomes: &side.outcomes, model }));
        }
        match which {
            Which::Reference => self.profiles.0.rules.features.push(counts),
            Which::Evaluation => self.profiles.1.rules.features.push(counts),
        }
    }

    fn tokens(&mut self, feature: usize, slice: usize) {
        let Some(column) = self.reference.columns.get(feature).and_then(Option::as_deref) else { return };
        let learner = self.texts.learner.get_or_insert_default();
        let documents = &self.texts.documents.0;
        documents.slice(slice, &mut |rows| learner.add(column, rows));
        if documents.ends(slice)
            && let Some(learner) = self.texts.learner.take()
        {
            Arc::make_mut(&mut self.frame).texts.push(super::TextFrame { feature, grams: learner.finish(column) });
        }
    }

    fn documents(&mut self, feature: usize, which: Which, slice: usize) {
        let (side, profile, documents) = match which {
            Which::Reference => (&self.reference, &mut self.profiles.0, &self.texts.documents.0),
            Which::Evaluation => (&self.evaluation, &mut self.profiles.1, &self.texts.documents.1),
        };
        let Some(frame) = self.frame.texts.iter().find(|f| f.feature == feature) else { return };
        let counter = self.texts.counter.get_or_insert_with(|| TokenCounter::new(&frame.grams));
        if let Some(column) = side.columns.get(feature).and_then(Option::as_deref) {
            let sampling = Sampling::of(&side.outcomes);
            documents.slice(slice, &mut |rows| counter.add(&frame.grams, column, rows, &sampling));
        }
        if documents.ends(slice) {
            profile.texts.extend(self.texts.counter.take().map(TokenCounter::finish));
        }
    }

    fn embedding(&mut self, place: usize, stage: Stage, slice: usize) {
        let Some(work) = self.embeddings.get_mut(place) else { return };
        let (side, coded) = match stage {
            Stage::Evaluation => (&self.evaluation, self.row_outcomes.1.as_deref()),
            _ => (&self.reference, None),
        };
        let end = ((slice + 1) * TEXT_ROWS).min(work.rows(stage));
        // Failing rows of the reference are not tallied.
        let coded = coded.filter(|_| self.whose == Whose::Other);
        let of = RowsOf { outcomes: &side.outcomes, model: self.frame.model.as_ref().zip(coded) };
        work.step(stage, slice * TEXT_ROWS..end, of);
        if matches!(stage, Stage::Reference | Stage::Evaluation) && end == work.rows(stage) && self.abnormal.asks_embedding(work.name()) {
            self.abnormal.add(&work.beyond());
        }
    }

    fn pair_frame(&self, side: PairSide) -> Option<(&ColumnFrame, &ColumnProfile)> {
        match side {
            PairSide::Feature(i) => self.frame.columns.get(i).zip(self.profiles.0.columns.get(i)),
            PairSide::Label => self.frame.label.as_ref().zip(self.profiles.0.label.as_ref()),
        }
    }

    /// Whether the values have an order: numbers, and a label of two classes.
    fn rankable(&self, side: PairSide) -> bool {
        self.pair_frame(side).is_some_and(|(frame, _)| {
            frame.numeric().is_some() || side == PairSide::Label && frame.category().is_some_and(|c| c.names.len() == 2)
        })
    }

    fn binning(&self, side: PairSide, ranks: bool) -> Option<Binning> {
        let (frame, profile) = self.pair_frame(side)?;
        Binning::of(frame, profile, ranks.then_some(self.learning.grain.ranks)).map(|b| Binning { ordered: ranks, ..b })
    }
}

/// The embeddings that both sides have, in the reference's order.
fn embeddings(reference: &Side, evaluation: &Side) -> Vec<EmbeddingWork> {
    let names = |side: &Side| side.dataset.params.embedding_cols.clone().unwrap_or_default();
    let of_evaluation = names(evaluation);
    (names(reference).iter())
        .filter(|name| of_evaluation.contains(name))
        .filter_map(|name| EmbeddingWork::of(name, reference.dataset.table.column(name)?, evaluation.dataset.table.column(name)?))
        .collect()
}

/// What is at hand while texts are counted, slice by slice.
#[derive(Debug, Default)]
struct TextsAtHand {
    documents: (Documents, Documents),
    learner: Option<TokenLearner>,
    counter: Option<TokenCounter>,
}

impl TextsAtHand {
    fn of(features: &[Feature], reference: &Side, evaluation: &Side) -> Self {
        if features.iter().all(|f| f.kind != FeatureKind::Text) {
            return Self::default();
        }
        let documents = |side: &Side| Documents::of(side.dataset.rows(), side.outcomes.groups.as_deref());
        Self { documents: (documents(reference), documents(evaluation)), learner: None, counter: None }
    }
}

/// The rows of a side in the order of their documents: a row each, or the rows of a group.
#[derive(Debug, Default)]
struct Documents {
    rows: Vec<u32>,
    /// By place in `rows`: whether a document begins there.
    begins: Vec<bool>,
}

impl Documents {
    fn of(rows: usize, groups: Option<&[u32]>) -> Self {
        let mut order: Vec<u32> = (0..rows as u32).collect();
        let group = |row: u32| groups.map_or(u64::from(row), |g| g.get(row as usize).map_or(u64::MAX, |&g| u64::from(g)));
        order.sort_by_key(|&row| group(row));
        let begins = (0..rows).map(|i| i == 0 || order.get(i).map(|&r| group(r)) != order.get(i - 1).map(|&r| group(r))).collect();
        Self { rows: order, begins }
    }

    /// Calls `see` with the documents that begin in a slice.
    fn slice(&self, slice: usize, see: &mut dyn FnMut(&[u32])) {
        let begins = |at: usize| self.begins.get(at).copied().unwrap_or(true);
        let mut at = slice * TEXT_ROWS;
        while !begins(at) {
            at += 1;
        }
        let end = ((slice + 1) * TEXT_ROWS).min(self.rows.len());
        while at < end {
            let mut next = at + 1;
            while !begins(next) {
                next += 1;
            }
            see(self.rows.get(at..next).unwrap_or_default());
            at = next;
        }
    }

    fn ends(&self, slice: usize) -> bool {
        (slice + 1) * TEXT_ROWS >= self.rows.len()
    }
}

/// The pairs to count: each feature with the label; then features with features, at most [`MOST_PAIRS`]. Pairs of a protected feature come first,
/// as fairness asks what tells of them; then columns of the file, what is measured in texts behind them; among those, columns that stand
/// next to each other before those further apart, so that every column has its turn however many there are. Two features measured in one
/// text are bound to go together and are left out.
fn planned_pairs(features: &[Feature], labelled: bool) -> Vec<(PairSide, PairSide)> {
    let pairable: Vec<(usize, &Feature)> = features.iter().enumerate().filter(|(_, f)| f.kind != FeatureKind::Text).collect();
    let mut out: Vec<(PairSide, PairSide)> = Vec::new();
    if labelled {
        out.extend(pairable.iter().map(|&(i, _)| (PairSide::Feature(i), PairSide::Label)));
    }
    let most = out.len() + MOST_PAIRS;
    for turn in 0..3 {
        for gap in 1..pairable.len() {
            for (a, b) in pairable.iter().zip(pairable.iter().skip(gap)) {
                let text = |f: &Feature| f.measured_in.is_some();
                let own = if a.1.protected || b.1.protected { 0 } else { 1 + u8::from(text(a.1) || text(b.1)) };
                let wanted = own == turn && !(text(a.1) && a.1.measured_in == b.1.measured_in);
                if wanted && out.len() < most {
                    out.push((PairSide::Feature(a.0), PairSide::Feature(b.0)));
                }
            }
            if out.len() == most {
                return out;
            }
        }
    }
    out
}

fn set(cells: &mut [Arc<Cells>], at: usize, value: Cells) {
    if let Some(slot) = cells.get_mut(at) {
        *slot = Arc::new(value);
    }
}

fn place(profile: &mut Profile, slot: Slot, column: ColumnProfile) {
    match slot {
        Slot::Feature(_) => profile.columns.push(column),
        Slot::Label => profile.label = Some(column),
        Slot::PredictedLabel => profile.predicted_label = Some(column),
        Slot::Prediction(_) => profile.predictions.push(column),
    }
}

fn kind_of(outcomes: &Outcomes) -> FeatureKind {
    if matches!(outcomes.truth, Truth::Numbers(_) | Truth::Entities { .. }) { FeatureKind::Numeric } else { FeatureKind::Categorical }
}

fn pair_column(side: PairSide, of: &Side) -> Option<Arc<Column>> {
    match side {
        PairSide::Feature(i) => slot_column(Slot::Feature(i), of, None),
        PairSide::Label => slot_column(Slot::Label, of, None),
    }
}

/// The column of a slot. Labels and predictions become columns of their own; what the reference said in another form than
/// this side is absent here.
fn slot_column(slot: Slot, side: &Side, reference: Option<&Outcomes>) -> Option<Arc<Column>> {
    let outcomes = &side.outcomes;
    let same_form = |a: &Prediction| reference.is_none_or(|r| std::mem::discriminant(&r.prediction) == std::mem::discriminant(a));
    let values = match slot {
        Slot::Feature(i) => return side.columns.get(i).cloned().flatten(),
        Slot::Label => return label_column(outcomes),
        Slot::PredictedLabel => codes(outcomes, outcomes.predicted_classes()?),
        Slot::Prediction(k) => match &outcomes.prediction {
            p if !same_form(p) => return None,
            Prediction::Score { score, .. } => number(score.clone()),
            Prediction::Numbers(values) => number(values.clone()),
            Prediction::Probabilities { values, .. } => {
                let width = outcomes.classes.len().max(1);
                number(values.chunks(width).map(|row| row.get(k).copied().unwrap_or(f64::NAN)).collect())
            }
            Prediction::Classes(_) | Prediction::None => return None,
        },
    };
    Some(nameless(values))
}

/// The label as a column; `None` where no row can have one.
pub(crate) fn label_column(outcomes: &Outcomes) -> Option<Arc<Column>> {
    let values = match &outcomes.truth {
        Truth::Classes(truth) => codes(outcomes, truth),
        Truth::Numbers(truth) | Truth::Entities { count: truth, .. } => number(truth.clone()),
        Truth::None => return None,
    };
    Some(nameless(values))
}

fn codes(outcomes: &Outcomes, codes: &[u32]) -> Values {
    let codes = codes.iter().map(|&c| if (c as usize) < outcomes.classes.len() { c } else { MISSING_CODE }).collect();
    Values::Category(Categories { codes, names: outcomes.classes.clone() })
}

fn number(values: Vec<f64>) -> Values {
    Values::Number { values: arrow::array::Float64Array::from(values), integer: false }
}

fn nameless(values: Values) -> Arc<Column> {
    Arc::new(Column { name: String::new(), values, cells: crate::table::Cells::default() })
}

impl ColumnProfile {
    /// Whether anything was counted.
    pub fn is_counted(&self) -> bool {
        self.rows > 0 && !matches!(self.values, ValueProfile::Absent)
    }
}
