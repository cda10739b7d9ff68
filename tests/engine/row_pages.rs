//! Rows of a case: what made a row one of them is marked and said.

use straingauge_api::{DataParams, ModelTask, RowPage};

use crate::support::{config, read, run, side};

/// Tickets of four words; a twentieth of the evaluation comes by a browser and in a language that the reference lacks.
fn page(case: &str) -> RowPage {
    let csv = |odd: bool| {
        let lines = (0..400u32).map(|i| {
            let strange = odd && i % 20 == 7;
            let browser = if strange { "Opera 12" } else { ["Chrome", "Firefox"][(i % 2) as usize] };
            let note =
                if strange { "mein Konto ist please" } else { ["please mend my account", "my account is slow please"][(i % 2) as usize] };
            format!("{browser},{note},{},0.{}", i % 3 % 2, 1 + i % 9)
        });
        format!("browser,note,label,score\n{}", lines.collect::<Vec<_>>().join("\n"))
    };
    let params = DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(straingauge_api::OneOrMany::One("score".into())),
        text_features: Some(vec!["note".into()]),
        ..DataParams::default()
    };
    let task = ModelTask::BinaryClassification;
    let sides = [false, true].map(|odd| side("set", read("set.csv", csv(odd).as_bytes()), None, &params, task));
    let [reference, evaluation] = sides;
    let (run, _) = run(config("rows"), task, reference, evaluation);
    run.rows(case, 0, 200).expect("rows")
}

#[test]
fn an_unseen_value_is_marked_and_named() {
    let page = page("abnormal_inputs:unseen_categorical[browser]");
    assert_eq!((page.total, page.columns[0].as_str()), (20, "browser"));
    assert!(page.rows.iter().all(|r| r.marked == [0] && r.reason.as_deref() == Some("value not in the reference: Opera 12")));
}

#[test]
fn new_words_are_listed_as_they_stand_in_the_text() {
    let page = page("abnormal_inputs:unseen_unigram[note]");
    let row = page.rows.first().expect("a row");
    assert_eq!(row.words, ["Konto", "ist", "mein"]);
    assert_eq!(row.reason.as_deref(), Some("3 of 4 words are new"));
}

#[test]
fn a_row_of_a_weak_subset_says_what_the_model_got_wrong() {
    let page = page("subset_performance:subset_accuracy[browser]");
    let predicted = page.columns.iter().position(|c| c == "predicted").expect("a prediction") as u32;
    let wrong: Vec<_> = page.rows.iter().filter(|r| r.reason.as_ref().is_some_and(|t| t.starts_with("predicted "))).collect();
    assert!(!wrong.is_empty() && wrong.len() < page.rows.len());
    assert!(wrong.iter().all(|r| r.marked == [0, predicted]));
    assert!(page.rows.iter().all(|r| r.reason.as_ref().is_some_and(|t| t.contains("in the subset "))));
}
