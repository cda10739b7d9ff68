//! Stateful detection of black-box attacks: query after query in one small place.
//!
//! Who looks for a model's border asks it about many slightly changed copies of one input. Chen, Carlini and Wagner (2019,
//! arXiv:1907.05587) keep the last queries and raise the alarm where the mean distance to the nearest 50 of them is unusually small.
//!
//! Taken alone that distance is small wherever queries are common, and chance makes it small for all queries of one region at once, so
//! that no share of rows beyond a quantile can be compared as if rows were independent. So each query's distance is taken relative to what
//! the same query has to as many random reference queries. The logarithm of that ratio has a light tail, and *near* begins beyond six
//! of its standard deviations (of the reference, by the median absolute deviation) and a ratio of 0.6, where clean queries do not come.
//!
//! Data in the order of time that drift are no attack: queries of one season lie near each other and far from the reference. So an evaluation
//! query's distance is taken relative to the smaller of two: that to random reference queries and that to evaluation queries of other times;
//! and where a whole stretch of the stream lies closer together, near begins with that stretch. Probes are few among the queries around them. And they
//! are copies: nearer than 0.3 of what the reference's queries usually are to those before them, wherever in space they lie.

use std::collections::BTreeMap;

use straingauge_api::Kind;
use straingauge_charts::format::{agreeing, counted, out_of, percent, share_or_none, spaced};

use crate::Result;
use crate::math::{exp, ln};
use crate::random::Rng;
use crate::stress::data_cleanliness::date_overlap::times;
use crate::stress::likeness::space::{Points, distance, points};
use crate::stress::likeness::{compared, lowest_thousandth, sample};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, Scope, Side, TestSpec};

const TEST: &str = "evasion_attack_detection:stateful_black_box_detection";
/// Queries that are kept.
const WINDOW: usize = 1000;
/// The most neighbours of near queries that are measured; so many take about a second.
const MOST_NEIGHBOURS: usize = 20_000;
/// Of twenty kept queries so many are near ones: 50 of 1 000.
const NEAR: usize = 20;
/// Fewer reference queries leave too short a window.
const LEAST_ROWS: usize = 100;
/// Queries asked a side.
const ASKED: usize = 2000;
/// Reference queries at the cut, at most: more means that equal queries are the nature of the data.
const NATURAL: f64 = 0.01;
/// Reference queries with an equal among the random others, at most: in few-valued streams whole cells of equal queries come and go
/// together, which no test of single queries allows for (7 of 60 clean streams of whole numbers reached p = 0.05, 2 reached 0.001).
const EQUAL: f64 = 0.20;
/// Standard deviations of the log-ratio.
const UNUSUAL: f32 = 6.0;
/// And never a ratio above this: data that concentrate a little are no probes.
const NEARER: f64 = 0.6;
/// Around a query so many windows on either side say how near queries of its time are …
const AROUND: usize = 2;
/// … by this quantile: probes are fewer than the rest.
const USUAL: f64 = 0.75;
/// Evaluation queries of other times are so far away in the stream, as a share of them, at least, where there are fewer than four windows.
const ELSEWHERE: usize = 4;
/// Fewer evaluation queries of other times tell nothing.
const LEAST_ELSEWHERE: usize = 100;
/// Of the usual distance to the queries before: what is further away is like them, and no copy.
const COPY: f64 = 0.3;
/// Of the usual distance: added to both distances, so that equal queries have a ratio.
const FLOOR: f32 = 0.1;

/// Asks the queries of both sides in the order of their times.
pub struct StatefulBlackBoxDetection;

