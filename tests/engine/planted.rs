//! The sample project under its stress test: every planted weakness is found, and nothing else ranks among them.

use straingauge_api::{Case, DataParams, ModelTask, RunDocument, Status};
use straingauge_engine::demo::{self, PLANTED, Planted};

use crate::support::{config, print, read, run, side};

/// Runs the stress test of the sample grown from a seed.
pub fn stress(seed: u64) -> RunDocument {
    let sets = demo::sample(seed);
    let task = ModelTask::MulticlassClassification;
    let part = |name: &str| {
        let set = sets.iter().find(|s| s.name == name).expect("a set");
        let predictions = read(&set.predictions_name, &set.predictions);
        side(name, read(&set.data_name, &set.data), Some(&predictions), &DataParams::default(), task)
    };
    run(config("sample"), task, part("reference"), part("evaluation")).1
}

fn cases(document: &RunDocument) -> impl Iterator<Item = (&str, &Case)> {
    document.batches.iter().flat_map(|batch| batch.cases.iter().map(move |case| (batch.id.as_str(), case)))
}

fn found(planted: &Planted, test: &str, case: &Case) -> bool {
    let named = planted.features.is_empty() || case.features.iter().any(|f| planted.features.contains(&f.as_str()));
    matches!(case.status, Status::Fail | Status::Warning) && planted.tests.contains(&test) && named
}

#[test]
fn every_planted_weakness_is_found() {
    for seed in [demo::SEED, 7] {
        let document = stress(seed);
        print(&document);
        let missed: Vec<&str> =
            PLANTED.iter().filter(|p| !cases(&document).any(|(test, case)| found(p, test, case))).map(|p| p.id).collect();
        assert_eq!(missed, [""; 0], "seed {seed}");
    }
}

/// What a planted weakness touches besides the features that name it: an error that many rows share shows in every summary
/// of all rows, and every text of the new product or with typos is another text.
fn touched(case: &Case) -> bool {
    let planted = |feature: &String| PLANTED.iter().any(|p| p.features.contains(&feature.as_str())) || feature.starts_with("text");
    case.features.iter().any(planted) || case.features.is_empty()
}

#[test]
fn nothing_but_what_was_planted_fails() {
    let document = stress(demo::SEED);
    let strange: Vec<&str> = document
        .findings
        .iter()
        .filter(|finding| !cases(&document).any(|(_, case)| finding.cases.contains(&case.id) && touched(case)))
        .map(|finding| finding.sentence.as_str())
        .collect();
    assert_eq!(strange, [""; 0]);
    let calm: Vec<String> = cases(&document)
        .filter(|(_, case)| matches!(case.status, Status::Fail | Status::Warning) && !touched(case))
        .map(|(_, case)| format!("{} {:.2}: {}", case.id, case.severity_score, case.sentence))
        .collect();
    assert_eq!(calm, Vec::<String>::new());
}
