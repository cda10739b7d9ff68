//! Exact matches with another label: rows of the reference that come again, relabelled.

use straingauge_charts::format::{agreeing, out_of, share_or_none};

use crate::Result;
use crate::metrics::{NO_CLASS, Truth};
use crate::random::Rng;
use crate::stats::proportions::newcombe;
use crate::stress::likeness::dealing;
use crate::stress::likeness::equal_rows::{EqualRows, Likeness, flipped};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, TestSpec};

const TEST: &str = "data_poisoning_detection:exact_match_label_flipping";

/// Asks rows that both sides have, equal in all features that the model sees.
pub struct ExactMatchLabelFlipping;

impl Question for ExactMatchLabelFlipping {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "exact_match_label_flipping",
            "Exact Match Label Flipping",
            (0.001, 0.005),
            [
                "How many rows of the evaluation set are equal to reference rows in every feature that the model sees, but have another label.",
                "Who wants a model to learn something wrong resubmits known rows with other labels; each of them pulls the model to the wrong side.",
                "A row counts where its label is not the most common one among the equal reference rows. The effect is the share of such rows beyond the share of reference rows of which the other reference rows say the same; the evidence is a bound on how often dealing the pooled rows at random would give as many. Not judged where more than 20 % of the reference rows repeat by nature.",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let classes = |s: &crate::stress::Side| matches!(s.outcomes.truth, Truth::Classes(_));
        let labelled = context.rows.as_ref().is_some_and(|(a, b)| classes(a) && classes(b));
        labelled.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let Some(rows) = context.equal_rows() else {
            return Ok(vec![Measurement::Skipped("The two sets share no feature that the model sees.".to_owned())]);
        };
        Ok(vec![match rows.unfit() {
            Some(reason) => Measurement::Skipped(reason),
            None => Measurement::Measured(Box::new(flips(rows, &mut context.rng(TEST, "")))),
        }])
    }

    fn rows(&self, context: &Context, _: &Family, _: &str) -> Option<RowSet> {
        context.equal_rows().map(|rows| RowSet::Rows(flipped_rows(rows)))
    }
}

/// The evaluation rows with another label than most of their equals in the reference.
pub(super) fn flipped_rows(rows: &EqualRows) -> Vec<u32> {
    let mut out = Vec::new();
    for (a, b) in rows.runs().filter(|(a, b)| !a.is_empty() && !b.is_empty()) {
        let reference = rows.reference.labels(a);
        for &(_, row, label) in rows.evaluation.rows.get(b).unwrap_or_default() {
            if label != NO_CLASS && flipped(&reference, &[label]) == [true] {
                out.push(row);
            }
        }
    }
    out.sort_unstable();
    out
}

