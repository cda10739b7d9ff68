//! The check of single rows: a row to try, and the rules with what happens where they fire.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use straingauge_api::{Action, ApiError, CheckRule, Decision, Typical, Unit};
use wasm_bindgen::JsValue;

use crate::client::{self, View};
use crate::element::{El, button, el, live, none, row, scroll, table};
use crate::format::{counted, value};
use crate::parts::{Shape, failure, mark, search_field, typed};
use crate::route::{Place, Route};
use crate::screens::firewall::crumbs;
use crate::screens::setup::{field, option, select};
use crate::state::App;
use crate::watch::Watch;

/// Rules listed before the rest goes behind a button.
const FIRST: usize = 30;

const ACTIONS: [(&str, &str, Action); 3] =
    [("allow", "Allow", Action::Allow), ("flag", "Flag", Action::Flag), ("block", "Block", Action::Block)];

/// What was tried; it outlives a change of rules.
#[derive(Clone, Copy)]
pub struct Tried {
    json: RwSignal<bool>,
    /// The row as JSON.
    text: RwSignal<Option<String>>,
    decision: RwSignal<Option<Result<Decision, ApiError>>>,
    words: RwSignal<String>,
    all: RwSignal<bool>,
}

impl Tried {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            json: RwSignal::new(false),
            text: RwSignal::new(None),
            decision: RwSignal::new(None),
            words: RwSignal::new(String::new()),
            all: RwSignal::new(false),
        }
    }
}

fn action_of(action: Action) -> (&'static str, &'static str, Shape) {
    match action {
        Action::Allow => ("allow", "Allowed", Shape::Pass),
        Action::Flag => ("flag", "Flagged", Shape::Warning),
        Action::Block => ("block", "Blocked", Shape::Alert),
    }
}

/// The screen.
pub fn screen(app: App, view: &Arc<View>, tried: Tried) -> AnyView {
    let title = el("div", "")
        .view(crumbs(app, "Try a row", &[(Route::Firewall(Place::Overview), "Firewall")]))
        .el(el("h1", "").text("Try a row"))
        .el(el("p", "meta").text("A row is let through, flagged or blocked by what the reference taught. In your own service the package does the same: firewall.check(rows)."));
    let head = el("div", "head").el(title);
    row(vec![head.any(), el("div", "cols").el(row_form(view, tried)).el(answer(tried)).any(), rules(app, view, tried)])
}

fn row_form(view: &View, tried: Tried) -> El {
    // What is measured in a text is not for the reader to fill in.
    let columns: Vec<String> = view.features.iter().filter(|f| !derived(f, &view.features)).cloned().collect();
    let fields: Vec<(String, RwSignal<String>)> =
        columns.into_iter().map(|name| (name.clone(), RwSignal::new(usual(view, &name)))).collect();
    let as_json = {
        let fields = fields.clone();
        move || {
            let record = js_sys::Object::new();
            for (name, value) in &fields {
                let _ = js_sys::Reflect::set(&record, &name.as_str().into(), &cell(&value.get_untracked()));
            }
            let text = js_sys::JSON::stringify_with_replacer_and_space(&record, &JsValue::NULL, &2.into());
            text.ok().and_then(|t| t.as_string()).unwrap_or_default()
        }
    };
    let inputs = fields.iter().map(|(name, value)| {
        let value = *value;
        cell_field(name, view.typical(name), value)
    });
    let form = el("div", "fields").all(inputs).live_attr("hidden", move || tried.json.get().then(String::new));
    let area = {
        let as_json = as_json.clone();
        move || {
            if !tried.json.get() {
                return none();
            }
            let text = tried.text.get_untracked().unwrap_or_else(&as_json);
            tried.text.set(Some(text.clone()));
            el("textarea", "row-json")
                .attr("rows", "12")
                .attr("spellcheck", "false")
                .attr("aria-label", "The row as JSON")
                .testid("row-json")
                .attr("value", &text)
                .on("input", move |ev| tried.text.set(Some(typed(&ev))))
                .any()
        }
    };
    let check = move || {
        let text = if tried.json.get_untracked() { tried.text.get_untracked().unwrap_or_default() } else { as_json() };
        let Some(firewall) = Watch::handle() else { return };
        spawn_local(async move {
            let asked = async {
                let parsed = js_sys::JSON::parse(&text).map_err(|e| client::api_error(&e))?;
                client::from_js::<Vec<Decision>>(client::ask(&firewall, "check", &[parsed]).await?)
            }
            .await;
            tried.decision.set(Some(asked.map(|all| all.into_iter().max_by_key(|d| d.action).unwrap_or_default())));
        });
    };
    let turn = move || {
        tried.text.set(None);
        tried.json.update(|j| *j = !*j);
    };
    let other = el("button", "btn small quiet")
        .attr("type", "button")
        .on("click", move |_| turn())
        .live(move || el("span", "").text(if tried.json.get() { "As a form" } else { "As JSON" }).any());
    let submit = el("button", "btn primary").attr("type", "submit").text("Check").testid("check-row");
    let form = el("form", "")
        .on("submit", move |ev| {
            ev.prevent_default();
            check();
        })
        .el(form)
        .live(area)
        .el(el("div", "actions after-rows").el(submit).el(other));
    el("section", "sheet").el(el("h2", "").text("The row")).el(form)
}

/// The usual value of a feature as text; empty where none is known, and for free text, of which no row is kept.
fn usual(view: &View, feature: &str) -> String {
    view.typical(feature).and_then(|t| t.value.clone()).unwrap_or_default()
}

