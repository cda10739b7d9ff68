//! Columns that are constant, empty, or named with the marks of an id, each with its right value.

use std::fmt::Write as _;
use std::sync::Arc;

use straingauge_api::{Case, CaseId, DataParams, ModelTask, RunDocument, Status};
use straingauge_engine::stress::{Run, RunSide};
use straingauge_engine::table::{self, Table};

use super::support::{case_file, config, read, run};

/// A run over data alone, with the label where there is one.
fn judged(reference: Arc<Table>, evaluation: Arc<Table>) -> (Run, RunDocument) {
    let side = |table: Arc<Table>| {
        let dataset = table::dataset(table, "set", &DataParams::default(), None).expect("a data set");
        RunSide { dataset: Arc::new(dataset), predictions: None, predictions_sha256: None }
    };
    run(config("run"), ModelTask::BinaryClassification, side(reference), side(evaluation))
}

fn case<'a>(document: &'a RunDocument, id: &str) -> &'a Case {
    let all = || document.batches.iter().flat_map(|b| &b.cases);
    all().find(|c| c.id == id).unwrap_or_else(|| panic!("no {id} among {:?}", all().map(|c| &c.id).collect::<Vec<_>>()))
}

fn csv(name: &str, column: &str, cells: impl Iterator<Item = String>) -> Arc<Table> {
    let mut text = format!("{column},kind,label\n");
    for (i, cell) in cells.enumerate() {
        writeln!(text, "{cell},{},{}", ["p", "q"][i % 2], i % 2).expect("text");
    }
    read(name, text.as_bytes())
}

#[test]
fn what_leaves_a_constant_is_drift_and_both_values_are_named() {
    let files =
        ["09_constant_reference.csv", "09_constant_reference_evaluation_half_100.csv", "09_constant_reference_evaluation_all_100.csv"];
    let [Some(reference), Some(half), Some(all)] = files.map(case_file) else { return };
    for (name, evaluation) in [(files[1], half), (files[2], all)] {
        let (_, document) = judged(read(files[0], &reference), read(name, &evaluation));
        let drift = case(&document, "drift:feature_drift[k]");
        assert_eq!(drift.status, Status::Fail, "{name}: {drift:?}");
        assert!(drift.sentence.contains("0 in every reference row") && drift.sentence.contains("100"), "{}", drift.sentence);
    }
}

#[test]
fn constants_of_any_size_and_kind_are_left_alike() {
    // Negative, huge, with missing cells, and a category.
    let runs = [("-7.5", "-7.25"), ("1e15", "1000000000000001"), ("0", "-1"), ("red", "blue")];
    for (constant, other) in runs {
        for missing in [0, 3] {
            let cell = |value: &str, i: usize| if missing > 0 && i % 5 < missing { String::new() } else { value.to_owned() };
            let reference = csv("reference.csv", "k", (0..400).map(|i| cell(constant, i)));
            let evaluation = csv("evaluation.csv", "k", (0..400).map(|i| cell(if i % 10 < 5 { other } else { constant }, i)));
            let (_, document) = judged(Arc::clone(&reference), evaluation);
            let drift = case(&document, "drift:feature_drift[k]");
            assert_eq!(drift.status, Status::Fail, "{constant} {missing}: {drift:?}");
            let (_, document) = judged(Arc::clone(&reference), reference);
            assert_ne!(case(&document, "drift:feature_drift[k]").status, Status::Fail, "{constant} {missing}");
        }
    }
}

#[test]
fn an_empty_column_is_empty_and_not_absent() {
    let files = ["19_empty_column_reference.csv", "19_empty_column_evaluation.csv"];
    let [Some(full), Some(empty)] = files.map(case_file) else { return };
    let (_, document) = judged(read(files[0], &full), read(files[1], &empty));
    let required = case(&document, "data_cleanliness:required_features[x]");
    assert_eq!((required.status, required.sentence.as_str()), (Status::Fail, "x is empty in all 200 evaluation rows."));
    assert_eq!(case(&document, "drift:nulls_per_feature_drift[x]").status, Status::Fail);
    let all = document.batches.iter().flat_map(|b| &b.cases).map(|c| &c.sentence);
    assert!(all.clone().all(|s| !s.contains("has no column")), "{:?}", all.collect::<Vec<_>>());
    // The other way round: a column that fills.
    let (_, document) = judged(read(files[1], &empty), read(files[0], &full));
    let filled = case(&document, "drift:nulls_per_feature_drift[x]");
    assert_eq!(filled.status, Status::Fail, "{filled:?}");
}

#[test]
fn a_category_that_is_empty_on_one_side_is_told_too() {
    let words = |i: usize| ["red", "green", "blue"][i % 3].to_owned();
    let (full, empty) = (csv("a.csv", "colour", (0..300).map(words)), csv("b.csv", "colour", (0..300).map(|_| "NA".to_owned())));
    let (_, document) = judged(full, empty);
    assert_eq!(case(&document, "data_cleanliness:required_features[colour]").sentence, "colour is empty in all 300 evaluation rows.");
}

#[test]
fn any_character_may_stand_in_a_name() {
    let names = ["# rooms", "item #", "#performance_impact", "a[b]", "x, y", "co:lon", "quote ' ", "back\\slash", "ends]", "[", "ü€"];
    for name in names {
        let quoted = format!("\"{name}\"");
        let value = |i: usize, shift: f64| format!("{:.2}", (i * 37 % 101) as f64 / 10.0 + if i.is_multiple_of(4) { shift } else { 0.0 });
        let reference = csv("reference.csv", &quoted, (0..400).map(|i| value(i, 0.0)));
        let evaluation = csv("evaluation.csv", &quoted, (0..400).map(|i| value(i, 500.0)));
        let name = reference.columns[0].name.clone();
        let (run, document) = judged(reference, evaluation);
        let own = document.batches.iter().flat_map(|b| &b.cases).filter(|c| c.features.contains(&name)).collect::<Vec<_>>();
        assert!(own.len() > 3, "{name}: {own:?}");
        let mut opened = 0;
        for case in own {
            let id: CaseId = case.id.parse().expect("an id");
            assert!(id.features.is_empty() || id.features.contains(&name), "{id:?}");
            assert_eq!(id.to_string(), case.id);
            if let Some(rows) = case.rows.as_ref().filter(|r| r.count > 0) {
                assert_eq!(run.rows(&case.id, 0, 5).unwrap_or_else(|e| panic!("{}: {e}", case.id)).total, rows.count, "{}", case.id);
                opened += 1;
            }
        }
        assert!(opened > 0, "{name}: no rows open");
    }
}

#[test]
fn the_column_of_numbers_of_rooms_is_a_column_like_others() {
    let name = "16_column_name_with_hash.csv";
    let Some(bytes) = case_file(name) else { return };
    let (_, document) = judged(read(name, &bytes), read(name, &bytes));
    let drift = case(&document, r##"drift:feature_drift["# rooms"]"##);
    assert_eq!((drift.status, drift.features.as_slice()), (Status::Pass, ["# rooms".to_owned()].as_slice()));
}
