//! Filter by severity and search by words.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Shape, mark};
use crate::element::{El, el};

/// What to show.
#[derive(Clone, Copy)]
pub struct Filter {
    /// One severity, or all.
    pub shape: RwSignal<Option<Shape>>,
    /// Words that must all occur.
    pub words: RwSignal<String>,
}

impl Filter {
    /// Everything.
    pub fn new() -> Self {
        Self { shape: RwSignal::new(None), words: RwSignal::new(String::new()) }
    }

    /// Whether something of this severity and with this text is shown.
    pub fn shows(self, shape: Shape, text: &str) -> bool {
        self.shape.get().is_none_or(|s| s == shape) && self.words.with(|words| matches(words, text))
    }
}

/// Whether every word occurs in the text, whatever the case of its Latin letters. (The tables for all scripts would weigh more than the filter.)
fn matches(words: &str, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    words.split_whitespace().all(|w| text.contains(&w.to_ascii_lowercase()))
}

/// What the control that an event comes from holds.
pub fn typed(event: &web_sys::Event) -> String {
    let value = event.target().and_then(|t| js_sys::Reflect::get(&t, &"value".into()).ok());
    value.and_then(|v| v.as_string()).unwrap_or_default()
}

/// Whether the box that an event comes from is ticked.
pub fn ticked(event: &web_sys::Event) -> bool {
    event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()).is_some_and(|i| i.checked())
}

/// A button that stays down while it is what is picked.
pub fn pick(
    name: &str,
    count: u64,
    shape: Option<Shape>,
    down: impl Fn() -> bool + Send + 'static,
    mut set: impl FnMut() + Send + 'static,
) -> El {
    el("button", "pick")
        .attr("type", "button")
        .aria("aria-pressed", down)
        .on("click", move |_| set())
        .maybe(shape.map(mark))
        .text(name)
        .text(" ")
        .el(el("span", "n").text(&crate::format::count(count)))
}

/// A field to search in.
pub fn search_field(name: &str, words: RwSignal<String>) -> El {
    el("input", "search")
        .attr("type", "search")
        .attr("placeholder", name)
        .attr("aria-label", name)
        .testid("search")
        .live_attr("value", move || Some(words.get()))
        .on("input", move |ev| words.set(typed(&ev)))
}

/// The severities that can be picked, in the order alert, warning, pass, not judged.
fn severities(shape: RwSignal<Option<Shape>>, counts: [usize; 4]) -> El {
    let one = |to: Option<Shape>, name: &str, count: usize| pick(name, count as u64, to, move || shape.get() == to, move || shape.set(to));
    let [alert, warning, pass, skip] = counts;
    el("div", "picks")
        .attr("role", "group")
        .attr("aria-label", "Severity")
        .el(one(None, "All", counts.iter().sum()))
        .el(one(Some(Shape::Alert), "Alert", alert))
        .el(one(Some(Shape::Warning), "Warning", warning))
        .el(one(Some(Shape::Pass), "Pass", pass))
        .all((skip > 0).then(|| one(Some(Shape::Skip), "Not judged", skip)))
}

/// The bar: how many there are of each severity, and a search box.
pub fn filter_bar(filter: Filter, counts: [usize; 4]) -> AnyView {
    el("div", "filter").el(severities(filter.shape, counts)).el(search_field("Search tests and features", filter.words)).any()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn all_words_count() {
        assert!(matches("", "anything"));
        assert!(matches("drift CITY", "Feature Drift drift:feature_drift city"));
        assert!(!matches("drift amount", "Feature Drift city"));
    }
}
