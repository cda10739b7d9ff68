//! A monitor of the reader's own.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::MonitorChoice;

use crate::client::{self, View};
use crate::element::{El, el, none};
use crate::screens::firewall::setup::text;
use crate::screens::setup::{field, number, option, select};
use crate::state::App;
use crate::watch::Watch;

const QUANTITIES: [(&str, &str); 3] =
    [("value", "The metric or statistic"), ("effect", "The effect, noise removed"), ("rows", "Rows that fail")];
const AGGREGATES: [(&str, &str); 4] = [("avg", "Mean, by rows"), ("min", "Smallest"), ("max", "Largest"), ("sum", "Sum")];
const AGAINST: [(&str, &str); 3] =
    [("reference", "The reference"), ("previous_window", "The window before"), ("nothing", "Nothing: thresholds are bounds")];
const BETTER: [(&str, &str); 3] = [("higher", "Smaller is bad"), ("lower", "Larger is bad"), ("neutral", "Both are bad")];

/// The form, closed until it is wanted. What can be followed is asked of the firewall.
pub fn form(app: App, view: &Arc<View>) -> AnyView {
    let choices = RwSignal::new(Vec::<MonitorChoice>::new());
    let start = ["", "", "", "", "value", "avg", "1", "reference", "lower", "0.05", "0.1"];
    let values = start.map(|v| RwSignal::new(v.to_owned()));
    let [name, test, feature, subset, quantity, aggregate, window, against, better, warning, alert] = values;
    if let Some(firewall) = Watch::handle() {
        spawn_local(async move {
            let asked = async { client::from_js::<Vec<MonitorChoice>>(client::ask(&firewall, "monitorChoices", &[]).await?) }.await;
            match asked {
                Ok(found) => {
                    test.try_set(found.first().map(|c| c.test.clone()).unwrap_or_default());
                    choices.try_set(found);
                }
                Err(error) => {
                    app.watch.failed.try_set(Some(error));
                }
            }
        });
    }
    let list = |options: &[(&str, &str)], signal: RwSignal<String>| {
        let options = options.iter().map(|(id, name)| option(id, name)).collect();
        select(options, move || signal.get(), move |v| signal.set(v))
    };
    let tests = move || {
        let options = choices.with(|all| {
            let name = |c: &MonitorChoice| format!("{}: {}", c.category.label(), c.name);
            all.iter().map(|c| option(&c.test, &name(c))).collect()
        });
        let set = move |v: String| {
            feature.set(String::new());
            subset.set(String::new());
            test.set(v);
        };
        field("Test", select(options, move || test.get(), set).testid("custom-test")).any()
    };
    let chosen = move || choices.with(|all| all.iter().find(|c| c.test == test.get()).cloned());
    let all = view.features.clone();
    // A test's own objects; parts of any feature where it cuts features into subsets.
    let about = move || {
        let Some(choice) = chosen() else { return none() };
        let objects = if choice.objects.is_empty() && choice.subsets { all.clone() } else { choice.objects.clone() };
        if objects.is_empty() {
            return none();
        }
        let every = if choice.objects.is_empty() { "All rows" } else { "Each of them" };
        let options = std::iter::once(option("", every)).chain(objects.iter().map(|o| option(o, o))).collect();
        let features = field("Feature", select(options, move || feature.get(), move |v| feature.set(v)).testid("custom-feature"));
        let part = choice.subsets.then(|| {
            field("Subset", text(subset).attr("placeholder", "= Travel").testid("custom-subset"))
                .el(says("A part of the feature, as the page names it. All of its rows where empty."))
                .any()
        });
        crate::element::row(std::iter::once(features.any()).chain(part).collect())
    };
    let digits = |signal: RwSignal<String>, step: &str| text(signal).attr("type", "number").attr("step", step);
    let fields = el("div", "fields")
        .el(field("Name", text(name).testid("custom-name")))
        .live(tests)
        .live(about)
        .el(field("Value", list(&QUANTITIES, quantity)))
        .el(field("Bins in a window", digits(window, "1").attr("min", "1")))
        .el(field("Of a window", list(&AGGREGATES, aggregate)))
        .el(field("Held against", list(&AGAINST, against)))
        .el(field("Direction", list(&BETTER, better)))
        .el(field("Warns from", digits(warning, "any").testid("custom-warning")))
        .el(field("Alerts from", digits(alert, "any").testid("custom-alert")));
    let filled = |signal: RwSignal<String>| Some(signal.get_untracked().trim().to_owned()).filter(|v| !v.is_empty());
    let add = move || {
        let words =
            [("name", name), ("test", test), ("quantity", quantity), ("aggregate", aggregate), ("against", against), ("better", better)];
        let mut entries: Vec<(&str, wasm_bindgen::JsValue)> = words.map(|(key, signal)| (key, signal.get_untracked().trim().into())).into();
        entries.extend([("feature", feature), ("subset", subset)].into_iter().filter_map(|(key, s)| Some((key, filled(s)?.into()))));
        let numbers = [("window", window), ("warning", warning), ("alert", alert)];
        entries.extend(numbers.into_iter().filter_map(|(key, s)| Some((key, number(&s.get_untracked())?.into()))));
        app.watch.act("addMonitor", vec![client::object(&entries)], move || name.set(String::new()));
    };
    let save = el("button", "btn primary").attr("type", "submit").text("Add monitor").testid("custom-save");
    let form = el("form", "")
        .on("submit", move |ev| {
            ev.prevent_default();
            add();
        })
        .el(fields)
        .el(el("div", "actions after-rows").el(save.live_attr("disabled", move || name.with(|n| n.trim().is_empty()).then(String::new))));
    el("details", "sheet more").testid("custom-monitor").el(el("summary", "").text("New monitor of your own")).el(form).any()
}

fn says(text: &str) -> El {
    el("small", "").text(text)
}
