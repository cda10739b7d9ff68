//! Tools that come from npm.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{command, layout};

/// Runs wasm-opt over a file in place; says so where it is not there.
pub fn optimise(wasm: &Path, level: &str) -> Result<()> {
    let tool = layout::root().join("node_modules/binaryen/bin/wasm-opt");
    if !tool.exists() || command::find("node").is_none() {
        println!("    wasm-opt skipped for {}: `npm ci` brings it, and Node runs it", wasm.display());
        return Ok(());
    }
    let before = std::fs::metadata(wasm)?.len();
    let smaller = wasm.with_extension("opt");
    let features = [
        "--enable-simd",
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
    ];
    command::succeed(command::at_root("node").arg(tool).arg(wasm).args([level, "-o"]).arg(&smaller).args(features))?;
    std::fs::rename(&smaller, wasm).with_context(|| format!("cannot replace {}", wasm.display()))?;
    println!("    wasm-opt {level}: {before} → {} bytes, {}", std::fs::metadata(wasm)?.len(), wasm.display());
    Ok(())
}

/// Makes sure that Node is there and new enough.
pub fn ensure_node() -> Result<()> {
    const MEND: &str = "the tests need Node 20 or later with npm: install it from nodejs.org or with your system's packages";
    ensure!(command::find("node").is_some() && command::find("npm").is_some(), "{MEND}");
    let version = command::output(command::at_root("node").arg("--version"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    ensure!(major.is_some_and(|major| major >= 20), "this is Node {version}; {MEND}");
    Ok(())
}

/// Finds Chromium; on Debian as root it is installed where it is missing.
pub fn ensure_chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("STRAINGAUGE_CHROMIUM").map(PathBuf::from) {
        ensure!(named.is_file(), "STRAINGAUGE_CHROMIUM names {}, which is not there", named.display());
        return Ok(named);
    }
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    let root = command::find("id").is_some() && command::output(command::at_root("id").arg("-u")).is_ok_and(|id| id == "0");
    if root && command::find("apt-get").is_some() {
        println!("    installing chromium with apt-get");
        command::succeed(command::at_root("apt-get").args(["install", "--yes", "--quiet=2", "chromium"]))?;
    }
    find_chromium().context("the tests need Chromium: install it (Debian: `apt-get install chromium`), or name it in STRAINGAUGE_CHROMIUM")
}

fn find_chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"].into_iter().find_map(command::find)
}
