//! Near matches with another label: rows all but equal to reference rows, relabelled.

use std::collections::BTreeMap;

use straingauge_charts::format::{agreeing, number, out_of, percent, share_or_none, spaced};

use super::exact_flips::{flipped_rows, flips};
use crate::Result;
use crate::metrics::{NO_CLASS, Truth};
use crate::random::Rng;
use crate::stats::fisher;
use crate::stress::likeness::equal_rows::{EqualRows, NATURAL};
use crate::stress::likeness::space::{Points, distance, points};
use crate::stress::likeness::{compared, sample};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Question, RowSet, Side, TestSpec};
use crate::table::FeatureKind;

const TEST: &str = "data_poisoning_detection:near_match_label_flipping";
/// Pairs of rows that are looked at a side, about: the number of rows asked a side follows from it.
const PAIRS: usize = 30_000_000;
/// Rows asked a side, at least and at most.
const ASKED: (usize, usize) = (300, 20_000);

/// Asks rows with a near neighbour in the reference.
pub struct NearMatchLabelFlipping;

impl Question for NearMatchLabelFlipping {
    fn tests(&self) -> Vec<TestSpec> {
        vec![super::spec(
            "near_match_label_flipping",
            "Near Match Label Flipping",
            (0.005, 0.02),
            [
                "How many rows of the evaluation set lie unusually near to a reference row, but have another label.",
                "Poison is seldom an exact copy: a changed digit or word hides it from a search for equals, and it pulls the model to the wrong side all the same.",
                "With texts: rows whose texts share 90 % of their three-character pieces (MinHash of 64) with reference rows but have another label than most of those; shares beyond the reference's own by a bound over random dealings. Else: rows nearer to their nearest reference row than the nearest 0.1 % of the reference's rows are to each other (standardised numbers, categories as one-hot), with another label than that row; shares by Fisher's exact test, one-sided, two reference rows near each other counting once. Large sets are asked by a sample of rows drawn with the run's seed.",
            ],
        )]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let classes = |s: &Side| matches!(s.outcomes.truth, Truth::Classes(_));
        let labelled = context.rows.as_ref().is_some_and(|(a, b)| classes(a) && classes(b));
        labelled.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        if let Some(rows) = near_texts(context) {
            return Ok(vec![if let Some(reason) = rows.unfit() {
                Measurement::Skipped(reason)
            } else {
                let measured = flips(&rows, &mut context.rng(TEST, ""));
                let method = format!("MinHash groups of texts. {}", measured.method);
                Measurement::Measured(Box::new(Measured { method, ..measured }))
            }]);
        }
        Ok(vec![Near::of(context).map_or_else(
            || Measurement::Skipped("The two sets share no feature that the model sees, or no labels.".to_owned()),
            |near| near.measured(),
        )])
    }

    fn rows(&self, context: &Context, _: &Family, _: &str) -> Option<RowSet> {
        if let Some(rows) = near_texts(context) {
            return Some(RowSet::Rows(flipped_rows(&rows)));
        }
        Some(RowSet::Rows(Near::of(context)?.evaluation.iter().filter(|hit| hit.flipped).map(|hit| hit.row).collect()))
    }

    fn degrees(&self, context: &Context, _: &Family, _: &str, rows: &[u32]) -> Option<Vec<f64>> {
        if near_texts(context).is_some() {
            return None;
        }
        let of: BTreeMap<u32, f32> = Near::of(context)?.evaluation.iter().map(|hit| (hit.row, hit.square)).collect();
        Some(rows.iter().map(|row| of.get(row).map_or(f64::NEG_INFINITY, |square| -f64::from(*square))).collect())
    }
}

/// Rows grouped by near equality of their texts; `None` where the model sees no text.
fn near_texts(context: &Context) -> Option<EqualRows> {
    let texts: Vec<usize> =
        context.features.iter().enumerate().filter(|(_, f)| f.kind == FeatureKind::Text && f.in_model).map(|(i, _)| i).collect();
    (!texts.is_empty()).then(|| EqualRows::of_texts(context, &texts)).flatten()
}

/// A row within the cut of a reference row.
#[derive(Debug, Clone, Copy)]
struct Hit {
    row: u32,
    neighbour: u32,
    square: f32,
    flipped: bool,
}

/// The rows asked that lie within the cut.
struct Near {
    cut: f32,
    asked: (u64, u64),
    reference: Vec<Hit>,
    evaluation: Vec<Hit>,
}

