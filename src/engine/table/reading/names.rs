//! Column names: every column has one, and no two the same.

use std::collections::BTreeSet;

use straingauge_api::{CellExample, ErrorDetails, Problem, ProblemLevel};

/// Names made unique (`a`, `a_2`, `a_3`), blanks named by position, and what was changed about those that the file gave.
pub(crate) fn unique_names(names: Vec<String>, given: bool) -> (Vec<String>, Option<Problem>) {
    let mut taken: BTreeSet<String> = names.iter().filter(|n| !n.is_empty()).cloned().collect();
    let mut seen = BTreeSet::new();
    let mut changed = Vec::new();
    let unique: Vec<String> = names
        .into_iter()
        .enumerate()
        .map(|(i, name)| {
            if !name.is_empty() && seen.insert(name.clone()) {
                return name;
            }
            let base = if name.is_empty() { format!("column_{}", i + 1) } else { name.clone() };
            let mut fresh = base.clone();
            let mut number = 2;
            while taken.contains(&fresh) {
                fresh = format!("{base}_{number}");
                number += 1;
            }
            taken.insert(fresh.clone());
            seen.insert(fresh.clone());
            changed.push(CellExample { row: 0, text: format!("column {}: {name:?} is called {fresh}", i + 1) });
            fresh
        })
        .collect();
    let problem = (given && !changed.is_empty()).then(|| {
        let mend = "Give every column a name of its own.".to_owned();
        Problem {
            code: "duplicate_names".into(),
            level: ProblemLevel::Warning,
            message: format!(
                "{} no name or one that another column has ({}). {mend}",
                if changed.len() == 1 { "1 column has".to_owned() } else { format!("{} columns have", changed.len()) },
                changed.first().map_or("", |c| c.text.as_str())
            ),
            count: changed.len() as u64,
            details: ErrorDetails { mend: Some(mend), ..ErrorDetails::default() },
            examples: changed.into_iter().take(5).collect(),
        }
    });
    (unique, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_unique() {
        let names = ["a", "", "a", "a_2", "a"].map(str::to_owned).to_vec();
        let (names, problem) = unique_names(names, true);
        assert_eq!(names, ["a", "column_2", "a_3", "a_2", "a_4"]);
        assert_eq!(problem.map(|p| p.count), Some(3));
        assert_eq!(unique_names(vec![String::new(); 2], false), (vec!["column_1".to_owned(), "column_2".to_owned()], None));
    }
}
