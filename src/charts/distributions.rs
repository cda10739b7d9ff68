//! Reference and evaluation over the same bins: an outline over filled steps for numbers, paired bars for values.

use straingauge_api::{DistributionBin, Unit};

use crate::bars::Layout;
use crate::format::{cut, percent, spaced, together};
use crate::scale::{Scale, ticks};
use crate::svg::number as n;
use crate::{Anchor, Cell, Mark, Scene, TableTwin};

/// Values drawn at most; the rest stay in the table.
const MOST_VALUES: usize = 12;

pub fn draw(feature: &str, numeric: bool, bins: &[DistributionBin], of: &str, width: f64) -> Scene {
    let mut table = TableTwin::new(&[if numeric { "Bin" } else { "Value" }, "Reference", "Evaluation"]);
    for b in bins {
        table.rows.push(vec![Cell::words(&b.label), Cell::digits(percent(b.reference)), Cell::digits(percent(b.evaluation))]);
    }
    let (marks, height) = if numeric { steps(bins, width) } else { pairs(bins, width) };
    Scene { width, height, title: format!("{feature} in reference and evaluation"), takeaway: takeaway(feature, bins, of), marks, table }
}

fn takeaway(feature: &str, bins: &[DistributionBin], of: &str) -> String {
    let most = bins.iter().max_by(|a, b| (a.evaluation - a.reference).abs().total_cmp(&(b.evaluation - b.reference).abs()));
    most.map_or_else(
        || format!("{feature} has no values to compare."),
        |b| {
            let [from, to] = together([b.reference, b.evaluation], Unit::Share);
            format!("{feature}: {} goes from {from} to {to} of the {of}, the largest change.", b.label)
        },
    )
}

fn legend(marks: &mut Vec<Mark>, x: f64, y: f64) {
    marks.push(Mark::rect(x, y - 9.0, 12.0, 9.0, 2.0, "bar reference"));
    marks.push(Mark::text(x + 17.0, y, Anchor::Start, "reference", "label"));
    marks.push(Mark::rect(x + 86.0, y - 9.0, 12.0, 9.0, 2.0, "bar evaluation"));
    marks.push(Mark::text(x + 103.0, y, Anchor::Start, "evaluation", "label"));
}

/// Bins of equal width on the page: the bins are the reference's quantiles, so an even reference reads as a flat line and
/// every departure from it as drift.
fn steps(bins: &[DistributionBin], width: f64) -> (Vec<Mark>, f64) {
    let (left, right, top, bottom) = (44.0, width - 8.0, 30.0, 190.0);
    let peak = bins.iter().flat_map(|b| [b.reference, b.evaluation]).fold(0.0, f64::max).max(1e-9);
    let y = Scale::new((0.0, peak * 1.05), (bottom, top));
    let mut marks = Vec::new();
    legend(&mut marks, left, 14.0);
    for tick in ticks(0.0, peak * 1.05, 4) {
        marks.push(Mark::line(left, y.at(tick), right, y.at(tick), "grid"));
        marks.push(Mark::text(left - 6.0, y.at(tick) + 4.0, Anchor::End, &percent(tick), "label"));
    }
    let step = (right - left) / bins.len().max(1) as f64;
    let every = (bins.len() as f64 * 58.0 / (right - left)).ceil().max(1.0) as usize;
    let mut outline = String::new();
    for (i, b) in bins.iter().enumerate() {
        let x = left + step * i as f64;
        let tip = format!("{}: reference {}, evaluation {}", b.label, percent(b.reference), percent(b.evaluation));
        marks.push(Mark::rect(x + 1.0, y.at(b.evaluation), step - 2.0, bottom - y.at(b.evaluation), 1.0, "bar evaluation").tip(&tip));
        let level = n(y.at(b.reference));
        if i == 0 {
            outline.push_str(&format!("M{} {}V{level}", n(x), n(bottom)));
        } else {
            outline.push_str(&format!("V{level}"));
        }
        outline.push_str(&format!("H{}", n(x + step)));
        if i % every == 0 {
            let text = b.to.or(b.from).map_or_else(|| cut(&b.label, 10), crate::format::number);
            let at = if b.to.is_some() { x + step } else { x + step / 2.0 };
            if at < right - 8.0 {
                marks.push(Mark::text(at, bottom + 16.0, Anchor::Middle, &cut(&text, 10), "label"));
            }
        }
    }
    if !bins.is_empty() {
        outline.push_str(&format!("V{}", n(bottom)));
        marks.push(Mark::path(outline, "outline reference"));
    }
    marks.push(Mark::line(left, bottom, right, bottom, "axis"));
    (marks, bottom + 26.0)
}

