//! One number over time: a point a bin with its interval, the reference, the thresholds, what realised labels say, and the stretches
//! that are events.

use straingauge_api::{Better, BinSize, Point, Severity, Unit};

use crate::bars::{class, text_width, word};
use crate::calendar::{bin_end, length, span, ticks as days};
use crate::format::{interval, spaced, value};
use crate::scale::{Scale, ticks};
use crate::svg::number as n;
use crate::{Anchor, Cell, Mark, Scene, TableTwin};

/// A stretch of time that is an event.
#[derive(Debug, Clone, Copy)]
pub struct Stretch<'a> {
    /// What a click on it opens.
    pub opens: &'a str,
    /// What stands on it.
    pub label: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it still goes on or was not dealt with.
    pub quiet: bool,
    /// Where it begins, in milliseconds since 1970-01-01 UTC.
    pub start: i64,
    /// Where it ends.
    pub end: i64,
}

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// What the numbers are: `Estimated accuracy`.
    pub name: &'a str,
    /// Their unit.
    pub unit: Unit,
    /// Which direction is good.
    pub better: Better,
    /// The bins in order of time.
    pub points: &'a [Point],
    /// The length of a bin.
    pub size: BinSize,
    /// The reference's value.
    pub reference: Option<f64>,
    /// Values from which it warns.
    pub warning: &'a [f64],
    /// Values from which it alerts.
    pub alert: &'a [f64],
    /// The events.
    pub events: &'a [Stretch<'a>],
    /// The bin that is looked at, by its start.
    pub selected: Option<i64>,
}

const TOP: f64 = 24.0;

