//! Odd runs: whatever the data and the configuration are, each word of the verdict is true of the document, and so is what reports say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use straingauge_api::{
    Acceptance, Baseline, BaselineCase, Better, Case, Category, Covers, CoversWord, DataParams, Decisions, Judgement, Kind, ModelTask,
    OneOrMany, Outcome, PredictionParams, RunDocument, Sensitivity, Severity, Status, StressTestConfig, Weakness,
};
use straingauge_engine::random::Rng;
use straingauge_engine::stress::{Run, RunSide, settle};
use straingauge_engine::{Error, metrics, report, table};

use crate::lint::{faults, sentences};
use crate::support::{config, read};

const BINARY: ModelTask = ModelTask::BinaryClassification;

fn cases(document: &RunDocument) -> impl Iterator<Item = &Case> {
    document.batches.iter().flat_map(|b| &b.cases)
}

/// Asks every word of a verdict of the document once more.
fn is_true(name: &str, document: &RunDocument) {
    let summary = &document.summary;
    let headline = summary.headline.as_str();
    let count = |holds: &dyn Fn(&Case) -> bool| cases(document).filter(|c| holds(c)).count() as u64;
    let of = |status| count(&|c| c.status == status);
    let waived = |c: &Case| c.accepted.is_some() || c.known.is_some();
    let loud = of(Status::Fail) + of(Status::Warning);
    assert_eq!(
        (summary.counts.fail, summary.counts.warning, summary.counts.pass, summary.counts.skip),
        (of(Status::Fail), of(Status::Warning), of(Status::Pass), of(Status::Skip)),
        "{name}"
    );
    // The word.
    let limits = cases(document).filter(|c| c.status == Status::Warning).all(|c| c.weakness == Some(Weakness::Expected));
    let predicted = document.reference.predicted > 0 && document.evaluation.predicted > 0;
    let judged_model =
        document.batches.iter().any(|b| b.category == Category::ModelPerformance && b.cases.iter().any(|c| c.status != Status::Skip));
    match summary.outcome {
        Outcome::NotReady => assert!(of(Status::Fail) > 0, "{name}: {headline}"),
        Outcome::Caution => assert!(of(Status::Fail) == 0 && of(Status::Warning) > 0 && !limits, "{name}: {headline}"),
        Outcome::ReadyWithLimits => assert!(of(Status::Fail) == 0 && of(Status::Warning) > 0 && limits, "{name}: {headline}"),
        Outcome::Ready => assert!(loud == 0 && predicted && judged_model, "{name}: {headline}"),
        Outcome::DataOnly => assert!(loud == 0 && !predicted, "{name}: {headline}"),
        Outcome::Inconclusive | Outcome::NotJudged => assert_eq!(loud, 0, "{name}: {headline}"),
    }
    // The sentence.
    assert_eq!(headline.contains("No model was tested"), !predicted, "{name}: {headline}");
    for (words, judged) in [
        (" holds at ", Judgement::Holds),
        (", which was not tested", Judgement::NotJudged),
        (", which is accepted", Judgement::Accepted),
        (", which is known from the baseline", Judgement::Known),
        (", too little to matter", Judgement::Small),
    ] {
        let told = document.model_metrics.iter().any(|m| m.judged == judged && headline.contains(&m.name));
        assert!(!headline.contains(words) || told, "{name}: {headline}");
    }
    let moves = [" rises from ", " falls from "].iter().any(|w| headline.contains(w));
    if moves && !headline.contains(", which is ") && !headline.contains("too little") {
        let serious = document.model_metrics.iter().any(|m| m.severity > Severity::Pass && headline.contains(&m.name));
        let first = document.findings.iter().any(|f| headline.contains(f.sentence.trim_end_matches('.')));
        assert!(serious || first, "{name}: {headline}");
    }
    // Nothing is said twice.
    for metric in document.model_metrics.iter().filter(|m| m.severity > Severity::Pass) {
        assert!(
            !(headline.contains(&format!("{} falls from", metric.name)) && headline.contains(&format!("{} is ", metric.name))),
            "{name}: {headline}"
        );
    }
    let differences = count(&|c| c.kind == Kind::Difference && c.status == Status::Pass && !waived(c));
    let small = count(&|c| c.kind == Kind::Difference && c.status == Status::Pass && !waived(c) && c.evident);
    if headline.contains("no difference larger than noise") || headline.contains("a difference larger than noise") {
        assert!(loud == 0 && small == 0 && differences > 0, "{name}: {headline}");
    }
    if headline.contains("large enough to matter") {
        assert!(loud == 0 && small > 0, "{name}: {headline}");
    }
    assert_eq!(headline.contains("No case could be judged"), of(Status::Skip) == count(&|_| true), "{name}: {headline}");
    if headline.contains("without labels") || headline.contains("Without labels") {
        assert!(
            document.reference.labelled == 0 || document.evaluation.labelled == 0 || headline.contains("is estimated"),
            "{name}: {headline}"
        );
    }
    // Findings hold every case that fails, once; suggestions speak of findings.
    let failing: BTreeSet<&str> = cases(document).filter(|c| c.severity > Severity::Pass).map(|c| c.id.as_str()).collect();
    let told: Vec<&str> = document.findings.iter().flat_map(|f| &f.cases).map(String::as_str).collect();
    assert_eq!(told.len(), failing.len(), "{name}");
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), failing, "{name}");
    for suggestion in &document.suggestions {
        assert!(document.findings.iter().any(|f| f.lead == suggestion.case), "{name}: {}", suggestion.text);
    }
    // What only warns does not look like a failure.
    let only_warns = |c: &&Case| c.status == Status::Warning || c.weakness == Some(Weakness::Expected) && keeps_limits(document);
    for case in cases(document).filter(only_warns) {
        assert!(case.severity_score < 1.0 && case.severity_score_low <= case.severity_score, "{name}: {} {}", case.id, case.severity_score);
    }
    assert!(
        document.model_metrics.iter().all(|m| m.better != Better::Neutral || !headline.contains(&format!("{} holds", m.name))),
        "{name}"
    );
    // Reports say the same.
    let (markdown, html) = (report::markdown(document), report::html(document, &BTreeMap::new()));
    let word = ["Ready.", "Ready, with limits.", "Caution.", "Not ready.", "Inconclusive.", "Data only.", "Not judged."];
    let of_outcome = match summary.outcome {
        Outcome::Ready => 0,
        Outcome::ReadyWithLimits => 1,
        Outcome::Caution => 2,
        Outcome::NotReady => 3,
        Outcome::Inconclusive => 4,
        Outcome::DataOnly => 5,
        Outcome::NotJudged => 6,
    };
    for (at, word) in word.into_iter().enumerate() {
        assert_eq!(markdown.contains(&format!("**{word}** ")), at == of_outcome, "{name}: {word}");
        assert_eq!(html.contains(&format!("<strong>{word}</strong>")), at == of_outcome, "{name}: {word}");
    }
    // Numbers far from 1 have exponents.
    let faults = faults(&sentences(document))
        .into_iter()
        .filter(|f| !((name.starts_with("tiny") || name.starts_with("huge")) && f.contains("has an exponent")));
    assert_eq!(faults.collect::<Vec<_>>(), Vec::<String>::new(), "{name}");
}

