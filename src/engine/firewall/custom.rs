//! Monitors of the reader's own: any test's number, over a window, against the reference, the window before, or plain bounds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use straingauge_api::{
    Against, Aggregate, Better, Category, CustomMonitor, FollowedMetric, Kind, MonitorChoice, Quantity, Risk, Severity, Thresholds, Unit,
};

use super::monitors::{ABNORMALITY, Followed, Part, Track, default_monitors};
use super::{Bin, Record, custom_metrics, monitors, series};
use crate::metrics;
use crate::profile::{Frame, Profile};
use crate::stats::special::normal_upper;
use crate::stress::{Question, TestSpec, metric_of, questions, size, status, strain};
use crate::table::Feature;
use crate::{Error, Result};

/// Longest window, in bins.
const LONGEST: u32 = 366;

/// What a custom monitor may look at beside the records: subsets are counted in the profiles.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The cells.
    pub frame: &'a Frame,
    /// The reference.
    pub reference: &'a Profile,
    /// The rest.
    pub about: monitors::About<'a>,
    /// The caller's own metrics, followed.
    pub own: &'a [Followed<'a>],
}

/// A custom monitor's id: `custom:` and its name in lower case with hyphens.
pub fn id(monitor: &CustomMonitor) -> String {
    let words = monitor.name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    format!("custom:{}", words.collect::<Vec<_>>().join("-").to_lowercase())
}

/// Checks a monitor before it is added to `known` ones.
///
/// # Errors
/// `invalid_monitor`.
pub fn check(monitor: &CustomMonitor, known: &[CustomMonitor], frame: &Frame, own: &[FollowedMetric]) -> Result<()> {
    let wrong = |message: String, mend: &str| Err(Error::new("invalid_monitor", message).mend(mend));
    let slug = id(monitor);
    if slug == "custom:" {
        return wrong("A monitor needs a name.".to_owned(), "Give it a few words.");
    }
    if known.iter().any(|m| id(m) == slug) {
        return wrong(format!("There is a monitor \"{}\" already.", monitor.name), "Choose another name, or remove that one first.");
    }
    let custom = own.iter().any(|metric| custom_metrics::test_of(metric) == monitor.test);
    if monitor.test != ABNORMALITY && !custom && part_of(&monitor.test).is_none() {
        return wrong(format!("There is no test \"{}\".", monitor.test), "Take an id of the catalogue, such as drift:feature_drift.");
    }
    let feature = |name: &String| frame.columns.iter().any(|c| c.name == *name);
    if let Some(name) = monitor.feature.as_ref().filter(|name| !name.split(", ").all(|n| feature(&n.to_owned()))) {
        return wrong(format!("The reference has no feature \"{name}\"."), "Take one of the reference's features.");
    }
    if let Some(subset) = &monitor.subset {
        let cut = frame.subsets.iter().flatten().find(|cut| Some(&cut.feature) == monitor.feature.as_ref());
        let Some(cut) = cut else {
            return wrong("A subset is a part of one feature.".to_owned(), "Name the feature that it is a part of.");
        };
        if !cut.labels.contains(subset) {
            let some = cut.labels.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
            return wrong(format!("{} has no subset \"{subset}\".", cut.feature), &format!("Take one as the page names it: {some}, …."));
        }
    }
    if !(monitor.warning.is_finite() && monitor.alert.is_finite()) {
        return wrong("The thresholds must be numbers.".to_owned(), "Give both.");
    }
    let down = monitor.against == Against::Nothing && monitor.better == Better::Higher;
    if (down && monitor.alert >= monitor.warning) || (!down && monitor.alert <= monitor.warning) {
        return wrong(
            format!("It would alert at {} and warn at {}.", monitor.alert, monitor.warning),
            "The alert threshold lies further on the bad side than the warning threshold.",
        );
    }
    if monitor.against != Against::Nothing && monitor.warning <= 0.0 {
        return wrong("A difference of 0 would always warn.".to_owned(), "Give thresholds above 0.");
    }
    if monitor.window == 0 || monitor.window > LONGEST {
        return wrong(format!("A window has 1 to {LONGEST} bins, not {}.", monitor.window), "Choose another length.");
    }
    Ok(())
}

