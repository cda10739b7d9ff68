//! Identifier feature: does a feature name rows, and yet tell the label?

use straingauge_api::{CaseMetric, Kind, Unit};
use straingauge_charts::format::{counted, value};

use crate::Result;
use crate::metrics::{NO_CLASS, Outcomes, Truth};
use crate::profile::views;
use crate::stats::information::information;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, Scope, Side, TestSpec};
use crate::table::{Column, FeatureKind};

const TEST: &str = "data_cleanliness:identifier_feature";
/// Parts into which values, in their order, are cut.
const PARTS: usize = 10;
/// Classes told apart; the rarer ones share a column.
const MOST_CLASSES: usize = 20;
/// Rows a cell, on average.
const ROWS_A_CELL: usize = 5;

/// Asks every feature of the model whose reference values are distinct to 99 % (whole numbers and categories).
pub struct IdentifierFeature;

impl Question for IdentifierFeature {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "identifier_feature",
            "Identifier Feature",
            Kind::Property,
            Some((0.1, 0.3)),
            [
                "Whether a feature of the model that has another value in nearly every row, as an id has, goes together with the label.",
                "A model can learn a row's name by heart, and where ids were given out class by class it even looks good in tests; on new rows it knows nothing.",
                "Features of which at least 99 % of the values in the reference are distinct. Their values are put in order and cut into ten equal parts; the effect is the adjusted mutual information of part and label, judged by the lower end of its 95 % interval (delta method).",
            ],
        );
        vec![TestSpec { unit: Unit::Score, scope: Scope::Rows, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        (context.features.iter().zip(&context.frame.columns))
            .filter(|(f, column)| f.in_model && f.measured_in.is_none() && f.kind != FeatureKind::Text && column.facts.unique)
            .map(|(f, _)| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![TEST.to_owned()] })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let found = context.feature(name).zip(context.rows.as_ref()).and_then(|(i, (reference, evaluation))| {
            let labelled = |side: &&Side| classes(&side.outcomes).iter().any(|&c| c != NO_CLASS);
            let side = [evaluation, reference].into_iter().find(labelled)?;
            Some((context.features.get(i)?.kind, side.columns.get(i)?.as_deref()?, &side.outcomes, std::ptr::eq(side, evaluation)))
        });
        let Some((kind, column, outcomes, own)) = found else {
            return Ok(vec![Measurement::Skipped("Needs labels.".to_owned())]);
        };
        Ok(vec![told(name, &ranks(column, kind), &classes(outcomes), own)])
    }
}

/// The class of each row: the label's, or for numbers the tenth that it lies in.
fn classes(outcomes: &Outcomes) -> Vec<u32> {
    match &outcomes.truth {
        Truth::None | Truth::Entities { .. } => Vec::new(),
        Truth::Classes(classes) => classes.clone(),
        Truth::Numbers(values) => cut(values).into_iter().map(|c| c.map_or(NO_CLASS, |c| c as u32)).collect(),
    }
}

/// Numbers that put a column's values in order: themselves, or the place of a word in the alphabet.
fn ranks(column: &Column, kind: FeatureKind) -> Vec<f64> {
    if kind == FeatureKind::Numeric {
        return views::numbers(column).unwrap_or_default().into_owned();
    }
    let Some(categories) = views::categories(column) else { return Vec::new() };
    let mut order: Vec<usize> = (0..categories.names.len()).collect();
    order.sort_by(|&a, &b| categories.names.get(a).cmp(&categories.names.get(b)));
    let mut place = vec![0.0; order.len()];
    for (rank, &code) in order.iter().enumerate() {
        if let Some(slot) = place.get_mut(code) {
            *slot = rank as f64;
        }
    }
    categories.codes.iter().map(|&c| place.get(c as usize).copied().unwrap_or(f64::NAN)).collect()
}

/// The tenth of each value, by rank; `None` where there is none. Equal values share one.
fn cut(values: &[f64]) -> Vec<Option<usize>> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let part = |x: f64| (sorted.partition_point(|y| *y < x) * PARTS / sorted.len().max(1)).min(PARTS - 1);
    values.iter().map(|&x| (!x.is_nan()).then(|| part(x))).collect()
}

