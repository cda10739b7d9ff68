//! A scene of `straingauge-charts` as SVG nodes, with its numbers as a table for whoever wants or needs them.

use leptos::prelude::*;
use straingauge_charts::{Anchor, Mark, Scene, Shape, TableTwin};
use wasm_bindgen::JsCast;

use crate::element::{El, el, live, none, scroll, svg};

/// The picture, its takeaway and its table twin. `open` is called with the id of the case whose mark was chosen.
pub fn chart(scene: Scene, open: Option<Callback<String>>, testid: &str) -> AnyView {
    let as_table = RwSignal::new(false);
    let Scene { width, height, title, takeaway, marks, table } = scene;
    let picture = svg("svg", "scene")
        .attr("viewBox", &format!("0 0 {width} {height}"))
        .attr("width", &width.to_string())
        .attr("height", &height.to_string())
        .attr("role", if open.is_some() { "group" } else { "img" })
        .attr("aria-label", &title)
        .all(marks.into_iter().map(|m| node(m, open)));
    let turn = el("button", "link small")
        .attr("type", "button")
        .aria("aria-expanded", move || as_table.get())
        .on("click", move |_| as_table.update(|t| *t = !*t))
        .live(move || el("span", "").text(if as_table.get() { "Hide the table" } else { "Show as table" }).any());
    let figure = el("figure", "chart").el(el("figcaption", "").text(&takeaway)).el(el("div", "scroll").el(picture)).el(turn);
    let figure = if testid.is_empty() { figure } else { figure.testid(testid) };
    figure.view(live(move || if as_table.get() { scroll(&title, twin(&table)).any() } else { none() })).any()
}

/// The width to draw at: what there is on the screen, at most `most`.
pub fn chart_width(most: f64) -> f64 {
    let screen = window().inner_width().ok().and_then(|w| w.as_f64()).unwrap_or(1280.0);
    // Beside the rail and inside a sheet; below 860 px the rail is a bar.
    let room = if screen > 860.0 { screen - 216.0 - 80.0 - 52.0 } else { screen - 32.0 - 34.0 };
    room.clamp(280.0, most)
}

/// Marks alone, for a small picture.
pub fn marks(marks: Vec<Mark>) -> Vec<El> {
    marks.into_iter().map(|m| node(m, None)).collect()
}

fn node(mark: Mark, open: Option<Callback<String>>) -> El {
    let Mark { shape, class, tip, opens } = mark;
    let inner = draw(shape, &class);
    let title = tip.as_ref().map(|t| svg("title", "").text(t));
    match (opens, open) {
        (Some(case), Some(open)) => {
            // Hundreds of passing marks would be hundreds of stops for whoever moves by keyboard; the list of tests leads to them.
            let stop = if class.contains("alert") || class.contains("warning") { "0" } else { "-1" };
            let chosen = case.clone();
            svg("g", "opens")
                .attr("tabindex", stop)
                .attr("role", "button")
                .attr("aria-label", tip.as_ref().unwrap_or(&case))
                .on("click", move |_| open.run(case.clone()))
                .on("keydown", move |ev| {
                    let key = ev.dyn_ref::<web_sys::KeyboardEvent>().map(web_sys::KeyboardEvent::key).unwrap_or_default();
                    if key == "Enter" || key == " " {
                        ev.prevent_default();
                        open.run(chosen.clone());
                    }
                })
                .all(title)
                .el(inner)
        }
        _ if title.is_some() => svg("g", "").all(title).el(inner),
        _ => inner,
    }
}

fn draw(shape: Shape, class: &str) -> El {
    let with = |tag: &'static str, numbers: &[(&'static str, f64)]| {
        numbers.iter().fold(svg(tag, class), |el, (name, v)| el.attr(name, &v.to_string()))
    };
    match shape {
        Shape::Rect { x, y, width, height, radius } => {
            with("rect", &[("x", x), ("y", y), ("width", width), ("height", height), ("rx", radius)])
        }
        Shape::Line { x1, y1, x2, y2 } => with("line", &[("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]),
        Shape::Circle { x, y, r } => with("circle", &[("cx", x), ("cy", y), ("r", r)]),
        Shape::Path { d } => svg("path", class).attr("d", &d),
        Shape::Text { x, y, anchor, text } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            with("text", &[("x", x), ("y", y)]).attr("text-anchor", anchor).text(&text)
        }
    }
}

fn twin(table: &TableTwin) -> El {
    let heads: Vec<&str> = table.columns.iter().map(String::as_str).collect();
    let rows = table.rows.iter().map(|row| el("tr", "").all(row.iter().map(|c| el("td", if c.number { "n" } else { "" }).text(&c.text))));
    crate::element::table("data twin", &heads, el("tbody", "").all(rows))
}
