//! Calm: clean pairs of samples under the whole catalogue, and how many of them are disturbed.
//!
//! Prints Markdown tables. Options: `--pairs N` (200), `--world NAME` (only pairs of one world), `--population N` rows for the property cases (100 000), `--json FILE`,
//! `--csv FOLDER` (writes the pairs for other programs instead of judging them).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;
use straingauge_api::{Case, Kind, RunDocument, Severity, Status};
use straingauge_engine::stats::proportions::clopper_pearson;

use crate::world::{Sheet, World, config};
use crate::{on_two_threads, option};

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
    let mut pairs = pairs(number("--pairs", 200));
    if let Some(folder) = option("--csv") {
        return write_files(&pairs, &PathBuf::from(folder));
    }
    let population = number("--population", 100_000);
    if let Some(name) = option("--world") {
        pairs.retain(|p| p.world.name() == name);
    }
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
    let seconds = begin.elapsed().as_secs_f64();

    let count = |holds: &dyn Fn(&Judged) -> bool| judged.iter().filter(|j| holds(j)).count();
    let fails = |j: &Judged| j.loud.iter().any(|c| c.status == Status::Fail);
    let n = judged.len();
    let with_interval = |hits: usize, n: usize| {
        let (low, high) = clopper_pearson(hits as f64, n as f64, 0.95);
        format!("{hits} of {n} ({:.1} %, 95 % interval {:.1} to {:.1} %)", 100.0 * hits as f64 / n.max(1) as f64, 100.0 * low, 100.0 * high)
    };
    println!("Clean pairs in which a difference **fails**: {}", with_interval(count(&fails), n));
    println!("Clean pairs in which a difference fails or warns: {}", with_interval(count(&|j| !j.loud.is_empty()), n));
    println!();
    println!("| reference v evaluation | pairs | with a failure | with a failure or a warning | cases a run | skipped |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (n, m) in SIZES.iter().map(|s| (s.0, s.1)).collect::<BTreeSet<_>>() {
        let of: Vec<&Judged> = judged.iter().filter(|j| j.pair.sizes == (n, m)).collect();
        let mean = |value: &dyn Fn(&Judged) -> u64| of.iter().map(|j| value(j)).sum::<u64>() as f64 / of.len().max(1) as f64;
        println!(
            "| {n} v {m} | {} | {} | {} | {:.0} | {:.0} |",
            of.len(),
            of.iter().filter(|j| fails(j)).count(),
            of.iter().filter(|j| !j.loud.is_empty()).count(),
            mean(&|j| j.cases),
            mean(&|j| j.skipped)
        );
    }
    println!();
    println!("| task | pairs | with a failure | with a failure or a warning |");
    println!("|---|---:|---:|---:|");
    for world in World::ALL {
        let of: Vec<&Judged> = judged.iter().filter(|j| j.pair.world == world).collect();
        let (failing, loud) = (of.iter().filter(|j| fails(j)).count(), of.iter().filter(|j| !j.loud.is_empty()).count());
        println!("| {} | {} | {failing} | {loud} |", world.name(), of.len());
    }
    let mut by_test: BTreeMap<String, (u64, u64, usize)> = BTreeMap::new();
    for judged in &judged {
        for case in &judged.loud {
            let entry = by_test.entry(test_of(case).to_owned()).or_default();
            if case.status == Status::Fail { entry.0 += 1 } else { entry.1 += 1 }
        }
    }
    for (test, entry) in &mut by_test {
        entry.2 = count(&|j| j.loud.iter().any(|c| test_of(c) == test));
    }
    println!();
    if by_test.is_empty() {
        println!("No test has a false case.");
    } else {
        println!("| test | false failures | false warnings | pairs |");
        println!("|---|---:|---:|---:|");
        for (test, (failures, warnings, pairs)) in &by_test {
            println!("| {test} | {failures} | {warnings} | {pairs} |");
        }
    }

    // Properties: the same verdict as a large sample of the same world gives.
    let severity_in_truth =
        |j: &Judged, id: &str| truths.iter().find(|t| t.pair.world == j.pair.world).and_then(|t| t.properties.get(id)).map(|c| c.severity);
    let mut agreement: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for j in &judged {
        for (id, case) in &j.properties {
            let Some(truth) = severity_in_truth(j, id) else { continue };
            let entry = agreement.entry(test_of(case).to_owned()).or_default();
            let at = match case.severity.cmp(&truth) {
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
                std::cmp::Ordering::Less => 2,
            };
            entry[at] += 1;
            if at == 1 && case.severity == Severity::Alert {
                eprintln!("pair {} property worse than in truth ({truth:?}): {}: {}", j.pair.number, case.id, case.sentence);
            }
        }
    }
    println!();
    println!("Property cases against the verdict on {population} rows of the same world:");
    println!();
    println!("| test | agree | worse | milder |");
    println!("|---|---:|---:|---:|");
    for (test, [agree, worse, milder]) in &agreement {
        println!("| {test} | {agree} | {worse} | {milder} |");
    }
    let total = agreement.values().fold([0; 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
    println!("| **all** | {} | {} | {} |", total[0], total[1], total[2]);
    println!();
    println!("{n} pairs in {paired_seconds:.0} s on two threads, {seconds:.0} s with the property cases' large samples.");

    let file = option("--json");
    if let Some(file) = file {
        let report = json!({
            "pairs": n,
            "withFailure": count(&fails),
            "withFailureOrWarning": count(&|j| !j.loud.is_empty()),
            "interval": clopper_pearson(count(&fails) as f64, n as f64, 0.95),
            "falseCases": by_test.iter().map(|(t, (f, w, p))| (t.clone(), json!({ "failures": f, "warnings": w, "pairs": p }))).collect::<serde_json::Map<_, _>>(),
            "propertyRows": population,
            "properties": agreement.iter().map(|(t, [a, w, m])| (t.clone(), json!({ "agree": a, "worse": w, "milder": m }))).collect::<serde_json::Map<_, _>>(),
            "runs": judged.iter().map(|j| json!({
                "pair": j.pair.number,
                "world": j.pair.world.name(),
                "sizes": [j.pair.sizes.0, j.pair.sizes.1],
                "cases": j.cases,
                "loud": j.loud.iter().map(|c| json!({ "id": c.id, "status": c.status, "effect": c.effect, "p": c.p_value, "q": c.q_value })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        });
        let text = serde_json::to_string_pretty(&report).expect("JSON");
        std::fs::write(&file, text + "\n").unwrap_or_else(|error| eprintln!("cannot write {file}: {error}"));
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
