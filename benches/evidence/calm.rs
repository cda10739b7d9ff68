//! Calm: clean pairs of samples under the whole catalogue, and how many of them are disturbed.
//!
//! Prints Markdown tables, and keeps a whole run in `benches/results/calm.json`. Options: `--pairs N` (200), `--world NAME` (only pairs of
//! one world), `--population N` rows for the property cases (20 000; 0 for none), `--csv FOLDER` (writes the pairs for other programs instead of
//! judging them).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;
use straingauge_api::{Case, Kind, RunDocument, Severity, Status};

use crate::evidence::{CleanPair, fingerprint, fingerprint_of};
use crate::measured::{Calm, CleanRun};
use crate::world::{Sheet, World, config};
use crate::{on_two_threads, option, results};

/// Rows a side of the large samples of a whole run.
const POPULATION: usize = 20_000;
/// Pairs of a whole run.
const WHOLE: usize = 200;

/// Sizes of reference and evaluation, and how many of 200 pairs have them, in the pairs' order.
const SIZES: [(usize, usize, usize); 7] =
    [(200, 200, 50), (2_000, 2_000, 50), (20_000, 20_000, 20), (200, 200, 10), (2_000, 2_000, 10), (5_000, 500, 30), (300, 3_000, 30)];

/// A pair to judge.
#[derive(Debug, Clone, Copy)]
struct Pair {
    number: usize,
    world: World,
    sizes: (usize, usize),
}

impl Pair {
    fn draw(self) -> (Sheet, Sheet) {
        let seed = 1_000 + self.number as u64;
        (self.world.clean(seed, 1, self.sizes.0), self.world.clean(seed, 2, self.sizes.1))
    }
}

/// What a pair came to.
struct Judged {
    pair: Pair,
    /// Difference and logical cases that fail or warn.
    loud: Vec<Case>,
    /// Property cases by id.
    properties: BTreeMap<String, Case>,
    cases: u64,
    skipped: u64,
    seconds: f64,
}

impl Judged {
    fn kept(&self) -> CleanRun {
        let of = |status| self.loud.iter().filter(|c| c.status == status).map(|c| test_of(c).to_owned()).collect();
        CleanRun {
            pair: self.pair.number,
            world: self.pair.world.name().to_owned(),
            sizes: self.pair.sizes,
            cases: self.cases,
            skipped: self.skipped,
            fails: of(Status::Fail),
            warns: of(Status::Warning),
        }
    }
}

fn pairs(count: usize) -> Vec<Pair> {
    let mut all = Vec::new();
    for (n, m, of_200) in SIZES {
        for _ in 0..(of_200 * count).div_ceil(200) {
            let number = all.len();
            all.push(Pair { number, world: World::ALL[number % World::ALL.len()], sizes: (n, m) });
        }
    }
    all.truncate(count);
    all
}

fn cases(document: &RunDocument) -> impl Iterator<Item = &Case> {
    document.batches.iter().flat_map(|b| &b.cases)
}

fn judge(pair: Pair) -> Judged {
    let begin = Instant::now();
    let (reference, evaluation) = pair.draw();
    let document = pair.world.stress(config("calm", pair.number as u64), &reference, &evaluation);
    let loud = cases(&document).filter(|c| c.kind != Kind::Property && matches!(c.status, Status::Fail | Status::Warning));
    let properties = cases(&document).filter(|c| c.kind == Kind::Property && c.status != Status::Skip);
    Judged {
        pair,
        loud: loud.cloned().collect(),
        properties: properties.map(|c| (c.id.clone(), c.clone())).collect(),
        cases: document.summary.counts.total,
        skipped: document.summary.counts.skip,
        seconds: begin.elapsed().as_secs_f64(),
    }
}

fn test_of(case: &Case) -> &str {
    case.id.split(['[', '#']).next().unwrap_or(&case.id)
}

