//! A run by feature: the worst of each, how far it has moved, which tests fail; opened, its cases across all tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use straingauge_api::{Batch, Case, DistributionBin, Figure};

use crate::element::{El, button, el, link, live, none, row, scroll, svg};
use crate::format::{counted, number};
use crate::parts::{Filter, Shape, filter_bar, gauge, label, mark, shape_of, tally, told};
use crate::screens::case::{case_row, chevron};
use crate::screens::listing::nothing;
use crate::state::Shown;

/// Failing tests named in a row.
const NAMED: usize = 2;

/// Cases that an opened feature shows at least.
const OPENED: usize = 6;

/// What the rows can be sorted by.
const SORTS: [(&str, &str); 5] =
    [("name", "Feature"), ("worst", "Worst"), ("drift", "Drift"), ("failing", "Failing tests"), ("strain", "Strain")];

/// A feature with its cases, worst first.
struct Feature<'a> {
    name: &'a str,
    cases: Vec<(&'a Batch, &'a Case)>,
    worst: (Shape, f64),
    counts: [usize; 4],
    /// PSI (or the like) and the picture of it.
    drift: Option<(f64, &'a [DistributionBin])>,
}

fn features(shown: &Shown) -> Vec<Feature<'_>> {
    let mut by_name: BTreeMap<&str, Vec<(&Batch, &Case)>> = BTreeMap::new();
    for batch in &shown.document.batches {
        for case in &batch.cases {
            if case.features.is_empty() {
                by_name.entry("All rows").or_default().push((batch, case));
            }
            for feature in &case.features {
                by_name.entry(feature).or_default().push((batch, case));
            }
        }
    }
    by_name.into_iter().map(|(name, cases)| feature(name, cases)).collect()
}

fn feature<'a>(name: &'a str, mut cases: Vec<(&'a Batch, &'a Case)>) -> Feature<'a> {
    cases.sort_by(|a, b| rank(b.1).partial_cmp(&rank(a.1)).unwrap_or(std::cmp::Ordering::Equal));
    let worst = cases.first().map_or((Shape::Skip, 0.0), |c| rank(c.1));
    let counts = tally(cases.iter().map(|c| shape_of(c.1)));
    let drift = cases.iter().find_map(|&(batch, case)| match (&case.figure, case.statistic) {
        (Some(Figure::Distributions { bins, .. }), Some(statistic)) if batch.id.starts_with("drift:") && !case.features.is_empty() => {
            Some((statistic, bins.as_slice()))
        }
        _ => None,
    });
    Feature { name, cases, worst, counts, drift }
}

fn rank(case: &Case) -> (Shape, f64) {
    (shape_of(case), case.severity_score)
}

/// The view.
pub fn view(shown: &Arc<Shown>) -> AnyView {
    let filter = Filter::new();
    let sort = RwSignal::new(("worst", true));
    let counts = tally(features(shown).iter().map(|f| f.worst.0));
    let head = SORTS.map(|(key, name)| {
        let turn = el("button", "sort").attr("type", "button").text(name).on("click", move |_| {
            // The worst first, names from A: what one wants at the first click.
            sort.update(|s| *s = if s.0 == key { (key, !s.1) } else { (key, key != "name") });
        });
        let order = move || {
            Some(
                if sort.get().0 != key {
                    "none"
                } else if sort.get().1 {
                    "descending"
                } else {
                    "ascending"
                }
                .to_owned(),
            )
        };
        el("th", "").attr("scope", "col").live_attr("aria-sort", order).testid(&format!("sort-{key}")).el(turn)
    });
    let opened = RwSignal::new(Vec::<String>::new());
    let table = {
        let shown = shown.clone();
        live(move || rows(&shown, filter, sort.get(), opened))
    };
    let head = el("thead", "").el(el("tr", "").all(head).el(el("th", "n").attr("scope", "col").text("Cases")));
    let table = el("table", "tests features").el(head).view(table);
    row(vec![filter_bar(filter, counts), scroll("Features", table).any()])
}

fn rows(shown: &Arc<Shown>, filter: Filter, (key, down): (&str, bool), opened: RwSignal<Vec<String>>) -> AnyView {
    let text = |f: &Feature<'_>| format!("{} {}", f.name, f.cases.iter().map(|(b, _)| b.name.as_str()).collect::<Vec<_>>().join(" "));
    let mut features: Vec<Feature<'_>> = features(shown).into_iter().filter(|f| filter.shows(f.worst.0, &text(f))).collect();
    if features.is_empty() {
        return el("tbody", "").el(el("tr", "").el(el("td", "").attr("colspan", "6").view(nothing()))).any();
    }
    let by = |f: &Feature<'_>| match key {
        "drift" => f.drift.map_or(-1.0, |d| d.0),
        "failing" => (f.counts[0] + f.counts[1]) as f64,
        "strain" => f.worst.1,
        _ => f64::from(f.worst.0 as u8) * 10.0 + f.worst.1,
    };
    if key != "name" {
        features.sort_by(|a, b| by(a).total_cmp(&by(b)));
    }
    if down {
        features.reverse();
    }
    row(features.iter().map(|f| feature_rows(shown, f, opened)).collect())
}

