//! What a firewall says of its bins: monitors, events, what its reader decides about them.

use std::fmt::Write as _;

use straingauge_api::{
    Against, Aggregate, Better, CustomMonitor, DataParams, Event, EventKind, FirewallChange, FirewallView, ModelTask, OneOrMany, Quantity,
    Resolution, Severity,
};
use straingauge_engine::firewall::Firewall;
use straingauge_engine::random::Rng;
use straingauge_engine::stress::RunSide;

use crate::lint::{faults, sentences_of_view};
use crate::support::{self, fraud, learnt, read, take};

const DAY: i64 = 86_400_000;
/// Midnight of 1 August 2018, UTC.
const AUGUST: i64 = 1_533_081_600_000;
const BINARY: ModelTask = ModelTask::BinaryClassification;

fn of<'a>(view: &'a FirewallView, monitor: &str, object: &str) -> Vec<&'a Event> {
    view.events.iter().filter(|e| e.monitor == monitor && e.object == object).collect()
}

fn show(view: &FirewallView) {
    println!("{:?} {}", view.status, view.headline);
    assert_eq!(faults(&sentences_of_view(view)), Vec::<String>::new());
    for insight in &view.insights {
        println!("  {:?} {} | {}", insight.severity, insight.text, insight.detail);
    }
    for e in &view.events {
        let day = |t: i64| (t - AUGUST) / DAY + 1;
        println!("{:?} {:?} open {} {}..{} worst {}: {}", e.severity, e.kind, e.open, day(e.start), day(e.end), day(e.worst), e.sentence);
    }
}

#[test]
fn fraud_tells_when_what_began() {
    let Some((reference, batch)) = fraud() else { return };
    let view = take(&mut learnt(BINARY, reference), batch);
    show(&view);
    assert_eq!(view.bins.len(), 29);
    assert!(view.monitors.len() > 20, "{}", view.monitors.len());
    // The days on which the daily PSI first exceeds 0.2, see the last paragraph of the catalogue.
    for (feature, day) in [("city", 5), ("country", 5), ("browser_version", 9)] {
        let events = of(&view, "drift:feature_drift#categorical", feature);
        assert_eq!(events.len(), 1, "{feature}");
        assert!((events[0].start - (AUGUST + (day - 1) * DAY)).abs() <= DAY, "{feature}: {}", events[0].sentence);
        assert!(events[0].open && events[0].severity == Severity::Alert, "{feature}");
    }
    // The accuracy falls slowly and does not recover: one event.
    let accuracy = of(&view, "model_performance:accuracy", "");
    assert_eq!(accuracy.len(), 1);
    assert!(accuracy[0].open && accuracy[0].kind == EventKind::Creeping, "{:?}", accuracy[0]);
    assert!(!accuracy[0].together.is_empty() && !accuracy[0].causes.is_empty());
    assert!(view.status == Severity::Alert && view.insights.len() > 1 && view.insights.len() <= 5);
    assert!(view.last_metrics.iter().any(|m| m.id == "accuracy" && m.severity > Severity::Pass));
    for monitor in &view.monitors {
        for series in &monitor.series {
            assert!(series.points.windows(2).all(|p| p[0].bin < p[1].bin), "{}[{}]", monitor.id, series.object);
        }
    }
    assert!(view.bins.iter().all(|b| b.events.iter().all(|id| view.events.iter().any(|e| e.id == *id))));
}

/// Rows of a day: `x`, a city, a score, and a label that it is right about in so many cases.
struct Days {
    rng: Rng,
    text: String,
}

impl Days {
    fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed, 7), text: "when,x,y,city,score,label\n".to_owned() }
    }

    /// So many rows on the days from `first` (1 is the first of August) on, `x` moved by `shift`.
    fn add(mut self, days: std::ops::Range<i64>, rows: i64, shift: f64, right: f64) -> Self {
        for day in days {
            for i in 0..rows {
                let score = self.rng.uniform();
                let label = u8::from((self.rng.uniform() < right) == (score >= 0.5));
                let city = ["Rome", "Oslo", "Lima", "Pune"][self.rng.below(4) as usize];
                let (x, y, minute) = (self.rng.normal() + shift, self.rng.normal(), i * 1439 / rows);
                let (hour, minute) = (minute / 60, minute % 60);
                writeln!(self.text, "2018-08-{day:02} {hour:02}:{minute:02}:00,{x:.4},{y:.4},{city},{score:.4},{label}").expect("text");
            }
        }
        self
    }

    fn side(&self, name: &str) -> RunSide {
        let params = DataParams {
            label_col: Some("label".to_owned()),
            prediction_col: Some(OneOrMany::One("score".to_owned())),
            timestamp_col: Some("when".to_owned()),
            ..DataParams::default()
        };
        support::side(name, read(name, self.text.as_bytes()), None, &params, BINARY)
    }
}

