//! Nulls per feature: is a feature missing more often, or less often, than it was?

use straingauge_api::{CaseMetric, DistributionBin, Figure, Unit};
use straingauge_charts::format::{counted, together};

use super::attribution;
use crate::Result;
use crate::profile::{ColumnProfile, ValueFrame};
use crate::stats::chi_square::{pooled_design_effect, yates};
use crate::stats::proportions::newcombe;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, TestSpec};

const TEST: &str = "drift:nulls_per_feature_drift";

/// Asks every feature that the reference has.
pub struct NullsPerFeatureDrift;

impl Question for NullsPerFeatureDrift {
    fn tests(&self) -> Vec<TestSpec> {
        let mut spec = super::spec(
            "nulls_per_feature_drift",
            "Nulls Per Feature Drift",
            Needs::default(),
            (0.05, 0.2),
            [
                "Whether a feature is missing in a larger or smaller share of the rows than it was in the reference set.",
                "A column that goes quiet is usually a broken pipeline, and most models answer a missing value with a guess that nobody sees.",
                "The effect is the change of the missing share, less what chance gives two samples of these sizes; cells that do not fit the column's type count as missing. The evidence is a χ² test of the 2×2 table with Yates's correction, two-sided, corrected for the number of questions asked.",
            ],
        );
        spec.unit = Unit::Points;
        spec.effect_max = 1.0;
        vec![spec]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        // What is measured in a text is missing exactly where the text is.
        // A column that is empty in the reference has no values to compare, but it can fill.
        (context.features.iter().zip(context.frame.columns.iter().zip(&context.reference.columns)))
            .filter(|(feature, (frame, reference))| {
                feature.measured_in.is_none() && (frame.values != ValueFrame::Absent || reference.rows > 0)
            })
            .map(|(feature, _)| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let sides = context.feature(name).and_then(|i| context.reference.columns.get(i).zip(context.evaluation.columns.get(i)));
        Ok(vec![match sides {
            Some((a, b)) if a.rows > 0 && b.rows > 0 => {
                let mut measured = compare(name, a, b);
                attribution::tell(
                    context,
                    &mut measured,
                    attribution::of_presence(context, name),
                    "rows that have it and rows that lack it",
                );
                Measurement::Measured(Box::new(measured))
            }
            _ => Measurement::Skipped(format!("The evaluation set has no column {name}.")),
        }])
    }
}

fn compare(name: &str, reference: &ColumnProfile, evaluation: &ColumnProfile) -> Measured {
    let share = |c: &ColumnProfile| if c.weight > 0.0 { (1.0 - c.present_weight / c.weight).max(0.0) } else { 0.0 };
    let (n, m) = (reference.rows as f64, evaluation.rows as f64);
    let (p, q) = (share(reference), share(evaluation));
    let design = pooled_design_effect(n, reference.missing_deff(), m, evaluation.missing_deff());
    let test = yates(p * n, n, q * m, m, design);
    let change = q - p;
    let pooled = (p * n + q * m) / (n + m);
    let unit = (1.0 / n + 1.0 / m) * design;
    let noise = (std::f64::consts::FRAC_2_PI * pooled * (1.0 - pooled) * unit).max(0.0).sqrt();
    let (low, high) = newcombe(p * n / design, n / design, q * m / design, m / design, 0.95);
    let (low, high) = if change >= 0.0 { (low, high) } else { (-high, -low) };
    let bin = |label: &str, a: f64, b: f64| DistributionBin { label: label.to_owned(), from: None, to: None, reference: a, evaluation: b };
    let [now, before] = together([q, p], Unit::Share);
    let or_none = |share: f64, text: String| if share > 0.0 { text } else { "none".to_owned() };
    let (now, before) = (or_none(q, now), or_none(p, before));
    Measured {
        statistic: Some(change),
        effect: Some((change.abs() - noise).max(0.0)),
        interval: Some(((low - noise).max(0.0), (high - noise).max(0.0))),
        p_value: Some(test.p_value),
        standard_error: Some((pooled * (1.0 - pooled) * unit).max(0.0).sqrt()),
        method: "Difference of missing shares; χ² 2×2 with Yates's correction; Newcombe's interval".to_owned(),
        sentence: format!(
            "{name} is missing in {now} of {}, against {before} of {}.",
            counted(evaluation.rows, "evaluation row"),
            counted(reference.rows, "reference row")
        ),
        n_reference: Some(reference.rows),
        n_evaluation: Some(evaluation.rows),
        metrics: [("missing_share_reference", p), ("missing_share_evaluation", q), ("p_value", test.p_value)]
            .map(|(metric, value)| CaseMetric { kind: "DRIFT_STAT".to_owned(), metric: metric.to_owned(), value: Some(value) })
            .to_vec(),
        figure: Some(Figure::Distributions {
            feature: name.to_owned(),
            numeric: false,
            bins: vec![bin("missing", p, q), bin("present", 1.0 - p, 1.0 - q)],
            of: None,
        }),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(rows: u64, missing: u64) -> ColumnProfile {
        let present = rows - missing;
        ColumnProfile {
            rows,
            weight: rows as f64,
            weight_sq: rows as f64,
            present,
            present_weight: present as f64,
            present_weight_sq: present as f64,
            ..ColumnProfile::default()
        }
    }

    #[test]
    fn the_printed_example() {
        let measured = compare("x", &column(2000, 100), &column(1500, 100));
        assert!((measured.p_value.unwrap() - 0.0425).abs() < 5e-5);
        assert!((measured.statistic.unwrap() - (1.0 / 15.0 - 0.05)).abs() < 1e-12);
        let (low, high) = measured.interval.unwrap();
        assert!(low <= measured.effect.unwrap() && measured.effect.unwrap() <= high);
    }

    #[test]
    fn fewer_nulls_are_a_change_too() {
        let measured = compare("x", &column(1000, 300), &column(1000, 10));
        assert!(measured.effect.unwrap() > 0.25 && measured.interval.unwrap().0 > 0.2 && measured.statistic.unwrap() < 0.0);
        let none = compare("x", &column(1000, 0), &column(1000, 0));
        assert_eq!((none.effect, none.p_value), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn sentences_are_read_aloud() {
        let of = |a: &ColumnProfile, b: &ColumnProfile| compare("tier", a, b).sentence;
        assert_eq!(
            of(&column(2_500, 0), &column(1, 0)),
            "tier is missing in none of 1 evaluation row, against none of 2\u{202f}500 reference rows."
        );
        assert_eq!(
            of(&column(2_500, 25), &column(2_000, 400)),
            "tier is missing in 20.0\u{a0}% of 2\u{202f}000 evaluation rows, against 1.0\u{a0}% of 2\u{202f}500 reference rows."
        );
    }
}
