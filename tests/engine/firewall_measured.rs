//! Metrics of the caller's own over time, and every number that a monitor of the reader's own can follow.

use std::fmt::Write as _;

use straingauge_api::{
    Against, Aggregate, BatchOptions, BatchValues, Better, CustomMetric, CustomMonitor, DataParams, FirewallChange, FirewallConfig,
    FirewallView, ModelTask, OneOrMany, Quantity, RowValues, Severity, Unit,
};
use straingauge_engine::firewall::Firewall;
use straingauge_engine::random::Rng;
use straingauge_engine::stress::RunSide;

use crate::support::{self, drive, read};

const DAY: i64 = 86_400_000;
/// Midnight of 1 August 2018, UTC.
const AUGUST: i64 = 1_533_081_600_000;
const BINARY: ModelTask = ModelTask::BinaryClassification;

/// Days of rows, and what each of them costs.
struct Days {
    text: String,
    costs: Vec<Option<f64>>,
}

/// Rows of the days, 200 each, with costs of 10 on the average, from a day on so much more.
fn days(seed: u64, days: std::ops::Range<i64>, more: (i64, f64)) -> Days {
    let mut rng = Rng::new(seed, 3);
    let mut out = Days { text: "when,x,city,score,label\n".to_owned(), costs: Vec::new() };
    for day in days {
        for i in 0..200 {
            let (score, minute) = (rng.uniform(), i * 1439 / 200);
            let label = u8::from((rng.uniform() < 0.8) == (score >= 0.5));
            let city = ["Rome", "Oslo", "Lima", "Pune"][rng.below(4) as usize];
            writeln!(out.text, "2018-08-{day:02} {:02}:{:02}:00,{:.4},{city},{score:.4},{label}", minute / 60, minute % 60, rng.normal())
                .expect("text");
            let cost = 10.0 + 2.0 * rng.normal() + if day >= more.0 { more.1 } else { 0.0 };
            out.costs.push((i % 20 != 0).then_some(cost));
        }
    }
    out
}

fn side(name: &str, days: &Days) -> RunSide {
    let params = DataParams {
        label_col: Some("label".to_owned()),
        prediction_col: Some(OneOrMany::One("score".to_owned())),
        timestamp_col: Some("when".to_owned()),
        ..DataParams::default()
    };
    support::side(name, read(name, days.text.as_bytes()), None, &params, BINARY)
}

fn metric(id: &str, values: Option<Vec<Option<f64>>>) -> CustomMetric {
    CustomMetric {
        id: id.to_owned(),
        name: "Cost a case".to_owned(),
        better: Better::Lower,
        unit: Unit::Number,
        thresholds: None,
        description: None,
        per_row: values.map(|reference| RowValues { reference, evaluation: Vec::new() }),
        per_set: None,
        skipped: None,
    }
}

fn learnt(metrics: &[CustomMetric], reference: &Days) -> Firewall {
    let mut firewall = Firewall::learn(FirewallConfig::default(), BINARY, side("reference.csv", reference)).expect("a firewall");
    firewall.follow(metrics).expect("metrics");
    drive(&mut firewall);
    firewall
}

fn take(firewall: &mut Firewall, name: &str, batch: &Days, measured: bool) -> FirewallView {
    firewall.add(side(name, batch), BatchOptions::default()).expect("a batch");
    let values = BatchValues { id: "cost".to_owned(), values: batch.costs.clone() };
    firewall.measure(if measured { vec![values] } else { Vec::new() }).expect("values");
    drive(firewall);
    firewall.view().expect("a view")
}

#[test]
fn a_metric_of_the_callers_own_is_followed_in_every_bin() {
    let reference = days(1, 1..11, (99, 0.0));
    let mut firewall = learnt(&[metric("cost", Some(reference.costs.clone())), metric("of_sets", None)], &reference);
    let production = days(2, 11..25, (18, 4.0));
    let view = take(&mut firewall, "production.csv", &production, true);
    let monitor = view.monitors.iter().find(|m| m.id == "model_performance:cost").expect("a monitor");
    let points = &monitor.series[0].points;
    assert_eq!(points.len(), 14);
    for (at, point) in points.iter().enumerate() {
        let own: Vec<f64> = production.costs.iter().skip(at * 200).take(200).flatten().copied().collect();
        let mean = own.iter().sum::<f64>() / own.len() as f64;
        assert!((point.value.expect("a value") - mean).abs() < 1e-9 && point.n == 190, "{point:?}");
        assert_eq!(point.severity == Severity::Alert, at >= 7, "{point:?}");
    }
    let events: Vec<_> = view.events.iter().filter(|e| e.monitor == "model_performance:cost").collect();
    assert!(events.len() == 1 && events[0].open && events[0].start == AUGUST + 17 * DAY, "{events:?}");
    assert!(events[0].sentence.starts_with("Cost a case rose to"), "{}", events[0].sentence);
    assert!(view.custom_metrics[1].skipped.as_deref().is_some_and(|why| why.contains("perRow")), "{:?}", view.custom_metrics);
    // Read back, everything is as it was.
    let back = Firewall::import(firewall.export().expect("a document")).expect("a firewall");
    assert_eq!(back.view().expect("a view"), view);
}