/// Runs the bench.
pub fn run() {
    let begin = Instant::now();
    let number = |name: &str, default: usize| option(name).and_then(|w| w.parse().ok()).unwrap_or(default);
    let mut pairs = pairs(number("--pairs", WHOLE));
    if let Some(folder) = option("--csv") {
        return write_files(&pairs, &PathBuf::from(folder));
    }
    let population = number("--population", POPULATION);
    if let Some(name) = option("--world") {
        pairs.retain(|p| p.world.name() == name);
    }
    let is_whole = pairs.len() == WHOLE && population == POPULATION;
    // The dearest first, so that neither thread is left with a large one.
    pairs.sort_by_key(|p| std::cmp::Reverse(p.sizes.0 + p.sizes.1));
    let judged = on_two_threads(&pairs, |&pair| {
        let judged = judge(pair);
        for case in &judged.loud {
            eprintln!(
                "pair {} ({}, {} v {}): {:?} {} effect {:?} p {:?} q {:?}: {}",
                pair.number,
                pair.world.name(),
                pair.sizes.0,
                pair.sizes.1,
                case.status,
                case.id,
                case.effect,
                case.p_value,
                case.q_value,
                case.sentence
            );
        }
        judged
    });
    let paired_seconds = begin.elapsed().as_secs_f64();
    let truths = if population == 0 {
        Vec::new()
    } else {
        on_two_threads(&World::ALL, |&world| {
            let number = 100_000 + World::ALL.iter().position(|w| *w == world).unwrap_or(0);
            judge(Pair { number, world, sizes: (population, population) })
        })
    };
    // Properties: the same verdict as a large sample of the same world gives.
    let severity_in_truth =
        |j: &Judged, id: &str| truths.iter().find(|t| t.pair.world == j.pair.world).and_then(|t| t.properties.get(id)).map(|c| c.severity);
    let mut properties: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for j in &judged {
        for (id, case) in &j.properties {
            let Some(truth) = severity_in_truth(j, id) else { continue };
            let at = match case.severity.cmp(&truth) {
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
                std::cmp::Ordering::Less => 2,
            };
            properties.entry(test_of(case).to_owned()).or_default()[at] += 1;
            if at == 1 && case.severity == Severity::Alert {
                eprintln!("pair {} property worse than in truth ({truth:?}): {}: {}", j.pair.number, case.id, case.sentence);
            }
        }
    }
    let mut runs: Vec<CleanRun> = judged.iter().map(Judged::kept).collect();
    runs.sort_by_key(|r| r.pair);
    let short = CleanPair::all();
    let fingerprint = fingerprint_of(on_two_threads(&short, |pair| fingerprint(&pair.judge())));
    let calm = Calm { stamp: results::stamp(), fingerprint, runs, population, properties };
    println!("{}", calm.tables());
    println!("{} pairs in {paired_seconds:.0} s on two threads, {:.0} s in all.", calm.runs.len(), begin.elapsed().as_secs_f64());
    if is_whole {
        results::save("calm", &calm);
    }
    let slowest = judged.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds));
    if let Some(j) = slowest {
        eprintln!("slowest pair: {} v {} {} {:.1} s", j.pair.sizes.0, j.pair.sizes.1, j.pair.world.name(), j.seconds);
    }
}

/// Writes the pairs as CSV files with a list of them, for other programs.
fn write_files(pairs: &[Pair], folder: &std::path::Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut list = Vec::new();
    for pair in pairs {
        let (reference, evaluation) = pair.draw();
        let name = |side: &str| format!("{:03}_{side}.csv", pair.number);
        for (side, sheet) in [("reference", &reference), ("evaluation", &evaluation)] {
            std::fs::write(folder.join(name(side)), sheet.csv()).expect("a file");
        }
        list.push(json!({
            "pair": pair.number, "world": pair.world.name(), "task": pair.world.task(), "sizes": [pair.sizes.0, pair.sizes.1],
            "reference": name("reference"), "evaluation": name("evaluation"),
        }));
    }
    std::fs::write(folder.join("pairs.json"), serde_json::to_string_pretty(&list).expect("JSON")).expect("a list");
    println!("{} pairs in {}", pairs.len(), folder.display());
}
