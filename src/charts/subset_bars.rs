//! A bar a subset, with intervals, the overall line and the threshold.

use straingauge_api::{Better, Severity, SubsetBar, Unit};

use crate::bars::{Layout, class, text_width, whisker, word};
use crate::format::{interval, spaced, value};
use crate::scale::Scale;
use crate::{Anchor, Cell, Mark, Scene, TableTwin};

const ROW: f64 = 27.0;
const TOP: f64 = 22.0;

pub struct Input<'a> {
    pub feature: &'a str,
    pub metric: &'a str,
    pub unit: Unit,
    pub better: Better,
    pub bars: &'a [SubsetBar],
    pub overall: Option<f64>,
    pub threshold: Option<f64>,
}

pub fn draw(input: &Input<'_>, width: f64) -> Scene {
    let Input { feature, metric, unit, bars, .. } = *input;
    let layout = Layout::new(bars.iter().map(|b| b.label.as_str()), width, 56.0);
    let ends = bars
        .iter()
        .flat_map(|b| [b.metric.value, b.metric.high, b.metric.low, b.reference])
        .chain([input.overall, input.threshold])
        .flatten();
    let (low, high) = ends.fold((0.0f64, 0.0f64), |(l, h), x| (l.min(x), h.max(x)));
    let scale = Scale::new((low, if high > low { high } else { low + 1.0 }), (layout.left, layout.right));
    let bottom = TOP + ROW * bars.len() as f64 - 8.0;
    let mut marks = Vec::new();
    let mut table = TableTwin::new(&["Subset", "Rows", metric, "95 % interval", "Reference", ""]);
    if bars.iter().all(|b| b.reference.is_none()) {
        table.columns.remove(4);
    }
    for (i, bar) in bars.iter().enumerate() {
        let y = TOP + ROW * i as f64;
        let failing = bar.severity > Severity::Pass;
        let emphasis = if failing { "label strong" } else { "label" };
        marks.push(Mark::text(layout.label_end, y + 4.0, Anchor::End, &layout.label(&bar.label), emphasis).tip(&bar.label));
        let shown = value(bar.metric.value, unit);
        if let Some(v) = bar.metric.value {
            let tip = format!("{}: {metric} {shown}, {} rows", bar.label, spaced(bar.n));
            let kind = if failing { format!("bar {}", class(bar.severity)) } else { "bar quiet".to_owned() };
            let (from, to) = (scale.at(0.0), scale.at(v));
            marks.push(Mark::rect(from.min(to), y - 8.0, (to - from).abs(), 16.0, 2.0, &kind).tip(&tip));
        }
        if let Some(r) = bar.reference {
            marks.push(
                Mark::line(scale.at(r), y - 10.0, scale.at(r), y + 10.0, "reference-tick")
                    .tip(&format!("Reference {}", value(Some(r), unit))),
            );
        }
        let mut end = bar.metric.value.map_or(layout.left, |v| scale.at(v));
        if let (Some(l), Some(h)) = (bar.metric.low, bar.metric.high) {
            marks.push(Mark::path(whisker(scale.at(l), scale.at(h), y), "whisker"));
            end = end.max(scale.at(h));
        }
        marks.push(Mark::text(end + 8.0, y + 4.0, Anchor::Start, &shown, "value"));
        let mut row = vec![
            Cell::words(&bar.label),
            Cell::digits(spaced(bar.n)),
            Cell::digits(shown),
            Cell::digits(interval(bar.metric.low, bar.metric.high, unit).unwrap_or_default()),
            Cell::digits(value(bar.reference, unit)),
            Cell::words(word(bar.severity)),
        ];
        if table.columns.len() == 5 {
            row.remove(4);
        }
        table.rows.push(row);
    }
    let overall_x = input.overall.map(|o| scale.at(o));
    let mut overall_label = f64::INFINITY;
    if let (Some(o), Some(x)) = (input.overall, overall_x) {
        let words = format!("all rows {}", value(Some(o), unit));
        // Behind the line, but never over the edge of the picture.
        overall_label = (x + 4.0).min(width - text_width(&words));
        marks.push(Mark::line(x, 6.0, x, bottom, "overall"));
        marks.push(Mark::text(overall_label, bottom + 16.0, Anchor::Start, &words, "label strong"));
    }
    if let Some(t) = input.threshold {
        let x = scale.at(t);
        marks.push(Mark::line(x, 6.0, x, bottom, "threshold").tip(&format!("Warns from {}", value(Some(t), unit))));
        // The word only where the overall line's own label leaves room for it.
        let clear = overall_x.is_none_or(|o| x < o) && x - 4.0 < overall_label && x > 70.0;
        if clear {
            marks.push(Mark::text(x - 4.0, bottom + 16.0, Anchor::End, "threshold", "label"));
        }
    }
    let takeaway = takeaway(input);
    Scene { width, height: bottom + 24.0, title: format!("{metric} by {feature}"), takeaway, marks, table }
}

