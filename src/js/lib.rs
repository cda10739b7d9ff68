//! The wasm-bindgen surface of the engine: one class, which converts and delegates, nothing else.
//!
//! Small answers cross as objects, by one serializer; requests, documents, progress and tables cross as JSON text, which
//! is quicker to make, to post to another thread and to keep than a tree of objects. Errors are thrown as plain objects
//! `{ code, message, details }`; the package turns them into its one error class.

// The attribute macro writes the calls across the border, which Rust counts as unsafe.
#![allow(unsafe_code)]

mod convert;
mod panic;

use straingauge_api::FirewallLook;
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

    /// The data set with the labels of a table as its truth, a data set of its own: `{ dataset, info, labels }`.
    pub fn labels(&mut self, dataset: u32, table: u32, params: JsValue, task: JsValue) -> Result<JsValue, Thrown> {
        let (dataset, info, labels) = self.session.labels(dataset, table, &from_js(params)?, from_js(task)?)?;
        to_js(&convert::Labelled { dataset, info, labels })
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

    /// Starts a firewall over a reference `{ dataset, predictions }`; gives its number. It learns by `firewallStep`.
    pub fn firewall(&mut self, config: JsValue, reference: JsValue) -> Result<u32, Thrown> {
        let side = from_js::<convert::Side>(reference).map(SideHandles::from)?;
        Ok(self.session.firewall(from_js(config)?, side)?)
    }

    /// A firewall from its document (JSON).
    #[wasm_bindgen(js_name = firewallImport)]
    pub fn firewall_import(&mut self, document: &str) -> Result<u32, Thrown> {
        Ok(self.session.firewall_import(parse(document)?)?)
    }

    /// Follows custom metrics over time: `perRow.reference` holds a number a reference row. Before the first `firewallStep`.
    #[wasm_bindgen(js_name = firewallFollow)]
    pub fn firewall_follow(&mut self, firewall: u32, metrics: JsValue) -> Result<(), Thrown> {
        let metrics: Vec<straingauge_api::CustomMetric> = from_js(metrics)?;
        Ok(self.session.firewall_follow(firewall, &metrics)?)
    }

    /// Takes what custom metrics say of the rows of the batch under way: `[{ id, values }]`. Before its first `firewallStep`.
    #[wasm_bindgen(js_name = firewallMeasure)]
    pub fn firewall_measure(&mut self, firewall: u32, values: JsValue) -> Result<(), Thrown> {
        Ok(self.session.firewall_measure(firewall, from_js(values)?)?)
    }

    /// Starts to take in a batch `{ dataset, predictions }`.
    #[wasm_bindgen(js_name = firewallAdd)]
    pub fn firewall_add(&mut self, firewall: u32, batch: JsValue, options: JsValue) -> Result<(), Thrown> {
        let side = from_js::<convert::Side>(batch).map(SideHandles::from)?;
        Ok(self.session.firewall_add(firewall, side, from_js(options)?)?)
    }

    /// Takes one step of the learning or of the batch under way: its progress as JSON.
    #[wasm_bindgen(js_name = firewallStep)]
    pub fn firewall_step(&mut self, firewall: u32) -> Result<String, Thrown> {
        to_text(&self.session.firewall_step(firewall)?)
    }

    /// Gives up the batch under way.
    #[wasm_bindgen(js_name = firewallAbandon)]
    pub fn firewall_abandon(&mut self, firewall: u32) -> Result<(), Thrown> {
        Ok(self.session.firewall_abandon(firewall)?)
    }

    /// What a firewall is asked for, as JSON: `report`, `view`, `export`, `header`, `choices`.
    #[wasm_bindgen(js_name = firewallDocument)]
    pub fn firewall_document(&self, firewall: u32, what: &str) -> Result<String, Thrown> {
        match what {
            "report" => to_text(&self.session.firewall_report(firewall)?),
            "view" => to_text(&self.session.firewall_view(firewall)?),
            "export" => to_text(&self.session.firewall_export(firewall)?),
            "header" => to_text(&self.session.firewall_header(firewall)?),
            "choices" => to_text(&self.session.firewall_choices(firewall)?),
            _ => Err(Thrown::misuse(format!("A firewall has no {what}."))),
        }
    }

    /// A firewall at one look with its tables of events, incidents and bins, as JSON: `{ view, events, incidents, bins }`.
    #[wasm_bindgen(js_name = firewallLook)]
    pub fn firewall_look(&self, firewall: u32) -> Result<String, Thrown> {
        let view = self.session.firewall_view(firewall)?;
        let (events, incidents, bins) = (report::events_table(&view), report::incidents_table(&view), report::bins_table(&view));
        to_text(&FirewallLook { view, events, incidents, bins })
    }

    /// What the monitors followed (or one of them) as a table, as JSON.
    #[wasm_bindgen(js_name = firewallSeries)]
    pub fn firewall_series(&self, firewall: u32, monitor: Option<String>) -> Result<String, Thrown> {
        to_text(&report::series_table(&self.session.firewall_view(firewall)?, monitor.as_deref()))
    }

    /// One bin as it stands in the document, as JSON.
    #[wasm_bindgen(js_name = firewallBin)]
    pub fn firewall_bin(&self, firewall: u32, start: f64) -> Result<String, Thrown> {
        to_text(&self.session.firewall_bin(firewall, start as i64)?)
    }

    /// Bins merged and judged as one run, as JSON.
    #[wasm_bindgen(js_name = firewallRun)]
    pub fn firewall_run(&self, firewall: u32, from: f64, to: f64) -> Result<String, Thrown> {
        to_text(&self.session.firewall_run(firewall, from as i64, to as i64)?)
    }

    /// A page of the rows of a bin that a case of its run is about.
    #[wasm_bindgen(js_name = firewallRows)]
    pub fn firewall_rows(&self, firewall: u32, bin: f64, case: &str, offset: usize, limit: usize) -> Result<JsValue, Thrown> {
        to_js(&self.session.firewall_rows(firewall, bin as i64, case, offset, limit)?)
    }

    /// Does what the reader decided.
    #[wasm_bindgen(js_name = firewallChange)]
    pub fn firewall_change(&mut self, firewall: u32, change: JsValue) -> Result<(), Thrown> {
        Ok(self.session.firewall_change(firewall, from_js(change)?)?)
    }

    /// Decides about rows, a JSON array of records: decisions as JSON.
    #[wasm_bindgen(js_name = firewallCheck)]
    pub fn firewall_check(&self, firewall: u32, rows: &str) -> Result<String, Thrown> {
        to_text(&self.session.firewall_check(firewall, rows)?)
    }

    /// Joins the labels of a data set to the rows that the ledger remembers: a report as JSON.
    #[wasm_bindgen(js_name = firewallLabels)]
    pub fn firewall_labels(&mut self, firewall: u32, dataset: u32) -> Result<String, Thrown> {
        to_text(&self.session.firewall_labels(firewall, dataset)?)
    }

    /// Lets go of things of one kind.
    pub fn forget(&mut self, kind: &str, ids: Vec<u32>) -> Result<(), Thrown> {
        let held = match kind {
            "reader" => Held::Reader,
            "table" => Held::Table,
            "dataset" => Held::Dataset,
            "predictions" => Held::Predictions,
            "run" => Held::Run,
            "firewall" => Held::Firewall,
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
