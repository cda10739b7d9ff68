//! The one door to the engine: readers, tables, data sets, predictions and runs by small numbers.
//!
//! A session has no clock, no projects and no JavaScript: whoever drives it (the wasm surface, a native test, a command line)
//! pushes bytes in, asks for one step after another, and keeps names and times to himself.

mod firewalls;
mod records;
mod runs;
mod sample;
mod shelf;
mod split;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use straingauge_api::{
    Banner, DataParams, DatasetInfo, Inspection, LabelInfo, LabelParams, ModelTask, PredictionInfo, PredictionParams, QuestionAbout,
    ReadOptions,
};

use crate::firewall::Firewall;
use crate::metrics::{self, Predictions};
use crate::stress::Run;
use crate::table::{self, Dataset, Reader, Table};
use crate::{Error, Result};
use shelf::Shelf;

pub use runs::SideHandles;
pub use sample::{SampleFiles, SampleProject, sample};
pub use split::Cut;

/// What a session holds; each kind is counted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// A file that is being read.
    Reader,
    /// A file that was read.
    Table,
    /// A table whose columns have roles.
    Dataset,
    /// Predictions that have met their rows.
    Predictions,
    /// A stress test.
    Run,
    /// A firewall.
    Firewall,
}

/// A file that was read, with what was found out about it.
#[derive(Debug)]
struct Loaded {
    table: Arc<Table>,
    inspection: Inspection,
}

/// Predictions that have met their rows.
#[derive(Debug)]
struct Paired {
    predictions: Arc<Predictions>,
    info: PredictionInfo,
    own_file: bool,
}

/// Everything that one user of the engine has open.
#[derive(Default)]
pub struct Session {
    readers: Shelf<Reader>,
    tables: Shelf<Loaded>,
    datasets: Shelf<Arc<Dataset>>,
    predictions: Shelf<Paired>,
    runs: Shelf<Run>,
    firewalls: Shelf<Firewall>,
    /// What parts were cut from, by their data set's number.
    origins: BTreeMap<u32, split::Origin>,
    /// What a run's own parts cannot know, by its number.
    banners: BTreeMap<u32, Vec<Banner>>,
}

impl Session {
    /// Opens a reader of the file `name`. With `digest` the engine takes the file's SHA-256 itself; without, whoever pushes the
    /// bytes does, and hands it to [`Self::finish`].
    ///
    /// # Errors
    /// Where the options cannot be followed.
    pub fn open(&mut self, name: &str, options: &ReadOptions, digest: bool) -> Result<u32> {
        let reader = Reader::new(name, options)?;
        Ok(self.readers.put(if digest { reader } else { reader.without_digest() }))
    }

    /// Hands the next bytes of the file to a reader; gives the bytes taken so far.
    ///
    /// # Errors
    /// What makes the file unreadable. The reader is of no use then; forget it.
    pub fn push(&mut self, reader: u32, bytes: &[u8]) -> Result<u64> {
        let reader = self.readers.get_mut(reader).ok_or_else(|| unknown("reader", reader))?;
        reader.push(bytes)?;
        Ok(reader.bytes())
    }

    /// Ends the reading: the table's number and what the file turned out to be. The reader is gone after that.
    ///
    /// # Errors
    /// Where the file ends too early or has no rows; `no_digest` where nobody took the file's SHA-256.
    pub fn finish(&mut self, reader: u32, sha256: Option<String>) -> Result<(u32, Inspection)> {
        let reader = self.readers.take(reader).ok_or_else(|| unknown("reader", reader))?;
        let mut read = reader.finish()?;
        if let Some(sha256) = sha256 {
            read.table.sha256 = sha256;
        }
        if read.table.sha256.len() != 64 {
            return Err(Error::new("no_digest", format!("Nobody took the SHA-256 of {}.", read.table.name))
                .mend("Hand it over at the end of the reading."));
        }
        let inspection = table::inspection(&read.table, &read.facts);
        let table = self.tables.put(Loaded { table: Arc::new(read.table), inspection: inspection.clone() });
        Ok((table, inspection))
    }

