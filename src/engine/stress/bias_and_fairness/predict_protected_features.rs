//! Predict protected features: can the features of the model, all together, tell the group?
//!
//! A multinomial logistic regression over the cells of the features (numbers in quantile bins of the reference, categories by
//! value), fitted by AdaGrad (Duchi, Hazan and Singer 2011, JMLR 12) on one seeded half of the rows and judged on the other.

use straingauge_api::{CaseMetric, Kind, Unit};
use straingauge_charts::format::{counted, spaced, together};

use super::group::least;
use super::spec;
use crate::Result;
use crate::math::exp;
use crate::profile::{NO_CELL, SubsetFrame, short_label};
use crate::random::Rng;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, Scope, TestSpec};
use crate::table::FeatureKind;

const TEST: &str = "bias_and_fairness:predict_protected_features";
/// Rows that are looked at.
const MOST_ROWS: usize = 20_000;
/// Groups that are told apart: the largest ones.
const MOST_GROUPS: usize = 12;
const EPOCHS: usize = 6;
const RATE: f64 = 0.3;

/// Asks every protected feature.
pub struct PredictProtectedFeatures;

impl Question for PredictProtectedFeatures {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = spec(
            "predict_protected_features".to_owned(),
            "Predict Protected Features".to_owned(),
            Kind::Property,
            Needs::default(),
            (0.2, 0.4),
            [
                "How well the features that the model sees, taken together, tell a protected feature.",
                "What can be read from its inputs a model can act on, even where the protected feature itself is kept from it.",
                "A logistic regression is fitted on one seeded half of the evaluation rows (of 20 000 at most) and judged on the other. The effect is its accuracy beyond that of always naming the largest group, judged by the lower end of the 95 % interval. Off unless asked for.",
            ]
            .map(str::to_owned),
        );
        vec![TestSpec { scope: Scope::Rows, default_on: false, ..spec }]
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let asked = context.features.iter().filter(|f| f.protected && f.kind != FeatureKind::Text);
        asked.map(|f| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![TEST.to_owned()] }).collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        Ok(vec![told(context, name).map_or_else(Measurement::Skipped, |m| Measurement::Measured(Box::new(m)))])
    }
}

/// The cells of a feature's rows in the evaluation, how many there are, and their names.
fn cells(context: &Context, at: usize) -> Option<(Vec<u16>, SubsetFrame)> {
    let (reference, evaluation) = context.rows.as_ref()?;
    let cut = SubsetFrame::learn(context.features.get(at)?, reference.columns.get(at)?.as_deref()?)?;
    Some((cut.cells_of(evaluation.columns.get(at)?.as_deref()?), cut))
}

fn told(context: &Context, name: &str) -> std::result::Result<Measured, String> {
    let none = || format!("The reference makes no groups of {name}.");
    let at = context.feature(name).ok_or_else(none)?;
    let (of, cut) = cells(context, at).ok_or_else(none)?;
    let inputs: Vec<(Vec<u16>, usize)> = (context.features.iter().enumerate())
        .filter(|(_, f)| f.in_model && !f.protected && f.kind != FeatureKind::Text)
        .filter_map(|(i, _)| cells(context, i).map(|(c, cut)| (c, cut.cells())))
        .collect();
    if inputs.is_empty() {
        return Err("The model sees no other feature.".to_owned());
    }
    let mut sizes = vec![0u64; cut.cells()];
    for &cell in &of {
        if let Some(slot) = sizes.get_mut(cell as usize) {
            *slot += 1;
        }
    }
    // Both halves need rows of a group.
    let enough = 2.0 * least(context, TEST);
    let mut groups: Vec<usize> = (0..sizes.len()).filter(|&g| sizes.get(g).is_some_and(|&n| n as f64 >= enough)).collect();
    groups.sort_by_key(|&g| (std::cmp::Reverse(sizes.get(g).copied()), g));
    groups.truncate(MOST_GROUPS);
    if groups.len() < 2 {
        return Err(format!("{name} makes no two groups of {enough} rows."));
    }
    let mut rng = context.rng(TEST, name);
    let mut rows: Vec<usize> = (0..of.len()).filter(|&i| of.get(i).is_some_and(|c| groups.contains(&(*c as usize)))).collect();
    rng.shuffle(&mut rows);
    rows.truncate(MOST_ROWS);
    // Each row's inputs, as places in one long vector of indicators.
    let mut offsets = vec![0usize];
    offsets.extend(inputs.iter().scan(0, |sum, (_, width)| {
        *sum += width;
        Some(*sum)
    }));
    let places = |row: usize| -> Vec<usize> {
        let own = inputs
            .iter()
            .zip(&offsets)
            .filter_map(|((cells, _), offset)| cells.get(row).filter(|c| **c != NO_CELL).map(|&c| offset + c as usize));
        own.collect()
    };
    let target = |row: usize| of.get(row).and_then(|c| groups.iter().position(|&g| g == *c as usize)).unwrap_or(0);
    let coded: Vec<(Vec<usize>, usize)> = rows.iter().map(|&row| (places(row), target(row))).collect();
    let (train, test) = coded.split_at(coded.len() / 2);
    let model = Logistic::fit(train, offsets.last().copied().unwrap_or(0), groups.len(), &mut rng);
    let mut seen = vec![0u64; groups.len()];
    for (_, group) in train {
        if let Some(slot) = seen.get_mut(*group) {
            *slot += 1;
        }
    }
    let usual = (0..seen.len()).max_by_key(|&g| (seen.get(g).copied(), std::cmp::Reverse(g))).unwrap_or(0);
    let (mut right, mut base, mut differ) = (0.0, 0.0, 0.0);
    for (places, group) in test {
        let (hit, plain) = (f64::from(u8::from(model.guess(places) == *group)), f64::from(u8::from(usual == *group)));
        right += hit;
        base += plain;
        differ += (hit - plain) * (hit - plain);
    }
    let n = test.len().max(1) as f64;
    let (accuracy, base) = (right / n, base / n);
    let gain = accuracy - base;
    // Both guess the same rows: the variance of a paired difference.
    let half = 1.959_963_984_540_054 * ((differ / n - gain * gain).max(1.0 / n) / n).sqrt();
    let metric = |metric: &str, value| CaseMetric { kind: "FAIRNESS".to_owned(), metric: metric.to_owned(), value: Some(value) };
    let largest = groups.first().and_then(|&g| cut.labels.get(g)).map_or("", |l| short_label(l));
    Ok(Measured {
        statistic: Some(gain),
        effect: Some(gain.max(0.0)),
        interval: Some(((gain - half).max(0.0), (gain + half).clamp(0.0, 1.0))),
        method: format!(
            "Multinomial logistic regression on {} rows, judged on {}; paired difference",
            spaced(train.len() as u64),
            spaced(test.len() as u64)
        ),
        sentence: in_words(name, inputs.len() as u64, test.len() as u64, largest, [accuracy, base]),
        n_evaluation: Some(coded.len() as u64),
        metrics: vec![metric("accuracy", accuracy), metric("base_rate", base)],
        ..Measured::default()
    })
}