/// The test that a monitor's `test` names, and the part of it that is meant.
fn part_of(test: &str) -> Option<(TestSpec, Part)> {
    let named = |spec: &TestSpec| Part::ALL.into_iter().find(|part| part.is_of(spec) && part.id(spec) == test);
    questions().into_iter().flat_map(Question::tests).find_map(|spec| named(&spec).map(|part| (spec, part)))
}

/// Whether a monitor of a test's part follows a record. The test itself has all of its cases but those of its cost.
fn is_of(record: &Record, (spec, part): &(TestSpec, Part), features: &[Feature]) -> bool {
    let own = Part::of(record, features);
    record.test == spec.id && (own == Some(*part) || *part == Part::Whole && own.is_some_and(|own| own != Part::Impact))
}

/// What a monitor can follow: every number that the bins hold, whether a monitor follows it already or not. Before there is any, every test of
/// the categories that are asked.
pub fn choices(
    bins: &[&Bin],
    (features, frame): (&[Feature], &Frame),
    own: &[FollowedMetric],
    followed: &[String],
    asked: &[Category],
) -> Vec<MonitorChoice> {
    let specs: Vec<TestSpec> = questions().into_iter().flat_map(Question::tests).collect();
    let task = frame.model.as_ref().map(|model| model.task);
    let mut found: BTreeMap<(usize, Part), (MonitorChoice, BTreeSet<String>)> = BTreeMap::new();
    let choice = |spec: &TestSpec, part: Part, unit: Unit, better: Better| MonitorChoice {
        test: part.id(spec),
        name: part.name(spec),
        category: spec.category,
        unit,
        better,
        objects: Vec::new(),
        subsets: part == Part::Whole
            && matches!(spec.category, Category::ModelPerformance | Category::SubsetPerformance | Category::SubsetPerformanceDegradation)
            && task.is_some_and(|task| metrics::by_id(task, metric_of(&spec.id)).is_some()),
        followed: followed.contains(&part.id(spec)),
    };
    for record in bins.iter().flat_map(|bin| bin.records.iter()).filter(|r| r.value.or(r.effect).is_some()) {
        let Some(part) = Part::of(record, features) else { continue };
        let Some((at, spec)) = specs.iter().enumerate().find(|(_, spec)| spec.id == record.test) else { continue };
        let entry = found.entry((at, part)).or_insert_with(|| (choice(spec, part, record.unit, record.better), BTreeSet::new()));
        if !record.features.is_empty() {
            entry.1.insert(record.features.join(", "));
        }
    }
    if found.is_empty() {
        let asked = specs.iter().enumerate().filter(|(_, spec)| asked.contains(&spec.category) && spec.kind != Kind::Logical);
        found.extend(asked.map(|(at, spec)| ((at, Part::Whole), (choice(spec, Part::Whole, spec.unit, Better::Lower), BTreeSet::new()))));
    }
    let mut out: Vec<MonitorChoice> =
        found.into_values().map(|(choice, objects)| MonitorChoice { objects: objects.into_iter().collect(), ..choice }).collect();
    out.extend(own.iter().filter(|metric| metric.skipped.is_none()).map(|metric| MonitorChoice {
        test: custom_metrics::test_of(metric),
        name: metric.name.clone(),
        category: Category::ModelPerformance,
        unit: metric.unit,
        better: metric.better,
        objects: Vec::new(),
        subsets: false,
        followed: true,
    }));
    if asked.contains(&Category::AbnormalInputs) {
        out.push(MonitorChoice {
            test: ABNORMALITY.to_owned(),
            name: "Abnormality Rate".to_owned(),
            category: Category::AbnormalInputs,
            unit: Unit::Share,
            better: Better::Lower,
            objects: Vec::new(),
            subsets: false,
            followed: true,
        });
    }
    out
}

