//! Abnormal inputs, on real data and on planted faults.

use straingauge_api::{Case, Category, DataParams, ModelTask, RunDocument, Severity};

use crate::support::{config, read, real_file, run, side};

fn abnormal(document: &RunDocument) -> Vec<&Case> {
    document.batches.iter().filter(|b| b.category == Category::AbnormalInputs).flat_map(|b| &b.cases).collect()
}

fn case<'a>(document: &'a RunDocument, id: &str) -> &'a Case {
    abnormal(document).into_iter().find(|c| c.id == id).unwrap_or_else(|| panic!("no {id}"))
}

fn metric(case: &Case, kind: &str, metric: &str) -> f64 {
    let found = case.metrics.iter().find(|m| m.kind == kind && m.metric == metric);
    found.and_then(|m| m.value).unwrap_or_else(|| panic!("no {kind}:{metric} in {}", case.id))
}

fn show(document: &RunDocument) {
    for c in abnormal(document) {
        println!(
            "{:?} {:5.2} {:70} e {:?} p {:?} {} {}",
            c.status,
            c.severity_score,
            c.id,
            c.effect,
            c.p_value,
            c.sentence,
            c.reason.as_deref().unwrap_or("")
        );
    }
}

#[test]
fn fraud_has_the_printed_numbers() {
    let file = |name: &str| Some(read(name, &real_file(&format!("fraud/{name}"))?));
    let (Some(reference), Some(evaluation)) = (file("fraud_ref.csv.gz"), file("fraud_eval.csv.gz")) else { return };
    let task = ModelTask::BinaryClassification;
    let of = |name, table| side(name, table, None, &DataParams::default(), task);
    let (_, document) = run(config("Fraud"), task, of("reference", reference), of("evaluation", evaluation));
    show(&document);
    let unseen = case(&document, "abnormal_inputs:unseen_categorical[browser_version]");
    assert_eq!(unseen.statistic, Some(153.0));
    assert!((metric(unseen, "FAILING_INPUTS", "share") - 0.005_275_86).abs() < 5e-9);
    assert!(
        (metric(unseen, "PERFORMANCE_DIFF", "accuracy") - -0.00063).abs() < 5e-6,
        "{:?}",
        metric(unseen, "PERFORMANCE_DIFF", "accuracy")
    );
    assert_eq!(unseen.severity, Severity::Pass);
    // Below 1 point, and yet no chance: the new versions all come at once.
    assert!(unseen.p_value.is_some_and(|p| p < 1e-6) && unseen.evident);
}

#[test]
fn arxiv_has_no_abnormal_week() {
    let file = |name: &str| Some(read(name, &real_file(&format!("arxiv/{name}"))?));
    let (Some(train), Some(predictions)) = (file("train.json.gz"), file("train_preds.json.gz")) else { return };
    let (Some(val), Some(val_predictions)) = (file("val_0_with_label.json.gz"), file("val_preds_0.json.gz")) else { return };
    let task = ModelTask::MulticlassClassification;
    let params = DataParams::default();
    let reference = side("reference", train, Some(&*predictions), &params, task);
    let evaluation = side("evaluation", val, Some(&*val_predictions), &params, task);
    let (_, document) = run(config("ArXiv"), task, reference, evaluation);
    show(&document);
    assert!(abnormal(&document).iter().any(|c| c.id == "abnormal_inputs:unseen_unigram[text]"));
}

/// A CSV of orders; `faults` plants what the rules should find, in every tenth row.
fn orders(rows: usize, seed: u64, faults: bool) -> String {
    let mut rng = straingauge_engine::random::Rng::new(seed, 1);
    let mut out = String::from("amount,city,country,mail,note,label,score\n");
    for i in 0..rows {
        let fault = if faults && i % 10 == 0 { 1 + (i / 10) % 7 } else { 0 };
        let (city, country) = [("Rome", "ITA"), ("Paris", "FRA"), ("Oslo", "NOR"), ("Graz", "AUT")][rng.below(4) as usize];
        let amount = 100.0 + 15.0 * rng.normal();
        let user = rng.below(500);
        let words = ["parcel", "arrived", "late", "and", "wet", "thank", "you", "very", "much", "the"];
        let note: Vec<&str> = (0..8).map(|_| words[rng.below(10) as usize]).collect();
        let note = if fault == 6 { "zxq vbw kjh plo qqe rrt".to_owned() } else { note.join(" ") };
        let amount = if fault == 1 { "9999".to_owned() } else { format!("{amount:.2}") };
        let city_shown = match fault {
            2 => "Atlantis",
            3 => &city.to_uppercase(),
            4 => "",
            _ => city,
        };
        let country = if fault == 5 { if country == "ITA" { "NOR" } else { "ITA" } } else { country };
        let mail = if fault == 7 { format!("user{user}.example.org") } else { format!("user{user}@example.org") };
        let label = rng.below(2);
        let right = fault == 0 || rng.uniform() < 0.5;
        let score = if (label == 1) == right { 0.9 } else { 0.1 };
        out.push_str(&format!("{amount},{city_shown},{country},{mail},{note},{label},{score}\n"));
    }
    out
}

