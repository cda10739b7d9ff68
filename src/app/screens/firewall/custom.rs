//! A monitor of the reader's own.

use std::sync::Arc;

use leptos::prelude::*;

use crate::client::{self, View};
use crate::element::{El, el};
use crate::screens::firewall::setup::text;
use crate::screens::setup::{field, number, option, select};
use crate::state::App;

const QUANTITIES: [(&str, &str); 3] =
    [("value", "The metric or statistic"), ("effect", "The effect, noise removed"), ("rows", "Rows that fail")];
const AGGREGATES: [(&str, &str); 4] = [("avg", "Mean, by rows"), ("min", "Smallest"), ("max", "Largest"), ("sum", "Sum")];
const AGAINST: [(&str, &str); 3] =
    [("reference", "The reference"), ("previous_window", "The window before"), ("nothing", "Nothing: thresholds are bounds")];
const BETTER: [(&str, &str); 3] = [("higher", "Smaller is bad"), ("lower", "Larger is bad"), ("neutral", "Both are bad")];

/// The form, closed until it is wanted.
pub fn form(app: App, view: &Arc<View>) -> AnyView {
    let first = view.monitors.iter().find(|m| m.custom.is_none()).map(|m| m.id.clone()).unwrap_or_default();
    let start = ["", &first, "", "", "value", "avg", "1", "reference", "lower", "0.05", "0.1"];
    let values = start.map(|v| RwSignal::new(v.to_owned()));
    let [name, test, feature, subset, quantity, aggregate, window, against, better, warning, alert] = values;
    let list = |options: &[(&str, &str)], signal: RwSignal<String>| {
        let options = options.iter().map(|(id, name)| option(id, name)).collect();
        select(options, move || signal.get(), move |v| signal.set(v))
    };
    let tests: Vec<(&str, &str)> = view.monitors.iter().filter(|m| m.custom.is_none()).map(|m| (m.id.as_str(), m.name.as_str())).collect();
    let features: Vec<(&str, &str)> =
        std::iter::once(("", "Each of them")).chain(view.features.iter().map(|f| (f.as_str(), f.as_str()))).collect();
    let digits = |signal: RwSignal<String>, step: &str| text(signal).attr("type", "number").attr("step", step);
    let fields = el("div", "fields")
        .el(field("Name", text(name).testid("custom-name")))
        .el(field("Test", list(&tests, test).testid("custom-test")))
        .el(field("Feature", list(&features, feature)))
        .el(field("Subset", text(subset).attr("placeholder", "= Travel")).el(says("Of one feature, for tests that cut it into subsets.")))
        .el(field("What is followed", list(&QUANTITIES, quantity)))
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
