//! A custom test: its cases come measured, and are judged with all others.

use std::collections::BTreeMap;

use straingauge_api::{CustomCase, CustomTest, Kind, Risk, TestText};

use crate::Result;
use crate::stress::{Context, Family, FamilySubject, Measured, Measurement, Needs, Question, RowSet, Scope, TestSpec};

/// Asks the tests that the caller has measured.
pub struct CustomTests;

impl CustomTests {
    /// The tests as the catalogue has them.
    pub fn specs(tests: &[CustomTest]) -> Vec<TestSpec> {
        tests.iter().map(spec).collect()
    }
}

fn spec(test: &CustomTest) -> TestSpec {
    let text = || TestText {
        checks: format!("{}, a test of its reader's own.", test.name),
        matters: "Somebody wrote it because the catalogue does not ask this.".to_owned(),
        decided: "Its author measures; statistic, interval and p-value are his, the correction for many tests and the verdict are not."
            .to_owned(),
    };
    TestSpec {
        id: test.id.clone(),
        name: test.name.clone(),
        category: test.category,
        risk: test.risk.unwrap_or(Risk::Operational),
        kind: test.kind,
        scope: Scope::Rows,
        needs: Needs::default(),
        thresholds: test.thresholds.filter(|_| test.kind != Kind::Logical),
        effect_max: test.effect_max.filter(|m| *m > 0.0).unwrap_or(f64::INFINITY),
        unit: test.unit,
        default_on: true,
        text: test.text.clone().unwrap_or_else(text),
    }
}

/// A test's cases about one feature, or about none.
fn cases<'a>(context: &'a Context, family: &Family, test: &str) -> Option<(&'a CustomTest, Vec<&'a CustomCase>)> {
    let test = context.settings.custom.tests.iter().find(|t| t.id == test)?;
    Some((test, test.cases.iter().filter(|c| subject(c) == family.subject).collect()))
}

fn subject(case: &CustomCase) -> FamilySubject {
    case.feature.clone().map_or(FamilySubject::Whole, FamilySubject::Feature)
}

impl Question for CustomTests {
    fn tests(&self) -> Vec<TestSpec> {
        Vec::new()
    }

    fn families(&self, context: &Context) -> Vec<Family> {
        let mut out = Vec::new();
        for test in &context.settings.custom.tests {
            // Features that this run leaves out are known by their absence; names of the author's own are his to keep.
            let excluded = |c: &CustomCase| c.feature.as_ref().is_some_and(|f| context.settings.exclude_columns.contains(f));
            let subjects: BTreeMap<FamilySubject, ()> = test.cases.iter().filter(|c| !excluded(c)).map(|c| (subject(c), ())).collect();
            out.extend(subjects.into_keys().map(|subject| Family { subject, tests: vec![test.id.clone()] }));
        }
        out
    }

    fn measure(&self, context: &Context, family: &Family) -> Result<Vec<Measurement>> {
        let of = |id: &String| {
            let Some((test, cases)) = cases(context, family, id) else { return Measurement::Skipped("There is no such test.".to_owned()) };
            let mut measured = Vec::new();
            let mut why = None;
            for (i, case) in cases.into_iter().enumerate() {
                match measured_case(test, case) {
                    // A further case about the same feature is told apart by its subset.
                    Ok(m) if measured.is_empty() => measured.push(m),
                    Ok(m) => measured.push(Measured { aspect: Some(case.subset.clone().unwrap_or_else(|| (i + 1).to_string())), ..m }),
                    Err(reason) => why = Some(reason),
                }
            }
            let mut measured = measured.into_iter();
            match measured.next() {
                Some(first) => Measurement::Measured(Box::new(Measured { also: measured.collect(), ..first })),
                None => Measurement::Skipped(why.unwrap_or_else(|| "It gave no case.".to_owned())),
            }
        };
        Ok(family.tests.iter().map(of).collect())
    }

    fn rows(&self, context: &Context, family: &Family, test: &str) -> Option<RowSet> {
        rows(cases(context, family, test)?.1.into_iter().find(|c| c.skipped.is_none())?)
    }

    fn rows_of_aspect(&self, context: &Context, family: &Family, test: &str, aspect: &str) -> Option<RowSet> {
        let cases = cases(context, family, test)?.1;
        let named = cases.iter().enumerate().find(|(i, c)| c.subset.clone().unwrap_or_else(|| (i + 1).to_string()) == aspect);
        rows(named?.1)
    }
}

fn rows(case: &CustomCase) -> Option<RowSet> {
    let mut rows = case.rows.clone()?;
    rows.sort_unstable();
    rows.dedup();
    Some(RowSet::Rows(rows))
}

/// A case as it was measured, or why it cannot be judged.
fn measured_case(test: &CustomTest, case: &CustomCase) -> Result<Measured, String> {
    if let Some(why) = &case.skipped {
        return Err(why.clone());
    }
    let number = |x: Option<f64>| x.filter(|x| x.is_finite());
    let effect = number(case.effect).or(number(case.statistic));
    let interval = number(case.low).zip(number(case.high)).filter(|(low, high)| low <= high);
    let p_value = case.p_value.filter(|p| (0.0..=1.0).contains(p));
    match test.kind {
        Kind::Logical if case.holds.is_none() => return Err("The test does not say whether it holds: it gives no answer.".to_owned()),
        Kind::Difference if p_value.is_none() => {
            return Err("A difference needs evidence: the test gives no p-value between 0 and 1.".to_owned());
        }
        Kind::Difference | Kind::Property if effect.is_none() => return Err("The test gives neither an effect nor a statistic.".to_owned()),
        _ => {}
    }
    let rows = rows(case).map(|set| if let RowSet::Rows(rows) = set { rows.len() as u64 } else { 0 });
    Ok(Measured {
        statistic: number(case.statistic).or(effect),
        effect,
        interval,
        p_value,
        // Half the width of a 95 % interval is 1.96 standard errors.
        standard_error: interval.map(|(low, high)| (high - low) / (2.0 * 1.96)),
        holds: case.holds,
        method: test.method.clone().unwrap_or_else(|| "Measured by its author".to_owned()),
        sentence: case.sentence.clone(),
        subset: case.subset.clone(),
        row_count: rows,
        ..Measured::default()
    })
}
