//! The firewall from files to bins: what it counts, what it refuses, what it keeps.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use straingauge_api::{
    BatchOptions, BatchReport, BinInfo, BinSize, Calendar, Case, Category, DataParams, Event, FirewallChange, FirewallConfig,
    FirewallDocument, ModelTask, RunDocument, Severity, Stage,
};
use straingauge_engine::firewall::Firewall;
use straingauge_engine::stress::RunSide;
use straingauge_engine::{Error, json};

use crate::support::{self, read, real_file};

const DAY: i64 = 86_400_000;
/// Monday, 1 January 2024, UTC.
const MONDAY: i64 = 1_704_067_200_000;
const BINARY: ModelTask = ModelTask::BinaryClassification;

fn drive(firewall: &mut Firewall) -> Result<(), Error> {
    while firewall.step()?.stage != Stage::Done {}
    Ok(())
}

fn learnt(config: FirewallConfig, task: ModelTask, reference: RunSide) -> Firewall {
    let mut firewall = Firewall::learn(config, task, reference).expect("a firewall");
    drive(&mut firewall).expect("a baseline");
    firewall
}

fn take(firewall: &mut Firewall, batch: RunSide, replace: bool) -> Result<BatchReport, Error> {
    firewall.add(batch, BatchOptions { override_existing_bins: replace })?;
    drive(firewall)?;
    Ok(firewall.report().expect("a report").clone())
}

fn bins(firewall: &Firewall) -> Vec<BinInfo> {
    firewall.export().expect("a document").bins.into_iter().map(|bin| bin.info).collect()
}

fn bytes(firewall: &Firewall) -> String {
    json::to_string(&firewall.export().expect("a document")).expect("JSON")
}

/// Rows of a small world: `x`, a city, a score and the label that it is right about in four of five cases.
struct World {
    state: u64,
    shift: f64,
}

impl World {
    const fn new(seed: u64) -> Self {
        Self { state: seed, shift: 0.0 }
    }

    fn next(&mut self) -> f64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as f64 / (1u64 << 31) as f64
    }

    fn row(&mut self, out: &mut String, when: &str) {
        let x = self.next() + self.shift;
        let city = ["Rome", "Oslo", "Lima", "Pune"][(self.next() * 4.0) as usize];
        let score = self.next();
        let label = u8::from(if self.next() < 0.8 { score >= 0.5 } else { score < 0.5 });
        writeln!(out, "{when},{x:.4},{city},{score:.4},{label}").expect("text");
    }

    /// So many rows a day from a day (counted from Monday) on, spread over the day.
    fn days(&mut self, first: i64, days: i64, rows: i64) -> String {
        let mut out = String::new();
        for day in first..first + days {
            for i in 0..rows {
                self.row(&mut out, &time(day * DAY + i * DAY / rows));
            }
        }
        out
    }
}