/// Says whether limits warn at most: they may fail where the reader asks for more.
fn keeps_limits(document: &RunDocument) -> bool {
    document.sensitivity != Sensitivity::More
}

/// A set of loans before it is written.
#[derive(Debug, Clone, Copy)]
struct Loans {
    rows: usize,
    /// The share of rows in which the model is wrong.
    wrong: f64,
    /// `amount` moves by so much.
    shift: f64,
    /// Share of rows with a label.
    labelled: f64,
    /// The classes; the second is the positive one.
    classes: [&'static str; 2],
    /// The score of every row, where it is one.
    score: Option<f64>,
    /// Every label, where it is one.
    label: Option<usize>,
}

const LOANS: Loans = Loans { rows: 1_500, wrong: 0.15, shift: 0.0, labelled: 1.0, classes: ["0", "1"], score: None, label: None };

impl Loans {
    fn csv(self, seed: u64) -> String {
        let mut rng = Rng::new(seed, 9);
        let mut out = String::from("id,amount,age,city,gender,household,weight,label,score\n");
        for i in 0..self.rows {
            let truth = self.label.unwrap_or_else(|| rng.below(2) as usize);
            let said = if rng.uniform() < self.wrong { 1 - truth } else { truth };
            let score = self.score.unwrap_or_else(|| 0.5 + (said as f64 - 0.5) * (0.1 + 0.85 * rng.uniform()));
            let label = if rng.uniform() < self.labelled { self.classes[truth] } else { "" };
            let (amount, age) = (1_000.0 + 200.0 * (rng.normal() + self.shift), 40.0 + 10.0 * rng.normal());
            let (city, gender) = (["Rome", "Oslo", "Lima"][rng.below(3) as usize], ["f", "m"][rng.below(2) as usize]);
            let weight = 0.5 + rng.uniform();
            writeln!(out, "k{seed}-{i},{amount:.2},{age:.1},{city},{gender},h{},{weight:.3},{label},{score:.4}", i / 3).unwrap();
        }
        out
    }
}

fn params() -> DataParams {
    DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        id_col: Some("id".into()),
        protected_features: Some(vec!["gender".into()]),
        ignore: Some(vec!["household".into(), "weight".into()]),
        ..DataParams::default()
    }
}

