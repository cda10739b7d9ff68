//! The compiler's target for the web.

use anyhow::{Context, Result, bail};

use crate::command;

/// The target of page and engine.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the compiler can build for [`TARGET`]; rustup adds it where it is missing.
pub fn ensure_target() -> Result<()> {
    if has_target()? {
        return Ok(());
    }
    if command::find("rustup").is_none() {
        bail!("this compiler cannot build for {TARGET}, and there is no rustup to add it: install the target with your system's packages");
    }
    println!("    adding the target {TARGET} with rustup");
    command::succeed(command::at_root("rustup").args(["target", "add", TARGET]))
}

fn has_target() -> Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = command::output(command::at_root(rustc).args(["--print", "target-libdir", "--target", TARGET]))
        .context("asking the compiler for its targets")?;
    Ok(std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()))
}
