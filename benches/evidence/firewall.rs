//! Calm of the firewall: years of daily bins in which nothing changes, and how many events it reports; then changes of five kinds at three
//! strengths, and how many days it takes to notice them.
//!
//! Prints Markdown tables. Options: `--years N` (200), `--from N` (0, to go on with other years), `--days N` a year (365), `--budget N` false events a year (1), `--runs N` a kind and
//! strength of change (6), `--json FILE`, `--csv FOLDER` (writes the changed series for other programs instead of judging them).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;
use straingauge_api::{BatchOptions, BinSize, Calendar, Category, Event, FirewallConfig, Stage};
use straingauge_engine::firewall::Firewall;
use straingauge_engine::random::Rng;

use crate::world::{Row, Sheet, World, category, number};
use crate::{on_two_threads, option};

const DAY: i64 = 86_400_000;
/// Monday, 1 June 2026, 00:00 UTC: the reference's first day.
const START: i64 = 1_780_272_000_000;
/// Days that a reference covers.
const REFERENCE_DAYS: i64 = 56;
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

/// Rows of each day: a level a year, fewer at weekends, never the same.
fn volumes(rng: &mut Rng, days: usize) -> Vec<usize> {
    let level = 450.0 * straingauge_engine::math::exp(rng.uniform() * 1.5);
    let season = [1.15, 1.2, 1.2, 1.15, 1.0, 0.6, 0.7];
    (0..days).map(|day| ((level * season[day % 7] * (0.85 + 0.3 * rng.uniform())) as usize).clamp(300, 3_000)).collect()
}

/// Rows of consecutive days, each day's at moments of its own; `change` sees the day and the row.
fn days_of(
    world: World,
    (seed, stream): (u64, u64),
    first: i64,
    volumes: &[usize],
    labelled: bool,
    mut change: impl FnMut(usize, &mut Rng, &mut Row),
) -> Sheet {
    let day_of: Vec<usize> = volumes.iter().enumerate().flat_map(|(day, &n)| std::iter::repeat_n(day, n)).collect();
    let names = world.names();
    let wanted: Vec<&str> = names.iter().copied().filter(|n| labelled || *n != "label").collect();
    world.sheet(seed, stream, day_of.len(), Some(&wanted), |at, rng, row| {
        let day = day_of[at];
        row.moment = first + day as i64 * DAY + rng.below(DAY as u64 / 1_000) as i64 * 1_000;
        change(day, rng, row);
    })
}

fn reference(world: World, seed: u64, rows: usize) -> Sheet {
    let volumes = vec![rows / REFERENCE_DAYS as usize; REFERENCE_DAYS as usize];
    days_of(world, (seed, 1), START, &volumes, true, |_, _, _| {})
}

fn learn(world: World, sheet: &Sheet, budget: f64, seed: u64) -> Firewall {
    let config = FirewallConfig {
        model: "model".to_owned(),
        reference: "reference".to_owned(),
        bin_size: BinSize::Calendar(Calendar::Day),
        false_events_a_year: budget,
        seed,
        ..FirewallConfig::default()
    };
    let mut firewall = Firewall::learn(config, world.task(), world.side("reference", sheet)).expect("a firewall");
    drive(&mut firewall);
    firewall
}

