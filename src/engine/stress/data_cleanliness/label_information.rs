//! High mutual information with the label: does a feature give the answer away?

use straingauge_api::{CaseMetric, Kind, Unit};
use straingauge_charts::format::{counted, percent, value};

use crate::Result;
use crate::profile::{PairFrame, PairProfile, PairSide};
use crate::stats::information::information;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, TestSpec};

const TEST: &str = "data_cleanliness:high_mutual_information_feature_to_label";
/// Rows a cell, on average.
const ROWS_A_CELL: f64 = 5.0;

/// Asks every numeric and categorical feature that the model sees, in the evaluation set or, without labels there, in the reference.
pub struct HighMutualInformation;

impl Question for HighMutualInformation {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "high_mutual_information_feature_to_label",
            "High Mutual Information Feature To Label",
            Kind::Property,
            Some((0.7, 0.9)),
            [
                "How much of the label a single feature gives away.",
                "A feature that all but contains the answer has often been filled in after the fact. A model that leans on it shines in tests and fails where the answer is not known yet.",
                "The mutual information of feature and label, less what chance alone would give, as a share of the label's entropy: 1 means that the feature settles the label. Numbers are cut into at most 10 reference quantiles; fewer than 5 rows a cell are not judged. Judged by the lower end of its 95 % interval; the plain 2·I/(H + H) is shown as the statistic.",
            ],
        );
        vec![TestSpec { unit: Unit::Score, needs: Needs::default(), ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.frame.pairs.iter())
            .filter(|pair| pair.b == PairSide::Label)
            .filter_map(|pair| if let PairSide::Feature(i) = pair.a { context.features.get(i).filter(|f| f.in_model) } else { None })
            .map(|feature| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let pair = context.feature(name).and_then(|i| {
            let at = context.frame.pairs.iter().position(|p| (p.a, p.b) == (PairSide::Feature(i), PairSide::Label))?;
            let labelled = context.evaluation.label.as_ref().is_some_and(|l| l.present > 0);
            let (side, profile) = if labelled { ("evaluation", &context.evaluation) } else { ("reference", &*context.reference) };
            Some((context.frame.pairs.get(at)?, profile.pairs.get(at)?, side))
        });
        Ok(vec![pair.map_or_else(
            || Measurement::Skipped(format!("{name} and the label were not counted together.")),
            |(frame, profile, side)| leakage(name, frame, profile, side),
        )])
    }
}

fn leakage(name: &str, frame: &PairFrame, profile: &PairProfile, side: &str) -> Measurement {
    let table = frame.information_table(profile);
    let total: f64 = table.iter().flatten().sum();
    // Weights are brought back to rows: chance is a matter of how many there are.
    let scale = if total > 0.0 { profile.n as f64 / total } else { 0.0 };
    let table: Vec<Vec<f64>> = table.into_iter().map(|row| row.into_iter().map(|x| x * scale).collect()).collect();
    let rows = table.iter().filter(|r| r.iter().sum::<f64>() > 0.0).count();
    let columns = (0..table.first().map_or(0, Vec::len)).filter(|&j| table.iter().filter_map(|r| r.get(j)).sum::<f64>() > 0.0).count();
    let cells = (rows * columns) as f64;
    let Some(info) = information(&table).filter(|i| i.entropy_columns > 0.0 && i.n >= ROWS_A_CELL * cells) else {
        if profile.n == 0 {
            return Measurement::Skipped(format!("No {side} row has both {name} and a label."));
        }
        return Measurement::Skipped(format!(
            "{} over {rows} × {columns} cells of {name} and the label are too few to tell: five a cell are needed.",
            counted(profile.n, &format!("{side} row"))
        ));
    };
    let room = info.entropy_columns - info.expected;
    let effect = if room > 1e-12 { ((info.mutual - info.expected) / room).clamp(0.0, 1.0) } else { 0.0 };
    let half = if room > 1e-12 { 1.959_963_984_540_054 * info.variance.sqrt() / room } else { 0.0 };
    let metric =
        |metric: &str, value| CaseMetric { kind: "STATISTICAL_DEPENDENCE".to_owned(), metric: metric.to_owned(), value: Some(value) };
    Measurement::Measured(Box::new(Measured {
        statistic: Some(info.normalised()),
        effect: Some(effect),
        interval: Some(((effect - half).max(0.0), (effect + half).min(1.0))),
        method: "Mutual information less its expectation under fixed margins, over the label's entropy; delta method".to_owned(),
        sentence: format!(
            "{name} settles {} of what there is to know about the label in the {side} set; the normalised mutual information of the two is {}.",
            percent(effect),
            value(Some(info.normalised()), Unit::Score)
        ),
        n_reference: (side == "reference").then_some(profile.n),
        n_evaluation: (side == "evaluation").then_some(profile.n),
        metrics: vec![
            metric("normalised_mutual_information", info.normalised()),
            metric("adjusted_mutual_information", info.adjusted()),
            metric("mutual_information", info.mutual),
        ],
        ..Measured::default()
    }))
}
