//! Numbers into pictures: [`Figure`] → [`Scene`] → SVG text.
//!
//! A scene is marks in a coordinate system of CSS pixels, with classes instead of colours (the page's and the report's
//! style sheets give them), a one-line takeaway, and a table twin that holds the same numbers for whoever does not see the
//! picture. Knows no Leptos: the page renders a scene as nodes, the report as text.
//!
//! The classes: `axis` and `grid` (hairlines), `threshold` (dashed), `overall` (a strong line), `whisker` (an interval),
//! `band-warning`, `band-alert`, `label`, `strong`, `value`, `reference`, `evaluation`, and the severities `pass`, `warning`,
//! `alert`, `skip`, with `hollow` beside a severity where there is no evidence.

mod bars;
mod breakdown;
pub mod calendar;
mod calibration;
mod distributions;
mod failing_values;
pub mod format;
mod metric_pair;
mod scale;
mod scene;
pub mod series;
mod strain;
mod subset_bars;
mod svg;
pub mod terms;

use straingauge_api::Figure;

pub use scene::{Anchor, Cell, Mark, Scene, Shape, TableTwin};
pub use strain::strain_rows;
pub use svg::svg;

/// Draws a figure at a width in CSS pixels (at least 280); the height follows from what there is to draw.
pub fn draw(figure: &Figure, width: f64) -> Scene {
    let width = width.max(280.0);
    match figure {
        Figure::SubsetBars { feature, metric, unit, better, bars, overall, threshold } => subset_bars::draw(
            &subset_bars::Input { feature, metric, unit: *unit, better: *better, bars, overall: *overall, threshold: *threshold },
            width,
        ),
        Figure::Distributions { feature, numeric, bins, of } => {
            distributions::draw(feature, *numeric, bins, of.as_deref().unwrap_or("rows"), width)
        }
        Figure::MetricPair { metric, unit, better, reference, evaluation, warning, alert } => metric_pair::draw(
            &metric_pair::Input { metric, unit: *unit, better: *better, reference, evaluation, warning: *warning, alert: *alert },
            width,
        ),
        Figure::Calibration { reference, evaluation } => calibration::draw(reference, evaluation, width),
        Figure::FailingValues { feature, rule, values, more } => failing_values::draw(feature, rule, values, *more, width),
        Figure::Breakdown { rows } => breakdown::draw(rows, width),
        Figure::Strain { rows } => strain::draw(rows, width),
    }
}
