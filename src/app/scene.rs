//! A scene of `straingauge-charts` as SVG nodes, with its numbers as a table for whoever wants or needs them.

use leptos::prelude::*;
use straingauge_charts::{Anchor, Mark, Scene, Shape};

/// The picture, its takeaway and its table twin. `open` is called with the id of the case whose mark was chosen.
#[component]
pub fn Chart(
    scene: Scene,
    #[prop(optional, into)] open: Option<Callback<String>>,
    #[prop(optional)] testid: &'static str,
) -> impl IntoView {
    let as_table = RwSignal::new(false);
    let Scene { width, height, title, takeaway, marks, table } = scene;
    let picture: Vec<AnyView> = marks.into_iter().map(|m| node(m, open)).collect();
    let table = StoredValue::new(table);
    let name = title.clone();
    view! {
        <figure class="chart" data-testid=testid>
            <figcaption>{takeaway}</figcaption>
            <div class="scroll">
                <svg
                    class="scene"
                    viewBox=format!("0 0 {width} {height}")
                    width=width
                    height=height
                    role=if open.is_some() { "group" } else { "img" }
                    aria-label=title
                >{picture}</svg>
            </div>
            <button type="button" class="link small" aria-expanded=move || if as_table.get() { "true" } else { "false" } on:click=move |_| as_table.update(|t| *t = !*t)>
                {move || if as_table.get() { "Hide the table" } else { "Show as table" }}
            </button>
            {move || as_table.get().then(|| {
                let name = name.clone();
                view! { <div class="scroll" tabindex="0" role="region" aria-label=name>{table.with_value(twin)}</div> }
            })}
        </figure>
    }
}

/// The width to draw at: what there is on the screen, at most `most`.
pub fn chart_width(most: f64) -> f64 {
    let screen = window().inner_width().ok().and_then(|w| w.as_f64()).unwrap_or(1280.0);
    // Beside the rail and inside a sheet; below 860 px the rail is a bar.
    let room = if screen > 860.0 { screen - 216.0 - 80.0 - 52.0 } else { screen - 32.0 - 34.0 };
    room.clamp(280.0, most)
}

fn node(mark: Mark, open: Option<Callback<String>>) -> AnyView {
    let Mark { shape, class, tip, opens } = mark;
    let class_of = class.clone();
    let inner = draw(shape, class_of);
    match (opens, open) {
        (Some(case), Some(open)) => {
            let name = tip.clone().unwrap_or_else(|| case.clone());
            let chosen = case.clone();
            // Hundreds of passing marks would be hundreds of stops for whoever moves by keyboard; the list of tests leads to them.
            let stop = if class.contains("alert") || class.contains("warning") { "0" } else { "-1" };
            view! {
                <g
                    class="opens"
                    tabindex=stop
                    role="button"
                    aria-label=name
                    on:click=move |_| open.run(case.clone())
                    on:keydown=move |ev| if ev.key() == "Enter" || ev.key() == " " { ev.prevent_default(); open.run(chosen.clone()); }
                >
                    {tip.map(|t| view! { <title>{t}</title> })}
                    {inner}
                </g>
            }
            .into_any()
        }
        _ => match tip {
            Some(tip) => view! { <g><title>{tip}</title>{inner}</g> }.into_any(),
            None => inner,
        },
    }
}

fn draw(shape: Shape, class: String) -> AnyView {
    match shape {
        Shape::Rect { x, y, width, height, radius } => {
            view! { <rect class=class x=x y=y width=width height=height rx=radius /> }.into_any()
        }
        Shape::Line { x1, y1, x2, y2 } => view! { <line class=class x1=x1 y1=y1 x2=x2 y2=y2 /> }.into_any(),
        Shape::Circle { x, y, r } => view! { <circle class=class cx=x cy=y r=r /> }.into_any(),
        Shape::Path { d } => view! { <path class=class d=d /> }.into_any(),
        Shape::Text { x, y, anchor, text } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            view! { <text class=class x=x y=y text-anchor=anchor>{text}</text> }.into_any()
        }
    }
}

fn twin(table: &straingauge_charts::TableTwin) -> AnyView {
    let head: Vec<_> = table.columns.iter().map(|c| view! { <th scope="col">{c.clone()}</th> }).collect();
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| {
            let cells: Vec<_> = row.iter().map(|c| view! { <td class:n=c.number>{c.text.clone()}</td> }).collect();
            view! { <tr>{cells}</tr> }
        })
        .collect();
    view! { <table class="data twin"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table> }.into_any()
}