impl Question for StatefulBlackBoxDetection {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = super::spec(
            "stateful_black_box_detection",
            "Stateful Black Box Detection",
            Kind::Difference,
            (0.005, 0.02),
            [
                "How many queries are unusually near to many of those before them, as they are when somebody probes the model step by step.",
                "An attack that can only ask needs many nearly equal questions to find an input that the model gets wrong. They show before it succeeds.",
                "Each query's mean distance to the 50 nearest of the 1 000 before it (5 % of half the reference where that has fewer than 2 000 rows), over standardised numbers, categories and hashed words, relative to its distance to as many random reference queries or, where these are nearer, evaluation queries of other times. Unusually near is a ratio below 0.6, below the reference's 0.1 % quantile and six standard deviations of its logarithm below the median (moved along where most queries of the 4 000 around lie closer together: that is drift, not probing), and less than 0.3 of the usual distance of reference queries to those before them; the shares are compared by Fisher's exact test, one-sided. At most 2 000 queries a side are asked, drawn with the run's seed; the evaluation's first ones look back into the reference. Not judged where more than 1 % of the reference are that near, or more than 20 % have an equal: like queries are then the nature of the data.",
            ],
        );
        vec![TestSpec { scope: Scope::Rows, needs: Needs { timestamps: true, ..Needs::default() }, ..spec }]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let timed = context.rows.as_ref().is_some_and(|(a, b)| [a, b].iter().all(|s| s.dataset.params.timestamp_col.is_some()));
        timed.then(|| Family { subject: FamilySubject::Whole, tests: vec![TEST.to_owned()] }).into_iter().collect()
    }

    fn measure(&self, context: &Context, _: &Family) -> Result<Vec<Measurement>> {
        let found = match Queries::of(context, Asked::Sample) {
            Ok(found) => found,
            Err(reason) => return Ok(vec![Measurement::Skipped(reason)]),
        };
        Ok(vec![found.compared().map_or_else(
            || Measurement::Skipped("More than 20 % of the reference queries have an equal, or more than 1 % are unusually near to others: like queries are the nature of these data.".to_owned()),
            |measured| Measurement::Measured(Box::new(measured)),
        )])
    }

    fn rows(&self, context: &Context, _: &Family, _: &str) -> Option<RowSet> {
        let found = Queries::of(context, Asked::Neighbours).ok()?;
        let mut rows: Vec<u32> = found.evaluation.iter().zip(&found.rows).filter(|(d, _)| **d <= found.cut).map(|(_, row)| *row).collect();
        rows.sort_unstable();
        Some(RowSet::Rows(rows))
    }

    fn degrees(&self, context: &Context, _: &Family, _: &str, rows: &[u32]) -> Option<Vec<f64>> {
        let found = Queries::of(context, Asked::Neighbours).ok()?;
        let of: BTreeMap<u32, f32> = found.rows.iter().copied().zip(found.evaluation.iter().copied()).collect();
        Some(rows.iter().map(|row| of.get(row).map_or(f64::NEG_INFINITY, |near| -f64::from(*near))).collect())
    }
}

/// How near the queries asked are to those before them: the logarithm of the ratio.
struct Queries {
    window: usize,
    near: usize,
    cut: f32,
    /// The share of the reference's queries that have an equal.
    equal: f64,
    reference: Vec<f32>,
    evaluation: Vec<f32>,
    /// The row of each of `evaluation`.
    rows: Vec<u32>,
}

impl Queries {
    fn of(context: &Context, asked: Asked) -> std::result::Result<Self, String> {
        let Some((reference, evaluation)) = &context.rows else { return Err("Needs the loaded rows.".to_owned()) };
        let Some((left, right)) = points(context) else { return Err("The two sets share no feature that the model sees.".to_owned()) };
        let (first, then) = (in_time(reference), in_time(evaluation));
        if first.len() < LEAST_ROWS || then.is_empty() {
            return Err(format!("Needs {LEAST_ROWS} reference rows with a time, and some evaluation rows."));
        }
        let mut stream = left.select(&first);
        stream.append(&right.select(&then));
        let mut found = Self::between(&stream, first.len(), asked, &mut context.rng(TEST, ""));
        for row in &mut found.rows {
            *row = then.get(*row as usize).copied().unwrap_or(*row);
        }
        Ok(found)
    }

