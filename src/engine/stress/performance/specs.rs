//! Numbers in sentences.

use straingauge_api::{TestText, Unit};
use straingauge_charts::format::together;

use crate::metrics::{MetricDefinition, Scale};
use crate::profile::{ModelFrame, Spread};

/// A gap in words: `0.210`, `35 %`, `0.40 standard deviations of the reference's labels`.
pub(crate) fn points(frame: &ModelFrame, definition: &MetricDefinition, gap: f64) -> String {
    in_words(frame.spread, definition, gap)
}

fn in_words(spread: Spread, definition: &MetricDefinition, gap: f64) -> String {
    let numbers = match spread {
        Spread::Labels => "labels",
        Spread::Predictions => "predictions",
    };
    match definition.scale {
        Scale::Absolute => together([gap.abs()], definition.unit).concat(),
        Scale::Relative => together([gap.abs()], Unit::Relative).concat().trim_start_matches('+').to_owned(),
        Scale::LabelSd => format!("{:.2} standard deviations of the reference's {numbers}", gap.abs()),
        Scale::LabelVariance => format!("{:.2} times the variance of the reference's {numbers}", gap.abs()),
    }
}

/// Two values of a metric and what they differ by, in words; all with the same digits where they have the same unit.
pub(crate) fn compared(frame: &ModelFrame, definition: &MetricDefinition, values: [f64; 2], gap: f64) -> [String; 3] {
    alike(frame.spread, definition, values, gap)
}

fn alike(spread: Spread, definition: &MetricDefinition, [a, b]: [f64; 2], gap: f64) -> [String; 3] {
    if definition.scale == Scale::Absolute {
        together([a, b, gap.abs()], definition.unit)
    } else {
        let [a, b] = together([a, b], definition.unit);
        [a, b, in_words(spread, definition, gap)]
    }
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
    fn numbers_that_are_compared_have_the_same_digits() {
        let of = |id: &str, values, gap| alike(Spread::Labels, crate::metrics::all().iter().find(|d| d.id == id).unwrap(), values, gap);
        assert_eq!(of("accuracy", [0.776, 0.816], -0.04), ["0.776", "0.816", "0.040"]);
        assert_eq!(of("r2", [-0.224_8, 0.61], 0.834_8), ["\u{2212}0.225", "0.610", "0.835"]);
        assert_eq!(of("log_loss", [0.432, 0.4], 0.08), ["0.432", "0.400", "8.0\u{a0}%"]);
        assert_eq!(
            of("mse", [468_684_014.836, 75_745_553.222], 5.187),
            ["468\u{202f}684\u{202f}015", "75\u{202f}745\u{202f}553", "519\u{a0}%"]
        );
        assert_eq!(of("rmse", [251_095.912, 74_000.5], 2.37), ["251\u{202f}096", "74\u{202f}000", "237\u{a0}%"]);
    }

    #[test]
    fn names_within_sentences() {
        assert_eq!(lower_first("Macro F1"), "macro F1");
        assert_eq!(lower_first("AUC"), "AUC");
        assert_eq!(lower_first("F1"), "F1");
        assert_eq!(lower_first("RMSE"), "RMSE");
        assert_eq!(lower_first("R²"), "R²");
    }
}
