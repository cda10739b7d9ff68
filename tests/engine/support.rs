//! What the tests share: real data where it is to be found, and a run from files to a document.

use std::path::PathBuf;
use std::sync::Arc;

use straingauge_api::{
    Batch, BatchOptions, DataParams, FirewallConfig, FirewallView, ModelTask, OneOrMany, PredictionParams, ReadOptions, RunDocument, Stage,
    Status, StressTestConfig,
};
use straingauge_engine::firewall::Firewall;
use straingauge_engine::metrics;
use straingauge_engine::stress::{Run, RunSide};
use straingauge_engine::table::{self, Reader, Table};

/// A file of the real data: from `STRAINGAUGE_DATA`, else from `../shared/data`. `None`, with a line that says so, where it is
/// not there; in CI a missing file is a failure.
pub fn real_file(path: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("STRAINGAUGE_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let file = root.join(path);
    match std::fs::read(&file) {
        Ok(bytes) => Some(bytes),
        Err(error) if std::env::var_os("CI").is_some() => {
            panic!("{path} is missing ({error}): set STRAINGAUGE_DATA to the folder of the real data")
        }
        Err(_absent) => {
            println!("skipped: {path} is not there (set STRAINGAUGE_DATA to the folder of the real data)");
            None
        }
    }
}

/// A small input that once went wrong, with its right value: from `cases` beside the folder of the real data. `None`, with a line that
/// says so, where it is not there; in CI a missing file is a failure.
pub fn case_file(name: &str) -> Option<Vec<u8>> {
    real_file(&format!("../cases/{name}"))
}

/// A file read into a table.
pub fn read(name: &str, bytes: &[u8]) -> Arc<Table> {
    let mut reader = Reader::new(name, &ReadOptions::default()).expect("a reader");
    for slice in bytes.chunks(1 << 16) {
        reader.push(slice).expect("readable bytes");
    }
    Arc::new(reader.finish().expect("a whole file").table)
}

/// One side of a run from tables; predictions in their own file, or in the same.
pub fn side(name: &str, table: Arc<Table>, predictions: Option<&Table>, params: &DataParams, task: ModelTask) -> RunSide {
    let dataset = table::dataset(table, name, params, Some(task)).expect("a data set");
    let (paired, _) = metrics::pair(&dataset, predictions, "model", &PredictionParams::default()).expect("predictions");
    RunSide { dataset: Arc::new(dataset), predictions: Some(Arc::new(paired)), predictions_sha256: predictions.map(|t| t.sha256.clone()) }
}

/// A configuration with everything at its default.
pub fn config(name: &str) -> StressTestConfig {
    serde_json::from_value(
        serde_json::json!({ "runName": name, "reference": "reference", "evaluation": "evaluation", "model": "model", "seed": 42 }),
    )
    .expect("a configuration")
}

/// Runs to the end.
pub fn run(config: StressTestConfig, task: ModelTask, reference: RunSide, evaluation: RunSide) -> (Run, RunDocument) {
    let mut run = Run::new(config, task, reference, evaluation).expect("a run");
    while !run.is_done() {
        run.step().expect("a step");
    }
    let document = run.document().expect("a document").clone();
    (run, document)
}

/// Drives a firewall until it has nothing left to do.
pub fn drive(firewall: &mut Firewall) {
    while firewall.step().expect("a step").stage != Stage::Done {}
}

/// A firewall that has learnt its reference, everything at its default.
pub fn learnt(task: ModelTask, reference: RunSide) -> Firewall {
    let mut firewall = Firewall::learn(FirewallConfig::default(), task, reference).expect("a firewall");
    drive(&mut firewall);
    firewall
}

/// Takes a batch in; gives what there is to see then.
pub fn take(firewall: &mut Firewall, batch: RunSide) -> FirewallView {
    firewall.add(batch, BatchOptions::default()).expect("a batch");
    drive(firewall);
    firewall.view().expect("a view")
}

/// The fraud data, reference and production; `None` where they are not there.
pub fn fraud() -> Option<(RunSide, RunSide)> {
    let of = |name: &str, file: &str| {
        let params =
            DataParams { label_col: Some("label".into()), prediction_col: Some(OneOrMany::One("preds".into())), ..DataParams::default() };
        Some(side(name, read(file, &real_file(file)?), None, &params, ModelTask::BinaryClassification))
    };
    of("reference", "fraud/fraud_ref.csv.gz").zip(of("production", "fraud/fraud_eval.csv.gz"))
}

/// The arXiv papers, the training set and the validation set of that number; `None` where they are not there.
pub fn papers(validation: u32) -> Option<(RunSide, RunSide)> {
    let file = |name: &str| Some(read(name, &real_file(&format!("arxiv/{name}"))?));
    let task = ModelTask::MulticlassClassification;
    let of = |name: &str, data: &str, said: &str| Some(side(name, file(data)?, Some(&*file(said)?), &DataParams::default(), task));
    let data = if validation == 0 { "val_0_with_label.json.gz".to_owned() } else { format!("val_{validation}.json.gz") };
    let said = format!("val_preds_{validation}.json.gz");
    of("train", "train.json.gz", "train_preds.json.gz").zip(of("val", &data, &said))
}

/// The document at one look, for whoever runs the tests with `--nocapture`.
pub fn print(document: &RunDocument) {
    println!("{:?}: {}", document.summary.outcome, document.summary.headline);
    for banner in &document.summary.banners {
        println!("  ! {}", banner.text);
    }
    println!("  {:?}", document.summary.counts);
    for m in &document.model_metrics {
        println!("  {:34} {:?} {:?} {:?}", m.id, m.reference, m.evaluation, m.severity);
    }
    for f in document.findings.iter().take(25) {
        println!(
            "  {:?} {:.2} [{}] {} | {} ({} cases, {:?} rows)",
            f.severity,
            f.severity_score,
            f.lead,
            f.title,
            f.sentence,
            f.cases.len(),
            f.rows
        );
    }
    for b in &document.batches {
        println!("  {:60} {:?} {:.2} {:?} {}", b.id, b.severity, b.severity_score, b.counts, b.reason.as_deref().unwrap_or(""));
    }
}

/// A run that shows what tests do: some find what was planted, others leave in peace what is clean.
#[allow(dead_code, reason = "each category brings its own")]
pub struct Shown {
    /// What was planted, in a few words.
    pub name: &'static str,
    /// Tests, by id, of which a case fails (or warns).
    pub fails: &'static [&'static str],
    /// Tests, by id, that were judged and of which no case fails or warns.
    pub passes: &'static [&'static str],
    /// The run.
    pub document: RunDocument,
}

