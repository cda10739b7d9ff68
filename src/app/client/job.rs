//! A job of the package, followed step by step.

use js_sys::{AsyncIterator, Function, Reflect, Symbol};
use straingauge_api::{ApiError, Progress};
use wasm_bindgen::prelude::*;

use super::{Answer, api_error, from_js, js, settle};

/// Hands every step of the job to `step`, then gives the run that it came to.
pub async fn follow(job: &js::Job, mut step: impl FnMut(Progress)) -> Answer<js::TestRun> {
    let broken = |e: JsValue| -> ApiError { api_error(&e) };
    let open: Function = Reflect::get(job, &Symbol::async_iterator()).map_err(broken)?.unchecked_into();
    let steps: AsyncIterator = open.call0(job).map_err(broken)?.unchecked_into();
    loop {
        let next = settle(steps.next().map_err(broken)?).await?;
        if Reflect::get(&next, &JsValue::from_str("done")).map_err(broken)?.is_truthy() {
            break;
        }
        step(from_js(Reflect::get(&next, &JsValue::from_str("value")).map_err(broken)?)?);
    }
    settle(job.result()).await.map(JsCast::unchecked_into)
}
