//! The wasm-bindgen surface of the engine: one class, which converts and delegates, nothing else.
//!
//! Small answers cross as objects, by one serializer; requests, documents, progress and tables cross as JSON text, which
//! is quicker to make, to post to another thread and to keep than a tree of objects. Errors are thrown as plain objects
//! `{ code, message, details }`; the package turns them into its one error class.

// The attribute macro writes the calls across the border, which Rust counts as unsafe.
#![allow(unsafe_code)]

mod convert;
mod panic;

use straingauge_engine::session::{self, Cut, Held, Session, SideHandles};
use straingauge_engine::{report, stress};
use wasm_bindgen::prelude::*;

use convert::{Thrown, from_js, parse, to_js, to_text};

/// Why the engine panicked, if it did. It can be asked even after the trap; nothing else can.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    panic::last()
}

/// A session of the engine.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    session: Session,
}

#[wasm_bindgen]
impl Engine {
    /// An empty session.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        panic::record();
        Self::default()
    }

    /// Opens a reader of the file `name`; gives its number. Without `digest` the host takes the SHA-256.
    pub fn open(&mut self, name: &str, options: JsValue, digest: bool) -> Result<u32, Thrown> {
        Ok(self.session.open(name, &from_js(options)?, digest)?)
    }

    /// Hands the next bytes of the file to a reader.
    pub fn push(&mut self, reader: u32, bytes: &[u8]) -> Result<(), Thrown> {
        self.session.push(reader, bytes)?;
        Ok(())
    }

    /// Ends the reading: `{ table, inspection }`.
    pub fn finish(&mut self, reader: u32, sha256: Option<String>) -> Result<JsValue, Thrown> {
        let (table, inspection) = self.session.finish(reader, sha256)?;
        to_js(&convert::Read { table, inspection })
    }

    /// Makes a data set of a table: `{ dataset, info }`.
    pub fn dataset(&mut self, table: u32, name: &str, params: JsValue, task: JsValue) -> Result<JsValue, Thrown> {
        let (dataset, info) = self.session.dataset(table, name, &from_js(params)?, from_js(task)?)?;
        to_js(&convert::Registered { dataset, info })
    }

    /// Pairs predictions with the rows of a data set: `{ predictions, info }`.
    pub fn predictions(&mut self, dataset: u32, table: Option<u32>, model: &str, params: JsValue) -> Result<JsValue, Thrown> {
        let (predictions, info) = self.session.predictions(dataset, table, model, &from_js(params)?)?;
        to_js(&convert::Paired { predictions, info })
    }

    /// Cuts a data set in two, by time or into seeded halves: `[{ dataset, info }, { dataset, info }]`.
    pub fn split(&mut self, dataset: u32, by: &str, seed: f64, reference: &str, evaluation: &str) -> Result<JsValue, Thrown> {
        let cut = match by {
            "time" => Cut::Time,
            "halves" => Cut::Halves { seed: seed as u64 },
            _ => return Err(Thrown::misuse(format!("A data set is cut by `time` or into `halves`, not by {by}."))),
        };
        to_js(&self.session.split(dataset, cut, [reference, evaluation])?.map(|(dataset, info)| convert::Registered { dataset, info }))
    }

    /// The predictions for a part, taken from those for its whole: `{ predictions, info }`.
    #[wasm_bindgen(js_name = predictionsOfPart)]
    pub fn predictions_of_part(&mut self, predictions: u32, part: u32) -> Result<JsValue, Thrown> {
        let (predictions, info) = self.session.predictions_of_part(predictions, part)?;
        to_js(&convert::Paired { predictions, info })
    }

    /// Starts a stress test between two sides `{ dataset, predictions }`; gives its number.
    pub fn start(&mut self, config: JsValue, reference: JsValue, evaluation: JsValue) -> Result<u32, Thrown> {
        let side = |value| from_js::<convert::Side>(value).map(SideHandles::from);
        Ok(self.session.start(from_js(config)?, side(reference)?, side(evaluation)?)?)
    }

    /// Takes one step of a run: its progress as JSON.
    pub fn step(&mut self, run: u32) -> Result<String, Thrown> {
        to_text(&self.session.step(run)?)
    }

    /// The document of a run that is done, as JSON. The same data, configuration and seed give the same text.
    pub fn document(&self, run: u32) -> Result<String, Thrown> {
        to_text(&*self.session.document(run)?)
    }

    /// A page of the rows that a case is about.
    pub fn rows(&self, run: u32, case: &str, offset: usize, limit: usize) -> Result<JsValue, Thrown> {
        to_js(&self.session.rows(run, case, offset, limit)?)
    }

    /// Rows of a data set with truth and prediction, as JSON, for metrics and tests of the caller's own.
    pub fn records(&self, dataset: u32, predictions: Option<u32>, offset: usize, limit: usize) -> Result<String, Thrown> {
        serde_json::to_string(&self.session.records(dataset, predictions, offset, limit)?)
            .map_err(|e| Thrown::misuse(format!("The rows could not be handed over: {e}.")))
    }

    /// The tables of a run's document, as JSON.
    pub fn tables(&self, document: &str, stamp: JsValue) -> Result<String, Thrown> {
        to_text(&report::tables(&parse(document)?, &from_js(stamp)?))
    }

    /// A run's document (JSON) as `markdown`, `junit` or `html`; a page carries rows of the loaded data where `run` is given.
    pub fn report(&self, document: &str, format: &str, run: Option<u32>) -> Result<String, Thrown> {
        let document = parse(document)?;
        match format {
            "markdown" => Ok(report::markdown(&document)),
            "junit" => Ok(report::junit(&document)),
            "html" => {
                let samples = run.map(|run| self.session.samples(run)).transpose()?.unwrap_or_default();
                Ok(report::html(&document, &samples))
            }
            _ => Err(Thrown::misuse(format!("A run can be had as markdown, junit or html, not as {format}."))),
        }
    }

    /// A run's document (JSON) as it is with other decisions about its cases: `{ accepted, today, baseline }`.
    pub fn settle(&self, document: &str, decisions: JsValue) -> Result<String, Thrown> {
        let mut document = parse(document)?;
        stress::settle(&mut document, from_js(decisions)?)?;
        to_text(&document)
    }

    /// Two runs' documents (JSON) side by side, as JSON.
    pub fn compare(&self, before: &str, after: &str) -> Result<String, Thrown> {
        to_text(&stress::compare(&parse(before)?, &parse(after)?))
    }

    /// A result table (JSON) as an Arrow IPC stream.
    pub fn arrow(&self, table: &str) -> Result<Vec<u8>, Thrown> {
        Ok(report::arrow_stream(&parse(table)?)?)
    }

    /// Every test of the catalogue.
    pub fn catalogue(&self) -> Result<JsValue, Thrown> {
        to_js(&straingauge_engine::stress::tests())
    }

    /// The sample project's files and parameters.
    pub fn sample(&self) -> Result<JsValue, Thrown> {
        to_js(&session::sample())
    }

    /// Lets go of things of one kind.
    pub fn forget(&mut self, kind: &str, ids: Vec<u32>) -> Result<(), Thrown> {
        let held = match kind {
            "reader" => Held::Reader,
            "table" => Held::Table,
            "dataset" => Held::Dataset,
            "predictions" => Held::Predictions,
            "run" => Held::Run,
            _ => return Err(Thrown::misuse(format!("The engine holds nothing of kind {kind}."))),
        };
        for id in ids {
            self.session.forget(held, id);
        }
        Ok(())
    }

    /// Panics on purpose, so that a host can rehearse what its readers would see.
    ///
    /// # Panics
    /// Always.
    pub fn crash(&mut self) {
        panic!("the engine was told to crash, as a rehearsal");
    }
}
