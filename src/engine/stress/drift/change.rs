//! What has changed in a column: both sides over the same cells, their distances, and the evidence.
//!
//! Numbers: k = min(bins, ⌊min(n, m)/10⌋) reference-quantile bins; p = min(1, 2·min(p_KS, p_χ²)), KS over the fine cells for shifts, χ² over at
//! most 10 of the bins for scale and tails. Categories: values too rare to count share a cell, values that only the evaluation has share
//! another; p from χ². Rows without a value are left out, they have their own test.

use straingauge_api::{CaseMetric, DistributionBin, Figure, Unit};
use straingauge_charts::format::{counted, number, percent, spaced, together};

use super::measure::Measure;
use crate::profile::{CategoryFrame, CategoryProfile, ColumnFrame, ColumnProfile, NumericFrame, NumericProfile, ValueFrame, ValueProfile};
use crate::stats::distances::{self, Distance};
use crate::stats::{chi_square, kolmogorov};
use crate::stress::Measured;

/// Bins that χ² looks at.
const CHI_BINS: usize = 10;
/// Below this pooled expectation on the smaller side a value shares a cell.
const RARE: f64 = 5.0;
/// Values shown in a figure.
const MOST_VALUES: usize = 30;

/// How much of what kind of data a comparison asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grain {
    /// Bins at most.
    pub bins: usize,
    /// Rows at least, on either side.
    pub least: u64,
}

/// Both sides of a column over the same cells.
pub(super) struct Change {
    reference: Vec<f64>,
    evaluation: Vec<f64>,
    /// The same value by value, nothing pooled; categories only.
    values: Option<(Vec<f64>, Vec<f64>)>,
    /// Fine cells and the mean value of each in reference sds; numbers only.
    fine: Option<Fine>,
    n: u64,
    m: u64,
    design: (f64, f64),
    p_value: f64,
    bins: Vec<DistributionBin>,
    /// What moved most, as the end of a sentence.
    moved: String,
    cells: String,
    tests: &'static str,
}

struct Fine {
    reference: Vec<f64>,
    evaluation: Vec<f64>,
    positions: Vec<f64>,
}

impl Change {
    /// Compares a column; `Err` says as a sentence why it cannot be compared.
    pub(super) fn of(frame: &ColumnFrame, reference: &ColumnProfile, evaluation: &ColumnProfile, grain: Grain) -> Result<Self, String> {
        let (n, m) = (reference.present, evaluation.present);
        if n.min(m) < grain.least {
            return Err(format!(
                "The reference has {} and the evaluation {}; {} on both sides are needed.",
                counted(n, &format!("value of {}", frame.name)),
                spaced(m),
                spaced(grain.least)
            ));
        }
        match (&frame.values, &reference.values, &evaluation.values) {
            (ValueFrame::Numeric(f), ValueProfile::Numeric(a), ValueProfile::Numeric(b)) => {
                Ok(Self::numbers(f, (a, reference), (b, evaluation), grain))
            }
            (ValueFrame::Category(f), ValueProfile::Category(a), ValueProfile::Category(b)) => {
                Ok(Self::values(f, (a, reference), (b, evaluation)))
            }
            (_, _, ValueProfile::Absent) => Err(format!("The evaluation set has no values of {}.", frame.name)),
            _ => Err(format!("The reference set has no values of {}.", frame.name)),
        }
    }

