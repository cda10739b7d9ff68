//! What the package throws, as the one error of the API.

use js_sys::Reflect;
use straingauge_api::{ApiError, ErrorDetails};
use wasm_bindgen::JsValue;

/// Reads a `StraingaugeError`, or anything else that was thrown.
pub fn api_error(thrown: &JsValue) -> ApiError {
    let text = |from: &JsValue, key: &str| Reflect::get(from, &JsValue::from_str(key)).ok().and_then(|v| v.as_string());
    let message =
        text(thrown, "message").or_else(|| thrown.as_string()).unwrap_or_else(|| "Something failed without saying why.".to_owned());
    let details = Reflect::get(thrown, &JsValue::from_str("details")).unwrap_or(JsValue::UNDEFINED);
    let row = Reflect::get(&details, &JsValue::from_str("row")).ok().and_then(|v| v.as_f64());
    ApiError {
        code: text(thrown, "code").unwrap_or_else(|| "unexpected".to_owned()),
        message,
        details: ErrorDetails {
            file: text(&details, "file"),
            row: row.map(|r| r as u64),
            column: text(&details, "column"),
            mend: text(&details, "mend"),
        },
    }
}

/// The package handed over something of another shape.
pub fn unreadable(reason: &str) -> ApiError {
    ApiError {
        code: "unreadable_answer".to_owned(),
        message: format!(
            "The page does not understand the engine's answer ({reason}). Reload the page, so that both are of the same version."
        ),
        details: ErrorDetails::default(),
    }
}
