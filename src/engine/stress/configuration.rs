//! Whether a configuration can be followed: tests and parameters exist, numbers make sense. What cannot be followed is refused with what
//! mends it, never passed over.

use std::collections::BTreeSet;

use straingauge_api::{Category, StressTestConfig, TestConfig, Thresholds};

use super::{Question, Settings, TestSpec};
use crate::table::nearest;
use crate::{Error, Result};

/// What can be set for every test.
const COMMON: [&str; 4] = ["run", "warning", "alert", "excludeColumns"];

/// Checks what a configuration says of single tests.
///
/// # Errors
/// `unknown_test`, `unknown_parameter`, `invalid_parameter`, `invalid_thresholds`.
pub fn check(config: &StressTestConfig, settings: &Settings, all: &[(&dyn Question, Vec<TestSpec>)]) -> Result<()> {
    for (id, own) in &config.tests {
        let Some((question, spec)) = all.iter().find_map(|(q, specs)| Some((q, specs.iter().find(|s| s.id == *id)?))) else {
            let known: BTreeSet<&str> = all.iter().flat_map(|(_, specs)| specs).map(|s| s.id.as_str()).collect();
            let error = Error::new("unknown_test", format!("There is no test \"{id}\"."));
            return Err(match nearest(id, known.into_iter()) {
                Some(near) => error.mend(format!("Did you mean \"{near}\"?")),
                None => error.mend("Ids are written category:test, for example drift:feature_drift."),
            });
        };
        check_params(id, own, question.params_of(id))?;
        check_thresholds(id, own, settings.thresholds(spec))?;
    }
    Ok(())
}

/// Refuses categories in which there is no test, by name.
///
/// # Errors
/// `category_without_tests`.
pub fn check_categories<'a>(config: &StressTestConfig, specs: impl Iterator<Item = &'a TestSpec>) -> Result<()> {
    let wanted = config.categories.iter().flatten();
    let filled: BTreeSet<Category> = specs.map(|s| s.category).collect();
    // What the caller brings may be nothing; where that leaves no test, the selection is refused.
    let Some(empty) = wanted.into_iter().find(|c| **c != Category::Custom && !filled.contains(c)) else { return Ok(()) };
    let ids: Vec<&str> = filled.iter().map(|c| c.id()).collect();
    Err(Error::new("category_without_tests", format!("There is no test in the category {} ({}).", empty.label(), empty.id()))
        .mend(format!("Leave \"{}\" out of categories; there are tests in {}.", empty.id(), ids.join(", "))))
}

/// Refuses a run that would ask nothing.
///
/// # Errors
/// `no_tests`.
pub fn check_selection(any: bool) -> Result<()> {
    let nothing = || Error::new("no_tests", "No test is switched on.").mend("Switch on one test or one category at least.");
    any.then_some(()).ok_or_else(nothing)
}

fn check_params(id: &str, own: &TestConfig, params: &[&str]) -> Result<()> {
    let set = own.params.keys().map(String::as_str).chain(own.bound.map(|_| "bound"));
    if let Some(unknown) = set.into_iter().find(|name| !params.contains(name)) {
        let known: Vec<&str> = params.iter().copied().chain(COMMON).collect();
        let error = Error::new("unknown_parameter", format!("{id} has no parameter \"{unknown}\"."));
        return Err(match nearest(unknown, known.iter().copied()) {
            Some(near) => error.mend(format!("Did you mean \"{near}\"?")),
            None => error.mend(format!("It has {}.", known.join(", "))),
        });
    }
    for (name, value) in &own.params {
        let words = value.as_array().is_some_and(|list| list.iter().all(serde_json::Value::is_string));
        if value.as_f64().is_none_or(|x| x < 0.0) && !value.is_string() && !value.is_boolean() && !words {
            let error = Error::new("invalid_parameter", format!("{id} cannot take {value} as \"{name}\"."));
            return Err(error.mend("Give a number that is not negative."));
        }
    }
    Ok(())
}

