//! The package's classes as the page sees them. The import path is left as it stands: glue and package lie side by side in the built site.

// The attribute macro writes the calls across the border, which Rust counts as unsafe.
#![allow(unsafe_code)]

use js_sys::{JsString, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./pkg/index.js")]
extern "C" {
    #[derive(Clone)]
    pub type Client;
    #[wasm_bindgen(static_method_of = Client)]
    pub fn create(options: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    pub fn init(this: &Client) -> Promise;
    #[wasm_bindgen(method, js_name = createProject)]
    pub fn create_project(this: &Client, project: &JsValue) -> Promise;
    #[wasm_bindgen(method, js_name = createSampleProject)]
    pub fn create_sample_project(this: &Client, hooks: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    pub fn catalogue(this: &Client) -> Promise;
    #[wasm_bindgen(method, js_name = listProjects)]
    pub fn list_projects(this: &Client) -> Promise;
    #[wasm_bindgen(method, js_name = getProject)]
    pub fn get_project(this: &Client, id: &str) -> Promise;
    #[wasm_bindgen(method, js_name = deleteProject)]
    pub fn delete_project(this: &Client, id: &str) -> Promise;
    #[wasm_bindgen(method)]
    pub fn inspect(this: &Client, source: &JsValue, options: &JsValue, hooks: &JsValue) -> Promise;

    #[derive(Clone)]
    pub type Project;
    #[wasm_bindgen(method, getter)]
    pub fn info(this: &Project) -> JsValue;
    #[wasm_bindgen(method, js_name = registerDataset)]
    pub fn register_dataset(this: &Project, name: &str, source: &JsValue, params: &JsValue, hooks: &JsValue) -> Promise;
    #[wasm_bindgen(method, js_name = registerModel)]
    pub fn register_model(this: &Project, name: &str) -> Promise;
    #[wasm_bindgen(method, js_name = registerPredictions)]
    pub fn register_predictions(this: &Project, dataset: &str, model: &str, source: &JsValue, params: &JsValue, hooks: &JsValue)
    -> Promise;
    #[wasm_bindgen(method, js_name = splitDataset)]
    pub fn split_dataset(this: &Project, name: &str, options: &JsValue) -> Promise;
    #[wasm_bindgen(method)]
    pub fn datasets(this: &Project) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn labels(this: &Project) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn models(this: &Project) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn predictions(this: &Project) -> JsValue;
    #[wasm_bindgen(method, catch, js_name = startStressTest)]
    pub fn start_stress_test(this: &Project, config: &JsValue) -> Result<Job, JsValue>;
    #[wasm_bindgen(method, js_name = listTestRuns)]
    pub fn list_test_runs(this: &Project) -> Promise;
    #[wasm_bindgen(method, js_name = getTestRun)]
    pub fn get_test_run(this: &Project, id: &str) -> Promise;
    #[wasm_bindgen(method, js_name = getFirewall)]
    pub fn get_firewall(this: &Project) -> Promise;
    #[wasm_bindgen(method, js_name = deleteTestRun)]
    pub fn delete_test_run(this: &Project, id: &str) -> Promise;
    #[wasm_bindgen(method)]
    pub fn rows(this: &Project, run: &str, case: &str, page: &JsValue) -> Promise;

    #[wasm_bindgen(method)]
    pub fn compare(this: &Project, before: &str, after: &str) -> Promise;
    #[wasm_bindgen(method)]
    pub fn acceptances(this: &Project) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn revoke(this: &Project, case: &str) -> Promise;

    #[derive(Clone)]
    pub type Job;
    #[wasm_bindgen(method)]
    pub fn result(this: &Job) -> Promise;
    #[wasm_bindgen(method)]
    pub fn cancel(this: &Job);

    #[derive(Clone)]
    pub type TestRun;
    #[wasm_bindgen(method, getter)]
    pub fn id(this: &TestRun) -> String;
    #[wasm_bindgen(method, getter, js_name = durationMillis)]
    pub fn duration_millis(this: &TestRun) -> f64;
    #[wasm_bindgen(method)]
    pub fn accept(this: &TestRun, case: &str, acceptance: &JsValue) -> Promise;
    #[wasm_bindgen(method, js_name = revoke)]
    pub fn revoke(this: &TestRun, case: &str) -> Promise;
    #[wasm_bindgen(method, getter, js_name = uploadTime)]
    pub fn upload_time(this: &TestRun) -> String;
    #[wasm_bindgen(method, catch, js_name = resultTable)]
    pub fn result_table(this: &TestRun) -> Result<ResultTable, JsValue>;
    #[wasm_bindgen(method, catch, js_name = testCases)]
    pub fn test_cases(this: &TestRun, options: &JsValue) -> Result<ResultTable, JsValue>;
    #[wasm_bindgen(method, catch, js_name = toJSON)]
    pub fn to_json(this: &TestRun) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, js_name = toMarkdown)]
    pub fn to_markdown(this: &TestRun) -> Promise;
    #[wasm_bindgen(method, js_name = toJUnit)]
    pub fn to_junit(this: &TestRun) -> Promise;
    #[wasm_bindgen(method, js_name = toHTML)]
    pub fn to_html(this: &TestRun, options: &JsValue) -> Promise;

    #[derive(Clone)]
    pub type ResultTable;
    #[wasm_bindgen(method, catch, js_name = toCSV)]
    pub fn to_csv(this: &ResultTable) -> Result<JsString, JsValue>;
    #[wasm_bindgen(method, js_name = toArrow)]
    pub fn to_arrow(this: &ResultTable) -> Promise;
}
