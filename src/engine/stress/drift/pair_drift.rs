//! Drift of pairs: do two columns still go together as they did?
//!
//! Rank correlation and mutual information put one question about one pair, so they are one family; with the label, the fall of
//! information joins them.

use straingauge_api::{Category, Unit};

use super::attribution;
use super::pair_change::PairSides;
use crate::Result;
use crate::profile::{ColumnProfile, MOST_PAIRS, PairFrame, PairSide, Profile};
use crate::stress::{Context, Family, FamilySubject, Measurement, Needs, Question, TestSpec};

const CORRELATION: [&str; 2] = ["drift:correlation_drift_feature_to_feature", "drift:correlation_drift_feature_to_label"];
const INFORMATION: [&str; 2] = ["drift:mutual_information_drift_feature_to_feature", "drift:mutual_information_drift_feature_to_label"];
const DECREASE: &str = "data_cleanliness:mutual_information_decrease_feature_to_label";

/// Asks pairs of features, and each feature with the label.
pub struct PairDrift;

impl Question for PairDrift {
    fn tests(&self) -> Vec<TestSpec> {
        let labelled = Needs { labels: true, ..Needs::default() };
        let correlation = |test: &str, name: &str, needs, checks: &str, matters: &str, whom: &str| TestSpec {
            unit: Unit::Number,
            effect_max: 2.0,
            ..super::spec(
                test,
                name,
                needs,
                (0.3, 0.5),
                [
                    checks,
                    matters,
                    &format!(
                        "The change of Spearman's rank correlation, taken from the same bins on both sides, or what is left of it once both sides have the evaluation's margins where that is less, less what chance gives samples of these sizes; Pearson's is shown beside it. The evidence is two-sided, by Fisher's z with a variance that holds for any kind of dependence, corrected for the number of questions asked. {whom} Pairs whose correlation stays under 0.1 on both sides show no effect."
                    ),
                ],
            )
        };
        let information = |test: &str, name: &str, needs, checks: &str, matters: &str, whom: &str| TestSpec {
            unit: Unit::Number,
            effect_max: 1.0,
            ..super::spec(
                test,
                name,
                needs,
                (0.1, 0.2),
                [
                    checks,
                    matters,
                    &format!(
                        "The change of adjusted mutual information (1 for a copy, 0 for chance), or what is left of it once both sides have the evaluation's margins where that is less, less what chance gives samples of these sizes; the statistic is the change of the plain 2·I/(H + H). Numbers are cut into at most 10 quantiles of the reference, the rarer values of categories put together (at most 20 remain), until the smaller set has 5 rows a cell; both sides share the cells. The evidence is two-sided, by the difference of two gamma distributions, corrected for the number of questions asked. {whom}"
                    ),
                ],
            )
        };
        let pairs = "At most 200 pairs are asked, columns that stand next to each other in the file first.";
        let label = "A label of two classes counts as 0 and 1.";
        let decrease = information(
            "",
            "Mutual Information Decrease Feature To Label",
            labelled,
            "Whether a feature that told much of the label in the reference set tells less of it in the evaluation set.",
            "A feature that loses its say is usually broken: shuffled, filled with a default, joined to the wrong rows. The model still leans on it.",
            "Here the evidence is one-sided, for a fall alone, and only features are asked whose adjusted mutual information with the label is 0.2 or more in the reference.",
        );
        vec![
            correlation(
                "correlation_drift_feature_to_feature",
                "Correlation Drift Feature To Feature",
                Needs::default(),
                "Whether two numeric features rise and fall together in the evaluation set as they did in the reference set.",
                "Each feature may look as it always did while the two have come apart: a join that slipped, a unit that changed for some rows, a sensor that froze.",
                pairs,
            ),
            correlation(
                "correlation_drift_feature_to_label",
                "Correlation Drift Feature To Label",
                labelled,
                "Whether the label (a number, or one of two classes) rises with a numeric feature as it did in the reference set.",
                "When a feature comes to mean something else for the outcome, the model is wrong in a way that no look at the inputs can show.",
                label,
            ),
            information(
                "mutual_information_drift_feature_to_feature",
                "Mutual Information Drift Feature To Feature",
                Needs::default(),
                "Whether two features, numbers or categories, tell as much of each other in the evaluation set as they did in the reference set.",
                "It sees what a correlation cannot: categories, and ties between numbers that are no straight line.",
                pairs,
            ),
            information(
                "mutual_information_drift_feature_to_label",
                "Mutual Information Drift Feature To Label",
                labelled,
                "Whether a feature tells as much of the label in the evaluation set as it did in the reference set.",
                "A feature that gains is a leak in the making, one that loses is broken or out of date; both change what the model can know.",
                "",
            ),
            TestSpec { id: DECREASE.to_owned(), category: Category::DataCleanliness, ..decrease },
        ]
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size", "min_correlation", "min_mutual_information", "max_pairwise_tests"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let mut asked = [0usize; 4];
        let mut open = |test: &str, kind: usize, exists: bool| {
            let most = context.settings.param(test, "max_pairwise_tests", MOST_PAIRS as f64).clamp(0.0, MOST_PAIRS as f64) as usize;
            let slot = asked.get_mut(kind)?;
            (exists && *slot < most).then(|| *slot += 1)?;
            Some(test.to_owned())
        };
        let name = |side: PairSide| if let PairSide::Feature(i) = side { Some(context.features.get(i)?.name.clone()) } else { None };
        (context.frame.pairs.iter())
            .filter_map(|pair| {
                let label = usize::from(pair.b == PairSide::Label);
                let a = name(pair.a)?;
                let subject = if label == 1 { FamilySubject::Feature(a) } else { FamilySubject::Pair(a, name(pair.b)?) };
                let [correlation, information] = [CORRELATION.get(label)?, INFORMATION.get(label)?];
                let tests = [
                    open(correlation, label, pair.ranked()),
                    open(information, 2 + label, true),
                    (label == 1).then(|| DECREASE.to_owned()),
                ];
                Some(Family { subject, tests: tests.into_iter().flatten().collect() })
            })
            .filter(|family| !family.tests.is_empty())
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let place = |name: &String| context.feature(name).map(PairSide::Feature);
        let (sides, names) = match &family.subject {
            FamilySubject::Pair(a, b) => (place(a).zip(place(b)), (a.as_str(), b.as_str())),
            FamilySubject::Feature(a) => (place(a).map(|a| (a, PairSide::Label)), (a.as_str(), "the label")),
            FamilySubject::Whole | FamilySubject::Crossing(_) => return Ok(Vec::new()),
        };
        let at = sides.and_then(|sides| context.frame.pairs.iter().position(|p| (p.a, p.b) == sides));
        let of = |profile: &Profile, frame: &PairFrame| {
            let design = |side| column(profile, side).map_or(1.0, ColumnProfile::deff);
            design(frame.a).max(design(frame.b))
        };
        let counted = at.and_then(|at| {
            let frame = context.frame.pairs.get(at)?;
            let (reference, evaluation) = (context.reference.pairs.get(at)?, context.evaluation.pairs.get(at)?);
            let design = (of(&context.reference, frame), of(&context.evaluation, frame));
            Some(PairSides { frame, reference, evaluation, design, names })
        });
        let Some(sides) = counted else {
            let skip = || Measurement::Skipped(format!("{} and {} were not counted together.", names.0, names.1));
            return Ok(family.tests.iter().map(|_| skip()).collect());
        };
        let param = |test: &str, name: &str, default: f64| context.settings.param(test, name, default);
        let mut information = None;
        let mut of_information = |test: &str| {
            let least = param(test, "min_sample_size", 100.0);
            // What is relevant to its drift is set for the drift, whichever of the two tests is asked first.
            let drift = if matches!(family.subject, FamilySubject::Feature(_)) { INFORMATION[1] } else { INFORMATION[0] };
            let relevant = param(drift, "min_mutual_information", 0.1);
            information.get_or_insert_with(|| sides.information(least, relevant, param(DECREASE, "min_mutual_information", 0.2))).clone()
        };
        let measure = |test: &String| {
            let mut measurement = if CORRELATION.contains(&test.as_str()) {
                sides.correlation(param(test, "min_sample_size", 30.0), param(test, "min_correlation", 0.1))
            } else if test == DECREASE {
                of_information(test).1
            } else {
                of_information(test).0
            };
            if let (Measurement::Measured(measured), FamilySubject::Feature(name)) = (&mut measurement, &family.subject) {
                attribution::tell(context, measured, attribution::of_feature(context, name), &format!("the values of {name}"));
            }
            measurement
        };
        Ok(family.tests.iter().map(measure).collect())
    }
}

fn column(profile: &Profile, side: PairSide) -> Option<&ColumnProfile> {
    match side {
        PairSide::Feature(i) => profile.columns.get(i),
        PairSide::Label => profile.label.as_ref(),
    }
}
