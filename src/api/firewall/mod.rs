//! The firewall: a promoted model watched over bins of production data.

mod batch;
mod check;
mod config;
mod document;
mod event;
mod measured;
mod monitor;
mod view;

pub use batch::*;
pub use check::*;
pub use config::*;
pub use document::*;
pub use event::*;
pub use measured::*;
pub use monitor::*;
pub use view::*;