    /// `stream`: the reference's queries, `n` of them, then the evaluation's; `asked`: which of the latter are measured.
    fn between(stream: &Points, n: usize, asked: Asked, rng: &mut Rng) -> Self {
        let window = WINDOW.min(n / 2);
        let own = sample(n - window, ASKED, rng);
        let mut rows = sample(stream.rows() - n, ASKED, rng);
        let m = stream.rows() - n;
        let ruler = Ruler {
            stream,
            n,
            window,
            near: window.div_ceil(NEAR),
            apart: window.min(m / ELSEWHERE),
            elsewhere: sample(n, window, rng),
            others: sample(m, window, rng),
        };
        let of_reference: Vec<Distances> = own.iter().map(|&i| ruler.distances(i as usize + window)).collect();
        let of_evaluation: Vec<Distances> = rows.iter().map(|&i| ruler.distances(n + i as usize)).collect();
        let equals = of_reference.iter().filter(|d| d.nearest == 0.0).count();

        let floor = FLOOR * median(of_reference.iter().map(|d| d.elsewhere)) + f32::MIN_POSITIVE;
        let ratio = |d: &Distances| ln(f64::from((d.before + floor) / (d.elsewhere + floor))) as f32;
        let reference: Vec<f32> = of_reference.iter().map(ratio).collect();
        let middle = median(reference.iter().copied());
        let spread = 1.4826 * median(reference.iter().map(|x| (x - middle).abs()));
        let usual = quantile(reference.iter().copied(), USUAL);
        let cut = lowest_thousandth(&reference).min(middle - UNUSUAL * spread).min(ln(NEARER) as f32);
        let plain: Vec<f32> = of_evaluation.iter().map(ratio).collect();
        // Where the queries of a time lie closer together than the reference, near begins with them.
        let around = |row: u32| {
            let from = rows.partition_point(|&r| (r as usize + AROUND * window) < row as usize);
            let to = rows.partition_point(|&r| r as usize <= row as usize + AROUND * window);
            (quantile(plain.get(from..to).unwrap_or_default().iter().copied(), USUAL) - usual).min(0.0)
        };
        // What is no copy is no probe, however near it lies by the ratio.
        let usual_before = median(of_reference.iter().map(|d| d.before));
        let copy = |ratio: f32, d: &Distances| ratio.max(cut + ln(f64::from((d.before + floor) / (usual_before + floor)) / COPY) as f32);
        let reference = reference.iter().zip(&of_reference).map(|(&r, d)| copy(r, d)).collect();
        let mut evaluation: Vec<f32> =
            plain.iter().zip(&rows).zip(&of_evaluation).map(|((&r, &row), d)| copy(r - around(row), d)).collect();
        if asked == Asked::Neighbours {
            let more = neighbours(&rows, &evaluation, cut, m as u32);
            evaluation.extend(more.iter().map(|&row| {
                let distances = ruler.distances(n + row as usize);
                copy(ratio(&distances) - around(row), &distances)
            }));
            rows.extend(more);
        }
        Self { window, near: ruler.near, cut, equal: equals as f64 / own.len().max(1) as f64, reference, evaluation, rows }
    }

    /// The comparison; `None` where equal queries are the nature of the data.
    fn compared(&self) -> Option<Measured> {
        let at_cut = |distances: &[f32]| distances.iter().filter(|&&d| d <= self.cut).count() as u64;
        let (n, m) = (self.reference.len() as u64, self.evaluation.len() as u64);
        let (own, near) = (at_cut(&self.reference), at_cut(&self.evaluation));
        let natural = own as f64 > (NATURAL * n as f64).max(1.0) || self.equal > EQUAL;
        (!natural).then(|| Measured {
            method: format!(
                "Mean distance to the {} nearest of the {} preceding queries over that to random reference queries, {} and {} queries asked; cut at 0.6 or six standard deviations below the reference's median; Fisher's exact test, one-sided",
                self.near,
                self.window,
                spaced(n),
                spaced(m)
            ),
            sentence: told((near, m), self.window as u64, exp(f64::from(self.cut)), own as f64 / n.max(1) as f64),
            ..compared((own, n), (near, m))
        })
    }
}