/// A moment counted from Monday, as a file has it.
fn time(offset: i64) -> String {
    let (days, seconds) = (offset.div_euclid(DAY), offset.rem_euclid(DAY) / 1000);
    // January and what follows of a leap year, which is as far as these tests go.
    let (month, day) = [31, 29, 31, 30].iter().zip(1..).fold((0, days + 1), |(month, left), (&length, number)| {
        if month == 0 && left <= length {
            (number, left)
        } else if month == 0 {
            (0, left - length)
        } else {
            (month, left)
        }
    });
    format!("2024-{month:02}-{day:02} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn params() -> DataParams {
    DataParams {
        label_col: Some("label".to_owned()),
        prediction_col: Some(straingauge_api::OneOrMany::One("score".to_owned())),
        timestamp_col: Some("when".to_owned()),
        ..DataParams::default()
    }
}

fn batch_of(name: &str, rows: &str) -> RunSide {
    let table = read(name, format!("when,x,city,score,label\n{rows}").as_bytes());
    support::side(name, table, None, &params(), BINARY)
}

fn small(config: FirewallConfig) -> Firewall {
    learnt(config, BINARY, batch_of("reference.csv", &World::new(1).days(0, 10, 300)))
}

fn cases(document: &RunDocument) -> Vec<&Case> {
    let mut cases: Vec<&Case> = document.batches.iter().flat_map(|b| &b.cases).collect();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    cases
}

#[test]
fn arxiv_fills_seven_days() {
    let file = |name: &str| Some(read(name, &real_file(&format!("arxiv/{name}"))?));
    let task = ModelTask::MulticlassClassification;
    let side =
        |name: &str, data: &str, said: &str| Some(support::side(name, file(data)?, Some(&*file(said)?), &DataParams::default(), task));
    let Some((reference, batch)) =
        side("train", "train.json.gz", "train_preds.json.gz").zip(side("val_1", "val_1.json.gz", "val_preds_1.json.gz"))
    else {
        return;
    };
    let begun = std::time::Instant::now();
    let mut firewall = learnt(FirewallConfig::default(), task, reference);
    println!("learnt in {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    let report = take(&mut firewall, batch, false).expect("a batch");
    println!("seven days in {:?}; problems {:?}", begun.elapsed(), report.problems);
    let found = bins(&firewall);
    // The days, rows and mean largest probabilities that scikit-learn gives for these files.
    let rows = [1009, 964, 827, 896, 897, 931, 1255];
    let confidence = [0.671_113, 0.626_529, 0.633_843, 0.626_230, 0.629_141, 0.619_199, 0.662_968];
    // 18 June 2007.
    let first = 1_182_124_800_000;
    assert_eq!(found.iter().map(|b| b.rows).collect::<Vec<_>>(), rows);
    for (i, (bin, expected)) in found.iter().zip(confidence).enumerate() {
        assert_eq!(bin.start, first + i as i64 * DAY);
        let run = firewall.run(bin.start, bin.end).expect("a run");
        let metric = run.model_metrics.iter().find(|m| m.id == "average_confidence").expect("the confidence");
        let value = metric.evaluation.expect("a value");
        assert!((value - expected).abs() < 1e-6, "{}: {value}", bin.start);
        let rate = run.summary.abnormality_rate.expect("an abnormality rate");
        assert_eq!(run.summary.num_failing_inputs, bin.abnormal.expect("counted"));
        println!("{} {:?} {:?} abnormal {rate:.4} confidence {:?}", run.evaluation.dataset, bin.severity, bin.counts, metric.severity);
        assert!(bin.judged && bin.complete && metric.severity > Severity::Pass);
    }
    let view = firewall.view().expect("a view");
    show(&view.events);
    let confidence = view.events.iter().find(|e| e.monitor == "model_performance:average_confidence").expect("an event");
    assert_eq!((confidence.start, confidence.bins, confidence.open), (first, 7, true));
    // The confidence falls in all rows alike, so that nothing need be to blame; least of all a label that production does not have.
    assert!(view.events.iter().flat_map(|e| &e.causes).all(|c| c.features != ["label"]), "{:?}", confidence.causes);
}

fn show(events: &[Event]) {
    for event in events {
        let day = (event.start - MONDAY).div_euclid(DAY);
        println!(
            "{:?} {:?} day {day} {} bins {} [{}]: {}",
            event.severity, event.kind, event.bins, event.monitor, event.object, event.sentence
        );
        for cause in event.causes.iter().take(2) {
            println!("    {:?} {:?} {}", cause.kind, cause.features, cause.sentence);
        }
    }
}

#[test]
fn fraud_fills_29_days() {
    let side = |name: &str, file: &str| {
        let params = DataParams {
            label_col: Some("label".into()),
            prediction_col: Some(straingauge_api::OneOrMany::One("preds".into())),
            ..DataParams::default()
        };
        Some(support::side(name, read(file, &real_file(file)?), None, &params, BINARY))
    };
    let Some((reference, batch)) = side("reference", "fraud/fraud_ref.csv.gz").zip(side("production", "fraud/fraud_eval.csv.gz")) else {
        return;
    };
    let begun = std::time::Instant::now();
    let mut firewall = learnt(FirewallConfig::default(), BINARY, reference);
    println!("learnt in {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    take(&mut firewall, batch, false).expect("a batch");
    println!("29 days in {:?}", begun.elapsed());
    let begun = std::time::Instant::now();
    let found = bins(&firewall);
    let size = bytes(&firewall).len();
    println!("exported in {:?}: {size} bytes, {} a bin", begun.elapsed(), size / found.len());
    assert_eq!(found.len(), 29);
    assert!(found.iter().all(|b| b.rows == 1_000 && b.complete && b.judged && b.labelled == 1_000));
    let begun = std::time::Instant::now();
    let view = firewall.view().expect("a view");
    println!("looked at in {:?}: {} monitors", begun.elapsed(), view.monitors.len());
    show(&view.events);
    // 5, 9 and 11 August 2018: the catalogue's last paragraph.
    let august = |day: i64| 1_533_081_600_000 + (day - 1) * DAY;
    let drift =
        |feature: &str| view.events.iter().find(|e| e.monitor == "drift:feature_drift#categorical" && e.object == feature).expect(feature);
    for (feature, day) in [("city", 5), ("country", 5), ("browser_version", 9)] {
        let event = drift(feature);
        assert!((event.start - august(day)).abs() <= DAY && event.open, "{feature}: {event:?}");
        assert!(event.causes.iter().any(|c| c.features.iter().any(|f| f == feature)), "{feature}: {:?}", event.causes);
    }
    let accuracy: Vec<_> = view.events.iter().filter(|e| e.monitor == "model_performance:accuracy").collect();
    assert_eq!(accuracy.len(), 1, "{accuracy:?}");
    assert!(accuracy[0].open, "{:?}", accuracy[0]);
    let begun = std::time::Instant::now();
    firewall.change(FirewallChange::Budget { false_events_a_year: 2.0 }).expect("a budget");
    println!("judged anew in {:?}", begun.elapsed());
}

/// Two numbers that are one but for the order of their sums.
fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs())),
        (a, b) => a == b,
    }
}