    fn numbers(
        frame: &NumericFrame,
        (a, reference): (&NumericProfile, &ColumnProfile),
        (b, evaluation): (&NumericProfile, &ColumnProfile),
        grain: Grain,
    ) -> Self {
        let (n, m) = (reference.present, evaluation.present);
        let design = (reference.deff(), evaluation.deff());
        let pooled = chi_square::pooled_design_effect(n as f64, design.0, m as f64, design.1);
        // Ten rows a bin at least, on the smaller side; of rows that belong together as many as tell what ten would.
        let k = grain.bins.min((n.min(m) as f64 / (10.0 * pooled)) as usize).max(1);
        // A constant's quantiles are all the same; its bins are what lies below it, itself, and what lies above.
        let (coarse, few) = if frame.is_constant() {
            (frame.fine(), frame.fine())
        } else {
            (frame.bins(&a.mass, k), frame.coarse(&a.mass, k.min(CHI_BINS)))
        };
        let fine = Fine { reference: as_rows(&a.mass, n), evaluation: as_rows(&b.mass, m), positions: positions(a, b, frame) };
        let ks = kolmogorov::two_sample(&fine.reference, &fine.evaluation, pooled);
        let chi = chi_square::two_sample(&few.gather(&fine.reference), &few.gather(&fine.evaluation), pooled);
        let (cells_a, cells_b) = (coarse.gather(&fine.reference), coarse.gather(&fine.evaluation));
        let mut bins = numeric_bins(&coarse.edges, &cells_a, &cells_b);
        let moved = if frame.is_constant() {
            let value = number(frame.min);
            for (bin, label) in bins.iter_mut().zip([format!("< {value}"), value.clone(), format!("> {value}")]) {
                bin.label = label;
            }
            left_constant(&value, b, bins.get(1).map_or(0.0, |same| same.evaluation))
        } else {
            moments([a.moments.mean(), b.moments.mean()], [a.moments.sd(), b.moments.sd()])
        };
        Self {
            cells: format!("{} reference-quantile bins", cells_a.len()),
            reference: cells_a,
            evaluation: cells_b,
            values: None,
            fine: Some(fine),
            n,
            m,
            design,
            p_value: (2.0 * ks.p_value.min(chi.p_value)).min(1.0),
            bins,
            moved,
            tests: "p = 2·min(KS, χ²)",
        }
    }

    fn values(
        frame: &CategoryFrame,
        (a, reference): (&CategoryProfile, &ColumnProfile),
        (b, evaluation): (&CategoryProfile, &ColumnProfile),
    ) -> Self {
        let (n, m) = (reference.present, evaluation.present);
        let scale =
            |mass: f64, of: &ColumnProfile| if of.present_weight > 0.0 { mass * of.present as f64 / of.present_weight } else { 0.0 };
        // What a row of an unseen value weighs on average; values are counted, their weights only summed.
        let unseen_scale = if b.unseen_rows() > 0 { scale(b.unseen_mass, evaluation) / b.unseen_rows() as f64 } else { 0.0 };
        let seen =
            frame.names.iter().zip(a.mass.iter().zip(&b.mass)).map(|(name, (x, y))| (name, scale(*x, reference), scale(*y, evaluation)));
        let unseen = b.unseen.iter().map(|(name, rows)| (name, 0.0, *rows as f64 * unseen_scale));
        let design = (reference.deff(), evaluation.deff());
        let pooled = chi_square::pooled_design_effect(n as f64, design.0, m as f64, design.1);
        let total = (n + m).max(1) as f64;
        let smaller = n.min(m) as f64 / pooled;
        let (mut own, mut other, mut new, mut new_names) = (Vec::new(), (0.0, 0.0, 0usize), 0.0, Vec::new());
        let mut values = (Vec::new(), Vec::new());
        for (name, x, y) in seen.chain(unseen) {
            values.0.push(x);
            values.1.push(y);
            // Rare by the pooled count, which treats both sides alike: a value that one side happens to lack is no evidence yet.
            if (x + y) / total * smaller < RARE {
                other = (other.0 + x, other.1 + y, other.2 + 1);
            } else if x > 0.0 {
                own.push((name.clone(), x, y));
            } else {
                new += y;
                new_names.push(name.clone());
            }
        }
        if !new_names.is_empty() {
            let label = match new_names.as_slice() {
                names @ ([_] | [_, _]) => format!("{} (new)", names.join(", ")),
                names => format!("{} new values", names.len()),
            };
            own.push((label, 0.0, new));
        }
        if other.2 > 0 {
            own.push((format!("{} rare value{}", other.2, if other.2 == 1 { "" } else { "s" }), other.0, other.1));
        }
        let cells_a: Vec<f64> = own.iter().map(|c| c.1).collect();
        let cells_b: Vec<f64> = own.iter().map(|c| c.2).collect();
        let chi = chi_square::two_sample(&cells_a, &cells_b, pooled);
        let mut bins: Vec<DistributionBin> = own
            .iter()
            .map(|(label, x, y)| DistributionBin {
                label: label.clone(),
                from: None,
                to: None,
                reference: x / n.max(1) as f64,
                evaluation: y / m.max(1) as f64,
            })
            .collect();
        bins.sort_by(|p, q| change_of(q).total_cmp(&change_of(p)).then_with(|| p.label.cmp(&q.label)));
        let moved = most_moved(&bins);
        bins.truncate(MOST_VALUES);
        Self {
            cells: format!("{} values", cells_a.len()),
            reference: cells_a,
            evaluation: cells_b,
            values: Some(values),
            fine: None,
            n,
            m,
            design,
            p_value: chi.p_value,
            bins,
            moved,
            tests: "p by χ²",
        }
    }

