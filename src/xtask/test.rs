//! `cargo xtask test`: everything that is checked before a change goes in. It stops at the first stage that fails.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::bundle::{self, Mode};
use crate::server::Server;
use crate::stages::{Stages, spell};
use crate::tally::Tally;
use crate::{command, layout, npm, size};

/// Runs all stages and says whether all went well. The last line counts the tests, whatever happened.
pub fn run() -> bool {
    let mut stages = Stages::new(bundle::STAGES + 8);
    let mut tally = Tally::default();
    let done = all(&mut stages, &mut tally);
    println!("\nminutes by stage:");
    for (name, time) in stages.times() {
        println!("    {name:<32} {:>12}", spell(*time));
    }
    if let Err(error) = &done {
        println!("\nfailed: {error:#}");
        tally.failed = tally.failed.max(1);
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    done.is_ok()
}

fn all(stages: &mut Stages, tally: &mut Tally) -> Result<()> {
    let chromium = stages.run("Node and Chromium", || {
        npm::ensure_node()?;
        npm::ensure_chromium()
    })?;
    stages.run("format", || command::succeed(command::cargo().args(["fmt", "--all", "--check"])))?;
    stages.run("clippy", || {
        command::succeed(command::cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
    })?;
    stages.run("native tests", || tally.run(command::cargo().args(["test", "--workspace", "--quiet"])))?;
    bundle::all(stages, Mode::Tested)?;
    stages
        .run("tools from npm", || command::succeed(command::at_root("npm").args(["ci", "--no-fund", "--no-audit", "--loglevel=error"])))?;
    stages.run("package in Node", || tally.run(&mut node_tests("tests/js")?))?;
    stages.run("page in Chromium", || {
        let server = Server::bind(0, layout::site())?;
        let url = server.url();
        thread::spawn(move || server.run());
        tally.run(node_tests("tests/e2e")?.env("STRAINGAUGE_URL", url).env("STRAINGAUGE_CHROMIUM", chromium))
    })?;
    stages.run("size budgets", size::run)
}

/// Node's runner over every test file of a folder. The files are named one by one: what a folder means to `node --test`
/// has changed between versions.
fn node_tests(folder: &str) -> Result<Command> {
    let files = test_files(&layout::root().join(folder))?;
    ensure!(!files.is_empty(), "there is no test in {folder}");
    let mut command = command::at_root("node");
    command.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files);
    Ok(command)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
