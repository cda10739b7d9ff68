//! Character, unigram and bigram drift: do texts still use what they used, as often?

use straingauge_api::{CaseMetric, DistributionBin, Figure, Unit};
use straingauge_charts::format::{number, spaced, together};

use crate::Result;
use crate::profile::{SKETCH, TokenFrame, TokenProfile};
use crate::stats::{distances, log_odds, rao_scott};
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, TestSpec};
use crate::text::{Gram, grams, text_at};

/// Below this pooled expectation of documents on the smaller side a token shares the cell of the others.
const RARE: f64 = 5.0;
/// Cells at most, half of the frame's: the commonest of both sides together are then among the commonest of the reference, and the
/// choice favours neither side.
const MOST_CELLS: usize = 1_000;
/// Documents that are needed on both sides.
const LEAST: u64 = 100;
/// Tokens that a figure shows, and that a sentence names of either kind.
const SHOWN: usize = 20;
const NAMED: usize = 3;
/// The z-score from which a token is named.
const TELLING: f64 = 3.0;

/// Asks every text column.
pub struct TokenDrift;

/// Test, name, what is counted, its plural.
const TESTS: [(&str, &str, &str); 3] = [
    ("character_drift", "Character Drift", "characters"),
    ("unigram_drift", "Unigram Drift", "words"),
    ("bigram_drift", "Bigram Drift", "pairs of words"),
];

impl Question for TokenDrift {
    fn tests(&self) -> Vec<TestSpec> {
        let spec = |(test, name, what): (&str, &str, &str)| {
            let checks = format!("Whether the texts of a column use {what} as often in the evaluation set as in the reference set.");
            let decided = format!(
                "The population stability index over the {what} that at least five documents of either side would have by their common share, all others in one cell, less what chance gives two samples of these documents; χ² with the correction of Rao and Scott, since a document uses its {what} together. The {what} named have the largest log-odds ratios under an informative prior (Monroe et al. 2008)."
            );
            let matters = "Another language, another subject or another way of writing reaches the model as tokens that it has hardly seen; lengths and shares of texts may stay what they were.";
            super::spec(test, name, Needs::default(), (0.1, 0.2), [&checks, matters, &decided])
        };
        TESTS.into_iter().map(spec).collect()
    }

    fn params(&self) -> &'static [&'static str] {
        &["min_sample_size"]
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let tests = || TESTS.iter().map(|t| format!("drift:{}", t.0)).collect();
        (context.frame.texts.iter())
            .filter_map(|frame| context.features.get(frame.feature))
            .map(|feature| Family { subject: FamilySubject::Feature(feature.name.clone()), tests: tests() })
            .collect()
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let FamilySubject::Feature(name) = &family.subject else { return Ok(Vec::new()) };
        let place = context.feature(name).and_then(|at| context.frame.texts.iter().position(|f| f.feature == at));
        let specs = self.tests();
        let measure = |test: &String| {
            let at = TESTS.iter().position(|t| test.strip_prefix("drift:") == Some(t.0));
            let found = place.zip(at).and_then(|(place, at)| {
                let side = |p: &'_ crate::profile::Profile| p.texts.get(place)?.get(at).cloned();
                let frame = context.frame.texts.get(place)?.grams.get(at)?;
                let gram = Gram::ALL.get(at)?;
                let warning = context.settings.thresholds(specs.get(at)?).map_or(0.1, |t| t.warning);
                Some((*gram, TESTS.get(at)?.2, frame, side(&context.reference)?, side(&context.evaluation)?, warning))
            });
            let Some((gram, what, frame, reference, evaluation, warning)) = found else {
                return Measurement::Skipped(format!("There are no texts of {name} to compare."));
            };
            let (n, m) = (reference.documents, evaluation.documents);
            let least = context.settings.param(test, "min_sample_size", LEAST as f64).max(2.0) as u64;
            if n.min(m) < least {
                return Measurement::Skipped(format!(
                    "{} reference texts and {} evaluation texts of {name} have any {what}; {least} on both sides are needed.",
                    spaced(n),
                    spaced(m)
                ));
            }
            let change = Change::of(frame, &reference, &evaluation);
            let strangers = if change.effect() >= warning { new_tokens(context, name, gram, frame) } else { Vec::new() };
            Measurement::Measured(Box::new(change.measured(name, what, frame, strangers)))
        };
        Ok(family.tests.iter().map(measure).collect())
    }
}

/// Both sides over the same cells.
struct Change {
    reference: rao_scott::Side,
    evaluation: rao_scott::Side,
    /// The counts of the frame's tokens, nothing pooled.
    counts: Vec<(f64, f64)>,
    psi: Option<distances::Distance>,
    spread: rao_scott::Spread,
}

