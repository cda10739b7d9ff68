//! What was found wrong with a file.

use leptos::prelude::*;
use straingauge_api::{Problem, ProblemLevel};

use crate::format::count;
use crate::parts::{Shape, mark};

/// The problems of a file, worst first, each with a few of its cells.
#[component]
pub fn ProblemList(problems: Vec<Problem>) -> impl IntoView {
    let items: Vec<_> = problems.into_iter().map(item).collect();
    view! { <ul class="problems">{items}</ul> }
}

fn item(problem: Problem) -> AnyView {
    let (shape, word) = match problem.level {
        ProblemLevel::Error => (Shape::Alert, "Error"),
        ProblemLevel::Warning => (Shape::Warning, "Warning"),
        ProblemLevel::Note => (Shape::Skip, "Note"),
    };
    let mend = problem.details.mend.clone().filter(|m| !problem.message.contains(m.as_str()));
    let cells: Vec<_> = problem
        .examples
        .iter()
        .map(|c| view! { <li><span class="row-no">"row "{count(c.row)}</span><code>{c.text.clone()}</code></li> })
        .collect();
    view! {
        <li data-testid="problem" data-code=problem.code.clone()>
            {mark(shape)}
            <div>
                <span class="visually-hidden">{word}": "</span>
                {problem.message.clone()}
                {mend.map(|m| view! { <small>{m}</small> })}
                {(!cells.is_empty()).then(|| view! { <ul class="cells">{cells}</ul> })}
            </div>
        </li>
    }
    .into_any()
}
