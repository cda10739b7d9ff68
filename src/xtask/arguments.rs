//! The command line.

use anyhow::{Context, Result, bail};

use crate::bundle::Mode;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The task with its options.
    pub task: Task,
}

/// The tasks.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Build (unless told not to) and serve.
    Serve(ServeOptions),
    /// Build for publishing.
    Build,
    /// Hold the built files against their budgets.
    Size,
}

/// Options of `serve`.
#[derive(Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Whether to build first.
    pub build: bool,
    /// Which profiles to build with.
    pub mode: Mode,
}

impl Arguments {
    /// Reads the words after `cargo xtask`.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut words = words.into_iter();
        let name = words.next().context("which task?")?;
        let task = match name.as_str() {
            "serve" => Task::Serve(serve(&mut words)?),
            "build" => Task::Build,
            "size" => Task::Size,
            other => bail!("there is no task `{other}`"),
        };
        match words.next() {
            Some(word) => bail!("`{name}` does not know `{word}`"),
            None => Ok(Self { task }),
        }
    }
}

fn serve(words: &mut impl Iterator<Item = String>) -> Result<ServeOptions> {
    let mut options = ServeOptions { port: 8080, build: true, mode: Mode::Tested };
    for word in words.by_ref() {
        match word.as_str() {
            "--no-build" => options.build = false,
            "--release" => options.mode = Mode::Release,
            "--dev" => options.mode = Mode::Dev,
            "--port" => options.port = u16::MAX,
            other if options.port == u16::MAX => options.port = other.parse().with_context(|| format!("`{other}` is not a port"))?,
            other => bail!("`serve` does not know `{other}`"),
        }
    }
    Ok(options)
}