impl Change {
    fn of(frame: &TokenFrame, reference: &TokenProfile, evaluation: &TokenProfile) -> Self {
        let (n, m) = (reference.documents as f64, evaluation.documents as f64);
        let pooled = |at: usize| {
            let of = |p: &TokenProfile| p.cells.get(at).map_or(0, |c| c.documents);
            (of(reference) + of(evaluation)) as f64 / (n + m) * n.min(m)
        };
        let mut kept: Vec<(f64, usize)> = (0..frame.names.len()).map(|at| (pooled(at), at)).filter(|c| c.0 >= RARE).collect();
        kept.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        kept.truncate(MOST_CELLS);
        let kept: Vec<usize> = kept.into_iter().map(|c| c.1).collect();
        let (mut a, mut b) = (side(reference, &kept), side(evaluation, &kept));
        // A rest too small to count goes to the rarest token: a new one alone is no evidence.
        let rest = |s: &rao_scott::Side| s.cells.last().map_or(0.0, |c| c.count);
        if kept.len() > 1 && (rest(&a) + rest(&b)) / (a.total() + b.total()) * a.total().min(b.total()) < RARE {
            [&mut a, &mut b].into_iter().for_each(join_rest);
        }
        let common = rao_scott::pooled_shares(&a, &b);
        let psi = distances::psi(&counts(&a), &counts(&b), a.design_effect(&common), b.design_effect(&common));
        let spread = spread(frame, reference, evaluation);
        let of = |p: &TokenProfile| p.cells.iter().map(|c| c.count).collect::<Vec<f64>>();
        Self { counts: of(reference).into_iter().zip(of(evaluation)).collect(), reference: a, evaluation: b, psi, spread }
    }

    fn effect(&self) -> f64 {
        self.psi.map_or(0.0, |d| d.effect())
    }

    fn measured(&self, name: &str, what: &str, frame: &TokenFrame, strangers: Vec<(String, f64, f64)>) -> Measured {
        let (a, b) = (&self.reference, &self.evaluation);
        let (_, degrees, p_value) = rao_scott::homogeneity(a, b, self.spread);
        let (n, m) = (a.total(), b.total());
        let seen = frame.names.iter().cloned().zip(&self.counts).map(|(name, &(x, y))| (name, x, y));
        let mut told: Vec<(f64, DistributionBin)> = seen
            .chain(strangers)
            .map(|(label, x, y)| {
                let bin = DistributionBin { label, from: None, to: None, reference: x / n, evaluation: y / m };
                (log_odds::z_score((x, n), (y, m)), bin)
            })
            .collect();
        told.sort_by(|p, q| q.0.abs().total_cmp(&p.0.abs()).then_with(|| p.1.label.cmp(&q.1.label)));
        let named = |sign: f64| told.iter().filter(|(z, _)| z * sign >= TELLING).take(NAMED).map(|t| &t.1).collect::<Vec<_>>();
        // Over the cells that are judged, so that what noise gives is taken from the very distance that is told.
        let statistic = self.psi.map(|d| d.value);
        let effect = self.effect();
        let mut metrics = vec![CaseMetric { kind: "DRIFT_STAT".to_owned(), metric: "psi".to_owned(), value: statistic }];
        metrics.extend(told.iter().filter(|(z, _)| z.abs() >= TELLING).take(SHOWN).map(|(z, bin)| CaseMetric {
            kind: "LOG_ODDS_Z".to_owned(),
            metric: bin.label.clone(),
            value: Some(*z),
        }));
        let moved = moved(what, &named(1.0), &named(-1.0));
        let sentence = super::change::sentence("PSI", &format!("the {what} in {name}"), [statistic.unwrap_or(0.0), effect], &moved);
        Measured {
            statistic,
            effect: Some(effect),
            interval: self.psi.map(|d| d.interval()),
            p_value: Some(p_value),
            standard_error: self.psi.map(|d| d.standard_error * self.spread.second.sqrt()),
            method: format!(
                "PSI over {} {what} and the rest, less what noise gives; χ² by Rao and Scott with {} degrees of freedom, the document as the unit",
                a.cells.len().saturating_sub(1),
                number(degrees)
            ),
            sentence,
            n_reference: Some(a.units as u64),
            n_evaluation: Some(b.units as u64),
            metrics,
            figure: Some(Figure::Distributions {
                feature: format!("{name}: {what}"),
                numeric: false,
                bins: told.into_iter().take(SHOWN).map(|t| t.1).collect(),
                of: Some(what.to_owned()),
            }),
            ..Measured::default()
        }
    }
}

