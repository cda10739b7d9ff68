//! `cargo xtask bench`: speed and memory of the engine in wasm under Node, on generated data, and the sizes of what is published.
//! `cargo xtask bench calm`, `… sharp` and `… calm-firewall`: the engine's judgement on generated worlds, natively.

use anyhow::{Result, bail};

use crate::stages::Stages;
use crate::{bundle, command, layout, npm, size};

/// Runs what the words after `bench` name; without any, the measurements of speed.
pub fn run(words: &[String]) -> Result<()> {
    match words {
        [] => speed(),
        [name, ..] if matches!(name.as_str(), "calm" | "sharp" | "calm-firewall") => command::succeed(
            command::cargo()
                .args(["bench", "--quiet", "--package", "straingauge-engine", "--profile", "ci", "--bench", "evidence", "--"])
                .args(words),
        ),
        [other, ..] => bail!("there is no bench `{other}`"),
    }
}

/// Builds as published, then runs the benchmarks.
fn speed() -> Result<()> {
    npm::ensure_node()?;
    let mut stages = Stages::new(bundle::STAGES + 3);
    bundle::all(&mut stages, bundle::Mode::Release)?;
    stages.run("peer from npm", || {
        let benches = layout::root().join("benches");
        command::succeed(command::at_root("npm").arg("ci").arg("--prefix").arg(benches).args([
            "--no-fund",
            "--no-audit",
            "--loglevel=error",
        ]))
    })?;
    stages.run("speed and memory", || {
        command::succeed(command::at_root("node").args(["--expose-gc", "--max-old-space-size=8192", "benches/run.mjs"]))
    })?;
    stages.run("sizes", size::run)
}
