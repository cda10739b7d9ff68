//! Keeps what was measured in `benches/results`, from where documents and tests read it.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use straingauge_engine::table::moment_text;

use crate::measured::Stamp;

/// The commit that is checked out, and today.
pub fn stamp() -> Stamp {
    let git = |words: &[&str]| {
        let output = Command::new("git").args(words).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=7", "HEAD"]).filter(|commit| !commit.is_empty()).expect("a commit that is checked out");
    // What it writes itself is no change of the code.
    let changed = git(&["status", "--porcelain", "--", "..", "../../tests/engine", "../../benches", ":!../../benches/results"])
        .is_none_or(|files| !files.is_empty());
    let commit = if changed { format!("{commit} with changes") } else { commit };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
    Stamp { commit, date: moment_text(now).chars().take(10).collect() }
}

/// Writes `benches/results/NAME.json`.
pub fn save(name: &str, results: &impl Serialize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/results");
    let text = serde_json::to_string_pretty(results).expect("JSON") + "\n";
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(format!("{name}.json")), text)).expect("a file of results");
}