    /// Makes a data set of a table: roles set by `params`, the rest guessed. The data set keeps the table's columns alive.
    ///
    /// # Errors
    /// As [`table::dataset`].
    pub fn dataset(&mut self, table: u32, name: &str, params: &DataParams, task: Option<ModelTask>) -> Result<(u32, DatasetInfo)> {
        let loaded = self.tables.get(table).ok_or_else(|| unknown("table", table))?;
        let mut dataset = table::dataset(Arc::clone(&loaded.table), name, params, task)?;
        // What the reading found wrong is the data set's business too.
        let known: Vec<String> = dataset.info.problems.iter().map(|p| p.message.clone()).collect();
        let more = loaded.inspection.problems.iter().filter(|p| !known.contains(&p.message)).cloned();
        dataset.info.problems.extend(more);
        // Which column is the truth is asked of the data set, whose parameters may say it.
        let read = loaded.inspection.questions.iter().filter(|q| q.about != QuestionAbout::Label);
        dataset.info.questions.splice(0..0, read.cloned());
        let info = dataset.info.clone();
        Ok((self.datasets.put(Arc::new(dataset)), info))
    }

    /// The data set with the labels of a table as its truth: a data set of its own, and how the labels met its rows.
    ///
    /// # Errors
    /// As [`metrics::labelled`].
    pub fn labels(
        &mut self,
        dataset: u32,
        table: u32,
        params: &LabelParams,
        task: Option<ModelTask>,
    ) -> Result<(u32, DatasetInfo, LabelInfo)> {
        let dataset = self.datasets.get(dataset).ok_or_else(|| unknown("data set", dataset))?;
        let source = self.tables.get(table).ok_or_else(|| unknown("table", table))?;
        let (mut made, mut labels) = metrics::labelled(dataset, &source.table, params, task)?;
        labels.problems.extend(source.inspection.problems.iter().cloned());
        labels.questions.extend(source.inspection.questions.iter().filter(|q| q.column == labels.column).cloned());
        made.info.labels = Some(labels.clone());
        let info = made.info.clone();
        Ok((self.datasets.put(Arc::new(made)), info, labels))
    }

    /// Pairs predictions with the rows of a data set; `table` is absent where they stand in the data set's own file.
    ///
    /// # Errors
    /// As [`metrics::pair`].
    pub fn predictions(
        &mut self,
        dataset: u32,
        table: Option<u32>,
        model: &str,
        params: &PredictionParams,
    ) -> Result<(u32, PredictionInfo)> {
        let dataset = self.datasets.get(dataset).ok_or_else(|| unknown("data set", dataset))?;
        let source = table.map(|id| self.tables.get(id).ok_or_else(|| unknown("table", id))).transpose()?;
        let (predictions, info) = metrics::pair(dataset, source.map(|s| &*s.table), model, params)?;
        let mut info = info;
        if source.is_some()
            && let Some(answers) = predictions.answers(info.columns.first().map_or("", String::as_str))
        {
            // Of a file of its own nobody could say earlier which column its predictions speak for.
            info.questions.extend(table::weighed(dataset, &answers, &BTreeSet::new()).map(|found| found.question));
        }
        let paired = Paired { predictions: Arc::new(predictions), info: info.clone(), own_file: source.is_some() };
        Ok((self.predictions.put(paired), info))
    }

    /// Lets go of something. What others still need of it stays alive with them; a number that stands for nothing is no error.
    pub fn forget(&mut self, held: Held, id: u32) {
        match held {
            Held::Reader => drop(self.readers.take(id)),
            Held::Table => drop(self.tables.take(id)),
            Held::Dataset => {
                self.origins.remove(&id);
                drop(self.datasets.take(id));
            }
            Held::Predictions => drop(self.predictions.take(id)),
            Held::Firewall => drop(self.firewalls.take(id)),
            Held::Run => {
                self.banners.remove(&id);
                drop(self.runs.take(id));
            }
        }
    }
}

/// A number that stands for nothing: a mistake of the caller's, not of his data.
fn unknown(what: &str, id: u32) -> Error {
    Error::new("unknown_handle", format!("This session holds no {what} {id}.")).mend("Load it again.")
}