fn takeaway(input: &Input<'_>) -> String {
    let key = |b: &&SubsetBar| b.metric.value.unwrap_or(f64::NAN);
    let judged = input.bars.iter().filter(|b| b.metric.value.is_some());
    let worst = match input.better {
        Better::Lower => judged.max_by(|a, b| key(a).total_cmp(&key(b))),
        _ => judged.min_by(|a, b| key(a).total_cmp(&key(b))),
    };
    let Some(worst) = worst else { return format!("No subset of {} has rows enough.", input.feature) };
    let against = input.overall.map(|o| format!(", against {} over all rows", value(Some(o), input.unit))).unwrap_or_default();
    format!("{} is weakest at {} {}: {}{against}.", input.metric, input.feature, worst.label, value(worst.metric.value, input.unit))
}

#[cfg(test)]
mod tests {
    use straingauge_api::Estimate;

    use super::*;

    fn bar(label: &str, v: f64, severity: Severity) -> SubsetBar {
        let metric = Estimate { value: Some(v), low: Some(v - 0.05), high: Some(v + 0.05) };
        SubsetBar { label: label.into(), n: 412, metric, reference: None, severity }
    }

    #[test]
    fn names_the_worst_and_lists_all() {
        let bars = [bar("≤ 4.2", 0.31, Severity::Alert), bar("> 4.2", 0.56, Severity::Pass)];
        let input = Input {
            feature: "length",
            metric: "Macro precision",
            unit: Unit::Score,
            better: Better::Higher,
            bars: &bars,
            overall: Some(0.53),
            threshold: Some(0.48),
        };
        let scene = draw(&input, 620.0);
        assert_eq!(scene.takeaway, "Macro precision is weakest at length ≤ 4.2: 0.310, against 0.530 over all rows.");
        assert_eq!(scene.table.rows.len(), 2);
        assert_eq!(scene.table.columns.len(), scene.table.rows[0].len());
        assert!(scene.marks.iter().any(|m| m.class == "bar alert"));
        assert!(scene.marks.iter().all(|m| !format!("{m:?}").contains("NaN")));
    }

    #[test]
    fn the_overall_label_stays_inside() {
        let bars = [bar("a", 0.50, Severity::Pass)];
        let metric = "Accuracy";
        let input = Input {
            feature: "x",
            metric,
            unit: Unit::Score,
            better: Better::Higher,
            bars: &bars,
            overall: Some(0.80),
            threshold: Some(0.75),
        };
        let label = draw(&input, 400.0).marks.into_iter().find_map(|m| match m.shape {
            crate::scene::Shape::Text { x, text, .. } if text.starts_with("all rows") => Some((x, text)),
            _ => None,
        });
        let (x, text) = label.unwrap();
        assert!(x + text_width(&text) <= 400.0, "{x}");
    }
}
