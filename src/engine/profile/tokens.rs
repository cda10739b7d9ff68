//! Tokens of a text column: how often each stands, and how unevenly documents use them.
//!
//! The frame holds the reference's commonest tokens by the number of documents that have them; all others share a cell. Beside the
//! counts a profile holds what the sampling variance of every share needs, the document being the unit: with c the count of a token in a
//! document and x that of all its tokens, Σc² and Σc·x a cell, Σx² over all. The spread of the eigenvalues of the whole covariance
//! matrix, which templates and topics drive apart, is kept as a sketch: documents' count vectors, scaled as in χ², under
//! [`SKETCH`] random sign vectors (Achlioptas 2003, J. Comput. Syst. Sci. 66). Everything adds.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::{Sampling, frames_differ};
use crate::Result;
use crate::table::Column;
use crate::text::{Gram, Hashed, grams, text_at};

/// Sign vectors of the sketch.
pub const SKETCH: usize = 24;
/// Tokens in at least so many reference documents count on their own in the sketch.
const COMMON: u32 = 5;
/// Slots of the table that leads from a key to its cell: a power of two, some for each token.
const SLOTS: usize = 8_192;
/// Distinct tokens that are held while a frame is learnt; beyond, those of a single document are dropped.
const HELD: usize = 1_000_000;

type Seen = HashMap<u64, Token, BuildHasherDefault<Hashed>>;

/// The cells of one kind of token.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenFrame {
    /// As they are written, the most common first. One more cell follows, for all others.
    pub names: Vec<String>,
    keys: Vec<u64>,
    /// By key: the cell plus one; 0 where free.
    slots: Vec<u16>,
    /// The first so many cells count on their own in the sketch.
    pub common: usize,
    /// The reference's share of each of those cells, and of all the others together.
    pub shares: Vec<f64>,
    /// Σ share·scale·sign: what the sketch of a document of average composition would be, a token.
    mean: [f64; SKETCH],
}

/// Sums of a cell. Counts are times the documents' weights.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TokenSums {
    /// Documents that have the token.
    pub documents: u64,
    /// Σ c.
    pub count: f64,
    /// Σ c².
    pub square: f64,
    /// Σ c·x.
    pub cross: f64,
    /// What this cell adds to Σ (c + all rarer tokens' counts)²: the suffix sums are the squares of nested rests.
    pub nested: f64,
}

/// What was counted of one kind of token.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenProfile {
    /// Documents (or groups of them that belong together) with any token.
    pub documents: u64,
    /// A cell each.
    pub cells: Vec<TokenSums>,
    /// Σ x².
    pub square: f64,
    /// Σ u·uᵀ over the documents' sketches, the upper triangle row by row.
    pub sketch: Vec<f64>,
    /// Σ over documents of the products of their own squared coordinates, (Σu²)² − Σu⁴.
    pub own: f64,
}

#[derive(Debug, Clone, Copy)]
struct Token {
    documents: u32,
    last: u32,
    count: u64,
    row: u32,
    from: u32,
    to: u32,
}

/// Finds the commonest tokens of a reference.
#[derive(Debug, Default)]
pub struct TokenLearner {
    seen: [Seen; 3],
}

impl TokenLearner {
    /// Adds a document, the texts of some rows.
    pub fn add(&mut self, column: &Column, rows: &[u32]) {
        let Some(&document) = rows.first() else { return };
        for &row in rows {
            let Some(text) = text_at(column, row as usize) else { continue };
            grams(text, &mut |gram, key, slice| {
                let Some(seen) = self.seen.get_mut(gram as usize) else { return };
                let entry = seen.entry(key).or_insert_with(|| {
                    let from = (slice.as_ptr() as usize - text.as_ptr() as usize) as u32;
                    Token { documents: 0, last: u32::MAX, count: 0, row, from, to: from + slice.len() as u32 }
                });
                entry.count += 1;
                if entry.last != document {
                    (entry.documents, entry.last) = (entry.documents + 1, document);
                }
            });
        }
        for seen in &mut self.seen {
            if seen.len() > HELD {
                seen.retain(|_, token| token.documents > 1);
            }
        }
    }

