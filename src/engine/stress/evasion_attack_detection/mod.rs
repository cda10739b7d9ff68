//! Evasion attacks: is somebody probing the model, or feeding it what it should not see?

mod leakage;
mod patterns;
mod personal;
mod pii;
mod probing;

pub use leakage::RowWiseDataLeakage;
pub use pii::RowWisePiiDetection;
pub use probing::StatefulBlackBoxDetection;

use straingauge_api::{Category, Kind, Risk, TestText, Thresholds, Unit};

use super::{Context, Family, FamilySubject, Needs, Scope, Side, TestSpec};
use crate::table::{Column, FeatureKind, Values};
use crate::text::text_at;

/// A test of evasion; effects are shares of evaluation rows.
fn spec(test: &str, name: &str, kind: Kind, thresholds: (f64, f64), text: [&str; 3]) -> TestSpec {
    let [checks, matters, decided] = text.map(str::to_owned);
    TestSpec {
        id: format!("evasion_attack_detection:{test}"),
        name: name.to_owned(),
        category: Category::EvasionAttackDetection,
        risk: Risk::Security,
        kind,
        scope: Scope::EvaluationRows,
        needs: Needs::default(),
        thresholds: Some(Thresholds { warning: thresholds.0, alert: thresholds.1 }),
        effect_max: 1.0,
        unit: if kind == Kind::Difference { Unit::Points } else { Unit::Share },
        default_on: true,
        text: TestText { checks, matters, decided },
    }
}

/// A family a text or categorical column of the evaluation set.
fn worded(context: &Context, test: &str) -> Vec<Family> {
    let Some(evaluation) = context.evaluation_rows() else { return Vec::new() };
    (context.features.iter().zip(&evaluation.columns))
        .filter(|(f, column)| f.kind != FeatureKind::Numeric && f.measured_in.is_none() && column.is_some())
        .map(|(f, _)| Family { subject: FamilySubject::Feature(f.name.clone()), tests: vec![test.to_owned()] })
        .collect()
}

/// The evaluation's column of a family's feature.
fn column_of<'a>(context: &'a Context, family: &Family) -> Option<(&'a str, &'a Column, &'a Side)> {
    let FamilySubject::Feature(name) = &family.subject else { return None };
    let at = context.feature(name)?;
    let evaluation = context.evaluation_rows()?;
    Some((context.features.get(at)?.name.as_str(), evaluation.columns.get(at)?.as_deref()?, evaluation))
}

/// What was found in each row's text, by number; a category's values are looked at once each. `None` where there is no text.
fn scan(column: &Column, mut find: impl FnMut(&str) -> u8) -> Vec<Option<u8>> {
    if let Values::Category(categories) = &column.values {
        let of_name: Vec<u8> = categories.names.iter().map(|name| find(name)).collect();
        return categories.codes.iter().map(|&c| of_name.get(c as usize).copied()).collect();
    }
    (0..column.rows()).map(|row| text_at(column, row).map(&mut find)).collect()
}