    /// Compares whole numbers from 0 (the index) by the weight of the rows of each: no quantiles, neighbours joined where they are too
    /// rare to count. Each side is its weights and its rows.
    pub(super) fn counted(
        reference: (&[f64], u64),
        evaluation: (&[f64], u64),
        design: (f64, f64),
        least: u64,
        what: &str,
    ) -> Result<Self, String> {
        let (n, m) = (reference.1, evaluation.1);
        if n.min(m) < least {
            return Err(format!(
                "The reference has {} and the evaluation {}; {least} on both sides are needed.",
                counted(n, "row"),
                spaced(m)
            ));
        }
        let (reference, evaluation) = (as_rows(reference.0, n), as_rows(evaluation.0, m));
        let length = reference.len().max(evaluation.len());
        let at = |v: &[f64], i: usize| v.get(i).copied().unwrap_or(0.0);
        let all: Vec<(f64, f64)> = (0..length).map(|i| (at(&reference, i), at(&evaluation, i))).collect();
        let pooled = chi_square::pooled_design_effect(n as f64, design.0, m as f64, design.1);
        let (total, smaller) = ((n + m) as f64, n.min(m) as f64 / pooled);
        let mut cells: Vec<(usize, usize, f64, f64)> = Vec::new();
        for (i, &(x, y)) in all.iter().enumerate() {
            match cells.last_mut() {
                Some(last) if (last.2 + last.3) / total * smaller < RARE => *last = (last.0, i, last.2 + x, last.3 + y),
                _ => cells.push((i, i, x, y)),
            }
        }
        if cells.last().is_some_and(|c| (c.2 + c.3) / total * smaller < RARE)
            && let (Some(rare), Some(last)) = (cells.pop(), cells.last_mut())
        {
            *last = (last.0, rare.1, last.2 + rare.2, last.3 + rare.3);
        }
        let (cells_a, cells_b): (Vec<f64>, Vec<f64>) = (cells.iter().map(|c| c.2).collect(), cells.iter().map(|c| c.3).collect());
        let ks = kolmogorov::two_sample(&cells_a, &cells_b, pooled);
        let chi = chi_square::two_sample(&cells_a, &cells_b, pooled);
        let label = |from: usize, to: usize| if from == to { format!("{from} {what}") } else { format!("{from} – {to} {what}") };
        let bins: Vec<DistributionBin> = cells
            .iter()
            .map(|&(from, to, x, y)| DistributionBin {
                label: label(from, to),
                from: None,
                to: None,
                reference: x / n as f64,
                evaluation: y / m as f64,
            })
            .collect();
        let mean =
            |f: fn(&(f64, f64)) -> f64, rows: u64| all.iter().enumerate().map(|(i, c)| i as f64 * f(c)).sum::<f64>() / rows.max(1) as f64;
        let [from, to] = together([mean(|c| c.0, n), mean(|c| c.1, m)], Unit::Number);
        let moved = format!("the mean goes from {from} to {to} {what} a row");
        Ok(Self {
            cells: format!("{} counts", cells_a.len()),
            reference: cells_a,
            evaluation: cells_b,
            values: None,
            fine: None,
            n,
            m,
            design,
            p_value: (2.0 * ks.p_value.min(chi.p_value)).min(1.0),
            bins,
            moved,
            tests: "p = 2·min(KS, χ²)",
        })
    }