#[test]
fn calm_costs_are_left_in_peace_and_what_is_not_computed_is_said() {
    let reference = days(3, 1..11, (99, 0.0));
    let mut firewall = learnt(&[metric("cost", Some(reference.costs.clone()))], &reference);
    let view = take(&mut firewall, "calm.csv", &days(4, 11..21, (99, 0.0)), true);
    assert!(view.events.iter().all(|e| e.monitor != "model_performance:cost"), "{:?}", view.events);
    take(&mut firewall, "unknown.csv", &days(5, 21..25, (0, 5.0)), false);
    let report = firewall.report().expect("a report");
    assert!(report.problems.iter().any(|p| p.code == "custom_metric_missing" && p.message.contains("Cost a case")), "{report:?}");

    let batch = days(6, 25..27, (99, 0.0));
    firewall.add(side("more.csv", &batch), BatchOptions::default()).expect("a batch");
    let wrong = |id: &str, n: usize| vec![BatchValues { id: id.to_owned(), values: vec![Some(1.0); n] }];
    assert_eq!(firewall.measure(wrong("cost", 3)).expect_err("not a number a row").code, "invalid_custom_metric");
    assert_eq!(firewall.measure(wrong("other", 400)).expect_err("not followed").code, "invalid_custom_metric");
    drive(&mut firewall);
    assert_eq!(firewall.measure(Vec::new()).expect_err("no batch").code, "no_batch");
    assert_eq!(firewall.follow(&[]).expect_err("too late").code, "firewall_exists");
    let mut fresh = Firewall::learn(FirewallConfig::default(), BINARY, side("reference.csv", &reference)).expect("a firewall");
    let code = |error: straingauge_engine::Error| error.code;
    assert_eq!(code(fresh.follow(&[metric("accuracy", Some(reference.costs.clone()))]).expect_err("taken")), "invalid_custom_metric");
    assert_eq!(code(fresh.follow(&[metric("cost", Some(vec![None; 2]))]).expect_err("too short")), "invalid_custom_metric");
}

#[test]
fn whatever_can_be_followed_is_accepted_and_has_numbers() {
    let reference = days(7, 1..11, (99, 0.0));
    let mut firewall = learnt(&[metric("cost", Some(reference.costs.clone()))], &reference);
    let before = firewall.choices().expect("choices");
    assert!(before.iter().any(|c| c.test == "drift:feature_drift"), "before there are data, what will be asked");
    take(&mut firewall, "production.csv", &days(8, 11..17, (14, 4.0)), true);
    let choices = firewall.choices().expect("choices");
    let has = |test: &str| choices.iter().find(|c| c.test == test).unwrap_or_else(|| panic!("{test} in {choices:#?}"));
    assert_eq!(has("drift:feature_drift#numeric").objects, ["x"]);
    assert_eq!(has("drift:feature_drift#categorical").objects, ["city"]);
    assert!(has("model_performance:cost").followed && has("abnormality_rate").followed);
    let f1 = has("subset_performance_degradation:subset_drift_f1");
    assert!(!f1.followed && f1.subsets && f1.objects.iter().any(|o| o == "city"), "{f1:?}");
    for (at, choice) in choices.iter().enumerate() {
        let monitor = CustomMonitor {
            name: format!("own {at}"),
            test: choice.test.clone(),
            feature: None,
            subset: None,
            quantity: Quantity::Value,
            aggregate: Aggregate::Avg,
            window: 1,
            against: Against::Reference,
            better: Better::Lower,
            warning: 1e6,
            alert: 2e6,
        };
        firewall.change(FirewallChange::AddMonitor { monitor }).unwrap_or_else(|e| panic!("{}: {e:?}", choice.test));
    }
    let view = firewall.view().expect("a view");
    for (at, choice) in choices.iter().enumerate() {
        let own = view.monitors.iter().find(|m| m.id == format!("custom:own-{at}")).expect("the monitor");
        let objects = own.series.iter().filter(|s| !s.points.is_empty()).count();
        assert!(objects == choice.objects.len().max(1), "{}: {objects} series of {:?}", choice.test, choice.objects);
    }
    let none = CustomMonitor {
        test: "drift:feature_drift#other".into(),
        ..serde_json::from_str(r#"{"name":"no","test":"","warning":1,"alert":2}"#).unwrap()
    };
    assert_eq!(firewall.change(FirewallChange::AddMonitor { monitor: none }).expect_err("no such part").code, "invalid_monitor");
}