/// Tokens that have become more and less common, in words; shares are of all tokens, not of rows.
fn moved(what: &str, more: &[&DistributionBin], less: &[&DistributionBin]) -> String {
    let shares = |b: &&DistributionBin| {
        let [from, to] = together([b.reference, b.evaluation], Unit::Share);
        format!("{} ({from} → {to})", b.label)
    };
    let clause = |label: &str, of: &[&DistributionBin]| {
        (!of.is_empty()).then(|| format!("{label}: {}", of.iter().map(shares).collect::<Vec<_>>().join(", ")))
    };
    let clauses: Vec<String> = [clause("more common now", more), clause("less common", less)].into_iter().flatten().collect();
    if clauses.is_empty() {
        format!("no single one stands out among the {what}")
    } else {
        format!("{}, in shares of the {what}", clauses.join("; "))
    }
}

fn counts(side: &rao_scott::Side) -> Vec<f64> {
    side.cells.iter().map(|c| c.count).collect()
}

/// A side over the kept cells and one for the rest. The rest's sum of squares is that of the rest of the frame behind as many of the
/// reference's commonest tokens, scaled to its size.
fn side(profile: &TokenProfile, kept: &[usize]) -> rao_scott::Side {
    let sums = |at: usize| profile.cells.get(at).copied().unwrap_or_default();
    let plain = |at: usize| rao_scott::CellSums { count: sums(at).count, square: sums(at).square, cross: sums(at).cross };
    let mut cells: Vec<rao_scott::CellSums> = kept.iter().map(|&at| plain(at)).collect();
    let nested = behind(profile, kept.len());
    let cross: f64 = profile.cells.iter().map(|c| c.cross).sum::<f64>() - cells.iter().map(|c| c.cross).sum::<f64>();
    let count = (profile.total() - cells.iter().map(|c| c.count).sum::<f64>()).max(0.0);
    let size = if nested.count > 0.0 { count / nested.count } else { 1.0 };
    // A part of a rest that is mostly alone in its document grows with the size, one that is not with its square.
    let square = nested.count * size + (nested.square - nested.count).max(0.0) * size * size;
    cells.push(rao_scott::CellSums { count, square, cross });
    rao_scott::Side { units: profile.documents as f64, square: profile.square, cells }
}

/// Adds the last cell to the one before it.
fn join_rest(side: &mut rao_scott::Side) {
    if let (Some(rest), Some(rarest)) = (side.cells.pop(), side.cells.last_mut()) {
        rarest.count += rest.count;
        rarest.square += rest.square;
        rarest.cross += rest.cross;
    }
}

/// The sums of all cells from a place on, taken as one.
fn behind(profile: &TokenProfile, from: usize) -> rao_scott::CellSums {
    profile.cells.iter().skip(from).fold(rao_scott::CellSums::default(), |acc, c| rao_scott::CellSums {
        count: acc.count + c.count,
        square: acc.square + c.nested,
        cross: acc.cross + c.cross,
    })
}

/// How far apart the eigenvalues of the covariance of a difference lie: Σλ² and Σλ³ are the mean products of the sketch over cycles of two
/// and three sign vectors, less what a sample of documents adds to them by itself.
fn spread(frame: &TokenFrame, reference: &TokenProfile, evaluation: &TokenProfile) -> rao_scott::Spread {
    let common = frame.common;
    let scale = |p: &TokenProfile| {
        let total = p.total();
        if p.documents > 1 && total > 0.0 { p.documents as f64 / (p.documents as f64 - 1.0) / (total * total) } else { 0.0 }
    };
    let (of_a, of_b) = (scale(reference), scale(evaluation));
    let trace = |p: &TokenProfile| {
        let mut cells: Vec<rao_scott::CellSums> =
            p.cells.iter().take(common).map(|c| rao_scott::CellSums { count: c.count, square: c.square, cross: c.cross }).collect();
        cells.push(behind(p, common));
        rao_scott::Side { units: p.documents as f64, square: p.square, cells }.trace(&frame.shares)
    };
    let mut sketch = [[0.0f64; SKETCH]; SKETCH];
    let mut sums = reference.sketch.iter().zip(&evaluation.sketch);
    for row in 0..SKETCH {
        for column in row..SKETCH {
            let value = sums.next().map_or(0.0, |(a, b)| of_a * a + of_b * b);
            for (i, j) in [(row, column), (column, row)] {
                if let Some(slot) = sketch.get_mut(i).and_then(|r| r.get_mut(j)) {
                    *slot = if i == j { 0.0 } else { value };
                }
            }
        }
    }
    let (mut squares, mut cubes) = (0.0, 0.0);
    for (i, a) in sketch.iter().enumerate() {
        for (j, b) in sketch.iter().enumerate() {
            let ab = a.get(j).copied().unwrap_or(0.0);
            squares += ab * ab;
            // The diagonal is 0, so that only three different vectors make a cycle.
            cubes += if i == j { 0.0 } else { ab * a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() };
        }
    }
    let pairs = (SKETCH * (SKETCH - 1)) as f64;
    let own = (of_a * of_a * reference.own + of_b * of_b * evaluation.own) / pairs;
    let squares = squares / pairs - own;
    let (trace_a, trace_b) = (trace(reference), trace(evaluation));
    let sum = trace_a + trace_b;
    let per_document = trace_a * trace_a / reference.documents as f64 + trace_b * trace_b / evaluation.documents as f64;
    let cubes = cubes / (pairs * (SKETCH - 2) as f64) - 3.0 * squares * per_document / sum.max(f64::MIN_POSITIVE);
    rao_scott::Spread::of(common as f64, sum, squares, cubes)
}

