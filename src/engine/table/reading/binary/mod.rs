//! Parquet and Arrow IPC. Both keep what must be known first at the end, or in messages of their own size, so their bytes are held
//! until the file is complete, and then read batch by batch.

mod batches;
mod ipc;
mod parquet;

pub(crate) use batches::Batches;
pub(crate) use ipc::read as read_arrow;
pub(crate) use parquet::read as read_parquet;
