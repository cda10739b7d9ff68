//! Protected features and their groups: what the model does for each, with intervals, and where groups cross.

use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Better, Case, Category, Figure, SubsetBar, Unit};

use crate::element::{El, el, link, row, scroll, table};
use crate::format::{count, interval, value};
use crate::parts::{Shape, gauge, mark, shape_of, told};
use crate::route::Route;
use crate::state::Shown;

/// One measure of a feature's groups: its test, its case, its bars.
struct Measure<'a> {
    batch: &'a Batch,
    case: &'a Case,
    metric: &'a str,
    unit: Unit,
    better: Better,
    bars: &'a [SubsetBar],
    overall: Option<f64>,
}

impl Measure<'_> {
    /// The group that fares worst: the lowest value, the highest where small is good.
    fn worst(&self) -> Option<&str> {
        let judged = self.bars.iter().filter(|b| b.metric.value.is_some());
        let by = |a: &&SubsetBar, b: &&SubsetBar| a.metric.value.unwrap_or(0.0).total_cmp(&b.metric.value.unwrap_or(0.0));
        let worst = if self.better == Better::Lower { judged.max_by(by) } else { judged.min_by(by) };
        worst.map(|b| b.label.as_str())
    }
}

/// The view.
pub fn view(shown: &Arc<Shown>) -> AnyView {
    let batches: Vec<&Batch> = shown.document.batches.iter().filter(|b| b.category == Category::BiasAndFairness).collect();
    let mut about: Vec<&[String]> = Vec::new();
    for case in batches.iter().flat_map(|b| &b.cases) {
        if !case.features.is_empty() && !about.contains(&case.features.as_slice()) {
            about.push(&case.features);
        }
    }
    if about.is_empty() {
        return unasked(&batches);
    }
    // Single features first, then crossings; what has no groups to show comes as one list at the end.
    about.sort_by_key(|f| f.len());
    let (grouped, between): (Vec<&[String]>, Vec<&[String]>) =
        about.into_iter().partition(|f| f.len() == 1 || batches.iter().flat_map(|b| &b.cases).any(|c| c.features == **f && has_groups(c)));
    let mut sections = grouped.iter().map(|features| section(shown, &batches, features)).collect::<Vec<_>>();
    let mut pairs: Vec<(&Batch, &Case)> = Vec::new();
    for batch in &batches {
        pairs.extend(batch.cases.iter().filter(|c| between.contains(&c.features.as_slice())).map(|c| (*batch, c)));
    }
    if !pairs.is_empty() {
        pairs.sort_by(|a, b| b.1.severity_score.total_cmp(&a.1.severity_score));
        let list = el("ul", "asked").all(pairs.iter().map(|(batch, case)| asked(shown, batch, case)));
        let head = el("div", "group-head").el(el("h3", "").text("What other features tell of a protected one"));
        sections.push(el("section", "group fairness").el(head).el(list).any());
    }
    let says = "Every group of a protected feature beside the others, with 95 % intervals. The group that fares worst in a measure is marked; a measure fails only where the gap is large and the evidence is there.";
    let mut all = vec![el("p", "meta").text(says).any()];
    all.extend(sections);
    row(all)
}

fn unasked(batches: &[&Batch]) -> AnyView {
    let reason = batches.iter().find_map(|b| b.reason.as_deref()).filter(|r| !r.contains("protected"));
    let says = "No protected feature is set, so nothing was asked about fairness. Mark one (age group, gender, region) as protected among the columns of your data, then run again.";
    el("div", "none")
        .testid("no-protected")
        .el(el("p", "").text(reason.unwrap_or(says)))
        .el(el("p", "after-rows").el(link("btn", &Route::Data.href(), "Choose protected features")))
        .any()
}

/// Whether its figure holds a value of some group.
fn has_groups(case: &Case) -> bool {
    matches!(&case.figure, Some(Figure::SubsetBars { bars, .. }) if bars.iter().any(|b| b.metric.value.is_some()))
}

fn section(shown: &Arc<Shown>, batches: &[&Batch], features: &[String]) -> AnyView {
    let mut measures: Vec<Measure<'_>> = Vec::new();
    let mut others: Vec<(&Batch, &Case)> = Vec::new();
    for batch in batches {
        for case in batch.cases.iter().filter(|c| c.features == features) {
            match &case.figure {
                Some(Figure::SubsetBars { metric, unit, better, bars, overall, .. }) if has_groups(case) => {
                    measures.push(Measure { batch, case, metric, unit: *unit, better: *better, bars, overall: *overall });
                }
                _ => others.push((batch, case)),
            }
        }
    }
    let worst = measures.iter().map(|m| m.case).chain(others.iter().map(|o| o.1)).map(shape_of).max().unwrap_or(Shape::Skip);
    let title = features.join(" × ");
    let mut section = el("section", "group fairness")
        .testid("protected-feature")
        .el(el("div", "group-head").el(el("h3", "").text(&title)).view(crate::parts::label(worst)));
    // One measure of two crossed features reads best as a matrix.
    let crossed = measures.first().filter(|_| features.len() == 2).and_then(|m| matrix(&title, m));
    if let Some(crossed) = crossed {
        section = section.view(crossed);
        section = section.el(el("ul", "asked").all(measures.iter().map(|m| asked(shown, m.batch, m.case))));
    } else if !measures.is_empty() {
        section = section.el(groups(shown, &title, &measures));
    }
    section.el(el("ul", "asked").all(others.iter().map(|(batch, case)| asked(shown, batch, case)))).any()
}

