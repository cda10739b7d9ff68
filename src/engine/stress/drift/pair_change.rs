//! What has changed between two columns: their rank correlation, and the information that they give of each other.

use straingauge_api::{Better, CaseMetric, Estimate, Figure, Unit};
use straingauge_charts::format::{counted, percent, share_or_none, side_by_side, together};

use crate::math::atanh;
use crate::profile::{INFORMATION_BINS, PairFrame, PairProfile};
use crate::stats::information::{information, normalised};
use crate::stats::information_change::{InformationChange, information_change};
use crate::stats::ranks::spearman_with_spread;
use crate::stats::special::normal_two_sided;
use crate::stress::{Measured, Measurement};

/// Rows a cell, on average, on the smaller side.
const ROWS_A_CELL: f64 = 5.0;
/// Values of a category that are told apart, the last one for all that are rarer.
const MOST_LEVELS: usize = 20;
/// √(2/π): what a normal deviation comes to on average, in its standard errors.
const MEAN_DEVIATION: f64 = 0.797_884_560_802_865_4;
/// Rounds of fitting margins; after so many they agree to the third digit at least.
const ROUNDS: usize = 20;
const Z95: f64 = 1.959_963_984_540_054;
/// More of the evaluation in single bins than of the reference, by Σ share³, and ranks can no longer be told.
const CROWDED: f64 = 0.1;

/// A pair of columns on both sides.
pub(super) struct PairSides<'a> {
    pub frame: &'a PairFrame,
    pub reference: &'a PairProfile,
    pub evaluation: &'a PairProfile,
    /// Design effects of the sides.
    pub design: (f64, f64),
    /// What the two are called in a sentence.
    pub names: (&'a str, &'a str),
}

type Table = Vec<Vec<f64>>;

