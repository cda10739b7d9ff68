//! Label noise: labels that the model contradicts with confidence.

use crate::stress::row_order::losses;
use straingauge_api::{Kind, Unit};
use straingauge_charts::format::{out_of, together};

use super::confident::Confident;
use crate::Result;
use crate::metrics::{Outcomes, Prediction, Truth};
use crate::stats::proportions::clopper_pearson;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowReason, RowSet, Scope, TestSpec};

const TEST: &str = "data_cleanliness:label_noise";
/// Fewer confident rows say nothing.
const LEAST_ROWS: u64 = 50;

/// Asks labels and logged probabilities of the evaluation set.
pub struct LabelNoise;

impl Question for LabelNoise {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "label_noise",
            "Label Noise",
            Kind::Property,
            Some((0.03, 0.10)),
            [
                "How many labels of the evaluation set are likely wrong, because the model is confident of another class.",
                "Wrong labels put a ceiling on every measured performance, and hide which of two models is the better one.",
                "Confident learning (Northcutt, Jiang and Chuang 2021) on the logged probabilities, which must not come from rows that the model was trained on. The effect is the estimated share of wrong labels less the share that the model's own probabilities expect to be off by chance, judged by the lower end of a 95 % interval; the estimate alone is the statistic. A model that is surer than it should be looks like label noise: see its calibration first. Not judged where the model gives labels no more probability than chance would.",
            ],
        );
        vec![TestSpec { scope: Scope::EvaluationRows, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let fits = context.evaluation_rows().is_some_and(|side| {
            matches!(side.outcomes.truth, Truth::Classes(_))
                && matches!(side.outcomes.prediction, Prediction::Score { .. } | Prediction::Probabilities { .. })
        });
        fits.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let outcomes = context.evaluation_rows().map(|side| &side.outcomes);
        let found = outcomes.and_then(|o| Some((confident(o)?, &o.classes)));
        Ok(vec![match found {
            Some((found, _)) if found.rows > 0 && !found.knows => Measurement::Skipped(
                "The model gives the label of a row no more probability than chance would, so it says nothing of wrong labels.".to_owned(),
            ),
            Some((found, classes)) if found.sure >= LEAST_ROWS => Measurement::Measured(Box::new(noise(&found, classes))),
            _ => Measurement::Skipped(format!("Needs {LEAST_ROWS} labelled rows of whose class the model is confident.")),
        }])
    }

    fn rows(&self, context: &Context, _: &Family, _: &str) -> Option<RowSet> {
        let found = confident(&context.evaluation_rows()?.outcomes)?;
        Some(RowSet::Rows(found.contradicted.iter().map(|c| c.0).collect()))
    }

    fn degrees(&self, context: &Context, _: &Family, _: &str, rows: &[u32]) -> Option<Vec<f64>> {
        Some(losses(&context.evaluation_rows()?.outcomes, rows))
    }

    fn reasons(&self, context: &Context, _: &Family, _: &str, rows: &[u32]) -> Vec<RowReason> {
        let Some(side) = context.evaluation_rows() else { return Vec::new() };
        let contradicted = confident(&side.outcomes).map(|found| found.contradicted).unwrap_or_default();
        let of = |row: &u32| {
            let found = contradicted.binary_search_by_key(row, |c| c.0).ok().and_then(|at| contradicted.get(at));
            let name = |class: u32| side.outcomes.classes.get(class as usize).map_or("?", String::as_str);
            let text = found.map_or_else(String::new, |&(_, label, class)| looks(name(label), name(class)));
            RowReason { text, words: Vec::new() }
        };
        rows.iter().map(of).collect()
    }
}

fn looks(label: &str, class: &str) -> String {
    format!("labelled {label}, looks like {class}")
}

fn confident(outcomes: &Outcomes) -> Option<Confident> {
    let Truth::Classes(labels) = &outcomes.truth else { return None };
    Some(match &outcomes.prediction {
        Prediction::Probabilities { values, .. } => Confident::of(labels, values, outcomes.classes.len()),
        Prediction::Score { score, .. } => {
            let both: Vec<f64> = score.iter().flat_map(|s| [1.0 - s, *s]).collect();
            Confident::of(labels, &both, 2)
        }
        _ => return None,
    })
}

fn told(found: &Confident) -> String {
    let contradicted = found.contradicted.len() as u64;
    let [noise, expected] = together([found.noise, found.expected], Unit::Share);
    format!(
        "For {} the model is confident of another class than the label says; if the model is right, {noise} of the labels are wrong, where its own probabilities expect {expected}.",
        out_of(contradicted, found.rows, "labelled evaluation row").replacen("None", "none", 1)
    )
}

fn noise(found: &Confident, classes: &[String]) -> Measured {
    let hits = found.contradicted.len() as f64;
    // The error of the confident rows' share, carried over to the estimate.
    let (low, high) = clopper_pearson(hits, found.sure as f64, 0.95);
    let (down, up) = (hits / found.sure as f64 - low, high - hits / found.sure as f64);
    let effect = found.noise - found.expected;
    let name = |class: u32| classes.get(class as usize).map_or("?", String::as_str);
    let pairs = found.contradicted.iter().map(|&(_, label, class)| looks(name(label), name(class)));
    Measured {
        statistic: Some(found.noise),
        effect: Some(effect.max(0.0)),
        interval: Some(((effect - down).max(0.0), (effect + up).max(0.0))),
        method: "Confident learning, less what the model's own probabilities expect; Clopper-Pearson interval of the confident rows"
            .to_owned(),
        sentence: told(found),
        n_evaluation: Some(found.rows),
        row_count: Some(found.contradicted.len() as u64),
        figure: (hits > 0.0).then(|| super::failing_values("label", "the model is confident of no other class", pairs)),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let of = |contradicted: usize, rows, noise, expected| {
            told(&Confident { rows, contradicted: vec![(0, 0, 1); contradicted], noise, expected, ..Confident::default() })
        };
        let end = "the model is confident of another class than the label says; if the model is right,";
        assert_eq!(
            of(70, 2_000, 0.058, 0.116),
            format!(
                "For 70 of 2\u{202f}000 labelled evaluation rows (3.5\u{a0}%) {end} 5.8\u{a0}% of the labels are wrong, where its own probabilities expect 11.6\u{a0}%."
            )
        );
        assert_eq!(
            of(0, 1, 0.0, 0.0),
            format!(
                "For none of 1 labelled evaluation row {end} 0.0\u{a0}% of the labels are wrong, where its own probabilities expect 0.0\u{a0}%."
            )
        );
    }
}
