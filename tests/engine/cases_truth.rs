//! Which column is the truth, labels in files of their own, and readings that are settled over files.

use straingauge_api::{
    Banner, BatchOptions, DataParams, DatasetInfo, FirewallConfig, LabelParams, PredictionParams, QuestionAbout, ReadOptions, Role,
    RunDocument, Stage, StressTestConfig,
};
use straingauge_engine::session::{Session, SideHandles};

use crate::support::case_file;

fn table(session: &mut Session, name: &str, bytes: &[u8]) -> u32 {
    let reader = session.open(name, &ReadOptions::default(), true).unwrap();
    session.push(reader, bytes).unwrap();
    session.finish(reader, None).unwrap().0
}

/// A data set of a file, and its predictions where its own columns hold them.
fn side(session: &mut Session, name: &str, bytes: &[u8], params: &DataParams) -> (SideHandles, DatasetInfo) {
    let table = table(session, name, bytes);
    let (dataset, info) = session.dataset(table, name, params, None).unwrap();
    let predictions =
        info.params.prediction_col.is_some().then(|| session.predictions(dataset, None, "m", &PredictionParams::default()).unwrap().0);
    (SideHandles { dataset, predictions }, info)
}

fn config() -> StressTestConfig {
    let given = serde_json::json!({ "runName": "r", "reference": "reference", "evaluation": "evaluation", "seed": 1 });
    serde_json::from_value(given).unwrap()
}

fn run(session: &mut Session, reference: SideHandles, evaluation: SideHandles) -> RunDocument {
    let run = session.start(config(), reference, evaluation).unwrap();
    while session.step(run).unwrap().stage != Stage::Done {}
    session.document(run).unwrap().into_owned()
}

fn two(reference: &[u8], evaluation: &[u8], params: &DataParams) -> RunDocument {
    let mut session = Session::default();
    let (a, _) = side(&mut session, "reference.csv", reference, params);
    let (b, _) = side(&mut session, "evaluation.csv", evaluation, params);
    run(&mut session, a, b)
}

fn codes(banners: &[Banner]) -> Vec<&str> {
    banners.iter().map(|b| b.code.as_str()).collect()
}

fn problems(document: &RunDocument, code: &str) -> usize {
    document.problems.iter().filter(|p| p.code == code).count()
}

fn case<'a>(document: &'a RunDocument, id: &str) -> Option<&'a straingauge_api::Case> {
    document.batches.iter().flat_map(|b| &b.cases).find(|c| c.id == id)
}

/// A number between 0 and 1 that is the same for the same row.
fn noise(row: usize, salt: usize) -> f64 {
    let mixed = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (salt as u64 + 1).wrapping_mul(0xd1b5_4a32_d192_ed03);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1u64 << 53) as f64
}

fn file(header: &str, rows: std::ops::Range<usize>, row: impl Fn(usize) -> String) -> Vec<u8> {
    let body: String = rows.map(|i| row(i) + "\n").collect();
    format!("{header}\n{body}").into_bytes()
}

/// Sixteen-column census data in small: a 0/1 truth among 0/1 features, a probability beside it.
fn incomes(rows: std::ops::Range<usize>) -> Vec<u8> {
    file("age,sex,married,income,pred", rows, |i| {
        let p = noise(i, 1).powi(2);
        let (sex, married) = (u8::from(noise(i, 2) < 0.5), u8::from(noise(i, 3) < 0.3 + 0.3 * p));
        format!("{},{sex},{married},{},{p:.4}", 20 + i % 50, u8::from(noise(i, 4) < p))
    })
}