impl PairSides<'_> {
    /// Rows that tell as much as if each were independent and of weight one.
    fn rows(&self) -> (f64, f64) {
        (self.reference.n as f64 / self.design.0, self.evaluation.n as f64 / self.design.1)
    }

    fn too_few(&self, least: f64) -> Option<Measurement> {
        let (n, m) = (self.reference.n, self.evaluation.n);
        ((n.min(m) as f64) < least).then(|| {
            let (a, b) = self.names;
            Measurement::Skipped(format!(
                "{} and {} have both {a} and {b}; {least} on both sides are needed.",
                counted(n, "reference row"),
                counted(m, "evaluation row")
            ))
        })
    }

    /// The change of Spearman's correlation; pairs that do not reach `relevant` on either side show no effect.
    pub(super) fn correlation(&self, least: f64, relevant: f64) -> Measurement {
        let ((a, b), (n, m)) = (self.names, self.rows());
        if let Some(skip) = self.too_few(least.max(10.0)) {
            return skip;
        }
        let tables = (self.frame.rank_table(self.reference), self.frame.rank_table(self.evaluation));
        let ((before, spread_n), (after, spread_m)) = match (spearman_with_spread(&tables.0), spearman_with_spread(&tables.1)) {
            (Some(x), Some(y)) if crowding(&tables.1) <= crowding(&tables.0) + CROWDED => (x, y),
            (Some(_), Some(_)) => {
                return Measurement::Skipped(format!(
                    "The evaluation's values of {a} or {b} have moved so far that most share one bin of the reference's ranks."
                ));
            }
            _ => return Measurement::Skipped(format!("{a} or {b} does not vary over the rows that have both.")),
        };
        // Fisher's z; the variance is Bonett and Wright's, or the sample's own where that is larger.
        let z = |rho: f64, spread: f64, n: f64| {
            let rho = rho.clamp(-0.9999, 0.9999);
            let slope = 1.0 - rho * rho;
            let variance = (1.0 + 0.5 * rho * rho).max(spread / (slope * slope)) / (n - 3.0).max(1.0);
            (atanh(rho), variance, variance * slope * slope)
        };
        let ((z0, v0, w0), (z1, v1, w1)) = (z(before, spread_n, n), z(after, spread_m, m));
        let p_value = normal_two_sided((z1 - z0) / (v0 + v1).sqrt());
        let pearson = (self.reference.moments.and_then(|p| p.pearson()), self.evaluation.moments.and_then(|p| p.pearson()));
        let relevant = before.abs().max(after.abs()) >= relevant;
        let alike = || spearman_with_spread(&at_margins_of(&tables.0, &tables.1)).map_or(before, |s| s.0);
        let change = Change::of(before, after, (w0 + w1).sqrt(), relevant, &alike);
        Measurement::Measured(Box::new(Measured {
            p_value: Some(p_value),
            method:
                "Change of Spearman's ρ; Fisher's z with variance (1 + ρ²/2)/(n − 3), or by the sample's influence function where larger"
                    .to_owned(),
            sentence: correlated(a, b, [before, after], pearson.0.zip(pearson.1)),
            metrics: metrics(&[
                ("spearman_reference", Some(before)),
                ("spearman_evaluation", Some(after)),
                ("pearson_reference", pearson.0),
                ("pearson_evaluation", pearson.1),
            ]),
            ..self.measured(&change, "Spearman's correlation")
        }))
    }

    /// The change of mutual information, and its fall (for pairs whose reference reaches `worth`).
    pub(super) fn information(&self, least: f64, relevant: f64, worth: f64) -> (Measurement, Measurement) {
        if let Some(skip) = self.too_few(least) {
            return (skip.clone(), skip);
        }
        let (a, b) = self.names;
        let raw = |profile| normalised(&self.frame.information_table(profile));
        let (Some((before, after)), Some((change, tables))) = (raw(self.reference).zip(raw(self.evaluation)), self.judged()) else {
            let skip =
                Measurement::Skipped(format!("{a} or {b} does not vary on both sides, or has too many values to be counted together."));
            return (skip.clone(), skip);
        };
        let (adjusted_before, adjusted_after) = (change.reference.adjusted(), change.evaluation.adjusted());
        let (k, l) = (tables.0.len(), tables.0.first().map_or(0, Vec::len));
        let method = |tail: &str| {
            format!(
                "Change of mutual information less its expectation under fixed margins, over {k} × {l} cells; p by the difference of two gammas, {tail}"
            )
        };
        let told = Measured {
            statistic: Some(after - before),
            sentence: shared(a, b, [adjusted_before, adjusted_after], [before, after]),
            metrics: metrics(&[
                ("normalised_mutual_information_reference", Some(before)),
                ("normalised_mutual_information_evaluation", Some(after)),
                ("adjusted_mutual_information_reference", Some(adjusted_before)),
                ("adjusted_mutual_information_evaluation", Some(adjusted_after)),
            ]),
            ..Measured::default()
        };
        let relevant = adjusted_before.max(adjusted_after) >= relevant;
        let alike = || information(&at_margins_of(&tables.0, &tables.1)).map_or(adjusted_before, |i| i.adjusted());
        let sized = Change::of(adjusted_before, adjusted_after, change.standard_error, relevant, &alike);
        let drift = Measured {
            statistic: told.statistic,
            p_value: Some(change.p_value),
            method: method("two-sided"),
            sentence: told.sentence.clone(),
            metrics: told.metrics.clone(),
            ..self.measured(&sized, "Adjusted mutual information")
        };
        let fall = if adjusted_before >= worth {
            let fall = if change.change < 0.0 { sized.size } else { -change.change };
            let half = Z95 * change.standard_error;
            Measurement::Measured(Box::new(Measured {
                statistic: told.statistic,
                effect: Some(fall),
                interval: Some((fall - half, fall + half)),
                p_value: Some(change.p_less),
                method: method("one-sided"),
                sentence: told.sentence,
                metrics: told.metrics,
                ..self.measured(&sized, "Adjusted mutual information")
            }))
        } else {
            Measurement::Skipped(format!(
                "{a} and {b} share {} of their information in the reference; a fall matters from {} on.",
                share_or_none(adjusted_before),
                percent(worth)
            ))
        };
        (Measurement::Measured(Box::new(drift)), fall)
    }

    fn measured(&self, change: &Change, metric: &str) -> Measured {
        let size = change.size;
        let (noise, half) = (MEAN_DEVIATION * change.error, Z95 * change.error);
        let estimate = |value: f64| Estimate { value: Some(value), low: None, high: None };
        let of = |x: f64| if change.relevant { (x - noise).max(0.0) } else { 0.0 };
        Measured {
            statistic: Some(change.after - change.before),
            effect: Some(of(size)),
            interval: Some((of(size - half), of(size + half))),
            standard_error: Some(change.error),
            n_reference: Some(self.reference.n),
            n_evaluation: Some(self.evaluation.n),
            figure: Some(Figure::MetricPair {
                metric: format!("{metric}: {} and {}", self.names.0, self.names.1),
                unit: Unit::Number,
                better: Better::Neutral,
                reference: estimate(change.before),
                evaluation: estimate(change.after),
                warning: None,
                alert: None,
            }),
            ..Measured::default()
        }
    }

    /// The change of adjusted information over the finest cells that the smaller side can fill with five rows each.
    fn judged(&self) -> Option<(InformationChange, (Table, Table))> {
        let (n, m) = self.rows();
        let scaled = |profile: &PairProfile, rows: f64| -> Table {
            let total: f64 = profile.table.iter().flatten().sum();
            let scale = if total > 0.0 { rows / total } else { 0.0 };
            profile.table.iter().map(|row| row.iter().map(|x| x * scale).collect()).collect()
        };
        let (a, b) = (scaled(self.reference, n), scaled(self.evaluation, m));
        let (rows_a, rows_b) = (rows_of(&a), rows_of(&b));
        let (columns_a, columns_b) = (columns_of(&a), columns_of(&b));
        let smaller = n.min(m);
        let levels = |numeric: bool, x: &[f64], y: &[f64]| {
            if numeric {
                return INFORMATION_BINS;
            }
            let own = x.iter().zip(y).filter(|(p, q)| (*p + *q) / (n + m) * smaller >= ROWS_A_CELL).count();
            let rest = usize::from(x.iter().zip(y).any(|(p, q)| *p + *q > 0.0 && (*p + *q) / (n + m) * smaller < ROWS_A_CELL));
            (own + rest).min(MOST_LEVELS)
        };
        let (numeric_a, numeric_b) = (self.frame.bins_a.information.is_some(), self.frame.bins_b.information.is_some());
        let (mut k, mut l) = (levels(numeric_a, &rows_a, &rows_b), levels(numeric_b, &columns_a, &columns_b));
        while (k * l) as f64 * ROWS_A_CELL > smaller && k.max(l) > 2 {
            if k >= l { k -= 1 } else { l -= 1 }
        }
        let map_rows = grouped(numeric_a, &rows_a, &rows_b, k);
        let map_columns = grouped(numeric_b, &columns_a, &columns_b, l);
        let gather = |table: &Table| -> Table {
            let mut out = vec![vec![0.0; l.max(1)]; k.max(1)];
            for (row, &i) in table.iter().zip(&map_rows) {
                for (count, &j) in row.iter().zip(&map_columns) {
                    if let Some(slot) = out.get_mut(i).and_then(|r| r.get_mut(j)) {
                        *slot += count;
                    }
                }
            }
            out
        };
        let tables = (gather(&a), gather(&b));
        Some((information_change(&tables.0, &tables.1)?, tables))
    }
}