/// The evaluation queries that are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// A sample, which is what the comparison needs.
    Sample,
    /// The sample, and all between a near query and the sampled ones before and after it: probes come in stretches, and a reader wants all of
    /// them.
    Neighbours,
}

/// The queries between a near one and the sampled ones beside it.
fn neighbours(rows: &[u32], distances: &[f32], cut: f32, end: u32) -> Vec<u32> {
    let near = |at: usize| distances.get(at).is_some_and(|d| *d <= cut);
    let mut out = Vec::new();
    for at in 0..=rows.len() {
        let beside_near = near(at) || at.checked_sub(1).is_some_and(near);
        let from = at.checked_sub(1).and_then(|before| rows.get(before)).map_or(0, |row| row + 1);
        if beside_near {
            out.extend(from..rows.get(at).copied().unwrap_or(end));
        }
    }
    out.truncate(MOST_NEIGHBOURS);
    out
}

/// The distances of a query from others.
struct Distances {
    /// From the nearest of those before it, on average.
    before: f32,
    /// From the nearest of as many others, on average.
    elsewhere: f32,
    /// From the nearest of random reference queries.
    nearest: f32,
}

/// Measures how far queries of a stream are from others.
struct Ruler<'a> {
    stream: &'a Points,
    /// Reference queries.
    n: usize,
    window: usize,
    near: usize,
    /// Evaluation queries this far apart are of other times.
    apart: usize,
    /// Random reference queries.
    elsewhere: Vec<u32>,
    /// Random evaluation queries.
    others: Vec<u32>,
}

impl Ruler<'_> {
    /// Measures the query at a place of the stream that has a whole window before it.
    fn distances(&self, at: usize) -> Distances {
        let (before, _) = mean_distance(self.stream, at, at - self.window..at, self.near);
        let of_reference = self.elsewhere.iter().map(|&i| i as usize).filter(|&i| i != at);
        let (mut elsewhere, nearest) = mean_distance(self.stream, at, of_reference, self.near);
        if at >= self.n {
            let places = self.others.iter().map(|&i| self.n + i as usize);
            let of_other_times: Vec<usize> = places.filter(|&i| i.abs_diff(at) > self.apart).collect();
            if of_other_times.len() >= LEAST_ELSEWHERE {
                let near = of_other_times.len().div_ceil(NEAR);
                elsewhere = elsewhere.min(mean_distance(self.stream, at, of_other_times.into_iter(), near).0);
            }
        }
        Distances { before, elsewhere, nearest }
    }
}

/// The rows that have a time, in its order.
fn in_time(side: &Side) -> Vec<u32> {
    let times = times(side);
    let mut rows: Vec<u32> = times.iter().zip(0u32..).filter(|(t, _)| !t.is_nan()).map(|(_, row)| row).collect();
    let time = |row: u32| times.get(row as usize).copied().unwrap_or(f64::NAN);
    rows.sort_by(|&a, &b| time(a).total_cmp(&time(b)).then(a.cmp(&b)));
    rows
}

/// The mean distance of a query to the `near` nearest of some rows, by their places in the stream, and the distance to the nearest.
fn mean_distance(stream: &Points, at: usize, rows: impl Iterator<Item = usize>, near: usize) -> (f32, f32) {
    let query = stream.point(at);
    let mut squares: Vec<f32> = rows.map(|row| distance(query, stream.point(row), f32::INFINITY)).collect();
    let nearest = squares.iter().copied().fold(f32::INFINITY, f32::min).sqrt();
    if near < squares.len() {
        squares.select_nth_unstable_by(near, f32::total_cmp);
    }
    (squares.iter().take(near).map(|d| d.sqrt()).sum::<f32>() / near.max(1) as f32, nearest)
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    quantile(values, 0.5)
}