#[test]
fn a_truth_that_nobody_named_is_taken_where_the_predictions_speak_for_it_and_the_run_says_so() {
    let mut session = Session::default();
    let (a, info) = side(&mut session, "reference.csv", &incomes(0..2000), &DataParams::default());
    let question = info.questions.iter().find(|q| q.about == QuestionAbout::Label).expect("a question");
    assert_eq!(question.readings.first().map(|r| r.choice.as_str()), Some("income"), "{question:?}");
    assert_eq!(question.readings.last().map(|r| r.choice.as_str()), Some(""), "{question:?}");
    assert!(question.reason.contains("agrees with it in"), "{}", question.reason);
    assert_eq!((info.params.label_col.as_deref(), info.labelled), (Some("income"), 2000));
    let (b, _) = side(&mut session, "evaluation.csv", &incomes(2000..4000), &DataParams::default());
    let document = run(&mut session, a, b);
    assert_eq!(codes(&document.summary.banners).first(), Some(&"label_assumed"), "{:?}", document.summary.banners);
    assert!(document.summary.banners[0].text.contains("income"));
    assert!(document.model_metrics.iter().any(|m| m.id == "accuracy" && m.evaluation.is_some()));
    assert!(document.batches.iter().flat_map(|b| &b.cases).all(|c| c.features != ["income"]), "a truth is no feature");
}

#[test]
fn a_truth_that_is_declined_stays_a_feature_and_the_first_banner_says_that_there_is_none() {
    let params = DataParams { label_col: Some(String::new()), ..DataParams::default() };
    let mut session = Session::default();
    let (a, info) = side(&mut session, "reference.csv", &incomes(0..1500), &params);
    assert_eq!((info.params.label_col.as_deref(), info.labelled), (Some(""), 0));
    assert!(info.questions.iter().all(|q| q.about != QuestionAbout::Label));
    let (b, _) = side(&mut session, "evaluation.csv", &incomes(1500..3000), &params);
    let document = run(&mut session, a, b);
    assert_eq!(codes(&document.summary.banners).first(), Some(&"no_label"));
}

#[test]
fn names_that_belong_together_and_the_scale_make_a_truth_of_a_regression() {
    for (truth, prediction) in [("price", "predicted_price"), ("price_actual", "price_pred"), ("Ziel", "Vorhersage")] {
        let text = file(&format!("rooms,area,{truth},{prediction}"), 0..400, |i| {
            let price = 1e5 + 3e5 * noise(i, 1);
            format!("{},{},{price:.0},{:.0}", 1 + i % 6, 40 + i % 90, price + 4e4 * (noise(i, 2) - 0.5))
        });
        let mut session = Session::default();
        let (_, info) = side(&mut session, "houses.csv", &text, &DataParams::default());
        assert_eq!(info.params.label_col.as_deref(), Some(truth), "{truth} beside {prediction}: {:?}", info.questions);
    }
}

#[test]
fn classes_of_another_language_meet_their_predictions() {
    let classes = ["blau", "gelb", "rot"];
    let text = file("Alter,Stadt,Ergebnis,Vorhersage", 0..600, |i| {
        let truth = classes[i % 3];
        let answer = if noise(i, 1) < 0.8 { truth } else { classes[(i + 1) % 3] };
        format!("{},{},{truth},{answer}", 18 + i % 60, ["Bonn", "Ulm"][i % 2])
    });
    let (_, info) = side(&mut Session::default(), "kunden.csv", &text, &DataParams::default());
    assert_eq!(info.params.label_col.as_deref(), Some("Ergebnis"), "{:?}", info.questions);
}

#[test]
fn weak_evidence_asks_and_acts_on_nothing() {
    // Two 0/1 columns follow the score equally well: neither is the truth beyond doubt.
    let text = file("a,b,c,score", 0..1200, |i| {
        let p = noise(i, 1);
        format!("{},{},{},{p:.4}", u8::from(noise(i, 2) < p), u8::from(noise(i, 3) < p), i % 7)
    });
    let (_, info) = side(&mut Session::default(), "two.csv", &text, &DataParams::default());
    assert_eq!(info.params.label_col, None);
    let question = info.questions.iter().find(|q| q.about == QuestionAbout::Label).expect("a question");
    let choices: Vec<&str> = question.readings.iter().map(|r| r.choice.as_str()).collect();
    assert_eq!(choices.first(), Some(&""), "what is in force comes first: {choices:?}");
    assert!(choices.contains(&"a") && choices.contains(&"b"), "{choices:?}");
}

