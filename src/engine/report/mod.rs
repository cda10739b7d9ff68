//! A run in the forms that leave the house: tables, Arrow, text, pages.
//!
//! Everything here reads a finished [`RunDocument`](straingauge_api::RunDocument); nothing is judged again. The document
//! itself as JSON comes from [`crate::json`].

mod arrow_stream;
mod html;
mod junit;
mod markdown;
#[cfg(test)]
pub(crate) mod sample;
mod tables;
mod wording;

pub use arrow_stream::arrow_stream;
pub use html::html;
pub use junit::junit;
pub use markdown::markdown;
pub use tables::tables;
