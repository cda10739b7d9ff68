//! The parameters of tests in words and bounds, so that a form can be made of them.

use straingauge_api::{Parameter, ParameterForm, Unit};

use crate::profile::MOST_PAIRS;

/// The distances by which drift can be shown.
const STATISTICS: [&str; 7] = ["psi", "kl", "js", "hellinger", "wasserstein", "ks", "cramers_v"];

/// A parameter: name, label, help, form.
type Known = (&'static str, &'static str, &'static str, Form);

enum Form {
    /// Least, most, whole, default, unit (`None` for that of the test).
    Number(f64, Option<f64>, bool, Option<f64>, Option<Unit>),
    Statistic,
    Words,
}

const fn rows(least: f64) -> Form {
    Form::Number(least, None, true, None, Some(Unit::Count))
}

const KNOWN: [Known; 13] = [
    (
        "bound",
        "Bound of your own",
        "It fails where the evaluation is beyond this value, whatever the reference has.",
        Form::Number(0.0, None, false, None, None),
    ),
    (
        "k",
        "How many",
        "Places of a query that count for NDCG, or slices that are told.",
        Form::Number(1.0, None, true, None, Some(Unit::Count)),
    ),
    (
        "alpha",
        "Weight of the effect",
        "How much the size of a weakness counts against the rows of the slice, from 0 to 1.",
        Form::Number(0.0, Some(1.0), false, Some(0.95), Some(Unit::Number)),
    ),
    (
        "max_conditions",
        "Conditions at most",
        "A slice is made of so many conditions at most.",
        Form::Number(1.0, Some(3.0), true, Some(3.0), Some(Unit::Count)),
    ),
    (
        "min_support",
        "Share of rows at least",
        "A slice holds this share of the rows.",
        Form::Number(0.0, Some(1.0), false, None, Some(Unit::Share)),
    ),
    ("min_sample_size", "Rows at least", "Smaller samples, subsets or groups are not judged.", rows(2.0)),
    (
        "min_frq",
        "Share of a subset at least",
        "Only subsets of this share of the reference can be the worst one.",
        Form::Number(0.0, Some(1.0), false, None, Some(Unit::Share)),
    ),
    (
        "num_bins",
        "Bins of a number",
        "The quantile bins of the reference over which numbers are compared.",
        Form::Number(2.0, Some(100.0), true, Some(20.0), Some(Unit::Count)),
    ),
    ("statistic", "Distance shown", "Drift is measured and judged by this distance.", Form::Statistic),
    (
        "bound_multiplier",
        "Standard deviations",
        "Numbers within so many standard deviations are no outliers.",
        Form::Number(0.0, None, false, Some(3.0), Some(Unit::Number)),
    ),
    (
        "min_correlation",
        "Correlation at least",
        "Pairs with less on both sides are left out.",
        Form::Number(0.0, Some(1.0), false, Some(0.1), Some(Unit::Score)),
    ),
    (
        "min_mutual_information",
        "Mutual information at least",
        "Pairs with less on both sides are left out.",
        Form::Number(0.0, None, false, None, Some(Unit::Number)),
    ),
    (
        "max_pairwise_tests",
        "Pairs at most",
        "So many pairs of features are compared.",
        Form::Number(0.0, Some(MOST_PAIRS as f64), true, Some(MOST_PAIRS as f64), Some(Unit::Count)),
    ),
];

const WORDS: [Known; 2] = [
    ("terms", "Words or phrases", "What must not stand in any row.", Form::Words),
    ("patterns", "Patterns", "What must not stand in any row: # is a digit, ? a character, * any characters but white space.", Form::Words),
];

/// The value in force where nothing is said, for parameters that differ between tests; [`Settings::param`](super::Settings::param) holds the
/// tests to it. `None` where a test has no such value, or one for all tests stands in the list above.
pub fn default_of(test: &str, name: &str) -> Option<f64> {
    let decrease = test == "data_cleanliness:mutual_information_decrease_feature_to_label";
    let protected = test == "bias_and_fairness:protected_feature_drift";
    match name {
        "min_sample_size" if test.starts_with("drift:correlation_") => Some(30.0),
        "min_sample_size" if test.starts_with("drift:") || protected || decrease => Some(100.0),
        "min_sample_size" => Some(20.0),
        "min_frq" | "min_support" => Some(0.01),
        "min_mutual_information" => Some(if decrease { 0.2 } else { 0.1 }),
        "k" if !test.starts_with("model_performance:") => Some(10.0),
        _ => None,
    }
}

/// The parameters of these names, for a test whose effect has this unit.
pub fn parameters(test: &str, names: &[&str], unit: Unit) -> Vec<Parameter> {
    let known = |name: &str| KNOWN.iter().chain(&WORDS).find(|k| k.0 == name);
    names.iter().filter_map(|name| known(name)).map(|k| parameter(test, k, unit)).collect()
}

fn parameter(test: &str, (name, label, help, form): &Known, own: Unit) -> Parameter {
    let form = match form {
        Form::Number(least, most, whole, default, unit) => {
            let default = default.or_else(|| default_of(test, name));
            ParameterForm::Number { least: *least, most: *most, whole: *whole, default, unit: unit.unwrap_or(own) }
        }
        Form::Statistic => ParameterForm::Choice { of: STATISTICS.map(str::to_owned).into(), default: "psi".to_owned() },
        Form::Words => ParameterForm::Words,
    };
    Parameter { name: (*name).to_owned(), label: (*label).to_owned(), help: (*help).to_owned(), form }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stress::questions;

    #[test]
    fn every_parameter_that_a_test_reads_can_be_set_in_a_form() {
        for question in questions() {
            let (names, said) = (question.params(), parameters("", question.params(), Unit::Score));
            assert_eq!(said.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), names, "a parameter without words");
        }
    }

    #[test]
    fn a_form_says_what_is_in_force_where_it_is_left_empty() {
        for test in crate::stress::tests() {
            for parameter in test.parameters {
                // A bound is none until somebody sets one, and a metric over whole queries has no places.
                let none = matches!(parameter.name.as_str(), "bound" | "k") && test.id.starts_with("model_performance:");
                let ParameterForm::Number { default, .. } = parameter.form else { continue };
                assert_eq!(default.is_none(), none, "{} of {}", parameter.name, test.id);
            }
        }
        let least = |id: &str| default_of(id, "min_sample_size");
        assert_eq!((least("subset_performance:subset_mae"), least("drift:feature_drift")), (Some(20.0), Some(100.0)));
        assert_eq!(least("drift:correlation_drift_feature_to_label"), Some(30.0));
    }

    #[test]
    fn tests_of_a_metric_say_for_which_tasks_they_are() {
        let tests = crate::stress::tests();
        let tasks = |id: &str| tests.iter().find(|t| t.id == id).map(|t| t.tasks.clone()).unwrap_or_default();
        use straingauge_api::ModelTask::{BinaryClassification, Regression};
        // One id, two tasks: entities have a precision too.
        assert!(
            tasks("model_performance:precision").contains(&BinaryClassification)
                && !tasks("model_performance:precision").contains(&Regression)
        );
        assert_eq!(tasks("model_performance:mae"), [Regression]);
        assert_eq!(tasks("subset_performance:subset_mae"), [Regression]);
        assert!(tasks("drift:feature_drift").is_empty());
        // Under one task no two tests of a category have one name.
        for task in [BinaryClassification, Regression] {
            let names: Vec<_> =
                tests.iter().filter(|t| t.tasks.is_empty() || t.tasks.contains(&task)).map(|t| (t.category, t.name.as_str())).collect();
            let once: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(once.len(), names.len(), "{task:?}");
        }
    }
}
