//! How calm and how sharp the tests are, on generated worlds.
//!
//! `cargo xtask bench calm [OPTIONS]`, `cargo xtask bench sharp [OPTIONS]` and `cargo xtask bench calm-firewall [OPTIONS]`, or
//! `cargo bench -p straingauge-engine --profile ci --bench evidence -- calm|sharp|calm-firewall OPTIONS`.

// A command line speaks through its standard output, and a bench that cannot go on says so and stops.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod calm;
#[path = "../../tests/engine/defects.rs"]
mod defects;
#[path = "../../tests/engine/evidence.rs"]
mod evidence;
mod firewall;
#[path = "../../tests/engine/measured.rs"]
mod measured;
#[path = "../../tests/engine/production.rs"]
mod production;
mod results;
mod sharp;
#[path = "../../tests/engine/world.rs"]
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("calm") => calm::run(),
        Some("sharp") => sharp::run(),
        Some("calm-firewall") => firewall::run(),
        _ => println!("calm, sharp or calm-firewall?"),
    }
}

/// The word after an option on the command line.
fn option(name: &str) -> Option<String> {
    let mut words = std::env::args();
    words.find(|w| w == name).and_then(|_| words.next())
}

/// Works off a list on two threads in its order; the results stand in that order too.
fn on_two_threads<T: Sync, R: Send>(list: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
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