/// The chart. A bin's column opens the bin: its start as text.
pub fn draw(input: &Input<'_>, width: f64) -> Scene {
    let Input { name, unit, points, size, .. } = *input;
    let step = length(size);
    let narrow = width < 560.0;
    let height = if narrow { 190.0 } else { 230.0 };
    let bottom = height - 26.0;
    let (low, high) = range(input);
    let levels = ticks(low, high, 5);
    let label = |v: f64| level(v, unit, &levels);
    let left = levels.iter().map(|v| text_width(&label(*v))).fold(20.0, f64::max) + 8.0;
    let right = width - if narrow { 8.0 } else { 70.0 };
    let from = points.first().map_or(0, |p| p.bin);
    let to = points.last().map_or(step, |p| bin_end(p.bin, size));
    let x = |ms: i64| left + (ms - from) as f64 / ((to - from) as f64).max(1.0) * (right - left);
    let y = Scale::new((low, high), (bottom, TOP));
    let middle = |p: &Point| x(p.bin) + (x(p.bin + step) - x(p.bin)) / 2.0;
    let room = (x(from + step) - x(from)).max(0.0);
    let mut marks = Vec::new();

    for v in &levels {
        marks.push(Mark::line(left, y.at(*v), right, y.at(*v), "grid"));
        marks.push(Mark::text(left - 8.0, y.at(*v) + 4.0, Anchor::End, &label(*v), "label"));
    }
    // By the day, words stand under the bin; within a day, at its moment.
    let shift = if step >= 86_400_000 { room / 2.0 } else { 0.0 };
    let mut taken = f64::NEG_INFINITY;
    for (at, words) in days(from, to - 1, ((right - left) / 64.0) as usize, step) {
        let (at, half) = (x(at) + shift, text_width(&words) / 2.0);
        if at - half > taken && at + half <= width {
            marks.push(Mark::text(at, height - 6.0, Anchor::Middle, &words, "label"));
            taken = at + half + 6.0;
        }
    }
    if let Some(start) = input.selected {
        marks.push(Mark::rect(x(start), TOP - 6.0, room.max(3.0), bottom - TOP + 6.0, 2.0, "chosen"));
    }
    taken = f64::NEG_INFINITY;
    for event in input.events.iter().filter(|e| e.end > from && e.start < to) {
        let (a, b) = (x(event.start.max(from)), x(event.end.min(to)));
        let class = format!("event {}{}", class(event.severity), if event.quiet { " quiet" } else { "" });
        marks.push(Mark::rect(a, TOP - 6.0, (b - a).max(2.0), bottom - TOP + 6.0, 0.0, &class).tip(event.label).opens(event.opens));
        let wide = text_width(event.label);
        let at = (a + 4.0).min(width - wide).max(left);
        if at >= taken && at + wide <= width {
            marks.push(Mark::text(
                at,
                TOP - 10.0,
                Anchor::Start,
                event.label,
                &format!("strong event-label {}", self::class(event.severity)),
            ));
            taken = at + wide + 8.0;
        }
    }
    // Where lines lie close, only the first of their names has room.
    let mut named: Vec<f64> = Vec::new();
    let mut across = |marks: &mut Vec<Mark>, v: f64, words: &str, class: &str| {
        if v < low || v > high {
            return;
        }
        let at = y.at(v);
        marks.push(Mark::line(left, at, right, at, class).tip(&format!("{words} {}", value(Some(v), unit))));
        if !narrow && named.iter().all(|other| (other - at).abs() > 13.0) {
            marks.push(Mark::text(right + 6.0, at + 4.0, Anchor::Start, words, "label"));
            named.push(at);
        }
    };
    input.reference.into_iter().for_each(|v| across(&mut marks, v, "reference", "level"));
    input.alert.iter().for_each(|v| across(&mut marks, *v, "alerts", "threshold alert"));
    input.warning.iter().for_each(|v| across(&mut marks, *v, "warns", "threshold warning"));

    if room >= 5.0 {
        for p in points {
            if let (Some(a), Some(b), Some(_)) = (p.low, p.high, p.value) {
                marks.push(Mark::line(middle(p), y.at(a), middle(p), y.at(b), "whisker soft"));
            }
        }
    }
    marks.push(Mark::path(line(points, step, |p, v| (middle(p), y.at(v))), "line evaluation"));
    for p in points {
        if let Some(v) = p.realised {
            marks.push(Mark::circle(middle(p), y.at(v), if room < 8.0 { 2.4 } else { 3.6 }, "realised"));
        }
        let Some(v) = p.value else { continue };
        let (at, v) = (middle(p), y.at(v));
        match p.severity {
            Severity::Alert => marks.push(Mark::path(format!("M{} {}l5 9.2h-10Z", n(at), n(v - 5.6)), "mark alert")),
            Severity::Warning => marks.push(Mark::path(format!("M{} {}l5 5l-5 5l-5 -5Z", n(at), n(v - 5.0)), "mark warning")),
            // Dots that touch would only thicken the line, except where nothing else shows that there is a point.
            Severity::Pass if room >= 6.0 || points.len() < 3 => {
                marks.push(Mark::circle(at, v, if room < 10.0 { 2.2 } else { 3.2 }, "dot evaluation"));
            }
            Severity::Pass => {}
        }
    }
    for p in points {
        let column = Mark::rect(x(p.bin), TOP - 6.0, room.max(1.0), bottom - TOP + 6.0, 0.0, "hit");
        marks.push(column.tip(&told(p, input)).opens(&p.bin.to_string()));
    }
    Scene { width, height, title: format!("{name} over time"), takeaway: takeaway(input), marks, table: twin(input) }
}

/// A small picture of a series for lists: the line, the reference, and what is abnormal.
pub fn sparkline(points: &[Point], reference: Option<f64>, size: BinSize, width: f64, height: f64) -> Scene {
    let step = length(size);
    let values = points.iter().filter_map(|p| p.value).chain(reference);
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let (low, high) = if low < high { (low, high) } else { (low - 1.0, high + 1.0) };
    let y = Scale::new((low, high), (height - 4.0, 4.0));
    let from = points.first().map_or(0, |p| p.bin);
    let span = (points.last().map_or(step, |p| p.bin + step) - from).max(1) as f64;
    let x = |p: &Point| 4.0 + ((p.bin - from) as f64 + step as f64 / 2.0) / span * (width - 8.0);
    let mut marks: Vec<Mark> = reference.map(|v| Mark::line(0.0, y.at(v), width, y.at(v), "level")).into_iter().collect();
    marks.push(Mark::path(line(points, step, |p, v| (x(p), y.at(v))), "line evaluation"));
    for p in points.iter().filter(|p| p.severity > Severity::Pass) {
        marks.extend(p.value.map(|v| Mark::circle(x(p), y.at(v), 2.2, &format!("mark {}", class(p.severity)))));
    }
    Scene { width, height, title: String::new(), takeaway: String::new(), marks, table: TableTwin::default() }
}

