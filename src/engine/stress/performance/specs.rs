//! Numbers in sentences.

use straingauge_api::{TestText, Unit};

use crate::metrics::{MetricDefinition, Scale};
use crate::profile::{ModelFrame, Spread, short_number};

/// A gap in words: `0.21`, `35 %`, `0.40 standard deviations of the reference's labels`.
pub(crate) fn points(frame: &ModelFrame, definition: &MetricDefinition, gap: f64) -> String {
    let numbers = match frame.spread {
        Spread::Labels => "labels",
        Spread::Predictions => "predictions",
    };
    match definition.scale {
        Scale::Absolute => format!("{:.3}", gap.abs()).trim_end_matches('0').trim_end_matches('.').to_owned(),
        Scale::Relative => format!("{} %", percent(gap.abs())),
        Scale::LabelSd => format!("{:.2} standard deviations of the reference's {numbers}", gap.abs()),
        Scale::LabelVariance => format!("{:.2} times the variance of the reference's {numbers}", gap.abs()),
    }
}

/// A share as percent with at most one decimal.
pub(crate) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent.abs() >= 10.0 { format!("{percent:.0}") } else { format!("{percent:.1}") }
}

/// A metric's value in words.
pub(crate) fn value_text(definition: &MetricDefinition, value: f64) -> String {
    if definition.unit == Unit::Score { format!("{value:.3}") } else { short_number(value) }
}

/// `above` or `below`, by what is worse for the metric and the sign of the gap.
pub(crate) fn signed(definition: &MetricDefinition, gap: f64) -> &'static str {
    match (definition.better, gap >= 0.0) {
        (straingauge_api::Better::Higher, true) | (straingauge_api::Better::Lower, false) => "below",
        _ => "above",
    }
}

/// The name within a sentence: abbreviations stay, words lose their capital.
pub(crate) fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() && !name.starts_with("Matthews") && !name.starts_with("Brier") => {
            first.to_lowercase().chain(std::iter::once(second)).chain(letters).collect()
        }
        _ => name.to_owned(),
    }
}

/// The three texts of a test.
pub(crate) fn spec_text(checks: String, matters: &str, decided: String) -> TestText {
    TestText { checks, matters: matters.to_owned(), decided }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_within_sentences() {
        assert_eq!(lower_first("Macro F1"), "macro F1");
        assert_eq!(lower_first("AUC"), "AUC");
        assert_eq!(lower_first("F1"), "F1");
        assert_eq!(lower_first("RMSE"), "RMSE");
        assert_eq!(lower_first("R²"), "R²");
    }
}
