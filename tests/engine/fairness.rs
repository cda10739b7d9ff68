//! Fairness against what fairlearn, scipy and statsmodels give (`tests/oracles/fairness.py`).

use std::fmt::Write;

use serde_json::Value;
use straingauge_api::{DataParams, Figure, ModelTask, OneOrMany};
use straingauge_engine::stress::bias_and_fairness::{DemographicParity, DiscriminationByProxy, EqualErrorRates, FeatureIndependence};
use straingauge_engine::stress::{Context, Measured, Question};

use crate::sides::{case, context};

fn goldens() -> Value {
    serde_json::from_str(include_str!("../oracles/fairness.json")).expect("goldens are JSON")
}

/// One golden case as both sides of a run; `copy` repeats the label as a feature.
fn sides(golden: &Value) -> Context {
    let mut csv = String::from("origin,copy,label,score\n");
    let list = |name: &str| golden[name].as_array().expect("a list");
    for ((group, label), score) in list("group").iter().zip(list("label")).zip(list("score")) {
        writeln!(csv, "{},c{label},{label},{score}", group.as_str().expect("a group")).unwrap();
    }
    let params = DataParams {
        label_col: Some("label".into()),
        prediction_col: Some(OneOrMany::One("score".into())),
        protected_features: Some(vec!["origin".into()]),
        ..DataParams::default()
    };
    context(ModelTask::BinaryClassification, csv.as_bytes(), csv.as_bytes(), &params)
}

#[track_caller]
fn same(what: &str, ours: Option<f64>, golden: &Value) {
    let (ours, golden) = (ours.expect("a number"), golden.as_f64().expect("a golden"));
    assert!((ours - golden).abs() <= 1e-9 * golden.abs().max(1e-3), "{what}: {ours:e} against {golden:e}");
}

fn metric(measured: &Measured, name: &str) -> Option<f64> {
    measured.metrics.iter().find(|m| m.metric == name).unwrap_or_else(|| panic!("no {name}")).value
}

fn asked(context: &Context, question: &dyn Question, test: &str) -> Measured {
    case(context, question, &format!("bias_and_fairness:{test}"), "origin")
}

#[test]
fn rates_ratios_and_gaps_are_those_of_fairlearn() {
    for golden in goldens()["cases"].as_array().unwrap() {
        let context = sides(golden);
        let parity = asked(&context, &DemographicParity, "demographic_parity_pos_pred");
        same("ratio", parity.statistic.map(|s| 1.0 - s), &golden["demographic_parity_ratio"]);
        same("χ²", parity.p_value, &golden["chi_square_p"]);
        // The upper bound of the lowest ratio, by Katz, at a level for all groups.
        let katz: Vec<[f64; 3]> = golden["katz"].as_object().unwrap().values().map(|v| [0, 1, 2].map(|i| v[i].as_f64().unwrap())).collect();
        let lowest = katz.iter().min_by(|a, b| a[2].total_cmp(&b[2])).unwrap();
        let bound = |x: f64| Value::from((1.0 - x).max(0.0));
        same("effect", parity.effect, &bound(lowest[2]));
        same("upper end", parity.interval.map(|i| i.1), &bound(lowest[1]));
        same("ratio to the rest", metric(&parity, "ratio_to_the_rest"), &Value::from(lowest[0]));
        let Some(Figure::SubsetBars { bars, .. }) = &parity.figure else { panic!("bars") };
        for bar in bars {
            same(&bar.label, bar.metric.value, &golden["by_group"][&bar.label]["selection_rate"]);
        }
        let average = asked(&context, &DemographicParity, "demographic_parity_avg_pred");
        same("mean ratio", average.statistic.map(|s| 1.0 - s), &golden["mean_ratio"]);
        let odds = asked(&context, &EqualErrorRates, "equalized_odds");
        same("odds", metric(&odds, "largest_difference_between_groups"), &golden["equalized_odds_difference"]);
        let opportunity = asked(&context, &EqualErrorRates, "equal_opportunity_recall");
        same("opportunity", metric(&opportunity, "largest_difference_between_groups"), &golden["equal_opportunity_difference"]);
        for (test, rate) in [("equal_opportunity_recall", "tpr"), ("predictive_equality_fpr", "fpr")] {
            let measured = asked(&context, &EqualErrorRates, test);
            let Some(Figure::SubsetBars { bars, .. }) = &measured.figure else { panic!("bars") };
            assert_eq!(bars.len(), katz.len());
            for bar in bars {
                same(&format!("{rate} of {}", bar.label), bar.metric.value, &golden["by_group"][&bar.label][rate]);
            }
            // The statistic is the largest gap to the largest group, which comes first by name.
            let of = |name: &str| golden["by_group"][name][rate].as_f64().unwrap();
            let gap = bars.iter().map(|b| (of(&b.label) - of("g0")).abs()).fold(0.0, f64::max);
            same(test, measured.statistic, &Value::from(gap));
        }
    }
}

#[test]
fn associations_are_those_of_scipy_and_scikit_learn() {
    for golden in goldens()["cases"].as_array().unwrap() {
        let context = sides(golden);
        let independence = asked(&context, &FeatureIndependence, "feature_independence");
        same("Cramér's V", independence.statistic, &golden["cramers_v"]);
        same("p", independence.p_value, &golden["chi_square_p"]);
        assert!((independence.effect.unwrap() - golden["cramers_v_corrected"].as_f64().unwrap()).abs() < 1e-9);
        let proxy = case(&context, &DiscriminationByProxy, "bias_and_fairness:discrimination_by_proxy", "copy, origin");
        assert!((proxy.statistic.unwrap() - golden["adjusted_mutual_information"].as_f64().unwrap()).abs() < 1e-9);
    }
}

#[test]
fn the_interval_of_a_ratio_is_katzs() {
    let golden = &goldens()["katz"];
    let of = |name: &str, i: usize| golden[name][i].as_f64().unwrap();
    let (low, high) = straingauge_engine::stats::proportions::katz(of("rest", 0), of("rest", 1), of("own", 0), of("own", 1), 0.95);
    same("low", Some(low), &golden["low"]);
    same("high", Some(high), &golden["high"]);
}