const DRIFT: &str = "drift:feature_drift#numeric";

#[test]
fn a_calm_month_has_no_event() {
    let mut events = 0;
    for seed in [1, 2] {
        let mut firewall = learnt(BINARY, Days::new(seed).add(1..11, 300, 0.0, 0.8).side("reference.csv"));
        let view = take(&mut firewall, Days::new(seed + 10).add(1..29, 250, 0.0, 0.8).side("production.csv"));
        show(&view);
        events += view.events.len();
        if view.events.is_empty() {
            assert_eq!((view.status, view.headline.as_str()), (Severity::Pass, "Healthy: no incident in 28 daily bins."));
            assert!(view.insights.is_empty());
        }
    }
    assert_eq!(events, 0, "in 56 days with a budget of 1 a year");
}

#[test]
fn an_event_has_a_beginning_an_end_and_a_reader() {
    let mut firewall = learnt(BINARY, Days::new(3).add(1..11, 300, 0.0, 0.8).side("reference.csv"));
    // Calm, moved for two days, calm for one, moved for one, calm for three: one event from 4 to 7 August.
    let rows = Days::new(4).add(1..4, 300, 0.0, 0.8).add(4..6, 300, 2.0, 0.8).add(6..7, 300, 0.0, 0.8);
    let view = take(&mut firewall, rows.add(7..8, 300, 1.5, 0.8).add(8..11, 300, 0.0, 0.8).side("a.csv"));
    show(&view);
    let found = of(&view, DRIFT, "x");
    assert_eq!(found.len(), 1);
    let event = found[0].clone();
    assert_eq!((event.start, event.end, event.bins), (AUGUST + 3 * DAY, AUGUST + 7 * DAY, 3));
    assert!(event.kind == EventKind::Abrupt && !event.open && event.rows == 900, "{event:?}");
    assert!((AUGUST + 3 * DAY..AUGUST + 5 * DAY).contains(&event.worst));
    assert!(event.sentence.contains('x') && event.sentence.contains("3 daily bins") && event.sentence.contains("4 to 7 August 2018"));
    assert!(of(&view, DRIFT, "y").is_empty() && of(&view, "model_performance:accuracy", "").is_empty());
    assert_eq!(view.status, Severity::Pass, "nothing is open");

    // It goes on: open, dealt with, quiet; a further day opens it again.
    let view = take(&mut firewall, Days::new(5).add(11..13, 300, 2.0, 0.8).side("b.csv"));
    let event = of(&view, DRIFT, "x").into_iter().find(|e| e.open).expect("an open event").clone();
    assert_eq!((event.start, view.status), (AUGUST + 10 * DAY, Severity::Alert));
    assert!(view.headline.contains("open"), "{}", view.headline);
    let resolution = Some(Resolution { on: "2018-08-13".into(), note: "sensor replaced".into(), until: None });
    firewall.change(FirewallChange::Resolve { event: event.id.clone(), resolution }).expect("a resolution");
    for id in [DRIFT, &event.id] {
        firewall.change(FirewallChange::Note { on: id.to_owned(), day: "2018-08-13".into(), text: "seen".into() }).expect("a note");
    }
    firewall.change(FirewallChange::Pin { monitor: "abnormality_rate".into(), on: true }).expect("a pin");
    let view = Firewall::import(firewall.export().expect("a document")).expect("a firewall").view().expect("a view");
    let known = view.events.iter().find(|e| e.id == event.id).expect("the event");
    assert_eq!(known.resolved.as_ref().map(|r| r.note.as_str()), Some("sensor replaced"));
    assert_eq!((known.notes.len(), view.monitors[0].id.as_str()), (1, "abnormality_rate"));
    assert!(view.monitors.iter().find(|m| m.id == DRIFT).is_some_and(|m| m.notes.len() == 1 && m.status == Severity::Pass));
    let view = take(&mut firewall, Days::new(6).add(13..14, 300, 2.0, 0.8).side("c.csv"));
    let again = view.events.iter().find(|e| e.id == event.id).expect("the same event");
    assert!(again.resolved.is_none() && again.open && again.bins == 3, "{again:?}");
    firewall.change(FirewallChange::Mute { monitor: DRIFT.into(), on: true }).expect("quiet");
    let view = firewall.view().expect("a view");
    assert!(view.events.iter().any(|e| e.id == event.id && e.muted), "a muted monitor keeps its events");
    assert!(view.insights.iter().all(|i| i.monitor.as_deref() != Some(DRIFT)));
    let code = |change, firewall: &mut Firewall| firewall.change(change).expect_err("nothing of that name").code;
    assert_eq!(code(FirewallChange::Pin { monitor: "nothing".into(), on: true }, &mut firewall), "unknown_monitor");
    assert_eq!(code(FirewallChange::Resolve { event: "nothing".into(), resolution: None }, &mut firewall), "unknown_event");
    assert_eq!(code(FirewallChange::RemoveMonitor { monitor: DRIFT.into() }, &mut firewall), "unknown_monitor");
}

