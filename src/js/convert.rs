//! What crosses the border, and how.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use straingauge_api::{ApiError, DatasetInfo, ErrorDetails, Inspection, LabelInfo, PredictionInfo};
use straingauge_engine::session::SideHandles;
use wasm_bindgen::JsValue;

/// The one serializer: maps as objects, missing as null, whole numbers as numbers.
const SERIALIZER: serde_wasm_bindgen::Serializer = serde_wasm_bindgen::Serializer::json_compatible();

/// What JavaScript catches.
#[derive(Debug)]
pub struct Thrown(ApiError);

impl Thrown {
    /// The caller asked for something that cannot be.
    pub fn misuse(message: String) -> Self {
        Self(ApiError { code: "invalid_argument".to_owned(), message, details: ErrorDetails::default() })
    }
}

impl From<straingauge_engine::Error> for Thrown {
    fn from(error: straingauge_engine::Error) -> Self {
        Self(error.into())
    }
}

impl From<Thrown> for JsValue {
    fn from(Thrown(error): Thrown) -> Self {
        error.serialize(&SERIALIZER).unwrap_or_else(|_| JsValue::from_str(&error.message))
    }
}

/// An argument. It is read as JSON, because only that notices a misspelt option; absent counts as null.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, Thrown> {
    let text = js_sys::JSON::stringify(&value).ok().and_then(|text| text.as_string()).unwrap_or_else(|| "null".to_owned());
    serde_json::from_str(&text).map_err(|e| {
        let (place, message) = (format!(" at line {} column {}", e.line(), e.column()), e.to_string());
        Thrown::misuse(format!("An option is not what it should be: {}.", message.strip_suffix(&place).unwrap_or(&message)))
    })
}

/// A small answer.
pub fn to_js<T: Serialize>(value: &T) -> Result<JsValue, Thrown> {
    value.serialize(&SERIALIZER).map_err(|e| Thrown::misuse(format!("The answer could not be handed over: {e}.")))
}

/// A large answer.
pub fn to_text<T: Serialize>(value: &T) -> Result<String, Thrown> {
    Ok(straingauge_engine::json::to_string(value)?)
}

/// A large argument.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Thrown> {
    straingauge_engine::json::parse(text).map_err(Thrown::from)
}

/// `{ table, inspection }`
#[derive(Serialize)]
pub struct Read {
    pub table: u32,
    pub inspection: Inspection,
}

/// `{ dataset, info }`
#[derive(Serialize)]
pub struct Registered {
    pub dataset: u32,
    pub info: DatasetInfo,
}

/// `{ dataset, info, labels }`
#[derive(Serialize)]
pub struct Labelled {
    pub dataset: u32,
    pub info: DatasetInfo,
    pub labels: LabelInfo,
}

/// `{ predictions, info }`
#[derive(Serialize)]
pub struct Paired {
    pub predictions: u32,
    pub info: PredictionInfo,
}

/// `{ dataset, predictions }`
#[derive(Deserialize)]
pub struct Side {
    dataset: u32,
    predictions: Option<u32>,
}

impl From<Side> for SideHandles {
    fn from(side: Side) -> Self {
        Self { dataset: side.dataset, predictions: side.predictions }
    }
}
