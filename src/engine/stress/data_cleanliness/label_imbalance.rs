//! Label imbalance: does one class crowd out the others?

use straingauge_api::{CaseMetric, DistributionBin, Figure, Kind, Unit};
use straingauge_charts::format::together;

use crate::Result;
use crate::math::ln;
use crate::profile::{CategoryFrame, ColumnFrame, ColumnProfile};
use crate::stats::information::entropy;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, TestSpec};

const TEST: &str = "data_cleanliness:label_imbalance";
/// Classes shown.
const MOST_CLASSES: usize = 30;

/// Asks the labels of the evaluation set, or of the reference where that has none.
pub struct LabelImbalance;

impl Question for LabelImbalance {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "label_imbalance",
            "Label Imbalance",
            Kind::Property,
            Some((0.6, 0.75)),
            [
                "How unevenly the rows are spread over the classes: 0 when all classes are equally common, 1 when there is only one.",
                "With one class far ahead, accuracy looks fine for a model that has learnt nothing, and the rare classes, often those that matter, rest on few examples.",
                "One minus the entropy of the class shares over its largest possible value. Judged by the lower end of its 95 % interval.",
            ],
        );
        vec![TestSpec { unit: Unit::Score, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let classes = context.frame.label.as_ref().and_then(ColumnFrame::category).is_some_and(|c| c.names.len() > 1);
        classes.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let labels = [context.reference.label.as_ref(), context.evaluation.label.as_ref()].map(|c| c.filter(|c| c.present > 0));
        let (side, column, other) = match labels {
            [reference, Some(evaluation)] => ("evaluation", Some(evaluation), reference),
            [reference, None] => ("reference", reference, None),
        };
        let frame = context.frame.label.as_ref().and_then(ColumnFrame::category);
        Ok(vec![match frame.zip(column) {
            Some((frame, column)) => Measurement::Measured(Box::new(imbalance(side, frame, column, other))),
            _ => Measurement::Skipped("Needs labels.".to_owned()),
        }])
    }
}

fn imbalance(side: &str, frame: &CategoryFrame, column: &ColumnProfile, other: Option<&ColumnProfile>) -> Measured {
    let shares = shares_of(frame, Some(column));
    let masses: Vec<f64> = shares.iter().map(|s| s.1).collect();
    let (k, n) = (masses.len() as f64, column.present as f64 / column.deff());
    let (h, most) = (entropy(&masses), ln(k.max(2.0)));
    // Miller and Madow 1955: a sample's entropy falls short by (k − 1)/2n; delta method for its variance.
    let bias = (k - 1.0) / (2.0 * n);
    let square: f64 = masses.iter().filter(|&&p| p > 0.0).map(|&p| p * ln(p) * ln(p)).sum();
    let error = (((square - h * h).max(0.0)) / n + (k - 1.0) / (2.0 * n * n)).sqrt() / most;
    let statistic = 1.0 - h / most;
    let effect = (statistic - bias / most).clamp(0.0, 1.0);
    let ends = |sign: f64| (effect + sign * 1.959_963_984_540_054 * error).clamp(0.0, 1.0);
    let other = shares_of(frame, other);
    let share_of = |of: &[(String, f64)], label: &str| of.iter().find(|s| s.0 == label).map_or(0.0, |s| s.1);
    let bins = shares.iter().take(MOST_CLASSES).map(|(label, share)| {
        let (own, other) = (*share, share_of(&other, label));
        let (reference, evaluation) = if side == "evaluation" { (other, own) } else { (own, other) };
        DistributionBin { label: label.clone(), from: None, to: None, reference, evaluation }
    });
    Measured {
        statistic: Some(statistic),
        effect: Some(effect),
        interval: Some((ends(-1.0), ends(1.0))),
        method: format!("1 − normalised entropy over {} classes; delta method", masses.len()),
        sentence: told(side, shares.first(), shares.last()),
        n_reference: (side == "reference").then_some(column.present),
        n_evaluation: (side == "evaluation").then_some(column.present),
        metrics: vec![CaseMetric { kind: "CLASS_SHARE".to_owned(), metric: "largest".to_owned(), value: masses.first().copied() }],
        figure: Some(Figure::Distributions { feature: "label".to_owned(), numeric: false, bins: bins.collect(), of: None }),
        ..Measured::default()
    }
}

/// The most common class and the rarest, in words.
fn told(side: &str, most: Option<&(String, f64)>, least: Option<&(String, f64)>) -> String {
    let (Some((first, p)), Some((last, q))) = (most, least) else { return format!("The {side} set has no labels.") };
    let [p, q] = together([*p, *q], Unit::Share);
    format!("In the {side} set the most common class is {first} ({p} of the labels), the rarest is {last} ({q}).")
}

/// The classes with their shares, commonest first.
fn shares_of(frame: &CategoryFrame, column: Option<&ColumnProfile>) -> Vec<(String, f64)> {
    let Some(profile) = column.and_then(ColumnProfile::category) else { return Vec::new() };
    let seen = frame.names.iter().cloned().zip(profile.mass.iter().copied());
    let mut shares: Vec<(String, f64)> = seen.chain(profile.unseen.iter().map(|(name, n)| (name.clone(), *n as f64))).collect();
    let total: f64 = shares.iter().map(|s| s.1).sum::<f64>().max(f64::MIN_POSITIVE);
    for share in &mut shares {
        share.1 /= total;
    }
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{CategoryProfile, ValueProfile};

    fn column(counts: &[u64]) -> ColumnProfile {
        let rows: u64 = counts.iter().sum();
        let (present_weight, mass) = (rows as f64, counts.iter().map(|&c| c as f64).collect());
        let values = ValueProfile::Category(CategoryProfile { counts: counts.to_vec(), mass, ..Default::default() });
        ColumnProfile { rows, present: rows, present_weight, present_weight_sq: present_weight, values, ..Default::default() }
    }

    #[test]
    fn the_statistic_is_that_of_scipy() {
        for golden in super::super::goldens()["imbalance"].as_array().unwrap() {
            let counts: Vec<u64> = golden["counts"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect();
            let frame = CategoryFrame { names: (0..counts.len()).map(|i| i.to_string()).collect(), ..Default::default() };
            let ours = imbalance("evaluation", &frame, &column(&counts), None).statistic.unwrap();
            assert!((ours - golden["imbalance"].as_f64().unwrap()).abs() < 1e-9, "{ours}");
        }
    }

    #[test]
    fn one_class_far_ahead_shows_and_equal_ones_do_not() {
        let frame = CategoryFrame { names: vec!["no".into(), "yes".into()], ..Default::default() };
        let of = |counts: &[u64]| imbalance("evaluation", &frame, &column(counts), None);
        // 1 − H(0.01)/ln 2, H(0.01) = 0.0560015.
        assert!((of(&[9900, 100]).statistic.unwrap() - 0.919_206_9).abs() < 1e-6);
        assert!(of(&[9900, 100]).interval.unwrap().0 > 0.9);
        assert!(of(&[500, 500]).effect.unwrap() < 1e-9);
        assert!(of(&[99, 1]).interval.unwrap().0 < 0.9);
        assert_eq!(
            of(&[9900, 100]).sentence,
            "In the evaluation set the most common class is no (99.0\u{a0}% of the labels), the rarest is yes (1.0\u{a0}%)."
        );
    }
}