/// The path through all values; broken where bins, or their values, are missing.
fn line(points: &[Point], step: i64, at: impl Fn(&Point, f64) -> (f64, f64)) -> String {
    let mut d = String::new();
    let mut before: Option<i64> = None;
    for p in points {
        let Some(v) = p.value else {
            before = None;
            continue;
        };
        // Months have 28 to 31 days: half a bin more is no gap yet.
        let joined = before.is_some_and(|b| (p.bin - b) * 2 <= step * 3);
        let (x, y) = at(p, v);
        d.push_str(&format!("{}{} {}", if joined { "L" } else { "M" }, n(x), n(y)));
        before = Some(p.bin);
    }
    d
}

/// From where to where the axis goes: values, reference and warning always; intervals as far as they leave the values room; the alert
/// threshold where something comes near it.
fn range(input: &Input<'_>) -> (f64, f64) {
    let wide = |(l, h): (f64, f64), v: f64| if v.is_finite() { (l.min(v), h.max(v)) } else { (l, h) };
    let values =
        input.points.iter().flat_map(|p| [p.value, p.realised]).flatten().chain(input.reference).chain(input.warning.iter().copied());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), wide);
    let (low, high) = if low < high {
        (low, high)
    } else if low == high {
        (low - 0.05, high + 0.05)
    } else {
        (0.0, 1.0)
    };
    let span = high - low;
    let (lowest, highest) = (low - span * 0.4, high + span * 0.4);
    let more = input.points.iter().flat_map(|p| [p.low, p.high]).flatten().map(|v| v.clamp(lowest, highest));
    let near = input.alert.iter().copied().filter(|v| (lowest..=highest).contains(v));
    let (a, b) = more.chain(near).fold((low, high), wide);
    let pad = (b - a) * 0.06;
    // A share has no room below 0, nor above 1.
    let bounded = matches!(input.unit, Unit::Score | Unit::Share) && high <= 1.0;
    (if low >= 0.0 { (a - pad).max(0.0) } else { a - pad }, if bounded { (b + pad).min(1.0) } else { b + pad })
}

/// A level of the axis, with no more digits than tell it from the next.
fn level(v: f64, unit: Unit, levels: &[f64]) -> String {
    let full = value(Some(v), unit);
    if unit != Unit::Score {
        return full;
    }
    let fine = levels.windows(2).any(|w| w.first().zip(w.get(1)).is_some_and(|(a, b)| b - a < 0.0099));
    if fine { full } else { full.strip_suffix('0').map_or(full.clone(), str::to_owned) }
}

/// A bin in words.
fn told(p: &Point, input: &Input<'_>) -> String {
    let mut words = format!("{}: {}", span(p.bin, bin_end(p.bin, input.size)), value(p.value, input.unit));
    words.extend(interval(p.low, p.high, input.unit).map(|i| format!(" ({i})")));
    words.extend(p.realised.map(|v| format!(", realised {}", value(Some(v), input.unit))));
    if p.severity > Severity::Pass {
        words.push_str(if p.severity == Severity::Alert { ", alert" } else { ", warning" });
    }
    words.push_str(&format!(", {} rows", spaced(p.n)));
    words
}

