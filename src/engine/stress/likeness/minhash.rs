//! Texts that are nearly the same.
//!
//! A text is the set of its three-character pieces, after its words have been put in lower case and one space between
//! them. Two sets share the share J of their union (Jaccard); of 64 minima of a random order, each set's by one of 64 parts of the
//! hash's range, two sets have the share J in common, with a standard error of √(J(1 − J)/64) (Broder 1997; one permutation: Li, Owen
//! and Zhang 2012; empty parts filled from others: Shrivastava 2017, arXiv:1703.04664). Pairs are looked for where eight minima in a
//! row agree, which pairs of J = 0.9 do in one of eight bands with a probability of 0.99.

use super::row_keys::mix;
use crate::table::Column;
use crate::text::{text_at, tokens};

/// Minima a text.
const MINIMA: usize = 64;
/// Minima of a band.
const BAND: usize = 8;
/// Texts are nearly the same from this estimate on.
const NEAR: f64 = 0.9;
/// Earlier texts of a band that a text is compared with.
const LOOK_BACK: usize = 4;
const EMPTY: u32 = u32::MAX;

pub(super) type Signature = [u32; MINIMA];

/// The minima of a text; `None` where it has no token.
pub(super) fn signature(text: &str) -> Option<Signature> {
    let mut out = [EMPTY; MINIMA];
    let (mut window, mut length) = (0u64, 0u32);
    let mut put = |window: u64| {
        let hash = mix(window.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d);
        if let Some(slot) = out.get_mut((hash >> 58) as usize) {
            *slot = (*slot).min((hash as u32).min(EMPTY - 1));
        }
    };
    // A space opens and closes each word, so that short words have pieces too.
    let mut eat = |c: char| {
        // 21 bits hold every character.
        window = (window << 21 | u64::from(u32::from(c))) & 0x7fff_ffff_ffff_ffff;
        length += 1;
        if length >= 3 {
            put(window);
        }
    };
    let mut some = false;
    for token in tokens(text) {
        some = true;
        eat(' ');
        token.chars().flat_map(char::to_lowercase).for_each(&mut eat);
    }
    if !some {
        return None;
    }
    eat(' ');
    let filled = out;
    for (at, slot) in out.iter_mut().enumerate().filter(|(_, slot)| **slot == EMPTY) {
        // Any other part, the same for all texts that lack this one.
        let lender = (1u64..).find_map(|attempt| {
            let other = mix((at as u64) << 32 | attempt) >> 58;
            filled.get(other as usize).copied().filter(|&minimum| minimum != EMPTY)
        });
        *slot = lender.unwrap_or(0);
    }
    Some(out)
}

/// The estimate of Jaccard's share.
pub(super) fn likeness(a: &Signature, b: &Signature) -> f64 {
    a.iter().zip(b).filter(|(x, y)| x == y).count() as f64 / MINIMA as f64
}

/// A key for each text of both columns, equal for texts that are nearly the same (or linked by such); `None` where there is no
/// text.
pub(in crate::stress) fn near_keys(reference: &Column, evaluation: &Column) -> (Vec<Option<u64>>, Vec<Option<u64>>) {
    let of = |column: &Column| (0..column.rows()).map(|row| text_at(column, row).and_then(signature)).collect::<Vec<_>>();
    let (left, right) = (of(reference), of(evaluation));
    let all: Vec<(u32, &Signature)> = left.iter().chain(&right).zip(0u32..).filter_map(|(s, at)| s.as_ref().map(|s| (at, s))).collect();
    let mut parent: Vec<u32> = (0..(left.len() + right.len()) as u32).collect();
    for band in 0..MINIMA / BAND {
        let key = |s: &Signature| s.iter().skip(band * BAND).take(BAND).fold(0, |acc, &x| mix(acc ^ u64::from(x)));
        let mut order: Vec<(u64, usize)> = all.iter().enumerate().map(|(i, (_, s))| (key(s), i)).collect();
        order.sort_unstable();
        for run in order.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
            for (i, &(_, here)) in run.iter().enumerate() {
                let Some(&(at, own)) = all.get(here) else { continue };
                for &(_, there) in run.get(i.saturating_sub(LOOK_BACK)..i).unwrap_or_default() {
                    let Some(&(other, theirs)) = all.get(there) else { continue };
                    let (a, b) = (root(&mut parent, at), root(&mut parent, other));
                    if a != b
                        && likeness(own, theirs) >= NEAR
                        && let Some(slot) = parent.get_mut(a.max(b) as usize)
                    {
                        *slot = a.min(b);
                    }
                }
            }
        }
    }
    let key = |at: usize, has: bool, parent: &mut Vec<u32>| has.then(|| u64::from(root(parent, at as u32)));
    let first = left.iter().enumerate().map(|(at, s)| key(at, s.is_some(), &mut parent)).collect();
    let second = right.iter().enumerate().map(|(at, s)| key(left.len() + at, s.is_some(), &mut parent)).collect();
    (first, second)
}