fn side(name: &str, csv: &str, params: &DataParams, task: ModelTask) -> Result<RunSide, Error> {
    let dataset = table::dataset(read(&format!("{name}.csv"), csv.as_bytes()), name, params, Some(task))?;
    let (paired, _) = metrics::pair(&dataset, None, "model", &PredictionParams::default())?;
    Ok(RunSide { dataset: std::sync::Arc::new(dataset), predictions: Some(std::sync::Arc::new(paired)), predictions_sha256: None })
}

/// A run, or the error that names why there is none.
fn judged(config: StressTestConfig, sides: [RunSide; 2]) -> Result<RunDocument, Error> {
    let [reference, evaluation] = sides;
    let mut run = Run::new(config, BINARY, reference, evaluation)?;
    while !run.is_done() {
        run.step()?;
    }
    Ok(run.document().expect("a document").clone())
}

fn loans(before: Loans, after: Loans) -> Result<RunDocument, Error> {
    judged(config("loans"), [side("before", &before.csv(1), &params(), BINARY)?, side("after", &after.csv(2), &params(), BINARY)?])
}

#[test]
fn odd_data_get_no_false_word() {
    let none = |loans: Loans| Loans { labelled: 0.0, ..loans };
    let odd: Vec<(&str, Loans, Loans)> = vec![
        ("plain", LOANS, LOANS),
        ("worse and moved", LOANS, Loans { wrong: 0.35, shift: 1.0, ..LOANS }),
        ("better", LOANS, Loans { wrong: 0.02, ..LOANS }),
        ("no labels", none(LOANS), none(LOANS)),
        ("no labels after", LOANS, none(LOANS)),
        ("no labels before", none(LOANS), LOANS),
        ("no labels, moved", none(LOANS), none(Loans { shift: 2.0, ..LOANS })),
        ("few labels after", LOANS, Loans { labelled: 0.01, ..LOANS }),
        ("one class after", LOANS, Loans { label: Some(1), ..LOANS }),
        ("one class", Loans { label: Some(1), ..LOANS }, Loans { label: Some(1), ..LOANS }),
        ("one score", Loans { score: Some(0.7), ..LOANS }, Loans { score: Some(0.7), ..LOANS }),
        ("one score after", LOANS, Loans { score: Some(0.7), ..LOANS }),
        ("scores of the other class", Loans { wrong: 0.9, ..LOANS }, Loans { wrong: 0.9, ..LOANS }),
        ("a single row", LOANS, Loans { rows: 1, ..LOANS }),
        ("two rows", LOANS, Loans { rows: 2, ..LOANS }),
        ("a small reference", Loans { rows: 30, ..LOANS }, LOANS),
        ("a reference of one row", Loans { rows: 1, ..LOANS }, LOANS),
        ("few of both", Loans { rows: 40, ..LOANS }, Loans { rows: 40, wrong: 0.6, ..LOANS }),
        ("other class names", LOANS, Loans { classes: ["no", "yes"], ..LOANS }),
        ("words for classes", Loans { classes: ["no", "yes"], ..LOANS }, Loans { classes: ["no", "yes"], ..LOANS }),
        ("never wrong", Loans { wrong: 0.0, ..LOANS }, Loans { wrong: 0.0, ..LOANS }),
        ("always wrong", LOANS, Loans { wrong: 1.0, ..LOANS }),
    ];
    let mut refused = Vec::new();
    for (name, before, after) in odd {
        match loans(before, after) {
            Ok(document) => {
                println!("{name}: {:?} {}", document.summary.outcome, document.summary.headline);
                is_true(name, &document);
            }
            Err(error) => {
                println!("{name}: {error}");
                refused.push(name);
            }
        }
    }
    println!("refused: {refused:?}");
    assert!(!refused.contains(&"plain"));
}

