//! Discrimination by proxy: does a feature of the model give a protected feature away?

use straingauge_api::{CaseMetric, Kind, Unit};
use straingauge_charts::format::{counted, share_or_none, value};

use super::spec;
use crate::Result;
use crate::profile::PairSide;
use crate::stats::information::information;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, TestSpec};

const TEST: &str = "bias_and_fairness:discrimination_by_proxy";
/// Rows a cell, on average.
const ROWS_A_CELL: f64 = 5.0;

/// Asks every pair of a feature that the model sees and a protected feature.
pub struct DiscriminationByProxy;

impl Question for DiscriminationByProxy {
    fn tests(&self) -> Vec<TestSpec> {
        vec![spec(
            "discrimination_by_proxy".to_owned(),
            "Discrimination By Proxy".to_owned(),
            Kind::Property,
            Needs::default(),
            (0.2, 0.4),
            [
                "How much a feature that the model sees tells of a protected feature.",
                "Taking a protected feature away does not help where another one, such as a postcode, stands in for it.",
                "The mutual information of both in the evaluation set, adjusted for chance: 0 for none, 1 for a copy. Numbers are cut into at most 10 reference quantiles; fewer than 5 rows a cell are not judged. Judged by the lower end of its 95 % interval.",
            ]
            .map(str::to_owned),
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let feature = |side: PairSide| if let PairSide::Feature(i) = side { context.features.get(i) } else { None };
        let pairs = context.frame.pairs.iter().filter_map(|p| Some((feature(p.a)?, feature(p.b)?)));
        // The proxy first, then what it may stand for.
        let turned = pairs.map(|(a, b)| if a.protected { (b, a) } else { (a, b) });
        turned
            .filter(|(proxy, of)| of.protected && !proxy.protected && proxy.in_model)
            .map(|(proxy, of)| Family { subject: FamilySubject::Pair(proxy.name.clone(), of.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Pair(proxy, of) = &family.subject else { return Ok(Vec::new()) };
        let sides = context.feature(proxy).map(PairSide::Feature).zip(context.feature(of).map(PairSide::Feature));
        let pair = sides.and_then(|(a, b)| {
            let at = context.frame.pairs.iter().position(|p| (p.a, p.b) == (a, b) || (p.a, p.b) == (b, a))?;
            let (frame, profile) = (context.frame.pairs.get(at)?, context.evaluation.pairs.get(at)?);
            Some((frame.information_table(profile), profile.n))
        });
        Ok(vec![pair.map_or_else(
            || Measurement::Skipped(format!("{proxy} and {of} were not counted together.")),
            |(table, n)| stands_in(proxy, of, &table, n),
        )])
    }
}

fn stands_in(proxy: &str, of: &str, table: &[Vec<f64>], n: u64) -> Measurement {
    let total: f64 = table.iter().flatten().sum();
    // Weights are brought back to rows: chance is a matter of how many there are.
    let scale = if total > 0.0 { n as f64 / total } else { 0.0 };
    let table: Vec<Vec<f64>> = table.iter().map(|row| row.iter().map(|x| x * scale).collect()).collect();
    let rows = table.iter().filter(|r| r.iter().sum::<f64>() > 0.0).count();
    let columns = (0..table.first().map_or(0, Vec::len)).filter(|&j| table.iter().filter_map(|r| r.get(j)).sum::<f64>() > 0.0).count();
    let Some(info) = information(&table).filter(|i| i.n >= ROWS_A_CELL * (rows * columns) as f64) else {
        return Measurement::Skipped(format!(
            "{} over {rows} × {columns} cells of {proxy} and {of} are too few to tell: five a cell are needed.",
            counted(n, "row")
        ));
    };
    let (effect, half) = (info.adjusted(), 1.959_963_984_540_054 * info.adjusted_standard_error(info.n));
    let metric =
        |metric: &str, value| CaseMetric { kind: "STATISTICAL_DEPENDENCE".to_owned(), metric: metric.to_owned(), value: Some(value) };
    Measurement::Measured(Box::new(Measured {
        statistic: Some(effect),
        effect: Some(effect.max(0.0)),
        interval: Some(((effect - half).max(0.0), (effect + half).clamp(0.0, 1.0))),
        method: "Mutual information adjusted for chance; delta method".to_owned(),
        sentence: format!(
            "{proxy} and {of} share {} of their information, beyond chance (normalised mutual information {}).",
            share_or_none(effect),
            value(Some(info.normalised()), Unit::Score)
        ),
        n_evaluation: Some(n),
        metrics: vec![metric("adjusted_mutual_information", effect), metric("normalised_mutual_information", info.normalised())],
        ..Measured::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_shares_all_and_chance_nothing() {
        let of = |table: &[Vec<f64>]| match stands_in("city", "faith", table, table.iter().flatten().sum::<f64>() as u64) {
            Measurement::Measured(m) => (m.effect.unwrap(), m.interval.unwrap()),
            Measurement::Skipped(reason) => panic!("{reason}"),
        };
        assert!((of(&[vec![500.0, 0.0], vec![0.0, 300.0]]).0 - 1.0).abs() < 1e-9);
        assert!(of(&[vec![200.0, 100.0], vec![400.0, 200.0]]).0 < 1e-9);
        assert!(matches!(stands_in("a", "b", &[vec![3.0, 2.0], vec![1.0, 2.0]], 8), Measurement::Skipped(_)));
    }

    #[test]
    fn sentences_are_read_aloud() {
        let of = |table: &[Vec<f64>]| match stands_in("club", "gender", table, table.iter().flatten().sum::<f64>() as u64) {
            Measurement::Measured(m) => m.sentence,
            Measurement::Skipped(reason) => reason,
        };
        assert_eq!(
            of(&[vec![500.0, 0.0], vec![0.0, 300.0]]),
            "club and gender share 100\u{a0}% of their information, beyond chance (normalised mutual information 1.000)."
        );
        assert_eq!(
            of(&[vec![200.0, 100.0], vec![400.0, 200.0]]),
            "club and gender share none of their information, beyond chance (normalised mutual information 0.000)."
        );
    }
}