    /// A distance; `None` where it does not exist for this kind of column.
    fn distance(&self, measure: Measure) -> Option<Distance> {
        let (a, b, (n, m)) = (&self.reference, &self.evaluation, self.design);
        match measure {
            Measure::Psi => distances::psi(a, b, n, m),
            Measure::KullbackLeibler => distances::kullback_leibler(a, b, n, m),
            Measure::JensenShannon => distances::jensen_shannon(a, b, n, m),
            Measure::Hellinger => distances::hellinger(a, b, n, m),
            Measure::CramersV => distances::cramers_v(a, b, n, m),
            Measure::Wasserstein => {
                self.fine.as_ref().and_then(|f| distances::wasserstein(&f.reference, &f.evaluation, &f.positions, n, m))
            }
            Measure::Kolmogorov => self.fine.as_ref().and_then(|f| distances::kolmogorov(&f.reference, &f.evaluation, n, m)),
        }
    }

    /// The plain distance, as a textbook has it: nothing pooled, nothing added, nothing taken off.
    fn raw(&self, measure: Measure) -> Option<f64> {
        let (a, b) = self.values.as_ref().map_or((&self.reference, &self.evaluation), |(a, b)| (a, b));
        match measure {
            Measure::Psi => distances::textbook_psi(a, b),
            Measure::KullbackLeibler => distances::textbook_kullback_leibler(a, b),
            Measure::JensenShannon => distances::jensen_shannon(a, b, 1.0, 1.0).map(|d| d.value),
            Measure::Hellinger => distances::hellinger(a, b, 1.0, 1.0).map(|d| d.value),
            Measure::CramersV => distances::cramers_v(a, b, 1.0, 1.0).map(|d| d.value),
            Measure::Wasserstein | Measure::Kolmogorov => self.distance(measure).map(|d| d.value),
        }
    }

    /// The case: judged by `measure`, or by PSI where that distance does not exist for the column. `title` names what drifted.
    pub(super) fn measured(&self, title: &str, measure: Measure) -> (Measured, Measure) {
        let used = if self.distance(measure).is_some() { measure } else { Measure::Psi };
        let judged = self.distance(used);
        let metrics = Measure::ALL
            .into_iter()
            .filter_map(|m| Some(CaseMetric { kind: "DRIFT_STAT".to_owned(), metric: m.id().to_owned(), value: Some(self.raw(m)?) }))
            .collect();
        let statistic = self.raw(used);
        // The judged distance adds ½ to every cell, the textbook's puts a floor under every share: where one side lacks a value and has many
        // rows, the first is larger. What noise is taken from is never more than the distance itself.
        let effect = judged.map(|d| statistic.map_or(d.effect(), |raw| d.effect().min(raw)));
        let interval = judged.zip(effect).map(|(d, effect)| {
            let (low, high) = d.interval();
            (low.min(effect), high)
        });
        let sentence = match statistic.zip(effect) {
            Some((raw, effect)) => sentence(used.name(), title, [raw, effect], &self.moved),
            None => format!("{title} has no rows to compare."),
        };
        let measured = Measured {
            statistic,
            effect,
            interval,
            p_value: Some(self.p_value),
            standard_error: judged.map(|d| d.standard_error),
            method: format!("{} over {}, less what noise gives; {}", used.name(), self.cells, self.tests),
            sentence,
            n_reference: Some(self.n),
            n_evaluation: Some(self.m),
            metrics,
            figure: Some(Figure::Distributions {
                feature: title.to_owned(),
                numeric: self.fine.is_some(),
                bins: self.bins.clone(),
                of: None,
            }),
            ..Measured::default()
        };
        (measured, used)
    }
}

/// A distance and the part of it that noise does not explain, in words.
pub(super) fn sentence(distance: &str, title: &str, [raw, effect]: [f64; 2], moved: &str) -> String {
    let [raw, effect] = together([raw, effect], Unit::Distance);
    if raw == effect {
        return format!("The {distance} of {title} between reference and evaluation is {raw}; {moved}.");
    }
    let beyond = if effect.chars().any(|c| ('1'..='9').contains(&c)) { format!("{effect} of it") } else { "none of it".to_owned() };
    format!("The {distance} of {title} between reference and evaluation is {raw}, {beyond} beyond what noise alone would give; {moved}.")
}

