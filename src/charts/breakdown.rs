//! Counts by what became of the cases, a stacked bar a row.

use straingauge_api::BreakdownRow;

use crate::bars::Layout;
use crate::format::spaced;
use crate::{Anchor, Cell, Mark, Scene, TableTwin};

const ROW: f64 = 28.0;

pub fn draw(rows: &[BreakdownRow], width: f64) -> Scene {
    let layout = Layout::new(rows.iter().map(|r| r.label.as_str()), width, 44.0);
    let most = rows.iter().map(total).max().unwrap_or(1).max(1) as f64;
    let mut marks = Vec::new();
    let mut table = TableTwin::new(&["", "Pass", "Warning", "Fail", "Skip"]);
    let mut y = 18.0;
    for row in rows {
        marks.push(Mark::text(layout.label_end, y + 4.0, Anchor::End, &layout.label(&row.label), "label"));
        let mut x = layout.left;
        for (count, class, word) in
            [(row.fail, "alert", "fail"), (row.warning, "warning", "warn"), (row.pass, "pass", "pass"), (row.skip, "skip", "skipped")]
        {
            let wide = (layout.right - layout.left) * count as f64 / most;
            if count > 0 {
                marks.push(Mark::rect(x, y - 7.0, (wide - 1.0).max(1.0), 14.0, 2.0, &format!("bar {class}")).tip(&format!(
                    "{}: {} {word}",
                    row.label,
                    spaced(count)
                )));
            }
            x += wide;
        }
        marks.push(Mark::text(x + 8.0, y + 4.0, Anchor::Start, &spaced(total(row)), "value"));
        table.rows.push(
            std::iter::once(Cell::words(&row.label))
                .chain([row.pass, row.warning, row.fail, row.skip].map(|n| Cell::digits(spaced(n))))
                .collect(),
        );
        y += ROW;
    }
    let failing = rows.iter().map(|r| r.fail).sum::<u64>();
    let takeaway = format!("{} of {} cases fail.", spaced(failing), spaced(rows.iter().map(total).sum()));
    Scene { width, height: y.max(30.0), title: "Cases by outcome".to_owned(), takeaway, marks, table }
}

fn total(row: &BreakdownRow) -> u64 {
    row.pass + row.warning + row.fail + row.skip
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_what_is_there() {
        let rows = [BreakdownRow { label: "Drift".into(), pass: 8, warning: 0, fail: 2, skip: 1 }];
        let scene = draw(&rows, 500.0);
        assert_eq!(scene.takeaway, "2 of 11 cases fail.");
        assert_eq!(scene.marks.iter().filter(|m| m.class.starts_with("bar ")).count(), 3);
    }
}