/// Two values with the error of their difference.
struct Change {
    before: f64,
    after: f64,
    error: f64,
    relevant: bool,
    /// How much has changed: the difference, or what is left of it once both sides have the evaluation's margins, where that is less.
    size: f64,
}

impl Change {
    /// `alike` is the reference's value at the evaluation's margins: what comes of the columns' own drift is no news of the pair.
    fn of(before: f64, after: f64, error: f64, relevant: bool, alike: &dyn Fn() -> f64) -> Self {
        let plain = (after - before).abs();
        let size = if plain > MEAN_DEVIATION * error { plain.min((after - alike()).abs()) } else { plain };
        Self { before, after, error, relevant, size }
    }
}

/// A table with the margins of another and its own odds ratios, by iterative proportional fitting (Deming and Stephan 1940); rows and columns
/// that it lacks stay empty.
fn at_margins_of(table: &Table, other: &Table) -> Table {
    let (n, m) = (table.iter().flatten().sum::<f64>(), other.iter().flatten().sum::<f64>());
    let (rows, columns) = (rows_of(other), columns_of(other));
    let factors = |wanted: &[f64], has: &[f64]| -> Vec<f64> {
        wanted.iter().zip(has).map(|(w, h)| if *h > 0.0 && m > 0.0 { w * n / m / h } else { 0.0 }).collect()
    };
    let mut out = table.clone();
    for _ in 0..ROUNDS {
        let by_row = factors(&rows, &rows_of(&out));
        for (row, f) in out.iter_mut().zip(&by_row) {
            for x in row.iter_mut() {
                *x *= f;
            }
        }
        let by_column = factors(&columns, &columns_of(&out));
        for row in &mut out {
            row.iter_mut().zip(&by_column).for_each(|(x, f)| *x *= f);
        }
    }
    out
}

fn rows_of(table: &Table) -> Vec<f64> {
    table.iter().map(|r| r.iter().sum()).collect()
}

