//! Class imbalance: does the largest group of a protected feature crowd out another?

use straingauge_api::{CaseMetric, DistributionBin, Figure, Kind, Unit};
use straingauge_charts::format::{counted, spaced, value};

use super::group::least;
use super::spec;
use crate::Result;
use crate::profile::{ColumnFrame, ColumnProfile, NUM_SUBSETS, numeric_labels, short_label};
use crate::stats::proportions::clopper_pearson;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, TestSpec};

const TEST: &str = "bias_and_fairness:class_imbalance";

/// Asks how far the groups of a protected feature differ in size.
pub struct ClassImbalance;

impl Question for ClassImbalance {
    fn tests(&self) -> Vec<TestSpec> {
        vec![spec(
            "class_imbalance".to_owned(),
            "Class Imbalance".to_owned(),
            Kind::Property,
            Needs::default(),
            (0.9, 0.96),
            [
                "How much smaller the smallest group of a protected feature is than the largest.",
                "Of a group that hardly occurs a model learns little, and no metric over all rows shows how it is treated.",
                "(largest − group)/(largest + group) for each group of at least 20 evaluation rows: 0 for equal groups, near 1 for one that hardly occurs. Judged by the lower end of its 95 % interval (Clopper and Pearson), corrected for the number of groups. Missing values are no group here.",
            ]
            .map(str::to_owned),
        )]
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let cut = |frame: &ColumnFrame| frame.numeric().is_some() || frame.category().is_some();
        let features = context.features.iter().zip(&context.frame.columns).filter(|(f, c)| f.protected && cut(c));
        features.map(|(f, _)| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![TEST.to_owned()] }).collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let at = context.feature(name);
        let column =
            at.and_then(|i| Some((context.frame.columns.get(i)?, context.reference.columns.get(i)?, context.evaluation.columns.get(i)?)));
        let sizes = column.map(|(frame, reference, evaluation)| sizes(frame, reference, evaluation)).unwrap_or_default();
        let design = column.map_or(1.0, |c| c.2.deff());
        Ok(vec![imbalance(name, &sizes, design, least(context, TEST)).map_or_else(
            || Measurement::Skipped(format!("{name} makes no two groups of {} evaluation rows or more.", least(context, TEST))),
            |m| Measurement::Measured(Box::new(m)),
        )])
    }
}

/// The groups' names and rows, in reference and evaluation: values, or for numbers at most ten quantile bins of the reference.
fn sizes(frame: &ColumnFrame, reference: &ColumnProfile, evaluation: &ColumnProfile) -> Vec<(String, f64, f64)> {
    let rows = |p: &ColumnProfile, mass: f64| if p.present_weight > 0.0 { mass * p.present as f64 / p.present_weight } else { 0.0 };
    if let (Some(frame), Some(a), Some(b)) = (frame.numeric(), reference.numeric(), evaluation.numeric()) {
        let bins = frame.bins(&a.mass, NUM_SUBSETS);
        let labels = numeric_labels(&bins.edges).into_iter().map(|l| short_label(&l).to_owned());
        let masses = bins.gather(&a.mass).into_iter().zip(bins.gather(&b.mass));
        return labels.zip(masses).map(|(label, (x, y))| (label, rows(reference, x), rows(evaluation, y))).collect();
    }
    let (Some(frame), Some(a), Some(b)) = (frame.category(), reference.category(), evaluation.category()) else { return Vec::new() };
    let seen =
        frame.names.iter().zip(a.mass.iter().zip(&b.mass)).map(|(name, (x, y))| (name.clone(), rows(reference, *x), rows(evaluation, *y)));
    seen.chain(b.unseen.iter().map(|(name, n)| (name.clone(), 0.0, *n as f64))).collect()
}

