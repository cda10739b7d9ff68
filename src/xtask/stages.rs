//! Stages of a task: what is being done, and how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Numbers the stages of a task and tells their times.
#[derive(Debug)]
pub struct Stages {
    total: usize,
    begun: usize,
    times: Vec<(String, Duration)>,
}

impl Stages {
    /// A task of that many stages.
    pub fn new(total: usize) -> Self {
        Self { total, begun: 0, times: Vec::new() }
    }

    /// Runs one stage. Its name stands before it begins and again, with the time, when it has ended; what the stage itself
    /// prints stands between.
    pub fn run<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.begun += 1;
        let place = format!("{}/{}", self.begun, self.total);
        println!("{place} {name} …");
        let begin = Instant::now();
        let result = work().with_context(|| format!("stage {place}, {name}"))?;
        let time = begin.elapsed();
        println!("{place} {name} … {}", spell(time));
        self.times.push((name.to_owned(), time));
        Ok(result)
    }

    /// The stages that ended well, with their times.
    pub fn times(&self) -> &[(String, Duration)] {
        &self.times
    }
}

/// `0.4 s`, `38 s`, `2 min 05 s`.
pub fn spell(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 9.95 {
        format!("{seconds:.1} s")
    } else if seconds < 99.5 {
        format!("{seconds:.0} s")
    } else {
        let whole = time.as_secs();
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_spelled_by_their_size() {
        assert_eq!(spell(Duration::from_millis(430)), "0.4 s");
        assert_eq!(spell(Duration::from_millis(38_400)), "38 s");
        assert_eq!(spell(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn a_failing_stage_names_itself() {
        let mut stages = Stages::new(3);
        stages.run("first", || Ok(())).unwrap();
        let error = stages.run::<()>("second", || anyhow::bail!("no luck")).unwrap_err();
        assert_eq!(format!("{error:#}"), "stage 2/3, second: no luck");
        assert_eq!(stages.times().len(), 1);
    }
}