    /// The frames, in the order of [`Gram::ALL`].
    pub fn finish(self, column: &Column) -> Vec<TokenFrame> {
        Gram::ALL.into_iter().zip(self.seen).map(|(gram, seen)| TokenFrame::of(gram, seen, column)).collect()
    }
}

impl TokenFrame {
    fn of(gram: Gram, seen: Seen, column: &Column) -> Self {
        let total: u64 = seen.values().map(|t| t.count).sum();
        let mut tokens: Vec<(u64, Token)> = seen.into_iter().collect();
        // Equals in the order of their keys, which is the same in every run.
        tokens.sort_unstable_by_key(|(key, token)| (std::cmp::Reverse(token.documents), *key));
        let common = tokens.iter().take(gram.most()).filter(|(_, t)| t.documents >= COMMON).count();
        tokens.truncate(gram.most());
        let written = |t: &Token| text_at(column, t.row as usize).and_then(|s| s.get(t.from as usize..t.to as usize)).unwrap_or_default();
        let names = tokens.iter().map(|(_, t)| gram.written(written(t))).collect();
        let mut shares: Vec<f64> = tokens.iter().take(common).map(|(_, t)| t.count as f64 / total.max(1) as f64).collect();
        // At least a token's: what the reference lacks altogether is not impossible.
        shares.push((1.0 - shares.iter().sum::<f64>()).max(1.0 / total.max(1) as f64));
        let mut out =
            Self { names, keys: tokens.iter().map(|t| t.0).collect(), slots: vec![0; SLOTS], common, shares, mean: [0.0; SKETCH] };
        for cell in 0..out.keys.len() {
            let key = out.keys.get(cell).copied().unwrap_or(0);
            let mut at = key as usize % SLOTS;
            while out.slots.get(at).is_some_and(|&s| s != 0) {
                at = (at + 1) % SLOTS;
            }
            if let Some(slot) = out.slots.get_mut(at) {
                *slot = cell as u16 + 1;
            }
        }
        let mut mean = [0.0; SKETCH];
        for cell in 0..=common {
            let share = out.shares.get(cell).copied().unwrap_or(0.0);
            out.sketched(cell, share, &mut mean);
        }
        out.mean = mean;
        out
    }

    /// The cell of a token; the last one is that of all others.
    #[inline]
    pub fn cell(&self, key: u64) -> usize {
        let mut at = key as usize % SLOTS;
        loop {
            let cell = match self.slots.get(at) {
                None | Some(0) => return self.keys.len(),
                Some(&slot) => slot as usize - 1,
            };
            if self.keys.get(cell) == Some(&key) {
                return cell;
            }
            at = (at + 1) % SLOTS;
        }
    }

    /// Adds `count` tokens of a cell to a sketch: times the signs of the cell, over the root of its share.
    #[inline]
    fn sketched(&self, cell: usize, count: f64, sketch: &mut [f64; SKETCH]) {
        let cell = cell.min(self.common);
        let share = self.shares.get(cell).copied().unwrap_or(0.0);
        if share <= 0.0 {
            return;
        }
        let bits = if cell < self.common { self.keys.get(cell).copied().unwrap_or(0) >> 32 } else { 0x0096_ca35 };
        let value = count / share.sqrt();
        for (b, slot) in sketch.iter_mut().enumerate() {
            *slot += if bits >> b & 1 == 1 { value } else { -value };
        }
    }

    /// A word for [`super::Frame::fingerprint`].
    pub(super) fn word(&self) -> u64 {
        self.keys.iter().fold(self.keys.len() as u64, |hash, key| hash.rotate_left(7) ^ key)
    }
}

/// Counts the documents of a side.
#[derive(Debug)]
pub struct TokenCounter {
    profiles: Vec<TokenProfile>,
    /// Counts of the document at hand and the cells that have any, by kind.
    at_hand: Vec<(Vec<u32>, Vec<u16>)>,
}

