//! The page: a single-page app over the JavaScript package.

mod app;
mod client;
mod desk;
mod format;
mod live;
mod pairing;
mod params;
mod parts;
mod requests;
mod route;
mod scene;
mod screens;
mod state;

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(app::Page);
}
