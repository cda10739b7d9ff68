//! How many false events a reader accepts, and what evidence that asks for.
//!
//! The budget is a number of false events a year over everything that is followed. Four fifths go to single bins: a bin's questions are
//! judged together by the Benjamini-Hochberg procedure at α = 0.8 · budget / bins a year. Where nothing has changed that procedure rejects
//! anything with probability α at most, so by linearity of expectation at most 0.8 · budget bins a year show something, however they depend
//! on each other; one such bin may be an event of several monitors, which ask the same of the same rows, but each must pass its threshold on
//! the effect as well, and far fewer do (`docs/evidence.md` has the simulation). The last fifth goes to creeping change, a union bound over
//! bins, series and windows.

use straingauge_api::{Alarm, FirewallConfig};

use super::{Bin, bins, creeping, judging};

/// The levels that a configuration asks for.
pub fn alarm(config: &FirewallConfig, judged: &[&Bin], series: usize, weekdays: bool) -> Alarm {
    let bins_a_year = bins::a_year(config.bin_size);
    let looks = bins_a_year * (series.max(1) * creeping::WINDOWS.len()) as f64;
    Alarm {
        budget: config.false_events_a_year,
        bins_a_year,
        families: judged.iter().map(|bin| families(bin)).max().unwrap_or(0),
        level: judging::level(config),
        creeping_level: (0.2 * config.false_events_a_year / looks).min(0.05),
        weekdays,
    }
}

/// Questions of a bin that carry evidence, those about one feature in one category together.
pub fn families(bin: &Bin) -> u64 {
    let with_evidence = bin.records.iter().filter(|r| r.p.is_some());
    let question = |test: &str| test.split(':').next().map(str::to_owned).unwrap_or_default();
    with_evidence.map(|r| (question(&r.test), r.features.clone())).collect::<std::collections::BTreeSet<_>>().len() as u64
}

#[cfg(test)]
mod tests {
    use straingauge_api::{BinSize, Calendar};

    use super::*;

    #[test]
    fn the_budget_is_spent_once() {
        for (size, budget) in [(Calendar::Day, 1.0), (Calendar::Hour, 4.0), (Calendar::Month, 0.5)] {
            let config = FirewallConfig { bin_size: BinSize::Calendar(size), false_events_a_year: budget, ..FirewallConfig::default() };
            let alarm = alarm(&config, &[], 40, false);
            let windows = alarm.creeping_level * alarm.bins_a_year * 40.0 * creeping::WINDOWS.len() as f64;
            let spent = alarm.level * alarm.bins_a_year + windows;
            assert!((spent - budget).abs() < 1e-9, "{size:?}: {spent}");
        }
        // Without anything to follow there is nothing to divide by.
        let nothing = alarm(&FirewallConfig::default(), &[], 0, false);
        assert!(nothing.creeping_level > 0.0 && nothing.families == 0);
    }
}