/// Weights by indicator and group, the intercept last.
struct Logistic {
    weights: Vec<f64>,
    groups: usize,
}

impl Logistic {
    fn fit(rows: &[(Vec<usize>, usize)], width: usize, groups: usize, rng: &mut Rng) -> Self {
        let mut out = Self { weights: vec![0.0; (width + 1) * groups], groups };
        let mut squares = vec![1e-8; out.weights.len()];
        let mut order: Vec<usize> = (0..rows.len()).collect();
        for _ in 0..EPOCHS {
            rng.shuffle(&mut order);
            for (places, group) in order.iter().filter_map(|&i| rows.get(i)) {
                let mut shares = out.scores(places);
                let top = shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                for share in &mut shares {
                    *share = exp(*share - top);
                }
                let total: f64 = shares.iter().sum();
                for (g, share) in shares.iter().enumerate() {
                    let slope = share / total - f64::from(u8::from(g == *group));
                    for &place in places.iter().chain([&width]) {
                        let at = place * groups + g;
                        if let (Some(weight), Some(square)) = (out.weights.get_mut(at), squares.get_mut(at)) {
                            *square += slope * slope;
                            *weight -= RATE * slope / square.sqrt();
                        }
                    }
                }
            }
        }
        out
    }

    fn scores(&self, places: &[usize]) -> Vec<f64> {
        let last = self.weights.len() / self.groups.max(1) - 1;
        let mut out = vec![0.0; self.groups];
        for place in places.iter().chain([&last]) {
            let own = self.weights.get(place * self.groups..(place + 1) * self.groups).unwrap_or(&[]);
            out.iter_mut().zip(own).for_each(|(s, w)| *s += w);
        }
        out
    }

    fn guess(&self, places: &[usize]) -> usize {
        let scores = self.scores(places);
        let at = |g: usize| scores.get(g).copied().unwrap_or(f64::NEG_INFINITY);
        (0..self.groups).max_by(|&a, &b| at(a).total_cmp(&at(b)).then(b.cmp(&a))).unwrap_or(0)
    }
}

fn in_words(name: &str, inputs: u64, rows: u64, largest: &str, shares: [f64; 2]) -> String {
    let [right, usual] = together(shares, Unit::Share);
    let (from, of) = (counted(inputs, "feature"), counted(rows, "row"));
    format!("From {from} the {name} of {right} of {of} is guessed rightly; always guessing {largest} would be right for {usual}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_what_is_there_and_nothing_else() {
        let mut rng = Rng::new(4, 4);
        // Place 0 or 1 says the group in nine rows of ten; places 2 to 4 say nothing.
        let mut row = |told: bool| {
            let group = rng.below(2) as usize;
            let says = if rng.uniform() < if told { 0.9 } else { 0.5 } { group } else { 1 - group };
            (vec![says, 2 + rng.below(3) as usize], group)
        };
        let told: Vec<_> = (0..2000).map(|_| row(true)).collect();
        let silent: Vec<_> = (0..2000).map(|_| row(false)).collect();
        let accuracy = |rows: &[(Vec<usize>, usize)]| {
            let model = Logistic::fit(&rows[..1000], 5, 2, &mut Rng::new(1, 1));
            rows[1000..].iter().filter(|(p, g)| model.guess(p) == *g).count() as f64 / 1000.0
        };
        assert!(accuracy(&told) > 0.87, "{}", accuracy(&told));
        assert!((accuracy(&silent) - 0.5).abs() < 0.06, "{}", accuracy(&silent));
    }

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            in_words("gender", 1, 1_250, "male", [0.679, 0.683]),
            "From 1 feature the gender of 67.9\u{a0}% of 1\u{202f}250 rows is guessed rightly; always guessing male would be right for 68.3\u{a0}%."
        );
    }
}