#[allow(dead_code, reason = "each category brings its own")]
impl Shown {
    /// Asserts both lists.
    pub fn check(&self) {
        let loud = |batch: &Batch| batch.cases.iter().any(|c| matches!(c.status, Status::Fail | Status::Warning));
        let quiet = |batch: &Batch| !loud(batch) && batch.cases.iter().any(|c| c.status == Status::Pass);
        let missing = |ids: &[&'static str], holds: &dyn Fn(&Batch) -> bool| -> Vec<String> {
            let wanted = ids.iter().filter(|id| !self.document.batches.iter().any(|b| b.id == **id && holds(b)));
            let told = |id: &str| {
                let cases = self.document.batches.iter().filter(|b| b.id == id).flat_map(|b| &b.cases);
                let words = cases.map(|c| format!("{:?} effect {:?} q {:?} {:?}: {}", c.status, c.effect, c.q_value, c.reason, c.sentence));
                format!("{id}: {:?}", words.collect::<Vec<_>>())
            };
            wanted.map(|id| told(id)).collect()
        };
        assert_eq!(missing(self.fails, &loud), Vec::<String>::new(), "{}: not found", self.name);
        assert_eq!(missing(self.passes, &quiet), Vec::<String>::new(), "{}: not left in peace", self.name);
    }
}
