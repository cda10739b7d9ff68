//! docs/evidence.md and README.md say of calm and sharp what was measured, no more and no less.
//!
//! What stands between `<!-- NAME -->` and `<!-- end -->` is written from `benches/results` and `tests/oracles`; the tests hold the files against
//! it, and `STRAINGAUGE_BLESS=1` in the environment writes them anew. That the results are of today's rules is held by `calm.rs`.

use std::path::Path;

use crate::defects::Strength;
use crate::measured::{Calm, Peer, Quiet, Sharp, peers_calm, peers_sharp, read, text, together};

/// The rows of a page's blocks by name, put in their places.
fn written(page: &str, blocks: &[(&str, String)]) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in page.lines() {
        let name = line.strip_prefix("<!-- ").and_then(|l| l.strip_suffix(" -->"));
        inside &= name != Some("end");
        if !inside {
            out += line;
            out.push('\n');
        }
        if let Some((_, block)) = blocks.iter().find(|b| Some(b.0) == name) {
            out += &format!("\n{}\n\n", block.trim());
            inside = true;
        }
    }
    out
}

fn hold(path: &str, blocks: &[(&str, String)]) {
    let page = text(path);
    for (name, _) in blocks {
        assert!(page.contains(&format!("<!-- {name} -->")), "{path} has no place for {name}");
    }
    let wanted = written(&page, blocks);
    if std::env::var_os("STRAINGAUGE_BLESS").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path), wanted).expect("a page that can be written");
    } else {
        assert!(page == wanted, "{path} does not say what was measured: run with STRAINGAUGE_BLESS=1, then read what changed");
    }
}

fn calm() -> Calm {
    read("benches/results/calm.json")
}

fn sharp() -> Sharp {
    read("benches/results/sharp.json")
}

fn quiet() -> Quiet {
    read("benches/results/calm-firewall.json")
}

fn peers(of: &str) -> Vec<Peer> {
    ["evidently", "deepchecks"].map(|peer| read(&format!("tests/oracles/peers_{of}_{peer}.json"))).to_vec()
}

#[test]
fn the_page_of_evidence_is_what_was_measured() {
    let (calm, sharp) = (calm(), sharp());
    let measured = format!("Measured on {}.", calm.stamp.text());
    hold(
        "docs/evidence.md",
        &[
            ("calm", format!("{measured}\n\n{}", calm.tables())),
            ("peers calm", peers_calm(&calm, &peers("calm"))),
            ("quiet", format!("Measured on {}.\n\n{}", quiet().stamp.text(), quiet().tables())),
            ("sharp", format!("Measured on {}.\n\n{}", sharp.stamp.text(), sharp.tables())),
            ("peers sharp", peers_sharp(&sharp, &peers("sharp"))),
        ],
    );
}

#[test]
fn the_readme_is_what_was_measured() {
    let (calm, sharp, peers) = (calm(), sharp(), peers("calm"));
    let (n, counts) = together(&calm, &peers);
    let row = |what: &str, at: usize| {
        let cells: Vec<String> = counts.iter().map(|c| c[at].to_string()).collect();
        format!("| {what} | {} |\n", cells.join(" | "))
    };
    let heads: Vec<String> = peers.iter().map(|p| format!("{} {}", p.name(), p.version())).collect();
    let none = " |".repeat(peers.len());
    let size = sharp.sizes().first().copied().unwrap_or(0);
    let [runs, found, first] = sharp.totals(Strength::Middle, size);
    let mut out =
        format!("Clean pairs: {}. Planted defects: {}. Quiet years: {}.\n\n", calm.stamp.text(), sharp.stamp.text(), quiet().stamp.text());
    out += &format!("| | Straingauge | {} |\n|---|--:|{}\n", heads.join(" | "), "--:|".repeat(peers.len()));
    out += &format!("| clean pairs of samples in which something fails | {} of {} |{none}\n", calm.failing(), calm.runs.len());
    out += &row(&format!("the same, on the {n} pairs that all judged"), 0);
    out += &row("… fails or warns", 1);
    out += &format!("| planted defects of middle strength found, {size} rows a side | {found} of {runs} |{none}\n");
    out += &format!("| … and named by the first finding | {first} of {runs} |{none}\n");
    let (events, years) = (quiet().events(), quiet().years);
    out += &format!("| false events in {years} quiet years of daily production data, at a budget of one a year | {events} |{none}\n");
    hold("README.md", &[("evidence", out)]);
}

/// The goals of calm and sharp, of the whole benches.
#[test]
fn the_promises_hold() {
    let (calm, sharp) = (calm(), sharp());
    assert!(calm.runs.len() >= 200 && calm.failing() <= calm.runs.len() / 20, "{} of {}", calm.failing(), calm.runs.len());
    assert!(quiet().events() <= quiet().years);
    for n in sharp.sizes() {
        let [runs, found, first] = sharp.totals(Strength::Middle, n);
        assert_eq!([runs; 2], [found, first], "planted defects of middle strength, n = {n}");
    }
    // Every kind of world is among the pairs, and peers judged the pairs that we did.
    for world in crate::world::World::ALL {
        assert!(calm.runs.iter().any(|r| r.world == world.name()), "{}", world.name());
    }
    for peer in peers("calm") {
        for said in peer.judged() {
            let ours = calm.runs.iter().find(|r| Some(r.pair) == said.pair).expect("a pair of ours");
            assert_eq!((&ours.world, ours.sizes), (&said.world, said.sizes));
        }
    }
}
