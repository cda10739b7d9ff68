//! The page: a single-page app over the JavaScript package.

// The page's state is a bundle of signal handles, meant to be copied into every closure.
#![allow(clippy::large_types_passed_by_value)]

mod app;
mod client;
mod desk;
mod element;
mod format;
mod live;
mod memory;
mod pairing;
mod params;
mod parts;
mod questions;
mod requests;
mod route;
mod scene;
mod screens;
mod state;
mod watch;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::Page);
}