/// Weights brought to sum to the rows that they stand for.
fn as_rows(mass: &[f64], rows: u64) -> Vec<f64> {
    let total: f64 = mass.iter().sum();
    let scale = if total > 0.0 { rows as f64 / total } else { 0.0 };
    mass.iter().map(|w| w * scale).collect()
}

/// The mean value of each fine cell over both sides, in reference standard deviations; empty cells lie at their upper edge.
fn positions(a: &NumericProfile, b: &NumericProfile, frame: &NumericFrame) -> Vec<f64> {
    let sd = a.moments.sd();
    let scale = if sd > 0.0 { 1.0 / sd } else { 0.0 };
    let mut last = f64::NEG_INFINITY;
    let mut out: Vec<f64> = (a.mass.iter().zip(&a.sums))
        .zip(b.mass.iter().zip(&b.sums))
        .enumerate()
        .map(|(i, ((wa, sa), (wb, sb)))| {
            let mean = if wa + wb > 0.0 { (sa + sb) / (wa + wb) } else { frame.edges.get(i).copied().unwrap_or(last) };
            // Rounding of the sums must not turn the order.
            last = last.max(mean);
            last * scale
        })
        .collect();
    if out.iter().any(|x| !x.is_finite()) {
        out.fill(0.0);
    }
    out
}

fn numeric_bins(edges: &[f64], reference: &[f64], evaluation: &[f64]) -> Vec<DistributionBin> {
    let (n, m) = (reference.iter().sum::<f64>().max(1.0), evaluation.iter().sum::<f64>().max(1.0));
    let from = std::iter::once(None).chain(edges.iter().copied().map(Some));
    let to = edges.iter().copied().map(Some).chain(std::iter::once(None));
    from.zip(to)
        .zip(reference.iter().zip(evaluation))
        .map(|((from, to), (a, b))| {
            let label = match (from, to) {
                (None, None) => "all".to_owned(),
                (None, Some(t)) => format!("≤ {}", number(t)),
                (Some(f), None) => format!("> {}", number(f)),
                (Some(f), Some(t)) => format!("{} – {}", number(f), number(t)),
            };
            DistributionBin { label, from, to, reference: a / n, evaluation: b / m }
        })
        .collect()
}

/// Mean and standard deviation on both sides, in words.
fn moments(means: [f64; 2], sds: [f64; 2]) -> String {
    let moved = |what: &str, values: [f64; 2]| {
        let [from, to] = together(values, Unit::Number);
        if from == to { format!("{what} stays at {to}") } else { format!("{what} goes from {from} to {to}") }
    };
    if means.iter().chain(&sds).all(|x| *x == 0.0) {
        return "all values are 0 in both sets".to_owned();
    }
    format!("{}, {}", moved("the mean", means), moved("the standard deviation", sds))
}

/// What became of a feature that is `value` in every reference row, as the end of a sentence.
fn left_constant(value: &str, evaluation: &NumericProfile, same: f64) -> String {
    let (low, high) = (number(evaluation.min), number(evaluation.max));
    if low == high && same == 0.0 {
        return format!("it is {value} in every reference row and {high} in every evaluation row");
    }
    if low == high {
        return format!("it is {value} in every row of both sets");
    }
    format!("it is {value} in every reference row and between {low} and {high} in the evaluation, {value} in {} of its rows", percent(same))
}

fn change_of(bin: &DistributionBin) -> f64 {
    (bin.evaluation - bin.reference).abs()
}

