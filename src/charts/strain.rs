//! The strain chart: every case of a run, by how far it bends.
//!
//! A row a category. Solid marks have evidence beyond noise, hollow ones do not and never fail. Marks that would hide each
//! other stand beside each other, off the row's line.

use straingauge_api::{Batch, Category, Severity, Status, StrainMark, StrainRow};

use crate::bars::{class, word};
use crate::scale::Scale;
use crate::svg::number as n;
use crate::{Anchor, Cell, Mark, Scene, TableTwin};

/// The right end of the axis; 2 is the worst that can be shown.
const END: f64 = 2.08;
/// Two marks nearer than this, in pixels, hide each other.
const NEAR: f64 = 6.4;
/// How far off its line a mark may stand, in pixels.
const FAR: f64 = 15.0;

/// The strain chart's rows from the batches of a run: all judged cases, categories in the order of the page.
pub fn strain_rows(batches: &[Batch]) -> Vec<StrainRow> {
    let row = |category: Category| {
        let mut marks: Vec<StrainMark> = (batches.iter().filter(|b| b.category == category))
            .flat_map(|b| b.cases.iter().map(move |c| (b, c)))
            .filter(|(_, c)| c.status != Status::Skip)
            .map(|(b, c)| StrainMark {
                case_id: c.id.clone(),
                label: format!(
                    "{}{}: strain {:.2}",
                    b.name,
                    if c.features.is_empty() { String::new() } else { format!(" · {}", c.features.join(", ")) },
                    c.severity_score
                ),
                strain: c.severity_score,
                severity: c.severity,
                evident: c.evident,
            })
            .collect();
        marks.sort_by(|a, b| b.severity.cmp(&a.severity).then(b.strain.total_cmp(&a.strain)).then_with(|| a.case_id.cmp(&b.case_id)));
        (!marks.is_empty()).then(|| StrainRow { label: category.label().to_owned(), marks })
    };
    Category::ALL.into_iter().filter_map(row).collect()
}

pub fn draw(rows: &[StrainRow], width: f64) -> Scene {
    // Where there is little room the names stand above their rows instead of beside them.
    let narrow = width < 560.0;
    let (left, right) = (if narrow { 8.0 } else { 160.0 }, width - 14.0);
    let pitch = if narrow { 52.0 } else { 38.0 };
    let first = if narrow { 38.0 } else { 28.0 };
    let bottom = first + pitch * rows.len().max(1) as f64 - pitch / 2.0 + 4.0;
    let x = Scale::new((0.0, END), (left, right));
    let mut marks = vec![
        Mark::rect(x.at(0.5), 6.0, x.at(1.0) - x.at(0.5), bottom - 6.0, 0.0, "band-warning"),
        Mark::rect(x.at(1.0), 6.0, right - x.at(1.0), bottom - 6.0, 0.0, "band-alert"),
    ];
    for (i, row) in rows.iter().enumerate() {
        let y = first + pitch * i as f64;
        let (label_x, label_y) = if narrow { (left, y - 18.0) } else { (0.0, y + 4.0) };
        marks.push(Mark::text(label_x, label_y, Anchor::Start, &row.label, "label strong"));
        marks.push(Mark::line(left, y, right, y, "axis"));
        marks.extend(place(row, y, &x));
    }
    for (at, name) in [(0.0, "0"), (0.5, "warning"), (1.0, "alert"), (2.0, "worst")] {
        let line = if at == 0.5 || at == 1.0 { "threshold" } else { "axis" };
        marks.push(Mark::line(x.at(at), 6.0, x.at(at), bottom, line));
        marks.push(Mark::text(x.at(at), bottom + 18.0, Anchor::Middle, name, "label"));
    }
    let mut table = TableTwin::new(&["Category", "Case", "Strain", "Severity", "Evidence"]);
    for row in rows {
        for mark in &row.marks {
            table.rows.push(vec![
                Cell::words(&row.label),
                Cell::words(&mark.case_id),
                Cell::digits(format!("{:.2}", mark.strain)),
                Cell::words(word(mark.severity)),
                Cell::words(if mark.evident { "beyond noise" } else { "noise" }),
            ]);
        }
    }
    let all = || rows.iter().flat_map(|r| &r.marks);
    let of = |severity| all().filter(|m| m.severity == severity).count();
    let takeaway =
        format!("{} cases: {} alert, {} warn, {} pass.", all().count(), of(Severity::Alert), of(Severity::Warning), of(Severity::Pass));
    Scene { width, height: bottom + 26.0, title: "Strain of every case by category".to_owned(), takeaway, marks, table }
}