#[test]
fn a_column_that_always_is_the_decision_is_no_truth() {
    let text = file("x,decided,score", 0..800, |i| {
        let p = noise(i, 1);
        format!("{},{},{p:.4}", i % 9, u8::from(p >= 0.5))
    });
    let (_, info) = side(&mut Session::default(), "echo.csv", &text, &DataParams::default());
    assert_eq!(info.params.label_col, None, "{:?}", info.columns.iter().map(|c| (&c.name, c.role.role)).collect::<Vec<_>>());
}

#[test]
fn names_of_ordinary_columns_are_acted_on_only_where_the_values_fit() {
    // `class` is a ticket's, `group` a treatment's, `y` a place on a map.
    let text = file("class,group,x,y,survived,pred", 0..900, |i| {
        let p = noise(i, 1);
        format!(
            "{},{},{:.2},{:.2},{},{p:.4}",
            ["First", "Second", "Third"][i % 3],
            ["A", "B"][i % 2],
            noise(i, 5),
            noise(i, 6),
            u8::from(noise(i, 4) < p)
        )
    });
    let (_, info) = side(&mut Session::default(), "ship.csv", &text, &DataParams::default());
    assert_eq!(info.params.label_col.as_deref(), Some("survived"), "{:?}", info.questions);
    let role = |name: &str| info.columns.iter().find(|c| c.name == name).map(|c| c.role.role);
    assert_eq!((role("class"), role("group"), role("y")), (Some(Role::Categorical), Some(Role::Categorical), Some(Role::Numeric)));
    let owners = file("user_id,group,x", 0..900, |i| format!("u{},{},{}", i / 3, i / 5, i % 11));
    let (_, info) = side(&mut Session::default(), "owners.csv", &owners, &DataParams::default());
    assert!(info.params.group_col.is_some(), "{:?}", info.columns.iter().map(|c| (&c.name, c.role.role)).collect::<Vec<_>>());
}

#[test]
fn predictions_in_their_own_file_speak_for_a_truth_too() {
    let mut session = Session::default();
    let sides: Vec<(SideHandles, Option<String>)> = [0, 1500]
        .into_iter()
        .map(|from| {
            let whole = String::from_utf8(incomes(from..from + 1500)).unwrap();
            let cut = |line: &str| line.rsplit_once(',').map(|(data, p)| (data.to_owned(), p.to_owned())).unwrap();
            let (data, scores): (Vec<String>, Vec<String>) = whole.lines().map(cut).unzip();
            let data = table(&mut session, "data.csv", data.join("\n").as_bytes());
            let (dataset, info) = session.dataset(data, "d", &DataParams::default(), None).unwrap();
            let scores = table(&mut session, "scores.csv", scores.join("\n").as_bytes());
            let (predictions, said) = session.predictions(dataset, Some(scores), "m", &PredictionParams::default()).unwrap();
            assert_eq!(info.params.label_col, None);
            let choice = said.questions.iter().find(|q| q.about == QuestionAbout::Label).map(|q| q.readings[0].choice.clone());
            (SideHandles { dataset, predictions: Some(predictions) }, choice)
        })
        .collect();
    assert_eq!(sides[0].1.as_deref(), Some("income"));
    let document = run(&mut session, sides[0].0, sides[1].0);
    assert_eq!(codes(&document.summary.banners).first(), Some(&"label_assumed"));
    assert!(document.model_metrics.iter().any(|m| m.id == "accuracy" && m.reference.is_some() && m.evaluation.is_some()));
}

