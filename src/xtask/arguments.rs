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
    /// Build: for publishing, or quickly for trying.
    Build(Mode),
    /// Everything that is checked before a change goes in.
    Test,
    /// Speed, memory and sizes; or, by name, how calm and how sharp the tests are, with the bench's own options.
    Bench(Vec<String>),
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
            "build" => Task::Build(build(&mut words)?),
            "test" => Task::Test,
            "bench" => Task::Bench(words.by_ref().collect()),
            "size" => Task::Size,
            other => bail!("there is no task `{other}`"),
        };
        match words.next() {
            Some(word) => bail!("`{name}` does not know `{word}`"),
            None => Ok(Self { task }),
        }
    }
}

fn build(words: &mut impl Iterator<Item = String>) -> Result<Mode> {
    match words.next().as_deref() {
        None => Ok(Mode::Release),
        Some("--dev") => Ok(Mode::Dev),
        Some(other) => bail!("`build` does not know `{other}`"),
    }
}

fn serve(words: &mut impl Iterator<Item = String>) -> Result<ServeOptions> {
    let mut options = ServeOptions { port: 8080, build: true, mode: Mode::Tested };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--no-build" => options.build = false,
            "--release" => options.mode = Mode::Release,
            "--dev" => options.mode = Mode::Dev,
            "--port" => {
                let port = words.next().context("--port wants a number")?;
                options.port = port.parse().with_context(|| format!("`{port}` is not a port"))?;
            }
            other => bail!("`serve` does not know `{other}`"),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Task> {
        Arguments::parse(line.split_whitespace().map(str::to_owned)).map(|arguments| arguments.task)
    }

    #[test]
    fn serve_takes_its_options_in_any_order() {
        let expected = ServeOptions { port: 9000, build: false, mode: Mode::Release };
        assert_eq!(parse("serve --release --port 9000 --no-build").unwrap(), Task::Serve(expected));
        assert_eq!(parse("serve").unwrap(), Task::Serve(ServeOptions { port: 8080, build: true, mode: Mode::Tested }));
    }

    #[test]
    fn build_is_for_publishing_unless_told() {
        assert_eq!(parse("build").unwrap(), Task::Build(Mode::Release));
        assert_eq!(parse("build --dev").unwrap(), Task::Build(Mode::Dev));
    }

    #[test]
    fn bench_hands_its_options_on() {
        assert_eq!(parse("bench").unwrap(), Task::Bench(vec![]));
        assert_eq!(parse("bench calm --pairs 20").unwrap(), Task::Bench(["calm", "--pairs", "20"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for line in ["", "fly", "build --quick", "serve --fast", "serve --port", "serve --port x", "size now"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
