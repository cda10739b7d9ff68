//! One file a screen.

mod case;
mod check;
mod columns;
mod data;
mod file_card;
mod listing;
mod live;
mod loaded;
mod projects;
mod run;
mod setup;
mod test;
mod tests;
mod unknown;
mod warnings;
mod welcome;

pub use check::Check;
pub use data::Data;
pub use live::LiveRun;
pub use projects::Projects;
pub use run::Run;
pub use test::Test;
pub use tests::Tests;
pub use unknown::Unknown;
pub use warnings::Warnings;
