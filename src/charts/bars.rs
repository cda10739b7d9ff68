//! The layout that horizontal bar charts share: labels in a column, bars beside it, room for a value behind them.

use straingauge_api::Severity;

use crate::format::cut;

/// Average advance of a character at the charts' 12.5 px, in pixels; labels are cut by it.
const ADVANCE: f64 = 6.6;

/// About how wide a text is drawn, in pixels.
pub fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * ADVANCE
}

/// Where labels, bars and values stand.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Right end of the labels.
    pub label_end: f64,
    /// Left end of the bars.
    pub left: f64,
    /// Right end of the bars.
    pub right: f64,
    most: usize,
}

impl Layout {
    /// A layout for these labels in a width, with `room` pixels behind the bars.
    pub fn new<'a>(labels: impl Iterator<Item = &'a str>, width: f64, room: f64) -> Self {
        let widest = labels.map(|l| l.chars().count()).max().unwrap_or(0) as f64 * ADVANCE;
        let column = widest.clamp(40.0, (width * 0.36).max(90.0));
        Self { label_end: column, left: column + 10.0, right: width - room, most: (column / ADVANCE) as usize }
    }

    /// A label cut to the column.
    pub fn label(&self, text: &str) -> String {
        cut(text, self.most.max(6))
    }
}

/// The class of a severity.
pub const fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Pass => "pass",
        Severity::Warning => "warning",
        Severity::Alert => "alert",
    }
}

/// The word of a severity.
pub const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Pass => "Pass",
        Severity::Warning => "Warning",
        Severity::Alert => "Alert",
    }
}

/// A path for an interval: a line with end caps.
pub fn whisker(x1: f64, x2: f64, y: f64) -> String {
    use crate::svg::number as n;
    format!("M{} {}H{}M{} {}v8M{} {}v8", n(x1), n(y), n(x2), n(x1), n(y - 4.0), n(x2), n(y - 4.0))
}