#[test]
fn a_week_merged_from_days_equals_the_week() {
    let mut rows = World::new(2).days(0, 4, 150);
    rows.push_str(&World { state: 3, shift: 0.4 }.days(4, 3, 150));
    let config =
        |size, budget| FirewallConfig { bin_size: BinSize::Calendar(size), false_events_a_year: budget, ..FirewallConfig::default() };
    // With a seventh of the budget a week is judged at the level of a day.
    let [days, weeks] = [(Calendar::Day, 1.0), (Calendar::Week, 1.0 / 7.0)].map(|(size, budget)| {
        let mut firewall = small(config(size, budget));
        take(&mut firewall, batch_of("week.csv", &rows), false).expect("a batch");
        // Without rows, as the merged week is.
        let firewall = Firewall::import(firewall.export().expect("a document")).expect("a firewall");
        firewall.run(MONDAY, MONDAY + 7 * DAY).expect("a run")
    });
    assert_eq!((days.evaluation.rows, days.evaluation.labelled, days.evaluation.predicted), (1050, 1050, 1050));
    assert_eq!(days.summary.num_failing_inputs, weeks.summary.num_failing_inputs);
    let (merged, whole) = (cases(&days), cases(&weeks));
    assert!(merged.len() > 60, "{}", merged.len());
    assert_eq!(merged.len(), whole.len());
    for (a, b) in merged.iter().zip(&whole) {
        assert_eq!(
            (&a.id, a.n_reference, a.n_evaluation, a.status, a.evident),
            (&b.id, b.n_reference, b.n_evaluation, b.status, b.evident)
        );
        // Areas under curves are exact of rows counted at once, and come from histograms of merged ones.
        let area = ["auc", "average_precision"].iter().any(|area| a.id.contains(area));
        if !area {
            assert!(near(a.statistic, b.statistic) && near(a.effect, b.effect), "{}: {:?} {:?}", a.id, a.statistic, b.statistic);
            assert!(near(a.p_value, b.p_value), "{}: {:?} {:?}", a.id, a.p_value, b.p_value);
        }
    }
    assert!(merged.iter().any(|c| c.severity > Severity::Pass && c.id.starts_with("drift:") && c.features == ["x"]));
}

