//! The first line of delimited text: names or values.

/// The first line of delimited text that is no comment and no title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstLine {
    /// It was read as the header.
    pub header: bool,
    /// The other reading is likely enough to be asked for.
    pub open: bool,
    /// Its fields, as they stand in the file.
    pub cells: Vec<String>,
}