fn takeaway(input: &Input<'_>) -> String {
    let Input { name, unit, size, points, .. } = *input;
    let when = |p: &Point| span(p.bin, bin_end(p.bin, size));
    let known = || points.iter().filter(|p| p.value.is_some());
    let Some(last) = known().next_back() else { return format!("{name}: no bin has a value yet.") };
    let against = input.reference.map(|r| format!(", reference {}", value(Some(r), unit))).unwrap_or_default();
    let mut says = format!("{name} was {} in the last bin, {}{against}.", value(last.value, unit), when(last));
    let abnormal = points.iter().filter(|p| p.severity > Severity::Pass).count();
    if abnormal == 0 {
        says.push_str(&format!(" None of {} bins is abnormal.", points.len()));
        return says;
    }
    let key = |p: &&Point| match input.better {
        Better::Higher => -p.value.unwrap_or(f64::INFINITY),
        Better::Lower => p.value.unwrap_or(f64::NEG_INFINITY),
        Better::Neutral => (p.value.unwrap_or_default() - input.reference.unwrap_or_default()).abs(),
    };
    let worst = known().filter(|p| p.severity > Severity::Pass).max_by(|a, b| key(a).total_cmp(&key(b)));
    let worst = worst.map(|w| format!(", the worst {} with {}", when(w), value(w.value, unit))).unwrap_or_default();
    says.push_str(&format!(" {abnormal} of {} bins {} abnormal{worst}.", points.len(), if abnormal == 1 { "is" } else { "are" }));
    says
}