#[test]
fn filled_bins_are_refused_by_name_and_replaced_on_demand() {
    let mut firewall = small(FirewallConfig::default());
    let first = World::new(4).days(0, 3, 100);
    assert_eq!(take(&mut firewall, batch_of("a.csv", &first), false).expect("a batch").bins, [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]);
    let before = bytes(&firewall);
    let known = take(&mut firewall, batch_of("a.csv", &first), false).expect_err("a known file");
    assert_eq!(known.code, "batch_known");
    assert!(known.message.contains("3 bins from 2024-01-01 to 2024-01-03"), "{known}");
    let other = World::new(5).days(1, 3, 90);
    let error = take(&mut firewall, batch_of("b.csv", &other), false).expect_err("filled bins");
    assert_eq!(error.code, "bins_exist");
    assert!(
        error.to_string().contains("2 bins from 2024-01-02 to 2024-01-03") && error.to_string().contains("overrideExistingBins"),
        "{error}"
    );
    assert_eq!(bytes(&firewall), before, "a refused batch left a trace");
    take(&mut firewall, batch_of("b.csv", &other), true).expect("a batch that replaces");
    assert_eq!(bins(&firewall).iter().map(|b| b.rows).collect::<Vec<_>>(), [100, 90, 90, 90]);
    assert_eq!(bins(&firewall)[1].sources[0].file, "b.csv");
}

#[test]
fn a_batch_that_is_given_up_leaves_no_trace() {
    let mut firewall = small(FirewallConfig::default());
    take(&mut firewall, batch_of("a.csv", &World::new(6).days(0, 2, 80)), false).expect("a batch");
    let before = bytes(&firewall);
    for steps in [1, 3, 6, 9] {
        firewall.add(batch_of("b.csv", &World::new(7).days(2, 3, 80)), BatchOptions::default()).expect("a batch");
        for _ in 0..steps {
            assert_ne!(firewall.step().expect("a step").stage, Stage::Done, "after {steps} steps");
        }
        firewall.abandon();
        assert_eq!(bytes(&firewall), before);
    }
    take(&mut firewall, batch_of("b.csv", &World::new(7).days(2, 3, 80)), false).expect("the batch after all");
    assert_eq!(bins(&firewall).len(), 5);
}

#[test]
fn an_unfinished_bin_is_continued_and_judged_when_it_is_large_enough() {
    let mut firewall = small(FirewallConfig::default());
    let rows = |seed: u64, from: i64, until: i64| {
        let mut world = World::new(seed);
        (from..until).fold(String::new(), |mut out, minute| {
            world.row(&mut out, &time(minute * 60_000));
            out
        })
    };
    // Two whole days of a row every minute, then four hours of a third.
    take(&mut firewall, batch_of("a.csv", &rows(8, 0, 2 * 1440 + 240)), false).expect("a batch");
    let last = bins(&firewall).pop().expect("a bin");
    assert_eq!((last.rows, last.complete, last.judged), (240, false, false));
    assert!(last.reason.as_deref().is_some_and(|r| r.contains("240") && r.contains("1\u{202f}440")), "{:?}", last.reason);
    // What begins before the end of what is there would count rows twice.
    let overlap = take(&mut firewall, batch_of("b.csv", &rows(9, 2 * 1440 + 100, 3 * 1440)), false).expect_err("an overlap");
    assert_eq!(overlap.code, "bins_exist");
    take(&mut firewall, batch_of("c.csv", &rows(9, 2 * 1440 + 240, 3 * 1440)), false).expect("the rest of the day");
    let last = bins(&firewall).pop().expect("a bin");
    assert_eq!((last.rows, last.complete, last.judged, last.reason), (1440, true, true, None));
    assert_eq!(last.sources.iter().map(|s| (s.file.as_str(), s.rows)).collect::<Vec<_>>(), [("a.csv", 240), ("c.csv", 1200)]);
    assert_eq!(
        take(&mut firewall, batch_of("d.csv", &rows(10, 3 * 1440 - 1, 3 * 1440 + 9)), false).expect_err("a full bin").code,
        "bins_exist"
    );
}

