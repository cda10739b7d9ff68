//! `src/engine/stats` against the goldens that `tests/oracles/stats.py` writes.

use serde_json::Value;
use straingauge_engine::stats::{
    chi_square, delong, distances, fisher, information, isotonic, kolmogorov, ledoit_wolf, log_odds, multiple, proportions, ranks,
    rao_scott, special,
};

/// Relative tolerance; goldens below 1e-12 in size are compared absolutely.
const TOLERANCE: f64 = 1e-9;

fn goldens() -> Value {
    serde_json::from_str(include_str!("../oracles/stats.json")).expect("goldens are JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|v| v.as_f64().expect("a number")).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().expect("an array").iter().map(numbers).collect()
}

#[track_caller]
fn same(what: &str, ours: f64, golden: f64) {
    // Tails keep their relative precision however small they are; plain zeros cannot.
    let scale = if golden == 0.0 { 1e-3 } else { golden.abs() };
    assert!((ours - golden).abs() <= TOLERANCE * scale, "{what}: {ours:e} against {golden:e}");
}

#[test]
fn tails_and_quantiles() {
    let goldens = goldens();
    for row in rows(&goldens["normal_upper"]) {
        same(&format!("normal {row:?}"), special::normal_upper(row[0]), row[1]);
    }
    for row in rows(&goldens["normal_quantile"]) {
        same(&format!("normal quantile {row:?}"), special::normal_quantile(row[0]), row[1]);
    }
    for row in rows(&goldens["chi_square_upper"]) {
        same(&format!("chi-square {row:?}"), special::chi_square_upper(row[0], row[1]), row[2]);
    }
    for row in rows(&goldens["gamma_upper"]) {
        same(&format!("gamma {row:?}"), special::gamma_upper(row[0], row[1]), row[2]);
    }
    for row in rows(&goldens["t_upper"]) {
        same(&format!("t {row:?}"), special::t_upper(row[0], row[1]), row[2]);
    }
    for row in rows(&goldens["kolmogorov_upper"]) {
        same(&format!("kolmogorov {row:?}"), special::kolmogorov_upper(row[0]), row[1]);
    }
    for row in rows(&goldens["beta_quantile"]) {
        same(&format!("beta quantile {row:?}"), special::beta_quantile(row[0], row[1], row[2]), row[3]);
    }
    for row in rows(&goldens["ln_factorial"]) {
        same(&format!("ln n! {row:?}"), special::ln_factorial(row[0]), row[1]);
    }
}

#[test]
fn two_by_two_tables() {
    let goldens = goldens();
    for row in rows(&goldens["fisher"]) {
        let [a, n, b, m] = [row[0] as u64, row[1] as u64, row[2] as u64, row[3] as u64];
        same(&format!("fisher greater {row:?}"), fisher::greater(a, n, b, m), row[4]);
        same(&format!("fisher less {row:?}"), fisher::less(a, n, b, m), row[5]);
        same(&format!("fisher two-sided {row:?}"), fisher::two_sided(a, n, b, m), row[6]);
    }
    for row in rows(&goldens["yates"]) {
        let test = chi_square::yates(row[0], row[1], row[2], row[3], 1.0);
        same(&format!("yates {row:?}"), test.statistic, row[4]);
        same(&format!("yates p {row:?}"), test.p_value, row[5]);
    }
}

#[test]
fn distances_and_tests_over_cells() {
    for golden in goldens()["cells"].as_array().expect("an array") {
        let (a, b) = (numbers(&golden["reference"]), numbers(&golden["evaluation"]));
        let chi = chi_square::two_sample(&a, &b, 1.0);
        for (ours, theirs) in [chi.statistic, chi.degrees, chi.p_value].into_iter().zip(numbers(&golden["chi_square"])) {
            same("chi-square", ours, theirs);
        }
        let ks = kolmogorov::two_sample(&a, &b, 1.0);
        for (ours, theirs) in [ks.statistic, ks.p_value].into_iter().zip(numbers(&golden["ks"])) {
            same("ks", ours, theirs);
        }
        let mw = ranks::mann_whitney(&a, &b);
        for (ours, theirs) in [mw.area, mw.p_value, mw.p_greater].into_iter().zip(numbers(&golden["mann_whitney"])) {
            same("mann-whitney", ours, theirs);
        }
        let positions: Vec<f64> = (0..a.len()).map(|i| i as f64).collect();
        for (name, ours) in [
            ("psi", distances::psi(&a, &b, 1.0, 1.0)),
            ("kl", distances::kullback_leibler(&a, &b, 1.0, 1.0)),
            ("js", distances::jensen_shannon(&a, &b, 1.0, 1.0)),
            ("hellinger", distances::hellinger(&a, &b, 1.0, 1.0)),
            ("tv", distances::total_variation(&a, &b, 1.0, 1.0)),
            ("cramers_v", distances::cramers_v(&a, &b, 1.0, 1.0)),
            ("wasserstein", distances::wasserstein(&a, &b, &positions, 1.0, 1.0)),
        ] {
            same(name, ours.expect("both sides have rows").value, golden[name].as_f64().expect("a number"));
        }
    }
}

#[test]
fn tables_of_two_columns() {
    for golden in goldens()["tables"].as_array().expect("an array") {
        let table = rows(&golden["table"]);
        let info = information::information(&table).expect("not empty");
        same("mutual information", info.mutual, golden["mutual"].as_f64().expect("a number"));
        same("normalised", info.normalised(), golden["normalised"].as_f64().expect("a number"));
        same("expected", info.expected, golden["expected"].as_f64().expect("a number"));
        // A difference of two numbers of size 1: absolute.
        assert!((info.adjusted() - golden["adjusted"].as_f64().expect("a number")).abs() < TOLERANCE);
        same("spearman", ranks::spearman_of_table(&table).expect("both vary"), golden["spearman"].as_f64().expect("a number"));
        let chi = chi_square::independence(&table, 1.0);
        for (ours, theirs) in [chi.statistic, chi.degrees, chi.p_value].into_iter().zip(numbers(&golden["chi_square"])) {
            same("independence", ours, theirs);
        }
    }
}

#[test]
fn intervals_of_shares() {
    let goldens = goldens();
    for row in rows(&goldens["shares"]) {
        let (low, high) = proportions::clopper_pearson(row[0], row[1], 0.95);
        same(&format!("clopper-pearson {row:?}"), low, row[2]);
        same(&format!("clopper-pearson {row:?}"), high, row[3]);
        let (low, high) = proportions::wilson(row[0], row[1], 0.95);
        assert!((low - row[4]).abs() < 1e-12, "wilson {row:?}: {low}");
        assert!((high - row[5]).abs() < 1e-12, "wilson {row:?}: {high}");
    }
    for row in rows(&goldens["newcombe"]) {
        let (low, high) = proportions::newcombe(row[0], row[1], row[2], row[3], 0.95);
        same(&format!("newcombe {row:?}"), low, row[4]);
        same(&format!("newcombe {row:?}"), high, row[5]);
    }
    for row in rows(&goldens["katz"]) {
        let (low, high) = proportions::katz(row[0], row[1], row[2], row[3], 0.95);
        same(&format!("katz {row:?}"), low, row[4]);
        same(&format!("katz {row:?}"), high, row[5]);
    }
}

#[test]
fn many_tests() {
    let golden = &goldens()["multiple"];
    let p = numbers(&golden["p"]);
    for (name, ours) in [("bh", multiple::benjamini_hochberg(&p)), ("holm", multiple::holm(&p)), ("bonferroni", multiple::bonferroni(&p))] {
        for (ours, theirs) in ours.into_iter().zip(numbers(&golden[name])) {
            same(name, ours, theirs);
        }
    }
}

#[test]
fn curves_and_ranks() {
    let goldens = goldens();
    let golden = &goldens["auc"];
    let area = delong::area(&numbers(&golden["positives"]), &numbers(&golden["negatives"])).expect("both classes");
    same("auc", area.value, golden["auc"].as_f64().expect("a number"));
    same("auc variance", area.variance, golden["variance"].as_f64().expect("a number"));

    let golden = &goldens["isotonic"];
    let fit = isotonic::isotonic(&numbers(&golden["means"]), &numbers(&golden["weights"]));
    for (ours, theirs) in fit.into_iter().zip(numbers(&golden["fit"])) {
        same("isotonic", ours, theirs);
    }

    let golden = &goldens["ranks"];
    let (x, y) = (numbers(&golden["x"]), numbers(&golden["y"]));
    assert_eq!(ranks::mean_ranks(&x), numbers(&golden["ranks"]));
    same("spearman", ranks::spearman(&x, &y).expect("both vary"), golden["spearman"].as_f64().expect("a number"));
    same("pearson", ranks::pearson(&x, &y).expect("both vary"), golden["pearson"].as_f64().expect("a number"));
}

/// `tests/oracles/text.py`: Monroe's log-odds, Rao and Scott's design effects, Ledoit and Wolf's covariances.
#[test]
fn texts_and_embeddings() {
    let goldens: Value = serde_json::from_str(include_str!("../oracles/text.json")).expect("goldens are JSON");
    for row in rows(&goldens["log_odds"]) {
        same("log-odds", log_odds::z_score((row[0], row[1]), (row[2], row[3])), row[4]);
    }
    let documents = rows(&goldens["rao_scott"]["documents"]);
    let mut side = rao_scott::Side { units: documents.len() as f64, square: 0.0, cells: vec![rao_scott::CellSums::default(); 5] };
    for document in &documents {
        let all: f64 = document.iter().sum();
        side.square += all * all;
        for (cell, &c) in side.cells.iter_mut().zip(document) {
            cell.count += c;
            cell.square += c * c;
            cell.cross += c * all;
        }
    }
    let shares = rao_scott::pooled_shares(&side, &side);
    same("design effect", side.design_effect(&shares), goldens["rao_scott"]["design_effect"].as_f64().expect("a number"));
    let eigenvalues = numbers(&goldens["rao_scott"]["eigenvalues"]);
    let power = |e: i32| eigenvalues.iter().map(|l| l.powi(e)).sum::<f64>();
    let spread = rao_scott::Spread::of(4.0, power(1), power(2), power(3));
    same("second moment", spread.second, goldens["rao_scott"]["second"].as_f64().expect("a number"));
    same("third moment", spread.third, goldens["rao_scott"]["third"].as_f64().expect("a number"));
    for golden in goldens["ledoit_wolf"].as_array().expect("cases") {
        let rows = rows(&golden["rows"]);
        let mut scatter = ledoit_wolf::Scatter::new(rows[0].len());
        for row in &rows {
            scatter.add(row);
        }
        let (covariance, shrinkage) = scatter.shrunk();
        same("shrinkage", shrinkage, golden["shrinkage"].as_f64().expect("a number"));
        for (ours, theirs) in covariance.iter().zip(numbers(&golden["covariance"])) {
            assert!((ours - theirs).abs() <= TOLERANCE * covariance[0].abs(), "{ours:e} against {theirs:e}");
        }
    }
    let area = &goldens["area"];
    let (a, b) = (numbers(&area["reference"]), numbers(&area["evaluation"]));
    let count = |of: &[f64]| (0..60).map(|cell| of.iter().filter(|x| **x == f64::from(cell) / 4.0).count() as f64).collect::<Vec<f64>>();
    let test = ranks::mann_whitney(&count(&a), &count(&b));
    same("area", test.area, area["area"].as_f64().expect("a number"));
    same("Mann-Whitney", test.p_greater, area["p"].as_f64().expect("a number"));
}
