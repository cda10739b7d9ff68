//! A link that leads nowhere.

use leptos::prelude::*;

use crate::element::{el, link, row};
use crate::parts::empty;

/// The screen.
pub fn unknown() -> AnyView {
    let back = link("btn", "#/", "To the projects").any();
    row(vec![el("h1", "").text("Not found").any(), empty("No such view", "The link may be of another version of this page.", back)])
}