#[test]
fn labels_of_a_file_of_their_own_are_the_truth_of_both_sides() {
    let mut session = Session::default();
    let (a, _) =
        side(&mut session, "reference.csv", &incomes(0..1500), &DataParams { label_col: Some("income".into()), ..DataParams::default() });
    let whole = String::from_utf8(incomes(1500..3000)).unwrap();
    let without: Vec<String> = whole
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let cells: Vec<&str> = line.split(',').collect();
            let key = if i == 0 { "id".to_owned() } else { format!("r{i}") };
            format!("{key},{},{},{},{}", cells[0], cells[1], cells[2], cells[4])
        })
        .collect();
    let labels: Vec<String> =
        whole.lines().enumerate().skip(1).map(|(i, line)| format!("r{i},{}", line.split(',').nth(3).unwrap())).collect();
    let (b, _) = side(&mut session, "week.csv", without.join("\n").as_bytes(), &DataParams::default());
    let gt = format!("id,income\n{}\n", labels.into_iter().rev().take(1400).collect::<Vec<_>>().join("\n"));
    let source = table(&mut session, "week_gt.csv", gt.as_bytes());
    let (dataset, info, labels) = session.labels(b.dataset, source, &LabelParams::default(), None).unwrap();
    assert_eq!((labels.rows, info.labelled, labels.column.as_str()), (1400, 1400, "income"));
    let predictions = session.predictions(dataset, None, "m", &PredictionParams::default()).unwrap().0;
    let document = run(&mut session, a, SideHandles { dataset, predictions: Some(predictions) });
    assert_eq!(document.evaluation.labelled, 1400);
    assert!(document.model_metrics.iter().any(|m| m.id == "accuracy" && m.evaluation.is_some()));
}

#[test]
fn case_07_the_first_week_of_february() {
    let (Some(reference), Some(evaluation)) =
        (case_file("07_dates_reference_day_first.csv"), case_file("07_dates_evaluation_first_week_of_february.csv"))
    else {
        return;
    };
    let mut session = Session::default();
    let (a, _) = side(&mut session, "reference.csv", &reference, &DataParams::default());
    let (b, info) = side(&mut session, "evaluation.csv", &evaluation, &DataParams::default());
    assert!(info.questions.iter().any(|q| q.about == QuestionAbout::DateOrder), "the file alone leaves it open");
    let document = run(&mut session, a, b);
    assert_eq!(problems(&document, "reading_aligned"), 1, "{:?}", document.problems);
    assert!(document.problems.iter().any(|p| p.message.contains("day first")), "{:?}", document.problems);
    assert!(codes(&document.summary.banners).iter().all(|c| *c != "open_question"));

    let config: FirewallConfig =
        serde_json::from_value(serde_json::json!({ "model": "m", "reference": "reference", "binSize": "day" })).unwrap();
    let mut days = |through_document: bool| {
        let mut firewall = session.firewall(config.clone(), a).unwrap();
        while session.firewall_step(firewall).unwrap().stage != Stage::Done {}
        if through_document {
            let text = serde_json::to_string(&session.firewall_export(firewall).unwrap()).unwrap();
            firewall = session.firewall_import(serde_json::from_str(&text).unwrap()).unwrap();
        }
        session.firewall_add(firewall, b, BatchOptions::default()).unwrap();
        while session.firewall_step(firewall).unwrap().stage != Stage::Done {}
        let report = session.firewall_report(firewall).unwrap().clone();
        assert!(report.problems.iter().any(|p| p.code == "reading_aligned"), "{:?}", report.problems);
        report.bins
    };
    const DAY: i64 = 86_400_000;
    let february: Vec<i64> = (0..7).map(|day| 1_706_745_600_000 + day * DAY).collect();
    assert_eq!(days(false), february);
    assert_eq!(days(true), february, "what the reference settled is kept in the document");
}

#[test]
fn an_evaluation_that_proves_the_order_decides_for_the_reference() {
    let day = |i: usize, month: usize| format!("{:02}/{month:02}/2023", 1 + i % 12);
    let reference = file("when,x", 0..240, |i| format!("{},{}", day(i, 3), i % 7));
    let evaluation = file("when,x", 0..240, |i| format!("{:02}/04/2023,{}", 1 + i % 28, i % 7));
    let document = two(&reference, &evaluation, &DataParams::default());
    assert_eq!(problems(&document, "reading_aligned"), 1, "{:?}", document.problems);
    assert!(document.problems[0].message.contains("reference.csv are read with the day first"), "{:?}", document.problems);
    // Both open: the first banner but for that of the label says what was assumed.
    let document = two(&reference, &reference.iter().copied().chain(*b"01/03/2023,9\n").collect::<Vec<u8>>(), &DataParams::default());
    assert!(codes(&document.summary.banners).contains(&"open_question"), "{:?}", document.summary.banners);
    // Both proven, against each other: said, and left alone.
    let other = file("when,x", 0..240, |i| format!("04/{:02}/2023,{}", 1 + i % 28, i % 7));
    let document = two(&evaluation, &other, &DataParams::default());
    assert_eq!(problems(&document, "date_orders_differ"), 1, "{:?}", document.problems);
}

