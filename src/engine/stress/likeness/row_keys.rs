//! Rows as keys: equal rows have equal keys, whatever the order of a file's values or how a column happens to be coded.
//!
//! 64 bits, mixed by the finaliser of SplitMix64 (Steele, Lea and Flood 2014); among a million rows two different ones share
//! a key with a probability of 3·10⁻⁸.

use arrow::array::Array;

use crate::profile::views;
use crate::stress::{Context, Side};
use crate::table::{Column, Feature, FeatureKind, Values};

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const MISSING: u64 = 0x8ebc_6af0_9c88_c6e3;

/// One key a row; `None` where it has no value at all.
pub(in crate::stress) type Keys = Vec<Option<u64>>;

/// The keys of both sides over the features that the model sees and both sides have; `None` for rows with nothing but gaps.
/// Empty where there is no such feature.
pub(in crate::stress) fn keys(context: &Context) -> Option<(Keys, Keys)> {
    let (reference, evaluation) = context.rows.as_ref()?;
    let shared: Vec<(usize, &Feature)> = (context.features.iter().enumerate())
        .filter(|(_, f)| f.in_model && f.measured_in.is_none())
        .filter(|(i, _)| [reference, evaluation].iter().all(|s| s.columns.get(*i).is_some_and(Option::is_some)))
        .collect();
    if shared.is_empty() {
        return None;
    }
    Some((side_keys(reference, &shared), side_keys(evaluation, &shared)))
}

fn side_keys(side: &Side, features: &[(usize, &Feature)]) -> Keys {
    let rows = side.dataset.rows();
    let (mut keys, mut filled) = (vec![SEED; rows], vec![false; rows]);
    for (i, feature) in features {
        if let Some(column) = side.columns.get(*i).and_then(Option::as_ref) {
            each_value(column, feature.kind, |row, value| {
                if let (Some(key), Some(filled)) = (keys.get_mut(row), filled.get_mut(row)) {
                    *filled |= value.is_some();
                    *key = mix(key.wrapping_add(SEED) ^ value.unwrap_or(MISSING));
                }
            });
        }
    }
    keys.into_iter().zip(filled).map(|(key, filled)| filled.then_some(key)).collect()
}

/// The keys of one column's values, by its own type; `None` where a row has none.
pub(in crate::stress) fn column_keys(column: &Column) -> Keys {
    let kind = match &column.values {
        Values::Text(_) => FeatureKind::Text,
        Values::Number { .. } => FeatureKind::Numeric,
        _ => FeatureKind::Categorical,
    };
    let mut keys = vec![None; column.rows()];
    each_value(column, kind, |row, value| {
        if let Some(slot) = keys.get_mut(row) {
            *slot = value;
        }
    });
    keys
}

/// Visits the hash of every row's value, `None` where it has none.
pub(super) fn each_value(column: &Column, kind: FeatureKind, mut visit: impl FnMut(usize, Option<u64>)) {
    match (&column.values, kind) {
        (Values::Text(texts), FeatureKind::Text) => {
            for row in 0..texts.len() {
                visit(row, texts.is_valid(row).then(|| of_bytes(texts.value(row).as_bytes())));
            }
        }
        (_, FeatureKind::Numeric) => {
            for (row, &x) in views::numbers(column).unwrap_or_default().iter().enumerate() {
                // Minus zero is zero.
                visit(row, (!x.is_nan()).then(|| mix((x + 0.0).to_bits() ^ SEED)));
            }
        }
        _ => {
            if let Some(categories) = views::categories(column) {
                let hashes: Vec<u64> = categories.names.iter().map(|name| of_bytes(name.as_bytes())).collect();
                for (row, &code) in categories.codes.iter().enumerate() {
                    visit(row, hashes.get(code as usize).copied());
                }
            }
        }
    }
}

fn of_bytes(bytes: &[u8]) -> u64 {
    let mut hash = mix(SEED ^ bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let word = chunk.iter().rev().fold(0u64, |acc, &b| (acc << 8) | u64::from(b));
        hash = mix(hash.wrapping_add(SEED) ^ word);
    }
    hash
}

/// A bijection of 64 bits in which every bit of the input moves half of the output.
pub(super) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn different_texts_have_different_hashes() {
        let mut seen = BTreeSet::new();
        for i in 0..20_000u32 {
            assert!(seen.insert(of_bytes(i.to_string().as_bytes())));
            assert!(seen.insert(of_bytes(format!("{i}\0").as_bytes())));
        }
        assert_ne!(of_bytes(b""), of_bytes(b"\0"));
        assert_ne!(of_bytes(b"abcdefgh"), of_bytes(b"abcdefgh\0"));
    }

    #[test]
    fn numbers_do_not_collide_and_zero_has_one_sign() {
        let of = |x: f64| mix((x + 0.0).to_bits() ^ SEED);
        let seen: BTreeSet<u64> = (0..50_000).map(|i| of(f64::from(i) * 0.5)).collect();
        assert_eq!(seen.len(), 50_000);
        assert_eq!(of(-0.0), of(0.0));
    }
}
