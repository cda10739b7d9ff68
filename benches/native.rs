//! The engine without wasm, on the same files and through the same door, so that the price of wasm can be told.
//!
//! `cargo bench -p straingauge-engine -- CSV JSONL REFERENCE EVALUATION` prints one line of JSON: megabytes a second for the
//! first two, seconds for a stress test of the others. `cargo xtask bench` calls it.

// A command line speaks through its standard output.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::Instant;

use serde_json::json;
use straingauge_api::{DataParams, ModelTask, OneOrMany, PredictionParams, ReadOptions, Stage, StressTestConfig};
use straingauge_engine::session::{Held, Session, SideHandles};

const ROUNDS: usize = 3;
/// What a worker gets at a time.
const SLICE: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let [csv, jsonl, reference, evaluation] = paths.as_slice() else {
        println!("give four files: CSV JSONL REFERENCE EVALUATION");
        return Ok(());
    };
    let speed = |path: &String| -> Result<f64, Box<dyn Error>> {
        let bytes = std::fs::read(path)?;
        let seconds = best(|| {
            let mut session = Session::default();
            let table = read(&mut session, path, &bytes)?;
            session.forget(Held::Table, table);
            Ok(())
        })?;
        Ok(bytes.len() as f64 / 1e6 / seconds)
    };
    let (csv, jsonl) = (speed(csv)?, speed(jsonl)?);

    let mut session = Session::default();
    let mut side = |path: &String| -> Result<SideHandles, Box<dyn Error>> {
        let table = read(&mut session, path, &std::fs::read(path)?)?;
        let params = DataParams {
            label_col: Some("label".into()),
            prediction_col: Some(OneOrMany::One("pred".into())),
            timestamp_col: Some("ts".into()),
            ignore: Some(vec!["id".into()]),
            ..DataParams::default()
        };
        let task = Some(ModelTask::MulticlassClassification);
        let (dataset, _) = session.dataset(table, path, &params, task)?;
        let (predictions, _) = session.predictions(dataset, None, "model", &PredictionParams::default())?;
        Ok(SideHandles { dataset, predictions: Some(predictions) })
    };
    let (reference, evaluation) = (side(reference)?, side(evaluation)?);
    let run = best(|| {
        let config: StressTestConfig =
            serde_json::from_value(json!({ "runName": "bench", "reference": "reference", "evaluation": "evaluation", "model": "model" }))?;
        let run = session.start(config, reference, evaluation)?;
        while session.step(run)?.stage != Stage::Done {}
        session.forget(Held::Run, run);
        Ok(())
    })?;
    println!("{{\"csv\":{csv},\"jsonl\":{jsonl},\"run\":{run}}}");
    Ok(())
}

fn read(session: &mut Session, name: &str, bytes: &[u8]) -> Result<u32, Box<dyn Error>> {
    // Hosts take the digest themselves, beside the reading.
    let reader = session.open(name, &ReadOptions::default(), false)?;
    for slice in bytes.chunks(SLICE) {
        session.push(reader, slice)?;
    }
    Ok(session.finish(reader, Some("0".repeat(64)))?.0)
}

/// Seconds of the best of a few rounds: what the code takes when the machine lets it.
fn best(mut work: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let mut least = f64::INFINITY;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        work()?;
        least = least.min(begin.elapsed().as_secs_f64());
    }
    Ok(least)
}