/// A cell to fill in: a text gets room, a category the values that the reference has.
fn cell_field(name: &str, typical: Option<&Typical>, value: RwSignal<String>) -> El {
    let testid = format!("row-{name}");
    if let Some(words) = typical.map(|t| &t.words).filter(|words| !words.is_empty()) {
        let area = el("textarea", "")
            .attr("rows", "4")
            .attr("placeholder", "missing")
            .live_attr("value", move || Some(value.get()))
            .on("input", move |ev| value.set(typed(&ev)));
        let says = format!("Type or paste a text as the model gets it. Common words of the reference: {}.", words.join(", "));
        return field(name, area.testid(&testid)).attr("class", "field wide").el(el("small", "").text(&says));
    }
    let text = crate::screens::firewall::setup::text(value).attr("placeholder", "missing").testid(&testid);
    let Some(values) = typical.map(|t| &t.values).filter(|values| !values.is_empty()) else { return field(name, text) };
    let list = format!("values-{name}");
    let known = el("datalist", "").attr("id", &list).all(values.iter().map(|v| option(v, v)));
    field(name, text.attr("list", &list).attr("autocomplete", "off")).el(known)
}

/// `text.TokenCount` is measured in `text`.
fn derived(feature: &str, all: &[String]) -> bool {
    feature.rsplit_once('.').is_some_and(|(text, _)| all.iter().any(|f| f == text))
}

/// What was typed as a cell: nothing is missing, and a number is a number.
fn cell(text: &str) -> JsValue {
    let text = text.trim();
    if text.is_empty() {
        return JsValue::NULL;
    }
    // Only what reads back as it was typed: 007 is a name.
    let number: f64 = js_sys::Number::from(JsValue::from_str(text)).value_of();
    if number.is_finite() && JsValue::from_f64(number).as_f64().is_some_and(|n| n.to_string() == text) {
        number.into()
    } else {
        text.into()
    }
}

fn answer(tried: Tried) -> El {
    let body = move || match tried.decision.get() {
        None => el("p", "meta").text("Change a value to something the model never saw, and check.").any(),
        Some(Err(error)) => failure("This row cannot be checked.", &error),
        Some(Ok(decision)) => {
            let (id, word, shape) = action_of(decision.action);
            let fired = decision.rules.iter().map(|r| {
                let (_, word, shape) = action_of(r.action);
                let about = format!("{} · {}", word, r.rule);
                el("li", "").view(mark(shape)).el(el("div", "").text(&r.sentence).el(el("small", "").text(&about)))
            });
            let none_fired = decision.rules.is_empty().then(|| el("p", "meta").text("No rule fires."));
            el("div", "")
                .testid("decision")
                .attr("data-action", id)
                .el(el("p", "says").el(el("span", shape.class()).view(mark(shape))).text(" ").el(el("strong", "").text(word)))
                .all(none_fired)
                .el(el("ul", "findings").all(fired))
                .any()
        }
    };
    el("section", "sheet").el(el("h2", "").text("The decision")).el(el("div", "").attr("aria-live", "polite").live(body))
}

fn rules(app: App, view: &Arc<View>, tried: Tried) -> AnyView {
    let view = view.clone();
    let body = live(move || {
        let words = tried.words.get().to_ascii_lowercase();
        let wanted = |r: &&CheckRule| {
            let text = format!("{} {} {}", r.rule, r.features.join(" "), r.asks).to_ascii_lowercase();
            words.split_whitespace().all(|w| text.contains(w))
        };
        let found: Vec<&CheckRule> = view.rules.iter().filter(wanted).collect();
        let limit = if tried.all.get() { found.len() } else { FIRST };
        let rows = found.iter().take(limit).map(|r| rule_row(app, r));
        let list = table("rules", &["Rule", "Feature", "Asks", ".Reference rows", "Where it fires"], el("tbody", "").all(rows));
        let more = if found.len() > limit {
            button("link", &format!("Show all {}", counted(found.len() as u64, "rule")), move || tried.all.set(true)).any()
        } else {
            none()
        };
        row(vec![scroll("Rules", list).any(), more])
    });
    el("section", "sheet")
        .el(el("h2", "").text("Rules"))
        .el(el("div", "filter").el(search_field("Search rules", tried.words)))
        .view(body)
        .any()
}

fn rule_row(app: App, rule: &CheckRule) -> El {
    let about = rule.features.join(" × ");
    let id = if rule.features.is_empty() { rule.rule.clone() } else { format!("{}[{}]", rule.rule, rule.features.join(", ")) };
    let (now, ..) = action_of(rule.action);
    let options = ACTIONS.map(|(id, name, _)| option(id, name)).into();
    let set = {
        let id = id.clone();
        move |v: String| app.watch.act("setRule", vec![JsValue::from_str(&id), JsValue::from_str(&v)], || ())
    };
    let name = rule.rule.replace('_', " ");
    let choose = select(options, move || now.to_owned(), set).attr("aria-label", &format!("Where {name} fires on {about}"));
    el("tr", "")
        .testid("rule-row")
        .attr("data-id", &id)
        .el(el("th", "").attr("scope", "row").text(&name))
        .el(el("td", "").el(el("code", "").text(&about)))
        .el(el("td", "").text(&rule.asks))
        .el(el("td", "n").text(&value(Some(rule.reference_share), Unit::Share)))
        .el(el("td", "").el(choose))
}