/// The marks of a row, each at its strain, off the line where another stands already.
fn place(row: &StrainRow, y: f64, x: &Scale) -> Vec<Mark> {
    let mut placed: Vec<(f64, f64)> = Vec::new();
    let mut marks = Vec::new();
    // Passing marks first, so that failing ones are painted over them; the worst, first in the row, keep the line.
    for mark in &row.marks {
        let at = x.at(mark.strain);
        let offsets = (0..=8)
            .flat_map(|k| if k == 0 { vec![0.0] } else { vec![f64::from(k) * 3.6, f64::from(-k) * 3.6] })
            .filter(|o: &f64| o.abs() <= FAR);
        let apart = |(px, po): (f64, f64), o: f64| (po - o) * (po - o) + (px - at) * (px - at) >= NEAR * NEAR;
        let free = |o: f64| placed.iter().rev().take(400).all(|&other| apart(other, o));
        let offset = offsets.clone().find(|&o| free(o)).unwrap_or_else(|| {
            // Full: spread over the height by the mark's own id, so that the picture stays the same.
            let hash = mark.case_id.bytes().fold(2_166_136_261u32, |h, b| (h ^ u32::from(b)).wrapping_mul(16_777_619));
            f64::from(hash % 1000) / 1000.0 * 2.0 * FAR - FAR
        });
        placed.push((at, offset));
        marks.push(shape(mark, at, y + offset));
    }
    marks.reverse();
    marks
}

fn shape(mark: &StrainMark, x: f64, y: f64) -> Mark {
    let hollow = if mark.evident { "" } else { " hollow" };
    let class = format!("mark {}{hollow}", class(mark.severity));
    let drawn = match mark.severity {
        Severity::Alert => Mark::path(format!("M{} {}l6 11h-12Z", n(x), n(y - 6.5)), &class),
        Severity::Warning => Mark::path(format!("M{} {}l6 6l-6 6l-6 -6Z", n(x), n(y - 6.0)), &class),
        Severity::Pass => Mark::circle(x, y, 3.1, &class),
    };
    drawn.tip(&mark.label).opens(&mark.case_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(id: usize, strain: f64, severity: Severity) -> StrainMark {
        StrainMark { case_id: format!("case {id}"), label: format!("case {id}"), strain, severity, evident: severity > Severity::Pass }
    }

    #[test]
    fn every_case_has_a_mark_and_a_row_in_the_table() {
        let marks: Vec<_> =
            (0..200).map(|i| mark(i, (i % 20) as f64 / 100.0, Severity::Pass)).chain([mark(900, 1.4, Severity::Alert)]).collect();
        let scene = draw(&[StrainRow { label: "Drift".into(), marks }], 760.0);
        assert_eq!(scene.marks.iter().filter(|m| m.opens.is_some()).count(), 201);
        assert_eq!(scene.table.rows.len(), 201);
        assert_eq!(scene.takeaway, "201 cases: 1 alert, 0 warn, 200 pass.");
        assert_eq!(scene, draw(&[StrainRow { label: "Drift".into(), marks: scene_marks() }], 760.0));
    }

    fn scene_marks() -> Vec<StrainMark> {
        (0..200).map(|i| mark(i, (i % 20) as f64 / 100.0, Severity::Pass)).chain([mark(900, 1.4, Severity::Alert)]).collect()
    }

    #[test]
    fn an_empty_run_still_has_its_axis() {
        let scene = draw(&[], 400.0);
        assert_eq!(scene.takeaway, "0 cases: 0 alert, 0 warn, 0 pass.");
        assert!(scene.height > 30.0);
    }
}
