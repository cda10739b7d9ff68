//! `cargo xtask serve`: the page on this machine.

use anyhow::{Result, ensure};

use crate::arguments::ServeOptions;
use crate::server::Server;
use crate::stages::Stages;
use crate::{bundle, layout};

/// Builds unless told not to, then serves until it is stopped.
pub fn run(options: &ServeOptions) -> Result<()> {
    if options.build {
        bundle::all(&mut Stages::new(bundle::STAGES), options.mode)?;
    }
    let site = layout::site();
    ensure!(site.join("index.html").exists(), "there is no site in {}: run without --no-build", site.display());
    let server = Server::bind(options.port, site)?;
    println!("\nStraingauge is at {}  (stop with Ctrl-C)", server.url());
    server.run();
    Ok(())
}
