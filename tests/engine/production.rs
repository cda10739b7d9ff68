//! Production data of a generated world: days that all look alike, and a firewall that watches them.

// Each of those who include this file uses its own part of it.
#![allow(dead_code)]

use straingauge_api::{BatchOptions, BinSize, Calendar, FirewallConfig, Stage};
use straingauge_engine::firewall::Firewall;
use straingauge_engine::random::Rng;

use super::evidence::fingerprint_of;
use super::world::{Row, Sheet, World};

/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;
/// Monday, 1 June 2026, 00:00 UTC: the reference's first day.
pub const START: i64 = 1_780_272_000_000;
/// Days that a reference covers.
pub const REFERENCE_DAYS: i64 = 56;

/// Rows of each day: a level a year, fewer at weekends, never the same.
pub fn volumes(rng: &mut Rng, days: usize) -> Vec<usize> {
    let level = 450.0 * straingauge_engine::math::exp(rng.uniform() * 1.5);
    let season = [1.15, 1.2, 1.2, 1.15, 1.0, 0.6, 0.7];
    (0..days).map(|day| ((level * season[day % 7] * (0.85 + 0.3 * rng.uniform())) as usize).clamp(300, 3_000)).collect()
}

/// Rows of consecutive days, each day's at moments of its own; `change` sees the day and the row.
pub fn days_of(
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

/// A reference of so many rows.
pub fn reference(world: World, seed: u64, rows: usize) -> Sheet {
    let volumes = vec![rows / REFERENCE_DAYS as usize; REFERENCE_DAYS as usize];
    days_of(world, (seed, 1), START, &volumes, true, |_, _, _| {})
}

/// A firewall that has learnt it.
pub fn learn(world: World, sheet: &Sheet, budget: f64, seed: u64) -> Firewall {
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

/// Works until nothing is left to do.
pub fn drive(firewall: &mut Firewall) {
    while firewall.step().expect("a step").stage != Stage::Done {}
}

/// Fourteen quiet days of a world, and what a firewall's monitors and events come to.
pub fn quiet_fortnight(world: World) -> String {
    let mut firewall = learn(world, &reference(world, 7_000, 5_000), 1.0, 7_000);
    let volumes = volumes(&mut Rng::new(7_000, 2), 14);
    let sheet = days_of(world, (7_000, 10), START + REFERENCE_DAYS * DAY, &volumes, true, |_, _, _| {});
    firewall.add(world.side("batch", &sheet), BatchOptions::default()).expect("a batch");
    drive(&mut firewall);
    let view = firewall.view().expect("a view");
    let events = view.events.iter().map(|e| format!("{} {:?} {} {}\n", e.monitor, e.kind, e.start, e.end));
    let monitors = view.monitors.iter().map(|m| format!("{} {:?}\n", m.id, m.status));
    fingerprint_of(monitors.chain(events))
}
