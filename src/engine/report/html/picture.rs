//! Charts with their takeaway and their numbers.

use straingauge_api::{Figure, RunDocument};
use straingauge_charts::format::counted;
use straingauge_charts::{Scene, draw, strain_rows, svg};

use super::text::{cell, escape};

/// Pictures are drawn for this width, in CSS pixels, and shrink with the window.
const WIDTH: f64 = 720.0;
/// Marks drawn in the strain chart at most; more would hide each other.
const MARKS: usize = 600;
/// Rows of a table beside a picture.
const TWIN_ROWS: usize = 40;

/// The strain chart of a run.
pub fn strain(run: &RunDocument) -> String {
    let mut rows = strain_rows(&run.batches);
    let all: usize = rows.iter().map(|row| row.marks.len()).sum();
    if all == 0 {
        return String::new();
    }
    let mut left_out = 0;
    if all > MARKS {
        // Marks stand worst first, so what goes is what bends least.
        let each = MARKS / rows.len().max(1);
        for row in &mut rows {
            left_out += row.marks.len().saturating_sub(each);
            row.marks.truncate(each);
        }
    }
    let mut scene = draw(&Figure::Strain { rows }, 980.0);
    for mark in &mut scene.marks {
        // Hundreds of passing cases do not each need a tooltip; the failing ones keep theirs.
        if mark.class.contains("pass") {
            mark.tip = None;
        }
    }
    let note = if left_out > 0 { format!(" Not drawn: {} of the least strain.", counted(left_out as u64, "case")) } else { String::new() };
    format!(
        "<section class=\"sheet\"><h2>Strain</h2><p class=\"meta\">Every judged case by how far it bends: 1 is its alert threshold. Solid marks have evidence beyond noise; hollow ones do not, and never fail.{note}</p>{}</section>\n",
        figure(&scene, "strain")
    )
}

/// The picture of one case.
pub fn of_case(picture: &Figure, id: &str) -> String {
    figure(&draw(picture, WIDTH), id)
}

fn figure(scene: &Scene, id: &str) -> String {
    format!("<figure><figcaption>{}</figcaption>{}{}</figure>", escape(&scene.takeaway), svg(scene, id), twin(scene))
}

fn twin(scene: &Scene) -> String {
    if scene.table.rows.is_empty() {
        return String::new();
    }
    // A column is flush right where its first cell is a number.
    let first = scene.table.rows.first();
    let heads: String = scene
        .table
        .columns
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let number = first.and_then(|row| row.get(i)).is_some_and(|cell| cell.number);
            format!("<th{}>{}</th>", if number { " class=\"n\"" } else { "" }, escape(name))
        })
        .collect();
    let rows: String = scene
        .table
        .rows
        .iter()
        .take(TWIN_ROWS)
        .map(|row| format!("<tr>{}</tr>", row.iter().map(|c| cell(&c.text, c.number)).collect::<String>()))
        .collect();
    let more = scene.table.rows.len().saturating_sub(TWIN_ROWS);
    let more =
        if more > 0 { format!("<p>And {}; the exported tables hold all of them.</p>", counted(more as u64, "row")) } else { String::new() };
    format!(
        "<details><summary>Numbers</summary><div class=\"scroll\"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{more}</details>"
    )
}