#[test]
fn a_decimal_mark_that_one_file_proves_holds_in_the_other() {
    let proven = file("n;km", 0..300, |i| format!("{};{},{:03}", i % 5, 1 + i % 8, (i * 37) % 1000));
    let proven: Vec<u8> = [proven.as_slice(), b"1;12,5\n"].concat();
    // Tabs say nothing of commas, and three digits behind each may be thousands.
    let open = file("n\tkm", 0..300, |i| format!("{}\t{},{:03}", i % 5, 1 + i % 8, (i * 37) % 1000));
    let document = two(&proven, &open, &DataParams::default());
    assert_eq!(problems(&document, "reading_aligned"), 1, "{:?}", document.problems);
    let psi = case(&document, "drift:feature_drift[km]").and_then(|c| c.statistic).expect("a case");
    assert!(psi < 0.05, "the same values: {psi}");
    let document = two(&open, &proven, &DataParams::default());
    let found = case(&document, "drift:feature_drift[km]");
    let psi = found.and_then(|c| c.statistic).unwrap_or_else(|| panic!("{found:?} {:?}", document.problems));
    assert!(psi < 0.05, "the reference follows what the evaluation proves: {psi}");
}

#[test]
fn points_between_thousands_follow_the_file_that_shows_them() {
    let proven = file("n\tsum", 0..300, |i| format!("{}\t{}.{:03},0", i % 5, 1 + i % 6, (i % 30 * 37) % 1000));
    let open = file("n\tsum", 0..300, |i| format!("{}\t{}.{:03}", i % 5, 1 + i % 6, (i % 30 * 37) % 1000));
    for (a, b) in [(&proven, &open), (&open, &proven)] {
        let document = two(a, b, &DataParams::default());
        assert_eq!(problems(&document, "reading_aligned"), 1, "{:?}", document.problems);
        let drift = document.batches.iter().filter(|b| b.id == "drift:feature_drift").flat_map(|b| &b.cases);
        let psi = drift.clone().find(|c| c.features == ["sum"]).and_then(|c| c.statistic);
        assert!(psi.is_some_and(|psi| psi < 0.05), "the same values: {psi:?} {:?}", drift.collect::<Vec<_>>());
    }
}

#[test]
fn units_that_differ_between_files_are_told() {
    let weights = |unit: &str| file("n,weight", 0..120, |i| format!("{},{} {unit}", i % 5, 40 + i % 30));
    let document = two(&weights("kg"), &weights("lb"), &DataParams::default());
    let told = document.problems.iter().find(|p| p.code == "units_differ").unwrap_or_else(|| panic!("{:?}", document.problems));
    assert!(told.message.contains("in lb in evaluation.csv and in kg in reference.csv"), "{}", told.message);
    assert_eq!(problems(&two(&weights("kg"), &weights("kg"), &DataParams::default()), "units_differ"), 0);
}

#[test]
fn a_batch_that_settles_what_the_reference_left_open_says_so() {
    let reference = file("when,x", 0..240, |i| format!("{:02}/03/2023,{}", 1 + i % 12, i % 7));
    let batch = file("when,x", 0..240, |i| format!("{:02}/04/2023,{}", 1 + i % 28, i % 7));
    let mut session = Session::default();
    let (a, _) = side(&mut session, "reference.csv", &reference, &DataParams::default());
    let (b, _) = side(&mut session, "batch.csv", &batch, &DataParams::default());
    let config: FirewallConfig =
        serde_json::from_value(serde_json::json!({ "model": "m", "reference": "reference", "binSize": "week" })).unwrap();
    let firewall = session.firewall(config, a).unwrap();
    while session.firewall_step(firewall).unwrap().stage != Stage::Done {}
    session.firewall_add(firewall, b, BatchOptions::default()).unwrap();
    while session.firewall_step(firewall).unwrap().stage != Stage::Done {}
    let report = session.firewall_report(firewall).unwrap();
    let told = report.problems.iter().find(|p| p.code == "reference_order_open").unwrap_or_else(|| panic!("{:?}", report.problems));
    assert!(told.message.contains("the day first; reference.csv leaves the order open"), "{}", told.message);
}

