//! A small run for the tests of the reports, with hostile names in it.

use serde_json::{Value, json};
use straingauge_api::{FirewallView, RunDocument};

/// Two tests in two categories, three cases: an alert, a warning about a pair, a skip.
pub(crate) fn run() -> RunDocument {
    let side =
        |file: &str, rows: u64| json!({ "dataset": file, "file": file, "sha256": "00", "rows": rows, "labelled": rows, "predicted": rows });
    let document = json!({
        "format": 1, "engine": "0.1.0", "id": "run-1", "name": "First <script>alert(1)</script> run", "modelTask": "multiclass_classification",
        "model": "distilbert", "seed": 42, "sensitivity": "default", "positiveClass": null, "decisionThreshold": null, "classes": ["a", "b"],
        "reference": side("train.json.gz", 50_000), "evaluation": side("val_0.json.gz", 4_425),
        "summary": {
            "outcome": "not_ready", "headline": "Accuracy falls from 0.985 to 0.610.", "counts": counts(0, 1, 1, 1),
            "batchesPass": 0, "batchesWarning": 1, "batchesAlert": 1, "numInputs": 4_425, "numFailingInputs": 12, "abnormalityRate": 0.0027,
            "risks": [{ "risk": "operational", "score": 0.75, "tests": 2 }],
            "banners": [{ "code": "reference_looks_like_training_data", "text": "The reference looks like training data." }],
        },
        "modelMetrics": [
            { "id": "macro_f1", "name": "Macro F1", "better": "higher", "unit": "score", "reference": null, "evaluation": 0.2323, "severity": "PASS" },
            { "id": "accuracy", "name": "Accuracy", "better": "higher", "unit": "score", "reference": 0.985, "evaluation": 0.61, "severity": "ALERT", "judged": "fails" },
        ],
        "findings": [{
            "title": "All rows", "sentence": "Accuracy falls from 0.985 to 0.610.", "severity": "ALERT", "severityScore": 1.8, "category": "model_performance",
            "lead": "model_performance:accuracy", "cases": ["model_performance:accuracy"], "features": [], "rows": 4_425,
            "regain": { "metric": "accuracy", "name": "Accuracy", "from": 0.61, "to": 0.985 },
        }],
        "suggestions": [{ "category": "drift", "text": "City has drifted: look at =HYPERLINK(\"x\").", "case": "drift:feature_drift[city, country]" }],
        "categories": [
            { "category": "model_performance", "severity": "ALERT", "severityScore": 1.8, "counts": counts(0, 0, 1, 0), "tests": ["model_performance:accuracy"], "failingTests": ["model_performance:accuracy"] },
            { "category": "drift", "severity": "WARNING", "severityScore": 0.7, "counts": counts(0, 1, 0, 1), "tests": ["drift:feature_drift"], "failingTests": ["drift:feature_drift"] },
        ],
        "batches": [performance(), drift()],
    });
    serde_json::from_value(document).expect("the sample follows the document's types")
}

fn case(id: &str, features: &[&str], status: &str, severity: &str, further: Value) -> Value {
    let mut case = json!({
        "id": id, "features": features, "family": id, "kind": "difference", "status": status, "severity": severity, "reason": null,
        "sentence": "Accuracy falls from 0.985 to 0.610.", "statistic": 0.1, "statisticUnit": "score", "effect": 0.1, "effectUnit": "score",
        "ciLow": null, "ciHigh": null, "pValue": null, "qValue": null, "thresholds": { "warning": 0.03, "alert": 0.08 },
        "severityScore": 0.0, "severityScoreLow": 0.0, "evident": true, "method": "A method.", "nReference": 50_000, "nEvaluation": 4_425,
        "subset": null, "weakness": null, "rows": null, "metrics": [], "figure": null,
    });
    if let (Value::Object(case), Value::Object(further)) = (&mut case, further) {
        case.extend(further);
    }
    case
}

fn text() -> Value {
    json!({ "checks": "Checks a thing.", "matters": "It matters & hurts.", "decided": "By a rule." })
}

fn counts(pass: u64, warning: u64, fail: u64, skip: u64) -> Value {
    json!({ "total": pass + warning + fail + skip, "pass": pass, "warning": warning, "fail": fail, "skip": skip })
}

fn performance() -> Value {
    let figure = json!({
        "form": "metric_pair", "metric": "Accuracy", "unit": "score", "better": "higher", "warning": 0.955, "alert": 0.905,
        "reference": { "value": 0.985, "low": 0.984, "high": 0.986 }, "evaluation": { "value": 0.61, "low": 0.596, "high": 0.625 },
    });
    let further = json!({
        "statistic": 0.375, "effect": 0.374, "ciLow": 0.36, "ciHigh": 0.39, "pValue": 1e-300, "qValue": 1e-298, "severityScore": 1.8,
        "severityScoreLow": 1.79, "figure": figure,
    });
    json!({
        "id": "model_performance:accuracy", "name": "Accuracy", "category": "model_performance", "risk": "operational", "kind": "difference",
        "text": text(), "severity": "ALERT", "severityScore": 1.8, "counts": counts(0, 0, 1, 0), "reason": null,
        "cases": [case("model_performance:accuracy", &[], "FAIL", "ALERT", further)],
    })
}

