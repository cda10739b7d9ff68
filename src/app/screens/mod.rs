//! One file a screen.

mod case;
mod check;
mod columns;
mod compare;
mod data;
mod fairness;
mod features;
mod file_card;
pub mod firewall;
mod listing;
mod live;
mod loaded;
mod projects;
mod question;
mod run;
mod search;
mod settings;
mod setup;
mod slices;
mod test;
mod tests;
mod unknown;
mod warnings;
mod welcome;

pub use check::check;
pub use compare::compare;
pub use data::data;
pub use live::live_run;
pub use loaded::sample_again;
pub use projects::projects;
pub use run::run;
pub use test::test;
pub use tests::tests;
pub use unknown::unknown;
pub use warnings::warnings;