fn quantile(values: impl Iterator<Item = f32>, at: f64) -> f32 {
    let mut sorted: Vec<f32> = values.collect();
    let place = ((sorted.len() as f64 * at) as usize).min(sorted.len().saturating_sub(1));
    if sorted.is_empty() { 0.0 } else { *sorted.select_nth_unstable_by(place, f32::total_cmp).1 }
}

fn told((near, rows): (u64, u64), window: u64, distance: f64, before: f64) -> String {
    format!(
        "{} {} near-copies of several of the {} before them: at most {} of the usual distance away, while other rows of their time are not. Of the reference rows {} are.",
        out_of(near, rows, "evaluation row"),
        agreeing(near, "are"),
        counted(window, "row"),
        percent(distance),
        share_or_none(before)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Queries of some numbers that go together, rounded to whole ones where `steps` says.
    fn drawn(rng: &mut Rng, rows: usize, width: usize, steps: f32) -> Vec<Vec<f32>> {
        let round = |x: f32| if steps > 0.0 { (x * steps).round() / steps } else { x };
        (0..rows)
            .map(|_| {
                let common = rng.normal();
                (0..width).map(|_| round((common + rng.normal()) as f32)).collect()
            })
            .collect()
    }

    #[test]
    fn clean_streams_show_no_probing() {
        let mut rng = Rng::new(9, 9);
        for (n, m, width, steps) in [
            (200, 200, 4, 0.0),
            (2000, 2000, 4, 0.0),
            (4000, 300, 10, 0.0),
            (300, 3000, 2, 0.0),
            (2000, 2000, 3, 1.0),
            (2000, 2000, 2, 3.0),
        ] {
            let mut p = Vec::new();
            for _ in 0..60 {
                let stream = Points::of_numbers(&drawn(&mut rng, n + m, width, steps));
                p.extend(Queries::between(&stream, n, Asked::Sample, &mut rng).compared().and_then(|m| m.p_value));
            }
            // Few-valued streams are not judged at all.
            assert_eq!(p.is_empty(), steps > 0.0, "{n} {m} {steps}");
            let at = |level: f64| p.iter().filter(|&&x| x <= level).count();
            println!("{n} {m} {width} {steps}: {} {} {} of {}", at(0.05), at(0.01), at(0.001), p.len());
            assert!(at(0.05) <= 8 && at(0.01) <= 3 && at(0.001) == 0, "{n} {m} {steps}: {} {} of {}", at(0.05), at(0.01), p.len());
        }
    }

    #[test]
    fn a_burst_of_like_queries_is_found() {
        let mut rng = Rng::new(10, 9);
        let mut rows = drawn(&mut rng, 4000, 6, 0.0);
        let target = rows[2500].clone();
        for row in rows.iter_mut().skip(3000).step_by(3).take(100) {
            *row = target.iter().map(|x| x + 0.02 * rng.normal() as f32).collect();
        }
        let found = Queries::between(&Points::of_numbers(&rows), 2000, Asked::Sample, &mut rng).compared().unwrap();
        assert!(found.p_value.unwrap() < 1e-6 && found.effect.unwrap() > 0.02, "{}", found.sentence);
    }

    /// Streams whose queries move with time, in the evaluation further than in the reference.
    #[test]
    fn drift_in_the_order_of_time_is_no_probing() {
        let mut rng = Rng::new(12, 9);
        let (n, m) = (4000usize, 6000usize);
        for kind in ["seasons", "a trend", "a slow walk", "a shift to a denser place"] {
            let mut found = 0;
            for _ in 0..6 {
                let mut walk = [0.0; 3];
                let rows: Vec<Vec<f32>> = (0..n + m)
                    .map(|t| {
                        let time = t as f64 / 1500.0;
                        let (place, spread) = match kind {
                            "seasons" => ([3.0 * libm::sin(time), 3.0 * libm::cos(time), 0.0], 1.0),
                            "a trend" => ([1.5 * time, -0.75 * time, 0.0], 1.0),
                            "a slow walk" => {
                                walk = walk.map(|x| 0.9995 * x + 0.05 * rng.normal());
                                (walk, 1.0)
                            }
                            _ if t > 8000 => ([6.0; 3], 0.5),
                            _ => ([0.0; 3], 1.0),
                        };
                        place.iter().map(|x| (x + spread * rng.normal()) as f32).collect()
                    })
                    .collect();
                let judged = Queries::between(&Points::of_numbers(&rows), n, Asked::Sample, &mut rng).compared();
                found += usize::from(judged.is_some_and(|m| m.p_value.unwrap() < 0.01 && m.effect.unwrap() >= 0.005));
            }
            assert_eq!(found, 0, "{kind}");
        }
        // Somebody who probes within such a stream is found.
        let mut rows: Vec<Vec<f32>> =
            (0..n + m).map(|t| vec![(t as f64 / 1000.0 + rng.normal()) as f32, rng.normal() as f32, rng.normal() as f32]).collect();
        let target = rows[7000].clone();
        for row in rows.iter_mut().skip(7000).step_by(2).take(400) {
            *row = target.iter().map(|x| x + 0.02 * rng.normal() as f32).collect();
        }
        let found = Queries::between(&Points::of_numbers(&rows), n, Asked::Sample, &mut rng).compared().unwrap();
        assert!(found.p_value.unwrap() < 1e-6 && found.effect.unwrap() > 0.02, "{}", found.sentence);
    }

    #[test]
    fn all_of_a_stretch_of_probes_are_shown() {
        let mut rng = Rng::new(11, 9);
        let mut rows = drawn(&mut rng, 12_000, 6, 0.0);
        let target = rows[2500].clone();
        for row in rows.iter_mut().skip(6000).take(600) {
            *row = target.iter().map(|x| x + 0.02 * rng.normal() as f32).collect();
        }
        let stream = Points::of_numbers(&rows);
        let near = |asked| {
            let found = Queries::between(&stream, 2000, asked, &mut Rng::new(12, 9));
            found.evaluation.iter().filter(|d| **d <= found.cut).count()
        };
        // One query in five is asked; the first fifty probes have too few of their kind before them.
        let (asked, all) = (near(Asked::Sample), near(Asked::Neighbours));
        assert!((80..140).contains(&asked) && (500..=600).contains(&all), "{asked} {all}");
        assert_eq!(neighbours(&[2, 5, 9], &[0.0, 9.0, 9.0], 1.0, 12), [0, 1, 3, 4]);
    }

    #[test]
    fn the_mean_is_that_of_the_nearest() {
        let stream = Points::of_numbers(&[vec![0.0], vec![3.0], vec![10.0], vec![4.0], vec![5.0]]);
        // Of 3, 10 and 4 the two nearest to 5: 1 and 2 away.
        assert_eq!(mean_distance(&stream, 4, 1..4, 2), (1.5, 1.0));
    }

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            told((120, 2_000), 1_000, 0.6, 0.0),
            "120 of 2\u{202f}000 evaluation rows (6.0\u{a0}%) are near-copies of several of the 1\u{202f}000 rows before them: at most 60.0\u{a0}% of the usual distance away, while other rows of their time are not. Of the reference rows none are."
        );
        assert!(told((0, 2_000), 1_000, 0.6, 0.001).starts_with("None of 2\u{202f}000 evaluation rows are near-copies of several "));
        assert!(told((0, 2_000), 1_000, 0.6, 0.001).ends_with(" Of the reference rows 0.10\u{a0}% are."));
    }
}