fn pairs(bins: &[DistributionBin], width: f64) -> (Vec<Mark>, f64) {
    let shown = &bins[..bins.len().min(MOST_VALUES)];
    let layout = Layout::new(shown.iter().map(|b| b.label.as_str()), width, 60.0);
    let peak = shown.iter().flat_map(|b| [b.reference, b.evaluation]).fold(0.0, f64::max).max(1e-9);
    let x = Scale::new((0.0, peak), (layout.left, layout.right));
    let mut marks = Vec::new();
    legend(&mut marks, layout.left, 14.0);
    let mut y = 40.0;
    for b in shown {
        marks.push(Mark::text(layout.label_end, y + 4.0, Anchor::End, &layout.label(&b.label), "label").tip(&b.label));
        for (share, at, class) in [(b.reference, y - 9.0, "bar reference"), (b.evaluation, y + 1.0, "bar evaluation")] {
            marks.push(Mark::rect(layout.left, at, x.at(share) - layout.left, 8.0, 2.0, class).tip(&percent(share)));
        }
        let text = format!("{} → {}", percent(b.reference), percent(b.evaluation));
        let end = x.at(b.reference.max(b.evaluation)) + 8.0;
        // Behind the bar where there is room, else only in the table and on hover.
        if end + 100.0 < width + 1.0 {
            marks.push(Mark::text(end, y + 4.0, Anchor::Start, &text, "value"));
        } else {
            marks.push(Mark::text(end, y + 4.0, Anchor::Start, &percent(b.evaluation), "value"));
        }
        y += 27.0;
    }
    if bins.len() > shown.len() {
        marks.push(Mark::text(
            layout.left,
            y + 2.0,
            Anchor::Start,
            &format!("and {} more values in the table", spaced((bins.len() - shown.len()) as u64)),
            "label",
        ));
        y += 20.0;
    }
    (marks, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(label: &str, reference: f64, evaluation: f64) -> DistributionBin {
        DistributionBin { label: label.into(), from: None, to: None, reference, evaluation }
    }

    #[test]
    fn tells_the_largest_change() {
        let bins = [bin("USA", 0.5, 0.48), bin("GBR", 0.3, 0.1), bin("ITA", 0.2, 0.42)];
        let scene = draw("country", false, &bins, "rows", 600.0);
        assert_eq!(scene.takeaway, "country: ITA goes from 20.0\u{a0}% to 42.0\u{a0}% of the rows, the largest change.");
        let words = draw("text: words", false, &[bin("wallet", 0.0, 0.013)], "words", 600.0).takeaway;
        assert_eq!(words, "text: words: wallet goes from 0.0\u{a0}% to 1.3\u{a0}% of the words, the largest change.");
        assert_eq!(scene.table.rows.len(), 3);
        assert_eq!(scene.marks.iter().filter(|m| m.class == "bar evaluation").count(), 4);
    }

    #[test]
    fn draws_nothing_without_bins() {
        let scene = draw("x", true, &[], "rows", 600.0);
        assert!(scene.marks.iter().all(|m| !format!("{m:?}").contains("NaN")));
        assert_eq!(scene.takeaway, "x has no values to compare.");
    }
}