#[test]
fn odd_bins_have_their_place() {
    let mut firewall = small(FirewallConfig::default());
    let mut rows = World::new(11).days(0, 1, 60);
    // A row without a time, an unknown class, a day of one row, a day of nothing but missing values, a month of nothing, a day again.
    rows.push_str(",0.5,Rome,0.7,1\n2024-01-01 05:00:00,0.5,Rome,0.7,7\n2024-01-02 05:00:00,0.5,Rome,0.7,1\n");
    for minute in 0..40 {
        writeln!(rows, "{},,,,", time(2 * DAY + minute * 60_000)).expect("text");
    }
    rows.push_str(&World::new(12).days(45, 1, 60));
    let report = take(&mut firewall, batch_of("odd.csv", &rows), false).expect("a batch");
    assert_eq!(report.bins, [0, 1, 2, 45].map(|day| MONDAY + day * DAY));
    let timeless = report.problems.iter().find(|p| p.code == "rows_without_time").expect("the row without a time");
    assert_eq!(timeless.count, 1);
    let codes: Vec<&str> = report.problems.iter().map(|p| p.code.as_str()).collect();
    println!("{:?}", report.problems);
    assert!(codes.iter().any(|c| c.contains("class")), "{codes:?}");
    let found = bins(&firewall);
    assert_eq!(
        found.iter().map(|b| (b.rows, b.labelled, b.judged)).collect::<Vec<_>>(),
        [(61, 61, true), (1, 1, false), (40, 0, true), (60, 60, true)]
    );
    assert!(found[1].reason.as_deref().is_some_and(|r| r.contains("30")), "{:?}", found[1].reason);
    // Everything is missing: that is drift of nulls, and no crash of the rest.
    assert_eq!(found[2].severity, Severity::Alert);
    let run = firewall.run(MONDAY, MONDAY + 46 * DAY).expect("a run over the gap");
    assert_eq!(run.evaluation.rows, 162);
    assert_eq!(firewall.run(MONDAY + 5 * DAY, MONDAY + 9 * DAY).expect_err("the gap").code, "unknown_bin");
    assert_eq!(firewall.run(MONDAY + DAY, MONDAY).expect_err("backwards").code, "unknown_bin");
    assert_eq!(take(&mut firewall, batch_of("timeless.csv", ",1,Rome,0.2,0\n"), false).expect_err("no time").code, "no_timestamp");
}

#[test]
fn batches_may_lack_labels_or_columns() {
    let mut firewall = small(FirewallConfig::default());
    let rows = World::new(13).days(0, 1, 100);
    let short: String = rows.lines().fold("when,city,score\n".to_owned(), |mut out, line| {
        let cells: Vec<&str> = line.split(',').collect();
        writeln!(out, "{},{},{}", cells[0], cells[2], cells[3]).expect("text");
        out
    });
    let params = DataParams { label_col: None, ..params() };
    let side = support::side("short.csv", read("short.csv", short.as_bytes()), None, &params, BINARY);
    let report = take(&mut firewall, side, false).expect("a batch");
    let missing = report.problems.iter().find(|p| p.code == "missing_columns").expect("the column that is missing");
    assert!(missing.message.contains('x'), "{}", missing.message);
    let bin = &bins(&firewall)[0];
    assert_eq!((bin.labelled, bin.predicted, bin.judged), (0, 100, true));
    let run = firewall.run(bin.start, bin.end).expect("a run");
    assert!(run.model_metrics.iter().any(|m| m.id == "estimated_accuracy" && m.evaluation.is_some()), "no estimate without labels");
}