fn drift() -> Value {
    let metrics = json!([
        { "kind": "PERFORMANCE_DIFF", "metric": "accuracy", "value": 0.02 },
        { "kind": "FAILING_INPUTS", "metric": "count", "value": 12.0 },
    ]);
    let pair = json!({
        "statistic": 0.31, "effect": 0.3, "effectUnit": "distance", "pValue": 0.001, "qValue": 0.004, "severityScore": 0.7,
        "severityScoreLow": 0.55, "sentence": "The mix of <b>city</b>\u{0} has changed.", "metrics": metrics,
    });
    let skipped = json!({ "reason": "n = 41 could only show a fall of 0.24 or more", "effect": null, "statistic": null, "evident": false });
    json!({
        "id": "drift:feature_drift", "name": "Feature drift", "category": "drift", "risk": "operational", "kind": "difference",
        "text": text(), "severity": "WARNING", "severityScore": 0.7, "counts": counts(0, 1, 0, 1), "reason": null,
        "cases": [
            case("drift:feature_drift[city, country]", &["city", "country"], "WARNING", "WARNING", pair),
            case("drift:feature_drift[note]", &["note"], "SKIP", "PASS", skipped),
        ],
    })
}

/// A firewall of two bins, two monitors and two events.
pub(crate) fn view() -> FirewallView {
    const DAYS: [i64; 3] = [1_534_204_800_000, 1_534_291_200_000, 1_534_377_600_000];
    let bin = |at: usize, rows: u64, severity: &str, further: Value| {
        let mut bin = json!({
            "start": DAYS[at], "end": DAYS[at + 1], "rows": rows, "labelled": 0, "predicted": rows, "complete": true, "judged": rows >= 30, "reason": null,
            "severity": severity, "risks": [], "counts": counts(3, 0, 1, 0), "abnormal": 2, "sources": [], "events": [],
        });
        bin.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        bin
    };
    let event = |id: &str, risk: &str, further: Value| {
        let mut event = json!({
            "id": id, "monitor": "drift:feature_drift", "monitorName": "Feature drift", "object": "city", "kind": "abrupt", "category": "drift", "risk": risk,
            "severity": "ALERT", "start": DAYS[0], "end": DAYS[2], "worst": DAYS[0], "bins": 2, "rows": 1012, "open": true, "sentence": "city drifts.",
            "value": 0.4, "reference": 0.0, "causes": [], "together": [], "resolved": null, "notes": [], "muted": false,
        });
        event.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        event
    };
    let cause = |kind: &str, sentence: &str| json!({ "kind": kind, "features": ["city"], "sentence": sentence });
    let point = |at: usize, value: f64| json!({ "bin": DAYS[at], "value": value, "low": null, "high": null, "effect": 0.1, "severity": "ALERT", "n": 1000 });
    let monitor = |id: &str, series: Value| {
        json!({
            "id": id, "name": id, "description": "Follows.", "test": null, "category": "drift", "risk": "operational", "better": "lower", "unit": "share",
            "custom": null, "pinned": false, "muted": false, "notes": [], "status": "ALERT", "series": [series],
        })
    };
    let view = json!({
        "id": "f1", "config": { "model": "m", "reference": "then" }, "modelTask": "binary_classification", "classes": [], "features": ["city"],
        "reference": { "dataset": "then", "file": "then.csv", "sha256": "00", "rows": 9000, "labelled": 9000, "predicted": 9000 },
        "alarm": { "budget": 1.0, "binsAYear": 365.25, "families": 9, "level": 0.002, "creepingLevel": 1e-5, "weekdays": false },
        "status": "ALERT", "headline": "city drifts.", "insights": [], "lastMetrics": [],
        "bins": [
            bin(0, 1000, "ALERT", json!({
                "risks": [{ "risk": "operational", "severity": "ALERT" }, { "risk": "security", "severity": "WARNING" }], "events": ["e1", "e2"],
                "sources": [{ "dataset": "august", "file": "august.csv", "sha256": "00", "rows": 1000 }],
            })),
            bin(1, 12, "PASS", json!({ "reason": "12 rows are fewer than 30." })),
        ],
        "monitors": [
            monitor("drift:feature_drift", json!({ "object": "city", "reference": 0.9, "warning": [0.87], "alert": [0.82], "status": "ALERT", "points": [point(0, 0.8), point(1, 0.9)] })),
            monitor("abnormality_rate", json!({ "object": "", "reference": null, "warning": [0.1], "alert": [0.2], "status": "PASS", "points": [point(0, 0.01)] })),
        ],
        "events": [
            event("e1", "operational", json!({ "kind": "creeping", "causes": [cause("mix", "city moved towards Oslo."), cause("abnormal", "3 cities were never seen.")] })),
            event("e2", "security", json!({ "resolved": { "on": "2018-08-20", "note": "blocked" } })),
        ],
        "incidents": [{
            "id": "incident:city@2018-08-14", "severity": "ALERT", "start": DAYS[0], "end": DAYS[2], "open": true, "title": "city = Oslo",
            "sentence": "city drifts.", "cause": cause("mix", "city moved towards Oslo."), "events": ["e1", "e2"], "features": ["city"], "bins": 2,
            "rows": 1012, "resolved": null, "muted": false,
        }],
        "rules": [], "ledger": null,
    });
    serde_json::from_value(view).expect("the sample follows the view's types")
}