fn root(parent: &mut [u32], mut at: u32) -> u32 {
    while let Some(&up) = parent.get(at as usize) {
        if up == at {
            break;
        }
        // Halves the way for the next one.
        let above = parent.get(up as usize).copied().unwrap_or(up);
        if let Some(slot) = parent.get_mut(at as usize) {
            *slot = above;
        }
        at = above;
    }
    at
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::random::Rng;
    use crate::table::testing::text;

    fn exact(a: &str, b: &str) -> f64 {
        let pieces = |text: &str| {
            let solid: Vec<char> = format!(" {} ", tokens(text).collect::<Vec<_>>().join(" ").to_lowercase()).chars().collect();
            solid.windows(3).map(|w| w.iter().collect::<String>()).collect::<BTreeSet<_>>()
        };
        let (a, b) = (pieces(a), pieces(b));
        a.intersection(&b).count() as f64 / a.union(&b).count() as f64
    }

    #[test]
    fn the_estimate_keeps_to_its_error() {
        let mut rng = Rng::new(3, 4);
        let mut word = |n: u64| format!("{}{}", ["al", "be", "ga", "de", "ep", "ze"][rng.below(6) as usize], rng.below(n));
        let (mut sum, mut squares, mut variance) = (0.0, 0.0, 0.0);
        for i in 0..400 {
            let shared: Vec<String> = (0..10 + i % 30).map(|_| word(1000)).collect();
            let own: Vec<String> = (0..=i % 7).map(|_| word(1000)).collect();
            let (a, b) = (shared.join(" "), format!("{} {}", shared.join(" "), own.join(" ")));
            let (truth, found) = (exact(&a, &b), likeness(&signature(&a).unwrap(), &signature(&b).unwrap()));
            let error = (truth * (1.0 - truth) / MINIMA as f64).sqrt();
            // Short texts leave parts empty, and borrowed minima are not independent: twice the error of independent ones at most.
            assert!((found - truth).abs() <= 5.0 * 2.0 * error + 1e-9, "{a} | {b}: {found} against {truth}");
            (sum, squares, variance) = (sum + found - truth, squares + (found - truth) * (found - truth), variance + error * error);
        }
        assert!((sum / 400.0).abs() < 0.01, "bias {}", sum / 400.0);
        assert!(squares / variance < 2.0, "{}", squares / variance);
    }

    #[test]
    fn near_texts_have_one_key() {
        let long = "The quick brown fox jumps over the lazy dog while seventeen quiet philosophers look on and count the stars above the old harbour";
        let typo = long.replace("quiet", "quite").to_uppercase();
        let other = "A survey of graph neural networks for molecular property prediction in low data regimes";
        let (a, b) = near_keys(&text("t", &[long, other, ""]), &text("t", &[&typo, "Something else entirely is written here", other]));
        assert_eq!((a[0], a[1], a[2]), (b[0], b[2], None));
        assert!(a[0] != a[1] && b[1] != a[0] && b[1] != a[1]);
    }
}
