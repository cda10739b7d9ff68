//! Tools that come from npm.

use std::path::Path;

use anyhow::{Context, Result};

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
