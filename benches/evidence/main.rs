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

use evidence::on_two_threads;

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