fn monitor(name: &str, test: &str) -> CustomMonitor {
    CustomMonitor {
        name: name.into(),
        test: test.into(),
        feature: None,
        subset: None,
        quantity: Quantity::Value,
        aggregate: Aggregate::Avg,
        window: 1,
        against: Against::Reference,
        better: Better::Higher,
        warning: 0.05,
        alert: 0.1,
    }
}

#[test]
fn monitors_of_the_readers_own_follow_windows_bounds_and_subsets() {
    let mut firewall = learnt(BINARY, Days::new(7).add(1..11, 300, 0.0, 0.8).side("reference.csv"));
    let mut add = |monitor: CustomMonitor| firewall.change(FirewallChange::AddMonitor { monitor });
    let accuracy = "model_performance:accuracy";
    add(CustomMonitor { window: 3, ..monitor("Weekly accuracy", accuracy) }).expect("a monitor");
    let bounds = CustomMonitor { against: Against::Nothing, warning: 0.72, alert: 0.6, ..monitor("Floor", accuracy) };
    add(bounds.clone()).expect("bounds");
    add(CustomMonitor { against: Against::PreviousWindow, window: 2, ..monitor("Step", accuracy) }).expect("steps");
    let rome = CustomMonitor {
        feature: Some("city".into()),
        subset: Some("= Rome".into()),
        window: 4,
        ..monitor("Rome", "subset_performance:subset_accuracy")
    };
    add(rome.clone()).expect("a subset");
    let mut code = |monitor: CustomMonitor| add(monitor).expect_err("no such monitor").code;
    assert_eq!(code(monitor("Floor", accuracy)), "invalid_monitor");
    assert_eq!(code(monitor("", accuracy)), "invalid_monitor");
    assert_eq!(code(monitor("A", "no:test")), "invalid_monitor");
    assert_eq!(code(CustomMonitor { name: "B".into(), subset: Some("= Paris".into()), ..rome }), "invalid_monitor");
    assert_eq!(code(CustomMonitor { alert: 0.01, ..monitor("C", accuracy) }), "invalid_monitor");
    assert_eq!(code(CustomMonitor { window: 0, ..monitor("D", accuracy) }), "invalid_monitor");
    assert_eq!(code(CustomMonitor { name: "E".into(), alert: 0.8, ..bounds }), "invalid_monitor");

    let rows = Days::new(8).add(1..8, 400, 0.0, 0.8).add(8..15, 400, 0.0, 0.6);
    let view = take(&mut firewall, rows.side("production.csv"));
    show(&view);
    let events = |name: &str| of(&view, &format!("custom:{name}"), "");
    let week = events("weekly-accuracy");
    assert!(week.len() == 1 && week[0].open && (7..=9).contains(&((week[0].start - AUGUST) / DAY)), "{week:?}");
    let floor = events("floor");
    assert!(floor.len() == 1 && floor[0].start == AUGUST + 7 * DAY && floor[0].open, "{floor:?}");
    let step = events("step");
    assert!(step.len() == 1 && !step[0].open && (7..=9).contains(&((step[0].start - AUGUST) / DAY)), "{step:?}");
    let of_city = view.monitors.iter().find(|m| m.id == "custom:rome").expect("the monitor");
    assert_eq!((of_city.series.len(), of_city.series[0].points.len()), (1, 11));
    assert!(of_city.series[0].points.iter().all(|p| p.n > 300 && p.n < 500), "{:?}", of_city.series[0].points);
    assert_eq!(of_city.status, Severity::Alert, "a fall of 20 points in 400 rows");
    let lines = |id: &str| view.monitors.iter().find(|m| m.id == id).map(|m| m.series[0].warning.clone()).expect("lines");
    assert!((lines("custom:floor")[0] - 0.72).abs() < 1e-12, "{:?}", lines("custom:floor"));
    assert!(lines("custom:step").is_empty(), "a line that moves is no line");
    assert!(floor[0].sentence.starts_with("Floor was 0.") && floor[0].sentence.ends_with("it warns from 0.720."), "{}", floor[0].sentence);
    firewall.change(FirewallChange::RemoveMonitor { monitor: "custom:rome".into() }).expect("gone");
    assert!(firewall.view().expect("a view").monitors.iter().all(|m| m.id != "custom:rome"));
}
