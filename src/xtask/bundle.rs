//! Building engine and page.

use anyhow::Result;

use crate::stages::Stages;
use crate::{glue, layout, npm, site, size, toolchain};

/// How the engine's files are named in `pkg/dist`.
pub const ENGINE: &str = "engine";
/// How the page's files are named in `www/dist`.
pub const PAGE: &str = "app";

/// Which profiles to build with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Quick to build, slow to run.
    Dev,
    /// What the tests run on: nearly release code in a fraction of the time.
    Tested,
    /// What is published.
    Release,
}

impl Mode {
    const fn engine_profile(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Tested => "ci",
            Self::Release => "release",
        }
    }

    const fn page_profile(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            // The page's size is what counts, so the tests hold the published one against its budget.
            Self::Tested | Self::Release => "page",
        }
    }
}

/// How many stages [`all`] takes.
pub const STAGES: usize = 4;

/// Builds engine and page and lays out the site.
pub fn all(stages: &mut Stages, mode: Mode) -> Result<()> {
    let engine = stages.run("engine to wasm", || {
        toolchain::ensure_target()?;
        glue::compile("straingauge-js", mode.engine_profile())
    })?;
    let page = stages.run("page to wasm", || glue::compile("straingauge-app", mode.page_profile()))?;
    stages.run("JavaScript glue", || {
        let keep_names = mode == Mode::Dev;
        glue::bind(&engine, &layout::package_dist(), ENGINE, keep_names)?;
        site::clear()?;
        glue::bind(&page, &layout::site(), PAGE, keep_names)
    })?;
    stages.run("site", || {
        if mode == Mode::Release {
            npm::optimise(&layout::package_dist().join(format!("{ENGINE}_bg.wasm")), "-O3")?;
            npm::optimise(&layout::site().join(format!("{PAGE}_bg.wasm")), "-Oz")?;
        }
        site::lay_out()
    })
}

/// `cargo xtask build`.
pub fn run(mode: Mode) -> Result<()> {
    let mut stages = Stages::new(STAGES + usize::from(mode == Mode::Release));
    all(&mut stages, mode)?;
    if mode == Mode::Dev {
        return Ok(());
    }
    stages.run("sizes", size::run)?;
    println!("pkg/ is ready to publish, www/dist to deploy.");
    Ok(())
}
