//! Calm of the firewall: years of daily bins in which nothing changes, and how many events it reports; then changes of five kinds at three
//! strengths, and how many days it takes to notice them.
//!
//! Prints Markdown tables, and keeps whole years in `benches/results/calm-firewall.json`. Options: `--years N` (60), `--from N` (0, to go on
//! with other years), `--days N` a year (365), `--budget N` false events a year (1), `--runs N` a kind and strength of change (2),
//! `--csv FOLDER` (writes the changed series for other programs instead of judging them).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;
use straingauge_api::{BatchOptions, Category, Event};
use straingauge_engine::random::Rng;

use crate::evidence::fingerprint_of;
use crate::measured::{Delays, Quiet as Measured};
use crate::production::{DAY, REFERENCE_DAYS, START, days_of, drive, learn, quiet_fortnight, reference, volumes};
use crate::world::{Row, Sheet, World, category, number};
use crate::{on_two_threads, option, results};

/// Days of production data that are taken in at once.
const BATCH_DAYS: usize = 28;

/// A year without change.
#[derive(Debug, Clone, Copy)]
struct Year {
    number: usize,
    world: World,
    reference_rows: usize,
    labelled: bool,
}

/// What a year came to.
struct Quiet {
    year: Year,
    bins: usize,
    rows: u64,
    events: Vec<Event>,
    seconds: f64,
}

fn live(year: Year, days: usize, budget: f64) -> Quiet {
    let begin = Instant::now();
    let seed = 7_000 + year.number as u64;
    let mut firewall = learn(year.world, &reference(year.world, seed, year.reference_rows), budget, seed);
    let volumes = volumes(&mut Rng::new(seed, 2), days);
    let mut rows = 0;
    for (batch, volumes) in volumes.chunks(BATCH_DAYS).enumerate() {
        let first = START + (REFERENCE_DAYS + (batch * BATCH_DAYS) as i64) * DAY;
        let sheet = days_of(year.world, (seed, 10 + batch as u64), first, volumes, year.labelled, |_, _, _| {});
        rows += sheet.rows.len() as u64;
        firewall.add(year.world.side(&format!("batch {batch}"), &sheet), BatchOptions::default()).expect("a batch");
        drive(&mut firewall);
    }
    let view = firewall.view().expect("a view");
    for event in &view.events {
        eprintln!("year {} ({}, labelled {}): {:?} {}", year.number, year.world.name(), year.labelled, event.kind, event.sentence);
    }
    Quiet { year, bins: view.bins.len(), rows, events: view.events, seconds: begin.elapsed().as_secs_f64() }
}

/// A kind of change, with its three strengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// A number moves, by so many of its standard deviations.
    Shift,
    /// A value that nobody knew takes so much of a category.
    NewValue,
    /// Cells go missing.
    Nulls,
    /// The model hears less than it believes.
    Fall,
    /// The same, slowly, over the whole time.
    Creep,
}

impl Change {
    const ALL: [Self; 5] = [Self::Shift, Self::NewValue, Self::Nulls, Self::Fall, Self::Creep];

    const fn name(self) -> &'static str {
        match self {
            Self::Shift => "a number shifts, by sd",
            Self::NewValue => "a new value appears, share of rows",
            Self::Nulls => "values go missing, share of rows",
            Self::Fall => "the accuracy falls at once, points",
            Self::Creep => "the accuracy falls slowly, points in 60 days",
        }
    }

    const fn strengths(self) -> [f64; 3] {
        match self {
            Self::Shift => [0.5, 0.75, 1.0],
            Self::NewValue => [0.02, 0.05, 0.15],
            Self::Nulls => [0.08, 0.15, 0.3],
            Self::Fall => [0.04, 0.07, 0.12],
            Self::Creep => [0.08, 0.15, 0.25],
        }
    }

    /// Where the change shows first.
    fn shows(self, event: &Event) -> bool {
        match self {
            Self::Shift => event.object == "height",
            Self::NewValue => event.object.contains("device"),
            Self::Nulls => event.object.contains("visits"),
            Self::Fall | Self::Creep => matches!(event.category, Category::ModelPerformance | Category::SubsetPerformanceDegradation),
        }
    }

    fn apply(self, strength: f64, progress: f64, rng: &mut Rng, row: &mut Row) {
        match self {
            Self::Shift => row.numbers[number("height")] += 10.0 * strength,
            Self::NewValue if rng.uniform() < strength => "device 99".clone_into(&mut row.categories[category("device")]),
            Self::Nulls if rng.uniform() < strength => row.numbers[number("visits")] = f64::NAN,
            // A row whose signal is another class's is nearly always wrong: the accuracy falls by the share times what it was.
            Self::Fall if rng.uniform() < strength / 0.7 => row.heard = Some(1 - row.class),
            Self::Creep if rng.uniform() < progress * strength / 0.7 => row.heard = Some(1 - row.class),
            _ => {}
        }
    }
}

/// Days before and after a change, and rows a day.
const BEFORE: usize = 30;
const AFTER: usize = 60;
const A_DAY: usize = 1_000;

struct Found {
    change: Change,
    strength: f64,
    /// Days from the change to the first bin of the first event that shows it, 0 for the very first bin.
    delay: Option<usize>,
    before: usize,
}

fn changed(change: Change, strength: f64, run: usize, labelled: bool) -> (Sheet, Sheet) {
    let seed = 90_000 + run as u64 * 100 + (strength * 1_000.0) as u64;
    let sheet = days_of(World::Binary, (seed, 3), START + REFERENCE_DAYS * DAY, &[A_DAY; BEFORE + AFTER], labelled, |day, rng, row| {
        if let Some(since) = day.checked_sub(BEFORE) {
            change.apply(strength, since as f64 / AFTER as f64, rng, row);
        }
    });
    (reference(World::Binary, seed, 20_000), sheet)
}

