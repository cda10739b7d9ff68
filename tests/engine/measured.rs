//! The results of the long benches, as they are kept in `benches/results`, and the tables that are printed of them.

// Each of those who include this file uses its own part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use straingauge_engine::stats::proportions::clopper_pearson;

use super::defects::Strength;

/// The code that was measured, and the day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stamp {
    /// The commit.
    pub commit: String,
    /// The day, as 2026-11-29.
    pub date: String,
}

impl Stamp {
    /// In words.
    pub fn text(&self) -> String {
        let [year, month, day] = [0, 1, 2].map(|i| self.date.split('-').nth(i).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0));
        const MONTHS: [&str; 12] =
            ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        format!("{day} {} {year}, commit {}", MONTHS.get(month.wrapping_sub(1)).unwrap_or(&"?"), self.commit)
    }
}

/// A clean pair as it was judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CleanRun {
    /// Its number, by which peers find it.
    pub pair: usize,
    /// The world's name.
    pub world: String,
    /// Rows of reference and evaluation.
    pub sizes: (usize, usize),
    /// Cases of the run.
    pub cases: u64,
    /// Skipped ones among them.
    pub skipped: u64,
    /// Difference and logical cases that fail, by test.
    pub fails: Vec<String>,
    /// Those that warn.
    pub warns: Vec<String>,
}

/// `benches/results/calm.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calm {
    /// The code that was measured.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// The digest of the short form with that code.
    pub fingerprint: String,
    /// Every pair.
    pub runs: Vec<CleanRun>,
    /// Rows of the large sample that property cases are compared with.
    pub population: usize,
    /// Property cases by test: agree with the large sample, are worse, are milder.
    pub properties: BTreeMap<String, [u64; 3]>,
}

/// A planted defect at one strength and size.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Planted {
    /// The defect.
    pub defect: String,
    /// The test that measures it.
    pub measured_by: String,
    /// Its strength.
    pub strength: Strength,
    /// The population's effect.
    pub effect: f64,
    /// Rows a side.
    pub n: usize,
    /// Runs.
    pub runs: u64,
    /// Runs that found it.
    pub found: u64,
    /// Runs whose first finding it is.
    pub first: u64,
    /// Runs that found it as a warning only.
    pub as_warning: u64,
    /// The worst place among the findings.
    pub worst_rank: Option<usize>,
}

/// `benches/results/sharp.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sharp {
    /// The code that was measured.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// The digest of the short form with that code.
    pub fingerprint: String,
    /// By defect, strength and size.
    pub rows: Vec<Planted>,
}

/// A change in a firewall's data, and after how many days it is noticed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delays {
    /// The kind of change.
    pub change: String,
    /// Its size, in the unit that the kind names.
    pub strength: f64,
    /// Runs.
    pub runs: usize,
    /// Days until it is noticed, ascending; runs that never notice it are missing.
    pub noticed: Vec<usize>,
    /// Events before the change, over all runs.
    pub before: usize,
}

/// `benches/results/calm-firewall.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Quiet {
    /// The code that was measured.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// The digest of quiet fortnights with that code.
    pub fingerprint: String,
    /// Years without change.
    pub years: usize,
    /// Days of each.
    pub days: usize,
    /// False events a year that are allowed.
    pub budget: f64,
    /// Bins of all years.
    pub bins: usize,
    /// Rows of all years.
    pub rows: u64,
    /// By rows of the reference: years and events.
    pub references: BTreeMap<usize, [usize; 2]>,
    /// By change and strength.
    pub delays: Vec<Delays>,
}

/// A peer's answer about a pair.
#[derive(Debug, Clone, Deserialize)]
pub struct Peered {
    /// The pair's number, where it is a clean one.
    pub pair: Option<usize>,
    /// The planted defect, where it is none.
    pub defect: Option<String>,
    /// Features that the defect is about.
    pub features: Option<Vec<String>>,
    /// The world's name.
    pub world: String,
    /// Rows of reference and evaluation.
    pub sizes: (usize, usize),
    /// Checks that fail, each with the column it names.
    #[serde(default)]
    pub fails: Vec<(String, Option<String>)>,
    /// Checks that warn.
    #[serde(default)]
    pub warns: Vec<(String, Option<String>)>,
    /// Why it said nothing.
    pub error: Option<String>,
}

/// `tests/oracles/peers_*.json`, one a peer.
#[derive(Debug, Clone, Deserialize)]
pub struct Peer {
    /// Its name in small letters.
    #[serde(rename = "peer")]
    pub package: String,
    /// Versions of the packages.
    pub versions: BTreeMap<String, String>,
    /// When it ran.
    pub date: String,
    /// Pair by pair.
    pub results: Vec<Peered>,
}

