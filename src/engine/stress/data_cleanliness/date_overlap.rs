//! Date overlap: does an evaluation set from later times reach back into the reference's?

use straingauge_api::{CaseMetric, Kind};
use straingauge_charts::format::{agreeing, out_of, percent};

use crate::Result;
use crate::profile::views;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, Scope, Side, TestSpec};
use crate::table::{Values, moment_text, number_text};

const TEST: &str = "data_cleanliness:date_overlap";
/// The evaluation is later on the whole where a random row of it is later than a random reference row with this probability.
const LATER: f64 = 0.75;

/// Asks the timestamps of both sides.
pub struct DateOverlap;

impl Question for DateOverlap {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "date_overlap",
            "Date Overlap",
            Kind::Property,
            Some((0.01, 0.10)),
            [
                "How many rows of an evaluation set that is later on the whole come from before the end of the reference.",
                "A model that is to be tested on the future must not have seen it: rows from the reference's time leak what was known then.",
                "The share of evaluation rows before the reference's last moment, judged by the lower end of its 95 % interval (Clopper and Pearson). Only asked where a random evaluation row is later than a random reference row with a probability of 75 % or more; sets drawn from one period overlap by nature.",
            ],
        );
        vec![TestSpec { scope: Scope::Rows, needs: Needs { timestamps: true, ..Needs::default() }, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let timed = context.rows.as_ref().is_some_and(|(a, b)| [a, b].iter().all(|s| s.dataset.params.timestamp_col.is_some()));
        timed.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let skip = |reason: String| Ok(vec![Measurement::Skipped(reason)]);
        let Some((reference, evaluation)) = &context.rows else { return skip("Needs the loaded rows.".to_owned()) };
        let (a, b) = (times(reference), times(evaluation));
        let known = |t: &[f64]| t.iter().filter(|x| !x.is_nan()).count() as u64;
        if known(&a) == 0 || known(&b) == 0 {
            return skip("One of the two sets has no timestamps.".to_owned());
        }
        let later = later_share(&a, &b);
        if later < LATER {
            return skip(format!(
                "The evaluation set is not later on the whole: a random row of it is later than a random reference row in {} of all cases.",
                percent(later)
            ));
        }
        let end = end_of(&a);
        let early = b.iter().filter(|&&t| t < end).count() as u64;
        let metric = CaseMetric { kind: "STATISTICAL_DEPENDENCE".to_owned(), metric: "probability_later".to_owned(), value: Some(later) };
        Ok(vec![Measurement::Measured(Box::new(Measured {
            method: "Share of evaluation rows before the reference's last moment; Clopper-Pearson interval".to_owned(),
            sentence: told(early, known(&b), &written(reference, end)),
            n_reference: Some(known(&a)),
            metrics: vec![metric],
            ..super::share(early, known(&b))
        }))])
    }

    fn rows(&self, context: &Context, _: &Family, _: &str) -> Option<RowSet> {
        let (reference, evaluation) = context.rows.as_ref()?;
        let end = end_of(&times(reference));
        let early = times(evaluation).into_iter().zip(0u32..).filter(|(t, _)| *t < end);
        Some(RowSet::Rows(early.map(|(_, row)| row).collect()))
    }
}

/// When each row happened: milliseconds, or what the column counts; NaN where unknown.
pub(in crate::stress) fn times(side: &Side) -> Vec<f64> {
    let column = side.dataset.named(side.dataset.params.timestamp_col.as_ref());
    column.and_then(|c| views::numbers(c)).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

fn end_of(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn written(side: &Side, time: f64) -> String {
    let column = side.dataset.named(side.dataset.params.timestamp_col.as_ref());
    if column.is_some_and(|c| matches!(c.values, Values::Timestamp(_))) { moment_text(time as i64) } else { number_text(time) }
}

/// P(b > a) + P(b = a)/2 for random a and b.
fn later_share(a: &[f64], b: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = a.iter().copied().filter(|t| !t.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let place = |t: &f64| (sorted.partition_point(|x| x < t) + sorted.partition_point(|x| x <= t)) as f64 / 2.0;
    let known: Vec<f64> = b.iter().filter(|t| !t.is_nan()).map(place).collect();
    known.iter().sum::<f64>() / (known.len() * sorted.len()).max(1) as f64
}

fn told(early: u64, rows: u64, end: &str) -> String {
    let of = out_of(early, rows, "evaluation row");
    format!("{of} {} from before {end}, the end of the reference.", agreeing(early, "come"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_is_a_matter_of_the_whole() {
        assert_eq!(later_share(&[1.0, 2.0], &[3.0, f64::NAN]), 1.0);
        assert_eq!(later_share(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), 0.5);
        // The evaluation starts half way through the reference: 7/8.
        let (a, b): (Vec<f64>, Vec<f64>) = ((0..1000).map(f64::from).collect(), (500..1500).map(f64::from).collect());
        assert!((later_share(&a, &b) - 0.875).abs() < 1e-3);
        assert_eq!(end_of(&[2.0, f64::NAN, 1.0]), 2.0);
    }

    #[test]
    fn sentences_are_read_aloud() {
        let end = "from before 2020-09-14 21:45:40, the end of the reference.";
        assert_eq!(told(1, 50, "2020-09-14 21:45:40"), format!("1 of 50 evaluation rows (2.0\u{a0}%) comes {end}"));
        assert_eq!(told(0, 50, "2020-09-14 21:45:40"), format!("None of 50 evaluation rows come {end}"));
        assert_eq!(
            told(1_234, 5_000, "2020-09-14 21:45:40"),
            format!("1\u{202f}234 of 5\u{202f}000 evaluation rows (24.7\u{a0}%) come {end}")
        );
    }
}
