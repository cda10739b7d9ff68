//! Sharp: known defects planted one at a time, whether they are found, and whether their finding comes first.
//!
//! Prints Markdown tables. Strength is the effect that the defect's own test shows on a large population: weak (w + a)/2, middle 1.5·a,
//! strong 3·a, of bounded effects at most halfway from a to the largest that the defect can show. The strengths' settings
//! are kept in `benches/strengths.json`. Options: `--recalibrate`, `--only WORDS`, `--repeats N` (3), `--json FILE`,
//! `--sizes 2000,20000`, `--csv FOLDER` (writes the pairs of middle strength for other programs instead of judging them).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use crate::defects::{Defect, Settings, Strength, calibrate, defects, found, known_tests};
use crate::{on_two_threads, option};

/// Runs the bench.
pub fn run() {
    let begin = Instant::now();
    let only = option("--only");
    let repeats: u64 = option("--repeats").and_then(|w| w.parse().ok()).unwrap_or(3);
    let sizes: Vec<usize> =
        option("--sizes").unwrap_or_else(|| "2000,20000".to_owned()).split(',').filter_map(|w| w.parse().ok()).collect();
    let tests = known_tests();
    let (there, missing): (Vec<Defect>, Vec<Defect>) = defects()
        .into_iter()
        .filter(|d| only.as_ref().is_none_or(|words| d.name.contains(words.as_str())))
        .partition(|d| tests.contains_key(d.measured.0));

    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/strengths.json");
    let mut settings: BTreeMap<String, Settings> =
        std::fs::read_to_string(&kept).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let again = std::env::args().any(|w| w == "--recalibrate");
    let open: Vec<&Defect> = there.iter().filter(|d| again || !settings.contains_key(d.name)).collect();
    let measured = on_two_threads(&open, |d| {
        let settings = calibrate(d, &tests[d.measured.0]);
        eprintln!("{}: {settings:?}", d.name);
        settings
    });
    settings.extend(open.iter().zip(measured).map(|(d, s)| (d.name.to_owned(), s)));
    if !open.is_empty() {
        let text = serde_json::to_string_pretty(&settings).expect("JSON");
        std::fs::write(&kept, text + "\n").expect("benches/strengths.json can be written");
    }
    let calibration = begin.elapsed().as_secs_f64();
    if let Some(folder) = option("--csv") {
        return write_files(&there, &settings, &PathBuf::from(folder), &sizes);
    }

    let mut work: Vec<(&Defect, Strength, usize, u64)> = Vec::new();
    for &n in sizes.iter().rev() {
        for d in &there {
            for strength in Strength::ALL {
                // Large samples leave little to chance.
                work.extend((0..if n > 5_000 { 1.min(repeats) } else { repeats }).map(|repeat| (d, strength, n, repeat)));
            }
        }
    }
    let outcomes = on_two_threads(&work, |&(d, strength, n, repeat)| {
        let setting = settings[d.name].of(strength);
        let outcome = found(d, setting, (n, n), 7_000 + repeat);
        if strength != Strength::Weak && (outcome.fails == 0 || outcome.rank != Some(1)) {
            eprintln!("{} {strength:?} n = {n} #{repeat}: rank {:?}; {}", d.name, outcome.rank, outcome.first.join(" || "));
        }
        outcome
    });

    println!(
        "| defect | measured by | strength (effect) | {} |",
        sizes.iter().map(|n| format!("found, n = {n} | rank")).collect::<Vec<_>>().join(" | ")
    );
    println!("|---|---|---|{}", "---:|---:|".repeat(sizes.len()));
    let mut rows = Vec::new();
    let mut totals: BTreeMap<(Strength, usize), [u64; 3]> = BTreeMap::new();
    for d in &there {
        for strength in Strength::ALL {
            let mut cells = Vec::new();
            for &n in &sizes {
                let of: Vec<_> =
                    work.iter().zip(&outcomes).filter(|(w, _)| w.0.name == d.name && w.1 == strength && w.2 == n).map(|(_, o)| o).collect();
                let hits = of.iter().filter(|o| o.rank.is_some()).count();
                let worst = of.iter().filter_map(|o| o.rank).max();
                let first = of.iter().filter(|o| o.rank == Some(1)).count();
                let warned = of.iter().filter(|o| o.rank.is_some() && o.fails == 0).count();
                let note = if warned > 0 { format!(" ({warned} as warning)") } else { String::new() };
                cells.push(format!("{hits}/{}{note} | {}", of.len(), worst.map_or("–".to_owned(), |r| r.to_string())));
                let total = totals.entry((strength, n)).or_default();
                total[0] += of.len() as u64;
                total[1] += hits as u64;
                total[2] += first as u64;
                rows.push(json!({
                    "defect": d.name, "measuredBy": d.measured.0, "strength": strength, "effect": settings[d.name].effect(strength),
                    "setting": settings[d.name].of(strength), "n": n, "runs": of.len(), "found": hits, "first": first, "asWarning": warned, "worstRank": worst,
                }));
            }
            let test = d.measured.0.split_once(':').map_or("", |(_, t)| t);
            println!("| {} | {test} | {strength:?} ({:.3}) | {} |", d.name, settings[d.name].effect(strength), cells.join(" | "));
        }
    }
    println!();
    println!("| strength | n | runs | found | in the first group |");
    println!("|---|---:|---:|---:|---:|");
    for ((strength, n), [runs, hits, first]) in &totals {
        println!("| {strength:?} | {n} | {runs} | {hits} ({:.0} %) | {first} ({:.0} %) |", percent(*hits, *runs), percent(*first, *runs));
    }
    if !missing.is_empty() {
        println!();
        println!("Not judged, because their test is not there: {}.", missing.iter().map(|d| d.name).collect::<Vec<_>>().join(", "));
    }
    println!();
    println!("{} runs in {:.0} s on two threads (calibration {calibration:.0} s).", work.len(), begin.elapsed().as_secs_f64());
    if let Some(file) = option("--json") {
        let text = serde_json::to_string_pretty(&rows).expect("JSON");
        std::fs::write(&file, text + "\n").unwrap_or_else(|error| eprintln!("cannot write {file}: {error}"));
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// Writes the pairs of middle strength as CSV files with a list of them, for other programs.
fn write_files(there: &[Defect], settings: &BTreeMap<String, Settings>, folder: &Path, sizes: &[usize]) {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut list = Vec::new();
    for (at, d) in there.iter().enumerate() {
        for &n in sizes {
            let (reference, evaluation) = d.plant(7_000, settings[d.name].of(Strength::Middle), (n, n));
            let name = |side: &str| format!("{at:02}_{n}_{side}.csv");
            for (side, sheet) in [("reference", &reference), ("evaluation", &evaluation)] {
                std::fs::write(folder.join(name(side)), sheet.csv()).expect("a file");
            }
            list.push(json!({
                "defect": d.name, "features": d.about, "world": d.world.name(), "task": d.world.task(), "sizes": [n, n],
                "reference": name("reference"), "evaluation": name("evaluation"),
            }));
        }
    }
    std::fs::write(folder.join("pairs.json"), serde_json::to_string_pretty(&list).expect("JSON")).expect("a list");
    println!("{} pairs in {}", list.len(), folder.display());
}
