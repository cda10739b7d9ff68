//! Severity as a shape, a colour and a word, so that no one of them has to carry it alone.

use leptos::prelude::*;
use straingauge_api::{Batch, Case, Severity, Status};

use crate::element::{el, row, svg};

/// What is shown: the three severities, and "not judged".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Could not be judged: a dash.
    Skip,
    /// A ring.
    Pass,
    /// A diamond.
    Warning,
    /// A triangle.
    Alert,
}

impl Shown {
    /// The class that colours it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Pass => "pass",
            Self::Warning => "warn",
            Self::Alert => "alert",
        }
    }

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Skip => "Not judged",
            Self::Pass => "Pass",
            Self::Warning => "Warning",
            Self::Alert => "Alert",
        }
    }
}

impl From<Severity> for Shown {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Pass => Self::Pass,
            Severity::Warning => Self::Warning,
            Severity::Alert => Self::Alert,
        }
    }
}

/// What a case is shown as.
pub fn shape_of(case: &Case) -> Shown {
    if case.status == Status::Skip { Shown::Skip } else { case.severity.into() }
}

/// The shape alone; whatever stands beside it must say the word.
pub fn mark(shown: Shown) -> AnyView {
    let path = match shown {
        Shown::Alert => "M6 .8 11.6 11H.4Z",
        Shown::Warning => "M6 0 12 6 6 12 0 6Z",
        Shown::Pass => "M6 .4a5.6 5.6 0 1 1 0 11.2A5.6 5.6 0 0 1 6 .4Zm0 2a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2Z",
        Shown::Skip => "M1 5h10v2H1Z",
    };
    let class = format!("mark {}", shown.class());
    let path = svg("path", "").attr("d", path).attr("fill", "currentColor");
    svg("svg", &class).attr("viewBox", "0 0 12 12").attr("aria-hidden", "true").el(path).any()
}

/// Shape and word.
pub fn label(shown: Shown) -> AnyView {
    el("span", &format!("sev {}", shown.class())).view(mark(shown)).text(shown.word()).any()
}

/// The shape with its word for whoever does not see it.
pub fn told(shown: Shown) -> AnyView {
    row(vec![mark(shown), el("span", "visually-hidden").text(shown.word()).text(": ").any()])
}

/// What a test is shown as: a test whose every case was skipped was not judged.
pub fn shape_of_batch(batch: &Batch) -> Shown {
    let judged = batch.counts.total > batch.counts.skip;
    if judged { batch.severity.into() } else { Shown::Skip }
}

/// How many of each severity, in the order alert, warning, pass, not judged.
pub fn tally(shapes: impl Iterator<Item = Shown>) -> [usize; 4] {
    let mut counts = [0; 4];
    for shape in shapes {
        counts[3 - shape as usize] += 1;
    }
    counts
}
