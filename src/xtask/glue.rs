//! From a crate to wasm with its JavaScript: cargo, then wasm-bindgen as a library.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::toolchain::TARGET;
use crate::{command, layout};

/// What the engine is compiled with beside the flags of all wasm: LLVM inlines small functions alone. Its usual threshold of 250 makes the
/// download an eighth larger and runs at most a twentieth faster. The page is compiled for size, where this would be a larger threshold.
const ENGINE_FLAGS: &str = r#"target.wasm32-unknown-unknown.rustflags=["-C", "llvm-args=-inline-threshold=4"]"#;

/// Builds one crate for the web and returns its raw wasm.
pub fn compile(package: &str, profile: &str) -> Result<PathBuf> {
    let mut cargo = command::cargo();
    cargo.args(["build", "--package", package, "--target", TARGET, "--profile", profile]);
    if package == "straingauge-js" && profile != "dev" {
        cargo.args(["--config", ENGINE_FLAGS]);
    }
    command::succeed(&mut cargo)?;
    let folder = if profile == "dev" { "debug" } else { profile };
    let folder = layout::target().join(TARGET).join(folder);
    let binary = folder.join(format!("{package}.wasm"));
    // A library's file carries underscores, a program's the package's own name.
    Ok(if binary.exists() { binary } else { folder.join(format!("{}.wasm", package.replace('-', "_"))) })
}

/// Writes `<name>.js` and `<name>_bg.wasm`. The glue is an ES module for the browser that also runs in Node when it is
/// given the wasm's bytes.
pub fn bind(wasm: &Path, folder: &Path, name: &str, keep_names: bool) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .remove_name_section(!keep_names)
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen on {}", wasm.display()))
}
