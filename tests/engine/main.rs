//! Tests of the engine over its public API.

// Tests say in plain words what they skipped, and check figures with whatever maths is at hand.
#![allow(clippy::print_stdout, clippy::disallowed_methods, clippy::match_wild_err_arm)]

mod abnormal_inputs;
mod abnormal_shown;
mod calm;
mod cases;
mod cases_columns;
mod cases_formats;
mod cases_locale;
mod cases_predictions;
mod cases_text;
mod cases_truth;
mod catalogue;
mod catalogue_page;
mod clean_shown;
mod cleanliness_and_drift;
mod custom;
mod defects;
mod estimated;
mod evidence;
mod evidence_page;
mod exact;
mod fair_shown;
mod fairness;
mod firewall;
mod firewall_causes;
mod firewall_check;
mod firewall_events;
mod firewall_incidents;
mod firewall_ledger;
mod firewall_mc;
mod firewall_measured;
mod lint;
mod measured;
mod metrics;
#[allow(dead_code, reason = "collected by the catalogue")]
mod metrics_shown;
mod outcomes;
mod pairs_shown;
mod performance;
mod planted;
mod production;
mod ranking;
mod reading;
mod row_pages;
mod sentences;
mod sides;
mod slices_shown;
mod stats;
mod support;
mod text_shown;
mod verdicts;
mod weakness;
mod whole_runs;
mod world;