/// A number of one bin.
#[derive(Debug, Clone)]
struct Number {
    value: f64,
    /// Half of its 95 % interval, where there is one, and half of the reference's, which all bins share.
    half: Option<(f64, f64)>,
    reference: Option<f64>,
    unit: Unit,
    n: u64,
}

/// A custom monitor with its numbers.
pub fn follow<'a>(monitor: &CustomMonitor, bins: &[&'a Bin], counted: Counted<'_>) -> Followed<'a> {
    let named = part_of(&monitor.test);
    let own = counted.own.iter().find(|followed| followed.id == monitor.test);
    let mut numbers: BTreeMap<String, Vec<(usize, Number)>> = BTreeMap::new();
    if let Some((feature, subset)) = monitor.feature.as_ref().zip(monitor.subset.as_ref()) {
        let track = subset_numbers(monitor, feature, subset, bins, counted);
        numbers.insert(format!("{feature} {subset}"), track);
    } else if monitor.test == ABNORMALITY {
        let rate = default_monitors(bins, counted.about).pop().filter(|m| m.id == ABNORMALITY);
        for (object, track) in rate.into_iter().flat_map(|m| m.tracks) {
            let of = track.iter().filter_map(|(at, r)| Some((*at, number(monitor, r)?))).collect();
            numbers.insert(object, of);
        }
    } else if let Some(own) = own {
        for (object, track) in &own.tracks {
            let of = track.iter().filter_map(|(at, r)| Some((*at, number(monitor, r)?))).collect();
            numbers.insert(object.clone(), of);
        }
    } else {
        for (at, bin) in bins.iter().enumerate() {
            let asked = |r: &&Record| {
                let object = r.features.join(", ");
                named.as_ref().is_some_and(|named| is_of(r, named, counted.about.features))
                    && monitor.feature.as_ref().is_none_or(|f| *f == object)
            };
            for record in bin.records.iter().filter(asked) {
                if let Some(number) = number(monitor, record) {
                    numbers.entry(record.features.join(", ")).or_default().push((at, number));
                }
            }
        }
    }
    // Beside a bin's own questions: as rare an event as one of them.
    let questions = bins.iter().map(|bin| super::alarm::families(bin)).max().unwrap_or(0) as usize;
    let level = counted.about.level / (questions + numbers.len()).max(1) as f64;
    let tracks = numbers.into_iter().map(|(object, numbers)| (object, track(monitor, &numbers, level))).collect();
    let name = named.as_ref().map(|(spec, part)| part.name(spec)).or_else(|| own.map(|m| m.name.clone()));
    let category = named.as_ref().map(|(spec, _)| spec.category).or_else(|| own.map(|m| m.category));
    Followed {
        id: id(monitor),
        name: monitor.name.clone(),
        description: describe(monitor, name.as_deref().unwrap_or("Abnormality Rate")),
        test: Some(monitor.test.clone()),
        category: category.unwrap_or(Category::AbnormalInputs),
        risk: named.as_ref().map_or(Risk::Operational, |(spec, _)| spec.risk),
        tracks,
    }
}

fn describe(monitor: &CustomMonitor, test: &str) -> String {
    let what = match monitor.quantity {
        Quantity::Value => "The value",
        Quantity::Effect => "The effect",
        Quantity::Rows => "The failing rows",
    };
    let of = monitor.feature.as_ref().map_or_else(String::new, |f| format!(", {f}"));
    let part = monitor.subset.as_ref().map_or_else(String::new, |s| format!(" {s}"));
    let window = match (monitor.window, monitor.aggregate) {
        (1, _) => String::new(),
        (n, Aggregate::Avg) => format!(", mean of {n} bins"),
        (n, Aggregate::Min) => format!(", smallest of {n} bins"),
        (n, Aggregate::Max) => format!(", largest of {n} bins"),
        (n, Aggregate::Sum) => format!(", sum of {n} bins"),
    };
    let against = match monitor.against {
        Against::Reference => ", against the reference",
        Against::PreviousWindow => ", against the window before",
        Against::Nothing => "",
    };
    format!("{what} of {test}{of}{part}{window}{against}.")
}