fn twin(input: &Input<'_>) -> TableTwin {
    let realised = input.points.iter().any(|p| p.realised.is_some());
    let mut table = TableTwin::new(&["Bin", input.name, "95 % interval", "Realised", "Rows", "Severity"]);
    if !realised {
        table.columns.remove(3);
    }
    for p in input.points {
        let mut row = vec![
            Cell::words(span(p.bin, bin_end(p.bin, input.size))),
            Cell::digits(value(p.value, input.unit)),
            Cell::digits(interval(p.low, p.high, input.unit).unwrap_or_default()),
            Cell::digits(value(p.realised, input.unit)),
            Cell::digits(spaced(p.n)),
            Cell::words(word(p.severity)),
        ];
        if !realised {
            row.remove(3);
        }
        table.rows.push(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use straingauge_api::Calendar;

    use super::*;
    use crate::{Shape, calendar::midnight};

    const DAY: i64 = 86_400_000;

    fn point(day: i64, value: f64, severity: Severity) -> Point {
        let bin = midnight(2026, 8, 1) + day * DAY;
        Point {
            bin,
            value: Some(value),
            low: Some(value - 0.02),
            high: Some(value + 0.02),
            realised: None,
            effect: None,
            severity,
            n: 1500,
        }
    }

    fn days(count: i64) -> Vec<Point> {
        (0..count)
            .map(|d| {
                let bad = (17..24).contains(&(d % 40));
                point(
                    d,
                    if bad { 0.62 - d as f64 * 1e-4 } else { 0.70 + (d % 3) as f64 * 0.004 },
                    if bad { Severity::Alert } else { Severity::Pass },
                )
            })
            .collect()
    }

    fn input<'a>(points: &'a [Point], events: &'a [Stretch<'a>]) -> Input<'a> {
        Input {
            name: "Estimated accuracy",
            unit: Unit::Score,
            better: Better::Higher,
            points,
            size: BinSize::Calendar(Calendar::Day),
            reference: Some(0.703),
            warning: &[0.655],
            alert: &[0.605],
            events,
            selected: None,
        }
    }

    fn inside(scene: &Scene) {
        for mark in &scene.marks {
            let (x, y) = match &mark.shape {
                Shape::Rect { x, y, width, height, .. } => (vec![*x, x + width], vec![*y, y + height]),
                Shape::Line { x1, y1, x2, y2 } => (vec![*x1, *x2], vec![*y1, *y2]),
                Shape::Circle { x, y, .. } => (vec![*x], vec![*y]),
                Shape::Text { x, y, anchor, text } => {
                    let wide = text_width(text);
                    let from = match anchor {
                        Anchor::Start => *x,
                        Anchor::Middle => x - wide / 2.0,
                        Anchor::End => x - wide,
                    };
                    (vec![from, from + wide - 6.0], vec![*y])
                }
                Shape::Path { d } => {
                    assert!(!d.contains("NaN") && !d.contains("inf"), "{d}");
                    continue;
                }
            };
            assert!(x.iter().all(|x| (-8.0..=scene.width + 4.0).contains(x)), "{mark:?} in {}", scene.width);
            assert!(y.iter().all(|y| (-1.0..=scene.height + 1.0).contains(y)), "{mark:?}");
        }
    }

    #[test]
    fn a_month_with_its_event() {
        let points = days(29);
        let events = [Stretch {
            opens: "e1",
            label: "event 1 · 18 – 24 Aug",
            severity: Severity::Alert,
            quiet: false,
            start: points[17].bin,
            end: points[24].bin,
        }];
        let scene = draw(&Input { selected: Some(points[20].bin), ..input(&points, &events) }, 870.0);
        inside(&scene);
        assert_eq!(
            scene.takeaway,
            "Estimated accuracy was 0.704 in the last bin, 29 August 2026, reference 0.703. 7 of 29 bins are abnormal, the worst 24 August 2026 with 0.618."
        );
        assert_eq!(scene.marks.iter().filter(|m| m.class == "mark alert").count(), 7);
        assert_eq!(scene.marks.iter().filter(|m| m.class == "hit").count(), 29);
        let shaded = scene.marks.iter().find(|m| m.class == "event alert").unwrap();
        assert_eq!(shaded.opens.as_deref(), Some("e1"));
        assert!(scene.marks.iter().any(|m| matches!(&m.shape, Shape::Text { text, .. } if text == "event 1 · 18 – 24 Aug")));
        assert_eq!(scene.table.rows.len(), 29);
        assert_eq!(scene.table.columns.len(), scene.table.rows[0].len());
    }

    #[test]
    fn from_one_bin_to_four_hundred_at_any_width() {
        for count in [1, 2, 3, 29, 120, 400] {
            for width in [300.0, 390.0, 870.0] {
                let points = days(count);
                inside(&draw(&input(&points, &[]), width));
            }
        }
        let nothing = draw(&input(&[], &[]), 400.0);
        inside(&nothing);
        assert_eq!(nothing.takeaway, "Estimated accuracy: no bin has a value yet.");
        let flat = [point(0, 0.5, Severity::Pass)];
        inside(&draw(&Input { reference: None, warning: &[], alert: &[], ..input(&flat, &[]) }, 400.0));
    }

    #[test]
    fn a_missing_bin_breaks_the_line() {
        let mut points = days(6);
        points.remove(2);
        points[3].value = None;
        let scene = draw(&input(&points, &[]), 600.0);
        let path = scene.marks.iter().find_map(|m| if let Shape::Path { d } = &m.shape { Some(d.clone()) } else { None }).unwrap();
        assert_eq!(path.matches('M').count(), 3, "{path}");
        assert_eq!(path.matches('L').count(), 1, "{path}");
    }

    #[test]
    fn realised_values_stand_beside_estimated_ones() {
        let mut points = days(10);
        points[4].realised = Some(0.66);
        let scene = draw(&input(&points, &[]), 600.0);
        assert_eq!(scene.marks.iter().filter(|m| m.class == "realised").count(), 1);
        assert_eq!(scene.table.columns[3], "Realised");
        let bin = points[4].bin.to_string();
        let tip = scene.marks.iter().find(|m| m.opens.as_deref() == Some(bin.as_str())).and_then(|m| m.tip.clone()).unwrap();
        assert_eq!(tip, "5 August 2026: 0.704 (0.684 to 0.724), realised 0.660, 1\u{202f}500 rows");
    }

    #[test]
    fn a_sparkline_keeps_to_its_box() {
        let points = days(60);
        let size = BinSize::Calendar(Calendar::Day);
        let scene = sparkline(&points, Some(0.7), size, 120.0, 28.0);
        inside(&scene);
        assert_eq!(scene.marks.iter().filter(|m| m.class == "mark alert").count(), 10);
        inside(&sparkline(&[], None, size, 120.0, 28.0));
    }
}