#[test]
fn case_24_true_and_one_are_the_same_value() {
    let (Some(reference), Some(evaluation)) = (case_file("24_bool_reference.csv"), case_file("24_bool_evaluation_0_1.csv")) else { return };
    for (a, b) in [(&reference, &evaluation), (&evaluation, &reference)] {
        let document = two(a, b, &DataParams::default());
        assert!(problems(&document, "reading_aligned") >= 1, "{:?}", document.problems);
        // Where the reference has numbers, the flag is one, and nobody asks for new values.
        let unseen = case(&document, "abnormal_inputs:unseen_categorical[flag]");
        assert!(unseen.is_none_or(|c| c.statistic == Some(0.0)), "no value is new: {unseen:?}");
        for found in document.batches.iter().filter(|b| b.id == "drift:feature_drift").flat_map(|b| &b.cases) {
            assert!(found.statistic.is_none_or(|psi| psi < 0.1), "{} {:?}", found.id, found.statistic);
        }
    }
}

#[test]
fn truth_is_the_same_however_it_is_written() {
    let with = |words: [&'static str; 2]| file("n,member", 0..400, move |i| format!("{},{}", i % 6, words[usize::from(noise(i, 1) < 0.4)]));
    let spellings = [["0", "1"], ["false", "true"], ["no", "yes"], ["f", "t"], ["N", "Y"], ["0.0", "1.0"]];
    for reference in spellings {
        for evaluation in spellings.into_iter().filter(|words| *words != reference) {
            let document = two(&with(reference), &with(evaluation), &DataParams::default());
            let psi = case(&document, "drift:feature_drift[member]").and_then(|c| c.statistic).expect("a case");
            assert!(psi < 1e-6, "{reference:?} against {evaluation:?}: {psi}, {:?}", document.problems);
        }
    }
}

#[test]
fn types_roles_and_missing_spellings_follow_the_reference() {
    // In the evaluation 2 % of the numbers are words, `none` fills little of a category, and a code never repeats.
    let reference = file("km,grade,code,label,pred", 0..500, |i| {
        format!("{:.1},{},c{},{},{}", noise(i, 1) * 90.0, ["none", "mild", "severe"][i % 3], i % 40, i % 2, i % 2)
    });
    let evaluation = file("km,grade,code,label,pred", 0..40, |i| {
        let km = if i == 7 { "broken".to_owned() } else { format!("{:.1}", noise(i, 1) * 90.0) };
        format!("{km},{},c{i},{},{}", ["mild", "severe"][i % 2], i % 2, i % 2)
    });
    let mut session = Session::default();
    let categorical = DataParams { categorical_features: Some(vec!["grade".into(), "code".into()]), ..DataParams::default() };
    let (a, _) = side(&mut session, "reference.csv", &reference, &categorical);
    let (b, _) = side(&mut session, "evaluation.csv", &evaluation, &DataParams::default());
    let document = run(&mut session, a, b);
    let text = serde_json::to_string(&document).unwrap();
    assert!(!text.contains("has no column code") && !text.contains("has no column km"), "all columns are there");
}

#[test]
fn old_firewall_documents_are_read_and_settle_nothing() {
    let mut session = Session::default();
    let (a, _) =
        side(&mut session, "reference.csv", &incomes(0..1500), &DataParams { label_col: Some("income".into()), ..DataParams::default() });
    let config: FirewallConfig =
        serde_json::from_value(serde_json::json!({ "model": "m", "reference": "reference", "binSize": "day" })).unwrap();
    let firewall = session.firewall(config, a).unwrap();
    while session.firewall_step(firewall).unwrap().stage != Stage::Done {}
    let mut document = serde_json::to_value(session.firewall_export(firewall).unwrap()).unwrap();
    assert!(document.as_object_mut().unwrap().remove("settled").is_some());
    session.firewall_import(serde_json::from_value(document).unwrap()).unwrap();
}
