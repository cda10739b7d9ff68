//! A link that leads nowhere.

use leptos::prelude::*;

use crate::parts::empty;

/// The screen.
#[component]
pub fn Unknown() -> impl IntoView {
    view! {
        <h1>"Not found"</h1>
        {empty("No such view", "The link may be of another version of this page.", view! { <a class="btn" href="#/">"To the projects"</a> })}
    }
}
