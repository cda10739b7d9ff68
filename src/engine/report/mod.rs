//! A run in the forms that leave the house: tables, Arrow, text, pages.
//!
//! Everything here reads a finished [`RunDocument`](straingauge_api::RunDocument), or a firewall's
//! [`FirewallView`](straingauge_api::FirewallView); nothing is judged again. The document itself as JSON comes from [`crate::json`].

mod arrow_stream;
mod bins_table;
mod events_table;
mod html;
mod incidents_table;
mod junit;
mod markdown;
#[cfg(test)]
pub(crate) mod sample;
mod series_table;
mod tables;
mod wording;

pub use arrow_stream::arrow_stream;
pub use bins_table::bins_table;
pub use events_table::events_table;
pub use html::html;
pub use incidents_table::incidents_table;
pub use junit::junit;
pub use markdown::markdown;
pub use series_table::series_table;
pub use tables::tables;
