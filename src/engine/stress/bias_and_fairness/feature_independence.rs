//! Feature independence: does the predicted class depend on the group?

use straingauge_api::{CaseMetric, Kind, Unit};
use straingauge_charts::format::side_by_side;

use super::group::{Groups, protected};
use super::parity::table;
use super::spec;
use crate::Result;
use crate::math::finite;
use crate::metrics::by_id;
use crate::stats::chi_square::independence;
use crate::stress::{Context, Family, Measured, Measurement, Needs, Question, TestSpec};

const TEST: &str = "bias_and_fairness:feature_independence";

/// Asks how strongly group and predicted class go together.
pub struct FeatureIndependence;

impl Question for FeatureIndependence {
    fn tests(&self) -> Vec<TestSpec> {
        vec![spec(
            "feature_independence".to_owned(),
            "Feature Independence".to_owned(),
            Kind::Difference,
            Needs { predictions: true, ..Needs::default() },
            (0.1, 0.3),
            [
                "How strongly the predicted class goes with a protected feature.",
                "A model that never sees a protected feature can still follow it through others; where its decisions and the groups go together, somebody should know why.",
                "Cramér's V of group and predicted class over groups of at least 20 rows, corrected for what chance gives (Bergsma 2013); the evidence is a χ² test of independence. Classes too rare for it share a column.",
            ]
            .map(str::to_owned),
        )]
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let classes = context.frame.model.as_ref().is_some_and(|f| f.classes.len() > 1);
        if classes { protected(context, &[TEST.to_owned()]) } else { Vec::new() }
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let Some(groups) = Groups::of(context, family) else {
            return Ok(vec![Measurement::Skipped("The reference makes no groups of this feature.".to_owned())]);
        };
        let judged = groups.judged(context, TEST, false);
        Ok(vec![match association(&table(&groups, &judged)) {
            Some(found) => Measurement::Measured(Box::new(measured(&groups, &judged, found))),
            None if judged.len() > 1 => Measurement::Skipped("Nearly all rows are predicted to be of one class.".to_owned()),
            None => groups.too_few(context, TEST, "rows with a prediction"),
        }])
    }
}

/// Cramér's V of a table, without and with the correction for chance, a standard error and the p of independence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Association {
    v: f64,
    corrected: f64,
    error: f64,
    p: f64,
}

/// `None` for a table of a single row or column.
pub(super) fn association(table: &[Vec<f64>]) -> Option<Association> {
    let n: f64 = table.iter().flatten().sum();
    let used = |lines: &mut dyn Iterator<Item = f64>| lines.filter(|&x| x > 0.0).count() as f64;
    let rows = used(&mut table.iter().map(|r| r.iter().sum()));
    let width = table.first().map_or(0, Vec::len);
    let columns = used(&mut (0..width).map(|j| table.iter().filter_map(|r| r.get(j)).sum()));
    if rows.min(columns) < 2.0 || n <= 2.0 {
        return None;
    }
    let chi = independence(table, 1.0);
    let shrunk = |k: f64| k - (k - 1.0) * (k - 1.0) / (n - 1.0) - 1.0;
    let room = shrunk(rows).min(shrunk(columns)).max(f64::MIN_POSITIVE);
    let excess = chi.statistic / n - chi.degrees / (n - 1.0);
    let corrected = (excess.max(0.0) / room).sqrt();
    // χ² is noncentral: its variance is 2·df + 4·λ; V by the slope of the root, which noise keeps finite.
    let spread = (2.0 * chi.degrees + 4.0 * (excess * n).max(0.0)).sqrt() / (n * room);
    let noise = (chi.degrees / (n * room)).sqrt();
    Some(Association {
        v: (chi.statistic / n / (rows.min(columns) - 1.0)).sqrt(),
        corrected: corrected.min(1.0),
        error: spread / (2.0 * corrected.max(noise)),
        p: chi.p_value,
    })
}

fn told(title: &str, groups: usize, [v, corrected]: [f64; 2]) -> String {
    let [raw, beyond] = side_by_side([v, corrected], Unit::Score);
    let beyond = match corrected {
        x if x <= 0.0 => ", none of it beyond chance".to_owned(),
        _ if raw == beyond => String::new(),
        _ => format!(", {beyond} of it beyond chance"),
    };
    format!("Cramér's V of {title} and the predicted class is {raw} over {groups} groups{beyond}.")
}

fn measured(groups: &Groups<'_>, judged: &[usize], found: Association) -> Measured {
    let half = 1.959_963_984_540_054 * found.error;
    let figure = by_id(groups.frame.task, "positive_prediction_rate")
        .filter(|_| groups.frame.classes.len() == 2)
        .map(|definition| groups.figure(definition, judged, &[], None));
    Measured {
        statistic: finite(found.v),
        effect: finite(found.corrected),
        interval: Some(((found.corrected - half).max(0.0), (found.corrected + half).min(1.0))),
        p_value: Some(found.p),
        standard_error: Some(found.error),
        method: "Cramér's V less what chance gives (Bergsma); χ² of independence".to_owned(),
        sentence: told(&groups.title, judged.len(), [found.v, found.corrected]),
        n_evaluation: Some(groups.whole.predicted.rows),
        metrics: vec![CaseMetric { kind: "STATISTICAL_DEPENDENCE".to_owned(), metric: "cramers_v".to_owned(), value: finite(found.v) }],
        figure,
        ..Measured::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_aloud() {
        let of = |v| told("gender × region", 6, v);
        let head = "Cramér's V of gender × region and the predicted class is";
        assert_eq!(of([0.35, 0.32]), format!("{head} 0.350 over 6 groups, 0.320 of it beyond chance."));
        assert_eq!(of([0.049, 0.0]), format!("{head} 0.049 over 6 groups, none of it beyond chance."));
        assert_eq!(of([0.351_2, 0.350_9]), format!("{head} 0.351 over 6 groups."));
    }
}
