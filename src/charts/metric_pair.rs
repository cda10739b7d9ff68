//! A metric in reference and evaluation on one axis, with the values from which it warns and alerts.

use straingauge_api::{Better, Estimate, Unit};

use crate::bars::whisker;
use crate::format::{interval, value};
use crate::scale::{Scale, ticks};
use crate::{Anchor, Cell, Mark, Scene, TableTwin};

pub struct Input<'a> {
    pub metric: &'a str,
    pub unit: Unit,
    pub better: Better,
    pub reference: &'a Estimate,
    pub evaluation: &'a Estimate,
    pub warning: Option<f64>,
    pub alert: Option<f64>,
}

pub fn draw(input: &Input<'_>, width: f64) -> Scene {
    let Input { metric, unit, reference, evaluation, .. } = *input;
    let all = [reference, evaluation].into_iter().flat_map(|e| [e.value, e.low, e.high]).chain([input.warning, input.alert]).flatten();
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    let (low, high) = if low < high { (low, high) } else { (low.min(0.0), high.max(1.0)) };
    let pad = (high - low) * 0.08;
    let (left, right) = (92.0, width - 60.0);
    let scale = Scale::new((low - pad, high + pad), (left, right));
    let mut marks = Vec::new();
    // Bands reach from the threshold to the side that is worse.
    let end = if input.better == Better::Lower { right } else { left };
    let mut band = |from: Option<f64>, to: f64, class: &str| {
        if let Some(x) = from.map(|f| scale.at(f)) {
            marks.push(Mark::rect(x.min(to), 6.0, (to - x).abs(), 74.0, 0.0, class));
        }
    };
    if input.better != Better::Neutral {
        band(input.warning, input.alert.map_or(end, |a| scale.at(a)), "band-warning");
        band(input.alert, end, "band-alert");
    }
    for tick in ticks(low - pad, high + pad, (width / 110.0) as usize) {
        marks.push(Mark::line(scale.at(tick), 6.0, scale.at(tick), 80.0, "grid"));
        marks.push(Mark::text(scale.at(tick), 97.0, Anchor::Middle, &value(Some(tick), unit), "label"));
    }
    let mut table = TableTwin::new(&["", metric, "95 % interval"]);
    for (name, estimate, y, class) in [("reference", reference, 28.0, "dot reference"), ("evaluation", evaluation, 58.0, "dot evaluation")]
    {
        marks.push(Mark::text(left - 10.0, y + 4.0, Anchor::End, name, "label"));
        if let (Some(l), Some(h)) = (estimate.low, estimate.high) {
            marks.push(Mark::path(whisker(scale.at(l), scale.at(h), y), "whisker"));
        }
        if let Some(v) = estimate.value {
            let shown = value(Some(v), unit);
            marks.push(Mark::circle(scale.at(v), y, 5.5, class).tip(&format!("{name} {shown}")));
            let end = estimate.high.map_or(scale.at(v), |h| scale.at(h));
            marks.push(Mark::text(end + 10.0, y + 4.0, Anchor::Start, &shown, "value strong"));
        }
        table.rows.push(vec![
            Cell::words(name),
            Cell::digits(value(estimate.value, unit)),
            Cell::digits(interval(estimate.low, estimate.high, unit).unwrap_or_default()),
        ]);
    }
    for (name, at) in [("warns from", input.warning), ("alerts from", input.alert)] {
        if at.is_some() {
            table.rows.push(vec![Cell::words(name), Cell::digits(value(at, unit)), Cell::digits("")]);
        }
    }
    let takeaway =
        format!("{metric}: {} in the reference, {} in the evaluation.", value(reference.value, unit), value(evaluation.value, unit));
    Scene { width, height: 104.0, title: format!("{metric} in reference and evaluation"), takeaway, marks, table }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_the_alert_band_on_the_worse_side() {
        let at = |v| Estimate { value: Some(v), low: Some(v - 0.01), high: Some(v + 0.01) };
        let (reference, evaluation) = (at(0.98), at(0.61));
        let input = |better| Input {
            metric: "Accuracy",
            unit: Unit::Score,
            better,
            reference: &reference,
            evaluation: &evaluation,
            warning: Some(0.95),
            alert: Some(0.9),
        };
        let scene = draw(&input(Better::Higher), 600.0);
        assert_eq!(scene.takeaway, "Accuracy: 0.980 in the reference, 0.610 in the evaluation.");
        let band = scene.marks.iter().find(|m| m.class == "band-alert").expect("a band");
        assert!(matches!(band.shape, crate::Shape::Rect { x, .. } if x == 92.0));
        assert!(draw(&input(Better::Neutral), 600.0).marks.iter().all(|m| !m.class.starts_with("band")));
    }
}
