//! The values that failed a rule, most common first.

use straingauge_api::FailingValue;

use crate::bars::Layout;
use crate::format::spaced;
use crate::scale::Scale;
use crate::{Anchor, Cell, Mark, Scene, TableTwin};

/// Values drawn at most; the rest stay in the table.
const MOST: usize = 12;
const ROW: f64 = 25.0;

pub fn draw(feature: &str, rule: &str, values: &[FailingValue], more: u64, width: f64) -> Scene {
    let shown = &values[..values.len().min(MOST)];
    let layout = Layout::new(shown.iter().map(|v| v.value.as_str()), width, 56.0);
    let peak = shown.iter().map(|v| v.count).max().unwrap_or(1).max(1) as f64;
    let x = Scale::new((0.0, peak), (layout.left, layout.right));
    let mut marks = Vec::new();
    let mut y = 18.0;
    for v in shown {
        let text = visible(&v.value);
        marks.push(Mark::text(layout.label_end, y + 4.0, Anchor::End, &layout.label(&text), "label mono").tip(&text));
        marks.push(Mark::rect(layout.left, y - 7.0, (x.at(v.count as f64) - layout.left).max(1.5), 14.0, 2.0, "bar evaluation"));
        marks.push(Mark::text(x.at(v.count as f64) + 8.0, y + 4.0, Anchor::Start, &spaced(v.count), "value"));
        y += ROW;
    }
    let hidden = more + (values.len() - shown.len()) as u64;
    if hidden > 0 {
        marks.push(Mark::text(layout.left, y + 4.0, Anchor::Start, &format!("and {} more values", spaced(hidden)), "label"));
        y += ROW;
    }
    let mut table = TableTwin::new(&["Value", "Rows"]);
    table.rows = values.iter().map(|v| vec![Cell::words(visible(&v.value)), Cell::digits(spaced(v.count))]).collect();
    let takeaway = takeaway(feature, rule, values, more);
    Scene { width, height: y.max(30.0), title: format!("Failing values of {feature}"), takeaway, marks, table }
}

/// The rule, and which values break it.
fn takeaway(feature: &str, rule: &str, values: &[FailingValue], more: u64) -> String {
    let rows = |n: u64| if n == 1 { "1 row".to_owned() } else { format!("{} rows", spaced(n)) };
    match values {
        [] => format!("Rule: {rule}. No value of {feature} breaks it."),
        [one] if more == 0 => format!("Rule: {rule}. Only “{}” breaks it, in {}.", visible(&one.value), rows(one.count)),
        [first, ..] => format!("Rule: {rule}. “{}” breaks it most often, in {}.", visible(&first.value), rows(first.count)),
    }
}

/// The value with what cannot be seen made visible.
fn visible(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { value.replace(['\n', '\r', '\t'], " ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_twelve_and_lists_all() {
        let values: Vec<_> = (0..20u64).map(|i| FailingValue { value: format!("v{i}"), count: 100 - i }).collect();
        let scene = draw("browser", "Not in the reference", &values, 5, 500.0);
        assert_eq!(scene.table.rows.len(), 20);
        assert_eq!(scene.marks.iter().filter(|m| m.class == "bar evaluation").count(), 12);
        assert!(scene.marks.iter().any(|m| format!("{m:?}").contains("and 13 more values")));
        assert_eq!(visible(""), "(empty)");
        let value = |value: &str, count| FailingValue { value: value.to_owned(), count };
        let of = |values: &[FailingValue], more| takeaway("tier", "tier is never empty", values, more);
        assert_eq!(of(&[], 0), "Rule: tier is never empty. No value of tier breaks it.");
        assert_eq!(of(&[value("", 1)], 0), "Rule: tier is never empty. Only “(empty)” breaks it, in 1 row.");
        assert_eq!(
            of(&[value("a", 1_200), value("b", 2)], 0),
            "Rule: tier is never empty. “a” breaks it most often, in 1\u{202f}200 rows."
        );
        assert_eq!(of(&[value("a", 12)], 3), "Rule: tier is never empty. “a” breaks it most often, in 12 rows.");
    }
}