/// `None` for fewer than two groups of `least` rows.
fn imbalance(name: &str, sizes: &[(String, f64, f64)], design: f64, least: f64) -> Option<Measured> {
    let judged: Vec<&(String, f64, f64)> = sizes.iter().filter(|s| s.2 >= least).collect();
    let largest = judged.iter().max_by(|a, b| a.2.total_cmp(&b.2).then_with(|| b.0.cmp(&a.0)))?;
    let smallest = judged.iter().min_by(|a, b| a.2.total_cmp(&b.2).then_with(|| a.0.cmp(&b.0))).filter(|_| judged.len() > 1)?;
    let of = |share: f64| 1.0 - 2.0 * share;
    let both = smallest.2 + largest.2;
    let effect = of(smallest.2 / both);
    let level = 1.0 - 0.05 / (judged.len() - 1) as f64;
    let (low, high) = clopper_pearson(smallest.2 / design, both / design, level);
    let totals = sizes.iter().fold((0.0, 0.0), |t, s| (t.0 + s.1, t.1 + s.2));
    let share = |n: f64, of: f64| if of > 0.0 { n / of } else { 0.0 };
    let mut ranked = judged.clone();
    ranked.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    let bin = |s: &&(String, f64, f64)| DistributionBin {
        label: s.0.clone(),
        from: None,
        to: None,
        reference: share(s.1, totals.0),
        evaluation: share(s.2, totals.1),
    };
    let metric = |s: &&(String, f64, f64)| CaseMetric {
        kind: "FAIRNESS_GROUP".to_owned(),
        metric: s.0.clone(),
        value: Some((largest.2 - s.2) / (largest.2 + s.2)),
    };
    Some(Measured {
        statistic: Some(effect),
        statistic_unit: Some(Unit::Score),
        effect: Some(effect),
        interval: Some((of(high).max(0.0), of(low))),
        method: "(largest − group)/(largest + group); Clopper and Pearson's interval of the group's share of both".to_owned(),
        sentence: format!(
            "The smallest group of {name} is {} with {}, the largest is {} with {}: an imbalance of {}.",
            smallest.0,
            counted(smallest.2.round() as u64, "row"),
            largest.0,
            spaced(largest.2.round() as u64),
            value(Some(effect), Unit::Score)
        ),
        n_evaluation: Some(totals.1.round() as u64),
        subset: Some(smallest.0.clone()),
        metrics: ranked.iter().skip(1).take(30).map(metric).collect(),
        figure: Some(Figure::Distributions {
            feature: name.to_owned(),
            numeric: false,
            bins: ranked.iter().take(30).map(bin).collect(),
            of: None,
        }),
        ..Measured::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sizes: &[(&str, f64)], design: f64) -> Measured {
        let sizes: Vec<_> = sizes.iter().map(|s| (s.0.to_owned(), s.1, s.1)).collect();
        imbalance("x", &sizes, design, 20.0).unwrap()
    }

    #[test]
    fn the_printed_example() {
        let found = of(&[("a", 8000.0), ("b", 1900.0), ("c", 100.0)], 1.0);
        assert!((found.statistic.unwrap() - 0.975).abs() < 5e-4);
        assert!((found.metrics[0].value.unwrap() - 0.616).abs() < 5e-4);
        let (low, high) = found.interval.unwrap();
        assert!(low > 0.96 && high < 0.985, "{low} {high}");
        // A tenth of the rows' worth: wider.
        assert!(of(&[("a", 8000.0), ("c", 100.0)], 10.0).interval.unwrap().0 < 0.96);
    }

    #[test]
    fn small_groups_are_left_out() {
        assert!(imbalance("x", &[("a".to_owned(), 0.0, 900.0), ("b".to_owned(), 0.0, 19.0)], 1.0, 20.0).is_none());
        assert_eq!(of(&[("a", 50.0), ("b", 50.0), ("c", 3.0)], 1.0).statistic, Some(0.0));
    }

    #[test]
    fn the_sentence_is_read_aloud() {
        let sizes = [("o'Neil \"x\"".to_owned(), 0.0, 1.0), ("b".to_owned(), 0.0, 1_999.0)];
        assert_eq!(
            imbalance("name", &sizes, 1.0, 1.0).unwrap().sentence,
            "The smallest group of name is o'Neil \"x\" with 1 row, the largest is b with 1\u{202f}999: an imbalance of 0.999."
        );
    }
}