impl TokenCounter {
    /// A counter in these frames.
    pub fn new(frames: &[TokenFrame]) -> Self {
        let empty = |f: &TokenFrame| TokenProfile {
            cells: vec![TokenSums::default(); f.names.len() + 1],
            sketch: vec![0.0; SKETCH * (SKETCH + 1) / 2],
            ..TokenProfile::default()
        };
        Self {
            profiles: frames.iter().map(empty).collect(),
            at_hand: frames.iter().map(|f| (vec![0; f.names.len() + 1], Vec::new())).collect(),
        }
    }

    /// Adds a document, the texts of some rows. Its weight is the rows' mean weight.
    pub fn add(&mut self, frames: &[TokenFrame], column: &Column, rows: &[u32], sampling: &Sampling) {
        for text in rows.iter().filter_map(|&row| text_at(column, row as usize)) {
            grams(text, &mut |gram, key, _| {
                let Some((frame, (counts, touched))) = frames.get(gram as usize).zip(self.at_hand.get_mut(gram as usize)) else { return };
                let cell = frame.cell(key);
                if let Some(count) = counts.get_mut(cell) {
                    if *count == 0 {
                        touched.push(cell as u16);
                    }
                    *count += 1;
                }
            });
        }
        let weight = rows.iter().map(|&row| sampling.weight(row as usize)).sum::<f64>() / rows.len().max(1) as f64;
        for ((profile, frame), (counts, touched)) in self.profiles.iter_mut().zip(frames).zip(&mut self.at_hand) {
            profile.add(frame, counts, touched, weight);
        }
    }

    /// The profiles, in the order of the frames.
    pub fn finish(self) -> Vec<TokenProfile> {
        self.profiles
    }
}

impl TokenProfile {
    /// Adds a document and clears its counts.
    fn add(&mut self, frame: &TokenFrame, counts: &mut [u32], touched: &mut Vec<u16>, weight: f64) {
        if touched.is_empty() {
            return;
        }
        touched.sort_unstable_by_key(|&cell| std::cmp::Reverse(cell));
        let all = weight * touched.iter().filter_map(|&cell| counts.get(cell as usize)).map(|&c| f64::from(c)).sum::<f64>();
        let mut sketch = frame.mean.map(|mean| -all * mean);
        let mut rarer = 0.0;
        for &cell in touched.iter() {
            let (Some(count), Some(sums)) = (counts.get_mut(cell as usize), self.cells.get_mut(cell as usize)) else { continue };
            let c = weight * f64::from(std::mem::take(count));
            sums.documents += 1;
            sums.count += c;
            sums.square += c * c;
            sums.cross += c * all;
            sums.nested += c * (c + 2.0 * rarer);
            rarer += c;
            frame.sketched(cell as usize, c, &mut sketch);
        }
        touched.clear();
        self.documents += 1;
        self.square += all * all;
        let mut slots = self.sketch.iter_mut();
        let (mut squares, mut fourths) = (0.0, 0.0);
        for (a, &x) in sketch.iter().enumerate() {
            squares += x * x;
            fourths += x * x * x * x;
            for (&y, slot) in sketch.iter().skip(a).zip(&mut slots) {
                *slot += x * y;
            }
        }
        self.own += squares * squares - fourths;
    }

    /// Tokens in all.
    pub fn total(&self) -> f64 {
        self.cells.iter().map(|c| c.count).sum()
    }

    /// Adds what another profile of the same frame counted.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.cells.len() != other.cells.len() {
            return Err(frames_differ("the tokens of a text"));
        }
        self.documents += other.documents;
        for (mine, others) in self.cells.iter_mut().zip(&other.cells) {
            mine.documents += others.documents;
            mine.count += others.count;
            mine.square += others.square;
            mine.cross += others.cross;
            mine.nested += others.nested;
        }
        self.square += other.square;
        self.own += other.own;
        self.sketch.iter_mut().zip(&other.sketch).for_each(|(a, b)| *a += b);
        Ok(())
    }
}