fn check_thresholds(id: &str, own: &TestConfig, in_force: Option<Thresholds>) -> Result<()> {
    let wrong = |what: String, mend: String| Err(Error::new("invalid_thresholds", what).mend(mend));
    let set = [("warning", own.warning), ("alert", own.alert)];
    for (name, value) in set.iter().filter_map(|(name, value)| Some((name, (*value)?))) {
        if !(value.is_finite() && value > 0.0) {
            return wrong(format!("{id} cannot have {value} as {name} threshold."), "Give a number above 0.".to_owned());
        }
        if in_force.is_none() {
            return wrong(format!("{id} holds or does not, so it has no {name} threshold."), "Leave the threshold out.".to_owned());
        }
    }
    match in_force {
        Some(Thresholds { warning, alert }) if set.iter().any(|s| s.1.is_some()) && warning >= alert => wrong(
            format!("{id} would warn from {warning} and alert from {alert}."),
            "Set both, the warning threshold below the alert threshold.".to_owned(),
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::stress::questions;

    fn refused(tests: Value) -> Option<(&'static str, String)> {
        let config = json!({ "runName": "r", "reference": "a", "evaluation": "b", "tests": tests });
        let config: StressTestConfig = serde_json::from_value(config).unwrap();
        let all: Vec<(&dyn Question, Vec<TestSpec>)> = questions().into_iter().map(|q| (q as &dyn Question, q.tests())).collect();
        check(&config, &Settings::of(&config), &all).err().map(|e| (e.code, e.to_string()))
    }

    #[test]
    fn what_cannot_be_followed_is_refused_with_what_mends_it() {
        let code = |tests: Value| refused(tests).map(|r| r.0);
        assert_eq!(code(json!({ "drift:feature_drift": { "num_bins": 30, "warning": 0.05, "excludeColumns": ["a"] } })), None);
        assert_eq!(code(json!({ "drift:feature_drift": { "statistic": "hellinger" } })), None);
        assert_eq!(code(json!({ "model_performance:accuracy": { "bound": 0.9 } })), None);
        assert_eq!(code(json!({ "drift:feature_drift": { "bound": 0.9 } })), Some("unknown_parameter"));
        let (code_, message) = refused(json!({ "drift:feature_drift": { "numBins": 30 } })).unwrap();
        assert_eq!(code_, "unknown_parameter");
        assert!(message.contains("\"num_bins\""), "{message}");
        assert_eq!(code(json!({ "drift:feature_drift": { "num_bins": -1 } })), Some("invalid_parameter"));
        assert_eq!(code(json!({ "drift:feature_drift": { "num_bins": [3] } })), Some("invalid_parameter"));
        assert_eq!(code(json!({ "drift:feature_drift": { "warning": 50 } })), Some("invalid_thresholds"));
        assert_eq!(code(json!({ "drift:feature_drift": { "warning": 0.5, "alert": 0.6 } })), None);
        assert_eq!(code(json!({ "drift:feature_drift": { "warning": -0.5 } })), Some("invalid_thresholds"));
        assert_eq!(code(json!({ "drift:feature_drift": { "alert": 0 } })), Some("invalid_thresholds"));
        assert_eq!(code(json!({ "data_cleanliness:required_features": { "alert": 0.2 } })), Some("invalid_thresholds"));
        assert!(refused(json!({ "drift:feature_drfit": {} })).unwrap().1.contains("drift:feature_drift"));
    }

    #[test]
    fn a_run_that_would_ask_nothing_is_refused_by_name() {
        let of = |further: Value| {
            let mut config = json!({ "runName": "r", "reference": "a", "evaluation": "b" });
            config.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
            let config: StressTestConfig = serde_json::from_value(config).unwrap();
            crate::stress::plan::chosen(&config, &Settings::of(&config)).err().map(|e| (e.code, e.to_string()))
        };
        let code = |further: Value| of(further).map(|e| e.0);
        assert_eq!(code(json!({})), None);
        assert_eq!(code(json!({ "categories": ["drift"] })), None);
        for category in ["adversarial", "transformations"] {
            let (code, message) = of(json!({ "categories": ["drift", category] })).unwrap();
            assert_eq!(code, "category_without_tests");
            assert!(message.contains(category), "{message}");
        }
        assert_eq!(code(json!({ "categories": [] })), Some("no_tests"));
        assert_eq!(
            (code(json!({ "categories": ["drift", "custom"] })), code(json!({ "categories": ["custom"] }))),
            (None, Some("no_tests"))
        );
        let off: serde_json::Map<String, Value> =
            questions().iter().flat_map(|q| q.tests()).map(|t| (t.id, json!({ "run": false }))).collect();
        assert_eq!(code(json!({ "tests": off })), Some("no_tests"));
        assert_eq!(code(json!({ "categories": ["drift"], "tests": off })), Some("no_tests"));
    }

    /// Every name that a question asks the settings for can be set: one that is not listed would be refused.
    #[test]
    fn every_parameter_in_use_can_be_set() {
        let known: BTreeSet<&str> = questions().iter().flat_map(|q| q.params()).copied().collect();
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/stress"))];
        let mut used = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else {
                    let text = std::fs::read_to_string(&entry).unwrap();
                    let asks = text.contains("impl Question for") && text.contains(concat!(".par", "am("));
                    assert!(!asks || text.contains("fn params("), "{} names no `params`", entry.display());
                    let calls = text.split(concat!(".par", "am(")).skip(1).filter_map(|call| call.split(',').nth(1));
                    used.extend(calls.map(|name| name.trim().to_owned()).filter(|name| name.starts_with('"')));
                }
            }
        }
        assert!(used.len() >= 5, "{used:?}");
        let unlisted: Vec<&String> = used.iter().filter(|name| !known.contains(name.trim_matches('"'))).collect();
        assert!(unlisted.is_empty(), "no question names {unlisted:?} among its `params`");
    }
}
