//! Sharp: known defects planted one at a time, whether they are found, and whether their finding comes first.
//!
//! Prints Markdown tables, and keeps a whole run in `benches/results/sharp.json`. Strength is the effect that the defect's own test shows on
//! a large population: weak (w + a)/2, middle 1.5·a, strong 3·a, of bounded effects at most halfway from a to the largest that the defect
//! can show. The strengths' settings are kept in `benches/strengths.json`. Options: `--recalibrate`, `--only WORDS`, `--repeats N` (2),
//! `--sizes 2000,20000`, `--csv FOLDER` (writes the pairs of middle strength for other programs instead of judging them).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use crate::defects::{Defect, Outcome, Settings, Strength, calibrate, defects, found, known_tests};
use crate::evidence::{find, fingerprint_of, planted};
use crate::measured::{Planted, Sharp};
use crate::{on_two_threads, option, results};

/// Runs the bench.
pub fn run() {
    let begin = Instant::now();
    let only = option("--only");
    let repeats: u64 = option("--repeats").and_then(|w| w.parse().ok()).unwrap_or(2);
    let sizes: Vec<usize> =
        option("--sizes").unwrap_or_else(|| "2000,20000".to_owned()).split(',').filter_map(|w| w.parse().ok()).collect();
    let is_whole = only.is_none() && option("--sizes").is_none() && repeats > 1;
    let tests = known_tests();
    let (there, missing): (Vec<Defect>, Vec<Defect>) = defects()
        .into_iter()
        .filter(|d| only.as_ref().is_none_or(|words| d.name.contains(words.as_str())))
        .partition(|d| tests.contains_key(d.measured.0));

    assert!(missing.is_empty(), "defects measured by tests that are not there: {:?}", missing.iter().map(|d| d.name).collect::<Vec<_>>());
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

    let mut rows = Vec::new();
    for d in &there {
        for strength in Strength::ALL {
            for &n in &sizes {
                let of: Vec<_> =
                    work.iter().zip(&outcomes).filter(|(w, _)| w.0.name == d.name && w.1 == strength && w.2 == n).map(|(_, o)| o).collect();
                let count = |holds: &dyn Fn(&Outcome) -> bool| of.iter().filter(|o| holds(o)).count() as u64;
                rows.push(Planted {
                    defect: d.name.to_owned(),
                    measured_by: d.measured.0.to_owned(),
                    strength,
                    effect: settings[d.name].effect(strength),
                    n,
                    runs: of.len() as u64,
                    found: count(&|o| o.rank.is_some()),
                    first: count(&|o| o.rank == Some(1)),
                    as_warning: count(&|o| o.rank.is_some() && o.fails == 0),
                    worst_rank: of.iter().filter_map(|o| o.rank).max(),
                });
            }
        }
    }
    let fingerprint = if is_whole { fingerprint_of(on_two_threads(&planted(), |p| find(p).fingerprint)) } else { String::new() };
    let sharp = Sharp { stamp: results::stamp(), fingerprint, rows };
    println!("{}", sharp.tables());
    println!("{} runs in {:.0} s on two threads (calibration {calibration:.0} s).", work.len(), begin.elapsed().as_secs_f64());
    if is_whole {
        results::save("sharp", &sharp);
    }
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