fn told(name: &str, ranks: &[f64], classes: &[u32], own: bool) -> Measurement {
    let labelled: Vec<f64> = ranks.iter().zip(classes).map(|(&x, &c)| if c == NO_CLASS { f64::NAN } else { x }).collect();
    let mut sizes: Vec<(usize, u32)> = Vec::new();
    for &class in classes.iter().filter(|&&c| c != NO_CLASS) {
        match sizes.get_mut(class as usize) {
            Some(size) => size.0 += 1,
            None => {
                sizes.extend((sizes.len() as u32..=class).map(|c| (usize::from(c == class), c)));
            }
        }
    }
    sizes.sort_by(|a, b| b.cmp(a));
    let column_of = |class: u32| sizes.iter().position(|s| s.1 == class).unwrap_or(0).min(MOST_CLASSES - 1);
    let places: Vec<usize> = (0..sizes.len() as u32).map(column_of).collect();
    let width = sizes.iter().filter(|s| s.0 > 0).count().clamp(1, MOST_CLASSES);
    let mut table = vec![vec![0.0; width]; PARTS];
    let mut n = 0usize;
    for (part, &class) in cut(&labelled).into_iter().zip(classes) {
        let cell = part.and_then(|p| table.get_mut(p)).zip(places.get(class as usize)).and_then(|(row, &at)| row.get_mut(at));
        if let Some(cell) = cell {
            *cell += 1.0;
            n += 1;
        }
    }
    let Some(info) = information(&table).filter(|_| n >= ROWS_A_CELL * PARTS * width) else {
        return Measurement::Skipped(format!("{} over {PARTS} × {width} cells are too few to tell.", counted(n as u64, "labelled row")));
    };
    let (effect, half) = (info.adjusted().clamp(0.0, 1.0), 1.959_963_984_540_054 * info.adjusted_standard_error(n as f64));
    let metric = |metric: &str, value| CaseMetric { kind: "STATISTICAL_DEPENDENCE".to_owned(), metric: metric.to_owned(), value };
    Measurement::Measured(Box::new(Measured {
        statistic: Some(info.adjusted()),
        effect: Some(effect),
        interval: Some(((effect - half).max(0.0), (effect + half).min(1.0))),
        method: "Adjusted mutual information of ten parts by order and the label; delta method".to_owned(),
        sentence: format!(
            "{name} has a value of its own in nearly every row; the adjusted mutual information of its order and the label is {} over {}.",
            value(Some(info.adjusted()), Unit::Score),
            counted(n as u64, "row")
        ),
        n_reference: (!own).then_some(n as u64),
        n_evaluation: own.then_some(n as u64),
        metrics: vec![metric("adjusted_mutual_information", Some(info.adjusted())), metric("mutual_information", Some(info.mutual))],
        ..Measured::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;

    fn effect(labels: impl Fn(usize, &mut Rng) -> u32) -> f64 {
        let mut rng = Rng::new(2, 3);
        let ids: Vec<f64> = (0..1000).map(|i| f64::from(i) * 7.0).collect();
        let classes: Vec<u32> = (0..1000).map(|i| labels(i, &mut rng)).collect();
        match told("id", &ids, &classes, true) {
            Measurement::Measured(m) => m.effect.unwrap(),
            Measurement::Skipped(reason) => panic!("{reason}"),
        }
    }

    #[test]
    fn ids_given_out_class_by_class_tell_the_label() {
        for golden in super::super::goldens()["ordered"].as_array().unwrap() {
            let blocks = golden["blocks"].as_u64().unwrap() as usize;
            let ours = effect(|i, _| (i * blocks / 1000) as u32);
            assert!((ours - golden["ami"].as_f64().unwrap()).abs() < 1e-9, "{ours}");
        }
        assert!(effect(|_, rng| rng.below(2) as u32) < 0.01);
    }

    #[test]
    fn words_are_put_in_order() {
        let column = crate::table::testing::category("x", &["b", "", "a", "c"]);
        let ranks = ranks(&column, FeatureKind::Categorical);
        assert!(ranks[0] == 1.0 && ranks[1].is_nan() && ranks[2] == 0.0 && ranks[3] == 2.0);
    }
}