fn run_orders(reference: &str, evaluation: &str) -> RunDocument {
    let task = ModelTask::BinaryClassification;
    let params = DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(straingauge_api::OneOrMany::One("score".into())),
        text_features: Some(vec!["note".into()]),
        categorical_features: Some(vec!["city".into(), "country".into(), "mail".into()]),
        ..DataParams::default()
    };
    let of = |name: &str, csv: &str| side(name, read(&format!("{name}.csv"), csv.as_bytes()), None, &params, task);
    run(config("Orders"), task, of("reference", reference), of("evaluation", evaluation)).1
}

#[test]
fn planted_faults_are_found() {
    let document = run_orders(&orders(6000, 1, false), &orders(7000, 2, true));
    show(&document);
    for (id, rows) in [
        ("abnormal_inputs:numeric_outlier[amount]", 100),
        ("abnormal_inputs:unseen_categorical[city]", 200),
        ("abnormal_inputs:capitalization[city]", 100),
        ("abnormal_inputs:empty_string[city]", 100),
        ("abnormal_inputs:inconsistencies[city, country]", 100),
        ("abnormal_inputs:unseen_unigram[note]", 100),
        ("abnormal_inputs:req_characters[mail]", 100),
        ("abnormal_inputs:feature_type_check[mail]", 100),
    ] {
        let found = case(&document, id);
        let slack = if id.contains("outlier") { 40.0 } else { 0.0 };
        assert!((found.statistic.unwrap() - f64::from(rows)).abs() <= slack, "{id}: {:?}", found.statistic);
        assert_eq!(found.severity, Severity::Warning, "{id} {:?} {:?}", found.effect, found.q_value);
        assert_eq!(found.rows.as_ref().map(|r| r.count as f64), found.statistic, "{id}");
        // Half of the faulty rows are predicted wrongly.
        let impact = case(&document, &format!("{id}#performance_impact"));
        assert!(impact.evident && impact.effect.unwrap() > 0.003, "{id} {:?}", impact.effect);
    }
    let rate = document.summary.abnormality_rate.unwrap();
    assert!((0.1..0.115).contains(&rate), "{rate}");
}

/// Replaces a cell in every twentieth row.
fn spoilt(csv: &str, column: usize, with: &str) -> String {
    let spoil = |(i, line): (usize, &str)| {
        let cells: Vec<&str> =
            line.split(',').enumerate().map(|(at, cell)| if at == column && i % 20 == 1 { with } else { cell }).collect();
        cells.join(",") + "\n"
    };
    csv.lines().enumerate().map(spoil).collect()
}

#[test]
fn cells_that_are_no_values_are_found() {
    let (reference, evaluation) = (orders(4000, 5, false), orders(4000, 6, false));
    for (column, with, id) in [
        (0, "many", "abnormal_inputs:feature_type_check[amount]"),
        (0, "NA", "abnormal_inputs:null_check[amount]"),
        (0, "", "abnormal_inputs:null_check[amount]"),
        (2, "NA", "abnormal_inputs:null_check[country]"),
        (2, "", "abnormal_inputs:empty_string[country]"),
        (4, "", "abnormal_inputs:empty_text[note]"),
    ] {
        let document = run_orders(&reference, &spoilt(&evaluation, column, with));
        let found = case(&document, id);
        assert_eq!((found.statistic, found.severity), (Some(200.0), Severity::Alert), "{id} {with:?}: {}", found.sentence);
        assert_eq!(found.rows.as_ref().map(|r| (r.count, r.sample.first().copied())), Some((200, Some(0))), "{id} {with:?}");
        // One fault, one rule.
        let others: Vec<&str> =
            abnormal(&document).iter().filter(|c| c.severity > Severity::Pass && c.id != id).map(|c| c.id.as_str()).collect();
        assert!(others.is_empty(), "{id} {with:?}: {others:?}");
    }
}

#[test]
fn out_of_range_runs_when_it_is_asked_for() {
    let task = ModelTask::BinaryClassification;
    let of = |name: &str, csv: &str| {
        side(
            name,
            read(&format!("{name}.csv"), csv.as_bytes()),
            None,
            &DataParams { label_col: Some("label".into()), ..DataParams::default() },
            task,
        )
    };
    let (reference, evaluation) = (orders(3000, 7, false), spoilt(&orders(3000, 8, false), 0, "-5"));
    let asked = |on: bool| {
        let mut config = config("Range");
        if on {
            config
                .tests
                .insert("abnormal_inputs:out_of_range".into(), straingauge_api::TestConfig { run: Some(true), ..Default::default() });
        }
        run(config, task, of("reference", &reference), of("evaluation", &evaluation)).1
    };
    assert!(abnormal(&asked(false)).iter().all(|c| !c.id.contains("out_of_range")));
    let document = asked(true);
    let found = case(&document, "abnormal_inputs:out_of_range[amount]");
    assert_eq!((found.statistic, found.severity), (Some(150.0), Severity::Alert));
}

#[test]
fn two_halves_of_one_sample_are_left_in_peace() {
    let mut failing = Vec::new();
    for seed in 0..6 {
        let document = run_orders(&orders(1500, 100 + seed, false), &orders(1500, 200 + seed, false));
        failing.extend(abnormal(&document).into_iter().filter(|c| c.severity > Severity::Pass).map(|c| c.id.clone()));
    }
    assert!(failing.is_empty(), "{failing:?}");
}
