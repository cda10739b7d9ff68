//! Short forms of calm and sharp, and the fingerprint of what they come to: it says whether printed evidence is still that of the code.

// Each of those who include this file uses its own part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};
use straingauge_api::RunDocument;

use super::defects::{Defect, Outcome, Settings, Strength, defects, found};
use super::world::{World, config};

/// Sizes of reference and evaluation.
const SIZES: [(usize, usize); 3] = [(200, 200), (1_200, 800), (300, 1_500)];
/// Pairs a size and world.
const REPEATS: u64 = 2;
/// Rows a side of a planted defect.
const PLANTED_ROWS: usize = 2_000;
/// The seed of a planted defect.
const PLANTED_SEED: u64 = 7_000;

/// Two samples of one distribution.
#[derive(Debug, Clone, Copy)]
pub struct CleanPair {
    /// The world that they are drawn from.
    pub world: World,
    /// Rows of reference and evaluation.
    pub sizes: (usize, usize),
    /// Its number among the pairs of that world and size.
    pub repeat: u64,
}

impl CleanPair {
    /// The pairs of the short form.
    pub fn all() -> Vec<Self> {
        let worlds = World::ALL.into_iter().flat_map(|world| SIZES.map(|sizes| (world, sizes)));
        worlds.flat_map(|(world, sizes)| (0..REPEATS).map(move |repeat| Self { world, sizes, repeat })).collect()
    }

    /// Judges it by the whole catalogue.
    pub fn judge(self) -> RunDocument {
        let side = |stream, rows| self.world.clean(500 + self.repeat, stream, rows);
        self.world.stress(config("calm", self.repeat), &side(1, self.sizes.0), &side(2, self.sizes.1))
    }
}

/// The settings of planted defects, by name.
pub fn strengths() -> BTreeMap<String, Settings> {
    serde_json::from_str(include_str!("../../benches/strengths.json")).expect("the strengths of the bench")
}

/// The planted defects of the short form, at middle strength.
pub fn planted() -> Vec<(Defect, f64)> {
    let settings = strengths();
    defects().into_iter().filter_map(|d| settings.get(d.name).map(|s| s.of(Strength::Middle)).map(|s| (d, s))).collect()
}

/// Plants and judges one of them.
pub fn find((defect, setting): &(Defect, f64)) -> Outcome {
    found(defect, *setting, (PLANTED_ROWS, PLANTED_ROWS), PLANTED_SEED)
}

/// The digest of a run's verdicts, without words: id, status and strain of each case.
pub fn fingerprint(document: &RunDocument) -> String {
    let mut sum = Sha256::new();
    for case in document.batches.iter().flat_map(|b| &b.cases) {
        sum.update(format!("{} {:?} {:.3}\n", case.id, case.status, case.severity_score));
    }
    hex(sum)
}

/// The digest of several runs, in their order.
pub fn fingerprint_of(runs: impl IntoIterator<Item = String>) -> String {
    let mut sum = Sha256::new();
    runs.into_iter().for_each(|run| sum.update(run));
    hex(sum)
}

fn hex(sum: Sha256) -> String {
    sum.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Works off a list on two threads in its order; the results stand in that order too.
pub fn on_two_threads<T: Sync, R: Send>(list: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = list.get(at) else { break };
                    let result = work(item);
                    done.lock().expect("the list").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("the list");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