fn drive(firewall: &mut Firewall) {
    while firewall.step().expect("a step").stage != Stage::Done {}
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

/// The 95 % interval of the mean of Poisson counts that sum to `sum` in `n` (Garwood 1936, by the normal approximation of the square root).
fn poisson_interval(sum: usize, n: usize) -> (f64, f64) {
    let root = (sum as f64).sqrt();
    let square = |x: f64| x.max(0.0) * x.max(0.0);
    let high = if sum == 0 { 3.69 } else { square((sum as f64 + 1.0).sqrt() + 0.98) };
    (square(root - 0.98) / n.max(1) as f64, high / n.max(1) as f64)
}

/// Runs the bench.
pub fn run() {
    let begin = Instant::now();
    let wanted = |name: &str, default: f64| option(name).and_then(|w| w.parse::<f64>().ok()).unwrap_or(default);
    let (years, days) = (wanted("--years", 200.0) as usize, wanted("--days", 365.0) as usize);
    let (budget, runs) = (wanted("--budget", 1.0), wanted("--runs", 6.0) as usize);
    if let Some(folder) = option("--csv") {
        return write_files(runs, &PathBuf::from(folder));
    }
    let from = wanted("--from", 0.0) as usize;
    let list: Vec<Year> = (from..from + years)
        .map(|number| Year {
            number,
            world: [World::Binary, World::Multiclass, World::Regression][number % 3],
            reference_rows: [5_000, 20_000, 50_000][number / 3 % 3],
            labelled: number / 9 % 2 == 0,
        })
        .collect();
    let quiet = on_two_threads(&list, |&year| live(year, days, budget));
    let (bins, rows) = (quiet.iter().map(|q| q.bins).sum::<usize>(), quiet.iter().map(|q| q.rows).sum::<u64>());
    let events: usize = quiet.iter().map(|q| q.events.len()).sum();
    let scale = 365.0 / days.max(1) as f64;
    let (low, high) = poisson_interval(events, years);
    println!(
        "{years} years of {days} daily bins without change ({bins} bins, {rows} rows): {events} events, {:.3} a year (95 % interval {:.3} to {:.3}); the budget is {budget}.",
        scale * events as f64 / years.max(1) as f64,
        scale * low,
        scale * high
    );
    println!();
    println!("| world | reference rows | labels | years | events | a year |");
    println!("|---|---:|---|---:|---:|---:|");
    let mut groups: BTreeMap<(&str, usize, bool), (usize, usize)> = BTreeMap::new();
    for q in &quiet {
        let entry = groups.entry((q.year.world.name(), q.year.reference_rows, q.year.labelled)).or_default();
        *entry = (entry.0 + 1, entry.1 + q.events.len());
    }
    for ((world, rows, labelled), (n, events)) in &groups {
        let labels = if *labelled { "yes" } else { "no" };
        println!("| {world} | {rows} | {labels} | {n} | {events} | {:.2} |", scale * *events as f64 / *n as f64);
    }
    let mut monitors: BTreeMap<&str, usize> = BTreeMap::new();
    for event in quiet.iter().flat_map(|q| &q.events) {
        *monitors.entry(&event.monitor).or_default() += 1;
    }
    println!();
    for (monitor, n) in &monitors {
        println!("- {monitor}: {n}");
    }
    let year_seconds = quiet.iter().map(|q| q.seconds).sum::<f64>() / years.max(1) as f64;

    let tasks: Vec<(Change, f64, usize)> =
        Change::ALL.into_iter().flat_map(|c| c.strengths().into_iter().flat_map(move |s| (0..runs).map(move |r| (c, s, r)))).collect();
    let found = on_two_threads(&tasks, |&(change, strength, run)| notice(change, strength, run, budget));
    println!();
    println!("| change | strength | noticed | days until it is, median | longest | events before it |");
    println!("|---|---:|---:|---:|---:|---:|");
    let mut cells = Vec::new();
    for change in Change::ALL {
        for strength in change.strengths() {
            let of: Vec<&Found> = found.iter().filter(|f| f.change == change && f.strength.to_bits() == strength.to_bits()).collect();
            let mut delays: Vec<usize> = of.iter().filter_map(|f| f.delay).collect();
            delays.sort_unstable();
            let shown = |d: Option<&usize>| d.map_or_else(|| "–".to_owned(), ToString::to_string);
            let before: usize = of.iter().map(|f| f.before).sum();
            println!(
                "| {} | {strength} | {} of {} | {} | {} | {before} |",
                change.name(),
                delays.len(),
                of.len(),
                shown(delays.get(delays.len() / 2)),
                shown(delays.last())
            );
            cells.push(json!({ "change": change.name(), "strength": strength, "runs": of.len(), "delays": delays, "before": before }));
        }
    }
    println!();
    println!("{:.0} s on two threads, {year_seconds:.1} s a year.", begin.elapsed().as_secs_f64());
    if let Some(file) = option("--json") {
        let report =
            json!({ "years": years, "days": days, "bins": bins, "rows": rows, "events": events, "budget": budget, "delays": cells });
        let text = serde_json::to_string_pretty(&report).expect("JSON");
        std::fs::write(&file, text + "\n").unwrap_or_else(|error| eprintln!("cannot write {file}: {error}"));
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
