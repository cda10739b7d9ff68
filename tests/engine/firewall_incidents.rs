//! Events of one cause over one stretch are one incident.

use straingauge_api::{DataParams, FirewallChange, FirewallView, Incident, ModelTask, Resolution};
use straingauge_engine::demo;
use straingauge_engine::firewall::Firewall;

use crate::lint::{faults, sentences_of_view};
use crate::support::{self, fraud, learnt, papers, read, take};

/// The incidents with the monitors and objects of their events.
fn told(view: &FirewallView) -> Vec<(&Incident, Vec<String>)> {
    let of = |i: &Incident| {
        let events = i.events.iter().map(|id| view.events.iter().find(|e| e.id == *id).expect("an event of the view"));
        let mut names: Vec<String> = events.map(|e| format!("{}[{}]", e.monitor, e.object)).collect();
        names.sort();
        names
    };
    let all: Vec<(&Incident, Vec<String>)> = view.incidents.iter().map(|i| (i, of(i))).collect();
    for (incident, events) in &all {
        println!("{} open {} {:?}: {}\n    {events:?}", incident.id, incident.open, incident.features, incident.title);
    }
    assert_eq!(faults(&sentences_of_view(view)), Vec::<String>::new());
    // Every event is in one incident, which names it, and lies within its time.
    let inside: usize = view.incidents.iter().map(|i| i.events.len()).sum();
    assert_eq!(inside, view.events.len());
    for event in &view.events {
        let own = view.incidents.iter().find(|i| i.id == event.incident).expect("an incident");
        assert!(own.events.contains(&event.id) && own.start <= event.start && event.end <= own.end, "{}", event.id);
    }
    let mut ids: Vec<&str> = view.incidents.iter().map(|i| i.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), view.incidents.len(), "ids are unique");
    all
}

/// The sample's firewall with its four production weeks.
fn sample() -> (Firewall, FirewallView) {
    let task = ModelTask::MulticlassClassification;
    let params = DataParams { protected_features: Some(vec!["customer_age_group".to_owned()]), ..DataParams::default() };
    let mut sets = demo::sample(demo::SEED).into_iter();
    let side = |set: demo::SampleSet| {
        let predictions = read(&set.predictions_name, &set.predictions);
        support::side(&set.name, read(&set.data_name, &set.data), Some(&predictions), &params, task)
    };
    let mut firewall = learnt(task, side(sets.next().expect("the reference")));
    for set in sets.filter(|set| set.name.starts_with("week_")) {
        take(&mut firewall, side(set));
    }
    let view = firewall.view().expect("a view");
    (firewall, view)
}

#[test]
fn the_events_of_the_sample_are_three_incidents() {
    let (mut firewall, view) = sample();
    let all = told(&view);
    let titles: Vec<&str> = all.iter().map(|(i, _)| i.title.as_str()).collect();
    assert_eq!(titles, ["product = Wallet", "country = PL", "customer_tier is missing"]);
    let counts: Vec<usize> = all.iter().map(|(i, _)| i.events.len()).collect();
    assert!(counts[0] >= 5 && counts[1..] == [1, 4], "{counts:?}");
    let outage = [
        "abnormal_inputs:empty_string[customer_tier]",
        "abnormality_rate[]",
        "drift:nulls_per_feature_drift[customer_tier]",
        "drift:nulls_per_row_drift[]",
    ];
    assert_eq!(all[2].1, outage);
    assert_eq!((all[0].0.open, all[2].0.open, all[2].0.bins), (true, false, 3));
    assert_eq!(all[0].0.id, "incident:product@2026-07-08");
    assert!(view.headline.starts_with("2 incidents are open"), "{}", view.headline);
    assert_eq!(view.insights.len(), 3);

    // Resolving an incident covers its events, and reopening opens them.
    let id = all[0].0.id.clone();
    let resolution = Some(Resolution { on: "2026-07-20".into(), note: "Wallet is out".into(), until: None });
    firewall.change(FirewallChange::Resolve { event: id.clone(), resolution }).expect("resolved");
    let done = firewall.view().expect("a view");
    let wallet = done.incidents.iter().find(|i| i.id == id).expect("the same id");
    assert_eq!(wallet.resolved.as_ref().map(|r| r.note.as_str()), Some("Wallet is out"));
    assert_eq!(done.events.iter().filter(|e| e.resolved.is_some()).count(), counts[0]);
    assert!(done.headline.starts_with("One incident is open"), "{}", done.headline);
    firewall.change(FirewallChange::Resolve { event: id.clone(), resolution: None }).expect("open again");
    assert_eq!(firewall.view().expect("a view").incidents, view.incidents);
    firewall.change(FirewallChange::Note { on: id, day: "2026-07-20".into(), text: "seen".into() }).expect("noted");
    let noted = firewall.view().expect("a view");
    assert_eq!(noted.events.iter().filter(|e| !e.notes.is_empty()).map(|e| &e.id).collect::<Vec<_>>(), [&all[0].0.events[0]]);
    // Nothing of it is stored: a document brings the same incidents.
    let back = Firewall::import(firewall.export().expect("a document")).expect("a firewall");
    assert_eq!(back.view().expect("a view").incidents, noted.incidents);
}

#[test]
fn a_week_of_papers_is_few_incidents() {
    let Some((reference, batch)) = papers(1) else { return };
    let view = take(&mut learnt(ModelTask::MulticlassClassification, reference), batch);
    told(&view);
    assert!(view.events.len() >= 15 && view.incidents.len() <= 4, "{} events, {} incidents", view.events.len(), view.incidents.len());
}

#[test]
fn what_broke_in_the_fraud_data_is_told_apart() {
    let Some((reference, batch)) = fraud() else { return };
    let view = take(&mut learnt(ModelTask::BinaryClassification, reference), batch);
    let all = told(&view);
    let of = |event: &str| all.iter().position(|(_, events)| events.iter().any(|e| e == event)).expect(event);
    let drift = |feature: &str| of(&format!("drift:feature_drift#categorical[{feature}]"));
    // The browser changes four days after the place: two things, which the model's events tell apart by what they blame.
    assert_eq!(drift("city"), drift("country"));
    assert_ne!(drift("city"), drift("browser_version"));
    assert!(view.incidents.len() * 4 <= view.events.len(), "{} events, {} incidents", view.events.len(), view.incidents.len());
}
