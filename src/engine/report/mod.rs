//! A run in the forms that leave the house: tables, Arrow, text, pages.

mod arrow_stream;
mod tables;

pub use arrow_stream::arrow_stream;
pub use tables::tables;
