//! Rules of the house that cargo can check: which crate may reach which, and under which licences our dependencies stand.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::command;

/// Names of the crates that `package` reaches for the web.
fn reached(package: &str) -> BTreeSet<String> {
    let tree = command::output(command::cargo().args([
        "tree",
        "--package",
        package,
        "--target",
        "wasm32-unknown-unknown",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))
    .expect("cargo tree");
    tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_engine_knows_no_javascript_and_no_randomness_of_the_host() {
    let crates = reached("straingauge-engine");
    assert!(crates.contains("arrow") && crates.contains("straingauge-api"), "the tree was read: {crates:?}");
    for forbidden in ["wasm-bindgen", "js-sys", "web-sys", "getrandom", "rand", "nalgebra"] {
        assert!(!crates.contains(forbidden), "the engine reaches {forbidden}: `cargo tree -p straingauge-engine -i {forbidden}` shows how");
    }
}

#[test]
fn the_page_is_a_customer_of_the_package_and_never_reaches_the_engine() {
    let crates = reached("straingauge-app");
    assert!(crates.contains("leptos") && crates.contains("straingauge-charts"), "the tree was read: {crates:?}");
    for forbidden in ["straingauge-engine", "straingauge-js", "arrow", "parquet"] {
        assert!(!crates.contains(forbidden), "the page reaches {forbidden}");
    }
}

#[test]
fn types_and_charts_stand_at_the_bottom() {
    let of = |package| reached(package).into_iter().filter(|name| name.starts_with("straingauge")).collect::<Vec<_>>();
    assert_eq!(of("straingauge-api"), ["straingauge-api"]);
    assert_eq!(of("straingauge-charts"), ["straingauge-api", "straingauge-charts"]);
    assert_eq!(of("straingauge-engine"), ["straingauge-api", "straingauge-charts", "straingauge-engine"]);
}

#[test]
fn every_dependency_is_permissively_licensed() {
    let metadata = command::output(command::cargo().args(["metadata", "--format-version", "1", "--locked"])).expect("cargo metadata");
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 50, "the metadata was read");
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(permissive))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

/// Whether an SPDX expression can be met with permissive licences alone. Older manifests write `/` for `OR`.
fn permissive(expression: &str) -> bool {
    const PERMISSIVE: [&str; 14] = [
        "0BSD",
        "Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "Unicode-3.0",
        "Unicode-DFS-2016",
        "Unlicense",
        "Zlib",
    ];
    // Without nesting, an expression is a conjunction of groups (or one group), each a choice.
    expression.split(" AND ").all(|group| {
        let group = group.trim().trim_start_matches('(').trim_end_matches(')');
        group.replace('/', " OR ").split(" OR ").any(|licence| PERMISSIVE.contains(&licence.trim()))
    })
}

#[test]
fn expressions_are_judged_by_their_choices() {
    for fine in [
        "MIT",
        "MIT OR Apache-2.0",
        "Unlicense/MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "GPL-3.0 OR MIT",
        "Apache-2.0 WITH LLVM-exception OR MIT",
    ] {
        assert!(permissive(fine), "{fine}");
    }
    for not in ["GPL-3.0", "MIT AND GPL-2.0", "MPL-2.0", ""] {
        assert!(!permissive(not), "{not}");
    }
}
