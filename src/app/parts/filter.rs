//! Filter by severity and search by words.

use leptos::prelude::*;

use super::{Shape, mark};

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

/// The bar: how many there are of each severity, and a search box. `counts` in the order alert, warning, pass, not judged.
#[component]
pub fn FilterBar(filter: Filter, counts: [usize; 4]) -> impl IntoView {
    let button = move |shape: Option<Shape>, name: &'static str, count: usize| {
        view! {
            <button
                type="button"
                class="pick"
                aria-pressed=move || if filter.shape.get() == shape { "true" } else { "false" }
                on:click=move |_| filter.shape.set(shape)
            >
                {shape.map(mark)}{name}" "<span class="n">{count}</span>
            </button>
        }
    };
    let [alert, warning, pass, skip] = counts;
    view! {
        <div class="filter">
            <div class="picks" role="group" aria-label="Severity">
                {button(None, "All", counts.iter().sum())}
                {button(Some(Shape::Alert), "Alert", alert)}
                {button(Some(Shape::Warning), "Warning", warning)}
                {button(Some(Shape::Pass), "Pass", pass)}
                {(skip > 0).then(|| button(Some(Shape::Skip), "Not judged", skip))}
            </div>
            <input
                type="search"
                class="search"
                placeholder="Search tests and features"
                aria-label="Search tests and features"
                data-testid="search"
                prop:value=filter.words
                on:input:target=move |ev| filter.words.set(ev.target().value())
            />
        </div>
    }
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