impl Near {
    fn of(context: &Context) -> Option<Self> {
        let (left, right) = points(context)?;
        let sides = context.rows.as_ref()?;
        Self::between((&left, &labels(&sides.0)), (&right, &labels(&sides.1)), &mut context.rng(TEST, ""))
    }

    fn between((left, labels): (&Points, &[u32]), (right, others): (&Points, &[u32]), rng: &mut Rng) -> Option<Self> {
        let known = |labels: &[u32]| labels.iter().zip(0u32..).filter(|(l, _)| **l != NO_CLASS).map(|(_, row)| row).collect::<Vec<u32>>();
        let (first, then) = (known(labels), known(others));
        if first.len() < 2 || then.is_empty() {
            return None;
        }
        let most = (PAIRS / first.len()).clamp(ASKED.0, ASKED.1);
        let mut draw = |rows: &[u32]| -> Vec<u32> {
            sample(rows.len(), most, rng).into_iter().filter_map(|i| rows.get(i as usize).copied()).collect()
        };
        let (own, asked) = (draw(&first), draw(&then));
        // In the order of the first number, rows far off in it need not be looked at.
        let line = Line::of(left, first);
        let label = |labels: &[u32], row: u32| labels.get(row as usize).copied().unwrap_or(NO_CLASS);
        let hit = |points: &Points, mine: &[u32], row: u32, except: Option<u32>, bound: f32| {
            let (square, neighbour) = line.nearest(points, row, except, bound)?;
            Some(Hit { row, neighbour, square, flipped: label(mine, row) != label(labels, neighbour) })
        };
        // Only what may still be among the nearest thousandth is looked for.
        let kept = own.len().div_ceil(1000);
        let (mut least, mut reference): (Vec<f32>, Vec<Hit>) = (Vec::new(), Vec::new());
        for &row in &own {
            let bound = if least.len() < kept { f32::INFINITY } else { least.last().copied().unwrap_or(f32::INFINITY) };
            if let Some(found) = hit(left, labels, row, Some(row), bound) {
                let at = least.partition_point(|&d| d <= found.square);
                least.insert(at, found.square);
                least.truncate(kept);
                reference.push(found);
            }
        }
        let cut = least.last().copied()?;
        reference.retain(|found| found.square <= cut);
        let evaluation = asked.iter().filter_map(|&row| hit(right, others, row, None, cut)).collect();
        Some(Self { cut, asked: (own.len() as u64, asked.len() as u64), reference, evaluation })
    }

    fn measured(&self) -> Measurement {
        let (n, m) = self.asked;
        let near = self.reference.len() as f64 / n.max(1) as f64;
        if near > NATURAL {
            return Measurement::Skipped(format!(
                "{} of the reference rows have an equal among the others: data with so few distinct rows repeat by nature.",
                percent(near)
            ));
        }
        let count = |hits: &[Hit]| hits.iter().filter(|h| h.flipped).count() as u64;
        let (own, found) = (count(&self.reference), count(&self.evaluation));
        // Two rows that are each other's neighbours are one event, and so are rows around one reference row.
        let pairs = thinned(self.reference.iter().map(|h| (h.row.min(h.neighbour), h.row.max(h.neighbour))), &self.reference);
        let groups = thinned(self.evaluation.iter().map(|h| (h.neighbour, 0)), &self.evaluation);
        let thin = |x: u64, by: f64| (x as f64 / by).round() as u64;
        let p_value = fisher::greater(thin(own, pairs.max(2.0)), thin(n, pairs.max(2.0)), thin(found, groups), thin(m, groups));
        Measurement::Measured(Box::new(Measured {
            p_value: Some(p_value),
            method: format!(
                "Nearest reference row of {} and {} rows asked, cut at the reference's leave-one-out 0.1 % quantile; Fisher's exact test, one-sided, on counts thinned for rows near one another",
                spaced(n),
                spaced(m)
            ),
            sentence: told((found, m), f64::from(self.cut.sqrt()), own as f64 / n.max(1) as f64),
            ..compared((own, n), (found, m))
        }))
    }
}

/// Σc²/Σc over the groups of flipped rows: how many rows make one event.
fn thinned(groups: impl Iterator<Item = (u32, u32)>, hits: &[Hit]) -> f64 {
    let mut keys: Vec<(u32, u32)> = groups.zip(hits).filter(|(_, h)| h.flipped).map(|(key, _)| key).collect();
    keys.sort_unstable();
    let sizes = || keys.chunk_by(|a, b| a == b).map(|run| run.len() as f64);
    (sizes().map(|c| c * c).sum::<f64>() / sizes().sum::<f64>().max(1.0)).max(1.0)
}