fn number(monitor: &CustomMonitor, record: &Record) -> Option<Number> {
    let n = record.n_evaluation.unwrap_or(0);
    // What of a difference the bin's rows bear; the rest is the reference's.
    let part = |whole: f64, own: f64| (own, (whole * whole - own * own).max(0.0).sqrt());
    let half = series::half_width(record).zip(series::own_half_width(record)).map(|(whole, own)| part(whole, own));
    let plain = |value: f64, unit| Number { value, half: None, reference: Some(0.0), unit, n };
    match monitor.quantity {
        Quantity::Value => Some(Number { half, reference: record.reference, unit: record.unit, ..plain(record.value?, record.unit) }),
        Quantity::Effect => {
            let half = record.high.zip(record.low).map(|(high, low)| (high - low) / 2.0);
            let half = half.map(|half| part(half, half * series::own_part(record).sqrt()));
            Some(Number { half, ..plain(record.effect?, record.effect_unit) })
        }
        // A reference of the same size would have had so many.
        Quantity::Rows => {
            let expected = record.reference.filter(|_| record.unit == Unit::Share).map(|share| share * n as f64);
            Some(Number { reference: expected, ..plain(record.rows? as f64, Unit::Count) })
        }
    }
}

/// The metric of a subset, bin by bin.
fn subset_numbers(monitor: &CustomMonitor, feature: &str, subset: &str, bins: &[&Bin], counted: Counted<'_>) -> Vec<(usize, Number)> {
    let Counted { frame, reference, .. } = counted;
    let place = frame.subsets.iter().position(|cut| cut.as_ref().is_some_and(|c| c.feature == feature));
    let found = place.zip(frame.model.as_ref()).and_then(|(place, model)| {
        let cell = frame.subsets.get(place)?.as_ref()?.labels.iter().position(|l| l == subset)?;
        Some((place, cell, model, metrics::by_id(model.task, metric_of(&monitor.test))?))
    });
    let Some((place, cell, model, definition)) = found else { return Vec::new() };
    let of = |profile: &Profile| {
        let tally = profile.subsets.get(place)?.as_ref()?.cells.get(cell)?;
        let half = model.mean(tally, definition.metric).map(|m| 1.96 * (m.variance / m.mass.effective().max(1.0)).sqrt());
        let n = if definition.labels { tally.labelled.rows } else { tally.predicted.rows };
        Some((model.value(tally, definition.metric)?, half, n))
    };
    let known = of(reference);
    let number = |(at, bin): (usize, &&Bin)| {
        let (value, half, n) = of(&bin.profile().ok()?).filter(|(.., n)| *n > 0)?;
        let half = half.zip(known.and_then(|k| k.1));
        Some((at, Number { value, half, reference: known.map(|k| k.0), unit: definition.unit, n }))
    };
    bins.iter().enumerate().filter(|(_, bin)| bin.info.judged).filter_map(number).collect()
}

/// The numbers over windows, held against what the monitor says.
fn track(monitor: &CustomMonitor, numbers: &[(usize, Number)], level: f64) -> Track<'static> {
    let length = monitor.window.max(1) as usize;
    let windows: Vec<(usize, Number)> =
        (numbers.windows(length)).filter_map(|window| Some((window.last()?.0, together(monitor.aggregate, window)?))).collect();
    let previous = |i: usize| i.checked_sub(length).and_then(|i| windows.get(i)).map(|(_, number)| number);
    let record = |(i, (at, number)): (usize, &(usize, Number))| {
        let (reference, half) = match monitor.against {
            Against::Reference => (number.reference, number.half.map(|(own, shared)| root(own, shared))),
            Against::PreviousWindow => {
                let before = previous(i)?;
                (Some(before.value), number.half.zip(before.half).map(|(a, b)| root(a.0, b.0)))
            }
            Against::Nothing => (None, None),
        };
        Some((*at, Cow::Owned(judged(monitor, number, reference, half, level))))
    };
    windows.iter().enumerate().filter_map(record).collect()
}

