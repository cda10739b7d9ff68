//! `cargo xtask`: everything that is done to this repository beside editing it.

// A command line speaks through its standard output.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod bench;
mod bundle;
mod command;
mod glue;
mod headers;
mod layout;
mod npm;
#[cfg(test)]
mod rules;
mod serve;
mod server;
mod site;
mod size;
mod stages;
mod tally;
mod test;
mod toolchain;

use std::process::ExitCode;

use arguments::{Arguments, Task};

const USAGE: &str = "\
cargo xtask serve [--port 8080] [--no-build] [--release | --dev]
    builds page and engine and serves the page on 127.0.0.1 with its security headers
cargo xtask build [--dev]
    makes pkg/ publishable and www/dist deployable; with --dev quickly built, slow to run and large
cargo xtask test
    everything that is checked before a change goes in; needs Node 20 and Chromium
cargo xtask bench
    speed, memory and sizes, beside a peer where that is installed
cargo xtask bench calm | sharp [options]
    in how many clean pairs of samples a test fails, and which planted defects are found
cargo xtask size
    holds the built files against their budgets";

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match arguments.task {
        Task::Serve(options) => serve::run(&options),
        Task::Build(mode) => bundle::run(mode),
        Task::Test => return if test::run() { ExitCode::SUCCESS } else { ExitCode::FAILURE },
        Task::Bench(words) => bench::run(&words),
        Task::Size => size::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
