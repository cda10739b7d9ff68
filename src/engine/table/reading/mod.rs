//! Reading: bytes of a file, in slices, into a [`Table`](super::Table).
//!
//! ```text
//! bytes → digest → decompression → encoding → format → cells → columns
//! ```
//!
//! Every stage takes what it is given and keeps only what it cannot pass on yet, so a file is never held whole unless its
//! format asks for it (Parquet's table of contents stands at the end).

mod bounds;
mod reader;

pub use reader::{Read, Reader};
