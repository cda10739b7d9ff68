//! What was found wrong with a file.

use leptos::prelude::*;
use straingauge_api::{Problem, ProblemLevel};

use crate::element::{El, el};
use crate::format::count;
use crate::parts::{Shape, mark};

/// The problems of a file, worst first, each with a few of its cells.
pub fn problem_list(problems: &[Problem]) -> AnyView {
    el("ul", "problems").all(problems.iter().map(item)).any()
}

fn item(problem: &Problem) -> El {
    let (shape, word) = match problem.level {
        ProblemLevel::Error => (Shape::Alert, "Error"),
        ProblemLevel::Warning => (Shape::Warning, "Warning"),
        ProblemLevel::Note => (Shape::Skip, "Note"),
    };
    let mend = problem.details.mend.as_ref().filter(|m| !problem.message.contains(m.as_str()));
    let cells = problem.examples.iter().map(|c| {
        let at = format!("row {}", count(c.row));
        el("li", "").el(el("span", "row-no").text(&at)).el(el("code", "").text(&c.text))
    });
    let cells = (!problem.examples.is_empty()).then(|| el("ul", "cells").all(cells));
    let says = el("div", "")
        .el(el("span", "visually-hidden").text(word).text(": "))
        .text(&problem.message)
        .all(mend.map(|m| el("small", "").text(m)))
        .all(cells);
    el("li", "").testid("problem").attr("data-code", &problem.code).view(mark(shape)).el(says)
}