/// Reads a file of the repository.
pub fn text(path: &str) -> String {
    let whole = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&whole).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Reads a JSON file of the repository.
pub fn read<T: DeserializeOwned>(path: &str) -> T {
    serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn with_interval(hits: usize, n: usize) -> String {
    let (low, high) = clopper_pearson(hits as f64, n as f64, 0.95);
    let share = percent(hits as u64, n as u64);
    format!("{hits} of {n} ({share:.1} %, 95 % interval {:.1} to {:.1} %)", 100.0 * low, 100.0 * high)
}

impl CleanRun {
    fn is_loud(&self) -> bool {
        !self.fails.is_empty() || !self.warns.is_empty()
    }
}

impl Calm {
    fn counts(&self, of: impl Fn(&CleanRun) -> bool) -> (usize, usize, usize) {
        let runs = || self.runs.iter().filter(|r| of(r));
        (runs().count(), runs().filter(|r| !r.fails.is_empty()).count(), runs().filter(|r| r.is_loud()).count())
    }

    /// Pairs with a failure.
    pub fn failing(&self) -> usize {
        self.counts(|_| true).1
    }

    /// The tables of docs/evidence.md.
    pub fn tables(&self) -> String {
        let mut out = String::new();
        let (n, fails, loud) = self.counts(|_| true);
        let _ = writeln!(out, "Clean pairs in which a difference **fails**: {}", with_interval(fails, n));
        let _ = writeln!(out, "Clean pairs in which a difference fails or warns: {}\n", with_interval(loud, n));
        out += "| reference v evaluation | pairs | with a failure | with a failure or a warning | cases a run | skipped |\n|---|---:|---:|---:|---:|---:|\n";
        let mut sizes: Vec<(usize, usize)> = self.runs.iter().map(|r| r.sizes).collect();
        sizes.sort_unstable();
        sizes.dedup();
        for size in sizes {
            let (n, fails, loud) = self.counts(|r| r.sizes == size);
            let of = || self.runs.iter().filter(|r| r.sizes == size);
            let mean = |sum: u64| sum as f64 / n.max(1) as f64;
            let (cases, skipped) = (mean(of().map(|r| r.cases).sum()), mean(of().map(|r| r.skipped).sum()));
            let _ = writeln!(out, "| {} v {} | {n} | {fails} | {loud} | {cases:.0} | {skipped:.0} |", size.0, size.1);
        }
        out += "\n| world | pairs | with a failure | with a failure or a warning |\n|---|---:|---:|---:|\n";
        let mut worlds: Vec<&str> = Vec::new();
        self.runs.iter().for_each(|r| {
            if !worlds.contains(&r.world.as_str()) {
                worlds.push(&r.world);
            }
        });
        for world in worlds {
            let (n, fails, loud) = self.counts(|r| r.world == world);
            let _ = writeln!(out, "| {world} | {n} | {fails} | {loud} |");
        }
        let mut by_test: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
        for run in &self.runs {
            run.fails.iter().for_each(|t| by_test.entry(t).or_default()[0] += 1);
            run.warns.iter().for_each(|t| by_test.entry(t).or_default()[1] += 1);
        }
        for (test, counts) in &mut by_test {
            counts[2] = self.runs.iter().filter(|r| r.fails.iter().chain(&r.warns).any(|t| t == test)).count() as u64;
        }
        if by_test.is_empty() {
            out += "\nNo test has a false case.\n";
        } else {
            out += "\n| test | false failures | false warnings | pairs |\n|---|---:|---:|---:|\n";
            for (test, [f, w, p]) in &by_test {
                let _ = writeln!(out, "| {test} | {f} | {w} | {p} |");
            }
        }
        let _ = writeln!(out, "\nProperty cases against the verdict on {} rows of the same world:\n", self.population);
        out += "| test | agree | worse | milder |\n|---|---:|---:|---:|\n";
        let mut total = [0; 3];
        for (test, counts) in &self.properties {
            let _ = writeln!(out, "| {test} | {} | {} | {} |", counts[0], counts[1], counts[2]);
            total.iter_mut().zip(counts).for_each(|(t, c)| *t += c);
        }
        let _ = writeln!(out, "| **all** | {} | {} | {} |", total[0], total[1], total[2]);
        out
    }
}

const STRENGTHS: [(Strength, &str); 3] = [(Strength::Weak, "weak"), (Strength::Middle, "middle"), (Strength::Strong, "strong")];

impl Sharp {
    /// Runs, found, first: of a strength and size.
    pub fn totals(&self, strength: Strength, n: usize) -> [u64; 3] {
        let of = self.rows.iter().filter(|r| r.strength == strength && r.n == n);
        of.fold([0; 3], |[runs, found, first], r| [runs + r.runs, found + r.found, first + r.first])
    }

    /// Sizes, ascending.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes: Vec<usize> = self.rows.iter().map(|r| r.n).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The tables of docs/evidence.md.
    pub fn tables(&self) -> String {
        let sizes = self.sizes();
        let mut out = String::from("| defect | measured by | strength (effect) |");
        for n in &sizes {
            let _ = write!(out, " found, n = {n} | rank |");
        }
        let _ = writeln!(out, "\n|---|---|---|{}", "---:|---:|".repeat(sizes.len()));
        let mut names: Vec<&str> = Vec::new();
        self.rows.iter().for_each(|r| {
            if !names.contains(&r.defect.as_str()) {
                names.push(&r.defect);
            }
        });
        for name in names {
            for (strength, word) in STRENGTHS {
                let of = |n: usize| self.rows.iter().find(|r| r.defect == name && r.strength == strength && r.n == n);
                let Some(any) = sizes.iter().find_map(|&n| of(n)) else { continue };
                let test = any.measured_by.split_once(':').map_or("", |(_, t)| t);
                let _ = write!(out, "| {name} | {test} | {word} ({:.3}) |", any.effect);
                for &n in &sizes {
                    let cell = of(n).map_or_else(
                        || " – | – |".to_owned(),
                        |r| {
                            let note = if r.as_warning > 0 { format!(" ({} as warning)", r.as_warning) } else { String::new() };
                            format!(" {}/{}{note} | {} |", r.found, r.runs, r.worst_rank.map_or("–".to_owned(), |rank| rank.to_string()))
                        },
                    );
                    out += &cell;
                }
                out.push('\n');
            }
        }
        out += "\n| strength | n | runs | found | in the first group |\n|---|---:|---:|---:|---:|\n";
        for (strength, word) in STRENGTHS {
            for &n in &sizes {
                let [runs, found, first] = self.totals(strength, n);
                let _ = writeln!(
                    out,
                    "| {word} | {n} | {runs} | {found} ({:.0} %) | {first} ({:.0} %) |",
                    percent(found, runs),
                    percent(first, runs)
                );
            }
        }
        out
    }
}

impl Quiet {
    /// False events of all years.
    pub fn events(&self) -> usize {
        self.references.values().map(|r| r[1]).sum()
    }

    /// The tables of docs/evidence.md.
    pub fn tables(&self) -> String {
        let (events, years) = (self.events(), self.years.max(1) as f64);
        let (low, high) = poisson_interval(events);
        let plural = if events == 1 { "event" } else { "events" };
        let mut out = format!(
            "{} years of {} daily bins without change ({} bins, {} rows): **{events} {plural}, {:.3} a year** (95 % interval {:.3} to {:.3}); the budget is {}.\n\n",
            self.years,
            self.days,
            self.bins,
            self.rows,
            events as f64 / years,
            low / years,
            high / years,
            self.budget
        );
        out += "| reference rows | years | events |\n|---:|---:|---:|\n";
        for (rows, [years, events]) in &self.references {
            let _ = writeln!(out, "| {rows} | {years} | {events} |");
        }
        out +=
            "\n| change | strength | noticed | days until it is, median | longest | events before it |\n|---|---:|---:|---:|---:|---:|\n";
        for cell in &self.delays {
            let shown = |d: Option<&usize>| d.map_or_else(|| "–".to_owned(), ToString::to_string);
            let _ = writeln!(
                out,
                "| {} | {} | {} of {} | {} | {} | {} |",
                cell.change,
                cell.strength,
                cell.noticed.len(),
                cell.runs,
                shown(cell.noticed.get(cell.noticed.len() / 2)),
                shown(cell.noticed.last()),
                cell.before
            );
        }
        out
    }
}

/// The 95 % interval of the mean of a Poisson count (Garwood 1936, by the normal approximation of the square root).
fn poisson_interval(count: usize) -> (f64, f64) {
    let square = |x: f64| x.max(0.0) * x.max(0.0);
    let high = if count == 0 { 3.69 } else { square((count as f64 + 1.0).sqrt() + 0.98) };
    (square((count as f64).sqrt() - 0.98), high)
}

impl Peer {
    /// As it writes itself.
    pub fn name(&self) -> String {
        let mut letters = self.package.chars();
        letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
    }

    /// Its own version.
    pub fn version(&self) -> &str {
        self.versions.get(&self.package).map_or("?", String::as_str)
    }

    /// The pairs that it judged.
    pub fn judged(&self) -> impl Iterator<Item = &Peered> {
        self.results.iter().filter(|r| r.error.is_none())
    }

    /// The checks and columns that it flags most often.
    fn most_often(&self) -> String {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for result in self.judged() {
            let mut names: Vec<String> = result
                .fails
                .iter()
                .chain(&result.warns)
                .map(|(check, column)| format!("{check} {}", column.as_deref().unwrap_or("")))
                .collect();
            names.sort();
            names.dedup();
            for name in names {
                *counts.entry(name.trim().to_owned()).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        counts.iter().take(4).map(|(name, n)| format!("{name} ({n})")).collect::<Vec<_>>().join(", ")
    }
}

/// The clean pairs that all of us judged: how many, and ours and the peers' pairs with a failure, with a failure or a warning.
pub fn together(calm: &Calm, peers: &[Peer]) -> (usize, Vec<[usize; 2]>) {
    let of_all = |run: &&CleanRun| peers.iter().all(|p| p.judged().any(|r| r.pair == Some(run.pair)));
    let pairs: Vec<&CleanRun> = calm.runs.iter().filter(of_all).collect();
    let ours = [pairs.iter().filter(|r| !r.fails.is_empty()).count(), pairs.iter().filter(|r| r.is_loud()).count()];
    let theirs = peers.iter().map(|peer| {
        let said: Vec<&Peered> = peer.judged().filter(|r| pairs.iter().any(|run| r.pair == Some(run.pair))).collect();
        let fails = said.iter().filter(|r| !r.fails.is_empty()).count();
        [fails, said.iter().filter(|r| !r.fails.is_empty() || !r.warns.is_empty()).count()]
    });
    (pairs.len(), std::iter::once(ours).chain(theirs).collect())
}

/// The table of peers on clean pairs.
pub fn peers_calm(calm: &Calm, peers: &[Peer]) -> String {
    let (n, counts) = together(calm, peers);
    let mut out = String::from(
        "| | version | clean pairs | with a failure | with a failure or a warning | most often |\n|---|---|---:|---:|---:|---|\n",
    );
    let _ = writeln!(out, "| Straingauge | this one | {n} | {} | {} | |", counts[0][0], counts[0][1]);
    for (peer, [fails, loud]) in peers.iter().zip(counts.iter().skip(1)) {
        let _ = writeln!(out, "| {} | {} | {n} | {fails} | {loud} | {} |", peer.name(), peer.version(), peer.most_often());
    }
    out
}

/// Describes a peer's answer about a planted defect: found or not, beside how many others.
fn found_by(result: &Peered) -> String {
    let empty = Vec::new();
    let about = result.features.as_ref().unwrap_or(&empty);
    let flagged = || result.fails.iter().chain(&result.warns);
    if flagged().next().is_none() {
        return "not found".to_owned();
    }
    if about.is_empty() {
        // A defect of whole rows has no column; the reader sees what was flagged.
        let mut names: Vec<&str> = flagged().map(|(check, column)| column.as_deref().unwrap_or(check)).collect();
        names.sort_unstable();
        names.dedup();
        return format!("flags {}", names.join(", "));
    }
    let named = |column: &Option<String>| column.as_ref().is_some_and(|c| about.contains(c));
    let others = flagged().filter(|(_, column)| !named(column)).count();
    match (flagged().any(|(_, column)| named(column)), others) {
        (false, _) => "not found".to_owned(),
        (true, 0) => "found".to_owned(),
        (true, others) => format!("found, beside {others} more"),
    }
}

/// The table of peers on planted defects of middle strength.
pub fn peers_sharp(sharp: &Sharp, peers: &[Peer]) -> String {
    let n = sharp.sizes().first().copied().unwrap_or(0);
    let mut out = String::from("| defect | Straingauge |");
    for peer in peers {
        let _ = write!(out, " {} |", peer.name());
    }
    let _ = writeln!(out, "\n|---|---|{}", "---|".repeat(peers.len()));
    for row in sharp.rows.iter().filter(|r| r.strength == Strength::Middle && r.n == n) {
        let said: Vec<Option<&Peered>> =
            peers.iter().map(|p| p.results.iter().find(|r| r.defect.as_deref() == Some(&row.defect))).collect();
        if said.iter().all(Option::is_none) {
            continue;
        }
        let ours = match (row.found == row.runs, row.first == row.runs) {
            (true, true) => "found, first",
            (true, false) => "found",
            _ => "not always found",
        };
        let _ = write!(out, "| {} | {ours} |", row.defect);
        for result in said {
            let cell = match result {
                None => "not run".to_owned(),
                Some(r) if r.error.is_some() => "stopped with an error".to_owned(),
                Some(r) => found_by(r),
            };
            let _ = write!(out, " {cell} |");
        }
        out.push('\n');
    }
    out
}