/// The evaluation's commonest tokens that the frame lacks, with their counts on both sides; empty without loaded rows.
fn new_tokens(context: &Context, name: &str, gram: Gram, frame: &TokenFrame) -> Vec<(String, f64, f64)> {
    let columns = context.rows.as_ref().zip(context.feature(name)).and_then(|((reference, evaluation), at)| {
        let column = |side: &crate::stress::Side| side.columns.get(at).cloned().flatten();
        Some((column(reference)?, column(evaluation)?))
    });
    let Some((reference, evaluation)) = columns else { return Vec::new() };
    let other = frame.names.len();
    let mut counts: std::collections::HashMap<u64, (f64, f64, String)> = std::collections::HashMap::new();
    for row in 0..evaluation.rows() {
        let Some(text) = text_at(&evaluation, row) else { continue };
        grams(text, &mut |kind, key, slice| {
            if kind == gram && frame.cell(key) == other {
                counts.entry(key).or_insert_with(|| (0.0, 0.0, gram.written(slice))).1 += 1.0;
            }
        });
    }
    let mut found: Vec<(u64, (f64, f64, String))> = counts.into_iter().collect();
    found.sort_by(|a, b| b.1.1.total_cmp(&a.1.1).then(a.0.cmp(&b.0)));
    found.truncate(SHOWN);
    for row in 0..reference.rows() {
        let Some(text) = text_at(&reference, row) else { continue };
        grams(text, &mut |kind, key, _| {
            if kind == gram
                && frame.cell(key) == other
                && let Some(entry) = found.iter_mut().find(|f| f.0 == key)
            {
                entry.1.0 += 1.0;
            }
        });
    }
    found.into_iter().map(|(_, (x, y, written))| (written, x, y)).collect()
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;
    use crate::profile::{Sampling, TokenCounter, TokenLearner};
    use crate::random::Rng;
    use crate::table::{Cells, Column, Values};

    fn column(texts: Vec<String>) -> Column {
        Column { name: "t".to_owned(), values: Values::Text(StringArray::from(texts)), cells: Cells::default() }
    }

    /// The change of every kind of token.
    fn changes(reference: Vec<String>, evaluation: Vec<String>) -> Vec<(Change, TokenFrame)> {
        let (n, m) = (reference.len() as u32, evaluation.len() as u32);
        let (reference, evaluation) = (column(reference), column(evaluation));
        let mut learner = TokenLearner::default();
        (0..n).for_each(|row| learner.add(&reference, &[row]));
        let frames = learner.finish(&reference);
        let count = |column: &Column, rows: u32| {
            let mut counter = TokenCounter::new(&frames);
            (0..rows).for_each(|row| counter.add(&frames, column, &[row], &Sampling::default()));
            counter.finish()
        };
        let (a, b) = (count(&reference, n), count(&evaluation, m));
        frames.into_iter().zip(a.iter().zip(&b)).map(|(f, (a, b))| (Change::of(&f, a, b), f)).collect()
    }

    /// Worlds of texts: Zipf-like words; two topics with words of their own; a few templates; a few words.
    fn text(rng: &mut Rng, world: usize) -> String {
        let zipf = |rng: &mut Rng| (crate::math::pow(rng.uniform() + 1e-4, -1.0)) as u64;
        match world {
            0 => (0..3 + rng.below(12)).map(|_| format!("w{}", zipf(rng))).collect::<Vec<_>>().join(" "),
            1 => {
                let topic = rng.below(2);
                (0..4 + rng.below(30))
                    .map(|_| if rng.below(3) == 0 { format!("w{}", zipf(rng)) } else { format!("t{topic}x{}", zipf(rng)) })
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            2 => {
                let template = (zipf(rng)).min(40);
                format!("template {template} says {} and {} twice, line {template} of {}", template * 7, template * 3, template + 1)
            }
            _ => ["yes", "no", "maybe", "late again", "thanks"][rng.below(5) as usize].to_owned(),
        }
    }

    /// Shares of p-values at or under 0.05, 0.01 and 0.001, and the largest effect, by world and kind.
    fn simulated(pairs: u64, (n, m): (usize, usize)) -> Vec<[f64; 4]> {
        let mut out = vec![[0.0; 4]; 12];
        for pair in 0..pairs {
            let mut rng = Rng::new(pair, 17);
            for world in 0..4 {
                let mut sample = |rows: usize| (0..rows).map(|_| text(&mut rng, world)).collect::<Vec<String>>();
                for (kind, (change, _)) in changes(sample(n), sample(m)).into_iter().enumerate() {
                    let p = rao_scott::homogeneity(&change.reference, &change.evaluation, change.spread).2;
                    let Some(cell) = out.get_mut(world * 3 + kind) else { continue };
                    for (slot, level) in cell.iter_mut().zip([0.05, 0.01, 0.001]) {
                        *slot += f64::from(u8::from(p <= level)) / pairs as f64;
                    }
                    cell[3] = cell[3].max(change.effect());
                }
            }
        }
        out
    }

    #[test]
    fn clean_pairs_are_left_in_peace() {
        for (at, shares) in simulated(60, (300, 200)).iter().enumerate() {
            // 5 % of 60 pairs and three standard deviations; effects under the warning.
            assert!(shares[0] <= 0.14 && shares[3] < 0.1, "{at}: {shares:?}");
        }
    }

    /// Prints the shares under the null; `cargo test -p straingauge-engine --lib token_drift -- --ignored --nocapture`.
    #[test]
    #[ignore = "a measurement"]
    fn p_values_under_the_null() {
        for (sizes, pairs) in [((200, 200), 400), ((1500, 800), 200), ((2000, 2000), 200), ((200, 4000), 100), ((4000, 200), 100)] {
            for (at, s) in simulated(pairs, sizes).iter().enumerate() {
                println!("{sizes:?} world {} {:?}: {:.3} {:.3} {:.4}, effect {:.3}", at / 3, Gram::ALL[at % 3], s[0], s[1], s[2], s[3]);
            }
        }
    }

    #[test]
    fn shares_are_told_of_what_they_are_shares_of() {
        let bin = |label: &str, reference, evaluation| DistributionBin { label: label.into(), from: None, to: None, reference, evaluation };
        let (e, wallet) = (bin("\"e\"", 0.107, 0.083), bin("wallet", 0.0, 0.001_3));
        assert_eq!(moved("characters", &[], &[&e]), "less common: \"e\" (10.7\u{a0}% → 8.3\u{a0}%), in shares of the characters");
        assert_eq!(
            moved("words", &[&wallet], &[&e]),
            "more common now: wallet (0.0\u{a0}% → 0.1\u{a0}%); less common: \"e\" (10.7\u{a0}% → 8.3\u{a0}%), in shares of the words"
        );
        assert_eq!(moved("pairs of words", &[], &[]), "no single one stands out among the pairs of words");
    }

    #[test]
    fn what_changed_is_named() {
        let mut rng = Rng::new(1, 18);
        let plain = |rng: &mut Rng| (0..2000).map(|_| text(rng, 0)).collect::<Vec<String>>();
        let reference = plain(&mut rng);
        // One word in four is another, which the reference lacks.
        let evaluation = plain(&mut rng).iter().map(|t| t.replace("w1 ", "brandneu ")).collect();
        let all = changes(reference, evaluation);
        let (change, frame) = &all[1];
        assert!(change.effect() > 0.2, "{}", change.effect());
        let measured = change.measured("text", "words", frame, vec![("brandneu".to_owned(), 0.0, 4_000.0)]);
        assert!(measured.p_value.unwrap() < 1e-12);
        assert!(measured.sentence.contains("more common now: brandneu (0"), "{}", measured.sentence);
        assert!(measured.sentence.ends_with(", in shares of the words."), "{}", measured.sentence);
        assert!(measured.effect <= measured.statistic, "{measured:?}");
        assert!(measured.sentence.contains("less common: w1 ("), "{}", measured.sentence);
    }
}