fn feature_rows(shown: &Arc<Shown>, feature: &Feature<'_>, opened: RwSignal<Vec<String>>) -> AnyView {
    let (shape, strain) = feature.worst;
    let name = StoredValue::new(feature.name.to_owned());
    let is_open = Memo::new(move |_| opened.with(|o| name.with_value(|n| o.contains(n))));
    let turn = move |_| {
        opened.update(|o| {
            let name = name.get_value();
            if let Some(at) = o.iter().position(|n| *n == name) {
                o.remove(at);
            } else {
                o.push(name);
            }
        });
    };
    let head = el("button", "link opens-row")
        .attr("type", "button")
        .aria("aria-expanded", move || is_open.get())
        .on("click", turn)
        .el(chevron())
        .el(el("span", "col-name").text(feature.name));
    let failing: Vec<_> = feature.cases.iter().filter(|(_, c)| shape_of(c) > Shape::Pass).collect();
    let mut tests: Vec<El> = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    for (batch, case) in &failing {
        if !named.contains(&batch.name.as_str()) && named.len() < NAMED {
            named.push(&batch.name);
            let chip = link("chip link-chip", &shown.case_href(&case.id), "").view(told(shape_of(case))).text(&batch.name);
            tests.push(chip);
        }
    }
    let more = failing.len().saturating_sub(tests.len());
    tests.extend((more > 0).then(|| el("span", "meta").text(&format!("and {}", counted(more as u64, "more case")))));
    tests.extend(failing.is_empty().then(|| el("span", "meta").text("nothing fails")));
    let drift = feature.drift.map_or_else(
        || el("td", "drift").el(el("span", "meta").text("–")),
        |(statistic, bins)| el("td", "drift").view(sparkline(bins)).el(el("span", "").text(&number(statistic))),
    );
    let [alert, warning, pass, skip] = feature.counts;
    let few = [(Shape::Alert, alert), (Shape::Warning, warning), (Shape::Pass, pass), (Shape::Skip, skip)];
    let counts = few.into_iter().filter(|(_, n)| *n > 0).map(|(shape, n)| {
        let word = el("span", "visually-hidden").text(&format!(" {}", shape.word()));
        el("span", &format!("few {}", shape.class())).text(&n.to_string()).view(mark(shape)).el(word)
    });
    let main = el("tr", "")
        .testid("feature-row")
        .el(el("th", "").attr("scope", "row").el(head))
        .el(el("td", "").view(label(shape)))
        .el(drift)
        .el(el("td", "").all(tests))
        .el(el("td", "").view(gauge(strain, shape, true)))
        .el(el("td", "n counts").all(counts));
    let shown = shown.clone();
    let all = RwSignal::new(false);
    let failing_first = failing.len();
    let cases = move || {
        if !is_open.get() {
            return none();
        }
        let known = features(&shown);
        let Some(feature) = known.iter().find(|f| name.with_value(|n| n == f.name)) else { return none() };
        // What passes is a click further away.
        let limit = if all.get() { feature.cases.len() } else { feature.cases.len().min(failing_first.max(OPENED)) };
        let cases = feature.cases.iter().take(limit).map(|(b, c)| case_row(&shown, b, c, true, false));
        let more = feature.cases.len() - limit;
        let more = (more > 0).then(|| button("link", &format!("Show {}", counted(more as u64, "more case")), move || all.set(true)));
        el("tr", "opened-row").el(el("td", "").attr("colspan", "6").el(el("ul", "cases").all(cases)).all(more)).any()
    };
    el("tbody", "").el(main).live(cases).any()
}

/// Both distributions as two lines, the size of a word.
fn sparkline(bins: &[DistributionBin]) -> AnyView {
    let top = bins.iter().flat_map(|b| [b.reference, b.evaluation]).fold(1e-9, f64::max);
    let path = |of: fn(&DistributionBin) -> f64, class: &str| {
        let step = 64.0 / (bins.len().max(2) - 1) as f64;
        let points = bins.iter().enumerate().map(|(i, b)| format!("{:.1} {:.1}", 1.0 + step * i as f64, 17.0 - 16.0 * of(b) / top));
        svg("path", class).attr("d", &format!("M{}", points.collect::<Vec<_>>().join("L")))
    };
    svg("svg", "spark")
        .attr("viewBox", "0 0 66 18")
        .attr("width", "66")
        .attr("height", "18")
        .attr("aria-hidden", "true")
        .el(path(|b| b.reference, "reference"))
        .el(path(|b| b.evaluation, "evaluation"))
        .any()
}
