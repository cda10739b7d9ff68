//! A scene as SVG text, for reports.

use std::fmt::Write;

use crate::{Anchor, Scene, Shape};

/// The scene as one `<svg>` element. All text is escaped; colours come from the classes.
pub fn svg(scene: &Scene, id: &str) -> String {
    let (w, h) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" aria-labelledby=\"{id}\"><title id=\"{id}\">{}</title>",
        escape(&format!("{}. {}", scene.title, scene.takeaway))
    );
    for mark in &scene.marks {
        let class = escape(&mark.class);
        let tip = mark.tip.as_ref().map(|t| format!("<title>{}</title>", escape(t))).unwrap_or_default();
        let (name, attributes, inner) = match &mark.shape {
            Shape::Rect { x, y, width, height, radius } => (
                "rect",
                format!(
                    "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"",
                    number(*x),
                    number(*y),
                    number(*width),
                    number(*height),
                    number(*radius)
                ),
                String::new(),
            ),
            Shape::Line { x1, y1, x2, y2 } => (
                "line",
                format!("x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"", number(*x1), number(*y1), number(*x2), number(*y2)),
                String::new(),
            ),
            Shape::Circle { x, y, r } => {
                ("circle", format!("cx=\"{}\" cy=\"{}\" r=\"{}\"", number(*x), number(*y), number(*r)), String::new())
            }
            Shape::Path { d } => ("path", format!("d=\"{}\"", escape(d)), String::new()),
            Shape::Text { x, y, anchor, text } => {
                ("text", format!("x=\"{}\" y=\"{}\" text-anchor=\"{}\"", number(*x), number(*y), anchor.as_str()), escape(text))
            }
        };
        // Writing to a String cannot fail.
        let _ = write!(out, "<{name} class=\"{class}\" {attributes}>{inner}{tip}</{name}>");
    }
    out.push_str("</svg>");
    out
}

impl Anchor {
    /// The value of SVG's `text-anchor`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A coordinate to a tenth of a pixel, without a needless point.
pub fn number(x: f64) -> String {
    let tenth = (x * 10.0).round() / 10.0;
    if tenth == 0.0 { "0".to_owned() } else { tenth.to_string() }
}

/// The text as XML character data or attribute value.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Mark, TableTwin};

    #[test]
    fn escapes_what_data_say() {
        let scene = Scene {
            width: 10.0,
            height: 4.25,
            title: "<b>".into(),
            takeaway: "a & b".into(),
            marks: vec![Mark::text(1.0, 2.0, Anchor::End, "</svg><script>", "label").tip("\"x\"")],
            table: TableTwin::default(),
        };
        let text = svg(&scene, "c1");
        assert!(text.starts_with("<svg class=\"chart\" viewBox=\"0 0 10 4.3\""), "{text}");
        assert!(text.contains("&lt;/svg&gt;&lt;script&gt;<title>&quot;x&quot;</title></text></svg>"), "{text}");
    }
}
