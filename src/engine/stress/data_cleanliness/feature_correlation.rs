//! High feature correlation: do two features say the same thing?

use straingauge_api::{CaseMetric, Kind, Unit};
use straingauge_charts::format::{counted, side_by_side};

use crate::Result;
use crate::profile::{MOST_PAIRS, PairProfile, PairSide};
use crate::stats::ranks::{spearman_interval, spearman_of_table};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, TestSpec};

const TEST: &str = "data_cleanliness:high_feature_correlation";

/// Asks pairs of numeric features that the model sees.
pub struct HighFeatureCorrelation;

impl Question for HighFeatureCorrelation {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "high_feature_correlation",
            "High Feature Correlation",
            Kind::Property,
            Some((0.7, 0.9)),
            [
                "Whether two numeric features of the model rise and fall together in the evaluation set.",
                "Two features that say the same thing make explanations arbitrary and let an error in one of them pass for a signal.",
                "The size of Spearman's rank correlation, judged by the lower end of its 95 % interval; Pearson's correlation is shown beside it. At most 200 pairs are asked, columns that stand next to each other first.",
            ],
        );
        vec![TestSpec { unit: Unit::Score, ..spec }]
    }

    fn params(&self) -> &'static [&'static str] {
        &["max_pairwise_tests"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let most = context.settings.param(TEST, "max_pairwise_tests", MOST_PAIRS as f64).max(0.0) as usize;
        let seen = |side: PairSide| match side {
            PairSide::Feature(i) => context.features.get(i).filter(|f| f.in_model),
            PairSide::Label => None,
        };
        (context.frame.pairs.iter())
            .filter(|pair| pair.numeric())
            .filter_map(|pair| Some((seen(pair.a)?, seen(pair.b)?)))
            .take(most)
            .map(|(a, b)| Family { subject: FamilySubject::Pair(a.name.clone(), b.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Pair(a, b) = &family.subject else { return Ok(Vec::new()) };
        let sides = context.feature(a).map(PairSide::Feature).zip(context.feature(b).map(PairSide::Feature));
        let pair = sides.and_then(|sides| {
            let at = context.frame.pairs.iter().position(|p| (p.a, p.b) == sides)?;
            context.evaluation.pairs.get(at)
        });
        Ok(vec![
            pair.map_or_else(
                || Measurement::Skipped(format!("{a} and {b} were not counted together.")),
                |profile| correlation(a, b, profile),
            ),
        ])
    }
}

fn correlation(a: &str, b: &str, profile: &PairProfile) -> Measurement {
    let n = profile.n as f64;
    let Some(rho) = spearman_of_table(&profile.table).filter(|_| profile.n >= 10) else {
        return Measurement::Skipped(format!("{a} or {b} does not vary over {} with both.", counted(profile.n, "evaluation row")));
    };
    let pearson = profile.moments.and_then(|m| m.pearson());
    let (low, high) = spearman_interval(rho.abs(), n, 0.95);
    let metric = |metric: &str, value| CaseMetric { kind: "STATISTICAL_DEPENDENCE".to_owned(), metric: metric.to_owned(), value };
    Measurement::Measured(Box::new(Measured {
        statistic: Some(rho),
        effect: Some(rho.abs()),
        interval: Some((low.max(0.0), high)),
        method: "Spearman's ρ; interval by Fisher's z with variance (1 + ρ²/2)/(n − 3)".to_owned(),
        sentence: told(a, b, rho, pearson, profile.n),
        n_evaluation: Some(profile.n),
        metrics: vec![metric("spearman", Some(rho)), metric("pearson", pearson)],
        ..Measured::default()
    }))
}

fn told(a: &str, b: &str, rho: f64, pearson: Option<f64>, rows: u64) -> String {
    let [rank, straight] = side_by_side([rho, pearson.unwrap_or(f64::NAN)], Unit::Score);
    let straight = pearson.map_or_else(String::new, |_| format!(" (Pearson's {straight})"));
    format!("Spearman's correlation of {a} and {b} is {rank}{straight} over {}.", counted(rows, "evaluation row"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            told("x", "y", -0.739_4, Some(-0.746), 2_000),
            "Spearman's correlation of x and y is \u{2212}0.739 (Pearson's \u{2212}0.746) over 2\u{202f}000 evaluation rows."
        );
        assert_eq!(
            told("x", "y", 1.0, Some(0.999_999_9), 10),
            "Spearman's correlation of x and y is 1.000 (Pearson's 1.000) over 10 evaluation rows."
        );
        assert_eq!(told("a b", "\"c\"", 0.0, None, 1), "Spearman's correlation of a b and \"c\" is 0.000 over 1 evaluation row.");
    }
}