pub(super) fn flips(rows: &EqualRows, rng: &mut Rng) -> Measured {
    let of = |reference: &[u32], evaluation: &[u32]| flipped(reference, evaluation).into_iter().filter(|f| *f).count();
    let (mut n, mut m, mut own, mut found, mut pooled) = (0, 0, 0, 0, Vec::new());
    for (a, b) in rows.runs() {
        let (mut a, b) = (rows.reference.labels(a), rows.evaluation.labels(b));
        (n, m, found) = (n + a.len(), m + b.len(), found + of(&a, &b));
        if a.len() + b.len() > 1 {
            pooled.push((a.clone(), b));
        }
        // What the others of a run say of each of its rows.
        if a.len() > 1 {
            for i in 0..a.len() {
                let label = a.swap_remove(i);
                own += of(&a, &[label]);
                a.push(label);
                let last = a.len() - 1;
                a.swap(i, last);
            }
        }
    }
    let (n, m) = (n as f64, m as f64);
    let whose = match rows.likeness {
        Likeness::EqualRows if found == 1 => "the reference rows that equal it",
        Likeness::EqualRows => "the reference rows that equal them",
        Likeness::NearTexts => "the reference rows with nearly the same text",
    };
    let (natural, share) = (own as f64 / n.max(1.0), found as f64 / m.max(1.0));
    let (low, high) = newcombe(own as f64, n, found as f64, m, 0.95);
    let smoothed = (own + found + 1) as f64 / (n + m + 2.0);
    Measured {
        statistic: Some(share),
        effect: Some((share - natural).max(0.0)),
        interval: Some((low.max(0.0), high.max(0.0))),
        p_value: Some(dealing::p_value(&pooled, m / (n + m).max(1.0), rng, &of)),
        standard_error: Some((smoothed * (1.0 - smoothed) * (1.0 / n + 1.0 / m)).sqrt()),
        method: "Share of evaluation rows whose label differs from equal reference rows, less the reference's own leave-one-out share; Chernoff bound over random dealings of the pooled rows"
            .to_owned(),
        sentence: format!(
            "{} {} another label than {whose}; within the reference {} have.",
            out_of(found as u64, m as u64, "labelled evaluation row"),
            agreeing(found as u64, "have"),
            share_or_none(natural)
        ),
        n_reference: Some(n as u64),
        n_evaluation: Some(m as u64),
        row_count: Some(found as u64),
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stress::likeness::equal_rows::sorted;

    fn drawn(rng: &mut Rng, n: usize, values: u64) -> Vec<(u64, u32)> {
        (0..n)
            .map(|_| {
                let value = rng.below(values);
                (value, u32::from(rng.uniform() < if value.is_multiple_of(2) { 0.1 } else { 0.7 }))
            })
            .collect()
    }

    #[test]
    fn noisy_labels_of_repeated_rows_are_no_flips() {
        let mut rng = Rng::new(5, 5);
        for (n, m) in [(200, 200), (2000, 2000), (2000, 200), (300, 3000)] {
            let values = 10 * n as u64;
            let low = (0..200)
                .filter(|_| {
                    let rows = EqualRows {
                        likeness: Likeness::EqualRows,
                        reference: sorted(&drawn(&mut rng, n, values)),
                        evaluation: sorted(&drawn(&mut rng, m, values)),
                    };
                    flips(&rows, &mut Rng::new(1, 1)).p_value.unwrap() <= 0.05
                })
                .count();
            assert!(low <= 19, "{n} {m}: {low}");
        }
    }

    #[test]
    fn relabelled_copies_are_found() {
        let reference: Vec<(u64, u32)> = (0..2000).map(|i| (i, 0)).collect();
        let mut evaluation: Vec<(u64, u32)> = (5000..6985).map(|i| (i, 0)).collect();
        evaluation.extend((0..15).map(|i| (i, 1)));
        let rows = EqualRows { likeness: Likeness::EqualRows, reference: sorted(&reference), evaluation: sorted(&evaluation) };
        let found = flips(&rows, &mut Rng::new(1, 1));
        assert_eq!((found.row_count, found.statistic), (Some(15), Some(0.0075)));
        // Fifteen pairs, each split and never whole: 2·2^-15.
        assert!((found.p_value.unwrap() * 16384.0 - 1.0).abs() < 1e-3, "{:?}", found.p_value);
    }

    #[test]
    fn sentences_are_read_aloud() {
        let of = |likeness, flipped: u32| {
            let reference: Vec<(u64, u32)> = (0..100).map(|i| (i, 0)).collect();
            let evaluation: Vec<(u64, u32)> = (0..50).map(|i| (u64::from(i), u32::from(i < flipped))).collect();
            flips(&EqualRows { likeness, reference: sorted(&reference), evaluation: sorted(&evaluation) }, &mut Rng::new(1, 1)).sentence
        };
        let end = "; within the reference none have.";
        assert_eq!(
            of(Likeness::EqualRows, 0),
            format!("None of 50 labelled evaluation rows have another label than the reference rows that equal them{end}")
        );
        assert_eq!(
            of(Likeness::EqualRows, 1),
            format!("1 of 50 labelled evaluation rows (2.0\u{a0}%) has another label than the reference rows that equal it{end}")
        );
        assert_eq!(
            of(Likeness::NearTexts, 2),
            format!(
                "2 of 50 labelled evaluation rows (4.0\u{a0}%) have another label than the reference rows with nearly the same text{end}"
            )
        );
    }
}
