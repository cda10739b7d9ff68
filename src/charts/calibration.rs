//! Confidence against the share that was right: on the diagonal a model means what it says.

use straingauge_api::CalibrationBin;

use crate::format::{interval, percent, spaced, value};
use crate::scale::Scale;
use crate::svg::number as n;
use crate::{Anchor, Cell, Mark, Scene, TableTwin};

pub fn draw(reference: &[CalibrationBin], evaluation: &[CalibrationBin], width: f64) -> Scene {
    let side = (width - 60.0).min(300.0);
    let (left, top) = (48.0, 12.0);
    let bottom = top + side;
    let (x, y) = (Scale::new((0.0, 1.0), (left, left + side)), Scale::new((0.0, 1.0), (bottom, top)));
    let mut marks = Vec::new();
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        marks.push(Mark::line(left, y.at(tick), left + side, y.at(tick), "grid"));
        marks.push(Mark::text(left - 6.0, y.at(tick) + 4.0, Anchor::End, &percent(tick), "label"));
        marks.push(Mark::text(x.at(tick), bottom + 16.0, Anchor::Middle, &percent(tick), "label"));
    }
    marks.push(Mark::line(left, bottom, left + side, top, "threshold"));
    marks.push(Mark::text(left + side / 2.0, bottom + 34.0, Anchor::Middle, "confidence", "label"));
    let mut table = TableTwin::new(&["Set", "Confidence", "Right", "95 % interval", "Rows"]);
    for (name, bins) in [("reference", reference), ("evaluation", evaluation)] {
        let mut line = String::new();
        for bin in bins {
            let Some(observed) = bin.observed.value else { continue };
            line.push_str(&format!("{}{} {}", if line.is_empty() { "M" } else { "L" }, n(x.at(bin.confidence)), n(y.at(observed))));
            if let (Some(l), Some(h)) = (bin.observed.low, bin.observed.high) {
                marks.push(Mark::line(x.at(bin.confidence), y.at(l), x.at(bin.confidence), y.at(h), "whisker"));
            }
            let tip = format!("{name}: {} confident, {} right, {} rows", percent(bin.confidence), percent(observed), spaced(bin.n));
            marks.push(Mark::circle(x.at(bin.confidence), y.at(observed), 4.0, &format!("dot {name}")).tip(&tip));
            table.rows.push(vec![
                Cell::words(name),
                Cell::digits(percent(bin.confidence)),
                Cell::digits(percent(observed)),
                Cell::digits(interval(bin.observed.low, bin.observed.high, straingauge_api::Unit::Share).unwrap_or_default()),
                Cell::digits(spaced(bin.n)),
            ]);
        }
        if !line.is_empty() {
            marks.push(Mark::path(line, &format!("line {name}")));
        }
    }
    let takeaway = gap(evaluation).map_or_else(
        || "Too few labelled rows to compare confidence with outcome.".to_owned(),
        |g| {
            let size = value(Some(g.abs()), straingauge_api::Unit::Points);
            format!("On average the model is {size} {} than it is right.", if g > 0.0 { "more confident" } else { "less confident" })
        },
    );
    let mut scene = Scene { width, height: bottom + 42.0, title: "Calibration".to_owned(), takeaway, marks, table };
    // The legend stands beside the square where there is room, else above nothing is lost: the table names the sets.
    if width > left + side + 110.0 {
        for (i, name) in ["reference", "evaluation"].into_iter().enumerate() {
            let at = top + 16.0 + 22.0 * i as f64;
            scene.marks.push(Mark::circle(left + side + 24.0, at - 4.0, 4.0, &format!("dot {name}")));
            scene.marks.push(Mark::text(left + side + 36.0, at, Anchor::Start, name, "label"));
        }
    }
    scene
}

/// Mean confidence less mean outcome, by rows.
fn gap(bins: &[CalibrationBin]) -> Option<f64> {
    let rows: f64 = bins.iter().filter(|b| b.observed.value.is_some()).map(|b| b.n as f64).sum();
    let sum: f64 = bins.iter().filter_map(|b| b.observed.value.map(|o| (b.confidence - o) * b.n as f64)).sum();
    (rows > 0.0).then(|| sum / rows)
}

#[cfg(test)]
mod tests {
    use straingauge_api::Estimate;

    use super::*;

    #[test]
    fn says_which_way_the_model_errs() {
        let bin = |confidence, observed| CalibrationBin {
            confidence,
            observed: Estimate { value: Some(observed), low: None, high: None },
            n: 100,
        };
        let scene = draw(&[], &[bin(0.6, 0.5), bin(0.9, 0.8)], 500.0);
        assert_eq!(scene.takeaway, "On average the model is 10.0 points more confident than it is right.");
        assert_eq!(draw(&[], &[], 500.0).takeaway, "Too few labelled rows to compare confidence with outcome.");
    }
}