fn columns_of(table: &Table) -> Vec<f64> {
    let mut out = vec![0.0; table.first().map_or(0, Vec::len)];
    for row in table {
        out.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    out
}

/// The larger Σ share³ of a table's two margins: how much of the ranks' variance single bins hide.
fn crowding(table: &Table) -> f64 {
    let of = |margin: Vec<f64>| {
        let total: f64 = margin.iter().sum();
        margin.iter().map(|x| (x / total) * (x / total) * (x / total)).sum::<f64>()
    };
    of(rows_of(table)).max(of(columns_of(table)))
}

/// To which of `k` levels each bin goes: numbers by quantiles of the reference, values the commonest of both sides by themselves and
/// the rest together.
fn grouped(numeric: bool, reference: &[f64], evaluation: &[f64], k: usize) -> Vec<usize> {
    if numeric {
        let total: f64 = reference.iter().sum();
        let (mut before, mut level) = (0.0, 0usize);
        let level_of = |x: &f64| {
            let own = level;
            before += x;
            // A level ends with the bin by which its share of the rows is reached.
            while level + 1 < k && before >= total * (level + 1) as f64 / k as f64 - 1e-9 * total {
                level += 1;
            }
            own
        };
        return reference.iter().map(level_of).collect();
    }
    let mut order: Vec<(f64, usize)> = reference.iter().zip(evaluation).map(|(x, y)| x + y).zip(0..).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut out = vec![k.saturating_sub(1); reference.len()];
    for (level, (_, bin)) in order.iter().take(k.saturating_sub(1)).enumerate() {
        if let Some(slot) = out.get_mut(*bin) {
            *slot = level;
        }
    }
    out
}

fn metrics(values: &[(&str, Option<f64>)]) -> Vec<CaseMetric> {
    let metric = |(metric, value): &(&str, Option<f64>)| CaseMetric {
        kind: "STATISTICAL_DEPENDENCE".to_owned(),
        metric: (*metric).to_owned(),
        value: *value,
    };
    values.iter().map(metric).collect()
}

/// Describes the information that two columns share beyond chance, and the normalised mutual information; before and after.
fn shared(a: &str, b: &str, adjusted: [f64; 2], raw: [f64; 2]) -> String {
    let [from, to] = adjusted.map(share_or_none);
    let [before, after] = side_by_side(raw, Unit::Score);
    format!(
        "{a} and {b} share {from} of their information in the reference and {to} in the evaluation, beyond chance (normalised mutual information {before} and {after})."
    )
}

fn correlated(a: &str, b: &str, values: [f64; 2], pearson: Option<(f64, f64)>) -> String {
    let [from, to] = together(values, Unit::Score);
    let pearson = pearson.map_or_else(String::new, |(x, y)| {
        let [x, y] = together([x, y], Unit::Score);
        format!(" (Pearson's from {x} to {y})")
    });
    format!("Spearman's correlation of {a} and {b} goes from {from} in the reference to {to} in the evaluation{pearson}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_move_and_the_odds_ratio_stays() {
        let table = vec![vec![40.0, 10.0], vec![10.0, 40.0]];
        let fitted = at_margins_of(&table, &vec![vec![70.0, 20.0], vec![5.0, 5.0]]);
        let sums = (rows_of(&fitted), columns_of(&fitted));
        assert!((sums.0[0] - 90.0).abs() < 1e-6 && (sums.1[0] - 75.0).abs() < 1e-6, "{sums:?}");
        let odds = fitted[0][0] * fitted[1][1] / (fitted[0][1] * fitted[1][0]);
        assert!((odds - 16.0).abs() < 1e-9);
    }

    #[test]
    fn levels_are_quantiles_or_the_commonest_values() {
        assert_eq!(grouped(true, &[10.0, 20.0, 10.0, 20.0, 20.0], &[0.0; 5], 2), [0, 0, 0, 1, 1]);
        assert_eq!(grouped(false, &[5.0, 50.0, 1.0, 20.0], &[5.0, 40.0, 9.0, 30.0], 3), [2, 0, 2, 1]);
    }

    #[test]
    fn sentences_are_read_aloud() {
        assert_eq!(
            shared("x", "the label", [0.255, 0.0], [0.256, 0.001_3]),
            "x and the label share 25.5\u{a0}% of their information in the reference and none in the evaluation, beyond chance (normalised mutual information 0.256 and 0.001)."
        );
        assert_eq!(
            correlated("x", "y", [0.022, -0.4], Some((0.01, -0.35))),
            "Spearman's correlation of x and y goes from 0.022 in the reference to \u{2212}0.400 in the evaluation (Pearson's from 0.010 to \u{2212}0.350)."
        );
        assert_eq!(
            correlated("x", "y", [1.0, 0.0], None),
            "Spearman's correlation of x and y goes from 1.000 in the reference to 0.000 in the evaluation."
        );
    }
}