#[test]
fn a_firewall_read_back_is_the_same() {
    let mut firewall = small(FirewallConfig { bin_size: BinSize::Millis(6 * 3_600_000), ..FirewallConfig::default() });
    let mut rows = World::new(14).days(0, 2, 400);
    rows.push_str(&World { state: 15, shift: 0.5 }.days(2, 1, 400));
    take(&mut firewall, batch_of("a.csv", &rows), false).expect("a batch");
    let written = bytes(&firewall);
    let document: FirewallDocument = serde_json::from_str(&written).expect("a document");
    let mut again = Firewall::import(document.clone()).expect("a firewall");
    assert_eq!(bytes(&again), written);
    let header = again.header().expect("a header");
    assert!(header.bins.is_empty());
    assert_eq!(again.bin(MONDAY).expect("a bin"), document.bins[0]);
    // Judged anew at the same budget nothing changes, and both go on alike, save that causes lose their example rows with the rows.
    let uncaused = |firewall: &Firewall| {
        let document = firewall.export().expect("a document");
        assert!(!document.causes.is_empty());
        json::to_string(&FirewallDocument { causes: BTreeMap::new(), ..document }).expect("JSON")
    };
    again.change(FirewallChange::Budget { false_events_a_year: 1.0 }).expect("a budget");
    assert_eq!(uncaused(&again), uncaused(&firewall));
    let more = World::new(16).days(3, 1, 400);
    for one in [&mut firewall, &mut again] {
        take(one, batch_of("b.csv", &more), false).expect("a batch");
    }
    assert_eq!(uncaused(&again), uncaused(&firewall));
    assert_eq!(firewall.rows(MONDAY + 2 * DAY, "drift:feature_drift[x]", 0, 5).map_err(|e| e.code).err(), None);
    let gone = again.rows(MONDAY + 2 * DAY, "drift:feature_drift[x]", 0, 5).expect_err("no rows");
    assert_eq!(gone.code, "rows_not_loaded");
}

#[test]
fn what_is_no_document_of_ours_is_refused() {
    let mut firewall = small(FirewallConfig::default());
    take(&mut firewall, batch_of("a.csv", &World::new(17).days(0, 1, 60)), false).expect("a batch");
    let document = firewall.export().expect("a document");
    let code = |document: FirewallDocument| Firewall::import(document).err().map(|e| e.code);
    assert_eq!(code(FirewallDocument { format: 2, ..document.clone() }), Some("newer_format"));
    assert_eq!(code(FirewallDocument { baseline: "AQ==".into(), ..document.clone() }), Some("invalid_document"));
    let mut torn = document.clone();
    let half = torn.bins[0].counts.len() / 2 / 4 * 4;
    torn.bins[0].counts.truncate(half);
    assert_eq!(code(torn), Some("invalid_document"));
    let other = learnt(FirewallConfig::default(), BINARY, batch_of("other.csv", &World::new(18).days(0, 10, 200)));
    let header = other.header().expect("a header");
    assert_eq!(code(FirewallDocument { bins: document.bins, ..header }), Some("invalid_document"));
}