fn notice(change: Change, strength: f64, run: usize, budget: f64) -> Found {
    let (reference, sheet) = changed(change, strength, run, true);
    let mut firewall = learn(World::Binary, &reference, budget, run as u64);
    let begins = START + (REFERENCE_DAYS + BEFORE as i64) * DAY;
    let (mut delay, mut before) = (None, 0);
    // Day after day, as a reader would: what is noticed today does not know tomorrow.
    let stamp = sheet.column("ts");
    for day in 0..BEFORE + AFTER {
        let first = START + (REFERENCE_DAYS + day as i64) * DAY;
        let text = straingauge_engine::table::moment_text(first);
        let prefix = text.get(..10).unwrap_or_default();
        let rows: Vec<Vec<String>> = sheet.rows.iter().filter(|r| r[stamp].starts_with(prefix)).cloned().collect();
        let part = Sheet { names: sheet.names.clone(), rows };
        firewall.add(World::Binary.side(&format!("day {day}"), &part), BatchOptions::default()).expect("a batch");
        drive(&mut firewall);
        let view = firewall.view().expect("a view");
        if first < begins {
            before = view.events.len();
        } else if let Some(_event) = view.events.iter().find(|e| change.shows(e) && e.end > begins) {
            delay = Some(day - BEFORE);
            break;
        }
    }
    Found { change, strength, delay, before }
}

/// Runs the bench.
pub fn run() {
    let begin = Instant::now();
    let wanted = |name: &str, default: f64| option(name).and_then(|w| w.parse::<f64>().ok()).unwrap_or(default);
    let (years, days) = (wanted("--years", 60.0) as usize, wanted("--days", 365.0) as usize);
    let (budget, runs) = (wanted("--budget", 1.0), wanted("--runs", 2.0) as usize);
    if let Some(folder) = option("--csv") {
        return write_files(runs, &PathBuf::from(folder));
    }
    let from = wanted("--from", 0.0) as usize;
    let list: Vec<Year> = (from..from + years)
        .map(|number| Year {
            number,
            world: World::QUIET[number % 3],
            reference_rows: [5_000, 20_000, 50_000][number / 3 % 3],
            labelled: number / 9 % 2 == 0,
        })
        .collect();
    let quiet = on_two_threads(&list, |&year| live(year, days, budget));
    let mut references: BTreeMap<usize, [usize; 2]> = BTreeMap::new();
    for q in &quiet {
        let [years, events] = references.entry(q.year.reference_rows).or_default();
        (*years, *events) = (*years + 1, *events + q.events.len());
    }
    let year_seconds = quiet.iter().map(|q| q.seconds).sum::<f64>() / years.max(1) as f64;
    let tasks: Vec<(Change, f64, usize)> =
        Change::ALL.into_iter().flat_map(|c| c.strengths().into_iter().flat_map(move |s| (0..runs).map(move |r| (c, s, r)))).collect();
    let found = on_two_threads(&tasks, |&(change, strength, run)| notice(change, strength, run, budget));
    let cells = Change::ALL.into_iter().flat_map(|change| change.strengths().map(|strength| (change, strength)));
    let delays = cells.map(|(change, strength)| {
        let of = || found.iter().filter(move |f| f.change == change && f.strength.to_bits() == strength.to_bits());
        let mut noticed: Vec<usize> = of().filter_map(|f| f.delay).collect();
        noticed.sort_unstable();
        Delays { change: change.name().to_owned(), strength, runs: of().count(), noticed, before: of().map(|f| f.before).sum() }
    });
    let measured = Measured {
        stamp: results::stamp(),
        fingerprint: fingerprint_of(World::QUIET.map(quiet_fortnight)),
        years,
        days,
        budget,
        bins: quiet.iter().map(|q| q.bins).sum(),
        rows: quiet.iter().map(|q| q.rows).sum(),
        references,
        delays: delays.collect(),
    };
    println!("{}", measured.tables());
    println!("{:.0} s on two threads, {year_seconds:.1} s a year.", begin.elapsed().as_secs_f64());
    if from == 0 && days == 365 && years >= 60 && runs > 1 && budget == 1.0 {
        results::save("calm-firewall", &measured);
    }
}

/// Writes the changed series as CSV files with a list of them.
fn write_files(runs: usize, folder: &std::path::Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut list = Vec::new();
    for (at, change) in Change::ALL.into_iter().enumerate() {
        for strength in change.strengths() {
            for run in 0..runs {
                let (reference, sheet) = changed(change, strength, run, true);
                let stem = format!("{at}_{:03}_{run}", (strength * 1_000.0) as u64);
                for (side, sheet) in [("reference", &reference), ("production", &sheet)] {
                    std::fs::write(folder.join(format!("{stem}_{side}.csv")), sheet.csv()).expect("a file");
                }
                list.push(json!({
                    "change": change.name(), "strength": strength, "run": run, "stem": stem, "before": BEFORE, "after": AFTER,
                    "column": match change { Change::Shift => "height", Change::NewValue => "device", Change::Nulls => "visits", _ => "" },
                }));
            }
        }
    }
    std::fs::write(folder.join("series.json"), serde_json::to_string_pretty(&list).expect("JSON")).expect("a list");
    println!("{} series in {}", list.len(), folder.display());
}
