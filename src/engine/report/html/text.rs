//! Text and small signs.

use straingauge_api::Severity;

/// The text as HTML content or attribute value. Control characters, which show nothing, are dropped.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// The sign of a severity: a triangle, a diamond, a ring. The word beside it says the same, so it is hidden from readers of text.
pub fn icon(severity: Severity) -> &'static str {
    match severity {
        Severity::Alert => {
            "<svg class=\"icon is-alert\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path d=\"M6 .8 11.6 11H.4Z\" fill=\"currentColor\"/></svg>"
        }
        Severity::Warning => {
            "<svg class=\"icon is-warning\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><path d=\"M6 .4 11.6 6 6 11.6 .4 6Z\" fill=\"currentColor\"/></svg>"
        }
        Severity::Pass => {
            "<svg class=\"icon is-pass\" viewBox=\"0 0 12 12\" aria-hidden=\"true\"><circle cx=\"6\" cy=\"6\" r=\"4.4\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.6\"/></svg>"
        }
    }
}

/// One cell of a row: flush right where it holds a number.
pub fn cell(text: &str, number: bool) -> String {
    if number { format!("<td class=\"n\">{}</td>", escape(text)) } else { format!("<td>{}</td>", escape(text)) }
}
