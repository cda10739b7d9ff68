//! How much of anything a file may hold. Every file is hostile until read; each error names the bound it hit.

/// Rows of a table: row numbers are `u32`, and `u32::MAX` marks "no row".
pub(crate) const MAX_ROWS: usize = u32::MAX as usize - 1;

/// Cells of a table, columns times rows. Records that each bring a new key cost a cell in every row, however short the file; at eight
/// bytes a cell this many fill what a browser tab can hold.
pub(crate) const MAX_CELLS: usize = 400_000_000;

/// Columns of a table. The widest published data sets for tabular models have some ten thousand.
pub(crate) const MAX_COLUMNS: usize = 20_000;

/// Bytes of one cell: no test looks at a longer text, and one unclosed quote must not swallow the file.
pub(crate) const MAX_CELL_BYTES: usize = 16 << 20;

/// Bytes of one record; a record must be in memory before it is cut into cells.
pub(crate) const MAX_RECORD_BYTES: usize = 64 << 20;

/// Levels of nested JSON records and lists.
pub(crate) const MAX_NESTING: usize = 32;

/// Numbers in one list cell; embeddings have a few thousand.
pub(crate) const MAX_LIST_LENGTH: usize = 65_536;

/// Bytes of text in one column: Arrow's offsets are `i32`.
pub(crate) const MAX_COLUMN_TEXT_BYTES: usize = i32::MAX as usize;

/// Bytes after decompression; a browser tab has not more than 4 GiB for the columns made of them.
pub(crate) const MAX_DECOMPRESSED_BYTES: u64 = 8 << 30;

/// Bytes out for each byte in, once more than [`RATIO_GRACE_BYTES`] came out. Deflate cannot exceed 1032; real tables stay under 200.
pub(crate) const MAX_RATIO: u64 = 1_100;

/// Below this many bytes the ratio is not asked for: a small file of one repeated line is honest.
pub(crate) const RATIO_GRACE_BYTES: u64 = 64 << 20;

/// Bytes of a Parquet or Arrow file, which must be held whole.
pub(crate) const MAX_BINARY_FILE_BYTES: usize = 1 << 30;

/// Characters of a bad cell that are kept for showing.
pub(crate) const SHOWN_CHARACTERS: usize = 80;