#[test]
fn identical_files_are_no_difference() {
    let csv = LOANS.csv(1);
    let document =
        judged(config("same"), [side("a", &csv, &params(), BINARY).unwrap(), side("b", &csv, &params(), BINARY).unwrap()]).unwrap();
    println!("{:?} {}", document.summary.outcome, document.summary.headline);
    is_true("identical files", &document);
    let moved: Vec<&str> = cases(&document)
        .filter(|c| c.severity > Severity::Pass && (c.id.starts_with("drift:") || c.id.starts_with("model_performance:")))
        .map(|c| c.id.as_str())
        .collect();
    assert_eq!(moved, [""; 0]);
}

#[test]
fn odd_configurations_get_no_false_word() {
    let sides = |params: &DataParams| {
        let worse = Loans { wrong: 0.35, shift: 1.0, ..LOANS };
        [side("before", &LOANS.csv(1), params, BINARY).unwrap(), side("after", &worse.csv(2), params, BINARY).unwrap()]
    };
    for category in Category::ALL {
        let config = StressTestConfig { categories: Some(vec![category]), ..config("one category") };
        match judged(config, sides(&params())) {
            Ok(document) => {
                println!("{category:?}: {:?} {}", document.summary.outcome, document.summary.headline);
                is_true(category.id(), &document);
            }
            Err(error) => assert!(["category_without_tests", "no_tests"].contains(&error.code), "{category:?}: {error}"),
        }
    }
    let weighted = DataParams { weight_col: Some("weight".into()), ignore: Some(vec!["household".into()]), ..params() };
    let grouped = DataParams { group_col: Some("household".into()), ignore: Some(vec!["weight".into()]), ..params() };
    for (name, params) in [("weights", weighted), ("groups", grouped)] {
        let document = judged(config(name), sides(&params)).unwrap();
        println!("{name}: {:?} {}", document.summary.outcome, document.summary.headline);
        is_true(name, &document);
    }
    for sensitivity in [Sensitivity::Less, Sensitivity::More] {
        let document = judged(StressTestConfig { sensitivity, ..config("sensitivity") }, sides(&params())).unwrap();
        is_true("sensitivity", &document);
    }
    let only = |test: &str| {
        let off = straingauge_engine::stress::questions().into_iter().flat_map(straingauge_engine::stress::Question::tests);
        let changed = |id: String| serde_json::json!({ id: { "run": false } });
        let mut tests = serde_json::Map::new();
        off.filter(|t| t.id != test).for_each(|t| tests.extend(changed(t.id).as_object().cloned().unwrap_or_default()));
        let mut out = config("one test");
        out.tests = serde_json::from_value(tests.into()).unwrap();
        out
    };
    for test in
        ["model_performance:accuracy", "drift:feature_drift", "model_performance:average_prediction", "data_cleanliness:constant_feature"]
    {
        let document = judged(only(test), sides(&params())).unwrap();
        println!("{test}: {:?} {}", document.summary.outcome, document.summary.headline);
        is_true(test, &document);
    }
}

