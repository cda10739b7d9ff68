//! The way to the engine. The page is a customer of the package: what stands here is what any dashboard could call.

mod error;
mod firewall;
mod job;
pub mod js;
mod records;

use std::cell::RefCell;

use js_sys::{Function, Object, Promise, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use straingauge_api::{
    ApiError, Comparison, DataParams, Inspection, LabelParams, PredictionParams, Progress, ReadOptions, RowPage, RunDocument, TestInfo,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

pub use error::api_error;
pub use firewall::{Monitor, Series, View, ask, firewall_of, points, value_of, view};
pub use job::follow;
pub use records::{
    DatasetRecord, Given, LabelRecord, ModelRecord, PredictionRecord, ProjectInfo, Registered, RunConfig, TestChange, TestRunInfo,
};

/// What a call to the engine comes to.
pub type Answer<T> = Result<T, ApiError>;

thread_local! {
    static CLIENT: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// The one client of this page, made on first use. The engine itself starts when something is first asked of it.
pub async fn client() -> Answer<js::Client> {
    let promise = CLIENT.with_borrow_mut(|kept| {
        kept.get_or_insert_with(|| js::Client::create(&object(&[("storage", "indexeddb".into()), ("worker", true.into())]))).clone()
    });
    let made = JsFuture::from(promise).await.map_err(|e| {
        CLIENT.with_borrow_mut(|kept| *kept = None);
        api_error(&e)
    })?;
    Ok(made.unchecked_into())
}

/// Resolves when the engine is compiled and ready.
pub async fn ready() -> Answer<()> {
    let client = client().await?;
    settle(client.init()).await.map(drop)
}

/// Reads a file without keeping it.
pub async fn inspect(file: &web_sys::File, options: &ReadOptions, on_progress: impl FnMut(Progress) + 'static) -> Answer<Inspection> {
    let hooks = Hooks::new(on_progress);
    let client = client().await?;
    from_js(settle(client.inspect(file, &to_js(options)?, &hooks.value)).await?)
}

/// Every test of the catalogue.
pub async fn catalogue() -> Answer<Vec<TestInfo>> {
    let client = client().await?;
    from_js(settle(client.catalogue()).await?)
}

/// All projects, newest first.
pub async fn list_projects() -> Answer<Vec<ProjectInfo>> {
    let client = client().await?;
    from_js(settle(client.list_projects()).await?)
}

/// A new, empty project; a number is put behind a name that another project has.
pub async fn create_project(name: &str) -> Answer<js::Project> {
    // Storage may be shut: nothing is there to be mistaken for it then.
    let taken: Vec<String> = list_projects().await.unwrap_or_default().into_iter().map(|p| p.name).collect();
    let numbered = (2..taken.len() + 2).map(|n| format!("{name} {n}"));
    let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default();
    let client = client().await?;
    settle(client.create_project(&object(&[("name", free.as_str().into())]))).await.map(JsCast::unchecked_into)
}

/// A project with data that the engine generates.
pub async fn create_sample_project(on_progress: impl FnMut(Progress) + 'static) -> Answer<js::Project> {
    let hooks = Hooks::new(on_progress);
    let client = client().await?;
    settle(client.create_sample_project(&hooks.value)).await.map(JsCast::unchecked_into)
}

/// A project by its id.
pub async fn project(id: &str) -> Answer<js::Project> {
    let client = client().await?;
    settle(client.get_project(id)).await.map(JsCast::unchecked_into)
}

/// Deletes a project with its runs.
pub async fn delete_project(id: &str) -> Answer<()> {
    let client = client().await?;
    settle(client.delete_project(id)).await.map(drop)
}

/// Registers a data file.
pub async fn register_dataset(
    project: &js::Project,
    name: &str,
    file: &web_sys::File,
    params: &DataParams,
    on_progress: impl FnMut(Progress) + 'static,
) -> Answer<Registered> {
    let hooks = Hooks::new(on_progress);
    from_js(settle(project.register_dataset(name, file, &to_js(params)?, &hooks.value)).await?)
}

/// Registers a prediction file.
pub async fn register_predictions(
    project: &js::Project,
    dataset: &str,
    model: &str,
    file: &web_sys::File,
    params: &PredictionParams,
    on_progress: impl FnMut(Progress) + 'static,
) -> Answer<Registered> {
    let hooks = Hooks::new(on_progress);
    from_js(settle(project.register_predictions(dataset, model, file, &to_js(params)?, &hooks.value)).await?)
}

/// Registers a file with the truth of a data set.
pub async fn register_labels(
    project: &js::Project,
    dataset: &str,
    file: &web_sys::File,
    params: &LabelParams,
    on_progress: impl FnMut(Progress) + 'static,
) -> Answer<Registered> {
    let hooks = Hooks::new(on_progress);
    from_js(ask(project, "registerLabels", &[dataset.into(), file.into(), to_js(params)?, hooks.value.clone()]).await?)
}

/// Reads a file again that a reload forgot; gives what came back, if the project knows the file.
pub async fn restore(project: &str, file: &web_sys::File) -> Answer<Vec<String>> {
    let project = self::project(project).await?;
    from_js(ask(&project, "restore", &[file.into()]).await?)
}

/// Makes the rows of the sample project again.
pub async fn restore_sample(project: &str) -> Answer<Vec<String>> {
    let project = self::project(project).await?;
    from_js(ask(&project, "restoreSample", &[]).await?)
}

/// Cuts a data set into `<name> (reference)` and `<name> (evaluation)`.
pub async fn split_dataset(project: &js::Project, name: &str, by: &str) -> Answer<()> {
    settle(project.split_dataset(name, &object(&[("by", by.into())]))).await.map(drop)
}

/// Starts a stress test.
pub fn start(project: &js::Project, config: &RunConfig) -> Answer<js::Job> {
    let asked = to_js(config)?;
    if config.data_only {
        let _ = Reflect::set(&asked, &JsValue::from_str("model"), &JsValue::NULL);
    }
    project.start_stress_test(&asked).map_err(|e| api_error(&e))
}

/// The runs of a project, newest first.
pub async fn list_runs(project: &js::Project) -> Answer<Vec<TestRunInfo>> {
    from_js(settle(project.list_test_runs()).await?)
}

/// A run: a stress test by its id, or bins of the firewall judged together.
pub async fn test_run(project: &js::Project, id: &str) -> Answer<js::TestRun> {
    let run = match crate::route::bins_of(id) {
        None => settle(project.get_test_run(id)).await?,
        Some((from, to)) => {
            let from = JsValue::from_f64(from as f64);
            let bins = to.map_or_else(|| from.clone(), |to| object(&[("from", from.clone()), ("to", (to as f64).into())]));
            ask(&settle(project.get_firewall()).await?, "run", &[bins]).await?
        }
    };
    Ok(run.unchecked_into())
}

/// A run with its document.
pub async fn run(project: &js::Project, id: &str) -> Answer<(js::TestRun, RunDocument)> {
    let run = test_run(project, id).await?;
    let document = from_js(run.to_json().map_err(|e| api_error(&e))?)?;
    Ok((run, document))
}

/// Accepts a case of a run, for a reason and until a day (empty: for good), with all that the run groups with it as one finding where asked; or takes
/// that back. Gives the run as it is then.
pub async fn accept(
    project: &js::Project,
    run: &str,
    case: &str,
    accepted: Option<(String, String)>,
    whole_finding: bool,
) -> Answer<(js::TestRun, RunDocument)> {
    let run: js::TestRun = settle(project.get_test_run(run)).await?.unchecked_into();
    let again = match accepted {
        Some((reason, until)) => {
            let mut entries = vec![("reason", JsValue::from_str(reason.trim()))];
            entries.extend((!until.is_empty()).then(|| ("expires", JsValue::from_str(&until))));
            entries.extend(whole_finding.then(|| ("covers", JsValue::from_str("finding"))));
            run.accept(case, &object(&entries))
        }
        None => run.revoke(case),
    };
    let run: js::TestRun = settle(again).await?.unchecked_into();
    let document = from_js(run.to_json().map_err(|e| api_error(&e))?)?;
    Ok((run, document))
}

/// Two runs side by side.
pub async fn compare(project: &js::Project, before: &str, after: &str) -> Answer<Comparison> {
    from_js(settle(project.compare(before, after)).await?)
}

/// A page of the rows that a case is about.
pub async fn rows(project: &js::Project, run: &str, case: &str, offset: u64, limit: u64) -> Answer<RowPage> {
    let page = object(&[("offset", (offset as f64).into()), ("limit", (limit as f64).into())]);
    if let Some((bin, _)) = crate::route::bins_of(run) {
        let firewall = settle(project.get_firewall()).await?;
        return from_js(ask(&firewall, "rows", &[(bin as f64).into(), case.into(), page]).await?);
    }
    from_js(settle(project.rows(run, case, &page)).await?)
}

/// The roles that a data set of the project has, as far as these columns are concerned.
pub fn roles(project: &js::Project, dataset: &str, columns: &[&str], read: &ReadOptions) -> Answer<JsValue> {
    let sets: js_sys::Array = project.datasets().unchecked_into();
    let named = |set: &JsValue| value_of(set, "name").as_string().is_some_and(|name| name == dataset);
    let known = sets.iter().find(named).map_or(JsValue::UNDEFINED, |set| value_of(&set, "params"));
    let stands = |name: &JsValue| name.as_string().is_some_and(|name| columns.contains(&name.as_str()));
    let roles = Object::new();
    for key in Object::keys(&Object::from(known.clone())).iter() {
        let value = Reflect::get(&known, &key).unwrap_or(JsValue::UNDEFINED);
        let name = key.as_string().unwrap_or_default();
        // How the reference's file is written says nothing about this one; classes and cuts are no columns.
        let kept = match name.as_str() {
            "format" | "read" => continue,
            "classNames" | "positiveClass" | "decisionThreshold" => value,
            _ if value.is_string() => {
                if !stands(&value) {
                    continue;
                }
                value
            }
            "predictionCol" if value.is_array() => {
                if !js_sys::Array::from(&value).iter().all(|v| stands(&v)) {
                    continue;
                }
                value
            }
            "intersections" => continue,
            _ if value.is_array() => js_sys::Array::from(&value).iter().filter(stands).collect::<js_sys::Array>().into(),
            _ => continue,
        };
        let _ = Reflect::set(&roles, &key, &kept);
    }
    if *read != ReadOptions::default() {
        let _ = Reflect::set(&roles, &"read".into(), &to_js(read)?);
    }
    Ok(roles.into())
}

/// Waits for a promise of the package.
pub async fn settle(promise: Promise) -> Answer<JsValue> {
    JsFuture::from(promise).await.map_err(|e| api_error(&e))
}

/// A plain object of a few known keys.
pub fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a key of a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object.into()
}

/// Reads what the package handed over.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Answer<T> {
    serde_wasm_bindgen::from_value(value).map_err(|e| error::unreadable(&e.to_string()))
}

/// A value as the package takes it.
pub fn to_js<T: Serialize>(value: &T) -> Answer<JsValue> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(false))
        .map_err(|e| error::unreadable(&e.to_string()))
}

/// `{ onProgress }`, alive for as long as the call that it was handed to.
pub struct Hooks {
    /// What is handed over.
    pub value: JsValue,
    _keep: Closure<dyn FnMut(JsValue)>,
}

impl Hooks {
    /// Progress goes to `on_progress`.
    pub fn new(mut on_progress: impl FnMut(Progress) + 'static) -> Self {
        let keep = Closure::<dyn FnMut(JsValue)>::new(move |value: JsValue| {
            if let Ok(progress) = from_js(value) {
                on_progress(progress);
            }
        });
        let function: &Function = keep.as_ref().unchecked_ref();
        Self { value: object(&[("onProgress", function.into())]), _keep: keep }
    }
}