fn most_moved(bins: &[DistributionBin]) -> String {
    bins.first().map_or_else(
        || "there is nothing to compare".to_owned(),
        |b| {
            let [from, to] = together([b.reference, b.evaluation], Unit::Share);
            format!("the largest change is {}, from {from} to {to} of the rows", b.label)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Sampling;
    use crate::random::Rng;
    use crate::table::Categories;

    const GRAIN: Grain = Grain { bins: 20, least: 100 };

    fn column(rows: usize, values: ValueProfile) -> ColumnProfile {
        let (rows, weight) = (rows as u64, rows as f64);
        ColumnProfile {
            rows,
            weight,
            weight_sq: weight,
            present: rows,
            present_weight: weight,
            present_weight_sq: weight,
            values,
            ..Default::default()
        }
    }

    fn numbers(reference: &[f64], evaluation: &[f64]) -> Change {
        let mut edges = reference.to_vec();
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        edges.pop();
        let (min, max) = (edges[0], edges[edges.len() - 1]);
        let frame = NumericFrame::from_edges(edges, true, min, max, 0.0);
        let count = |v: &[f64]| column(v.len(), ValueProfile::Numeric(frame.count(v, &frame.cells_of(v), &Sampling::default())));
        let (a, b) = (count(reference), count(evaluation));
        let frame = ColumnFrame { name: "x".into(), values: ValueFrame::Numeric(frame), ..Default::default() };
        Change::of(&frame, &a, &b, GRAIN).unwrap()
    }

    fn categories(reference: &[u64], evaluation: &[u64]) -> Change {
        let code = |v: &[u64]| {
            let names: Vec<String> = v.iter().map(|x| format!("v{x:05}")).collect();
            let mut distinct = names.clone();
            distinct.sort();
            distinct.dedup();
            Categories { codes: names.iter().map(|n| distinct.binary_search(n).unwrap() as u32).collect(), names: distinct }
        };
        let frame = CategoryFrame::learn(&code(reference));
        let count = |v: &[u64]| column(v.len(), ValueProfile::Category(frame.count(&code(v), &Sampling::default())));
        let (a, b) = (count(reference), count(evaluation));
        let frame = ColumnFrame { name: "x".into(), values: ValueFrame::Category(frame), ..Default::default() };
        Change::of(&frame, &a, &b, GRAIN).unwrap()
    }

    #[test]
    fn clean_samples_are_left_in_peace() {
        let mut rng = Rng::new(1, 1);
        let (mut low, mut mean_effect) = ([0; 4], [0.0; 4]);
        for _ in 0..300 {
            let mut normal = |n: usize| (0..n).map(|_| rng.normal()).collect::<Vec<f64>>();
            let continuous = numbers(&normal(900), &normal(400));
            let mut few = |n: usize| (0..n).map(|_| rng.below(6) as f64).collect::<Vec<f64>>();
            let tied = numbers(&few(900), &few(400));
            let mut common = |n: usize| (0..n).map(|_| rng.below(30)).collect::<Vec<u64>>();
            let values = categories(&common(900), &common(400));
            // Most values are seen once or twice: those that the reference lacks are no news.
            let mut rare = |n: usize| (0..n).map(|_| if rng.below(2) == 0 { rng.below(4) } else { rng.below(3000) }).collect::<Vec<u64>>();
            let scarce = categories(&rare(900), &rare(400));
            for (i, change) in [continuous, tied, values, scarce].iter().enumerate() {
                let (measured, _) = change.measured("x", Measure::Psi);
                low[i] += usize::from(measured.p_value.unwrap() <= 0.05);
                mean_effect[i] += measured.effect.unwrap() / 300.0;
            }
        }
        // 5 % of 300 and three standard deviations.
        assert!(low.iter().all(|&c| c <= 27), "{low:?}");
        assert!(mean_effect.iter().all(|&e| e < 0.03), "{mean_effect:?}");
    }

    #[test]
    fn shifts_scales_and_new_values_are_found() {
        let mut rng = Rng::new(2, 1);
        let mut normal = |n: usize, shift: f64, scale: f64| (0..n).map(|_| shift + scale * rng.normal()).collect::<Vec<f64>>();
        let base = normal(2000, 0.0, 1.0);
        for change in [numbers(&base, &normal(500, 1.0, 1.0)), numbers(&base, &normal(500, 0.0, 3.0))] {
            let (measured, _) = change.measured("x", Measure::Psi);
            assert!(measured.effect.unwrap() > 0.6 && measured.p_value.unwrap() < 1e-10);
            let (low, high) = measured.interval.unwrap();
            assert!(low < measured.effect.unwrap() && measured.effect.unwrap() < high && low > 0.3);
        }
        let mut values =
            |n: usize, new: bool| (0..n).map(|_| if new && rng.below(4) == 0 { 77 } else { rng.below(5) }).collect::<Vec<u64>>();
        let change = categories(&values(1000, false), &values(500, true));
        let (measured, _) = change.measured("x", Measure::Psi);
        assert!(measured.effect.unwrap() > 0.6 && measured.p_value.unwrap() < 1e-10);
        assert!(measured.sentence.contains("v00077 (new), from 0.0\u{a0}% to"), "{}", measured.sentence);
    }

    #[test]
    fn every_distance_is_told_and_the_chosen_one_judges() {
        let mut rng = Rng::new(3, 1);
        let mut normal = |n: usize, shift: f64| (0..n).map(|_| shift + rng.normal()).collect::<Vec<f64>>();
        let change = numbers(&normal(4000, 0.0), &normal(4000, 0.5));
        let (measured, used) = change.measured("x", Measure::Wasserstein);
        assert_eq!((used, measured.metrics.len()), (Measure::Wasserstein, 7));
        // A shift of half a standard deviation moves every row by that much; KS of two normals half a sd apart is 0.197.
        assert!((measured.statistic.unwrap() - 0.5).abs() < 0.08, "{:?}", measured.statistic);
        let ks = change.distance(Measure::Kolmogorov).unwrap();
        assert!((ks.value - 0.197).abs() < 0.04, "{ks:?}");
        let values = categories(&vec![1; 200], &vec![1; 200]);
        assert_eq!(values.measured("x", Measure::Wasserstein).1, Measure::Psi);
    }

    #[test]
    fn sentences_are_read_aloud() {
        let of = |raw, effect| sentence("PSI", "age", [raw, effect], "the mean stays at 3");
        assert_eq!(
            of(0.665, 0.64),
            "The PSI of age between reference and evaluation is 0.67, 0.64 of it beyond what noise alone would give; the mean stays at 3."
        );
        assert_eq!(
            of(0.004, 0.0),
            "The PSI of age between reference and evaluation is 0.004, none of it beyond what noise alone would give; the mean stays at 3."
        );
        assert_eq!(of(0.0, 0.0), "The PSI of age between reference and evaluation is 0.00; the mean stays at 3.");
        assert_eq!(moments([0.0; 2], [0.0; 2]), "all values are 0 in both sets");
        assert_eq!(moments([12.5, 13.0], [2.0, 2.0]), "the mean goes from 12.50 to 13.00, the standard deviation stays at 2");
    }

    /// A new value among many rows: the judged distance alone would be larger than the textbook's.
    #[test]
    fn the_effect_is_never_more_than_the_distance() {
        let mut rng = Rng::new(5, 1);
        let mut values =
            |n: usize, new: bool| (0..n).map(|_| if new && rng.below(200) == 0 { 77 } else { rng.below(5) }).collect::<Vec<u64>>();
        let change = categories(&values(200_000, false), &values(200_000, true));
        let plain = change.distance(Measure::Psi).unwrap();
        assert!(plain.effect() > change.raw(Measure::Psi).unwrap(), "{plain:?}");
        let (measured, _) = change.measured("x", Measure::Psi);
        assert_eq!(measured.effect, measured.statistic);
        let (low, high) = measured.interval.unwrap();
        assert!(low <= measured.effect.unwrap() && high >= measured.effect.unwrap());
    }

    #[test]
    fn counts_of_rows_are_compared_with_their_neighbours() {
        let same = Change::counted((&[900.0, 90.0, 9.0, 1.0], 1000), (&[450.0, 45.0, 4.0, 1.0], 500), (1.0, 1.0), 100, "nulls").unwrap();
        assert!(same.p_value > 0.5 && same.measured("x", Measure::Psi).0.effect.unwrap() < 0.01);
        let moved =
            Change::counted((&[900.0, 90.0, 9.0, 1.0], 1000), (&[200.0, 100.0, 100.0, 100.0], 500), (1.0, 1.0), 100, "nulls").unwrap();
        assert!(moved.p_value < 1e-12 && moved.measured("x", Measure::Psi).0.effect.unwrap() > 0.6);
        assert!(Change::counted((&[50.0], 50), (&[50.0], 50), (1.0, 1.0), 100, "nulls").is_err());
    }
}