crate::stored::stored!(struct TokenFrame { names, keys, slots, common, shares, mean });
crate::stored::stored!(struct TokenSums { documents, count, square, cross, nested });
crate::stored::stored!(struct TokenProfile { documents, cells, square, sketch, own });

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;
    use crate::table::{Cells, Values};

    fn column(texts: &[&str]) -> Column {
        Column { name: "t".to_owned(), values: Values::Text(StringArray::from(texts.to_vec())), cells: Cells::default() }
    }

    fn frames(column: &Column, rows: u32) -> Vec<TokenFrame> {
        let mut learner = TokenLearner::default();
        (0..rows).for_each(|row| learner.add(column, &[row]));
        learner.finish(column)
    }

    fn count(frames: &[TokenFrame], column: &Column, documents: &[&[u32]]) -> Vec<TokenProfile> {
        let mut counter = TokenCounter::new(frames);
        for rows in documents {
            counter.add(frames, column, rows, &Sampling::default());
        }
        counter.finish()
    }

    #[test]
    fn the_commonest_come_first_and_the_rest_share_a_cell() {
        let reference = column(&["Red, green", "red blue red", "red GREEN"]);
        let frames = frames(&reference, 3);
        assert_eq!(frames[1].names, ["red", "green", "blue"]);
        assert_eq!(frames[2].names.first().map(String::as_str), Some("red green"));
        let profile = &count(&frames, &column(&["red red violet", "", "violet"]), &[&[0], &[1], &[2]])[1];
        assert_eq!(profile.documents, 2);
        let counts: Vec<(u64, f64)> = profile.cells.iter().map(|c| (c.documents, c.count)).collect();
        assert_eq!(counts, [(1, 2.0), (0, 0.0), (0, 0.0), (2, 2.0)]);
        // Σc² and Σc·x of "red" in documents of 3 and 1 tokens; Σx²; nested squares of the rest.
        assert_eq!((profile.cells[0].square, profile.cells[0].cross, profile.square), (4.0, 6.0, 10.0));
        let nested: Vec<f64> = (0..4).map(|r| profile.cells[r..].iter().map(|c| c.nested).sum()).collect();
        assert_eq!(nested, [10.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn rows_that_belong_together_are_one_document() {
        let texts = column(&["a b", "a c", "b"]);
        let frames = frames(&texts, 3);
        let together = &count(&frames, &texts, &[&[0, 1], &[2]])[1];
        let a = frames[1].names.iter().position(|n| n == "a").unwrap();
        assert_eq!((together.documents, together.cells[a].square, together.cells[a].cross), (2, 4.0, 8.0));
    }

    /// Prints what 50 000 titles a side cost; `cargo test -p straingauge-engine --lib -- --ignored cost_of_titles --nocapture`.
    #[test]
    #[ignore = "a measurement"]
    fn cost_of_titles() {
        let mut rng = crate::random::Rng::new(1, 1);
        let word = |rng: &mut crate::random::Rng| format!("word{}", crate::math::pow(rng.uniform() + 1e-5, -1.0) as u64);
        let mut texts = || (0..50_000).map(|_| (0..10).map(|_| word(&mut rng)).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>();
        let (a, b) = (texts(), texts());
        let (a, b) = (column(&a.iter().map(String::as_str).collect::<Vec<_>>()), column(&b.iter().map(String::as_str).collect::<Vec<_>>()));
        let start = std::time::Instant::now();
        let frames = frames(&a, 50_000);
        eprintln!("learnt after {:?}", start.elapsed());
        for side in [&a, &b] {
            let mut counter = TokenCounter::new(&frames);
            (0..50_000).for_each(|row| counter.add(&frames, side, &[row], &Sampling::default()));
            eprintln!("counted after {:?}: {} documents", start.elapsed(), counter.finish()[1].documents);
        }
    }
}
