//! The project's firewall as the page reads it, and what it can be asked.

use std::collections::BTreeMap;

use js_sys::{Array, Function, Promise, Reflect};
use serde::Deserialize;
use straingauge_api::{
    Alarm, Better, BinInfo, BinSize, Calendar, Category, CheckRule, Event, FollowedMetric, Incident, Insight, ModelMetric, Note, Point,
    Severity, SideInfo, Typical, Unit,
};
use wasm_bindgen::prelude::*;

use super::{Answer, api_error, from_js, js, settle};

/// How a firewall is set up, of which the page shows a part.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// The model's name.
    pub model: String,
    /// The reference data set's name.
    pub reference: String,
    /// False events that are accepted a year.
    pub false_events_a_year: f64,
    /// Bins of fewer rows are not judged on their own.
    pub min_rows: u64,
    /// How readily cases fail.
    pub sensitivity: String,
    /// Columns left out.
    #[serde(default)]
    pub exclude_columns: Vec<String>,
    /// The class that binary metrics are about.
    #[serde(default)]
    pub positive_class: Option<String>,
    /// The cut of binary scores.
    #[serde(default)]
    pub decision_threshold: Option<f64>,
    /// What is changed about tests.
    #[serde(default)]
    pub tests: BTreeMap<String, TestSetup>,
}

/// What is changed about a test, of which the page shows a part.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TestSetup {
    /// Whether it runs.
    pub run: Option<bool>,
    /// From which effect it warns.
    pub warning: Option<f64>,
    /// From which effect it alerts.
    pub alert: Option<f64>,
}

/// One number over time; its points are fetched when they are drawn, because a firewall has many.
#[derive(Debug, Clone, Deserialize)]
pub struct Series {
    /// The feature, pair or subset that it is about; empty for all rows.
    pub object: String,
    /// The reference's value.
    pub reference: Option<f64>,
    /// Values from which it warns.
    pub warning: Vec<f64>,
    /// Values from which it alerts.
    pub alert: Vec<f64>,
    /// The worst severity of its open events.
    pub status: Severity,
}

/// A monitor.
#[derive(Debug, Clone, Deserialize)]
pub struct Monitor {
    /// Stable.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it follows.
    pub description: String,
    /// The test's category.
    pub category: Category,
    /// Which direction is good.
    pub better: Better,
    /// The unit of the values.
    pub unit: Unit,
    /// How it was set up, where the reader did.
    pub custom: Option<serde::de::IgnoredAny>,
    /// On top.
    pub pinned: bool,
    /// Quiet.
    pub muted: bool,
    /// The reader's notes.
    pub notes: Vec<Note>,
    /// The worst severity of its open events.
    pub status: Severity,
    /// The series, worst first.
    pub series: Vec<Series>,
}

/// A firewall at one look.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// How it is set up.
    pub config: Setup,
    /// The length of a bin.
    #[serde(skip, default = "daily")]
    pub size: BinSize,
    /// The reference.
    pub reference: SideInfo,
    /// The features.
    pub features: Vec<String>,
    /// How evidence is judged.
    pub alarm: Alarm,
    /// The worst severity of its open events.
    pub status: Severity,
    /// In one sentence.
    pub headline: String,
    /// What to read first.
    pub insights: Vec<Insight>,
    /// The metrics of the last judged bin beside the reference's.
    pub last_metrics: Vec<ModelMetric>,
    /// The bins in order of time.
    pub bins: Vec<BinInfo>,
    /// Monitors: pinned ones, then the worst.
    pub monitors: Vec<Monitor>,
    /// Events, open ones first, then the latest.
    pub events: Vec<Event>,
    /// The same grouped by what they are about.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// The rules of the single-row check.
    pub rules: Vec<CheckRule>,
    /// What features usually are.
    #[serde(default)]
    pub typical: Vec<Typical>,
    /// Rows that the ledger remembers; absent without one.
    #[serde(default)]
    pub ledger: Option<u64>,
    /// The custom metrics that are followed.
    #[serde(default)]
    pub custom_metrics: Vec<FollowedMetric>,
}

const fn daily() -> BinSize {
    BinSize::Calendar(Calendar::Day)
}

impl View {
    /// The usual value of a feature, where one is known.
    pub fn typical(&self, feature: &str) -> Option<&Typical> {
        self.typical.iter().find(|t| t.feature == feature)
    }

    /// The series of a monitor about an object.
    pub fn series(&self, monitor: &str, object: &str) -> Option<(&Monitor, &Series)> {
        let monitor = self.monitors.iter().find(|m| m.id == monitor)?;
        Some((monitor, monitor.series.iter().find(|s| s.object == object)?))
    }
}

fn get(from: &JsValue, key: &str) -> JsValue {
    Reflect::get(from, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// Reads what a firewall looks like.
pub fn view(firewall: &JsValue) -> Answer<View> {
    let look = get(firewall, "view");
    let size = get(&get(&look, "config"), "binSize");
    let mut view: View = from_js(look)?;
    view.size = size.as_f64().map_or_else(|| calendar(&size.as_string().unwrap_or_default()), |ms| BinSize::Millis(ms as u64));
    Ok(view)
}

/// The named length with this id; a day where there is none.
fn calendar(id: &str) -> BinSize {
    BinSize::Calendar(match id {
        "hour" => Calendar::Hour,
        "week" => Calendar::Week,
        "month" => Calendar::Month,
        _ => Calendar::Day,
    })
}

/// The points of a series, of the last so many bins.
pub fn points(firewall: &JsValue, monitor: &str, object: &str, last: u32) -> Vec<Point> {
    let is = |item: &JsValue, key: &str, id: &str| get(item, key).as_string().is_some_and(|v| v == id);
    let find = |list: JsValue, key: &str, id: &str| list.dyn_into::<Array>().ok()?.iter().find(|item| is(item, key, id));
    find(get(&get(firewall, "view"), "monitors"), "id", monitor)
        .and_then(|m| find(get(&m, "series"), "object", object))
        .and_then(|s| get(&s, "points").dyn_into::<Array>().ok())
        .and_then(|p| from_js(p.slice(p.length().saturating_sub(last), p.length()).into()).ok())
        .unwrap_or_default()
}

/// Calls a method of the package by its name, and waits where it promises.
pub async fn ask(on: &JsValue, method: &str, args: &[JsValue]) -> Answer<JsValue> {
    let thrown = |e: JsValue| api_error(&e);
    let function: Function = get(on, method).dyn_into().map_err(thrown)?;
    let said = function.apply(on, &args.iter().collect()).map_err(thrown)?;
    settle(Promise::resolve(&said)).await
}

/// The firewall of a project; `None` where there is none.
pub async fn firewall_of(project: &js::Project) -> Answer<Option<JsValue>> {
    match ask(project, "getFirewall", &[]).await {
        Ok(value) if value.is_truthy() => Ok(Some(value)),
        Ok(_) => Ok(None),
        Err(error) if error.code == "no_firewall" => Ok(None),
        Err(error) => Err(error),
    }
}

/// What stands under a key.
pub fn value_of(from: &JsValue, key: &str) -> JsValue {
    get(from, key)
}