/// Every way in which cases may be accepted or known.
#[test]
fn decisions_get_no_false_word() {
    let small = Loans { rows: 900, ..LOANS };
    let worse = loans(small, Loans { wrong: 0.3, shift: 0.6, ..small }).unwrap();
    let much_worse = loans(small, Loans { wrong: 0.6, shift: 2.5, ..small }).unwrap();
    let settled = |document: &RunDocument, decisions: Decisions| {
        let mut document = document.clone();
        settle(&mut document, decisions).unwrap();
        document
    };
    let accept = |case: &Case, expires: Option<&str>| Acceptance {
        case: case.id.clone(),
        reason: "agreed".into(),
        expires: expires.map(Into::into),
        covers: Covers::default(),
    };
    let failing = |document: &RunDocument| cases(document).filter(|c| c.severity > Severity::Pass).cloned().collect::<Vec<Case>>();
    let all = failing(&worse);
    assert!(all.len() > 3);
    // All accepted.
    let accepted: Vec<Acceptance> = all.iter().map(|c| accept(c, None)).collect();
    let calm = settled(&worse, Decisions { accepted: accepted.clone(), ..Decisions::default() });
    is_true("all accepted", &calm);
    assert_eq!((calm.findings.len(), calm.summary.accepted), (0, all.len() as u64));
    assert!(
        calm.summary.headline.contains(&format!("Nothing fails beyond {} cases that are accepted", all.len())),
        "{}",
        calm.summary.headline
    );
    // The same acceptances where more fails, and no less badly: what is new fails, what is accepted does not.
    let grown = settled(&much_worse, Decisions { accepted: accepted.clone(), ..Decisions::default() });
    is_true("accepted, then grown", &grown);
    // Expired.
    let expired: Vec<Acceptance> = all.iter().map(|c| accept(c, Some("2026-01-31"))).collect();
    let on = |day: &str| settled(&worse, Decisions { accepted: expired.clone(), today: Some(day.into()), baseline: None });
    is_true("not yet expired", &on("2026-01-31"));
    let late = on("2026-02-01");
    is_true("expired", &late);
    assert_eq!((late.summary.counts, late.summary.accepted), (worse.summary.counts, 0));
    // Known from a baseline; worse than there.
    let baseline = |severity: fn(&Case) -> Severity| Baseline {
        run: "r0".into(),
        name: "before".into(),
        cases: all.iter().map(|c| BaselineCase { id: c.id.clone(), severity: severity(c) }).collect(),
    };
    let known = settled(&worse, Decisions { baseline: Some(baseline(|c| c.severity)), ..Decisions::default() });
    is_true("all known", &known);
    assert_eq!((known.findings.len(), known.summary.known), (0, all.len() as u64));
    let milder = settled(&worse, Decisions { baseline: Some(baseline(|_| Severity::Warning)), ..Decisions::default() });
    is_true("known as warnings", &milder);
    is_true("known, then grown", &settled(&much_worse, Decisions { baseline: Some(baseline(|c| c.severity)), ..Decisions::default() }));
    // Each finding alone, with what it covers; half accepted and half known.
    for finding in &worse.findings {
        let covers = Covers::Word(CoversWord::Finding);
        let lead = all.iter().find(|c| c.id == finding.lead).unwrap();
        let one = settled(&worse, Decisions { accepted: vec![Acceptance { covers, ..accept(lead, None) }], ..Decisions::default() });
        is_true("one finding accepted", &one);
        assert_eq!(one.findings.len() + 1, worse.findings.len(), "{}", finding.title);
    }
    let half = accepted.iter().step_by(2).cloned().collect();
    let mixed = settled(&worse, Decisions { accepted: half, baseline: Some(baseline(|c| c.severity)), today: None });
    is_true("accepted and known", &mixed);
}

/// Rows of numbers or classes with whatever column of scores a world has.
fn table(rows: usize, seed: u64, columns: &str, mut row: impl FnMut(usize, &mut Rng) -> String) -> String {
    let mut rng = Rng::new(seed, 12);
    let mut out = format!("{columns}\n");
    for i in 0..rows {
        writeln!(out, "{}", row(i, &mut rng)).unwrap();
    }
    out
}

/// Judges two files and holds the verdict true; odd files may be refused.
fn judge_files(name: &str, task: ModelTask, params: &DataParams, files: [String; 2]) {
    let [before, after] = files;
    let sides = side("before", &before, params, task).and_then(|a| Ok((a, side("after", &after, params, task)?)));
    let run = sides.and_then(|(a, b)| Run::new(config(name), task, a, b));
    match run {
        Ok(mut run) => {
            while !run.is_done() {
                run.step().expect("a step");
            }
            let document = run.document().expect("a document").clone();
            println!("{name}: {:?} {}", document.summary.outcome, document.summary.headline);
            is_true(name, &document);
        }
        Err(error) => {
            println!("{name}: {error}");
            assert!(!["plain", "same classes"].contains(&name), "{name}: {error}");
        }
    }
}