/// A value with its interval, marked where it is the worst.
fn cell(bar: Option<&SubsetBar>, measure: &Measure<'_>) -> El {
    let unit = measure.unit;
    let Some(bar) = bar.filter(|b| b.metric.value.is_some()) else { return el("td", "n").el(el("span", "meta").text("–")) };
    let shape: Shape = bar.severity.into();
    let class = if shape > Shape::Pass { format!("n group-cell {}", shape.class()) } else { "n group-cell".to_owned() };
    let word = if measure.better == Better::Lower { "highest" } else { "lowest" };
    let lowest = (measure.worst() == Some(bar.label.as_str())).then(|| el("span", "lowest").text(word));
    let within = interval(bar.metric.low, bar.metric.high, unit);
    el("td", &class)
        .el(el("b", "").maybe((shape > Shape::Pass).then(|| told(shape))).text(&value(bar.metric.value, unit)))
        .all(within.map(|i| el("small", "").text(&i)))
        .all(lowest)
}

/// Groups in rows, measures in columns.
fn groups(shown: &Arc<Shown>, title: &str, measures: &[Measure<'_>]) -> El {
    let mut labels: Vec<(&str, u64)> = Vec::new();
    for bar in measures.iter().flat_map(|m| m.bars) {
        match labels.iter_mut().find(|l| l.0 == bar.label) {
            Some(label) => label.1 = label.1.max(bar.n),
            None => labels.push((&bar.label, bar.n)),
        }
    }
    let head = measures.iter().map(|m| {
        let href = shown.case_href(&m.case.id);
        el("th", "n").attr("scope", "col").el(link("", &href, &m.batch.name)).el(el("small", "").text(m.metric))
    });
    let head =
        el("tr", "").el(el("th", "").attr("scope", "col").text("Group")).el(el("th", "n").attr("scope", "col").text("Rows")).all(head);
    let rows = labels.iter().map(|(label, n)| {
        let cells = measures.iter().map(|m| cell(m.bars.iter().find(|b| b.label == *label), m));
        el("tr", "").testid("group-row").el(el("th", "").attr("scope", "row").text(label)).el(el("td", "n").text(&count(*n))).all(cells)
    });
    let all = measures.iter().map(|m| el("td", "n").text(&value(m.overall, m.unit)));
    let whole = el("tr", "whole").el(el("th", "").attr("scope", "row").text("All rows")).el(el("td", "")).all(all);
    let verdicts = measures.iter().map(|m| {
        let gap = m.case.effect.map(|e| format!(" {}", value(Some(e), m.case.effect_unit))).unwrap_or_default();
        el("td", "n").attr("title", &m.case.sentence).view(told(shape_of(m.case))).text(&gap).view(gauge(
            m.case.severity_score,
            shape_of(m.case),
            m.case.evident,
        ))
    });
    let verdict = el("tr", "verdicts").el(el("th", "").attr("scope", "row").text("Gap, noise removed")).el(el("td", "")).all(verdicts);
    let body = el("tbody", "").all(rows).el(whole).el(verdict);
    scroll(title, el("table", "groups").el(el("thead", "").el(head)).el(body))
}

/// Two features crossed: one's groups in rows, the other's in columns.
fn matrix(title: &str, measure: &Measure<'_>) -> Option<AnyView> {
    let parts: Vec<(&str, &str, &SubsetBar)> =
        measure.bars.iter().filter_map(|b| b.label.split_once(" · ").map(|(x, y)| (x, y, b))).collect();
    if parts.is_empty() {
        return None;
    }
    let (mut xs, mut ys): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for (x, y, _) in &parts {
        if !xs.contains(x) {
            xs.push(x);
        }
        if !ys.contains(y) {
            ys.push(y);
        }
    }
    let rows = xs.iter().map(|x| {
        let cells = ys.iter().map(|y| cell(parts.iter().find(|p| p.0 == *x && p.1 == *y).map(|p| p.2), measure));
        el("tr", "").el(el("th", "").attr("scope", "row").text(x)).all(cells)
    });
    // Groups too small to be shown each for itself.
    let rest = measure.bars.iter().filter(|b| !b.label.contains(" · ")).map(|bar| {
        let head = el("th", "").attr("scope", "row").text(&bar.label);
        el("tr", "").el(head).el(cell(Some(bar), measure).attr("colspan", &ys.len().to_string()))
    });
    let dotted: Vec<String> = ys.iter().map(|y| format!(".{y}")).collect();
    let mut heads = vec![measure.metric];
    heads.extend(dotted.iter().map(String::as_str));
    Some(scroll(title, table("groups", &heads, el("tbody", "").all(rows).all(rest))).testid("crossing").any())
}

/// A case in one line: what it says, and the way to it.
fn asked(shown: &Arc<Shown>, batch: &Batch, case: &Case) -> El {
    let says = el("p", "").el(link("", &shown.case_href(&case.id), &batch.name)).text(" ").text(crate::screens::case::says(case));
    el("li", "").view(mark(shape_of(case))).el(says)
}