fn labels(side: &Side) -> Vec<u32> {
    if let Truth::Classes(classes) = &side.outcomes.truth { classes.clone() } else { Vec::new() }
}

/// Reference rows in the order of the sum of their numbers. By Cauchy and Schwarz two sums differ by √width times the distance at
/// most, which bounds where a near row can be.
struct Line<'a> {
    points: &'a Points,
    order: Vec<(f32, u32)>,
    /// The rows' points in that order.
    sorted: Points,
}

impl<'a> Line<'a> {
    fn of(points: &'a Points, rows: Vec<u32>) -> Self {
        let mut order: Vec<(f32, u32)> = rows.into_iter().map(|row| (sum(points, row), row)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let rows: Vec<u32> = order.iter().map(|o| o.1).collect();
        Self { points, sorted: points.select(&rows), order }
    }

    /// The nearest row within `bound` (squared): of several the one that is met first.
    fn nearest(&self, of: &Points, row: u32, except: Option<u32>, bound: f32) -> Option<(f32, u32)> {
        let (here, query) = (sum(of, row), of.point(row as usize));
        let start = self.order.partition_point(|o| o.0 < here);
        let (mut best, mut found) = (bound, None);
        let width = self.points.width as f32;
        // A little more than the bound, for what rounding takes away.
        let reachable = |gap: f32, best: f32| gap * gap <= best * width * 1.001 + 1e-3;
        let (mut left, mut right) = (start, start);
        loop {
            let before = left.checked_sub(1).and_then(|i| self.order.get(i)).map(|o| here - o.0).filter(|&gap| reachable(gap, best));
            let behind = self.order.get(right).map(|o| o.0 - here).filter(|&gap| reachable(gap, best));
            let at = match (before, behind) {
                (None, None) => return found,
                (Some(a), b) if b.is_none_or(|b| a <= b) => {
                    left -= 1;
                    left
                }
                _ => {
                    right += 1;
                    right - 1
                }
            };
            let Some(&(_, other)) = self.order.get(at) else { return found };
            if except == Some(other) {
                continue;
            }
            let square = distance(query, self.sorted.point(at), best);
            if square < best || (square <= best && found.is_none()) {
                (best, found) = (square, Some((square, other)));
            }
        }
    }
}

fn sum(points: &Points, row: u32) -> f32 {
    points.point(row as usize).0.iter().sum()
}

fn told((found, rows): (u64, u64), cut: f64, before: f64) -> String {
    /// Nearer rows are told to lie within this distance.
    const LEAST: f64 = 0.0001;
    format!(
        "{} {} within {} standard deviations of a reference row with another label; of the reference rows {} do.",
        out_of(found, rows, "evaluation row"),
        agreeing(found, "lie"),
        number(cut.max(LEAST)),
        share_or_none(before)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of five numbers that go together, whole ones where `steps` says, with a label that follows them loosely.
    fn drawn(rng: &mut Rng, rows: usize, steps: f32) -> (Points, Vec<u32>) {
        let mut labels = Vec::new();
        let rows: Vec<Vec<f32>> = (0..rows)
            .map(|_| {
                let common = rng.normal();
                let row: Vec<f32> = (0..5).map(|_| (common + rng.normal()) as f32).collect();
                labels.push(u32::from(rng.uniform() < if common > 0.0 { 0.8 } else { 0.2 }));
                if steps > 0.0 { row.into_iter().map(|x| (x * steps).round() / steps).collect() } else { row }
            })
            .collect();
        (Points::of_numbers(&rows), labels)
    }

    fn measured(a: &(Points, Vec<u32>), b: &(Points, Vec<u32>)) -> Option<Measured> {
        match Near::between((&a.0, &a.1), (&b.0, &b.1), &mut Rng::new(1, 1))?.measured() {
            Measurement::Measured(m) => Some(*m),
            Measurement::Skipped(_) => None,
        }
    }

    #[test]
    fn the_nearest_row_is_the_nearest() {
        let mut rng = Rng::new(6, 6);
        let ((a, _), (b, _)) = (drawn(&mut rng, 300, 0.0), drawn(&mut rng, 50, 0.0));
        let line = Line::of(&a, (0..300).collect());
        for row in 0..50 {
            let (found, _) = line.nearest(&b, row, None, f32::INFINITY).unwrap();
            let plain = (0..300).map(|other| distance(b.point(row as usize), a.point(other), f32::INFINITY)).fold(f32::INFINITY, f32::min);
            assert!((found - plain).abs() <= 1e-5 * plain.max(1.0));
            assert!(line.nearest(&b, row, None, plain * 0.99).is_none());
        }
    }

    #[test]
    fn clean_pairs_show_no_flips() {
        let mut rng = Rng::new(7, 7);
        for (n, m, steps) in [(200, 200, 0.0), (2000, 2000, 0.0), (2000, 200, 0.0), (300, 3000, 0.0), (2000, 2000, 1.5), (300, 2000, 3.0)] {
            let p: Vec<f64> = (0..100).filter_map(|_| measured(&drawn(&mut rng, n, steps), &drawn(&mut rng, m, steps))?.p_value).collect();
            let at = |level: f64| p.iter().filter(|&&x| x <= level).count();
            assert!(
                at(0.05) <= 12 && at(0.01) <= 5 && at(0.001) <= 1,
                "{n} {m} {steps}: {} {} {} of {}",
                at(0.05),
                at(0.01),
                at(0.001),
                p.len()
            );
        }
    }

    #[test]
    fn relabelled_near_copies_are_found() {
        let mut rng = Rng::new(8, 8);
        let (a, mut b) = (drawn(&mut rng, 2000, 0.0), drawn(&mut rng, 2000, 0.0));
        let mut rows: Vec<Vec<f32>> = (0..2000).map(|row| b.0.point(row).0.to_vec()).collect();
        for (i, row) in rows.iter_mut().enumerate().take(60) {
            *row = a.0.point(i).0.iter().map(|x| x + 0.001).collect();
            b.1[i] = 1 - a.1[i];
        }
        b.0 = Points::of_numbers(&rows);
        let found = measured(&a, &b).unwrap();
        assert!(found.row_count >= Some(60) && found.p_value.unwrap() < 1e-8 && found.effect.unwrap() >= 0.02, "{}", found.sentence);
    }

    #[test]
    fn template_texts_show_no_flips() {
        use crate::stress::likeness::equal_rows::{Likeness, sorted};
        use crate::stress::likeness::minhash::near_keys;
        use crate::table::testing::text;

        let mut rng = Rng::new(11, 11);
        // One text in twelve is a template with a number in it, of one label or the other; the others are words of their own.
        let sample = |rng: &mut Rng, rows: usize| -> (Vec<String>, Vec<u32>) {
            let row = |rng: &mut Rng| {
                if rng.below(12) > 0 {
                    let words: Vec<String> = (0..10).map(|_| format!("w{}", rng.below(3000))).collect();
                    return (words.join(" "), rng.below(2) as u32);
                }
                let kind = rng.below(40);
                let text = format!(
                    "Form {kind}{kind}: your order of article {} was sent out today and will reach you by the end of the week",
                    rng.below(90)
                );
                (text, u32::from(rng.uniform() < if kind.is_multiple_of(2) { 0.1 } else { 0.6 }))
            };
            (0..rows).map(|_| row(rng)).unzip()
        };
        for (n, m) in [(300, 300), (1500, 300), (300, 1500)] {
            let mut p = Vec::new();
            for _ in 0..60 {
                let ((a, labels), (b, others)) = (sample(&mut rng, n), sample(&mut rng, m));
                let column = |texts: &[String]| text("t", &texts.iter().map(String::as_str).collect::<Vec<_>>());
                let (left, right) = near_keys(&column(&a), &column(&b));
                let keyed =
                    |keys: Vec<Option<u64>>, labels: &[u32]| keys.into_iter().flatten().zip(labels.iter().copied()).collect::<Vec<_>>();
                let rows = EqualRows {
                    likeness: Likeness::NearTexts,
                    reference: sorted(&keyed(left, &labels)),
                    evaluation: sorted(&keyed(right, &others)),
                };
                if rows.unfit().is_none() {
                    p.push(flips(&rows, &mut Rng::new(1, 1)).p_value.unwrap());
                }
            }
            let at = |level: f64| p.iter().filter(|&&x| x <= level).count();
            assert!(p.len() > 40 && at(0.05) <= 8 && at(0.01) <= 3 && at(0.001) == 0, "{n} {m}: {} {} of {}", at(0.05), at(0.01), p.len());
        }
    }

    #[test]
    fn sentences_are_read_aloud() {
        let end = "standard deviations of a reference row with another label; of the reference rows";
        assert_eq!(told((1, 50), 0.25, 0.0), format!("1 of 50 evaluation rows (2.0\u{a0}%) lies within 0.25 {end} none do."));
        assert_eq!(told((0, 50), 1.57e-5, 0.01), format!("None of 50 evaluation rows lie within 0.0001 {end} 1.0\u{a0}% do."));
    }
}