#[test]
fn numbers_of_any_size_get_no_false_word() {
    let params =
        || DataParams { label_col: Some("price".into()), prediction_col: Some(OneOrMany::One("said".into())), ..DataParams::default() };
    let houses = |seed: u64, rows: usize, scale: f64, error: f64| {
        table(rows, seed, "size,\"o'Neil's \"\"area\"\"\",price,said", move |_, rng| {
            let (size, area) = (80.0 + 20.0 * rng.normal(), ["a ∧ b", "\"\"", "c"][rng.below(3) as usize]);
            let price = scale * (3.0 + rng.normal());
            let said = price + scale * error * rng.normal();
            format!("{size:.1},{},{price:e},{said:e}", if area == "\"\"" { "" } else { area })
        })
    };
    for (name, scale) in [("tiny", 1e-12), ("tiny, not so", 1e-4), ("plain", 1.0), ("large", 3e5), ("huge", 1e13)] {
        judge_files(name, ModelTask::Regression, &params(), [houses(1, 1_200, scale, 0.1), houses(2, 1_000, scale, 0.1)]);
        judge_files(
            &format!("{name}, worse"),
            ModelTask::Regression,
            &params(),
            [houses(1, 1_200, scale, 0.1), houses(2, 1_000, scale, 0.5)],
        );
    }
    judge_files("few numbers", ModelTask::Regression, &params(), [houses(1, 3, 1.0, 0.1), houses(2, 2, 1.0, 0.1)]);
    judge_files("exact", ModelTask::Regression, &params(), [houses(1, 800, 1.0, 0.0), houses(2, 700, 1.0, 0.0)]);
    judge_files("no longer exact", ModelTask::Regression, &params(), [houses(1, 800, 1.0, 0.0), houses(2, 700, 1.0, 0.1)]);
    let flat = |seed| table(600, seed, "x,price,said", |_, rng| format!("{:.3},5,{:.1}", rng.normal(), 5.0));
    judge_files("one number", ModelTask::Regression, &params(), [flat(1), flat(2)]);
}

#[test]
fn classes_of_any_kind_get_no_false_word() {
    const THREE: &[&str] = &["a", "b", "c"];
    const QUOTED: &[&str] = &["\"x, y\"", "is missing", "∧", "1"];
    let params =
        || DataParams { label_col: Some("label".into()), prediction_col: Some(OneOrMany::One("said".into())), ..DataParams::default() };
    let parcels = |seed: u64, rows: usize, classes: &'static [&'static str], wrong: f64| {
        table(rows, seed, "weight,region,label,said", move |_, rng| {
            let truth = rng.below(classes.len() as u64) as usize;
            let said = if rng.uniform() < wrong { rng.below(classes.len() as u64) as usize } else { truth };
            let region = ["north", "south", "isle"][rng.below(3) as usize];
            format!("{:.2},{region},{},{}", 4.0 + rng.normal(), classes[truth], classes[said])
        })
    };
    let task = ModelTask::MulticlassClassification;
    judge_files("same classes", task, &params(), [parcels(1, 1_500, THREE, 0.1), parcels(2, 1_200, THREE, 0.1)]);
    judge_files("a class less", task, &params(), [parcels(1, 1_500, THREE, 0.1), parcels(2, 1_200, &["a", "b"], 0.1)]);
    judge_files("a class more", task, &params(), [parcels(1, 1_500, THREE, 0.1), parcels(2, 1_200, &["a", "b", "c", "d"], 0.1)]);
    judge_files("other classes", task, &params(), [parcels(1, 1_500, THREE, 0.1), parcels(2, 1_200, &["d", "e", "f"], 0.1)]);
    judge_files("odd names", task, &params(), [parcels(1, 1_500, QUOTED, 0.1), parcels(2, 1_200, QUOTED, 0.4)]);
    judge_files("one class alone", task, &params(), [parcels(1, 500, &["a"], 0.0), parcels(2, 400, &["a"], 0.0)]);
    judge_files("chance", task, &params(), [parcels(1, 1_500, THREE, 1.0), parcels(2, 1_200, THREE, 1.0)]);
    judge_files("few classes", task, &params(), [parcels(1, 9, THREE, 0.1), parcels(2, 6, THREE, 0.1)]);
}
