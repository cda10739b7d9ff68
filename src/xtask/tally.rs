//! Counts what test runners report while their words pass through.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::command;

/// Tests that passed, failed, and were skipped, over all runners.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Skipped or ignored.
    pub skipped: u64,
}

impl Tally {
    /// Runs a test runner, shows what it prints, and counts by its closing lines.
    pub fn run(&mut self, command: &mut Command) -> Result<()> {
        let mut child =
            command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let output = child.stdout.take().context("the runner has no output")?;
        let mut screen = std::io::stdout();
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            screen.write_all(&line)?;
            screen.write_all(b"\n")?;
            self.read(&String::from_utf8_lossy(&line));
        }
        command::expect_success(command, child.wait()?)
    }

    /// Understands the closing lines of Rust's harness and of Node's runner.
    fn read(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            for part in counts.split(['.', ';']) {
                let mut words = part.split_whitespace();
                let (Some(count), Some(what)) = (words.next().and_then(|word| word.parse::<u64>().ok()), words.next()) else { continue };
                match what {
                    "passed" => self.passed += count,
                    "failed" => self.failed += count,
                    "ignored" => self.skipped += count,
                    _ => {}
                }
            }
        } else if let Some(rest) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
            let mut words = rest.split(' ');
            let (Some(what), Some(count), None) = (words.next(), words.next().and_then(|word| word.parse::<u64>().ok()), words.next())
            else {
                return;
            };
            match what {
                "pass" => self.passed += count,
                "fail" => self.failed += count,
                "skipped" => self.skipped += count,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_both_runners_are_counted() {
        let mut tally = Tally::default();
        for line in [
            "running 7 tests",
            "test result: ok. 5 passed; 1 failed; 2 ignored; 0 measured; 136 filtered out; finished in 0.02s",
            "# tests 9",
            "# pass 7",
            "# fail 0",
            "ℹ skipped 2",
            "# Subtest: pass 7 of them",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 12, failed: 1, skipped: 4 });
    }
}