fn root(a: f64, b: f64) -> f64 {
    (a * a + b * b).sqrt()
}

fn together(aggregate: Aggregate, window: &[(usize, Number)]) -> Option<Number> {
    let (_, first) = window.first()?;
    let values = || window.iter().map(|(_, number)| number.value);
    let rows: u64 = window.iter().map(|(_, number)| number.n).sum();
    let weight = |number: &Number| match aggregate {
        Aggregate::Sum => 1.0,
        _ => number.n.max(1) as f64 / window.iter().map(|(_, n)| n.n.max(1)).sum::<u64>().max(1) as f64,
    };
    let weighted =
        |of: fn(&Number) -> Option<f64>| window.iter().map(|(_, number)| Some(weight(number) * of(number)?)).sum::<Option<f64>>();
    let own = window.iter().map(|(_, n)| n.half.map(|h| weight(n) * h.0 * weight(n) * h.0)).sum::<Option<f64>>().map(f64::sqrt);
    let half = own.zip(weighted(|n| n.half.map(|h| h.1)));
    let (value, half) = match aggregate {
        Aggregate::Avg | Aggregate::Sum => (weighted(|n| Some(n.value))?, half),
        // The smallest of several has no interval of its own.
        Aggregate::Min => (values().fold(f64::INFINITY, f64::min), None),
        Aggregate::Max => (values().fold(f64::NEG_INFINITY, f64::max), None),
    };
    let reference = if matches!(aggregate, Aggregate::Avg | Aggregate::Sum) { weighted(|n| n.reference) } else { first.reference };
    Some(Number { value, half: if window.len() == 1 { first.half } else { half }, reference, unit: first.unit, n: rows })
}

/// The thresholds decide on size; where the difference has an interval, its evidence must be there too.
fn judged(monitor: &CustomMonitor, number: &Number, reference: Option<f64>, half: Option<f64>, level: f64) -> Record {
    let difference = number.value - reference.unwrap_or(0.0);
    let bounds = monitor.against == Against::Nothing;
    let effect = match monitor.better {
        Better::Higher => -difference,
        Better::Lower => difference,
        Better::Neutral => difference.abs(),
    };
    let (warning, alert) =
        if bounds && monitor.better == Better::Higher { (-monitor.warning, -monitor.alert) } else { (monitor.warning, monitor.alert) };
    let p = half.filter(|h| *h > 0.0).map(|h| {
        let tails = if monitor.better == Better::Neutral { 2.0 } else { 1.0 };
        (tails * normal_upper(effect / (h / 1.96))).min(1.0)
    });
    let evident = p.is_none_or(|p| p <= level);
    let thresholds = Thresholds { warning, alert };
    let severity = if evident { size(effect, thresholds) } else { Severity::Pass };
    Record {
        case: id(monitor),
        test: id(monitor),
        features: Vec::new(),
        subset: monitor.subset.clone(),
        kind: if bounds { Kind::Property } else { Kind::Difference },
        value: Some(number.value),
        // The window before is another one for every bin, so no line stands for it.
        reference: reference.filter(|_| monitor.against == Against::Reference),
        unit: number.unit,
        better: monitor.better,
        realised: None,
        effect: Some(effect),
        effect_unit: number.unit,
        low: half.map(|h| effect - h),
        high: half.map(|h| effect + h),
        p,
        q: None,
        thresholds: Some(if bounds { Thresholds { warning: monitor.warning, alert: monitor.alert } } else { thresholds }),
        n_reference: None,
        n_evaluation: Some(number.n),
        rows: None,
        share: None,
        status: status(severity),
        severity,
        evident,
        score: strain(effect.max(0.0), if warning > 0.0 { thresholds } else { Thresholds { warning: 1.0, alert: 2.0 } }, f64::INFINITY),
    }
}