#[test]
fn what_cannot_be_done_is_said_by_name() {
    let reference = || batch_of("reference.csv", &World::new(1).days(0, 2, 100));
    let code = |config| Firewall::learn(config, BINARY, reference()).err().map(|e| e.code);
    assert_eq!(code(FirewallConfig { bin_size: BinSize::Millis(0), ..FirewallConfig::default() }), Some("invalid_bin_size"));
    assert_eq!(code(FirewallConfig { false_events_a_year: 0.0, ..FirewallConfig::default() }), Some("invalid_budget"));
    let mut early = Firewall::learn(FirewallConfig::default(), BINARY, reference()).expect("a firewall");
    assert_eq!(early.add(reference(), BatchOptions::default()).expect_err("not learnt").code, "firewall_not_ready");
    assert_eq!(early.export().expect_err("not learnt").code, "firewall_not_ready");
    drive(&mut early).expect("a baseline");
    early.add(reference(), BatchOptions::default()).expect("a batch");
    assert_eq!(early.add(reference(), BatchOptions::default()).expect_err("busy").code, "batch_under_way");
    let busy = early.change(FirewallChange::Budget { false_events_a_year: 3.0 }).expect_err("busy");
    assert_eq!((busy.code, early.config().false_events_a_year), ("batch_under_way", 1.0));
    early.abandon();
    assert_eq!(early.bin(0).expect_err("no bin").code, "unknown_bin");
}

/// A firewall in the first version of its document, as it was written then. `WRITE_FIXTURES=1` writes it anew, which only a new version may do.
#[test]
fn a_document_of_the_first_version_stays_readable() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/engine/fixtures/firewall-1.json");
    if std::env::var_os("WRITE_FIXTURES").is_some() {
        let categories = vec![Category::ModelPerformance, Category::Drift, Category::AbnormalInputs];
        let mut firewall = small(FirewallConfig { categories: Some(categories), ..FirewallConfig::default() });
        let mut rows = World::new(20).days(0, 1, 60);
        rows.push_str(&World { state: 21, shift: 2.0 }.days(1, 1, 60));
        take(&mut firewall, batch_of("a.csv", &rows), false).expect("a batch");
        let on = "abnormality_rate".to_owned();
        firewall.change(FirewallChange::Note { on, day: "2024-01-03".into(), text: "seen".into() }).expect("a note");
        std::fs::write(&path, bytes(&firewall)).expect("a fixture");
    }
    let text = std::fs::read_to_string(&path).expect("the fixture");
    let document: FirewallDocument = serde_json::from_str(&text).expect("a document");
    assert_eq!(document.format, 1);
    let mut firewall = Firewall::import(document).expect("a firewall");
    // Written again it has today's form, which comes back as it is.
    let again = bytes(&firewall);
    let back = Firewall::import(serde_json::from_str(&again).expect("a document")).expect("a firewall");
    assert_eq!(bytes(&back), again, "written twice it is another");
    assert_eq!(bins(&firewall).iter().map(|b| b.rows).collect::<Vec<_>>(), [60, 60]);
    // The second day's x is two beyond everything that the reference has.
    let view = firewall.view().expect("a view");
    let about_x: Vec<_> = view.events.iter().filter(|e| e.object == "x").map(|e| (e.start, e.bins, e.open)).collect();
    assert!(!about_x.is_empty() && about_x.iter().all(|e| *e == (MONDAY + DAY, 1, true)), "{about_x:?}");
    let monitor = view.monitors.iter().find(|m| m.id == "abnormality_rate").expect("the monitor");
    assert_eq!(monitor.notes[0].text, "seen");
    // It goes on: judged anew, merged, and fed with another day.
    firewall.change(FirewallChange::Budget { false_events_a_year: 2.0 }).expect("a budget");
    assert_eq!(firewall.run(MONDAY, MONDAY + 2 * DAY).expect("a run").evaluation.rows, 120);
    take(&mut firewall, batch_of("b.csv", &World::new(22).days(2, 1, 60)), false).expect("a batch");
    assert_eq!(bins(&firewall).len(), 3);
}
